//! Sheets of OpenDocument (.ods). Runs of equal cells and rows are stored once with a count: blank ones cost nothing, others are limited by
//! the number of cells. Format: ODF 1.2, Part 1, chapter 9.

use super::book::{Book, Filling, Refused, chosen};
use super::cells::{Cell, Merged};
use super::guard::check_part;
use super::unreadable::{is_of_disk, of_disk, unreadable};
use crate::error::{Error, Phrase, Result};
use crate::limits::{Bound, Limits};
use chrono::{NaiveDate, NaiveDateTime, Timelike};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use zip::ZipArchive;

/// The part with all cells.
const CONTENT: &str = "content.xml";
/// Most rows in spreadsheet programs.
const ROWS: u32 = 1 << 20;

/// Elements of a cell besides its text: notes, pictures, and tracked changes.
const SKIPPED: [&str; 6] =
    ["office:annotation", "table:shapes", "table:tracked-changes", "draw:frame", "draw:custom-shape", "office:forms"];

fn damaged(path: &str) -> Error {
    unreadable(path, Phrase::WholeWorkbook, Phrase::Damaged)
}

/// Reads the sheets of a file.
pub(super) fn read(path: &str, file: File, sheet: Option<&str>, limits: Limits) -> Result<Book> {
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|_| damaged(path))?;
    check_part(path, &mut zip, CONTENT, limits)?;
    if let Ok(part) = zip.by_name("META-INF/manifest.xml") {
        let mut manifest = Vec::new();
        part.take(1 << 20).read_to_end(&mut manifest).map_err(|_| damaged(path))?;
        if manifest.windows(15).any(|bytes| bytes == b"encryption-data") {
            return Err(unreadable(path, Phrase::WorkbookWithoutPassword, Phrase::WithPassword));
        }
    }
    // Names first: one sheet may be asked for, and hidden ones are reported.
    let names = tables(path, content(path, &mut zip)?)?;
    let (wanted, refused) = chosen(path, &names, sheet)?;
    let mut book = Book { sheets: Vec::new(), encoding: None, refused };
    let mut reader = xml(content(path, &mut zip)?);
    let mut nth = 0;
    let mut wanted: HashSet<String> = wanted.into_iter().collect();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match event(path, &mut reader, &mut buffer)? {
            Event::Start(start) if start.name().as_ref() == "table:table" => {
                let name = names.get(nth).map(|(name, _)| name.clone()).unwrap_or_default();
                nth += 1;
                if wanted.remove(&name) {
                    book.sheets.push(table(path, &mut reader, name, limits)?);
                } else {
                    skip(path, &mut reader, "table:table")?;
                }
            }
            Event::Start(start) if SKIPPED.contains(&start.name().as_ref()) => {
                let name = start.name().as_ref().to_owned();
                skip(path, &mut reader, &name)?;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if nth != names.len() {
        return Err(damaged(path));
    }
    book.refused.extend(wanted.into_iter().map(Refused::NoCells));
    Ok(book)
}

/// The part with the cells, unpacked as it is read.
fn content<'a>(path: &str, zip: &'a mut ZipArchive<BufReader<File>>) -> Result<impl BufRead + use<'a>> {
    let part = zip.by_name(CONTENT).map_err(|_| damaged(path))?;
    Ok(BufReader::with_capacity(1 << 16, part))
}

fn xml<R: BufRead>(content: R) -> Reader<R> {
    let mut reader = Reader::from_reader(content);
    reader.config_mut().trim_text(false);
    reader
}

fn event<'a, R: BufRead>(path: &str, reader: &mut Reader<R>, buffer: &'a mut Vec<u8>) -> Result<Event<'a>> {
    reader.read_event_into(buffer).map_err(|e| match e {
        quick_xml::Error::Io(e) if is_of_disk(&e) => of_disk(path, &e),
        _ => damaged(path),
    })
}

