use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::{Attributes, Belongs, GroupOrigin, LogLine, Resource, SpanKind, TraceId, Value};

fn span(id: u8, parent: u8, service: &str, start: u64, end: u64) -> Span {
    Span {
        id: SpanId::from_bytes([id; 8]),
        parent: (parent != 0).then(|| SpanId::from_bytes([parent; 8])),
        start: Time(start),
        end: (end != 0).then_some(Time(end)),
        resource: Arc::new(Resource::of_service(service)),
        ..Span::default()
    }
}

fn line(at: u64, service: Option<&str>, span: Option<u8>) -> LogLine {
    LogLine {
        time: Time(at),
        precision: 1,
        severity: None,
        severity_text: String::new(),
        body: "x".to_owned(),
        source: "test".to_owned(),
        group: None,
        stream: None,
        service: service.map(str::to_owned),
        span: span.map(|id| SpanId::from_bytes([id; 8])),
        belongs: Belongs::TimeAndPath,
        attributes: Attributes::new(),
    }
}

fn trace(spans: Vec<Span>, lines: Vec<LogLine>) -> Trace {
    let mut trace = Trace::assemble(TraceId::from_bytes([7; 16]), spans).unwrap();
    trace.logs = Some(lines);
    trace
}

/// The id of the span, and why it.
fn placed(trace: &Trace) -> Vec<(u8, Why)> {
    let tree = Tree::build(trace);
    let id = |node| tree.span(trace, node).and_then(|span| span.id.bytes()).map_or(0, |bytes| bytes[0]);
    place(trace, &tree).iter().map(|place| (id(place.node), place.why)).collect()
}

#[test]
fn a_line_is_in_the_deepest_span_of_its_service_that_was_open() {
    let spans = vec![
        span(1, 0, "web", 100, 200),
        span(2, 1, "web", 120, 180),
        span(3, 2, "db", 130, 170),
        span(4, 3, "web", 140, 150),
        span(5, 2, "web", 141, 149),
    ];
    let lines = [110, 130, 145, 160, 190, 200, 201, 99].map(|at| line(at, Some("web"), None));
    let spans_of = placed(&trace(spans, lines.to_vec()));
    let open = [1, 2, 4, 2, 1, 1].map(|id| (id, Why::Open));
    assert_eq!(spans_of[..6], open);
    assert_eq!(spans_of[6..], [(1, Why::Root); 2], "nothing was open then");
}

#[test]
fn a_span_that_a_line_names_wins_over_the_time() {
    let spans = vec![span(1, 0, "web", 100, 200), span(2, 1, "web", 120, 130)];
    let lines = vec![line(500, None, Some(2)), line(125, Some("web"), Some(9)), line(125, Some("elsewhere"), None)];
    assert_eq!(placed(&trace(spans, lines)), [(2, Why::SpanId), (2, Why::Open), (1, Why::Root)]);
}

#[test]
fn where_only_one_service_sent_spans_a_line_is_its_own() {
    let inferred = std::iter::once((crate::model::segments::INFERRED, true)).collect();
    let spans = vec![
        span(1, 0, "web", 100, 200),
        span(2, 1, "web", 120, 130),
        Span { attributes: inferred, ..span(3, 2, "dynamodb", 121, 129) },
    ];
    assert_eq!(placed(&trace(spans, vec![line(125, None, None)])), [(2, Why::Open)]);
    let two = vec![span(1, 0, "web", 100, 200), span(2, 1, "api", 120, 130)];
    assert_eq!(placed(&trace(two, vec![line(125, None, None)])), [(1, Why::Root)]);
}

#[test]
fn a_time_to_the_millisecond_is_within_a_span_that_began_in_it() {
    let spans = vec![
        span(1, 0, "web", 1_000_000, 9_000_000),
        span(2, 1, "web", 5_400_000, 5_900_000),
        span(3, 1, "web", 6_100_000, 7_000_000),
    ];
    let lines = [5_000_000, 6_000_000, 8_000_000].map(|at| LogLine { precision: 1_000_000, ..line(at, Some("web"), None) });
    assert_eq!(placed(&trace(spans, lines.to_vec())), [(2, Why::Open), (3, Why::Open), (1, Why::Open)]);
}

#[test]
fn what_is_still_running_is_open() {
    let spans = vec![span(1, 0, "web", 100, 0), span(2, 1, "web", 120, 0)];
    assert_eq!(placed(&trace(spans, vec![line(9_000, Some("web"), None)])), [(2, Why::Open)]);
}

