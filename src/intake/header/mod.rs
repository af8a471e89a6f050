//! The header of a sheet: where it is below the titles, and which schema column each of its columns is.

mod other_meaning;
mod parentheses;
mod synonyms;
mod target;
mod top;
mod units;
mod vocabulary;
mod whose;

pub(super) use synonyms::{Deletion, says_deleted};
pub(super) use target::{ANY, Component, How, Target};
pub(super) use top::Top;

use crate::catalogue::{ColumnType, Table};
use std::collections::{BTreeMap, HashMap, HashSet};
use synonyms::{TableWords, deletion};
use vocabulary::Match;
use whose::whose;

/// A header and the meaning of its columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Header {
    /// Its first row, by position in the sheet.
    pub first: usize,
    pub height: usize,
    /// For each column of the sheet its header as written, and its meaning.
    pub columns: Vec<(String, Option<Target>, Option<How>)>,
    /// The column that numbers the rows.
    pub numbering: Option<usize>,
    /// Schema columns that several headers claim, with the number of headers: none of them is taken.
    pub twice: Vec<(String, usize)>,
    /// The columns that may mark a row as deleted, and how.
    pub deleted: Vec<(usize, Deletion)>,
    score: usize,
    /// The schema columns whose headers cannot be values of a record.
    sure: Vec<usize>,
}

/// Chooses among columns with the same meaning: the one that the mapping names, or the only one that is not a fallback.
fn chosen(places: &[usize], columns: &[(String, Match)]) -> Option<usize> {
    let only = |is: &dyn Fn(&Match) -> bool| {
        let mut those = places.iter().copied().filter(|place| is(&columns[*place].1));
        those.next().filter(|_| those.next().is_none())
    };
    let mapped = |found: &Match| found.how == Some(How::Mapping);
    if places.iter().any(|place| mapped(&columns[*place].1)) {
        return only(&mapped);
    }
    only(&|_| true).or_else(|| only(&|found| !found.gives_way))
}

impl Header {
    /// Builds a header from the labels and meanings of its columns.
    fn new(first: usize, height: usize, numbering: Option<usize>, columns: Vec<(String, Match)>, table: &Table) -> Self {
        let mut header = Self { first, height, numbering, ..Self::default() };
        let columns = whose(columns, table);
        let mut places: HashMap<Target, Vec<usize>> = HashMap::new();
        for (place, (label, found)) in columns.iter().enumerate() {
            let deletion = match found.how {
                Some(How::Deleted) => deletion(label).or(Some(Deletion::Flag)),
                Some(How::Ignored) => None,
                _ => deletion(label).filter(|how| *how == Deletion::State),
            };
            header.deleted.extend(deletion.map(|how| (place, how)));
            if let Some(target) = &found.target {
                places.entry(target.clone()).or_default().push(place);
            }
        }
        // Of several marks that together make one flag, each is taken.
        let firsts: HashSet<usize> =
            places.iter().flat_map(|(target, of)| &of[..if target.is_any() { of.len() } else { 1 }]).copied().collect();
        header.sure = (0..columns.len()).filter(|place| firsts.contains(place) && columns[*place].1.sure).collect();
        let chosen: HashMap<&Target, Option<usize>> = places.iter().map(|(target, places)| (target, chosen(places, &columns))).collect();
        // Each mark, and each part of a date, carries information that the others lack.
        let broken = |target: &Target| {
            let apart = |part: &Component| matches!(part, Component::Tick(_) | Component::Day | Component::Month | Component::Year);
            let doubled =
                |other: &Target| other.column == target.column && apart(&other.part) && !other.is_any() && chosen[other].is_none();
            apart(&target.part) && places.keys().any(doubled)
        };
        for (target, places) in &places {
            if chosen[target].is_none() && !target.is_any() {
                header.twice.push((target.column.clone(), places.len()));
            }
        }
        header.twice.sort();
        header.columns = columns
            .iter()
            .enumerate()
            .map(|(place, (label, found))| match &found.target {
                Some(target) if !target.is_any() && (broken(target) || chosen[target] != Some(place)) => {
                    (label.clone(), None, Some(How::Repeated))
                }
                target => (label.clone(), target.clone(), found.how),
            })
            .collect();
        // "Nam" is a sex, or "year" without marks: a header that may also be a value counts less.
        header.part_marks(table);
        header.score = 2 * header.sure.len() + places.len();
        header.join_dates();
        header.pair_sexes(table);
        header
    }

