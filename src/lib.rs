//! `chitieu` (chỉ tiêu, "indicator") computes Viet Nam's official indicators on the situation of children, on child
//! abuse and on the administrative handling of abuse acts from columnar records.
//!
//! Indicator definitions are data. Records are read in one pass, counts merge, and every number names its source.
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
//! What is asked, and of which records:
//!
//! - [`Catalogue`]: the indicators, with the legal source of each part of a definition. Your TOML files add to it.
//! - [`Plan`]: period, indicators, dimensions and area level; it prints, compares and travels as JSON.
//! - [`Records`]: a source of tables; implement it for your own store. [`Metadata`] is what holds for all its rows.
//! - [`Dataset`]: the `Records` of this crate: frames, batches of frames, or Parquet files (feature `io`).
//!
//! From records to results:
//!
//! - [`compute`]: the whole way. In parts: [`Plan::partial`], [`Tally::merge`], [`Plan::finish`].
//! - [`Outcome`]: one long table, and the [`Warning`]s beside it.
//! - [`Crosstab`]: counts of your own table, by dimensions and conditions of your own.
//! - [`abuse`]: statistics from case records: units, overlapping forms, recurrence, response, sanctions.
//! - [`quality`]: records checked against rules: verdicts, addresses of failing rows, a scorecard.
//! - [`disclosure`]: small counts hidden, with as many others as it takes that no small one can be worked out; the audit of such tables.
//! - [`stats`]: confidence limits, standardised rates, comparisons, funnels, trends, exact rounding.
//!
//! Around them:
//!
//! - [`area`]: administrative units by date, and what became of each. A [`Plan`] moves counts from one list to another.
//! - `intake::Reader` (feature `files`): spreadsheets and text files, as offices keep them, to tables of records.
//! - `publish::Sheet` (feature `files`): a printed table as a workbook.
//! - `ParquetFile` (feature `files`): what a Parquet file announces, checked before its values are read.
//! - [`Limits`]: how much memory reading files may take.
//! - [`task`]: run long work so that another thread can stop it and follow its progress.
//! - [`Error`]: one enum with a stable code, and messages in Vietnamese and English.
//! - [`synthetic`]: a made-up province whose true numbers are known.
//!
//! # What the numbers mean
//!
//! A condition over a record is true, false or undecided. Undecided records are counted in `undecided`, beside numerator
//! and denominator and never in them. A share is taken over decided records. `status` says whether a value is sound
//! (`ok`), rests on few records (`unreliable`) or on the reports of some communes (`partial`), or why there is none
//! (`not_reported`, `not_available`, `not_applicable`). Counts are integers throughout; floats are computed once, at the
//! end, so that any split of the rows and any number of threads give the identical table.
//!
//! # What is not supported
//!
//! - Lists of areas before 2021, and from September 2024 to February 2025.
//! - Moving [`abuse`] statistics from one list of areas to another (indicators are moved).
//! - Tables that have one column for each sex or age (`Nam | Nữ` with counts).
//! - Several labels per child for any column but `circumstances` and `forms`.
//!
//! # Features
//!
//! Without features the crate computes from frames in memory.
//!
//! - `files`: reads spreadsheets and text files (`intake`, by calamine and csv, in pure Rust), checks Parquet files
//!   (`ParquetFile`) and writes the workbooks of corrections (`quality`).
//! - `io`: reads tables from Parquet files (`Dataset::with_parquet`); turns `files` on.
//! - `highs`: HiGHS in place of microlp for exact bounds ([`disclosure::Tightness::Exact`]) and for what an audit leaves open.
//!   Its build needs CMake, a C++ compiler and libclang.
//!
//! The Python package is built from a crate of its own, in `python/` of the repository: a Rust program that uses this crate
//! has no Python in it.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod abuse;
pub mod area;
mod calendar;
pub mod catalogue;
mod compute;
mod crosstab;
mod decree56;
pub mod disclosure;
mod disk;
pub mod error;
mod estimate;
mod grid;
#[cfg(feature = "files")]
pub mod intake;
mod limits;
#[cfg(feature = "files")]
mod paper;
mod period;
mod plan;
#[cfg(feature = "files")]
pub mod publish;
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
