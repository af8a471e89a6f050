//! Bad values, collected over batches so that one error counts all rows concerned.

use crate::area::list_with;
use crate::error::{Error, Fact, NO_CODE, NOT_A_CODE, Result};
use std::collections::{BTreeMap, BTreeSet};

const ROWS_SHOWN: usize = 5;
const CODES_SHOWN: usize = 8;

/// Bad values by column, and unknown area codes.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    values: BTreeMap<(String, String, Fact), (u64, BTreeSet<u64>)>,
    areas: BTreeMap<(String, String), (u64, BTreeSet<String>)>,
}

impl Problems {
    /// Reports a row (from 1) with a bad value; reported twice, it counts once.
    pub fn value(&mut self, table: &str, column: &str, expected: impl Into<Fact>, row: u64) {
        let key = (table.to_owned(), column.to_owned(), expected.into());
        let (rows, reported) = self.values.entry(key).or_default();
        *rows += u64::from(reported.insert(row));
    }

    /// The rows reported.
    pub fn rows(&self) -> BTreeSet<u64> {
        self.values.values().flat_map(|(_, rows)| rows.iter().copied()).collect()
    }

    /// The columns reported, each with its rows; a column may come several times.
    pub fn told(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = u64>)> {
        self.values.iter().map(|((_, column, _), (_, rows))| (column.as_str(), rows.iter().copied()))
    }

    /// Adds what another reading of the same chunk found: a row reported by both counts once.
    pub fn unite(&mut self, other: Self) {
        for (key, (_, rows)) in other.values {
            let (count, reported) = self.values.entry(key).or_default();
            *count += rows.into_iter().map(|row| u64::from(reported.insert(row))).sum::<u64>();
        }
        self.absorb(Self { values: BTreeMap::new(), areas: other.areas });
    }

    /// Reports a row whose area code is not on the list.
    pub fn area(&mut self, table: &str, column: &str, code: Option<&str>) {
        let (rows, codes) = self.areas.entry((table.to_owned(), column.to_owned())).or_default();
        *rows += 1;
        // Only what looks like a code is shown: a column of names given by mistake must not leak.
        let shown = match code {
            None => NO_CODE,
            Some(c) if c.len() <= 5 && c.bytes().all(|b| b.is_ascii_digit()) => c,
            Some(_) => NOT_A_CODE,
        };
        codes.insert(shown.to_owned());
        if codes.len() > 4 * CODES_SHOWN {
            codes.pop_last();
        }
    }

    /// Adds what another batch found.
    pub fn absorb(&mut self, other: Self) {
        for (key, (n, rows)) in other.values {
            let (count, first) = self.values.entry(key).or_default();
            *count += n;
            for row in rows {
                keep_first(first, row);
            }
        }
        for (key, (n, codes)) in other.areas {
            let (count, known) = self.areas.entry(key).or_default();
            *count += n;
            known.extend(codes);
        }
    }

    /// The first problem as an error; `vintage` is the day of the area list.
    pub fn into_result(self, vintage: &str) -> Result<()> {
        if let Some(((table, column), (rows, codes))) = self.areas.into_iter().next() {
            let more = codes.len() > CODES_SHOWN;
            let mut codes: Vec<String> = codes.into_iter().take(CODES_SHOWN).collect();
            let held_by = list_with(&codes);
            if more {
                codes.push("…".to_owned());
            }
            return Err(Error::UnknownAreas { table, column, rows, codes, vintage: vintage.to_owned(), held_by });
        }
        match self.values.into_iter().next() {
            None => Ok(()),
            Some(((table, column, expected), (rows, first))) => {
                Err(Error::BadValue { table, column, expected, rows, first: first.into_iter().take(ROWS_SHOWN).collect() })
            }
        }
    }
}

fn keep_first(rows: &mut BTreeSet<u64>, row: u64) {
    rows.insert(row);
    if rows.len() > ROWS_SHOWN {
        rows.pop_last();
    }
}
