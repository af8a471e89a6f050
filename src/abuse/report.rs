//! Rows of the three abuse tables as compact facts: hashes of identifiers, indices of codes, days since 1970.

use super::known::{Known, categories, position};
use crate::area::AreaList;
use crate::catalogue::{Catalogue, Codes, ColumnType, EthnicList, Table};
use crate::error::{Error, Phrase, Result};
use crate::question::UnknownAreas;
use crate::record::{BIRTHS, Cases, Encoded, Encoder, NO_WORD, Problems, check_schema};
use crate::spelling::identifier;
use crate::task::Watched;
use polars_core::prelude::DataFrame;
use std::collections::HashMap;
use xxhash_rust::xxh3::xxh3_128;

/// The index of a code that is not recorded.
pub(super) const NONE: u8 = u8::MAX;
/// The index of an area that is not recorded or not in the list.
pub(super) const NOWHERE: u32 = u32::MAX;

/// One child in one case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Report {
    pub case: u128,
    pub child: Option<u128>,
    pub received: i32,
    pub incident: Option<i32>,
    /// Completed years at the incident, least and most.
    pub age: (i32, i32),
    /// The day of birth, where it is known to the day.
    pub born: Option<i32>,
    /// Communes of the incident and of residence, as indices into the list of areas.
    pub commune: u32,
    pub residence: u32,
    pub sex: u8,
    pub ethnicity: u8,
    pub environment: u8,
    pub outcome: u8,
    /// Flags: no, undecided or yes.
    pub online: u8,
    pub supported: u8,
    pub prostitution: u8,
    /// Its possible results of verification, as bits in the order of the list.
    pub verification: u8,
    /// Forms of abuse as bits in the order of the list; none if they are not recorded.
    pub forms: Option<u8>,
    pub emergency_hours: Option<i32>,
    pub emergency: Option<i32>,
    pub planned: Option<i32>,
    pub approved: Option<i32>,
}

/// One perpetrator in one case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Person {
    pub case: u128,
    pub key: Option<u128>,
    /// The child of the relation; none means every child of the case.
    pub child: Option<u128>,
    pub sex: u8,
    pub relation: u8,
}

/// One decision on an administrative sanction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Decision {
    pub key: u128,
    pub case: Option<u128>,
    pub decided: i32,
    pub act: Option<i32>,
    pub commune: u32,
    pub decree: u8,
    /// Article and clause; clause 0 means the whole article.
    pub article: Option<(u16, u16)>,
    pub form: u8,
    pub fine: Option<i32>,
    pub violator: u8,
    pub violator_key: Option<u128>,
    pub violator_born: Option<i32>,
    pub status: u8,
}

impl Decision {
    /// Whether it was taken between two days, both included.
    pub fn within(&self, (first, last): (i32, i32)) -> bool {
        (first..=last).contains(&self.decided)
    }
}

/// Reads batches of one table.
pub(super) struct TableReader<'a> {
    pub catalogue: &'a Catalogue,
    pub areas: &'a AreaList,
    pub ethnic: Option<EthnicList>,
    pub unknown_areas: UnknownAreas,
    pub known: Known,
    pub table: &'a Table,
    pub rows: u64,
    pub problems: Problems,
}

/// A batch being read.
struct Batch<'r, 'a> {
    encoder: Encoder<'r>,
    reader: &'r TableReader<'a>,
}

#[allow(clippy::redundant_closure_for_method_calls, reason = "a method path would fix one lifetime")]
impl TableReader<'_> {
    /// Checks and reads a batch with `rows`, and collects its problems.
    fn read<T>(&mut self, frame: &DataFrame, rows: impl FnOnce(&mut Batch) -> Result<Vec<T>>) -> Result<Vec<T>> {
        let columns: Vec<String> = self.table.columns.iter().filter(|c| !c.private).map(|c| c.id.clone()).collect();
        check_schema(self.table, frame.schema(), &columns)?;
        let cases = Cases::default();
        let encoder = Encoder {
            table: self.table,
            codes: self.catalogue.codes(),
            ethnic: self.ethnic,
            cases: &cases,
            reference: None,
            frame,
            offset: self.rows,
            problems: Problems::default(),
            cache: HashMap::new(),
        };
        let mut batch = Batch { encoder, reader: self };
        let found = rows(&mut batch)?;
        let problems = batch.encoder.problems;
        self.problems.absorb(problems);
        self.rows += frame.height() as u64;
        Ok(found)
    }

    pub fn reports(&mut self, frame: &DataFrame) -> Result<Vec<Report>> {
        self.read(frame, |batch| batch.reports())
    }

    pub fn persons(&mut self, frame: &DataFrame) -> Result<Vec<Person>> {
        self.read(frame, |batch| batch.persons())
    }

    pub fn decisions(&mut self, frame: &DataFrame) -> Result<Vec<Decision>> {
        self.read(frame, |batch| batch.decisions())
    }
}

