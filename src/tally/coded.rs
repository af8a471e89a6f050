//! The classes of a chunk's rows, flags as bits.

/// Marks the class of a value that its column may not hold.
pub(super) const BAD: u32 = 1 << 31;

/// The classes of a chunk's rows.
#[derive(Debug, Default)]
pub(super) struct Coded {
    /// Empty while `flags` tells the same in fewer bits.
    pub codes: Vec<u32>,
    pub flags: Option<Flags>,
    pub rows: usize,
}

/// A column of flags: bits, and the classes they stand for.
#[derive(Debug, Default)]
pub(super) struct Flags {
    /// True, and known.
    pub yes: Vec<u64>,
    pub unknown: Vec<u64>,
    /// The classes of no, unknown and yes.
    pub classes: [u32; 3],
}

impl Coded {
    /// Gives flags a class for each row.
    pub fn spread(&mut self) {
        if let (Some(flags), true) = (&self.flags, self.codes.len() != self.rows) {
            self.codes.clear();
            self.codes.extend((0..self.rows).map(|row| {
                let bit = |words: &[u64]| (words[row / 64] >> (row % 64) & 1) as usize;
                flags.classes[bit(&flags.unknown) + 2 * bit(&flags.yes)]
            }));
        }
    }

    /// Takes the marks of values off that their column may not hold; true if there was one.
    pub fn clear_bad(&mut self) -> bool {
        let bad = self.codes.iter().fold(0, |any, code| any | code) & BAD != 0;
        if bad {
            self.codes.iter_mut().for_each(|code| *code &= !BAD);
        }
        bad
    }

    /// A class for each row.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }
}
