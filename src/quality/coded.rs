//! A column of a chunk as classes of equal values, so that each value is read and judged once.

use crate::tally::read::{list_key, long};
use polars_core::prelude::*;
use polars_arrow::array::{Array, Utf8ViewArray};
use std::hash::Hash;

/// Two columns are put together by a table of at most so many places, else by hashes.
const MOST_PLACES: usize = 1 << 20;
/// Size of the table of recent keys, in bits.
const RECENT_BITS: u32 = 10;
/// The key of a missing value; no text and no hash looks like it.
const NULL: u128 = u128::MAX;

/// The class of each row, and a row of each class.
#[derive(Debug, Clone)]
pub(super) struct Coded {
    pub of_row: Vec<u32>,
    pub firsts: Vec<IdxSize>,
}

impl Coded {
    /// All rows alike.
    pub fn one(rows: usize) -> Self {
        Self { of_row: vec![0; rows], firsts: if rows == 0 { Vec::new() } else { vec![0] } }
    }

    /// Every row a class of its own.
    fn each(rows: usize) -> Self {
        let rows = 0..rows as IdxSize;
        Self { of_row: rows.clone().collect(), firsts: rows.collect() }
    }

    /// Whether a value stands in each row, no more.
    pub fn presence(series: &Series) -> Self {
        if series.null_count() == 0 {
            return Self::one(series.len());
        }
        let mut made = Maker::new(series.len());
        let mut places = [u32::MAX; 2];
        for (row, null) in series.is_null().iter().enumerate() {
            let place = usize::from(null == Some(true));
            if places[place] == u32::MAX {
                places[place] = made.new_class(row);
            }
            made.of_row.push(places[place]);
        }
        made.done()
    }

    /// The classes of a column.
    pub fn of(series: &Series) -> PolarsResult<Self> {
        let rows = series.len();
        let series = series.rechunk();
        Ok(match series.dtype() {
            DataType::Null => Self::one(rows),
            DataType::Boolean => Self::hashed(rows, series.bool()?.iter()),
            DataType::String => Self::texts(series.str()?.rechunk().downcast_as_array()),
            DataType::Date | DataType::Datetime(..) | DataType::Categorical(..) | DataType::Enum(..) => {
                Self::numbers(series.to_physical_repr().cast(&DataType::Int64)?.i64()?)
            }
            DataType::List(inner) if **inner == DataType::String => Self::lists(series.list()?),
            dtype if dtype.is_integer() => match series.strict_cast(&DataType::Int64) {
                Ok(numbers) => Self::numbers(numbers.i64()?),
                Err(_) => Self::each(rows),
            },
            DataType::Float64 => Self::hashed(rows, series.f64()?.iter().map(|v| v.map(f64::to_bits))),
            DataType::Float32 => Self::hashed(rows, series.f32()?.iter().map(|v| v.map(f32::to_bits))),
            _ => Self::each(rows),
        })
    }

    fn hashed<T: Hash + Eq>(rows: usize, values: impl Iterator<Item = T>) -> Self {
        let mut made = Maker::new(rows);
        let mut places: PlHashMap<T, u32> = PlHashMap::default();
        for (row, value) in values.enumerate() {
            let class = *places.entry(value).or_insert_with(|| made.new_class(row));
            made.of_row.push(class);
        }
        made.done()
    }

    /// By a table of places where the values lie close together.
    fn numbers(values: &Int64Chunked) -> Self {
        let (Some(least), Some(most)) = (values.min(), values.max()) else { return Self::one(values.len()) };
        let span = (i128::from(most) - i128::from(least)).cast_unsigned() as usize;
        if span > MOST_PLACES {
            return Self::hashed(values.len(), values.iter());
        }
        let mut made = Maker::new(values.len());
        let mut places = vec![u32::MAX; span + 2];
        for (row, value) in values.iter().enumerate() {
            let place = value.map_or(0, |v| v.abs_diff(least) as usize + 1);
            if places[place] == u32::MAX {
                places[place] = made.new_class(row);
            }
            made.of_row.push(places[place]);
        }
        made.done()
    }

    fn texts(array: &Utf8ViewArray) -> Self {
        let mut keyed = Keyed::new(array.len());
        for (row, view) in array.views().iter().enumerate() {
            let key = match view {
                _ if !array.is_valid(row) => NULL,
                view if view.is_inline() => view.as_u128(),
                _ => long(array.value(row).as_bytes()),
            };
            keyed.push(key, row);
        }
        keyed.made.done()
    }

