//! Time until an event, for persons followed for different times.

use super::check::deviate;
use crate::error::Result;

/// How long a person was followed, and whether the event happened then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Followed {
    pub time: i32,
    pub happened: bool,
}

/// The share of persons with the event by a time, and its limits; the persons are given in the order of their times. There are no
/// limits where none or all have had the event, since their scale has no value there.
///
/// 1 − S(t) with S(t) = Π (1 − dᵢ/nᵢ) over the times tᵢ ≤ t, where dᵢ of the nᵢ followed until tᵢ have the event then; E. L. Kaplan and
/// P. Meier, Journal of the American Statistical Association 53 (1958), 457–481. Limits S^exp(±z·s) with
/// s = √(Σ dᵢ/(nᵢ(nᵢ − dᵢ))) ÷ |ln S|, Greenwood's variance on the scale of log(−log S); J. D. Kalbfleisch and R. L. Prentice,
/// "The Statistical Analysis of Failure Time Data" (1980).
///
/// # Errors
/// [`Error::BadNumber`](crate::Error::BadNumber) if the level is not between 0 and 1.
pub(crate) fn kaplan_meier(followed: &[Followed], time: i32, level: f64) -> Result<(f64, Option<(f64, f64)>)> {
    let z = deviate(level)?;
    let (mut survival, mut greenwood) = (1.0, 0.0);
    let mut left = followed.len();
    for same_time in followed[..followed.partition_point(|f| f.time <= time)].chunk_by(|a, b| a.time == b.time) {
        let (d, n) = (same_time.iter().filter(|f| f.happened).count() as f64, left as f64);
        survival *= 1.0 - d / n;
        greenwood += d / (n * (n - d));
        left -= same_time.len();
    }
    let limits = (survival > 0.0 && survival < 1.0).then(|| {
        let spread = (z * greenwood.sqrt() / survival.ln().abs()).exp();
        (1.0 - survival.powf(1.0 / spread), 1.0 - survival.powf(spread))
    });
    Ok((1.0 - survival, limits))
}
