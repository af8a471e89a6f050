//! Excel workbooks as sheets of cells, by calamine.

use super::book::{Book, Filling, Refused, chosen, whole};
use super::cells::{Cell, Merged};
use super::dates::DAYS_1904;
use super::unreadable::{is_of_disk, of_disk, unreadable};
use super::{biff, guard, ole};
use crate::error::{Error, Phrase, Result};
use crate::limits::Limits;
use crate::task;
use calamine::{Data, DataRef, Dimensions, ExcelDateTime, Reader, SheetVisible, Xls, Xlsx};
use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Runs calamine, which may fail or panic on a damaged workbook; a stopped task is not damage.
fn guarded<T, E>(path: &str, damage: impl Fn(E) -> Error, work: impl FnOnce() -> std::result::Result<T, E>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(found) => found.map_err(damage),
        Err(why) if task::is_stop(why.as_ref()) => resume_unwind(why),
        Err(_) => Err(unreadable(path, Phrase::WholeWorkbook, Phrase::Damaged)),
    }
}

pub(super) fn xlsx(path: &str, file: File, sheet: Option<&str>, limits: Limits) -> Result<Book> {
    let mut seen = guard::check(path, &file, limits)?;
    // Messages of calamine may contain text of a cell.
    let damaged = |e: calamine::XlsxError| match e {
        calamine::XlsxError::Password => unreadable(path, Phrase::WorkbookWithoutPassword, Phrase::WithPassword),
        calamine::XlsxError::Io(e) if is_of_disk(&e) => of_disk(path, &e),
        _ => unreadable(path, Phrase::WholeWorkbook, Phrase::Damaged),
    };
    let mut book: Xlsx<_> = guarded(path, damaged, || Xlsx::new(BufReader::new(file)))?;
    let from_1904 = book.has_1904_epoch();
    let (names, refused) = chosen(path, &shown(book.sheets_metadata()), sheet)?;
    let mut found = Book { sheets: Vec::new(), encoding: None, refused };
    task::expect(names.iter().filter_map(|name| seen.get(name)).map(|sheet| sheet.cells).sum());
    for name in names {
        let mut filling = Filling::new(name.clone(), from_1904, limits);
        // A chart sheet has no cells.
        let Ok(mut cells) = guarded(path, damaged, || book.worksheet_cells_reader(&name)) else {
            found.refused.push(Refused::NoCells(name));
            continue;
        };
        let mut delivered = 0;
        let scaled = seen.get(&name).map_or(&[][..], |sheet| &sheet.scaled);
        while let Some(next) = guarded(path, damaged, || cells.next_cell())? {
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
        let cells = guarded(path, damaged, || book.merge_cells_by_sheet_name(&name)).unwrap_or_default();
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

pub(super) fn xls(path: &str, file: File, sheet: Option<&str>, limits: Limits) -> Result<Book> {
    let bytes = whole(path, file, limits)?;
    let streams = ole::check(path, &bytes, limits)?;
    // With two streams, for two versions of Excel, it is unknown which one is read.
    let seen = match &streams[..] {
        [one] => Some(biff::sheets(one).ok_or_else(|| unreadable(path, Phrase::WholeWorkbook, Phrase::Damaged))?),
        _ => None,
    };
    let damaged = |e: calamine::XlsError| match e {
        calamine::XlsError::Password => unreadable(path, Phrase::WorkbookWithoutPassword, Phrase::WithPassword),
        _ => unreadable(path, Phrase::WholeWorkbook, Phrase::Damaged),
    };
    let mut book: Xls<_> = guarded(path, damaged, || Xls::new(std::io::Cursor::new(bytes)))?;
    let from_1904 = book.has_1904_epoch();
    let (names, refused) = chosen(path, &shown(book.sheets_metadata()), sheet)?;
    let mut found = Book { sheets: Vec::new(), encoding: None, refused };
    for name in names {
        let Ok(range) = guarded(path, damaged, || book.worksheet_range(&name)) else {
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
        let cells = guarded(path, damaged, || book.merge_cells_by_sheet_name(&name)).unwrap_or_default();
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

/// The names of sheets, and whether they are visible.
fn shown(sheets: &[calamine::Sheet]) -> Vec<(String, bool)> {
    sheets.iter().map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible)).collect()
}

fn merged(cells: &[Dimensions]) -> Vec<Merged> {
    cells.iter().map(|m| Merged { rows: (m.start.0, m.end.0), columns: (m.start.1, m.end.1) }).collect()
}

fn date(moment: ExcelDateTime, from_1904: bool) -> Cell<'static> {
    let serial = moment.as_f64();
    if moment.is_duration() {
        return Cell::Number(serial);
    }
    Cell::Date(if from_1904 { serial + DAYS_1904 } else { serial })
}
