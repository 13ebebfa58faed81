//! `collect` under hostile input: for every protocol more than a hundred requests that are nearly right, by hand and by mutation with a
//! fixed seed. Each gets the answer that its protocol prescribes and is counted, what is acknowledged can be read back, a good
//! request is kept after each group, and the store is whole in the end.
//!
//! A protocol has its bodies in a file of its own, each with what is to become of it, and a way to send one in this file.
//! [`Site::attack`] does the rest.

mod calls;
mod codings;
mod framing;
mod mutate;
mod otlp_json;
mod otlp_logs;
mod otlp_protobuf;
mod site;
mod xray_tcp;
mod xray_udp;
mod zipkin;

use std::net::UdpSocket;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message as _;

use crate::support::eventually;
use crate::support::http::{self, Answer, JSON, PROTOBUF};
use crate::support::spans::{body, now, span, sql, trace_id};
use framing::Target;
use site::{Fate, Site, counted};

/// Sends a body over OTLP/HTTP, and says what the answer says.
fn otlp(site: &Site, kind: &str, coding: Option<&str>, body: &[u8]) -> Result<Fate, String> {
    let mut headers = vec![("Content-Type", kind)];
    headers.extend(coding.map(|coding| ("Content-Encoding", coding)));
    let answer = http::request(site.receiver.otlp(), "POST /v1/traces", &headers, body);
    let json = || serde_json::from_slice::<serde_json::Value>(&answer.body).map_err(|error| format!("{error}: {answer:?}"));
    let said = |key: &str, of: &serde_json::Value| of[key].as_str().is_some_and(|text| !text.is_empty());
    match (answer.status, kind) {
        (200, JSON) => {
            let partial = &json()?["partialSuccess"];
            let refused = partial["rejectedSpans"]
                .as_str()
                .map_or(Ok(0), |count| count.parse::<u64>().map_err(|error| error.to_string()))?;
            if refused > 0 && !said("errorMessage", partial) {
                return Err(format!("it does not say why: {answer:?}"));
            }
            Ok(taken(site, refused))
        }
        (200, _) => {
            let read = ExportTraceServiceResponse::decode(answer.body.as_slice()).map_err(|error| error.to_string())?;
            let partial = read.partial_success.unwrap_or_default();
            if partial.rejected_spans > 0 && partial.error_message.is_empty() {
                return Err(format!("it does not say why: {answer:?}"));
            }
            Ok(taken(site, partial.rejected_spans as u64))
        }
        (_, JSON) if !said("message", &json()?) => Err(format!("it does not say why: {answer:?}")),
        _ => fate(&answer),
    }
}

/// As [`otlp`], of Zipkin's API: it has one status for a body that is refused and for spans that are.
fn zipkin(site: &Site, body: &[u8]) -> Result<Fate, String> {
    let answer = http::request(site.receiver.zipkin(), "POST /api/v2/spans", &[("Content-Type", JSON)], body);
    let text = answer.text();
    match answer.status {
        202 => Ok(taken(site, 0)),
        400 if text.starts_with("All spans are kept but these. ") => {
            let counts = text.split(['.', ';']).filter_map(|part| part.trim().split_once(" span")?.0.parse::<u64>().ok());
            Ok(taken(site, counts.sum()))
        }
        _ => fate(&answer),
    }
}

/// What was acknowledged, as far as the answer says so: the store has the other half.
fn taken(site: &Site, refused: u64) -> Fate {
    let there = site.stored();
    Fate::Taken { kept: there - site.seen.replace(there), refused }
}

fn fate(answer: &Answer) -> Result<Fate, String> {
    match answer.status {
        400 => Ok(Fate::Malformed),
        413 => Ok(Fate::TooLarge),
        415 => Ok(Fate::Unsupported),
        _ => Err(format!("{answer:?}")),
    }
}

