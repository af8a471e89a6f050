//! Funnels: which areas differ from a target by more than chance, given their size.

use super::check::{MOST_WHOLE, from_zero, positive, refuse, representable, whole};
use super::reliability::{FEWEST_EVENTS, Kind, SMALLEST_DENOMINATOR, Status};
use super::tail::{Moments, beta_tails, binomial_mass, gamma_tails, normal_deviate, poisson_mass};
use crate::error::{Error, Fact, Phrase, Result, choose};
use std::str::FromStr;

/// The probability beyond each limit of 95 % and of 99.8 %.
const TAILS: [f64; 2] = [0.025, 0.001];

/// How the limits of a funnel are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunnelMethod {
    /// Exact binomial or Poisson limits, interpolated between counts.
    Exact,
    /// The normal approximation, as England's public-health tools draw funnels of proportions.
    Normal,
}

/// The method of that name, `exact` or `normal`.
impl FromStr for FunnelMethod {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        choose("method", word, &[("exact", Self::Exact), ("normal", Self::Normal)])
    }
}

/// The four limits at one denominator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FunnelLimits {
    /// Lower limit of 99.8 %.
    pub low_998: f64,
    /// Lower limit of 95 %.
    pub low_95: f64,
    /// Upper limit of 95 %.
    pub high_95: f64,
    /// Upper limit of 99.8 %.
    pub high_998: f64,
}

/// Where an area lies in the funnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// Below the lower limit of 99.8 %.
    Low998,
    /// Below the lower limit of 95 %.
    Low95,
    /// Between the limits of 95 %.
    Within,
    /// Above the upper limit of 95 %.
    High95,
    /// Above the upper limit of 99.8 %.
    High998,
    /// Between the limits, but too small for that to mean anything.
    Unreliable,
    /// The area has no denominator.
    NotAvailable,
}

impl Place {
    /// Its name: `low_998`, `low_95`, `within`, `high_95`, `high_998`, `unreliable` or `not_available`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low998 => "low_998",
            Self::Low95 => "low_95",
            Self::Within => "within",
            Self::High95 => "high_95",
            Self::High998 => "high_998",
            Self::Unreliable => "unreliable",
            Self::NotAvailable => "not_available",
        }
    }
}

/// One area of a funnel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FunnelPoint {
    /// Its value; none without a denominator.
    pub value: Option<f64>,
    /// The limits at its denominator; none without one.
    pub limits: Option<FunnelLimits>,
    /// Where it lies.
    pub place: Place,
    /// `unreliable` for a proportion with a denominator below [`SMALLEST_DENOMINATOR`] and for a rate with fewer than
    /// [`FEWEST_EVENTS`] events expected at the target.
    pub status: Status,
}

