//! Checks of the numbers given to a method, each with its refusal.

use super::tail::normal_deviate;
use crate::error::{Error, Fact, Phrase, Result};

/// An error about a number.
pub(super) fn refuse<T>(what: &'static str, expected: Phrase, found: impl Into<Fact>) -> Result<T> {
    Err(Error::BadNumber { what, expected: expected.into(), found: found.into() })
}

/// A finite number above 0.
pub(super) fn positive(what: &'static str, number: f64) -> Result<()> {
    if number.is_finite() && number > 0.0 { Ok(()) } else { refuse(what, Phrase::NumberAbove(0), number) }
}

/// A finite number from 0.
pub(super) fn from_zero(what: &'static str, number: f64) -> Result<()> {
    if number.is_finite() && number >= 0.0 { Ok(()) } else { refuse(what, Phrase::NumberFrom(0), number) }
}

/// A finite number.
pub(super) fn finite(what: &'static str, number: f64) -> Result<()> {
    if number.is_finite() { Ok(()) } else { refuse(what, Phrase::FiniteNumber, number) }
}

/// 2⁵³: up to here floats hold every whole number.
pub(super) const MOST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// A whole number from 0.
pub(super) fn whole(what: &'static str, number: f64) -> Result<()> {
    if number.fract() == 0.0 && (0.0..=MOST_WHOLE).contains(&number) {
        return Ok(());
    }
    refuse(what, Phrase::WholeNumberUpTo(MOST_WHOLE as i64), number)
}

/// x out of n.
pub(super) fn share(x: u64, n: u64) -> Result<()> {
    if n > 0 && x <= n { Ok(()) } else { refuse("x, n", Phrase::XOutOfN, Fact::verbatim(format_args!("x = {x}, n = {n}"))) }
}

/// The probability in each tail outside a level.
pub(super) fn tail(level: f64) -> Result<f64> {
    if level > 0.0 && level < 1.0 { Ok((1.0 - level) / 2.0) } else { refuse("level", Phrase::Between(0, 1), level) }
}

/// The two-sided standard normal deviate of a level.
pub(super) fn deviate(level: f64) -> Result<f64> {
    tail(level).map(normal_deviate)
}

/// A result that a float can hold.
pub(super) fn representable(what: &'static str, number: f64) -> Result<f64> {
    if number.is_finite() { Ok(number) } else { refuse(what, Phrase::FiniteResult, number) }
}
