//! Shares of cells in totals, within one unit and one choice.

use super::places::each;
use super::table::{Share, Table, share};
use crate::error::{Error, Result};
use crate::grid::Columns;
use std::sync::Arc;

impl Table {
    /// The share of each cell in percent: of the total of its area, or of the cell of another table of counts that contains it.
    ///
    /// The other table has some of this table's dimensions, or none. Limits are Wilson's at 95 %. Only certain entities count
    /// in either number.
    ///
    /// # Errors
    /// [`Error::NoShare`] for a table that is not one of counts, [`Error::UnitsDiffer`] for tables of different units,
    /// [`Error::ChoicesDiffer`] if other reports count in them, [`Error::UnknownChoice`] for a dimension that this table lacks.
    pub fn share(&self, of: Option<&Self>) -> Result<Self> {
        let grid = self.counted.as_ref().ok_or(Error::NoShare)?;
        let whole = of.unwrap_or(self).counted.as_ref().ok_or(Error::NoShare)?;
        if grid.unit != whole.unit {
            return Err(Error::UnitsDiffer { numerator: grid.unit.as_str().to_owned(), denominator: whole.unit.as_str().to_owned() });
        }
        let (mine, theirs) = (grid.choices(&grid.selection.choice), whole.choices(&whole.selection.choice));
        let same_records = Arc::ptr_eq(&grid.selection.facts, &whole.selection.facts) || grid.selection.facts == whole.selection.facts;
        if grid.selection.choice != whole.selection.choice || grid.level != whole.level || grid.ages != whole.ages || !same_records {
            return Err(Error::ChoicesDiffer { numerator: mine, denominator: theirs });
        }
        let (size, size_of) = (grid.cross.size() as usize, whole.cross.size() as usize);
        // The first cell that a table shows is its total.
        let total = whole.cross.shown()[0];
        let cells = if of.is_none() { vec![total; size] } else { grid.cells_in(whole)? };
        let shown = grid.cross.shown();
        let places = grid.selection.places(grid.level)?;
        let base = |row: usize, cell: u64| whole.counts[row * size_of + cells[cell as usize] as usize];
        let rows = (0..places.len()).flat_map(|row| shown.iter().map(move |cell| (row, *cell)));
        let pairs: Vec<(u64, u64)> = rows.map(|(row, cell)| (grid.counts[row * size + cell as usize], base(row, cell))).collect();
        let shares: Vec<Share> = pairs.iter().map(|(x, n)| share(*x, *n)).collect();
        Columns::new(pairs.len())
            .areas(&places.rows, shown.len())
            .cross(&grid.cross)
            .counts("numerator", pairs.iter().map(|p| p.0))
            .counts("denominator", pairs.iter().map(|p| p.1))
            .shares(&shares)
            .covered(&each(&grid.selection.covered(grid.unit, &places), shown.len()))?
            .table(Some(grid.unit), &grid.selection)
    }
}
