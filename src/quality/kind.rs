//! The kinds of rules.

use crate::catalogue::{Age, ColumnType, Condition, Table};
use crate::decree56::{Deadline, Decree56, Limit};
use crate::error::{Fact, Phrase};
use serde::Deserialize;
use std::collections::BTreeSet;

/// What a rule requires.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A condition `must`, for the rows in `scope`.
    Must { must: Condition, scope: Condition },
    /// Columns hold allowed values, as counting reads them.
    Values(Values),
    /// Each key is in one row only.
    Unique(Vec<String>),
    /// The key exists in another table.
    Refers(Refers),
    /// No person is in two rows under two keys.
    Probable(Probable),
    /// The identification number matches sex and birth.
    Identification(String),
    /// A step is taken in time.
    Deadline(Deadline),
    /// Parts add up to their total.
    Parts(Parts),
    /// No window of a commune is far from its others.
    Outlier(Outlier),
    /// Each commune updates its rows each month.
    Updates { column: String, grace: u32 },
}

/// What can be wrong with a single value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Values {
    /// A required value is missing.
    Required,
    /// A value that is not allowed in its column.
    Allowed,
    /// A placeholder instead of an identifier: blank, a word for none, a number that lost its digits.
    Unnamed,
    /// A code that is not in the list of areas.
    Areas,
    /// A cell that the reader of a file could not read.
    Read,
}

/// Columns whose combined values must exist in another table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refers {
    pub columns: Vec<String>,
    pub to: String,
}

/// Rows equal in some columns and similar in name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Probable {
    pub same: Vec<String>,
    pub name: String,
    /// The least similarity of two names, from 0 to 1.
    pub similarity: f64,
}

/// A deadline as written in a file: a step of Decree 56/2017/NĐ-CP by its code, or columns and a limit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenDeadline {
    decree_56: Option<String>,
    from: Option<String>,
    to: Option<String>,
    working_days: Option<i32>,
    hours: Option<i32>,
    hours_column: Option<String>,
}

impl WrittenDeadline {
    pub fn read(self) -> Result<Deadline, Refused> {
        const FIELDS: &str = "decree_56 | from, to, working_days | from, to, hours, hours_column";
        let refuse = |field: &str, expected: Fact, found: Fact| Err((field.to_owned(), expected, found));
        let limit = match (self.working_days, self.hours, self.hours_column) {
            (Some(working_days), None, None) => Some(Limit::WorkingDays { working_days }),
            (None, Some(hours), Some(column)) => Some(Limit::Hours { hours, column }),
            (None, None, None) => None,
            _ => return refuse("deadline", Phrase::DaysOrHours.into(), Phrase::NeitherOrBoth.into()),
        };
        match (self.decree_56, self.from, self.to, limit) {
            (None, Some(_), Some(_), Some(limit)) if limit.most() < 0 => {
                refuse("deadline", Phrase::NumberFrom(0).into(), limit.most().into())
            }
            (None, Some(from), Some(to), Some(limit)) => Ok(Deadline { from, to, limit }),
            (None, Some(_), Some(_), None) => refuse("deadline", Phrase::DaysOrHours.into(), Phrase::NeitherOrBoth.into()),
            (Some(code), None, None, None) => {
                let steps = Decree56::steps();
                match steps.iter().find(|(step, _)| *step == code) {
                    Some((_, deadline)) => Ok(Deadline::clone(deadline)),
                    None => refuse("deadline.decree_56", Fact::verbatim(steps.map(|(step, _)| step).join(", ")), Fact::quoted(code)),
                }
            }
            _ => refuse("deadline", Fact::verbatim(FIELDS), Phrase::NeitherOrBoth.into()),
        }
    }
}

/// Rows without a value in `over` hold the total of the rows with one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parts {
    pub of: String,
    pub over: String,
    pub within: Vec<String>,
    /// Totals equal to their parts fail, instead of those that differ.
    #[serde(default)]
    pub no_total: bool,
}

