//! What is protected, by which rule, and against whom.

use super::rule::{Rule, Zeros};
use crate::plan::Plan;
use chrono::NaiveDate;
use polars_core::prelude::DataFrame;

/// Which indicators are protected.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// Those of abuse and of its handling.
    Abuse,
    /// All that count people or what happened to them.
    People,
    /// Some, by their ids.
    Only(Vec<String>),
}

/// A result that was published before: what its readers know.
#[derive(Debug, Clone)]
pub struct Released {
    /// The plan it was computed by.
    pub plan: Plan,
    /// Its protected table, as it was published.
    pub table: DataFrame,
    /// Whether zeros were shown in it.
    pub zeros: Zeros,
}

/// A table of abuse that was published before: what its readers know.
#[derive(Debug, Clone)]
pub struct ReleasedAbuse {
    /// Its protected rows, as they were published.
    pub frame: DataFrame,
    /// The day of its list of areas.
    pub area_vintage: NaiveDate,
    /// Whether zeros were shown in it.
    pub zeros: Zeros,
}

/// What is done about small differences between two releases, or between a period and a longer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Changes {
    /// They are counts too, and hidden like others: one of the two numbers is not published.
    Protected,
    /// They may be known.
    Known,
}

/// What is protected, by which rule, and against whom: someone who read what was released before.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Terms {
    /// What is small, and how well it is hidden.
    pub rule: Rule,
    /// Which indicators are protected.
    pub scope: Scope,
    /// Results that were published before, in their order.
    pub released: Vec<Released>,
    /// Tables of abuse that were published before, in their order.
    pub released_abuse: Vec<ReleasedAbuse>,
    /// What is done about small differences.
    pub changes: Changes,
}

impl Terms {
    /// The terms of a rule, for some indicators, where nothing was published before.
    #[must_use]
    pub fn new(rule: Rule, scope: Scope) -> Self {
        Self { rule, scope, released: Vec::new(), released_abuse: Vec::new(), changes: Changes::Protected }
    }

    /// Adds what was published before: results and tables of abuse.
    #[must_use]
    pub fn after(mut self, released: Vec<Released>, released_abuse: Vec<ReleasedAbuse>) -> Self {
        self.released = released;
        self.released_abuse = released_abuse;
        self
    }
}
