//! Decimals read as whole numbers: databases give sums as decimals even if every value is whole.
#![cfg_attr(not(feature = "files"), allow(dead_code, reason = "only files need it"))]

use polars_core::prelude::*;

/// The values of a decimal column in its smallest units, and how many units make 1.
pub(crate) fn units(series: &Series) -> PolarsResult<(Series, i128)> {
    let scale = if let DataType::Decimal(_, scale) = series.dtype() { *scale } else { 0 };
    let one = 10_i128.checked_pow(scale as u32).unwrap_or(i128::MAX);
    Ok((series.to_physical_repr().cast(&DataType::Int128)?, one))
}

/// A decimal column as whole numbers; none if a value has a fraction.
pub(crate) fn whole_numbers(series: &Series) -> Option<Series> {
    let (values, one) = units(series).ok()?;
    let values = values.i128().ok()?;
    let is_whole = values.iter().flatten().all(|value| value % one == 0);
    is_whole.then(|| values.apply_values(|value| value / one).into_series())
}
