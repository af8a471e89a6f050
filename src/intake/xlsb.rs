//! Binary workbooks (.xlsb): records of a type, a length and a body. Format: MS-XLSB, chapter 2.

use super::book::{Book, Filling, Refused, chosen};
use super::cells::{Cell, Merged, Sheet};
use super::dates::DAYS_1904;
use super::format::{is_day_format, is_scaled};
use super::unreadable::{is_of_disk, of_disk, unreadable};
use crate::error::{Error, Phrase, Result};
use crate::limits::{Bound, Limits};
use quick_xml::events::Event;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufReader, Read};
use zip::ZipArchive;

/// Most rows in spreadsheet programs.
const ROWS: u32 = 1 << 20;

/// Types of records.
mod record {
    pub const ROW: u16 = 0x0000;
    pub const NUMBER_SHORT: u16 = 0x0002;
    pub const ERROR: u16 = 0x0003;
    pub const FLAG: u16 = 0x0004;
    pub const NUMBER: u16 = 0x0005;
    pub const TEXT: u16 = 0x0006;
    pub const SHARED: u16 = 0x0007;
    pub const FORMULA_TEXT: u16 = 0x0008;
    pub const FORMULA_NUMBER: u16 = 0x0009;
    pub const FORMULA_FLAG: u16 = 0x000a;
    pub const FORMULA_ERROR: u16 = 0x000b;
    pub const RICH_TEXT: u16 = 0x003e;
    pub const END_CELLS: u16 = 0x0092;
    pub const MERGED: u16 = 0x00b0;
    pub const SHARED_TEXT: u16 = 0x0013;
    pub const BOOK: u16 = 0x0099;
    pub const SHEET: u16 = 0x009c;
    pub const FORMAT: u16 = 0x002c;
    pub const BEGIN_STYLES: u16 = 0x0269;
    pub const END_STYLES: u16 = 0x026a;
    pub const STYLE: u16 = 0x002f;
}

fn damaged(path: &str) -> Error {
    unreadable(path, Phrase::WholeWorkbook, Phrase::Damaged)
}

