//! The areas of a table: the country, the units of the provinces with records, and nowhere.

use super::report::NOWHERE;
use crate::area::{Area, AreaList, Coverage, Level, Reported, Reports};
use crate::error::Result;
use std::collections::{HashMap, HashSet};

/// What is known of the reports of a spot.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Here {
    /// None of no place.
    pub reports: Option<Reports>,
    /// None of its communes reported or sent a record: there is no number, not even 0.
    pub silent: bool,
}

/// Areas in the order of a table, and which of them hold a commune.
pub(super) struct Spots<'a> {
    areas: &'a AreaList,
    /// Places in the list of areas; [`NOWHERE`] for records without a place.
    places: Vec<u32>,
    /// The spots that hold each commune: one for each level.
    of: HashMap<u32, Vec<u32>>,
}

impl<'a> Spots<'a> {
    /// The areas down to a level of the provinces that hold any of these communes.
    ///
    /// # Errors
    /// [`Error::NoLevel`](crate::Error::NoLevel) for a level that the list does not have.
    pub fn new(areas: &'a AreaList, level: Level, communes: impl Iterator<Item = u32>) -> Result<Self> {
        areas.check_level(level)?;
        let communes: HashSet<u32> = communes.collect();
        let provinces: HashSet<u32> = communes.iter().filter(|c| **c != NOWHERE).map(|c| areas.up_to(*c, Level::Province)).collect();
        let shown = |(place, area): &(u32, &Area)| {
            area.level == Level::Country || area.level <= level && provinces.contains(&areas.up_to(*place, Level::Province))
        };
        let mut places: Vec<u32> = (0_u32..).zip(areas.areas()).filter(shown).map(|(place, _)| place).collect();
        if communes.contains(&NOWHERE) {
            places.push(NOWHERE);
        }
        let at: HashMap<u32, u32> = places.iter().zip(0..).map(|(place, nth)| (*place, nth)).collect();
        let of = |commune: u32| {
            let levels = Level::ALL.into_iter().filter(|l| *l <= level);
            let above: Vec<u32> = match commune {
                NOWHERE => vec![0, NOWHERE],
                commune => {
                    levels.map(|l| (l, areas.up_to(commune, l))).filter(|(l, p)| areas.get(*p).level == *l).map(|(_, p)| p).collect()
                }
            };
            (commune, above.iter().filter_map(|place| at.get(place).copied()).collect())
        };
        Ok(Self { areas, of: communes.into_iter().map(of).collect(), places })
    }

    /// How many communes of each spot reported; `sent` are those with a record in the period.
    pub fn covered(&self, reported: &Reported, sent: &HashSet<u32>) -> Vec<Here> {
        let coverage = Coverage::new(self.areas, self.of.keys().copied().filter(|c| *c != NOWHERE), reported);
        let mut heard: HashSet<u32> = HashSet::new();
        for commune in sent.iter().filter(|c| **c != NOWHERE) {
            heard.extend(Level::ALL.map(|level| self.areas.up_to(*commune, level)));
        }
        let here = |place: &u32| {
            let reports = coverage.of(*place);
            let nobody = reports.is_some_and(|r| r.reported == Some(0) && r.expected > 0);
            Here { reports, silent: nobody && !heard.contains(place) }
        };
        self.places.iter().map(here).collect()
    }

    /// The spots that hold a commune.
    pub fn of(&self, commune: u32) -> impl Iterator<Item = u32> + '_ {
        self.of.get(&commune).into_iter().flatten().copied()
    }

    /// Code and level of each spot.
    pub fn words(&self) -> Vec<(&'a str, &'static str)> {
        let areas = self.areas;
        let word = |place: &u32| match *place {
            NOWHERE => ("unknown", "unknown"),
            place => (areas.get(place).code.as_str(), areas.get(place).level.word()),
        };
        self.places.iter().map(word).collect()
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }
}

/// One for each row of a spot.
pub(super) fn each(covered: &[Here], rows: usize) -> Vec<Here> {
    covered.iter().flat_map(|here| std::iter::repeat_n(*here, rows)).collect()
}
