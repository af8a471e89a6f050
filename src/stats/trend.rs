//! Change over periods: whether it is more than chance, how fast it is, and how fast it must be to reach a target.

use super::check::{finite, positive, refuse, representable, whole};
use super::reliability::{FEWEST_EVENTS, Kind, Status};
use super::tail::normal_two_sided;
use crate::error::{Error, Fact, Phrase, Result, choose};
use std::str::FromStr;

/// One period or ordered group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    /// Its position on the scale, such as the year.
    pub score: f64,
    /// The number of events, or of persons with the property.
    pub events: u64,
    /// The total number (a whole number, for proportions) or the exposure.
    pub denominator: f64,
}

/// The outcome of a test for trend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// The standard normal deviate: above 0 if the value rises with the score. Its square is χ² of one degree of freedom.
    pub z: Option<f64>,
    /// The two-sided p-value of "no trend".
    pub p_value: Option<f64>,
    /// `cochran_armitage` or `poisson_score`.
    pub method: &'static str,
    /// `not_available` if there are no events, or only events; `unreliable` below [`FEWEST_EVENTS`] events.
    pub status: Status,
}

/// Whether a proportion or a rate rises or falls with a score.
///
/// - *Proportions* (Cochran–Armitage): T = Σ sᵢ(xᵢ − nᵢp) with the common share p, variance p(1 − p)·(Σ nᵢsᵢ² − (Σ nᵢsᵢ)²/N), without
///   correction; W. G. Cochran, Biometrics 10 (1954), 417–451; P. Armitage, Biometrics 11 (1955), 375–386.
/// - *Rates* (Poisson score): the same with xᵢ − X·eᵢ/E and variance X·(Σ eᵢsᵢ²/E − (Σ eᵢsᵢ/E)²); N. E. Breslow and N. E. Day,
///   "Statistical Methods in Cancer Research", volume II (1987), chapter 3.
///
/// z = T ÷ √variance. The scale of the scores does not matter, their spacing does. Groups without a denominator add nothing.
///
/// ```
/// use chitieu::stats::{Group, Kind, trend_test};
/// // Smokers among patients with lung cancer in four studies, J. L. Fleiss, "Statistical Methods for Rates and Proportions"
/// // (1981), p. 139; R gives for them χ² = 8.2249, p = 0.004132 (help of prop.trend.test).
/// let groups = [(83, 86.0), (90, 93.0), (129, 136.0), (70, 82.0)];
/// let groups: Vec<_> = (1..).zip(groups).map(|(s, (events, denominator))| Group { score: f64::from(s), events, denominator }).collect();
/// let found = trend_test(&groups, Kind::Proportion)?;
/// assert_eq!((found.z.unwrap().powi(2) * 1e4).round(), 82249.0);
/// assert_eq!((found.p_value.unwrap() * 1e6).round(), 4132.0);
/// # Ok::<(), chitieu::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadNumber`](crate::Error::BadNumber) for fewer than two different scores, scores or denominators that are not finite,
/// denominators below 0, events without one, or, for proportions, more events than the denominator.
pub fn trend_test(groups: &[Group], kind: Kind) -> Result<Trend> {
    for group in groups {
        finite("scores", group.score)?;
        if kind == Kind::Proportion {
            whole("denominator", group.denominator)?;
        }
        match kind {
            Kind::Proportion if group.events as f64 > group.denominator => {
                return refuse("x, n", Phrase::XOutOfN, Fact::verbatim(format_args!("x = {}, n = {}", group.events, group.denominator)));
            }
            _ if group.events == 0 && group.denominator == 0.0 => {}
            _ => positive("denominator", group.denominator)?,
        }
    }
    let used: Vec<&Group> = groups.iter().filter(|g| g.denominator > 0.0).collect();
    if !used.iter().any(|g| g.score != used[0].score) {
        return refuse("scores", Phrase::DifferentScores, used.first().map_or(0.0, |g| g.score));
    }
    let method = if kind == Kind::Proportion { "cochran_armitage" } else { "poisson_score" };
    // Scores are scaled to 0 to 1, and denominators by the greatest, so that no large number is squared.
    let (low, high) = used.iter().fold((f64::MAX, f64::MIN), |(low, high), g| (low.min(g.score), high.max(g.score)));
    let scaled = |score: f64| (score / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
    let most = used.iter().fold(0.0_f64, |most, g| most.max(g.denominator));
    let parts: f64 = used.iter().map(|g| g.denominator / most).sum();
    let events: f64 = used.iter().map(|g| g.events as f64).sum();
    let mean = used.iter().map(|g| g.denominator / most / parts * scaled(g.score)).sum::<f64>();
    let (mut sum, mut spread) = (0.0, 0.0);
    for group in used {
        let distance = scaled(group.score) - mean;
        sum += distance * group.events as f64;
        spread += group.denominator / most / parts * distance * distance;
    }
    let rest = if kind == Kind::Proportion { 1.0 - events / parts / most } else { 1.0 };
    let variance = events * rest * spread;
    if !(variance > 0.0) {
        return Ok(Trend { z: None, p_value: None, method, status: Status::NotAvailable });
    }
    let z = sum / variance.sqrt();
    let status = if events < FEWEST_EVENTS as f64 { Status::Unreliable } else { Status::Ok };
    Ok(Trend { z: Some(z), p_value: Some(normal_two_sided(z)), method, status })
}

/// How a yearly rate of change is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeMethod {
    /// From the first and the last value only.
    Average,
    /// From all values, by least squares on their logarithms.
    LogLinear,
}

