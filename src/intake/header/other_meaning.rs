//! Headers whose parentheses announce another unit, order or code than the schema's.

use super::parentheses::legend;
use super::units::is_other_unit;
use crate::catalogue::{Column, ColumnType, EthnicList};
use crate::intake::cell_reader::CellReader;
use crate::intake::cells::Cell;
use crate::intake::codes::Words;
use crate::intake::dates::Window;
use crate::intake::mapping::Mapped;
use crate::intake::profile::Profile;
use crate::intake::value::Value;
use crate::spelling::bare;

/// True if, by its parentheses, the values of a column would be misread.
pub(super) fn has_other_meaning(column: &Column, inside: &str) -> bool {
    if inside.is_empty() {
        return false;
    }
    match column.kind {
        ColumnType::Integer => is_other_unit(&column.id, inside),
        ColumnType::Date => is_other_order(inside),
        ColumnType::Flag | ColumnType::List => inside.contains('%') || has_other_codes(column, inside),
        ColumnType::Text => column.codes.is_some() && has_other_codes(column, inside),
        ColumnType::Area => false,
    }
}

/// True unless the order is day, month, year or year, month, day; also true for lunar dates.
fn is_other_order(inside: &str) -> bool {
    let key = bare(inside);
    if key.contains("am lich") || key.contains("mmdd") {
        return true;
    }
    let first = |names: &[&str]| key.split(' ').position(|word| names.contains(&word));
    let day = first(&["ngay", "d", "dd", "day"]);
    let month = first(&["thang", "m", "mm", "month"]);
    let year = first(&["nam", "y", "yy", "yyyy", "year"]);
    match (day, month, year) {
        (Some(day), Some(month), Some(year)) if year < day.min(month) => day < month,
        (Some(day), Some(month), _) => month < day,
        _ => inside.split(' ').any(is_month_first),
    }
}

/// "12/31/2014".
fn is_month_first(date: &str) -> bool {
    let numbers: Vec<u32> = date.split(['/', '-', '.']).filter_map(|n| n.parse().ok()).collect();
    matches!(numbers[..], [1..=12, 13..=31, _])
}

/// True if a legend ("1: Nữ, 2: Nam") gives a figure another meaning than the schema's.
fn has_other_codes(column: &Column, inside: &str) -> bool {
    let mapped = Mapped::default();
    let reading = CellReader {
        words: Words::get(),
        legacy: None,
        from_1904: false,
        ethnic: EthnicList::Of1979,
        window: Window { first: 1900, last: 2200 },
        keeps_year: false,
        profile: Profile::default(),
        greatest: None,
        from_zero: false,
        mapped: &mapped,
    };
    let read = |text: &str| match reading.read(column, Cell::Text(text)).value {
        // An unknown word would be reported as a finding; a figure would be misread silently.
        Value::Null => None,
        value => Some(value),
    };
    legend(inside).iter().any(|(figure, word)| read(figure) != read(word))
}
