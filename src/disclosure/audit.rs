//! What can be worked out from a table that someone else protected.

use super::axis::Axis;
use super::bounds::Bounds;
use super::certify::unproven;
use super::cube::{Cube, counts, wrong};
use super::exact::Exact;
use super::relations::{System, UNBOUNDED};
use super::rule::Rule;
use super::search::{Effort, Move, Search};
use crate::error::{Error, Result};
use crate::task;
use polars_core::prelude::*;
use std::collections::HashSet;

/// How long to look for a table that fits, and for others.
const FIRST: Effort = Effort { tries: 40, steps: 20_000, patience: 20_000 };
const OTHER: Effort = Effort { tries: 6, steps: 400, patience: 400 };

/// Tables of more inner cells are too large for an integer program that nobody asked for.
const MOST_INNER: usize = 2_000;

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

/// How the bounds of hidden cells are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tightness {
    /// By carrying bounds along sums: valid, and fast on any table; not always the tightest.
    Carried,
    /// By two integer programs for each cell: exact where these come to an end. For tables of some hundred hidden cells.
    Exact,
}

/// Judges a table in which counts are hidden as null: what can anyone work out of the hidden cells?
///
/// The frame holds inner cells and margins, with [`TOTAL`](super::TOTAL) for all of a dimension; cells without a row are taken as not
/// published. Nothing is taken from who made it: all sums, inequalities of distinct totals and the rule itself (where zeros are
/// shown, a hidden cell is at least 1) are carried to bounds, and a cell is safe only if whole other tables are found,
/// and added up again, in which it has other numbers. An integer program is asked about what stays open.
///
/// The outcome has a row for each hidden cell: the dimensions, `lower`, `upper` (null where nothing bounds it), `finding` (`safe`,
/// `not_small`, `recovered`, `narrow`, `open`) and `safe`. What is `open` is not safe.
///
/// # Errors
/// As [`protect`](super::protect); [`Error::Contradiction`] if no counts can be like what is published.
pub fn audit(frame: &DataFrame, axes: &[Axis], count: &str, rule: &Rule, tightness: Tightness) -> Result<DataFrame> {
    let (cube, rows) = Cube::of(frame, axes, count)?;
    let given = counts(frame, count, true)?;
    let system = cube.system();
    let mut seen = vec![(0, UNBOUNDED); cube.cells() as usize];
    for (cell, number) in rows.iter().zip(&given) {
        seen[*cell as usize] = number.map_or((rule.floor(), UNBOUNDED), |n| (n.cast_signed(), n.cast_signed()));
    }
    let hidden: Vec<u32> = (0..).zip(&given).filter(|(_, n)| n.is_none()).map(|(row, _): (usize, _)| rows[row]).collect();
    let mut bounds = Bounds::new(&system, seen.clone()).map_err(|_| Error::Contradiction { table: "frame".to_owned() })?;
    // A cell that is hidden alone protects no other: it is small itself, unless what is published says that it is not.
    let is_unseen = |cell: u32| seen[cell as usize].0 < seen[cell as usize].1;
    let near = |cell: u32| system.of_cell.of(cell).iter().flat_map(|(relation, _)| system.terms.of(*relation)).map(|(near, _)| *near);
    let is_alone = |cell: u32| !near(cell).any(|near| near != cell && is_unseen(near));
    let smallest = rule.threshold.cast_signed() - 1;
    let alone: Vec<u32> = hidden.iter().copied().filter(|cell| is_alone(*cell) && bounds.of(*cell).0 <= smallest).collect();
    if !alone.is_empty() {
        let mut narrower = seen.clone();
        for cell in &alone {
            narrower[*cell as usize].1 = smallest;
        }
        if let Ok(found) = Bounds::new(&system, narrower.clone()) {
            (bounds, seen) = (found, narrower);
        }
    }
    let mut ranges: Vec<(i64, i64)> = hidden.iter().map(|cell| bounds.of(*cell)).collect();
    if tightness == Tightness::Exact {
        let exact = Exact::new(&system, &bounds);
        for (cell, range) in hidden.iter().zip(&mut ranges) {
            for is_most in [false, true] {
                let end = if is_most { range.1 } else { range.0 };
                let found = exact.extreme(*cell, is_most).filter(|of| of.is_proven && end < UNBOUNDED);
                let tighter = found.map_or(end, |of| of.numbers[*cell as usize]);
                *range = if is_most { (range.0, tighter) } else { (tighter, range.1) };
            }
        }
    }
    let findings = judge(&system, &bounds, &seen, &hidden, &ranges, rule);
    let least: Vec<i64> = ranges.iter().map(|range| range.0).collect();
    let most: Vec<Option<i64>> = ranges.iter().map(|range| Some(range.1).filter(|most| *most < UNBOUNDED)).collect();
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

fn judge(system: &System, bounds: &Bounds, seen: &[(i64, i64)], hidden: &[u32], ranges: &[(i64, i64)], rule: &Rule) -> Vec<Finding> {
    let threshold = rule.threshold.cast_signed();
    let by_bounds = |(least, most): &(i64, i64)| {
        if *least >= threshold {
            Finding::NotSmall
        } else if least == most {
            Finding::Recovered
        } else if most - least + 1 < rule.values() as i64 {
            Finding::Narrow
        } else {
            Finding::Open
        }
    };
    let mut findings: Vec<Finding> = ranges.iter().map(by_bounds).collect();
    if !findings.contains(&Finding::Open) {
        return findings;
    }
    let exact = Exact::new(system, bounds);
    let Some(start) = some_table(system, bounds, &exact, hidden) else { return findings };
    let mut search = Search::new(system, &start, |cell| bounds.of(cell));
    let mut found: Vec<(u32, Vec<Move>)> = Vec::new();
    for (cell, _) in hidden.iter().zip(&findings).filter(|(_, of)| **of == Finding::Open) {
        task::look();
        let mut moves = others(&mut search, *cell, rule.values());
        if moves.len() + 1 < rule.values() && system.inner.len() <= MOST_INNER {
            let ends = [false, true].into_iter().filter_map(|is_most| exact.extreme(*cell, is_most));
            moves.extend(ends.map(|of| difference(&start, &of.numbers)));
        }
        found.push((*cell, moves));
    }
    let unproven = unproven(system, &start, seen, &found, rule.values());
    let proven: HashSet<u32> = found.iter().map(|(cell, _)| *cell).filter(|cell| !unproven.contains(cell)).collect();
    for (_, finding) in hidden.iter().zip(&mut findings).filter(|(cell, _)| proven.contains(cell)) {
        *finding = Finding::Safe;
    }
    findings
}

/// A table that agrees with all that is published, if one is found.
fn some_table(system: &System, bounds: &Bounds, exact: &Exact, hidden: &[u32]) -> Option<Vec<i64>> {
    let start: Vec<i64> = (0..system.cells() as u32).map(|cell| bounds.of(cell).0).collect();
    let mut search = Search::new(system, &start, |cell| bounds.of(cell));
    if search.mend(FIRST) {
        return Some((0..system.cells() as u32).map(|cell| search.number(cell)).collect());
    }
    let first = hidden.first().filter(|_| system.inner.len() <= MOST_INNER)?;
    exact.extreme(*first, false).map(|of| of.numbers)
}

fn difference(from: &[i64], to: &[i64]) -> Move {
    (0..).zip(from.iter().zip(to)).map(|(cell, (a, b))| (cell, b - a)).filter(|(_, by)| *by != 0).collect()
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
