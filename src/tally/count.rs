//! One pass over a batch: encode, decide, count.

use super::Tally;
use super::evaluate::Rows;
use super::grid::{Axis, Grid};
use crate::catalogue::EthnicList;
use crate::error::{Error, Result};
use crate::plan::{Block, Fit, How, Plan, UnknownAreas};
use crate::record::{Cases, Encoded, Encoder, NO_WORD, Problems, YES};
use polars::prelude::DataFrame;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use xxhash_rust::xxh3::xxh3_128;

/// Rows worked on at once; the result does not depend on it.
const CHUNK: usize = 1 << 16;

/// What counting needs to know of a dataset besides the rows.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The list that ethnic codes belong to.
    pub ethnic_list: Option<EthnicList>,
    /// The cases, for perpetrators.
    pub cases: Cases,
    /// What the tables allow; see [`Plan::fit`].
    pub fit: Option<Fit>,
}

/// A table being counted, batch after batch; see [`Plan::counting`].
#[derive(Debug)]
pub struct Counting<'a> {
    plan: &'a Plan,
    table: &'a str,
    context: &'a Context,
    tally: Tally,
    problems: Problems,
    rows: u64,
}

impl Plan {
    /// Begins to count a table.
    #[must_use]
    pub fn counting<'a>(&'a self, table: &'a str, context: &'a Context) -> Counting<'a> {
        Counting { plan: self, table, context, tally: Tally::empty(self), problems: Problems::default(), rows: 0 }
    }

    /// Counts a table given as batches of rows, in any split.
    ///
    /// # Errors
    /// A schema error before any row is read, or a data error that counts all rows concerned.
    pub fn count(&self, table: &str, batches: impl IntoIterator<Item = Result<DataFrame>>, context: &Context) -> Result<Tally> {
        let mut counting = self.counting(table, context);
        for batch in batches {
            counting.add(&batch?)?;
        }
        counting.finish()
    }
}

impl Counting<'_> {
    /// Counts a batch.
    ///
    /// # Errors
    /// A schema error; trouble with values is gathered and told by [`Counting::finish`].
    pub fn add(&mut self, batch: &DataFrame) -> Result<()> {
        let Self { plan, table, context, .. } = *self;
        crate::record::check_schema(plan.table(table), batch.schema(), &plan.columns(table))?;
        let starts: Vec<usize> = (0..batch.height().max(1)).step_by(CHUNK).collect();
        let offset = self.rows;
        let parts: Vec<Result<(Tally, Problems)>> = starts
            .into_par_iter()
            .map(|start| {
                polars_error::abort::try_raise_polars_abort();
                let chunk = batch.slice(start.cast_signed() as i64, CHUNK);
                Pass { plan, table, context, offset: offset + start as u64, frame: &chunk }.run()
            })
            .collect();
        for part in parts {
            let (counted, found) = part?;
            self.tally.absorb(counted);
            self.problems.absorb(found);
        }
        self.rows += batch.height() as u64;
        Ok(())
    }

    /// The tally of all batches.
    ///
    /// # Errors
    /// A data error that counts all rows concerned.
    pub fn finish(self) -> Result<Tally> {
        self.problems.into_result(&self.plan.area_vintage().to_string())?;
        Ok(self.tally)
    }
}

struct Pass<'a> {
    plan: &'a Plan,
    table: &'a str,
    context: &'a Context,
    offset: u64,
    frame: &'a DataFrame,
}

