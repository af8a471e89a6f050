//! Reads cases from the table `victims`, with the encoder.

use super::cases::{CATALOGUE, Cases, Facts, taken_over};
use super::days::days_of;
use super::encode::{Encoded, Encoder, NO, UNDECIDED, YES};
use super::problems::Problems;
use crate::catalogue::{Derived, Table};
use crate::error::{Error, Fact, Phrase, Result};
use crate::spelling::identifier;
use crate::task::Watched;
use polars_core::prelude::*;
use std::collections::HashMap;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// The age at which childhood ends (Law 102/2016/QH13, Article 1).
const ADULT: i32 = 16;

impl Cases {
    /// Adds the cases of a batch of the table `victims`.
    ///
    /// # Errors
    /// [`Error::Frame`] if a needed column is missing or cannot be read, [`Error::BadValue`] if one has gaps.
    pub fn add(&mut self, victims: &DataFrame) -> Result<()> {
        self.read(victims).map_err(|e| Error::Frame { table: "victims".to_owned(), found: Fact::library(e) })?
    }

    fn read(&mut self, victims: &DataFrame) -> PolarsResult<Result<()>> {
        let (case, table) = taken_over()?;
        let (children, mut problems) = match self.children(table, victims) {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        let ids = victims.column(&case.id)?.cast(&DataType::String)?;
        let received = days_of(victims.column(&case.received)?.as_materialized_series())?;
        let communes = victims.column(&case.commune)?.cast(&DataType::String)?;
        let confirmed = victims.column(&case.confirmed)?.cast(&DataType::Boolean)?;
        let named = victims.column(&case.child).and_then(|c| c.cast(&DataType::String)).ok();
        let incidents = match victims.column(&case.incident) {
            Ok(column) => Some(days_of(column.as_materialized_series())?),
            Err(_) => None,
        };
        for (row, is_child) in children.into_iter().enumerate().watched() {
            let (id, received, commune) = (ids.str()?.get(row).and_then(identifier), received.get(row), communes.str()?.get(row));
            let (Some(id), Some(received), Some(commune)) = (&id, received, commune) else {
                for (column, expected, missing) in [
                    (&case.id, Phrase::Text, id.is_none()),
                    (&case.received, Phrase::Date, received.is_none()),
                    (&case.commune, Phrase::Text, commune.is_none()),
                ] {
                    if missing {
                        problems.value(&table.id, column, expected, self.rows + row as u64 + 1);
                    }
                }
                continue;
            };
            let incident = match &incidents {
                Some(column) => column.get(row),
                None => None,
            };
            let sure = match confirmed.bool()?.get(row) {
                Some(true) => YES,
                Some(false) => NO,
                None => UNDECIDED,
            };
            let commune = self.place(commune);
            let child = match &named {
                Some(column) => column.str()?.get(row).and_then(identifier).map_or(0, |child| xxh3_64(child.as_bytes()).max(1)),
                None => 0,
            };
            let facts = Facts { received, commune, incident, child, sure, counts: sure.min(is_child) };
            self.keep(xxh3_128(id.as_bytes()), facts);
        }
        self.rows += victims.height() as u64;
        Ok(problems.into_result(""))
    }

    /// Whether each victim was a child at the incident, and the bad values found in columns of age.
    fn children(&self, table: &Table, victims: &DataFrame) -> Result<(Vec<u8>, Problems)> {
        let no_cases = Self::default();
        let mut encoder = Encoder {
            table,
            codes: CATALOGUE.codes(),
            ethnic: None,
            cases: &no_cases,
            reference: None,
            frame: victims,
            offset: self.rows,
            problems: Problems::default(),
            cache: HashMap::new(),
        };
        let ages = encoder.encode(Derived::Age.as_str())?;
        let Encoded::Number { low, high } = &*ages else { return Ok((vec![UNDECIDED; victims.height()], encoder.problems)) };
        let is_child = |(least, most): (&i32, &i32)| match (*most < ADULT, *least >= ADULT) {
            (true, _) => YES,
            (_, true) => NO,
            _ => UNDECIDED,
        };
        Ok((low.iter().zip(high).map(is_child).collect(), encoder.problems))
    }
}
