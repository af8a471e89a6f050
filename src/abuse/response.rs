//! How fast help came, against the limits of Decree 56/2017/NĐ-CP.

use super::report::{Report, need};
use super::select::Selection;
use super::spots::each;
use super::table::{Columns, Share, Table, share};
use super::unit::Unit;
use crate::area::Level;
use crate::calendar::Calendar;
use crate::catalogue::days;
use crate::decree56::{Decree56, Taken, Timeliness};
use crate::error::{ABUSE, Result};
use crate::task::Watched;
use chrono::NaiveDate;

/// When deadlines are looked at, and which days are working days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deadlines {
    /// Steps not recorded by this day are late if their limit has passed; without it they are undecided.
    pub until: Option<NaiveDate>,
    /// The working days.
    pub calendar: Calendar,
}

impl Report {
    /// The steps of the decree in their order, as they are recorded; none for one that was not due.
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
        let steps = Decree56::steps();
        if self.facts.steps == [false; 3] {
            need(self.catalogue.known_table("victims")?, &[], &steps[0].1.recorded_in(), ABUSE)?;
        }
        let spots = self.spots(level)?;
        let until = deadlines.until.map(days);
        let mut lines = vec![Line::default(); spots.len() * steps.len()];
        for (_, report) in self.certain().watched() {
            for (nth, taken) in report.steps().into_iter().enumerate() {
                let Some(taken) = taken else { continue };
                let (timeliness, took) = steps[nth].1.judge(taken, until, &deadlines.calendar);
                let timeliness = if self.facts.steps[nth] { timeliness } else { Timeliness::Undecided };
                for spot in spots.of(self.choice.commune(report)) {
                    let line = &mut lines[spot as usize * steps.len() + nth];
                    match timeliness {
                        Timeliness::OnTime => line.on_time += 1,
                        Timeliness::Late => line.late += 1,
                        Timeliness::Undecided => line.undecided += 1,
                    }
                    line.took.extend(took);
                }
            }
        }
        for line in &mut lines {
            line.took.sort_unstable();
        }
        let shares: Vec<Share> = lines.iter().map(|l| share(l.on_time, l.on_time + l.late)).collect();
        let of_row = || (0..spots.len()).flat_map(|_| &steps);
        let quantiles = |percent: usize| lines.iter().map(move |l| l.quantile(percent));
        Columns::new(lines.len())
            .word("unit", Unit::Incident.word())
            .areas(&spots, steps.len())
            .words("step", of_row().map(|(step, _)| step))
            .counts("limit", of_row().map(|(_, d)| u64::from(d.limit.most().unsigned_abs())))
            .words("limit_unit", of_row().map(|(_, d)| d.limit.unit()))
            .counts("on_time", lines.iter().map(|l| l.on_time))
            .counts("late", lines.iter().map(|l| l.late))
            .counts("undecided", lines.iter().map(|l| l.undecided))
            .shares(&shares)
            .counts("recorded", lines.iter().map(|l| l.took.len() as u64))
            .some_counts("p25", quantiles(25))
            .some_counts("p50", quantiles(50))
            .some_counts("p75", quantiles(75))
            .some_counts("p90", quantiles(90))
            .covered(each(&self.covered(Unit::Incident, &spots), steps.len()))?
            .finish(Some(Unit::Incident), self)
    }
}
