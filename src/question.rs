//! What is counted, compiled: blocks of rows, series of counts. It knows no indicator.
//!
//! A [`Plan`](crate::Plan) compiles to a question, and so does a [`Crosstab`](crate::Crosstab) of a table of one's own.

use crate::area::{AreaList, Level, Lies, Split, bad};
use crate::catalogue::{Age, Codes, ColumnType, Condition, OfCase, Table, Time};
use crate::error::{Error, Fact, Phrase, choose};
use crate::grid::{Cross, Grid};
use crate::period::Period;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The pseudo column that says whether a row belongs to the period.
pub(crate) const IN_PERIOD: &str = "#in_period";

/// What to do with area codes that the list does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownAreas {
    /// Refuse them, with the count of rows and the codes.
    #[default]
    Error,
    /// Keep them in a line of their own, `unknown`, inside the country's total.
    Keep,
}

impl UnknownAreas {
    /// The policy of a word, `error` or `keep`.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`].
    pub fn from_word(word: &str) -> Result<Self, Error> {
        choose("unknown_areas", word, &[("error", Self::Error), ("keep", Self::Keep)])
    }
}

/// How one count is taken.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum How {
    Rows,
    Sum(String),
    Distinct(String),
}

/// One count: over the rows of a block that meet a condition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Series {
    pub block: usize,
    pub how: How,
    pub condition: Condition,
}

/// Rows of one table in one period, split along the same dimensions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Block {
    pub table: String,
    pub date: Option<String>,
    pub lag: i32,
    pub cross: Cross,
}

/// What is counted over the rows of some tables. Made by [`Plan`](crate::Plan) and [`Crosstab`](crate::Crosstab).
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) tables: Vec<Table>,
    pub(crate) codes: Arc<Codes>,
    /// Without one, every row counts.
    pub(crate) period: Option<Period>,
    pub(crate) areas: Arc<AreaList>,
    /// The column of area codes; without one, every row lies in the country.
    pub(crate) area: Option<String>,
    pub(crate) level: Level,
    /// What becomes of communes that were split, of records of another list.
    pub(crate) split: Split,
    pub(crate) unknown_areas: UnknownAreas,
    /// Whether it is asked which communes sent records.
    pub(crate) coverage: bool,
    pub(crate) blocks: Vec<Block>,
    pub(crate) series: Vec<Series>,
    /// Series of what is undecided, each with the series of what is decided after all.
    pub(crate) undecided: BTreeSet<(usize, usize)>,
    /// Two questions share it only if they are the same.
    pub(crate) fingerprint: u64,
}

impl Question {
    /// The place of a block, which is added if it is new.
    pub(crate) fn block(&mut self, block: Block) -> usize {
        self.blocks.iter().position(|b| *b == block).unwrap_or_else(|| {
            self.blocks.push(block);
            self.blocks.len() - 1
        })
    }

    /// The place of a series, which is added if it is new.
    pub(crate) fn series(&mut self, block: usize, how: &How, condition: Condition) -> usize {
        let series = Series { block, how: how.clone(), condition };
        self.series.iter().position(|s| *s == series).unwrap_or_else(|| {
            self.series.push(series);
            self.series.len() - 1
        })
    }

    /// Refuses shares of what was not split, or of units it was not split among.
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

    /// The place of a table.
    pub(crate) fn table_place(&self, id: &str) -> Result<u32, Error> {
        self.table(id)?;
        Ok(self.tables.iter().take_while(|t| t.id != id).count() as u32)
    }

    /// The pass that counts a block, named by the first of its blocks: those of one table, one date column and one lag.
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

    /// The place of each series within its block.
    pub(crate) fn places(&self) -> Vec<usize> {
        let mut next = vec![0; self.blocks.len()];
        let place = |series: &Series| {
            next[series.block] += 1;
            next[series.block] - 1
        };
        self.series.iter().map(place).collect()
    }

    /// The table of that name.
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

    /// What rows of some block take over from those of a table, if they do.
    pub(crate) fn takes_from(&self, table: &str) -> Option<&OfCase> {
        let of_block = |block: &Block| self.tables.iter().find(|t| t.id == block.table)?.case.as_ref();
        self.blocks.iter().filter_map(of_block).find(|case| case.table == table)
    }

