//! The result: one long table, every cell of the grid.

use super::coverage::{Coverage, Reports};
use super::warning::{self, Warning};
use crate::catalogue::{Dimension, Indicator, Kind, Measure};
use crate::error::{Error, Fact, Result};
use crate::plan::{Output, Plan};
use crate::question::{Axis, check_rows};
use crate::stats::{FEWEST_EVENTS, Interval, LEVEL, RateMethod, Status, quotient, rate, wilson};
use crate::tally::{Margins, Spot, Tally};
use crate::task::Watch;
use polars::prelude::*;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

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

/// How the category of a dimension is found in a block that has it; none means the total.
type Code = (fn(&Axis, usize) -> u64, usize);
type Pick<'p> = &'p dyn Fn(&str) -> Option<Code>;

/// Rows made at once, by one thread.
const PIECE: usize = 1 << 18;

/// A stretch of the table: one output over some of the areas.
struct Stretch<'a> {
    nth: usize,
    output: &'a Output,
    spots: std::ops::Range<usize>,
}

/// Rows in the making; text columns as places in short lists.
#[derive(Default)]
struct Lines {
    output: Vec<u32>,
    spot: Vec<u32>,
    /// Places in `labels`, one list per dimension.
    categories: Vec<Vec<u32>>,
    labels: Vec<String>,
    numerator: Vec<Option<i64>>,
    denominator: Vec<Option<i64>>,
    value: Vec<Option<f64>>,
    lower: Vec<Option<f64>>,
    upper: Vec<Option<f64>>,
    undecided: Vec<Option<i64>>,
    reported: Vec<Option<i64>>,
    expected: Vec<Option<i64>>,
    /// Places in `words`.
    status: Vec<u32>,
    method: Vec<u32>,
    /// Every status and method met, and that there is none.
    words: Vec<Option<&'static str>>,
}

/// What one cell holds.
pub(super) struct Cell {
    pub numerator: Option<u64>,
    pub denominator: Option<u64>,
    pub undecided: Option<u64>,
    pub reported: Option<u32>,
    pub expected: Option<u32>,
    value: Option<f64>,
    limits: Option<(f64, f64)>,
    pub status: &'static str,
    method: Option<&'static str>,
}

impl Cell {
    fn not_applicable() -> Self {
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

/// Where, within an area, the counts of one cell stand in the blocks of its series.
struct Offsets {
    numerator: u64,
    denominator: u64,
    undecided: Vec<u64>,
}

impl Plan {
    /// From a tally to the table of values.
    ///
    /// # Errors
    /// [`Error::TallyMismatch`] if the tally is of another plan.
    pub fn finish(&self, tally: &Tally) -> Result<Outcome> {
        tally.check_is_of(&self.question)?;
        check_size(self, Spot::all(&self.question, tally).len())?;
        let work = Work::new(self, tally)?;
        let tables: Vec<DataFrame> = work
            .pieces()
            .par_iter()
            .map(|piece| work.piece(piece))
            .collect::<PolarsResult<_>>()
            .map_err(|e| Error::Frame { table: "result".to_owned(), found: Fact::library(e) })?;
        let mut tables = tables.into_iter();
        let mut table = tables.next().unwrap_or_default();
        for next in tables {
            table.vstack_mut_owned(next).map_err(|e| Error::Frame { table: "result".to_owned(), found: Fact::library(e) })?;
        }
        let mut warnings = warning::territory(self, tally)?;
        warnings.extend(warning::collect(&work)?);
        warnings.extend(warning::remarks(self, tally));
        Ok(Outcome { table, warnings })
    }
}

/// Everything that turns counts into lines.
pub(super) struct Work<'a> {
    pub plan: &'a Plan,
    pub margins: Margins<'a>,
    pub spots: Vec<Spot>,
    /// By pass, or by two passes, and place: the communes that reported.
    reports: BTreeMap<(u32, Option<u32>), Vec<Reports>>,
    exact: HashMap<u64, Interval>,
    watch: Watch,
}

impl<'a> Work<'a> {
    fn new(plan: &'a Plan, tally: &'a Tally) -> Result<Self> {
        let exact = (0..FEWEST_EVENTS).filter_map(|x| Some((x, rate(x, 1.0, 1.0, LEVEL, RateMethod::Exact).ok()?))).collect();
        let coverage = Coverage::new(&plan.question, tally)?;
        let mut reports = BTreeMap::new();
        for (above, below) in plan.outputs.iter().map(|o| passes(plan, o)) {
            for of in [(above, None), (above, below)].into_iter().chain(below.map(|below| (below, None))) {
                reports.entry(of).or_insert_with(|| coverage.of(of.0, of.1));
            }
        }
        Ok(Self {
            plan,
            margins: Margins::new(&plan.question, tally)?,
            spots: Spot::all(&plan.question, tally),
            reports,
            exact,
            watch: Watch::here(),
        })
    }

