//! A tally as a table, so that it can be stored and sent: version 4.
//!
//! Columns: `version`, `plan` (fingerprint), `kind`, `series`, `cell`, `key` (text), `count` and `text`. Kinds: `whole` (one row:
//! the number of rows in `count`, a checksum in `key`), `counted` (a series), `province` (a cell), `origin` (a province of
//! moved records by its place in their list, and in `cell` the days of that list since 1970), `count` (of a series in a cell), `pattern` (a series and an
//! offset within an area, of the pattern numbered `count`), `set` (an area, in `cell`, and a pattern, in `series`, as the set
//! numbered `count`), `key` (the hash of a key, 24 hexadecimal digits, in the set numbered `count`), `sealed` (in `key` what
//! tells the secret of the keys), `left_out` (in `key` the
//! indicator, in `text` why), `set_aside` (in `key` the table, in `count` its rows), `rows` (a pass and, in `count`, the first day of a list
//! of areas; in `text` the communes that sent rows, as places of the list), `submitted`, `awaited` and `complete` (a table and a unit of such a list; in
//! `text` the days of a submission).
//!
//! The checksum does not depend on the order of rows. Keys are text: programs that hold numbers with gaps as floats would round them.

use super::cells::{Cells, CellsBuilder};
use super::keys::{KeysBuilder, Pattern, Set};
use super::tally::{MOST_COUNTED, TALLY_VERSION, Tally, too_large};
use crate::area::AreaList;
use crate::error::{Error, Result};
use crate::grid::Grid;
use crate::question::Question;
use crate::text::Text;
use chrono::NaiveDate;
use polars_core::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The kind of the row that tells what the others are together.
const WHOLE: &str = "whole";
/// Hexadecimal digits of a key's hash.
const DIGITS: usize = 24;

/// One row of the table.
struct Line<'a> {
    kind: &'a str,
    series: u32,
    cell: u64,
    key: Option<&'a str>,
    count: u64,
    text: Option<&'a str>,
}

impl Line<'_> {
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

/// One column per field, filled row by row.
#[derive(Default)]
struct Lines {
    kind: Vec<&'static str>,
    series: Vec<u32>,
    cell: Vec<u64>,
    key: Vec<Option<String>>,
    count: Vec<u64>,
    text: Vec<Option<String>>,
    checksum: u64,
    bytes: Vec<u8>,
}

impl Lines {
    fn add(&mut self, kind: &'static str, series: u32, cell: u64, key: Option<String>, count: u64) {
        self.add_text(kind, series, cell, key, count, None);
    }

    fn add_text(&mut self, kind: &'static str, series: u32, cell: u64, key: Option<String>, count: u64, text: Option<String>) {
        let line = Line { kind, series, cell, key: key.as_deref(), count, text: text.as_deref() };
        self.checksum = self.checksum.wrapping_add(line.hash(&mut self.bytes));
        self.kind.push(kind);
        self.series.push(series);
        self.cell.push(cell);
        self.key.push(key);
        self.count.push(count);
        self.text.push(text);
    }
}

/// A day as a number.
fn written(day: NaiveDate) -> u64 {
    i64::from(day.to_epoch_days()).cast_unsigned()
}

/// The day of a list of areas.
fn origin(days: u64) -> Option<NaiveDate> {
    let day = NaiveDate::from_epoch_days(i32::try_from(days.cast_signed()).ok()?)?;
    AreaList::on(day).is_ok().then_some(day)
}

/// The number of units in each list of areas that a tally names.
#[derive(Default)]
struct Lists(BTreeMap<u64, Option<u64>>);

impl Lists {
    /// True for the place of a unit in the list of a day.
    fn has(&mut self, list: u64, place: u64) -> bool {
        let units = || Some(AreaList::on(origin(list)?).ok()?.areas().len() as u64);
        self.0.entry(list).or_insert_with(units).is_some_and(|units| place < units)
    }
}

