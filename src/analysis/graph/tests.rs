//! Graphs of small traces, as text: `caller -> callee calls/failed`, and nodes with what entered them.

use std::fmt::Write as _;

use super::*;
use crate::model::Value;
use crate::model::graph::Figures;
use crate::model::time::MILLISECOND;
use crate::model::{Attributes, SpanId, Status, StatusCode, Time, TraceId};
use crate::wire;
use proptest::prelude::*;

const START: u64 = 1_784_901_785_000_000_000;

/// A span of `service` that took so many milliseconds. Without a parent where that is 0.
fn span(id: u64, parent: u64, service: &str, kind: SpanKind, ms: i128) -> Span {
    Span {
        id: SpanId::from_bytes(id.to_be_bytes()),
        parent: (parent != 0).then(|| SpanId::from_bytes(parent.to_be_bytes())),
        name: format!("span {id}"),
        kind,
        start: Time(START + id),
        end: Some(Time(START + id).saturating_add(ms * MILLISECOND)),
        resource: Arc::new(Resource::of_service(service)),
        ..Span::default()
    }
}

fn server(id: u64, parent: u64, service: &str, ms: i128) -> Span {
    span(id, parent, service, SpanKind::Server, ms)
}

fn client(id: u64, parent: u64, service: &str, ms: i128) -> Span {
    span(id, parent, service, SpanKind::Client, ms)
}

fn with<V: Into<Value> + Copy>(span: Span, attributes: &[(&str, V)]) -> Span {
    let attributes: Attributes = attributes.iter().map(|(key, value)| (*key, *value)).collect();
    let all = span.attributes.0.into_iter().chain(attributes.0).collect();
    Span { attributes: Attributes(all), ..span }
}

fn database(span: Span) -> Span {
    with(span, &[("db.system", "postgresql"), ("db.name", "shop")])
}

fn failed(span: Span) -> Span {
    Span { status: Status { code: StatusCode::Error, message: String::new() }, ..span }
}

fn trace(spans: Vec<Span>) -> Trace {
    Trace::assemble(TraceId::from_text("5759e988bd862e3fe1be46a994272793"), spans).unwrap()
}

fn graph(spans: Vec<Span>) -> ServiceGraph {
    let mut builder = GraphBuilder::default();
    builder.add(&trace(spans));
    builder.finish()
}

fn written(graph: &ServiceGraph) -> String {
    let mut out = String::new();
    let name = |place: usize| {
        let node = &graph.nodes[place];
        node.kind.as_ref().map_or_else(|| node.name.clone(), |kind| format!("{} ({kind})", node.name))
    };
    let figures = |figures: &Option<Figures>| {
        figures.as_ref().map_or_else(String::new, |figures| format!(" {}/{}", figures.total, figures.failed()))
    };
    for (place, node) in graph.nodes.iter().enumerate() {
        let root = if node.root { " root" } else { "" };
        let _ = writeln!(out, "{}{}{root}", name(place), figures(&node.figures));
    }
    for edge in &graph.edges {
        let _ = writeln!(out, "{} -> {}{}", name(edge.from), name(edge.to), figures(&edge.figures));
    }
    out
}

fn edge<'a>(graph: &'a ServiceGraph, from: &str, to: &str) -> &'a Figures {
    let found = graph.edges.iter().find(|edge| graph.nodes[edge.from].name == from && graph.nodes[edge.to].name == to);
    found.and_then(|edge| edge.figures.as_ref()).unwrap()
}

