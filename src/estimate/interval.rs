//! Limits of proportions and rates. Every float of a result is made here, once, from integers.

use crate::error::{Error, Result};
use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::gamma::{gamma_lr, gamma_ur};

/// A value with its lower and upper limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The value itself.
    pub value: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

impl Interval {
    fn times(self, factor: f64) -> Self {
        Self { value: self.value * factor, lower: self.lower * factor, upper: self.upper * factor }
    }
}

/// How the limits of a rate are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateMethod {
    /// Byar's approximation, and exact Poisson limits below 10 events.
    Byar,
    /// Byar's approximation whatever the number of events.
    ByarOnly,
    /// Exact Poisson limits (Garwood).
    Exact,
}

impl RateMethod {
    /// The method of that word.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`].
    pub fn from_word(word: &str) -> Result<Self> {
        match word {
            "byar" => Ok(Self::Byar),
            "byar_only" => Ok(Self::ByarOnly),
            "exact" => Ok(Self::Exact),
            _ => Err(Error::UnknownChoice {
                what: "method",
                got: word.to_owned(),
                known: ["byar", "byar_only", "exact"].map(str::to_owned).to_vec(),
            }),
        }
    }
}

/// Events below which limits are exact.
const FEW_EVENTS: u64 = 10;

/// The two-sided standard normal deviate of a level.
fn deviate(level: f64) -> Result<f64> {
    if level.is_finite() && level > 0.0 && level < 1.0 {
        return Ok(-Normal::standard().inverse_cdf((1.0 - level) / 2.0));
    }
    Err(Error::BadNumber { what: "level", expected: "between 0 and 1".to_owned(), found: level.to_string() })
}

/// The quotient of two counts times a multiplier, rounded once.
#[must_use]
pub(crate) fn quotient(numerator: u64, denominator: u64, multiplier: u32) -> f64 {
    (u128::from(numerator) * u128::from(multiplier)) as f64 / denominator as f64
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
/// [`Error::BadNumber`] if `n` is 0, `x` is above `n`, or the level is not between 0 and 1.
pub fn wilson(x: u64, n: u64, level: f64) -> Result<Interval> {
    let z = deviate(level)?;
    if n == 0 || x > n {
        return Err(Error::BadNumber { what: "x, n", expected: "0 <= x <= n and n > 0".to_owned(), found: format!("x = {x}, n = {n}") });
    }
    let (a, b, total) = (x as f64, (n - x) as f64, n as f64);
    let half = z * (a * b / total + z * z / 4.0).sqrt();
    let upper = if x == n { 1.0 } else { (a + z * z / 2.0 + half) / (total + z * z) };
    // The lower limit as product of the roots over the upper one: no difference of near numbers.
    let lower = if x == 0 { 0.0 } else { a * a / total / (a + z * z / 2.0 + half) };
    Ok(Interval { value: a / total, lower, upper })
}

/// Limits of a rate: `x` events over an exposure, per so many.
///
/// Byar: lower x·(1 − 1/(9x) − z/(3√x))³, upper (x + 1)·(1 − 1/(9(x + 1)) + z/(3√(x + 1)))³; N. E. Breslow and N. E. Day,
/// "Statistical Methods in Cancer Research", volume II (1987), formula 2.13. Exact: the Poisson limits of F. Garwood,
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
/// [`Error::BadNumber`] if the exposure or `per` is not a positive number, or the level is not between 0 and 1.
pub fn rate(x: u64, exposure: f64, per: f64, level: f64, method: RateMethod) -> Result<Interval> {
    for (what, number) in [("exposure", exposure), ("per", per)] {
        if !(number.is_finite() && number > 0.0) {
            return Err(Error::BadNumber { what, expected: "a number above 0".to_owned(), found: number.to_string() });
        }
    }
    let z = deviate(level)?;
    let exact = method == RateMethod::Exact || method == RateMethod::Byar && x < FEW_EVENTS;
    let events = if exact { exact_poisson(x, level) } else { byar(x, z) };
    Ok(events.times(per / exposure))
}

fn byar(x: u64, z: f64) -> Interval {
    let cube = |n: f64, sign: f64| n * (1.0 - 1.0 / (9.0 * n) + sign * z / (3.0 * n.sqrt())).powi(3);
    let events = x as f64;
    // Below one event the cubed bracket turns negative: no limit lies below 0.
    let lower = if x == 0 { 0.0 } else { cube(events, -1.0).max(0.0) };
    Interval { value: events, lower, upper: cube(events + 1.0, 1.0) }
}

/// Limits λ with P(X ≥ x | λ) = P(X ≤ x | λ) = (1 − level) / 2 at the lower and the upper one.
fn exact_poisson(x: u64, level: f64) -> Interval {
    let tail = (1.0 - level) / 2.0;
    let events = x as f64;
    // P(X >= x | λ) is the lower regularised gamma function of (x, λ); P(X <= x | λ) the upper of (x + 1, λ).
    let lower = if x == 0 { 0.0 } else { root(events, |mean| gamma_lr(events, mean) < tail) };
    let upper = if x == 0 { -tail.ln() } else { root(events, |mean| gamma_ur(events + 1.0, mean) > tail) };
    Interval { value: events, lower, upper }
}

/// Where a condition that holds for small means stops to hold, by bisection to the last bit.
fn root(start: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (f64::MIN_POSITIVE, start.max(1.0));
    while holds(high) {
        low = high;
        high *= 2.0;
    }
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The quotient times the multiplier, printed with so many decimals, rounded once from the exact fraction, half up.
///
/// ```
/// use chitieu::stats::round_half_up;
/// // National Assembly supervision 2015–2019: 6,364 of 8,442 cases are sexual abuse, 75.38 % and never 75.39.
/// assert_eq!(round_half_up(6364, 8442, 100, 2), "75.38");
/// assert_eq!(round_half_up(1, 8, 100, 0), "13");
/// ```
#[must_use]
pub fn round_half_up(numerator: u64, denominator: u64, multiplier: u32, decimals: u8) -> String {
    let scale = 10_u128.pow(u32::from(decimals));
    let denominator = u128::from(denominator.max(1));
    let scaled = (u128::from(numerator) * u128::from(multiplier) * scale * 2 + denominator) / (denominator * 2);
    if decimals == 0 {
        return scaled.to_string();
    }
    format!("{}.{:0width$}", scaled / scale, scaled % scale, width = usize::from(decimals))
}
