//! Where our files are.

use std::path::{Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};

use super::Env;
use crate::error::Failure;

/// Names a configuration file to be read instead of the usual one.
pub const CONFIG_VARIABLE: &str = "CRUDDUR_TRACE_CONFIG";
/// Names the folder for what the program keeps, instead of the usual one.
pub const DATA_VARIABLE: &str = "CRUDDUR_TRACE_DATA_DIR";
/// Names the folder for what can be had again, instead of the usual one.
pub const CACHE_VARIABLE: &str = "CRUDDUR_TRACE_CACHE_DIR";

/// Where our files are, whether they exist or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The configuration file.
    pub config: PathBuf,
    /// Whether the user named it, so that it has to be there.
    pub config_is_named: bool,
    /// The folder for what the program keeps.
    pub data: PathBuf,
    /// The folder for what it can do without: what it was told by others, and what its processes tell each other.
    pub cache: PathBuf,
}

impl Paths {
    /// As the flag says, else the environment, else what is usual on this system (`~/.config`, `~/.local/share` and
    /// `~/.cache` on Linux, or what the XDG variables say).
    pub fn resolve(config_flag: Option<&Path>, env: &Env) -> Result<Self, Failure> {
        // Only where it is needed: a machine without a home can still be told every path.
        let usual = || {
            ProjectDirs::from("", "", "cruddur-trace").ok_or_else(|| {
                Failure::config("cannot tell where your home directory is")
                    .hint(format!("set HOME, or {CONFIG_VARIABLE} and {DATA_VARIABLE}"))
            })
        };
        let named = config_flag.map(Path::to_owned).or_else(|| env.path(CONFIG_VARIABLE));
        let data = match env.path(DATA_VARIABLE) {
            Some(path) => path,
            None => usual()?.data_local_dir().to_owned(),
        };
        Ok(Self {
            config_is_named: named.is_some(),
            config: match named {
                Some(path) => path,
                None => usual()?.config_dir().join("config.toml"),
            },
            cache: match (env.path(CACHE_VARIABLE), usual()) {
                (Some(path), _) => path,
                (None, Ok(usual)) => usual.cache_dir().to_owned(),
                // Nobody has to name a place for what can be done without.
                (None, Err(_)) => data.join("cache"),
            },
            data,
        })
    }

    /// The local store, unless another one is named.
    pub fn default_store(&self) -> PathBuf {
        self.data.join("traces.db")
    }

    /// A path that is written in the configuration file: `~/` is the home directory, and what is relative is so to the file, for
    /// it has to mean the same wherever the program is started.
    pub fn in_config(&self, written: &Path) -> PathBuf {
        let home = BaseDirs::new();
        match (written.strip_prefix("~"), home) {
            (Ok(rest), Some(home)) => home.home_dir().join(rest),
            _ => self.config.parent().unwrap_or(Path::new("")).join(written),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env() -> Env {
        Env::from_iter([(CONFIG_VARIABLE, "/etc/ours/env.toml"), (DATA_VARIABLE, "/var/ours")])
    }

    #[test]
    fn the_flag_wins_over_the_variable() {
        let paths = Paths::resolve(Some(Path::new("flag.toml")), &env()).unwrap();
        assert_eq!((paths.config.as_path(), paths.config_is_named), (Path::new("flag.toml"), true));
        let paths = Paths::resolve(None, &env()).unwrap();
        assert_eq!((paths.config.as_path(), paths.config_is_named), (Path::new("/etc/ours/env.toml"), true));
        assert_eq!(paths.default_store(), Path::new("/var/ours/traces.db"));
        assert!(!paths.cache.starts_with("/tmp/ours"));
        let env = Env::from_iter([(CONFIG_VARIABLE, "/c"), (DATA_VARIABLE, "/d"), (CACHE_VARIABLE, "/tmp/ours")]);
        assert_eq!(Paths::resolve(None, &env).unwrap().cache, Path::new("/tmp/ours"));
    }

    #[test]
    fn a_path_in_the_file_means_the_same_wherever_the_program_is_started() {
        let paths = Paths::resolve(None, &env()).unwrap();
        assert_eq!(paths.in_config(Path::new("x/traces.db")), Path::new("/etc/ours/x/traces.db"));
        assert_eq!(paths.in_config(Path::new("/abs/traces.db")), Path::new("/abs/traces.db"));
        assert!(!paths.in_config(Path::new("~/traces.db")).starts_with("/etc"));
    }
}
