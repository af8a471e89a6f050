//! An old workbook (.xls) is looked over before it is opened: a chain of sectors that bites its tail, or two cells far apart, would
//! fill the memory.

use super::guard::unreadable;
use crate::error::Result;

/// Most cells between the first and the last of all sheets: their reader makes room for each.
const CELLS: u64 = 18_000_000;
/// Sector numbers from here on are signs, not places.
const SIGNS: u32 = 0xffff_fffa;
/// Shortest stream that lies in sectors of its own; Excel makes every workbook at least so long.
const WHOLE: usize = 4096;

/// Records of BIFF that hold a cell: formula, number, label, true or false, RK, shared label, rich label.
const CELL_RECORDS: [u16; 8] = [0x0006, 0x0203, 0x0204, 0x0205, 0x027e, 0x00fd, 0x00d6, 0x0207];
const SEVERAL_NUMBERS: u16 = 0x00bd;
const SHEET: u16 = 0x0085;
const BEGIN: u16 = 0x0809;

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

    /// The sectors of a chain; none if it is broken or never ends.
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

    /// The streams that hold a workbook.
    fn workbooks(&self) -> Option<Vec<Vec<u8>>> {
        let entries = self.chain(u32_at(self.bytes, 48)?, usize::MAX)?;
        let mut found = Vec::new();
        for (nth, entry) in entries.chunks_exact(128).enumerate() {
            let name: String = entry[..64].chunks_exact(2).map_while(|c| (c[0] != 0 && c[1] == 0).then_some(char::from(c[0]))).collect();
            let length = u32_at(entry, 120)? as usize;
            let is_book = name.eq_ignore_ascii_case("workbook") || name.eq_ignore_ascii_case("book");
            if (nth == 0 || is_book) && length > self.bytes.len() || is_book && length < WHOLE {
                return None;
            }
            if is_book {
                found.push(self.chain(u32_at(entry, 116)?, length).filter(|stream| stream.len() >= length)?);
            }
        }
        Some(found)
    }
}

/// The cells that a reader would make room for.
fn cells(stream: &[u8]) -> u64 {
    let (mut at, mut sheets, mut widest) = (0, 0_u64, 0_u64);
    let (mut rows, mut columns) = (0_u64, 0_u64);
    while let (Some(kind), Some(length)) = (u16_at(stream, at), u16_at(stream, at + 2)) {
        let body = stream.get(at + 4..at + 4 + usize::from(length)).unwrap_or_default();
        match kind {
            SHEET => sheets += 1,
            BEGIN => (rows, columns) = (0, 0),
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
    widest * sheets.max(1)
}

/// Refuses a workbook whose reader would not come to an end, or would need too much memory; answers its streams.
pub(super) fn check(path: &str, bytes: &[u8]) -> Result<Vec<Vec<u8>>> {
    let streams = Ole::open(bytes).and_then(|ole| ole.workbooks());
    let streams = streams.filter(|s| !s.is_empty()).ok_or_else(|| unreadable(path, "a whole workbook", "a damaged one"))?;
    if streams.iter().any(|stream| cells(stream) > CELLS) {
        return Err(unreadable(path, "a table that fits the memory", "cells too far apart"));
    }
    Ok(streams)
}
