//! Units of amounts given outside the headers: in a line above, in a title, or directly below a header.

use super::parentheses::split_parentheses;
use crate::intake::codes::Words;
use crate::intake::multiples::{MULTIPLES, has_multiple};
use crate::spelling::{alike, bare};

/// Signs of a unit other than the schema's.
const SIGNS: [&str; 6] = ["%", "‰", "$", "€", "10^", "phần trăm"];
/// Units of time: the only words in parentheses that show what is counted.
const TIMES: [&str; 9] = ["phut", "gio", "ngay", "tuan", "thang", "quy", "thang tuoi", "ngay tuoi", "tuan tuoi"];
/// Columns counted in one of them.
const OWN_TIMES: [(&str, &str); 2] = [("emergency_hours", "gio"), ("age_days", "ngay")];
/// Units that are neither money nor people.
const OTHERS: [&str; 3] = ["ho", "van", "households"];
/// Words for money, and words for people.
const MONEY: [&str; 6] = ["dong", "d", "vnd", "usd", "$", "€"];
const PEOPLE: [&str; 12] = ["nguoi", "tre", "em", "hoc", "sinh", "hs", "khau", "nhan", "luot", "persons", "people", "children"];
/// Words that introduce a unit: "Đơn vị tính: nghìn người", "tính bằng triệu đồng", "in thousands".
const LEADS: [&str; 9] = ["don vi tinh", "don vi", "dvt", "dv tinh", "tinh bang", "tinh theo", "units", "unit", "in"];

/// The unit that a line announces for all amounts: "Đơn vị tính: triệu đồng", "ĐVT: 1.000đ"; in a title also "Dân số (nghìn người)" and
/// "Nghìn người". `None` for the schema's own unit, and for a line that names an office ("Đơn vị: xã Triệu Phong").
pub(super) fn unit_above(cells: &[String], above: bool, title: bool) -> Option<String> {
    let (mut parts, mut last) = (Vec::new(), "");
    // A merged cell is repeated in each column it covers.
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
        // A line of many cells holds headers, which concern their own columns.
        let title = above && parts.len() < 3 || title && parts.len() == 1;
        parts.iter().filter(|_| title).find_map(|part| {
            let inside = split_parentheses(part).1;
            unit(part).or_else(|| unit(&inside)).or_else(|| behind_lead(&inside)).filter(|unit| !SIGNS.contains(&unit.as_str()))
        })
    })
}

/// Longest line that is searched for a unit.
const LINE: usize = 400;

/// The unit behind introducing words.
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

/// A unit other than the schema's and nothing else, up to the end of the sentence.
pub(super) fn unit(text: &str) -> Option<String> {
    let piece = text.split([';', '|', '–']).next().unwrap_or_default().split(", ").next().unwrap_or_default();
    let piece = piece.trim().trim_matches(['(', ')', '.', ',', ':', '*', '-']).trim();
    // "1.000đ", "tr.đ": separates figures from letters, and removes points between letters.
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
        has_multiple(word)
            || is_sign(word)
            || MONEY.contains(&key.as_str())
            || PEOPLE.contains(&key.as_str())
            || OTHERS.contains(&key.as_str())
            || figure(word).is_some()
    };
    let is_other = |word: &&str| {
        has_multiple(word) || is_sign(word) || OTHERS.contains(&bare(word).as_str()) || figure(word).is_some_and(|figure| figure > 1)
    };
    // A year is not a unit.
    let counts = words.iter().any(|word| figure(word).is_none()) || words.iter().any(|word| matches!(*word, "1.000" | "1,000" | "1000"));
    (!words.is_empty() && counts && words.iter().all(is_word) && words.iter().any(is_other)).then(|| words.join(" "))
}

/// True if a unit announced for all amounts applies to a column.
pub(super) fn concerns(unit: &str, column: &str) -> bool {
    let has = |words: &[&str]| unit.split(' ').any(|word| words.contains(&bare(word).as_str()) || words.contains(&word));
    match column {
        "fine" => !has(&PEOPLE),
        "emergency_hours" | "age_days" => !has(&PEOPLE) && !has(&MONEY),
        _ => !has(&MONEY),
    }
}

/// True if a header gives the schema's own unit: "Số tiền (đồng)".
pub(super) fn has_own_unit(column: &str, label: &str) -> bool {
    let (_, inside) = split_parentheses(label);
    !inside.is_empty() && !is_other_unit(column, &inside) && Words::get().is_unit(column, "", &bare(&inside)) == Some(true)
}

/// True if the parentheses of a column of amounts give another unit than its own.
pub(super) fn is_other_unit(column: &str, inside: &str) -> bool {
    let key = |text: &str| if inside.is_ascii() { bare(text) } else { alike(text) };
    let given = key(inside);
    let time = bare(inside);
    let is_own = OWN_TIMES.iter().any(|(id, own)| *id == column && time.split(' ').next() == Some(*own));
    // "1.000 đồng", "'000 đồng".
    let figures = inside.replace(['.', ',', ' ', '\'', '’'], "");
    MULTIPLES.iter().any(|multiple| given.split(' ').any(|word| word == key(multiple)))
        || SIGNS.iter().any(|sign| inside.contains(sign))
        || ["1000", "000"].iter().any(|thousand| figures.starts_with(thousand))
        || TIMES.contains(&time.as_str()) && !is_own
}
