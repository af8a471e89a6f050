//! What a Parquet file announces, checked before its values are read: how many rows it has, and whether it is consistent.
//!
//! A reader that meets damage may end early, and trusts a damaged count of rows. But the footer gives that count several times:
//! for the file, each row group and each column; and each page gives its number of values. The file is trusted only if all
//! agree. Checksums of pages are checked where there are any. What cannot be detected: a value changed by damage in a page
//! without a checksum.

mod footer;
mod pages;
mod thrift;

use crate::error::{Error, Phrase, Result};
use crate::limits::{Bound, Limits};
use crate::task::Watch;
use footer::{Chunk, footer, leaves, parts, rows};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A Parquet file as opened: what it announces is checked before a reader reserves memory for it.
///
/// ```
/// use chitieu::{Error, ParquetFile};
/// assert!(matches!(ParquetFile::open("no such file.parquet"), Err(Error::File { .. })));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParquetFile {
    path: PathBuf,
    rows: u64,
    /// Columns with values, including the parts of structures.
    columns: u64,
    /// Rows of the largest row group, which is held in memory while it is read.
    group: u64,
    /// A hash of length, time of the last change and footer: it differs for a file that replaced this one.
    state: u64,
}

impl ParquetFile {
    /// Reads what the file at a path announces.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read, [`Error::UnreadableFile`] if it is no complete Parquet file or contradicts itself.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let there = |e: std::io::Error| Error::File { path: path.display().to_string(), found: (&e).into() };
        let mut file = crate::disk::open(&path)?;
        let about = file.metadata().map_err(there)?;
        let length = about.len();
        let bytes = footer(&mut file, length).map_err(there)?.ok_or_else(|| damaged(&path, Phrase::ParquetFile, Phrase::Damaged))?;
        let rows = rows(&bytes, length).ok_or_else(|| damaged(&path, Phrase::ParquetFile, Phrase::Damaged))?;
        let rows = rows.map_err(|(expected, found)| damaged(&path, expected, found))?;
        let changed = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map_or(0, |since| since.as_nanos());
        let state = [length.to_le_bytes().as_slice(), changed.to_le_bytes().as_slice(), bytes.as_slice()].concat();
        let (groups, (_, schema)) = parts(&bytes).unwrap_or_default();
        let columns = leaves(&schema).map_or(0, |leaves| leaves.len() as u64);
        let group = groups.iter().filter_map(|group| u64::try_from(group.rows?).ok()).max().unwrap_or(0);
        Ok(Self { path, rows, columns, group, state: xxhash_rust::xxh3::xxh3_64(&state) })
    }

    /// The path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The number of rows it announces.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The names of its columns.
    ///
    /// # Errors
    /// As [`ParquetFile::open`].
    pub fn columns(&self) -> Result<Vec<String>> {
        let path = &self.path;
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

    /// Refuses the file if its pages do not hold what it announces. Checks the pages of some columns, or of all.
    ///
    /// # Errors
    /// [`Error::UnreadableFile`], or [`Error::File`] if it cannot be read.
    pub fn check_pages(&self, columns: Option<&[String]>) -> Result<()> {
        let path = &self.path;
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

    /// Refuses the file if a row group exceeds the limits of reading, or the file does where it is read `whole`.
    ///
    /// # Errors
    /// [`Error::OverLimit`].
    pub fn check_limits(&self, limits: Limits, whole: bool) -> Result<()> {
        let rows = if whole { self.rows } else { self.group };
        limits.check(&self.path.display().to_string(), Bound::Places, rows.saturating_mul(self.columns))
    }

    /// Refuses the file if it is no longer the one that was opened.
    ///
    /// # Errors
    /// [`Error::UnreadableFile`], or as [`ParquetFile::open`].
    pub fn check_unchanged(&self) -> Result<()> {
        if Self::open(&self.path)? == *self {
            return Ok(());
        }
        Err(damaged(&self.path, Phrase::NamedFile, Phrase::ChangedSince))
    }
}

fn damaged(path: &Path, expected: Phrase, found: Phrase) -> Error {
    Error::UnreadableFile { path: path.display().to_string(), expected: expected.into(), found: found.into() }
}
