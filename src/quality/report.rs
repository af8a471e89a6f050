//! The results of a check as tables: rules with counts, and addresses of failures.

use super::check::{Check, text_column};
use super::chunk::NOWHERE;
use super::kind::Kind;
use super::rule::Severity;
use super::table::{CheckedTable, Finding, Verdicts};
use crate::error::{Error, Fact, Result};
use polars_core::prelude::{Column, DataFrame};
use std::collections::BTreeSet;

fn frame(height: usize, columns: Vec<Column>) -> Result<DataFrame> {
    DataFrame::new(height, columns).map_err(|e| Error::Frame { table: "check".to_owned(), found: Fact::library(e) })
}

/// The address of a failure: a row, or a commune in a period.
#[derive(Debug, Clone)]
pub(super) struct Address<'a> {
    pub table: &'a str,
    pub rule: &'a super::rule::Rule,
    /// Counted from 0.
    pub row: Option<u32>,
    pub commune: u32,
    pub columns: Vec<String>,
    pub other_row: Option<u32>,
    pub finding: Option<&'a Finding>,
}

impl Finding {
    /// Its month, quarter or year, written as a period.
    pub(super) fn period(&self) -> String {
        let (year, month) = (self.month.div_euclid(12), self.month.rem_euclid(12));
        match self.months {
            1 => format!("{year}-{:02}", month + 1),
            3 => format!("{year}Q{}", month / 3 + 1),
            _ => year.to_string(),
        }
    }
}

impl Check {
    /// Each rule with its counts: rule, severity, table, text (vi, en), columns, passed, failed, undecided, missing.
    ///
    /// Passed, failed and undecided add up to the rows (or communes and windows) in the rule's scope. `missing` names
    /// the absent columns or tables that kept a rule from being checked.
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns cannot be put together.
    pub fn summary(&self) -> Result<DataFrame> {
        let all: Vec<&Verdicts> = self.tables.iter().flat_map(|t| &t.verdicts).collect();
        let text = |name: &str, of: &dyn Fn(&Verdicts) -> String| text_column(name, all.iter().map(|v| Some(of(v))));
        let count =
            |name: &str, nth: usize| Column::new(name.into(), all.iter().map(|v| CheckedTable::total(v)[nth]).collect::<Vec<u64>>());
        let columns = vec![
            text("rule", &|v| v.rule.code.clone()),
            text("severity", &|v| v.rule.severity.as_str().to_owned()),
            text("table", &|v| v.rule.table.clone()),
            text("text_vi", &|v| v.rule.text.vi.clone()),
            text("text_en", &|v| v.rule.text.en.clone()),
            text("columns", &|v| v.rule.columns().join(", ")),
            count("passed", 0),
            count("failed", 1),
            count("undecided", 2),
            text("missing", &|v| v.missing.join(", ")),
        ];
        frame(all.len(), columns)
    }

    /// The failures of a rule: rule, table, row (from 1), commune, period, columns, `other_row`, found. No value of a record.
    ///
    /// A rule about rows gives rows, with the columns to verify and for duplicates the earlier row; a rule about
    /// communes gives commune and period, with the finding: `missing` or `late` updates, `high` or `low` counts.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] with the nearest codes if there is no such rule.
    pub fn failures(&self, rule: &str) -> Result<DataFrame> {
        self.known_rule(rule)?;
        let found: Vec<Address> = self.addresses(|r| r.code == rule).collect();
        self.address_frame(&found)
    }

    fn known_rule(&self, code: &str) -> Result<()> {
        if self.setting.rules.iter().any(|rule| rule.code == code) {
            return Ok(());
        }
        Err(Error::UnknownChoice { what: "rule", got: code.to_owned(), known: self.near(code) })
    }

    pub(super) fn address_frame(&self, found: &[Address]) -> Result<DataFrame> {
        let areas = &self.setting.areas;
        let number = |name: &str, of: &dyn Fn(&Address) -> Option<u32>| {
            Column::new(name.into(), found.iter().map(|a| of(a).map(|n| n + 1)).collect::<Vec<Option<u32>>>())
        };
        let commune = |a: &Address| (a.commune != NOWHERE).then(|| areas.get(a.commune).code.clone());
        let columns = vec![
            text_column("rule", found.iter().map(|a| Some(&a.rule.code))),
            text_column("table", found.iter().map(|a| Some(a.table))),
            number("row", &|a| a.row),
            text_column("commune", found.iter().map(commune)),
            text_column("period", found.iter().map(|a| a.finding.map(Finding::period))),
            text_column("columns", found.iter().map(|a| Some(a.columns.join(", ")))),
            number("other_row", &|a| a.other_row),
            text_column("found", found.iter().map(|a| a.finding.map(|f| f.code))),
        ];
        frame(found.len(), columns)
    }

