//! The result: one long table, every cell of the grid.

use super::cell::{Cell, Estimator, Offsets};
use super::warning::{self, Warning};
use crate::catalogue::{Dimension, Indicator};
use crate::error::{Error, Fact, Result};
use crate::grid::{Categories, Category, Cross, check_rows};
use crate::plan::{Output, Plan};
use crate::tally::{Tally, areas_of};
use crate::task::Watch;
use polars_core::prelude::*;
use rayon::prelude::*;

/// What came out: the table, and what a reader must know besides.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// One row per indicator, measure, area and cell.
    pub table: DataFrame,
    /// What does not add up, and what was left out.
    pub warnings: Vec<Warning>,
}

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

impl Plan {
    /// From a tally to the table of values.
    ///
    /// # Errors
    /// [`Error::TallyMismatch`] if the tally is of another plan.
    pub fn finish(&self, tally: &Tally) -> Result<Outcome> {
        tally.check_is_of(&self.question)?;
        check_size(self, areas_of(&self.question, tally).len())?;
        let estimator = Estimator::new(self, tally)?;
        let watch = Watch::here();
        let wrong = |e: PolarsError| Error::Frame { table: "result".to_owned(), found: Fact::library(e) };
        let tables: Vec<DataFrame> =
            estimator.pieces().par_iter().map(|piece| estimator.piece(piece, &watch)).collect::<PolarsResult<_>>().map_err(wrong)?;
        let mut table = estimator.piece(&[], &watch).map_err(wrong)?;
        for next in tables {
            table.vstack_mut_owned(next).map_err(wrong)?;
        }
        let mut warnings = warning::territory(self, tally)?;
        warnings.extend(warning::collect(&estimator)?);
        warnings.extend(warning::remarks(self, tally));
        Ok(Outcome { table, warnings })
    }
}

impl<'a> Estimator<'a> {
    /// The table cut into pieces of about as many rows, in its order.
    fn pieces(&self) -> Vec<Vec<Stretch<'a>>> {
        let shown = |o: &&Output| !self.plan.is_every_indicator() || self.margins.is_counted(o.numerator);
        let mut pieces: Vec<Vec<Stretch>> = vec![Vec::new()];
        let mut rows = 0;
        for (nth, output) in self.plan.outputs.iter().filter(shown).enumerate() {
            let grid = cross(self.plan, self.indicator(output)).rows() as usize;
            let mut first = 0;
            while first < self.areas.len() {
                let spots = first..self.areas.len().min(first + (PIECE.saturating_sub(rows) / grid.max(1)).max(1));
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
        pieces.retain(|piece| !piece.is_empty());
        pieces
    }

    fn piece(&self, piece: &[Stretch], watch: &Watch) -> PolarsResult<DataFrame> {
        let mut lines = Lines { categories: vec![Vec::new(); self.plan.by().len()], ..Lines::default() };
        for stretch in piece {
            self.output(stretch, watch, &mut lines);
        }
        self.table(piece, lines)
    }

    fn output(&self, stretch: &Stretch, watch: &Watch, lines: &mut Lines) {
        let output = stretch.output;
        let indicator = self.indicator(output);
        let cross = cross(self.plan, indicator);
        let labels: Vec<Vec<u32>> =
            cross.dimensions().iter().map(|of| of.shown().map(|category| lines.label(of.label(category))).collect()).collect();
        let shown: Vec<Vec<Category>> = cross.dimensions().iter().map(|of| of.shown().collect()).collect();
        // Where the counts of each combination of categories are is the same in every area.
        let mut grid: Vec<(Vec<u32>, Option<Offsets>)> = Vec::new();
        let mut chosen = vec![0_usize; shown.len()];
        loop {
            let place = |name: &str| cross.dimensions().iter().position(|of| of.name == name);
            let pick = |name: &str| place(name).map(|of| shown[of][chosen[of]]);
            let of_labels = chosen.iter().enumerate().map(|(of, nth)| labels[of][*nth]).collect();
            grid.push((of_labels, self.offsets_of_cell(output, &pick)));
            if !next(&mut chosen, &shown) {
                break;
            }
        }
        for nth in stretch.spots.clone() {
            let place = u64::from(self.areas.places()[nth]);
            watch.look();
            for (labels, offsets) in &grid {
                let cell = offsets.as_ref().map_or_else(Cell::not_applicable, |o| self.cell(output, place, o));
                lines.output.push(stretch.nth as u32);
                lines.spot.push(nth as u32);
                lines.categories.iter_mut().zip(labels).for_each(|(column, label)| column.push(*label));
                lines.push(&cell);
            }
        }
    }

    /// Where the counts of some categories are; none if the numerator has no such breakdown.
    fn offsets_of_cell(&self, output: &Output, pick: &dyn Fn(&str) -> Option<Category>) -> Option<Offsets> {
        let cross = self.margins.grids[self.plan.question.series[output.numerator].block].cross;
        let has = |d: &Dimension| cross.dimensions().iter().any(|of| of.name == d.word());
        let lacks = |d: &Dimension| !has(d) && pick(d.word()).is_some_and(|category| category != Category::Total);
        (!self.plan.by().iter().any(lacks)).then(|| self.offsets(output, pick))
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
            text("area", plain((0..self.areas.len()).map(|nth| self.areas.code(nth)).collect()), &lines.spot)?,
            text("area_level", plain((0..self.areas.len()).map(|nth| self.areas.level(nth)).collect()), &lines.spot)?,
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

/// The dimensions asked, with the categories that an indicator has.
fn cross(plan: &Plan, indicator: &Indicator) -> Cross {
    Cross::new(plan.by().iter().map(|d| Categories::of(*d, indicator.bands(), plan.catalogue.codes())).collect())
}

/// Refuses a table that nobody could hold, before any of it is made.
fn check_size(plan: &Plan, areas: usize) -> Result<()> {
    let rows = |o: &Output| cross(plan, &plan.indicators()[o.indicator]).rows();
    check_rows(plan.outputs.iter().map(rows).sum::<u128>() * areas as u128)
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
