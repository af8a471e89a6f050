//! The statistics, as plain tuples, whose parts `chitieu/stats` names. Missing values are NaN.
#![allow(clippy::too_many_arguments, reason = "numbers of one formula; Python names each")]

use crate::arguments::natural;
use crate::enter::enter;
use chitieu::Text;
use chitieu::error::{Error, Result};
use chitieu::stats::{self, IndirectStratum, Interval, Kind, Rate, RateMethod, Stratum};
use pyo3::prelude::*;
use std::str::FromStr;

/// Adds the functions to the private module.
pub fn add_to(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(proportion_interval, m)?)?;
    m.add_function(wrap_pyfunction!(rate_interval, m)?)?;
    m.add_function(wrap_pyfunction!(standardised_rate, m)?)?;
    m.add_function(wrap_pyfunction!(standardised_ratio, m)?)?;
    m.add_function(wrap_pyfunction!(indirect_rate, m)?)?;
    m.add_function(wrap_pyfunction!(rate_ratio, m)?)?;
    m.add_function(wrap_pyfunction!(rate_difference, m)?)?;
    m.add_function(wrap_pyfunction!(proportion_difference, m)?)?;
    m.add_function(wrap_pyfunction!(proportion_ratio, m)?)?;
    m.add_function(wrap_pyfunction!(modified_z, m)?)?;
    m.add_function(wrap_pyfunction!(funnel_limits, m)?)?;
    m.add_function(wrap_pyfunction!(funnel, m)?)?;
    m.add_function(wrap_pyfunction!(trend_test, m)?)?;
    m.add_function(wrap_pyfunction!(annual_change, m)?)?;
    m.add_function(wrap_pyfunction!(required_change, m)?)?;
    m.add_function(wrap_pyfunction!(round_half_up, m)?)
}

type Name = &'static str;
/// Value, lower and upper limit, method, status.
type Estimate = (f64, f64, f64, Name, Name);
/// The same with the p-value after the limits.
type Comparison = (f64, f64, f64, f64, Name, Name);
/// The limits from the lowest to the highest.
type Limits = (f64, f64, f64, f64);
/// Value, the limits, place, status.
type Point = (f64, f64, f64, f64, f64, Name, Name);

const NO_VALUE: Interval = Interval { value: f64::NAN, lower: f64::NAN, upper: f64::NAN };

fn estimate(found: stats::Estimate) -> Estimate {
    let i = found.interval.unwrap_or(NO_VALUE);
    (i.value, i.lower, i.upper, found.method, found.status.as_str())
}

fn comparison(found: stats::Comparison) -> Comparison {
    let i = found.interval.unwrap_or(NO_VALUE);
    (i.value, i.lower, i.upper, found.p_value.unwrap_or(f64::NAN), found.method, found.status.as_str())
}

fn limits(of: stats::FunnelLimits) -> Limits {
    (of.low_998, of.low_95, of.high_95, of.high_998)
}

fn events_over(what: &'static str, events: i64, exposure: f64) -> Result<Rate> {
    Ok(Rate { events: natural(what, events)?, exposure })
}

fn parts(x: (&'static str, i64), n: (&'static str, i64)) -> Result<(u64, u64)> {
    Ok((natural(x.0, x.1)?, natural(n.0, n.1)?))
}

fn same_length<T>(what: &'static str, of: &[T], as_what: &str, many: usize) -> Result<()> {
    if of.len() == many {
        return Ok(());
    }
    let asked = Text::new(format!("{many} số, bằng số phần tử của {as_what}"), format!("{many} numbers, as many as {as_what}"));
    Err(Error::BadNumber { what, expected: asked.into(), found: of.len().into() })
}

#[pyfunction]
fn proportion_interval(py: Python<'_>, x: i64, n: i64, level: f64, method: &str) -> PyResult<Estimate> {
    enter(py, || {
        let method = stats::ProportionMethod::from_str(method)?;
        stats::proportion(natural("x", x)?, natural("n", n)?, level, method).map(estimate)
    })
}

