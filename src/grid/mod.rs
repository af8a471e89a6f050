//! The shape of every table that leaves: areas with rows, dimensions with their categories and margins, the assembly of its columns.
//!
//! A cell is an area and one category of each dimension; the tally, tables of one's own and those of abuse count in the same cells.

mod areas;
mod categories;
mod cells;
mod columns;
mod cross;

pub(crate) use areas::AreaRows;
pub(crate) use categories::{Categories, Category, UNKNOWN};
pub(crate) use cells::Grid;
pub(crate) use columns::{Columns, Coverage, check_rows};
pub(crate) use cross::Cross;