fn u16_at(body: &[u8], at: usize) -> Option<u16> {
    body.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(body: &[u8], at: usize) -> Option<u32> {
    body.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn f64_at(body: &[u8], at: usize) -> Option<f64> {
    body.get(at..at + 8)?.try_into().ok().map(f64::from_le_bytes)
}

/// A text preceded by its length in UTF-16 units, and where it ends.
fn wide(body: &[u8], at: usize) -> Option<(String, usize)> {
    let letters = u32_at(body, at)? as usize;
    let end = letters.checked_mul(2)?.checked_add(at + 4)?;
    let units: Vec<u16> = body.get(at + 4..end)?.chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect();
    Some((String::from_utf16_lossy(&units), end))
}

/// The records of a part.
struct Records<'a, R> {
    path: &'a str,
    part: BufReader<R>,
    body: Vec<u8>,
    read: u64,
    limits: Limits,
}

impl<'a, R: Read> Records<'a, R> {
    fn new(path: &'a str, part: R, limits: Limits) -> Self {
        Self { path, part: BufReader::with_capacity(1 << 16, part), body: Vec::new(), read: 0, limits }
    }

    fn byte(&mut self) -> Result<Option<u8>> {
        let mut byte = [0];
        match self.part.read(&mut byte) {
            Ok(0) => Ok(None),
            Ok(_) => Ok(Some(byte[0])),
            Err(e) if is_of_disk(&e) => Err(of_disk(self.path, &e)),
            Err(_) => Err(damaged(self.path)),
        }
    }

    /// The type of the next record, whose body is then available; `None` at the end.
    fn next(&mut self) -> Result<Option<u16>> {
        let Some(first) = self.byte()? else { return Ok(None) };
        let mut kind = u16::from(first);
        if first & 0x80 != 0 {
            kind = u16::from(first & 0x7f) | u16::from(self.byte()?.ok_or_else(|| damaged(self.path))? & 0x7f) << 7;
        }
        let mut length = 0_usize;
        for nth in 0..4 {
            let byte = self.byte()?.ok_or_else(|| damaged(self.path))?;
            length |= usize::from(byte & 0x7f) << (7 * nth);
            if byte & 0x80 == 0 {
                break;
            }
        }
        self.limits.check(self.path, Bound::Text, length as u64)?;
        // The size that a part claims may be false.
        self.read += length as u64;
        self.limits.check(self.path, Bound::Bytes, self.read)?;
        self.body.resize(length, 0);
        self.part.read_exact(&mut self.body).map_err(|e| if is_of_disk(&e) { of_disk(self.path, &e) } else { damaged(self.path) })?;
        Ok(Some(kind))
    }
}

/// What all sheets of a workbook share.
#[derive(Default)]
struct Common {
    from_1904: bool,
    texts: Vec<String>,
    /// For each cell style whether its numbers are dates, and whether they are shown in another unit.
    styles: Vec<(bool, bool)>,
}

/// Reads the sheets of a file.
pub(super) fn read(path: &str, file: File, sheet: Option<&str>, limits: Limits) -> Result<Book> {
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|_| damaged(path))?;
    let targets = targets(path, &mut zip)?;
    let mut common = Common::default();
    let mut sheets: Vec<(String, bool, Option<String>)> = Vec::new();
    each(path, &mut zip, limits, "xl/workbook.bin", true, |kind, body| {
        if kind == record::BOOK {
            common.from_1904 = body.first()? & 1 == 1;
        } else if kind == record::SHEET {
            let (id, end) = match u32_at(body, 8)? {
                u32::MAX => (String::new(), 12),
                _ => wide(body, 8)?,
            };
            let shows = u32_at(body, 0)? == 0;
            let target = targets.get(&id).filter(|(kind, _)| kind.ends_with("/worksheet")).map(|(_, target)| target.clone());
            sheets.push((wide(body, end)?.0, shows, target));
        }
        Some(())
    })?;
    let part = |kind: &str, usual: &str| {
        let named = targets.values().find(|(of, _)| of.ends_with(kind)).map(|(_, target)| target.clone());
        named.unwrap_or_else(|| usual.to_owned())
    };
    each(path, &mut zip, limits, &part("/sharedStrings", "xl/sharedStrings.bin"), false, |kind, body| {
        if kind == record::SHARED_TEXT {
            common.texts.push(wide(body, 1)?.0);
        }
        Some(())
    })?;
    limits.check(path, Bound::Places, common.texts.len() as u64)?;
    let mut formats: HashMap<u16, (bool, bool)> = HashMap::new();
    let mut in_styles = false;
    each(path, &mut zip, limits, &part("/styles", "xl/styles.bin"), false, |kind, body| {
        match kind {
            record::FORMAT => {
                let format = wide(body, 2)?.0;
                formats.insert(u16_at(body, 0)?, (is_day_format(&format), is_scaled(&format)));
            }
            record::BEGIN_STYLES => in_styles = true,
            record::END_STYLES => in_styles = false,
            record::STYLE if in_styles => {
                let format = u16_at(body, 2)?;
                common.styles.push(formats.get(&format).copied().unwrap_or((matches!(format, 14..=22 | 27..=36 | 50..=58), false)));
            }
            _ => {}
        }
        Some(())
    })?;
    let names: Vec<(String, bool)> = sheets.iter().map(|(name, shows, _)| (name.clone(), *shows)).collect();
    let (wanted, refused) = chosen(path, &names, sheet)?;
    let mut book = Book { sheets: Vec::new(), encoding: None, refused };
    let wanted: HashSet<String> = wanted.into_iter().collect();
    for (name, _, target) in sheets.into_iter().filter(|(name, ..)| wanted.contains(name)) {
        match target {
            // A chart sheet has no cells.
            None => book.refused.push(Refused::NoCells(name)),
            Some(target) => book.sheets.push(cells(path, &mut zip, &target, name, &common, limits)?),
        }
    }
    Ok(book)
}

/// The index of a part in the archive, ignoring case and the kind of slash.
fn place(zip: &ZipArchive<BufReader<File>>, name: &str) -> Option<usize> {
    let wanted = name.trim_start_matches('/');
    zip.file_names().position(|part| part.is_ok_and(|part| part.replace('\\', "/").eq_ignore_ascii_case(wanted)))
}

/// Visits the records of a part; `needed` if a workbook must have it.
fn each(
    path: &str,
    zip: &mut ZipArchive<BufReader<File>>,
    limits: Limits,
    name: &str,
    needed: bool,
    mut read: impl FnMut(u16, &[u8]) -> Option<()>,
) -> Result<()> {
    let Some(place) = place(zip, name) else { return if needed { Err(damaged(path)) } else { Ok(()) } };
    let part = zip.by_index(place).map_err(|_| damaged(path))?;
    limits.check(path, Bound::Bytes, part.size())?;
    let mut records = Records::new(path, part, limits);
    while let Some(kind) = records.next()? {
        read(kind, &records.body).ok_or_else(|| damaged(path))?;
    }
    Ok(())
}

