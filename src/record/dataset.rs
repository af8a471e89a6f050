//! A dataset: tables of records held as frames or files.

#[cfg(feature = "io")]
use super::parquet::ParquetFile;
use super::records::{Batches, Metadata, Records};
use crate::catalogue::{Catalogue, EthnicList};
use crate::error::{Error, Fact, Phrase, Result};
use chrono::NaiveDate;
use polars_core::prelude::{DataFrame, Field, SchemaRef};
use std::collections::BTreeMap;

/// Tables of records, with dataset-wide facts about them.
///
/// ```
/// use chitieu::{Dataset, Records};
/// use polars_core::prelude::*;
/// let children = df!["child_id" => ["c1"], "commune" => ["12364"], "birth_year" => [2015]]?;
/// let dataset = Dataset::new().with("children", children)?;
/// assert_eq!(dataset.tables(), ["children"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Dataset {
    tables: BTreeMap<String, TableRows>,
    metadata: Metadata,
    #[cfg(feature = "io")]
    limits: crate::Limits,
}

/// The rows of a table.
#[derive(Debug, Clone)]
enum TableRows {
    Frames(Vec<DataFrame>),
    #[cfg(feature = "io")]
    Parquet(ParquetFile),
}

impl Dataset {
    /// A dataset without tables.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a table as one frame.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] if there is no table of that name.
    pub fn with(self, table: &str, frame: DataFrame) -> Result<Self> {
        self.with_batches(table, [frame])
    }

    /// Adds a table as batches of rows.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] if there is no table of that name, [`Error::Frame`] if the batches differ in columns.
    pub fn with_batches(mut self, table: &str, batches: impl IntoIterator<Item = DataFrame>) -> Result<Self> {
        check_table(table)?;
        let frames: Vec<DataFrame> = batches.into_iter().collect();
        if let Some(other) = frames.iter().find(|f| f.schema() != frames[0].schema()) {
            let names: Vec<&str> = other.schema().iter_names().map(polars_core::prelude::PlSmallStr::as_str).collect();
            return Err(Error::Frame { table: table.to_owned(), found: Phrase::BatchOfOthers(names.join(", ")).into() });
        }
        self.tables.insert(table.to_owned(), TableRows::Frames(frames));
        Ok(self)
    }

    /// Adds a table as a Parquet file; only the columns a plan needs are read, row group by row group.
    ///
    /// # Errors
    /// [`Error::File`] if there is no such file, [`Error::UnknownChoice`] if there is no such table, [`Error::OverLimit`] for a row group
    /// too large to hold, [`Error::UnreadableFile`] if the file is damaged. Reading it checks that it is still the same file and
    /// delivers the rows announced.
    #[cfg(feature = "io")]
    pub fn with_parquet(mut self, table: &str, path: impl Into<std::path::PathBuf>) -> Result<Self> {
        check_table(table)?;
        let file = ParquetFile::open(path)?;
        file.check_limits(self.limits, false)?;
        self.tables.insert(table.to_owned(), TableRows::Parquet(file));
        Ok(self)
    }

    /// How much memory reading files added after this call may take; half of the machine's by default.
    #[cfg(feature = "io")]
    #[must_use]
    pub fn limits(mut self, limits: crate::Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The day whose list of areas the codes belong to; without this call the last day of the plan's period.
    #[must_use]
    pub fn area_vintage(mut self, day: NaiveDate) -> Self {
        self.metadata.area_vintage = Some(day);
        self
    }

    /// The official list of the ethnic codes.
    #[must_use]
    pub fn ethnic_list(mut self, list: EthnicList) -> Self {
        self.metadata.ethnic_list = Some(list);
        self
    }

    /// Who reported: rows of `table`, `commune`, `period` (`2022`, `2022Q1`, `2022-03` …) and, if kept, `received_on` (null:
    /// not received). A commune listed for a table has reported a period if its submissions cover it, with or without records:
    /// its zero is a zero. A commune not listed has reported if it has records.
    #[must_use]
    pub fn submissions(mut self, rows: DataFrame) -> Self {
        self.metadata.submissions = Some(rows);
        self
    }

    /// Tables reported by every commune of the provinces with records: a commune without records has zero.
    #[must_use]
    pub fn complete<S: Into<String>>(mut self, tables: impl IntoIterator<Item = S>) -> Self {
        self.metadata.complete = tables.into_iter().map(Into::into).collect();
        self
    }

    /// How many rows of a table a check took out before counting; results report them.
    #[must_use]
    pub fn set_aside(mut self, table: &str, rows: u64) -> Self {
        self.metadata.set_aside.insert(table.to_owned(), rows);
        self
    }
}

impl Records for Dataset {
    fn tables(&self) -> Vec<String> {
        self.tables.keys().cloned().collect()
    }

