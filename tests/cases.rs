//! The hand-worked cases of `tests/cases/*.toml`, through the public Rust API. Python reads the same files.

use chitieu::area::Split;
use chitieu::catalogue::{Catalogue, ColumnType, EthnicList};
use chitieu::{Dataset, Language, Outcome, Plan, UnknownAreas, compute, stats};
use polars_core::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[allow(dead_code, reason = "for the reader of the file")]
    why: String,
    period: String,
    indicators: Vec<String>,
    #[serde(default)]
    by: Vec<String>,
    area_level: String,
    ethnic_list: Option<EthnicList>,
    area_vintage: Option<String>,
    records_vintage: Option<String>,
    #[serde(default)]
    shares: Vec<(String, String, f64)>,
    unknown_areas: Option<UnknownAreas>,
    /// Columns of the table of submissions.
    submissions: Option<BTreeMap<String, Vec<toml::Value>>>,
    #[serde(default)]
    complete: Vec<String>,
    tables: BTreeMap<String, toml::Table>,
    expect: Vec<toml::Table>,
}

fn is_null(value: &toml::Value) -> bool {
    value.as_str() == Some("<null>")
}

/// The values of a column, each row repeated; `unique` columns get a running number.
fn expanded<'a>(values: &'a [toml::Value], repeat: &[usize], unique: bool) -> Vec<(&'a toml::Value, Option<usize>)> {
    values.iter().zip(repeat).flat_map(|(value, n)| (1..=*n).map(move |k| (value, unique.then_some(k)))).collect()
}

fn text(value: &toml::Value, number: Option<usize>) -> Option<String> {
    (!is_null(value)).then(|| {
        let text = value.as_str().expect("text");
        number.map_or_else(|| text.to_owned(), |k| format!("{text}-{k}"))
    })
}

fn column(name: &str, kind: ColumnType, values: &[(&toml::Value, Option<usize>)]) -> Column {
    let plain = || values.iter().map(|(v, _)| (!is_null(v)).then_some(*v));
    let column = match kind {
        ColumnType::Text | ColumnType::Area => Column::new(name.into(), values.iter().map(|(v, k)| text(v, *k)).collect::<Vec<_>>()),
        ColumnType::Flag => Column::new(name.into(), plain().map(|v| v.map(|v| v.as_bool().unwrap())).collect::<Vec<_>>()),
        ColumnType::Integer => Column::new(name.into(), plain().map(|v| v.map(|v| v.as_integer().unwrap())).collect::<Vec<_>>()),
        ColumnType::Date => {
            let days = |v: &toml::Value| v.as_datetime().unwrap().to_string().parse::<chrono::NaiveDate>().unwrap().to_epoch_days();
            let days: Vec<Option<i32>> = plain().map(|v| v.map(days)).collect();
            Column::new(name.into(), days).cast(&DataType::Date).unwrap()
        }
        ColumnType::List => {
            let mut builder = ListStringChunkedBuilder::new(name.into(), values.len(), 2);
            for value in plain() {
                match value {
                    Some(v) => builder.append_values_iter(v.as_array().unwrap().iter().map(|c| c.as_str().unwrap())),
                    None => builder.append_null(),
                }
            }
            builder.finish().into_column()
        }
    };
    assert_eq!(column.len(), values.len());
    column
}

fn frame(table: &str, data: &toml::Table) -> DataFrame {
    let catalogue = Catalogue::builtin();
    let schema = catalogue.table(table).unwrap_or_else(|| panic!("no table {table}"));
    let rows = data.iter().find(|(k, _)| *k != "repeat" && *k != "unique").map_or(0, |(_, v)| v.as_array().unwrap().len());
    let repeat: Vec<usize> = match data.get("repeat") {
        Some(list) => list.as_array().unwrap().iter().map(|n| usize::try_from(n.as_integer().unwrap()).unwrap()).collect(),
        None => vec![1; rows],
    };
    let unique: Vec<&str> =
        data.get("unique").map(|u| u.as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect()).unwrap_or_default();
    let columns = data
        .iter()
        .filter(|(name, _)| *name != "repeat" && *name != "unique")
        .map(|(name, values)| {
            let kind = schema.column(name).unwrap_or_else(|| panic!("{table} has no column {name}")).kind;
            column(name, kind, &expanded(values.as_array().unwrap(), &repeat, unique.contains(&name.as_str())))
        })
        .collect();
    DataFrame::new(repeat.iter().sum(), columns).unwrap()
}

