//! Why Honeycomb did not answer, and what to do about it.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use super::super::{Remote, Trouble};
use super::refusal::Refusal;
use super::{Options, auth::Auth};
use crate::secret::KeyKind;

/// Where the plan is explained that the Query Data API needs.
const PLANS: &str = "https://docs.honeycomb.io/api/query-data/";
/// What a key that reads needs.
const PERMISSIONS: &str = "\"Run Queries\" and \"Manage Queries and Columns\"";

fn remote(kind: Trouble, message: impl Into<String>, hints: impl IntoIterator<Item = String>) -> Remote {
    Remote { kind, message: message.into(), hints: hints.into_iter().collect() }
}

/// What to do without the plan, or without a key at all.
fn without() -> String {
    "`cruddur-trace collect` gives the same commands without plan and key: it keeps on this machine what the application sends to it, \
     and with `--forward honeycomb` passes it on"
        .to_owned()
}

/// How to come by a key that reads.
fn make_a_key() -> String {
    format!(
        "make a configuration key in the environment's settings, under API Keys, allow it {PERMISSIONS}, and set HONEYCOMB_API_KEY to it"
    )
}

/// There is no key.
pub fn no_key() -> Remote {
    remote(Trouble::Unconfigured, "there is no Honeycomb API key", [make_a_key(), without()])
}

/// The key cannot be one that reads, by its looks.
pub(super) fn wrong_kind(kind: KeyKind, origin: &str) -> Remote {
    let why = match kind {
        KeyKind::Id => "the console shows the key itself only once, when it is made",
        KeyKind::Management => "it manages a team, and reads no events",
        _ => "it can send, and not read",
    };
    let article = if matches!(kind, KeyKind::Ingest | KeyKind::ClassicIngest) { "an" } else { "a" };
    let article = if kind == KeyKind::Id { "the" } else { article };
    remote(Trouble::Credentials, format!("{origin} holds {article} {kind}: {why}"), [make_a_key()])
}

/// The key is one that only sends, as the service says.
pub(super) fn only_sends(origin: &str) -> Remote {
    remote(Trouble::Credentials, format!("{origin} holds an ingest key, which can only send"), [make_a_key()])
}

/// The key lacks permissions, as the service says.
pub(super) fn lacks(auth: &Auth, origin: &str) -> Remote {
    let access = auth.access;
    let lacking: Vec<_> = [(access.queries, "\"Run Queries\""), (access.columns, "\"Manage Queries and Columns\"")]
        .into_iter()
        .filter(|(has, _)| !has)
        .map(|(_, name)| name)
        .collect();
    remote(
        Trouble::Denied,
        format!("the Honeycomb key in {origin} lacks the permission {}", lacking.join(" and ")),
        [format!(
            "edit the key{} under API Keys, or make another; both permissions are needed to read",
            auth.place().map_or_else(String::new, |place| format!(" at {place}"))
        )],
    )
}

/// Classic has no environments whose datasets could all be asked.
pub(super) fn classic_needs_dataset(known: &[String]) -> Remote {
    let known = if known.is_empty() { String::new() } else { format!("; there are {}", some(known)) };
    remote(
        Trouble::Unconfigured,
        "Honeycomb Classic can be asked about one dataset at a time, and none is named",
        [format!("name one with --dataset or HONEYCOMB_DATASET{known}")],
    )
}

/// The key cannot be sent at all.
pub(super) fn no_header() -> Remote {
    remote(Trouble::Credentials, "the Honeycomb API key has characters that no key has", [make_a_key()])
}

/// The address makes no sense.
pub(super) fn address(endpoint: &str, why: &impl fmt::Display) -> Remote {
    remote(
        Trouble::Question,
        format!("`{endpoint}` is no address: {why}"),
        ["set HONEYCOMB_API_ENDPOINT to `us`, `eu`, or an address such as https://api.honeycomb.io".to_owned()],
    )
}

/// Nobody answers there.
pub(super) fn unreachable(host: &str, why: &reqwest::Error) -> Remote {
    if why.is_timeout() && !why.is_connect() {
        return late_by(host);
    }
    remote(
        Trouble::Unreachable,
        format!("the connection to Honeycomb at {host} failed: {}", deepest(why)),
        ["check the network and HONEYCOMB_API_ENDPOINT".to_owned()],
    )
}

fn late_by(host: &str) -> Remote {
    remote(Trouble::Timeout, format!("Honeycomb at {host} did not answer in time"), ["wait longer with --timeout".to_owned()])
}

/// The answer ended before its end.
pub(super) fn cut(host: &str, why: &reqwest::Error) -> Remote {
    remote(
        Trouble::Unreachable,
        format!("the answer of Honeycomb at {host} ended before its end: {}", deepest(why)),
        ["try again; is there a proxy between?".to_owned()],
    )
}

