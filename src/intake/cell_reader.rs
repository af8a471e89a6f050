//! Reads one distinct cell into a value of its column, with the rules applied, or with what was expected instead.

use super::cells::Cell;
use super::codes::{FIGURES, Words};
use super::dates::{self, When, Window};
use super::legacy::Legacy;
use super::mapping::Mapped;
use super::numbers;
use super::profile::{Order, Profile};
use super::rules::{Rule, Rules};
use super::tidy::{is_dashes, is_digits, number_text, tidy, without_apostrophe};
use super::value::{FAILED_FORMULA, OWN_UNIT, Parsed, SHARED, Value, YES_OR_NO};
use crate::catalogue::{Column, ColumnType, EthnicList};
use crate::error::Phrase;
use crate::spelling::{bare, identifier, is_tidy};
use chrono::{Datelike, NaiveDate};
use std::borrow::Cow;

/// Expected instead of an identifier that a spreadsheet turned into a number.
const LOST_DIGITS: Phrase = Phrase::AllDigits;
/// Spreadsheet numbers keep 15 digits.
const DIGITS: f64 = 1e15;
/// Expected instead of a letter that may mean boys or all.
const AMBIGUOUS: Phrase = Phrase::SexNotTotal;

/// What is needed to read the cells of a column.
pub(super) struct CellReader<'a> {
    pub words: &'a Words,
    pub legacy: Option<Legacy>,
    pub from_1904: bool,
    pub ethnic: EthnicList,
    pub window: Window,
    /// The table has a column for the year of this date.
    pub keeps_year: bool,
    /// What the column as a whole reveals.
    pub profile: Profile,
    /// Other sheets or files code sexes from 0.
    pub from_zero: bool,
    /// The greatest number that the column can hold.
    pub greatest: Option<i32>,
    pub mapped: &'a Mapped,
}

