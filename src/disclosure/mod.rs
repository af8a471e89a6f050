//! What may be published: small counts are hidden, with others so that no small one can be worked out.
//!
//! A count of one to four children names them to their neighbours. [`protect`] hides such counts in a table and in all its margins,
//! [`audit`] judges a table that someone else protected. The reader is taken to know all that is printed and these rules.
//!
//! # Method
//!
//! Cells of a table are tied by relations: sums, and for totals of distinct children *part ≤ total ≤ sum of parts*. What is published
//! bounds what is hidden; integer bounds are carried along all relations until nothing changes. A small cell whose bounds leave too few
//! numbers is *refuted*, and the proof names published cells: the cheapest of them is hidden too. A small cell is *certified* by
//! witnesses: other whole tables of counts that agree with everything published, in which it is another number. At last each
//! cell that was hidden for others is published again unless a small cell would lose its witnesses. Witnesses are added up by code
//! of its own. What is neither refuted nor certified counts as unsafe.
//!
//! The choice which cell is hidden follows what is public: how many of the finest cells it holds, and its place in the table.
//!
//! Cell suppression and its audit: M. Fischetti and J. J. Salazar, Management Science 47 (2001), 1008–1027; A. Hundepool and others,
//! Statistical Disclosure Control (2012), chapter 4. Bounds and witnesses in place of two linear programs a cell are this
//! crate's own; measured in PERFORMANCE.md.

mod abuse;
mod abuse_read;
mod alike;
mod audit;
mod axis;
mod book;
mod bounds;
mod certify;
mod changes;
mod circles;
mod components;
mod cube;
mod exact;
mod forms;
mod ledger;
mod lists;
mod named;
mod program;
mod protect;
mod read;
mod relations;
mod results;
mod round;
mod rule;
mod search;
mod settle;
mod shown;
mod spell;
mod suppress;
mod terms;
mod together;

pub use audit::{Tightness, audit};
pub use axis::{Axis, TOTAL};
pub use protect::{Advice, Protected, Report, protect};
pub use results::{ProtectedResults, protect_results};
pub use round::{Rounded, round_random, round_small};
pub use rule::{Protection, Rule, THRESHOLD, WholeGroups, Zeros};
pub use settle::ResultsReport;
pub use terms::{Changes, Released, ReleasedAbuse, Scope, Terms};
pub use together::{Together, protect_together};
