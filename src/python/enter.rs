//! The one door into Rust: without the interpreter's lock, with Ctrl-C, errors and panics mapped.

use super::error::{internal, to_py};
use crate::error::Error;
use polars_error::abort::catch_polars_abort;
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work` detached from the interpreter.
pub fn enter<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T, Error> + Send) -> PyResult<T> {
    let done = py.detach(|| catch_unwind(AssertUnwindSafe(|| catch_polars_abort(AssertUnwindSafe(work)))));
    match done {
        Ok(Ok(result)) => result.map_err(|e| to_py(py, &e)),
        Ok(Err(_)) => {
            py.check_signals()?;
            Err(PyKeyboardInterrupt::new_err(()))
        }
        Err(_) => Err(internal(py)),
    }
}