/// Checks that a good request by OTLP is kept, and read back.
#[track_caller]
fn still_good(site: &Site) {
    let number = site.next_good();
    let (trace, name) = (trace_id(u64::MAX - 1, number), format!("good {number}"));
    let answer = http::post(site.receiver.otlp(), PROTOBUF, &body(&trace, &[span(1, 0, &name)]));
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b""[..]), "{answer:?}");
    site.reads(&trace.to_string(), &name);
}

#[test]
fn otlp_protobuf_that_is_nearly_right() {
    let site = Site::new();
    site.attack(&otlp_protobuf::cases(1), "http_requests", |body| otlp(&site, PROTOBUF, None, body));
    still_good(&site);
    site.end();
}

/// As [`otlp`], over gRPC.
fn grpc(site: &Site, body: &[u8]) -> Result<Fate, String> {
    let called = calls::call(site.receiver.otlp_grpc(), &[calls::GRPC], &calls::framed(0, body));
    match (called.http, called.status) {
        (200, Some(calls::OK)) => {
            let read = ExportTraceServiceResponse::decode(called.message.as_slice()).map_err(|error| error.to_string())?;
            let partial = read.partial_success.unwrap_or_default();
            if partial.rejected_spans > 0 && partial.error_message.is_empty() {
                return Err(format!("it does not say why: {called:?}"));
            }
            Ok(taken(site, partial.rejected_spans as u64))
        }
        (200, Some(calls::INVALID_ARGUMENT)) => Ok(Fate::Malformed),
        (200, Some(calls::RESOURCE_EXHAUSTED)) => Ok(Fate::TooLarge),
        _ => Err(format!("{called:?}")),
    }
}

#[test]
fn grpc_calls_that_are_nearly_right() {
    let site = Site::new();
    site.attack(&otlp_protobuf::cases(9), "http_requests", |body| grpc(&site, body));
    still_good(&site);
    let message = body(&trace_id(8, 8), &[span(1, 0, "framed")]);
    let frames = calls::frames(10, &message);
    assert!(frames.len() >= 100, "{} are too few", frames.len());
    let to = site.receiver.otlp_grpc();
    let (mut before, mut stored) = (site.counters(), site.stored());
    for case in &frames {
        let called = calls::call(to, &[calls::GRPC], &case.body);
        let told = || format!("{}: {:02x?}: {called:?}", case.name, &case.body[..case.body.len().min(300)]);
        assert!(called.http == 200 && called.status.is_some_and(|status| case.statuses.contains(&status)), "{}", told());
        let (after, there) = (site.counters(), site.stored());
        let fates = after.since(&before, &["http_bytes", "spans_kept", "spans_refused"]);
        assert_eq!(fates.values().sum::<u64>(), 2, "the call and what became of it: {fates:?}, {}", told());
        assert_eq!(there - stored, after.get("spans_kept") - before.get("spans_kept"), "{}", told());
        assert!(called.status == Some(calls::OK) || there == stored, "{}", told());
        (before, stored) = (after, there);
    }
    let good = calls::framed(0, &message);
    let (zipped, encoding) = (calls::framed(1, b"no gzip"), ("grpc-encoding", "gzip"));
    for (headers, body, expected) in [
        (vec![("content-type", "application/json")], &good, (415, None)),
        (vec![], &good, (415, None)),
        (vec![calls::GRPC, ("grpc-encoding", "snappy")], &calls::framed(1, &message), (200, Some(calls::UNIMPLEMENTED))),
        (vec![calls::GRPC, encoding], &zipped, (200, Some(calls::INVALID_ARGUMENT))),
        (vec![calls::GRPC, encoding], &good, (200, Some(calls::OK))),
    ] {
        let called = calls::call(to, &headers, body);
        assert_eq!((called.http, called.status), expected, "{headers:?}: {called:?}");
    }
    still_good(&site);
    site.end();
}

