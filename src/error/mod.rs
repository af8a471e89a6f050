//! Errors as facts rather than sentences.
//!
//! Each error holds the table, the column, what was expected and what was found, and has a stable [`Error::code`]. Its message is built
//! in Vietnamese or English from these facts (`sentence.rs`, `fact.rs`). No error holds a value of a record: rows are given by
//! number. Area codes are the exception, since they are not personal data.

mod fact;
mod part;
mod sentence;
#[cfg(test)]
mod tests;

pub use fact::Fact;
pub(crate) use fact::Phrase;

use crate::text::Language;

/// The result of every fallible call of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The family of an error; Python has one exception class for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// The question itself is wrong.
    Plan,
    /// A table lacks a column or has one of the wrong type.
    Schema,
    /// The records themselves are wrong.
    Data,
    /// A file that does not exist.
    File,
    /// A file that may not be read.
    Permission,
    /// A file that cannot be written.
    Write,
}

/// An error of this crate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message(Language::En))]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named by what they hold; each variant is documented")]
pub enum Error {
    /// A catalogue file with a wrong definition.
    Catalogue { file: String, key: String, expected: Fact, found: Fact },
    /// An indicator that the catalogue does not have.
    UnknownIndicator { got: String, close: Vec<String> },
    /// A name that is not in a list of choices: a dimension, a level, a method, a policy.
    UnknownChoice { what: &'static str, got: String, known: Vec<String> },
    /// A level that the list of areas of a day does not have.
    NoLevel { level: String, day: String, known: Vec<String> },
    /// A name given twice.
    Repeated { what: &'static str, got: String },
    /// A period that cannot be read.
    BadPeriod { got: String },
    /// A period that an indicator is not defined for.
    PeriodNotDefined { indicator: String, period: String, allowed: Vec<String> },
    /// A plan text that cannot be read.
    BadPlan { found: Fact },
    /// A number outside what a method is defined for.
    BadNumber { what: &'static str, expected: Fact, found: Fact },
    /// A date for which no list of areas is shipped.
    NoAreaList { date: String, known: Vec<(String, String)> },
    /// Area codes without a day, where the period spans several lists or the result is asked for in another list.
    NoVintage { period: String },
    /// Invalid shares of a split commune.
    BadShares { old: String, expected: Fact, found: Fact },
    /// A check of another dataset, or of one that has since changed.
    OtherDataset { table: String, expected: Fact, found: Fact },
    /// Two tallies of different plans, or a tally of another version.
    TallyMismatch { expected: Fact, found: Fact },
    /// A table that the asked indicator needs.
    MissingTable { table: String, indicator: String },
    /// A column that the asked indicator needs.
    MissingColumn { table: String, column: String, expected: Fact, found: Vec<String>, indicator: String },
    /// A column of another type than its table's schema says.
    WrongType { table: String, column: String, expected: Fact, found: Fact },
    /// Values outside what the column may hold. `first` are row numbers counted from 1.
    BadValue { table: String, column: String, expected: Fact, rows: u64, first: Vec<u64> },
    /// Area codes that the list of that date does not have. `held_by` is a day of another list that has those named.
    UnknownAreas { table: String, column: String, rows: u64, codes: Vec<String>, vintage: String, held_by: Option<Box<str>> },
    /// Ethnic codes without the official list they belong to.
    NoEthnicList,
    /// A share in a table that holds no counts.
    NoShare,
    /// A share whose numerator and denominator have different counting units.
    UnitsDiffer { numerator: String, denominator: String },
    /// A share whose numerator and denominator were selected in different ways.
    ChoicesDiffer { numerator: String, denominator: String },
    /// A file that does not exist or cannot be read.
    File { path: String, found: Fact },
    /// A file that cannot be written.
    NotWritten { path: String, found: Fact },
    /// The tables could not be read as columns.
    Frame { table: String, found: Fact },
    /// A table with another number of rows than announced: its reader ended early, or its file was replaced while it was read.
    RowsDiffer { table: String, expected: u64, found: u64 },
    /// A file that its user may not read.
    NoPermission { path: String },
    /// A file that is damaged, too large, or no table.
    UnreadableFile { path: String, expected: Fact, found: Fact },
    /// A file that is larger, or claims to be, than [`crate::Limits`] allows. `what` names what there is too much of.
    OverLimit { path: String, what: Fact, most: u64, found: u64, memory: u64 },
    /// A file, or the sheet named after it, without a header of the table. `found` holds the headers that were recognised.
    NoHeader { path: String, table: String, row: u32, found: Vec<String>, expected: Vec<String> },
    /// Names of areas without the day they belong to.
    NoAreaDate { table: String, column: String },
    /// Numbers in a published table that no counts can have together.
    Contradiction { table: String },
    /// Results that are to be protected together and give different counts of the same.
    OtherRecords { area: String },
    /// Small cells that what is public already gives away, or whose safety could not be proven.
    NotProtected { cells: u64 },
    /// Small counts that would follow from a table and from earlier releases together, whatever is hidden.
    GivenAway { cells: u64 },
    /// A mapping with a wrong entry.
    Mapping { key: String, expected: Fact, found: Fact },
}

/// Looks up a choice by its name.
///
/// # Errors
/// [`Error::UnknownChoice`] with all names.
pub(crate) fn choose<T: Copy>(what: &'static str, word: &str, known: &[(&'static str, T)]) -> Result<T> {
    let found = known.iter().find(|(name, _)| *name == word).map(|(_, choice)| *choice);
    found.ok_or_else(|| Error::UnknownChoice {
        what,
        got: word.to_owned(),
        known: known.iter().map(|(name, _)| (*name).to_owned()).collect(),
    })
}

/// Refuses a name given twice.
pub(crate) fn once<'w>(what: &'static str, words: impl Iterator<Item = &'w str>) -> Result<()> {
    let mut met = std::collections::BTreeSet::new();
    for word in words {
        if !met.insert(word) {
            return Err(Error::Repeated { what, got: word.to_owned() });
        }
    }
    Ok(())
}
/// Replaces values of a column of area codes that do not look like codes: they may be personal data.
pub(crate) const NOT_A_CODE: &str = "(not a code)";
/// Shown instead of the area code of a row that has none.
pub(crate) const NO_CODE: &str = "(null)";