impl CellReader<'_> {
    /// Reads one cell of a column.
    pub fn read(&self, column: &Column, cell: Cell<'_>) -> Parsed {
        if let Some(parsed) = self.unchanged(column, cell) {
            return parsed;
        }
        let mut rules = Rules::default();
        let text = match cell {
            Cell::Blank => return self.blank(column),
            Cell::Error => return Parsed::unread(FAILED_FORMULA),
            Cell::Shared => return Parsed::unread(SHARED),
            Cell::Scaled => return Parsed::unread(OWN_UNIT),
            Cell::Text(text) if column.kind == ColumnType::List => {
                // Line ends separate the codes of a list.
                let lines: Vec<String> = text.split(['\n', '\r']).map(|line| tidy(line, self.legacy, &mut rules)).collect();
                lines.join("\n").trim().to_owned()
            }
            Cell::Text(text) => tidy(text, self.legacy, &mut rules),
            Cell::Number(number) => number_text(number),
            Cell::Date(_) => String::new(),
            Cell::Flag(flag) => flag.to_string(),
        };
        let mut cell = cell;
        let mut text = text;
        let marked = if is_identifier(column) { text.trim_start_matches('\'').trim_start() } else { without_apostrophe(&text) };
        if marked.len() < text.len() && !marked.is_empty() {
            rules.add(Rule::Apostrophe);
            text = marked.to_owned();
            cell = Cell::Text("");
        }
        if let Some(replacement) = self.mapped.value(&column.id, &text) {
            rules.add(Rule::MappedValue);
            text = replacement.to_owned();
            cell = Cell::Text("");
            if text.is_empty() {
                return Parsed::with(Value::Null, rules);
            }
        }
        if !text.is_empty() && (is_dashes(&text) || self.words.is_blank(&text)) {
            return Parsed::with(Value::Null, rules).rule(Rule::BlankWord);
        }
        let mut parsed = match column.kind {
            ColumnType::Date => self.date(cell, &text),
            ColumnType::Integer => {
                let parsed = numbers::whole(&column.id, cell, &text);
                let refused = if let Value::Number(number) = parsed.value { self.refused(column, number) } else { None };
                refused.map_or(parsed, Parsed::unread)
            }
            ColumnType::Flag => self.flag(&text),
            ColumnType::List => self.words.list(column, &text, self.profile.figures),
            ColumnType::Text | ColumnType::Area => self.text(column, cell, &text),
        };
        if parsed.unread.is_none() {
            parsed.rules.join(rules);
        }
        parsed
    }

    /// What was expected, for a number that the column cannot hold.
    fn refused(&self, column: &Column, number: i32) -> Option<Phrase> {
        let (least, greatest) = (column.least?, self.greatest?);
        let range = if column.id.ends_with("year") { Phrase::YearFromTo } else { Phrase::WholeNumberFromTo };
        (!(least..=greatest).contains(&number)).then(|| range(least.into(), greatest.into()))
    }

    /// The value of a text that needs no change, like most names: a fast path, since a column may hold a million of them.
    fn unchanged(&self, column: &Column, cell: Cell<'_>) -> Option<Parsed> {
        let Cell::Text(text) = cell else { return None };
        let plain = column.kind == ColumnType::Text && column.codes.is_none() && !matches!(column.id.as_str(), "school_year" | "article");
        let whole = column.id != "personal_id" || text.len() == 12;
        let marked = text.starts_with(['\'', '\u{2019}', '\u{2018}', '`']);
        let whole = whole && !marked && text != "0" && (!is_identifier(column) || matches!(identifier(text), Some(Cow::Borrowed(_))));
        let untouched = plain && whole && self.legacy.is_none() && !self.mapped.has(&column.id) && is_tidy(text);
        let has_content = || !is_dashes(text) && !self.words.is_blank(text);
        (untouched && has_content()).then(|| Parsed::with(Value::Text(text.to_owned()), Rules::default()))
    }

    fn blank(&self, column: &Column) -> Parsed {
        if column.kind == ColumnType::Flag && self.mapped.blank_is_no(&column.id) {
            return Parsed::with(Value::Flag(false), Rules::default()).rule(Rule::BlankIsNo);
        }
        Parsed::default()
    }

    fn date(&self, cell: Cell<'_>, text: &str) -> Parsed {
        let found = match cell {
            Cell::Date(serial) if dates::YEARS.contains(&(serial as i32)) => Err(Phrase::DateNotYear),
            Cell::Date(serial) => dates::serial(serial).map(|day| {
                let mut rules = Rules::default();
                if serial.fract() != 0.0 {
                    rules.add(Rule::TimeDropped);
                }
                (When::Day(day), rules)
            }),
            Cell::Number(number) => dates::number(number, self.from_1904),
            _ => dates::text(text, self.window),
        };
        match found {
            Ok((When::Day(day), rules)) if self.may_be_swapped(cell, day, rules) => Parsed::unread(dates::UNCERTAIN_ORDER),
            Ok((When::Day(day), rules)) => Parsed::with(Value::Day(day.to_epoch_days()), rules),
            Ok((When::Month(year), rules)) if self.keeps_year => Parsed::with(Value::Year(year), rules).rule(Rule::MonthAndYear),
            Ok((When::Year(year), rules)) if self.keeps_year => Parsed::with(Value::Year(year), rules).rule(Rule::YearOnly),
            Ok(_) => Parsed::unread(Phrase::WholeDate),
            Err(expected) => Parsed::unread(expected),
        }
    }

    /// True for a date whose day and month may be swapped, given what the whole column reveals.
    fn may_be_swapped(&self, cell: Cell<'_>, day: NaiveDate, rules: Rules) -> bool {
        let Order { texts, days } = self.profile.order;
        if !(texts || days) || day.day() > 12 || day.day() == day.month() {
            return false;
        }
        let parsed = !matches!(cell, Cell::Text(_)) || rules.has(Rule::YearMonthDay) || rules.has(Rule::ExcelSerial);
        if parsed { days } else { texts && (rules.has(Rule::DayMonthYear) || rules.has(Rule::DateDigits)) }
    }

    fn flag(&self, text: &str) -> Parsed {
        match self.words.flag(text) {
            // "x?" expresses doubt.
            Some(_) if text.contains('?') => Parsed::unread(YES_OR_NO),
            Some(_) if !self.profile.figures && is_digits(text) => Parsed::unread(FIGURES),
            Some(flag) if matches!(text, "true" | "false") => Parsed::with(Value::Flag(flag), Rules::default()),
            Some(flag) => Parsed::with(Value::Flag(flag), Rules::default()).rule(Rule::FlagWord),
            None => Parsed::unread(YES_OR_NO),
        }
    }

    fn text(&self, column: &Column, cell: Cell<'_>, text: &str) -> Parsed {
        if let Some(list) = &column.codes {
            return if list == "ethnicity" {
                self.words.ethnic(self.ethnic, text, self.profile.figures)
            } else {
                match self.words.code(list, text, self.profile.figures) {
                    _ if self.profile.is_total(text) => Parsed::unread(AMBIGUOUS),
                    parsed => parsed,
                }
            };
        }
        let mut rules = Rules::default();
        let mut text = text.to_owned();
        if is_identifier(column) {
            match identifier(&text) {
                _ if matches!(cell, Cell::Number(number) if number.abs() >= DIGITS) => return Parsed::unread(LOST_DIGITS),
                Some(_) if text == "0" && !self.profile.zero => return Parsed::default().rule(Rule::BlankWord),
                Some(same) if same == text => {}
                Some(tidy) => {
                    text = tidy.into_owned();
                    rules.add(Rule::Written);
                }
                None if text.contains(|c: char| matches!(c, '1'..='9')) => return Parsed::unread(LOST_DIGITS),
                None => return Parsed::default().rule(Rule::BlankWord),
            }
        }
        match cell {
            Cell::Number(_) => rules.add(Rule::NumberAsText),
            Cell::Date(_) => return Parsed::unread(Phrase::TextNotDate),
            _ => {}
        }
        // Every personal identification number begins with 0, which spreadsheets drop.
        if column.id == "personal_id" && matches!(text.len(), 10 | 11) && text.bytes().all(|b| b.is_ascii_digit()) {
            text = format!("{text:0>12}");
            rules.add(Rule::LeadingZeros);
        }
        let written = match column.id.as_str() {
            "school_year" => Some(school_year(&text)),
            "article" => Some(article(&text)),
            _ => None,
        };
        match written {
            Some(None) if column.id == "school_year" => return Parsed::unread(Phrase::SchoolYear),
            Some(None) => return Parsed::unread(Phrase::Article),
            Some(Some(rewritten)) if rewritten != text => {
                rules.add(Rule::Written);
                text = rewritten;
            }
            _ => {}
        }
        Parsed::with(Value::Text(text), rules)
    }
}

