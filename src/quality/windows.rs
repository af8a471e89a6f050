//! Rules about communes and windows of time: outlying counts, updates that did not come.

use super::kind::{Kind, Outlier};
use super::table::{Checked, Finding};
use crate::error::Result;
use crate::period::Period;
use crate::stats::{OUTLYING, modified_z};
use chrono::{Datelike, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

/// Months looked at for updates where no period is asked.
const LAST_MONTHS: i32 = 12;

/// The month of a day, counted from year 0.
fn month(day: NaiveDate) -> i32 {
    day.year() * 12 + day.month0().cast_signed()
}

/// The first month after the last one that is whole by a day.
pub(super) fn open_month(day: NaiveDate) -> i32 {
    month(day) + i32::from(day.succ_opt().is_some_and(|next| next.month() != day.month()))
}

/// The whole months of a period, as first and one after the last; none if it cuts a month.
pub(super) fn months(period: &Period) -> Option<std::ops::Range<i32>> {
    let end = open_month(period.last());
    (period.first().day() == 1 && end > month(period.last())).then(|| month(period.first())..end)
}

/// The months whose updates are judged: those of the period that are over on the reference day, or the last twelve.
pub(super) fn judged_months(period: Option<&Period>, reference: NaiveDate) -> std::ops::Range<i32> {
    let end = open_month(reference);
    match period {
        Some(period) => months(period).unwrap_or_else(|| month(period.first())..end),
        None => end - LAST_MONTHS..end,
    }
}

/// The whole months that a period touches; without one the last twelve.
pub(super) fn whole_months(period: Option<&Period>, reference: NaiveDate) -> Result<Period> {
    let months = match period {
        Some(period) if months(period).is_some() => return Ok(period.clone()),
        Some(period) => month(period.first())..month(period.last()) + 1,
        None => judged_months(None, reference),
    };
    let first = |month: i32| NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12).cast_unsigned() + 1, 1);
    let last = first(months.end).and_then(|day| day.pred_opt());
    let days = first(months.start).zip(last).map(|(first, last)| format!("{first}/{last}"));
    days.unwrap_or_default().parse()
}

/// The verdicts of the rules about communes and months.
pub(super) fn judge(tables: &mut [Checked], period: Option<&Period>, reference: NaiveDate) -> Result<()> {
    let (asked, end) = (judged_months(period, reference), open_month(reference));
    for table in tables {
        for nth in 0..table.verdicts.len() {
            if !table.verdicts[nth].missing.is_empty() {
                continue;
            }
            let (judged, findings) = match &table.verdicts[nth].rule.kind {
                Kind::Outlier(outlier) => outliers(table, outlier, end)?,
                Kind::Updates { .. } => not_updated(table, &asked),
                _ => continue,
            };
            table.verdicts[nth].passed = judged - findings.len() as u64;
            table.verdicts[nth].findings = findings;
        }
    }
    Ok(())
}

/// Windows whose counts are far from those of the others of the same commune.
fn outliers(table: &Checked, outlier: &Outlier, end: i32) -> Result<(u64, Vec<Finding>)> {
    let step = outlier.every.months();
    let last = end.div_euclid(step);
    let (mut judged, mut findings) = (0, Vec::new());
    for (place, months) in table.by_month() {
        // Of each commune its own: a mistyped early date of one makes no empty windows of the others.
        let own = months.keys().next().map_or(last, |month| month.div_euclid(step));
        let first = own.max(last - outlier.windows as i32);
        if last - first < outlier.least_windows as i32 {
            continue;
        }
        let mut windows: BTreeMap<i32, u64> = (first..last).map(|window| (window, 0)).collect();
        for (month, rows) in months {
            windows.entry(month.div_euclid(step)).and_modify(|n| *n += rows);
        }
        let numbers: Vec<u64> = windows.into_values().collect();
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        // Among small numbers a single row would lie far away.
        if sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2] < 2 * outlier.least_median {
            continue;
        }
        judged += numbers.len() as u64;
        let scores = modified_z(&numbers.iter().map(|n| *n as f64).collect::<Vec<f64>>())?;
        for (window, score) in (first..last).zip(scores).filter(|(_, score)| score.abs() > OUTLYING) {
            findings.push(Finding { place, month: window * step, months: step, word: if score > 0.0 { "high" } else { "low" } });
        }
    }
    Ok((judged, findings))
}

/// Months in which communes with rows did not bring any up to date.
fn not_updated(table: &Checked, months: &std::ops::Range<i32>) -> (u64, Vec<Finding>) {
    let (mut judged, mut findings) = (0, Vec::new());
    for place in table.places() {
        for month in months.clone() {
            judged += 1;
            if !is_updated(&table.updates, place, month) {
                let is_late = table.updates.contains(&(place, month + 1, true));
                findings.push(Finding { place, month, months: 1, word: if is_late { "late" } else { "missing" } });
            }
        }
    }
    (judged, findings)
}

/// Whether some row of a commune was brought up to date in a month.
pub(super) fn is_updated(updates: &BTreeSet<(u32, i32, bool)>, place: u32, month: i32) -> bool {
    updates.range((place, month, false)..=(place, month, true)).next().is_some()
}
