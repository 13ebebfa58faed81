//! Which errors that were recorded elsewhere belong to a trace, and what speaks for it.
//!
//! One that carries the trace's id does. One that names another trace does not, whatever else fits: it is told by that id. Of the
//! others, one is probable that happened at the time of a span that recorded an exception of its class, or that answered a request
//! for its path – or that has the trace's id in a local variable. Where both say of which environment they are, and it is not the
//! same, that is not enough: then the message has to be the same, too, for the two names are set in different places; where the user
//! has named the environment, nothing is. Nor is it where the error is of a request for a path that no server of the trace was asked for
//! then: a proxy may have changed that, but more often it was another request. Nothing else is claimed: at a busy time, another request
//! may have failed in the same way.

use std::collections::HashMap;

use crate::model::address::path_of;
use crate::model::error_report::{ErrorEvidence, ErrorReport, Occurrence, Sureness};
use crate::model::time::{Nanos, SECOND};
use crate::model::{Span, SpanKind, Time, Trace, TraceId};

/// By how much clocks, and times that are cut to seconds, may differ.
const TOLERANCE: Nanos = 2 * SECOND;
/// Where a path is written that was asked for, new and old.
const PATHS: [&str; 4] = ["url.path", "http.target", "url.full", "http.url"];
/// So many other traces are named.
const MOST_OTHERS: usize = 3;
/// A shorter name of an environment that begins a longer one means the same from so many letters on: `prod`, `production`.
const SHORTEST_NAME: usize = 3;

/// What belongs to a trace, and what nearly does.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Correlated {
    /// The certain ones first, then by time.
    pub reports: Vec<ErrorReport>,
    /// Other traces, of which errors would have been probable if they did not name them.
    pub others: Vec<TraceId>,
}

/// Sorts out what belongs to a trace. `environment` is what the user says that the application's is called, whatever its spans say.
pub fn correlate(trace: &Trace, occurrences: Vec<Occurrence>, environment: Option<&str>) -> Correlated {
    let spans = Spans::of(trace, environment);
    let mut found = Correlated::default();
    for occurrence in occurrences {
        if !occurrence.carries.is_empty() {
            let evidence = occurrence.carries.iter().cloned().map(ErrorEvidence::TraceId).collect();
            found.reports.push(ErrorReport { occurrence, item: None, sureness: Sureness::Certain, evidence });
            continue;
        }
        let evidence = spans.evidence(&occurrence);
        if evidence.is_empty() {
            continue;
        }
        if occurrence.others.is_empty() {
            found.reports.push(ErrorReport { occurrence, item: None, sureness: Sureness::Probable, evidence });
            continue;
        }
        for other in occurrence.others {
            if found.others.len() < MOST_OTHERS && !found.others.contains(&other) {
                found.others.push(other);
            }
        }
    }
    found.reports.sort_by_key(|report| (report.sureness, report.occurrence.time, report.occurrence.id));
    found
}

/// What errors are compared with.
struct Spans<'a> {
    trace: &'a Trace,
    /// By the class without its module, what was raised in which span, and with which message.
    raised: HashMap<&'a str, Vec<Raised<'a>>>,
    /// By the path, the spans of requests for it.
    requests: HashMap<&'a str, Vec<&'a Span>>,
    /// Whether a server says which path it was asked for, and not only by which route it went.
    served: bool,
    environments: Vec<&'a str>,
    /// Whether the user named it.
    named: bool,
}

struct Raised<'a> {
    span: &'a Span,
    /// Unknown where only the span says it.
    time: Time,
    message: Option<&'a str>,
}

impl<'a> Spans<'a> {
    fn of(trace: &'a Trace, environment: Option<&'a str>) -> Self {
        let mut raised: HashMap<_, Vec<_>> = HashMap::new();
        let mut requests: HashMap<_, Vec<_>> = HashMap::new();
        let mut served = false;
        let named = environment.is_some();
        let mut environments: Vec<_> = environment.into_iter().collect();
        for span in trace.spans() {
            for event in span.events.iter().filter(|event| event.name == "exception") {
                if let Some(class) = event.attributes.str("exception.type").map(bare).filter(|class| !class.is_empty()) {
                    let message = event.attributes.str("exception.message");
                    raised.entry(class).or_default().push(Raised { span, time: event.time, message });
                }
            }
            // The class of an exception, or a status: <https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/>.
            if let Some(class) = span.attributes.str("error.type").map(bare).filter(|class| !class.is_empty()) {
                raised.entry(class).or_default().push(Raised { span, time: Time::UNKNOWN, message: None });
            }
            let path = |key| span.attributes.str(key).map(path_of).filter(|path| path.starts_with('/'));
            let mut paths: Vec<_> = PATHS.into_iter().filter_map(path).collect();
            served |= span.kind == SpanKind::Server && !paths.is_empty();
            paths.extend(path("http.route"));
            paths.sort_unstable();
            paths.dedup();
            for path in paths {
                requests.entry(path).or_default().push(span);
            }
            for key in ["deployment.environment.name", "deployment.environment"] {
                if let Some(name) = span.resource.attributes.str(key).filter(|name| !named && !environments.contains(name)) {
                    environments.push(name);
                }
            }
        }
        Self { trace, raised, requests, served, environments, named }
    }

