//! What was read, and the report of the reading.

use super::decode::TextEncoding;
use super::findings::{Change, Finding};
use super::header::Header;
use super::rows::Aside;
use crate::catalogue::{Catalogue, EthnicList};
use crate::error::{Error, Fact, Result};
use crate::text::{Language, Text};
use chrono::NaiveDate;
use polars_core::prelude::*;
use std::collections::BTreeMap;

/// One sheet that was read as a table.
#[derive(Debug, Clone)]
pub struct Part {
    /// The file.
    pub file: String,
    /// The sheet; empty for a file that has none.
    pub sheet: String,
    /// The first row of the header, as the spreadsheet shows it.
    pub header_row: u32,
    /// The encoding of a text file.
    pub encoding: Option<TextEncoding>,
    /// The rows that are not records, by number.
    pub aside: Vec<(u32, Aside)>,
    /// The headers of the file, the schema column that each became, and how it was matched.
    pub columns: Vec<(String, Option<String>, Option<&'static str>)>,
    /// The values that were changed.
    pub changes: Vec<Change>,
    /// The values that could not be read.
    pub findings: Vec<Finding>,
    /// The records, with `source_row` and `source_unread`.
    pub(super) frame: DataFrame,
}

/// A file or sheet that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRead {
    /// The file.
    pub file: String,
    /// The sheet, for a workbook that could be opened.
    pub sheet: String,
    /// The reason.
    pub why: Text,
}

/// One table as read from files.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The table.
    pub table: String,
    /// The sheets it was read from.
    pub parts: Vec<Part>,
    /// What was left out.
    pub not_read: Vec<NotRead>,
    /// The day whose list of areas names were looked up in, if given.
    pub area_vintage: Option<NaiveDate>,
    /// The official list of the ethnic codes, if given or if names were turned into codes.
    pub ethnic_list: Option<EthnicList>,
}

/// The tables found in a folder.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    /// The tables, by name.
    pub readings: BTreeMap<String, Reading>,
    /// What was left out.
    pub not_read: Vec<NotRead>,
}

pub(super) fn matched(header: &Header) -> Vec<(String, Option<String>, Option<&'static str>)> {
    let named = header.columns.iter().filter(|(label, target, _)| !label.is_empty() || target.is_some());
    named
        .map(|(label, target, how)| (label.clone(), target.as_ref().map(super::header::Target::name), how.map(super::header::How::as_str)))
        .collect()
}

fn frame(columns: Vec<Column>) -> Result<DataFrame> {
    let rows = columns.first().map_or(0, Column::len);
    DataFrame::new(rows, columns).map_err(|e| Error::Frame { table: "reading".to_owned(), found: Fact::library(e) })
}

fn texts<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    StringChunked::from_iter_options(name.into(), values).into_column()
}

/// A column with few texts, given as runs of rows, as an enumeration.
fn runs(name: &str, runs: &[(&str, usize)]) -> PolarsResult<Column> {
    let mut categories: Vec<&str> = runs.iter().map(|(text, _)| *text).collect();
    categories.sort_unstable();
    categories.dedup();
    let dtype = DataType::from_frozen_categories(FrozenCategories::new(categories.iter().copied())?);
    let mut whole: Option<Column> = None;
    for (text, rows) in runs {
        let part =
            Column::new_scalar(name.into(), Scalar::new(DataType::String, AnyValue::StringOwned((*text).into())), *rows).cast(&dtype)?;
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => {
                whole.append(&part)?;
            }
        }
    }
    Ok(whole.unwrap_or_else(|| Column::new_empty(name.into(), &dtype)))
}

impl Reading {
    /// The records of all sheets, stacked: the schema columns, then `source_file`, `source_sheet`, `source_row` and `source_unread` (the
    /// columns of the row that could not be read).
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns cannot be combined.
    pub fn frame(&self) -> Result<DataFrame> {
        self.joined().map_err(|e| Error::Frame { table: self.table.clone(), found: Fact::library(e) })
    }

