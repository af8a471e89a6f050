//! Words built like Vietnamese syllables.

use super::letters::{initial, is_vowel, letter, true_d};
use unicode_normalization::UnicodeNormalization;

const INITIALS: [&str; 30] = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "qu", "r", "s", "t", "th",
    "tr", "v", "x", "kr", "đr",
];
const NUCLEI: [&str; 61] = [
    "a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y", "ai", "ao", "au", "ay", "âu", "ây", "eo", "êu", "ia", "iê", "iêu", "iu",
    "oa", "oai", "oay", "oă", "oe", "oeo", "oi", "oo", "oao", "ôi", "ơi", "ua", "uâ", "uây", "uê", "ui", "uô", "uôi", "uơ", "uy", "uya",
    "uyê", "uyu", "ưa", "ươ", "ươi", "ươu", "ưi", "ưu", "yê", "yêu", "uêu", "oau", "ue", "uă", "uo", "uai",
];
const FINALS: [&str; 9] = ["", "c", "ch", "m", "n", "ng", "nh", "p", "t"];

/// True for a word built like a Vietnamese syllable; wrongly decoded text rarely is.
///
/// ```
/// use chitieu::spelling::is_syllable;
/// assert!(is_syllable("nghiêng") && !is_syllable("TrÎ"));
/// ```
#[must_use]
pub fn is_syllable(word: &str) -> bool {
    let mut tones = 0;
    let mut letters: Vec<char> = Vec::with_capacity(word.len());
    for at in word.nfc().map(true_d).flat_map(char::to_lowercase).map(letter) {
        letters.push(at.base);
        tones += usize::from(at.tone.is_some());
    }
    // The i of gi belongs to the consonant before another vowel.
    let gi = letters.starts_with(&['g', 'i']) && letters.get(2).is_some_and(|l| is_vowel(*l));
    let start = if gi { 2 } else { initial(&letters) };
    let end = letters.iter().rposition(|l| is_vowel(*l)).map_or(start, |at| (at + 1).max(start));
    let text = |part: &[char]| part.iter().collect::<String>();
    let (first, vowels, last) = (text(&letters[..start]), text(&letters[start..end]), text(&letters[end..]));
    let open = vowels.is_empty() && first == "qu" || NUCLEI.contains(&vowels.as_str());
    tones <= 1 && open && INITIALS.contains(&first.as_str()) && FINALS.contains(&last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_differ_from_wrongly_decoded_text() {
        for word in ["Nguyễn", "Quỳnh", "khuỷu", "xã", "Giới", "tính", "ngoài", "Đường", "rượu", "gì", "Quốc", "nghiêng"]
        {
            assert!(is_syllable(word), "{word}");
        }
        for word in ["Nguyeãn", "tØnh", "Giíi", "Ñaëng", "x·", "hoï", "Hoaøng", "töôùi"] {
            assert!(!is_syllable(word), "{word}");
        }
    }
}
