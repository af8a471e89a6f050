//! Distinct keys: which key was seen in which set of cells.
//!
//! A row with a key counts in a *set* of (series, cell). Sets are few, rows are many: a row is kept as 16 bytes, 96 bits
//! of its key's hash and the number of its set.

use std::collections::BTreeMap;

/// Where one row counts: series and finest cell.
pub(crate) type Set = Vec<(u32, u64)>;

/// Bits of a pair that number its set.
const SET_BITS: u32 = 32;

/// The hash of a key: 96 bits, so that a pair takes 16 bytes.
pub(crate) fn hash(key: &str) -> u128 {
    xxhash_rust::xxh3::xxh3_128(key.as_bytes()) >> SET_BITS
}

/// Distinct pairs of key and set, in order; the sets in order too, so that equal content is equal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Keys {
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
    pub fn sets(&self) -> &[Set] {
        &self.sets
    }

    /// Each key with the number of one of its sets, key by key.
    pub fn iter(&self) -> impl Iterator<Item = (u128, u32)> + '_ {
        self.pairs.iter().map(|p| (p >> SET_BITS, set_of(*p)))
    }

    /// Puts pairs of sets in any order, repeats among them, into the one form they have.
    pub fn new(sets: Vec<Set>, pairs: Vec<(u128, u32)>) -> Self {
        let mut builder = KeysBuilder::default();
        for (key, set) in pairs {
            builder.add(key, set);
        }
        builder.finish(sets)
    }

    /// Both together.
    pub fn absorb(&mut self, other: &Self) {
        if other.pairs.is_empty() {
            return;
        }
        if self.pairs.is_empty() {
            self.clone_from(other);
            return;
        }
        let mut sets: Vec<Set> = Vec::with_capacity(self.sets.len());
        let (mut mine, mut theirs) = (Vec::new(), Vec::new());
        let (mut i, mut j) = (0, 0);
        while i < self.sets.len() || j < other.sets.len() {
            let order = match (self.sets.get(i), other.sets.get(j)) {
                (Some(a), Some(b)) => a.cmp(b),
                (Some(_), None) => std::cmp::Ordering::Less,
                _ => std::cmp::Ordering::Greater,
            };
            let number = sets.len() as u32;
            sets.push(if order.is_le() { self.sets[i].clone() } else { other.sets[j].clone() });
            if order.is_le() {
                mine.push(number);
                i += 1;
            }
            if order.is_ge() {
                theirs.push(number);
                j += 1;
            }
        }
        // Both numberings rise, so that pairs stay in order under the new numbers.
        let renumber = |p: &u128, numbers: &[u32]| pair(p >> SET_BITS, numbers[set_of(*p) as usize]);
        let mut a = self.pairs.iter().map(|p| renumber(p, &mine)).peekable();
        let mut b = other.pairs.iter().map(|p| renumber(p, &theirs)).peekable();
        let mut pairs = Vec::with_capacity(self.pairs.len() + other.pairs.len());
        while let Some(next) = [a.peek(), b.peek()].into_iter().flatten().min().copied() {
            pairs.push(next);
            a.next_if_eq(&next);
            b.next_if_eq(&next);
        }
        drop((a, b));
        *self = Self { sets, pairs };
    }
}

/// Pairs in the making; sets are numbered by the caller until the end.
#[derive(Debug, Default)]
pub(crate) struct KeysBuilder {
    pairs: Vec<u128>,
    sorted: usize,
}

/// Pairs gathered before repeats are first looked for.
const FEW: usize = 1 << 20;

impl KeysBuilder {
    pub fn add(&mut self, key: u128, set: u32) {
        self.pairs.push(pair(key, set));
        // Repeats are taken out whenever the pairs have doubled, so that memory follows the distinct ones.
        if self.pairs.len() >= FEW.max(2 * self.sorted) {
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        self.sorted = self.pairs.len();
    }

    /// The keys, with what each number of a set stands for. Two numbers may stand for one set, and a set may be empty.
    pub fn finish(mut self, sets: Vec<Set>) -> Keys {
        let mut order: BTreeMap<Set, u32> = BTreeMap::new();
        for set in &sets {
            if !set.is_empty() {
                order.insert(set.clone(), 0);
            }
        }
        for (nth, number) in order.values_mut().enumerate() {
            *number = nth as u32;
        }
        let numbers: Vec<Option<u32>> = sets.iter().map(|set| order.get(set).copied()).collect();
        let renumbered = |p: &mut u128| {
            let found = numbers.get(set_of(*p) as usize).copied().flatten();
            if let Some(number) = found {
                *p = pair(*p >> SET_BITS, number);
            }
            found.is_some()
        };
        self.pairs.retain_mut(renumbered);
        self.settle();
        // Sets of which no row is left are no content.
        let mut used = vec![false; order.len()];
        self.pairs.iter().for_each(|p| used[set_of(*p) as usize] = true);
        if used.contains(&false) {
            let kept: Vec<Set> = order.into_keys().zip(&used).filter(|(_, u)| **u).map(|(s, _)| s).collect();
            let numbers: Vec<u32> = used
                .iter()
                .scan(0, |next, u| {
                    let number = *next;
                    *next += u32::from(*u);
                    Some(number)
                })
                .collect();
            self.pairs.iter_mut().for_each(|p| *p = pair(*p >> SET_BITS, numbers[set_of(*p) as usize]));
            return Keys { sets: kept, pairs: self.pairs };
        }
        self.pairs.shrink_to_fit();
        Keys { sets: order.into_keys().collect(), pairs: self.pairs }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_content_is_the_same_whatever_the_order() {
        let (a, b): (Set, Set) = (vec![(0, 1)], vec![(0, 1), (1, 7)]);
        let one = Keys::new(vec![a.clone(), b.clone(), vec![]], vec![(5, 0), (5, 1), (9, 1), (3, 2), (5, 0)]);
        let mut other = Keys::new(vec![b.clone()], vec![(9, 0), (5, 0)]);
        other.absorb(&Keys::new(vec![a.clone()], vec![(5, 0)]));
        assert_eq!(one, other);
        assert_eq!(one.sets(), [a, b]);
        assert_eq!(one.iter().collect::<Vec<_>>(), [(5, 0), (5, 1), (9, 1)]);
        other.absorb(&one);
        assert_eq!(one, other);
    }
}
