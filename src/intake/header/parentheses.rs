//! What the parentheses of a header say. Most explain; some tell that the values below are not in our units, order or codes.

use crate::catalogue::{Column, ColumnType, EthnicList};
use crate::intake::cells::Cell;
use crate::intake::codes::Words;
use crate::intake::dates::Window;
use crate::intake::mapping::Mapped;
use crate::intake::values::{Reading, Value};
use crate::intake::whole::Whole;
use crate::spelling::{alike, bare};

/// Words for more than one, and for other money.
const MULTIPLES: [&str; 16] = [
    "trăm",
    "nghìn",
    "ngàn",
    "triệu",
    "tỷ",
    "k",
    "ngđ",
    "nghđ",
    "tr",
    "trđ",
    "usd",
    "thousand",
    "thousands",
    "million",
    "millions",
    "billion",
];
/// Signs for the same.
const SIGNS: [&str; 6] = ["%", "‰", "$", "€", "10^", "phần trăm"];
/// Units of time: the only words of a parenthesis that tell what is counted.
const TIMES: [&str; 9] = ["phut", "gio", "ngay", "tuan", "thang", "quy", "thang tuoi", "ngay tuoi", "tuan tuoi"];
/// Columns that are counted in one of them.
const OWN_TIMES: [(&str, &str); 2] = [("emergency_hours", "gio"), ("age_days", "ngay")];

/// A text as what stands outside its parentheses and what stands in them.
pub(super) fn parted(text: &str) -> (String, String) {
    let (mut outside, mut inside) = (String::new(), String::new());
    let mut depth = 0_u32;
    for letter in text.chars() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' if depth > 0 => {
                depth -= 1;
                inside.push(' ');
            }
            ')' | ']' => {}
            _ if depth == 0 => outside.push(letter),
            _ => inside.push(letter),
        }
    }
    (outside, inside.trim().to_owned())
}

/// True if the values of a column would be read wrongly by what its parentheses say.
pub(super) fn tell_otherwise(column: &Column, inside: &str) -> bool {
    if inside.is_empty() {
        return false;
    }
    match column.kind {
        ColumnType::Integer => is_other_unit(&column.id, inside),
        ColumnType::Date => is_other_order(inside),
        ColumnType::Flag | ColumnType::List => inside.contains('%') || has_other_codes(column, inside),
        ColumnType::Text => column.codes.is_some() && has_other_codes(column, inside),
        ColumnType::Area => false,
    }
}

/// Words of a unit that count money, and that count people.
const MONEY: [&str; 6] = ["dong", "d", "vnd", "usd", "$", "€"];
const PEOPLE: [&str; 10] = ["nguoi", "tre", "em", "hoc", "sinh", "hs", "khau", "nhan", "luot", "persons"];

/// The unit that a line above a header tells for all amounts: "Đơn vị tính: triệu đồng", "ĐVT: 1.000 người". None for our own, and
/// for a line that names an office ("Đơn vị: xã Triệu Phong").
pub(super) fn unit_above(cells: &[String]) -> Option<String> {
    let (mut parts, mut last) = (Vec::new(), "");
    // A cell merged over several stands in each of them.
    for cell in cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()) {
        if cell != last {
            parts.push(cell);
        }
        last = cell;
    }
    let line = parts.join(" ");
    let (lead, unit) = line.trim_matches(['(', ')']).split_once(':')?;
    let lead = bare(lead);
    let is_lead =
        ["don vi", "don vi tinh", "dvt", "dv", "unit", "units"].iter().any(|word| lead == *word || lead.ends_with(&format!(" {word}")));
    let unit = unit.trim().trim_matches(['(', ')', '.', ';', ',']);
    let is_word = |word: &str| {
        let plain = bare(word);
        MULTIPLES.iter().any(|multiple| alike(multiple) == alike(word) || word.is_ascii() && bare(multiple) == plain)
            || SIGNS.contains(&word)
            || MONEY.contains(&plain.as_str())
            || PEOPLE.contains(&plain.as_str())
            || word.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | '’'))
    };
    (is_lead && !unit.is_empty() && unit.split(' ').all(is_word) && is_other_unit("", unit)).then(|| unit.to_owned())
}

/// True if some of the words of a text are words for more than one: thousands, millions.
pub(in crate::intake) fn tells_multiple(text: &str) -> bool {
    let is_multiple =
        |word: &str| MULTIPLES.iter().any(|multiple| alike(multiple) == alike(word) || word.is_ascii() && bare(multiple) == bare(word));
    text.split_whitespace().any(is_multiple)
}

/// True if a unit told for all amounts is that of a column.
pub(super) fn concerns(unit: &str, column: &str) -> bool {
    let has = |words: &[&str]| unit.split(' ').any(|word| words.contains(&bare(word).as_str()) || words.contains(&word));
    match column {
        "fine" => !has(&PEOPLE),
        "emergency_hours" | "age_days" => !has(&PEOPLE) && !has(&MONEY),
        _ => !has(&MONEY),
    }
}

/// True if a header names a unit of its own that is ours: "Số tiền (đồng)".
pub(super) fn tells_own(column: &str, label: &str) -> bool {
    let (_, inside) = parted(label);
    !inside.is_empty() && !is_other_unit(column, &inside) && Words::get().is_unit(column, "", &bare(&inside)) == Some(true)
}

