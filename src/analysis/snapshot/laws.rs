//! The laws of snapshots, over any trace.

use std::sync::Arc;

use super::tests::{observed, told};
use super::*;
use crate::analysis::samples::{at, span};
use crate::model::{Resource, Span, SpanId, SpanKind, Status, StatusCode};
use proptest::prelude::*;

/// A span of few names, with a parent that may be anything.
fn any_span(id: u64) -> impl Strategy<Value = Span> {
    let kind = (0..3).prop_map(SpanKind::from_number);
    let status = prop_oneof![4 => Just(0), 1 => 1..3].prop_map(StatusCode::from_number);
    (0_u64..12, 0..3_u8, kind, status, prop::option::of(0..2_u8), 0_u64..40, 0_u64..20).prop_map(
        move |(parent, name, kind, code, route, start, took)| Span {
            id: SpanId::from_bytes(id.to_be_bytes()),
            name: ["a", "b", "GET /c"][usize::from(name)].to_owned(),
            kind,
            status: Status { code, message: String::new() },
            attributes: route.map(|route| ("http.route", if route == 0 { "/x" } else { "/y" })).into_iter().collect(),
            ..span(id, parent, start, start + took)
        },
    )
}

fn any_spans(most: u64) -> impl Strategy<Value = Vec<Span>> {
    (1..=most).prop_flat_map(|count| (1..=count).map(any_span).collect::<Vec<_>>())
}

/// The same with other ids, times, order and noise.
fn run_again(spans: &[Span], keys: &[u32]) -> Vec<Span> {
    let id = |id: &SpanId| {
        let number = u64::from_be_bytes(id.bytes().expect("it is bytes"));
        SpanId::from_bytes((number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(keys[0])).to_be_bytes())
    };
    let mut again: Vec<(u32, Span)> = spans
        .iter()
        .zip(keys)
        .map(|(span, &key)| {
            let mut again = Span { id: id(&span.id), parent: span.parent.as_ref().map(id), ..span.clone() };
            (again.start, again.end) = (at(u64::from(key % 50)), Some(at(u64::from(key % 70))));
            again.attributes.push("thread.id", i64::from(key));
            let mut resource = Resource::of_service(span.service());
            resource.attributes.push("host.name", format!("host-{key}"));
            again.resource = Arc::new(resource);
            again.status.message = format!("at {key}");
            (key, again)
        })
        .collect();
    again.sort_by_key(|(key, _)| *key);
    again.into_iter().map(|(_, span)| span).collect()
}

/// How a snapshot is made wider: for each line, what.
fn loosened(snapshot: &Snapshot, actual: &Observed, how: &[u8]) -> Snapshot {
    let mut loose = snapshot.clone();
    let longest = actual.nodes().iter().filter_map(|node| node.took).max().unwrap_or(0);
    for (line, how) in loose.lines.iter_mut().zip(how.iter().cycle()) {
        if how & 1 > 0 {
            line.count = Count { least: line.count.least.saturating_sub(u64::from(how & 2)), most: None };
        }
        if let (Label::Span(span), true) = (&mut line.label, how & 4 > 0) {
            span.attributes.iter_mut().for_each(|(_, given)| *given = Given::Any);
        }
        if how & 8 > 0 && line.label != Label::Missing {
            line.took = Some(Took { least: None, most: Some(longest / Nanos::from(1 + how / 64)) });
        }
        if how & 16 > 0 {
            line.comments.push(format!(" {how}"));
        }
    }
    loose
}

/// Whether a trace matches, by trying all ways.
fn matches(expected: &Snapshot, lines: &[usize], actual: &Observed, nodes: &[usize], has: &mut [u64]) -> bool {
    let Some((&node, rest)) = nodes.split_first() else {
        return lines.iter().zip(has.iter()).all(|(line, has)| expected.lines[*line].count.has(*has));
    };
    let seen = actual.nodes()[node];
    let below: Vec<usize> = children(actual, node + 1, node + seen.size);
    (0..lines.len()).any(|place| {
        let line = &expected.lines[lines[place]];
        let fits = line.label.stands_for(&actual.labels()[seen.label])
            && line.took.is_none_or(|range| seen.took.is_some_and(|took| range.has(took)))
            && line.count.most.is_none_or(|most| has[place] < most);
        let lines_below: Vec<usize> = expected.below(lines[place]).collect();
        let fits = fits && matches(expected, &lines_below, actual, &below, &mut vec![0; lines_below.len()]);
        has[place] += 1;
        let found = fits && matches(expected, lines, actual, rest, has);
        has[place] -= 1;
        found
    })
}

