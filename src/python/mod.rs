//! The only room that knows Python: a thin private module under the annotated package.
#![allow(clippy::needless_pass_by_value, reason = "Python arguments arrive owned")]

mod abuse;
mod arrow;
mod enter;
mod error;
mod intake;
mod quality;
mod stats;

use crate::area::{AreaList, Split};
use crate::catalogue::{Catalogue, EthnicList};
use crate::error::{Error, Fact, Result, choose};
use crate::plan::Plan;
use crate::question::UnknownAreas;
use crate::record::{Announced, Cases, Dataset};
use crate::tally::{Context, Tally, Vintage};
use crate::text::Text;
use chrono::NaiveDate;
use enter::enter;
use polars::prelude::{DataFrame, DataType, IntoColumn, PolarsResult, StringChunked};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyList};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows counted between two looks at signals and progress.
const STEP: usize = 1 << 20;

fn day(what: &'static str, text: &str) -> Result<NaiveDate> {
    text.parse().map_err(|_| Error::BadNumber { what, expected: Fact::verbatim("YYYY-MM-DD"), found: Fact::verbatim(text) })
}

fn ethnic(list: Option<&str>) -> Result<Option<EthnicList>> {
    let known = [EthnicList::Of1979, EthnicList::Of2008].map(|list| (list.word(), list));
    list.map(|word| choose("ethnic_list", word, &known)).transpose()
}

/// A frame on its way out.
#[pyclass(frozen, module = "chitieu._native")]
struct Frame(DataFrame);

#[pymethods]
impl Frame {
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(&self, py: Python<'py>, requested_schema: Option<Py<PyAny>>) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        arrow::write(py, &self.0)
    }
}

#[pyclass(frozen, name = "Catalogue", module = "chitieu._native")]
struct PyCatalogue(Catalogue);

#[pymethods]
impl PyCatalogue {
    #[staticmethod]
    fn builtin() -> Self {
        Self(Catalogue::builtin())
    }

    fn with_text(&self, py: Python<'_>, file: &str, text: &str) -> PyResult<Self> {
        enter(py, || self.0.with_text(file, text)).map(Self)
    }

    fn to_json(&self) -> String {
        let sources: Vec<_> = self
            .0
            .sources()
            .iter()
            .map(|s| serde_json::json!({"id": s.id, "title": s.title, "issued": s.issued, "in_force": s.in_force, "note": s.note}))
            .collect();
        serde_json::json!({
            "sources": sources,
            "indicators": self.0.indicators(),
            "quantities": self.0.quantities().values().collect::<Vec<_>>(),
        })
        .to_string()
    }

    fn indicator(&self, py: Python<'_>, id: &str) -> PyResult<()> {
        enter(py, || self.0.indicator(id).map(|_| ()))
    }
}

/// Tables, columns and code lists, for display and for the schema.
#[pyfunction]
fn words() -> String {
    let catalogue = Catalogue::builtin();
    let tables: Vec<_> = catalogue
        .tables()
        .iter()
        .map(|t| {
            let columns: Vec<_> = t
                .columns
                .iter()
                .map(|c| serde_json::json!({"id": c.id, "type": c.kind.word(), "required": c.required, "codes": c.codes, "private": c.private}))
                .collect();
            serde_json::json!({"id": t.id, "name": t.name, "columns": columns})
        })
        .collect();
    let mut lists: BTreeMap<&str, BTreeMap<&str, (String, String)>> = BTreeMap::new();
    for list in catalogue.codes().lists() {
        lists.insert(&list.id, list.items.iter().map(|c| (c.code.as_str(), (c.vi.clone(), c.en.clone()))).collect());
    }
    serde_json::json!({"tables": tables, "lists": lists}).to_string()
}

#[pyclass(frozen, name = "Cases", module = "chitieu._native")]
struct PyCases(Cases);

