//! Distinct keys, and the cells that each was seen in.
//!
//! A row with a key counts, within its area, in a *pattern* of (series, offset); area and pattern are its *set*. Patterns
//! are few, sets are some, rows are many: a row is kept as 16 bytes, 96 bits of its key's hash and the number of its set.

use polars_core::prelude::PlHashMap;
use std::collections::BTreeMap;

/// Where a row counts within its area: series and offset, in order.
pub(crate) type Pattern = Vec<(u32, u64)>;

/// An area of the list, and the number of a pattern.
pub(crate) type Set = (u32, u32);

/// Bits of a pair for the number of its set.
const SET_BITS: u32 = 32;

/// The hash of a key: 96 bits, so that a pair takes 16 bytes.
pub(crate) fn hash(key: &str) -> u128 {
    xxhash_rust::xxh3::xxh3_128(key.as_bytes()) >> SET_BITS
}

/// Distinct pairs of key and set. Pairs, patterns and sets are sorted, so that equal content compares equal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Keys {
    patterns: Vec<Pattern>,
    sets: Vec<Set>,
    pairs: Vec<u128>,
}

fn pair(key: u128, set: u32) -> u128 {
    key << SET_BITS | u128::from(set)
}

fn set_of(pair: u128) -> u32 {
    (pair & u128::from(u32::MAX)) as u32
}

impl Keys {
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    pub fn sets(&self) -> &[Set] {
        &self.sets
    }

    /// Pairs of a key and the number of a set, key by key.
    pub fn iter(&self) -> impl Iterator<Item = (u128, u32)> + '_ {
        self.pairs.iter().map(|p| (p >> SET_BITS, set_of(*p)))
    }

    /// True if there are no keys.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Replaces every key.
    pub fn with(mut self, key: impl Fn(u128) -> u128) -> Self {
        for p in &mut self.pairs {
            *p = pair(key(*p >> SET_BITS), set_of(*p));
        }
        self.pairs.sort_unstable();
        self.pairs.dedup();
        self
    }

    /// Adds another part's keys.
    pub fn absorb(&mut self, other: &Self) {
        if other.pairs.is_empty() {
            return;
        }
        if self.pairs.is_empty() {
            self.clone_from(other);
            return;
        }
        let (patterns, my_patterns, their_patterns) = union(self.patterns.iter().cloned(), other.patterns.iter().cloned());
        let renumber = |sets: &[Set], numbers: Vec<u32>| {
            sets.iter().map(move |(area, pattern)| (*area, numbers[*pattern as usize])).collect::<Vec<Set>>()
        };
        let (mine, theirs) = (renumber(&self.sets, my_patterns), renumber(&other.sets, their_patterns));
        let (sets, mine, theirs) = union(mine.into_iter(), theirs.into_iter());
        let renumber = |p: &u128, numbers: &[u32]| pair(p >> SET_BITS, numbers[set_of(*p) as usize]);
        let a = self.pairs.iter().map(|p| renumber(p, &mine));
        let b = other.pairs.iter().map(|p| renumber(p, &theirs));
        let mut pairs = Vec::with_capacity(self.pairs.len() + other.pairs.len());
        merge(a, b, |next| pairs.push(next));
        *self = Self { patterns, sets, pairs };
    }
}

/// Walks two sorted lists in order; items in both come once.
fn merge<T: Ord>(a: impl Iterator<Item = T>, b: impl Iterator<Item = T>, mut with: impl FnMut(T)) {
    let (mut a, mut b) = (a.peekable(), b.peekable());
    loop {
        let order = match (a.peek(), b.peek()) {
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => return,
        };
        let first = if order.is_le() { a.next() } else { None };
        let second = if order.is_ge() { b.next() } else { None };
        first.or(second).into_iter().for_each(&mut with);
    }
}

/// The union of two sorted lists, and the new index of each item. Indices keep their order, so whatever is sorted by them stays sorted.
fn union<T: Ord + Clone>(a: impl Iterator<Item = T> + Clone, b: impl Iterator<Item = T> + Clone) -> (Vec<T>, Vec<u32>, Vec<u32>) {
    let mut all = Vec::new();
    merge(a.clone(), b.clone(), |item| all.push(item));
    let numbers = |items: &mut dyn Iterator<Item = T>| {
        let mut at = 0;
        items
            .map(|item| {
                while all[at] < item {
                    at += 1;
                }
                at as u32
            })
            .collect()
    };
    let (mine, theirs) = (numbers(&mut a.clone()), numbers(&mut b.clone()));
    (all, mine, theirs)
}

