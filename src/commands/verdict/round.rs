//! One round of questions, in which nothing is asked twice.
//!
//! Services on the network count questions, or bill what they scan. So where several things are asserted of one, it is asked once for
//! the traces that any of them is about; whole, these say which of them is about which. Only where there are more than were asked
//! for, and they do not decide it, something is asked by itself. What is on this machine is asked for each, which an index answers.

use std::collections::{BTreeMap, HashSet};

use super::super::ask::Failed;
use crate::backend::{Arrived, BackendError, Listing, Sources, Trouble};
use crate::model::{Time, TimeRange, Trace, TraceId};
use crate::query::{Expr, Query};

/// What was asked in this round, and what came of it.
pub(super) struct Round<'a> {
    pub(super) sources: &'a Sources,
    pub(super) now: Time,
    /// Whether something matches that what is still to come may refute.
    pub(super) held_back: bool,
    /// What is asked in this round, each filter once.
    wanted: Vec<Query>,
    /// Whether one question is asked for all that have a filter.
    together: bool,
    union: Option<Listed>,
    listed: Vec<(Option<Expr>, usize, Listed)>,
    arrived: Vec<(Time, Lately)>,
    traces: BTreeMap<TraceId, Trace>,
    /// Those that nobody gave.
    unread: HashSet<TraceId>,
}

/// What was listed.
pub(super) struct Listed {
    pub(super) listing: Listing,
    /// How many did not answer.
    pub(super) silent: usize,
    /// Why; those whom another answer of this round has named are not named again.
    pub(super) failed: Failed,
}

impl Listed {
    /// The same for somebody else, to whom nobody has to be named again.
    fn again(&mut self) -> Self {
        Self { listing: self.listing.clone(), silent: self.silent, failed: std::mem::take(&mut self.failed) }
    }
}

/// What arrived lately; otherwise the same.
pub(super) struct Lately {
    pub(super) arrived: Arrived,
    pub(super) silent: usize,
    pub(super) failed: Failed,
}

impl<'a> Round<'a> {
    /// Begins, with what will be asked.
    pub(super) fn new(sources: &'a Sources, now: Time, queries: Vec<Query>) -> Self {
        let mut wanted: Vec<Query> = Vec::new();
        for query in queries {
            match wanted.iter_mut().find(|other| other.filter == query.filter) {
                Some(same) => same.limit = same.limit.max(query.limit),
                None => wanted.push(query),
            }
        }
        let together = sources.are_remote() && wanted.iter().filter(|query| query.filter.is_some()).count() > 1;
        let (listed, arrived, traces) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { sources, now, held_back: false, wanted, together, union: None, listed, arrived, traces, unread: HashSet::new() }
    }

    /// The newest traces that satisfy it.
    pub(super) async fn list(&mut self, query: &Query) -> Listed {
        if let Some(listed) = self.of_union(query).await {
            return listed;
        }
        // Another part of an assertion may want more of the same.
        let most = self.wanted.iter().filter(|other| other.filter == query.filter).map(|other| other.limit).max();
        let query = Query { limit: most.unwrap_or(0).max(query.limit), ..query.clone() };
        let known = self.listed.iter().position(|(filter, limit, _)| *filter == query.filter && *limit >= query.limit);
        let known = if let Some(known) = known {
            known
        } else {
            let listed = self.list_alone(&query).await;
            self.listed.push((query.filter, query.limit, listed));
            self.listed.len() - 1
        };
        self.listed[known].2.again()
    }

    /// The same, of those of which something has arrived since then: enough where there was none before.
    pub(super) async fn list_since(&self, query: &Query, since: Time) -> Listed {
        let answer = self.sources.list_since(query, since).await;
        Listed { listing: answer.value, silent: answer.failed.len(), failed: answer.failed }
    }

    async fn list_alone(&self, query: &Query) -> Listed {
        let answer = self.sources.list(query).await;
        Listed { listing: answer.value, silent: answer.failed.len(), failed: answer.failed }
    }

    /// What the answer for all says of one.
    async fn of_union(&mut self, query: &Query) -> Option<Listed> {
        let filter = query.filter.as_ref()?;
        if !self.together || !self.wanted.iter().any(|other| other.filter == query.filter) {
            return None;
        }
        if self.union.is_none() {
            let with_filter = || self.wanted.iter().filter(|query| query.filter.is_some());
            let filters: Vec<Expr> = with_filter().filter_map(|query| query.filter.clone()).collect();
            let limit = with_filter().map(|query| query.limit).fold(0, usize::saturating_add);
            let union = self.list_alone(&Query { filter: Some(Expr::any(filters)), limit, range: query.range }).await;
            // It may be too long a question where each of them is not.
            if union.failed.iter().any(|(_, error)| is_refused(error)) {
                self.together = false;
                return None;
            }
            let ids: Vec<TraceId> = union.listing.traces.iter().map(|summary| summary.id.clone()).collect();
            self.union = Some(union);
            self.fetch_many(&ids).await;
        }
        let union = self.union.as_mut()?;
        let (mut traces, mut unread) = (Vec::new(), false);
        for summary in &union.listing.traces {
            match self.traces.get(&summary.id) {
                Some(trace) if filter.matches(trace).is_some() => traces.push(summary.clone()),
                Some(_) => {}
                None => unread = true,
            }
        }
        let more = traces.len() > query.limit;
        // The others may have taken its place.
        if union.listing.more && traces.len() < query.limit {
            return None;
        }
        traces.truncate(query.limit);
        let listing = Listing {
            traces,
            in_window: None,
            more: more || union.listing.more,
            notes: std::mem::take(&mut union.listing.notes),
            left_out: union.listing.left_out || unread,
        };
        Some(Listed { listing, silent: union.silent, failed: std::mem::take(&mut union.failed) })
    }

    /// Reads these traces, and answers who could not.
    pub(super) async fn fetch_many(&mut self, ids: &[TraceId]) -> Failed {
        let is_new = |id: &&TraceId| !self.traces.contains_key(*id) && !self.unread.contains(*id);
        let missing: Vec<TraceId> = ids.iter().filter(is_new).cloned().collect();
        if missing.is_empty() {
            return Failed::new();
        }
        let answer = self.sources.fetch_many(&missing).await;
        self.traces.extend(answer.value.into_iter().map(|trace| (trace.id().clone(), trace)));
        self.unread.extend(missing.into_iter().filter(|id| !self.traces.contains_key(id)));
        answer.failed
    }

    /// One that was read.
    pub(super) fn trace(&self, id: &TraceId) -> Option<&Trace> {
        self.traces.get(id)
    }

    /// What arrived since then.
    pub(super) async fn arrived(&mut self, range: TimeRange, since: Time) -> &mut Lately {
        let known = self.arrived.iter().position(|(asked, _)| *asked == since);
        let place = if let Some(known) = known {
            known
        } else {
            let answer = self.sources.arrived(range, since, &HashSet::new()).await;
            let lately = Lately { arrived: answer.value, silent: answer.failed.len(), failed: answer.failed };
            self.arrived.push((since, lately));
            self.arrived.len() - 1
        };
        &mut self.arrived[place].1
    }
}

/// Whether it is the question that makes no sense.
pub(super) fn is_refused(error: &BackendError) -> bool {
    matches!(error, BackendError::Remote(remote) if remote.kind == Trouble::Question)
}
