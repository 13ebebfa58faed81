//! What can be said of a trace that may still grow: what holds whatever else arrives, what cannot hold any more, and what is open.
//!
//! What may still come of a trace is any number of spans, and the end of those that are still running. What never changes is a span
//! that has ended, but for what X-Ray's readers put together later ([`crate::model::segments`]): an inferred segment is folded into
//! the call that it repeats, an independent subsegment takes its parent's resource, a cause its words from elsewhere. Of ids, parents
//! and starts it is taken that they never change.

use std::cell::OnceCell;
use std::collections::HashSet;

use crate::model::segments::{CAUSE, INFERRED_ID};
use crate::model::trace::INHERITS_RESOURCE;
use crate::model::{Nanos, Span, Trace};

use super::ast::{Aggregate, Expr, Measure, Op, Predicate, SpanExpr, Test};
use super::compare::Context;
use super::decide::first;
use super::field::{Attribute, Field, Intrinsic, Scope};
use super::literal::Literal;
use super::tree::Tree;

impl Expr {
    /// Whether a trace that may still grow satisfies this, whatever else arrives of it: `Some(true)` if all that it may become does,
    /// `Some(false)` if none, `None` where that depends on what arrives. Costs as much as [`Expr::matches`].
    pub fn foresee(&self, trace: &Trace) -> Option<bool> {
        Foresight::new(trace).outcome(self).holds
    }
}

impl SpanExpr {
    /// The same of each span of a trace that may still grow.
    pub fn foresee(&self, trace: &Trace) -> Vec<Option<bool>> {
        let foresight = Foresight::new(trace);
        (0..trace.spans().len()).map(|at| foresight.of_span(self, at)).collect()
    }
}

/// How far a span of a growing trace is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// It stays as it is.
    Whole,
    /// An inferred segment may yet be folded into it.
    MayAbsorb,
    /// It may turn out to be something else, or nothing of its own.
    Open,
}

/// Whether an expression holds in the end, and of which spans it then surely does.
struct Outcome {
    holds: Option<bool>,
    sure: Vec<bool>,
}

struct Foresight<'a> {
    context: Context<'a>,
    known: Vec<Known>,
    tree: OnceCell<Tree>,
    /// From the earliest start to the latest end of what has ended: the trace will last at least so long.
    lasts: Option<Nanos>,
}

impl<'a> Foresight<'a> {
    fn new(trace: &'a Trace) -> Self {
        let inferred: HashSet<_> = trace.spans().iter().filter(|span| span.is_inferred()).map(|span| &span.id).collect();
        let known = trace.spans().iter().map(|span| {
            // Its children may yet be those of the call that it repeats.
            let moves = span.parent.as_ref().is_some_and(|parent| inferred.contains(parent));
            if moves { Known::Open } else { known(span) }
        });
        Self { context: Context::new(trace), known: known.collect(), tree: OnceCell::new(), lasts: lasts(trace) }
    }

