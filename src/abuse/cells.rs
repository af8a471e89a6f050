//! Distinct counts by cell, from sorted entries: the same whatever the order, split or number of threads.

use rayon::prelude::*;
use std::collections::HashMap;

/// A thing in a cell, for one of the reports that put it there. Sorts the certain before the possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub cell: u64,
    pub thing: u32,
    pub case: u32,
    /// Only possibly there.
    pub possible: bool,
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Count {
    /// Things certain there.
    pub certain: u64,
    /// Of them those without a key, each taken for a thing of its own.
    pub without_key: u64,
    /// Things only possibly there.
    pub undecided: u64,
    /// The fewest things the certain ones can be.
    pub least: u64,
}

impl Count {
    /// The most things there can be.
    pub fn most(self) -> u64 {
        self.certain + self.undecided
    }
}

/// Entries in order: those of a cell together, and in it those of a thing.
pub(super) fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.par_sort_unstable();
    entries
}

/// The things of each cell, with their entries.
pub(super) fn by_cell(sorted: &[Entry]) -> impl Iterator<Item = (u64, &[Entry])> {
    sorted.chunk_by(|a, b| a.cell == b.cell).map(|of_cell| (of_cell[0].cell, of_cell))
}

/// The things of a cell, each with its entries.
pub(super) fn by_thing(of_cell: &[Entry]) -> impl Iterator<Item = (u32, &[Entry])> {
    of_cell.chunk_by(|a, b| a.thing == b.thing).map(|of_thing| (of_thing[0].thing, of_thing))
}

/// Whether any entry of a thing is certain.
pub(super) fn certain(of_thing: &[Entry]) -> bool {
    of_thing.iter().any(|e| !e.possible)
}

/// The count of a cell; things below `keyed` have a key.
///
/// Things without a key in one case differ from each other and from the keyed ones of that case; across cases any of them can
/// be any other. So with K keyed things, and u and k of them in a case, the fewest are K + the greatest u − (K − k), or K.
pub(super) fn count(of_cell: &[Entry], keyed: u32) -> Count {
    let mut found = Count::default();
    for (thing, entries) in by_thing(of_cell) {
        if certain(entries) {
            found.certain += 1;
            found.without_key += u64::from(thing >= keyed);
        } else {
            found.undecided += 1;
        }
    }
    let with_key = found.certain - found.without_key;
    found.least = with_key + if found.without_key == 0 { 0 } else { beyond(of_cell, keyed, with_key) };
    found
}

/// The fewest things without a key that can be none of the keyed ones.
fn beyond(of_cell: &[Entry], keyed: u32, with_key: u64) -> u64 {
    let mut cases: HashMap<u32, (u64, u64)> = HashMap::new();
    let same = |a: &Entry, b: &Entry| (a.thing, a.case) == (b.thing, b.case);
    // The certain entry of a thing in a case stands first.
    for entry in of_cell.chunk_by(same).map(|entries| entries[0]).filter(|e| !e.possible) {
        let (without, with) = cases.entry(entry.case).or_default();
        *if entry.thing < keyed { with } else { without } += 1;
    }
    cases.values().map(|(without, with)| without.saturating_sub(with_key - with)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(thing: u32, case: u32, possible: bool) -> Entry {
        Entry { cell: 0, thing, case, possible }
    }

    #[test]
    fn things_without_a_key_are_bounded_by_the_cases_they_are_in() {
        // Keyed 0 and 1; 10, 11, 12 without a key. Case 7: child 0 and two without a key, of whom one can be child 1.
        let cell = sorted(vec![entry(0, 7, false), entry(1, 8, false), entry(10, 7, false), entry(11, 7, false), entry(12, 8, false)]);
        // K = 2; case 7: u = 2, k = 1 → 2 − (2 − 1) = 1; case 8: u = 1, k = 1 → 0. Fewest 3, most 5.
        assert_eq!(count(&cell, 10), Count { certain: 5, without_key: 3, undecided: 0, least: 3 });
    }

    #[test]
    fn a_thing_is_certain_if_one_of_its_entries_is() {
        let cell = sorted(vec![entry(0, 1, true), entry(0, 2, false), entry(1, 1, true)]);
        assert_eq!(count(&cell, 10), Count { certain: 1, without_key: 0, undecided: 1, least: 1 });
    }
}
