//! The switches: how the service shall behave, and what shall go wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use cruddur_trace::model::Time;
use serde_json::Value;

use super::sampling;

/// All that can be told to the service. A test changes what it is about, by `XRay::configure`, at any time.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    /// Access key ids that nobody knows: `UnrecognizedClientException`.
    pub(crate) unknown_keys: BTreeSet<String>,
    /// Access key ids whose session is over: `ExpiredTokenException`.
    pub(crate) expired_keys: BTreeSet<String>,
    /// Operations (`GetTraceSummaries`) that the caller may not use: `AccessDeniedException`.
    pub(crate) denied: BTreeSet<String>,
    /// What the service's clock says. Requests that were signed more than five minutes away from it are refused, and every answer
    /// carries it in `Date`.
    pub(crate) clock: Option<Time>,
    /// What is in `Date`.
    pub(crate) date: Date,

    /// Summaries a page.
    pub(crate) summaries_per_page: usize,
    /// Every so manieth page of summaries is empty and carries a token. 0: none is.
    pub(crate) empty_page_every: usize,
    /// `TracesProcessedCount` counts the whole window on every page, not what was looked at for the page. The documentation can
    /// be read either way.
    pub(crate) processed_is_of_window: bool,
    /// The longest window of summaries and service graphs.
    pub(crate) longest_window: Duration,
    /// Summaries have their `Id` and nothing else that the model calls optional; so have traces.
    pub(crate) sparse: bool,

    /// Unknown ids are in neither list of a `BatchGetTraces` answer.
    pub(crate) unknown_is_silent: bool,
    /// Ids that are `UnprocessedTraceIds` in that many requests that ask for them.
    pub(crate) unprocessed_first: BTreeMap<String, usize>,
    /// Ids of traces of which one document is not JSON.
    pub(crate) not_json: BTreeSet<String>,
    /// Bytes of documents a trace; what does not fit is left out, and `LimitExceeded` says so.
    pub(crate) trace_bytes: usize,

    /// Name and filter expression of each group.
    pub(crate) groups: BTreeMap<String, String>,
    /// Groups, and nodes of a graph, a page.
    pub(crate) nodes_per_page: usize,

    /// Whether Transaction Search is on (`CloudWatchLogs`), off (`XRay`), or on its way there (`PENDING`).
    pub(crate) destination: Destination,
    /// The traces that are indexed although Transaction Search is on.
    pub(crate) indexed: BTreeSet<String>,
    /// Polls of a retrieval that are answered before it is done: the first by `SCHEDULED`, the others by `RUNNING`.
    pub(crate) polls: usize,
    /// How a retrieval ends.
    pub(crate) outcome: Outcome,
    /// Traces a page of a retrieval: the service's 5.
    pub(crate) retrieved_traces_per_page: usize,
    /// Documents of one trace a page of a retrieval: the service's 100.
    pub(crate) retrieved_spans_per_page: usize,

    /// The records of `GetSamplingRules`.
    pub(crate) sampling: Vec<Value>,

    /// Every so manieth request, of all since the start, is throttled. 0: none is.
    pub(crate) throttle_every: usize,
    /// What goes wrong with the next requests.
    pub(crate) planned: Vec<Planned>,
    /// How long every answer takes.
    pub(crate) latency: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            unknown_keys: BTreeSet::new(),
            expired_keys: BTreeSet::new(),
            denied: BTreeSet::new(),
            clock: None,
            date: Date::Clock,
            summaries_per_page: 100,
            empty_page_every: 0,
            processed_is_of_window: false,
            longest_window: Duration::from_hours(6),
            sparse: false,
            unknown_is_silent: false,
            unprocessed_first: BTreeMap::new(),
            not_json: BTreeSet::new(),
            trace_bytes: 500_000,
            groups: BTreeMap::new(),
            nodes_per_page: 100,
            destination: Destination::XRay,
            indexed: BTreeSet::new(),
            polls: 2,
            outcome: Outcome::Complete,
            retrieved_traces_per_page: 5,
            retrieved_spans_per_page: 100,
            sampling: vec![sampling::rule("Default", 10_000, 0.05)],
            throttle_every: 0,
            planned: Vec::new(),
            latency: Duration::ZERO,
        }
    }
}

impl Rules {
    /// What happens to the next `times` requests to `path` (all of them: `""`).
    pub(crate) fn plan(&mut self, path: &'static str, fault: Fault, times: usize) {
        self.planned.push(Planned { path, fault, times });
    }

    /// What is planned for this request, and takes it off the plan.
    pub(super) fn take(&mut self, path: &str) -> Option<Fault> {
        let planned = self.planned.iter_mut().find(|plan| plan.times > 0 && (plan.path.is_empty() || plan.path == path))?;
        planned.times = planned.times.saturating_sub(1);
        Some(planned.fault)
    }

    /// Whether the traces are in CloudWatch Logs, and only some of them are indexed.
    pub(super) fn transaction_search(&self) -> bool {
        self.destination == Destination::CloudWatchLogs
    }

    /// Whether X-Ray itself knows the trace.
    pub(super) fn is_indexed(&self, id: &str) -> bool {
        !self.transaction_search() || self.indexed.contains(id)
    }
}

/// Something that goes wrong with the next requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planned {
    /// `""`: any.
    pub(crate) path: &'static str,
    pub(crate) fault: Fault,
    /// How many requests it still happens to.
    pub(crate) times: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// 429, `ThrottledException`.
    Throttle,
    /// 500 or 503, as the front end says it.
    Status(u16),
    /// The request is taken, and never answered.
    Hang,
    /// 200, and a page of HTML.
    Garbage,
    /// The right answer, of which half arrives before the connection is closed.
    Cut,
}

/// What the header `Date` of every answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Date {
    /// What the service's clock says.
    Clock,
    /// Nothing, as behind a proxy that empties it.
    Empty,
}

/// Where segments go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Destination {
    XRay,
    /// Transaction Search is asked for and not there yet: X-Ray still has everything.
    Pending,
    CloudWatchLogs,
}

/// How a retrieval ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Complete,
    Failed,
    Timeout,
}