    /// The columns that are read from a table, where they are there.
    pub(crate) fn columns(&self, table: &str) -> Vec<String> {
        let mut found = BTreeSet::new();
        for place in 0..self.series.len() {
            if self.blocks[self.series[place].block].table == table {
                for need in self.needs(place) {
                    found.extend(need.columns().iter().map(|c| (*c).to_owned()));
                }
            }
        }
        // Of a table that is not there nothing is read.
        let Ok(table) = self.table(table) else { return Vec::new() };
        if let Some(case) = self.takes_from(&table.id) {
            found.extend(case.columns(table).into_iter().map(str::to_owned));
        }
        let order: Vec<&str> = table.columns.iter().map(|c| c.id.as_str()).collect();
        let mut found: Vec<String> = found.into_iter().collect();
        found.sort_by_key(|c| order.iter().position(|o| o == c));
        found
    }

    /// What a series needs to be counted.
    fn needs(&self, series: usize) -> Vec<Need<'_>> {
        let Series { block, how, condition } = &self.series[series];
        let block = &self.blocks[*block];
        // Every table of a block was checked when the question was made.
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
        // Only who is born by the day of a register is in it.
        needs.extend(table.age.as_ref().filter(|_| table.time == Time::Stock).map(|age| Need::AnyOf(age.columns())));
        for name in seen {
            if let Some(from) = table.derived_from(name) {
                needs.push(Need::AnyOf(from));
                if table.time == Time::Event {
                    needs.extend(table.date.as_deref().map(Need::All));
                    needs.extend(table.age.iter().flat_map(|age| &age.on).flatten().map(|day| Need::IfThere(day)));
                }
            } else if table.column(name).is_some() {
                needs.push(Need::All(name));
            }
        }
        if let Some(case) = &table.case {
            needs.extend([Need::All(&case.id), Need::IfThere(&case.child)]);
        }
        needs
    }

    /// What a series lacks in the tables at hand, given by the names of their columns; the error names no indicator yet.
    pub(crate) fn missing(&self, series: usize, tables: &BTreeMap<String, Vec<String>>) -> Option<Error> {
        let table = &self.blocks[self.series[series].block].table;
        let absent = |table: &str| Error::MissingTable { table: table.to_owned(), indicator: String::new() };
        let lacks = |table: &Table, column: &str, columns: &[String]| Error::MissingColumn {
            table: table.id.clone(),
            column: column.to_owned(),
            expected: table.column(column).map_or(ColumnType::Text, |c| c.kind).fact(),
            found: columns.to_owned(),
            indicator: String::new(),
        };
        let is_there = |columns: &[String], name: &str| columns.iter().any(|c| c == name);
        let (Some(columns), Ok(table)) = (tables.get(table), self.table(table)) else { return Some(absent(table)) };
        for need in self.needs(series) {
            match need {
                Need::All(column) if !is_there(columns, column) => return Some(lacks(table, column, columns)),
                Need::AnyOf(from) if !from.iter().any(|c| is_there(columns, c)) => return Some(lacks(table, from[0], columns)),
                _ => {}
            }
        }
        let case = table.case.as_ref()?;
        let (Some(columns), Ok(reports)) = (tables.get(&case.table), self.table(&case.table)) else { return Some(absent(&case.table)) };
        if let Some(column) = case.required().into_iter().find(|c| !is_there(columns, c)) {
            return Some(lacks(reports, column, columns));
        }
        let ages = reports.age.as_ref().map(Age::columns)?;
        let is_of_children = self.series[series].condition.columns().contains(case.of_child.as_str());
        (is_of_children && !ages.iter().any(|c| is_there(columns, c))).then(|| lacks(reports, ages[0], columns))
    }
}

/// What the tables at hand allow of a plan.
#[derive(Debug, Clone)]
pub(crate) struct Fit {
    pub(crate) countable: Vec<bool>,
    /// The indicators that cannot be computed, each with the reason.
    pub left_out: Vec<(String, Error)>,
}

/// What a series reads, and whether it can do without.
enum Need<'a> {
    All(&'a str),
    AnyOf(Vec<&'a str>),
    IfThere(&'a str),
}

impl Need<'_> {
    fn columns(&self) -> Vec<&str> {
        match self {
            Self::All(c) | Self::IfThere(c) => vec![c],
            Self::AnyOf(from) => from.clone(),
        }
    }
}
