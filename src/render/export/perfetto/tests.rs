//! Files read back as viewers read them.

use std::collections::HashMap;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::super::tests::{any_trace, ids, looked_at, whole};
use super::*;
use crate::analysis::Analysis;
use crate::model::time::Nanos;
use crate::model::{Event, Link, SpanKind, Trace};
use crate::render::samples::{START, failed, page, running, span, trace};

#[derive(Deserialize)]
struct Read {
    #[serde(rename = "otherData")]
    other: Json,
    #[serde(rename = "traceEvents")]
    events: Vec<ReadEvent>,
}

#[derive(Debug, Clone, Deserialize)]
struct ReadEvent {
    ph: String,
    name: String,
    #[serde(default)]
    cat: String,
    pid: u64,
    tid: u64,
    #[serde(default)]
    ts: Option<Box<RawValue>>,
    #[serde(default)]
    dur: Option<Box<RawValue>>,
    #[serde(default)]
    id: u64,
    #[serde(default)]
    args: Json,
}

impl ReadEvent {
    /// In nanoseconds.
    fn start(&self) -> Nanos {
        nanos(self.ts.as_deref().expect("it has a time"))
    }

    /// In nanoseconds; `None` where it does not end.
    fn end(&self) -> Option<Nanos> {
        self.dur.as_deref().map(|length| self.start() + nanos(length))
    }

    fn id(&self) -> &str {
        self.args["span_id"].as_str().unwrap_or_default()
    }

    fn is_path(&self) -> bool {
        self.cat == "critical path"
    }
}

/// The digits, as no float would keep them.
fn nanos(micros: &RawValue) -> Nanos {
    let (whole, rest) = micros.get().split_once('.').expect("there are decimals");
    assert_eq!(rest.len(), 3);
    (whole.to_owned() + rest).parse().expect("it is a number")
}

fn read(traces: &[(Trace, Analysis)]) -> Read {
    let written = render(&traces.iter().map(whole).collect::<Vec<_>>());
    serde_json::from_str(&written).unwrap_or_else(|error| panic!("{error}: {written}"))
}

fn slices(read: &Read) -> Vec<&ReadEvent> {
    read.events.iter().filter(|event| matches!(event.ph.as_str(), "X" | "B") && !event.is_path()).collect()
}

/// Of each thread what lies in what, as viewers see it: those that begin together by their length, what is over taken away. Checks
/// that nothing is cut, and answers each slice with the one around it.
fn stacked<'a>(slices: &[&'a ReadEvent]) -> Vec<(&'a ReadEvent, Option<&'a ReadEvent>)> {
    const NEVER: Nanos = Nanos::MAX;
    let mut threads = HashMap::<u64, Vec<&ReadEvent>>::new();
    for slice in slices {
        threads.entry(slice.tid).or_default().push(slice);
    }
    let end = |slice: &ReadEvent| slice.end().unwrap_or(NEVER);
    let mut found = Vec::new();
    for mut slices in threads.into_values() {
        slices.sort_by_key(|slice| (slice.start(), std::cmp::Reverse(end(slice))));
        let mut open: Vec<&ReadEvent> = Vec::new();
        for slice in slices {
            while open.pop_if(|above| end(above) <= slice.start()).is_some() {}
            assert!(open.last().is_none_or(|above| end(slice) <= end(above)), "{slice:?} is cut by {:?}", open.last());
            found.push((slice, open.last().copied()));
            open.push(slice);
        }
    }
    found
}

