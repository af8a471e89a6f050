//! The result: one long table, every cell of the grid.

use super::interval::{Interval, RateMethod, quotient, rate, wilson};
use super::warning::{self, Warning};
use super::{FEWEST_EVENTS, LEVEL, SMALLEST_DENOMINATOR};
use crate::area::Level;
use crate::catalogue::{Dimension, Indicator, Kind, Measure};
use crate::error::{Error, Result};
use crate::plan::{Output, Plan};
use crate::tally::{Axis, Grid, Margins, Tally};
use polars::prelude::*;
use std::collections::HashMap;

/// More rows than this are refused: the full cross of many dimensions grows beyond any memory.
const MOST_ROWS: u128 = 50_000_000;

/// What came out: the table, and what a reader must know besides.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// One row per indicator, measure, area and cell.
    pub table: DataFrame,
    /// What does not add up, and what was left out.
    pub warnings: Vec<Warning>,
}

/// One line of the grid along one dimension.
struct Category {
    label: String,
    /// Its code in a block that has the dimension.
    code: fn(&Axis, usize) -> u64,
    nth: usize,
}

/// A place of the result: code, level word, and the place in the list.
pub(super) struct Spot {
    pub code: String,
    pub level: &'static str,
    pub place: u64,
}

/// How the category of a dimension is found in a block that has it; none means the total.
type Code = (fn(&Axis, usize) -> u64, usize);
type Pick<'p> = &'p dyn Fn(Dimension) -> Option<Code>;

#[derive(Default)]
struct Lines {
    indicator: Vec<u32>,
    measure: Vec<&'static str>,
    spot: Vec<u32>,
    /// Places in `labels`, one list per dimension.
    categories: Vec<Vec<u32>>,
    labels: Vec<String>,
    numerator: Vec<Option<u64>>,
    denominator: Vec<Option<u64>>,
    value: Vec<Option<f64>>,
    lower: Vec<Option<f64>>,
    upper: Vec<Option<f64>>,
    undecided: Vec<Option<u64>>,
    status: Vec<&'static str>,
    method: Vec<Option<&'static str>>,
}

/// What one cell holds.
pub(super) struct Cell {
    pub numerator: Option<u64>,
    pub denominator: Option<u64>,
    pub undecided: Option<u64>,
    value: Option<f64>,
    limits: Option<(f64, f64)>,
    pub status: &'static str,
    method: Option<&'static str>,
}

impl Plan {
    /// From a tally to the table of values.
    ///
    /// # Errors
    /// [`Error::TallyMismatch`] if the tally is of another plan.
    pub fn finish(&self, tally: &Tally) -> Result<Outcome> {
        if tally.fingerprint != self.fingerprint() {
            return Err(Error::TallyMismatch {
                expected: format!("plan {:016x}", self.fingerprint()),
                found: format!("plan {:016x}", tally.fingerprint),
            });
        }
        check_size(self, spots(self, tally).len())?;
        let work = Work::new(self, tally);
        let mut lines = Lines { categories: vec![Vec::new(); self.by().len()], ..Lines::default() };
        for output in &self.outputs {
            if self.is_every_indicator() && !work.margins.is_counted(output.numerator) {
                continue;
            }
            work.output(output, &mut lines);
        }
        let warnings = warning::collect(&work);
        let table = work.table(lines).map_err(|e| Error::Frame { table: "result".to_owned(), found: e.to_string() })?;
        Ok(Outcome { table, warnings })
    }
}

/// Everything that turns counts into lines.
pub(super) struct Work<'a> {
    pub plan: &'a Plan,
    pub margins: Margins<'a>,
    pub grids: Vec<Grid<'a>>,
    pub spots: Vec<Spot>,
    exact: HashMap<u64, Interval>,
}

impl<'a> Work<'a> {
    fn new(plan: &'a Plan, tally: &'a Tally) -> Self {
        let exact = (0..FEWEST_EVENTS).filter_map(|x| Some((x, rate(x, 1.0, 1.0, LEVEL, RateMethod::Exact).ok()?))).collect();
        Self {
            plan,
            margins: Margins::new(plan, tally),
            grids: plan.blocks.iter().map(|b| Grid::new(plan, b)).collect(),
            spots: spots(plan, tally),
            exact,
        }
    }

