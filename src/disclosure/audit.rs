//! What can be worked out from a table that someone else protected.

use super::axis::Axis;
use super::bounds::Bounds;
use super::certify::unproven;
use super::cube::{Cube, counts, wrong};
use super::relations::{System, UNBOUNDED};
use super::rule::Rule;
use super::search::{Effort, Move, Search};
use crate::error::{Error, Result};
use crate::task;
use polars_core::prelude::*;

/// How long to look for a table that fits, and for others.
const FIRST: Effort = Effort { tries: 40, steps: 20_000 };
const OTHER: Effort = Effort { tries: 6, steps: 400 };

/// What the public can work out of one hidden cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finding {
    /// It can be enough numbers: tables that fit were found and checked.
    Safe,
    /// It is known to be at least the threshold.
    NotSmall,
    /// Its number follows from the rest, and is small.
    Recovered,
    /// Fewer numbers are possible than asked for.
    Narrow,
    /// Neither proven safe nor recovered.
    Open,
}

impl Finding {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::NotSmall => "not_small",
            Self::Recovered => "recovered",
            Self::Narrow => "narrow",
            Self::Open => "open",
        }
    }
}

/// Judges a table in which counts are hidden as null: what can anyone work out of the hidden cells?
///
/// The frame holds inner cells and margins, with [`TOTAL`](super::TOTAL) for all of a dimension; cells without a row are taken as not
/// published. Nothing is taken from who made it: all sums, inequalities of distinct totals and the rule itself (where zeros are
/// shown, a hidden cell is at least 1) are carried to bounds, and a cell is safe only if whole other tables are found,
/// and added up again, in which it has other numbers.
///
/// The outcome has a row for each hidden cell: the dimensions, `lower`, `upper` (null where nothing bounds it), `finding` (`safe`,
/// `not_small`, `recovered`, `narrow`, `open`) and `safe`. What is `open` is not safe.
///
/// # Errors
/// As [`protect`](super::protect); [`Error::Contradiction`] if no counts can be like what is published.
pub fn audit(frame: &DataFrame, axes: &[Axis], count: &str, rule: &Rule) -> Result<DataFrame> {
    let (cube, rows) = Cube::of(frame, axes, count)?;
    let given = counts(frame, count, true)?;
    let system = cube.system();
    let mut seen = vec![(0, UNBOUNDED); cube.cells() as usize];
    for (cell, number) in rows.iter().zip(&given) {
        seen[*cell as usize] = number.map_or((rule.floor(), UNBOUNDED), |n| (n.cast_signed(), n.cast_signed()));
    }
    let hidden: Vec<u32> = (0..).zip(&given).filter(|(_, n)| n.is_none()).map(|(row, _): (usize, _)| rows[row]).collect();
    let bounds = Bounds::new(&system, seen.clone()).map_err(|_| Error::Contradiction { table: "frame".to_owned() })?;
    let findings = judge(&system, &bounds, &seen, &hidden, rule);
    let least: Vec<i64> = hidden.iter().map(|cell| bounds.of(*cell).0).collect();
    let most: Vec<Option<i64>> = hidden.iter().map(|cell| Some(bounds.of(*cell).1).filter(|most| *most < UNBOUNDED)).collect();
    let words = findings.iter().map(|found| Some(found.as_str())).collect::<StringChunked>();
    let safe: Vec<bool> = findings.iter().map(|found| matches!(found, Finding::Safe | Finding::NotSmall)).collect();
    let mut columns = cube.columns(&hidden);
    columns.extend([
        Column::new("lower".into(), least),
        Column::new("upper".into(), most),
        words.with_name("finding".into()).into_column(),
        Column::new("safe".into(), safe),
    ]);
    DataFrame::new(hidden.len(), columns).map_err(wrong)
}

fn judge(system: &System, bounds: &Bounds, seen: &[(i64, i64)], hidden: &[u32], rule: &Rule) -> Vec<Finding> {
    let threshold = rule.threshold.cast_signed();
    let by_bounds = |cell: u32| {
        let (least, most) = bounds.of(cell);
        if least >= threshold {
            Finding::NotSmall
        } else if least == most {
            Finding::Recovered
        } else if bounds.width(cell) < rule.values() as i64 {
            Finding::Narrow
        } else {
            Finding::Open
        }
    };
    let mut findings: Vec<Finding> = hidden.iter().map(|cell| by_bounds(*cell)).collect();
    let start: Vec<i64> = (0..system.cells() as u32).map(|cell| bounds.of(cell).0).collect();
    let mut search = Search::new(system, &start, |cell| bounds.of(cell));
    if findings.contains(&Finding::Open) && search.mend(FIRST) {
        let numbers: Vec<i64> = (0..system.cells() as u32).map(|cell| search.number(cell)).collect();
        let mut found: Vec<(u32, Vec<Move>)> = Vec::new();
        for (cell, _) in hidden.iter().zip(&findings).filter(|(_, of)| **of == Finding::Open) {
            task::look();
            found.push((*cell, others(&mut search, *cell, rule.values())));
        }
        let unproven = unproven(system, &numbers, seen, &found, rule.values());
        let proven: std::collections::HashSet<u32> = found.iter().map(|(cell, _)| *cell).filter(|cell| !unproven.contains(cell)).collect();
        for (cell, finding) in hidden.iter().zip(&mut findings) {
            if proven.contains(cell) {
                *finding = Finding::Safe;
            }
        }
    }
    findings
}

/// Tables in which a cell has other numbers.
fn others(search: &mut Search, cell: u32, values: usize) -> Vec<Move> {
    let (number, (least, most)) = (search.number(cell), search.range(cell));
    let mut found = Vec::new();
    for away in (1..=values as i64 + 1).flat_map(|away| [away, -away]) {
        let other = number + away;
        if found.len() + 1 >= values {
            break;
        }
        if (least..=most).contains(&other) {
            found.extend(search.with(cell, other, OTHER));
        }
    }
    found
}
