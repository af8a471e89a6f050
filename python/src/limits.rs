//! Limits of reading, and Parquet files checked against them, for Python.

use crate::enter::enter;
use chitieu::{Limits, ParquetFile};
use pyo3::prelude::*;

/// Limits by memory and length of text; 0 for the default.
pub fn limits_of((memory, text): (u64, u64)) -> Limits {
    let mut limits = Limits::new();
    if memory > 0 {
        limits = limits.memory(memory);
    }
    if text > 0 {
        limits = limits.text(text);
    }
    limits
}

/// The default limits: bytes of memory, and of the text of a cell.
#[pyfunction]
fn default_limits() -> (u64, u64) {
    (Limits::new().memory_bytes(), Limits::new().text_bytes())
}

#[pyclass(frozen, name = "ParquetFile", module = "chitieu._native")]
struct PyParquetFile(ParquetFile);

#[pymethods]
impl PyParquetFile {
    /// Opens a file; refuses one that exceeds the limits, read in parts or as a whole.
    #[new]
    fn new(py: Python<'_>, path: std::path::PathBuf, limits: (u64, u64), whole: bool) -> PyResult<Self> {
        enter(py, || {
            let file = ParquetFile::open(path)?;
            file.check_limits(limits_of(limits), whole)?;
            Ok(Self(file))
        })
    }

    fn rows(&self) -> u64 {
        self.0.rows()
    }

    fn columns(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        enter(py, || self.0.columns())
    }

    /// True if the file has not changed since it was opened.
    fn is_unchanged(&self, py: Python<'_>) -> PyResult<bool> {
        enter(py, || Ok(ParquetFile::open(self.0.path())? == self.0))
    }

    /// Refuses the file if its pages, of some columns or of all, do not hold what it announces.
    fn check_pages(&self, py: Python<'_>, columns: Option<Vec<String>>) -> PyResult<()> {
        enter(py, || self.0.check_pages(columns.as_deref()))
    }
}

/// Refuses a table whose longest text, or whose texts together, exceed the limits.
#[pyfunction]
fn check_texts(py: Python<'_>, name: &str, longest: u64, all: u64, limits: (u64, u64)) -> PyResult<()> {
    let limits: Limits = limits_of(limits);
    enter(py, || limits.check_texts(name, longest, all))
}

pub fn add_to(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PyParquetFile>()?;
    m.add_function(wrap_pyfunction!(default_limits, m)?)?;
    m.add_function(wrap_pyfunction!(check_texts, m)?)
}
