//! What a perpetrator takes over from the victims of the same case.

use super::days::days_of;
use super::encode::{Encoded, Encoder, NO, UNDECIDED, YES};
use super::problems::Problems;
use crate::catalogue::{Catalogue, Table};
use crate::error::{Error, Fact, Phrase, Result};
use crate::spelling::identifier;
use crate::task::Watched;
use chrono::NaiveDate;
use polars::prelude::*;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::LazyLock;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// What a report of a case says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    pub received: i32,
    /// Its place among the communes; see [`Cases::commune`].
    commune: u32,
    pub incident: Option<i32>,
    /// The hash of the child; 0 where none is told apart.
    child: u64,
    /// Whether a victim is confirmed.
    pub sure: u8,
    /// Whether a victim is confirmed and under 16: a child (Law 102/2016/QH13, Article 1).
    pub counts: u8,
}

/// The reports of a case; nearly all have one.
#[derive(Debug, Clone)]
struct Case {
    first: Facts,
    more: Box<[Facts]>,
}

impl Case {
    fn reports(&self) -> impl Iterator<Item = &Facts> {
        std::iter::once(&self.first).chain(&self.more)
    }
}

/// The cases of a dataset: date, place and certainty of each of their reports.
///
/// Perpetrators have no date and no place of their own; they take those of the reports of the child they name, if it is in the
/// case, else of the whole case. So a perpetrator counts wherever and whenever a child counts that he or she abused.
#[derive(Debug, Clone, Default)]
pub struct Cases {
    /// By the hash of the case's identifier: millions of them take 64 bytes each.
    by_id: PlHashMap<u128, Case>,
    communes: Vec<String>,
    places: PlHashMap<String, u32>,
    rows: u64,
}

/// Names, which no table uses, of the columns that [`Cases::joined`] adds: facts of the report and the row in the table.
const ROW: &str = "#row";
pub(super) const JOINED: [(&str, &str); 5] = [
    ("received_date", "#received_date"),
    ("incident_date", "#incident_date"),
    ("commune", "#commune"),
    ("confirmed", "#confirmed"),
    ("abuses_child", "#abuses_child"),
];

/// The row of the table that a row of a joined batch stands for.
pub(super) fn row_of(frame: &DataFrame, row: usize) -> Option<u64> {
    frame.column(ROW).ok()?.u64().ok()?.get(row)
}

/// Rows of perpetrators that one thread works on at once.
const CHUNK: usize = 1 << 15;
/// The age at which childhood ends.
const ADULT: i32 = 16;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::builtin);

impl Cases {
    /// Adds the cases of a batch of the table `victims`.
    ///
    /// # Errors
    /// [`Error::Frame`] if a needed column is missing or cannot be read, [`Error::BadValue`] if one has gaps.
    pub fn add(&mut self, victims: &DataFrame) -> Result<()> {
        let wrong = |found: Fact| Error::Frame { table: "victims".to_owned(), found };
        let table = CATALOGUE.table("victims").ok_or_else(|| wrong(Phrase::NoTable("victims").into()))?;
        self.read(table, victims).map_err(|e| wrong(Fact::library(e)))?
    }

