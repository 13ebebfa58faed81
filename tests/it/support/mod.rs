//! A place in which the program can be driven: an empty home, an environment of its own, a clock zone, and a limit to patience.

pub(crate) mod cloudwatch_logs;
pub(crate) mod destination;
pub(crate) mod honeycomb;
pub(crate) mod http;
mod live;
mod output;
mod receiver;
pub(crate) mod rollbar;
pub(crate) mod serving;
pub(crate) mod spans;
pub(crate) mod xray;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Output};
use std::time::Duration;

pub(crate) use live::Live;
pub(crate) use output::CommandOutput;
pub(crate) use receiver::{Receiver, eventually, lines};

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_cruddur-trace");

/// Longer than any test should take on a busy machine; short enough that one that hangs is noticed.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

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

    /// With copies of fixtures, so that their paths are short and the same everywhere.
    pub(crate) fn with_fixtures(self, names: &[&str]) -> Self {
        for name in names {
            std::fs::copy(fixture(name), self.path(name)).expect("the fixture is there, and the home can be written to");
        }
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

    /// As [`Home::run`], with something on stdin.
    pub(crate) fn run_with<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>, stdin: &[u8]) -> CommandOutput {
        let output = assert_cmd::Command::from_std(self.command(arguments)).write_stdin(stdin).timeout(PATIENCE).output();
        CommandOutput::new(&output.expect("the program can be started"), self.folder.path())
    }

    /// Puts files into the local store.
    #[track_caller]
    pub(crate) fn import(&self, files: &str) {
        let output = self.line(&format!("import {files}"));
        assert_eq!((output.code, output.stdout.as_str()), (Some(0), ""), "{output}");
    }

    /// As [`Home::run`], with bytes on stdin, and the streams as they are.
    pub(crate) fn pipe<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>, stdin: &[u8]) -> Output {
        let mut command = assert_cmd::Command::from_std(self.command(arguments));
        command.timeout(PATIENCE).write_stdin(stdin).output().expect("the program can be started")
    }

    /// Where the program keeps traces.
    pub(crate) fn store(&self) -> PathBuf {
        self.path("data/cruddur-trace/traces.db")
    }

    /// How many bytes wait beside the store to be folded into it. Readers leave an empty file behind.
    pub(crate) fn length_of_log(&self) -> u64 {
        std::fs::metadata(self.path("data/cruddur-trace/traces.db-wal")).map_or(0, |file| file.len())
    }

    /// As [`Home::run`], with a command line whose words contain no blanks.
    pub(crate) fn line(&self, words: &str) -> CommandOutput {
        self.run(words.split_whitespace())
    }
}

/// A file that is committed beside the tests.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Puts a file there, with the folders that it needs.
pub(crate) fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the home can be written to");
    std::fs::write(path, text).expect("the home can be written to");
}

/// A process that is killed when a test goes wrong.
#[derive(Debug)]
pub(crate) struct Started(pub(crate) Child);

impl Started {
    /// How it ends.
    #[track_caller]
    pub(crate) fn code(&mut self) -> Option<i32> {
        let mut status = None;
        eventually("the process ends", || {
            status = self.0.try_wait().expect("it can be waited for");
            status.is_some()
        });
        status.and_then(|status| status.code())
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // It may have ended already.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Sends a signal to a process that the test has started.
#[cfg(unix)]
pub(crate) fn signal(pid: u32, signal: rustix::process::Signal) {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw).expect("it is a process id");
    rustix::process::kill_process(pid, signal).expect("the process is there");
}

/// A thousand connections take more files than a process may open by default.
#[cfg(unix)]
pub(crate) fn allow_many_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = Some(limit.maximum.unwrap_or(8192).min(8192)).max(limit.current);
    setrlimit(Resource::Nofile, limit).expect("it may be raised to its maximum");
}