/// The method of that name, `average` or `log_linear`.
impl FromStr for ChangeMethod {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        choose("method", word, &[("average", Self::Average), ("log_linear", Self::LogLinear)])
    }
}

/// The yearly rate of change of (year, value): −0.025 is a fall of 2.5 % a year.
///
/// *Average*: (vₗ/v₁)^(1/(tₗ − t₁)) − 1 from the first and the last year. *Log-linear*: eᵇ − 1 with b the slope of the least-squares line
/// through ln v over t; UNICEF, "How to calculate Average Annual Rate of Reduction (AARR) of underweight prevalence", technical
/// note (2007), where the AARR is this rate with the opposite sign. Years may come in any order and with gaps.
///
/// ```
/// use chitieu::stats::{ChangeMethod, annual_change};
/// // A fall from 100 by 2 % in each of three years.
/// let values = [(2019.0, 100.0), (2020.0, 98.0), (2021.0, 96.04), (2022.0, 94.1192)];
/// assert_eq!((annual_change(&values, ChangeMethod::LogLinear)? * 1e9).round(), -2e7);
/// # Ok::<(), chitieu::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadNumber`](crate::Error::BadNumber) for fewer than two years, the same year twice, a year that is not finite or a value
/// that is not a positive number (no rate of change leads from or to 0).
pub fn annual_change(values: &[(f64, f64)], method: ChangeMethod) -> Result<f64> {
    for (year, value) in values {
        finite("years", *year)?;
        positive("values", *value)?;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else { return refuse("years", Phrase::TwoYears, 0) };
    if sorted.len() < 2 {
        return refuse("years", Phrase::TwoYears, sorted.len());
    }
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return refuse("years", Phrase::EachYearOnce, pair[0].0);
    }
    let slope = match method {
        ChangeMethod::Average => (last.1.ln() - first.1.ln()) / (last.0 - first.0),
        ChangeMethod::LogLinear => {
            let n = sorted.len() as f64;
            let middle: f64 = sorted.iter().map(|v| v.0 / n).sum();
            let across: f64 = sorted.iter().map(|v| (v.0 - middle) * v.1.ln()).sum();
            across / sorted.iter().map(|v| (v.0 - middle).powi(2)).sum::<f64>()
        }
    };
    representable("years", slope.exp_m1())
}

/// The yearly rate of change that leads from a value to a target in a number of years: (target/value)^(1/years) − 1.
///
/// A fall is below 0. The rate is assumed constant; whether it can be kept is another question.
///
/// ```
/// use chitieu::stats::required_change;
/// // Decision 23/QĐ-TTg of 2021, target 10: child labour from 4.9 % in 2025 to 4.5 % in 2030, a fall of 1.69 % a year.
/// assert_eq!((required_change(4.9, 4.5, 5.0)? * 1e4).round(), -169.0);
/// # Ok::<(), chitieu::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadNumber`](crate::Error::BadNumber) if a number is not a positive number.
pub fn required_change(value: f64, target: f64, years: f64) -> Result<f64> {
    positive("value", value)?;
    positive("target", target)?;
    positive("years", years)?;
    representable("years", ((target.ln() - value.ln()) / years).exp_m1())
}
