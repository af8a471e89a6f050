//! A tally as a table, to be stored and sent: version 4.
//!
//! Columns: `version`, `plan` (fingerprint), `kind`, `series`, `cell`, `key` (text), `count` and `text`.
//!
//! | kind | content |
//! |---|---|
//! | `whole` | one row: the number of rows in `count`, a checksum in `key` |
//! | `counted` | a series |
//! | `province` | a province in `cell` |
//! | `origin` | a province of moved records, in `series` by its place in their list; in `cell` the day of that list since 1970 |
//! | `count` | of a series in a cell |
//! | `pattern` | a series and an offset within an area, of the pattern numbered `count` |
//! | `set` | an area in `cell` and a pattern in `series`, as the set numbered `count` |
//! | `key` | the hash of a key, 24 hexadecimal digits, in the set numbered `count` |
//! | `sealed` | in `key` an identifier of the secret |
//! | `left_out` | in `key` the indicator, in `text` the reason |
//! | `set_aside` | in `key` the table, in `count` its rows |
//! | `rows` | a pass in `series`; in `count` the first day of a list of areas, in `text` the places of communes that sent rows |
//! | `submitted`, `awaited` | a table in `series`, a unit in `cell` of the list in `count`; in `text` the days of a submission |
//! | `complete` | a table in `series`, a unit in `cell` of the list in `count` |
//!
//! The checksum does not depend on the order of rows. Keys are text, because programs that hold numbers with nulls as floats
//! would round them.

use super::cells::{Cells, CellsBuilder};
use super::keys::{KeysBuilder, Pattern, Set};
use super::tally::{MOST_COUNTED, TALLY_VERSION, Tally, too_large};
use crate::area::AreaList;
use crate::error::{Error, Fact, Phrase, Result};
use crate::grid::Grid;
use crate::question::Question;
use crate::text::Text;
use chrono::NaiveDate;
use polars_core::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The kind of the row that describes all others.
const WHOLE: &str = "whole";
/// Hexadecimal digits of a key's hash.
const DIGITS: usize = 24;

/// One row of the table.
struct Row<'a> {
    kind: &'a str,
    series: u32,
    cell: u64,
    key: Option<&'a str>,
    count: u64,
    text: Option<&'a str>,
}

impl Row<'_> {
    fn hash(&self, bytes: &mut Vec<u8>) -> u64 {
        bytes.clear();
        for text in [Some(self.kind), self.key, self.text] {
            bytes.extend(text.map_or(u32::MAX, |t| t.len() as u32).to_le_bytes());
            bytes.extend(text.unwrap_or_default().as_bytes());
        }
        bytes.extend(self.series.to_le_bytes());
        bytes.extend(self.cell.to_le_bytes());
        bytes.extend(self.count.to_le_bytes());
        xxhash_rust::xxh3::xxh3_64(bytes)
    }
}

/// The columns of the table, filled row by row.
#[derive(Default)]
struct Rows {
    kind: Vec<&'static str>,
    series: Vec<u32>,
    cell: Vec<u64>,
    key: Vec<Option<String>>,
    count: Vec<u64>,
    text: Vec<Option<String>>,
    checksum: u64,
    bytes: Vec<u8>,
}

impl Rows {
    fn add(&mut self, kind: &'static str, series: u32, cell: u64, key: Option<String>, count: u64) {
        self.add_text(kind, series, cell, key, count, None);
    }

    fn add_text(&mut self, kind: &'static str, series: u32, cell: u64, key: Option<String>, count: u64, text: Option<String>) {
        let row = Row { kind, series, cell, key: key.as_deref(), count, text: text.as_deref() };
        self.checksum = self.checksum.wrapping_add(row.hash(&mut self.bytes));
        self.kind.push(kind);
        self.series.push(series);
        self.cell.push(cell);
        self.key.push(key);
        self.count.push(count);
        self.text.push(text);
    }
}

/// A day as a number: days since 1970.
fn day_number(day: NaiveDate) -> u64 {
    i64::from(day.to_epoch_days()).cast_unsigned()
}

/// The day of a list of areas.
fn list_day(days: u64) -> Option<NaiveDate> {
    let day = NaiveDate::from_epoch_days(i32::try_from(days.cast_signed()).ok()?)?;
    AreaList::on(day).is_ok().then_some(day)
}

/// The number of units of each list of areas named in a tally.
#[derive(Default)]
struct Lists(BTreeMap<u64, Option<u64>>);

