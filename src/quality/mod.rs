//! The quality of records: rules as data, verdicts with three values, addresses of what fails, scores by area.
//!
//! The rules are those of `rules.toml` and what a user adds ([`Rules::with_text`]). All of them are judged in one pass over
//! the rows, by the encoder and the evaluator that counting uses: what counting would refuse is told here row by row.
//! A row passes a rule, fails it, or is undecided where something it needs is not recorded; a rule may be about some rows only.
//!
//! This is the only room that reads the columns marked `private`. No value of a record leaves it: failures are addressed by
//! table and row, by commune and period.

mod check;
mod chunk;
#[cfg(feature = "files")]
mod corrections;
mod judge;
mod kind;
mod names;
mod plan;
mod report;
mod rule;
mod scorecard;
mod table;
mod windows;

pub use check::{Check, check};
#[cfg(feature = "files")]
pub use corrections::Sources;
pub use rule::{Rule, Rules, Severity, column_name};
