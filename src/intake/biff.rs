//! Checks the records of an old workbook's stream for damage that the reader accepts silently: sheets that end early, and cells that occur
//! twice or outside the announced rows. Also finds hidden rows.

/// BIFF records of cells with a value: formula, number, label, boolean, RK, shared label, rich label.
const CELLS: [u16; 7] = [0x0006, 0x0203, 0x0204, 0x0205, 0x027e, 0x00fd, 0x00d6];
const SEVERAL_NUMBERS: u16 = 0x00bd;
/// Cells with a format but no value.
const BLANK: u16 = 0x0201;
const SEVERAL_BLANKS: u16 = 0x00be;
const ROW: u16 = 0x0208;
const COLUMNS: u16 = 0x007d;
const DIMENSIONS: u16 = 0x0200;
const BOUND_SHEET: u16 = 0x0085;
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000a;
/// Records of fixed length, with that length.
const LENGTHS: [(u16, usize); 6] = [(0x0203, 14), (0x0205, 8), (0x027e, 10), (0x00fd, 10), (BLANK, 6), (ROW, 16)];

/// What a sheet announces about itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sheet {
    /// Cells with a value, without formulas, whose value may be empty.
    pub cells: usize,
    /// Hidden rows and columns, from 0.
    pub hidden_rows: Vec<u32>,
    pub hidden_columns: Vec<u32>,
}

struct Record<'a> {
    kind: u16,
    body: &'a [u8],
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

/// The records from an offset to the end of the substream that begins there; `None` if the end is missing.
fn part(stream: &[u8], mut at: usize) -> Option<(Vec<Record<'_>>, usize)> {
    let mut records = Vec::new();
    let mut depth = 0_usize;
    loop {
        let (kind, length) = (word(stream, at)?, usize::from(word(stream, at + 2)?));
        let body = stream.get(at + 4..at + 4 + length)?;
        at += 4 + length;
        match kind {
            BEGIN => depth += 1,
            END if length > 0 => return None,
            END => depth = depth.checked_sub(1)?,
            _ if depth == 0 => return None,
            // A chart inside the sheet has its own cells.
            _ if depth > 1 => {}
            _ => records.push(Record { kind, body }),
        }
        if depth == 0 {
            return Some((records, at));
        }
    }
}

/// The sheets of a workbook's stream, in order; `None` if it is damaged.
pub(super) fn sheets(stream: &[u8]) -> Option<Vec<Sheet>> {
    let (globals, mut at) = part(stream, 0)?;
    let mut found = Vec::new();
    let mut starts: Vec<usize> = Vec::new();
    for record in globals.iter().filter(|record| record.kind == BOUND_SHEET) {
        let start = usize::from(word(record.body, 0)?) | usize::from(word(record.body, 2)?) << 16;
        starts.push(start);
        found.push(sheet(stream, start)?);
    }
    // The list of sheets is followed by the sheets, one after another.
    while word(stream, at) == Some(BEGIN) {
        if !starts.contains(&at) {
            return None;
        }
        at = part(stream, at)?.1;
    }
    // A sheet that ends early leaves records behind.
    stream[at.min(stream.len())..].iter().all(|byte| *byte == 0).then_some(found)
}

fn sheet(stream: &[u8], start: usize) -> Option<Sheet> {
    let (records, _) = part(stream, start)?;
    let mut sheet = Sheet::default();
    let mut places: Vec<(u16, u16)> = Vec::new();
    let mut rows: Vec<(u16, bool)> = Vec::new();
    let mut all = None;
    for Record { kind, body } in records {
        if LENGTHS.iter().any(|(other, length)| *other == kind && body.len() != *length) {
            return None;
        }
        match kind {
            DIMENSIONS if body.len() >= 14 => all = Some(u32::from(word(body, 4)?) | u32::from(word(body, 6)?) << 16),
            ROW => {
                let (row, first, last, flags) = (word(body, 0)?, word(body, 2)?, word(body, 4)?, word(body, 12)?);
                rows.push((row, last > first));
                // The flag for a height of 0.
                if flags & 0x20 != 0 {
                    sheet.hidden_rows.push(u32::from(row));
                }
            }
            COLUMNS => {
                let (first, last, flags) = (word(body, 0)?, word(body, 2)?, word(body, 8)?);
                if flags & 1 != 0 || word(body, 4)? == 0 {
                    sheet.hidden_columns.extend(u32::from(first)..=u32::from(last.min(256)));
                }
            }
            SEVERAL_NUMBERS | SEVERAL_BLANKS => {
                let (row, first, last) = (word(body, 0)?, word(body, 2)?, word(body, body.len().checked_sub(2)?)?);
                let size = if kind == SEVERAL_NUMBERS { 6 } else { 2 };
                if last < first || body.len() != 6 + size * (usize::from(last - first) + 1) {
                    return None;
                }
                places.extend((first..=last).map(|column| (row, column)));
                sheet.cells += if kind == SEVERAL_NUMBERS { usize::from(last - first) + 1 } else { 0 };
            }
            _ if CELLS.contains(&kind) || kind == BLANK => {
                places.push((word(body, 0)?, word(body, 2)?));
                sheet.cells += usize::from(kind != BLANK && kind != CELLS[0]);
            }
            _ => {}
        }
    }
    agree(&mut places, &mut rows, all).then_some(sheet)
}

/// True if no cell occurs twice or outside the announced rows, and each row announced with cells has some.
fn agree(places: &mut [(u16, u16)], rows: &mut [(u16, bool)], all: Option<u32>) -> bool {
    places.sort_unstable();
    rows.sort_unstable();
    if places.windows(2).any(|two| two[0] == two[1]) {
        return false;
    }
    let has_cells = |row: u16| places.binary_search_by_key(&row, |(row, _)| *row).is_ok();
    let announced = |row: u16| rows.is_empty() || rows.binary_search_by_key(&row, |(row, _)| *row).is_ok();
    rows.iter().all(|(row, filled)| !filled || has_cells(*row))
        && places.iter().all(|(row, _)| announced(*row))
        // Some writers announce no dimensions.
        && all.is_none_or(|all| all == 0 || places.iter().all(|(row, _)| u32::from(*row) < all))
}
