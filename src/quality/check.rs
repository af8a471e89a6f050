//! The check: reads tables in batches, gives verdicts.

use super::judge::judge;
use super::kind::Kind;
use super::plan::Setting;
use super::rule::Rules;
use super::table::{CheckedTable, TableBuilder};
use super::windows;
use crate::area::{AreaList, day_of_codes};
use crate::catalogue::{Catalogue, EthnicList, OfCase};
use crate::error::{Error, Fact, Phrase, Result};
use crate::period::Period;
use crate::record::{Cases, Records, announce, content, parts, present};
use crate::spelling::identifier;
use crate::task::{self, Watch};
use chrono::NaiveDate;
use polars_core::prelude::{BooleanChunked, Column, DataFrame, DataType, PolarsError, PolarsResult};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Rows checked at once; the result does not depend on it.
const CHUNK: usize = 1 << 16;
/// Offset of Viet Nam's time from UTC, in seconds.
const UTC_OFFSET: u64 = 7 * 3_600;

/// The result of a check; see [`check`].
#[derive(Debug, Clone)]
pub struct Check {
    pub(super) setting: Setting,
    pub(super) period: Option<Period>,
    pub(super) tables: Vec<CheckedTable>,
    /// A hash of each table's content.
    contents: BTreeMap<String, u64>,
}

/// Builds a check: tables are added batch by batch, `victims` before `perpetrators`.
#[derive(Debug)]
struct CheckBuilder {
    setting: Setting,
    period: Option<Period>,
    cases: Cases,
    tables: Vec<TableBuilder>,
}

/// Today, in Viet Nam.
fn today() -> NaiveDate {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs() + UTC_OFFSET);
    NaiveDate::from_epoch_days((seconds / 86_400) as i32).unwrap_or_default()
}

impl CheckBuilder {
    /// A check as of the last day of a period, or today.
    ///
    /// `area_vintage` is the day whose list of areas the codes belong to, by default the reference day.
    ///
    /// # Errors
    /// [`Error::NoAreaList`] if no list is shipped for that day, [`Error::NoVintage`] if the period spans several lists.
    pub fn new(rules: &Rules, period: Option<Period>, area_vintage: Option<NaiveDate>, ethnic: Option<EthnicList>) -> Result<Self> {
        let reference = period.as_ref().map_or_else(today, Period::last);
        let day = match (area_vintage, &period) {
            (Some(day), _) => day,
            (None, Some(period)) => day_of_codes(period)?.unwrap_or(reference),
            (None, None) => reference,
        };
        let areas = AreaList::on(day)?;
        let setting =
            Setting { catalogue: Catalogue::builtin(), rules: Arc::new(rules.clone()), areas: Arc::new(areas), ethnic, reference };
        Ok(Self { setting, period, cases: Cases::default(), tables: Vec::new() })
    }

    /// The columns to read from a table, if it has them.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] if there is no such table.
    pub fn columns(&self, table: &str) -> Result<Vec<String>> {
        let unknown = || {
            let known = self.setting.catalogue.tables().iter().map(|t| t.id.clone()).collect();
            Error::UnknownChoice { what: "table", got: table.to_owned(), known }
        };
        self.setting.table(table).map(Setting::columns).ok_or_else(unknown)
    }

    /// Checks the next batch of rows.
    ///
    /// # Errors
    /// [`Error::WrongType`] before any row is read; [`Error::Frame`] if a batch has other columns than the first.
    pub fn add(&mut self, table: &str, batch: &DataFrame) -> Result<()> {
        let names = self.columns(table)?;
        let wrong = |found: Fact| Error::Frame { table: table.to_owned(), found };
        let there = names.iter().filter_map(|c| batch.column(c).ok().cloned()).collect();
        let batch = DataFrame::new(batch.height(), there).map_err(|e| wrong(Fact::library(e)))?;
        let Self { setting, cases, tables, .. } = self;
        let Some(schema) = setting.table(table) else { return Ok(()) };
        let plan = setting.plan(schema, cases, batch.schema())?;
        let nth = tables.iter().position(|m| m.checked.table == table).unwrap_or_else(|| {
            tables.push(TableBuilder::new(&plan));
            tables.len() - 1
        });
        if tables[nth].columns != plan.columns {
            let (first, found) = (tables[nth].columns.join(", "), plan.columns.join(", "));
            return Err(wrong(Phrase::BatchOfColumns(found, first).into()));
        }
        let before = tables[nth].checked.rows;
        if u32::try_from(before + batch.height() as u64).is_err() {
            return Err(wrong(Phrase::TableOfAtMost(u32::MAX.into()).into()));
        }
        let starts: Vec<usize> = (0..batch.height().max(1)).step_by(CHUNK).collect();
        let watch = Watch::here();
        let parts = starts.into_par_iter().map(|start| {
            watch.look();
            judge(&plan, &batch.slice(start as i64, CHUNK), before as u32 + start as u32)
        });
        for part in parts.collect::<Result<Vec<_>>>()? {
            task::look();
            tables[nth].add(part);
        }
        if let Some((_, case)) = setting.catalogue.of_case().filter(|(_, case)| case.table == table) {
            add_cases(cases, case, &batch).map_err(|e| wrong(Fact::library(e)))??;
        }
        Ok(())
    }

