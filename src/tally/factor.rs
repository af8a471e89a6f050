//! A factor of a machine: what some series read beside the stem, and its counts.

use super::coded::{Coded, Flags};
use super::histogram::{Combination, Counts, Histogram};
use super::joint::Joint;
use super::keys::{self, KeysBuilder};
use polars_core::prelude::PlHashMap;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A factor of a machine.
#[derive(Debug)]
pub(super) struct Factor {
    pub extras: Joint,
    pub numbers: Vec<u32>,
    pub histogram: Histogram,
    /// The extra that is not counted: its counts follow from the stem's.
    pub common: Option<u32>,
    /// Sums, and rows without a key.
    pub weighed: PlHashMap<Combination, u64>,
    pub keys: KeysBuilder,
    pub sets: PlHashMap<Combination, u32>,
}

impl Factor {
    pub fn new(extras: Vec<usize>) -> Self {
        Self {
            extras: Joint::new(extras),
            numbers: Vec::new(),
            histogram: Histogram::new(),
            common: None,
            weighed: PlHashMap::default(),
            keys: KeysBuilder::default(),
            sets: PlHashMap::default(),
        }
    }

    /// True if the only extra is a column of flags held as bits.
    pub fn is_one_flag(&self, coded: &[Coded]) -> bool {
        matches!(self.extras.columns.as_slice(), [column] if coded[*column].flags.is_some())
    }

    pub fn count_rows(&mut self, packed: &[u64], coded: &[Coded], places: usize) {
        self.histogram.make_room(places);
        let flags = match self.extras.columns.as_slice() {
            [column] => coded[*column].flags.as_ref(),
            _ => None,
        };
        if let Some(flags) = flags {
            let common = *self.common.get_or_insert_with(|| most_common_flag(flags, packed.len()));
            let no = flags.yes.iter().zip(&flags.unknown).map(|(yes, unknown)| !(yes | unknown));
            self.count_bits(packed, no, flags.classes[0], common);
            self.count_bits(packed, flags.unknown.iter().copied(), flags.classes[1], common);
            self.count_bits(packed, flags.yes.iter().copied(), flags.classes[2], common);
            return;
        }
        let common = *self.common.get_or_insert_with(|| most_common(&self.numbers));
        self.histogram.add(packed.iter().copied().zip(self.numbers.iter().copied()).filter(|(_, extra)| *extra != common));
    }

    fn count_bits(&mut self, packed: &[u64], words: impl Iterator<Item = u64>, class: u32, common: u32) {
        if class == common {
            return;
        }
        self.histogram.add_bits(packed, words, class);
    }

    pub fn add_key(&mut self, key: Option<&str>, combination: Combination) {
        match key {
            Some(key) => {
                let next = self.sets.len() as u32;
                let set = *self.sets.entry(combination).or_insert(next);
                self.keys.add(keys::hash(key), set);
            }
            None => *self.weighed.entry(combination).or_insert(0) += 1,
        }
    }

    /// The counts, and for the common extra what is left of the stem's counts.
    pub fn entries<'b>(&self, base: &'b [(Combination, u64)]) -> Cow<'b, [(Combination, u64)]> {
        if self.extras.columns.is_empty() {
            return Cow::Borrowed(base);
        }
        let Some(common) = self.common else { return Cow::Borrowed(&[]) };
        let mut entries = Vec::with_capacity(base.len());
        match &self.histogram.counts {
            Counts::Dense(_) => {
                for ((area, stem, _), n) in base {
                    let mut rest = *n;
                    for (extra, n) in self.histogram.extras_of(*area, *stem) {
                        entries.push(((*area, *stem, extra), n));
                        rest -= n;
                    }
                    if rest > 0 {
                        entries.push(((*area, *stem, common), rest));
                    }
                }
            }
            Counts::Hashed(_) | Counts::Wide(_) => {
                entries = self.histogram.entries();
                let mut counted: PlHashMap<(u32, u32), u64> = PlHashMap::default();
                for ((area, stem, _), n) in &entries {
                    *counted.entry((*area, *stem)).or_insert(0) += n;
                }
                entries.extend(base.iter().filter_map(|((area, stem, _), n)| {
                    let rest = n - counted.get(&(*area, *stem)).copied().unwrap_or(0);
                    (rest > 0).then_some(((*area, *stem, common), rest))
                }));
            }
        }
        Cow::Owned(entries)
    }
}

fn most_common_flag(flags: &Flags, rows: usize) -> u32 {
    let count = |words: &[u64]| words.iter().map(|w| w.count_ones() as usize).sum::<usize>();
    let (yes, unknown) = (count(&flags.yes), count(&flags.unknown));
    let counts = [rows - yes - unknown, unknown, yes];
    flags.classes[(0..3).max_by_key(|i| counts[*i]).unwrap_or(0)]
}

fn most_common(numbers: &[u32]) -> u32 {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for number in numbers {
        *counts.entry(*number).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, n)| *n).map_or(0, |(number, _)| number)
}
