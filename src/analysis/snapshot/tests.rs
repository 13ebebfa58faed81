//! The laws of snapshots, over any trace.

use std::sync::Arc;

use super::*;
use crate::analysis::samples::{at, failed, named, of_kind, running, span, trace};
use crate::model::time::MILLISECOND;
use crate::model::{Resource, Span, SpanId, SpanKind, Status, StatusCode, Time};
use proptest::prelude::*;

/// A page with queries, one of which failed.
fn page() -> Vec<Span> {
    let with = |attributes: &[(&str, &str)], span: Span| Span { attributes: attributes.iter().copied().collect(), ..span };
    let query = |id, start| {
        let span = named("postgres", "SELECT replies WHERE id = 7", of_kind(SpanKind::Client, span(id, 2, start, start + 2)));
        with(&[("db.system", "postgresql"), ("net.peer.port", "5432")], span)
    };
    let root = named("web app", "GET /", of_kind(SpanKind::Client, span(1, 0, 0, 90)));
    let server = named("backend", "GET /users/42", of_kind(SpanKind::Server, span(2, 1, 5, 80)));
    let server = with(&[("http.method", "GET"), ("http.status_code", "200"), ("http.target", "/users/42")], server);
    vec![
        root,
        server,
        query(3, 10),
        query(4, 20),
        query(5, 30),
        failed("x", query(6, 40)),
        named("backend", "log", span(7, 9, 50, 51)),
    ]
}

fn observed(spans: Vec<Span>) -> Observed {
    Observed::of(&trace(spans))
}

fn parsed(text: &str) -> Snapshot {
    Snapshot::parse(&format!("cruddur-trace snapshot 1\n{text}")).expect("it is a snapshot")
}

/// Lines without the header.
fn written(snapshot: &Snapshot) -> String {
    snapshot.to_string().split_once('\n').expect("there is a header").1.to_owned()
}

