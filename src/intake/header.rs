//! The header of a sheet: where it stands under the titles, and which column of ours each of its columns is.

use super::cells::{Cell, Sheet};
use super::codes::Words;
use super::legacy::Legacy;
use super::mapping::TableMapping;
use super::rules::Rules;
use super::values::tidy;
use crate::catalogue::{Catalogue, Table};
use crate::spelling::{alike, bare};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

/// Rows looked at for a header.
const LOOKED: usize = 40;
/// Rows a header may have.
const TALL: usize = 3;

/// What one column of a file is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Target {
    pub column: String,
    pub part: Part,
}

/// Which part of one of our columns.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Whole,
    Day,
    Month,
    Year,
    Code,
    District,
    Province,
    /// A column of marks for one code of a list.
    Tick(String),
}

/// How a header was matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Id,
    Synonym,
    Mapping,
    Ignored,
    /// Another column before it is the same.
    Repeated,
}

impl How {
    pub fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Synonym => "synonym",
            Self::Mapping => "mapping",
            Self::Ignored => "ignored",
            Self::Repeated => "repeated",
        }
    }
}

/// A header with what its columns are.
#[derive(Debug, Clone, Default)]
pub(super) struct Header {
    /// The rows of the block, by their order in the sheet.
    pub first: usize,
    pub height: usize,
    /// For each column of the sheet its header as it stands, and what it is.
    pub columns: Vec<(String, Option<Target>, Option<How>)>,
    score: usize,
}

/// The words for the columns of one table.
struct TableWords {
    alike: HashMap<String, Target>,
    bare: HashMap<String, Option<Target>>,
    titles: Vec<String>,
    /// Columns that may come as columns of marks, with the list of their codes.
    ticks: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct File {
    ignored: Vec<String>,
    common: BTreeMap<String, Vec<String>>,
    #[serde(flatten)]
    tables: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

struct Synonyms {
    ignored: HashSet<String>,
    tables: HashMap<String, TableWords>,
}

static SYNONYMS: LazyLock<Synonyms> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("synonyms.toml")).expect("synonyms.toml is whole");
    let catalogue = Catalogue::builtin();
    let tables = catalogue.tables().iter().map(|table| {
        let own = file.tables.get(&table.id);
        (table.id.clone(), TableWords::new(table, own, &file.common))
    });
    let ignored = file.ignored.iter().flat_map(|word| [alike(word), bare(word)]).collect();
    Synonyms { ignored, tables: tables.collect() }
});

impl Target {
    /// A target by its name: "sex", "birth_date.year", "circumstances.d".
    fn from_name(name: &str) -> Self {
        let (column, part) = name.split_once('.').map_or((name, None), |(column, part)| (column, Some(part)));
        let part = match part {
            None => Part::Whole,
            Some("day") => Part::Day,
            Some("month") => Part::Month,
            Some("year") => Part::Year,
            Some("code") => Part::Code,
            Some("district") => Part::District,
            Some("province") => Part::Province,
            Some(code) => Part::Tick(code.to_owned()),
        };
        Self { column: column.to_owned(), part }
    }

    /// Its name.
    pub fn name(&self) -> String {
        let part = match &self.part {
            Part::Whole => return self.column.clone(),
            Part::Day => "day",
            Part::Month => "month",
            Part::Year => "year",
            Part::Code => "code",
            Part::District => "district",
            Part::Province => "province",
            Part::Tick(code) => code,
        };
        format!("{}.{part}", self.column)
    }

    fn is_tick(&self) -> bool {
        matches!(self.part, Part::Tick(_))
    }
}

impl TableWords {
    fn new(table: &Table, own: Option<&BTreeMap<String, Vec<String>>>, common: &BTreeMap<String, Vec<String>>) -> Self {
        let mut words = Self { alike: HashMap::new(), bare: HashMap::new(), titles: Vec::new(), ticks: Vec::new() };
        let of = |name: &str| table.column(name.split('.').next().unwrap_or_default());
        // What the table itself says comes before what is common to all.
        for (name, synonyms) in own.into_iter().flatten().chain(common) {
            match name.as_str() {
                "titles" => words.titles = synonyms.iter().map(|title| bare(title)).collect(),
                "ticks" => {
                    let lists = synonyms.iter().filter_map(|id| Some((id.clone(), of(id)?.codes.clone()?)));
                    words.ticks = lists.collect();
                }
                name if of(name).is_some() => {
                    for synonym in synonyms {
                        words.add(synonym, Target::from_name(name));
                    }
                }
                _ => {}
            }
        }
        words
    }

    fn add(&mut self, synonym: &str, target: Target) {
        let known = self.alike.entry(alike(synonym)).or_insert_with(|| target.clone()).clone();
        if known == target {
            let same = self.bare.entry(bare(synonym)).or_insert_with(|| Some(target.clone()));
            if same.as_ref() != Some(&target) {
                *same = None;
            }
        }
    }

