//! A Python dataset as a source of records: the work asks for rows, and the calling thread fetches them from Python.
//!
//! Python code stays on the calling thread, so that signals, context variables and objects bound to a thread work as expected.

use crate::arguments::{day, ethnic};
use crate::arrow;
use chitieu::error::{Error, Result};
use chitieu::{Batches, Metadata, Records};
use polars_core::prelude::{DataFrame, Field, SchemaRef};
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyIterator};
use std::collections::BTreeMap;
use std::sync::mpsc::{SyncSender, sync_channel};

/// A request of the work to the calling thread.
pub enum Request {
    /// The number of rows of a table.
    Rows { table: String, reply: SyncSender<u64> },
    /// Columns of a table without rows, for their types.
    Schema { table: String, columns: Vec<String>, reply: SyncSender<DataFrame> },
    /// Begins to read some columns of a table; batches are asked for by number.
    Open { table: String, columns: Vec<String>, reply: SyncSender<usize> },
    /// The frames of the next batch; none at the end.
    Next { number: usize, reply: SyncSender<Option<Vec<DataFrame>>> },
}

/// Sends the work's requests to the calling thread.
pub struct Fetching(pub Box<dyn Fn(Request) + Send>);

/// The Python side, on the calling thread: `chitieu.Dataset`, or any object with its methods.
pub struct Served<'py> {
    dataset: Bound<'py, PyAny>,
    open: Vec<Bound<'py, PyIterator>>,
}

impl<'py> Served<'py> {
    pub fn new(dataset: Bound<'py, PyAny>) -> Self {
        Self { dataset, open: Vec::new() }
    }

    /// Answers a request. A failed reply means that the work was stopped, so it is ignored.
    pub fn answer(&mut self, request: Request) -> PyResult<()> {
        match request {
            Request::Rows { table, reply } => {
                let rows = self.dataset.call_method1("rows", (table,))?.extract()?;
                let _ = reply.send(rows);
            }
            Request::Schema { table, columns, reply } => {
                let empty = arrow::read(&self.dataset.call_method1("_types", (table, columns))?)?;
                let _ = reply.send(empty.into_iter().next().unwrap_or_default());
            }
            Request::Open { table, columns, reply } => {
                let asked = [("columns", columns)].into_py_dict(self.dataset.py())?;
                self.open.push(self.dataset.call_method("batches", (table,), Some(&asked))?.try_iter()?);
                let _ = reply.send(self.open.len() - 1);
            }
            Request::Next { number, reply } => {
                let batch = self.open[number].next().map(|batch| arrow::read(&batch?)).transpose()?;
                let _ = reply.send(batch);
            }
        }
        Ok(())
    }
}

/// What is read of a Python dataset in advance: columns and metadata.
pub struct PyRecords {
    columns: BTreeMap<String, Vec<String>>,
    metadata: Metadata,
}

impl PyRecords {
    /// # Errors
    /// Any exception of the dataset.
    pub fn new(dataset: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = dataset.py();
        let mut columns = BTreeMap::new();
        for table in dataset.getattr("tables")?.extract::<Vec<String>>()? {
            let names = dataset.call_method1("schema", (&table,))?.call_method0("names")?.extract()?;
            columns.insert(table, names);
        }
        let (vintage, list): (Option<String>, Option<String>) =
            (dataset.getattr("area_vintage")?.extract()?, dataset.getattr("ethnic_list")?.extract()?);
        let submissions = dataset.getattr("submissions")?;
        let submissions = if submissions.is_none() { None } else { Some(arrow::whole(&submissions)?) };
        let (complete, set_aside) = (dataset.getattr("complete")?.extract()?, dataset.getattr("set_aside")?.extract()?);
        let facts = || -> Result<_> { Ok((vintage.map(|text| day("area_vintage", &text)).transpose()?, ethnic(list.as_deref())?)) };
        let (area_vintage, ethnic_list) = facts().map_err(|e| crate::error::to_py(py, &e))?;
        Ok(Self { columns, metadata: Metadata { area_vintage, ethnic_list, submissions, complete, set_aside } })
    }

    /// As a source that fetches rows through the calling thread.
    pub fn served<'a>(&'a self, from: &'a Fetching) -> impl Records + 'a {
        Fetched { records: self, from }
    }
}

/// The source that the work reads.
struct Fetched<'a> {
    records: &'a PyRecords,
    from: &'a Fetching,
}

impl Fetched<'_> {
    fn ask<T>(&self, request: impl FnOnce(SyncSender<T>) -> Request) -> T {
        let (reply, answer) = sync_channel(1);
        (self.from.0)(request(reply));
        // No answer: the calling thread got an exception and is stopping this work.
        answer.recv().unwrap_or_else(|_| chitieu::task::stopped())
    }
}

impl Records for Fetched<'_> {
    fn tables(&self) -> Vec<String> {
        self.records.columns.keys().cloned().collect()
    }

    fn columns(&self, table: &str) -> Result<Vec<String>> {
        let unknown = || Error::MissingTable { table: table.to_owned(), indicator: table.to_owned() };
        self.records.columns.get(table).cloned().ok_or_else(unknown)
    }

    fn schema(&self, table: &str, columns: &[String]) -> Result<SchemaRef> {
        let empty = self.ask(|reply| Request::Schema { table: table.to_owned(), columns: columns.to_vec(), reply });
        Ok(SchemaRef::new(empty.columns().iter().map(|c| Field::new(c.name().clone(), c.dtype().clone())).collect()))
    }

    fn batches<'a>(&'a self, table: &'a str, columns: &'a [String]) -> Batches<'a> {
        let number = self.ask(|reply| Request::Open { table: table.to_owned(), columns: columns.to_vec(), reply });
        let batches = std::iter::from_fn(move || self.ask(|reply| Request::Next { number, reply }));
        Box::new(batches.flatten().map(Ok))
    }

    fn rows(&self, table: &str) -> Result<Option<u64>> {
        Ok(Some(self.ask(|reply| Request::Rows { table: table.to_owned(), reply })))
    }

    fn metadata(&self) -> &Metadata {
        &self.records.metadata
    }
}
