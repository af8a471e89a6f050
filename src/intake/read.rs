//! Entry points: a file, a folder or a frame; of a known table, or of any.

use super::folder::{file_name, files_below, why_skipped};
use super::open::{of_frame, open};
use super::reader::{Origin, Reader, known_table};
use super::recognise::both;
use super::report::{Folder, NotRead, Reading};
use crate::error::Result;
use polars_core::prelude::DataFrame;
use std::path::Path;

impl Reader {
    /// Reads every sheet of a file that has a header of the table.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::NoPermission`], [`Error::UnreadableFile`] for the file; [`Error::UnknownChoice`] for the table;
    /// [`Error::NoHeader`] if no sheet has its header; [`Error::NoAreaDate`] for names of communes without a day.
    ///
    /// [`Error::File`]: crate::Error::File
    /// [`Error::NoPermission`]: crate::Error::NoPermission
    /// [`Error::UnreadableFile`]: crate::Error::UnreadableFile
    /// [`Error::UnknownChoice`]: crate::Error::UnknownChoice
    /// [`Error::NoHeader`]: crate::Error::NoHeader
    /// [`Error::NoAreaDate`]: crate::Error::NoAreaDate
    pub fn read(&self, path: impl AsRef<Path>, table: &str) -> Result<Reading> {
        let (path, table) = (path.as_ref(), known_table(table)?);
        let sheet = self.mapping.table(&table.id).sheet.or_else(|| self.sheet.clone());
        let reading = self.read_book(
            Origin { name: &file_name(path), is_file: true },
            open(path, sheet.as_deref(), self.encoding, self.limits)?,
            &table,
        )?;
        if !self.from_zero && reading.parts.len() > 1 && reading.counts_sexes_from_zero() {
            return self.clone().sexes_from_zero().read(path, &table.id);
        }
        Ok(reading)
    }

    /// Reads a frame whose columns may be named as in any file; `name` replaces the file's name.
    ///
    /// # Errors
    /// As [`Reader::read`].
    pub fn read_frame(&self, name: &str, frame: &DataFrame, table: &str) -> Result<Reading> {
        let table = known_table(table)?;
        self.read_book(Origin { name, is_file: true }, of_frame(name, frame, self.limits)?, &table)
    }

    /// Cleans a frame in memory as [`Reader::read`] cleans a file: the same rules, findings and rows set aside. Typed columns (dates,
    /// booleans, whole numbers) are taken as they are; rows are counted from 1.
    ///
    /// ```
    /// use chitieu::intake::Reader;
    /// use polars_core::prelude::*;
    /// let frame = df!["Mã trẻ" => ["k1", "k2"], "Ngày sinh" => ["05/03/2014", "31/02/2015"], "Giới tính" => ["Nam", "Nữ"]]?;
    /// let reading = Reader::new().clean(&frame, "children")?;
    /// assert_eq!(reading.frame()?.column("sex")?.str()?.get(1), Some("female"));
    /// assert_eq!(reading.parts[0].findings[0].row, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Reader::read`].
    pub fn clean(&self, frame: &DataFrame, table: &str) -> Result<Reading> {
        let table = known_table(table)?;
        self.read_book(Origin { name: "frame", is_file: false }, of_frame("frame", frame, self.limits)?, &table)
    }

    /// Recognises the table of each sheet of a file and reads it; `name` is the file's name in the report.
    ///
    /// # Errors
    /// [`Error::NoAreaDate`](crate::Error::NoAreaDate) for names of communes without a day; all else is reported in [`Folder::not_read`].
    pub fn recognise(&self, path: impl AsRef<Path>, name: &str) -> Result<Folder> {
        let path = path.as_ref();
        match open(path, self.sheet.as_deref(), self.encoding, self.limits) {
            Ok(book) => {
                let found = self.recognise_book(Origin { name, is_file: true }, book)?;
                if !self.from_zero && found.counts_sexes_from_zero() {
                    return self.clone().sexes_from_zero().recognise(path, name);
                }
                Ok(found)
            }
            Err(e) => {
                Ok(Folder { not_read: vec![NotRead { file: name.to_owned(), sheet: String::new(), why: both(&e) }], ..Folder::default() })
            }
        }
    }

    /// As [`Reader::recognise`], for a frame.
    ///
    /// # Errors
    /// As [`Reader::recognise`].
    pub fn recognise_frame(&self, frame: &DataFrame, name: &str) -> Result<Folder> {
        self.recognise_book(Origin { name, is_file: true }, of_frame(name, frame, self.limits)?)
    }

    /// Reads every file below a folder, ordered by name.
    ///
    /// # Errors
    /// [`Error::File`](crate::Error::File) if the folder does not exist, [`Error::NoAreaDate`](crate::Error::NoAreaDate) for names of
    /// communes without a day.
    pub fn read_folder(&self, folder: impl AsRef<Path>) -> Result<Folder> {
        let folder = folder.as_ref();
        let mut found = Folder::default();
        for (path, name) in files_below(folder)? {
            found.join(match why_skipped(&path) {
                Some(why) => Folder { not_read: vec![NotRead { file: name, sheet: String::new(), why }], ..Folder::default() },
                None => self.recognise(&path, &name)?,
            });
        }
        if !self.from_zero && found.counts_sexes_from_zero() {
            return self.clone().sexes_from_zero().read_folder(folder);
        }
        Ok(found)
    }
}
