//! `show -b honeycomb`: what it costs to find a trace and to read it.

use cruddur_trace::model::{Span, Time, TraceId};

use super::home;
use crate::support::Home;
use crate::support::honeycomb::Honeycomb;
use crate::support::spans::{family, now, span, trace_id};

const HOUR: u64 = 3_600_000_000_000;
const DAY: u64 = 24 * HOUR;

fn of(id: &TraceId, spans: Vec<Span>) -> Vec<(TraceId, Span)> {
    spans.into_iter().map(|span| (id.clone(), span)).collect()
}

/// Spans of so long ago.
fn ago(spans: Vec<Span>, nanos: u64) -> Vec<Span> {
    let earlier = |time: Time| Time(time.0 - nanos);
    spans.into_iter().map(|span| Span { start: earlier(span.start), end: span.end.map(earlier), ..span }).collect()
}

/// Shows a trace that is there, and says how many query results that cost.
#[track_caller]
fn cost(service: &Honeycomb, home: &Home, arguments: &str) -> usize {
    let before = service.query_results();
    let output = home.line(&format!("show -b honeycomb {arguments}"));
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stdout.contains("SELECT"), "{output}");
    service.query_results() - before
}

#[test]
fn a_trace_of_the_last_hours_costs_one_query_result() {
    let service = Honeycomb::start();
    for (number, hours) in [0, 1, 5].into_iter().enumerate() {
        let id = trace_id(7, number as u64);
        service.ingest_spans(of(&id, ago(family(3), hours * HOUR)));
        assert_eq!(cost(&service, &home(&service), &id.to_string()), 1, "{hours} hours ago");
    }
}

#[test]
fn an_older_trace_costs_two_more_and_once_it_was_seen_it_costs_one() {
    let service = Honeycomb::start();
    let (id, home) = (trace_id(7, 1), home(&service));
    service.ingest_spans(of(&id, ago(family(3), 3 * DAY)));
    assert_eq!(cost(&service, &home, &id.to_string()), 3);
    assert_eq!(cost(&service, &home, &id.to_string()), 1, "it was shown before");
}

#[test]
fn a_trace_that_was_listed_costs_one_query_result() {
    let service = Honeycomb::start();
    let (id, home) = (trace_id(7, 1), home(&service));
    service.ingest_spans(of(&id, ago(family(3), 3 * DAY)));
    let listed = home.line("list -b honeycomb --since 4d");
    assert!(listed.stdout.contains("GET /"), "{listed}");
    assert_eq!(cost(&service, &home, &id.to_string()), 1);
}

#[test]
fn where_the_user_says_when_it_was_it_costs_one_query_result() {
    let service = Honeycomb::start();
    let id = trace_id(7, 1);
    service.ingest_spans(of(&id, ago(family(3), 3 * DAY)));
    assert_eq!(cost(&service, &home(&service), &format!("{id} --since 4d")), 1);
    assert_eq!(cost(&service, &home(&service), &format!("{id} --since 4d --until 2d")), 1);
    let wrong = cost(&service, &home(&service), &format!("{id} --since 2d --until 1d"));
    assert_eq!(wrong, 3, "and where that is wrong, it is found all the same");
}

#[test]
fn the_id_of_an_x_ray_generator_says_when_it_was() {
    let service = Honeycomb::start();
    let second = (now().0 - 3 * DAY) / 1_000_000_000;
    let id = TraceId::from_text(&format!("1-{second:08x}-bd862e3fe1be46a994272793"));
    service.ingest_spans(of(&id, ago(family(3), 3 * DAY)));
    assert_eq!(cost(&service, &home(&service), &id.to_string()), 1);
    let digits = id.canonical();
    assert_eq!(cost(&service, &home(&service), &digits), 1);
    let header = format!("Root=1-{second:08x}-bd862e3fe1be46a994272793");
    assert_eq!(cost(&service, &home(&service), &header), 1);
}

#[test]
fn an_id_that_lies_about_its_time_is_found_all_the_same() {
    let service = Honeycomb::start();
    let second = (now().0 - DAY) / 1_000_000_000;
    let id = TraceId::from_text(&format!("{second:08x}bd862e3fe1be46a994272793"));
    service.ingest_spans(of(&id, ago(family(3), 5 * DAY)));
    assert_eq!(cost(&service, &home(&service), &id.to_string()), 3);
}

#[test]
fn a_trace_that_is_nowhere_is_not_there_and_it_is_said_how_far_back_was_looked() {
    let service = Honeycomb::start();
    service.ingest_spans(of(&trace_id(7, 1), family(1)));
    let id = trace_id(9, 9);
    let output = home(&service).line(&format!("show -b honeycomb {id}"));
    assert_eq!((output.code, output.stdout.as_str()), (Some(1), ""), "{output}");
    assert!(output.stderr.contains("seven days back"), "{output}");
    let link = format!("https://ui.honeycomb.io/cruddur/environments/test/trace?trace_id={id}&trace_start_ts=");
    assert!(output.stderr.contains(&link), "{output}");
    assert!(service.query_results() <= 2, "{:?}", service.requests());
}

#[test]
fn an_environment_without_any_trace_is_not_asked_for_one() {
    let service = Honeycomb::start();
    let output = home(&service).line(&format!("show -b honeycomb {}", trace_id(9, 9)));
    assert_eq!((output.code, output.stdout.as_str(), service.query_results()), (Some(1), "", 0), "{output}");
    assert!(output.stderr.contains("seven days back"), "{output}");
}

#[test]
fn a_trace_that_began_long_before_what_was_found_first_is_read_from_its_beginning() {
    let service = Honeycomb::start();
    let id = trace_id(7, 1);
    let begun = ago(vec![span(1, 0, "a long job")], 20 * HOUR);
    service.ingest_spans(of(&id, begun));
    service.ingest_spans(of(&id, vec![span(2, 1, "SELECT")]));
    let output = home(&service).line(&format!("show -b honeycomb {id}"));
    assert!(output.stdout.contains("a long job") && output.stdout.contains("SELECT"), "{output}");
    assert_eq!(service.query_results(), 3);
}

#[test]
fn several_traces_that_were_seen_are_read_together() {
    let service = Honeycomb::start();
    let home = home(&service);
    let ids: Vec<_> = (1..4).map(|number| trace_id(7, number)).collect();
    for id in &ids {
        service.ingest_spans(of(id, ago(family(1), HOUR)));
        cost(&service, &home, &id.to_string());
    }
    let all: Vec<_> = ids.iter().map(ToString::to_string).collect();
    assert_eq!(cost(&service, &home, &all.join(" ")), 1);
}
