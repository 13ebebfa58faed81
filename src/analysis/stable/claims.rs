//! From operations to claims.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Nanos, Span, SpanKind, StatusCode, Trace};
use crate::query::{
    Aggregate, Expr, Field, Intrinsic, Literal, MAX_LENGTH, Measure, Number, Op, Predicate, Relation, SpanExpr,
};

use super::attributes::Attributes;
use super::bound::readable;
use super::operations::{Operations, parents};
use super::{About, Bound, Claim, Noise};

/// More operations, or more that are below each other, are not read by anybody.
const MOST: usize = 50;
/// So many operations may fail in good traces.
const MOST_FAILURES: usize = 20;

/// What can be asserted, and what was left out.
pub(super) fn claims(traces: &[&Trace]) -> (Vec<Claim>, Vec<Noise>) {
    if traces.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let operations = Operations::read(traces);
    let mut made =
        Made { traces, operations: &operations, attributes: Attributes::new(), claims: Vec::new(), noise: Vec::new() };
    let stable: Vec<usize> = (0..operations.all.len()).filter(|place| operations.all[*place].traces == traces.len()).collect();
    let told = &stable[..stable.len().min(MOST)];
    let mut differ = BTreeMap::new();
    for place in by_service(told, &operations) {
        made.operation(place, &mut differ);
    }
    made.edges(told);
    made.failures();
    made.rest(stable.len() - told.len(), differ);
    (made.claims, made.noise)
}

/// The same with those of each service together, in the order in which services first appear.
fn by_service(told: &[usize], operations: &Operations<'_>) -> Vec<usize> {
    let service = |place: usize| operations.all[place].key.service;
    let mut first = HashMap::new();
    for place in told {
        first.entry(service(*place)).or_insert(*place);
    }
    let mut ordered = told.to_vec();
    ordered.sort_by_key(|place| first[service(*place)]);
    ordered
}

/// Claims in the making.
struct Made<'a> {
    traces: &'a [&'a Trace],
    operations: &'a Operations<'a>,
    attributes: Attributes,
    claims: Vec<Claim>,
    noise: Vec<Noise>,
}

impl<'a> Made<'a> {
    /// That it happens, what its spans have, how often it happens, and how long it may take.
    fn operation(&mut self, place: usize, differ: &mut BTreeMap<&'a str, bool>) {
        let found = &self.operations.all[place];
        let (mut spans, mut counts) = (Vec::new(), Vec::new());
        for trace in self.traces {
            // All that the expression finds, which may be more than what it was made from.
            let places = found.selector.select(trace);
            counts.push(places.len());
            spans.extend(places.into_iter().map(|place| &trace.spans()[place]));
        }
        let single = self.traces.len() == 1;
        let (every, noise) = self.attributes.of(&spans, &found.selector, single);
        self.attributes.others(&spans, differ);
        for (key, why) in noise {
            self.noise.push(Noise::Attribute { of: found.named(), key: key.to_owned(), why });
        }
        let expr = Expr::Select(found.selector.clone());
        self.claims.push(Claim {
            about: About::Operation(found.named()),
            expr: expr.clone(),
            bound: enters(found.key.kind, &spans).then(|| bound(&spans, &every)).flatten(),
            every: (!every.is_empty()).then(|| Expr::Select(SpanExpr::all(every))),
            absent: false,
            suggested: false,
        });
        let least = counts.iter().copied().min().unwrap_or_default();
        let most = counts.iter().copied().max().unwrap_or_default();
        if most > 1 {
            let (op, about) = if least == most {
                (Op::Eq, About::Count(found.named(), most))
            } else {
                (Op::Gt, About::AtMost(found.named(), least, most))
            };
            let count = Literal::Number(Number::Int(i64::try_from(most).unwrap_or(i64::MAX)));
            let expr = expr.piped(Aggregate { measure: Measure::Count, op, value: count });
            let suggested = single || least != most;
            self.claims.push(Claim { about, expr, every: None, absent: least != most, suggested, bound: None });
        }
    }

