//! Which rows of a sheet are records: the others are counted and listed by number, with the reason.

use super::cell_reader::CellReader;
use super::cells::{BLANK, Cell, Cells, Sheet};
use super::dates;
use super::header::{Component, Deletion, Header, says_deleted};
use super::places::{Address, Places};
use super::rules::Rules;
use super::signs;
use super::tidy::{number_text, tidy};
use super::value::Value;
use crate::area::{Found, Level};
use crate::catalogue::{ColumnType, Table};
use crate::task::Watched;
use crate::text::Text;

/// Why a row is not a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Aside {
    /// It is empty.
    Blank,
    /// A total of other rows, or a part of one of them.
    Total,
    /// A note or a signature below the records.
    Note,
    /// A single cell between the records: the heading of a group.
    Section,
    /// The numbers of the columns, below the header.
    Numbering,
    /// The header repeated on a new page.
    HeaderAgain,
    /// A column marks it as deleted.
    Deleted,
}

impl Aside {
    /// Its stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::Total => "total",
            Self::Note => "note",
            Self::Section => "section",
            Self::Numbering => "numbering",
            Self::HeaderAgain => "header_again",
            Self::Deleted => "deleted",
        }
    }

    /// Its description.
    #[must_use]
    pub fn text(self) -> Text {
        match self {
            Self::Blank => Text::new("dòng trống", "a blank row"),
            Self::Total => Text::new("dòng tổng, hoặc một phần của dòng khác", "a total, or a part of another row"),
            Self::Note => Text::new("ghi chú hoặc chữ ký ở cuối", "a note or signature at the end"),
            Self::Section => Text::new("tiêu đề nhóm", "the heading of a group"),
            Self::Numbering => Text::new("dòng đánh số cột", "the numbers of the columns"),
            Self::HeaderAgain => Text::new("tiêu đề lặp lại", "the header again"),
            Self::Deleted => Text::new("dòng đã xóa", "a deleted row"),
        }
    }
}

/// A sheet below its header, with the means to read its columns.
pub(super) struct Rows<'a> {
    pub table: &'a Table,
    pub sheet: &'a Sheet,
    pub header: &'a Header,
    pub reading: CellReader<'a>,
    pub places: Places<'a>,
    pub filled: Filled,
}

/// Longest text that is examined to classify a row.
const LONGEST: usize = 2000;
/// From this number of columns on, only non-empty cells are visited if rows have few.
const WIDE: usize = 100;

/// In a wide, nearly empty sheet the non-empty columns of each row; otherwise empty.
#[derive(Debug, Default)]
pub(super) struct Filled {
    ends: Vec<usize>,
    places: Vec<u16>,
}

impl Filled {
    pub fn new(sheet: &Sheet) -> Self {
        let wide = sheet.columns.len();
        if !(WIDE..=usize::from(u16::MAX)).contains(&wide) {
            return Self::default();
        }
        let mut ends = vec![0; sheet.rows.len()];
        let filled = |column: &Cells| (0..column.len().min(sheet.rows.len())).filter(|row| column.code(*row) != BLANK).collect::<Vec<_>>();
        let columns: Vec<Vec<usize>> = sheet.columns.iter().map(|(_, column)| filled(column)).collect();
        columns.iter().flatten().for_each(|row| ends[*row] += 1);
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        if sum * 4 > wide * sheet.rows.len() {
            return Self::default();
        }
        // Filled backwards, so that each row's end becomes its start, and the next one's start is its end.
        let mut places = vec![0; sum];
        for (place, rows) in columns.iter().enumerate().rev() {
            for row in rows {
                ends[*row] -= 1;
                places[ends[*row]] = place as u16;
            }
        }
        ends.push(sum);
        Self { ends, places }
    }

    /// The non-empty columns of a row, if indexed.
    fn of(&self, row: usize) -> Option<&[u16]> {
        Some(&self.places[*self.ends.get(row)?..*self.ends.get(row + 1)?])
    }
}

