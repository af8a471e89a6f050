//! Sheets as columns of distinct cells: a value is stored and read once, however many rows have it.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The content of one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'a> {
    Blank,
    Text(&'a str),
    Number(f64),
    /// A date as Excel counts days from 1900, the time as its fraction.
    Date(f64),
    Flag(bool),
    /// A formula that failed.
    Error,
    /// A value of a cell merged over several rows or columns: none of them has it alone.
    Shared,
    /// A number that its format shows in another unit than it is stored in.
    Scaled,
}

const TEXT: u8 = 0;
const NUMBER: u8 = 1;
const DATE: u8 = 2;
const YES: u8 = 3;
const NO: u8 = 4;
const ERROR: u8 = 5;
const SHARED: u8 = 6;
const SCALED: u8 = 7;

/// The code of a blank cell.
pub(super) const BLANK: u32 = 0;
/// After this many cells a column whose cells nearly all differ is no longer deduplicated.
const TRIED: usize = 1 << 15;

/// The cells of one column: for each row the index of its distinct value.
#[derive(Debug, Clone, Default)]
pub(super) struct Cells {
    /// May be shorter than the sheet: rows beyond are blank.
    codes: Vec<u32>,
    kinds: Vec<u8>,
    ends: Vec<u32>,
    bytes: Vec<u8>,
    hashes: Vec<u32>,
    /// Open addressing: indices of values plus one.
    slots: Vec<u32>,
    differs: bool,
}

impl Cells {
    /// The code of a row.
    pub fn code(&self, row: usize) -> u32 {
        self.codes.get(row).copied().unwrap_or(BLANK)
    }

    /// The number of rows up to the last that is not blank.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// The number of codes, including `BLANK`.
    pub fn distinct(&self) -> usize {
        self.kinds.len() + 1
    }

    /// The cell of a code.
    pub fn cell(&self, code: u32) -> Cell<'_> {
        let Some(at) = (code as usize).checked_sub(1) else { return Cell::Blank };
        let bytes = self.bytes_at(at);
        let number = || f64::from_le_bytes(bytes.try_into().unwrap_or_default());
        match self.kinds[at] {
            TEXT => std::str::from_utf8(bytes).map_or(Cell::Error, Cell::Text),
            NUMBER => Cell::Number(number()),
            DATE => Cell::Date(number()),
            YES => Cell::Flag(true),
            NO => Cell::Flag(false),
            SHARED => Cell::Shared,
            SCALED => Cell::Scaled,
            _ => Cell::Error,
        }
    }

    /// The first two bytes of a text: enough to exclude most texts without reading them.
    pub fn start(&self, code: u32) -> Option<[u8; 2]> {
        let at = (code as usize).checked_sub(1).filter(|at| self.kinds[*at] == TEXT)?;
        self.bytes_at(at).get(..2)?.try_into().ok()
    }

    fn bytes_at(&self, at: usize) -> &[u8] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.bytes[start..self.ends[at] as usize]
    }

    /// Puts a cell at the last row or beyond; returns how many rows were added.
    pub fn put(&mut self, row: usize, cell: Cell<'_>) -> usize {
        let code = match cell {
            Cell::Blank => BLANK,
            Cell::Text(text) => self.text(text.as_bytes()),
            Cell::Number(number) => self.find(NUMBER, &number.to_le_bytes()),
            Cell::Date(serial) => self.find(DATE, &serial.to_le_bytes()),
            Cell::Flag(true) => self.find(YES, &[]),
            Cell::Flag(false) => self.find(NO, &[]),
            Cell::Error => self.find(ERROR, &[]),
            Cell::Shared => self.find(SHARED, &[]),
            Cell::Scaled => self.find(SCALED, &[]),
        };
        self.put_code(row, code)
    }

    /// Puts the UTF-8 bytes of a text at a row.
    pub fn put_text(&mut self, row: usize, bytes: &[u8]) {
        let code = self.text(bytes);
        self.put_code(row, code);
    }

    /// Puts a value that another row has.
    pub fn put_code(&mut self, row: usize, code: u32) -> usize {
        if code == BLANK && row >= self.codes.len() {
            return 0;
        }
        let added = (row + 1).saturating_sub(self.codes.len());
        if added > 0 {
            self.codes.resize(row + 1, BLANK);
        }
        self.codes[row] = code;
        added
    }

    fn text(&mut self, bytes: &[u8]) -> u32 {
        match bytes.first() {
            None => BLANK,
            Some(0..=0x20 | 0xc2 | 0xe2 | 0xe3 | 0xef) if crate::spelling::nfc(&String::from_utf8_lossy(bytes)).is_empty() => BLANK,
            Some(_) => self.find(TEXT, bytes),
        }
    }

    /// The code of a value, new or known.
    fn find(&mut self, kind: u8, bytes: &[u8]) -> u32 {
        if self.differs {
            return self.add(kind, bytes, 0);
        }
        if self.kinds.len() * 2 >= self.slots.len() {
            if self.kinds.len() > TRIED && self.kinds.len() * 10 > self.codes.len() * 9 {
                self.differs = true;
                self.slots = Vec::new();
                return self.add(kind, bytes, 0);
            }
            self.grow();
        }
        let hash = xxh3_64_with_seed(bytes, u64::from(kind)) as u32;
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            match self.slots[slot] {
                0 => {
                    let code = self.add(kind, bytes, hash);
                    self.slots[slot] = code;
                    return code;
                }
                code => {
                    let at = code as usize - 1;
                    if self.hashes[at] == hash && self.kinds[at] == kind && self.bytes_at(at) == bytes {
                        return code;
                    }
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    fn add(&mut self, kind: u8, bytes: &[u8], hash: u32) -> u32 {
        self.bytes.extend_from_slice(bytes);
        self.kinds.push(kind);
        self.ends.push(self.bytes.len() as u32);
        self.hashes.push(hash);
        self.kinds.len() as u32
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 4).max(64);
        self.slots = vec![0; size];
        for (at, hash) in self.hashes.iter().enumerate() {
            let mut slot = *hash as usize & (size - 1);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (size - 1);
            }
            self.slots[slot] = at as u32 + 1;
        }
    }
}

