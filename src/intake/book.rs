//! A file as sheets of cells: what every reader of files makes.

use super::cells::{BLANK, Cell, Column, Merged, Sheet};
use super::decode::TextEncoding;
use super::unreadable::unreadable;
use crate::error::{Fact, Phrase, Result};
use crate::limits::{Bound, Limits};
use crate::task;
use std::fs::File;
use std::io::Read;

/// What a file holds.
pub(super) struct Book {
    pub sheets: Vec<Sheet>,
    /// How its text was written, of a text file.
    pub encoding: Option<TextEncoding>,
    pub refused: Vec<Refused>,
}

/// A sheet that is not read.
pub(super) enum Refused {
    /// It has no cells, such as a chart.
    NoCells(String),
    /// People do not see it: mostly an older copy.
    Hidden(String),
}

/// The sheets asked for among those there are; the visible ones if none is named.
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

/// The bytes of a file, if there are not too many.
///
/// # Errors
/// [`Error::OverLimit`], or what the disk says.
pub(super) fn whole(path: &str, file: File, limits: Limits) -> Result<Vec<u8>> {
    let disk = |e: std::io::Error| unreadable(path, Phrase::File, &e);
    let length = file.metadata().map_err(disk)?.len();
    limits.check(path, Bound::Bytes, length)?;
    let mut bytes = Vec::new();
    // A file may grow while it is read.
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

/// Cells on their way into a sheet.
pub(super) struct Filling {
    sheet: Sheet,
    /// For a column of the spreadsheet the place of it here plus one.
    places: Vec<u32>,
    filled: u64,
    limits: Limits,
}

/// Cells between two looks at whether to stop.
const STEP: u64 = 1 << 14;

impl Filling {
    pub fn new(name: String, from_1904: bool, limits: Limits) -> Self {
        Self { sheet: Sheet { name, from_1904, ..Sheet::default() }, places: Vec::new(), filled: 0, limits }
    }

    /// Adds a cell; rows come in order.
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
            self.sheet.columns.push((column as u32, Column::default()));
            self.places[column] = self.sheet.columns.len() as u32;
        }
        let place = self.places[column] as usize - 1;
        // Of two values of one cell readers take either.
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

    /// Refuses so many cells more than there may be, before the first of them is added.
    pub fn room(&self, path: &str, cells: u64) -> Result<()> {
        self.limits.check(path, Bound::Places, self.filled.saturating_add(cells))
    }

    /// Notes that a row does not show.
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
