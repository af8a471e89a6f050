//! The units of a selection and their keys as small numbers: things below `keyed` have a key, the others are each their own.

use super::report::{Person, Report};
use super::unit::Unit;
use crate::record::NO;
use crate::task::Watched;
use rayon::prelude::*;

/// No row of perpetrators.
pub(super) const NOBODY: u32 = u32::MAX;

/// A thing by one of the reports that it rests on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub thing: u32,
    pub case: u32,
    /// The report, and the row of perpetrators or [`NOBODY`].
    pub report: u32,
    pub person: u32,
    /// For a pair: it rests on the case, not on the child named.
    pub by_case: bool,
    /// Whether it counts, with three values.
    pub status: u8,
}

/// Things of one unit.
#[derive(Debug, Clone, Default)]
pub(super) struct Things {
    pub members: Vec<Member>,
    /// Things below this have a key.
    pub keyed: u32,
}

/// Numbers for keys: those with one from 0, in the order of the keys; then one for each row without.
pub(super) fn numbered<K: Ord + Copy + Send>(keys: &[Option<K>]) -> (Vec<u32>, u32) {
    let mut order: Vec<(K, u32)> = (0..).zip(keys).watched().filter_map(|(row, key)| key.map(|key| (key, row))).collect();
    order.par_sort_unstable();
    let mut numbers = vec![u32::MAX; keys.len()];
    let mut keyed = 0;
    for same in order.chunk_by(|a, b| a.0 == b.0) {
        for (_, row) in same {
            numbers[*row as usize] = keyed;
        }
        keyed += 1;
    }
    // Who has no key is told apart by the row.
    for (number, own) in numbers.iter_mut().filter(|n| **n == u32::MAX).zip(keyed..) {
        *number = own;
    }
    (numbers, keyed)
}

/// Reports by case, as numbers.
fn cases(reports: &[Report]) -> Vec<u32> {
    // Reports are sorted by case.
    let mut number = 0;
    let mut found = Vec::with_capacity(reports.len());
    for (place, report) in reports.iter().enumerate().watched() {
        number += u32::from(place > 0 && reports[place - 1].case != report.case);
        found.push(number);
    }
    found
}

/// The numbers of the children and cases of each report.
#[derive(Debug, Clone)]
pub(super) struct Numbers {
    pub children: Vec<u32>,
    /// Children below this have a key.
    pub keyed: u32,
    pub cases: Vec<u32>,
}

impl Numbers {
    pub fn new(reports: &[Report]) -> Self {
        let (children, keyed) = numbered(&reports.iter().map(|r| r.child).collect::<Vec<_>>());
        Self { children, keyed, cases: cases(reports) }
    }
}

/// The things of a unit; of perpetrators and pairs by the rows related to each report.
pub(super) fn things(unit: Unit, reports: &[Report], numbers: &Numbers, persons: &[Person], status: &[u8]) -> Things {
    let cases = &numbers.cases;
    match unit {
        Unit::Perpetrator | Unit::Pair => of_persons(unit, reports, persons, cases, status),
        // Decisions are no things of reports.
        Unit::Decision => Things::default(),
        Unit::Child | Unit::Case | Unit::Incident => {
            let keyed = if unit == Unit::Child { numbers.keyed } else { u32::MAX };
            let thing = |report: usize| match unit {
                Unit::Child => numbers.children[report],
                Unit::Case => cases[report],
                _ => report as u32,
            };
            let member = |report: usize| Member {
                thing: thing(report),
                case: cases[report],
                report: report as u32,
                person: NOBODY,
                by_case: false,
                status: status[report],
            };
            Things { members: (0..reports.len()).watched().filter(|nth| status[*nth] != NO).map(member).collect(), keyed }
        }
    }
}

/// Each row of perpetrators at every report of the child it names, if that is in the case, else of the case. The indicators of
/// perpetrators count so too (`record/cases.rs`).
fn of_persons(unit: Unit, reports: &[Report], persons: &[Person], cases: &[u32], status: &[u8]) -> Things {
    let (mut members, mut keys) = (Vec::new(), Vec::new());
    let (rows, with_key) = numbered(&persons.iter().map(|p| p.key).collect::<Vec<_>>());
    for (row, person) in persons.iter().enumerate().watched() {
        let start = reports.partition_point(|r| r.case < person.case);
        let of_case = &reports[start..start + reports[start..].partition_point(|r| r.case == person.case)];
        let named = person.child.filter(|child| of_case.iter().any(|r| r.child == Some(*child)));
        for (nth, report) in of_case.iter().enumerate().filter(|(_, r)| named.is_none() || r.child == named) {
            let place = start + nth;
            let member = Member {
                thing: rows[row],
                case: cases[place],
                report: place as u32,
                person: row as u32,
                by_case: named.is_none(),
                status: status[place],
            };
            if member.status != NO {
                members.push(member);
                keys.push(report.child.zip(person.key));
            }
        }
    }
    let mut found = Things { members, keyed: with_key };
    if unit == Unit::Pair {
        let (numbers, keyed) = numbered(&keys);
        found.members.iter_mut().zip(numbers).for_each(|(member, number)| member.thing = number);
        found.keyed = keyed;
    }
    found
}
