//! Why Rollbar did not answer, and what to do about it.

use std::error::Error;
use std::fmt;

use super::super::{Remote, Trouble};
use super::Options;
use super::refusal::Refusal;
use crate::wire::rollbar::Odd;

fn remote(kind: Trouble, message: impl Into<String>, hints: impl IntoIterator<Item = String>) -> Remote {
    Remote { kind, message: message.into(), hints: hints.into_iter().collect() }
}

/// How to come by a token that reads: <https://docs.rollbar.com/reference/getting-started-1>.
fn take_a_token() -> String {
    "each project has a token with the scope `read` in its Settings, under Project Access Tokens; set ROLLBAR_READ_TOKEN to it, or \
     name a file that holds it with `rollbar.access_token_file`"
        .to_owned()
}

/// There is no token. `sends` says whether the one is there that applications send with.
pub fn no_token(sends: bool) -> Remote {
    let sends = sends.then(|| {
        "the token in ROLLBAR_ACCESS_TOKEN is the application's, which sends errors and cannot read them: it is not used"
            .to_owned()
    });
    remote(Trouble::Unconfigured, "there is no token that reads from Rollbar", [take_a_token()].into_iter().chain(sends))
}

/// The token cannot be sent at all.
pub(super) fn no_header() -> Remote {
    remote(Trouble::Credentials, "the Rollbar token has characters that no token has", [take_a_token()])
}

/// The address makes no sense.
pub(super) fn address(endpoint: &str, why: &impl fmt::Display) -> Remote {
    let hint = "`rollbar.endpoint` is an address such as https://api.rollbar.com".to_owned();
    remote(Trouble::Question, format!("`{endpoint}` is no address: {why}"), [hint])
}

/// Nobody answers there.
pub(super) fn unreachable(host: &str, why: &reqwest::Error) -> Remote {
    remote(
        Trouble::Unreachable,
        format!("the connection to Rollbar at {host} failed: {}", deepest(why)),
        ["check the network and `rollbar.endpoint`".to_owned()],
    )
}

/// The answer ended before its end.
pub(super) fn cut(host: &str, why: &reqwest::Error) -> Remote {
    remote(
        Trouble::Unreachable,
        format!("the answer of Rollbar at {host} ended before its end: {}", deepest(why)),
        ["try again; is there a proxy between?".to_owned()],
    )
}

/// The service wants to be asked elsewhere, where the token does not go.
pub(super) fn redirected(host: &str, to: Option<&str>) -> Remote {
    // An address that the service makes may hold the token itself.
    let to = to.map(|to| to.split(['?', '#']).next().unwrap_or_default());
    let to = to.map_or_else(|| "elsewhere".to_owned(), |to| format!("to {to}"));
    remote(
        Trouble::Broken,
        format!("Rollbar at {host} sends us {to}, where the token does not go"),
        ["is `rollbar.endpoint` right? Is there a proxy between that wants a login?".to_owned()],
    )
}

/// The answer makes no sense.
pub(super) fn broken(why: &str) -> Remote {
    remote(Trouble::Broken, format!("Rollbar failed: {why}"), ["try again; https://status.rollbar.com tells more".to_owned()])
}

/// The body of an answer is none.
pub(super) fn odd(what: &str, odd: &Odd, options: &Options) -> Remote {
    match odd {
        Odd::Malformed(_) => remote(
            Trouble::Broken,
            format!("what Rollbar answers for {what} makes no sense: {odd}"),
            [format!("is {} Rollbar's API? Is there a proxy between that wants a login?", options.endpoint)],
        ),
        Odd::Refused(said) => broken(&format!("{what}: {said}")),
    }
}

/// A whole question took too long.
pub(super) fn late(options: &Options) -> Remote {
    remote(
        Trouble::Timeout,
        format!("Rollbar did not answer within {} s", options.timeout.as_millis().div_ceil(1000)),
        ["wait longer with --timeout".to_owned()],
    )
}

/// There are no more requests for now: <https://docs.rollbar.com/docs/rate-limits>.
pub(super) fn throttled(refusal: &Refusal, options: &Options) -> Remote {
    let again = match refusal.wait {
        Some(wait) => {
            format!("try again in {} s, or wait for it with --timeout {}s", wait.as_secs().max(1), wait.as_secs() + 30)
        }
        None => "try again in a minute".to_owned(),
    };
    remote(
        Trouble::Throttled,
        format!("Rollbar takes no more requests with the token in {} for now: {}", options.token_origin, refusal.in_words()),
        [again, "the limit of a token is set in the project's Settings, under Project Access Tokens".to_owned()],
    )
}

/// A refusal, by its kind. `what` was asked.
pub(super) fn refused(what: &str, refusal: &Refusal, options: &Options) -> Remote {
    let (said, origin) = (refusal.in_words(), &options.token_origin);
    match refusal.status {
        401 => remote(
            Trouble::Credentials,
            format!("Rollbar does not know the token in {origin}: {said}"),
            [take_a_token(), "an account's token is not a project's".to_owned()],
        ),
        403 => remote(
            Trouble::Denied,
            format!("Rollbar does not let the token in {origin} read: {said}"),
            ["a token that applications send with (`post_server_item`) can only send".to_owned(), take_a_token()],
        ),
        404 => remote(
            Trouble::Question,
            format!("Rollbar has no `{what}`: {said}"),
            [format!("is {} Rollbar's API?", options.endpoint)],
        ),
        _ => broken(&format!("{what}: {said}")),
    }
}

fn deepest(error: &dyn Error) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}