    /// If a list has both a column of its own and columns of marks, the marks are not taken: either may be incomplete.
    fn part_marks(&mut self, table: &Table) {
        let is_list = |column: &str| table.column(column).is_some_and(|c| c.kind == ColumnType::List);
        let whole: Vec<String> =
            self.targets().filter(|t| t.part == Component::Whole && is_list(&t.column)).map(|t| t.column.clone()).collect();
        for column in whole {
            let is_mark = |target: &Option<Target>| target.as_ref().is_some_and(|t| t.column == column && t.is_tick());
            let marks: Vec<usize> = (0..self.columns.len()).filter(|place| is_mark(&self.columns[*place].1)).collect();
            for place in &marks {
                (self.columns[*place].1, self.columns[*place].2) = (None, Some(How::Repeated));
            }
            if !marks.is_empty() {
                self.twice.push((column, marks.len() + 1));
            }
        }
        self.twice.sort();
    }

    fn targets(&self) -> impl Iterator<Item = &Target> {
        self.columns.iter().filter_map(|(_, target, _)| target.as_ref())
    }

    /// The number of columns that are recognised for certain: a row of data may contain words of a list.
    pub fn known(&self) -> usize {
        self.sure.len()
    }

    /// True if enough is recognised to read the sheet as this table.
    pub fn is_enough(&self) -> bool {
        let there = self.columns.iter().filter(|(label, ..)| !label.is_empty()).count();
        let matched: Vec<&Target> = self.columns.iter().filter_map(|(_, target, _)| target.as_ref()).collect();
        !self.sure.is_empty() && matched.len() + self.twice.len() >= 2 || there == 1 && matched.iter().any(|target| !target.is_tick())
    }

    /// The required columns that the header lacks: without a date, a name or a key, a row is not a record.
    pub fn lacks<V>(&self, table: &Table, constants: &BTreeMap<String, V>) -> Option<&'static [String]> {
        // A year or month alone is a dimension of summaries.
        let is_whole = |target: &Target| !matches!(target.part, Component::Month | Component::Year);
        let has = |column: &String| {
            constants.contains_key(column)
                || self.twice.iter().any(|(twice, _)| twice == column)
                || self.columns.iter().any(|(_, target, _)| target.as_ref().is_some_and(|t| t.column == *column && is_whole(t)))
                // A schema column in another unit or order, or of another person, still counts as present.
                || self.columns.iter().any(|(.., how)| matches!(how, Some(How::Parentheses | How::Unit | How::Whose)))
        };
        TableWords::of(table).needs.iter().map(Vec::as_slice).find(|needed| !needed.iter().any(has))
    }

    /// The recognised headers, for a message; others may not be headers at all.
    pub fn known_labels(&self) -> Vec<String> {
        self.sure.iter().map(|place| self.columns[*place].0.clone()).collect()
    }

    /// Dates below one sex are ignored if there is no column for the other sex.
    fn pair_sexes(&mut self, table: &Table) {
        let is_date = |column: &str| table.column(column).is_some_and(|c| c.kind == ColumnType::Date);
        // Without marks "Ngay sinh nam" is the year of birth, or, next to "Ngay sinh nu", a boy's date of birth.
        let part = |part: Component| Target { column: "birth_date".to_owned(), part };
        let has = |header: &Self, target: &Target| header.columns.iter().any(|(_, t, _)| t.as_ref() == Some(target));
        let (male, female) = (part(Component::Tick("male".to_owned())), part(Component::Tick("female".to_owned())));
        if has(self, &female) && !has(self, &male) && !has(self, &part(Component::Month)) {
            let year = self.columns.iter_mut().find(|(_, t, _)| t.as_ref() == Some(&part(Component::Year)));
            year.map(|(_, target, _)| *target = Some(male)).unwrap_or_default();
        }
        let below: Vec<Target> =
            self.columns.iter().filter_map(|(_, t, _)| t.clone()).filter(|t| t.is_tick() && is_date(&t.column)).collect();
        for (place, (_, target, how)) in self.columns.iter_mut().enumerate() {
            let alone = target
                .as_ref()
                .is_some_and(|t| t.is_tick() && is_date(&t.column) && below.iter().filter(|other| other.column == t.column).count() < 2);
            if alone {
                (*target, *how) = (None, None);
                self.sure.retain(|sure| *sure != place);
            }
        }
    }

    /// "Ngày sinh", "Tháng sinh", "Năm sinh" side by side are the parts of one date.
    fn join_dates(&mut self) {
        let has = |header: &Self, column: &str, part: Component| {
            header.columns.iter().any(|(_, t, _)| t.as_ref().is_some_and(|t| t.column == column && t.part == part))
        };
        let dates: Vec<String> = self
            .columns
            .iter()
            .filter_map(|(_, t, _)| t.as_ref())
            .filter(|t| t.part == Component::Month)
            .map(|t| t.column.clone())
            .collect();
        for date in dates {
            let (day, year) = (!has(self, &date, Component::Day), !has(self, &date, Component::Year));
            for (_, target, _) in &mut self.columns {
                let Some(target) = target else { continue };
                if day && target.column == date && target.part == Component::Whole {
                    target.part = Component::Day;
                } else if year && date == "birth_date" && target.column == "birth_year" {
                    *target = Target { column: date.clone(), part: Component::Year };
                }
            }
        }
    }
}
