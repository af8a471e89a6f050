//! Registers of abuse and their tables, for Python.

use crate::arguments::{day, natural};
use crate::enter::{enter, reading};
use crate::frame::Frame;
use chitieu::abuse::{
    Choice, DateOf, Deadlines, PlaceOf, Prostitution, Register, SanctionDimension, Selection, Table, Under, Unit, Windows,
};
use chitieu::area::Level;
use chitieu::error::{Error, Result};
use chitieu::{Period, UnknownAreas};
use pyo3::prelude::*;
use std::collections::BTreeMap;
use std::str::FromStr;

fn period(text: Option<&str>) -> Result<Option<Period>> {
    text.map(str::parse).transpose()
}

fn dimensions<D>(words: &[String], of: impl Fn(&str) -> Result<D>) -> Result<Vec<D>> {
    words.iter().map(|word| of(word)).collect()
}

/// A table for Python: rows, unit, choices in Vietnamese and English.
#[pyclass(frozen, name = "AbuseTable", module = "chitieu._native")]
pub struct PyTable(pub Table);

#[pymethods]
impl PyTable {
    fn frame(&self) -> Frame {
        Frame(self.0.frame().clone())
    }

    fn unit(&self) -> Option<&'static str> {
        self.0.unit().map(Unit::as_str)
    }

    fn description(&self) -> (String, String) {
        (self.0.description().vi.clone(), self.0.description().en.clone())
    }

    /// What a reader of the table must know, in Vietnamese and English.
    fn notes(&self) -> Vec<(String, String)> {
        self.0.notes().iter().map(|note| (note.vi.clone(), note.en.clone())).collect()
    }

    fn share(&self, py: Python<'_>, of: Option<&Self>) -> PyResult<Self> {
        enter(py, || self.0.share(of.map(|t| &t.0)).map(Self))
    }
}

/// Which reports count, as Python's names and numbers.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct Words {
    period: Option<String>,
    date: String,
    place: String,
    verification: Vec<String>,
    under: i32,
    abandonment_with_neglect: bool,
    prostitution: String,
}

impl Words {
    fn choice(&self) -> Result<Choice> {
        let mut choice = Choice::new()
            .date(DateOf::from_str(&self.date)?)
            .place(PlaceOf::from_str(&self.place)?)
            .verification(&self.verification)?
            .under(Under::of(self.under)?)
            .abandonment_with_neglect(self.abandonment_with_neglect)
            .prostitution(Prostitution::from_str(&self.prostitution)?);
        if let Some(period) = period(self.period.as_deref())? {
            choice = choice.period(period);
        }
        Ok(choice)
    }
}

#[pyclass(frozen, name = "Register", module = "chitieu._native")]
struct PyRegister(Register);

#[pymethods]
impl PyRegister {
    /// Reads the tables of abuse of a dataset.
    #[staticmethod]
    #[pyo3(signature = (dataset, area_vintage, unknown_areas, is_part, on_progress=None))]
    fn read(
        dataset: &Bound<'_, PyAny>,
        area_vintage: &str,
        unknown_areas: &str,
        is_part: bool,
        on_progress: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        reading(dataset, on_progress.as_ref(), |records| {
            let reader = Register::reader(day("area_vintage", area_vintage)?).unknown_areas(UnknownAreas::from_str(unknown_areas)?);
            if is_part { reader.part() } else { reader }.read(records).map(Self)
        })
    }

    fn set_aside(&self) -> BTreeMap<String, u64> {
        self.0.set_aside().map(|(table, rows)| (table.to_owned(), rows)).collect()
    }

    fn merge(&self, py: Python<'_>, other: &Self) -> PyResult<Self> {
        enter(py, || self.0.merge(&other.0).map(Self))
    }

