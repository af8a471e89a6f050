//! A file as sheets of cells: the common result of all file readers.

use super::cells::{BLANK, Cell, Cells, Merged, Sheet};
use super::decode::TextEncoding;
use super::unreadable::unreadable;
use crate::error::{Fact, Phrase, Result};
use crate::limits::{Bound, Limits};
use crate::task;
use std::fs::File;
use std::io::Read;

/// The content of a file.
pub(super) struct Book {
    pub sheets: Vec<Sheet>,
    /// The encoding of a text file.
    pub encoding: Option<TextEncoding>,
    pub refused: Vec<Refused>,
}

/// A sheet that is not read.
pub(super) enum Refused {
    /// It has no cells, such as a chart.
    NoCells(String),
    /// Hidden: mostly an older copy.
    Hidden(String),
}

/// The sheet with the given name, or all visible sheets.
pub(super) fn chosen(path: &str, sheets: &[(String, bool)], sheet: Option<&str>) -> Result<(Vec<String>, Vec<Refused>)> {
    let names = |visible: bool| sheets.iter().filter(move |(_, shows)| *shows == visible).map(|(name, _)| name.clone());
    match sheet {
        None => Ok((names(true).collect(), names(false).map(Refused::Hidden).collect())),
        Some(name) if sheets.iter().any(|(there, _)| there == name) => Ok((vec![name.to_owned()], Vec::new())),
        Some(name) => {
            let there: Vec<String> = sheets.iter().map(|(name, _)| name.clone()).collect();
            Err(unreadable(path, Phrase::SheetNamed(name.to_owned()), Fact::verbatim(there.join(", "))))
        }
    }
}

/// The bytes of a file, within the limits.
///
/// # Errors
/// [`Error::OverLimit`], or an error of the file system.
pub(super) fn whole(path: &str, file: File, limits: Limits) -> Result<Vec<u8>> {
    let disk = |e: std::io::Error| unreadable(path, Phrase::File, &e);
    let length = file.metadata().map_err(disk)?.len();
    limits.check(path, Bound::Bytes, length)?;
    let mut bytes = Vec::new();
    // The file may grow while it is read.
    let mut file = file.take(length + 1);
    loop {
        task::look();
        if file.by_ref().take(1 << 24).read_to_end(&mut bytes).map_err(disk)? == 0 {
            break;
        }
    }
    if bytes.len() as u64 > length {
        return Err(unreadable(path, Phrase::File, Phrase::GrowingFile));
    }
    Ok(bytes)
}

/// A sheet being filled with cells.
pub(super) struct Filling {
    sheet: Sheet,
    /// For each column of the spreadsheet its position in the sheet plus one.
    places: Vec<u32>,
    filled: u64,
    limits: Limits,
}

/// Cells between two checks whether to stop.
const STEP: u64 = 1 << 14;

impl Filling {
    pub fn new(name: String, from_1904: bool, limits: Limits) -> Self {
        Self { sheet: Sheet { name, from_1904, ..Sheet::default() }, places: Vec::new(), filled: 0, limits }
    }

    /// Adds a cell; rows must come in order.
    pub fn add(&mut self, path: &str, row: u32, column: u32, cell: Cell<'_>) -> Result<()> {
        if cell == Cell::Blank {
            return Ok(());
        }
        let number = row + 1;
        match self.sheet.rows.last() {
            Some(last) if *last > number => {
                return Err(unreadable(path, Phrase::RowsInOrder, Phrase::RowAfterRow(number.into(), (*last).into())));
            }
            Some(last) if *last == number => {}
            _ => self.sheet.rows.push(number),
        }
        self.limits.check(path, Bound::Apart, u64::from(column) + 1)?;
        let column = column as usize;
        if column >= self.places.len() {
            self.places.resize(column + 1, 0);
        }
        if self.places[column] == 0 {
            self.sheet.columns.push((column as u32, Cells::default()));
            self.places[column] = self.sheet.columns.len() as u32;
        }
        let place = self.places[column] as usize - 1;
        // A cell with two values is damage: readers differ in which they take.
        if self.sheet.columns[place].1.code(self.sheet.rows.len() - 1) != BLANK {
            return Err(unreadable(path, Phrase::OneValueInCell, Phrase::TwoInRow(number.into())));
        }
        let before = self.filled;
        self.filled += self.sheet.columns[place].1.put(self.sheet.rows.len() - 1, cell) as u64;
        if before / STEP != self.filled / STEP {
            task::advance(STEP);
        }
        self.limits.check(path, Bound::Places, self.filled)
    }

    /// Refuses `cells` more cells if they exceed the limits, before the first is added.
    pub fn room(&self, path: &str, cells: u64) -> Result<()> {
        self.limits.check(path, Bound::Places, self.filled.saturating_add(cells))
    }

    /// Notes a hidden row.
    pub fn hide_row(&mut self, row: u32) {
        let number = row + 1;
        if self.sheet.rows.last() == Some(&number) && self.sheet.hidden_rows.last() != Some(&number) {
            self.sheet.hidden_rows.push(number);
        }
    }

    pub fn done(mut self, merged: Vec<Merged>) -> Sheet {
        self.sheet.columns.sort_by_key(|(place, _)| *place);
        self.sheet.merged = merged;
        self.sheet
    }
}
