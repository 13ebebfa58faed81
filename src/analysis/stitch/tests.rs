//! The bootcamp's application is recorded twice: by OpenTelemetry's Flask instrumentation, and by the X-Ray SDK's middleware.

use std::sync::Arc;

use super::super::samples::{at, of_kind, span};
use super::*;
use crate::model::time::MICROSECOND;
use crate::model::{Attributes, Resource, SameCall, SpanKind, Time};
use proptest::prelude::*;

fn with(attributes: &[(&str, &str)], span: Span) -> Span {
    let mut all = span.attributes.clone();
    for (key, value) in attributes {
        all.push(*key, *value);
    }
    Span { attributes: all, ..span }
}

fn of(service: &str, sdk: &str, span: Span) -> Span {
    let attributes: Attributes = [("service.name", service), ("telemetry.sdk.name", sdk)].into_iter().collect();
    Span { resource: Arc::new(Resource { attributes, ..Resource::default() }), ..span }
}

/// As OpenTelemetry's Flask instrumentation records a request.
fn flask(id: u64, parent: u64, start: u64, end: u64) -> Span {
    let told = [("http.method", "GET"), ("http.target", "/api/messages?group=1"), ("http.host", "localhost:4567")];
    let span = with(&told, of("backend-flask", "opentelemetry", of_kind(SpanKind::Server, span(id, parent, start, end))));
    status(500, span)
}

/// As the X-Ray SDK's middleware does.
fn segment(id: u64, start: u64, end: u64) -> Span {
    let told = [("http.request.method", "GET"), ("url.full", "http://localhost:4567/api/messages?group=1")];
    let span = with(&told, of("backend-flask", "X-Ray for Python", of_kind(SpanKind::Server, span(id, 0, start, end))));
    status(500, span)
}

fn status(status: i64, span: Span) -> Span {
    let mut attributes = span.attributes.clone();
    attributes.push("http.response.status_code", status);
    Span { attributes, ..span }
}

fn trace(id: u8, backend: &str, spans: Vec<Span>) -> Trace {
    let mut trace = Trace::assemble(TraceId::from_bytes([id; 16]), spans).unwrap();
    trace.backends = vec![backend.to_owned()];
    trace
}

/// As it is drawn.
fn join(trace: Trace) -> Trace {
    drawn(vec![trace])
}

fn drawn(traces: Vec<Trace>) -> Trace {
    let mut whole = together(traces).unwrap();
    whole.hang_records();
    whole
}

fn found(twins: &Twins) -> (Vec<String>, Vec<String>) {
    let Twins::Sought { found, unclear } = twins else { panic!("{twins:?}") };
    let words = |twin: &Twin| {
        let evidence: Vec<_> = twin.evidence.iter().map(|said| said.words(&|nanos| format!("{nanos} ns"))).collect();
        format!("{} {}", &twin.trace.canonical()[..2], evidence.join("; "))
    };
    (found.iter().map(words).collect(), unclear.iter().map(|id| id.canonical()[..2].to_owned()).collect())
}

fn one() -> Trace {
    trace(1, "honeycomb", vec![flask(1, 0, 100, 200), span(2, 1, 120, 180)])
}

#[test]
fn a_request_that_both_sdks_recorded_is_found_from_either_side() {
    let other = trace(2, "xray", vec![segment(9, 101, 199)]);
    let evidence = "service backend-flask; GET /api/messages; status 500; \
                    one within the other: 1000000 ns after its start, 1000000 ns before its end";
    assert_eq!(found(&twins(&one(), std::slice::from_ref(&other))), (vec![format!("02 {evidence}")], vec![]));
    assert_eq!(found(&twins(&other, &[one()])), (vec![format!("01 {evidence}")], vec![]));
}

#[test]
fn what_speaks_against_it_is_enough() {
    let fits = || segment(9, 101, 199);
    let path = Span { attributes: with(&[("url.full", "http://localhost:4567/api/other")], fits()).attributes, ..fits() };
    let method = Span { attributes: with(&[("http.request.method", "POST")], fits()).attributes, ..fits() };
    for (what, other) in [
        ("status", status(200, fits())),
        ("path", path),
        ("method", method),
        ("service", of("frontend", "X-Ray for Python", fits())),
        ("later", segment(9, 150, 250)),
        ("elsewhen", segment(9, 201, 205)),
        ("the same SDK", of("backend-flask", "opentelemetry", fits())),
        ("a call", of_kind(SpanKind::Client, fits())),
        ("still running", Span { end: None, ..fits() }),
    ] {
        assert_eq!(found(&twins(&one(), &[trace(2, "xray", vec![other])])), (vec![], vec![]), "{what}");
    }
    assert_eq!(found(&twins(&one(), &[trace(2, "xray", vec![fits()])])).0.len(), 1);
}

#[test]
fn a_segment_that_is_named_after_the_host_fits_by_that() {
    let named = of("localhost", "X-Ray for Python", segment(9, 101, 199));
    let (found, _) = found(&twins(&one(), &[trace(2, "xray", vec![named])]));
    assert!(found[0].starts_with("02 host localhost; GET /api/messages"), "{found:?}");
}