impl Lists {
    /// True if a place is a unit of the list of a day.
    fn has(&mut self, list: u64, place: u64) -> bool {
        let units = || Some(AreaList::on(list_day(list)?).ok()?.areas().len() as u64);
        self.0.entry(list).or_insert_with(units).is_some_and(|units| place < units)
    }
}

impl Tally {
    /// The tally as a frame; [`Plan::tally`](crate::Plan::tally) and [`Crosstab::tally`](crate::Crosstab::tally) read it back.
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns cannot be put together.
    pub fn to_frame(&self) -> Result<DataFrame> {
        let mut rows = Rows::default();
        for series in &self.counted {
            rows.add("counted", *series, 0, None, 0);
        }
        for province in &self.provinces {
            rows.add("province", 0, u64::from(*province), None, 0);
        }
        for (day, province) in &self.origins {
            rows.add("origin", *province, day_number(*day), None, 0);
        }
        for ((list, pass), communes) in &self.presence.rows {
            let communes = communes.iter().map(|place| place.to_string()).collect::<Vec<_>>().join(" ");
            rows.add_text("rows", *pass, 0, None, day_number(*list), Some(communes));
        }
        for ((list, table, place), submitted) in &self.presence.submitted {
            for ((first, last), came) in submitted {
                let kind = if *came { "submitted" } else { "awaited" };
                rows.add_text(kind, *table, u64::from(*place), None, day_number(*list), Some(format!("{first}/{last}")));
            }
        }
        for (list, table, place) in &self.presence.complete {
            rows.add("complete", *table, u64::from(*place), None, day_number(*list));
        }
        for (series, cells) in self.series.iter().zip(&self.blocks) {
            for (cell, counts) in cells.iter() {
                for (series, count) in series.iter().zip(counts).filter(|(_, n)| **n > 0) {
                    rows.add("count", *series, cell, None, *count);
                }
            }
        }
        for (number, pattern) in self.keys.patterns().iter().enumerate() {
            for (series, offset) in pattern {
                rows.add("pattern", *series, *offset, None, number as u64);
            }
        }
        for (number, (area, pattern)) in self.keys.sets().iter().enumerate() {
            rows.add("set", *pattern, u64::from(*area), None, number as u64);
        }
        for (key, set) in self.keys.iter() {
            rows.add("key", 0, 0, Some(format!("{key:0DIGITS$x}")), u64::from(set));
        }
        for ((indicator, code), text) in &self.remarks.left_out {
            let reason = serde_json::json!([code, text.vi, text.en]).to_string();
            rows.add_text("left_out", 0, 0, Some(indicator.clone()), 0, Some(reason));
        }
        for (table, count) in &self.remarks.set_aside {
            rows.add("set_aside", 0, 0, Some(table.clone()), *count);
        }
        if let Some(id) = self.sealed {
            rows.add("sealed", 0, 0, Some(format!("{id:016x}")), 0);
        }
        let (checksum, height) = (format!("{:016x}", rows.checksum), rows.kind.len() + 1);
        rows.add(WHOLE, 0, 0, Some(checksum), height as u64);
        df![
            "version" => vec![TALLY_VERSION; height],
            "plan" => vec![format!("{:016x}", self.fingerprint); height],
            "kind" => rows.kind,
            "series" => rows.series,
            "cell" => rows.cell,
            "key" => rows.key,
            "count" => rows.count,
            "text" => rows.text,
        ]
        .map_err(|e| Error::Frame { table: "tally".to_owned(), found: Fact::library(e) })
    }

    /// The number of rows of [`Tally::to_frame`], without making it.
    pub fn rows(&self) -> usize {
        let counts = |cells: &Cells| cells.iter().map(|(_, counts)| counts.iter().filter(|n| **n > 0).count()).sum::<usize>();
        let presence = &self.presence;
        let reports = presence.rows.len() + presence.submitted.values().map(BTreeSet::len).sum::<usize>() + presence.complete.len();
        let patterns = self.keys.patterns().iter().map(Vec::len).sum::<usize>();
        let keys = patterns + self.keys.sets().len() + self.keys.iter().count() + usize::from(self.sealed.is_some());
        let remarks = self.remarks.left_out.len() + self.remarks.set_aside.len();
        let areas = self.provinces.len() + self.origins.len();
        // One row says what the others are together.
        1 + self.counted.len() + areas + reports + self.blocks.iter().map(counts).sum::<usize>() + keys + remarks
    }

