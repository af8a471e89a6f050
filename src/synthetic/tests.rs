//! The synthetic province has the promised properties.

use super::*;
use polars_core::prelude::*;

fn communes(count: usize) -> Vec<Commune> {
    (0..count).map(|n| Commune { code: format!("{:05}", 12_000 + 3 * n), district: format!("{}", 320 + n / 8) }).collect()
}

fn make(communes: &[Commune], children: usize, seed: u64) -> (Tables, DataFrame) {
    let province = Province { code: "33", communes, children, year: 2022, seed, silent: 0 };
    let (tables, truth) = generate(&province).unwrap();
    (tables, truth.to_frame())
}

fn same(a: &(Tables, DataFrame), b: &(Tables, DataFrame)) -> Vec<bool> {
    let tables = a.0.iter().zip(&b.0).map(|((name, x), (other, y))| name == other && x.equals_missing(y));
    tables.chain([a.1.equals_missing(&b.1)]).collect()
}

fn table<'a>(tables: &'a [(&'static str, DataFrame)], name: &str) -> &'a DataFrame {
    &tables.iter().find(|(n, _)| *n == name).unwrap().1
}

/// Numerator, denominator and undecided of one row of the truth.
fn row(truth: &DataFrame, indicator: &str, measure: &str, area: &str, sex: &str) -> (i64, Option<i64>, i64) {
    let text = |name: &str| truth.column(name).unwrap().str().unwrap().clone();
    let number = |name: &str| truth.column(name).unwrap().i64().unwrap().clone();
    let (indicators, measures, areas, sexes) = (text("indicator"), text("measure"), text("area"), text("sex"));
    let mut found = (0..truth.height()).filter(|i| {
        indicators.get(*i) == Some(indicator)
            && measures.get(*i) == Some(measure)
            && areas.get(*i) == Some(area)
            && sexes.get(*i) == Some(sex)
    });
    let i = found.next().unwrap_or_else(|| panic!("{indicator} {measure} {area} {sex}"));
    assert!(found.next().is_none());
    (number("numerator").get(i).unwrap(), number("denominator").get(i), number("undecided").get(i).unwrap())
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let communes = communes(23);
    let first = make(&communes, 150_000, 7);
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let again = pool.install(|| make(&communes, 150_000, 7));
        assert_eq!(same(&first, &again), [true; 14]);
    }
}

#[test]
fn another_seed_gives_another_province() {
    let communes = communes(23);
    let answers = same(&make(&communes, 20_000, 1), &make(&communes, 20_000, 2));
    assert_eq!(answers, [false; 14]);
}

#[test]
fn impossible_provinces_are_refused() {
    let one = communes(1);
    let province = Province { code: "33", communes: &one, children: 10, year: 2022, seed: 1, silent: 0 };
    assert!(generate(&Province { communes: &[], ..province }).is_err());
    assert!(generate(&Province { communes: &[one[0].clone(), one[0].clone()], ..province }).is_err());
    assert!(generate(&Province { code: "", ..province }).is_err());
    assert!(generate(&Province { code: "Hưng Yên", ..province }).is_err());
    assert!(generate(&Province { year: 0, ..province }).is_err());
    for children in [0, 1, 65_536, 65_537] {
        let (tables, _) = generate(&Province { children, ..province }).unwrap();
        assert_eq!(tables[0].1.height(), children);
    }
}

#[test]
fn the_columns_are_those_of_the_tables() {
    let (tables, _) = make(&communes(5), 2_000, 1);
    let names: Vec<&str> = tables.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "children",
            "births",
            "deaths",
            "population",
            "injuries",
            "marriages",
            "victims",
            "perpetrators",
            "sanctions",
            "communes",
            "villages",
            "schools",
            "pupils"
        ]
    );
    let list = DataType::List(Box::new(DataType::String));
    let of = |name: &str, column: &str| table(&tables, name).column(column).unwrap().dtype().clone();
    assert_eq!(of("children", "circumstances"), list);
    assert_eq!(of("children", "birth_date"), DataType::Date);
    assert_eq!(of("children", "works"), DataType::Boolean);
    assert_eq!(of("victims", "forms"), list);
    assert_eq!(of("population", "persons"), DataType::Int64);
    assert_eq!(of("pupils", "school_year"), DataType::String);
    for (name, frame) in &tables {
        assert!(frame.height() > 0, "{name}");
    }
}

