//! A chunk's columns as classes: one look at a table per value, whatever the type.
//!
//! Text is looked up by its view, days by themselves, categories by their codes; a value met for the first time is read
//! by the encoder, so that both agree on what it means. Types without a way of their own go through the encoder whole.

use super::classes::{Asked, Classes, Source};
use super::pass::{Columns, Pass};
use crate::error::{Error, Fact, Result};
use crate::record::{BIRTHS, Encoded, Encoder, days_of};
use polars::prelude::*;
use polars_arrow::array::{Array, BooleanArray, Utf8ViewArray, View};
use polars_arrow::bitmap::Bitmap;
use std::rc::Rc;

/// A class not worked out yet.
const PENDING: u32 = u32::MAX;
/// Marks the class of a value that its column may not hold.
const BAD: u32 = 1 << 31;
/// The key of a missing value; no view and no hash looks like it.
const NULL: u128 = u128::MAX;
/// The key of an empty list.
const EMPTY: u128 = u128::MAX - 1;
/// No key at all.
const NEVER: u128 = u128::MAX - 2;
/// Size of the table of recent keys, in bits.
const RECENT_BITS: u32 = 12;
/// Keys remembered at most: a memory of what was met, that may be dropped at any time.
const MOST_KEYS: usize = 1 << 20;

/// 1 January 1800 and 1 January 2201, in days since 1970.
const FIRST_DAY: i32 = -62_091;
const LAST_DAY: i32 = 84_371;
const DAYS: usize = (LAST_DAY - FIRST_DAY) as usize;
/// Places in the table of days, after the days: years, no value, a value out of range.
const YEARS: usize = DAYS;
const NO_DAY: usize = YEARS + 401;
const STRANGE: usize = NO_DAY + 1;

/// The classes of a chunk's rows.
#[derive(Debug, Default)]
pub(super) struct Coded {
    /// Empty while `flags` tells the same in fewer bits.
    codes: Vec<u32>,
    pub flags: Option<Flags>,
    rows: usize,
}

/// A column of flags: bits, and the classes they stand for.
#[derive(Debug, Default)]
pub(super) struct Flags {
    /// True, and known.
    pub yes: Vec<u64>,
    pub unknown: Vec<u64>,
    /// The classes of no, unknown and yes.
    pub classes: [u32; 3],
}

impl Coded {
    /// Gives flags a class for each row.
    pub fn spread(&mut self) {
        if let (Some(flags), true) = (&self.flags, self.codes.len() != self.rows) {
            self.codes.clear();
            self.codes.extend((0..self.rows).map(|row| {
                let bit = |words: &[u64]| (words[row / 64] >> (row % 64) & 1) as usize;
                flags.classes[bit(&flags.unknown) + 2 * bit(&flags.yes)]
            }));
        }
    }

    /// A class for each row.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }
}

/// What one worker knows of one column.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub classes: Classes,
    keys: PlHashMap<u128, u32>,
    /// The key last met at each place of a small table: most rows need look no further.
    recent: Recent,
    days: Vec<u32>,
    categories: Vec<u32>,
    mapping: Option<Arc<CategoricalMapping>>,
    flags: Option<[u32; 3]>,
}

/// Keys and their classes, each at the place its bits tell.
#[derive(Debug)]
struct Recent(Box<[(u128, u32); 1 << RECENT_BITS]>);

impl Default for Recent {
    fn default() -> Self {
        // On the heap from the start: the table is too large for a stack. Its length is that of the type.
        let places = vec![(NEVER, PENDING); 1 << RECENT_BITS].into_boxed_slice();
        Self(places.try_into().unwrap_or_else(|_| unreachable!("a table of its own length")))
    }
}

/// Keys met for the first time, with the row each was met in.
type New<K> = Vec<(K, IdxSize)>;

