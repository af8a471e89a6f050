//! What a tally does not count and its users must know: indicators left out, rows set aside.

use crate::error::Error;
use crate::text::{Language, Text};
use std::collections::BTreeMap;

/// Indicators left out, and rows set aside before counting.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Remarks {
    /// By indicator and error code: why part of the records could not answer it.
    pub left_out: BTreeMap<(String, String), Text>,
    /// By table: rows that failed a check.
    pub set_aside: BTreeMap<String, u64>,
}

impl Remarks {
    /// Notes an indicator that the records cannot answer.
    pub fn leave_out(&mut self, indicator: &str, reason: &Error) {
        let text = Text::new(reason.message(Language::Vi), reason.message(Language::En));
        self.left_out.insert((indicator.to_owned(), reason.code().to_owned()), text);
    }

    /// Adds the remarks of another part.
    pub fn absorb(&mut self, other: &Self) {
        for (key, text) in &other.left_out {
            self.left_out.entry(key.clone()).or_insert_with(|| text.clone());
        }
        for (table, rows) in &other.set_aside {
            let sum = self.set_aside.entry(table.clone()).or_default();
            *sum = sum.saturating_add(*rows);
        }
    }
}
