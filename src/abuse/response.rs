//! Response times against the limits of Decree 56/2017/NĐ-CP.

use super::places::each;
use super::report::{Report, need};
use super::select::Selection;
use super::table::{Share, Table, share};
use super::unit::Unit;
use crate::area::Level;
use crate::calendar::Calendar;
use crate::catalogue::days;
use crate::decree56::{Decree56, Taken, Timeliness};
use crate::error::{ABUSE, Result};
use crate::grid::Columns;
use crate::task::Watched;
use chrono::NaiveDate;

/// The day on which deadlines are checked, and the working days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deadlines {
    /// Steps not recorded by this day are late if their limit has passed; without it they are undecided.
    pub until: Option<NaiveDate>,
    /// The working days.
    pub calendar: Calendar,
}

impl Report {
    /// The recorded steps in the decree's order; none for a step that was not due.
    fn steps(&self) -> [Option<Taken>; 3] {
        let from = self.received;
        [
            Some(Taken { from, to: self.emergency, hours: self.emergency_hours }),
            Some(Taken { from, to: self.planned, hours: None }),
            self.planned.map(|planned| Taken { from: planned, to: self.approved, hours: None }),
        ]
    }
}

#[derive(Clone, Default)]
struct StepCounts {
    on_time: u64,
    late: u64,
    undecided: u64,
    took: Vec<i32>,
}

impl StepCounts {
    /// The smallest recorded duration with at least that percent of recorded durations at or below it.
    fn quantile(&self, percent: usize) -> Option<u64> {
        let nth = (self.took.len() * percent).div_ceil(100).max(1) - 1;
        self.took.get(nth).map(|took| u64::from(took.unsigned_abs()))
    }
}

impl Selection {
    /// Emergency measure, plan and approval of each certain incident against the limits of Decree 56/2017/NĐ-CP: 12 hours
    /// from reception; 5 working days from reception; 2 working days from the plan.
    ///
    /// Working days are Monday to Friday without holidays, counted after the first day up to and including the last. `value`
    /// is the percent on time of the decided incidents, with Wilson's limits; `p25` to `p90` are the smallest
    /// recorded durations (hours or working days) with at least that share of the recorded at or below them. An emergency
    /// measure with a date only is undecided on the day of reception and the next, late after that. A step without its
    /// columns in the register is undecided.
    ///
    /// # Errors
    /// [`crate::Error::MissingColumn`] if the register lacks the columns of every step.
    pub fn response(&self, deadlines: &Deadlines, level: Level) -> Result<Table> {
        let steps = Decree56::steps();
        if self.facts.steps == [false; 3] {
            need(self.catalogue.known_table("victims")?, &[], &steps[0].1.recorded_in(), ABUSE)?;
        }
        let places = self.places(level)?;
        let until = deadlines.until.map(days);
        let mut counts = vec![StepCounts::default(); places.len() * steps.len()];
        for (_, report) in self.certain().watched() {
            for (nth, taken) in report.steps().into_iter().enumerate() {
                let Some(taken) = taken else { continue };
                let (timeliness, took) = steps[nth].1.judge(taken, until, &deadlines.calendar);
                let timeliness = if self.facts.steps[nth] { timeliness } else { Timeliness::Undecided };
                for row in places.of(self.choice.commune(report)) {
                    let of_step = &mut counts[row as usize * steps.len() + nth];
                    match timeliness {
                        Timeliness::OnTime => of_step.on_time += 1,
                        Timeliness::Late => of_step.late += 1,
                        Timeliness::Undecided => of_step.undecided += 1,
                    }
                    of_step.took.extend(took);
                }
            }
        }
        for of_step in &mut counts {
            of_step.took.sort_unstable();
        }
        let shares: Vec<Share> = counts.iter().map(|r| share(r.on_time, r.on_time + r.late)).collect();
        let of_row = || (0..places.len()).flat_map(|_| &steps);
        let quantiles = |percent: usize| counts.iter().map(move |r| r.quantile(percent));
        Columns::new(counts.len())
            .areas(&places.rows, steps.len())
            .words("step", of_row().map(|(step, _)| step))
            .counts("limit", of_row().map(|(_, d)| u64::from(d.limit.most().unsigned_abs())))
            .words("limit_unit", of_row().map(|(_, d)| d.limit.unit()))
            .counts("on_time", counts.iter().map(|r| r.on_time))
            .counts("late", counts.iter().map(|r| r.late))
            .counts("undecided", counts.iter().map(|r| r.undecided))
            .shares(&shares)
            .counts("recorded", counts.iter().map(|r| r.took.len() as u64))
            .some_counts("p25", quantiles(25))
            .some_counts("p50", quantiles(50))
            .some_counts("p75", quantiles(75))
            .some_counts("p90", quantiles(90))
            .covered(&each(&self.covered(Unit::Incident, &places), steps.len()))?
            .table(Some(Unit::Incident), self)
    }
}