impl Reader {
    /// Reads a chunk; true if some value is one that its column may not hold.
    pub fn read(&mut self, asked: &Asked, pass: &Pass, encoder: &mut Encoder, coded: &mut Coded) -> Result<bool> {
        let frame = encoder.frame;
        coded.rows = frame.height();
        coded.flags = None;
        coded.codes.clear();
        let reads = asked.reads(pass);
        if reads.is_empty() {
            // Nothing is read: every row is like one row without columns.
            let one = DataFrame::empty_with_height(1);
            let class = self.work_out(asked, pass, &one, &[0])?[0];
            coded.codes.resize(coded.rows, class);
            return Ok(false);
        }
        let wrong = |e: PolarsError| Error::Frame { table: pass.table.id.clone(), found: Fact::library(e) };
        if asked.source == Source::Births || asked.source == Source::Period {
            return match Days::of(frame, &reads).map_err(wrong)? {
                Some(days) => self.read_days(&days, asked, pass, frame, coded),
                None => self.through_encoder(asked, pass, encoder, coded),
            };
        }
        let column = frame.column(reads[0]).ok().filter(|_| pass.table.column(reads[0]).is_some());
        let Some(series) = column.map(|c| c.as_materialized_series().rechunk()) else {
            return self.through_encoder(asked, pass, encoder, coded);
        };
        match series.dtype() {
            DataType::String => {
                let array = series.str().map_err(wrong)?.rechunk();
                let array = array.downcast_as_array();
                self.repeat(asked, pass, frame, coded, |reader, codes, new| reader.texts(array, codes, new), |r, key| r.slot(key))
            }
            DataType::Categorical(..) | DataType::Enum(..) => self.read_categories(&series, asked, pass, frame, coded),
            DataType::Boolean => Ok(self.read_flags(series.bool().map_err(wrong)?, asked, pass, coded)),
            DataType::List(inner) if **inner == DataType::String => {
                let lists = series.list().map_err(wrong)?;
                self.repeat(asked, pass, frame, coded, |reader, codes, new| reader.lists(lists, codes, new), |r, key| r.slot(key))
            }
            _ => self.through_encoder(asked, pass, encoder, coded),
        }
    }

    fn slot(&mut self, key: u128) -> &mut u32 {
        self.keys.entry(key).or_insert(PENDING)
    }

    /// Looks every row up; if some key was new, works those out and looks again.
    fn repeat<K: Copy>(
        &mut self,
        asked: &Asked,
        pass: &Pass,
        frame: &DataFrame,
        coded: &mut Coded,
        mut look_up: impl FnMut(&mut Self, &mut Vec<u32>, &mut New<K>),
        slot: fn(&mut Self, K) -> &mut u32,
    ) -> Result<bool> {
        if self.keys.len() > MOST_KEYS {
            self.keys.clear();
            self.recent = Recent::default();
        }
        let mut new = Vec::new();
        look_up(self, &mut coded.codes, &mut new);
        if !new.is_empty() {
            let rows: Vec<IdxSize> = new.iter().map(|(_, row)| *row).collect();
            let classes = self.work_out(asked, pass, frame, &rows)?;
            for ((key, _), class) in new.into_iter().zip(classes) {
                *slot(self, key) = class;
            }
            coded.codes.clear();
            look_up(self, &mut coded.codes, &mut Vec::new());
        }
        let bad = coded.codes.iter().fold(0, |any, code| any | code) & BAD != 0;
        if bad {
            coded.codes.iter_mut().for_each(|code| *code &= !BAD);
        }
        Ok(bad)
    }

    /// The classes of some rows, read by the encoder.
    fn work_out(&mut self, asked: &Asked, pass: &Pass, frame: &DataFrame, rows: &[IdxSize]) -> Result<Vec<u32>> {
        let few: Vec<Column> = asked
            .reads(pass)
            .into_iter()
            .filter_map(|name| frame.column(name).ok())
            .map(|c| c.as_materialized_series().take_slice(rows).map(IntoColumn::into_column))
            .collect::<PolarsResult<_>>()
            .map_err(|e| Error::Frame { table: pass.table.id.clone(), found: Fact::library(e) })?;
        let few = DataFrame::new(rows.len(), few).map_err(|e| Error::Frame { table: pass.table.id.clone(), found: Fact::library(e) })?;
        let mut encoder = pass.encoder(&few, 0);
        let columns = asked.encode(pass, &mut encoder)?;
        let mut classes = self.classes.of(asked, pass, &columns, rows.len());
        for row in encoder.problems.rows() {
            classes[row as usize - 1] |= BAD;
        }
        Ok(classes)
    }

