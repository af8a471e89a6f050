//! The cells of `tests/cases/reading/*.toml` and the files of `tests/cases/sheets/*.toml` and `tests/cases/columns/*.toml`, through the
//! public Rust API. Python reads the same files.
#![cfg(feature = "files")]

use chitieu::intake::{Mapping, Reader, Reading};
use chitieu::{Error, Language};
use polars_core::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;

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

/// Reads one record with that text, beside a key column that is always recognised.
fn read(file: &File, text: &str) -> Reading {
    let key = if file.table == "children" { "child_id" } else { "case_id" };
    let frame = df![key => ["1"], file.header.as_str() => [text]].unwrap();
    reader().read_frame("case", &frame, &file.table).unwrap()
}

fn reader() -> Reader {
    Reader::new().area_vintage("2022-12-31".parse().unwrap()).unwrap().within("33")
}

fn to_toml(value: &AnyValue<'_>) -> Option<toml::Value> {
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
fn every_cell_is_read_as_expected() {
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
            assert_eq!(to_toml(&frame.column(&file.column).unwrap().get(0).unwrap()), case.value, "{what}");
            let mut rules: Vec<&str> = part.changes.iter().filter(|c| c.column == file.column).map(|c| c.rule.code()).collect();
            rules.sort_unstable();
            assert_eq!(rules, case.rules, "{what}");
            let unread = part.findings.first().map(|f| f.expected.to_string());
            assert_eq!(unread, case.unread, "{what}");
            let year = frame.column("birth_year").ok().and_then(|c| c.i32().unwrap().get(0));
            assert_eq!(year, case.year, "{what}");
            cases += 1;
        }
    }
    assert!(cases > 100, "{cases}");
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheets {
    case: Vec<Sheet>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    what: String,
    text: String,
    #[serde(default = "children")]
    table: String,
    #[serde(default)]
    folder: bool,
    header_row: Option<u32>,
    #[serde(default)]
    mapping: BTreeMap<String, String>,
    columns: Option<Vec<(String, String)>>,
    #[serde(default)]
    rows: Vec<u32>,
    #[serde(default)]
    aside: BTreeMap<String, String>,
    /// Values of the records; "" is null.
    #[serde(default)]
    frame: BTreeMap<String, Vec<toml::Value>>,
    findings: Option<Vec<(u32, String)>>,
    /// By column, the rules and the rows they changed; a listed column has no other changes.
    #[serde(default)]
    changes: BTreeMap<String, BTreeMap<String, u64>>,
    error: Option<String>,
    not_read: Option<String>,
}

fn children() -> String {
    "children".to_owned()
}

impl Sheet {
    fn mapping(&self) -> Mapping {
        let mapping = serde_json::json!({ &self.table: { "columns": &self.mapping, "header_row": self.header_row } });
        Mapping::from_json(&mapping.to_string()).unwrap()
    }

    /// The reading, or the reason for the refusal.
    fn read(&self, file: &std::path::Path) -> Result<Reading, String> {
        let reader = reader().mapping(self.mapping());
        if !self.folder {
            return reader.read(file, &self.table).map_err(|e: Error| e.code().to_owned());
        }
        let mut found = reader.recognise(file, "case").unwrap();
        found.readings.remove(&self.table).ok_or_else(|| found.not_read[0].why.get(Language::En).to_owned())
    }
}