/// A merged area: the first and last row and column, from 0 as in the sheet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Merged {
    pub rows: (u32, u32),
    pub columns: (u32, u32),
}

/// The lines of a text file.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines {
    /// For each row the number of cells of its line.
    pub widths: Vec<u16>,
    /// Rows that span several lines, by position, with the number of lines beyond the first.
    pub more: Vec<(u32, u32)>,
    /// Number of lines that end with CR alone where others do not.
    pub alone: u64,
}

/// One sheet of a workbook, or a whole file of another kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    pub name: String,
    /// The number of each row with any cell, as the spreadsheet shows it.
    pub rows: Vec<u32>,
    /// The columns with any cell, with their position in the sheet.
    pub columns: Vec<(u32, Cells)>,
    pub merged: Vec<Merged>,
    /// Days are counted from 1904.
    pub from_1904: bool,
    /// The lines of a text file.
    pub lines: Option<Lines>,
    /// Hidden rows, by number as in `rows`.
    pub hidden_rows: Vec<u32>,
    /// Hidden columns, by position in the sheet.
    pub hidden_columns: Vec<u32>,
}

impl Sheet {
    /// The cell at a row and a column, by their positions here.
    pub fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let column = &self.columns[column].1;
        column.cell(column.code(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_cells_share_a_code_and_kinds_stay_apart() {
        let mut column = Cells::default();
        for (row, cell) in
            [Cell::Text("a"), Cell::Number(1.0), Cell::Text("a"), Cell::Date(1.0), Cell::Text("\u{a0} "), Cell::Flag(true), Cell::Text("1")]
                .into_iter()
                .enumerate()
        {
            column.put(row, cell);
        }
        assert_eq!((column.code(0), column.code(2)), (1, 1));
        assert_eq!(column.cell(column.code(1)), Cell::Number(1.0));
        assert_eq!(column.cell(column.code(3)), Cell::Date(1.0));
        assert_eq!(column.cell(column.code(4)), Cell::Blank);
        assert_eq!(column.distinct(), 6);
        assert_eq!(column.cell(column.code(99)), Cell::Blank);
    }

    #[test]
    fn a_column_of_names_is_kept_without_searching() {
        let mut column = Cells::default();
        for row in 0..200_000_usize {
            column.put_text(row, format!("name {row}").as_bytes());
        }
        assert!(column.differs);
        assert_eq!(column.cell(column.code(199_999)), Cell::Text("name 199999"));
        assert_eq!(column.cell(column.code(5)), Cell::Text("name 5"));
    }
}
