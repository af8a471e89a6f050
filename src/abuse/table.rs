//! A result: a table that names its unit and the choices behind it.

use super::choice::{Choice, period_word};
use super::select::Selection;
use super::share::Grid;
use super::spots::{Here, Spots};
use super::unit::Unit;
use crate::error::{Error, Fact, Result};
use crate::stats::{LEVEL, ProportionMethod, Status, proportion, quotient};
use crate::text::Text;
use polars::prelude::*;

/// A table of one unit.
#[derive(Debug, Clone)]
pub struct Table {
    frame: DataFrame,
    unit: Option<Unit>,
    told: Text,
    notes: Vec<Text>,
    pub(super) grid: Option<Grid>,
}

impl Table {
    /// The rows.
    #[must_use]
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// What is counted; none where each row names its own.
    #[must_use]
    pub fn unit(&self) -> Option<Unit> {
        self.unit
    }

    /// Which reports count, told to a person.
    #[must_use]
    pub fn told(&self) -> &Text {
        &self.told
    }

    /// What has to be known to read it: who reported, and why a number differs from one of the same name.
    #[must_use]
    pub fn notes(&self) -> &[Text] {
        &self.notes
    }
}

/// A table being made, column by column.
pub(super) struct Columns {
    made: Vec<Column>,
    rows: usize,
    notes: Vec<Text>,
}

/// Whole numbers that are no counts: they stand where nobody reported.
const CONSTANTS: [&str; 1] = ["limit"];

impl Columns {
    /// Begins with the unit of each row.
    pub fn new(rows: usize) -> Self {
        Self { made: Vec::new(), rows, notes: Vec::new() }
    }

    /// The same word in every row.
    pub fn word(self, name: &str, word: &str) -> Self {
        let column = Column::new_scalar(name.into(), Scalar::new(DataType::String, AnyValue::StringOwned(word.into())), self.rows);
        self.push(column)
    }

    pub fn words<S: AsRef<str>>(self, name: &str, words: impl IntoIterator<Item = S>) -> Self {
        let column = words.into_iter().map(|w| Some(PlSmallStr::from(w.as_ref()))).collect::<StringChunked>();
        self.push(column.with_name(name.into()).into_column())
    }

    /// Code and level of the area of each row, `each` rows an area.
    pub fn areas(self, spots: &Spots, each: usize) -> Self {
        let words = spots.words();
        let codes = words.iter().flat_map(|w| std::iter::repeat_n(w.0, each));
        let levels = words.iter().flat_map(|w| std::iter::repeat_n(w.1, each));
        self.words("area", codes).words("area_level", levels)
    }

