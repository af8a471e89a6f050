//! Tables made safe to publish, for Python.

use crate::abuse::PyTable;
use crate::arguments::day;
use crate::arrow;
use crate::enter::enter;
use crate::frame::Frame;
use crate::plan::PyPlan;
use chitieu::Result;
use chitieu::disclosure::{self, Axis, Changes, Protection, Released, ReleasedAbuse, Report, Rule, Scope, Terms, Tightness, Zeros};
use polars_core::prelude::DataFrame;
use pyo3::prelude::*;

/// A dimension: its column, each category with its parent, whether categories overlap, and their order.
type WrittenAxis = (String, Vec<(String, String)>, bool, Vec<String>);

fn axes(written: Vec<WrittenAxis>) -> Vec<Axis> {
    let axis = |(column, parents, is_distinct, order): WrittenAxis| {
        let axis = parents.into_iter().fold(Axis::new(column).in_order(order), |axis, (child, parent)| axis.under(child, parent));
        if is_distinct { axis.distinct() } else { axis }
    };
    written.into_iter().map(axis).collect()
}

const fn zeros(shown: bool) -> Zeros {
    if shown { Zeros::Shown } else { Zeros::Hidden }
}

fn rule(threshold: u64, zeros_shown: bool, values: Option<u32>) -> Result<Rule> {
    Rule::new(threshold, zeros(zeros_shown), values.map_or(Protection::NoExactValue, Protection::Values))
}

/// What is protected, by which rule, and what was published before.
#[pyclass(frozen, name = "Terms", module = "chitieu._native")]
struct PyTerms(Terms);

/// A released result: its plan, its table, whether zeros were shown.
type BeforeResult<'py> = (PyRef<'py, PyPlan>, Bound<'py, PyAny>, bool);
/// A released table of abuse: its rows, the day of its list of areas, whether zeros were shown.
type BeforeAbuse<'py> = (Bound<'py, PyAny>, String, bool);

#[pymethods]
impl PyTerms {
    #[new]
    #[allow(clippy::too_many_arguments, reason = "what terms are made of; Python names each")]
    fn new(
        py: Python<'_>,
        scope: &str,
        only: Vec<String>,
        threshold: u64,
        zeros_shown: bool,
        values: Option<u32>,
        hide_whole_groups: bool,
        results: Vec<BeforeResult<'_>>,
        abuse: Vec<BeforeAbuse<'_>>,
        protects_changes: bool,
    ) -> PyResult<Self> {
        let result = |(plan, table, shown): &BeforeResult<'_>| -> PyResult<Released> {
            Ok(Released { plan: (*plan.0).clone(), table: arrow::whole(table)?, zeros: zeros(*shown) })
        };
        let results = results.iter().map(result).collect::<PyResult<Vec<_>>>()?;
        let frames = abuse.iter().map(|(table, day, shown)| Ok((arrow::whole(table)?, day, *shown))).collect::<PyResult<Vec<_>>>()?;
        enter(py, || {
            let before = |(frame, vintage, shown): (DataFrame, &String, bool)| -> Result<ReleasedAbuse> {
                Ok(ReleasedAbuse { frame, area_vintage: day("area_vintage", vintage)?, zeros: zeros(shown) })
            };
            let abuse = frames.into_iter().map(before).collect::<Result<Vec<_>>>()?;
            let scope = match scope {
                "abuse" => Scope::Abuse,
                "people" => Scope::People,
                _ => Scope::Only(only),
            };
            let rule = rule(threshold, zeros_shown, values)?;
            let rule = if hide_whole_groups { rule.hiding_whole_groups()? } else { rule };
            let mut terms = Terms::new(rule, scope).after(results, abuse);
            terms.changes = if protects_changes { Changes::Protected } else { Changes::Known };
            Ok(Self(terms))
        })
    }
}

/// Results; tables of abuse; counts, primary, secondary, certified, whole groups, circles; the exposed.
type Told = (Vec<Frame>, Vec<PyTable>, [u64; 6], Vec<Vec<String>>);

