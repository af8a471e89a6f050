//! From the finest cells to every margin and every wider area.

use super::Tally;
use super::grid::Grid;
use crate::plan::Plan;
use polars::prelude::PlHashMap;

/// Counts of every series in every cell, margins included.
pub(crate) struct Margins<'a> {
    plan: &'a Plan,
    tally: &'a Tally,
    sums: Vec<Sums>,
    keys: PlHashMap<(u32, u64), u64>,
    /// By undecided and decided series: keys that no other row of the cell decides.
    open: PlHashMap<(u32, u32, u64), u64>,
}

/// The counts of one block, margins included, flat.
struct Sums {
    width: usize,
    places: PlHashMap<u64, u32>,
    counts: Vec<u64>,
}

impl Sums {
    fn of(grid: &Grid, tally: &Tally, block: usize, width: usize) -> Self {
        let mut sums = Self { width, places: PlHashMap::default(), counts: Vec::new() };
        for (cell, counts) in tally.blocks[block].iter() {
            polars_error::abort::try_raise_polars_abort();
            for margin in grid.margins(cell) {
                let next = sums.places.len() as u32;
                let at = *sums.places.entry(margin).or_insert(next) as usize * width;
                if at == sums.counts.len() {
                    sums.counts.extend(counts);
                } else {
                    sums.counts[at..at + width].iter_mut().zip(counts).for_each(|(a, b)| *a += b);
                }
            }
        }
        sums
    }

    fn get(&self, cell: u64, local: usize) -> u64 {
        self.places.get(&cell).map_or(0, |place| self.counts[*place as usize * self.width + local])
    }
}

impl<'a> Margins<'a> {
    pub fn new(plan: &'a Plan, tally: &'a Tally) -> Self {
        let grids: Vec<Grid> = plan.blocks.iter().map(|b| Grid::new(plan, b)).collect();
        let sums = grids.iter().enumerate().map(|(b, grid)| Sums::of(grid, tally, b, plan.series_of(b).count())).collect();
        let mut margins = Self { plan, tally, sums, keys: PlHashMap::default(), open: PlHashMap::default() };
        margins.count_keys(&grids);
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

    fn keyless(&self, series: usize, cell: u64) -> u64 {
        self.sums[self.plan.series[series].block].get(cell, self.plan.local(series))
    }

    /// The count of a series in a cell of its own block.
    pub fn count(&self, series: usize, cell: u64) -> u64 {
        self.keyless(series, cell) + self.keys.get(&(series as u32, cell)).copied().unwrap_or(0)
    }

    /// What is undecided in a cell, without the keys that another row decides.
    pub fn undecided(&self, undecided: usize, decided: usize, cell: u64) -> u64 {
        self.keyless(undecided, cell) + self.open.get(&(undecided as u32, decided as u32, cell)).copied().unwrap_or(0)
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
