//! A value of a schema column read from a cell: with the rules applied, or with what was expected.

use super::rules::{Rule, Rules};
use crate::error::{Fact, Phrase};

/// Expected of a cell whose formula failed.
pub(super) const FAILED_FORMULA: Phrase = Phrase::NoErrorInCell;
/// Expected of a value that several rows or columns share.
pub(super) const SHARED: Phrase = Phrase::OwnValue;

/// Expected of a number that is shown in another unit.
pub(super) const OWN_UNIT: Phrase = Phrase::InOwnUnit;

/// Expected where the text is neither yes nor no.
pub(super) const YES_OR_NO: Phrase = Phrase::YesOrNo;

/// A value of a schema column.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Value {
    #[default]
    Null,
    Text(String),
    Day(i32),
    /// A date of which only the year is known; for a birth date it goes to `birth_year`.
    Year(i32),
    Number(i32),
    Flag(bool),
    List(Vec<String>),
}

/// The result of reading a cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Parsed {
    pub value: Value,
    pub rules: Rules,
    /// What was expected, if the cell could not be read.
    pub unread: Option<Fact>,
}

impl Parsed {
    pub fn unread(expected: impl Into<Fact>) -> Self {
        Self { unread: Some(expected.into()), ..Self::default() }
    }

    pub fn with(value: Value, rules: Rules) -> Self {
        Self { value, rules, unread: None }
    }

    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.add(rule);
        self
    }
}
