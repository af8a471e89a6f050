//! Small counts hidden, through the public Rust API: cases worked by hand (Python reads the same file), a table of the literature,
//! laws of rounding.

use chitieu::disclosure::{Axis, Protection, Rule, TOTAL, Tightness, Zeros, audit, protect, round_random, round_small};
use chitieu::{Error, Result};
use polars_core::prelude::*;
use proptest::prelude::*;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

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
    threshold: Option<u64>,
    zeros: Option<String>,
    protection: Option<u32>,
    dims: Vec<String>,
    #[serde(default)]
    hierarchies: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    distinct: Vec<String>,
    rows: Vec<Vec<toml::Value>>,
    hidden: Vec<Vec<String>>,
    bounds: Vec<Vec<toml::Value>>,
}

impl Case {
    fn rule(&self) -> Rule {
        let zeros = if self.zeros.as_deref() == Some("hidden") { Zeros::Hidden } else { Zeros::Shown };
        let protection = self.protection.map_or(Protection::NoExactValue, Protection::Values);
        Rule::new(self.threshold.unwrap_or(5), zeros, protection).unwrap()
    }

    fn axes(&self) -> Vec<Axis> {
        let axis = |name: &String| {
            let tree = self.hierarchies.get(name).into_iter().flatten();
            let axis = tree.fold(Axis::new(name), |axis, (child, parent)| axis.under(child, parent));
            if self.distinct.contains(name) { axis.distinct() } else { axis }
        };
        self.dims.iter().map(axis).collect()
    }

