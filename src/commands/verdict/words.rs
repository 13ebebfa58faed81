//! A verdict in one sentence.

use std::time::Duration;

use super::super::Context;
use super::case::{Case, Part, Which};
use super::check::Checked;
use super::observe::Observed;
use crate::analysis::assertion::{self, Verdict};
use crate::model::{Nanos, TimeRange};
use crate::query::Query;
use crate::render::units;

/// What was found, where it was looked for and what was expected; without the verdict, which follows from it.
pub(super) fn sentence(
    verdict: Verdict,
    part: &Part,
    observed: &Observed,
    checked: Option<&Checked>,
    case: &Case,
    context: &Context,
) -> String {
    let Part { query, expected, .. } = part;
    let found = match (&case.which, checked, &observed.trouble) {
        (.., Some(trouble)) => trouble.clone(),
        (_, Some(checked), _) => of_check(checked, observed, case, query),
        (Which::Id(typed), ..) => of_one(typed, observed, query),
        (Which::Newest, ..) => of_newest(observed, query),
        (Which::All, ..) => of_all(observed, query),
    };
    let wanted = match (expected.min, expected.max) {
        (1, None) => String::new(),
        (_, Some(0)) => " (expected none)".to_owned(),
        (min, None) => format!(" (expected at least {min})"),
        (min, Some(max)) if min == max => format!(" (expected {min})"),
        (0, Some(max)) => format!(" (expected at most {max})"),
        (min, Some(max)) => format!(" (expected {min} to {max})"),
    };
    // Where something is missed, it matters where it was looked for.
    let everywhere = matches!(case.which, Which::Id(_)) || query.range == TimeRange::ALL || checked.is_some();
    let window = &context.settings.window;
    let looked_at = match &window.until {
        _ if everywhere || assertion::settled(*expected, observed.seen).is_some() => String::new(),
        None => format!(" with --since {}", window.since),
        Some(until) => format!(" with --since {} --until {until}", window.since),
    };
    let found = format!("{found}{looked_at}{wanted}");
    if verdict != Verdict::Unknown || checked.is_some() || observed.trouble.is_some() {
        return found;
    }
    let why = if observed.seen.silent > 0 {
        "not every backend answered".to_owned()
    } else if observed.seen.left_out {
        "something that could not be read was left out".to_owned()
    } else {
        format!("{} may still grow", units::plural(observed.seen.growing, "trace", "traces"))
    };
    format!("{found}, but {why}")
}

/// What helps where traces may still grow.
pub(super) fn settling(settle: Nanos, waited: Option<Duration>) -> String {
    let settle = Duration::from_nanos(u64::try_from(settle).unwrap_or(u64::MAX));
    let silence = humantime::format_duration(settle);
    let longer = waited.is_some_and(|waited| waited >= settle);
    let wait = if longer { "a longer --wait" } else { &format!("`--wait {silence}`") };
    format!("nothing more is expected of a trace after {silence} of silence: {wait} waits for that; `--settle` says otherwise")
}

/// What was found of the traces that match.
fn of_check(checked: &Checked, observed: &Observed, case: &Case, query: &Query) -> String {
    let what = query.filter.as_ref().map_or_else(String::new, |filter| format!("{filter}: "));
    let newest = if observed.listing.more && case.which == Which::All { " – the newest" } else { "" };
    format!("{what}{}{newest}", checked.message)
}

/// What was found of the newest trace.
fn of_newest(observed: &Observed, query: &Query) -> String {
    match (&observed.trace, &query.filter) {
        (None, _) => "there is no trace".to_owned(),
        (Some(trace), None) => format!("the newest trace is {}", trace.id()),
        (Some(trace), Some(filter)) => {
            let satisfies = if observed.seen.matching > 0 { "satisfies" } else { "does not satisfy" };
            format!("the newest trace, {}, {satisfies} {filter}", trace.id())
        }
    }
}

/// What was found of the trace that was asked for.
fn of_one(typed: &str, observed: &Observed, query: &Query) -> String {
    match (&observed.trace, &query.filter) {
        (None, _) => format!("there is no trace `{typed}`"),
        (Some(trace), None) => format!("trace {} is there", trace.id()),
        (Some(trace), Some(filter)) if observed.seen.matching > 0 => format!("trace {} satisfies {filter}", trace.id()),
        (Some(trace), Some(filter)) => format!("trace {} does not satisfy {filter}", trace.id()),
    }
}

/// What was found among all traces.
fn of_all(observed: &Observed, query: &Query) -> String {
    let matching = observed.seen.matching;
    // No more are looked for than decide it.
    let least = if observed.listing.more { "at least " } else { "" };
    let counted = format!("{least}{}", units::plural(matching, "trace", "traces"));
    match (matching, &query.filter) {
        (0, None) => "there is no trace".to_owned(),
        (1, None) => format!("there is {counted}"),
        (_, None) => format!("there are {counted}"),
        (0, Some(filter)) => format!("no trace satisfies {filter}"),
        (1, Some(filter)) => format!("{counted} satisfies {filter}"),
        (_, Some(filter)) => format!("{counted} satisfy {filter}"),
    }
}