    fn read(&mut self, table: &Table, victims: &DataFrame) -> PolarsResult<Result<()>> {
        let (children, mut problems) = match self.children(table, victims) {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        let ids = victims.column("case_id")?.cast(&DataType::String)?;
        let received = days_of(victims.column("received_date")?.as_materialized_series())?;
        let communes = victims.column("commune")?.cast(&DataType::String)?;
        let confirmed = victims.column("confirmed")?.cast(&DataType::Boolean)?;
        let named = victims.column("child_id").and_then(|c| c.cast(&DataType::String)).ok();
        let incidents = match victims.column("incident_date") {
            Ok(column) => Some(days_of(column.as_materialized_series())?),
            Err(_) => None,
        };
        for (row, is_child) in children.into_iter().enumerate().watched() {
            let (id, received, commune) = (ids.str()?.get(row).and_then(identifier), received.get(row), communes.str()?.get(row));
            let (Some(id), Some(received), Some(commune)) = (&id, received, commune) else {
                for (column, expected, missing) in [
                    ("case_id", Phrase::Text, id.is_none()),
                    ("received_date", Phrase::Date, received.is_none()),
                    ("commune", Phrase::Text, commune.is_none()),
                ] {
                    if missing {
                        problems.value("victims", column, expected, self.rows + row as u64 + 1);
                    }
                }
                continue;
            };
            let incident = match &incidents {
                Some(column) => column.get(row),
                None => None,
            };
            let sure = match confirmed.bool()?.get(row) {
                Some(true) => YES,
                Some(false) => NO,
                None => UNDECIDED,
            };
            let commune = self.place(commune);
            let child = match &named {
                Some(column) => column.str()?.get(row).and_then(identifier).map_or(0, |child| xxh3_64(child.as_bytes()).max(1)),
                None => 0,
            };
            let facts = Facts { received, commune, incident, child, sure, counts: sure.min(is_child) };
            self.keep(xxh3_128(id.as_bytes()), facts);
        }
        self.rows += victims.height() as u64;
        Ok(problems.into_result(""))
    }

    /// Whether each victim was a child at the incident, and what is wrong with what is recorded of its age.
    fn children(&self, table: &Table, victims: &DataFrame) -> Result<(Vec<u8>, Problems)> {
        let nobody = Self::default();
        let mut encoder = Encoder {
            table,
            codes: CATALOGUE.codes(),
            ethnic: None,
            cases: &nobody,
            reference: NaiveDate::default(),
            frame: victims,
            offset: self.rows,
            problems: Problems::default(),
            cache: HashMap::new(),
        };
        let ages = encoder.encode("age")?;
        let Encoded::Number { low, high } = &*ages else { return Ok((vec![UNDECIDED; victims.height()], encoder.problems)) };
        let is_child = |(least, most): (&i32, &i32)| match (*most < ADULT, *least >= ADULT) {
            (true, _) => YES,
            (_, true) => NO,
            _ => UNDECIDED,
        };
        Ok((low.iter().zip(high).map(is_child).collect(), encoder.problems))
    }

    fn place(&mut self, commune: &str) -> u32 {
        if let Some(place) = self.places.get(commune) {
            return *place;
        }
        let place = self.communes.len() as u32;
        self.communes.push(commune.to_owned());
        self.places.insert(commune.to_owned(), place);
        place
    }

    /// Adds a report to its case: reports of one child, day, place and incident are one, as certain as the most certain.
    fn keep(&mut self, case: u128, facts: Facts) {
        let Some(known) = self.by_id.get_mut(&case) else {
            self.by_id.insert(case, Case { first: facts, more: Box::default() });
            return;
        };
        let key = |f: &Facts| (f.received, f.commune, f.incident, f.child);
        match std::iter::once(&mut known.first).chain(&mut known.more).find(|f| key(f) == key(&facts)) {
            Some(same) => (same.sure, same.counts) = (same.sure.max(facts.sure), same.counts.max(facts.counts)),
            None => known.more = known.more.iter().copied().chain([facts]).collect(),
        }
    }

    /// Puts the reports of the child named, if it is in the case, else of the case, in the place of others.
    fn related(&self, case: &str, child: Option<&str>, found: &mut Vec<Facts>) {
        found.clear();
        let Some(case) = identifier(case).and_then(|case| self.by_id.get(&xxh3_128(case.as_bytes()))) else { return };
        if let Some(child) = child.and_then(identifier).map(|child| xxh3_64(child.as_bytes()).max(1)) {
            found.extend(case.reports().filter(|f| f.child == child));
        }
        if found.is_empty() {
            found.extend(case.reports());
        }
    }

    /// For each row of perpetrators the places and days of the reports that it is related to, and the number of the row; one without
    /// any for a row that no report is related to.
    fn placed<'a>(&self, rows: impl Iterator<Item = (IdxSize, (Option<&'a str>, Option<&'a str>))>) -> (Vec<IdxSize>, Vec<Option<Facts>>) {
        let (mut numbers, mut facts, mut found) = (Vec::new(), Vec::new(), Vec::new());
        for (row, (case, child)) in rows {
            match case {
                Some(case) => self.related(case, child, &mut found),
                None => found.clear(),
            }
            if found.len() > 1 {
                found.sort_unstable_by_key(|f| (f.received, f.commune, f.incident));
            }
            for same in found.chunk_by(|a, b| (a.received, a.commune, a.incident) == (b.received, b.commune, b.incident)) {
                let most = |of: fn(&Facts) -> u8| same.iter().map(of).max().unwrap_or(NO);
                facts.push(Some(Facts { sure: most(|f| f.sure), counts: most(|f| f.counts), ..same[0] }));
            }
            if found.is_empty() {
                facts.push(None);
            }
            numbers.resize(facts.len(), row);
        }
        (numbers, facts)
    }

    /// The first of the reports that count most certainly; ties by commune and incident.
    pub(crate) fn first(&self, case: &str, child: Option<&str>) -> Option<Facts> {
        let order = |f: &Facts| (Reverse(f.counts), f.received, self.commune(f).to_owned(), f.incident);
        let mut related = Vec::new();
        self.related(case, child, &mut related);
        let sure = related.iter().map(|f| f.sure).max()?;
        related.into_iter().min_by_key(order).map(|first| Facts { sure, ..first })
    }

