//! What happened lately: traces that still grow, and ids by their beginning.

use std::collections::BTreeMap;

use aws_sdk_xray::types::TimeRangeType;

use super::super::{BackendError, Listing, Near};
use super::list::{began_within, described, newer, raw};
use super::pages::Pages;
use super::summary::Found;
use super::{XRay, fetch};
use crate::model::time::SECOND;
use crate::model::{Time, TimeRange, TraceId};

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