    /// Which operations are directly below which, where that is between services or kinds.
    fn edges(&mut self, told: &[usize]) {
        let all = &self.operations.all;
        let mut edges = Vec::<((usize, usize), usize)>::new();
        // Places in `edges`, and the trace in which each was seen last.
        let mut seen = HashMap::<(usize, usize), (usize, usize)>::new();
        for (nth, trace) in self.traces.iter().enumerate() {
            let of = &self.operations.of[nth];
            for (place, parent) in parents(trace.spans()).into_iter().enumerate() {
                let (Some(to), Some(from)) = (of[place], parent.and_then(|parent| of[parent])) else { continue };
                let crosses = all[from].key.service != all[to].key.service || all[from].key.kind != all[to].key.kind;
                // `told` is sorted.
                if !crosses || [from, to].iter().any(|place| told.binary_search(place).is_err()) {
                    continue;
                }
                let (at, last) = seen.entry((from, to)).or_insert_with(|| {
                    edges.push(((from, to), 0));
                    (edges.len() - 1, usize::MAX)
                });
                edges[*at].1 += usize::from(*last != nth);
                *last = nth;
            }
        }
        let mut claimed = 0;
        for ((from, to), traces) in edges {
            let (from, to) = (&all[from], &all[to]);
            if traces < self.traces.len() {
                self.noise.push(Noise::Edge(from.named(), to.named(), traces));
                continue;
            }
            claimed += 1;
            if claimed <= MOST {
                let select = |selector: &SpanExpr| Expr::Select(selector.clone());
                self.claims.push(Claim {
                    about: About::Edge(from.named(), to.named()),
                    expr: select(&from.selector).related(Relation::Child, select(&to.selector)),
                    every: None,
                    absent: false,
                    suggested: false,
                    bound: None,
                });
            }
        }
        if claimed > MOST {
            self.noise.push(Noise::MoreEdges(claimed - MOST));
        }
    }

    /// That nothing fails but what did.
    fn failures(&mut self) {
        let mut failed = BTreeMap::<Option<usize>, Vec<&Span>>::new();
        for (trace, of) in self.traces.iter().zip(&self.operations.of) {
            for (span, place) in trace.spans().iter().zip(of).filter(|(span, _)| span.is_error()) {
                failed.entry(*place).or_default().push(span);
            }
        }
        let status = Field::Intrinsic(Intrinsic::Status);
        let mut parts = vec![SpanExpr::Is(Predicate::compare(status, Op::Eq, Literal::Status(StatusCode::Error)))];
        for (place, spans) in &failed {
            let Some(place) = place.filter(|_| parts.len() <= MOST_FAILURES) else {
                self.noise.push(Noise::Failures(failed.len()));
                return;
            };
            let expected = [self.operations.all[place].selector.clone(), self.attributes.code(spans)];
            parts.push(SpanExpr::all(expected.into_iter().filter(|part| *part != SpanExpr::Any)).negated());
        }
        let expr = Expr::Select(SpanExpr::all(parts));
        if expr.to_string().len() > MAX_LENGTH {
            self.noise.push(Noise::Failures(failed.len()));
            return;
        }
        let about = About::Failures(failed.len());
        self.claims.push(Claim { about, expr, every: None, absent: true, suggested: false, bound: None });
    }

    /// What else was left out.
    fn rest(&mut self, more: usize, differ: BTreeMap<&str, bool>) {
        let unstable = self.operations.all.iter().filter(|found| found.traces < self.traces.len());
        let operations = unstable.map(|found| Noise::Operation(found.named(), found.traces));
        // What is missing is what one wants to know first.
        self.noise.splice(0..0, operations);
        if more > 0 {
            self.noise.push(Noise::MoreOperations(more));
        }
        let long = self.operations.of.iter().flatten().filter(|place| place.is_none()).count();
        if long > 0 {
            self.noise.push(Noise::LongNames(long));
        }
        let same = differ.values().filter(|differs| !**differs).count();
        self.noise.extend(differ.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| Noise::Differs(key.to_owned())));
        if same > 0 {
            self.noise.push(Noise::Unlisted(same));
        }
    }
}

/// Whether requests enter a service with it.
fn enters(kind: Option<SpanKind>, spans: &[&Span]) -> bool {
    matches!(kind, Some(SpanKind::Server | SpanKind::Consumer)) || spans.iter().all(|span| span.parent.is_none())
}

/// How long they may take; `None` where some still run, or took longer than anything should.
fn bound(spans: &[&Span], every: &[SpanExpr]) -> Option<Bound> {
    let durations: Option<Vec<Nanos>> = spans.iter().map(|span| span.duration()).collect();
    let slowest = durations?.into_iter().max()?;
    let bound = Literal::Duration(readable(slowest)?);
    let quick = SpanExpr::Is(Predicate::compare(Field::Intrinsic(Intrinsic::Duration), Op::Lt, bound));
    Some(Bound { every: Expr::Select(SpanExpr::all(every.iter().cloned().chain([quick]))), slowest })
}
