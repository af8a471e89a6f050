//! Errors as Python exceptions, in the language the user chose.

use chitieu::Language;
use chitieu::error::{Error, Family};
use pyo3::exceptions::{PyFileNotFoundError, PyOSError, PyPermissionError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::cell::Cell;
use std::panic::PanicHookInfo;
use std::sync::{Mutex, PoisonError};

thread_local! {
    /// The language of the work in this thread.
    static LANGUAGE: Cell<Option<Language>> = const { Cell::new(None) };
}

/// Sets the language of this thread's messages.
pub fn set_thread_language(language: Language) {
    LANGUAGE.set(Some(language));
}

/// The language of the work in this thread.
pub fn thread_language() -> Language {
    LANGUAGE.get().unwrap_or(Language::En)
}

/// The language set in Python's context.
pub fn language(py: Python<'_>) -> Language {
    let code = || py.import("chitieu._language")?.getattr("get_language")?.call0()?.extract::<String>();
    code().ok().and_then(|code| Language::from_code(&code)).unwrap_or(Language::En)
}

/// The exception for an error.
pub fn to_py(py: Python<'_>, error: &Error) -> PyErr {
    let class = match error.family() {
        Family::Plan => "PlanError",
        Family::Schema => "SchemaError",
        Family::Data => "DataError",
        Family::File => return PyFileNotFoundError::new_err(error.message(language(py))),
        Family::Write => return PyOSError::new_err(error.message(language(py))),
        Family::Permission => return PyPermissionError::new_err(error.message(language(py))),
    };
    build(py, class, error).unwrap_or_else(|e| e)
}

fn build(py: Python<'_>, class: &str, error: &Error) -> PyResult<PyErr> {
    let facts = PyDict::new(py);
    facts.set_item("code", error.code())?;
    facts.set_item("column", error.column())?;
    facts.set_item("expected", error.expected())?;
    facts.set_item("got", error.got())?;
    facts.set_item("hint", error.hint(language(py)))?;
    let class = py.import("chitieu._errors")?.getattr(class)?;
    Ok(PyErr::from_value(class.call((error.message(language(py)),), Some(&facts))?))
}

/// The source location of the last panic, for a report to the project.
static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

/// Records the location of a panic but not its message, which may hold a value of a record.
pub fn note_panics() {
    let note = |info: &PanicHookInfo<'_>| {
        let place = info.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = place;
    };
    std::panic::set_hook(Box::new(note));
}

/// The exception for a fault of this library.
pub fn internal(py: Python<'_>) -> PyErr {
    let place = std::mem::take(&mut *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner));
    PyRuntimeError::new_err(match language(py) {
        Language::Vi => format!("lỗi nội bộ của chitieu ({place}); vui lòng báo cho dự án"),
        Language::En => format!("internal error of chitieu ({place}); please report it to the project"),
    })
}

/// The exception in a process forked from one that has computed: it lacks that process's threads.
#[pyfunction]
pub fn forked(py: Python<'_>) -> PyErr {
    PyRuntimeError::new_err(match language(py) {
        Language::Vi => {
            "tiến trình này được tách (fork) từ tiến trình đã tính toán nên thiếu các luồng của nó; dùng multiprocessing.get_context(\"spawn\")"
        }
        Language::En => {
            "this process was forked from one that has computed, and lacks its threads; use multiprocessing.get_context(\"spawn\")"
        }
    })
}
