//! Tails and quantiles of the normal, gamma and beta distributions, to ten digits and more at counts up to a billion.
//!
//! Masses use the saddle-point form of C. Loader, "Fast and accurate computation of binomial probabilities" (2000), which has
//! no difference of large logarithms. A tail is the mass times a series or a continued fraction (NIST Digital Library of
//! Mathematical Functions, 8.11.4 and 8.9.2; DiDonato and Morris 1992), always for the smaller tail; quantiles use Newton's method
//! on logarithms inside a bracket. Worst relative error of a limit at counts up to a billion, measured against 50 digits
//! (`tests/stats/reference.toml`): here 3e-12; with the gamma functions of `statrs` 7e-11, growing with the count, and with its
//! beta function 9e-7, since that stops after 140 terms. From `statrs` come the inverse of the error function and the logarithm
//! of the gamma function of small arguments, which are good to the last digits.

use statrs::function::erf::erfc_inv;
use statrs::function::gamma::ln_gamma;
use std::f64::consts::{PI, SQRT_2};

/// One end of a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    Lower,
    Upper,
}

/// Shapes from which the expansion of Cornish and Fisher has more than twelve digits.
const LARGE: f64 = 1e6;

/// The standard normal deviate that is exceeded with that probability.
pub(super) fn normal_deviate(probability: f64) -> f64 {
    SQRT_2 * erfc_inv(2.0 * probability)
}

/// The probability that a standard normal deviate is exceeded.
fn normal_upper(z: f64) -> f64 {
    let outside = normal_two_sided(z);
    if z > 0.0 { outside / 2.0 } else { 1.0 - outside / 2.0 }
}

/// The probability of a standard normal deviate as far from 0, on either side.
pub(super) fn normal_two_sided(z: f64) -> f64 {
    gamma_tails(0.5, z * z / 2.0).1
}

/// ln Γ(n + 1) less Stirling's √(2πn)·(n/e)ⁿ.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        return ln_gamma(n + 1.0) - (n + 0.5) * n.ln() + n - (2.0 * PI).sqrt().ln();
    }
    let s = n * n;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / s) / s) / s) / s) / n
}

