//! The kind of a file, by its bytes: extensions are often wrong. Kinds that are not read get an error that says what to do.

use super::unreadable::unreadable;
use crate::error::{Phrase, Result};
use std::fs::File;
use std::io::{BufReader, Read};
use zip::ZipArchive;

/// A kind of file that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Xlsx,
    Xlsb,
    Ods,
    Xls,
    Text,
}

/// Number of bytes examined.
pub(super) const HEAD: usize = 64;
const EXPECTED: Phrase = Phrase::WorkbookOrText;
const ARCHIVE: Phrase = Phrase::Archive;
const DOCUMENT: Phrase = Phrase::DocumentToCopy;
const SLIDES: Phrase = Phrase::Slides;
const PICTURE: Phrase = Phrase::Picture;
/// Parts of an archive that reveal its kind.
const PARTS: [(&str, Phrase); 6] = [
    ("word/document.xml", DOCUMENT),
    ("ppt/presentation.xml", SLIDES),
    ("Index/Document.iwa", Phrase::NumbersWorkbook),
    ("Index.zip", Phrase::NumbersWorkbook),
    ("visio/document.xml", Phrase::Drawing),
    ("AndroidManifest.xml", Phrase::Program),
];
/// First bytes of files that hold no readable table.
const OTHERS: [(&[u8], Phrase); 12] = [
    (b"%PDF", Phrase::PdfToCopy),
    (b"{\\rtf", DOCUMENT),
    (b"Rar!", ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"\x1f\x8b", ARCHIVE),
    (b"BZh", ARCHIVE),
    (b"\x89PNG", PICTURE),
    (b"\xff\xd8\xff", PICTURE),
    (b"GIF8", PICTURE),
    (b"SQLite format 3", Phrase::Database),
    (b"\0\x01\0\0Standard ", Phrase::Database),
    (b"PAR1", Phrase::RenamedParquet),
];

impl Kind {
    /// The kind of a file by its first bytes, of an archive by its content.
    ///
    /// # Errors
    /// [`Error::UnreadableFile`] for a kind that is not read.
    pub fn of(path: &str, head: &[u8], file: &File) -> Result<Self> {
        match head {
            [b'P', b'K', 3 | 5 | 7, ..] => archive(path, file),
            [0xd0, 0xcf, 0x11, 0xe0, ..] => Ok(Self::Xls),
            [] => Err(unreadable(path, Phrase::Table, Phrase::EmptyFile)),
            _ => match OTHERS.iter().find(|(start, _)| head.starts_with(start)) {
                Some((_, found)) => Err(unreadable(path, EXPECTED, found.clone())),
                None => Ok(Self::Text),
            },
        }
    }
}

fn archive(path: &str, file: &File) -> Result<Kind> {
    let damaged = || unreadable(path, Phrase::WholeWorkbook, Phrase::Damaged);
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|_| damaged())?;
    let parts: Vec<String> = zip.file_names().flatten().map(|part| part.replace('\\', "/").to_ascii_lowercase()).collect();
    let has = |name: &str| parts.iter().any(|part| part.eq_ignore_ascii_case(name));
    if has("xl/workbook.bin") {
        return Ok(Kind::Xlsb);
    }
    if has("mimetype") {
        let mut mimetype = String::new();
        let found = zip.by_name("mimetype").ok().and_then(|part| part.take(256).read_to_string(&mut mimetype).ok());
        let mimetype = found.map_or("", |_| mimetype.trim());
        return match mimetype.strip_prefix("application/vnd.oasis.opendocument.") {
            Some(kind) if kind.starts_with("spreadsheet") => Ok(Kind::Ods),
            Some(kind) if kind.starts_with("text") => Err(unreadable(path, EXPECTED, DOCUMENT)),
            Some(kind) if kind.starts_with("presentation") => Err(unreadable(path, EXPECTED, SLIDES)),
            _ => Err(unreadable(path, EXPECTED, ARCHIVE)),
        };
    }
    if let Some((_, found)) = PARTS.iter().find(|(part, _)| has(part)) {
        return Err(unreadable(path, EXPECTED, found.clone()));
    }
    let is_book = parts.iter().any(|part| part.starts_with("xl/") || part == "[content_types].xml");
    if is_book { Ok(Kind::Xlsx) } else { Err(unreadable(path, EXPECTED, ARCHIVE)) }
}
