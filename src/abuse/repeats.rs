//! Repeated reports: the distinct children of a window, split into new, repeated and seen before.

use super::cells::{Count, Entry, by_cell, by_entity, certain, count, sorted};
use super::entities::Numbers;
use super::select::Selection;
use super::table::Table;
use super::unit::Unit;
use crate::area::Level;
use crate::catalogue::days;
use crate::error::{Error, Fact, Phrase, Result, choose};
use crate::grid::Columns;
use crate::period::Period;
use crate::record::{NO, YES};
use crate::task::Watched;
use chrono::{Datelike, Days, Months, NaiveDate};
use std::str::FromStr;

/// The windows of time in which children are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Windows {
    /// Calendar windows of 1, 3, 6 or 12 months of the selection's period, then the period itself.
    Months(u32),
    /// Any periods.
    Periods(Vec<Period>),
}

/// The length of windows in months, by code.
const LENGTHS: [(&str, u32); 4] = [("month", 1), ("quarter", 3), ("half_year", 6), ("year", 12)];
/// Their names, in the same order.
const NAMES: [Phrase; 4] = [Phrase::Month, Phrase::Quarter, Phrase::HalfYear, Phrase::Year];

impl Windows {
    /// # Errors
    /// [`Error::BadNumber`] for other months, or if the period cannot be cut into such windows.
    fn of(self, period: Option<&Period>) -> Result<Vec<Period>> {
        let months = match self {
            Self::Periods(periods) => return Ok(periods),
            Self::Months(months) => months,
        };
        let Some(name) = LENGTHS.iter().zip(NAMES).find_map(|((_, n), name)| (*n == months).then_some(name)) else {
            return Err(Error::BadNumber { what: "windows", expected: Phrase::WindowLength.into(), found: Fact::verbatim(months) });
        };
        let refused = || Error::BadNumber {
            what: "windows",
            expected: Phrase::WholeWindows(name.clone().into()).into(),
            found: period.map_or_else(|| Phrase::Nothing.into(), Fact::verbatim),
        };
        let period = period.ok_or_else(refused)?;
        let mut windows = Vec::new();
        let mut first = period.first();
        while first <= period.last() {
            let last = first.checked_add_months(Months::new(months)).and_then(|d| d.checked_sub_days(Days::new(1)));
            let last = last.filter(|last| first.day() == 1 && first.month0().is_multiple_of(months) && *last <= period.last());
            let last = last.ok_or_else(refused)?;
            windows.push(calendar(first, months)?);
            first = last.succ_opt().ok_or_else(refused)?;
        }
        if windows.len() > 1 {
            windows.push(period.clone());
        }
        Ok(windows)
    }
}

/// The windows by code: `month`, `quarter`, `half_year`, `year`.
impl FromStr for Windows {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        choose("windows", word, &LENGTHS).map(Self::Months)
    }
}

/// The calendar window of a length in months that begins on a day.
fn calendar(first: NaiveDate, months: u32) -> Result<Period> {
    let year = first.year();
    match months {
        1 => format!("{year}-{:02}", first.month()),
        3 => format!("{year}Q{}", first.month0() / 3 + 1),
        6 => format!("{year}H{}", first.month0() / 6 + 1),
        _ => year.to_string(),
    }
    .parse()
}

/// The reports of a child up to a window's end: one, in the window; several, all in it; one before it.
const NEW: u8 = 0;
const IN_WINDOW: u8 = 1;
const BEFORE: u8 = 2;

