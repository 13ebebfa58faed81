//! Files that a command writes: all of one, or nothing.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::error::{Failure, Kind, OrFail as _};

/// Whether the file could be written, as far as that can be told without writing it.
pub(super) fn check(path: &Path) -> Result<(), Failure> {
    let why = match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        _ if path.is_dir() => "it is a folder",
        Some(folder) if !folder.is_dir() => "its folder is not there",
        _ => return Ok(()),
    };
    Err(Failure::usage(why).context(format!("cannot write {}", path.display())))
}

/// The same for a file that is not to be there yet.
pub(super) fn check_new(path: &Path) -> Result<(), Failure> {
    check(path)?;
    if fs::symlink_metadata(path).is_ok() {
        let failure = Failure::usage("it is there already").context(format!("cannot write {}", path.display()));
        return Err(failure.hint("name another file, or move this one away"));
    }
    Ok(())
}

/// Writes the file anew. Who reads it meanwhile sees all of the old one or all of the new one.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let doing = || format!("cannot write {}", path.display());
    // A pipe or a device is no file that another could take the place of, and a link stays one.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&target).is_ok_and(|found| !found.is_file()) {
        return fs::write(&target, text).or_fail(Kind::Usage, doing);
    }
    let beside = beside(&target);
    // Who may read the old one may read the new one, and nobody else.
    let keep = |mode: io::Result<fs::Metadata>| mode.map_or(Ok(()), |found| fs::set_permissions(&beside, found.permissions()));
    let written = written(&beside, text).and_then(|()| keep(fs::metadata(&target))).and_then(|()| fs::rename(&beside, &target));
    if written.is_err() {
        // It may never have come into being.
        let _gone = fs::remove_file(&beside);
    }
    written.or_fail(Kind::Usage, doing)
}

/// Adds to the end of a file.
pub(super) fn append(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().append(true).create(true).open(path)?.write_all(text.as_bytes())
}

fn written(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A name in the same folder that no other process takes.
fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xml");
        for text in ["one", "two, which is longer", ""] {
            check(&path).unwrap();
            replace(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        append(&path, "a").unwrap();
        append(&path, "b").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "ab");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_told_before() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check(folder.path()).is_err());
        assert!(check(&folder.path().join("nowhere/a.xml")).is_err());
        assert!(replace(&folder.path().join("nowhere/a.xml"), "").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        replace(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