/// Builds keys; sets are numbered by the caller until the end.
#[derive(Debug, Default)]
pub(crate) struct KeysBuilder {
    pairs: Vec<u128>,
    sorted: usize,
}

/// Pairs collected before duplicates are first removed.
const FEW: usize = 1 << 20;

impl KeysBuilder {
    pub fn add(&mut self, key: u128, set: u32) {
        self.pairs.push(pair(key, set));
        // Duplicates are removed whenever the pairs have doubled, so that memory follows the distinct ones.
        if self.pairs.len() >= FEW.max(2 * self.sorted) {
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        self.sorted = self.pairs.len();
    }

    /// The keys, given the set behind each number. Two numbers may mean the same set, patterns may repeat, and a row with an
    /// empty pattern counts nowhere.
    pub fn finish(mut self, sets: &[Option<Set>], patterns: &[Pattern]) -> Keys {
        // Keep only sets that some pair uses.
        let mut used = vec![false; sets.len()];
        self.pairs.iter().for_each(|p| used[set_of(*p) as usize] = true);
        let of = |number: usize| {
            let (area, pattern) = sets[number].filter(|_| used[number])?;
            let pattern = &patterns[pattern as usize];
            (!pattern.is_empty()).then_some((area, pattern))
        };
        let mut pattern_numbers: BTreeMap<&Pattern, u32> = (0..sets.len()).filter_map(of).map(|(_, pattern)| (pattern, 0)).collect();
        pattern_numbers.values_mut().enumerate().for_each(|(nth, number)| *number = nth as u32);
        let renumbered: Vec<Option<Set>> =
            (0..sets.len()).map(|number| of(number).map(|(area, pattern)| (area, pattern_numbers[pattern]))).collect();
        let mut kept: Vec<Set> = renumbered.iter().flatten().copied().collect();
        kept.sort_unstable();
        kept.dedup();
        let places: PlHashMap<Set, u32> = kept.iter().enumerate().map(|(nth, set)| (*set, nth as u32)).collect();
        let numbers: Vec<Option<u32>> = renumbered.iter().map(|set| set.map(|set| places[&set])).collect();
        self.pairs.retain_mut(|p| {
            let found = numbers[set_of(*p) as usize];
            if let Some(number) = found {
                *p = pair(*p >> SET_BITS, number);
            }
            found.is_some()
        });
        self.settle();
        self.pairs.shrink_to_fit();
        Keys { patterns: pattern_numbers.into_keys().cloned().collect(), sets: kept, pairs: self.pairs }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(patterns: &[Pattern], sets: &[Option<Set>], pairs: &[(u128, u32)]) -> Keys {
        let mut builder = KeysBuilder::default();
        for (key, set) in pairs {
            builder.add(*key, *set);
        }
        builder.finish(sets, patterns)
    }

    #[test]
    fn the_same_content_is_the_same_whatever_the_order() {
        let (a, b): (Pattern, Pattern) = (vec![(0, 1)], vec![(0, 1), (1, 7)]);
        // Key 3 has an empty pattern, the last set has no key.
        let patterns = [b.clone(), vec![], a.clone()];
        let sets = [Some((9, 2)), Some((9, 0)), Some((9, 1)), None, Some((4, 0))];
        let one = keys(&patterns, &sets, &[(5, 0), (5, 1), (9, 1), (3, 2), (8, 3), (5, 0)]);
        let mut other = keys(std::slice::from_ref(&b), &[Some((9, 0))], &[(9, 0), (5, 0)]);
        other.absorb(&keys(std::slice::from_ref(&a), &[Some((9, 0))], &[(5, 0)]));
        assert_eq!(one, other);
        assert_eq!(one.patterns(), [a, b]);
        assert_eq!(one.sets(), [(9, 0), (9, 1)]);
        assert_eq!(one.iter().collect::<Vec<_>>(), [(5, 0), (5, 1), (9, 1)]);
        other.absorb(&one);
        assert_eq!(one, other);
    }
}
