//! The distinct values of a column: which rows hold equal values, and one row of each value.
//!
//! A value is read and checked once, not once per row. Text is compared by its view, numbers by a table if they are close
//! together; for other types every row counts as a value of its own.

use super::bits::words;
use polars_arrow::array::{Array, Utf8ViewArray, View};
use polars_core::prelude::*;
use std::hash::Hash;

/// The most entries of a table; beyond it values are numbered by hash.
const MOST_PLACES: usize = 1 << 20;
/// An entry without a number.
const NONE: u32 = u32::MAX;
/// The key of a null; no view and no hash equals it.
const NULL: u128 = u128::MAX;
/// The key of an empty list.
const EMPTY: u128 = u128::MAX - 1;
/// A key that no value has.
const NEVER: u128 = u128::MAX - 2;
/// Size of the cache of recent keys, for the values of one chunk.
const RECENT: usize = 1 << 10;

/// The distinct values of some rows, numbered roughly in the order of their first rows.
#[derive(Debug, Clone)]
pub(crate) struct Distinct {
    /// The value of each row.
    pub of_row: Vec<u32>,
    /// The first row of each value.
    pub firsts: Vec<IdxSize>,
}

impl Distinct {
    /// All rows are equal.
    pub fn one(rows: usize) -> Self {
        Self { of_row: vec![0; rows], firsts: if rows == 0 { Vec::new() } else { vec![0] } }
    }

    /// Every row is a value of its own.
    fn each(rows: usize) -> Self {
        let rows = 0..rows as IdxSize;
        Self { of_row: rows.clone().collect(), firsts: rows.collect() }
    }

    fn with_room(rows: usize) -> Self {
        Self { of_row: Vec::with_capacity(rows), firsts: Vec::new() }
    }

    fn add(&mut self, row: usize) -> u32 {
        self.firsts.push(row as IdxSize);
        self.firsts.len() as u32 - 1
    }

    /// Distinguishes only whether a value is recorded.
    pub fn presence(series: &Series) -> Self {
        if series.null_count() == 0 {
            return Self::one(series.len());
        }
        Self::placed(2, series.is_null().iter().map(|null| usize::from(null == Some(true))), series.len())
    }

    /// The values of a column.
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
            DataType::List(inner) if **inner == DataType::String => Self::lists(series.list()?)?,
            dtype if dtype.is_integer() => match series.strict_cast(&DataType::Int64) {
                Ok(numbers) => Self::numbers(numbers.i64()?),
                Err(_) => Self::each(rows),
            },
            DataType::Float64 => Self::hashed(rows, series.f64()?.iter().map(|v| v.map(f64::to_bits))),
            DataType::Float32 => Self::hashed(rows, series.f32()?.iter().map(|v| v.map(f32::to_bits))),
            _ => Self::each(rows),
        })
    }

    /// The distinct items of an iterator.
    pub fn hashed<T: Hash + Eq>(rows: usize, values: impl Iterator<Item = T>) -> Self {
        let mut found = Self::with_room(rows);
        let mut places: PlHashMap<T, u32> = PlHashMap::default();
        for (row, value) in values.enumerate() {
            let number = *places.entry(value).or_insert_with(|| found.add(row));
            found.of_row.push(number);
        }
        found
    }

    /// Numbers rows by an index into a table of `size` entries.
    fn placed(size: usize, places: impl Iterator<Item = usize>, rows: usize) -> Self {
        let mut found = Self::with_room(rows);
        let mut table = vec![NONE; size];
        for (row, place) in places.enumerate() {
            if table[place] == NONE {
                table[place] = found.add(row);
            }
            found.of_row.push(table[place]);
        }
        found
    }

    fn numbers(values: &Int64Chunked) -> Self {
        let (Some(least), Some(most)) = (values.min(), values.max()) else { return Self::one(values.len()) };
        let span = (i128::from(most) - i128::from(least)).cast_unsigned() as usize;
        if span > MOST_PLACES {
            return Self::hashed(values.len(), values.iter());
        }
        // The first entry is for nulls.
        let place = |value: Option<i64>| value.map_or(0, |v| v.abs_diff(least) as usize + 1);
        Self::placed(span + 2, values.iter().map(place), values.len())
    }

    fn texts(array: &Utf8ViewArray) -> Self {
        let (mut found, mut keys, mut of_row) = (Self::with_room(0), Keys::<RECENT>::default(), Vec::new());
        each_text(array, &mut of_row, |key, row| keys.number(key, || found.add(row)));
        Self { of_row, ..found }
    }

    fn lists(lists: &ListChunked) -> PolarsResult<Self> {
        let (mut found, mut keys, mut of_row) = (Self::with_room(0), Keys::<RECENT>::default(), Vec::new());
        each_list(lists, &mut of_row, |key, row| keys.number(key, || found.add(row)))?;
        Ok(Self { of_row, ..found })
    }

    /// The distinct pairs of values of both.
    pub fn with(&self, other: &Self) -> Self {
        match (self.firsts.len(), other.firsts.len()) {
            (_, 0 | 1) => return self.clone(),
            (0 | 1, _) => return other.clone(),
            _ => {}
        }
        let (rows, width) = (self.of_row.len(), other.firsts.len());
        let pairs = self.of_row.iter().zip(&other.of_row).map(|(a, b)| *a as usize * width + *b as usize);
        let size = self.firsts.len() * width;
        if size > MOST_PLACES { Self::hashed(rows, pairs) } else { Self::placed(size, pairs, rows) }
    }

    /// Spreads a fact about each value to the rows.
    pub fn spread<T: Copy>(&self, of_value: &[T]) -> Vec<T> {
        self.of_row.iter().map(|value| of_value[*value as usize]).collect()
    }
}