/// Calendar windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Every {
    Month,
    Quarter,
    Year,
}

/// Counts of rows by commune and window.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outlier {
    pub every: Every,
    /// The number of last windows to compare.
    pub windows: usize,
    /// The least number of windows needed.
    pub least_windows: usize,
    /// The least median of rows per window needed.
    pub least_median: u64,
}

/// A field, the expected value and the found one.
type Refused = (String, Fact, Fact);

/// Types of columns with a single value per row.
const SINGLE: &[ColumnType] = &[ColumnType::Text, ColumnType::Area, ColumnType::Flag, ColumnType::Date, ColumnType::Integer];

/// The column that an identification number must match, besides those of birth.
pub(super) const SEX: &str = "sex";

/// The columns that record a row's date of birth.
fn births(table: &Table) -> Vec<&str> {
    table.age.as_ref().map(Age::births).unwrap_or_default()
}

/// Whether a column identifies something: text without a list of codes.
pub(super) fn is_identifier(table: &Table, column: &str) -> bool {
    table.column(column).is_some_and(|c| matches!(c.kind, ColumnType::Text | ColumnType::Area) && c.codes.is_none())
}

impl Kind {
    pub const WORDS: [&str; 10] =
        ["must", "values", "unique", "refers", "probable_duplicate", "identification", "deadline", "parts", "outlier", "updates"];