/// Skips to the end of an element.
fn skip<R: BufRead>(path: &str, reader: &mut Reader<R>, name: &str) -> Result<()> {
    let mut buffer = Vec::new();
    let mut depth = 1;
    while depth > 0 {
        buffer.clear();
        match event(path, reader, &mut buffer)? {
            Event::Start(start) if start.name().as_ref() == name => depth += 1,
            Event::End(end) if end.name().as_ref() == name => depth -= 1,
            Event::Eof => return Err(damaged(path)),
            _ => {}
        }
    }
    Ok(())
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.try_get_attribute(name).ok().flatten()?;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

/// How often an element is repeated, or how many rows or columns it spans.
fn times(path: &str, element: &BytesStart<'_>, name: &str) -> Result<u32> {
    let Some(written) = attribute(element, name) else { return Ok(1) };
    let figures = !written.is_empty() && written.bytes().all(|b| b.is_ascii_digit());
    // A number too large to parse exceeds any limit, and is refused where there is content to repeat.
    match written.parse() {
        Ok(0) => Err(damaged(path)),
        Ok(times) => Ok(times),
        Err(_) if figures => Ok(u32::MAX),
        Err(_) => Err(damaged(path)),
    }
}

/// The sheets by name, and whether they are visible.
fn tables(path: &str, content: impl BufRead) -> Result<Vec<(String, bool)>> {
    let mut reader = xml(content);
    let mut buffer = Vec::new();
    let mut hidden: HashSet<String> = HashSet::new();
    let mut style = String::new();
    let mut found = Vec::new();
    loop {
        buffer.clear();
        match event(path, &mut reader, &mut buffer)? {
            Event::Start(start) if start.name().as_ref() == "style:style" => style = attribute(&start, "style:name").unwrap_or_default(),
            Event::Start(start) | Event::Empty(start)
                if start.name().as_ref() == "style:table-properties" && attribute(&start, "table:display").as_deref() == Some("false") =>
            {
                hidden.insert(style.clone());
            }
            Event::Start(start) if start.name().as_ref() == "table:table" => {
                let shows = attribute(&start, "table:style-name").is_none_or(|style| !hidden.contains(&style));
                found.push((attribute(&start, "table:name").unwrap_or_default(), shows));
                skip(path, &mut reader, "table:table")?;
            }
            Event::Start(start) if SKIPPED.contains(&start.name().as_ref()) => {
                let name = start.name().as_ref().to_owned();
                skip(path, &mut reader, &name)?;
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// A value of a row, with the columns that have it.
struct Run {
    column: u32,
    times: u32,
    cell: Held,
}

enum Held {
    Text(String),
    Number(f64),
    Date(f64),
    Flag(bool),
    Error,
}

impl Held {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Text(text) => Cell::Text(text),
            Self::Number(number) => Cell::Number(*number),
            Self::Date(serial) => Cell::Date(*serial),
            Self::Flag(flag) => Cell::Flag(*flag),
            Self::Error => Cell::Error,
        }
    }
}

/// The cells of one sheet.
fn table<R: BufRead>(path: &str, reader: &mut Reader<R>, name: String, limits: Limits) -> Result<super::cells::Sheet> {
    let too_far = || unreadable(path, Phrase::TableThatFits, Phrase::CellsTooFarApart);
    let mut filling = Filling::new(name, false, limits);
    let mut merged = Vec::new();
    let mut buffer = Vec::new();
    let mut row = 0_u32;
    loop {
        buffer.clear();
        match event(path, reader, &mut buffer)? {
            Event::Start(start) if start.name().as_ref() == "table:table-row" => {
                let repeated = times(path, &start, "table:number-rows-repeated")?;
                let hidden = attribute(&start, "table:visibility").is_some_and(|shows| shows != "visible");
                let runs = cells(path, reader, row, &mut merged, limits)?;
                if !runs.is_empty() {
                    if row.saturating_add(repeated) > ROWS {
                        return Err(too_far());
                    }
                    let wide: u64 = runs.iter().map(|run| u64::from(run.times)).sum();
                    filling.room(path, wide.saturating_mul(u64::from(repeated)))?;
                    for row in row..row + repeated {
                        for run in &runs {
                            for column in run.column..run.column + run.times {
                                filling.add(path, row, column, run.cell.cell())?;
                            }
                        }
                        if hidden {
                            filling.hide_row(row);
                        }
                    }
                }
                row = row.saturating_add(repeated);
            }
            Event::Empty(start) if start.name().as_ref() == "table:table-row" => {
                row = row.saturating_add(times(path, &start, "table:number-rows-repeated")?);
            }
            Event::Start(start) if SKIPPED.contains(&start.name().as_ref()) => {
                let name = start.name().as_ref().to_owned();
                skip(path, reader, &name)?;
            }
            Event::End(end) if end.name().as_ref() == "table:table" => return Ok(filling.done(merged)),
            Event::Eof => return Err(damaged(path)),
            _ => {}
        }
    }
}

/// The non-blank cells of one row; notes the merged ones.
fn cells<R: BufRead>(path: &str, reader: &mut Reader<R>, row: u32, merged: &mut Vec<Merged>, limits: Limits) -> Result<Vec<Run>> {
    let mut runs = Vec::new();
    let mut buffer = Vec::new();
    let mut column = 0_u32;
    loop {
        buffer.clear();
        let (start, is_empty) = match event(path, reader, &mut buffer)? {
            Event::Start(start) => (start, false),
            Event::Empty(start) => (start, true),
            Event::End(end) if end.name().as_ref() == "table:table-row" => return Ok(runs),
            Event::Eof => return Err(damaged(path)),
            _ => continue,
        };
        let name = start.name().as_ref().to_owned();
        let covered = name == "table:covered-table-cell";
        if !covered && name != "table:table-cell" {
            continue;
        }
        let repeated = times(path, &start, "table:number-columns-repeated")?;
        let (high, wide) = (times(path, &start, "table:number-rows-spanned")?, times(path, &start, "table:number-columns-spanned")?);
        let value = value(&start);
        let text = if is_empty { String::new() } else { text(path, reader, &name, limits)? };
        // A cell covered by another is not visible.
        let held = if covered { None } else { held(value, text) };
        if let Some(cell) = held {
            limits.check(path, Bound::Apart, u64::from(column) + u64::from(repeated))?;
            if high > 1 || wide > 1 {
                merged.push(Merged { rows: (row, row.saturating_add(high - 1)), columns: (column, column.saturating_add(wide - 1)) });
            }
            runs.push(Run { column, times: repeated, cell });
        }
        column = column.saturating_add(repeated);
    }
}

/// The type and value from a cell's attributes.
fn value(element: &BytesStart<'_>) -> (String, Option<String>) {
    let is_error = attribute(element, "calcext:value-type").as_deref() == Some("error");
    let kind = if is_error { "error".to_owned() } else { attribute(element, "office:value-type").unwrap_or_default() };
    let of = match kind.as_str() {
        "float" | "currency" | "percentage" => "office:value",
        "date" => "office:date-value",
        "boolean" => "office:boolean-value",
        _ => "office:string-value",
    };
    let value = attribute(element, of);
    (kind, value)
}

fn held((kind, value): (String, Option<String>), text: String) -> Option<Held> {
    let shown = |text: String| if text.trim().is_empty() { None } else { Some(Held::Text(text)) };
    match (kind.as_str(), value) {
        ("error", _) => Some(Held::Error),
        ("float" | "currency" | "percentage", Some(value)) => {
            value.parse().ok().filter(|n: &f64| n.is_finite()).map_or_else(|| shown(text), |n| Some(Held::Number(n)))
        }
        ("date", Some(value)) => match serial(&value) {
            Some(serial) => Some(Held::Date(serial)),
            None => shown(value),
        },
        ("boolean", Some(value)) => Some(Held::Flag(value.eq_ignore_ascii_case("true"))),
        ("string", Some(value)) => shown(value),
        _ => shown(text),
    }
}

/// A date or moment as Excel counts days, which includes 29 February 1900, a day that did not exist.
fn serial(text: &str) -> Option<f64> {
    let moment = match text.split_once('T') {
        None => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0)?,
        Some(_) => NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?,
    };
    let days = (moment.date() - NaiveDate::from_ymd_opt(1899, 12, 30)?).num_days();
    let days = if days < 61 { days - 1 } else { days };
    (days > 0).then(|| days as f64 + f64::from(moment.num_seconds_from_midnight()) / 86_400.0)
}

/// The text of a cell: its paragraphs, one per line.
fn text<R: BufRead>(path: &str, reader: &mut Reader<R>, cell: &str, limits: Limits) -> Result<String> {
    let mut text = String::new();
    let mut buffer = Vec::new();
    let mut paragraphs = 0;
    let mut inside = 0_u32;
    loop {
        buffer.clear();
        match event(path, reader, &mut buffer)? {
            Event::Start(start) if SKIPPED.contains(&start.name().as_ref()) => {
                let name = start.name().as_ref().to_owned();
                skip(path, reader, &name)?;
            }
            Event::Start(start) if matches!(start.name().as_ref(), "text:p" | "text:h") => {
                if paragraphs > 0 {
                    text.push('\n');
                }
                paragraphs += 1;
                inside += 1;
            }
            Event::End(end) if matches!(end.name().as_ref(), "text:p" | "text:h") => inside = inside.saturating_sub(1),
            Event::Start(start) | Event::Empty(start) => match start.name().as_ref() {
                "text:s" => text.extend(std::iter::repeat_n(' ', times(path, &start, "text:c").unwrap_or(1).min(100) as usize)),
                "text:tab" => text.push('\t'),
                "text:line-break" => text.push('\n'),
                _ => {}
            },
            Event::Text(part) if inside > 0 => text.push_str(&part.xml10_content()),
            Event::CData(part) if inside > 0 => text.push_str(&part.xml10_content()),
            Event::GeneralRef(part) if inside > 0 => match (part.resolve_char_ref().ok().flatten(), part.as_ref()) {
                (Some(letter), _) => text.push(letter),
                (None, name) => text.push_str(quick_xml::escape::resolve_predefined_entity(name).ok_or_else(|| damaged(path))?),
            },
            Event::End(end) if end.name().as_ref() == cell => return Ok(text),
            Event::Eof => return Err(damaged(path)),
            _ => {}
        }
        limits.check(path, Bound::Text, text.len() as u64)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_excel_does() {
        for (text, days) in
            [("2014-03-05", 41_703.0), ("1900-01-01", 1.0), ("1900-02-28", 59.0), ("1900-03-01", 61.0), ("2014-03-05T12:00:00", 41_703.5)]
        {
            assert_eq!(serial(text), Some(days), "{text}");
        }
        assert_eq!(serial("1899-12-30"), None);
        assert_eq!(serial("05/03/2014"), None);
    }
}
