//! Rules, checks and workbooks of corrections, for Python.

use crate::arrow;
use crate::enter::{enter, reading, reporting};
use crate::frame::Frame;
use chitieu::area::Level;
use chitieu::error::{Error, Fact, Result};
use chitieu::quality::{Check, Rules, Severity, Sources, check, column_name};
use chitieu::{Language, Period};
use polars_core::prelude::{Column, DataFrame};
use pyo3::prelude::*;
use std::path::Path;
use std::str::FromStr;

#[pyclass(frozen, name = "Rules", module = "chitieu._native")]
struct PyRules(Rules);

#[pymethods]
impl PyRules {
    #[staticmethod]
    fn builtin() -> Self {
        Self(Rules::builtin())
    }

    fn with_text(&self, py: Python<'_>, file: &str, text: &str) -> PyResult<Self> {
        enter(py, || self.0.with_text(file, text)).map(Self)
    }

    fn frame(&self, py: Python<'_>) -> PyResult<Frame> {
        enter(py, || self.0.to_frame().map(Frame))
    }

    fn expected(&self, table: &str) -> Vec<String> {
        self.0.expected(table).to_vec()
    }
}

/// A table's name, and an iterable of streams with its rows.
type Batches<'py> = (String, Bound<'py, PyAny>);

#[pyclass(frozen, name = "Check", module = "chitieu._native")]
struct PyCheck(Check);

#[pymethods]
impl PyCheck {
    /// Checks the records of a dataset.
    #[staticmethod]
    #[pyo3(signature = (dataset, rules, period, on_progress=None))]
    fn read(dataset: &Bound<'_, PyAny>, rules: &PyRules, period: Option<&str>, on_progress: Option<Py<PyAny>>) -> PyResult<Self> {
        reading(dataset, on_progress.as_ref(), |records| check(records, &rules.0, period.map(str::parse::<Period>).transpose()?).map(Self))
    }

    fn reference(&self) -> String {
        self.0.reference().to_string()
    }

    fn area_vintage(&self) -> String {
        self.0.area_vintage().to_string()
    }

    /// Refuses another dataset than the checked one.
    fn check_is_of(&self, dataset: &Bound<'_, PyAny>) -> PyResult<()> {
        reading(dataset, None, |records| self.0.check_is_of(records))
    }

    fn rows(&self, table: &str) -> Option<u64> {
        self.0.rows(table)
    }

    fn summary(&self, py: Python<'_>) -> PyResult<Frame> {
        enter(py, || self.0.summary().map(Frame))
    }

    fn failures(&self, py: Python<'_>, rule: &str) -> PyResult<Frame> {
        enter(py, || self.0.failures(rule).map(Frame))
    }

    fn scorecard(&self, py: Python<'_>, area_level: &str, period: &str) -> PyResult<Frame> {
        enter(py, || self.0.scorecard(Level::from_str(area_level)?, &period.parse()?).map(Frame))
    }

    fn whole_months(&self, py: Python<'_>) -> PyResult<String> {
        enter(py, || self.0.whole_months().map(|period| period.to_string()))
    }

    /// The rows of a table, from 0, that fail a rule of at least a severity.
    fn failing_rows(&self, py: Python<'_>, table: &str, severity: &str) -> PyResult<Frame> {
        enter(py, || row_frame(table, self.0.failing_rows(table, Severity::from_str(severity)?)))
    }

    fn rows_to_set_aside(&self, py: Python<'_>, table: &str, severity: &str, rules: Option<Vec<String>>) -> PyResult<Frame> {
        enter(py, || {
            let severity = Severity::from_str(severity)?;
            row_frame(
                table,
                match &rules {
                    Some(rules) => self.0.rows_to_set_aside_by(table, rules)?,
                    None => self.0.rows_to_set_aside(table, severity),
                },
            )
        })
    }

    #[pyo3(signature = (folder, severity, sources, language, on_progress=None))]
    fn write_corrections(
        &self,
        py: Python<'_>,
        folder: &str,
        severity: &str,
        sources: Vec<Batches<'_>>,
        language: &str,
        on_progress: Option<Py<PyAny>>,
    ) -> PyResult<Vec<String>> {
        let mut known = Sources::default();
        for (table, stream) in sources {
            for frame in arrow::read(&stream)? {
                known.add(&table, &frame).map_err(|e| crate::error::to_py(py, &e))?;
            }
        }
        let language = Language::from_code(language).unwrap_or_default();
        reporting(py, on_progress.as_ref(), || {
            let written = self.0.write_corrections(Path::new(folder), Severity::from_str(severity)?, &known, language)?;
            Ok(written.into_iter().map(|path| path.display().to_string()).collect())
        })
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

fn row_frame(table: &str, rows: Vec<u32>) -> Result<Frame> {
    let frame = DataFrame::new(rows.len(), vec![Column::new("row".into(), rows)]);
    frame.map(Frame).map_err(|e| Error::Frame { table: table.to_owned(), found: Fact::library(e) })
}

/// The display name of a column, in Vietnamese and in English.
#[pyfunction]
fn column_names(id: &str) -> (&str, &str) {
    (column_name(id, Language::Vi), column_name(id, Language::En))
}

pub fn add_to(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PyRules>()?;
    m.add_class::<PyCheck>()?;
    m.add_function(wrap_pyfunction!(column_names, m)?)
}
