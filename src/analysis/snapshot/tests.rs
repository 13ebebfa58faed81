//! What snapshots and differences look like.

use super::*;
use crate::analysis::samples::{failed, named, of_kind, running, span, trace};
use crate::model::time::MILLISECOND;
use crate::model::{Span, SpanId, SpanKind, Status, StatusCode, Time};

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

pub(super) fn observed(spans: Vec<Span>) -> Observed {
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
pub(super) fn told(difference: &Difference) -> String {
    let side = |side: &Option<Said>| match side {
        None => "nothing".to_owned(),
        Some(Said::Text(text)) => text.clone(),
        Some(Said::Count(count)) => format!("{count} ×"),
    };
    let field = |field: &Field| format!("{} → {}", side(&field.expected), side(&field.actual));
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
    let text: String = text.replace("\n        ", "\n") + "\n";
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
    ~   1 × s2 ([..5ms] → 8ms)
    ");
    insta::assert_snapshot!(written(&expected.updated(&actual(9))), @r#"
    # Slow.
    web "s1" [..50ms]
      web "s2"
    "#);
    let still = observed(vec![running(span(1, 0, 0, 0)), span(2, 1, 1, 2)]);
    assert_eq!(told(&compare(&expected, &still)), "~ 1 × s1 ([..50ms] → (no duration))\n    1 same");
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
    let well = Span { status: Status::default(), ..page()[5].clone() };
    assert!(
        !exceeds(&expected, &observed([part(&[2, 3, 4]), vec![well]].concat())),
        "one of them may yet be said to have failed"
    );
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

#[test]
fn a_time_that_is_not_known_is_within_no_range() {
    let expected = parsed("web \"s1\" [..]\n");
    let actual = observed(vec![Span { start: Time(0), ..span(1, 0, 0, 9) }]);
    assert!(!compare(&expected, &actual).is_empty());
}
