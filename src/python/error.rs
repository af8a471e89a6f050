//! Errors as Python exceptions, in the language the user chose.

use crate::error::{Error, Family};
use crate::text::Language;
use pyo3::exceptions::{PyFileNotFoundError, PyPermissionError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::atomic::{AtomicBool, Ordering};

static VIETNAMESE: AtomicBool = AtomicBool::new(false);

/// Chooses the language of messages.
pub fn set_language(language: Language) {
    VIETNAMESE.store(language == Language::Vi, Ordering::Relaxed);
}

/// The language of messages.
pub fn language() -> Language {
    if VIETNAMESE.load(Ordering::Relaxed) { Language::Vi } else { Language::En }
}

/// The exception for an error.
pub fn to_py(py: Python<'_>, error: &Error) -> PyErr {
    let class = match error.family() {
        Family::Plan => "PlanError",
        Family::Schema => "SchemaError",
        Family::Data => "DataError",
        Family::File => return PyFileNotFoundError::new_err(error.message(language())),
        Family::Permission => return PyPermissionError::new_err(error.message(language())),
    };
    build(py, class, error).unwrap_or_else(|e| e)
}

fn build(py: Python<'_>, class: &str, error: &Error) -> PyResult<PyErr> {
    let facts = PyDict::new(py);
    facts.set_item("code", error.code())?;
    facts.set_item("column", error.column())?;
    facts.set_item("expected", error.expected())?;
    facts.set_item("got", error.got())?;
    facts.set_item("hint", error.hint(language()))?;
    let class = py.import("chitieu._errors")?.getattr(class)?;
    Ok(PyErr::from_value(class.call((error.message(language()),), Some(&facts))?))
}

/// What is told of a fault of this library.
pub fn internal(_py: Python<'_>) -> PyErr {
    PyRuntimeError::new_err(match language() {
        Language::Vi => "lỗi nội bộ của chitieu; vui lòng báo cho dự án",
        Language::En => "internal error of chitieu; please report it to the project",
    })
}
