//! Settings for reading files.

use super::decode::TextEncoding;
use super::mapping::Mapping;
use crate::area::{AreaList, AreaNames};
use crate::catalogue::{Catalogue, EthnicList, Table};
use crate::error::{Error, Result};
use crate::limits::Limits;
use chrono::NaiveDate;
use std::sync::Arc;

/// The origin of sheets: a file, or a frame, which has only a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin<'a> {
    pub name: &'a str,
    pub is_file: bool,
}

/// Reads files with the given settings.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    pub(super) mapping: Mapping,
    pub(super) sheet: Option<String>,
    pub(super) encoding: Option<TextEncoding>,
    pub(super) areas: Option<Arc<AreaNames>>,
    pub(super) within: Option<String>,
    pub(super) ethnic_list: Option<EthnicList>,
    pub(super) tables: Option<Vec<String>>,
    pub(super) from_zero: bool,
    pub(super) limits: Limits,
}

impl Reader {
    /// A reader with only the crate's own synonyms.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what the user knows about the files.
    #[must_use]
    pub fn mapping(mut self, mapping: Mapping) -> Self {
        self.mapping = mapping;
        self
    }

    /// Reads only the sheet with that name.
    #[must_use]
    pub fn sheet(mut self, name: impl Into<String>) -> Self {
        self.sheet = Some(name.into());
        self
    }

    /// Sets the encoding of text files, where it cannot be detected.
    #[must_use]
    pub fn encoding(mut self, encoding: TextEncoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// Sets the day whose list of areas names are looked up in.
    ///
    /// # Errors
    /// [`Error::NoAreaList`] for a day outside the lists that the crate ships.
    pub fn area_vintage(mut self, day: NaiveDate) -> Result<Self> {
        self.areas = Some(Arc::new(AreaList::on(day)?.names()));
        Ok(self)
    }

    /// Sets the code of the province or district that contains all communes of the files.
    #[must_use]
    pub fn within(mut self, code: impl Into<String>) -> Self {
        self.within = Some(code.into());
        self
    }

    /// Sets the official list whose codes names of ethnic groups become; by default that of 1979.
    #[must_use]
    pub fn ethnic_list(mut self, list: EthnicList) -> Self {
        self.ethnic_list = Some(list);
        self
    }

    /// Sets the tables that files of a folder may hold; by default all.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for an unknown table.
    pub fn tables(mut self, tables: Vec<String>) -> Result<Self> {
        for table in &tables {
            known_table(table)?;
        }
        self.tables = Some(tables);
        Ok(self)
    }

    /// Sets how much memory reading may take; by default half of the machine's.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Declares that other files, read together with these, code sexes as 0 and 1: a 1 without a 2 is then not known to be a boy. Among the
    /// sheets of one file and the files of one folder this is detected
    /// ([`Folder::counts_sexes_from_zero`](super::Folder::counts_sexes_from_zero)).
    #[must_use]
    pub fn sexes_from_zero(mut self) -> Self {
        self.from_zero = true;
        self
    }
}

/// The table with that name.
pub(super) fn known_table(id: &str) -> Result<Table> {
    let catalogue = Catalogue::builtin();
    catalogue.table(id).cloned().ok_or_else(|| Error::UnknownChoice {
        what: "table",
        got: id.to_owned(),
        known: catalogue.tables().iter().map(|t| t.id.clone()).collect(),
    })
}
