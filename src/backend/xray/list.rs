//! The newest traces of a window that satisfy a filter.
//!
//! X-Ray is asked for what it can check itself, and every trace that it finds is fetched and checked again. Where all that can be
//! asked without missing any (`Pushed::sound`) lets too much through, a narrower question (`Pushed::likely`) is asked first: it
//! finds most of them anywhere in the window, while only the newest of the others can be looked through.

use std::collections::{BTreeMap, HashSet};

use aws_sdk_xray::types::TimeRangeType;

use super::super::{BackendError, Listing, Near, Remote, Trouble};
use super::XRay;
use super::fetch;
use super::filter::{self, Pushed};
use super::pages::{Pages, in_milliseconds};
use super::summary::Found;
use crate::model::time::SECOND;
use crate::model::{Time, TimeRange, Trace, TraceId, TraceSummary};
use crate::query::{Expr, Query};

/// How many traces are fetched before it is looked whether they are enough.
const AT_ONCE: usize = fetch::BATCH * 4;

/// The newest traces that satisfy the query.
pub(super) async fn list(xray: &XRay, query: &Query) -> Result<Listing, BackendError> {
    let raw = raw(xray)?;
    let answer = match &query.filter {
        None => unchecked(xray, query, raw).await,
        Some(expr) => checked(xray, query, expr, raw.as_deref()).await,
    };
    (xray.options.report)(None);
    answer
}

/// What the user asks X-Ray in its own words.
pub(super) fn raw(xray: &XRay) -> Result<Option<String>, Remote> {
    let question = |why| Remote { kind: Trouble::Question, message: why, hints: Vec::new() };
    let group = xray.options.group.as_deref().map(filter::group).transpose().map_err(question)?;
    Ok(filter::both(group.as_deref(), xray.options.filter.as_deref()))
}

/// Without a filter, what X-Ray says of a trace is enough: nothing is fetched.
async fn unchecked(xray: &XRay, query: &Query, raw: Option<String>) -> Result<Listing, BackendError> {
    let mut pages = Pages::new(xray, query.range, raw, xray.options.time_range.clone()).await?;
    let mut found = BTreeMap::<TraceId, Found>::new();
    let mut frontier = Time(u64::MAX);
    // A trace that is found later happened earlier, and began before it happened.
    let newest =
        |found: &BTreeMap<TraceId, Found>, frontier| found.values().filter(|one| one.summary.start >= frontier).count();
    while newest(&found, frontier) < query.limit {
        let Some(page) = pages.next(query.limit.saturating_sub(found.len())).await? else { break };
        frontier = frontier.min(oldest(&page));
        for trace in page.into_iter().filter(|trace| began_within(&trace.summary, query.range)) {
            newer(&mut found, trace);
        }
        (xray.options.report)(Some(&format!("X-Ray: {} traces", found.len())));
    }
    let mut listing = Listing { more: !pages.is_over(), ..Listing::default() };
    listing.in_window = (pages.is_over() && pages.nameless == 0).then_some(found.len());
    listing.traces = found.into_values().map(|found| found.summary).collect();
    finish(&mut listing, query, &pages);
    Ok(listing)
}

/// Every trace that X-Ray finds is fetched and checked.
async fn checked(xray: &XRay, query: &Query, expr: &Expr, raw: Option<&str>) -> Result<Listing, BackendError> {
    let pushed = filter::push(expr);
    let written = [&pushed.sound, &pushed.likely].into_iter().flatten().next().cloned();
    match (pushing(xray, query, expr, raw, pushed).await, written) {
        // The language is documented by examples. Where the service reads it otherwise than we do, everything is checked here.
        (Err(BackendError::Remote(remote)), Some(written)) if remote.kind == Trouble::Question && raw.is_none() => {
            let mut listing = pushing(xray, query, expr, raw, Pushed::default()).await?;
            listing
                .notes
                .push(format!("X-Ray does not take the filter expression {written}, so nothing of the filter was left to it"));
            Ok(listing)
        }
        (answer, _) => answer,
    }
}

