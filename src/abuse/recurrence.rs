//! How soon children are reported again, with censored follow-up.

use super::select::Selection;
use super::table::Table;
use super::unit::Unit;
use crate::catalogue::days;
use crate::error::{Error, Fact, Phrase, Result};
use crate::grid::Columns;
use crate::stats::{Followed, Status, kaplan_meier};
use chrono::{Datelike, NaiveDate};

/// Mean days of a month: 365.25 ÷ 12.
const MONTH: f64 = 30.4375;

/// One horizon.
struct Horizon {
    months: u32,
    time: i32,
    events: u64,
    censored: u64,
    at_risk: u64,
    value: Option<f64>,
    limits: Option<(f64, f64)>,
    status: Status,
}

impl Selection {
    /// The percent of children reported again within given numbers of months of their first report.
    ///
    /// Children with a key whose first report lies in the selection's period are followed from that day to their next
    /// report on a later day. A child without one is censored at `until` or, if a birth date is known (the earliest recorded),
    /// on the day before the birthday that ends childhood, whichever is earlier: later reports cannot be seen.
    /// S(t) = Π (1 − dᵢ/nᵢ) over the days tᵢ ≤ t, with dᵢ reported again that day of nᵢ still followed; the
    /// value is 100·(1 − S(t)) (E. L. Kaplan and P. Meier, Journal of the American Statistical Association 53 (1958),
    /// 457–481). Limits: S^exp(±z·s), s = √(Σ dᵢ/(nᵢ(nᵢ − dᵢ))) ÷ |ln S|, Greenwood's variance on the scale of log(−log S)
    /// (J. D. Kalbfleisch and R. L. Prentice, "The Statistical Analysis of Failure Time Data", 1980). A horizon of m
    /// months is ⌊30.4375·m⌋ days.
    ///
    /// # Errors
    /// [`Error::BadNumber`] for no months, months outside of 1 to 1200, or a level not between 0 and 1.
    pub fn recurrence(&self, until: NaiveDate, months: &[u32], level: f64) -> Result<Table> {
        if months.is_empty() || months.iter().any(|m| !(1..=1200).contains(m)) {
            let found = Fact::verbatim(months.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
            return Err(Error::BadNumber { what: "months", expected: Phrase::WholeNumbersFromTo(1, 1200).into(), found });
        }
        let followed = self.followed(days(until));
        let horizons: Vec<Horizon> = months.iter().map(|m| horizon(&followed, *m, level)).collect::<Result<_>>()?;
        Columns::new(horizons.len())
            .counts("months", horizons.iter().map(|h| u64::from(h.months)))
            .counts("days", horizons.iter().map(|h| u64::from(h.time.unsigned_abs())))
            .counts("children", horizons.iter().map(|_| followed.len() as u64))
            .counts("events", horizons.iter().map(|h| h.events))
            .counts("censored", horizons.iter().map(|h| h.censored))
            .counts("at_risk", horizons.iter().map(|h| h.at_risk))
            .floats("value", horizons.iter().map(|h| h.value))
            .floats("lower", horizons.iter().map(|h| h.limits.map(|l| l.0)))
            .floats("upper", horizons.iter().map(|h| h.limits.map(|l| l.1)))
            .words("status", horizons.iter().map(|h| h.status.as_str()))
            .note(
                "Số trẻ em ở đây là trẻ em được theo dõi: có mã định danh và lần tiếp nhận đầu tiên trong kỳ",
                "Children here are those followed: with a key, and first reported in the period",
            )
            .table(Some(Unit::Child), self)
    }

    fn followed(&self, until: i32) -> Vec<Followed> {
        let (first, last) = self.choice.span();
        let mut followed = Vec::new();
        for of_child in self.histories().chunk_by(|a, b| a.0 == b.0) {
            let start = of_child[0].1;
            if !(first..=last.min(until)).contains(&start) {
                continue;
            }
            let born = of_child.iter().filter_map(|(_, _, report)| self.facts.reports[*report as usize].born).min();
            let end = born.map_or(until, |born| until.min(birthday(born, self.choice.under.years()) - 1)).max(start);
            let again = of_child.iter().map(|(_, day, _)| *day).find(|day| *day > start).filter(|day| *day <= end);
            followed.push(Followed { time: again.unwrap_or(end) - start, happened: again.is_some() });
        }
        followed.sort_unstable();
        followed
    }
}

/// The day a person reaches an age in years: 1 March for 29 February in common years.
fn birthday(born: i32, years: i32) -> i32 {
    let Some(date) = NaiveDate::from_epoch_days(born) else { return i32::MAX };
    let year = date.year() + years;
    let day = NaiveDate::from_ymd_opt(year, date.month(), date.day()).or_else(|| NaiveDate::from_ymd_opt(year, 3, 1));
    day.map_or(i32::MAX, days)
}

fn horizon(followed: &[Followed], months: u32, level: f64) -> Result<Horizon> {
    let time = (f64::from(months) * MONTH).floor() as i32;
    let inside = followed.partition_point(|f| f.time <= time);
    let events = followed[..inside].iter().filter(|f| f.happened).count() as u64;
    let (share, limits) = kaplan_meier(followed, time, level)?;
    // A horizon that no child was followed to has no value.
    let known = followed.iter().any(|f| f.time >= time);
    Ok(Horizon {
        months,
        time,
        events,
        censored: inside as u64 - events,
        at_risk: (followed.len() - inside) as u64,
        value: known.then_some(100.0 * share),
        limits: limits.filter(|_| known).map(|(lower, upper)| (100.0 * lower, 100.0 * upper)),
        status: if known { Status::of_rate(events) } else { Status::NotAvailable },
    })
}