    fn joined(&self) -> PolarsResult<DataFrame> {
        let catalogue = Catalogue::builtin();
        let ours = catalogue.table(&self.table).map(|t| t.columns.as_slice()).unwrap_or_default();
        let ids = ours.iter().map(|c| c.id.as_str()).chain(["source_row", "source_unread"]);
        let mut columns = Vec::new();
        for id in ids {
            let Some(dtype) = self.parts.iter().find_map(|p| p.frame.column(id).ok()).map(|c| c.dtype().clone()) else { continue };
            let mut whole: Option<Column> = None;
            for part in &self.parts {
                let column = part.frame.column(id).cloned().unwrap_or_else(|_| Column::full_null(id.into(), part.frame.height(), &dtype));
                match &mut whole {
                    None => whole = Some(column),
                    Some(whole) => {
                        whole.append(&column)?;
                    }
                }
            }
            columns.extend(whole);
        }
        let of =
            |name: &str, text: fn(&Part) -> &str| runs(name, &self.parts.iter().map(|p| (text(p), p.frame.height())).collect::<Vec<_>>());
        let at = columns.len().saturating_sub(2);
        columns.insert(at, of("source_file", |p| &p.file)?);
        columns.insert(at + 1, of("source_sheet", |p| &p.sheet)?);
        DataFrame::new(self.rows(), columns)
    }

    /// True if figures in a column of sexes were not read because it contains a 0.
    pub(super) fn counts_sexes_from_zero(&self) -> bool {
        let catalogue = crate::catalogue::Catalogue::builtin();
        let is_sex =
            |column: &str| catalogue.table(&self.table).and_then(|t| t.column(column)).is_some_and(|c| c.codes.as_deref() == Some("sex"));
        self.parts.iter().flat_map(|p| &p.findings).any(|f| f.expected == super::codes::FIGURES && is_sex(&f.column))
    }

    /// The number of records.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.parts.iter().map(|p| p.frame.height()).sum()
    }

    /// The sheets read: file, sheet, table, `header_row`, `encoding`, rows, `set_aside`; and those not read, with the reason.
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns cannot be combined.
    pub fn files(&self, language: Language) -> Result<DataFrame> {
        files([self], &self.not_read, language)
    }

    /// Headers: file, sheet, header, column, how (`id`, `synonym`, `mapping`, `ignored`, `repeated`, `parentheses`, `unit`, `whose`,
    /// `deleted`, or null if nothing matched).
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns cannot be combined.
    pub fn columns(&self) -> Result<DataFrame> {
        let rows: Vec<_> = self.parts.iter().flat_map(|p| p.columns.iter().map(move |c| (p, c))).collect();
        frame(vec![
            texts("file", rows.iter().map(|(p, _)| Some(p.file.as_str()))),
            texts("sheet", rows.iter().map(|(p, _)| Some(p.sheet.as_str()))),
            texts("header", rows.iter().map(|(_, c)| Some(c.0.as_str()))),
            texts("column", rows.iter().map(|(_, c)| c.1.as_deref())),
            texts("how", rows.iter().map(|(_, c)| c.2)),
        ])
    }

    /// Changes: file, sheet, column, rule, rows, and the meaning of the rule.
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns cannot be combined.
    pub fn changes(&self, language: Language) -> Result<DataFrame> {
        let rows: Vec<_> = self.parts.iter().flat_map(|p| p.changes.iter().map(move |c| (p, c))).collect();
        let meanings: Vec<Text> = rows.iter().map(|(_, c)| c.rule.text()).collect();
        frame(vec![
            texts("file", rows.iter().map(|(p, _)| Some(p.file.as_str()))),
            texts("sheet", rows.iter().map(|(p, _)| Some(p.sheet.as_str()))),
            texts("column", rows.iter().map(|(_, c)| Some(c.column.as_str()))),
            texts("rule", rows.iter().map(|(_, c)| Some(c.rule.code()))),
            Column::new("rows".into(), rows.iter().map(|(_, c)| c.rows as i64).collect::<Vec<_>>()),
            texts("meaning", meanings.iter().map(|t| Some(t.get(language)))),
        ])
    }

    /// Values that could not be read: file, sheet, row, column, and what was expected.
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns cannot be combined.
    pub fn findings(&self, language: Language) -> Result<DataFrame> {
        let rows: Vec<_> = self.parts.iter().flat_map(|p| p.findings.iter().map(move |f| (p, f))).collect();
        let mut known: std::collections::HashMap<&Fact, String> = std::collections::HashMap::new();
        for (_, finding) in &rows {
            known.entry(&finding.expected).or_insert_with(|| finding.expected.text(language));
        }
        frame(vec![
            texts("file", rows.iter().map(|(p, _)| Some(p.file.as_str()))),
            texts("sheet", rows.iter().map(|(p, _)| Some(p.sheet.as_str()))),
            Column::new("row".into(), rows.iter().map(|(_, f)| f.row).collect::<Vec<_>>()),
            texts("column", rows.iter().map(|(_, f)| Some(f.column.as_str()))),
            texts("expected", rows.iter().map(|(_, f)| known.get(&f.expected).map(String::as_str))),
        ])
    }

    /// Rows that are not records: file, sheet, row, reason, and the meaning of the reason.
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns cannot be combined.
    pub fn set_aside(&self, language: Language) -> Result<DataFrame> {
        let rows: Vec<_> = self.parts.iter().flat_map(|p| p.aside.iter().map(move |a| (p, a))).collect();
        let meanings: Vec<Text> = rows.iter().map(|(_, (_, why))| why.text()).collect();
        frame(vec![
            texts("file", rows.iter().map(|(p, _)| Some(p.file.as_str()))),
            texts("sheet", rows.iter().map(|(p, _)| Some(p.sheet.as_str()))),
            Column::new("row".into(), rows.iter().map(|(_, (row, _))| *row).collect::<Vec<_>>()),
            texts("why", rows.iter().map(|(_, (_, why))| Some(why.code()))),
            texts("meaning", meanings.iter().map(|t| Some(t.get(language)))),
        ])
    }

    /// Appends the sheets of another reading of the same table.
    pub fn join(&mut self, other: Self) {
        self.parts.extend(other.parts);
        self.not_read.extend(other.not_read);
        self.area_vintage = self.area_vintage.or(other.area_vintage);
        self.ethnic_list = self.ethnic_list.or(other.ethnic_list);
    }
}

