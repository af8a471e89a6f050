//! The result: one long table with every cell of the grid.

use super::cell::{Cell, Estimator, Offsets};
use super::rows::ResultRows;
use super::warning::{self, Warning};
use crate::catalogue::{Dimension, Indicator};
use crate::error::{Error, Fact, Result};
use crate::grid::{Categories, Category, Cross, check_rows};
use crate::plan::{Output, Plan};
use crate::tally::{Tally, areas_of};
use crate::task::Watch;
use polars_core::prelude::*;
use rayon::prelude::*;

/// A result: the table, and the warnings that belong to it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// One row per indicator, measure, area and cell.
    pub table: DataFrame,
    /// What does not add up, what was left out, what was set aside.
    pub warnings: Vec<Warning>,
}

/// Rows that one thread builds at once.
const PIECE: usize = 1 << 18;

/// A stretch of the table: one output over a range of areas.
struct Stretch<'a> {
    nth: usize,
    output: &'a Output,
    areas: std::ops::Range<usize>,
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
    /// The table cut into pieces of about [`PIECE`] rows, in order.
    fn pieces(&self) -> Vec<Vec<Stretch<'a>>> {
        let shown = |o: &&Output| !self.plan.is_every_indicator() || self.margins.is_counted(o.numerator);
        let mut pieces: Vec<Vec<Stretch>> = vec![Vec::new()];
        let mut rows = 0;
        for (nth, output) in self.plan.outputs.iter().filter(shown).enumerate() {
            let grid = cross(self.plan, self.indicator(output)).rows() as usize;
            let mut first = 0;
            while first < self.areas.len() {
                let areas = first..self.areas.len().min(first + (PIECE.saturating_sub(rows) / grid.max(1)).max(1));
                rows += areas.len() * grid;
                first = areas.end;
                if let Some(piece) = pieces.last_mut() {
                    piece.push(Stretch { nth, output, areas });
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
        let mut rows = ResultRows { categories: vec![Vec::new(); self.plan.by().len()], ..ResultRows::default() };
        for stretch in piece {
            self.output(stretch, watch, &mut rows);
        }
        self.table(piece, rows)
    }

    fn output(&self, stretch: &Stretch, watch: &Watch, rows: &mut ResultRows) {
        let output = stretch.output;
        let indicator = self.indicator(output);
        let cross = cross(self.plan, indicator);
        let labels: Vec<Vec<u32>> =
            cross.dimensions().iter().map(|of| of.shown().map(|category| rows.label(of.label(category))).collect()).collect();
        let shown: Vec<Vec<Category>> = cross.dimensions().iter().map(|of| of.shown().collect()).collect();
        // Offsets are the same in every area.
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
        for nth in stretch.areas.clone() {
            let place = u64::from(self.areas.places()[nth]);
            watch.look();
            for (labels, offsets) in &grid {
                let cell = offsets.as_ref().map_or_else(Cell::not_applicable, |o| self.cell(output, place, o));
                rows.output.push(stretch.nth as u32);
                rows.area.push(nth as u32);
                rows.categories.iter_mut().zip(labels).for_each(|(column, label)| column.push(*label));
                rows.push(&cell);
            }
        }
    }

    /// The offsets of a combination of categories; none if the numerator has no such breakdown.
    fn offsets_of_cell(&self, output: &Output, pick: &dyn Fn(&str) -> Option<Category>) -> Option<Offsets> {
        let cross = self.margins.grids[self.plan.question.series[output.numerator].block].cross;
        let has = |d: &Dimension| cross.dimensions().iter().any(|of| of.name == d.as_str());
        let lacks = |d: &Dimension| !has(d) && pick(d.as_str()).is_some_and(|category| category != Category::Total);
        (!self.plan.by().iter().any(lacks)).then(|| self.offsets(output, pick))
    }

    fn table(&self, piece: &[Stretch], rows: ResultRows) -> PolarsResult<DataFrame> {
        let outputs = piece.last().map_or(0, |s| s.nth + 1);
        let mut of_output: [Vec<Option<String>>; 5] = std::array::from_fn(|_| vec![None; outputs]);
        for stretch in piece {
            let indicator = self.indicator(stretch.output);
            of_output[0][stretch.nth] = Some(indicator.id.clone());
            of_output[1][stretch.nth].clone_from(&indicator.code);
            of_output[2][stretch.nth] = Some(stretch.output.measure.as_str().to_owned());
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
        let height = rows.output.len();
        let mut columns = vec![
            text("indicator", words(ids), &rows.output)?,
            text("code", words(codes), &rows.output)?,
            text("measure", words(measures), &rows.output)?,
            Column::new_scalar("period".into(), Scalar::new(DataType::String, AnyValue::StringOwned(period.as_str().into())), height),
            text("area", plain((0..self.areas.len()).map(|nth| self.areas.code(nth)).collect()), &rows.area)?,
            text("area_level", plain((0..self.areas.len()).map(|nth| self.areas.level(nth)).collect()), &rows.area)?,
        ];
        let labels = plain(rows.labels.iter().map(String::as_str).collect());
        for (dimension, places) in self.plan.by().iter().zip(&rows.categories) {
            columns.push(text(dimension.as_str(), labels.clone(), places)?);
        }
        let met = rows.terms.iter().copied().collect::<StringChunked>().into_series();
        columns.extend([
            Column::new("numerator".into(), rows.numerator),
            Column::new("denominator".into(), rows.denominator),
            Column::new("value".into(), rows.value),
            Column::new("lower".into(), rows.lower),
            Column::new("upper".into(), rows.upper),
            Column::new("undecided".into(), rows.undecided),
            Column::new("reported".into(), rows.reported),
            Column::new("expected".into(), rows.expected),
            text("status", met.clone(), &rows.status)?,
            text("definition", words(definitions), &rows.output)?,
            text("method", met, &rows.method)?,
            text("unit", words(units), &rows.output)?,
        ]);
        DataFrame::new(height, columns)
    }
}

/// The plan's dimensions, with the categories of an indicator.
fn cross(plan: &Plan, indicator: &Indicator) -> Cross {
    Cross::new(plan.by().iter().map(|d| Categories::of(*d, indicator.bands(), plan.catalogue.codes())).collect())
}

/// Refuses a table too large to hold, before building any of it.
fn check_size(plan: &Plan, areas: usize) -> Result<()> {
    let rows = |o: &Output| cross(plan, &plan.indicators()[o.indicator]).rows();
    check_rows(plan.outputs.iter().map(rows).sum::<u128>() * areas as u128)
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
