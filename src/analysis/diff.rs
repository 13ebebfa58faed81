//! What differs between two traces, or between two cohorts of traces: what is new, what is gone, and where the time went.
//!
//! Spans are matched by their path: the services and [normalised](super::normalised) names from the root down. Siblings of one name
//! are one node with a count on each side, as in Jaeger's comparison (<https://github.com/jaegertracing/jaeger-ui>,
//! `model/trace-dag/TraceDag.ts`), so that an eighth query beside seven is one more, and no puzzle. A span's kind tells two nodes
//! apart only where one side has several kinds of one name. The roots are matched with each other, whatever they are called, as long as
//! each side has one.
//!
//! The ledger says where the time went: of each node, how much of the [critical path](super::CriticalPath) is its own. These sum to the
//! duration of the path, so that their differences sum exactly to the difference of the durations. Of cohorts the means are compared,
//! and stay exact: a difference of means is a whole number of nanoseconds divided by [`Diff::scale`].

mod align;
pub mod chance;
mod gather;
#[cfg(test)]
pub(crate) mod tests;

use std::cmp::Reverse;
use std::sync::Arc;

use crate::model::time::Nanos;
use crate::model::{Evidence, SpanKind, Time, TraceId};

pub use chance::Chance;
pub use gather::DiffBuilder;

/// What is compared: B with A.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// What was before, or is taken as given.
    A,
    /// What is looked at.
    B,
}

/// What differs between two sides.
#[derive(Debug, Clone, PartialEq)]
pub struct Diff {
    /// A and B.
    pub sides: [Side; 2],
    /// Every path of either side as a forest: each node before what is below it, siblings by when they first begin. The root's comes
    /// first.
    pub nodes: Vec<PathNode>,
    /// Places in `nodes` of those whose time on the critical path differs, the largest difference first.
    pub ledger: Vec<usize>,
    /// How many traces are on both sides.
    pub shared: usize,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Side {
    /// The traces that are compared, by start, then id.
    pub traces: Vec<Compared>,
    /// Those that are left out, because it is not known how long they take.
    pub left_out: Vec<Compared>,
    /// How many spans the compared traces have.
    pub spans: u64,
    /// How many of them failed.
    pub errors: u64,
    /// At how many of them failures began.
    pub origins: u64,
    /// The services of the compared traces, sorted.
    pub services: Vec<Arc<str>>,
}

/// A trace that is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Which.
    pub id: TraceId,
    /// Where it was read from.
    pub backends: Vec<String>,
    /// Its earliest start.
    pub start: Time,
    /// How long its critical path is, in nanoseconds: its root's duration, as far as `length` says so.
    pub duration: Nanos,
    /// From its earliest start to its latest end, in nanoseconds; `None` where no span has a time.
    pub whole: Option<Nanos>,
    /// What the duration is worth.
    pub length: Length,
    /// How many spans it has.
    pub spans: usize,
    /// How many of them failed.
    pub errors: usize,
    /// What speaks against it being all there.
    pub evidence: Vec<Evidence>,
    /// What else may be missing, in words that are not escaped for any medium.
    pub gaps: Vec<String>,
    /// How many spans on its critical path were cut or prolonged, because they outlive their parent or still run.
    pub assumed: usize,
    /// How exact its times are, in nanoseconds.
    pub precision: Nanos,
}

/// What the duration of a trace is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Length {
    /// It is the root's.
    Known,
    /// The root still runs: it is as long as what is known.
    Running,
    /// No root has arrived: it is that of the longest part.
    NoRoot,
    /// The root ends before it starts: it is nothing.
    Reversed,
    /// No span has a time: it is nothing.
    Unknown,
}