/// True for a column that identifies a record, a person or a case.
fn is_identifier(column: &Column) -> bool {
    column.kind == ColumnType::Text && column.id.ends_with("_id")
}

/// "Năm học 2021/2022" as 2021-2022.
fn school_year(text: &str) -> Option<String> {
    let plain = bare(text);
    let years: Vec<i32> = plain.trim_start_matches("nam hoc ").split(' ').map(|y| y.parse().ok()).collect::<Option<_>>()?;
    let [first, last] = years[..] else { return None };
    let last = if last < 100 { first / 100 * 100 + last } else { last };
    ((1900..2100).contains(&first) && last == first + 1).then(|| format!("{first}-{last}"))
}

/// "Khoản 1 Điều 22" as 22.1.
fn article(text: &str) -> Option<String> {
    if text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())) {
        return Some(text.to_owned());
    }
    let key = bare(text);
    let words: Vec<&str> = key.split(' ').collect();
    let number = |word: &str| words.iter().position(|w| *w == word).and_then(|at| words.get(at + 1)).filter(|n| n.parse::<u32>().is_ok());
    let known = words.iter().all(|w| matches!(*w, "dieu" | "khoan" | "diem") || w.parse::<u32>().is_ok() || w.len() == 1);
    match (known, number("dieu"), number("khoan")) {
        (true, Some(article), Some(clause)) => Some(format!("{article}.{clause}")),
        (true, Some(article), None) => Some((*article).to_owned()),
        _ => None,
    }
}
