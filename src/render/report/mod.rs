//! What a run of assertions came to, for those who read it elsewhere: CI servers, reviewers.
//!
//! All of them are told the same: [`junit`](mod@junit) for the list of tests that a CI server keeps, [`markdown`](mod@markdown) for the
//! summary of a job, [`annotations`](mod@annotations) for the lines of a change, [`html`](mod@html) for a page to keep. `parts` is what
//! they have in common: the words of a verdict, texts that are one line, the drawing of a trace.

pub mod annotations;
pub mod html;
pub mod junit;
pub mod markdown;
mod parts;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use annotations::annotations;
pub use html::html;
pub use junit::junit;
pub use markdown::markdown;
pub use parts::{tally, waterfall, words};

use crate::analysis::assertion::Verdict;
use crate::model::{Nanos, Time, Trace};

/// What a run of assertions came to.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The worst of the verdicts.
    pub verdict: Verdict,
    /// When it began.
    pub start: Time,
    /// How long all of it took.
    pub took: Nanos,
    /// One for each assertion, in the order in which they are written.
    pub answers: &'a [Answer],
}

/// What one assertion came to. No text of it is escaped for any medium.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What its file calls it, or else what it asserts.
    pub name: String,
    /// Where it is written, if it is in a file.
    pub place: Option<Place>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in one sentence: what was found, and what was expected.
    pub message: String,
    /// More lines to it, as they are drawn without colour: the nearest misses, what differs from a snapshot. May be empty.
    pub detail: String,
    /// How long it took until it could be told.
    pub took: Nanos,
    /// Where what it is about can be looked at.
    pub link: Option<String>,
    /// The trace that shows why, where it does not hold or cannot be told.
    pub trace: Option<Exhibit>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file's path, as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// A trace, and which of its spans to look at.
#[derive(Debug, Clone)]
pub struct Exhibit {
    /// The trace.
    pub trace: Trace,
    /// Places in [`Trace::spans`] of the spans that it is about.
    pub spans: Vec<usize>,
}
