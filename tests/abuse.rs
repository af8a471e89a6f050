//! The hand-worked cases of `tests/cases/abuse/*.toml`, through the public Rust API. Python reads the same files; their
//! README describes the format.

use crate::written::{Args, Value, column, text, there, word};
use chitieu::abuse::{
    Choice, DateOf, Deadlines, Dimension, PlaceOf, Prostitution, Register, SanctionDimension, Selection, Table, Under, Unit, Windows,
};
use chitieu::area::Level;
use chitieu::catalogue::{Catalogue, EthnicList};
use chitieu::{Dataset, Period};
use polars_core::prelude::*;
use std::path::Path;
use std::str::FromStr;

const TABLES: [&str; 3] = ["victims", "perpetrators", "sanctions"];
const IDS: [&str; 4] = ["case_id", "child_id", "person_id", "decision_id"];

fn texts(args: &Args, name: &str) -> Vec<String> {
    args.get(name).map(|v| v.as_array().expect("a list").iter().map(text).collect()).unwrap_or_default()
}

/// The rows of a table written out, each with the shared columns.
fn rows(case: &Args, table: &str) -> Option<Vec<Args>> {
    let each = case.get("each").and_then(|e| e.get(table)).and_then(Value::as_table).cloned().unwrap_or_default();
    let mut found = Vec::new();
    for row in case.get(table)?.as_array().expect("rows") {
        let mut row: Args = each.clone().into_iter().chain(row.as_table().expect("a row").clone()).collect();
        let Some(times) = row.remove("repeat") else {
            found.push(row);
            continue;
        };
        for n in 1..=times.as_integer().expect("a number") {
            let mut copy = row.clone();
            for id in IDS {
                if let Some(value) = there(row.get(id)) {
                    copy.insert(id.to_owned(), Value::String(format!("{}-{n}", text(value))));
                }
            }
            found.push(copy);
        }
    }
    Some(found)
}

fn frame(table: &str, rows: &[Args]) -> DataFrame {
    let catalogue = Catalogue::builtin();
    let columns = catalogue.table(table).unwrap().columns.iter().map(|c| column(&c.id, c.kind, rows));
    DataFrame::new(rows.len(), columns.collect()).unwrap()
}

fn register(case: &Args) -> Register {
    let day = word(case, "area_vintage", "2022-12-31").parse().unwrap();
    let mut dataset = Dataset::new().area_vintage(day);
    match case.get("ethnic_list").map(text).as_deref() {
        Some("1979") => dataset = dataset.ethnic_list(EthnicList::Of1979),
        Some(_) => dataset = dataset.ethnic_list(EthnicList::Of2008),
        None => {}
    }
    for table in TABLES {
        if let Some(rows) = rows(case, table) {
            dataset = dataset.with(table, frame(table, &rows)).unwrap();
        }
    }
    Register::read(&dataset, day).unwrap()
}

fn choice(args: &Args) -> chitieu::Result<Choice> {
    let mut choice = Choice::new()
        .date(DateOf::from_str(word(args, "date", "received"))?)
        .place(PlaceOf::from_str(word(args, "place", "incident"))?)
        .prostitution(Prostitution::from_str(word(args, "prostitution", "as_recorded"))?)
        .abandonment_with_neglect(args.get("abandonment_with_neglect").and_then(Value::as_bool).unwrap_or(false));
    if args.contains_key("verification") {
        choice = choice.verification(texts(args, "verification"))?;
    }
    if let Some(years) = args.get("under") {
        choice = choice.under(Under::of(years.as_integer().unwrap() as i32)?);
    }
    if let Some(period) = args.get("period") {
        choice = choice.period(text(period).parse()?);
    }
    Ok(choice)
}

fn counts(selection: &Selection, args: &Args, level: Level) -> chitieu::Result<Table> {
    let unit = Unit::from_str(word(args, "unit", "child"))?;
    let by: Vec<Dimension> = texts(args, "by").iter().map(|d| unit.dimension(d)).collect::<chitieu::Result<_>>()?;
    let numbers = |v: &Value| v.as_array().unwrap().iter().map(|n| n.as_integer().unwrap() as i32).collect::<Vec<_>>();
    selection.counts(unit, &by, level, args.get("age_bands").map(numbers).as_deref())
}