    /// The tally of a plan or a crosstab from its frame.
    ///
    /// # Errors
    /// [`Error::TallyMismatch`] if the frame is of another one or another version, [`Error::Frame`] if it is no tally.
    pub(crate) fn from_frame(question: &Question, frame: &DataFrame) -> Result<Self> {
        Self::read(question, frame).map_err(|e| Error::Frame { table: "tally".to_owned(), found: Fact::library(e) })?
    }

    fn read(question: &Question, frame: &DataFrame) -> PolarsResult<Result<Self>> {
        let column = |name: &str, to: &DataType| frame.column(name)?.as_materialized_series().strict_cast(to);
        let (version, of_plan) = (column("version", &DataType::UInt32)?, column("plan", &DataType::String)?);
        let expected = format!("{:016x}", question.fingerprint);
        for row in 0..frame.height() {
            let found = (version.u32()?.get(row), of_plan.str()?.get(row));
            if found != (Some(TALLY_VERSION), Some(expected.as_str())) {
                return Ok(Err(Error::TallyMismatch {
                    expected: Phrase::PlanOfVersion(expected, TALLY_VERSION.into()).into(),
                    found: Phrase::PlanOfVersion(found.1.unwrap_or("?").to_owned(), found.0.unwrap_or(0).into()).into(),
                }));
            }
        }
        let (kind, series) = (column("kind", &DataType::String)?, column("series", &DataType::UInt32)?);
        let (cell, count) = (column("cell", &DataType::UInt64)?, column("count", &DataType::UInt64)?);
        let (key, text) = (column("key", &DataType::String)?, column("text", &DataType::String)?);
        let damaged = |found: Phrase| Ok(Err(Error::Frame { table: "tally".to_owned(), found: found.into() }));
        let mut rows = Vec::with_capacity(frame.height());
        for row in 0..frame.height() {
            let (Some(kind), Some(series), Some(cell), Some(count)) =
                (kind.str()?.get(row), series.u32()?.get(row), cell.u64()?.get(row), count.u64()?.get(row))
            else {
                return damaged(Phrase::RowNumber(row as u64 + 1));
            };
            rows.push(Row { kind, series, cell, key: key.str()?.get(row), count, text: text.str()?.get(row) });
        }
        Ok(whole(&rows).and_then(|()| Self::of_rows(question, &rows)))
    }

