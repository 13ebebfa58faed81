//! What arrives is sent on, at least once, whatever happens to the destination and to the program.

use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::time::Duration;

use cruddur_trace::model::{Span, TraceId};
use rustix::process::Signal;

use crate::support::destination::{Destination, Mood};
use crate::support::http::{Client, PROTOBUF};
use crate::support::spans::{body, family, span, sql, trace_id};
use crate::support::xray::{Fault, XRay};
use crate::support::{Home, Receiver, eventually};

/// Sends spans of a trace, which must be acknowledged.
#[track_caller]
fn send(receiver: &Receiver, trace: &TraceId, spans: &[Span]) {
    let mut client = Client::connect(receiver.otlp()).expect("it listens");
    let answer = client.traces(PROTOBUF, &body(trace, spans)).expect("it answers");
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
}

/// The keys under which a destination counts these spans.
fn keys(trace: &TraceId, spans: &[Span]) -> Vec<(String, String)> {
    spans.iter().map(|span| (trace.canonical(), span.id.to_string())).collect()
}

fn once(trace: &TraceId, spans: &[Span]) -> BTreeMap<(String, String), usize> {
    keys(trace, spans).into_iter().map(|key| (key, 1)).collect()
}

#[test]
fn what_arrives_while_a_destination_is_named_is_sent_there_once() {
    let home = Home::new().with("CRUDDUR_TRACE_COLLECT_FORWARD_HEADERS", "x-tenant=cruddur");
    let there = Destination::start(Mood::Fine);
    let flag = there.flag();
    let receiver = Receiver::start(&home, &[]);
    send(&receiver, &trace_id(1, 1), &family(3));
    assert_eq!(receiver.stop(Signal::TERM).code, Some(0));
    let spans = family(40);
    let receiver = Receiver::start(&home, &["--forward", &flag]);
    send(&receiver, &trace_id(1, 2), &spans);
    there.wait_for(41);
    let stopped = receiver.stop(Signal::TERM);
    assert!(stopped.stderr.contains(&format!("forwarded to {flag} so far: 41 spans")), "{}", stopped.stderr);
    // Nothing is left to send.
    let receiver = Receiver::start(&home, &["--forward", &flag]);
    let stopped = receiver.stop(Signal::TERM);
    assert!(stopped.stderr.contains("so far: 41 spans"), "{}", stopped.stderr);
    assert_eq!(there.spans(), once(&trace_id(1, 2), &spans));
    let [request] = there.requests().try_into().expect("one request");
    assert_eq!(request.spans, 41);
    assert_eq!(request.path, "/v1/traces");
    let header = |name: &str| request.headers.get(name).map(String::as_str);
    assert_eq!(header("content-type"), Some("application/x-protobuf"));
    assert_eq!((header("content-encoding"), header("x-tenant")), (Some("gzip"), Some("cruddur")));
}

#[test]
fn what_a_destination_could_not_take_waits_for_it_also_while_nothing_runs() {
    let home = Home::new();
    let there = Destination::start(Mood::Fine);
    let (flag, address) = (there.flag(), there.address());
    drop(there);
    let receiver = Receiver::start(&home, &["--forward", &flag]);
    let spans = family(9);
    send(&receiver, &trace_id(2, 1), &spans);
    send(&receiver, &trace_id(2, 2), &spans);
    let stopped = receiver.stop(Signal::TERM);
    assert!(stopped.stderr.contains("2 batches are waiting for next time"), "{}", stopped.stderr);
    let there = Destination::on(address, Mood::Fine);
    let _receiver = Receiver::start(&home, &["--forward", &flag]);
    there.wait_for(20);
    assert!(there.spans().values().all(|times| *times == 1), "{:?}", there.spans());
    assert_eq!(there.requests().len(), 1, "small batches go together");
}

#[test]
fn a_destination_in_any_trouble_gets_everything_in_the_end() {
    let home = Home::new();
    let there = Destination::start(Mood::Fine);
    let receiver = Receiver::start(&home, &["--forward", &there.flag()]);
    let troubles = [
        Mood::Status(503, ""),
        Mood::Status(429, ""),
        Mood::Status(500, ""),
        Mood::Status(404, ""),
        Mood::Status(307, "Location: http://127.0.0.1:1/\r\n"),
        Mood::Closes,
        Mood::Cuts,
        Mood::Hangs(Duration::from_millis(50)),
    ];
    for (number, trouble) in troubles.into_iter().enumerate() {
        there.set(trouble.clone());
        let before = there.requests().len();
        let trace = trace_id(3, number as u64 + 1);
        send(&receiver, &trace, &family(4));
        if trouble == Mood::Closes {
            eventually("the connection is tried", || sql(&home.store(), "SELECT count(*) FROM batches") != "0");
        } else {
            there.wait("it tries", |_, seen| seen.len() >= before + 2);
        }
        there.set(Mood::Fine);
        there.wait("it arrives", |spans, _| keys(&trace, &family(4)).iter().all(|key| spans.contains_key(key)));
    }
    assert_eq!(sql(&home.store(), "SELECT count(*) FROM set_aside"), "0", "the fault was the destination's");
}

