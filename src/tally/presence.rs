//! Which communes sent records, by their rows and by submissions. Merges like counts.

use crate::area::Sent;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Who sent which records, by list of area codes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Presence {
    /// By list and pass (its first block): the communes with rows.
    pub rows: BTreeMap<(NaiveDate, u32), Places>,
    /// Submissions by commune and table.
    pub submitted: BTreeMap<Sender, Sent>,
    /// Tables reported by every commune of a province.
    pub complete: BTreeSet<Sender>,
}

/// List, index of a table in the question, place of a unit in the list.
pub(crate) type Sender = (NaiveDate, u32, u32);

impl Presence {
    /// Notes a commune with rows.
    pub fn row(&mut self, list: NaiveDate, pass: u32, commune: u32) {
        self.rows.entry((list, pass)).or_default().insert(commune);
    }

    /// Adds another part's presence.
    pub fn absorb(&mut self, other: &Self) {
        for (key, places) in &other.rows {
            self.rows.entry(*key).or_default().absorb(places);
        }
        for (sender, days) in &other.submitted {
            self.submitted.entry(*sender).or_default().extend(days);
        }
        self.complete.extend(&other.complete);
    }
}

/// A set of places in a list of areas, as bits, so that many parts merge fast.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Places(Vec<u64>);

impl Places {
    pub fn insert(&mut self, place: u32) {
        let word = place as usize / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (place % 64);
    }

    pub fn contains(&self, place: u32) -> bool {
        self.0.get(place as usize / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.0.len() as u32 * 64).filter(|place| self.contains(*place))
    }

    fn absorb(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine |= theirs);
    }
}
