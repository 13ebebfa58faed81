//! A place in which the program can be driven: an empty home, an environment of its own, a clock zone, and a limit to patience.

mod output;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) use output::CommandOutput;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_cruddur-trace");

/// Longer than any test should take on a busy machine; short enough that one that hangs is noticed.
const PATIENCE: Duration = Duration::from_mins(1);

/// An empty home. What the program writes is gone when this is dropped.
pub(crate) struct Home {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder can be made"), variables: Vec::new() }
    }

    /// With another variable in the environment of every command.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A path within.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// Where the program looks for its configuration.
    pub(crate) fn config_file(&self) -> PathBuf {
        self.path("config/cruddur-trace/config.toml")
    }

    /// The program with nothing of the tester's own environment but the path to other programs.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> std::process::Command {
        let mut command = std::process::Command::new(PROGRAM);
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        for kept in ["PATH", "SYSTEMROOT", "LLVM_PROFILE_FILE"] {
            command.envs(std::env::var_os(kept).map(|value| (kept, value)));
        }
        command.env("HOME", self.folder.path());
        command.env("XDG_CONFIG_HOME", self.path("config")).env("XDG_DATA_HOME", self.path("data"));
        command.env("TZ", "UTC").env("LANG", "C.UTF-8");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the program to its end, with nothing on stdin.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> CommandOutput {
        let output = assert_cmd::Command::from_std(self.command(arguments)).timeout(PATIENCE).output();
        CommandOutput::new(&output.expect("the program can be started"), self.folder.path())
    }

    /// As [`Home::run`], with a command line whose words contain no blanks.
    pub(crate) fn line(&self, words: &str) -> CommandOutput {
        self.run(words.split_whitespace())
    }
}

/// Puts a file there, with the folders that it needs.
pub(crate) fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the home can be written to");
    std::fs::write(path, text).expect("the home can be written to");
}
