//! Comparisons of two areas or two periods.

use super::check::{deviate, positive, refuse, share, tail};
use super::interval::Interval;
use super::proportion::{odds_limits, wilson};
use super::rate::{Rate, RateMethod, rate};
use super::reliability::Status;
use super::tail::{beta_tails, normal_two_sided};
use crate::error::{Phrase, Result};

/// A difference or ratio with its limits, if any, and the p-value of "there is no difference".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Value and limits; none if [`Status::NotAvailable`].
    pub interval: Option<Interval>,
    /// The two-sided p-value of "there is no difference"; none if [`Status::NotAvailable`].
    pub p_value: Option<f64>,
    /// The method of the limits, as named in results.
    pub method: &'static str,
    /// The worse status of the two sides.
    pub status: Status,
}

impl Comparison {
    fn of(interval: Interval, p_value: f64, method: &'static str, status: Status) -> Result<Self> {
        if interval.value.is_finite() && interval.lower.is_finite() && !interval.upper.is_nan() {
            return Ok(Self { interval: Some(interval), p_value: Some(p_value), method, status });
        }
        refuse("exposure", Phrase::FiniteResult, interval.value)
    }

    fn none(method: &'static str) -> Self {
        Self { interval: None, p_value: None, method, status: Status::NotAvailable }
    }
}

/// The ratio of two rates, (x₁/e₁) ÷ (x₂/e₂), with exact limits.
///
/// Given their sum, x₁ of x₁ + x₂ is binomial with odds θ·e₁/e₂; the limits are those of Clopper and Pearson for that share, as
/// ratios, and the p-value is twice the smaller exact tail. N. E. Breslow and N. E. Day, "Statistical Methods in Cancer
/// Research", volume II (1987), chapter 3; E. L. Lehmann, "Testing Statistical Hypotheses" (1959), chapter 4. Limits and
/// p-value agree: the limits exclude 1 exactly if p < 1 − level. *Status*: `not_available` if the second rate is 0.
///
/// ```
/// use chitieu::stats::{Rate, rate_ratio};
/// // R gives 1.971488 with 0.8584264 to 4.2772659 (help of poisson.test).
/// let (first, second) = (Rate { events: 11, exposure: 800.0 }, Rate { events: 21, exposure: 3_011.0 });
/// let i = rate_ratio(first, second, 0.95)?.interval.unwrap();
/// assert_eq!([i.value, i.lower, i.upper].map(|v| (v * 1e5).round()), [197149.0, 85843.0, 427727.0]);
/// # Ok::<(), chitieu::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadNumber`](crate::Error::BadNumber) if an exposure is not a positive number, the level is not between 0 and 1, or the
/// ratio is beyond what a float holds.
pub fn rate_ratio(first: Rate, second: Rate, level: f64) -> Result<Comparison> {
    let method = "exact_conditional";
    let p_value = same_rate(first, second)?;
    let (lower, upper) = odds_limits(first.events, second.events, tail(level)?);
    if second.events == 0 {
        return Ok(Comparison::none(method));
    }
    let exposures = second.exposure / first.exposure;
    let value = first.events as f64 / second.events as f64;
    let interval = Interval { value, lower, upper }.times(exposures);
    Comparison::of(interval, p_value, method, worse_rate(first, second))
}

/// The difference of two rates times `per`, x₁/e₁ − x₂/e₂, with limits by "square and add".
///
/// d − √((r₁ − l₁)² + (u₂ − r₂)²) and d + √((u₁ − r₁)² + (r₂ − l₂)²) from the limits l, u of each rate by `method`; G. Y. Zou and
/// A. Donner, Statistics in Medicine 27 (2008), 1693–1702. The p-value is the exact one of [`rate_ratio`].
///
/// ```
/// use chitieu::stats::{Rate, RateMethod, rate_difference};
/// let (first, second) = (Rate { events: 41, exposure: 28_010.0 }, Rate { events: 15, exposure: 19_017.0 });
/// let found = rate_difference(first, second, 1e4, 0.95, RateMethod::Byar)?;
/// // 14.64 less 7.89 per 10,000 woman-years.
/// assert_eq!((found.interval.unwrap().value * 100.0).round(), 675.0);
/// # Ok::<(), chitieu::Error>(())
/// ```
///
/// # Errors
/// As [`rate_ratio`], and if `per` is not a positive number.
pub fn rate_difference(first: Rate, second: Rate, per: f64, level: f64, method: RateMethod) -> Result<Comparison> {
    let p_value = same_rate(first, second)?;
    let a = rate(first.events, first.exposure, per, level, method)?;
    let b = rate(second.events, second.exposure, per, level, method)?;
    Comparison::of(square_and_add(a, b), p_value, "square_and_add", worse_rate(first, second))
}

/// The difference of two proportions, x₁/n₁ − x₂/n₂, with Newcombe's hybrid score limits.
///
/// "Square and add" as in [`rate_difference`] from Wilson's limits of each: method 10 of R. G. Newcombe, Statistics in Medicine 17
/// (1998), 873–890. The p-value is that of the score test, z = d ÷ √(p(1 − p)(1/n₁ + 1/n₂)) with the common share p, without
/// continuity correction; near the bound it may disagree with the limits.
///
/// ```
/// let i = chitieu::stats::proportion_difference((56, 70), (48, 80), 0.95)?.interval.unwrap();
/// // Newcombe (1998), table II (a), method 10: 56/70 − 48/80 has 0.0524 to 0.3339.
/// assert_eq!([i.lower, i.upper].map(|v| (v * 1e4).round()), [524.0, 3339.0]);
/// # Ok::<(), chitieu::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadNumber`](crate::Error::BadNumber) if an `n` is 0, an `x` is above its `n`, or the level is not between 0 and 1.
pub fn proportion_difference(first: (u64, u64), second: (u64, u64), level: f64) -> Result<Comparison> {
    let (a, b) = (wilson(first.0, first.1, level)?, wilson(second.0, second.1, level)?);
    Comparison::of(square_and_add(a, b), same_share(first, second), "newcombe", worse_share(first, second))
}

