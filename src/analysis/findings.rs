//! What stands out in a trace, and what it costs.
//!
//! Each kind has a file that says when it is one, and why there. All of them say what was seen, with nodes and numbers; whether it is
//! a fault, only those know who wrote the program.

mod repeated;
mod retries;
mod serial;
mod siblings;
#[cfg(test)]
mod tests;
mod untraced;

use crate::model::Trace;
use crate::model::time::Nanos;

use super::{CriticalPath, Tree};
use siblings::{Calls, Names};

/// Something that stands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// The span in which it is; it need not have arrived.
    pub parent: usize,
    /// The nodes that it is made of, by time; of [`Kind::Untraced`], those at its ends.
    pub nodes: Vec<usize>,
    /// How much time it takes, or of [`Kind::Serial`], could save at most, in nanoseconds; never more than its parent has.
    pub time: Nanos,
}

/// What stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The same was tried again and again, and failed.
    Retries {
        /// Whether the last attempt went well.
        made_good: bool,
        /// Whether the pauses between the attempts grow.
        backoff: bool,
    },
    /// The same call many times, one after the other: "N+1".
    Repeated,
    /// Calls one after the other that could run side by side, if they do not need each other's answers.
    Serial,
    /// Time in a span that is instrumented below, but not there.
    Untraced {
        /// Whether it begins with its span; else the first node is what was before.
        at_start: bool,
        /// Whether it ends with its span; else the last node is what came after.
        at_end: bool,
    },
}

/// All that stands out, what takes most time first. Costs O(n log n).
pub fn find(trace: &Trace, tree: &Tree, path: &CriticalPath) -> Vec<Finding> {
    let mut names = Names::default();
    let mut found = Vec::new();
    for parent in 0..tree.nodes().len() {
        let calls = Calls::below(trace, tree, parent);
        if calls.all.len() >= 2 {
            retries::find(&calls, &mut found);
            repeated::find(&calls, &mut names, &mut found);
            serial::find(&calls, path, &mut names, &mut found);
        }
    }
    untraced::find(trace, tree, path, &mut found);
    found.sort_by(|a, b| b.time.cmp(&a.time).then_with(|| (a.kind, a.parent, &a.nodes).cmp(&(b.kind, b.parent, &b.nodes))));
    found
}

/// Whether `part` is at least so many percent of `whole`.
fn is_share(part: Nanos, percent: Nanos, whole: Nanos) -> bool {
    part.saturating_mul(100) >= whole.saturating_mul(percent)
}

impl Kind {
    /// A word for machines: `retries`, `repeated`, `serial`, `untraced`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Retries { .. } => "retries",
            Self::Repeated => "repeated",
            Self::Serial => "serial",
            Self::Untraced { .. } => "untraced",
        }
    }
}

impl Finding {
    /// One plain sentence, with nodes as `name` calls them and lengths of time as `time` writes them. Not escaped for any medium.
    pub fn words(&self, name: &dyn Fn(usize) -> String, time: &dyn Fn(Nanos) -> String) -> String {
        let (took, within, count) = (time(self.time), name(self.parent), self.nodes.len());
        let first = self.nodes.first().map_or_else(String::new, |first| name(*first));
        match self.kind {
            Kind::Retries { made_good, backoff } => {
                let end = if made_good { "and went well only the last time" } else { "and failed each time" };
                let pauses = if backoff { ", with growing pauses" } else { "" };
                format!("{first} was tried {count} times in {within} {end}: {took}{pauses}")
            }
            Kind::Repeated => {
                let like = if self.nodes.iter().all(|node| name(*node) == first) { "" } else { " and its like" };
                format!("N+1: {first}{like}, {count} times one after the other in {within}: {took}")
            }
            Kind::Serial => {
                let calls = self.calls(name);
                format!(
                    "{calls} run one after the other in {within}: they could run side by side if they do not need each other's answers, which saves {took} at most"
                )
            }
            Kind::Untraced { at_start, at_end } => {
                let last = self.nodes.last().map_or_else(String::new, |last| name(*last));
                let place = match (at_start, at_end) {
                    (true, true) => String::new(),
                    (true, false) => format!(" before {last}"),
                    (false, true) => format!(" after {first}"),
                    (false, false) => format!(" between {first} and {last}"),
                };
                format!("{took} in {within}{place} that nobody traced")
            }
        }
    }

    /// What was called, each name once, the first few of them.
    fn calls(&self, name: &dyn Fn(usize) -> String) -> String {
        const SHOWN: usize = 3;
        let mut names: Vec<(String, usize)> = Vec::new();
        for node in &self.nodes {
            let called = name(*node);
            match names.iter().position(|(known, _)| *known == called) {
                Some(place) => names[place].1 += 1,
                None if names.len() < SHOWN => names.push((called, 1)),
                None => {}
            }
        }
        let told: usize = names.iter().map(|(_, count)| count).sum();
        let each = |(name, count): &(String, usize)| if *count == 1 { name.clone() } else { format!("{name} ({count} calls)") };
        let mut calls: Vec<String> = names.iter().map(each).collect();
        if told < self.nodes.len() {
            calls.push(format!("{} more", self.nodes.len() - told));
        }
        match calls.split_last() {
            Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
            Some((last, _)) => last.clone(),
            None => String::new(),
        }
    }
}
