//! The meaning of a text as a header.

use super::other_meaning::has_other_meaning;
use super::parentheses::split_parentheses;
use super::synonyms::{Deletion, TableWords, deletion, gives_way, is_ignored, is_kind};
use super::target::{ANY, Component, How, Target};
use crate::catalogue::{Catalogue, Column, ColumnType, Table};
use crate::intake::codes::Words;
use crate::intake::mapping::{DELETED, TableMapping};
use crate::spelling::{alike, bare};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

/// What a text means as a header.
#[derive(Debug, Clone)]
enum Meaning {
    /// A schema column; `sure` if the text cannot be a value of a record.
    Known { target: Target, sure: bool },
    /// A schema column whose parentheses announce another unit, order or code.
    Other,
}

/// The match of one header: the schema column, how it was matched, and whether the text cannot be a value of a record.
#[derive(Debug, Clone, Default)]
pub(super) struct Match {
    pub target: Option<Target>,
    pub how: Option<How>,
    pub sure: bool,
    /// Used only if no other header names the column.
    pub gives_way: bool,
}

/// The code lists that occur in records.
static LISTS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let catalogue = Catalogue::builtin();
    catalogue.tables().iter().flat_map(|table| &table.columns).filter_map(|column| column.codes.clone()).collect()
});

/// True for a word that may be a value: the name of a code, yes or no.
fn is_value(text: &str) -> bool {
    let words = Words::get();
    words.flag(text).is_some() || LISTS.iter().any(|list| words.tick(list, text).is_some())
}

/// The words for one table, including those of the user's mapping.
pub(super) struct Vocabulary<'a> {
    pub table: &'a Table,
    words: &'static TableWords,
    mapped: HashMap<String, Target>,
    unwanted: HashSet<String>,
    /// Columns that the mapping names by position; `None` for one that it ignores.
    places: HashMap<String, Option<Target>>,
    /// Meanings found so far.
    found: RefCell<HashMap<String, Option<Meaning>>>,
}

impl<'a> Vocabulary<'a> {
    pub fn new(table: &'a Table, mapping: &TableMapping) -> Self {
        let mapped = mapping.columns.iter().map(|(header, target)| (alike(header), Target::from_name(target)));
        Self {
            table,
            words: TableWords::of(table),
            mapped: mapped.collect(),
            unwanted: mapping.ignore.iter().map(|header| alike(header)).collect(),
            places: mapping
                .columns
                .iter()
                .map(|(header, target)| (header, Some(Target::from_name(target))))
                .chain(mapping.ignore.iter().map(|header| (header, None)))
                .filter_map(|(header, target)| Some((by_place(header)?, target)))
                .collect(),
            found: RefCell::default(),
        }
    }

    /// The meaning of a header given as one text.
    fn meaning(&self, text: &str) -> Option<Meaning> {
        if let Some(known) = self.found.borrow().get(text) {
            return known.clone();
        }
        let found = self.look_up(text);
        self.found.borrow_mut().insert(text.to_owned(), found.clone());
        found
    }

    fn look_up(&self, text: &str) -> Option<Meaning> {
        if text.is_empty() {
            return None;
        }
        let known = |target: Target, text: &str| Meaning::Known { sure: !target.is_tick() && !is_value(text), target };
        if let Some(target) = self.words.synonym(text) {
            return Some(known(target, text));
        }
        let (outside, inside) = split_parentheses(text);
        if let Some(target) = self.by_sex(&outside, &inside) {
            return Some(Meaning::Known { target, sure: true });
        }
        match self.words.synonym(&outside) {
            Some(target) if has_other_meaning(self.table.column(&target.column)?, &inside) => Some(Meaning::Other),
            Some(target) => Some(known(target, &outside)),
            None => self.words.tick(text).map(|target| known(target, text)),
        }
    }

    /// "Ngày sinh (Nam)", "Ngày sinh nữ": dates of one sex.
    fn by_sex(&self, outside: &str, inside: &str) -> Option<Target> {
        let (date, sex) = if inside.is_empty() { outside.trim().rsplit_once([' ', '-', '/', ':'])? } else { (outside, inside) };
        self.dates_of(&self.words.synonym(date)?, sex)
    }