/// Used instead of an indicator where the abuse tables need a table or a column.
pub(crate) const ABUSE: &str = "abuse";
/// Used instead of an indicator where a table to be protected lacks a column.
pub(crate) const DISCLOSURE: &str = "disclosure";
/// Used instead of an indicator where a table of submissions lacks a column.
pub(crate) const COVERAGE: &str = "coverage";
/// The table that says who reported; it holds no records.
pub(crate) const SUBMISSIONS: &str = "submissions";

impl Error {
    /// A short name for the kind of error, which never changes between versions.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Catalogue { .. } => "catalogue",
            Self::UnknownIndicator { .. } => "unknown_indicator",
            Self::UnknownChoice { .. } | Self::NoLevel { .. } => "unknown_choice",
            Self::Repeated { .. } => "repeated",
            Self::BadPeriod { .. } => "bad_period",
            Self::PeriodNotDefined { .. } => "period_not_defined",
            Self::BadPlan { .. } => "bad_plan",
            Self::BadNumber { .. } => "bad_number",
            Self::NoAreaList { .. } => "no_area_list",
            Self::NoVintage { .. } => "area_vintage",
            Self::BadShares { .. } => "bad_shares",
            Self::TallyMismatch { .. } => "tally_mismatch",
            Self::OtherDataset { .. } => "other_dataset",
            Self::MissingTable { .. } => "missing_table",
            Self::MissingColumn { .. } => "missing_column",
            Self::WrongType { .. } => "wrong_type",
            Self::BadValue { .. } => "bad_value",
            Self::UnknownAreas { .. } => "unknown_areas",
            Self::NoEthnicList => "no_ethnic_list",
            Self::NoShare => "no_share",
            Self::UnitsDiffer { .. } => "units_differ",
            Self::ChoicesDiffer { .. } => "choices_differ",
            Self::File { .. } => "file",
            Self::NotWritten { .. } => "not_written",
            Self::Frame { .. } => "frame",
            Self::RowsDiffer { .. } => "rows_differ",
            Self::NoPermission { .. } => "no_permission",
            Self::UnreadableFile { .. } => "unreadable_file",
            Self::OverLimit { .. } => "over_limit",
            Self::NoHeader { .. } => "no_header",
            Self::NoAreaDate { .. } => "no_area_date",
            Self::Contradiction { .. } => "contradiction",
            Self::OtherRecords { .. } => "other_records",
            Self::NotProtected { .. } => "not_protected",
            Self::GivenAway { .. } => "given_away",
            Self::Mapping { .. } => "mapping",
        }
    }

    /// The family, which decides the Python exception class.
    #[must_use]
    pub fn family(&self) -> Family {
        match self {
            Self::MissingTable { .. } | Self::MissingColumn { .. } | Self::WrongType { .. } | Self::NoHeader { .. } => Family::Schema,
            Self::BadValue { .. }
            | Self::UnknownAreas { .. }
            | Self::NoEthnicList
            | Self::Frame { .. }
            | Self::Contradiction { .. }
            | Self::NotProtected { .. }
            | Self::GivenAway { .. }
            | Self::RowsDiffer { .. }
            | Self::UnreadableFile { .. }
            | Self::OverLimit { .. } => Family::Data,
            Self::File { .. } => Family::File,
            Self::NotWritten { .. } => Family::Write,
            Self::NoPermission { .. } => Family::Permission,
            _ => Family::Plan,
        }
    }

    /// The column (or the key of a file) the error is about.
    #[must_use]
    pub fn column(&self) -> Option<String> {
        match self {
            Self::MissingColumn { column, .. }
            | Self::WrongType { column, .. }
            | Self::BadValue { column, .. }
            | Self::UnknownAreas { column, .. }
            | Self::NoAreaDate { column, .. } => Some(column.clone()),
            Self::Catalogue { key, .. } | Self::Mapping { key, .. } => Some(key.clone()),
            Self::NoEthnicList => Some("ethnicity".to_owned()),
            _ => None,
        }
    }

    /// What would have been right.
    #[must_use]
    pub fn expected(&self) -> Option<String> {
        match self {
            Self::Catalogue { expected, .. }
            | Self::BadNumber { expected, .. }
            | Self::BadShares { expected, .. }
            | Self::TallyMismatch { expected, .. }
            | Self::OtherDataset { expected, .. }
            | Self::MissingColumn { expected, .. }
            | Self::WrongType { expected, .. }
            | Self::BadValue { expected, .. }
            | Self::UnreadableFile { expected, .. }
            | Self::Mapping { expected, .. } => Some(expected.to_string()),
            Self::RowsDiffer { expected, .. } => Some(format!("{expected} rows")),
            Self::OverLimit { what, most, .. } => Some(format!("at most {most} {what}")),
            Self::NoHeader { expected, .. } => Some(expected.join(", ")),
            Self::NoAreaDate { .. } => Some("area_vintage".to_owned()),
            Self::UnknownChoice { known, .. } | Self::NoLevel { known, .. } => Some(known.join(", ")),
            Self::UnknownIndicator { close, .. } => Some(close.join(", ")),
            Self::PeriodNotDefined { allowed, .. } => Some(allowed.join(", ")),
            Self::BadPeriod { .. } => Some("2022, 2022H1, 2022Q1, 2022-03, 2021-2022, 2015-01-01/2019-06-30".to_owned()),
            Self::NoAreaList { known, .. } => Some(known.iter().map(|(a, b)| format!("{a}/{b}")).collect::<Vec<_>>().join(", ")),
            Self::NoVintage { .. } => Some("YYYY-MM-DD".to_owned()),
            Self::UnknownAreas { vintage, .. } => Some(format!("area codes of {vintage}")),
            Self::MissingTable { table, .. } => Some(table.clone()),
            Self::NoEthnicList => Some("1979, 2008".to_owned()),
            Self::UnitsDiffer { denominator, .. } | Self::ChoicesDiffer { denominator, .. } => Some(denominator.clone()),
            _ => None,
        }
    }

    /// What was found instead. Never a value of a record.
    #[must_use]
    pub fn got(&self) -> Option<String> {
        match self {
            Self::Catalogue { found, .. }
            | Self::BadPlan { found }
            | Self::BadNumber { found, .. }
            | Self::BadShares { found, .. }
            | Self::TallyMismatch { found, .. }
            | Self::OtherDataset { found, .. }
            | Self::WrongType { found, .. }
            | Self::File { found, .. }
            | Self::NotWritten { found, .. }
            | Self::Frame { found, .. }
            | Self::UnreadableFile { found, .. }
            | Self::Mapping { found, .. } => Some(found.to_string()),
            Self::RowsDiffer { found, .. } => Some(format!("{found} rows")),
            Self::OverLimit { found, .. } => Some(found.to_string()),
            Self::NoPermission { path } => Some(path.clone()),
            Self::UnknownIndicator { got, .. } | Self::UnknownChoice { got, .. } | Self::Repeated { got, .. } | Self::BadPeriod { got } => {
                Some(got.clone())
            }
            Self::PeriodNotDefined { period, .. } => Some(period.clone()),
            Self::NoAreaList { date, .. } => Some(date.clone()),
            Self::NoLevel { level, .. } => Some(level.clone()),
            Self::MissingColumn { found, .. } | Self::NoHeader { found, .. } => Some(found.join(", ")),
            Self::BadValue { rows, .. } => Some(format!("{rows} rows")),
            Self::UnknownAreas { rows, codes, .. } => Some(format!("{rows} rows: {}", codes.join(", "))),
            Self::UnitsDiffer { numerator, .. } | Self::ChoicesDiffer { numerator, .. } => Some(numerator.clone()),
            Self::NotProtected { cells } | Self::GivenAway { cells } => Some(format!("{cells} cells")),
            Self::MissingTable { .. }
            | Self::NoVintage { .. }
            | Self::NoEthnicList
            | Self::NoShare
            | Self::NoAreaDate { .. }
            | Self::OtherRecords { .. }
            | Self::Contradiction { .. } => None,
        }
    }
}
