//! The way from records to a table, and tables of abuse, as a program of somebody else takes it.

use chitieu::abuse::{Choice, Register, Unit};
use chitieu::{Catalogue, Dataset, Plan, area::Level, compute};
use polars_core::prelude::*;

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let children = df!["birth_year" => [2015, 2020, 2021], "commune" => ["12364"; 3]]?;
    let dataset = Dataset::new().with("children", children)?;
    let plan = Plan::new(&Catalogue::builtin(), "2022").indicators(["child_population"]).build()?;
    let outcome = compute(&dataset, &plan)?;
    assert_eq!(outcome.table.column("value")?.f64()?.get(0), Some(3.0));

    let victims = df![
        "case_id" => ["c1", "c2"], "child_id" => ["k", "k"], "birth_year" => [2012; 2], "commune" => ["12364"; 2],
        "received_date" => Series::new("".into(), [19_000_i32, 19_100]).cast(&DataType::Date)?, "confirmed" => [true; 2],
    ]?;
    let register = Register::read(&Dataset::new().with("victims", victims)?, plan.area_vintage())?;
    let children = register.select(Choice::new().period("2022".parse()?))?.counts(Unit::Child, &[], Level::Country, None)?;
    assert_eq!(children.frame().column("count")?.i64()?.get(0), Some(1));
    println!("3 children of the register, 1 child of two cases");
    Ok(())
}
