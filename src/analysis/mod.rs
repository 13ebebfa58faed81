//! What a trace means: pure functions over the model.
//!
//! [`tree`] puts the spans in order, whatever their parent pointers say; upon it, [`self_time`] says who was at work, [`critical_path`]
//! who was waited for, [`errors`] where trouble began, [`skew`] what clocks have to do with it, [`findings`] what stands out,
//! [`completeness`] what may be missing and [`logs`] in which span a log line was written; [`Analysis`] has all of it for one trace.
//! [`normalise`] says which names mean the same. Of many traces, [`graph`] says who calls whom, [`stats`] how often, how fast and how often in vain, [`matchmaking`] which belong
//! together, and [`stitch`] which are the same request. [`diff`] compares two of them, or two cohorts, [`baseline`] many with what is written down of others, and [`snapshot`] one
//! with a text. [`correlation`] says which errors that were recorded elsewhere belong to a trace. [`assertion`] judges what was seen, [`stable`] says what can be asserted of good traces, and [`coverage`] what no
//! assertion was about.

pub mod assertion;
pub mod baseline;
pub mod completeness;
pub mod correlation;
pub mod coverage;
pub mod critical_path;
pub mod diff;
pub mod errors;
pub mod findings;
pub mod graph;
pub mod logs;
pub mod matchmaking;
pub mod normalise;
mod operation;
#[cfg(test)]
pub(crate) mod samples;
pub mod self_time;
pub mod skew;
pub mod snapshot;
pub mod stable;
pub mod stats;
pub mod stitch;
mod tally;
#[cfg(test)]
mod tests;
pub mod tree;

pub use completeness::Gap;
pub use coverage::CoverageBuilder;
pub use critical_path::CriticalPath;
pub use diff::DiffBuilder;
pub use errors::{ErrorRole, ErrorRoles};
pub use findings::Finding;
pub use graph::GraphBuilder;
pub use normalise::normalised;
pub use self_time::SelfTimes;
pub use skew::Skew;
pub use stats::StatsBuilder;
pub use tree::{Marks, Node, Tree, Trouble, What};

use crate::model::Trace;
use crate::parallel::both;

/// From so many spans on, it takes longer to look at them than to start a thread.
const FOR_THREADS: usize = 5_000;

/// What there is to know of one trace beyond its spans. Lists are by node of the tree.
#[derive(Debug, Clone)]
pub struct Analysis {
    /// Whose parent is whose.
    pub tree: Tree,
    /// How long each span was at work itself.
    pub self_times: SelfTimes,
    /// What the trace's duration is made of.
    pub path: CriticalPath,
    /// Where failures began, and how far they went.
    pub errors: ErrorRoles,
    /// What the calls between hosts say of their clocks. Nothing else of this is corrected by it.
    pub skew: Skew,
    /// What stands out, what takes most time first.
    pub findings: Vec<Finding>,
    /// What may be missing.
    pub gaps: Vec<Gap>,
    /// Where each of the trace's log lines belongs.
    pub logs: Vec<logs::Place>,
}

impl Analysis {
    /// Looks at a trace from all sides. Costs O(n log n), and never recurses. Of large traces, two threads look at the same time.
    pub fn of(trace: &Trace) -> Self {
        let tree = Tree::build(trace);
        // Who is answered by whom takes longer than all the rest.
        let beside = || completeness::gaps(trace, &tree);
        let rest = || {
            let errors = ErrorRoles::of(trace, &tree);
            let self_times = SelfTimes::of(trace, &tree);
            let path = CriticalPath::of(trace, &tree);
            let findings = findings::find(trace, &tree, &path);
            (self_times, Skew::of(trace, &tree), path, findings, errors)
        };
        let (gaps, (self_times, skew, path, findings, errors)) =
            if trace.spans().len() < FOR_THREADS { (beside(), rest()) } else { both(beside, rest) };
        let logs = logs::place(trace, &tree);
        Self { tree, self_times, path, errors, skew, findings, gaps, logs }
    }
}
