//! Any file as sheets of cells. Workbooks are read by calamine, text by the csv crate.

use super::cells::{Cell, Column, Merged, Sheet};
use super::decode::{TextEncoding, decode};
use super::guard::{check, unreadable};
use super::kind::{Kind, is_of_disk, of_disk};
use crate::error::{Error, Result};
use calamine::{Data, DataRef, Dimensions, ExcelDateTime, Reader, SheetVisible, Xls, Xlsx};
use std::fs::File;
use std::io::{BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
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

/// Most places for cells in one file: a stray cell far off must not fill the memory with blanks.
const PLACES: usize = 100_000_000;
/// Most columns of a sheet: as many as programs have.
const COLUMNS: usize = 1 << 14;
/// Days between the two ways of Excel to count them.
pub(super) const DAYS_1904: f64 = 1462.0;
/// Records parsed between two looks at the columns.
const BLOCK: usize = 4096;
/// Bytes looked at to tell the delimiter.
const HEAD: usize = 1 << 16;

/// Reads a file whole.
///
/// # Errors
/// [`Error::File`] for a file that is not there, [`Error::NoPermission`], [`Error::UnreadableFile`] for what is no readable workbook
/// or text.
pub(super) fn open(path: &Path, sheet: Option<&str>, encoding: Option<TextEncoding>) -> Result<Book> {
    let told = path.display().to_string();
    let io = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound => Error::File { path: told.clone(), found: e.to_string() },
        std::io::ErrorKind::PermissionDenied => Error::NoPermission { path: told.clone() },
        _ => unreadable(&told, "a file", e.to_string()),
    };
    let mut file = File::open(path).map_err(io)?;
    if file.metadata().map_err(io)?.is_dir() {
        return Err(unreadable(&told, "a file", "a folder"));
    }
    let mut head = [0; super::kind::HEAD];
    let read = read_most(&mut file, &mut head).map_err(io)?;
    std::io::Seek::rewind(&mut file).map_err(io)?;
    let kind = Kind::of(&told, &head[..read], &file)?;
    std::io::Seek::rewind(&mut file).map_err(io)?;
    match kind {
        Kind::Xlsx => xlsx(&told, file, sheet),
        Kind::Xlsb => super::xlsb::read(&told, file, sheet),
        Kind::Ods => super::ods::read(&told, file, sheet),
        Kind::Xls => xls(&told, file, sheet),
        Kind::Text => text(&told, file, encoding),
    }
}

/// What the reader of workbooks answers: a damaged one may bring it out of step, or make it panic. A fault of ours is no damage.
fn told<T, E>(path: &str, damage: impl Fn(E) -> Error, work: impl FnOnce() -> std::result::Result<T, E>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(found) => found.map_err(damage),
        Err(_) => Err(unreadable(path, "a whole workbook", "a damaged one")),
    }
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
            Err(unreadable(path, &format!("a sheet named {name}"), there.join(", ")))
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
    filled: usize,
}

impl Filling {
    pub fn new(name: String, from_1904: bool) -> Self {
        Self { sheet: Sheet { name, from_1904, ..Sheet::default() }, places: Vec::new(), filled: 0 }
    }

