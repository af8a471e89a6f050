//! Keys that are equal for different spellings of one text.

use super::letters::{initial, is_vowel, letter, number, plain, words};

const ACUTE: char = '\u{301}';

/// A key that ignores case, the position of the tone mark, y or i, hyphens, and an unwritten sắc.
///
/// ```
/// use chitieu::spelling::alike;
/// assert_eq!(alike("Hòa Thủy"), alike("HOÀ  THUỶ"));
/// assert_eq!(alike("Mỹ Đăk"), alike("Mĩ-Đắk"));
/// assert_ne!(alike("Thủy"), alike("Thủi"));
/// ```
#[must_use]
pub fn alike(text: &str) -> String {
    let mut key = String::with_capacity(text.len() + 8);
    for word in words(text) {
        if !key.is_empty() {
            key.push(' ');
        }
        match number(&word) {
            Some(digits) => key.push_str(digits),
            None => syllable(&word, &mut key),
        }
    }
    key
}

/// Appends one syllable, its tone last.
fn syllable(word: &str, key: &mut String) {
    let mut tone = None;
    let mut letters: Vec<char> = Vec::with_capacity(word.len());
    for at in word.chars().map(letter) {
        letters.push(at.base);
        tone = tone.or(at.tone);
    }
    let start = initial(&letters);
    let after_qu = start == 2 && letters[0] == 'q';
    // i and y sound the same as the only vowel of an open syllable, and after qu.
    if letters.get(start) == Some(&'y') && (after_qu || letters.len() == start + 1) {
        letters[start] = 'i';
    }
    // A syllable that ends in a stop has sắc or nặng; sắc is often not written (Đăk, Ktip).
    let stop = start < letters.len() && matches!(letters.last(), Some('c' | 'p' | 't' | 'k')) || letters.ends_with(&['c', 'h']);
    let sounded = letters[start..].iter().any(|l| is_vowel(*l));
    if tone.is_none() && stop && sounded {
        tone = Some(ACUTE);
    }
    key.extend(&letters);
    key.extend(tone);
}

/// The text in lower case without marks, đ as d: as typed without a Vietnamese keyboard.
///
/// ```
/// assert_eq!(chitieu::spelling::bare("Đường Thủy-Nguyên"), "duong thuy nguyen");
/// ```
#[must_use]
pub fn bare(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for word in words(text) {
        if !key.is_empty() {
            key.push(' ');
        }
        if let Some(digits) = number(&word) {
            key.push_str(digits);
            continue;
        }
        key.extend(word.chars().map(plain));
    }
    key
}

/// True if `typed` ends with `end`, where `typed` may omit marks but has no mark that `end` lacks.
///
/// ```
/// use chitieu::spelling::leaves_out;
/// assert!(leaves_out("xa hai trieu", "Hải Triều") && leaves_out("Hải Trieu", "Hải Triều"));
/// assert!(!leaves_out("Hải Triệu", "Hải Triều"));
/// ```
#[must_use]
pub fn leaves_out(typed: &str, end: &str) -> bool {
    let (typed, end) = (words(typed), words(end));
    let before = typed.len().checked_sub(end.len());
    before.is_some_and(|before| typed[before..].iter().zip(&end).all(|(typed, whole)| word_leaves_out(typed, whole)))
}

fn word_leaves_out(typed: &str, whole: &str) -> bool {
    if let (Some(typed), Some(whole)) = (number(typed), number(whole)) {
        return typed == whole;
    }
    let tone = |word: &str| word.chars().find_map(|l| letter(l).tone);
    let bases = |word: &str| word.chars().map(|l| letter(l).base).collect::<Vec<_>>();
    let (given, there) = (bases(typed), bases(whole));
    tone(typed).is_none_or(|t| tone(whole) == Some(t))
        && given.len() == there.len()
        && given.iter().zip(&there).all(|(given, there)| given == there || *given == plain(*there))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_that_are_alike() {
        for (a, b) in [
            ("Hòa", "Hoà"),
            ("Thủy", "Thuỷ"),
            ("Quy", "Qui"),
            ("Quý", "Quí"),
            ("Quỳnh", "Quình"),
            ("Kỳ", "Kì"),
            ("Mỹ", "Mĩ"),
            ("Lý", "Lí"),
            ("Y Tý", "I Tí"),
            ("Đăk", "Đắk"),
            ("Cư M'gar", "CƯ M’GAR"),
            ("Gia-rai", "Gia Rai"),
            ("Phường 03", "phường 3"),
            ("H\u{6f}\u{300}a", "Hòa"),
            ("Bà Rịa - Vũng Tàu", "Bà Rịa-Vũng Tàu"),
            // Ð and ð are U+00D0 and U+00F0, Ɖ and ɖ U+0189 and U+0256.
            ("Đức Thắng", "\u{d0}ức Thắng"),
            ("đức thắng", "\u{f0}ức thắng"),
            ("ĐỨC THẮNG", "\u{189}ỨC THẮNG"),
            ("Bình Định", "Bình \u{256}ịnh"),
        ] {
            assert_eq!(alike(a), alike(b), "{a} {b}");
        }
        for (a, b) in [
            ("Thủy", "Thủi"),
            ("tay", "tai"),
            ("Hoa", "Hòa"),
            ("Đắk", "Đặk"),
            ("Mạ", "Ma"),
            ("Lang", "Lăng"),
            ("Mây", "Mâi"),
            ("Nam", "Năm"),
        ] {
            assert_ne!(alike(a), alike(b), "{a} {b}");
        }
    }
}
