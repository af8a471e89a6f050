//! The plan for checking one table: its rules, which of them apply, and the keys they need.

use super::kind::{Kind, is_identifier};
use super::rule::{Rule, Rules};
use crate::area::AreaList;
use crate::catalogue::{Catalogue, Codes, Column, Condition, EthnicList, Table, Time};
use crate::error::Result;
use crate::record::{Cases, check_schema};
use chrono::NaiveDate;
use polars_core::prelude::Schema;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The settings of a check.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub catalogue: Catalogue,
    pub rules: Arc<Rules>,
    pub areas: Arc<AreaList>,
    pub ethnic: Option<EthnicList>,
    pub reference: NaiveDate,
}

/// The bit for names that are not columns of the table.
const NO_COLUMN: u32 = u64::BITS - 1;

/// The rules of one table, given its columns.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub table: &'a Table,
    pub codes: Arc<Codes>,
    pub areas: &'a AreaList,
    pub ethnic: Option<EthnicList>,
    pub cases: &'a Cases,
    pub reference: NaiveDate,
    pub rules: Vec<&'a Rule>,
    /// For each rule, the columns it lacks; a rule without any applies.
    pub missing: Vec<Vec<String>>,
    pub all: &'a Rules,
    /// Columns that are present, in the table's order.
    pub columns: Vec<String>,
    pub expected: &'a [String],
    /// Keys that rules of this or other tables need.
    pub keys: Vec<Vec<String>>,
    /// Text columns whose words conditions use.
    pub words: BTreeSet<String>,
}

impl Setting {
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.catalogue.table(id)
    }

    /// The columns to read from a table, if it has them.
    pub fn columns(table: &Table) -> Vec<String> {
        let unread = ["source_unread".to_owned()];
        table.columns.iter().map(|c| c.id.clone()).chain(unread).collect()
    }

    pub fn plan<'a>(&'a self, table: &'a Table, cases: &'a Cases, schema: &Schema) -> Result<Plan<'a>> {
        let columns: Vec<String> = Self::columns(table).into_iter().filter(|c| schema.contains(c)).collect();
        check_schema(table, schema, &columns)?;
        let rules = self.rules.of(&table.id);
        let is_there = |name: &str| match table.derived_from(name) {
            Some(from) => from.iter().any(|c| schema.contains(c)),
            // The list of these codes is not known, so they are not checked.
            None if self.ethnic.is_none() && table.column(name).is_some_and(Column::is_ethnic) => false,
            None => match table.case.as_ref().filter(|case| table.column(name).is_none() && case.fact(name).is_some()) {
                Some(case) => schema.contains(&case.id),
                None => schema.contains(name),
            },
        };
        let lacks = |rule: &&Rule| {
            let mut lacks: Vec<String> = rule.kind.wants(table).into_iter().filter(|c| !is_there(c)).map(str::to_owned).collect();
            let one = rule.kind.wants_one(table);
            if !one.is_empty() && !one.iter().any(|c| is_there(c)) {
                lacks.extend(one.into_iter().map(str::to_owned));
            }
            lacks
        };
        let missing = rules.iter().map(lacks).collect();
        let mut keys: BTreeSet<Vec<String>> = BTreeSet::new();
        for rule in self.rules.iter() {
            match &rule.kind {
                Kind::Unique(columns) if rule.table == table.id => drop(keys.insert(columns.clone())),
                Kind::Refers(refers) if rule.table == table.id || refers.to == table.id => drop(keys.insert(refers.columns.clone())),
                _ => {}
            }
        }
        let has_key =
            |columns: &[String]| schema.contains(&columns[0]) && columns.iter().all(|c| schema.contains(c) || !is_identifier(table, c));
        let mut words = BTreeSet::new();
        for rule in &rules {
            if let Kind::Must { must, scope } = &rule.kind {
                words.extend(must.words().into_iter().chain(scope.words()).map(|(column, _)| column.to_owned()));
            }
        }
        Ok(Plan {
            table,
            codes: self.catalogue.codes().clone(),
            areas: &self.areas,
            ethnic: self.ethnic,
            cases,
            reference: self.reference,
            rules,
            missing,
            all: &self.rules,
            columns,
            expected: self.rules.expected(&table.id),
            keys: keys.into_iter().filter(|columns| has_key(columns)).collect(),
            words,
        })
    }
}

impl<'a> Plan<'a> {
    /// The rules that apply, each with its index.
    pub fn applicable(&self) -> impl Iterator<Item = (usize, &'a Rule)> {
        self.rules.iter().copied().enumerate().filter(|(nth, _)| self.missing[*nth].is_empty())
    }

    /// The conditions of the rules that apply.
    pub fn conditions(&self) -> impl Iterator<Item = &'a Condition> {
        self.applicable()
            .filter_map(|(_, rule)| match &rule.kind {
                Kind::Must { must, scope } => Some([must, scope]),
                _ => None,
            })
            .flatten()
    }

    /// The bit of a column by its position in the table; other names get the last bit, which no column uses.
    pub fn bit(&self, column: &str) -> u64 {
        let position = self.table.columns.iter().position(|c| c.id == column);
        position.filter(|position| *position < NO_COLUMN as usize).map_or(1 << NO_COLUMN, |position| 1 << position)
    }

    /// Whether a column's codes belong to one of two lists, and it is not known which.
    pub fn is_open(&self, column: &str) -> bool {
        self.ethnic.is_none() && self.table.column(column).is_some_and(Column::is_ethnic)
    }

    /// True for a register, whose rows hold at a day and not in a period.
    pub fn is_stock(&self) -> bool {
        self.table.time == Time::Stock
    }
}