    /// What a header means, as one text.
    fn find(&self, text: &str, words: &Words) -> Option<Target> {
        if text.is_empty() {
            return None;
        }
        let outside = outside_parentheses(text);
        for text in [text, outside.as_str()] {
            if let Some(target) = self.alike.get(&alike(text)) {
                return Some(target.clone());
            }
            if text.is_ascii()
                && let Some(target) = self.bare.get(&bare(text)).cloned().flatten()
            {
                return Some(target);
            }
        }
        self.ticks.iter().find_map(|(column, list)| {
            let code = words.tick(list, text)?;
            Some(Target { column: column.clone(), part: Part::Tick(code.to_owned()) })
        })
    }
}

fn outside_parentheses(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|c| {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

/// A sheet on its way to a header: texts of its upper rows, with merged cells filled.
pub(super) struct Top<'a> {
    sheet: &'a Sheet,
    texts: Vec<Vec<String>>,
}

impl<'a> Top<'a> {
    pub fn new(sheet: &'a Sheet, legacy: Option<Legacy>) -> Self {
        let rows = sheet.rows.len().min(LOOKED);
        let mut texts = vec![vec![String::new(); sheet.columns.len()]; rows];
        let told = |row: usize, column: usize| match sheet.cell(row, column) {
            Cell::Text(text) => tidy(text, legacy, &mut Rules::default()),
            _ => String::new(),
        };
        for (row, line) in texts.iter_mut().enumerate() {
            for (column, text) in line.iter_mut().enumerate() {
                *text = told(row, column);
            }
        }
        for merged in &sheet.merged {
            let Ok(top) = sheet.rows.binary_search(&(merged.rows.0 + 1)) else { continue };
            let Ok(left) = sheet.columns.binary_search_by_key(&merged.columns.0, |(place, _)| *place) else { continue };
            if top >= rows {
                continue;
            }
            let text = texts[top][left].clone();
            for row in (top..rows).take_while(|row| sheet.rows[*row] <= merged.rows.1 + 1) {
                for column in (left..sheet.columns.len()).take_while(|c| sheet.columns[*c].0 <= merged.columns.1) {
                    if texts[row][column].is_empty() {
                        texts[row][column].clone_from(&text);
                    }
                }
            }
        }
        Self { sheet, texts }
    }

    /// The rows above a row, as one text without marks: titles tell which table follows.
    fn titles(&self, row: usize) -> String {
        let lines = self.texts[..row].iter().flatten().filter(|t| !t.is_empty()).map(|t| bare(t));
        lines.collect::<Vec<_>>().join(" | ")
    }

    /// True if a block of rows cuts through merged cells, or ends above the second storey of one.
    fn is_cut(&self, first: usize, height: usize) -> bool {
        let place = |row: usize| self.sheet.rows[row].saturating_sub(1);
        let (top, bottom) = (place(first), place(first + height - 1));
        self.sheet.merged.iter().any(|m| {
            let crosses = |edge: u32| m.rows.0 < edge && m.rows.1 >= edge;
            let wide = m.columns.1 > m.columns.0 && m.rows.1 == bottom && m.rows.0 >= top && m.columns.1 - m.columns.0 < 12;
            let below = || {
                let next = self.texts.get(first + height).filter(|_| self.sheet.rows.get(first + height) == Some(&(bottom + 2)));
                next.is_some_and(|line| {
                    self.sheet
                        .columns
                        .iter()
                        .zip(line)
                        .any(|((place, _), text)| (m.columns.0..=m.columns.1).contains(place) && !text.is_empty())
                })
            };
            crosses(top) || crosses(bottom + 1) || wide && below()
        })
    }

    /// The parts of each column's header in a block, from above, without repetitions.
    fn labels(&self, first: usize, height: usize) -> Vec<Vec<&str>> {
        (0..self.sheet.columns.len())
            .map(|column| {
                let mut parts: Vec<&str> = Vec::new();
                for line in &self.texts[first..first + height] {
                    let text = line[column].as_str();
                    if !text.is_empty() && parts.last() != Some(&text) {
                        parts.push(text);
                    }
                }
                parts
            })
            .collect()
    }

    fn is_heading(&self, row: usize) -> bool {
        let texts = self.texts[row].iter().filter(|t| !t.is_empty()).count();
        let figures = (0..self.sheet.columns.len()).filter(|c| matches!(self.sheet.cell(row, *c), Cell::Number(_) | Cell::Date(_))).count();
        texts > figures
    }

    /// The best header of a table, whether or not it is good enough.
    pub fn header(&self, table: &Table, mapping: &TableMapping) -> Header {
        let asked = mapping.header_row.map(|row| self.sheet.rows.partition_point(|r| *r < row));
        let rows: Vec<usize> = match asked {
            Some(row) => vec![row],
            None => (0..self.texts.len()).filter(|row| self.is_heading(*row)).collect(),
        };
        let mut known = HashMap::new();
        // Of headers that say as much, the one of fewest rows: a title above is no part of it.
        let mut best = Header::default();
        for height in mapping.header_rows.map_or(1..=TALL, |h| h as usize..=h as usize) {
            // A row that is a header by itself lies in every block that says more.
            let near = |first: usize| height == 1 || !best.is_enough() || (first..first + height).contains(&best.first);
            let fits = |first: &usize| height > 0 && first + height <= self.texts.len() && near(*first);
            for first in rows.iter().copied().filter(fits).collect::<Vec<_>>() {
                let fixed = asked.is_some() && mapping.header_rows.is_some();
                let broken = self.is_cut(first, height) || (first + 1..first + height).any(|row| !self.is_heading(row));
                if broken && !fixed {
                    continue;
                }
                let found = self.matched(table, mapping, first, height, &mut known);
                if best.height == 0 || found.score > best.score {
                    best = found;
                }
            }
        }
        best
    }

    /// The header of a block; `known` holds what texts were found to mean.
    fn matched(
        &self,
        table: &Table,
        mapping: &TableMapping,
        first: usize,
        height: usize,
        known: &mut HashMap<String, Option<Target>>,
    ) -> Header {
        let synonyms = &*SYNONYMS;
        let words = &synonyms.tables[&table.id];
        let mut find = |text: &str| match known.get(text) {
            Some(target) => target.clone(),
            None => known.entry(text.to_owned()).or_insert_with(|| words.find(text, Words::get())).clone(),
        };
        let mapped: HashMap<String, Target> =
            mapping.columns.iter().map(|(header, target)| (alike(header), Target::from_name(target))).collect();
        let ignored: HashSet<String> = mapping.ignore.iter().map(|header| alike(header)).collect();
        let mut taken: HashSet<Target> = HashSet::new();
        let mut columns = Vec::new();
        let labels = self.labels(first, height);
        let mut over: HashMap<&str, usize> = HashMap::new();
        for part in labels.iter().flat_map(|parts| &parts[..parts.len().saturating_sub(1)]) {
            *over.entry(part).or_default() += 1;
        }
        for parts in labels {
            if parts.is_empty() {
                columns.push((String::new(), None, None));
                continue;
            }
            let label = parts.join(" / ");
            let named = !mapped.is_empty() || !ignored.is_empty();
            let key = |text: &str| if named { alike(text) } else { String::new() };
            let (key, last) = (key(&label), key(parts.last().copied().unwrap_or_default()));
            let is_ignored =
                |part: &&str| synonyms.ignored.contains(&alike(part)) || (part.is_ascii() && synonyms.ignored.contains(&bare(part)));
            let (target, how) = if let Some(target) = mapped.get(&key).or_else(|| mapped.get(&last)) {
                (Some(target.clone()), Some(How::Mapping))
            } else if ignored.contains(&key) || ignored.contains(&last) {
                (None, Some(How::Ignored))
            } else if let Some(column) = table.column(label.trim()) {
                (Some(Target::from_name(&column.id)), Some(How::Id))
            } else if let Some(target) = find(&label) {
                (Some(target), Some(How::Synonym))
            } else if parts.iter().any(is_ignored) {
                (None, Some(How::Ignored))
            } else {
                // A part over several columns does not say which of them is meant.
                let telling = parts.iter().rev().filter(|part| over.get(*part).is_none_or(|columns| *columns == 1));
                let found = telling.into_iter().find_map(|part| find(part));
                let how = found.as_ref().map(|_| How::Synonym);
                (found, how)
            };
            match target {
                Some(target) if !taken.insert(target.clone()) => columns.push((label, None, Some(How::Repeated))),
                target => columns.push((label, target, how)),
            }
        }
        let ticks = taken.iter().filter(|t| t.is_tick()).count();
        let mut header = Header { first, height, columns, score: 3 * (taken.len() - ticks) + ticks };
        header.join_dates();
        header
    }
}

impl Header {
    /// How many of our columns stand here, without columns of marks: a row of data may hold the words of a list.
    pub fn known(&self) -> usize {
        self.columns.iter().filter(|(_, target, _)| target.as_ref().is_some_and(|t| !t.is_tick())).count()
    }

    /// True if enough is known to read the sheet as the table.
    pub fn is_enough(&self) -> bool {
        let there = self.columns.iter().filter(|(label, ..)| !label.is_empty()).count();
        self.known() >= 2
            || self.known() == 1 && (there == 1 || self.columns.iter().any(|(_, t, _)| t.as_ref().is_some_and(Target::is_tick)))
    }

    /// How well the sheet fits the table, with the titles above it and the names of sheet and file.
    pub fn fit(&self, table: &Table, top: &Top<'_>, names: &str) -> usize {
        let words = &SYNONYMS.tables[&table.id];
        let titles = format!("{} | {}", bare(names), top.titles(self.first));
        let bonus = words.titles.iter().any(|title| titles.contains(title.as_str()));
        let required = table.columns.iter().filter(|c| c.required);
        let missing = required.filter(|c| !self.columns.iter().any(|(_, t, _)| t.as_ref().is_some_and(|t| t.column == c.id))).count();
        (self.score + if bonus { 7 } else { 0 }).saturating_sub(missing)
    }

    /// The headers that are known, for a message: others may be no headers at all.
    pub fn known_labels(&self) -> Vec<String> {
        self.columns.iter().filter(|(_, target, _)| target.is_some()).map(|(label, ..)| label.clone()).collect()
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
