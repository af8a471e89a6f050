//! Columns of whole numbers.

use super::encoded::{Encoded, HIGH, LOW};
use super::encoder::Encoder;
use crate::catalogue::Column as ColumnSchema;
use crate::error::{Fact, Phrase};
use crate::record::decimal::units;
use polars_core::prelude::*;

/// Floats beyond this are not read as integers.
const MOST_WHOLE: f64 = 9.0e15;

impl Encoder<'_> {
    pub(super) fn integers(&mut self, schema: &ColumnSchema) -> PolarsResult<Encoded> {
        let series = self.whole_numbers(schema)?;
        let least = schema.least.map_or(i64::from(LOW) + 1, i64::from);
        let greatest = self.table.greatest(&schema.id).unwrap_or(HIGH - 1);
        let expected = Fact::from(match (schema.least, schema.required) {
            (Some(least), _) if schema.id.ends_with("year") => Phrase::YearFromTo(least.into(), greatest.into()),
            (Some(least), _) => Phrase::WholeNumberFromTo(least.into(), greatest.into()),
            (None, true) => Phrase::WholeNumber,
            (None, false) => Phrase::WholeNumberOf32Bits,
        });
        let mut low = Vec::with_capacity(series.len());
        let mut high = Vec::with_capacity(series.len());
        for (i, value) in series.i64()?.iter().enumerate() {
            match value {
                Some(n) if (least..=i64::from(greatest)).contains(&n) => {
                    low.push(n as i32);
                    high.push(n as i32);
                    continue;
                }
                None if !schema.required => {}
                _ => self.problems.value(&self.table.id, &schema.id, expected.clone(), self.row(i)),
            }
            low.push(LOW);
            high.push(HIGH);
        }
        Ok(Encoded::Number { low, high })
    }

    /// The column as integers; floats and decimals that are not whole are reported.
    fn whole_numbers(&mut self, schema: &ColumnSchema) -> PolarsResult<Series> {
        if let Ok(column) = self.frame.column(&schema.id)
            && matches!(column.dtype(), DataType::Decimal(..))
        {
            let (units, one) = units(column.as_materialized_series())?;
            let mut whole: Vec<Option<i64>> = Vec::with_capacity(units.len());
            for (i, value) in units.i128()?.iter().enumerate() {
                if value.is_some_and(|v| v % one != 0) {
                    self.problems.value(&self.table.id, &schema.id, Phrase::WithoutFraction, self.row(i));
                    // Already reported; this placeholder is in range, so it is not reported twice.
                    whole.push(Some(i64::from(schema.least.unwrap_or(0))));
                } else {
                    whole.push(value.map(|v| i64::try_from(v / one).unwrap_or(i64::MAX)));
                }
            }
            return Ok(Series::new(schema.id.as_str().into(), whole));
        }
        let is_float = self.frame.column(&schema.id).is_ok_and(|c| c.dtype().is_float());
        if !is_float {
            let cast = self.series(&schema.id, &DataType::Int64)?;
            if let Ok(column) = self.frame.column(&schema.id)
                && column.null_count() < cast.null_count()
            {
                let (before, after) = (column.is_null(), cast.is_null());
                for i in (0..cast.len()).filter(|i| after.get(*i) == Some(true) && before.get(*i) == Some(false)) {
                    self.problems.value(&self.table.id, &schema.id, Phrase::WholeNumberOf32Bits, self.row(i));
                }
            }
            return Ok(cast);
        }
        let floats = self.series(&schema.id, &DataType::Float64)?;
        let mut whole: Vec<Option<i64>> = Vec::with_capacity(floats.len());
        for (i, value) in floats.f64()?.iter().enumerate() {
            let value = value.filter(|v| !v.is_nan());
            if value.is_some_and(|v| v.fract() != 0.0 || v.abs() > MOST_WHOLE) {
                self.problems.value(&self.table.id, &schema.id, Phrase::WholeNumber, self.row(i));
                // Already reported; this placeholder is in range, so it is not reported twice.
                whole.push(Some(i64::from(schema.least.unwrap_or(0))));
            } else {
                whole.push(value.map(|v| v as i64));
            }
        }
        Ok(Series::new(schema.id.as_str().into(), whole))
    }
}