    fn outcome(&self, expr: &Expr) -> Outcome {
        match expr {
            Expr::Select(selector) => {
                let of_all = selector.decide(&|predicate| self.of_any_span(predicate));
                let spans: Vec<_> = (0..self.known.len()).map(|at| self.of_span(selector, at)).collect();
                // What is open, or has not arrived, may turn out to be anything that the selector can be satisfied by.
                let never = of_all == Some(false) && spans.iter().all(|holds| *holds == Some(false));
                of_spans(self.sure(&spans), never)
            }
            Expr::And(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.outcome(part)).collect();
                let holds = first(parts.iter().map(|part| part.holds), false);
                let sure = if holds == Some(true) { self.united(&parts) } else { self.none() };
                Outcome { holds, sure }
            }
            Expr::Or(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.outcome(part)).collect();
                Outcome { holds: first(parts.iter().map(|part| part.holds), true), sure: self.united(&parts) }
            }
            Expr::Structure { first, rest } => {
                let left = self.outcome(first);
                let (mut never, mut sure) = (left.holds == Some(false), left.sure);
                for (relation, right) in rest {
                    let right = self.outcome(right);
                    never |= right.holds == Some(false);
                    let tree = self.tree.get_or_init(|| Tree::new(self.context.trace.spans()));
                    sure = tree.related(*relation, &sure, &right.sure);
                }
                of_spans(sure, never)
            }
            Expr::Pipe(inner, aggregates) => {
                let inner = self.outcome(inner);
                if inner.holds == Some(false) {
                    let of_none = aggregates.iter().all(Aggregate::holds_of_none);
                    return Outcome { holds: Some(of_none), sure: self.none() };
                }
                let all = self.context.trace.spans();
                let each = aggregates.iter().map(|aggregate| {
                    let stays = |at: usize| match &aggregate.measure {
                        Measure::Of(_, field) => self.known[at] == Known::Whole || !may_absorb(&all[at], field),
                        Measure::Count => true,
                    };
                    let sure = inner.sure.iter().enumerate().filter(|(at, sure)| **sure && stays(*at)).map(|(at, _)| &all[at]);
                    aggregate.foresee(sure, &self.context)
                });
                let holds = first(each, false);
                let sure = if holds == Some(true) { inner.sure } else { self.none() };
                Outcome { holds, sure }
            }
        }
    }

    fn none(&self) -> Vec<bool> {
        vec![false; self.known.len()]
    }

    /// Those that satisfy it and will be there in the end. What is still running may be the same as another record of it.
    fn sure(&self, spans: &[Option<bool>]) -> Vec<bool> {
        spans.iter().zip(&self.known).map(|(holds, known)| *holds == Some(true) && *known != Known::Open).collect()
    }

    fn united(&self, parts: &[Outcome]) -> Vec<bool> {
        let mut all = self.none();
        for part in parts {
            all.iter_mut().zip(&part.sure).for_each(|(there, sure)| *there |= sure);
        }
        all
    }

    fn of_span(&self, selector: &SpanExpr, at: usize) -> Option<bool> {
        let span = &self.context.trace.spans()[at];
        selector.decide(&|predicate| {
            let exact = || Some(SpanExpr::Is(predicate.clone()).holds(span, &self.context));
            match (self.known[at], &predicate.field) {
                (_, Field::Intrinsic(Intrinsic::TraceDuration | Intrinsic::RootName | Intrinsic::RootServiceName)) => {
                    self.of_any_span(predicate)
                }
                (Known::Open, _) => self.of_any_span(predicate),
                (Known::MayAbsorb, field) if may_absorb(span, field) => None,
                _ => exact(),
            }
        })
    }

    /// What is known of any span of the trace, also of one that has not arrived: what is the same for all.
    fn of_any_span(&self, predicate: &Predicate) -> Option<bool> {
        match predicate.field {
            Field::Intrinsic(Intrinsic::TraceId) => {
                let span = self.context.trace.spans().first()?;
                Some(SpanExpr::Is(predicate.clone()).holds(span, &self.context))
            }
            Field::Intrinsic(Intrinsic::TraceDuration) => at_least(self.lasts?, &predicate.test),
            _ => None,
        }
    }
}

fn of_spans(sure: Vec<bool>, never: bool) -> Outcome {
    let holds = if sure.contains(&true) { Some(true) } else { never.then_some(false) };
    Outcome { holds, sure }
}

fn known(span: &Span) -> Known {
    let says = |key| span.attributes.get(key).is_some();
    let inherits = says(INHERITS_RESOURCE) && span.service().is_empty();
    let explained_elsewhere = span.is_error() && span.status.message.is_empty() && says(CAUSE);
    if span.end.is_none() || span.is_inferred() || inherits || explained_elsewhere {
        Known::Open
    } else if matches!(span.attributes.str("aws.xray.namespace"), Some("aws" | "remote")) && !says(INFERRED_ID) {
        Known::MayAbsorb
    } else {
        Known::Whole
    }
}

