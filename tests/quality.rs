//! The hand-worked cases of `tests/cases/quality/*.toml`, through the public Rust API. Python reads the same files; their
//! README describes the format.

use crate::written::{Args, Value, column, text, word};
use chitieu::area::Level;
use chitieu::catalogue::{Catalogue, ColumnType, EthnicList};
use chitieu::quality::{Rules, check};
use chitieu::{Dataset, Error};
use polars_core::prelude::*;
use std::path::Path;
use std::str::FromStr;

fn list(value: &Value) -> Vec<Value> {
    value.as_array().expect("a list").clone()
}

/// The rows of a table written out, each with the shared columns.
fn rows(case: &Args, table: &str) -> Option<Vec<Args>> {
    let each = case.get("each").and_then(|e| e.get(table)).and_then(Value::as_table).cloned().unwrap_or_default();
    let mut found = Vec::new();
    for row in list(case.get(table)?) {
        let mut row: Args = each.clone().into_iter().chain(row.as_table().expect("a row").clone()).collect();
        let times = row.remove("repeat").map_or(1, |n| n.as_integer().expect("a number"));
        found.extend((0..times).map(|_| row.clone()));
    }
    Some(found)
}

/// A table with the columns that some row has.
fn frame(table: &str, rows: &[Args]) -> DataFrame {
    let catalogue = Catalogue::builtin();
    let schema = catalogue.table(table).unwrap();
    let known = schema.columns.iter().map(|c| (c.id.as_str(), c.kind)).chain([("source_unread", ColumnType::Text)]);
    let there = known.filter(|(id, _)| rows.iter().any(|row| row.contains_key(*id)));
    DataFrame::new(rows.len(), there.map(|(id, kind)| column(id, kind, rows)).collect()).unwrap()
}

fn dataset(case: &Args) -> Dataset {
    let mut dataset = Dataset::new();
    if let Some(day) = case.get("area_vintage") {
        dataset = dataset.area_vintage(text(day).parse().unwrap());
    }
    match case.get("ethnic_list").map(text).as_deref() {
        Some("1979") => dataset = dataset.ethnic_list(EthnicList::Of1979),
        Some(_) => dataset = dataset.ethnic_list(EthnicList::Of2008),
        None => {}
    }
    for table in Catalogue::builtin().tables() {
        if let Some(rows) = rows(case, &table.id) {
            dataset = dataset.with(&table.id, frame(&table.id, &rows)).unwrap();
        }
    }
    dataset
}

fn cell(frame: &DataFrame, column: &str, row: usize) -> Value {
    match frame.column(column).unwrap().get(row).unwrap() {
        AnyValue::Null => Value::String("<null>".to_owned()),
        AnyValue::Float64(n) => Value::Float(n),
        AnyValue::String(s) => Value::String(s.to_owned()),
        AnyValue::StringOwned(s) => Value::String(s.to_string()),
        other => Value::Integer(other.try_extract::<i64>().unwrap()),
    }
}

fn cells(frame: &DataFrame, name: &str) -> Value {
    Value::Array((0..frame.height()).map(|row| cell(frame, name, row)).collect())
}

#[test]
fn every_case_gives_the_expected_verdicts() {
    let mut checked = 0;
    for file in ["rows.toml", "tables.toml"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/quality").join(file);
        let cases: Args = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for case in list(&cases["case"]) {
            let case = case.as_table().unwrap();
            let name = text(&case["name"]);
            let rules = Rules::builtin().with_text("case.toml", word(case, "rules", "")).unwrap();
            let period = word(case, "period", "2022");
            let found = check(&dataset(case), &rules, Some(period.parse().unwrap())).unwrap();
            let summary = found.summary().unwrap();
            for expected in case.get("expect").map(list).unwrap_or_default() {
                let expected = expected.as_table().unwrap();
                let rule = word(expected, "rule", "");
                let is_meant = |row: &usize| {
                    let table = expected.get("table").cloned();
                    cell(&summary, "rule", *row) == Value::String(rule.to_owned())
                        && table.is_none_or(|t| cell(&summary, "table", *row) == t)
                };
                let row = (0..summary.height()).find(is_meant).unwrap_or_else(|| panic!("{name}: no rule {rule}"));
                let failures = found.failures(rule).unwrap();
                for (fact, value) in expected.iter().filter(|(fact, _)| !["rule", "table"].contains(&fact.as_str())) {
                    let got = match fact.as_str() {
                        "rows" => cells(&failures, "row"),
                        "other_rows" => cells(&failures, "other_row"),
                        "columns" => cells(&failures, "columns"),
                        "periods" => cells(&failures, "period"),
                        "found" => cells(&failures, "found"),
                        fact => cell(&summary, fact, row),
                    };
                    assert_eq!(got, *value, "{name}: {rule}: {fact}");
                    checked += 1;
                }
            }
            for expected in case.get("scores").map(list).unwrap_or_default() {
                let expected = expected.as_table().unwrap();
                let by = Level::from_str(word(expected, "by", "commune")).unwrap();
                let score = found.scorecard(by, &word(expected, "period", period).parse().unwrap()).unwrap();
                let row = (0..score.height()).find(|row| cell(&score, "area", *row) == expected["area"]).expect("the area");
                for (fact, value) in expected.iter().filter(|(fact, _)| !["by", "period", "area"].contains(&fact.as_str())) {
                    assert_eq!(cell(&score, fact, row), *value, "{name}: {}: {fact}", expected["area"]);
                    checked += 1;
                }
            }
            if let Some(expected) = case.get("score_areas").and_then(Value::as_table) {
                let by = Level::from_str(word(expected, "by", "commune")).unwrap();
                let score = found.scorecard(by, &period.parse().unwrap()).unwrap();
                assert_eq!(cells(&score, "area"), expected["areas"], "{name}");
            }
        }
    }
    assert!(checked > 100, "{checked}");
}

