//! Lines, cells and what must not be in them.

use ::csv::ReaderBuilder;
use proptest::prelude::*;

use super::super::tests::{any_trace, ids, looked_at, whole};
use super::*;
use crate::model::{Attributes, Event, SpanKind, StatusCode, Trace};
use crate::render::samples::{START, failed, page, running, span, trace};

/// The cells of each line, by the heading.
fn lines(traces: &[Trace]) -> Vec<Vec<String>> {
    let known: Vec<_> = traces.iter().cloned().map(looked_at).collect();
    let written = render(&known.iter().map(whole).collect::<Vec<_>>());
    assert!(written.ends_with("\r\n"));
    let mut reader = ReaderBuilder::new().from_reader(written.as_bytes());
    assert_eq!(reader.headers().expect("there are headings"), COLUMNS.as_slice());
    let line = |record: ::csv::Result<::csv::StringRecord>| {
        record.expect("lines are equally long").iter().map(str::to_owned).collect()
    };
    reader.records().map(line).collect()
}

/// The cells of one column.
fn column<'a>(lines: &'a [Vec<String>], heading: &str) -> Vec<&'a str> {
    let at = COLUMNS.iter().position(|known| *known == heading).expect("it is a heading");
    lines.iter().map(|line| line[at].as_str()).collect()
}

