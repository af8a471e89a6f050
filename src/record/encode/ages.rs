//! Days of birth and ages, as intervals where they are uncertain.

use super::encoded::{Encoded, HIGH, LOW};
use super::encoder::{BIRTHS, Encoder, LIVED};
use crate::catalogue::{Derived, Time, days};
use crate::error::Phrase;
use chrono::{Datelike, NaiveDate};
use polars_core::prelude::PolarsResult;

fn civil(day: i32) -> (i32, i32, i32) {
    // Days were checked to be between 1800 and 2200.
    NaiveDate::from_epoch_days(day).map_or((1970, 1, 1), |d| (d.year(), d.month().cast_signed(), d.day().cast_signed()))
}

/// Completed years; a person born on 29 February turns a year older on 1 March of common years.
pub(crate) fn completed_years(birth: i32, on: i32) -> i32 {
    let (b, o) = (civil(birth), civil(on));
    o.0 - b.0 - i32::from((o.1, o.2) < (b.1, b.2))
}

/// Completed months; a month is complete on the same day of the month, or on the first of the next if there is no such day.
pub(crate) fn completed_months(birth: i32, on: i32) -> i32 {
    let (b, o) = (civil(birth), civil(on));
    (o.0 - b.0) * 12 + o.1 - b.1 - i32::from(o.2 < b.2)
}

impl Encoder<'_> {
    /// The possible days of birth.
    pub(super) fn births(&mut self) -> PolarsResult<Encoded> {
        let table = self.table;
        let Some(age) = &table.age else { return Ok(Encoded::unknown(self.frame.height())) };
        let (mut low, mut high) = self.get(&age.born)?.interval();
        if let Some(year) = &age.year {
            let years = self.get(year)?.interval().0;
            for (i, year) in years.into_iter().enumerate() {
                if low[i] != LOW || year == LOW {
                    continue;
                }
                // A year out of range was reported with its column and is unknown here.
                if let (Some(first), Some(last)) = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31)) {
                    low[i] = days(first);
                    high[i] = days(last);
                }
            }
        }
        if let (Some(_), Some(died)) = (&age.lived, &table.date) {
            let lived = self.get(LIVED)?.interval().0;
            let died = self.get(died)?.interval().0;
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

    /// An age, as an interval.
    pub(super) fn age(&mut self, number: Derived) -> PolarsResult<Encoded> {
        let (birth_low, birth_high) = self.get(BIRTHS)?.interval();
        let rows = self.frame.height();
        let (on_low, on_high) = self.reference_days(rows)?;
        let completed: fn(i32, i32) -> i32 = match number {
            Derived::Age => completed_years,
            Derived::AgeMonths => completed_months,
            Derived::AgeDays => |birth, on| on - birth,
        };
        let (mut low, mut high) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        let stock = self.table.time == Time::Stock;
        let estimated = self.estimated_ages()?;
        for i in 0..rows {
            let (least, most) = if birth_low[i] == LOW {
                estimated.as_ref().map_or((LOW, HIGH), |ages| ages[i])
            } else {
                let most = if on_high[i] == HIGH { HIGH } else { completed(birth_low[i], on_high[i]) };
                // An unknown day of the event is after the birth.
                let least = if on_low[i] == LOW { 0 } else { completed(birth_high[i], on_low[i]).max(0) };
                // Born after the event: the dates contradict each other, so the age is unknown.
                if most < 0 && !stock { (LOW, HIGH) } else { (least, most) }
            };
            low.push(least);
            high.push(most);
        }
        Ok(Encoded::Number { low, high })
    }

    /// Estimated ages, in completed years at the event; unbounded where one end is not given.
    fn estimated_ages(&mut self) -> PolarsResult<Option<Vec<(i32, i32)>>> {
        let table = self.table;
        let Some([from, to]) = table.age.as_ref().and_then(|age| age.estimated.as_ref()) else { return Ok(None) };
        let least = self.get(from)?.interval().0;
        let most = self.get(to)?.interval().1;
        let mut ages = Vec::with_capacity(least.len());
        for (i, (least, most)) in least.into_iter().zip(most).enumerate() {
            if least > most {
                self.problems.value(&self.table.id, to, Phrase::AgeNotBelow(from.to_owned()), self.row(i));
            }
            ages.push(if least == LOW && most != HIGH { (0, most) } else { (least, most) });
        }
        Ok(Some(ages))
    }

    /// The days on which ages are computed.
    fn reference_days(&mut self, rows: usize) -> PolarsResult<(Vec<i32>, Vec<i32>)> {
        let table = self.table;
        if table.time == Time::Stock {
            let Some(day) = self.reference.map(days) else { return Ok(Encoded::unknown(rows).interval()) };
            return Ok((vec![day; rows], vec![day; rows]));
        }
        let Some([on, latest]) = table.age.as_ref().and_then(|age| age.on.as_ref()) else {
            let Some(date) = &table.date else { return Ok(Encoded::unknown(rows).interval()) };
            return Ok(self.get(date)?.interval());
        };
        let (low, mut high) = self.get(on)?.interval();
        let (_, latest) = self.get(latest)?.interval();
        for (day, latest) in high.iter_mut().zip(latest) {
            if *day == HIGH {
                *day = latest;
            }
        }
        Ok((low, high))
    }
}
