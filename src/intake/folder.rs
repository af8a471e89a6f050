//! The files of a folder.

use crate::error::{Error, Result};
use crate::text::Text;
use std::path::{Path, PathBuf};

/// Extensions of files that are read.
const ENDINGS: [&str; 9] = ["xlsx", "xlsm", "xlsb", "xls", "ods", "csv", "tsv", "txt", "parquet"];

/// Everything below a folder except folders, with its relative path and ordered by it: files of every kind, links, pipes.
///
/// # Errors
/// [`Error::File`] if the folder does not exist.
pub fn files_below(folder: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        let error = |e: std::io::Error| match e.kind() {
            std::io::ErrorKind::PermissionDenied => Error::NoPermission { path: here.display().to_string() },
            _ => Error::File { path: here.display().to_string(), found: (&e).into() },
        };
        for entry in std::fs::read_dir(&here).map_err(error)? {
            let entry = entry.map_err(error)?;
            let path = entry.path();
            // A link is not a folder: it may lead anywhere, even upwards.
            if entry.file_type().map_err(error)?.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                found.push((path, name));
            }
        }
    }
    found.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(found)
}

/// Why an entry of a folder is not read, by its name and kind alone. Links are not followed: the target may be in the folder too, and its
/// records would count twice.
#[must_use]
pub fn why_skipped(path: &Path) -> Option<Text> {
    let name = file_name(path);
    if name.starts_with("~$") || name.starts_with('.') {
        return Some(Text::new("tệp tạm của chương trình khác", "a temporary file of another program"));
    }
    let kind = std::fs::symlink_metadata(path).map(|found| found.file_type());
    if kind.as_ref().is_ok_and(std::fs::FileType::is_symlink) {
        return Some(Text::new(
            "đường dẫn tắt (link); hãy đọc tệp gốc hoặc chép tệp vào thư mục",
            "a link; read the file it leads to, or copy it into the folder",
        ));
    }
    if kind.is_ok_and(|kind| !kind.is_file()) {
        return Some(Text::new("không phải tệp thông thường", "not a regular file"));
    }
    let known = path.extension().is_some_and(|e| ENDINGS.iter().any(|ending| e.eq_ignore_ascii_case(ending)));
    (!known).then(|| Text::new("không phải loại tệp đọc được", "not a kind of file that is read"))
}

/// The name of a file without its folders.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