    fn frame(&self) -> DataFrame {
        let text = |nth: usize| self.rows.iter().map(|row| row[nth].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let mut columns: Vec<Column> = self.dims.iter().enumerate().map(|(nth, name)| Column::new(name.into(), text(nth))).collect();
        let counts: Vec<i64> = self.rows.iter().map(|row| row[self.dims.len()].as_integer().unwrap()).collect();
        columns.push(Column::new("n".into(), counts));
        DataFrame::new(self.rows.len(), columns).unwrap()
    }
}

/// The cells of a table: categories, and a column of numbers.
fn cells(table: &DataFrame, dims: &[String], column: &str) -> BTreeMap<Vec<String>, Option<i64>> {
    let words = |row: usize| dims.iter().map(|d| table.column(d).unwrap().str().unwrap().get(row).unwrap().to_owned()).collect();
    let numbers = table.column(column).unwrap().i64().unwrap().clone();
    (0..table.height()).map(|row| (words(row), numbers.get(row))).collect()
}

#[test]
fn cases_worked_by_hand() {
    let file: File = toml::from_str(include_str!("cases/disclosure/tables.toml")).unwrap();
    for case in &file.case {
        let found = protect(&case.frame(), &case.axes(), "n", &case.rule()).unwrap();
        let shown = cells(&found.table, &case.dims, "n");
        let hidden: BTreeSet<Vec<String>> = shown.iter().filter(|(_, n)| n.is_none()).map(|(words, _)| words.clone()).collect();
        assert_eq!(hidden, case.hidden.iter().cloned().collect(), "{}", case.name);
        let (lower, upper) = (cells(&found.table, &case.dims, "lower"), cells(&found.table, &case.dims, "upper"));
        for bound in &case.bounds {
            let words: Vec<String> = bound[..case.dims.len()].iter().map(|w| w.as_str().unwrap().to_owned()).collect();
            let [least, most] = [0, 1].map(|nth| bound[case.dims.len() + nth].as_integer().unwrap());
            assert_eq!((lower[&words], upper[&words]), (Some(least), (most >= 0).then_some(most)), "{}: {words:?}", case.name);
        }
        // What was made safe is found safe by who knows nothing of how it was made.
        let judged = audit(&found.table, &case.axes(), "n", &case.rule(), Tightness::Carried).unwrap();
        assert!(judged.column("safe").unwrap().bool().unwrap().all(), "{}\n{judged}", case.name);
    }
}

/// Table 1 of M. Fischetti and J. J. Salazar-González, "Models and algorithms for optimizing cell suppression in tabular data with linear
/// constraints", Journal of the American Statistical Association 95 (2000), 916–928 (after L. Willenborg and T. de Waal, Statistical Disclosure
/// Control in Practice, 1996): investments by activity and region, with the cells of activities II and III in regions A and C hidden. An attacker who
/// knows that investments are not negative finds 5 to 30 for activity II in region C: with II-A = a and III-A = 25 - a, II-C = 30 - a and 0 <= a <= 25.
#[test]
fn the_attacker_of_the_literature() -> Result<()> {
    let frame = df![
        "activity" => ["I", "I", "I", "I", "II", "II", "II", "II", "III", "III", "III", "III", TOTAL, TOTAL, TOTAL, TOTAL],
        "region" => ["A", "B", "C", TOTAL, "A", "B", "C", TOTAL, "A", "B", "C", TOTAL, "A", "B", "C", TOTAL],
        "n" => [
            Some(20), Some(50), Some(10), Some(80), None, Some(19), None, Some(49),
            None, Some(32), None, Some(61), Some(45), Some(101), Some(44), Some(190),
        ],
    ]
    .unwrap();
    let rule = Rule::new(5, Zeros::Hidden, Protection::NoExactValue)?;
    let judged = audit(&frame, &[Axis::new("activity"), Axis::new("region")], "n", &rule, Tightness::Carried)?;
    let dims = ["activity".to_owned(), "region".to_owned()];
    let cell = vec!["II".to_owned(), "C".to_owned()];
    assert_eq!((cells(&judged, &dims, "lower")[&cell], cells(&judged, &dims, "upper")[&cell]), (Some(5), Some(30)));
    Ok(())
}

/// A table on which carried bounds are not the tightest: three dimensions of two categories with all two-way margins shown. One
/// number decides all eight cells, which alternate: 2 + t, 2 - t …; so each cell is 1 to 3 where all others are at least 1.
#[test]
fn exact_bounds_come_from_integer_programs() -> Result<()> {
    let (mut a, mut b, mut c, mut n) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let words = ["0", "1", TOTAL];
    for (x, y, z) in (0..27).map(|nth| (nth / 9, nth / 3 % 3, nth % 3)) {
        let size = |of: usize| if of == 2 { 2_i64 } else { 1 };
        let is_inner = x < 2 && y < 2 && z < 2;
        a.push(words[x]);
        b.push(words[y]);
        c.push(words[z]);
        n.push((!is_inner).then(|| 2 * size(x) * size(y) * size(z)));
    }
    let frame = df!["a" => a, "b" => b, "c" => c, "n" => n].unwrap();
    let axes = ["a", "b", "c"].map(Axis::new);
    let judged = audit(&frame, &axes, "n", &Rule::default(), Tightness::Exact)?;
    let dims = ["a", "b", "c"].map(str::to_owned);
    assert!(cells(&judged, &dims, "lower").values().all(|n| *n == Some(1)), "{judged}");
    assert!(cells(&judged, &dims, "upper").values().all(|n| *n == Some(3)), "{judged}");
    assert!(judged.column("safe").unwrap().bool().unwrap().all());
    Ok(())
}

#[test]
fn an_audit_names_what_can_be_worked_out() -> Result<()> {
    // The small cell alone is hidden: its row and its column give it away.
    let frame = df![
        "commune" => ["A", "A", "A", "B", "B", "B", TOTAL, TOTAL, TOTAL],
        "sex" => ["f", "m", TOTAL, "f", "m", TOTAL, "f", "m", TOTAL],
        "n" => [None, Some(9), Some(10), Some(7), Some(12), Some(19), Some(8), Some(21), Some(29)],
    ]
    .unwrap();
    let axes = [Axis::new("commune"), Axis::new("sex")];
    let judged = audit(&frame, &axes, "n", &Rule::default(), Tightness::Exact)?;
    assert_eq!(judged.height(), 1);
    assert_eq!(judged.column("finding").unwrap().str().unwrap().get(0), Some("recovered"));
    assert_eq!(judged.column("lower").unwrap().i64().unwrap().get(0), Some(1));
    // Numbers that no counts can have together: 3 of 2.
    let wrong = df!["commune" => ["A", TOTAL], "n" => [3, 2]].unwrap();
    assert!(matches!(audit(&wrong, &[Axis::new("commune")], "n", &Rule::default(), Tightness::Carried), Err(Error::Contradiction { .. })));
    Ok(())
}

#[test]
fn what_is_no_table_of_counts_is_refused_with_its_column() {
    let axes = |name: &str| [Axis::new(name)];
    let code = |frame: &DataFrame, axes: &[Axis]| protect(frame, axes, "n", &Rule::default()).unwrap_err().code();
    let good = df!["commune" => ["A", "B"], "n" => [1, 9]].unwrap();
    assert_eq!(code(&good, &axes("ward")), "missing_column");
    assert_eq!(code(&df!["commune" => ["A", "A"], "n" => [1, 9]].unwrap(), &axes("commune")), "bad_value");
    assert_eq!(code(&df!["commune" => ["A", "B"], "n" => [-1, 9]].unwrap(), &axes("commune")), "bad_value");
    assert_eq!(code(&df!["commune" => ["A", "B"], "n" => [1.5, 9.0]].unwrap(), &axes("commune")), "wrong_type");
    assert_eq!(code(&df!["commune" => [Some("A"), None], "n" => [1, 9]].unwrap(), &axes("commune")), "bad_value");
    assert_eq!(code(&df!["commune" => ["A", TOTAL], "n" => [1, 9]].unwrap(), &axes("commune")), "bad_value");
    assert_eq!(code(&df!["full_name" => ["A", "B"], "n" => [1, 9]].unwrap(), &axes("full_name")), "bad_number");
    assert_eq!(code(&df!["child_id" => ["A", "B"], "n" => [1, 9]].unwrap(), &axes("child_id")), "bad_number");
    assert_eq!(code(&good, &[Axis::new("commune").under("A", "B").under("B", "A")]), "bad_number");
    // A total of distinct children below one of its parts.
    let less = df!["form" => [TOTAL, "a", "b"], "n" => [5, 6, 1]].unwrap();
    assert_eq!(code(&less, &[Axis::new("form").distinct()]), "bad_value");
    // No rows at all: one total of 0.
    let empty = df!["commune" => Vec::<String>::new(), "n" => Vec::<i64>::new()].unwrap();
    assert_eq!(protect(&empty, &axes("commune"), "n", &Rule::default()).unwrap().table.height(), 1);
}

/// Inner counts of communes by sex, a third of them 0.
fn table() -> impl Strategy<Value = DataFrame> {
    prop::collection::vec(prop_oneof![Just(0_i64), 0..9_i64, 0..60_i64], 8).prop_map(|counts| {
        let communes = ["A", "A", "B", "B", "C", "C", "D", "D"];
        df!["commune" => communes, "sex" => ["f", "m", "f", "m", "f", "m", "f", "m"], "n" => counts].unwrap()
    })
}

proptest! {
    #[test]
    fn small_count_rounding_keeps_every_margin_a_sum(frame in table(), base in 2..8_u64) {
        let dims = ["commune".to_owned(), "sex".to_owned()];
        let rounded = round_small(&frame, &[Axis::new("commune"), Axis::new("sex")], "n", base).unwrap();
        let found = cells(&rounded.table, &dims, "n");
        let of = |commune: &str, sex: &str| found[&vec![commune.to_owned(), sex.to_owned()]].unwrap();
        for sex in ["f", "m", TOTAL] {
            prop_assert_eq!(["A", "B", "C", "D"].map(|c| of(c, sex)).iter().sum::<i64>(), of(TOTAL, sex));
        }
        for commune in ["A", "B", "C", "D", TOTAL] {
            prop_assert_eq!(of(commune, "f") + of(commune, "m"), of(commune, TOTAL));
        }
        // Inner counts are 0, the base or more; those of the base or more are true.
        for (words, n) in cells(&frame, &dims, "n") {
            let (true_one, now) = (n.unwrap(), found[&words].unwrap());
            let fits = if (1..base.cast_signed()).contains(&true_one) { now == 0 || now == base.cast_signed() } else { now == true_one };
            prop_assert!(fits, "{true_one} became {now}");
        }
    }

    #[test]
    fn random_rounding_is_near_and_the_same_in_every_table(frame in table(), base in prop::sample::select(vec![3_u64, 5])) {
        let dims = ["commune".to_owned(), "sex".to_owned()];
        let secret = b"a secret of the province";
        let both = round_random(&frame, &[Axis::new("commune"), Axis::new("sex")], "n", base, secret).unwrap();
        let turned = round_random(&frame.reverse(), &[Axis::new("sex"), Axis::new("commune")], "n", base, secret).unwrap();
        let found = cells(&both.table, &dims, "n");
        prop_assert_eq!(&found, &cells(&turned.table, &dims, "n"));
        let known = protect(&frame, &[Axis::new("commune"), Axis::new("sex")], "n", &Rule::new(2, Zeros::Shown, Protection::NoExactValue).unwrap()).unwrap();
        for (words, n) in cells(&known.table, &dims, "n").into_iter().filter_map(|(words, n)| Some((words, n?))) {
            let now = found[&words].unwrap();
            prop_assert!(now % base.cast_signed() == 0 && (now - n).abs() < base.cast_signed());
        }
    }
}

/// Over many cells of 1 the mean of random rounding is 1: a third of them become 3 (binomial, 3,000 cells: within 5 standard
/// deviations of 25.8).
#[test]
fn random_rounding_is_right_on_average() {
    let names: Vec<String> = (0..3_000).map(|n| format!("c{n:04}")).collect();
    let frame = df!["commune" => names, "n" => vec![1; 3_000]].unwrap();
    let found = round_random(&frame, &[Axis::new("commune")], "n", 3, b"a secret of the province").unwrap();
    let up = found.table.column("n").unwrap().i64().unwrap().iter().skip(1).flatten().filter(|n| *n == 3).count();
    assert!((1_000_i64 - up as i64).abs() < 130, "{up}");
    assert!(round_random(&frame, &[Axis::new("commune")], "n", 3, b"short").is_err());
    assert!(round_random(&frame, &[Axis::new("commune")], "n", 4, b"a secret of the province").is_err());
}
