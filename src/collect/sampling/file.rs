//! A file of sampling rules: read when the receiver starts, and again when somebody has changed it.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::rules::{Refused, Rules};

/// More than [any account](https://docs.aws.amazon.com/general/latest/gr/xray.html) has; less than a device that never ends.
const MOST_BYTES: u64 = 1 << 20;

/// Why there are no rules.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file could not be read.
    #[error("cannot read the sampling rules in {}", path.display())]
    Unread {
        /// Which.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// It holds something else.
    #[error("the sampling rules in {} cannot be used", path.display())]
    Refused {
        /// Which.
        path: PathBuf,
        /// Rule, field, and what is wrong with it.
        source: Refused,
    },
}

/// A file that is looked at again and again.
#[derive(Debug)]
pub struct RulesFile {
    path: PathBuf,
    /// That of the version that was read last, whatever came of it.
    stamp: Option<Stamp>,
}

/// By what a changed file is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
}

impl RulesFile {
    /// Reads the rules for the first time.
    pub fn open(path: PathBuf) -> Result<(Self, Rules), LoadError> {
        // Before it is read: what is written meanwhile is a change.
        let stamp = stamp(&path);
        let rules = read(&path)?;
        Ok((Self { path, stamp }, rules))
    }

    /// Reads the rules again if the file has changed since it was read, or is gone. `None` where it is as it was: a version that
    /// cannot be used is told once.
    pub(in crate::collect) fn changed(&mut self) -> Option<Result<Rules, LoadError>> {
        let stamp = stamp(&self.path);
        if stamp == self.stamp {
            return None;
        }
        self.stamp = stamp;
        Some(read(&self.path))
    }
}

/// `None`: it cannot be looked at.
fn stamp(path: &Path) -> Option<Stamp> {
    // A pipe would be waited for when it is opened.
    let told = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some(Stamp { modified: told.modified().ok(), length: told.len() })
}

fn read(path: &Path) -> Result<Rules, LoadError> {
    let text = fs::metadata(path).and_then(|told| {
        if !told.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        let file = File::open(path)?;
        let mut text = String::new();
        file.take(MOST_BYTES + 1).read_to_string(&mut text)?;
        if text.len() as u64 > MOST_BYTES {
            return Err(io::Error::other("it is larger than 1 MiB"));
        }
        Ok(text)
    });
    let text = text.map_err(|source| LoadError::Unread { path: path.to_owned(), source })?;
    Rules::parse(&text).map_err(|source| LoadError::Refused { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::time::Duration;

    use super::*;

    /// Writes a version, and makes sure that its time differs from that of all others.
    fn write(path: &Path, text: &str, version: u64) {
        fs::write(path, text).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + version);
        File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    }

    #[test]
    fn a_file_is_read_again_when_it_has_changed_and_only_then() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules.json");
        write(&path, "[]", 1);
        let (mut file, rules) = RulesFile::open(path.clone()).unwrap();
        assert_eq!(rules.own(), 0);
        assert!(file.changed().is_none());
        write(&path, "{}", 2);
        let why = file.changed().unwrap().unwrap_err();
        assert_eq!(why.source().unwrap().to_string(), "rule 1: RuleName: it is missing");
        assert!(file.changed().is_none(), "a broken version is told once");
        write(&path, "[]", 3);
        assert!(file.changed().unwrap().is_ok());
        fs::remove_file(&path).unwrap();
        assert!(matches!(file.changed(), Some(Err(LoadError::Unread { .. }))));
        assert!(file.changed().is_none());
        write(&path, "[]", 3);
        assert!(file.changed().unwrap().is_ok());
    }

    #[test]
    fn what_is_no_file_of_rules_is_refused_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules.json");
        let refused = |path: &Path| RulesFile::open(path.to_owned()).unwrap_err();
        assert!(refused(&path).to_string().starts_with("cannot read the sampling rules in ") && path.ends_with("rules.json"));
        assert!(matches!(refused(folder.path()), LoadError::Unread { .. }), "a folder");
        fs::write(&path, " ".repeat(1 << 20) + "[]").unwrap();
        assert_eq!(refused(&path).source().unwrap().to_string(), "it is larger than 1 MiB");
        fs::write(&path, b"\xff").unwrap();
        assert!(matches!(refused(&path), LoadError::Unread { .. }), "no text");
    }
}