    /// What speaks for an error; nothing where it is not enough.
    fn evidence(&self, occurrence: &Occurrence) -> Vec<ErrorEvidence> {
        let environment = self.environments.iter().find(|name| is_same(name, &occurrence.environment));
        let other = self.environments.first().filter(|_| environment.is_none() && !occurrence.environment.is_empty());
        if other.is_some() && self.named {
            return Vec::new();
        }
        let mut evidence = Vec::new();
        let (mut at, mut elsewhere) = (None, None);
        if occurrence.in_locals && is_at(occurrence.time, self.trace_start(), self.trace_end()) {
            evidence.push(ErrorEvidence::Locals);
        }
        if let Some((class, raised)) = self.raised_as(occurrence) {
            evidence.push(ErrorEvidence::Class(class.to_owned()));
            if raised.message.is_some_and(|message| occurrence.exceptions.iter().any(|exception| exception.message == message))
            {
                evidence.push(ErrorEvidence::Message);
            }
            at = Some(raised.span);
        }
        if let Some(span) = self.asked_for(occurrence) {
            evidence.push(ErrorEvidence::Path(occurrence.path.clone()));
            at = at.or(Some(span));
        } else if self.served && !occurrence.path.is_empty() && !evidence.is_empty() {
            if !evidence.iter().any(|sign| matches!(sign, ErrorEvidence::Message | ErrorEvidence::Locals)) {
                return Vec::new();
            }
            elsewhere = Some(ErrorEvidence::OtherPath(occurrence.path.clone()));
        }
        if let Some(span) = at {
            evidence.push(ErrorEvidence::Time { span: span.name.clone(), failed: span.is_error() });
        }
        if let Some(name) = environment.filter(|_| !evidence.is_empty()) {
            evidence.push(ErrorEvidence::Environment((*name).to_owned()));
        }
        evidence.extend(elsewhere);
        match other {
            None => evidence,
            Some(_) if !evidence.contains(&ErrorEvidence::Message) => Vec::new(),
            Some(spans) => {
                let (error, spans) = (occurrence.environment.clone(), (*spans).to_owned());
                evidence.push(ErrorEvidence::OtherEnvironment { error, spans });
                evidence
            }
        }
    }

    /// The span in which an exception of that class was recorded, at that time; the one with the same message, if there is one.
    fn raised_as<'o>(&self, occurrence: &'o Occurrence) -> Option<(&'o str, &Raised<'a>)> {
        let mut best = None;
        for exception in occurrence.exceptions.iter().filter(|exception| !exception.class.is_empty()) {
            let raised = self.raised.get(bare(&exception.class)).map(Vec::as_slice).unwrap_or_default();
            for raised in raised.iter().filter(|raised| raised.is_at(occurrence.time)) {
                if raised.message == Some(exception.message.as_str()) {
                    return Some((exception.class.as_str(), raised));
                }
                best = best.or(Some((exception.class.as_str(), raised)));
            }
        }
        best
    }

    /// The span of a request for that path at that time; one that failed, if there is one.
    fn asked_for(&self, occurrence: &Occurrence) -> Option<&'a Span> {
        let spans = self.requests.get(occurrence.path.as_str()).map(Vec::as_slice).unwrap_or_default();
        let fits = |span: &&&Span| is_at(occurrence.time, span.start, span.end) && may_be_of(&occurrence.method, span);
        spans.iter().filter(fits).find(|span| span.is_error()).or_else(|| spans.iter().find(fits)).copied()
    }

    fn trace_start(&self) -> Time {
        self.trace.spans().iter().map(|span| span.start).filter(|start| !start.is_unknown()).min().unwrap_or(Time::UNKNOWN)
    }

    /// `None` while it is running.
    fn trace_end(&self) -> Option<Time> {
        self.trace.spans().iter().map(|span| span.end).reduce(|a, b| Some(a?.max(b?))).flatten()
    }
}

impl Raised<'_> {
    fn is_at(&self, time: Time) -> bool {
        if self.time.is_unknown() {
            is_at(time, self.span.start, self.span.end)
        } else {
            is_at(time, self.time, Some(self.time))
        }
    }
}

/// Whether a time that is cut to seconds lies between two others. Until when is not known of what is running.
fn is_at(time: Time, start: Time, end: Option<Time>) -> bool {
    !start.is_unknown()
        && time >= start.saturating_add(-TOLERANCE)
        && end.is_none_or(|end| time <= end.max(start).saturating_add(TOLERANCE))
}

/// Whether nothing speaks against a method.
fn may_be_of(method: &str, span: &Span) -> bool {
    let of_span = ["http.request.method", "http.method"].into_iter().find_map(|key| span.attributes.str(key));
    method.is_empty() || of_span.is_none_or(|of_span| of_span.eq_ignore_ascii_case(method))
}

/// A class without the module or namespace before it: `psycopg.errors.NotNullViolation`, `App\Error`, `app::Error`.
fn bare(class: &str) -> &str {
    class.rsplit(['.', ':', '\\']).next().unwrap_or(class)
}

/// Whether two names are of the same environment.
fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_ascii_lowercase(), other.to_ascii_lowercase());
    let (short, long) = if one.len() < other.len() { (&one, &other) } else { (&other, &one) };
    one == other || short.len() >= SHORTEST_NAME && long.starts_with(short.as_str())
}

#[cfg(test)]
mod tests;
