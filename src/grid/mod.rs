//! The shape of every result table: its areas, its dimensions with their categories and margins, its columns in order.
//!
//! A cell is an area and one category of each dimension. Indicators, crosstabs and abuse tables count in the same cells.

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
