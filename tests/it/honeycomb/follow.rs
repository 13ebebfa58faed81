//! `list --follow`, `map`, and Honeycomb beside the local store.

use cruddur_trace::model::{Resource, Span};
use serde_json::Value as Json;

use super::list::{ago, numbers, request};
use super::{costs, quick, with_key};
use crate::support::honeycomb::{Endpoint, Fault, Honeycomb, INGEST, Key};
use crate::support::spans::{body, span, trace_id};
use crate::support::{Home, Live, eventually};

#[cfg(unix)]
#[test]
fn each_new_trace_is_printed_once_and_looking_costs_little() {
    let service = Honeycomb::start();
    service.ingest_spans(request(1, ago(60.0)));
    let home = quick(&service);
    let command = home.command(["list", "-b", "honeycomb", "--follow", "-o", "jsonl"]);
    let mut live = Live::start(&home, command);
    assert!(live.line().contains(&trace_id(7, 1).to_string()));
    let begun = std::time::Instant::now();
    let before = service.query_results();
    service.ingest_spans(request(2, ago(0.5)));
    assert!(live.line().contains(&trace_id(7, 2).to_string()), "as soon as it was looked at: {:?}", begun.elapsed());
    service.ingest_spans(request(3, ago(0.5)));
    assert!(live.line().contains(&trace_id(7, 3).to_string()));
    let looks = begun.elapsed().as_secs() as usize / 5 + 1;
    let results = service.query_results() - before;
    assert!(results <= 2 * looks, "{results} in {looks} looks");
    live.interrupt();
    let output = live.end();
    assert_eq!((output.code, numbers(&output)), (Some(130), vec![1, 2, 3]), "{output}");
}

#[cfg(unix)]
#[test]
fn only_new_traces_that_satisfy_the_filter_are_printed() {
    let service = Honeycomb::start();
    service.ingest_spans(request(1, ago(60.0)));
    let home = quick(&service);
    let command = home.command(["list", "-b", "honeycomb", "--follow", "-o", "jsonl", "app.number > 2"]);
    let mut live = Live::start(&home, command);
    eventually("it has listed", || service.query_results() > 0);
    service.ingest_spans(request(2, ago(0.5)));
    service.ingest_spans(request(3, ago(0.5)));
    assert!(live.line().contains(&trace_id(7, 3).to_string()));
    live.interrupt();
    let output = live.end();
    assert_eq!((output.code, numbers(&output)), (Some(130), vec![3]), "{output}");
}

#[test]
fn a_map_is_put_together_from_the_traces() {
    let service = Honeycomb::start();
    let of = |name: &str, span: Span| Span { resource: Resource::of_service(name).into(), ..span };
    for number in 1..=3 {
        let spans = [of("front", span(1, 0, "GET /")), of("pay", span(2, 1, "charge")), of("bank", span(3, 2, "book"))];
        service.ingest_spans(spans.into_iter().map(|span| (trace_id(7, number), span)));
    }
    let home = quick(&service);
    let (output, results) = costs(&service, || home.line("map -b honeycomb -o json"));
    assert_eq!((output.code, results), (Some(0), 2), "the list, and its traces: {output}");
    let document: Json = serde_json::from_str(&output.stdout).expect("it is JSON");
    let edges = document["edges"].as_array().expect("it has edges");
    for (from, to) in [("front", "pay"), ("pay", "bank")] {
        let edge = edges.iter().find(|edge| edge["from_name"] == from && edge["to_name"] == to);
        let edge = edge.unwrap_or_else(|| panic!("no edge from {from} to {to}: {document}"));
        assert_eq!(edge["figures"]["count"], 3, "{edge}");
    }
    let one = home.line(&format!("map -b honeycomb --trace {}", trace_id(7, 1)));
    assert!(one.stdout.contains("1 trace") && one.stdout.contains("bank"), "{one}");
}

/// A home whose local store has a trace.
fn with_local(home: &Home, number: u64) {
    let spans: Vec<Span> = request(number, ago(60.0)).into_iter().map(|(_, span)| span).collect();
    std::fs::write(home.path("local.pb"), body(&trace_id(7, number), &spans)).expect("the home can be written to");
    home.import("local.pb");
}

#[test]
fn a_trace_that_both_have_is_one_row() {
    let service = Honeycomb::start();
    let home = quick(&service);
    with_local(&home, 1);
    service.ingest_spans(request(2, ago(50.0)));
    service.ingest_spans(request(1, ago(60.0)));
    let output = home.line("list -o jsonl");
    assert_eq!((output.code, numbers(&output)), (Some(0), vec![2, 1]), "{output}");
    assert!(output.stdout.contains(r#""backend":"local+honeycomb""#), "{output}");
    for question in ["app.number > 0", "{ root } >> { app.number > 0 }"] {
        let output = home.run(["list", "-o", "jsonl", question]);
        assert_eq!((output.code, numbers(&output)), (Some(0), vec![2, 1]), "{question}: {output}");
    }
}

#[test]
fn a_key_that_only_sends_leaves_the_local_store_alone() {
    let service = Honeycomb::start();
    service.configure(|setup| setup.keys = vec![Key::new(INGEST)]);
    let home = with_key(&service, INGEST);
    with_local(&home, 1);
    let output = home.line("list -o jsonl");
    assert_eq!((output.code, numbers(&output), output.stderr.as_str()), (Some(0), vec![1], ""), "{output}");
    for (words, code) in [("app.number=1", 0), ("app.number=1 --absent", 1), ("app.number=2", 1), ("app.number=2 --absent", 0)]
    {
        let output = home.line(&format!("assert {words}"));
        assert_eq!(output.code, Some(code), "{words}: {output}");
    }
    assert_eq!(service.requests().len(), 0);
}

#[test]
fn where_honeycomb_denies_the_local_store_answers_and_a_warning_says_so() {
    let service = Honeycomb::start();
    let home = quick(&service);
    with_local(&home, 1);
    service.set_fault(Fault::Status(403).at(Endpoint::Auth));
    let output = home.line("list -o jsonl");
    assert_eq!((output.code, numbers(&output)), (Some(0), vec![1]), "{output}");
    assert!(output.stderr.contains("warning: honeycomb did not answer"), "{output}");
    for (words, code) in [("app.number=1", 0), ("app.number=1 --absent", 1), ("app.number=2", 3), ("app.number=2 --absent", 3)]
    {
        let output = home.line(&format!("assert {words}"));
        assert_eq!(output.code, Some(code), "{words}: {output}");
    }
}
