//! `collect`: what it takes, what it refuses, and what it is like under those who mean no good.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use cruddur_trace::model::Time;
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use prost::Message as _;
use rustix::process::Signal;

use crate::support::http::{self, Answer, Client, JSON, PROTOBUF};
use crate::support::spans::{MS, body, consistent, everything, family, fetch, request, span, span_id, sql, store, trace_id};
use crate::support::{Home, Receiver, allow_many_files, eventually};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// What an OTLP answer says was refused.
#[track_caller]
fn refused(answer: &Answer) -> (i64, String) {
    let response = ExportTraceServiceResponse::decode(answer.body.as_slice()).expect("it is a response");
    response.partial_success.map(|partial| (partial.rejected_spans, partial.error_message)).unwrap_or_default()
}

/// How many spans the index counts, over all traces.
fn spans_in(home: &Home) -> usize {
    everything(&store(&home.store())).iter().filter_map(|trace| trace.span_count).sum()
}

/// The most memory that a process has had in use so far, in MiB.
#[cfg(target_os = "linux")]
fn most_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process is there");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux says so");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("it is a number") / 1024
}

#[test]
fn a_thousand_posts_at_once_are_all_answered_and_kept() {
    const POSTS: u64 = 1000;
    /// Posts, and posts again what was put off. Answers how often.
    fn insist(to: SocketAddr, number: u64) -> usize {
        let bytes = body(&trace_id(1, number % 100), &[span(number + 1, 0, "GET /")]);
        for attempt in 0..10 {
            let answer = http::post(to, PROTOBUF, &bytes);
            if answer.status == 200 {
                return attempt;
            }
            let wait = answer.header("retry-after").and_then(|seconds| seconds.parse().ok());
            assert!(answer.status == 503 && wait.is_some(), "{answer:?}");
            std::thread::sleep(Duration::from_secs(wait.unwrap_or_default()));
        }
        panic!("post {number} was put off ten times");
    }
    allow_many_files();
    let home = Home::new();
    let receiver = Receiver::start(&home, &[]);
    let (to, start) = (receiver.otlp(), Arc::new(std::sync::Barrier::new(POSTS as usize)));
    let posts: Vec<_> = (0..POSTS)
        .map(|number| {
            let start = Arc::clone(&start);
            let post = move || {
                start.wait();
                insist(to, number)
            };
            std::thread::Builder::new().stack_size(256 << 10).spawn(post).expect("a thread")
        })
        .collect();
    let again: usize = posts.into_iter().map(|post| post.join().expect("it is answered")).sum();
    let traces = consistent(&home.store());
    assert_eq!(traces.iter().map(|trace| trace.spans().len()).collect::<Vec<_>>(), [10; 100], "{again} were put off");
    let end = receiver.stop(Signal::TERM);
    assert!(end.code == Some(0) && end.stderr.contains("note: kept 1,000 spans\n"), "{end}");
}

#[test]
fn a_post_of_20_mb_is_kept_whole() {
    let home = Home::new();
    let receiver = Receiver::start(&home, &[]);
    let text = "x".repeat(1000);
    let spans: Vec<_> = (1..=20_000)
        .map(|number| {
            let mut span = span(number, u64::from(number > 1), "GET /");
            span.attributes.push("text", text.as_str());
            span
        })
        .collect();
    let bytes = body(&trace_id(1, 1), &spans);
    assert!(bytes.len() > 20_000_000);
    let answer = http::post(receiver.otlp(), PROTOBUF, &bytes);
    assert_eq!((answer.status, refused(&answer)), (200, (0, String::new())));
    let kept = fetch(&store(&home.store()), &trace_id(1, 1)).expect("it is kept");
    assert_eq!(kept.summary().span_count, Some(20_000));
    assert!(kept.spans().iter().all(|span| span.attributes.str("text") == Some(text.as_str())));
    // And one that is over the limit is refused, and told so, although its sender is still sending.
    let answer = http::post(receiver.otlp(), PROTOBUF, &vec![0x0a; 65 << 20]);
    assert!(answer.status == 413 && answer.text().contains("a body of more than 67108864 bytes"), "{answer:?}");
}

