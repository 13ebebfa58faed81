//! What would be asked, and what it costs.

use super::fetch::BATCH;
use super::filter::{self, Pushed};
use super::list::asked;
use super::pages::in_milliseconds;
use super::{Options, window};
use crate::model::{Time, TimeRange};
use crate::query::Query;

/// One line each. Asks nothing.
pub(super) fn lines(options: &Options, query: &Query, now: Time) -> Vec<String> {
    let asked = windows("GetTraceSummaries", asked(options, query.range, now), now);
    let mut lines = vec![format!("{asked}, newest first, by TimeRangeType {}", options.time_range.as_str())];
    let raw = match options.group.as_deref().map(filter::group).transpose() {
        Ok(group) => filter::both(group.as_deref(), options.filter.as_deref()),
        Err(why) => {
            lines.push(format!("it cannot be asked: {why}"));
            None
        }
    };
    let Some(expr) = &query.filter else {
        lines.push(expression("with", raw.as_deref()));
        lines.push(format!(
            "cost: at least 1 call, one more for each page until there are {} traces; AWS bills every trace that it scans",
            query.limit
        ));
        return lines;
    };
    let Pushed { sound, likely, residual, .. } = filter::push(expr);
    if let Some(likely) = &likely {
        let likely = filter::both(raw.as_deref(), Some(likely));
        lines.push(expression("first, to find most at once,", likely.as_deref()));
    }
    let sound = filter::both(raw.as_deref(), sound.as_deref());
    lines.push(expression(if likely.is_some() { "then, to miss none," } else { "with" }, sound.as_deref()));
    if !residual.is_empty() {
        lines.push(format!("X-Ray cannot check: {}", residual.join("; ")));
    }
    let calls = options.scan.div_ceil(BATCH);
    lines.push(format!(
        "fetch what is found by BatchGetTraces, {BATCH} at once, and check all of {expr} on each, at most {} traces (--scan)",
        options.scan
    ));
    lines.push(format!(
        "cost: at least 1 call of GetTraceSummaries a question, at most {calls} of BatchGetTraces{}; AWS bills every trace that it \
         scans or gives",
        if likely.is_some() { " each" } else { "" }
    ));
    lines
}

/// The same for X-Ray's own graph.
pub(super) fn graph(options: &Options, range: TimeRange, now: Time) -> String {
    let group = options.group.as_ref().map_or_else(String::new, |group| format!(" of the group {group}"));
    format!("{}{group}, and put them together", windows("GetServiceGraph", range, now))
}

fn windows(action: &str, range: TimeRange, now: Time) -> String {
    let plan = window::windows(in_milliseconds(range), now);
    let (newest, oldest) = (plan.windows.first(), plan.windows.last());
    let (from, to) = oldest.zip(newest).map_or((now, now), |(oldest, newest)| (oldest.start(), newest.end()));
    let windows = plan.windows.len();
    let cut = if plan.cut { ", which is as long as X-Ray keeps them" } else { "" };
    format!(
        "ask {action} for {} to {}{cut}, in {windows} {} of at most 6 h",
        whole_seconds(from).to_rfc3339(),
        whole_seconds(to).to_rfc3339(),
        if windows == 1 { "window" } else { "windows" },
    )
}

fn expression(how: &str, expression: Option<&str>) -> String {
    match expression {
        Some(expression) => format!("{how} FilterExpression: {expression}"),
        None => format!("{how} no FilterExpression"),
    }
}

/// Nobody reads further.
fn whole_seconds(at: Time) -> Time {
    Time(at.0 / 1_000_000_000 * 1_000_000_000)
}
