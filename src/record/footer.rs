//! What the footer of a Parquet file announces, read before the file is: how many rows must come, and whether it agrees with itself.
//!
//! A reader that meets damage may end early, and a count of rows that was hit by it is taken for true. The footer says the number
//! several times: for the file, for each row group, for each column. Only if all of them are the same is it believed.

use crate::error::{Error, Result};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::UNIX_EPOCH;

const MAGIC: &[u8; 4] = b"PAR1";
/// Magic and length behind the footer.
const TAIL: u64 = 8;
/// Structures in structures at most: a footer has five.
const DEEPEST: u32 = 32;

/// What a file announced, and what tells it from another that takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Announced {
    pub rows: u64,
    /// Of its length, the moment of its last change and its footer.
    pub state: u64,
}

impl Announced {
    /// What the file at a path announces.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read, [`Error::UnreadableFile`] if it is no whole Parquet file or does not agree with itself.
    pub fn by(path: &Path) -> Result<Self> {
        let there = |e: std::io::Error| Error::File { path: path.display().to_string(), found: e.to_string() };
        let mut file = File::open(path).map_err(there)?;
        let about = file.metadata().map_err(there)?;
        let length = about.len();
        let bytes = footer(&mut file, length).map_err(there)?.ok_or_else(|| damaged(path, "a Parquet file", "a damaged one"))?;
        let rows = rows(&bytes, length).ok_or_else(|| damaged(path, "a Parquet file", "a damaged one"))?;
        let rows = rows.map_err(|(expected, found)| damaged(path, &expected, &found))?;
        let changed = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map_or(0, |since| since.as_nanos());
        let state = [length.to_le_bytes().as_slice(), changed.to_le_bytes().as_slice(), bytes.as_slice()].concat();
        Ok(Self { rows, state: xxhash_rust::xxh3::xxh3_64(&state) })
    }

    /// Refuses a file that is not the one announced.
    ///
    /// # Errors
    /// [`Error::UnreadableFile`], or as [`Announced::by`].
    pub fn check(self, path: &Path) -> Result<()> {
        if Self::by(path)? == self {
            return Ok(());
        }
        Err(damaged(path, "the file that was named", "one that has changed since"))
    }
}

fn damaged(path: &Path, expected: &str, found: &str) -> Error {
    Error::UnreadableFile { path: path.display().to_string(), expected: expected.to_owned(), found: found.to_owned() }
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
type Differs = (String, String);

/// The number of rows, if the footer can be read; what differs, if it does not agree with itself.
fn rows(footer: &[u8], length: u64) -> Option<std::result::Result<u64, Differs>> {
    let mut footer = Thrift { bytes: footer, deep: 0 };
    let (mut all, mut schema, mut groups) = (None, Vec::new(), Vec::new());
    footer.fields(|field, kind, footer| {
        match (field, kind) {
            (2, Kind::List) => schema = footer.list(|footer| footer.element())?,
            (3, Kind::Number) => all = Some(footer.number()?),
            (4, Kind::List) => groups = footer.list(|footer| footer.group())?,
            _ => footer.skip(kind)?,
        }
        Some(())
    })?;
    let all = u64::try_from(all?).ok()?;
    let leaves = leaves(&schema)?;
    let mut sum = 0_u64;
    for group in &groups {
        let rows = u64::try_from(group.rows?).ok()?;
        sum = sum.checked_add(rows)?;
        if group.columns.len() != leaves.len() {
            return Some(Err((format!("{} columns", leaves.len()), format!("{} columns", group.columns.len()))));
        }
        for (column, is_repeated) in group.columns.iter().zip(&leaves) {
            let values = u64::try_from(column.values?).ok()?;
            if if *is_repeated { values < rows } else { values != rows } {
                return Some(Err((format!("{rows} rows"), format!("{values} values in a column"))));
            }
            let end = u64::try_from(column.first?).ok()?.checked_add(u64::try_from(column.size?).ok()?)?;
            if end > length {
                return Some(Err((format!("{end} bytes"), format!("{length} bytes"))));
            }
        }
    }
    Some(if sum == all { Ok(all) } else { Err((format!("{all} rows"), format!("{sum} rows"))) })
}

/// For each column with values, whether it may have several in a row.
fn leaves(schema: &[Element]) -> Option<Vec<bool>> {
    // Open structures: columns still to come, and whether values in them may repeat.
    let mut open: Vec<(u64, bool)> = Vec::new();
    let mut found = Vec::new();
    for (nth, element) in schema.iter().enumerate() {
        while open.last().is_some_and(|(left, _)| *left == 0) {
            open.pop();
        }
        let inside = match open.last_mut() {
            Some((left, repeats)) => {
                *left -= 1;
                *repeats
            }
            None if nth == 0 => false,
            None => return None,
        };
        let repeats = nth > 0 && (inside || element.repetition == Some(2));
        match element.children {
            None | Some(0) if nth > 0 => found.push(repeats),
            children => open.push((u64::try_from(children.unwrap_or(0)).ok()?, repeats)),
        }
    }
    open.iter().all(|(left, _)| *left == 0).then_some(found)
}

#[derive(Default)]
struct Element {
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
    values: Option<i64>,
    /// Where its pages begin, and their bytes.
    first: Option<i64>,
    size: Option<i64>,
}

/// The kinds of values that Thrift's compact protocol tells apart, as far as they are read alike.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    Byte,
    Number,
    Double,
    Bytes,
    List,
    Map,
    Struct,
}

