//! A tally as a table, so that it can be stored and sent: version 3.
//!
//! Columns: `version`, `plan` (fingerprint), `kind`, `series`, `cell`, `key_high`, `key_low` (64 and 32 bits of a key's hash)
//! and `count`. Kinds: `counted` (a series), `row` (a pass and a commune with rows, of the list whose first day is the number in `count`),
//! `submitted`, `awaited` and `complete` (a table and a unit, of such a list; of a submission the days stand in the columns of keys), `province` (a cell), `origin` (a province of
//! moved records by its place in their list, and in `cell` the days of that list since 1970), `count` (of a series in a cell), `pattern` (a series and an
//! offset within an area, of the pattern numbered `count`), `set` (an area, in `cell`, and a pattern, in `series`, as the set
//! numbered `count`), `key` (a key in the set numbered `count`).

use super::cells::CellsBuilder;
use super::grid::Grid;
use super::keys::{KeysBuilder, Pattern, Set};
use super::{TALLY_VERSION, Tally};
use crate::area::AreaList;
use crate::error::{Error, Result};
use crate::question::Question;
use chrono::{Datelike, NaiveDate};
use polars::prelude::*;
use std::collections::BTreeMap;

/// A hash has 96 bits; the lower 32 stand in a column of their own.
const LOW_BITS: u32 = 32;
const LOW: u128 = (1 << LOW_BITS) - 1;

/// One column per field, filled row by row.
#[derive(Default)]
struct Lines {
    kind: Vec<&'static str>,
    series: Vec<u32>,
    cell: Vec<u64>,
    key_high: Vec<Option<u64>>,
    key_low: Vec<Option<u64>>,
    count: Vec<u64>,
}

impl Lines {
    fn add(&mut self, kind: &'static str, series: u32, cell: u64, key: Option<u128>, count: u64) {
        self.kind.push(kind);
        self.series.push(series);
        self.cell.push(cell);
        self.key_high.push(key.map(|k| (k >> LOW_BITS) as u64));
        self.key_low.push(key.map(|k| (k & LOW) as u64));
        self.count.push(count);
    }
}

/// A day as it stands in a number: days since year 1, since a period may begin before 1970.
fn written(day: NaiveDate) -> u64 {
    u64::try_from(day.num_days_from_ce()).unwrap_or(0)
}

fn day(written: u64) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(written).ok()?)
}

/// The day of a list of areas.
fn origin(days: u64) -> Option<NaiveDate> {
    let day = NaiveDate::from_epoch_days(i32::try_from(days).ok()?)?;
    AreaList::on(day).is_ok().then_some(day)
}

/// The lists of areas that a tally names.
#[derive(Default)]
struct Lists(BTreeMap<u64, Option<AreaList>>);

impl Lists {
    /// True for the place of a unit in the list of a day.
    fn has(&mut self, list: u64, place: u64) -> bool {
        let list = self.0.entry(list).or_insert_with(|| AreaList::on(day(list)?).ok());
        list.as_ref().is_some_and(|list| place < list.areas().len() as u64)
    }
}

