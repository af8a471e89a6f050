//! A pass: the blocks of one table with one date column and one lag, counted together, in the simple way or by the machine.

use super::cells::CellsBuilder;
use super::keys::Pattern;
use super::moved::Vintage;
use super::tally::Tally;
use crate::area::Level;
use crate::catalogue::{Age, Column, EthnicList, Table, Time};
use crate::error::{Error, Result};
use crate::grid::{Categories, Grid};
use crate::question::{Fit, How, IN_PERIOD, Question, UnknownAreas};
use crate::record::{Cases, Encoded, Encoder, NO_WORD, Rows, YES};
use chrono::NaiveDate;
use polars_core::prelude::DataFrame;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// Dataset-wide settings that counting needs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Context {
    /// The list of ethnic codes.
    pub ethnic_list: Option<EthnicList>,
    /// The cases from which perpetrators take facts over.
    pub cases: Cases,
    /// What the tables can answer; see [`crate::Plan::fit`].
    pub fit: Option<Fit>,
    /// The list of area codes, if not the plan's; see [`crate::Plan::vintage`].
    pub vintage: Vintage,
}

/// Which rows show that a commune sent records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PresenceRule {
    /// Presence is not noted.
    Never,
    /// Any row.
    AnyRow,
    /// Rows of the period; areas are communes.
    InPeriod,
    /// Rows of the period; communes are read beside wider areas.
    Separately,
}

/// Encoded columns by the names conditions use.
pub(super) type Columns = HashMap<String, Rc<Encoded>>;

/// One block of a pass.
#[derive(Debug)]
pub(super) struct PassBlock<'a> {
    pub place: usize,
    pub grid: Grid<'a>,
}

/// One table, one lag and one date column.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    pub question: &'a Question,
    pub context: &'a Context,
    pub table: &'a Table,
    pub lag: i32,
    pub date: Option<&'a str>,
    pub reference: Option<NaiveDate>,
    pub blocks: Vec<PassBlock<'a>>,
    /// The series to count, in order.
    pub series: Vec<usize>,
}

impl<'a> Pass<'a> {
    /// The passes over a table.
    pub fn all(question: &'a Question, table: &'a str, context: &'a Context) -> Result<Vec<Self>> {
        let of = question.table(table)?;
        let mut passes: BTreeMap<(i32, Option<&str>), Self> = BTreeMap::new();
        for (place, block) in question.blocks.iter().enumerate().filter(|(_, b)| b.table == table) {
            let countable = |series: usize| context.fit.as_ref().is_none_or(|fit| fit.countable[series]);
            let wanted: Vec<usize> = question.series_of(place).filter(|s| countable(*s)).collect();
            if wanted.is_empty() {
                continue;
            }
            let is_ethnicity = |name: &str| of.column(name).is_some_and(Column::is_ethnic);
            let reads_ethnicity = block.cross.dimensions().iter().any(|a| is_ethnicity(&a.column))
                || wanted.iter().any(|s| question.series[*s].condition.columns().into_iter().any(is_ethnicity));
            if reads_ethnicity && context.ethnic_list.is_none() {
                return Err(Error::NoEthnicList);
            }
            let pass = passes.entry((block.lag, block.date.as_deref())).or_insert_with(|| Self {
                question,
                context,
                table: of,
                lag: block.lag,
                date: block.date.as_deref(),
                reference: question.period.as_ref().map(|p| crate::record::shift_last(p.last(), block.lag)),
                blocks: Vec::new(),
                series: Vec::new(),
            });
            pass.blocks.push(PassBlock { place, grid: question.grid(block) });
            pass.series.extend(wanted);
        }
        Ok(passes.into_values().collect())
    }

