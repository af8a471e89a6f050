//! What is checked of one table: its rules, which of them can be judged, and which keys they need.

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

/// What a check knows besides the rows.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub catalogue: Catalogue,
    pub rules: Arc<Rules>,
    pub areas: Arc<AreaList>,
    pub ethnic: Option<EthnicList>,
    pub reference: NaiveDate,
}

/// The bit of what is no column of the table.
const NO_COLUMN: u32 = u64::BITS - 1;

/// The rules of one table, as its columns allow them.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub table: &'a Table,
    pub codes: Arc<Codes>,
    pub areas: &'a AreaList,
    pub ethnic: Option<EthnicList>,
    pub cases: &'a Cases,
    pub reference: NaiveDate,
    pub rules: Vec<&'a Rule>,
    /// For each rule the columns it wants and does not have; without any it is judged.
    pub missing: Vec<Vec<String>>,
    pub all: &'a Rules,
    /// Columns of the table that are there, in the table's order.
    pub columns: Vec<String>,
    pub expected: &'a [String],
    /// Keys that rules of this table or of others rest on.
    pub keys: Vec<Vec<String>>,
    /// Text whose words conditions ask for.
    pub words: BTreeSet<String>,
}

impl Setting {
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.catalogue.table(id)
    }

    /// The columns of a table that are read, where they are there.
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
            // Which of the two lists the codes are of is not known: they are not judged.
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
    /// The rules that are judged, each with its place.
    pub fn judged(&self) -> impl Iterator<Item = (usize, &'a Rule)> {
        self.rules.iter().copied().enumerate().filter(|(nth, _)| self.missing[*nth].is_empty())
    }

    /// Every condition that is judged.
    pub fn conditions(&self) -> impl Iterator<Item = &'a Condition> {
        self.judged()
            .filter_map(|(_, rule)| match &rule.kind {
                Kind::Must { must, scope } => Some([must, scope]),
                _ => None,
            })
            .flatten()
    }

    /// The place of a column in the table, as a bit; the last bit, which no column has, for what is none of them.
    pub fn bit(&self, column: &str) -> u64 {
        let place = self.table.columns.iter().position(|c| c.id == column);
        place.filter(|place| *place < NO_COLUMN as usize).map_or(1 << NO_COLUMN, |place| 1 << place)
    }

    /// Whether the codes of a column are of two lists and nothing says of which.
    pub fn is_open(&self, column: &str) -> bool {
        self.ethnic.is_none() && self.table.column(column).is_some_and(Column::is_ethnic)
    }

    /// True for the rows of a register, which hold at a day and not in a period.
    pub fn is_stock(&self) -> bool {
        self.table.time == Time::Stock
    }
}
