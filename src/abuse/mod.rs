//! Abuse statistics from case records: counts, repeated reports, response times, sanctions.
//!
//! A **report** is one row of `victims`: one child in one case. Reports give six units, [`Unit`], that published figures
//! mix up; every table here names its own. [`Register::read`] reads the records, [`Register::select`] chooses the reports
//! that count, and each method of [`Selection`] is one table. Undecided reports (only the year of birth is known, not yet
//! verified) are counted apart and bound the result.
//!
//! Data flows one way: `report` (facts) → `register` → `select` → `entities` (of a unit, by key) → `cells` (distinct
//! counts) → one file per table.

mod breakdown;
mod cells;
mod choice;
mod counted;
mod counts;
mod entities;
mod facts;
mod findings;
mod forms;
mod known;
mod places;
mod recurrence;
mod register;
mod repeats;
mod report;
mod response;
mod sanctions;
mod select;
mod share;
mod supported;
mod table;
mod unit;
mod view;

pub use crate::catalogue::Dimension;
pub use choice::{Choice, DateOf, PlaceOf, Prostitution, Under};
pub use register::{Register, RegisterReader};
pub use repeats::Windows;
pub use response::Deadlines;
pub use sanctions::SanctionDimension;
pub use select::Selection;
pub use table::Table;
pub use unit::Unit;
