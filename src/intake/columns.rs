//! The values of a sheet as columns of a frame, and columns derived from others.

use super::findings::Change;
use super::rules::Rule;
use super::value::{Parsed, Value};
use crate::catalogue::{Column, ColumnType, Table};
use polars_core::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// The values of one column: the distinct ones, and for each record the index of its value.
pub(super) struct Values {
    pub parsed: Vec<Parsed>,
    pub of_row: Vec<u32>,
}

/// Counts the rows that each rule changed.
pub(super) fn count(column: &str, values: &Values, changes: &mut Vec<Change>) {
    if values.parsed.iter().all(|m| m.rules.is_empty()) {
        return;
    }
    let mut rows = vec![0_u64; values.parsed.len()];
    for at in &values.of_row {
        rows[*at as usize] += 1;
    }
    let mut by_rule: BTreeMap<Rule, u64> = BTreeMap::new();
    for (parsed, rows) in values.parsed.iter().zip(rows).filter(|(_, rows)| *rows > 0) {
        for rule in parsed.rules.iter() {
            *by_rule.entry(rule).or_default() += rows;
        }
    }
    changes.extend(by_rule.into_iter().map(|(rule, rows)| Change { column: column.to_owned(), rule, rows }));
}

/// Builds a series of the distinct values, then gathers one for each record.
pub(super) fn series(name: &str, kind: ColumnType, values: &Values) -> PolarsResult<Series> {
    let name = PlSmallStr::from(name);
    let parsed = || values.parsed.iter().map(|m| &m.value);
    let number = |value: &Value| match value {
        Value::Number(n) | Value::Day(n) => Some(*n),
        _ => None,
    };
    let distinct = match kind {
        ColumnType::Text | ColumnType::Area => {
            let text = parsed().map(|v| if let Value::Text(text) = v { Some(text.as_str()) } else { None });
            StringChunked::from_iter_options(name, text).into_series()
        }
        ColumnType::Flag => {
            BooleanChunked::from_iter_options(name, parsed().map(|v| if let Value::Flag(flag) = v { Some(*flag) } else { None }))
                .into_series()
        }
        ColumnType::Integer => Int32Chunked::from_iter_options(name, parsed().map(number)).into_series(),
        ColumnType::Date => Int32Chunked::from_iter_options(name, parsed().map(number)).into_series().cast(&DataType::Date)?,
        ColumnType::List => {
            let mut builder = ListStringChunkedBuilder::new(name, values.parsed.len(), 2);
            for value in parsed() {
                match value {
                    Value::List(codes) => builder.append_values_iter(codes.iter().map(String::as_str)),
                    _ => builder.append_null(),
                }
            }
            builder.finish().into_series()
        }
    };
    distinct.take(&IdxCa::from_vec(PlSmallStr::EMPTY, values.of_row.clone()))
}

/// The column `birth_year`, filled from dates of birth with only a year; its own values come first.
pub(super) fn years(columns: &[(&Column, Values)]) -> Option<polars_core::prelude::Column> {
    let (_, dates) = columns
        .iter()
        .find(|(column, values)| column.id == "birth_date" && values.parsed.iter().any(|m| matches!(m.value, Value::Year(_))))?;
    let own = columns.iter().find(|(column, _)| column.id == "birth_year").map(|(_, values)| values);
    let years = dates.of_row.iter().enumerate().map(|(row, at)| {
        let own = own.and_then(|own| match own.parsed[own.of_row[row] as usize].value {
            Value::Number(year) => Some(year),
            _ => None,
        });
        own.or(match dates.parsed[*at as usize].value {
            Value::Year(year) => Some(year),
            _ => None,
        })
    });
    Some(polars_core::prelude::Column::new("birth_year".into(), years.collect::<Vec<Option<i32>>>()))
}

/// The column `confirmed`, where only the result of verification is recorded, and how many rows this decides.
pub(super) fn confirmed(table: &Table, columns: &[(&Column, Values)]) -> Option<(polars_core::prelude::Column, u64)> {
    table.column("confirmed")?;
    let of = |id: &str| columns.iter().find(|(column, _)| column.id == id).map(|(_, values)| values);
    let results = of("verification").filter(|_| of("confirmed").is_none())?;
    let flags = results.of_row.iter().map(|at| match &results.parsed[*at as usize].value {
        Value::Text(code) => Some(code == "confirmed"),
        _ => None,
    });
    let flags: Vec<Option<bool>> = flags.collect();
    let decided = flags.iter().flatten().count() as u64;
    Some((polars_core::prelude::Column::new("confirmed".into(), flags), decided))
}

/// For each record the columns that could not be read.
pub(super) fn unread_names(unread: &[u64], names: &[&str], rows: usize) -> polars_core::prelude::Column {
    if unread.is_empty() {
        return StringChunked::full_null("source_unread".into(), rows).into_column();
    }
    let mut texts: HashMap<u64, String> = HashMap::new();
    for mask in unread.iter().filter(|mask| **mask != 0) {
        texts.entry(*mask).or_insert_with(|| {
            let names: Vec<&str> = names.iter().enumerate().filter(|(nth, _)| mask >> nth & 1 == 1).map(|(_, name)| *name).collect();
            names.join(",")
        });
    }
    let names = unread.iter().map(|mask| texts.get(mask).map(String::as_str));
    StringChunked::from_iter_options("source_unread".into(), names).into_column()
}
