//! One cell of a result: its counts, its value with limits, and its status.

use super::coverage::{Coverage, Reports};
use crate::catalogue::{Indicator, Kind, Measure};
use crate::error::Result;
use crate::grid::{AreaRows, Category};
use crate::plan::{Output, Plan};
use crate::stats::{FEWEST_EVENTS, Interval, LEVEL, RateMethod, Status, quotient, rate, wilson};
use crate::tally::{Margins, Tally, areas_of};
use std::collections::{BTreeMap, HashMap};

/// The category of a dimension in a cell; none means the total.
pub(super) type Pick<'p> = &'p dyn Fn(&str) -> Option<Category>;

/// One cell of a result.
pub(super) struct Cell {
    pub numerator: Option<u64>,
    pub denominator: Option<u64>,
    pub undecided: Option<u64>,
    pub reported: Option<u32>,
    pub expected: Option<u32>,
    pub value: Option<f64>,
    pub limits: Option<(f64, f64)>,
    pub status: &'static str,
    pub method: Option<&'static str>,
}

impl Cell {
    pub fn not_applicable() -> Self {
        Self {
            numerator: None,
            denominator: None,
            undecided: None,
            reported: None,
            expected: None,
            value: None,
            limits: None,
            status: "not_applicable",
            method: None,
        }
    }
}

/// Where the counts of one cell are, within an area, in the blocks of its series.
pub(super) struct Offsets {
    numerator: u64,
    denominator: u64,
    undecided: Vec<u64>,
}

/// Makes every cell from the counts of a tally.
pub(super) struct Estimator<'a> {
    pub plan: &'a Plan,
    pub margins: Margins<'a>,
    pub areas: AreaRows<'a>,
    /// By pass, or by two passes, and place: the communes that reported.
    reports: BTreeMap<(u32, Option<u32>), Vec<Reports>>,
    exact: HashMap<u64, Interval>,
}

impl<'a> Estimator<'a> {
    pub fn new(plan: &'a Plan, tally: &'a Tally) -> Result<Self> {
        let exact = (0..FEWEST_EVENTS).filter_map(|x| Some((x, rate(x, 1.0, 1.0, LEVEL, RateMethod::Exact).ok()?))).collect();
        let coverage = Coverage::new(&plan.question, tally)?;
        let mut reports = BTreeMap::new();
        for (above, below) in plan.outputs.iter().map(|o| passes(plan, o)) {
            for of in [(above, None), (above, below)].into_iter().chain(below.map(|below| (below, None))) {
                reports.entry(of).or_insert_with(|| coverage.of(of.0, of.1));
            }
        }
        Ok(Self { plan, margins: Margins::new(&plan.question, tally)?, areas: areas_of(&plan.question, tally), reports, exact })
    }

    /// The communes of an area that reported; an area that is no unit has none expected.
    fn reports(&self, of: (u32, Option<u32>), place: u64) -> Reports {
        self.reports[&of].get(place as usize).copied().unwrap_or_default()
    }

    /// The communes that reported one pass, if some indicator counts it.
    pub fn reports_of(&self, pass: u32, place: u64) -> Reports {
        self.reports.get(&(pass, None)).and_then(|of| of.get(place as usize)).copied().unwrap_or_default()
    }

