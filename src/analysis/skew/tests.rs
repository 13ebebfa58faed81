use std::sync::Arc;

use super::super::samples::{of_kind, running, span, trace};
use super::*;
use crate::model::{Resource, Span, SpanKind, Time};
use proptest::prelude::*;

const MS: Nanos = 1_000_000;

fn on(host: &str, span: Span) -> Span {
    let attributes = [("service.name", host), ("host.name", host)].into_iter().collect();
    Span { resource: Arc::new(Resource { attributes, ..Resource::default() }), ..span }
}

fn client(host: &str, id: u64, parent: u64, start: u64, end: u64) -> Span {
    on(host, of_kind(SpanKind::Client, span(id, parent, start, end)))
}

fn server(host: &str, id: u64, parent: u64, start: u64, end: u64) -> Span {
    on(host, of_kind(SpanKind::Server, span(id, parent, start, end)))
}

fn of(spans: Vec<Span>) -> (Trace, Tree, Skew) {
    let trace = trace(spans);
    let tree = Tree::build(&trace);
    let skew = Skew::of(&trace, &tree);
    (trace, tree, skew)
}

/// What is proposed, in milliseconds, by node.
fn shifts(spans: Vec<Span>) -> Vec<Nanos> {
    let (_, tree, skew) = of(spans);
    (0..tree.nodes().len()).map(|node| skew.shift(node).unwrap_or(0) / MS).collect()
}

fn words(spans: Vec<Span>) -> Vec<String> {
    let (_, _, skew) = of(spans);
    skew.hosts().iter().map(|between| between.words(&|length| format!("{} ms", length / MS))).collect()
}

#[test]
fn a_server_that_starts_early_is_moved_as_little_as_possible_with_all_of_its_host() {
    let spans = vec![client("a", 1, 0, 100, 200), server("b", 2, 1, 90, 120), on("b", span(3, 2, 95, 100))];
    assert_eq!(shifts(spans.clone()), [0, 10, 10]);
    assert_eq!(
        words(spans),
        [
            "the clock of b seems 10 ms behind that of a: 1 of 1 call does not fit into its client, and from 10 ms to 80 ms suits all of them"
        ]
    );
    assert_eq!(shifts(vec![client("a", 1, 0, 100, 200), server("b", 2, 1, 190, 220)]), [0, -20]);
}

#[test]
fn one_offset_must_suit_all_calls_in_both_directions() {
    let calls = |back: u64| {
        vec![
            client("a", 1, 0, 100, 200),
            server("b", 2, 1, 90, 180),
            client("b", 3, 2, 100, 130),
            server("a", 4, 3, back, back + 10),
        ]
    };
    // a within b: b may be moved by at most what a has there before its end.
    assert_eq!(shifts(calls(112)), [0, 10, 10, 0]);
    assert_eq!(shifts(calls(105)), [0, 0, 0, 0]);
    assert_eq!(words(calls(105)), ["no clock offset between b and a suits all: 1 of 2 calls does not fit into its client"]);
}

#[test]
fn what_fits_is_left_alone_and_so_is_what_is_off_by_the_last_digit_of_the_clock() {
    let mut late = server("b", 2, 1, 10, 200);
    late.end = late.end.map(|end| end.saturating_add(900));
    for fits in [server("b", 2, 1, 100, 200), late] {
        let spans = vec![client("a", 1, 0, 10, 200), fits];
        assert!(!of(spans.clone()).2.any());
        assert_eq!(words(spans), ["the clock of b agrees with that of a, by 1 call"]);
    }
    let (mut trace, tree, _) = of(vec![client("a", 1, 0, 10, 20), server("b", 2, 1, 9, 12)]);
    trace.precision = MS;
    assert!(!Skew::of(&trace, &tree).any(), "the source's times are no better than that");
}

#[test]
fn a_server_that_took_longer_than_its_client_is_said_and_not_moved() {
    let spans = vec![client("a", 1, 0, 100, 200), server("b", 2, 1, 90, 300)];
    assert_eq!(shifts(spans.clone()), [0, 0]);
    assert_eq!(words(spans), ["no clock offset between b and a explains the call that does not fit: the server took longer"]);
}

#[test]
fn calls_that_contradict_each_other_are_said_and_not_moved() {
    let spans =
        vec![client("a", 1, 0, 100, 120), server("b", 2, 1, 90, 100), client("a", 3, 0, 200, 220), server("b", 4, 3, 225, 230)];
    assert_eq!(shifts(spans.clone()), [0; 4]);
    assert_eq!(words(spans), ["no clock offset between b and a suits all: 2 of 2 calls do not fit into their clients"]);
}

#[test]
fn spans_of_one_host_are_never_moved_against_each_other() {
    for (first, second) in [("a", "a"), ("a", "c")] {
        let mut inner = server(second, 2, 1, 5, 20);
        let ids = [("service.name", second), ("host.id", "i-1"), ("host.name", "a")];
        Arc::make_mut(&mut inner.resource).attributes = ids.into_iter().collect();
        let spans = vec![client(first, 1, 0, 10, 30), inner];
        assert_eq!(shifts(spans.clone()), [0, 0]);
        assert!(words(spans).is_empty());
    }
}

