//! Columns that perpetrators take over from the reports of their case.

use super::encoded::{Encoded, HIGH, LOW, NO_WORD, UNDECIDED, push};
use super::encoder::Encoder;
use crate::catalogue::{CaseFact, OfCase};
use crate::error::Phrase;
use crate::record::cases::joined_column;
use polars_core::prelude::*;
use std::collections::HashMap;

/// One fact of each row's case.
enum FactsOfCase {
    Numbers(Vec<Option<i32>>),
    Communes(Vec<Option<String>>),
}

impl Encoder<'_> {
    /// A fact of the case: from the report joined to the row, or else from the first report of its case that counts.
    pub(super) fn of_case(&mut self, name: &str) -> PolarsResult<Encoded> {
        let table = self.table;
        let Some((case, fact)) = table.case.as_ref().and_then(|case| Some((case, case.fact(name)?))) else {
            polars_bail!(ColumnNotFound: "{name}");
        };
        let facts = self.facts_of_case(case, fact)?;
        if let (CaseFact::Received, FactsOfCase::Numbers(numbers)) = (fact, &facts) {
            for row in (0..numbers.len()).filter(|row| numbers[*row].is_none()) {
                self.problems.value(&table.id, &case.id, Phrase::CaseOfVictims, self.row(row));
            }
        }
        Ok(match (fact, facts) {
            (_, FactsOfCase::Communes(communes)) => {
                let mut words: Vec<String> = Vec::new();
                let mut known: HashMap<String, u32> = HashMap::new();
                let mut code = |commune: String| *known.entry(commune).or_insert_with_key(|commune| push(&mut words, commune.clone()));
                let codes = communes.into_iter().map(|commune| commune.map_or(NO_WORD, &mut code)).collect();
                Encoded::Words { codes, words }
            }
            (CaseFact::Confirmed | CaseFact::OfChild, FactsOfCase::Numbers(flags)) => {
                Encoded::Flag(flags.into_iter().map(|flag| flag.and_then(|f| u8::try_from(f).ok()).unwrap_or(UNDECIDED)).collect())
            }
            (_, FactsOfCase::Numbers(numbers)) => Encoded::Number {
                low: numbers.iter().map(|n| n.unwrap_or(LOW)).collect(),
                high: numbers.iter().map(|n| n.unwrap_or(HIGH)).collect(),
            },
        })
    }

    fn facts_of_case(&self, case: &OfCase, fact: CaseFact) -> PolarsResult<FactsOfCase> {
        if let Ok(column) = self.frame.column(joined_column(fact)) {
            return Ok(match fact {
                CaseFact::Commune => FactsOfCase::Communes(column.str()?.iter().map(|c| c.map(str::to_owned)).collect()),
                _ => FactsOfCase::Numbers(column.i32()?.iter().collect()),
            });
        }
        let ids = self.series(&case.id, &DataType::String)?;
        let children = self.series(&case.child, &DataType::String)?;
        let rows = ids.str()?.iter().zip(children.str()?.iter());
        let facts = rows.map(|(id, child)| id.and_then(|id| self.cases.first(id, child)));
        Ok(match fact {
            CaseFact::Commune => FactsOfCase::Communes(facts.map(|f| f.map(|f| self.cases.commune(&f).to_owned())).collect()),
            CaseFact::Received => FactsOfCase::Numbers(facts.map(|f| f.map(|f| f.received)).collect()),
            CaseFact::Incident => FactsOfCase::Numbers(facts.map(|f| f.and_then(|f| f.incident)).collect()),
            CaseFact::Confirmed => FactsOfCase::Numbers(facts.map(|f| f.map(|f| i32::from(f.sure))).collect()),
            CaseFact::OfChild => FactsOfCase::Numbers(facts.map(|f| f.map(|f| i32::from(f.counts))).collect()),
        })
    }
}