#[pyfunction]
fn rate_interval(py: Python<'_>, x: i64, exposure: f64, per: f64, level: f64, method: &str) -> PyResult<Estimate> {
    enter(py, || events_over("x", x, exposure)?.estimate(per, level, RateMethod::from_str(method)?).map(estimate))
}

#[pyfunction]
fn standardised_rate(
    py: Python<'_>,
    events: Vec<i64>,
    population: Vec<f64>,
    standard: Vec<f64>,
    per: f64,
    level: f64,
    method: &str,
    repeats: Option<Vec<Vec<i64>>>,
) -> PyResult<Estimate> {
    enter(py, || {
        let method = stats::DirectMethod::from_str(method)?;
        same_length("population", &population, "events", events.len())?;
        same_length("standard", &standard, "events", events.len())?;
        let stratum = |((events, population), standard): ((&i64, &f64), &f64)| {
            Ok(Stratum { events: natural("events", *events)?, population: *population, standard: *standard })
        };
        let strata = events.iter().zip(&population).zip(&standard).map(stratum).collect::<Result<Vec<_>>>()?;
        let persons = |of: &Vec<i64>| of.iter().map(|n| natural("repeats", *n)).collect::<Result<Vec<_>>>();
        let repeats = repeats.map(|strata| strata.iter().map(persons).collect::<Result<Vec<_>>>()).transpose()?;
        stats::standardised_rate(&strata, per, level, method, repeats.as_deref()).map(estimate)
    })
}

/// A statistic of observed against expected events.
type Indirect = fn(u64, &[IndirectStratum], f64, f64, RateMethod) -> Result<stats::Estimate>;

fn indirect(
    py: Python<'_>,
    of: Indirect,
    events: i64,
    (population, reference_events, reference_population): (&[f64], &[f64], &[f64]),
    per: f64,
    level: f64,
    method: &str,
) -> PyResult<Estimate> {
    enter(py, || {
        same_length("reference_events", reference_events, "population", population.len())?;
        same_length("reference_population", reference_population, "population", population.len())?;
        let stratum = |((population, reference_events), reference_population): ((&f64, &f64), &f64)| IndirectStratum {
            population: *population,
            reference_events: *reference_events,
            reference_population: *reference_population,
        };
        let strata: Vec<_> = population.iter().zip(reference_events).zip(reference_population).map(stratum).collect();
        of(natural("events", events)?, &strata, per, level, RateMethod::from_str(method)?).map(estimate)
    })
}

#[pyfunction]
fn standardised_ratio(
    py: Python<'_>,
    events: i64,
    population: Vec<f64>,
    reference_events: Vec<f64>,
    reference_population: Vec<f64>,
    per: f64,
    level: f64,
    method: &str,
) -> PyResult<Estimate> {
    indirect(py, stats::standardised_ratio, events, (&population, &reference_events, &reference_population), per, level, method)
}

#[pyfunction]
fn indirect_rate(
    py: Python<'_>,
    events: i64,
    population: Vec<f64>,
    reference_events: Vec<f64>,
    reference_population: Vec<f64>,
    per: f64,
    level: f64,
    method: &str,
) -> PyResult<Estimate> {
    indirect(py, stats::indirect_rate, events, (&population, &reference_events, &reference_population), per, level, method)
}

#[pyfunction]
fn rate_ratio(py: Python<'_>, x1: i64, exposure1: f64, x2: i64, exposure2: f64, level: f64) -> PyResult<Comparison> {
    enter(py, || stats::rate_ratio(events_over("x1", x1, exposure1)?, events_over("x2", x2, exposure2)?, level).map(comparison))
}

#[pyfunction]
fn rate_difference(
    py: Python<'_>,
    x1: i64,
    exposure1: f64,
    x2: i64,
    exposure2: f64,
    per: f64,
    level: f64,
    method: &str,
) -> PyResult<Comparison> {
    enter(py, || {
        let (first, second) = (events_over("x1", x1, exposure1)?, events_over("x2", x2, exposure2)?);
        stats::rate_difference(first, second, per, level, RateMethod::from_str(method)?).map(comparison)
    })
}

