//! How far a number can be relied on.

use crate::error::{Error, Result, choose};
use std::str::FromStr;

/// Fewer events than this make a rate `unreliable` (the bound below which England's public-health methods
/// give no standardised rate; adopted by a decision of this project).
pub const FEWEST_EVENTS: u64 = 10;

/// A smaller denominator than this makes a proportion or ratio `unreliable` (the least sample of the data presentation
/// standards for proportions, National Center for Health Statistics, Series 2 No. 175, 2017; a decision of this project).
pub const SMALLEST_DENOMINATOR: u64 = 30;

/// How far a value can be relied on, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// No rule limits its use.
    Ok,
    /// Too few events or too small a denominator: not to be read alone.
    Unreliable,
    /// There is no value.
    NotAvailable,
}

impl Status {
    /// Its name in the column `status`: `ok`, `unreliable` or `not_available`.
    ///
    /// ```
    /// use chitieu::stats::Status;
    /// assert_eq!(Status::of_rate(9).as_str(), "unreliable");
    /// ```
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unreliable => "unreliable",
            Self::NotAvailable => "not_available",
        }
    }

    /// The status of a rate, by its number of events: `unreliable` below [`FEWEST_EVENTS`].
    #[must_use]
    pub fn of_rate(events: u64) -> Self {
        if events < FEWEST_EVENTS { Self::Unreliable } else { Self::Ok }
    }

    /// The status of a proportion, by its denominator: `unreliable` below [`SMALLEST_DENOMINATOR`].
    #[must_use]
    pub fn of_proportion(denominator: u64) -> Self {
        match denominator {
            0 => Self::NotAvailable,
            n if n < SMALLEST_DENOMINATOR => Self::Unreliable,
            _ => Self::Ok,
        }
    }
}

/// What a count is divided by: the whole it is a part of, or an exposure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A part of a whole number of persons or other units: binomial.
    Proportion,
    /// Events over a population or person-time: Poisson.
    Rate,
}

/// The kind of that name, `proportion` or `rate`.
impl FromStr for Kind {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        choose("kind", word, &[("proportion", Self::Proportion), ("rate", Self::Rate)])
    }
}