#[test]
fn every_sheet_is_read_as_expected() {
    let folder = std::env::temp_dir().join(format!("chitieu_sheets_{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("case.csv");
    let mut cases = 0;
    for entry in std::fs::read_dir("tests/cases/sheets").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "toml") {
            continue;
        }
        let sheets: Sheets = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for sheet in &sheets.case {
            std::fs::write(&file, &sheet.text).unwrap();
            let what = format!("{}: {}", path.display(), sheet.what);
            check_sheet(sheet, sheet.read(&file), &what);
            cases += 1;
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(cases > 20, "{cases}");
}

fn check_sheet(sheet: &Sheet, reading: Result<Reading, String>, what: &str) {
    let refused = sheet.error.as_ref().or(sheet.not_read.as_ref());
    let reading = match reading {
        Err(why) => return assert_eq!(Some(&why), refused, "{what}"),
        Ok(reading) => reading,
    };
    assert_eq!(refused, None, "{what}");
    let part = &reading.parts[0];
    if let Some(wanted) = &sheet.columns {
        let matched = |(header, column, how): &(String, Option<String>, Option<&str>)| {
            (header.clone(), column.clone().or(how.map(str::to_owned)).unwrap_or_default())
        };
        assert_eq!(&part.columns.iter().map(matched).collect::<Vec<_>>(), wanted, "{what}");
    }
    let frame = reading.frame().unwrap();
    let rows: Vec<u32> = frame.column("source_row").unwrap().u32().unwrap().iter().flatten().collect();
    assert_eq!(rows, sheet.rows, "{what}");
    let aside: BTreeMap<String, String> = part.aside.iter().map(|(row, why)| (row.to_string(), why.code().to_owned())).collect();
    assert_eq!(aside, sheet.aside, "{what}");
    for (column, values) in &sheet.frame {
        let read = frame.column(column).unwrap();
        let read: Vec<toml::Value> = (0..read.len()).map(|row| to_toml(&read.get(row).unwrap()).unwrap_or_else(|| "".into())).collect();
        assert_eq!(&read, values, "{what}: {column}");
    }
    let findings: Vec<(u32, String)> = part.findings.iter().map(|f| (f.row, f.column.clone())).collect();
    if let Some(wanted) = &sheet.findings {
        assert_eq!(&findings, wanted, "{what}");
    } else if !sheet.frame.is_empty() {
        assert_eq!(findings, [], "{what}");
    }
    for (column, rules) in &sheet.changes {
        let counted: BTreeMap<String, u64> =
            part.changes.iter().filter(|c| c.column == *column).map(|c| (c.rule.code().to_owned(), c.rows)).collect();
        assert_eq!(&counted, rules, "{what}: {column}");
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Columns {
    case: Vec<Whole>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    what: String,
    text: String,
    #[serde(default = "children")]
    table: String,
    #[serde(default)]
    folder: bool,
    #[serde(default)]
    mapping: serde_json::Value,
    #[serde(default)]
    values: BTreeMap<String, Vec<toml::Value>>,
    #[serde(default)]
    absent: Vec<String>,
    #[serde(default)]
    findings: Vec<(u32, String)>,
    #[serde(default)]
    aside: BTreeMap<String, String>,
    #[serde(default)]
    changes: Vec<(String, String, u64)>,
    error: Option<String>,
    not_read: Option<String>,
}

impl Whole {
    fn read(&self, file: &std::path::Path) -> Result<Reading, String> {
        let mapping = if self.mapping.is_null() { serde_json::json!({}) } else { self.mapping.clone() };
        let reader = reader().mapping(Mapping::from_json(&serde_json::json!({ &self.table: mapping }).to_string()).unwrap());
        if !self.folder {
            return reader.read(file, &self.table).map_err(|e: Error| e.code().to_owned());
        }
        let mut found = reader.recognise(file, "case").unwrap();
        found.readings.remove(&self.table).ok_or_else(|| found.not_read[0].why.get(Language::En).to_owned())
    }
}

#[test]
fn every_column_is_read_as_expected() {
    let folder = std::env::temp_dir().join(format!("chitieu_columns_{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("case.csv");
    let mut cases = 0;
    for entry in std::fs::read_dir("tests/cases/columns").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "toml") {
            continue;
        }
        let columns: Columns = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for case in &columns.case {
            std::fs::write(&file, &case.text).unwrap();
            check_columns(case, case.read(&file), &format!("{}: {}", path.display(), case.what));
            cases += 1;
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(cases > 30, "{cases}");
}

fn check_columns(case: &Whole, reading: Result<Reading, String>, what: &str) {
    let refused = case.error.as_ref().or(case.not_read.as_ref());
    let reading = match reading {
        Err(why) => return assert_eq!(Some(&why), refused, "{what}"),
        Ok(reading) => reading,
    };
    assert_eq!(refused, None, "{what}");
    assert!(!case.values.is_empty(), "{what}");
    let (part, frame) = (&reading.parts[0], reading.frame().unwrap());
    let findings: Vec<(u32, String)> = part.findings.iter().map(|f| (f.row, f.column.clone())).collect();
    assert_eq!(findings, case.findings, "{what}");
    for (column, wanted) in &case.values {
        let values = frame.column(column).unwrap();
        let found: Vec<toml::Value> =
            (0..values.len()).map(|row| to_toml(&values.get(row).unwrap()).unwrap_or_else(|| "<null>".into())).collect();
        assert_eq!(&found, wanted, "{what}: {column}");
    }
    for column in &case.absent {
        assert!(frame.column(column).is_err(), "{what}: {column}");
    }
    let aside: BTreeMap<String, String> = part.aside.iter().map(|(row, why)| (row.to_string(), why.code().to_owned())).collect();
    assert_eq!(aside, case.aside, "{what}");
    for (column, rule, rows) in &case.changes {
        let found = part.changes.iter().find(|c| c.column == *column && c.rule.code() == *rule).map(|c| c.rows);
        assert_eq!(found, Some(*rows), "{what}: {rule}");
    }
}
