//! Completeness, accuracy and timeliness by area, from 0 to 100.

use super::check::Check;
use super::chunk::NOWHERE;
use super::judge::{FAIL, PASS};
use super::rule::Severity;
use super::table::Checked;
use super::windows::{is_updated, months, open_month, whole_months};
use crate::area::Level;
use crate::catalogue::Time;
use crate::error::{Error, Fact, Phrase, Result};
use crate::grid::{Columns, UNKNOWN};
use crate::period::Period;
use polars_core::prelude::DataFrame;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of one area.
#[derive(Debug, Clone, Default)]
struct Line {
    rows: u64,
    recorded: u64,
    expected: u64,
    passed: u64,
    judged: u64,
    updated: u64,
    months: u64,
    communes: u64,
    reported: u64,
}

impl Check {
    /// The whole months that the period touches; without one the last twelve. What a scorecard is about unless another is asked.
    ///
    /// # Errors
    /// [`Error::BadPeriod`] beyond the years that have a period.
    pub fn whole_months(&self) -> Result<Period> {
        whole_months(self.period.as_ref(), self.setting.reference)
    }

    /// How complete, accurate and timely the records of each area are, from 0 to 100 (formulas of this project).
    ///
    /// - completeness = recorded values ÷ expected values, over the columns that the rules expect of each table; columns
    ///   that a table does not have are not recorded;
    /// - accuracy = passes ÷ (passes + failures) by the rules about rows of severity `error`; undecided rows are in neither;
    /// - timeliness = months of the period in which the commune brought its register up to date ÷ months of the period that
    ///   are over; of a wider area, over all its communes that have rows in the register.
    ///
    /// `expected` are the communes of the area, `reported` those of them with rows, in the period, in some table in which every
    /// commune has rows (null where no such table was checked). Status: `not_reported` if none has, `partial` if some have not.
    ///
    /// The register counts whole, events by their date in the period, yearly tables by the period's year. Every unit of the
    /// provinces with rows is there; where nothing is to be judged the score is null. Columns: area, `area_level`, name, rows,
    /// completeness, `recorded_values`, `expected_values`, accuracy, passed, judged, timeliness, updated, months, reported, expected, status.
    ///
    /// # Errors
    /// [`Error::BadNumber`] for a period that is not made of whole months, [`Error::NoLevel`] for a level that the list of areas
    /// does not have.
    pub fn scorecard(&self, by: Level, period: &Period) -> Result<DataFrame> {
        let Some(asked) = months(period) else {
            return Err(Error::BadNumber { what: "period", expected: Phrase::WholeMonths.into(), found: Fact::verbatim(period) });
        };
        let areas = &self.setting.areas;
        areas.check_level(by)?;
        let area_of = |place: u32| if place == NOWHERE { NOWHERE } else { areas.up_to(place, by) };
        let communes = self.communes();
        let mut lines: BTreeMap<u32, Line> = communes.iter().map(|place| (area_of(*place), Line::default())).collect();
        let mut reporting: BTreeSet<u32> = BTreeSet::new();
        let over = asked.start..asked.end.min(open_month(self.setting.reference));
        for table in &self.tables {
            let time = self.setting.table(&table.table).map_or(Time::Stock, |t| t.time);
            let is_inside = |window: i32| match time {
                Time::Stock => true,
                Time::Event => asked.contains(&window),
                Time::Year => window == period.year(),
                Time::SchoolYear => window == period.school_year_end(),
            };
            for (nth, spot) in table.spots.iter().enumerate().filter(|(_, s)| is_inside(s.window)) {
                if self.has_every_commune(table) && table.totals[nth] > 0 {
                    reporting.insert(spot.place);
                }
                let line = lines.entry(area_of(spot.place)).or_default();
                line.rows += table.totals[nth];
                line.expected += table.totals[nth] * table.expected as u64;
                line.recorded += table.recorded.iter().map(|counts| counts[nth]).sum::<u64>();
                for verdicts in table.verdicts.iter().filter(|v| v.rule.severity == Severity::Error) {
                    line.passed += verdicts.counts[nth][usize::from(PASS)];
                    line.judged += verdicts.counts[nth][usize::from(PASS)] + verdicts.counts[nth][usize::from(FAIL)];
                }
            }
            if table.is_stock {
                for place in &table.places() {
                    let line = lines.entry(area_of(*place)).or_default();
                    line.months += over.len() as u64;
                    line.updated += over.clone().filter(|month| is_updated(&table.updates, *place, *month)).count() as u64;
                }
            }
        }
        for place in &communes {
            let line = lines.entry(area_of(*place)).or_default();
            line.communes += 1;
            line.reported += u64::from(reporting.contains(place));
        }
        self.scores(by, &lines, self.tables.iter().any(|table| self.has_every_commune(table)))
    }

    /// True if a commune without a row of the table has not reported.
    fn has_every_commune(&self, table: &Checked) -> bool {
        self.setting.table(&table.table).is_some_and(|t| t.every_commune)
    }

    /// All communes of the provinces with rows.
    fn communes(&self) -> BTreeSet<u32> {
        let areas = &self.setting.areas;
        let with_rows = self.tables.iter().flat_map(Checked::places);
        let provinces: BTreeSet<u32> = with_rows.map(|place| areas.up_to(place, Level::Province)).collect();
        let all = (0_u32..).zip(areas.areas()).filter(|(_, area)| area.level == Level::Commune).map(|(place, _)| place);
        all.filter(|place| provinces.contains(&areas.up_to(*place, Level::Province))).collect()
    }

    fn scores(&self, by: Level, lines: &BTreeMap<u32, Line>, is_known: bool) -> Result<DataFrame> {
        let areas = &self.setting.areas;
        let area = |place: u32| (place != NOWHERE).then(|| areas.get(place));
        let score = |of: fn(&Line) -> (u64, u64)| {
            let percent = |(part, whole): (u64, u64)| (whole > 0).then(|| 100.0 * part as f64 / whole as f64);
            lines.values().map(move |line| percent(of(line)))
        };
        let count = |of: fn(&Line) -> u64| lines.values().map(of);
        let status = |line: &Line| match (line.reported, line.communes) {
            _ if !is_known => "ok",
            (0, 1..) => "not_reported",
            (some, all) if some < all => "partial",
            _ => "ok",
        };
        let columns = Columns::new(lines.len())
            .words("area", lines.keys().map(|p| area(*p).map_or(UNKNOWN, |a| a.code.as_str())))
            .words("area_level", lines.keys().map(|_| by.word()))
            .some_words("name", lines.keys().map(|p| area(*p).map(|a| a.name.as_str())))
            .counts("rows", count(|l| l.rows))
            .floats("completeness", score(|l| (l.recorded, l.expected)))
            .counts("recorded_values", count(|l| l.recorded))
            .counts("expected_values", count(|l| l.expected))
            .floats("accuracy", score(|l| (l.passed, l.judged)))
            .counts("passed", count(|l| l.passed))
            .counts("judged", count(|l| l.judged))
            .floats("timeliness", score(|l| (l.updated, l.months)))
            .counts("updated", count(|l| l.updated))
            .counts("months", count(|l| l.months))
            .some_counts("reported", lines.values().map(|l| is_known.then_some(l.reported)))
            .counts("expected", count(|l| l.communes))
            .words("status", lines.values().map(status));
        Ok(columns.finish()?.0)
    }
}
