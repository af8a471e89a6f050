//! A delimited text as a sheet, by the csv crate. Every line of the file is a record, part of the previous record, or blank; the total is
//! checked.

use super::book::{Book, whole};
use super::cells::{Cells, Lines, Sheet};
use super::decode::{TextEncoding, decode};
use super::unreadable::unreadable;
use crate::error::{Fact, Phrase, Result};
use crate::limits::{Bound, Limits};
use crate::task;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;

/// Records parsed before they are stored by column.
const BLOCK: usize = 4096;
/// Bytes examined to find the delimiter.
const HEAD: usize = 1 << 16;

/// Reads a text file whole.
pub(super) fn read(path: &str, file: File, encoding: Option<TextEncoding>, limits: Limits) -> Result<Book> {
    let bytes = whole(path, file, limits)?;
    if u32::try_from(bytes.len()).is_err() {
        return Err(unreadable(path, Phrase::TextBelowGigabytes(4), Fact::verbatim(format_args!("{} MB", bytes.len() >> 20))));
    }
    let (text, encoding) = decode(path, bytes, encoding)?;
    let found = match text.trim_start() {
        // Web applications save web pages under the name of a workbook.
        start if start.starts_with('<') || start.starts_with("MIME-Version:") => Some(Phrase::WebPage),
        start if start.starts_with("{\\rtf") => Some(Phrase::Document),
        start if start.starts_with("%PDF") => Some(Phrase::Pdf),
        _ => None,
    };
    if let Some(found) = found {
        return Err(unreadable(path, Phrase::WorkbookOrText, found));
    }
    // A full disk or an interrupted copy leaves zero bytes instead of lines.
    if let Some(at) = text.find('\0') {
        return Err(unreadable(path, Phrase::TextWithoutZeros, Phrase::ZeroInLine(line_ends(&text.as_bytes()[..at]) as u64 + 1)));
    }
    task::expect(line_ends(text.as_bytes()) as u64);
    let sheet = records(path, &text, limits)?;
    Ok(Book { sheets: vec![sheet], encoding: Some(encoding), refused: Vec::new() })
}

#[allow(clippy::naive_bytecount, reason = "a crate for this alone is too much")]
fn line_ends(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b == b'\n').count()
}

/// The text with LF line ends, and the number of lines that end with CR alone among others: written by old programs, or left when a LF was
/// lost.
fn with_line_feeds(text: &str) -> (Cow<'_, str>, u64) {
    if !text.contains('\r') {
        return (Cow::Borrowed(text), 0);
    }
    let text = text.replace("\r\n", "\n");
    let alone = text.bytes().filter(|b| *b == b'\r').count() as u64;
    let mixed = text.contains('\n');
    let text = if alone > 0 { text.replace('\r', "\n") } else { text };
    (Cow::Owned(text), if mixed { alone } else { 0 })
}

/// A record of several lines: its index, and where it begins and ends in the text.
struct Long {
    row: usize,
    start: usize,
    end: usize,
}

/// Parses the records of a text, and accounts for its lines.
struct Parser<'a> {
    path: &'a str,
    text: &'a str,
    reader: csv::Reader<&'a [u8]>,
    rows: Vec<u32>,
    widths: Vec<u16>,
    long: Vec<Long>,
    /// Lines of records, and blank ones.
    accounted: usize,
    /// Where the last record begins and ends.
    last: (usize, usize),
    limits: Limits,
}

impl<'a> Parser<'a> {
    fn new(path: &'a str, text: &'a str, delimiter: u8, limits: Limits) -> Self {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(1 << 18)
            .from_reader(text.as_bytes());
        Self { path, text, reader, rows: Vec::new(), widths: Vec::new(), long: Vec::new(), accounted: 0, last: (0, 0), limits }
    }

    /// Fills a block of records; returns how many.
    fn fill(&mut self, into: &mut [csv::ByteRecord]) -> Result<usize> {
        for (nth, record) in into.iter_mut().enumerate() {
            match self.reader.read_byte_record(record) {
                Ok(true) => self.count(record)?,
                Ok(false) => return Ok(nth),
                Err(e) => return Err(unreadable(self.path, Phrase::DelimitedText, Fact::library(e))),
            }
        }
        Ok(into.len())
    }

    fn count(&mut self, record: &csv::ByteRecord) -> Result<()> {
        self.limits.check(self.path, Bound::Columns, record.len() as u64)?;
        if record.as_slice().len() as u64 > self.limits.text_bytes() {
            let longest = record.iter().map(<[u8]>::len).max().unwrap_or(0);
            self.limits.check(self.path, Bound::Text, longest as u64)?;
        }
        let (from, line) = record.position().map_or((0, 0), |at| (at.byte() as usize, at.line() as usize));
        // The reported position of a record may be before blank lines.
        let blank = self.text.as_bytes()[from..].iter().take_while(|b| **b == b'\n').count();
        let (start, end) = (from + blank, self.reader.position().byte() as usize);
        let mut more = 0;
        if record.as_slice().contains(&b'\n') {
            more = line_ends(self.text[start..end].trim_end_matches('\n').as_bytes());
            self.long.push(Long { row: self.rows.len(), start, end });
        }
        self.rows.push((line + blank) as u32);
        self.widths.push(u16::try_from(record.len()).unwrap_or(u16::MAX));
        self.accounted += blank + 1 + more;
        self.last = (start, end);
        Ok(())
    }