async fn pushing(xray: &XRay, query: &Query, expr: &Expr, raw: Option<&str>, pushed: Pushed) -> Result<Listing, BackendError> {
    let Pushed { sound, likely, .. } = pushed;
    let kind = || xray.options.time_range.clone();
    let mut check =
        Check { xray, query, expr, looked_at: HashSet::new(), matching: BTreeMap::new(), listing: Listing::default() };
    let everything_likely_seen = match &likely {
        None => false,
        Some(likely) => {
            let mut pages = Pages::new(xray, query.range, filter::both(raw, Some(likely)), kind()).await?;
            let end = check.walk(&mut pages, xray.options.scan).await?;
            finish(&mut check.listing, query, &pages);
            end == End::Exhausted
        }
    };
    let expression = filter::both(raw, sound.as_deref());
    let mut pages = Pages::new(xray, query.range, expression.clone(), kind()).await?;
    let budget = xray.options.scan;
    let end = check.walk(&mut pages, budget).await?;
    let mut listing = check.listing;
    listing.traces = check.matching.into_values().collect();
    listing.more = end != End::Exhausted;
    if let End::Spent(reached) = end {
        listing.left_out = true;
        let of = expression.map_or_else(String::new, |expression| format!(" of those that satisfy {expression}"));
        let beyond = if everything_likely_seen {
            "; of older ones, only what X-Ray itself takes for a match was checked"
        } else {
            " and older ones were not"
        };
        listing.notes.push(format!(
            "X-Ray cannot check all of this: the newest {budget} traces{of}, back to {}, were fetched and checked{beyond} \
             (--scan looks at more)",
            reached.to_rfc3339()
        ));
    }
    finish(&mut listing, query, &pages);
    Ok(listing)
}

/// Why a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// There is nothing more.
    Exhausted,
    /// There are enough, and what is left is older than all of them.
    Enough,
    /// No more may be fetched. What is older than this was not looked at.
    Spent(Time),
}

/// Traces that are fetched and checked, newest first.
struct Check<'a> {
    xray: &'a XRay,
    query: &'a Query,
    expr: &'a Expr,
    looked_at: HashSet<TraceId>,
    matching: BTreeMap<TraceId, TraceSummary>,
    listing: Listing,
}