#[test]
fn a_destination_is_left_in_peace_for_as_long_as_it_asks() {
    let home = Home::new();
    let there = Destination::start(Mood::Status(429, "Retry-After: 2\r\n"));
    let receiver = Receiver::start(&home, &["--forward", &there.flag()]);
    send(&receiver, &trace_id(4, 1), &family(1));
    there.wait("it tries twice", |_, seen| seen.len() >= 2);
    let seen = there.requests();
    let pause = seen[1].at - seen[0].at;
    assert!(pause >= Duration::from_millis(1900), "{pause:?}");
}

#[test]
fn the_span_that_a_destination_will_not_take_is_found_set_aside_and_said() {
    for status in [400, 500] {
        let home = Home::new();
        let there = Destination::start(Mood::Refuses(status, "poison"));
        let flag = there.flag();
        let receiver = Receiver::start(&home, &["--forward", &flag]);
        let (trace, after) = (trace_id(5, 1), trace_id(5, 2));
        let good = family(11);
        let all = [&good[..6], &[span(99, 1, "poison")], &good[6..]].concat();
        send(&receiver, &trace, &all);
        send(&receiver, &after, &good);
        there.wait_for(24);
        eventually("it is noted", || sql(&home.store(), "SELECT count(*) FROM set_aside") == "1");
        let noted = sql(&home.store(), "SELECT destination, batch, spans, trace, span, reason FROM set_aside");
        let reason = format!("it answers HTTP {status}: that one is poison");
        assert_eq!(noted, format!("{flag}|1|1|{trace}|0000000000000063|{reason}"));
        let stopped = receiver.stop(Signal::TERM);
        assert!(stopped.stderr.contains("1 is set aside, as it will not be taken"), "{}", stopped.stderr);
        let expected = [once(&trace, &good), once(&after, &good)].into_iter().flatten().collect();
        assert_eq!(there.spans(), expected, "everything else arrives, once");
        assert_eq!(sql(&home.store(), "SELECT upto, spans, evicted FROM destinations"), "2|24|0");
    }
}

#[test]
fn a_destination_that_wants_no_empty_requests_is_believed_once_it_has_taken_one() {
    let home = Home::new();
    let there = Destination::start(Mood::Picky("poison"));
    let receiver = Receiver::start(&home, &["--forward", &there.flag()]);
    send(&receiver, &trace_id(11, 1), &family(1));
    there.wait_for(2);
    send(&receiver, &trace_id(11, 2), &[span(1, 0, "poison")]);
    send(&receiver, &trace_id(11, 3), &family(1));
    there.wait_for(4);
    eventually("it is noted", || sql(&home.store(), "SELECT count(*) FROM set_aside") == "1");
    let status = home.run(["collect", "--status"]);
    let id = trace_id(11, 2);
    assert!(status.stdout.contains(&format!("span 0000000000000001 of {id}: it answers HTTP 400")), "{}", status.stdout);
}

#[test]
fn a_destination_that_refuses_everything_is_not_believed() {
    let home = Home::new();
    let there = Destination::start(Mood::Status(400, ""));
    let receiver = Receiver::start(&home, &["--forward", &there.flag()]);
    send(&receiver, &trace_id(6, 1), &family(3));
    there.wait("it tries again and again", |_, seen| seen.len() >= 8);
    there.set(Mood::Fine);
    there.wait_for(4);
    assert_eq!(sql(&home.store(), "SELECT count(*) FROM set_aside"), "0");
}

#[test]
fn a_request_that_is_too_large_is_divided() {
    let home = Home::new();
    let there = Destination::start(Mood::Small(3000));
    let receiver = Receiver::start(&home, &["--forward", &there.flag()]);
    let spans = family(99);
    send(&receiver, &trace_id(7, 1), &spans);
    there.wait_for(100);
    assert_eq!(there.spans(), once(&trace_id(7, 1), &spans));
}

