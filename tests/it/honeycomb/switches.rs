//! What the documentation leaves open: whatever the service does, the trace is the same.

use std::sync::Arc;
use std::time::Duration;

use cruddur_trace::model::{Event, Link, Resource, Span, Status, StatusCode, Time, TraceId, Value};
use serde_json::Value as Json;

use super::generate::as_rows_have_it;
use super::inside::Inside;
use super::{for_each, home};
use crate::support::honeycomb::{
    AllColumns, CONFIGURATION, Empty, FutureEnd, Honeycomb, Key, Missing, MissingOperand, MixedTypes, Setup, Switches,
    TimePrecision, UnknownColumn,
};
use crate::support::spans::{MS, now, span, span_id, trace_id};

/// A call through two services that fails, with events, a link, odd keys, and times down to the microsecond.
fn call(ago: u64) -> Vec<Span> {
    let begin = now().0 / 1_000_000_000 * 1_000_000_000 - 600_000 * MS + 123_456_000 - ago;
    let at = |nanos: u64| Time(begin + nanos);
    let web = Arc::new(Resource::of_service("web"));
    let mut of_db = Resource::of_service("db");
    of_db.attributes.push("host.name", "db-1");
    let exception = [("exception.message", "no"), ("exception.type", "Refused")].into_iter().collect();
    let list = Value::Array(vec![Value::from("a"), Value::from("b")]);
    let keys = (0..60).map(|number| (format!("app.key{number:02}"), Value::from(number)));
    vec![
        Span {
            start: at(0),
            end: Some(at(50 * MS)),
            status: Status { code: StatusCode::Error, message: "it broke".to_owned() },
            attributes: [
                ("http.route", Value::from("/")),
                ("list", list),
                ("ratio", Value::from(2.0)),
                ("yes", Value::from(true)),
            ]
            .into_iter()
            .collect(),
            events: vec![
                Event {
                    name: "begun".to_owned(),
                    time: at(1_001_000),
                    attributes: [("n", 1_i64)].into_iter().collect(),
                    ..Event::default()
                },
                Event { name: "exception".to_owned(), time: at(40 * MS + 7_000), attributes: exception, ..Event::default() },
            ],
            resource: Arc::clone(&web),
            ..span(1, 0, "GET /")
        },
        Span {
            start: at(2 * MS + 3_000),
            end: Some(at(30 * MS)),
            attributes: keys.collect(),
            links: vec![Link { trace_id: "ab".repeat(16), span_id: "cd".repeat(8), ..Link::default() }],
            resource: web,
            ..span(2, 1, "call")
        },
        Span { start: at(2 * MS + 4_000), end: Some(at(2 * MS + 4_000)), resource: Arc::new(of_db), ..span(3, 2, "SELECT") },
    ]
}

/// A service on which that trace is twice: of now, and of three days ago.
struct Sent {
    service: Honeycomb,
    traces: [(TraceId, Vec<Span>); 2],
}

impl Sent {
    fn to(setup: Setup) -> Self {
        let service = Honeycomb::with(setup);
        let traces = [(trace_id(3, 3), call(0)), (trace_id(5, 5), call(3 * 86_400_000 * MS))];
        for (id, spans) in &traces {
            service.ingest_spans(spans.iter().map(|span| (id.clone(), span.clone())));
            // Of others there are rows as well.
            let other = trace_id(4, 4);
            service
                .ingest_spans(spans.iter().map(|span| (other.clone(), Span { id: span_id(9), parent: None, ..span.clone() })));
        }
        Self { service, traces }
    }

    /// Reads both.
    #[track_caller]
    fn check(&self, switch: &str) {
        for (id, spans) in &self.traces {
            let (read, written) = (Inside::new(&self.service).fetch(id), as_rows_have_it(id, spans));
            assert_eq!(read.spans(), written.spans(), "{switch}");
            let (of_read, of_written) = (read.summary(), written.summary());
            assert_eq!((of_read.end, of_read.evidence), (of_written.end, of_written.evidence), "{switch}");
            assert_eq!(read.notes, Vec::<String>::new(), "{switch}");
        }
    }
}

