//! The statistics against independently computed reference values and published ones (`tests/stats/`), and laws for any
//! numbers. Python reads the same files.
#![allow(clippy::cast_sign_loss, clippy::float_cmp, reason = "counts are printed among floats; exact equality is meant")]

use chitieu::Error;
use chitieu::stats::{
    self, ChangeMethod, DirectMethod, FunnelMethod, Group, IndirectStratum, Interval, Kind, Place, Rate, RateMethod, Status, Stratum,
};
use proptest::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Reference {
    clopper_pearson: Vec<Share>,
    garwood: Vec<Count>,
}

#[derive(Deserialize)]
struct Share {
    x: u64,
    n: u64,
    level: f64,
    lower: f64,
    upper: f64,
}

#[derive(Deserialize)]
struct Count {
    x: u64,
    level: f64,
    lower: f64,
    upper: f64,
}

fn reference() -> Reference {
    toml::from_str(include_str!("stats/reference.toml")).unwrap()
}

/// The published rows of one method.
fn printed(kind: &str) -> Vec<Vec<f64>> {
    let file: BTreeMap<String, Vec<toml::Table>> = toml::from_str(include_str!("stats/published.toml")).unwrap();
    file[kind].iter().flat_map(|entry| entry["cases"].as_array().unwrap().iter().map(numbers)).collect()
}

fn numbers(row: &toml::Value) -> Vec<f64> {
    row.as_array().unwrap().iter().map(|v| v.as_float().unwrap_or_else(|| v.as_integer().unwrap() as f64)).collect()
}

#[track_caller]
fn near(found: f64, expected: f64, relative: f64, what: &str) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{what}: {found:e}, expected {expected:e}");
}

#[track_caller]
fn rounds_to(found: f64, printed: f64, decimals: i32) {
    assert!((found - printed).abs() <= 0.500_001 * 10_f64.powi(-decimals), "{found}, printed {printed}");
}

#[test]
fn exact_limits_of_shares_have_ten_digits_up_to_a_billion() {
    for Share { x, n, level, lower, upper } in reference().clopper_pearson {
        let found = stats::clopper_pearson(x, n, level).unwrap();
        let what = format!("{x} of {n} at {level}");
        near(found.lower, lower, 1e-10, &what);
        near(found.upper, upper, 1e-10, &what);
    }
}

#[test]
fn exact_limits_of_counts_have_ten_digits_up_to_a_billion() {
    for Count { x, level, lower, upper } in reference().garwood {
        let found = stats::rate(x, 1.0, 1.0, level, RateMethod::Exact).unwrap();
        let what = format!("{x} at {level}");
        near(found.lower, lower, 1e-10, &what);
        near(found.upper, upper, 1e-10, &what);
    }
}

#[test]
fn limits_of_one_are_as_printed() {
    for row in printed("wilson") {
        let found = stats::wilson(row[0] as u64, row[1] as u64, 0.95).unwrap();
        rounds_to(found.lower, row[2], 4);
        rounds_to(found.upper, row[3], 4);
    }
    for row in printed("clopper_pearson") {
        let found = stats::clopper_pearson(row[0] as u64, row[1] as u64, 0.95).unwrap();
        rounds_to(found.lower, row[2], 4);
        rounds_to(found.upper, row[3], 4);
    }
    for row in printed("exact_poisson") {
        for (level, lower, upper) in [(0.95, row[1], row[2]), (0.998, row[3], row[4])] {
            let found = stats::rate(row[0] as u64, 1.0, 1.0, level, RateMethod::Exact).unwrap();
            near(found.lower, lower, 1e-4, "lower");
            near(found.upper, upper, 1e-4, "upper");
        }
    }
}

#[test]
fn comparisons_are_as_printed() {
    let pair = |row: &[f64]| ((row[0] as u64, row[1] as u64), (row[2] as u64, row[3] as u64));
    for row in printed("proportion_difference") {
        let (first, second) = pair(&row);
        let found = stats::proportion_difference(first, second, 0.95).unwrap().interval.unwrap();
        rounds_to(found.lower, row[4], 4);
        rounds_to(found.upper, row[5], 4);
    }
    for row in printed("proportion_ratio") {
        let (first, second) = pair(&row);
        let found = stats::proportion_ratio(first, second, 0.95).unwrap().interval.unwrap();
        rounds_to(found.lower, row[5], 2);
        rounds_to(found.upper, row[6], 2);
    }
    for row in printed("rate_ratio") {
        let (first, second) = (Rate { events: row[0] as u64, exposure: row[1] }, Rate { events: row[2] as u64, exposure: row[3] });
        let found = stats::rate_ratio(first, second, 0.95).unwrap().interval.unwrap();
        for (found, printed) in [found.value, found.lower, found.upper].into_iter().zip(&row[4..]) {
            rounds_to(found, *printed, 6);
        }
    }
}

