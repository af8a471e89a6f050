//! The counting machine: encode, count, merge, roll up.
//!
//! A tally holds counts by cell, and for distinct counts the keys as hashes. It never sees a name.
//! `merge` is associative and commutative, a tally of no rows changes nothing, and any split of the rows gives
//! the identical tally.

mod cells;
mod classes;
mod count;
mod frame;
mod grid;
mod joint;
mod keys;
mod machine;
mod margins;
mod moved;
mod pass;
mod presence;
pub(crate) mod read;
mod simple;
#[cfg(test)]
mod tests;

pub use count::Counting;
pub(crate) use margins::{Margins, Spot};
pub use moved::Vintage;
pub use pass::Context;
pub(crate) use presence::{Presence, Sender};

use crate::error::{Error, Result};
use crate::question::Question;
use cells::Cells;
use chrono::NaiveDate;
use keys::Keys;
use std::collections::BTreeSet;

/// The version of the tally's form.
pub(crate) const TALLY_VERSION: u32 = 3;

/// The counts of a [`Plan`](crate::Plan) or a [`Crosstab`](crate::Crosstab) over some rows.
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
    /// Of moved records: the day of their list and the provinces there that have rows.
    pub(crate) origins: BTreeSet<(NaiveDate, u32)>,
    /// Which communes sent records.
    pub(crate) presence: Presence,
}

impl Tally {
    /// The tally of no rows.
    #[must_use]
    pub fn empty(of: &impl AsRef<Question>) -> Self {
        let question = of.as_ref();
        Self {
            fingerprint: question.fingerprint,
            blocks: (0..question.blocks.len()).map(|b| Cells::empty(question.series_of(b).count())).collect(),
            keys: Keys::default(),
            counted: BTreeSet::new(),
            provinces: BTreeSet::new(),
            origins: BTreeSet::new(),
            presence: Presence::default(),
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

    /// Refuses the tally of another question.
    pub(crate) fn check_is_of(&self, question: &Question) -> Result<()> {
        if self.fingerprint == question.fingerprint {
            return Ok(());
        }
        Err(Error::TallyMismatch {
            expected: format!("plan {:016x}", question.fingerprint),
            found: format!("plan {:016x}", self.fingerprint),
        })
    }

    pub(crate) fn absorb(&mut self, other: &Self) {
        for (mine, theirs) in self.blocks.iter_mut().zip(&other.blocks) {
            mine.absorb(theirs);
        }
        self.keys.absorb(&other.keys);
        self.counted.extend(&other.counted);
        self.provinces.extend(&other.provinces);
        self.origins.extend(&other.origins);
        self.presence.absorb(&other.presence);
    }
}
