//! A service that is wrong, slow, or has only a part of the truth – and what must never be made of that.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::{ago, ask, home, id, put, seconds, segment};
use crate::support::xray::{Destination, Fault, Scripted, XRay};
use crate::support::{CommandOutput, Home, Live, eventually};
use cruddur_trace::model::Time;

/// A home in which AWS is a script.
fn scripted(service: &Scripted) -> Home {
    service.environment().iter().fold(Home::new(), |home, (name, value)| home.with(name, value))
}

/// What `GetTraceSummaries` says of a trace of 100 ms.
fn summary(trace: &str, start: Time) -> Json {
    let start = seconds(start);
    json!({"Id": trace, "StartTime": start, "MatchedEventTime": start, "Duration": 0.1, "Revision": 1})
}

/// What `BatchGetTraces` says of one.
fn whole(trace: &str, documents: &[Json]) -> Json {
    let segments: Vec<_> = documents.iter().map(|it| json!({"Id": it["id"], "Document": it.to_string()})).collect();
    json!({"Id": trace, "Segments": segments})
}

/// The same command, and how long it took.
fn timed(home: &Home, words: &str) -> (CommandOutput, Duration) {
    let begun = Instant::now();
    let output = ask(home, words);
    (output, begun.elapsed())
}

/// One trace of `web`, 30 s old.
fn one() -> (XRay, String) {
    let service = XRay::start();
    let start = ago(30);
    let trace = id(start, 1);
    put(&service, &segment(&trace, "00000000000000a1", "web", start, json!({})));
    (service, trace)
}

// What is drawn.

#[test]
fn a_listing_is_drawn_at_every_width() {
    let (service, trace) = one();
    let home = home(&service);
    for width in [40, 50, 52, 56, 60, 64, 70, 80, 200] {
        let listed = ask(&home, &format!("list --width {width}"));
        assert_eq!(listed.code, Some(0), "{width}: {listed}");
        assert!(listed.stdout.contains(&trace), "{width}: {listed}");
    }
}

#[test]
fn a_duration_that_nobody_told_is_not_zero() {
    let start = ago(30);
    let said = [json!({}), json!({"Duration": -5.0}), json!({"Duration": 1e300})];
    for said in said {
        let mut row = summary(&id(start, 1), start);
        row.as_object_mut().expect("it is an object").remove("Duration");
        row.as_object_mut().expect("it is an object").extend(said.as_object().expect("it is an object").clone());
        let service = Scripted::start(move |_, _, _| json!({"TraceSummaries": [row]}));
        let listed = ask(&scripted(&service), "list");
        assert!(!listed.stdout.contains("0 ns"), "{said}: {listed}");
    }
}

#[test]
fn a_half_answer_is_not_a_whole_one_for_a_program_either() {
    let (service, _) = one();
    service.configure(|rules| rules.plan("", Fault::Status(503), usize::MAX));
    let home = home(&service).with("AWS_MAX_ATTEMPTS", "1").with_fixtures(&["cruddur.json"]);
    home.import("cruddur.json");
    for question in ["list --since 2000d", "show 6a63710987bbe879c7a5f5784a70384b"] {
        let answer = home.line(&format!("{question} -q -o json -b local -b xray")).answer();
        let document: Json = serde_json::from_str(&answer).expect("it is JSON");
        assert!(document["notes"].to_string().contains("xray"), "{question}: {}", document["notes"]);
    }
}

#[test]
fn a_segment_of_another_trace_is_not_drawn_without_a_word() {
    let start = ago(30);
    let (trace, other) = (id(start, 1), id(start, 2));
    let documents = [
        segment(&trace, "00000000000000a1", "web", start, json!({})),
        segment(&other, "00000000000000b2", "intruder", start, json!({})),
    ];
    let answer = whole(&trace, &documents);
    let service = Scripted::start(move |_, _, _| json!({"Traces": [answer]}));
    let shown = ask(&scripted(&service), &format!("show {trace}"));
    assert!(!shown.stdout.contains("intruder") || shown.stdout.contains(&other), "{shown}");
    assert!(!shown.stdout.contains("complete") || shown.stdout.contains("incomplete"), "{shown}");
}

