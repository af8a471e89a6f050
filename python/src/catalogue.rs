//! Definitions, tables, columns and codes, for Python.

use crate::enter::enter;
use chitieu::quality::column_name;
use chitieu::{Catalogue, Language, Period, PeriodKind, Plan};
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

    /// The columns that an indicator reads from each table, without breakdowns.
    fn columns(&self, py: Python<'_>, id: &str) -> PyResult<Vec<(String, Vec<String>)>> {
        enter(py, || {
            let of_schools = self.0.indicator(id)?.periods.first() == Some(&PeriodKind::SchoolYear);
            let plan = Plan::new(&self.0, if of_schools { "2021-2022" } else { "2022" }).indicators([id]).build()?;
            plan.tables().into_iter().map(|table| Ok((table.to_owned(), plan.columns(table)?))).collect()
        })
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
                .map(|c| {
                    serde_json::json!({
                        "id": c.id,
                        "name": [column_name(&c.id, Language::Vi), column_name(&c.id, Language::En)],
                        "type": c.kind.as_str(),
                        "required": c.required,
                        "codes": c.codes,
                        "private": c.private,
                        "least": c.least,
                        "greatest": t.greatest(&c.id),
                    })
                })
                .collect();
            serde_json::json!({"id": t.id, "name": t.name, "time": t.time.as_str(), "date": t.date, "columns": columns})
        })
        .collect();
    let mut lists: BTreeMap<&str, BTreeMap<&str, (String, String)>> = BTreeMap::new();
    for list in catalogue.codes().lists() {
        lists.insert(&list.id, list.items.iter().map(|c| (c.code.as_str(), (c.vi.clone(), c.en.clone()))).collect());
    }
    let about: BTreeMap<&str, _> = catalogue
        .codes()
        .lists()
        .iter()
        .map(|list| {
            let parents: BTreeMap<_, _> = list.items.iter().filter_map(|c| Some((&c.code, c.parent.as_ref()?))).collect();
            let order: Vec<_> = list.items.iter().map(|c| &c.code).collect();
            let about = serde_json::json!({"name": list.name, "source": list.source, "parents": parents, "order": order});
            (list.id.as_str(), about)
        })
        .collect();
    let ethnic: Vec<_> = catalogue.codes().ethnic_groups().iter().map(|g| (&g.name, &g.code_1979, &g.code_2008)).collect();
    serde_json::json!({"tables": tables, "lists": lists, "about": about, "ethnic": ethnic}).to_string()
}

/// A period as a sentence names it, in Vietnamese and English; none for what is no period.
#[pyfunction]
fn period_in_words(period: &str) -> Option<(String, String)> {
    let words = period.parse::<Period>().ok()?.in_words();
    Some((words.vi, words.en))
}

pub fn add_to(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PyCatalogue>()?;
    m.add_function(wrap_pyfunction!(words, m)?)?;
    m.add_function(wrap_pyfunction!(period_in_words, m)?)
}