#[test]
fn a_call_between_services_is_told_by_the_caller_and_the_request_by_the_service() {
    let graph = graph(vec![
        client(1, 0, "web", 100),
        server(2, 1, "api", 80),
        failed(database(client(3, 2, "api", 30))),
        database(client(4, 2, "api", 10)),
    ]);
    insta::assert_snapshot!(written(&graph), @r"
    api 1/0
    postgresql shop (db) 2/1
    web 1/0 root
    api -> postgresql shop (db) 2/1
    web -> api 1/0
    ");
    assert_eq!(edge(&graph, "web", "api").durations.entries(), [(100 * MILLISECOND, 1)]);
    let figures = graph.nodes[0].figures.as_ref().unwrap();
    assert_eq!((figures.time, figures.durations.percentile(5_000)), (80 * MILLISECOND, Some(80 * MILLISECOND)));
    assert_eq!(edge(&graph, "api", "postgresql shop").time, 40 * MILLISECOND);
}

#[test]
fn without_a_callers_span_the_edge_is_told_by_who_was_called() {
    let graph = graph(vec![
        span(1, 0, "web", SpanKind::Internal, 100),
        failed(server(2, 1, "api", 80)),
        span(3, 2, "lib", SpanKind::Internal, 7),
    ]);
    insta::assert_snapshot!(written(&graph), @r"
    api 1/1
    lib 1/0
    web 1/0 root
    api -> lib 1/0
    web -> api 1/1
    ");
    assert_eq!(edge(&graph, "web", "api").time, 80 * MILLISECOND);
}

#[test]
fn a_request_from_outside_comes_from_a_client() {
    insta::assert_snapshot!(written(&graph(vec![failed(server(1, 0, "api", 5))])), @r"
    api 1/1 root
    client (client)
    client (client) -> api 1/1
    ");
    insta::assert_snapshot!(written(&graph(vec![span(1, 0, "cron", SpanKind::Internal, 5)])), @"cron 1/0 root");
}

#[test]
fn two_ways_to_one_service_are_two_edges_to_one_node() {
    insta::assert_snapshot!(written(&graph(vec![
        server(1, 0, "web", 100),
        client(2, 1, "web", 40),
        client(3, 1, "web", 40),
        server(4, 2, "cart", 30),
        server(5, 3, "stock", 30),
        database(client(6, 4, "cart", 10)),
        database(client(7, 5, "stock", 10)),
    ])), @r"
    cart 1/0
    client (client)
    postgresql shop (db) 2/0
    stock 1/0
    web 1/0 root
    cart -> postgresql shop (db) 1/0
    client (client) -> web 1/0
    stock -> postgresql shop (db) 1/0
    web -> cart 1/0
    web -> stock 1/0
    ");
}

#[test]
fn services_may_call_each_other_in_circles_and_themselves() {
    insta::assert_snapshot!(written(&graph(vec![
        server(1, 0, "a", 100),
        client(2, 1, "a", 40),
        server(3, 2, "b", 40),
        client(4, 3, "b", 30),
        server(5, 4, "a", 30),
        client(6, 5, "a", 20),
        server(7, 6, "a", 10),
    ])), @r"
    a 3/0 root
    b 1/0
    client (client)
    a -> a 1/0
    a -> b 1/0
    b -> a 1/0
    client (client) -> a 1/0
    ");
}

#[test]
fn spans_within_a_service_are_no_calls() {
    insta::assert_snapshot!(written(&graph(vec![
        server(1, 0, "web", 100),
        span(2, 1, "web", SpanKind::Internal, 40),
        server(3, 1, "web", 40),
        span(4, 3, "web", SpanKind::Consumer, 40),
    ])), @r"
    client (client)
    web 1/0 root
    client (client) -> web 1/0
    ");
}

#[test]
fn parents_that_are_missing_or_lead_in_circles_are_callers_that_are_not_known() {
    let mut builder = GraphBuilder::default();
    builder.add(&trace(vec![server(1, 9, "a", 5), server(2, 2, "b", 5), server(3, 4, "c", 5), server(4, 3, "c", 5)]));
    assert_eq!(builder.unknown_callers(), 3);
    insta::assert_snapshot!(written(&builder.finish()), @r"
    a 1/0
    b 1/0
    c 1/0
    ");
}

#[test]
fn a_client_and_a_server_that_share_an_id_call_each_other() {
    insta::assert_snapshot!(written(&graph(vec![client(1, 0, "web", 9), server(1, 0, "api", 5), server(2, 1, "db", 1)])), @r"
    api 1/0
    db 1/0
    web 1/0 root
    api -> db 1/0
    web -> api 1/0
    ");
}

#[test]
fn how_a_call_is_made_is_no_second_call() {
    let http = |id, parent| with(client(id, parent, "web", 8), &[("server.address", "search")]);
    let elastic = |id| with(client(id, 1, "web", 9), &[("db.system", "elasticsearch"), ("db.name", "posts")]);
    insta::assert_snapshot!(written(&graph(vec![server(1, 0, "web", 20), elastic(2), http(3, 2), http(4, 1)])), @r"
    client (client)
    elasticsearch posts (db) 1/0
    search (remote) 1/0
    web 1/0 root
    client (client) -> web 1/0
    web -> elasticsearch posts (db) 1/0
    web -> search (remote) 1/0
    ");
    // Where somebody answers the inner one, the outer one is answered too.
    insta::assert_snapshot!(written(&graph(vec![client(2, 0, "web", 9), http(3, 2), server(4, 3, "search", 5)])), @r"
    search 1/0
    web 1/0 root
    web -> search 1/0
    ");
}

#[test]
fn a_message_goes_to_its_consumers_or_to_its_queue() {
    let send = |id| {
        let attributes = [("messaging.system", "kafka"), ("messaging.destination.name", "orders")];
        with(span(id, 1, "web", SpanKind::Producer, 2), &attributes)
    };
    let receive = |id, parent, service| span(id, parent, service, SpanKind::Consumer, 50);
    let graph = graph(vec![
        server(1, 0, "web", 10),
        send(2),
        send(3),
        receive(4, 3, "mail"),
        receive(5, 3, "mail"),
        receive(6, 3, "stock"),
    ]);
    insta::assert_snapshot!(written(&graph), @r"
    client (client)
    kafka orders (messaging) 1/0
    mail 2/0
    stock 1/0
    web 1/0 root
    client (client) -> web 1/0
    web -> kafka orders (messaging) 1/0
    web -> mail 1/0
    web -> stock 1/0
    ");
    assert_eq!(edge(&graph, "web", "mail").time, 2 * MILLISECOND, "the producer does not wait");
}

#[test]
fn a_service_that_was_called_by_its_name_is_that_service() {
    let to_api = |id| with(client(id, 1, "web", 9), &[("peer.service", "api")]);
    let to_auth = with(client(3, 1, "web", 9), &[("peer.service", "auth")]);
    let spans = vec![server(1, 0, "web", 20), to_api(2), to_auth, to_api(4), server(5, 4, "api", 5)];
    insta::assert_snapshot!(written(&graph(spans)), @r"
    api 1/0
    auth (remote) 1/0
    client (client)
    web 1/0 root
    client (client) -> web 1/0
    web -> api 2/0
    web -> auth (remote) 1/0
    ");
}

#[test]
fn failures_are_told_apart_where_somebody_says_whose_fault_it_was() {
    let status = |id, code: i64| failed(with(client(id, 1, "web", 1), &[("http.response.status_code", code)]));
    let flag = |id, name: &str| failed(with(client(id, 1, "web", 1), &[(name, true)]));
    let graph = graph(vec![
        server(1, 0, "web", 9),
        with(client(2, 1, "web", 1), &[("http.response.status_code", 404_i64)]),
        status(3, 404),
        status(4, 429),
        status(5, 503),
        status(6, 200),
        flag(7, "aws.xray.error"),
        flag(8, "aws.xray.throttle"),
        flag(9, "aws.xray.fault"),
        Span { end: None, ..client(10, 1, "web", 1) },
    ]);
    let figures = edge(&graph, "web", "");
    let Figures { total, ok, errors, throttles, faults, failures, .. } = *figures;
    assert_eq!((total, ok, errors, throttles, faults, failures), (9, 1, 2, 2, 2, 1));
    assert_eq!((figures.failed(), figures.durations.count()), (7, 8), "one has not ended");
}

#[test]
fn segments_of_xray_make_the_graph_that_its_guide_describes() {
    let segments = [
        r#"{"id":"1000000000000001","name":"web","start_time":1.0,"end_time":2.0,"http":{"request":{"method":"GET"}},"subsegments":[
            {"id":"1000000000000002","name":"Lambda","start_time":1.1,"end_time":1.5,"namespace":"aws","aws":{"operation":"Invoke"}},
            {"id":"1000000000000003","name":"DynamoDB","start_time":1.1,"end_time":1.5,"namespace":"aws","error":true,"throttle":true},
            {"id":"1000000000000004","name":"S3","start_time":1.1,"end_time":1.5,"namespace":"aws","aws":{"operation":"GetObject"}},
            {"id":"1000000000000005","name":"shop@db.example.com","start_time":1.1,"end_time":1.2,"namespace":"remote","sql":{"database_type":"PostgreSQL"}}]}"#,
        r#"{"id":"2000000000000001","name":"thumbs","start_time":1.2,"end_time":1.4,"parent_id":"1000000000000002","origin":"AWS::Lambda"}"#,
        r#"{"id":"2000000000000002","name":"thumbs","start_time":1.2,"end_time":1.4,"parent_id":"2000000000000001","origin":"AWS::Lambda::Function"}"#,
        r#"{"id":"3000000000000001","name":"DynamoDB","start_time":1.1,"end_time":1.5,"parent_id":"1000000000000003","inferred":true,"origin":"AWS::DynamoDB::Table","error":true,"throttle":true}"#,
    ];
    let with_id = |segment: &str| segment.replacen('{', r#"{"trace_id":"1-5759e988-bd862e3fe1be46a994272793","#, 1);
    let file = segments.map(|segment| with_id(segment).replace('\n', " ")).join("\n");
    let mut builder = GraphBuilder::default();
    for trace in Trace::group(wire::read_any(file.as_bytes()).unwrap().spans) {
        builder.add(&trace);
    }
    assert_eq!(builder.unknown_callers(), 0);
    let graph = builder.finish();
    insta::assert_snapshot!(written(&graph), @"
    DynamoDB (AWS::DynamoDB::Table) 1/1
    S3 (remote) 1/0
    client (client)
    shop@db.example.com (db) 1/0
    thumbs (AWS::Lambda) 1/0
    thumbs (AWS::Lambda::Function) 1/0
    web 1/0 root
    client (client) -> web 1/0
    thumbs (AWS::Lambda) -> thumbs (AWS::Lambda::Function) 1/0
    web -> DynamoDB (AWS::DynamoDB::Table) 1/1
    web -> S3 (remote) 1/0
    web -> shop@db.example.com (db) 1/0
    web -> thumbs (AWS::Lambda) 1/0
    ");
    assert_eq!(edge(&graph, "web", "DynamoDB").throttles, 1);
}

fn any_span() -> impl Strategy<Value = Span> {
    let kinds = prop::sample::select(SpanKind::NAMED.to_vec());
    (1_u64..12, 0_u64..12, prop::sample::select(vec!["a", "b", "c", ""]), kinds, any::<bool>()).prop_map(
        |(id, parent, service, kind, fails)| {
            let span = span(id, parent, service, kind, 3);
            if fails { failed(span) } else { span }
        },
    )
}

proptest! {
    #[test]
    fn whatever_the_parents_say_the_graph_is_sound_and_the_order_of_arrival_changes_nothing(
        spans in prop::collection::vec(any_span(), 1..24),
    ) {
        // One record an id: which of several that share one is the parent depends on what else they say.
        let mut spans = spans;
        spans.sort_by(|a, b| a.id.cmp(&b.id));
        spans.dedup_by(|a, b| a.id == b.id);
        let forwards = graph(spans.clone());
        let services: std::collections::BTreeSet<&str> = spans.iter().map(Span::service).collect();
        for service in services {
            prop_assert!(forwards.nodes.iter().any(|node| node.name == service && node.kind.is_none()));
        }
        let entered: u64 = forwards.nodes.iter().filter(|node| !node.is_inferred()).filter_map(|node| node.figures.as_ref()).map(|figures| figures.total).sum();
        prop_assert!(entered >= 1 && entered <= spans.len() as u64);
        spans.reverse();
        prop_assert_eq!(forwards, graph(spans));
    }

    #[test]
    fn traces_together_are_their_graphs_together(
        a in prop::collection::vec(any_span(), 1..12),
        b in prop::collection::vec(any_span(), 1..12),
    ) {
        let mut together = GraphBuilder::default();
        together.add(&trace(a.clone()));
        together.add(&trace(b.clone()));
        prop_assert_eq!(together.finish(), graph(a).merge(graph(b)));
    }
}

#[test]
fn a_chain_of_a_hundred_thousand_spans_is_no_deeper_than_any_other() {
    let resources: Vec<_> = (0..40).map(|n| Arc::new(Resource::of_service(&format!("service-{n:02}")))).collect();
    let spans = (1..=100_000_u64)
        .map(|id| {
            let kind = if id % 2 == 0 { SpanKind::Client } else { SpanKind::Server };
            Span { resource: Arc::clone(&resources[(id / 2 % 40) as usize]), ..span(id, id - 1, "", kind, 3) }
        })
        .collect();
    let graph = graph(spans);
    assert_eq!((graph.nodes.len(), graph.edges.len()), (42, 82));
}
