use super::super::samples::{named, of_kind, span};
use super::*;
use crate::model::{Span, SpanKind, Trace};
use proptest::prelude::*;

fn trace(id: u8, spans: Vec<Span>) -> Trace {
    Trace::assemble(TraceId::from_bytes([id; 16]), spans).unwrap()
}

fn with(span: Span, attributes: &[(&str, &str)]) -> Span {
    Span { attributes: attributes.iter().copied().collect(), ..span }
}

fn call(start: u64, end: u64, url: &str) -> Span {
    let span = of_kind(SpanKind::Client, named("web", "GET", span(2, 1, start, end)));
    with(span, &[("http.request.method", "GET"), ("url.full", url)])
}

fn answer(start: u64, end: u64, path: &str) -> Span {
    let span =
        of_kind(SpanKind::Server, named("api", &format!("GET {}", path.split('?').next().unwrap()), span(9, 0, start, end)));
    with(span, &[("http.method", "GET"), ("http.target", path)])
}

fn of(traces: &[Trace]) -> Matches {
    let mut maker = Matchmaker::default();
    for trace in traces {
        maker.add(trace);
    }
    maker.finish()
}

/// How often each was lost, in words, and how many are ambiguous.
fn told(traces: Vec<Vec<Span>>) -> (Vec<String>, usize) {
    let traces: Vec<Trace> = traces.into_iter().zip(1..).map(|(spans, id)| trace(id, spans)).collect();
    let matches = of(&traces);
    let words = matches.lost.iter().map(|lost| {
        let LostContext { from, to, count, evidence, .. } = lost;
        format!("{} {} - {} {}: {count}, {}", from.service, from.name, to.service, to.name, evidence.words())
    });
    (words.collect(), matches.ambiguous)
}

fn root() -> Span {
    named("web", "page", span(1, 0, 0, 1_000))
}

#[test]
fn a_call_and_the_server_that_answered_it_in_another_trace_belong_together() {
    let traces = |url, path| vec![vec![root(), call(100, 200, url)], vec![answer(110, 190, path)]];
    assert_eq!(
        told(traces("http://lb/u/42?x=1", "/u/42?x=2")),
        (vec!["web GET - api GET /u/?: 1, the same request at that time".to_owned()], 0)
    );
    assert_eq!(
        told(traces("http://api:80/u", "/u")).0,
        ["web GET - api GET /u: 1, the same request, to a service of that name, at that time"]
    );
    assert_eq!(told(traces("http://api/u", "/v")).0, [""; 0], "another path");
    assert_eq!(told(traces("http://web/u", "/u")).0, [""; 0], "another service, which is known");
}

#[test]
fn the_server_must_lie_within_the_call() {
    let traces = |start, end| vec![vec![root(), call(100, 200, "http://lb/u")], vec![answer(start, end, "/u")]];
    assert_eq!(told(traces(95, 208)).0.len(), 1, "clocks differ");
    for (start, end) in [(80, 190), (110, 220), (300, 310), (10, 20)] {
        assert_eq!(told(traces(start, end)), (vec![], 0));
    }
}

#[test]
fn what_is_answered_in_its_own_trace_or_of_the_same_trace_is_not_lost() {
    let mut own = answer(110, 190, "/u");
    own.parent = Some(call(0, 0, "").id);
    own.id = span(3, 0, 0, 0).id;
    assert_eq!(told(vec![vec![root(), call(100, 200, "http://lb/u"), own], vec![answer(110, 190, "/u")]]), (vec![], 0));
    assert_eq!(told(vec![vec![root(), call(100, 200, "http://lb/u"), answer(110, 190, "/u")]]), (vec![], 0));
}

#[test]
fn what_is_ambiguous_is_counted_and_not_claimed() {
    let call = || vec![root(), call(100, 200, "http://lb/u")];
    let answer = || vec![answer(110, 190, "/u")];
    assert_eq!(told(vec![call(), answer(), answer()]), (vec![], 1));
    assert_eq!(told(vec![call(), call(), answer()]), (vec![], 2));
    let crowd = std::iter::once(call()).chain((0..100).map(|_| answer()));
    assert_eq!(told(crowd.collect()), (vec![], 1));
}

#[test]
fn a_service_that_is_called_by_name_needs_no_path() {
    let plain = |id, kind, service: &str, from, to| of_kind(kind, named(service, "op", span(id, 0, from, to)));
    let called = with(plain(1, SpanKind::Client, "web", 100, 200), &[("peer.service", "api")]);
    let server = plain(2, SpanKind::Server, "api", 110, 190);
    assert_eq!(
        told(vec![vec![called], vec![server]]).0,
        ["web op - api op: 1, a request to a service of that name at that time"]
    );
}

#[test]
fn a_message_is_handled_after_it_was_sent() {
    let message = |kind, service: &str, from, to| {
        let span = of_kind(kind, named(service, "orders", span(1, 0, from, to)));
        with(span, &[("messaging.system", "kafka"), ("messaging.destination.name", "orders")])
    };
    let sent = || vec![message(SpanKind::Producer, "web", 100, 101)];
    let handled = |from| vec![message(SpanKind::Consumer, "worker", from, from + 500)];
    assert_eq!(told(vec![sent(), handled(5_000)]).0, ["web orders - worker orders: 1, the same request at that time"]);
    assert_eq!(told(vec![sent(), handled(50)]), (vec![], 0));
    assert_eq!(told(vec![sent(), handled(70_000)]), (vec![], 0));
}

#[test]
fn many_are_one_line_with_the_first_as_an_example() {
    let traces: Vec<Trace> = (0..20_u64)
        .flat_map(|at| {
            let id = at as u8 * 2 + 1;
            let url = format!("http://lb/u/{at}");
            let answer = answer(at * 1_000 + 110, at * 1_000 + 120, &format!("/u/{at}"));
            [trace(id, vec![call(at * 1_000 + 100, at * 1_000 + 200, &url)]), trace(id + 1, vec![answer])]
        })
        .collect();
    let matches = of(&traces);
    assert_eq!((matches.lost.len(), matches.lost[0].count), (1, 20));
    assert_eq!(matches.lost[0].example, (TraceId::from_bytes([1; 16]), TraceId::from_bytes([2; 16])));
}

proptest! {
    #[test]
    fn the_order_changes_nothing_and_nobody_has_two_partners(
        halves in proptest::collection::vec((any::<bool>(), 0u64..200, 0u64..60, 0u8..3), 1..24),
    ) {
        let mut traces: Vec<Trace> = halves.iter().zip(1..).map(|(&(asks, start, length, path), id)| {
            let span = if asks { call(start, start + length, &format!("http://lb/{path}")) } else { answer(start, start + length, &format!("/{path}")) };
            trace(id, vec![span])
        }).collect();
        let matches = of(&traces);
        traces.reverse();
        prop_assert_eq!(&of(&traces), &matches);
        let calls = halves.iter().filter(|half| half.0).count();
        let claimed: usize = matches.lost.iter().map(|lost| lost.count).sum();
        prop_assert!(claimed + matches.ambiguous <= calls && claimed <= halves.len() - calls);
    }
}