    fn texts(&mut self, array: &Utf8ViewArray, codes: &mut Vec<u32>, new: &mut New<u128>) {
        let key = |row: usize, view: &View| if view.is_inline() { view.as_u128() } else { long(array.value(row).as_bytes()) };
        let views = array.views();
        codes.resize(views.len(), PENDING);
        let Some(valid) = array.validity() else {
            for (row, (view, code)) in views.iter().zip(codes).enumerate() {
                *code = self.class(key(row, view), row, new);
            }
            return;
        };
        for (nth, ((views, codes), valid)) in views.chunks(64).zip(codes.chunks_mut(64)).zip(words(valid)).enumerate() {
            for (bit, (view, code)) in views.iter().zip(codes).enumerate() {
                let row = nth * 64 + bit;
                let key = if valid >> bit & 1 == 1 { key(row, view) } else { NULL };
                *code = self.class(key, row, new);
            }
        }
    }

    fn lists(&mut self, lists: &ListChunked, codes: &mut Vec<u32>, new: &mut New<u128>) {
        let array = lists.downcast_as_array();
        let Some(inner) = array.values().as_any().downcast_ref::<Utf8ViewArray>() else { return };
        let (ends, valid) = (array.offsets().as_slice(), array.validity().map(words));
        let (mut bytes, mut empty) = (Vec::new(), None);
        codes.resize(array.len(), PENDING);
        for (nth, codes) in codes.chunks_mut(64).enumerate() {
            let first = nth * 64;
            let ends = &ends[first..=first + codes.len()];
            let all = u64::MAX >> (64 - codes.len());
            let filled = ends.windows(2).enumerate().fold(0, |bits, (bit, w)| bits | u64::from(w[0] != w[1]) << bit);
            let there = valid.as_ref().map_or(u64::MAX, |words| words[nth]);
            // Most lists are empty: they are filled in at once, and only the others are looked at.
            let mut others = (filled | !there) & all;
            if others != all {
                let row = first + others.trailing_ones() as usize;
                codes.fill(*empty.get_or_insert_with(|| self.class(EMPTY, row, new)));
            }
            while others != 0 {
                let bit = others.trailing_zeros() as usize;
                let items = ends[bit].cast_unsigned() as usize..ends[bit + 1].cast_unsigned() as usize;
                let key = if there >> bit & 1 == 1 { list_key(inner, items, &mut bytes) } else { NULL };
                codes[bit] = self.class(key, first + bit, new);
                others &= others - 1;
            }
        }
    }

