//! Crosstabs of a user's own table: hand-worked cells, the same counts by plain loops, and every refusal.

use chitieu::area::{AreaList, Level};
use chitieu::catalogue::{Column as Schema, ColumnType, Table};
use chitieu::{Count, Crosstab, Error, UnknownAreas};
use polars_core::prelude::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

#[path = "../examples/own_table.rs"]
#[allow(dead_code, reason = "an example as its reader runs it")]
mod own_table;

#[test]
fn the_example_runs_and_its_own_checks_hold() {
    own_table::main().unwrap();
}

fn calls() -> Table {
    Table::new("calls")
        .with("topic", ColumnType::Text)
        .with("age", ColumnType::Integer)
        .with("urgent", ColumnType::Flag)
        .with("caller", ColumnType::Text)
        .with("minutes", ColumnType::Integer)
        .with("tags", ColumnType::List)
        .with("day", ColumnType::Date)
        .with("commune", ColumnType::Area)
        .with_column(Schema { id: "name".to_owned(), kind: ColumnType::Text, required: false, codes: None, private: true, least: None })
}

/// Topic, age, urgent, caller, minutes, tags.
type Call = (Option<&'static str>, Option<i32>, Option<bool>, Option<u8>, i32, Option<Vec<&'static str>>);

fn call() -> impl Strategy<Value = Call> {
    (
        prop::option::weighted(0.8, prop::sample::select(&["abuse", "school", "weather"][..])),
        prop::option::weighted(0.8, -3..25_i32),
        prop::option::weighted(0.8, any::<bool>()),
        prop::option::weighted(0.7, 0..6_u8),
        0..90_i32,
        prop::option::weighted(0.8, prop::collection::vec(prop::sample::select(&["x", "y", "z"][..]), 0..3)),
    )
}

fn frame(calls: &[Call]) -> DataFrame {
    let mut tags = ListStringChunkedBuilder::new("tags".into(), calls.len(), 4);
    for call in calls {
        match &call.5 {
            Some(of) => tags.append_values_iter(of.iter().copied()),
            None => tags.append_null(),
        }
    }
    let mut frame = df![
        "topic" => calls.iter().map(|c| c.0).collect::<Vec<_>>(),
        "age" => calls.iter().map(|c| c.1).collect::<Vec<_>>(),
        "urgent" => calls.iter().map(|c| c.2).collect::<Vec<_>>(),
        "caller" => calls.iter().map(|c| c.3.map(|n| format!("caller {n}"))).collect::<Vec<_>>(),
        "minutes" => calls.iter().map(|c| c.4).collect::<Vec<_>>(),
    ]
    .unwrap();
    frame.with_column(tags.finish().into_series().into_column()).unwrap();
    frame
}

/// The cells: quantity, topic, age band, urgent and tag, with the count and the undecided.
fn cells(table: &DataFrame) -> Vec<(Vec<String>, i64, i64)> {
    let text = |name: &str, row| table.column(name).unwrap().str().unwrap().get(row).unwrap().to_owned();
    let number = |name: &str, row| table.column(name).unwrap().i64().unwrap().get(row).unwrap();
    (0..table.height())
        .map(|row| {
            let keys = ["quantity", "topic", "age", "urgent", "tags"].iter().map(|name| text(name, row)).collect();
            (keys, number("count", row), number("undecided", row))
        })
        .collect()
}

fn topic_crosstab() -> Crosstab {
    Crosstab::of(calls())
        .by("topic", ["abuse", "school"])
        .by_bands("age", [0, 6, 16])
        .by("urgent", ["true", "false"])
        .by("tags", ["x", "y"])
        .count("calls", Count::rows())
        .count("long", Count::rows().filter("minutes >= 30 AND urgent"))
        .count("minutes", Count::sum("minutes").filter("age < 16"))
        .count("callers", Count::distinct("caller").filter("age < 16"))
        .build()
        .unwrap()
}

