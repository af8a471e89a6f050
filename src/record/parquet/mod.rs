//! What a Parquet file announces, read before its values are: how many rows must come, and whether the file agrees with itself.
//!
//! A reader that meets damage may end early, and a count of rows that was hit by it is taken for true. The footer says the number
//! several times: for the file, for each row group, for each column; the pages of a column say how many values are in each. Only if
//! all of them agree is it believed. Pages with a checksum are held to it. What cannot be seen: a value that damage turned into
//! another in a page without a checksum.

mod pages;
mod thrift;

use crate::error::{Error, Phrase, Result};
use crate::limits::{Bound, Limits};
use crate::task::Watch;
use rayon::prelude::*;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::UNIX_EPOCH;
use thrift::{Kind, Thrift};

const MAGIC: &[u8; 4] = b"PAR1";
/// Magic and length behind the footer.
const TAIL: u64 = 8;

/// What a file announced, and what tells it from another that takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Announced {
    pub rows: u64,
    /// Columns with values, parts of structures among them.
    pub columns: u64,
    /// Rows of its largest row group, which is held while it is read.
    pub group: u64,
    /// Of its length, the moment of its last change and its footer.
    pub state: u64,
}

impl Announced {
    /// What the file at a path announces.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read, [`Error::UnreadableFile`] if it is no whole Parquet file or does not agree with itself.
    pub fn by(path: &Path) -> Result<Self> {
        let there = |e: std::io::Error| Error::File { path: path.display().to_string(), found: (&e).into() };
        let mut file = crate::disk::open(path)?;
        let about = file.metadata().map_err(there)?;
        let length = about.len();
        let bytes = footer(&mut file, length).map_err(there)?.ok_or_else(|| damaged(path, Phrase::ParquetFile, Phrase::Damaged))?;
        let rows = rows(&bytes, length).ok_or_else(|| damaged(path, Phrase::ParquetFile, Phrase::Damaged))?;
        let rows = rows.map_err(|(expected, found)| damaged(path, expected, found))?;
        let changed = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map_or(0, |since| since.as_nanos());
        let state = [length.to_le_bytes().as_slice(), changed.to_le_bytes().as_slice(), bytes.as_slice()].concat();
        let (groups, (_, schema)) = parts(&bytes).unwrap_or_default();
        let columns = leaves(&schema).map_or(0, |leaves| leaves.len() as u64);
        let group = groups.iter().filter_map(|group| u64::try_from(group.rows?).ok()).max().unwrap_or(0);
        Ok(Self { rows, columns, group, state: xxhash_rust::xxh3::xxh3_64(&state) })
    }

    /// The names of the columns of a file.
    ///
    /// # Errors
    /// As [`Announced::by`].
    #[cfg(feature = "python")]
    pub fn columns(path: &Path) -> Result<Vec<String>> {
        let there = |e: std::io::Error| Error::File { path: path.display().to_string(), found: (&e).into() };
        let mut file = crate::disk::open(path)?;
        let length = file.metadata().map_err(there)?.len();
        let bytes = footer(&mut file, length).map_err(there)?;
        let names = bytes.as_deref().and_then(|bytes| {
            let (_, (_, schema)) = parts(bytes)?;
            let mut names: Vec<String> = leaves(&schema)?.iter().map(|leaf| String::from_utf8_lossy(leaf.name).into_owned()).collect();
            names.dedup();
            Some(names)
        });
        names.ok_or_else(|| damaged(path, Phrase::ParquetFile, Phrase::Damaged))
    }

    /// Refuses a file whose pages do not hold what it announces, looking at those of some columns, or of all.
    ///
    /// # Errors
    /// [`Error::UnreadableFile`], or [`Error::File`] if it cannot be read.
    pub fn check_pages(path: &Path, columns: Option<&[String]>) -> Result<()> {
        let there = |e: std::io::Error| Error::File { path: path.display().to_string(), found: (&e).into() };
        let whole = || damaged(path, Phrase::ParquetFile, Phrase::Damaged);
        let mut file = crate::disk::open(path)?;
        let length = file.metadata().map_err(there)?.len();
        let bytes = footer(&mut file, length).map_err(there)?.ok_or_else(whole)?;
        let (groups, _) = parts(&bytes).ok_or_else(whole)?;
        let asked = |column: &&Chunk| columns.is_none_or(|names| names.iter().any(|name| name.as_bytes() == column.name.as_slice()));
        let columns: Vec<&Chunk> = groups.iter().flat_map(|group| &group.columns).filter(asked).collect();
        let watch = Watch::here();
        columns.into_par_iter().try_for_each(|column| {
            watch.look();
            pages::check(&mut crate::disk::open(path)?, column).map_err(there)?.ok_or_else(whole)
        })
    }

