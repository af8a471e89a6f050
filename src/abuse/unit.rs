//! The units that results count.

use crate::error::{Error, Result, choose};
use std::str::FromStr;

/// What a result counts. Units differ: one case can have three children, each with two perpetrators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A case (vụ): one `case_id`.
    Case,
    /// A child, once across all its cases.
    Child,
    /// A child in a case, once for each case.
    Incident,
    /// A perpetrator, once across all cases.
    Perpetrator,
    /// A child and one of its perpetrators.
    Pair,
    /// A decision on an administrative sanction.
    Decision,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 6] = [Self::Case, Self::Child, Self::Incident, Self::Perpetrator, Self::Pair, Self::Decision];

    /// The code in a result's column `unit`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Child => "child",
            Self::Incident => "incident",
            Self::Perpetrator => "perpetrator",
            Self::Pair => "pair",
            Self::Decision => "decision",
        }
    }

    /// The unit by its code, if it is in `units`.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`](crate::Error::UnknownChoice).
    pub(super) fn one_of(word: &str, units: &[Self]) -> Result<Self> {
        choose("unit", word, &units.iter().map(|u| (u.as_str(), *u)).collect::<Vec<_>>())
    }

    /// Refuses a unit that is not in `units`.
    pub(super) fn among(self, units: &[Self]) -> Result<()> {
        Self::one_of(self.as_str(), units).map(|_| ())
    }
}

/// The unit by its code.
impl FromStr for Unit {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        Self::one_of(word, &Self::ALL)
    }
}
