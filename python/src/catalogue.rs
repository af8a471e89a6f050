//! Definitions, tables, columns and codes, for Python.

use crate::enter::enter;
use chitieu::Catalogue;
use pyo3::prelude::*;
use std::collections::BTreeMap;

#[pyclass(frozen, name = "Catalogue", module = "chitieu._native")]
pub struct PyCatalogue(pub Catalogue);

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
                .map(|c| serde_json::json!({"id": c.id, "type": c.kind.as_str(), "required": c.required, "codes": c.codes, "private": c.private}))
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

pub fn add_to(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PyCatalogue>()?;
    m.add_function(wrap_pyfunction!(words, m)?)
}
