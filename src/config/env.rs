//! The environment, read once and handed down: nothing below `main` looks at the process's own.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use crate::error::Failure;

/// Environment variables. One that is set to nothing counts as not set, as `NO_COLOR` and the XDG variables have it.
#[derive(Clone, Default)]
pub struct Env(BTreeMap<OsString, OsString>);

impl Env {
    /// Those of this process.
    pub fn of_process() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// The variable's value; what is not Unicode is replaced. For what only decides how something looks.
    pub fn text(&self, name: &str) -> Option<String> {
        self.raw(name).map(|value| value.to_string_lossy().into_owned())
    }

    /// The variable as a path.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.raw(name).map(PathBuf::from)
    }

    /// The variable as a setting: one that is not Unicode is refused.
    pub fn setting(&self, name: &str) -> Result<Option<&str>, Failure> {
        match self.raw(name).map(|value| value.to_str()) {
            None => Ok(None),
            Some(Some(text)) => Ok(Some(text)),
            Some(None) => Err(Failure::config(format!("the environment variable {name} is not valid Unicode"))),
        }
    }

    /// Whether the variable is there, be it empty: for those where the empty value says something.
    pub fn is_set(&self, name: &str) -> bool {
        self.0.contains_key(std::ffi::OsStr::new(name))
    }

    /// The names of those that begin so, in their order.
    pub fn names(&self, prefix: &str) -> Vec<String> {
        self.0.keys().filter_map(|name| name.to_str()).filter(|name| name.starts_with(prefix)).map(str::to_owned).collect()
    }

    /// The same without one of them.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let mut others = self.clone();
        others.0.remove(std::ffi::OsStr::new(name));
        others
    }

    fn raw(&self, name: &str) -> Option<&OsString> {
        self.0.get(std::ffi::OsStr::new(name)).filter(|value| !value.is_empty())
    }
}

/// The names alone: there are keys among the values.
impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Env {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_is_set_to_nothing_is_not_set() {
        let env = Env::from_iter([("FULL", "x"), ("EMPTY", "")]);
        assert_eq!(env.text("FULL").as_deref(), Some("x"));
        assert_eq!(env.text("EMPTY"), None);
        assert_eq!(env.path("MISSING"), None);
    }

    #[test]
    fn the_values_are_not_shown() {
        assert_eq!(format!("{:?}", Env::from_iter([("HONEYCOMB_API_KEY", "hunter2")])), r#"{"HONEYCOMB_API_KEY"}"#);
    }

    #[cfg(unix)]
    #[test]
    fn a_setting_that_is_not_unicode_is_refused_by_name() {
        use std::os::unix::ffi::OsStringExt as _;
        let env = Env::from_iter([("BAD", OsString::from_vec(vec![0xff]))]);
        assert_eq!(env.setting("BAD").unwrap_err().message(), "the environment variable BAD is not valid Unicode");
    }
}
