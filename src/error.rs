//! What a command says when it cannot give an answer: what kind of trouble, what happened, and what to type next.

use std::error::Error;
use std::fmt::Display;

use crate::exit::Exit;

/// The kind of trouble decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command line or the filter expression makes no sense (exit 2).
    Usage,
    /// The configuration makes no sense, or cannot be read or written (exit 2).
    Config,
    /// Everything was asked, and the thing is not there (exit 1).
    NotFound,
    /// It cannot be told: what would have answered could not be asked (exit 3).
    Unanswerable,
    /// The user interrupted (exit 130). Nothing is printed.
    Interrupted,
    /// Whoever read our output has gone (exit 0). Nothing is printed: `… | head` is a normal end.
    Closed,
    /// A mistake in this program, or a machine that cannot do what every machine can (exit 3: it must not look like "no").
    Internal,
}

impl Kind {
    /// The exit code for it.
    pub fn exit(self) -> Exit {
        match self {
            Self::Usage | Self::Config => Exit::Usage,
            Self::NotFound => Exit::No,
            Self::Unanswerable | Self::Internal => Exit::Unknown,
            Self::Interrupted => Exit::Interrupted,
            Self::Closed => Exit::Yes,
        }
    }

    /// Whether the user is told, or knows already.
    pub fn is_silent(self) -> bool {
        matches!(self, Self::Interrupted | Self::Closed)
    }
}

/// Why a command gives no answer. `ui` prints it as `error: …`, `  caused by: …` for each deeper cause, and `hint: …`.
///
/// Messages are lower-case fragments without a full stop; they may have several lines (a drawing with a caret).
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    error: anyhow::Error,
    hints: Vec<String>,
}

impl Failure {
    /// With a message of its own.
    pub fn new(kind: Kind, message: impl Display) -> Self {
        Self { kind, error: anyhow::Error::msg(message.to_string()), hints: Vec::new() }
    }

    /// From an error, whose sources become the causes.
    pub fn from_error(kind: Kind, error: impl Into<anyhow::Error>) -> Self {
        Self { kind, error: error.into(), hints: Vec::new() }
    }

    /// A wrong command line or filter expression.
    pub fn usage(message: impl Display) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// A wrong configuration.
    pub fn config(message: impl Display) -> Self {
        Self::new(Kind::Config, message)
    }

    /// Asked, and not there.
    pub fn not_found(message: impl Display) -> Self {
        Self::new(Kind::NotFound, message)
    }

    /// Could not be asked.
    pub fn unanswerable(message: impl Display) -> Self {
        Self::new(Kind::Unanswerable, message)
    }

    /// The user pressed Ctrl-C.
    pub fn interrupted() -> Self {
        Self::new(Kind::Interrupted, "interrupted")
    }

    /// Says what was being done; what was said until now becomes the cause.
    #[must_use]
    pub fn context(mut self, doing: impl Display) -> Self {
        self.error = self.error.context(doing.to_string());
        self
    }

    /// Says what to type next, or where to look. May be called several times.
    #[must_use]
    pub fn hint(mut self, hint: impl Display) -> Self {
        self.hints.push(hint.to_string());
        self
    }

    /// What kind of trouble it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The exit code for it.
    pub fn exit(&self) -> Exit {
        self.kind.exit()
    }

    /// What happened: the outermost message.
    pub fn message(&self) -> String {
        self.error.to_string()
    }

    /// Why it happened, from near to far. A cause that only repeats the end of what stands above it is left out: many libraries
    /// print their source in their own message too.
    pub fn causes(&self) -> Vec<String> {
        let mut above = self.message();
        let mut causes = Vec::new();
        for cause in self.error.chain().skip(1).map(ToString::to_string) {
            if !above.ends_with(&cause) {
                causes.push(cause.clone());
                above = cause;
            }
        }
        causes
    }

    /// What to do about it.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }
}

/// Turns a library's error into a [`Failure`] where it passes by.
pub trait OrFail<T> {
    /// The error becomes the cause of `doing`.
    fn or_fail(self, kind: Kind, doing: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T, E: Error + Send + Sync + 'static> OrFail<T> for Result<T, E> {
    fn or_fail(self, kind: Kind, doing: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Failure::from_error(kind, error).context(doing()))
    }
}

/// The candidate that was probably meant by `typed`, if one is near enough to be worth saying.
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&typed, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot reach the store: {0}")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn a_failure_tells_what_why_and_what_next() {
        let failure = Err::<(), _>(std::io::Error::other("disk on fire"))
            .or_fail(Kind::Unanswerable, || "cannot read `traces.db`".to_owned())
            .unwrap_err()
            .hint("use another disk");
        assert_eq!(failure.message(), "cannot read `traces.db`");
        assert_eq!(failure.causes(), ["disk on fire"]);
        assert_eq!(failure.hints(), ["use another disk"]);
        assert_eq!(failure.exit(), Exit::Unknown);
    }

    #[test]
    fn a_cause_that_was_already_said_is_not_repeated() {
        let failure = Failure::from_error(Kind::Internal, Outer(std::io::Error::other("gone"))).context("listing");
        assert_eq!(failure.causes(), ["cannot reach the store: gone"]);
    }

    #[test]
    fn trouble_never_looks_like_an_answer() {
        for kind in [Kind::Usage, Kind::Config, Kind::Unanswerable, Kind::Internal, Kind::Interrupted] {
            assert!(kind.exit().code() > 1, "{kind:?}");
        }
        assert_eq!(Kind::NotFound.exit(), Exit::No);
    }

    #[test]
    fn near_names_are_found_and_far_ones_are_not_suggested() {
        assert_eq!(nearest("colour", ["color", "store", "limit"]), Some("color"));
        assert_eq!(nearest("STORE", ["color", "store"]), Some("store"));
        assert_eq!(nearest("zzz", ["color", "store"]), None);
    }
}
