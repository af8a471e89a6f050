//! Arguments that arrive as Python's text and numbers.

use chitieu::Text;
use chitieu::catalogue::EthnicList;
use chitieu::error::{Error, Fact, Result};
use chrono::NaiveDate;
use std::str::FromStr;

pub fn day(what: &'static str, text: &str) -> Result<NaiveDate> {
    text.parse().map_err(|_| Error::BadNumber { what, expected: Fact::verbatim("YYYY-MM-DD"), found: Fact::verbatim(text) })
}

pub fn ethnic(list: Option<&str>) -> Result<Option<EthnicList>> {
    list.map(EthnicList::from_str).transpose()
}

pub fn below_zero(what: &'static str, found: i64) -> Error {
    Error::BadNumber { what, expected: Text::new("số nguyên từ 0", "a whole number from 0").into(), found: found.into() }
}

pub fn natural(what: &'static str, number: i64) -> Result<u64> {
    u64::try_from(number).map_err(|_| below_zero(what, number))
}