/// The limits around a target at a denominator, 95 and 99.8 %, in the unit of the target (times `per`).
///
/// *Exact*: with F(k) = P(X ≤ k) at the target, the lower limit is r − (F(r) − p)/P(X = r) for the least r with F(r) ≥ p; the upper one
/// is its mirror image, with P(X ≥ k). An area lies beyond a limit exactly if a count as far out has a probability below p, that
/// is, if the target lies beyond the exact limits of its own count. D. J. Spiegelhalter, "Funnel plots for comparing
/// institutional performance", Statistics in Medicine 24 (2005), 1185–1202, appendix A.1; on the upper side B. N. Manktelow and
/// S. E. Seaton, PLoS ONE 7 (2012) e45723, first method. *Normal*: t ± z·√(t(1 − t)/n) for proportions, t ± z·√(t/e) for rates
/// (Spiegelhalter, same appendix). No limit lies below 0 or above 1 (for proportions).
///
/// ```
/// use chitieu::stats::{FunnelMethod, Kind, funnel_limits};
/// let limits = funnel_limits(80.642448, 395.0, Kind::Proportion, 100.0, FunnelMethod::Normal)?;
/// // Published with the indicator methods of Public Health England (test data of funnel limits): 76.74611 and 86.785719.
/// assert_eq!([limits.low_95, limits.high_998].map(|v| (v * 1e5).round()), [7674611.0, 8678572.0]);
/// # Ok::<(), chitieu::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadNumber`](crate::Error::BadNumber) if the target is below 0, or above 1 for a proportion; if the denominator is not above
/// 0, or for a proportion not a whole number up to 2⁵³; if `per` is not a positive number.
pub fn funnel_limits(target: f64, denominator: f64, kind: Kind, per: f64, method: FunnelMethod) -> Result<FunnelLimits> {
    positive("per", per)?;
    from_zero("target", target)?;
    positive("denominator", denominator)?;
    let share = target / per;
    if kind == Kind::Proportion {
        whole("denominator", denominator)?;
        if share > 1.0 {
            return refuse("target", Phrase::NumberFromTo(0, per.to_string()), target);
        }
    }
    representable("target", share * denominator)?;
    let limits = TAILS.map(|tail| match method {
        FunnelMethod::Normal => {
            let spread = if kind == Kind::Proportion { share * (1.0 - share) } else { share };
            let width = normal_deviate(tail) * (spread / denominator).sqrt();
            (share - width, share + width)
        }
        FunnelMethod::Exact => {
            let counts = Counts::new(kind, share, denominator);
            let limits = counts.limits(tail);
            (limits.0 / denominator, limits.1 / denominator)
        }
    });
    let bound = if kind == Kind::Proportion { 1.0 } else { f64::INFINITY };
    let shown = |limit: f64| representable("target", limit.clamp(0.0, bound) * per);
    let [(low_95, high_95), (low_998, high_998)] = limits;
    Ok(FunnelLimits { low_998: shown(low_998)?, low_95: shown(low_95)?, high_95: shown(high_95)?, high_998: shown(high_998)? })
}

/// Where each area (count, denominator) lies around a target, by default the pooled value of all areas.
///
/// Limits as [`funnel_limits`]. An area beyond a limit is reported at any size, since the exact limits hold at any size; a small area
/// between the limits is `unreliable` rather than `within` (a decision of this project).
///
/// ```
/// use chitieu::stats::{FunnelMethod, Kind, Place, funnel};
/// let areas = [(40, 1000.0), (75, 1000.0), (2, 10.0), (383, 9000.0)];
/// let points = funnel(&areas, Kind::Proportion, None, 100.0, FunnelMethod::Exact)?;
/// let places: Vec<Place> = points.iter().map(|p| p.place).collect();
/// assert_eq!(places, [Place::Within, Place::High998, Place::Unreliable, Place::Within]);
/// # Ok::<(), chitieu::Error>(())
/// ```
///
/// # Errors
/// As [`funnel_limits`], and if a count is above its denominator (proportions) or has no denominator.
pub fn funnel(areas: &[(u64, f64)], kind: Kind, target: Option<f64>, per: f64, method: FunnelMethod) -> Result<Vec<FunnelPoint>> {
    positive("per", per)?;
    let (mut events, mut all) = (0.0, 0.0);
    for (x, denominator) in areas {
        from_zero("denominator", *denominator)?;
        if kind == Kind::Proportion && *x as f64 > *denominator {
            return refuse("x, n", Phrase::XOutOfN, Fact::verbatim(format_args!("x = {x}, n = {denominator}")));
        }
        if *x > 0 && *denominator == 0.0 {
            return refuse("denominator", Phrase::PositiveWithEvents, *denominator);
        }
        events += *x as f64;
        all += denominator;
    }
    let target = match target {
        Some(target) => target,
        None if all > 0.0 => representable("denominator", events / all * per)?,
        None => 0.0,
    };
    let point = |(x, denominator): &(u64, f64)| {
        if *denominator == 0.0 {
            return Ok(FunnelPoint { value: None, limits: None, place: Place::NotAvailable, status: Status::NotAvailable });
        }
        let limits = funnel_limits(target, *denominator, kind, per, method)?;
        let value = representable("denominator", *x as f64 / denominator * per)?;
        let small = match kind {
            Kind::Proportion => *denominator < SMALLEST_DENOMINATOR as f64,
            Kind::Rate => target / per * denominator < FEWEST_EVENTS as f64,
        };
        let place = match value {
            v if v < limits.low_998 => Place::Low998,
            v if v < limits.low_95 => Place::Low95,
            v if v > limits.high_998 => Place::High998,
            v if v > limits.high_95 => Place::High95,
            _ if small => Place::Unreliable,
            _ => Place::Within,
        };
        Ok(FunnelPoint { value: Some(value), limits: Some(limits), place, status: if small { Status::Unreliable } else { Status::Ok } })
    };
    areas.iter().map(point).collect()
}

