//! The layers from which a setting comes, and which of them wins.

use super::file::ConfigFile;
use super::report::{Line, Origin};
use super::setting::Setting;
use super::settings::{flag_of, shared_variable, variable};
use super::{Env, Paths};
use crate::error::Failure;

/// The layers below the command line.
pub(super) struct Layers<'a> {
    env: &'a Env,
    file: &'a ConfigFile,
    profile: Option<String>,
    paths: &'a Paths,
    report: Vec<Line>,
}

impl<'a> Layers<'a> {
    pub(super) fn new(env: &'a Env, file: &'a ConfigFile, profile: Option<String>, paths: &'a Paths) -> Self {
        Self { env, file, profile, paths, report: Vec::new() }
    }

    /// What there is to tell of the settings that were picked.
    pub(super) fn into_report(self) -> Vec<Line> {
        self.report
    }

    /// The value of the highest layer that has one.
    pub(super) fn pick<T: Setting>(
        &mut self,
        key: &'static str,
        flag: Option<T>,
        default: impl FnOnce() -> T,
    ) -> Result<T, Failure> {
        let (value, origin) = match flag {
            Some(value) => (value, Origin::Flag(flag_of(key))),
            None => match self.written(key)? {
                Some((text, origin)) => (read(key, &text, &origin)?, origin),
                None => (default(), Origin::Default),
            },
        };
        self.report.push(Line { key, value: value.show(), origin });
        Ok(value)
    }

    /// Of a key for one command and what is set for all: the higher layer's, and of one layer, that for the command.
    pub(super) fn pick_for<T: Setting + Clone>(
        &mut self,
        key: &'static str,
        (all, origin): (&T, &Origin),
    ) -> Result<T, Failure> {
        let own = self.written(key)?.filter(|(_, own)| own.layer() <= origin.layer());
        let (value, origin) = match own {
            Some((text, own)) => (read(key, &text, &own)?, own),
            None => (all.clone(), origin.clone()),
        };
        self.report.push(Line { key, value: value.show(), origin });
        Ok(value)
    }

    /// As [`Layers::pick`] without a flag. What makes no sense in a variable that is not ours alone is told, and left out.
    pub(super) fn pick_shared<T: Setting>(
        &mut self,
        key: &'static str,
        default: impl Fn() -> T,
        mut unusable: impl FnMut(&Failure),
    ) -> Result<T, Failure> {
        match self.pick(key, None, &default) {
            Err(failure) if self.env.setting(&variable(key))?.is_none() && shared_value(self.env, key) => {
                unusable(&failure);
                let origin = shared_variable(key).map_or(Origin::Default, |shared| Origin::Env(shared.to_owned()));
                self.report.push(Line { key, value: "(not usable)".to_owned(), origin });
                Ok(default())
            }
            answer => answer,
        }
    }

    fn written(&self, key: &str) -> Result<Option<(String, Origin)>, Failure> {
        let variable = variable(key);
        if let Some(text) = self.env.setting(&variable)? {
            return Ok(Some((text.to_owned(), Origin::Env(variable))));
        }
        if let Some(shared) = shared_variable(key)
            && let Some(text) = self.env.setting(shared)?
        {
            return Ok(Some((text.to_owned(), Origin::Env(shared.to_owned()))));
        }
        let in_profile = self.profile.as_deref().and_then(|name| self.file.get(Some(name), key));
        let profile = if in_profile.is_some() { self.profile.clone() } else { None };
        Ok(in_profile.or_else(|| self.file.get(None, key)).map(|written| {
            let origin = Origin::File { path: self.paths.config.clone(), line: written.line, profile };
            (written.text, origin)
        }))
    }

    /// Reports what is no value of the layers.
    pub(super) fn tell(&mut self, line: Line) {
        self.report.push(line);
    }

    /// What the value that was picked last really is.
    pub(super) fn correct(&mut self, value: String) {
        if let Some(line) = self.report.last_mut() {
            line.value = value;
        }
    }

    /// What the value that was picked last really is, and where it comes from.
    pub(super) fn instead(&mut self, value: String, origin: Origin) {
        if let Some(line) = self.report.last_mut() {
            (line.value, line.origin) = (value, origin);
        }
    }

    /// Where the value that was picked last comes from.
    pub(super) fn origin(&self) -> Origin {
        self.report.last().map_or(Origin::Default, |line| line.origin.clone())
    }
}

/// Whether a variable that is not ours alone says something of a key.
fn shared_value(env: &Env, key: &str) -> bool {
    shared_variable(key).is_some_and(|shared| env.path(shared).is_some())
}

fn read<T: Setting>(key: &str, text: &str, origin: &Origin) -> Result<T, Failure> {
    T::read(text).map_err(|expected| {
        let failure = Failure::config(format!("invalid value `{}` for `{key}` ({origin}): {expected}", T::quoted(text)));
        match origin {
            // It may be right for whoever else reads it.
            Origin::Env(name) if *name != variable(key) => failure.hint(format!("{} wins over {name}", variable(key))),
            _ => failure,
        }
    })
}
