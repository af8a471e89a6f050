//! Turns a chunk's columns into classes: one table look-up per value, whatever the type.
//!
//! Text is looked up by a key, days by their number, categories by their code. A value met for the first time is read by
//! the encoder, so that both ways of counting agree on its meaning.

use super::classes::{Classes, Input, InputKind};
use super::coded::{BAD, Coded, Flags};
use super::days::{Days, OUT_OF_RANGE};
use super::pass::{Columns, Pass};
use crate::error::{Error, Fact, Result};
use crate::question::IN_PERIOD;
use crate::record::{BIRTHS, Distinct, Encoded, Encoder, Keys, NO, UNDECIDED, YES, each_list, each_text, trim, words};
use polars_arrow::array::{Array, BooleanArray};
use polars_core::prelude::*;
use std::rc::Rc;

/// Size of the cache of recent keys.
const RECENT: usize = 1 << 12;
/// A class not known yet.
const PENDING: u32 = Keys::<RECENT>::PENDING;
/// Most keys remembered; the memory may be dropped at any time.
const MOST_KEYS: usize = 1 << 20;

/// One worker's knowledge of one input.
#[derive(Debug, Default)]
pub(super) struct Classifier {
    pub classes: Classes,
    /// The classes of texts and lists.
    keys: Keys<RECENT>,
    days: Vec<u32>,
    categories: Vec<u32>,
    mapping: Option<Arc<CategoricalMapping>>,
    flags: Option<[u32; 3]>,
}

/// Keys met for the first time, with their row.
type New<K> = Vec<(K, IdxSize)>;

impl Classifier {
    /// Classifies the rows of a chunk; true if the column holds a bad value.
    pub fn read(&mut self, input: &Input, pass: &Pass, encoder: &mut Encoder, coded: &mut Coded) -> Result<bool> {
        let frame = encoder.frame;
        coded.rows = frame.height();
        coded.flags = None;
        coded.codes.clear();
        let reads = input.reads(pass);
        if reads.is_empty() {
            // No column is read: all rows are alike.
            let one = DataFrame::empty_with_height(1);
            let class = self.work_out(input, pass, &one, &[0])?[0];
            coded.codes.resize(coded.rows, class);
            return Ok(false);
        }
        let wrong = |e: PolarsError| Error::Frame { table: pass.table.id.clone(), found: Fact::library(e) };
        if input.kind == InputKind::Births || input.kind == InputKind::Period {
            return match Days::of(frame, &reads).map_err(wrong)? {
                Some(days) => self.read_days(&days, input, pass, frame, coded),
                None if input.kind == InputKind::Births => self.births_through_encoder(input, pass, encoder, coded),
                None => self.through_encoder(IN_PERIOD, input, pass, encoder, coded),
            };
        }
        let name = reads[0];
        let is_plain = pass.table.column(name).is_some() && pass.table.derived_from(name).is_none();
        let Some(series) = frame.column(name).ok().filter(|_| is_plain).map(|c| c.as_materialized_series().rechunk()) else {
            return self.through_encoder(name, input, pass, encoder, coded);
        };
        match series.dtype() {
            DataType::String => {
                let array = series.str().map_err(wrong)?.rechunk();
                let look_up = |classifier: &mut Self, codes: &mut Vec<u32>, new: &mut New<u128>| {
                    each_text(array.downcast_as_array(), codes, |key, row| classifier.class(key, row, new));
                    Ok(())
                };
                self.look_up_twice(input, pass, frame, coded, look_up, |classifier, key, class| classifier.keys.set(key, class))
            }
            DataType::List(inner) if **inner == DataType::String => {
                let lists = series.list().map_err(wrong)?;
                let look_up = |classifier: &mut Self, codes: &mut Vec<u32>, new: &mut New<u128>| {
                    each_list(lists, codes, |key, row| classifier.class(key, row, new)).map_err(wrong)
                };
                self.look_up_twice(input, pass, frame, coded, look_up, |classifier, key, class| classifier.keys.set(key, class))
            }
            DataType::Categorical(..) | DataType::Enum(..) => self.read_categories(&series, input, pass, frame, coded),
            DataType::Boolean => Ok(self.read_flags(series.bool().map_err(wrong)?, input, pass, coded)),
            _ => {
                let values = Distinct::of(&series).map_err(wrong)?;
                let classes = self.work_out(input, pass, frame, &values.firsts)?;
                coded.codes.extend(values.of_row.iter().map(|value| classes[*value as usize]));
                Ok(coded.clear_bad())
            }
        }
    }