    pub fn encoder<'f>(&self, frame: &'f DataFrame, offset: u64) -> Encoder<'f>
    where
        'a: 'f,
    {
        Encoder {
            table: self.table,
            codes: &self.question.codes,
            ethnic: self.context.ethnic_list,
            cases: &self.context.cases,
            reference: self.reference,
            frame,
            offset,
            problems: crate::record::Problems::default(),
            cache: HashMap::new(),
        }
    }

    /// The column under a name that conditions use, including [`IN_PERIOD`].
    pub fn encode(&self, encoder: &mut Encoder, name: &str) -> Result<Rc<Encoded>> {
        if name == IN_PERIOD {
            return Ok(Rc::new(Encoded::Flag(match &self.question.period {
                Some(period) => encoder.in_period(period, self.lag, self.date)?,
                None => vec![YES; encoder.frame.height()],
            })));
        }
        encoder.encode(name)
    }

    /// The block that a series belongs to.
    pub fn block_of(&self, series: usize) -> Option<usize> {
        let block = self.question.series[series].block;
        self.blocks.iter().position(|p| p.place == block)
    }

    /// What conditions and dimensions of some series read; without keys, sums and the area.
    pub fn names(&self, series: &[usize]) -> BTreeSet<&'a str> {
        let of = |s: &usize| &self.question.series[*s];
        let mut names: BTreeSet<&str> = series.iter().flat_map(|s| of(s).condition.columns()).collect();
        names.extend(series.iter().flat_map(|s| self.question.blocks[of(s).block].cross.dimensions().iter().map(|of| of.column.as_str())));
        names
    }

    /// The columns that decide whether a row belongs to the period.
    pub fn dates(&self) -> Vec<&'a str> {
        match self.table.time {
            _ if self.question.period.is_none() => Vec::new(),
            Time::Stock => self.table.age.iter().flat_map(Age::births).collect(),
            Time::Event => self.date.into_iter().collect(),
            Time::Year | Time::SchoolYear => self.table.time_column().into_iter().collect(),
        }
    }

    /// The area of each row at the question's level; none where the row has no area.
    pub fn places(&self, columns: &Columns, rows: usize) -> Vec<Option<u64>> {
        let Some(area) = &self.question.area else { return vec![Some(0); rows] };
        let Encoded::Words { codes, words } = &*columns[area] else { return Vec::new() };
        let (Question { areas, unknown_areas, .. }, Some(block)) = (self.question, self.blocks.first()) else { return Vec::new() };
        let known: Vec<Option<u64>> = words.iter().map(|w| areas.commune(w).map(|p| u64::from(areas.up_to(p, block.grid.level)))).collect();
        let other = (*unknown_areas == UnknownAreas::Keep).then(|| block.grid.unknown_area());
        codes.iter().map(|code| if *code == NO_WORD { None } else { known[*code as usize] }.or(other)).collect()
    }

    /// The commune of each row; none where its code is not on the list.
    pub fn communes(&self, columns: &Columns, rows: usize) -> Vec<Option<u32>> {
        let Some(Encoded::Words { codes, words }) = self.question.area.as_ref().map(|area| &*columns[area]) else {
            return vec![None; rows];
        };
        let known: Vec<Option<u32>> = words.iter().map(|w| self.question.areas.commune(w)).collect();
        codes.iter().map(|code| if *code == NO_WORD { None } else { known[*code as usize] }).collect()
    }

    /// Which rows show that a commune sent records.
    pub fn presence_rule(&self) -> PresenceRule {
        match self.table.time {
            _ if !self.question.coverage => PresenceRule::Never,
            // A register describes one day, whether or not a row is of a child.
            Time::Stock => PresenceRule::AnyRow,
            Time::Event | Time::Year | Time::SchoolYear if self.question.level == Level::Commune => PresenceRule::InPeriod,
            Time::Event | Time::Year | Time::SchoolYear => PresenceRule::Separately,
        }
    }

    /// The number of the pass in [`Presence`](super::Presence).
    pub fn number(&self) -> u32 {
        self.question.pass_of(self.blocks[0].place)
    }

    /// The province of an area, or the unknown area itself.
    pub fn province(&self, area: u64) -> u32 {
        let grid = &self.blocks[0].grid;
        if area == grid.unknown_area() { area as u32 } else { grid.areas.up_to(area as u32, Level::Province) }
    }

    /// For each row of encoded columns: the series in which it counts, with offsets of its categories within an area.
    pub fn effects(&self, series: &[usize], columns: &Columns, rows: usize) -> Vec<Vec<Effect>> {
        let mut offsets: HashMap<usize, Vec<Rc<[u64]>>> = HashMap::new();
        for block in series.iter().filter_map(|s| self.block_of(*s)).collect::<BTreeSet<usize>>() {
            let grid = &self.blocks[block].grid;
            let of_dimensions: Vec<CategoryCodes> =
                grid.cross.dimensions().iter().map(|of| CategoryCodes::new(of, &columns[&of.column])).collect();
            let mut same: HashMap<Vec<&[u64]>, Rc<[u64]>> = HashMap::new();
            let of_rows = (0..rows).map(|row| {
                let categories: Vec<&[u64]> = of_dimensions.iter().map(|codes| codes.of(row)).collect();
                same.entry(categories).or_insert_with_key(|categories| grid.cross.cells(categories).into()).clone()
            });
            offsets.insert(block, of_rows.collect());
        }
        let mut found: Vec<Vec<Effect>> = vec![Vec::new(); rows];
        let mut evaluator = Rows { count: rows, columns, known: HashMap::new() };
        for series in series {
            let truth = evaluator.truth(&self.question.series[*series].condition);
            // A pass counts only series of its own blocks.
            let Some(block) = self.block_of(*series) else { continue };
            for row in (0..rows).filter(|row| truth[*row] == crate::record::YES) {
                found[row].push(Effect { series: *series, block, offsets: offsets[&block][row].clone() });
            }
        }
        found
    }

    /// The cells of an effect in an area.
    pub fn cells<'e>(&'e self, effect: &'e Effect, area: u64) -> impl Iterator<Item = u64> + 'e {
        let grid = &self.blocks[effect.block].grid;
        effect.offsets.iter().map(move |offset| grid.at(area, *offset))
    }

    /// Where a row counts within its area.
    pub fn pattern(effects: &[Effect]) -> Pattern {
        let mut pattern: Pattern = effects.iter().flat_map(|e| e.offsets.iter().map(|o| (e.series as u32, *o))).collect();
        pattern.sort_unstable();
        pattern
    }

    /// The column whose distinct keys a series counts.
    pub fn key_of(&self, series: usize) -> Option<&'a str> {
        match &self.question.series[series].how {
            How::Distinct(column) => Some(column),
            How::Rows | How::Sum(_) => None,
        }
    }
}