    /// Adds a cell; rows come in order.
    pub fn add(&mut self, path: &str, row: u32, column: u32, cell: Cell<'_>) -> Result<()> {
        if cell == Cell::Blank {
            return Ok(());
        }
        let number = row + 1;
        match self.sheet.rows.last() {
            Some(last) if *last > number => return Err(unreadable(path, "rows in order", format!("row {number} after row {last}"))),
            Some(last) if *last == number => {}
            _ => self.sheet.rows.push(number),
        }
        let column = column as usize;
        if column >= COLUMNS {
            return Err(unreadable(path, "a table that fits the memory", "cells too far apart"));
        }
        if column >= self.places.len() {
            self.places.resize(column + 1, 0);
        }
        if self.places[column] == 0 {
            self.sheet.columns.push((column as u32, Column::default()));
            self.places[column] = self.sheet.columns.len() as u32;
        }
        let place = self.places[column] as usize - 1;
        self.filled += self.sheet.columns[place].1.put(self.sheet.rows.len() - 1, cell);
        if self.filled > PLACES {
            return Err(unreadable(path, "a table that fits the memory", "cells too far apart"));
        }
        Ok(())
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

fn xlsx(path: &str, file: File, sheet: Option<&str>) -> Result<Book> {
    check(path, &file)?;
    // What the reader says may hold text of a cell.
    let damaged = |e: calamine::XlsxError| match e {
        calamine::XlsxError::Password => unreadable(path, "a workbook without a password", "one with a password"),
        calamine::XlsxError::Io(e) if is_of_disk(&e) => of_disk(path, &e),
        _ => unreadable(path, "a whole workbook", "a damaged one"),
    };
    let mut book: Xlsx<_> = told(path, damaged, || Xlsx::new(BufReader::new(file)))?;
    let from_1904 = book.has_1904_epoch();
    let (names, refused) = chosen(path, &shown(book.sheets_metadata()), sheet)?;
    let mut found = Book { sheets: Vec::new(), encoding: None, refused };
    for name in names {
        let mut filling = Filling::new(name.clone(), from_1904);
        // A chart sheet among the sheets has no cells.
        let Ok(mut cells) = told(path, damaged, || book.worksheet_cells_reader(&name)) else {
            found.refused.push(Refused::NoCells(name));
            continue;
        };
        while let Some(next) = told(path, damaged, || cells.next_cell())? {
            let (row, column) = next.get_position();
            let cell = match next.get_value() {
                DataRef::Empty => Cell::Blank,
                DataRef::SharedString(text) => Cell::Text(text),
                DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::Text(text),
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
        found.sheets.push(filling.done(merged(&cells)));
    }
    Ok(found)
}

fn xls(path: &str, mut file: File, sheet: Option<&str>) -> Result<Book> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|e| unreadable(path, "a file", e.to_string()))?;
    super::ole::check(path, &bytes)?;
    let damaged = |e: calamine::XlsError| match e {
        calamine::XlsError::Password => unreadable(path, "a workbook without a password", "one with a password"),
        _ => unreadable(path, "a whole workbook", "a damaged one"),
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
        let (top, left) = range.start().unwrap_or_default();
        let mut filling = Filling::new(name.clone(), from_1904);
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
        found.sheets.push(filling.done(merged(&cells)));
    }
    Ok(found)
}

fn text(path: &str, mut file: File, encoding: Option<TextEncoding>) -> Result<Book> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|e| unreadable(path, "a text file", e.to_string()))?;
    if u32::try_from(bytes.len()).is_err() {
        return Err(unreadable(path, "a text file of less than 4 GB", format!("{} MB", bytes.len() >> 20)));
    }
    let (text, encoding) = decode(path, bytes, encoding)?;
    let found = match text.trim_start() {
        // Web applications give pages the name of a workbook.
        start if start.starts_with('<') => "a web page or XML: open it in a spreadsheet program and save it as .xlsx",
        start if start.starts_with("MIME-Version:") => "a web page or XML: open it in a spreadsheet program and save it as .xlsx",
        _ => "",
    };
    if !found.is_empty() {
        return Err(unreadable(path, "a workbook or a text with delimiters", found));
    }
    // A line of old programs ends with CR alone.
    let text = if text.contains('\r') && !text.contains('\n') { text.replace('\r', "\n") } else { text };
    let sheet = records(path, &text)?;
    Ok(Book { sheets: vec![sheet], encoding: Some(encoding), refused: Vec::new() })
}

