//! What a perpetrator takes over from the victims of the same case.

use super::encode::{NO, UNDECIDED, YES};
use super::problems::Problems;
use crate::error::{Error, Result};
use polars::prelude::*;
use std::collections::HashMap;

/// The facts of one case: those of its earliest reception (ours).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Facts {
    pub received: i32,
    pub commune: String,
    pub incident: Option<i32>,
}

/// The cases of a dataset: date and place of the earliest reception, and whether any victim is confirmed.
///
/// Perpetrators have no date and no place of their own; they take those of their case.
#[derive(Debug, Clone, Default)]
pub struct Cases {
    by_id: HashMap<String, (Facts, u8)>,
    rows: u64,
}

impl Cases {
    /// Adds the cases of a batch of the table `victims`.
    ///
    /// # Errors
    /// [`Error::Frame`] if a needed column is missing or cannot be read, [`Error::BadValue`] if one has gaps.
    pub fn add(&mut self, victims: &DataFrame) -> Result<()> {
        self.read(victims).map_err(|e| Error::Frame { table: "victims".to_owned(), found: e.to_string() })?
    }

    fn read(&mut self, victims: &DataFrame) -> PolarsResult<Result<()>> {
        let ids = victims.column("case_id")?.cast(&DataType::String)?;
        let received = victims.column("received_date")?.cast(&DataType::Date)?;
        let communes = victims.column("commune")?.cast(&DataType::String)?;
        let confirmed = victims.column("confirmed")?.cast(&DataType::Boolean)?;
        let incidents = match victims.column("incident_date") {
            Ok(column) => Some(column.cast(&DataType::Date)?),
            Err(_) => None,
        };
        let mut problems = Problems::default();
        for row in 0..victims.height() {
            let (Some(id), Some(received), Some(commune)) =
                (ids.str()?.get(row), received.date()?.physical().get(row), communes.str()?.get(row))
            else {
                for (column, expected, missing) in [
                    ("case_id", "text", ids.str()?.get(row).is_none()),
                    ("received_date", "a date", received.date()?.physical().get(row).is_none()),
                    ("commune", "text", communes.str()?.get(row).is_none()),
                ] {
                    if missing {
                        problems.value("victims", column, expected, self.rows + row as u64 + 1);
                    }
                }
                continue;
            };
            let incident = match &incidents {
                Some(column) => column.date()?.physical().get(row),
                None => None,
            };
            let facts = Facts { received, commune: commune.to_owned(), incident };
            let sure = match confirmed.bool()?.get(row) {
                Some(true) => YES,
                Some(false) => NO,
                None => UNDECIDED,
            };
            self.by_id
                .entry(id.to_owned())
                .and_modify(|(known, best)| {
                    *best = sure.max(*best);
                    if facts < *known {
                        known.clone_from(&facts);
                    }
                })
                .or_insert((facts, sure));
        }
        self.rows += victims.height() as u64;
        Ok(problems.into_result(""))
    }

    pub(crate) fn get(&self, id: &str) -> Option<&(Facts, u8)> {
        self.by_id.get(id)
    }
}
