//! `chitieu` (chỉ tiêu, "indicator") computes Viet Nam's official indicators on the situation of children, on child
//! abuse and on the administrative handling of abuse acts from columnar records.
//!
//! Indicator definitions are data; the records are read in one pass; counts merge; every number says where it comes
//! from.
//!
//! ```
//! use chitieu::{Catalogue, Dataset, Plan, compute};
//! use polars_core::prelude::*;
//!
//! // Four children of the commune 12364 (Hưng Yên) at the end of 2022; the last one is not under five.
//! let children = df![
//!     "child_id" => ["a", "b", "c", "d"],
//!     "birth_year" => [2020, 2019, 2021, 2000],
//!     "commune" => ["12364"; 4],
//!     "birth_registered" => [true, false, true, true],
//! ]?;
//! let dataset = Dataset::new().with("children", children)?;
//! let plan = Plan::new(&Catalogue::builtin(), "2022")
//!     .indicators(["birth_registration_under_5"])
//!     .area_level("commune")
//!     .build()?;
//! let outcome = compute(&dataset, &plan)?;
//!
//! // One row each for the country, its province, the district and its communes.
//! let table = &outcome.table;
//! assert_eq!(table.column("area")?.str()?.get(0), Some("VN"));
//! assert_eq!(table.column("numerator")?.i64()?.get(0), Some(2));
//! assert_eq!(table.column("denominator")?.i64()?.get(0), Some(3));
//! assert_eq!(table.column("value")?.f64()?.get(0), Some(200.0 / 3.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The main types
//!
//! - [`Catalogue`]: what can be asked, with where each part of a definition was read. A user's TOML file adds to it.
//! - [`Plan`]: period, indicators, dimensions and area level; it prints, compares and travels as JSON.
//! - [`Dataset`]: the tables of records, as frames, as batches, or (feature `io`) as Parquet files.
//! - [`compute`] goes the whole way. [`Plan::partial`], [`Tally::merge`] and [`Plan::finish`] are the same in parts,
//!   and [`Plan::counting`] takes batches one at a time.
//! - [`Crosstab`]: the counting machine alone, for a table of one's own by dimensions and conditions of one's own.
//! - [`Outcome`]: the long table, and the warnings a reader must know.
//! - `intake::Reader` (feature `files`, part of `io`): spreadsheets and text files as they come, to tables of records.
//! - [`abuse`]: abuse statistics from case records: units, overlapping forms, children who come back, response, sanctions.
//! - [`area`]: units by date, and what became of them; [`Plan`] moves counts from one list to another.
//! - [`quality`]: records checked against rules: verdicts, addresses of what fails, a scorecard.
//! - [`synthetic`]: a made-up province with planted truth.
//! - [`stats`]: limits, standardised rates, comparisons, funnels, trends, and exact rounding.
//!
//! # What the numbers mean
//!
//! A condition over a record is true, false or undecided. Undecided records stand beside a cell in `undecided`, never
//! inside its parts. A share is taken over decided records. `status` tells a value (`ok`, `unreliable`) from the
//! reasons for having none (`not_available`, `not_applicable`). Counts are integers throughout; floats are made once,
//! at the end, so that any split of the rows and any number of threads give the identical table.
//!
//! # What is not supported
//!
//! - Suppression of small cells, and any other protection of what is published.
//! - Lists of areas before 2021 and from September 2024 to February 2025; moving [`abuse`] statistics from one list to another
//!   (indicators are moved).
//! - Tables that have one column for each sex or age (`Nam | Nữ` with counts).
//! - Several labels per child for any column but `circumstances` and `forms`.
//!
//! # Features
//!
//! - `files`: spreadsheets and text files (`intake`), with the well-kept readers calamine and csv, in pure Rust.
//! - `io`: tables from Parquet files ([`Dataset::with_parquet`]), and `files`.
//! - `python`: the bindings; built by maturin, of no use to a Rust program.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod abuse;
pub mod area;
mod calendar;
pub mod catalogue;
mod compute;
mod crosstab;
mod decree56;
mod disk;
pub mod error;
mod estimate;
mod grid;
#[cfg(feature = "files")]
pub mod intake;
mod limits;
mod period;
mod plan;
pub mod quality;
mod question;
mod record;
pub mod spelling;
pub mod stats;
pub mod synthetic;
mod tally;
pub mod task;
mod text;

pub use calendar::Calendar;
pub use catalogue::Catalogue;
pub use compute::compute;
pub use crosstab::{Count, Crosstab, CrosstabBuilder};
pub use error::{Error, Fact, Result};
pub use estimate::{Outcome, Warning};
pub use limits::Limits;
pub use period::{Period, PeriodKind};
pub use plan::{Plan, PlanBuilder};
pub use question::UnknownAreas;
#[cfg(feature = "files")]
pub use record::ParquetFile;
pub use record::{Batches, Dataset, Metadata, Records};
pub use tally::Tally;
pub use text::{Language, Text};
