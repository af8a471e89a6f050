//! The tables of records: schema checks before any work, then columns encoded batch by batch.
//!
//! Names, identifiers and every other text stay in this room: what leaves it are small integers.

mod cases;
mod check;
mod dataset;
mod decimal;
mod encode;
mod evaluate;
mod problems;

pub use cases::Cases;
pub use check::check_schema;
pub use dataset::Dataset;
#[cfg(feature = "files")]
pub(crate) use decimal::whole_numbers;
pub(crate) use encode::{BIRTHS, Encoded, Encoder, NO, NO_WORD, UNDECIDED, YES, completed_years, is_school_year, shift_last};
pub(crate) use evaluate::Rows;
pub(crate) use problems::Problems;