#[test]
fn a_span_is_a_line() {
    let mut child = failed(span(2, 1, "db, \"1\"", "SELECT\r\n1", 100, 400), "=boom");
    child.kind = SpanKind::Client;
    child.attributes = [("db.system", "postgresql"), ("note", "a\u{202e}b\u{9b}")].into_iter().collect();
    child.events = vec![Event::default(); 2];
    let known = looked_at(trace(vec![span(1, 0, "web", "GET /", 0, 1_000), child]));
    let written = render(&[whole(&known)]);
    let cells = written.split_once("\r\n").expect("there is a heading").1;
    insta::assert_snapshot!(cells.replace('\r', "␍"), @r#"
    5759e988bd862e3fe1be46a994272793,0000000000000001,,0,web,GET /,internal,unset,,handled,2026-07-24T14:03:05.123000000Z,0,1000000,700000,700000,0,true,,,0,0,{}␍
    5759e988bd862e3fe1be46a994272793,0000000000000002,0000000000000001,1,"db, ""1""",SELECT␍␊1,client,error,'=boom,origin,2026-07-24T14:03:05.123100000Z,100000,300000,300000,300000,0,true,,,2,0,"{""db.system"":""postgresql"",""note"":""a\u202eb\u009b""}"␍
    "#);
}

#[test]
fn what_is_not_known_is_empty_and_never_nought() {
    let mut nowhere = span(4, 1, "web", "no start", 0, 0);
    nowhere.start = Time::UNKNOWN;
    nowhere.kind = SpanKind::Other(9);
    nowhere.status.code = StatusCode::Other(-1);
    let lines = lines(&[trace(vec![
        span(1, 0, "web", "root", 0, 900),
        running(span(2, 1, "web", "running", 100, 0)),
        span(3, 1, "web", "reversed", 300, 200),
        nowhere,
        span(5, 77, "web", "orphan", 10, 20),
    ])]);
    assert_eq!(column(&lines, "name"), ["root", "no start", "running", "reversed", "orphan"]);
    assert_eq!(column(&lines, "start_offset_ns"), ["0", "", "100000", "300000", "10000"]);
    assert_eq!(column(&lines, "duration_ns"), ["900000", "", "", "-100000", "10000"]);
    assert_eq!(column(&lines, "self_time_ns"), ["100000", "", "", "", "10000"]);
    assert_eq!(column(&lines, "marks"), ["", "no_start", "running", "negative", "parent_missing"]);
    assert_eq!(column(&lines, "on_critical_path"), ["true", "", "true", "false", "false"]);
    assert_eq!(column(&lines, "depth"), ["0", "1", "1", "1", "1"]);
    assert_eq!((column(&lines, "kind")[1], column(&lines, "status")[1]), ("kind 9", "status -1"));
}

#[test]
fn where_nothing_has_a_time_no_figure_is_known() {
    let mut alone = running(span(1, 0, "web", "x", 0, 0));
    alone.start = Time::UNKNOWN;
    let lines = lines(&[trace(vec![alone])]);
    for heading in
        ["start", "start_offset_ns", "duration_ns", "self_time_ns", "critical_path_ns", "slack_ns", "on_critical_path"]
    {
        assert_eq!(column(&lines, heading), [""], "{heading}");
    }
}

#[test]
fn several_traces_stand_below_one_heading() {
    let lines = lines(&[page(), page()]);
    assert_eq!(lines.len(), 62);
    let start = START.to_rfc3339().replace(".123Z", ".123000000Z");
    assert_eq!((column(&lines, "start")[0], column(&lines, "start")[31]), (start.as_str(), start.as_str()));
}

#[test]
fn a_key_that_came_twice_makes_a_list() {
    let mut twice = span(1, 0, "web", "x", 0, 1);
    twice.attributes = [("k", 1), ("k", 2)].into_iter().map(|(key, value)| (key, i64::from(value))).collect::<Attributes>();
    assert_eq!(column(&lines(&[trace(vec![twice])]), "attributes"), [r#"[{"key":"k","value":1},{"key":"k","value":2}]"#]);
}

#[test]
fn letters_of_any_language_stay_readable_in_attributes() {
    let mut foreign = span(1, 0, "web", "x", 0, 1);
    foreign.attributes = std::iter::once(("név", "注文 😀")).collect();
    assert_eq!(column(&lines(&[trace(vec![foreign.clone()])]), "attributes"), ["{\"név\":\"注文 😀\"}"]);
    foreign.attributes.push("\u{200b}", "\u{7f}😀");
    let hidden = lines(&[trace(vec![foreign])]);
    assert_eq!(column(&hidden, "attributes"), [r#"{"n\u00e9v":"\u6ce8\u6587 \ud83d\ude00","\u200b":"\u007f\ud83d\ude00"}"#]);
}

proptest! {
    #[test]
    fn every_span_has_one_line_and_no_cell_does_harm(trace in any_trace()) {
        let lines = lines(std::slice::from_ref(&trace));
        let mut written: Vec<&str> = column(&lines, "span_id");
        written.sort_unstable();
        prop_assert_eq!(written, ids(trace.spans()));
        for line in &lines {
            for (cell, heading) in line.iter().zip(COLUMNS) {
                prop_assert!(!cell.chars().any(char::is_control), "{heading}: {cell:?}");
                let number = cell.parse::<i128>().is_ok();
                prop_assert!(number || !cell.starts_with(['=', '+', '-', '@']), "{heading}: {cell:?}");
            }
        }
        for cell in column(&lines, "attributes") {
            prop_assert!(serde_json::from_str::<serde_json::Value>(cell).is_ok(), "{cell}");
        }
        let (_, analysis) = looked_at(trace.clone());
        let sum = |heading| column(&lines, heading).iter().filter_map(|cell| cell.parse::<Nanos>().ok()).sum::<Nanos>();
        let nodes = || 0..analysis.tree.nodes().len();
        prop_assert_eq!(sum("self_time_ns"), nodes().filter_map(|node| analysis.self_times.get(node)).sum::<Nanos>());
        let of_spans = nodes().filter(|node| analysis.tree.span(&trace, *node).is_some());
        prop_assert_eq!(sum("critical_path_ns"), of_spans.map(|node| analysis.path.own(node)).sum::<Nanos>());
        prop_assert!(column(&lines, "duration_ns").iter().all(|cell| *cell != "0") || trace.spans().iter().any(|span| span.duration() == Some(0)));
    }
}
