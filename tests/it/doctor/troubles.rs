//! Services that do not answer: nothing is known to be wrong then, and the others are told of all the same.

use std::time::{Duration, Instant};

use super::{Kind, cure_by_asking_again, home, told};
use crate::support::Home;
use crate::support::cloudwatch_logs::{self, CloudWatchLogs};
use crate::support::honeycomb::{CONFIGURATION, Endpoint, Fault, Honeycomb};
use crate::support::rollbar::{self, READ, Rollbar};
use crate::support::xray::{self, XRay};

fn of_honeycomb(service: &Honeycomb) -> Home {
    home().with("HONEYCOMB_API_ENDPOINT", &service.endpoint()).with("HONEYCOMB_API_KEY", CONFIGURATION)
}

/// Where AWS is the doubles, which need not be there any more.
fn of_aws(xray: &XRay, logs: &CloudWatchLogs) -> Home {
    let environment = xray.environment().into_iter().chain(logs.environment());
    environment.fold(home(), |home, (name, value)| home.with(name, &value))
}

fn of_rollbar(service: &Rollbar) -> Home {
    home().with("CRUDDUR_TRACE_ROLLBAR_ENDPOINT", &service.endpoint()).with("ROLLBAR_READ_TOKEN", READ)
}

#[track_caller]
fn cannot_tell(home: &Home, words: &str, kind: Kind) {
    told(home, words).finds_only(kind);
}

#[test]
fn honeycomb_may_not_answer() {
    let gone = Honeycomb::start();
    let home = of_honeycomb(&gone);
    drop(gone);
    cannot_tell(&home, "-b honeycomb", ("honeycomb", "unreachable"));
    let service = Honeycomb::start();
    let home = of_honeycomb(&service);
    service.set_fault(Fault::Status(429).at(Endpoint::Auth).times(1));
    cannot_tell(&home, "-b honeycomb", ("honeycomb", "throttled"));
    service.set_fault(Fault::Garbage.at(Endpoint::Auth).times(1));
    cannot_tell(&home, "-b honeycomb", ("honeycomb", "broken"));
    service.set_fault(Fault::Redirect("http://127.0.0.1:9".to_owned()).at(Endpoint::Auth).times(1));
    cannot_tell(&home, "-b honeycomb", ("honeycomb", "broken"));
    service.set_fault(Fault::Garbage.at(Endpoint::Queries).times(1));
    cannot_tell(&home, "-b honeycomb", ("honeycomb", "broken"));
    told(&home, "-b honeycomb").is_green(("honeycomb", "broken"));
    service.configure(|setup| setup.latency = Duration::from_millis(1300));
    cure_by_asking_again(&home, "-b honeycomb --timeout 1s", ("honeycomb", "late"), || {});
}

#[test]
fn xray_may_not_answer() {
    let logs = CloudWatchLogs::start();
    let gone = XRay::start();
    let home = of_aws(&gone, &logs);
    drop(gone);
    cannot_tell(&home, "-b xray", ("xray", "unreachable"));
    let service = XRay::start();
    let home = of_aws(&service, &logs);
    service.configure(|rules| rules.plan("", xray::Fault::Throttle, 2));
    cannot_tell(&home, "-b xray", ("xray", "throttled"));
    for path in ["/TraceSummaries", "/Traces"] {
        service.configure(|rules| rules.plan(path, xray::Fault::Garbage, 2));
        cannot_tell(&home, "-b xray", ("xray", "broken"));
        service.configure(|rules| rules.planned.clear());
    }
    told(&home, "-b xray").is_green(("xray", "broken"));
    service.configure(|rules| rules.latency = Duration::from_millis(3500));
    cure_by_asking_again(&home, "-b xray --timeout 3s", ("xray", "late"), || {});
}

#[test]
fn cloudwatch_logs_may_not_answer() {
    let xray = XRay::start();
    let gone = CloudWatchLogs::start();
    let home = of_aws(&xray, &gone);
    drop(gone);
    cannot_tell(&home, "-b xray", ("cloudwatch-logs", "unreachable"));
    let service = CloudWatchLogs::start();
    service.create("web");
    let home = of_aws(&xray, &service);
    let words = "-b xray --log-group web";
    service.configure(|rules| rules.plan("", cloudwatch_logs::Fault::Throttle, 2));
    cannot_tell(&home, words, ("cloudwatch-logs", "throttled"));
    service.configure(|rules| rules.plan("", cloudwatch_logs::Fault::Garbage, 2));
    cannot_tell(&home, words, ("cloudwatch-logs", "broken"));
    service.configure(|rules| rules.planned.clear());
    told(&home, words).is_green(("cloudwatch-logs", "broken"));
    service.configure(|rules| rules.plan("", cloudwatch_logs::Fault::Hang, usize::MAX));
    cure_by_asking_again(&home, &format!("{words} --timeout 3s"), ("cloudwatch-logs", "late"), || {
        service.configure(|rules| rules.planned.clear());
    });
}

#[test]
fn rollbar_may_not_answer() {
    let gone = Rollbar::start();
    let home = of_rollbar(&gone);
    drop(gone);
    cannot_tell(&home, "", ("rollbar", "unreachable"));
    let service = Rollbar::start();
    let home = of_rollbar(&service);
    service.set_fault(rollbar::Fault::Limited(rollbar::Limited::Silent, 0), 0, 1);
    cannot_tell(&home, "", ("rollbar", "throttled"));
    service.set_fault(rollbar::Fault::Garbage, 0, 1);
    cannot_tell(&home, "", ("rollbar", "broken"));
    told(&home, "").is_green(("rollbar", "broken"));
    service.set_fault(rollbar::Fault::Hang, 0, 1);
    cure_by_asking_again(&home, "--timeout 1s", ("rollbar", "late"), || {});
}

#[test]
fn those_that_do_not_answer_cost_only_themselves_and_are_waited_for_together() {
    let (honeycomb, rollbar, xray, logs) = (Honeycomb::start(), Rollbar::start(), XRay::start(), CloudWatchLogs::start());
    honeycomb.set_fault(Fault::Hang.at(Endpoint::Auth));
    xray.configure(|rules| rules.plan("", xray::Fault::Hang, usize::MAX));
    logs.configure(|rules| rules.plan("", cloudwatch_logs::Fault::Hang, usize::MAX));
    rollbar.set_fault(rollbar::Fault::Refuses(401, "invalid access token".to_owned()), 0, 1);
    let home = of_aws(&xray, &logs).with("HONEYCOMB_API_ENDPOINT", &honeycomb.endpoint());
    let home = home.with("HONEYCOMB_API_KEY", CONFIGURATION).with("CRUDDUR_TRACE_ROLLBAR_ENDPOINT", &rollbar.endpoint());
    let begun = Instant::now();
    let told = told(&home.with("ROLLBAR_READ_TOKEN", READ), "--timeout 6s");
    assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
    for late in [("honeycomb", "late"), ("xray", "late"), ("cloudwatch-logs", "late")] {
        told.finds(late);
    }
    told.finds(("rollbar-token", "refused"));
    told.finds(("config-file", "ok"));
    assert_eq!((told.output.status.code(), told.document["level"].as_str()), (Some(1), Some("problem")), "{}", told.all());
}