    /// The failures of the wanted rules, by table, rule and row.
    pub(super) fn addresses<'a>(&'a self, wanted: impl Fn(&super::rule::Rule) -> bool + 'a) -> impl Iterator<Item = Address<'a>> {
        let of_table = move |table: &'a CheckedTable| {
            let verdicts = table.verdicts.iter().filter(|v| wanted(&v.rule)).collect::<Vec<_>>();
            verdicts.into_iter().flat_map(move |v| self.of_rows(table, v).chain(of_communes(table, v)))
        };
        self.tables.iter().flat_map(of_table)
    }

    fn of_rows<'a>(&'a self, table: &'a CheckedTable, verdicts: &'a Verdicts) -> impl Iterator<Item = Address<'a>> {
        let own = verdicts.rule.columns();
        let by_mask = matches!(verdicts.rule.kind, Kind::Values(_));
        let schema = self.setting.table(&table.table);
        verdicts.failed.rows.iter().enumerate().map(move |(nth, row)| {
            let detail = verdicts.failed.detail.get(nth).copied();
            let columns = match (detail, schema) {
                (Some(mask), Some(schema)) if by_mask => {
                    let of = schema.columns.iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1);
                    of.map(|(_, column)| column.id.clone()).collect()
                }
                _ => own.clone(),
            };
            Address {
                table: &table.table,
                rule: &verdicts.rule,
                row: Some(*row),
                commune: table.places[table.of_row[*row as usize] as usize].commune,
                columns,
                other_row: detail.filter(|_| !by_mask).map(|row| row as u32),
                finding: None,
            }
        })
    }

    /// Codes of rules that share words with `rule`; all codes if none does.
    fn near(&self, rule: &str) -> Vec<String> {
        let words: BTreeSet<&str> = rule.split(['_', ' ', '-']).filter(|w| w.len() > 2).collect();
        let codes: BTreeSet<&str> = self.setting.rules.iter().map(|r| r.code.as_str()).collect();
        let is_like = |a: &str, b: &str| a == b || a.len().min(b.len()) > 5 && a.get(..5) == b.get(..5);
        let shared = |code: &str| code.split('_').filter(|w| words.iter().any(|word| is_like(word, w))).count();
        let mut near: Vec<&str> = codes.iter().copied().filter(|code| shared(code) > 0).collect();
        near.sort_by_key(|code| (std::cmp::Reverse(shared(code)), *code));
        near.truncate(5);
        if near.is_empty() { codes.into_iter().map(str::to_owned).collect() } else { near.into_iter().map(str::to_owned).collect() }
    }

    /// The rows of a table, from 0, that fail a rule of at least that severity.
    #[must_use]
    pub fn failing_rows(&self, table: &str, severity: Severity) -> Vec<u32> {
        let mut rows: Vec<u32> = self.verdicts(table, severity).flat_map(|v| v.failed.rows.iter().copied()).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// The rows of a table, from 0, to set aside: those that fail a rule of at least that severity; of rows with the
    /// same key, the first that fails no other rule stays. Perpetrators whose case loses its last victim are not included.
    #[must_use]
    pub fn rows_to_set_aside(&self, table: &str, severity: Severity) -> Vec<u32> {
        Self::to_set_aside(self.verdicts(table, severity))
    }

    /// The rows of a table that fail one of some rules, by their codes; of repeated keys as [`Check::rows_to_set_aside`].
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for a code that no rule has.
    pub fn rows_to_set_aside_by(&self, table: &str, rules: &[String]) -> Result<Vec<u32>> {
        rules.iter().try_for_each(|code| self.known_rule(code))?;
        Ok(Self::to_set_aside(self.verdicts(table, Severity::Info).filter(|v| rules.contains(&v.rule.code))))
    }

    fn to_set_aside<'a>(verdicts: impl Iterator<Item = &'a Verdicts>) -> Vec<u32> {
        let is_unique = |v: &&Verdicts| matches!(v.rule.kind, Kind::Unique(_));
        let (repeated, others): (Vec<&Verdicts>, Vec<&Verdicts>) = verdicts.partition(is_unique);
        let mut gone: BTreeSet<u32> = others.iter().flat_map(|v| v.failed.rows.iter().copied()).collect();
        for verdicts in repeated {
            let rows = repeated_beside(verdicts, &gone);
            gone.extend(rows);
        }
        gone.into_iter().collect()
    }

    fn verdicts(&self, table: &str, severity: Severity) -> impl Iterator<Item = &Verdicts> {
        let of = self.tables.iter().filter(move |t| t.table == table).flat_map(|t| &t.verdicts);
        of.filter(move |v| v.rule.severity >= severity)
    }
}

/// The rows that repeat a key, except the one that replaces a removed first row.
fn repeated_beside(repeated: &Verdicts, gone: &BTreeSet<u32>) -> Vec<u32> {
    let mut filled: BTreeSet<u64> = BTreeSet::new();
    let goes = |(row, first): &(&u32, &u64)| gone.contains(row) || !gone.contains(&(**first as u32)) || !filled.insert(**first);
    repeated.failed.rows.iter().zip(&repeated.failed.detail).filter(goes).map(|(row, _)| *row).collect()
}

fn of_communes<'a>(table: &'a CheckedTable, verdicts: &'a Verdicts) -> impl Iterator<Item = Address<'a>> {
    let columns = verdicts.rule.columns();
    verdicts.findings.iter().map(move |finding| Address {
        table: &table.table,
        rule: &verdicts.rule,
        row: None,
        commune: finding.commune,
        columns: columns.clone(),
        other_row: None,
        finding: Some(finding),
    })
}
