//! Which rows of a sheet are records: the others are counted and kept by number, with the reason.

use super::cells::{BLANK, Cell, Column, Sheet};
use super::header::Header;
use crate::spelling::bare;
use crate::text::Text;

/// Why a row is no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Aside {
    /// Nothing stands in it.
    Blank,
    /// A total of other rows.
    Total,
    /// A note or a signature below the records.
    Note,
    /// One cell alone between the records: the heading of a group.
    Section,
    /// The numbers of the columns, below the header.
    Numbering,
    /// The header again, on a new page.
    HeaderAgain,
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
        }
    }

    /// What it says.
    #[must_use]
    pub fn text(self) -> Text {
        match self {
            Self::Blank => Text::new("dòng trống", "a blank row"),
            Self::Total => Text::new("dòng tổng", "a total"),
            Self::Note => Text::new("ghi chú hoặc chữ ký ở cuối", "a note or signature at the end"),
            Self::Section => Text::new("tiêu đề nhóm", "the heading of a group"),
            Self::Numbering => Text::new("dòng đánh số cột", "the numbers of the columns"),
            Self::HeaderAgain => Text::new("tiêu đề lặp lại", "the header again"),
        }
    }
}

const TOTALS: [&str; 7] = ["tong", "tong cong", "tong so", "cong", "total", "tong cong toan xa", "cong toan xa"];

/// The records of a sheet by their order in it, and the rows set aside with their numbers.
pub(super) fn records(sheet: &Sheet, header: &Header) -> (Vec<u32>, Vec<(u32, Aside)>) {
    let known: Vec<usize> = (0..sheet.columns.len()).filter(|c| header.columns[*c].1.is_some()).collect();
    let totals: Vec<Vec<bool>> =
        sheet.columns.iter().map(|(_, column)| (0..column.distinct() as u32).map(|code| is_total(column, code)).collect()).collect();
    let start = header.first + header.height;
    let filled = |row: usize, columns: &mut dyn Iterator<Item = usize>| columns.filter(|c| sheet.columns[*c].1.code(row) != BLANK).count();
    let few = known.len() / 4;
    let thin = |row: usize| filled(row, &mut known.iter().copied()) <= few.max(usize::from(known.len() > 2));
    let why = |row: usize| {
        let all = filled(row, &mut (0..sheet.columns.len()));
        let first = (0..sheet.columns.len()).find(|c| sheet.columns[*c].1.code(row) != BLANK)?;
        let repeats = |c: &usize| {
            let column = &sheet.columns[*c].1;
            let code = column.code(row);
            code != BLANK && (header.first..start).any(|head| column.code(head) == code)
        };
        let again = || known.len() > 1 && repeats(&known[0]) && known.iter().filter(|c| repeats(c)).count() * 2 > known.len();
        if totals[first][sheet.columns[first].1.code(row) as usize] {
            Some(Aside::Total)
        } else if row == start && is_numbering(sheet, row) {
            Some(Aside::Numbering)
        } else if again() {
            Some(Aside::HeaderAgain)
        } else if all == 1 && known.len() > 2 {
            Some(Aside::Section)
        } else {
            None
        }
    };
    let is_blank = |row: usize| sheet.columns.iter().all(|(_, column)| column.code(row) == BLANK);
    let mut end = sheet.rows.len();
    while end > start && (is_blank(end - 1) || thin(end - 1) || why(end - 1).is_some()) {
        end -= 1;
    }
    // A list of nothing but thin rows is a list all the same.
    let all_thin = end == start;
    let (mut kept, mut aside) = (Vec::with_capacity(end.saturating_sub(start)), Vec::new());
    for row in start..sheet.rows.len() {
        let reason = if is_blank(row) {
            Some(Aside::Blank)
        } else {
            match why(row) {
                Some(Aside::Section) if all_thin => None,
                None if row >= end && !all_thin => Some(Aside::Note),
                Some(Aside::Section) if row >= end => Some(Aside::Note),
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

fn is_total(column: &Column, code: u32) -> bool {
    // "Tổng", "Cộng", "Total": one look spares most texts the making of a key.
    let may_be = matches!(column.start(code), Some([b'T' | b't' | b'C' | b'c', b'o' | b'O' | 0x80..] | [0..=b' ', _]));
    let Cell::Text(text) = column.cell(if may_be { code } else { BLANK }) else { return false };
    text.len() < 40 && TOTALS.contains(&bare(text).as_str())
}

/// True for "1 2 3", "(1) (2) (3)", "A B 1 2": figures that rise from one column to the next.
fn is_numbering(sheet: &Sheet, row: usize) -> bool {
    let mut last = 0;
    let mut figures = 0;
    for column in 0..sheet.columns.len() {
        let number = match sheet.cell(row, column) {
            Cell::Blank => continue,
            Cell::Number(number) if number.fract() == 0.0 => number as i64,
            Cell::Text(text) => match text.trim().trim_matches(['(', ')', '[', ']']) {
                letter if letter.len() == 1 && letter.starts_with(|c: char| c.is_ascii_uppercase()) && figures == 0 => continue,
                digits => match digits.parse::<i64>() {
                    Ok(number) => number,
                    Err(_) => return false,
                },
            },
            _ => return false,
        };
        if number != last + 1 && figures > 0 || number > 60 {
            return false;
        }
        last = number;
        figures += 1;
    }
    figures > 2
}
