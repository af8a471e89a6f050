//! Looks for another whole table: one that agrees with all that is published and has another number in one cell.
//!
//! The search changes the cell, then mends by small steps what no longer fits (a walk that picks a broken row and the change
//! that breaks least, with a short memory of what it has just changed). It works in inner cells alone: sums follow. What it
//! finds is exact, in integers; what it does not find may still exist.

use super::lists::Lists;
use super::relations::{System, Term, UNBOUNDED, together};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng;

/// What one change costs is worked out for so many cells of a broken row, the first from a random place.
const CANDIDATES: usize = 40;
/// A cell that was changed rests for so many steps, and up to as many more.
const REST: u32 = 4;

/// A row of inner cells whose sum lies between two numbers.
#[derive(Debug, Clone, Copy)]
struct Row {
    least: i64,
    most: i64,
    sum: i64,
}

impl Row {
    /// How far the sum is outside; below 0 if too small.
    fn off(&self) -> i64 {
        self.off_at(self.sum)
    }

    /// How far another sum would be.
    fn off_at(&self, sum: i64) -> i64 {
        if sum < self.least {
            sum - self.least
        } else if sum > self.most {
            sum - self.most
        } else {
            0
        }
    }
}

/// The changes that lead to another table: cells, inner ones and sums, with what is added.
pub(super) type Move = Vec<(u32, i64)>;

/// How long to look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    pub tries: u32,
    pub steps: u32,
    /// A try ends after so many steps that brought nothing nearer.
    pub patience: u32,
}

/// A whole table, from which others are looked for.
pub(super) struct Search<'s> {
    system: &'s System,
    /// The number of each inner cell, and what it may be.
    numbers: Vec<i64>,
    range: Vec<(i64, i64)>,
    rows: Vec<Row>,
    terms: Lists<Term>,
    of_inner: Lists<Term>,
    /// By cell, its row; none for inner cells, which are bounded themselves.
    row_of: Vec<Option<u32>>,
    cell_of: Vec<Option<u32>>,
    inner_of: Vec<Option<u32>>,
    rests_until: Vec<u32>,
    clock: u32,
    broken: Vec<u32>,
    /// How far all rows together are outside.
    off: i64,
    changed: Vec<(u32, i64)>,
    random: Pcg64Mcg,
}

impl<'s> Search<'s> {
    /// From a table, given by the numbers of all cells, with what each cell may be.
    pub fn new(system: &'s System, numbers: &[i64], range: impl Fn(u32) -> (i64, i64)) -> Self {
        let mut inner_of = vec![None; system.cells()];
        for (nth, cell) in system.inner.iter().enumerate() {
            inner_of[*cell as usize] = Some(nth as u32);
        }
        let of_inner: Vec<i64> = system.inner.iter().map(|cell| numbers[*cell as usize]).collect();
        let ranges: Vec<(i64, i64)> = system.inner.iter().map(|cell| range(*cell)).collect();
        let is_free = |inner: u32| ranges[inner as usize].0 < ranges[inner as usize].1;
        let (mut rows, mut terms, mut cell_of) = (Vec::new(), Lists::default(), Vec::new());
        let mut row_of = vec![None; system.cells()];
        let mut row = |list: &[Term], (least, most): (i64, i64), cell: Option<u32>| {
            let sum = list.iter().map(|(inner, times)| of_inner[*inner as usize] * i64::from(*times)).sum();
            let free: Vec<Term> = list.iter().copied().filter(|(inner, _)| is_free(*inner)).collect();
            if free.is_empty() {
                return None;
            }
            rows.push(Row { least, most, sum });
            cell_of.push(cell);
            Some(terms.push(free))
        };
        for cell in 0..system.cells() as u32 {
            if inner_of[cell as usize].is_none() && !follows(system, cell, &range) {
                row_of[cell as usize] = row(system.members.of(cell), range(cell), Some(cell));
            }
        }
        for (list, (least, most)) in system.extra.iter().zip(&system.extra_range) {
            // An inequality that the bounds of its cells keep anyway needs no row.
            let low = |(inner, times): &Term| {
                let (least, most) = ranges[*inner as usize];
                let bound = if *times > 0 { least } else { most };
                if bound >= UNBOUNDED { -UNBOUNDED } else { bound * i64::from(*times) }
            };
            if *most >= UNBOUNDED && list.iter().map(low).fold(0_i64, i64::saturating_add) >= *least {
                continue;
            }
            row(list, (*least, *most), None);
        }
        let of_terms = terms.inverted(of_inner.len(), |row, (inner, times)| (inner, (row, times)));
        Self {
            system,
            rests_until: vec![0; of_inner.len()],
            numbers: of_inner,
            range: ranges,
            rows,
            terms,
            of_inner: of_terms,
            row_of,
            cell_of,
            inner_of,
            clock: 0,
            broken: Vec::new(),
            off: 0,
            changed: Vec::new(),
            random: Pcg64Mcg::new(0xcafe_f00d_d15e_a5e5),
        }
    }

