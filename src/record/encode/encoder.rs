//! Reads the columns of one batch of one table; each kind of column has its own file.

use super::encoded::{Encoded, HIGH, LOW, NO, UNDECIDED, YES};
use crate::catalogue::{Codes, Column as ColumnSchema, ColumnType, EthnicList, Table};
use crate::error::{Error, Fact, Phrase, Result};
use crate::record::cases::{Cases, row_of};
use crate::record::days::{DAYS, days_of};
use crate::record::problems::Problems;
use chrono::NaiveDate;
use polars_core::prelude::*;
use std::collections::HashMap;
use std::rc::Rc;

/// The possible days of birth, under a name no table uses.
pub(crate) const BIRTHS: &str = "#births";
/// Days lived, as recorded.
pub(super) const LIVED: &str = "#lived";

/// Reads the columns of one batch of one table.
pub(crate) struct Encoder<'a> {
    pub table: &'a Table,
    pub codes: &'a Codes,
    pub ethnic: Option<EthnicList>,
    pub cases: &'a Cases,
    /// The last day of the period, shifted by the quantity's lag. None: ages in a register are unknown.
    pub reference: Option<NaiveDate>,
    pub frame: &'a DataFrame,
    /// Rows of the table before this batch.
    pub offset: u64,
    pub problems: Problems,
    /// Each column is read, and its problems counted, once.
    pub cache: HashMap<String, Rc<Encoded>>,
}

impl Encoder<'_> {
    pub(super) fn row(&self, i: usize) -> u64 {
        row_of(self.frame, i).unwrap_or(self.offset + i as u64 + 1)
    }

    /// The column under a name that conditions and dimensions may use.
    pub fn encode(&mut self, name: &str) -> Result<Rc<Encoded>> {
        self.get(name).map_err(|e| Error::Frame { table: self.table.id.clone(), found: Fact::library(e) })
    }

    pub(super) fn get(&mut self, name: &str) -> PolarsResult<Rc<Encoded>> {
        if let Some(found) = self.cache.get(name) {
            return Ok(found.clone());
        }
        let encoded = Rc::new(self.read(name)?);
        self.cache.insert(name.to_owned(), encoded.clone());
        Ok(encoded)
    }

    fn read(&mut self, name: &str) -> PolarsResult<Encoded> {
        if name == BIRTHS {
            return self.births();
        }
        let table = self.table;
        if name == LIVED {
            let schema = table.age.as_ref().and_then(|age| table.column(age.lived.as_ref()?));
            return schema.map_or_else(|| Ok(Encoded::unknown(self.frame.height())), |s| self.integers(s));
        }
        if let Some(number) = table.derived(name) {
            return self.age(number);
        }
        let Some(schema) = table.column(name) else {
            return self.of_case(name);
        };
        match schema.kind {
            ColumnType::Flag => self.flag(schema),
            ColumnType::Date => self.dates(name),
            ColumnType::Integer => self.integers(schema),
            ColumnType::Text | ColumnType::Area => self.words(schema),
            ColumnType::List => self.list(schema),
        }
    }

    /// The column cast to a type; nulls if it is missing.
    pub(super) fn series(&self, name: &str, to: &DataType) -> PolarsResult<Series> {
        match self.frame.column(name) {
            // Cast directly, categories in arrays of fixed length would become their codes.
            Ok(column) => match (column.dtype(), to) {
                (DataType::Array(inner, _), DataType::List(_)) => {
                    column.as_materialized_series().cast(&DataType::List(inner.clone()))?.cast(to).map(|s| s.rechunk())
                }
                _ => Ok(column.as_materialized_series().cast(to)?.rechunk()),
            },
            Err(_) => Ok(Series::full_null(name.into(), self.frame.height(), to)),
        }
    }

    fn flag(&mut self, schema: &ColumnSchema) -> PolarsResult<Encoded> {
        let series = self.series(&schema.id, &DataType::Boolean)?;
        let mut flags = Vec::with_capacity(series.len());
        for (i, value) in series.bool()?.iter().enumerate() {
            if value.is_none() && schema.required {
                self.problems.value(&self.table.id, &schema.id, Phrase::TrueOrFalse, self.row(i));
            }
            flags.push(value.map_or(UNDECIDED, |v| if v { YES } else { NO }));
        }
        Ok(Encoded::Flag(flags))
    }

    fn dates(&mut self, name: &str) -> PolarsResult<Encoded> {
        let found = match self.frame.column(name) {
            Ok(column) => days_of(column.as_materialized_series())?,
            Err(_) => Int32Chunked::full_null(name.into(), self.frame.height()),
        };
        let required = self.table.column(name).is_some_and(|c| c.required);
        let mut low = Vec::with_capacity(found.len());
        let mut high = Vec::with_capacity(found.len());
        for (i, value) in found.iter().enumerate() {
            match value {
                Some(day) if DAYS.contains(&day) => {
                    low.push(day);
                    high.push(day);
                    continue;
                }
                Some(_) => self.problems.value(&self.table.id, name, Phrase::DateFromTo(1800, 2200), self.row(i)),
                None if required => self.problems.value(&self.table.id, name, Phrase::Date, self.row(i)),
                None => {}
            }
            low.push(LOW);
            high.push(HIGH);
        }
        Ok(Encoded::Number { low, high })
    }
}