#[test]
fn funnels_are_as_printed() {
    for row in printed("funnel_normal") {
        let found = stats::funnel_limits(80.642_448, row[0], Kind::Proportion, 100.0, FunnelMethod::Normal).unwrap();
        let found = [found.low_998, found.low_95, found.high_95, found.high_998];
        found.iter().zip(&row[1..]).for_each(|(found, printed)| rounds_to(*found, *printed, 5));
    }
    // An observed count reaches a limit where the expected number passes the printed one.
    for row in printed("exact_poisson") {
        let place = |expected: f64| {
            let areas = [(row[0] as u64, expected)];
            stats::funnel(&areas, Kind::Rate, Some(1.0), 1.0, FunnelMethod::Exact).unwrap()[0].place
        };
        let inside = |place| matches!(place, Place::Within | Place::Unreliable);
        assert!(inside(place(row[2] * 0.999_99)) && place(row[2] * 1.000_01) == Place::Low95);
        assert!(place(row[4] * 0.999_99) == Place::Low95 && place(row[4] * 1.000_01) == Place::Low998);
        assert!(inside(place(row[1] * 1.000_01)) && place(row[1] * 0.999_99) == Place::High95);
        assert!(place(row[3] * 1.001) == Place::High95 && place(row[3] * 0.999) == Place::High998);
    }
}

#[test]
fn standardised_rates() {
    let file: BTreeMap<String, Vec<toml::Table>> = toml::from_str(include_str!("stats/published.toml")).unwrap();
    let case = &file["fay_feuer"][0];
    let [events, population, standard] = ["events", "population", "standard"].map(|key| numbers(&case[key]));
    let stratum = |i: usize| Stratum { events: events[i] as u64, population: population[i], standard: standard[i] };
    let strata: Vec<_> = (0..events.len()).map(stratum).collect();
    let found = stats::standardised_rate(&strata, 1e5, 0.95, DirectMethod::FayFeuer, None).unwrap().interval.unwrap();
    let [value, lower, upper] = ["value", "lower", "upper"].map(|key| case[key].as_float().unwrap());
    rounds_to(found.value, value, 5);
    rounds_to(found.lower, lower, 5);
    rounds_to(found.upper, upper, 5);
    let found = stats::standardised_rate(&strata, 1e5, 0.95, DirectMethod::Dobson, None).unwrap().interval.unwrap();
    rounds_to(found.value, value, 5);

    let few = [Stratum { events: 9, population: 100.0, standard: 1.0 }];
    let dobson = stats::standardised_rate(&few, 1.0, 0.95, DirectMethod::Dobson, None).unwrap();
    assert_eq!((dobson.interval, dobson.status), (None, Status::NotAvailable));
    let gamma = stats::standardised_rate(&few, 1.0, 0.95, DirectMethod::FayFeuer, None).unwrap();
    assert!(gamma.interval.is_some() && gamma.status == Status::Unreliable);
    let empty = [Stratum { events: 20, population: 100.0, standard: 1.0 }, Stratum { events: 0, population: 0.0, standard: 1.0 }];
    let found = stats::standardised_rate(&empty, 1.0, 0.95, DirectMethod::Dobson, None).unwrap();
    assert_eq!((found.interval, found.status), (None, Status::NotAvailable));
}

#[test]
fn repeats_are_checked_and_widen() {
    let strata = [Stratum { events: 20, population: 100.0, standard: 1.0 }];
    let rate = |repeats: Option<&[Vec<u64>]>, method| stats::standardised_rate(&strata, 1.0, 0.95, method, repeats);
    let alone = rate(None, DirectMethod::Dobson).unwrap();
    assert_eq!(rate(Some(&[vec![20]]), DirectMethod::Dobson).unwrap(), alone);
    let (alone, twice) = (alone.interval.unwrap(), rate(Some(&[vec![0, 10]]), DirectMethod::Dobson).unwrap().interval.unwrap());
    // Two events for each child: four times the variance of half as many events.
    near(twice.value - twice.lower, 2_f64.sqrt() * (alone.value - alone.lower), 1e-12, "lower");
    near(twice.upper - twice.value, 2_f64.sqrt() * (alone.upper - alone.value), 1e-12, "upper");
    for wrong in [vec![vec![19]], vec![vec![20], vec![]], vec![vec![0, u64::MAX, u64::MAX]]] {
        assert!(matches!(rate(Some(&wrong), DirectMethod::Dobson), Err(Error::BadNumber { what: "repeats", .. })));
    }
    assert!(matches!(rate(Some(&[vec![20]]), DirectMethod::FayFeuer), Err(Error::BadNumber { what: "method", .. })));
}

