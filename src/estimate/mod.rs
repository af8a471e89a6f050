//! From counts to a value, its limits and a status.

mod outcome;
mod warning;

pub use outcome::Outcome;
pub use warning::Warning;

/// More rows than this are refused: the full cross of many dimensions grows beyond any memory.
pub(crate) const MOST_ROWS: u128 = 50_000_000;
