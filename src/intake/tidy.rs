//! The text of a cell as it is compared and kept.

use super::legacy::{Font, Legacy};
use super::rules::{Rule, Rules};
use crate::spelling::{alike, is_tidy, nfc};
use unicode_normalization::UnicodeNormalization;

/// A text in Unicode with plain spaces.
pub(super) fn tidy(text: &str, legacy: Option<Legacy>, rules: &mut Rules) -> String {
    let decoded = legacy.and_then(|way| way.decode(text).map(|decoded| (way, decoded)));
    let text = match &decoded {
        Some((way, decoded)) => {
            rules.add(if way.font == Font::Tcvn3 { Rule::Tcvn3 } else { Rule::Vni });
            decoded.as_str()
        }
        None => text,
    };
    if is_tidy(text) {
        return text.to_owned();
    }
    let composed: String = text.nfc().collect();
    if composed != text {
        rules.add(Rule::Composed);
    }
    let tidied = nfc(&composed);
    if tidied != composed {
        rules.add(Rule::Spaces);
    }
    tidied
}

/// True for text of only dashes and similar signs, which people write when there is nothing to say.
pub(super) fn is_dashes(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '-' | '–' | '—' | '.' | '…' | '?' | '_' | '*' | '/' | ' '))
}

/// True for only digits.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The text without the apostrophe that marks figures or formula-like text as text in Excel; a name may begin with one ('Ana).
pub(super) fn without_apostrophe(text: &str) -> &str {
    match text.strip_prefix(['\'', '\u{2019}', '\u{2018}', '`']) {
        Some(rest) if rest.trim_start().starts_with(|c: char| c.is_ascii_digit() || matches!(c, '=' | '+' | '-' | '@')) => {
            rest.trim_start()
        }
        _ => text,
    }
}

/// A number as a person would write it.
pub(super) fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { number.to_string() }
}

/// The key of a value in a mapping.
pub(super) fn key(text: &str) -> String {
    let key = alike(text);
    if key.is_empty() { text.trim().to_owned() } else { key }
}
