//! Values spread over several columns: the parts of a date, or one column per code of a list, per sex, for yes and no, or per kind of
//! support.

use super::cells::Cell;
use super::cleaner::{Cleaner, Source};
use super::codes::Words;
use super::columns::Values;
use super::dates::{self, When};
use super::header::ANY;
use super::numbers;
use super::rules::{Rule, Rules};
use super::value::{Parsed, Value};
use crate::catalogue::{Column, ColumnType};
use crate::error::Phrase;
use crate::spelling::bare;
use rayon::prelude::*;

/// Expected of a record with dates below both sexes.
const ONE_SEX: Phrase = Phrase::DateBelowOneSex;

impl Cleaner<'_> {
    /// The positions of dates below the two sexes.
    pub fn dates_below_sexes(&self) -> Option<Vec<(String, usize)>> {
        let dates = self.table.columns.iter().filter(|c| c.kind == ColumnType::Date);
        dates.map(|date| Source::of(self.header, &date.id).ticks).find(|ticks| !ticks.is_empty())
    }

    /// True for a cell that means nothing.
    fn is_silent(&self, place: usize, code: u32) -> bool {
        match self.cells(place).cell(code) {
            Cell::Blank => true,
            Cell::Text(_) => {
                let text = self.text(Some(place), code, &mut Rules::default()).unwrap_or_default();
                text.chars().all(|c| !c.is_alphanumeric()) || Words::get().is_blank(&text)
            }
            _ => false,
        }
    }

    /// True for a mark that expresses doubt: "?", "không rõ".
    fn is_doubtful(&self, place: usize, code: u32) -> bool {
        const NULLS: [&str; 4] = ["null", "nan", "na", "n a"];
        let Cell::Text(_) = self.cells(place).cell(code) else { return false };
        let text = self.text(Some(place), code, &mut Rules::default()).unwrap_or_default();
        let is_word = Words::get().is_blank(&text) && text.contains(char::is_alphabetic) && !NULLS.contains(&bare(&text).as_str());
        is_word || text.contains('?')
    }

    /// The dates of two columns, one per sex: a record has only one.
    pub fn dates_by_sex(&self, column: &Column, sexes: &[(String, usize)], kept: &[u32]) -> Values {
        let places: Vec<Option<usize>> = sexes.iter().map(|(_, place)| Some(*place)).collect();
        let (combinations, of_row) = self.combined(&places, kept);
        let parsed = combinations.par_iter().map(|codes| {
            let mut there = sexes.iter().zip(codes).filter(|((_, place), code)| !self.is_silent(*place, **code));
            match (there.next(), there.next()) {
                (Some(((_, place), code)), None) => self.reading.read(column, self.cells(*place).cell(*code)),
                (None, _) => Parsed::default(),
                _ => Parsed::unread(ONE_SEX),
            }
        });
        Values { parsed: parsed.collect(), of_row }
    }

    /// The sex below which a record's date is, compared with the column of the sex where there is one.
    pub fn sex_of_dates(&self, column: &Column, own: &Source, dates: Vec<(String, usize)>, kept: &[u32]) -> Values {
        let mut places: Vec<Option<usize>> = dates.iter().map(|(_, place)| Some(*place)).collect();
        places.push(own.whole);
        let (combinations, of_row) = self.combined(&places, kept);
        let parsed = combinations.par_iter().map(|codes| {
            let mut there = dates.iter().zip(codes).filter(|((_, place), code)| !self.is_silent(*place, **code));
            let from_dates = match (there.next(), there.next()) {
                (Some(((sex, _), _)), None) => Parsed::with(Value::Text(sex.clone()), Rules::default()).rule(Rule::DatesBySex),
                (None, _) => Parsed::default(),
                _ => return Parsed::unread(ONE_SEX),
            };
            let recorded = own.whole.map(|place| self.reading.read(column, self.cells(place).cell(codes[dates.len()]))).unwrap_or_default();
            match (&from_dates.value, &recorded.value) {
                (_, Value::Null) if recorded.unread.is_some() => recorded,
                (_, Value::Null) => from_dates,
                (Value::Null, _) => recorded,
                (from_dates, recorded_sex) if from_dates == recorded_sex => recorded,
                _ => Parsed::unread(Phrase::SexOfDate),
            }
        });
        Values { parsed: parsed.collect(), of_row }
    }

    /// For each column of marks whether its figures, if any, are 1 and 0.
    fn figures(&self, ticks: &[(String, usize)], kept: &[u32]) -> Vec<bool> {
        ticks.iter().map(|(_, place)| self.are_marks(*place, kept)).collect()
    }

    /// Which columns of marks say yes, and how many say no; `None` if one says neither.
    fn marks<'a>(&self, ticks: &'a [(String, usize)], figures: &[bool], codes: &[u32]) -> Option<(Vec<&'a str>, usize)> {
        let (mut marked, mut denied) = (Vec::new(), 0);
        for (((code, place), at), figures) in ticks.iter().zip(codes).zip(figures) {
            let says = match self.cells(*place).cell(*at) {
                Cell::Flag(flag) => Some(flag),
                // In a column with other figures, 1 is not a mark.
                _ if !figures && self.is_figure(*place, *at) => None,
                _ if self.is_doubtful(*place, *at) => None,
                _ if self.is_silent(*place, *at) => {
                    // "-" and "NULL" mean the same as a blank; "✓" and "●" mean yes.
                    match Words::get().flag(&self.text(Some(*place), *at, &mut Rules::default()).unwrap_or_default()) {
                        None => continue,
                        flag => flag,
                    }
                }
                _ => Words::get().flag(&self.text(Some(*place), *at, &mut Rules::default()).unwrap_or_default()),
            };
            if says? {
                marked.push(code.as_str());
            } else {
                denied += 1;
            }
        }
        Some((marked, denied))
    }

    /// One column of marks per code of a list.
    pub fn ticks(&self, column: &Column, ticks: &[(String, usize)], kept: &[u32]) -> Values {
        let places: Vec<Option<usize>> = ticks.iter().map(|(_, place)| Some(*place)).collect();
        let figures = self.figures(ticks, kept);
        let (combinations, of_row) = self.combined(&places, kept);
        let all: Vec<Option<(Vec<&str>, usize)>> = combinations.par_iter().map(|codes| self.marks(ticks, &figures, codes)).collect();
        let means_none = Self::means_none(column, ticks) && all.iter().flatten().any(|(marked, _)| !marked.is_empty());
        let mut rules = Rules::default();
        rules.add(Rule::TickColumns);
        let list = |marked: &[&str]| Parsed::with(Value::List(marked.iter().map(|code| (*code).to_owned()).collect()), rules);
        let parsed = all.into_iter().map(|found| {
            let Some((marked, denied)) = found else { return Parsed::unread(Phrase::Mark) };
            match (column.kind, &marked[..]) {
                (ColumnType::List, []) if denied == ticks.len() || means_none => list(&[]),
                (ColumnType::List, []) if self.reading.mapped.blank_is_no(&column.id) => list(&[]).rule(Rule::BlankIsNo),
                (_, []) => Parsed::default(),
                (ColumnType::List, marked) => list(marked),
                (_, [code]) => Parsed::with(Value::Text((*code).to_owned()), rules),
                _ => Parsed::unread(Phrase::OneMark),
            }
        });
        Values { parsed: parsed.collect(), of_row }
    }

    /// True if a record without a mark means that nothing applies: every group of the list has a column, so no other can be meant, and
    /// "none" is a possible answer. A victim without a form is one whose form is not recorded.
    fn means_none(column: &Column, ticks: &[(String, usize)]) -> bool {
        let codes = column.codes.as_deref().filter(|_| column.id == "circumstances");
        codes.is_some_and(|list| Words::get().covers(list, &ticks.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>()))
    }

    /// A flag from a yes and a no column, or from columns of which any means yes.
    pub fn flag_of_ticks(&self, column: &Column, ticks: &[(String, usize)], kept: &[u32]) -> Values {
        let places: Vec<Option<usize>> = ticks.iter().map(|(_, place)| Some(*place)).collect();
        let figures = self.figures(ticks, kept);
        let (combinations, of_row) = self.combined(&places, kept);
        let blank_is_no = self.reading.mapped.blank_is_no(&column.id);
        let mut rules = Rules::default();
        rules.add(Rule::TickColumns);
        let flag = |says: bool| Parsed::with(Value::Flag(says), rules);
        let parsed = combinations.par_iter().map(|codes| {
            let Some((marked, denied)) = self.marks(ticks, &figures, codes) else { return Parsed::unread(Phrase::Mark) };
            match &marked[..] {
                [] if ticks.iter().all(|(code, _)| code == ANY) && denied == ticks.len() => flag(false),
                [] if blank_is_no => flag(false).rule(Rule::BlankIsNo),
                [] => Parsed::default(),
                marked if marked.iter().all(|code| *code == "no") => flag(false),
                marked if marked.contains(&"no") => Parsed::unread(Phrase::OneMark),
                _ => flag(true),
            }
        });
        Values { parsed: parsed.collect(), of_row }
    }

    /// A date with day, month and year in separate columns.
    pub fn date_of_parts(&self, source: &Source, kept: &[u32]) -> Values {
        let places = [source.day, source.month, source.year];
        let (combinations, of_row) = self.combined(&places, kept);
        let part = |name: &str, place: Option<usize>, code: u32, rules: &mut Rules| -> std::result::Result<Option<i32>, Phrase> {
            let text = self.text(place, code, rules)?;
            if text.is_empty() || Words::get().is_blank(&text) || text.chars().all(|c| !c.is_alphanumeric()) {
                return Ok(None);
            }
            match numbers::whole(name, Cell::Text(&text), &text).value {
                Value::Number(0) => Ok(None),
                Value::Number(number) => Ok(Some(number)),
                _ => Err(Phrase::DateInColumns),
            }
        };
        let parsed = combinations.par_iter().map(|codes| {
            let mut rules = Rules::default();
            let mut parts = [None; 3];
            for (((into, place), code), name) in parts.iter_mut().zip(places).zip(codes).zip(["day", "month", "year"]) {
                match part(name, place, *code, &mut rules) {
                    Ok(number) => *into = number,
                    Err(expected) => return Parsed::unread(expected),
                }
            }
            match dates::joined(parts[0], parts[1], parts[2], self.reading.window) {
                Ok(None) => Parsed::default(),
                Ok(Some((When::Day(day), found))) => Parsed::with(Value::Day(day.to_epoch_days()), found),
                Ok(Some((When::Month(year), found))) if self.reading.keeps_year => {
                    Parsed::with(Value::Year(year), found).rule(Rule::MonthAndYear)
                }
                Ok(Some((When::Year(year), found))) if self.reading.keeps_year => {
                    Parsed::with(Value::Year(year), found).rule(Rule::YearOnly)
                }
                Ok(Some(_)) => Parsed::unread(Phrase::WholeDate),
                Err(expected) => Parsed::unread(expected),
            }
        });
        Values { parsed: parsed.collect(), of_row }
    }
}
