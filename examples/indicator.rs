//! One indicator from four records.
//!
//! Run it with `cargo run --example indicator`. The children are made up.

use chitieu::{Catalogue, Dataset, Plan, compute};
use polars_core::prelude::*;

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Four children of the commune 12364 (Hưng Yên) at the end of 2022; the last one is not under five.
    let children = df![
        "child_id" => ["a", "b", "c", "d"],
        "birth_year" => [2020, 2019, 2021, 2000],
        "commune" => ["12364"; 4],
        "birth_registered" => [true, false, true, true],
    ]?;
    let dataset = Dataset::new().with("children", children)?;
    let plan = Plan::new(&Catalogue::builtin(), "2022").indicators(["birth_registration_under_5"]).area_level("commune").build()?;
    let outcome = compute(&dataset, &plan)?;

    // One row each for the country, its province, the district and its communes; the first is the country: two of three.
    let table = &outcome.table;
    assert_eq!(table.column("value")?.f64()?.get(0), Some(200.0 / 3.0));
    for row in 0..table.height() {
        let (area, value) = (table.column("area")?.str()?.get(row), table.column("value")?.f64()?.get(row));
        if let (Some(area), Some(value)) = (area, value) {
            println!("{area:8} {value:.2} %");
        }
    }
    Ok(())
}