/// A gigabyte each, in a megabyte: gzip may have many members, so that it costs a test nothing to make.
#[cfg(target_os = "linux")]
#[test]
fn gzip_bombs_are_refused_and_cost_no_memory() {
    let home = Home::new();
    let receiver = Receiver::start(&home, &[]);
    let bomb = gzip(&vec![0; 1 << 20]).repeat(1024);
    let headers = [("Content-Type", PROTOBUF), ("Content-Encoding", "gzip")];
    let to = receiver.otlp();
    std::thread::scope(|scope| {
        let bombs: Vec<_> = (0..6).map(|_| scope.spawn(|| http::request(to, "POST /v1/traces", &headers, &bomb))).collect();
        for bomb in bombs {
            let answer = bomb.join().expect("it is answered");
            let busy = answer.status == 503 && answer.header("retry-after").is_some();
            let refused = answer.status == 413 && answer.text().contains("more than 134217728 bytes after decompression");
            assert!(busy || refused, "{answer:?}");
        }
    });
    let answer = http::request(to, "POST /v1/traces", &headers, &bomb);
    assert_eq!(answer.status, 413);
    let most = most_memory(receiver.pid());
    assert!(most < 640, "{most} MiB");
    assert_eq!(spans_in(&home), 0);
    assert_eq!(http::post(to, PROTOBUF, &body(&trace_id(1, 1), &family(1))).status, 200, "and it goes on");
}

