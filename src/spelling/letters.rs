//! Words and letters: a letter is a base with its quality marks, plus a tone.

use super::form::is_unseen;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{compose, decompose_canonical};

/// Tone marks in Unicode: huyền, sắc, ngã, hỏi, nặng.
const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

/// A letter of a word: its base with quality marks, and its tone.
#[derive(Clone, Copy)]
pub(super) struct Letter {
    pub base: char,
    pub tone: Option<char>,
}

/// Splits a letter into its base with quality marks (ă â ê ô ơ ư đ) and its tone.
pub(super) fn letter(of: char) -> Letter {
    let mut base = None;
    let mut tone = None;
    decompose_canonical(of, |part| {
        if TONES.contains(&part) {
            tone = Some(part);
        } else {
            base = Some(match base {
                None => part,
                Some(before) => compose(before, part).unwrap_or(before),
            });
        }
    });
    Letter { base: base.unwrap_or(of), tone }
}

/// The letter without marks, đ as d.
pub(super) fn plain(letter: char) -> char {
    let mut base = None;
    decompose_canonical(letter, |part| {
        base.get_or_insert(part);
    });
    match base.unwrap_or(letter) {
        'đ' => 'd',
        plain => plain,
    }
}

/// Đ for its look-alikes, the Icelandic eth and the African d, which come from old keyboards and PDF files.
pub(super) fn true_d(letter: char) -> char {
    match letter {
        '\u{d0}' | '\u{189}' => 'Đ',
        '\u{f0}' | '\u{256}' => 'đ',
        letter => letter,
    }
}

/// The words of a text in lower case, without punctuation. An apostrophe joins (M'Drắk), any other sign separates.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in text.nfc().map(true_d) {
        if letter.is_alphanumeric() {
            words.last_mut().map(|word| word.extend(letter.to_lowercase())).unwrap_or_default();
        } else if !matches!(letter, '\'' | '’' | '‘' | '`' | 'ʼ' | '´') && !is_unseen(letter) && words.last().is_some_and(|w| !w.is_empty())
        {
            words.push(String::new());
        }
    }
    words.retain(|w| !w.is_empty());
    words
}

/// A number without leading zeros: Phường 03 is Phường 3.
pub(super) fn number(word: &str) -> Option<&str> {
    word.bytes().all(|b| b.is_ascii_digit()).then(|| match word.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    })
}

pub(super) fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'ă' | 'â' | 'e' | 'ê' | 'i' | 'o' | 'ô' | 'ơ' | 'u' | 'ư' | 'y')
}

/// Number of letters before the vowels of a syllable; the u of qu counts among them.
pub(super) fn initial(letters: &[char]) -> usize {
    if letters.starts_with(&['q', 'u']) {
        return 2;
    }
    letters.iter().position(|l| is_vowel(*l)).unwrap_or(letters.len())
}
