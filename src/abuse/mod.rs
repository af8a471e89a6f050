//! Abuse statistics from case records: what is counted, who comes back, how fast help came, who was sanctioned.
//!
//! A **report** is one row of `victims`: one child in one case. From reports come six units that published figures mix
//! up, [`Unit`]; every table of this room names its own. [`Register::read`] reads the records, [`Register::select`] says
//! which reports count, and each method of [`Selection`] is one table. What cannot be decided (an age known by its year,
//! a report not yet verified) is counted apart and bounds the result.
//!
//! Data goes one way: `report` (facts) → `register` → `select` → `things` (units and their keys) → `cells` (distinct
//! counts) → one file for each table.

mod axis;
mod cells;
mod choice;
mod counts;
mod facts;
mod findings;
mod forms;
mod grid;
mod known;
mod recurrence;
mod register;
mod repeats;
mod report;
mod response;
mod sanctions;
mod select;
mod share;
mod spots;
mod supported;
mod table;
mod things;
mod unit;
mod view;

pub use axis::Dimension;
pub use choice::{Choice, DateOf, PlaceOf, Prostitution, Under, Word};
pub use register::{Register, RegisterReader};
pub use repeats::Windows;
pub use response::Deadlines;
pub use sanctions::SanctionDimension;
pub use select::Selection;
pub use table::Table;
pub use unit::Unit;
