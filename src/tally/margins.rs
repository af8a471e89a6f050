//! From the finest cells to every margin and every wider area.

use super::Tally;
use super::grid::Grid;
use crate::plan::Plan;
use polars::prelude::PlHashMap;

/// Counts of every series in every cell, margins included.
pub(crate) struct Margins<'a> {
    plan: &'a Plan,
    tally: &'a Tally,
    pub grids: Vec<Grid<'a>>,
    sums: Vec<Sums>,
    keys: PlHashMap<(u32, u64), u64>,
    /// By undecided and decided series: keys that no other row of the cell decides.
    open: PlHashMap<(u32, u32, u64), u64>,
}

/// The counts of one block, margins included: all cells of every area that has rows, side by side.
struct Sums {
    width: usize,
    /// Numbers of one area: its cells times the series.
    size: usize,
    /// For each area of the list, the place of its numbers.
    slots: Vec<Option<u32>>,
    counts: Vec<u64>,
}

impl Sums {
    fn of(grid: &Grid, tally: &Tally, block: usize, width: usize) -> Self {
        let size = grid.cells_of_area() as usize * width;
        let mut sums = Self { width, size, slots: vec![None; grid.unknown_area() as usize + 1], counts: Vec::new() };
        let mut margins: PlHashMap<u64, Vec<u64>> = PlHashMap::default();
        let mut own = vec![0; size];
        let mut cells = tally.blocks[block].iter().peekable();
        while let Some((cell, _)) = cells.peek() {
            polars_error::abort::try_raise_polars_abort();
            let area = grid.area_of(*cell);
            own.fill(0);
            while let Some((cell, counts)) = cells.next_if(|(cell, _)| grid.area_of(*cell) == area) {
                let offset = grid.offset_of(cell);
                for margin in margins.entry(offset).or_insert_with(|| grid.margins_of(offset)) {
                    let at = *margin as usize * width;
                    own[at..at + width].iter_mut().zip(counts).for_each(|(a, b)| *a += b);
                }
            }
            for wider in grid.areas_above(area) {
                sums.add(wider as usize, &own);
            }
        }
        sums
    }

    fn add(&mut self, area: usize, numbers: &[u64]) {
        if let Some(slot) = self.slots[area] {
            let at = slot as usize * self.size;
            self.counts[at..at + self.size].iter_mut().zip(numbers).for_each(|(a, b)| *a += b);
        } else {
            self.slots[area] = Some((self.counts.len() / self.size.max(1)) as u32);
            self.counts.extend(numbers);
        }
    }

    fn get(&self, area: u64, offset: u64, local: usize) -> u64 {
        let slot = self.slots.get(area as usize).copied().flatten();
        slot.map_or(0, |slot| self.counts[slot as usize * self.size + offset as usize * self.width + local])
    }
}

impl<'a> Margins<'a> {
    pub fn new(plan: &'a Plan, tally: &'a Tally) -> Self {
        let grids: Vec<Grid> = plan.blocks.iter().map(|b| Grid::new(plan, b)).collect();
        let sums = grids.iter().enumerate().map(|(b, grid)| Sums::of(grid, tally, b, plan.series_of(b).count())).collect();
        let mut margins = Self { plan, tally, grids: Vec::new(), sums, keys: PlHashMap::default(), open: PlHashMap::default() };
        margins.count_keys(&grids);
        margins.grids = grids;
        margins
    }

    /// Each key counts once in every margin of its sets. Keys with the same sets are taken together: they are many, what
    /// they are in is little.
    fn count_keys(&mut self, grids: &[Grid]) {
        let mut alike: PlHashMap<Vec<u32>, u64> = PlHashMap::default();
        let mut sets = Vec::new();
        let mut last = None;
        for (key, set) in self.tally.keys.iter() {
            if last != Some(key) && last.is_some() {
                count_alike(&mut alike, &mut sets);
            }
            last = Some(key);
            sets.push(set);
        }
        if last.is_some() {
            count_alike(&mut alike, &mut sets);
        }
        let mut pairs: Vec<(u32, u32)> =
            self.plan.outputs.iter().flat_map(|o| &o.undecided).map(|(open, closed)| (*open as u32, *closed as u32)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        for (numbers, count) in alike {
            polars_error::abort::try_raise_polars_abort();
            let mut cells: Vec<(u32, u64)> = Vec::new();
            for (series, cell) in numbers.iter().flat_map(|n| &self.tally.keys.sets()[*n as usize]) {
                let block = self.plan.series[*series as usize].block;
                cells.extend(grids[block].margins(*cell).into_iter().map(|m| (*series, m)));
            }
            cells.sort_unstable();
            cells.dedup();
            for (series, cell) in &cells {
                *self.keys.entry((*series, *cell)).or_insert(0) += count;
                for (open, closed) in pairs.iter().filter(|(open, _)| open == series) {
                    if cells.binary_search(&(*closed, *cell)).is_err() {
                        *self.open.entry((*open, *closed, *cell)).or_insert(0) += count;
                    }
                }
            }
        }
    }

    /// True if some table allowed this series to be counted.
    pub fn is_counted(&self, series: usize) -> bool {
        self.tally.counted.contains(&(series as u32))
    }

    fn keyless(&self, series: usize, area: u64, offset: u64) -> u64 {
        self.sums[self.plan.series[series].block].get(area, offset, self.plan.local(series))
    }

    fn cell(&self, series: usize, area: u64, offset: u64) -> u64 {
        self.grids[self.plan.series[series].block].at(area, offset)
    }

    /// The count of a series in a cell of its own block.
    pub fn count(&self, series: usize, area: u64, offset: u64) -> u64 {
        let mut count = self.keyless(series, area, offset);
        if !self.keys.is_empty() {
            count += self.keys.get(&(series as u32, self.cell(series, area, offset))).copied().unwrap_or(0);
        }
        count
    }

    /// What is undecided in a cell, without the keys that another row decides.
    pub fn undecided(&self, undecided: usize, decided: usize, area: u64, offset: u64) -> u64 {
        let mut count = self.keyless(undecided, area, offset);
        if !self.open.is_empty() {
            let cell = self.cell(undecided, area, offset);
            count += self.open.get(&(undecided as u32, decided as u32, cell)).copied().unwrap_or(0);
        }
        count
    }
}

/// Counts the key whose sets were gathered.
fn count_alike(alike: &mut PlHashMap<Vec<u32>, u64>, sets: &mut Vec<u32>) {
    match alike.get_mut(sets.as_slice()) {
        Some(count) => *count += 1,
        None => {
            alike.insert(sets.clone(), 1);
        }
    }
    sets.clear();
}
