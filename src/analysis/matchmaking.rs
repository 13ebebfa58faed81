//! Calls whose other half is in another trace: the context was lost on the way.
//!
//! A service that does not pass `traceparent` on (<https://www.w3.org/TR/trace-context/>), or does not look at it, makes two traces of
//! one request. The first has a call that nobody answered, the second begins with a server's or a consumer's span. What puts them
//! together again is evidence, never proof:
//!
//! - They say the same of what was asked: method and path, RPC service and method, or destination of a message; or the caller names
//!   the service that answered. Nothing they say may contradict that.
//! - A server's span lies within the call, and a message is not handled before it was sent, nor a minute after. Clocks may differ by
//!   [`TOLERANCE`].
//! - No other call and no other answer suits either of them. What is ambiguous is counted, and not claimed.

mod halves;
mod pairs;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};

use crate::model::time::{MILLISECOND, Nanos};
use crate::model::{Span, Trace, TraceId};

use super::Tree;
use super::normalise::normalised;
use halves::Half;
pub(super) use halves::{Request, host, request, text};

/// By how much the clocks of two hosts may differ, in nanoseconds.
pub const TOLERANCE: Nanos = 10 * MILLISECOND;

/// Gathers traces one by one, and keeps of each only the halves of calls.
#[derive(Debug, Default)]
pub struct Matchmaker {
    calls: Vec<Half>,
    answers: Vec<Half>,
    services: HashSet<String>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matches {
    /// What was lost, most often first.
    pub lost: Vec<LostContext>,
    /// Calls that several answers suit, or whose answer suits several calls.
    pub ambiguous: usize,
}

/// A way on which context was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostContext {
    /// Who called.
    pub from: Party,
    /// Who answered, in a trace of its own.
    pub to: Party,
    /// How many times.
    pub count: usize,
    /// Why they belong together, in the first of them.
    pub evidence: Evidence,
    /// The traces of the first of them: the caller's, and the answer's.
    pub example: (TraceId, TraceId),
}

/// A service and what it does, by its [normalised] name. Not escaped for any medium.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Party {
    /// The service.
    pub service: String,
    /// The span's name.
    pub name: String,
}

/// Why two halves belong together, besides their times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// They say the same of what was asked.
    pub same_request: bool,
    /// The caller names the service that answered.
    pub by_name: bool,
}

impl Evidence {
    /// In words.
    pub fn words(self) -> &'static str {
        match (self.same_request, self.by_name) {
            (true, true) => "the same request, to a service of that name, at that time",
            (true, false) => "the same request at that time",
            (false, _) => "a request to a service of that name at that time",
        }
    }
}

impl Matchmaker {
    /// Adds a trace. A trace that is added twice would be its own partner's rival: do not.
    pub fn add(&mut self, trace: &Trace) {
        let tree = Tree::build(trace);
        halves::gather(trace, &tree, &mut self.calls, &mut self.answers);
        let mut last = "";
        for service in trace.spans().iter().map(Span::service) {
            if service != last && !self.services.contains(service) {
                self.services.insert(service.to_owned());
            }
            last = service;
        }
    }

    /// Puts them together. Costs O(n log n) in what was kept; the order in which traces were added changes nothing.
    pub fn finish(mut self) -> Matches {
        self.calls.sort_by(|a, b| a.place().cmp(&b.place()));
        self.answers.sort_by(|a, b| a.place().cmp(&b.place()));
        let (pairs, ambiguous) = pairs::pairs(&self.calls, &self.answers, &self.services);
        let mut groups = BTreeMap::<(Party, Party), LostContext>::new();
        for (call, answer, evidence) in pairs {
            let (from, to) = (party(call), party(answer));
            let group = groups.entry((from.clone(), to.clone())).or_insert_with(|| {
                let example = (call.trace.clone(), answer.trace.clone());
                LostContext { from, to, count: 0, evidence, example }
            });
            group.count += 1;
        }
        let mut lost: Vec<_> = groups.into_values().collect();
        lost.sort_by_key(|lost| std::cmp::Reverse(lost.count));
        Matches { lost, ambiguous }
    }
}

fn party(half: &Half) -> Party {
    Party { service: half.service.clone(), name: normalised(&half.name).into_owned() }
}