/// The ratio of two proportions, (x₁/n₁) ÷ (x₂/n₂), with score limits.
///
/// The ratios θ that the score test does not reject: (p₁ − θp₂)² ÷ (P₁(1 − P₁)/n₁ + θ²P₂(1 − P₂)/n₂) ≤ z², where P₁ = θP₂ are the
/// likeliest shares with that ratio; P. A. R. Koopman, Biometrics 40 (1984), 513–517. The p-value is that test of θ = 1, so limits
/// and p-value agree. *Status*: `not_available` if the second proportion is 0.
///
/// ```
/// let i = chitieu::stats::proportion_ratio((36, 40), (16, 80), 0.95)?.interval.unwrap();
/// // Koopman (1984), example 1: 4.5 with 2.94 to 7.15.
/// assert_eq!([i.value, i.lower, i.upper].map(|v| (v * 100.0).round()), [450.0, 294.0, 715.0]);
/// # Ok::<(), chitieu::Error>(())
/// ```
///
/// # Errors
/// As [`proportion_difference`].
pub fn proportion_ratio(first: (u64, u64), second: (u64, u64), level: f64) -> Result<Comparison> {
    let z = deviate(level)?;
    share(first.0, first.1)?;
    share(second.0, second.1)?;
    if second.0 == 0 {
        return Ok(Comparison::none("koopman"));
    }
    let value = first.0 as f64 / first.1 as f64 / (second.0 as f64 / second.1 as f64);
    let inside = |log: f64| score(first, second, log.exp()) <= z * z;
    let lower = if first.0 == 0 { 0.0 } else { edge(value.ln(), -1.0, inside).exp() };
    // With no case in the first group the search for the limit starts far below any ratio.
    let start = if first.0 == 0 { -700.0 } else { value.ln() };
    let interval = Interval { value, lower, upper: edge(start, 1.0, inside).exp() };
    Comparison::of(interval, same_share(first, second), "koopman", worse_share(first, second))
}

/// The square of the score statistic of a ratio of shares.
fn score(first: (u64, u64), second: (u64, u64), ratio: f64) -> f64 {
    let (x, m, y, n) = (first.0 as f64, first.1 as f64, second.0 as f64, second.1 as f64);
    // P₂ solves (m + n)θP² − (θ(m + y) + x + n)P + x + y = 0; the smaller root, without a difference.
    let half = f64::midpoint(ratio * (m + y), x + n);
    let (product, sum) = ((m + n) * ratio, x + y);
    let root = (half * half - product * sum).max(0.0).sqrt();
    let b = sum / (half + root);
    let a = ratio * b;
    let spread = a * (1.0 - a).max(0.0) / m + ratio * ratio * b * (1.0 - b).max(0.0) / n;
    let distance = x / m - ratio * (y / n);
    if distance == 0.0 { 0.0 } else { distance * distance / spread }
}

/// The last point from `start` in one direction where a condition still holds, to the last bits.
fn edge(start: f64, direction: f64, inside: impl Fn(f64) -> bool) -> f64 {
    let mut step = 0.5;
    let (mut near, mut far) = (start, start + direction * step);
    while inside(far) && far.abs() < 1e3 {
        near = far;
        step *= 2.0;
        far += direction * step;
    }
    loop {
        let middle = f64::midpoint(near, far);
        if middle == near || middle == far {
            return middle;
        }
        if inside(middle) { near = middle } else { far = middle }
    }
}

fn square_and_add(a: Interval, b: Interval) -> Interval {
    let value = a.value - b.value;
    let lower = value - (a.value - a.lower).hypot(b.upper - b.value);
    Interval { value, lower, upper: value + (a.upper - a.value).hypot(b.value - b.lower) }
}

/// Twice the smaller exact tail of x₁ given x₁ + x₂, if the rates are the same.
fn same_rate(first: Rate, second: Rate) -> Result<f64> {
    positive("exposure", first.exposure)?;
    positive("exposure", second.exposure)?;
    let (a, b) = (first.events as f64, second.events as f64);
    // Divided first, so that no sum overflows.
    let most = first.exposure.max(second.exposure);
    let (e, f) = (first.exposure / most, second.exposure / most);
    let (p, q) = (e / (e + f), f / (e + f));
    // P(X >= a) and P(X <= a) as tails of beta distributions.
    let up = if a == 0.0 { 1.0 } else { beta_tails(a, b + 1.0, p, q).0 };
    let down = if b == 0.0 { 1.0 } else { beta_tails(a + 1.0, b, p, q).1 };
    Ok((2.0 * up.min(down)).min(1.0))
}

/// The two-sided p-value of the score test of equal shares.
fn same_share(first: (u64, u64), second: (u64, u64)) -> f64 {
    let (m, n) = (first.1 as f64, second.1 as f64);
    let common = (first.0 as f64 + second.0 as f64) / (m + n);
    let distance = first.0 as f64 / m - second.0 as f64 / n;
    let spread = (common * (1.0 - common) * (1.0 / m + 1.0 / n)).sqrt();
    if distance == 0.0 { 1.0 } else { normal_two_sided(distance / spread) }
}

fn worse_rate(first: Rate, second: Rate) -> Status {
    Status::of_rate(first.events.min(second.events))
}

fn worse_share(first: (u64, u64), second: (u64, u64)) -> Status {
    Status::of_proportion(first.1.min(second.1))
}
