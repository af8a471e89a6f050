//! Columns as small integers: flags with three values, numbers as intervals, words as codes.

use super::cases::{Cases, JOINED, row_of};
use super::days::days_of;
use super::problems::Problems;
use crate::catalogue::{Codes, Column as ColumnSchema, ColumnType, EthnicList, Table, Time, days};
use crate::error::{Error, Fact, Phrase, Result};
use crate::period::Period;
use crate::spelling::{identifier, nfc};
use chrono::{Datelike, NaiveDate};
use polars::prelude::*;
use std::collections::HashMap;
use std::rc::Rc;

/// The three truth values in order, so that AND is the least, OR the most, NOT `2 - x`.
pub(crate) const NO: u8 = 0;
/// Cannot be decided.
pub(crate) const UNDECIDED: u8 = 1;
/// True.
pub(crate) const YES: u8 = 2;

/// The code of a word that is not recorded.
pub(crate) const NO_WORD: u32 = u32::MAX;

/// Nothing known of a number: below and above everything.
const LOW: i32 = i32::MIN;
const HIGH: i32 = i32::MAX;

/// One encoded column.
#[derive(Debug)]
pub(crate) enum Encoded {
    /// [`NO`], [`UNDECIDED`] or [`YES`].
    Flag(Vec<u8>),
    /// The least and the greatest value it can be; the same where it is known.
    Number { low: Vec<i32>, high: Vec<i32> },
    /// Places in `words`, or [`NO_WORD`].
    Words { codes: Vec<u32>, words: Vec<String> },
    /// Places in `words` from `starts[row]` to `starts[row + 1]`; `known` is false where nothing is recorded.
    List { starts: Vec<u32>, codes: Vec<u32>, known: Vec<bool>, words: Vec<String> },
}

impl Encoded {
    fn unknown(rows: usize) -> Self {
        Self::Number { low: vec![LOW; rows], high: vec![HIGH; rows] }
    }

    /// Some of its rows, in that order.
    pub fn gather(&self, rows: &[usize]) -> Self {
        match self {
            Self::Flag(values) => Self::Flag(rows.iter().map(|r| values[*r]).collect()),
            Self::Number { low, high } => {
                Self::Number { low: rows.iter().map(|r| low[*r]).collect(), high: rows.iter().map(|r| high[*r]).collect() }
            }
            Self::Words { codes, words } => {
                let mut kept = Vec::new();
                let mut places: HashMap<u32, u32> = HashMap::new();
                let mut keep = |code: u32| match code {
                    NO_WORD => NO_WORD,
                    code => *places.entry(code).or_insert_with(|| push(&mut kept, words[code as usize].clone())),
                };
                let codes = rows.iter().map(|r| keep(codes[*r])).collect();
                Self::Words { codes, words: kept }
            }
            Self::List { starts, codes, known, words } => {
                let mut found = Self::List { starts: vec![0], codes: Vec::new(), known: Vec::new(), words: words.clone() };
                if let Self::List { starts: at, codes: into, known: there, .. } = &mut found {
                    for r in rows {
                        into.extend(&codes[starts[*r] as usize..starts[r + 1] as usize]);
                        at.push(u32::try_from(into.len()).unwrap_or(u32::MAX));
                        there.push(known[*r]);
                    }
                }
                found
            }
        }
    }

    /// The first row of each distinct value, and for each row which of them it is.
    pub fn distinct(&self) -> (Vec<usize>, Vec<u32>) {
        match self {
            Self::Flag(values) => first_rows(values.iter()),
            Self::Number { low, high } => first_rows(low.iter().zip(high)),
            Self::Words { codes, .. } => first_rows(codes.iter()),
            Self::List { starts, codes, known, .. } => {
                first_rows(starts.windows(2).zip(known).map(|(w, there)| (there, &codes[w[0] as usize..w[1] as usize])))
            }
        }
    }

