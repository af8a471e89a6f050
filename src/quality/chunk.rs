//! A chunk of one table: its columns as classes of equal values, read by the encoder of counting.

use super::plan::Plan;
use crate::catalogue::{ColumnType, Condition, TODAY, Time, days};
use crate::error::{Error, Fact, Phrase, Result};
use crate::record::{BIRTHS, Distinct, Encoded, Encoder, NO, NO_WORD, Problems, Rows};
use crate::spelling::identifier;
use polars_core::prelude::*;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// A name used in conditions: the class of each row, and the values of the classes.
#[derive(Debug)]
pub(super) struct Read {
    pub distinct: Rc<Distinct>,
    pub values: Rc<Encoded>,
    /// Columns with values that are not allowed, and the classes with such a value.
    pub refused: Vec<(String, Vec<bool>)>,
}

/// The columns of a chunk that were read.
pub(super) struct Chunk<'c> {
    pub plan: &'c Plan<'c>,
    pub frame: &'c DataFrame,
    columns: HashMap<String, Rc<Distinct>>,
    read: HashMap<String, Rc<Read>>,
    /// Columns of identifiers, normalised for comparison.
    identifiers: RefCell<HashMap<String, StringChunked>>,
}

impl<'c> Chunk<'c> {
    pub fn new(plan: &'c Plan<'c>, frame: &'c DataFrame) -> Self {
        Self { plan, frame, columns: HashMap::new(), read: HashMap::new(), identifiers: RefCell::default() }
    }

    pub fn rows(&self) -> usize {
        self.frame.height()
    }

    fn wrong(&self, error: &PolarsError) -> Error {
        Error::Frame { table: self.plan.table.id.clone(), found: Fact::library(error) }
    }

