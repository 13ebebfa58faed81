//! `GetTraceSummaries`: which traces there are in a window.
//! <https://docs.aws.amazon.com/xray/latest/api/API_GetTraceSummaries.html>

use std::cmp::Reverse;
use std::sync::Arc;

use cruddur_trace::model::Time;
use serde_json::{Value, json};

use super::archive::Archive;
use super::filter::{self, Filter};
use super::input::{text, time_of, window_of_at_most};
use super::noise;
use super::pages::{Cursor, Pages};
use super::refusal::Refusal;
use super::rules::Rules;
use super::summary::{sparse, summary};
use super::trace::Trace;

const OPERATION: &str = "GetTraceSummaries";

/// Which time of a trace shall be in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// The time within its id.
    Id,
    /// The arrival of any of its documents.
    Arrival,
    /// The end of any of its segments.
    End,
}

/// A trace, and its time.
type Found = (Time, Arc<Trace>);

pub(super) fn get(body: &Value, rules: &Rules, archive: &mut Archive, pages: &mut Pages) -> Result<Value, Refusal> {
    let window = window_of_at_most(body, rules.longest_window)?;
    let by = match text(body, "TimeRangeType")? {
        None | Some("TraceId") => By::Id,
        Some("Event") => By::Arrival,
        Some("Service") => By::End,
        Some(other) => return Err(Refusal::invalid(format!("Invalid TimeRangeType {other}"))),
    };
    let filter = match text(body, "FilterExpression")? {
        None => None,
        Some(expression) => Some(filter::parse(expression, &rules.groups)?),
    };
    let mut cursor = pages.cursor(OPERATION, body)?;
    cursor.page += 1;
    let all = found(by, window, rules, archive);
    let (mut answer, next) = if rules.empty_page_every > 0 && cursor.page.is_multiple_of(rules.empty_page_every) {
        (json!({ "TraceSummaries": [], "TracesProcessedCount": 0, "ApproximateTime": seconds(window.0) }), Some(cursor))
    } else {
        page(&all, &cursor, by, window, filter.as_ref(), rules)
    };
    if rules.processed_is_of_window {
        answer["TracesProcessedCount"] = json!(all.len());
    }
    if let Some(next) = next {
        answer["NextToken"] = json!(pages.token(OPERATION, body, next));
    }
    Ok(answer)
}

/// A page, and where the next one begins. Its rows are in no order; they are newer than those of the next.
fn page(
    all: &[Found],
    cursor: &Cursor,
    by: By,
    window: (Time, Time),
    filter: Option<&Filter>,
    rules: &Rules,
) -> (Value, Option<Cursor>) {
    let start = all.partition_point(|(time, trace)| {
        cursor.after.as_ref().is_some_and(|(after, id)| (Reverse(*time), &trace.id) <= (Reverse(*after), id))
    });
    let (mut rows, mut processed) = (Vec::new(), 0);
    let mut after = None;
    for (time, trace) in &all[start..] {
        if rows.len() >= rules.summaries_per_page.max(1) {
            break;
        }
        processed += 1;
        after = Some((*time, trace.id.clone()));
        if filter.is_none_or(|filter| filter::holds(filter, trace)) {
            let matched = (by != By::Id).then_some(*time);
            rows.push(if rules.sparse { sparse(trace) } else { summary(trace, matched) });
        }
    }
    noise::shuffle(&mut rows);
    let begins = after.as_ref().map_or(window.0, |(time, _)| *time);
    let answer = json!({ "TraceSummaries": rows, "TracesProcessedCount": processed, "ApproximateTime": seconds(begins) });
    let next = (start + processed < all.len()).then_some(Cursor { after, ..cursor.clone() });
    (answer, next)
}

/// All that the window has, newest first.
fn found(by: By, (start, end): (Time, Time), rules: &Rules, archive: &mut Archive) -> Vec<Found> {
    let within = |time: &Time| start <= *time && *time < end;
    let time = |trace: &Trace| match by {
        By::Id => trace.time_of_id().filter(within),
        By::Arrival => trace.arrivals.iter().copied().filter(within).max(),
        By::End => trace.segments.iter().filter_map(|segment| segment.end).map(time_of).filter(within).max(),
    };
    let traces = archive.all().filter(|trace| rules.is_indexed(&trace.id));
    let mut found: Vec<Found> = traces.filter_map(|trace| Some((time(&trace)?, trace))).collect();
    found.sort_by(|one, other| (Reverse(one.0), &one.1.id).cmp(&(Reverse(other.0), &other.1.id)));
    found
}

/// Decimal seconds.
fn seconds(at: Time) -> f64 {
    at.0 as f64 / 1e9
}