    /// The check, once every table was added.
    ///
    /// # Errors
    /// [`Error::BadNumber`] if the counts of a commune are too large to compare.
    pub fn finish(mut self) -> Result<Check> {
        self.tables.iter_mut().for_each(TableBuilder::sort_keys);
        let mut needed: Vec<(String, Vec<String>, Option<Vec<u128>>)> = Vec::new();
        for rule in self.setting.rules.iter() {
            if let Kind::Refers(refers) = &rule.kind
                && !needed.iter().any(|(table, columns, _)| *table == refers.to && *columns == refers.columns)
            {
                let is_asked = self.tables.iter().any(|m| m.checked.table == rule.table);
                let target = self.tables.iter().find(|m| m.checked.table == refers.to);
                let keys = target.filter(|_| is_asked).and_then(|m| m.keys(&refers.columns)).map(<[u128]>::to_vec);
                needed.push((refers.to.clone(), refers.columns.clone(), keys));
            }
        }
        let other = |table: &str, columns: &[String]| {
            needed.iter().find(|(t, c, _)| t == table && c == columns).and_then(|(.., keys)| keys.clone())
        };
        let contents = self.tables.iter().map(|m| (m.checked.table.clone(), m.content)).collect();
        let mut tables: Vec<CheckedTable> = self.tables.into_iter().map(|builders| builders.finish(&other)).collect();
        let order = |table: &str| self.setting.catalogue.tables().iter().position(|t| t.id == table);
        tables.sort_by_key(|t| order(&t.table));
        windows::judge(&mut tables, self.period.as_ref(), self.setting.reference)?;
        Ok(Check { setting: self.setting, period: self.period, tables, contents })
    }
}

/// Adds the cases of a batch whose rows are complete; missing values are already reported.
fn add_cases(cases: &mut Cases, of: &OfCase, victims: &DataFrame) -> PolarsResult<Result<()>> {
    let mut columns: Vec<Column> = Vec::new();
    for name in [&of.id, &of.received, &of.commune] {
        let Ok(column) = victims.column(name) else { return Ok(Ok(())) };
        columns.push(column.clone());
    }
    // A blank identifier counts as missing and is already reported.
    let named = columns[0].cast(&DataType::String)?.str()?.iter().map(|id| id.and_then(identifier).is_some()).collect::<BooleanChunked>();
    let complete = Some(columns.iter().map(Column::is_not_null).fold(named, |a, b| a & b));
    let confirmed = victims.column(&of.confirmed).cloned();
    columns.push(confirmed.unwrap_or_else(|_| Column::full_null(of.confirmed.as_str().into(), victims.height(), &DataType::Boolean)));
    columns.extend(victims.column(&of.incident).ok().cloned());
    let frame = DataFrame::new(victims.height(), columns)?;
    let frame = match complete {
        Some(complete) => frame.filter(&complete)?,
        None => frame,
    };
    Ok(cases.add(&frame))
}

/// Checks the records of a dataset against rules, as of the last day of a period, or today.
///
/// Every row of every table gets a verdict by each rule: pass, fail or undecided. The dataset does not change.
///
/// ```
/// use chitieu::Dataset;
/// use chitieu::quality::{Rules, check};
/// use polars_core::prelude::*;
/// // The second child is supported without any special circumstance, the third is recorded twice.
/// let none: Series = Series::new("".into(), [] as [&str; 0]);
/// let children = df![
///     "child_id" => ["a", "b", "c", "c"],
///     "birth_year" => [2015, 2016, 2017, 2017],
///     "commune" => ["12364"; 4],
///     "circumstances" => [Series::new("".into(), ["d2"]), none.clone(), none.clone(), none],
///     "supported" => [true, true, false, false],
/// ]?;
/// let dataset = Dataset::new().with("children", children)?;
/// let found = check(&dataset, &Rules::builtin(), Some("2022".parse()?))?;
/// let rows = found.failures("supported_without_circumstance")?;
/// assert_eq!(rows.column("row")?.u32()?.get(0), Some(2));
/// let rows = found.failures("child_repeated")?;
/// assert_eq!((rows.column("row")?.u32()?.get(0), rows.column("other_row")?.u32()?.get(0)), (Some(4), Some(3)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::WrongType`] for a column of the wrong type; [`Error::NoAreaList`] for a day without a list of
/// areas. Values never cause an error: they get verdicts.
pub fn check(records: &dyn Records, rules: &Rules, period: Option<Period>) -> Result<Check> {
    let metadata = records.metadata();
    let mut builder = CheckBuilder::new(rules, period, metadata.area_vintage, metadata.ethnic_list)?;
    let there = records.tables();
    // Victims before perpetrators, which are joined to their cases.
    let order = builder.setting.catalogue.tables().iter().map(|t| t.id.clone()).filter(|id| there.contains(id)).collect::<Vec<_>>();
    let asked: Vec<(&str, Vec<String>)> =
        order.iter().map(|t| Ok((t.as_str(), present(builder.columns(t)?, &records.columns(t)?)))).collect::<Result<_>>()?;
    announce(records, &asked)?;
    for (table, columns) in &asked {
        for batch in parts(records, table, columns)? {
            builder.add(table, &batch?)?;
        }
    }
    builder.finish()
}

