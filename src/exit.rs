//! Exit codes: part of the program's contract, so that a script can tell "no" from "could not ask".

use std::process::{ExitCode, ExitStatus};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, found, the assertion holds.
    Yes,
    /// 1: nothing is wrong, but the answer is no: the assertion does not hold, the trace was not found.
    No,
    /// 2: what was asked makes no sense: the command line, the filter expression or the configuration is wrong.
    Usage,
    /// 3: it cannot be told: a backend could not be asked, or the evidence is incomplete.
    Unknown,
    /// 130: interrupted (128 + SIGINT, as shells count).
    Interrupted,
    /// The code of the command that `run` wrapped.
    Child(u8),
}

impl Exit {
    /// The codes of our own and what they mean, as the manual prints them.
    pub const TABLE: [(Self, &'static str); 5] = [
        (Self::Yes, "yes: done, found, the assertion holds"),
        (Self::No, "no: the assertion does not hold, the trace was not found"),
        (Self::Usage, "the command line, the filter expression or the configuration is wrong"),
        (Self::Unknown, "cannot tell: a backend could not be asked, or the evidence is incomplete"),
        (Self::Interrupted, "interrupted"),
    ];

    /// The number that the parent process sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Yes => 0,
            Self::No => 1,
            Self::Usage => 2,
            Self::Unknown => 3,
            Self::Interrupted => 130,
            Self::Child(code) => code,
        }
    }

    /// How a wrapped command ended: its own code, or 128 + the signal that ended it, as shells count. Codes that do not fit
    /// (Windows has 32 bits) become 255 rather than something that looks like success.
    pub fn of_child(status: ExitStatus) -> Self {
        Self::Child(match status.code() {
            Some(code) => u8::try_from(code).unwrap_or(u8::MAX),
            None => {
                signal(status).and_then(|number| u8::try_from(number).ok()).map_or(u8::MAX, |number| number.saturating_add(128))
            }
        })
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_the_contract() {
        assert_eq!(Exit::TABLE.map(|(exit, _)| exit.code()), [0, 1, 2, 3, 130]);
    }

    #[cfg(unix)]
    #[test]
    fn a_child_ends_us_as_it_ended_itself() {
        use std::os::unix::process::ExitStatusExt as _;
        assert_eq!(Exit::of_child(ExitStatus::from_raw(7 << 8)), Exit::Child(7));
        assert_eq!(Exit::of_child(ExitStatus::from_raw(0)).code(), 0);
        assert_eq!(Exit::of_child(ExitStatus::from_raw(15)), Exit::Child(143), "killed by SIGTERM");
    }
}
