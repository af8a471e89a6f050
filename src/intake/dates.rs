//! Dates as written in Viet Nam: day first, in words, as a number of days, or only the year.

use super::moment;
use super::rules::{Rule, Rules};
use crate::error::Phrase;
use crate::spelling::bare;
use chrono::{Datelike, Days, NaiveDate};

/// How much of a date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Day(NaiveDate),
    /// A month of that year.
    Month(i32),
    Year(i32),
}

/// The years in which a date with a two-digit year may lie. It is read only if exactly one of 19yy and 20yy is inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub first: i32,
    pub last: i32,
}

const EXPECTED: Phrase = Phrase::DayMonthYear;
pub(super) const UNCERTAIN_ORDER: Phrase = Phrase::CertainOrder;
pub(super) const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;
/// Numbers read as Excel days: 1954 to 2064.
const SERIALS: std::ops::RangeInclusive<i64> = 20_000..=60_000;
/// Days between Excel's two date systems.
pub(super) const DAYS_1904: f64 = 1462.0;

type Found = Result<(When, Rules), Phrase>;

fn one(rule: Rule) -> Rules {
    let mut rules = Rules::default();
    rules.add(rule);
    rules
}

/// A date cell of a spreadsheet, in days of the 1900 system.
pub(super) fn serial(serial: f64) -> Result<NaiveDate, Phrase> {
    let days = serial.floor() as i64;
    if !(1..=200_000).contains(&days) {
        return Err(EXPECTED);
    }
    // Excel counts 29 February 1900, which did not exist.
    let days = days.unsigned_abs() + u64::from(days < 60);
    NaiveDate::from_ymd_opt(1899, 12, 30).and_then(|start| start.checked_add_days(Days::new(days))).ok_or(EXPECTED)
}

/// A number in a column of dates: a year, or days as Excel counts them.
pub(super) fn number(number: f64, from_1904: bool) -> Found {
    if number.fract() == 0.0 && YEARS.contains(&(number as i32)) {
        return Ok((When::Year(number as i32), Rules::default()));
    }
    let days = if from_1904 { number + DAYS_1904 } else { number };
    if !SERIALS.contains(&(days.floor() as i64)) {
        return Err(EXPECTED);
    }
    let mut rules = one(Rule::ExcelSerial);
    if number.fract() != 0.0 {
        rules.add(Rule::TimeDropped);
    }
    serial(days).map(|day| (When::Day(day), rules))
}

/// A text in a column of dates.
pub(super) fn text(text: &str, window: Window) -> Found {
    let half_day = ["am", "pm"].iter().any(|half| text.to_ascii_lowercase().ends_with(half));
    let (text, time) = moment::split_time(text)?;
    let mut rules = Rules::default();
    if let Some(time) = time {
        rules.add(if time.ahead.is_some() { Rule::TimeZone } else { Rule::TimeDropped });
    }
    let (when, found) = if text.chars().any(char::is_alphabetic) { words(text, window) } else { figures(text, window) }?;
    rules.join(found);
    match when {
        // Programs that write AM and PM put the month first.
        When::Day(day)
            if half_day && day.day() <= 12 && day.day() != day.month() && !rules.has(Rule::YearMonthDay) && !rules.has(Rule::DateWords) =>
        {
            Err(UNCERTAIN_ORDER)
        }
        When::Day(day) => time.map_or(Some(day), |time| time.day(day)).map(|day| (When::Day(day), rules)).ok_or(EXPECTED),
        when => Ok((when, rules)),
    }
}

/// English names of months, which may be shortened to three letters or more.
const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

/// The number of a month by its name: "Mar", "Sept", "March".
fn month_named(word: &str) -> Option<&'static str> {
    const NUMBERS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"];
    let at = MONTHS.iter().position(|month| word.len() >= 3 && month.starts_with(word) || word == "sept" && *month == "september")?;
    Some(NUMBERS[at])
}

/// "ngày 5 tháng 3 năm 2014", "5 thg 3, 2014", "tháng 3/2014", "T3/2014", "năm 2014", "5 March 2014", "Mar 5, 2014".
fn words(text: &str, window: Window) -> Found {
    let key = bare(text);
    let mut numbers = Vec::new();
    let mut named = None;
    for word in key.split(' ') {
        // "T3" and "Thg3" are the third month.
        let digits = |rest: &&str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit());
        let word = ["thg", "t"].iter().find_map(|lead| word.strip_prefix(lead).filter(digits)).unwrap_or(word);
        match word {
            "ngay" | "thang" | "thg" | "nam" | "sinh" | "mung" | "t" => {}
            _ if word.bytes().all(|b| b.is_ascii_digit()) => numbers.push(word),
            _ => match month_named(word) {
                Some(month) if named.is_none() => {
                    named = Some(numbers.len());
                    numbers.push(month);
                }
                _ => return Err(EXPECTED),
            },
        }
    }
    // "Mar 5, 2014": the name shows which part is the month; "2014 Mar 5" has the year first.
    match (named, numbers.len()) {
        (None, _) | (Some(0), 2) | (Some(1), 3) if numbers.first().is_none_or(|first| named.is_none() || first.len() < 4) => {}
        (Some(0), 3) => numbers.swap(0, 1),
        (Some(1), 3) => numbers.reverse(),
        (Some(1), 2) if numbers[0].len() == 4 => numbers.reverse(),
        _ => return Err(EXPECTED),
    }
    let (when, mut rules) = parts(&numbers, window)?;
    rules.add(Rule::DateWords);
    Ok((when, rules))
}

