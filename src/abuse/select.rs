//! The reports that count, certainly or possibly.

use super::choice::{Choice, DateOf, PlaceOf};
use super::entities::{Entities, entities};
use super::facts::Facts;
use super::places::Places;
use super::report::Report;
use super::unit::Unit;
use crate::area::{Level, Reported};
use crate::catalogue::{Catalogue, Codes, days};
use crate::error::{Error, Result};
use crate::grid::Coverage;
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
    /// Whether each report counts in the period, and regardless of its date.
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

    /// The entities of a unit in the period.
    pub(super) fn entities(&self, unit: Unit) -> Result<Entities> {
        let persons = match (unit, &self.facts.persons) {
            (Unit::Perpetrator | Unit::Pair, None) => return Err(missing("perpetrators")),
            (_, persons) => persons.as_deref().unwrap_or_default(),
        };
        Ok(entities(unit, &self.facts.reports, self.facts.numbers(), persons, &self.status))
    }

    /// The areas of a table down to a level.
    pub(super) fn places(&self, level: Level) -> Result<Places<'_>> {
        // Areas of all reports, so that tables of different periods have the same rows.
        Places::new(&self.facts.areas, level, self.communes())
    }

    /// The communes of all reports, and those named in submissions; by residence coverage is unknown.
    pub(super) fn communes(&self) -> impl Iterator<Item = u32> + '_ {
        let tables: &[&str] = if self.choice.place == PlaceOf::Residence { &[] } else { &["victims", "perpetrators"] };
        self.facts.reports.iter().map(|r| self.choice.commune(r)).chain(self.facts.named(tables))
    }

    /// The coverage of a unit's table in the selection's period, area by area.
    pub(super) fn covered(&self, unit: Unit, places: &Places) -> Vec<Coverage> {
        self.covered_in(unit, places, self.choice.period.as_ref())
    }

    /// As [`Selection::covered`], in a period.
    pub(super) fn covered_in(&self, unit: Unit, places: &Places, period: Option<&Period>) -> Vec<Coverage> {
        if unit == Unit::Decision {
            return self.facts.decisions_covered(places, period);
        }
        let table = if matches!(unit, Unit::Perpetrator | Unit::Pair) { "perpetrators" } else { "victims" };
        let sent = self.communes_of_reports(period);
        places.covered(&self.reported(table, period, &sent), &sent)
    }

    /// The communes that reported a table. A commune reports incidents in it, so by residence coverage is unknown.
    /// Perpetrators come with the victims of their case.
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

    /// How many communes reported victims, in plain words.
    pub(super) fn coverage_text(&self) -> Text {
        let period = self.choice.period.as_ref();
        self.facts.coverage_text(&self.reported("victims", period, &self.communes_of_reports(period)), self.communes())
    }

    /// The reports certain in the period, with their indices in the register.
    pub(super) fn certain(&self) -> impl Iterator<Item = (u32, &Report)> {
        (0_u32..).zip(&self.facts.reports).filter(|(nth, _)| self.status[*nth as usize] == YES)
    }
}

pub(super) fn missing(table: &str) -> Error {
    Error::MissingTable { table: table.to_owned(), indicator: crate::error::ABUSE.to_owned() }
}
