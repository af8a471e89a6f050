//! Identifiers in their comparable form, for Python.

use crate::arrow;
use crate::enter::enter;
use crate::frame::Frame;
use chitieu::error::{Error, Fact};
use polars_core::prelude::{DataFrame, DataType, IntoColumn, PolarsResult, StringChunked};
use pyo3::prelude::*;

/// A column of identifiers in their comparable form; null where none is recorded.
#[pyfunction]
pub fn identifiers(py: Python<'_>, column: &Bound<'_, PyAny>) -> PyResult<Frame> {
    let frames = arrow::read(column)?;
    enter(py, move || {
        let made = || -> PolarsResult<DataFrame> {
            let frame = arrow::one_frame(frames)?;
            let columns = frame.columns().iter().map(|column| {
                let texts = column.cast(&DataType::String)?;
                let found: StringChunked = texts.str()?.iter().map(|text| text.and_then(chitieu::spelling::identifier)).collect();
                Ok(found.with_name(column.name().clone()).into_column())
            });
            DataFrame::new(frame.height(), columns.collect::<PolarsResult<_>>()?)
        };
        made().map(Frame).map_err(|e| Error::Frame { table: "identifiers".to_owned(), found: Fact::library(e) })
    })
}
