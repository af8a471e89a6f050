//! Errors for files that cannot be read.

use crate::error::{Error, Fact, Phrase};

/// The error for a file that cannot be read.
pub(super) fn unreadable(path: &str, expected: impl Into<Fact>, found: impl Into<Fact>) -> Error {
    Error::UnreadableFile { path: path.to_owned(), expected: expected.into(), found: found.into() }
}

/// True for an error of the file system, not of the file's content.
pub(super) fn is_of_disk(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
    !matches!(error.kind(), InvalidData | InvalidInput | Other | UnexpectedEof)
}

/// The error for a file that the file system fails to deliver.
pub(super) fn of_disk(path: &str, error: &std::io::Error) -> Error {
    unreadable(path, Phrase::File, error)
}
