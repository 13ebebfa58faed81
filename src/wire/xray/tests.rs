//! Whole documents, from the fixtures and arbitrary.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::{convert, shapes};
use crate::model::{Attributes, Span, SpanKind, StatusCode, Time, Trace, TraceId, Value};
use crate::wire::{Batch, Format, Refused, read_all, read_some};

const FLASK: &str = include_str!("../../../tests/fixtures/xray/flask.json");
const DATAGRAMS: &str = include_str!("../../../tests/fixtures/xray/datagrams.txt");
const API: &str = include_str!("../../../tests/fixtures/xray/batch-get-traces.json");
const ODD: &str = include_str!("../../../tests/fixtures/xray/oddities.json");

/// What a person would want to know, one fact a line.
fn told(span: &Span) -> String {
    let mut lines =
        vec![format!("{} {:?} {:?} {}", span.id, span.kind, span.status.code, span.status.message).trim_end().to_owned()];
    lines.extend(span.attributes.iter().map(|(key, value)| format!("{key}: {value}")));
    for event in &span.events {
        lines.push(format!("{} at {}", event.name, event.time.0));
        lines.extend(event.attributes.iter().map(|(key, value)| format!("  {key}: {value}")));
    }
    lines.join("\n")
}

/// The spans of one document, put together.
fn spans(document: &str) -> Vec<Span> {
    Trace::group(convert(document).unwrap()).remove(0).into_spans()
}

