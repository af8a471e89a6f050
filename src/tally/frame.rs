//! A tally as a table, so that it can be stored and sent: version 2.
//!
//! Columns: `version`, `plan` (fingerprint), `kind`, `series`, `cell`, `key_high`, `key_low` (64 and 32 bits of a key's hash)
//! and `count`. Kinds: `counted` (a series), `province` (a cell), `count` (of a series in a cell), `set` (a series and a cell
//! of the set numbered `count`), `key` (a key in the set numbered `count`).

use super::cells::CellsBuilder;
use super::grid::Grid;
use super::keys::{Keys, Set};
use super::{TALLY_VERSION, Tally};
use crate::error::{Error, Result};
use crate::plan::Plan;
use polars::prelude::*;

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

impl Tally {
    /// The tally as a frame.
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns cannot be put together.
    pub fn to_frame(&self, plan: &Plan) -> Result<DataFrame> {
        let mut lines = Lines::default();
        for series in &self.counted {
            lines.add("counted", *series, 0, None, 0);
        }
        for province in &self.provinces {
            lines.add("province", 0, u64::from(*province), None, 0);
        }
        for (block, cells) in self.blocks.iter().enumerate() {
            let series: Vec<usize> = plan.series_of(block).collect();
            for (cell, counts) in cells.iter() {
                for (series, count) in series.iter().zip(counts).filter(|(_, n)| **n > 0) {
                    lines.add("count", *series as u32, cell, None, *count);
                }
            }
        }
        for (number, set) in self.keys.sets().iter().enumerate() {
            for (series, cell) in set {
                lines.add("set", *series, *cell, None, number as u64);
            }
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

    /// The tally of a plan from its frame.
    ///
    /// # Errors
    /// [`Error::TallyMismatch`] if the frame is of another plan or version, [`Error::Frame`] if it is no tally.
    pub fn from_frame(plan: &Plan, frame: &DataFrame) -> Result<Self> {
        Self::read(plan, frame).map_err(|e| Error::Frame { table: "tally".to_owned(), found: e.to_string() })?
    }

    fn read(plan: &Plan, frame: &DataFrame) -> PolarsResult<Result<Self>> {
        let column = |name: &str, to: &DataType| frame.column(name)?.as_materialized_series().strict_cast(to);
        let (version, of_plan) = (column("version", &DataType::UInt32)?, column("plan", &DataType::String)?);
        let (kind, series) = (column("kind", &DataType::String)?, column("series", &DataType::UInt32)?);
        let (cell, count) = (column("cell", &DataType::UInt64)?, column("count", &DataType::UInt64)?);
        let (high, low) = (column("key_high", &DataType::UInt64)?, column("key_low", &DataType::UInt64)?);
        let expected = format!("{:016x}", plan.fingerprint());
        let mut tally = Self::empty(plan);
        let mut blocks: Vec<CellsBuilder> = (0..plan.blocks.len()).map(|b| CellsBuilder::new(plan.series_of(b).count())).collect();
        let (mut sets, mut pairs): (Vec<Set>, Vec<(u128, u32)>) = (Vec::new(), Vec::new());
        let grids: Vec<Grid> = plan.blocks.iter().map(|b| Grid::new(plan, b)).collect();
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
            let Some(of) = plan.series.get(s as usize) else { return Ok(Err(bad())) };
            let is_cell = matches!(kind.str()?.get(row), Some("count" | "set"));
            if is_cell && grids[of.block].split(c).0 > grids[of.block].unknown_area() || c > u64::from(u32::MAX) && !is_cell {
                return Ok(Err(bad()));
            }
            match kind.str()?.get(row) {
                Some("counted") => {
                    tally.counted.insert(s);
                }
                Some("province") => {
                    tally.provinces.insert(u32::try_from(c).unwrap_or(u32::MAX));
                }
                Some("count") => {
                    let slot = blocks[of.block].slot(c, plan.local(s as usize));
                    // Far above any count, and far below where sums of counts would overflow.
                    match slot.checked_add(n).filter(|sum| *sum < 1 << 53) {
                        Some(sum) => *slot = sum,
                        None => return Ok(Err(bad())),
                    }
                }
                // No frame has more sets than rows.
                Some("set") if n < frame.height() as u64 => {
                    let number = n as usize;
                    if sets.len() <= number {
                        sets.resize(number + 1, Set::new());
                    }
                    sets[number].push((s, c));
                }
                Some("key") if n < frame.height() as u64 => {
                    let (Some(high), Some(low)) = (high.u64()?.get(row), low.u64()?.get(row)) else { return Ok(Err(bad())) };
                    if u128::from(low) > LOW {
                        return Ok(Err(bad()));
                    }
                    pairs.push((u128::from(high) << LOW_BITS | u128::from(low), n as u32));
                }
                _ => return Ok(Err(bad())),
            }
        }
        sets.iter_mut().for_each(|set| {
            set.sort_unstable();
            set.dedup();
        });
        if pairs.iter().any(|(_, set)| sets.get(*set as usize).is_none_or(Vec::is_empty)) {
            return Ok(Err(Error::Frame { table: "tally".to_owned(), found: "a key without its set".to_owned() }));
        }
        // The cells of a set are those of one row, which lies in one area.
        let area = |(series, cell): &(u32, u64)| grids[plan.series[*series as usize].block].area_of(*cell);
        if sets.iter().any(|set| set.iter().any(|place| area(place) != area(&set[0]))) {
            return Ok(Err(Error::Frame { table: "tally".to_owned(), found: "a set of several areas".to_owned() }));
        }
        tally.blocks = blocks.into_iter().map(CellsBuilder::finish).collect();
        tally.keys = Keys::new(sets, pairs);
        Ok(Ok(tally))
    }
}
