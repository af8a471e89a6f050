//! The machine against the simple way, for records in any form.

use super::pass::{Context, Pass};
use super::{Tally, simple};
use crate::catalogue::{Catalogue, EthnicList};
use crate::error::Result;
use crate::plan::Plan;
use crate::question::UnknownAreas;
use polars_core::prelude::*;
use proptest::prelude::*;
use std::sync::LazyLock;

/// How the columns of a batch are held in memory.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Form {
    /// 0 text, 1 categories, 2 an enumeration.
    words: u8,
    /// 0 dates, 1 moments in milliseconds, 2 in nanoseconds.
    dates: u8,
    /// Rows cut off before and after, so that arrays begin within a byte.
    cut: usize,
    /// A second chunk begins after this many rows.
    chunk: usize,
    wide_years: bool,
}

fn form() -> impl Strategy<Value = Form> {
    (0..3_u8, 0..3_u8, 0..70_usize, 0..90_usize, any::<bool>()).prop_map(|(words, dates, cut, chunk, wide_years)| Form {
        words,
        dates,
        cut,
        chunk,
        wide_years,
    })
}

const WORDS: [&str; 9] = ["12364", "11950", "00001", "male", "female", "unknown", "lower_secondary", "kindergarten", "none"];

fn cast(frame: &DataFrame, form: Form) -> DataFrame {
    let enumeration = FrozenCategories::new(WORDS.iter().copied().chain(["01", "05"])).unwrap();
    let columns = frame
        .columns()
        .iter()
        .map(|column| match (column.dtype(), form) {
            (DataType::String, Form { words: 1, .. }) => column.cast(&DataType::from_categories(Categories::global())).unwrap(),
            (DataType::String, Form { words: 2, .. }) if column.name() != "child_id" && column.name() != "case_id" => {
                column.cast(&DataType::from_frozen_categories(enumeration.clone())).unwrap()
            }
            (DataType::Date, Form { dates: 1, .. }) => column.cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).unwrap(),
            (DataType::Date, Form { dates: 2, .. }) => column.cast(&DataType::Datetime(TimeUnit::Nanoseconds, None)).unwrap(),
            (DataType::Int32, Form { wide_years: true, .. }) => column.cast(&DataType::Int64).unwrap(),
            _ => column.clone(),
        })
        .collect();
    let whole = DataFrame::new(frame.height(), columns).unwrap();
    let padded = whole.head(Some(form.cut)).vstack(&whole).unwrap().vstack(&whole.tail(Some(form.cut))).unwrap();
    let mut padded = padded;
    padded.rechunk_mut();
    let (before, rows) = (form.cut.min(frame.height()) as i64, frame.height());
    let middle = padded.slice(before, rows);
    let first = middle.slice(0, form.chunk);
    first.vstack(&middle.slice(form.chunk.min(rows) as i64, rows)).unwrap()
}

fn list(name: &str, rows: Vec<Option<Vec<&str>>>) -> Column {
    let mut builder = ListStringChunkedBuilder::new(name.into(), rows.len(), 2);
    for row in rows {
        match row {
            Some(codes) => builder.append_values_iter(codes.into_iter()),
            None => builder.append_null(),
        }
    }
    builder.finish().into_series().into_column()
}

fn dates(name: &str, days: Vec<Option<i32>>) -> Column {
    Series::new(name.into(), days).cast(&DataType::Date).unwrap().into_column()
}

fn word(words: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
    prop::option::weighted(0.9, prop::sample::select(words))
}

fn flag() -> impl Strategy<Value = Option<bool>> {
    prop::option::weighted(0.9, prop::bool::weighted(0.8))
}

