//! Clock skew: by how much the clocks of hosts differ, as far as the calls between them tell.
//!
//! A server works while its client waits. So what has to be added to the server's times, to have it within its client, lies
//! between `client.start − server.start` and `client.end − server.end`; one offset between the clocks of two hosts has to satisfy
//! that for all calls between them, in both directions. Such bounds are how clock offsets are found from messages since Cristian's
//! "Probabilistic clock synchronization" (1989, <https://doi.org/10.1007/BF01784024>).
//!
//! - Nothing is corrected here. It is only said what would have to be added: to start, end and events of a span alike. (One that
//!   forgot the end made durations negative: <https://github.com/jaegertracing/jaeger/issues/8167>.)
//! - It is proposed only where some call does not fit as it was received, and where one offset suits them all: where a server's span
//!   is longer than its client's, or two calls contradict each other, clocks are not the reason, or they drifted.
//! - Of the offsets that suit, it is the one nearest to zero, which changes least of what was received. Jaeger puts the server into
//!   the middle of its client instead
//!   (<https://github.com/jaegertracing/jaeger>, `clockskew.go`),
//!   which takes for granted that requests and answers travel equally long, and moves what fits already.
//! - Spans of one host are never moved against each other, and a consumer tells nothing, because its producer does not wait.
//! - Along chains of hosts, offsets add up, from the root's host outwards. Where two ways to a host contradict each other, it is left as
//!   it is, with all behind it.

mod hosts;
mod offsets;
#[cfg(test)]
mod tests;

use crate::model::Trace;
use crate::model::time::Nanos;

use super::Tree;
pub use hosts::Host;
use hosts::Hosts;

/// What is to be said of the clocks in a trace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Skew {
    between: Vec<Between>,
    /// Empty where nothing is to be moved.
    shifts: Vec<Option<Nanos>>,
}

/// What the calls between two hosts say of their clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Between {
    /// The one nearer to the root.
    pub from: Host,
    /// The one whose times would be moved.
    pub to: Host,
    /// The least that may be added to the times of `to`, in nanoseconds.
    pub least: Nanos,
    /// The most; below the least where nothing suits all calls.
    pub most: Nanos,
    /// How many calls there are between them, in either direction, with both ends known.
    pub pairs: usize,
    /// How many of them do not fit as they were received.
    pub outside: usize,
    /// What follows.
    pub offset: Offset,
}

/// What follows for two clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offset {
    /// All calls fit as they were received.
    NotNeeded,
    /// With this added to the second host's times (beside what is added to the first's), all calls fit.
    Proposed(Nanos),
    /// Nothing suits all calls.
    Infeasible,
    /// Something does, but other hosts between them say something else.
    Disagreeing,
}

impl Skew {
    /// Looks at all calls from host to host: O(n) beside what the hosts' names cost.
    pub fn of(trace: &Trace, tree: &Tree) -> Self {
        let hosts = Hosts::of(trace, tree);
        if hosts.all.len() < 2 {
            return Self::default();
        }
        let (between, moved) = offsets::solve(trace, tree, &hosts);
        let by_host = |host: &Option<usize>| moved[(*host)?].filter(|shift| *shift != 0);
        let shifts: Vec<_> = hosts.of.iter().map(by_host).collect();
        let any = shifts.iter().any(Option::is_some);
        Self { between, shifts: if any { shifts } else { Vec::new() } }
    }

    /// What has to be added to start, end and events of a node's span, in nanoseconds, so that it fits; never zero. `None` where it is as
    /// good as it gets.
    pub fn shift(&self, node: usize) -> Option<Nanos> {
        self.shifts.get(node).copied().flatten()
    }

    /// Whether anything would be moved.
    pub fn any(&self) -> bool {
        !self.shifts.is_empty()
    }

    /// What there is between each two hosts that call each other, in the order in which they are met in the tree.
    pub fn hosts(&self) -> &[Between] {
        &self.between
    }
}

impl Between {
    /// One plain sentence, with lengths of time as `time` writes them. Not escaped for any medium.
    pub fn words(&self, time: &dyn Fn(Nanos) -> String) -> String {
        let Self { from, to, least, most, pairs, outside, .. } = self;
        let calls = |count: usize| if count == 1 { "1 call".to_owned() } else { format!("{count} calls") };
        let guessed = match (from.is_guessed(), to.is_guessed()) {
            (false, false) => "",
            _ => " (hosts are told by service.name only)",
        };
        let (of, to) = (format!("the clock of {}", to.name), format!("that of {}", from.name));
        let do_not = if *outside == 1 { "does not fit into its client" } else { "do not fit into their clients" };
        let misfit = format!("{outside} of {} {do_not}", calls(*pairs));
        let said = match self.offset {
            Offset::NotNeeded => format!("{of} agrees with {to}, by {}", calls(*pairs)),
            Offset::Proposed(by) => {
                let (way, apart) = if by < 0 { ("ahead of", -by) } else { ("behind", by) };
                let suits = if least == most {
                    "only that suits".to_owned()
                } else {
                    format!("from {} to {} suits", time(*least), time(*most))
                };
                format!("{of} seems {} {way} {to}: {misfit}, and {suits} all of them", time(apart))
            }
            Offset::Infeasible if *pairs == 1 => {
                format!(
                    "no clock offset between {} and {} explains the call that does not fit: the server took longer",
                    self.to.name, self.from.name
                )
            }
            Offset::Infeasible => {
                format!("no clock offset between {} and {} suits all: {misfit}", self.to.name, self.from.name)
            }
            Offset::Disagreeing => {
                format!("{of} cannot be compared with {to}: {misfit}, and calls by way of other hosts say otherwise")
            }
        };
        said + guessed
    }
}
