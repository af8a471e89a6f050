//! The classes of a chunk's rows; flags are held as bits.

/// Marks the class of a bad value.
pub(super) const BAD: u32 = 1 << 31;

/// The classes of a chunk's rows.
#[derive(Debug, Default)]
pub(super) struct Coded {
    /// Empty while `flags` holds the same in fewer bits.
    pub codes: Vec<u32>,
    pub flags: Option<Flags>,
    pub rows: usize,
}

/// A column of flags: bits, and the classes they mean.
#[derive(Debug, Default)]
pub(super) struct Flags {
    /// Recorded as true.
    pub yes: Vec<u64>,
    pub unknown: Vec<u64>,
    /// The classes of no, unknown and yes.
    pub classes: [u32; 3],
}

impl Coded {
    /// Fills `codes` from `flags`.
    pub fn spread(&mut self) {
        if let (Some(flags), true) = (&self.flags, self.codes.len() != self.rows) {
            self.codes.clear();
            self.codes.extend((0..self.rows).map(|row| {
                let bit = |words: &[u64]| (words[row / 64] >> (row % 64) & 1) as usize;
                flags.classes[bit(&flags.unknown) + 2 * bit(&flags.yes)]
            }));
        }
    }

    /// Removes the marks of bad values; true if there was one.
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
