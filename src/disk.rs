//! Files on disk: only regular files are opened, and a file is written whole or not at all.
#![cfg_attr(not(feature = "files"), allow(dead_code, reason = "only files need it"))]

use crate::error::{Error, Fact, Phrase, Result};
use std::fs::File;
use std::path::Path;

/// Opens a regular file; reading a pipe or a device could block or never end.
///
/// # Errors
/// [`Error::File`] if it does not exist, [`Error::NoPermission`], [`Error::UnreadableFile`] if it is not a regular file or its name is
/// impossible.
pub(crate) fn open(path: &Path) -> Result<File> {
    let refused = |expected: Phrase, found: Phrase| Err(unreadable(path, expected, found));
    let kind = std::fs::metadata(path).map_err(|e| error(path, &e))?.file_type();
    if kind.is_dir() {
        return refused(Phrase::File, Phrase::Folder);
    }
    if !kind.is_file() {
        return refused(Phrase::RegularFile, Phrase::NoRegularFile);
    }
    File::open(path).map_err(|e| error(path, &e))
}

fn unreadable(path: &Path, expected: Phrase, found: impl Into<Fact>) -> Error {
    Error::UnreadableFile { path: shown(path), expected: expected.into(), found: found.into() }
}

/// Most characters of a path shown in an error.
const SHOWN: usize = 300;

/// A path for an error: without control characters, and cut to a bounded length.
fn shown(path: &Path) -> String {
    path.display().to_string().chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(SHOWN).collect()
}

/// Converts an error of the file system.
pub(crate) fn error(path: &Path, error: &std::io::Error) -> Error {
    use std::io::ErrorKind::{InvalidFilename, InvalidInput, NotADirectory, NotFound, PermissionDenied};
    match error.kind() {
        NotFound | NotADirectory => Error::File { path: shown(path), found: error.into() },
        PermissionDenied => Error::NoPermission { path: shown(path) },
        InvalidInput | InvalidFilename => unreadable(path, Phrase::FileName, Phrase::ImpossibleName),
        _ => unreadable(path, Phrase::File, error),
    }
}

/// Writes a file whole: first under an unpredictable name in the same folder, then synced and renamed. A link at the path is replaced, not
/// followed. The file gets the process's default mode, but never a wider one than the file it replaces. Removes what killed processes left
/// behind.
///
/// # Errors
/// Any error of the file system.
#[cfg(feature = "files")]
pub(crate) fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let name = path.file_name().ok_or(std::io::ErrorKind::InvalidFilename)?.to_string_lossy();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A name may be as long as the file system allows: leave room for the suffix.
    let prefix = format!(".{}.", name.chars().take(NAME).collect::<String>());
    clear(folder, &prefix);
    let mut builder = tempfile::Builder::new();
    let builder = builder.prefix(&prefix).suffix(PART).rand_bytes(16);
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt;
        let there = std::fs::symlink_metadata(path).ok().filter(std::fs::Metadata::is_file);
        builder.permissions(std::fs::Permissions::from_mode(there.map_or(0o666, |there| there.permissions().mode() & 0o777)))
    };
    let mut file = builder.tempfile_in(folder)?;
    // The lock keeps other processes from removing the file; some file systems have no locks.
    let _ = file.as_file().try_lock();
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|failed| failed.error)?;
    #[cfg(unix)]
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Characters of the name kept in the temporary name.
#[cfg(feature = "files")]
const NAME: usize = 40;
#[cfg(feature = "files")]
const PART: &str = ".part";
/// Age in seconds after which an unlocked temporary file counts as abandoned.
#[cfg(feature = "files")]
const LEFT: u64 = 60;

/// Removes temporary files of this path that killed processes left.
#[cfg(feature = "files")]
fn clear(folder: &Path, prefix: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(prefix) && name.ends_with(PART));
        let about = entry.metadata().ok().filter(std::fs::Metadata::is_file).filter(|_| is_ours);
        let is_old = about.and_then(|about| about.modified().ok()?.elapsed().ok()).is_some_and(|age| age.as_secs() > LEFT);
        if is_old && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(all(test, feature = "files", unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_is_there_whole_with_modes_no_wider_than_before() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a.xlsx"), folder.path().join("other"));
        write(&path, b"one").unwrap();
        // A new file shows the default mode of this process.
        std::fs::write(&other, "kept").unwrap();
        assert_eq!(mode(&path), mode(&other));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        write(&path, b"two").unwrap();
        assert_eq!((std::fs::read(&path).unwrap(), mode(&path)), (b"two".to_vec(), 0o600));
        // A link is replaced; its target stays unchanged.
        std::fs::remove_file(&path).unwrap();
        symlink(&other, &path).unwrap();
        write(&path, b"three").unwrap();
        assert_eq!((std::fs::read(&other).unwrap(), std::fs::read(&path).unwrap()), (b"kept".to_vec(), b"three".to_vec()));
        assert!(!std::fs::symlink_metadata(&path).unwrap().is_symlink());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_was_left_is_cleared_and_what_is_under_way_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let old = std::time::SystemTime::now() - std::time::Duration::from_hours(1);
        let make = |name: &str| {
            let file = File::create(folder.path().join(name)).unwrap();
            file.set_modified(old).unwrap();
            file
        };
        drop(make(".a.xlsx.left.part"));
        drop(make(".b.xlsx.left.part"));
        let held = make(".a.xlsx.held.part");
        held.try_lock().unwrap();
        write(&folder.path().join("a.xlsx"), b"x").unwrap();
        let mut names: Vec<String> =
            std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, [".a.xlsx.held.part", ".b.xlsx.left.part", "a.xlsx"]);
    }

    #[test]
    fn only_regular_files_are_opened() {
        let expected = |path: &str| match open(Path::new(path)) {
            Err(Error::UnreadableFile { expected, .. }) => expected.to_string(),
            Err(other) => other.code().to_owned(),
            Ok(_) => "opened".to_owned(),
        };
        let long = "x".repeat(5000);
        for (path, message) in [
            ("/dev/null", "a regular file"),
            ("/tmp", "a file"),
            ("a\0b", "a name of a file"),
            (long.as_str(), "a name of a file"),
            ("", "file"),
            ("/tmp/there/is/none", "file"),
        ] {
            assert_eq!(expected(path), message, "{}", path.len());
        }
    }
}