    /// Adds the rows of another column of the same kind.
    pub fn extend(&mut self, other: Self) {
        match (self, other) {
            (Self::Flag(mine), Self::Flag(theirs)) => mine.extend(theirs),
            (Self::Number { low, high }, Self::Number { low: l, high: h }) => {
                low.extend(l);
                high.extend(h);
            }
            (Self::Words { codes, words }, Self::Words { codes: c, words: w }) => {
                let places: Vec<u32> = w.into_iter().map(|word| place(words, word)).collect();
                codes.extend(c.into_iter().map(|code| if code == NO_WORD { NO_WORD } else { places[code as usize] }));
            }
            (Self::List { starts, codes, known, words }, Self::List { starts: s, codes: c, known: k, words: w }) => {
                let places: Vec<u32> = w.into_iter().map(|word| place(words, word)).collect();
                let base = starts.last().copied().unwrap_or(0);
                starts.extend(s.iter().skip(1).map(|at| base + at));
                codes.extend(c.into_iter().map(|code| places[code as usize]));
                known.extend(k);
            }
            // One name is always read as one kind.
            _ => {}
        }
    }

    /// The bounds of a number column.
    fn interval(&self) -> (Vec<i32>, Vec<i32>) {
        match self {
            Self::Number { low, high } => (low.clone(), high.clone()),
            _ => (Vec::new(), Vec::new()),
        }
    }
}

/// One fact of the case of each row.
enum FactsOfCase {
    Numbers(Vec<Option<i32>>),
    Communes(Vec<Option<String>>),
}

/// The days a person can have been born on, under a name no table uses.
pub(crate) const BIRTHS: &str = "#births";
/// Floats beyond this are not read as integers.
const MOST_WHOLE: f64 = 9.0e15;
/// Days lived, as recorded.
const LIVED: &str = "#lived";

/// Reads the columns of one batch of one table.
pub(crate) struct Encoder<'a> {
    pub table: &'a Table,
    pub codes: &'a Codes,
    pub ethnic: Option<EthnicList>,
    pub cases: &'a Cases,
    /// The last day of the period, shifted by the lag of the quantity.
    pub reference: NaiveDate,
    pub frame: &'a DataFrame,
    /// Rows of the table before this batch.
    pub offset: u64,
    pub problems: Problems,
    /// Each column is read, and its trouble counted, once.
    pub cache: HashMap<String, Rc<Encoded>>,
}

fn civil(day: i32) -> (i32, i32, i32) {
    // Days were checked to lie between 1800 and 2200.
    NaiveDate::from_epoch_days(day).map_or((1970, 1, 1), |d| (d.year(), d.month().cast_signed(), d.day().cast_signed()))
}

/// Completed years; who is born on 29 February turns a year older on 1 March of common years.
pub(crate) fn completed_years(birth: i32, on: i32) -> i32 {
    let (b, o) = (civil(birth), civil(on));
    o.0 - b.0 - i32::from((o.1, o.2) < (b.1, b.2))
}

/// Completed months; a month is complete on the same day of the month, or the first of the next if there is none.
pub(crate) fn completed_months(birth: i32, on: i32) -> i32 {
    let (b, o) = (civil(birth), civil(on));
    (o.0 - b.0) * 12 + o.1 - b.1 - i32::from(o.2 < b.2)
}

