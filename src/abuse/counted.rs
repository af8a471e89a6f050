//! The cells of a table of counts, kept to compute shares from them.

use super::choice::{Choice, period_word};
use super::select::Selection;
use super::unit::Unit;
use crate::area::Level;
use crate::error::{Error, Result};
use crate::grid::Cross;
use std::sync::Arc;

/// The counts of a table: every cell of every area.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    pub selection: Selection,
    pub unit: Unit,
    pub level: Level,
    pub ages: Option<Vec<i32>>,
    pub cross: Cross,
    pub counts: Arc<Vec<u64>>,
}

impl Counted {
    /// For each cell, the cell of another table that contains it: dimensions which that table lacks are summed over.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for a dimension that only the other table has.
    pub fn cells_in(&self, of: &Self) -> Result<Vec<u64>> {
        let own = self.cross.dimensions();
        let position = |name: &str| {
            let known = || own.iter().map(|d| d.name.clone()).collect();
            let found = own.iter().position(|d| d.name == name);
            found.ok_or_else(|| Error::UnknownChoice { what: "of", got: name.to_owned(), known: known() })
        };
        let positions: Vec<usize> = of.cross.dimensions().iter().map(|d| position(&d.name)).collect::<Result<_>>()?;
        let cell = |cell: u64| {
            let categories = self.cross.categories(cell);
            of.cross.cell(positions.iter().map(|position| categories[*position]))
        };
        Ok((0..self.cross.size()).map(cell).collect())
    }

    /// The choices, for an error.
    pub fn choices(&self, choice: &Choice) -> String {
        let words: Vec<String> = choice.words().into_iter().map(|(name, word)| format!("{name}={word}")).collect();
        format!("period={} {} area_level={}", period_word(choice.period.as_ref()), words.join(" "), self.level.as_str())
    }
}
