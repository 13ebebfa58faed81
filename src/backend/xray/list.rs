//! The newest traces of a window that satisfy a filter.
//!
//! X-Ray is asked for what it can check itself, and every trace that it finds is fetched and checked again. Where all that can be
//! asked without missing any (`Pushed::sound`) lets too much through, a narrower question (`Pushed::likely`) is asked first: it
//! finds most of them anywhere in the window, while only the newest of the others can be looked through.

use std::collections::BTreeMap;

use futures_util::future::join;

use super::super::{BackendError, Listing, Remote, Trouble};
use super::check::{Check, End};
use super::filter::{self, Pushed};
use super::pages::{Pages, in_milliseconds};
use super::summary::Found;
use super::{Options, TimeRangeType, XRay, id, retrieval};
use crate::model::time::SECOND;
use crate::model::{Nanos, Time, TimeRange, Trace, TraceId, TraceSummary};
use crate::query::{Expr, Query};

/// How many pages of one second are looked through for an id.
const MOST_PAGES: usize = 10;
/// How long after its beginning something of a trace is expected to happen.
const AFTERWARDS: Nanos = 3600 * SECOND;

/// The newest traces that satisfy the query.
pub(super) async fn list(xray: &XRay, query: &Query) -> Result<Listing, BackendError> {
    let raw = raw(xray)?;
    let listed = async {
        match &query.filter {
            None => unchecked(xray, query, raw).await,
            Some(expr) => checked(xray, query, expr, raw.as_deref()).await,
        }
    };
    // At the same time: it costs a request, and no time.
    let (listing, unindexed) = join(Box::pin(listed), retrieval::unindexed(xray)).await;
    let mut listing = listing?;
    if let Some(note) = unindexed {
        listing.left_out = true;
        listing.notes.push(note);
    }
    Ok(listing)
}

/// Whether X-Ray lists a trace, by the time in its id. It cannot be told of an id without a time; and where X-Ray does not come to
/// an end, it is as if it did.
pub(super) async fn is_listed(xray: &XRay, id: &TraceId) -> Result<bool, Remote> {
    let Some(time) = id::time_of(id, xray.now()) else { return Ok(false) };
    let second = TimeRange::new(time, time.saturating_add(SECOND)).unwrap_or(TimeRange::ALL);
    let mut pages = Pages::new(xray, second, None, TimeRangeType::TraceId).await?;
    for _ in 0..MOST_PAGES {
        match pages.next(1).await? {
            None => return Ok(false),
            Some(page) if page.iter().any(|found| found.summary.id == *id) => return Ok(true),
            Some(_) => {}
        }
    }
    Ok(true)
}

/// What the user asks X-Ray in its own words.
pub(super) fn raw(xray: &XRay) -> Result<Option<String>, Remote> {
    let question = |why| Remote { kind: Trouble::Question, message: why, hints: Vec::new() };
    let group = xray.options.group.as_deref().map(filter::group).transpose().map_err(question)?;
    Ok(filter::both(group.as_deref(), xray.options.filter.as_deref()))
}

/// Without a filter, what X-Ray says of a trace is enough: nothing is fetched.
async fn unchecked(xray: &XRay, query: &Query, raw: Option<String>) -> Result<Listing, BackendError> {
    let mut pages =
        Pages::new(xray, asked(&xray.options, query.range, xray.now()), raw, xray.options.time_range.clone()).await?;
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
    let mut check = Check::new(xray, query, expr);
    let everything_likely_seen = match &likely {
        None => false,
        Some(likely) => {
            let mut pages =
                Pages::new(xray, asked(&xray.options, query.range, xray.now()), filter::both(raw, Some(likely)), kind())
                    .await?;
            let end = check.walk(&mut pages, xray.options.scan).await?;
            finish(&mut check.listing, query, &pages);
            end == End::Exhausted
        }
    };
    let expression = filter::both(raw, sound.as_deref());
    let mut pages = Pages::new(xray, asked(&xray.options, query.range, xray.now()), expression.clone(), kind()).await?;
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

/// A trace that was fetched, with what only the listing knows of it.
pub(super) fn described(trace: &Trace, found: &Found) -> TraceSummary {
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
    let mut notes = Vec::new();
    if pages.cut && query.range.start() > Time(0) {
        notes.push("X-Ray keeps traces for 30 days: the window was cut to these".to_owned());
    }
    if pages.nameless > 0 {
        notes.push(format!("X-Ray listed {} without an id, which cannot be shown", pages.nameless));
    }
    listing.left_out |= !notes.is_empty();
    notes.retain(|note| !listing.notes.contains(note));
    listing.notes.append(&mut notes);
    tracing::info!(calls = pages.calls, scanned = pages.scanned, "X-Ray answered");
}

/// When what a page found happened, at the least: later pages go on from there. X-Ray searches by the time of an event, and a
/// trace that began early may have gone on for long.
pub(super) fn oldest(page: &[Found]) -> Time {
    let happened = |found: &Found| found.summary.received.unwrap_or(found.summary.start);
    page.iter().map(happened).min().unwrap_or(Time(u64::MAX))
}

/// Where to look for traces that began in a window. X-Ray searches by what happened to a trace, which may be later: of a window
/// that ends in the past, the hour after it is searched too.
pub(super) fn asked(options: &Options, range: TimeRange, now: Time) -> TimeRange {
    let later = range.end().saturating_add(AFTERWARDS).min(now).max(range.end());
    let end = if options.time_range == TimeRangeType::TraceId { range.end() } else { later };
    TimeRange::new(range.start(), end).unwrap_or(range)
}

/// Whether a trace began in the window. One without any time is not thrown away for that.
pub(super) fn began_within(summary: &TraceSummary, range: TimeRange) -> bool {
    summary.start.is_unknown() || in_milliseconds(range).contains(summary.start)
}

/// Keeps the newest revision of a trace.
pub(super) fn newer(found: &mut BTreeMap<TraceId, Found>, trace: Found) {
    match found.get(&trace.summary.id) {
        Some(known) if known.revision >= trace.revision => {}
        _ => drop(found.insert(trace.summary.id.clone(), trace)),
    }
}
