//! What `assert` and `run --assert` say in the same way.

use super::Context;
use crate::analysis::assertion::{self, Expected, Seen, Verdict};
use crate::exit::Exit;
use crate::model::Trace;
use crate::query::{Expr, NearMiss};
use crate::render::misses::{self, Miss};
use crate::ui::Ui;

/// What the exit code says of a verdict.
pub(super) fn exit(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Holds => Exit::Yes,
        Verdict::Fails => Exit::No,
        Verdict::Unknown => Exit::Unknown,
    }
}

/// Prints the three nearest misses among `traces`.
pub(super) fn say_nearest(filter: &Expr, traces: &[Trace], context: &Context, ui: &mut Ui) {
    let mut best: Vec<_> =
        traces.iter().flat_map(|trace| filter.nearest(trace, 3).into_iter().map(move |miss| (trace, miss))).collect();
    best.sort_by(|(_, a), (_, b)| b.satisfied.cmp(&a.satisfied).then(b.likeness.total_cmp(&a.likeness)));
    best.truncate(3);
    let misses: Vec<_> = best.into_iter().map(|(trace, miss)| shown(trace, miss)).collect();
    if !misses.is_empty() {
        ui.detail(&misses::render(&misses, &context.look_of_stderr(ui)));
    }
}

fn shown(trace: &Trace, miss: NearMiss) -> Miss {
    let span = &trace.spans()[miss.span];
    Miss {
        trace: trace.id().to_string(),
        span: format!("{} {}", span.service(), span.name),
        satisfied: miss.satisfied,
        total: miss.total,
        failed: miss.failed.into_iter().map(|failed| (failed.wanted, failed.actual)).collect(),
    }
}

/// The verdict on traces that are at hand.
pub(super) fn of_traces(filter: &Expr, traces: &[Trace], context: &Context) -> (Verdict, Seen) {
    let now = (context.clock)();
    let mut seen = Seen::default();
    for trace in traces {
        if filter.matches(trace).is_some() {
            seen.matching += 1;
        } else if assertion::may_grow(&trace.summary(), now) {
            seen.growing += 1;
        }
    }
    (assertion::judge(Expected::SOME, seen), seen)
}

/// Whether waiting longer can change a verdict.
pub(super) fn is_settled(seen: Seen) -> bool {
    assertion::settled(Expected::SOME, seen).is_some()
}