impl Encoder<'_> {
    fn row(&self, i: usize) -> u64 {
        row_of(self.frame, i).unwrap_or(self.offset + i as u64 + 1)
    }

    /// The column under a name that conditions and dimensions may use.
    pub fn encode(&mut self, name: &str) -> Result<Rc<Encoded>> {
        self.get(name).map_err(|e| Error::Frame { table: self.table.id.clone(), found: Fact::library(e) })
    }

    fn get(&mut self, name: &str) -> PolarsResult<Rc<Encoded>> {
        if let Some(found) = self.cache.get(name) {
            return Ok(found.clone());
        }
        let encoded = Rc::new(self.read(name)?);
        self.cache.insert(name.to_owned(), encoded.clone());
        Ok(encoded)
    }

    fn read(&mut self, name: &str) -> PolarsResult<Encoded> {
        if name == BIRTHS {
            return self.births();
        }
        if name == LIVED {
            let schema = self.table.column("age_days").cloned();
            return schema.map_or_else(|| Ok(Encoded::unknown(self.frame.height())), |s| self.integers(&s));
        }
        if self.table.derived_from(name).is_some() {
            return self.age(name);
        }
        let table = self.table;
        let Some(schema) = table.column(name) else {
            return self.of_case(name);
        };
        match schema.kind {
            ColumnType::Flag => self.flag(schema),
            ColumnType::Date => self.dates(name),
            ColumnType::Integer => self.integers(schema),
            ColumnType::Text | ColumnType::Area => self.words(schema),
            ColumnType::List => self.list(schema),
        }
    }

    /// The column cast to one type, or nothing but nulls if it is not there.
    fn series(&self, name: &str, to: &DataType) -> PolarsResult<Series> {
        match self.frame.column(name) {
            // Categories in arrays of one length would come out as their numbers.
            Ok(column) => match (column.dtype(), to) {
                (DataType::Array(inner, _), DataType::List(_)) => {
                    column.as_materialized_series().cast(&DataType::List(inner.clone()))?.cast(to).map(|s| s.rechunk())
                }
                _ => Ok(column.as_materialized_series().cast(to)?.rechunk()),
            },
            Err(_) => Ok(Series::full_null(name.into(), self.frame.height(), to)),
        }
    }

    fn flag(&mut self, schema: &ColumnSchema) -> PolarsResult<Encoded> {
        let series = self.series(&schema.id, &DataType::Boolean)?;
        let mut flags = Vec::with_capacity(series.len());
        for (i, value) in series.bool()?.iter().enumerate() {
            if value.is_none() && schema.required {
                self.problems.value(&self.table.id, &schema.id, Phrase::TrueOrFalse, self.row(i));
            }
            flags.push(value.map_or(UNDECIDED, |v| if v { YES } else { NO }));
        }
        Ok(Encoded::Flag(flags))
    }

    fn dates(&mut self, name: &str) -> PolarsResult<Encoded> {
        let found = match self.frame.column(name) {
            Ok(column) => days_of(column.as_materialized_series())?,
            Err(_) => Int32Chunked::full_null(name.into(), self.frame.height()),
        };
        let required = self.table.column(name).is_some_and(|c| c.required);
        let sane =
            days(NaiveDate::from_ymd_opt(1800, 1, 1).unwrap_or_default())..days(NaiveDate::from_ymd_opt(2201, 1, 1).unwrap_or_default());
        let mut low = Vec::with_capacity(found.len());
        let mut high = Vec::with_capacity(found.len());
        for (i, value) in found.iter().enumerate() {
            match value {
                Some(day) if sane.contains(&day) => {
                    low.push(day);
                    high.push(day);
                    continue;
                }
                Some(_) => self.problems.value(&self.table.id, name, Phrase::DateFromTo(1800, 2200), self.row(i)),
                None if required => self.problems.value(&self.table.id, name, Phrase::Date, self.row(i)),
                None => {}
            }
            low.push(LOW);
            high.push(HIGH);
        }
        Ok(Encoded::Number { low, high })
    }

    fn integers(&mut self, schema: &ColumnSchema) -> PolarsResult<Encoded> {
        let series = self.whole_numbers(schema)?;
        let least = schema.least.map_or(i64::from(LOW) + 1, i64::from);
        let greatest = self.table.greatest(&schema.id).unwrap_or(HIGH - 1);
        let expected = Fact::from(match (schema.least, schema.required) {
            (Some(least), _) if schema.id.ends_with("year") => Phrase::YearFromTo(least.into(), greatest.into()),
            (Some(least), _) => Phrase::WholeNumberFromTo(least.into(), greatest.into()),
            (None, true) => Phrase::WholeNumber,
            (None, false) => Phrase::WholeNumberOf32Bits,
        });
        let mut low = Vec::with_capacity(series.len());
        let mut high = Vec::with_capacity(series.len());
        for (i, value) in series.i64()?.iter().enumerate() {
            match value {
                Some(n) if (least..=i64::from(greatest)).contains(&n) => {
                    low.push(n as i32);
                    high.push(n as i32);
                    continue;
                }
                None if !schema.required => {}
                _ => self.problems.value(&self.table.id, &schema.id, expected.clone(), self.row(i)),
            }
            low.push(LOW);
            high.push(HIGH);
        }
        Ok(Encoded::Number { low, high })
    }

    /// The column as integers; floats and decimals that are not whole are told and left out.
    fn whole_numbers(&mut self, schema: &ColumnSchema) -> PolarsResult<Series> {
        if let Ok(column) = self.frame.column(&schema.id)
            && matches!(column.dtype(), DataType::Decimal(..))
        {
            let (units, one) = super::decimal::units(column.as_materialized_series())?;
            let mut whole: Vec<Option<i64>> = Vec::with_capacity(units.len());
            for (i, value) in units.i128()?.iter().enumerate() {
                if value.is_some_and(|v| v % one != 0) {
                    self.problems.value(&self.table.id, &schema.id, Phrase::WithoutFraction, self.row(i));
                    // Told already: a value every integer column accepts.
                    whole.push(Some(i64::from(schema.least.unwrap_or(0))));
                } else {
                    whole.push(value.map(|v| i64::try_from(v / one).unwrap_or(i64::MAX)));
                }
            }
            return Ok(Series::new(schema.id.as_str().into(), whole));
        }
        let is_float = self.frame.column(&schema.id).is_ok_and(|c| c.dtype().is_float());
        if !is_float {
            let cast = self.series(&schema.id, &DataType::Int64)?;
            if let Ok(column) = self.frame.column(&schema.id)
                && column.null_count() < cast.null_count()
            {
                let (before, after) = (column.is_null(), cast.is_null());
                for i in (0..cast.len()).filter(|i| after.get(*i) == Some(true) && before.get(*i) == Some(false)) {
                    self.problems.value(&self.table.id, &schema.id, Phrase::WholeNumberOf32Bits, self.row(i));
                }
            }
            return Ok(cast);
        }
        let floats = self.series(&schema.id, &DataType::Float64)?;
        let mut whole: Vec<Option<i64>> = Vec::with_capacity(floats.len());
        for (i, value) in floats.f64()?.iter().enumerate() {
            let value = value.filter(|v| !v.is_nan());
            if value.is_some_and(|v| v.fract() != 0.0 || v.abs() > MOST_WHOLE) {
                self.problems.value(&self.table.id, &schema.id, Phrase::WholeNumber, self.row(i));
                // Already reported; this placeholder is in range, so it is not reported twice.
                whole.push(Some(i64::from(schema.least.unwrap_or(0))));
            } else {
                whole.push(value.map(|v| v as i64));
            }
        }
        Ok(Series::new(schema.id.as_str().into(), whole))
    }

    fn words(&mut self, schema: &ColumnSchema) -> PolarsResult<Encoded> {
        let series = self.series(&schema.id, &DataType::String)?;
        let mut known: HashMap<&str, u32> = HashMap::new();
        let mut spelled: HashMap<String, u32> = HashMap::new();
        let mut words: Vec<String> = Vec::new();
        let mut codes = Vec::with_capacity(series.len());
        let mut refused = Refused::default();
        for (i, value) in series.str()?.iter().enumerate() {
            let Some(text) = value else {
                // A missing area code is told with the unknown ones.
                if schema.required && schema.kind != ColumnType::Area {
                    self.problems.value(&self.table.id, &schema.id, Phrase::Text, self.row(i));
                }
                codes.push(NO_WORD);
                continue;
            };
            let code = known.get(text).copied().unwrap_or_else(|| {
                let code = match self.canonical(schema, text, &mut refused) {
                    None => NO_WORD,
                    Some(word) if schema.codes.is_some() => place(&mut words, word),
                    // Several spellings of one identifier are one word.
                    Some(word) => {
                        if let Some(at) = known.get(word.as_str()).or_else(|| spelled.get(&word)) {
                            *at
                        } else {
                            let at = push(&mut words, word.clone());
                            if word != text {
                                spelled.insert(word, at);
                            }
                            at
                        }
                    }
                };
                known.insert(text, code);
                code
            });
            if code == NO_WORD
                && let Some(expected) = refused.of(text)
            {
                self.problems.value(&self.table.id, &schema.id, expected.clone(), self.row(i));
            }
            codes.push(code);
        }
        Ok(Encoded::Words { codes, words })
    }

    /// The word a code stands for; nothing for `unknown`, for a code the list does not have, and for what identifies nobody.
    fn canonical(&self, schema: &ColumnSchema, text: &str, refused: &mut Refused) -> Option<String> {
        let Some(list) = schema.codes.as_deref() else {
            if !self.table.is_identifier(&schema.id) {
                return Some(text.to_owned());
            }
            let found = identifier(text).map(std::borrow::Cow::into_owned);
            if found.is_none() && schema.required {
                refused.add(text, || Phrase::Text.into());
            }
            return found;
        };
        if text == "unknown" {
            return None;
        }
        let found = if list == "ethnicity" {
            let group = self.ethnic.and_then(|e| self.codes.ethnic_group(e, text));
            group.map(|g| g.name.clone())
        } else {
            let items = self.codes.list(list).map(|l| l.items.as_slice()).unwrap_or_default();
            items.iter().find(|c| c.code == text).map(|c| c.code.clone())
        };
        if found.is_none() {
            refused.add(text, || self.expected(list));
        }
        found
    }

    fn expected(&self, list: &str) -> Fact {
        if list == "ethnicity" {
            return Phrase::EthnicCode.into();
        }
        let codes: Vec<&str> = self.codes.list(list).map(|l| l.items.iter().map(|c| c.code.as_str()).collect()).unwrap_or_default();
        if codes.len() > 16 {
            return Phrase::CodeFromTo(list.to_owned(), codes[0].to_owned(), codes[codes.len() - 1].to_owned()).into();
        }
        Fact::verbatim(codes.join(", "))
    }

    fn list(&mut self, schema: &ColumnSchema) -> PolarsResult<Encoded> {
        let series = self.series(&schema.id, &DataType::List(Box::new(DataType::String)))?;
        let mut starts = vec![0_u32];
        let mut codes = Vec::new();
        let mut known_rows = Vec::with_capacity(series.len());
        let mut words: Vec<String> = Vec::new();
        let mut known: HashMap<String, u32> = HashMap::new();
        let mut refused = Refused::default();
        let lists = series.list()?;
        let inner = lists.get_inner();
        let inner = inner.str()?.rechunk();
        let offsets = lists.offsets()?;
        let base = offsets.first();
        let valid = lists.is_not_null();
        for (i, (start, length)) in offsets.offset_and_length_iter().enumerate() {
            let there = valid.get(i).unwrap_or(false);
            known_rows.push(there);
            if there {
                let before = codes.len();
                let (mut bad, mut blank) = (false, 0);
                for k in start..start + length {
                    // A blank item is as little recorded as a missing one.
                    let item = inner.as_ref().get(k - usize::try_from(*base).unwrap_or(0));
                    let Some(text) = item.filter(|text| !nfc(text).is_empty()) else {
                        blank += 1;
                        continue;
                    };
                    let code = known.get(text).copied().unwrap_or_else(|| {
                        let code = self.canonical(schema, text, &mut refused).map_or(NO_WORD, |word| place(&mut words, word));
                        known.insert(text.to_owned(), code);
                        code
                    });
                    bad |= code == NO_WORD && refused.of(text).is_some();
                    if code != NO_WORD {
                        codes.push(code);
                    }
                }
                // Beside a code nobody can tell what a blank was to be.
                bad |= blank > 0 && blank < length;
                // A list of nothing but `unknown`, or of blanks, is as little recorded as none.
                if codes.len() == before
                    && length > 0
                    && let Some(last) = known_rows.last_mut()
                {
                    *last = false;
                }
                if bad {
                    let list = schema.codes.as_deref().unwrap_or_default();
                    let expected = Phrase::ListsOf(self.expected(list));
                    self.problems.value(&self.table.id, &schema.id, expected, self.row(i));
                }
            }
            starts.push(u32::try_from(codes.len()).unwrap_or(u32::MAX));
        }
        Ok(Encoded::List { starts, codes, known: known_rows, words })
    }

    /// The days on which a person can have been born.
    fn births(&mut self) -> PolarsResult<Encoded> {
        let table = self.table;
        let dates = self.get("birth_date")?;
        let (mut low, mut high) = dates.interval();
        if table.column("birth_year").is_some() {
            let years = self.get("birth_year")?.interval().0;
            for (i, year) in years.into_iter().enumerate() {
                if low[i] != LOW || year == LOW {
                    continue;
                }
                // A year out of range was reported with its column and is not known here.
                if let (Some(first), Some(last)) = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31)) {
                    low[i] = days(first);
                    high[i] = days(last);
                }
            }
        }
        if table.column("age_days").is_some() {
            let lived = self.get(LIVED)?.interval().0;
            let died = self.get(table.date.as_deref().unwrap_or_default())?.interval().0;
            for (i, days) in lived.into_iter().enumerate() {
                if low[i] != LOW || days == LOW || died[i] == LOW {
                    continue;
                }
                low[i] = died[i] - days;
                high[i] = low[i];
            }
        }
        Ok(Encoded::Number { low, high })
    }

    /// Age in completed years or months (`age`, `age_months`) or in days (`age_days`), as an interval.
    fn age(&mut self, name: &str) -> PolarsResult<Encoded> {
        let (birth_low, birth_high) = self.get(BIRTHS)?.interval();
        let rows = self.frame.height();
        let (on_low, on_high) = self.reference_days(rows)?;
        let completed: fn(i32, i32) -> i32 = match name {
            "age" => completed_years,
            "age_months" => completed_months,
            _ => |birth, on| on - birth,
        };
        let (mut low, mut high) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        let stock = self.table.time == Time::Stock;
        let estimated = if self.table.column("age_from").is_some() { Some(self.estimated_ages()?) } else { None };
        for i in 0..rows {
            let (least, most) = if birth_low[i] == LOW {
                estimated.as_ref().map_or((LOW, HIGH), |ages| ages[i])
            } else {
                let most = if on_high[i] == HIGH { HIGH } else { completed(birth_low[i], on_high[i]) };
                // An unknown day of the event lies after the birth.
                let least = if on_low[i] == LOW { 0 } else { completed(birth_high[i], on_low[i]).max(0) };
                // Born after the event: the dates contradict each other, so the age is not known.
                if most < 0 && !stock { (LOW, HIGH) } else { (least, most) }
            };
            low.push(least);
            high.push(most);
        }
        Ok(Encoded::Number { low, high })
    }

    /// The ages somebody estimated, in completed years at the incident; open where one end is not given.
    fn estimated_ages(&mut self) -> PolarsResult<Vec<(i32, i32)>> {
        let least = self.get("age_from")?.interval().0;
        let most = self.get("age_to")?.interval().1;
        let mut ages = Vec::with_capacity(least.len());
        for (i, (least, most)) in least.into_iter().zip(most).enumerate() {
            if least > most {
                self.problems.value(&self.table.id, "age_to", Phrase::AgeNotBelow("age_from"), self.row(i));
            }
            ages.push(if least == LOW && most != HIGH { (0, most) } else { (least, most) });
        }
        Ok(ages)
    }

    /// The days at which ages are taken.
    fn reference_days(&mut self, rows: usize) -> PolarsResult<(Vec<i32>, Vec<i32>)> {
        if self.table.time == Time::Stock {
            let day = days(self.reference);
            return Ok((vec![day; rows], vec![day; rows]));
        }
        if self.table.column("incident_date").is_none() {
            let date = self.table.date.clone().unwrap_or_default();
            return Ok(self.get(&date)?.interval());
        }
        let (low, mut high) = self.get("incident_date")?.interval();
        let (_, received) = self.get("received_date")?.interval();
        for (day, latest) in high.iter_mut().zip(received) {
            if *day == HIGH {
                *day = latest;
            }
        }
        Ok((low, high))
    }

    /// A fact of the case, for perpetrators.
    /// A fact of the case: of the report that the row was joined to, else of the first of its case that counts.
    fn of_case(&mut self, name: &str) -> PolarsResult<Encoded> {
        let facts = self.facts_of_case(name)?;
        if name == "received_date" {
            let nowhere = |values: &FactsOfCase| match values {
                FactsOfCase::Numbers(numbers) => (0..numbers.len()).filter(|row| numbers[*row].is_none()).collect::<Vec<_>>(),
                FactsOfCase::Communes(_) => Vec::new(),
            };
            for row in nowhere(&facts) {
                self.problems.value(&self.table.id, "case_id", Phrase::CaseOfVictims, self.row(row));
            }
        }
        Ok(match (name, facts) {
            (_, FactsOfCase::Communes(communes)) => {
                let mut words: Vec<String> = Vec::new();
                let mut known: HashMap<String, u32> = HashMap::new();
                let mut code = |commune: String| *known.entry(commune).or_insert_with_key(|commune| push(&mut words, commune.clone()));
                let codes = communes.into_iter().map(|commune| commune.map_or(NO_WORD, &mut code)).collect();
                Encoded::Words { codes, words }
            }
            ("confirmed" | "abuses_child", FactsOfCase::Numbers(flags)) => {
                Encoded::Flag(flags.into_iter().map(|flag| flag.and_then(|f| u8::try_from(f).ok()).unwrap_or(UNDECIDED)).collect())
            }
            (_, FactsOfCase::Numbers(numbers)) => Encoded::Number {
                low: numbers.iter().map(|n| n.unwrap_or(LOW)).collect(),
                high: numbers.iter().map(|n| n.unwrap_or(HIGH)).collect(),
            },
        })
    }

    fn facts_of_case(&self, name: &str) -> PolarsResult<FactsOfCase> {
        let joined = JOINED.iter().find(|(fact, _)| *fact == name).and_then(|(_, column)| self.frame.column(column).ok());
        if let Some(column) = joined {
            return Ok(match name {
                "commune" => FactsOfCase::Communes(column.str()?.iter().map(|c| c.map(str::to_owned)).collect()),
                _ => FactsOfCase::Numbers(column.i32()?.iter().collect()),
            });
        }
        let ids = self.series("case_id", &DataType::String)?;
        let children = self.series("child_id", &DataType::String)?;
        let rows = ids.str()?.iter().zip(children.str()?.iter());
        let facts = rows.map(|(id, child)| id.and_then(|id| self.cases.first(id, child)));
        Ok(match name {
            "commune" => FactsOfCase::Communes(facts.map(|f| f.map(|f| self.cases.commune(&f).to_owned())).collect()),
            "received_date" => FactsOfCase::Numbers(facts.map(|f| f.map(|f| f.received)).collect()),
            "incident_date" => FactsOfCase::Numbers(facts.map(|f| f.and_then(|f| f.incident)).collect()),
            "confirmed" => FactsOfCase::Numbers(facts.map(|f| f.map(|f| i32::from(f.sure))).collect()),
            "abuses_child" => FactsOfCase::Numbers(facts.map(|f| f.map(|f| i32::from(f.counts))).collect()),
            other => polars_bail!(ColumnNotFound: "{other}"),
        })
    }

    /// Whether each row belongs to the period, by the table's time rule.
    pub fn in_period(&mut self, period: &Period, lag: i32, date: Option<&str>) -> Result<Vec<u8>> {
        self.try_in_period(period, lag, date).map_err(|e| Error::Frame { table: self.table.id.clone(), found: Fact::library(e) })
    }

    fn try_in_period(&mut self, period: &Period, lag: i32, date: Option<&str>) -> PolarsResult<Vec<u8>> {
        let yes_if = |b: bool| if b { YES } else { NO };
        Ok(match self.table.time {
            Time::Stock => {
                let reference = days(self.reference);
                // Of a birth year alone: a row of the register is taken to be born if it can be.
                self.get(BIRTHS)?.interval().0.into_iter().map(|first| yes_if(first <= reference)).collect()
            }
            Time::Event => {
                let (first, last) = (days(shift(period.first(), lag)), days(self.reference));
                let low = self.get(date.unwrap_or_default())?.interval().0;
                low.into_iter().map(|day| if day == LOW { UNDECIDED } else { yes_if((first..=last).contains(&day)) }).collect()
            }
            Time::Year => {
                let year = period.year() - lag;
                self.get("year")?.interval().0.into_iter().map(|y| yes_if(y == year)).collect()
            }
            Time::SchoolYear => {
                let end = period.school_year_end() - lag;
                let wanted = format!("{}-{end}", end - 1);
                let column = self.get("school_year")?;
                let Encoded::Words { codes, words } = &*column else { return Ok(Vec::new()) };
                let fits: Vec<u8> = words.iter().map(|w| yes_if(*w == wanted)).collect();
                let readable: Vec<bool> = words.iter().map(|w| is_school_year(w)).collect();
                for (i, code) in codes.iter().enumerate() {
                    if readable.get(*code as usize) == Some(&false) {
                        self.problems.value(&self.table.id, "school_year", Phrase::SchoolYear, self.row(i));
                    }
                }
                codes.iter().map(|c| fits.get(*c as usize).copied().unwrap_or(UNDECIDED)).collect()
            }
        })
    }
}

