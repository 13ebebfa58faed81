use std::sync::Arc;

use super::super::samples::{at, failed, named, span, trace};
use super::*;
use crate::model::error_report::Exception;
use crate::model::{Attributes, Event, Resource};

/// An error of that class at so many seconds after the beginning, cut to seconds as the service has it.
fn error(class: &str, seconds: u64) -> Occurrence {
    let exception = Exception { class: class.to_owned(), message: "null value".to_owned(), ..Exception::default() };
    Occurrence {
        id: seconds,
        time: Time(at(seconds * 1000).0 / 1_000_000_000 * 1_000_000_000),
        exceptions: vec![exception],
        ..Occurrence::default()
    }
}

fn attributes(pairs: &[(&str, &str)]) -> Attributes {
    pairs.iter().copied().collect()
}

/// A request from 0 to 10 s, in which something is raised at 5 s.
fn request() -> Trace {
    let raised = Event {
        time: at(5_500),
        name: "exception".to_owned(),
        attributes: attributes(&[("exception.type", "psycopg.errors.NotNullViolation"), ("exception.message", "null value")]),
        ..Event::default()
    };
    let asked = attributes(&[("http.method", "POST"), ("http.target", "/api/activities?page=1")]);
    trace(vec![
        failed("", Span { attributes: asked, ..named("web", "POST /api/activities", span(1, 0, 0, 10_000)) }),
        failed("", Span { events: vec![raised], ..named("web", "INSERT", span(2, 1, 5_000, 6_000)) }),
    ])
}

fn reports(occurrence: Occurrence) -> Vec<(Sureness, Vec<String>)> {
    let found = correlate(&request(), vec![occurrence], None);
    assert_eq!(found.others, []);
    let words = |report: ErrorReport| report.evidence.iter().map(ToString::to_string).collect();
    found.reports.into_iter().map(|report| (report.sureness, words(report))).collect()
}

#[test]
fn what_carries_the_id_is_certain_and_says_where() {
    let carried = Occurrence { carries: vec!["custom.trace_id".to_owned()], ..error("Whatever", 290) };
    let evidence = vec!["the occurrence carries the trace id (custom.trace_id)".to_owned()];
    assert_eq!(reports(carried), [(Sureness::Certain, evidence)]);
}

#[test]
fn the_same_class_at_the_same_time_is_probable() {
    let evidence =
        ["same class NotNullViolation", "same message", "at the time of the span `INSERT`"].map(str::to_owned).to_vec();
    assert_eq!(reports(error("NotNullViolation", 5)), [(Sureness::Probable, evidence)]);
    for class in ["errors::NotNullViolation", "App\\NotNullViolation", "NotNullViolation"] {
        assert_eq!(reports(error(class, 5)).len(), 1, "{class}");
    }
    assert_eq!(reports(error("NotNullViolation", 9)), [], "four seconds later it is another");
    assert_eq!(reports(error("UniqueViolation", 5)), []);
    assert_eq!(reports(error("", 5)), [], "a message has no class");
    let mut caused = error("Wrapper", 5);
    caused.exceptions.push(error("NotNullViolation", 5).exceptions.remove(0));
    assert_eq!(reports(caused).len(), 1, "the cause counts, too");
}

#[test]
fn the_same_path_at_the_same_time_is_probable() {
    let on = |path: &str, method: &str, seconds| Occurrence {
        path: path.to_owned(),
        method: method.to_owned(),
        ..error("KeyError", seconds)
    };
    let evidence = ["same path /api/activities", "at the time of the span `POST /api/activities`"].map(str::to_owned).to_vec();
    assert_eq!(reports(on("/api/activities", "POST", 9)), [(Sureness::Probable, evidence)]);
    assert_eq!(reports(on("/api/activities", "", 9)).len(), 1);
    assert_eq!(reports(on("/api/activities", "GET", 9)), []);
    assert_eq!(reports(on("/api/activities/1", "POST", 9)), []);
    assert_eq!(reports(on("/api/activities", "POST", 13)), []);
    assert_eq!(reports(on("", "", 9)), []);
}

#[test]
fn a_span_that_did_not_fail_is_told_to() {
    let asked = attributes(&[("url.path", "/health")]);
    let good = trace(vec![Span { attributes: asked, ..span(1, 0, 0, 1_000) }]);
    let occurrence = Occurrence { path: "/health".to_owned(), ..error("E", 1) };
    let found = correlate(&good, vec![occurrence], None);
    let last = found.reports[0].evidence.last().map(ToString::to_string);
    assert_eq!(last.as_deref(), Some("at the time of the span `s1`, which did not fail"));
}

