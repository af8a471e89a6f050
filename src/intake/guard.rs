//! Checks a workbook before it is opened: a small file may unpack to more than the memory holds.
//!
//! Every part is checked, since it is not known which ones the reader opens; pictures and programs only if the workbook names them.

use super::markup;
use super::unreadable::{is_of_disk, of_disk, unreadable};
use crate::error::{Phrase, Result};
use crate::limits::{Bound, Limits};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufReader, Read};
use std::rc::Rc;
use zip::ZipArchive;

/// Most parts of a workbook.
const PARTS: usize = 10_000;
/// Extensions of parts without cells that are not markup.
const OTHERS: [&str; 12] = [".png", ".jpeg", ".jpg", ".gif", ".bmp", ".tiff", ".tif", ".emf", ".wmf", ".svg", ".bin", ".vml"];
/// The part that names the others.
const BOOK: &str = "xl/workbook.xml";
const RELATIONS: &str = "xl/_rels/workbook.xml.rels";
/// The end of the names of parts with cell formats.
const STYLES: &str = "styles.xml";

/// What is known of the sheets of a workbook before the reader opens it, by name.
pub(super) type Sheets = HashMap<String, markup::PartScan>;

/// The name of a part as readers compare it: case and the kind of slash do not matter.
fn plain(name: &str) -> String {
    name.replace('\\', "/").to_ascii_lowercase()
}

/// Unpacks each part of an .xlsx once without keeping it: claimed sizes may be false. Reading to the end also verifies the checksum.
pub(super) fn check(path: &str, file: &File, limits: Limits) -> Result<Sheets> {
    let damaged = || unreadable(path, Phrase::WholeWorkbook, Phrase::Damaged);
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|_| damaged())?;
    if zip.len() > PARTS {
        return Err(unreadable(path, Phrase::WorkbookOfParts(PARTS as u64), Phrase::Parts(zip.len() as u64)));
    }
    let mut scan = Scan { path, limits, unpacked: 0, buffer: vec![0; 1 << 16] };
    let names: Vec<String> = (0..zip.len())
        .map(|nth| zip.by_index_raw(nth).ok().and_then(|part| Some(plain(&part.name().ok()?))).ok_or_else(damaged))
        .collect::<Result<_>>()?;
    // Readers differ in which of two parts with the same name they take.
    if names.iter().collect::<HashSet<_>>().len() < names.len() {
        return Err(damaged());
    }
    let (mut book, mut relations, mut styles) = (Vec::new(), Vec::new(), Vec::new());
    for (nth, name) in names.iter().enumerate() {
        match name.as_str() {
            BOOK => scan.over(&mut zip, nth, markup::PartScan::default(), |bytes| book.extend_from_slice(bytes)).map(drop)?,
            RELATIONS => scan.over(&mut zip, nth, markup::PartScan::default(), |bytes| relations.extend_from_slice(bytes)).map(drop)?,
            _ if name.ends_with(STYLES) => styles = scan.over(&mut zip, nth, markup::PartScan::default(), |_| ())?.styles,
            _ => {}
        }
    }
    let parts: HashMap<String, String> = markup::parts(&book, &relations).into_iter().map(|(name, part)| (name, plain(&part))).collect();
    // A part that serves as several sheets would be read several times.
    if parts.values().collect::<HashSet<_>>().len() < parts.len() {
        return Err(damaged());
    }
    let named: HashSet<String> = markup::targets(&relations).values().map(|part| plain(part)).collect();
    // If no style shows another unit, cells need not be looked up.
    let styles = Rc::new(if styles.contains(&true) { styles } else { Vec::new() });
    let mut seen = HashMap::new();
    for (nth, name) in names.into_iter().enumerate() {
        let is_other = OTHERS.iter().any(|ending| name.ends_with(ending)) && !named.contains(&name);
        if !is_other && name != BOOK && name != RELATIONS && !name.ends_with(STYLES) {
            let mut part = scan.over(&mut zip, nth, markup::PartScan::with(&styles), |_| ())?;
            part.scaled.sort_unstable();
            seen.insert(name, part);
        }
    }
    Ok(parts.into_iter().filter_map(|(name, part)| Some((name, seen.remove(&part)?))).collect())
}

/// Checks one part of an archive of markup, such as an .ods file.
pub(super) fn check_part(path: &str, zip: &mut ZipArchive<BufReader<File>>, name: &str, limits: Limits) -> Result<()> {
    let damaged = || unreadable(path, Phrase::WholeWorkbook, Phrase::Damaged);
    let nth = zip.index_for_name(name).ok_or_else(damaged)?;
    Scan { path, limits, unpacked: 0, buffer: vec![0; 1 << 16] }.over(zip, nth, markup::PartScan::default(), |_| ()).map(drop)
}

/// A check of the parts of an archive, with the bytes unpacked so far.
struct Scan<'a> {
    path: &'a str,
    limits: Limits,
    unpacked: u64,
    buffer: Vec<u8>,
}

impl Scan<'_> {
    /// Unpacks a part and passes its bytes to `keep`.
    fn over<R: Read + std::io::Seek>(
        &mut self,
        zip: &mut ZipArchive<R>,
        nth: usize,
        mut seen: markup::PartScan,
        mut keep: impl FnMut(&[u8]),
    ) -> Result<markup::PartScan> {
        let damaged = || unreadable(self.path, Phrase::WholeWorkbook, Phrase::Damaged);
        let mut part = zip.by_index(nth).map_err(|_| damaged())?;
        self.limits.check(self.path, Bound::Bytes, self.unpacked.saturating_add(part.size()))?;
        loop {
            crate::task::look();
            let read = part.read(&mut self.buffer).map_err(|e| if is_of_disk(&e) { of_disk(self.path, &e) } else { damaged() })?;
            if read == 0 {
                return Ok(seen);
            }
            self.unpacked += read as u64;
            self.limits.check(self.path, Bound::Bytes, self.unpacked)?;
            seen.feed(&self.buffer[..read]);
            self.limits.check(self.path, Bound::Text, seen.longest)?;
            // Readers keep a record for each tag outside of cells.
            self.limits.check(self.path, Bound::Bytes, seen.kept)?;
            if seen.is_stray {
                return Err(damaged());
            }
            // Readers reserve room for the claimed number of texts before reading any.
            self.limits.check(self.path, Bound::Places, seen.shared)?;
            keep(&self.buffer[..read]);
        }
    }
}