#[test]
fn groups_are_those_that_the_trace_names_or_that_custom_has() {
    let with = |span: Span, entries: Vec<(&str, Value)>| {
        let mut resource = (*span.resource).clone();
        for (key, value) in entries {
            resource.attributes.push(key, value);
        }
        Span { resource: Arc::new(resource), ..span }
    };
    let names = Value::Array(vec!["/ecs/api".into()]);
    let arns = Value::Array(vec!["arn:aws:logs:us-east-1:123456789012:log-group:/ecs/worker:*".into()]);
    let spans = vec![
        with(span(1, 0, "api", 1, 9), vec![("aws.log.group.names", names), ("aws.log.group.arns", arns.clone())]),
        with(span(2, 1, "worker", 2, 8), vec![("aws.log.group.arns", arns)]),
        with(span(3, 1, "thumbs", 2, 8), vec![("aws.xray.origin", "AWS::Lambda::Function".into())]),
        with(span(4, 1, "honey", 2, 8), vec![("aws.log.group.names", r#"["a", "b"]"#.into())]),
        span(5, 1, "cruddur", 2, 8),
        span(6, 1, "", 2, 8),
    ];
    let found = groups(&trace(spans, Vec::new()));
    let told: Vec<_> = found.iter().map(|group| (group.name.as_str(), group.service.as_deref(), group.origin)).collect();
    assert_eq!(
        told,
        [
            ("/aws/lambda/thumbs", Some("thumbs"), GroupOrigin::Custom),
            ("/ecs/api", Some("api"), GroupOrigin::Trace),
            ("/ecs/worker", Some("worker"), GroupOrigin::Trace),
            ("a", Some("honey"), GroupOrigin::Trace),
            ("b", Some("honey"), GroupOrigin::Trace),
            ("cruddur", Some("cruddur"), GroupOrigin::Custom),
        ]
    );
}

#[test]
fn paths_are_what_servers_were_asked_for() {
    let asked = |id, parent, kind, key: &str, value: &str| {
        let attributes = std::iter::once((key, value)).collect();
        Span { kind, attributes, ..span(id, parent, "web", u64::from(id), 99) }
    };
    let spans = vec![
        asked(1, 0, SpanKind::Client, "url.full", "http://localhost:4567/api/activities?x=1"),
        asked(2, 1, SpanKind::Server, "http.target", "/api/activities?x=1"),
        asked(3, 2, SpanKind::Server, "url.path", "/"),
        asked(4, 2, SpanKind::Server, "url.path", "/api/messages"),
        asked(5, 2, SpanKind::Client, "url.full", "https://cognito.example/token"),
    ];
    let trace = trace(spans, Vec::new());
    assert_eq!(paths(&trace, &Tree::build(&trace)), ["/api/activities", "/api/messages"]);
}

proptest! {
    /// What is said to be open is open, and nothing deeper of the service is.
    #[test]
    fn no_deeper_span_was_open(
        spans in prop::collection::vec((1u8..12, 0u8..12, 0usize..2, 1u64..60, 0u64..60), 1..12),
        lines in prop::collection::vec((1u64..80, 0usize..3), 1..20),
    ) {
        let services = ["a", "b"];
        let spans: Vec<Span> = spans.into_iter().map(|(id, parent, service, start, end)| span(id, parent, services[service], start, end)).collect();
        let lines: Vec<LogLine> = lines.into_iter().map(|(at, service)| line(at, services.get(service).copied(), None)).collect();
        let trace = trace(spans, lines);
        let tree = Tree::build(&trace);
        let places = place(&trace, &tree);
        let lines = trace.logs.as_deref().unwrap();
        prop_assert_eq!(places.len(), lines.len());
        let only = only_service(&trace);
        for (place, line) in places.iter().zip(lines) {
            let Some(service) = line.service.as_deref().or(only) else {
                prop_assert_eq!(place.why, Why::Root);
                continue;
            };
            let open = |node: usize| tree.span(&trace, node).is_some_and(|span| {
                span.service() == service && span.start <= line.time && span.end.is_none_or(|end| end >= line.time)
            });
            let most = (0..tree.nodes().len()).filter(|node| open(*node)).map(|node| tree.nodes()[node].depth).max();
            prop_assert_eq!(most, (place.why == Why::Open).then(|| tree.nodes()[place.node].depth));
        }
    }
}

#[test]
fn a_trace_without_lines_has_no_places() {
    let mut trace = trace(vec![span(1, 0, "web", 100, 200)], Vec::new());
    assert_eq!(placed(&trace), []);
    trace.logs = None;
    assert_eq!(placed(&trace), []);
}
