//! The counting machine: encode, count, merge, roll up.
//!
//! A tally holds counts by cell, and for distinct counts the keys as 128-bit hashes. It never sees a name.
//! `merge` is associative and commutative, a tally of no rows changes nothing, and any split of the rows gives
//! the identical tally.

mod count;
mod evaluate;
mod frame;
mod grid;
mod margins;

pub use count::{Context, Counting};
pub(crate) use grid::{Axis, Grid};
pub(crate) use margins::Margins;

use crate::error::{Error, Result};
use crate::plan::Plan;
use count::Cells;
use std::collections::{BTreeMap, BTreeSet};

/// The version of the tally's form.
pub(crate) const TALLY_VERSION: u32 = 1;

/// The counts of a plan over some rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    pub(crate) fingerprint: u64,
    /// Per block: finest cell to one count per series of the block.
    pub(crate) blocks: Vec<BTreeMap<u64, Vec<u64>>>,
    /// Distinct keys: series, finest cell, hash of the key.
    pub(crate) keys: BTreeSet<(u32, u64, u128)>,
    /// Series that some table allowed to count.
    pub(crate) counted: BTreeSet<u32>,
    /// Places of the provinces with rows in the period.
    pub(crate) provinces: BTreeSet<u32>,
    widths: Vec<usize>,
}

impl Tally {
    /// The tally of no rows.
    #[must_use]
    pub fn empty(plan: &Plan) -> Self {
        Self {
            fingerprint: plan.fingerprint(),
            blocks: vec![BTreeMap::new(); plan.blocks.len()],
            keys: BTreeSet::new(),
            counted: BTreeSet::new(),
            provinces: BTreeSet::new(),
            widths: (0..plan.blocks.len()).map(|b| plan.series_of(b).count()).collect(),
        }
    }

    /// Both tallies together.
    ///
    /// # Errors
    /// [`Error::TallyMismatch`] if they are of different plans.
    pub fn merge(mut self, other: Self) -> Result<Self> {
        if self.fingerprint != other.fingerprint {
            return Err(Error::TallyMismatch {
                expected: format!("plan {:016x}", self.fingerprint),
                found: format!("plan {:016x}", other.fingerprint),
            });
        }
        self.absorb(other);
        Ok(self)
    }

    pub(crate) fn absorb(&mut self, other: Self) {
        for (mine, theirs) in self.blocks.iter_mut().zip(other.blocks) {
            for (cell, counts) in theirs {
                match mine.entry(cell) {
                    std::collections::btree_map::Entry::Vacant(place) => {
                        place.insert(counts);
                    }
                    std::collections::btree_map::Entry::Occupied(mut place) => {
                        for (a, b) in place.get_mut().iter_mut().zip(counts) {
                            *a += b;
                        }
                    }
                }
            }
        }
        self.keys.extend(other.keys);
        self.counted.extend(other.counted);
        self.provinces.extend(other.provinces);
    }

    fn add_rows(&mut self, block: usize, local: usize, cells: &Cells, truth: &[u8], weight: impl Fn(usize) -> u64) {
        let mut sums = vec![0_u64; cells.codes.len()];
        for row in 0..truth.len() {
            if Cells::is_yes(truth, row) {
                let weight = weight(row);
                for cell in cells.of(row) {
                    sums[*cell as usize] += weight;
                }
            }
        }
        for (cell, sum) in cells.codes.iter().zip(sums) {
            if sum > 0 {
                self.slot(block, *cell)[local] += sum;
            }
        }
    }

    fn add_keys(&mut self, block: usize, local: usize, series: usize, cells: &Cells, truth: &[u8], key: impl Fn(usize) -> Option<u128>) {
        for row in (0..truth.len()).filter(|row| Cells::is_yes(truth, *row)) {
            for cell in cells.of(row) {
                let cell = cells.codes[*cell as usize];
                match key(row) {
                    Some(key) => {
                        self.keys.insert((u32::try_from(series).unwrap_or(u32::MAX), cell, key));
                    }
                    // Without a key nobody can tell two rows apart or together: each counts.
                    None => self.slot(block, cell)[local] += 1,
                }
            }
        }
    }

    pub(crate) fn slot(&mut self, block: usize, cell: u64) -> &mut Vec<u64> {
        let width = self.widths[block];
        self.blocks[block].entry(cell).or_insert_with(|| vec![0; width])
    }
}

impl Plan {
    /// True if a tally answers an indicator: numerator and denominator of one of its outputs were counted.
    #[must_use]
    pub fn answers(&self, tally: &Tally, indicator: &str) -> bool {
        let counted = |series: usize| tally.counted.contains(&(series as u32));
        self.outputs
            .iter()
            .any(|o| self.indicators()[o.indicator].id == indicator && counted(o.numerator) && o.denominator.is_none_or(counted))
    }
}
