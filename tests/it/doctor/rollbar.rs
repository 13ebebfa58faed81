//! Rollbar: the token, and the clock.

use cruddur_trace::model::Time;
use cruddur_trace::model::time::SECOND;

use super::{cure, cure_by, told};
use crate::support::rollbar::{POST, READ, Rollbar};
use crate::support::spans::now;
use crate::support::{Home, write};

/// What is typed where a token is asked for.
const TYPED: &str = "4e8f1c0de5a94bd0b1c0ffee00000001\n";

fn without_token(service: &Rollbar) -> Home {
    super::home().with("CRUDDUR_TRACE_ROLLBAR_ENDPOINT", &service.endpoint())
}

fn home(service: &Rollbar) -> Home {
    without_token(service).with("ROLLBAR_READ_TOKEN", READ)
}

#[test]
fn all_is_well_where_occurrences_can_be_read() {
    let service = Rollbar::start();
    let told = told(&home(&service), "");
    assert_eq!(told.output.status.code(), Some(0), "{}", told.all());
    assert_eq!(told.finds(("rollbar-token", "ok"))["what"], "ROLLBAR_READ_TOKEN reads");
    assert_eq!(service.requests().len(), 1);
}

#[test]
fn a_token_that_is_missing_is_typed() {
    let service = Rollbar::start();
    cure(&without_token(&service), "", ("rollbar-token", "missing"), TYPED);
    let sends = without_token(&service).with("ROLLBAR_ACCESS_TOKEN", POST);
    let found = told(&sends, "");
    let details = found.finds_only(("rollbar-token", "missing"))["details"].to_string();
    assert!(details.contains("ROLLBAR_ACCESS_TOKEN is the application's"), "{details}");
    cure(&without_token(&service).with("ROLLBAR_READ_TOKEN", ""), "", ("rollbar-token", "empty"), TYPED);
}

#[test]
fn a_token_that_another_shell_has_is_read_from_where_it_has_it() {
    let service = Rollbar::start();
    let home = without_token(&service);
    write(&home.path(".envrc"), &format!("export ROLLBAR_READ_TOKEN={READ}\n"));
    cure(&home, "", ("rollbar-token", "elsewhere"), "");
}

#[test]
fn a_token_that_cannot_be_had_is_typed() {
    let service = Rollbar::start();
    let unusable = ("rollbar-token", "unusable");
    cure(&without_token(&service).with("CRUDDUR_TRACE_ROLLBAR_ACCESS_TOKEN_FILE", "nowhere.txt"), "", unusable, TYPED);
    cure(&without_token(&service).with("ROLLBAR_READ_TOKEN", "two words"), "", unusable, TYPED);
}

#[test]
fn a_token_that_is_not_known_or_only_sends_is_exchanged() {
    let service = Rollbar::start();
    cure(&without_token(&service).with("ROLLBAR_READ_TOKEN", "nobodys"), "", ("rollbar-token", "refused"), TYPED);
    cure(&without_token(&service).with("ROLLBAR_READ_TOKEN", POST), "", ("rollbar-token", "only-sends"), TYPED);
}

#[test]
fn a_clock_that_is_off_is_set() {
    let service = Rollbar::start();
    for (seconds, kind) in [(20, ("rollbar-clock", "drifts")), (-3600, ("rollbar-clock", "off"))] {
        service.set_date(Some(Time(now().0).saturating_add(seconds * SECOND)));
        cure_by(&home(&service), "", kind, "timedatectl", || service.set_date(None));
    }
}
