//! Outlying values among a few dozen areas, found by measures that outliers do not move.

use super::check::{finite, representable};
use crate::error::Result;

/// A modified z-score beyond this, on either side, marks an outlying value (Iglewicz and Hoaglin 1993).
pub const OUTLYING: f64 = 3.5;

/// The modified z-score of each value: 0.6745·(x − median) ÷ MAD, where MAD is the median of |x − median|.
///
/// B. Iglewicz and D. C. Hoaglin, "How to Detect and Handle Outliers" (1993); 0.6745 is the MAD of the standard normal distribution,
/// as printed there. If more than half the values are equal, MAD is 0; then the mean of |x − median| is used instead, as
/// (x − median) ÷ (1.253314 · that mean), 1.253314 being √(π/2) (IBM SPSS, "modified z score"). If all are equal every score is 0.
///
/// ```
/// use chitieu::stats::{OUTLYING, modified_z};
/// // NIST/SEMATECH e-Handbook 1.3.5.17 uses this definition; here the median is 3 and MAD is 1.
/// let scores = modified_z(&[1.0, 2.0, 3.0, 4.0, 100.0])?;
/// assert_eq!(scores[0], 0.6745 * -2.0);
/// assert!(scores[4] > OUTLYING);
/// # Ok::<(), chitieu::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadNumber`](crate::Error::BadNumber) for a value or a score that is not finite.
pub fn modified_z(values: &[f64]) -> Result<Vec<f64>> {
    for value in values {
        finite("values", *value)?;
    }
    // Divided by 8 where large, so that no difference overflows; the scores do not depend on the unit.
    let most = values.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
    let unit = if most > f64::MAX / 8.0 { 0.125 } else { 1.0 };
    let mut sorted: Vec<f64> = values.iter().map(|v| v * unit).collect();
    let center = median(&mut sorted);
    let mut distances: Vec<f64> = sorted.iter().map(|v| (v - center).abs()).collect();
    let spread = median(&mut distances);
    let mean: f64 = distances.iter().map(|d| d / distances.len() as f64).sum();
    let score = |v: &f64| match v * unit - center {
        0.0 => Ok(0.0),
        distance if spread > 0.0 => representable("values", 0.6745 * (distance / spread)),
        distance => representable("values", distance / mean / 1.253_314),
    };
    values.iter().map(score).collect()
}

/// The median; sorts the values.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    if n == 0 { 0.0 } else { f64::midpoint(values[(n - 1) / 2], values[n / 2]) }
}
