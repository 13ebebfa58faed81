//! Whatever goes wrong is explained by its kind, and never looks like an answer.

use std::io::Read as _;
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::{for_each, home};
use crate::support::honeycomb::{CONFIGURATION, Endpoint, Fault, Honeycomb, Key, Planned, Setup};
use crate::support::spans::{family, trace_id};
use crate::support::{CommandOutput, Home};

/// A service with a trace.
fn service() -> Honeycomb {
    let service = Honeycomb::start();
    let id = trace_id(1, 1);
    service.ingest_spans(family(1).into_iter().map(|span| (id.clone(), span)));
    service
}

fn show(home: &Home, arguments: &str) -> CommandOutput {
    home.line(&format!("show -b honeycomb {} {arguments}", trace_id(1, 1)))
}

/// What is said where something goes wrong.
#[track_caller]
fn failing(fault: Planned, code: i32) -> (String, Honeycomb) {
    let service = service();
    let what = format!("{fault:?}");
    service.set_fault(fault);
    let output = show(&home(&service), "");
    assert_eq!((output.code, output.stdout.as_str()), (Some(code), ""), "{what}: {output}");
    assert!(output.stderr.contains("hint: ") || code == 2, "{what}: {output}");
    assert!(!output.stderr.contains(CONFIGURATION), "{what}: {output}");
    (output.stderr, service)
}

/// Where a request that fails stops everything.
const ESSENTIAL: [Endpoint; 5] = [Endpoint::Auth, Endpoint::Columns, Endpoint::Queries, Endpoint::Results, Endpoint::Poll];

/// Each at each endpoint.
fn at_each<T: Copy>(endpoints: &[Endpoint], all: &[T]) -> Vec<(Endpoint, T)> {
    endpoints.iter().flat_map(|endpoint| all.iter().map(move |one| (*endpoint, *one))).collect()
}

#[test]
fn a_status_that_tells_of_trouble_is_told_with_its_number() {
    for_each(&at_each(&ESSENTIAL, &[401, 403, 500, 502, 503]), |(endpoint, status)| {
        let (said, _) = failing(Fault::Status(status).at(endpoint), 3);
        assert!(said.contains(&format!("HTTP {status}")), "{endpoint:?} {status}: {said}");
        assert!(!said.contains("<html>"), "{endpoint:?} {status}: {said}");
    });
}

#[test]
fn a_question_that_is_refused_is_a_question_that_is_wrong() {
    for_each(&at_each(&[Endpoint::Queries, Endpoint::Results], &[400, 409, 413, 422]), |(endpoint, status)| {
        let (said, service) = failing(Fault::Status(status).at(endpoint), 2);
        assert!(said.contains(&format!("HTTP {status}")) && said.contains("-vv"), "{endpoint:?} {status}: {said}");
        let results = service.requests().iter().filter(|request| request.path.contains("query_results")).count();
        assert!(results < 5 && service.requests().len() < 40, "{endpoint:?} {status}: {results}");
    });
}