#[test]
fn whatever_the_service_does_the_trace_is_the_same() {
    type Change = fn(&mut Switches);
    let switches: [(&str, Change); 26] = [
        ("as it is", |_| {}),
        ("null", |on| on.missing = Missing::Null),
        ("empty text", |on| on.missing = Missing::Blank),
        ("doubles of 17 digits", |on| on.time = TimePrecision::Digits(17)),
        ("doubles of 15 digits", |on| on.time = TimePrecision::Digits(15)),
        ("40 breakdowns", |on| on.most_breakdowns = 40),
        ("20 breakdowns", |on| on.most_breakdowns = 20),
        ("a future end is refused with 400", |on| on.future_end = FutureEnd::Refused(400)),
        ("a future end is refused with 422", |on| on.future_end = FutureEnd::Refused(422)),
        ("two values in a list", |on| on.most_in = 2),
        ("a small body", |on| on.largest_body = 2_500),
        ("unknown columns are refused shortly", |on| on.unknown_column = UnknownColumn::RefusedLegacy),
        ("unknown columns fail", |on| on.unknown_column = UnknownColumn::ErrorInResult),
        ("no usage mode", |on| on.usage_mode = false),
        ("no usage mode and no future end", |on| (on.usage_mode, on.future_end) = (false, FutureEnd::Refused(422))),
        ("no usage mode and 40 breakdowns", |on| (on.usage_mode, on.most_breakdowns) = (false, 40)),
        ("a row of nothing", |on| on.empty = Empty::ZeroRow),
        ("COALESCE without literals", |on| on.coalesce_takes_literals = false),
        ("COALESCE with blanks", |on| on.coalesce_skips_blank = false),
        ("nothing is null", |on| on.missing_operand = MissingOperand::Null),
        ("!= passes over what is missing", |on| on.not_equal_matches_missing = false),
        ("columns of several types are texts", |on| on.mixed_types = MixedTypes::AsText),
        ("short expressions", |on| on.longest_expression = 200),
        ("in their order", |on| on.ties_as_arrived = true),
        ("null, and 40 breakdowns", |on| (on.missing, on.most_breakdowns) = (Missing::Null, 40)),
        ("empty text, and 40 breakdowns", |on| (on.missing, on.most_breakdowns) = (Missing::Blank, 40)),
    ];
    for_each(&switches, |(name, change)| {
        let mut setup = Setup { polls: 0, rate: (1_000, Duration::from_secs(1)), ..Setup::default() };
        change(&mut setup.switches);
        Sent::to(setup).check(name);
    });
}

#[test]
fn however_the_service_is_set_up_the_trace_is_the_same() {
    type Change = fn(&mut Setup);
    let setups: [(&str, Change); 5] = [
        ("columns are listed once", |setup| setup.all_columns = AllColumns::Merged),
        ("columns are listed for each dataset", |setup| setup.all_columns = AllColumns::Repeated),
        ("datasets may not be listed", |setup| {
            setup.listing_datasets_takes_permission = true;
            setup.keys = vec![Key::new(CONFIGURATION).without("createDatasets")];
        }),
        ("results take their time", |setup| setup.polls = 4),
        ("everything takes its time", |setup| setup.latency = Duration::from_millis(60)),
    ];
    for_each(&setups, |(name, change)| {
        let mut setup = Setup { rate: (1_000, Duration::from_secs(1)), ..Setup::default() };
        change(&mut setup);
        Sent::to(setup).check(name);
    });
}

