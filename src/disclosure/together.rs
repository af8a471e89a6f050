//! Results and tables of abuse made safe to publish, together and with what was published before.

use super::abuse::Entered;
use super::book::Book;
use super::ledger::{Ledger, RowCounts};
use super::read::Read;
use super::settle::{ResultsReport, settle};
use super::shown::{hide, whole_groups};
use super::terms::Terms;
use crate::abuse::Table;
use crate::area::AreaList;
use crate::error::Result;
use crate::plan::Plan;
use chrono::NaiveDate;
use polars_core::prelude::DataFrame;

/// Results and tables of abuse that can be published together.
#[derive(Debug)]
#[non_exhaustive]
pub struct Together {
    /// The results, in their order, with the rows and columns they had.
    pub results: Vec<DataFrame>,
    /// The tables of abuse, in their order.
    pub tables: Vec<Table>,
    /// For the office that made them, not for their readers.
    pub report: ResultsReport,
}

/// Hides small counts in results and in tables of abuse, each with the day of its list of areas, and as many others as it takes that none can be worked out.
///
/// What is given together is protected together: a count that stands in several of them is one. For results see
/// [`protect_results`](super::protect_results). Every count of a row of a table of abuse is a cell: things counted, undecided, without a key, repeated … What is worked out from a hidden count (a share, its limits, the
/// fewest and the most, quantiles) is hidden with it. `status` is `suppressed` where a number is hidden that a row is about; beside
/// it null says so. Notes and choices stay; what the table was computed from is not kept.
///
/// # Errors
/// [`Error::NoAreaList`] for a day without a list, [`Error::OtherRecords`] for tables that count the same differently,
/// [`Error::Contradiction`] for earlier releases that cannot be.
pub fn protect_together(results: &[(&Plan, &DataFrame)], tables: &[(&Table, NaiveDate)], terms: &Terms) -> Result<Together> {
    let mut book = Book::default();
    let reads: Vec<Read> = results.iter().map(|(plan, table)| Read::new(plan, table, &mut book, 0)).collect::<Result<_>>()?;
    let mut ledger = Ledger::new(&mut book, terms);
    let rows: Vec<Vec<RowCounts>> = reads.iter().map(|read| ledger.enter(read)).collect::<Result<_>>()?;
    reads.iter().zip(&rows).try_for_each(|(read, rows)| ledger.tie(read, rows))?;
    let enter = |(table, day): &(&Table, NaiveDate)| Entered::new(table.frame(), &AreaList::on(*day)?, &mut book, &terms.rule);
    let entered: Vec<Entered> = tables.iter().map(enter).collect::<Result<_>>()?;
    let (settled, mut report) = settle(book, terms)?;
    let results = rows.iter().zip(results).map(|(rows, (_, table))| hide(table, rows, &settled, &terms.rule));
    let results = results.collect::<Result<Vec<_>>>()?;
    let tables = tables.iter().zip(&entered).map(|((table, _), of)| Ok(table.with_frame(of.hide(table.frame(), &settled, &terms.rule)?)));
    let tables = tables.collect::<Result<_>>()?;
    report.whole_groups = results.iter().map(whole_groups).sum::<Result<u64>>()?;
    Ok(Together { results, tables, report })
}
