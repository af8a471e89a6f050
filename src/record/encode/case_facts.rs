//! What perpetrators take over from the reports of their case.

use super::encoded::{Encoded, HIGH, LOW, NO_WORD, UNDECIDED, push};
use super::encoder::Encoder;
use crate::record::cases::JOINED;
use polars::prelude::*;
use std::collections::HashMap;

/// One fact of the case of each row.
enum FactsOfCase {
    Numbers(Vec<Option<i32>>),
    Communes(Vec<Option<String>>),
}

impl Encoder<'_> {
    /// A fact of the case: of the report that the row was joined to, else of the first of its case that counts.
    pub(super) fn of_case(&mut self, name: &str) -> PolarsResult<Encoded> {
        let facts = self.facts_of_case(name)?;
        if name == "received_date" {
            let nowhere = |values: &FactsOfCase| match values {
                FactsOfCase::Numbers(numbers) => (0..numbers.len()).filter(|row| numbers[*row].is_none()).collect::<Vec<_>>(),
                FactsOfCase::Communes(_) => Vec::new(),
            };
            for row in nowhere(&facts) {
                self.problems.value(&self.table.id, "case_id", "the case_id of a row of the table victims", self.row(row));
            }
        }
        Ok(match (name, facts) {
            (_, FactsOfCase::Communes(communes)) => {
                let mut words: Vec<String> = Vec::new();
                let mut known: HashMap<String, u32> = HashMap::new();
                let mut code = |commune: String| *known.entry(commune).or_insert_with_key(|commune| push(&mut words, commune.clone()));
                let codes = communes.into_iter().map(|commune| commune.map_or(NO_WORD, &mut code)).collect();
                Encoded::Words { codes, words }
            }
            ("confirmed" | "abuses_child", FactsOfCase::Numbers(flags)) => {
                Encoded::Flag(flags.into_iter().map(|flag| flag.and_then(|f| u8::try_from(f).ok()).unwrap_or(UNDECIDED)).collect())
            }
            (_, FactsOfCase::Numbers(numbers)) => Encoded::Number {
                low: numbers.iter().map(|n| n.unwrap_or(LOW)).collect(),
                high: numbers.iter().map(|n| n.unwrap_or(HIGH)).collect(),
            },
        })
    }

    fn facts_of_case(&self, name: &str) -> PolarsResult<FactsOfCase> {
        let joined = JOINED.iter().find(|(fact, _)| *fact == name).and_then(|(_, column)| self.frame.column(column).ok());
        if let Some(column) = joined {
            return Ok(match name {
                "commune" => FactsOfCase::Communes(column.str()?.iter().map(|c| c.map(str::to_owned)).collect()),
                _ => FactsOfCase::Numbers(column.i32()?.iter().collect()),
            });
        }
        let ids = self.series("case_id", &DataType::String)?;
        let children = self.series("child_id", &DataType::String)?;
        let rows = ids.str()?.iter().zip(children.str()?.iter());
        let facts = rows.map(|(id, child)| id.and_then(|id| self.cases.first(id, child)));
        Ok(match name {
            "commune" => FactsOfCase::Communes(facts.map(|f| f.map(|f| self.cases.commune(&f).to_owned())).collect()),
            "received_date" => FactsOfCase::Numbers(facts.map(|f| f.map(|f| f.received)).collect()),
            "incident_date" => FactsOfCase::Numbers(facts.map(|f| f.and_then(|f| f.incident)).collect()),
            "confirmed" => FactsOfCase::Numbers(facts.map(|f| f.map(|f| i32::from(f.sure))).collect()),
            "abuses_child" => FactsOfCase::Numbers(facts.map(|f| f.map(|f| i32::from(f.counts))).collect()),
            other => polars_bail!(ColumnNotFound: "{other}"),
        })
    }
}
