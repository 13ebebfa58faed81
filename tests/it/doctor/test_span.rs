//! `--test-span`: one span, sent and read back.

use std::time::Duration;

use super::{cure, cure_by_asking_again, home, remedy, start, told};
use crate::support::honeycomb::{CLASSIC, CONFIGURATION, Endpoint, Fault, Honeycomb, Key, Setup};
use crate::support::{Home, Receiver, eventually, write};

const RECEIVER: &str = "-b local --test-span receiver";
const HONEYCOMB: &str = "-b honeycomb --test-span honeycomb";

/// A double that allows many query results, and where the program finds it.
fn honeycomb(setup: Setup) -> (Honeycomb, Home) {
    let service = Honeycomb::with(Setup { rate: (1000, Duration::from_secs(1)), ..setup });
    let home = home().with("HONEYCOMB_API_ENDPOINT", &service.endpoint());
    (service, home.with("CRUDDUR_TRACE_HONEYCOMB_RATE_LIMIT", "1000/1s"))
}

/// The id of the trace in a sentence such as `5759… went to …`.
fn id(found: &serde_json::Value) -> String {
    found["what"].as_str().and_then(|what| what.split(' ').next()).unwrap_or_default().to_owned()
}

#[test]
fn one_goes_through_the_receiver_into_the_store() {
    let home = home();
    let _receiver = Receiver::start(&home, &[]);
    let told = told(&home, RECEIVER);
    let found = told.finds(("test-span", "ok"));
    let shown = home.line(&format!("show -b local -o json {}", id(found))).answer();
    let shown: serde_json::Value = serde_json::from_str(&shown).expect("it is JSON");
    let span = &shown["traces"][0]["spans"][0];
    assert_eq!(span["name"], "cruddur-trace doctor: a test span");
    assert_eq!((&span["service"], &span["attributes"]["cruddur_trace.test_span"]), (&"cruddur-trace".into(), &true.into()));
}

#[test]
fn a_token_and_tls_are_the_receivers_own() {
    let certificate = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("one can be made");
    let home = home().with("CRUDDUR_TRACE_COLLECT_TOKEN", "t0ken").with("CRUDDUR_TRACE_COLLECT_TLS_CERT", "cert.pem");
    let home = home.with("CRUDDUR_TRACE_COLLECT_TLS_KEY", "key.pem");
    write(&home.path("cert.pem"), &certificate.cert.pem());
    write(&home.path("key.pem"), &certificate.signing_key.serialize_pem());
    let _receiver = Receiver::start(&home, &[]);
    told(&home, RECEIVER).finds(("test-span", "ok"));
}

#[test]
fn a_receiver_that_is_not_there_is_started() {
    let home = home();
    let before = told(&home, RECEIVER);
    let command = remedy(before.finds_only(("test-span", "no-receiver")));
    let _receiver = start(&home, &command);
    eventually("it is running", || {
        told(&home, "-b local").findings().any(|found| found["check"] == "receiver" && found["level"] == "ok")
    });
    told(&home, RECEIVER).is_green(("test-span", "no-receiver"));
}

#[test]
fn a_receiver_that_wants_a_token_refuses_one_without() {
    let home = home();
    let with_token = ["--token-file".to_owned(), home.path("token").display().to_string()];
    write(&home.path("token"), "t0ken");
    let _receiver = Receiver::start(&home, &with_token.each_ref().map(String::as_str));
    told(&home, RECEIVER).finds_only(("test-span", "refused"));
    told(&home.with("CRUDDUR_TRACE_COLLECT_TOKEN_FILE", "token"), "-b xray --test-span receiver").finds(("test-span", "ok"));
}

#[test]
fn one_goes_to_honeycomb_and_comes_back() {
    let (service, home) = honeycomb(Setup::default());
    let told = told(&home.with("HONEYCOMB_API_KEY", CONFIGURATION), HONEYCOMB);
    let id = id(told.finds(("test-span", "ok")));
    assert_eq!(told.output.status.code(), Some(0), "{}", told.all());
    let rows = service.rows();
    assert_eq!((rows.len(), rows[0].dataset.as_str(), id.len()), (1, "cruddur-trace", 32));
    let (_service, home) = honeycomb(Setup::classic());
    let classic = home.with("HONEYCOMB_API_KEY", CLASSIC).with("HONEYCOMB_DATASET", "web");
    super::told(&classic, HONEYCOMB).finds(("test-span", "ok"));
}

#[test]
fn a_key_that_may_not_send_is_exchanged_for_one_that_may() {
    let (service, home) = honeycomb(Setup::default());
    let reads = "readKey0123456789abcdE";
    service.configure(|setup| setup.keys.push(Key::new(reads).without("events")));
    cure(&home.with("HONEYCOMB_API_KEY", reads), HONEYCOMB, ("test-span", "refused"), "cfgKey0123456789abcdEF\n");
    let (_service, home) = honeycomb(Setup::default());
    cure(&home, "-b local --test-span honeycomb", ("test-span", "no-key"), "cfgKey0123456789abcdEF\n");
}

#[test]
fn one_that_nobody_answers_for_or_that_does_not_come_is_sent_again() {
    let (service, home) = honeycomb(Setup::default());
    let home = home.with("HONEYCOMB_API_KEY", CONFIGURATION);
    service.set_fault(Fault::Hang.at(Endpoint::Ingest).times(1));
    let words = format!("{HONEYCOMB} --timeout 4s");
    cure_by_asking_again(&home, &words, ("test-span", "unanswered"), || {});
    service.set_fault(Fault::Hang.at(Endpoint::Results));
    cure_by_asking_again(&home, &words, ("test-span", "not-found"), || service.clear_faults());
}

/// Wherever a service sends us, the key stays where it is.
#[test]
fn the_key_goes_to_no_other_host() {
    let (service, home) = honeycomb(Setup::default());
    let (other, _) = honeycomb(Setup::default());
    service.set_fault(Fault::Redirect(other.endpoint()).at(Endpoint::Ingest));
    told(&home.with("HONEYCOMB_API_KEY", CONFIGURATION), HONEYCOMB).finds_only(("test-span", "refused"));
    assert_eq!(other.requests().len(), 0);
}
