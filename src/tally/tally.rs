//! Counts over some rows, and how they merge.

use super::cells::Cells;
use super::keys::Keys;
use super::presence::Presence;
use super::remarks::Remarks;
use crate::error::{Error, Fact, Phrase, Result};
use crate::question::Question;
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The version of a tally's table.
pub(crate) const TALLY_VERSION: u32 = 4;
/// The fewest bytes of a secret.
const SHORTEST_SECRET: usize = 16;
/// The sum of counts stays below this: far above any count of people, and exact even in readers that use floats.
pub(crate) const MOST_COUNTED: u64 = 1 << 53;

/// The counts of a [`Plan`](crate::Plan) or a [`Crosstab`](crate::Crosstab) over some rows.
///
/// Tallies with equal counts are equal; remarks on what was left out or set aside travel along but are not compared.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub(crate) fingerprint: u64,
    /// Per block: its series.
    pub(super) series: Arc<[Vec<u32>]>,
    /// Per block: the counts by finest cell.
    pub(crate) blocks: Vec<Cells>,
    /// The keys of distinct counts.
    pub(crate) keys: Keys,
    /// Identifies the secret that sealed the keys.
    pub(crate) sealed: Option<u64>,
    /// Series that were counted.
    pub(crate) counted: BTreeSet<u32>,
    /// Provinces with rows in the period, as places in the list.
    pub(crate) provinces: BTreeSet<u32>,
    /// For moved records: the day of their list, and its provinces with rows.
    pub(crate) origins: BTreeSet<(NaiveDate, u32)>,
    /// Which communes sent records.
    pub(crate) presence: Presence,
    /// What is not counted.
    pub(crate) remarks: Remarks,
}

impl PartialEq for Tally {
    fn eq(&self, other: &Self) -> bool {
        let Self { fingerprint, series: _, blocks, keys, sealed, counted, provinces, origins, presence, remarks: _ } = self;
        (fingerprint, blocks, keys, sealed) == (&other.fingerprint, &other.blocks, &other.keys, &other.sealed)
            && (counted, provinces, origins, presence) == (&other.counted, &other.provinces, &other.origins, &other.presence)
    }
}

impl Eq for Tally {}

impl Tally {
    /// The tally of no rows.
    pub(crate) fn empty(question: &Question) -> Self {
        Self {
            fingerprint: question.fingerprint,
            series: question.series_by_block(),
            blocks: (0..question.blocks.len()).map(|b| Cells::empty(question.series_of(b).count())).collect(),
            keys: Keys::default(),
            sealed: None,
            counted: BTreeSet::new(),
            provinces: BTreeSet::new(),
            origins: BTreeSet::new(),
            presence: Presence::default(),
            remarks: Remarks::default(),
        }
    }

    /// Notes that rows of a table were set aside before counting; results then report it.
    #[must_use]
    pub fn with_set_aside(mut self, table: &str, rows: u64) -> Self {
        self.remarks.absorb(&Remarks { set_aside: [(table.to_owned(), rows)].into(), ..Remarks::default() });
        self
    }

    /// How many rows of each table were set aside before counting.
    pub fn set_aside(&self) -> impl Iterator<Item = (&str, u64)> {
        self.remarks.set_aside.iter().map(|(table, rows)| (table.as_str(), *rows))
    }

    /// The sum of both tallies.
    ///
    /// # Errors
    /// [`Error::TallyMismatch`] if they are of different plans or their keys of different secrets, [`Error::BadNumber`] if the counts would be too large to stay exact.
    pub fn merge(mut self, other: &Self) -> Result<Self> {
        if self.fingerprint != other.fingerprint {
            return Err(Error::TallyMismatch {
                expected: Phrase::PlanOf(format!("{:016x}", self.fingerprint)).into(),
                found: Phrase::PlanOf(format!("{:016x}", other.fingerprint)).into(),
            });
        }
        let differ = !self.keys.is_empty() && !other.keys.is_empty() && self.sealed != other.sealed;
        if differ || self.sealed.zip(other.sealed).is_some_and(|(mine, theirs)| mine != theirs) {
            let keys =
                |sealed: Option<u64>| Fact::from(sealed.map_or(Phrase::KeysWithoutSecret, |id| Phrase::KeysOfSecret(format!("{id:016x}"))));
            return Err(Error::TallyMismatch { expected: keys(self.sealed), found: keys(other.sealed) });
        }
        self.absorb(other);
        self.checked()
    }

    /// Seals the keys with a secret, so that a list of identifiers cannot be tried against them. Parts merge only if sealed
    /// with the same secret; results do not change. The secret is not stored in the tally.
    ///
    /// The keys, hashes of 96 bits, become the first 96 bits of their keyed hash by BLAKE3 (J. O'Connor, J.-P. Aumasson, S. Neves,
    /// Z. Wilcox-O'Hearn: BLAKE3, 2020, section 2.3).
    ///
    /// # Errors
    /// [`Error::BadNumber`] for a secret of fewer than 16 bytes, [`Error::TallyMismatch`] if the tally is sealed already.
    pub fn sealed(mut self, secret: &[u8]) -> Result<Self> {
        if secret.len() < SHORTEST_SECRET {
            let expected = Phrase::SecretOfBytes(SHORTEST_SECRET as u64).into();
            return Err(Error::BadNumber { what: "key", expected, found: Phrase::Bytes(secret.len() as u64).into() });
        }
        if self.sealed.is_some() {
            let (expected, found) = (Phrase::KeysWithoutSecret.into(), Phrase::KeysOfASecret.into());
            return Err(Error::TallyMismatch { expected, found });
        }
        let secret = blake3::derive_key("chitieu 2026-11-30 keys of a tally", secret);
        let head = |bytes: &[u8]| {
            let mut first = [0; 16];
            first[..12].copy_from_slice(&blake3::keyed_hash(&secret, bytes).as_bytes()[..12]);
            u128::from_le_bytes(first)
        };
        self.sealed = Some(head(b"whose keys") as u64);
        self.keys = self.keys.with(|key| head(&key.to_le_bytes()[..12]));
        Ok(self)
    }

    /// Refuses counts whose sums would no longer be exact, or would overflow.
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
            expected: Phrase::PlanOf(format!("{:016x}", question.fingerprint)).into(),
            found: Phrase::PlanOf(format!("{:016x}", self.fingerprint)).into(),
        })
    }

    pub(crate) fn absorb(&mut self, other: &Self) {
        for (mine, theirs) in self.blocks.iter_mut().zip(&other.blocks) {
            mine.absorb(theirs);
        }
        self.keys.absorb(&other.keys);
        self.sealed = self.sealed.or(other.sealed);
        self.counted.extend(&other.counted);
        self.provinces.extend(&other.provinces);
        self.origins.extend(&other.origins);
        self.presence.absorb(&other.presence);
        self.remarks.absorb(&other.remarks);
    }
}

/// The error for counts that reach a limit.
pub(crate) fn too_large(most: u64) -> Error {
    Error::BadNumber { what: "tally", expected: Phrase::CountsBelow(most).into(), found: Phrase::LargerOnes.into() }
}
