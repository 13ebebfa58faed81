//! Traces that were found, fetched and checked for the whole filter, newest first.

use std::collections::{BTreeMap, HashSet};

use super::super::{BackendError, Listing};
use super::list::{began_within, described, oldest};
use super::pages::Pages;
use super::summary::Found;
use super::{XRay, fetch};
use crate::model::time::SECOND;
use crate::model::{Time, TimeRange, TraceId, TraceSummary};
use crate::query::{Expr, Query};

/// How many traces are fetched before it is looked whether they are enough.
const AT_ONCE: usize = fetch::BATCH * 4;

/// Why a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// There is nothing more.
    Exhausted,
    /// There are enough, and what is left is older than all of them.
    Enough,
    /// No more may be fetched. What is older than this was not looked at.
    Spent(Time),
}

/// Traces that are fetched and checked, newest first.
pub(super) struct Check<'a> {
    xray: &'a XRay,
    query: &'a Query,
    expr: &'a Expr,
    looked_at: HashSet<TraceId>,
    /// Those that satisfy the filter.
    pub(super) matching: BTreeMap<TraceId, TraceSummary>,
    /// What there is to say about the others.
    pub(super) listing: Listing,
}

impl<'a> Check<'a> {
    /// Nothing was looked at yet.
    pub(super) fn new(xray: &'a XRay, query: &'a Query, expr: &'a Expr) -> Self {
        let (looked_at, matching) = (HashSet::new(), BTreeMap::new());
        Self { xray, query, expr, looked_at, matching, listing: Listing::default() }
    }

    /// Goes through the pages until there are enough matches, or `budget` traces were fetched.
    pub(super) async fn walk(&mut self, pages: &mut Pages<'_>, budget: usize) -> Result<End, BackendError> {
        let mut left = budget;
        // How many more must be looked at for one that matches is not known before some were.
        let mut wanted = self.query.limit;
        while let Some(mut page) = pages.next(wanted).await? {
            wanted = left;
            let frontier = oldest(&page);
            page.sort_by(|a, b| (b.summary.start, &a.summary.id).cmp(&(a.summary.start, &b.summary.id)));
            // What a trace says of its start itself may differ a little from what X-Ray says.
            let slack =
                TimeRange::new(self.query.range.start().saturating_add(-SECOND), self.query.range.end().saturating_add(SECOND));
            page.retain(|found| slack.is_none_or(|range| began_within(&found.summary, range)));
            page.retain(|found| !self.looked_at.contains(&found.summary.id));
            let mut once = HashSet::new();
            page.retain(|found| once.insert(found.summary.id.clone()));
            for chunk in page.chunks(AT_ONCE) {
                if self.is_enough(chunk[0].summary.start.max(frontier)) {
                    return Ok(End::Enough);
                }
                if left == 0 {
                    return Ok(End::Spent(chunk[0].summary.start));
                }
                let (now, later) = chunk.split_at(chunk.len().min(left));
                left -= now.len();
                self.check(now).await?;
                (self.xray.options.report)(Some(&format!(
                    "X-Ray: checked {} traces, {} match",
                    self.looked_at.len(),
                    self.matching.len()
                )));
                if let Some(first) = later.first() {
                    return Ok(End::Spent(first.summary.start));
                }
            }
        }
        Ok(End::Exhausted)
    }

    /// Whether there are as many as asked for that are newer than all that is still to come, which is no newer than this.
    fn is_enough(&self, newest: Time) -> bool {
        self.matching.values().filter(|summary| summary.start >= newest).count() >= self.query.limit
    }

    async fn check(&mut self, chunk: &[Found]) -> Result<(), BackendError> {
        let ids: Vec<TraceId> = chunk.iter().map(|found| found.summary.id.clone()).collect();
        let mut fetched = fetch::many(self.xray, &ids).await?;
        for found in chunk {
            let id = &found.summary.id;
            self.looked_at.insert(id.clone());
            let Some(trace) = fetched.traces.remove(id) else {
                let why = fetched.unreadable.remove(id).unwrap_or_else(|| "X-Ray lists it and does not give it".to_owned());
                self.leave_out(format!("trace {id} could not be checked: {why}"));
                continue;
            };
            if self.expr.matches(&trace).is_some() {
                let summary = described(&trace, found);
                if self.query.range.contains(summary.start) {
                    self.matching.insert(id.clone(), summary);
                }
            } else if !trace.truncated.is_empty() {
                self.leave_out(format!("trace {id} does not match as far as it can be read: {}", trace.truncated.join("; ")));
            }
        }
        Ok(())
    }

    fn leave_out(&mut self, note: String) {
        self.listing.left_out = true;
        self.listing.notes.push(note);
    }
}
