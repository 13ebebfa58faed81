//! Where a secret is: in a variable, in a file, or in what a command prints. It is fetched when it is needed, and not before.
//!
//! A configuration file names places and holds no secrets: `api_key_file` is a path, and `api_key_command` a program with its
//! arguments, which is run as it stands. There is no shell, so that nothing is expanded, and nothing that stands in a name is run.

mod command;
mod place;

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Paths;
use super::layers::Layers;
use super::report::Origin;
use crate::error::{Failure, Kind, OrFail as _};
use crate::secret::Secret;
use command::KeyCommand;
use place::KeyFile;

/// More than any key has; less than a device that never ends.
const MOST_BYTES: u64 = 64 * 1024;

/// A secret that was named, and perhaps not yet fetched. `{:?}` tells where it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// What it is, for messages: `API key`.
    what: &'static str,
    form: Form,
    source: Source,
    place: String,
}

/// What a secret looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Visible ASCII, as it can be sent in a header.
    Word,
    /// Whatever its user makes of it.
    Text,
}

#[derive(Clone, PartialEq, Eq)]
enum Source {
    Given(Secret),
    File(PathBuf),
    Command(KeyCommand),
}

/// The settings that say where a secret is.
pub(super) struct Places {
    /// What it is, for messages: `API key`.
    pub(super) what: &'static str,
    /// What it looks like.
    pub(super) form: Form,
    /// The key of the configuration that names a file.
    pub(super) file: &'static str,
    /// The key of the configuration that names a command.
    pub(super) command: &'static str,
}

impl Key {
    /// One that stands in a variable.
    ///
    /// # Errors
    ///
    /// It cannot be sent in a header.
    pub(super) fn given(what: &'static str, text: &str, variable: &str) -> Result<Self, Failure> {
        let source = Source::Given(usable(what, text, variable)?);
        Ok(Self { what, form: Form::Word, source, place: variable.to_owned() })
    }

    /// One that is in a file or printed by a command, and the layer that says so. Of both, the higher layer's counts; an option
    /// is higher than all.
    ///
    /// # Errors
    ///
    /// One of them makes no sense, or one layer names both.
    pub(super) fn elsewhere(
        places: &Places,
        option: Option<PathBuf>,
        paths: &Paths,
        layers: &mut Layers<'_>,
    ) -> Result<Option<(Origin, Self)>, Failure> {
        let KeyFile(file) = layers.pick(places.file, option.map(|path| KeyFile(Some(path))), KeyFile::default)?;
        let of_file = layers.origin();
        let file = file.map(|path| if of_file.is_file() { paths.in_config(&path) } else { path });
        if let Some(path) = &file {
            layers.correct(path.display().to_string());
        }
        let command = layers.pick(places.command, None, KeyCommand::default)?;
        let of_command = layers.origin();
        let command = Some(command.with_program_in(|path| paths.in_config(path), of_command.is_file()));
        let command = command.filter(|command| !command.is_none());
        let Places { what, form, .. } = *places;
        let in_file = |path: PathBuf| {
            let place = format!("`{}`", path.display());
            (of_file.clone(), Self { what, form, source: Source::File(path), place })
        };
        let printed = |command: KeyCommand| {
            let place = format!("the answer of `{}`", command.safe());
            (of_command.clone(), Self { what, form, source: Source::Command(command), place })
        };
        Ok(match (file, command) {
            (Some(_), Some(_)) if of_file.layer() == of_command.layer() => {
                let both = format!(
                    "both `{}` ({of_file}) and `{}` ({of_command}) say where the {what} is",
                    places.file, places.command
                );
                return Err(Failure::config(both).hint("leave one of them out"));
            }
            (Some(_), Some(command)) if of_command.layer() < of_file.layer() => Some(printed(command)),
            (Some(path), _) => Some(in_file(path)),
            (None, Some(command)) => Some(printed(command)),
            (None, None) => None,
        })
    }

    /// Where it is, as a sentence may have it: `HONEYCOMB_API_KEY`, `` `/run/key` ``, ``the answer of `pass …` ``.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The secret, if it is there without being fetched.
    pub fn at_hand(&self) -> Option<&Secret> {
        match &self.source {
            Source::Given(secret) => Some(secret),
            Source::File(_) | Source::Command(_) => None,
        }
    }

    /// The file in which it is, if it is in one.
    pub fn file(&self) -> Option<&Path> {
        match &self.source {
            Source::File(path) => Some(path),
            Source::Given(_) | Source::Command(_) => None,
        }
    }

    /// What `config show` says of it, which fetches nothing.
    pub(super) fn told(&self) -> &'static str {
        match self.source {
            Source::Given(_) => "(set)",
            Source::File(_) => "(in the file)",
            Source::Command(_) => "(printed by the command)",
        }
    }

    /// What is not as it should be, although it can be used: a file that others can read.
    pub fn warning(&self) -> Option<String> {
        match &self.source {
            Source::File(path) => readable_by_others(path),
            Source::Given(_) | Source::Command(_) => None,
        }
    }

    /// Fetches it: reads the file, or runs the command, which has so long.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`] where what is configured makes no sense, as there is no such file or program; [`Kind::Unanswerable`] where the
    /// command does not answer. None of them tells what was read.
    pub async fn fetch(&self, patience: Duration) -> Result<Secret, Failure> {
        let text = match &self.source {
            Source::Given(secret) => return Ok(secret.clone()),
            Source::File(path) => self.read(path)?,
            Source::Command(command) => command.output(self.what, patience).await?,
        };
        match self.form {
            Form::Word => usable(self.what, &text, &self.place),
            Form::Text => Ok(Secret::new(text)),
        }
    }

    fn read(&self, path: &Path) -> Result<String, Failure> {
        let doing = || format!("cannot read the {} in `{}`", self.what, path.display());
        let mut text = String::new();
        let file = std::fs::File::open(path).or_fail(Kind::Config, doing)?;
        file.take(MOST_BYTES + 1).read_to_string(&mut text).or_fail(Kind::Config, doing)?;
        if text.len() as u64 > MOST_BYTES {
            return Err(Failure::config("it is larger than 64 KiB").context(doing()));
        }
        Ok(text)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({} in {})", self.what, self.place)
    }
}

/// The text without the blanks around it, if it can be sent in a header.
fn usable(what: &str, text: &str, place: &str) -> Result<Secret, Failure> {
    match text.trim() {
        "" => Err(Failure::config(format!("the {what} in {place} is empty"))),
        text if text.contains(|c: char| !c.is_ascii_graphic()) => {
            let which = format!("the {what} in {place} has a blank, a control character or a letter outside of ASCII in it");
            Err(Failure::config(which).hint(format!("no {what} has: is there more than it, or was it cut on the way?")))
        }
        text => Ok(Secret::new(text)),
    }
}

/// Whether everybody on this machine may read a file. What cannot be told is told when it is read.
#[cfg(unix)]
fn readable_by_others(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?.permissions().mode() & 0o777;
    let path = path.display();
    (mode & 0o004 != 0).then(|| format!("everybody on this machine can read `{path}` (mode {mode:o}): `chmod 600 {path}`"))
}

#[cfg(not(unix))]
fn readable_by_others(_: &Path) -> Option<String> {
    None
}

#[cfg(test)]
mod tests;