/// Numbers the keys met so far. A small cache of recent keys saves most rows the hash look-up.
#[derive(Debug)]
pub(crate) struct Keys<const RECENT: usize> {
    known: PlHashMap<u128, u32>,
    recent: Box<[(u128, u32); RECENT]>,
}

impl<const RECENT: usize> Default for Keys<RECENT> {
    fn default() -> Self {
        // Built on the heap: too large for the stack. The length is that of the type.
        let places = vec![(NEVER, NONE); RECENT].into_boxed_slice();
        Self { known: PlHashMap::default(), recent: places.try_into().unwrap_or_else(|_| unreachable!("a table of its own length")) }
    }
}

impl<const RECENT: usize> Keys<RECENT> {
    /// The number of a key until [`Keys::set`] gives it one.
    pub const PENDING: u32 = NONE;

    /// How many keys are known.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// The number of a key; `new` gives that of one met for the first time.
    #[inline]
    pub fn number(&mut self, key: u128, new: impl FnOnce() -> u32) -> u32 {
        let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(29);
        let place = (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - RECENT.trailing_zeros())) as usize;
        let (recent, number) = self.recent[place];
        if recent == key { number } else { self.look_up(key, place, new) }
    }

    #[cold]
    fn look_up(&mut self, key: u128, place: usize, new: impl FnOnce() -> u32) -> u32 {
        let number = *self.known.entry(key).or_insert_with(new);
        if number != Self::PENDING {
            self.recent[place] = (key, number);
        }
        number
    }

    /// Sets the number of a pending key.
    pub fn set(&mut self, key: u128, number: u32) {
        self.known.insert(key, number);
    }
}

/// Numbers the texts of an array by their keys.
pub(crate) fn each_text(array: &Utf8ViewArray, numbers: &mut Vec<u32>, mut number: impl FnMut(u128, usize) -> u32) {
    let key = |row: usize, view: &View| if view.is_inline() { view.as_u128() } else { long(array.value(row).as_bytes()) };
    let views = array.views();
    numbers.resize(views.len(), NONE);
    let Some(valid) = array.validity() else {
        for (row, (view, into)) in views.iter().zip(numbers).enumerate() {
            *into = number(key(row, view), row);
        }
        return;
    };
    for (nth, ((views, numbers), valid)) in views.chunks(64).zip(numbers.chunks_mut(64)).zip(words(valid)).enumerate() {
        for (bit, (view, into)) in views.iter().zip(numbers).enumerate() {
            let row = nth * 64 + bit;
            *into = number(if valid >> bit & 1 == 1 { key(row, view) } else { NULL }, row);
        }
    }
}