impl Batch<'_, '_> {
    fn codes(&self) -> &Codes {
        self.reader.catalogue.codes()
    }

    fn row(&self, row: usize) -> u64 {
        self.encoder.offset + row as u64 + 1
    }

    /// Hashes of identifiers. A placeholder counts as not recorded, which is an error in a required column.
    fn keys(&mut self, name: &str) -> Result<Vec<Option<u128>>> {
        let column = self.encoder.encode(name)?;
        let Encoded::Words { codes, words } = &*column else { return Ok(Vec::new()) };
        let hashes: Vec<Option<u128>> = words.iter().map(|word| identifier(word).map(|word| xxh3_128(word.as_bytes()))).collect();
        let required = self.reader.table.column(name).is_some_and(|c| c.required);
        let mut found = Vec::with_capacity(codes.len());
        for (row, code) in codes.iter().enumerate() {
            let hash = hashes.get(*code as usize).copied().flatten();
            // The encoder already reported nulls.
            if required && hash.is_none() && *code != NO_WORD {
                self.wrong(name, Phrase::Identifier, row);
            }
            found.push(hash);
        }
        Ok(found)
    }

    /// The index of each code in its list.
    fn indices(&mut self, name: &str, list: &str) -> Result<Vec<u8>> {
        let column = self.encoder.encode(name)?;
        let Encoded::Words { codes, words } = &*column else { return Ok(Vec::new()) };
        let categories = categories(self.codes(), list);
        // The encoder passes only codes of the list.
        let positions: Vec<u8> = words.iter().map(|word| position(&categories, list, word)).collect::<Result<_>>()?;
        Ok(codes.iter().map(|code| positions.get(*code as usize).copied().unwrap_or(NONE)).collect())
    }

    fn flags(&mut self, name: &str) -> Result<Vec<u8>> {
        let column = self.encoder.encode(name)?;
        let Encoded::Flag(values) = &*column else { return Ok(Vec::new()) };
        Ok(values.clone())
    }

    fn numbers(&mut self, name: &str) -> Result<Vec<Option<i32>>> {
        let column = self.encoder.encode(name)?;
        let Encoded::Number { low, high } = &*column else { return Ok(Vec::new()) };
        Ok(low.iter().zip(high).map(|(low, high)| (low == high).then_some(*low)).collect())
    }

    fn intervals(&mut self, name: &str) -> Result<Vec<(i32, i32)>> {
        let column = self.encoder.encode(name)?;
        let Encoded::Number { low, high } = &*column else { return Ok(Vec::new()) };
        Ok(low.iter().copied().zip(high.iter().copied()).collect())
    }

    fn forms(&mut self) -> Result<Vec<Option<u8>>> {
        let column = self.encoder.encode("forms")?;
        let Encoded::List { starts, codes, known, words } = &*column else { return Ok(Vec::new()) };
        let list = categories(self.codes(), "form");
        let bits: Vec<u8> = words.iter().map(|w| Ok(1 << position(&list, "form", w)?)).collect::<Result<_>>()?;
        let of_row = |(row, there): (usize, &bool)| {
            let items = &codes[starts[row] as usize..starts[row + 1] as usize];
            there.then(|| items.iter().fold(0, |mask, code| mask | bits[*code as usize]))
        };
        Ok(known.iter().enumerate().map(of_row).collect())
    }

