//! Cells by area, as numbers: an area and a cell of the cross.

use super::cross::Cross;
use crate::area::{AreaList, Level};

/// The cells of a table by area, margins included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grid<'a> {
    pub areas: &'a AreaList,
    pub level: Level,
    pub cross: &'a Cross,
}

impl<'a> Grid<'a> {
    pub fn new(areas: &'a AreaList, level: Level, cross: &'a Cross) -> Self {
        Self { areas, level, cross }
    }

    /// The number of the area for codes that are not on the list.
    pub fn unknown_area(&self) -> u64 {
        self.areas.unknown()
    }

    /// How many cells there are, with those of the unknown area.
    pub fn size(&self) -> u64 {
        self.cross.size() * (self.unknown_area() + 1)
    }

    /// The number of a cell.
    pub fn at(&self, area: u64, cell: u64) -> u64 {
        area * self.cross.size() + cell
    }

    /// The area and the cell of the cross.
    pub fn split(&self, cell: u64) -> (u64, u64) {
        (cell / self.cross.size(), cell % self.cross.size())
    }

    /// The area and every area that contains it, up to the country.
    pub fn areas_above(&self, area: u64) -> Vec<u64> {
        let mut found = vec![area];
        if area == self.unknown_area() {
            found.push(0);
            return found;
        }
        let mut place = area as u32;
        while let Some(parent) = self.areas.get(place).parent {
            found.push(u64::from(parent));
            place = parent;
        }
        found
    }
}
