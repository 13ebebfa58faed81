//! What was acknowledged is there, whatever happens to the receiver.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cruddur_trace::model::{Trace, TraceId};

use crate::support::http::{Client, PROTOBUF};
use crate::support::spans::{consistent, everything, family, fetch, request, span, store, trace_id};
use crate::support::{Home, Receiver};

const ROUNDS: u64 = 24;
const CONNECTIONS: u64 = 4;
/// Spans of a request: as many of a trace of its own as below, and one of a trace that all requests of a round share.
const OF_ITS_OWN: u64 = 7;

/// A request that was sent, and whether it was answered with 200.
struct Sent {
    trace: TraceId,
    shared_span: u64,
    acknowledged: bool,
}

/// Sends one request after the other until the receiver is gone.
fn send(mut client: Client, round: u64, connection: u64) -> Vec<Sent> {
    let mut sent = Vec::new();
    loop {
        let number = sent.len() as u64;
        let (trace, shared) = (trace_id(round, (connection + 1) << 32 | number), trace_id(round, 0));
        let (own, shared_span) = (family(OF_ITS_OWN - 1), (connection + 1) << 32 | number);
        let joining = span(shared_span, 0, "shared");
        let body = request(own.iter().map(|span| (&trace, span)).chain([(&shared, &joining)]));
        let answer = client.traces(PROTOBUF, &body);
        let acknowledged = answer.as_ref().is_ok_and(|answer| answer.status == 200);
        sent.push(Sent { trace, shared_span, acknowledged });
        if !acknowledged {
            assert!(answer.is_err(), "the receiver refuses: {answer:?}");
            return sent;
        }
    }
}

/// SIGKILL says nothing about the power going off, against which `synchronous=FULL` stands: that cannot be tried here.
#[test]
fn what_was_acknowledged_survives_kill_9() {
    let home = Home::new();
    let (mut acknowledged, mut cut_off) = (0, 0);
    for round in 0..ROUNDS {
        // On the store that the last one left.
        let receiver = Receiver::start(&home, &[]);
        let to = receiver.otlp();
        let senders: Vec<_> = (0..CONNECTIONS)
            .map(|connection| {
                // Here, because a thread may begin so late that nobody listens any more.
                let client = Client::connect(to).expect("the receiver listens");
                std::thread::spawn(move || send(client, round, connection))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(20 + round * 37 % 150));
        receiver.kill();
        let sent: Vec<_> = senders.into_iter().flat_map(|sender| sender.join().expect("it sends")).collect();

        let store = store(&home.store());
        let shared = fetch(&store, &trace_id(round, 0));
        let shared: Vec<_> = shared.iter().flat_map(Trace::spans).map(|span| span.id.bytes()).collect();
        for Sent { trace, shared_span, acknowledged: promised } in sent {
            let own = fetch(&store, &trace).map_or(0, |trace| trace.spans().len() as u64);
            let joined = shared.contains(&Some(shared_span.to_be_bytes()));
            match (own, joined) {
                (OF_ITS_OWN, true) => {}
                (0, false) => assert!(!promised, "{trace} was acknowledged in round {round} and is gone"),
                _ => panic!("{own} of {OF_ITS_OWN} spans of {trace} are there, the shared one: {joined}"),
            }
            acknowledged += u64::from(promised);
            cut_off += u64::from(!promised);
        }
    }
    assert!(acknowledged > ROUNDS && cut_off > 0, "{acknowledged} acknowledged, {cut_off} cut off: that tests nothing");
    let traces = consistent(&home.store());
    assert!(traces.len() as u64 >= acknowledged);
}

/// A segment with two subsegments: three spans.
fn document(trace: u64) -> Vec<u8> {
    let id = format!("1-5759e988-{trace:024x}");
    format!(
        r#"{{"format":"json","version":1}}
{{"name":"web","id":"{trace:016x}","trace_id":"{id}","start_time":1700000000.5,"end_time":1700000001,"subsegments":[{{"name":"a","id":"00000000000000a1","start_time":1700000000.6,"end_time":1700000000.7}},{{"name":"b","id":"00000000000000b1","start_time":1700000000.7,"end_time":1700000000.8}}]}}"#
    )
    .into_bytes()
}

#[test]
fn x_ray_documents_are_kept_whole_or_not_at_all_when_the_receiver_is_killed() {
    let mut kept = 0;
    for round in 0..8_u64 {
        let home = Home::new();
        let receiver = Receiver::start(&home, &["--max-age", "off"]);
        let (to, stop) = (receiver.xray(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
                let mut number = 1;
                while !stop.load(Ordering::Relaxed) {
                    // Nobody listens any more at the end.
                    socket.send_to(&document(number), to).ok();
                    number += 1;
                    std::thread::sleep(Duration::from_micros(200));
                }
            });
            std::thread::sleep(Duration::from_millis(60 + round * 29 % 90));
            receiver.kill();
            stop.store(true, Ordering::Relaxed);
        });
        let traces = consistent(&home.store());
        for trace in &traces {
            assert_eq!(trace.spans().len(), 3, "{} is whole", trace.id());
        }
        kept += traces.len();
    }
    assert!(kept > 8, "{kept} traces: that tests nothing");
}

/// Two receivers on one store, while somebody reads.
#[test]
fn two_receivers_on_one_store_lose_nothing_while_it_is_listed() {
    const REQUESTS: u64 = 100;
    let home = Home::new();
    // At once: one of them makes the store, and the other finds it half made.
    let receivers: Vec<_> = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..2).map(|_| scope.spawn(|| Receiver::start(&home, &[]))).collect();
        starting.into_iter().map(|receiver| receiver.join().expect("it starts")).collect()
    });
    let (root, done) = (span(1, 0, "root"), AtomicBool::new(false));
    let listed = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..4_u64)
            .map(|sender| {
                let (to, root) = (receivers[sender as usize % 2].otlp(), &root);
                scope.spawn(move || {
                    let mut client = Client::connect(to).expect("the receiver listens");
                    for number in 0..REQUESTS {
                        // Every trace gets spans through both receivers.
                        let trace = trace_id(9, number % 10);
                        let spans = [root.clone(), span((sender + 1) << 32 | number, 1, "child")];
                        let body = request(spans.iter().map(|span| (&trace, span)));
                        let answer = client.traces(PROTOBUF, &body).expect("the receiver answers");
                        assert_eq!(answer.status, 200, "{}", answer.text());
                    }
                })
            })
            .collect();
        let reader = scope.spawn(|| {
            let mut listed = 0;
            while !done.load(Ordering::Relaxed) {
                let output = home.line("list -o json --limit 100");
                assert!(output.code == Some(0) && !output.stderr.contains("warning"), "{output}");
                listed += 1;
            }
            listed
        });
        for sender in senders {
            sender.join().expect("everything is acknowledged");
        }
        done.store(true, Ordering::Relaxed);
        reader.join().expect("every listing is an answer")
    });
    assert!(listed > 1, "it was listed meanwhile");
    let traces = consistent(&home.store());
    let counts: Vec<_> = traces.iter().map(|trace| trace.spans().len()).collect();
    assert_eq!(counts, [41; 10]);
    for receiver in receivers {
        let end = receiver.stop(rustix::process::Signal::TERM);
        assert_eq!(end.code, Some(0), "{end}");
    }
    assert_eq!(everything(&store(&home.store())).len(), 10);
    assert_eq!(home.length_of_log(), 0, "the log is folded in");
}
