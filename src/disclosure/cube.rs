//! A table of counts by some dimensions, with every margin: its cells, numbered, and what ties them together.

use super::axis::{Axis, Tree};
use super::relations::{Relations, System};
use crate::catalogue::{Catalogue, Table};
use crate::error::{DISCLOSURE, Error, Fact, Phrase, Result};
use polars_core::prelude::*;
use std::collections::{BTreeSet, HashMap};

/// Tables with more cells are refused.
const MOST_CELLS: u128 = 5_000_000;
/// Larger counts are refused: they are no counts of people.
const HIGHEST: u64 = 1 << 40;

/// The name by which errors call the table.
const TABLE: &str = "frame";

/// The cells of a table, margins included, in the order of its dimensions.
pub(super) struct Cube {
    pub trees: Vec<Tree>,
    steps: Vec<u32>,
    cells: u32,
}

impl Cube {
    /// The cube that holds the rows of a frame, and the cell of each row.
    pub fn of(frame: &DataFrame, axes: &[Axis], count: &str) -> Result<(Self, Vec<u32>)> {
        check_axes(frame, axes, count)?;
        let columns: Vec<Column> = axes.iter().map(|axis| words(frame, &axis.name)).collect::<Result<_>>()?;
        let columns: Vec<&StringChunked> = columns.iter().map(|c| c.str()).collect::<PolarsResult<_>>().map_err(wrong)?;
        let mut trees = Vec::new();
        for (axis, column) in axes.iter().zip(&columns) {
            let met: BTreeSet<&str> = column.iter().flatten().collect();
            trees.push(axis.tree(met)?);
        }
        let all: u128 = trees.iter().map(|tree| tree.labels.len() as u128).product();
        if all > MOST_CELLS {
            let expected = Phrase::TableOfAtMost(MOST_CELLS as u64).into();
            return Err(Error::BadNumber { what: "dims", expected, found: Phrase::Rows(all.to_string()).into() });
        }
        let mut steps = vec![1_u32; trees.len()];
        for nth in (1..trees.len()).rev() {
            steps[nth - 1] = steps[nth] * trees[nth].labels.len() as u32;
        }
        let mut rows = vec![0_u32; frame.height()];
        for ((tree, column), step) in trees.iter().zip(&columns).zip(&steps) {
            let of: HashMap<&str, u32> = tree.labels.iter().enumerate().map(|(nth, label)| (label.as_str(), nth as u32)).collect();
            for (row, label) in rows.iter_mut().zip(column.iter()) {
                *row += label.and_then(|label| of.get(label)).copied().unwrap_or(0) * step;
            }
        }
        let cube = Self { trees, steps, cells: all as u32 };
        let mut met = vec![false; all as usize];
        let twice: Vec<u64> =
            rows.iter().zip(1..).filter(|(cell, _)| std::mem::replace(&mut met[**cell as usize], true)).map(|(_, row)| row).collect();
        if !twice.is_empty() {
            return Err(bad_value(count, Phrase::EachCellOnce, &twice));
        }
        Ok((cube, rows))
    }

    pub fn cells(&self) -> u32 {
        self.cells
    }

    /// The category of a cell in each dimension.
    pub fn nodes(&self, cell: u32) -> impl Iterator<Item = u32> {
        self.trees.iter().zip(&self.steps).map(move |(tree, step)| cell / step % tree.labels.len() as u32)
    }

    /// True for a cell that is no sum of others.
    pub fn is_own(&self, cell: u32) -> bool {
        self.trees.iter().zip(self.nodes(cell)).all(|(tree, node)| tree.is_own(node))
    }

    /// The sums and totals of the table.
    pub fn system(&self) -> System {
        let mut relations = Relations::default();
        for cell in 0..self.cells {
            let made = relations.cell();
            debug_assert_eq!(made, cell);
        }
        for cell in 0..self.cells {
            for ((tree, step), node) in self.trees.iter().zip(&self.steps).zip(self.nodes(cell)) {
                let parts: Vec<u32> = tree.children[node as usize].iter().map(|child| cell + (child - node) * step).collect();
                if parts.is_empty() {
                    continue;
                }
                if tree.axis.is_distinct {
                    for part in &parts {
                        relations.at_most(*part, [cell]);
                    }
                    relations.at_most(cell, parts);
                } else {
                    relations.sum(cell, parts);
                }
            }
        }
        relations.system()
    }

    /// The cells that a cell is a part of, one for each dimension it is not the total of, with the number of their parts.
    pub fn above(&self, cell: u32) -> Vec<(u32, usize)> {
        let of_axis = |((tree, step), node): ((&Tree, &u32), u32)| {
            let parent = tree.parents[node as usize]?;
            Some((cell - (node - parent) * step, tree.children[parent as usize].len()))
        };
        self.trees.iter().zip(&self.steps).zip(self.nodes(cell)).filter_map(of_axis).collect()
    }

    /// Totals of distinct things, each with its parts.
    pub fn distinct_totals(&self) -> Vec<(u32, Vec<u32>)> {
        let mut found = Vec::new();
        for cell in 0..self.cells {
            for ((tree, step), node) in
                self.trees.iter().zip(&self.steps).zip(self.nodes(cell)).filter(|((tree, _), _)| tree.axis.is_distinct)
            {
                let parts: Vec<u32> = tree.children[node as usize].iter().map(|child| cell + (child - node) * step).collect();
                if !parts.is_empty() {
                    found.push((cell, parts));
                }
            }
        }
        found
    }

