//! Files read back, checked against what <https://www.speedscope.app/file-format-schema.json> wants, and added up.

use std::collections::HashMap;

use proptest::prelude::*;
use serde::Deserialize;

use super::super::tests::{any_trace, looked_at, whole};
use super::*;
use crate::analysis::{Analysis, normalised};
use crate::model::time::Nanos;
use crate::model::{Span, Trace};
use crate::render::samples::{page, running, span, trace};

#[derive(Deserialize)]
struct ReadFile {
    #[serde(rename = "$schema")]
    schema: String,
    #[serde(rename = "activeProfileIndex")]
    active: usize,
    shared: Shared,
    profiles: Vec<Profile>,
}

#[derive(Deserialize)]
struct Shared {
    frames: Vec<Frame>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Frame {
    name: String,
    file: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    unit: String,
    #[serde(rename = "startValue")]
    start: Nanos,
    #[serde(rename = "endValue")]
    end: Nanos,
    events: Vec<ReadStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadStep {
    #[serde(rename = "type")]
    kind: String,
    frame: usize,
    at: Nanos,
}

/// Reads a file, and checks all that the format asks for.
fn read(parts: &[Part<'_>]) -> ReadFile {
    let written = render(parts);
    let file: ReadFile = serde_json::from_str(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
    assert_eq!(file.schema, "https://www.speedscope.app/file-format-schema.json");
    assert_eq!((file.active, file.profiles.len()), (0, parts.len() * 2));
    for profile in &file.profiles {
        assert_eq!((profile.kind.as_str(), profile.unit.as_str(), profile.start), ("evented", "nanoseconds", 0));
        assert!(profile.events.is_sorted_by_key(|step| step.at));
        let mut open = Vec::new();
        for step in &profile.events {
            assert!(step.frame < file.shared.frames.len() && (0..=profile.end).contains(&step.at));
            match step.kind.as_str() {
                "O" => open.push(step.frame),
                "C" => assert_eq!(open.pop(), Some(step.frame)),
                other => panic!("{other}"),
            }
        }
        assert!(open.is_empty());
    }
    file
}

/// How long each frame was innermost.
fn own(file: &ReadFile, profile: &Profile) -> HashMap<String, Nanos> {
    let mut own = HashMap::new();
    let (mut open, mut last) = (Vec::new(), 0);
    for step in &profile.events {
        if let Some(&frame) = open.last() {
            let frame: &Frame = &file.shared.frames[frame];
            *own.entry(frame.name.clone()).or_default() += step.at - last;
        } else {
            assert_eq!(step.at, last, "there is no gap");
        }
        last = step.at;
        if step.kind == "O" {
            open.push(step.frame);
        } else {
            open.pop();
        }
    }
    assert_eq!(last, profile.end);
    own.retain(|_, own| *own > 0);
    own
}

/// The same, from the analysis.
fn added_up(known: &(Trace, Analysis), figure: impl Fn(usize) -> Option<Nanos>) -> HashMap<String, Nanos> {
    let mut sums = HashMap::new();
    for node in 0..known.1.tree.nodes().len() {
        let name = match known.1.tree.span(&known.0, node) {
            None => "(not arrived)".to_owned(),
            Some(span) => label(span),
        };
        *sums.entry(name).or_default() += figure(node).unwrap_or(0);
    }
    sums.retain(|_, sum| *sum > 0);
    sums
}

fn label(span: &Span) -> String {
    let name = normalised(&span.name);
    let name = if name.is_empty() { "(no name)" } else { &name };
    if span.service().is_empty() { name.to_owned() } else { format!("{name} · {}", span.service()) }
}

#[test]
fn what_is_called_the_same_is_one_as_wide_as_all_of_it() {
    let known = looked_at(trace(vec![
        span(1, 0, "web", "GET /users/1", 0, 100),
        span(2, 1, "db", "SELECT 1", 10, 20),
        span(3, 1, "db", "SELECT 2", 30, 50),
        running(span(4, 1, "db", "SELECT 3", 60, 0)),
        span(5, 77, "web", "orphan", 0, 7),
    ]));
    insta::assert_snapshot!(render(&[whole(&known)]), @r#"
    {"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":"cruddur-trace","name":"5759e988bd862e3fe1be46a994272793","activeProfileIndex":0,"shared":{"frames":[
    {"name":"GET /users/? · web","file":"web"},
    {"name":"SELECT ? · db","file":"db"},
    {"name":"(not arrived)"},
    {"name":"orphan · web","file":"web"}
    ]},"profiles":[
    {"type":"evented","name":"own time: 4 of 5 spans, 1 running or without times","unit":"nanoseconds","startValue":0,"endValue":67000,"events":[
    {"type":"O","frame":0,"at":0},
    {"type":"O","frame":1,"at":30000},
    {"type":"C","frame":1,"at":60000},
    {"type":"C","frame":0,"at":60000},
    {"type":"O","frame":2,"at":60000},
    {"type":"O","frame":3,"at":60000},
    {"type":"C","frame":3,"at":67000},
    {"type":"C","frame":2,"at":67000}]},
    {"type":"evented","name":"critical path","unit":"nanoseconds","startValue":0,"endValue":100000,"events":[
    {"type":"O","frame":0,"at":0},
    {"type":"O","frame":1,"at":10000},
    {"type":"C","frame":1,"at":20000},
    {"type":"O","frame":1,"at":30000},
    {"type":"C","frame":1,"at":50000},
    {"type":"O","frame":1,"at":60000},
    {"type":"C","frame":1,"at":100000},
    {"type":"C","frame":0,"at":100000}]}
    ]}
    "#);
}

#[test]
fn of_a_part_the_own_time_is_that_of_what_is_kept_and_the_rest_is_counted() {
    let known = looked_at(page());
    let keep: Vec<bool> = (0..31).map(|node| node < 3).collect();
    let part = Part { keep: &keep, ..whole(&known) };
    let file = read(&[part]);
    assert_eq!(file.profiles[0].name, "own time: 3 of 31 spans, 28 not asked for");
    assert_eq!(file.profiles[0].end, (0..3).filter_map(|node| known.1.self_times.get(node)).sum::<Nanos>());
    assert_eq!(file.profiles[1].end, known.1.path.duration());
}

#[test]
fn what_hangs_below_something_that_is_not_kept_hangs_below_what_is() {
    let known =
        looked_at(trace(vec![span(1, 0, "a", "top", 0, 9), span(2, 1, "a", "mid", 0, 9), span(3, 2, "a", "low", 0, 9)]));
    let file = read(&[Part { keep: &[true, false, true], ..whole(&known) }]);
    let opened: Vec<_> = file.profiles[0].events.iter().map(|step| (step.kind.as_str(), step.frame)).collect();
    assert_eq!(opened, [("O", 0), ("O", 1), ("C", 1), ("C", 0)]);
}

#[test]
fn several_traces_share_their_frames_and_say_whose_a_profile_is() {
    let known = looked_at(page());
    let file = read(&[whole(&known), whole(&known)]);
    assert_eq!(file.shared.frames.len(), read(&[whole(&known)]).shared.frames.len());
    assert!(file.profiles.iter().all(|profile| profile.name.ends_with(" · 5759e988bd862e3fe1be46a994272793")));
    assert_eq!(file.shared.frames[0].file.as_deref(), Some("frontend-react-js"));
}

#[test]
fn a_file_grows_with_the_spans_and_not_with_their_depth() {
    let chain =
        looked_at(trace((1..=10_000).map(|id| span(id, id - 1, "web", "step", id.into(), 30_000 - i128::from(id))).collect()));
    let wide: Vec<Span> = (1..=10_000).map(|id| span(id, u64::from(id > 1), "web", "step", id.into(), 30_000)).collect();
    let wide = looked_at(trace(wide));
    for known in [&chain, &wide] {
        let file = read(&[whole(known)]);
        assert_eq!(file.profiles[0].end, (0..10_000).filter_map(|node| known.1.self_times.get(node)).sum::<Nanos>());
        assert_eq!(own(&file, &file.profiles[1]).values().sum::<Nanos>(), known.1.path.duration());
        let written = render(&[whole(known)]);
        assert!(written.len() < 10_000 * 200, "{} bytes", written.len());
    }
}

#[test]
fn what_is_too_deep_for_the_reader_is_one_frame_and_is_counted() {
    let chain = |count: u64| {
        looked_at(trace((1..=count).map(|id| span(id, id - 1, "web", "step", id.into(), 9_000 - i128::from(id))).collect()))
    };
    let (fits, deep) = (chain(1_000), chain(1_003));
    let file = read(&[whole(&fits)]);
    assert_eq!((file.shared.frames.len(), file.profiles[0].name.as_str()), (1, "own time: 1000 of 1000 spans"));
    let file = read(&[whole(&deep)]);
    assert_eq!(file.shared.frames[1].name, "(deeper)");
    assert_eq!(file.profiles[0].name, "own time: 1003 of 1003 spans, 3 below 1000 levels without frames of their own");
    for profile in &file.profiles {
        assert_eq!(own(&file, profile)["(deeper)"], 1_000 * (9_000 - 2 * 1_001));
        assert_eq!(profile.events.len(), 2 * 1_001);
    }
}

#[test]
fn sums_that_no_64_bits_hold_are_exact() {
    use crate::model::Time;
    let long = |id| Span { start: Time(1), end: Some(Time(u64::MAX)), ..span(id, 0, "web", "long", 0, 0) };
    let known = looked_at(trace(vec![long(1), long(2), long(3)]));
    assert_eq!(read(&[whole(&known)]).profiles[0].end, 3 * (Nanos::from(u64::MAX) - 1));
}

proptest! {
    #[test]
    fn both_profiles_add_up_to_what_the_analysis_says(trace in any_trace()) {
        let known = looked_at(trace);
        let (trace, analysis) = &known;
        let file = read(&[whole(&known)]);
        let [times, path] = &file.profiles[..] else { panic!("there are two") };
        prop_assert_eq!(own(&file, times), added_up(&known, |node| analysis.self_times.get(node)));
        prop_assert_eq!(own(&file, path), added_up(&known, |node| Some(analysis.path.own(node))));
        prop_assert_eq!(path.end, analysis.path.duration());
        let counted: Vec<usize> = times.name.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
        prop_assert_eq!(counted[1], trace.spans().len());
        prop_assert_eq!(counted[0] + counted.get(2).unwrap_or(&0), trace.spans().len(), "each is in it, or counted");
        prop_assert!(times.events.len() <= 2 * analysis.tree.nodes().len() && path.events.len() <= 2 * analysis.tree.nodes().len());
    }
}