fn table(register: &Register, case: &Args, expected: &Args) -> chitieu::Result<Table> {
    let empty = Args::new();
    let part = |of: &Args, name: &str| of.get(name).and_then(Value::as_table).unwrap_or(&empty).clone();
    let args = part(expected, "args");
    let level = Level::from_str(word(&args, "area_level", "country"))?;
    let period: Option<Period> = args.get("period").map(|p| text(p).parse()).transpose()?;
    match word(expected, "table", "") {
        "sanctions" => {
            let by: Vec<_> = texts(&args, "by").iter().map(|d| SanctionDimension::from_str(d)).collect::<chitieu::Result<_>>()?;
            return register.sanctions(period.as_ref(), &by, level);
        }
        "sanction_findings" => return register.sanction_findings(period.as_ref()),
        _ => {}
    }
    let selection = register.select(choice(&part(case, "select").into_iter().chain(part(expected, "select")).collect())?)?;
    let unit = Unit::from_str(word(&args, "unit", "child"))?;
    let day = |v: &Value| v.as_str().unwrap().parse::<chrono::NaiveDate>().unwrap();
    match word(expected, "table", "") {
        "counts" => counts(&selection, &args, level),
        "share" => {
            let of = expected.get("of").map(|of| counts(&selection, of.as_table().unwrap(), level)).transpose()?;
            counts(&selection, &args, level)?.share(of.as_ref())
        }
        "units" => selection.units(level),
        "forms" => {
            let priority = args.get("priority").map(|_| texts(&args, "priority"));
            selection.forms(unit, priority.as_deref(), level)
        }
        "overlaps" => selection.overlaps(unit, level),
        "form_matrix" => selection.form_matrix(unit),
        "relations" => selection.relations(level),
        "supported" => selection.supported(level),
        "repeats" => {
            let windows = match args.get("windows") {
                Some(Value::Array(list)) => Windows::Periods(list.iter().map(|p| text(p).parse()).collect::<chitieu::Result<_>>()?),
                other => Windows::from_str(other.map_or("quarter", |w| w.as_str().unwrap()))?,
            };
            selection.repeats(windows, level)
        }
        "recurrence" => {
            let months = args.get("months").map_or(vec![6, 12, 24], |v| {
                v.as_array().unwrap().iter().map(|n| u32::try_from(n.as_integer().unwrap()).unwrap()).collect()
            });
            let level = args.get("level").and_then(Value::as_float).unwrap_or(0.95);
            selection.recurrence(day(&args["until"]), &months, level)
        }
        "response" => {
            let calendar = args.get("holidays").map(|v| v.as_array().unwrap().iter().map(day).collect()).unwrap_or_default();
            selection.response(&Deadlines { until: args.get("until").map(day), calendar }, level)
        }
        other => panic!("no table {other}"),
    }
}

fn shown(column: &Column, row: usize) -> Option<Value> {
    match column.get(row).unwrap() {
        AnyValue::Null => None,
        AnyValue::Int64(n) => Some(Value::Integer(n)),
        AnyValue::Float64(x) => Some(Value::Float(x)),
        other => Some(Value::String(other.get_str().unwrap().to_owned())),
    }
}

fn check(place: &str, frame: &DataFrame, expected: &Args) {
    if let Some(rows) = expected.get("rows").and_then(Value::as_integer) {
        assert_eq!(frame.height() as i64, rows, "{place}");
    }
    let Some(values) = expected.get("values").and_then(Value::as_table) else { return };
    let mut wanted: Args = expected.get("where").and_then(Value::as_table).cloned().unwrap_or_default();
    if expected["table"].as_str() != Some("form_matrix") {
        let by = expected.get("args").and_then(Value::as_table).map(|args| texts(args, "by")).unwrap_or_default();
        let totals = by.into_iter().chain(["form", "forms", "relation"].map(str::to_owned)).map(|d| (d, "total".to_owned()));
        for (column, implied) in totals.chain([("area".to_owned(), "VN".to_owned())]) {
            if frame.column(&column).is_ok() {
                wanted.entry(column).or_insert(Value::String(implied));
            }
        }
    }
    let fits = |row: &usize| wanted.iter().all(|(column, value)| shown(frame.column(column).unwrap(), *row).as_ref() == Some(value));
    let rows: Vec<usize> = (0..frame.height()).filter(fits).collect();
    let [row] = rows[..] else { panic!("{place} names {} rows", rows.len()) };
    for (column, value) in values {
        let found = shown(frame.column(column).unwrap_or_else(|_| panic!("{place}: no column {column}")), row);
        match (there(Some(value)), &found) {
            (Some(Value::Float(wanted)), Some(Value::Float(found))) => {
                assert!((wanted - found).abs() <= 0.005, "{place}: {column} is {found}");
            }
            (Some(Value::Integer(wanted)), Some(Value::Float(found))) => {
                assert!((*wanted as f64 - found).abs() <= 1e-9, "{place}: {column} is {found}");
            }
            (wanted, found) => assert_eq!(found.as_ref(), wanted, "{place}: {column}"),
        }
    }
}