#[test]
fn a_consumer_and_what_still_runs_tell_nothing() {
    let producer = on("a", of_kind(SpanKind::Producer, span(1, 0, 10, 20)));
    let consumer = on("b", of_kind(SpanKind::Consumer, span(2, 1, 5, 40)));
    assert!(words(vec![producer, consumer]).is_empty());
    assert!(words(vec![client("a", 1, 0, 10, 20), running(server("b", 2, 1, 5, 0))]).is_empty());
    assert!(words(vec![client("a", 1, 0, 10, 20), on("b", span(2, 1, 5, 6))]).is_empty());
}

#[test]
fn along_chains_offsets_add_up() {
    let spans = vec![
        client("a", 1, 0, 100, 200),
        server("b", 2, 1, 80, 150),
        client("b", 3, 2, 90, 140),
        server("c", 4, 3, 60, 70),
        on("c", span(5, 4, 61, 62)),
    ];
    assert_eq!(shifts(spans), [0, 20, 20, 50, 50]);
}

#[test]
fn where_two_ways_disagree_nothing_is_moved_and_that_is_said() {
    let spans = |c: u64| {
        vec![
            client("a", 1, 0, 100, 200),
            server("b", 2, 1, 80, 180),
            client("a", 3, 0, 300, 400),
            server("c", 4, 3, 310, 320),
            client("b", 5, 2, 90, 100),
            server("c", 6, 5, c, c + 1),
        ]
    };
    // b is 20 behind, c is right: so c must be 20 after b within its call.
    assert_eq!(shifts(spans(112)), [0, 20, 20, 0, 0, 0]);
    assert_eq!(shifts(spans(95)), [0; 6]);
    assert_eq!(
        words(spans(95))[0],
        "the clock of b cannot be compared with that of a: 1 of 1 call does not fit into its client, and calls by way of other hosts say otherwise"
    );
}

#[test]
fn a_services_name_is_weak_evidence_and_that_is_said() {
    let by_service = |service: &str, span: Span| Span { resource: Arc::new(Resource::of_service(service)), ..span };
    let spans = vec![by_service("web", client("", 1, 0, 10, 20)), by_service("api", server("", 2, 1, 5, 8))];
    assert!(words(spans)[0].ends_with("(hosts are told by service.name only)"));
    let one = vec![by_service("web", client("", 1, 0, 10, 20)), by_service("web", server("", 2, 1, 5, 8))];
    assert!(words(one).is_empty());
}

#[test]
fn a_chain_of_ten_thousand_hosts_is_no_trouble() {
    let spans = (0..10_000_u64).flat_map(|at| {
        let host = format!("h{at}");
        [
            server(&host, at * 2 + 1, at * 2, 20_000 - at, 30_000 - at),
            client(&host, at * 2 + 2, at * 2 + 1, 20_000 - at, 30_000 - at),
        ]
    });
    let shifts = shifts(spans.collect());
    assert_eq!(shifts.last(), Some(&9_999));
}

proptest! {
    /// Whatever the times: with what is proposed, every call between hosts that are not excused fits, durations stay, and spans of
    /// one host move together.
    #[test]
    fn what_is_proposed_makes_all_calls_fit(
        calls in proptest::collection::vec((0u64..4, 0u64..4, 20u64..40, 0u64..20, 0u64..60, 0u64..20), 1..8),
    ) {
        let spans = calls.into_iter().enumerate().flat_map(|(at, (from, to, start, length, inner, took))| {
            let id = at as u64 * 2 + 1;
            [
                client(&format!("h{from}"), id, 0, start, start + length),
                server(&format!("h{to}"), id + 1, id, inner, inner + took),
            ]
        });
        let (trace, tree, skew) = of(spans.collect());
        let moved = |node: usize| {
            let span = tree.span(&trace, node)?;
            let by = skew.shift(node).unwrap_or(0);
            Some((span.service().to_owned(), by, span.start.saturating_add(by), span.end?.saturating_add(by)))
        };
        let mut by_host = std::collections::HashMap::new();
        for node in 0..tree.nodes().len() {
            let (host, by, start, end) = moved(node).unwrap();
            prop_assert_eq!(*by_host.entry(host.clone()).or_insert(by), by);
            prop_assert_eq!(Some(end.since(start)), tree.span(&trace, node).unwrap().duration());
            let Some(above) = tree.nodes()[node].parent else { continue };
            let (callers, _, from, to): (String, Nanos, Time, Time) = moved(above).unwrap();
            let said = skew.hosts().iter().find(|between| {
                [(&between.from.name, &between.to.name), (&between.to.name, &between.from.name)].contains(&(&callers, &host))
            });
            prop_assert_eq!(said.is_none(), callers == host);
            if said.is_some_and(|said| matches!(said.offset, Offset::Proposed(_) | Offset::NotNeeded)) {
                prop_assert!(from.since(start) <= 1_000 && end.since(to) <= 1_000);
            }
        }
    }
}
