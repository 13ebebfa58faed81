//! `collect` under those who should not get in, those who take too much time, and those who ask how it does.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use rustix::process::Signal;

use crate::support::http::{self, JSON, PROTOBUF};
use crate::support::spans::{body, family, sql, trace_id};
use crate::support::{Home, Receiver, eventually, signal, write};

const TOKEN: &str = "a-token-that-nobody-guesses";

/// A certificate for this machine and its key, in the home; the certificate as PEM.
fn certificate(home: &Home) -> String {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("it can be made");
    write(&home.path("cert.pem"), &made.cert.pem());
    write(&home.path("key.pem"), &made.signing_key.serialize_pem());
    made.cert.pem()
}

#[test]
fn a_receiver_for_the_network_warns_of_each_door() {
    let home = Home::new();
    let doors = ["--otlp-http", "--otlp-grpc", "--zipkin", "--xray"].map(|door| [door, "0.0.0.0:0"]);
    // Not by `Receiver`, which gives each door an address of its own.
    let mut collect = crate::support::Started(
        home.command(["collect"].into_iter().chain(doors.into_iter().flatten()))
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("it starts"),
    );
    let said = crate::support::lines(collect.0.stderr.take().expect("it is piped"));
    let lines: Vec<String> = said.iter().take(9).collect();
    assert!(lines[8].contains("Ctrl-C stops"), "{lines:?}");
    insta::with_settings!({filters => vec![(r"0\.0\.0\.0:\d+", "[address]")]}, {
        insta::assert_snapshot!(lines[4..8].concat(), @"
        warning: anybody who can reach [address] can send OTLP/HTTP: --token-file asks for a token, --otlp-http 127.0.0.1:0 keeps others out
        warning: anybody who can reach [address] can send OTLP/gRPC: --token-file asks for a token, --otlp-grpc 127.0.0.1:0 keeps others out
        warning: anybody who can reach [address] can send Zipkin's spans: --token-file asks for a token, --zipkin 127.0.0.1:0 keeps others out
        warning: anybody who can reach [address] can send X-Ray segments, whose protocol knows no token: --xray 127.0.0.1:0 keeps others out
        ");
    });
    signal(collect.0.id(), Signal::TERM);
    assert_eq!(collect.code(), Some(0));
}

#[test]
fn a_token_is_asked_for_and_never_shown() {
    let home = Home::new();
    write(&home.path("token"), &format!("{TOKEN}\n"));
    let receiver = Receiver::start(&home, &["--token-file", "token", "-v"]);
    let bytes = body(&trace_id(1, 1), &family(3));
    let refused = http::post(receiver.otlp(), PROTOBUF, &bytes);
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, Some("Bearer realm=\"cruddur-trace\"")));
    let authorization = format!("Bearer {TOKEN}");
    let headers = [("Content-Type", PROTOBUF), ("Authorization", authorization.as_str())];
    assert_eq!(http::request(receiver.otlp(), "POST /v1/traces", &headers, &bytes).status, 200);
    assert_eq!(http::request(receiver.otlp(), "GET /healthz", &[], b"").text(), "{\"receiver\":\"cruddur-trace\"}\n");
    let status = home.line("collect --status");
    assert!(status.stdout.contains("refused    1 request without the right token\n"), "{status}");
    let end = receiver.stop(Signal::TERM);
    assert!(end.stderr.contains("kept 4 spans") && !end.stderr.contains(TOKEN), "{end}");

    let from_environment = Home::new().with("CRUDDUR_TRACE_COLLECT_TOKEN", TOKEN);
    let receiver = Receiver::start(&from_environment, &[]);
    assert_eq!(http::post(receiver.otlp(), PROTOBUF, &bytes).status, 401);
    let shown = from_environment.line("config show").answer();
    assert!(shown.contains("(set)") && shown.contains("CRUDDUR_TRACE_COLLECT_TOKEN") && !shown.contains(TOKEN), "{shown}");
    assert!(from_environment.run(["-q", "run", "--", "true"]).code == Some(0), "`run` has no door for others");
}