fn children(actual: &Observed, from: usize, to: usize) -> Vec<usize> {
    let first = (from < to).then_some(from);
    std::iter::successors(first, |&at| Some(at + actual.nodes()[at].size).filter(|next| *next < to)).collect()
}

/// Whether a trace matches, by trying all ways.
fn matches_all(expected: &Snapshot, actual: &Observed) -> bool {
    let tops: Vec<usize> = expected.tops().collect();
    matches(expected, &tops, actual, &children(actual, 0, actual.nodes().len()), &mut vec![0; tops.len()])
}

fn hostile() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "\"", "\\", "\n", "\r", "\t", " ", "[", "]", "×", "(", ")", "=", "*", "#", "@", "..", "\u{202e}", "\u{2028}",
        "\u{feff}", "\u{301}", "\u{1b}", "\u{0}", "\u{a0}", "\\u{", "3 × ", "注", "é", "x",
    ]);
    prop::collection::vec(prop_oneof![3 => nasty.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)], 0..8)
        .prop_map(|parts| parts.concat())
}

fn any_line() -> impl Strategy<Value = Line> {
    let key = prop::sample::select(vec!["db.system.name", "exception.type", "http.route", "rpc.method"]);
    let given = prop_oneof![1 => Just(Given::Any), 3 => hostile().prop_map(|text| Given::Text(text.into()))];
    let attributes = prop::collection::btree_map(key.prop_map(Into::into), given, 0..3);
    let described = (hostile(), hostile(), -3..9_i32, -3..9_i32, any::<bool>(), attributes).prop_map(
        |(service, name, kind, status, cut, attributes)| {
            Label::Span(Described {
                service: service.into(),
                name: name.into(),
                kind: SpanKind::from_number(kind),
                status: StatusCode::from_number(status),
                cut,
                attributes: attributes.into_iter().collect(),
            })
        },
    );
    let end = || prop::option::of(any::<i32>().prop_map(Nanos::from));
    let took = prop::option::of((end(), end()).prop_map(|(a, b)| match (a, b) {
        (Some(a), Some(b)) => Took { least: Some(a.min(b)), most: Some(a.max(b)) },
        (least, most) => Took { least, most },
    }));
    let count = (any::<u8>(), prop::option::of(any::<u32>()))
        .prop_map(|(least, more)| Count { least: least.into(), most: more.map(|more| u64::from(least) + u64::from(more)) });
    let comments = prop::collection::vec("[ -~é×]{0,8}[a-z]", 0..2);
    (0..99_usize, prop_oneof![Just(Count::ONE), count], prop_oneof![1 => Just(Label::Missing), 9 => described], took, comments)
        .prop_map(|(depth, count, label, took, comments)| {
            let took = took.filter(|_| label != Label::Missing);
            Line { depth, size: 1, count, label, took, comments }
        })
}

