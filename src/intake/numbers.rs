//! Whole numbers with Vietnamese separators.

use super::cells::Cell;
use super::codes::Words;
use super::rules::{Rule, Rules};
use super::value::{OWN_UNIT, Parsed, Value};
use crate::error::Phrase;
use crate::spelling::bare;

const WHOLE: Phrase = Phrase::WholeNumber;

/// The whole number in a cell.
pub(super) fn whole(column: &str, cell: Cell<'_>, text: &str) -> Parsed {
    let parsed = |number: i64, rules: Rules| match i32::try_from(number) {
        Ok(number) => Parsed::with(Value::Number(number), rules),
        Err(_) => Parsed::unread(Phrase::WholeNumberOf32Bits),
    };
    if let Cell::Number(number) = cell {
        return if number.fract() == 0.0 && number.abs() < 1e15 { parsed(number as i64, Rules::default()) } else { Parsed::unread(WHOLE) };
    }
    let mut rules = Rules::default();
    let (before, figures, behind) = split(text);
    if !before.is_empty() || !behind.is_empty() {
        // Signs that change the number: a share, foreign money, a bound, an approximation.
        let is_other = |c: char| matches!(c, '%' | '‰' | '$' | '€' | '£' | '¥' | '~' | '≈' | '<' | '>' | '≤' | '≥' | '±' | '*' | '=' | '×');
        if before.contains(is_other) || behind.contains(is_other) || before.trim() == "(" {
            return Parsed::unread(OWN_UNIT);
        }
        match Words::get().is_unit(column, &bare(before), &bare(behind)) {
            Some(true) => rules.add(Rule::NumberWords),
            Some(false) => return Parsed::unread(OWN_UNIT),
            None => return Parsed::unread(WHOLE),
        }
    }
    match grouped(figures, &mut rules) {
        Some(number) => parsed(number, rules),
        None => Parsed::unread(WHOLE),
    }
}

/// Splits a text into what precedes a number, the number, and what follows.
fn split(text: &str) -> (&str, &str, &str) {
    let is_figure = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | ',');
    match (text.find(is_figure), text.rfind(is_figure)) {
        (Some(start), Some(end)) => (&text[..start], &text[start..=end], &text[end + 1..]),
        _ => ("", text, ""),
    }
}

/// A number whose separators, if any, can only group thousands. A point does so in Vietnamese; a comma too, unless the number may have
/// decimals of zero ("12,000").
fn grouped(text: &str, rules: &mut Rules) -> Option<i64> {
    let (sign, figures) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if !figures.starts_with(|c: char| c.is_ascii_digit()) || figures.len() > 30 {
        return None;
    }
    let digits = |text: &str| (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<i64>().ok()).flatten();
    if let Some(number) = digits(figures) {
        return Some(sign * number);
    }
    // Decimals of zero: "12,0", "1.234,00".
    if let Some((front, decimals)) = figures.rsplit_once([',', '.'])
        && decimals.len() < 3
        && !decimals.is_empty()
        && decimals.bytes().all(|b| b == b'0')
    {
        rules.add(Rule::NumberSeparators);
        return grouped(front, rules).map(|number| sign * number);
    }
    let separator = figures.chars().find(|c| !c.is_ascii_digit())?;
    let groups: Vec<&str> = figures.split(separator).collect();
    let parts_thousands = matches!(separator, '.' | ',' | ' ')
        && (1..=3).contains(&groups[0].len())
        && groups[0] != "0"
        && groups[1..].iter().all(|g| g.len() == 3 && g.bytes().all(|b| b.is_ascii_digit()));
    if !parts_thousands || (separator == ',' && groups.len() == 2 && groups[1] == "000") {
        return None;
    }
    rules.add(Rule::NumberSeparators);
    digits(&groups.concat()).map(|number| sign * number)
}