    /// Looks up every row. If some keys were new, finds their classes and looks up again.
    fn look_up_twice<K: Copy>(
        &mut self,
        input: &Input,
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
            let classes = self.work_out(input, pass, frame, &rows)?;
            for ((key, _), class) in new.into_iter().zip(classes) {
                set(self, key, class);
            }
            coded.codes.clear();
            look_up(self, &mut coded.codes, &mut Vec::new())?;
        }
        Ok(coded.clear_bad())
    }

    /// The classes of the given rows, read by the encoder.
    fn work_out(&mut self, input: &Input, pass: &Pass, frame: &DataFrame, rows: &[IdxSize]) -> Result<Vec<u32>> {
        let few: Vec<Column> = input
            .reads(pass)
            .into_iter()
            .filter_map(|name| frame.column(name).ok())
            .map(|c| c.as_materialized_series().take_slice(rows).map(IntoColumn::into_column))
            .collect::<PolarsResult<_>>()
            .map_err(|e| Error::Frame { table: pass.table.id.clone(), found: Fact::library(e) })?;
        let few = DataFrame::new(rows.len(), few).map_err(|e| Error::Frame { table: pass.table.id.clone(), found: Fact::library(e) })?;
        let mut encoder = pass.encoder(&few, 0);
        let columns = input.encode(pass, &mut encoder)?;
        let mut classes = self.classes.of(input, pass, &columns, rows.len());
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

    fn read_days(&mut self, days: &Days, input: &Input, pass: &Pass, frame: &DataFrame, coded: &mut Coded) -> Result<bool> {
        self.days.resize(OUT_OF_RANGE + 1, PENDING);
        let look_up = |classifier: &mut Self, codes: &mut Vec<u32>, new: &mut New<usize>| {
            let table = classifier.days.as_mut_slice();
            codes.resize(days.known.len(), PENDING);
            days.each(|row, place| {
                let class = table[place];
                if class == PENDING {
                    new.push((place, row as IdxSize));
                    // No longer pending, so that each day is listed once.
                    table[place] = 0;
                }
                codes[row] = class;
            });
            Ok(())
        };
        Ok(self.look_up_twice(input, pass, frame, coded, look_up, |r, place, class| r.days[place] = class)? || days.has_strange_year)
    }

    fn read_categories(&mut self, series: &Series, input: &Input, pass: &Pass, frame: &DataFrame, coded: &mut Coded) -> Result<bool> {
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
        // The first entry is for missing values.
        let places = physical.max().map_or(0, |most| most as usize + 1) + 1;
        if self.categories.len() < places {
            self.categories.resize(places, PENDING);
        }
        let array = physical.downcast_as_array();
        let look_up = |classifier: &mut Self, codes: &mut Vec<u32>, new: &mut New<usize>| {
            let table = classifier.categories.as_mut_slice();
            codes.resize(array.len(), PENDING);
            let mut class = |row: usize, place: usize| {
                let class = table[place];
                if class == PENDING {
                    new.push((place, row as IdxSize));
                    // No longer pending, so that each category is listed once.
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
        self.look_up_twice(input, pass, frame, coded, look_up, |r, place, class| r.categories[place] = class)
    }

    fn read_flags(&mut self, flags: &BooleanChunked, input: &Input, pass: &Pass, coded: &mut Coded) -> bool {
        let classes = *self.flags.get_or_insert_with(|| {
            let values = Rc::new(Encoded::Flag(vec![NO, UNDECIDED, YES]));
            let columns: Columns = input.names.iter().map(|name| ((*name).to_owned(), values.clone())).collect();
            let found = self.classes.of(input, pass, &columns, 3);
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
        let required = pass.table.column(input.names[0]).is_some_and(|c| c.required);
        coded.flags = Some(Flags { yes, unknown, classes });
        required && flags.null_count() > 0
    }

    /// For values derived from several columns, the encoder reads every row.
    fn through_encoder(&mut self, name: &str, input: &Input, pass: &Pass, encoder: &mut Encoder, coded: &mut Coded) -> Result<bool> {
        let before = encoder.problems.rows().len();
        let column = pass.encode(encoder, name)?;
        let values = column.distinct();
        let firsts: Vec<usize> = values.firsts.iter().map(|row| *row as usize).collect();
        let few = Columns::from([(name.to_owned(), Rc::new(column.gather(&firsts)))]);
        let classes = self.classes.of(input, pass, &few, firsts.len());
        coded.codes.extend(values.of_row.iter().map(|value| classes[*value as usize]));
        Ok(encoder.problems.rows().len() > before)
    }

    /// Days of birth recorded in several ways: the encoder reads every row; classes then follow from distinct days.
    fn births_through_encoder(&mut self, input: &Input, pass: &Pass, encoder: &mut Encoder, coded: &mut Coded) -> Result<bool> {
        let before = encoder.problems.rows().len();
        let values = encoder.encode(BIRTHS)?.distinct();
        let classes = self.work_out(input, pass, encoder.frame, &values.firsts)?;
        coded.codes.extend(values.of_row.iter().map(|value| classes[*value as usize] & !BAD));
        Ok(encoder.problems.rows().len() > before)
    }
}
