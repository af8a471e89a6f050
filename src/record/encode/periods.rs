//! Which rows belong to a period, and days shifted by years.

use super::encoded::{Encoded, LOW, NO, UNDECIDED, YES};
use super::encoder::{BIRTHS, Encoder};
use crate::catalogue::{Time, days};
use crate::error::{Error, Fact, Phrase, Result};
use crate::period::Period;
use chrono::{Datelike, NaiveDate};
use polars_core::prelude::{PolarsResult, polars_err};

impl Encoder<'_> {
    /// Whether each row belongs to the period, by the table's time rule.
    pub fn in_period(&mut self, period: &Period, lag: i32, date: Option<&str>) -> Result<Vec<u8>> {
        self.try_in_period(period, lag, date).map_err(|e| Error::Frame { table: self.table.id.clone(), found: Fact::library(e) })
    }

    fn try_in_period(&mut self, period: &Period, lag: i32, date: Option<&str>) -> PolarsResult<Vec<u8>> {
        let yes_if = |b: bool| if b { YES } else { NO };
        let table = self.table;
        let column = match table.time {
            Time::Stock => BIRTHS,
            Time::Event => date.ok_or_else(|| polars_err!(ColumnNotFound: "the date of an event"))?,
            Time::Year | Time::SchoolYear => table.time_column().ok_or_else(|| polars_err!(ColumnNotFound: "the year of a row"))?,
        };
        Ok(match table.time {
            Time::Stock => {
                let reference = days(shift_last(period.last(), lag));
                // With only a year of birth, a child in the register counts as born if it can be.
                self.get(column)?.interval().0.into_iter().map(|first| yes_if(first <= reference)).collect()
            }
            Time::Event => {
                let (first, last) = (days(shift(period.first(), lag)), days(shift_last(period.last(), lag)));
                let low = self.get(column)?.interval().0;
                low.into_iter().map(|day| if day == LOW { UNDECIDED } else { yes_if((first..=last).contains(&day)) }).collect()
            }
            Time::Year => {
                let year = period.year() - lag;
                self.get(column)?.interval().0.into_iter().map(|y| yes_if(y == year)).collect()
            }
            Time::SchoolYear => {
                let end = period.school_year_end() - lag;
                let wanted = format!("{}-{end}", end - 1);
                let encoded = self.get(column)?;
                let Encoded::Words { codes, words } = &*encoded else { return Ok(Vec::new()) };
                let fits: Vec<u8> = words.iter().map(|w| yes_if(*w == wanted)).collect();
                let readable: Vec<bool> = words.iter().map(|w| is_school_year(w)).collect();
                for (i, code) in codes.iter().enumerate() {
                    if readable.get(*code as usize) == Some(&false) {
                        self.problems.value(&table.id, column, Phrase::SchoolYear, self.row(i));
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

/// The last day of a period some years earlier: the day before the shifted next day, so that a February stays complete.
pub(crate) fn shift_last(day: NaiveDate, years: i32) -> NaiveDate {
    day.succ_opt().and_then(|next| shift(next, years).pred_opt()).unwrap_or(day)
}

pub(crate) fn is_school_year(text: &str) -> bool {
    let parts = text.split_once('-').and_then(|(a, b)| Some((a.parse::<i32>().ok()?, b.parse::<i32>().ok()?)));
    text.len() == 9 && parts.is_some_and(|(a, b)| b == a + 1)
}
