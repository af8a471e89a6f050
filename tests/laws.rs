//! Laws for any records: merging in any split and order gives the identical tally and table.

use chitieu::{Catalogue, Dataset, Plan, Tally, compute};
use polars_core::prelude::*;
use proptest::prelude::*;

/// Codes of Hưng Yên communes of two districts.
const COMMUNES: [&str; 4] = ["12364", "12370", "11950", "11953"];

type Child = (Option<i32>, Option<i32>, Option<bool>, usize, Option<bool>, Option<Vec<&'static str>>);

fn child() -> impl Strategy<Value = Child> {
    (
        // Days of birth from 2003 to 2023: some too old, some not yet born at the end of 2022.
        prop::option::weighted(0.9, 12_053..19_400_i32),
        prop::option::of(2005..2023_i32),
        prop::option::weighted(0.8, any::<bool>()),
        0..COMMUNES.len(),
        prop::option::weighted(0.8, any::<bool>()),
        prop::option::weighted(0.8, prop::collection::vec(prop::sample::select(vec!["a1", "d1", "d2", "k5", "d"]), 0..4)),
    )
}

fn frame(rows: &[Child]) -> DataFrame {
    let lists: ListChunked = {
        let mut builder = ListStringChunkedBuilder::new("circumstances".into(), rows.len(), 2);
        for row in rows {
            match &row.5 {
                Some(codes) => builder.append_values_iter(codes.iter().copied()),
                None => builder.append_null(),
            }
        }
        builder.finish()
    };
    let births: Vec<Option<i32>> = rows.iter().map(|r| r.0).collect();
    let mut frame = df![
        "child_id" => (0..rows.len()).map(|i| format!("c{i}")).collect::<Vec<_>>(),
        "birth_year" => rows.iter().map(|r| r.1).collect::<Vec<_>>(),
        "sex" => rows.iter().map(|r| r.2.map(|m| if m { "male" } else { "female" })).collect::<Vec<_>>(),
        "commune" => rows.iter().map(|r| COMMUNES[r.3]).collect::<Vec<_>>(),
        "birth_registered" => rows.iter().map(|r| r.4).collect::<Vec<_>>(),
        "at_risk" => rows.iter().map(|r| r.4.map(|v| !v)).collect::<Vec<_>>(),
    ]
    .unwrap();
    frame.with_column(Series::new("birth_date".into(), births).cast(&DataType::Date).unwrap().into_column()).unwrap();
    frame.with_column(lists.into_series().into_column()).unwrap();
    frame
}

fn plan() -> Plan {
    Plan::new(&Catalogue::builtin(), "2022")
        .indicators(["child_population", "birth_registration_under_5", "special_circumstances", "children_at_risk"])
        .by(["sex", "age_group", "circumstance"])
        .area_level("district")
        .build()
        .unwrap()
}

fn tally(plan: &Plan, rows: &[Child]) -> Tally {
    plan.partial(&Dataset::new().with("children", frame(rows)).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_gives_the_identical_tally(rows in prop::collection::vec(child(), 0..60), cut in 0..60_usize) {
        let plan = plan();
        let (a, b) = rows.split_at(cut.min(rows.len()));
        let whole = tally(&plan, &rows);
        let (left, right) = (tally(&plan, a), tally(&plan, b));
        prop_assert_eq!(&left.clone().merge(&right).unwrap(), &whole);
        prop_assert_eq!(&right.merge(&left).unwrap(), &whole);
        prop_assert_eq!(&plan.empty().merge(&whole).unwrap(), &whole);
    }

    #[test]
    fn the_order_of_rows_does_not_matter(rows in prop::collection::vec(child(), 0..60).prop_shuffle()) {
        let plan = plan();
        let mut sorted = rows.clone();
        sorted.sort();
        prop_assert_eq!(tally(&plan, &rows), tally(&plan, &sorted));
    }

    #[test]
    fn totals_hold_together(rows in prop::collection::vec(child(), 0..60)) {
        let plan = plan();
        let outcome = plan.finish(&tally(&plan, &rows)).unwrap();
        let table = outcome.table;
        let text = |c: &str| table.column(c).unwrap().str().unwrap().clone();
        let (indicator, area, sex, age, circumstance) =
            (text("indicator"), text("area"), text("sex"), text("age_group"), text("circumstance"));
        let status = text("status");
        let number = table.column("numerator").unwrap().i64().unwrap();
        // By sex, total = male + female + unknown, in every age group of every area.
        let mut sums = std::collections::BTreeMap::<(String, String), (i64, i64)>::new();
        for row in 0..table.height() {
            if indicator.get(row) != Some("child_population") || circumstance.get(row) != Some("total") {
                continue;
            }
            let slot = sums.entry((area.get(row).unwrap().into(), age.get(row).unwrap().into())).or_default();
            // A commune that did not report has no number, of either sex.
            prop_assert_eq!(number.get(row).is_none(), status.get(row) == Some("not_reported"));
            let Some(n) = number.get(row) else { continue };
            if sex.get(row) == Some("total") { slot.0 += n } else { slot.1 += n }
        }
        for (total, parts) in sums.values() {
            prop_assert_eq!(total, parts);
        }
    }
}

#[test]
fn a_tally_goes_through_its_frame_and_a_plan_through_json() {
    let plan = plan();
    let rows: Vec<Child> = vec![(Some(18_000), None, Some(true), 0, None, Some(vec!["d2", "a1"])), (None, None, None, 1, Some(true), None)];
    let counted = tally(&plan, &rows);
    assert_eq!(plan.tally(&counted.to_frame().unwrap()).unwrap(), counted);
    assert_eq!(Plan::from_json(&plan.to_json()).unwrap(), plan);
    let other = Plan::new(&Catalogue::builtin(), "2021").indicators(["child_population"]).build().unwrap();
    assert_eq!(other.empty().merge(&counted).unwrap_err().code(), "tally_mismatch");
}

#[test]
fn batches_are_the_same_as_one_frame() {
    let plan = plan();
    let rows: Vec<Child> = (0..50_i32)
        .map(|i| (Some(16_000 + i * 70), None, Some(i % 3 == 0), (i % 4).unsigned_abs() as usize, Some(i % 2 == 0), None))
        .collect();
    let whole = frame(&rows);
    let dataset = Dataset::new().with_batches("children", (0..5).map(|i| whole.slice(i * 10, 10))).unwrap();
    let counted = plan.partial(&dataset).unwrap();
    assert_eq!(counted, tally(&plan, &rows));
    let outcome = compute(&dataset, &plan).unwrap();
    assert!(outcome.table.equals_missing(&plan.finish(&counted).unwrap().table));
}

#[cfg(feature = "io")]
#[test]
fn a_parquet_file_is_the_same_as_its_frame() {
    use polars_io::parquet::write::ParquetWriter;
    let plan = plan();
    let rows: Vec<Child> = (0..200_i32)
        .map(|i| (Some(16_000 + i * 15), None, None, (i % 4).unsigned_abs() as usize, Some(i % 2 == 0), Some(vec!["a1"])))
        .collect();
    let path = std::env::temp_dir().join(format!("chitieu-laws-{}.parquet", std::process::id()));
    ParquetWriter::new(std::fs::File::create(&path).unwrap()).finish(&mut frame(&rows)).unwrap();
    let from_file = plan.partial(&Dataset::new().with_parquet("children", &path).unwrap()).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(from_file, tally(&plan, &rows));
    let missing = Dataset::new().with_parquet("children", "no such file.parquet").unwrap_err();
    assert_eq!(missing.code(), "file");
}
