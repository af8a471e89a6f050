//! The profile of a column: one cell alone does not show what its figures mean, nor which of two numbers is the day.

use super::cells::{Cell, Cells};
use super::codes::Words;
use super::legacy::Legacy;
use super::rules::Rules;
use super::tidy::{is_dashes, is_digits, number_text, tidy};
use super::{dates, moment};
use crate::catalogue::{Column, ColumnType};
use crate::spelling::bare;
use chrono::{Datelike, NaiveDate};

/// What is known of a column before its cells are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Profile {
    /// Figures are the codes that `values.toml` gives them.
    pub figures: bool,
    /// Which of its dates may have day and month swapped.
    pub order: Order,
    /// "T" beside "Nam" or "Nữ" means all, not boys.
    pub letter: bool,
    /// The identifier 0 belongs to one record; if several have it, it means none.
    pub zero: bool,
}

/// Which dates of a column may have day and month swapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Order {
    /// Texts in figures, the year last.
    pub texts: bool,
    /// Dates written by a program: date cells, numbers of days, texts with the year first.
    pub days: bool,
}

impl Default for Profile {
    fn default() -> Self {
        Self { figures: true, order: Order::default(), zero: true, letter: true }
    }
}

/// Up to one row in fifty counts as a typo, and reveals nothing of the column.
const TYPOS: u64 = 50;
/// Fewest dates whose days alone show that some were swapped.
const FEW: u64 = 4;

impl Profile {
    /// Profiles a column. `rows` has the number of records per code; `from_zero` means that other sheets code sexes from 0.
    pub fn of(column: &Column, header: &str, cells: &Cells, rows: &[u64], legacy: Option<Legacy>, from_zero: bool) -> Self {
        let used = || (0..rows.len() as u32).filter(|code| rows[*code as usize] > 0).map(|code| (cells.cell(code), rows[code as usize]));
        let text = |cell: Cell<'_>| text(cell, legacy);
        match (column.kind, column.codes.as_deref()) {
            (ColumnType::Date, _) => Self { order: Order::of(used().map(|(cell, rows)| (cell, text(cell), rows))), ..Self::default() },
            (ColumnType::Flag, _) => Self { figures: are_marks(used().map(|(cell, _)| text(cell))), ..Self::default() },
            (ColumnType::List, Some("circumstance")) => {
                Self { figures: number_groups(header, used().map(|(cell, _)| text(cell))), ..Self::default() }
            }
            // A column with a 0 is coded from 0: its 1 is not ours.
            (ColumnType::Text, Some("ethnicity")) => {
                Self { figures: !used().any(|(cell, _)| figure(&text(cell)) == Some(0)), ..Self::default() }
            }
            (ColumnType::Text, Some("sex")) => {
                let letter = !used().any(|(cell, _)| matches!(bare(&text(cell)).as_str(), "nam" | "nu"));
                Self { figures: are_sexes(from_zero, header, used().map(|(cell, _)| text(cell))), letter, ..Self::default() }
            }
            (ColumnType::Text, None) if column.id.ends_with("_id") => {
                let is_zero = |cell: Cell<'_>| cell == Cell::Text("0") || cell == Cell::Number(0.0);
                Self { zero: used().filter(|(cell, _)| is_zero(*cell)).map(|(_, rows)| rows).sum::<u64>() < 2, ..Self::default() }
            }
            _ => Self::default(),
        }
    }
}

impl Profile {
    /// True for a letter that may mean all.
    pub fn is_total(self, text: &str) -> bool {
        !self.letter && matches!(text, "T" | "t" | "T." | "t.")
    }
}

fn text(cell: Cell<'_>, legacy: Option<Legacy>) -> String {
    match cell {
        Cell::Text(text) => tidy(text, legacy, &mut Rules::default()),
        Cell::Number(number) => number_text(number),
        _ => String::new(),
    }
}

fn figure(text: &str) -> Option<u32> {
    text.parse().ok().filter(|_| is_digits(text))
}

/// True if the figures of a yes/no column are 1 and 0: with 2 and without 0 they number the answers, and 2 may mean no.
pub(super) fn are_marks(texts: impl Iterator<Item = String>) -> bool {
    let (mut zero, mut more) = (false, false);
    for number in texts.filter_map(|text| figure(&text)) {
        zero |= number == 0;
        more |= number > 1;
    }
    zero || !more
}

/// True if the figures of a column of sexes are 1 and 2, without 0. Where other files or sheets are coded from 0, a 1 is ours only beside a
/// 2 or below a header with a legend.
fn are_sexes(from_zero: bool, header: &str, texts: impl Iterator<Item = String>) -> bool {
    let (mut zero, mut two) = (false, false);
    for number in texts.filter_map(|text| figure(&text)) {
        zero |= number == 0;
        two |= number == 2;
    }
    !zero && (!from_zero || two || header.contains(|c: char| c.is_ascii_digit()))
}

/// Groups of circumstances with a number.
const GROUPS: std::ops::RangeInclusive<u32> = 1..=14;

/// True if figures among circumstances are group numbers: the header says so, or all cells are figures in their range, and not only the 1
/// and 2 of yes and no.
fn number_groups(header: &str, texts: impl Iterator<Item = String>) -> bool {
    let key = bare(header);
    let says_so = key.split(' ').any(|word| matches!(word, "nhom" | "ma")) || key.contains("1 14") || header.contains([':', '=']);
    let (mut zero, mut words, mut shows) = (false, false, false);
    for text in texts.filter(|text| !text.is_empty() && !is_dashes(text) && !Words::get().is_blank(text) && !Words::get().is_nothing(text))
    {
        let parts: Vec<&str> = text.split([';', ',', '/', '+', '|', '\n', ' ']).map(str::trim).filter(|part| !part.is_empty()).collect();
        let numbers: Option<Vec<u32>> = parts.iter().map(|part| figure(part)).collect();
        match numbers {
            Some(numbers) => {
                zero |= numbers.iter().any(|n| !GROUPS.contains(n));
                shows |= numbers.len() > 1 || numbers.iter().any(|n| *n > 2);
            }
            None => words = true,
        }
    }
    !zero && (says_so || shows && !words)
}

