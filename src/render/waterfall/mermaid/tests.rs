//! Whole diagrams, and what holds of any trace.

use std::sync::LazyLock;

use proptest::prelude::*;
use regex::Regex;

use super::*;
use crate::analysis::Analysis;
use crate::model::{Span, SpanKind, Trace};
use crate::render::samples::{failed, look, page, running, span, trace};
use crate::render::waterfall::Shown;
use crate::render::waterfall::tests::any_span;

fn told_with(trace: &Trace, options: Options<'_>, look: &Look) -> String {
    let analysis = Analysis::of(trace);
    let shown = Shown { trace, analysis: &analysis };
    render(&[Section { shown, options, span: None }], look)
}

fn told(trace: &Trace) -> String {
    told_with(trace, Options::default(), &look(100))
}

fn of_kind(kind: SpanKind, span: Span) -> Span {
    Span { kind, ..span }
}

#[test]
fn a_page() {
    insta::assert_snapshot!(told(&page()), @"
    sequenceDiagram
      participant s0 as frontend-react-js
      participant s1 as backend-flask
      participant s2 as postgres
      participant s3 as dynamodb
      Note over s0,s3: frontend-react-js  GET /#64;andrewbrown · 812 ms · 31 spans<br/>4 services · 1 error<br/>5759e988bd862e3fe1be46a994272793 · 2026-07-24 14#58;03#58;05 UTC<br/>complete
      Note over s0: GET /#64;andrewbrown · 812 ms
      s0->>+s1: GET /api/activities/#64;andrewbrown
      Note over s1: cognito-verify-token · 39.6 ms<br/>user-activities-data · 329 ms
      s1->>+s2: SELECT users WHERE handle = #36;1
      s2-->>-s1: 12.4 ms
      s1->>+s2: ×23 SELECT replies WHERE activity#95;uuid = #36;1
      s2-->>-s1: 296 ms: p50 10.4 ms max 11.8 ms
      Note over s1: notifications · 239 ms
      s1->>+s3: #33; DynamoDB.Query cruddur-messages
      s3--x-s1: 235 ms: handled#58; ProvisionedThroughputExceededException#58; rate exceeded
      Note over s1: momento-counter · 2.4 ms
      s1-->>-s0: 619 ms
    ");
}

#[test]
fn calls_side_by_side_stand_in_the_order_of_time() {
    let mut query = of_kind(SpanKind::Client, span(4, 2, "api", "SELECT", 15, 20));
    query.attributes.push("db.system", "postgresql");
    let publish = of_kind(SpanKind::Producer, span(5, 3, "shop", "orders publish", 40, 41));
    let handle = of_kind(SpanKind::Consumer, span(6, 5, "mail", "orders process", 60, 190));
    let spans = vec![
        span(1, 0, "web", "GET /", 0, 100),
        span(2, 1, "api", "first", 10, 50),
        failed(span(3, 1, "shop", "second", 30, 45), "sold out"),
        query,
        publish,
        handle,
        running(span(7, 1, "log", "still going", 70, 0)),
        span(8, 77, "cron", "orphan", 5, 6),
        span(9, 9, "loop", "self", 7, 8),
    ];
    insta::assert_snapshot!(told(&trace(spans)), @"
    sequenceDiagram
      participant s0 as web
      participant s1 as api
      participant s2 as postgresql<br/>(db)
      participant s3 as shop
      participant s4 as mail
      participant s5 as log
      participant s6 as loop
      participant s7 as cron
      Note over s0,s7: web  GET / · 190 µs · 9 spans · 7 services · 1 error<br/>5759e988bd862e3fe1be46a994272793 · 2026-07-24 14#58;03#58;05 UTC<br/>incomplete#58; 1 parent span has not arrived#59; 1 span is still<br/>running
      Note over s0: GET / · 100 µs
      Note over s7: #8943; 000000000000004d not arrived (yet)<br/>orphan · 1 µs
      Note over s6: #8634; self · 1 µs
      s0->>+s1: first
      s1->>+s2: SELECT
      s2-->>-s1: 5 µs
      s0->>+s3: #33; second
      Note over s3: orders publish · 1 µs
      s3--x-s0: 15 µs: handled#58; sold out
      s1-->>-s0: 40 µs
      s3-)s4: orders process · 130 µs
      s0->>s5: #63; still going · running
    ");
}

#[test]
fn what_one_does_alone_is_counted_where_it_is_much() {
    let mut spans = vec![span(1, 0, "web", "GET /", 0, 1000)];
    spans.extend((2..20).map(|n| span(n, 1, "web", &format!("step {n}"), i128::from(n), i128::from(n * 10))));
    spans.push(failed(span(20, 1, "web", "broken", 30, 31), "no"));
    insta::assert_snapshot!(told(&trace(spans)), @"
    sequenceDiagram
      participant s0 as web
      Note over s0: web  GET / · 1 ms · 20 spans · 1 service · 1 error<br/>5759e988bd862e3fe1be46a994272793 · 2026-07-24 14#58;03#58;05 UTC<br/>complete
      Note over s0: GET / · 1 ms<br/>step 17 · 153 µs<br/>step 18 · 162 µs<br/>step 19 · 171 µs<br/>#33; broken · 1 µs: handled#58; no<br/>… 15 more spans
    ");
}

#[test]
fn mermaid_takes_what_is_written_whatever_its_size() {
    let name = |n: u64| format!("{n} {}", "\"x\" & a long name; ".repeat(20));
    let spans = (1..=3_000).map(|n| span(n, u64::from(n > 1), &name(n), &name(n), i128::from(n), 20_000));
    let large = trace(spans.collect());
    let wanted = Options { max_rows: Some(10_000), ..Options::default() };
    let diagram = told_with(&large, wanted, &look(100));
    assert!((20_000..=MOST).contains(&diagram.len()), "{}", diagram.len());
    assert!(diagram.contains(" rows only, which is what Mermaid takes"), "{}", &diagram[..5_000]);
    let few = trace(large.spans()[..3].to_vec());
    let analysis = Analysis::of(&few);
    let shown = Shown { trace: &few, analysis: &analysis };
    let many = vec![Section { shown, options: wanted, span: None }; 500];
    let diagram = render(&many, &look(100));
    assert!(diagram.len() <= MOST && diagram.contains(" more traces left out: Mermaid takes no more"), "{}", diagram.len());
}

fn hostile() -> impl Strategy<Value = String> {
    let known = [
        "end",
        "a; b",
        "%%{init}%%",
        "#35;",
        "x\nNote over s0: y",
        "style: x #a;",
        "</script><b>",
        "->>",
        "participant",
        "wrap: x",
        "$$x$$",
        "\u{202e}",
        "注文",
    ];
    prop_oneof![prop::sample::select(known.to_vec()).prop_map(str::to_owned), any::<String>()]
}

static COUNTED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"… ([0-9,]+) more span|(?:-|\(yet\)) \+([0-9,]+)").unwrap());

