//! The areas that have rows in a table.

use crate::area::{AreaList, Level};

/// The areas of a table, in its order: the country, units of provinces with records, and `unknown`.
#[derive(Debug, Clone)]
pub(crate) struct AreaRows<'a> {
    areas: &'a AreaList,
    /// Places in the list of areas; the last may be [`AreaList::unknown`].
    places: Vec<u32>,
}

impl<'a> AreaRows<'a> {
    /// The country and the units that `is_shown`, down to a level; `unknown` at the end holds records whose code is not on the list.
    pub fn new(areas: &'a AreaList, level: Level, is_shown: impl Fn(u32) -> bool, with_unknown: bool) -> Self {
        let units = (0_u32..).zip(areas.areas());
        let shown = units.filter(|(place, area)| area.level == Level::Country || area.level <= level && is_shown(*place));
        let places = shown.map(|(place, _)| place).chain(with_unknown.then_some(areas.unknown() as u32)).collect();
        Self { areas, places }
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// The places in the list of areas.
    pub fn places(&self) -> &[u32] {
        &self.places
    }

    /// The code of a row's area.
    pub fn code(&self, row: usize) -> &'a str {
        self.of(row, |place| self.areas.get(place).code.as_str())
    }

    /// The level of a row's area.
    pub fn level(&self, row: usize) -> &'static str {
        self.of(row, |place| self.areas.get(place).level.as_str())
    }

    fn of<'w>(&self, row: usize, name: impl Fn(u32) -> &'w str) -> &'w str {
        let place = self.places[row];
        if u64::from(place) == self.areas.unknown() { "unknown" } else { name(place) }
    }
}
