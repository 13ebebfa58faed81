//! What is told of a setting: its value, and where that comes from.

use std::fmt;
use std::path::PathBuf;

/// A setting, as `config show` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its key in the file.
    pub key: &'static str,
    /// Its value, as it would be written.
    pub value: String,
    /// Where that comes from.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag(String),
    /// An environment variable.
    Env(String),
    /// The configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The profile in which it stands, if in one.
        profile: Option<String>,
    },
    /// Nobody said anything.
    Default,
}

impl Origin {
    /// Whether it stands in the configuration file, so that paths are relative to that.
    pub(super) fn is_file(&self) -> bool {
        matches!(self, Self::File { .. })
    }

    /// Its layer: of two, the lower wins.
    pub(super) fn layer(&self) -> u8 {
        match self {
            Self::Flag(_) => 0,
            Self::Env(_) => 1,
            Self::File { profile: Some(_), .. } => 2,
            Self::File { profile: None, .. } => 3,
            Self::Default => 4,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => f.write_str(flag),
            Self::Env(name) => f.write_str(name),
            Self::File { path, line, profile: None } => write!(f, "{}:{line}", path.display()),
            Self::File { path, line, profile: Some(name) } => write!(f, "{}:{line}, profile {name}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}