    #[inline]
    fn class(&mut self, key: u128, row: usize, new: &mut New<u128>) -> u32 {
        let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(29);
        let place = (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - RECENT_BITS)) as usize;
        let (recent, class) = self.recent.0[place];
        if recent == key { class } else { self.look_up(key, place, row, new) }
    }

    #[cold]
    fn look_up(&mut self, key: u128, place: usize, row: usize, new: &mut New<u128>) -> u32 {
        if let Some(class) = self.keys.get(&key).copied() {
            if class != PENDING {
                self.recent.0[place] = (key, class);
            }
            return class;
        }
        self.keys.insert(key, PENDING);
        new.push((key, row as IdxSize));
        PENDING
    }

    fn read_days(&mut self, days: &Days, asked: &Asked, pass: &Pass, frame: &DataFrame, coded: &mut Coded) -> Result<bool> {
        self.days.resize(STRANGE + 1, PENDING);
        let look_up = |reader: &mut Self, codes: &mut Vec<u32>, new: &mut New<usize>| {
            let table = reader.days.as_mut_slice();
            codes.resize(days.known.len(), PENDING);
            days.each(|row, place| {
                let class = table[place];
                if class == PENDING {
                    new.push((place, row as IdxSize));
                    // Anything but pending, so that a day is worked out once.
                    table[place] = 0;
                }
                codes[row] = class;
            });
        };
        Ok(self.repeat(asked, pass, frame, coded, look_up, |r, place| &mut r.days[place])? || days.strange_years)
    }

    fn read_categories(&mut self, series: &Series, asked: &Asked, pass: &Pass, frame: &DataFrame, coded: &mut Coded) -> Result<bool> {
        let wrong = |e: PolarsError| Error::Frame { table: pass.table.id.clone(), found: Fact::library(e) };
        let physical = series.to_physical_repr().cast(&DataType::UInt32).map_err(wrong)?;
        let mapping = match series.dtype() {
            DataType::Categorical(categories, _) => categories.mapping(),
            DataType::Enum(_, mapping) => mapping.clone(),
            _ => return Ok(false),
        };
        if self.mapping.as_ref().is_none_or(|known| !Arc::ptr_eq(known, &mapping)) {
            self.categories.clear();
            self.mapping = Some(mapping);
        }
        let physical = physical.u32().map_err(wrong)?.rechunk();
        // The first place is that of a missing value.
        let places = physical.max().map_or(0, |most| most as usize + 1) + 1;
        if self.categories.len() < places {
            self.categories.resize(places, PENDING);
        }
        let array = physical.downcast_as_array();
        let look_up = |reader: &mut Self, codes: &mut Vec<u32>, new: &mut New<usize>| {
            let table = reader.categories.as_mut_slice();
            codes.resize(array.len(), PENDING);
            let mut class = |row: usize, place: usize| {
                let class = table[place];
                if class == PENDING {
                    new.push((place, row as IdxSize));
                    // Anything but pending, so that a category is worked out once.
                    table[place] = 0;
                }
                class
            };
            if array.null_count() == 0 {
                let codes = array.values().iter().zip(codes).enumerate();
                codes.for_each(|(row, (code, into))| *into = class(row, *code as usize + 1));
            } else {
                let codes = array.iter().zip(codes).enumerate();
                codes.for_each(|(row, (code, into))| *into = class(row, code.map_or(0, |c| *c as usize + 1)));
            }
        };
        self.repeat(asked, pass, frame, coded, look_up, |r, place| &mut r.categories[place])
    }

    fn read_flags(&mut self, flags: &BooleanChunked, asked: &Asked, pass: &Pass, coded: &mut Coded) -> bool {
        let classes = *self.flags.get_or_insert_with(|| {
            let values = Rc::new(Encoded::Flag(vec![crate::record::NO, crate::record::UNDECIDED, crate::record::YES]));
            let columns: Columns = asked.names.iter().map(|name| ((*name).to_owned(), values.clone())).collect();
            let found = self.classes.of(asked, pass, &columns, 3);
            [found[0], found[1], found[2]]
        });
        let array: &BooleanArray = flags.downcast_as_array();
        let mut yes = words(array.values());
        let unknown = match array.validity() {
            Some(valid) => {
                let mut unknown = words(valid);
                unknown.iter_mut().zip(&mut yes).for_each(|(word, yes)| {
                    *yes &= *word;
                    *word = !*word;
                });
                trim(&mut unknown, flags.len());
                unknown
            }
            None => vec![0; yes.len()],
        };
        let required = pass.table.column(asked.names[0]).is_some_and(|c| c.required);
        coded.flags = Some(Flags { yes, unknown, classes });
        required && flags.null_count() > 0
    }

    /// Columns that have no way of their own.
    fn through_encoder(&mut self, asked: &Asked, pass: &Pass, encoder: &mut Encoder, coded: &mut Coded) -> Result<bool> {
        let before = encoder.problems.rows().len();
        let of_births = asked.source == Source::Births;
        let mut columns = Columns::new();
        let (firsts, of_row) = if of_births {
            encoder.encode(BIRTHS)?.distinct()
        } else {
            columns = asked.encode(pass, encoder)?;
            columns.values().next().map(|c| c.distinct()).unwrap_or_default()
        };
        let classes = if of_births {
            let rows: Vec<IdxSize> = firsts.iter().map(|row| *row as IdxSize).collect();
            self.work_out(asked, pass, encoder.frame, &rows)?.into_iter().map(|c| c & !BAD).collect()
        } else {
            let few: Columns = columns.iter().map(|(name, c)| (name.clone(), Rc::new(c.gather(&firsts)))).collect();
            self.classes.of(asked, pass, &few, firsts.len())
        };
        coded.codes.extend(of_row.into_iter().map(|nth| classes[nth as usize]));
        Ok(encoder.problems.rows().len() > before)
    }
}

