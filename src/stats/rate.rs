//! Limits of a rate.

use super::check::{deviate, positive, refuse, tail};
use super::interval::{Estimate, Interval};
use super::reliability::{FEWEST_EVENTS, Status};
use super::tail::{Tail, gamma_quantile};
use crate::error::{Error, Phrase, Result, choose};
use std::str::FromStr;

/// How the limits of a rate are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateMethod {
    /// Byar's approximation, but exact Poisson limits below 10 events.
    Byar,
    /// Byar's approximation for any number of events, as Breslow and Day give it: x for the lower limit, x + 1 for the
    /// upper one.
    ByarOnly,
    /// The other form of Byar's approximation, as Rothman and Boice give it: x + ½ for both limits.
    ByarRothmanBoice,
    /// Exact Poisson limits (Garwood).
    Exact,
}

impl RateMethod {
    fn is_exact(self, x: u64) -> bool {
        self == Self::Exact || self == Self::Byar && x < FEWEST_EVENTS
    }

    /// The method used for `x` events, as named in results: `byar`, `byar_rothman_boice` or `exact_poisson`.
    #[must_use]
    pub fn used(self, x: u64) -> &'static str {
        match self {
            Self::ByarRothmanBoice => "byar_rothman_boice",
            _ if self.is_exact(x) => "exact_poisson",
            _ => "byar",
        }
    }

    /// Limits of the count itself.
    pub(super) fn of_count(self, x: u64, level: f64) -> Result<Interval> {
        let (tail, z, events) = (tail(level)?, deviate(level)?, x as f64);
        Ok(match self {
            _ if self.is_exact(x) => garwood(x, tail),
            Self::ByarRothmanBoice => Interval { value: events, lower: byar(events + 0.5, -z), upper: byar(events + 0.5, z) },
            _ => Interval { value: events, lower: if x == 0 { 0.0 } else { byar(events, -z) }, upper: byar(events + 1.0, z) },
        })
    }
}

/// The method of that name: `byar`, `byar_only`, `byar_rothman_boice` or `exact`.
impl FromStr for RateMethod {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        let known =
            [("byar", Self::Byar), ("byar_only", Self::ByarOnly), ("byar_rothman_boice", Self::ByarRothmanBoice), ("exact", Self::Exact)];
        choose("method", word, &known)
    }
}

/// Events over an exposure: a population, person-time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// The number of events.
    pub events: u64,
    /// The population or other exposure, above 0.
    pub exposure: f64,
}

impl Rate {
    /// The rate times `per` with limits by a method, and its status (`unreliable` below [`FEWEST_EVENTS`]).
    ///
    /// # Errors
    /// As [`rate`].
    pub fn estimate(self, per: f64, level: f64, method: RateMethod) -> Result<Estimate> {
        let interval = Some(rate(self.events, self.exposure, per, level, method)?);
        Ok(Estimate { interval, method: method.used(self.events), status: Status::of_rate(self.events) })
    }
}

/// Limits of a rate: `x` events over an exposure, times `per`.
///
/// Byar: lower x·(1 − 1/(9x) − z/(3√x))³, upper (x + 1)·(1 − 1/(9(x + 1)) + z/(3√(x + 1)))³; N. E. Breslow and N. E. Day,
/// "Statistical Methods in Cancer Research", volume II (1987), formula 2.13. With x + ½ in both places: K. J. Rothman and
/// J. D. Boice, "Epidemiologic Analysis with a Programmable Calculator" (1979). Exact: the Poisson limits of F. Garwood,
/// Biometrika 28 (1936), 437–442.
///
/// ```
/// use chitieu::stats::{rate, RateMethod};
/// // Garwood's table: 3 events have exact 95 % limits 0.62 and 8.77.
/// let i = rate(3, 1.0, 1.0, 0.95, RateMethod::Byar)?;
/// assert_eq!(((i.lower * 100.0).round(), (i.upper * 100.0).round()), (62.0, 877.0));
/// # Ok::<(), chitieu::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadNumber`](crate::Error::BadNumber) if the exposure or `per` is not a positive number, the level is not between 0
/// and 1, or a limit is beyond what a float holds.
pub fn rate(x: u64, exposure: f64, per: f64, level: f64, method: RateMethod) -> Result<Interval> {
    positive("exposure", exposure)?;
    positive("per", per)?;
    let found = method.of_count(x, level)?.times(per / exposure);
    if found.is_finite() { Ok(found) } else { refuse("exposure", Phrase::FiniteResult, exposure) }
}

fn byar(n: f64, z: f64) -> f64 {
    // With few events the bracket turns negative, but no limit lies below 0.
    n * (1.0 - 1.0 / (9.0 * n) + z / (3.0 * n.sqrt())).max(0.0).powi(3)
}

/// Limits m with P(X ≥ x | m) = P(X ≤ x | m) = (1 − level)/2 at the lower and the upper one.
fn garwood(x: u64, tail: f64) -> Interval {
    let events = x as f64;
    Interval {
        value: events,
        lower: if x == 0 { 0.0 } else { gamma_quantile(events, tail, Tail::Lower) },
        upper: if x == 0 { -tail.ln() } else { gamma_quantile(events + 1.0, tail, Tail::Upper) },
    }
}