#[pyfunction]
fn proportion_difference(py: Python<'_>, x1: i64, n1: i64, x2: i64, n2: i64, level: f64) -> PyResult<Comparison> {
    enter(py, || stats::proportion_difference(parts(("x1", x1), ("n1", n1))?, parts(("x2", x2), ("n2", n2))?, level).map(comparison))
}

#[pyfunction]
fn proportion_ratio(py: Python<'_>, x1: i64, n1: i64, x2: i64, n2: i64, level: f64) -> PyResult<Comparison> {
    enter(py, || stats::proportion_ratio(parts(("x1", x1), ("n1", n1))?, parts(("x2", x2), ("n2", n2))?, level).map(comparison))
}

#[pyfunction]
fn modified_z(py: Python<'_>, values: Vec<f64>) -> PyResult<Vec<f64>> {
    enter(py, || stats::modified_z(&values))
}

#[pyfunction]
fn funnel_limits(py: Python<'_>, target: f64, denominator: f64, kind: &str, per: f64, method: &str) -> PyResult<Limits> {
    enter(py, || {
        let method = stats::FunnelMethod::from_str(method)?;
        stats::funnel_limits(target, denominator, Kind::from_str(kind)?, per, method).map(limits)
    })
}

#[pyfunction]
fn funnel(
    py: Python<'_>,
    events: Vec<i64>,
    denominators: Vec<f64>,
    kind: &str,
    target: Option<f64>,
    per: f64,
    method: &str,
) -> PyResult<Vec<Point>> {
    enter(py, || {
        same_length("denominators", &denominators, "events", events.len())?;
        let area = |(x, n): (&i64, &f64)| Ok((natural("events", *x)?, *n));
        let areas = events.iter().zip(&denominators).map(area).collect::<Result<Vec<_>>>()?;
        let method = stats::FunnelMethod::from_str(method)?;
        let points = stats::funnel(&areas, Kind::from_str(kind)?, target, per, method)?;
        let none = (f64::NAN, f64::NAN, f64::NAN, f64::NAN);
        let point = |p: stats::FunnelPoint| {
            let (low_998, low_95, high_95, high_998) = p.limits.map_or(none, limits);
            (p.value.unwrap_or(f64::NAN), low_998, low_95, high_95, high_998, p.place.as_str(), p.status.as_str())
        };
        Ok(points.into_iter().map(point).collect())
    })
}

#[pyfunction]
fn trend_test(py: Python<'_>, events: Vec<i64>, denominators: Vec<f64>, scores: Vec<f64>, kind: &str) -> PyResult<(f64, f64, Name, Name)> {
    enter(py, || {
        same_length("denominators", &denominators, "events", events.len())?;
        same_length("scores", &scores, "events", events.len())?;
        let group = |((events, denominator), score): ((&i64, &f64), &f64)| {
            Ok(stats::Group { score: *score, events: natural("events", *events)?, denominator: *denominator })
        };
        let groups = events.iter().zip(&denominators).zip(&scores).map(group).collect::<Result<Vec<_>>>()?;
        let found = stats::trend_test(&groups, Kind::from_str(kind)?)?;
        Ok((found.z.unwrap_or(f64::NAN), found.p_value.unwrap_or(f64::NAN), found.method, found.status.as_str()))
    })
}

#[pyfunction]
fn annual_change(py: Python<'_>, values: Vec<f64>, years: Vec<f64>, method: &str) -> PyResult<f64> {
    enter(py, || {
        same_length("years", &years, "values", values.len())?;
        let pairs: Vec<(f64, f64)> = years.iter().copied().zip(values.iter().copied()).collect();
        stats::annual_change(&pairs, stats::ChangeMethod::from_str(method)?)
    })
}

#[pyfunction]
fn required_change(py: Python<'_>, value: f64, target: f64, years: f64) -> PyResult<f64> {
    enter(py, || stats::required_change(value, target, years))
}

#[pyfunction]
fn round_half_up(numerator: u64, denominator: u64, multiplier: u32, decimals: u8) -> String {
    stats::round_half_up(numerator, denominator, multiplier, decimals)
}