impl Tally {
    /// The tally of a plan or a crosstab as a frame.
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns cannot be put together.
    pub fn to_frame(&self, of: &impl AsRef<Question>) -> Result<DataFrame> {
        let question = of.as_ref();
        let mut lines = Lines::default();
        for series in &self.counted {
            lines.add("counted", *series, 0, None, 0);
        }
        for province in &self.provinces {
            lines.add("province", 0, u64::from(*province), None, 0);
        }
        for (day, province) in &self.origins {
            lines.add("origin", *province, u64::try_from(day.to_epoch_days()).unwrap_or(0), None, 0);
        }
        for ((list, pass), communes) in &self.presence.rows {
            communes.iter().for_each(|commune| lines.add("row", *pass, u64::from(commune), None, written(*list)));
        }
        for ((list, table, place), submitted) in &self.presence.submitted {
            for ((first, last), came) in submitted {
                let days = u128::from(written(*first)) << LOW_BITS | u128::from(written(*last));
                lines.add(if *came { "submitted" } else { "awaited" }, *table, u64::from(*place), Some(days), written(*list));
            }
        }
        for (list, table, place) in &self.presence.complete {
            lines.add("complete", *table, u64::from(*place), None, written(*list));
        }
        for (block, cells) in self.blocks.iter().enumerate() {
            let series: Vec<usize> = question.series_of(block).collect();
            for (cell, counts) in cells.iter() {
                for (series, count) in series.iter().zip(counts).filter(|(_, n)| **n > 0) {
                    lines.add("count", *series as u32, cell, None, *count);
                }
            }
        }
        for (number, pattern) in self.keys.patterns().iter().enumerate() {
            for (series, offset) in pattern {
                lines.add("pattern", *series, *offset, None, number as u64);
            }
        }
        for (number, (area, pattern)) in self.keys.sets().iter().enumerate() {
            lines.add("set", *pattern, u64::from(*area), None, number as u64);
        }
        for (key, set) in self.keys.iter() {
            lines.add("key", 0, 0, Some(key), u64::from(set));
        }
        let rows = lines.kind.len();
        df![
            "version" => vec![TALLY_VERSION; rows],
            "plan" => vec![format!("{:016x}", self.fingerprint); rows],
            "kind" => lines.kind,
            "series" => lines.series,
            "cell" => lines.cell,
            "key_high" => lines.key_high,
            "key_low" => lines.key_low,
            "count" => lines.count,
        ]
        .map_err(|e| Error::Frame { table: "tally".to_owned(), found: e.to_string() })
    }

    /// The tally of a plan or a crosstab from its frame.
    ///
    /// # Errors
    /// [`Error::TallyMismatch`] if the frame is of another one or another version, [`Error::Frame`] if it is no tally.
    pub fn from_frame(of: &impl AsRef<Question>, frame: &DataFrame) -> Result<Self> {
        Self::read(of.as_ref(), frame).map_err(|e| Error::Frame { table: "tally".to_owned(), found: e.to_string() })?
    }

