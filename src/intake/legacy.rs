//! Text in fonts from before Unicode: TCVN3 (.Vn fonts, ABC) and VNI-Windows, as windows-1252 shows it.
//!
//! It occurs as bytes of a CSV file and in cells of a workbook, so both are decoded here from characters. TCVN3 has one byte per letter,
//! VNI a letter followed by a mark.

use crate::spelling::is_syllable;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_canonical;

/// A font that maps Vietnamese to 256 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Font {
    Tcvn3,
    Vni,
}

/// The legacy font of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Legacy {
    pub font: Font,
    /// Other texts of the sheet are Unicode.
    pub mixed: bool,
}

/// The letters of TCVN 5712:1993 from 0x80. TCVN3 fonts have its small letters and seven capitals.
const TCVN: &str = "\
    ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ\
    \u{a0}ĂÂÊÔƠƯĐăâêôơưđẰ\u{300}\u{309}\u{303}\u{301}\u{323}àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò\
    ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ";

/// What windows-1252 shows for 0x80 to 0x9f; its five undefined bytes map to themselves.
const SHOWN: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

const DOT_BELOW: char = '\u{323}';
/// VNI letters without a mark.
const VNI_ALONE: [(char, char); 7] = [('ô', 'ơ'), ('ö', 'ư'), ('ñ', 'đ'), ('î', 'ỵ'), ('æ', 'ỉ'), ('ó', 'ĩ'), ('ò', 'ị')];
/// VNI marks behind a letter, as combining marks.
const VNI_MARKS: [(char, &str); 16] = [
    ('ù', "\u{301}"),
    ('ø', "\u{300}"),
    ('û', "\u{309}"),
    ('õ', "\u{303}"),
    ('ï', "\u{323}"),
    ('ê', "\u{306}"),
    ('é', "\u{306}\u{301}"),
    ('è', "\u{306}\u{300}"),
    ('ú', "\u{306}\u{309}"),
    ('ü', "\u{306}\u{303}"),
    ('ë', "\u{306}\u{323}"),
    ('â', "\u{302}"),
    ('á', "\u{302}\u{301}"),
    ('à', "\u{302}\u{300}"),
    ('å', "\u{302}\u{309}"),
    ('ã', "\u{302}\u{303}"),
];
/// The remaining VNI mark.
const VNI_CIRCUMFLEX_DOT: (char, &str) = ('ä', "\u{302}\u{323}");

impl Font {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcvn3 => "tcvn3",
            Self::Vni => "vni",
        }
    }

    /// The text in Unicode; `None` if it has letters that no such font has, or nothing to change.
    pub fn decode(self, text: &str) -> Option<String> {
        // Dots occur in every font, although "…" is a letter in one of them.
        let has_content = !text.chars().all(|c| matches!(c, '…' | '.' | '-' | ' '));
        (has_content && !text.is_ascii() && !is_unicode(text)).then(|| match self {
            Self::Tcvn3 => tcvn3(text),
            Self::Vni => vni(text),
        })
    }
}

impl Legacy {
    /// The text in Unicode, if it has to change. In a mixed sheet, a text that is plausible as it is counts as Unicode.
    pub fn decode(self, text: &str) -> Option<String> {
        let sound = |text| {
            let (words, sound) = plausible(text);
            words == sound
        };
        if self.mixed && sound(text) { None } else { self.font.decode(text) }
    }
}

/// True if the text has letters that no 256-character font shows.
pub(super) fn is_unicode(text: &str) -> bool {
    text.chars().any(|l| is_beyond_latin(l) && !SHOWN.contains(l))
}

/// True for a letter with nặng, which no letter of Latin-1 has.
fn is_beyond_latin(letter: char) -> bool {
    let mut found = false;
    decompose_canonical(letter, |part| found |= part == DOT_BELOW);
    found || letter as u32 > 0xff
}

/// The byte that windows-1252 shows as this letter.
fn byte(letter: char) -> Option<u8> {
    match letter as u32 {
        code @ 0..=0xff => Some(code as u8),
        _ => SHOWN.chars().position(|s| s == letter).map(|at| 0x80 + at as u8),
    }
}

fn tcvn3(text: &str) -> String {
    let letters: Vec<char> = TCVN.chars().collect();
    let decoded: String = text
        .chars()
        .map(|l| match byte(l) {
            Some(byte @ 0x80..) => letters[usize::from(byte) - 0x80],
            _ => l,
        })
        .nfc()
        .collect();
    // Capitals have a font of their own: "NGUYÔN" in capitals is NGUYỄN.
    let capitals =
        |word: &str| word.chars().filter(char::is_ascii_uppercase).count() > 1 && !word.contains(|c: char| c.is_ascii_lowercase());
    let words: Vec<String> = decoded.split(' ').map(|word| if capitals(word) { word.to_uppercase() } else { word.to_owned() }).collect();
    words.join(" ")
}

fn vni(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for shown in text.chars() {
        let small = shown.to_lowercase().next().unwrap_or(shown);
        let before = out.chars().last().filter(|l| carries_mark(*l));
        let mark = VNI_MARKS.iter().chain([&VNI_CIRCUMFLEX_DOT]).find(|(code, _)| *code == small);
        match (mark, VNI_ALONE.iter().find(|(code, _)| *code == small)) {
            (Some((_, mark)), _) if before.is_some() => out.push_str(mark),
            (_, Some((_, letter))) => {
                let whole: String = if shown == small { letter.to_string() } else { letter.to_uppercase().collect() };
                out.push_str(&whole);
            }
            _ => out.push(shown),
        }
    }
    out.nfc().collect()
}