    pub fn indicator(&self, output: &Output) -> &'a Indicator {
        &self.plan.indicators()[output.indicator]
    }

    fn offset(&self, series: usize, pick: Pick) -> u64 {
        let cross = self.margins.grids[self.plan.question.series[series].block].cross;
        cross.cell(cross.dimensions().iter().map(|of| of.number(pick(&of.name).unwrap_or(Category::Total))))
    }

    pub fn offsets(&self, output: &Output, pick: Pick) -> Offsets {
        Offsets {
            numerator: self.offset(output.numerator, pick),
            denominator: output.denominator.map_or(0, |d| self.offset(d, pick)),
            undecided: output.undecided.iter().map(|(open, _)| self.offset(*open, pick)).collect(),
        }
    }

    /// The cell of an area with every dimension at its total.
    pub fn total(&self, output: &Output, place: u64) -> Cell {
        self.cell(output, place, &self.offsets(output, &|_| None))
    }

    /// The cell of one category, every other dimension at its total.
    pub fn one(&self, output: &Output, place: u64, dimension: &str, category: Category) -> Cell {
        self.cell(output, place, &self.offsets(output, &move |name| (name == dimension).then_some(category)))
    }

    pub fn cell(&self, output: &Output, place: u64, offsets: &Offsets) -> Cell {
        let m = &self.margins;
        let (above, below) = passes(self.plan, output);
        let is_silent = |pass: u32| self.reports((pass, None), place).is_empty();
        let numerator = m.is_counted(output.numerator).then(|| m.count(output.numerator, place, offsets.numerator));
        let denominator = output.denominator.filter(|d| m.is_counted(*d)).map(|d| m.count(d, place, offsets.denominator));
        let of_pair = |((open, closed), offset): (&(usize, usize), &u64)| m.undecided(*open, *closed, place, *offset);
        let undecided = numerator.map(|_| output.undecided.iter().zip(&offsets.undecided).map(of_pair).sum());
        let mut cell = Cell { numerator, denominator, undecided, status: "not_available", ..Cell::not_applicable() };
        let reports = self.reports((above, below.filter(|_| denominator.is_some())), place);
        if numerator.is_some() && reports.expected > 0 {
            (cell.reported, cell.expected) = (reports.reported, Some(reports.expected));
        }
        let silent = [(numerator, Some(above)), (denominator, below)].map(|(count, pass)| count.is_some() && pass.is_some_and(is_silent));
        if silent.contains(&true) {
            cell.numerator = cell.numerator.filter(|_| !silent[0]);
            cell.denominator = cell.denominator.filter(|_| !silent[1]);
            cell.undecided = None;
            cell.status = if reports.is_elsewhere() { "not_available" } else { "not_reported" };
            return cell;
        }
        let Some(x) = numerator else { return cell };
        if output.measure == Measure::Count {
            cell.value = Some(quotient(x, 1, 1));
            cell.status = "ok";
        } else if let Some(n) = denominator.filter(|n| *n > 0) {
            self.estimate(&mut cell, output, x, n);
        }
        if cell.status == "ok" && reports.is_partial() {
            cell.status = "partial";
        }
        cell
    }

    fn estimate(&self, cell: &mut Cell, output: &Output, x: u64, n: u64) {
        let kind = self.indicator(output).kind;
        let multiplier = output.measure.multiplier();
        let per = f64::from(multiplier);
        cell.value = Some(quotient(x, n, multiplier));
        cell.status = match kind {
            Kind::Rate => Status::of_rate(x),
            Kind::Ratio | Kind::Count | Kind::Proportion => Status::of_proportion(n),
        }
        .as_str();
        let found = match kind {
            Kind::Proportion if x <= n => wilson(x, n, LEVEL).ok().map(|i| ("wilson", i.lower * per, i.upper * per)),
            // Limits of the ratio of two parts of one whole: the odds of the first part's limits.
            Kind::Ratio if output.measure == Measure::Ratio => {
                wilson(x, x + n, LEVEL).ok().map(|i| ("wilson_odds", i.lower / (1.0 - i.lower) * per, i.upper / (1.0 - i.upper) * per))
            }
            Kind::Rate => match self.exact.get(&x) {
                Some(i) => Some(("exact_poisson", i.lower * per / n as f64, i.upper * per / n as f64)),
                None => rate(x, n as f64, per, LEVEL, RateMethod::ByarOnly).ok().map(|i| ("byar", i.lower, i.upper)),
            },
            _ => None,
        };
        if let Some((method, lower, upper)) = found {
            cell.method = Some(method);
            cell.limits = Some((lower, upper));
        }
    }
}

/// The passes that count an output's numerator and denominator.
fn passes(plan: &Plan, output: &Output) -> (u32, Option<u32>) {
    let of = |series: usize| plan.question.pass_of(plan.question.series[series].block);
    (of(output.numerator), output.denominator.map(of))
}