/// Whether a call belongs to a category of one dimension.
fn belongs(call: &Call, dimension: usize, label: &str) -> bool {
    let of_one = |found: &str| label == "total" || label == found;
    match dimension {
        0 => of_one(call.0.filter(|t| *t != "weather").unwrap_or("unknown")),
        1 => match call.1 {
            None => of_one("unknown"),
            Some(0..6) => of_one("0-5"),
            Some(6..16) => of_one("6-15"),
            Some(_) => label == "total",
        },
        2 => of_one(call.2.map_or("unknown", |yes| if yes { "true" } else { "false" })),
        _ => match &call.5 {
            _ if label == "total" => true,
            None => label == "unknown",
            Some(tags) if label == "unknown" => tags.contains(&"z"),
            Some(tags) => tags.contains(&label),
        },
    }
}

/// The count and the undecided of a cell, by loops over its calls.
fn plainly(calls: &[&Call], quantity: &str) -> (i64, i64) {
    let young = |c: &Call| c.1.map(|age| age < 16);
    // AND of two, of which one may be unknown.
    let long = |c: &Call| match (c.4 >= 30, c.2) {
        (false, _) | (_, Some(false)) => Some(false),
        (true, urgent) => urgent,
    };
    let sum = |of: &dyn Fn(&Call) -> i64| calls.iter().map(|c| of(c)).sum::<i64>();
    match quantity {
        "calls" => (calls.len() as i64, 0),
        "long" => (sum(&|c| i64::from(long(c) == Some(true))), sum(&|c| i64::from(long(c).is_none()))),
        "minutes" => {
            let minutes = |of: Option<bool>| sum(&|c| if young(c) == of { i64::from(c.4) } else { 0 });
            (minutes(Some(true)), minutes(None))
        }
        _ => {
            let callers = |of: Option<bool>| calls.iter().filter(|c| young(c) == of).filter_map(|c| c.3).collect::<BTreeSet<u8>>();
            let nameless = |of: Option<bool>| sum(&|c| i64::from(young(c) == of && c.3.is_none()));
            let (sure, open) = (callers(Some(true)), callers(None));
            // A caller certainly under 16 by another call is not undecided.
            (sure.len() as i64 + nameless(Some(true)), open.difference(&sure).count() as i64 + nameless(None))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_cell_is_what_plain_loops_count(rows in prop::collection::vec(call(), 0..60), cut in 0..60_usize) {
        let crosstab = topic_crosstab();
        let whole = frame(&rows);
        let tally = crosstab.count([Ok(whole.clone())]).unwrap();
        let parts = [whole.slice(0, cut), whole.slice(cut.min(rows.len()) as i64, rows.len())];
        let split = parts.into_iter().rev().map(|part| crosstab.count([Ok(part)]).unwrap());
        let merged = split.fold(crosstab.empty(), |all, part| all.merge(&part).unwrap());
        prop_assert_eq!(&merged, &tally);
        let stored = crosstab.tally(&tally.to_frame().unwrap()).unwrap();
        prop_assert_eq!(&stored, &tally);
        let found = cells(&crosstab.finish(&tally).unwrap());
        // Four quantities; total, the categories and unknown in each dimension.
        prop_assert_eq!(found.len(), 4 * 4 * 4 * 4 * 4);
        for (keys, count, undecided) in found {
            let of_cell: Vec<&Call> = rows.iter().filter(|c| (0..4).all(|d| belongs(c, d, &keys[d + 1]))).collect();
            prop_assert_eq!((count, undecided), plainly(&of_cell, &keys[0]), "{:?}", keys);
        }
    }
}

fn dated() -> DataFrame {
    let mut frame = df!["commune" => ["12364", "12364", "11950", "11950"], "caller" => ["a", "b", "a", "c"]].unwrap();
    // 31 December 2021, 1 January 2022, no date, 31 December 2022, in days since 1970.
    let days = [Some(18_992), Some(18_993), None, Some(19_357)];
    frame.with_column(Column::new("day".into(), days).cast(&DataType::Date).unwrap()).unwrap();
    frame
}

fn list() -> AreaList {
    AreaList::on("2022-12-31".parse().unwrap()).unwrap()
}

#[test]
fn periods_and_areas() {
    let crosstab = Crosstab::of(calls())
        .period("day", "2022".parse().unwrap())
        .areas("commune", list(), Level::Commune)
        .count("calls", Count::rows())
        .count("callers", Count::distinct("caller"))
        .build()
        .unwrap();
    let table = crosstab.finish(&crosstab.count([Ok(dated())]).unwrap()).unwrap();
    let numbers = |quantity: &str, area: &str| {
        let of = |name: &str, word: &str| table.column(name).unwrap().str().unwrap().equal(word);
        let row = table.filter(&(of("quantity", quantity) & of("area", area))).unwrap();
        let number = |name: &str| row.column(name).unwrap().i64().unwrap().get(0).unwrap();
        (number("count"), number("undecided"))
    };
    // One call of 2022 in each commune, and one of an unknown day in 11950; the first is of 2021.
    assert_eq!(numbers("calls", "12364"), (1, 0));
    assert_eq!(numbers("calls", "11950"), (1, 1));
    assert_eq!(numbers("calls", "VN"), (2, 1));
    // "b" and "c" called in 2022, "a" on an unknown day.
    assert_eq!(numbers("callers", "VN"), (2, 1));
    // The country, the province 33, its ten districts and 161 communes, for two quantities.
    assert_eq!(table.height(), 2 * (1 + 1 + 10 + 161));
}

#[test]
fn no_rows_and_no_dimensions() {
    let crosstab = Crosstab::of(calls()).count("calls", Count::rows()).build().unwrap();
    for tally in [crosstab.empty(), crosstab.count([]).unwrap(), crosstab.count([Ok(frame(&[]))]).unwrap()] {
        let table = crosstab.finish(&tally).unwrap();
        assert_eq!(table.get_column_names(), ["quantity", "count", "undecided"]);
        assert_eq!(table.column("count").unwrap().i64().unwrap().to_vec(), [Some(0)]);
    }
    let nothing = Crosstab::of(calls()).build().unwrap();
    assert_eq!(nothing.finish(&nothing.count([Ok(frame(&[]))]).unwrap()).unwrap().height(), 0);
}

#[test]
fn wrong_definitions_are_refused_before_any_row() {
    let refused = |builder: chitieu::CrosstabBuilder| builder.build().unwrap_err().to_string();
    let of = || Crosstab::of(calls());
    assert_eq!(refused(of().by("colour", ["red"])), "calls: by: expected a column of the table calls, found \"colour\"");
    assert_eq!(refused(of().by("age", ["1"])), "calls: by \"age\": expected text, found integer");
    assert_eq!(refused(of().by_bands("topic", [1, 2])), "calls: by \"topic\": expected integer, found text");
    assert_eq!(refused(of().by_bands("age", [6, 6])), "calls: by \"age\": expected two or more rising numbers, found [6, 6]");
    assert_eq!(refused(of().by("topic", ["a", "a"])), "category: \"a\" is there twice");
    assert_eq!(refused(of().by("topic", ["total"])), "category: \"total\" is there twice");
    assert_eq!(refused(of().by("topic", ["a"]).by("topic", ["b"])), "by: \"topic\" is there twice");
    assert_eq!(refused(of().count("n", Count::rows()).count("n", Count::rows())), "count: \"n\" is there twice");
    assert_eq!(refused(of().count("n", Count::sum("topic"))), "calls: count \"n\" \"topic\": expected integer, found text");
    assert_eq!(refused(of().period("topic", "2022".parse().unwrap())), "calls: period \"topic\": expected date, found text");
    assert_eq!(refused(of().areas("topic", list(), Level::Commune)), "calls: areas \"topic\": expected a column of area codes, found text");
    // The same in Vietnamese.
    let cuts = of().by_bands("age", [6, 6]).build().unwrap_err();
    assert_eq!(cuts.message(chitieu::Language::Vi), "calls: by \"age\": cần từ hai số trở lên, tăng dần, nhưng gặp [6, 6]");
    assert!(refused(Crosstab::of(calls().with("#in_period", ColumnType::Flag))).contains("a name that does not begin with #"));
    let listed = Schema {
        id: "c".to_owned(),
        kind: ColumnType::Text,
        required: false,
        codes: Some("colour".to_owned()),
        private: false,
        least: None,
    };
    assert!(refused(Crosstab::of(calls().with_column(listed))).starts_with("calls: column \"c\": expected one of "));
    // A private column can be neither a dimension nor counted nor in a condition.
    assert_eq!(refused(of().by("name", ["A"])), "calls: by: expected a column of the table calls, found \"name\"");
    assert_eq!(
        refused(of().count("n", Count::rows().filter("name = 'A'"))),
        "calls: count \"n\".filter: expected a column of the table calls, found name"
    );
    let many = || (0..10_000).map(|n| n.to_string());
    assert!(refused(of().by("topic", many()).by("caller", many()).by("tags", many())).starts_with("by: expected a table of at most"));
    assert!(refused(Crosstab::of(Table::new("victims"))).starts_with("victims: table: expected a name that no table"));
    assert_eq!(refused(Crosstab::of(calls().with("age", ColumnType::Text))), "column: \"age\" is there twice");
}

#[test]
fn batches_that_do_not_fit_are_refused() {
    let crosstab =
        Crosstab::of(calls()).by("topic", ["abuse"]).count("minutes", Count::sum("minutes")).count("calls", Count::rows()).build().unwrap();
    let fine = df!["topic" => ["abuse"], "minutes" => [3]].unwrap();
    let error = |batches: &[&DataFrame]| crosstab.count(batches.iter().map(|b| Ok((*b).clone()))).unwrap_err();
    let lacking = df!["topic" => ["abuse"], "more" => [1]].unwrap();
    assert_eq!(
        error(&[&lacking]).to_string(),
        "the table \"calls\" has no column \"minutes\" (integer), which minutes needs; it has: topic, more"
    );
    // A column that is missing from a later batch, and a type that changes.
    let without = error(&[&fine, &lacking]);
    assert!(
        matches!(&without, Error::Frame { found, .. } if found.to_string().contains("topic after one with topic, minutes")),
        "{without}"
    );
    let typed = df!["topic" => ["abuse"], "minutes" => ["3"]].unwrap();
    assert!(matches!(error(&[&fine, &typed]), Error::WrongType { column, .. } if column == "minutes"));
    // Neither a null nor a number below 0 may vanish in a sum; both rows are reported.
    let holes = df!["topic" => ["abuse"; 3], "minutes" => [None, Some(-1), Some(4)]].unwrap();
    assert!(matches!(error(&[&holes]), Error::BadValue { rows: 2, first, .. } if first == [1, 2]));
    // Categories are accepted as text.
    let categories = DataFrame::new(
        1,
        vec![
            fine.column("topic").unwrap().cast(&DataType::from_categories(Categories::global())).unwrap(),
            fine.column("minutes").unwrap().clone(),
        ],
    )
    .unwrap();
    let tally = crosstab.count([Ok(fine.clone()), Ok(categories)]).unwrap();
    assert_eq!(tally, crosstab.count([Ok(fine.vstack(&fine).unwrap())]).unwrap());
}

#[test]
fn unknown_areas_are_refused_or_kept() {
    let of = |policy| {
        Crosstab::of(calls()).areas("commune", list(), Level::Commune).unknown_areas(policy).count("calls", Count::rows()).build().unwrap()
    };
    let frame = df!["commune" => [Some("12364"), Some("99999"), None]].unwrap();
    let error = of(UnknownAreas::Error).count([Ok(frame.clone())]).unwrap_err();
    assert!(matches!(error, Error::UnknownAreas { rows: 2, vintage, .. } if vintage == "2022-12-31"));
    let kept = of(UnknownAreas::Keep);
    let table = kept.finish(&kept.count([Ok(frame)]).unwrap()).unwrap();
    let last = table.tail(Some(1));
    assert_eq!(last.column("area").unwrap().str().unwrap().get(0), Some("unknown"));
    assert_eq!(last.column("count").unwrap().i64().unwrap().get(0), Some(2));
}

#[test]
fn a_tally_belongs_to_one_crosstab() {
    let of = |filter: &str| Crosstab::of(calls()).count("n", Count::rows().filter(filter)).build().unwrap();
    let (one, other) = (of("age < 16"), of("age < 18"));
    assert!(matches!(one.finish(&other.empty()), Err(Error::TallyMismatch { .. })));
    assert_eq!(one.empty(), of("age < 16").empty());
}
