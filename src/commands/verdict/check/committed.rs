//! A file beside the tests, with which traces are compared, and which is written from them.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::super::super::files;
use crate::error::{Failure, Kind, OrFail as _};

/// What a file says.
pub(in super::super) struct Committed<T> {
    path: PathBuf,
    /// `None` where the file is not there yet.
    pub(super) found: Option<T>,
    /// Whether it is written anew instead of being compared with.
    pub(super) update: bool,
}

impl<T> Committed<T> {
    /// Reads the file. It has to be there, unless it is to be written.
    pub(super) fn read(
        path: PathBuf,
        update: bool,
        parse: impl Fn(&str) -> Result<T, (usize, usize, String)>,
    ) -> Result<Self, Failure> {
        let doing = || format!("cannot read {}", path.display());
        let text = match fs::read_to_string(&path) {
            Err(error) if update && error.kind() == io::ErrorKind::NotFound => None,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let failure = Failure::usage("it is not there").context(doing());
                return Err(failure.hint("with --update, it is written from the traces that match"));
            }
            text => Some(text.or_fail(Kind::Usage, doing)?),
        };
        if update {
            files::check(&path)?;
        }
        let wrong =
            |(line, column, why): (usize, usize, String)| Failure::usage(format!("{}:{line}:{column}: {why}", path.display()));
        let found = text.map(|text| parse(&text).map_err(wrong)).transpose()?;
        Ok(Self { path, found, update })
    }

    /// As it is shown.
    pub(super) fn shown(&self) -> std::path::Display<'_> {
        self.path.display()
    }

    /// Writes it, unless it says so already. Answers in one sentence.
    pub(super) fn write(&self, text: &str) -> Result<String, Failure> {
        if fs::read_to_string(&self.path).is_ok_and(|before| before == text) {
            return Ok(format!("{} is as it was", self.shown()));
        }
        files::replace(&self.path, text)?;
        Ok(format!("{} is written", self.shown()))
    }
}