    /// Dates of one sex below the header of a date. Years of birth count as dates of which only the year is known.
    fn dates_of(&self, date: &Target, sex: &str) -> Option<Target> {
        let column = match date.column.as_str() {
            "birth_year" if self.table.column("birth_date").is_some() => "birth_date",
            column => column,
        };
        let is_date = date.part == Component::Whole && self.table.column(column)?.kind == ColumnType::Date;
        self.table.column("sex").filter(|_| is_date)?;
        let code = Words::get().tick("sex", sex)?;
        Some(Target { column: column.to_owned(), part: Component::Tick(code.to_owned()) })
    }

    /// The meaning of a part below the heading of a schema column: a code of its list, a sex below a date, yes or no below a flag.
    fn below(&self, heading: &Column, part: &str) -> Option<Target> {
        let words = Words::get();
        let tick = |code: &str| Target { column: heading.id.clone(), part: Component::Tick(code.to_owned()) };
        match (heading.kind, &heading.codes) {
            (ColumnType::List | ColumnType::Text, Some(list)) if list != "ethnicity" => words.below(list, part).map(tick),
            (ColumnType::Flag, _) => match words.flag(part) {
                Some(yes) => (!is_mark(part)).then(|| tick(if yes { "yes" } else { "no" })),
                None => (self.words.any.contains(&heading.id) && may_be_kind(part)).then(|| tick(ANY)),
            },
            _ => self.dates_of(&Target { column: heading.id.clone(), part: Component::Whole }, part),
        }
    }

    /// The meaning of a column below a schema column's heading over several columns; the outer `None` if there is no such heading.
    #[allow(clippy::option_option, reason = "below a heading of ours a column may mean nothing, which is not the same as no heading")]
    fn under_heading(&self, parts: &[&str], over: &impl Fn(&str) -> usize) -> Option<Option<Meaning>> {
        let (last, above) = parts.split_last()?;
        let heading = above.iter().rev().filter(|part| over(part) > 1).find_map(|part| match self.meaning(part)? {
            Meaning::Known { target, .. } if target.part == Component::Whole => self.table.column(&target.column),
            _ => None,
        })?;
        if let Some(target) = self.below(heading, last) {
            return Some(Some(Meaning::Known { target, sure: true }));
        }
        // A part that is no code of the heading's list is not a code of another list either.
        let other = self.meaning(last).filter(|found| !matches!(found, Meaning::Known { target, .. } if target.is_tick()));
        heading.codes.is_some().then_some(other)
    }

    /// The meaning of a column's header, given its parts from the top; `over` gives the number of columns that a part covers.
    pub fn matched(&self, parts: &[&str], over: impl Fn(&str) -> usize) -> Match {
        let label = parts.join(" / ");
        if let Some(named) = self.named(&label, parts.last().copied().unwrap_or_default()) {
            return named;
        }
        if let Some(column) = self.table.column(label.trim()) {
            return Match { target: Some(Target::from_name(&column.id)), how: Some(How::Id), sure: true, gives_way: false };
        }
        let meaning = self.meaning(&label);
        if meaning.is_none() && parts.iter().any(|part| is_ignored(part)) {
            return Match { how: Some(How::Ignored), ..Match::default() };
        }
        let found = match meaning {
            Some(found) => Some(found),
            None => self.under_heading(parts, &over).unwrap_or_else(|| self.last_known(parts, over)),
        };
        if found.is_none() && deletion(&label).is_some_and(|how| how != Deletion::State) {
            return Match { how: Some(How::Deleted), ..Match::default() };
        }
        match found {
            Some(Meaning::Known { target, sure }) => {
                let gives_way = parts.iter().any(|part| gives_way(part));
                Match { target: Some(target), how: Some(How::Synonym), sure, gives_way }
            }
            Some(Meaning::Other) => Match { how: Some(How::Parentheses), ..Match::default() },
            None => Match::default(),
        }
    }

