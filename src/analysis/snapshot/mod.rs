//! What a trace looks like, as a text that is committed beside the tests and read in a review; and how another trace differs from it.
//!
//! [`Observed`] is the tree of one trace without what differs from run to run: ids, times, hosts, ports, versions. What is left of
//! a span is its [`Label`]. Siblings stand in the order of their content. A [`Snapshot`] is the same as lines, in which siblings that
//! are the same all the way down are one line with a count; a person may make its lines wider: a range instead of a count, a range
//! for the duration, `*` instead of an attribute's value. [`compare`](fn@compare) matches a trace with a snapshot, and [`exceeds`](fn@exceeds) tells whether
//! it could still come to match if it grew.
//!
//! ```text
//! cruddur-trace snapshot 1
//! backend-flask "GET /api/users/?" server http.request.method=GET http.response.status_code=200 [..500ms]
//!   # One for each page.
//!   1..5 × postgres "SELECT users" client db.system.name=postgresql
//! ```
//!
//! Approval tests are what this is for traces: <https://insta.rs/docs/>, <https://jestjs.io/docs/snapshot-testing>.

mod assign;
mod compare;
mod cursor;
mod exceeds;
mod fits;
mod label;
#[cfg(test)]
mod laws;
mod level;
mod observed;
mod order;
mod parse;
#[cfg(test)]
mod tests;
mod update;
mod words;
mod write;

use crate::model::Trace;
use crate::model::time::Nanos;

pub use compare::{Change, Difference, Field, Row, Said, compare};
pub use exceeds::exceeds;
pub use label::{Described, Given, Label};
pub use observed::{Observed, Seen};
pub use parse::Wrong;

/// The version of the text that is written, and the only one that is read. Which attributes are kept is a part of it.
pub const VERSION: u32 = 1;

/// The lines of a snapshot: a forest. [`std::fmt::Display`] writes it as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// Each before what is below it.
    pub(super) lines: Vec<Line>,
    /// Comments behind the last line.
    pub(super) end: Vec<String>,
}

/// One line: spans that are the same, or may count as the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How many lines are above.
    pub depth: usize,
    /// How many lines its subtree has, itself included. The subtree is this many lines from here on.
    pub size: usize,
    /// How many spans it stands for, below each span of the line above.
    pub count: Count,
    /// What they are.
    pub label: Label,
    /// How long each of them may take.
    pub took: Option<Took>,
    /// What stands above it behind a `#`, line by line.
    pub comments: Vec<String>,
}

/// How many: from `least` to `most`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Count {
    /// No fewer.
    pub least: u64,
    /// No more; `None` where there is no limit.
    pub most: Option<u64>,
}

/// A range of durations, in nanoseconds, both ends included; `None` where there is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Took {
    /// No shorter.
    pub least: Option<Nanos>,
    /// No longer.
    pub most: Option<Nanos>,
}

impl Snapshot {
    /// What is written of this trace. O(n log n).
    pub fn of(trace: &Trace) -> Self {
        Observed::of(trace).snapshot()
    }

    /// Its lines, each before what is below it.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The text, read.
    ///
    /// # Errors
    /// [`Wrong`] says where it is none, and what was expected there.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        parse::parse(text)
    }

    /// What to write after this trace was seen: what it looks like now, with the ranges, `*` and comments that a person wrote, as far
    /// as they still fit. A snapshot that the trace matches stays as it is; [`compare`](fn@compare) finds no difference from what is returned.
    #[must_use]
    pub fn updated(&self, actual: &Observed) -> Self {
        update::updated(self, actual)
    }

    /// Whether a person has made it wider than any trace is, or has written a comment.
    fn is_edited(&self) -> bool {
        !self.end.is_empty() || self.lines.iter().any(|line| !line.is_plain() || !line.comments.is_empty())
    }

    /// The lines at the top.
    fn tops(&self) -> impl Iterator<Item = usize> {
        self.siblings(0, self.lines.len())
    }

    /// The lines right below one.
    fn below(&self, line: usize) -> impl Iterator<Item = usize> {
        self.siblings(line + 1, line + self.lines[line].size)
    }

    fn siblings(&self, from: usize, to: usize) -> impl Iterator<Item = usize> {
        std::iter::successors((from < to).then_some(from), move |&at| Some(at + self.lines[at].size).filter(|next| *next < to))
    }

    /// Sets the size of every line from how deep they are.
    fn measure(&mut self) {
        let mut open: Vec<usize> = Vec::new();
        for at in 0..=self.lines.len() {
            let depth = self.lines.get(at).map_or(0, |line| line.depth);
            while open.len() > depth {
                let closed = open.pop().expect("there is one, as there are more than none");
                self.lines[closed].size = at - closed;
            }
            open.push(at);
        }
    }
}

impl Line {
    /// Whether it stands for one thing only, so many times.
    fn is_plain(&self) -> bool {
        self.took.is_none() && self.count.most == Some(self.count.least) && !self.label.has_any()
    }
}

impl Count {
    /// One.
    pub const ONE: Self = Self { least: 1, most: Some(1) };

    /// So many and no other.
    pub fn exactly(count: u64) -> Self {
        Self { least: count, most: Some(count) }
    }

    /// Whether that is as many as there may be.
    pub fn has(self, count: u64) -> bool {
        count >= self.least && count <= self.limit()
    }

    fn limit(self) -> u64 {
        self.most.unwrap_or(u64::MAX)
    }
}

impl Took {
    /// Whether that is within.
    pub fn has(self, duration: Nanos) -> bool {
        self.least.is_none_or(|least| duration >= least) && self.most.is_none_or(|most| duration <= most)
    }
}
