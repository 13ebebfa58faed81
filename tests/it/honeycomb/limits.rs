//! How many query results are allowed: never more are asked for, and where it was too many all the same, it is waited as told.

use std::time::{Duration, Instant};

use super::home;
use crate::support::honeycomb::{Honeycomb, Limited, Setup};
use crate::support::spans::{family, trace_id};
use crate::support::{CommandOutput, Home};

const VARIABLE: &str = "CRUDDUR_TRACE_HONEYCOMB_RATE_LIMIT";

/// A service with traces, of which it gives so many query results in so long.
fn service(results: usize, per: Duration, limited_as: Limited) -> Honeycomb {
    let service = Honeycomb::with(Setup { rate: (results, per), limited_as, polls: 0, ..Setup::default() });
    for number in 0..9 {
        let id = trace_id(1, number);
        service.ingest_spans(family(1).into_iter().map(|span| (id.clone(), span)));
    }
    service
}

fn show(home: &Home, numbers: std::ops::Range<u64>, arguments: &str) -> CommandOutput {
    let ids: Vec<_> = numbers.map(|number| trace_id(1, number).to_string()).collect();
    home.line(&format!("show -b honeycomb -o jsonl {} {arguments}", ids.join(" ")))
}

#[test]
fn who_asked_too_often_waits_as_told_and_says_so() {
    let forms = [Limited::RetryAfterSeconds, Limited::RetryAfterDate, Limited::RateLimit, Limited::Detail, Limited::Silent];
    std::thread::scope(|scope| {
        for form in forms {
            scope.spawn(move || {
                let service = service(3, Duration::from_secs(1), form);
                // Somebody else uses the same key.
                let home = home(&service).with(VARIABLE, "100/1s");
                let output = show(&home, 0..5, "");
                assert_eq!((output.code, output.stdout.lines().count()), (Some(0), 5), "{form:?}: {output}");
                assert!(service.limited() >= 1 && service.limited() <= 2, "{form:?}: {}", service.limited());
                assert!(output.stderr.contains("waiting"), "{form:?}: {output}");
                assert_eq!(service.query_results(), 5, "{form:?}");
            });
        }
    });
}

#[test]
fn who_would_have_to_wait_for_longer_than_the_user_does_gives_up_at_once() {
    for form in [Limited::RetryAfterSeconds, Limited::RetryAfterDate, Limited::RateLimit, Limited::Detail] {
        let service = service(1, Duration::from_mins(1), form);
        let home = home(&service).with(VARIABLE, "100/1s");
        assert_eq!(show(&home, 0..1, "").code, Some(0));
        let begun = Instant::now();
        let output = show(&home, 1..2, "--timeout 20s");
        assert_eq!((output.code, output.stdout.as_str()), (Some(3), ""), "{form:?}: {output}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{form:?}: {:?}", begun.elapsed());
        assert!(output.stderr.contains("--timeout") || output.stderr.contains("try again"), "{form:?}: {output}");
    }
}

#[test]
fn who_keeps_to_the_limit_is_never_refused() {
    let service = service(3, Duration::from_secs(1), Limited::Silent);
    let home = home(&service).with(VARIABLE, "3/1s");
    let output = show(&home, 0..7, "");
    assert_eq!((output.code, output.stdout.lines().count(), service.limited()), (Some(0), 7, 0), "{output}");
    assert!(output.stderr.contains("Honeycomb allows 3 query results in 1 s: waiting"), "{output}");
}

#[test]
fn what_does_not_fit_into_the_time_that_is_left_is_not_begun() {
    let service = service(1, Duration::from_mins(1), Limited::Silent);
    let home = home(&service).with(VARIABLE, "1/1m");
    assert_eq!(show(&home, 0..1, "").code, Some(0));
    let begun = Instant::now();
    let output = show(&home, 1..2, "--timeout 30s");
    assert_eq!((output.code, output.stdout.as_str(), service.limited()), (Some(3), "", 0), "{output}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(output.stderr.contains("1 query results in 60 s") && output.stderr.contains("--timeout"), "{output}");
}

#[test]
fn processes_that_share_a_home_share_what_is_allowed() {
    let service = service(3, Duration::from_secs(2), Limited::Silent);
    let home = home(&service).with(VARIABLE, "3/2s");
    std::thread::scope(|scope| {
        let ranges = [0..3, 3..6, 6..9];
        let threads: Vec<_> = ranges.into_iter().map(|range| scope.spawn(|| show(&home, range, "--timeout 40s"))).collect();
        for thread in threads {
            let output = thread.join().expect("it ends");
            assert_eq!((output.code, output.stdout.lines().count()), (Some(0), 3), "{output}");
        }
    });
    assert_eq!((service.query_results(), service.limited()), (9, 0));
}
