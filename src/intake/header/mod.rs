//! The header of a sheet: where it stands under the titles, and which column of ours each of its columns is.

mod otherwise;
mod parentheses;
mod synonyms;
mod target;
mod top;
mod units;
mod vocabulary;
mod whose;

pub(super) use synonyms::{Deletion, says_deleted};
pub(super) use target::{ANY, How, Part, Target};
pub(super) use top::Top;

use crate::catalogue::{ColumnType, Table};
use std::collections::{BTreeMap, HashMap, HashSet};
use synonyms::{TableWords, deletion};
use vocabulary::Match;
use whose::whose;

/// A header with what its columns are.
#[derive(Debug, Clone, Default)]
pub(super) struct Header {
    /// The rows of the block, by their order in the sheet.
    pub first: usize,
    pub height: usize,
    /// For each column of the sheet its header as it stands, and what it is.
    pub columns: Vec<(String, Option<Target>, Option<How>)>,
    /// The column that numbers the rows.
    pub numbering: Option<usize>,
    /// Columns of ours that more than one header means, with their number: none of them is taken.
    pub twice: Vec<(String, usize)>,
    /// The columns that may tell that a row is deleted, and by what.
    pub deleted: Vec<(usize, Deletion)>,
    score: usize,
    /// The columns that are ours and whose headers no record would hold.
    sure: Vec<usize>,
}

/// The column that is meant of several that mean the same: the one that the mapping names, or the only one that names it.
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
    /// The header of a block, of what each of its columns is called and means.
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
        // Of several marks that make one flag together each is taken.
        let firsts: HashSet<usize> =
            places.iter().flat_map(|(target, of)| &of[..if target.is_any() { of.len() } else { 1 }]).copied().collect();
        header.sure = (0..columns.len()).filter(|place| firsts.contains(place) && columns[*place].1.sure).collect();
        let chosen: HashMap<&Target, Option<usize>> = places.iter().map(|(target, places)| (target, chosen(places, &columns))).collect();
        // Of marks and of parts of a date, each says what the others do not.
        let broken = |target: &Target| {
            let apart = |part: &Part| matches!(part, Part::Tick(_) | Part::Day | Part::Month | Part::Year);
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
        // "Nam" is a sex, or a year typed without marks: what a record may hold says less.
        header.part_marks(table);
        header.score = 2 * header.sure.len() + places.len();
        header.join_dates();
        header.pair_sexes(table);
        header
    }

    /// Of a list in one column and marks of its codes in others, the marks are not taken: which of them is whole nobody knows.
    fn part_marks(&mut self, table: &Table) {
        let is_list = |column: &str| table.column(column).is_some_and(|c| c.kind == ColumnType::List);
        let whole: Vec<String> = self.targets().filter(|t| t.part == Part::Whole && is_list(&t.column)).map(|t| t.column.clone()).collect();
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

    /// How many of our columns stand here without doubt: a row of data may hold the words of a list.
    pub fn known(&self) -> usize {
        self.sure.len()
    }

    /// True if enough is known to read the sheet as the table.
    pub fn is_enough(&self) -> bool {
        let there = self.columns.iter().filter(|(label, ..)| !label.is_empty()).count();
        let matched: Vec<&Target> = self.columns.iter().filter_map(|(_, target, _)| target.as_ref()).collect();
        !self.sure.is_empty() && matched.len() + self.twice.len() >= 2 || there == 1 && matched.iter().any(|target| !target.is_tick())
    }

    /// The columns of which a list of records has at least one, if it has none: without a date, a name or a key it tells of no record.
    pub fn lacks<V>(&self, table: &Table, constants: &BTreeMap<String, V>) -> Option<&'static [String]> {
        // The year of a date alone is a dimension of summaries.
        let is_whole = |target: &Target| !matches!(target.part, Part::Month | Part::Year);
        let has = |column: &String| {
            constants.contains_key(column)
                || self.twice.iter().any(|(twice, _)| twice == column)
                || self.columns.iter().any(|(_, target, _)| target.as_ref().is_some_and(|t| t.column == *column && is_whole(t)))
                // A column of ours in another unit or order, or of another person, is there all the same.
                || self.columns.iter().any(|(.., how)| matches!(how, Some(How::Parentheses | How::Unit | How::Whose)))
        };
        TableWords::of(table).needs.iter().map(Vec::as_slice).find(|needed| !needed.iter().any(has))
    }

    /// The headers that are known, for a message: others may be no headers at all.
    pub fn known_labels(&self) -> Vec<String> {
        self.sure.iter().map(|place| self.columns[*place].0.clone()).collect()
    }

    /// Dates below the one sex alone are no column of ours: the other sex stands nowhere.
    fn pair_sexes(&mut self, table: &Table) {
        let is_date = |column: &str| table.column(column).is_some_and(|c| c.kind == ColumnType::Date);
        // Without marks "Ngay sinh nam" is the year of birth, or beside "Ngay sinh nu" the birth of a boy.
        let part = |part: Part| Target { column: "birth_date".to_owned(), part };
        let has = |header: &Self, target: &Target| header.columns.iter().any(|(_, t, _)| t.as_ref() == Some(target));
        let (male, female) = (part(Part::Tick("male".to_owned())), part(Part::Tick("female".to_owned())));
        if has(self, &female) && !has(self, &male) && !has(self, &part(Part::Month)) {
            let year = self.columns.iter_mut().find(|(_, t, _)| t.as_ref() == Some(&part(Part::Year)));
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
        let has = |header: &Self, column: &str, part: Part| {
            header.columns.iter().any(|(_, t, _)| t.as_ref().is_some_and(|t| t.column == column && t.part == part))
        };
        let dates: Vec<String> =
            self.columns.iter().filter_map(|(_, t, _)| t.as_ref()).filter(|t| t.part == Part::Month).map(|t| t.column.clone()).collect();
        for date in dates {
            let (day, year) = (!has(self, &date, Part::Day), !has(self, &date, Part::Year));
            for (_, target, _) in &mut self.columns {
                let Some(target) = target else { continue };
                if day && target.column == date && target.part == Part::Whole {
                    target.part = Part::Day;
                } else if year && date == "birth_date" && target.column == "birth_year" {
                    *target = Target { column: date.clone(), part: Part::Year };
                }
            }
        }
    }
}
