//! All that a command gave, as a reviewer wants to see it.

use std::fmt;
use std::path::Path;
use std::process::Output;

/// Both streams and the exit code. The home stands as `$HOME`, an escape character as `␛`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub(crate) struct CommandOutput {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// `None`: ended by a signal, as when it took too long.
    pub(crate) code: Option<i32>,
}

impl CommandOutput {
    pub(crate) fn new(output: &Output, home: &Path) -> Self {
        let readable = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).replace(&*home.to_string_lossy(), "$HOME");
            text.replace('\u{1b}', "␛")
        };
        Self { stdout: readable(&output.stdout), stderr: readable(&output.stderr), code: output.status.code() }
    }

    /// stdout, of a command that ended with 0 and said nothing else.
    #[track_caller]
    pub(crate) fn answer(self) -> String {
        assert!(self.code == Some(0) && self.stderr.is_empty(), "{self}");
        self.stdout
    }
}

impl fmt::Display for CommandOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stdout)?;
        if !self.stderr.is_empty() {
            write!(f, "------- stderr -------\n{}", self.stderr)?;
        }
        match self.code {
            Some(code) => writeln!(f, "[exit status: {code}]"),
            None => writeln!(f, "[ended by a signal]"),
        }
    }
}