/// Each row in words: the mark, how deep, what.
fn told(difference: &Difference) -> String {
    let field = |field: &Field| {
        let actual = match &field.actual {
            None => "nothing".to_owned(),
            Some(Actual::Text(text)) => text.clone(),
            Some(Actual::Spans(count)) => format!("{count} ×"),
            Some(Actual::Took(took)) => format!("{took:?}"),
        };
        format!("{} → {actual}", field.expected.as_deref().unwrap_or("nothing"))
    };
    let row = |row: &Row| {
        let name = match &row.label {
            None => String::new(),
            Some(Label::Missing) => "missing".to_owned(),
            Some(Label::Span(span)) => span.name.to_string(),
        };
        let said = match &row.change {
            Change::Same(spans) => format!("  {spans} same"),
            Change::Below => format!("  {} × {name}", row.count),
            Change::Changed(fields) => {
                format!("~ {} × {name} ({})", row.count, fields.iter().map(field).collect::<Vec<_>>().join("; "))
            }
            Change::Missing => format!("- {} × {name}", row.count),
            Change::Unexpected => format!("+ {} × {name}", row.count),
        };
        format!("{}{}{}", &said[..2], "  ".repeat(row.depth), &said[2..])
    };
    difference.rows.iter().map(row).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_trace_is_lines_without_what_differs_from_run_to_run() {
    insta::assert_snapshot!(Snapshot::of(&trace(page())), @r#"
    cruddur-trace snapshot 1
    "web app" "GET /" client
      backend "GET /users/?" server http.request.method=GET http.response.status_code=200
        3 × postgres "SELECT replies WHERE id = ?" client db.system.name=postgresql
        postgres "SELECT replies WHERE id = ?" client error db.system.name=postgresql
    (parent not arrived)
      backend "log"
    "#);
}

#[test]
fn what_is_odd_about_a_trace_is_in_it() {
    let odd = |kind, code, span| Span { kind, status: Status { code, message: "at 12:00".into() }, ..span };
    let spans = vec![
        odd(SpanKind::Other(9), StatusCode::Other(7), named("", "a\n\u{202e}\"b\"", span(1, 0, 0, 9))),
        odd(SpanKind::Unspecified, StatusCode::Ok, named("3", "", span(2, 8, 0, 9))),
        named("web", "x", span(3, 5, 1, 9)),
        named("web", "y", span(4, 3, 2, 9)),
        named("web", "z", span(5, 4, 3, 9)),
        named("web", "beside", span(6, 5, 3, 9)),
    ];
    insta::assert_snapshot!(written(&Snapshot::of(&trace(spans))), @r#"
    "" "a\n\u{202e}?" kind(9) status(7)
    web "x" (in a cycle)
      web "y"
        web "z"
          web "beside"
    (parent not arrived)
      "3" "" ok
    "#);
}

#[test]
fn a_person_may_write_ranges() {
    let actual = observed(page());
    let text = r#"
        (parent not arrived)
          backend "log"
        "web app" "GET /" client
        # The server's own.
          backend "GET /users/?" http.method=* http.response.status_code="200" [..75ms] server
            ? x cache "GET"
            1.. × postgres "SELECT replies WHERE id = ?" client db.system.name=* [2ms..]
            ..2 × postgres "SELECT replies WHERE id = ?" error client db.system.name=postgresql
        # The end."#;
    let text: String = text.lines().map(|line| format!("{}\n", line.strip_prefix("        ").unwrap_or(line))).collect();
    let expected = parsed(&text);
    assert_eq!(compare(&expected, &actual), Difference { rows: vec![], same: 7, left_out: 0, gave_up: false });
    assert_eq!(expected.updated(&actual), expected);
    insta::assert_snapshot!(written(&expected), @r#"
    (parent not arrived)
      backend "log"
    "web app" "GET /" client
      # The server's own.
      backend "GET /users/?" server http.request.method=* http.response.status_code=200 [..75ms]
        0..1 × cache "GET"
        1.. × postgres "SELECT replies WHERE id = ?" client db.system.name=* [2ms..]
        0..2 × postgres "SELECT replies WHERE id = ?" client error db.system.name=postgresql
    # The end.
    "#);
}

#[test]
fn a_difference_says_what_was_meant() {
    let expected = observed(page()).snapshot();
    let mut spans = page();
    spans[0].name = "GET /start".into();
    spans[1].attributes.push("http.status_code", "404");
    spans[3].status = Status { code: StatusCode::Error, message: String::new() };
    spans[5].parent = Some(SpanId::from_bytes(1_u64.to_be_bytes()));
    spans.remove(2);
    spans.push(span(20, 2, 3, 4));
    insta::assert_snapshot!(told(&compare(&expected, &observed(spans))), @r#"
    ~ 1 × GET / ("GET /" → "GET /start")
    ~   1 × GET /users/? (http.response.status_code=200 → http.response.status_code=404)
    ~     3 × SELECT replies WHERE id = ? (3 × → 1 ×)
          1 same
    +     1 × s20
    +   1 × SELECT replies WHERE id = ?
      1 same
    "#);
}

#[test]
fn too_many_and_too_few_are_one_change() {
    let expected = parsed("web \"s1\" internal\n  3 × web \"a\"\n    web \"b\"\n  2 × web \"c\" error\n  2 × web \"d\"\n");
    let called = |name, id, parent| named("web", name, span(id, parent, 1, 2));
    let mut spans = vec![of_kind(SpanKind::Internal, span(1, 0, 0, 9))];
    spans.extend((2..7).flat_map(|id| [called("a", id, 1), called("b", id + 10, id)]));
    spans.extend([failed("", called("c", 30, 1)), called("d", 31, 1), called("d", 32, 1), called("d", 33, 1)]);
    insta::assert_snapshot!(told(&compare(&expected, &observed(spans))), @"
      1 × s1
    ~   3 × a (3 × → 5 ×)
    ~   2 × c (2 × → 1 ×)
    ~   2 × d (2 × → 3 ×)
    ");
}

#[test]
fn a_range_of_durations_is_kept_as_long_as_it_fits() {
    let expected = parsed("# Slow.\nweb \"s1\" [..50ms]\n  web \"s2\" [..5ms]\n");
    let actual = |end| observed(vec![span(1, 0, 0, 40), span(2, 1, 1, end)]);
    assert!(compare(&expected, &actual(6)).is_empty());
    insta::assert_snapshot!(told(&compare(&expected, &actual(9))), @"
      1 × s1
    ~   1 × s2 ([..5ms] → Some((8000000, 8000000)))
    ");
    insta::assert_snapshot!(written(&expected.updated(&actual(9))), @r#"
    # Slow.
    web "s1" [..50ms]
      web "s2"
    "#);
    let still = observed(vec![running(span(1, 0, 0, 0)), span(2, 1, 1, 2)]);
    assert_eq!(told(&compare(&expected, &still)), "~ 1 × s1 ([..50ms] → None)\n    1 same");
}

#[test]
fn ranges_that_overlap_are_shared_out() {
    let expected = parsed("web \"a\" [..50ms]\nweb \"a\" [..5ms]\n");
    for ends in [[4, 40], [40, 4]] {
        let spans = [(1, ends[0]), (2, ends[1])].map(|(id, end)| named("web", "a", span(id, 0, 0, end)));
        assert!(compare(&expected, &observed(spans.to_vec())).is_empty());
    }
    let slow = [1, 2].map(|id| named("web", "a", span(id, 0, 0, 40)));
    assert!(!compare(&expected, &observed(slow.to_vec())).is_empty());
}

#[test]
fn what_is_forbidden_is_too_much() {
    let expected = parsed("0 × web \"s2\"\nweb \"s1\"\n");
    let root = span(1, 0, 0, 9);
    assert!(compare(&expected, &observed(vec![root.clone()])).is_empty());
    let more = observed(vec![root, span(2, 0, 1, 2)]);
    assert_eq!(told(&compare(&expected, &more)), "  1 same\n~ 0 × s2 (0 × → 1 ×)");
    assert!(exceeds(&expected, &more));
}

#[test]
fn what_may_still_come_is_not_too_much() {
    let expected = observed(page()).snapshot();
    let part = |spans: &[usize]| spans.iter().map(|at| page()[*at].clone()).collect::<Vec<_>>();
    assert!(!exceeds(&expected, &observed(part(&[5, 1, 6]))));
    let unlike = |change: fn(&mut Span)| {
        let mut spans = part(&[1, 2]);
        change(&mut spans[1]);
        exceeds(&expected, &observed(spans))
    };
    assert!(unlike(|span| span.name = "other".into()));
    assert!(unlike(|span| span.attributes.push("db.system", "mysql")));
    assert!(!unlike(|span| (span.name, span.end) = ("other".into(), None)), "it may yet turn out to be another");
    let twice = Span { id: SpanId::from_bytes([9; 8]), ..page()[5].clone() };
    assert!(exceeds(&expected, &observed([part(&[5]), vec![twice]].concat())), "one may fail");
}

#[test]
fn what_is_no_snapshot_is_said_with_its_place() {
    let said = |text: &str| Snapshot::parse(text).expect_err("it is wrong").to_string();
    let line = |text: &str| said(&format!("cruddur-trace snapshot 1\nweb \"a\"\n{text}"));
    let all = [
        said(""),
        said("cruddur-trace snapshot 2\n"),
        said("\u{1b}[2J"),
        line("      web \"a\""),
        line(" web \"a\""),
        line("\tweb \"a\""),
        line("web a"),
        line("web \"a"),
        line("web \"a\\x\""),
        line("3 web \"a\""),
        line("5..2 × web \"a\""),
        line("99999999999999999999 × web \"a\""),
        line("web \"a\" sever"),
        line("web \"a\" server server"),
        line("web \"a\" user.id=7"),
        line("web \"a\" http.route="),
        line("web \"a\" http.route=a http.route=b"),
        line("web \"a\" [500ms]"),
        line("web \"a\" [..500]"),
        line("web \"a\" [2s..1s]"),
        line("web \"ü\"x"),
        line("(parent)"),
        line("<<<<<<< HEAD"),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    line 1, column 1: there is no line `cruddur-trace snapshot 1`: this is no snapshot
    line 1, column 1: this is version 2 of snapshots, and only version 1 can be read
    line 1, column 1: the first line of a snapshot is `cruddur-trace snapshot 1`, and this is "\u{1b}[2J"
    line 3, column 1: this is at level 3, and below the line before it could be at 1, at most
    line 3, column 1: each level is indented by 2 blanks, and here are 1
    line 3, column 1: lines are indented by blanks, and this is a tab
    line 3, column 5: expected the name of a span in quotes, as in web "GET /" server
    line 3, column 5: nothing closes these quotes
    line 3, column 7: expected one of \" \\ \n \r \t \u{…}
    line 3, column 3: expected × behind how many there are, as in 3 × web "GET /"
    line 3, column 1: no number is from 5 to 2
    line 3, column 1: this number is too large
    line 3, column 9: expected a kind, a status, an attribute with its value or a range, and this is "sever"
    line 3, column 16: this is said twice of one span
    line 3, column 9: "user.id" is not an attribute that snapshots keep
    line 3, column 20: expected a value, in quotes where it is not a word, or * for any
    line 3, column 22: this is said twice of one span
    line 3, column 10: expected a range of durations, as in [..500ms] or [10ms..2s]
    line 3, column 12: expected a unit behind this number: ns, us, ms, s, m or h
    line 3, column 10: no duration is within this range
    line 3, column 8: expected a blank, and this is "x"
    line 3, column 1: expected a service and a name, or (parent not arrived)
    line 3, column 9: expected the name of a span in quotes, as in web "GET /" server
    "#);
}

#[test]
fn ten_thousand_deep_and_a_hundred_thousand_wide_are_just_numbers() {
    let chain =
        |last: u64| observed((1..=10_000).map(|id| span(id, id - 1, id, if id == 10_000 { last } else { 20_000 })).collect());
    let (short, long) = (chain(19_000), chain(19_999));
    let snapshot = short.snapshot();
    let text = snapshot.to_string();
    assert!(text.len() < 2_000_000, "{}", text.len());
    assert_eq!(Snapshot::parse(&text), Ok(snapshot.clone()));
    assert!(compare(&snapshot, &long).is_empty());
    let mut ranged = snapshot.clone();
    ranged.lines[9_999].took = Some(Took { least: None, most: Some(9_000 * MILLISECOND) });
    assert!(compare(&ranged, &short).is_empty());
    let found = compare(&ranged, &long);
    assert_eq!(found.counts(), [0, 0, 1]);
    assert_eq!(ranged.updated(&long), snapshot);
    assert!(!exceeds(&ranged, &long));

    let wide = |from: u64, name: fn(u64) -> String| {
        let child = |id| Span { name: name(id), ..span(id, 1, id, id + 1) };
        observed(std::iter::once(span(1, 0, 1, 200_000)).chain((from..from + 100_000).map(child)).collect())
    };
    let distinct = wide(2, |id| format!("s{id}"));
    assert!(compare(&distinct.snapshot(), &distinct).is_empty());
    assert_eq!(compare(&distinct.snapshot(), &wide(4, |id| format!("s{id}"))).counts(), [2, 2, 0]);
    let same = wide(2, |_| "s".into());
    assert_eq!(same.snapshot().lines.len(), 2);
    let loose = parsed("web \"s1\"\n  1.. × web \"s\" [..1ms]\n");
    assert!(compare(&loose, &same).is_empty());
}

#[test]
fn many_of_one_name_that_differ_are_compared_in_bounds() {
    let wide = |from: u64| {
        let child = |id: u64| {
            let attributes = std::iter::once(("http.route", format!("/x{id}"))).collect();
            Span { attributes, name: "s".into(), ..span(id, 1, id, id + 1) }
        };
        observed(std::iter::once(span(1, 0, 1, 200_000)).chain((from..from + 20_000).map(child)).collect())
    };
    let all = wide(2);
    assert!(!compare(&all.snapshot(), &wide(200_000)).is_empty());
    let mut ranged = all.snapshot();
    let range = Some(Took { least: None, most: Some(MILLISECOND) });
    ranged.lines.iter_mut().skip(1).for_each(|line| line.took = range);
    assert!(compare(&ranged, &all).is_empty());
    for line in ranged.lines.iter_mut().skip(1) {
        if let Label::Span(span) = &mut line.label {
            span.attributes[0].1 = Given::Any;
        }
    }
    assert!(compare(&ranged, &all).gave_up);
}

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

#[test]
fn a_time_that_is_not_known_is_within_no_range() {
    let expected = parsed("web \"s1\" [..]\n");
    let actual = observed(vec![Span { start: Time(0), ..span(1, 0, 0, 9) }]);
    assert!(!compare(&expected, &actual).is_empty());
}
