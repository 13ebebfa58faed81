//! `show --errors`, against a double of Rollbar's API.

mod configuration;
mod failures;
mod found;
mod pages;
mod secrets;

use serde_json::{Value, json};

use crate::support::rollbar::{READ, Rollbar, flask};
use crate::support::{CommandOutput, Home};

/// The trace in which a statement fails: `POST /api/activities`, `psycopg.errors.NotNullViolation`.
const FAILED: &str = "ae98aa61f92c36ccde88da857de9bd67";
/// The same as X-Ray writes it.
const FAILED_XRAY: &str = "1-ae98aa61-f92c36ccde88da857de9bd67";
/// When that was, cut to seconds.
const THEN: u64 = 1_784_901_826;
const CLASS: &str = "NotNullViolation";
const MESSAGE: &str = "null value in column \"user_uuid\" of relation \"activities\" violates not-null constraint";

/// Where the program finds the double, with a token that may read.
fn home(service: &Rollbar) -> Home {
    without_token(service).with("ROLLBAR_READ_TOKEN", READ)
}

fn without_token(service: &Rollbar) -> Home {
    Home::new().with_fixtures(&["cruddur.json"]).with("CRUDDUR_TRACE_ROLLBAR_ENDPOINT", &service.endpoint())
}

/// The error as pyrollbar sends it, in a request with these headers.
fn violation(headers: &Value) -> Value {
    flask(CLASS, MESSAGE, "/api/activities", headers)
}

/// The same in the environment of the spans.
fn in_dev(mut data: Value) -> Value {
    data["environment"] = json!("dev");
    data
}

/// A project with that error, which carries the trace's id.
fn service() -> Rollbar {
    let service = Rollbar::start();
    service.report(THEN, &violation(&json!({"X-Amzn-Trace-Id": format!("Root={FAILED_XRAY};Sampled=1")})));
    service
}

fn show(home: &Home, more: &str) -> CommandOutput {
    home.line(&format!("show -b file:cruddur.json --width 80 --errors {FAILED} {more}"))
}

/// What stands below the drawing.
fn section(output: &CommandOutput) -> String {
    let at = output.stdout.find("\nerrors in Rollbar").unwrap_or_else(|| panic!("there is no section: {output}"));
    output.stdout[at + 1..].to_owned()
}

/// `errors` of the only trace.
#[track_caller]
fn errors(output: &CommandOutput) -> Value {
    assert_eq!(output.code, Some(0), "{output}");
    let document: Value = serde_json::from_str(&output.stdout).expect("it is JSON");
    document["traces"][0]["errors"].clone()
}
