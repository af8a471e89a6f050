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
mod remarks;
mod simple;
#[cfg(test)]
mod tests;

pub use count::Counting;
pub(crate) use margins::{Margins, Spot};
pub use moved::Vintage;
pub use pass::Context;
pub(crate) use presence::{Presence, Sender};
pub(crate) use remarks::Remarks;

use crate::error::{Error, Result};
use crate::question::Question;
use cells::Cells;
use chrono::NaiveDate;
use keys::Keys;
use std::collections::BTreeSet;

/// The version of the tally's form.
pub(crate) const TALLY_VERSION: u32 = 4;
/// Counts stay below this together: far above any count of people, and exact in every reader of a table.
pub(crate) const MOST_COUNTED: u64 = 1 << 53;

/// The counts of a [`Plan`](crate::Plan) or a [`Crosstab`](crate::Crosstab) over some rows.
///
/// Two tallies are equal if their counts are; what each says was left out or set aside travels with it and is no part of that.
#[derive(Debug, Clone, Default)]
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
    /// What is not among the counts.
    pub(crate) remarks: Remarks,
}

impl PartialEq for Tally {
    fn eq(&self, other: &Self) -> bool {
        let Self { fingerprint, blocks, keys, counted, provinces, origins, presence, remarks: _ } = self;
        (fingerprint, blocks, keys, counted, provinces, origins, presence)
            == (&other.fingerprint, &other.blocks, &other.keys, &other.counted, &other.provinces, &other.origins, &other.presence)
    }
}

impl Eq for Tally {}

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
            remarks: Remarks::default(),
        }
    }

    /// The same counts, of records of which some rows of a table were set aside before; results then say so.
    #[must_use]
    pub fn with_set_aside(mut self, table: &str, rows: u64) -> Self {
        self.remarks.absorb(&Remarks { set_aside: [(table.to_owned(), rows)].into(), ..Remarks::default() });
        self
    }

    /// How many rows of each table were set aside before.
    pub fn set_aside(&self) -> impl Iterator<Item = (&str, u64)> {
        self.remarks.set_aside.iter().map(|(table, rows)| (table.as_str(), *rows))
    }

    /// Both tallies together.
    ///
    /// # Errors
    /// [`Error::TallyMismatch`] if they are of different plans, [`Error::BadNumber`] if the counts would be too large to stay exact.
    pub fn merge(mut self, other: &Self) -> Result<Self> {
        if self.fingerprint != other.fingerprint {
            return Err(Error::TallyMismatch {
                expected: format!("plan {:016x}", self.fingerprint),
                found: format!("plan {:016x}", other.fingerprint),
            });
        }
        self.absorb(other);
        self.checked()
    }

    /// Refuses counts that are too large together: sums of them would no longer be exact, or would overflow.
    pub(crate) fn checked(self) -> Result<Self> {
        if self.blocks.iter().all(|cells| cells.most() < MOST_COUNTED) {
            return Ok(self);
        }
        Err(too_large(MOST_COUNTED))
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
        self.remarks.absorb(&other.remarks);
    }
}

/// Counts of so much together and more.
pub(crate) fn too_large(most: u64) -> Error {
    Error::BadNumber { what: "tally", expected: format!("counts below {most} together"), found: "larger ones".to_owned() }
}
