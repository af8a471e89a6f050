//! A table of counts made safe to publish.

use super::axis::Axis;
use super::bounds::Bounds;
use super::certify::unproven;
use super::components::suppress;
use super::cube::{Cube, bad_value, counts, wrong};
use super::relations::{System, UNBOUNDED};
use super::rule::Rule;
use super::suppress::{Cell, Pattern, Place, at_least, view};
use crate::error::{Error, Phrase, Result};
use crate::stats::SMALLEST_DENOMINATOR;
use polars_core::prelude::*;

/// A table that can be published, and what its makers should know of it.
#[derive(Debug, Clone)]
pub struct Protected {
    /// One row for each cell, margins included: the dimensions, the count (null where hidden), `status` (`ok` or `suppressed`),
    /// and `lower` and `upper`, what anyone can work out from the rest (null where nothing bounds it).
    pub table: DataFrame,
    /// For the office that made the table, not for its readers: how many cells are small is itself telling.
    pub report: Report,
}

/// How a table was protected.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Cells of the table, margins included.
    pub cells: u64,
    /// Cells that are not 0.
    pub not_zero: u64,
    /// Small cells, hidden for their own sake.
    pub primary: u64,
    /// Cells hidden to protect others.
    pub secondary: u64,
    /// Small cells for which another whole table was found and checked in which they are another number.
    pub certified: u64,
    /// Totals of a whole dimension that had to be hidden although they are not small, by their categories.
    pub hidden_totals: Vec<Vec<String>>,
    /// Cells shown that are all of a group below 30 of more than one category: it tells the same of each in the group.
    pub whole_groups: u64,
    /// A better table, if more than half of the cells that are not 0 are hidden.
    pub advice: Option<Advice>,
}

/// A table with fewer dimensions crossed at the finest level, where crossing shows little.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Advice {
    /// The dimension at whose finest categories no two others should be crossed.
    pub at: String,
    /// The dimensions to be published apart there, and crossed at the levels above.
    pub apart: Vec<String>,
    /// Cells of at least the threshold in that table.
    pub of: u64,
    /// How many of them it would show.
    pub kept: u64,
    /// How many of them are shown now.
    pub shown: u64,
    /// Crossed cells of at least the threshold that are shown now, and would not be in it.
    pub lost: u64,
}

/// Hides what is small in a table of counts, and as much more as is needed so that it cannot be worked out.
///
/// The frame holds inner cells, one row each: a category in each dimension, and a whole number. Combinations without a row are 0. The
/// outcome holds them and every margin, with [`TOTAL`](super::TOTAL) for all of a dimension. An axis that is
/// [`distinct`](Axis::distinct) has its totals in the frame too.
///
/// The outcome does not depend on the order of the rows. Where a choice is free it follows the order of the categories: an
/// axis's own, else the sorted names.
///
/// # Errors
/// [`Error::MissingColumn`], [`Error::WrongType`] or [`Error::BadValue`] for a frame that is no such table,
/// [`Error::BadNumber`] for dimensions that name people or are no tree, or a table of more than 5 million cells.
///
/// ```
/// use chitieu::disclosure::{Axis, Rule, protect};
/// use polars_core::prelude::*;
/// let frame = df![
///     "commune" => ["A", "A", "B", "B", "C", "C"],
///     "sex" => ["girl", "boy", "girl", "boy", "girl", "boy"],
///     "n" => [1, 9, 7, 12, 8, 20],
/// ]?;
/// let found = protect(&frame, &[Axis::new("commune"), Axis::new("sex")], "n", &Rule::default())?;
/// // The 1, and three others, or it could be worked out from the margins.
/// assert_eq!(found.table.column("n")?.null_count(), 4);
/// assert_eq!((found.report.primary, found.report.secondary, found.report.certified), (1, 3, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn protect(frame: &DataFrame, axes: &[Axis], count: &str, rule: &Rule) -> Result<Protected> {
    let (cube, rows) = Cube::of(frame, axes, count)?;
    let system = cube.system();
    let numbers = numbers_of(&cube, &system, &rows, frame, count)?;
    let cells = cells(&cube, &numbers, rule);
    let contradiction = |_| Error::Contradiction { table: "frame".to_owned() };
    let pattern = suppress(&system, &cells, rule.values()).map_err(contradiction)?;
    let seen = view(&system, &cells, &pattern.hidden);
    let unproven = unproven(&system, &numbers, &seen, &pattern.witnesses, rule.values());
    if !unproven.is_empty() || !pattern.exposed.is_empty() {
        return Err(Error::NotProtected { cells: (unproven.len() + pattern.exposed.len()) as u64 });
    }
    let table = table(&cube, count, &system, &numbers, &pattern.hidden, seen)?;
    let report = report(&cube, &system, &cells, &pattern, rule);
    Ok(Protected { table, report })
}