/// Numbers lists of texts, in one chunk, by their keys.
pub(crate) fn each_list(lists: &ListChunked, numbers: &mut Vec<u32>, mut number: impl FnMut(u128, usize) -> u32) -> PolarsResult<()> {
    let array = lists.downcast_as_array();
    let Some(inner) = array.values().as_any().downcast_ref::<Utf8ViewArray>() else {
        polars_bail!(SchemaMismatch: "a list of {:?}", lists.inner_dtype());
    };
    let (ends, valid) = (array.offsets().as_slice(), array.validity().map(words));
    let (mut bytes, mut empty) = (Vec::new(), None);
    numbers.resize(array.len(), NONE);
    for (nth, numbers) in numbers.chunks_mut(64).enumerate() {
        let first = nth * 64;
        let ends = &ends[first..=first + numbers.len()];
        let all = u64::MAX >> (64 - numbers.len());
        let filled = ends.windows(2).enumerate().fold(0, |bits, (bit, w)| bits | u64::from(w[0] != w[1]) << bit);
        let there = valid.as_ref().map_or(u64::MAX, |words| words[nth]);
        // Most lists are empty: their number is filled in at once, and only the others are read.
        let mut others = (filled | !there) & all;
        if others != all {
            let row = first + others.trailing_ones() as usize;
            numbers.fill(*empty.get_or_insert_with(|| number(EMPTY, row)));
        }
        while others != 0 {
            let bit = others.trailing_zeros() as usize;
            let items = ends[bit].cast_unsigned() as usize..ends[bit + 1].cast_unsigned() as usize;
            let key = if there >> bit & 1 == 1 { list_key(inner, items, &mut bytes) } else { NULL };
            numbers[bit] = number(key, first + bit);
            others &= others - 1;
        }
    }
    Ok(())
}

/// The key of a list of texts; a single short text is its own key.
fn list_key(inner: &Utf8ViewArray, items: std::ops::Range<usize>, bytes: &mut Vec<u8>) -> u128 {
    if items.len() == 1 && inner.is_valid(items.start) && inner.views()[items.start].is_inline() {
        return inner.views()[items.start].as_u128();
    }
    bytes.clear();
    for text in items.map(|i| inner.get(i)) {
        bytes.extend(text.map_or(u32::MAX, |t| t.len() as u32).to_le_bytes());
        bytes.extend(text.unwrap_or_default().as_bytes());
    }
    long(bytes)
}

/// The key of bytes longer than a view holds; its lowest bits are no length of an inlined text.
fn long(bytes: &[u8]) -> u128 {
    xxhash_rust::xxh3::xxh3_128(bytes) << 32 | 0xFFFF_FFF0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(series: &Series) -> Vec<u32> {
        Distinct::of(series).unwrap().of_row
    }

    #[test]
    fn equal_values_share_a_number_in_the_order_they_come() {
        assert_eq!(
            values(&Series::new("a".into(), [Some("x"), None, Some("a text longer than a view"), Some("x"), None])),
            [0, 1, 2, 0, 1]
        );
        assert_eq!(values(&Series::new("a".into(), [Some(3_i64), Some(i64::MIN), None, Some(3)])), [0, 1, 2, 0]);
        assert_eq!(values(&Series::new("a".into(), [7_i32, 8, 7])), [0, 1, 0]);
        assert_eq!(values(&Series::new("a".into(), [Some(true), None, Some(true)])), [0, 1, 0]);
        let both =
            Distinct::of(&Series::new("a".into(), [1, 1, 2])).unwrap().with(&Distinct::of(&Series::new("b".into(), [1, 2, 2])).unwrap());
        assert_eq!((both.of_row, both.firsts), (vec![0, 1, 2], vec![0, 1, 2]));
    }

    #[test]
    fn lists_are_equal_where_their_items_are() {
        let list = |items: &[&str]| Some(Series::new("".into(), items));
        let lists: ListChunked =
            [list(&["a"]), list(&[]), None, list(&["a", "b"]), list(&["ab"]), list(&["a"]), list(&[])].into_iter().collect();
        let found = Distinct::of(&lists.into_series()).unwrap();
        let is_equal = |a: usize, b: usize| found.of_row[a] == found.of_row[b];
        assert!(is_equal(0, 5) && is_equal(1, 6));
        assert_eq!(found.firsts.len(), 5);
        assert!((0..).zip(&found.firsts).all(|(value, row)| found.of_row.iter().position(|v| *v == value) == Some(*row as usize)));
    }
}