fn is_other_unit(column: &str, inside: &str) -> bool {
    let key = |text: &str| if inside.is_ascii() { bare(text) } else { alike(text) };
    let told = key(inside);
    let time = bare(inside);
    let is_own = OWN_TIMES.iter().any(|(id, own)| *id == column && time.split(' ').next() == Some(*own));
    // "1.000 đồng", "'000 đồng".
    let figures = inside.replace(['.', ',', ' ', '\'', '’'], "");
    MULTIPLES.iter().any(|multiple| told.split(' ').any(|word| word == key(multiple)))
        || SIGNS.iter().any(|sign| inside.contains(sign))
        || ["1000", "000"].iter().any(|thousand| figures.starts_with(thousand))
        || TIMES.contains(&time.as_str()) && !is_own
}

/// True for dates that are not in the order day, month, year or year, month, day, or not of the calendar.
fn is_other_order(inside: &str) -> bool {
    let key = bare(inside);
    if key.contains("am lich") || key.contains("mmdd") {
        return true;
    }
    let first = |names: &[&str]| key.split(' ').position(|word| names.contains(&word));
    let day = first(&["ngay", "d", "dd", "day"]);
    let month = first(&["thang", "m", "mm", "month"]);
    let year = first(&["nam", "y", "yy", "yyyy", "year"]);
    match (day, month, year) {
        (Some(day), Some(month), Some(year)) if year < day.min(month) => day < month,
        (Some(day), Some(month), _) => month < day,
        _ => inside.split(' ').any(is_month_first),
    }
}

/// "12/31/2014".
fn is_month_first(date: &str) -> bool {
    let numbers: Vec<u32> = date.split(['/', '-', '.']).filter_map(|n| n.parse().ok()).collect();
    matches!(numbers[..], [1..=12, 13..=31, _])
}

/// True if a legend ("1: Nữ, 2: Nam") gives a figure another meaning than ours.
fn has_other_codes(column: &Column, inside: &str) -> bool {
    let mapped = Mapped::default();
    let reading = Reading {
        words: Words::get(),
        legacy: None,
        from_1904: false,
        ethnic: EthnicList::Of1979,
        window: Window { first: 1900, last: 2200 },
        keeps_year: false,
        whole: Whole::default(),
        greatest: None,
        from_zero: false,
        mapped: &mapped,
    };
    let read = |text: &str| match reading.read(column, Cell::Text(text)).value {
        // A word that we do not know would be told as a finding, a figure would not.
        Value::Null => None,
        value => Some(value),
    };
    legend(inside).iter().any(|(figure, word)| read(figure) != read(word))
}

/// The figures of a legend with their words: "1: Nữ, 2: Nam", "1-Nữ 2-Nam", "Nữ = 1; Nam = 2".
fn legend(inside: &str) -> Vec<(String, String)> {
    let pair = |three: &[String]| match three {
        [figure, sign, word] if is_figure(figure) && is_words(word) && is_sign(sign) => Some((figure.clone(), word.clone())),
        [word, sign, figure] if is_words(word) && is_figure(figure) && matches!(sign.as_str(), ":" | "=") => {
            Some((figure.clone(), word.clone()))
        }
        _ => None,
    };
    tokens(inside).windows(3).filter_map(pair).collect()
}

fn is_figure(token: &str) -> bool {
    token.bytes().all(|b| b.is_ascii_digit())
}

fn is_words(token: &str) -> bool {
    token.starts_with(char::is_alphabetic)
}

fn is_sign(token: &str) -> bool {
    matches!(token, ":" | "=" | "-" | "–" | "." | ")")
}

/// Figures, runs of words, and the signs between them.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut before = ' ';
    for letter in text.chars() {
        let joins = |last: &String| match letter {
            ' ' => is_words(last),
            '0'..='9' => before != ' ' && (is_figure(last) || is_words(last)),
            _ => letter.is_alphabetic() && is_words(last),
        };
        match tokens.last_mut().filter(|last| joins(last)) {
            Some(last) => last.push(letter),
            None if letter == ' ' => {}
            None => tokens.push(letter.to_string()),
        }
        before = letter;
    }
    tokens.iter().map(|token| token.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legends_are_parted_into_figures_and_words() {
        for (text, pairs) in [
            ("1: Nữ, 2: Nam", vec![("1", "Nữ"), ("2", "Nam")]),
            ("1-Nữ 2-Nam", vec![("1", "Nữ"), ("2", "Nam")]),
            ("1=chưa tiêm; 2 = đã tiêm", vec![("1", "chưa tiêm"), ("2", "đã tiêm")]),
            ("Nam: 1/Nữ: 0", vec![("1", "Nam"), ("0", "Nữ")]),
            ("0-16 tuổi", vec![]),
            ("dưới 16 tuổi", vec![]),
            ("NĐ-130", vec![]),
            ("d2: nặng", vec![]),
            ("đánh dấu x", vec![]),
        ] {
            let found = legend(text);
            let found: Vec<(&str, &str)> = found.iter().map(|(figure, word)| (figure.as_str(), word.as_str())).collect();
            assert_eq!(found, pairs, "{text}");
        }
    }
}