/// A row counts in a series, in these categories of its block.
#[derive(Debug, Clone)]
pub(super) struct Effect {
    pub series: usize,
    pub block: usize,
    pub offsets: Rc<[u64]>,
}

/// Builds a tally.
#[derive(Debug)]
pub(super) struct TallyBuilder {
    /// The position of each series within its block.
    local: Vec<usize>,
    pub blocks: Vec<CellsBuilder>,
    pub tally: Tally,
}

impl TallyBuilder {
    pub fn new(question: &Question) -> Self {
        let of = |(b, block)| CellsBuilder::new(question.series_of(b).count(), question.grid(block).size());
        let blocks = question.blocks.iter().enumerate().map(of).collect();
        Self { local: question.series_positions(), blocks, tally: Tally::empty(question) }
    }

    /// Adds to a row's cells.
    pub fn add(&mut self, pass: &Pass, effect: &Effect, area: u64, count: u64) {
        if count == 0 {
            return;
        }
        let local = self.local[effect.series];
        let place = pass.blocks[effect.block].place;
        for cell in pass.cells(effect, area) {
            let slot = self.blocks[place].slot(cell, local);
            *slot = slot.saturating_add(count);
        }
    }

    pub fn finish(mut self) -> Tally {
        self.tally.blocks = self.blocks.into_iter().map(CellsBuilder::finish).collect();
        self.tally
    }
}

/// The category of each row in one dimension.
pub(super) enum CategoryCodes {
    One(Vec<u64>),
    Several { starts: Vec<u32>, categories: Vec<u64> },
}

impl CategoryCodes {
    pub fn new(of: &Categories, column: &Encoded) -> Self {
        match column {
            Encoded::Words { codes, words } => {
                let places: Vec<u64> = words.iter().map(|w| of.of_label(w)).collect();
                Self::One(codes.iter().map(|c| if *c == NO_WORD { of.unknown() } else { places[*c as usize] }).collect())
            }
            Encoded::Number { low, high } => Self::One(low.iter().zip(high).map(|(low, high)| band(of, *low, *high)).collect()),
            Encoded::List { starts, codes, known, words } => {
                let parent = |place: u64| of.parents.get(place as usize).copied().flatten().map(|p| p as u64);
                let with_group: Vec<Vec<u64>> =
                    words.iter().map(|w| of.of_label(w)).map(|place| std::iter::once(place).chain(parent(place)).collect()).collect();
                let mut at = vec![0_u32];
                let mut categories = Vec::new();
                for (w, there) in starts.windows(2).zip(known) {
                    let mut row: Vec<u64> =
                        codes[w[0] as usize..w[1] as usize].iter().flat_map(|c| with_group[*c as usize].iter().copied()).collect();
                    if !there {
                        row.push(of.unknown());
                    }
                    row.push(of.total());
                    row.sort_unstable();
                    row.dedup();
                    categories.extend(row);
                    at.push(u32::try_from(categories.len()).unwrap_or(u32::MAX));
                }
                Self::Several { starts: at, categories }
            }
            Encoded::Flag(values) => {
                let places = [of.of_label("false"), of.unknown(), of.of_label("true")];
                Self::One(values.iter().map(|v| places[usize::from(*v)]).collect())
            }
        }
    }

    pub fn of(&self, row: usize) -> &[u64] {
        match self {
            Self::One(codes) => &codes[row..=row],
            Self::Several { starts, categories } => &categories[starts[row] as usize..starts[row + 1] as usize],
        }
    }
}

/// The band that certainly contains an age.
fn band(of: &Categories, low: i32, high: i32) -> u64 {
    let cuts = &of.cuts;
    let below = |age: i32| cuts.partition_point(|cut| *cut <= age);
    let (a, b) = (below(low), below(high));
    if a != b || low == i32::MIN {
        of.unknown()
    } else if a == 0 || a == cuts.len() {
        of.outside()
    } else {
        (a - 1) as u64
    }
}
