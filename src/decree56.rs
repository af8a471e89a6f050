//! The time limits of Decree 56/2017/NĐ-CP for helping an abused child, and the check of a step against its limit.
//!
//! The limits are in `decree56.toml`; statistics of abuse and rules of quality read them from there.

use crate::calendar::Calendar;
use serde::Deserialize;
use std::sync::LazyLock;

/// The steps of the decree.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decree56 {
    emergency: Deadline,
    plan: Deadline,
    approval: Deadline,
}

/// A step due within a limit after another day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deadline {
    /// The column with the day from which time counts.
    pub from: String,
    /// The column with the day the step was taken.
    pub to: String,
    pub limit: Limit,
}

/// The longest time a step may take.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Limit {
    /// In hours, with the column that records them.
    Hours {
        hours: i32,
        column: String,
    },
    WorkingDays {
        working_days: i32,
    },
}

/// One recorded step: days since 1970, and hours where they are recorded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    pub from: i32,
    pub to: Option<i32>,
    pub hours: Option<i32>,
}

/// Whether a step was taken in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timeliness {
    OnTime,
    Late,
    Undecided,
}

static DECREE: LazyLock<Decree56> =
    LazyLock::new(|| toml::from_str(include_str!("decree56.toml")).expect("decree56.toml is part of the crate and tested"));

impl Decree56 {
    /// The steps in order, each with its code in the list `step`.
    pub fn steps() -> [(&'static str, &'static Deadline); 3] {
        [("emergency", &DECREE.emergency), ("plan", &DECREE.plan), ("approval", &DECREE.approval)]
    }
}

impl Limit {
    /// The longest time allowed, in the limit's unit.
    pub fn most(&self) -> i32 {
        match self {
            Self::Hours { hours, .. } => *hours,
            Self::WorkingDays { working_days } => *working_days,
        }
    }

    /// The unit, as its code in the list `limit_unit`.
    pub fn unit(&self) -> &'static str {
        match self {
            Self::Hours { .. } => "hours",
            Self::WorkingDays { .. } => "working_days",
        }
    }
}

impl Deadline {
    /// The columns that record the step; any one is enough.
    pub fn recorded_in(&self) -> Vec<&str> {
        let hours = match &self.limit {
            Limit::Hours { column, .. } => Some(column.as_str()),
            Limit::WorkingDays { .. } => None,
        };
        hours.into_iter().chain([self.to.as_str()]).collect()
    }

    /// Whether a step was taken in time, and its duration in the limit's unit, where recorded. A step without record
    /// is late if its limit has passed on the day `until`.
    pub fn judge(&self, step: Taken, until: Option<i32>, calendar: &Calendar) -> (Timeliness, Option<i32>) {
        let took = match self.limit {
            Limit::Hours { .. } => step.hours,
            Limit::WorkingDays { .. } => step.to.map(|to| calendar.working_days(step.from, to)),
        };
        if let Some(took) = took {
            return (if took <= self.limit.most() { Timeliness::OnTime } else { Timeliness::Late }, Some(took));
        }
        let is_late = step.to.or(until).is_some_and(|day| match self.limit {
            // Dates give only a lower bound: the hours of the whole days between them.
            Limit::Hours { hours, .. } => (i64::from(day) - i64::from(step.from) - 1) * 24 >= i64::from(hours),
            Limit::WorkingDays { working_days } => calendar.working_days(step.from, day) > working_days,
        });
        (if is_late { Timeliness::Late } else { Timeliness::Undecided }, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, ColumnType};

    #[test]
    fn steps_name_columns_and_codes_that_exist() {
        let catalogue = Catalogue::builtin();
        let kind = |column: &str| catalogue.table("victims").unwrap().column(column).unwrap().kind;
        for (code, deadline) in Decree56::steps() {
            assert!(catalogue.codes().has("step", code), "{code}");
            assert!(catalogue.codes().has("limit_unit", deadline.limit.unit()), "{code}");
            assert_eq!([kind(&deadline.from), kind(&deadline.to)], [ColumnType::Date; 2]);
            if let Limit::Hours { column, .. } = &deadline.limit {
                assert_eq!(kind(column), ColumnType::Integer);
            }
        }
    }

    #[test]
    fn dates_alone_count_only_the_hours_of_whole_days_between() {
        let timeliness = |hours: i32, days: i32| {
            let limit = Limit::Hours { hours, column: "emergency_hours".to_owned() };
            let deadline = Deadline { from: "received_date".to_owned(), to: "emergency_date".to_owned(), limit };
            deadline.judge(Taken { from: 0, to: Some(days), hours: None }, None, &Calendar::default()).0
        };
        assert_eq!(
            [timeliness(12, 0), timeliness(12, 1), timeliness(12, 2)],
            [Timeliness::Undecided, Timeliness::Undecided, Timeliness::Late]
        );
        // 48 hours after the first minute of a day is the third day; after its last, the end of it.
        assert_eq!([timeliness(48, 2), timeliness(48, 3)], [Timeliness::Undecided, Timeliness::Late]);
    }
}