    pub fn indicator(&self, output: &Output) -> &'a Indicator {
        &self.plan.indicators()[output.indicator]
    }

    fn categories(&self, dimension: Dimension, indicator: &Indicator) -> Vec<Category> {
        let axis = Axis::new(dimension, indicator.bands(), self.plan.catalogue.codes());
        let named =
            axis.categories.iter().enumerate().map(|(nth, label)| Category { label: label.clone(), code: |_, nth| nth as u64, nth });
        std::iter::once(Category { label: "total".to_owned(), code: |axis, _| axis.total(), nth: 0 })
            .chain(named)
            .chain([Category { label: "unknown".to_owned(), code: |axis, _| axis.unknown(), nth: 0 }])
            .collect()
    }

    fn output(&self, output: &Output, lines: &mut Lines) {
        let indicator = self.indicator(output);
        let by = self.plan.by();
        let all: Vec<Vec<Category>> = by.iter().map(|d| self.categories(*d, indicator)).collect();
        let labels: Vec<Vec<u32>> = all.iter().map(|of| of.iter().map(|c| lines.label(&c.label)).collect()).collect();
        let mut chosen = vec![0_usize; by.len()];
        for (nth, spot) in self.spots.iter().enumerate() {
            polars_error::abort::try_raise_polars_abort();
            chosen.fill(0);
            loop {
                let pick = |d: Dimension| by.iter().position(|b| *b == d).map(|p| &all[p][chosen[p]]);
                let cell = self.cell(output, spot.place, &pick);
                lines.indicator.push(output.indicator as u32);
                lines.measure.push(output.measure.word());
                lines.spot.push(nth as u32);
                for (column, (p, choice)) in lines.categories.iter_mut().zip(chosen.iter().enumerate()) {
                    column.push(labels[p][*choice]);
                }
                lines.push(&cell);
                if !next(&mut chosen, &all) {
                    break;
                }
            }
        }
    }

    fn code(&self, series: usize, place: u64, pick: Pick) -> u64 {
        let grid = &self.grids[self.plan.series[series].block];
        let codes: Vec<u64> =
            grid.axes.iter().map(|axis| pick(axis.dimension).map_or_else(|| axis.total(), |(code, nth)| code(axis, nth))).collect();
        grid.cell(place, &codes)
    }

    fn cell<'c>(&self, output: &Output, place: u64, pick: &dyn Fn(Dimension) -> Option<&'c Category>) -> Cell {
        let axes = &self.grids[self.plan.series[output.numerator].block].axes;
        let lacks = |d: &Dimension| !axes.iter().any(|a| a.dimension == *d) && pick(*d).is_some_and(|c| c.label != "total");
        if self.plan.by().iter().any(lacks) {
            return Cell {
                numerator: None,
                denominator: None,
                undecided: None,
                value: None,
                limits: None,
                status: "not_applicable",
                method: None,
            };
        }
        self.applicable(output, place, &|d| pick(d).map(|c| (c.code, c.nth)))
    }

    /// The cell of an area with all dimensions at their totals.
    pub fn total(&self, output: &Output, place: u64) -> Cell {
        self.applicable(output, place, &|_| None)
    }

    /// The cell of one named category, the other dimensions at their totals.
    pub fn one(&self, output: &Output, place: u64, dimension: Dimension, code: fn(&Axis, usize) -> u64, nth: usize) -> Cell {
        self.applicable(output, place, &move |d| (d == dimension).then_some((code, nth)))
    }

    fn applicable(&self, output: &Output, place: u64, pick: Pick) -> Cell {
        let m = &self.margins;
        let numerator = m.is_counted(output.numerator).then(|| m.count(output.numerator, self.code(output.numerator, place, pick)));
        let denominator = output.denominator.filter(|d| m.is_counted(*d)).map(|d| m.count(d, self.code(d, place, pick)));
        let undecided = numerator
            .map(|_| output.undecided.iter().map(|(open, closed)| m.undecided(*open, *closed, self.code(*open, place, pick))).sum());
        let mut cell = Cell { numerator, denominator, undecided, value: None, limits: None, status: "not_available", method: None };
        let Some(x) = numerator else { return cell };
        if output.measure == Measure::Count {
            cell.value = Some(quotient(x, 1, 1));
            cell.status = "ok";
            return cell;
        }
        let Some(n) = denominator.filter(|n| *n > 0) else { return cell };
        self.estimate(&mut cell, output, x, n);
        cell
    }

    fn estimate(&self, cell: &mut Cell, output: &Output, x: u64, n: u64) {
        let kind = self.indicator(output).kind;
        let multiplier = output.measure.multiplier();
        let per = f64::from(multiplier);
        cell.value = Some(quotient(x, n, multiplier));
        let few = match kind {
            Kind::Rate => x < FEWEST_EVENTS,
            Kind::Ratio | Kind::Count | Kind::Proportion => n < SMALLEST_DENOMINATOR,
        };
        cell.status = if few { "unreliable" } else { "ok" };
        let found = match kind {
            Kind::Proportion if x <= n => wilson(x, n, LEVEL).ok().map(|i| ("wilson", i.lower * per, i.upper * per)),
            // A ratio of two parts of one whole has the odds of the limits of the first part.
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

    fn table(&self, lines: Lines) -> PolarsResult<DataFrame> {
        let indicators = self.plan.indicators();
        let definitions: Vec<String> = indicators.iter().map(Indicator::definition).collect();
        let text = |name: &str, values: StringChunked| values.with_name(name.into()).into_column();
        let of_indicator =
            |f: &dyn Fn(usize) -> Option<&'a str>| -> StringChunked { lines.indicator.iter().map(|i| f(*i as usize)).collect() };
        let plain = |values: &[&'static str]| -> StringChunked { values.iter().map(|v| Some(*v)).collect() };
        let period = self.plan.period().to_string();
        let rows = lines.indicator.len();
        let mut columns = vec![
            text("indicator", of_indicator(&|i| Some(indicators[i].id.as_str()))),
            text("code", of_indicator(&|i| indicators[i].code.as_deref())),
            text("measure", plain(&lines.measure)),
            Column::new_scalar("period".into(), Scalar::new(DataType::String, AnyValue::StringOwned(period.as_str().into())), rows),
            text("area", lines.spot.iter().map(|s| Some(self.spots[*s as usize].code.as_str())).collect()),
            text("area_level", lines.spot.iter().map(|s| Some(self.spots[*s as usize].level)).collect()),
        ];
        for (dimension, values) in self.plan.by().iter().zip(&lines.categories) {
            columns.push(text(dimension.word(), values.iter().map(|v| Some(lines.labels[*v as usize].as_str())).collect()));
        }
        let definition: StringChunked = lines.indicator.iter().map(|i| Some(definitions[*i as usize].as_str())).collect();
        columns.extend([
            count_column("numerator", &lines.numerator),
            count_column("denominator", &lines.denominator),
            Column::new("value".into(), lines.value),
            Column::new("lower".into(), lines.lower),
            Column::new("upper".into(), lines.upper),
            count_column("undecided", &lines.undecided),
            text("status", plain(&lines.status)),
            text("definition", definition),
            text("method", lines.method.iter().copied().collect()),
        ]);
        DataFrame::new(rows, columns)
    }
}

/// Refuses a table that nobody could hold, before any of it is made.
fn check_size(plan: &Plan, spots: usize) -> Result<()> {
    let lines = |o: &Output| {
        let bands = plan.indicators()[o.indicator].bands();
        let with_margins = |d: &Dimension| Axis::new(*d, bands, plan.catalogue.codes()).categories.len() as u128 + 2;
        plan.by().iter().map(with_margins).product::<u128>()
    };
    let rows = plan.outputs.iter().map(lines).sum::<u128>() * spots as u128;
    if rows <= MOST_ROWS {
        return Ok(());
    }
    Err(Error::BadNumber { what: "by", expected: format!("a table of at most {MOST_ROWS} rows"), found: format!("{rows} rows") })
}

/// Counts as 64-bit integers with a sign, which every reader of the table knows.
fn count_column(name: &str, values: &[Option<u64>]) -> Column {
    let values: Int64Chunked = values.iter().map(|v| v.and_then(|n| i64::try_from(n).ok())).collect();
    values.with_name(name.into()).into_column()
}

impl Lines {
    /// The place of a label, of which there are a few hundred at the most.
    fn label(&mut self, label: &str) -> u32 {
        let place = self.labels.iter().position(|l| l == label).unwrap_or_else(|| {
            self.labels.push(label.to_owned());
            self.labels.len() - 1
        });
        place as u32
    }

    fn push(&mut self, cell: &Cell) {
        self.numerator.push(cell.numerator);
        self.denominator.push(cell.denominator);
        self.value.push(cell.value);
        self.lower.push(cell.limits.map(|l| l.0));
        self.upper.push(cell.limits.map(|l| l.1));
        self.undecided.push(cell.undecided);
        self.status.push(cell.status);
        self.method.push(cell.method);
    }
}

/// The next combination of categories, the last dimension fastest; false after the last one.
fn next(chosen: &mut [usize], all: &[Vec<Category>]) -> bool {
    for (place, options) in chosen.iter_mut().zip(all).rev() {
        *place += 1;
        if *place < options.len() {
            return true;
        }
        *place = 0;
    }
    false
}

/// The areas of the result: the country, and every unit of the provinces that have rows.
fn spots(plan: &Plan, tally: &Tally) -> Vec<Spot> {
    let list = &plan.areas;
    let mut found = Vec::new();
    for (place, area) in list.areas().iter().enumerate() {
        let place = place as u32;
        let inside = area.level == Level::Country || tally.provinces.contains(&list.up_to(place, Level::Province));
        if area.level <= plan.area_level() && inside {
            found.push(Spot { code: area.code.clone(), level: area.level.word(), place: u64::from(place) });
        }
    }
    let unknown = list.areas().len() as u64;
    if tally.provinces.iter().any(|p| u64::from(*p) == unknown) {
        found.push(Spot { code: "unknown".to_owned(), level: "unknown", place: unknown });
    }
    found
}