#[test]
fn strange_numbers_are_refused_or_bounded() {
    let strange = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, 5e-324, f64::MAX, -1.0, 0.0, 1.0, 0.5, 1e-300];
    let counts = [0, 1, 9, 10, 1 << 20, 1 << 53, u64::MAX];
    for a in strange {
        for b in strange {
            for x in counts {
                for n in counts {
                    let _ = stats::proportion(x, n, a, stats::ProportionMethod::ClopperPearson);
                    let _ = stats::proportion_ratio((x, n), (n / 2, n), a);
                    let _ = stats::proportion_difference((x, n), (n / 2, n), a);
                    let _ = stats::rate_ratio(Rate { events: x, exposure: a }, Rate { events: n, exposure: b }, 0.95);
                    let (first, second) = (Rate { events: x, exposure: a }, Rate { events: n, exposure: 1.0 });
                    let _ = stats::rate_difference(first, second, b, 0.95, RateMethod::Exact);
                    let strata = [Stratum { events: x, population: a, standard: b }, Stratum { events: n, population: 1.0, standard: 1.0 }];
                    for method in [DirectMethod::Dobson, DirectMethod::FayFeuer] {
                        let _ = stats::standardised_rate(&strata, 1.0, 0.95, method, None);
                    }
                    let groups = [(a, x, b), (1.0, n, 1e9)].map(|(score, events, denominator)| Group { score, events, denominator });
                    let _ = stats::trend_test(&groups, Kind::Rate);
                    let _ = stats::trend_test(&groups, Kind::Proportion);
                }
                for method in [RateMethod::Byar, RateMethod::ByarOnly, RateMethod::ByarRothmanBoice, RateMethod::Exact] {
                    let _ = stats::rate(x, a, 1.0, b, method);
                }
                let one = [IndirectStratum { population: a, reference_events: b, reference_population: 1.0 }];
                let _ = stats::indirect_rate(x, &one, 1.0, 0.95, RateMethod::Byar);
                for kind in [Kind::Proportion, Kind::Rate] {
                    for method in [FunnelMethod::Exact, FunnelMethod::Normal] {
                        let _ = stats::funnel(&[(x, a), (1, 1e9)], kind, None, b, method);
                        let _ = stats::funnel_limits(a, x as f64, kind, b, method);
                    }
                }
            }
            let _ = stats::annual_change(&[(a, b), (b, a), (1.0, 2.0)], ChangeMethod::LogLinear);
            let _ = stats::required_change(a, b, a);
            if let Ok(scores) = stats::modified_z(&[a, b, 1.0, 2.0]) {
                assert!(scores.iter().all(|s| s.is_finite()), "{a} {b}: {scores:?}");
            }
        }
    }
}

/// A total up to a bound, and a part of it.
fn part_of(most: u64) -> impl Strategy<Value = (u64, u64)> {
    (1..=most).prop_flat_map(|n| (Just(n), 0..=n))
}

fn ordered(i: &Interval) -> bool {
    i.lower <= i.value && i.value <= i.upper
}