/// Spans of one path.
#[derive(Debug, Clone, PartialEq)]
pub struct PathNode {
    /// What they are called on each side; `None` where there are none.
    pub labels: [Option<Label>; 2],
    /// The node above; `None` at the top.
    pub parent: Option<usize>,
    /// How many nodes are above.
    pub depth: usize,
    /// How many nodes its subtree has, itself included. The subtree is this many nodes from here on.
    pub size: usize,
    /// Whether critical paths end here.
    pub is_root: bool,
    /// Whether a sibling has the same service and name, so that only the kind tells them apart.
    pub by_kind: bool,
    /// What there is on each side.
    pub figures: [Figures; 2],
    /// Why failures begin here: on each side the first, by alphabet, of the senders' words. `None` where there are none.
    pub reasons: [Option<Arc<str>>; 2],
}

/// What spans of one path are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Label {
    /// Spans that are there.
    Spans {
        /// `service.name`; empty where nobody says it.
        service: Arc<str>,
        /// The normalised name.
        name: Arc<str>,
        /// The kind.
        kind: SpanKind,
    },
    /// Parents that have not arrived.
    Missing,
}

/// What there is of a path on one side, all traces together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// How many spans.
    pub spans: u64,
    /// How many parents that have not arrived.
    pub missing: u64,
    /// How many of the spans failed.
    pub errors: u64,
    /// At how many of them a failure began.
    pub origins: u64,
    /// How long they were at work themselves, in nanoseconds, as far as that is known.
    pub self_time: Nanos,
    /// How much of the critical paths is their own, in nanoseconds.
    pub critical: Nanos,
    /// In how many traces they are.
    pub traces: u64,
}

/// What became of a path from A to B.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is only in B.
    Appeared,
    /// It is only in A.
    Vanished,
    /// There are more or fewer spans of it in a trace, or more or fewer failed, or it is called otherwise.
    Changed,
    /// Only how long it was at work, or how much of the critical path is its own, differs.
    Time,
    /// Nothing differs.
    Same,
}

impl Which {
    /// Its place in lists of two.
    pub fn place(self) -> usize {
        match self {
            Self::A => 0,
            Self::B => 1,
        }
    }
}

impl Diff {
    /// What differences are divided by to be means of one trace: the product of how many traces each side has.
    pub fn scale(&self) -> Nanos {
        self.weight(0) * self.weight(1)
    }

    /// The difference of the means of two sums, B without A, times [`Diff::scale`].
    pub fn difference(&self, [a, b]: [Nanos; 2]) -> Nanos {
        b * self.weight(0) - a * self.weight(1)
    }

    /// How long all compared traces of each side take together, in nanoseconds.
    pub fn durations(&self) -> [Nanos; 2] {
        [0, 1].map(|side| self.sides[side].traces.iter().map(|trace| trace.duration).sum())
    }

    /// By how much B takes longer than A, in the mean, times [`Diff::scale`]. Exactly the sum of [`Diff::delta`] over all nodes.
    pub fn total(&self) -> Nanos {
        self.difference(self.durations())
    }

    /// By how much more of the critical path is a node's own in B than in A, in the mean, times [`Diff::scale`].
    pub fn delta(&self, node: usize) -> Nanos {
        self.difference(self.nodes[node].figures.map(|figures| figures.critical))
    }

    /// By how much longer the spans of a node were at work themselves in B than in A, in the mean, times [`Diff::scale`].
    pub fn self_delta(&self, node: usize) -> Nanos {
        self.difference(self.nodes[node].figures.map(|figures| figures.self_time))
    }

    /// Whether a count differs in the mean.
    fn differs(&self, counts: [u64; 2]) -> bool {
        self.difference(counts.map(Nanos::from)) != 0
    }

    /// What became of a node.
    pub fn change(&self, node: usize) -> Change {
        let of = &self.nodes[node];
        let count =
            |of: fn(&Figures) -> u64| self.differs([of(&self.nodes[node].figures[0]), of(&self.nodes[node].figures[1])]);
        match &of.labels {
            [None, _] => Change::Appeared,
            [_, None] => Change::Vanished,
            [Some(a), Some(b)] if a != b => Change::Changed,
            _ if count(|of| of.spans) || count(|of| of.missing) || count(|of| of.errors) || count(|of| of.origins) => {
                Change::Changed
            }
            _ if self.delta(node) != 0 || self.self_delta(node) != 0 => Change::Time,
            _ => Change::Same,
        }
    }

