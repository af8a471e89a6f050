//! Adds the finest cells up to every margin and every wider area.

use super::keys::{Keys, Pattern};
use super::tally::{Tally, too_large};
use crate::area::{Level, WHOLE};
use crate::error::Result;
use crate::grid::{AreaRows, Grid};
use crate::question::{How, Question};
use polars_core::prelude::PlHashMap;

/// Shared-out counts are kept in millionths: up to this sum they fit 64 bits, with as many keys again.
const MOST_SHARED: u64 = 1 << 43;

/// Counts of every series in every cell, margins included.
pub(crate) struct Margins<'a> {
    question: &'a Question,
    tally: &'a Tally,
    pub grids: Vec<Grid<'a>>,
    sums: Vec<Sums>,
    /// Pairs of undecided and decided series of distinct keys, counted together: another row may decide a key.
    pairs: Vec<(usize, usize)>,
    /// Block and position of each series, then of each pair.
    columns: Vec<(usize, usize)>,
    /// Counts are multiplied by this, so that shares add up exactly.
    scale: u64,
}

/// The counts of one block, margins included: all cells of each area with rows, side by side.
struct Sums {
    width: usize,
    /// Counts per area: cells times series.
    size: usize,
    /// For each area of the list, the slot of its counts.
    slots: Vec<Option<u32>>,
    counts: Vec<u64>,
}