    /// A column as recorded.
    pub fn series(&self, column: &str) -> Option<&'c Series> {
        self.frame.column(column).ok().map(Column::as_materialized_series)
    }

    /// A column of any type as text, as recorded.
    pub fn written(&self, column: &str) -> Result<Option<StringChunked>> {
        let text = |series: &Series| Ok(series.cast(&DataType::String)?.str()?.rechunk().into_owned());
        self.series(column).map(|series| text(series).map_err(|e| self.wrong(&e))).transpose()
    }

    /// A column as text; identifiers normalised for comparison.
    pub fn texts(&self, column: &str) -> Result<Option<StringChunked>> {
        if !self.plan.table.is_identifier(column) {
            return self.written(column);
        }
        if let Some(known) = self.identifiers.borrow().get(column) {
            return Ok(Some(known.clone()));
        }
        let found = self.written(column)?.map(identifiers);
        self.identifiers.borrow_mut().extend(found.iter().map(|found| (column.to_owned(), found.clone())));
        Ok(found)
    }

    /// The rows with a recorded placeholder instead of an identifier.
    pub fn unnamed(&self, column: &str) -> Result<Option<BooleanChunked>> {
        let (Some(written), Some(texts)) = (self.written(column)?, self.texts(column)?) else { return Ok(None) };
        Ok((texts.null_count() > written.null_count()).then(|| texts.is_null() & written.is_not_null()))
    }

    /// The rows in which a column is not recorded: null, the code `unknown`, or a placeholder for an identifier.
    pub fn blanks(&self, column: &str) -> Result<Option<BooleanChunked>> {
        if self.plan.table.is_identifier(column) {
            return Ok(self.texts(column)?.map(|texts| texts.is_null()));
        }
        let Some(series) = self.series(column) else { return Ok(None) };
        let nulls = series.is_null();
        if self.plan.table.column(column).is_none_or(|c| c.codes.is_none()) {
            return Ok(Some(nulls));
        }
        Ok(self.texts(column)?.map(|texts| nulls | texts.equal_missing(UNKNOWN)))
    }

    fn distinct(&mut self, column: &str) -> Result<Rc<Distinct>> {
        if let Some(found) = self.columns.get(column) {
            return Ok(found.clone());
        }
        let distinct = match self.series(column) {
            None => Distinct::one(self.rows()),
            // No rule uses the words, only their presence.
            Some(series) if self.plan.only_presence(column) => match self.unnamed(column)? {
                Some(unnamed) => Distinct::presence(series).with(&Distinct::of(&unnamed.into_series()).map_err(|e| self.wrong(&e))?),
                None => Distinct::presence(series),
            },
            Some(series) => Distinct::of(series).map_err(|e| self.wrong(&e))?,
        };
        let distinct = Rc::new(distinct);
        self.columns.insert(column.to_owned(), distinct.clone());
        Ok(distinct)
    }

    /// The columns from which the value of a name is derived.
    fn bases(&self, name: &str) -> Vec<&'c str> {
        let table = self.plan.table;
        let event = table.date.as_deref();
        if let (BIRTHS, Some(age)) = (name, &table.age) {
            return age.births().into_iter().chain(age.lived.as_ref().and(event)).collect();
        }
        if let (Some(_), Some(age)) = (table.derived(name), &table.age) {
            let on: Vec<&str> = match &age.on {
                _ if table.time == Time::Stock => Vec::new(),
                Some(days) => days.iter().map(String::as_str).collect(),
                None => event.into_iter().collect(),
            };
            return age.columns().into_iter().chain(on).collect();
        }
        match (table.column(name), &table.case) {
            (Some(column), _) => vec![column.id.as_str()],
            (None, Some(case)) => vec![case.id.as_str()],
            (None, None) => Vec::new(),
        }
    }

    /// The values of a name used in conditions.
    pub fn read(&mut self, name: &str) -> Result<Rc<Read>> {
        if let Some(found) = self.read.get(name) {
            return Ok(found.clone());
        }
        let bases: Vec<&str> = self.bases(name).into_iter().filter(|c| self.series(c).is_some()).collect();
        let mut distinct = Rc::new(Distinct::one(self.rows()));
        for (nth, base) in bases.iter().enumerate() {
            let next = self.distinct(base)?;
            distinct = if nth == 0 { next } else { Rc::new(distinct.with(&next)) };
        }
        let take = |base: &&str| self.frame.column(base)?.as_materialized_series().take_slice(&distinct.firsts).map(Series::into_column);
        let few = bases.iter().map(take).collect::<PolarsResult<Vec<Column>>>();
        let few = few.and_then(|columns| DataFrame::new(distinct.firsts.len(), columns)).map_err(|e| self.wrong(&e))?;
        let mut encoder = self.plan.encoder(&few);
        let values = encoder.encode(name)?;
        if self.plan.table.time == Time::SchoolYear && self.plan.table.time_column() == Some(name) {
            report_school_years(&mut encoder, name, &values);
        }
        let refused = encoder.problems.told().map(|(column, rows)| {
            let mut classes = vec![false; few.height()];
            rows.for_each(|row| classes[row as usize - 1] = true);
            (column.to_owned(), classes)
        });
        let read = Rc::new(Read { refused: refused.collect(), distinct, values });
        self.read.insert(name.to_owned(), read.clone());
        Ok(read)
    }

    /// The least possible number in each row, [`i32::MIN`] where it is not known.
    pub fn numbers(&mut self, name: &str) -> Result<Vec<i32>> {
        let read = self.read(name)?;
        let Encoded::Number { low, .. } = &*read.values else { return Ok(vec![i32::MIN; self.rows()]) };
        Ok(read.distinct.spread(low))
    }

    /// The truth of every leaf of the conditions, for each row.
    pub fn leaves<'k>(&mut self, conditions: impl Iterator<Item = &'k Condition>) -> Result<Leaves> {
        let mut leaves: BTreeSet<&Condition> = BTreeSet::new();
        conditions.for_each(|condition| condition.leaves(&mut leaves));
        let mut found = Leaves { rows: self.rows(), ..Leaves::default() };
        for leaf in leaves {
            if let Condition::Linear(terms, ..) = leaf {
                for (name, _) in terms {
                    if !found.columns.contains_key(name) {
                        let column = self.spread(name)?;
                        found.columns.insert(name.clone(), Rc::new(column));
                    }
                }
            } else if let Some(name) = leaf.columns().into_iter().next() {
                let read = self.read(name)?;
                let columns = HashMap::from([(name.to_owned(), read.values.clone())]);
                let mut rows = Rows { count: read.distinct.firsts.len(), columns: &columns, known: HashMap::new() };
                let mut truth = (*rows.truth(leaf)).clone();
                if matches!(leaf, Condition::IsNull(_)) {
                    self.refused(name, &read).into_iter().for_each(|class| truth[class] = NO);
                }
                found.known.insert(leaf.clone(), Rc::new(read.distinct.spread(&truth)));
            }
        }
        Ok(found)
    }

    /// The classes with a value that is not allowed: it is recorded, so not null.
    fn refused(&self, name: &str, read: &Read) -> Vec<usize> {
        let refused = read.refused.iter().find(|(column, _)| column == name);
        let (Some((_, classes)), Some(series)) = (refused, self.series(name)) else { return Vec::new() };
        let is_there = |class: &usize| classes[*class] && !matches!(series.get(read.distinct.firsts[*class] as usize), Ok(AnyValue::Null));
        (0..classes.len()).filter(is_there).collect()
    }

    /// A number for each row, as an interval.
    fn spread(&mut self, name: &str) -> Result<Encoded> {
        if name == TODAY {
            let day = days(self.plan.reference);
            return Ok(Encoded::Number { low: vec![day; self.rows()], high: vec![day; self.rows()] });
        }
        let read = self.read(name)?;
        let Encoded::Number { low, high } = &*read.values else {
            return Ok(Encoded::Number { low: vec![i32::MIN; self.rows()], high: vec![i32::MAX; self.rows()] });
        };
        Ok(Encoded::Number { low: read.distinct.spread(low), high: read.distinct.spread(high) })
    }

    /// The class of each row by commune and window; each class as index in the list of areas and window.
    pub fn places(&mut self) -> Result<(Distinct, Vec<(u32, i32)>)> {
        let communes = self.read("commune")?;
        let times = self.plan.table.time_column().map(|name| self.read(name)).transpose()?;
        let distinct = times.as_ref().map_or_else(|| (*communes.distinct).clone(), |times| communes.distinct.with(&times.distinct));
        let indices = self.communes(&communes.values, communes.distinct.firsts.len());
        let windows = times.as_ref().map(|times| windows(self.plan.table.time, &times.values, times.distinct.firsts.len()));
        let of = |row: &IdxSize| {
            let row = *row as usize;
            let window = times.as_ref().zip(windows.as_ref()).map_or(0, |(times, w)| w[times.distinct.of_row[row] as usize]);
            (indices[communes.distinct.of_row[row] as usize], window)
        };
        let places = distinct.firsts.iter().map(of).collect();
        Ok((distinct, places))
    }

    /// The indices of communes in the list of areas; [`NOWHERE`] for codes not in it.
    pub fn communes(&self, values: &Encoded, classes: usize) -> Vec<u32> {
        let Encoded::Words { codes, words } = values else { return vec![NOWHERE; classes] };
        let known: Vec<u32> = words.iter().map(|w| self.plan.areas.commune(w).unwrap_or(NOWHERE)).collect();
        codes.iter().map(|code| if *code == NO_WORD { NOWHERE } else { known[*code as usize] }).collect()
    }
}

