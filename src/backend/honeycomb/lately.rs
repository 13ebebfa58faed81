//! Traces of which something arrived lately: by the time at which the service received it, `INGEST_TIMESTAMP()`.
//! <https://docs.honeycomb.io/reference/calculated-field-expression/time/>

use std::collections::{BTreeMap, HashSet};

use super::super::{Arrived, BackendError};
use super::run;
use super::spec::{CalculatedField, Calculation, Filter, FilterOp, Order, Spec};
use super::window::{AHEAD, Window, widened};
use super::{Attributes, Honeycomb, columns, fetch};
use crate::model::time::SECOND;
use crate::model::{Nanos, Time, TimeRange, TraceId};

/// When a row was received.
const RECEIVED: &str = "_ct_in";
/// What arrives now happened at most so long ago, or is not looked for.
const BACK: Nanos = 5 * 3600 * SECOND;
/// The clock of this machine and the service's may differ by so much.
const SLACK: Nanos = 2 * SECOND;

/// With all that is there of them; of those that are known, nothing is fetched.
pub(super) async fn arrived(
    honeycomb: &Honeycomb,
    range: TimeRange,
    since: Time,
    known: &HashSet<TraceId>,
) -> Result<Arrived, BackendError> {
    let now = honeycomb.now();
    let schema = columns::any(honeycomb).await?.schema;
    let recent = TimeRange::new(range.start().max(now.saturating_add(-BACK)).min(range.end()), range.end()).unwrap_or(range);
    let window = Window::around(recent, now).filter(|_| schema.has(&schema.names.trace_id));
    let Some(window) = window else { return Ok(Arrived::default()) };
    let most = honeycomb.options.scan;
    let after = since.saturating_add(-SLACK).0 as f64 / SECOND as f64;
    let spec = Spec {
        start_time: Some(window.start),
        end_time: Some(window.end),
        calculated_fields: vec![CalculatedField::time(), CalculatedField::new(RECEIVED, "INGEST_TIMESTAMP()")],
        breakdowns: vec![schema.names.trace_id.clone()],
        calculations: vec![Calculation::COUNT, Calculation::of("MAX", RECEIVED)],
        filters: vec![Filter::exists(&schema.names.trace_id), Filter::new(RECEIVED, FilterOp::Ge, after)],
        orders: vec![Order::descending_by("MAX", RECEIVED)],
        usage_mode: true,
        ..Spec::default()
    };
    honeycomb.doing("looking what arrived");
    let table = run::rows(honeycomb, "what arrived lately", &spec, run::MOST_ROWS).await?;
    let mut received = BTreeMap::<TraceId, Time>::new();
    for row in 0..table.len() {
        let Some(id) = table.text(row, &schema.names.trace_id) else { continue };
        let at = table.time(row, "MAX(_ct_in)").unwrap_or(now);
        received.insert(TraceId::from_text(id), at);
    }
    let mut new: Vec<TraceId> = received.keys().filter(|id| !known.contains(id)).cloned().collect();
    new.sort_by_key(|id| std::cmp::Reverse(received[id]));
    let cut = new.len() > most || table.len() >= run::MOST_ROWS;
    new.truncate(most);
    let around = widened(window.range().start(), now, 3600 * SECOND, Nanos::from(AHEAD) * SECOND);
    let mut arrived = Arrived { cut, left_out: cut, ..Arrived::default() };
    if new.is_empty() {
        return Ok(arrived);
    }
    let Some(window) = Window::around(around, now) else { return Ok(arrived) };
    let traces = fetch::within(honeycomb, &new, window, Attributes::None).await?;
    for mut trace in traces {
        trace.received = received.get(trace.id()).copied();
        arrived.traces.push(trace.summary());
        arrived.whole.insert(trace.id().clone(), trace);
    }
    arrived.traces.retain(|trace| range.contains(trace.start));
    arrived.traces.sort_by(|a, b| (b.start, &a.id).cmp(&(a.start, &b.id)));
    Ok(arrived)
}
