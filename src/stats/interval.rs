//! A value with its limits, and exact rounding.

use super::reliability::Status;

/// The level of the limits in a result.
pub const LEVEL: f64 = 0.95;

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
    pub(super) fn times(self, factor: f64) -> Self {
        Self { value: self.value * factor, lower: self.lower * factor, upper: self.upper * factor }
    }

    pub(super) fn is_finite(self) -> bool {
        self.value.is_finite() && self.lower.is_finite() && self.upper.is_finite()
    }
}

/// A value with its limits, if any, the method of the limits, and how far it can be relied on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Value and limits; none if [`Status::NotAvailable`].
    pub interval: Option<Interval>,
    /// The method of the limits, as named in results.
    pub method: &'static str,
    /// How far the value can be relied on.
    pub status: Status,
}

impl Estimate {
    pub(super) fn none(method: &'static str) -> Self {
        Self { interval: None, method, status: Status::NotAvailable }
    }
}

/// The quotient of two counts times a multiplier, rounded once.
#[must_use]
pub(crate) fn quotient(numerator: u64, denominator: u64, multiplier: u32) -> f64 {
    (u128::from(numerator) * u128::from(multiplier)) as f64 / denominator as f64
}

/// The quotient times the multiplier, printed with `decimals` digits, rounded half up once from the exact fraction.
///
/// ```
/// use chitieu::stats::round_half_up;
/// // National Assembly supervision 2015–2019: 6,364 of 8,442 cases are sexual abuse, 75.38 % and never 75.39.
/// assert_eq!(round_half_up(6364, 8442, 100, 2), "75.38");
/// assert_eq!(round_half_up(1, 8, 100, 0), "13");
/// ```
#[must_use]
pub fn round_half_up(numerator: u64, denominator: u64, multiplier: u32, decimals: u8) -> String {
    // With more than nine decimals a product could overflow 128 bits.
    let decimals = decimals.min(9);
    let scale = 10_u128.pow(u32::from(decimals));
    let denominator = u128::from(denominator.max(1));
    let scaled = (u128::from(numerator) * u128::from(multiplier) * scale * 2 + denominator) / (denominator * 2);
    if decimals == 0 {
        return scaled.to_string();
    }
    format!("{}.{:0width$}", scaled / scale, scaled % scale, width = usize::from(decimals))
}