/// x·ln(x/m) + m − x, without the cancellation where x is near m.
fn deviance(x: f64, m: f64) -> f64 {
    let v = (x - m) / (x + m);
    if !(v.abs() < 0.1) {
        return x * (x / m).ln() + m - x;
    }
    // ln(x/m) = 2·artanh(v), as its series.
    let mut power = 2.0 * x * v;
    let mut sum = (x - m) * v;
    for odd in (3..).step_by(2) {
        power *= v * v;
        let next = sum + power / f64::from(odd);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// mˣ·e⁻ᵐ/Γ(x + 1): the Poisson probability, for any x from 0.
pub(super) fn poisson_mass(x: f64, m: f64) -> f64 {
    if x == 0.0 {
        return (-m).exp();
    }
    (-stirling_error(x) - deviance(x, m)).exp() / (2.0 * PI * x).sqrt()
}

/// Γ(a + b + 1)/(Γ(a + 1)·Γ(b + 1))·pᵃ·qᵇ with q = 1 − p: the binomial probability, for any a and b from 0.
pub(super) fn binomial_mass(a: f64, b: f64, p: f64, q: f64) -> f64 {
    let n = a + b;
    if a == 0.0 {
        return (n * if p < q { (-p).ln_1p() } else { q.ln() }).exp();
    }
    if b == 0.0 {
        return (n * if q < p { (-q).ln_1p() } else { p.ln() }).exp();
    }
    let exponent = stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * p) - deviance(b, n * q);
    exponent.exp() * (n / (2.0 * PI * a * b)).sqrt()
}

/// The regularised incomplete gamma functions P(a, x) and Q(a, x).
pub(super) fn gamma_tails(a: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    let mass = poisson_mass(a, x);
    if x < a + 1.0 {
        let (mut term, mut sum, mut k) = (1.0, 1.0, a);
        loop {
            k += 1.0;
            term *= x / k;
            if !(term > sum * f64::EPSILON / 4.0) {
                break;
            }
            sum += term;
        }
        let lower = (mass * sum).min(1.0);
        return (lower, 1.0 - lower);
    }
    let fraction = continued(x + 1.0 - a, |k| (-k * (k - a), x + 1.0 - a + 2.0 * k));
    let upper = (mass * a / fraction).min(1.0);
    (1.0 - upper, upper)
}

/// The regularised incomplete beta functions for a and b from 1: those of x over (a, b) and of y = 1 − x over (b, a).
pub(super) fn beta_tails(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    if a.min(b) > 1e9 {
        return beta_tails_by_root(a, b, x, y);
    }
    // The distance to the mean, from the smaller of x and y to avoid a difference of near numbers.
    let left = if x < y { a - (a + b) * x } else { (a + b) * y - b };
    let mass = binomial_mass(a, b, x, y) * a * (b / (a + b));
    if left >= 0.0 {
        let lower = (mass / beta_fraction(a, b, x, y, left)).min(1.0);
        return (lower, 1.0 - lower);
    }
    let upper = (mass / beta_fraction(b, a, y, x, -left)).min(1.0);
    (1.0 - upper, upper)
}

/// The continued fraction of A. R. DiDonato and A. H. Morris, ACM Transactions on Mathematical Software 18 (1992), 360–373, for
/// x up to a/(a + b): all of its terms are positive, and for whole b it ends.
fn beta_fraction(a: f64, b: f64, x: f64, y: f64, left: f64) -> f64 {
    let denominator = |n: f64| n + n * (b - n) / (a + 2.0 * n - 1.0) * x + (a + n) / (a + 2.0 * n + 1.0) * (left + 1.0 + n * (1.0 + y));
    continued(a / (a + 1.0) * (left + 1.0), |n| {
        let m = a + 2.0 * n - 1.0;
        ((a + n - 1.0) / m * ((a + b + n - 1.0) / m * x) * n * ((b - n) * x), denominator(n))
    })
}

/// The same beyond a billion, where the fraction grows long: the modified signed root of O. E. Barndorff-Nielsen (1986), exact
/// except for terms of one over the shapes.
fn beta_tails_by_root(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    let n = a + b;
    let w = (2.0 * (deviance(a, n * x) + deviance(b, n * y))).max(0.0).sqrt().copysign(x - a / n);
    let u = (x - a / n) * (n / a * n / b * n).sqrt();
    let r = if w.abs() > 1e-3 && u / w > 0.0 { w + (u / w).ln() / w } else { w };
    (normal_upper(-r), normal_upper(r))
}

/// first + n₁/(d₁ + n₂/(d₂ + …)) by the method of Lentz; `term(k)` is (nₖ, dₖ).
fn continued(first: f64, term: impl Fn(f64) -> (f64, f64)) -> f64 {
    const TINY: f64 = 1e-300;
    let nonzero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut value = nonzero(first);
    let (mut c, mut d, mut k) = (value, 0.0, 0.0);
    // The number of terms grows with the root of the counts, to some hundred thousand at a billion; the bound stops at NaN.
    while k < 1e7 {
        k += 1.0;
        let (numerator, denominator) = term(k);
        d = 1.0 / nonzero(denominator + numerator * d);
        c = nonzero(denominator + numerator / c);
        let change = c * d;
        value *= change;
        if !((change - 1.0).abs() > f64::EPSILON) {
            break;
        }
    }
    value
}

/// The point at which the lower or upper tail of the gamma distribution of that shape (from 1) and scale 1 has that probability.
pub(super) fn gamma_quantile(shape: f64, probability: f64, tail: Tail) -> f64 {
    let z = normal_deviate(probability) * if tail == Tail::Lower { -1.0 } else { 1.0 };
    if shape >= LARGE {
        return Moments { mean: shape, deviation: shape.sqrt(), skewness: 2.0 / shape.sqrt(), excess: 6.0 / shape }.quantile(z);
    }
    let start = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * shape.sqrt());
    let start = if start > 0.1 { (shape * start.powi(3)).ln() } else { (probability.ln() + ln_gamma(shape + 1.0)) / shape };
    let log = root(start, tail == Tail::Lower, |log| {
        let x = log.exp();
        let (lower, upper) = gamma_tails(shape, x);
        let slope = shape * poisson_mass(shape, x);
        match tail {
            Tail::Lower => ((lower / probability).ln(), slope / lower),
            Tail::Upper => ((upper / probability).ln(), -slope / upper),
        }
    });
    log.exp()
}

