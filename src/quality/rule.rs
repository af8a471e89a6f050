//! Rules as data: a code, a severity, a text in both languages, a table, and one requirement.

use super::kind::{Every, Kind, Outlier, Parts, Probable, Refers, Values, WrittenDeadline};
use crate::calendar::Calendar;
use crate::catalogue::{Catalogue, ColumnType, Condition, Table};
use crate::error::{Error, Fact, Phrase, Result, choose};
use crate::text::{Language, Text, one_or_both_if_any};
use chrono::NaiveDate;
use polars_core::prelude::{Column, DataFrame};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::LazyLock;

/// How much a failed rule matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Probably wrong: to be verified.
    Warning,
    /// Wrong, or refused by `compute`.
    Error,
}

impl Severity {
    /// The code in rule files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The severity by its code.
impl FromStr for Severity {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        choose("severity", word, &[Self::Error, Self::Warning, Self::Info].map(|s| (s.as_str(), s)))
    }
}

/// One rule over one table.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its code, the same in every version.
    pub code: String,
    /// How much a failure matters.
    pub severity: Severity,
    /// The table it applies to.
    pub table: String,
    /// What is wrong, and what to do.
    pub text: Text,
    /// The legal text behind it, if any.
    pub source: Option<Text>,
    pub(super) kind: Kind,
}

/// A rule as written in a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    code: String,
    severity: Severity,
    table: String,
    text: Text,
    #[serde(default, deserialize_with = "one_or_both_if_any")]
    source: Option<Text>,
    must: Option<String>,
    #[serde(rename = "where")]
    scope: Option<String>,
    values: Option<Values>,
    unique: Option<Vec<String>>,
    refers: Option<Refers>,
    probable_duplicate: Option<Probable>,
    identification: Option<String>,
    deadline: Option<WrittenDeadline>,
    parts: Option<Parts>,
    outlier: Option<Outlier>,
    updates: Option<Updates>,
}

/// [`Kind::Updates`] as written in a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Updates {
    column: String,
    grace_days: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<WrittenRule>,
    /// Columns that a complete row has, by table.
    #[serde(default)]
    expected: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    holidays: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    columns: BTreeMap<String, Text>,
}

/// The rules of a check, with the columns that a complete row has and the public holidays.
///
/// ```
/// use chitieu::quality::Rules;
/// let mine = r#"
///     [[rule]]
///     code = "worker_in_school"
///     severity = "warning"
///     table = "children"
///     text = { vi = "Trẻ em làm việc nhưng không rõ nơi học.", en = "A child who works, school not known." }
///     where = "works"
///     must = "attends IS NOT NULL"
/// "#;
/// let rules = Rules::builtin().with_text("mine.toml", mine)?;
/// assert!(rules.iter().any(|rule| rule.code == "worker_in_school"));
/// # Ok::<(), chitieu::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    all: Vec<Rule>,
    expected: BTreeMap<String, Vec<String>>,
    pub(super) calendar: Calendar,
}

static BUILTIN: LazyLock<Rules> = LazyLock::new(|| {
    let none = Rules { all: Vec::new(), expected: BTreeMap::new(), calendar: Calendar::default() };
    none.with_text("rules.toml", include_str!("rules.toml")).expect("the rules are part of the crate and tested")
});

static NAMES: LazyLock<BTreeMap<String, Text>> = LazyLock::new(|| {
    toml::from_str::<Names>(include_str!("columns.toml")).expect("the names of columns are part of the crate and tested").columns
});

/// The name of a column for people; its id if it has none.
#[must_use]
pub fn column_name(id: &str, language: Language) -> &str {
    NAMES.get(id).map_or(id, |text| text.get(language))
}

fn refuse<T>(file: &str, key: impl Into<String>, expected: impl Into<Fact>, found: impl Into<Fact>) -> Result<T> {
    Err(Error::Catalogue { file: file.to_owned(), key: key.into(), expected: expected.into(), found: found.into() })
}

impl Rules {
    /// The rules that the crate ships.
    #[must_use]
    pub fn builtin() -> Self {
        BUILTIN.clone()
    }

