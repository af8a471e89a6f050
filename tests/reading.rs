//! The cells of `tests/cases/reading/*.toml`, through the public Rust face. Python reads the same files.
#![cfg(feature = "files")]

use chitieu::intake::{Reader, Reading};
use polars::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    table: String,
    column: String,
    header: String,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    text: String,
    value: Option<toml::Value>,
    year: Option<i32>,
    #[serde(default)]
    rules: Vec<String>,
    unread: Option<String>,
}

/// One record with that text, beside a column that is always known.
fn read(file: &File, text: &str) -> Reading {
    let key = if file.table == "children" { "child_id" } else { "case_id" };
    let frame = df![key => ["1"], file.header.as_str() => [text]].unwrap();
    let day = "2022-12-31".parse().unwrap();
    Reader::new().area_vintage(day).unwrap().within("33").read_frame("case", &frame, &file.table).unwrap()
}

fn told(value: &AnyValue<'_>) -> Option<toml::Value> {
    Some(match value {
        AnyValue::Null => return None,
        AnyValue::String(text) => (*text).into(),
        AnyValue::StringOwned(text) => text.as_str().into(),
        AnyValue::Boolean(flag) => (*flag).into(),
        AnyValue::Int32(number) => i64::from(*number).into(),
        AnyValue::Date(day) => chrono::NaiveDate::from_epoch_days(*day).unwrap().to_string().into(),
        AnyValue::List(codes) => codes.str().unwrap().iter().flatten().map(toml::Value::from).collect::<Vec<_>>().into(),
        other => panic!("{other:?}"),
    })
}

#[test]
fn every_case_is_read_as_told() {
    let mut cases = 0;
    for entry in std::fs::read_dir("tests/cases/reading").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "toml") {
            continue;
        }
        let file: File = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for case in &file.case {
            let what = format!("{}: {:?}", path.display(), case.text);
            let reading = read(&file, &case.text);
            let part = &reading.parts[0];
            let frame = reading.frame().unwrap();
            assert_eq!(told(&frame.column(&file.column).unwrap().get(0).unwrap()), case.value, "{what}");
            let mut rules: Vec<&str> = part.changes.iter().filter(|c| c.column == file.column).map(|c| c.rule.code()).collect();
            rules.sort_unstable();
            assert_eq!(rules, case.rules, "{what}");
            let unread = part.findings.first().map(|f| f.expected.clone());
            assert_eq!(unread, case.unread, "{what}");
            let year = frame.column("birth_year").ok().and_then(|c| c.i32().unwrap().get(0));
            assert_eq!(year, case.year, "{what}");
            cases += 1;
        }
    }
    assert!(cases > 100, "{cases}");
}
