//! The true counts, kept while the records are made.

use super::part::{PARTS, Part};

/// The sexes of a ledger: male, female, not recorded.
pub(super) const SEXES: usize = 3;

/// The verdicts on the records of one cell, for one count or one share.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// Counted; for a share, in the whole and in the part.
    pub(super) yes: i64,
    /// For a share: in the whole and certainly not in the part.
    pub(super) no: i64,
    /// Undecided records; for a share, undecided in the whole or in the part.
    pub(super) open: i64,
    /// For a share: the undecided records that may be in the part, which are those undecided in its count.
    pub(super) open_number: i64,
}

impl Cell {
    pub(super) fn add(&mut self, other: &Self) {
        self.yes += other.yes;
        self.no += other.no;
        self.open += other.open;
        self.open_number += other.open_number;
    }
}

/// One record of a count of distinct keys.
#[derive(Clone, Copy)]
pub(super) struct Keyed {
    pub(super) commune: usize,
    pub(super) sex: usize,
    /// The key; a record without one counts for itself.
    pub(super) key: Option<u64>,
    /// Whether it is in the whole, and in the part of the whole; `None` if undecided.
    pub(super) whole: Option<bool>,
    pub(super) inside: Option<bool>,
}

/// The true counts of some neighbouring communes.
pub(super) struct Ledger {
    first: usize,
    cells: Vec<Cell>,
    keyed: Vec<(Part, Keyed)>,
}

impl Ledger {
    pub(super) fn new(first: usize, communes: usize) -> Self {
        Self { first, cells: vec![Cell::default(); communes * SEXES * PARTS], keyed: Vec::new() }
    }

    fn place(&self, part: Part, commune: usize, sex: usize) -> usize {
        ((commune - self.first) * SEXES + sex) * PARTS + part as usize
    }

    fn cell(&mut self, part: Part, commune: usize, sex: usize) -> &mut Cell {
        let place = self.place(part, commune, sex);
        &mut self.cells[place]
    }

    /// Adds an amount to a count.
    pub(super) fn number(&mut self, part: Part, commune: usize, sex: usize, amount: i64) {
        self.cell(part, commune, sex).yes += amount;
    }

    /// Adds one record to a count, by its verdict.
    pub(super) fn verdict(&mut self, part: Part, commune: usize, sex: usize, verdict: Option<bool>) {
        let cell = self.cell(part, commune, sex);
        match verdict {
            Some(true) => cell.yes += 1,
            Some(false) => {}
            None => cell.open += 1,
        }
    }

    /// Adds one record to a share.
    pub(super) fn share(&mut self, part: Part, commune: usize, sex: usize, whole: Option<bool>, inside: Option<bool>) {
        self.shares(part, commune, sex, 1, whole, inside);
    }

    /// Adds a number of persons of one record to a share.
    pub(super) fn shares(&mut self, part: Part, commune: usize, sex: usize, amount: i64, whole: Option<bool>, inside: Option<bool>) {
        let cell = self.cell(part, commune, sex);
        match (whole, inside) {
            (Some(false), _) => {}
            (Some(true), Some(true)) => cell.yes += amount,
            (Some(true), Some(false)) => cell.no += amount,
            (None, Some(false)) => cell.open += amount,
            (_, None) | (None, Some(true)) => {
                cell.open += amount;
                cell.open_number += amount;
            }
        }
    }

    /// Adds one record to a count of distinct keys.
    pub(super) fn key(&mut self, part: Part, record: Keyed) {
        if record.whole != Some(false) {
            self.keyed.push((part, record));
        }
    }

    /// Adds the counts of a part of the province.
    pub(super) fn absorb(&mut self, other: &Self) {
        let start = (other.first - self.first) * SEXES * PARTS;
        for (mine, theirs) in self.cells[start..].iter_mut().zip(&other.cells) {
            mine.add(theirs);
        }
        self.keyed.extend_from_slice(&other.keyed);
    }

    /// The records of a count of distinct keys, for each commune.
    pub(super) fn by_commune(&self, part: Part, communes: usize) -> Vec<Vec<Keyed>> {
        let mut by_commune = vec![Vec::new(); communes];
        for (_, record) in self.keyed.iter().filter(|(p, _)| *p == part) {
            by_commune[record.commune].push(*record);
        }
        by_commune
    }

    pub(super) fn get(&self, part: Part, commune: usize, sex: usize) -> Cell {
        self.cells[self.place(part, commune, sex)]
    }
}

/// The conjunction of two facts that may be unknown.
pub(super) fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Counts distinct keys: a key counts once, in the part if any of its records is, and is undecided only if no record decides it.
pub(super) fn distinct<'a>(records: impl Iterator<Item = &'a Keyed>) -> Cell {
    let mut keys: Vec<(Option<u64>, Cell)> = records
        .map(|record| {
            let mut cell = Cell::default();
            match (record.whole, record.inside) {
                (Some(false), _) => {}
                (Some(true), Some(true)) => cell.yes = 1,
                (Some(true), Some(false)) => cell.no = 1,
                (None, Some(false)) => cell.open = 1,
                (_, None) | (None, Some(true)) => (cell.open, cell.open_number) = (1, 1),
            }
            (record.key, cell)
        })
        .collect();
    keys.sort_unstable_by_key(|(key, _)| *key);
    let mut sum = Cell::default();
    for same in keys.chunk_by(|a, b| a.0.is_some() && a.0 == b.0) {
        let mut all = Cell::default();
        for (_, cell) in same {
            all.add(cell);
        }
        let decided = all.yes + all.no > 0;
        sum.yes += i64::from(all.yes > 0);
        sum.no += i64::from(all.yes == 0 && all.no > 0);
        sum.open += i64::from(!decided && all.open > 0);
        sum.open_number += i64::from(all.yes == 0 && all.open_number > 0);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(key: Option<u64>, whole: Option<bool>, inside: Option<bool>) -> Keyed {
        Keyed { commune: 0, sex: 0, key, whole, inside }
    }

    #[test]
    fn a_key_is_decided_by_any_of_its_records() {
        let (yes, no) = (Some(true), Some(false));
        let records = [
            record(Some(1), yes, yes),
            record(Some(1), yes, no),
            record(Some(1), None, yes),
            record(Some(2), yes, no),
            record(Some(2), yes, None),
            record(Some(3), None, yes),
            record(Some(3), None, yes),
            record(Some(4), no, yes),
            record(None, yes, yes),
            record(None, yes, yes),
            record(None, None, no),
        ];
        let cell = distinct(records.iter());
        assert_eq!(cell, Cell { yes: 3, no: 1, open: 2, open_number: 2 });
    }
}