impl Tally {
    /// The tally as a frame; [`Plan::tally`](crate::Plan::tally) and [`Crosstab::tally`](crate::Crosstab::tally) read it back.
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns cannot be put together.
    pub fn to_frame(&self) -> Result<DataFrame> {
        let mut lines = Lines::default();
        for series in &self.counted {
            lines.add("counted", *series, 0, None, 0);
        }
        for province in &self.provinces {
            lines.add("province", 0, u64::from(*province), None, 0);
        }
        for (day, province) in &self.origins {
            lines.add("origin", *province, written(*day), None, 0);
        }
        for ((list, pass), communes) in &self.presence.rows {
            let communes = communes.iter().map(|place| place.to_string()).collect::<Vec<_>>().join(" ");
            lines.add_text("rows", *pass, 0, None, written(*list), Some(communes));
        }
        for ((list, table, place), submitted) in &self.presence.submitted {
            for ((first, last), came) in submitted {
                let kind = if *came { "submitted" } else { "awaited" };
                lines.add_text(kind, *table, u64::from(*place), None, written(*list), Some(format!("{first}/{last}")));
            }
        }
        for (list, table, place) in &self.presence.complete {
            lines.add("complete", *table, u64::from(*place), None, written(*list));
        }
        for (series, cells) in self.series.iter().zip(&self.blocks) {
            for (cell, counts) in cells.iter() {
                for (series, count) in series.iter().zip(counts).filter(|(_, n)| **n > 0) {
                    lines.add("count", *series, cell, None, *count);
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
            lines.add("key", 0, 0, Some(format!("{key:0DIGITS$x}")), u64::from(set));
        }
        for ((indicator, code), text) in &self.remarks.left_out {
            let told = serde_json::json!([code, text.vi, text.en]).to_string();
            lines.add_text("left_out", 0, 0, Some(indicator.clone()), 0, Some(told));
        }
        for (table, rows) in &self.remarks.set_aside {
            lines.add("set_aside", 0, 0, Some(table.clone()), *rows);
        }
        if let Some(id) = self.sealed {
            lines.add("sealed", 0, 0, Some(format!("{id:016x}")), 0);
        }
        let (checksum, rows) = (format!("{:016x}", lines.checksum), lines.kind.len() + 1);
        lines.add(WHOLE, 0, 0, Some(checksum), rows as u64);
        df![
            "version" => vec![TALLY_VERSION; rows],
            "plan" => vec![format!("{:016x}", self.fingerprint); rows],
            "kind" => lines.kind,
            "series" => lines.series,
            "cell" => lines.cell,
            "key" => lines.key,
            "count" => lines.count,
            "text" => lines.text,
        ]
        .map_err(|e| Error::Frame { table: "tally".to_owned(), found: e.to_string() })
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
        Self::read(question, frame).map_err(|e| Error::Frame { table: "tally".to_owned(), found: e.to_string() })?
    }

    fn read(question: &Question, frame: &DataFrame) -> PolarsResult<Result<Self>> {
        let column = |name: &str, to: &DataType| frame.column(name)?.as_materialized_series().strict_cast(to);
        let (version, of_plan) = (column("version", &DataType::UInt32)?, column("plan", &DataType::String)?);
        let expected = format!("{:016x}", question.fingerprint);
        for row in 0..frame.height() {
            let found = (version.u32()?.get(row), of_plan.str()?.get(row));
            if found != (Some(TALLY_VERSION), Some(expected.as_str())) {
                return Ok(Err(Error::TallyMismatch {
                    expected: format!("plan {expected}, version {TALLY_VERSION}"),
                    found: format!("plan {}, version {}", found.1.unwrap_or("?"), found.0.unwrap_or(0)),
                }));
            }
        }
        let (kind, series) = (column("kind", &DataType::String)?, column("series", &DataType::UInt32)?);
        let (cell, count) = (column("cell", &DataType::UInt64)?, column("count", &DataType::UInt64)?);
        let (key, text) = (column("key", &DataType::String)?, column("text", &DataType::String)?);
        let spoiled = |found: String| Ok(Err(Error::Frame { table: "tally".to_owned(), found }));
        let mut lines = Vec::with_capacity(frame.height());
        for row in 0..frame.height() {
            let (Some(kind), Some(series), Some(cell), Some(count)) =
                (kind.str()?.get(row), series.u32()?.get(row), cell.u64()?.get(row), count.u64()?.get(row))
            else {
                return spoiled(format!("row {}", row + 1));
            };
            lines.push(Line { kind, series, cell, key: key.str()?.get(row), count, text: text.str()?.get(row) });
        }
        Ok(whole(&lines).and_then(|()| Self::of_lines(question, &lines)))
    }

    /// The tally of rows that are whole.
    fn of_lines(question: &Question, lines: &[Line]) -> Result<Self> {
        let mut tally = Self::empty(question);
        let (mut patterns, mut sets): (Vec<Pattern>, Vec<Option<Set>>) = (Vec::new(), Vec::new());
        let mut keys = KeysBuilder::default();
        let mut lists = Lists::default();
        let (mut known, local) = (0, question.places());
        let areas = question.areas.areas().len() as u64;
        let grids: Vec<Grid> = question.blocks.iter().map(|b| question.grid(b)).collect();
        let of = |(b, grid): (usize, &Grid)| CellsBuilder::new(question.series_of(b).count(), grid.size());
        let mut blocks: Vec<CellsBuilder> = grids.iter().enumerate().map(of).collect();
        for (row, line) in lines.iter().enumerate() {
            let bad = || Error::Frame { table: "tally".to_owned(), found: format!("row {}", row + 1) };
            let Line { series: s, cell: c, count: n, .. } = *line;
            // No frame has more patterns or sets than rows.
            let number = usize::try_from(n).ok().filter(|n| *n < lines.len());
            let is_series = question.series.get(s as usize);
            let fits = match (line.kind, is_series) {
                ("count", Some(of)) => grids[of.block].split(c).0 <= areas,
                ("pattern", Some(of)) => c < grids[of.block].cross.size() && number.is_some(),
                ("counted", Some(_)) | (WHOLE | "left_out" | "set_aside" | "sealed", _) => true,
                ("province", _) => c <= areas,
                ("set", _) => c <= areas && number.is_some(),
                ("origin", _) => origin(c).is_some(),
                ("rows", _) => lists.has(n, 0) && (s as usize) < question.blocks.len(),
                ("submitted" | "awaited" | "complete", _) => lists.has(n, c) && (s as usize) < question.tables.len(),
                ("key", _) => number.is_some(),
                _ => false,
            };
            let (true, number) = (fits, number.unwrap_or(0)) else { return Err(bad()) };
            match line.kind {
                "counted" => {
                    tally.counted.insert(s);
                }
                "province" => {
                    tally.provinces.insert(c as u32);
                }
                "rows" => {
                    let list = origin(n).ok_or_else(bad)?;
                    for place in line.text.ok_or_else(bad)?.split(' ') {
                        let place: u32 = place.parse().ok().filter(|place| lists.has(n, u64::from(*place))).ok_or_else(bad)?;
                        tally.presence.row(list, s, place);
                    }
                }
                "submitted" | "awaited" => {
                    let days = line.text.and_then(|text| text.split_once('/')).and_then(|(a, b)| a.parse().ok().zip(b.parse().ok()));
                    let sent = (days.ok_or_else(bad)?, line.kind == "submitted");
                    tally.presence.submitted.entry((origin(n).ok_or_else(bad)?, s, c as u32)).or_default().insert(sent);
                }
                "complete" => {
                    tally.presence.complete.insert((origin(n).ok_or_else(bad)?, s, c as u32));
                }
                "origin" => tally.origins.extend(origin(c).map(|day| (day, s))),
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
                    let digits = line.key.filter(|key| key.len() == DIGITS);
                    let key = digits.and_then(|key| u128::from_str_radix(key, 16).ok()).ok_or_else(bad)?;
                    known = known.max(number + 1);
                    keys.add(key, number as u32);
                }
                "left_out" => {
                    let told = line.text.and_then(|text| serde_json::from_str::<[String; 3]>(text).ok());
                    let (Some(indicator), Some([code, vi, en])) = (line.key, told) else { return Err(bad()) };
                    tally.remarks.left_out.insert((indicator.to_owned(), code), Text::new(vi, en));
                }
                "sealed" => {
                    let id = line.key.and_then(|id| u64::from_str_radix(id, 16).ok()).ok_or_else(bad)?;
                    tally.sealed = Some(id);
                }
                "set_aside" => {
                    tally.remarks.set_aside.insert(line.key.ok_or_else(bad)?.to_owned(), n);
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
            return Err(Error::Frame { table: "tally".to_owned(), found: "a key without its set".to_owned() });
        }
        tally.blocks = blocks.into_iter().map(CellsBuilder::finish).collect();
        tally.keys = keys.finish(&sets, &patterns);
        tally.checked()
    }
}

/// Refuses rows that are not those of one tally, all of them, as they were written.
fn whole(lines: &[Line]) -> Result<()> {
    let spoiled = |found: String| Err(Error::Frame { table: "tally".to_owned(), found });
    let told: Vec<&Line> = lines.iter().filter(|line| line.kind == WHOLE).collect();
    let line = match told[..] {
        [line] => line,
        [] => return spoiled("rows without the one that tells their number".to_owned()),
        _ => return spoiled("several tallies in one table: read each and merge them".to_owned()),
    };
    if line.count != lines.len() as u64 {
        return spoiled(format!("{} rows of {}", lines.len(), line.count));
    }
    let mut bytes = Vec::new();
    let others = lines.iter().filter(|line| line.kind != WHOLE);
    let checksum = others.fold(0_u64, |sum, line| sum.wrapping_add(line.hash(&mut bytes)));
    if line.key != Some(format!("{checksum:016x}").as_str()) {
        return spoiled("rows that were changed".to_owned());
    }
    Ok(())
}
