//! Any file as sheets of cells. Workbooks are read by calamine, text in `lines.rs`.

use super::cells::{Cell, Column, Merged, Sheet};
use super::decode::TextEncoding;
use super::guard::{check, unreadable};
use super::kind::{Kind, is_of_disk, of_disk};
use super::lines;
use crate::disk;
use crate::error::{Error, Fact, Phrase, Result};
use crate::limits::{Bound, Limits};
use crate::task;
use calamine::{Data, DataRef, Dimensions, ExcelDateTime, Reader, SheetVisible, Xls, Xlsx};
use std::fs::File;
use std::io::{BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

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

/// Days between the two ways of Excel to count them.
pub(super) const DAYS_1904: f64 = 1462.0;

/// Reads a file whole.
///
/// # Errors
/// [`Error::File`] for a file that is not there, [`Error::NoPermission`], [`Error::UnreadableFile`] for what is no readable workbook
/// or text.
pub(super) fn open(path: &Path, sheet: Option<&str>, encoding: Option<TextEncoding>, limits: Limits) -> Result<Book> {
    let told = path.display().to_string();
    let io = |e: std::io::Error| disk::error(path, &e);
    let mut file = disk::open(path)?;
    let mut head = [0; super::kind::HEAD];
    let read = read_most(&mut file, &mut head).map_err(io)?;
    std::io::Seek::rewind(&mut file).map_err(io)?;
    let kind = Kind::of(&told, &head[..read], &file)?;
    std::io::Seek::rewind(&mut file).map_err(io)?;
    match kind {
        Kind::Xlsx => xlsx(&told, file, sheet, limits),
        Kind::Xlsb => super::xlsb::read(&told, file, sheet, limits),
        Kind::Ods => super::ods::read(&told, file, sheet, limits),
        Kind::Xls => xls(&told, file, sheet, limits),
        Kind::Text => lines::read(&told, file, encoding, limits),
    }
}

/// What the reader of workbooks answers: a damaged one may bring it out of step, or make it panic. A fault of ours is no damage.
fn told<T, E>(path: &str, damage: impl Fn(E) -> Error, work: impl FnOnce() -> std::result::Result<T, E>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(found) => found.map_err(damage),
        Err(why) if task::is_stop(why.as_ref()) => resume_unwind(why),
        Err(_) => Err(unreadable(path, Phrase::WholeWorkbook, Phrase::Damaged)),
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

fn read_most(file: &mut File, into: &mut [u8]) -> std::io::Result<usize> {
    let mut read = 0;
    while read < into.len() {
        match file.read(&mut into[read..])? {
            0 => break,
            more => read += more,
        }
    }
    Ok(read)
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

/// The names of sheets, and whether they show.
fn shown(sheets: &[calamine::Sheet]) -> Vec<(String, bool)> {
    sheets.iter().map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible)).collect()
}

fn merged(cells: &[Dimensions]) -> Vec<Merged> {
    cells.iter().map(|m| Merged { rows: (m.start.0, m.end.0), columns: (m.start.1, m.end.1) }).collect()
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
        if self.sheet.columns[place].1.code(self.sheet.rows.len() - 1) != super::cells::BLANK {
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

fn date(moment: ExcelDateTime, from_1904: bool) -> Cell<'static> {
    let serial = moment.as_f64();
    if moment.is_duration() {
        return Cell::Number(serial);
    }
    Cell::Date(if from_1904 { serial + DAYS_1904 } else { serial })
}

fn xlsx(path: &str, file: File, sheet: Option<&str>, limits: Limits) -> Result<Book> {
    let mut seen = check(path, &file, limits)?;
    // What the reader says may hold text of a cell.
    let damaged = |e: calamine::XlsxError| match e {
        calamine::XlsxError::Password => unreadable(path, Phrase::WorkbookWithoutPassword, Phrase::WithPassword),
        calamine::XlsxError::Io(e) if is_of_disk(&e) => of_disk(path, &e),
        _ => unreadable(path, Phrase::WholeWorkbook, Phrase::Damaged),
    };
    let mut book: Xlsx<_> = told(path, damaged, || Xlsx::new(BufReader::new(file)))?;
    let from_1904 = book.has_1904_epoch();
    let (names, refused) = chosen(path, &shown(book.sheets_metadata()), sheet)?;
    let mut found = Book { sheets: Vec::new(), encoding: None, refused };
    task::expect(names.iter().filter_map(|name| seen.get(name)).map(|sheet| sheet.cells).sum());
    for name in names {
        let mut filling = Filling::new(name.clone(), from_1904, limits);
        // A chart sheet among the sheets has no cells.
        let Ok(mut cells) = told(path, damaged, || book.worksheet_cells_reader(&name)) else {
            found.refused.push(Refused::NoCells(name));
            continue;
        };
        let mut delivered = 0;
        let scaled = seen.get(&name).map_or(&[][..], |sheet| &sheet.scaled);
        while let Some(next) = told(path, damaged, || cells.next_cell())? {
            delivered += 1;
            let (row, column) = next.get_position();
            let cell = match next.get_value() {
                DataRef::Empty => Cell::Blank,
                DataRef::SharedString(text) => Cell::Text(text),
                DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::Text(text),
                DataRef::Float(_) | DataRef::Int(_) if scaled.binary_search(&(row, column)).is_ok() => Cell::Scaled,
                DataRef::Float(number) => Cell::Number(*number),
                DataRef::Int(number) => Cell::Number(*number as f64),
                DataRef::Bool(flag) => Cell::Flag(*flag),
                DataRef::DateTime(moment) => date(*moment, from_1904),
                DataRef::Error(_) => Cell::Error,
            };
            filling.add(path, row, column, cell)?;
        }
        drop(cells);
        let cells = told(path, damaged, || book.merge_cells_by_sheet_name(&name)).unwrap_or_default();
        let mut sheet = filling.done(merged(&cells));
        if let Some(seen) = seen.remove(&name) {
            if seen.cells != delivered {
                return Err(unreadable(path, Phrase::CellsInSheet(seen.cells), delivered));
            }
            (sheet.hidden_rows, sheet.hidden_columns) = (seen.hidden_rows, seen.hidden_columns);
            sheet.hidden_rows.sort_unstable();
        }
        found.sheets.push(sheet);
    }
    Ok(found)
}

fn xls(path: &str, file: File, sheet: Option<&str>, limits: Limits) -> Result<Book> {
    let bytes = whole(path, file, limits)?;
    let streams = super::ole::check(path, &bytes, limits)?;
    // Of two streams, for two versions of Excel, it is not known here which is read.
    let seen = match &streams[..] {
        [one] => Some(super::biff::sheets(one).ok_or_else(|| unreadable(path, Phrase::WholeWorkbook, Phrase::Damaged))?),
        _ => None,
    };
    let damaged = |e: calamine::XlsError| match e {
        calamine::XlsError::Password => unreadable(path, Phrase::WorkbookWithoutPassword, Phrase::WithPassword),
        _ => unreadable(path, Phrase::WholeWorkbook, Phrase::Damaged),
    };
    let mut book: Xls<_> = told(path, damaged, || Xls::new(std::io::Cursor::new(bytes)))?;
    let from_1904 = book.has_1904_epoch();
    let (names, refused) = chosen(path, &shown(book.sheets_metadata()), sheet)?;
    let mut found = Book { sheets: Vec::new(), encoding: None, refused };
    for name in names {
        let Ok(range) = told(path, damaged, || book.worksheet_range(&name)) else {
            found.refused.push(Refused::NoCells(name));
            continue;
        };
        let seen = book.sheets_metadata().iter().position(|sheet| sheet.name == name).and_then(|nth| seen.as_ref()?.get(nth));
        let (top, left) = range.start().unwrap_or_default();
        let delivered = range.used_cells().count();
        if let Some(seen) = seen.filter(|seen| seen.cells > delivered) {
            return Err(unreadable(path, Phrase::CellsInSheet(seen.cells as u64), delivered));
        }
        let mut filling = Filling::new(name.clone(), from_1904, limits);
        for (row, column, value) in range.used_cells() {
            let cell = match value {
                Data::Empty => Cell::Blank,
                Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::Text(text),
                Data::Float(number) => Cell::Number(*number),
                Data::Int(number) => Cell::Number(*number as f64),
                Data::Bool(flag) => Cell::Flag(*flag),
                Data::DateTime(moment) => date(*moment, from_1904),
                Data::Error(_) => Cell::Error,
            };
            filling.add(path, top + row as u32, left + column as u32, cell)?;
        }
        let cells = told(path, damaged, || book.merge_cells_by_sheet_name(&name)).unwrap_or_default();
        let mut sheet = filling.done(merged(&cells));
        if let Some(seen) = seen {
            sheet.hidden_rows = seen.hidden_rows.iter().map(|row| row + 1).collect();
            sheet.hidden_rows.sort_unstable();
            sheet.hidden_columns.clone_from(&seen.hidden_columns);
        }
        found.sheets.push(sheet);
    }
    Ok(found)
}
