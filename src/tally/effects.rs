//! Where each pair of stem and extra counts.

use super::classify::Classifier;
use super::histogram::Combination;
use super::joint::Joint;
use super::layout::Layout;
use super::pass::{Columns, Effect};
use polars_core::prelude::PlHashMap;

/// The effects of each pair of stem and extra.
pub(super) struct Effects {
    pub places: PlHashMap<(u32, u32), u32>,
    pub effects: Vec<Vec<Effect>>,
}

impl Effects {
    pub fn of(
        layout: &Layout,
        series: &[usize],
        classifiers: &[Classifier],
        stem: &Joint,
        extras: &Joint,
        combinations: impl Iterator<Item = Combination>,
    ) -> Self {
        let mut places: PlHashMap<(u32, u32), u32> = PlHashMap::default();
        let mut pairs = Vec::new();
        for (_, stem, extra) in combinations {
            places.entry((stem, extra)).or_insert_with(|| {
                pairs.push((stem, extra));
                pairs.len() as u32 - 1
            });
        }
        if pairs.is_empty() {
            return Self { places, effects: Vec::new() };
        }
        let mut columns = Columns::new();
        for (nth, column) in stem.columns.iter().enumerate() {
            let classes: Vec<usize> = pairs.iter().map(|(s, _)| stem.class(*s, nth)).collect();
            classifiers[*column].classes.columns(&classes, &mut columns);
        }
        for (nth, column) in extras.columns.iter().enumerate() {
            let classes: Vec<usize> = pairs.iter().map(|(_, e)| extras.class(*e, nth)).collect();
            classifiers[*column].classes.columns(&classes, &mut columns);
        }
        Self { places, effects: layout.pass.effects(series, &columns, pairs.len()) }
    }

    pub fn at(&self, stem: u32, extra: u32) -> &[Effect] {
        self.places.get(&(stem, extra)).map_or(&[], |place| &self.effects[*place as usize])
    }
}
