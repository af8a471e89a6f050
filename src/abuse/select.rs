//! The reports that count, and how certainly.

use super::choice::{Choice, DateOf, PlaceOf};
use super::facts::Facts;
use super::report::Report;
use super::spots::{Here, Spots};
use super::things::{Things, things};
use super::unit::Unit;
use crate::area::{Level, Reported};
use crate::catalogue::{Catalogue, Codes, days};
use crate::error::{Error, Result};
use crate::period::Period;
use crate::record::{NO, YES};
use crate::task::Watched;
use crate::text::Text;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The reports of a register that count under a [`Choice`]; each method is one table.
#[derive(Debug, Clone)]
pub struct Selection {
    pub(super) facts: Arc<Facts>,
    pub(super) choice: Choice,
    pub(super) catalogue: Catalogue,
    /// The first decision in force of each case.
    pub(super) decided: Arc<HashMap<u128, i32>>,
    /// For each report whether it counts, in the period and at any time.
    pub(super) status: Arc<Vec<u8>>,
    pub(super) ever: Arc<Vec<u8>>,
}

impl Selection {
    pub(super) fn new(facts: Arc<Facts>, choice: Choice) -> Result<Self> {
        let catalogue = Catalogue::builtin();
        if !facts.victims {
            return Err(missing("victims"));
        }
        if choice.date == DateOf::Decided && facts.decisions.is_none() {
            return Err(missing("sanctions"));
        }
        let in_force = facts.known.in_force;
        let mut decided: HashMap<u128, i32> = HashMap::new();
        for decision in facts.decisions.iter().flatten().filter(|d| d.status == in_force) {
            if let Some(case) = decision.case {
                decided.entry(case).and_modify(|day| *day = decision.decided.min(*day)).or_insert(decision.decided);
            }
        }
        let verified = choice.verified(catalogue.codes())?;
        let ever: Vec<u8> = facts.reports.iter().watched().map(|r| choice.counts(r, verified)).collect();
        let span = choice.span();
        let status: Vec<u8> =
            facts.reports.iter().zip(&ever).watched().map(|(r, ever)| choice.within(r, &decided, span).min(*ever)).collect();
        Ok(Self { facts, choice, catalogue, decided: Arc::new(decided), status: Arc::new(status), ever: Arc::new(ever) })
    }

    /// Which reports count.
    #[must_use]
    pub fn choice(&self) -> &Choice {
        &self.choice
    }

    pub(super) fn codes(&self) -> &Codes {
        self.catalogue.codes()
    }

    /// The things of a unit in the period.
    pub(super) fn things(&self, unit: Unit) -> Result<Things> {
        let persons = match (unit, &self.facts.persons) {
            (Unit::Perpetrator | Unit::Pair, None) => return Err(missing("perpetrators")),
            (_, persons) => persons.as_deref().unwrap_or_default(),
        };
        Ok(things(unit, &self.facts.reports, self.facts.numbers(), persons, &self.status))
    }

    /// The areas of a table down to a level.
    pub(super) fn spots(&self, level: Level) -> Result<Spots<'_>> {
        // Of every report of the register, so that tables of different periods have the same rows.
        Spots::new(&self.facts.areas, level, self.communes())
    }

    /// The communes of all reports, and those that submissions name. By residence nobody knows who reported.
    pub(super) fn communes(&self) -> impl Iterator<Item = u32> + '_ {
        let tables: &[&str] = if self.choice.place == PlaceOf::Residence { &[] } else { &["victims", "perpetrators"] };
        self.facts.reports.iter().map(|r| self.choice.commune(r)).chain(self.facts.named(tables))
    }

    /// Who reported what a unit is counted from, spot by spot, in the selection's period.
    pub(super) fn covered(&self, unit: Unit, spots: &Spots) -> Vec<Here> {
        self.covered_in(unit, spots, self.choice.period.as_ref())
    }

    /// As [`Selection::covered`], in a period.
    pub(super) fn covered_in(&self, unit: Unit, spots: &Spots, period: Option<&Period>) -> Vec<Here> {
        if unit == Unit::Decision {
            return self.facts.decisions_covered(spots, period);
        }
        let table = if matches!(unit, Unit::Perpetrator | Unit::Pair) { "perpetrators" } else { "victims" };
        let sent = self.communes_of_reports(period);
        spots.covered(&self.reported(table, period, &sent), &sent)
    }

    /// The communes that reported a table. They report what happened there: by where children live nobody knows who did. Perpetrators
    /// come with the victims of their case.
    fn reported(&self, table: &str, period: Option<&Period>, sent: &HashSet<u32>) -> Reported {
        if self.choice.place == PlaceOf::Residence {
            return Reported::Unknown;
        }
        let of = |table: &str| self.facts.submissions.reported(table, period, &self.facts.areas, sent);
        match of(table) {
            Reported::Unknown if table == "perpetrators" => of("victims"),
            reported => reported,
        }
    }

    /// The communes with reports that may lie in a period.
    fn communes_of_reports(&self, period: Option<&Period>) -> HashSet<u32> {
        let span = period.map_or((i32::MIN, i32::MAX), |p| (days(p.first()), days(p.last())));
        let inside = |r: &&Report| (span.0..=span.1).contains(&r.received) || self.choice.within(r, &self.decided, span) != NO;
        self.facts.reports.iter().filter(inside).map(|r| self.choice.commune(r)).collect()
    }

    /// How many communes reported victims, told to a person.
    pub(super) fn told_coverage(&self) -> Text {
        let period = self.choice.period.as_ref();
        self.facts.told_coverage(&self.reported("victims", period, &self.communes_of_reports(period)), self.communes())
    }

    /// The reports certain in the period, with their places in the register.
    pub(super) fn certain(&self) -> impl Iterator<Item = (u32, &Report)> {
        (0_u32..).zip(&self.facts.reports).filter(|(nth, _)| self.status[*nth as usize] == YES)
    }
}

pub(super) fn missing(table: &str) -> Error {
    Error::MissingTable { table: table.to_owned(), indicator: crate::error::ABUSE.to_owned() }
}
