//! What the hand-worked cases of abuse and quality share: values as they are written in TOML.

use chitieu::catalogue::ColumnType;
use polars_core::prelude::*;

pub type Value = toml::Value;
pub type Args = toml::Table;

pub fn there(value: Option<&Value>) -> Option<&Value> {
    value.filter(|v| v.as_str() != Some("<null>"))
}

pub fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

pub fn word<'a>(args: &'a Args, name: &str, otherwise: &'a str) -> &'a str {
    args.get(name).map_or(otherwise, |v| v.as_str().expect("text"))
}

/// The values of one column, row by row.
pub fn column(id: &str, kind: ColumnType, rows: &[Args]) -> Column {
    let name: PlSmallStr = id.into();
    let values = rows.iter().map(|row| there(row.get(id)));
    match kind {
        ColumnType::Text | ColumnType::Area => Column::new(name, values.map(|v| v.map(text)).collect::<Vec<_>>()),
        ColumnType::Flag => Column::new(name, values.map(|v| v.and_then(Value::as_bool)).collect::<Vec<_>>()),
        ColumnType::Integer => Column::new(name, values.map(|v| v.and_then(Value::as_integer)).collect::<Vec<_>>()),
        ColumnType::Date => {
            let day = |v: &Value| v.as_str().unwrap().parse::<chrono::NaiveDate>().unwrap().to_epoch_days();
            Column::new(name, values.map(|v| v.map(day)).collect::<Vec<_>>()).cast(&DataType::Date).unwrap()
        }
        ColumnType::List => {
            let mut builder = ListStringChunkedBuilder::new(name, rows.len(), 2);
            for value in values {
                match value {
                    Some(v) => builder.append_values_iter(v.as_array().unwrap().iter().map(|c| c.as_str().unwrap())),
                    None => builder.append_null(),
                }
            }
            builder.finish().into_column()
        }
    }
}