/// Identifiers normalised for comparison, null for placeholders; most columns need no change.
fn identifiers(texts: StringChunked) -> StringChunked {
    let is_plain = |text: &str| matches!(identifier(text), Some(Cow::Borrowed(_)));
    if texts.iter().flatten().all(is_plain) { texts } else { texts.iter().map(|text| text.and_then(identifier)).collect() }
}

/// The code of every list for what is not recorded.
const UNKNOWN: &str = "unknown";
/// Not a commune of the list.
pub(super) const NOWHERE: u32 = u32::MAX;
/// No time.
pub(super) const NEVER: i32 = i32::MIN;

/// The window of each class: month since year 0 for events, year, or the year in which a school year ends.
fn windows(time: Time, values: &Encoded, classes: usize) -> Vec<i32> {
    match (time, values) {
        (Time::Event, Encoded::Number { low, .. }) => low.iter().map(|day| month_of(*day)).collect(),
        (Time::Year, Encoded::Number { low, .. }) => low.clone(),
        (Time::SchoolYear, Encoded::Words { codes, words }) => {
            let ends: Vec<i32> = words.iter().map(|w| w.get(5..).and_then(|y| y.parse().ok()).unwrap_or(NEVER)).collect();
            codes.iter().map(|code| ends.get(*code as usize).copied().unwrap_or(NEVER)).collect()
        }
        _ => vec![NEVER; classes],
    }
}

/// Months since the beginning of year 0.
pub(super) fn month_of(day: i32) -> i32 {
    use chrono::Datelike;
    if day == NEVER {
        return NEVER;
    }
    chrono::NaiveDate::from_epoch_days(day).map_or(NEVER, |d| d.year() * 12 + d.month0().cast_signed())
}

fn report_school_years(encoder: &mut Encoder, column: &str, values: &Encoded) {
    let Encoded::Words { codes, words } = values else { return };
    for (row, code) in codes.iter().enumerate() {
        if words.get(*code as usize).is_some_and(|word| !crate::record::is_school_year(word)) {
            encoder.problems.value(&encoder.table.id, column, Phrase::SchoolYear, row as u64 + 1);
        }
    }
}

/// The truth of the leaves of conditions, for each row.
#[derive(Default)]
pub(super) struct Leaves {
    rows: usize,
    columns: HashMap<String, Rc<Encoded>>,
    known: HashMap<Condition, Rc<Vec<u8>>>,
}

impl Leaves {
    /// Evaluates conditions row by row.
    pub fn evaluator(&mut self) -> Rows<'_> {
        Rows { count: self.rows, known: std::mem::take(&mut self.known), columns: &self.columns }
    }
}

impl Plan<'_> {
    /// An encoder for rows of the table, numbered from the first of them.
    fn encoder<'f>(&'f self, frame: &'f DataFrame) -> Encoder<'f> {
        Encoder {
            table: self.table,
            codes: &self.codes,
            ethnic: self.ethnic,
            cases: self.cases,
            reference: Some(self.reference),
            frame,
            offset: 0,
            problems: Problems::default(),
            cache: HashMap::new(),
        }
    }

    /// True for text without a list of codes, if no condition uses its words.
    fn only_presence(&self, column: &str) -> bool {
        let plain = self.table.column(column).is_some_and(|c| c.kind == ColumnType::Text && c.codes.is_none());
        let is_case = self.table.case.as_ref().is_some_and(|case| column == case.id);
        plain && !self.words.contains(column) && !is_case && self.table.time_column() != Some(column)
    }
}

/// For each row, the columns with wrong values as bits in their order; no entry where no row has any.
pub(super) type Masks = BTreeMap<super::kind::Values, Vec<u64>>;
