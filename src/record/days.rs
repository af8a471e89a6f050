//! The day of a date or a moment, by one rule for all sources.

use polars_core::prelude::*;

/// The days a record may hold: 1 January 1800 to 31 December 2200, as days since 1970.
pub(crate) const DAYS: std::ops::Range<i32> = -62_091..84_371;

/// Seconds by which Viet Nam is ahead of Greenwich; it has no summer time.
const AHEAD: i64 = 7 * 3_600;
const DAY: i64 = 86_400;

/// The days of a column since 1970. A moment with a time zone counts by its day in Viet Nam, one without by its own clock.
/// Days beyond 32 bits are clamped, so that they are refused as out of range rather than lost.
pub(crate) fn days_of(column: &Series) -> PolarsResult<Int32Chunked> {
    let DataType::Datetime(unit, zone) = column.dtype() else {
        return Ok(column.cast(&DataType::Date)?.date()?.physical().clone());
    };
    let second = match unit {
        TimeUnit::Nanoseconds => 1_000_000_000,
        TimeUnit::Microseconds => 1_000_000,
        TimeUnit::Milliseconds => 1_000,
    };
    let ahead = if zone.is_some() { AHEAD * second } else { 0 };
    let day = |moment: i64| {
        let day = moment.saturating_add(ahead).div_euclid(DAY * second);
        i32::try_from(day).unwrap_or(if day < 0 { i32::MIN } else { i32::MAX })
    };
    let moments = column.to_physical_repr();
    Ok(moments.i64()?.apply_nonnull_values_generic(DataType::Int32, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(moments: &[i64], unit: TimeUnit, zone: Option<TimeZone>) -> Vec<Option<i32>> {
        let column = Int64Chunked::new("a".into(), moments).into_datetime(unit, zone).into_series();
        days_of(&column).unwrap().iter().collect()
    }

    #[test]
    fn days_are_those_of_four_centuries() {
        let day = |year: i32| chrono::NaiveDate::from_ymd_opt(year, 1, 1).unwrap().to_epoch_days();
        assert_eq!(DAYS, day(1800)..day(2201));
    }

    #[test]
    fn a_moment_with_a_zone_lies_on_its_day_in_viet_nam() {
        // 1970-01-01 16:59:59 and 17:00:00 in Greenwich, which are 23:59:59 and the next midnight in Viet Nam; and before 1970.
        let seconds = [16 * 3_600 + 59 * 60 + 59, 17 * 3_600, -7 * 3_600 - 1, -7 * 3_600];
        for (unit, second) in [(TimeUnit::Milliseconds, 1_000), (TimeUnit::Microseconds, 1_000_000), (TimeUnit::Nanoseconds, 1_000_000_000)]
        {
            let moments = seconds.map(|s| s * second);
            assert_eq!(days(&moments, unit, Some(TimeZone::UTC)), [Some(0), Some(1), Some(-1), Some(0)]);
            assert_eq!(days(&moments, unit, None), [Some(0), Some(0), Some(-1), Some(-1)]);
        }
    }

    #[test]
    fn days_beyond_32_bits_stay_beyond() {
        assert_eq!(days(&[i64::MAX, i64::MIN], TimeUnit::Milliseconds, None), [Some(i32::MAX), Some(i32::MIN)]);
        assert_eq!(days(&[i64::MAX, i64::MIN], TimeUnit::Milliseconds, Some(TimeZone::UTC)), [Some(i32::MAX), Some(i32::MIN)]);
    }
}