    fn lists(lists: &ListChunked) -> Self {
        let array = lists.downcast_as_array();
        let Some(inner) = array.values().as_any().downcast_ref::<Utf8ViewArray>() else { return Self::each(lists.len()) };
        let ends = array.offsets().as_slice();
        let (mut keyed, mut bytes) = (Keyed::new(array.len()), Vec::new());
        for (row, w) in ends.windows(2).enumerate() {
            let key = match (array.is_valid(row), w[0] == w[1]) {
                (false, _) => NULL,
                (true, true) => NULL - 1,
                (true, false) => list_key(inner, w[0].cast_unsigned() as usize..w[1].cast_unsigned() as usize, &mut bytes),
            };
            keyed.push(key, row);
        }
        keyed.made.done()
    }

    /// The classes of both together.
    pub fn with(&self, other: &Self) -> Self {
        match (self.firsts.len(), other.firsts.len()) {
            (_, 0 | 1) => return self.clone(),
            (0 | 1, _) => return other.clone(),
            _ => {}
        }
        let width = other.firsts.len();
        let pairs = self.of_row.iter().zip(&other.of_row).map(|(a, b)| *a as usize * width + *b as usize);
        if self.firsts.len() * width > MOST_PLACES {
            return Self::hashed(self.of_row.len(), pairs);
        }
        let mut made = Maker::new(self.of_row.len());
        let mut places = vec![u32::MAX; self.firsts.len() * width];
        for (row, place) in pairs.enumerate() {
            if places[place] == u32::MAX {
                places[place] = made.new_class(row);
            }
            made.of_row.push(places[place]);
        }
        made.done()
    }

    /// What is known of each class, for each row.
    pub fn spread<T: Copy>(&self, of_class: &[T]) -> Vec<T> {
        self.of_row.iter().map(|class| of_class[*class as usize]).collect()
    }
}

/// Classes being made, in the order of their first rows.
struct Maker {
    of_row: Vec<u32>,
    firsts: Vec<IdxSize>,
}

impl Maker {
    fn new(rows: usize) -> Self {
        Self { of_row: Vec::with_capacity(rows), firsts: Vec::new() }
    }

    fn new_class(&mut self, row: usize) -> u32 {
        self.firsts.push(row as IdxSize);
        self.firsts.len() as u32 - 1
    }

    fn done(self) -> Coded {
        Coded { of_row: self.of_row, firsts: self.firsts }
    }
}

/// Classes by keys; the one last met at each place of a small table needs no look-up.
struct Keyed {
    made: Maker,
    places: PlHashMap<u128, u32>,
    recent: Vec<(u128, u32)>,
}

impl Keyed {
    fn new(rows: usize) -> Self {
        Self { made: Maker::new(rows), places: PlHashMap::default(), recent: vec![(NULL - 2, 0); 1 << RECENT_BITS] }
    }

    #[inline]
    fn push(&mut self, key: u128, row: usize) {
        let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(29);
        let place = (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - RECENT_BITS)) as usize;
        if self.recent[place].0 != key {
            let made = &mut self.made;
            self.recent[place] = (key, *self.places.entry(key).or_insert_with(|| made.new_class(row)));
        }
        self.made.of_row.push(self.recent[place].1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(series: &Series) -> Vec<u32> {
        Coded::of(series).unwrap().of_row
    }

    #[test]
    fn equal_values_are_one_class_in_the_order_they_come() {
        assert_eq!(
            classes(&Series::new("a".into(), [Some("x"), None, Some("a text longer than a view"), Some("x"), None])),
            [0, 1, 2, 0, 1]
        );
        assert_eq!(classes(&Series::new("a".into(), [Some(3_i64), Some(i64::MIN), None, Some(3)])), [0, 1, 2, 0]);
        assert_eq!(classes(&Series::new("a".into(), [7_i32, 8, 7])), [0, 1, 0]);
        assert_eq!(classes(&Series::new("a".into(), [Some(true), None, Some(true)])), [0, 1, 0]);
        let both = Coded::of(&Series::new("a".into(), [1, 1, 2])).unwrap().with(&Coded::of(&Series::new("b".into(), [1, 2, 2])).unwrap());
        assert_eq!((both.of_row, both.firsts), (vec![0, 1, 2], vec![0, 1, 2]));
    }
}