    fn columns(&self, table: &str) -> Result<Vec<String>> {
        Ok(self.whole_schema(table)?.iter_names().map(ToString::to_string).collect())
    }

    fn schema(&self, table: &str, columns: &[String]) -> Result<SchemaRef> {
        let whole = self.whole_schema(table)?;
        let asked = columns.iter().filter_map(|c| Some(Field::new(c.as_str().into(), whole.get(c)?.clone())));
        Ok(SchemaRef::new(asked.collect()))
    }

    fn batches<'a>(&'a self, table: &'a str, columns: &'a [String]) -> Batches<'a> {
        match self.tables.get(table) {
            Some(TableRows::Frames(frames)) => Box::new(frames.iter().map(move |frame| select(table, frame, columns))),
            #[cfg(feature = "io")]
            Some(TableRows::Parquet(file)) => Box::new(file::batches(table, file, columns)),
            None => Box::new(std::iter::empty()),
        }
    }

    fn rows(&self, table: &str) -> Result<Option<u64>> {
        Ok(self.tables.get(table).map(|rows| match rows {
            TableRows::Frames(frames) => frames.iter().map(|frame| frame.height() as u64).sum(),
            #[cfg(feature = "io")]
            TableRows::Parquet(file) => file.rows(),
        }))
    }

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

impl Dataset {
    /// The names and types of a table's columns.
    fn whole_schema(&self, table: &str) -> Result<SchemaRef> {
        match self.tables.get(table) {
            Some(TableRows::Frames(frames)) => Ok(frames.first().map(|f| f.schema().clone()).unwrap_or_default()),
            #[cfg(feature = "io")]
            Some(TableRows::Parquet(file)) => file::schema(table, file),
            None => Ok(SchemaRef::default()),
        }
    }
}

fn check_table(table: &str) -> Result<()> {
    let catalogue = Catalogue::builtin();
    if catalogue.table(table).is_some() {
        return Ok(());
    }
    Err(Error::UnknownChoice { what: "table", got: table.to_owned(), known: catalogue.tables().iter().map(|t| t.id.clone()).collect() })
}

fn select(table: &str, frame: &DataFrame, columns: &[String]) -> Result<DataFrame> {
    let there = columns.iter().filter_map(|c| frame.column(c).ok().cloned()).collect();
    DataFrame::new(frame.height(), there).map_err(|e| Error::Frame { table: table.to_owned(), found: Fact::library(e) })
}

#[cfg(feature = "io")]
mod file {
    use super::{DataFrame, Error, ParquetFile, Phrase, Result};
    use polars_core::prelude::{PolarsResult, SchemaRef};
    use polars_io::SerReader;
    use polars_io::parquet::read::ParquetReader;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::path::Path;

    /// Rows held at once.
    const BATCH: usize = 1 << 20;

    /// Reads some rows of some columns; a panic of the reader over damage becomes an error.
    fn read(table: &str, path: &Path, rows: (usize, usize), columns: Option<Vec<String>>) -> Result<DataFrame> {
        let file = crate::disk::open(path)?;
        let read = || -> PolarsResult<DataFrame> { ParquetReader::new(file).with_columns(columns).with_slice(Some(rows)).finish() };
        match catch_unwind(AssertUnwindSafe(read)) {
            Ok(Ok(frame)) => Ok(frame),
            Err(why) if crate::task::is_stop(why.as_ref()) => std::panic::resume_unwind(why),
            // The reader's message may show values.
            Ok(Err(_)) | Err(_) => Err(Error::Frame { table: table.to_owned(), found: Phrase::DamagedFile.into() }),
        }
    }

    pub(super) fn schema(table: &str, file: &ParquetFile) -> Result<SchemaRef> {
        file.check_unchanged()?;
        Ok(read(table, file.path(), (0, 0), None)?.schema().clone())
    }

    pub(super) fn batches<'a>(
        table: &'a str,
        file: &'a ParquetFile,
        columns: &'a [String],
    ) -> impl Iterator<Item = Result<DataFrame>> + 'a {
        let total = file.rows() as usize;
        let pages = std::iter::once_with(move || file.check_pages(Some(columns)));
        let parts = (0..total).step_by(BATCH).map(move |offset| {
            let there: Vec<String> = {
                let schema = schema(table, file)?;
                columns.iter().filter(|c| schema.contains(c)).cloned().collect()
            };
            let rows = BATCH.min(total - offset);
            let batch = read(table, file.path(), (offset, rows), Some(there))?;
            if batch.height() != rows {
                return Err(Error::RowsDiffer { table: table.to_owned(), expected: total as u64, found: (offset + batch.height()) as u64 });
            }
            Ok(batch)
        });
        // The file read to its end must still be the one opened.
        let same = std::iter::once_with(move || file.check_unchanged());
        pages.filter_map(|checked| checked.err().map(Err)).chain(parts).chain(same.filter_map(|checked| checked.err().map(Err)))
    }
}
