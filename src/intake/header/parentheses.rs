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

/// Units that are neither money nor people.
const OTHERS: [&str; 3] = ["ho", "van", "households"];
/// Words of a unit that count money, and that count people.
const MONEY: [&str; 6] = ["dong", "d", "vnd", "usd", "$", "€"];
const PEOPLE: [&str; 12] = ["nguoi", "tre", "em", "hoc", "sinh", "hs", "khau", "nhan", "luot", "persons", "people", "children"];

/// Words before a unit: "Đơn vị tính: nghìn người", "tính bằng triệu đồng", "in thousands".
const LEADS: [&str; 9] = ["don vi tinh", "don vi", "dvt", "dv tinh", "tinh bang", "tinh theo", "units", "unit", "in"];

/// The unit that a line tells for all amounts: "Đơn vị tính: triệu đồng", "ĐVT: 1.000đ"; in a title also "Dân số (nghìn người)" and
/// "Nghìn người". None for our own, and for a line that names an office ("Đơn vị: xã Triệu Phong").
pub(super) fn unit_above(cells: &[String], above: bool, title: bool) -> Option<String> {
    let (mut parts, mut last) = (Vec::new(), "");
    // A cell merged over several stands in each of them.
    for cell in cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()) {
        if cell != last {
            parts.push(cell);
        }
        last = cell;
    }
    let line = parts.join(" ");
    if line.len() > LINE {
        return None;
    }
    behind_lead(&line).or_else(|| {
        // A line of many cells is one of headers, which speak of their own columns.
        let title = above && parts.len() < 3 || title && parts.len() == 1;
        parts.iter().filter(|_| title).find_map(|part| {
            let inside = parted(part).1;
            unit(part).or_else(|| unit(&inside)).or_else(|| behind_lead(&inside)).filter(|unit| !SIGNS.contains(&unit.as_str()))
        })
    })
}

/// Longest line that is looked at for a unit.
const LINE: usize = 400;

/// The unit that follows the words before one.
fn behind_lead(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split([' ', ':', '(', ')', '\u{a0}', '/']).filter(|word| !word.is_empty()).collect();
    let keys: Vec<String> = words.iter().map(|word| bare(word)).collect();
    (0..words.len()).find_map(|at| {
        let lead = LEADS
            .iter()
            .map(|lead| lead.split(' ').collect::<Vec<_>>())
            .find(|lead| lead.iter().enumerate().all(|(nth, word)| keys.get(at + nth).is_some_and(|key| key == word)))?;
        unit(&words[at + lead.len()..].join(" "))
    })
}

/// A unit that is other than ours, and nothing beside: up to a sign that parts sentences.
pub(super) fn unit(text: &str) -> Option<String> {
    let piece = text.split([';', '|', '–']).next().unwrap_or_default().split(", ").next().unwrap_or_default();
    let piece = piece.trim().trim_matches(['(', ')', '.', ',', ':', '*', '-']).trim();
    // "1.000đ", "tr.đ": figures and letters apart, points between letters away.
    let mut plain = String::new();
    let mut before = ' ';
    for (at, letter) in piece.char_indices() {
        let next = piece[at + letter.len_utf8()..].chars().next();
        if letter == '.' && before.is_alphabetic() && next.is_some_and(char::is_alphabetic) {
            continue;
        }
        if letter.is_alphabetic() && before.is_ascii_digit() {
            plain.push(' ');
        }
        plain.push(if letter == '/' { ' ' } else { letter });
        before = letter;
    }
    let words: Vec<&str> = plain.split_whitespace().collect();
    let figure = |word: &str| word.replace(['.', ',', '\'', '’'], "").parse::<u64>().ok();
    let is_power = |word: &str| word.starts_with("10^") || word.starts_with("10³") || word.starts_with("10⁶");
    let is_sign = |word: &str| SIGNS.contains(&word) || is_power(word) || matches!(word, "'000" | "’000" | "000");
    let is_word = |word: &&str| {
        let key = bare(word);
        tells_multiple(word)
            || is_sign(word)
            || MONEY.contains(&key.as_str())
            || PEOPLE.contains(&key.as_str())
            || OTHERS.contains(&key.as_str())
            || figure(word).is_some()
    };
    let is_other = |word: &&str| {
        tells_multiple(word) || is_sign(word) || OTHERS.contains(&bare(word).as_str()) || figure(word).is_some_and(|figure| figure > 1)
    };
    // A year is no unit.
    let counts = words.iter().any(|word| figure(word).is_none()) || words.iter().any(|word| matches!(*word, "1.000" | "1,000" | "1000"));
    (!words.is_empty() && counts && words.iter().all(is_word) && words.iter().any(is_other)).then(|| words.join(" "))
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
