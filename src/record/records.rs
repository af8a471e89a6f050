//! Sources of records: one trait, and the one way to read them.

use crate::area::{AreaList, Submissions};
use crate::catalogue::{Catalogue, EthnicList};
use crate::error::{Error, Result};
use crate::task;
use chrono::NaiveDate;
use polars_core::prelude::{DataFrame, SchemaRef};
use std::collections::BTreeMap;

/// Batches of a table, in the order of its rows.
pub type Batches<'a> = Box<dyn Iterator<Item = Result<DataFrame>> + 'a>;

/// A source of tables of records. [`Dataset`](crate::Dataset) holds frames and files; implement it for your own store, and everything
/// that takes records takes yours.
///
/// ```
/// use chitieu::{Batches, Catalogue, Metadata, Plan, Records, Result, compute};
/// use polars_core::prelude::*;
///
/// /// A register generated while it is read, one commune at a time.
/// struct Made(Metadata);
///
/// impl Records for Made {
///     fn tables(&self) -> Vec<String> {
///         vec!["children".to_owned()]
///     }
///     fn columns(&self, _: &str) -> Result<Vec<String>> {
///         Ok(["birth_year", "commune"].map(str::to_owned).to_vec())
///     }
///     fn schema(&self, _: &str, columns: &[String]) -> Result<SchemaRef> {
///         let kind = |c: &String| if c == "commune" { DataType::String } else { DataType::Int64 };
///         Ok(SchemaRef::new(columns.iter().map(|c| Field::new(c.as_str().into(), kind(c))).collect()))
///     }
///     fn batches<'a>(&'a self, _: &'a str, columns: &'a [String]) -> Batches<'a> {
///         Box::new(["12364", "12391"].into_iter().map(move |commune| {
///             let frame = df!["birth_year" => [2015_i64, 2020], "commune" => [commune; 2]].expect("columns of one height");
///             Ok(frame.select(columns.iter().map(String::as_str)).expect("columns that are there"))
///         }))
///     }
///     fn metadata(&self) -> &Metadata {
///         &self.0
///     }
/// }
///
/// let plan = Plan::new(&Catalogue::builtin(), "2022").indicators(["child_population"]).build()?;
/// let outcome = compute(&Made(Metadata::default()), &plan)?;
/// assert_eq!(outcome.table.column("numerator")?.i64()?.get(0), Some(4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Records {
    /// The names of the tables.
    fn tables(&self) -> Vec<String>;

    /// The names of a table's columns.
    ///
    /// # Errors
    /// Any [`Error`] of a source that cannot be read.
    fn columns(&self, table: &str) -> Result<Vec<String>>;

    /// The types of the given columns, all of which the table has, without reading rows.
    ///
    /// # Errors
    /// Any [`Error`] of a source that cannot be read.
    fn schema(&self, table: &str, columns: &[String]) -> Result<SchemaRef>;

    /// The rows of a table, batch by batch, with the given columns, all of which it has. A table without rows gives one empty batch or none.
    fn batches<'a>(&'a self, table: &'a str, columns: &'a [String]) -> Batches<'a>;

    /// How many rows a table announces; reading must deliver as many. None if that is not known beforehand.
    ///
    /// # Errors
    /// Any [`Error`] of a source that cannot be read.
    fn rows(&self, table: &str) -> Result<Option<u64>> {
        let _ = table;
        Ok(None)
    }

    /// What holds for all rows.
    fn metadata(&self) -> &Metadata;
}

/// Dataset-wide facts about records.
///
/// ```
/// use chitieu::Metadata;
/// use chitieu::catalogue::EthnicList;
/// let metadata = Metadata { ethnic_list: Some(EthnicList::Of1979), complete: vec!["victims".to_owned()], ..Metadata::default() };
/// assert!(metadata.area_vintage.is_none());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    /// The day whose list of areas the codes belong to; none: the last day of the plan's period.
    pub area_vintage: Option<NaiveDate>,
    /// The official list of the ethnic codes.
    pub ethnic_list: Option<EthnicList>,
    /// Who reported; see [`Dataset::submissions`](crate::Dataset::submissions).
    pub submissions: Option<DataFrame>,
    /// Tables reported by every commune of the provinces with records.
    pub complete: Vec<String>,
    /// By table, rows that a check took out before counting; results report them.
    pub set_aside: BTreeMap<String, u64>,
}

impl Metadata {
    /// Reads who reported, with a list of areas.
    pub(crate) fn reported(&self, areas: &AreaList) -> Result<Submissions> {
        let catalogue = Catalogue::builtin();
        let tables: Vec<&str> = catalogue.tables().iter().map(|t| t.id.as_str()).collect();
        let rows = self.submissions.as_ref().map(|rows| Submissions::read(rows, &tables, areas)).transpose()?;
        rows.unwrap_or_default().complete(&self.complete, &tables)
    }
}

/// Rows per part: between parts progress is reported and a stop noticed.
const PART: usize = 1 << 20;

/// Tells the task how many rows will be read.
pub(crate) fn announce(records: &dyn Records, tables: &[(&str, Vec<String>)]) -> Result<()> {
    let rows = tables.iter().map(|(table, _)| records.rows(table)).collect::<Result<Vec<_>>>()?;
    task::expect(rows.iter().flatten().sum());
    Ok(())
}

/// Reads a table part by part, in the order of its rows. An error follows if other than the announced number of rows comes.
pub(crate) fn parts<'a>(records: &'a dyn Records, table: &'a str, columns: &'a [String]) -> Result<Parts<'a>> {
    // Without any column a source may give no rows.
    let announced = if columns.is_empty() { None } else { records.rows(table)? };
    Ok(Parts { table, announced, batches: records.batches(table, columns), batch: None, before: 0, found: 0 })
}

/// The parts of a table; see [`parts`].
pub(crate) struct Parts<'a> {
    table: &'a str,
    announced: Option<u64>,
    batches: Batches<'a>,
    /// The current batch, and its next row.
    batch: Option<(DataFrame, usize)>,
    /// Rows of the last part: they are done when the next one is requested.
    before: u64,
    found: u64,
}

impl Iterator for Parts<'_> {
    type Item = Result<DataFrame>;

    fn next(&mut self) -> Option<Self::Item> {
        task::advance(std::mem::take(&mut self.before));
        if self.batch.is_none() {
            match self.batches.next() {
                Some(Ok(batch)) => self.batch = Some((batch, 0)),
                Some(Err(error)) => return Some(Err(error)),
                None => {
                    let (expected, found) = (self.announced.take()?, self.found);
                    let table = self.table.to_owned();
                    return (expected != found).then_some(Err(Error::RowsDiffer { table, expected, found }));
                }
            }
        }
        let (batch, start) = self.batch.take()?;
        let part = batch.slice(start.cast_signed() as i64, PART);
        if start + PART < batch.height() {
            self.batch = Some((batch, start + PART));
        }
        self.before = part.height() as u64;
        self.found += self.before;
        Some(Ok(part))
    }
}

/// Of some columns those that a table has.
pub(crate) fn present(mut columns: Vec<String>, there: &[String]) -> Vec<String> {
    columns.retain(|column| there.contains(column));
    columns
}

/// The names of the columns of every table.
pub(crate) fn columns_of(records: &dyn Records) -> Result<BTreeMap<String, Vec<String>>> {
    records.tables().into_iter().map(|table| records.columns(&table).map(|columns| (table, columns))).collect()
}