#[test]
fn otlp_json_that_is_nearly_right() {
    let site = Site::new();
    site.attack(&otlp_json::cases(2, now().0), "http_requests", |body| otlp(&site, JSON, None, body));
    let name = "good JSON";
    let answer = http::post(site.receiver.otlp(), JSON, otlp_json::request(name, 9 << 60, now().0).as_bytes());
    assert_eq!((answer.status, answer.text().as_str()), (200, "{}"));
    site.reads(&format!("{:032x}", 9_u64 << 60), name);
    still_good(&site);
    site.end();
}

/// How many log records the store has.
fn lines(site: &Site) -> u64 {
    sql(&site.home.store(), "SELECT ifnull(sum(records), 0) FROM log_fragments").parse().expect("a number")
}

#[test]
fn log_records_that_are_nearly_right() {
    let site = Site::new();
    let cases = otlp_logs::protobuf(11);
    assert!(cases.len() >= 100, "{} are too few", cases.len());
    let post = |kind: &str, body: &[u8]| http::request(site.receiver.otlp(), "POST /v1/logs", &[("Content-Type", kind)], body);
    let (mut before, mut stored) = (site.counters(), lines(&site));
    for case in &cases {
        let answer = post(PROTOBUF, &case.body);
        let told = || format!("{}: {:?}: {answer:?}", case.name, String::from_utf8_lossy(&case.body));
        let mut expected = vec![("http_requests", 1), ("logs_requests", 1)];
        let mut more = 0;
        if let Some([kept, refused, without_trace]) = case.fate {
            let read = ExportLogsServiceResponse::decode(answer.body.as_slice()).expect("it is one");
            let partial = read.partial_success.unwrap_or_default();
            assert_eq!((answer.status, partial.rejected_log_records), (200, refused as i64), "{}", told());
            let records =
                [("log_records_kept", kept), ("log_records_refused", refused), ("log_records_without_trace", without_trace)];
            expected.extend(records);
            more = kept;
        } else {
            assert_eq!(answer.status, 400, "{}", told());
            expected.push(("refused_malformed", 1));
        }
        let (after, there) = (site.counters(), lines(&site));
        assert_eq!(after.since(&before, &["http_bytes"]), counted(&expected), "{}", told());
        assert_eq!(there - stored, more, "{}", told());
        (before, stored) = (after, there);
    }
    let cases = otlp_logs::json(12);
    assert!(cases.len() >= 100, "{} are too few", cases.len());
    for (name, body, is_read) in &cases {
        let answer = post(JSON, body);
        let told = || format!("{name}: {:?}: {answer:?}", String::from_utf8_lossy(body));
        assert_eq!(answer.status, if *is_read { 200 } else { 400 }, "{}", told());
        let (after, there) = (site.counters(), lines(&site));
        assert_eq!(there - stored, after.get("log_records_kept") - before.get("log_records_kept"), "{}", told());
        (before, stored) = (after, there);
    }
    // Over gRPC, the same; and a trace gets its lines after all that.
    let called = calls::call_logs(site.receiver.otlp_grpc(), &calls::framed(0, &otlp_logs::request(13, 1)));
    assert_eq!((called.http, called.status, lines(&site) - stored), (200, Some(calls::OK), 2), "{called:?}");
    let trace = format!("{:016x}{:016x}", 13, 1);
    let answer = http::post(site.receiver.otlp(), PROTOBUF, &body(&trace_id(12, 1), &[span(1, 0, "with lines")]));
    assert_eq!(answer.status, 200);
    site.reads(&trace, "with lines");
    let found = site.home.run(["list", "-b", "local", "event.body = \"again\"", "-o", "jsonl"]);
    assert!(found.stdout.contains(&trace), "{found}");
    still_good(&site);
    site.end();
}

#[test]
fn zipkins_json_that_is_nearly_right() {
    let site = Site::new();
    let start = now().0 / 1000;
    site.attack(&zipkin::cases(3, start), "http_requests", |body| zipkin(&site, body));
    let name = "good-zipkin";
    assert_eq!(zipkin(&site, zipkin::spans(name, 9 << 60, start).as_bytes()), Ok(Fate::Taken { kept: 2, refused: 0 }));
    site.reads(&format!("{:032x}", 9_u64 << 60), name);
    still_good(&site);
    site.end();
}

