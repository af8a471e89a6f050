//! A frame, for example of a Parquet file, as a sheet: its column names are the header.

use super::cells::{Cell, Cells, Sheet};
use super::codes::UNKNOWN;
use super::moment::in_viet_nam;
use crate::error::{Error, Fact, Result};
use crate::record::whole_numbers;
use polars_core::prelude::*;

/// Days from Excel's day 0 to the Unix epoch.
const EPOCH: f64 = 25_569.0;
const MICROSECONDS: f64 = 86_400e6;
/// Whole numbers from here on stay text: spreadsheet numbers keep 15 digits.
const DIGITS: u128 = 1_000_000_000_000_000;

pub(super) fn sheet(frame: &DataFrame) -> Result<Sheet> {
    let mut sheet = Sheet { rows: (0..=frame.height() as u32).collect(), ..Sheet::default() };
    for (place, source) in (0..).zip(frame.columns()) {
        let mut column = Cells::default();
        column.put(0, Cell::Text(source.name()));
        fill(&mut column, source.as_materialized_series())
            .map_err(|e| Error::Frame { table: source.name().to_string(), found: Fact::library(e) })?;
        sheet.columns.push((place, column));
    }
    Ok(sheet)
}

/// The bytes of the longest text and of all texts; the codes of a list become one text.
pub(super) fn texts(frame: &DataFrame) -> (u64, u64) {
    let (mut longest, mut whole) = (0, 0);
    let mut note = |bytes: usize| {
        longest = longest.max(bytes as u64);
        whole += bytes as u64;
    };
    for column in frame.columns() {
        let series = column.as_materialized_series();
        match series.dtype() {
            DataType::String => series.str().into_iter().flat_map(|texts| texts.iter().flatten()).for_each(|text| note(text.len())),
            DataType::List(_) => {
                for lists in series.list().into_iter().flat_map(ListChunked::downcast_iter) {
                    lists.offsets().lengths().for_each(&mut note);
                }
            }
            _ => {}
        }
    }
    (longest, whole)
}

/// Whole numbers; those with more digits stay text.
fn whole(column: &mut Cells, series: &Series) -> PolarsResult<()> {
    for (row, value) in series.cast(&DataType::Int128)?.i128()?.iter().enumerate() {
        match value {
            None => column.put(row + 1, Cell::Blank),
            Some(number) if number.unsigned_abs() < DIGITS => column.put(row + 1, Cell::Number(number as f64)),
            Some(number) => column.put(row + 1, Cell::Text(&number.to_string())),
        };
    }
    Ok(())
}

fn fill(column: &mut Cells, series: &Series) -> PolarsResult<()> {
    let number = |cell: fn(f64) -> Cell<'static>, column: &mut Cells, series: &Series, scale: f64, shift: f64| -> PolarsResult<()> {
        for (row, value) in series.cast(&DataType::Float64)?.f64()?.iter().enumerate() {
            column.put(row + 1, value.map_or(Cell::Blank, |v| cell(v / scale + shift)));
        }
        Ok(())
    };
    match series.dtype() {
        DataType::Boolean => {
            for (row, value) in series.bool()?.iter().enumerate() {
                column.put(row + 1, value.map_or(Cell::Blank, Cell::Flag));
            }
        }
        DataType::Date => number(Cell::Date, column, &series.cast(&DataType::Int32)?, 1.0, EPOCH)?,
        DataType::Datetime(_, zone) => {
            let mut moments = series.cast(&DataType::Datetime(TimeUnit::Microseconds, zone.clone()))?.cast(&DataType::Int64)?;
            if zone.is_some() {
                moments = moments.i64()?.apply_values(in_viet_nam).into_series();
            }
            number(Cell::Date, column, &moments, MICROSECONDS, EPOCH)?;
        }
        dtype if dtype.is_integer() => whole(column, series)?,
        // Sums of a database are decimals without fractions.
        DataType::Decimal(..) => match whole_numbers(series) {
            Some(numbers) => whole(column, &numbers)?,
            None => number(Cell::Number, column, series, 1.0, 0.0)?,
        },
        dtype if dtype.is_primitive_numeric() => number(Cell::Number, column, series, 1.0, 0.0)?,
        DataType::List(_) => {
            let lists = series.list()?;
            for row in 0..lists.len() {
                let Some(values) = lists.get_as_series(row) else { continue };
                let words = values.cast(&DataType::String)?;
                let words: Vec<&str> = words.str()?.iter().map(|word| word.unwrap_or_default().trim()).collect();
                // A list of only nulls is not recorded; a null among codes is not a code.
                if words.is_empty() {
                    column.put(row + 1, Cell::Text("none"));
                } else if words.iter().any(|word| !word.is_empty()) {
                    let words = words.iter().map(|word| if word.is_empty() { UNKNOWN } else { word });
                    column.put(row + 1, Cell::Text(&words.collect::<Vec<_>>().join(";")));
                }
            }
        }
        DataType::Null => {}
        _ => {
            for (row, value) in series.cast(&DataType::String)?.str()?.iter().enumerate() {
                column.put(row + 1, value.map_or(Cell::Blank, Cell::Text));
            }
        }
    }
    Ok(())
}