/// The odds x/(1 − x) at which the lower or upper tail of the beta distribution of those shapes has that probability.
pub(super) fn beta_quantile_odds(a: f64, b: f64, probability: f64, tail: Tail) -> f64 {
    let z = normal_deviate(probability) * if tail == Tail::Lower { -1.0 } else { 1.0 };
    let n = a + b;
    if a.min(b) >= LARGE {
        let deviation = (a / n * (b / n) / (n + 1.0)).sqrt();
        let skewness = 2.0 * (b - a) / (n + 2.0) * ((n + 1.0) / a / b).sqrt();
        let excess = 6.0 * (((a - b) / n).powi(2) * (n + 1.0) / (a / n * b / n) - (n + 2.0)) / ((n + 2.0) * (n + 3.0));
        let moments = |mean, skewness| Moments { mean, deviation, skewness, excess };
        return moments(a / n, skewness).quantile(z) / moments(b / n, -skewness).quantile(-z);
    }
    // Only a start: the score limits of a out of n.
    let half = z * (a * b / n + z * z / 4.0).sqrt();
    let start = ((a + z * z / 2.0 + half) / (b + z * z / 2.0 - half)).ln();
    let log = root(start, tail == Tail::Lower, |log| {
        let (x, y) = (1.0 / (1.0 + (-log).exp()), 1.0 / (1.0 + log.exp()));
        let (lower, upper) = beta_tails(a, b, x, y);
        let slope = binomial_mass(a, b, x, y) * a * (b / n);
        match tail {
            Tail::Lower => ((lower / probability).ln(), slope / lower),
            Tail::Upper => ((upper / probability).ln(), -slope / upper),
        }
    });
    log.exp()
}

/// The first moments of a nearly normal distribution.
pub(super) struct Moments {
    pub mean: f64,
    pub deviation: f64,
    pub skewness: f64,
    pub excess: f64,
}

impl Moments {
    /// The quantile at the normal deviate z: E. A. Cornish and R. A. Fisher, "Moments and cumulants in the specification of
    /// distributions" (1938), to the third term.
    pub(super) fn quantile(&self, z: f64) -> f64 {
        let bent = z + self.skewness * (z * z - 1.0) / 6.0 + self.excess * z * (z * z - 3.0) / 24.0
            - self.skewness.powi(2) * z * (2.0 * z * z - 5.0) / 36.0;
        self.mean + self.deviation * bent
    }
}

/// The root of a rising or falling function, given with its slope: Newton's method, with bisection where a step leaves the bracket.
fn root(start: f64, rising: bool, of: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut at = if start.is_finite() { start } else { 0.0 };
    let mut reach = 1.0;
    for _ in 0..200 {
        let (value, slope) = of(at);
        if value == 0.0 || value.is_nan() {
            break;
        }
        if (value < 0.0) == rising {
            low = at;
        } else {
            high = at;
        }
        let mut next = at - value / slope;
        if !(next > low && next < high) {
            next = match (low.is_finite(), high.is_finite()) {
                (true, true) => f64::midpoint(low, high),
                (true, false) => at + reach,
                _ => at - reach,
            };
            reach *= 2.0;
        }
        if (next - at).abs() <= f64::EPSILON * at.abs().max(1.0) {
            return next;
        }
        at = next;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_root_joins_the_fraction() {
        let (a, b) = (3e8, 7e8);
        for z in [-4.0, -1.0, 0.5, 2.0, 3.5] {
            let x: f64 = 0.3 + z * (0.3_f64 * 0.7 / 1e9).sqrt();
            let (fraction, root) = (beta_tails(a, b, x, 1.0 - x), beta_tails_by_root(a, b, x, 1.0 - x));
            assert!((fraction.0 / root.0 - 1.0).abs() < 1e-8 && (fraction.1 / root.1 - 1.0).abs() < 1e-8, "{z}: {fraction:?} {root:?}");
        }
    }

    #[test]
    fn large_quantiles_join_the_newton_ones() {
        for tail in [Tail::Lower, Tail::Upper] {
            let at = gamma_quantile(LARGE * 2.0, 1e-4, tail);
            let (lower, upper) = gamma_tails(LARGE * 2.0, at);
            let found = if tail == Tail::Lower { lower } else { upper };
            assert!((found / 1e-4 - 1.0).abs() < 1e-7, "{found}");
        }
    }
}
