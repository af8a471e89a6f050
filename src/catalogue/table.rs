//! The tables of records as data: columns, types, and how a row belongs to a period.

use crate::error::{Fact, Phrase};
use crate::text::Text;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// Text, or codes as text.
    Text,
    /// An area code as text.
    Area,
    /// True or false.
    Flag,
    /// A date.
    Date,
    /// A whole number.
    Integer,
    /// A list of codes as text.
    List,
}

impl ColumnType {
    /// The name used in messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Text | Self::Area => "text",
            Self::Flag => "boolean",
            Self::Date => "date",
            Self::Integer => "integer",
            Self::List => "list of text",
        }
    }

    /// Its name in an error.
    pub(crate) fn fact(self) -> Fact {
        match self {
            Self::Text | Self::Area => Phrase::Text,
            Self::Flag => Phrase::Boolean,
            Self::Date => Phrase::DateType,
            Self::Integer => Phrase::Integer,
            Self::List => Phrase::ListOfText,
        }
        .into()
    }
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in the records.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// True if no null is allowed.
    #[serde(default)]
    pub required: bool,
    /// The list its codes come from, if any.
    pub codes: Option<String>,
    /// True for what names a person: no condition, count or dimension may read it.
    #[serde(default)]
    pub private: bool,
    /// The least value allowed in an integer column.
    pub least: Option<i32>,
}

/// How the rows of a table belong to a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Hash)]
#[serde(rename_all = "snake_case")]
pub enum Time {
    /// The row holds at the last day of the period.
    Stock,
    /// By a date column.
    Event,
    /// By the column `year`.
    Year,
    /// By the column `school_year`.
    SchoolYear,
}

/// One table of records.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub struct Table {
    /// Its name.
    pub id: String,
    /// Its name for people.
    pub name: Text,
    /// How rows belong to a period.
    pub time: Time,
    /// True if every commune has rows: one without any has not reported. Otherwise a commune may truly have none.
    pub every_commune: bool,
    /// The date column that decides, unless a quantity names another.
    pub date: Option<String>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The greatest value allowed in an integer column.
    greatest: BTreeMap<String, i32>,
    /// The columns that hold identifiers.
    identifiers: BTreeSet<String>,
}

/// A table as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    name: Text,
    time: Time,
    every_commune: bool,
    date: Option<String>,
    columns: Vec<WrittenColumn>,
}

/// A column as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenColumn {
    id: String,
    #[serde(rename = "type")]
    kind: ColumnType,
    #[serde(default)]
    required: bool,
    codes: Option<String>,
    #[serde(default)]
    private: bool,
    least: Option<i32>,
    greatest: Option<i32>,
    #[serde(default)]
    identifier: bool,
}

impl From<Written> for Table {
    fn from(written: Written) -> Self {
        let greatest = written.columns.iter().filter_map(|c| Some((c.id.clone(), c.greatest?))).collect();
        let identifiers = written.columns.iter().filter(|c| c.identifier).map(|c| c.id.clone()).collect();
        let column =
            |c: WrittenColumn| Column { id: c.id, kind: c.kind, required: c.required, codes: c.codes, private: c.private, least: c.least };
        Self {
            id: written.id,
            name: written.name,
            time: written.time,
            every_commune: written.every_commune,
            date: written.date,
            columns: written.columns.into_iter().map(column).collect(),
            greatest,
            identifiers,
        }
    }
}

/// The whole numbers worked out from dates, and the columns each is worked out from.
const DERIVED: [(&str, &str, &[&str]); 7] = [
    ("deaths", "age_days", &["birth_date", "age_days"]),
    ("children", "age", &["birth_date", "birth_year"]),
    ("children", "age_months", &["birth_date", "birth_year"]),
    ("victims", "age", &["birth_date", "birth_year", "age_from", "age_to"]),
    ("deaths", "age", &["birth_date", "age_days"]),
    ("deaths", "age_months", &["birth_date", "age_days"]),
    ("injuries", "age", &["birth_date"]),
];

/// What perpetrators take over from the reports of the child they name, or of their case; `abuses_child`: one of them is
/// confirmed and under 16.
pub const FROM_CASE: [(&str, ColumnType); 5] = [
    ("received_date", ColumnType::Date),
    ("incident_date", ColumnType::Date),
    ("commune", ColumnType::Area),
    ("confirmed", ColumnType::Flag),
    ("abuses_child", ColumnType::Flag),
];

/// The columns of victims that cases are made of, where they are there. Without `child_id` no child of a case is told apart.
pub(crate) const CASE_COLUMNS: [&str; 10] =
    ["case_id", "child_id", "received_date", "commune", "confirmed", "incident_date", "birth_date", "birth_year", "age_from", "age_to"];

impl Table {
    /// A table of one's own, without columns; see [`crate::Crosstab`].
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        let id = id.into();
        Self {
            name: Text::new(&id, &id),
            id,
            time: Time::Event,
            every_commune: false,
            date: None,
            columns: Vec::new(),
            greatest: BTreeMap::new(),
            identifiers: BTreeSet::new(),
        }
    }

    /// The table with one more column, in which nulls are allowed and any value of the type.
    #[must_use]
    pub fn with(self, column: impl Into<String>, kind: ColumnType) -> Self {
        self.with_column(Column { id: column.into(), kind, required: false, codes: None, private: false, least: None })
    }

    /// The table with one more column.
    #[must_use]
    pub fn with_column(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, id: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.id == id)
    }

    /// The greatest value allowed in an integer column, if there is one below that of the type.
    #[must_use]
    pub fn greatest(&self, column: &str) -> Option<i32> {
        self.greatest.get(column).copied()
    }

    /// True for a column of identifiers, in which a blank, a word for nothing and a number that lost its digits are not recorded; see
    /// [`crate::spelling::identifier`].
    #[must_use]
    pub fn is_identifier(&self, column: &str) -> bool {
        self.identifiers.contains(column)
    }

    /// The type a condition sees under a name: a column, a derived number, or a fact of the case.
    #[must_use]
    pub fn seen(&self, id: &str) -> Option<ColumnType> {
        if let Some(column) = self.column(id) {
            return (!column.private).then_some(column.kind);
        }
        if self.id == "perpetrators"
            && let Some((_, kind)) = FROM_CASE.iter().find(|(name, _)| *name == id)
        {
            return Some(*kind);
        }
        self.derived_from(id).map(|_| ColumnType::Integer)
    }

    /// The columns a derived number is worked out from; at least one of them must be there.
    #[must_use]
    pub fn derived_from(&self, id: &str) -> Option<&'static [&'static str]> {
        DERIVED.iter().find(|(table, name, _)| *table == self.id && *name == id).map(|(_, _, from)| *from)
    }
}
