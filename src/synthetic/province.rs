//! The province to make, and its communes.

use crate::area::{AreaList, Level};
use polars_core::prelude::DataFrame;

/// A commune of the list of areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commune {
    /// Its code.
    pub code: String,
    /// The code of its district; empty where there are none.
    pub district: String,
}

/// The communes of a province on a list of areas.
#[must_use]
pub fn communes(list: &AreaList, province: &str) -> Vec<Commune> {
    let code = |place: u32, level: Level| list.get(list.up_to(place, level)).code.clone();
    (0..list.areas().len() as u32)
        .filter(|place| list.get(*place).level == Level::Commune && code(*place, Level::Province) == province)
        .map(|place| Commune { code: list.get(place).code.clone(), district: code(place, Level::District) })
        .collect()
}

/// The province to make.
#[derive(Debug, Clone, Copy)]
pub struct Province<'a> {
    /// The province's code, such as `33`.
    pub code: &'a str,
    /// Its communes.
    pub communes: &'a [Commune],
    /// Rows of the register of children, including the few of 16 and 17 years.
    pub children: usize,
    /// The calendar year of the true counts; the records reach a little beyond it.
    pub year: i32,
    /// Another seed gives another province.
    pub seed: u64,
    /// How many of the communes do not report: they have no row in any table.
    pub silent: usize,
}

/// Tables of records by name.
pub type Tables = Vec<(&'static str, DataFrame)>;