#[test]
fn a_trace_in_two_pieces_is_shown_with_both() {
    let start = ago(30);
    let trace = id(start, 1);
    let front = segment(&trace, "00000000000000a1", "web", start, json!({}));
    let back = segment(&trace, "00000000000000b2", "db", start, json!({"parent_id": "00000000000000a1"}));
    let answer = json!({"Traces": [whole(&trace, &[front]), whole(&trace.to_uppercase(), &[back])]});
    let service = Scripted::start(move |_, _, _| answer.clone());
    let shown = ask(&scripted(&service), &format!("show {trace} -o json")).answer();
    let document: Json = serde_json::from_str(&shown).expect("it is JSON");
    assert_eq!(document["traces"][0]["spans"].as_array().map(Vec::len), Some(2), "{shown}");
}

// What is waited for.

#[test]
fn pages_that_never_end_are_given_up_within_the_timeout() {
    let start = ago(30);
    let row = summary(&id(start, 1), start);
    let pages: [fn(usize, &Json) -> Json; 2] = [
        |nth, _| json!({"TraceSummaries": [], "Services": [], "NextToken": format!("token {nth}")}),
        |_, row| json!({"TraceSummaries": [row], "Services": [], "NextToken": "the same"}),
    ];
    for page in pages {
        for question in ["list", "map", "assert --count 2", "assert --trace 6a63"] {
            let row = row.clone();
            let service = Scripted::start(move |_, nth, _| page(nth, &row));
            let home = scripted(&service);
            let mut asked = Live::start(&home, home.command(format!("{question} --timeout 2s -b xray").split_whitespace()));
            let ended = asked.ends_within(Duration::from_secs(10));
            assert!(ended, "{question} still asks after five times its --timeout, {} requests", service.count());
            assert_eq!(asked.end().code, Some(3), "{question}");
        }
    }
}

#[test]
fn a_timeout_is_of_the_question_and_not_of_each_page() {
    let (service, _) = one();
    service.configure(|rules| {
        rules.latency = Duration::from_millis(700);
        rules.summaries_per_page = 1;
    });
    for number in 2..12 {
        let start = ago(30 + number as u64);
        put(&service, &segment(&id(start, number), "00000000000000a1", "web", start, json!({})));
    }
    let (listed, took) = timed(&home(&service), "list --timeout 1s");
    assert!(took < Duration::from_secs(4), "{took:?}: {listed}");
}