    /// The meaning of the last known part. The text below it is treated like its parentheses.
    fn last_known(&self, parts: &[&str], over: impl Fn(&str) -> usize) -> Option<Meaning> {
        // A part over several columns does not determine one of them.
        let mut places = (0..parts.len()).rev().filter(|at| over(parts[*at]) <= 1);
        let (at, found) = places.find_map(|at| Some((at, self.meaning(parts[at])?)))?;
        let Meaning::Known { target, .. } = &found else { return Some(found) };
        let is_other = has_other_meaning(self.table.column(&target.column)?, &parts[at + 1..].join(" "));
        Some(if is_other { Meaning::Other } else { found })
    }

    /// What the mapping says of a header.
    fn named(&self, label: &str, last: &str) -> Option<Match> {
        if self.mapped.is_empty() && self.unwanted.is_empty() {
            return None;
        }
        let keys = [alike(label), alike(last)];
        if let Some(target) = keys.iter().find_map(|key| self.mapped.get(key)) {
            if target.column == DELETED {
                return Some(Match { how: Some(How::Deleted), ..Match::default() });
            }
            return Some(named(target));
        }
        keys.iter().any(|key| self.unwanted.contains(key)).then(|| Match { how: Some(How::Ignored), ..Match::default() })
    }

    /// True if the mapping names columns by position.
    pub fn names_places(&self) -> bool {
        !self.places.is_empty()
    }

    /// What the mapping says of a column by position, given how often its header has occurred so far: "Ngày sinh#2" is the second column
    /// with that header, "#D" is column D.
    pub fn placed(&self, place: u32, same: &[(&str, usize)]) -> Option<Match> {
        let keys = same.iter().map(|(key, nth)| format!("{key}#{nth}"));
        let mut keys = keys.chain([format!("#{}", letters(place))]);
        keys.find_map(|key| self.places.get(&key)).map(|target| match target {
            Some(target) => named(target),
            None => Match { how: Some(How::Ignored), ..Match::default() },
        })
    }

    /// True for a text that is recognised as the header of a column.
    pub fn knows(&self, text: &str) -> bool {
        self.matched(&[text], |_| 1).how.is_some()
    }

    /// True for a text that is recognised as the header of a column below another header.
    pub fn knows_below(&self, above: &str, text: &str) -> bool {
        let found = self.matched(&[above, text], |part| if part == above { 2 } else { 1 });
        // Below the heading of support any word is a header, even a value of a record.
        let is_any = found.target.as_ref().is_some_and(Target::is_any);
        found.how.is_some() && (!is_any || is_kind(text))
    }
}

fn named(target: &Target) -> Match {
    Match { target: Some(target.clone()), how: Some(How::Mapping), sure: true, gives_way: false }
}

/// The key of a header with a position: its number among equal headers, or the letters of its column.
fn by_place(header: &str) -> Option<String> {
    let (label, place) = header.rsplit_once('#')?;
    let (label, place) = (alike(label), place.trim().to_uppercase());
    let counts = !label.is_empty() && !place.is_empty() && place.bytes().all(|b| b.is_ascii_digit());
    let names = label.is_empty() && (1..=3).contains(&place.len()) && place.bytes().all(|b| b.is_ascii_uppercase());
    (counts || names).then(|| format!("{label}#{}", if counts { place.trim_start_matches('0') } else { &place }))
}

/// The letters of a column as a spreadsheet shows them.
fn letters(place: u32) -> String {
    let mut letters = String::new();
    let mut rest = place + 1;
    while rest > 0 {
        let digit = (rest - 1) % 26;
        letters.insert(0, char::from(b'A' + digit as u8));
        rest = (rest - 1) / 26;
    }
    letters
}

/// True for a word that may name a kind of support, not a date, an amount or a description.
fn may_be_kind(part: &str) -> bool {
    const OTHERS: [&str; 14] = [
        "ngay",
        "so",
        "noi dung",
        "muc",
        "don vi",
        "co quan",
        "nguoi",
        "ghi chu",
        "loai",
        "hinh thuc",
        "thoi gian",
        "nam",
        "tong",
        "ly do",
    ];
    let key = bare(part);
    let begins = |word: &&str| key.strip_prefix(*word).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    part.chars().filter(|c| c.is_alphabetic()).count() > 1 && !OTHERS.iter().any(begins)
}

/// True for a mark in a record, not a header: x, 1, v.
fn is_mark(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).count() < 2
}