    /// A batch of perpetrators with the facts of their reports: one row for each place and day of the reports that a row is
    /// related to. `offset` are the rows of the table before.
    ///
    /// Whoever has no key and stands in several rows gets one: of what its row says, and how many such rows were `seen` before, so
    /// that neither the order of rows nor a split of cases can be told from it.
    pub(crate) fn joined(&self, batch: &DataFrame, offset: u64, seen: &mut HashMap<u128, u32>) -> PolarsResult<DataFrame> {
        let text = |name: &str| batch.column(name).and_then(|c| c.cast(&DataType::String)).ok();
        let (cases, children, persons) = (batch.column("case_id")?.cast(&DataType::String)?, text("child_id"), text("person_id"));
        let starts: Vec<usize> = (0..batch.height()).step_by(CHUNK).collect();
        let part = |start: &usize| -> PolarsResult<(Vec<IdxSize>, Vec<Option<Facts>>)> {
            let (first, length) = (*start as IdxSize, CHUNK.min(batch.height() - start));
            let start = i64::from(first);
            let cases = cases.slice(start, length);
            let children = children.as_ref().map(|column| column.slice(start, length));
            let children: Box<dyn Iterator<Item = Option<&str>>> = match &children {
                Some(column) => Box::new(column.str()?.iter()),
                None => Box::new(std::iter::repeat_n(None, length)),
            };
            Ok(self.placed((first..).zip(cases.str()?.iter().zip(children))))
        };
        let parts = starts.par_iter().map(part).collect::<PolarsResult<Vec<_>>>()?;
        let (mut rows, mut facts) = (Vec::with_capacity(batch.height()), Vec::with_capacity(batch.height()));
        for (numbers, found) in parts {
            rows.extend(numbers);
            facts.extend(found);
        }
        let mut frame = batch.clone();
        if rows.len() > batch.height() {
            frame = batch.take(&IdxCa::from_vec("".into(), rows.clone()))?;
            if let Some(persons) = persons {
                let known: Vec<bool> = persons.str()?.iter().map(|key| key.and_then(identifier).is_some()).collect();
                let several = |nth: usize| rows.get(nth + 1) == Some(&rows[nth]) || nth > 0 && rows[nth - 1] == rows[nth];
                if (0..rows.len()).any(|nth| !known[rows[nth] as usize] && several(nth)) {
                    let mut keys: Vec<Option<String>> = Vec::with_capacity(rows.len());
                    for (nth, row) in rows.iter().enumerate() {
                        keys.push(match known[*row as usize] {
                            false if several(nth) && nth > 0 && rows[nth - 1] == *row => keys[nth - 1].clone(),
                            false if several(nth) => Some(own_key(batch, *row as usize, seen)?),
                            _ => persons.str()?.get(*row as usize).map(str::to_owned),
                        });
                    }
                    frame.with_column(Column::new("person_id".into(), keys))?;
                }
            }
        }
        let number = |of: &dyn Fn(&Facts) -> Option<i32>| facts.iter().map(|f| f.as_ref().and_then(of)).collect::<Vec<Option<i32>>>();
        let commune = facts.iter().map(|f| f.as_ref().map(|f| self.commune(f))).collect::<Vec<Option<&str>>>();
        frame.with_column(Column::new(ROW.into(), rows.iter().map(|row| offset + u64::from(*row) + 1).collect::<Vec<u64>>()))?;
        frame.with_column(Column::new("#received_date".into(), number(&|f| Some(f.received))))?;
        frame.with_column(Column::new("#incident_date".into(), number(&|f| f.incident)))?;
        frame.with_column(Column::new("#commune".into(), commune))?;
        frame.with_column(Column::new("#confirmed".into(), number(&|f| Some(i32::from(f.sure)))))?;
        frame.with_column(Column::new("#abuses_child".into(), number(&|f| Some(i32::from(f.counts)))))?;
        Ok(frame)
    }

    pub(crate) fn commune(&self, facts: &Facts) -> &str {
        &self.communes[facts.commune as usize]
    }
}

/// A key for a row without one: what it says, and its number among rows that say the same.
fn own_key(batch: &DataFrame, row: usize, seen: &mut HashMap<u128, u32>) -> PolarsResult<String> {
    let mut says = Vec::new();
    for column in batch.columns().iter().filter(|c| c.name().as_str() != "person_id") {
        let text = column.slice(row as i64, 1).cast(&DataType::String)?;
        says.extend(text.str()?.get(0).unwrap_or("\u{0}").as_bytes());
        says.push(u8::MAX);
    }
    let says = xxh3_128(&says);
    let nth = seen.entry(says).or_default();
    *nth += 1;
    Ok(format!("chitieu:{says:032x}:{nth}"))
}