    /// The communes of an area that reported; nothing is expected of what is no unit.
    fn reports(&self, of: (u32, Option<u32>), place: u64) -> Reports {
        self.reports[&of].get(place as usize).copied().unwrap_or_default()
    }

    /// The communes that reported a table's records, where some indicator counts them.
    pub fn reports_of(&self, pass: u32, place: u64) -> Reports {
        self.reports.get(&(pass, None)).and_then(|of| of.get(place as usize)).copied().unwrap_or_default()
    }

    pub fn indicator(&self, output: &Output) -> &'a Indicator {
        &self.plan.indicators()[output.indicator]
    }

    fn categories(&self, dimension: Dimension, indicator: &Indicator) -> Vec<Category> {
        let axis = Axis::of(dimension, indicator.bands(), self.plan.catalogue.codes());
        let named =
            axis.categories.iter().enumerate().map(|(nth, label)| Category { label: label.clone(), code: |_, nth| nth as u64, nth });
        std::iter::once(Category { label: "total".to_owned(), code: |axis, _| axis.total(), nth: 0 })
            .chain(named)
            .chain([Category { label: "unknown".to_owned(), code: |axis, _| axis.unknown(), nth: 0 }])
            .collect()
    }

    /// The table cut into pieces of about as many rows, in its order.
    fn pieces(&self) -> Vec<Vec<Stretch<'a>>> {
        let shown = |o: &&Output| !self.plan.is_every_indicator() || self.margins.is_counted(o.numerator);
        let mut pieces: Vec<Vec<Stretch>> = vec![Vec::new()];
        let mut rows = 0;
        for (nth, output) in self.plan.outputs.iter().filter(shown).enumerate() {
            let grid: usize = self.plan.by().iter().map(|d| self.categories(*d, self.indicator(output)).len()).product();
            let mut first = 0;
            while first < self.spots.len() {
                let spots = first..self.spots.len().min(first + (PIECE.saturating_sub(rows) / grid.max(1)).max(1));
                rows += spots.len() * grid;
                first = spots.end;
                if let Some(piece) = pieces.last_mut() {
                    piece.push(Stretch { nth, output, spots });
                }
                if rows >= PIECE {
                    pieces.push(Vec::new());
                    rows = 0;
                }
            }
        }
        // An empty piece stands for the table without rows.
        if pieces.len() > 1 {
            pieces.retain(|piece| !piece.is_empty());
        }
        pieces
    }

    fn piece(&self, piece: &[Stretch]) -> PolarsResult<DataFrame> {
        let mut lines = Lines { categories: vec![Vec::new(); self.plan.by().len()], ..Lines::default() };
        for stretch in piece {
            self.output(stretch, &mut lines);
        }
        self.table(piece, lines)
    }

    fn output(&self, stretch: &Stretch, lines: &mut Lines) {
        let output = stretch.output;
        let indicator = self.indicator(output);
        let by = self.plan.by();
        let all: Vec<Vec<Category>> = by.iter().map(|d| self.categories(*d, indicator)).collect();
        let labels: Vec<Vec<u32>> = all.iter().map(|of| of.iter().map(|c| lines.label(&c.label)).collect()).collect();
        // Where the counts of each combination of categories stand is the same in every area.
        let mut grid: Vec<(Vec<u32>, Option<Offsets>)> = Vec::new();
        let mut chosen = vec![0_usize; by.len()];
        loop {
            let pick = |name: &str| by.iter().position(|b| b.word() == name).map(|p| &all[p][chosen[p]]);
            let of_labels = chosen.iter().enumerate().map(|(p, choice)| labels[p][*choice]).collect();
            grid.push((of_labels, self.offsets_of_cell(output, &pick)));
            if !next(&mut chosen, &all) {
                break;
            }
        }
        for nth in stretch.spots.clone() {
            let spot = &self.spots[nth];
            self.watch.look();
            for (labels, offsets) in &grid {
                let cell = offsets.as_ref().map_or_else(Cell::not_applicable, |o| self.cell(output, spot.place, o));
                lines.output.push(stretch.nth as u32);
                lines.spot.push(nth as u32);
                lines.categories.iter_mut().zip(labels).for_each(|(column, label)| column.push(*label));
                lines.push(&cell);
            }
        }
    }

    fn offset(&self, series: usize, pick: Pick) -> u64 {
        let axes = &self.margins.grids[self.plan.question.series[series].block];
        axes.offset(axes.axes.iter().map(|axis| pick(&axis.name).map_or_else(|| axis.total(), |(code, nth)| code(axis, nth))))
    }

    /// Where the counts of some categories stand; none if the numerator has no such breakdown.
    fn offsets_of_cell<'c>(&self, output: &Output, pick: &dyn Fn(&str) -> Option<&'c Category>) -> Option<Offsets> {
        let axes = &self.margins.grids[self.plan.question.series[output.numerator].block].axes;
        let lacks = |d: &Dimension| !axes.iter().any(|a| a.name == d.word()) && pick(d.word()).is_some_and(|c| c.label != "total");
        (!self.plan.by().iter().any(lacks)).then(|| self.offsets(output, &|name| pick(name).map(|c| (c.code, c.nth))))
    }

    fn offsets(&self, output: &Output, pick: Pick) -> Offsets {
        Offsets {
            numerator: self.offset(output.numerator, pick),
            denominator: output.denominator.map_or(0, |d| self.offset(d, pick)),
            undecided: output.undecided.iter().map(|(open, _)| self.offset(*open, pick)).collect(),
        }
    }

    /// The cell of an area with all dimensions at their totals.
    pub fn total(&self, output: &Output, place: u64) -> Cell {
        self.cell(output, place, &self.offsets(output, &|_| None))
    }

    /// The cell of one named category, the other dimensions at their totals.
    pub fn one(&self, output: &Output, place: u64, dimension: &str, code: fn(&Axis, usize) -> u64, nth: usize) -> Cell {
        self.cell(output, place, &self.offsets(output, &move |name| (name == dimension).then_some((code, nth))))
    }

    fn cell(&self, output: &Output, place: u64, offsets: &Offsets) -> Cell {
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
        let hidden = [(numerator, Some(above)), (denominator, below)].map(|(count, pass)| count.is_some() && pass.is_some_and(is_silent));
        if hidden.contains(&true) {
            cell.numerator = cell.numerator.filter(|_| !hidden[0]);
            cell.denominator = cell.denominator.filter(|_| !hidden[1]);
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
        .word();
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

    fn table(&self, piece: &[Stretch], lines: Lines) -> PolarsResult<DataFrame> {
        let outputs = piece.last().map_or(0, |s| s.nth + 1);
        let mut of_output: [Vec<Option<String>>; 5] = std::array::from_fn(|_| vec![None; outputs]);
        for stretch in piece {
            let indicator = self.indicator(stretch.output);
            of_output[0][stretch.nth] = Some(indicator.id.clone());
            of_output[1][stretch.nth].clone_from(&indicator.code);
            of_output[2][stretch.nth] = Some(stretch.output.measure.word().to_owned());
            of_output[3][stretch.nth] = Some(indicator.definition());
            of_output[4][stretch.nth] = self.plan.catalogue.quantities().get(&indicator.numerator).map(|q| q.unit.clone());
        }
        let [ids, codes, measures, definitions, units] = of_output;
        let text = |name: &str, list: Series, places: &[u32]| -> PolarsResult<Column> {
            Ok(list.take_slice(places)?.with_name(name.into()).into_column())
        };
        let words = |list: Vec<Option<String>>| list.into_iter().collect::<StringChunked>().into_series();
        let plain = |list: Vec<&str>| list.into_iter().map(Some).collect::<StringChunked>().into_series();
        let period = self.plan.period().to_string();
        let rows = lines.output.len();
        let mut columns = vec![
            text("indicator", words(ids), &lines.output)?,
            text("code", words(codes), &lines.output)?,
            text("measure", words(measures), &lines.output)?,
            Column::new_scalar("period".into(), Scalar::new(DataType::String, AnyValue::StringOwned(period.as_str().into())), rows),
            text("area", plain(self.spots.iter().map(|s| s.code.as_str()).collect()), &lines.spot)?,
            text("area_level", plain(self.spots.iter().map(|s| s.level).collect()), &lines.spot)?,
        ];
        let labels = plain(lines.labels.iter().map(String::as_str).collect());
        for (dimension, places) in self.plan.by().iter().zip(&lines.categories) {
            columns.push(text(dimension.word(), labels.clone(), places)?);
        }
        let met = lines.words.iter().copied().collect::<StringChunked>().into_series();
        columns.extend([
            Column::new("numerator".into(), lines.numerator),
            Column::new("denominator".into(), lines.denominator),
            Column::new("value".into(), lines.value),
            Column::new("lower".into(), lines.lower),
            Column::new("upper".into(), lines.upper),
            Column::new("undecided".into(), lines.undecided),
            Column::new("reported".into(), lines.reported),
            Column::new("expected".into(), lines.expected),
            text("status", met.clone(), &lines.status)?,
            text("definition", words(definitions), &lines.output)?,
            text("method", met, &lines.method)?,
            text("unit", words(units), &lines.output)?,
        ]);
        DataFrame::new(rows, columns)
    }
}

/// The passes that count an output's numerator and its denominator.
fn passes(plan: &Plan, output: &Output) -> (u32, Option<u32>) {
    let of = |series: usize| plan.question.pass_of(plan.question.series[series].block);
    (of(output.numerator), output.denominator.map(of))
}

/// Refuses a table that nobody could hold, before any of it is made.
fn check_size(plan: &Plan, spots: usize) -> Result<()> {
    let lines = |o: &Output| {
        let bands = plan.indicators()[o.indicator].bands();
        let with_margins = |d: &Dimension| Axis::of(*d, bands, plan.catalogue.codes()).categories.len() as u128 + 2;
        plan.by().iter().map(with_margins).product::<u128>()
    };
    check_rows(plan.outputs.iter().map(lines).sum::<u128>() * spots as u128)
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
        // Counts with a sign, which every reader of the table knows.
        let signed = |count: Option<u64>| count.and_then(|n| i64::try_from(n).ok());
        self.numerator.push(signed(cell.numerator));
        self.denominator.push(signed(cell.denominator));
        self.value.push(cell.value);
        self.lower.push(cell.limits.map(|l| l.0));
        self.upper.push(cell.limits.map(|l| l.1));
        self.undecided.push(signed(cell.undecided));
        self.reported.push(cell.reported.map(i64::from));
        self.expected.push(cell.expected.map(i64::from));
        let (status, method) = (self.word(Some(cell.status)), self.word(cell.method));
        self.status.push(status);
        self.method.push(method);
    }

    /// The place of a word, of which there are a dozen at the most.
    fn word(&mut self, word: Option<&'static str>) -> u32 {
        let place = self.words.iter().position(|w| *w == word).unwrap_or_else(|| {
            self.words.push(word);
            self.words.len() - 1
        });
        place as u32
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
