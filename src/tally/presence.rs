//! Which communes sent records, as far as rows, and what is said of who reported, tell. Merges like counts.

use super::{Tally, Vintage};
use crate::area::{Level, Sent, Submissions};
use crate::question::Question;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of who sent which records, by the list that their area codes belong to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Presence {
    /// By list and pass (its first block): communes with rows.
    pub rows: BTreeMap<(NaiveDate, u32), Places>,
    /// Submissions of a table by a commune.
    pub submitted: BTreeMap<Sender, Sent>,
    /// Tables that every commune of a province is said to have reported.
    pub complete: BTreeSet<Sender>,
}

/// List, table by its place in the question, and unit by its place in the list.
pub(crate) type Sender = (NaiveDate, u32, u32);

impl Presence {
    /// Notes a commune with rows.
    pub fn row(&mut self, list: NaiveDate, pass: u32, commune: u32) {
        self.rows.entry((list, pass)).or_default().insert(commune);
    }

    /// Both together.
    pub fn absorb(&mut self, other: &Self) {
        for (key, places) in &other.rows {
            self.rows.entry(*key).or_default().absorb(places);
        }
        for (sender, days) in &other.submitted {
            self.submitted.entry(*sender).or_default().extend(days);
        }
        self.complete.extend(&other.complete);
    }
}

impl Tally {
    /// Adds which communes reported. Tables that the question does not count are passed over; a complete table is so for the
    /// provinces that have rows or submissions.
    pub(crate) fn report(&mut self, submissions: &Submissions, onto: &Question, vintage: &Vintage) {
        let moved = vintage.moved();
        let question = moved.map_or(onto, |moved| &moved.question);
        let list = &*question.areas;
        let since = list.since();
        let reads = |id: &str| question.blocks.iter().any(|b| b.table == id || b.table == "perpetrators" && id == "victims");
        let table = |id: &str| reads(id).then(|| question.table_place(id).ok()).flatten();
        for (id, code, sent) in submissions.senders() {
            let (Some(table), Some(place)) = (table(id), list.commune(code)) else { continue };
            self.presence.submitted.entry((since, table, place)).or_default().extend(sent);
            let province = list.up_to(place, Level::Province);
            match moved {
                _ if !sent.iter().any(|(_, came)| *came) => {}
                Some(moved) => moved.note_province(province, self),
                None => drop(self.provinces.insert(province)),
            }
        }
        let with_records: Vec<u32> = match moved {
            Some(_) => self.origins.iter().filter(|(of, _)| *of == list.edition()).map(|(_, province)| *province).collect(),
            None => self.provinces.iter().copied().filter(|place| (*place as usize) < list.areas().len()).collect(),
        };
        for table in submissions.complete_tables().filter_map(table) {
            self.presence.complete.extend(with_records.iter().map(|province| (since, table, *province)));
        }
    }
}

/// A set of places in a list of areas, as bits: a thousand parts of a country merge in no time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Places(Vec<u64>);

impl Places {
    pub fn insert(&mut self, place: u32) {
        let word = place as usize / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (place % 64);
    }

    pub fn contains(&self, place: u32) -> bool {
        self.0.get(place as usize / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.0.len() as u32 * 64).filter(|place| self.contains(*place))
    }

    fn absorb(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine |= theirs);
    }
}