impl Selection {
    /// The distinct children of each window, and how many of them were reported again.
    ///
    /// A child is `new` if the window's report is its only one up to the window's end, in any area; `seen_before` if it has
    /// a report before the window's first day; else `repeated_in_window`. `repeated` = `repeated_in_window` +
    /// `seen_before`. Earlier reports are known only as far back as the register goes. Rows without a child key cannot be
    /// de-duplicated and count in `without_key`: `new` + `repeated` + `without_key` = `children`, and `least` and `most` bound
    /// them, all as in [`Selection::counts`]. The period of the selection sets the windows, but does not limit earlier reports.
    ///
    /// # Errors
    /// [`Error::BadNumber`] if the period cannot be cut into the windows.
    pub fn repeats(&self, windows: Windows, level: Level) -> Result<Table> {
        let windows = windows.of(self.choice.period.as_ref())?;
        let reports = &self.facts.reports;
        let Numbers { children, keyed, cases } = self.facts.numbers();
        let keyed = *keyed;
        let known = self.histories();
        let places = self.places(level)?;
        let mut rows: Vec<Row> = Vec::new();
        for window in &windows {
            let span = (days(window.first()), days(window.last()));
            let came = came(&known, keyed, span);
            let mut entries = Vec::new();
            let mut incidents = vec![0_u64; places.len()];
            for (nth, report) in reports.iter().enumerate().watched() {
                let status = self.ever[nth].min(self.choice.within(report, &self.decided, span));
                if status == NO {
                    continue;
                }
                for row in places.of(self.choice.commune(report)) {
                    entries.push(Entry { cell: u64::from(row), entity: children[nth], case: cases[nth], possible: status != YES });
                    incidents[row as usize] += u64::from(status == YES);
                }
            }
            let mut of_window: Vec<Row> = incidents.into_iter().map(|n| Row { incidents: n, ..Row::default() }).collect();
            for (cell, of_cell) in by_cell(&sorted(entries)) {
                let row = &mut of_window[cell as usize];
                row.count = count(of_cell, keyed);
                for (child, _) in by_entity(of_cell).filter(|(child, of_child)| *child < keyed && certain(of_child)) {
                    row.came[usize::from(came[child as usize])] += 1;
                }
            }
            rows.extend(of_window);
        }
        let names: Vec<String> = windows.iter().flat_map(|w| std::iter::repeat_n(w.to_string(), places.len())).collect();
        let came = |which: u8| rows.iter().map(move |r| r.came[usize::from(which)]);
        Columns::new(rows.len())
            .words("window", names)
            .areas(&places.rows, 1)
            .counts("children", rows.iter().map(|r| r.count.certain))
            .counts("new", came(NEW))
            .counts("repeated", rows.iter().map(|r| r.came[usize::from(IN_WINDOW)] + r.came[usize::from(BEFORE)]))
            .counts("repeated_in_window", came(IN_WINDOW))
            .counts("seen_before", came(BEFORE))
            .counts("incidents", rows.iter().map(|r| r.incidents))
            .counts("without_key", rows.iter().map(|r| r.count.without_key))
            .counts("undecided", rows.iter().map(|r| r.count.undecided))
            .counts("least", rows.iter().map(|r| r.count.least))
            .counts("most", rows.iter().map(|r| r.count.most()))
            .covered(&windows.iter().flat_map(|window| self.covered_in(Unit::Child, &places, Some(window))).collect::<Vec<_>>())?
            .note("Số trẻ em = lần đầu + lặp lại + không có mã định danh", "Children = new + repeated + without a key")
            .table(Some(Unit::Child), self)
    }

    /// Child, day and index of every report that counts regardless of its date, for children with a key, sorted.
    pub(super) fn histories(&self) -> Vec<(u32, i32, u32)> {
        let Numbers { children, keyed, .. } = self.facts.numbers();
        let known = |nth: usize| {
            let day = self.choice.day(&self.facts.reports[nth], &self.decided)?;
            (self.ever[nth] == YES && children[nth] < *keyed).then_some((children[nth], day, nth as u32))
        };
        let mut found: Vec<_> = (0..children.len()).filter_map(known).collect();
        found.sort_unstable();
        found
    }
}

#[derive(Clone, Default)]
struct Row {
    count: Count,
    came: [u64; 3],
    incidents: u64,
}

/// The class of each child with reports up to a window's end.
fn came(known: &[(u32, i32, u32)], keyed: u32, (first, last): (i32, i32)) -> Vec<u8> {
    let mut found = vec![NEW; keyed as usize];
    for of_child in known.chunk_by(|a, b| a.0 == b.0) {
        let before = of_child.partition_point(|(_, day, _)| *day < first);
        let until = of_child.partition_point(|(_, day, _)| *day <= last);
        found[of_child[0].0 as usize] = match (before, until) {
            (1.., _) => BEFORE,
            (_, 2..) => IN_WINDOW,
            _ => NEW,
        };
    }
    found
}