#[test]
fn times_that_are_cut_are_told_to_be_and_nothing_else_is_odd() {
    let cuts = [(TimePrecision::Millis, MS), (TimePrecision::Seconds, 1_000 * MS), (TimePrecision::Digits(13), MS)];
    for_each(&cuts, |(time, precision)| {
        let mut setup = Setup { polls: 0, ..Setup::default() };
        setup.switches.time = time;
        let sent = Sent::to(setup);
        let (id, spans) = &sent.traces[0];
        let read = Inside::new(&sent.service).fetch(id);
        let (told, wanted) = (read.precision, i128::from(precision));
        // All that exact microseconds show is more than the doubles do.
        assert!(told == wanted || (matches!(time, TimePrecision::Digits(_)) && told == 1000), "{time:?}: {told}");
        let names = |spans: &[Span]| {
            spans.iter().map(|span| (span.id.clone(), span.parent.clone(), span.name.clone())).collect::<Vec<_>>()
        };
        assert_eq!(names(read.spans()), names(spans), "{time:?}");
        for (read, written) in read.spans().iter().zip(spans) {
            assert!(read.start.since(written.start).abs() <= told, "{time:?}: {read:?}");
            assert_eq!(read.duration(), written.duration(), "{time:?}");
            let said = |span: &Span| {
                span.events.iter().map(|event| (event.name.clone(), event.attributes.clone())).collect::<Vec<_>>()
            };
            assert_eq!(said(read), said(written), "{time:?}");
            assert_eq!((&read.attributes, &read.links), (&written.attributes, &written.links), "{time:?}");
        }
        assert_eq!((read.summary().evidence, &read.notes), (Vec::new(), &Vec::new()), "{time:?}");
        // What people see does not blame it on clocks either.
        let shown = home(&sent.service).line(&format!("show -b honeycomb {id}"));
        assert!(shown.code == Some(0) && !shown.stdout.contains("clock"), "{time:?}: {shown}");
        let document: Json = serde_json::from_str(&home(&sent.service).line(&format!("show -b honeycomb -o json {id}")).stdout)
            .expect("it is JSON");
        assert_eq!(document["traces"][0]["precision_ns"], told as i64, "{time:?}");
    });
}

#[test]
fn a_service_without_calculated_fields_is_no_service_to_read_from() {
    let sent = Sent::to(Setup { switches: Switches { calculated_fields: false, ..Switches::default() }, ..Setup::default() });
    let output = home(&sent.service).line(&format!("show -b honeycomb {}", sent.traces[0].0));
    assert!(matches!(output.code, Some(2 | 3)) && output.stdout.is_empty(), "{output}");
    assert!(output.stderr.contains("calculated_fields"), "{output}");
    assert_eq!(sent.service.query_results(), 0);
    assert!(sent.service.requests().len() < 12, "{:?}", sent.service.requests());
}

#[test]
fn columns_of_several_types_are_read_as_they_are_stored() {
    for mixed in [MixedTypes::AsStored, MixedTypes::AsText] {
        let service =
            Honeycomb::with(Setup { switches: Switches { mixed_types: mixed, ..Switches::default() }, ..Setup::default() });
        let id = trace_id(3, 3);
        let with = |number: u64, service: &str, value: Value| Span {
            attributes: [("mixed", value)].into_iter().collect(),
            resource: Arc::new(Resource::of_service(service)),
            ..span(number, number - 1, "work")
        };
        let values = [Value::from("text"), Value::from(7_i64), Value::from(2.5), Value::from(true)];
        let spans = ["a", "b", "c", "d"]
            .into_iter()
            .zip(values.clone())
            .zip(1..)
            .map(|((name, value), number)| with(number, name, value));
        service.ingest_spans(spans.map(|span| (id.clone(), span)));
        let read = Inside::new(&service).fetch(&id);
        let read: Vec<_> = read.spans().iter().map(|span| span.attributes.get("mixed").cloned().unwrap_or_default()).collect();
        match mixed {
            MixedTypes::AsStored => assert_eq!(read, values),
            MixedTypes::AsText => assert_eq!(read, values.map(|value| Value::from(value.to_string()))),
        }
    }
}

#[test]
fn many_traces_are_asked_for_in_lists_that_are_short_enough() {
    let setup = Setup {
        switches: Switches { most_in: 3, ..Switches::default() },
        rate: (1_000, Duration::from_secs(1)),
        ..Setup::default()
    };
    let service = Honeycomb::with(setup);
    let ids: Vec<_> = (1..=20).map(|number| trace_id(3, number)).collect();
    for id in &ids {
        service.ingest_spans([(id.clone(), span(1, 0, "work"))]);
    }
    let client = Inside::new(&service);
    for id in &ids {
        client.fetch(id);
    }
    let read = client.fetch_many(&ids).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read.len(), 20);
}
