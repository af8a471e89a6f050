//! Words for multiples, such as thousands and millions, and for foreign money.

use crate::spelling::{alike, bare};

/// Words for multiples and foreign money.
pub(super) const MULTIPLES: [&str; 16] = [
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

/// True if a text contains such a word.
pub(super) fn has_multiple(text: &str) -> bool {
    let is_multiple =
        |word: &str| MULTIPLES.iter().any(|multiple| alike(multiple) == alike(word) || word.is_ascii() && bare(multiple) == bare(word));
    text.split_whitespace().any(is_multiple)
}