    fn areas(&mut self, name: &str, required: bool) -> Result<Vec<u32>> {
        let column = self.encoder.encode(name)?;
        let Encoded::Words { codes, words } = &*column else { return Ok(Vec::new()) };
        let communes: Vec<Option<u32>> = words.iter().map(|word| self.reader.areas.commune(word)).collect();
        let mut found = Vec::with_capacity(codes.len());
        for code in codes {
            let commune = communes.get(*code as usize).copied().flatten();
            let missing = commune.is_none() && (required || *code != NO_WORD);
            if missing && self.reader.unknown_areas == UnknownAreas::Error {
                let word = words.get(*code as usize).map(String::as_str);
                self.encoder.problems.area(&self.reader.table.id, name, word);
            }
            found.push(commune.unwrap_or(NOWHERE));
        }
        Ok(found)
    }

    fn wrong(&mut self, column: &str, expected: Phrase, row: usize) {
        let row = self.row(row);
        self.encoder.problems.value(&self.reader.table.id, column, expected, row);
    }

    fn reports(&mut self) -> Result<Vec<Report>> {
        let (cases, children) = (self.keys("case_id")?, self.keys("child_id")?);
        let (received, incidents) = (self.numbers("received_date")?, self.numbers("incident_date")?);
        let (ages, births) = (self.intervals("age")?, self.intervals(BIRTHS)?);
        let (communes, residences) = (self.areas("commune", true)?, self.areas("residence", false)?);
        let sex = self.indices("sex", "sex")?;
        // Codes mean nothing without their list; a question by ethnic group is refused later.
        let ethnicity =
            if self.reader.ethnic.is_some() { self.indices("ethnicity", "ethnicity")? } else { vec![NONE; self.encoder.frame.height()] };
        let (environment, outcome) = (self.indices("environment", "environment")?, self.indices("outcome", "outcome")?);
        let (online, supported) = (self.flags("online")?, self.flags("supported")?);
        let prostitution = self.flags("prostitution")?;
        let (confirmed, verification) = (self.flags("confirmed")?, self.indices("verification", "verification")?);
        let forms = self.forms()?;
        let (hours, emergency) = (self.numbers("emergency_hours")?, self.numbers("emergency_date")?);
        let (planned, approved) = (self.numbers("plan_date")?, self.numbers("approved_date")?);
        let Known { confirmed: known_as, any_verification: any, .. } = self.reader.known;
        let mut found = Vec::with_capacity(cases.len());
        for row in (0..cases.len()).watched() {
            // The encoder already reported missing required values.
            let (Some(case), Some(received)) = (cases[row], received[row]) else { continue };
            // Not confirmed means still suspected or refuted; not recorded can be any of the three.
            let flag = [any ^ known_as, any, known_as][usize::from(confirmed[row])];
            let possible = if verification[row] == NONE { flag } else { 1 << verification[row] };
            if possible & flag == 0 {
                self.wrong("verification", Phrase::SameAs("confirmed"), row);
            }
            for (column, first, second) in [
                ("emergency_date", Some(received), emergency[row]),
                ("plan_date", Some(received), planned[row]),
                ("approved_date", planned[row], approved[row]),
            ] {
                if let (Some(first), Some(second)) = (first, second)
                    && second < first
                {
                    self.wrong(column, Phrase::DayNotBeforeLastStep, row);
                }
            }
            found.push(Report {
                case,
                child: children[row],
                received,
                incident: incidents[row],
                age: ages[row],
                born: (births[row].0 == births[row].1).then_some(births[row].0),
                commune: communes[row],
                residence: residences[row],
                sex: sex[row],
                ethnicity: ethnicity[row],
                environment: environment[row],
                outcome: outcome[row],
                online: online[row],
                supported: supported[row],
                prostitution: prostitution[row],
                verification: possible,
                forms: forms[row],
                emergency_hours: hours[row],
                emergency: emergency[row],
                planned: planned[row],
                approved: approved[row],
            });
        }
        Ok(found)
    }