type Child = (
    (Option<i32>, Option<i32>, Option<&'static str>, Option<&'static str>, &'static str),
    (Option<Vec<&'static str>>, Option<&'static str>, Option<bool>, Option<bool>, Option<bool>),
);

fn child() -> impl Strategy<Value = Child> {
    (
        (
            // From 2003 to 2023: some are too old and some not yet born at the end of 2022.
            prop::option::weighted(0.9, 12_053..19_400_i32),
            prop::option::of(2005..2023_i32),
            word(&["male", "female", "unknown"]),
            word(&["01", "05"]),
            prop::sample::select(&["12364", "11950", "00001"][..]),
        ),
        (
            prop::option::weighted(0.8, prop::collection::vec(prop::sample::select(vec!["a1", "d1", "d2", "k5", "d"]), 0..4)),
            word(&["lower_secondary", "kindergarten", "none"]),
            flag(),
            flag(),
            flag(),
        ),
    )
}

fn children(rows: &[Child]) -> DataFrame {
    let mut frame = df![
        "birth_year" => rows.iter().map(|r| r.0.1).collect::<Vec<_>>(),
        "sex" => rows.iter().map(|r| r.0.2).collect::<Vec<_>>(),
        "ethnicity" => rows.iter().map(|r| r.0.3).collect::<Vec<_>>(),
        "commune" => rows.iter().map(|r| r.0.4).collect::<Vec<_>>(),
        "attends" => rows.iter().map(|r| r.1.1).collect::<Vec<_>>(),
        "birth_registered" => rows.iter().map(|r| r.1.2).collect::<Vec<_>>(),
        "supported" => rows.iter().map(|r| r.1.3).collect::<Vec<_>>(),
        "works" => rows.iter().map(|r| r.1.4).collect::<Vec<_>>(),
    ]
    .unwrap();
    frame.with_column(dates("birth_date", rows.iter().map(|r| r.0.0).collect())).unwrap();
    frame.with_column(list("circumstances", rows.iter().map(|r| r.1.0.clone()).collect())).unwrap();
    frame
}

type Victim = (Option<u8>, u8, Option<i32>, Option<i32>, i32, Option<Vec<&'static str>>, Option<bool>, Option<&'static str>);

fn victim() -> impl Strategy<Value = Victim> {
    (
        prop::option::weighted(0.8, 0..6_u8),
        0..6_u8,
        prop::option::weighted(0.9, 12_053..19_400_i32),
        prop::option::weighted(0.7, 18_990..19_370_i32),
        18_990..19_370_i32,
        prop::option::weighted(0.8, prop::collection::vec(prop::sample::select(vec!["violence", "neglect", "other"]), 0..3)),
        flag(),
        word(&["male", "female"]),
    )
}

fn victims(rows: &[Victim]) -> DataFrame {
    let mut frame = df![
        "child_id" => rows.iter().map(|r| r.0.map(|id| format!("a child with a long name {id}"))).collect::<Vec<_>>(),
        "case_id" => rows.iter().map(|r| format!("v{}", r.1)).collect::<Vec<_>>(),
        "commune" => rows.iter().map(|_| "12364").collect::<Vec<_>>(),
        "confirmed" => rows.iter().map(|r| r.6).collect::<Vec<_>>(),
        "sex" => rows.iter().map(|r| r.7).collect::<Vec<_>>(),
    ]
    .unwrap();
    frame.with_column(dates("birth_date", rows.iter().map(|r| r.2).collect())).unwrap();
    frame.with_column(dates("incident_date", rows.iter().map(|r| r.3).collect())).unwrap();
    frame.with_column(dates("received_date", rows.iter().map(|r| Some(r.4)).collect())).unwrap();
    frame.with_column(list("forms", rows.iter().map(|r| r.5.clone()).collect())).unwrap();
    frame
}

static CHILDREN: LazyLock<Plan> = LazyLock::new(|| plan("children", &["sex", "age_group", "ethnicity", "circumstance"]));
static VICTIMS: LazyLock<Plan> = LazyLock::new(|| plan("victims", &["sex", "age_group", "form"]));

/// Every indicator of the catalogue that counts rows of a table; unknown areas are kept.
fn plan(table: &str, by: &[&str]) -> Plan {
    let catalogue = Catalogue::builtin();
    let of_table = |id: &String| catalogue.quantities().get(id).is_some_and(|q| q.table == table);
    let ids: Vec<String> = catalogue.indicators().iter().filter(|i| of_table(&i.numerator)).map(|i| i.id.clone()).collect();
    let plan = Plan::new(&catalogue, "2022").indicators(ids).by(by.iter().copied()).area_level("commune");
    plan.unknown_areas(UnknownAreas::Keep).build().unwrap()
}

fn by_machine(plan: &Plan, table: &str, batches: Vec<DataFrame>, context: &Context) -> Result<Tally> {
    super::Counting::new(&plan.question, table, context).all(batches.into_iter().map(Ok))
}

fn simply(plan: &Plan, table: &str, frame: &DataFrame, context: &Context) -> Result<Tally> {
    let passes = Pass::all(&plan.question, table, context)?;
    let (tally, problems) = simple::count(&passes, frame, 0)?;
    problems.into_result(&plan.area_vintage().to_string())?;
    Ok(tally)
}

fn context() -> Context {
    Context { ethnic_list: Some(EthnicList::Of2008), ..Context::default() }
}

fn split(frame: &DataFrame, cuts: &[usize], forms: &[Form]) -> Vec<DataFrame> {
    let mut cuts: Vec<usize> = cuts.iter().map(|c| c % (frame.height() + 1)).chain([0, frame.height()]).collect();
    cuts.sort_unstable();
    cuts.windows(2).zip(forms.iter().cycle()).map(|(w, form)| cast(&frame.slice(w[0] as i64, w[1] - w[0]), *form)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn children_are_counted_as_in_the_simple_way(
        rows in prop::collection::vec(child(), 0..150),
        cuts in prop::collection::vec(any::<usize>(), 0..4),
        forms in prop::collection::vec(form(), 1..4),
    ) {
        let frame = children(&rows);
        let context = context();
        let expected = simply(&CHILDREN, "children", &frame, &context).unwrap();
        let found = by_machine(&CHILDREN, "children", split(&frame, &cuts, &forms), &context).unwrap();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn victims_are_counted_as_in_the_simple_way(
        rows in prop::collection::vec(victim(), 0..80),
        cuts in prop::collection::vec(any::<usize>(), 0..4),
        forms in prop::collection::vec(form(), 1..4),
    ) {
        let frame = victims(&rows);
        let context = context();
        let expected = simply(&VICTIMS, "victims", &frame, &context).unwrap();
        let found = by_machine(&VICTIMS, "victims", split(&frame, &cuts, &forms), &context).unwrap();
        prop_assert_eq!(found, expected);
    }
}

/// More rows than one chunk; classes keep appearing and histograms must grow.
#[test]
fn what_outgrows_its_room_is_put_away_and_counted_on() {
    let communes: Vec<String> = {
        let list = crate::area::AreaList::on(chrono::NaiveDate::from_ymd_opt(2022, 12, 31).unwrap()).unwrap();
        list.areas().iter().filter(|a| a.level == crate::area::Level::Commune).map(|a| a.code.clone()).collect()
    };
    let (rows, count) = (120_000, 120_000_usize);
    // Sorted by commune, so that new areas appear in every chunk; ethnic groups and ages vary quickly.
    let days: Vec<Option<i32>> = (0..rows).map(|i| (i % 97 != 0).then_some(12_500 + (i * 7919) % 6_800)).collect();
    let groups: Vec<String> = (0..rows).map(|i| format!("{:02}", 1 + (i * 31) % 54)).collect();
    let mut frame = df![
        "commune" => (0..count).map(|i| communes[i * communes.len() / count].as_str()).collect::<Vec<_>>(),
        "ethnicity" => groups,
        "sex" => (0..count).map(|i| ["male", "female", "unknown"][i % 3]).collect::<Vec<_>>(),
        "birth_registered" => (0..rows).map(|i| (i % 11 != 0).then_some(i % 5 != 0)).collect::<Vec<_>>(),
    ]
    .unwrap();
    frame.with_column(dates("birth_date", days)).unwrap();
    let plan = Plan::new(&Catalogue::builtin(), "2022")
        .indicators(["birth_registration_under_5", "child_population"])
        .by(["sex", "age_group", "ethnicity"])
        .area_level("commune")
        .build()
        .unwrap();
    let context = context();
    let expected = simply(&plan, "children", &frame, &context).unwrap();
    assert_eq!(by_machine(&plan, "children", vec![frame.clone()], &context).unwrap(), expected);
    let parts = (0..rows).step_by(33_333).map(|at| frame.slice(i64::from(at), 33_333)).collect();
    assert_eq!(by_machine(&plan, "children", parts, &context).unwrap(), expected);
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| by_machine(&plan, "children", vec![frame.clone()], &context).unwrap());
        assert_eq!(found, expected, "{threads} threads");
    }
}

/// Classes of more than 64 bits together: forty flags, and columns of many values.
mod wide {
    use super::*;
    use crate::catalogue::{ColumnType, Table};
    use crate::crosstab::{Count, Crosstab};

    const FLAGS: usize = 40;
    const WORDS: usize = 200;

    fn table() -> Table {
        let table = Table::new("calls").with("place", ColumnType::Text).with("age", ColumnType::Integer).with("z", ColumnType::Flag);
        (0..FLAGS).fold(table, |table, nth| table.with(format!("f{nth:02}"), ColumnType::Flag))
    }

    /// Counts whose conditions read every column, so that all of them are one combination.
    fn crosstab(by: &[&str]) -> Crosstab {
        let places = (0..WORDS - 1).map(|nth| format!("place = 'k{nth}'"));
        let ages = (0..WORDS as i32 - 1).map(|age| format!("age = {age}"));
        let flags = (0..FLAGS).map(|nth| format!("f{nth:02}"));
        let any = places.chain(ages).chain(flags).collect::<Vec<_>>().join(" OR ");
        let rare = (0..FLAGS).map(|nth| format!("f{nth:02}")).collect::<Vec<_>>().join(" AND ");
        let mut made = Crosstab::of(table())
            .count("some", Count::rows().filter(format!("z AND NOT (place IS NULL AND ({any}))")))
            .count("all", Count::rows().filter(format!("z AND ({rare}) AND age > 3 AND place <> 'k1'")));
        for column in by {
            made = made.by(*column, ["true", "false"]);
        }
        made.build().unwrap()
    }

    /// Rows that differ in few bits, the highest among them: a lost bit would merge them.
    fn frame(rows: &[(Option<u16>, Option<u16>, u64, u64)]) -> DataFrame {
        let flag = |nth: usize| {
            let of = rows.iter().map(|(_, _, yes, known)| (known >> nth & 1 == 1).then_some(yes >> nth & 1 == 1));
            Column::new(format!("f{nth:02}").into(), of.collect::<Vec<_>>())
        };
        let mut columns = vec![
            Column::new("place".into(), rows.iter().map(|r| r.0.map(|n| format!("k{}", usize::from(n) % WORDS))).collect::<Vec<_>>()),
            Column::new("age".into(), rows.iter().map(|r| r.1.map(|n| i32::from(n) % WORDS as i32)).collect::<Vec<_>>()),
            Column::new("z".into(), rows.iter().map(|r| (r.3 >> 40 & 1 == 1).then_some(r.2 >> 40 & 1 == 1)).collect::<Vec<_>>()),
        ];
        columns.extend((0..FLAGS).map(flag));
        DataFrame::new(rows.len(), columns).unwrap()
    }

    fn same(made: &Crosstab, frame: &DataFrame, batches: Vec<DataFrame>) {
        let context = Context::default();
        let passes = Pass::all(&made.question, "calls", &context).unwrap();
        let expected = simple::count(&passes, frame, 0).unwrap().0;
        assert_eq!(made.count(batches.into_iter().map(Ok)).unwrap(), expected);
    }

    /// Every class of every column occurs first, so that the combinations need all their bits from there on.
    #[test]
    fn more_bits_than_a_number_has_count_as_in_the_simple_way() {
        let many = (0..WORDS as u16).map(|n| (Some(n), Some(n), u64::from(n).wrapping_mul(0x9E37_79B9_7F4A_7C15), u64::MAX >> (n % 40)));
        // One row for each flag alone, known and unknown: the highest bits differ and nothing else does.
        let single = (0..41).flat_map(|nth| [(None, None, 1 << nth | 1 << 40, u64::MAX), (None, None, 1 << 40, !(1 << nth))]);
        let repeats = (0..3_000_u64).map(|n| (None, Some((n % 7) as u16), 1 << (n % 40) | 1 << 40, u64::MAX));
        let rows: Vec<_> = many.chain(single).chain(repeats).collect();
        let whole = frame(&rows);
        for by in [&[][..], &["f00", "f39"]] {
            let made = crosstab(by);
            same(&made, &whole, vec![whole.clone()]);
            same(&made, &whole, (0..whole.height()).step_by(97).map(|at| whole.slice(at as i64, 97)).collect());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn any_rows_of_wide_combinations_count_as_in_the_simple_way(
            rows in prop::collection::vec((prop::option::of(any::<u16>()), prop::option::of(any::<u16>()), any::<u64>(), any::<u64>()), 0..400),
            cut in 0..400_usize,
        ) {
            let whole = frame(&rows);
            let made = crosstab(&[]);
            let parts = vec![whole.slice(0, cut), whole.slice(cut.min(rows.len()) as i64, rows.len())];
            same(&made, &whole, parts);
        }
    }
}

/// Text that is no identifier counts like a missing key, and spellings of one identifier are one key.
#[test]
fn keys_are_identifiers() {
    let plan = Plan::new(&Catalogue::builtin(), "2022").indicators(["abused_children"]).build().unwrap();
    let ids = ["", " ", "\u{a0}", "\u{200b}", "nan", "3.91E+16", "3,91E+16", "k1", " k1", "k1\u{a0}", "K1", "e\u{301}1", "é1"];
    let frame = |ids: Vec<Option<&str>>| {
        let mut frame = df![
            "case_id" => (0..ids.len()).map(|n| format!("c{n}")).collect::<Vec<_>>(),
            "child_id" => ids.clone(),
            "commune" => vec!["12364"; ids.len()],
            "confirmed" => vec![true; ids.len()],
        ]
        .unwrap();
        frame.with_column(dates("birth_date", vec![Some(16_000); ids.len()])).unwrap();
        frame.with_column(dates("received_date", vec![Some(19_000); ids.len()])).unwrap();
        frame
    };
    // Seven without an identifier, then k1 (three spellings), K1 and é1 (two): by hand 7 + 1 + 1 + 1.
    let written = frame(ids.iter().copied().map(Some).collect());
    let without_key = std::iter::repeat_n(None, 7);
    let plain = frame(without_key.chain(["k1", "k1", "k1", "K1", "é1", "é1"].map(Some)).collect());
    let context = Context::default();
    let counted = by_machine(&plan, "victims", vec![written.clone()], &context).unwrap();
    assert_eq!(counted, simply(&plan, "victims", &written, &context).unwrap());
    assert_eq!(counted, by_machine(&plan, "victims", vec![plain], &context).unwrap());
    let table = plan.finish(&counted).unwrap().table;
    assert_eq!(table.column("numerator").unwrap().i64().unwrap().get(0), Some(10));
}
