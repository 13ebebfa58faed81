//! One span that is marked as a test, sent where applications send theirs, and read back by its trace's id.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use tokio::time::{Instant, timeout_at};

use super::super::random;
use super::{Case, Finding, Receivers, remedy};
use crate::backend::{Backend, BackendError, Honeycomb, Local};
use crate::cli::doctor::TestSpan;
use crate::collect::forward::{Once, send_once};
use crate::config::honeycomb::KEY_VARIABLE;
use crate::model::time::MILLISECOND;
use crate::model::{Attributes, Resource, Span, SpanId, SpanKind, Status, StatusCode, TraceId};
use crate::secret::Secret;
use crate::wire::otlp;

/// What the span is called.
const NAME: &str = "cruddur-trace doctor: a test span";
/// Whose it is; in Honeycomb, the dataset in which it is.
const SERVICE: &str = "cruddur-trace";
/// What marks it.
const MARK: &str = "cruddur_trace.test_span";
/// Before it is asked for the second time; doubled for each further one.
const FIRST_WAIT: Duration = Duration::from_millis(50);
/// Each answer of Honeycomb's counts.
const FIRST_WAIT_OF_QUERY: Duration = Duration::from_secs(2);

/// Where it goes, and with what.
struct Target {
    name: String,
    url: Url,
    headers: Vec<(String, Secret)>,
    trusted: Option<Vec<u8>>,
}

/// Sends one, and reads it back, within the time that a backend has.
pub(super) async fn send(
    to: TestSpan,
    receivers: &Receivers,
    honeycomb: Option<(Box<Honeycomb>, Secret)>,
    case: Case<'_>,
) -> Finding {
    let target = match to {
        TestSpan::Receiver => receiver(receivers, case).await,
        TestSpan::Honeycomb => honeycomb.as_ref().map_or_else(|| Err(no_key()), |(_, key)| of_honeycomb(key, case)),
    };
    let target = match target {
        Ok(target) => target,
        Err(finding) => return finding,
    };
    let deadline = Instant::now() + case.settings().timeout;
    let begun = Instant::now();
    let (id, span) = span(case);
    let (body, _) = otlp::encode([(&id, &span)]);
    let sent = send_once(&target.url, &target.headers, target.trusted.as_deref(), &body, case.context.clock);
    match timeout_at(deadline, sent).await {
        Ok(Ok(Once::Taken)) => {}
        Ok(Ok(Once::Refused(why))) => return refused(&target.name, &why, to),
        Ok(Err(error)) => return refused(&target.name, &error.to_string(), to),
        Ok(Ok(Once::Unanswered(why))) => return unanswered(&target.name, &why, to, case),
        Err(_) => return unanswered(&target.name, "it did not answer in time", to, case),
    }
    let (wait, reading) = match honeycomb.filter(|_| to == TestSpan::Honeycomb) {
        Some((honeycomb, _)) => (FIRST_WAIT_OF_QUERY, Reader::Honeycomb(honeycomb)),
        None => (FIRST_WAIT, Reader::Local),
    };
    match reading.until(&id, wait, deadline, case).await {
        Ok(true) => {
            let took = begun.elapsed().as_millis();
            Finding::ok("test-span", format!("{id} went to {} and came back within {took} ms", target.name))
        }
        Ok(false) => not_found(&target.name, &id, "it was not there in time", to, case),
        Err(error) => not_found(&target.name, &id, &error.to_string(), to, case),
    }
}

/// From where it is read back.
enum Reader {
    Local,
    Honeycomb(Box<Honeycomb>),
}

impl Reader {
    /// Asks for it again and again; whether it came.
    async fn until(&self, id: &TraceId, first: Duration, deadline: Instant, case: Case<'_>) -> Result<bool, BackendError> {
        let mut wait = first;
        loop {
            match timeout_at(deadline, self.has(id, case)).await {
                Ok(Ok(true)) => return Ok(true),
                Ok(Ok(false)) if Instant::now() + wait < deadline => tokio::time::sleep(wait).await,
                Ok(Ok(false)) | Err(_) => return Ok(false),
                Ok(Err(error)) => return Err(error),
            }
            wait *= 2;
        }
    }

    async fn has(&self, id: &TraceId, case: Case<'_>) -> Result<bool, BackendError> {
        Ok(match self {
            Self::Local => Local::open(&case.settings().store, case.settings().timeout)?.fetch(id).await?.is_some(),
            Self::Honeycomb(honeycomb) => honeycomb.fetch(id).await?.is_some(),
        })
    }
}