#[test]
fn what_a_destination_takes_and_does_not_keep_is_counted() {
    let home = Home::new();
    let there = Destination::start(Mood::Rejects("SELECT"));
    let receiver = Receiver::start(&home, &["--forward", &there.flag()]);
    send(&receiver, &trace_id(8, 1), &family(3));
    there.wait_for(4);
    let stopped = receiver.stop(Signal::TERM);
    assert!(stopped.stderr.contains("3 spans were rejected by it"), "{}", stopped.stderr);
    assert!(stopped.stderr.contains("so far: 1 span\n"), "{}", stopped.stderr);
}

#[test]
fn a_store_that_is_moved_away_does_not_keep_what_comes_after_from_being_sent() {
    let home = Home::new();
    let there = Destination::start(Mood::Fine);
    let receiver = Receiver::start(&home, &["--forward", &there.flag()]);
    send(&receiver, &trace_id(9, 1), &family(1));
    there.wait_for(2);
    std::fs::rename(home.store(), home.path("moved.db")).expect("it can be moved");
    send(&receiver, &trace_id(9, 2), &family(1));
    there.wait_for(4);
    assert!(there.spans().values().all(|times| *times == 1), "{:?}", there.spans());
}

/// The documents of the requests that X-Ray has answered well.
fn taken(xray: &XRay) -> Vec<String> {
    let taken = xray.requests().into_iter().filter(|request| request.path == "/TraceSegments" && request.status == Some(200));
    let documents = taken.flat_map(|request| request.body["TraceSegmentDocuments"].as_array().cloned().unwrap_or_default());
    documents.filter_map(|document| document.as_str().map(str::to_owned)).collect()
}