    /// The tally of rows already checked to be complete.
    fn of_rows(question: &Question, rows: &[Row]) -> Result<Self> {
        let mut tally = Self::empty(question);
        let (mut patterns, mut sets): (Vec<Pattern>, Vec<Option<Set>>) = (Vec::new(), Vec::new());
        let mut keys = KeysBuilder::default();
        let mut lists = Lists::default();
        let (mut known, local) = (0, question.series_positions());
        let areas = question.areas.areas().len() as u64;
        let grids: Vec<Grid> = question.blocks.iter().map(|b| question.grid(b)).collect();
        let of = |(b, grid): (usize, &Grid)| CellsBuilder::new(question.series_of(b).count(), grid.size());
        let mut blocks: Vec<CellsBuilder> = grids.iter().enumerate().map(of).collect();
        for (nth, row) in rows.iter().enumerate() {
            let bad = || Error::Frame { table: "tally".to_owned(), found: Phrase::RowNumber(nth as u64 + 1).into() };
            let Row { series: s, cell: c, count: n, .. } = *row;
            // No frame has more patterns or sets than rows.
            let number = usize::try_from(n).ok().filter(|n| *n < rows.len());
            let is_series = question.series.get(s as usize);
            let fits = match (row.kind, is_series) {
                ("count", Some(of)) => grids[of.block].split(c).0 <= areas,
                ("pattern", Some(of)) => c < grids[of.block].cross.size() && number.is_some(),
                ("counted", Some(_)) | (WHOLE | "left_out" | "set_aside" | "sealed", _) => true,
                ("province", _) => c <= areas,
                ("set", _) => c <= areas && number.is_some(),
                ("origin", _) => list_day(c).is_some(),
                ("rows", _) => lists.has(n, 0) && (s as usize) < question.blocks.len(),
                ("submitted" | "awaited" | "complete", _) => lists.has(n, c) && (s as usize) < question.tables.len(),
                ("key", _) => number.is_some(),
                _ => false,
            };
            let (true, number) = (fits, number.unwrap_or(0)) else { return Err(bad()) };
            match row.kind {
                "counted" => {
                    tally.counted.insert(s);
                }
                "province" => {
                    tally.provinces.insert(c as u32);
                }
                "rows" => {
                    let list = list_day(n).ok_or_else(bad)?;
                    for place in row.text.ok_or_else(bad)?.split(' ') {
                        let place: u32 = place.parse().ok().filter(|place| lists.has(n, u64::from(*place))).ok_or_else(bad)?;
                        tally.presence.row(list, s, place);
                    }
                }
                "submitted" | "awaited" => {
                    let days = row.text.and_then(|text| text.split_once('/')).and_then(|(a, b)| a.parse().ok().zip(b.parse().ok()));
                    let sent = (days.ok_or_else(bad)?, row.kind == "submitted");
                    tally.presence.submitted.entry((list_day(n).ok_or_else(bad)?, s, c as u32)).or_default().insert(sent);
                }
                "complete" => {
                    tally.presence.complete.insert((list_day(n).ok_or_else(bad)?, s, c as u32));
                }
                "origin" => tally.origins.extend(list_day(c).map(|day| (day, s))),
                "count" => {
                    let slot = blocks[question.series[s as usize].block].slot(c, local[s as usize]);
                    *slot = slot.checked_add(n).filter(|sum| *sum < MOST_COUNTED).ok_or_else(|| too_large(MOST_COUNTED))?;
                }
                "pattern" => {
                    if patterns.len() <= number {
                        patterns.resize(number + 1, Pattern::new());
                    }
                    patterns[number].push((s, c));
                }
                "set" => {
                    if sets.len() <= number {
                        sets.resize(number + 1, None);
                    }
                    sets[number] = Some((c as u32, s));
                }
                "key" => {
                    let digits = row.key.filter(|key| key.len() == DIGITS);
                    let key = digits.and_then(|key| u128::from_str_radix(key, 16).ok()).ok_or_else(bad)?;
                    known = known.max(number + 1);
                    keys.add(key, number as u32);
                }
                "left_out" => {
                    let reason = row.text.and_then(|text| serde_json::from_str::<[String; 3]>(text).ok());
                    let (Some(indicator), Some([code, vi, en])) = (row.key, reason) else { return Err(bad()) };
                    tally.remarks.left_out.insert((indicator.to_owned(), code), Text::new(vi, en));
                }
                "sealed" => {
                    let id = row.key.and_then(|id| u64::from_str_radix(id, 16).ok()).ok_or_else(bad)?;
                    tally.sealed = Some(id);
                }
                "set_aside" => {
                    tally.remarks.set_aside.insert(row.key.ok_or_else(bad)?.to_owned(), n);
                }
                _ => {}
            }
        }
        for pattern in &mut patterns {
            pattern.sort_unstable();
            pattern.dedup();
        }
        // Every key has its set, and every set its pattern.
        let whole = |set: &Option<Set>| set.is_some_and(|(_, pattern)| patterns.get(pattern as usize).is_some_and(|p| !p.is_empty()));
        if known > sets.len() || !sets.iter().all(whole) {
            return Err(Error::Frame { table: "tally".to_owned(), found: Phrase::KeyWithoutSet.into() });
        }
        tally.blocks = blocks.into_iter().map(CellsBuilder::finish).collect();
        tally.keys = keys.finish(&sets, &patterns);
        tally.checked()
    }
}

/// Refuses rows that are not exactly those of one tally, unchanged.
fn whole(rows: &[Row]) -> Result<()> {
    let damaged = |found: Phrase| Err(Error::Frame { table: "tally".to_owned(), found: found.into() });
    let wholes: Vec<&Row> = rows.iter().filter(|row| row.kind == WHOLE).collect();
    let row = match wholes[..] {
        [row] => row,
        [] => return damaged(Phrase::RowsWithoutNumber),
        _ => return damaged(Phrase::SeveralTallies),
    };
    if row.count != rows.len() as u64 {
        return damaged(Phrase::RowsOf(rows.len() as u64, row.count));
    }
    let mut bytes = Vec::new();
    let others = rows.iter().filter(|row| row.kind != WHOLE);
    let checksum = others.fold(0_u64, |sum, row| sum.wrapping_add(row.hash(&mut bytes)));
    if row.key != Some(format!("{checksum:016x}").as_str()) {
        return damaged(Phrase::ChangedRows);
    }
    Ok(())
}
