//! Counts by cell: sorted, flat, merged in one pass.

use polars_core::prelude::PlHashMap;

/// The counts of one block: for each finest cell with rows, one count per series of the block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cells {
    width: usize,
    codes: Vec<u64>,
    counts: Vec<u64>,
}

impl Cells {
    pub fn empty(width: usize) -> Self {
        Self { width, codes: Vec::new(), counts: Vec::new() }
    }

    /// The cells in order, with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &[u64])> {
        self.codes.iter().copied().zip(self.counts.chunks_exact(self.width.max(1)))
    }

    /// The greatest sum of the counts of a series: an upper bound for every margin.
    pub fn most(&self) -> u64 {
        let mut sums = vec![0_u64; self.width];
        for (_, counts) in self.iter() {
            sums.iter_mut().zip(counts).for_each(|(sum, n)| *sum = sum.saturating_add(*n));
        }
        sums.into_iter().max().unwrap_or(0)
    }

    /// Adds another part's counts.
    pub fn absorb(&mut self, other: &Self) {
        if other.codes.is_empty() {
            return;
        }
        if self.codes.is_empty() {
            self.clone_from(other);
            return;
        }
        let mut sum = Self::empty(self.width);
        sum.codes.reserve(self.codes.len().max(other.codes.len()));
        sum.counts.reserve(self.counts.len().max(other.counts.len()));
        let (mut mine, mut theirs) = (self.iter().peekable(), other.iter().peekable());
        loop {
            let next = match (mine.peek(), theirs.peek()) {
                (Some((a, _)), Some((b, _))) => *a.min(b),
                (Some((a, _)), None) => *a,
                (None, Some((b, _))) => *b,
                (None, None) => break,
            };
            let at = sum.counts.len();
            sum.codes.push(next);
            sum.counts.resize(at + sum.width, 0);
            for counts in [mine.next_if(|(c, _)| *c == next), theirs.next_if(|(c, _)| *c == next)].into_iter().flatten() {
                sum.counts[at..].iter_mut().zip(counts.1).for_each(|(a, b)| *a = a.saturating_add(*b));
            }
        }
        drop((mine, theirs));
        *self = sum;
    }
}

/// Up to this many cells are looked up in a table, more by hash.
const DENSE: u64 = 1 << 22;
const NONE: u32 = u32::MAX;

/// Builds counts by cell, in any order.
#[derive(Debug)]
pub(crate) struct CellsBuilder {
    cells: Cells,
    places: Places,
}

/// The index of each cell among those with rows.
#[derive(Debug)]
enum Places {
    Dense(Vec<u32>),
    Hashed(PlHashMap<u64, u32>),
}

impl CellsBuilder {
    /// For `width` series in `cells` cells.
    pub fn new(width: usize, cells: u64) -> Self {
        let places = if cells <= DENSE { Places::Dense(vec![NONE; cells as usize]) } else { Places::Hashed(PlHashMap::default()) };
        Self { cells: Cells::empty(width), places }
    }

    /// The count of one series in one cell.
    pub fn slot(&mut self, cell: u64, local: usize) -> &mut u64 {
        let Cells { width, codes, counts } = &mut self.cells;
        let place = match &mut self.places {
            Places::Dense(places) => &mut places[cell as usize],
            Places::Hashed(places) => places.entry(cell).or_insert(NONE),
        };
        if *place == NONE {
            *place = codes.len() as u32;
            codes.push(cell);
            counts.resize(counts.len() + *width, 0);
        }
        &mut counts[*place as usize * *width + local]
    }

    pub fn finish(self) -> Cells {
        let Cells { width, codes, counts } = self.cells;
        let mut order: Vec<u32> = (0..codes.len() as u32).collect();
        order.sort_unstable_by_key(|i| codes[*i as usize]);
        Cells {
            width,
            codes: order.iter().map(|i| codes[*i as usize]).collect(),
            counts: order.iter().flat_map(|i| &counts[*i as usize * width..(*i as usize + 1) * width]).copied().collect(),
        }
    }
}
