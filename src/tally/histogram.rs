//! Counts by area, stem and extra: in a dense table if it fits, else hashed.

use super::joint::bits;
use polars_core::prelude::PlHashMap;

/// The most entries of a dense table.
const DENSE: u64 = 1 << 22;
/// Area class, stem, extra.
pub(super) type Combination = (u32, u32, u32);

/// Counts by combination.
#[derive(Debug)]
pub(super) enum Counts {
    Dense(Vec<u32>),
    Hashed(PlHashMap<u64, u32>),
    /// For area, stem and extra of more than 64 bits together.
    Wide(PlHashMap<u128, u32>),
}

/// Bits that can number every area of a list.
const AREA_BITS: u32 = 20;

/// True if a dense table can hold this many areas, with `bits` for stem and extra.
fn is_dense(places: usize, bits: u32) -> bool {
    1_u64.checked_shl(bits).is_some_and(|places_of_area| places_of_area <= DENSE / (places as u64).max(1))
}

/// Counts by area, stem and extra, packed into bit fields.
#[derive(Debug)]
pub(super) struct Histogram {
    pub stem_bits: u32,
    extra_bits: u32,
    pub counts: Counts,
}

impl Histogram {
    pub fn new() -> Self {
        Self { stem_bits: 0, extra_bits: 0, counts: Counts::Dense(Vec::new()) }
    }

    /// True if the bit fields must grow, so that counts must be flushed first.
    pub fn is_too_small(&self, places: usize, stems: usize, extras: usize) -> bool {
        bits(stems) > self.stem_bits
            || bits(extras) > self.extra_bits
            || matches!(self.counts, Counts::Dense(_)) && !is_dense(places, self.stem_bits + self.extra_bits)
    }

    /// Empties the histogram and makes room.
    pub fn reset(&mut self, places: usize, stems: usize, extras: usize) {
        self.stem_bits = bits(stems);
        self.extra_bits = bits(extras);
        let bits = self.stem_bits + self.extra_bits;
        self.counts = match is_dense(places, bits) {
            true => Counts::Dense(Vec::new()),
            false if bits + AREA_BITS <= u64::BITS => Counts::Hashed(PlHashMap::default()),
            false => Counts::Wide(PlHashMap::default()),
        };
    }

    pub fn make_room(&mut self, places: usize) {
        if let Counts::Dense(counts) = &mut self.counts {
            let needed = places << (self.stem_bits + self.extra_bits);
            if counts.len() < needed {
                counts.resize(needed, 0);
            }
        }
    }

    /// Counts rows, given as packed area and stem with an extra.
    pub fn add(&mut self, rows: impl Iterator<Item = (u64, u32)>) {
        let shift = self.extra_bits;
        match &mut self.counts {
            Counts::Dense(counts) => rows.for_each(|(row, extra)| counts[(row << shift | u64::from(extra)) as usize] += 1),
            Counts::Hashed(counts) => rows.for_each(|(row, extra)| *counts.entry(row << shift | u64::from(extra)).or_insert(0) += 1),
            Counts::Wide(counts) => {
                rows.for_each(|(row, extra)| *counts.entry(u128::from(row) << shift | u128::from(extra)).or_insert(0) += 1);
            }
        }
    }

    /// Counts the rows whose bits are set, all with the same extra.
    pub fn add_bits(&mut self, packed: &[u64], words: impl Iterator<Item = u64>, extra: u32) {
        let (shift, extra) = (self.extra_bits, u64::from(extra));
        match &mut self.counts {
            Counts::Dense(counts) => each_set(packed, words, |row| counts[(row << shift | extra) as usize] += 1),
            Counts::Hashed(counts) => each_set(packed, words, |row| *counts.entry(row << shift | extra).or_insert(0) += 1),
            Counts::Wide(counts) => {
                each_set(packed, words, |row| *counts.entry(u128::from(row) << shift | u128::from(extra)).or_insert(0) += 1);
            }
        }
    }

    /// The extras that occur with an area and stem, with their counts; dense histograms only.
    pub fn extras_of(&self, area: u32, stem: u32) -> impl Iterator<Item = (u32, u64)> + '_ {
        let counts = match &self.counts {
            Counts::Dense(counts) => counts.as_slice(),
            Counts::Hashed(_) | Counts::Wide(_) => &[],
        };
        let first = ((area as usize) << self.stem_bits | stem as usize) << self.extra_bits;
        let of = counts.get(first..first + (1 << self.extra_bits)).unwrap_or_default();
        of.iter().enumerate().filter(|(_, n)| **n > 0).map(|(extra, n)| (extra as u32, u64::from(*n)))
    }

    /// Every combination that occurs, with its count.
    pub fn entries(&self) -> Vec<(Combination, u64)> {
        let split = |packed: u128| {
            let field = |shift: u32, bits: u32| (packed >> shift & ((1 << bits) - 1)) as u32;
            ((packed >> (self.stem_bits + self.extra_bits)) as u32, field(self.extra_bits, self.stem_bits), field(0, self.extra_bits))
        };
        match &self.counts {
            Counts::Dense(counts) => {
                counts.iter().enumerate().filter(|(_, n)| **n > 0).map(|(at, n)| (split(at as u128), u64::from(*n))).collect()
            }
            Counts::Hashed(counts) => counts.iter().map(|(packed, n)| (split(u128::from(*packed)), u64::from(*n))).collect(),
            Counts::Wide(counts) => counts.iter().map(|(packed, n)| (split(*packed), u64::from(*n))).collect(),
        }
    }
}

/// Calls `with` for every row whose bit is set.
fn each_set(packed: &[u64], words: impl Iterator<Item = u64>, mut with: impl FnMut(u64)) {
    for (rows, word) in packed.chunks(64).zip(words) {
        let mut word = word & u64::MAX >> (64 - rows.len());
        while word != 0 {
            with(rows[word.trailing_zeros() as usize]);
            word &= word - 1;
        }
    }
}
