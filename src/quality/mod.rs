//! The quality of records: rules as data, verdicts (pass, fail, undecided), addresses of failures, scores by area.
//!
//! The rules are those of `rules.toml` and what a user adds ([`Rules::with_text`]). All of them are checked in one pass over
//! the rows, with the encoder and evaluator of counting: what counting would refuse is reported here row by row.
//! A row passes a rule, fails it, or is undecided where a value it needs is not recorded; a rule may apply to some rows only.
//!
//! Only this room reads the columns marked `private`. No value of a record leaves it: failures are addressed by
//! table and row, or by commune and period.

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
