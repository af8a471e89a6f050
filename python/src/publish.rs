//! Printed tables, for Python.

use crate::enter::enter;
use chitieu::error::{Error, Fact};
use chitieu::publish::Sheet;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// A sheet, as JSON, as the bytes of a workbook.
#[pyfunction]
pub fn workbook<'py>(py: Python<'py>, sheet: &str) -> PyResult<Bound<'py, PyBytes>> {
    let sheet = sheet.to_owned();
    let bytes = enter(py, move || {
        let read: Sheet =
            serde_json::from_str(&sheet).map_err(|e| Error::NotWritten { path: ".xlsx".to_owned(), found: Fact::library(e) })?;
        read.to_xlsx()
    })?;
    Ok(PyBytes::new(py, &bytes))
}
