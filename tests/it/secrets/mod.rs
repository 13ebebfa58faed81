//! No key appears in any output, log, error, crash, configuration dump, file or list of processes. Each test plants keys, drives the program
//! and looks for every one of them, whole or in part, in whatever came of it; and shows that the keys were in use.

mod driven;
mod echo;
mod keys;

use std::net::UdpSocket;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use serde_json::json;

use crate::support::cloudwatch_logs::CloudWatchLogs;
use crate::support::honeycomb::{Honeycomb, Key};
use crate::support::http::{self, PROTOBUF};
use crate::support::rollbar::{READ, Rollbar, flask};
use crate::support::spans::{body, family, now, trace_id};
use crate::support::xray::XRay;
use crate::support::{Home, PROGRAM, Receiver, eventually};

use driven::{PUT_THERE, TRACE, below, home, lines, run, watch};
use echo::Echo;
use keys::{AWS_SESSION, PLACES, Place, STRANGER, Sieve};

/// For lines that ask somebody, who may not answer for long.
const SOON: &str = " --timeout 2s";
/// The loudest that it can be.
const LOUD: &[(&str, &str)] = &[("CRUDDUR_TRACE_LOG", "trace")];

#[test]
fn every_command_there_is_is_driven_here() {
    let help = Home::new().line("--help").answer();
    let (_, commands) = help.split_once("\nCommands:\n").expect("it lists commands");
    let commands = commands.split("\n\n").next().expect("the list ends");
    let listed: Vec<&str> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let driven: Vec<&str> = lines().into_iter().map(|(name, _)| name).collect();
    assert_eq!(listed, driven, "a command was added: say in `driven::lines` how it may come to speak of a key");
    for (name, lines) in lines() {
        assert!(!lines.is_empty() && lines.iter().all(|line| line.split(' ').next() == Some(name)), "{name}: {lines:?}");
    }
}

