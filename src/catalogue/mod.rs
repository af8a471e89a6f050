//! The catalogue: indicators, quantities, tables and codes, as data with provenance.
//!
//! The TOML files beside this module are the catalogue, one for each legal source. A user adds or replaces
//! indicators with a file of the same form, which must pass the same checks:
//!
//! ```
//! use chitieu::Catalogue;
//! let mine = r#"
//!     [source]
//!     id = "mine"
//!     title = { vi = "Của tôi", en = "Mine" }
//!
//!     [[quantity]]
//!     id = "working_girls"
//!     table = "children"
//!     name = { vi = "Trẻ em gái làm việc", en = "Working girls" }
//!     unit = "child"
//!     where = "works AND sex = 'female' AND age BETWEEN 5 AND 17"
//!     dimensions = ["age_group"]
//!
//!     [[indicator]]
//!     id = "working_girls"
//!     version = 1
//!     name = { vi = "Số trẻ em gái làm việc", en = "Working girls" }
//!     concept = { vi = "Trẻ em gái 5–17 tuổi làm việc", en = "Girls aged 5–17 who work" }
//!     kind = "count"
//!     outputs = ["count"]
//!     numerator = "working_girls"
//!     read_in = { name = "ours", code = "ours", formula = "ours", breakdowns = "ours" }
//! "#;
//! let catalogue = Catalogue::builtin().with_text("mine.toml", mine)?;
//! assert!(catalogue.indicator("working_girls").is_ok());
//! # Ok::<(), chitieu::Error>(())
//! ```

mod codes;
mod condition;
mod indicator;
mod table;
#[cfg(test)]
mod tests;

pub use codes::{Code, CodeList, Codes, EthnicGroup, EthnicList};
pub(crate) use condition::TODAY;
pub use condition::{Compare, Condition, days};
pub use indicator::{
    Agency, DEFAULT_AGE_BANDS, Dimension, Indicator, Kind, Measure, Provenance, Quantities, Quantity, ReadIn, Reference, Target,
    band_labels,
};
pub(crate) use table::{Age, CaseFact, Derived, ETHNICITY, OfCase};
pub use table::{Column, ColumnType, Table, Time};

use crate::error::{Error, Fact, Phrase, Result};
use crate::text::Text;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

/// A legal source of indicators.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its name in code.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// When it was issued.
    pub issued: Option<String>,
    /// When it came into force.
    pub in_force: Option<String>,
    /// Anything to add.
    pub note: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    source: Option<Source>,
    /// Indicators of mortality, the deaths of each among those of the next.
    #[serde(default)]
    mortality_order: Vec<String>,
    #[serde(default)]
    quantity: Vec<Quantity>,
    #[serde(default)]
    indicator: Vec<Indicator>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableFile {
    table: Vec<Table>,
}

/// All indicators, with the quantities, tables and codes that they use. Cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    sources: Vec<Source>,
    quantities: Quantities,
    indicators: Vec<Indicator>,
    mortality_order: Vec<String>,
    schema: Arc<Schema>,
}

/// The tables of records and the code lists, which no user's file changes.
#[derive(Debug, PartialEq)]
struct Schema {
    tables: Vec<Table>,
    codes: Arc<Codes>,
}

static SCHEMA: LazyLock<Arc<Schema>> = LazyLock::new(|| {
    let tables = toml::from_str::<TableFile>(include_str!("tables.toml")).expect("tables.toml is part of the crate and tested");
    let codes =
        Codes::read(include_str!("codes.toml"), include_str!("ethnicity.toml")).expect("the code lists are part of the crate and tested");
    Arc::new(Schema { tables: tables.table, codes: Arc::new(codes) })
});

/// Most years by which a quantity may be shifted back.
const MOST_LAG: i32 = 50;

/// The catalogue files of the crate, in the order they are read.
const FILES: [(&str, &str); 3] = [
    ("quantities.toml", include_str!("quantities.toml")),
    ("tt13_2021.toml", include_str!("tt13_2021.toml")),
    ("qd23_2021.toml", include_str!("qd23_2021.toml")),
];

static BUILTIN: LazyLock<Catalogue> = LazyLock::new(|| {
    let mut catalogue = Catalogue {
        sources: Vec::new(),
        quantities: Quantities::new(),
        indicators: Vec::new(),
        mortality_order: Vec::new(),
        schema: SCHEMA.clone(),
    };
    let mut seen = BTreeSet::new();
    for (name, text) in FILES {
        let ids = catalogue.add(name, text).expect("the catalogue is part of the crate and tested");
        for id in ids {
            assert!(seen.insert(id.clone()), "{name}: {id} is in two files");
        }
    }
    catalogue
});

