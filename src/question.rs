//! What is counted: blocks of rows and series of counts. A question knows no indicator.
//!
//! A [`Plan`](crate::Plan) and a [`Crosstab`](crate::Crosstab) compile to a question.

use crate::area::{AreaList, Level, Lies, Split, bad};
use crate::catalogue::{Age, Codes, ColumnType, Condition, OfCase, Table, Time};
use crate::error::{Error, Fact, Phrase, choose};
use crate::grid::{Cross, Grid};
use crate::period::Period;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::Arc;

/// The pseudo column: does a row belong to the period?
pub(crate) const IN_PERIOD: &str = "#in_period";

/// What to do with area codes that are not on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownAreas {
    /// Refuse them, with the count of rows and the codes.
    #[default]
    Error,
    /// Keep them as an area of their own, `unknown`, inside the country's total.
    Keep,
}

/// The policy named `error` or `keep`.
impl FromStr for UnknownAreas {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        choose("unknown_areas", word, &[("error", Self::Error), ("keep", Self::Keep)])
    }
}

/// The way of counting.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum How {
    Rows,
    Sum(String),
    Distinct(String),
}

/// One count over the rows of a block that meet a condition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Series {
    pub block: usize,
    pub how: How,
    pub condition: Condition,
}

/// Rows of one table in one period, broken down by the same dimensions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Block {
    pub table: String,
    pub date: Option<String>,
    pub lag: i32,
    pub cross: Cross,
}

/// What to count over the rows of some tables.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) tables: Vec<Table>,
    pub(crate) codes: Arc<Codes>,
    /// None: every row counts.
    pub(crate) period: Option<Period>,
    pub(crate) areas: Arc<AreaList>,
    /// The column of area codes. None: every row lies in the country.
    pub(crate) area: Option<String>,
    pub(crate) level: Level,
    /// How counts of split communes are moved from another list of areas.
    pub(crate) split: Split,
    pub(crate) unknown_areas: UnknownAreas,
    /// Whether to note which communes sent records.
    pub(crate) coverage: bool,
    pub(crate) blocks: Vec<Block>,
    pub(crate) series: Vec<Series>,
    /// Pairs of series: undecided, and decided. A key in both is decided.
    pub(crate) undecided: BTreeSet<(usize, usize)>,
    /// Equal only for equal questions.
    pub(crate) fingerprint: u64,
}

impl Question {
    /// The index of a block, added if new.
    pub(crate) fn block(&mut self, block: Block) -> usize {
        self.blocks.iter().position(|b| *b == block).unwrap_or_else(|| {
            self.blocks.push(block);
            self.blocks.len() - 1
        })
    }

    /// The index of a series, added if new.
    pub(crate) fn series(&mut self, block: usize, how: &How, condition: Condition) -> usize {
        let series = Series { block, how: how.clone(), condition };
        self.series.iter().position(|s| *s == series).unwrap_or_else(|| {
            self.series.push(series);
            self.series.len() - 1
        })
    }

    /// Refuses shares of a commune that was not split, or for units it was not split into.
    pub(crate) fn check_shares(&self, from: &AreaList, moves: &[Option<Lies>]) -> Result<(), Error> {
        for (old, shares) in self.split.by_old() {
            let lies = from.commune(old).and_then(|place| moves[place as usize].as_ref());
            let Some(lies) = lies.filter(|l| !l.whole) else {
                return bad(old, Phrase::SplitCommune(from.day().to_string(), self.areas.day().to_string()), Fact::verbatim(old));
            };
            let among: Vec<&str> = lies.places.iter().map(|p| self.areas.get(*p).code.as_str()).collect();
            if let Some(share) = shares.iter().find(|s| !among.contains(&s.new.as_str())) {
                return bad(old, Phrase::OneOf(among.join(", ")), Fact::verbatim(&share.new));
            }
        }
        Ok(())
    }

    /// The index of a table.
    pub(crate) fn table_index(&self, id: &str) -> Result<u32, Error> {
        self.table(id)?;
        Ok(self.tables.iter().take_while(|t| t.id != id).count() as u32)
    }

    /// The pass that counts a block: the first block with the same table, date column and lag.
    pub(crate) fn pass_of(&self, block: usize) -> u32 {
        let of = |b: &Block| (&b.table, &b.date, b.lag) == (&self.blocks[block].table, &self.blocks[block].date, self.blocks[block].lag);
        self.blocks[..block].iter().position(of).unwrap_or(block) as u32
    }

