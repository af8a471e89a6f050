//! Exact bounds of hidden counts: two integer programs a cell, with microlp, or with HiGHS where the feature `highs` is on.
//!
//! Small tables of exclusive forms by commune and age, seeded, one child on average in each inner cell, protected, then audited with
//! exact bounds; the same with bounds carried along sums, for what they cost and how many are as tight. Run it twice, with and without
//! the feature, and compare. Expected before measuring: HiGHS slower on tables of some ten hidden cells, where a call costs more than
//! the search, and ten times faster on some hundred. It is not: PERFORMANCE.md has the results.

use chitieu::disclosure::{Axis, Rule, Tightness, audit, protect};
use polars_core::prelude::*;
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng;
use std::time::Instant;

fn main() {
    println!("{}; tables of communes, forms and ages", if cfg!(feature = "highs") { "HiGHS" } else { "microlp" });
    for shape in [[6, 4, 1], [12, 6, 1], [30, 6, 1], [104, 6, 1], [10, 6, 4], [20, 6, 4]] {
        measure(shape);
    }
}

fn measure(shape: [u32; 3]) {
    let axes = ["commune", "form", "age"].map(Axis::new);
    let rule = Rule::default();
    let Ok(protected) = protect(&table(shape), &axes, "n", &rule) else { return println!("{shape:?}: not protected") };
    let time = |tightness: Tightness| {
        let begun = Instant::now();
        (audit(&protected.table, &axes, "n", &rule, tightness), begun.elapsed().as_secs_f64())
    };
    let (Ok(carried), of_carried) = time(Tightness::Carried) else { return println!("{shape:?}: not audited") };
    let (Ok(exact), of_exact) = time(Tightness::Exact) else { return println!("{shape:?}: not audited") };
    let limits = |frame: &DataFrame| -> Vec<[Option<i64>; 2]> {
        let of =
            |name: &str| -> Vec<Option<i64>> { frame.column(name).and_then(|c| c.i64()).map(|c| c.iter().collect()).unwrap_or_default() };
        of("lower").into_iter().zip(of("upper")).map(Into::into).collect()
    };
    let tight = limits(&carried).iter().zip(limits(&exact)).filter(|(a, b)| *a == b).count();
    let sum: i64 = limits(&exact).iter().flatten().flatten().sum();
    println!("{shape:?}: {} hidden, {tight} as tight when carried, {of_carried:.3} s; exact {of_exact:.2} s, sum {sum}", exact.height());
}

fn table([communes, forms, ages]: [u32; 3]) -> DataFrame {
    let mut random = Pcg64Mcg::new(1);
    let [mut commune, mut form, mut age, mut n] = [const { Vec::new() }; 4];
    for place in 0..communes * forms * ages {
        commune.push(place / (forms * ages));
        form.push(place / ages % forms);
        age.push(place % ages);
        // Mostly 0 or 1, seldom many.
        n.push((random.next_u64() >> 40).leading_zeros().saturating_sub(40).min(6));
    }
    let words = |of: Vec<u32>| of.into_iter().map(|nth| nth.to_string()).collect::<Vec<_>>();
    let n: Vec<i64> = n.into_iter().map(i64::from).collect();
    df!["commune" => words(commune), "form" => words(form), "age" => words(age), "n" => n].unwrap_or_default()
}
