//! Checks an old workbook (.xls) before it is opened: a circular chain of sectors, or two cells far apart, would exhaust the memory.

use super::unreadable::unreadable;
use crate::error::{Phrase, Result};
use crate::limits::{Bound, Limits};

/// The reader reserves all cells between the first and the last of every sheet, each with twice the bytes of ours.
const OVER: u64 = 2;
/// Sector numbers from here on are markers.
const SIGNS: u32 = 0xffff_fffa;
/// Shortest stream with sectors of its own; shorter ones share the sectors of the mini stream.
const WHOLE: usize = 4096;
/// Bytes of a sector of the mini stream.
const MINI: usize = 64;

/// BIFF records of a cell: formula, number, label, boolean, RK, shared label, rich label. A formula's text follows in a record of its own
/// (0x0207), which has no position.
const CELL_RECORDS: [u16; 7] = [0x0006, 0x0203, 0x0204, 0x0205, 0x027e, 0x00fd, 0x00d6];
const SEVERAL_NUMBERS: u16 = 0x00bd;
/// The rows and columns that a sheet claims to have.
const DIMENSIONS: u16 = 0x0200;
const SHEET: u16 = 0x0085;
const BEGIN: u16 = 0x0809;

/// Other kinds of compound files, by a stream that they hold.
const OTHERS: [(&str, Phrase); 4] = [
    ("EncryptedPackage", Phrase::WithPassword),
    ("WordDocument", Phrase::DocumentToCopy),
    ("PowerPoint Document", Phrase::Slides),
    ("__properties_version1.0", Phrase::Mail),
];

struct Ole<'a> {
    bytes: &'a [u8],
    size: usize,
    next: Vec<u32>,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.chunks_exact(4).filter_map(|word| u32_at(word, 0))
}

impl<'a> Ole<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let size = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut ole = Self { bytes, size, next: Vec::new() };
        let mut tables: Vec<u32> = words(bytes.get(76..512)?).collect();
        let mut more = u32_at(bytes, 68)?;
        for _ in 0..=bytes.len() / size {
            if more >= SIGNS {
                break;
            }
            tables.extend(words(ole.sector(more)?));
            more = tables.pop()?;
        }
        let small = u32_at(bytes, 64)? as usize;
        if more < SIGNS || small.checked_mul(size)? > bytes.len() {
            return None;
        }
        let mut next = Vec::new();
        for table in tables.into_iter().filter(|table| *table < SIGNS) {
            next.extend(words(ole.sector(table)?));
        }
        ole.next = next;
        Some(ole)
    }

    fn sector(&self, id: u32) -> Option<&'a [u8]> {
        let start = (id as usize + 1).checked_mul(self.size)?;
        self.bytes.get(start..self.bytes.len().min(start + self.size)).filter(|sector| !sector.is_empty())
    }

    /// The sectors of a chain; `None` if it is broken or circular.
    fn chain(&self, mut id: u32, most: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        for _ in 0..=self.bytes.len() / self.size {
            if id >= SIGNS || bytes.len() >= most {
                return Some(bytes);
            }
            bytes.extend_from_slice(self.sector(id)?);
            id = *self.next.get(id as usize)?;
        }
        None
    }

    /// The streams by name, with their first sector and length.
    fn entries(&self) -> Option<Vec<(String, u32, usize)>> {
        let entries = self.chain(u32_at(self.bytes, 48)?, usize::MAX)?;
        let entry = |entry: &[u8]| {
            let name = entry[..64].chunks_exact(2).map_while(|c| (c[0] != 0 && c[1] == 0).then_some(char::from(c[0]))).collect();
            Some((name, u32_at(entry, 116)?, u32_at(entry, 120)? as usize))
        };
        entries.chunks_exact(128).map(entry).collect()
    }

    /// The streams that hold a workbook.
    fn workbooks(&self, entries: &[(String, u32, usize)]) -> Option<Vec<Vec<u8>>> {
        let is_book = |name: &str| name.eq_ignore_ascii_case("workbook") || name.eq_ignore_ascii_case("book");
        let mut found = Vec::new();
        for (nth, (name, start, length)) in entries.iter().enumerate() {
            if (nth == 0 || is_book(name)) && *length > self.bytes.len() {
                return None;
            }
            if is_book(name) {
                let stream = if *length < WHOLE { self.small(entries.first()?, *start, *length) } else { self.chain(*start, *length) };
                found.push(stream.filter(|stream| stream.len() >= *length)?);
            }
        }
        Some(found)
    }

    /// A short stream, stored in the mini stream of the root.
    fn small(&self, root: &(String, u32, usize), mut id: u32, length: usize) -> Option<Vec<u8>> {
        let stream = self.chain(root.1, root.2)?;
        let next: Vec<u32> = words(&self.chain(u32_at(self.bytes, 60)?, usize::MAX)?).collect();
        let mut bytes = Vec::new();
        for _ in 0..=stream.len() / MINI {
            if id >= SIGNS || bytes.len() >= length {
                return Some(bytes);
            }
            let start = (id as usize).checked_mul(MINI)?;
            bytes.extend_from_slice(stream.get(start..stream.len().min(start + MINI)).filter(|sector| !sector.is_empty())?);
            id = *next.get(id as usize)?;
        }
        None
    }
}

