//! Memory limits of reading. Sizes that a file claims or unpacks to are checked before memory is reserved, so that no file, however small,
//! can exhaust it.
#![cfg_attr(not(feature = "files"), allow(dead_code, reason = "only files need it"))]

use crate::error::{Error, Phrase, Result};

/// The limits of reading: one memory budget, from which the other limits follow, and the longest text of a cell.
///
/// | what | at most |
/// |---|---|
/// | an unpacked workbook, a text file, an old workbook | a quarter of the memory: readers hold up to four copies |
/// | cells, counted as non-empty rows × non-empty columns | the memory / 16 bytes |
/// | rows × columns of a Parquet file read by [`crate::intake`], or of one of its row groups elsewhere | the memory / 16 bytes |
/// | columns | 16,384, as in spreadsheet programs; fixed |
///
/// ```
/// use chitieu::Limits;
/// let limits = Limits::new().memory(8 << 30).text(1 << 21);
/// assert_eq!(limits.places(), (8 << 30) / 16);
/// // By default half of the memory of the machine or its container.
/// assert!(Limits::new().memory_bytes() > 0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    memory: u64,
    text: u64,
}

/// Used where the memory of the machine is unknown.
const UNKNOWN: u64 = 2 << 30;
/// Longest text of a cell: 32 times what a spreadsheet program lets a user type.
const TEXT: u64 = 1 << 20;
/// Bytes per cell: in the sheet, among the cleaned values and in the frame.
const PLACE: u64 = 16;
/// Copies of the content that readers hold: packed, unpacked, the texts of the library and ours.
const HELD: u64 = 4;

/// A quantity with a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    /// Bytes held while reading.
    Bytes,
    /// Rows × columns.
    Places,
    /// The text of one cell.
    Text,
    /// Columns.
    Columns,
    /// The position of the last non-empty column of a workbook.
    Apart,
}

/// Most columns of a sheet or text file.
const COLUMNS: u64 = 1 << 14;

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

impl Limits {
    /// Half of the memory of the machine, or of its container if that has less; 2 GB if unknown.
    #[must_use]
    pub fn new() -> Self {
        static MEMORY: std::sync::LazyLock<u64> = std::sync::LazyLock::new(|| of_machine().map_or(UNKNOWN, |memory| memory / 2));
        Self { memory: *MEMORY, text: TEXT }
    }

    /// Sets how many bytes of memory reading may take.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// Sets how many bytes the text of one cell may have.
    #[must_use]
    pub fn text(mut self, bytes: u64) -> Self {
        self.text = bytes;
        self
    }

    /// The bytes of memory that reading may take.
    #[must_use]
    pub fn memory_bytes(self) -> u64 {
        self.memory
    }

    /// The bytes that the text of one cell may have.
    #[must_use]
    pub fn text_bytes(self) -> u64 {
        self.text
    }

    /// The greatest number of cells (rows × columns).
    #[must_use]
    pub fn places(self) -> u64 {
        self.memory / PLACE
    }

    /// Refuses a table whose longest text, or all texts together, exceed the limits.
    ///
    /// # Errors
    /// [`Error::OverLimit`], with the name of the table or its file.
    pub fn check_texts(self, name: &str, longest: u64, all: u64) -> Result<()> {
        self.check(name, Bound::Text, longest)?;
        self.check(name, Bound::Bytes, all)
    }

    fn most(self, bound: Bound) -> u64 {
        match bound {
            Bound::Bytes => self.memory / HELD,
            Bound::Places => self.places(),
            Bound::Text => self.text,
            Bound::Columns | Bound::Apart => COLUMNS,
        }
    }

    /// Refuses a quantity above its limit.
    ///
    /// # Errors
    /// [`Error::OverLimit`].
    pub(crate) fn check(self, path: &str, bound: Bound, found: u64) -> Result<()> {
        let most = self.most(bound);
        if found <= most {
            return Ok(());
        }
        Err(Error::OverLimit { path: path.to_owned(), what: bound.fact().into(), most, found, memory: self.memory })
    }
}

impl Bound {
    /// The name of the quantity, for errors.
    fn fact(self) -> Phrase {
        match self {
            Self::Bytes => Phrase::BytesHeld,
            Self::Places => Phrase::PlacesApart,
            Self::Text => Phrase::BytesOfText,
            Self::Columns => Phrase::Columns,
            Self::Apart => Phrase::ColumnsApart,
        }
    }
}

/// The memory of the machine, or of its container if that has less.
#[cfg(feature = "files")]
fn of_machine() -> Option<u64> {
    let system =
        sysinfo::System::new_with_specifics(sysinfo::RefreshKind::nothing().with_memory(sysinfo::MemoryRefreshKind::nothing().with_ram()))
            .ok()?;
    let machine = Some(system.total_memory()).filter(|bytes| *bytes > 0);
    let container = system.cgroup_limits().map(|limits| limits.total_memory).filter(|bytes| *bytes > 0);
    machine.into_iter().chain(container).min()
}

#[cfg(not(feature = "files"))]
fn of_machine() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_the_limit_is_refused_and_says_which() {
        let limits = Limits::new().memory(1600).text(10);
        for (bound, most) in [(Bound::Bytes, 400), (Bound::Places, 100), (Bound::Text, 10), (Bound::Columns, 16_384)] {
            assert_eq!(limits.check("a.xlsx", bound, most), Ok(()));
            let Err(Error::OverLimit { most: limit, found, .. }) = limits.check("a.xlsx", bound, most + 1) else { panic!("{bound:?}") };
            assert_eq!((limit, found), (most, most + 1));
        }
    }
}