fn run(case: &Case) -> (Plan, Outcome) {
    let mut dataset = Dataset::new();
    for (table, data) in &case.tables {
        dataset = dataset.with(table, frame(table, data)).unwrap();
    }
    if let Some(day) = &case.records_vintage {
        dataset = dataset.area_vintage(day.parse().unwrap());
    }
    if let Some(list) = case.ethnic_list {
        dataset = dataset.ethnic_list(list);
    }
    if let Some(columns) = &case.submissions {
        let kind = |name: &str| if name == "received_on" { ColumnType::Date } else { ColumnType::Text };
        let of = |(name, values): (&String, &Vec<toml::Value>)| column(name, kind(name), &expanded(values, &vec![1; values.len()], false));
        let rows = columns.values().map(Vec::len).max().unwrap_or_default();
        dataset = dataset.submissions(DataFrame::new(rows, columns.iter().map(of).collect()).unwrap());
    }
    dataset = dataset.complete(case.complete.clone());
    let catalogue = Catalogue::builtin();
    let mut plan = Plan::new(&catalogue, &case.period).indicators(case.indicators.clone()).by(case.by.clone()).area_level(&case.area_level);
    if let Some(day) = &case.area_vintage {
        plan = plan.area_vintage(day.parse().unwrap());
    }
    if !case.shares.is_empty() {
        plan = plan.split(Split::shares(case.shares.clone()).unwrap());
    }
    plan = plan.unknown_areas(case.unknown_areas.unwrap_or_default());
    let plan = plan.build().unwrap_or_else(|e| panic!("{}: {e}", case.name));
    let outcome = compute(&dataset, &plan).unwrap_or_else(|e| panic!("{}: {e}", case.name));
    (plan, outcome)
}

fn check(case: &Case, expect: &toml::Table, plan: &Plan, outcome: &Outcome) {
    let wanted = |key: &str| expect.get(key).and_then(toml::Value::as_str);
    if let Some(code) = wanted("warning") {
        let found = outcome.warnings.iter().any(|w| {
            w.code == code
                && wanted("indicator").is_none_or(|i| w.indicator == i)
                && wanted("contains").is_none_or(|part| w.text.get(Language::En).contains(part))
        });
        assert!(found, "{}: no warning {expect:?} among {:?}", case.name, outcome.warnings);
        return;
    }
    let table = &outcome.table;
    let cell = |column: &str, row: usize| table.column(column).unwrap().str().unwrap().get(row).map(str::to_owned);
    let indicator = wanted("indicator").expect("an expectation names its indicator");
    let rows: Vec<usize> = (0..table.height())
        .filter(|row| {
            cell("indicator", *row).as_deref() == Some(indicator)
                && wanted("measure").is_none_or(|m| cell("measure", *row).as_deref() == Some(m))
                && cell("area", *row).as_deref() == Some(wanted("area").unwrap_or("VN"))
                && case.by.iter().all(|d| cell(d, *row).as_deref() == Some(wanted(d).unwrap_or("total")))
        })
        .collect();
    let [row] = rows[..] else { panic!("{}: {} rows for {expect:?}", case.name, rows.len()) };
    let place = format!("{}: {expect:?}", case.name);
    let number = |column: &str| table.column(column).unwrap().i64().unwrap().get(row);
    for column in ["numerator", "denominator", "undecided", "reported", "expected"] {
        if let Some(value) = expect.get(column) {
            assert!(value.is_integer() || is_null(value), "{place}: {column}");
            assert_eq!(number(column), value.as_integer(), "{place}: {column}");
        }
    }
    if let Some(status) = wanted("status") {
        assert_eq!(cell("status", row).as_deref(), Some(status), "{place}");
    }
    let value = table.column("value").unwrap().f64().unwrap().get(row);
    if let Some(wanted) = expect.get("value") {
        match wanted.as_float().or_else(|| wanted.as_integer().map(|n| n as f64)) {
            Some(wanted) => assert!((value.expect("a value") - wanted).abs() <= 1e-9 * wanted.abs().max(1.0), "{place}: {value:?}"),
            None => assert_eq!(value, None, "{place}"),
        }
    }
    if let Some(printed) = wanted("printed") {
        assert_eq!(print(plan, indicator, &cell, &number, value, row), printed, "{place}");
    }
}

/// A value as printed in English; the name of the status where there is no value.
fn print(
    plan: &Plan,
    indicator: &str,
    cell: &dyn Fn(&str, usize) -> Option<String>,
    number: &dyn Fn(&str) -> Option<i64>,
    value: Option<f64>,
    row: usize,
) -> String {
    if value.is_none() {
        let status = cell("status", row).unwrap();
        return Catalogue::builtin().codes().name("status", &status).unwrap().en;
    }
    let of = plan.indicators().iter().find(|i| i.id == indicator).unwrap();
    let measure = of.outputs.iter().find(|m| cell("measure", row).as_deref() == Some(m.as_str())).unwrap();
    let top = u64::try_from(number("numerator").unwrap()).unwrap();
    match number("denominator") {
        None => top.to_string(),
        Some(below) => stats::round_half_up(top, u64::try_from(below).unwrap(), measure.multiplier(), of.decimals),
    }
}

#[test]
fn every_case_gives_the_expected_cells() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "toml") {
            continue;
        }
        let file: File = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for case in &file.case {
            let (plan, outcome) = run(case);
            assert!(!case.expect.is_empty(), "{}: nothing expected", case.name);
            case.expect.iter().for_each(|expect| check(case, expect, &plan, &outcome));
            seen += 1;
        }
    }
    assert!(seen > 30, "only {seen} cases were read");
}