impl Pass<'_> {
    fn run(&self) -> Result<(Tally, Problems)> {
        let mut tally = Tally::empty(self.plan);
        let mut problems = Problems::default();
        let mut area_told = vec![false; self.frame.height()];
        let lags: BTreeSet<i32> = self.plan.blocks.iter().filter(|b| b.table == self.table).map(|b| b.lag).collect();
        for lag in lags {
            let table = self.plan.table(self.table);
            let mut encoder = Encoder {
                table,
                codes: self.plan.catalogue.codes(),
                ethnic: self.context.ethnic_list,
                cases: &self.context.cases,
                reference: crate::record::shift_last(self.plan.period().last(), lag),
                frame: self.frame,
                offset: self.offset,
                problems: Problems::default(),
                cache: HashMap::new(),
            };
            for (place, block) in self.plan.blocks.iter().enumerate() {
                if block.table == self.table && block.lag == lag {
                    self.block(place, block, &mut encoder, &mut tally, &mut area_told)?;
                }
            }
            problems.unite(encoder.problems);
        }
        Ok((tally, problems))
    }

    fn block(&self, place: usize, block: &Block, encoder: &mut Encoder, tally: &mut Tally, area_told: &mut [bool]) -> Result<()> {
        let plan = self.plan;
        let countable = |series: usize| self.context.fit.as_ref().is_none_or(|fit| fit.countable[series]);
        let wanted: Vec<usize> = plan.series_of(place).filter(|s| countable(*s)).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        tally.counted.extend(wanted.iter().map(|s| *s as u32));
        let mut columns: HashMap<String, Rc<Encoded>> = HashMap::new();
        let mut names: BTreeSet<&str> = wanted.iter().flat_map(|s| plan.series[*s].condition.columns()).collect();
        names.remove(crate::plan::IN_PERIOD);
        names.extend(block.axes.iter().map(|d| d.column()));
        names.insert("commune");
        for series in &wanted {
            if let How::Sum(column) | How::Distinct(column) = &plan.series[*series].how {
                names.insert(column);
            }
        }
        if names.contains("ethnicity") && self.context.ethnic_list.is_none() {
            return Err(Error::NoEthnicList);
        }
        for name in names {
            columns.insert(name.to_owned(), encoder.encode(name)?);
        }
        let in_period = Rc::new(encoder.in_period(plan.period(), block.lag, block.date.as_deref())?);
        let grid = Grid::new(plan, block);
        let cells = self.cells(&grid, block, &columns, &in_period, encoder, tally, area_told);
        let mut rows = Rows { count: self.frame.height(), columns: &columns, in_period: &in_period, known: HashMap::new() };
        for series in wanted {
            let truth = rows.truth(&plan.series[series].condition);
            let local = plan.local(series);
            match &plan.series[series].how {
                How::Rows => tally.add_rows(place, local, &cells, &truth, |_| 1),
                How::Sum(column) => {
                    if let Some(Encoded::Number { low, .. }) = columns.get(column).map(|c| &**c) {
                        tally.add_rows(place, local, &cells, &truth, |i| u64::try_from(low[i]).unwrap_or(0));
                    }
                }
                How::Distinct(column) => {
                    if let Some(Encoded::Words { codes, words }) = columns.get(column).map(|c| &**c) {
                        let keys: Vec<u128> = words.iter().map(|w| xxh3_128(w.as_bytes())).collect();
                        let key = |i: usize| (codes[i] != NO_WORD).then(|| keys[codes[i] as usize]);
                        tally.add_keys(place, local, series, &cells, &truth, key);
                    }
                }
            }
        }
        Ok(())
    }

    /// The finest cells of each row. Rows outside the period have none.
    #[allow(clippy::too_many_arguments, reason = "one step of one pass, split out to be read")]
    fn cells(
        &self,
        grid: &Grid,
        block: &Block,
        columns: &HashMap<String, Rc<Encoded>>,
        in_period: &[u8],
        encoder: &mut Encoder,
        tally: &mut Tally,
        area_told: &mut [bool],
    ) -> Cells {
        let places = self.places(grid, columns, encoder, in_period, area_told);
        let axes: Vec<AxisCodes> =
            grid.axes.iter().map(|axis| AxisCodes::new(axis, block, &columns[axis.dimension.column()], self.plan)).collect();
        let mut cells = Cells::default();
        let mut base: Vec<u64> = vec![0; axes.len()];
        for row in 0..self.frame.height() {
            if in_period[row] != 0
                && let Some(area) = places[row]
            {
                let province =
                    if area == grid.unknown_area() { area } else { grid.areas_above(area).into_iter().rev().nth(1).unwrap_or(0) };
                tally.provinces.insert(province as u32);
                cells.add_product(grid, area, &axes, row, 0, &mut base);
            }
            cells.end_row();
        }
        cells
    }

    /// The area of each row at the plan's level.
    fn places(
        &self,
        grid: &Grid,
        columns: &HashMap<String, Rc<Encoded>>,
        encoder: &mut Encoder,
        in_period: &[u8],
        area_told: &mut [bool],
    ) -> Vec<Option<u64>> {
        let Some(Encoded::Words { codes, words }) = columns.get("commune").map(|c| &**c) else {
            return vec![None; self.frame.height()];
        };
        let known: Vec<Option<u64>> =
            words.iter().map(|w| self.plan.areas.commune(w).map(|p| u64::from(self.plan.areas.up_to(p, grid.level)))).collect();
        let keep = self.plan.unknown_areas() == UnknownAreas::Keep;
        codes
            .iter()
            .enumerate()
            .map(|(row, code)| {
                let found = known.get(*code as usize).copied().flatten();
                if found.is_some() || in_period[row] == 0 {
                    return found;
                }
                if keep {
                    return Some(grid.unknown_area());
                }
                // A perpetrator of no case was told as such.
                let of_no_case = self.table == "perpetrators" && *code == NO_WORD;
                if !area_told[row] && !of_no_case {
                    area_told[row] = true;
                    encoder.problems.area(self.table, "commune", words.get(*code as usize).map(String::as_str));
                }
                None
            })
            .collect()
    }
}