#[test]
fn an_error_of_another_path_needs_more_than_its_class() {
    let serves = |span: Span| Span { kind: SpanKind::Server, ..span };
    let web = trace(request().into_spans().into_iter().map(serves).collect());
    let evidence = |there: &Trace, path: &str, message: &str| {
        let mut of = Occurrence { path: path.to_owned(), ..error("NotNullViolation", 5) };
        of.exceptions[0].message = message.to_owned();
        let codes = |report: ErrorReport| report.evidence.iter().map(ErrorEvidence::code).collect::<Vec<_>>();
        correlate(there, vec![of], None).reports.pop().map(codes)
    };
    assert_eq!(evidence(&web, "/api/activities/10", "of another"), None);
    assert_eq!(evidence(&web, "/api/activities/10", "null value"), Some(vec!["class", "message", "time", "other_path"]));
    assert_eq!(evidence(&web, "/api/activities", "of another"), Some(vec!["class", "path", "time"]));
    assert_eq!(evidence(&web, "", "of another"), Some(vec!["class", "time"]), "it is of no request");
    assert_eq!(evidence(&request(), "/api/activities/10", "of another"), Some(vec!["class", "time"]), "nothing was served");
    let local = Occurrence { path: "/v2/api/activities".to_owned(), in_locals: true, ..error("E", 5) };
    let found = correlate(&web, vec![local], None).reports.pop().expect("a variable holds the id");
    let said = found.evidence.last().map(ToString::to_string);
    assert_eq!(said.as_deref(), Some("although it is of a request for /v2/api/activities, which no span served then"));
    // A route says nothing of the path.
    let routed = Span { attributes: attributes(&[("http.route", "/api/<uuid>")]), ..serves(span(1, 0, 0, 10_000)) };
    let raised = request().into_spans().pop().expect("it raises");
    let there = trace(vec![routed, raised]);
    assert_eq!(evidence(&there, "/api/7", "of another"), Some(vec!["class", "time"]));
}

#[test]
fn a_local_variable_is_no_certainty() {
    let local = |seconds| Occurrence { in_locals: true, ..error("E", seconds) };
    let evidence = vec!["a local variable of a stack frame holds the trace id".to_owned()];
    assert_eq!(reports(local(11)), [(Sureness::Probable, evidence)]);
    assert_eq!(reports(local(14)), []);
}

#[test]
fn an_error_that_names_another_trace_is_of_that() {
    let other = TraceId::from_text("8bc626382cebdea2f7f1556261da8061");
    let of_other = |class| Occurrence { others: vec![other.clone()], ..error(class, 5) };
    let found = correlate(&request(), vec![of_other("NotNullViolation"), of_other("Unrelated")], None);
    assert_eq!((found.reports.len(), found.others), (0, vec![other.clone()]));
    let found = correlate(&request(), vec![of_other("Unrelated")], None);
    assert_eq!(found, Correlated::default(), "what would not fit is not told");
}

#[test]
fn an_error_of_another_environment_is_of_another_request() {
    let resource = |key| {
        Arc::new(Resource { attributes: attributes(&[("service.name", "web"), (key, "production")]), ..Resource::default() })
    };
    for key in ["deployment.environment", "deployment.environment.name"] {
        let spans = request().into_spans().into_iter().map(|span| Span { resource: resource(key), ..span }).collect();
        let there = trace(spans);
        let of = |environment: &str| Occurrence { environment: environment.to_owned(), ..error("NotNullViolation", 5) };
        let evidence = |environment| correlate(&there, vec![of(environment)], None).reports.pop().map(|report| report.evidence);
        let named = Some(ErrorEvidence::Environment("production".to_owned()));
        assert_eq!(evidence("Production").and_then(|mut evidence| evidence.pop()), named);
        assert_eq!(evidence("prod").and_then(|mut evidence| evidence.pop()), named);
        let against = ErrorEvidence::OtherEnvironment { error: "staging".to_owned(), spans: "production".to_owned() };
        assert_eq!(evidence("staging").and_then(|mut evidence| evidence.pop()), Some(against), "the message is the same, too");
        let mut unlike = of("staging");
        unlike.exceptions[0].message = "another".to_owned();
        assert_eq!(correlate(&there, vec![unlike.clone()], None).reports, []);
        unlike.environment = "p".to_owned();
        assert_eq!(correlate(&there, vec![unlike], None).reports, [], "one letter is no name");
        assert_eq!(correlate(&there, vec![of("production")], Some("staging")).reports, [], "the user knows");
        assert_eq!(evidence("").map(|evidence| evidence.len()), Some(3), "it may be");
    }
    let of = Occurrence { environment: "staging".to_owned(), ..error("NotNullViolation", 5) };
    assert_eq!(correlate(&request(), vec![of.clone()], Some("production")).reports, []);
    assert_eq!(correlate(&request(), vec![of.clone()], Some("staging")).reports.len(), 1);
    let carried = Occurrence { carries: vec!["x".to_owned()], ..of };
    assert_eq!(correlate(&request(), vec![carried], Some("production")).reports.len(), 1, "an id says more than a name");
}

#[test]
fn the_certain_ones_come_first_and_then_the_earlier() {
    let carried = Occurrence { carries: vec!["x".to_owned()], ..error("E", 200) };
    let found = correlate(&request(), vec![error("NotNullViolation", 6), error("NotNullViolation", 5), carried], None);
    let ids: Vec<_> = found.reports.iter().map(|report| report.occurrence.id).collect();
    assert_eq!(ids, [200, 5, 6]);
}

#[test]
fn without_times_nothing_is_claimed() {
    let mut spans = request().into_spans();
    for span in &mut spans {
        (span.start, span.end) = (Time::UNKNOWN, None);
        span.events.iter_mut().for_each(|event| event.time = Time::UNKNOWN);
    }
    assert_eq!(correlate(&trace(spans), vec![error("NotNullViolation", 5)], None), Correlated::default());
}