    /// These rules with those of a TOML text added; a rule replaces one of the same code.
    ///
    /// # Errors
    /// [`Error::Catalogue`] names the file, the rule and the invalid field.
    pub fn with_text(&self, file: &str, text: &str) -> Result<Self> {
        let parsed: File = toml::from_str(text).or_else(|e| {
            let line = e.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            refuse(file, location(text, line), Phrase::RulesFile, Fact::library(e.message()))
        })?;
        let catalogue = Catalogue::builtin();
        let mut found = self.clone();
        for (table, columns) in parsed.expected {
            let key = format!("expected.{table}");
            let of = known_table(&catalogue, file, &key, &table)?;
            for column in &columns {
                if of.column(column).is_none() {
                    return refuse(file, key, Phrase::ColumnOf(table), Fact::quoted(column));
                }
            }
            found.expected.insert(table, columns);
        }
        for day in parsed.holidays {
            let holiday: NaiveDate =
                day.parse().or_else(|_| refuse(file, "holidays", Fact::verbatim("YYYY-MM-DD"), Fact::verbatim(&day)))?;
            found.calendar.extend([holiday]);
        }
        let mut codes = BTreeSet::new();
        for written in parsed.rule {
            let key = format!("rule \"{}\"", written.code);
            if !codes.insert(written.code.clone()) {
                return refuse(file, key, Phrase::CodeUsedOnce, Phrase::SameCodeTwice);
            }
            found.all.retain(|rule| rule.code != written.code);
            let tables: Vec<&Table> = match written.table.as_str() {
                "*" if written.values.is_some() => catalogue.tables().iter().collect(),
                name => vec![known_table(&catalogue, file, &format!("{key}.table"), name)?],
            };
            for table in tables {
                let rule = written.clone().compiled(file, &key, table, &catalogue)?;
                if let Some(other) = found.all.iter().find(|other| rule.is_updates_beside(other)) {
                    let expected = Phrase::OneRuleOfUpdates(table.id.clone());
                    return refuse(file, format!("{key}.updates"), expected, Phrase::RuleBeside(other.code.clone()));
                }
                found.all.push(rule);
            }
        }
        Ok(found)
    }

    /// Every rule, once for each table it applies to.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.all.iter()
    }

    pub(super) fn of(&self, table: &str) -> Vec<&Rule> {
        self.all.iter().filter(|rule| rule.table == table).collect()
    }

    /// The columns that a complete row of a table has.
    #[must_use]
    pub fn expected(&self, table: &str) -> &[String] {
        self.expected.get(table).map_or(&[], Vec::as_slice)
    }

    /// The rules as a table: rule, severity, table, columns, kind, text and source in both languages.
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns cannot be put together.
    pub fn to_frame(&self) -> Result<DataFrame> {
        let text = |name: &str, of: &dyn Fn(&Rule) -> Option<String>| {
            Column::new(name.into(), self.all.iter().map(of).collect::<Vec<Option<String>>>())
        };
        let columns = vec![
            text("rule", &|r| Some(r.code.clone())),
            text("severity", &|r| Some(r.severity.as_str().to_owned())),
            text("table", &|r| Some(r.table.clone())),
            text("kind", &|r| Some(r.kind.as_str().to_owned())),
            text("columns", &|r| Some(r.columns().join(", "))),
            text("text_vi", &|r| Some(r.text.vi.clone())),
            text("text_en", &|r| Some(r.text.en.clone())),
            text("source_vi", &|r| r.source.as_ref().map(|s| s.vi.clone())),
            text("source_en", &|r| r.source.as_ref().map(|s| s.en.clone())),
        ];
        DataFrame::new(self.all.len(), columns).map_err(|e| Error::Frame { table: "rules".to_owned(), found: Fact::library(e) })
    }
}

/// A line of a rules file, with the rule that contains it.
fn location(text: &str, line: usize) -> String {
    let rules = text.lines().take(line).filter(|line| line.trim_start().starts_with("[[rule]]")).count();
    let code = toml::from_str::<toml::Table>(text).ok().and_then(|file| {
        let rule = file.get("rule")?.as_array()?.get(rules.checked_sub(1)?)?;
        Some(rule.get("code")?.as_str()?.to_owned())
    });
    code.map_or_else(|| format!("line {line}"), |code| format!("line {line}, rule \"{code}\""))
}

fn known_table<'c>(catalogue: &'c Catalogue, file: &str, key: &str, name: &str) -> Result<&'c Table> {
    if let Some(table) = catalogue.table(name) {
        return Ok(table);
    }
    let known: Vec<&str> = catalogue.tables().iter().map(|t| t.id.as_str()).collect();
    refuse(file, key, Fact::verbatim(known.join(", ")), Fact::quoted(name))
}

impl Rule {
    /// Whether both are rules of updates for one table, which may have only one: timeliness depends on it.
    fn is_updates_beside(&self, other: &Self) -> bool {
        let is_updates = |rule: &Self| matches!(rule.kind, Kind::Updates { .. });
        self.table == other.table && is_updates(self) && is_updates(other)
    }

