//! What was found out about a set-up: facts, judged, each with what to do about it.

mod kinds;

pub use kinds::{KINDS, kind};

/// How good or bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Worth knowing, and nothing wrong.
    Note,
    /// It could not be found out.
    Unknown,
    /// Wrong, and the user can change it.
    Problem,
}

impl Level {
    /// For machines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Unknown => "unknown",
            Self::Problem => "problem",
        }
    }
}

/// A kind of finding that is not simply "ok". The names are stable: programs match on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// What was looked at: `honeycomb-key`.
    pub check: &'static str,
    /// What was found: `ingest-key`.
    pub finding: &'static str,
    /// How bad that is, unless what was found makes it worse.
    pub level: Level,
    /// What it means, as the documentation says it.
    pub meaning: &'static str,
}

/// One thing that was found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// What was found: `ok`, or that of its [`Kind`].
    pub finding: &'static str,
    /// How good or bad that is.
    pub level: Level,
    /// The same for people, in one line. May hold text from outside.
    pub what: String,
    /// More about it, one sentence each. May hold text from outside.
    pub details: Vec<String>,
    /// The command that puts it right, as a shell takes it.
    pub remedy: Option<String>,
}

impl Finding {
    /// Something is as it should be.
    pub fn ok(check: &'static str, what: impl Into<String>) -> Self {
        Self { check, finding: "ok", level: Level::Ok, what: what.into(), details: Vec::new(), remedy: None }
    }

    /// Something is otherwise.
    pub fn of(kind: Kind, what: impl Into<String>) -> Self {
        let Kind { check, finding, level, .. } = kind;
        Self { check, finding, level, what: what.into(), details: Vec::new(), remedy: None }
    }

    /// Says more about it.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// Says more about it.
    #[must_use]
    pub fn and(mut self, details: impl IntoIterator<Item = String>) -> Self {
        self.details.extend(details);
        self
    }

    /// Says what puts it right, where there is a command for it.
    #[must_use]
    pub fn remedy(mut self, command: impl Into<Option<String>>) -> Self {
        self.remedy = command.into();
        self
    }

    /// Worse than its kind is, as the user has named what is not there.
    #[must_use]
    pub fn problem_if(mut self, named: bool) -> Self {
        if named && self.level == Level::Note {
            self.level = Level::Problem;
        }
        self
    }
}

/// What belongs together: a backend, or what several share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What it is about: `honeycomb`.
    pub name: &'static str,
    /// In the order in which one would look.
    pub findings: Vec<Finding>,
}

/// The worst of all findings: a problem, or something unknown where nothing is known to be wrong.
pub fn worst(sections: &[Section]) -> Level {
    sections.iter().flat_map(|section| &section.findings).map(|finding| finding.level).max().unwrap_or(Level::Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_to_be_wrong_outweighs_what_is_not_known() {
        let section = |levels: &[Level]| Section {
            name: "test",
            findings: levels.iter().map(|&level| Finding { level, ..Finding::ok("x", "") }).collect(),
        };
        assert_eq!(worst(&[]), Level::Ok);
        assert_eq!(worst(&[section(&[Level::Ok]), section(&[Level::Note])]), Level::Note);
        assert_eq!(worst(&[section(&[Level::Note, Level::Unknown]), section(&[Level::Ok])]), Level::Unknown);
        assert_eq!(worst(&[section(&[Level::Problem]), section(&[Level::Unknown])]), Level::Problem);
    }

    #[test]
    fn only_a_note_becomes_a_problem_by_being_named() {
        let note = Kind { check: "x", finding: "y", level: Level::Note, meaning: "" };
        let of = |level| Finding::of(Kind { level, ..note }, "").problem_if(true).level;
        assert_eq!((of(Level::Note), of(Level::Unknown)), (Level::Problem, Level::Unknown));
        assert_eq!(Finding::of(note, "").problem_if(false).level, Level::Note);
    }
}