/// The records of a delimited text. Parsing and keeping go side by side, each column by itself.
fn records(path: &str, text: &str) -> Result<Sheet> {
    let delimiter = delimiter(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(1 << 18)
        .from_reader(text.as_bytes());
    let mut sheet = Sheet::default();
    let (mut now, mut next) = (vec![csv::ByteRecord::new(); BLOCK], vec![csv::ByteRecord::new(); BLOCK]);
    let mut read = |into: &mut Vec<csv::ByteRecord>| -> Result<usize> {
        for (nth, record) in into.iter_mut().enumerate() {
            match reader.read_byte_record(record) {
                Ok(true) => {}
                Ok(false) => return Ok(nth),
                Err(e) => return Err(unreadable(path, "a text with delimiters", e.to_string())),
            }
        }
        Ok(into.len())
    };
    let mut held = read(&mut now)?;
    while held > 0 {
        let block = &now[..held];
        let first = sheet.rows.len();
        sheet.rows.extend(block.iter().map(|record| record.position().map_or(0, |at| line(text, at))));
        let wide = block.iter().map(csv::ByteRecord::len).max().unwrap_or(0);
        while sheet.columns.len() < wide {
            sheet.columns.push((sheet.columns.len() as u32, Column::default()));
        }
        if sheet.columns.len().saturating_mul(sheet.rows.len()) > PLACES {
            return Err(unreadable(path, "a table that fits the memory", format!("{} columns", sheet.columns.len())));
        }
        if let Some(nth) = block.iter().position(|record| has_swallowed(record, delimiter, sheet.columns.len())) {
            return Err(unreadable(path, "quotation marks that are closed", format!("one open from line {}", sheet.rows[first + nth])));
        }
        let columns = &mut sheet.columns;
        let keep = || {
            use rayon::prelude::*;
            columns.par_iter_mut().for_each(|(place, column)| {
                for (nth, record) in block.iter().enumerate() {
                    if let Some(field) = record.get(*place as usize) {
                        column.put_text(first + nth, field);
                    }
                }
            });
        };
        let more = rayon::join(|| read(&mut next), keep).0;
        held = more?;
        std::mem::swap(&mut now, &mut next);
    }
    sheet.columns.retain(|(_, column)| column.len() > 0);
    Ok(sheet)
}

/// True if a quoted field holds a line that is a record itself: its quotation mark was never meant to be one, or not closed.
fn has_swallowed(record: &csv::ByteRecord, delimiter: u8, columns: usize) -> bool {
    columns > 2
        && record.as_slice().contains(&b'\n')
        && record
            .iter()
            .flat_map(|field| field.split(|b| *b == b'\n').skip(1))
            .any(|line| line.split(|b| *b == delimiter).count() >= columns)
}

/// The line a record begins on; its position may lie before blank lines.
fn line(text: &str, at: &csv::Position) -> u32 {
    let blank = text.as_bytes()[at.byte() as usize..].iter().take_while(|b| matches!(b, b'\n' | b'\r'));
    (at.line() + blank.filter(|b| **b == b'\n').count() as u64) as u32
}

/// The delimiter under which most lines have equally many fields.
fn delimiter(text: &str) -> u8 {
    let mut end = text.len().min(HEAD);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let score = |delimiter: u8| {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(&text.as_bytes()[..end]);
        let mut widths: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
        let mut all = 0;
        for record in reader.byte_records().map_while(std::result::Result::ok) {
            *widths.entry(record.len()).or_default() += 1;
            all += 1;
        }
        let (width, lines) = widths.into_iter().max_by_key(|(width, lines)| (*lines, *width)).unwrap_or_default();
        if width < 2 { 0.0 } else { width as f64 * (lines as f64 / f64::from(all)).powi(2) }
    };
    let scores = [b';', b'\t', b',', b'|'].map(|d| (d, score(d)));
    scores.into_iter().fold((b',', 0.0), |best, next| if next.1 > best.1 { next } else { best }).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_told() {
        assert_eq!(delimiter("a;b;c\n1,5;2;3\n"), b';');
        assert_eq!(delimiter("a,b,c\n1;2,3,4\n"), b',');
        assert_eq!(delimiter("a\tb\n1, 2\t3\n"), b'\t');
        assert_eq!(delimiter("one\n"), b',');
        assert_eq!(delimiter("title, of the list\na;b\n1;2\n3;4\n"), b';');
    }

    #[test]
    fn rows_keep_the_number_of_their_line() {
        let sheet = records("x.csv", "a,b\n\n1,\"two\nlines\"\n3\n").unwrap();
        assert_eq!(sheet.rows, [1, 3, 5]);
        assert_eq!(sheet.cell(1, 1), Cell::Text("two\nlines"));
        assert_eq!(sheet.cell(2, 1), Cell::Blank);
    }
}