/// True for a VNI letter that a mark may follow.
fn carries_mark(letter: char) -> bool {
    matches!(letter.to_lowercase().next(), Some('a' | 'e' | 'o' | 'u' | 'y' | 'ơ' | 'ư'))
}

/// The number of words that are not plain ASCII, and how many of them are built like Vietnamese syllables.
pub(super) fn plausible(text: &str) -> (usize, usize) {
    let words = text.split(|c: char| !c.is_alphanumeric() && c.is_ascii()).filter(|w| !w.is_ascii());
    words.fold((0, 0), |(all, good), word| (all + 1, good + usize::from(is_syllable(word) && !has_capital_inside(word))))
}

/// "TuÊn": in Unicode the letters of a word are all capitals, or only the first.
fn has_capital_inside(word: &str) -> bool {
    word.contains(char::is_lowercase) && word.chars().skip(1).any(char::is_uppercase)
}

/// The legacy font of a sheet's texts, if any: the one that turns words that are no syllables into syllables.
pub(super) fn detect<'a>(texts: impl Iterator<Item = &'a str>) -> Option<Font> {
    let fonts = [Font::Tcvn3, Font::Vni];
    let (mut all, mut raw, mut good) = (0, 0, [0; 2]);
    for text in texts {
        let decoded = fonts.map(|font| font.decode(text));
        if decoded[0].is_none() {
            continue;
        }
        let (words, plain) = plausible(text);
        all += words;
        raw += plain;
        for (sum, decoded) in good.iter_mut().zip(decoded) {
            // A font may split words differently from the raw text: compare shares, not counts.
            let (words_then, sound) = plausible(&decoded.unwrap_or_default());
            *sum += if words_then == 0 { 0 } else { (sound * words).div_ceil(words_then) };
        }
    }
    let (best, sound) = fonts.into_iter().zip(good).max_by_key(|(_, sound)| *sound)?;
    let other = good.into_iter().min().unwrap_or(0);
    (all > 0 && sound * 10 >= all * 8 && sound * 10 > raw * 12 && sound > other).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_a_letter_for_every_byte() {
        assert_eq!(TCVN.chars().count(), 128);
        assert_eq!(SHOWN.chars().count(), 32);
    }

    #[test]
    fn both_fonts_are_read() {
        for (shown, meant) in [
            ("NguyÔn V¨n H\u{ad}ng", "Nguyễn Văn Hưng"),
            ("X· H¶i TriÒu", "Xã Hải Triều"),
            ("Giíi tÝnh", "Giới tính"),
            ("§¨k L¨k", "Đăk Lăk"),
            ("TRÇN THÞ", "TRẦN THỊ"),
        ] {
            assert_eq!(Font::Tcvn3.decode(shown).as_deref(), Some(meant), "{shown}");
        }
        for (shown, meant) in [
            ("Nguyeãn Vaên Höng", "Nguyễn Văn Hưng"),
            ("Xaõ Haûi Trieàu", "Xã Hải Triều"),
            ("Giôùi tính", "Giới tính"),
            ("Ñaêk Laêk", "Đăk Lăk"),
            ("Ñöôøng Nguyeät", "Đường Nguyệt"),
            ("Thò Myõ", "Thị Mỹ"),
            ("Ngaøy thaùng naêm sinh", "Ngày tháng năm sinh"),
            ("NGUYEÃN THÒ AÙNH", "NGUYỄN THỊ ÁNH"),
            ("Kyø Sôn, töø, nöõ", "Kỳ Sơn, từ, nữ"),
            ("Quyønh khoûe", "Quỳnh khỏe"),
        ] {
            assert_eq!(Font::Vni.decode(shown).as_deref(), Some(meant), "{shown}");
        }
        assert_eq!(Font::Vni.decode("Nguyễn"), None);
        assert_eq!(Font::Vni.decode("plain"), None);
    }

    #[test]
    fn the_font_is_found_by_the_words_it_gives() {
        let of = |texts: &[&'static str]| detect(texts.iter().copied());
        assert_eq!(of(&["Hä vµ tªn", "Giíi tÝnh", "D©n téc", "X·"]), Some(Font::Tcvn3));
        assert_eq!(of(&["Hoï vaø teân", "Giôùi tính", "Daân toäc", "Xaõ"]), Some(Font::Vni));
        assert_eq!(of(&["Họ và tên", "Giới tính", "Dân tộc", "Xã"]), None);
        // In a mixed sheet, text that reads well is left alone.
        let beside = Legacy { font: Font::Tcvn3, mixed: true };
        assert_eq!(beside.decode("Hoàng Quý"), None);
        assert_eq!(beside.decode("H¶i TriÒu").as_deref(), Some("Hải Triều"));
        assert_eq!(beside.decode("TuÊn").as_deref(), Some("Tuấn"));
        // Unicode within Latin-1 is left alone.
        assert_eq!(of(&["Hà", "Hòa", "Lê", "Trí", "Cà Mau"]), None);
        assert_eq!(of(&["name", "sex"]), None);
    }
}
