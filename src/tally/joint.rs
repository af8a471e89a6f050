//! Numbers combinations of classes in order of appearance.

use super::classify::Classifier;
use super::coded::Coded;
use polars_core::prelude::PlHashMap;

/// Combinations of at most this many bits are numbered by a table.
const TABLE_BITS: u32 = 16;
const NONE: u32 = u32::MAX;

/// How the number of a combination is looked up.
#[derive(Debug)]
enum Numbers {
    /// In a table with an entry for every combination.
    Table(Vec<u32>),
    /// By its classes, packed into 64 bits.
    Packed(PlHashMap<u64, u32>),
    /// By its classes as they are, where 64 bits are too few.
    Whole(PlHashMap<Box<[u32]>, u32>),
}

/// The combinations of some columns met so far.
#[derive(Debug)]
pub(super) struct Joint {
    pub columns: Vec<usize>,
    /// For each combination its classes, column after column.
    members: Vec<u32>,
    bits: Vec<u32>,
    numbers: Numbers,
    packed: Vec<u64>,
}

impl Joint {
    pub fn new(columns: Vec<usize>) -> Self {
        let bits = vec![0; columns.len()];
        Self { columns, members: Vec::new(), bits, numbers: Numbers::Packed(PlHashMap::default()), packed: Vec::new() }
    }

    /// How many combinations were met.
    pub fn len(&self, classifiers: &[Classifier]) -> usize {
        match self.columns.as_slice() {
            [] => 1,
            [column] => classifiers[*column].classes.len(),
            columns => self.members.len() / columns.len(),
        }
    }

    /// The class that a combination has in one of its columns.
    pub fn class(&self, number: u32, nth: usize) -> usize {
        if self.columns.len() < 2 { number as usize } else { self.members[number as usize * self.columns.len() + nth] as usize }
    }

    /// The combination of each row of a chunk.
    pub fn number(&mut self, coded: &mut [Coded], classifiers: &[Classifier], rows: usize, into: &mut Vec<u32>) {
        into.clear();
        self.columns.iter().for_each(|column| coded[*column].spread());
        match self.columns.as_slice() {
            [] => return into.resize(rows, 0),
            [column] => return into.extend_from_slice(coded[*column].codes()),
            _ => {}
        }
        self.make_room(classifiers);
        if matches!(self.numbers, Numbers::Whole(_)) {
            return self.number_whole(coded, rows, into);
        }
        self.packed.clear();
        self.packed.resize(rows, 0);
        let mut shift = 0;
        // A column of one class takes no bits; its class is 0.
        for (column, bits) in self.columns.iter().zip(&self.bits).filter(|(_, bits)| **bits > 0) {
            for (packed, class) in self.packed.iter_mut().zip(coded[*column].codes()) {
                *packed |= u64::from(*class) << shift;
            }
            shift += bits;
        }
        into.resize(rows, 0);
        for (packed, into) in self.packed.iter().zip(into) {
            let known = match &self.numbers {
                Numbers::Table(table) => table[*packed as usize],
                Numbers::Packed(hashed) => hashed.get(packed).copied().unwrap_or(NONE),
                Numbers::Whole(_) => NONE,
            };
            *into = if known == NONE {
                let next = (self.members.len() / self.columns.len()) as u32;
                let mut rest = *packed;
                for bits in &self.bits {
                    self.members.push((rest & ((1 << bits) - 1)) as u32);
                    rest >>= bits;
                }
                match &mut self.numbers {
                    Numbers::Table(table) => table[*packed as usize] = next,
                    Numbers::Packed(hashed) => drop(hashed.insert(*packed, next)),
                    Numbers::Whole(_) => {}
                }
                next
            } else {
                known
            };
        }
    }

    /// The combinations of rows whose classes need more than 64 bits.
    fn number_whole(&mut self, coded: &[Coded], rows: usize, into: &mut Vec<u32>) {
        let Self { columns, members, numbers: Numbers::Whole(numbers), .. } = self else { return };
        let codes: Vec<&[u32]> = columns.iter().map(|column| coded[*column].codes()).collect();
        let mut classes = vec![0; codes.len()];
        into.reserve(rows);
        for row in 0..rows {
            classes.iter_mut().zip(&codes).for_each(|(class, codes)| *class = codes[row]);
            let number = numbers.get(classes.as_slice()).copied().unwrap_or_else(|| {
                let next = (members.len() / classes.len()) as u32;
                members.extend(&classes);
                numbers.insert(classes.as_slice().into(), next);
                next
            });
            into.push(number);
        }
    }

    /// Widens the bit fields when a column outgrows them; numbers do not change.
    fn make_room(&mut self, classifiers: &[Classifier]) {
        let needed: Vec<u32> = self.columns.iter().map(|c| bits(classifiers[*c].classes.len())).collect();
        if needed.iter().zip(&self.bits).all(|(needed, have)| needed <= have) {
            return;
        }
        self.bits = needed;
        let all: u32 = self.bits.iter().sum();
        let of_members = self.members.chunks_exact(self.columns.len()).zip(0_u32..);
        if all > u64::BITS {
            // No way back: classes only grow.
            if !matches!(self.numbers, Numbers::Whole(_)) {
                self.numbers = Numbers::Whole(of_members.map(|(classes, number)| (classes.into(), number)).collect());
            }
            return;
        }
        let packed = |classes: &[u32]| {
            let fields = classes.iter().zip(&self.bits).filter(|(_, bits)| **bits > 0);
            fields.fold((0, 0), |(packed, shift), (class, bits)| (packed | u64::from(*class) << shift, shift + bits)).0
        };
        self.numbers = if all <= TABLE_BITS {
            let mut table = vec![NONE; 1 << all];
            of_members.for_each(|(classes, number)| table[packed(classes) as usize] = number);
            Numbers::Table(table)
        } else {
            Numbers::Packed(of_members.map(|(classes, number)| (packed(classes), number)).collect())
        };
    }
}

/// The bits needed to number `count` items.
pub(super) fn bits(count: usize) -> u32 {
    count.max(1).next_power_of_two().trailing_zeros()
}
