//! `assert -b honeycomb`: a verdict that is never wrong for want of looking, and that costs few query results.

use std::thread;
use std::time::Duration;

use cruddur_trace::model::Span;

use super::list::{ago, request};
use super::{costs, home, quick, with_key};
use crate::support::honeycomb::{Denied, Endpoint, FutureEnd, Honeycomb, Setup, Switches};
use crate::support::spans::{span, trace_id};
use crate::support::{CommandOutput, Home, eventually};

fn asserted(home: &Home, words: &str) -> CommandOutput {
    home.line(&format!("assert -b honeycomb {words}"))
}

#[test]
fn it_holds_as_soon_as_the_trace_is_there() {
    let service = Honeycomb::start();
    service.ingest_spans(request(2, ago(60.0)));
    service.configure(|setup| setup.rate = (30, Duration::from_secs(10)));
    let home = home(&service).with("CRUDDUR_TRACE_HONEYCOMB_RATE_LIMIT", "30/10s");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| asserted(&home, "app.number=1 --wait 50s"));
        eventually("it asks", || service.query_results() > 1);
        service.ingest_spans(request(1, ago(0.1)));
        let output = waiting.join().expect("it ends");
        assert_eq!(output.code, Some(0), "{output}");
        assert!(output.stderr.contains("holds: 1 trace satisfies app.number = 1"), "{output}");
        let link = format!("see https://ui.honeycomb.io/cruddur/environments/test/trace?trace_id={}", trace_id(7, 1));
        assert!(output.stderr.contains(&link), "{output}");
    });
    assert_eq!(service.limited(), 0);
}

#[test]
fn waiting_for_nothing_costs_few_query_results() {
    let service = Honeycomb::start();
    service.ingest_spans(request(2, ago(100.0)));
    let home = home(&service);
    let (output, results) = costs(&service, || asserted(&home, "app.number=1 --wait 4s"));
    assert_eq!(output.code, Some(1), "{output}");
    // Asked twice, looked for what arrived and read it, and listed and read the nearest.
    assert!(results <= 6, "{results}: {output}");
    assert!(output.stderr.contains("wanted app.number = 1, but it is 2"), "{output}");
}

#[test]
fn what_is_there_is_counted_and_missed() {
    let service = Honeycomb::start();
    for number in 1..=3 {
        service.ingest_spans(request(number, ago(100.0 + number as f64)));
    }
    let home = quick(&service);
    for (words, code) in [
        ("app.number>0", 0),
        ("app.number>0 --count 3", 0),
        ("app.number>0 --count 2", 1),
        ("app.number>0 --count 2..", 0),
        ("app.number>1 --absent", 1),
        ("app.number>3 --absent", 0),
        ("app.number>3", 1),
        ("app.numbr>3", 1),
        ("app.numbr>3 --absent", 0),
        ("", 0),
        ("--absent", 1),
        ("--count 3", 0),
        ("--count 4", 1),
    ] {
        let output = asserted(&home, words);
        assert_eq!(output.code, Some(code), "{words}: {output}");
    }
    for (words, code) in [("app.number=1", 0), ("app.number=2", 1), ("app.number=2 --absent", 0)] {
        let output = asserted(&home, &format!("--trace {} {words}", trace_id(7, 1)));
        assert_eq!(output.code, Some(code), "{words}: {output}");
    }
}

#[test]
fn a_trace_that_still_arrives_leaves_it_open() {
    let service = Honeycomb::start();
    service.ingest_spans([(trace_id(7, 1), Span { start: ago(5.0), end: Some(ago(4.9)), ..span(2, 1, "child") })]);
    let home = quick(&service);
    for words in ["name=parent", "name=parent --absent", "name=parent --count 1"] {
        let output = asserted(&home, words);
        assert_eq!(output.code, Some(3), "{words}: {output}");
        assert!(output.stderr.contains("may still grow"), "{words}: {output}");
    }
    assert_eq!(asserted(&home, "").code, Some(0), "there is one, whose root is not there");
    assert_eq!(asserted(&home, "--absent").code, Some(1));
    service.ingest_spans(request(2, ago(100.0)));
    assert_eq!(asserted(&home, "--count 1").code, Some(1), "there are two, whatever still comes of one");
    service.ingest_spans([(trace_id(7, 1), Span { start: ago(5.2), end: Some(ago(4.8)), ..span(1, 0, "root") })]);
    assert_eq!(asserted(&home, "name=parent").code, Some(3), "it looks whole, and has not been silent");
    for (words, code) in [("name=parent", 1), ("name=parent --absent", 0), ("name=root", 0), ("name=root --absent", 1)] {
        let output = asserted(&home, &format!("{words} --settle 2s"));
        assert_eq!(output.code, Some(code), "{words}: {output}");
    }
}

#[test]
fn a_trace_of_the_minute_that_cannot_be_asked_for_leaves_it_open() {
    super::list::within_a_minute();
    let switches = Switches { future_end: FutureEnd::Refused(422), ..Switches::default() };
    let service = Honeycomb::with(Setup { switches, ..Setup::default() });
    service.ingest_spans(request(1, ago(1.0)));
    service.ingest_spans(request(2, ago(120.0)));
    let home = quick(&service);
    for (words, code) in
        [("app.number=1", 3), ("app.number=1 --absent", 3), ("app.number=2", 0), ("app.number=2 --absent", 1), ("name=x", 3)]
    {
        let output = asserted(&home, words);
        assert_eq!(output.code, Some(code), "{words}: {output}");
        assert!(output.stderr.contains("takes no end in the future"), "{words}: {output}");
    }
}

#[test]
fn whoever_does_not_answer_leaves_it_open() {
    for denied_as in [Denied::Legacy, Denied::Problem, Denied::Unauthorized, Denied::Bare] {
        let service = Honeycomb::with(Setup { enterprise: false, denied_as, ..Setup::default() });
        service.ingest_spans(request(1, ago(60.0)));
        for words in ["app.number=1", "app.number=1 --absent", "--wait 1s"] {
            let output = asserted(&home(&service), words);
            assert_eq!(output.code, Some(3), "{denied_as:?} {words}: {output}");
        }
    }
    let service = Honeycomb::start();
    let output = asserted(&with_key(&service, "noSuchKey0123456789abc"), "--absent");
    assert_eq!(output.code, Some(3), "{output}");
    service.set_fault(crate::support::honeycomb::Fault::Close.at(Endpoint::Columns));
    assert_eq!(asserted(&home(&service), "--absent").code, Some(3));
    let gone = home(&service);
    drop(service);
    assert_eq!(asserted(&gone, "--absent").code, Some(3));
}

#[test]
fn processes_that_wait_together_ask_no_more_than_is_allowed() {
    let service = Honeycomb::start();
    service.configure(|setup| setup.rate = (3, Duration::from_secs(2)));
    service.ingest_spans(request(9, ago(100.0)));
    let home = home(&service).with("CRUDDUR_TRACE_HONEYCOMB_RATE_LIMIT", "3/2s");
    thread::scope(|scope| {
        let home = &home;
        let waiting: Vec<_> =
            (1..=3).map(|number| scope.spawn(move || asserted(home, &format!("app.number={number} --wait 50s")))).collect();
        eventually("they ask", || service.query_results() > 3);
        for number in 1..=3 {
            service.ingest_spans(request(number, ago(0.2)));
        }
        for waiting in waiting {
            let output = waiting.join().expect("it ends");
            assert_eq!(output.code, Some(0), "{output}");
        }
    });
    assert_eq!(service.limited(), 0);
}
