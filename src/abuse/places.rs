//! The areas of a table of abuse, and their coverage.

use super::report::NOWHERE;
use crate::area::{self, AreaList, Level, Reported};
use crate::error::Result;
use crate::grid::{AreaRows, Coverage};
use std::collections::{HashMap, HashSet};

/// The areas of a table, and the rows that contain each commune.
pub(super) struct Places<'a> {
    areas: &'a AreaList,
    pub rows: AreaRows<'a>,
    /// The rows that contain each commune: one for each level.
    of: HashMap<u32, Vec<u32>>,
}

impl<'a> Places<'a> {
    /// The areas down to a level, in the provinces of these communes.
    ///
    /// # Errors
    /// [`Error::NoLevel`](crate::Error::NoLevel) for a level that the list does not have.
    pub fn new(areas: &'a AreaList, level: Level, communes: impl Iterator<Item = u32>) -> Result<Self> {
        areas.check_level(level)?;
        let communes: HashSet<u32> = communes.collect();
        let provinces: HashSet<u32> = communes.iter().filter(|c| **c != NOWHERE).map(|c| areas.up_to(*c, Level::Province)).collect();
        let is_shown = |place: u32| provinces.contains(&areas.up_to(place, Level::Province));
        let rows = AreaRows::new(areas, level, is_shown, communes.contains(&NOWHERE));
        let at: HashMap<u32, u32> = rows.places().iter().zip(0..).map(|(place, nth)| (*place, nth)).collect();
        let of = |commune: u32| {
            let levels = Level::ALL.into_iter().filter(|l| *l <= level);
            let above: Vec<u32> = match commune {
                NOWHERE => vec![0, areas.unknown() as u32],
                commune => {
                    levels.map(|l| (l, areas.up_to(commune, l))).filter(|(l, p)| areas.get(*p).level == *l).map(|(_, p)| p).collect()
                }
            };
            (commune, above.iter().filter_map(|place| at.get(place).copied()).collect())
        };
        Ok(Self { areas, of: communes.into_iter().map(of).collect(), rows })
    }

    /// How many communes of each area reported; `sent` are the communes with a record in the period.
    pub fn covered(&self, reported: &Reported, sent: &HashSet<u32>) -> Vec<Coverage> {
        let coverage = area::Coverage::new(self.areas, self.of.keys().copied().filter(|c| *c != NOWHERE), reported);
        let mut with_records: HashSet<u32> = HashSet::new();
        for commune in sent.iter().filter(|c| **c != NOWHERE) {
            with_records.extend(Level::ALL.map(|level| self.areas.up_to(*commune, level)));
        }
        let coverage_of = |place: &u32| {
            // The unknown area has no communes that could report.
            let is_unit = u64::from(*place) != self.areas.unknown();
            let reports = coverage.of(*place).filter(|_| is_unit);
            let none_reported = reports.is_some_and(|r| r.reported == Some(0) && r.expected > 0);
            Coverage { reports, is_silent: none_reported && !with_records.contains(place) }
        };
        self.rows.places().iter().map(coverage_of).collect()
    }

    /// The rows that contain a commune.
    pub fn of(&self, commune: u32) -> impl Iterator<Item = u32> + '_ {
        self.of.get(&commune).into_iter().flatten().copied()
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }
}

/// Repeats the coverage of each area for each of its rows.
pub(super) fn each(covered: &[Coverage], rows: usize) -> Vec<Coverage> {
    covered.iter().flat_map(|of_area| std::iter::repeat_n(*of_area, rows)).collect()
}
