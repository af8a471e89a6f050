//! A mapping: what the user adds about files that headers and values do not reveal.

use super::tidy::key;
use crate::catalogue::Catalogue;
use crate::error::{Error, Fact, Phrase, Result};
use crate::spelling::nfc;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// The mapping's name for the column that marks deleted rows.
pub(super) const DELETED: &str = "deleted";

/// For each table, the names of its columns and values in the files.
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
/// files."xa_hai_trieu.csv".commune = "12358"   # the same for every row of that file, before `constants`
/// sheets."Thủ Sỹ".commune = "12361"            # the same for every row of that sheet
/// ```
///
/// A file is named as in the report, or by what follows the last `/` there.
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
    constants: Constants,
    files: BTreeMap<String, Constants>,
    sheets: BTreeMap<String, Constants>,
}

/// Values that apply to every row, by column.
type Constants = BTreeMap<String, Constant>;

/// A value in TOML or JSON.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Constant {
    Text(String),
    Number(i64),
    Flag(bool),
}

impl std::fmt::Display for Constant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
        }
    }
}

/// A mapping's values for one table, indexed for lookup.
#[derive(Debug, Clone, Default)]
pub(super) struct Mapped {
    values: HashMap<String, HashMap<String, String>>,
    blank_is_no: Vec<String>,
}

impl Mapping {
    /// Reads a mapping in TOML.
    ///
    /// # Errors
    /// [`Error::Mapping`] for invalid TOML, or an unknown table or column.
    pub fn from_toml(text: &str) -> Result<Self> {
        let read: Self = toml::from_str(text).map_err(|e| refuse("mapping", Phrase::MappingInToml, Fact::library(e.message())))?;
        read.checked()
    }

    /// Reads a mapping in JSON.
    ///
    /// # Errors
    /// As [`Mapping::from_toml`].
    pub fn from_json(text: &str) -> Result<Self> {
        let bad = |e| refuse("mapping", Phrase::Mapping, Fact::library(e));
        let written: serde_json::Value = serde_json::from_str(text).map_err(bad)?;
        // {"header": "column"}, without the table.
        if let Some((key, _)) = written.as_object().and_then(|all| all.iter().find(|(_, value)| !value.is_object())) {
            return Err(refuse(key, Phrase::MappingOfTable, Fact::quoted(key)));
        }
        let read: Self = serde_json::from_value(written).map_err(bad)?;
        read.checked()
    }

    fn checked(self) -> Result<Self> {
        let catalogue = Catalogue::builtin();
        for (id, mapping) in &self.tables {
            let Some(table) = catalogue.table(id) else {
                let known: Vec<&str> = catalogue.tables().iter().map(|t| t.id.as_str()).collect();
                return Err(refuse(id, Phrase::OneOf(known.join(", ")), Fact::verbatim(id)));
            };
            let known = |target: &str| table.column(target.split('.').next().unwrap_or_default()).is_some();
            for (header, target) in &mapping.columns {
                if known(target) || target == DELETED {
                    continue;
                }
                let key = format!("{id}.columns");
                // Reversed: {"full_name": "Họ tên cháu"}.
                if known(header) {
                    let expected = Phrase::HeaderThenColumn(target.clone(), header.clone());
                    return Err(refuse(&key, expected, Fact::verbatim(format_args!("{{\"{header}\": \"{target}\"}}"))));
                }
                return Err(refuse(&key, Phrase::ColumnOf(id.clone()), Fact::verbatim(target)));
            }
            let named = [("files", &mapping.files), ("sheets", &mapping.sheets)];
            let named = named.into_iter().flat_map(|(part, map)| map.iter().map(move |(name, map)| (format!("{part}.\"{name}\""), map)));
            let constants = std::iter::once(("constants".to_owned(), &mapping.constants)).chain(named);
            let constants = constants.flat_map(|(part, map)| map.keys().map(move |column| (column, part.clone())));
            let others = mapping.blank.keys().map(|column| (column, "blank")).chain(mapping.values.keys().map(|column| (column, "values")));
            for (column, part) in constants.chain(others.map(|(column, part)| (column, part.to_owned()))) {
                if !known(column) {
                    return Err(refuse(&format!("{id}.{part}"), Phrase::ColumnOf(id.clone()), Fact::verbatim(column)));
                }
            }
            if let Some((column, word)) =
                mapping.blank.iter().find(|(_, word)| !matches!(word.trim().to_lowercase().as_str(), "no" | "không"))
            {
                return Err(refuse(&format!("{id}.blank.{column}"), Fact::verbatim("no"), Fact::verbatim(word)));
            }
        }
        Ok(self)
    }

    pub(super) fn table(&self, id: &str) -> TableMapping {
        self.tables.get(id).cloned().unwrap_or_default()
    }
}

fn refuse(key: &str, expected: impl Into<Fact>, found: Fact) -> Error {
    Error::Mapping { key: key.to_owned(), expected: expected.into(), found }
}

impl TableMapping {
    /// The values that apply to every row of a sheet, each with the key of the mapping that sets it.
    ///
    /// # Errors
    /// [`Error::Mapping`] if the file and its sheet set different values.
    pub fn constants(&self, table: &str, file: &str, sheet: &str) -> Result<BTreeMap<String, (String, String)>> {
        let name = file.rsplit('/').next().unwrap_or(file);
        let of = |map: &BTreeMap<String, Constants>, is: &dyn Fn(&str) -> bool| {
            map.iter().find(|(key, _)| is(&nfc(key))).map(|(k, m)| (k.clone(), m.clone()))
        };
        let file = of(&self.files, &|key| key == nfc(file)).or_else(|| of(&self.files, &|key| key == nfc(name)));
        let sheet = of(&self.sheets, &|key| key == nfc(sheet));
        let mut found: BTreeMap<String, (String, String)> = BTreeMap::new();
        let key = |part: &str, column: &str| format!("{table}.{part}.{column}");
        for (column, value) in &self.constants {
            found.insert(column.clone(), (key("constants", column), value.to_string()));
        }
        for (column, value) in file.iter().flat_map(|(name, map)| map.iter().map(move |(column, value)| ((name, column), value))) {
            found.insert(column.1.clone(), (key(&format!("files.\"{}\"", column.0), column.1), value.to_string()));
        }
        for (column, value) in sheet.iter().flat_map(|(name, map)| map.iter().map(move |(column, value)| ((name, column), value))) {
            let key = key(&format!("sheets.\"{}\"", column.0), column.1);
            let value = value.to_string();
            if let Some(other) = file.as_ref().and_then(|(_, map)| map.get(column.1)).filter(|other| other.to_string() != value) {
                return Err(refuse(&key, Phrase::SameValueAsFile, Fact::verbatim(other)));
            }
            found.insert(column.1.clone(), (key, value));
        }
        Ok(found)
    }

    pub fn mapped(&self) -> Mapped {
        let values = self
            .values
            .iter()
            .map(|(column, words)| (column.clone(), words.iter().map(|(word, value)| (key(word), value.clone())).collect()));
        Mapped { values: values.collect(), blank_is_no: self.blank.keys().cloned().collect() }
    }
}

impl Mapped {
    /// The mapping's replacement for a text.
    pub fn value(&self, column: &str, text: &str) -> Option<&str> {
        self.values.get(column)?.get(&key(text)).map(String::as_str)
    }

    /// True if the mapping has values for a column.
    pub fn has(&self, column: &str) -> bool {
        self.values.contains_key(column)
    }

    pub fn blank_is_no(&self, column: &str) -> bool {
        self.blank_is_no.iter().any(|c| c == column)
    }
}