impl Folder {
    /// True if a column of sexes was not read because it is coded from 0: a 1 in other files may then not be a boy
    /// ([`Reader::sexes_from_zero`](super::Reader::sexes_from_zero)).
    #[must_use]
    pub fn counts_sexes_from_zero(&self) -> bool {
        self.readings.values().any(Reading::counts_sexes_from_zero)
    }

    /// Adds the content of another folder or file.
    pub fn join(&mut self, other: Self) {
        for (table, reading) in other.readings {
            match self.readings.entry(table) {
                std::collections::btree_map::Entry::Occupied(mut there) => there.get_mut().join(reading),
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(reading);
                }
            }
        }
        self.not_read.extend(other.not_read);
    }

    /// The sheets read and not read, as [`Reading::files`].
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns cannot be combined.
    pub fn files(&self, language: Language) -> Result<DataFrame> {
        files(self.readings.values(), &self.not_read, language)
    }
}

/// File, sheet, and what was read there or why it was not.
type Listed<'a> = (&'a str, &'a str, Option<(&'a Reading, &'a Part)>, Option<&'a Text>);

fn files<'a>(readings: impl IntoIterator<Item = &'a Reading>, not_read: &[NotRead], language: Language) -> Result<DataFrame> {
    let mut rows: Vec<Listed<'_>> = Vec::new();
    for reading in readings {
        rows.extend(reading.parts.iter().map(|p| (p.file.as_str(), p.sheet.as_str(), Some((reading, p)), None)));
    }
    rows.extend(not_read.iter().map(|n| (n.file.as_str(), n.sheet.as_str(), None, Some(&n.why))));
    // The sheets of a file keep their order.
    rows.sort_by_key(|(file, ..)| *file);
    let number = |name: &str, of: &dyn Fn(&Part) -> i64| {
        Column::new(name.into(), rows.iter().map(|(_, _, part, _)| part.map(|(_, p)| of(p))).collect::<Vec<Option<i64>>>())
    };
    frame(vec![
        texts("file", rows.iter().map(|r| Some(r.0))),
        texts("sheet", rows.iter().map(|r| Some(r.1))),
        texts("table", rows.iter().map(|r| r.2.map(|(reading, _)| reading.table.as_str()))),
        texts("encoding", rows.iter().map(|r| r.2.and_then(|(_, p)| p.encoding.map(TextEncoding::as_str)))),
        number("header_row", &|p| i64::from(p.header_row)),
        number("rows", &|p| p.frame.height() as i64),
        number("set_aside", &|p| p.aside.len() as i64),
        texts("not_read", rows.iter().map(|r| r.3.map(|why| why.get(language)))),
    ])
}