/// Results, and tables of abuse with the days of their lists of areas, that can be published; and what their makers are told.
#[pyfunction]
fn protect_together(
    py: Python<'_>,
    plans: Vec<PyRef<'_, PyPlan>>,
    results: Vec<Bound<'_, PyAny>>,
    tables: Vec<(PyRef<'_, PyTable>, String)>,
    terms: &PyTerms,
) -> PyResult<Told> {
    let plans: Vec<_> = plans.iter().map(|plan| plan.0.clone()).collect();
    let results = results.iter().map(arrow::whole).collect::<PyResult<Vec<_>>>()?;
    let tables: Vec<_> = tables.into_iter().map(|(table, day)| (table.0.clone(), day)).collect();
    enter(py, || {
        let results: Vec<_> = plans.iter().map(|plan| &**plan).zip(&results).collect();
        let tables = tables.iter().map(|(table, vintage)| Ok((table, day("area_vintage", vintage)?))).collect::<Result<Vec<_>>>()?;
        let found = disclosure::protect_together(&results, &tables, &terms.0)?;
        let r = found.report;
        let counts = [r.counts, r.primary, r.secondary, r.certified, r.whole_groups, r.circles];
        let (results, tables) = (found.results.into_iter().map(Frame), found.tables.into_iter().map(PyTable));
        Ok((results.collect(), tables.collect(), counts, r.exposed))
    })
}

/// How a table was protected.
#[pyclass(frozen, name = "Report", module = "chitieu._native")]
struct PyReport(Report);

#[pymethods]
impl PyReport {
    /// Cells, cells that are not 0, primary, secondary, certified, whole groups.
    fn counts(&self) -> [u64; 6] {
        [self.0.cells, self.0.not_zero, self.0.primary, self.0.secondary, self.0.certified, self.0.whole_groups]
    }

    fn hidden_totals(&self) -> Vec<Vec<String>> {
        self.0.hidden_totals.clone()
    }

    /// At which dimension, which are to be published apart; cells of that table, kept in it, shown now, and lost.
    fn advice(&self) -> Option<(String, Vec<String>, [u64; 4])> {
        self.0.advice.as_ref().map(|a| (a.at.clone(), a.apart.clone(), [a.of, a.kept, a.shown, a.lost]))
    }
}

/// The table that can be published, and the report.
#[pyfunction]
fn protect(
    py: Python<'_>,
    frame: &Bound<'_, PyAny>,
    dims: Vec<WrittenAxis>,
    count: &str,
    threshold: u64,
    zeros_shown: bool,
    values: Option<u32>,
) -> PyResult<(Frame, PyReport)> {
    let frame = arrow::whole(frame)?;
    enter(py, || {
        let found = disclosure::protect(&frame, &axes(dims), count, &rule(threshold, zeros_shown, values)?)?;
        Ok((Frame(found.table), PyReport(found.report)))
    })
}

/// What can be worked out of the hidden cells of a table.
#[pyfunction]
#[allow(clippy::too_many_arguments, reason = "what an audit is told; Python names each")]
fn audit(
    py: Python<'_>,
    frame: &Bound<'_, PyAny>,
    dims: Vec<WrittenAxis>,
    count: &str,
    threshold: u64,
    zeros_shown: bool,
    values: Option<u32>,
    exact: bool,
) -> PyResult<Frame> {
    let frame = arrow::whole(frame)?;
    let tightness = if exact { Tightness::Exact } else { Tightness::Carried };
    enter(py, || disclosure::audit(&frame, &axes(dims), count, &rule(threshold, zeros_shown, values)?, tightness).map(Frame))
}

/// The table with rounded counts; how many cells are changed, and the largest difference. With a secret at random.
#[pyfunction]
fn rounded(
    py: Python<'_>,
    frame: &Bound<'_, PyAny>,
    dims: Vec<WrittenAxis>,
    count: &str,
    base: u64,
    secret: Option<Vec<u8>>,
) -> PyResult<(Frame, u64, u64)> {
    let frame = arrow::whole(frame)?;
    enter(py, || {
        let found = match &secret {
            Some(secret) => disclosure::round_random(&frame, &axes(dims), count, base, secret)?,
            None => disclosure::round_small(&frame, &axes(dims), count, base)?,
        };
        Ok((Frame(found.table), found.changed, found.largest))
    })
}

pub fn add_to(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PyReport>()?;
    m.add_class::<PyTerms>()?;
    m.add_function(wrap_pyfunction!(protect, m)?)?;
    m.add_function(wrap_pyfunction!(protect_together, m)?)?;
    m.add_function(wrap_pyfunction!(rounded, m)?)?;
    m.add_function(wrap_pyfunction!(audit, m)?)
}
