//! The one form in which a text is kept.

use unicode_normalization::UnicodeNormalization;

/// The text in composed letters (NFC), with single plain spaces and without invisible characters.
///
/// ```
/// assert_eq!(chitieu::spelling::nfc(" Ho\u{300}a\u{a0}  Bi\u{300}nh\u{200b}"), "Hòa Bình");
/// ```
#[must_use]
pub fn nfc(text: &str) -> String {
    if is_tidy(text) {
        return text.to_owned();
    }
    let mut tidy = String::with_capacity(text.len());
    for letter in text.nfc() {
        if is_unseen(letter) {
            continue;
        }
        if is_space(letter) {
            if !tidy.is_empty() && !tidy.ends_with(' ') {
                tidy.push(' ');
            }
        } else {
            tidy.push(letter);
        }
    }
    if tidy.ends_with(' ') {
        tidy.pop();
    }
    tidy
}

/// True if [`nfc`] would change nothing. Looks only at bytes, to check a million names quickly: composed Vietnamese letters begin with C3
/// to C6 or E1, and every character that may have to change begins with another byte.
#[must_use]
pub(crate) fn is_tidy(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut before = b' ';
    for (at, byte) in bytes.iter().copied().enumerate() {
        let plain = match byte {
            b' ' => before != b' ',
            0x21..=0x7e | 0x80..=0xbf | 0xc3..=0xc6 => true,
            0xe1 => matches!(bytes.get(at + 1), Some(0xba | 0xbb)),
            _ => false,
        };
        if !plain {
            return false;
        }
        before = byte;
    }
    bytes.is_empty() || before != b' '
}

pub(super) fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}' | '\u{ad}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || (letter.is_control() && !is_space(letter))
}

fn is_space(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{3164}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tidy_text_is_what_nfc_leaves() {
        for text in ["", "Xã Hải Triều", "a b", "A-b.c", "Đắk Lắk", "ỹ"] {
            assert!(is_tidy(text), "{text}");
            assert_eq!(nfc(text), text);
        }
        for (text, tidy) in [
            (" a", "a"),
            ("a ", "a"),
            ("a  b", "a b"),
            ("a\u{a0}b", "a b"),
            ("a\nb\tc", "a b c"),
            ("Hu\u{302}\u{301}", "Hu\u{302}\u{301}"),
            ("e\u{302}\u{301}", "ế"),
            ("e\u{301}\u{302}", "é\u{302}"),
            ("\u{feff}x\u{200b}", "x"),
            ("\u{3000}x\u{2009}y", "x y"),
        ] {
            assert!(!is_tidy(text), "{text:?}");
            assert_eq!(nfc(text), tidy.nfc().collect::<String>(), "{text:?}");
        }
    }
}