impl Sums {
    fn of(grid: &Grid, tally: &Tally, block: usize, width: usize) -> Self {
        let size = grid.cross.size() as usize * width;
        let mut sums = Self { width, size, slots: vec![None; grid.unknown_area() as usize + 1], counts: Vec::new() };
        let mut margins: PlHashMap<u64, Vec<u64>> = PlHashMap::default();
        let mut own = vec![0; size];
        let mut cells = tally.blocks[block].iter().peekable();
        while let Some((cell, _)) = cells.peek() {
            crate::task::look();
            let (area, _) = grid.split(*cell);
            own.fill(0);
            while let Some((cell, counts)) = cells.next_if(|(cell, _)| grid.split(*cell).0 == area) {
                let (_, offset) = grid.split(cell);
                for margin in margins.entry(offset).or_insert_with(|| grid.cross.margins_of(offset)) {
                    let at = *margin as usize * width;
                    own[at..at + counts.len()].iter_mut().zip(counts).for_each(|(a, b)| *a += b);
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

    /// The counts of an area, if it has any.
    fn of_area(&self, area: u32) -> Option<Vec<u64>> {
        let at = self.slots[area as usize]? as usize * self.size;
        Some(self.counts[at..at + self.size].to_vec())
    }

    /// Adds to one count.
    fn bump(&mut self, area: u64, offset: u64, local: usize, count: u64) {
        if self.slots[area as usize].is_none() {
            self.add(area as usize, &vec![0; self.size]);
        }
        if let Some(slot) = self.slots[area as usize] {
            self.counts[slot as usize * self.size + offset as usize * self.width + local] += count;
        }
    }

    fn get(&self, area: u64, offset: u64, local: usize) -> u64 {
        let slot = self.slots.get(area as usize).copied().flatten();
        slot.map_or(0, |slot| self.counts[slot as usize * self.size + offset as usize * self.width + local])
    }
}

impl<'a> Margins<'a> {
    /// # Errors
    /// [`crate::Error::BadNumber`] if counts are too large to be shared out exactly.
    pub fn new(question: &'a Question, tally: &'a Tally) -> Result<Self> {
        if !question.split.by_old().is_empty() && tally.blocks.iter().any(|cells| cells.most() >= MOST_SHARED) {
            return Err(too_large(MOST_SHARED));
        }
        let is_distinct = |(open, _): &&(usize, usize)| matches!(question.series[*open].how, How::Distinct(_));
        let pairs: Vec<(usize, usize)> = question.undecided.iter().filter(is_distinct).copied().collect();
        let mut widths: Vec<usize> = (0..question.blocks.len()).map(|b| question.series_of(b).count()).collect();
        let local = question.series_positions();
        let mut columns: Vec<(usize, usize)> = (0..question.series.len()).map(|s| (question.series[s].block, local[s])).collect();
        for (open, _) in &pairs {
            let block = question.series[*open].block;
            columns.push((block, widths[block]));
            widths[block] += 1;
        }
        let grids: Vec<Grid> = question.blocks.iter().map(|b| question.grid(b)).collect();
        let sums = grids.iter().enumerate().map(|(b, grid)| Sums::of(grid, tally, b, widths[b])).collect();
        let mut margins = Self { question, tally, grids, sums, pairs, columns, scale: 1 };
        margins.open_without_key();
        margins.count_keys();
        margins.share_out();
        Ok(margins)
    }

    /// Undecided rows without a key stay undecided: no other row can decide them.
    fn open_without_key(&mut self) {
        for (nth, (open, _)) in self.pairs.iter().enumerate() {
            let ((block, from), (_, to)) = (self.columns[*open], self.columns[self.question.series.len() + nth]);
            let sums = &mut self.sums[block];
            sums.counts.chunks_exact_mut(sums.width).for_each(|counts| counts[to] = counts[from]);
        }
    }

    /// Counts each key once in every margin of its sets. Keys with the same sets are counted together, and within an area
    /// sets with the same patterns: keys are many, combinations of sets few.
    fn count_keys(&mut self) {
        let keys = &self.tally.keys;
        let mut in_areas: PlHashMap<(u64, Vec<u32>), u64> = PlHashMap::default();
        let grid = self.grids.first();
        for (sets, count) in keys_by_sets(keys) {
            let mut found: Vec<(u64, u32)> = Vec::with_capacity(4 * sets.len());
            for set in sets {
                let (area, pattern) = keys.sets()[set as usize];
                found.extend(grid.iter().flat_map(|g| g.areas_above(u64::from(area))).map(|wider| (wider, pattern)));
            }
            found.sort_unstable();
            found.dedup();
            for of_area in found.chunk_by(|a, b| a.0 == b.0) {
                *in_areas.entry((of_area[0].0, of_area.iter().map(|f| f.1).collect())).or_insert(0) += count;
            }
        }
        let mut margins: PlHashMap<Vec<u32>, Vec<(u32, u64)>> = PlHashMap::default();
        for ((area, of), count) in in_areas {
            crate::task::look();
            let cells = margins.entry(of).or_insert_with_key(|of| self.margins_of(of.iter().map(|p| &keys.patterns()[*p as usize])));
            for (column, offset) in cells {
                let (block, local) = self.columns[*column as usize];
                self.sums[block].bump(area, *offset, local, count);
            }
        }
    }

    /// Shares the counts of split communes out to their parts, in every area below the one that contains all parts and already
    /// has them. A key found both in a split commune and in a unit that received a part of it counts in each.
    fn share_out(&mut self) {
        let list = &self.question.areas;
        let by_old = self.question.split.by_old();
        if by_old.is_empty() {
            return;
        }
        self.scale = u64::from(WHOLE);
        self.sums.iter_mut().for_each(|sums| sums.counts.iter_mut().for_each(|count| *count *= u64::from(WHOLE)));
        for (old, shares) in by_old {
            let Some(from) = list.shared_unit(old) else { continue };
            for (sums, grid) in self.sums.iter_mut().zip(&self.grids) {
                let Some(own) = sums.of_area(from) else { continue };
                let above = grid.areas_above(u64::from(from));
                for share in &shares {
                    let Some(place) = list.commune(&share.new) else { continue };
                    let part: Vec<u64> = own.iter().map(|n| n / u64::from(WHOLE) * u64::from(share.millionths)).collect();
                    for area in grid.areas_above(u64::from(place)).into_iter().filter(|area| !above.contains(area)) {
                        sums.add(area as usize, &part);
                    }
                }
            }
        }
    }

    /// Every margin of some patterns, once, as column and offset within an area. A key is undecided in a cell if no row there
    /// decides it.
    fn margins_of<'p>(&self, patterns: impl Iterator<Item = &'p Pattern>) -> Vec<(u32, u64)> {
        let mut cells: Vec<(u32, u64)> = Vec::new();
        for (series, offset) in patterns.flatten() {
            let grid = &self.grids[self.question.series[*series as usize].block];
            cells.extend(grid.cross.margins_of(*offset).into_iter().map(|m| (*series, m)));
        }
        cells.sort_unstable();
        cells.dedup();
        let open = |(nth, (open, closed)): (usize, &(usize, usize))| {
            let column = (self.question.series.len() + nth) as u32;
            let undecided = cells.iter().filter(move |(series, _)| *series as usize == *open);
            let decided = |offset: u64| cells.binary_search(&(*closed as u32, offset)).is_ok();
            undecided.filter(move |(_, offset)| !decided(*offset)).map(move |(_, offset)| (column, *offset)).collect::<Vec<_>>()
        };
        let open: Vec<(u32, u64)> = self.pairs.iter().enumerate().flat_map(open).collect();
        cells.extend(open);
        cells
    }

    /// True if the series was counted.
    pub fn is_counted(&self, series: usize) -> bool {
        self.tally.counted.contains(&(series as u32))
    }

    fn at(&self, column: usize, area: u64, offset: u64) -> u64 {
        let (block, local) = self.columns[column];
        // Rounded once, half up.
        (self.sums[block].get(area, offset, local) + self.scale / 2) / self.scale
    }

    /// The count of a series in a cell of its block.
    pub fn count(&self, series: usize, area: u64, offset: u64) -> u64 {
        self.at(series, area, offset)
    }

    /// The undecided count of a cell, without keys that another row decides.
    pub fn undecided(&self, undecided: usize, decided: usize, area: u64, offset: u64) -> u64 {
        match self.pairs.iter().position(|pair| *pair == (undecided, decided)) {
            Some(nth) => self.at(self.question.series.len() + nth, area, offset),
            None => self.at(undecided, area, offset),
        }
    }
}

/// How many keys have each combination of sets.
fn keys_by_sets(keys: &Keys) -> PlHashMap<Vec<u32>, u64> {
    let mut found: PlHashMap<Vec<u32>, u64> = PlHashMap::default();
    let mut sets: Vec<u32> = Vec::new();
    let mut keys = keys.iter().peekable();
    while let Some((key, set)) = keys.next() {
        sets.push(set);
        if keys.peek().is_none_or(|(next, _)| *next != key) {
            match found.get_mut(sets.as_slice()) {
                Some(count) => *count += 1,
                None => drop(found.insert(sets.clone(), 1)),
            }
            sets.clear();
        }
    }
    found
}

/// The areas of a result: the country, every unit of provinces with rows, and `…-unallocated` areas with counts.
pub(crate) fn areas_of<'a>(question: &'a Question, tally: &Tally) -> AreaRows<'a> {
    let list = &*question.areas;
    let open = tally.unallocated(question);
    let is_shown = |place: u32| {
        if list.is_unallocated(place) {
            return open.contains(&place);
        }
        tally.provinces.contains(&list.up_to(place, Level::Province)) && !list.is_shared(place)
    };
    let with_unknown = tally.provinces.iter().any(|place| u64::from(*place) == list.unknown());
    AreaRows::new(list, question.level, is_shown, with_unknown)
}