/// A millisecond long, and over.
fn span(case: Case<'_>) -> (TraceId, Span) {
    let end = (case.context.clock)();
    let mut attributes = Attributes::new();
    attributes.push(MARK, true);
    let span = Span {
        id: SpanId::from_bytes(random::<8>()),
        name: NAME.to_owned(),
        kind: SpanKind::Internal,
        start: end.saturating_add(-MILLISECOND),
        end: Some(end),
        resource: Arc::new(Resource::of_service(SERVICE)),
        attributes,
        status: Status { code: StatusCode::Ok, message: String::new() },
        flags: 1,
        ..Span::default()
    };
    (TraceId::from_bytes(random::<16>()), span)
}

/// The receiver that is running, where it takes OTLP/HTTP.
async fn receiver(receivers: &Receivers, case: Case<'_>) -> Result<Target, Finding> {
    let guard = &case.settings().collect.guard;
    let address = receivers.running().find_map(|status| status.listening.otlp_http);
    let Some(address) = address else {
        let finding = found!("test-span", "no-receiver", "no receiver that takes OTLP/HTTP is running for this store");
        return Err(finding.remedy(case.ours.command("collect")));
    };
    // One that listens everywhere is asked on this machine.
    let ip = if address.ip().is_unspecified() { std::net::IpAddr::from([127, 0, 0, 1]) } else { address.ip() };
    let address = std::net::SocketAddr::new(ip, address.port());
    let name = format!("the receiver on {address}");
    let broken = |why: String| refused(&name, &why, TestSpan::Receiver);
    let mut headers = Vec::new();
    if let Some(key) = &guard.token {
        let token = key.fetch(case.settings().timeout).await.map_err(|failure| broken(failure.message()))?;
        headers.push(("authorization".to_owned(), Secret::new(format!("Bearer {}", token.expose()))));
    }
    let (scheme, trusted) = match &guard.tls {
        Some((certificate, _)) => {
            let pem = std::fs::read(certificate).map_err(|error| broken(format!("{}: {error}", certificate.display())))?;
            ("https", Some(pem))
        }
        None => ("http", None),
    };
    let url = format!("{scheme}://{address}").parse().map_err(|error| broken(format!("{error}")))?;
    Ok(Target { name, url, headers, trusted })
}

/// Honeycomb's door for OTLP: <https://docs.honeycomb.io/send-data/opentelemetry/>.
fn of_honeycomb(key: &Secret, case: Case<'_>) -> Result<Target, Finding> {
    let settings = &case.settings().honeycomb;
    let mut headers = vec![("x-honeycomb-team".to_owned(), key.clone())];
    // Classic environments need it; others go by the service's name.
    if let Some(dataset) = &settings.dataset {
        headers.push(("x-honeycomb-dataset".to_owned(), Secret::new(dataset)));
    }
    let name = format!("Honeycomb at {}", settings.endpoint);
    let url = settings.endpoint.parse().map_err(|error| refused(&name, &format!("{error}"), TestSpan::Honeycomb))?;
    Ok(Target { name, url, headers, trusted: None })
}

fn no_key() -> Finding {
    let what = "there is no key with which Honeycomb can be asked";
    found!("test-span", "no-key", what).remedy(remedy::read(KEY_VARIABLE))
}

fn refused(name: &str, why: &str, to: TestSpan) -> Finding {
    let finding = found!("test-span", "refused", format!("{name} did not take it: {why}"));
    match to {
        TestSpan::Honeycomb => {
            let needs = "the key needs the permission \"Send Events\", and the first span of a service \"Create Datasets\"";
            finding.detail(needs).remedy(remedy::read(KEY_VARIABLE))
        }
        TestSpan::Receiver => finding.detail("a token is in CRUDDUR_TRACE_COLLECT_TOKEN, or where `collect.token_file` says"),
    }
}

fn unanswered(name: &str, why: &str, to: TestSpan, case: Case<'_>) -> Finding {
    found!("test-span", "unanswered", format!("{name} said nothing of it: {why}")).remedy(again(to, case))
}

fn not_found(name: &str, id: &TraceId, why: &str, to: TestSpan, case: Case<'_>) -> Finding {
    let what = format!("{name} took {id}, and it was not to be found: {why}");
    found!("test-span", "not-found", what).remedy(again(to, case))
}

/// Once more, with more time.
fn again(to: TestSpan, case: Case<'_>) -> Option<String> {
    let to = match to {
        TestSpan::Receiver => "receiver",
        TestSpan::Honeycomb => "honeycomb",
    };
    case.ours.command(&format!("doctor --test-span {to} {}", case.longer()))
}