/// The distribution of a count at the target.
struct Counts {
    kind: Kind,
    share: f64,
    denominator: f64,
    mean: f64,
    variance: f64,
}

impl Counts {
    fn new(kind: Kind, share: f64, denominator: f64) -> Self {
        let mean = share * denominator;
        let variance = if kind == Kind::Proportion { mean * (1.0 - share) } else { mean };
        Self { kind, share, denominator, mean, variance }
    }

    fn moments(&self) -> Moments {
        let deviation = self.variance.sqrt();
        let (skewness, excess) = match self.kind {
            Kind::Proportion => ((1.0 - 2.0 * self.share) / deviation, (1.0 - 6.0 * self.share * (1.0 - self.share)) / self.variance),
            Kind::Rate => (1.0 / deviation, 1.0 / self.variance),
        };
        Moments { mean: self.mean, deviation, skewness, excess }
    }

    fn mass(&self, k: f64) -> f64 {
        match self.kind {
            Kind::Proportion => binomial_mass(k, self.denominator - k, self.share, 1.0 - self.share),
            Kind::Rate => poisson_mass(k, self.mean),
        }
    }

    /// P(X ≤ k) and P(X ≥ k).
    fn tails(&self, k: f64) -> (f64, f64) {
        let up = |k: f64| match self.kind {
            _ if k <= 0.0 => (1.0, 0.0),
            Kind::Proportion if k > self.denominator => (0.0, 1.0),
            Kind::Proportion => beta_tails(k, self.denominator - k + 1.0, self.share, 1.0 - self.share),
            Kind::Rate => gamma_tails(k, self.mean),
        };
        (up(k + 1.0).1, up(k).0)
    }

    /// The counts beyond which the probability is below `tail` on either side, interpolated.
    fn limits(&self, tail: f64) -> (f64, f64) {
        if self.variance == 0.0 {
            // Only the mean is possible.
            return (self.mean - (1.0 - tail), self.mean + (1.0 - tail));
        }
        let (moments, z) = (self.moments(), normal_deviate(tail));
        let (low, high) = (moments.quantile(-z), moments.quantile(z));
        if self.variance > 1e8 {
            // So large that the steps between whole counts do not matter.
            return (low - 0.5, high + 0.5);
        }
        let most = if self.kind == Kind::Proportion { self.denominator } else { f64::INFINITY };
        let below = first(low.floor().clamp(0.0, most), |k| self.tails(k).0 >= tail);
        let above = -first(-high.ceil().clamp(0.0, most), |k| self.tails(-k).1 >= tail);
        (below - (self.tails(below).0 - tail) / self.mass(below), above + (self.tails(above).1 - tail) / self.mass(above))
    }
}

/// The first whole number for which a condition holds, searched from a guess; the condition holds for all greater numbers.
fn first(guess: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let mut step = 1.0;
    let (mut fails, mut found) = if holds(guess) {
        let mut at = guess;
        while holds(at - step) && step < MOST_WHOLE {
            at -= step;
            step *= 2.0;
        }
        (at - step, at)
    } else {
        let mut at = guess;
        while !holds(at + step) && step < MOST_WHOLE {
            at += step;
            step *= 2.0;
        }
        (at, at + step)
    };
    while found - fails > 1.0 {
        let middle = f64::midpoint(fails, found).floor();
        if middle <= fails || middle >= found {
            break;
        }
        if holds(middle) { found = middle } else { fails = middle }
    }
    found
}
