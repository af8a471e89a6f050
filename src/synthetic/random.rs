//! Random draws that never change: they use the raw output of a published generator and integer arithmetic written here,
//! so that no library update can change a record.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng;

/// The purpose of draws. Each has its own streams, so that a new table does not change the others.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Communes = 1,
    Children = 2,
    Births = 3,
    Deaths = 4,
    Population = 5,
    Abuse = 6,
    Sanctions = 7,
    Facilities = 8,
    Pupils = 9,
    Injuries = 10,
    Marriages = 11,
    Response = 12,
    Silence = 13,
}

/// A generator for one part of one table.
pub(super) struct Dice(Pcg64Mcg);

/// The finisher of `SplitMix64`: neighbouring inputs give unrelated outputs.
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl Dice {
    /// The generator of a part (a chunk of children, a commune) of a table.
    pub(super) fn new(seed: u64, purpose: Purpose, part: usize) -> Self {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let high = mix(mix(seed.wrapping_add(STEP)).wrapping_add((purpose as u64).wrapping_mul(STEP)));
        let low = mix(high.wrapping_add((part as u64 + 1).wrapping_mul(STEP)));
        Self(Pcg64Mcg::new((u128::from(high) << 64) | u128::from(low)))
    }

    /// A whole number from 0 to `n - 1`; 0 if `n` is 0.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        (((self.0.next_u64() >> 32) * u64::from(n)) >> 32) as u32
    }

    /// A whole number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below((high - low + 1).max(1) as u32) as i32
    }

    /// True `share` times in 10,000.
    pub(super) fn chance(&mut self, share: u32) -> bool {
        self.below(10_000) < share
    }

    /// An index into a table of weights, drawn by weight.
    pub(super) fn pick(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            if left < *weight {
                return place;
            }
            left -= weight;
        }
        weights.len().saturating_sub(1)
    }

    /// One of some texts.
    pub(super) fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words.get(self.below(words.len() as u32) as usize).copied().unwrap_or_default()
    }

    /// The value as recorded: missing `lost` times in 10,000.
    pub(super) fn recorded<T>(&mut self, value: T, lost: u32) -> Option<T> {
        if self.chance(lost) { None } else { Some(value) }
    }

    /// A flag that is true `share` times and missing `lost` times in 10,000.
    pub(super) fn flag(&mut self, share: u32, lost: u32) -> Option<bool> {
        let value = self.chance(share);
        self.recorded(value, lost)
    }

    /// `number` times a share given in 10,000, rounded at random so that small communes get their part.
    pub(super) fn part_of(&mut self, number: u64, share: u32) -> u64 {
        let exact = number * u64::from(share);
        exact / 10_000 + u64::from(u64::from(self.below(10_000)) < exact % 10_000)
    }
}
