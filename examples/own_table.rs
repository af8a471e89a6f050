//! A table of one's own, counted by dimensions and conditions of one's own: calls to a helpline for children.
//!
//! Run it with `cargo run --example own_table`. The calls are made up.

use chitieu::area::{AreaList, Level};
use chitieu::catalogue::{self, ColumnType, Table};
use chitieu::{Count, Crosstab};
use chrono::NaiveDate;
use polars_core::prelude::*;

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    // What the table holds. `sex` takes over the crate's own list of codes, so that a misspelt code is refused.
    let codes = Some("sex".to_owned());
    let sex = catalogue::Column { id: "sex".to_owned(), kind: ColumnType::Text, required: false, codes, private: false, least: None };
    let calls = Table::new("calls")
        .with("received", ColumnType::Date)
        .with("commune", ColumnType::Area)
        .with("caller_id", ColumnType::Text)
        .with("age", ColumnType::Integer)
        .with("topics", ColumnType::List)
        .with("minutes", ColumnType::Integer)
        .with_column(sex);

    // What is asked of it.
    let crosstab = Crosstab::of(calls)
        .period("received", "2022Q1".parse()?)
        .areas("commune", AreaList::on("2022-12-31".parse()?)?, Level::District)
        .by("sex", ["male", "female"])
        .by_bands("age", [0, 6, 16])
        .by("topics", ["violence", "school"])
        .count("calls", Count::rows())
        .count("callers", Count::distinct("caller_id"))
        .count("minutes", Count::sum("minutes"))
        .count("long_calls", Count::rows().filter("minutes >= 30"))
        .build()?;

    // Batches as they come; each office may count its own and send the tally, which holds no identifier.
    let january = calls_of(&[
        ("2022-01-03", "12364", Some("a"), Some(9), &["violence", "school"], 12, "female"),
        ("2022-01-09", "12364", Some("a"), Some(9), &["violence"], 45, "female"),
        ("2022-01-31", "11950", None, Some(15), &[], 30, "male"),
    ])?;
    let later = calls_of(&[
        ("2022-03-31", "11950", Some("a"), None, &["school"], 5, "female"),
        ("2022-04-01", "11950", Some("b"), Some(3), &["violence"], 60, "male"),
    ])?;
    let tally = crosstab.count([Ok(january)])?.merge(&crosstab.count([Ok(later)])?)?;

    // Every cell has a row; of these, the country by topic.
    let table = crosstab.finish(&tally)?;
    let country = table.filter(&(equal(&table, "area", "VN")? & equal(&table, "sex", "total")? & equal(&table, "age", "total")?))?;
    let (quantities, topics) = (country.column("quantity")?.str()?, country.column("topics")?.str()?);
    let counts = country.column("count")?.i64()?;
    for ((quantity, topic), count) in quantities.iter().zip(topics.iter()).zip(counts.iter()) {
        println!("{:10} {:8} {:3}", quantity.unwrap_or_default(), topic.unwrap_or_default(), count.unwrap_or_default());
    }

    // Four calls of the quarter; "a" called three times and counts once, the call without an identifier as one caller;
    // 12 + 45 + 30 + 5 minutes; two calls of 30 minutes and more.
    let totals = counts.filter(&topics.equal("total"))?;
    assert_eq!(totals.iter().flatten().collect::<Vec<_>>(), [4, 2, 92, 2]);
    Ok(())
}

/// Day, commune, caller, age, topics, minutes, sex.
type Call<'a> = (&'a str, &'a str, Option<&'a str>, Option<i32>, &'a [&'a str], i32, &'a str);

fn calls_of(calls: &[Call]) -> Result<DataFrame, Box<dyn std::error::Error>> {
    let mut frame = df![
        "commune" => calls.iter().map(|c| c.1).collect::<Vec<_>>(),
        "caller_id" => calls.iter().map(|c| c.2).collect::<Vec<_>>(),
        "age" => calls.iter().map(|c| c.3).collect::<Vec<_>>(),
        "minutes" => calls.iter().map(|c| c.5).collect::<Vec<_>>(),
        "sex" => calls.iter().map(|c| c.6).collect::<Vec<_>>(),
    ]?;
    let days = calls.iter().map(|c| Ok(c.0.parse::<NaiveDate>()?.to_epoch_days())).collect::<Result<Vec<i32>, chrono::ParseError>>()?;
    frame.with_column(Column::new("received".into(), days).cast(&DataType::Date)?)?;
    let mut topics = ListStringChunkedBuilder::new("topics".into(), calls.len(), 4);
    for call in calls {
        topics.append_values_iter(call.4.iter().copied());
    }
    frame.with_column(topics.finish().into_series().into_column())?;
    Ok(frame)
}

fn equal(table: &DataFrame, column: &str, word: &str) -> PolarsResult<BooleanChunked> {
    Ok(table.column(column)?.str()?.equal(word))
}