    /// The field of this kind in a file.
    pub fn as_str(&self) -> &'static str {
        Self::WORDS[match self {
            Self::Must { .. } => 0,
            Self::Values(_) => 1,
            Self::Unique(_) => 2,
            Self::Refers(_) => 3,
            Self::Probable(_) => 4,
            Self::Identification(_) => 5,
            Self::Deadline(_) => 6,
            Self::Parts(_) => 7,
            Self::Outlier(_) => 8,
            Self::Updates { .. } => 9,
        }]
    }

    /// The columns that the rule concerns.
    pub fn columns(&self, table: &Table) -> Vec<String> {
        match self {
            Self::Must { must, scope } => must.columns().union(&scope.columns()).map(|c| (*c).to_owned()).collect(),
            Self::Values(Values::Read) => vec!["source_unread".to_owned()],
            Self::Values(_) | Self::Outlier(_) => Vec::new(),
            Self::Identification(number) => [number.as_str(), SEX].into_iter().chain(births(table)).map(str::to_owned).collect(),
            Self::Updates { column, .. } => vec![column.clone()],
            _ => self.needs(table).into_iter().map(|(column, _)| column).collect(),
        }
    }

    /// Columns that its table must have, with the allowed types.
    pub fn needs(&self, table: &Table) -> Vec<(String, &'static [ColumnType])> {
        const TEXT: &[ColumnType] = &[ColumnType::Text];
        const DATE: &[ColumnType] = &[ColumnType::Date];
        const NUMBER: &[ColumnType] = &[ColumnType::Integer];
        let all = |columns: &[String], kinds: &'static [ColumnType]| columns.iter().map(|c| (c.clone(), kinds)).collect::<Vec<_>>();
        match self {
            Self::Must { .. } | Self::Values(_) | Self::Outlier(_) => Vec::new(),
            Self::Unique(columns) => all(columns, SINGLE),
            Self::Refers(refers) => all(&refers.columns, TEXT),
            Self::Probable(p) => [all(&p.same, SINGLE), vec![(p.name.clone(), TEXT)]].concat(),
            Self::Identification(number) => {
                let born = births(table).first().map(|born| ((*born).to_owned(), DATE));
                [(number.clone(), TEXT), (SEX.to_owned(), TEXT)].into_iter().chain(born).collect()
            }
            Self::Deadline(d) => {
                let mut columns = vec![(d.from.clone(), DATE), (d.to.clone(), DATE)];
                if let Limit::Hours { column, .. } = &d.limit {
                    columns.push((column.clone(), NUMBER));
                }
                columns
            }
            Self::Parts(p) => [vec![(p.of.clone(), NUMBER), (p.over.clone(), SINGLE)], all(&p.within, SINGLE)].concat(),
            Self::Updates { column, .. } => vec![(column.clone(), DATE)],
        }
    }

    /// Refuses parameters that make no valid rule.
    pub fn check(&self) -> Result<(), Refused> {
        let refuse = |field: &str, expected: Fact, found: Fact| Err((field.to_owned(), expected, found));
        match self {
            Self::Probable(p) if !(0.0..=1.0).contains(&p.similarity) => {
                refuse("probable_duplicate.similarity", Phrase::NumberFromTo(0, "1".to_owned()).into(), p.similarity.into())
            }
            Self::Unique(columns) if columns.is_empty() => refuse("unique", Phrase::Column.into(), Phrase::Nothing.into()),
            Self::Refers(refers) if refers.columns.is_empty() => refuse("refers.columns", Phrase::Column.into(), Phrase::Nothing.into()),
            Self::Probable(p) if p.same.is_empty() => refuse("probable_duplicate.same", Phrase::Column.into(), Phrase::Nothing.into()),
            Self::Outlier(o) if o.least_windows < 3 || o.windows < o.least_windows || o.windows > 1_200 => refuse(
                "outlier.windows",
                Fact::verbatim("3 <= least_windows <= windows <= 1200"),
                Fact::verbatim(format_args!("{}, {}", o.least_windows, o.windows)),
            ),
            Self::Updates { grace, .. } if *grace > 28 => refuse("updates.grace_days", Phrase::FromTo(0, 28).into(), Fact::verbatim(grace)),
            _ => Ok(()),
        }
    }

    /// Columns of which at least one must be present.
    pub fn wants_one<'a>(&'a self, table: &'a Table) -> Vec<&'a str> {
        match self {
            Self::Deadline(d @ Deadline { limit: Limit::Hours { .. }, .. }) => d.recorded_in().into_iter().rev().collect(),
            Self::Identification(_) => [SEX].into_iter().chain(births(table)).collect(),
            _ => Vec::new(),
        }
    }

    /// The columns of its own table that it needs; without one of them the rule is not checked.
    pub fn wants<'a>(&'a self, table: &Table) -> BTreeSet<&'a str> {
        match self {
            Self::Must { must, scope } => {
                let mut leaves: BTreeSet<&'a Condition> = BTreeSet::new();
                must.leaves(&mut leaves);
                scope.leaves(&mut leaves);
                // A column that is absent has missing values, so IS NULL needs none.
                leaves.into_iter().filter(|leaf| !matches!(leaf, Condition::IsNull(_))).flat_map(Condition::columns).collect()
            }
            Self::Values(Values::Read) => ["source_unread"].into(),
            Self::Values(_) | Self::Outlier(_) => BTreeSet::new(),
            Self::Unique(columns) => {
                let is_wanted = |(nth, column): &(usize, &String)| *nth == 0 || is_identifier(table, column);
                columns.iter().enumerate().filter(is_wanted).map(|(_, column)| column.as_str()).collect()
            }
            Self::Refers(refers) => refers.columns.iter().map(String::as_str).collect(),
            Self::Probable(p) => p.same.iter().map(String::as_str).chain([p.name.as_str()]).collect(),
            Self::Identification(number) => [number.as_str()].into(),
            Self::Deadline(d @ Deadline { limit: Limit::WorkingDays { .. }, .. }) => [d.from.as_str(), d.to.as_str()].into(),
            Self::Deadline(d) => [d.from.as_str()].into(),
            Self::Parts(p) => [p.of.as_str(), p.over.as_str()].into(),
            Self::Updates { column, .. } => [column.as_str()].into(),
        }
    }
}
