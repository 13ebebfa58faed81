//! Honeycomb: the key, what it may do, the dataset, the plan and the clock.

use std::time::Duration;

use cruddur_trace::model::Time;
use cruddur_trace::model::time::SECOND;

use super::{cure, cure_by, remedy, start, told};
use crate::support::honeycomb::{CLASSIC, CLASSIC_INGEST, CONFIGURATION, Denied, Honeycomb, INGEST, Key, MANAGEMENT, Setup};
use crate::support::spans::{family, now, trace_id};
use crate::support::{Home, eventually, write};

const WORDS: &str = "-b honeycomb";
/// What is typed where a key is asked for.
const TYPED: &str = "cfgKey0123456789abcdEF\n";

/// Where the program finds the double, without a key.
fn without_key(service: &Honeycomb) -> Home {
    super::home().with("HONEYCOMB_API_ENDPOINT", &service.endpoint())
}

fn home(service: &Honeycomb) -> Home {
    without_key(service).with("HONEYCOMB_API_KEY", CONFIGURATION)
}

/// A service with the dataset `web`.
fn service() -> Honeycomb {
    with(Setup::default())
}

fn with(setup: Setup) -> Honeycomb {
    let service = Honeycomb::with(setup);
    service.ingest_spans(family(1).into_iter().map(|span| (trace_id(1, 1), span)));
    service
}

#[test]
fn all_is_well_where_queries_are_taken_and_none_costs_a_result() {
    let service = service();
    let told = told(&home(&service).with("HONEYCOMB_DATASET", "web"), WORDS);
    assert_eq!(told.output.status.code(), Some(0), "{}", told.all());
    let what = |check| told.finds((check, "ok"))["what"].as_str().unwrap_or_default().to_owned();
    assert_eq!(what("honeycomb-key"), "HONEYCOMB_API_KEY: a configuration key");
    assert!(what("honeycomb").ends_with(": cruddur/test"), "{}", what("honeycomb"));
    assert_eq!(what("honeycomb-dataset"), "web (HONEYCOMB_DATASET)");
    assert_eq!((what("honeycomb-plan").as_str(), service.query_results()), ("queries are taken", 0));
}

#[test]
fn a_key_that_is_missing_is_typed() {
    let service = service();
    let missing = ("honeycomb-key", "missing");
    cure(&without_key(&service), WORDS, missing, TYPED);
    assert_eq!(told(&without_key(&service), WORDS).output.status.code(), Some(1), "it was named");
    assert_eq!(told(&without_key(&service), "").output.status.code(), Some(0), "nobody has named it");
    cure(&without_key(&service).with("HONEYCOMB_API_KEY", ""), WORDS, ("honeycomb-key", "empty"), TYPED);
    cure(&without_key(&service).with("HONEYCOMB_API_KEY", " "), WORDS, ("honeycomb-key", "empty"), TYPED);
}

#[test]
fn a_key_that_another_shell_has_is_read_from_where_it_has_it() {
    let service = service();
    for (file, line) in
        [(".env", "HONEYCOMB_API_KEY="), (".bashrc", "  export HONEYCOMB_API_KEY="), (".profile", "HONEYCOMB_API_KEY=")]
    {
        let home = without_key(&service);
        write(&home.path(file), &format!("TITLE=two words\nexit 1\n{line}'{CONFIGURATION}'\n"));
        cure(&home, "", ("honeycomb-key", "elsewhere"), "");
    }
}

/// The application's key is in its own file, and only sends.
#[test]
fn a_key_that_only_sends_is_looked_for_nowhere() {
    let service = service();
    let home = without_key(&service);
    write(&home.path(".env"), &format!("HONEYCOMB_API_KEY={INGEST}\n"));
    told(&home, WORDS).finds_only(("honeycomb-key", "missing"));
    // That shell has both, and this one has what sends.
    let home = home.with("OTEL_EXPORTER_OTLP_HEADERS", &format!("x-honeycomb-team={INGEST}"));
    write(&home.path(".zshrc"), &format!("export HONEYCOMB_API_KEY={CONFIGURATION}\n"));
    cure(&home, WORDS, ("honeycomb-key", "wrong-kind"), "");
}

#[test]
fn a_key_that_cannot_be_had_is_typed() {
    let service = service();
    let unusable = ("honeycomb-key", "unusable");
    cure(&without_key(&service).with("CRUDDUR_TRACE_HONEYCOMB_API_KEY_FILE", "nowhere.txt"), WORDS, unusable, TYPED);
    cure(&without_key(&service).with("CRUDDUR_TRACE_HONEYCOMB_API_KEY_COMMAND", "false"), WORDS, unusable, TYPED);
    cure(&without_key(&service).with("HONEYCOMB_API_KEY", "two words"), WORDS, unusable, TYPED);
}

#[test]
fn a_key_that_cannot_read_is_exchanged_for_one_that_can() {
    let service = service();
    for key in [INGEST, CLASSIC_INGEST, MANAGEMENT, "hcxlk_01hqk4k20cjeh63wca8vva5stw"] {
        cure(&without_key(&service).with("HONEYCOMB_API_KEY", key), WORDS, ("honeycomb-key", "wrong-kind"), TYPED);
    }
    // What SDKs are told to send is all there is: the variable itself is set nowhere.
    let of_sdks = without_key(&service).with("OTEL_EXPORTER_OTLP_HEADERS", &format!("x-honeycomb-team={INGEST}"));
    let found = told(&of_sdks, WORDS);
    let what = found.finds_only(("honeycomb-key", "wrong-kind"))["what"].as_str().unwrap_or_default();
    assert_eq!(what, "OTEL_EXPORTER_OTLP_HEADERS holds an ingest key, which cannot read");
    cure(&of_sdks, WORDS, ("honeycomb-key", "wrong-kind"), TYPED);
}

