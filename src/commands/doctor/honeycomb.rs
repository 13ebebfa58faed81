//! Honeycomb: whose key there is, what it may do, and whether there is something that could be asked.

use super::super::ask;
use super::trouble::{self, unanswered};
use super::{Case, Finding, remedy};
use crate::backend::honeycomb::{Announce, Auth, Datasets, Examined};
use crate::backend::{BackendError, Honeycomb, Remote, Report, Trouble};
use crate::cli::honeycomb::Attributes;
use crate::cli::value::BackendArg;
use crate::config::honeycomb::{API_KEY, KEY_VARIABLE};
use crate::config::nearby::Nearby;
use crate::config::{Origin, Unusable};
use crate::error::Failure;
use crate::secret::{KeyKind, Secret};

/// What Honeycomb calls the permissions that reading needs.
const RUN: &str = "Run Queries";
const MANAGE: &str = "Manage Queries and Columns";

/// What came of asking.
pub(super) enum Asked {
    /// There is no key.
    Nothing,
    /// There is one, or an address, that cannot be used.
    Unusable,
    /// The key cannot be fetched.
    Unfetched(Failure),
    /// It was asked; with the key, for a test span.
    Examined { honeycomb: Box<Honeycomb>, key: Secret, outcome: Box<Result<Examined, BackendError>> },
}

impl Asked {
    /// What can send and read a test span.
    pub(super) fn into_ready(self) -> Option<(Box<Honeycomb>, Secret)> {
        match self {
            Self::Examined { honeycomb, key, .. } => Some((honeycomb, key)),
            Self::Nothing | Self::Unusable | Self::Unfetched(_) => None,
        }
    }
}

/// Fetches the key, and asks.
pub(super) async fn ask(case: Case<'_>, speak: (Report, Announce)) -> Asked {
    let settings = &case.settings().honeycomb;
    if settings.unusable.is_some() {
        return Asked::Unusable;
    }
    let Some(key) = &settings.key else { return Asked::Nothing };
    let secret = match key.fetch(case.settings().timeout).await {
        Ok(secret) => secret,
        Err(failure) => return Asked::Unfetched(failure),
    };
    let options = ask::honeycomb_options_of(secret.clone(), key.place(), (true, Attributes::None), case.context, speak);
    let honeycomb = Box::new(Honeycomb::new(options));
    let outcome = Box::new(honeycomb.examine().await);
    Asked::Examined { honeycomb, key: secret, outcome }
}

/// What that means. `kept_here` says whether a receiver is running that sends on to Honeycomb what it keeps.
pub(super) fn judge(asked: &Asked, kept_here: bool, case: Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    match asked {
        Asked::Nothing => findings.push(no_key(case)),
        Asked::Unusable => findings.extend(unusable(case)),
        Asked::Unfetched(failure) => {
            let what = format!("the key cannot be had: {}", failure.message());
            let details = failure.causes().into_iter().chain(failure.hints().iter().cloned());
            findings.push(found!("honeycomb-key", "unusable", what).and(details).remedy(remedy::read(KEY_VARIABLE)));
        }
        Asked::Examined { outcome, .. } => match &**outcome {
            Ok(examined) => judge_examined(examined, kept_here, case, &mut findings),
            Err(BackendError::Remote(remote)) => findings.push(unanswered("honeycomb", remote, Some("honeycomb"), case)),
            Err(error) => findings.push(found!("honeycomb", "broken", error.to_string())),
        },
    }
    findings
}

/// Where to make a key that reads, in words: only the console makes keys.
fn make_a_key() -> String {
    format!(
        "a configuration key is made in the environment's settings, under API Keys, with the permissions \"{RUN}\" and \"{MANAGE}\"; \
         the command takes it from the next line that is typed"
    )
}

/// The file that would set the key, to one that may read as far as its looks tell: applications have keys that only send.
fn nearby(case: Case<'_>) -> Option<Nearby> {
    case.nearby(KEY_VARIABLE, |value| KeyKind::of(value).may_read())
}

