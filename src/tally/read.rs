//! A chunk's columns as classes: one look at a table per value, whatever the type.
//!
//! Text is looked up by its key, days by themselves, categories by their codes; a value met for the first time is read
//! by the encoder, so that both agree on what it means.

use super::classes::{Asked, Classes, Source};
use super::pass::{Columns, Pass};
use crate::error::{Error, Fact, Result};
use crate::question::IN_PERIOD;
use crate::record::{BIRTHS, DAYS, Distinct, Encoded, Encoder, Keys, NO, UNDECIDED, YES, days_of, each_list, each_text, trim, words};
use polars_arrow::array::{Array, BooleanArray};
use polars_core::prelude::*;
use std::rc::Rc;

/// Keys looked at lately.
const RECENT: usize = 1 << 12;
/// A class not worked out yet.
const PENDING: u32 = Keys::<RECENT>::PENDING;
/// Marks the class of a value that its column may not hold.
const BAD: u32 = 1 << 31;
/// Keys remembered at most: a memory of what was met, that may be dropped at any time.
const MOST_KEYS: usize = 1 << 20;

/// Places for days.
const DAY_PLACES: usize = (DAYS.end - DAYS.start) as usize;
/// Places in the table of days, after the days: years, no value, a value out of range.
const YEARS: usize = DAY_PLACES;
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

    /// Takes the marks of values off that their column may not hold; true if there was one.
    fn clear_bad(&mut self) -> bool {
        let bad = self.codes.iter().fold(0, |any, code| any | code) & BAD != 0;
        if bad {
            self.codes.iter_mut().for_each(|code| *code &= !BAD);
        }
        bad
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
    /// The classes of texts and lists.
    keys: Keys<RECENT>,
    days: Vec<u32>,
    categories: Vec<u32>,
    mapping: Option<Arc<CategoricalMapping>>,
    flags: Option<[u32; 3]>,
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
                None if asked.source == Source::Births => self.births_through_encoder(asked, pass, encoder, coded),
                None => self.through_encoder(IN_PERIOD, asked, pass, encoder, coded),
            };
        }
        let name = reads[0];
        let is_plain = pass.table.column(name).is_some() && pass.table.derived_from(name).is_none();
        let Some(series) = frame.column(name).ok().filter(|_| is_plain).map(|c| c.as_materialized_series().rechunk()) else {
            return self.through_encoder(name, asked, pass, encoder, coded);
        };
        match series.dtype() {
            DataType::String => {
                let array = series.str().map_err(wrong)?.rechunk();
                let look_up = |reader: &mut Self, codes: &mut Vec<u32>, new: &mut New<u128>| {
                    each_text(array.downcast_as_array(), codes, |key, row| reader.class(key, row, new));
                    Ok(())
                };
                self.repeat(asked, pass, frame, coded, look_up, |reader, key, class| reader.keys.set(key, class))
            }
            DataType::List(inner) if **inner == DataType::String => {
                let lists = series.list().map_err(wrong)?;
                let look_up = |reader: &mut Self, codes: &mut Vec<u32>, new: &mut New<u128>| {
                    each_list(lists, codes, |key, row| reader.class(key, row, new)).map_err(wrong)
                };
                self.repeat(asked, pass, frame, coded, look_up, |reader, key, class| reader.keys.set(key, class))
            }
            DataType::Categorical(..) | DataType::Enum(..) => self.read_categories(&series, asked, pass, frame, coded),
            DataType::Boolean => Ok(self.read_flags(series.bool().map_err(wrong)?, asked, pass, coded)),
            _ => {
                let values = Distinct::of(&series).map_err(wrong)?;
                let classes = self.work_out(asked, pass, frame, &values.firsts)?;
                coded.codes.extend(values.of_row.iter().map(|value| classes[*value as usize]));
                Ok(coded.clear_bad())
            }
        }
    }

    /// Looks every row up; if some key was new, works those out and looks again.
    fn repeat<K: Copy>(
        &mut self,
        asked: &Asked,
        pass: &Pass,
        frame: &DataFrame,
        coded: &mut Coded,
        mut look_up: impl FnMut(&mut Self, &mut Vec<u32>, &mut New<K>) -> Result<()>,
        set: fn(&mut Self, K, u32),
    ) -> Result<bool> {
        if self.keys.len() > MOST_KEYS {
            self.keys = Keys::default();
        }
        let mut new = Vec::new();
        look_up(self, &mut coded.codes, &mut new)?;
        if !new.is_empty() {
            let rows: Vec<IdxSize> = new.iter().map(|(_, row)| *row).collect();
            let classes = self.work_out(asked, pass, frame, &rows)?;
            for ((key, _), class) in new.into_iter().zip(classes) {
                set(self, key, class);
            }
            coded.codes.clear();
            look_up(self, &mut coded.codes, &mut Vec::new())?;
        }
        Ok(coded.clear_bad())
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

    #[inline]
    fn class(&mut self, key: u128, row: usize, new: &mut New<u128>) -> u32 {
        self.keys.number(key, || {
            new.push((key, row as IdxSize));
            PENDING
        })
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
            Ok(())
        };
        Ok(self.repeat(asked, pass, frame, coded, look_up, |r, place, class| r.days[place] = class)? || days.strange_years)
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
            Ok(())
        };
        self.repeat(asked, pass, frame, coded, look_up, |r, place, class| r.categories[place] = class)
    }

    fn read_flags(&mut self, flags: &BooleanChunked, asked: &Asked, pass: &Pass, coded: &mut Coded) -> bool {
        let classes = *self.flags.get_or_insert_with(|| {
            let values = Rc::new(Encoded::Flag(vec![NO, UNDECIDED, YES]));
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

    /// What is worked out from several columns: the encoder reads every row.
    fn through_encoder(&mut self, name: &str, asked: &Asked, pass: &Pass, encoder: &mut Encoder, coded: &mut Coded) -> Result<bool> {
        let before = encoder.problems.rows().len();
        let column = pass.encode(encoder, name)?;
        let values = column.distinct();
        let firsts: Vec<usize> = values.firsts.iter().map(|row| *row as usize).collect();
        let few = Columns::from([(name.to_owned(), Rc::new(column.gather(&firsts)))]);
        let classes = self.classes.of(asked, pass, &few, firsts.len());
        coded.codes.extend(values.of_row.iter().map(|value| classes[*value as usize]));
        Ok(encoder.problems.rows().len() > before)
    }

    /// Days of birth that are recorded in several ways: the encoder reads every row, and the rest is worked out by days.
    fn births_through_encoder(&mut self, asked: &Asked, pass: &Pass, encoder: &mut Encoder, coded: &mut Coded) -> Result<bool> {
        let before = encoder.problems.rows().len();
        let values = encoder.encode(BIRTHS)?.distinct();
        let classes = self.work_out(asked, pass, encoder.frame, &values.firsts)?;
        coded.codes.extend(values.of_row.iter().map(|value| classes[*value as usize] & !BAD));
        Ok(encoder.problems.rows().len() > before)
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
        let place = |day: i32| if DAYS.contains(&day) { day.abs_diff(DAYS.start) as usize } else { STRANGE };
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