    /// Whether nothing differs that is compared.
    pub fn is_same(&self) -> bool {
        (0..self.nodes.len()).all(|node| self.change(node) == Change::Same)
    }

    /// Whether the roots have different names.
    pub fn root_changed(&self) -> bool {
        self.nodes.iter().any(|node| node.is_root && matches!(&node.labels, [Some(a), Some(b)] if !a.is_called(b)))
    }

    /// Services that only one side has: those that are gone, and those that are new.
    pub fn services(&self) -> [Vec<&str>; 2] {
        let only = |here: usize, there: usize| {
            let there = &self.sides[there].services;
            let names = self.sides[here].services.iter().filter(|name| there.binary_search(name).is_err());
            names.map(AsRef::as_ref).collect()
        };
        [only(0, 1), only(1, 0)]
    }

    /// Whether the durations could differ so by chance. `None` where there is one trace a side, of which that cannot be told.
    pub fn chance(&self) -> Option<Chance> {
        let [a, b] = [0, 1].map(|side| self.sides[side].traces.iter().map(|trace| trace.duration).collect::<Vec<_>>());
        if a.len() + b.len() > 2 { chance::mann_whitney(&a, &b) } else { None }
    }

    /// Of how many traces a side is; one where it has none, so that nothing is divided by it.
    fn weight(&self, side: usize) -> Nanos {
        self.sides[side].traces.len().max(1) as Nanos
    }

    /// Sorts what takes longer or shorter, by how much.
    fn blame(&mut self) {
        let mut ledger: Vec<usize> = (0..self.nodes.len()).filter(|node| self.delta(*node) != 0).collect();
        ledger.sort_by_key(|node| (Reverse(self.delta(*node).unsigned_abs()), *node));
        self.ledger = ledger;
    }
}

impl Side {
    /// Of how many compared traces something speaks against their being all there.
    pub fn incomplete(&self) -> usize {
        self.traces.iter().filter(|trace| !trace.evidence.is_empty()).count()
    }

    /// A duration that so many hundredths of a percent of its traces do not exceed (nearest rank); `None` of no traces.
    pub fn percentile(&self, hundredths: usize) -> Option<Nanos> {
        let mut durations: Vec<Nanos> = self.traces.iter().map(|trace| trace.duration).collect();
        durations.sort_unstable();
        let rank = (durations.len() * hundredths).div_ceil(10_000).max(1);
        durations.get(rank - 1).copied()
    }
}

impl PathNode {
    /// What it is called in B, or, where it is only there, in A.
    pub fn label(&self) -> &Label {
        let [a, b] = &self.labels;
        b.as_ref().or(a.as_ref()).expect("there is no node without spans or parents that are missing")
    }
}

impl Label {
    /// Whether the other has the same service and name.
    pub fn is_called(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Spans { service, name, .. }, Self::Spans { service: other, name: called, .. }) => {
                (service, name) == (other, called)
            }
            (Self::Missing, Self::Missing) => true,
            _ => false,
        }
    }
}

/// Keeps what comes first by alphabet.
fn take_first(known: &mut Option<Arc<str>>, other: &str) {
    if known.as_ref().is_none_or(|known| other < known.as_ref()) {
        *known = Some(other.into());
    }
}

impl Figures {
    /// How many nodes of trees are here.
    pub fn present(&self) -> u64 {
        self.spans + self.missing
    }

    fn add(&mut self, other: &Self) {
        self.spans += other.spans;
        self.missing += other.missing;
        self.errors += other.errors;
        self.origins += other.origins;
        self.self_time += other.self_time;
        self.critical += other.critical;
        self.traces += other.traces;
    }
}