/// Whether what is asked of a span may change when an inferred segment is folded into it, which adds what the span does not say.
fn may_absorb(span: &Span, field: &Field) -> bool {
    match field {
        Field::Intrinsic(Intrinsic::Status) => !span.is_error(),
        Field::Intrinsic(Intrinsic::StatusMessage) => span.status.message.is_empty(),
        Field::Intrinsic(Intrinsic::EventName | Intrinsic::LinkTraceId | Intrinsic::LinkSpanId) => true,
        Field::Intrinsic(_) => false,
        Field::Attribute(attribute) => {
            let added = |name: &str| name.starts_with("aws.xray.") || matches!(name, "peer.service" | "service.peer.name");
            attribute.names().any(added) || may_be_of_event(span, attribute)
        }
    }
}

fn may_be_of_event(span: &Span, attribute: &Attribute) -> bool {
    let places = [&span.attributes, &span.resource.attributes, &span.scope.attributes];
    match attribute.scope() {
        Scope::Event | Scope::Link => true,
        Scope::Any => !attribute.names().any(|name| places.iter().any(|place| place.get(name).is_some())),
        Scope::Span | Scope::Resource | Scope::Instrumentation => false,
    }
}

/// The time over which a trace that may still grow already reaches; `None` where nothing has ended whose start is known.
fn lasts(trace: &Trace) -> Option<Nanos> {
    let ended = trace.spans().iter().filter(|span| !span.start.is_unknown() && !span.is_inferred());
    let latest = ended.clone().filter_map(|span| span.end.map(|end| end.max(span.start))).max()?;
    let earliest = ended.map(|span| span.start).min()?;
    Some(latest.since(earliest))
}

