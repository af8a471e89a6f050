//! How much memory reading may take. What a file claims and what it unpacks to is held to it before room is made, so that no file, small
//! as it may be, fills the memory.

use crate::error::{Error, Phrase, Result};

/// The limits of reading. One budget of memory, from which those of single things follow, and the longest text of a cell.
///
/// | what | at most |
/// |---|---|
/// | what a workbook unpacks to, a text file, an old workbook | a quarter of the memory: readers hold it up to four times |
/// | places for cells, that is rows × columns that hold something | the memory / 16 bytes |
/// | rows × columns of a Parquet file read by [`crate::intake`], or of one of its row groups elsewhere | the memory / 16 bytes |
/// | columns | 16,384: as many as spreadsheet programs have; not to be raised |
///
/// ```
/// use chitieu::Limits;
/// let limits = Limits::new().memory(8 << 30).text(1 << 21);
/// assert_eq!(limits.places(), (8 << 30) / 16);
/// // By default half of what the machine or its container has.
/// assert!(Limits::new().memory_bytes() > 0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    memory: u64,
    text: u64,
}

/// Where the memory of the machine cannot be told.
const UNKNOWN: u64 = 2 << 30;
/// The longest text of a cell: 32 times as long as a spreadsheet program lets a user type.
const TEXT: u64 = 1 << 20;
/// What a place for a cell takes in a sheet, in the values made of it and in the frame.
const PLACE: u64 = 16;
/// How often readers hold what they unpack: packed, unpacked, as texts of their own, and as texts of ours.
const HELD: u64 = 4;

/// What is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    /// Bytes that are held while reading.
    Bytes,
    /// Rows × columns.
    Places,
    /// The text of one cell.
    Text,
    /// Columns.
    Columns,
    /// The last column of a workbook that holds something.
    Apart,
}

/// Most columns of a sheet or a text.
const COLUMNS: u64 = 1 << 14;

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

impl Limits {
    /// Half of the memory that the machine has, or its container if that has less; 2 GB where nothing tells.
    #[must_use]
    pub fn new() -> Self {
        static MEMORY: std::sync::LazyLock<u64> = std::sync::LazyLock::new(|| of_machine().map_or(UNKNOWN, |memory| memory / 2));
        Self { memory: *MEMORY, text: TEXT }
    }

    /// How many bytes of memory reading may take.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// How many bytes the text of one cell may have.
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

    /// The places for cells that there may be.
    #[must_use]
    pub fn places(self) -> u64 {
        self.memory / PLACE
    }

    /// Refuses a table whose longest text, or all of whose texts together, are more than reading may hold.
    ///
    /// # Errors
    /// [`Error::OverLimit`] names the table, or the file it came from.
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

    /// Refuses more than there may be.
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
    /// What is bounded.
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

/// The memory of the machine, or that of the container if it has less.
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
            let Err(Error::OverLimit { most: told, found, .. }) = limits.check("a.xlsx", bound, most + 1) else { panic!("{bound:?}") };
            assert_eq!((told, found), (most, most + 1));
        }
    }
}