impl Check<'_> {
    async fn walk(&mut self, pages: &mut Pages<'_>, budget: usize) -> Result<End, BackendError> {
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
            for chunk in page.chunks(AT_ONCE) {
                if self.is_enough(chunk[0].summary.start.max(frontier)) {
                    return Ok(End::Enough);
                }
                if left == 0 {
                    return Ok(End::Spent(chunk[0].summary.start));
                }
                let chunk = &chunk[..chunk.len().min(left)];
                left -= chunk.len();
                self.check(chunk).await?;
                (self.xray.options.report)(Some(&format!(
                    "X-Ray: checked {} traces, {} match",
                    self.looked_at.len(),
                    self.matching.len()
                )));
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

/// A trace that was fetched, with what only the listing knows of it.
fn described(trace: &Trace, found: &Found) -> TraceSummary {
    let mut summary = trace.summary();
    summary.request.clone_from(&found.summary.request);
    summary.received = found.summary.received;
    summary
}

/// Sorts, cuts to the limit, and says what the walk came upon.
fn finish(listing: &mut Listing, query: &Query, pages: &Pages<'_>) {
    listing.traces.sort_by(|a, b| (b.start, &a.id).cmp(&(a.start, &b.id)));
    listing.more |= listing.traces.len() > query.limit;
    listing.traces.truncate(query.limit);
    let mut note = |text: &str| {
        if !listing.notes.iter().any(|note| note == text) {
            listing.notes.push(text.to_owned());
        }
    };
    if pages.cut && query.range.start() > Time(0) {
        note("X-Ray keeps traces for 30 days: the window was cut to these");
    }
    if pages.nameless > 0 {
        note(&format!("X-Ray listed {} without an id, which cannot be shown", pages.nameless));
        listing.left_out = true;
    }
    tracing::info!(calls = pages.calls, scanned = pages.scanned, "X-Ray answered");
}

/// When what a page found happened, at the least: later pages go on from there. X-Ray searches by the time of an event, and a
/// trace that began early may have gone on for long.
fn oldest(page: &[Found]) -> Time {
    let happened = |found: &Found| found.summary.received.unwrap_or(found.summary.start);
    page.iter().map(happened).min().unwrap_or(Time(u64::MAX))
}

/// Whether a trace began in the window. One without any time is not thrown away for that.
fn began_within(summary: &TraceSummary, range: TimeRange) -> bool {
    summary.start.is_unknown() || in_milliseconds(range).contains(summary.start)
}

/// Keeps the newest revision of a trace.
fn newer(found: &mut BTreeMap<TraceId, Found>, trace: Found) {
    match found.get(&trace.summary.id) {
        Some(known) if known.revision >= trace.revision => {}
        _ => drop(found.insert(trace.summary.id.clone(), trace)),
    }
}

/// Traces of which something arrived since then, fetched.
pub(super) async fn arrived(xray: &XRay, range: TimeRange, since: Time) -> Result<Listing, BackendError> {
    let lately = TimeRange::new(since, xray.now().saturating_add(60 * SECOND)).unwrap_or(range);
    let mut pages = Pages::new(xray, lately, raw(xray)?, TimeRangeType::Event).await?;
    let mut found = BTreeMap::<TraceId, Found>::new();
    while found.len() < xray.options.scan {
        let Some(page) = pages.next(xray.options.scan - found.len()).await? else { break };
        for trace in page.into_iter().filter(|trace| began_within(&trace.summary, range)) {
            newer(&mut found, trace);
        }
    }
    let mut listing = Listing { left_out: !pages.is_over(), ..Listing::default() };
    let ids: Vec<TraceId> = found.keys().cloned().collect();
    let fetched = fetch::many(xray, &ids).await?;
    (xray.options.report)(None);
    for (id, found) in found {
        match fetched.traces.get(&id) {
            Some(trace) => listing.traces.push(described(trace, &found)),
            None => listing.left_out = true,
        }
    }
    listing.traces.sort_by(|a, b| (b.start, &a.id).cmp(&(a.start, &b.id)));
    Ok(listing)
}

/// Ids of the last hour that begin as was typed, if a beginning is what was typed.
pub(super) async fn near(xray: &XRay, typed: &str) -> Result<Near, BackendError> {
    if xray.unprocessed.borrow().iter().any(|id| TraceId::parse(typed).is_ok_and(|typed| typed == *id)) {
        let said = "X-Ray says that it has not processed this id: it does not know it, or not yet".to_owned();
        return Ok(Near { said: vec![said], ..Near::default() });
    }
    let prefix = TraceId::prefix(typed);
    let is_beginning = !prefix.is_empty() && prefix.len() < 32 && prefix.bytes().all(|byte| byte.is_ascii_hexdigit());
    let hour = TimeRange::new(xray.now().saturating_add(-3600 * SECOND), xray.now().saturating_add(60 * SECOND));
    let (true, Some(hour)) = (is_beginning, hour) else { return Ok(Near::default()) };
    let mut pages = Pages::new(xray, hour, raw(xray)?, xray.options.time_range.clone()).await?;
    let mut ids = Vec::new();
    while ids.len() < xray.options.scan {
        let Some(page) = pages.next(xray.options.scan).await? else { break };
        ids.extend(page.into_iter().map(|found| (found.summary.start, found.summary.id)));
    }
    ids.sort_by(|a, b| b.cmp(a));
    ids.dedup();
    Ok(Near::among(typed, ids.into_iter().map(|(_, id)| id)))
}
