//! From counts to values, limits, statuses and warnings.

mod cell;
mod coverage;
mod outcome;
mod rows;
mod warning;

pub use outcome::Outcome;
pub use warning::Warning;
