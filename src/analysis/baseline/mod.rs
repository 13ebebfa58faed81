//! How long operations take, written down, and whether they take longer now.
//!
//! An operation is a service, a [normalised](super::normalised) name and a kind. What is measured of it is **one value for each
//! trace**: the longest of its spans there. What is said with confidence needs samples that are independent of each other, and spans
//! of one trace are not: twenty queries of one request wait for the same busy database. So the number of samples is a number of
//! traces, and a loop that makes its slowest call slower is seen, while one that makes more calls is seen in who waits for them.
//!
//! A span that has not ended, has no start, or ends before it starts says nothing of how long its operation takes, and it might be the
//! longest: a trace with such a span has no value for that operation, and is counted apart ([`Operation::unmeasured`]). Spans that
//! failed are measured like others; in how many traces there were any is known too ([`Operation::failed`]), because what fails at once
//! looks fast.
//!
//! In reading order: [`sample`] (which order statistics are kept of many durations), `binomial` and [`quantile`] (what they say of the
//! quantiles of all that could have been measured), [`options`] (what is asked), [`judge`] (what is slower, and what cannot be told), [`file`](mod@file) (how it is
//! written down).

mod binomial;
pub mod file;
mod gather;
pub mod judge;
pub mod options;
pub mod quantile;
pub mod sample;
#[cfg(test)]
mod tests;

use crate::model::SpanKind;

pub use file::Malformed;
pub use gather::BaselineBuilder;
pub use judge::{Comparison, Outcome, compare};
pub use options::{Nonsense, Options};
pub use quantile::need;
pub use sample::Sample;

/// How long the operations of some traces take.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    /// How many traces there were.
    pub traces: u32,
    /// By service, name and kind, each once.
    pub operations: Vec<Operation>,
}

/// What is known of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Operation {
    /// `service.name`; empty where nobody says it. Not escaped for any medium.
    pub service: String,
    /// The normalised name. Not escaped for any medium.
    pub name: String,
    /// The spans' kind.
    pub kind: SpanKind,
    /// In how many traces it is.
    pub traces: u32,
    /// In how many of them a span of it failed.
    pub failed: u32,
    /// In how many of them it is not known how long it took.
    pub unmeasured: u32,
    /// How long it took in the others.
    pub durations: Sample,
}

impl Operation {
    /// What tells it from others, and by what they are sorted.
    pub fn key(&self) -> (&str, &str, SpanKind) {
        (&self.service, &self.name, self.kind)
    }

    /// How many samples there are: traces in which it is known how long it took.
    pub fn samples(&self) -> u32 {
        self.durations.count()
    }
}

impl Baseline {
    /// Leaves out the operations with less than so many samples, and says how many these were. They are not promised then: nothing is
    /// said of them but that they are not in the baseline.
    pub fn leave_out_rare(&mut self, samples: u32) -> usize {
        let before = self.operations.len();
        self.operations.retain(|operation| operation.samples() >= samples);
        before - self.operations.len()
    }
}