fn document(trace: &str, id: &str, more: &str) -> String {
    format!(r#"{{"name":"web","id":"{id}","trace_id":"{trace}","start_time":1700000000.5,"end_time":1700000001{more}}}"#)
}

#[test]
fn x_ray_gets_documents_as_they_came_and_spans_as_documents() {
    let xray = XRay::start();
    let home = xray.environment().iter().fold(Home::new(), |home, (name, value)| home.with(name, value));
    xray.configure(|rules| rules.plan("/TraceSegments", Fault::Throttle, 1));
    let receiver = Receiver::start(&home, &["--forward", "xray"]);
    let (good, bad) = ("1-5759e988-bd862e3fe1be46a994272793", "1-5759e988-bd862e3fe1be46a99427zzzz");
    let odd = r#","annotations":{"a.b":1},"metadata":{"x":{"y":[1,2.5,null]}}"#;
    let documents = [document(good, "70de5b6f19ff9a0a", odd), document(bad, "70de5b6f19ff9a0b", "")];
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    for document in &documents {
        let datagram = format!("{{\"format\":\"json\",\"version\":1}}\n{document}");
        socket.send_to(datagram.as_bytes(), receiver.xray()).expect("it is sent");
    }
    let spans = family(59);
    send(&receiver, &trace_id(10, 1), &spans);
    eventually("all arrive", || taken(&xray).len() >= 62);
    let sent = taken(&xray);
    assert_eq!(sent.len(), 62);
    assert!(documents.iter().all(|document| sent.contains(document)), "{sent:#?}");
    let of_trace = trace_id(10, 1).spelled(cruddur_trace::model::Spelling::XRay).to_string();
    assert_eq!(sent.iter().filter(|document| document.contains(&of_trace)).count(), 60);
    eventually("it is noted", || sql(&home.store(), "SELECT count(*) FROM set_aside") == "1");
    let noted = sql(&home.store(), "SELECT destination, spans, trace, span, reason FROM set_aside");
    assert_eq!(noted, format!("xray|1|{bad}|70de5b6f19ff9a0b|InvalidTraceId: The segment is not valid."));
    // X-Ray's own eyes see the trace that was sent as OTLP.
    let shown = home.run(["show", &of_trace, "--backend", "xray", "-o", "json"]);
    assert!(shown.stdout.contains("\"SELECT\"") && shown.stdout.contains("0000000000000002"), "{}", shown.stdout);
}

#[test]
fn x_rays_documents_become_spans_for_others_when_they_have_ended() {
    let home = Home::new();
    let there = Destination::start(Mood::Fine);
    let receiver = Receiver::start(&home, &["--forward", &there.flag()]);
    let trace = "1-5759e988-bd862e3fe1be46a994272793";
    let ended = document(trace, "70de5b6f19ff9a0a", "");
    let running = ended.replace(r#""end_time":1700000001"#, r#""in_progress":true"#);
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    for document in [running, ended] {
        let datagram = format!("{{\"format\":\"json\",\"version\":1}}\n{document}");
        socket.send_to(datagram.as_bytes(), receiver.xray()).expect("it is sent");
    }
    there.wait_for(1);
    assert_eq!(receiver.stop(Signal::TERM).code, Some(0));
    let id = ("5759e988bd862e3fe1be46a994272793".to_owned(), "70de5b6f19ff9a0a".to_owned());
    assert_eq!(there.spans(), [(id, 1)].into());
}

#[test]
fn without_a_key_honeycomb_is_refused_before_anything_listens() {
    let output = Home::new().run([
        "collect",
        "--otlp-http",
        "127.0.0.1:0",
        "--otlp-grpc",
        "off",
        "--zipkin",
        "off",
        "--xray",
        "off",
        "--forward",
        "honeycomb",
    ]);
    assert_eq!(output.code, Some(2), "{}", output.stderr);
    assert!(output.stderr.contains("HONEYCOMB_API_KEY") && !output.stderr.contains("listening"), "{}", output.stderr);
}

/// The fault test: two receivers and X-Ray, each in trouble of its own kind, and the program killed ten times while spans come in.
#[test]
fn everything_acknowledged_reaches_every_destination_although_the_program_is_killed_ten_times() {
    const ROUNDS: usize = 10;
    let xray = XRay::start();
    let home = xray.environment().iter().fold(Home::new(), |home, (name, value)| home.with(name, value));
    let there = [Destination::start(Mood::Fine), Destination::start(Mood::Fine)];
    let flags = [there[0].flag(), there[1].flag()];
    let moods = [
        Mood::Status(503, "Retry-After: 0\r\n"),
        Mood::Hangs(Duration::from_millis(100)),
        Mood::Fine,
        Mood::Status(500, ""),
        Mood::Cuts,
        Mood::Closes,
        Mood::Status(429, ""),
        Mood::Fine,
    ];
    let arguments = ["--forward", &flags[0], "--forward", &flags[1], "--forward", "xray"];
    let mut acknowledged: Vec<TraceId> = Vec::new();
    for round in 0..ROUNDS {
        for (place, destination) in there.iter().enumerate() {
            destination.set(moods[(round + place * 3) % moods.len()].clone());
        }
        xray.configure(|rules| rules.throttle_every = if round % 2 == 0 { 2 } else { 0 });
        let receiver = Receiver::start(&home, &arguments);
        let to = receiver.otlp();
        let sender = std::thread::spawn(move || {
            let mut client = Client::connect(to).expect("it listens");
            let mut kept = Vec::new();
            for number in 1.. {
                let trace = trace_id(100 + round as u64, number);
                let answer = client.traces(PROTOBUF, &body(&trace, &family(3)));
                if !answer.as_ref().is_ok_and(|answer| answer.status == 200) {
                    assert!(answer.is_err(), "it refuses: {answer:?}");
                    break;
                }
                kept.push(trace);
            }
            kept
        });
        std::thread::sleep(Duration::from_millis(150 + round as u64 * 53 % 200));
        receiver.kill();
        acknowledged.extend(sender.join().expect("it sends"));
    }
    assert!(acknowledged.len() > ROUNDS, "{} acknowledged: that tests nothing", acknowledged.len());
    for destination in &there {
        destination.set(Mood::Fine);
    }
    xray.configure(|rules| rules.throttle_every = 0);
    let receiver = Receiver::start(&home, &arguments);
    let wanted: Vec<_> = acknowledged.iter().flat_map(|trace| keys(trace, &family(3))).collect();
    for destination in &there {
        destination.wait("all that was acknowledged arrives", |spans, _| wanted.iter().all(|key| spans.contains_key(key)));
    }
    let sent = || {
        let key = |document: &String| {
            let document: serde_json::Value = serde_json::from_str(document).ok()?;
            let text = |member: &str| document[member].as_str().map(str::to_owned);
            Some((TraceId::from_text(&text("trace_id")?).canonical(), text("id")?))
        };
        taken(&xray).iter().filter_map(key).collect::<std::collections::BTreeSet<_>>()
    };
    eventually("all of it arrives at X-Ray", || {
        let sent = sent();
        wanted.iter().all(|key| sent.contains(key))
    });
    assert_eq!(receiver.stop(Signal::TERM).code, Some(0));
    assert_eq!(sql(&home.store(), "SELECT count(*) FROM set_aside"), "0");
    let traces = crate::support::spans::consistent(&home.store());
    let stored: std::collections::BTreeSet<_> = traces.iter().map(|trace| trace.id().canonical()).collect();
    assert!(acknowledged.iter().all(|trace| stored.contains(&trace.canonical())));
}
