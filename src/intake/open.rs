//! Opens a file or a frame as sheets of cells, by the reader of its kind.

use super::book::Book;
use super::decode::TextEncoding;
use super::kind::{HEAD, Kind};
use super::{frame, lines, ods, workbook, xlsb};
use crate::disk;
use crate::error::Result;
use crate::limits::{Bound, Limits};
use polars_core::prelude::DataFrame;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Opens a file as sheets.
pub(super) fn open(path: &Path, sheet: Option<&str>, encoding: Option<TextEncoding>, limits: Limits) -> Result<Book> {
    #[cfg(feature = "io")]
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet")) {
        return of_frame(&path.display().to_string(), &parquet(path, limits)?, limits);
    }
    file(path, sheet, encoding, limits)
}

/// A frame as a workbook of one sheet.
pub(super) fn of_frame(name: &str, frame: &DataFrame, limits: Limits) -> Result<Book> {
    limits.check(name, Bound::Columns, frame.width() as u64)?;
    limits.check(name, Bound::Places, (frame.height() as u64).saturating_mul(frame.width() as u64))?;
    let (longest, whole) = frame::texts(frame);
    limits.check(name, Bound::Text, longest)?;
    limits.check(name, Bound::Bytes, whole)?;
    Ok(Book { sheets: vec![frame::sheet(frame)?], encoding: None, refused: Vec::new() })
}

/// Reads a file whole.
///
/// # Errors
/// [`crate::Error::File`] if the file does not exist, [`crate::Error::NoPermission`], [`crate::Error::UnreadableFile`] if it is no readable
/// workbook or text.
fn file(path: &Path, sheet: Option<&str>, encoding: Option<TextEncoding>, limits: Limits) -> Result<Book> {
    let name = path.display().to_string();
    let io = |e: std::io::Error| disk::error(path, &e);
    let mut file = disk::open(path)?;
    let mut head = [0; HEAD];
    let read = read_most(&mut file, &mut head).map_err(io)?;
    std::io::Seek::rewind(&mut file).map_err(io)?;
    let kind = Kind::of(&name, &head[..read], &file)?;
    std::io::Seek::rewind(&mut file).map_err(io)?;
    match kind {
        Kind::Xlsx => workbook::xlsx(&name, file, sheet, limits),
        Kind::Xlsb => xlsb::read(&name, file, sheet, limits),
        Kind::Ods => ods::read(&name, file, sheet, limits),
        Kind::Xls => workbook::xls(&name, file, sheet, limits),
        Kind::Text => lines::read(&name, file, encoding, limits),
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

#[cfg(feature = "io")]
fn parquet(path: &Path, limits: Limits) -> Result<DataFrame> {
    use super::unreadable::unreadable;
    use crate::error::Phrase;
    use polars_io::SerReader;
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
    let name = path.display().to_string();
    let file = crate::disk::open(path)?;
    let announced = crate::record::ParquetFile::open(path)?;
    announced.check_limits(limits, true)?;
    // The reader reserves what pages claim.
    announced.check_pages(None)?;
    // The reader panics on some damage; its messages may contain values.
    let read = || polars_io::parquet::read::ParquetReader::new(file).finish();
    let frame = match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(frame)) => frame,
        Err(why) if crate::task::is_stop(why.as_ref()) => resume_unwind(why),
        Ok(Err(_)) | Err(_) => return Err(unreadable(&name, Phrase::ParquetFile, Phrase::Damaged)),
    };
    if frame.height() as u64 != announced.rows() {
        return Err(crate::Error::RowsDiffer { table: name, expected: announced.rows(), found: frame.height() as u64 });
    }
    Ok(frame)
}
