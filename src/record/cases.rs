//! What a perpetrator takes over from the victims of the same case.

use super::days::days_of;
use super::encode::{Encoded, Encoder, NO, UNDECIDED, YES};
use super::problems::Problems;
use crate::catalogue::{Catalogue, Table};
use crate::error::{Error, Result};
use crate::spelling::identifier;
use chrono::NaiveDate;
use polars::prelude::*;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::LazyLock;
use xxhash_rust::xxh3::xxh3_128;

/// The facts of a case, or of one child in it: date and place are those of the first report that counts most certainly
/// (ours), and of these the first commune and incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    pub received: i32,
    /// Its place among the communes; see [`Cases::commune`].
    commune: u32,
    pub incident: Option<i32>,
    /// Whether some victim is confirmed.
    pub sure: u8,
    /// Whether some victim is confirmed and under 16: a child (Law 102/2016/QH13, Article 1).
    pub counts: u8,
}

/// The cases of a dataset: whether a victim is a confirmed child, and date and place of the first report of one.
///
/// Perpetrators have no date and no place of their own; they take those of the child they name, if it is in the case, else of
/// the case.
#[derive(Debug, Clone, Default)]
pub struct Cases {
    /// By the hash of the case's identifier: millions of them take 48 bytes each.
    by_id: PlHashMap<u128, Facts>,
    /// By the hashes of case and child.
    by_child: PlHashMap<u128, Facts>,
    communes: Vec<String>,
    places: HashMap<String, u32>,
    rows: u64,
}

/// The age at which childhood ends.
const ADULT: i32 = 16;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::builtin);

impl Cases {
    /// Adds the cases of a batch of the table `victims`.
    ///
    /// # Errors
    /// [`Error::Frame`] if a needed column is missing or cannot be read, [`Error::BadValue`] if one has gaps.
    pub fn add(&mut self, victims: &DataFrame) -> Result<()> {
        let wrong = |found: String| Error::Frame { table: "victims".to_owned(), found };
        let table = CATALOGUE.table("victims").ok_or_else(|| wrong("no table victims".to_owned()))?;
        self.read(table, victims).map_err(|e| wrong(e.to_string()))?
    }

    fn read(&mut self, table: &Table, victims: &DataFrame) -> PolarsResult<Result<()>> {
        let (children, mut problems) = match self.children(table, victims) {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        let ids = victims.column("case_id")?.cast(&DataType::String)?;
        let received = days_of(victims.column("received_date")?.as_materialized_series())?;
        let communes = victims.column("commune")?.cast(&DataType::String)?;
        let confirmed = victims.column("confirmed")?.cast(&DataType::Boolean)?;
        let named = victims.column("child_id").and_then(|c| c.cast(&DataType::String)).ok();
        let incidents = match victims.column("incident_date") {
            Ok(column) => Some(days_of(column.as_materialized_series())?),
            Err(_) => None,
        };
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
            let facts = Facts { received, commune, incident, sure, counts: sure.min(children[row]) };
            let case = xxh3_128(id.as_bytes());
            keep(&mut self.by_id, &self.communes, case, facts);
            if let Some(column) = &named
                && let Some(child) = column.str()?.get(row).and_then(identifier)
            {
                keep(&mut self.by_child, &self.communes, of_child(case, &child), facts);
            }
        }
        self.rows += victims.height() as u64;
        Ok(problems.into_result(""))
    }

    /// Whether each victim was a child at the incident, and what is wrong with what is recorded of its age.
    fn children(&self, table: &Table, victims: &DataFrame) -> Result<(Vec<u8>, Problems)> {
        let nobody = Self::default();
        let mut encoder = Encoder {
            table,
            codes: CATALOGUE.codes(),
            ethnic: None,
            cases: &nobody,
            reference: NaiveDate::default(),
            frame: victims,
            offset: self.rows,
            problems: Problems::default(),
            cache: HashMap::new(),
        };
        let ages = encoder.encode("age")?;
        let Encoded::Number { low, high } = &*ages else { return Ok((vec![UNDECIDED; victims.height()], encoder.problems)) };
        let is_child = |(least, most): (&i32, &i32)| match (*most < ADULT, *least >= ADULT) {
            (true, _) => YES,
            (_, true) => NO,
            _ => UNDECIDED,
        };
        Ok((low.iter().zip(high).map(is_child).collect(), encoder.problems))
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

    /// The facts of the child named, if it is in the case, else of the case.
    pub(crate) fn get(&self, case: &str, child: Option<&str>) -> Option<&Facts> {
        let case = xxh3_128(identifier(case)?.as_bytes());
        let named = child.filter(|_| !self.by_child.is_empty()).and_then(identifier);
        named.and_then(|child| self.by_child.get(&of_child(case, &child))).or_else(|| self.by_id.get(&case))
    }

    pub(crate) fn commune(&self, facts: &Facts) -> &str {
        &self.communes[facts.commune as usize]
    }
}

fn of_child(case: u128, child: &str) -> u128 {
    let mut bytes = case.to_le_bytes().to_vec();
    bytes.extend_from_slice(child.as_bytes());
    xxh3_128(&bytes)
}

fn keep(facts_of: &mut PlHashMap<u128, Facts>, communes: &[String], key: u128, facts: Facts) {
    let order = |f: &Facts| (Reverse(f.counts), f.received, communes[f.commune as usize].as_str(), f.incident);
    facts_of
        .entry(key)
        .and_modify(|known| {
            let sure = facts.sure.max(known.sure);
            let first = if order(&facts) < order(known) { facts } else { *known };
            *known = Facts { sure, ..first };
        })
        .or_insert(facts);
}