    /// The series of a block, in their order.
    pub(crate) fn series_of(&self, block: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.series.len()).filter(move |s| self.series[*s].block == block)
    }

    /// The cells of a block.
    pub(crate) fn grid<'a>(&'a self, block: &'a Block) -> Grid<'a> {
        Grid::new(&self.areas, self.level, &block.cross)
    }

    /// The series of every block.
    pub(crate) fn series_by_block(&self) -> Arc<[Vec<u32>]> {
        (0..self.blocks.len()).map(|block| self.series_of(block).map(|series| series as u32).collect()).collect()
    }

    /// The position of each series within its block.
    pub(crate) fn series_positions(&self) -> Vec<usize> {
        let mut next = vec![0; self.blocks.len()];
        let place = |series: &Series| {
            next[series.block] += 1;
            next[series.block] - 1
        };
        self.series.iter().map(place).collect()
    }

    /// A table by its name.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] with every table.
    pub(crate) fn table(&self, id: &str) -> Result<&Table, Error> {
        let unknown = || {
            let known = self.tables.iter().map(|t| t.id.clone()).collect();
            Error::UnknownChoice { what: "table", got: id.to_owned(), known }
        };
        self.tables.iter().find(|t| t.id == id).ok_or_else(unknown)
    }

    /// What rows of some block take over from rows of this table, if anything.
    pub(crate) fn takes_from(&self, table: &str) -> Option<&OfCase> {
        let of_block = |block: &Block| self.tables.iter().find(|t| t.id == block.table)?.case.as_ref();
        self.blocks.iter().filter_map(of_block).find(|case| case.table == table)
    }

    /// The columns to read from a table, where it has them.
    pub(crate) fn columns(&self, table: &str) -> Vec<String> {
        let mut found = BTreeSet::new();
        for place in 0..self.series.len() {
            if self.blocks[self.series[place].block].table == table {
                for need in self.needs(place) {
                    found.extend(need.columns().iter().map(|c| (*c).to_owned()));
                }
            }
        }
        let Ok(table) = self.table(table) else { return Vec::new() };
        if let Some(case) = self.takes_from(&table.id) {
            found.extend(case.columns(table).into_iter().map(str::to_owned));
        }
        let order: Vec<&str> = table.columns.iter().map(|c| c.id.as_str()).collect();
        let mut found: Vec<String> = found.into_iter().collect();
        found.sort_by_key(|c| order.iter().position(|o| o == c));
        found
    }

    /// The columns that a series needs.
    fn needs(&self, series: usize) -> Vec<Need<'_>> {
        let Series { block, how, condition } = &self.series[series];
        let block = &self.blocks[*block];
        // Tables of blocks were checked when the question was built.
        let Ok(table) = self.table(&block.table) else { return Vec::new() };
        let mut seen: BTreeSet<&str> = condition.columns();
        seen.remove(IN_PERIOD);
        seen.extend(block.cross.dimensions().iter().map(|of| of.column.as_str()));
        if let How::Sum(column) | How::Distinct(column) = how {
            seen.insert(column);
        }
        seen.extend(if table.time == Time::Event { block.date.as_deref() } else { table.time_column() });
        seen.extend(self.area.as_deref());
        let mut needs = Vec::new();
        // A register holds only children born by its day.
        needs.extend(table.age.as_ref().filter(|_| table.time == Time::Stock).map(|age| Need::AnyOf(age.columns())));
        for name in seen {
            if let Some(from) = table.derived_from(name) {
                needs.push(Need::AnyOf(from));
                if table.time == Time::Event {
                    needs.extend(table.date.as_deref().map(Need::All));
                    needs.extend(table.age.iter().flat_map(|age| &age.on).flatten().map(|day| Need::Optional(day)));
                }
            } else if table.column(name).is_some() {
                needs.push(Need::All(name));
            }
        }
        if let Some(case) = &table.case {
            needs.extend([Need::All(&case.id), Need::Optional(&case.child)]);
        }
        needs
    }

    /// What the tables at hand lack for a series, as an error that names no indicator yet. `tables` maps each to its columns.
    pub(crate) fn missing(&self, series: usize, tables: &BTreeMap<String, Vec<String>>) -> Option<Error> {
        let table = &self.blocks[self.series[series].block].table;
        let missing_table = |table: &str| Error::MissingTable { table: table.to_owned(), indicator: String::new() };
        let missing_column = |table: &Table, column: &str, columns: &[String]| Error::MissingColumn {
            table: table.id.clone(),
            column: column.to_owned(),
            expected: table.column(column).map_or(ColumnType::Text, |c| c.kind).fact(),
            found: columns.to_owned(),
            indicator: String::new(),
        };
        let is_there = |columns: &[String], name: &str| columns.iter().any(|c| c == name);
        let (Some(columns), Ok(table)) = (tables.get(table), self.table(table)) else { return Some(missing_table(table)) };
        for need in self.needs(series) {
            match need {
                Need::All(column) if !is_there(columns, column) => return Some(missing_column(table, column, columns)),
                Need::AnyOf(from) if !from.iter().any(|c| is_there(columns, c)) => return Some(missing_column(table, from[0], columns)),
                _ => {}
            }
        }
        let case = table.case.as_ref()?;
        let (Some(columns), Ok(reports)) = (tables.get(&case.table), self.table(&case.table)) else {
            return Some(missing_table(&case.table));
        };
        if let Some(column) = case.required().into_iter().find(|c| !is_there(columns, c)) {
            return Some(missing_column(reports, column, columns));
        }
        let ages = reports.age.as_ref().map(Age::columns)?;
        let is_of_children = self.series[series].condition.columns().contains(case.of_child.as_str());
        (is_of_children && !ages.iter().any(|c| is_there(columns, c))).then(|| missing_column(reports, ages[0], columns))
    }
}

/// What of a plan the tables at hand can answer.
#[derive(Debug, Clone)]
pub(crate) struct Fit {
    pub(crate) countable: Vec<bool>,
    /// Indicators that cannot be computed, with the reason.
    pub left_out: Vec<(String, Error)>,
}

/// Columns that a series reads, and which of them it requires.
enum Need<'a> {
    All(&'a str),
    AnyOf(Vec<&'a str>),
    Optional(&'a str),
}

impl Need<'_> {
    fn columns(&self) -> Vec<&str> {
        match self {
            Self::All(c) | Self::Optional(c) => vec![c],
            Self::AnyOf(from) => from.clone(),
        }
    }
}
