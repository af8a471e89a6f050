//! What a register holds: reports, perpetrators and decisions as small facts, and who is said to have reported.

use super::known::Known;
use super::report::{Decision, NOWHERE, Person, Report};
use super::spots::{Here, Spots};
use super::things::Numbers;
use crate::area::{AreaList, Coverage, Reported, Submissions};
use crate::catalogue::{EthnicList, days};
use crate::period::Period;
use crate::text::Text;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, OnceLock};

/// What a register holds.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub areas: Arc<AreaList>,
    pub ethnic: Option<EthnicList>,
    pub reports: Vec<Report>,
    /// None if the table was not there.
    pub persons: Option<Vec<Person>>,
    pub decisions: Option<Vec<Decision>>,
    /// Whether the table of victims is there, and a column of each step of Decree 56/2017/NĐ-CP.
    pub victims: bool,
    pub steps: [bool; 3],
    /// Who is said to have reported.
    pub submissions: Submissions,
    /// By table, rows that a check took out before.
    pub set_aside: BTreeMap<String, u64>,
    /// The codes known by name.
    pub known: Known,
    /// Worked out when first asked for.
    numbers: OnceLock<Numbers>,
}

impl Facts {
    /// Nothing read so far.
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

    /// The communes that submissions of some tables name: their provinces stand in a table of areas without any record too.
    pub fn named<'a>(&'a self, tables: &'a [&'a str]) -> impl Iterator<Item = u32> + 'a {
        let named = self.submissions.senders().filter(|(table, ..)| tables.contains(table));
        named.filter_map(|(_, commune, _)| self.areas.commune(commune))
    }

    /// The communes of all decisions, and those that submissions name.
    pub fn communes_of_sanctions(&self) -> impl Iterator<Item = u32> + '_ {
        self.decisions.iter().flatten().map(|d| d.place).chain(self.named(&["sanctions"]))
    }

    /// Who reported decisions, spot by spot.
    pub fn decisions_covered(&self, spots: &Spots, period: Option<&Period>) -> Vec<Here> {
        let sent = self.communes_of_decisions(period);
        spots.covered(&self.submissions.reported("sanctions", period, &self.areas, &sent), &sent)
    }

    /// The communes with decisions in a period.
    pub fn communes_of_decisions(&self, period: Option<&Period>) -> HashSet<u32> {
        let span = period.map_or((i32::MIN, i32::MAX), |p| (days(p.first()), days(p.last())));
        self.decisions.iter().flatten().filter(|d| d.within(span)).map(|d| d.place).collect()
    }

    /// How many communes reported, of those in the provinces of some, told to a person.
    pub fn told_coverage(&self, reported: &Reported, communes: impl Iterator<Item = u32>) -> Text {
        let coverage = Coverage::new(&self.areas, communes.filter(|c| *c != NOWHERE), reported);
        let Some((came, all)) = coverage.of(0).and_then(|r| Some((r.reported?, r.expected))).filter(|_| *reported != Reported::Unknown)
        else {
            return Text::new(
                "Chưa biết xã nào đã báo cáo: số 0 có thể là chưa báo cáo; nêu submissions=... hoặc complete=[...] khi đọc",
                "It is not known which communes reported: a zero may be a report that has not come; say who reported with submissions=... or complete=[...] when reading",
            );
        };
        let less = came < all;
        Text::new(
            format!("{came}/{all} xã đã báo cáo{}", if less { "; các tổng chưa đủ" } else { "" }),
            format!("{came} of {all} communes reported{}", if less { "; totals are partial" } else { "" }),
        )
    }

    /// The numbers of children and cases.
    pub fn numbers(&self) -> &Numbers {
        self.numbers.get_or_init(|| Numbers::new(&self.reports))
    }

    /// Facts in one order, so that registers of the same records are equal however they were split.
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
