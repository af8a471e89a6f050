//! How fast help came, against the limits of Decree 56/2017/NĐ-CP.

use super::counts::each;
use super::report::Report;
use super::select::Selection;
use super::table::{Columns, Share, Table, share};
use super::unit::Unit;
use crate::area::Level;
use crate::catalogue::days;
use crate::error::{Phrase, Result};
use crate::period::working_days;
use crate::task::Watched;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// When deadlines are looked at, and which days are no working days besides Saturday and Sunday.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deadlines {
    /// Steps not recorded by this day are late if their limit has passed; without it they are undecided.
    pub until: Option<NaiveDate>,
    /// Public holidays and days off in their place.
    pub holidays: BTreeSet<NaiveDate>,
}

/// A step that the decree gives a limit.
struct Step {
    word: &'static str,
    limit: i32,
    unit: &'static str,
}

const STEPS: [Step; 3] = [
    Step { word: "emergency", limit: 12, unit: "hours" },
    Step { word: "plan", limit: 5, unit: "working_days" },
    Step { word: "approval", limit: 2, unit: "working_days" },
];

/// How a step went.
enum Went {
    OnTime,
    Late,
    Undecided,
}

impl Deadlines {
    /// Working days after one day up to and with another.
    fn working_days(&self, after: i32, to: i32) -> i32 {
        working_days(after, to, &self.holidays)
    }

    /// How a step of a report went and, if it is recorded, how long it took; none if it was not due.
    fn step(&self, nth: usize, report: &Report) -> Option<(Went, Option<i32>)> {
        let until = self.until.map(days);
        let limit = STEPS[nth].limit;
        let judged = |took: i32| if took <= limit { Went::OnTime } else { Went::Late };
        if nth == 0 {
            if let Some(hours) = report.emergency_hours {
                return Some((judged(hours), Some(hours)));
            }
            // By dates alone only the day after next is surely beyond 12 hours, and none is surely within.
            let passed = report.emergency.or(until).map(|day| day - report.received);
            let went = if passed.is_some_and(|days| days >= 2) { Went::Late } else { Went::Undecided };
            return Some((went, None));
        }
        let (start, end) = if nth == 1 { (report.received, report.planned) } else { (report.planned?, report.approved) };
        if let Some(end) = end {
            let took = self.working_days(start, end);
            return Some((judged(took), Some(took)));
        }
        let late = until.is_some_and(|until| self.working_days(start, until) > limit);
        Some((if late { Went::Late } else { Went::Undecided }, None))
    }
}

#[derive(Clone, Default)]
struct Line {
    on_time: u64,
    late: u64,
    undecided: u64,
    took: Vec<i32>,
}

impl Line {
    /// The smallest recorded duration with at least that share of the recorded at or below it.
    fn quantile(&self, percent: usize) -> Option<u64> {
        let nth = (self.took.len() * percent).div_ceil(100).max(1) - 1;
        self.took.get(nth).map(|took| u64::from(took.unsigned_abs()))
    }
}

impl Selection {
    /// Emergency measure, plan and approval of each certain incident against the limits of Decree 56/2017/NĐ-CP: 12 hours
    /// from reception; 5 working days from reception; 2 working days from the plan.
    ///
    /// Working days are Monday to Friday without holidays, those after the first day up to and with the last. `value` is
    /// the percent on time of the incidents that can be decided, with Wilson's limits; `p25` to `p90` are the smallest
    /// recorded durations (hours or working days) with at least that share of the recorded at or below them. The emergency
    /// measure by its date alone is undecided on the day of reception and the next, late after that. A step whose columns the
    /// register does not have is undecided.
    ///
    /// # Errors
    /// [`crate::Error::MissingColumn`] if the register has the columns of no step.
    pub fn response(&self, deadlines: &Deadlines, level: Level) -> Result<Table> {
        if self.facts.steps == [false; 3] {
            return Err(crate::Error::MissingColumn {
                table: "victims".to_owned(),
                column: "emergency_hours".to_owned(),
                expected: Phrase::Integer.into(),
                found: Vec::new(),
                indicator: crate::error::ABUSE.to_owned(),
            });
        }
        let spots = self.spots(level)?;
        let mut lines = vec![Line::default(); spots.len() * STEPS.len()];
        for (_, report) in self.certain().watched() {
            for nth in 0..STEPS.len() {
                let Some((went, took)) = deadlines.step(nth, report) else { continue };
                let went = if self.facts.steps[nth] { went } else { Went::Undecided };
                for spot in spots.of(self.choice.commune(report)) {
                    let line = &mut lines[spot as usize * STEPS.len() + nth];
                    match went {
                        Went::OnTime => line.on_time += 1,
                        Went::Late => line.late += 1,
                        Went::Undecided => line.undecided += 1,
                    }
                    line.took.extend(took);
                }
            }
        }
        for line in &mut lines {
            line.took.sort_unstable();
        }
        let shares: Vec<Share> = lines.iter().map(|l| share(l.on_time, l.on_time + l.late)).collect();
        let steps = || (0..spots.len()).flat_map(|_| &STEPS);
        let quantiles = |percent: usize| lines.iter().map(move |l| l.quantile(percent));
        Columns::new(lines.len())
            .word("unit", Unit::Incident.word())
            .areas(&spots, STEPS.len())
            .words("step", steps().map(|s| s.word))
            .counts("limit", steps().map(|s| u64::from(s.limit.unsigned_abs())))
            .words("limit_unit", steps().map(|s| s.unit))
            .counts("on_time", lines.iter().map(|l| l.on_time))
            .counts("late", lines.iter().map(|l| l.late))
            .counts("undecided", lines.iter().map(|l| l.undecided))
            .shares(&shares)
            .counts("recorded", lines.iter().map(|l| l.took.len() as u64))
            .some_counts("p25", quantiles(25))
            .some_counts("p50", quantiles(50))
            .some_counts("p75", quantiles(75))
            .some_counts("p90", quantiles(90))
            .covered(each(&self.covered(Unit::Incident, &spots), STEPS.len()))?
            .finish(Some(Unit::Incident), self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, Weekday};

    #[test]
    fn working_days_are_those_of_the_calendar() {
        let holidays: BTreeSet<NaiveDate> = ["2022-09-01", "2022-09-02", "2022-09-03"].map(|day| day.parse().unwrap()).into();
        let deadlines = Deadlines { until: None, holidays };
        let works = |day: NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !deadlines.holidays.contains(&day);
        let first = days("2022-08-20".parse().unwrap());
        for after in first..first + 21 {
            for to in after..after + 30 {
                let by_day = (after + 1..=to).filter(|day| works(NaiveDate::from_epoch_days(*day).unwrap())).count();
                assert_eq!(deadlines.working_days(after, to), by_day as i32, "{after} {to}");
            }
        }
        assert_eq!(deadlines.working_days(first + 9, first), 0);
    }
}
