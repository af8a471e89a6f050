//! The counting kernel alone: a register of the whole country, in memory, counted and rolled up.
//!
//! Expected before measuring, on two cores: the whole catalogue 25 ns a child on one thread and half of that on two; one indicator a
//! third of it; the plan of the country a few times one indicator, since its counts are hashed. PERFORMANCE.md has the results.

use chitieu::area::{AreaList, Level};
use chitieu::catalogue::EthnicList;
use chitieu::synthetic::{Commune, Province, generate};
use chitieu::{Catalogue, Dataset, Plan, Tally};
use divan::Bencher;
use divan::counter::ItemsCount;
use polars_core::prelude::DataFrame;
use std::sync::LazyLock;

const CHILDREN: usize = 2_000_000;

fn main() {
    LazyLock::force(&REGISTER);
    divan::main();
}

/// Children of every commune of the list of 2022.
static REGISTER: LazyLock<DataFrame> = LazyLock::new(|| {
    let list = AreaList::on("2022-12-31".parse().expect("a date")).expect("a list of that day");
    let code = |place: u32, level: Level| list.get(list.up_to(place, level)).code.clone();
    let communes: Vec<Commune> = (0..u32::try_from(list.areas().len()).expect("some thousands"))
        .filter(|place| list.get(*place).level == Level::Commune)
        .map(|place| Commune { code: code(place, Level::Commune), district: code(place, Level::District) })
        .collect();
    let country = Province { code: "VN", communes: &communes, children: CHILDREN, year: 2022, seed: 1, silent: 0 };
    let (mut tables, _) = generate(&country).expect("a country");
    tables.swap_remove(0).1
});

/// The register as a dataset.
static DATASET: LazyLock<Dataset> = LazyLock::new(|| {
    let dataset = Dataset::new().with("children", REGISTER.clone()).expect("a table of the catalogue");
    dataset.ethnic_list(EthnicList::Of2008).area_vintage("2022-12-31".parse().expect("a date"))
});

fn plan(indicators: &[&str], by: &[&str]) -> Plan {
    let catalogue = Catalogue::builtin();
    let mut plan = Plan::new(&catalogue, "2022").by(by.iter().copied()).area_level("commune");
    if !indicators.is_empty() {
        plan = plan.indicators(indicators.iter().copied());
    }
    plan.build().expect("a plan")
}

fn count(plan: &Plan) -> Tally {
    plan.partial(&*DATASET).expect("a clean register")
}

fn on_threads(bencher: Bencher, threads: usize, indicators: &[&str], by: &[&str]) {
    let plan = plan(indicators, by);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    bencher.counter(ItemsCount::new(CHILDREN)).bench(|| pool.install(|| count(&plan)));
}

#[divan::bench(args = [1, 2], sample_count = 10)]
fn one_indicator(bencher: Bencher, threads: usize) {
    on_threads(bencher, threads, &["birth_registration_under_5"], &["sex", "age_group"]);
}

#[divan::bench(args = [1, 2], sample_count = 10)]
fn whole_catalogue(bencher: Bencher, threads: usize) {
    on_threads(bencher, threads, &[], &["sex", "age_group"]);
}

/// Commune × sex × age group × ethnic group.
#[divan::bench(args = [1, 2], sample_count = 5)]
fn country(bencher: Bencher, threads: usize) {
    on_threads(bencher, threads, &["child_population"], &["sex", "age_group", "ethnicity"]);
}

/// From the counts of the country to the rows of its result, with margins and wider areas.
#[divan::bench(sample_count = 2)]
fn country_finish(bencher: Bencher) {
    let plan = plan(&["child_population"], &["sex", "age_group", "ethnicity"]);
    let tally = count(&plan);
    bencher.bench(|| plan.finish(&tally).expect("a result"));
}