/// A key for a list of texts; one short text is its own.
pub(crate) fn list_key(inner: &Utf8ViewArray, items: std::ops::Range<usize>, bytes: &mut Vec<u8>) -> u128 {
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

/// A key for what is longer than a view holds; its lowest bits are no length of an inlined text.
pub(crate) fn long(bytes: &[u8]) -> u128 {
    xxhash_rust::xxh3::xxh3_128(bytes) << 32 | 0xFFFF_FFF0
}

/// The bits of a map from its first on, the last word filled with zeros.
pub(crate) fn words(bits: &Bitmap) -> Vec<u64> {
    let mut iter = bits.fast_iter_u64();
    let mut found: Vec<u64> = iter.by_ref().collect();
    let (rest, length) = iter.remainder();
    found.extend(&rest[..length.div_ceil(64)]);
    trim(&mut found, bits.len());
    found
}

fn trim(words: &mut [u64], bits: usize) {
    if let Some(last) = words.last_mut().filter(|_| !bits.is_multiple_of(64)) {
        *last &= (1 << (bits % 64)) - 1;
    }
}

/// A day for each row, or a year, as places in a table.
struct Days {
    known: Int32Chunked,
    years: Option<Int32Chunked>,
    /// A year out of range stands somewhere, perhaps beside a day.
    strange_years: bool,
}

impl Days {
    /// The days of a chunk, if its columns have types that allow it.
    fn of(frame: &DataFrame, reads: &[&str]) -> PolarsResult<Option<Self>> {
        let Some(Ok(days)) = reads.first().map(|name| frame.column(name)) else { return Ok(None) };
        if !matches!(days.dtype(), DataType::Date | DataType::Datetime(..)) {
            return Ok(None);
        }
        let days = days_of(days.as_materialized_series())?.rechunk().into_owned();
        let years = match reads.get(1).and_then(|name| frame.column(name).ok()) {
            Some(years) if *years.dtype() != DataType::Int32 && *years.dtype() != DataType::Null => return Ok(None),
            Some(years) if years.null_count() < years.len() => Some(years.as_materialized_series().i32()?.rechunk().into_owned()),
            _ => None,
        };
        let strange = |y: &Int32Chunked| y.min().is_some_and(|y| y < 1800) || y.max().is_some_and(|y| y > 2200);
        Ok(Some(Self { strange_years: years.as_ref().is_some_and(strange), known: days, years }))
    }

    fn each(&self, mut with: impl FnMut(usize, usize)) {
        let place = |day: i32| usize::try_from(i64::from(day) - i64::from(FIRST_DAY)).ok().filter(|p| *p < DAYS).unwrap_or(STRANGE);
        let array = self.known.downcast_as_array();
        if array.null_count() == 0 {
            array.values().iter().enumerate().for_each(|(row, day)| with(row, place(*day)));
            return;
        }
        let year = |row: usize| match self.years.as_ref().and_then(|years| years.get(row)) {
            None => NO_DAY,
            Some(year) => usize::try_from(i64::from(year) - 1800).ok().filter(|y| *y <= 400).map_or(STRANGE, |y| YEARS + y),
        };
        for (row, day) in array.iter().enumerate() {
            with(row, day.map_or_else(|| year(row), |d| place(*d)));
        }
    }
}