impl Order {
    /// Profiles the dates of a column: each cell with its text and its number of rows.
    fn of<'a>(dates: impl Iterator<Item = (Cell<'a>, String, u64)>) -> Self {
        // Texts by which number is above 12: the first, the second, neither; days above 12 and others.
        let (mut ours, mut american, mut either) = (0, 0, 0);
        let (mut late, mut early) = (0, 0);
        let mut count = |day: NaiveDate, rows: u64| if day.day() > 12 { late += rows } else { early += rows };
        for (cell, text, rows) in dates {
            match cell {
                Cell::Date(serial) => drop(dates::serial(serial).map(|day| count(day, rows))),
                Cell::Number(number) if number > 10_000.0 => drop(dates::serial(number).map(|day| count(day, rows))),
                Cell::Text(_) => match in_figures(&text) {
                    Some(Figures::Iso(day)) => count(day, rows),
                    Some(Figures::YearLast(13..=31, 1..=12)) => ours += rows,
                    Some(Figures::YearLast(1..=12, 13..=31)) => american += rows,
                    Some(Figures::YearLast(1..=12, 1..=12)) => either += rows,
                    _ => {}
                },
                _ => {}
            }
        }
        let left = ours + american;
        let few = |some: u64, all: u64| some * TYPOS <= all;
        Self {
            texts: american > 0 && american * TYPOS > ours,
            // A program that reads the month first (or the day) turns what it can into dates, and leaves the rest as text.
            days: early > 0 && left > 0 && early + left >= FEW && few(late, early) && few(either, left),
        }
    }
}

enum Figures {
    YearLast(u32, u32),
    Iso(NaiveDate),
}

/// A text of three numbers.
fn in_figures(text: &str) -> Option<Figures> {
    let (date, _) = moment::split_time(text).ok()?;
    let numbers: Vec<&str> = date.split(['/', '-', '.', ' ', '\\', ',']).filter(|part| !part.is_empty()).collect();
    let [first, second, third] = numbers[..] else { return None };
    let number = |text: &str| figure(text).filter(|_| text.len() < 5);
    let (first_number, second_number, third_number) = (number(first)?, number(second)?, number(third)?);
    if first.len() == 4 {
        return NaiveDate::from_ymd_opt(first_number.cast_signed(), second_number, third_number).map(Figures::Iso);
    }
    matches!(third.len(), 2 | 4).then_some(Figures::YearLast(first_number, second_number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(texts: &[&str], days: &[&str]) -> (bool, bool) {
        let serial = |day: &&str| day.parse::<NaiveDate>().map(|day| f64::from(day.to_epoch_days() + 25_569)).unwrap();
        let texts = texts.iter().map(|text| (Cell::Text(text), (*text).to_owned(), 1));
        let order = Order::of(texts.chain(days.iter().map(|day| (Cell::Date(serial(day)), String::new(), 1))));
        (order.texts, order.days)
    }

    #[test]
    fn the_order_of_dates_comes_from_the_whole_column() {
        assert_eq!(order(&["05/03/2014", "25/03/2014"], &[]), (false, false));
        assert_eq!(order(&["05/03/2014", "03/25/2014"], &[]), (true, false));
        assert_eq!(order(&["05/03/2014", "03/25/2014", "25/03/2014"], &[]), (true, false));
        assert_eq!(order(&["25/03/2014", "17/01/2014", "13/10/2014"], &["2014-05-03", "2014-07-01", "2014-12-10"]), (false, true));
        assert_eq!(order(&["25/03/2014", "17/01/2014", "2014-05-03", "2014-07-01 00:00:00"], &[]), (false, true));
        // One day after the 12th: dates are as intended.
        assert_eq!(order(&["25/03/2014", "17/01/2014"], &["2014-05-03", "2014-07-13"]), (false, false));
        assert_eq!(order(&["25/03/2014", "07/01/2014"], &["2014-05-03", "2014-07-12"]), (false, false));
        // One typo among many does not determine the order.
        let mut many = vec!["25/03/2014"; 60];
        many.push("03/25/2014");
        assert_eq!(order(&many, &[]), (false, false));
    }

    #[test]
    fn figures_among_circumstances_number_groups_where_all_are_figures() {
        let numbered = |header: &str, texts: &[&str]| number_groups(header, texts.iter().map(|t| (*t).to_owned()));
        for texts in [&["4"][..], &["14", "1"], &["1,3"], &["1", "2", "3", "không", "-"], &["1;2"]] {
            assert!(numbered("Hoàn cảnh đặc biệt", texts), "{texts:?}");
        }
        for texts in [&["1"][..], &["1", "0"], &["1", "2"], &["4", "d2"], &["15", "1"], &["0", "4"], &["mồ côi", "4"], &["x", "1"]] {
            assert!(!numbered("Hoàn cảnh đặc biệt", texts), "{texts:?}");
        }
        assert!(
            numbered("Nhóm hoàn cảnh đặc biệt", &["1"])
                && numbered("Hoàn cảnh (1-14)", &["1", "a"])
                && !numbered("Nhóm đối tượng", &["1", "0"])
        );
    }
}
