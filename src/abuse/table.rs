//! A result: a table with its unit and the choices behind it.

use super::choice::{Choice, period_text, period_word};
use super::counted::Counted;
use super::select::Selection;
use super::unit::Unit;
use crate::catalogue::Catalogue;
use crate::error::Result;
use crate::grid::Columns;
use crate::period::Period;
use crate::stats::{LEVEL, ProportionMethod, Status, proportion, quotient};
use crate::text::Text;
use polars_core::prelude::*;

/// A table of one unit.
#[derive(Debug, Clone)]
pub struct Table {
    frame: DataFrame,
    unit: Option<Unit>,
    description: Text,
    notes: Vec<Text>,
    pub(super) counted: Option<Counted>,
}

impl Table {
    /// The rows.
    #[must_use]
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// The table with another frame, which shares cannot be taken from.
    pub(crate) fn with_frame(&self, frame: DataFrame) -> Self {
        Self { frame, counted: None, ..self.clone() }
    }

    /// What is counted; none where each row has its own unit.
    #[must_use]
    pub fn unit(&self) -> Option<Unit> {
        self.unit
    }

    /// Which reports count, in plain words.
    #[must_use]
    pub fn description(&self) -> &Text {
        &self.description
    }

    /// Notes for the reader: who reported, and why a number differs from another of the same name.
    #[must_use]
    pub fn notes(&self) -> &[Text] {
        &self.notes
    }
}

impl Columns {
    /// Value, limits and status of shares.
    pub(super) fn shares(self, shares: &[Share]) -> Self {
        self.floats("value", shares.iter().map(|s| s.value))
            .floats("lower", shares.iter().map(|s| s.lower))
            .floats("upper", shares.iter().map(|s| s.upper))
            .words("status", shares.iter().map(|s| s.status.as_str()))
    }

    /// The unit and the choices behind the table.
    fn choices(self, unit: Option<Unit>, choice: &Choice) -> Self {
        let columns = match unit {
            Some(unit) => self.choice("unit", unit.as_str()),
            None => self,
        };
        let mut columns = columns.choice("period", &period_word(choice.period.as_ref()));
        for (name, word) in choice.words() {
            // A breakdown by verification already has a column of that name.
            if !columns.has(name) {
                columns = columns.choice(name, &word);
            }
        }
        columns
    }

    /// The table, with the choices behind it as its last columns, and a note on who reported.
    pub(super) fn table(self, unit: Option<Unit>, selection: &Selection) -> Result<Table> {
        let (frame, mut notes) = self.choices(unit, &selection.choice).finish()?;
        notes.insert(0, selection.coverage_text());
        Ok(Table { frame, unit, description: selection.choice.description(), notes, counted: None })
    }

    /// A table of decisions of a period.
    pub(super) fn table_of_decisions(self, period: Option<&Period>) -> Result<Table> {
        let columns = self.choice("unit", Unit::Decision.as_str()).choice("period", &period_word(period));
        let (frame, notes) = columns.finish()?;
        Ok(Table { frame, unit: Some(Unit::Decision), description: decisions_text(period), notes, counted: None })
    }
}

/// The period of decisions, in plain words.
fn decisions_text(period: Option<&Period>) -> Text {
    let by = Catalogue::builtin().codes().name("abuse_date", "decided").unwrap_or_else(|| Text::new("decided", "decided"));
    let of = period_text(period);
    Text::new(format!("{}; {}", of.vi, by.vi), format!("{}; {}", of.en, by.en))
}

/// A share in percent with Wilson's limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Share {
    pub value: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub status: Status,
}

/// The share of `x` in `n`, with the same status rules as every result.
pub(super) fn share(x: u64, n: u64) -> Share {
    let Ok(found) = proportion(x, n, LEVEL, ProportionMethod::Wilson) else {
        return Share { value: None, lower: None, upper: None, status: Status::NotAvailable };
    };
    Share {
        value: Some(quotient(x, n, 100)),
        lower: found.interval.map(|i| i.lower * 100.0),
        upper: found.interval.map(|i| i.upper * 100.0),
        status: found.status,
    }
}