    fn persons(&mut self) -> Result<Vec<Person>> {
        let (cases, keys, children) = (self.keys("case_id")?, self.keys("person_id")?, self.keys("child_id")?);
        let (sex, relation) = (self.indices("sex", "sex")?, self.indices("relation", "relation")?);
        let person =
            |row: usize| Some(Person { case: cases[row]?, key: keys[row], child: children[row], sex: sex[row], relation: relation[row] });
        Ok((0..cases.len()).filter_map(person).collect())
    }

    fn decisions(&mut self) -> Result<Vec<Decision>> {
        let (keys, cases) = (self.keys("decision_id")?, self.keys("case_id")?);
        let (decided, acts) = (self.numbers("decided_on")?, self.numbers("act_date")?);
        let communes = self.areas("commune", true)?;
        let (decree, form) = (self.indices("decree", "decree")?, self.indices("form", "sanction_form")?);
        let fine = self.numbers("fine")?;
        let (violator, violator_key) = (self.indices("violator", "violator")?, self.keys("violator_id")?);
        let (born, status) = (self.numbers("violator_birth_date")?, self.indices("status", "sanction_status")?);
        let articles = self.articles()?;
        let mut found = Vec::with_capacity(keys.len());
        for row in (0..keys.len()).watched() {
            let (Some(key), Some(decided)) = (keys[row], decided[row]) else { continue };
            if let Some(act) = acts[row]
                && act > decided
            {
                self.wrong("act_date", Phrase::DayNotAfter("decided_on"), row);
            }
            found.push(Decision {
                key,
                case: cases[row],
                decided,
                act: acts[row],
                commune: communes[row],
                decree: decree[row],
                article: articles[row],
                form: form[row],
                fine: fine[row],
                violator: violator[row],
                violator_key: violator_key[row],
                violator_born: born[row],
                status: status[row],
            });
        }
        Ok(found)
    }

    fn articles(&mut self) -> Result<Vec<Option<(u16, u16)>>> {
        let column = self.encoder.encode("article")?;
        let Encoded::Words { codes, words } = &*column else { return Ok(Vec::new()) };
        let read: Vec<Option<(u16, u16)>> = words.iter().map(|text| article(text)).collect();
        let mut found = Vec::with_capacity(codes.len());
        for (row, code) in codes.iter().enumerate() {
            let article = read.get(*code as usize).copied().flatten();
            if article.is_none() && *code != NO_WORD {
                self.wrong("article", Phrase::Article, row);
            }
            found.push(article);
        }
        Ok(found)
    }
}

/// Article and clause: `22.1`, `22(1)`, `Điều 22 khoản 1`, `khoản 1 Điều 22`.
fn article(text: &str) -> Option<(u16, u16)> {
    let text = text.to_lowercase();
    let after = |word: &str| {
        let rest = &text[text.find(word)? + word.len()..];
        rest.trim_start().split(|c: char| !c.is_ascii_digit()).next()?.parse::<u16>().ok()
    };
    if let Some(article) = after("điều") {
        return Some((article, after("khoản").unwrap_or(0)));
    }
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).map(|part| part.parse::<u16>().ok());
    let article = numbers.next()??;
    Some((article, numbers.next().flatten().unwrap_or(0)))
}

/// Refuses a table with none of the columns `any_of`; the error names the first.
pub(super) fn need(table: &Table, columns: &[String], any_of: &[&str], what: &str) -> Result<()> {
    if any_of.iter().any(|name| columns.iter().any(|c| c == name)) {
        return Ok(());
    }
    Err(Error::MissingColumn {
        table: table.id.clone(),
        column: any_of[0].to_owned(),
        expected: table.column(any_of[0]).map_or(ColumnType::Text, |c| c.kind).fact(),
        found: columns.to_vec(),
        indicator: what.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::article;

    #[test]
    fn articles_are_read_as_they_are_written() {
        for text in ["22.1", "22(1)", "22 (1)", "Điều 22 khoản 1", "khoản 1 Điều 22", "điểm a khoản 1 Điều 22", "22 khoản 1"]
        {
            assert_eq!(article(text), Some((22, 1)), "{text}");
        }
        assert_eq!(article("21"), Some((21, 0)));
        assert_eq!(article("Điều 21"), Some((21, 0)));
        assert_eq!(article("không rõ"), None);
    }
}