#[test]
fn bodies_whose_encoding_is_broken() {
    let site = Site::new();
    for coding in codings::ALL {
        let cases = codings::cases(4, coding);
        site.attack(&cases, "http_requests", |body| otlp(&site, PROTOBUF, Some(coding.header()), body));
        still_good(&site);
    }
    site.end();
}

#[test]
fn x_ray_datagrams_that_are_nearly_right() {
    let site = Site::new();
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.connect(site.receiver.xray()).expect("it listens");
    let start = now().0 / 1_000_000_000;
    let cases = xray_udp::cases(5, start);
    assert!(cases.len() >= 100, "{} are too few", cases.len());
    let (mut before, mut stored) = (site.counters(), site.stored());
    for case in &cases {
        socket.send(&case.bytes).expect("it fits");
        let (mut after, (counter, segments)) = (before.clone(), case.told);
        eventually("the datagram is settled", || {
            after = site.counters();
            let documents = ["documents_kept", "documents_refused", "documents_dropped_busy", "documents_lost"];
            let others = ["datagrams_bad_header", "datagrams_without_document", "datagrams_empty"];
            // They are counted one after the other: only together do they say that it is over.
            let settled: u64 = documents.iter().chain(&others).map(|name| after.get(name)).sum();
            after.get("datagrams") > before.get("datagrams") && after.get("datagrams") == settled
        });
        let document = u64::from(counter.starts_with("documents_"));
        let expected = [("datagrams", 1), ("documents", document), (counter, 1), ("segments_kept", segments)];
        let told = || format!("{}: {:?}", case.name, String::from_utf8_lossy(&case.bytes[..case.bytes.len().min(2000)]));
        assert_eq!(after.since(&before, &["datagram_bytes"]), counted(&expected), "{}", told());
        let there = site.stored();
        assert_eq!(there - stored, segments, "{}", told());
        (before, stored) = (after, there);
    }
    let name = "good datagram";
    socket.send(xray_udp::datagram(name, 9 << 60, start).as_bytes()).expect("it fits");
    eventually("the good one is kept", || site.counters().get("documents_kept") > before.get("documents_kept"));
    site.reads(&format!("1-{start:08x}-{:024x}", 9_u64 << 60), name);
    still_good(&site);
    site.end();
}

#[test]
fn sampling_calls_that_are_nearly_right() {
    let site = Site::new();
    let cases = xray_tcp::cases(6);
    assert!(cases.len() >= 100, "{} are too few", cases.len());
    let before = site.counters();
    let mut known = 0;
    for case in &cases {
        let answer = http::request(site.receiver.xray(), case.line, &[("Content-Type", JSON)], &case.body);
        let told =
            || format!("{}: {:?}: {answer:?}", case.name, String::from_utf8_lossy(&case.body[..case.body.len().min(2000)]));
        assert_eq!(answer.status, case.status, "{}", told());
        let read: serde_json::Value = serde_json::from_slice(&answer.body).expect("every answer is JSON");
        let kind = match case.status {
            400 => Some("InvalidRequestException"),
            404 => Some("UnknownOperationException"),
            _ => None,
        };
        // As AWS's SDKs tell errors apart.
        assert_eq!((answer.header("x-amzn-errortype"), read["__type"].as_str()), (kind, kind), "{}", told());
        known += u64::from(case.status != 404);
    }
    assert_eq!(site.counters().since(&before, &[]), counted(&[("sampling_requests", known)]));
    let answer = http::request(site.receiver.xray(), "POST /SamplingTargets", &[], &xray_tcp::statistics());
    let read: serde_json::Value = serde_json::from_slice(&answer.body).expect("it is JSON");
    // Of the two rules, one is not there.
    let told = ["SamplingTargetDocuments", "UnprocessedStatistics"].map(|key| read[key].as_array().map(Vec::len));
    assert_eq!((answer.status, told), (200, [Some(1), Some(1)]), "{answer:?}");
    still_good(&site);
    site.end();
}

