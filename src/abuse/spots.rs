//! The areas of a table: the country, the units of the provinces with records, and nowhere.

use super::report::NOWHERE;
use crate::area::{AreaList, Level};
use std::collections::{HashMap, HashSet};

/// Areas in the order of a table, and which of them hold a commune.
pub(super) struct Spots<'a> {
    areas: &'a AreaList,
    level: Level,
    /// Places in the list of areas; [`NOWHERE`] for records without a place.
    pub places: Vec<u32>,
    at: HashMap<u32, u32>,
}

impl<'a> Spots<'a> {
    /// The areas down to a level of the provinces that hold any of these communes.
    pub fn new(areas: &'a AreaList, level: Level, communes: impl Iterator<Item = u32>) -> Self {
        let communes: HashSet<u32> = communes.collect();
        let provinces: HashSet<u32> = communes.iter().filter(|c| **c != NOWHERE).map(|c| areas.up_to(*c, Level::Province)).collect();
        let mut places = Vec::new();
        for (place, area) in (0_u32..).zip(areas.areas()) {
            if area.level == Level::Country || area.level <= level && provinces.contains(&areas.up_to(place, Level::Province)) {
                places.push(place);
            }
        }
        if communes.contains(&NOWHERE) {
            places.push(NOWHERE);
        }
        let at = places.iter().zip(0..).map(|(place, nth)| (*place, nth)).collect();
        Self { areas, level, places, at }
    }

    /// The spots that hold a commune: one for each level.
    pub fn of(&self, commune: u32) -> impl Iterator<Item = u32> + '_ {
        let up = move |level: Level| {
            let place = if commune == NOWHERE { 0 } else { self.areas.up_to(commune, level) };
            (self.areas.get(place).level == level).then_some(place)
        };
        let nowhere = (commune == NOWHERE).then_some(NOWHERE);
        let levels = Level::ALL.into_iter().filter(|l| *l <= self.level).filter_map(up);
        levels.chain(nowhere).filter_map(|place| self.at.get(&place).copied())
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
