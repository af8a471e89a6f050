//! Synthetic provinces, for Python.

use crate::arguments::{below_zero, day};
use crate::enter::enter;
use crate::frame::Frame;
use chitieu::area::AreaList;
use chitieu::error::Error;
use pyo3::prelude::*;

/// The tables of a synthetic province, its submissions and its true counts.
#[pyfunction]
#[allow(clippy::type_complexity, reason = "tables, submissions, truth; Python names each")]
pub fn synthetic(
    py: Python<'_>,
    code: &str,
    children: i64,
    year: i32,
    seed: u64,
    silent: i64,
) -> PyResult<(Vec<(String, Frame)>, Frame, Frame)> {
    enter(py, || {
        let list = AreaList::on(day("year", &format!("{year}-12-31"))?)?;
        let communes = chitieu::synthetic::communes(&list, code);
        if communes.is_empty() {
            let known = list.areas().iter().filter(|a| a.level == chitieu::area::Level::Province).map(|a| a.code.clone()).collect();
            return Err(Error::UnknownChoice { what: "province", got: code.to_owned(), known });
        }
        let children = usize::try_from(children).map_err(|_| below_zero("children", children))?;
        let silent = usize::try_from(silent).map_err(|_| below_zero("silent", silent))?;
        let province = chitieu::synthetic::Province { code, communes: &communes, children, year, seed, silent };
        let (tables, truth) = chitieu::synthetic::generate(&province)?;
        let tables = tables.into_iter().map(|(name, frame)| (name.to_owned(), Frame(frame))).collect();
        Ok((tables, Frame(truth.submissions()), Frame(truth.to_frame())))
    })
}
