//! Shares of cells in totals, of one unit and one choice only.

use super::spots::{Spots, each};
use super::table::{Columns, Share, Table, share};
use crate::error::{Error, Result};
use std::sync::Arc;

impl Table {
    /// The share of each cell in percent: in the total of its area, or in the cell of another table of counts that it lies in.
    ///
    /// Of two tables the second has some of the dimensions of the first, or none. Limits are Wilson's at 95 %. Cells that
    /// are only possible are in neither number.
    ///
    /// # Errors
    /// [`Error::NoShare`] for a table that is not one of counts, [`Error::UnitsDiffer`] if the two count different things,
    /// [`Error::ChoicesDiffer`] if other reports count in them, [`Error::UnknownChoice`] for a dimension that the first lacks.
    pub fn share(&self, of: Option<&Self>) -> Result<Self> {
        let grid = self.grid.as_ref().ok_or(Error::NoShare)?;
        let own = of.unwrap_or(self);
        let whole = own.grid.as_ref().ok_or(Error::NoShare)?;
        if grid.unit != whole.unit {
            return Err(Error::UnitsDiffer { numerator: grid.unit.word().to_owned(), denominator: whole.unit.word().to_owned() });
        }
        let (mine, theirs) = (grid.choices(&grid.selection.choice), whole.choices(&whole.selection.choice));
        let same_records = Arc::ptr_eq(&grid.selection.facts, &whole.selection.facts) || grid.selection.facts == whole.selection.facts;
        if grid.selection.choice != whole.selection.choice || grid.level != whole.level || grid.ages != whole.ages || !same_records {
            return Err(Error::ChoicesDiffer { numerator: mine, denominator: theirs });
        }
        let (size, size_of) = (grid.size(), whole.size());
        let cells = if of.is_none() { vec![0; size] } else { grid.cells_in(whole)? };
        let base = |nth: usize| whole.counts[nth / size * size_of + cells[nth % size]];
        let pairs: Vec<(u64, u64)> = grid.counts.iter().enumerate().map(|(nth, count)| (*count, base(nth))).collect();
        let shares: Vec<Share> = pairs.iter().map(|(x, n)| share(*x, *n)).collect();
        let spots: Spots = grid.selection.spots(grid.level)?;
        let breakdowns = grid.axes.iter().map(|(d, labels)| (d.word(), labels.as_slice()));
        Columns::new(pairs.len())
            .word("unit", grid.unit.word())
            .areas(&spots, size)
            .cross(breakdowns)
            .counts("numerator", pairs.iter().map(|p| p.0))
            .counts("denominator", pairs.iter().map(|p| p.1))
            .shares(&shares)
            .covered(each(&grid.selection.covered(grid.unit, &spots), size))?
            .finish(Some(grid.unit), &grid.selection)
    }
}
