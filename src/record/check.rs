//! Checks the schema of a table before any row is read.

use crate::catalogue::{ColumnType, Table};
use crate::error::{Error, Fact, Result};
use polars_core::prelude::{DataType, Schema};

/// Checks the types of the columns that will be read.
///
/// Dates may be timestamps, whole numbers floats or decimals, codes categories; a column of nulls fits every type.
///
/// # Errors
/// [`Error::WrongType`] for the first column whose type does not fit.
pub fn check_schema(table: &Table, schema: &Schema, columns: &[String]) -> Result<()> {
    for name in columns {
        let (Some(column), Some(found)) = (table.column(name), schema.get(name)) else { continue };
        if !fits(column.kind, found) {
            return Err(Error::WrongType {
                table: table.id.clone(),
                column: name.clone(),
                expected: column.kind.fact(),
                found: Fact::verbatim(found),
            });
        }
    }
    Ok(())
}

fn fits(kind: ColumnType, found: &DataType) -> bool {
    match kind {
        _ if *found == DataType::Null => true,
        ColumnType::Text | ColumnType::Area => is_text(found),
        ColumnType::Flag => *found == DataType::Boolean,
        // A moment with a time zone counts by its day in Viet Nam.
        ColumnType::Date => matches!(found, DataType::Date | DataType::Datetime(..)),
        // pandas keeps whole numbers with nulls as floats, databases give sums as decimals; values are checked to be whole.
        ColumnType::Integer => found.is_integer() || matches!(found, DataType::Float32 | DataType::Float64 | DataType::Decimal(..)),
        ColumnType::List => match found {
            DataType::List(inner) | DataType::Array(inner, _) => **inner == DataType::Null || is_text(inner),
            _ => false,
        },
    }
}

fn is_text(found: &DataType) -> bool {
    matches!(found, DataType::String | DataType::Categorical(..) | DataType::Enum(..))
}
