//! Numbers for the days and years that a record may hold, as indices of a table.

use crate::record::{DAYS, days_of};
use polars_arrow::array::Array;
use polars_core::prelude::*;

/// Entries for days.
const DAY_PLACES: usize = (DAYS.end - DAYS.start) as usize;
/// Entries after the days: 401 years, no value, a value out of range.
const YEARS: usize = DAY_PLACES;
const NO_DAY: usize = YEARS + 401;
pub(super) const OUT_OF_RANGE: usize = NO_DAY + 1;

/// The day or year of each row, as an index of the table.
pub(super) struct Days {
    pub known: Int32Chunked,
    years: Option<Int32Chunked>,
    /// Some year is out of range, perhaps in a row with a day.
    pub has_strange_year: bool,
}

impl Days {
    /// The days of a chunk, if the types of its columns allow it.
    pub fn of(frame: &DataFrame, reads: &[&str]) -> PolarsResult<Option<Self>> {
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
        let is_out = |y: &Int32Chunked| y.min().is_some_and(|y| y < 1800) || y.max().is_some_and(|y| y > 2200);
        Ok(Some(Self { has_strange_year: years.as_ref().is_some_and(is_out), known: days, years }))
    }

    pub fn each(&self, mut with: impl FnMut(usize, usize)) {
        let place = |day: i32| if DAYS.contains(&day) { day.abs_diff(DAYS.start) as usize } else { OUT_OF_RANGE };
        let array = self.known.downcast_as_array();
        if array.null_count() == 0 {
            array.values().iter().enumerate().for_each(|(row, day)| with(row, place(*day)));
            return;
        }
        let year = |row: usize| match self.years.as_ref().and_then(|years| years.get(row)) {
            None => NO_DAY,
            Some(year) => usize::try_from(i64::from(year) - 1800).ok().filter(|y| *y <= 400).map_or(OUT_OF_RANGE, |y| YEARS + y),
        };
        for (row, day) in array.iter().enumerate() {
            with(row, day.map_or_else(|| year(row), |d| place(*d)));
        }
    }
}
