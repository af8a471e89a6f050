//! How files are read: what the user says of them.

use super::decode::TextEncoding;
use super::mapping::Mapping;
use crate::area::{AreaList, AreaNames};
use crate::catalogue::{Catalogue, EthnicList, Table};
use crate::error::{Error, Result};
use crate::limits::Limits;
use chrono::NaiveDate;
use std::sync::Arc;

/// Where sheets come from: a file, or a frame that has but a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin<'a> {
    pub name: &'a str,
    pub is_file: bool,
}

/// How files are read.
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
    /// A reader that knows the synonyms of the crate alone.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What the user says of the files.
    #[must_use]
    pub fn mapping(mut self, mapping: Mapping) -> Self {
        self.mapping = mapping;
        self
    }

    /// Only the sheet of that name.
    #[must_use]
    pub fn sheet(mut self, name: impl Into<String>) -> Self {
        self.sheet = Some(name.into());
        self
    }

    /// How text is written, where it cannot be told.
    #[must_use]
    pub fn encoding(mut self, encoding: TextEncoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// The day whose list of areas names are looked up in.
    ///
    /// # Errors
    /// [`Error::NoAreaList`] for a day outside the lists that the crate ships.
    pub fn area_vintage(mut self, day: NaiveDate) -> Result<Self> {
        self.areas = Some(Arc::new(AreaList::on(day)?.names()));
        Ok(self)
    }

    /// The code of the province or district that all communes of the files lie in.
    #[must_use]
    pub fn within(mut self, code: impl Into<String>) -> Self {
        self.within = Some(code.into());
        self
    }

    /// The official list that names of ethnic groups become codes of; that of 1979 if none is named.
    #[must_use]
    pub fn ethnic_list(mut self, list: EthnicList) -> Self {
        self.ethnic_list = Some(list);
        self
    }

    /// The tables that files of a folder may hold; all if none are named.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for a table that there is not.
    pub fn tables(mut self, tables: Vec<String>) -> Result<Self> {
        for table in &tables {
            known_table(table)?;
        }
        self.tables = Some(tables);
        Ok(self)
    }

    /// How much memory reading may take; half of what the machine has if nothing is said.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Says that other files, read together with these, write sexes as 0 and 1: a 1 without a 2 is then not known to be a boy. Of the
    /// sheets of one file and of the files of one folder this is found out ([`Folder::counts_sexes_from_zero`](super::Folder::counts_sexes_from_zero)).
    #[must_use]
    pub fn sexes_from_zero(mut self) -> Self {
        self.from_zero = true;
        self
    }
}

/// The table of that name.
pub(super) fn known_table(id: &str) -> Result<Table> {
    let catalogue = Catalogue::builtin();
    catalogue.table(id).cloned().ok_or_else(|| Error::UnknownChoice {
        what: "table",
        got: id.to_owned(),
        known: catalogue.tables().iter().map(|t| t.id.clone()).collect(),
    })
}
