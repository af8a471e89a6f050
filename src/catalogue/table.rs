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
    pub fn as_str(self) -> &'static str {
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
    /// True if nulls are not allowed.
    #[serde(default)]
    pub required: bool,
    /// The list its codes come from, if any.
    pub codes: Option<String>,
    /// True if it identifies a person by name or official number: no condition, count or dimension may read it.
    #[serde(default)]
    pub private: bool,
    /// The least value allowed in an integer column.
    pub least: Option<i32>,
}

impl Column {
    /// True for codes of ethnic groups, which two official lists number differently.
    pub(crate) fn is_ethnic(&self) -> bool {
        self.codes.as_deref() == Some(ETHNICITY)
    }
}

/// The id of the list of ethnic groups.
pub(crate) const ETHNICITY: &str = "ethnicity";

/// How the rows of a table are assigned to a period.
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

impl Time {
    /// Its name in catalogue files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Event => "event",
            Self::Year => "year",
            Self::SchoolYear => "school_year",
        }
    }
}

/// The columns from which the age of a row's person is derived.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Age {
    /// The day of birth.
    pub born: String,
    /// The year of birth, where the day is unknown.
    pub year: Option<String>,
    /// Days lived at the event.
    pub lived: Option<String>,
    /// The least and the greatest age in completed years, as estimated.
    pub estimated: Option<[String; 2]>,
    /// The day of the event at which ages are taken, and a day not before it.
    pub on: Option<[String; 2]>,
    /// The numbers derived.
    #[serde(default)]
    gives: Vec<Derived>,
}

/// A whole number derived from dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Derived {
    /// Completed years.
    Age,
    /// Completed months.
    AgeMonths,
    /// Days.
    AgeDays,
}

impl Derived {
    /// Its name in conditions.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::AgeMonths => "age_months",
            Self::AgeDays => "age_days",
        }
    }
}

impl Age {
    /// The columns that give an age; one of them is enough.
    pub fn columns(&self) -> Vec<&str> {
        let estimated = self.estimated.iter().flatten();
        std::iter::once(&self.born).chain(&self.year).chain(&self.lived).chain(estimated).map(String::as_str).collect()
    }

    /// The columns that give a day of birth.
    pub fn births(&self) -> Vec<&str> {
        std::iter::once(&self.born).chain(&self.year).chain(&self.lived).map(String::as_str).collect()
    }
}

/// The columns that rows of one table take from the reports of the same case in another.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfCase {
    /// The table with the reports of cases.
    pub table: String,
    /// The case, in both tables.
    pub id: String,
    /// The child, in both tables.
    pub child: String,
    /// The person of a row of the own table.
    pub person: String,
    pub received: String,
    pub incident: String,
    pub commune: String,
    pub confirmed: String,
    /// Whether a report is confirmed and its victim a child: derived, no column of the other table.
    pub of_child: String,
}

/// A fact taken from the reports of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CaseFact {
    Received,
    Incident,
    Commune,
    Confirmed,
    OfChild,
}

impl CaseFact {
    fn kind(self) -> ColumnType {
        match self {
            Self::Received | Self::Incident => ColumnType::Date,
            Self::Commune => ColumnType::Area,
            Self::Confirmed | Self::OfChild => ColumnType::Flag,
        }
    }
}

impl OfCase {
    /// The fact of a name.
    pub fn fact(&self, name: &str) -> Option<CaseFact> {
        let facts = [
            (&self.received, CaseFact::Received),
            (&self.incident, CaseFact::Incident),
            (&self.commune, CaseFact::Commune),
            (&self.confirmed, CaseFact::Confirmed),
            (&self.of_child, CaseFact::OfChild),
        ];
        facts.into_iter().find(|(column, _)| *column == name).map(|(_, fact)| fact)
    }

    /// The columns of the other table without which no fact can be taken.
    pub fn required(&self) -> [&str; 4] {
        [&self.id, &self.received, &self.commune, &self.confirmed]
    }

    /// All columns of the other table that are read if present. Without `child` the children of a case are not distinguished.
    pub fn columns<'a>(&'a self, reports: &'a Table) -> Vec<&'a str> {
        let own = [&self.id, &self.child, &self.received, &self.commune, &self.confirmed, &self.incident];
        own.into_iter().map(String::as_str).chain(reports.age.iter().flat_map(Age::columns)).collect()
    }
}

/// The schema of a table of records.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub struct Table {
    /// Its name.
    pub id: String,
    /// Its name for people.
    pub name: Text,
    /// How rows are assigned to a period.
    pub time: Time,
    /// True if every commune has rows, so that one without any has not reported. Otherwise a commune may truly have none.
    pub every_commune: bool,
    /// The date column that decides the period, unless a quantity names another.
    pub date: Option<String>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The greatest value allowed in an integer column.
    greatest: BTreeMap<String, i32>,
    /// The columns that hold identifiers.
    identifiers: BTreeSet<String>,
    /// How ages are derived.
    pub(crate) age: Option<Age>,
    /// What rows take from the reports of their case.
    pub(crate) case: Option<OfCase>,
}

/// A table as written in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    name: Text,
    time: Time,
    every_commune: bool,
    date: Option<String>,
    columns: Vec<WrittenColumn>,
    age: Option<Age>,
    case: Option<OfCase>,
}

/// A column as written in the file.
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
            age: written.age,
            case: written.case,
        }
    }
}

impl Table {
    /// A user's own table, without columns; see [`crate::Crosstab`].
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
            age: None,
            case: None,
        }
    }

    /// The table with one more column, which may hold nulls and any value of the type.
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

    /// The column of that id.
    #[must_use]
    pub fn column(&self, id: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.id == id)
    }

    /// The greatest value allowed in an integer column, if there is one below that of the type.
    #[must_use]
    pub fn greatest(&self, column: &str) -> Option<i32> {
        self.greatest.get(column).copied()
    }

    /// True for a column of identifiers, in which blanks, placeholders and numbers that lost digits count as not recorded; see
    /// [`crate::spelling::identifier`].
    #[must_use]
    pub fn is_identifier(&self, column: &str) -> bool {
        self.identifiers.contains(column)
    }

    /// The type of a name in conditions: that of a column, a derived number, or a fact of the case.
    #[must_use]
    pub fn seen(&self, id: &str) -> Option<ColumnType> {
        if let Some(column) = self.column(id) {
            return (!column.private).then_some(column.kind);
        }
        let of_case = self.case.as_ref().and_then(|case| case.fact(id)).map(CaseFact::kind);
        of_case.or_else(|| self.derived(id).map(|_| ColumnType::Integer))
    }

    /// The derived number of a name.
    pub(crate) fn derived(&self, id: &str) -> Option<Derived> {
        self.age.as_ref()?.gives.iter().copied().find(|number| number.as_str() == id)
    }

    /// The columns from which a number is derived; at least one of them must be present.
    #[must_use]
    pub fn derived_from(&self, id: &str) -> Option<Vec<&str>> {
        self.derived(id).and(self.age.as_ref()).map(Age::columns)
    }

    /// The column that decides the period of a row; none in a register, whose rows describe one day.
    pub(crate) fn time_column(&self) -> Option<&str> {
        match self.time {
            Time::Stock => None,
            Time::Event => self.date.as_deref(),
            Time::Year => Some("year"),
            Time::SchoolYear => Some("school_year"),
        }
    }
}