#[test]
fn every_case_gives_the_expected_cells() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/abuse");
    let mut seen = 0;
    for path in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "toml")) {
        let file: Args = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for case in file["case"].as_array().unwrap().iter().map(|c| c.as_table().unwrap()) {
            let register = register(case);
            for expected in case["expect"].as_array().unwrap().iter().map(|e| e.as_table().unwrap()) {
                let place = format!("{}: {expected:?}", word(case, "name", ""));
                let table = table(&register, case, expected).unwrap_or_else(|e| panic!("{place}: {e}"));
                check(&place, table.frame(), expected);
                seen += 1;
            }
        }
    }
    assert!(seen > 150, "only {seen} expectations were read");
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

/// Three cases in two communes; one victim of 17, one whose report is not confirmed.
fn dataset() -> Dataset {
    let people = df!["case_id" => ["c1", "c1", "c2", "c3"], "person_id" => [Some("p1"), None, Some("p1"), Some("p2")]];
    Dataset::new().with("victims", victims()).unwrap().with("perpetrators", people.unwrap()).unwrap()
}

#[test]
fn indicators_and_units_are_the_same_numbers() {
    let register = Register::read(&dataset(), day("2022-12-31")).unwrap();
    for period in ["2022", "2022Q1", "2022Q2", "2022Q3"] {
        let units = register.select(Choice::new().period(period.parse().unwrap())).unwrap().units(Level::Commune).unwrap();
        for (indicator, unit) in [("abused_children", "child"), ("abuse_cases", "case"), ("perpetrators", "perpetrator")] {
            let plan = chitieu::Plan::new(&Catalogue::builtin(), period).indicators([indicator]).area_level("commune").build().unwrap();
            let outcome = chitieu::compute(&dataset(), &plan).unwrap();
            for area in ["VN", "33", "12364", "11950", "12367"] {
                let computed = named(&outcome.table, &[("area", area), ("measure", "count")]);
                let counted = named(units.frame(), &[("area", area), ("unit", unit)]);
                assert_eq!(computed("numerator"), counted("count"), "{indicator} {period} {area}");
                assert_eq!(computed("undecided"), counted("undecided"), "{indicator} {period} {area}");
            }
        }
    }
}

/// The numbers of the one row with these texts.
fn named<'a>(frame: &'a DataFrame, words: &[(&str, &str)]) -> impl Fn(&str) -> Option<i64> + 'a {
    let is = |row: &usize| words.iter().all(|(c, word)| frame.column(c).unwrap().str().unwrap().get(*row) == Some(*word));
    let rows: Vec<usize> = (0..frame.height()).filter(is).collect();
    let [row] = rows[..] else { panic!("{words:?} names {} rows", rows.len()) };
    move |column| frame.column(column).unwrap().i64().unwrap().get(row)
}

#[test]
fn a_later_snapshot_of_victims_alone_takes_no_perpetrators_away() {
    let whole = Register::read(&dataset(), day("2022-12-31")).unwrap();
    let later = Dataset::new().with("victims", victims()).unwrap();
    let later = Register::read(&later, day("2022-12-31")).unwrap();
    assert_eq!(whole.updated_by(&later).unwrap(), whole);
    // The other way round the later snapshot adds the perpetrators.
    assert_eq!(later.updated_by(&whole).unwrap(), whole);
    assert_eq!(later.updated_by(&whole).unwrap().rows(), (4, 4, 0));
}

fn victims() -> DataFrame {
    df![
        "case_id" => ["c1", "c1", "c2", "c3"],
        "child_id" => ["k1", "k2", "k1", "k3"],
        "birth_year" => [2012, 2013, 2012, 2004],
        "commune" => ["12364", "11950", "11950", "12364"],
        "received_date" => [day("2022-02-01"), day("2022-05-01"), day("2022-09-01"), day("2022-02-01")],
        "confirmed" => [Some(true), Some(true), None, Some(true)],
    ]
    .unwrap()
}

#[test]
fn communes_that_did_not_report_have_no_number() {
    let received = df!["table" => ["victims"; 2], "commune" => ["12364", "12367"], "period" => ["2022", "2022"]].unwrap();
    let register = Register::read(&dataset().submissions(received), day("2022-12-31")).unwrap();
    let table =
        register.select(Choice::new().period("2022".parse().unwrap())).unwrap().counts(Unit::Child, &[], Level::Commune, None).unwrap();
    let status = |area: &str| {
        let frame = table.frame();
        let row = (0..frame.height()).find(|row| frame.column("area").unwrap().str().unwrap().get(*row) == Some(area)).unwrap();
        frame.column("status").unwrap().str().unwrap().get(row).unwrap().to_owned()
    };
    // Reported; reported no cases; no submission but a record, which counts as reporting; nothing at all; 3 of 161.
    let found = ["12364", "12367", "11950", "11953", "VN"].map(status);
    assert_eq!(found, ["ok", "ok", "ok", "not_reported", "partial"]);
    assert_eq!(named(table.frame(), &[("area", "11953")])("count"), None);
    let country = named(table.frame(), &[("area", "VN")]);
    assert_eq!((country("reported"), country("expected")), (Some(3), Some(161)));
}
