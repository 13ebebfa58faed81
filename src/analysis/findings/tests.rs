use super::super::samples::{failed, named, of_kind, running, span, trace};
use super::*;
use crate::model::{Span, SpanKind};
use proptest::prelude::*;

const MS: Nanos = 1_000_000;

fn of(spans: Vec<Span>) -> (Trace, Tree, Vec<Finding>) {
    let trace = trace(spans);
    let tree = Tree::build(&trace);
    let found = find(&trace, &tree, &CriticalPath::of(&trace, &tree));
    (trace, tree, found)
}

fn told(spans: Vec<Span>, wanted: impl Fn(Kind) -> bool) -> Vec<String> {
    let (trace, tree, found) = of(spans);
    let found = found.iter().filter(|finding| wanted(finding.kind));
    found.map(|finding| finding.words(&name(&trace, &tree), &|time| format!("{} ms", time / MS))).collect()
}

fn name(trace: &Trace, tree: &Tree) -> impl Fn(usize) -> String {
    |node| tree.span(trace, node).map_or_else(String::new, |span| span.name.clone())
}

fn is_hole(kind: Kind) -> bool {
    matches!(kind, Kind::Untraced { .. })
}

/// What stands out but holes, in words.
fn words(spans: Vec<Span>) -> Vec<String> {
    told(spans, |kind| !is_hole(kind))
}

fn holes(spans: Vec<Span>) -> Vec<String> {
    told(spans, is_hole)
}

fn call(name: &str, id: u64, start: u64, end: u64) -> Span {
    of_kind(SpanKind::Client, named("web", name, span(id, 1, start, end)))
}

fn root(end: u64) -> Span {
    named("web", "GET /", span(1, 0, 0, end))
}

/// So many calls, each of so many milliseconds, one every so many, below a root of 100.
fn calls(count: u64, length: u64, every: u64) -> Vec<Span> {
    let calls = (0..count).map(|at| call(&format!("get user {at}"), at + 2, at * every, at * every + length));
    std::iter::once(root(100)).chain(calls).collect()
}

#[test]
fn five_like_calls_one_after_the_other_are_a_pattern() {
    assert_eq!(words(calls(5, 3, 4)), ["N+1: get user 0 and its like, 5 times one after the other in GET /: 15 ms"]);
    // Too few, too short, side by side.
    assert!(words(calls(4, 3, 4)).is_empty());
    assert!(words(calls(5, 1, 4)).is_empty());
    assert!(words(calls(5, 8, 4)).is_empty());
}

#[test]
fn calls_of_other_peers_or_statements_are_not_alike() {
    let with = |key: &str, value: fn(usize) -> String| {
        let mut spans = calls(5, 3, 4);
        for (at, span) in spans.iter_mut().enumerate() {
            span.attributes.push(key, value(at));
        }
        of(spans).2.iter().filter(|found| found.kind == Kind::Repeated).count()
    };
    assert_eq!(with("server.address", |at| format!("{}", char::from(b'a' + at as u8))), 0);
    assert_eq!(with("server.address", |_| "db".to_owned()), 1);
    assert_eq!(with("db.query.text", |at| format!("SELECT {}", char::from(b'a' + at as u8))), 0);
    assert_eq!(with("db.query.text", |at| format!("SELECT * FROM t WHERE id = {at}")), 1);
    let mut internal = calls(5, 3, 4);
    for span in &mut internal {
        span.kind = SpanKind::Internal;
    }
    assert!(words(internal.clone()).is_empty(), "no calls");
    for span in &mut internal {
        span.attributes.push("db.system", "sqlite");
    }
    assert_eq!(words(internal).len(), 1);
}

#[test]
fn three_attempts_that_fail_are_a_storm_unless_they_run_side_by_side() {
    let attempts = |starts: [u64; 4], last_fails: bool| {
        let attempt = |(at, start): (usize, u64)| {
            let span = call("put", at as u64 + 2, start, start + 5);
            if at < 3 || last_fails { failed("", span) } else { span }
        };
        std::iter::once(root(100)).chain(starts.into_iter().enumerate().map(attempt)).collect::<Vec<_>>()
    };
    assert_eq!(
        words(attempts([0, 6, 13, 22], true)),
        ["put was tried 4 times in GET / and failed each time: 27 ms, with growing pauses"]
    );
    assert_eq!(
        words(attempts([0, 6, 12, 18], false)),
        ["put was tried 4 times in GET / and went well only the last time: 23 ms"]
    );
    assert!(words(attempts([0, 1, 2, 3], true)).is_empty());
    assert!(words(attempts([0, 6, 12, 18], true)[..3].to_vec()).is_empty(), "two are an ordinary retry");
    let five = [attempts([0, 6, 12, 18], true), vec![failed("", call("put", 9, 24, 30))]].concat();
    assert_eq!(words(five).len(), 1, "and nothing else");
    let mut other = attempts([0, 6, 12, 18], true);
    other[2].attributes.push("url.full", "http://other/");
    assert!(words(other).iter().all(|found| !found.contains("tried 4 times")));
}

