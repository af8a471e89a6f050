//! What a perpetrator takes over from the victims of the same case.

use super::days::days_of;
use super::encode::{NO, UNDECIDED, YES};
use super::problems::Problems;
use crate::error::{Error, Result};
use crate::spelling::identifier;
use polars::prelude::*;
use std::collections::HashMap;
use xxhash_rust::xxh3::xxh3_128;

/// The facts of one case: those of its earliest reception (ours), and of these the first commune and incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    pub received: i32,
    /// Its place among the communes; see [`Cases::commune`].
    commune: u32,
    pub incident: Option<i32>,
    /// Whether some victim is confirmed.
    pub sure: u8,
}

/// The cases of a dataset: date and place of the earliest reception, and whether any victim is confirmed.
///
/// Perpetrators have no date and no place of their own; they take those of their case.
#[derive(Debug, Clone, Default)]
pub struct Cases {
    /// By the hash of the case's identifier: millions of them take 40 bytes each.
    by_id: PlHashMap<u128, Facts>,
    communes: Vec<String>,
    places: HashMap<String, u32>,
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
        let received = days_of(victims.column("received_date")?.as_materialized_series())?;
        let communes = victims.column("commune")?.cast(&DataType::String)?;
        let confirmed = victims.column("confirmed")?.cast(&DataType::Boolean)?;
        let incidents = match victims.column("incident_date") {
            Ok(column) => Some(days_of(column.as_materialized_series())?),
            Err(_) => None,
        };
        let mut problems = Problems::default();
        for row in 0..victims.height() {
            let (id, received, commune) = (ids.str()?.get(row).and_then(identifier), received.get(row), communes.str()?.get(row));
            let (Some(id), Some(received), Some(commune)) = (&id, received, commune) else {
                for (column, expected, missing) in [
                    ("case_id", "text", id.is_none()),
                    ("received_date", "a date", received.is_none()),
                    ("commune", "text", commune.is_none()),
                ] {
                    if missing {
                        problems.value("victims", column, expected, self.rows + row as u64 + 1);
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
            let facts = Facts { received, commune, incident, sure };
            let communes = &self.communes;
            let order = |f: &Facts| (f.received, communes[f.commune as usize].as_str(), f.incident);
            self.by_id
                .entry(xxh3_128(id.as_bytes()))
                .and_modify(|known| {
                    let sure = sure.max(known.sure);
                    let first = if order(&facts) < order(known) { facts } else { *known };
                    *known = Facts { sure, ..first };
                })
                .or_insert(facts);
        }
        self.rows += victims.height() as u64;
        Ok(problems.into_result(""))
    }

    fn place(&mut self, commune: &str) -> u32 {
        if let Some(place) = self.places.get(commune) {
            return *place;
        }
        let place = self.communes.len() as u32;
        self.communes.push(commune.to_owned());
        self.places.insert(commune.to_owned(), place);
        place
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Facts> {
        self.by_id.get(&xxh3_128(id.as_bytes()))
    }

    pub(crate) fn commune(&self, facts: &Facts) -> &str {
        &self.communes[facts.commune as usize]
    }
}
