//! What happened lately: traces that still grow, and ids by their beginning.

use std::collections::{BTreeMap, HashSet};

use aws_sdk_xray::types::TimeRangeType;

use super::super::{Arrived, BackendError, Near};
use super::list::{began_within, described, newer, raw};
use super::pages::Pages;
use super::summary::Found;
use super::{XRay, fetch};
use crate::model::time::SECOND;
use crate::model::{Time, TimeRange, TraceId};

/// Traces of which something arrived since then, fetched; of those that are known already, nothing is.
pub(super) async fn arrived(
    xray: &XRay,
    range: TimeRange,
    since: Time,
    known: &HashSet<TraceId>,
) -> Result<Arrived, BackendError> {
    let lately = TimeRange::new(since, xray.now().saturating_add(60 * SECOND)).unwrap_or(range);
    let mut pages = Pages::new(xray, lately, raw(xray)?, TimeRangeType::Event).await?;
    let mut found = BTreeMap::<TraceId, Found>::new();
    let wanted = |trace: &Found| began_within(&trace.summary, range) && !known.contains(&trace.summary.id);
    while found.len() < xray.options.scan {
        let Some(page) = pages.next(xray.options.scan - found.len()).await? else { break };
        for trace in page.into_iter().filter(wanted) {
            newer(&mut found, trace);
        }
    }
    let cut = !pages.is_over() || found.len() > xray.options.scan;
    let mut arrived = Arrived { left_out: cut, cut, ..Arrived::default() };
    let mut found: Vec<Found> = found.into_values().collect();
    found.sort_by(|a, b| (b.summary.start, &a.summary.id).cmp(&(a.summary.start, &b.summary.id)));
    // A page may hold more than are wanted.
    found.truncate(xray.options.scan);
    let ids: Vec<TraceId> = found.iter().map(|found| found.summary.id.clone()).collect();
    let fetched = fetch::many(xray, &ids).await;
    (xray.options.report)(None);
    arrived.whole = fetched?.traces;
    for found in found {
        match arrived.whole.get(&found.summary.id) {
            Some(trace) => arrived.traces.push(described(trace, &found)),
            None => arrived.left_out = true,
        }
    }
    arrived.traces.sort_by(|a, b| (b.start, &a.id).cmp(&(a.start, &b.id)));
    Ok(arrived)
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
        let Some(page) = pages.next(xray.options.scan - ids.len()).await? else { break };
        ids.extend(page.into_iter().map(|found| (found.summary.start, found.summary.id)));
    }
    ids.sort_by(|a, b| b.cmp(a));
    ids.dedup();
    let mut near = Near::among(typed, ids.into_iter().map(|(_, id)| id));
    near.cut = !pages.is_over();
    near.said.push("X-Ray finds ids by their beginning only among those of the last hour".to_owned());
    Ok(near)
}