    /// The columns it concerns, by their names in the records; empty for a rule about all columns.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let catalogue = Catalogue::builtin();
        // Rules are only compiled for tables of the catalogue.
        let Some(table) = catalogue.table(&self.table) else { return Vec::new() };
        let mut found = Vec::new();
        for column in self.kind.columns(table) {
            match table.derived_from(&column).filter(|_| table.column(&column).is_none()) {
                // Derived names, such as ages, are not columns of the records.
                Some(from) => found.extend(from.into_iter().map(str::to_owned)),
                None => found.push(column),
            }
        }
        let mut seen = BTreeSet::new();
        found.retain(|column| seen.insert(column.clone()));
        found
    }
}

impl WrittenRule {
    fn compiled(self, file: &str, key: &str, table: &Table, catalogue: &Catalogue) -> Result<Rule> {
        let plain = self.code.starts_with(|c: char| c.is_ascii_lowercase())
            && self.code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !plain {
            return refuse(file, key, Phrase::PlainCode, Fact::quoted(&self.code));
        }
        if self.text.is_incomplete() {
            return refuse(file, format!("{key}.text"), Phrase::TextInBoth, Phrase::EmptyText);
        }
        let condition = |field: &str, sql: &Option<String>| match sql {
            None => Ok(Condition::Always),
            Some(sql) => {
                let field = format!("{key}.{field}");
                let condition =
                    Condition::read_over_columns(sql, table).or_else(|(expected, found)| refuse(file, &field, expected, found))?;
                catalogue.codes().check(&condition, table).or_else(|(expected, found)| refuse(file, field, expected, found))?;
                Ok(condition)
            }
        };
        let scope = condition("where", &self.scope)?;
        let mut kinds: Vec<Kind> = Vec::new();
        if self.must.is_some() {
            kinds.push(Kind::Must { must: condition("must", &self.must)?, scope: scope.clone() });
        }
        kinds.extend(self.values.map(Kind::Values));
        kinds.extend(self.unique.map(Kind::Unique));
        kinds.extend(self.refers.map(Kind::Refers));
        kinds.extend(self.probable_duplicate.map(Kind::Probable));
        kinds.extend(self.identification.map(Kind::Identification));
        if let Some(written) = self.deadline {
            let deadline = written.read().or_else(|(field, expected, found)| refuse(file, format!("{key}.{field}"), expected, found))?;
            kinds.push(Kind::Deadline(deadline));
        }
        kinds.extend(self.parts.map(Kind::Parts));
        kinds.extend(self.outlier.map(Kind::Outlier));
        kinds.extend(self.updates.map(|u| Kind::Updates { column: u.column, grace: u.grace_days }));
        let kind = match (kinds.pop(), kinds.is_empty()) {
            (Some(kind), true) => kind,
            (found, _) => {
                let found = if found.is_none() { Phrase::Nothing } else { Phrase::Several };
                return refuse(file, key, Phrase::OneOf(Kind::WORDS.join(", ")), found);
            }
        };
        if self.scope.is_some() && !matches!(kind, Kind::Must { .. }) {
            return refuse(file, format!("{key}.where"), Phrase::WhereBesideMust, Fact::verbatim(kind.as_str()));
        }
        for (column, kinds) in kind.needs(table) {
            if !table.column(&column).is_some_and(|c| kinds.contains(&c.kind)) {
                let expected = match kinds {
                    [only] => Phrase::TypedColumnOf(only.fact(), table.id.clone()),
                    _ => Phrase::SingleColumnOf(table.id.clone()),
                };
                return refuse(file, format!("{key}.{}", kind.as_str()), expected, Fact::quoted(column));
            }
        }
        if let Kind::Refers(refers) = &kind {
            let target = known_table(catalogue, file, &format!("{key}.refers.to"), &refers.to)?;
            if target.id == table.id {
                return refuse(file, format!("{key}.refers.to"), Phrase::AnotherTable, Fact::quoted(&refers.to));
            }
            if let Some(column) = refers.columns.iter().find(|c| !target.column(c).is_some_and(|c| c.kind == ColumnType::Text)) {
                return refuse(
                    file,
                    format!("{key}.refers.to"),
                    Phrase::TypedColumnOf(ColumnType::Text.fact(), target.id.clone()),
                    Fact::quoted(column),
                );
            }
        }
        kind.check().or_else(|(field, expected, found)| refuse(file, format!("{key}.{field}"), expected, found))?;
        Ok(Rule { code: self.code, severity: self.severity, table: table.id.clone(), text: self.text, source: self.source, kind })
    }
}

impl Every {
    /// The months in one window.
    pub(super) fn months(self) -> i32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }
}