    /// Says what a cell may be from now on.
    pub fn bound(&mut self, cell: u32, range: (i64, i64)) {
        if let Some(inner) = self.inner_of[cell as usize] {
            self.range[inner as usize] = range;
        } else if let Some(row) = self.row_of[cell as usize] {
            let row = &mut self.rows[row as usize];
            (row.least, row.most) = range;
        }
    }

    /// What a cell may be.
    pub fn range(&self, cell: u32) -> (i64, i64) {
        match (self.inner_of[cell as usize], self.row_of[cell as usize]) {
            (Some(inner), _) => self.range[inner as usize],
            (None, Some(row)) => (self.rows[row as usize].least, self.rows[row as usize].most),
            (None, None) => {
                let number = self.number(cell);
                (number, number)
            }
        }
    }

    /// The number of a cell in the table that the search begins from.
    pub fn number(&self, cell: u32) -> i64 {
        self.system.members.of(cell).iter().map(|(inner, times)| self.numbers[*inner as usize] * i64::from(*times)).sum()
    }

    /// Makes the numbers agree with all that is published; false if no such table is found.
    pub fn mend(&mut self, effort: Effort) -> bool {
        for _ in 0..effort.tries {
            crate::task::look();
            self.begin(effort.steps);
            let rows = &self.rows;
            self.broken.extend((0..rows.len() as u32).filter(|row| rows[*row as usize].off() != 0));
            self.off = self.broken.iter().map(|row| rows[*row as usize].off().abs()).sum();
            if self.walk(effort) {
                self.changed.clear();
                return true;
            }
            self.restore();
        }
        false
    }

