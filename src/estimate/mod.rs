//! From counts to a value, its limits and a status.

mod cell;
mod coverage;
mod outcome;
mod warning;

pub use outcome::Outcome;
pub use warning::Warning;