/// The same day some years earlier; 29 February becomes 28 February.
pub(crate) fn shift(day: NaiveDate, years: i32) -> NaiveDate {
    day.with_year(day.year() - years).or_else(|| NaiveDate::from_ymd_opt(day.year() - years, 2, 28)).unwrap_or(day)
}

/// The last day of a period some years earlier: the day before the shifted day after it, so that a February ends whole.
pub(crate) fn shift_last(day: NaiveDate, years: i32) -> NaiveDate {
    day.succ_opt().and_then(|next| shift(next, years).pred_opt()).unwrap_or(day)
}

pub(crate) fn is_school_year(text: &str) -> bool {
    let parts = text.split_once('-').and_then(|(a, b)| Some((a.parse::<i32>().ok()?, b.parse::<i32>().ok()?)));
    text.len() == 9 && parts.is_some_and(|(a, b)| b == a + 1)
}

fn first_rows<T: std::hash::Hash + Eq>(values: impl Iterator<Item = T>) -> (Vec<usize>, Vec<u32>) {
    let mut firsts = Vec::new();
    let mut places: PlHashMap<T, u32> = PlHashMap::default();
    let of_row = values
        .enumerate()
        .map(|(row, value)| {
            *places.entry(value).or_insert_with(|| {
                firsts.push(row);
                firsts.len() as u32 - 1
            })
        })
        .collect();
    (firsts, of_row)
}

fn push(words: &mut Vec<String>, word: String) -> u32 {
    words.push(word);
    u32::try_from(words.len() - 1).unwrap_or(NO_WORD)
}

/// The place of a word of a short list, where several codes may mean the same.
fn place(words: &mut Vec<String>, word: String) -> u32 {
    match words.iter().position(|w| *w == word) {
        Some(at) => u32::try_from(at).unwrap_or(NO_WORD),
        None => push(words, word),
    }
}

/// Texts that a list of codes does not have.
#[derive(Default)]
struct Refused {
    texts: std::collections::HashSet<String>,
    expected: Option<Fact>,
}

impl Refused {
    fn add(&mut self, text: &str, expected: impl FnOnce() -> Fact) {
        self.expected.get_or_insert_with(expected);
        self.texts.insert(text.to_owned());
    }

    /// What was expected instead of a text, if it was refused.
    fn of(&self, text: &str) -> Option<&Fact> {
        self.expected.as_ref().filter(|_| self.texts.contains(text))
    }
}
