//! Completeness, accuracy and timeliness by area, from 0 to 100.

use super::check::Check;
use super::chunk::NOWHERE;
use super::judge::{FAIL, PASS};
use super::rule::Severity;
use super::table::CheckedTable;
use super::windows::{is_updated, months, open_month, whole_months};
use crate::area::Level;
use crate::catalogue::Time;
use crate::error::{Error, Fact, Phrase, Result};
use crate::grid::{Columns, UNKNOWN};
use crate::period::Period;
use polars_core::prelude::DataFrame;
use std::collections::{BTreeMap, BTreeSet};

/// The counts of one area.
#[derive(Debug, Clone, Default)]
struct AreaCounts {
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
    /// The default period of a scorecard: the whole months that the check's period touches, or the last twelve.
    ///
    /// # Errors
    /// [`Error::BadPeriod`] for years outside of the range of periods.
    pub fn whole_months(&self) -> Result<Period> {
        whole_months(self.period.as_ref(), self.setting.reference)
    }

    /// How complete, accurate and timely the records of each area are, from 0 to 100 (formulas of this project).
    ///
    /// - completeness = recorded values ÷ expected values, over the columns that the rules expect of each table; columns
    ///   that a table lacks count as not recorded;
    /// - accuracy = passes ÷ (passes + failures) by the rules about rows of severity `error`; undecided rows are left out;
    /// - timeliness = months of the period in which the commune updated its register ÷ months of the period that
    ///   are over; of a wider area, over all its communes that have rows in the register.
    ///
    /// `expected` are the communes of the area, `reported` those with rows, in the period, in some table in which every
    /// commune has rows (null where no such table was checked). Status: `not_reported` if none has, `partial` if only some have.
    ///
    /// All rows of a register count, events by their date in the period, yearly tables by the period's year. Every area of the
    /// provinces with rows is included; a score without a denominator is null. Columns: area, `area_level`, name, rows,
    /// completeness, `recorded_values`, `expected_values`, accuracy, passed, judged, timeliness, updated, months, reported, expected, status.
    ///
    /// # Errors
    /// [`Error::BadNumber`] for a period not of whole months, [`Error::NoLevel`] for a level that is not in the list of areas.
    pub fn scorecard(&self, area_level: Level, period: &Period) -> Result<DataFrame> {
        let Some(asked) = months(period) else {
            return Err(Error::BadNumber { what: "period", expected: Phrase::WholeMonths.into(), found: Fact::verbatim(period) });
        };
        let areas = &self.setting.areas;
        areas.check_level(area_level)?;
        let area_of = |commune: u32| if commune == NOWHERE { NOWHERE } else { areas.up_to(commune, area_level) };
        let communes = self.communes();
        let mut counts: BTreeMap<u32, AreaCounts> = communes.iter().map(|commune| (area_of(*commune), AreaCounts::default())).collect();
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
            for (nth, place) in table.places.iter().enumerate().filter(|(_, s)| is_inside(s.window)) {
                if self.has_every_commune(table) && table.totals[nth] > 0 {
                    reporting.insert(place.commune);
                }
                let of_area = counts.entry(area_of(place.commune)).or_default();
                of_area.rows += table.totals[nth];
                of_area.expected += table.totals[nth] * table.expected as u64;
                of_area.recorded += table.recorded.iter().map(|counts| counts[nth]).sum::<u64>();
                for verdicts in table.verdicts.iter().filter(|v| v.rule.severity == Severity::Error) {
                    of_area.passed += verdicts.counts[nth][usize::from(PASS)];
                    of_area.judged += verdicts.counts[nth][usize::from(PASS)] + verdicts.counts[nth][usize::from(FAIL)];
                }
            }
            if table.is_stock {
                for commune in &table.communes() {
                    let of_area = counts.entry(area_of(*commune)).or_default();
                    of_area.months += over.len() as u64;
                    of_area.updated += over.clone().filter(|month| is_updated(&table.updates, *commune, *month)).count() as u64;
                }
            }
        }
        for commune in &communes {
            let of_area = counts.entry(area_of(*commune)).or_default();
            of_area.communes += 1;
            of_area.reported += u64::from(reporting.contains(commune));
        }
        self.scores(area_level, &counts, self.tables.iter().any(|table| self.has_every_commune(table)))
    }

    /// True for a table in which every commune has rows: one without any has not reported.
    fn has_every_commune(&self, table: &CheckedTable) -> bool {
        self.setting.table(&table.table).is_some_and(|t| t.every_commune)
    }

    /// All communes of the provinces with rows.
    fn communes(&self) -> BTreeSet<u32> {
        let areas = &self.setting.areas;
        let with_rows = self.tables.iter().flat_map(CheckedTable::communes);
        let provinces: BTreeSet<u32> = with_rows.map(|commune| areas.up_to(commune, Level::Province)).collect();
        let all = (0_u32..).zip(areas.areas()).filter(|(_, area)| area.level == Level::Commune).map(|(commune, _)| commune);
        all.filter(|commune| provinces.contains(&areas.up_to(*commune, Level::Province))).collect()
    }

    fn scores(&self, by: Level, counts: &BTreeMap<u32, AreaCounts>, is_known: bool) -> Result<DataFrame> {
        let areas = &self.setting.areas;
        let area = |index: u32| (index != NOWHERE).then(|| areas.get(index));
        let score = |of: fn(&AreaCounts) -> (u64, u64)| {
            let percent = |(part, whole): (u64, u64)| (whole > 0).then(|| 100.0 * part as f64 / whole as f64);
            counts.values().map(move |of_area| percent(of(of_area)))
        };
        let count = |of: fn(&AreaCounts) -> u64| counts.values().map(of);
        let status = |of_area: &AreaCounts| match (of_area.reported, of_area.communes) {
            _ if !is_known => "ok",
            (0, 1..) => "not_reported",
            (some, all) if some < all => "partial",
            _ => "ok",
        };
        let columns = Columns::new(counts.len())
            .words("area", counts.keys().map(|p| area(*p).map_or(UNKNOWN, |a| a.code.as_str())))
            .words("area_level", counts.keys().map(|_| by.as_str()))
            .some_words("name", counts.keys().map(|p| area(*p).map(|a| a.name.as_str())))
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
            .some_counts("reported", counts.values().map(|l| is_known.then_some(l.reported)))
            .counts("expected", count(|l| l.communes))
            .words("status", counts.values().map(status));
        Ok(columns.finish()?.0)
    }
}
