//! The footer of a Parquet file: row groups, columns and schema, and whether they agree.

use super::thrift::{Kind, Thrift};
use crate::error::Phrase;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

const MAGIC: &[u8; 4] = b"PAR1";
/// The length and the magic after the footer.
const TAIL: u64 = 8;

/// The bytes of the footer; none if there is no footer.
pub(super) fn footer(file: &mut File, length: u64) -> std::io::Result<Option<Vec<u8>>> {
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

/// What was expected, and what was found.
pub(super) type Differs = (Phrase, Phrase);

/// The row groups, and the number of rows and the schema of the file.
pub(super) type Parts = (Vec<Group>, (i64, Vec<Element>));

pub(super) fn parts(footer: &[u8]) -> Option<Parts> {
    let mut footer = Thrift::of(footer);
    let (mut all, mut schema, mut groups) = (None, Vec::new(), Vec::new());
    footer.fields(|field, kind, footer| {
        match (field, kind) {
            (2, Kind::List) => schema = footer.list(Thrift::element)?,
            (3, Kind::Number) => all = Some(footer.number()?),
            (4, Kind::List) => groups = footer.list(Thrift::group)?,
            _ => footer.skip(kind)?,
        }
        Some(())
    })?;
    Some((groups, (all?, schema)))
}

/// The number of rows, or what differs if the footer contradicts itself; none if it cannot be read.
pub(super) fn rows(footer: &[u8], length: u64) -> Option<std::result::Result<u64, Differs>> {
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
pub(super) struct Leaf<'e> {
    /// The name of the table's column that contains it.
    pub name: &'e [u8],
    /// Whether a row may have several values.
    pub repeats: bool,
}

pub(super) fn leaves(schema: &[Element]) -> Option<Vec<Leaf<'_>>> {
    // Open structures: children still to come, the table's column, and whether values inside may repeat.
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

/// An element of the schema.
#[derive(Default)]
pub(super) struct Element {
    pub name: Vec<u8>,
    /// Values have a type, structures do not.
    pub has_type: bool,
    pub repetition: Option<i64>,
    pub children: Option<i64>,
}

#[derive(Default)]
pub(super) struct Group {
    pub rows: Option<i64>,
    pub columns: Vec<Chunk>,
}

/// One column of a row group.
#[derive(Default)]
pub(super) struct Chunk {
    /// The name of the table's column.
    pub name: Vec<u8>,
    pub values: Option<i64>,
    /// Where its pages begin, and their size in bytes.
    pub first: Option<i64>,
    pub size: Option<i64>,
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
                (1, Kind::List) => found.columns = inside.list(Thrift::chunk)?,
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
        // A dictionary comes before the pages; writers without one may write 0.
        found.first = match dictionary.filter(|at| *at > 0) {
            Some(dictionary) => found.first.map(|first| first.min(dictionary)),
            None => found.first,
        };
        Some(found)
    }
}