proptest! {
    #[test]
    fn limits_hold_the_share_mirror_and_widen((n, x) in part_of(2_000_000_000), level in 0.5..0.999_f64) {
        for method in [stats::wilson, stats::clopper_pearson] {
            let (i, mirror) = (method(x, n, level).unwrap(), method(n - x, n, level).unwrap());
            let wider = method(x, n, f64::midpoint(1.0, level)).unwrap();
            prop_assert!(ordered(&i) && i.lower >= 0.0 && i.upper <= 1.0);
            prop_assert!((i.lower + mirror.upper - 1.0).abs() < 1e-12 && (i.upper + mirror.lower - 1.0).abs() < 1e-12);
            prop_assert!(wider.lower <= i.lower && wider.upper >= i.upper);
        }
    }

    #[test]
    fn exact_shares_are_wider_than_their_tails_allow((n, x) in part_of(10_000)) {
        let (exact, more) = (stats::clopper_pearson(x, n, 0.95).unwrap(), stats::clopper_pearson((x + 1).min(n), n, 0.95).unwrap());
        prop_assert!(more.lower >= exact.lower && more.upper >= exact.upper);
    }

    #[test]
    fn exact_limits_and_p_value_of_a_ratio_agree(x in 0_u64..500, y in 1_u64..500, e in 1.0..1e6_f64, f in 1.0..1e6_f64) {
        let (first, second) = (Rate { events: x, exposure: e }, Rate { events: y, exposure: f });
        let found = stats::rate_ratio(first, second, 0.95).unwrap();
        let i = found.interval.unwrap();
        prop_assert!(ordered(&i));
        prop_assert_eq!(i.lower > 1.0 || i.upper < 1.0, found.p_value.unwrap() < 0.05);
        prop_assume!(x > 0);
        let turned = stats::rate_ratio(second, first, 0.95).unwrap().interval.unwrap();
        prop_assert!((turned.lower * i.upper - 1.0).abs() < 1e-11 && (turned.upper * i.lower - 1.0).abs() < 1e-11);
    }

    #[test]
    fn score_limits_and_p_value_of_a_ratio_agree((m, x) in part_of(5_000), (n, y) in part_of(5_000)) {
        prop_assume!(y > 0);
        let found = stats::proportion_ratio((x, m), (y, n), 0.95).unwrap();
        let i = found.interval.unwrap();
        prop_assert!(ordered(&i), "{:?}", i);
        let p = found.p_value.unwrap();
        prop_assume!((p - 0.05).abs() > 1e-9);
        prop_assert_eq!(i.lower > 1.0 || i.upper < 1.0, p < 0.05);
    }

    #[test]
    fn one_stratum_is_the_crude_rate(x in 10_u64..1_000_000, n in 1.0..1e9_f64, w in 0.001..1e9_f64) {
        let found = stats::standardised_rate(&[Stratum { events: x, population: n, standard: w }], 1e5, 0.95, DirectMethod::Dobson, None);
        let (found, crude) = (found.unwrap().interval.unwrap(), stats::rate(x, n, 1e5, 0.95, RateMethod::ByarOnly).unwrap());
        near(found.value, crude.value, 1e-13, "value");
        near(found.lower, crude.lower, 1e-12, "lower");
        near(found.upper, crude.upper, 1e-12, "upper");
        let found = stats::standardised_rate(&[Stratum { events: x, population: n, standard: w }], 1e5, 0.95, DirectMethod::FayFeuer, None);
        let (found, crude) = (found.unwrap().interval.unwrap(), stats::rate(x, n, 1e5, 0.95, RateMethod::Exact).unwrap());
        near(found.lower, crude.lower, 1e-11, "lower");
        near(found.upper, crude.upper, 1e-11, "upper");
    }

    #[test]
    fn beyond_a_funnel_is_a_target_beyond_the_exact_limits((n, x) in part_of(3_000), p in 0.001..0.999_f64) {
        let own = stats::clopper_pearson(x, n, 0.95).unwrap();
        prop_assume!((own.lower / p - 1.0).abs() > 1e-9 && (own.upper / p - 1.0).abs() > 1e-9);
        let point = stats::funnel(&[(x, n as f64)], Kind::Proportion, Some(p), 1.0, FunnelMethod::Exact).unwrap()[0];
        let limits = point.limits.unwrap();
        prop_assert!(limits.low_998 <= limits.low_95 && limits.low_95 <= limits.high_95 && limits.high_95 <= limits.high_998);
        prop_assert_eq!(matches!(point.place, Place::Low95 | Place::Low998), own.upper < p, "{:?} {:?}", point, own);
        prop_assert_eq!(matches!(point.place, Place::High95 | Place::High998), own.lower > p, "{:?} {:?}", point, own);
    }

    #[test]
    fn a_required_change_arrives(value in 0.01..1e4_f64, target in 0.01..1e4_f64, years in 1_u32..30) {
        let change = stats::required_change(value, target, f64::from(years)).unwrap();
        let path: Vec<_> = (0..=years).map(|t| (f64::from(t), value * (1.0 + change).powi(t.cast_signed()))).collect();
        near(path[years as usize].1, target, 1e-11, "target");
        for method in [ChangeMethod::Average, ChangeMethod::LogLinear] {
            prop_assert!((stats::annual_change(&path, method).unwrap() - change).abs() < 1e-11);
        }
    }
}
