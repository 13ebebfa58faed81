//! The ground on which a store stands, or would: facts for whoever diagnoses a set-up.

use std::path::Path;

/// What the system says of the place of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// Why it cannot be written there; `None` where it can.
    pub unwritable: Option<String>,
    /// Bytes that are left on the disk for this user, where the system tells.
    pub free: Option<u64>,
}

impl Ground {
    /// Looks, and changes nothing. Folders that are not there yet can be made in one that may be written.
    pub fn of(store: &Path) -> Self {
        let folder = store.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let there = folder.ancestors().find(|path| path.symlink_metadata().is_ok()).unwrap_or(Path::new("."));
        let unwritable = match there.metadata() {
            Ok(found) if !found.is_dir() => Some(format!("{} is no folder", there.display())),
            Ok(_) => may_write(there).or_else(|| store.exists().then(|| may_write(store)).flatten()),
            Err(error) => Some(format!("{}: {error}", there.display())),
        };
        Self { unwritable, free: free(there) }
    }
}

#[cfg(unix)]
fn may_write(path: &Path) -> Option<String> {
    let denied = rustix::fs::access(path, rustix::fs::Access::WRITE_OK).err()?;
    Some(format!("{}: {}", path.display(), std::io::Error::from(denied)))
}

#[cfg(not(unix))]
fn may_write(path: &Path) -> Option<String> {
    let read_only = path.metadata().is_ok_and(|found| found.is_file() && found.permissions().readonly());
    read_only.then(|| format!("{} is read-only", path.display()))
}

#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_can_be_made_in_one_that_is() {
        let home = tempfile::tempdir().unwrap();
        let ground = Ground::of(&home.path().join("a/b/traces.db"));
        assert_eq!(ground.unwritable, None);
        assert_eq!(ground.free.is_some_and(|free| free > 0), cfg!(unix));
    }

    #[test]
    fn nothing_can_be_made_below_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let why = Ground::of(&file.path().join("a/traces.db")).unwritable.unwrap();
        assert!(why.ends_with(" is no folder"), "{why}");
    }
}
