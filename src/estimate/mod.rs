//! From counts to a value, its limits and a status.

mod interval;
mod outcome;
mod warning;

pub(crate) use interval::quotient;
pub use interval::{Interval, RateMethod, rate, round_half_up, wilson};
pub use outcome::Outcome;
pub use warning::Warning;

/// The level of the limits in a result.
pub const LEVEL: f64 = 0.95;

/// Fewer events than this make a rate `unreliable` (the bound below which England's public-health methods
/// give no standardised rate; taken over as a decision of this project).
pub const FEWEST_EVENTS: u64 = 10;

/// A smaller denominator than this makes a proportion or ratio `unreliable` (the least sample of the data presentation
/// standards for proportions, National Center for Health Statistics, Series 2 No. 175, 2017; a decision of this project).
pub const SMALLEST_DENOMINATOR: u64 = 30;

/// More rows than this are refused: the full cross of many dimensions grows beyond any memory.
pub(crate) const MOST_ROWS: u128 = 50_000_000;