fn figures(text: &str, window: Window) -> Found {
    let numbers: Vec<&str> = text.split(['/', '-', '.', ' ', '\\', ',']).filter(|part| !part.is_empty()).collect();
    if !numbers.iter().all(|n| n.bytes().all(|b| b.is_ascii_digit())) {
        return Err(EXPECTED);
    }
    match numbers[..] {
        [digits] if digits.len() == 8 => eight(digits),
        [digits] if digits.len() == 5 => number(digits.parse().map_err(|_| EXPECTED)?, false),
        [_] | [_, _] => parts(&numbers, window),
        [year, month, day] if year.len() == 4 => {
            // A day or month of 00 is unknown.
            let when = match (whole(month)?, whole(day)?) {
                (0, 0) => parts(&[year], window)?.0,
                (_, 0) => parts(&[month, year], window)?.0,
                _ => When::Day(day_of(day, month, whole(year)?)?),
            };
            Ok((when, one(Rule::YearMonthDay)))
        }
        [_, _, _] => {
            let (when, mut rules) = parts(&numbers, window)?;
            rules.add(Rule::DayMonthYear);
            Ok((when, rules))
        }
        _ => Err(EXPECTED),
    }
}

/// Day, month, year; month, year; or a year.
fn parts(numbers: &[&str], window: Window) -> Found {
    match numbers {
        [year] if year.len() == 4 && YEARS.contains(&whole(year)?) => Ok((When::Year(whole(year)?), Rules::default())),
        [month, year] if year.len() == 4 && YEARS.contains(&whole(year)?) && (1..=12).contains(&whole(month)?) => {
            Ok((When::Month(whole(year)?), Rules::default()))
        }
        // A day or month of 00 is unknown.
        [day, rest @ ..] if rest.len() == 2 && whole(day)? == 0 => {
            if whole(rest[0])? == 0 {
                parts(&rest[1..], window)
            } else {
                parts(rest, window)
            }
        }
        [day, month, year] => {
            let (year, rules) = match year.len() {
                4 => (whole(year)?, Rules::default()),
                2 => (century(whole(year)?, window)?, one(Rule::ShortYear)),
                _ => return Err(EXPECTED),
            };
            Ok((When::Day(day_of(day, month, year)?), rules))
        }
        _ => Err(EXPECTED),
    }
}

fn whole(digits: &str) -> Result<i32, Phrase> {
    if digits.len() > 4 { Err(EXPECTED) } else { digits.parse().map_err(|_| EXPECTED) }
}

fn day_of(day: &str, month: &str, year: i32) -> Result<NaiveDate, Phrase> {
    let (day, month) = (whole(day)?, whole(month)?);
    if !(1800..=2200).contains(&year) {
        return Err(EXPECTED);
    }
    NaiveDate::from_ymd_opt(year, month.cast_unsigned(), day.cast_unsigned()).ok_or(if (13..=31).contains(&month) && day <= 12 {
        Phrase::NotMonthDayYear
    } else if day <= 31 && (1..=12).contains(&month) {
        Phrase::DayOfTheMonth
    } else {
        EXPECTED
    })
}

/// The only century in which a two-digit year can lie.
fn century(short: i32, window: Window) -> Result<i32, Phrase> {
    let inside: Vec<i32> = [1900 + short, 2000 + short].into_iter().filter(|y| (window.first..=window.last).contains(y)).collect();
    match inside[..] {
        [year] => Ok(year),
        _ => Err(Phrase::YearOfFourDigits),
    }
}

/// "05032014" or "20140305", if only one reading is possible.
fn eight(digits: &str) -> Found {
    let common = |(day, month, year): (&str, &str, &str)| {
        let year = whole(year).ok().filter(|y| YEARS.contains(y))?;
        day_of(day, month, year).ok()
    };
    let ours = common((&digits[..2], &digits[2..4], &digits[4..]));
    let iso = common((&digits[6..], &digits[4..6], &digits[..4]));
    match (ours, iso) {
        (Some(day), None) | (None, Some(day)) => Ok((When::Day(day), one(Rule::DateDigits))),
        _ => Err(EXPECTED),
    }
}

/// A date from three columns: nothing, all, or the part that is known.
pub(super) fn joined(day: Option<i32>, month: Option<i32>, year: Option<i32>, window: Window) -> Result<Option<(When, Rules)>, Phrase> {
    let Some(year) = year else {
        return if day.is_none() && month.is_none() { Ok(None) } else { Err(Phrase::AYear) };
    };
    let (year, mut rules) =
        if (0..100).contains(&year) { (century(year, window)?, one(Rule::ShortYear)) } else { (year, Rules::default()) };
    if !YEARS.contains(&year) {
        return Err(Phrase::YearFromTo(1900, 2100));
    }
    Ok(Some(match (day, month) {
        (Some(day), Some(month)) => {
            rules.add(Rule::DateParts);
            (When::Day(day_of(&day.to_string(), &month.to_string(), year)?), rules)
        }
        (None, Some(month)) if (1..=12).contains(&month) => (When::Month(year), rules),
        (None, None) => (When::Year(year), rules),
        _ => return Err(Phrase::DayAndMonth),
    }))
}

/// The years in which a child's birth, an event or an adult's birth may lie, given the latest day of any record, if known.
pub(super) fn window(table: &str, column: &str, latest: Option<NaiveDate>) -> Window {
    let last = latest.map_or(2200, |day| day.year());
    let adult = matches!((table, column), ("perpetrators", "birth_date") | (_, "violator_birth_date"));
    let birth = column == "birth_date" || (table, column) == ("births", "date");
    let first = match latest {
        _ if adult => 1900,
        // A table of children holds nobody older than 17.
        Some(_) if birth => last - 18,
        _ => 1945,
    };
    Window { first, last }
}
