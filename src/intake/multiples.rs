//! Words for more than one, such as thousands and millions, and for other money.

use crate::spelling::{alike, bare};

/// Words for more than one, and for other money.
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

/// True if some of the words of a text are words for more than one: thousands, millions.
pub(super) fn tells_multiple(text: &str) -> bool {
    let is_multiple =
        |word: &str| MULTIPLES.iter().any(|multiple| alike(multiple) == alike(word) || word.is_ascii() && bare(multiple) == bare(word));
    text.split_whitespace().any(is_multiple)
}