impl Rows<'_> {
    /// The records of a sheet by position, and the rows set aside with their numbers.
    pub fn records(&self) -> (Vec<u32>, Vec<(u32, Aside)>) {
        let (sheet, start) = (self.sheet, self.start());
        let known = self.known();
        let totals: Vec<Vec<bool>> = sheet
            .columns
            .iter()
            .map(|(_, column)| (0..column.distinct() as u32).map(|code| self.is_total(column, code)).collect())
            .collect();
        let dimensions: Vec<(usize, Vec<bool>)> =
            (0..sheet.columns.len()).filter(|place| self.is_dimension(*place)).map(|place| (place, self.wholes(place))).collect();
        let any_total = totals.iter().chain(dimensions.iter().map(|(_, wholes)| wholes)).flatten().any(|total| *total);
        let few = (known.len() / 4).max(usize::from(known.len() > 2));
        let thin = |row: usize| self.filled(row, &known) <= few && !self.looks_like_record(row);
        let numbering = self.is_numbering(start);
        let numbers =
            |row: usize| numbering && (row == start || sheet.columns.iter().all(|(_, column)| column.code(row) == column.code(start)));
        let why = |row: usize| {
            if any_total && self.has_total(row, &totals, &dimensions) {
                Some(Aside::Total)
            } else if numbers(row) {
                Some(Aside::Numbering)
            } else if self.is_header_again(row, &known) {
                Some(Aside::HeaderAgain)
            } else if self.is_group(row) || known.len() > 2 && self.is_alone(row) {
                Some(Aside::Section)
            } else {
                None
            }
        };
        let deleted: Vec<(&Cells, Vec<Option<bool>>)> =
            self.header.deleted.iter().map(|(place, how)| self.deletions(*place, *how)).collect();
        let is_deleted = |row: usize| deleted.iter().any(|(column, says)| says[column.code(row) as usize] == Some(true));
        let is_blank = |row: usize| self.cells(row).next().is_none();
        let mut end = sheet.rows.len();
        while end > start && (is_blank(end - 1) || why(end - 1).is_some() || thin(end - 1)) {
            end -= 1;
        }
        // The names of those who signed may be in several columns: what says nothing from the first signature on is theirs. A list
        // in which no row says anything tells no signature from a record.
        let (mut at, mut signed) = (end, end);
        while at > start && (is_blank(at - 1) || why(at - 1).is_some() || thin(at - 1) || self.says_nothing(at - 1)) {
            at -= 1;
            if self.says_nothing(at) && self.cells(at).any(|c| signs::is_note(&self.text(at, c))) {
                signed = at;
            }
        }
        if at > start {
            end = signed;
        }
        // A list of only thin rows is still a list.
        let all_thin = end == start;
        let (mut kept, mut aside) = (Vec::with_capacity(end.saturating_sub(start)), Vec::new());
        for row in (start..sheet.rows.len()).watched() {
            let reason = if is_blank(row) {
                Some(Aside::Blank)
            } else {
                match why(row) {
                    Some(Aside::Section) if all_thin && !self.is_group(row) => None,
                    None if row >= end && !all_thin => Some(Aside::Note),
                    Some(Aside::Section) if row >= end => Some(Aside::Note),
                    None if is_deleted(row) => Some(Aside::Deleted),
                    other => other,
                }
            };
            match reason {
                None => kept.push(row as u32),
                Some(reason) => aside.push((sheet.rows[row], reason)),
            }
        }
        (kept, aside)
    }

    /// True if columns of yes or no hold counts: a table of totals, not of records.
    pub fn are_counts(&self) -> bool {
        let columns: Vec<(&Cells, Vec<Option<bool>>)> =
            self.known().into_iter().filter(|c| self.is_yes_or_no(*c)).map(|c| self.counts(c)).collect();
        if !columns.iter().any(|(_, counts)| counts.contains(&Some(true))) {
            return false;
        }
        let (kept, _) = self.records();
        let cells = |which: Option<bool>| -> usize {
            let of = |(column, counts): &(&Cells, Vec<Option<bool>>)| {
                kept.iter().map(|row| column.code(*row as usize)).filter(|code| *code != BLANK && counts[*code as usize] == which).count()
            };
            columns.iter().map(of).sum()
        };
        // One typo among many marks is not a count.
        let (counts, marks) = (cells(Some(true)), cells(None));
        marks == 0 && counts * 50 > cells(Some(false))
    }

    fn is_yes_or_no(&self, place: usize) -> bool {
        let target = self.header.columns[place].1.as_ref();
        target.is_some_and(|t| {
            let kind = self.table.column(&t.column).map(|c| c.kind);
            matches!(t.part, Component::Tick(_)) && kind != Some(ColumnType::Date) || kind == Some(ColumnType::Flag)
        })
    }

    /// A column that marks deleted rows, and the meaning of each of its codes; `None` for neither yes nor no.
    pub fn deletions(&self, place: usize, how: Deletion) -> (&Cells, Vec<Option<bool>>) {
        let column = &self.sheet.columns[place].1;
        let says = |code: u32| {
            let cell = column.cell(code);
            let text = match cell {
                Cell::Text(text) => tidy(text, self.reading.legacy, &mut Rules::default()),
                Cell::Number(number) => number_text(number),
                _ => String::new(),
            };
            match (how, cell) {
                (_, Cell::Blank) => Some(false),
                (Deletion::State, _) => Some(says_deleted(&text)),
                (_, Cell::Flag(flag)) => Some(flag),
                (Deletion::Date, Cell::Date(_)) => Some(true),
                (_, Cell::Text(_)) if text.chars().all(|c| !c.is_alphanumeric()) && self.reading.words.flag(&text).is_none() => Some(false),
                _ if self.reading.words.is_blank(&text) => Some(false),
                (Deletion::Date, Cell::Text(_) | Cell::Number(_)) => match dates::text(&text, signs::ANY_CENTURY) {
                    Ok(_) => Some(true),
                    // The zero date of databases is not a date.
                    Err(_) if text.bytes().all(|b| matches!(b, b'0' | b'-' | b':' | b' ')) => Some(false),
                    Err(_) => self.reading.words.flag(&text),
                },
                (Deletion::Flag, _) if says_deleted(&text) => Some(true),
                (Deletion::Flag, _) => self.reading.words.flag(&text),
                _ => None,
            }
        };
        (column, (0..column.distinct() as u32).map(says).collect())
    }

    /// A column, and for each code whether it is a count above one; `None` for what is not a number.
    fn counts(&self, place: usize) -> (&Cells, Vec<Option<bool>>) {
        let column = &self.sheet.columns[place].1;
        let count = |code: u32| match column.cell(code) {
            Cell::Number(number) => Some(number > 1.0),
            Cell::Text(text) => text.trim().parse::<f64>().ok().map(|number| number > 1.0),
            _ => None,
        };
        (column, (0..column.distinct() as u32).map(count).collect())
    }

    fn start(&self) -> usize {
        self.header.first + self.header.height
    }

    /// The schema columns.
    fn known(&self) -> Vec<usize> {
        (0..self.sheet.columns.len()).filter(|c| self.header.columns[*c].1.is_some()).collect()
    }

    fn is_filled(&self, row: usize, column: usize) -> bool {
        self.sheet.columns[column].1.code(row) != BLANK
    }

    fn filled(&self, row: usize, columns: &[usize]) -> usize {
        columns.iter().filter(|c| self.is_filled(row, **c)).count()
    }

    /// The non-empty columns of a row.
    fn cells(&self, row: usize) -> impl Iterator<Item = usize> {
        let few = self.filled.of(row);
        let all = if few.is_some() { 0 } else { self.sheet.columns.len() };
        let few = few.into_iter().flatten().map(|place| usize::from(*place));
        (0..all).filter(move |c| self.is_filled(row, *c)).chain(few)
    }

    fn text(&self, row: usize, column: usize) -> String {
        match self.sheet.cell(row, column) {
            // A longer text is not the word of a note, a heading or a signature, nor a date.
            Cell::Text(text) if text.len() > LONGEST => String::new(),
            Cell::Text(text) => tidy(text, self.reading.legacy, &mut Rules::default()),
            Cell::Number(number) => number_text(number),
            _ => String::new(),
        }
    }

    fn is_total(&self, column: &Cells, code: u32) -> bool {
        // "Tổng", "Cộng", "T. cộng", "Lũy kế": one look spares most texts a key. Invisible spaces may precede.
        let may_be = matches!(
            column.start(code),
            Some(
                [b'T' | b't' | b'C' | b'c', b'o' | b'O' | b' '..=b'/' | 0x80..]
                | [b'L' | b'l', b'u' | b'U' | 0x80..]
                | [0..=b' ' | 0xc2 | 0xe2 | 0xe3 | 0xef, _],
            )
        );
        let Cell::Text(text) = column.cell(if may_be { code } else { BLANK }) else { return false };
        signs::is_total(&tidy(text, self.reading.legacy, &mut Rules::default()))
    }

    /// True for a row that begins with the word of a total, has it behind its number, or has it where a dimension's category should be; a
    /// row with a date is a record.
    fn has_total(&self, row: usize, totals: &[Vec<bool>], dimensions: &[(usize, Vec<bool>)]) -> bool {
        let code = |c: usize| self.sheet.columns[c].1.code(row) as usize;
        let total = |c: &usize| totals[*c][code(*c)];
        let first = self.cells(row).find(|c| total(c) || !signs::is_lead(self.sheet.cell(row, *c)));
        let is_day = |c: usize| matches!(self.sheet.cell(row, c), Cell::Date(_)) || signs::is_day(&self.text(row, c));
        (first.is_some_and(|first| total(&first)) || dimensions.iter().any(|(c, wholes)| wholes[code(*c)])) && !self.cells(row).any(is_day)
    }

    /// True for a table whose rows are counts: each of its columns except the counts is a dimension.
    fn holds_counts(&self) -> bool {
        self.table.columns.iter().any(|column| column.required && self.reading.words.is_amount(&column.id))
    }

    /// True for a column that classifies records: area, code, age, grade, unit. A name or a text may hold any word.
    fn is_dimension(&self, place: usize) -> bool {
        let Some(target) = &self.header.columns[place].1 else { return self.holds_counts() };
        self.table.column(&target.column).is_some_and(|column| match column.kind {
            _ if column.private => false,
            ColumnType::Area | ColumnType::List => true,
            ColumnType::Integer => !self.reading.words.is_amount(&column.id),
            ColumnType::Text => column.codes.is_some() || matches!(column.id.as_str(), "village_id" | "school_id" | "school_year"),
            ColumnType::Flag | ColumnType::Date => false,
        })
    }

    /// For each code of a dimension whether it means all categories together.
    fn wholes(&self, place: usize) -> Vec<bool> {
        let (column, counts) = (&self.sheet.columns[place].1, self.holds_counts());
        let target = self.header.columns[place].1.as_ref().filter(|t| matches!(t.part, Component::Whole | Component::Code));
        let is_area = target.and_then(|t| self.table.column(&t.column)).is_some_and(|c| c.kind == ColumnType::Area);
        let is_unmatched = self.header.columns[place].1.is_none();
        let has_boys = is_unmatched
            && counts
            && (0..column.distinct() as u32)
                .any(|code| matches!(column.cell(code), Cell::Text(text) if text.trim().eq_ignore_ascii_case("nam")));
        let whole = |code: u32| match column.cell(code) {
            Cell::Text(text) if counts => {
                let text = tidy(text, self.reading.legacy, &mut Rules::default());
                signs::is_total(&text)
                    || signs::is_whole(&text)
                    || is_area && self.is_wide(&text)
                    || is_unmatched && (signs::is_block(&text) || !has_boys && signs::is_part(&text))
            }
            _ => self.is_total(column, code),
        };
        (0..column.distinct() as u32).map(whole).collect()
    }

    /// True for a district or province where a commune is expected: by its type word, or in the list of areas.
    fn is_wide(&self, text: &str) -> bool {
        let is_commune =
            || self.places.commune(Address { name: text, ..Address::default() }).is_ok_and(|parsed| parsed.value != Value::Null);
        if signs::is_wide(text) {
            return !text.contains(',') && !is_commune();
        }
        let Some(names) = self.places.names.filter(|_| text.contains(char::is_alphabetic)) else { return false };
        let named = |level: Level| !matches!(names.find(text, level, None), Found::Nothing);
        let found = names.find(text, Level::Commune, self.places.within);
        matches!(found, Found::Nothing) && (named(Level::Province) || named(Level::District)) && !is_commune()
    }

    fn is_numbering(&self, row: usize) -> bool {
        row < self.sheet.rows.len() && signs::is_numbering((0..self.sheet.columns.len()).map(|c| self.sheet.cell(row, c)))
    }

    fn is_header_again(&self, row: usize, known: &[usize]) -> bool {
        let repeats = |c: &usize| {
            let column = &self.sheet.columns[*c].1;
            let code = column.code(row);
            code != BLANK && (self.header.first..self.start()).any(|head| column.code(head) == code)
        };
        known.len() > 1 && repeats(&known[0]) && known.iter().filter(|c| repeats(c)).count() * 2 > known.len()
    }

    fn is_alone(&self, row: usize) -> bool {
        self.cells(row).nth(1).is_none()
    }

    /// True for the heading of a group: one text beside the numbering, numbered differently from records or naming a unit.
    fn is_group(&self, row: usize) -> bool {
        let numbering = self.header.numbering.filter(|c| self.is_filled(row, *c));
        let mut others = self.cells(row).filter(|c| Some(*c) != numbering);
        let (Some(only), None) = (others.next(), others.next()) else { return false };
        if !matches!(self.sheet.cell(row, only), Cell::Text(_)) {
            return false;
        }
        let marked = numbering.is_some_and(|c| signs::is_mark(&self.text(row, c)));
        marked || self.is_name(only) && signs::names_unit(&self.text(row, only))
    }

    /// True for a column that holds names of people, or is not in the schema.
    fn is_name(&self, place: usize) -> bool {
        self.header.columns[place].1.as_ref().is_none_or(|t| self.table.column(&t.column).is_some_and(|c| c.private))
    }

    /// True if a row of few cells is still a record: it contains something that neither a note nor a signature does.
    fn looks_like_record(&self, row: usize) -> bool {
        let target = |c: usize| self.header.columns[c].1.as_ref();
        let is_area = |c: usize| target(c).and_then(|t| self.table.column(&t.column)).is_some_and(|c| c.kind == ColumnType::Area);
        let filled: Vec<usize> = self.cells(row).filter(|c| target(*c).is_some()).collect();
        let numbered = self.header.numbering.is_some_and(|c| signs::is_number(self.sheet.cell(row, c)));
        // An empty form often has numbers and the commune in every row.
        let says = filled.iter().any(|c| !is_area(*c)) && (numbered || filled.len() > 1 && filled.iter().any(|c| self.is_read(row, *c)));
        says && !self.cells(row).any(|c| signs::is_note(&self.text(row, c)))
    }

    /// True for a row without a number of its own in which no column finds what it reads.
    fn says_nothing(&self, row: usize) -> bool {
        let numbered = self.header.numbering.is_some_and(|c| signs::is_number(self.sheet.cell(row, c)));
        !numbered && !self.cells(row).any(|c| self.is_read(row, c))
    }

    /// True for a cell that its column can read, and that words of a note would not be.
    fn is_read(&self, row: usize, place: usize) -> bool {
        let Some((target, column)) = self.header.columns[place].1.as_ref().and_then(|t| Some((t, self.table.column(&t.column)?))) else {
            return false;
        };
        let (cell, text) = (self.sheet.cell(row, place), self.text(row, place));
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match (&target.part, column.kind) {
            (Component::Tick(_), ColumnType::Date) => self.reading.read(column, cell).value != Value::Null,
            (Component::Tick(_), _) => matches!(cell, Cell::Flag(_)) || self.reading.words.flag(&text).is_some(),
            (Component::Whole, ColumnType::Area) => {
                digits || self.places.commune(Address { name: &text, ..Address::default() }).is_ok_and(|parsed| parsed.value != Value::Null)
            }
            (Component::Whole, ColumnType::Text) if column.codes.is_none() => {
                !text.contains(' ') && text.contains(|c: char| c.is_ascii_digit())
            }
            (Component::Whole, ColumnType::Date) if text.contains(char::is_alphabetic) => false,
            (Component::Whole, _) => self.reading.read(column, cell).value != Value::Null,
            _ => digits,
        }
    }
}
