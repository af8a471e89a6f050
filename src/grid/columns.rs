//! Builds a result table column by column, in the order that all result tables share.

use super::areas::AreaRows;
use super::cross::Cross;
use crate::area::Reports;
use crate::error::{Error, Fact, Phrase, Result};
use crate::stats::Status;
use crate::text::Text;
use polars_core::prelude::*;

/// Tables with more rows are refused: the full cross of many dimensions outgrows any memory.
const MOST_ROWS: u128 = 50_000_000;

/// Refuses a table too large to hold, before building any of it.
pub(crate) fn check_rows(rows: u128) -> Result<()> {
    if rows <= MOST_ROWS {
        return Ok(());
    }
    Err(Error::BadNumber {
        what: "by",
        expected: Phrase::TableOfAtMost(MOST_ROWS as u64).into(),
        found: Phrase::Rows(rows.to_string()).into(),
    })
}

/// Sections of a table, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    /// What is counted.
    Subject,
    Period,
    Area,
    Dimension,
    Count,
    Value,
    Undecided,
    /// The least and the greatest possible count, and why.
    Bound,
    Coverage,
    Status,
    /// The choices behind the numbers.
    Choice,
}

impl Section {
    /// The section of a column whose name decides it.
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "quantity" | "rule" | "article" => Self::Subject,
            "period" | "window" => Self::Period,
            "area" | "area_level" => Self::Area,
            "value" | "lower" | "upper" => Self::Value,
            "undecided" => Self::Undecided,
            "without_key" | "least" | "most" => Self::Bound,
            "reported" | "expected" => Self::Coverage,
            "status" => Self::Status,
            _ => return None,
        })
    }
}

/// What is known of the reports behind a row.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Coverage {
    /// None for a row that is no unit.
    pub reports: Option<Reports>,
    /// None of its communes reported or sent a record: the row has no number, not even 0.
    pub is_silent: bool,
}

/// Numbers that are no counts: they stay where no commune reported.
const CONSTANTS: [&str; 1] = ["limit"];
/// Statuses where communes did not report.
const NOT_REPORTED: &str = "not_reported";
const PARTIAL: &str = "partial";

/// Builds a table. Columns may be added in any order; they are sorted by section and keep their order within one.
pub(crate) struct Columns {
    made: Vec<(Section, Column)>,
    rows: usize,
    notes: Vec<Text>,
}

impl Columns {
    pub fn new(rows: usize) -> Self {
        Self { made: Vec::new(), rows, notes: Vec::new() }
    }

    /// A choice behind the numbers: the same value in every row.
    pub fn choice(self, name: &str, value: &str) -> Self {
        let column = Column::new_scalar(name.into(), Scalar::new(DataType::String, AnyValue::StringOwned(value.into())), self.rows);
        self.push(Section::Choice, column)
    }

    /// Text, such as the categories of a dimension.
    pub fn words<S: AsRef<str>>(self, name: &str, words: impl IntoIterator<Item = S>) -> Self {
        self.some_words(name, words.into_iter().map(Some))
    }

    pub fn some_words<S: AsRef<str>>(self, name: &str, words: impl IntoIterator<Item = Option<S>>) -> Self {
        let column = words.into_iter().map(|w| w.map(|w| PlSmallStr::from(w.as_ref()))).collect::<StringChunked>();
        self.push(Section::Dimension, column.with_name(name.into()).into_column())
    }

    /// Area code and level of each row: `each` rows per area, repeated to the end of the table.
    pub fn areas(self, areas: &AreaRows, each: usize) -> Self {
        let rows = |nth: usize| std::iter::repeat_n(nth, each);
        let all = self.rows;
        let codes = (0..areas.len()).flat_map(rows).map(|nth| areas.code(nth)).cycle().take(all);
        let levels = (0..areas.len()).flat_map(rows).map(|nth| areas.level(nth)).cycle().take(all);
        self.words("area", codes).words("area_level", levels)
    }

    /// The labels of a cross, repeated to the end of the table.
    pub fn cross(mut self, cross: &Cross) -> Self {
        for (name, labels) in cross.labels() {
            // A dimension, even one with the name of another column.
            let column = labels.iter().cycle().take(self.rows).map(|label| Some(PlSmallStr::from(*label))).collect::<StringChunked>();
            self.made.push((Section::Dimension, column.with_name(name.into()).into_column()));
        }
        self
    }

