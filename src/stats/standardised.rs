//! Rates adjusted for age structure by direct and by indirect standardisation.

use super::check::{from_zero, positive, refuse, representable, tail};
use super::interval::{Estimate, Interval};
use super::rate::RateMethod;
use super::reliability::{FEWEST_EVENTS, Status};
use super::tail::{Tail, gamma_quantile};
use crate::error::{Error, Fact, Phrase, Result, choose};
use std::str::FromStr;

/// One stratum (an age group, say) of a directly standardised rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stratum {
    /// The number of events.
    pub events: u64,
    /// The population or other exposure, from 0.
    pub population: f64,
    /// The weight: the standard population of the stratum, from 0.
    pub standard: f64,
}

/// One stratum of an indirect standardisation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndirectStratum {
    /// The population of the area, from 0.
    pub population: f64,
    /// The events of the reference population, from 0.
    pub reference_events: f64,
    /// The reference population, above 0.
    pub reference_population: f64,
}

/// How the limits of a directly standardised rate are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectMethod {
    /// Dobson's limits, with Byar's for the count; no value below 10 events, as in England's public-health methods.
    Dobson,
    /// The gamma limits of Fay and Feuer, which hold the level even at few events.
    FayFeuer,
}

impl DirectMethod {
    const WORDS: [(&'static str, Self); 2] = [("dobson", Self::Dobson), ("fay_feuer", Self::FayFeuer)];
}

/// The method of that name, `dobson` or `fay_feuer`.
impl FromStr for DirectMethod {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        choose("method", word, &Self::WORDS)
    }
}

/// The directly standardised rate times `per`, Σ wᵢ·xᵢ/nᵢ ÷ Σ wᵢ, with its limits.
///
/// - *Dobson*: rate + √(V/O)·(Oₗ − O), and likewise above, where O is the total of events with Byar's limits Oₗ, Oᵤ and
///   V = Σ wᵢ²·xᵢ/nᵢ² ÷ (Σ wᵢ)²; A. J. Dobson and others, Statistics in Medicine 10 (1991), 457–462, as England's public-health
///   methods use it (Public Health Technical Guidance, directly standardised rates).
/// - *Fay and Feuer*: V/(2y)·χ² of 2y²/V degrees of freedom below and (V + m²)/(2(y + m))·χ² of 2(y + m)²/(V + m²) above, with
///   y the rate and m the greatest of wᵢ/(nᵢ·Σ w); M. P. Fay and E. J. Feuer, Statistics in Medicine 16 (1997), 791–801.
///
/// `repeats` gives, where a child may have several events, how many children of each stratum had 1, 2, 3 … of them. Events of one
/// child are not independent, so V counts children: its xᵢ becomes Σₖ k²·fᵢₖ (England's Technical Guidance, "non-independent
/// events"; T. A. Stukel and others, Statistics in Medicine 13 (1994), 1781–1791). The rate does not change; its limits widen.
/// Only Dobson's limits are published for this.
///
/// *Status*: with fewer than [`FEWEST_EVENTS`] events Dobson's method gives no value (`not_available`) and Fay and Feuer's an
/// `unreliable` one; a stratum with a weight but no population gives `not_available`.
///
/// ```
/// use chitieu::stats::{DirectMethod, Stratum, standardised_rate};
/// // Down's syndrome in Michigan 1950–1964 by age of the mother, fifth and later children; Fay and Feuer (1997).
/// let events = [0, 8, 63, 112, 262, 295];
/// let births = [327.0, 30_666.0, 123_419.0, 149_919.0, 104_088.0, 34_392.0];
/// let standard = [319_933.0, 931_318.0, 786_511.0, 488_235.0, 237_863.0, 61_313.0];
/// let strata: Vec<_> = (0..6).map(|i| Stratum { events: events[i], population: births[i], standard: standard[i] }).collect();
/// let i = standardised_rate(&strata, 1e5, 0.95, DirectMethod::FayFeuer, None)?.interval.unwrap();
/// assert_eq!([i.value, i.lower, i.upper].map(|v| (v * 10.0).round()), [755.0, 677.0, 1883.0]);
/// # Ok::<(), chitieu::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadNumber`](crate::Error::BadNumber) for no strata, numbers below 0 or not finite, no weight at all, events without
/// population, `repeats` of another length, of another sum than the events or with another method, or a level not between
/// 0 and 1.
pub fn standardised_rate(strata: &[Stratum], per: f64, level: f64, method: DirectMethod, repeats: Option<&[Vec<u64>]>) -> Result<Estimate> {
    positive("per", per)?;
    let tail = tail(level)?;
    let squares = squares(strata, method, repeats)?;
    let total: f64 = strata.iter().map(|s| s.standard).sum();
    positive("standard", total)?;
    for s in strata {
        from_zero("population", s.population)?;
        from_zero("standard", s.standard)?;
        if s.events > 0 && s.population == 0.0 {
            return refuse("population", Phrase::PositiveWithEvents, s.population);
        }
    }
    let word = if method == DirectMethod::Dobson { "dobson" } else { "fay_feuer" };
    let Some(events) = strata.iter().try_fold(0_u64, |sum, s| sum.checked_add(s.events)) else {
        return refuse("events", Phrase::FiniteResult, Phrase::SumAbove64Bits);
    };
    let few = events < FEWEST_EVENTS;
    if few && method == DirectMethod::Dobson || strata.iter().any(|s| s.standard > 0.0 && s.population == 0.0) {
        return Ok(Estimate::none(word));
    }
    let (mut rate, mut variance, mut most) = (0.0, 0.0, 0.0_f64);
    for (s, square) in strata.iter().zip(squares).filter(|(s, _)| s.population > 0.0) {
        let weight = s.standard / total / s.population * per;
        rate += weight * s.events as f64;
        variance += weight * weight * square;
        most = most.max(weight);
    }
    let interval = match method {
        DirectMethod::Dobson => {
            let count = RateMethod::ByarOnly.of_count(events, level)?;
            let scale = (variance / count.value).sqrt();
            // The widened limit may lie below 0, but no rate does.
            let lower = (rate + scale * (count.lower - count.value)).max(0.0);
            Interval { value: rate, lower, upper: rate + scale * (count.upper - count.value) }
        }
        DirectMethod::FayFeuer => {
            let (above, spread) = (rate + most, variance + most * most);
            let lower = if rate > 0.0 { variance / rate * gamma_quantile(rate / variance * rate, tail, Tail::Lower) } else { 0.0 };
            let upper = spread / above * gamma_quantile(above / spread * above, tail, Tail::Upper);
            Interval { value: rate, lower, upper }
        }
    };
    representable("population", interval.value + interval.lower + interval.upper)?;
    Ok(Estimate { interval: Some(interval), method: word, status: Status::of_rate(events) })
}

/// The term of each stratum in the variance: its events, or the sum of squares if children have several.
fn squares(strata: &[Stratum], method: DirectMethod, repeats: Option<&[Vec<u64>]>) -> Result<Vec<f64>> {
    let Some(repeats) = repeats else { return Ok(strata.iter().map(|s| s.events as f64).collect()) };
    if method != DirectMethod::Dobson {
        return refuse("method", Phrase::DobsonWithRepeats, Fact::verbatim("fay_feuer"));
    }
    if repeats.len() != strata.len() {
        return refuse("repeats", Phrase::ListForEachStratum(strata.len() as u64), repeats.len());
    }
    let square = |(stratum, persons): (&Stratum, &Vec<u64>)| {
        let (mut events, mut square) = (0_u128, 0.0);
        for (times, persons) in (1_u64..).zip(persons) {
            events = events.saturating_add(u128::from(times) * u128::from(*persons));
            square += (times as f64).powi(2) * *persons as f64;
        }
        if events == u128::from(stratum.events) {
            return Ok(square);
        }
        refuse("repeats", Phrase::PersonsOfEvents(stratum.events), Fact::verbatim(events))
    };
    strata.iter().zip(repeats).map(square).collect()
}

/// The standardised ratio: observed events over those expected at the rates of a reference population, times `per` (1, or
/// 100 for a percentage). Its limits are those of the observed count over the expected one.
///
/// O ÷ E with E = Σ nᵢ·Xᵢ/Nᵢ; N. E. Breslow and N. E. Day, "Statistical Methods in Cancer Research", volume II (1987), chapter 2;
/// limits by Byar, exact below 10 events, as England's public-health methods use them. *Status*: `not_available` if no event
/// is expected, `unreliable` below [`FEWEST_EVENTS`] observed events.
///
/// ```
/// use chitieu::stats::{IndirectStratum, RateMethod, standardised_ratio};
/// // Four events where 3.3 are expected; Garwood's table has limits of 1.09 and 10.24 for 4.
/// let one = [IndirectStratum { population: 3_300.0, reference_events: 10.0, reference_population: 10_000.0 }];
/// let i = standardised_ratio(4, &one, 1.0, 0.95, RateMethod::Byar)?.interval.unwrap();
/// assert_eq!([i.value, i.lower, i.upper].map(|v| (v * 3.3 * 100.0).round()), [400.0, 109.0, 1024.0]);
/// # Ok::<(), chitieu::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadNumber`](crate::Error::BadNumber) for no strata, numbers below 0 or not finite, a reference population of 0, events
/// without population, or a level not between 0 and 1.
pub fn standardised_ratio(events: u64, strata: &[IndirectStratum], per: f64, level: f64, method: RateMethod) -> Result<Estimate> {
    indirect(events, strata, level, method, |expected, _| per / expected, per)
}

/// The indirectly standardised rate: the standardised ratio times the crude rate of the reference population, times `per`.
///
/// O ÷ E · Σ Xᵢ ÷ Σ Nᵢ; England's public-health methods, indirectly standardised rates. Limits and status as
/// [`standardised_ratio`].
///
/// ```
/// use chitieu::stats::{IndirectStratum, RateMethod, indirect_rate};
/// // Twice as many as expected: twice the rate of the reference population, 50 per 100,000.
/// let one = [IndirectStratum { population: 20_000.0, reference_events: 500.0, reference_population: 1e6 }];
/// let i = indirect_rate(20, &one, 1e5, 0.95, RateMethod::Byar)?.interval.unwrap();
/// assert_eq!(i.value.round(), 100.0);
/// # Ok::<(), chitieu::Error>(())
/// ```
///
/// # Errors
/// As [`standardised_ratio`].
pub fn indirect_rate(events: u64, strata: &[IndirectStratum], per: f64, level: f64, method: RateMethod) -> Result<Estimate> {
    indirect(events, strata, level, method, |expected, crude| crude / expected * per, per)
}

fn indirect(
    events: u64,
    strata: &[IndirectStratum],
    level: f64,
    method: RateMethod,
    factor: impl Fn(f64, f64) -> f64,
    per: f64,
) -> Result<Estimate> {
    positive("per", per)?;
    let count = method.of_count(events, level)?;
    if strata.is_empty() {
        return refuse("population", Phrase::Strata, 0);
    }
    let (mut expected, mut reference, mut population, mut people) = (0.0, 0.0, 0.0, 0.0);
    for s in strata {
        from_zero("population", s.population)?;
        from_zero("reference_events", s.reference_events)?;
        positive("reference_population", s.reference_population)?;
        expected += s.population * (s.reference_events / s.reference_population);
        reference += s.reference_events;
        population += s.reference_population;
        people += s.population;
    }
    if people == 0.0 && events > 0 {
        return refuse("population", Phrase::PositiveWithEvents, people);
    }
    if expected == 0.0 {
        return Ok(Estimate::none(method.used(events)));
    }
    let found = count.times(factor(expected, reference / population));
    representable("population", found.value + found.lower + found.upper)?;
    Ok(Estimate { interval: Some(found), method: method.used(events), status: Status::of_rate(events) })
}
