//! A filter means the same on X-Ray as here: what `list` finds is what satisfies the filter among all traces, whatever part of it
//! the service was asked and could answer.

use std::collections::BTreeSet;

use cruddur_trace::model::Trace;
use cruddur_trace::query::Expr;
use cruddur_trace::wire;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value as Json;

use super::{SECOND, ago, home, id, put};
use crate::support::Home;
use crate::support::xray::XRay;

// The same traces and filters by which the expressions themselves are tried.
#[path = "../../../src/backend/xray/filter/tests/life.rs"]
mod life;

/// What the documents of a trace say of time begins here, in seconds.
const BEGINNING: f64 = 1_795_500_000.0;

/// Puts a trace there as if it had begun so many minutes ago.
fn arrive(service: &XRay, number: usize, documents: &[Json]) -> String {
    let start = ago(60 * (number as u64 + 2));
    let trace = id(start, number);
    for document in documents {
        let mut document = document.clone();
        document["trace_id"] = trace.as_str().into();
        let mut waiting = vec![&mut document];
        while let Some(record) = waiting.pop() {
            for key in ["start_time", "end_time"] {
                if let Some(time) = record[key].as_f64() {
                    record[key] = (time - BEGINNING + (start.0 / SECOND) as f64).into();
                }
            }
            waiting.extend(record.get_mut("subsegments").and_then(Json::as_array_mut).into_iter().flatten());
        }
        put(service, &document);
    }
    trace
}

/// All traces as the service gives them.
fn everything(home: &Home, ids: &[String]) -> Vec<Trace> {
    let mut words = vec!["show", "-b", "xray", "-o", "otlp"];
    words.extend(ids.iter().map(String::as_str));
    let shown = home.run(words).answer();
    Trace::group(wire::read_any(shown.as_bytes()).expect("it is OTLP").spans)
}

#[test]
fn a_filter_finds_what_it_finds_among_all_traces() {
    let life = (vec(life::documents(), 1..12), vec(life::filter(), 5));
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&life, |(traces, filters)| {
            let service = XRay::start();
            service.configure(|rules| rules.summaries_per_page = 4);
            let home = home(&service);
            let ids: Vec<_> = traces.iter().enumerate().map(|(number, trace)| arrive(&service, number, trace)).collect();
            let all = everything(&home, &ids);
            prop_assert_eq!(all.len(), ids.len());
            for filter in filters {
                let expr: Expr = filter.parse().expect("it is a filter");
                let expected: BTreeSet<String> =
                    all.iter().filter(|trace| expr.matches(trace).is_some()).map(|trace| trace.id().canonical()).collect();
                let listed = home.run(["list", "-b", "xray", "--limit", "1000", "-o", "jsonl", &filter]);
                prop_assert_eq!(listed.code, Some(0), "{}: {}", filter, listed);
                let found: Vec<Json> =
                    listed.stdout.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
                let canonical = |trace: &Json| trace["trace_id"].as_str().expect("it has an id")[2..].replace('-', "");
                let set: BTreeSet<String> = found.iter().map(canonical).collect();
                prop_assert_eq!(set.len(), found.len(), "each once");
                prop_assert_eq!(set, expected, "{}", filter);
                prop_assert!(!listed.stderr.contains("does not take"), "{}: {}", filter, listed);
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}
