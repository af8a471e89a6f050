//! Days as numbers (from 1970-01-01), and ages: in common years a person born on 29 February turns a year older on 1 March.

use chrono::{Datelike, NaiveDate};

/// The day as a number; a day beyond the end of the month becomes its last day.
pub(super) fn day(year: i32, month: u32, day_of_month: u32) -> i32 {
    (0..4).find_map(|less| NaiveDate::from_ymd_opt(year, month, day_of_month.saturating_sub(less))).unwrap_or_default().to_epoch_days()
}

fn date(day: i32) -> NaiveDate {
    NaiveDate::from_epoch_days(day).unwrap_or_default()
}

pub(super) fn year_of(day: i32) -> i32 {
    date(day).year()
}

/// The latest day of birth of someone who has completed `age` years `on` a day.
pub(super) fn latest_birth(on: i32, age: i32) -> i32 {
    let on = date(on);
    day(on.year() - age, on.month(), on.day())
}

/// The first and last possible day of birth of someone who is `age` years old `on` a day.
pub(super) fn births_at(on: i32, age: i32) -> (i32, i32) {
    (latest_birth(on, age + 1) + 1, latest_birth(on, age))
}

/// Completed years `on` a day.
pub(super) fn age_on(on: i32, birth: i32) -> i32 {
    let years = year_of(on) - year_of(birth);
    if birth <= latest_birth(on, years) { years } else { years - 1 }
}

pub(super) fn is_leap(year: i32) -> bool {
    NaiveDate::from_ymd_opt(year, 2, 29).is_some()
}