/// The service wants to be asked elsewhere, where the key does not go.
pub(super) fn redirected(host: &str, to: Option<&str>) -> Remote {
    let to = to.map_or_else(|| "elsewhere".to_owned(), |to| format!("to {to}"));
    remote(
        Trouble::Broken,
        format!("Honeycomb at {host} sends us {to}, where the key does not go"),
        ["is HONEYCOMB_API_ENDPOINT right? Is there a proxy between that wants a login?".to_owned()],
    )
}

/// The answer makes no sense.
pub(super) fn broken(why: &str) -> Remote {
    remote(
        Trouble::Broken,
        format!("Honeycomb failed: {why}"),
        ["try again; https://status.honeycomb.io tells more".to_owned()],
    )
}

/// A whole question took too long.
pub(super) fn late(options: &Options, doing: &str) -> Remote {
    remote(
        Trouble::Timeout,
        format!("Honeycomb did not answer within {}{doing}", seconds(options.timeout)),
        ["wait longer with --timeout, or look at less time with --since".to_owned()],
    )
}

/// The next query result is to be had later than anybody waits for.
pub(super) fn no_budget(wait: Duration, left: Duration, options: &Options) -> Remote {
    let allowed = format!("Honeycomb allows {} query results in {}", options.rate.results, seconds(options.rate.per));
    let next = seconds(wait);
    if options.turn == Some(Duration::ZERO) {
        let hint = "`-b honeycomb` waits for its turn, and so does any --timeout; `-b local` does not ask at all".to_owned();
        return remote(Trouble::Throttled, format!("{allowed}: the next is to be had in {next}"), [hint]);
    }
    remote(
        Trouble::Throttled,
        format!("{allowed}: the next is to be had in {next}, and only {} are left to wait for it", seconds(left)),
        ["try again later, or wait longer with --timeout 2m".to_owned()],
    )
}

/// A refusal, by its kind. `what` was asked.
pub(super) fn refused(what: &str, refusal: &Refusal, options: &Options, auth: Option<&Auth>) -> Remote {
    let said = refusal.in_words();
    match refusal.status {
        401 => remote(
            Trouble::Credentials,
            format!("Honeycomb does not know the key in {}: {said}", options.key_origin),
            [
                format!(
                    "keys belong to one region: {} was asked; HONEYCOMB_API_ENDPOINT=eu asks the one in the EU, =us the one in the US",
                    options.endpoint
                ),
                make_a_key(),
            ],
        ),
        403 if auth.is_none() => remote(
            Trouble::Denied,
            format!("Honeycomb denies {what} to the key in {}: {said}", options.key_origin),
            [make_a_key()],
        ),
        403 | 402 => not_in_plan(what, refusal),
        404 => remote(Trouble::Question, format!("Honeycomb does not know {what}: {said}"), Vec::new()),
        429 => remote(
            Trouble::Throttled,
            format!("Honeycomb was asked too often, also after waiting and asking again: {said}"),
            ["something else uses the same key or team; try again in a minute".to_owned()],
        ),
        400 | 409 | 413 | 422 => {
            remote(Trouble::Question, format!("Honeycomb refuses {what}: {said}"), vec!["-vv shows what was asked".to_owned()])
        }
        _ => broken(&format!("{what}: {said}")),
    }
}

/// The key is right and may ask, and still it is refused.
pub(super) fn not_in_plan(what: &str, refusal: &Refusal) -> Remote {
    let said = refusal.in_words();
    remote(
        Trouble::Denied,
        format!("Honeycomb denies {what} ({said}): its Query Data API is for teams with the Enterprise plan only"),
        [without(), format!("{PLANS} says what is needed; the key itself has the permissions")],
    )
}

/// There is no such dataset.
pub(super) fn no_dataset(name: &str, near: Option<&str>, known: &[String]) -> Remote {
    let hint = match near {
        Some(near) => format!("did you mean `--dataset {near}`?"),
        None if known.is_empty() => "--dataset takes the name of a dataset as the console shows it, or its slug".to_owned(),
        None => format!("there are {}", some(known)),
    };
    remote(Trouble::Question, format!("Honeycomb has no dataset `{name}` in this environment"), [hint])
}

/// A query ran and failed, whatever was left out of it.
pub(super) fn failed(said: &str, tried: &str) -> Remote {
    remote(
        Trouble::Broken,
        format!("Honeycomb could not run the query: {said}{tried}"),
        ["look at less time with --since, or read fewer columns with --attributes none".to_owned()],
    )
}

fn some(names: &[String]) -> String {
    let shown: Vec<_> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > 8 { " and more" } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// For a message: `30 s`.
pub(super) fn seconds(length: Duration) -> String {
    if length < Duration::from_secs(1) {
        format!("{} ms", length.as_millis())
    } else {
        format!("{} s", length.as_millis().div_ceil(1000))
    }
}

fn deepest(error: &dyn Error) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}