    fn updated_by(&self, py: Python<'_>, later: &Self) -> PyResult<Self> {
        enter(py, || self.0.updated_by(&later.0).map(Self))
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    fn area_vintage(&self) -> String {
        self.0.area_vintage().to_string()
    }

    fn rows(&self) -> (usize, usize, usize) {
        self.0.rows()
    }

    /// Selects the reports that count.
    fn select(&self, py: Python<'_>, words: Words) -> PyResult<PySelection> {
        enter(py, || self.0.select(words.choice()?).map(PySelection))
    }

    fn sanctions(&self, py: Python<'_>, of: Option<&str>, by: Vec<String>, area_level: &str) -> PyResult<PyTable> {
        enter(py, || {
            let by = dimensions(&by, SanctionDimension::from_str)?;
            self.0.sanctions(period(of)?.as_ref(), &by, Level::from_str(area_level)?).map(PyTable)
        })
    }

    fn sanction_findings(&self, py: Python<'_>, of: Option<&str>) -> PyResult<PyTable> {
        enter(py, || self.0.sanction_findings(period(of)?.as_ref()).map(PyTable))
    }
}

#[pyclass(frozen, name = "Selection", module = "chitieu._native")]
struct PySelection(Selection);

/// Computes one table of a selection.
fn table(py: Python<'_>, area_level: &str, make: impl FnOnce(Level) -> Result<Table> + Send) -> PyResult<PyTable> {
    enter(py, || make(Level::from_str(area_level)?).map(PyTable))
}

#[pymethods]
impl PySelection {
    fn description(&self) -> (String, String) {
        let text = self.0.choice().description();
        (text.vi, text.en)
    }

    fn counts(&self, py: Python<'_>, unit: &str, by: Vec<String>, area_level: &str, age_bands: Option<Vec<i32>>) -> PyResult<PyTable> {
        table(py, area_level, |level| {
            let unit = Unit::from_str(unit)?;
            let by = dimensions(&by, |word| unit.dimension(word))?;
            self.0.counts(unit, &by, level, age_bands.as_deref())
        })
    }

    fn units(&self, py: Python<'_>, area_level: &str) -> PyResult<PyTable> {
        table(py, area_level, |level| self.0.units(level))
    }

    fn relations(&self, py: Python<'_>, area_level: &str) -> PyResult<PyTable> {
        table(py, area_level, |level| self.0.relations(level))
    }

    fn supported(&self, py: Python<'_>, area_level: &str) -> PyResult<PyTable> {
        table(py, area_level, |level| self.0.supported(level))
    }

    fn forms(&self, py: Python<'_>, unit: &str, priority: Option<Vec<String>>, area_level: &str) -> PyResult<PyTable> {
        table(py, area_level, |level| self.0.forms(Unit::from_str(unit)?, priority.as_deref(), level))
    }

    fn overlaps(&self, py: Python<'_>, unit: &str, area_level: &str) -> PyResult<PyTable> {
        table(py, area_level, |level| self.0.overlaps(Unit::from_str(unit)?, level))
    }

    fn form_matrix(&self, py: Python<'_>, unit: &str) -> PyResult<PyTable> {
        enter(py, || self.0.form_matrix(Unit::from_str(unit)?).map(PyTable))
    }

    /// Windows are given by one name or as periods.
    fn repeats(&self, py: Python<'_>, word: Option<&str>, periods: Vec<String>, area_level: &str) -> PyResult<PyTable> {
        table(py, area_level, |level| {
            let windows = match word {
                Some(word) => Windows::from_str(word)?,
                None => Windows::Periods(periods.iter().map(|p| p.parse()).collect::<Result<_>>()?),
            };
            self.0.repeats(windows, level)
        })
    }

    fn recurrence(&self, py: Python<'_>, until: &str, months: Vec<i64>, level: f64) -> PyResult<PyTable> {
        enter(py, || {
            // A number beyond u32 is refused with the other months that are too large.
            let month = |m: i64| natural("months", m).map(|m| u32::try_from(m).unwrap_or(u32::MAX));
            let months: Vec<u32> = months.into_iter().map(month).collect::<Result<_>>()?;
            self.0.recurrence(day("until", until)?, &months, level).map(PyTable)
        })
    }

    fn response(&self, py: Python<'_>, until: Option<&str>, holidays: Vec<String>, area_level: &str) -> PyResult<PyTable> {
        table(py, area_level, |level| {
            let until = until.map(|text| day("until", text)).transpose()?;
            let calendar = holidays.iter().map(|text| day("holidays", text)).collect::<Result<_, Error>>()?;
            self.0.response(&Deadlines { until, calendar }, level)
        })
    }
}

pub fn add_to(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PyRegister>()?;
    m.add_class::<PySelection>()?;
    m.add_class::<PyTable>()
}
