//! Texts in the two languages of the project.

use serde::{Deserialize, Deserializer, Serialize};

/// The language of names and messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Language {
    /// Vietnamese.
    Vi,
    /// English.
    #[default]
    En,
}

impl Language {
    /// The language named by its two-letter code, `vi` or `en`.
    ///
    /// ```
    /// use chitieu::Language;
    /// assert_eq!(Language::from_code("vi"), Some(Language::Vi));
    /// assert_eq!(Language::from_code("fr"), None);
    /// ```
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "vi" => Some(Self::Vi),
            "en" => Some(Self::En),
            _ => None,
        }
    }
}

/// A text in Vietnamese and in English.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Vietnamese, with its diacritics.
    pub vi: String,
    /// English.
    pub en: String,
}

/// Reads a text of which a file may give one wording for both languages, such as the title of a paper.
pub(crate) fn one_or_both<'de, D: Deserializer<'de>>(from: D) -> Result<Text, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a text, or one in both languages: { vi = \"…\", en = \"…\" }")]
    enum Written {
        One(String),
        Both(Text),
    }
    Ok(match Written::deserialize(from)? {
        Written::One(text) => Text::new(text.clone(), text),
        Written::Both(text) => text,
    })
}

/// Reads such a text where one is given; see [`one_or_both`].
pub(crate) fn one_or_both_if_any<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Text>, D::Error> {
    one_or_both(from).map(Some)
}

impl Text {
    /// A text from its two wordings.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }

    /// The text with a small letter at its beginning, as inside a sentence.
    pub(crate) fn small(&self) -> Self {
        let small = |text: &str| {
            let mut letters = text.chars();
            letters.next().map(|first| first.to_lowercase().chain(letters).collect::<String>()).unwrap_or_default()
        };
        Self::new(small(&self.vi), small(&self.en))
    }

    /// The wording in one language.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Vi => &self.vi,
            Language::En => &self.en,
        }
    }

    /// True if either wording is empty.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.vi.trim().is_empty() || self.en.trim().is_empty()
    }
}