/// The number of cells that a reader would reserve.
fn cells(stream: &[u8]) -> u64 {
    let (mut at, mut sheets, mut widest) = (0, 0_u64, 0_u64);
    let (mut rows, mut columns, mut claimed) = (0_u64, 0_u64, 0_u64);
    while let (Some(kind), Some(length)) = (u16_at(stream, at), u16_at(stream, at + 2)) {
        let body = stream.get(at + 4..at + 4 + usize::from(length)).unwrap_or_default();
        match kind {
            SHEET => sheets += 1,
            BEGIN => (rows, columns) = (0, 0),
            // Readers reserve what a sheet claims before reading any cell. Old versions count rows in 16 bits.
            DIMENSIONS if body.len() >= 14 => {
                let of = |at: usize| u32_at(body, at).unwrap_or_default();
                let high = u64::from(of(4).wrapping_sub(of(0))).max(1);
                let wide = u64::from(u16_at(body, 10).unwrap_or_default().wrapping_sub(u16_at(body, 8).unwrap_or_default())).max(1);
                claimed = claimed.max(high.saturating_mul(wide));
            }
            _ if CELL_RECORDS.contains(&kind) || kind == SEVERAL_NUMBERS => {
                let last = if kind == SEVERAL_NUMBERS { body.len().saturating_sub(2) } else { 2 };
                rows = rows.max(u16_at(body, 0).map_or(0, |row| u64::from(row) + 1));
                columns = columns.max(u16_at(body, last).map_or(0, |column| u64::from(column) + 1));
                widest = widest.max(rows * columns);
            }
            _ => {}
        }
        at += 4 + usize::from(length);
    }
    (widest * sheets.max(1)).max(claimed)
}

/// Refuses a workbook whose reader would never end or would need too much memory; returns its streams.
pub(super) fn check(path: &str, bytes: &[u8], limits: Limits) -> Result<Vec<Vec<u8>>> {
    let damaged = || unreadable(path, Phrase::WholeWorkbook, Phrase::Damaged);
    let ole = Ole::open(bytes).ok_or_else(damaged)?;
    let entries = ole.entries().ok_or_else(damaged)?;
    let streams = ole.workbooks(&entries).ok_or_else(damaged)?;
    if streams.is_empty() {
        let found = OTHERS.iter().find(|(stream, _)| entries.iter().any(|(name, ..)| name.eq_ignore_ascii_case(stream)));
        return Err(found.map_or_else(damaged, |(stream, found)| match *stream {
            "EncryptedPackage" => unreadable(path, Phrase::WorkbookWithoutPassword, found.clone()),
            _ => unreadable(path, Phrase::WorkbookOrText, found.clone()),
        }));
    }
    for stream in &streams {
        limits.check(path, Bound::Places, cells(stream).saturating_mul(OVER))?;
    }
    Ok(streams)
}