#[pymethods]
impl PyCases {
    #[new]
    fn new(py: Python<'_>, batches: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut cases = Cases::default();
        for batch in batches.try_iter()? {
            let frames = arrow::read(&batch?)?;
            cases = enter(py, move || {
                for frame in &frames {
                    cases.add(frame)?;
                }
                Ok(cases)
            })?;
        }
        Ok(Self(cases))
    }
}

#[pyclass(frozen, name = "Vintage", module = "chitieu._native")]
struct PyVintage(Vintage);

#[pyclass(frozen, name = "Plan", module = "chitieu._native", eq)]
#[derive(PartialEq)]
struct PyPlan(Arc<Plan>);

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
            builder = builder.unknown_areas(UnknownAreas::from_word(unknown_areas)?);
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

    fn with_area_vintage(&self, py: Python<'_>, text: &str) -> PyResult<Self> {
        enter(py, || self.0.with_area_vintage(day("area_vintage", text)?).map(|p| Self(Arc::new(p))))
    }

    fn area_vintage(&self) -> String {
        self.0.area_vintage().to_string()
    }

    /// The way from the list of areas of a dataset to that of the plan.
    fn vintage(&self, py: Python<'_>, of_records: Option<&str>) -> PyResult<PyVintage> {
        enter(py, || self.0.vintage(of_records.map(|text| day("area_vintage", text)).transpose()?).map(PyVintage))
    }

    fn tables(&self) -> Vec<String> {
        self.0.tables().into_iter().map(str::to_owned).collect()
    }

    fn columns(&self, py: Python<'_>, table: &str) -> PyResult<Vec<String>> {
        enter(py, || {
            if self.0.catalogue.table(table).is_some() {
                return Ok(self.0.columns(table));
            }
            let known = self.0.catalogue.tables().iter().map(|t| t.id.clone()).collect();
            Err(Error::UnknownChoice { what: "table", got: table.to_owned(), known })
        })
    }

    /// Checks the types of a table by a frame without rows.
    fn check(&self, py: Python<'_>, table: &str, empty: &Bound<'_, PyAny>) -> PyResult<()> {
        let frames = arrow::read(empty)?;
        enter(py, || {
            for frame in &frames {
                crate::record::check_schema(self.0.question.table(table)?, frame.schema(), &self.0.columns(table))?;
            }
            Ok(())
        })
    }

    /// The tally of no rows, which knows which indicators these tables and columns cannot answer.
    fn empty_for(&self, py: Python<'_>, columns: BTreeMap<String, Vec<String>>) -> PyResult<PyTally> {
        enter(py, || Ok(PyTally { plan: self.0.clone(), tally: self.0.empty_for(&columns)? }))
    }

    /// Counts one table given as an iterable of streams.
    #[allow(clippy::too_many_arguments, reason = "one call for one table; Python names each")]
    fn count(
        &self,
        py: Python<'_>,
        table: &str,
        batches: &Bound<'_, PyAny>,
        columns: BTreeMap<String, Vec<String>>,
        ethnic_list: Option<&str>,
        vintage: &PyVintage,
        cases: Option<&PyCases>,
        on_rows: Option<Py<PyAny>>,
    ) -> PyResult<PyTally> {
        let context = enter(py, || {
            Ok(Context {
                ethnic_list: ethnic(ethnic_list)?,
                cases: cases.filter(|_| table == "perpetrators").map(|c| c.0.clone()).unwrap_or_default(),
                fit: Some(self.0.fit(&columns)?),
                vintage: vintage.0.clone(),
            })
        })?;
        let mut counting = self.0.counting(table, &context);
        for batch in batches.try_iter()? {
            for frame in arrow::read(&batch?)? {
                let mut start = 0_usize;
                loop {
                    let part = frame.slice(start.cast_signed() as i64, STEP);
                    let rows = part.height();
                    counting = enter(py, move || {
                        counting.add(&part)?;
                        Ok(counting)
                    })?;
                    if let Some(call) = &on_rows {
                        call.call1(py, (rows,))?;
                    }
                    start += STEP;
                    if start >= frame.height() {
                        break;
                    }
                }
            }
        }
        let tally = enter(py, move || counting.finish())?;
        Ok(PyTally { plan: self.0.clone(), tally })
    }

    /// A tally of a dataset's rows with what the dataset says of who reported.
    fn said(
        &self,
        py: Python<'_>,
        tally: &PyTally,
        submissions: Option<&Bound<'_, PyAny>>,
        complete: Vec<String>,
        vintage: &PyVintage,
    ) -> PyResult<PyTally> {
        let submissions = submissions.map(intake::whole).transpose()?;
        enter(py, || {
            let mut tally = tally.tally.clone();
            let mut dataset = Dataset::new().complete(complete);
            if let Some(rows) = submissions {
                dataset = dataset.submissions(rows);
            }
            self.0.say(&mut tally, &dataset, &vintage.0)?;
            Ok(PyTally { plan: self.0.clone(), tally })
        })
    }

    fn tally(&self, py: Python<'_>, frame: &Bound<'_, PyAny>) -> PyResult<PyTally> {
        let frames = arrow::read(frame)?;
        let plan = self.0.clone();
        enter(py, move || {
            // One tally may come in several batches.
            let frame = arrow::one_frame(frames).map_err(|e| Error::Frame { table: "tally".to_owned(), found: Fact::library(e) })?;
            Ok(PyTally { tally: Tally::from_frame(&*plan, &frame)?, plan })
        })
    }

    /// The table, and the warnings as (code, indicator, Vietnamese, English).
    fn finish(&self, py: Python<'_>, tally: &PyTally) -> PyResult<(Frame, Vec<Told>)> {
        enter(py, || {
            let outcome = self.0.finish(&tally.tally)?;
            let warnings = outcome.warnings.into_iter().map(|w| (w.code.to_owned(), w.indicator, w.text.vi, w.text.en)).collect();
            Ok((Frame(outcome.table), warnings))
        })
    }
}