#[test]
fn a_route_stands_for_its_paths() {
    let routed = |route: &str| {
        let told = [("http.request.method", "GET"), ("http.route", route)];
        let span = of("backend-flask", "opentelemetry", of_kind(SpanKind::Server, span(1, 0, 100, 200)));
        trace(1, "local", vec![with(&told, span)])
    };
    let other = trace(2, "xray", vec![segment(9, 101, 199)]);
    for (route, fits) in [
        ("/api/messages", true),
        ("/api/<string:what>", true),
        ("/api/{what}", true),
        ("/:any/messages", true),
        ("/<path:rest>", true),
        ("/api/messages/<id>", false),
        ("/api", false),
        ("/<any>", false),
        ("/api/<a>/<b>", false),
    ] {
        assert_eq!(found(&twins(&routed(route), std::slice::from_ref(&other))).0.len(), usize::from(fits), "{route}");
    }
}

#[test]
fn where_several_fit_none_is_claimed() {
    let others = [trace(2, "xray", vec![segment(9, 101, 199)]), trace(3, "xray", vec![segment(8, 102, 198)])];
    assert_eq!(found(&twins(&one(), &others)), (vec![], vec!["02".to_owned(), "03".to_owned()]));
    // Nor where it fits another request as well as this one.
    let others = [trace(2, "xray", vec![segment(9, 103, 198)]), trace(3, "honeycomb", vec![flask(7, 0, 101, 201)])];
    assert_eq!(found(&twins(&one(), &others)), (vec![], vec!["02".to_owned()]));
}

#[test]
fn the_other_record_is_sought_where_it_can_be() {
    let sought = sought(&one()).unwrap();
    assert_eq!((sought.services, sought.of_xray), (vec!["backend-flask".to_owned(), "localhost".to_owned()], true));
    assert_eq!((sought.overlaps.start(), sought.overlaps.end()), (at(100), Time(at(200).0 + 1)));
    assert!(!super::sought(&trace(2, "xray", vec![segment(9, 101, 199)])).unwrap().of_xray);
    // Where both are there, or there is no request, there is nothing to look for.
    assert_eq!(super::sought(&trace(1, "local", vec![flask(1, 0, 100, 200), segment(9, 101, 199)])), None);
    assert_eq!(super::sought(&trace(1, "local", vec![span(1, 0, 100, 200)])), None);
}

fn parents(trace: &Trace) -> Vec<String> {
    let number = |id: &SpanId| u64::from_be_bytes(id.bytes().unwrap());
    let parent = |span: &Span| span.parent.as_ref().map_or(0, number);
    trace.spans().iter().map(|span| format!("{}<{}", number(&span.id), parent(span))).collect()
}

#[test]
fn two_traces_become_one_tree_in_which_each_span_says_where_it_is_from() {
    let call = |id, parent, start, end, sdk| {
        let asked = [("rpc.service", "DynamoDB"), ("rpc.method", "Query"), ("aws.request_id", "Q1")];
        with(&asked, of("backend-flask", sdk, of_kind(SpanKind::Client, span(id, parent, start, end))))
    };
    let one = trace(1, "honeycomb", vec![flask(1, 0, 100, 200), call(2, 1, 120, 180, "opentelemetry")]);
    let other = trace(2, "xray", vec![segment(9, 101, 199), call(8, 9, 121, 179, "X-Ray for Python")]);
    let whole = drawn(vec![one, other]);
    assert_eq!(parents(&whole), ["1<0", "9<1", "2<1", "8<2"]);
    assert_eq!(whole.id(), &TraceId::from_bytes([1; 16]));
    let names: Vec<_> = whole.spans().iter().map(|span| &*whole.origins[span.seen_by.places().next().unwrap()].name).collect();
    assert_eq!(names, ["honeycomb", "xray", "honeycomb", "xray"]);
    assert_eq!(whole.backends, ["honeycomb", "xray"]);
    let certain: Vec<_> = whole.joins.iter().map(|join| join.evidence.iter().any(SameCall::is_certain)).collect();
    assert_eq!(certain, [false, true]);
    // What the subsegment itself names is kept.
    assert_eq!(whole.spans()[3].attributes.str("cruddur_trace.named_parent_id"), Some("0000000000000009"));
}

#[test]
fn two_traces_of_one_backend_are_told_apart_by_who_sent_them() {
    let whole = together(vec![trace(1, "local", vec![flask(1, 0, 100, 200)]), trace(2, "local", vec![segment(9, 101, 199)])]);
    let names: Vec<String> = whole.unwrap().origins.iter().map(|origin| origin.name.clone()).collect();
    assert_eq!(names, ["OpenTelemetry in local", "X-Ray in local"]);
}

