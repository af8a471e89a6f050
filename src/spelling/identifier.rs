//! Texts that identify a record, a person or a case.

use super::form::nfc;
use super::keys::bare;
use std::borrow::Cow;

/// Placeholders, as [`bare`] gives them, that people and programs write instead of an identifier.
const NO_IDENTIFIER: [&str; 32] = [
    "k ro",
    "ko ro",
    "kro",
    "na",
    "n a",
    "nan",
    "nat",
    "none",
    "null",
    "unknown",
    "not known",
    "not recorded",
    "khong ro",
    "chua ro",
    "khong xac dinh",
    "chua xac dinh",
    "kxd",
    "cxd",
    "khong biet",
    "chua biet",
    "khong co",
    "chua co",
    "khong co thong tin",
    "chua co thong tin",
    "khong ghi",
    "chua cap nhat",
    "chua cap",
    "ref",
    "name",
    "value",
    "num",
    "div 0",
];

/// The identifier in a text, in the one form that every reader compares: composed letters, single plain spaces, none at the ends, case
/// kept. `None` if the text identifies nothing: blank, only punctuation, a placeholder such as `nan` or "không rõ", only zeros, or a number
/// whose digits a spreadsheet lost.
///
/// ```
/// use chitieu::spelling::identifier;
/// assert_eq!(identifier(" k1\u{a0}").as_deref(), Some("k1"));
/// assert_ne!(identifier("k1"), identifier("K1"));
/// assert!(["", " ", "\u{a0}", "\u{200b}", "-", "nan", "000", "3.91E+16", "3,91 E+16", "3.91×10^16", "0331500*****", "k.rõ"].iter().all(|t| identifier(t).is_none()));
/// ```
#[must_use]
pub fn identifier(text: &str) -> Option<Cow<'_, str>> {
    let bytes = text.as_bytes();
    // Nearly every identifier is visible ASCII with a digit: one pass over its bytes is enough.
    let (mut visible, mut digit, mut power, mut masked) = (true, false, false, false);
    for byte in bytes {
        visible &= byte.wrapping_sub(0x21) < 0x5e;
        digit |= byte.wrapping_sub(b'0') < 10;
        power |= byte | 0x20 == b'e' || *byte == b'^';
        masked |= *byte == b'*';
    }
    if visible && digit && !matches!(bytes.first(), Some(b'\'' | b'#')) {
        return (!(power && lost_digits(text) || is_zeros(text) || masked && is_masked(text))).then_some(Cow::Borrowed(text));
    }
    let tidy = nfc(text);
    // A leading apostrophe marks text in a spreadsheet; it is not part of the identifier.
    let tidy = tidy.trim_start_matches('\'').trim_start();
    let has_content = tidy.chars().any(char::is_alphanumeric) && !lost_digits(tidy) && !is_zeros(tidy) && !is_masked(tidy);
    let is_word = || (!tidy.bytes().any(|b| b.is_ascii_digit()) || tidy.starts_with('#')) && NO_IDENTIFIER.contains(&bare(tidy).as_str());
    (has_content && !is_word()).then(|| Cow::Owned(tidy.to_owned()))
}

/// True for partly masked digits (0331500*****): many people share what is left.
fn is_masked(text: &str) -> bool {
    text.contains("**")
}

/// True for a run of zeros, which fills an unknown field. A single zero may number the first record.
fn is_zeros(text: &str) -> bool {
    text.len() > 1 && text.bytes().all(|b| b == b'0')
}

/// True for a number in scientific notation, such as 3.91E+16: its last digits are lost.
fn lost_digits(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let power = text.split_once(['e', 'E']).or_else(|| text.split_once("×10^")).or_else(|| text.split_once("x10^"));
    let Some((number, power)) = power else { return false };
    let (number, power) = (number.trim_end(), power.trim_start());
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let is_decimal = number.split_once(['.', ',']).is_some_and(|(whole, part)| digits(whole) && digits(part));
    // Without a decimal mark or a sign (12E5) it may as well be a code.
    let signed = power.strip_prefix(['+', '-']);
    (is_decimal && digits(signed.unwrap_or(power))) || (digits(number) && power.strip_prefix('+').is_some_and(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_what_identifies() {
        for text in [
            "",
            " ",
            "\t\n",
            "\u{a0}",
            "\u{200b}",
            "\u{feff}",
            "\u{3000}",
            "\u{3164}",
            "\u{ad}",
            "-",
            "--",
            "...",
            "?",
            "'",
            "nan",
            "NaN",
            "None",
            "<NA>",
            "NULL",
            "N/A",
            "NA",
            "#N/A",
            "#REF!",
            "#DIV/0!",
            "########",
            "không rõ",
            "KHÔNG RÕ",
            "Chưa xác định",
            "3.91E+16",
            "3,91E+16",
            "3.91e+16",
            " 3.91E+16 ",
            "'3.91E+16",
            "4E+16",
            "1.5E16",
            "-3.91E+16",
            "2.5E-05",
        ] {
            assert_eq!(identifier(text), None, "{text:?}");
        }
        for (text, kept) in [
            ("k1", "k1"),
            ("K1", "K1"),
            (" k1", "k1"),
            ("k1\u{a0}", "k1"),
            ("\u{200b}k1\u{feff}", "k1"),
            ("k  1", "k 1"),
            ("\u{2009}12/QĐ-XPHC\n", "12/QĐ-XPHC"),
            ("a\u{301}1", "á1"),
            ("'033114000001", "033114000001"),
            ("033114000001", "033114000001"),
            ("12E5", "12E5"),
            ("1E-2022", "1E-2022"),
            ("3e5a-91e2", "3e5a-91e2"),
            ("abc", "abc"),
            ("An", "An"),
            ("#12", "#12"),
            ("0", "0"),
        ] {
            assert_eq!(identifier(text).as_deref(), Some(kept), "{text:?}");
        }
    }
}