/// The parts that a workbook names: by id, their type and target.
fn targets(path: &str, zip: &mut ZipArchive<BufReader<File>>) -> Result<HashMap<String, (String, String)>> {
    let Some(place) = place(zip, "xl/_rels/workbook.bin.rels") else { return Err(damaged(path)) };
    let part = zip.by_index(place).map_err(|_| damaged(path))?;
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(part.take(1 << 24)));
    let (mut found, mut buffer) = (HashMap::new(), Vec::new());
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|_| damaged(path))? {
            Event::Start(element) | Event::Empty(element) if element.local_name().as_ref() == "Relationship" => {
                let of = |name: &str| {
                    let value = element.try_get_attribute(name).ok().flatten()?;
                    value.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
                };
                if let (Some(id), Some(kind), Some(target)) = (of("Id"), of("Type"), of("Target")) {
                    let target = if target.starts_with('/') { target } else { format!("xl/{target}") };
                    found.insert(id, (kind, target));
                }
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// The cells of one sheet.
fn cells(path: &str, zip: &mut ZipArchive<BufReader<File>>, target: &str, name: String, common: &Common, limits: Limits) -> Result<Sheet> {
    let place = place(zip, target).ok_or_else(|| damaged(path))?;
    let part = zip.by_index(place).map_err(|_| damaged(path))?;
    limits.check(path, Bound::Bytes, part.size())?;
    let mut records = Records::new(path, part, limits);
    let mut filling = Filling::new(name, common.from_1904, limits);
    let mut merged = Vec::new();
    let (mut row, mut hidden, mut ended) = (0, false, false);
    while let Some(kind) = records.next()? {
        let body = &records.body;
        let broken = || damaged(path);
        match kind {
            record::ROW if !ended => {
                row = u32_at(body, 0).filter(|row| *row < ROWS).ok_or_else(broken)?;
                // Hidden, or with a height of 0.
                hidden = body.get(11).is_some_and(|flags| flags & 0x10 != 0) || body.get(8..10) == Some(&[0, 0]);
            }
            record::END_CELLS => ended = true,
            record::MERGED => {
                let of = |at: usize| u32_at(body, at).ok_or_else(broken);
                merged.push(Merged { rows: (of(0)?, of(4)?), columns: (of(8)?, of(12)?) });
            }
            _ if ended => {}
            _ => {
                if let Some((column, cell, text)) = cell(kind, body, common).map_err(|()| broken())? {
                    filling.add(path, row, column, text.as_deref().map_or(cell, Cell::Text))?;
                    if hidden {
                        filling.hide_row(row);
                    }
                }
            }
        }
    }
    if ended { Ok(filling.done(merged)) } else { Err(damaged(path)) }
}

/// The column of a cell, its value, and its text if stored in the record itself.
type Content<'a> = (u32, Cell<'a>, Option<String>);

/// The cell of a record, if it has one.
fn cell<'a>(kind: u16, body: &[u8], common: &'a Common) -> std::result::Result<Option<Content<'a>>, ()> {
    let mut text = None;
    let number = |value: f64| {
        let style = u32_at(body, 4).map_or(0, |style| style & 0x00ff_ffff) as usize;
        match common.styles.get(style) {
            Some((true, _)) => Cell::Date(if common.from_1904 { value + DAYS_1904 } else { value }),
            Some((_, true)) => Cell::Scaled,
            _ => Cell::Number(value),
        }
    };
    let value = match kind {
        record::NUMBER_SHORT => u32_at(body, 8).map(|bits| number(short(bits))),
        record::NUMBER | record::FORMULA_NUMBER => f64_at(body, 8).map(number),
        record::FLAG | record::FORMULA_FLAG => body.get(8).map(|flag| Cell::Flag(*flag != 0)),
        record::ERROR | record::FORMULA_ERROR => Some(Cell::Error),
        record::SHARED => u32_at(body, 8).and_then(|nth| common.texts.get(nth as usize)).map(|text| Cell::Text(text)),
        record::TEXT | record::FORMULA_TEXT | record::RICH_TEXT => {
            // Rich text has a byte of flags before it.
            text = wide(body, if kind == record::RICH_TEXT { 9 } else { 8 }).map(|(text, _)| text);
            text.is_some().then_some(Cell::Blank)
        }
        _ => return Ok(None),
    };
    match (u32_at(body, 0), value) {
        (Some(column), Some(value)) => Ok(Some((column, value, text))),
        _ => Err(()),
    }
}

/// A number in 30 bits: a whole number or the upper half of a float, possibly to be divided by 100.
fn short(bits: u32) -> f64 {
    let value = if bits & 2 != 0 { f64::from(bits.cast_signed() >> 2) } else { f64::from_bits(u64::from(bits & !3) << 32) };
    if bits & 1 != 0 { value / 100.0 } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::float_cmp, reason = "these numbers are exact")]
    fn numbers_of_thirty_bits() {
        // A whole number is above the two lowest bits, which mark it as whole and as hundredths.
        assert_eq!(short(2014 << 2 | 2), 2014.0);
        assert_eq!(short((-5_i32 << 2).cast_unsigned() | 2), -5.0);
        assert_eq!(short(150 << 2 | 3), 1.5);
        assert_eq!(short((1.5_f64.to_bits() >> 32) as u32), 1.5);
    }
}
