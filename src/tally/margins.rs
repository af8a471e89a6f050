//! From the finest cells to every margin and every wider area.

use super::Tally;
use super::grid::Grid;
use crate::plan::Plan;
use std::collections::{HashMap, HashSet};

/// Counts of every series in every cell, margins included.
pub(crate) struct Margins<'a> {
    plan: &'a Plan,
    tally: &'a Tally,
    sums: Vec<HashMap<u64, Vec<u64>>>,
    keys: HashMap<(u32, u64), HashSet<u128>>,
}

impl<'a> Margins<'a> {
    pub fn new(plan: &'a Plan, tally: &'a Tally) -> Self {
        let mut sums = Vec::with_capacity(plan.blocks.len());
        let grids: Vec<Grid> = plan.blocks.iter().map(|b| Grid::new(plan, b)).collect();
        for (grid, cells) in grids.iter().zip(&tally.blocks) {
            let mut all: HashMap<u64, Vec<u64>> = HashMap::new();
            for (cell, counts) in cells {
                polars_error::abort::try_raise_polars_abort();
                for margin in grid.margins(*cell) {
                    match all.entry(margin) {
                        std::collections::hash_map::Entry::Vacant(place) => {
                            place.insert(counts.clone());
                        }
                        std::collections::hash_map::Entry::Occupied(mut place) => {
                            place.get_mut().iter_mut().zip(counts).for_each(|(a, b)| *a += b);
                        }
                    }
                }
            }
            sums.push(all);
        }
        let mut keys: HashMap<(u32, u64), HashSet<u128>> = HashMap::new();
        for (series, cell, key) in &tally.keys {
            polars_error::abort::try_raise_polars_abort();
            let block = plan.series[*series as usize].block;
            for margin in grids[block].margins(*cell) {
                keys.entry((*series, margin)).or_default().insert(*key);
            }
        }
        Self { plan, tally, sums, keys }
    }

    /// True if some table allowed this series to be counted.
    pub fn is_counted(&self, series: usize) -> bool {
        self.tally.counted.contains(&(series as u32))
    }

    fn keyless(&self, series: usize, cell: u64) -> u64 {
        let block = self.plan.series[series].block;
        self.sums[block].get(&cell).map_or(0, |counts| counts[self.plan.local(series)])
    }

    /// The count of a series in a cell of its own block.
    pub fn count(&self, series: usize, cell: u64) -> u64 {
        self.keyless(series, cell) + self.keys.get(&(series as u32, cell)).map_or(0, |k| k.len() as u64)
    }

    /// What is undecided in a cell, without the keys that another row decides.
    pub fn undecided(&self, undecided: usize, decided: usize, cell: u64) -> u64 {
        let open = self.keys.get(&(undecided as u32, cell));
        let closed = self.keys.get(&(decided as u32, cell));
        let keys = match (open, closed) {
            (Some(open), Some(closed)) => open.difference(closed).count() as u64,
            (Some(open), None) => open.len() as u64,
            (None, _) => 0,
        };
        self.keyless(undecided, cell) + keys
    }
}
