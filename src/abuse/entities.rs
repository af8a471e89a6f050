//! The entities of a unit as small numbers: those below `keyed` have a key; each other row is an entity of its own.

use super::report::{Person, Report};
use super::unit::Unit;
use crate::record::NO;
use crate::task::Watched;
use rayon::prelude::*;

/// Not a row of perpetrators.
pub(super) const NO_PERSON: u32 = u32::MAX;

/// One report of an entity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub entity: u32,
    pub case: u32,
    /// The report, and the row of perpetrators or [`NO_PERSON`].
    pub report: u32,
    pub person: u32,
    /// For a pair: known by the case, since no child is named.
    pub by_case: bool,
    /// Whether it counts: no, undecided or yes.
    pub status: u8,
}

/// Entities of one unit.
#[derive(Debug, Clone, Default)]
pub(super) struct Entities {
    pub members: Vec<Member>,
    /// Entities below this have a key.
    pub keyed: u32,
}

/// Numbers rows: keys from 0 in their order, then one number for each row without a key.
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
    for (number, own) in numbers.iter_mut().filter(|n| **n == u32::MAX).zip(keyed..) {
        *number = own;
    }
    (numbers, keyed)
}

/// The number of each report's case.
fn cases(reports: &[Report]) -> Vec<u32> {
    // Reports are sorted by case.
    let mut number = 0;
    let mut found = Vec::with_capacity(reports.len());
    for (nth, report) in reports.iter().enumerate().watched() {
        number += u32::from(nth > 0 && reports[nth - 1].case != report.case);
        found.push(number);
    }
    found
}

/// The numbers of each report's child and case.
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

/// The entities of a unit; perpetrators and pairs come from the rows related to each report.
pub(super) fn entities(unit: Unit, reports: &[Report], numbers: &Numbers, persons: &[Person], status: &[u8]) -> Entities {
    let cases = &numbers.cases;
    match unit {
        Unit::Perpetrator | Unit::Pair => of_persons(unit, reports, persons, cases, status),
        // Decisions do not come from reports.
        Unit::Decision => Entities::default(),
        Unit::Child | Unit::Case | Unit::Incident => {
            let keyed = if unit == Unit::Child { numbers.keyed } else { u32::MAX };
            let entity = |report: usize| match unit {
                Unit::Child => numbers.children[report],
                Unit::Case => cases[report],
                _ => report as u32,
            };
            let member = |report: usize| Member {
                entity: entity(report),
                case: cases[report],
                report: report as u32,
                person: NO_PERSON,
                by_case: false,
                status: status[report],
            };
            Entities { members: (0..reports.len()).watched().filter(|nth| status[*nth] != NO).map(member).collect(), keyed }
        }
    }
}

/// Joins each row of perpetrators to the reports of the child it names, or to all of the case if the child is not in it; the
/// indicators of perpetrators count the same way (`record/cases.rs`).
fn of_persons(unit: Unit, reports: &[Report], persons: &[Person], cases: &[u32], status: &[u8]) -> Entities {
    let (mut members, mut keys) = (Vec::new(), Vec::new());
    let (rows, with_key) = numbered(&persons.iter().map(|p| p.key).collect::<Vec<_>>());
    for (row, person) in persons.iter().enumerate().watched() {
        let start = reports.partition_point(|r| r.case < person.case);
        let of_case = &reports[start..start + reports[start..].partition_point(|r| r.case == person.case)];
        let named = person.child.filter(|child| of_case.iter().any(|r| r.child == Some(*child)));
        for (nth, report) in of_case.iter().enumerate().filter(|(_, r)| named.is_none() || r.child == named) {
            let nth = start + nth;
            let member = Member {
                entity: rows[row],
                case: cases[nth],
                report: nth as u32,
                person: row as u32,
                by_case: named.is_none(),
                status: status[nth],
            };
            if member.status != NO {
                members.push(member);
                keys.push(report.child.zip(person.key));
            }
        }
    }
    let mut found = Entities { members, keyed: with_key };
    if unit == Unit::Pair {
        let (numbers, keyed) = numbered(&keys);
        found.members.iter_mut().zip(numbers).for_each(|(member, number)| member.entity = number);
        found.keyed = keyed;
    }
    found
}
