//! Which indicators the tables at hand can answer.

use super::plan::{Output, Plan};
use crate::error::{Error, Result};
use crate::question::Fit;
use std::collections::BTreeMap;

impl Plan {
    /// Which series the tables at hand can answer, by the names of their columns.
    ///
    /// An indicator whose numerator lacks a table or column is left out if the plan asks for every indicator, and an
    /// error if it was asked for by name. If only the *table* of a denominator is missing, the value is `not_available`.
    ///
    /// # Errors
    /// [`Error::MissingTable`] or [`Error::MissingColumn`].
    pub(crate) fn fit(&self, tables: &BTreeMap<String, Vec<String>>) -> Result<Fit> {
        let reasons: Vec<Option<Error>> = (0..self.question.series.len()).map(|s| self.question.missing(s, tables)).collect();
        let mut left_out: Vec<(String, Error)> = Vec::new();
        for (place, indicator) in self.spec.indicators.iter().enumerate() {
            let outputs: Vec<&Output> = self.outputs.iter().filter(|o| o.indicator == place).collect();
            let named = |error: &Error| match error.clone() {
                Error::MissingTable { table, .. } => Error::MissingTable { table, indicator: indicator.id.clone() },
                Error::MissingColumn { table, column, expected, found, .. } => {
                    Error::MissingColumn { table, column, expected, found, indicator: indicator.id.clone() }
                }
                other => other,
            };
            let blocking = |series: &usize| reasons[*series].as_ref();
            let column_missing =
                outputs.iter().find_map(|o| o.denominator.as_ref().and_then(blocking).filter(|e| matches!(e, Error::MissingColumn { .. })));
            let numerator_missing = outputs.iter().find_map(|o| blocking(&o.numerator));
            let no_output =
                outputs.iter().all(|o| blocking(&o.numerator).is_some() || o.denominator.as_ref().is_some_and(|d| blocking(d).is_some()));
            let reason = numerator_missing
                .or(column_missing)
                .or_else(|| if no_output { outputs.iter().find_map(|o| o.denominator.as_ref().and_then(blocking)) } else { None });
            if let Some(reason) = reason {
                let reason = named(reason);
                if !self.spec.every_indicator {
                    return Err(reason);
                }
                left_out.push((indicator.id.clone(), reason));
            }
        }
        Ok(Fit { countable: reasons.iter().map(Option::is_none).collect(), left_out })
    }
}
