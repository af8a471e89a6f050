//! Signs that a row is not a record: the words of totals, notes and headings, and column numbers.

use super::cells::Cell;
use super::dates::{self, When, Window};
use super::tidy::number_text;
use crate::spelling::{alike, bare};
use serde::Deserialize;
use std::sync::LazyLock;

/// A window in which every two-digit year has one century, for recognising a date without reading it.
pub(super) const ANY_CENTURY: Window = Window { first: 1945, last: 2044 };

/// True for a date in figures; dates in words occur in signatures too.
pub(super) fn is_day(text: &str) -> bool {
    let may_be = text.starts_with(|c: char| c.is_ascii_digit()) && text.contains(['/', '-', '.']) && !text.contains(char::is_alphabetic);
    may_be && matches!(dates::text(text, ANY_CENTURY), Ok((When::Day(_), _)))
}

#[derive(Deserialize)]
struct RowWords {
    totals: Vec<String>,
    whole: Vec<String>,
    total_starts: Vec<String>,
    part_starts: Vec<String>,
    parts: Vec<String>,
    wide_starts: Vec<String>,
    note_starts: Vec<String>,
    unit_starts: Vec<String>,
}

/// The words of `rows.toml` as keys.
static WORDS: LazyLock<RowWords> = LazyLock::new(|| {
    let words: RowWords = toml::from_str(include_str!("rows.toml")).expect("rows.toml is whole");
    let keys = |words: &[String]| words.iter().flat_map(|word| [alike(word), bare(word)]).collect();
    RowWords {
        totals: keys(&words.totals),
        whole: keys(&words.whole),
        total_starts: keys(&words.total_starts),
        part_starts: keys(&words.part_starts),
        parts: keys(&words.parts),
        wide_starts: keys(&words.wide_starts),
        note_starts: keys(&words.note_starts),
        unit_starts: keys(&words.unit_starts),
    }
});

fn key(text: &str) -> String {
    if text.is_ascii() { bare(text) } else { alike(text) }
}

/// True if a key begins with one of some words.
fn begins(key: &str, words: &[String]) -> bool {
    words.iter().any(|word| key.strip_prefix(word.as_str()).is_some_and(|rest| rest.starts_with(' ')))
}

/// True for the words of a total.
pub(super) fn is_total(text: &str) -> bool {
    let key = key(text.split('(').next().unwrap_or_default());
    // "Tổng I", "Cộng 1": a total with the mark of its group.
    let of_group = || {
        let (lead, mark) = text.trim().rsplit_once(' ')?;
        Some(WORDS.totals.contains(&self::key(lead)) && (is_mark(mark) || mark.trim_end_matches('.').parse::<u32>().is_ok()))
    };
    text.len() < 80 && (WORDS.totals.contains(&key) || begins(&key, &WORDS.total_starts) || of_group() == Some(true))
}

/// True for a word that means all categories of a dimension, or a part of another row.
pub(super) fn is_whole(text: &str) -> bool {
    let key = key(text.split('(').next().unwrap_or_default());
    text.len() < 40 && WORDS.whole.contains(&key) || WORDS.part_starts.contains(&key) || begins(&key, &WORDS.part_starts)
}

/// True for a word that means a part of another row, if it is alone beside rows of totals.
pub(super) fn is_part(text: &str) -> bool {
    text.len() < 40 && WORDS.parts.contains(&key(text))
}

/// True for a block of grades, such as "Khối 1".
pub(super) fn is_block(text: &str) -> bool {
    let key = bare(text);
    key.strip_prefix("khoi ").is_some_and(|rest| rest.trim_start_matches("lop ").parse::<u32>().is_ok())
}

/// True for a unit above communes, by its type word; the number of a ward alone is not one.
pub(super) fn is_wide(text: &str) -> bool {
    begins(&key(text), &WORDS.wide_starts)
}

/// True for the words of a note or a signature, or the date in words above a signature.
pub(super) fn is_note(text: &str) -> bool {
    let (key, plain) = (key(text), bare(text));
    let dated = ["ngay", "thang", "nam"].iter().all(|part| plain.split(' ').any(|word| word == *part));
    dated || WORDS.note_starts.contains(&key) || begins(&key, &WORDS.note_starts)
}

/// True for a heading that names a unit: "Xã Hải Triều", "I. Thôn Đông".
pub(super) fn names_unit(text: &str) -> bool {
    let name = match text.split_once(['.', ')', '-', ':']) {
        Some((mark, name)) if is_mark(mark.trim()) => name,
        _ => text,
    };
    begins(&key(name), &WORDS.unit_starts)
}

/// True for a letter or a Roman numeral that numbers a group.
pub(super) fn is_mark(text: &str) -> bool {
    let plain = text.trim_end_matches(['.', ')', ' ']);
    roman(plain).is_some() || letter(plain).is_some()
}

