//! What is checked of traces that are whole: how they are together, or what one of them is like.

use crate::analysis::assertion::Verdict;
use crate::analysis::{CriticalPath, Tree, What};
use crate::cli::AssertArgs;
use crate::cli::value::Bound;
use crate::error::Failure;
use crate::model::{Nanos, Trace};
use crate::query::{Aggregate, Expr, SpanExpr};
use crate::render::report::Exhibit;
use crate::render::units;

/// Of so many traces, the newest, figures are computed.
const MOST: usize = 1_000;

/// Something that must hold of the traces that match.
pub(super) enum Check {
    /// A figure of the spans that are found in all of them together.
    Across(Aggregate),
    /// How much of each one's critical path the spans are that are found in it.
    CriticalPath(Bound),
}

/// What came of a check.
pub(super) struct Checked {
    pub(super) verdict: Verdict,
    /// In one sentence, without the verdict.
    pub(super) message: String,
    /// More lines, as they are drawn; may be empty.
    pub(super) detail: String,
    /// What shows why, where it does not hold.
    pub(super) exhibit: Option<Exhibit>,
}

impl Check {
    /// What is asked for on the command line.
    pub(super) fn of_args(args: &AssertArgs) -> Result<Vec<Self>, Failure> {
        let across = args.across.clone().map(Self::Across);
        let path = args.critical_path.map(Self::CriticalPath);
        Ok(across.into_iter().chain(path).collect())
    }

    /// How many traces it looks at.
    pub(super) fn limit(&self) -> usize {
        MOST
    }

    /// Looks at the traces, newest first, of which there is at least one.
    pub(super) fn judge(&self, filter: Option<&Expr>, traces: &[Trace]) -> Checked {
        let any = Expr::Select(SpanExpr::Any);
        let filter = filter.unwrap_or(&any);
        match self {
            Self::Across(aggregate) => across(aggregate, filter, traces),
            Self::CriticalPath(bound) => critical_path(*bound, filter, traces),
        }
    }
}

fn across(aggregate: &Aggregate, filter: &Expr, traces: &[Trace]) -> Checked {
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
    Checked { verdict: verdict(across.holds), message, detail: String::new(), exhibit }
}

fn critical_path(bound: Bound, filter: &Expr, traces: &[Trace]) -> Checked {
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
    Checked { verdict: verdict(worst.is_none()), message, detail: String::new(), exhibit }
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

fn found(filter: &Expr, trace: &Trace) -> Vec<usize> {
    filter.matches(trace).map(|matched| matched.spans).unwrap_or_default()
}

fn verdict(holds: bool) -> Verdict {
    if holds { Verdict::Holds } else { Verdict::Fails }
}
