//! A workbook is looked over before it is opened: a small file may unpack to more than the memory holds.

use super::markup;
use crate::error::{Error, Result};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use zip::ZipArchive;

/// Most bytes of one unpacked sheet, which is read as a stream.
const SHEET: u64 = 2 << 30;
/// Most bytes of any other part, which is held in memory.
const PART: u64 = 256 << 20;
/// Most parts of a workbook.
const PARTS: usize = 10_000;
/// Parts that a reader of cells opens.
const READ: [&str; 6] = ["worksheets/", "sharedstrings.xml", "styles.xml", "workbook.xml", ".rels", "theme/"];

/// An error of a file that cannot be read.
pub(super) fn unreadable(path: &str, expected: &str, found: impl Into<String>) -> Error {
    Error::UnreadableFile { path: path.to_owned(), expected: expected.to_owned(), found: found.into() }
}

/// What is known of the sheets of a workbook before its reader opens it, by their names.
pub(super) type Sheets = HashMap<String, markup::Sheet>;

/// Unpacks each part once without keeping it: sizes that a file tells of itself may be false. Reading a part to its end holds it against
/// its checksum.
pub(super) fn check(path: &str, file: &File) -> Result<Sheets> {
    let damaged = || unreadable(path, "a whole workbook", "a damaged one");
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|_| damaged())?;
    if zip.len() > PARTS {
        return Err(unreadable(path, "a workbook of at most 10000 parts", format!("{} parts", zip.len())));
    }
    let mut buffer = vec![0; 1 << 16];
    let (mut sheets, mut book, mut relations) = (HashMap::new(), Vec::new(), Vec::new());
    for nth in 0..zip.len() {
        let mut part = zip.by_index(nth).map_err(|_| damaged())?;
        // The reader of workbooks does not tell capital letters in these names.
        let name = part.name().map_err(|_| damaged())?.to_ascii_lowercase();
        if !READ.iter().any(|kind| name.contains(kind)) {
            continue;
        }
        let most = if name.contains("worksheets/") { SHEET } else { PART };
        let mut size = 0;
        let mut sheet = name.contains("worksheets/").then(markup::Sheet::default);
        if part.size() > most {
            return Err(too_large(path, most));
        }
        loop {
            let read = part.read(&mut buffer).map_err(|_| damaged())?;
            if read == 0 {
                break;
            }
            if size == 0 && name.contains("sharedstrings.xml") {
                check_count(path, &String::from_utf8_lossy(&buffer[..read]))?;
            }
            size += read as u64;
            if size > most {
                return Err(too_large(path, most));
            }
            if let Some(sheet) = &mut sheet {
                sheet.feed(&buffer[..read]);
            } else if name == "xl/workbook.xml" {
                book.extend_from_slice(&buffer[..read]);
            } else if name == "xl/_rels/workbook.xml.rels" {
                relations.extend_from_slice(&buffer[..read]);
            }
        }
        sheets.extend(sheet.map(|sheet| (name, sheet)));
    }
    let parts = markup::parts(&book, &relations);
    Ok(parts.into_iter().filter_map(|(name, part)| Some((name, sheets.remove(&part)?))).collect())
}

fn too_large(path: &str, most: u64) -> Error {
    unreadable(path, "a workbook that unpacks to less memory", format!("more than {} MB in one part", most >> 20))
}

/// The number of texts that a workbook says it shares: room is made for so many.
fn check_count(path: &str, head: &str) -> Result<()> {
    let figures = head.split("uniqueCount").nth(1).map(|rest| rest.trim_start_matches([' ', '=', '"', '\'']));
    let told = figures.and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()).map(|n| n.parse::<u64>().unwrap_or(u64::MAX));
    match told {
        Some(count) if count > PART / 24 => {
            Err(unreadable(path, "a workbook that unpacks to less memory", format!("{count} shared texts")))
        }
        _ => Ok(()),
    }
}