#[test]
fn files_that_cannot_be_used_are_mistakes_of_the_configuration() {
    let home = Home::new();
    certificate(&home);
    let off = "--otlp-grpc off --zipkin off --xray off --otlp-http 127.0.0.1:0";
    insta::assert_snapshot!(home.line(&format!("collect {off} --token-file none")), @"
    ------- stderr -------
    error: cannot read the token in `none`
      caused by: No such file or directory (os error 2)
    [exit status: 2]
    ");
    insta::assert_snapshot!(home.line(&format!("collect {off} --tls-cert cert.pem --tls-key none.pem")), @"
    ------- stderr -------
    error: cannot read the private key in `none.pem`
      caused by: I/O error: No such file or directory (os error 2)
    hint: --tls-cert and --tls-key want PEM files: a certificate with those that lead to its authority, and its key
    [exit status: 2]
    ");
    insta::assert_snapshot!(home.line(&format!("collect {off} --tls-cert cert.pem")), @"
    ------- stderr -------
    error: there is a certificate for the receiver, but not its private key
    hint: give --tls-key FILE too, or set `collect.tls_key`
    [exit status: 2]
    ");
    insta::assert_snapshot!(home.line("collect --allow-origin localhost"), @"
    ------- stderr -------
    error: invalid value 'localhost' for '--allow-origin <ORIGIN>': expected an origin such as `http://localhost:3000`, or `*`

    For more information, try '--help'.
    [exit status: 2]
    ");
    assert_eq!(home.line("collect -o json").code, Some(2), "there is nothing to print without --status");
}

#[test]
fn spans_come_encrypted_from_those_who_trust_the_certificate() {
    let home = Home::new();
    let pem = certificate(&home);
    let receiver = Receiver::start(&home, &["--tls-cert", "cert.pem", "--tls-key", "key.pem"]);
    assert!(receiver.said().contains("OTLP/HTTP on https://"), "{}", receiver.said());
    let root = reqwest::Certificate::from_pem(pem.as_bytes()).expect("it is one");
    let client = cruddur_trace::tls::http_client().no_proxy().tls_certs_only([root]).build().expect("a client");
    let url = format!("https://localhost:{}/v1/traces", receiver.otlp().port());
    let send = client.post(url).header("content-type", PROTOBUF).body(body(&trace_id(1, 1), &family(3))).send();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    assert_eq!(runtime.block_on(send).expect("it is answered").status(), 200);
    assert_eq!(sql(&home.store(), "SELECT span_count FROM traces"), "4");
}

#[test]
fn an_allowed_page_may_send() {
    let home = Home::new();
    let receiver = Receiver::start(&home, &["--allow-origin", "http://localhost:3000/", "--allow-origin", "http://other"]);
    for (origin, status) in [("http://localhost:3000", 200), ("http://other", 200), ("http://localhost:3001", 403)] {
        let answer = http::request(receiver.otlp(), "POST /v1/traces", &[("Content-Type", JSON), ("Origin", origin)], b"{}");
        assert_eq!(answer.status, status, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), (status == 200).then_some(origin));
    }
}

#[test]
fn limits_of_the_configuration_hold() {
    let home = Home::new();
    write(&home.config_file(), "[collect.limits]\nbody = '1kB'\nrequest_time = '2s'\nidle_time = '1s'\nconnections = 2\n");
    let receiver = Receiver::start(&home, &[]);
    let answer = http::post(receiver.otlp(), PROTOBUF, &[0; 1001]);
    assert!(answer.status == 413 && answer.text().contains("a body of more than 1000 bytes"), "{answer:?}");
    // Clients that send their headers drop by drop, as many as there may be, keep nobody out for ever.
    let slow: Vec<_> = (0..2)
        .map(|_| {
            let mut stream = TcpStream::connect(receiver.otlp()).expect("it listens");
            stream.set_read_timeout(Some(Duration::from_secs(30))).expect("it can be set");
            stream.write_all(b"POST /v1/traces HTTP/1.1\r\nHo").expect("it is sent");
            stream
        })
        .collect();
    assert_eq!(http::post(receiver.otlp(), PROTOBUF, b"").status, 200);
    for mut stream in slow {
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it is closed");
        assert_eq!(String::from_utf8_lossy(&answer), "");
    }
    let wrong = "[collect.limits]\nbody = '1GiB'\n";
    write(&home.config_file(), wrong);
    assert_eq!(home.line("list").code, Some(2));
}

#[test]
fn a_second_signal_stops_at_once() {
    let home = Home::new();
    let mut receiver = Receiver::start(&home, &[]);
    // A request whose body never comes would be waited for.
    let mut stream = TcpStream::connect(receiver.otlp()).expect("it listens");
    let head = "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).expect("it is sent");
    let running = || home.line("collect --status -o json").stdout.contains("\"http_requests\": 1");
    eventually("the request has begun", running);
    signal(receiver.pid(), Signal::TERM);
    receiver.until_it_says("Ctrl-C again stops at once");
    let begun = std::time::Instant::now();
    let end = receiver.stop(Signal::INT);
    assert_eq!(end.code, Some(130), "{end}");
    assert!(!end.stderr.contains("kept"), "{end}");
    assert!(begun.elapsed() < Duration::from_secs(8), "the drain takes ten: {:?}", begun.elapsed());
    assert_eq!(home.line("collect --status").code, Some(1), "and its file is gone");
}

#[test]
fn a_receiver_says_how_it_does() {
    let home = Home::new();
    insta::assert_snapshot!(home.line("collect --status"), @"
    store      $HOME/data/cruddur-trace/traces.db: not there yet
    ------- stderr -------
    note: no receiver is running for $HOME/data/cruddur-trace/traces.db
    hint: `cruddur-trace collect` starts one; --store names another store
    [exit status: 1]
    ");
    let receiver = Receiver::start(&home, &["--max-size", "1GiB"]);
    assert_eq!(http::post(receiver.otlp(), PROTOBUF, &body(&trace_id(1, 1), &family(3))).status, 200);
    assert_eq!(http::post(receiver.otlp(), PROTOBUF, b"x").status, 400);
    assert_eq!(http::post(receiver.otlp(), "text/plain", b"x").status, 415);
    let filters = vec![
        (r"127\.0\.0\.1:\d+", "[address]"),
        (r"process \d+, started .*", "process [id], started [when]"),
        (r"\d+(\.\d+)? KiB", "[size]"),
        (r"the oldest of .*", "the oldest of [when]"),
    ];
    insta::with_settings!({filters => filters}, {
        insta::assert_snapshot!(home.line("collect --status"), @"
        receiver   process [id], started [when]
        listening  OTLP/HTTP [address], OTLP/gRPC [address], Zipkin [address], X-Ray [address]
        received   3 requests (296 B)
        stored     4 spans in 1 commit
        refused    1 request that could not be decoded, 1 request in an unknown encoding
        waiting    nothing
        evicted    nothing
        store      $HOME/data/cruddur-trace/traces.db: [size] of 1 GiB, 1 trace, 4 spans, the oldest of [when]
        [exit status: 0]
        ");
    });
    let document: serde_json::Value =
        serde_json::from_str(&home.line("collect --status -o json").answer()).expect("it is JSON");
    let told = &document["receivers"][0];
    assert_eq!(document["schema"], 1);
    assert_eq!(told["process"], receiver.pid());
    assert_eq!(told["listening"]["otlp_http"], receiver.otlp().to_string());
    assert_eq!((&told["received"]["spans_kept"], &told["received"]["refused_malformed"]), (&4.into(), &1.into()));
    assert_eq!((&told["store"]["batches"], &told["store"]["waiting_batches"]), (&1.into(), &0.into()));
    assert_eq!((&told["retention"]["max_bytes"], &document["store"]["traces"]), (&(1_u64 << 30).into(), &1.into()));
    assert_eq!(document["store"]["max_bytes"], 1_u64 << 30, "what the receiver was told, not what is configured for others");
    let since = told["since"].as_str().expect("a time");
    assert!(since.ends_with('Z') && told["since_unix_nano"].is_string(), "{since}");

    // A second one at the same store is a second answer; one that is killed leaves its file, and is told from one that runs.
    let second = Receiver::start(&home, &[]);
    let both = home.line("collect --status").answer();
    assert_eq!(both.matches("receiver   process").count(), 2, "{both}");
    second.kill();
    let one = home.line("collect --status");
    assert_eq!((one.code, one.stdout.matches("receiver   process").count()), (Some(0), 1), "{one}");
    assert!(one.stderr.contains("it has ended without taking its file away"), "{one}");
    receiver.kill();
    let none = home.line("collect --status");
    assert_eq!(none.code, Some(1), "{none}");
    assert!(none.stdout.starts_with("store      ") && none.stderr.contains("no receiver is running"), "{none}");
    let third = Receiver::start(&home, &[]);
    let clean = home.line("collect --status");
    assert_eq!((clean.code, clean.stderr.as_str()), (Some(0), ""), "{clean}");
    assert_eq!(third.stop(Signal::TERM).code, Some(0));
    let left = std::fs::read_dir(home.path("data/cruddur-trace")).expect("it is there").filter_map(Result::ok);
    let left: Vec<_> = left.map(|entry| entry.file_name().into_string().expect("it is text")).collect();
    assert!(left.iter().all(|name| !name.contains("receiver")), "{left:?}");
}
