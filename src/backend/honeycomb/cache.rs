//! What is kept from one run of the program to the next: small files in the cache folder, which anyone may delete at any time.

use std::fs::{self, DirBuilder, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::model::{Nanos, Time};

/// The folder. Without one nothing is kept, and everything is asked for again.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    folder: Option<PathBuf>,
}

/// Something that was kept, and since when.
#[derive(Debug, Serialize, Deserialize)]
struct Kept<T> {
    at: u64,
    what: T,
}

impl Cache {
    /// In this folder, which is made when something is written.
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// The path of a file, in a folder that is there and that nobody else may read; `None` where that cannot be had.
    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?;
        match private_folder(folder) {
            Ok(()) => Some(folder.join(name)),
            Err(error) => {
                tracing::info!(folder = %folder.display(), %error, "nothing can be kept");
                None
            }
        }
    }

    /// What was kept under that name, with the time at which it was. What cannot be read is not there.
    pub(super) fn read<T: DeserializeOwned>(&self, name: &str) -> Option<(Time, T)> {
        let text = fs::read(self.folder.as_ref()?.join(name)).ok()?;
        let kept: Kept<T> = serde_json::from_slice(&text).ok()?;
        Some((Time(kept.at), kept.what))
    }

    /// The same, if it is no older than that, nor from the future.
    pub(super) fn read_fresh<T: DeserializeOwned>(&self, name: &str, now: Time, oldest: Nanos) -> Option<T> {
        let (at, what) = self.read(name)?;
        (0..=oldest).contains(&now.since(at)).then_some(what)
    }

    /// Keeps something; whoever reads meanwhile gets the old or the new. That it may not be possible is no trouble: it is asked for
    /// again then.
    pub(super) fn write<T: Serialize>(&self, name: &str, now: Time, what: &T) {
        let Some(path) = self.path(name) else { return };
        if let Err(error) = replace(&path, &Kept { at: now.0, what }) {
            tracing::info!(path = %path.display(), %error, "nothing could be kept");
        }
    }

    /// Forgets it.
    pub(super) fn remove(&self, name: &str) {
        if let Some(folder) = &self.folder {
            // Nothing to forget is fine, too.
            fs::remove_file(folder.join(name)).ok();
        }
    }
}

/// A name for what depends on these, which does not tell them.
pub(super) fn digest(of: &[&str]) -> String {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn replace<T: Serialize>(path: &Path, what: &T) -> io::Result<()> {
    // One process writes one file at a time; two that write the same have names of their own.
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let text = serde_json::to_vec(what)?;
    let mut file = private_file(&beside)?;
    let written = file.write_all(&text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        fs::remove_file(&beside).ok();
    }
    written
}

/// Opens a file that nobody else may read, made if it is not there, emptied if it is.
fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::SECOND;

    #[test]
    fn what_was_kept_is_found_until_it_is_too_old() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(folder.path().join("a/b")));
        assert_eq!(cache.read::<String>("x"), None);
        cache.write("x", Time(5_000_000_000), &"kept");
        assert_eq!(cache.read("x"), Some((Time(5_000_000_000), "kept".to_owned())));
        let fresh = |now: u64| cache.read_fresh::<String>("x", Time(now), SECOND);
        assert_eq!((fresh(6_000_000_000).as_deref(), fresh(6_000_000_001), fresh(4_000_000_000)), (Some("kept"), None, None));
        cache.remove("x");
        assert_eq!(cache.read::<String>("x"), None);
    }

    #[test]
    fn garbage_is_not_there_and_without_a_folder_nothing_is() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(folder.path().to_owned()));
        fs::write(folder.path().join("x"), "{\"at\": 1, ").unwrap();
        assert_eq!(cache.read::<String>("x"), None);
        fs::write(folder.path().join("file"), "").unwrap();
        for none in [Cache::new(None), Cache::new(Some(folder.path().join("file/folder")))] {
            none.write("x", Time(1), &1);
            assert_eq!(none.read::<u64>("x"), None);
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_what_is_kept() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(folder.path().join("private")));
        cache.write("x", Time(1), &1);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder.path().join("private")), mode(&folder.path().join("private/x"))), (0o700, 0o600));
    }
}
