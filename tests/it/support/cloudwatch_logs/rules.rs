//! The switches: how the service shall behave, and what shall go wrong.

use std::collections::BTreeSet;

/// All that can be told to the service. A test changes what it is about, by `CloudWatchLogs::configure`, at any time.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    /// Access key ids that nobody knows: `UnrecognizedClientException`.
    pub(crate) unknown_keys: BTreeSet<String>,
    /// Operations (`FilterLogEvents`) that the caller may not use: `AccessDeniedException`.
    pub(crate) denied: BTreeSet<String>,
    /// How many lines are looked at for a page of `FilterLogEvents`. Where none of them matches, the page is empty, and there is a next one.
    pub(crate) scanned_per_page: usize,
    /// The token of a page leads to the same page again.
    pub(crate) circular: bool,
    /// Polls of a query that are answered before it is done: the first by `Scheduled`, the others by `Running` with some of the rows.
    pub(crate) polls: usize,
    /// How a query ends.
    pub(crate) ends: &'static str,
    /// How many queries may run at a time: `LimitExceededException`.
    pub(crate) queries_at_once: usize,
    /// A query that names a group that is not there is refused without saying which.
    pub(crate) nameless: bool,
    /// `FilterLogEvents` and queries answer lines that do not match, as some emulators do.
    pub(crate) matches_everything: bool,
    /// Every so manieth request, of all since the start, is throttled. 0: none is.
    pub(crate) throttle_every: usize,
    /// What goes wrong with the next requests.
    pub(crate) planned: Vec<Planned>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            unknown_keys: BTreeSet::new(),
            denied: BTreeSet::new(),
            scanned_per_page: 10_000,
            circular: false,
            polls: 2,
            ends: "Complete",
            queries_at_once: 30,
            nameless: false,
            matches_everything: false,
            throttle_every: 0,
            planned: Vec::new(),
        }
    }
}

impl Rules {
    /// What happens to the next `times` requests for an operation (all of them: `""`).
    pub(crate) fn plan(&mut self, operation: &'static str, fault: Fault, times: usize) {
        self.planned.push(Planned { operation, fault, times });
    }

    /// What is planned for this request, and takes it off the plan.
    pub(super) fn take(&mut self, operation: &str) -> Option<Fault> {
        let meant = |plan: &&mut Planned| plan.times > 0 && (plan.operation.is_empty() || plan.operation == operation);
        let planned = self.planned.iter_mut().find(meant)?;
        planned.times = planned.times.saturating_sub(1);
        Some(planned.fault)
    }
}

/// Something that goes wrong with the next requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planned {
    pub(crate) operation: &'static str,
    pub(crate) fault: Fault,
    /// How many requests it still happens to.
    pub(crate) times: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `ThrottlingException`.
    Throttle,
    /// 500 or 503.
    Status(u16),
    /// The request is taken, and never answered.
    Hang,
    /// 200, and a page of HTML.
    Garbage,
}