/// At every place where keys may be, all at the same time: most of it is waiting.
fn everywhere(look: impl Fn(Place) + Sync) {
    std::thread::scope(|scope| {
        let look = &look;
        let places = PLACES.map(|place| scope.spawn(move || look(place)));
        for place in places {
            if let Err(panic) = place.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
}

/// All lines in a home where its keys are in variables, and elsewhere those that ask somebody or speak of the configuration; as loud as can be.
/// Answers how many processes of others were seen.
fn drive(sieve: &Sieve, place: Place, home: &Home, mut before: impl FnMut(usize)) -> usize {
    let asks = |line: &String| ["-b ", "probe", "config"].iter().any(|word| line.contains(word));
    let lines = lines().into_iter().flat_map(|(_, lines)| lines).filter(|line| place == Place::Variables || asks(line));
    let (mut runs, mut own, mut others, mut caught) = (0, 0, 0, Vec::new());
    for (nth, line) in lines.enumerate() {
        before(nth);
        let line = if asks(&line) { line + SOON } else { line };
        // What it says of itself with -vvv, and what all that it is made of says.
        let seen = if nth % 2 == 0 { run(home, &format!("-vvv {line}"), &[]) } else { run(home, &line, LOUD) };
        assert!(seen.output.status.code().is_some_and(|code| code < 4), "`{line}`: {:?}", seen.output);
        runs += 1;
        own += usize::from(seen.processes.iter().any(|process| process.starts_with(PROGRAM)));
        others += seen.processes.iter().filter(|process| !process.starts_with(PROGRAM)).count();
        caught.extend(seen.caught(sieve, &line));
    }
    assert!(caught.is_empty(), "{place:?}: {caught:#?}");
    // One that says no more than how it would ask may have ended before anybody looks.
    assert!(own > runs / 2, "{own} of {runs} were seen among the processes");
    sieve.assert_folder(&home.path(""), &PUT_THERE);
    others
}

#[test]
fn where_services_answer_no_key_is_shown() {
    let sieve = Sieve::new();
    let honeycomb = Honeycomb::start();
    honeycomb.configure(|setup| {
        setup.rate = (1000, std::time::Duration::from_secs(1));
        setup.keys = PLACES.map(|place| Key::new(place.keys().honeycomb)).to_vec();
    });
    honeycomb.ingest_spans(family(2).into_iter().map(|span| (trace_id(8, 1), span)));
    let (xray, logs, rollbar) = (XRay::start(), CloudWatchLogs::start(), Rollbar::start());
    let start = now().0 / 1_000_000_000 - 60;
    let id = format!("1-{start:08x}-0000000000000000000000c1");
    for (id, start) in [(id.as_str(), start), ("1-ae98aa61-f92c36ccde88da857de9bd67", 1_784_901_826)] {
        let segment =
            json!({"trace_id": id, "id": "00000000000000a1", "name": "web", "start_time": start, "end_time": start + 1});
        xray.put(&segment.to_string(), now());
    }
    logs.put("cruddur", "web", cruddur_trace::model::Time(1_784_901_826_340_000_000), &format!("INFO a line trace_id={TRACE}"));
    rollbar.report(
        1_784_901_826,
        &flask("E", "it broke", "/api", &json!({"Traceparent": format!("00-{TRACE}-53995c3f42cd8ad8-01")})),
    );
    let of_logs =
        logs.environment().into_iter().find(|(name, _)| name.starts_with("AWS_ENDPOINT")).expect("it has an address").1;
    everywhere(|place| {
        let home = home(place, &honeycomb.endpoint(), &xray.endpoint(), &of_logs, &rollbar.endpoint());
        let others = drive(&sieve, place, &home, |_| {});
        let listed = run(&home, "list -b honeycomb -b xray -o json --since 2h", &[]);
        let told = String::from_utf8_lossy(&listed.output.stdout);
        assert!(listed.output.status.success() && told.contains("\"GET /\"") && told.contains("0000c1"), "{place:?}: {told}");
        assert!(rollbar.requests().iter().any(|seen| seen.token == place.keys().rollbar), "{place:?}: the token was sent");
        assert!(place != Place::Commands || others > 0, "the commands that print keys were among the processes");
    });
    assert!(logs.count("FilterLogEvents") > 0 && xray.count("/Traces") > 0, "they were asked");
    assert_eq!(Place::Headers.keys().rollbar, READ, "one of the tokens is good");
}

#[test]
fn where_services_repeat_what_they_were_sent_no_key_is_shown() {
    let sieve = Sieve::new();
    everywhere(|place| {
        let echo = Echo::start();
        let all = echo.endpoint();
        let home = home(place, &all, &all, &all, &all);
        // Each line meets another refusal in each place.
        drive(&sieve, place, &home, |nth| echo.turn(nth + 3 * place as usize));
        let keys = place.keys();
        for (what, key) in [("Honeycomb", keys.honeycomb), ("AWS", AWS_SESSION), ("Rollbar", keys.rollbar)] {
            assert!(echo.has_seen(key), "{place:?}: the key of {what} was sent");
        }
    });
}

#[test]
fn a_receiver_that_sends_on_shows_no_key() {
    let sieve = Sieve::new();
    everywhere(|place| {
        let echo = Echo::start();
        let (all, keys) = (echo.endpoint(), place.keys());
        let home = home(place, &all, &all, &all, &all);
        for more in 0..2 {
            echo.turn(2 * place as usize + more);
            let level = if more == 0 { "-vvv" } else { "-v" };
            let elsewhere = format!("otlp={all}");
            let receiver =
                Receiver::start(&home, &[level, "--forward", "honeycomb", "--forward", "xray", "--forward", &elsewhere]);
            let send = |token: &str| {
                let bearer = format!("Bearer {token}");
                let headers = [("Content-Type", PROTOBUF), ("Authorization", bearer.as_str())];
                let spans = body(&trace_id(4, 7 + more as u64), &family(3));
                http::request(receiver.otlp(), "POST /v1/traces", &headers, &spans)
            };
            assert_eq!(send(keys.receiver).status, 200, "{place:?}: it is the receiver's token");
            let refused = send(STRANGER);
            assert_eq!((refused.status, sieve.caught(&refused.body)), (401, None));
            let udp = UdpSocket::bind("127.0.0.1:0").expect("there is a free port");
            let start = now().0 / 1_000_000_000;
            let segment = json!({"trace_id": format!("1-{start:08x}-0000000000000000000000c{more}"), "id": "00000000000000a1",
                "name": "web", "start_time": start, "end_time": start + 1});
            let datagram = format!("{{\"format\":\"json\",\"version\":1}}\n{segment}");
            udp.send_to(datagram.as_bytes(), receiver.xray()).expect("it is sent");
            for (what, key) in [("honeycomb", keys.honeycomb), ("xray", AWS_SESSION), ("otlp", keys.forward)] {
                eventually(&format!("{place:?}: {what} is sent to"), || echo.has_seen(key));
            }
            let status = run(&home, "collect --status -o json", &[]);
            assert_eq!(status.output.status.code(), Some(0), "{:?}", status.output);
            assert_eq!(status.caught(&sieve, "collect --status"), [""; 0]);
            let processes = below(receiver.pid());
            assert!(
                processes[0].starts_with(PROGRAM) && sieve.caught(processes.join("\n").as_bytes()).is_none(),
                "{processes:?}"
            );
            let stopped = receiver.stop(Signal::TERM);
            assert_eq!((stopped.code, sieve.caught(format!("{stopped}").as_bytes())), (Some(0), None), "{place:?}");
            assert!(stopped.stderr.contains("forward"), "it speaks of those to whom it could not send on: {stopped}");
        }
        sieve.assert_folder(&home.path(""), &PUT_THERE);
    });
}

#[test]
fn a_crash_shows_no_key() {
    let echo = Echo::start();
    let all = echo.endpoint();
    let home = home(Place::Variables, &all, &all, &all, &all).with("CRUDDUR_TRACE_PANIC_KEY", "X").with("TERM", "xterm");
    let line = format!("'{PROGRAM}' -vvv show -i -b honeycomb -b xray -b file:cruddur.json {TRACE} --timeout 2s");
    // `script` gives it a terminal, and a key that is pressed.
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--echo", "never", "--command", &line, "/dev/null"]).current_dir(home.path(""));
    let of_home = home.command(["help"]);
    command.env_clear().envs(of_home.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let (reading, mut typing) = std::io::pipe().expect("there is a pipe");
    let child = command.stdin(Stdio::from(reading)).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.expect("`script` of util-linux is there");
    std::io::Write::write_all(&mut typing, b"X").expect("it is typed");
    let seen = watch(child);
    drop(typing);
    let told = String::from_utf8_lossy(&seen.output.stdout);
    assert!(told.contains("CRUDDUR_TRACE_PANIC_KEY was pressed") && told.contains("stack backtrace"), "it crashes: {told}");
    assert!(echo.has_seen(Place::Variables.keys().honeycomb), "it held its keys then");
    let sieve = Sieve::new();
    assert_eq!(seen.caught(&sieve, "a crash"), [""; 0]);
    sieve.assert_folder(&home.path(""), &PUT_THERE);
}