/// The number of every cell.
pub(super) fn numbers_of(cube: &Cube, system: &System, rows: &[u32], frame: &DataFrame, count: &str) -> Result<Vec<i64>> {
    let given = counts(frame, count, false)?;
    let mut own = vec![0_i64; cube.cells() as usize];
    let sums: Vec<u64> = rows.iter().zip(1..).filter(|(cell, _)| !cube.is_own(**cell)).map(|(_, row)| row).collect();
    if !sums.is_empty() {
        return Err(bad_value(count, Phrase::InnerCells, &sums));
    }
    for (cell, number) in rows.iter().zip(&given) {
        own[*cell as usize] = number.unwrap_or(0).cast_signed();
    }
    let of = |cell: u32| system.members.of(cell).iter().map(|(inner, _)| own[system.inner[*inner as usize] as usize]).sum();
    let numbers: Vec<i64> = (0..cube.cells()).map(of).collect();
    let broken = |nth: &u32| {
        let sum: i64 = system.terms.of(*nth).iter().map(|(cell, times)| numbers[*cell as usize] * i64::from(*times)).sum();
        let (least, most) = system.range[*nth as usize];
        !(least..=most).contains(&sum)
    };
    // Totals of distinct things: the rows whose cells are in a relation that does not hold.
    let wrong: std::collections::BTreeSet<u32> =
        (0..system.terms.len() as u32).filter(broken).flat_map(|nth| system.terms.of(nth).iter().map(|(cell, _)| *cell)).collect();
    let rows: Vec<u64> = rows.iter().zip(1..).filter(|(cell, _)| wrong.contains(cell)).map(|(_, row)| row).collect();
    if wrong.is_empty() { Ok(numbers) } else { Err(bad_value(count, Phrase::DistinctTotals, &rows)) }
}

fn cells(cube: &Cube, numbers: &[i64], rule: &Rule) -> Vec<Cell> {
    let of = |(cell, number): (u32, &i64)| {
        let is_small = rule.is_small(number.cast_unsigned());
        let place = if *number == 0 && !is_small { Place::Public } else { Place::Open };
        Cell {
            number: *number,
            place,
            is_small,
            known: at_least(rule.floor()),
            small: rule.threshold.cast_signed() - 1,
            rank: cube.rank(cell),
        }
    };
    (0..).zip(numbers).map(of).collect()
}

fn table(cube: &Cube, count: &str, system: &System, numbers: &[i64], hidden: &[bool], seen: Vec<(i64, i64)>) -> Result<DataFrame> {
    let bounds = Bounds::new(system, seen).map_err(|_| Error::Contradiction { table: "frame".to_owned() })?;
    let all: Vec<u32> = (0..cube.cells()).collect();
    let shown: Vec<Option<i64>> = numbers.iter().zip(hidden).map(|(n, is_hidden)| (!is_hidden).then_some(*n)).collect();
    let least: Vec<i64> = all.iter().map(|cell| bounds.of(*cell).0).collect();
    let most: Vec<Option<i64>> = all.iter().map(|cell| Some(bounds.of(*cell).1).filter(|most| *most < UNBOUNDED)).collect();
    let status = hidden.iter().map(|is_hidden| Some(if *is_hidden { SUPPRESSED } else { "ok" })).collect::<StringChunked>();
    let mut columns = cube.columns(&all);
    columns.extend([
        Column::new(count.into(), shown),
        status.with_name("status".into()).into_column(),
        Column::new("lower".into(), least),
        Column::new("upper".into(), most),
    ]);
    DataFrame::new(all.len(), columns).map_err(wrong)
}

