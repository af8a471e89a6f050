//! A value of one of our columns, made of a cell: with the rules it went through, or with what was expected.

use super::rules::{Rule, Rules};
use std::borrow::Cow;

/// What was expected of a cell whose formula failed.
pub(super) const FAILED_FORMULA: &str = "a value; the cell holds an error";
/// What was expected of a value that several rows or columns share.
pub(super) const SHARED: &str = "a value of this cell; it is merged over several rows or columns";

/// What was expected of a number that is shown in another unit.
pub(super) const OWN_UNIT: &str = "a whole number in the unit of its column";

/// What was expected where neither yes nor no stands.
pub(super) const YES_OR_NO: &str = "yes or no (Có, Không, x, 1, 0)";

/// A value of one of our columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Value {
    #[default]
    Null,
    Text(String),
    Day(i32),
    /// A date of which only the year is known; of a birth date it goes to `birth_year`.
    Year(i32),
    Number(i32),
    Flag(bool),
    List(Vec<String>),
}

/// What became of a cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Made {
    pub value: Value,
    pub rules: Rules,
    /// What was expected where the cell could not be read.
    pub unread: Option<Cow<'static, str>>,
}

impl Made {
    pub fn unread(expected: impl Into<Cow<'static, str>>) -> Self {
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
