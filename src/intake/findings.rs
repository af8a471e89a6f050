//! Findings and changes of one column: values that could not be read, and values that a rule changed.

use super::rules::Rule;
use crate::error::Fact;

/// A value that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The row, as the spreadsheet shows it.
    pub row: u32,
    /// The column of the schema.
    pub column: String,
    /// What was expected.
    pub expected: Fact,
}

/// How many values a rule changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The column of the schema.
    pub column: String,
    /// The rule.
    pub rule: Rule,
    /// The number of rows.
    pub rows: u64,
}