fn refuse<T>(file: &str, key: impl Into<String>, expected: impl Into<Fact>, found: impl Into<Fact>) -> Result<T> {
    Err(Error::Catalogue { file: file.to_owned(), key: key.into(), expected: expected.into(), found: found.into() })
}

impl Catalogue {
    /// The catalogue that the crate ships.
    ///
    /// ```
    /// let catalogue = chitieu::Catalogue::builtin();
    /// let abused = catalogue.indicator("abused_children")?;
    /// assert_eq!(abused.code.as_deref(), Some("II.0101"));
    /// # Ok::<(), chitieu::Error>(())
    /// ```
    #[must_use]
    pub fn builtin() -> Self {
        BUILTIN.clone()
    }

    /// This catalogue with the indicators and quantities of a TOML text added; one of the same id is replaced.
    ///
    /// # Errors
    /// [`Error::Catalogue`] names the file and the key of what is wrong.
    pub fn with_text(&self, file: &str, text: &str) -> Result<Self> {
        let mut catalogue = self.clone();
        catalogue.add(file, text)?;
        Ok(catalogue)
    }

    /// The sources, in the order read.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// All indicators.
    #[must_use]
    pub fn indicators(&self) -> &[Indicator] {
        &self.indicators
    }

    /// The indicator of that id.
    ///
    /// # Errors
    /// [`Error::UnknownIndicator`] with the nearest ids.
    pub fn indicator(&self, id: &str) -> Result<&Indicator> {
        self.indicators.iter().find(|i| i.id == id).ok_or_else(|| Error::UnknownIndicator { got: id.to_owned(), close: self.close_to(id) })
    }

    /// Indicators of mortality, the deaths of each among those of the next.
    pub(crate) fn mortality_order(&self) -> &[String] {
        &self.mortality_order
    }

    /// The quantities by id.
    #[must_use]
    pub fn quantities(&self) -> &Quantities {
        &self.quantities
    }