#[test]
fn a_request_across_services() {
    let mut asked = span(2, 1, "web", "GET", 100, 700);
    asked.kind = SpanKind::Client;
    asked.attributes = [("url.full", "http://api/\"1\"")].into_iter().collect();
    let mut answer = failed(span(3, 2, "api", "GET /1", 200, 600), "no");
    answer.events = vec![Event { name: "exception".into(), time: START.saturating_add(300_001), ..Event::default() }];
    let known = looked_at(trace(vec![span(1, 0, "web", "page", 0, 1_000), asked, answer]));
    insta::assert_snapshot!(render(&[whole(&known)]), @r#"
    {"displayTimeUnit":"ns","otherData":{"exporter":"cruddur-trace","zero":"2026-07-24T14:03:05.123Z","zero_unix_nano":"1784901785123000000","arrows_left_out":0,"traces":[{"trace_id":"5759e988bd862e3fe1be46a994272793","span_count":3,"written":3,"troubles":[]}]},"traceEvents":[
    {"ph":"M","name":"process_name","pid":1,"tid":1,"args":{"name":"critical path"}},
    {"ph":"M","name":"thread_name","pid":1,"tid":1,"args":{"name":"critical path"}},
    {"ph":"M","name":"process_sort_index","pid":1,"tid":1,"args":{"sort_index":1}},
    {"ph":"M","name":"process_name","pid":2,"tid":2,"args":{"name":"web"}},
    {"ph":"M","name":"process_sort_index","pid":2,"tid":2,"args":{"sort_index":2}},
    {"ph":"M","name":"thread_name","pid":2,"tid":2,"args":{"name":"lane 1"}},
    {"ph":"M","name":"thread_sort_index","pid":2,"tid":2,"args":{"sort_index":0}},
    {"ph":"M","name":"process_name","pid":3,"tid":3,"args":{"name":"api"}},
    {"ph":"M","name":"process_sort_index","pid":3,"tid":3,"args":{"sort_index":3}},
    {"ph":"M","name":"thread_name","pid":3,"tid":3,"args":{"name":"lane 1"}},
    {"ph":"M","name":"thread_sort_index","pid":3,"tid":3,"args":{"sort_index":0}},
    {"ph":"X","name":"page","cat":"critical path","pid":1,"tid":1,"ts":0.000,"dur":100.000,"args":{"span_id":"0000000000000001","service":"web"}},
    {"ph":"X","name":"GET","cat":"critical path","pid":1,"tid":1,"ts":100.000,"dur":100.000,"args":{"span_id":"0000000000000002","service":"web"}},
    {"ph":"X","name":"GET /1","cat":"critical path","pid":1,"tid":1,"ts":200.000,"dur":400.000,"args":{"span_id":"0000000000000003","service":"api"}},
    {"ph":"X","name":"GET","cat":"critical path","pid":1,"tid":1,"ts":600.000,"dur":100.000,"args":{"span_id":"0000000000000002","service":"web"}},
    {"ph":"X","name":"page","cat":"critical path","pid":1,"tid":1,"ts":700.000,"dur":300.000,"args":{"span_id":"0000000000000001","service":"web"}},
    {"ph":"X","name":"page","cat":"internal","pid":2,"tid":2,"ts":0.000,"dur":1000.000,"args":{"span_id":"0000000000000001","kind":"internal","status":"unset","self_time_ns":400000,"critical_path_ns":400000,"slack_ns":0}},
    {"ph":"X","name":"GET","cat":"client","pid":2,"tid":2,"ts":100.000,"dur":600.000,"args":{"span_id":"0000000000000002","parent_span_id":"0000000000000001","kind":"client","status":"unset","error_role":"handled","self_time_ns":200000,"critical_path_ns":200000,"slack_ns":0,"attributes":{"url.full":"http://api/\"1\""}}},
    {"ph":"s","name":"child","cat":"child","pid":2,"tid":2,"ts":100.000,"id":1},
    {"ph":"X","name":"GET /1","cat":"internal,error","pid":3,"tid":3,"ts":200.000,"dur":400.000,"cname":"terrible","args":{"span_id":"0000000000000003","parent_span_id":"0000000000000002","kind":"internal","status":"error","status_message":"no","error_role":"origin","self_time_ns":400000,"critical_path_ns":400000,"slack_ns":0}},
    {"ph":"f","bp":"e","name":"child","cat":"child","pid":3,"tid":3,"ts":200.000,"id":1},
    {"ph":"i","name":"exception","cat":"exception","pid":3,"tid":3,"ts":300.001,"s":"t","cname":"terrible","args":{"span_id":"0000000000000003"}}
    ]}
    "#);
}

#[test]
fn spans_side_by_side_take_lanes_of_their_own_and_an_arrow_says_whose_they_are() {
    let known = looked_at(trace(vec![
        span(1, 0, "web", "root", 0, 100),
        span(2, 1, "web", "a", 10, 50),
        span(3, 1, "web", "b", 20, 40),
        span(4, 3, "web", "below b", 25, 35),
        span(5, 1, "web", "c", 50, 60),
        span(6, 1, "web", "outlives", 90, 130),
    ]));
    let read = read(std::slice::from_ref(&known));
    let lanes: Vec<_> = slices(&read).iter().map(|slice| (slice.name.as_str(), slice.tid - slice.pid)).collect();
    assert_eq!(lanes, [("root", 0), ("a", 0), ("b", 1), ("below b", 1), ("c", 0), ("outlives", 1)]);
    let arrows: Vec<_> =
        read.events.iter().filter(|event| event.ph == "f").map(|event| (event.start(), event.tid - event.pid)).collect();
    assert_eq!(arrows, [(20_000, 1), (90_000, 1)]);
}

#[test]
fn what_runs_does_not_end_and_what_cannot_be_drawn_says_what_was_received() {
    let mut ends = span(3, 1, "web", "no start", 0, 70);
    ends.start = Time::UNKNOWN;
    let mut nowhere = running(ends.clone());
    (nowhere.id, nowhere.name) = (span(4, 0, "", "", 0, 0).id, "no time".into());
    let known =
        looked_at(trace(vec![running(span(1, 0, "web", "root", 0, 0)), span(2, 1, "web", "reversed", 50, 30), ends, nowhere]));
    let read = read(std::slice::from_ref(&known));
    let told: Vec<_> = slices(&read).iter().map(|slice| (slice.name.as_str(), slice.start(), slice.end())).collect();
    assert_eq!(
        told,
        [("root", 0, None), ("no time", 0, Some(0)), ("reversed", 50_000, Some(50_000)), ("no start", 70_000, Some(70_000)),]
    );
    let args = |name: &str| {
        slices(&read).iter().find(|slice| slice.name == name).map(|slice| slice.args.clone()).expect("it is there")
    };
    assert_eq!(args("root")["marks"], serde_json::json!(["running"]));
    assert_eq!(args("root").get("placed"), None);
    assert_eq!(args("reversed")["placed"], "it ends before it starts: drawn without length where it starts");
    let at = |micros: i128| START.saturating_add(micros * 1000).0.to_string();
    assert_eq!(args("reversed")["received"], serde_json::json!({"start_unix_nano": at(50), "end_unix_nano": at(30)}));
    assert_eq!(args("no start")["received"], serde_json::json!({"start_unix_nano": "0", "end_unix_nano": at(70)}));
    assert_eq!(args("no time")["placed"], "it has no time: drawn without length at the beginning");
    assert_eq!(read.other["traces"][0]["troubles"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_link_leads_to_a_span_of_that_trace_only() {
    let other = "7".repeat(32);
    let here = "5759e988bd862e3fe1be46a994272793".to_owned();
    let link =
        |trace_id: &String, id: u64| Link { trace_id: trace_id.clone(), span_id: format!("{id:016x}"), ..Link::default() };
    let mut linking = span(3, 1, "web", "linking", 50, 60);
    linking.links = vec![link(&other, 2), link(&here, 2), link(&here, 99), link(&here, 2)];
    let mut back = span(2, 1, "web", "linked", 10, 20);
    back.links = vec![link(&here, 3)];
    let known = looked_at(trace(vec![span(1, 0, "web", "root", 0, 100), back, linking]));
    let read = read(std::slice::from_ref(&known));
    let arrows: Vec<_> =
        read.events.iter().filter(|event| event.cat == "link").map(|event| (event.ph.as_str(), event.start())).collect();
    assert_eq!(arrows, [("s", 10_000), ("f", 50_000)]);
    assert_eq!(read.other["arrows_left_out"], 1, "no arrow leads back in time");
    assert_eq!(slices(&read)[2].args["links"].as_array().map(Vec::len), Some(4));
}

#[test]
fn several_traces_are_told_apart_and_have_one_clock() {
    let mut second = page().into_spans();
    second.truncate(1);
    second[0].start = START.saturating_add(5_000);
    let read = read(&[looked_at(page()), looked_at(trace(second))]);
    let mut processes: Vec<_> =
        read.events.iter().filter(|event| event.name == "process_name").map(|event| event.pid).collect();
    assert_eq!(processes.len(), 5 + 2);
    processes.dedup();
    assert_eq!(processes.len(), 5 + 2);
    assert_eq!(slices(&read).last().map(|slice| slice.start()), Some(5_000));
    assert!(read.events[0].args["name"].as_str().is_some_and(|name| name.ends_with("(5759e988bd862e3fe1be46a994272793)")));
}

#[test]
fn absurd_times_and_ten_thousand_levels_are_no_matter() {
    let mut spans: Vec<Span> =
        (1..=10_000).map(|id| span(id, id - 1, "web", "step", id.into(), 30_000 - i128::from(id))).collect();
    spans[9_999].end = Some(Time(u64::MAX));
    spans.push(Span { start: Time(u64::MAX), end: Some(Time(1)), ..span(20_000, 1, "web", "end of time", 0, 0) });
    spans.push(Span { start: Time(1), end: Some(Time(u64::MAX)), ..span(20_001, 1, "web", "all of time", 0, 0) });
    let known = looked_at(trace(spans));
    let read = read(std::slice::from_ref(&known));
    assert_eq!(slices(&read).len(), 10_002);
    let lanes = read.events.iter().filter(|event| event.name == "thread_sort_index").count();
    assert_eq!(lanes, 10_000 / 250 + 2, "no viewer shows more levels");
    let arrows = read.events.iter().filter(|event| event.ph == "f").count();
    assert_eq!(arrows, 39 + 2, "where a lane goes on, and to those that outlive their parent");
    let last = slices(&read).into_iter().find(|slice| slice.name == "all of time").and_then(ReadEvent::end);
    assert_eq!(last, Some(Nanos::from(u64::MAX) - 1));
}

#[test]
fn a_hundred_thousand_spans_side_by_side_are_no_trouble() {
    let spans =
        (1..=100_000).map(|id| span(id, u64::from(id > 1), "web", "s", i128::from(id % 1_000), 200_000 - i128::from(id)));
    let known = looked_at(trace(spans.collect()));
    let written = render(&[whole(&known)]);
    assert!(written.len() < 100_000 * 800, "{} bytes", written.len());
    assert_eq!(written.matches("\"ph\":\"X\"").count() - known.1.path.segments().len(), 100_000);
}

proptest! {
    #[test]
    fn every_span_is_one_slice_with_its_very_times(trace in any_trace()) {
        let known = looked_at(trace);
        let read = read(std::slice::from_ref(&known));
        let (trace, analysis) = &known;
        let mut written: Vec<String> = slices(&read).iter().map(|slice| slice.id().to_owned()).collect();
        written.sort_unstable();
        prop_assert_eq!(written, ids(trace.spans()));
        let zero: Nanos = read.other["zero_unix_nano"].as_str().and_then(|zero| zero.parse().ok()).expect("it is said");
        let mut times: Vec<_> = slices(&read).iter().map(|slice| (slice.start() + zero, slice.end().map(|end| end + zero))).collect();
        times.sort_unstable();
        let placed = |span: &Span| match (span.start.is_unknown(), span.end) {
            (false, end) => (span.start.0.into(), end.map(|end| end.max(span.start).0.into())),
            (true, Some(end)) => (end.0.into(), Some(end.0.into())),
            (true, None) => (zero, Some(zero)),
        };
        let mut sent: Vec<(Nanos, Option<Nanos>)> = trace.spans().iter().map(placed).collect();
        sent.sort_unstable();
        prop_assert_eq!(times, sent);
        let events: usize = trace.spans().iter().map(|span| span.events.len()).sum();
        prop_assert_eq!(read.events.iter().filter(|event| event.ph == "i").count(), events);
        prop_assert!(read.events.iter().filter(|event| event.ph != "M").all(|event| event.start() >= 0));
        let path: Vec<_> = read.events.iter().filter(|event| event.is_path()).collect();
        prop_assert!(path.windows(2).all(|pair| pair[0].end() == Some(pair[1].start())));
        prop_assert_eq!(path.iter().map(|part| part.end().unwrap() - part.start()).sum::<Nanos>(), analysis.path.duration());
    }

    #[test]
    fn what_lies_in_something_is_its_child_and_every_other_child_has_an_arrow(trace in any_trace()) {
        let spans = trace.spans().iter().map(|span| Span { links: Vec::new(), ..span.clone() });
        let known = looked_at(trace.with_spans(spans.collect()).expect("there are spans"));
        let (trace, analysis) = &known;
        let read = read(std::slice::from_ref(&known));
        let mut nested = 0;
        for (slice, around) in stacked(&slices(&read)) {
            let Some(around) = around else { continue };
            // The server half of a client that shares its id lies in it.
            let parent = slice.args["parent_span_id"].as_str();
            prop_assert!(parent == Some(around.id()) || slice.id() == around.id(), "{slice:?} lies in {around:?}");
            nested += 1;
        }
        let arrow = |phase: &str| -> HashMap<u64, &ReadEvent> {
            read.events.iter().filter(|event| event.ph == phase).map(|event| (event.id, event)).collect()
        };
        let (begun, ended) = (arrow("s"), arrow("f"));
        for (id, end) in &ended {
            prop_assert!(begun[id].start() <= end.start() && begun[id].cat == end.cat);
        }
        let below = |node: &usize| analysis.tree.nodes()[*node].parent.is_some_and(|parent| analysis.tree.span(trace, parent).is_some());
        let children = (0..analysis.tree.nodes().len()).filter(below).count();
        let left_out = read.other["arrows_left_out"].as_u64().expect("it is said") as usize;
        prop_assert_eq!(begun.len(), ended.len());
        // A child of no length in the moment in which its parent ends, or begins and ends, is not seen to lie in it.
        let no_length = |span: &Span| span.start.is_unknown() || span.end.is_some_and(|end| end <= span.start);
        let flat = |node: &usize| below(node) && analysis.tree.span(trace, *node).is_some_and(no_length);
        let flat = (0..analysis.tree.nodes().len()).filter(flat).count();
        let told = nested + begun.len() + left_out;
        prop_assert!((children - flat..=children).contains(&told), "{told} of {children}, {flat} without length");
    }
}
