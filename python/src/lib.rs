//! The bindings: a thin private module under the typed package. The only crate that depends on Python.
#![allow(clippy::needless_pass_by_value, reason = "Python arguments arrive owned")]

mod abuse;
mod area;
mod arguments;
mod arrow;
mod catalogue;
mod disclosure;
mod enter;
mod error;
mod frame;
mod identifiers;
mod intake;
mod limits;
mod plan;
mod publish;
mod quality;
mod records;
mod stats;
mod synthetic;

use pyo3::prelude::*;

#[pymodule]
fn _native(m: &Bound<'_, PyModule>) -> PyResult<()> {
    error::note_panics();
    m.add("__version__", env!("CARGO_PKG_VERSION"))?;
    m.add_class::<frame::Frame>()?;
    catalogue::add_to(m)?;
    area::add_to(m)?;
    limits::add_to(m)?;
    plan::add_to(m)?;
    abuse::add_to(m)?;
    quality::add_to(m)?;
    intake::add_to(m)?;
    stats::add_to(m)?;
    disclosure::add_to(m)?;
    m.add_function(wrap_pyfunction!(synthetic::synthetic, m)?)?;
    m.add_function(wrap_pyfunction!(identifiers::identifiers, m)?)?;
    m.add_function(wrap_pyfunction!(publish::workbook, m)?)?;
    m.add_function(wrap_pyfunction!(error::forked, m)?)?;
    m.add_function(wrap_pyfunction!(enter::has_worked, m)?)
}