#[test]
fn a_request_that_is_cut_off_or_no_text_is_refused_and_nothing_of_it_is_kept() {
    let home = Home::new();
    let receiver = Receiver::start(&home, &[]);
    let whole = body(&trace_id(1, 1), &family(20));
    for cut in [whole.len() - 1, whole.len() / 2, 100, 7, 1] {
        let answer = http::post(receiver.otlp(), PROTOBUF, &whole[..cut]);
        assert!(answer.status == 400 && answer.header("content-type") == Some(PROTOBUF), "{cut}: {answer:?}");
        assert!(answer.text().contains("not OTLP protobuf"), "{}", answer.text());
    }
    // The last of the names is no UTF-8.
    let mut bytes = whole.clone();
    let at = bytes.windows(6).rposition(|window| window == b"SELECT").expect("it is there");
    bytes[at + 2] = 0xff;
    let answer = http::post(receiver.otlp(), PROTOBUF, &bytes);
    assert!(answer.status == 400 && answer.text().contains("a text is not UTF-8 at byte"), "{answer:?}");
    let answer =
        http::post(receiver.otlp(), JSON, b"{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"name\":\"\xff\"}]}]}]}");
    assert!(answer.status == 400 && answer.text().starts_with(r#"{"code":3,"message":"not OTLP/JSON"#), "{answer:?}");
    let answer = http::request(
        receiver.otlp(),
        "POST /v1/traces",
        &[("Content-Type", PROTOBUF), ("Content-Encoding", "gzip")],
        &gzip(&whole)[..100],
    );
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(spans_in(&home), 0);
    assert_eq!(sql(&home.store(), "SELECT count(*) FROM batches"), "0");
    let end = receiver.stop(Signal::TERM);
    assert!(end.stderr.contains("warning: 8 requests that could not be decoded\n"), "{end}");
}

#[test]
fn spans_whose_ids_have_the_wrong_length_are_refused_one_by_one() {
    let home = Home::new();
    let receiver = Receiver::start(&home, &[]);
    let mut decoded = ExportTraceServiceRequest::decode(body(&trace_id(1, 1), &family(9)).as_slice()).expect("it is one");
    let spans = &mut decoded.resource_spans[0].scope_spans[0].spans;
    spans[1].trace_id.pop();
    spans[2].trace_id.clear();
    spans[3].trace_id.fill(0);
    spans[4].span_id.push(1);
    spans[5].span_id.clear();
    spans[6].parent_span_id.truncate(3);
    let answer = http::post(receiver.otlp(), PROTOBUF, &decoded.encode_to_vec());
    assert_eq!(answer.status, 200);
    let (count, why) = refused(&answer);
    insta::assert_snapshot!(why.replace("; ", "\n"), @"
    3 spans refused: the trace id is not 16 bytes, or all of them are zero
    2 spans refused: the span id is not 8 bytes, or all of them are zero
    1 span refused: the parent span id is neither empty nor 8 bytes
    ");
    assert_eq!(count, 6);
    let kept = fetch(&store(&home.store()), &trace_id(1, 1)).expect("the rest is kept");
    let ids: Vec<_> = kept.spans().iter().map(|span| span.id.clone()).collect();
    assert_eq!(ids, [1, 8, 9, 10].map(span_id));
    consistent(&home.store());
    let end = receiver.stop(Signal::TERM);
    assert!(end.stderr.contains("warning: 6 spans refused\n"), "{end}");
}

#[test]
fn a_span_that_ends_before_it_starts_is_kept_shown_as_received_and_flagged() {
    let home = Home::new();
    let receiver = Receiver::start(&home, &[]);
    let (root, mut odd) = (span(1, 0, "GET /"), span(2, 1, "SELECT"));
    odd.start = root.start;
    odd.end = Some(Time(odd.start.0 - 5 * MS));
    assert_eq!(http::post(receiver.otlp(), PROTOBUF, &body(&trace_id(1, 1), &[root.clone(), odd.clone()])).status, 200);
    assert_eq!(fetch(&store(&home.store()), &trace_id(1, 1)).expect("it is kept").spans(), [root, odd]);
    let id = trace_id(1, 1).to_string();
    let shown = home.run(["show", &id]).answer();
    insta::with_settings!({filters => vec![(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?", "[when]")]}, {
        insta::assert_snapshot!(shown, @"
        web  GET / · 1 ms · 2 spans · 1 service
        00000000000000020000000000000001 · [when] UTC · local · complete

                       ▏0              ▏200 µs         ▏400 µs         ▏600 µs         ▏800 µs
          GET / · web  ███████████████████████████████████████████████████████████████████████████████  1 ms
        ~ └─ SELECT    ▖                                                                               -5 ms

        ~ 1 span ends before it starts: shown as received
        ");
    });
    let json = home.run(["show", "-o", "json", &id]).answer();
    assert!(json.contains(r#""duration_ns": -5000000"#) || json.contains(r#""duration_ns":-5000000"#), "{json}");
}

#[test]
fn a_chain_of_10_000_spans_is_kept_counted_and_shown() {
    let home = Home::new();
    let receiver = Receiver::start(&home, &[]);
    let spans: Vec<_> = (1..=10_000).map(|number| span(number, number - 1, "recursion")).collect();
    for part in spans.rchunks(1000) {
        assert_eq!(http::post(receiver.otlp(), PROTOBUF, &body(&trace_id(1, 1), part)).status, 200);
    }
    let summary = &everything(&store(&home.store()))[0];
    assert_eq!((summary.span_count, summary.complete()), (Some(10_000), true));
    let id = trace_id(1, 1).to_string();
    let shown = home.run(["show", "--max-rows", "50", &id]).answer();
    assert!(shown.contains("10,000 spans"), "{shown}");
    let rows = shown.lines().filter(|line| line.contains("recursion")).count();
    assert!((40..=51).contains(&rows), "{shown}");
    let json: serde_json::Value = serde_json::from_str(&home.run(["show", "-o", "json", &id]).answer()).expect("it is JSON");
    assert_eq!(json["traces"][0]["spans"].as_array().map(Vec::len), Some(10_000));
}

#[test]
fn a_hundred_thousand_siblings_are_kept_counted_and_folded() {
    let home = Home::new();
    let receiver = Receiver::start(&home, &[]);
    let mut client = Client::connect(receiver.otlp()).expect("it listens");
    for part in family(100_000).chunks(10_000) {
        assert_eq!(client.traces(PROTOBUF, &body(&trace_id(1, 1), part)).expect("it answers").status, 200);
    }
    let summary = &everything(&store(&home.store()))[0];
    assert_eq!((summary.span_count, summary.complete()), (Some(100_001), true));
    let shown = home.run(["show", &trace_id(1, 1).to_string()]).answer();
    let rows: Vec<_> = shown.lines().filter(|line| line.contains("SELECT") || line.contains("100,00")).collect();
    insta::assert_snapshot!(rows.join("\n"), @"
    web  GET / · 1 ms · 100,001 spans · 1 service
    ┕━ ×100,000 SELECT  ███████████████████████████████████████████████████████████████████████████ 1 ms
    ");
}

#[test]
fn every_dialect_of_otlp_json_that_comes_in_says_the_same() {
    let mut said = Vec::new();
    for dialect in ["python", "node", "upper-case-and-numbers", "tempo", "snake-case-and-null"] {
        let path = format!("{}/tests/fixtures/otlp/{dialect}.json", env!("CARGO_MANIFEST_DIR"));
        let document = std::fs::read(path).expect("the fixture is there");
        let home = Home::new();
        let receiver = Receiver::start(&home, &["--max-age", "off"]);
        let answer = http::post(receiver.otlp(), "application/json; charset=utf-8", &document);
        assert_eq!((answer.status, answer.text().as_str()), (200, "{}"), "{dialect}");
        said.push(home.line("show -o json 5759e988bd862e3fe1be46a994272793").answer());
    }
    assert!(said[0].contains("53995c3f42cd8ad8") && said[0].contains("0102030405060708"), "{}", said[0]);
    said.dedup();
    assert_eq!(said.len(), 1, "{}", said.join("\n"));
}

#[test]
fn other_signals_are_taken_and_other_paths_are_told_where_to_go() {
    let home = Home::new();
    let receiver = Receiver::start(&home, &[]);
    let to = receiver.otlp();
    for (kind, empty) in [(PROTOBUF, ""), (JSON, "{}")] {
        let answer = http::request(to, "POST /v1/metrics", &[("Content-Type", kind)], b"whatever this is");
        let told = (answer.status, answer.header("content-type"), answer.text());
        assert_eq!(told, (200, Some(kind), empty.to_owned()));
    }
    for path in ["/v1/trace", "/api/v2/spans", "/v1/traces/", "/.."] {
        let answer = http::request(to, &format!("POST {path}"), &[("Content-Type", PROTOBUF)], b"");
        assert!(answer.status == 404 && answer.text().contains("POST /v1/traces"), "{path}: {answer:?}");
    }
    assert_eq!(http::request(to, "GET /v1/traces", &[], b"").status, 405);
    assert_eq!(http::request(to, "POST /v1/traces", &[("Content-Type", "text/plain")], b"x").status, 415);
    let page = [("Content-Type", JSON), ("Origin", "https://example.com")];
    assert_eq!(http::request(to, "POST /v1/traces", &page, b"{}").status, 403, "a web page");
    // No HTTP at all.
    let mut garbage = Client::connect(to).expect("it listens");
    assert!(garbage.request("\u{1}\u{2}\u{3}", &[], b"").is_ok_and(|answer| answer.status == 400));
    assert_eq!(http::post(to, PROTOBUF, b"").status, 200, "an empty request is a request");
    assert_eq!(spans_in(&home), 0);
}

#[test]
fn x_ray_documents_and_sampling_calls_are_answered_like_the_daemon_does() {
    let home = Home::new();
    let receiver = Receiver::start(&home, &["--max-age", "off"]);
    let rules = http::request(receiver.xray(), "POST /GetSamplingRules", &[("Content-Type", JSON)], b"{}");
    let rules: serde_json::Value = serde_json::from_slice(&rules.body).expect("it is JSON");
    assert_eq!(rules["SamplingRuleRecords"][0]["SamplingRule"]["FixedRate"], 1.0, "{rules}");

    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    for number in 0..500 {
        let document = format!(
            "{{\"format\":\"json\",\"version\":1}}\n{{\"name\":\"web\",\"id\":\"{:016x}\",\"trace_id\":\"1-5759e988-{:024x}\",\
             \"start_time\":1700000000,\"end_time\":1700000001}}",
            number + 1,
            number % 10
        );
        socket.send_to(document.as_bytes(), receiver.xray()).expect("it is sent");
    }
    // Not an empty one: at the end it cannot be told from the one with which the receiver wakes itself.
    for garbage in
        [&b"no header"[..], b"{\"format\":\"json\",\"version\":1}\n", b"{\"format\":\"json\",\"version\":1}\n{\"id\":"]
    {
        socket.send_to(garbage, receiver.xray()).expect("it is sent");
    }
    // What has been sent is in the kernel's buffer, and is read before the end.
    let end = receiver.stop(Signal::INT);
    insta::with_settings!({filters => vec![(r"127\.0\.0\.1:\d+", "[address]")]}, {
        insta::assert_snapshot!(end, @"
        ------- stderr -------
        note: listening for OTLP/HTTP on http://[address]
        note: listening for OTLP/gRPC on http://[address]
        note: listening for Zipkin's spans on http://[address]/api/v2/spans
        note: listening for X-Ray segments on [address] (UDP, and TCP for sampling)
        note: keeping in $HOME/data/cruddur-trace/traces.db; Ctrl-C stops
        note: stopping when what has begun is finished; Ctrl-C again stops at once
        note: kept 500 spans
        warning: 1 X-Ray document refused, 2 datagrams without a document
        [exit status: 0]
        ");
    });
    let traces = consistent(&home.store());
    assert_eq!(traces.iter().map(|trace| trace.spans().len()).collect::<Vec<_>>(), [50; 10]);
    assert!(traces[0].id().to_string().starts_with("1-5759e988-"));
}

/// Senders that go on while the receiver is stopped: what they were told is true, and nobody is left without an answer.
#[test]
fn a_receiver_that_is_stopped_answers_what_has_begun_and_keeps_what_it_answered() {
    for signal in [Signal::TERM, Signal::INT] {
        let home = Home::new();
        let receiver = Receiver::start(&home, &[]);
        let to = receiver.otlp();
        let senders: Vec<_> = (0..4_u64)
            .map(|sender| {
                let mut client = Client::connect(to).expect("it listens");
                std::thread::spawn(move || {
                    let mut acknowledged = Vec::new();
                    loop {
                        let id = trace_id(sender, acknowledged.len() as u64);
                        match client.traces(PROTOBUF, &body(&id, &family(3))) {
                            Ok(answer) if answer.status == 200 => acknowledged.push(id),
                            other => return (acknowledged, other),
                        }
                    }
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(300));
        // Somebody who still reads must not keep the log from being folded in.
        let (mut acknowledged, opened) = (0, store(&home.store()));
        everything(&opened);
        let end = receiver.stop(signal);
        for sender in senders {
            let (ids, last) = sender.join().expect("it sends");
            assert!(last.is_err(), "refused: {last:?}");
            for id in &ids {
                assert_eq!(fetch(&opened, id).map(|trace| trace.spans().len()), Some(4), "{id}");
            }
            acknowledged += ids.len();
        }
        assert!(acknowledged > 20, "{acknowledged} acknowledged: that tests nothing");
        assert_eq!(end.code, Some(0), "{end}");
        assert!(!end.stderr.contains("warning"), "{end}");
        assert_eq!(home.length_of_log(), 0, "the log is folded in");
        drop(opened);
        consistent(&home.store());
    }
}

#[test]
fn a_port_that_is_taken_is_told_with_the_flag_that_moves_it() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("it has one").port();
    for (line, flag) in [
        (format!("collect --otlp-grpc off --zipkin off --xray off --otlp-http {port}"), "--otlp-http"),
        (format!("collect --otlp-http off --zipkin off --xray off --otlp-grpc {port}"), "--otlp-grpc"),
        (format!("collect --otlp-http off --otlp-grpc off --xray off --zipkin {port}"), "--zipkin"),
        (format!("collect --otlp-http off --otlp-grpc off --zipkin off --xray {port}"), "--xray"),
    ] {
        let output = home.line(&line);
        assert_eq!(output.code, Some(3), "{output}");
        assert!(output.stderr.starts_with(&format!("error: cannot listen on 127.0.0.1:{port} for ")), "{output}");
        assert!(output.stderr.contains("  caused by: Address already in use"), "{output}");
        assert!(output.stderr.contains("hint: another program has this port"), "{output}");
        assert!(output.stderr.contains(&format!("{flag} 127.0.0.1:0 takes a free one")), "{output}");
    }
    // One collector beside another is the usual case.
    let first = Receiver::start(&home, &[]);
    let others_off = "--otlp-grpc off --zipkin off --xray off";
    let second = home.line(&format!("collect {others_off} --otlp-http {}", first.otlp()));
    assert_eq!(second.code, Some(3), "{second}");
}

#[test]
fn a_receiver_without_a_door_is_a_mistake_of_the_configuration() {
    insta::assert_snapshot!(Home::new().line("collect --otlp-http off --otlp-grpc off --zipkin off --xray off"), @"
    ------- stderr -------
    error: there is nothing to receive: no address to listen on
    hint: give --otlp-http, --otlp-grpc, --zipkin or --xray an address
    [exit status: 2]
    ");
}

/// A call of a client that others wrote, compressed as most SDKs can.
fn export(to: SocketAddr, request: ExportTraceServiceRequest) -> Result<ExportTraceServiceResponse, tonic::Status> {
    let called = async {
        let endpoint = tonic::transport::Endpoint::try_from(format!("http://{to}")).expect("it is one");
        let channel = endpoint.timeout(Duration::from_secs(30)).connect().await.expect("it listens");
        let mut client = tonic::client::Grpc::new(channel).send_compressed(tonic::codec::CompressionEncoding::Gzip);
        client.ready().await.expect("it is connected");
        let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export".try_into().expect("it is a path");
        let answer = client.unary(tonic::Request::new(request), path, tonic_prost::ProstCodec::default()).await;
        answer.map(tonic::Response::into_inner)
    };
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(called)
}

#[test]
fn what_was_acknowledged_over_grpc_survives_a_kill_and_what_was_refused_is_told() {
    let home = Home::new();
    let receiver = Receiver::start(&home, &[]);
    let mut decoded = ExportTraceServiceRequest::decode(body(&trace_id(1, 1), &family(20)).as_slice()).expect("it is one");
    decoded.resource_spans[0].scope_spans[0].spans[5].span_id.pop();
    // `run` gives the port of OTLP/HTTP to exporters of every protocol.
    for to in [receiver.otlp_grpc(), receiver.otlp()] {
        let partial = export(to, decoded.clone()).expect("it is kept").partial_success.expect("all but one");
        assert_eq!(partial.rejected_spans, 1);
        assert_eq!(partial.error_message, "1 span refused: the span id is not 8 bytes, or all of them are zero");
    }
    receiver.kill();
    let kept = fetch(&store(&home.store()), &trace_id(1, 1)).expect("it is kept");
    assert_eq!(kept.spans().len(), 20);

    let receiver = Receiver::start(&home, &[]);
    decoded.resource_spans[0].scope_spans[0].spans[0].name = "x".repeat(130 << 20);
    let status = export(receiver.otlp_grpc(), decoded).expect_err("it is too large");
    assert_eq!(status.code(), tonic::Code::ResourceExhausted);
    assert_eq!(status.message(), "too large: more than 134217728 bytes after decompression");
    let end = receiver.stop(Signal::TERM);
    assert!(end.code == Some(0) && end.stderr.contains("warning: 1 request too large\n"), "{end}");
}

#[test]
fn zipkin_s_spans_are_shown_like_all_others() {
    let home = Home::new();
    let receiver = Receiver::start(&home, &[]);
    let spans = r#"[{"traceId": "5b8efff798038103d269b633813fc60c", "id": "eee19b7ec3c1b174", "name": "get /api", "kind": "SERVER",
        "timestamp": 1795330581000000, "duration": 12500, "localEndpoint": {"serviceName": "backend-flask"}}]"#;
    assert_eq!(http::request(receiver.zipkin(), "POST /api/v2/spans", &[("Content-Type", JSON)], spans.as_bytes()).status, 202);
    let end = receiver.stop(Signal::KILL);
    assert_eq!(end.code, None, "{end}");
    let shown = home.line("show 5b8efff798038103d269b633813fc60c").answer();
    assert!(shown.contains("get /api") && shown.contains("backend-flask") && shown.contains("12.5 ms"), "{shown}");
}

#[test]
fn what_is_received_can_be_listed_at_once() {
    let home = Home::new();
    let receiver = Receiver::start(&home, &[]);
    insta::assert_snapshot!(home.line("-q list -o jsonl"), @"[exit status: 0]");
    let (one, two) = (trace_id(1, 1), trace_id(1, 2));
    let (root, other) = (span(1, 0, "GET /"), span(1, 0, "POST /"));
    assert_eq!(http::post(receiver.otlp(), PROTOBUF, &request([(&one, &root), (&two, &other)])).status, 200);
    let listed = home.line("list -o jsonl").answer();
    assert_eq!(listed.lines().count(), 2, "{listed}");
    // A follower sees what comes later.
    eventually("it is asserted", || home.run(["-q", "assert", "name = 'POST /'"]).code == Some(0));
}