    /// The tables of records.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.schema.tables
    }

    /// The table of that id.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.schema.tables.iter().find(|t| t.id == id)
    }

    /// The table of that id.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] with all tables.
    pub(crate) fn known_table(&self, id: &str) -> Result<&Table> {
        let known = || self.tables().iter().map(|t| t.id.clone()).collect();
        self.table(id).ok_or_else(|| Error::UnknownChoice { what: "table", got: id.to_owned(), known: known() })
    }

    /// The table whose rows take facts from their cases, and which facts.
    pub(crate) fn of_case(&self) -> Option<(&Table, &OfCase)> {
        self.tables().iter().find_map(|table| Some((table, table.case.as_ref()?)))
    }

    /// The code lists.
    #[must_use]
    pub fn codes(&self) -> &Arc<Codes> {
        &self.schema.codes
    }

    /// Adds the definitions of a plan, after the checks of a file's definitions.
    pub(crate) fn adopt(&mut self, quantities: &[Quantity], indicators: &[Indicator]) -> Result<()> {
        for quantity in quantities {
            self.check_quantity("plan", &format!("quantity \"{}\"", quantity.id), quantity)?;
            self.quantities.insert(quantity.id.clone(), quantity.clone());
        }
        for indicator in indicators {
            self.check_indicator("plan", &format!("indicator \"{}\"", indicator.id), indicator)?;
        }
        Ok(())
    }

    /// The indicators that may be meant: those with the code or the name, else those that share words with the id.
    fn close_to(&self, id: &str) -> Vec<String> {
        let meant = id.trim().to_lowercase();
        let is_called =
            |i: &&Indicator| [Some(&i.name.vi), Some(&i.name.en), i.code.as_ref()].into_iter().flatten().any(|n| n.to_lowercase() == meant);
        let called: Vec<String> = self.indicators.iter().filter(is_called).map(|i| i.id.clone()).collect();
        if !called.is_empty() {
            return called;
        }
        let words: BTreeSet<&str> = id.split(['_', ' ', '-']).filter(|w| w.len() > 2).collect();
        let mut ranked: Vec<(usize, &str)> = self
            .indicators
            .iter()
            .map(|i| (i.id.split('_').filter(|w| words.contains(w)).count(), i.id.as_str()))
            .filter(|(shared, _)| *shared > 0)
            .collect();
        ranked.sort_by_key(|(shared, id)| (std::cmp::Reverse(*shared), *id));
        ranked.into_iter().take(3).map(|(_, id)| id.to_owned()).collect()
    }

    /// Adds a file and returns the keys of its definitions.
    fn add(&mut self, file: &str, text: &str) -> Result<Vec<String>> {
        let parsed: File = toml::from_str(text).or_else(|e| {
            let line = e.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            refuse(file, format!("line {line}"), Phrase::CatalogueFile, Fact::library(e.message()))
        })?;
        let source = parsed.source.as_ref().map_or_else(|| file.trim_end_matches(".toml").to_owned(), |s| s.id.clone());
        let mut ids = Vec::new();
        for quantity in parsed.quantity {
            let id = quantity.id.clone();
            let key = format!("quantity \"{id}\"");
            if ids.contains(&key) {
                return refuse(file, key, Phrase::IdUsedOnce, Phrase::SameIdTwice);
            }
            self.check_quantity(file, &key, &quantity)?;
            self.quantities.insert(id, quantity);
            ids.push(key);
        }
        for mut indicator in parsed.indicator {
            let key = format!("indicator \"{}\"", indicator.id);
            if ids.contains(&key) {
                return refuse(file, key, Phrase::IdUsedOnce, Phrase::SameIdTwice);
            }
            self.check_indicator(file, &key, &indicator)?;
            indicator.source.clone_from(&source);
            match self.indicators.iter_mut().find(|i| i.id == indicator.id) {
                Some(place) => *place = indicator,
                None => self.indicators.push(indicator),
            }
            ids.push(key);
        }
        if let Some(source) = parsed.source {
            self.sources.retain(|s| s.id != source.id);
            self.sources.push(source);
        }
        for id in &parsed.mortality_order {
            self.indicator(id)?;
        }
        if !parsed.mortality_order.is_empty() {
            self.mortality_order = parsed.mortality_order;
        }
        // A replaced quantity must still fit the indicators that were there before.
        for indicator in &self.indicators {
            self.check_indicator(file, &format!("indicator \"{}\"", indicator.id), indicator)?;
        }
        Ok(ids)
    }

    fn check_quantity(&self, file: &str, key: &str, q: &Quantity) -> Result<()> {
        check_id(file, key, &q.id)?;
        if q.name.is_incomplete() {
            return refuse(file, format!("{key}.name"), Phrase::NameInBoth, Phrase::EmptyText);
        }
        let Some(table) = self.table(&q.table) else {
            let known: Vec<&str> = self.tables().iter().map(|t| t.id.as_str()).collect();
            return refuse(file, format!("{key}.table"), Fact::verbatim(known.join(", ")), Fact::quoted(&q.table));
        };
        if let Some(list) = self.codes().list("unit")
            && !list.items.iter().any(|c| c.code == q.unit)
        {
            let known: Vec<&str> = list.items.iter().map(|c| c.code.as_str()).collect();
            return refuse(file, format!("{key}.unit"), Fact::verbatim(known.join(", ")), Fact::quoted(&q.unit));
        }
        if let Some(sql) = &q.condition {
            let place = format!("{key}.where");
            let condition = Condition::read(sql, table).or_else(|(expected, found)| refuse(file, &place, expected, found))?;
            self.codes().check(&condition, table).or_else(|(expected, found)| refuse(file, place, expected, found))?;
        }
        if !(0..=MOST_LAG).contains(&q.lag_years) {
            return refuse(file, format!("{key}.lag_years"), Phrase::FromTo(0, MOST_LAG.into()), q.lag_years);
        }
        if q.distinct.is_some() && q.sum.is_some() {
            return refuse(file, key, Phrase::DistinctOrSum, Phrase::Both);
        }
        for (word, column, kinds) in [
            ("distinct", &q.distinct, &[ColumnType::Text, ColumnType::Area][..]),
            ("sum", &q.sum, &[ColumnType::Integer][..]),
            ("date", &q.date, &[ColumnType::Date][..]),
        ] {
            if let Some(column) = column
                && !table.seen(column).is_some_and(|kind| kinds.contains(&kind))
            {
                return refuse(
                    file,
                    format!("{key}.{word}"),
                    Phrase::TypedColumnOf(kinds[0].fact(), table.id.clone()),
                    Fact::verbatim(column),
                );
            }
        }
        if let Some(column) = q.sum.as_deref().and_then(|c| table.column(c))
            && !column.required
        {
            return refuse(file, format!("{key}.sum"), Phrase::NeverNull, Fact::verbatim(&column.id));
        }
        if q.date.is_some() && table.time != Time::Event {
            return refuse(file, format!("{key}.date"), Phrase::TableOfEvents, Fact::quoted(&table.id));
        }
        for dimension in &q.dimensions {
            if table.seen(dimension.column()).is_none() {
                return refuse(
                    file,
                    format!("{key}.dimensions"),
                    Phrase::DimensionThatHas(table.id.clone()),
                    Fact::verbatim(dimension.as_str()),
                );
            }
        }
        Ok(())
    }

    fn check_indicator(&self, file: &str, key: &str, i: &Indicator) -> Result<()> {
        check_id(file, key, &i.id)?;
        for (part, text) in [("name", &i.name), ("concept", &i.concept)] {
            if text.is_incomplete() {
                return refuse(file, format!("{key}.{part}"), Phrase::TextInBoth, Phrase::EmptyText);
            }
        }
        let Some(numerator) = self.quantities.get(&i.numerator) else {
            return refuse(file, format!("{key}.numerator"), Phrase::QuantityId, Fact::quoted(&i.numerator));
        };
        if i.outputs.is_empty() {
            return refuse(file, format!("{key}.outputs"), Phrase::AtLeastOneMeasure, Phrase::Nothing);
        }
        let quotient = i.outputs.iter().any(|m| *m != Measure::Count);
        match (&i.denominator, quotient) {
            (None, true) => return refuse(file, format!("{key}.denominator"), Phrase::QuantityId, Phrase::Nothing),
            (Some(_), false) => return refuse(file, format!("{key}.denominator"), Phrase::OutputThatUsesIt, Phrase::CountAlone),
            (Some(id), true) => {
                let Some(denominator) = self.quantities.get(id) else {
                    return refuse(file, format!("{key}.denominator"), Phrase::QuantityId, Fact::quoted(id));
                };
                if i.kind == Kind::Count {
                    return refuse(file, format!("{key}.kind"), Phrase::ProportionRatioOrRate, Fact::verbatim("count"));
                }
                let same = numerator.table == denominator.table
                    && numerator.distinct == denominator.distinct
                    && numerator.unit == denominator.unit;
                if i.kind == Kind::Proportion && !same {
                    let [unit, table, other, over] =
                        [&numerator.unit, &numerator.table, &denominator.unit, &denominator.table].map(Clone::clone);
                    return refuse(file, format!("{key}.kind"), Phrase::ProportionOfOneUnit, Phrase::Quotient(unit, table, other, over));
                }
            }
            (None, false) => {}
        }
        if let Some(dimension) = i.breakdowns.iter().find(|d| !numerator.dimensions.contains(d)) {
            return refuse(file, format!("{key}.breakdowns"), Phrase::DimensionsOf(numerator.id.clone()), Fact::quoted(dimension));
        }
        let rising = i.age_bands.windows(2).all(|w| w[0] < w[1]);
        if i.age_bands.len() == 1 || !rising || i.age_bands.first().is_some_and(|a| *a < 0) {
            return refuse(file, format!("{key}.age_bands"), Phrase::RisingAges, Fact::verbatim(format_args!("{:?}", i.age_bands)));
        }
        if let Some(target) = i.targets.iter().find(|t| !["<", "<=", ">", ">="].contains(&t.op.as_str())) {
            return refuse(file, format!("{key}.targets"), Fact::verbatim("op: < <= > >="), Fact::quoted(&target.op));
        }
        if i.targets.iter().any(|t| !t.value.is_finite()) {
            return refuse(file, format!("{key}.targets"), Phrase::FiniteNumber, Fact::verbatim("nan"));
        }
        if i.decimals > 9 {
            return refuse(file, format!("{key}.decimals"), Phrase::FromTo(0, 9), i32::from(i.decimals));
        }
        Ok(())
    }
}

fn check_id(file: &str, key: &str, id: &str) -> Result<()> {
    let plain =
        id.starts_with(|c: char| c.is_ascii_lowercase()) && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain { Ok(()) } else { refuse(file, key, Phrase::PlainId, Fact::quoted(id)) }
}
