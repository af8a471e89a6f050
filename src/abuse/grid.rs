//! The cells of a table of counts, kept so that shares can be taken of it.

use super::axis::{Axis, Dimension};
use super::cells::Count;
use super::choice::{Choice, period_word};
use super::select::Selection;
use super::unit::Unit;
use crate::area::Level;
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

    /// The cell of another grid in which a cell of this one lies: what that one does not break down is whole.
    pub fn cell_in(&self, of: &Self, mut cell: usize) -> usize {
        let mut places = vec![0; self.axes.len()];
        for (place, (_, labels)) in places.iter_mut().zip(&self.axes).rev() {
            *place = cell % labels.len();
            cell /= labels.len();
        }
        let place_of = |dimension: Dimension| self.axes.iter().position(|(d, _)| *d == dimension).map_or(0, |nth| places[nth]);
        of.axes.iter().fold(0, |found, (dimension, labels)| found * labels.len() + place_of(*dimension))
    }

    /// What was chosen, told of an error.
    pub fn choices(&self, choice: &Choice) -> String {
        let words: Vec<String> = choice.words().into_iter().map(|(name, word)| format!("{name}={word}")).collect();
        format!("period={} {} area_level={}", period_word(choice.period.as_ref()), words.join(" "), self.level.word())
    }
}
