//! The counting machine: encode, count, merge, roll up.
//!
//! A tally holds counts by cell, and for distinct counts the keys as hashes. It never sees a name.
//! `merge` is associative and commutative, a tally of no rows changes nothing, and any split of the rows gives
//! the identical tally.

mod cells;
mod classes;
mod count;
mod evaluate;
mod frame;
mod grid;
mod joint;
mod keys;
mod machine;
mod margins;
mod pass;
mod read;
mod simple;
#[cfg(test)]
mod tests;

pub use count::Counting;
pub(crate) use grid::Axis;
pub(crate) use margins::Margins;
pub use pass::Context;

use crate::error::{Error, Result};
use crate::plan::Plan;
use cells::Cells;
use keys::Keys;
use std::collections::BTreeSet;

/// The version of the tally's form.
pub(crate) const TALLY_VERSION: u32 = 2;

/// The counts of a plan over some rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    pub(crate) fingerprint: u64,
    /// Per block: the counts by finest cell.
    pub(crate) blocks: Vec<Cells>,
    /// For distinct counts, the keys.
    pub(crate) keys: Keys,
    /// Series that some table allowed to count.
    pub(crate) counted: BTreeSet<u32>,
    /// Places of the provinces with rows in the period.
    pub(crate) provinces: BTreeSet<u32>,
}

impl Tally {
    /// The tally of no rows.
    #[must_use]
    pub fn empty(plan: &Plan) -> Self {
        Self {
            fingerprint: plan.fingerprint(),
            blocks: (0..plan.blocks.len()).map(|b| Cells::empty(plan.series_of(b).count())).collect(),
            keys: Keys::default(),
            counted: BTreeSet::new(),
            provinces: BTreeSet::new(),
        }
    }

    /// Both tallies together.
    ///
    /// # Errors
    /// [`Error::TallyMismatch`] if they are of different plans.
    pub fn merge(mut self, other: &Self) -> Result<Self> {
        if self.fingerprint != other.fingerprint {
            return Err(Error::TallyMismatch {
                expected: format!("plan {:016x}", self.fingerprint),
                found: format!("plan {:016x}", other.fingerprint),
            });
        }
        self.absorb(other);
        Ok(self)
    }

    pub(crate) fn absorb(&mut self, other: &Self) {
        for (mine, theirs) in self.blocks.iter_mut().zip(&other.blocks) {
            mine.absorb(theirs);
        }
        self.keys.absorb(&other.keys);
        self.counted.extend(&other.counted);
        self.provinces.extend(&other.provinces);
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
