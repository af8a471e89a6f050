//! Tables of records: schemas are checked before any work, then columns are encoded batch by batch.
//!
//! Names, identifiers and all other text stay in this room: only small integers leave it.

mod bits;
mod cases;
mod check;
mod content;
mod dataset;
mod days;
mod decimal;
mod distinct;
mod encode;
mod evaluate;
#[cfg(feature = "files")]
mod parquet;
mod problems;
mod records;
mod victims;

pub(crate) use bits::{trim, words};
pub(crate) use cases::Cases;
pub(crate) use check::check_schema;
pub(crate) use content::content;
pub use dataset::Dataset;
pub(crate) use days::{DAYS, days_of};
#[cfg(feature = "files")]
pub(crate) use decimal::whole_numbers;
pub(crate) use distinct::{Distinct, Keys, each_list, each_text};
pub(crate) use encode::{BIRTHS, Encoded, Encoder, NO, NO_WORD, UNDECIDED, YES, completed_years, is_school_year, shift, shift_last};
pub(crate) use evaluate::Rows;
#[cfg(feature = "files")]
pub use parquet::ParquetFile;
pub(crate) use problems::Problems;
pub use records::{Batches, Metadata, Records};
pub(crate) use records::{announce, columns_of, parts, present};
