//! The bytes of a text file as Unicode.

use super::legacy::{self, Font};
use super::unreadable::unreadable;
use crate::error::{Error, Phrase, Result, choose};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1258};
use std::str::FromStr;

/// The encoding of a text file, where the user names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, little-endian.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// The Windows code page for Vietnamese.
    Windows1258,
    /// TCVN3 (ABC, .Vn fonts).
    Tcvn3,
    /// VNI-Windows.
    Vni,
}

impl TextEncoding {
    /// All encodings.
    pub const ALL: [Self; 6] = [Self::Utf8, Self::Utf16Le, Self::Utf16Be, Self::Windows1258, Self::Tcvn3, Self::Vni];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1258 => "windows-1258",
            Self::Tcvn3 => Font::Tcvn3.as_str(),
            Self::Vni => Font::Vni.as_str(),
        }
    }

    pub(super) fn font(self) -> Option<Font> {
        match self {
            Self::Tcvn3 => Some(Font::Tcvn3),
            Self::Vni => Some(Font::Vni),
            _ => None,
        }
    }
}

/// The encoding with that name.
impl FromStr for TextEncoding {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        choose("encoding", &word.to_lowercase().replace('_', "-"), &Self::ALL.map(|e| (e.as_str(), e)))
    }
}

/// A text in Unicode, or as windows-1252 shows it if its words are still to be decoded by a legacy font's table.
pub(super) fn decode(path: &str, bytes: Vec<u8>, named: Option<TextEncoding>) -> Result<(String, TextEncoding)> {
    let whole = |encoding: &'static Encoding, bytes: &[u8]| encoding.decode_with_bom_removal(bytes).0.into_owned();
    // An odd number of bytes means damage.
    let sixteen = |encoding: &'static Encoding, bytes: &[u8]| match encoding.decode_with_bom_removal(bytes) {
        (text, false) => Ok(text.into_owned()),
        (_, true) => Err(unreadable(path, Phrase::TextInUtf16, Phrase::OtherBytes)),
    };
    if let Some(encoding) = named {
        let text = match encoding {
            TextEncoding::Utf8 => {
                return utf8(bytes).map(|text| (text, encoding)).map_err(|_| unreadable(path, Phrase::TextInUtf8, Phrase::OtherBytes));
            }
            TextEncoding::Utf16Le => sixteen(UTF_16LE, &bytes)?,
            TextEncoding::Utf16Be => sixteen(UTF_16BE, &bytes)?,
            TextEncoding::Windows1258 => whole(WINDOWS_1258, &bytes),
            // A file saved as UTF-8 may still hold the letters of an old font.
            TextEncoding::Tcvn3 | TextEncoding::Vni => utf8(bytes).unwrap_or_else(|bytes| whole(WINDOWS_1252, &bytes)),
        };
        return Ok((text, encoding));
    }
    if let Some((encoding, _)) = Encoding::for_bom(&bytes) {
        let found = if encoding == UTF_8 {
            TextEncoding::Utf8
        } else if encoding == UTF_16LE {
            TextEncoding::Utf16Le
        } else {
            TextEncoding::Utf16Be
        };
        return Ok((if encoding == UTF_8 { whole(encoding, &bytes) } else { sixteen(encoding, &bytes)? }, found));
    }
    if let Some(order) = utf16_without_mark(&bytes) {
        let encoding = if order == TextEncoding::Utf16Le { UTF_16LE } else { UTF_16BE };
        return Ok((sixteen(encoding, &bytes)?, order));
    }
    if bytes.contains(&0) {
        return Err(unreadable(path, Phrase::TextFile, Phrase::NoText));
    }
    let bytes = match utf8(bytes) {
        Ok(text) => return Ok((text, TextEncoding::Utf8)),
        Err(bytes) => bytes,
    };
    let shown = whole(WINDOWS_1252, &bytes);
    let sample = || shown.lines().filter(|line| !line.is_ascii()).take(400);
    if let Some(font) = legacy::detect(sample()) {
        let found = if font == Font::Tcvn3 { TextEncoding::Tcvn3 } else { TextEncoding::Vni };
        return Ok((shown, found));
    }
    let vietnamese = whole(WINDOWS_1258, &bytes);
    let (words, sound) = legacy::plausible(&vietnamese.lines().take(4000).collect::<Vec<_>>().join(" "));
    if sound * 10 >= words * 9 {
        return Ok((vietnamese, TextEncoding::Windows1258));
    }
    Err(unreadable(path, Phrase::NameableEncoding, Phrase::UnknownEncoding))
}

fn utf8(bytes: Vec<u8>) -> std::result::Result<String, Vec<u8>> {
    let mut text = String::from_utf8(bytes).map_err(std::string::FromUtf8Error::into_bytes)?;
    if text.starts_with('\u{feff}') {
        text.drain(..3);
    }
    Ok(text)
}

/// The byte order of UTF-16 without a mark: line ends and delimiters have a zero byte on one side.
fn utf16_without_mark(bytes: &[u8]) -> Option<TextEncoding> {
    let head = &bytes[..bytes.len().min(4096)];
    let pairs = head.chunks_exact(2);
    let (all, little, big) = pairs.fold((0, 0, 0), |(all, little, big), pair| {
        (all + 1, little + usize::from(pair[1] == 0 && pair[0] != 0), big + usize::from(pair[0] == 0 && pair[1] != 0))
    });
    match (little, big) {
        (little, 0) if all > 1 && little * 3 > all => Some(TextEncoding::Utf16Le),
        (0, big) if all > 1 && big * 3 > all => Some(TextEncoding::Utf16Be),
        _ => None,
    }
}