fn no_key(case: Case<'_>) -> Finding {
    if let Some(nearby) = nearby(case) {
        let what = format!("{KEY_VARIABLE} is not set here; {}:{} sets it", nearby.file.display(), nearby.line);
        let why = "a shell that has read that file has it, and this one has not";
        return found!("honeycomb-key", "elsewhere", what).detail(why).remedy(remedy::take(KEY_VARIABLE, &nearby));
    }
    if case.is_empty(KEY_VARIABLE) {
        let finding = found!("honeycomb-key", "empty", format!("{KEY_VARIABLE} is set to nothing"));
        return finding.detail(make_a_key()).remedy(remedy::read(KEY_VARIABLE));
    }
    let finding = found!("honeycomb-key", "missing", format!("there is none: {KEY_VARIABLE} is not set"));
    let finding = finding.detail(make_a_key()).problem_if(case.wanted.is_named(&BackendArg::Honeycomb));
    finding.remedy(remedy::read(KEY_VARIABLE))
}

/// What the environment says that cannot be used: a key, or an address.
fn unusable(case: Case<'_>) -> Option<Finding> {
    let Unusable { message, hints } = case.settings().honeycomb.unusable.as_ref()?;
    let hints = hints.iter().cloned();
    Some(if case.told(API_KEY) == Some("(not usable)") {
        found!("honeycomb-key", "unusable", message).and(hints).remedy(remedy::read(KEY_VARIABLE))
    } else {
        let origin = case.origin("honeycomb.endpoint");
        found!("honeycomb-endpoint", "unusable", message).and(hints).remedy(remedy::forget(&origin))
    })
}

fn judge_examined(examined: &Examined, kept_here: bool, case: Case<'_>, findings: &mut Vec<Finding>) {
    let origin = case.origin(API_KEY);
    let settings = &case.settings().honeycomb;
    let place = settings.key.as_ref().map(|key| key.place().to_owned()).unwrap_or_default();
    let from = if origin.to_string() == place { place.clone() } else { format!("{place} ({origin})") };
    let endpoint = format!("{} ({})", settings.endpoint, case.origin("honeycomb.endpoint"));
    let auth = match &examined.auth {
        None => {
            findings.push(wrong_kind(&examined.kind.to_string(), &from, case));
            return;
        }
        Some(Err(remote)) if matches!(remote.kind, Trouble::Credentials | Trouble::Denied) => {
            let finding = found!("honeycomb-key", "refused", &remote.message).and(remote.hints.iter().cloned());
            findings.push(finding.remedy(remedy::read(KEY_VARIABLE)));
            findings.extend(trouble::clock("honeycomb-clock", examined.clock));
            return;
        }
        Some(Err(remote)) => {
            findings.push(Finding::ok("honeycomb-key", from));
            findings.push(unanswered("honeycomb", remote, Some("honeycomb"), case));
            return;
        }
        Some(Ok(auth)) => auth,
    };
    if auth.kind == "ingest" {
        findings.push(wrong_kind(&KeyKind::Ingest.to_string(), &from, case));
    } else {
        findings.push(Finding::ok("honeycomb-key", format!("{from}: a {}", examined.kind)));
    }
    let whose = auth.place().unwrap_or_else(|| "a team that it does not name".to_owned());
    findings.push(Finding::ok("honeycomb", format!("{endpoint} answers in {} ms: {whose}", examined.took)));
    findings.extend(trouble::clock("honeycomb-clock", examined.clock));
    if auth.kind != "ingest" {
        findings.push(permissions(auth, &place));
    }
    match &examined.dataset {
        None => {}
        Some(Ok(datasets)) => findings.push(dataset(datasets, case)),
        Some(Err(remote)) => findings.push(unanswered("honeycomb", remote, Some("honeycomb"), case)),
    }
    match &examined.query {
        None => {}
        Some(Ok(())) => findings.push(Finding::ok("honeycomb-plan", "queries are taken")),
        Some(Err(remote)) if remote.kind == Trouble::Denied => findings.push(plan(remote, kept_here, case)),
        Some(Err(remote)) => findings.push(unanswered("honeycomb", remote, Some("honeycomb"), case)),
    }
}