/// What a test says of a length that is at least this one in the end.
fn at_least(length: Nanos, test: &Test) -> Option<bool> {
    match test {
        Test::Exists => Some(true),
        Test::Missing => Some(false),
        Test::Compare(op, Literal::Duration(wanted)) => match op {
            Op::Gt | Op::Ge => op.holds(length.cmp(wanted)).then_some(true),
            Op::Lt | Op::Le => (!op.holds(length.cmp(wanted))).then_some(false),
            Op::Eq => (length > *wanted).then_some(false),
            Op::Ne => (length > *wanted).then_some(true),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::segments::INFERRED;
    use crate::model::{Attributes, SpanId, SpanKind, Status, StatusCode, Value};
    use crate::query::arbitrary::{any_expr, any_trace, span, trace};
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn foreseen(source: &str, spans: &[Span]) -> Option<bool> {
        source.parse::<Expr>().unwrap().foresee(&trace(spans.to_vec()))
    }

    #[test]
    fn what_is_there_stays_and_what_is_not_may_come() {
        let spans = [span(1, 0, "web", "GET /", (0, 50)), span(2, 1, "db", "SELECT", (10, 20))];
        for (source, expected) in [
            ("service = db", Some(true)),
            ("service = cache", None),
            ("false", Some(false)),
            ("{ service = web } > { service = db }", Some(true)),
            ("{ service = db } >> { }", None),
            ("{ false } >> { }", Some(false)),
            ("{ } | count() >= 2", Some(true)),
            ("{ } | count() > 2", None),
            ("{ } | count() < 2", Some(false)),
            ("{ } | count() <= 2", None),
            ("{ } | count() = 1", Some(false)),
            ("{ } | count() != 1", Some(true)),
            ("{ false } | count() = 0", Some(true)),
            ("{ service = cache } | count() = 0", None),
            ("{ } | max(duration) > 40ms", Some(true)),
            ("{ } | max(duration) < 40ms", Some(false)),
            ("{ } | min(duration) >= 20ms", Some(false)),
            ("{ } | p50(duration) < 1h", None),
            ("traceDuration >= 50ms", Some(true)),
            ("traceDuration < 50ms", Some(false)),
            ("traceDuration = 50ms", None),
            ("rootName = \"GET /\"", None),
            ("service = db and traceDuration > 1h", None),
            ("{ service = db } and { service = cache }", None),
            ("{ service = db } or { service = cache }", Some(true)),
        ] {
            assert_eq!(foreseen(source, &spans), expected, "{source}");
        }
    }

    #[test]
    fn what_still_runs_may_end_as_anything() {
        let running = Span { end: None, ..span(1, 0, "web", "GET /", (0, 0)) };
        for source in ["service = web", "status = error", "{ } | count() > 0"] {
            assert_eq!(foreseen(source, std::slice::from_ref(&running)), None, "{source}");
        }
    }

    #[test]
    fn a_call_of_xray_may_fail_by_what_is_inferred() {
        let mut call = span(1, 0, "web", "DynamoDB", (0, 50));
        call.attributes.push("aws.xray.namespace", "aws");
        let spans = [call];
        assert_eq!(foreseen("name = DynamoDB and duration = 50ms", &spans), Some(true));
        assert_eq!(foreseen("not status = error", &spans), None);
        assert_eq!(foreseen("not peer.service exists", &spans), None);
    }

    /// Records of a trace, no two of which could be taken for records of the same span; and those of X-Ray's inferred segments.
    fn records() -> impl Strategy<Value = Vec<Span>> {
        (any_trace(), vec((any::<prop::sample::Index>(), any::<bool>(), any::<bool>()), 0..4)).prop_map(|(trace, inferred)| {
            let mut records: Vec<Span> = Vec::new();
            for span in trace.spans() {
                if records.iter().all(|known| (&known.id, known.start) != (&span.id, span.start)) {
                    records.push(span.clone());
                }
            }
            for (nth, (which, fails, has_child)) in inferred.into_iter().enumerate() {
                let at = which.index(records.len());
                let call = records[at].clone();
                let id = |byte: usize| SpanId::from_bytes([byte as u8 + 100; 8]);
                if call.attributes.get("aws.xray.namespace").is_some() || call.end.is_none() || call.is_inferred() {
                    continue;
                }
                records[at].attributes.push("aws.xray.namespace", "aws");
                let mut attributes: Attributes = call.attributes.iter().map(|(k, v)| (format!("x{k}"), v.clone())).collect();
                attributes.push(INFERRED, true);
                let code = if fails { StatusCode::Error } else { StatusCode::Unset };
                let status = Status { code, message: "why".into() };
                let parent = Some(call.id.clone());
                let inferred = Span { id: id(nth), parent, status, kind: SpanKind::Server, attributes, ..call.clone() };
                if has_child {
                    records.push(Span { id: id(nth + 50), parent: Some(id(nth)), ..call.clone() });
                }
                records.push(inferred);
            }
            records
        })
    }

    /// What a reader may see of a record before the span has ended.
    fn unfinished(record: &Span, other: &Span) -> Span {
        let mut attributes = other.attributes.clone();
        attributes.push("k", Value::Int(3));
        let parts = Span { end: None, attributes, name: other.name.clone(), kind: other.kind, ..record.clone() };
        Span { status: other.status.clone(), events: Vec::new(), links: Vec::new(), ..parts }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn nothing_that_arrives_makes_it_wrong(
            filter in any_expr(), records in records(), seen in vec(0_u8..4, 20), also in vec(any::<prop::sample::Index>(), 0..3),
        ) {
            let id = any_trace_id();
            let mut part: Vec<Span> = Vec::new();
            for (record, how) in records.iter().zip(seen.iter().cycle()) {
                match how {
                    0 => {}
                    1 if record.end.is_some() && !record.is_inferred() => part.push(unfinished(record, &records[0])),
                    _ => part.push(record.clone()),
                }
            }
            // What came twice.
            part.extend(also.iter().filter(|_| !part.is_empty()).map(|which| which.get(&part).clone()).collect::<Vec<_>>());
            let (Some(part), Some(whole)) = (Trace::assemble(id.clone(), part), Trace::assemble(id, records)) else { return Ok(()) };
            if let Some(holds) = filter.foresee(&part) {
                prop_assert_eq!(filter.matches(&whole).is_some(), holds, "{} of {:?} and then {:?}", filter, part.spans(), whole.spans());
            }
        }
    }

    fn any_trace_id() -> crate::model::TraceId {
        trace(vec![span(1, 0, "web", "op", (0, 1))]).id().clone()
    }
}