/// True for a number that may be the row's own.
pub(super) fn is_number(cell: Cell<'_>) -> bool {
    match cell {
        Cell::Number(number) => number >= 0.0 && number.fract() == 0.0,
        Cell::Text(text) => {
            let figures = text.trim().trim_end_matches('.');
            !figures.is_empty() && figures.len() < 7 && figures.bytes().all(|b| b.is_ascii_digit())
        }
        _ => false,
    }
}

/// True for what may precede the word of a total: a row number, a mark, a year.
pub(super) fn is_lead(cell: Cell<'_>) -> bool {
    is_number(cell) || matches!(cell, Cell::Text(text) if is_mark(text.trim()))
}

fn letter(text: &str) -> Option<u32> {
    let mut letters = text.chars();
    let letter = letters.next().filter(char::is_ascii_alphabetic)?;
    letters.next().is_none().then(|| u32::from(letter.to_ascii_uppercase()) - u32::from('A') + 1)
}

/// A Roman numeral up to 89.
fn roman(text: &str) -> Option<u32> {
    let mut value = 0_u32;
    let mut last = 100;
    for digit in text.chars() {
        let digit = match digit {
            'I' => 1,
            'V' => 5,
            'X' => 10,
            'L' => 50,
            _ => return None,
        };
        value += digit;
        if last < digit {
            value = value.checked_sub(2 * last)?;
        }
        last = digit;
    }
    (value > 0 && text.len() < 9).then_some(value)
}

/// True for column numbers: "1 2 3", "(1) (2) (3)", "A B 1 2", "I II III", "1 2 3=1+2 4a 4b": each continues an earlier one.
pub(super) fn is_numbering<'a>(cells: impl Iterator<Item = Cell<'a>>) -> bool {
    let (mut letters, mut romans, mut figures) = (0, 0, 0);
    let mut numbers = 0;
    let mut all = 0;
    for cell in cells {
        let text = match cell {
            Cell::Blank => continue,
            Cell::Number(number) => number_text(number),
            Cell::Text(text) => text.to_owned(),
            _ => return false,
        };
        let plain = text.split('=').next().unwrap_or_default().trim_matches([' ', '(', ')', '[', ']', '\u{a0}']);
        let digits = plain.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let suffix = plain.len() - digits.len();
        all += 1;
        if let Some(number) = digits.parse::<u32>().ok().filter(|_| suffix < 2) {
            let goes_on = number == figures + 1 || suffix == 1 && number == figures;
            if number > 60 || numbers > 0 && !goes_on {
                return false;
            }
            figures = number;
            numbers += 1;
        } else if letter(plain) == Some(letters + 1) {
            letters += 1;
        } else if roman(plain) == Some(romans + 1) {
            romans += 1;
        } else {
            return false;
        }
    }
    numbers > 2 || all > 2 && numbers == 0 || all > 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_differ_from_people_and_communes() {
        for text in [
            "Tổng",
            "TỔNG CỘNG",
            "Tong cong:",
            "Tổng (1+2)",
            "Tổng cộng xã Hải Triều",
            "Cộng chung",
            "T. cộng",
            "Toàn huyện",
            "Tổng số trẻ em",
        ] {
            assert!(is_total(text), "{text}");
        }
        for text in ["Tổng Văn Cộng", "Tống Công", "Cộng Hòa", "Cộng Hiền", "Tổng Cọt", "Toàn Thắng", "Công"] {
            assert!(!is_total(text), "{text}");
        }
    }

    #[test]
    fn numbers_of_columns() {
        let numbering = |text: &'static str| is_numbering(text.split(' ').map(|t| if t == "_" { Cell::Blank } else { Cell::Text(t) }));
        for text in ["1 2 3", "(1) (2) (3)", "A B 1 2", "A B C D", "I II III IV", "1 2 3 4 (5)=(3)+(4)", "_ 1 2 3 4a 4b 5"] {
            assert!(numbering(text), "{text}");
        }
        for text in ["1 2", "1 3 5", "A 1 2", "1 An Nam", "61 62 63", "A C D"] {
            assert!(!numbering(text), "{text}");
        }
    }

    #[test]
    fn headings_of_groups() {
        for text in ["Xã Hải Triều", "I. Thôn Đông", "A) Huyện Tiên Lữ", "THỊ TRẤN VƯƠNG"] {
            assert!(names_unit(text), "{text}");
        }
        for text in ["Hải Triều", "Nguyễn Xã", "Thôn"] {
            assert!(!names_unit(text), "{text}");
        }
        assert!(is_mark("IV") && is_mark("a)") && is_mark("B.") && !is_mark("AB") && !is_mark("12"));
    }
}
