//! Lists of areas, for Python.

use crate::arguments::day;
use crate::enter::enter;
use crate::frame::Frame;
use chitieu::area::{AreaList, Found, Level};
use chitieu::error::{Error, Fact, Result};
use polars_core::prelude::{IdxCa, PlSmallStr};
use pyo3::prelude::*;
use std::str::FromStr;

/// The units that exist on a day.
#[pyfunction]
fn areas(py: Python<'_>, on: &str) -> PyResult<Frame> {
    enter(py, || {
        let list = AreaList::on(day("on", on)?)?;
        list.to_frame().map(Frame)
    })
}

/// What became of each commune between two days.
#[pyfunction]
fn area_moves(py: Python<'_>, start: &str, end: &str) -> PyResult<Frame> {
    enter(py, || AreaList::on(day("start", start)?)?.moves_frame(&AreaList::on(day("end", end)?)?).map(Frame))
}

/// The units that a name may mean.
#[pyfunction]
fn find_area(py: Python<'_>, name: &str, level: &str, within: Option<&str>, on: &str) -> PyResult<Frame> {
    enter(py, || {
        let list = AreaList::on(day("on", on)?)?;
        let within = within.map(|code| unit(&list, code)).transpose()?;
        let places = match list.find(name, Level::from_str(level)?, within) {
            Found::One(place) => vec![place],
            Found::Several(places) => places,
            Found::Nothing => Vec::new(),
        };
        let rows = IdxCa::from_vec(PlSmallStr::EMPTY, places);
        let frame = list.to_frame()?.take(&rows).map_err(|e| Error::Frame { table: "areas".to_owned(), found: Fact::library(e) })?;
        Ok(Frame(frame))
    })
}

fn unit(list: &AreaList, code: &str) -> Result<u32> {
    list.unit(code).ok_or_else(|| Error::UnknownChoice {
        what: "within",
        got: code.to_owned(),
        known: list.areas().iter().filter(|a| a.level == Level::Province).map(|a| a.code.clone()).collect(),
    })
}

pub fn add_to(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(areas, m)?)?;
    m.add_function(wrap_pyfunction!(area_moves, m)?)?;
    m.add_function(wrap_pyfunction!(find_area, m)?)
}
