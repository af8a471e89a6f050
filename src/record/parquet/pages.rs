//! The pages of a column: the number of values that each announces, and its checksum if it has one.

use super::footer::Chunk;
use super::thrift::{Kind, Thrift};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// Bytes read at first for a header, and the most one may have: statistics hold values.
const USUAL: u64 = 512;
const MOST: u64 = 1 << 24;

#[derive(Default)]
struct Page {
    is_dictionary: bool,
    unpacked: i64,
    packed: i64,
    checksum: Option<i64>,
    values: i64,
    /// In pages of version 2: the bytes of the levels before the values.
    levels: Option<[i64; 2]>,
    nulls: i64,
}

/// Checks the pages of a column; none if they do not hold the values that the column announces.
pub(super) fn check(file: &mut File, column: &Chunk) -> std::io::Result<Option<()>> {
    let (Some(first), Some(size), Some(values)) = (column.first, column.size, column.values) else { return Ok(None) };
    let (Ok(mut at), Ok(size)) = (u64::try_from(first), u64::try_from(size)) else { return Ok(None) };
    let end = at.saturating_add(size);
    let mut found = 0_i64;
    while found < values {
        let Some((page, header)) = header(file, at, end)? else { return Ok(None) };
        let Some(body) = u64::try_from(page.packed).ok().filter(|body| at + header + body <= end && is_plausible(&page)) else {
            return Ok(None);
        };
        if let Some(expected) = page.checksum
            && checksum(file, at + header, body)? != (expected & i64::from(u32::MAX)).cast_unsigned() as u32
        {
            return Ok(None);
        }
        if !page.is_dictionary {
            found = found.saturating_add(page.values);
        }
        at += header + body;
    }
    Ok((found == values).then_some(()))
}

fn is_plausible(page: &Page) -> bool {
    let levels = page.levels.unwrap_or_default();
    // A value of a dictionary takes at least a byte.
    let fits = if page.is_dictionary { page.values <= page.unpacked } else { (0..=page.values).contains(&page.nulls) };
    page.values >= 0
        && page.unpacked >= 0
        && fits
        && levels.iter().all(|level| *level >= 0)
        && levels[0].saturating_add(levels[1]) <= page.packed
        // Only a page without values may have no bytes.
        && (page.packed > 0 || page.values == 0 || page.unpacked == 0)
}

/// The header of a page and its length in bytes.
fn header(file: &mut File, at: u64, end: u64) -> std::io::Result<Option<(Page, u64)>> {
    let mut bytes = Vec::new();
    for wanted in [USUAL, USUAL << 6, MOST] {
        file.seek(SeekFrom::Start(at))?;
        bytes.clear();
        file.by_ref().take(wanted.min(end.saturating_sub(at))).read_to_end(&mut bytes)?;
        let mut thrift = Thrift::of(&bytes);
        if let Some(page) = page(&mut thrift) {
            return Ok(Some((page, (bytes.len() - thrift.bytes.len()) as u64)));
        }
        if (bytes.len() as u64) < wanted {
            break;
        }
    }
    Ok(None)
}

fn page(thrift: &mut Thrift) -> Option<Page> {
    let (mut page, mut kinds) = (Page::default(), 0);
    thrift.fields(|field, kind, inside| {
        match (field, kind) {
            (2, Kind::Number) => page.unpacked = inside.number()?,
            (3, Kind::Number) => page.packed = inside.number()?,
            (4, Kind::Number) => page.checksum = Some(inside.number()?),
            (5 | 7 | 8, Kind::Struct) => {
                kinds += 1;
                page.is_dictionary = field == 7;
                page.levels = (field == 8).then_some([0; 2]);
                inside.fields(|part, kind, inside| {
                    match (field, part, kind) {
                        (_, 1, Kind::Number) => page.values = inside.number()?,
                        (8, 2, Kind::Number) => page.nulls = inside.number()?,
                        (8, 5 | 6, Kind::Number) => {
                            let bytes = inside.number()?;
                            page.levels.as_mut()?[usize::from(part == 6)] = bytes;
                        }
                        _ => inside.skip(kind)?,
                    }
                    Some(())
                })?;
            }
            _ => inside.skip(kind)?,
        }
        Some(())
    })?;
    // Index pages hold no values.
    (kinds <= 1).then_some(page)
}

/// CRC-32 as used by zip and Parquet.
fn checksum(file: &mut File, at: u64, length: u64) -> std::io::Result<u32> {
    file.seek(SeekFrom::Start(at))?;
    let (mut crc, mut left, mut buffer) = (crc32fast::Hasher::new(), length, vec![0; 1 << 16]);
    while left > 0 {
        let part = &mut buffer[..left.min(1 << 16) as usize];
        file.read_exact(part)?;
        crc.update(part);
        left -= part.len() as u64;
    }
    Ok(crc.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn the_checksum_is_that_of_zip() {
        // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms (reveng).
        let path = std::env::temp_dir().join(format!("chitieu-crc-{}", std::process::id()));
        File::create(&path).unwrap().write_all(b"123456789").unwrap();
        assert_eq!(checksum(&mut File::open(&path).unwrap(), 0, 9).unwrap(), 0xCBF4_3926);
        std::fs::remove_file(path).unwrap();
    }
}