#[test]
fn an_error_in_a_file_of_rules_names_file_rule_and_field() {
    let rule = |rest: &str| {
        let head = "[[rule]]\ncode = \"mine\"\nseverity = \"error\"\ntable = \"victims\"\ntext = { vi = \"a\", en = \"b\" }\n";
        Rules::builtin().with_text("mine.toml", &format!("{head}{rest}")).unwrap_err()
    };
    for (rest, field, expected) in [
        ("", "rule \"mine\"", "one of must, "),
        ("must = \"online\"\nunique = [\"case_id\"]", "rule \"mine\"", "one of must, "),
        ("must = \"onlin\"", "rule \"mine\".must", "a column of the table victims"),
        ("must = \"online AND\"", "rule \"mine\".must", "a condition in SQL"),
        ("must = \"sex = 'boy'\"", "rule \"mine\".must", "a code of the list sex"),
        ("must = \"received_date > age_from\"", "rule \"mine\".must", "dates compared with dates, or numbers with numbers"),
        ("must = \"received_date + plan_date > CURRENT_DATE\"", "rule \"mine\".must", "dates compared with dates"),
        ("must = \"sex > online\"", "rule \"mine\".must", "a number or a date"),
        ("must = \"online\"\nwhere = \"personal_id = '1'\"", "rule \"mine\".where", "a column of the table victims"),
        ("unique = []", "rule \"mine\".unique", "a column"),
        ("unique = [\"name\"]", "rule \"mine\".unique", "a column of victims with one value in each row"),
        ("unique = [\"forms\"]", "rule \"mine\".unique", "a column of victims with one value in each row"),
        (
            "probable_duplicate = { same = [\"forms\"], name = \"child_id\", similarity = 0.8 }",
            "rule \"mine\".probable_duplicate",
            "a column of victims with one value in each row",
        ),
        (
            "parts = { of = \"age_from\", over = \"sex\", within = [\"forms\"] }",
            "rule \"mine\".parts",
            "a column of victims with one value in each row",
        ),
        ("refers = { columns = [\"case_id\"], to = \"victims\" }", "rule \"mine\".refers.to", "another table"),
        ("refers = { columns = [\"case_id\"], to = \"nobody\" }", "rule \"mine\".refers.to", "children, births"),
        ("deadline = { from = \"received_date\", to = \"plan_date\" }", "rule \"mine\".deadline", "working_days, or hours"),
        ("deadline = { from = \"received_date\", to = \"plan_date\", working_days = -1 }", "rule \"mine\".deadline", "a number from 0"),
        ("deadline = { decree_56 = \"plans\" }", "rule \"mine\".deadline.decree_56", "emergency, plan, approval"),
        ("deadline = { decree_56 = \"plan\", working_days = 9 }", "rule \"mine\".deadline", "decree_56 | from, to, working_days"),
        ("outlier = { every = \"month\", windows = 2, least_windows = 1, least_median = 5 }", "rule \"mine\".outlier.windows", "3 <="),
        ("must = \"online\"\nwho = 1", "line 7, rule \"mine\"", "a file of rules"),
        ("must = \"online", "line 6", "a file of rules"),
    ] {
        let Error::Catalogue { file, key, expected: reported, .. } = rule(rest) else { panic!("{rest}") };
        assert_eq!((file.as_str(), key.as_str()), ("mine.toml", field), "{rest}");
        assert!(reported.to_string().starts_with(expected), "{rest}: {reported}");
    }
}

/// A table has one timeliness.
#[test]
fn a_table_has_one_rule_of_updates() {
    let rule = |code: &str| {
        format!(
            "[[rule]]\ncode = \"{code}\"\nseverity = \"error\"\ntable = \"children\"\ntext = {{ vi = \"a\", en = \"b\" }}\n\
             updates = {{ column = \"birth_date\", grace_days = 5 }}"
        )
    };
    assert!(Rules::builtin().with_text("mine.toml", &rule("register_not_updated")).is_ok());
    let Err(Error::Catalogue { key, expected, found, .. }) = Rules::builtin().with_text("mine.toml", &rule("mine")) else { panic!() };
    assert_eq!((key.as_str(), expected.to_string().as_str()), ("rule \"mine\".updates", "one rule of updates for the table children"));
    assert_eq!(found.to_string(), "another beside \"register_not_updated\"");
}

/// Conditions of indicators and of a user's own tables compare one column with a literal.
#[test]
fn several_columns_are_refused_where_they_cannot_be_counted() {
    let mine = "[[quantity]]\nid = \"q\"\ntable = \"victims\"\nunit = \"child\"\nname = { vi = \"a\", en = \"b\" }\n\
                where = \"received_date >= incident_date\"";
    let Err(Error::Catalogue { key, expected, .. }) = Catalogue::builtin().with_text("mine.toml", mine) else { panic!() };
    assert_eq!((key.as_str(), expected.to_string().as_str()), ("quantity \"q\".where", "one column compared with a literal"));
}