#[test]
fn a_dataset_that_is_not_there_is_told_with_one_that_is_like_it() {
    let service = service();
    let output = show(&home(&service), "--dataset wev");
    assert_eq!((output.code, output.stdout.as_str(), service.query_results()), (Some(2), "", 0), "{output}");
    insta::assert_snapshot!(output.stderr, @"
    error: Honeycomb has no dataset `wev` in this environment
    hint: did you mean `--dataset web`?
    ");
    let output = show(&home(&service), "--dataset something-else");
    assert_eq!(output.code, Some(2), "{output}");
    assert!(output.stderr.contains("`web`"), "{output}");
    // Where the key may not list them, it is told without.
    service.configure(|setup| {
        setup.listing_datasets_takes_permission = true;
        setup.keys = vec![Key::new(CONFIGURATION).without("createDatasets")];
    });
    let output = show(&home(&service), "--dataset wev");
    assert!(output.code == Some(2) && output.stderr.contains("no dataset `wev`"), "{output}");
    let output = show(&home(&service), "--dataset web");
    assert!(output.code == Some(0) && output.stdout.contains("SELECT"), "{output}");
}

#[test]
fn an_answer_that_is_none_is_told_to_be() {
    // What is cut may be cut before it begins.
    let faults = [
        ((|| Fault::Garbage) as fn() -> Fault, ["makes no sense", "make no sense"]),
        (|| Fault::Half, ["ended before its end", "closed before message completed"]),
        (|| Fault::Close, ["connection to Honeycomb at 127.0.0.1 failed"; 2]),
    ];
    for_each(&at_each(&ESSENTIAL, &faults), |(endpoint, (fault, words))| {
        let (said, _) = failing(fault().at(endpoint), 3);
        assert!(words.iter().any(|words| said.contains(words)), "{endpoint:?}: {said}");
    });
}

#[test]
fn what_goes_wrong_once_is_asked_again() {
    let faults: [fn() -> Fault; 4] = [|| Fault::Status(500), || Fault::Status(503), || Fault::Close, || Fault::Half];
    let endpoints = [Endpoint::Auth, Endpoint::Columns, Endpoint::Queries, Endpoint::Poll];
    for_each(&at_each(&endpoints, &faults), |(endpoint, fault): (Endpoint, fn() -> Fault)| {
        let service = service();
        service.set_fault(fault().at(endpoint).times(2));
        let output = show(&home(&service), "");
        assert!(output.code == Some(0) && output.stdout.contains("SELECT"), "{:?} at {endpoint:?}: {output}", fault());
        assert_eq!(service.query_results(), 1, "{:?} at {endpoint:?}", fault());
    });
    let service = service();
    service.set_fault(Fault::Fails("query timed out".to_owned()).at(Endpoint::Results).times(1));
    let output = show(&home(&service), "");
    assert!(output.code == Some(0) && output.stdout.contains("SELECT"), "{output}");
    assert_eq!(service.query_results(), 2);
}

#[test]
fn a_query_that_fails_for_ever_is_given_up() {
    let (said, service) = failing(Fault::Fails("query timed out".to_owned()).at(Endpoint::Results), 3);
    assert!(said.contains("query timed out") && said.contains("also"), "{said}");
    assert!(service.query_results() <= 10, "{}", service.query_results());
}

#[test]
fn a_service_that_does_not_answer_is_given_up_in_time() {
    for_each(&ESSENTIAL, |endpoint| {
        let service = service();
        service.set_fault(Fault::Hang.at(endpoint));
        let begun = Instant::now();
        let output = show(&home(&service), "--timeout 1s");
        assert_eq!((output.code, output.stdout.as_str()), (Some(3), ""), "{endpoint:?}: {output}");
        assert!(
            output.stderr.contains("did not answer within 1 s") && output.stderr.contains("--timeout"),
            "{endpoint:?}: {output}"
        );
        assert!(begun.elapsed() < Duration::from_secs(6), "{endpoint:?}: {:?}", begun.elapsed());
    });
    let service = service();
    service.configure(|setup| setup.polls = usize::MAX);
    let output = show(&home(&service), "--timeout 1s");
    assert!(output.code == Some(3) && output.stderr.contains("did not answer within 1 s"), "{output}");
}

#[test]
fn nobody_there_is_told_to_be() {
    let nobody = TcpListener::bind("127.0.0.1:0").expect("there is a free port").local_addr().expect("it is bound");
    let home = Home::new().with("HONEYCOMB_API_ENDPOINT", &format!("http://{nobody}")).with("HONEYCOMB_API_KEY", CONFIGURATION);
    let output = show(&home, "");
    assert_eq!((output.code, output.stdout.as_str()), (Some(3), ""), "{output}");
    assert!(output.stderr.contains("connection to Honeycomb at 127.0.0.1 failed"), "{output}");
}

#[test]
fn a_redirect_is_not_followed_and_the_key_goes_nowhere() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = elsewhere.local_addr().expect("it is bound");
    let (seen, heard) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in elsewhere.incoming().flatten() {
            let mut bytes = Vec::new();
            stream.set_read_timeout(Some(Duration::from_millis(200))).ok();
            (&stream).take(10_000).read_to_end(&mut bytes).ok();
            seen.send(bytes).ok();
        }
    });
    for endpoint in ESSENTIAL {
        let (said, _) = failing(Fault::Redirect(format!("http://{address}")).at(endpoint), 3);
        assert!(said.contains("where the key does not go"), "{endpoint:?}: {said}");
    }
    assert_eq!(heard.recv_timeout(Duration::from_millis(300)), Err(mpsc::RecvTimeoutError::Timeout));
}

#[test]
fn what_fails_here_does_not_hide_what_is_elsewhere() {
    let service = Honeycomb::with(Setup { enterprise: false, ..Setup::default() });
    let home = home(&service).with_fixtures(&["cruddur.json"]);
    let id = trace_id(1, 1);
    service.ingest_spans(family(1).into_iter().map(|span| (id.clone(), span)));
    let shown = home.line("show -b honeycomb -b file:cruddur.json 8bc626382cebdea2f7f1556261da8061 -o jsonl");
    assert_eq!((shown.code, shown.stdout.lines().count()), (Some(0), 1), "{shown}");
    assert!(shown.stderr.contains("honeycomb did not answer") && shown.stderr.contains("Enterprise"), "{shown}");
}
