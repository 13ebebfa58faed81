//! What came nearest to what was wanted.

use crate::model::Trace;
use crate::query::{Aggregate, Expr, Measure, NearMiss};
use crate::render::misses::Miss;
use crate::render::report::Exhibit;

/// How alike a span's text must be to the wanted one to be worth showing where it satisfies nothing: a slip, not another word.
const LIKE: f64 = 0.6;

/// What came nearest to what was wanted.
pub(super) struct Nearest {
    /// At most three, of which there is at least one.
    pub(super) misses: Vec<Miss>,
    /// The trace of the first, and its spans.
    pub(super) exhibit: Exhibit,
}

/// The three nearest misses among `traces`.
pub(super) fn among(filter: &Expr, traces: &[Trace]) -> Option<Nearest> {
    let mut best: Vec<_> =
        traces.iter().flat_map(|trace| filter.nearest(trace, 3).into_iter().map(move |miss| (trace, miss))).collect();
    best.sort_by(|(_, a), (_, b)| b.satisfied.cmp(&a.satisfied).then(b.likeness.total_cmp(&a.likeness)));
    // Of spans that satisfy nothing of it and are not even like it, one shows as much as three.
    let near = best.iter().take_while(|(_, miss)| miss.satisfied > 0 || miss.likeness >= LIKE).count();
    best.truncate(near.max(1));
    let together = traces.iter().filter_map(|trace| Some((trace, None, not_together(filter, trace)?)));
    let near = best.into_iter().map(|(trace, miss)| (trace, Some(miss.span), shown(trace, miss)));
    let nearest: Vec<_> = together.chain(near).take(3).collect();
    let (first, ..) = nearest.first()?;
    let of_first = nearest.iter().filter(|(trace, ..)| trace.id() == first.id());
    let exhibit = Exhibit { trace: (*first).clone(), spans: of_first.filter_map(|(_, span, _)| *span).collect() };
    Some(Nearest { misses: nearest.into_iter().map(|(.., miss)| miss).collect(), exhibit })
}

/// A trace in which every selector has its spans, and it is their number or their relation that is not as wanted.
fn not_together(filter: &Expr, trace: &Trace) -> Option<Miss> {
    if matches!(filter, Expr::Select(_)) || filter.matches(trace).is_some() || !filter.nearest(trace, 1).is_empty() {
        return None;
    }
    let failed: Vec<_> = match filter {
        Expr::Pipe(inner, aggregates) => {
            let count = inner.matches(trace)?.spans.len();
            let counted = |measure: &Measure| matches!(measure, Measure::Count).then(|| count.to_string());
            let alone = |aggregate: &Aggregate| inner.as_ref().clone().piped(aggregate.clone());
            let failed = aggregates.iter().filter(|aggregate| alone(aggregate).matches(trace).is_none());
            failed.map(|aggregate| (aggregate.to_string(), counted(&aggregate.measure))).collect()
        }
        _ => vec![(filter.to_string(), None)],
    };
    let conditions = if let Expr::Pipe(_, aggregates) = filter { 1 + aggregates.len() } else { 2 };
    let summary = trace.summary();
    let root = format!("{} {}", summary.root_service.unwrap_or_default(), summary.root_name.unwrap_or_default());
    Some(Miss {
        trace: trace.id().to_string(),
        span: root.trim().to_owned(),
        satisfied: conditions - failed.len(),
        total: conditions,
        failed,
    })
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