    /// Refuses a file of which one row group is more than reading may hold, or all of it where it is read `whole`.
    ///
    /// # Errors
    /// [`Error::OverLimit`].
    pub fn check_limits(self, path: &Path, limits: Limits, whole: bool) -> Result<()> {
        let rows = if whole { self.rows } else { self.group };
        limits.check(&path.display().to_string(), Bound::Places, rows.saturating_mul(self.columns))
    }

    /// Refuses a file that is not the one announced.
    ///
    /// # Errors
    /// [`Error::UnreadableFile`], or as [`Announced::by`].
    #[cfg(feature = "io")]
    pub fn check(self, path: &Path) -> Result<()> {
        if Self::by(path)? == self {
            return Ok(());
        }
        Err(damaged(path, Phrase::NamedFile, Phrase::ChangedSince))
    }
}

fn damaged(path: &Path, expected: Phrase, found: Phrase) -> Error {
    Error::UnreadableFile { path: path.display().to_string(), expected: expected.into(), found: found.into() }
}

/// The bytes of the footer; none if the file has none.
fn footer(file: &mut File, length: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut tail = [0; TAIL as usize];
    if length < TAIL + MAGIC.len() as u64 {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(length - TAIL))?;
    file.read_exact(&mut tail)?;
    let [a, b, c, d, magic @ ..] = tail;
    let size = u64::from(u32::from_le_bytes([a, b, c, d]));
    if magic != *MAGIC || size + TAIL + MAGIC.len() as u64 > length {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(length - TAIL - size))?;
    let mut bytes = vec![0; size as usize];
    file.read_exact(&mut bytes)?;
    Ok(Some(bytes))
}

/// A number that should be there, and what is.
type Differs = (Phrase, Phrase);

/// The row groups, and the rows and the schema of the file.
type Parts = (Vec<Group>, (i64, Vec<Element>));

fn parts(footer: &[u8]) -> Option<Parts> {
    let mut footer = Thrift::of(footer);
    let (mut all, mut schema, mut groups) = (None, Vec::new(), Vec::new());
    footer.fields(|field, kind, footer| {
        match (field, kind) {
            (2, Kind::List) => schema = footer.list(thrift::Thrift::element)?,
            (3, Kind::Number) => all = Some(footer.number()?),
            (4, Kind::List) => groups = footer.list(thrift::Thrift::group)?,
            _ => footer.skip(kind)?,
        }
        Some(())
    })?;
    Some((groups, (all?, schema)))
}

/// The number of rows, if the footer can be read; what differs, if it does not agree with itself.
fn rows(footer: &[u8], length: u64) -> Option<std::result::Result<u64, Differs>> {
    let (groups, (all, schema)) = parts(footer)?;
    let all = u64::try_from(all).ok()?;
    let leaves = leaves(&schema)?;
    let mut sum = 0_u64;
    for group in &groups {
        let rows = u64::try_from(group.rows?).ok()?;
        sum = sum.checked_add(rows)?;
        if group.columns.len() != leaves.len() {
            return Some(Err((Phrase::SomeColumns(leaves.len() as u64), Phrase::SomeColumns(group.columns.len() as u64))));
        }
        for (column, leaf) in group.columns.iter().zip(&leaves) {
            if column.name != leaf.name {
                return Some(Err((Phrase::ColumnsOfSameNames, Phrase::OtherValues)));
            }
            let values = u64::try_from(column.values?).ok()?;
            if if leaf.repeats { values < rows } else { values != rows } {
                return Some(Err((Phrase::Rows(rows.to_string()), Phrase::ValuesInColumn(values))));
            }
            let end = u64::try_from(column.first?).ok()?.checked_add(u64::try_from(column.size?).ok()?)?;
            if end > length {
                return Some(Err((Phrase::Bytes(end), Phrase::Bytes(length))));
            }
        }
    }
    Some(if sum == all { Ok(all) } else { Err((Phrase::Rows(all.to_string()), Phrase::Rows(sum.to_string()))) })
}