    fn read(question: &Question, frame: &DataFrame) -> PolarsResult<Result<Self>> {
        let column = |name: &str, to: &DataType| frame.column(name)?.as_materialized_series().strict_cast(to);
        let (version, of_plan) = (column("version", &DataType::UInt32)?, column("plan", &DataType::String)?);
        let (kind, series) = (column("kind", &DataType::String)?, column("series", &DataType::UInt32)?);
        let (cell, count) = (column("cell", &DataType::UInt64)?, column("count", &DataType::UInt64)?);
        let (high, low) = (column("key_high", &DataType::UInt64)?, column("key_low", &DataType::UInt64)?);
        let expected = format!("{:016x}", question.fingerprint);
        let mut tally = Self::empty(question);
        let (mut patterns, mut sets): (Vec<Pattern>, Vec<Option<Set>>) = (Vec::new(), Vec::new());
        let mut keys = KeysBuilder::default();
        let (mut known, local) = (0, question.places());
        let mut lists = Lists::default();
        let areas = question.areas.areas().len() as u64;
        let grids: Vec<Grid> = question.blocks.iter().map(|b| Grid::new(question, b)).collect();
        let of = |(b, grid): (usize, &Grid)| CellsBuilder::new(question.series_of(b).count(), grid.cells());
        let mut blocks: Vec<CellsBuilder> = grids.iter().enumerate().map(of).collect();
        for row in 0..frame.height() {
            let found = (version.u32()?.get(row), of_plan.str()?.get(row));
            if found != (Some(TALLY_VERSION), Some(expected.as_str())) {
                return Ok(Err(Error::TallyMismatch {
                    expected: format!("plan {expected}, version {TALLY_VERSION}"),
                    found: format!("plan {}, version {}", found.1.unwrap_or("?"), found.0.unwrap_or(0)),
                }));
            }
            let bad = || Error::Frame { table: "tally".to_owned(), found: format!("row {}", row + 1) };
            let (Some(s), Some(c), Some(n)) = (series.u32()?.get(row), cell.u64()?.get(row), count.u64()?.get(row)) else {
                return Ok(Err(bad()));
            };
            let kind = kind.str()?.get(row);
            // No frame has more patterns or sets than rows.
            let number = usize::try_from(n).ok().filter(|n| *n < frame.height());
            let is_series = question.series.get(s as usize);
            let fits = match (kind, is_series) {
                (Some("count"), Some(of)) => grids[of.block].area_of(c) <= areas,
                (Some("pattern"), Some(of)) => c < grids[of.block].cells_of_area() && number.is_some(),
                (Some("counted"), Some(_)) => true,
                (Some("province"), _) => c <= areas,
                (Some("set"), _) => c <= areas && number.is_some(),
                (Some("origin"), _) => origin(c).is_some(),
                (Some("row"), _) => lists.has(n, c) && question.blocks.len() > s as usize,
                (Some("submitted" | "awaited" | "complete"), _) => lists.has(n, c) && question.tables.len() > s as usize,
                (Some("key"), _) => number.is_some(),
                _ => false,
            };
            let (true, number) = (fits, number.unwrap_or(0)) else { return Ok(Err(bad())) };
            match kind {
                Some("counted") => {
                    tally.counted.insert(s);
                }
                Some("province") => {
                    tally.provinces.insert(u32::try_from(c).unwrap_or(u32::MAX));
                }
                Some(kind @ ("row" | "submitted" | "awaited" | "complete")) => {
                    let (Some(list), place) = (day(n), c as u32) else { return Ok(Err(bad())) };
                    let presence = &mut tally.presence;
                    match (kind, high.u64()?.get(row).zip(low.u64()?.get(row))) {
                        ("row", _) => presence.row(list, s, place),
                        ("complete", _) => drop(presence.complete.insert((list, s, place))),
                        (_, days) => {
                            let Some(days) = days.and_then(|(first, last)| day(first).zip(day(last))) else { return Ok(Err(bad())) };
                            presence.submitted.entry((list, s, place)).or_default().insert((days, kind == "submitted"));
                        }
                    }
                }
                Some("origin") => tally.origins.extend(origin(c).map(|day| (day, s))),
                Some("count") => {
                    let slot = blocks[question.series[s as usize].block].slot(c, local[s as usize]);
                    // Far above any count, and far below where sums of counts would overflow.
                    match slot.checked_add(n).filter(|sum| *sum < 1 << 53) {
                        Some(sum) => *slot = sum,
                        None => return Ok(Err(bad())),
                    }
                }
                Some("pattern") => {
                    if patterns.len() <= number {
                        patterns.resize(number + 1, Pattern::new());
                    }
                    patterns[number].push((s, c));
                }
                Some("set") => {
                    if sets.len() <= number {
                        sets.resize(number + 1, None);
                    }
                    sets[number] = Some((c as u32, s));
                }
                Some("key") => {
                    let (Some(high), Some(low)) = (high.u64()?.get(row), low.u64()?.get(row)) else { return Ok(Err(bad())) };
                    if u128::from(low) > LOW {
                        return Ok(Err(bad()));
                    }
                    known = known.max(number + 1);
                    keys.add(u128::from(high) << LOW_BITS | u128::from(low), number as u32);
                }
                _ => return Ok(Err(bad())),
            }
        }
        for pattern in &mut patterns {
            pattern.sort_unstable();
            pattern.dedup();
        }
        // Every key has its set, and every set its pattern.
        let whole = |set: &Option<Set>| set.is_some_and(|(_, pattern)| patterns.get(pattern as usize).is_some_and(|p| !p.is_empty()));
        if known > sets.len() || !sets.iter().all(whole) {
            return Ok(Err(Error::Frame { table: "tally".to_owned(), found: "a key without its set".to_owned() }));
        }
        tally.blocks = blocks.into_iter().map(CellsBuilder::finish).collect();
        tally.keys = keys.finish(&sets, &patterns);
        Ok(Ok(tally))
    }
}
