//! Cells as numbers: an area and one category for each dimension, in mixed radix.

use crate::area::{AreaList, Level};
use crate::question::{Axis, Block, Question};

/// The cells of a block, margins included.
#[derive(Debug)]
pub(crate) struct Grid<'a> {
    pub areas: &'a AreaList,
    pub level: Level,
    pub axes: &'a [Axis],
    /// Cells of one area.
    size: u64,
}

impl<'a> Grid<'a> {
    pub fn new(question: &'a Question, block: &'a Block) -> Self {
        Self { areas: &question.areas, level: question.level, axes: &block.axes, size: block.axes.iter().map(Axis::size).product() }
    }

    /// The place that stands for an area code the list does not have.
    pub fn unknown_area(&self) -> u64 {
        self.areas.areas().len() as u64
    }

    /// The place, within an area, of one category for each axis.
    pub fn offset(&self, categories: impl IntoIterator<Item = u64>) -> u64 {
        self.axes.iter().zip(categories).fold(0, |offset, (axis, category)| offset * axis.size() + category)
    }

    /// The cells of an area stand together: the number of them.
    pub fn cells_of_area(&self) -> u64 {
        self.size
    }

    /// The number of all cells, those of the unknown area among them.
    pub fn cells(&self) -> u64 {
        self.cells_of_area() * (self.unknown_area() + 1)
    }

    /// The cell of an area by its place among them.
    pub fn at(&self, area: u64, offset: u64) -> u64 {
        area * self.cells_of_area() + offset
    }

    /// The places, within an area, of every combination of one category for each axis.
    pub fn offsets(&self, categories: &[&[u64]]) -> Vec<u64> {
        self.axes.iter().zip(categories).fold(vec![0], |heads, (axis, of)| {
            heads.iter().flat_map(|head| of.iter().map(move |category| head * axis.size() + category)).collect()
        })
    }

    /// Area and categories of a cell.
    pub fn split(&self, mut cell: u64) -> (u64, Vec<u64>) {
        let mut categories = vec![0; self.axes.len()];
        for (axis, category) in self.axes.iter().zip(&mut categories).rev() {
            *category = cell % axis.size();
            cell /= axis.size();
        }
        (cell, categories)
    }

    /// The area and all that hold it, up to the country.
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

    pub fn area_of(&self, cell: u64) -> u64 {
        cell / self.cells_of_area()
    }

    pub fn offset_of(&self, cell: u64) -> u64 {
        cell % self.cells_of_area()
    }

    /// Within an area, every cell, itself included, that a finest cell is a part of.
    pub fn margins_of(&self, offset: u64) -> Vec<u64> {
        let options: Vec<Vec<u64>> = self
            .axes
            .iter()
            .zip(self.split(offset).1)
            .map(|(axis, category)| match category {
                _ if axis.is_multiple => vec![category],
                _ if category == axis.outside() => vec![axis.total()],
                _ => vec![category, axis.total()],
            })
            .collect();
        self.offsets(&options.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }
}
