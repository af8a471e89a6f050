//! The data in a fact, shown in either language.

use crate::text::{Language, Text};
use std::fmt::Display;
use std::io::{self, ErrorKind};

/// Data of a fact that can be shown in either language.
pub(super) trait InLanguage {
    fn in_language(&self, language: Language) -> impl Display;
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
        })+
    };
}
numbers!(i32, i64, u64);

/// An error of the operating system about a file.
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

    /// In Vietnamese and in the English of Linux.
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
