//! Figures of traces: of all spans together, and of critical paths.

use super::{Checked, found, verdict};
use crate::analysis::{CriticalPath, Tree, What};
use crate::cli::value::Bound;
use crate::model::{Nanos, Trace};
use crate::query::{Aggregate, Expr, SpanExpr};
use crate::render::report::Exhibit;
use crate::render::units;

pub(super) fn across(aggregate: &Aggregate, filter: &Expr, traces: &[Trace]) -> Checked {
    let across = aggregate.across(filter, traces);
    let actual = across.actual.map_or_else(|| "there is no value".to_owned(), |actual| format!("it is {actual}"));
    let of = units::plural(across.spans, "span", "spans");
    let among = units::plural(traces.len(), "trace", "traces");
    let message = format!("{aggregate} over {of} in {among}: {actual}");
    let slowest = || {
        let longest = |trace: &&Trace| found(filter, trace).into_iter().map(|at| trace.spans()[at].duration()).max();
        let trace = traces.iter().max_by_key(longest)?;
        let mut spans = found(filter, trace);
        let longest = spans.iter().map(|at| trace.spans()[*at].duration()).max()?;
        spans.retain(|at| trace.spans()[*at].duration() == longest);
        Some(Exhibit { trace: trace.clone(), spans })
    };
    let exhibit = if across.holds { None } else { slowest() };
    Checked { verdict: verdict(across.holds), message, detail: None, exhibit }
}

pub(super) fn critical_path(bound: Bound, filter: &Expr, traces: &[Trace]) -> Checked {
    let own: Vec<(Nanos, &Trace)> = traces.iter().map(|trace| (on_the_path(filter, trace), trace)).collect();
    let worst = own.iter().find(|(nanos, _)| !bound.holds(*nanos));
    let what =
        if matches!(filter, Expr::Select(SpanExpr::Any)) { "the critical path" } else { "their part of the critical path" };
    let among = units::plural(traces.len(), "trace", "traces");
    let message = match worst {
        Some((nanos, trace)) => {
            format!("{what} of trace {} is {} (expected {bound})", trace.id(), units::duration(*nanos, false))
        }
        None => format!("{what} is {bound} in {among}"),
    };
    let exhibit = worst.map(|(_, trace)| Exhibit { trace: (*trace).clone(), spans: found(filter, trace) });
    Checked { verdict: verdict(worst.is_none()), message, detail: None, exhibit }
}

/// How long the root waited for the spans that are found, themselves.
fn on_the_path(filter: &Expr, trace: &Trace) -> Nanos {
    let tree = Tree::build(trace);
    let path = CriticalPath::of(trace, &tree);
    let mut is_found = vec![false; trace.spans().len()];
    for at in found(filter, trace) {
        is_found[at] = true;
    }
    let is_found = |what: What| matches!(what, What::Span(at) if is_found[at]);
    tree.nodes().iter().enumerate().filter(|(_, node)| is_found(node.what)).map(|(node, _)| path.own(node)).sum()
}