    /// Checks that every line of the text was counted, and that no quotation mark swallowed records.
    fn done(self, delimiter: u8, alone: u64) -> Result<(Vec<u32>, Lines)> {
        let rest = &self.text[self.last.1..];
        let all = line_ends(self.text.as_bytes()) + usize::from(!self.text.is_empty() && !self.text.ends_with('\n'));
        let accounted = self.accounted + line_ends(rest.as_bytes());
        if accounted != all {
            return Err(unreadable(self.path, Phrase::LinesOfRecords(all as u64), accounted));
        }
        let open = |line: u32| unreadable(self.path, Phrase::ClosedQuotes, Phrase::QuoteOpenFrom(line.into()));
        if let Some(line) = self.rows.last()
            && !is_closed(&self.text[self.last.0..self.last.1], delimiter)
        {
            return Err(open(*line));
        }
        let usual = usual(self.widths.iter().copied());
        for long in &self.long {
            let text = &self.text[long.start..long.end];
            if !is_closed(text, delimiter) || swallows(text, delimiter, self.expected(long.row, usual)) {
                return Err(open(self.rows[long.row]));
            }
        }
        let more = self.long.iter().map(|long| {
            let text = self.text[long.start..long.end].trim_end_matches('\n');
            (long.row as u32, line_ends(text.as_bytes()) as u32)
        });
        Ok((self.rows, Lines { widths: self.widths, more: more.collect(), alone }))
    }

    /// The expected number of cells of a line: at most the usual number, and at most that of its neighbours.
    fn expected(&self, row: usize, usual: u16) -> usize {
        let single = |row: &usize| self.long.binary_search_by_key(row, |long| long.row).is_err();
        let before = (0..row).rev().filter(single).take(2);
        let after = (row + 1..self.rows.len()).filter(single).take(2);
        let beside = before.chain(after).map(|row| self.widths[row]).max().unwrap_or(usual);
        usize::from(if usual < 2 { 1 } else { usual.min(beside).max(2) })
    }
}

/// The most common number of cells; the greater one of a tie.
pub(super) fn usual(widths: impl Iterator<Item = u16>) -> u16 {
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    for width in widths {
        *counts.entry(width).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(width, rows)| (*rows, *width)).map_or(0, |(width, _)| width)
}

/// True if each quoted cell of a record ends with a quotation mark before a delimiter or the end.
fn is_closed(record: &str, delimiter: u8) -> bool {
    let bytes = record.trim_end_matches('\n').as_bytes();
    let mut at = 0;
    loop {
        if bytes.get(at) == Some(&b'"') {
            at += 1;
            loop {
                match (bytes.get(at), bytes.get(at + 1)) {
                    (None, _) => return false,
                    (Some(b'"'), Some(b'"')) => at += 2,
                    (Some(b'"'), _) => break,
                    _ => at += 1,
                }
            }
            at += 1;
            while bytes.get(at) == Some(&b' ') {
                at += 1;
            }
            if bytes.get(at).is_some_and(|b| *b != delimiter) {
                // Inside one line only this cell is affected.
                return !bytes.contains(&b'\n');
            }
        }
        match bytes[at.min(bytes.len())..].iter().position(|b| *b == delimiter) {
            Some(cell) => at += cell + 1,
            None => return true,
        }
    }
}

/// True if a quoted cell contains a line that is itself a record: its quotation mark is stray or not closed.
fn swallows(record: &str, delimiter: u8, expected: usize) -> bool {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(record.as_bytes());
    let records: Vec<csv::ByteRecord> = reader.byte_records().map_while(std::result::Result::ok).collect();
    let mut lines = records.iter().flatten().flat_map(|cell| cell.split(|b| *b == b'\n').skip(1));
    lines.any(|line| !line.is_empty() && line.split(|b| *b == delimiter).count() >= expected)
}

