//! What must not be known, and how well it is hidden.

use crate::error::{Error, Fact, Phrase, Result};

/// Counts from 1 to one below the threshold are small. Whoever knows a child in such a cell knows which one it is.
pub const THRESHOLD: u64 = 5;
/// Thresholds above this are refused: a mistake for a count.
const HIGHEST: u64 = 1_000;
/// More possible values than this are refused.
const MOST_VALUES: u32 = 100;

/// Whether cells of 0 are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Zeros {
    /// A zero is published; then all know that a hidden cell is at least 1.
    Shown,
    /// A zero is as small as 1, and is hidden.
    Hidden,
}

/// How well a small cell is hidden from someone who reads the whole table and these rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protection {
    /// Its exact number cannot be worked out.
    NoExactValue,
    /// At least so many numbers are possible.
    Values(u32),
}

/// What becomes of a share of exactly 0 or 100 % in a small group: it tells the same of each in the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WholeGroups {
    /// It is published, and the report counts how many there are.
    Told,
    /// It is hidden. Only where zeros are hidden: else a 0 is published by the rule.
    Hidden,
}

/// What is small, and how it is hidden.
///
/// ```
/// use chitieu::disclosure::{Protection, Rule, Zeros};
/// let rule = Rule::new(5, Zeros::Shown, Protection::NoExactValue)?;
/// assert!(rule.is_small(4) && !rule.is_small(5) && !rule.is_small(0));
/// let hiding_zeros = Rule::new(5, Zeros::Hidden, Protection::NoExactValue)?;
/// assert!(hiding_zeros.is_small(0));
/// # Ok::<(), chitieu::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Rule {
    /// Counts below it are small.
    pub threshold: u64,
    /// Whether zeros are published.
    pub zeros: Zeros,
    /// How well small cells are hidden.
    pub protection: Protection,
    /// What becomes of shares of 0 or 100 % in small groups.
    pub whole_groups: WholeGroups,
}

impl Default for Rule {
    /// Below 5, zeros shown, no exact value.
    fn default() -> Self {
        Self { threshold: THRESHOLD, zeros: Zeros::Shown, protection: Protection::NoExactValue, whole_groups: WholeGroups::Told }
    }
}

impl Rule {
    /// A rule.
    ///
    /// # Errors
    /// [`Error::BadNumber`] for a threshold outside 2 to 1,000, or possible values outside 2 to 100.
    pub fn new(threshold: u64, zeros: Zeros, protection: Protection) -> Result<Self> {
        let check = |what: &'static str, number: u64, most: u64| {
            let expected = || Phrase::WholeNumberFromTo(2, most as i64).into();
            if (2..=most).contains(&number) { Ok(()) } else { Err(Error::BadNumber { what, expected: expected(), found: number.into() }) }
        };
        check("threshold", threshold, HIGHEST)?;
        if let Protection::Values(values) = protection {
            check("protection", u64::from(values), u64::from(MOST_VALUES))?;
        }
        Ok(Self { threshold, zeros, protection, whole_groups: WholeGroups::Told })
    }

    /// The rule that hides shares of 0 or 100 % in groups below 30 too.
    ///
    /// # Errors
    /// [`Error::BadNumber`] where zeros are shown.
    pub fn hiding_whole_groups(self) -> Result<Self> {
        if self.zeros == Zeros::Shown {
            let (expected, found) = (Fact::quoted("zeros=hidden"), Fact::quoted("zeros=shown"));
            return Err(Error::BadNumber { what: "whole_groups", expected, found });
        }
        Ok(Self { whole_groups: WholeGroups::Hidden, ..self })
    }

    /// True for a count that must not be known.
    #[must_use]
    pub fn is_small(&self, count: u64) -> bool {
        count < self.threshold && (count > 0 || self.zeros == Zeros::Hidden)
    }

    /// How many numbers a small cell must be able to be.
    pub(super) fn values(&self) -> usize {
        match self.protection {
            Protection::NoExactValue => 2,
            Protection::Values(values) => values as usize,
        }
    }

    /// What all know of a hidden cell, since zeros are shown.
    pub(super) fn floor(&self) -> i64 {
        i64::from(self.zeros == Zeros::Shown)
    }
}