impl Kind {
    fn of(code: u8) -> Option<Self> {
        Some(match code {
            1 | 2 => Self::Nothing,
            3 => Self::Byte,
            4..=6 => Self::Number,
            7 => Self::Double,
            8 => Self::Bytes,
            9 | 10 => Self::List,
            11 => Self::Map,
            12 => Self::Struct,
            _ => return None,
        })
    }
}

/// Bytes in Thrift's compact protocol; every step gives nothing where they end or make no sense.
struct Thrift<'b> {
    bytes: &'b [u8],
    deep: u32,
}

impl Thrift<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn pass(&mut self, bytes: u64) -> Option<()> {
        self.bytes = self.bytes.get(usize::try_from(bytes).ok()?..)?;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut found = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            found |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(found);
            }
        }
        None
    }

    fn number(&mut self) -> Option<i64> {
        let zigzag = self.varint()?;
        Some((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed())
    }

    /// The fields of a structure, each with its number and kind.
    fn fields(&mut self, mut with: impl FnMut(i64, Kind, &mut Self) -> Option<()>) -> Option<()> {
        self.deep += 1;
        if self.deep > DEEPEST {
            return None;
        }
        let mut field = 0_i64;
        loop {
            let head = self.byte()?;
            if head == 0 {
                self.deep -= 1;
                return Some(());
            }
            field = match head >> 4 {
                0 => self.number()?,
                step => field.checked_add(i64::from(step))?,
            };
            with(field, Kind::of(head & 0x0f)?, self)?;
        }
    }

    /// The kind of a list's items, and how many.
    fn list_head(&mut self) -> Option<(Kind, u64)> {
        let head = self.byte()?;
        let items = match head >> 4 {
            15 => self.varint()?,
            few => u64::from(few),
        };
        // Each item takes a byte at least.
        (items <= self.bytes.len() as u64).then_some((Kind::of(head & 0x0f)?, items))
    }

    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let (kind, items) = self.list_head()?;
        if kind != Kind::Struct {
            return None;
        }
        (0..items).map(|_| item(self)).collect()
    }

    fn skip(&mut self, kind: Kind) -> Option<()> {
        match kind {
            Kind::Nothing => Some(()),
            Kind::Byte => self.pass(1),
            Kind::Number => self.varint().map(drop),
            Kind::Double => self.pass(8),
            Kind::Bytes => {
                let bytes = self.varint()?;
                self.pass(bytes)
            }
            Kind::Struct => self.fields(|_, kind, inside| inside.skip(kind)),
            Kind::List => {
                let (kind, items) = self.list_head()?;
                self.deep += 1;
                for _ in 0..items {
                    // In a list a truth value takes a byte.
                    let kind = if kind == Kind::Nothing { Kind::Byte } else { kind };
                    if self.deep > DEEPEST {
                        return None;
                    }
                    self.skip(kind)?;
                }
                self.deep -= 1;
                Some(())
            }
            // No footer has one.
            Kind::Map => None,
        }
    }

    fn element(&mut self) -> Option<Element> {
        let mut found = Element::default();
        self.fields(|field, kind, inside| {
            match (field, kind) {
                (3, Kind::Number) => found.repetition = Some(inside.number()?),
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
                (1, Kind::List) => found.columns = inside.list(|column| column.chunk())?,
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
