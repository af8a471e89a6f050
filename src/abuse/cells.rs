//! Distinct counts by cell, from sorted entries: independent of order, split and number of threads.

use rayon::prelude::*;
use std::collections::HashMap;

/// An entity in a cell by one of its reports. Certain entries sort before possible ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub cell: u64,
    pub entity: u32,
    pub case: u32,
    /// Not certain to be in the cell.
    pub possible: bool,
}

/// The counts of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Count {
    /// Entities certainly in the cell.
    pub certain: u64,
    /// Those of them without a key; each counts as a separate entity.
    pub without_key: u64,
    /// Entities only possibly in the cell.
    pub undecided: u64,
    /// Fewest distinct entities among the certain ones.
    pub least: u64,
}

impl Count {
    /// Most distinct entities.
    pub fn most(self) -> u64 {
        self.certain + self.undecided
    }
}

/// Sorts entries by cell, then by entity.
pub(super) fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.par_sort_unstable();
    entries
}

/// Groups sorted entries by cell.
pub(super) fn by_cell(sorted: &[Entry]) -> impl Iterator<Item = (u64, &[Entry])> {
    sorted.chunk_by(|a, b| a.cell == b.cell).map(|of_cell| (of_cell[0].cell, of_cell))
}

/// Groups the entries of a cell by entity.
pub(super) fn by_entity(of_cell: &[Entry]) -> impl Iterator<Item = (u32, &[Entry])> {
    of_cell.chunk_by(|a, b| a.entity == b.entity).map(|of_entity| (of_entity[0].entity, of_entity))
}

/// Whether any entry of an entity is certain.
pub(super) fn certain(of_entity: &[Entry]) -> bool {
    of_entity.iter().any(|e| !e.possible)
}

/// Counts a cell; entities below `keyed` have a key.
///
/// Entities without a key in one case differ from each other and from the keyed ones of that case; across cases any of them can
/// be any other. So with K keyed entities, and u and k of them in a case, the fewest are K + the greatest u − (K − k), or K.
pub(super) fn count(of_cell: &[Entry], keyed: u32) -> Count {
    let mut found = Count::default();
    for (entity, entries) in by_entity(of_cell) {
        if certain(entries) {
            found.certain += 1;
            found.without_key += u64::from(entity >= keyed);
        } else {
            found.undecided += 1;
        }
    }
    let with_key = found.certain - found.without_key;
    found.least = with_key + if found.without_key == 0 { 0 } else { beyond(of_cell, keyed, with_key) };
    found
}

/// The fewest entities without a key that cannot be any of the keyed ones.
fn beyond(of_cell: &[Entry], keyed: u32, with_key: u64) -> u64 {
    let mut cases: HashMap<u32, (u64, u64)> = HashMap::new();
    let same = |a: &Entry, b: &Entry| (a.entity, a.case) == (b.entity, b.case);
    // Entries of an entity in a case are sorted: a certain one comes first.
    for entry in of_cell.chunk_by(same).map(|entries| entries[0]).filter(|e| !e.possible) {
        let (without, with) = cases.entry(entry.case).or_default();
        *if entry.entity < keyed { with } else { without } += 1;
    }
    cases.values().map(|(without, with)| without.saturating_sub(with_key - with)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(entity: u32, case: u32, possible: bool) -> Entry {
        Entry { cell: 0, entity, case, possible }
    }

    #[test]
    fn entities_without_a_key_are_bounded_by_the_cases_they_are_in() {
        // Keyed 0 and 1; 10, 11, 12 without a key. Case 7: child 0 and two without a key, of whom one can be child 1.
        let cell = sorted(vec![entry(0, 7, false), entry(1, 8, false), entry(10, 7, false), entry(11, 7, false), entry(12, 8, false)]);
        // K = 2; case 7: u = 2, k = 1 → 2 − (2 − 1) = 1; case 8: u = 1, k = 1 → 0. Fewest 3, most 5.
        assert_eq!(count(&cell, 10), Count { certain: 5, without_key: 3, undecided: 0, least: 3 });
    }

    #[test]
    fn an_entity_is_certain_if_one_of_its_entries_is() {
        let cell = sorted(vec![entry(0, 1, true), entry(0, 2, false), entry(1, 1, true)]);
        assert_eq!(count(&cell, 10), Count { certain: 1, without_key: 0, undecided: 1, least: 1 });
    }
}
