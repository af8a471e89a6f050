//! The files of a folder.

use super::file_name;
use crate::error::{Error, Result};
use crate::text::Text;
use std::path::{Path, PathBuf};

/// Endings of files that a folder is read for.
const ENDINGS: [&str; 9] = ["xlsx", "xlsm", "xlsb", "xls", "ods", "csv", "tsv", "txt", "parquet"];

/// The files below a folder in the order of their names, with their path from it.
///
/// # Errors
/// [`Error::File`] if there is no such folder.
pub fn files_below(folder: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        let told = |e: std::io::Error| match e.kind() {
            std::io::ErrorKind::PermissionDenied => Error::NoPermission { path: here.display().to_string() },
            _ => Error::File { path: here.display().to_string(), found: e.to_string() },
        };
        for entry in std::fs::read_dir(&here).map_err(told)? {
            let entry = entry.map_err(told)?;
            let kind = entry.file_type().map_err(told)?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                let path = entry.path();
                let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                found.push((path, name));
            }
        }
    }
    found.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(found)
}

/// Why a file of a folder is not read, by its name alone.
#[must_use]
pub fn why_skipped(path: &Path) -> Option<Text> {
    let name = file_name(path);
    if name.starts_with("~$") || name.starts_with('.') {
        return Some(Text::new("tệp tạm của chương trình khác", "a temporary file of another program"));
    }
    let known = path.extension().is_some_and(|e| ENDINGS.iter().any(|ending| e.eq_ignore_ascii_case(ending)));
    (!known).then(|| Text::new("không phải loại tệp đọc được", "not a kind of file that is read"))
}