#[cfg(unix)]
#[test]
fn a_command_that_should_give_credentials_and_hangs_is_given_up() {
    let home =
        Home::new().with_fixtures(&["cruddur.json"]).with("AWS_PROFILE", "slow").with("AWS_EC2_METADATA_DISABLED", "true");
    home.import("cruddur.json");
    crate::support::write(&home.path(".aws/config"), "[profile slow]\nregion = us-east-1\ncredential_process = sleep 300\n");
    for (backend, code) in [("xray", 3), ("auto", 0)] {
        let words = format!("list --since 2000d --timeout 1s -b {backend}");
        let mut asked = Live::start(&home, home.command(words.split_whitespace()));
        assert!(asked.ends_within(Duration::from_secs(10)), "{backend}");
        assert_eq!(asked.end().code, Some(code), "{backend}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_a_question_that_hangs_at_once() {
    for question in ["assert", "assert --wait 1m", "list --follow --since 1m"] {
        let (service, _) = one();
        let home = home(&service);
        if question.contains("follow") {
            // The listing is answered; what follows is not.
            service.configure(|rules| rules.planned.clear());
        } else {
            service.configure(|rules| rules.plan("", Fault::Hang, usize::MAX));
        }
        let mut asked = Live::start(&home, home.command(format!("{question} -b xray").split_whitespace()));
        eventually("it asks", || service.count("/TraceSummaries") > 0);
        if question.contains("follow") {
            eventually("it has listed", || service.requests().iter().any(|request| request.status.is_some()));
            service.configure(|rules| rules.plan("", Fault::Hang, usize::MAX));
            eventually("it asks again", || service.count("/TraceSummaries") > 1);
        }
        asked.interrupt();
        assert!(asked.ends_within(Duration::from_secs(3)), "{question}");
        assert_eq!(asked.end().code, Some(130), "{question}");
    }
}

#[test]
fn a_trace_is_waited_for_also_where_the_first_answer_is_a_failure() {
    let (service, trace) = one();
    let home = home(&service).with("AWS_MAX_ATTEMPTS", "1");
    for question in ["assert --wait 20s".to_owned(), format!("assert --wait 20s --trace {trace}")] {
        service.configure(|rules| rules.plan("", Fault::Status(503), 1));
        let asserted = ask(&home, &question);
        assert_eq!(asserted.code, Some(0), "{question}: {asserted}");
    }
}

// Verdicts.

#[test]
fn what_transaction_search_has_and_x_ray_did_not_index_leaves_a_verdict_open() {
    let (service, _) = one();
    service.configure(|rules| rules.destination = Destination::CloudWatchLogs);
    let home = home(&service);
    for question in ["assert --service=web", "assert --service=web --absent", "assert", "assert --absent", "assert --count 0"] {
        let asserted = ask(&home, question);
        assert_eq!(asserted.code, Some(3), "{question}: {asserted}");
    }
    let listed = ask(&home, "list");
    assert!(listed.stderr.contains("Transaction Search"), "{listed}");
}

#[test]
fn a_trace_that_began_in_the_window_and_arrived_after_it_is_found() {
    let service = XRay::start();
    let start = ago(600);
    let trace = id(start, 1);
    // It takes a minute, and the window ends before it is over.
    let end = json!({"end_time": seconds(start) + 60.0});
    put(&service, &segment(&trace, "00000000000000a1", "slow", start, end));
    let home = home(&service);
    let listed = ask(&home, "list --since 11m --until 9m30s -o jsonl");
    assert_eq!(listed.stdout.lines().count(), 1, "{listed}");
    for (question, code) in [("assert --service=slow", 0), ("assert --service=slow --absent", 1)] {
        let asserted = ask(&home, &format!("{question} --since 11m --until 9m30s"));
        assert_eq!(asserted.code, Some(code), "{question}: {asserted}");
    }
}

#[test]
fn what_x_ray_no_longer_keeps_is_not_absent() {
    let (service, _) = one();
    let home = home(&service);
    for question in [
        "assert --service=nobody --since 60d",
        "assert --service=nobody --since 60d --until 40d",
        "assert --since 60d --until 40d",
    ] {
        for absent in ["", " --absent"] {
            let asserted = ask(&home, &format!("{question}{absent}"));
            assert_eq!(asserted.code, Some(3), "{question}{absent}: {asserted}");
        }
    }
}

#[test]
fn a_scan_that_ends_in_the_middle_of_a_page_says_so() {
    let service = XRay::start();
    for number in 0..30 {
        let start = ago(100 + number);
        // The oldest is the only one of its kind.
        let name = if number == 29 { "rare" } else { "web" };
        put(&service, &segment(&id(start, 1), "00000000000000a1", name, start, json!({})));
    }
    let home = home(&service);
    for scan in [1, 5, 19, 21, 25, 29] {
        for question in ["assert name=rare --absent", "assert name=rare --count 0", "assert name=rare"] {
            let asserted = ask(&home, &format!("{question} --scan {scan}"));
            assert_eq!(asserted.code, Some(3), "{question} --scan {scan}: {asserted}");
        }
        let listed = ask(&home, &format!("list name=rare --scan {scan}"));
        assert!(listed.stderr.contains(&format!("the newest {scan} traces")), "{scan}: {listed}");
    }
}

#[test]
fn six_hours_are_one_question() {
    let (service, _) = one();
    let home = home(&service);
    for (hours, questions) in [(6, 1), (12, 2), (24, 4)] {
        let before = service.count("/TraceSummaries");
        ask(&home, &format!("list --since {hours}h")).answer();
        assert_eq!(service.count("/TraceSummaries") - before, questions, "{hours} h");
    }
}

#[test]
fn a_part_of_a_trace_does_not_prove_what_the_rest_may_refute() {
    let service = XRay::start();
    let start = ago(30);
    let trace = id(start, 1);
    put(&service, &segment(&trace, "00000000000000a1", "web", start, json!({})));
    for number in 0..20_u64 {
        let more = json!({"parent_id": "00000000000000a1", "end_time": seconds(start) + 20.0});
        put(&service, &segment(&trace, &format!("{:016x}", 0xb0 + number), "worker", start, more));
    }
    service.configure(|rules| rules.trace_bytes = 300);
    let home = home(&service);
    // What is there is longer than that already.
    for (filter, codes) in [("{service=\"worker\"}|count()<15", [3, 3, 3]), ("traceDuration<1s", [1, 1, 0])] {
        let questions =
            [format!("assert {filter}"), format!("assert {filter} --trace {trace}"), format!("assert {filter} --absent")];
        for (question, code) in questions.iter().zip(codes) {
            let asserted = ask(&home, question);
            assert_eq!(asserted.code, Some(code), "{question}: {asserted}");
        }
    }
}

#[test]
fn the_beginning_of_an_id_that_nobody_could_look_for_is_not_missing() {
    let (service, trace) = one();
    let home = home(&service).with("AWS_MAX_ATTEMPTS", "1");
    let beginning = &trace[..10];
    let questions =
        [format!("show {beginning}"), format!("assert --trace {beginning}"), format!("assert --trace {beginning} --absent")];
    // Either the ids cannot be listed, or the one that is listed cannot be had.
    for path in ["/TraceSummaries", "/Traces"] {
        service.configure(|rules| {
            rules.planned.clear();
            rules.plan(path, Fault::Status(503), usize::MAX);
        });
        for question in &questions {
            let output = ask(&home, question);
            assert_eq!(output.code, Some(3), "{path}: {question}: {output}");
        }
    }
}

#[test]
fn a_trace_that_is_listed_and_not_processed_is_not_missing() {
    let (service, trace) = one();
    service.configure(|rules| rules.unprocessed_first.extend([(trace.clone(), usize::MAX)]));
    let home = home(&service);
    // By its beginning X-Ray itself has just named it.
    for typed in [&trace[..], &trace[..20]] {
        for question in [format!("show {typed}"), format!("assert --trace {typed}"), format!("assert --trace {typed} --absent")]
        {
            let output = ask(&home, &question);
            assert_eq!(output.code, Some(3), "{question}: {output}");
        }
    }
}

#[test]
fn a_question_that_makes_no_sense_is_a_mistake_and_no_doubt() {
    let (service, _) = one();
    let home = home(&service);
    for question in ["list --xray-filter service(web", "assert --xray-filter service(web", "assert --xray-group Back"] {
        assert_eq!(ask(&home, question).code, Some(2), "{question}: {}", ask(&home, question));
    }
}

#[test]
fn a_verdict_without_credentials_says_what_helps() {
    let home = Home::new().with("AWS_EC2_METADATA_DISABLED", "true");
    let asserted = ask(&home, "assert");
    assert_eq!(asserted.code, Some(3), "{asserted}");
    assert!(asserted.stderr.contains("--region us-east-1"), "{asserted}");
}

#[test]
fn a_trace_that_is_listed_twice_is_one() {
    let start = ago(30);
    let trace = id(start, 1);
    let rows = json!({"TraceSummaries": [summary(&trace, start), summary(&trace.to_uppercase(), start)]});
    let answer = json!({"Traces": [whole(&trace, &[segment(&trace, "00000000000000a1", "web", start, json!({}))])]});
    let service = Scripted::start(move |path, _, _| if path.ends_with("/Traces") { answer.clone() } else { rows.clone() });
    let asserted = ask(&scripted(&service), "assert --service=nobody --absent --settle 0s");
    assert_eq!(asserted.code, Some(0), "{asserted}");
}

#[test]
fn where_it_cannot_be_told_who_has_a_trace_it_is_not_missing() {
    let (service, trace) = one();
    service.configure(|rules| {
        rules.destination = Destination::CloudWatchLogs;
        rules.plan("/GetTraceSegmentDestination", Fault::Status(503), usize::MAX);
    });
    let home = home(&service).with("AWS_MAX_ATTEMPTS", "1");
    for question in [format!("show {trace}"), format!("assert --trace {trace}"), format!("assert --trace {trace} --absent")] {
        let output = ask(&home, &question);
        assert_eq!(output.code, Some(3), "{question}: {output}");
    }
}

#[test]
fn a_trace_of_which_two_backends_have_a_half_each_is_checked_as_a_whole() {
    let (service, trace) = one();
    let home = home(&service);
    let half = segment(&trace, "00000000000000c3", "worker", ago(30), json!({"parent_id": "00000000000000a1"}));
    crate::support::write(&home.path("half.json"), &json!([half]).to_string());
    home.import("half.json");
    let verdict = |question: &str| {
        let filter = "{service=\"web\"} > {service=\"worker\"}";
        let words: Vec<&str> =
            "assert -b local -b xray".split(' ').chain([filter]).chain(question.split_whitespace()).collect();
        home.run(words).code
    };
    assert_eq!(verdict(&format!("--trace {trace}")), Some(0), "it is there");
    assert_eq!((verdict(""), verdict("--absent")), (Some(0), Some(1)), "and found");
}

// Graphs and followers.

#[test]
fn a_map_of_some_traces_is_of_all_of_them_or_says_so() {
    let service = XRay::start();
    let start = ago(60);
    let ids = [id(start, 1), id(start, 2)];
    for (trace, name) in ids.iter().zip(["indexed", "elsewhere"]) {
        put(&service, &segment(trace, "00000000000000a1", name, start, json!({})));
    }
    service.configure(|rules| {
        rules.destination = Destination::CloudWatchLogs;
        rules.indexed.extend([ids[0].clone()]);
    });
    let drawn = ask(&home(&service), &format!("map --trace {} --trace {}", ids[0], ids[1]));
    assert!(drawn.stdout.contains("elsewhere") || drawn.stderr.contains("1 of 2"), "{drawn}");
}

#[cfg(unix)]
#[test]
fn a_follower_of_a_busy_account_prints_every_trace_or_says_that_it_cannot() {
    let service = XRay::start();
    let home = home(&service);
    let mut following = Live::start(&home, home.command("list --follow -b xray -o jsonl --scan 10".split_whitespace()));
    eventually("it has listed", || service.count("/TraceSummaries") > 0);
    service.configure(|rules| rules.summaries_per_page = 10);
    for number in 0..40 {
        let start = ago(1);
        put(&service, &segment(&id(start, number), "00000000000000a1", "web", start, json!({})));
    }
    for _ in 0..10 {
        following.line();
    }
    let before = service.count("/TraceSummaries");
    eventually("it looks twice more", || service.count("/TraceSummaries") > before + 1);
    following.interrupt();
    let output = following.end();
    assert!(output.stdout.lines().count() == 40 || output.stderr.contains("--scan"), "{output}");
}

#[cfg(unix)]
#[test]
fn a_follower_does_not_fetch_again_what_it_has_printed() {
    let (service, _) = one();
    let home = home(&service);
    for number in 2..7 {
        put(&service, &segment(&id(ago(20), number), "00000000000000a1", "web", ago(20), json!({})));
    }
    let following = Live::start(&home, home.command("list --follow -b xray -o jsonl".split_whitespace()));
    eventually("it has looked three times", || service.count("/TraceSummaries") > 3);
    following.interrupt();
    assert_eq!(following.end().code, Some(130));
    assert_eq!(service.count("/Traces"), 0, "all were printed before it began to follow, and each is billed");
}