    pub fn counts(self, name: &str, counts: impl IntoIterator<Item = u64>) -> Self {
        let counts: Vec<i64> = counts.into_iter().map(u64::cast_signed).collect();
        self.push(Section::Count, Column::new(name.into(), counts))
    }

    pub fn some_counts(self, name: &str, counts: impl IntoIterator<Item = Option<u64>>) -> Self {
        let counts: Vec<Option<i64>> = counts.into_iter().map(|n| n.map(u64::cast_signed)).collect();
        self.push(Section::Count, Column::new(name.into(), counts))
    }

    pub fn floats(self, name: &str, values: impl IntoIterator<Item = Option<f64>>) -> Self {
        self.push(Section::Count, Column::new(name.into(), values.into_iter().collect::<Vec<_>>()))
    }

    /// Adds `reported` and `expected` communes and the `status` of each row. Where no commune reported, counts become null; where
    /// some did, the status becomes `partial` unless it is already worse.
    pub fn covered(mut self, rows: &[Coverage]) -> Result<Self> {
        let heard = |(row, here): (usize, &Coverage)| (!here.is_silent).then_some(row as IdxSize);
        let heard: IdxCa = rows.iter().enumerate().map(heard).collect();
        for (_, column) in &mut self.made {
            if column.dtype().is_primitive_numeric() && !CONSTANTS.contains(&column.name().as_str()) {
                *column = column.take(&heard).map_err(wrong)?;
            }
        }
        let before = self.made.iter().position(|(_, c)| c.name().as_str() == "status").map(|place| self.made.remove(place).1);
        let before = before.as_ref().map(|c| c.str()).transpose().map_err(wrong)?;
        // A table without a status of its own gets one for its reports alone.
        let before: Vec<&str> = before.map_or_else(|| vec![Status::Ok.as_str(); rows.len()], |words| words.iter().flatten().collect());
        let status = before.into_iter().zip(rows).map(|(before, here)| match here.reports {
            _ if here.is_silent => NOT_REPORTED,
            Some(reports) if reports.is_partial() && before == Status::Ok.as_str() => PARTIAL,
            _ => before,
        });
        Ok(self
            .some_counts("reported", rows.iter().map(|here| here.reports?.reported))
            .some_counts("expected", rows.iter().map(|here| Some(here.reports?.expected)))
            .words("status", status))
    }

    /// A note for readers of the table.
    pub fn note(mut self, vi: &str, en: &str) -> Self {
        self.notes.push(Text::new(vi, en));
        self
    }

    /// A note, if a condition holds.
    pub fn note_if(self, is: bool, vi: &str, en: &str) -> Self {
        if is { self.note(vi, en) } else { self }
    }

    pub fn has(&self, name: &str) -> bool {
        self.made.iter().any(|(_, column)| column.name().as_str() == name)
    }

    fn push(mut self, section: Section, column: Column) -> Self {
        self.made.push((Section::of(column.name()).unwrap_or(section), column));
        self
    }

    /// The table and its notes.
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns are of different heights.
    pub fn finish(mut self) -> Result<(DataFrame, Vec<Text>)> {
        self.made.sort_by_key(|(section, _)| *section);
        let columns = self.made.into_iter().map(|(_, column)| column).collect();
        Ok((DataFrame::new(self.rows, columns).map_err(wrong)?, self.notes))
    }
}

fn wrong(e: PolarsError) -> Error {
    Error::Frame { table: "result".to_owned(), found: Fact::library(e) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Categories;

    #[test]
    fn a_dimension_comes_before_counts_whatever_its_name() {
        let cross = Cross::new(vec![Categories::listed("value", ["1".to_owned()]), Categories::listed("article", [])]);
        let rows = cross.rows() as usize;
        let columns = Columns::new(rows).choice("unit", "decision").counts("count", vec![0; rows]).cross(&cross);
        let (table, _) = columns.words("period", vec!["2022"; rows]).finish().unwrap();
        assert_eq!(table.get_column_names(), ["period", "value", "article", "count", "unit"]);
    }
}