    /// The labels of some breakdowns in their full cross, as often as it fits.
    pub fn cross<'l>(mut self, breakdowns: impl Iterator<Item = (&'l str, &'l [String])> + Clone) -> Self {
        let mut each: usize = breakdowns.clone().map(|(_, labels)| labels.len()).product();
        for (name, labels) in breakdowns {
            each /= labels.len();
            let cycle = labels.iter().flat_map(|label| std::iter::repeat_n(label, each)).cycle();
            let rows = self.rows;
            self = self.words(name, cycle.take(rows));
        }
        self
    }

    pub fn counts(self, name: &str, counts: impl IntoIterator<Item = u64>) -> Self {
        let counts: Vec<i64> = counts.into_iter().map(u64::cast_signed).collect();
        self.push(Column::new(name.into(), counts))
    }

    pub fn some_counts(self, name: &str, counts: impl IntoIterator<Item = Option<u64>>) -> Self {
        let counts: Vec<Option<i64>> = counts.into_iter().map(|n| n.map(u64::cast_signed)).collect();
        self.push(Column::new(name.into(), counts))
    }

    pub fn floats(self, name: &str, values: impl IntoIterator<Item = Option<f64>>) -> Self {
        self.push(Column::new(name.into(), values.into_iter().collect::<Vec<_>>()))
    }

    /// Value, limits and status of shares.
    pub fn shares(self, shares: &[Share]) -> Self {
        self.floats("value", shares.iter().map(|s| s.value))
            .floats("lower", shares.iter().map(|s| s.lower))
            .floats("upper", shares.iter().map(|s| s.upper))
            .words("status", shares.iter().map(|s| s.status.word()))
    }

    /// Who reported, row by row: `reported` and `expected` communes, and the `status`. Where nobody did there is no number; where
    /// some did, the status says so unless it says something worse.
    pub fn covered(mut self, rows: Vec<Here>) -> Result<Self> {
        let heard: BooleanChunked = rows.iter().map(|here| Some(!here.silent)).collect();
        for column in &mut self.made {
            if column.dtype().is_primitive_numeric() && !CONSTANTS.contains(&column.name().as_str()) {
                let nothing = Column::full_null(column.name().clone(), column.len(), column.dtype());
                *column = column.zip_with(&heard, &nothing).map_err(wrong)?;
            }
        }
        let place = self.made.iter().position(|c| c.name().as_str() == "status");
        let before = place.map(|place| self.made[place].clone());
        let before = before.as_ref().map(|c| c.str()).transpose().map_err(wrong)?;
        let word = |(row, here): (usize, &Here)| {
            let before = before.and_then(|words| words.get(row)).unwrap_or(Status::Ok.word());
            match here.reports {
                _ if here.silent => NOT_REPORTED,
                Some(reports) if reports.is_partial() && before == Status::Ok.word() => PARTIAL,
                _ => before,
            }
        };
        let status = Column::new("status".into(), rows.iter().enumerate().map(word).collect::<Vec<&str>>());
        let reported = rows.iter().map(|here| here.reports?.reported);
        let expected = rows.iter().map(|here| Some(here.reports?.expected));
        if let Some(place) = place {
            self.made[place] = status;
            return Ok(self.some_counts("reported", reported).some_counts("expected", expected));
        }
        Ok(self.some_counts("reported", reported).some_counts("expected", expected).push(status))
    }

    /// Something that has to be known to read the table.
    pub fn note(mut self, vi: &str, en: &str) -> Self {
        self.notes.push(Text::new(vi, en));
        self
    }

    /// The same, under a condition.
    pub fn note_if(self, is: bool, vi: &str, en: &str) -> Self {
        if is { self.note(vi, en) } else { self }
    }

    fn push(mut self, column: Column) -> Self {
        self.made.push(column);
        self
    }

    /// The choices behind the table.
    fn choices(self, choice: &Choice) -> Self {
        let mut columns = self.word("period", &period_word(choice.period.as_ref()));
        for (name, word) in choice.words() {
            // A breakdown by the verification has the name itself.
            if !columns.made.iter().any(|c| c.name().as_str() == name) {
                columns = columns.word(name, &word);
            }
        }
        columns
    }

    /// The table, with the choices behind it as its last columns, and a note on who reported.
    pub fn finish(self, unit: Option<Unit>, selection: &Selection) -> Result<Table> {
        self.finish_with(unit, selection, None)
    }

    /// As [`Columns::finish`], with one more column at the end: a word that is the same in every row.
    pub fn finish_with(self, unit: Option<Unit>, selection: &Selection, last: Option<(&str, &str)>) -> Result<Table> {
        let mut columns = self.choices(&selection.choice);
        if let Some((name, word)) = last {
            columns = columns.word(name, word);
        }
        columns.notes.insert(0, selection.told_coverage());
        columns.table(unit, selection.choice.told())
    }

    /// The table as it stands.
    pub fn table(self, unit: Option<Unit>, told: Text) -> Result<Table> {
        let frame = DataFrame::new(self.rows, self.made).map_err(wrong)?;
        Ok(Table { frame, unit, told, notes: self.notes, grid: None })
    }
}

/// Words of the column `status` where communes did not report.
const NOT_REPORTED: &str = "not_reported";
const PARTIAL: &str = "partial";

#[allow(clippy::needless_pass_by_value, reason = "errors are mapped by value")]
fn wrong(error: PolarsError) -> Error {
    Error::Frame { table: "abuse".to_owned(), found: Fact::library(error) }
}

/// A share in percent with Wilson's limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Share {
    pub value: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub status: Status,
}

/// The share of `x` in `n`, by the rules of reliability of every result.
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
