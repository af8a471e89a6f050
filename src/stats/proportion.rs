//! Limits of a proportion.

use super::check::{deviate, share, tail};
use super::interval::{Estimate, Interval};
use super::reliability::Status;
use super::tail::{Tail, beta_quantile_odds};
use crate::error::{Error, Result, choose};
use std::str::FromStr;

/// How the limits of a proportion are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProportionMethod {
    /// Wilson's score limits.
    Wilson,
    /// The exact limits of Clopper and Pearson.
    ClopperPearson,
}

impl ProportionMethod {
    const WORDS: [(&'static str, Self); 2] = [("wilson", Self::Wilson), ("clopper_pearson", Self::ClopperPearson)];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS[self as usize].0
    }
}

/// The method of that name, `wilson` or `clopper_pearson`.
impl FromStr for ProportionMethod {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        choose("method", word, &Self::WORDS)
    }
}

/// The proportion of `x` out of `n` with limits by a method, and its status (`unreliable` below
/// [`SMALLEST_DENOMINATOR`](super::SMALLEST_DENOMINATOR)).
///
/// ```
/// use chitieu::stats::{ProportionMethod, Status, proportion};
/// let found = proportion(0, 20, 0.95, ProportionMethod::ClopperPearson)?;
/// // R. G. Newcombe, Statistics in Medicine 17 (1998) 857–872, table I, method 5: 0 of 20 has 0 to 0.1684.
/// assert_eq!((found.interval.unwrap().upper * 1e4).round(), 1684.0);
/// assert_eq!(found.status, Status::Unreliable);
/// # Ok::<(), chitieu::Error>(())
/// ```
///
/// # Errors
/// As [`wilson`].
pub fn proportion(x: u64, n: u64, level: f64, method: ProportionMethod) -> Result<Estimate> {
    let interval = match method {
        ProportionMethod::Wilson => wilson(x, n, level),
        ProportionMethod::ClopperPearson => clopper_pearson(x, n, level),
    }?;
    Ok(Estimate { interval: Some(interval), method: method.as_str(), status: Status::of_proportion(n) })
}

/// Wilson's score limits of `x` out of `n`.
///
/// (x + z²/2 ± z·√(x(n − x)/n + z²/4)) ÷ (n + z²); E. B. Wilson, "Probable inference, the law of succession, and
/// statistical inference", Journal of the American Statistical Association 22 (1927), 209–212.
///
/// ```
/// let i = chitieu::stats::wilson(81, 263, 0.95)?;
/// // R. G. Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263 has 0.2553 to 0.3662.
/// assert_eq!((i.lower * 1e4).round(), 2553.0);
/// assert_eq!((i.upper * 1e4).round(), 3662.0);
/// # Ok::<(), chitieu::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadNumber`](crate::Error::BadNumber) if `n` is 0, `x` is above `n`, or the level is not between 0 and 1.
pub fn wilson(x: u64, n: u64, level: f64) -> Result<Interval> {
    let z = deviate(level)?;
    share(x, n)?;
    let (a, b, total) = (x as f64, (n - x) as f64, n as f64);
    let half = z * (a * b / total + z * z / 4.0).sqrt();
    let upper = if x == n { 1.0 } else { (a + z * z / 2.0 + half) / (total + z * z) };
    // The lower limit as the product of the roots over the upper one, to avoid a difference of near numbers.
    let lower = if x == 0 { 0.0 } else { a * a / total / (a + z * z / 2.0 + half) };
    Ok(Interval { value: a / total, lower, upper })
}

/// The exact limits of `x` out of `n`: the shares at which `x` or more, and `x` or fewer, have the probability
/// (1 − level)/2.
///
/// C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
/// Biometrika 26 (1934), 404–413. They hold at least the level, and are wider than Wilson's.
///
/// ```
/// let i = chitieu::stats::clopper_pearson(81, 263, 0.95)?;
/// // R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 5: 0.2527 to 0.3676.
/// assert_eq!(((i.lower * 1e4).round(), (i.upper * 1e4).round()), (2527.0, 3676.0));
/// # Ok::<(), chitieu::Error>(())
/// ```
///
/// # Errors
/// As [`wilson`].
pub fn clopper_pearson(x: u64, n: u64, level: f64) -> Result<Interval> {
    let tail = tail(level)?;
    share(x, n)?;
    let (below, above) = odds_limits(x, n - x, tail);
    Ok(Interval {
        value: x as f64 / n as f64,
        lower: below / (1.0 + below),
        upper: if above.is_finite() { above / (1.0 + above) } else { 1.0 },
    })
}

/// The same limits as odds, for `a` against `b`: full precision near 0 and near 1.
pub(super) fn odds_limits(a: u64, b: u64, tail: f64) -> (f64, f64) {
    let (a, b) = (a as f64, b as f64);
    let lower = match (a, b) {
        (0.0, _) => 0.0,
        (_, 0.0) => 1.0 / (-tail.ln() / a).exp_m1(),
        _ => beta_quantile_odds(a, b + 1.0, tail, Tail::Lower),
    };
    let upper = match (a, b) {
        (_, 0.0) => f64::INFINITY,
        (0.0, _) => (-tail.ln() / b).exp_m1(),
        _ => beta_quantile_odds(a + 1.0, b, tail, Tail::Upper),
    };
    (lower, upper)
}