#[test]
fn a_key_that_only_sends_is_known_by_what_the_service_says_of_it_too() {
    let service = service();
    let looks_right = "ingKey0123456789abcdEF";
    service.configure(|setup| setup.keys.push(Key::ingest(looks_right)));
    let home = without_key(&service).with("HONEYCOMB_API_KEY", looks_right);
    let found = told(&home, WORDS);
    let what = &found.finds_only(("honeycomb-key", "wrong-kind"))["what"];
    assert_eq!(what, "HONEYCOMB_API_KEY holds an ingest key, which cannot read");
    cure(&home, WORDS, ("honeycomb-key", "wrong-kind"), TYPED);
}

#[test]
fn a_key_that_is_not_known_is_exchanged_for_one_that_is() {
    let service = service();
    let home = without_key(&service).with("HONEYCOMB_API_KEY", "nobodysKey0123456789ab");
    cure(&home, WORDS, ("honeycomb-key", "refused"), TYPED);
}

#[test]
fn an_address_that_makes_no_sense_is_taken_away() {
    // With a key by whose looks nothing is asked: behind the right address is the real service.
    let home = super::home().with("HONEYCOMB_API_KEY", INGEST).with("HONEYCOMB_API_ENDPOINT", "https://ui.honeycomb.io");
    let before = told(&home, WORDS);
    let command = remedy(before.finds_only(("honeycomb-endpoint", "unusable")));
    let script = format!("{command}\nexec cruddur-trace doctor -o json {WORDS}");
    let after = super::Told::of(super::shell(&home, &script, ""));
    after.finds_only(("honeycomb-key", "wrong-kind"));
    assert!(after.findings().all(|found| found["check"] != "honeycomb-endpoint"), "{}", after.all());
}

#[test]
fn a_key_without_permissions_is_exchanged_for_one_that_has_them() {
    for (lacking, name) in [("queries", "\"Run Queries\""), ("columns", "\"Manage Queries and Columns\"")] {
        let poor = "poorKey0123456789abcdE";
        let service = service();
        service.configure(|setup| setup.keys.push(Key::new(poor).without(lacking)));
        let home = without_key(&service).with("HONEYCOMB_API_KEY", poor);
        let told = told(&home, WORDS);
        let what = &told.finds_only(("honeycomb-permissions", "lacking"))["what"];
        assert_eq!(what, &format!("the key in HONEYCOMB_API_KEY lacks {name}"));
        cure(&home, WORDS, ("honeycomb-permissions", "lacking"), TYPED);
    }
}

#[test]
fn a_dataset_that_is_not_there_is_exchanged_for_the_near_one_or_for_all() {
    let service = service();
    let unknown = ("honeycomb-dataset", "unknown");
    for (variable, name) in
        [("HONEYCOMB_DATASET", "wep"), ("HONEYCOMB_DATASET", "nothing-like-it"), ("CRUDDUR_TRACE_HONEYCOMB_DATASET", "wep")]
    {
        cure(&home(&service).with(variable, name), WORDS, unknown, "");
    }
    let of_file = home(&service);
    write(&of_file.config_file(), "[honeycomb]\ndataset = \"nothing-like-it\"\n");
    cure(&of_file, WORDS, unknown, "");
    // An option is left to whoever typed it.
    let told = told(&home(&service), "-b honeycomb --dataset wep");
    assert_eq!(told.finds_only(unknown)["remedy"], serde_json::Value::Null);
}

#[test]
fn a_classic_environment_is_asked_about_one_dataset() {
    let service = with(Setup::classic());
    let home = without_key(&service).with("HONEYCOMB_API_KEY", CLASSIC);
    cure(&home, WORDS, ("honeycomb-dataset", "unnamed"), "");
}

#[test]
fn a_plan_without_queries_is_made_up_for_by_a_receiver_that_sends_on() {
    for denied in [Denied::Legacy, Denied::Problem, Denied::Unauthorized, Denied::Bare] {
        let service = with(Setup { enterprise: false, denied_as: denied, ..Setup::default() });
        let home = home(&service);
        let plan = ("honeycomb-plan", "excludes-queries");
        let command = remedy(told(&home, WORDS).finds_only(plan));
        let _receiver = start(&home, &command);
        eventually("it is running", || {
            told(&home, "-b local").findings().any(|found| found["check"] == "receiver" && found["level"] == "ok")
        });
        let after = told(&home, WORDS);
        after.is_green(plan);
        after.finds_only(("honeycomb-plan", "kept-here"));
    }
}

#[test]
fn a_clock_that_is_off_is_set() {
    for (seconds, finding) in [(-20, "drifts"), (3600, "off"), (-3600, "off")] {
        let service = service();
        let kind = if finding == "off" { ("honeycomb-clock", "off") } else { ("honeycomb-clock", "drifts") };
        let at = Time(now().0).saturating_add(seconds * SECOND);
        service.configure(|setup| setup.date = Some(at));
        cure_by(&home(&service), WORDS, kind, "timedatectl", || service.configure(|setup| setup.date = None));
    }
}

#[test]
fn an_answer_that_takes_its_time_does_not_make_the_clock_wrong() {
    let service = with(Setup { latency: Duration::from_millis(1500), ..Setup::default() });
    told(&home(&service), WORDS).finds(("honeycomb-clock", "ok"));
}