/// The records of a delimited text. Parsing and storing alternate; each column is stored on its own.
fn records(path: &str, text: &str, limits: Limits) -> Result<Sheet> {
    let (text, alone) = with_line_feeds(text);
    let delimiter = delimiter(&text);
    limits.check(path, Bound::Columns, widest(&text, delimiter))?;
    let mut parser = Parser::new(path, &text, delimiter, limits);
    let mut sheet = Sheet::default();
    let (mut now, mut next) = (vec![csv::ByteRecord::new(); BLOCK], vec![csv::ByteRecord::new(); BLOCK]);
    let mut held = parser.fill(&mut now)?;
    let mut first = 0;
    while held > 0 {
        let block = &now[..held];
        let wide = block.iter().map(csv::ByteRecord::len).max().unwrap_or(0);
        task::look();
        limits.check(path, Bound::Places, (sheet.columns.len().max(wide) as u64).saturating_mul((first + held) as u64))?;
        while sheet.columns.len() < wide {
            sheet.columns.push((sheet.columns.len() as u32, Cells::default()));
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
        let more = rayon::join(|| parser.fill(&mut next), keep).0;
        task::advance(held as u64);
        first += held;
        held = more?;
        std::mem::swap(&mut now, &mut next);
    }
    let (rows, lines) = parser.done(delimiter, alone)?;
    sheet.columns.retain(|(_, column)| column.len() > 0);
    Ok(Sheet { rows, lines: Some(lines), ..sheet })
}

/// An upper bound on the cells of a line, checked before memory is reserved; delimiters inside quotation marks count too.
fn widest(text: &str, delimiter: u8) -> u64 {
    let (mut most, mut now) = (0, 0_u64);
    for byte in text.bytes() {
        if byte == b'\n' {
            most = most.max(now);
            now = 0;
        } else {
            now += u64::from(byte == delimiter);
        }
    }
    most.max(now) + 1
}

/// The delimiter with which most lines have the same number of fields.
fn delimiter(text: &str) -> u8 {
    let mut end = text.len().min(HEAD);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let score = |delimiter: u8| {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(&text.as_bytes()[..end]);
        let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
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
    use crate::error::Error;
    use crate::intake::cells::Cell;

    #[test]
    fn delimiters_are_found() {
        assert_eq!(delimiter("a;b;c\n1,5;2;3\n"), b';');
        assert_eq!(delimiter("a,b,c\n1;2,3,4\n"), b',');
        assert_eq!(delimiter("a\tb\n1, 2\t3\n"), b'\t');
        assert_eq!(delimiter("one\n"), b',');
        assert_eq!(delimiter("title, of the list\na;b\n1;2\n3;4\n"), b';');
    }

    #[test]
    fn rows_keep_the_number_of_their_line() {
        let sheet = records("x.csv", "a,b\n\n1,\"two\nlines\"\n3\n", Limits::new()).unwrap();
        assert_eq!(sheet.rows, [1, 3, 5]);
        assert_eq!(sheet.cell(1, 1), Cell::Text("two\nlines"));
        assert_eq!(sheet.cell(2, 1), Cell::Blank);
        let lines = sheet.lines.unwrap();
        assert_eq!((lines.widths, lines.more, lines.alone), (vec![2, 2, 1], vec![(1, 1)], 0));
    }

    #[test]
    fn a_line_ends_with_lf_crlf_or_cr() {
        let sheet = records("x.csv", "a;b\r\n1;2\r3;4\n\r\n5;6", Limits::new()).unwrap();
        assert_eq!(sheet.rows, [1, 2, 3, 5]);
        assert_eq!(sheet.lines.unwrap().alone, 1);
        let sheet = records("x.csv", "a;b\r1;2\r", Limits::new()).unwrap();
        assert_eq!((sheet.rows, sheet.lines.unwrap().alone), (vec![1, 2], 0));
    }

    /// Records with one or two stray quotation marks, between lines of the usual width.
    #[test]
    fn no_quotation_mark_swallows_a_record() {
        for (text, line) in [
            // The row with the mark is wider than all others.
            ("a;b;c;d\n1;2;3;4;\"\n1;2;3;4\n1;2;3;4\n", 2),
            // Two columns.
            ("a;b\n1;\"2\n1;2\n1;2\n", 2),
            ("a;b\n1;\"2\n1;2\n1;2\"\n1;2\n", 2),
            // A wider title above and a wider note below.
            ("title;;;;;;\na;b;c\n1;\"2;3\n1;2;3\n1;\"2\";3\n1;2;3\n1;2;3\nnote;;;;;;\n", 3),
            // The mark that closes it opens another cell.
            ("a;b;c\n1;\"x;3\n1;\"y\";3\n1;2;3\n", 2),
            // In the header, in the last line, and where every cell is quoted.
            ("\"a;b\n1;2\n1;2\n", 1),
            ("a;b\n1;2\n1;\"2", 3),
            ("\"a\";\"b\"\n\"1\";\"2\n\"1\";\"2\"\n\"1\";\"2\"\n", 2),
            // One column.
            ("a\n\"1\n1\n1\"\n1\n", 2),
        ] {
            let Err(Error::UnreadableFile { found, .. }) = records("x.csv", text, Limits::new()) else { panic!("{text}") };
            assert_eq!(found, Phrase::QuoteOpenFrom(line), "{text}");
        }
        for text in [
            "a;b;c\n1;\"x\ny\";3\n1;2;3\n",
            "\"a\nA\";b;c\n1;2;3\n",
            "t;;\n\"a\nA\";b;c\n",
            "a;b\n1;\"x \"\"y\"\"\nz\"\n",
            "a;b;c\n1;\"x\ny;z\" ;3\n",
        ] {
            assert!(records("x.csv", text, Limits::new()).is_ok(), "{text}");
        }
    }
}