#[test]
fn a_segment_becomes_the_span_of_a_server() {
    let spans = spans(FLASK);
    insta::assert_snapshot!(told(&spans[0]), @r"
    cb6ca5fab24f9e5b Server Error no such table: activities
    beta: true
    items: 3
    tenant: cruddur
    aws.xray.annotations: [beta, items, tenant]
    http.request.method: GET
    url.full: http://127.0.0.1:4567/api/activities/home
    user_agent.original: curl/8.5.0
    client.address: 203.0.113.7
    aws.xray.http.request.client_ip: 203.0.113.7, 10.0.0.1
    aws.xray.http.request.x_forwarded_for: true
    http.response.status_code: 500
    http.response.body.size: 544
    enduser.id: andrew
    aws.xray.metadata.debug: {took: 1.5}
    aws.xray.metadata.default: {request: {page: 2, tags: [a, null]}}
    aws.xray.cause: a1b2c3d4e5f60718
    aws.xray.fault: true
    ");
    let resource: Vec<_> = spans[0].resource.attributes.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    insta::assert_snapshot!(resource.join("\n"), @r"
    service.name: backend-flask
    service.version: 1.4
    process.runtime.name: CPython
    process.runtime.version: 3.11.7
    cloud.provider: aws
    cloud.platform: aws_ec2
    aws.xray.origin: AWS::EC2::Instance
    cloud.account.id: 123456789012
    host.id: i-0b5a4678fc325bg98
    cloud.availability_zone: us-west-2c
    telemetry.sdk.name: X-Ray for Python
    telemetry.sdk.version: 2.15.0
    aws.xray.sampling_rule_name: Default
    ");
    assert_eq!((spans[0].start, spans[0].end), (Time(1_795_330_581_487_246_800), Some(Time(1_795_330_581_493_573_700))));
}

#[test]
fn exceptions_become_events_and_calls_get_the_names_of_the_conventions() {
    let spans = spans(FLASK);
    insta::assert_snapshot!(told(&spans[1]), @r"
    0102030405060708 Internal Error no such table: activities
    aws.xray.cause.paths: [/app/lib]
    aws.xray.cause.working_directory: /app
    aws.xray.fault: true
    aws.xray.namespace: local
    exception at 1795330581492000000
      exception.type: OperationalError
      exception.message: no such table: activities
      exception.stacktrace: run (/app/home.py:41)
    query (/app/db.py:7)
      aws.xray.exception.cause: b1b2c3d4e5f60718
      aws.xray.exception.id: a1b2c3d4e5f60718
      aws.xray.exception.remote: false
      aws.xray.exception.skipped: 2
      aws.xray.exception.truncated: 0
    exception at 1795330581492000000
      exception.type: OSError
      exception.message: disk I/O error
      aws.xray.exception.id: b1b2c3d4e5f60718
      aws.xray.exception.stack: [{column: 9, label: read, line: 1, path: db.c}]
    ");
    insta::assert_snapshot!(told(&spans[2]), @r"
    1112131415161718 Client Unset
    db.query.text: SELECT * FROM activities WHERE handle = ?
    db.system.name: PostgreSQL
    db.user: cruddur
    aws.xray.sql.database_version: 16.1
    aws.xray.sql.preparation: statement
    aws.xray.sql.url: jdbc:postgresql://db:5432/cruddur
    aws.xray.namespace: remote
    aws.xray.precursor_ids: [2112131415161718]
    ");
    insta::assert_snapshot!(told(&spans[3]), @r"
    2112131415161718 Client Error
    http.response.status_code: 400
    http.response.body.size: 99
    rpc.system: aws-api
    rpc.service: DynamoDB
    db.system.name: aws.dynamodb
    rpc.method: Query
    cloud.region: us-west-2
    aws.dynamodb.table_names: [cruddur-messages]
    aws.consumed_capacity: null
    aws.request_id: 4E9DKQ71HL
    aws.resource_names: [cruddur-messages]
    aws.retries: 1
    aws.xray.error: true
    aws.xray.namespace: aws
    aws.xray.throttle: true
    aws.xray.traced: false
    ");
    let parents: Vec<_> = spans.iter().map(|span| span.parent.as_ref().map(ToString::to_string)).collect();
    assert_eq!(
        parents,
        [None, Some("cb6ca5fab24f9e5b".into()), Some("0102030405060708".into()), Some("0102030405060708".into())]
    );
}

#[test]
fn a_subsegment_sent_apart_takes_the_service_of_its_segment() {
    let mut all = convert(FLASK).unwrap();
    let found = shapes::read(DATAGRAMS.as_bytes()).unwrap();
    assert_eq!((found.spans.len(), found.refused), (3, Vec::new()));
    all.extend(found.spans);
    let traces = Trace::group(all);
    assert_eq!(traces[0].id().to_string(), "1-6b029215-b6b12d9d9679b33a0fe1127e");
    assert!(traces[0].spans().iter().all(|span| span.service() == "backend-flask"));
    assert_eq!(traces[1].spans()[0].end, None, "it is in progress");
    assert_eq!(traces[1].spans()[0].kind, SpanKind::Internal, "nothing says that anyone called");
}

#[test]
fn the_apis_answer_is_read_with_what_it_says_is_missing() {
    let found = shapes::read(API.as_bytes()).unwrap();
    let kinds: Vec<_> = found.spans.iter().map(|(id, span)| format!("{id} {} {:?}", span.name, span.kind)).collect();
    assert_eq!(
        kinds,
        ["1-581cf771-a006649127e371903a2de979 Øtest-get Server", "1-581cf771-a006649127e371903a2de979 DynamoDB Server",]
    );
    assert_eq!(
        found.notes,
        [
            "X-Ray did not give trace 1-581cf772-a006649127e371903a2de979",
            "X-Ray gave only a part of trace 1-581cf771-a006649127e371903a2de979: it exceeds the limit of a trace's size",
        ]
    );
    let link = &found.spans[0].1.links[0];
    assert_eq!((link.trace_id.as_str(), link.span_id.as_str()), ("1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8"));
    assert_eq!(link.attributes.str("aws.xray.reserved.reference_type"), Some("parent"));
}

#[test]
fn every_shape_in_which_documents_are_published_is_read() {
    let one = r#"{"trace_id": "1-581cf771-a006649127e371903a2de979", "id": "00000000000000a1", "name": "n"}"#;
    let quoted = Json::from(one).to_string();
    let shapes = [
        one.to_owned(),
        format!("[{one}]"),
        format!("{one}\n{one}"),
        format!("{{\"format\": \"json\", \"version\": 1}}\n{one}"),
        format!(r#"{{"TraceSegmentDocuments": [{quoted}]}}"#),
        format!("[{quoted}]"),
        format!(r#"{{"Traces": [{{"Id": "x", "Segments": [{{"Id": "y", "Document": {one}}}]}}]}}"#),
        format!(r#"[{{"Traces": [{{"Id": "x", "Segments": [{one}]}}]}}]"#),
        format!(
            r#"{{"RetrievalStatus": "COMPLETE", "Traces": [{{"Id": "x", "Spans": [{{"Id": "y", "Document": {quoted}}}]}}]}}"#
        ),
    ];
    for shape in shapes {
        let found = shapes::read(shape.as_bytes()).unwrap();
        assert_eq!(found.refused, [], "{shape}");
        assert!(!found.spans.is_empty() && found.spans.iter().all(|(_, span)| span.name == "n"), "{shape}");
    }
}

#[test]
fn odd_values_are_kept_as_what_they_are() {
    let found = shapes::read(ODD.as_bytes()).unwrap();
    assert_eq!(found.refused, []);
    let by_id = |id: &str| found.spans.iter().map(|(_, span)| span).find(|span| span.id.to_string() == id).unwrap();
    assert_eq!(by_id("fakeid7f2").attributes.get("http.response.body.size"), Some(&Value::Int(861)));
    assert_eq!(by_id("fakeid7f2").end, None);
    assert_eq!(by_id("00000000000000a2").attributes.get("aws.xray.http.response.content_length"), Some(&Value::Int(-1)));
    assert_eq!(by_id("00000000000000a2").duration(), Some(-250_000_000), "an end before the start is shown as received");
    assert_eq!(by_id("00000000000000a3").start, Time(1_477_700_000_250_000_000));
    assert_eq!(by_id("00000000000000a3").attributes.str("aws.xray.end_time"), Some("soon"));
    assert_eq!(by_id("00000000000000a4").start, Time::UNKNOWN);
    assert_eq!(by_id("00000000000000a4").status.code, StatusCode::Error);
    assert_eq!(by_id("00000000000000a5").attributes.get("aws.xray.start_time"), Some(&Value::Int(-3)));
    assert_eq!(by_id("00000000000000a5").end, None, "what is in progress has no end yet");
    assert_eq!(by_id("00000000000000a5/0").attributes.get("aws.xray.id_missing"), Some(&Value::Bool(true)));
    assert_eq!(by_id("00000000000000a6").parent.as_ref().unwrap().to_string(), "00000000000000a5", "nesting says it");
    assert_eq!(by_id("00000000000000a6").attributes.str("aws.xray.parent_id"), Some("00000000000000ff"));
}

/// Everything that a span says, as text.
fn everything(spans: &[(TraceId, Span)]) -> Vec<String> {
    fn values(value: &Value, out: &mut Vec<String>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| values(item, out)),
            Value::Map(entries) => attributes(entries, out),
            other => out.push(other.to_string()),
        }
    }
    fn attributes(all: &Attributes, out: &mut Vec<String>) {
        for (_, value) in all.iter() {
            values(value, out);
        }
    }
    let mut out = Vec::new();
    for (id, span) in spans {
        out.extend([id.to_string(), span.id.to_string(), span.name.clone(), span.start.0.to_string()]);
        out.extend(span.end.map(|end| end.0.to_string()));
        out.extend(span.parent.as_ref().map(ToString::to_string));
        attributes(&span.attributes, &mut out);
        attributes(&span.resource.attributes, &mut out);
        for event in &span.events {
            attributes(&event.attributes, &mut out);
        }
        for link in &span.links {
            out.extend([link.trace_id.clone(), link.span_id.clone()]);
            attributes(&link.attributes, &mut out);
        }
    }
    out
}

fn each_leaf(json: &Json, path: &str, leaf: &mut impl FnMut(&str, &Json)) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| each_leaf(item, path, leaf)),
        Json::Object(fields) => fields.iter().for_each(|(key, json)| each_leaf(json, &format!("{path}.{key}"), leaf)),
        other => leaf(path, other),
    }
}

#[test]
fn nothing_that_a_document_says_is_dropped() {
    let documents: Vec<Json> = [FLASK]
        .into_iter()
        .chain(DATAGRAMS.lines().filter(|line| !line.contains("format")))
        .map(|text| serde_json::from_str(text).unwrap())
        .chain(serde_json::from_str::<Vec<Json>>(ODD).unwrap())
        .collect();
    for document in documents {
        let spans = convert(&document.to_string()).unwrap();
        let all = everything(&spans);
        each_leaf(&document, "", &mut |path, leaf| {
            let key = path.rsplit('.').next().unwrap();
            let told = match (key, leaf) {
                // Said by the shape of the spans.
                ("in_progress", Json::Bool(progress)) => {
                    spans.iter().any(|(_, span)| span.end.is_none() == *progress) || all.contains(&leaf.to_string())
                }
                ("namespace" | "type", _) | ("subsegments", Json::Null) => true,
                ("start_time" | "end_time", Json::Number(seconds)) if seconds.as_f64() > Some(0.0) => {
                    let time = Time::from_secs_f64(seconds.as_f64().unwrap()).unwrap().0.to_string();
                    all.contains(&time) || all.contains(&seconds.to_string())
                }
                ("start_time", Json::String(text)) => {
                    all.contains(&Time::from_secs_f64(text.parse().unwrap()).unwrap().0.to_string())
                }
                (_, Json::String(text)) => all.iter().any(|told| told.contains(text.as_str())),
                (_, Json::Null) => all.contains(&Value::Empty.to_string()),
                (_, other) => {
                    let other = other.to_string();
                    all.iter().any(|told| *told == other || told.contains(&format!(":{other})")))
                }
            };
            assert!(told, "{path}: {leaf} of {document}\n{all:#?}");
        });
    }
}

#[test]
fn a_document_without_its_ids_is_refused_by_the_name_of_the_field() {
    let good = r#"{"trace_id": "1-581cf771-a006649127e371903a2de979", "id": "00000000000000a1"}"#;
    let bad = [
        "no json",
        r#"{"id": "00000000000000a1"}"#,
        r#"{"trace_id": "1-581cf771-a006649127e371903a2de979", "id": 7}"#,
        r#"{"trace_id": "", "id": "00000000000000a1"}"#,
        "7",
        "",
        r#"{"trace_id": "t", "id": "i", "start_time": 1.}"#,
    ];
    let mut documents = vec![good];
    documents.extend(bad);
    documents.push(good);
    let (batch, refused) = Batch::from_xray(&documents);
    assert_eq!(batch.rows.len(), 2);
    let reasons: Vec<_> = refused.into_iter().map(|Refused { count, reason }| format!("{count} {reason}")).collect();
    insta::assert_snapshot!(reasons.join("\n"), @r"
    1 not an X-Ray segment document: expected ident, line 1 column 2
    1 not an X-Ray segment document: trace_id is missing
    1 not an X-Ray segment document: id is no text
    1 not an X-Ray segment document: trace_id is empty
    1 not an X-Ray segment document: it is neither an object nor a list
    1 not an X-Ray segment document: there is none in it
    1 not an X-Ray segment document: invalid number, line 1 column 46, in start_time
    ");
}

#[test]
fn what_is_inferred_or_has_no_service_of_its_own_is_so_in_every_format() {
    let documents = [
        r#"{"trace_id": "1-581cf771-a006649127e371903a2de979", "id": "00000000000000a1", "parent_id": "00000000000000a2", "inferred": true}"#,
        r#"{"trace_id": "1-581cf771-a006649127e371903a2de979", "id": "00000000000000a2", "type": "subsegment", "inferred": false}"#,
    ];
    let told = |batch: &Batch| -> Vec<_> {
        let service = |row: &crate::wire::Row| batch.operations[row.operation as usize].service.clone();
        batch.rows.iter().map(|row| (row.inferred, service(row))).collect()
    };
    let wanted = [(true, Some(String::new())), (false, None)];
    assert_eq!(told(&Batch::from_xray(&documents).0), wanted);
    let mut spans: Vec<_> = documents.iter().flat_map(|document| convert(document).unwrap()).collect();
    assert_eq!(told(&Batch::from_spans(&spans).0), wanted);
    // Of a key that came twice the last counts, here as there.
    spans[0].1.attributes.push(crate::model::segments::INFERRED, "true");
    assert!(!spans[0].1.is_inferred());
    assert!(!told(&Batch::from_spans(&spans).0)[0].0);
}

#[test]
fn a_batch_is_read_back_as_its_rows_say() {
    let documents = [FLASK, DATAGRAMS, ODD, "{not json"];
    let (batch, refused) = Batch::from_xray(&documents);
    assert_eq!((batch.format, refused.len()), (Format::XRay, 1));
    let read = read_all(batch.format, &batch.data).unwrap();
    let rows: Vec<_> =
        batch.rows.iter().map(|row| (row.id.clone(), row.parent.clone(), row.start, row.end, row.error)).collect();
    let same: Vec<_> =
        read.iter().map(|(_, span)| (span.id.clone(), span.parent.clone(), span.start, span.end, span.is_error())).collect();
    assert_eq!(rows, same);
    for (row, (id, span)) in batch.rows.iter().zip(&read) {
        let operation = &batch.operations[row.operation as usize];
        assert_eq!((&operation.name, operation.kind, &batch.traces[row.trace as usize]), (&span.name, span.kind, id));
        let apart = span.attributes.get(crate::model::trace::INHERITS_RESOURCE).is_some();
        assert_eq!(operation.service.as_deref(), (!apart).then(|| span.service()));
    }
    for id in &batch.traces {
        let mut of_trace = Vec::new();
        read_some(batch.format, &batch.data, &|some| some == id, &mut |id, span| of_trace.push((id, span))).unwrap();
        let wanted: Vec<_> = read.iter().filter(|(trace, _)| trace == id).cloned().collect();
        assert_eq!(of_trace, wanted);
    }
}

#[test]
fn subsegments_nest_far_deeper_than_any_sdk_lets_them_and_not_without_end() {
    let nested = |levels: usize| {
        let mut document = r#"{"trace_id": "t", "id": "i""#.to_owned();
        for _ in 0..levels {
            document.push_str(r#", "subsegments": [{"id": "s""#);
        }
        document + &"}]".repeat(levels) + "}"
    };
    assert_eq!(convert(&nested(400)).unwrap().len(), 401);
    let error = convert(&nested(1000)).unwrap_err();
    insta::assert_snapshot!(error, @"not an X-Ray segment document: its subsegments nest deeper than 500");
    let deep = format!(r#"{{"trace_id": "t", "id": "i", "metadata": {}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    assert!(convert(&deep).unwrap_err().why.contains("recursion limit exceeded"));
}

proptest! {
    #[test]
    fn no_bytes_panic(data in proptest::collection::vec(any::<u8>(), 0..100), text in "[\\[\\]{}:,\"a1 ]{0,40}") {
        shapes::read(&data).ok();
        shapes::read(text.as_bytes()).ok();
        Batch::from_xray(&[data]);
        read_all(Format::XRay, text.as_bytes()).ok();
    }

    #[test]
    fn a_document_that_went_wrong_on_the_way_is_refused_or_can_be_read_back(
        wrong in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut document = FLASK.as_bytes().to_vec();
        for (at, byte) in wrong {
            let at = at.index(document.len());
            document[at] = byte;
        }
        let (batch, refused) = Batch::from_xray(&[document]);
        prop_assert!(!batch.rows.is_empty() || !refused.is_empty());
        prop_assert_eq!(read_all(batch.format, &batch.data).unwrap().len(), batch.rows.len());
    }
}