/// A column with values.
struct Leaf<'e> {
    /// Of the column of the table that it is a part of.
    name: &'e [u8],
    /// Whether it may have several values in a row.
    repeats: bool,
}

fn leaves(schema: &[Element]) -> Option<Vec<Leaf<'_>>> {
    // Open structures: parts still to come, the column of the table, and whether values in them may repeat.
    let mut open: Vec<(u64, &[u8], bool)> = Vec::new();
    let mut found = Vec::new();
    for (nth, element) in schema.iter().enumerate() {
        while open.last().is_some_and(|(left, ..)| *left == 0) {
            open.pop();
        }
        let is_column = open.len() == 1;
        let (name, inside) = match open.last_mut() {
            Some((left, name, repeats)) => {
                *left -= 1;
                (if is_column { element.name.as_slice() } else { *name }, *repeats)
            }
            None if nth == 0 => (&[][..], false),
            None => return None,
        };
        let repeats = nth > 0 && (inside || element.repetition == Some(2));
        if element.has_type {
            found.push(Leaf { name, repeats });
        } else {
            open.push((u64::try_from(element.children.unwrap_or(0)).ok()?, name, repeats));
        }
    }
    open.iter().all(|(left, ..)| *left == 0).then_some(found)
}

/// A line of the schema.
#[derive(Default)]
struct Element {
    name: Vec<u8>,
    /// Values have a type, structures have none.
    has_type: bool,
    repetition: Option<i64>,
    children: Option<i64>,
}

#[derive(Default)]
struct Group {
    rows: Option<i64>,
    columns: Vec<Chunk>,
}

/// One column of a row group.
#[derive(Default)]
struct Chunk {
    /// Of the column of the table.
    name: Vec<u8>,
    values: Option<i64>,
    /// Where its pages begin, and their bytes.
    first: Option<i64>,
    size: Option<i64>,
}

impl Thrift<'_> {
    fn element(&mut self) -> Option<Element> {
        let mut found = Element::default();
        self.fields(|field, kind, inside| {
            match (field, kind) {
                (1, Kind::Number) => found.has_type = inside.number().is_some(),
                (3, Kind::Number) => found.repetition = Some(inside.number()?),
                (4, Kind::Bytes) => inside.text()?.clone_into(&mut found.name),
                (5, Kind::Number) => found.children = Some(inside.number()?),
                _ => inside.skip(kind)?,
            }
            Some(())
        })?;
        Some(found)
    }

    fn group(&mut self) -> Option<Group> {
        let mut found = Group::default();
        self.fields(|field, kind, inside| {
            match (field, kind) {
                (1, Kind::List) => found.columns = inside.list(thrift::Thrift::chunk)?,
                (3, Kind::Number) => found.rows = Some(inside.number()?),
                _ => inside.skip(kind)?,
            }
            Some(())
        })?;
        Some(found)
    }

    fn chunk(&mut self) -> Option<Chunk> {
        let (mut found, mut dictionary) = (Chunk::default(), None);
        self.fields(|field, kind, inside| {
            if (field, kind) != (3, Kind::Struct) {
                return inside.skip(kind);
            }
            inside.fields(|field, kind, inside| {
                match (field, kind) {
                    (3, Kind::List) => {
                        let (kind, items) = inside.list_head()?;
                        for nth in 0..items {
                            let text = if kind == Kind::Bytes { inside.text()? } else { return None };
                            if nth == 0 {
                                text.clone_into(&mut found.name);
                            }
                        }
                    }
                    (5, Kind::Number) => found.values = Some(inside.number()?),
                    (7, Kind::Number) => found.size = Some(inside.number()?),
                    (9, Kind::Number) => found.first = Some(inside.number()?),
                    (11, Kind::Number) => dictionary = Some(inside.number()?),
                    _ => inside.skip(kind)?,
                }
                Some(())
            })
        })?;
        // A dictionary stands before the pages; writers that have none may say 0.
        found.first = match dictionary.filter(|at| *at > 0) {
            Some(dictionary) => found.first.map(|first| first.min(dictionary)),
            None => found.first,
        };
        Some(found)
    }
}