/// A line of a sequence diagram as this program writes it, its numbers and its words.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^  (?:participant s([0-9]+) as|Note over s([0-9]+)(?:,s([0-9]+))?:|s([0-9]+)(->>\+|->>|-\)|-->>-|--x-)s([0-9]+):) ((?:[^#;<>{}%`\x22$\n]|#[0-9]+;|<br/>)+)$").unwrap()
});

proptest! {
    // Each draws a trace several times.
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_span_is_told_once_or_counted(
        spans in prop::collection::vec(any_span(), 1..50), max_rows in prop::option::of(1_usize..20), depth in prop::option::of(1_usize..4),
    ) {
        let name = |(nth, span): (usize, Span)| Span { name: format!("unique-{nth}-"), ..span };
        let trace = trace(spans.into_iter().enumerate().map(name).collect());
        let diagram = told_with(&trace, Options { max_rows, depth, ..Options::default() }, &look(100));
        let head = diagram.lines().find(|line| line.starts_with("  Note over ")).unwrap();
        let body = diagram.replacen(head, "", 1);
        let mut seen = 0;
        for span in trace.spans() {
            let times = body.matches(&span.name).count();
            prop_assert!(times <= 1, "{}", diagram);
            seen += times;
        }
        let counted: usize = COUNTED
            .captures_iter(&body)
            .map(|found| found.get(1).or(found.get(2)).unwrap().as_str().replace(',', "").parse::<usize>().unwrap())
            .sum();
        prop_assert_eq!(seen + counted, trace.spans().len(), "{}", diagram);
    }

    #[test]
    fn names_stay_words_and_the_same_trace_gives_the_same_bytes(
        spans in prop::collection::vec((any_span(), hostile(), hostile(), hostile()), 1..30), max_rows in prop::option::of(1_usize..20), ascii: bool,
    ) {
        let name = |(of, name, service, message): (Span, String, String, String)| {
            let mut named = Span { resource: span(1, 0, &service, "", 0, 0).resource, name, ..of };
            named.attributes.push("peer.service", service.as_str());
            if message.len() % 2 == 0 { failed(named, &message) } else { named }
        };
        let trace = trace(spans.into_iter().map(name).collect());
        let options = Options { max_rows, ..Options::default() };
        let look = Look { ascii, ..look(100) };
        let diagram = told_with(&trace, options, &look);
        let mut lines = diagram.lines();
        prop_assert_eq!(lines.next(), Some("sequenceDiagram"));
        let mut active = vec![0_i32; diagram.matches("\n  participant s").count()];
        for (nth, written) in lines.enumerate() {
            let found = LINE.captures(written);
            prop_assert!(found.is_some(), "{:?}", written);
            let found = found.unwrap();
            let number = |group: usize| found.get(group).map(|number| number.as_str().parse::<usize>().unwrap());
            if nth < active.len() {
                prop_assert_eq!(number(1), Some(nth));
            }
            for group in [2, 3, 4, 6] {
                prop_assert!(number(group).is_none_or(|number| number < active.len()));
            }
            match found.get(5).map(|arrow| arrow.as_str()) {
                Some("->>+") => active[number(6).unwrap()] += 1,
                Some("-->>-" | "--x-") => active[number(4).unwrap()] -= 1,
                _ => {}
            }
            prop_assert!(active.iter().all(|count| *count >= 0), "an answer before its question: {}", diagram);
        }
        prop_assert!(active.iter().all(|count| *count == 0), "{}", diagram);
        prop_assert!(diagram.chars().count() <= MOST);
        if ascii {
            prop_assert!(diagram.is_ascii(), "{}", diagram);
        }
        let mut others = trace.spans().to_vec();
        others.reverse();
        prop_assert_eq!(told_with(&crate::render::samples::trace(others), options, &look), diagram);
    }
}
