//! Rollbar: whether there is a token that reads.

use super::trouble::{self, unanswered};
use super::{Case, Finding, remedy};
use crate::backend::clock::Offset;
use crate::backend::rollbar::Options;
use crate::backend::{BackendError, Report, Rollbar, Trouble};
use crate::config::Unusable;
use crate::config::rollbar::{ACCESS_TOKEN, TOKEN_VARIABLE};
use crate::error::Failure;

/// What came of asking.
pub(super) enum Asked {
    /// There is no token.
    Nothing,
    /// There is one that cannot be used, or fetched.
    Unusable(String, Vec<String>),
    /// It was asked.
    Examined(Result<(), BackendError>, Option<Offset>),
}

/// Fetches the token, and asks.
pub(super) async fn ask(case: Case<'_>, report: Report) -> Asked {
    let settings = &case.settings().rollbar;
    if let Some(Unusable { message, hints }) = settings.unusable.clone() {
        return Asked::Unusable(message, hints);
    }
    let Some(key) = &settings.token else { return Asked::Nothing };
    let token = match key.fetch(case.settings().timeout).await {
        Ok(token) => token,
        Err(failure) => return unfetched(&failure),
    };
    let options = Options {
        token,
        token_origin: key.place().to_owned(),
        endpoint: settings.endpoint.clone(),
        bodies: false,
        timeout: case.settings().timeout,
        clock: case.context.clock,
        report,
    };
    let (asked, offset) = Rollbar::new(options).examine().await;
    Asked::Examined(asked, offset)
}

fn unfetched(failure: &Failure) -> Asked {
    let details = failure.causes().into_iter().chain(failure.hints().iter().cloned());
    Asked::Unusable(format!("the token cannot be had: {}", failure.message()), details.collect())
}

/// What that means.
pub(super) fn judge(asked: &Asked, case: Case<'_>) -> Vec<Finding> {
    let read = || remedy::read(TOKEN_VARIABLE);
    let settings = &case.settings().rollbar;
    let (asked, offset) = match asked {
        Asked::Nothing => return vec![no_token(case)],
        Asked::Unusable(what, details) => {
            return vec![found!("rollbar-token", "unusable", what).and(details.iter().cloned()).remedy(read())];
        }
        Asked::Examined(asked, offset) => (asked, offset),
    };
    let origin = case.origin(ACCESS_TOKEN);
    let place = settings.token.as_ref().map(|key| key.place().to_owned()).unwrap_or_default();
    let from = if origin.to_string() == place { place } else { format!("{place} ({origin})") };
    let mut findings = Vec::new();
    match asked {
        Ok(()) => {
            let environment = settings.environment.as_ref().map(|name| format!("; the application's environment is `{name}`"));
            findings.push(Finding::ok("rollbar-token", from + " reads" + &environment.unwrap_or_default()));
            let endpoint = format!("{} ({}) answers", settings.endpoint, case.origin("rollbar.endpoint"));
            findings.push(Finding::ok("rollbar", endpoint));
        }
        Err(BackendError::Remote(remote)) => findings.push(match remote.kind {
            Trouble::Credentials => {
                found!("rollbar-token", "refused", &remote.message).and(remote.hints.clone()).remedy(read())
            }
            Trouble::Denied => found!("rollbar-token", "only-sends", &remote.message).and(remote.hints.clone()).remedy(read()),
            _ => unanswered("rollbar", remote, None, case),
        }),
        Err(error) => findings.push(found!("rollbar", "broken", error.to_string())),
    }
    findings.extend(trouble::clock("rollbar-clock", *offset));
    findings
}

fn no_token(case: Case<'_>) -> Finding {
    let take = "each project has a token with the scope `read` in its Settings, under Project Access Tokens; the command takes it from \
                the next line that is typed";
    if let Some(nearby) = case.nearby(TOKEN_VARIABLE, |_| true) {
        let what = format!("{TOKEN_VARIABLE} is not set here; {}:{} sets it", nearby.file.display(), nearby.line);
        return found!("rollbar-token", "elsewhere", what).remedy(remedy::take(TOKEN_VARIABLE, &nearby));
    }
    if case.is_empty(TOKEN_VARIABLE) {
        let finding = found!("rollbar-token", "empty", format!("{TOKEN_VARIABLE} is set to nothing"));
        return finding.detail(take).remedy(remedy::read(TOKEN_VARIABLE));
    }
    let finding = found!("rollbar-token", "missing", format!("there is none: {TOKEN_VARIABLE} is not set"));
    let sends = "ROLLBAR_ACCESS_TOKEN is the application's, which sends errors and cannot read them";
    let finding = if case.settings().rollbar.can_send { finding.detail(sends) } else { finding };
    finding.detail(take).remedy(remedy::read(TOKEN_VARIABLE))
}
