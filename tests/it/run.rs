//! `run`: the command is run as if nobody were there, and what it sends is in the store.

use std::process::{Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::spans::{sql, store};
use crate::support::{CommandOutput, Home, Started, eventually, lines, signal, write};

/// What a command that is instrumented does, in a shell: it sends one span that joins the trace of `TRACEPARENT`, and prints
/// the receiver's answer. The arguments are the span's name and id.
const SEND: &str = r#"
IFS=- read -r _ trace parent _ <<< "$TRACEPARENT"
address=${OTEL_EXPORTER_OTLP_ENDPOINT#http://}
start=$(date +%s%N)
body='{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"app"}}]},"scopeSpans":[{"spans":[
{"traceId":"'$trace'","spanId":"'$2'","parentSpanId":"'$parent'","name":"'$1'","startTimeUnixNano":"'$start'","endTimeUnixNano":"'$start'"}]}]}]}'
exec 3<>"/dev/tcp/${address%:*}/${address##*:}"
printf 'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' ${#body} "$body" >&3
read -r status <&3
echo "${status%$'\r'}"
"#;

/// A home with `send.sh` in it.
fn home() -> Home {
    let home = Home::new();
    write(&home.path("send.sh"), SEND);
    home
}

/// Runs a shell script, with these options of `run`.
fn shell(home: &Home, options: &[&str], script: &str) -> CommandOutput {
    home.run([&["run"], options, &["--", "bash", "-c", script]].concat())
}

#[test]
fn stdin_stdout_and_stderr_pass_through_byte_for_byte() {
    // Nothing that is text, nothing that fits into a pipe.
    let bytes: Vec<u8> = (0..300_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let output = Home::new().pipe(["-q", "run", "--", "sh", "-c", "tee /dev/stderr"], &bytes);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout == bytes, "stdout is what went in");
    assert!(output.stderr == bytes, "stderr is what went in");
}

#[test]
fn the_commands_arguments_are_its_own() {
    let home = Home::new();
    let output = home.run(["-q", "run", "--", "printf", "[%s]", "-q", "--help", "a b", "", "'"]);
    assert_eq!(output.answer(), "[-q][--help][a b][][']");
}

#[test]
fn the_exit_code_is_the_commands() {
    let home = Home::new();
    for (script, code) in [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill -TERM $$", 143), ("kill -KILL $$", 137)] {
        assert_eq!(shell(&home, &[], script).code, Some(code), "{script}");
    }
}

#[test]
fn a_command_that_cannot_be_started_is_an_error_of_usage() {
    let home = Home::new();
    write(&home.path("notes.txt"), "nothing to execute");
    insta::assert_snapshot!(home.line("run -- no-such-command --flag"), @"
    ------- stderr -------
    error: cannot run `no-such-command`
      caused by: No such file or directory (os error 2)
    [exit status: 2]
    ");
    insta::assert_snapshot!(home.line("run -- ./notes.txt"), @"
    ------- stderr -------
    error: cannot run `./notes.txt`
      caused by: Permission denied (os error 13)
    [exit status: 2]
    ");
}

#[test]
fn the_command_is_told_where_to_send_and_nothing_leads_astray() {
    let home = Home::new()
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", "https://api.honeycomb.io")
        .with("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://api.honeycomb.io/v1/traces")
        .with("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc")
        .with("OTEL_EXPORTER_ZIPKIN_ENDPOINT", "http://zipkin.example.com/api/v2/spans")
        .with("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere.pem")
        .with("OTEL_SERVICE_NAME", "backend-flask")
        .with("AWS_XRAY_DAEMON_ADDRESS", "10.0.0.1:2000")
        .with("TRACEPARENT", "00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-00")
        .with("TRACESTATE", "theirs=1");
    let told = home.line("-q run -- env").answer();
    let mut names: Vec<_> = told
        .lines()
        .filter(|line| ["OTEL_", "AWS_", "TRACE"].iter().any(|prefix| line.starts_with(prefix)))
        .filter_map(|line| line.split_once('='))
        .collect();
    names.sort_unstable();
    let [xray, endpoint, protocol, of_traces, zipkin, service, parent] = names[..] else { panic!("{names:?}") };
    let port = |address: &str| address.strip_prefix("127.0.0.1:").and_then(|port| port.parse::<u16>().ok());
    assert!(xray.0 == "AWS_XRAY_DAEMON_ADDRESS" && port(xray.1).is_some(), "{xray:?}");
    let private = endpoint.1.strip_prefix("http://").and_then(port);
    assert!(endpoint.0 == "OTEL_EXPORTER_OTLP_ENDPOINT" && private.is_some(), "{endpoint:?}");
    assert_eq!(protocol, ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"));
    assert_eq!(of_traces, ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"), "the port takes it");
    let private = zipkin.1.strip_prefix("http://").and_then(|url| url.strip_suffix("/api/v2/spans")).and_then(port);
    assert!(zipkin.0 == "OTEL_EXPORTER_ZIPKIN_ENDPOINT" && private.is_some(), "{zipkin:?}");
    assert_eq!(service, ("OTEL_SERVICE_NAME", "backend-flask"));
    let fields: Vec<_> = parent.1.split('-').map(str::len).collect();
    assert!(parent.0 == "TRACEPARENT" && fields == [2, 32, 16, 2] && !parent.1.contains("ffffffff"), "{parent:?}");
}

#[test]
fn a_command_that_was_set_up_for_grpc_stays_so() {
    let protocol = |set: &str| {
        let home = Home::new().with("OTEL_EXPORTER_OTLP_PROTOCOL", set);
        home.line("-q run -- printenv OTEL_EXPORTER_OTLP_PROTOCOL").answer()
    };
    assert_eq!([protocol("grpc"), protocol("http/json"), protocol("")], ["grpc\n", "http/json\n", "http/protobuf\n"]);
}

/// Starts `run` around a script that says when it is ready.
fn start(home: &Home, options: &[&str], script: &str) -> (Started, Receiver<String>) {
    let mut command: Command = home.command([&["-q", "run"], options, &["--", "bash", "-c", script]].concat());
    let mut child = Started(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("it starts"));
    let said = lines(child.0.stdout.take().expect("it is piped"));
    assert_eq!(next(&said), "ready\n");
    (child, said)
}

fn next(said: &Receiver<String>) -> String {
    said.recv_timeout(Duration::from_secs(20)).expect("it says something")
}

#[test]
fn a_signal_reaches_the_command_and_its_handling_decides() {
    let home = Home::new();
    for (number, name, code) in [(Signal::TERM, "TERM", 143), (Signal::INT, "INT", 130), (Signal::HUP, "HUP", 129)] {
        let handled = format!("trap 'echo got {name}; exit 9' {name}; echo ready; while :; do sleep 0.01; done");
        let (mut child, said) = start(&home, &[], &handled);
        signal(child.0.id(), number);
        assert_eq!(child.code(), Some(9), "{name}");
        assert_eq!(next(&said), format!("got {name}\n"));

        let ignored = format!("trap 'echo got {name}' {name}; echo ready; for i in {{1..30}}; do sleep 0.01; done; exit 4");
        let (mut child, _said) = start(&home, &[], &ignored);
        signal(child.0.id(), number);
        assert_eq!(child.code(), Some(4), "{name} is nothing to end for");

        // `exec`: a shell would wait for what it has started.
        let (mut child, _said) = start(&home, &[], "echo ready; exec sleep 30");
        signal(child.0.id(), number);
        assert_eq!(child.code(), Some(code), "{name}");
    }
}

#[test]
fn what_the_command_sends_joins_the_span_around_it() {
    let home = home();
    let output = shell(&home, &["--show"], "bash send.sh 'GET /' 00000000000000a1; exit 3");
    insta::with_settings!({filters => vec![
        (r"[0-9a-f]{32}", "[trace]"), (r"[0-9.]+ m?s\b", "[time]"),
    ]}, {
        let head: Vec<_> = output.stdout.lines().take(1).chain(output.stderr.lines()).collect();
        insta::assert_snapshot!(head.join("\n"), @"
        HTTP/1.1 200 OK
        note: 1 span in 1 trace received
        ");
    });
    assert_eq!(output.code, Some(3), "{output}");
    let drawing = output.stdout.lines().take_while(|line| !line.starts_with("- "));
    let rows: Vec<_> = drawing.filter(|line| line.contains("run bash") || line.contains("GET /")).collect();
    assert_eq!(rows.len(), 3, "the header, and a row each:\n{output}");
    let kept = sql(
        &home.store(),
        "SELECT child.name, parent.name, parent.service, parent.failed, parent.kind FROM spans child \
         JOIN spans parent ON parent.span_id = child.parent_span_id AND parent.trace_id = child.trace_id",
    );
    assert_eq!(kept, "GET /|run bash|cruddur-trace|1|internal");
    let root = crate::support::spans::everything(&store(&home.store()));
    assert_eq!((root.len(), root[0].span_count, root[0].complete()), (1, Some(2), true));
}

#[test]
fn the_traces_can_be_listed_at_once() {
    let output = shell(&home(), &["--list"], "bash send.sh 'GET /' 00000000000000a1");
    assert_eq!(output.code, Some(0), "{output}");
    let rows: Vec<_> = output.stdout.lines().filter(|line| line.contains("run bash")).collect();
    assert!(rows.len() == 1 && rows[0].split_whitespace().nth(5) == Some("2"), "of two spans:\n{output}");
}

#[test]
fn an_assertion_that_holds_ends_with_0() {
    let output =
        shell(&home(), &["--assert", "name = 'GET /'", "--assert", "service = app"], "bash send.sh 'GET /' 00000000000000a1");
    insta::assert_snapshot!(output, @r#"
    HTTP/1.1 200 OK
    ------- stderr -------
    note: 1 span in 1 trace received
    holds: 1 trace satisfies name = "GET /"
    holds: 1 trace satisfies service = "app"
    2 assertions: 2 hold
    [exit status: 0]
    "#);
}

#[test]
fn files_are_asserted_of_what_the_command_sent_and_reported() {
    let home = home();
    // Of another command, and nothing that is asserted is about it.
    let _unasserted = shell(&home, &[], "bash send.sh 'GET /other' 00000000000000b1");
    let suite = "[[assert]]\nname = 'answers'\nexpr = 'name = \"GET /\"'\nevery = 'duration < 1s'\n\
                 [[assert]]\nname = 'alone'\nexpr = 'name = \"GET /other\"'\nabsent = true\n\
                 [[assert]]\nname = 'nothing else'\ncount = 1\n";
    write(&home.path("checks.toml"), suite);
    let options = ["--file", "checks.toml", "--junit", "report.xml", "--wait", "300ms"];
    let output = shell(&home, &options, "bash send.sh 'GET /' 00000000000000a1");
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stderr.contains("3 assertions: 3 hold"), "{output}");
    let report = std::fs::read_to_string(home.path("report.xml")).expect("it is written");
    assert_eq!(report.matches("<testcase ").count(), 3, "{report}");
    assert!(!report.contains("<failure") && !report.contains("<error"), "{report}");
    let output = shell(&home, &options, "bash send.sh 'GET /other' 00000000000000c1");
    assert_eq!(output.code, Some(1), "{output}");
    let report = std::fs::read_to_string(home.path("report.xml")).expect("it is written");
    assert_eq!(report.matches("<failure ").count(), 2, "{report}");
    // What is wrong with a file is told before the command is run.
    write(&home.path("checks.toml"), "[[assert]]\n");
    let output = shell(&home, &options, "echo ran");
    assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""), "{output}");
}

#[test]
fn an_assertion_that_does_not_hold_ends_with_1_and_the_nearest_misses() {
    let home = home();
    let script = "bash send.sh 'GET /' 00000000000000a1";
    let output = shell(&home, &["--wait", "0s", "--assert", "service = app and name = 'POST /'"], script);
    insta::with_settings!({filters => vec![(r"[0-9a-f]{32}", "[trace]"), (r"(?s)cruddur-trace  run bash.*\n\[exit", "[waterfall]\n[exit")]}, {
        insta::assert_snapshot!(output, @r#"
        HTTP/1.1 200 OK
        ------- stderr -------
        note: 1 span in 1 trace received
        does not hold: no trace satisfies service = "app" and name = "POST /"
        nearest:
          1 of 2 conditions: app GET /
            in trace [trace]
            wanted name = "POST /", but it is GET /
        [waterfall]
        [exit status: 1]
        "#);
    });
    // The command's own failure is the worse one.
    assert_eq!(shell(&home, &["--wait", "0s", "--assert", "name = 'POST /'"], "exit 5").code, Some(5));
}

#[test]
fn a_broken_assertion_is_refused_before_the_command_starts() {
    let home = Home::new();
    insta::assert_snapshot!(home.run(["run", "--assert", "name = = 1", "--", "touch", "started"]), @"
    ------- stderr -------
    error: `=` is no value
      |
    1 | name = = 1
      |        ^ expected a value after `=`
    [exit status: 2]
    ");
    assert!(!home.path("started").exists());
}

/// Something in the background, as exporters are that flush when their process ends.
#[test]
fn spans_that_come_after_the_command_has_ended_are_waited_for() {
    let late = "( sleep 0.6; bash send.sh late 00000000000000b1 ) >/dev/null 2>&1 &";
    let without = shell(&home(), &["--wait", "0s"], late);
    assert_eq!((without.code, without.stderr.as_str()), (Some(0), "note: 0 spans in 0 traces received\n"));
    let waited = shell(&home(), &["--wait", "2s"], late);
    assert_eq!((waited.code, waited.stderr.as_str()), (Some(0), "note: 1 span in 1 trace received\n"));

    // An assertion ends the waiting as soon as it is settled.
    let begun = Instant::now();
    let asserted = shell(&home(), &["--wait", "30s", "--assert", "name = late"], late);
    assert_eq!(asserted.code, Some(0), "{asserted}");
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

#[cfg(target_os = "linux")]
#[test]
fn the_waiting_ends_when_the_user_wants_it_to_and_what_has_come_is_kept() {
    let home = home();
    let (mut child, _said) = start(&home, &["--wait", "1h"], "bash send.sh early 00000000000000a1 >/dev/null; echo ready");
    eventually("its span is kept", || store_has(&home, "SELECT count(*) FROM spans", "1"));
    // Then nothing but the waiting is left.
    let children = format!("/proc/{0}/task/{0}/children", child.0.id());
    eventually("the command has ended", || std::fs::read_to_string(&children).is_ok_and(|children| children.is_empty()));
    signal(child.0.id(), Signal::INT);
    assert_eq!(child.code(), Some(130));
    assert!(store_has(&home, "SELECT count(*) FROM spans", "2"), "the span around it is kept with it");
    assert_eq!(home.length_of_log(), 0, "the log is folded in");
}

fn store_has(home: &Home, query: &str, answer: &str) -> bool {
    sql(&home.store(), query) == answer
}
