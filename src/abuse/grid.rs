//! The cells of a table of counts, kept so that shares can be taken of it.

use super::axis::{Axis, Dimension};
use super::cells::Count;
use super::choice::{Choice, period_word};
use super::select::Selection;
use super::unit::Unit;
use crate::area::Level;
use crate::error::{Error, Result};
use std::sync::Arc;

/// The cells of a table of counts.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    pub selection: Selection,
    pub unit: Unit,
    pub level: Level,
    pub ages: Option<Vec<i32>>,
    /// Each dimension with its labels.
    pub axes: Vec<(Dimension, Vec<String>)>,
    pub counts: Arc<Vec<u64>>,
}

impl Grid {
    pub fn new(selection: &Selection, unit: Unit, level: Level, ages: Option<&[i32]>, axes: &[Axis], counts: &[Count]) -> Self {
        Self {
            selection: selection.clone(),
            unit,
            level,
            ages: ages.map(<[i32]>::to_vec),
            axes: axes.iter().map(|a| (a.dimension, a.labels.clone())).collect(),
            counts: Arc::new(counts.iter().map(|c| c.certain).collect()),
        }
    }

    pub fn size(&self) -> usize {
        self.axes.iter().map(|(_, labels)| labels.len()).product()
    }

    /// For each cell the one of another grid in which it lies: what that one does not break down is whole.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for a dimension of the other that this one lacks.
    pub fn cells_in(&self, of: &Self) -> Result<Vec<usize>> {
        let own = |dimension: Dimension| {
            let known = || self.axes.iter().map(|(d, _)| d.word().to_owned()).collect();
            let found = self.axes.iter().position(|(d, _)| *d == dimension);
            found.ok_or_else(|| Error::UnknownChoice { what: "of", got: dimension.word().to_owned(), known: known() })
        };
        let axes: Vec<(usize, usize)> =
            of.axes.iter().map(|(dimension, labels)| Ok((own(*dimension)?, labels.len()))).collect::<Result<_>>()?;
        let cell = |cell: usize| {
            let places = self.places(cell);
            axes.iter().fold(0, |found, (axis, size)| found * size + places[*axis])
        };
        Ok((0..self.size()).map(cell).collect())
    }

    /// The label of a cell in each dimension.
    fn places(&self, mut cell: usize) -> Vec<usize> {
        let mut places = vec![0; self.axes.len()];
        for (place, (_, labels)) in places.iter_mut().zip(&self.axes).rev() {
            *place = cell % labels.len();
            cell /= labels.len();
        }
        places
    }

    /// What was chosen, told of an error.
    pub fn choices(&self, choice: &Choice) -> String {
        let words: Vec<String> = choice.words().into_iter().map(|(name, word)| format!("{name}={word}")).collect();
        format!("period={} {} area_level={}", period_word(choice.period.as_ref()), words.join(" "), self.level.word())
    }
}