/// Any snapshot, deep enough for levels that are written as numbers.
fn any_snapshot() -> impl Strategy<Value = Snapshot> {
    (0..45_usize, prop::collection::vec(any_line(), 0..20)).prop_map(|(chain, lines)| {
        let deeper =
            |depth| Line { depth, size: 1, count: Count::ONE, label: Label::Missing, took: None, comments: Vec::new() };
        let mut all: Vec<Line> = (0..chain).map(deeper).collect();
        for line in lines {
            let most = all.last().map_or(0, |line| line.depth + 1);
            all.push(Line {
                depth: if line.depth % 3 == 0 { line.depth.min(most) } else { most - line.depth % (most + 1) },
                ..line
            });
        }
        let mut snapshot = Snapshot { lines: all, end: vec![" the end".into()] };
        snapshot.measure();
        snapshot
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back(snapshot in any_snapshot()) {
        let text = snapshot.to_string();
        prop_assert_eq!(Snapshot::parse(&text), Ok(snapshot.clone()));
        prop_assert_eq!(Snapshot::parse(&text.replace('\n', "\r\n")), Ok(snapshot));
        prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c)), "{:?}", text);
    }

    #[test]
    fn no_text_panics(text: String, snapshot in any_snapshot(), at: prop::sample::Index, other in hostile()) {
        drop(Snapshot::parse(&text));
        let mut written = snapshot.to_string();
        let place = at.index(written.len());
        if written.is_char_boundary(place) {
            written.insert_str(place, &other);
        }
        match Snapshot::parse(&written) {
            Ok(read) => prop_assert_eq!(Snapshot::parse(&read.to_string()), Ok(read)),
            Err(wrong) => prop_assert!(!wrong.to_string().contains(char::is_control), "{}", wrong),
        }
    }

    #[test]
    fn a_trace_is_written_the_same_at_every_run(spans in any_spans(12), keys in prop::collection::vec(any::<u32>(), 12)) {
        let (first, again) = (observed(spans.clone()), observed(run_again(&spans, &keys)));
        prop_assert_eq!(first.snapshot().to_string(), again.snapshot().to_string());
        prop_assert_eq!(Snapshot::parse(&first.snapshot().to_string()), Ok(first.snapshot()));
        prop_assert_eq!(compare(&first.snapshot(), &again).same, spans.len() as u64);
        prop_assert!(compare(&first.snapshot(), &again).is_empty());
    }

    #[test]
    fn every_span_is_there_once(spans in any_spans(14)) {
        let count = spans.len();
        let snapshot = observed(spans).snapshot();
        let mut above: Vec<u64> = Vec::new();
        let mut sum = 0;
        for line in &snapshot.lines {
            above.truncate(line.depth);
            let here = above.last().unwrap_or(&1) * line.count.least;
            above.push(here);
            sum += if line.label == Label::Missing { 0 } else { here };
        }
        prop_assert_eq!(sum, count as u64);
    }

    #[test]
    fn what_is_not_written_the_same_differs(a in any_spans(10), b in any_spans(10), shared in 0..10_usize) {
        let mut b = b;
        // Most of them the same, so that there is something to match.
        for (to, from) in b.iter_mut().zip(&a).take(shared) {
            *to = from.clone();
        }
        let (a, b) = (observed(a), observed(b));
        let found = compare(&a.snapshot(), &b);
        prop_assert_eq!(found.is_empty(), a.snapshot() == b.snapshot());
        prop_assert!(found.is_empty() || found.counts().iter().sum::<usize>() > 0, "{}", told(&found));
        prop_assert!(compare(&a.snapshot().updated(&b), &b).is_empty());
    }

    #[test]
    fn any_change_of_a_span_is_a_difference(spans in any_spans(10), at: prop::sample::Index, what in 0..4_u8) {
        // Each has a name of its own, so that a span that moves is seen to move.
        let spans: Vec<Span> = spans.into_iter().enumerate().map(|(nth, span)| Span { name: format!("s{nth}"), ..span }).collect();
        let mut other = spans.clone();
        let at = at.index(other.len());
        match what {
            0 => other[at].name.push('x'),
            1 => other[at].status.code = StatusCode::Other(7),
            2 => other[at].parent = if other[at].parent.is_some() { None } else { other.last().map(|span| span.id.clone()) },
            _ => other.push(span(99, at as u64, 1, 2)),
        }
        let (one, other) = (observed(spans), observed(other));
        prop_assert!(!compare(&one.snapshot(), &other).is_empty());
        prop_assert!(!compare(&other.snapshot(), &one).is_empty());
    }

    #[test]
    fn ranges_match_what_could_be_matched_by_hand(
        a in any_spans(7),
        b in any_spans(7),
        shared in 0..9_usize,
        how in prop::collection::vec(any::<u8>(), 9),
    ) {
        let mut b = b;
        for (to, from) in b.iter_mut().zip(&a).take(shared) {
            *to = from.clone();
        }
        let (a, b) = (observed(a), observed(b));
        let loose = loosened(&a.snapshot(), &a, &how);
        let found = compare(&loose, &b);
        prop_assert_eq!(found.is_empty(), matches_all(&loose, &b), "{}\n{}", loose, b.snapshot());
        prop_assert!(found.is_empty() || found.counts().iter().sum::<usize>() > 0, "{}", told(&found));
        let updated = loose.updated(&b);
        prop_assert!(compare(&updated, &b).is_empty(), "{}\n{}\n{}", loose, b.snapshot(), updated);
        prop_assert_eq!(Snapshot::parse(&updated.to_string()), Ok(updated.clone()));
        prop_assert_eq!(updated.updated(&b), updated);
    }

    #[test]
    fn what_is_too_much_never_becomes_right(
        spans in any_spans(9),
        other in any_spans(9),
        shared in 0..10_usize,
        kept in prop::collection::vec(any::<bool>(), 9),
        how in prop::collection::vec(any::<u8>(), 9),
    ) {
        let mut other = other;
        for (to, from) in other.iter_mut().zip(&spans).take(shared) {
            *to = from.clone();
        }
        let other = observed(other);
        let expected = loosened(&other.snapshot(), &other, &how);
        let part: Vec<Span> = spans.iter().zip(kept).filter(|(_, kept)| *kept).map(|(span, _)| span.clone()).collect();
        prop_assume!(!part.is_empty());
        if exceeds(&expected, &observed(part)) {
            prop_assert!(!compare(&expected, &observed(spans)).is_empty());
        }
    }
}
