//! Working days: Monday to Friday without public holidays.

use chrono::{Datelike, NaiveDate, Weekday};
use std::collections::BTreeSet;

/// A calendar of working days, made from the public holidays and the days off in lieu.
///
/// ```
/// use chitieu::{Calendar, abuse::Deadlines};
/// let calendar: Calendar = ["2022-09-01".parse()?, "2022-09-02".parse()?].into_iter().collect();
/// let deadlines = Deadlines { until: Some("2022-12-31".parse()?), calendar };
/// # let _ = deadlines;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    holidays: BTreeSet<NaiveDate>,
}

impl FromIterator<NaiveDate> for Calendar {
    fn from_iter<I: IntoIterator<Item = NaiveDate>>(holidays: I) -> Self {
        Self { holidays: holidays.into_iter().collect() }
    }
}

impl Extend<NaiveDate> for Calendar {
    fn extend<I: IntoIterator<Item = NaiveDate>>(&mut self, holidays: I) {
        self.holidays.extend(holidays);
    }
}

impl Calendar {
    /// Working days after `after`, up to and including `to`, both as days since 1970; 0 if `to` is not later.
    pub(crate) fn working_days(&self, after: i32, to: i32) -> i32 {
        // Counted from Monday, 29 December 1969, three days before the epoch.
        let until = |day: i32| (day + 3).div_euclid(7) * 5 + ((day + 3).rem_euclid(7) + 1).min(5);
        let off = |day: &&NaiveDate| !is_weekend(**day) && (after + 1..=to).contains(&day.to_epoch_days());
        (until(to) - until(after)).max(0) - self.holidays.iter().filter(off).count() as i32
    }
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn working_days_equal_a_count_day_by_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        // Thursday, Friday, and a Saturday, which is no working day anyway.
        let calendar: Calendar = ["2022-09-01", "2022-09-02", "2022-09-03"].map(day).into_iter().collect();
        let works = |day: NaiveDate| !is_weekend(day) && !calendar.holidays.contains(&day);
        let first = day("2022-08-20").to_epoch_days();
        for after in first..first + 21 {
            for to in after..after + 30 {
                let by_day = (after + 1..=to).filter(|day| works(NaiveDate::from_epoch_days(*day).unwrap())).count();
                assert_eq!(calendar.working_days(after, to), by_day as i32, "{after} {to}");
            }
        }
        assert_eq!(calendar.working_days(first + 9, first), 0);
    }
}