fn wrong_kind(kind: &str, from: &str, case: Case<'_>) -> Finding {
    let article = if kind.starts_with('i') { "an" } else { "a" };
    let finding = found!("honeycomb-key", "wrong-kind", format!("{from} holds {article} {kind}, which cannot read"));
    let senders = format!("what sends can go on with it in OTEL_EXPORTER_OTLP_HEADERS; {KEY_VARIABLE} is for what reads");
    if let Some(nearby) = nearby(case) {
        let sets = format!("{}:{} sets {KEY_VARIABLE}, which this shell has not read", nearby.file.display(), nearby.line);
        return finding.detail(sets).remedy(remedy::take(KEY_VARIABLE, &nearby));
    }
    finding.detail(senders).detail(make_a_key()).remedy(remedy::read(KEY_VARIABLE))
}

fn permissions(auth: &Auth, place: &str) -> Finding {
    let has = [(auth.access.queries, RUN), (auth.access.columns, MANAGE)];
    let lacking: Vec<_> = has.iter().filter(|(has, _)| !has).map(|(_, name)| format!("\"{name}\"")).collect();
    if lacking.is_empty() {
        return Finding::ok("honeycomb-permissions", format!("\"{RUN}\", \"{MANAGE}\""));
    }
    let what = format!("the key in {place} lacks {}", lacking.join(" and "));
    let edit = "the key is edited, or another made, in the environment's settings, under API Keys; the command takes another from the \
                next line that is typed";
    found!("honeycomb-permissions", "lacking", what).detail(edit).remedy(remedy::read(KEY_VARIABLE))
}

fn dataset(datasets: &Datasets, case: Case<'_>) -> Finding {
    let origin = case.origin("honeycomb.dataset");
    let Datasets { known, is_there, near } = datasets;
    let some: Vec<_> = known.iter().take(8).map(|name| format!("`{name}`")).collect();
    let there = if some.is_empty() { Vec::new() } else { vec![format!("there are {}", some.join(", "))] };
    match (&case.settings().honeycomb.dataset, is_there) {
        (Some(name), true) => Finding::ok("honeycomb-dataset", format!("{name} ({origin})")),
        (None, true) => Finding::ok("honeycomb-dataset", "all of the environment"),
        (None, false) => {
            let what = "a Classic environment is asked about one dataset, and none is named";
            let first = known.first().and_then(|name| remedy::export("HONEYCOMB_DATASET", name));
            found!("honeycomb-dataset", "unnamed", what).and(there).remedy(first)
        }
        (Some(name), false) => {
            let what = format!("there is no dataset `{name}` ({origin})");
            // A variable of ours wins over all but an option.
            let instead = near.as_ref().filter(|_| !matches!(origin, Origin::Flag(_)));
            let instead = instead.and_then(|near| remedy::export("CRUDDUR_TRACE_HONEYCOMB_DATASET", near));
            found!("honeycomb-dataset", "unknown", what).and(there).remedy(instead.or_else(|| remedy::forget(&origin)))
        }
    }
}

/// Only Enterprise plans have the API to ask: <https://docs.honeycomb.io/api/query-data/>.
fn plan(remote: &Remote, kept_here: bool, case: Case<'_>) -> Finding {
    if kept_here {
        let what =
            "the plan does not include queries; a receiver keeps here what it sends on to Honeycomb, and `-b local` asks that";
        return found!("honeycomb-plan", "kept-here", what);
    }
    let what = "the team's plan does not include the Query Data API, which Enterprise plans have";
    let instead = "without it, a receiver can keep on this machine what it sends on to Honeycomb: applications send to it then";
    let finding = found!("honeycomb-plan", "excludes-queries", what).detail(&remote.message).detail(instead);
    finding.remedy(case.ours.command("collect --forward honeycomb"))
}