#[test]
fn calls_of_different_operations_back_to_back_could_run_side_by_side() {
    let spans = |pause: u64| {
        let next = 31 + pause;
        vec![root(100), call("a", 2, 1, 31), call("b", 3, next, next + 20), call("c", 4, next + 20, next + 30)]
    };
    assert_eq!(
        words(spans(0)),
        [
            "a, b and c run one after the other in GET /: they could run side by side if they do not need each other's answers, which saves 30 ms at most"
        ]
    );
    // With two milliseconds of work in between, it is only the last two.
    assert!(words(spans(2))[0].starts_with("b and c run"));
    let mut like = spans(0);
    like.iter_mut().skip(1).for_each(|span| span.name = "a".to_owned());
    assert!(words(like).is_empty(), "alike");
    let mut beside = spans(0);
    beside.extend([call("long", 5, 0, 99)]);
    assert!(words(beside).is_empty(), "nobody waits for them");
}

#[test]
fn a_hole_on_the_critical_path_is_told_by_what_is_around_it() {
    let hole = |spans: Vec<Span>| holes([vec![root(100)], spans].concat());
    assert_eq!(hole(vec![call("a", 2, 0, 40), call("b", 3, 60, 100)]), ["20 ms in GET / between a and b that nobody traced"]);
    assert!(hole(vec![call("a", 2, 0, 41), call("b", 3, 60, 100)]).is_empty(), "less than a fifth");
    assert_eq!(hole(vec![call("a", 2, 40, 100)]), ["40 ms in GET / before a that nobody traced"]);
    assert!(hole(vec![call("a", 2, 0, 100)]).is_empty());
    assert!(hole(vec![]).is_empty(), "not instrumented below");
    assert!(
        words(vec![root(20), call("a", 2, 0, 5), call("b", 3, 14, 20)]).is_empty(),
        "nobody would look at nine milliseconds"
    );
}

#[test]
fn what_is_further_down_was_traced_too() {
    let early = |from, to| holes(vec![root(100), call("a", 2, 85, 100), span(3, 2, from, to)]);
    assert_eq!(early(85, 100), ["85 ms in GET / before a that nobody traced"]);
    assert!(early(5, 80).is_empty(), "it began before the span that it is below");
    assert_eq!(early(30, 90), ["30 ms in GET / before a that nobody traced"]);
}

#[test]
fn calls_of_one_name_are_told_once() {
    let to = |peer: &str, mut call: Span| {
        call.attributes.push("peer.service", peer);
        call
    };
    let calls = vec![root(100), to("a", call("get", 2, 0, 40)), to("b", call("get", 3, 40, 80)), call("put", 4, 80, 99)];
    let said = words(calls).join(" ");
    assert!(said.starts_with("get (2 calls) and put run one after the other in GET /:"), "{said}");
}

#[test]
fn what_takes_most_comes_first_whatever_the_order_of_arrival() {
    let mut spans = calls(5, 3, 4);
    spans.extend([call("a", 20, 40, 60), call("b", 21, 60, 80)]);
    let first = words(spans.clone());
    spans.reverse();
    assert_eq!(words(spans), first);
    assert!(first.len() >= 2);
    let (_, _, found) = of(calls(5, 3, 4));
    assert!(found.windows(2).all(|pair| pair[0].time >= pair[1].time));
}

#[test]
fn a_hundred_thousand_siblings_are_no_trouble() {
    let spans = std::iter::once(root(100_000)).chain((0..100_000).map(|at| call(&format!("get {at}"), at + 2, at, at + 1)));
    let (_, _, found) = of(spans.collect());
    assert_eq!((found.len(), found[0].nodes.len()), (1, 100_000));
}

proptest! {
    #[test]
    fn nothing_panics_and_no_finding_takes_longer_than_where_it_is(
        spans in proptest::collection::vec((2u64..20, 0u64..8, 0u64..300, 0u64..120, 0u8..3, 0u8..6), 1..30),
    ) {
        let spans = spans.into_iter().map(|(id, parent, start, length, name, odd)| {
            let span = named("web", &format!("get {name}"), span(id, parent, start, start + length));
            match odd {
                0 => running(span),
                1 | 2 => failed("", of_kind(SpanKind::Client, span)),
                _ => of_kind(SpanKind::Client, span),
            }
        });
        let (trace, tree, found) = of(std::iter::once(root(400)).chain(spans).collect());
        for finding in found {
            prop_assert!(finding.time > 0);
            if let Some(parent) = tree.span(&trace, finding.parent).and_then(Span::duration) {
                prop_assert!(finding.time <= parent, "{finding:?}");
            }
            for node in &finding.nodes {
                prop_assert_eq!(tree.nodes()[*node].parent, Some(finding.parent));
            }
            finding.words(&name(&trace, &tree), &|time| time.to_string());
        }
    }
}