/// Code and indicator (in either order), Vietnamese, English.
type Told = (String, String, String, String);

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
        let frame = enter(py, || self.tally.to_frame(&*self.plan))?;
        arrow::write(py, &frame)
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.tally == other.tally
    }

    fn set_aside(&self) -> BTreeMap<String, u64> {
        self.tally.set_aside().map(|(table, rows)| (table.to_owned(), rows)).collect()
    }

    fn sealed(&self, py: Python<'_>, secret: &[u8]) -> PyResult<Self> {
        enter(py, || Ok(Self { plan: self.plan.clone(), tally: self.tally.clone().sealed(secret)? }))
    }

    fn with_set_aside(&self, table: &str, rows: u64) -> Self {
        Self { plan: self.plan.clone(), tally: self.tally.clone().with_set_aside(table, rows) }
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

/// The units that hold on a day.
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

/// The tables of a made-up province, and its truth.
#[pyfunction]
#[allow(clippy::type_complexity, reason = "tables, submissions, truth; Python names each")]
fn synthetic(
    py: Python<'_>,
    code: &str,
    children: i64,
    year: i32,
    seed: u64,
    silent: i64,
) -> PyResult<(Vec<(String, Frame)>, Frame, Frame)> {
    enter(py, || {
        let list = AreaList::on(day("year", &format!("{year}-12-31"))?)?;
        let communes = crate::synthetic::communes(&list, code);
        if communes.is_empty() {
            let known = list.areas().iter().filter(|a| a.level == crate::area::Level::Province).map(|a| a.code.clone()).collect();
            return Err(Error::UnknownChoice { what: "province", got: code.to_owned(), known });
        }
        let children = usize::try_from(children).map_err(|_| below_zero("children", children))?;
        let silent = usize::try_from(silent).map_err(|_| below_zero("silent", silent))?;
        let province = crate::synthetic::Province { code, communes: &communes, children, year, seed, silent };
        let (tables, truth) = crate::synthetic::generate(&province)?;
        let tables = tables.into_iter().map(|(name, frame)| (name.to_owned(), Frame(frame))).collect();
        Ok((tables, Frame(truth.submissions()), Frame(truth.to_frame())))
    })
}

/// The rows that a Parquet file announces, and a number that tells the file from another in its place.
#[pyfunction]
fn parquet(py: Python<'_>, path: std::path::PathBuf, limits: (u64, u64), whole: bool) -> PyResult<(u64, u64)> {
    enter(py, || {
        let announced = Announced::by(&path)?;
        announced.check_limits(&path, intake::limits_of(limits), whole)?;
        Ok((announced.rows, announced.state))
    })
}

/// Refuses a table whose longest text, or all of whose texts together, are more than reading may hold.
#[pyfunction]
fn check_texts(py: Python<'_>, name: &str, longest: u64, all: u64, limits: (u64, u64)) -> PyResult<()> {
    let limits = intake::limits_of(limits);
    enter(py, || {
        limits.check(name, crate::limits::Bound::Text, longest)?;
        limits.check(name, crate::limits::Bound::Bytes, all)
    })
}

/// The columns of a Parquet file.
#[pyfunction]
fn parquet_columns(py: Python<'_>, path: std::path::PathBuf) -> PyResult<Vec<String>> {
    enter(py, || Announced::columns(&path))
}

/// Refuses a Parquet file whose pages do not hold what it announces; those of some columns, or of all.
#[pyfunction]
fn parquet_pages(py: Python<'_>, path: std::path::PathBuf, columns: Option<Vec<String>>) -> PyResult<()> {
    enter(py, || Announced::check_pages(&path, columns.as_deref()))
}

/// A column of identifiers in the form in which they are compared; null where nobody is identified.
#[pyfunction]
fn identifiers(py: Python<'_>, column: &Bound<'_, PyAny>) -> PyResult<Frame> {
    let frames = arrow::read(column)?;
    enter(py, move || {
        let made = || -> PolarsResult<DataFrame> {
            let frame = arrow::one_frame(frames)?;
            let columns = frame.columns().iter().map(|column| {
                let texts = column.cast(&DataType::String)?;
                let found: StringChunked = texts.str()?.iter().map(|text| text.and_then(crate::spelling::identifier)).collect();
                Ok(found.with_name(column.name().clone()).into_column())
            });
            DataFrame::new(frame.height(), columns.collect::<PolarsResult<_>>()?)
        };
        made().map(Frame).map_err(|e| Error::Frame { table: "identifiers".to_owned(), found: Fact::library(e) })
    })
}

fn below_zero(what: &'static str, found: i64) -> Error {
    Error::BadNumber { what, expected: Text::new("số nguyên từ 0", "a whole number from 0").into(), found: found.into() }
}

fn natural(what: &'static str, number: i64) -> Result<u64> {
    u64::try_from(number).map_err(|_| below_zero(what, number))
}

#[pymodule]
fn _native(m: &Bound<'_, PyModule>) -> PyResult<()> {
    error::note_panics();
    m.add("__version__", env!("CARGO_PKG_VERSION"))?;
    m.add_class::<Frame>()?;
    m.add_class::<PyCatalogue>()?;
    m.add_class::<PyCases>()?;
    m.add_class::<PyVintage>()?;
    m.add_class::<PyPlan>()?;
    m.add_class::<PyTally>()?;
    abuse::add_to(m)?;
    quality::add_to(m)?;
    intake::add_to(m)?;
    stats::register(m)?;
    m.add_function(wrap_pyfunction!(words, m)?)?;
    m.add_function(wrap_pyfunction!(areas, m)?)?;
    m.add_function(wrap_pyfunction!(area_moves, m)?)?;
    m.add_function(wrap_pyfunction!(synthetic, m)?)?;
    m.add_function(wrap_pyfunction!(enter::has_worked, m)?)?;
    m.add_function(wrap_pyfunction!(check_texts, m)?)?;
    m.add_function(wrap_pyfunction!(parquet, m)?)?;
    m.add_function(wrap_pyfunction!(parquet_columns, m)?)?;
    m.add_function(wrap_pyfunction!(parquet_pages, m)?)?;
    m.add_function(wrap_pyfunction!(identifiers, m)?)?;
    Ok(())
}