    /// How dear a cell is: by how many of the finest cells are in it, then by its place.
    pub fn rank(&self, cell: u32) -> u64 {
        let leaves: u64 = self.trees.iter().zip(self.nodes(cell)).map(|(tree, node)| tree.leaves[node as usize]).product();
        (leaves << 24) | u64::from(cell)
    }

    /// The columns of the dimensions, one row for each of some cells.
    pub fn columns(&self, cells: &[u32]) -> Vec<Column> {
        let of_tree = |(nth, tree): (usize, &Tree)| {
            let label = |cell: &u32| Some(PlSmallStr::from(tree.labels[(cell / self.steps[nth]) as usize % tree.labels.len()].as_str()));
            cells.iter().map(label).collect::<StringChunked>().with_name(tree.axis.name.as_str().into()).into_column()
        };
        self.trees.iter().enumerate().map(of_tree).collect()
    }

    /// A cell in words, for reports.
    pub fn words(&self, cell: u32) -> Vec<String> {
        self.trees.iter().zip(self.nodes(cell)).map(|(tree, node)| tree.labels[node as usize].clone()).collect()
    }
}

/// Columns that name a person or a case: whatever is counted by them is one.
fn names_someone(column: &str) -> bool {
    let is_private = |table: &Table| table.column(column).is_some_and(|of| of.private);
    column == "id" || column.ends_with("_id") || Catalogue::builtin().tables().iter().any(is_private)
}

fn check_axes(frame: &DataFrame, axes: &[Axis], count: &str) -> Result<()> {
    crate::error::once("dims", axes.iter().map(|axis| axis.name.as_str()))?;
    if axes.is_empty() {
        return Err(Error::BadNumber { what: "dims", expected: Phrase::AtLeastOneColumn.into(), found: 0_u64.into() });
    }
    for axis in axes {
        if names_someone(&axis.name) {
            let found = Fact::quoted(&axis.name);
            return Err(Error::BadNumber { what: "dims", expected: Phrase::CategoriesNotPersons.into(), found });
        }
        if axis.name == count || ["status", "lower", "upper"].contains(&axis.name.as_str()) {
            let expected = Phrase::ColumnOfCategories.into();
            return Err(Error::BadNumber { what: "dims", expected, found: Fact::quoted(&axis.name) });
        }
    }
    let names = axes.iter().map(|axis| axis.name.as_str()).chain([count]);
    for name in names {
        if frame.column(name).is_err() {
            return Err(Error::MissingColumn {
                table: TABLE.to_owned(),
                column: name.to_owned(),
                expected: if name == count { Phrase::Integer.into() } else { Phrase::Text.into() },
                found: frame.get_column_names().iter().map(ToString::to_string).collect(),
                indicator: DISCLOSURE.to_owned(),
            });
        }
    }
    Ok(())
}

/// A column of categories as text, without nulls.
fn words(frame: &DataFrame, name: &str) -> Result<Column> {
    let column = frame.column(name).map_err(wrong)?;
    let kind = column.dtype();
    if !(matches!(kind, DataType::String | DataType::Boolean | DataType::Enum(..) | DataType::Categorical(..)) || kind.is_integer()) {
        let found = Fact::verbatim(kind);
        return Err(Error::WrongType { table: TABLE.to_owned(), column: name.to_owned(), expected: Phrase::Text.into(), found });
    }
    let nulls: Vec<u64> = column.is_null().iter().zip(1..).filter(|(is, _)| *is == Some(true)).map(|(_, row)| row).collect();
    if !nulls.is_empty() {
        return Err(bad_value(name, Phrase::CategoryInEachRow, &nulls));
    }
    column.cast(&DataType::String).map_err(wrong)
}

/// A column of counts; a null is allowed where the table hides it.
pub(super) fn counts(frame: &DataFrame, name: &str, may_be_hidden: bool) -> Result<Vec<Option<u64>>> {
    let column = frame.column(name).map_err(wrong)?;
    if !column.dtype().is_integer() && !column.dtype().is_null() {
        let found = Fact::verbatim(column.dtype());
        return Err(Error::WrongType { table: TABLE.to_owned(), column: name.to_owned(), expected: Phrase::Integer.into(), found });
    }
    // Numbers that do not fit become null here.
    let numbers = column.cast(&DataType::Int64).map_err(wrong)?;
    let counts: Vec<Option<u64>> = numbers.i64().map_err(wrong)?.iter().map(|n| n.and_then(|n| u64::try_from(n).ok())).collect();
    let is_null: Vec<bool> = column.is_null().iter().map(|is| is == Some(true)).collect();
    let is_wrong = |(n, is_null): (&Option<u64>, &bool)| match n {
        Some(n) => *n > HIGHEST,
        None => !may_be_hidden || !is_null,
    };
    let rows: Vec<u64> = counts.iter().zip(&is_null).zip(1..).filter(|(of, _)| is_wrong(*of)).map(|(_, row)| row).collect();
    if rows.is_empty() { Ok(counts) } else { Err(bad_value(name, Phrase::WholeNumberFromTo(0, HIGHEST as i64), &rows)) }
}

pub(super) fn bad_value(column: &str, expected: Phrase, rows: &[u64]) -> Error {
    Error::BadValue {
        table: TABLE.to_owned(),
        column: column.to_owned(),
        expected: expected.into(),
        rows: rows.len() as u64,
        first: rows.iter().take(5).copied().collect(),
    }
}

pub(super) fn wrong(e: PolarsError) -> Error {
    Error::Frame { table: TABLE.to_owned(), found: Fact::library(e) }
}