#[test]
fn totals_are_those_of_a_province() {
    let (tables, truth) = make(&communes(40), 300_000, 3);
    let of = |indicator: &str, measure: &str| row(&truth, indicator, measure, "33", "total");
    let share = |indicator: &str, measure: &str| {
        let (numerator, denominator, _) = of(indicator, measure);
        numerator as f64 / denominator.unwrap() as f64
    };
    let (children, _, unknown) = of("child_population", "count");
    assert!((285_000..=300_000).contains(&children) && (50..500).contains(&unknown), "{children} {unknown}");
    assert!((1.06..1.18).contains(&share("sex_ratio_at_birth", "ratio")));
    assert!((0.012..0.019).contains(&share("crude_birth_rate", "per_1000")));
    assert!((0.25..0.265).contains(&share("child_share_of_population", "percent")));
    assert!((0.9..1.05).contains(&share("primary_completion", "percent")));
    assert!((0.96..1.0).contains(&share("birth_registration_under_5", "percent")));
    assert!((0.015..0.03).contains(&share("special_circumstances", "percent")));
    assert!((0.003..0.008).contains(&share("child_injury", "per_100000")));
    let (abused, _, _) = of("abused_children", "count");
    assert!((150..270).contains(&abused), "{abused}");
    let (neonatal, infant, under_5) = (
        share("neonatal_mortality_rate", "per_1000"),
        share("infant_mortality_rate", "per_1000"),
        share("under_five_mortality_rate", "per_1000"),
    );
    assert!(0.004 < neonatal && neonatal < infant && infant < under_5 && under_5 < 0.025);
    assert_eq!(table(&tables, "children").height(), 300_000);
}

#[test]
fn areas_and_sexes_add_up_where_they_must() {
    let communes = communes(20);
    let (_, truth) = make(&communes, 60_000, 5);
    let sum = |indicator: &str, measure: &str, areas: &[&str], sexes: &[&str]| {
        let mut all = (0, 0, 0);
        for area in areas {
            for sex in sexes {
                let (a, b, c) = row(&truth, indicator, measure, area, sex);
                all = (all.0 + a, all.1 + b.unwrap_or(0), all.2 + c);
            }
        }
        all
    };
    let codes: Vec<&str> = communes.iter().map(|c| c.code.as_str()).collect();
    let sexes = ["male", "female", "unknown"];
    for (indicator, measure) in
        [("birth_registration_under_5", "percent"), ("infant_mortality_rate", "per_1000"), ("nursery_enrolment", "count")]
    {
        let whole = sum(indicator, measure, &["VN"], &["total"]);
        assert_eq!(whole, sum(indicator, measure, &["33"], &sexes));
        assert_eq!(whole, sum(indicator, measure, &["320", "321", "322"], &["total"]));
        assert_eq!(whole, sum(indicator, measure, &codes, &sexes));
    }
    let (whole, _, _) = row(&truth, "abused_children", "count", "33", "total");
    assert!(whole <= sum("abused_children", "count", &codes, &["total"]).0);
}

#[test]
fn the_hard_records_are_there() {
    let (tables, _) = make(&communes(30), 200_000, 11);
    let children = table(&tables, "children");
    let dates = children.column("birth_date").unwrap().date().unwrap().physical().clone();
    let born = |year: i32, month: u32, day: u32| {
        let day = calendar::day(year, month, day);
        dates.iter().flatten().filter(|d| *d == day).count()
    };
    // Sixteen on the last day, a day younger, and born on 29 February.
    assert!(born(2006, 12, 31) > 0 && born(2007, 1, 1) > 0 && born(2020, 2, 29) > 0);
    let years = children.column("birth_year").unwrap().i32().unwrap().clone();
    assert!(dates.iter().zip(years.iter()).any(|(d, y)| d.is_none() && y.is_some()));
    assert!(dates.iter().zip(years.iter()).any(|(d, y)| d.is_none() && y.is_none()));
    let circumstances = children.column("circumstances").unwrap().list().unwrap().clone();
    let lengths: Vec<Option<usize>> = circumstances.amortized_iter().map(|l| l.map(|l| l.as_ref().len())).collect();
    for wanted in [None, Some(0), Some(1), Some(2)] {
        assert!(lengths.contains(&wanted), "{wanted:?}");
    }
    let victims = table(&tables, "victims");
    let distinct = |column: &str| victims.column(column).unwrap().as_materialized_series().drop_nulls().n_unique().unwrap();
    let known = victims.height() - victims.column("child_id").unwrap().null_count();
    assert!(distinct("child_id") < known && known < victims.height(), "repeat victims, and some without a key");
    assert!(distinct("case_id") < victims.height(), "several children in a case");
    let identity = children.column("personal_id").unwrap().as_materialized_series().drop_nulls();
    assert_eq!(identity.n_unique().unwrap(), identity.len());
    assert!(identity.str().unwrap().iter().flatten().all(|id| id.len() == 12 && id.starts_with("033")));
}

#[test]
fn nulls_are_few_but_in_every_column_that_allows_them() {
    const REQUIRED: [&str; 17] = [
        "child_id",
        "commune",
        "date",
        "year",
        "persons",
        "case_id",
        "received_date",
        "decision_id",
        "decided_on",
        "status",
        "village_id",
        "school_id",
        "school_year",
        "grade",
        "enrolled",
        "completed",
        "dropped_out",
    ];
    let (tables, _) = make(&communes(40), 200_000, 2);
    for (name, frame) in &tables {
        for column in frame.columns() {
            let required = REQUIRED.contains(&column.name().as_str())
                && !(column.name() == "child_id" && *name != "children")
                && !(column.name() == "case_id" && *name == "sanctions")
                || *name == "marriages";
            assert_eq!(column.null_count() == 0, required, "{name}.{}", column.name());
        }
    }
}
