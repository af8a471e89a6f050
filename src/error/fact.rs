//! A fact of an error, shown in either language.

use super::phrase::Phrase;
use crate::text::{Language, Text};
use std::fmt::{self, Display};
use std::io::{self, ErrorKind};
use std::sync::Arc;

/// What an error expected or found. Its English text, which [`Display`] gives, does not change between versions.
///
/// ```
/// use chitieu::{Error, Fact, Language, Text};
/// let fact = Fact::from(Text::new("số chẵn", "an even number"));
/// assert_eq!(fact.to_string(), "an even number");
/// let error = Error::BadNumber { what: "n", expected: fact, found: Fact::verbatim(3) };
/// assert_eq!(error.message(Language::Vi), "n: cần số chẵn, nhưng gặp 3");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact(Arc<Phrase>);

impl Fact {
    /// What reads the same in every language: words and numbers as the user wrote them, names of columns, codes.
    pub fn verbatim(text: impl Display) -> Self {
        Phrase::Verbatim(text.to_string()).into()
    }

    /// What a library says of its own error; no Vietnamese is known for it.
    pub fn library(error: impl Display) -> Self {
        Phrase::Library(error.to_string()).into()
    }

    /// A word as the user wrote it, in quotation marks.
    pub(crate) fn quoted(word: impl Display) -> Self {
        Self::verbatim(format_args!("\"{word}\""))
    }

    /// The text in one language.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        self.0.text(language)
    }
}

impl Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::En))
    }
}

impl PartialEq<Phrase> for Fact {
    fn eq(&self, other: &Phrase) -> bool {
        *self.0 == *other
    }
}

impl From<Phrase> for Fact {
    fn from(phrase: Phrase) -> Self {
        Self(Arc::new(phrase))
    }
}

impl From<Text> for Fact {
    fn from(text: Text) -> Self {
        Phrase::Own(text).into()
    }
}

impl From<&io::Error> for Fact {
    fn from(error: &io::Error) -> Self {
        System::of(error).map_or_else(|| Self::library(error), |system| Phrase::OperatingSystem(system).into())
    }
}

/// What the operating system says of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct System {
    kind: ErrorKind,
    code: i32,
}

impl System {
    /// None for an error of a library, and for a kind without a text here.
    pub(super) fn of(error: &io::Error) -> Option<Self> {
        let system = Self { kind: error.kind(), code: error.raw_os_error()? };
        system.words().map(|_| system)
    }

    /// In Vietnamese and in English, which is that of Linux.
    fn words(&self) -> Option<(&'static str, &'static str)> {
        Some(match self.kind {
            ErrorKind::NotFound => ("không có tệp hoặc thư mục này", "No such file or directory"),
            ErrorKind::NotADirectory => ("không phải thư mục", "Not a directory"),
            ErrorKind::IsADirectory => ("là thư mục", "Is a directory"),
            ErrorKind::AlreadyExists => ("tệp đã có", "File exists"),
            ErrorKind::PermissionDenied => ("không có quyền", "Permission denied"),
            ErrorKind::ReadOnlyFilesystem => ("ổ đĩa chỉ cho đọc", "Read-only file system"),
            ErrorKind::StorageFull => ("ổ đĩa đã đầy", "No space left on device"),
            ErrorKind::QuotaExceeded => ("vượt hạn mức ổ đĩa", "Disk quota exceeded"),
            ErrorKind::FileTooLarge => ("tệp quá lớn", "File too large"),
            ErrorKind::InvalidFilename => ("tên tệp quá dài", "File name too long"),
            ErrorKind::ResourceBusy => ("tệp hoặc thiết bị đang bận", "Device or resource busy"),
            ErrorKind::OutOfMemory => ("hết bộ nhớ", "Cannot allocate memory"),
            _ => return None,
        })
    }
}

/// A part of a fact in one language.
pub(super) trait InLanguage {
    fn in_language(&self, language: Language) -> impl Display;
}

impl InLanguage for Fact {
    fn in_language(&self, language: Language) -> impl Display {
        self.text(language)
    }
}

impl InLanguage for Text {
    fn in_language(&self, language: Language) -> impl Display {
        self.get(language)
    }
}

impl InLanguage for System {
    fn in_language(&self, language: Language) -> impl Display {
        let (vi, en) = self.words().unwrap_or_default();
        match language {
            Language::Vi => vi.to_owned(),
            Language::En => format!("{en} (os error {})", self.code),
        }
    }
}

impl InLanguage for String {
    fn in_language(&self, _: Language) -> impl Display {
        self
    }
}

impl InLanguage for &'static str {
    fn in_language(&self, _: Language) -> impl Display {
        self
    }
}

macro_rules! numbers {
    ($($kind:ty),+) => {
        $(impl InLanguage for $kind {
            fn in_language(&self, _: Language) -> impl Display {
                self
            }
        }

        impl From<$kind> for Fact {
            fn from(number: $kind) -> Self {
                Self::verbatim(number)
            }
        })+
    };
}
numbers!(i32, i64, u64, usize, f64);
