//! Frames for Python.

use crate::arrow;
use polars_core::prelude::DataFrame;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

/// A frame that Python imports through its Arrow stream.
#[pyclass(frozen, module = "chitieu._native")]
pub struct Frame(pub DataFrame);

#[pymethods]
impl Frame {
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(&self, py: Python<'py>, requested_schema: Option<Py<PyAny>>) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        arrow::write(py, &self.0)
    }
}