    /// Another table in which a cell has a certain number; the table to begin from stays as it is.
    pub fn with(&mut self, cell: u32, number: i64, effort: Effort) -> Option<Move> {
        let (row, inner) = (self.row_of[cell as usize], self.inner_of[cell as usize]);
        if row.is_none() && inner.is_none() {
            return None;
        }
        for _ in 0..effort.tries {
            self.begin(effort.steps);
            let before = row.map(|row| self.rows[row as usize]);
            if let Some(row) = row {
                let row_now = &mut self.rows[row as usize];
                (row_now.least, row_now.most) = (number, number);
                self.off += row_now.off().abs();
                self.broken.push(row);
            } else if let Some(inner) = inner {
                self.change(inner, number - self.numbers[inner as usize]);
                self.rests_until[inner as usize] = u32::MAX;
            }
            let is_found = self.walk(effort);
            if let (Some(row), Some(before)) = (row, before) {
                let row_now = &mut self.rows[row as usize];
                (row_now.least, row_now.most) = (before.least, before.most);
            }
            let found = is_found.then(|| self.changes());
            self.restore();
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// True if changes lead to a table that agrees with all that is published.
    pub fn fits(&mut self, changes: &Move) -> bool {
        self.begin(0);
        let is_inside = changes.iter().all(|(cell, by)| {
            let Some(inner) = self.inner_of[*cell as usize] else { return true };
            self.change(inner, *by);
            let ((least, most), number) = (self.range[inner as usize], self.numbers[inner as usize]);
            (least..=most).contains(&number)
        });
        let rows = &self.rows;
        let fits = is_inside && self.broken.iter().all(|row| rows[*row as usize].off() == 0);
        self.restore();
        fits
    }

    fn begin(&mut self, steps: u32) {
        if self.clock > u32::MAX / 2 {
            self.rests_until.fill(0);
            self.clock = 0;
        }
        self.clock += steps + 2 * REST + 1;
        self.broken.clear();
        self.off = 0;
    }

    fn below(&mut self, n: usize) -> usize {
        (((self.random.next_u64() >> 32) * n as u64) >> 32) as usize
    }

    /// Adds to an inner cell.
    fn change(&mut self, inner: u32, by: i64) {
        self.numbers[inner as usize] += by;
        self.changed.push((inner, by));
        for (row_nth, times) in self.of_inner.of(inner) {
            let row = &mut self.rows[*row_nth as usize];
            let before = row.off();
            row.sum += by * i64::from(*times);
            let now = row.off();
            self.off += now.abs() - before.abs();
            if before == 0 && now != 0 {
                self.broken.push(*row_nth);
            }
        }
    }

    /// Mends broken rows; true if all are kept in the end.
    fn walk(&mut self, effort: Effort) -> bool {
        let (mut nearest, mut since) = (i64::MAX, 0);
        for step in 0..effort.steps {
            let rows = &self.rows;
            self.broken.retain(|row| rows[*row as usize].off() != 0);
            if self.broken.is_empty() {
                return true;
            }
            since = if self.off < nearest { 0 } else { since + 1 };
            nearest = nearest.min(self.off);
            if since > effort.patience {
                return false;
            }
            // The shortest of three: where there is least to choose.
            let picks: [usize; 3] = std::array::from_fn(|_| self.below(self.broken.len()));
            let Some(row) = picks.iter().map(|nth| self.broken[*nth]).min_by_key(|row| self.terms.of(*row).len()) else { return false };
            if let Some((inner, by)) = self.best_change(row, self.clock + step) {
                self.change(inner, by);
                self.rests_until[inner as usize] = self.clock + step + REST + self.below(REST as usize + 2) as u32;
            }
        }
        let rows = &self.rows;
        self.broken.iter().all(|row| rows[*row as usize].off() == 0)
    }

    /// The change of one cell of a row that brings it nearer and breaks least elsewhere.
    fn best_change(&mut self, row: u32, now: u32) -> Option<(u32, i64)> {
        let off = self.rows[row as usize].off();
        let length = self.terms.of(row).len();
        let from = self.below(length);
        let lot = self.random.next_u64();
        let mut best: Option<(i64, u64, u32, i64)> = None;
        let mut seen = 0;
        for nth in 0..length {
            let (inner, times) = self.terms.of(row)[(from + nth) % length];
            if self.rests_until[inner as usize] > now {
                continue;
            }
            let up = (off < 0) == (times > 0);
            let (least, most) = self.range[inner as usize];
            let number = self.numbers[inner as usize];
            let room = if up { most - number } else { number - least };
            if room <= 0 {
                continue;
            }
            let whole = (off.abs() / i64::from(times.abs())).clamp(1, room);
            let sign = if up { 1 } else { -1 };
            for by in [whole * sign, sign] {
                let cost = self.cost(inner, by);
                let chance = (lot ^ u64::from(inner)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
                let found = (cost, chance, inner, by);
                if best.is_none_or(|best| found < best) {
                    best = Some(found);
                }
                if whole == 1 {
                    break;
                }
            }
            seen += 1;
            if seen == CANDIDATES {
                break;
            }
        }
        best.map(|(_, _, inner, by)| (inner, by))
    }

    /// By how much more the rows are off after a change.
    fn cost(&self, inner: u32, by: i64) -> i64 {
        let of_row = |(row, times): &Term| {
            let row = &self.rows[*row as usize];
            row.off_at(row.sum + by * i64::from(*times)).abs() - row.off().abs()
        };
        self.of_inner.of(inner).iter().map(of_row).sum()
    }

    /// What has changed in all cells.
    fn changes(&self) -> Move {
        let inner: Vec<(u32, i64)> = together(self.changed.clone());
        let rows = inner.iter().flat_map(|(inner, by)| {
            let of_rows = self.of_inner.of(*inner).iter();
            of_rows.filter_map(move |(row, times)| Some((self.cell_of[*row as usize]?, by * i64::from(*times))))
        });
        let mut all: Move = rows.collect();
        all.extend(inner.iter().map(|(inner, by)| (self.system.inner[*inner as usize], *by)));
        together(all)
    }

    fn restore(&mut self) {
        for (inner, by) in std::mem::take(&mut self.changed) {
            self.numbers[inner as usize] -= by;
            for (row, times) in self.of_inner.of(inner) {
                self.rows[*row as usize].sum -= by * i64::from(*times);
            }
            if self.rests_until[inner as usize] == u32::MAX {
                self.rests_until[inner as usize] = 0;
            }
        }
    }
}

/// True for a sum that is known and follows from sums of fewer cells that are known: it needs no row.
fn follows(system: &System, cell: u32, range: impl Fn(u32) -> (i64, i64)) -> bool {
    let is_known = |cell: u32| range(cell).0 == range(cell).1;
    let members = |cell: u32| system.members.of(cell).len();
    let is_sum_of_known = |(relation, times): &Term| {
        let is_part = |(part, times): &Term| *times > 0 && is_known(*part) && members(*part) < members(cell);
        let terms = system.terms.of(*relation);
        *times < 0 && system.range[*relation as usize] == (0, 0) && terms.iter().all(|term| term.0 == cell || is_part(term))
    };
    is_known(cell) && system.of_cell.of(cell).iter().any(is_sum_of_known)
}
