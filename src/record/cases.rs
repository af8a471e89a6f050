//! What perpetrators take over from the victims of their case.

use super::encode::NO;
use crate::catalogue::{CaseFact, Catalogue, OfCase, Table};
use crate::spelling::identifier;
use polars_core::prelude::*;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::LazyLock;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// The facts of one report of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    pub received: i32,
    /// Its index among the communes; see [`Cases::commune`].
    pub(super) commune: u32,
    pub incident: Option<i32>,
    /// The hash of the child; 0 where the child is not identified.
    pub(super) child: u64,
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

/// The cases of a dataset: date, place and certainty of each report.
///
/// Perpetrators have no date and place of their own. They take those of the reports of the child they name, if it is in the
/// case, or else of the whole case. So a perpetrator counts wherever and whenever a child he or she abused counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cases {
    /// By the hash of the case's identifier. Cases come by the million: each takes 64 bytes.
    by_id: PlHashMap<u128, Case>,
    communes: Vec<String>,
    places: PlHashMap<String, u32>,
    /// Rows of victims read so far.
    pub(super) rows: u64,
}

/// The column, under a name no table uses, for the row number that [`Cases::joined`] adds.
const ROW: &str = "#row";

/// The column, under a name no table uses, for a fact of the report that [`Cases::joined`] adds.
pub(super) fn joined_column(fact: CaseFact) -> &'static str {
    match fact {
        CaseFact::Received => "#received",
        CaseFact::Incident => "#incident",
        CaseFact::Commune => "#commune",
        CaseFact::Confirmed => "#confirmed",
        CaseFact::OfChild => "#of_child",
    }
}

/// The row of the table from which a row of a joined batch comes.
pub(super) fn row_of(frame: &DataFrame, row: usize) -> Option<u64> {
    frame.column(ROW).ok()?.u64().ok()?.get(row)
}

/// Rows of perpetrators that one thread joins at once.
const CHUNK: usize = 1 << 15;

pub(super) static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::builtin);

/// What perpetrators take over from reports, and the table of reports.
pub(super) fn taken_over() -> PolarsResult<(&'static OfCase, &'static Table)> {
    let found = CATALOGUE.of_case().and_then(|(_, case)| Some((case, CATALOGUE.table(&case.table)?)));
    found.ok_or_else(|| polars_err!(ColumnNotFound: "no table takes over facts of cases"))
}

impl Cases {
    pub(super) fn place(&mut self, commune: &str) -> u32 {
        if let Some(place) = self.places.get(commune) {
            return *place;
        }
        let place = self.communes.len() as u32;
        self.communes.push(commune.to_owned());
        self.places.insert(commune.to_owned(), place);
        place
    }

    /// Adds a report to its case. Reports of the same child, day, place and incident count as one, as certain as the most certain.
    pub(super) fn keep(&mut self, case: u128, facts: Facts) {
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

    /// Fills `found` with the reports of the child named, if it is in the case, or else of the whole case.
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

    /// For each row of perpetrators, the distinct places and days of its reports with the number of the row. A row without
    /// reports gets one entry without facts.
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

    /// The first of the reports most certain to count; ties are broken by commune and incident.
    pub(crate) fn first(&self, case: &str, child: Option<&str>) -> Option<Facts> {
        let order = |f: &Facts| (Reverse(f.counts), f.received, self.commune(f).to_owned(), f.incident);
        let mut related = Vec::new();
        self.related(case, child, &mut related);
        let sure = related.iter().map(|f| f.sure).max()?;
        related.into_iter().min_by_key(order).map(|first| Facts { sure, ..first })
    }

    /// A batch of perpetrators with the facts of their reports: one row for each distinct place and day of a row's reports.
    /// `offset` rows of the table came before.
    ///
    /// A perpetrator without a key who now has several rows is given one, made of the content of the row and of how many equal
    /// rows were `seen` before, so that it does not depend on the order of rows or the split of cases.
    pub(crate) fn joined(&self, batch: &DataFrame, offset: u64, seen: &mut HashMap<u128, u32>) -> PolarsResult<DataFrame> {
        let (case, _) = taken_over()?;
        let text = |name: &str| batch.column(name).and_then(|c| c.cast(&DataType::String)).ok();
        let (cases, children, persons) = (batch.column(&case.id)?.cast(&DataType::String)?, text(&case.child), text(&case.person));
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
                            false if several(nth) => Some(own_key(batch, &case.person, *row as usize, seen)?),
                            _ => persons.str()?.get(*row as usize).map(str::to_owned),
                        });
                    }
                    frame.with_column(Column::new(case.person.as_str().into(), keys))?;
                }
            }
        }
        let number = |of: &dyn Fn(&Facts) -> Option<i32>| facts.iter().map(|f| f.as_ref().and_then(of)).collect::<Vec<Option<i32>>>();
        let commune = facts.iter().map(|f| f.as_ref().map(|f| self.commune(f))).collect::<Vec<Option<&str>>>();
        frame.with_column(Column::new(ROW.into(), rows.iter().map(|row| offset + u64::from(*row) + 1).collect::<Vec<u64>>()))?;
        let name = |fact: CaseFact| joined_column(fact).into();
        frame.with_column(Column::new(name(CaseFact::Received), number(&|f| Some(f.received))))?;
        frame.with_column(Column::new(name(CaseFact::Incident), number(&|f| f.incident)))?;
        frame.with_column(Column::new(name(CaseFact::Commune), commune))?;
        frame.with_column(Column::new(name(CaseFact::Confirmed), number(&|f| Some(i32::from(f.sure)))))?;
        frame.with_column(Column::new(name(CaseFact::OfChild), number(&|f| Some(i32::from(f.counts)))))?;
        Ok(frame)
    }

    pub(crate) fn commune(&self, facts: &Facts) -> &str {
        &self.communes[facts.commune as usize]
    }
}

/// A key for a row without one: its content, and its number among rows of the same content.
fn own_key(batch: &DataFrame, person: &str, row: usize, seen: &mut HashMap<u128, u32>) -> PolarsResult<String> {
    let mut content = Vec::new();
    for column in batch.columns().iter().filter(|c| c.name().as_str() != person) {
        let text = column.slice(row as i64, 1).cast(&DataType::String)?;
        content.extend(text.str()?.get(0).unwrap_or("\u{0}").as_bytes());
        content.push(u8::MAX);
    }
    let content = xxh3_128(&content);
    let nth = seen.entry(content).or_default();
    *nth += 1;
    Ok(format!("chitieu:{content:032x}:{nth}"))
}