#[test]
fn http_that_is_nearly_right() {
    let site = Site::new();
    let (trace, start) = (trace_id(7, 7), now().0 / 1000);
    let (protobuf, json) = (body(&trace, &[span(1, 0, "framed")]), zipkin::spans("framed", 7, start));
    let statistics = xray_tcp::statistics();
    let doors = [
        (
            site.receiver.otlp(),
            Target { path: "/v1/traces", kind: PROTOBUF, good: &protobuf, taken: 200, incomplete: 408 },
            Some(1),
        ),
        (
            site.receiver.zipkin(),
            Target { path: "/api/v2/spans", kind: JSON, good: json.as_bytes(), taken: 202, incomplete: 408 },
            Some(2),
        ),
        (
            site.receiver.xray(),
            Target { path: "/SamplingTargets", kind: JSON, good: &statistics, taken: 200, incomplete: 400 },
            None,
        ),
    ];
    for (to, target, spans) in doors {
        let mut before = site.counters();
        let mut kept = |name: &str, bytes: &[u8], answers: &[Answer]| {
            let mut after = site.counters();
            let context = || {
                format!("{}{name}: {:?}: {answers:?}", target.path, String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]))
            };
            if spans.is_some() {
                // All that came so far as to be a request is counted, with what became of it; where its client has hung up, a little later.
                eventually(&format!("all requests are accounted for, {}", context()), || {
                    after = site.counters();
                    let fates = after.since(&before, &["http_bytes", "spans_kept", "http_requests"]);
                    fates.values().sum::<u64>() == after.get("http_requests") - before.get("http_requests")
                });
            }
            let taken = answers.iter().filter(|answer| answer.status == target.taken).count() as u64;
            assert!(answers.iter().all(|answer| answer.status < 500), "{}", context());
            let more = after.get("spans_kept") - before.get("spans_kept");
            // Of a damaged head, the length may be what has gone: then it was a request of nothing, which OTLP has in protobuf.
            let length = format!("Content-Length: {}\r\n", target.good.len());
            let lost = target.kind == PROTOBUF
                && name.starts_with("damage")
                && !bytes.windows(length.len()).any(|part| part == length.as_bytes());
            assert!(more == taken * spans.unwrap_or_default() || lost && more == 0, "{more} spans, {}", context());
            before = after;
        };
        let mut wrong = Vec::new();
        for case in target.broken() {
            let answers = http::exchange(to, &case.bytes, case.hang_up);
            let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
            kept(&case.name, &case.bytes, &answers);
            if statuses != case.statuses {
                wrong.push(format!("{}: {statuses:?}, not {:?}", case.name, case.statuses));
            }
        }
        assert!(wrong.is_empty(), "{}: {wrong:?}", target.path);
        let (mut answered, asked) = (0, site.counters().get("sampling_requests"));
        for (number, bytes) in target.damaged(8).into_iter().enumerate() {
            let answers = http::exchange(to, &bytes, true);
            answered += answers.iter().filter(|answer| answer.status == target.taken).count() as u64;
            let known = [target.taken, 204, 400, 403, 404, 405, 408, 413, 414, 415, 431];
            assert!(answers.iter().all(|answer| known.contains(&answer.status)), "{bytes:?}: {answers:?}");
            kept(&format!("damage {number}"), &bytes, &answers);
        }
        let counted = site.counters().get("sampling_requests") - asked;
        // Whether one that hangs up is still answered is a matter of time; one that does not is.
        let answers = http::exchange(to, &target.whole(), false);
        assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [target.taken], "{}", target.path);
        kept("as good as whole", &target.whole(), &answers);
        assert!(spans.is_some() || counted >= answered, "{counted} are counted of {answered} that were answered");
        still_good(&site);
    }
    site.end();
}
