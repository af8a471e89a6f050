//! Combinations of classes as numbers, in order of appearance.

use super::read::{Coded, Reader};
use polars::prelude::PlHashMap;

/// Combinations of at most this many bits have a place each in a table.
const TABLE_BITS: u32 = 16;
const NONE: u32 = u32::MAX;

/// The combinations of some columns met so far.
#[derive(Debug)]
pub(super) struct Joint {
    pub columns: Vec<usize>,
    /// For each combination its classes, column after column.
    members: Vec<u32>,
    bits: Vec<u32>,
    table: Vec<u32>,
    hashed: PlHashMap<u64, u32>,
    packed: Vec<u64>,
}

impl Joint {
    pub fn new(columns: Vec<usize>) -> Self {
        let bits = vec![0; columns.len()];
        Self { columns, members: Vec::new(), bits, table: Vec::new(), hashed: PlHashMap::default(), packed: Vec::new() }
    }

    /// How many numbers are in use.
    pub fn len(&self, readers: &[Reader]) -> usize {
        match self.columns.as_slice() {
            [] => 1,
            [column] => readers[*column].classes.len(),
            columns => self.members.len() / columns.len(),
        }
    }

    /// The class that a combination has in one of its columns.
    pub fn class(&self, number: u32, nth: usize) -> usize {
        if self.columns.len() < 2 { number as usize } else { self.members[number as usize * self.columns.len() + nth] as usize }
    }

    /// The combination of each row of a chunk.
    pub fn number(&mut self, coded: &mut [Coded], readers: &[Reader], rows: usize, into: &mut Vec<u32>) {
        into.clear();
        self.columns.iter().for_each(|column| coded[*column].spread());
        match self.columns.as_slice() {
            [] => return into.resize(rows, 0),
            [column] => return into.extend_from_slice(coded[*column].codes()),
            _ => {}
        }
        self.make_room(readers);
        self.packed.clear();
        self.packed.resize(rows, 0);
        let mut shift = 0;
        for (column, bits) in self.columns.iter().zip(&self.bits) {
            for (packed, class) in self.packed.iter_mut().zip(coded[*column].codes()) {
                *packed |= u64::from(*class) << shift;
            }
            shift += bits;
        }
        let dense = !self.table.is_empty();
        into.resize(rows, 0);
        for (packed, into) in self.packed.iter().zip(into) {
            let known = if dense { self.table[*packed as usize] } else { self.hashed.get(packed).copied().unwrap_or(NONE) };
            let number = if known == NONE {
                let next = (self.members.len() / self.columns.len()) as u32;
                let mut rest = *packed;
                for bits in &self.bits {
                    self.members.push((rest & ((1 << bits) - 1)) as u32);
                    rest >>= bits;
                }
                if dense {
                    self.table[*packed as usize] = next;
                } else {
                    self.hashed.insert(*packed, next);
                }
                next
            } else {
                known
            };
            *into = number;
        }
    }

    /// Widens the fields when a column has more classes than they hold; numbers stay.
    fn make_room(&mut self, readers: &[Reader]) {
        let needed: Vec<u32> = self.columns.iter().map(|c| bits(readers[*c].classes.len())).collect();
        if needed.iter().zip(&self.bits).all(|(needed, have)| needed <= have) {
            return;
        }
        self.bits = needed;
        self.table.clear();
        self.hashed.clear();
        let all: u32 = self.bits.iter().sum();
        if all <= TABLE_BITS {
            self.table.resize(1 << all, NONE);
        }
        for (number, classes) in self.members.chunks_exact(self.columns.len()).enumerate() {
            let mut shift = 0;
            let mut packed = 0;
            for (class, bits) in classes.iter().zip(&self.bits) {
                packed |= u64::from(*class) << shift;
                shift += bits;
            }
            if all <= TABLE_BITS {
                self.table[packed as usize] = number as u32;
            } else {
                self.hashed.insert(packed, number as u32);
            }
        }
    }
}

/// Bits that number this many things.
pub(super) fn bits(things: usize) -> u32 {
    things.max(1).next_power_of_two().trailing_zeros()
}