/// The category of each row along one dimension.
enum AxisCodes {
    One(Vec<u64>),
    Several { starts: Vec<u32>, categories: Vec<u64> },
}

impl AxisCodes {
    fn new(axis: &Axis, block: &Block, column: &Encoded, plan: &Plan) -> Self {
        let place = |word: &str| axis.categories.iter().position(|c| c == word).map_or(axis.unknown(), |p| p as u64);
        match column {
            Encoded::Words { codes, words } => {
                let places: Vec<u64> = words.iter().map(|w| place(w)).collect();
                Self::One(codes.iter().map(|c| if *c == NO_WORD { axis.unknown() } else { places[*c as usize] }).collect())
            }
            Encoded::Number { low, high } => {
                Self::One(low.iter().zip(high).map(|(low, high)| band(axis, &block.bands, *low, *high)).collect())
            }
            Encoded::List { starts, codes, known, words } => {
                let list = plan.catalogue.codes().list(axis.dimension.word());
                let with_group: Vec<Vec<u64>> = words
                    .iter()
                    .map(|w| {
                        let parent = list.and_then(|l| l.items.iter().find(|c| c.code == *w)).and_then(|c| c.parent.as_deref());
                        std::iter::once(place(w)).chain(parent.map(place)).collect()
                    })
                    .collect();
                let mut at = vec![0_u32];
                let mut categories = Vec::new();
                for (w, there) in starts.windows(2).zip(known) {
                    let mut row: Vec<u64> =
                        codes[w[0] as usize..w[1] as usize].iter().flat_map(|c| with_group[*c as usize].iter().copied()).collect();
                    if !there {
                        row.push(axis.unknown());
                    }
                    row.push(axis.total());
                    row.sort_unstable();
                    row.dedup();
                    categories.extend(row);
                    at.push(u32::try_from(categories.len()).unwrap_or(u32::MAX));
                }
                Self::Several { starts: at, categories }
            }
            Encoded::Flag(values) => Self::One(vec![axis.unknown(); values.len()]),
        }
    }

    fn of(&self, row: usize) -> &[u64] {
        match self {
            Self::One(codes) => &codes[row..=row],
            Self::Several { starts, categories } => &categories[starts[row] as usize..starts[row + 1] as usize],
        }
    }
}

/// The band an age lies in for certain.
fn band(axis: &Axis, cuts: &[i32], low: i32, high: i32) -> u64 {
    let of = |age: i32| cuts.partition_point(|cut| *cut <= age);
    let (a, b) = (of(low), of(high));
    if a != b || low == i32::MIN {
        axis.unknown()
    } else if a == 0 || a == cuts.len() {
        axis.outside()
    } else {
        (a - 1) as u64
    }
}

/// Which cells each row of a chunk belongs to.
#[derive(Default)]
pub(super) struct Cells {
    ids: HashMap<u64, u32>,
    pub codes: Vec<u64>,
    starts: Vec<u32>,
    of_rows: Vec<u32>,
}

impl Cells {
    fn add_product(&mut self, grid: &Grid, area: u64, axes: &[AxisCodes], row: usize, nth: usize, base: &mut Vec<u64>) {
        let Some(axis) = axes.get(nth) else {
            let code = grid.cell(area, base);
            let next = u32::try_from(self.codes.len()).unwrap_or(u32::MAX);
            let id = *self.ids.entry(code).or_insert(next);
            if id == next {
                self.codes.push(code);
            }
            self.of_rows.push(id);
            return;
        };
        for category in axis.of(row) {
            base[nth] = *category;
            self.add_product(grid, area, axes, row, nth + 1, base);
        }
    }

    fn end_row(&mut self) {
        self.starts.push(u32::try_from(self.of_rows.len()).unwrap_or(u32::MAX));
    }

    /// The cells of a row, as places in `codes`.
    pub fn of(&self, row: usize) -> &[u32] {
        let from = if row == 0 { 0 } else { self.starts[row - 1] };
        &self.of_rows[from as usize..self.starts[row] as usize]
    }

    pub fn is_yes(truth: &[u8], row: usize) -> bool {
        truth[row] == YES
    }
}