#[test]
fn what_a_record_calls_hangs_below_the_other_one_and_its_time_is_counted_once() {
    let own = of("backend-flask", "X-Ray for Python", span(3, 9, 110, 150));
    let whole = join(trace(1, "local", vec![flask(1, 0, 100, 200), segment(9, 101, 199), own]));
    assert_eq!(parents(&whole), ["1<0", "9<1", "3<1"]);
    let analysis = crate::analysis::Analysis::of(&whole);
    let own: Vec<_> = (0..3).map(|node| analysis.path.own(node) / 1_000_000).collect();
    assert_eq!(own, [60, 0, 40], "its other record takes nothing from it");
    assert_eq!(analysis.self_times.get(0), Some(60_000_000));
}

#[test]
fn a_record_that_is_somebodys_child_keeps_its_place_and_the_other_goes_below_it() {
    let caller = of("frontend", "X-Ray for Node.js", span(5, 0, 90, 210));
    let answered = Span { parent: Some(caller.id.clone()), ..segment(9, 100, 200) };
    let below = join(trace(1, "local", vec![caller.clone(), flask(1, 0, 101, 199), answered.clone(), span(2, 1, 110, 120)]));
    assert_eq!(parents(&below), ["5<0", "9<5", "1<9", "2<9"]);
    // A parent that OpenTelemetry names itself is not given up, even if it has not arrived.
    let both = join(trace(1, "local", vec![caller, flask(1, 7, 101, 199), answered]));
    assert_eq!(parents(&both), ["5<0", "9<1", "1<7"]);
    let tree = crate::analysis::Tree::build(&both);
    let outside = tree.troubles().iter().any(|trouble| trouble.to_string().contains("before its parent"));
    assert!(!outside, "{:?}", tree.troubles());
}

#[test]
fn calls_that_look_the_same_are_joined_only_if_they_can_be_told_apart() {
    let get = |id, start, end, sdk| {
        let asked = [("http.request.method", "GET"), ("url.full", "http://db/x")];
        with(&asked, of("backend-flask", sdk, of_kind(SpanKind::Client, span(id, 1, start, end))))
    };
    let other = |id, start, end| get(id, start, end, "opentelemetry");
    let document = |id, start, end| get(id, start, end, "X-Ray for Python");
    let apart = join(trace(1, "local", vec![other(2, 10, 20), document(3, 11, 19), other(4, 30, 40), document(5, 31, 39)]));
    assert_eq!(parents(&apart), ["2<1", "3<2", "4<1", "5<4"]);
    let together = join(trace(1, "local", vec![other(2, 10, 20), document(3, 11, 19), other(4, 10, 20), document(5, 11, 19)]));
    assert_eq!((parents(&together), together.joins.len()), (vec!["2<1".into(), "4<1".into(), "3<1".into(), "5<1".into()], 0));
}

#[test]
fn nothing_is_drawn_below_itself() {
    // The document's child is what it would be drawn below.
    let below =
        join(trace(1, "local", vec![flask(1, 9, 100, 200), Span { start: Time(at(100).0 + 1), ..segment(9, 100, 200) }]));
    assert_eq!(parents(&below), ["1<9", "9<0"]);
}

proptest! {
    /// Whatever the traces: nothing is lost, nothing twice, and no span becomes its own ancestor by being joined.
    #[test]
    fn together_is_all_of_both(
        ones in proptest::collection::vec((0u64..8, 0u64..50, 0u64..50), 1..8),
        others in proptest::collection::vec((0u64..8, 0u64..50, 0u64..50), 1..8),
    ) {
        let make = |base: u64, parts: &[(u64, u64, u64)]| -> Vec<Span> {
            let of = |(nth, (parent, start, length)): (usize, &(u64, u64, u64))| {
                let nth = base + nth as u64 + 1;
                // A parent is one of those before it, so that each trace alone is a forest.
                let parent = base + parent % (nth - base);
                let parent = if parent == base { 0 } else { parent };
                let made = if base == 0 { flask(nth, parent, 100 + start, 100 + start + length) } else { segment(nth, 100 + start, 100 + start + length) };
                if base == 0 { made } else { Span { parent: (parent != 0).then(|| SpanId::from_bytes(parent.to_be_bytes())), ..made } }
            };
            parts.iter().enumerate().map(of).collect()
        };
        let (ones, others) = (make(0, &ones), make(100, &others));
        let count = ones.len() + others.len();
        let whole = drawn(vec![trace(1, "honeycomb", ones), trace(2, "xray", others)]);
        prop_assert_eq!(whole.spans().len(), count);
        prop_assert!(whole.spans().iter().all(|span| span.seen_by.places().count() == 1));
        let tree = crate::analysis::Tree::build(&whole);
        let cut = tree.troubles().iter().any(|trouble| matches!(trouble, crate::analysis::Trouble::Cycle { .. }));
        prop_assert!(!cut);
        let again = join(whole.clone());
        prop_assert_eq!(again.spans().len(), count);
    }
}

#[test]
fn what_is_less_exact_may_be_further_apart() {
    let mut rough = one();
    let early = Span { start: at(75), end: Some(at(150)), ..segment(9, 0, 0) };
    let other = trace(2, "xray", vec![early]);
    assert_eq!(found(&twins(&rough, std::slice::from_ref(&other))).0.len(), 0);
    rough.precision = 5000 * MICROSECOND;
    assert_eq!(found(&twins(&rough, &[other])).0.len(), 1);
}
