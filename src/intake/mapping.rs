//! A mapping: what the user says of files that headers and words alone do not tell.

use super::values::key;
use crate::catalogue::Catalogue;
use crate::error::{Error, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// For each table, what its columns and values are called in the files.
///
/// ```toml
/// [children]
/// sheet = "Danh sách"            # only this sheet
/// header_row = 4                 # where the header begins, as the spreadsheet counts rows
/// header_rows = 2
/// ignore = ["Mã nội bộ"]         # headers that mean nothing to us
/// columns = { "Họ tên cháu" = "full_name", "Ngày sinh#2" = "birth_date", "#K" = "sex" } # the second of that name; the column K
/// values.sex = { "T" = "male", "G" = "female" }
/// blank.supported = "no"         # of a column of marks: no mark is no
/// constants.commune = "12364"    # the same for every row
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Mapping {
    tables: BTreeMap<String, TableMapping>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TableMapping {
    pub sheet: Option<String>,
    pub header_row: Option<u32>,
    pub header_rows: Option<u32>,
    pub ignore: Vec<String>,
    pub columns: BTreeMap<String, String>,
    values: BTreeMap<String, BTreeMap<String, String>>,
    blank: BTreeMap<String, String>,
    pub constants: BTreeMap<String, String>,
}

/// Values of one table's columns by mapping, made ready for look-up.
#[derive(Debug, Clone, Default)]
pub(super) struct Mapped {
    values: HashMap<String, HashMap<String, String>>,
    blank_is_no: Vec<String>,
}

impl Mapping {
    /// Reads a mapping in TOML.
    ///
    /// # Errors
    /// [`Error::Mapping`] for what is no TOML, or names a table or column that there is not.
    pub fn from_toml(text: &str) -> Result<Self> {
        let read: Self = toml::from_str(text).map_err(|e| refuse("mapping", "a mapping in TOML", e.message()))?;
        read.checked()
    }

    /// Reads a mapping in JSON.
    ///
    /// # Errors
    /// As [`Mapping::from_toml`].
    pub fn from_json(text: &str) -> Result<Self> {
        let read: Self = serde_json::from_str(text).map_err(|e| refuse("mapping", "a mapping", &e.to_string()))?;
        read.checked()
    }

    fn checked(self) -> Result<Self> {
        let catalogue = Catalogue::builtin();
        for (id, mapping) in &self.tables {
            let Some(table) = catalogue.table(id) else {
                let known: Vec<&str> = catalogue.tables().iter().map(|t| t.id.as_str()).collect();
                return Err(refuse(id, &format!("one of {}", known.join(", ")), id));
            };
            let columns = mapping.columns.values().map(|target| (target, "columns"));
            let others = [(&mapping.constants, "constants"), (&mapping.blank, "blank")];
            let others = others.into_iter().flat_map(|(map, key)| map.keys().map(move |column| (column, key)));
            let values = mapping.values.keys().map(|column| (column, "values"));
            for (target, part) in columns.chain(others).chain(values) {
                let column = target.split('.').next().unwrap_or_default();
                if table.column(column).is_none() {
                    return Err(refuse(&format!("{id}.{part}"), &format!("a column of the table {id}"), target));
                }
            }
            if let Some((column, word)) = mapping.blank.iter().find(|(_, word)| *word != "no") {
                return Err(refuse(&format!("{id}.blank.{column}"), "no", word));
            }
        }
        Ok(self)
    }

    pub(super) fn table(&self, id: &str) -> TableMapping {
        self.tables.get(id).cloned().unwrap_or_default()
    }
}

fn refuse(key: &str, expected: &str, found: &str) -> Error {
    Error::Mapping { key: key.to_owned(), expected: expected.to_owned(), found: found.to_owned() }
}

impl TableMapping {
    pub fn mapped(&self) -> Mapped {
        let values = self
            .values
            .iter()
            .map(|(column, words)| (column.clone(), words.iter().map(|(word, value)| (key(word), value.clone())).collect()));
        Mapped { values: values.collect(), blank_is_no: self.blank.keys().cloned().collect() }
    }
}

impl Mapped {
    /// What the mapping puts in the place of a text.
    pub fn value(&self, column: &str, text: &str) -> Option<&str> {
        self.values.get(column)?.get(&key(text)).map(String::as_str)
    }

    /// True if the mapping has values of a column.
    pub fn has(&self, column: &str) -> bool {
        self.values.contains_key(column)
    }

    pub fn blank_is_no(&self, column: &str) -> bool {
        self.blank_is_no.iter().any(|c| c == column)
    }
}
