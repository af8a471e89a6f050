//! The top rows of a sheet, where the header is searched.

use super::synonyms::{TableWords, is_numbering};
use super::target::How;
use super::vocabulary::{Match, Vocabulary};
use super::{Header, units};
use crate::catalogue::Table;
use crate::intake::cells::{Cell, Sheet};
use crate::intake::codes::Words;
use crate::intake::legacy::Legacy;
use crate::intake::mapping::TableMapping;
use crate::intake::rules::Rules;
use crate::intake::signs::is_day;
use crate::intake::tidy::tidy;
use crate::spelling::{alike, bare};
use std::collections::HashMap;

/// Most rows searched for a header.
const LOOKED: usize = 40;
/// Most rows of a header.
const TALL: usize = 3;

/// The texts of a sheet's top rows, with merged cells filled.
pub(in crate::intake) struct Top<'a> {
    sheet: &'a Sheet,
    texts: Vec<Vec<String>>,
}

/// The rows of a candidate header as texts; a heading over several columns is repeated for each.
type Block<'a> = Vec<Vec<&'a str>>;

impl<'a> Top<'a> {
    pub fn new(sheet: &'a Sheet, legacy: Option<Legacy>) -> Self {
        let rows = sheet.rows.len().min(LOOKED);
        let mut texts = vec![vec![String::new(); sheet.columns.len()]; rows];
        let text_at = |row: usize, column: usize| match sheet.cell(row, column) {
            Cell::Text(text) => tidy(text, legacy, &mut Rules::default()),
            _ => String::new(),
        };
        for (row, line) in texts.iter_mut().enumerate() {
            for (column, text) in line.iter_mut().enumerate() {
                *text = text_at(row, column);
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

    /// The rows above a row, as one text without marks: titles show which table follows.
    fn titles(&self, row: usize) -> String {
        let lines = self.texts[..row].iter().flatten().filter(|t| !t.is_empty()).map(|t| bare(t));
        lines.collect::<Vec<_>>().join(" | ")
    }

    /// How well the sheet fits the table, given the header, the titles above it and the names of sheet and file.
    pub fn fit(&self, header: &Header, table: &Table, names: &str) -> usize {
        let words = TableWords::of(table);
        let titles = format!("{} | {}", bare(names), self.titles(header.first));
        let bonus = words.titles.iter().any(|title| titles.contains(title.as_str()));
        let required = table.columns.iter().filter(|c| c.required);
        let missing = required.filter(|c| !header.targets().any(|target| target.column == c.id)).count();
        (header.score + if bonus { 7 } else { 0 }).saturating_sub(missing)
    }

    /// The best header of a table, whether or not it is good enough.
    pub fn header(&self, table: &Table, mapping: &TableMapping) -> Header {
        let asked = mapping.header_row.map(|row| self.sheet.rows.partition_point(|r| *r < row));
        let rows: Vec<usize> = match asked {
            Some(row) => vec![row],
            None => (0..self.texts.len()).filter(|row| self.is_heading(*row)).collect(),
        };
        let words = Vocabulary::new(table, mapping);
        let fixed = asked.is_some() && mapping.header_rows.is_some();
        // Among equally good headers the shortest: a title above does not belong to it.
        let mut best = Header::default();
        for height in mapping.header_rows.map_or(1..=TALL, |h| h as usize..=h as usize) {
            for first in rows.iter().copied().filter(|first| height > 0 && first + height <= self.texts.len()) {
                if (first + 1..first + height).any(|row| self.has_day(row)) || !fixed && self.is_broken(first, height, &words) {
                    continue;
                }
                let found = self.matched(first, height, &words);
                // Dates and figures belong to records; a header that contains some must be recognised by more.
                if found.known() < 2 && (first..first + height).any(|row| self.has_day(row) || self.has_figure(row)) {
                    continue;
                }
                if best.height == 0 || found.score > best.score {
                    best = found;
                }
            }
        }
        best
    }

    /// Matches a block of rows as a header.
    fn matched(&self, first: usize, height: usize, words: &Vocabulary<'_>) -> Header {
        let labels = labels(&self.block(first, height, words));
        let mut over: HashMap<&str, usize> = HashMap::new();
        for part in labels.iter().flat_map(|parts| &parts[..parts.len().saturating_sub(1)]) {
            *over.entry(part).or_default() += 1;
        }
        let of = |parts: &Vec<&str>| match parts[..] {
            [] => Match::default(),
            _ => words.matched(parts, |part| over.get(part).copied().unwrap_or(0)),
        };
        let mut columns: Vec<(String, Match)> = labels.iter().map(|parts| (parts.join(" / "), of(parts))).collect();
        if words.names_places() {
            // How often each header occurred before, as a whole and by its last part.
            let mut times: [HashMap<String, usize>; 2] = Default::default();
            for ((place, _), ((label, found), parts)) in self.sheet.columns.iter().zip(columns.iter_mut().zip(&labels)) {
                let keys = [alike(label), alike(parts.last().copied().unwrap_or_default())];
                for (times, key) in times.iter_mut().zip(&keys) {
                    *times.entry(key.clone()).or_default() += 1;
                }
                let same = [0, 1].map(|at| (keys[at].as_str(), times[at][&keys[at]]));
                if let Some(placed) = words.placed(*place, &same) {
                    *found = placed;
                }
            }
        }
        let lines = self.texts[..first + height].iter().enumerate();
        let announced = lines.map(|(row, line)| units::unit_above(line, row < first, row + 1 < first + height)).find_map(|unit| unit);
        if let Some(unit) = announced.or_else(|| units::unit(&self.sheet.name)) {
            let applies = |label: &str, found: &Match| {
                let column = found.target.as_ref().filter(|_| found.how != Some(How::Mapping)).map(|target| target.column.as_str());
                column.is_some_and(|id| Words::get().is_amount(id) && units::concerns(&unit, id) && !units::has_own_unit(id, label))
            };
            for (label, found) in &mut columns {
                if applies(label, found) {
                    *found = Match { how: Some(How::Unit), ..Match::default() };
                }
            }
        }
        // A unit directly below a header applies to its column.
        if let Some(below) = self.texts.get(first + height) {
            for ((_, found), text) in columns.iter_mut().zip(below) {
                let is_amount = found.target.as_ref().is_some_and(|target| Words::get().is_amount(&target.column));
                let has_figure = text.contains(|c: char| c.is_ascii_digit());
                if is_amount && !has_figure && found.how != Some(How::Mapping) && units::unit(text).is_some() {
                    *found = Match { how: Some(How::Unit), ..Match::default() };
                }
            }
        }
        let numbers = |parts: &Vec<&str>| parts.last().is_some_and(|part| is_numbering(part));
        let numbering = labels.iter().zip(&columns).position(|(parts, (_, found))| found.how == Some(How::Ignored) && numbers(parts));
        Header::new(first, height, numbering, columns, words.table)
    }

    /// True if a block cuts through merged cells, ends within the header, or contains a record.
    fn is_broken(&self, first: usize, height: usize, words: &Vocabulary<'_>) -> bool {
        let holds_record = |below: usize| first + below < self.texts.len() && self.is_record(first, below, words);
        self.cuts_merged(first, height)
            || (first + 1..first + height).any(|row| !self.is_heading(row))
            || (1..height).any(holds_record)
            || (self.ends_above_storey(first, height) || self.spreads_below(first, height, words)) && !holds_record(height)
    }

    fn place(&self, row: usize) -> u32 {
        self.sheet.rows[row].saturating_sub(1)
    }

    /// True if the top or bottom edge of a block cuts through merged cells.
    fn cuts_merged(&self, first: usize, height: usize) -> bool {
        let (top, bottom) = (self.place(first), self.place(first + height - 1));
        let crosses = |edge: u32| self.sheet.merged.iter().any(|m| m.rows.0 < edge && m.rows.1 >= edge);
        crosses(top) || crosses(bottom + 1)
    }

    /// True if a cell over several columns has its second level below the block.
    fn ends_above_storey(&self, first: usize, height: usize) -> bool {
        let (top, bottom) = (self.place(first), self.place(first + height - 1));
        let next = first + height;
        let Some(line) = self.texts.get(next).filter(|_| self.sheet.rows.get(next) == Some(&(bottom + 2))) else { return false };
        let wide = |m: &&crate::intake::cells::Merged| {
            m.columns.1 > m.columns.0 && m.rows.1 == bottom && m.rows.0 >= top && m.columns.1 - m.columns.0 < 12
        };
        self.sheet.merged.iter().filter(wide).any(|m| {
            let mut below = self.sheet.columns.iter().zip(line).filter(|((place, _), _)| (m.columns.0..=m.columns.1).contains(place));
            below.any(|(_, text)| !text.is_empty())
        })
    }

    /// True if a heading followed by blanks has headers below the block.
    fn spreads_below(&self, first: usize, height: usize, words: &Vocabulary<'_>) -> bool {
        let last = |rows: usize| self.block(first, rows, words).swap_remove(height - 1);
        first + height < self.texts.len() && last(height) != last(height + 1)
    }

    /// True if a row below the first row of a block is a record: it has a number, or a value below the header of a single column.
    fn is_record(&self, first: usize, below: usize, words: &Vocabulary<'_>) -> bool {
        let row = first + below;
        let edge = self.place(row);
        if self.has_day(row) {
            return true;
        }
        // A header that reaches down into the row makes the whole row header.
        if self.sheet.merged.iter().any(|m| m.rows.0 >= self.place(first) && m.rows.0 < edge && m.rows.1 >= edge) {
            return false;
        }
        let block = self.block(first, below + 1, words);
        (0..self.sheet.columns.len()).any(|column| {
            let Some(above) = block[..below].iter().rev().find(|line| !line[column].is_empty()) else { return false };
            let (header, text) = (above[column], block[below][column]);
            let has_text = !text.is_empty() && text != header && !(text.starts_with('(') && text.ends_with(')'));
            !is_wide(above, column) && (self.is_figure(row, column) || has_text && words.knows(header))
        })
    }

    fn block(&self, first: usize, height: usize, words: &Vocabulary<'_>) -> Block<'_> {
        let mut block: Block<'_> = self.texts[first..first + height].iter().map(|line| line.iter().map(String::as_str).collect()).collect();
        for row in 1..block.len() {
            let (above, below) = block.split_at_mut(row);
            spread(&mut above[row - 1], &below[0], words);
        }
        block
    }

    fn is_heading(&self, row: usize) -> bool {
        let texts = self.texts[row].iter().filter(|t| !t.is_empty()).count();
        let figures = (0..self.sheet.columns.len()).filter(|c| matches!(self.sheet.cell(row, *c), Cell::Number(_) | Cell::Date(_))).count();
        texts > figures
    }

    fn is_figure(&self, row: usize, column: usize) -> bool {
        let text = &self.texts[row][column];
        matches!(self.sheet.cell(row, column), Cell::Number(_)) || !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
    }

    fn has_figure(&self, row: usize) -> bool {
        (0..self.sheet.columns.len()).any(|column| self.is_figure(row, column))
    }

    /// True for a row with a date, as records have.
    fn has_day(&self, row: usize) -> bool {
        (0..self.sheet.columns.len()).any(|c| matches!(self.sheet.cell(row, c), Cell::Date(_)) || is_day(&self.texts[row][c]))
    }
}

/// The parts of each column's header in a block, from the top, without repetitions.
fn labels<'a>(block: &Block<'a>) -> Vec<Vec<&'a str>> {
    let columns = block.first().map_or(0, Vec::len);
    let label = |column: usize| {
        let mut parts: Vec<&str> = block.iter().map(|line| line[column]).filter(|text| !text.is_empty()).collect();
        parts.dedup();
        parts
    };
    (0..columns).map(label).collect()
}

/// True if a neighbouring column has the same text.
fn is_wide(line: &[&str], column: usize) -> bool {
    let same = |other: Option<&&str>| other.is_some_and(|text| *text == line[column]);
    same(line.get(column + 1)) || column > 0 && same(line.get(column - 1))
}

/// Without merged cells, as in CSV, a heading is followed by blanks: it is repeated there if it and they have headers below.
fn spread<'a>(above: &mut [&'a str], below: &[&'a str], words: &Vocabulary<'_>) {
    for start in 0..above.len() {
        let heading = above[start];
        if heading.is_empty() || heading == below[start] {
            continue;
        }
        let blanks = (start + 1..above.len()).take_while(|c| above[*c].is_empty() && !below[*c].is_empty()).count();
        let end = start + 1 + blanks;
        if blanks > 0 && below[start..end].iter().all(|text| words.knows_below(heading, text)) {
            above[start..end].fill(heading);
        }
    }
}
