//! A hash of a table's content: equal for the same rows in the same order, however they are split.

use super::days::days_of;
use polars_arrow::array::{Array, Utf8ViewArray, View};
use polars_core::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
/// The value hashed for a null.
const NULL: u64 = 0xD6E8_FEB8_6659_FD93;

/// The hash of rows that begin after `offset` rows of a table. Hashes of parts add up, wrapping, to that of the whole.
pub(crate) fn content(frame: &DataFrame, offset: u64) -> PolarsResult<u64> {
    let weights: Vec<u64> = (offset..offset + frame.height() as u64).map(|row| mix(row + 1) | 1).collect();
    let mut sum = weights.iter().fold(0_u64, |sum, weight| sum.wrapping_add(*weight));
    for column in frame.columns() {
        sum = sum.wrapping_add(of_column(column.as_materialized_series(), &weights)?);
    }
    Ok(sum)
}

fn mix(number: u64) -> u64 {
    let mixed = number.wrapping_mul(ODD);
    mixed ^ mixed >> 29
}

/// Sums the values of a column, each times the weight of its row.
struct Sum<'w> {
    seed: u64,
    weights: std::slice::Iter<'w, u64>,
    total: u64,
}

impl Sum<'_> {
    fn add(&mut self, value: u64) {
        if let Some(weight) = self.weights.next() {
            self.total = self.total.wrapping_add(mix(value ^ self.seed).wrapping_mul(*weight));
        }
    }
}

fn of_column(column: &Series, weights: &[u64]) -> PolarsResult<u64> {
    let mut sum = Sum { seed: xxh3_64(column.name().as_bytes()), weights: weights.iter(), total: 0 };
    let text = |text: Option<&str>| text.map_or(NULL, |text| xxh3_64(text.as_bytes()));
    match column.dtype() {
        DataType::Null => weights.iter().for_each(|_| sum.add(NULL)),
        DataType::Boolean => column.bool()?.iter().for_each(|flag| sum.add(flag.map_or(NULL, u64::from))),
        DataType::String => {
            let column = column.str()?.rechunk();
            texts(column.downcast_as_array(), &mut sum);
        }
        DataType::Date | DataType::Datetime(..) => {
            days_of(column)?.iter().for_each(|day| sum.add(day.map_or(NULL, |day| i64::from(day).cast_unsigned())));
        }
        // By their texts, not their codes.
        DataType::Categorical(categories, _) => of_codes(column, &categories.mapping(), &mut sum)?,
        DataType::Enum(_, mapping) => of_codes(column, mapping, &mut sum)?,
        DataType::List(inner) if **inner == DataType::String => {
            for list in column.list()?.amortized_iter() {
                sum.add(match &list {
                    None => NULL,
                    Some(list) => list.as_ref().str()?.iter().fold(1, |hash, item| mix(hash ^ text(item))),
                });
            }
        }
        dtype if dtype.is_float() => {
            column.cast(&DataType::Float64)?.f64()?.iter().for_each(|n| sum.add(n.map_or(NULL, f64::to_bits)));
        }
        dtype if dtype.is_integer() && *dtype != DataType::UInt64 && *dtype != DataType::Int128 && *dtype != DataType::UInt128 => {
            column.cast(&DataType::Int64)?.i64()?.iter().for_each(|n| sum.add(n.map_or(NULL, i64::cast_unsigned)));
        }
        _ => column.iter().for_each(|value| sum.add(xxh3_64(format!("{value:?}").as_bytes()))),
    }
    Ok(sum.total)
}

fn texts(array: &Utf8ViewArray, sum: &mut Sum) {
    for (row, view) in array.views().iter().enumerate() {
        sum.add(match view {
            _ if array.is_null(row) => NULL,
            // The view of a short text is its content.
            view if view.is_inline() => short(view.as_u128()),
            _ => xxh3_64(array.value(row).as_bytes()),
        });
    }
}

fn short(view: u128) -> u64 {
    mix(view as u64) ^ (view >> 64) as u64
}

fn of_codes(column: &Series, mapping: &CategoricalMapping, sum: &mut Sum) -> PolarsResult<()> {
    let hash = |text: &str| match View::new_from_bytes(text.as_bytes(), 0, 0) {
        view if view.is_inline() => short(view.as_u128()),
        _ => xxh3_64(text.as_bytes()),
    };
    let codes = column.to_physical_repr().cast(&DataType::UInt32)?;
    let mut known: Vec<Option<u64>> = Vec::new();
    for code in codes.u32()?.iter() {
        let Some(code) = code else {
            sum.add(NULL);
            continue;
        };
        if known.len() <= code as usize {
            known.resize(code as usize + 1, None);
        }
        let value = *known[code as usize].get_or_insert_with(|| mapping.cat_to_str(code).map_or(NULL, hash));
        sum.add(value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(frame: &DataFrame) -> u64 {
        content(frame, 0).unwrap()
    }

    #[test]
    fn the_same_rows_in_any_split_and_form_are_the_same_content() {
        let frame = df![
            "a" => [Some("x"), None, Some("a text longer than a view"), Some("")],
            "b" => [Some(1_i32), None, Some(0), Some(-1)],
            "c" => [Some(true), None, Some(false), Some(true)],
        ]
        .unwrap();
        for cut in 0..=4 {
            let parts = content(&frame.slice(0, cut), 0).unwrap().wrapping_add(content(&frame.slice(cut as i64, 4), cut as u64).unwrap());
            assert_eq!(parts, of(&frame));
        }
        let mut other = frame.clone();
        let categories = frame.column("a").unwrap().cast(&DataType::from_categories(Categories::global())).unwrap();
        other.with_column(categories).unwrap();
        other.with_column(frame.column("b").unwrap().cast(&DataType::Int64).unwrap()).unwrap();
        assert_eq!(of(&other), of(&frame));
    }

    #[test]
    fn other_rows_another_order_and_other_columns_are_another_content() {
        let frame = df!["a" => ["x", "y", "z"], "b" => ["x", "y", "z"]].unwrap();
        let others = [
            frame.reverse(),
            frame.head(Some(2)),
            df!["a" => ["x", "y", "w"], "b" => ["x", "y", "z"]].unwrap(),
            df!["a" => ["x", "y", "z"], "b" => [Some("x"), Some("y"), None]].unwrap(),
            df!["a" => ["x", "z", "y"], "b" => ["x", "y", "z"]].unwrap(),
            df!["a" => ["x", "y", "z"]].unwrap(),
            df!["a" => ["x", "y", "z"], "c" => ["x", "y", "z"]].unwrap(),
        ];
        for other in others {
            assert_ne!(of(&other), of(&frame), "{other:?}");
        }
    }
}
