//! The contents of a register: reports, perpetrators, decisions and submissions.

use super::entities::Numbers;
use super::known::Known;
use super::places::Places;
use super::report::{Decision, NOWHERE, Person, Report};
use crate::area::{self, AreaList, Reported, Submissions};
use crate::catalogue::{EthnicList, days};
use crate::grid::Coverage;
use crate::period::Period;
use crate::text::Text;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, OnceLock};

/// The contents of a register.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub areas: Arc<AreaList>,
    pub ethnic: Option<EthnicList>,
    pub reports: Vec<Report>,
    /// None if the table was not read.
    pub persons: Option<Vec<Person>>,
    pub decisions: Option<Vec<Decision>>,
    /// Whether the table of victims was read, and a column of each step of Decree 56/2017/NĐ-CP.
    pub victims: bool,
    pub steps: [bool; 3],
    /// Which communes reported, as declared.
    pub submissions: Submissions,
    /// By table, rows that a check set aside.
    pub set_aside: BTreeMap<String, u64>,
    /// Indices of the codes that this room uses by name.
    pub known: Known,
    /// Computed on first use.
    numbers: OnceLock<Numbers>,
}

impl Facts {
    /// An empty register.
    pub fn new(areas: Arc<AreaList>, ethnic: Option<EthnicList>, known: Known) -> Self {
        Self {
            areas,
            ethnic,
            reports: Vec::new(),
            persons: None,
            decisions: None,
            victims: false,
            steps: [false; 3],
            submissions: Submissions::new(),
            set_aside: BTreeMap::new(),
            known,
            numbers: OnceLock::new(),
        }
    }

    /// The tables that were read.
    pub fn tables(&self) -> Vec<&'static str> {
        let read = [("victims", self.victims), ("perpetrators", self.persons.is_some()), ("sanctions", self.decisions.is_some())];
        read.into_iter().filter(|(_, is_read)| *is_read).map(|(table, _)| table).collect()
    }

    /// The communes named in submissions of some tables: their provinces have rows even without any record.
    pub fn named<'a>(&'a self, tables: &'a [&'a str]) -> impl Iterator<Item = u32> + 'a {
        let named = self.submissions.senders().filter(|(table, ..)| tables.contains(table));
        named.filter_map(|(_, commune, _)| self.areas.commune(commune))
    }

    /// The communes of all decisions, and those named in submissions.
    pub fn communes_of_sanctions(&self) -> impl Iterator<Item = u32> + '_ {
        self.decisions.iter().flatten().map(|d| d.commune).chain(self.named(&["sanctions"]))
    }

    /// The coverage of decisions, area by area.
    pub fn decisions_covered(&self, places: &Places, period: Option<&Period>) -> Vec<Coverage> {
        let sent = self.communes_of_decisions(period);
        places.covered(&self.submissions.reported("sanctions", period, &self.areas, &sent), &sent)
    }

    /// The communes with decisions in a period.
    pub fn communes_of_decisions(&self, period: Option<&Period>) -> HashSet<u32> {
        let span = period.map_or((i32::MIN, i32::MAX), |p| (days(p.first()), days(p.last())));
        self.decisions.iter().flatten().filter(|d| d.within(span)).map(|d| d.commune).collect()
    }

    /// How many communes reported, of all in the provinces of `communes`, in plain words.
    pub fn coverage_text(&self, reported: &Reported, communes: impl Iterator<Item = u32>) -> Text {
        let coverage = area::Coverage::new(&self.areas, communes.filter(|c| *c != NOWHERE), reported);
        let Some((reporting, all)) =
            coverage.of(0).and_then(|r| Some((r.reported?, r.expected))).filter(|_| *reported != Reported::Unknown)
        else {
            return Text::new(
                "Chưa biết xã nào đã báo cáo: số 0 có thể là chưa báo cáo",
                "It is not known which communes reported: a zero may be a report that has not come",
            );
        };
        let is_partial = reporting < all;
        Text::new(
            format!("{reporting}/{all} xã đã báo cáo{}", if is_partial { "; các tổng chưa đủ" } else { "" }),
            format!("{reporting} of {all} communes reported{}", if is_partial { "; totals are partial" } else { "" }),
        )
    }

    /// The numbers of children and cases.
    pub fn numbers(&self) -> &Numbers {
        self.numbers.get_or_init(|| Numbers::new(&self.reports))
    }

    /// Sorts the facts, so that registers of the same records are equal however they were split.
    pub fn sort(&mut self) {
        self.numbers = OnceLock::new();
        self.reports.sort_unstable();
        self.persons.iter_mut().for_each(|p| p.sort_unstable());
        self.decisions.iter_mut().for_each(|d| d.sort_unstable());
    }
}

impl PartialEq for Facts {
    fn eq(&self, other: &Self) -> bool {
        self.areas.day() == other.areas.day()
            && self.ethnic == other.ethnic
            && self.reports == other.reports
            && self.persons == other.persons
            && self.decisions == other.decisions
            && (self.victims, self.steps) == (other.victims, other.steps)
            && self.submissions == other.submissions
    }
}
