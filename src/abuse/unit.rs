//! What is counted.

use crate::error::{Result, choose};

/// What a result counts. They differ: one case can have three children, each with two perpetrators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Vụ: what one `case_id` names.
    Case,
    /// A child, once however many cases it is in.
    Child,
    /// A child in a case, once for each case.
    Incident,
    /// A perpetrator, once however many cases.
    Perpetrator,
    /// A child and a perpetrator of it.
    Pair,
    /// A decision on an administrative sanction.
    Decision,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 6] = [Self::Case, Self::Child, Self::Incident, Self::Perpetrator, Self::Pair, Self::Decision];

    /// The word in a result's column `unit`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Child => "child",
            Self::Incident => "incident",
            Self::Perpetrator => "perpetrator",
            Self::Pair => "pair",
            Self::Decision => "decision",
        }
    }

    /// The unit of a word, if it is one of some.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`](crate::Error::UnknownChoice).
    pub(super) fn one_of(word: &str, units: &[Self]) -> Result<Self> {
        choose("unit", word, &units.iter().map(|u| (u.word(), *u)).collect::<Vec<_>>())
    }

    /// The unit of a word.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`](crate::Error::UnknownChoice).
    pub fn from_word(word: &str) -> Result<Self> {
        Self::one_of(word, &Self::ALL)
    }

    /// This unit, if it is one of some.
    pub(super) fn among(self, units: &[Self]) -> Result<()> {
        Self::one_of(self.word(), units).map(|_| ())
    }
}
