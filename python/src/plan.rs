//! Plans and tallies, for Python.

use crate::arguments::day;
use crate::arrow;
use crate::catalogue::PyCatalogue;
use crate::enter::{enter, reading};
use crate::frame::Frame;
use chitieu::area::Split;
use chitieu::error::{Error, Fact};
use chitieu::{Plan, Tally, UnknownAreas};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyList};
use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

#[pyclass(frozen, name = "Plan", module = "chitieu._native", eq)]
#[derive(PartialEq)]
pub struct PyPlan(pub Arc<Plan>);

#[pymethods]
impl PyPlan {
    #[new]
    #[allow(clippy::too_many_arguments, reason = "what a plan is made of; Python names each")]
    fn new(
        py: Python<'_>,
        catalogue: &PyCatalogue,
        period: &str,
        indicators: Option<Vec<String>>,
        by: Vec<String>,
        area_level: &str,
        area_vintage: Option<&str>,
        unknown_areas: &str,
        shares: Option<Vec<(String, String, f64)>>,
    ) -> PyResult<Self> {
        enter(py, || {
            let mut builder = Plan::new(&catalogue.0, period).by(by).area_level(area_level);
            if let Some(ids) = indicators {
                builder = builder.indicators(ids);
            }
            if let Some(text) = area_vintage {
                builder = builder.area_vintage(day("area_vintage", text)?);
            }
            if let Some(shares) = shares {
                builder = builder.split(Split::shares(shares)?);
            }
            builder = builder.unknown_areas(UnknownAreas::from_str(unknown_areas)?);
            Ok(Self(Arc::new(builder.build()?)))
        })
    }

    #[staticmethod]
    fn from_json(py: Python<'_>, json: &str) -> PyResult<Self> {
        enter(py, || Plan::from_json(json).map(|p| Self(Arc::new(p))))
    }

    fn to_json(&self) -> String {
        self.0.to_json()
    }

    fn area_vintage(&self) -> String {
        self.0.area_vintage().to_string()
    }

    fn tables(&self) -> Vec<String> {
        self.0.tables().into_iter().map(str::to_owned).collect()
    }

    fn columns(&self, py: Python<'_>, table: &str) -> PyResult<Vec<String>> {
        enter(py, || self.0.columns(table))
    }

    /// Counts the records of a dataset.
    #[pyo3(signature = (dataset, on_progress=None))]
    fn partial(&self, dataset: &Bound<'_, PyAny>, on_progress: Option<Py<PyAny>>) -> PyResult<PyTally> {
        reading(dataset, on_progress.as_ref(), |records| Ok(PyTally { tally: self.0.partial(records)?, plan: self.0.clone() }))
    }

    fn tally(&self, py: Python<'_>, frame: &Bound<'_, PyAny>) -> PyResult<PyTally> {
        let frames = arrow::read(frame)?;
        let plan = self.0.clone();
        enter(py, move || {
            // One tally may come in several batches.
            let frame = arrow::one_frame(frames).map_err(|e| Error::Frame { table: "tally".to_owned(), found: Fact::library(e) })?;
            Ok(PyTally { tally: plan.tally(&frame)?, plan })
        })
    }

    /// The table, and the warnings as (code, indicator, Vietnamese, English).
    fn finish(&self, py: Python<'_>, tally: &PyTally) -> PyResult<(Frame, Vec<Warning>)> {
        enter(py, || {
            let outcome = self.0.finish(&tally.tally)?;
            let warnings = outcome.warnings.into_iter().map(|w| (w.code.to_owned(), w.indicator, w.text.vi, w.text.en)).collect();
            Ok((Frame(outcome.table), warnings))
        })
    }
}

/// Code, indicator, Vietnamese, English.
type Warning = (String, String, String, String);

#[pyclass(frozen, name = "Tally", module = "chitieu._native")]
struct PyTally {
    plan: Arc<Plan>,
    tally: Tally,
}

#[pymethods]
impl PyTally {
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(&self, py: Python<'py>, requested_schema: Option<Py<PyAny>>) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let frame = enter(py, || self.tally.to_frame())?;
        arrow::write(py, &frame)
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.tally == other.tally
    }

    fn __len__(&self) -> usize {
        self.tally.rows()
    }

    fn set_aside(&self) -> BTreeMap<String, u64> {
        self.tally.set_aside().map(|(table, rows)| (table.to_owned(), rows)).collect()
    }

    fn sealed(&self, py: Python<'_>, secret: &[u8]) -> PyResult<Self> {
        enter(py, || Ok(Self { plan: self.plan.clone(), tally: self.tally.clone().sealed(secret)? }))
    }

    fn plan(&self) -> PyPlan {
        PyPlan(self.plan.clone())
    }

    fn merge(&self, py: Python<'_>, others: &Bound<'_, PyList>) -> PyResult<Self> {
        let others: Vec<PyRef<'_, Self>> = others.iter().map(|o| Ok(o.cast::<Self>()?.borrow())).collect::<PyResult<_>>()?;
        let tallies: Vec<&Tally> = others.iter().map(|o| &o.tally).collect();
        enter(py, || {
            let tally = tallies.into_iter().try_fold(self.tally.clone(), Tally::merge)?;
            Ok(Self { plan: self.plan.clone(), tally })
        })
    }
}

pub fn add_to(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PyPlan>()?;
    m.add_class::<PyTally>()
}
