//! Rules about communes and windows of time: outlying counts, missing updates.

use super::kind::{Kind, Outlier};
use super::table::{CheckedTable, Finding};
use crate::error::Result;
use crate::period::Period;
use crate::stats::{OUTLYING, modified_z};
use chrono::{Datelike, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

/// The months checked for updates without a period.
const LAST_MONTHS: i32 = 12;

/// Months from year 0 to a day.
fn month(day: NaiveDate) -> i32 {
    day.year() * 12 + day.month0().cast_signed()
}

/// The first month that is not complete on a day.
pub(super) fn open_month(day: NaiveDate) -> i32 {
    month(day) + i32::from(day.succ_opt().is_some_and(|next| next.month() != day.month()))
}

/// The months of a period; none if it contains a partial month.
pub(super) fn months(period: &Period) -> Option<std::ops::Range<i32>> {
    let end = open_month(period.last());
    (period.first().day() == 1 && end > month(period.last())).then(|| month(period.first())..end)
}

/// The months checked for updates: those of the period that are over on the reference day, or the last twelve.
pub(super) fn months_to_check(period: Option<&Period>, reference: NaiveDate) -> std::ops::Range<i32> {
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
        None => months_to_check(None, reference),
    };
    let first = |month: i32| NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12).cast_unsigned() + 1, 1);
    let last = first(months.end).and_then(|day| day.pred_opt());
    let days = first(months.start).zip(last).map(|(first, last)| format!("{first}/{last}"));
    days.unwrap_or_default().parse()
}

/// Applies the rules about communes and windows.
pub(super) fn judge(tables: &mut [CheckedTable], period: Option<&Period>, reference: NaiveDate) -> Result<()> {
    let (asked, end) = (months_to_check(period, reference), open_month(reference));
    for table in tables {
        for nth in 0..table.verdicts.len() {
            if !table.verdicts[nth].missing.is_empty() {
                continue;
            }
            let (checked, findings) = match &table.verdicts[nth].rule.kind {
                Kind::Outlier(outlier) => outliers(table, outlier, end)?,
                Kind::Updates { .. } => not_updated(table, &asked),
                _ => continue,
            };
            table.verdicts[nth].passed = checked - findings.len() as u64;
            table.verdicts[nth].findings = findings;
        }
    }
    Ok(())
}

/// Windows whose counts are far from the commune's other windows.
fn outliers(table: &CheckedTable, outlier: &Outlier, end: i32) -> Result<(u64, Vec<Finding>)> {
    let step = outlier.every.months();
    let last = end.div_euclid(step);
    let (mut checked, mut findings) = (0, Vec::new());
    for (commune, months) in table.by_month() {
        // Each commune has its own start: a mistyped early date of one must not give the others empty windows.
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
        // With small numbers a single row would be an outlier.
        if sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2] < 2 * outlier.least_median {
            continue;
        }
        checked += numbers.len() as u64;
        let scores = modified_z(&numbers.iter().map(|n| *n as f64).collect::<Vec<f64>>())?;
        for (window, score) in (first..last).zip(scores).filter(|(_, score)| score.abs() > OUTLYING) {
            findings.push(Finding { commune, month: window * step, months: step, code: if score > 0.0 { "high" } else { "low" } });
        }
    }
    Ok((checked, findings))
}

/// Months in which communes with rows updated none.
fn not_updated(table: &CheckedTable, months: &std::ops::Range<i32>) -> (u64, Vec<Finding>) {
    let (mut checked, mut findings) = (0, Vec::new());
    for commune in table.communes() {
        for month in months.clone() {
            checked += 1;
            if !is_updated(&table.updates, commune, month) {
                let is_late = table.updates.contains(&(commune, month + 1, true));
                findings.push(Finding { commune, month, months: 1, code: if is_late { "late" } else { "missing" } });
            }
        }
    }
    (checked, findings)
}

/// Whether a commune updated some row in a month.
pub(super) fn is_updated(updates: &BTreeSet<(u32, i32, bool)>, commune: u32, month: i32) -> bool {
    updates.range((commune, month, false)..=(commune, month, true)).next().is_some()
}
