//! Reading files, for `chitieu/_read.py`.

use crate::arguments::{day, ethnic};
use crate::arrow;
use crate::enter::{enter, reporting};
use crate::error::thread_language;
use crate::frame::Frame;
use crate::limits::limits_of;
use chitieu::intake::{Folder, Mapping, Reader, Reading, TextEncoding, files_below, why_skipped};
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Adds the classes and functions to the private module.
pub fn add_to(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PyReader>()?;
    m.add_class::<PyReading>()?;
    m.add_class::<PyFolder>()?;
    m.add_function(wrap_pyfunction!(folder_files, m)?)
}

#[pyclass(frozen, name = "Reader", module = "chitieu._native")]
struct PyReader(Reader);

#[pyclass(frozen, name = "Reading", module = "chitieu._native")]
struct PyReading(Reading);

#[pyclass(frozen, name = "Folder", module = "chitieu._native")]
struct PyFolder(Folder);

#[pymethods]
impl PyReader {
    #[new]
    #[allow(clippy::too_many_arguments, reason = "what a reader is made of; Python names each")]
    fn new(
        py: Python<'_>,
        mapping_json: Option<&str>,
        mapping_toml: Option<&str>,
        sheet: Option<String>,
        encoding: Option<&str>,
        area_vintage: Option<&str>,
        within: Option<String>,
        ethnic_list: Option<&str>,
        tables: Option<Vec<String>>,
        limits: (u64, u64),
    ) -> PyResult<Self> {
        enter(py, || {
            let mut reader = Reader::new().limits(limits_of(limits));
            if let Some(text) = mapping_json {
                reader = reader.mapping(Mapping::from_json(text)?);
            }
            if let Some(text) = mapping_toml {
                reader = reader.mapping(Mapping::from_toml(text)?);
            }
            if let Some(name) = sheet {
                reader = reader.sheet(name);
            }
            if let Some(word) = encoding {
                reader = reader.encoding(TextEncoding::from_str(word)?);
            }
            if let Some(text) = area_vintage {
                reader = reader.area_vintage(day("area_vintage", text)?)?;
            }
            if let Some(code) = within {
                reader = reader.within(code);
            }
            if let Some(list) = ethnic(ethnic_list)? {
                reader = reader.ethnic_list(list);
            }
            if let Some(tables) = tables {
                reader = reader.tables(tables)?;
            }
            Ok(Self(reader))
        })
    }

    #[pyo3(signature = (path, table, on_progress=None))]
    fn read(&self, py: Python<'_>, path: PathBuf, table: &str, on_progress: Option<Py<PyAny>>) -> PyResult<PyReading> {
        reporting(py, on_progress.as_ref(), || self.0.read(path, table).map(PyReading))
    }

    fn read_frame(&self, name: &str, frame: &Bound<'_, PyAny>, table: &str) -> PyResult<PyReading> {
        let whole = arrow::whole(frame)?;
        enter(frame.py(), || self.0.read_frame(name, &whole, table).map(PyReading))
    }

    fn clean(&self, frame: &Bound<'_, PyAny>, table: &str) -> PyResult<PyReading> {
        let whole = arrow::whole(frame)?;
        enter(frame.py(), || self.0.clean(&whole, table).map(PyReading))
    }

    /// The reader for files read together with others that write sexes as 0 and 1.
    fn sexes_from_zero(&self) -> Self {
        Self(self.0.clone().sexes_from_zero())
    }

    fn recognise(&self, py: Python<'_>, path: PathBuf, name: &str) -> PyResult<PyFolder> {
        enter(py, || self.0.recognise(path, name).map(PyFolder))
    }

    fn recognise_frame(&self, name: &str, frame: &Bound<'_, PyAny>) -> PyResult<PyFolder> {
        let whole = arrow::whole(frame)?;
        enter(frame.py(), || self.0.recognise_frame(&whole, name).map(PyFolder))
    }
}

#[pymethods]
impl PyReading {
    fn table(&self) -> &str {
        &self.0.table
    }

    fn rows(&self) -> usize {
        self.0.rows()
    }

    /// The values that could not be read, and the rows set aside.
    fn unread(&self) -> (usize, usize) {
        let parts = &self.0.parts;
        (parts.iter().map(|part| part.findings.len()).sum(), parts.iter().map(|part| part.aside.len()).sum())
    }

    fn area_vintage(&self) -> Option<String> {
        self.0.area_vintage.map(|day| day.to_string())
    }

    fn ethnic_list(&self) -> Option<&'static str> {
        self.0.ethnic_list.map(chitieu::catalogue::EthnicList::as_str)
    }

    fn frame(&self, py: Python<'_>) -> PyResult<Frame> {
        enter(py, || self.0.frame().map(Frame))
    }

    fn files(&self, py: Python<'_>) -> PyResult<Frame> {
        enter(py, || self.0.files(thread_language()).map(Frame))
    }

    fn columns(&self, py: Python<'_>) -> PyResult<Frame> {
        enter(py, || self.0.columns().map(Frame))
    }

    fn changes(&self, py: Python<'_>) -> PyResult<Frame> {
        enter(py, || self.0.changes(thread_language()).map(Frame))
    }

    fn findings(&self, py: Python<'_>) -> PyResult<Frame> {
        enter(py, || self.0.findings(thread_language()).map(Frame))
    }

    fn set_aside(&self, py: Python<'_>) -> PyResult<Frame> {
        enter(py, || self.0.set_aside(thread_language()).map(Frame))
    }
}

#[pymethods]
impl PyFolder {
    /// Joins the contents of several files; skipped files are given as (name, Vietnamese reason, English reason).
    #[staticmethod]
    fn joined(py: Python<'_>, found: &Bound<'_, PyList>, skipped: Vec<(String, String, String)>) -> PyResult<Self> {
        let found: Vec<PyRef<'_, Self>> = found.iter().map(|f| Ok(f.cast::<Self>()?.borrow())).collect::<PyResult<_>>()?;
        let found: Vec<&Folder> = found.iter().map(|f| &f.0).collect();
        enter(py, || {
            let mut whole = Folder::default();
            for folder in found {
                whole.join(folder.clone());
            }
            whole.not_read.extend(skipped.into_iter().map(|(file, vi, en)| chitieu::intake::NotRead {
                file,
                sheet: String::new(),
                why: chitieu::Text::new(vi, en),
            }));
            Ok(Self(whole))
        })
    }

    fn counts_sexes_from_zero(&self) -> bool {
        self.0.counts_sexes_from_zero()
    }

    fn readings(&self) -> Vec<PyReading> {
        self.0.readings.values().cloned().map(PyReading).collect()
    }

    fn files(&self, py: Python<'_>) -> PyResult<Frame> {
        enter(py, || self.0.files(thread_language()).map(Frame))
    }
}

/// A file: its path, its name, and if it is skipped the reason in Vietnamese and in English.
type Listed = (PathBuf, String, Option<(String, String)>);

/// The files below a folder.
#[pyfunction]
fn folder_files(py: Python<'_>, folder: PathBuf) -> PyResult<Vec<Listed>> {
    enter(py, || {
        let files = files_below(Path::new(&folder))?;
        let listed = files.into_iter().map(|(path, name)| {
            let why = why_skipped(&path).map(|t| (t.vi, t.en));
            (path, name, why)
        });
        Ok(listed.collect())
    })
}