/// Two checks are equal if they have the same reference day and period, and the same verdicts in every row.
impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        self.setting.reference == other.setting.reference && self.period == other.period && self.tables == other.tables
    }
}

impl Check {
    /// The reference day: the last day of the period, or the day of the check.
    #[must_use]
    pub fn reference(&self) -> NaiveDate {
        self.setting.reference
    }

    /// The day whose list of areas was used.
    #[must_use]
    pub fn area_vintage(&self) -> NaiveDate {
        self.setting.areas.day()
    }

    /// Refuses a dataset other than the checked one: other tables, other values in the columns that were read, or rows in
    /// another order.
    ///
    /// # Errors
    /// [`Error::OtherDataset`] names the table.
    pub fn check_is_of(&self, records: &dyn Records) -> Result<()> {
        let mut comparison = Comparison::new(self);
        for table in records.tables() {
            comparison.table(&table)?;
            let columns = present(self.columns(&table), &records.columns(&table)?);
            for batch in parts(records, &table, &columns)? {
                comparison.add(&table, &batch?)?;
            }
        }
        comparison.finish()
    }

    /// The columns that were read from a table, if it had them.
    #[must_use]
    pub fn columns(&self, table: &str) -> Vec<String> {
        self.setting.table(table).map(Setting::columns).unwrap_or_default()
    }

    /// The number of rows of a table.
    #[must_use]
    pub fn rows(&self, table: &str) -> Option<u64> {
        self.tables.iter().find(|t| t.table == table).map(|t| t.rows)
    }
}

/// Compares a dataset with the checked one, batch by batch.
#[derive(Debug)]
struct Comparison<'c> {
    check: &'c Check,
    /// Rows and hash of content, by table.
    seen: BTreeMap<String, (u64, u64)>,
}

impl<'c> Comparison<'c> {
    /// A comparison with the dataset of a check.
    #[must_use]
    pub fn new(check: &'c Check) -> Self {
        Self { check, seen: BTreeMap::new() }
    }

    /// Adds a table of the dataset.
    ///
    /// # Errors
    /// [`Error::OtherDataset`] if the check read no such table.
    pub fn table(&mut self, table: &str) -> Result<()> {
        if self.check.rows(table).is_none() {
            return Err(other(table, Phrase::CheckedTable, Phrase::UncheckedTable));
        }
        self.seen.entry(table.to_owned()).or_default();
        Ok(())
    }

    /// Adds the next rows of a table.
    ///
    /// # Errors
    /// [`Error::Frame`] for columns that cannot be read.
    pub fn add(&mut self, table: &str, batch: &DataFrame) -> Result<()> {
        let wrong = |e: PolarsError| Error::Frame { table: table.to_owned(), found: Fact::library(e) };
        let there = self.check.columns(table).iter().filter_map(|c| batch.column(c).ok().cloned()).collect();
        let batch = DataFrame::new(batch.height(), there).map_err(wrong)?;
        let (rows, sum) = self.seen.entry(table.to_owned()).or_default();
        let before = *rows;
        let starts: Vec<usize> = (0..batch.height()).step_by(CHUNK).collect();
        let parts = starts.into_par_iter().map(|at| content(&batch.slice(at as i64, CHUNK), before + at as u64));
        for part in parts.collect::<PolarsResult<Vec<u64>>>().map_err(wrong)? {
            *sum = sum.wrapping_add(part);
        }
        *rows += batch.height() as u64;
        Ok(())
    }

    /// Refuses a dataset other than the checked one.
    ///
    /// # Errors
    /// [`Error::OtherDataset`] names the table that differs.
    pub fn finish(self) -> Result<()> {
        for (table, content) in &self.check.contents {
            let before = self.check.rows(table).unwrap_or_default();
            match self.seen.get(table) {
                None => return Err(other(table, Phrase::CheckedTable, Phrase::DatasetWithoutIt)),
                Some((rows, _)) if *rows != before => {
                    return Err(other(table, Phrase::Rows(before.to_string()), Phrase::Rows(rows.to_string())));
                }
                Some((_, now)) if now != content => {
                    return Err(other(table, Phrase::CheckedValues, Phrase::OtherValues));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

fn other(table: &str, expected: Phrase, found: Phrase) -> Error {
    Error::OtherDataset { table: table.to_owned(), expected: expected.into(), found: found.into() }
}

/// A column of texts.
pub(super) fn text_column<T: AsRef<str>>(name: &str, texts: impl IntoIterator<Item = Option<T>>) -> Column {
    let texts: Vec<Option<String>> = texts.into_iter().map(|t| t.map(|t| t.as_ref().to_owned())).collect();
    Column::new(name.into(), texts)
}