/// The status of a hidden cell, whatever it is hidden for.
pub(super) const SUPPRESSED: &str = "suppressed";

fn report(cube: &Cube, system: &System, cells: &[Cell], pattern: &Pattern, rule: &Rule) -> Report {
    let count = |is: &dyn Fn(u32) -> bool| (0..cube.cells()).filter(|cell| is(*cell)).count() as u64;
    let is_hidden = |cell: u32| pattern.hidden[cell as usize];
    let is_small = |cell: u32| cells[cell as usize].is_small;
    let not_zero = count(&|cell| cells[cell as usize].number > 0);
    let hidden_not_zero = count(&|cell| is_hidden(cell) && cells[cell as usize].number > 0);
    let one_way = |cell: u32| cube.nodes(cell).filter(|node| *node != 0).count() <= 1;
    let totals = (0..cube.cells()).filter(|cell| is_hidden(*cell) && !is_small(*cell) && one_way(*cell));
    Report {
        cells: cube.cells().into(),
        not_zero,
        primary: count(&|cell| is_hidden(cell) && is_small(cell)),
        secondary: count(&|cell| is_hidden(cell) && !is_small(cell)),
        certified: pattern.witnesses.len() as u64,
        hidden_totals: totals.map(|cell| cube.words(cell)).collect(),
        whole_groups: count(&|cell| !is_hidden(cell) && is_whole_group(cube, cells, &pattern.hidden, cell)),
        advice: if hidden_not_zero * 2 > not_zero { advice(cube, system, cells, pattern, rule) } else { None },
    }
}

/// True for a count that is all of a small group, in some dimension, though there are other categories.
fn is_whole_group(cube: &Cube, cells: &[Cell], hidden: &[bool], cell: u32) -> bool {
    let number = cells[cell as usize].number;
    let is_group = |(above, others): (u32, usize)| others > 1 && !hidden[above as usize] && cells[above as usize].number == number;
    (1..SMALLEST_DENOMINATOR.cast_signed()).contains(&number) && cube.above(cell).into_iter().any(is_group)
}

/// What the table would show if the other dimensions were published apart for the finest categories of the largest one.
fn advice(cube: &Cube, system: &System, cells: &[Cell], pattern: &Pattern, rule: &Rule) -> Option<Advice> {
    let size = |nth: &usize| cube.trees[*nth].leaves[0];
    let at = (0..cube.trees.len()).max_by_key(|nth| (size(nth), std::cmp::Reverse(*nth)))?;
    if cube.trees.len() < 3 {
        return None;
    }
    let is_crossed = |cell: u32| {
        let nodes: Vec<u32> = cube.nodes(cell).collect();
        let others = nodes.iter().enumerate().filter(|(nth, node)| *nth != at && **node != 0).count();
        others > 1 && cube.trees[at].children[nodes[at] as usize].is_empty()
    };
    let without: Vec<Cell> = (0..)
        .zip(cells)
        .map(
            |(nth, cell)| if is_crossed(nth) { Cell { place: Place::Absent, is_small: false, known: at_least(0), ..*cell } } else { *cell },
        )
        .collect();
    let other = suppress(system, &without, rule.values()).ok()?;
    let count = |is: &dyn Fn(u32) -> bool| {
        let large = (0..cube.cells()).filter(|cell| cells[*cell as usize].number >= rule.threshold.cast_signed());
        large.filter(|cell| is(*cell)).count() as u64
    };
    let is_shown = |cell: u32| !pattern.hidden[cell as usize];
    Some(Advice {
        at: cube.trees[at].axis.name.clone(),
        apart: cube.trees.iter().enumerate().filter(|(nth, _)| *nth != at).map(|(_, tree)| tree.axis.name.clone()).collect(),
        of: count(&|cell| !is_crossed(cell)),
        kept: count(&|cell| !is_crossed(cell) && !other.hidden[cell as usize]),
        shown: count(&|cell| !is_crossed(cell) && is_shown(cell)),
        lost: count(&|cell| is_crossed(cell) && is_shown(cell)),
    })
}
