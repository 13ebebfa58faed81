//! A log line that belongs to a trace: `OpenTelemetry`'s log record, whatever it was read from, with how sure it is that it belongs there.

use super::id::{SpanId, Spelling};
use super::span::{Event, Span};
use super::time::{Nanos, Time};
use super::value::{Attributes, Value};

/// On an event that came as a log record: `log`
/// (<https://docs.honeycomb.io/send-data/opentelemetry/#opentelemetry-logs>).
pub const SIGNAL: &str = "meta.signal_type";

/// A group of log streams that may hold lines of a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogGroup {
    /// Its name.
    pub name: String,
    /// The service that writes there, where that is known.
    pub service: Option<String>,
    /// Why it is looked at.
    pub origin: GroupOrigin,
}

/// Why a log group is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupOrigin {
    /// The user named it.
    Named,
    /// The trace names it.
    Trace,
    /// It is called so where it follows a custom: as a service, or as a function of AWS Lambda. It need not be there.
    Custom,
}

/// A log line.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLine {
    /// When, as its sender says.
    pub time: Time,
    /// How exact that is, in nanoseconds.
    pub precision: Nanos,
    /// How bad, where that is said.
    pub severity: Option<Severity>,
    /// The same in the sender's words; empty where it has none.
    pub severity_text: String,
    /// What it says, as received.
    pub body: String,
    /// Where it was read: `cloudwatch-logs`, or the backends of the trace.
    pub source: String,
    /// Its log group.
    pub group: Option<String>,
    /// Its stream in the group.
    pub stream: Option<String>,
    /// Whose it is, where that is known.
    pub service: Option<String>,
    /// The span that it names.
    pub span: Option<SpanId>,
    /// Why it is taken for one of this trace.
    pub belongs: Belongs,
    /// What else it came with.
    pub attributes: Attributes,
}

/// Why a line is taken for one of a trace, surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belongs {
    /// It came with the trace, as what happened in one of its spans.
    Event,
    /// It holds the trace's id, in this spelling.
    TraceId(Spelling),
    /// It was written while the trace ran, and names the path that was asked for. Another request may have done so at that time.
    TimeAndPath,
    /// It was written by a service of the trace while that ran. Another request may have been served at that time.
    TimeAndService,
}

impl Belongs {
    /// Whether it says so itself. What does not may belong to another trace.
    pub fn is_sure(self) -> bool {
        matches!(self, Self::Event | Self::TraceId(_))
    }

    /// A word for programs, which does not change.
    pub fn code(self) -> &'static str {
        match self {
            Self::Event => "span_event",
            Self::TraceId(_) => "trace_id",
            Self::TimeAndPath => "time_and_path",
            Self::TimeAndService => "time_and_service",
        }
    }

    /// The evidence, for people.
    pub fn evidence(self) -> &'static str {
        match self {
            Self::Event => "it came with the trace",
            Self::TraceId(Spelling::XRay) => "it holds the trace id, as X-Ray writes it",
            Self::TraceId(Spelling::W3c | Spelling::Short) => "it holds the trace id",
            Self::TimeAndPath => "by time and path, not by trace id",
            Self::TimeAndService => "by time and service, not by trace id",
        }
    }
}

/// How bad it is: the six ranges of `OpenTelemetry`'s severity numbers
/// (<https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// 1 to 4.
    Trace,
    /// 5 to 8.
    Debug,
    /// 9 to 12.
    Info,
    /// 13 to 16.
    Warn,
    /// 17 to 20.
    Error,
    /// 21 to 24.
    Fatal,
}

impl Severity {
    /// From a word that senders use for it, in any case: also those of Python, Java, syslog and AWS Lambda.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "trace" | "finest" | "finer" => Self::Trace,
            "debug" | "fine" => Self::Debug,
            "info" | "information" | "notice" => Self::Info,
            "warn" | "warning" => Self::Warn,
            "error" | "err" | "severe" => Self::Error,
            "fatal" | "critical" | "crit" | "alert" | "emergency" | "emerg" | "panic" => Self::Fatal,
            _ => return None,
        })
    }

    /// Lower case.
    pub fn word(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}

impl LogLine {
    /// An event of a span that came as a log record; `None` for any other event. `source` says where the trace was read, `precision` how
    /// exact its times are.
    pub fn of_event(event: &Event, span: &Span, source: &str, precision: Nanos) -> Option<Self> {
        if event.attributes.str(SIGNAL) != Some("log") {
            return None;
        }
        let words = |key: &str| event.attributes.get(key).map(Value::to_string);
        let severity_text = words("severity_text").unwrap_or_default();
        let severity = words("severity").as_deref().and_then(Severity::from_word);
        let body = words("body");
        let own = |key: &str| matches!(key, SIGNAL | "body" | "severity" | "severity_text");
        let rest = event.attributes.iter().filter(|(key, _)| !own(key));
        let mut attributes: Attributes = rest.map(|(key, value)| (key, value.clone())).collect();
        let named = body.is_some() && ![severity_text.as_str(), ""].contains(&event.name.as_str());
        if named && severity.is_none_or(|severity| severity.word() != event.name) {
            attributes.push("event.name", event.name.as_str());
        }
        Some(Self {
            time: event.time,
            precision,
            severity: severity.or_else(|| Severity::from_word(&severity_text)),
            severity_text,
            // A record without a body is told by its name.
            body: body.unwrap_or_else(|| event.name.clone()),
            source: source.to_owned(),
            group: None,
            stream: None,
            service: Some(span.service().to_owned()).filter(|name| !name.is_empty()),
            span: Some(span.id.clone()),
            belongs: Belongs::Event,
            attributes,
        })
    }

    /// Its severity as it is shown: lower case, or the sender's own word; empty where nothing is known.
    pub fn severity_word(&self) -> &str {
        match self.severity {
            Some(severity) => severity.word(),
            None => &self.severity_text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_many_senders_are_six() {
        for (word, severity) in [
            ("WARNING", Severity::Warn),
            ("Information", Severity::Info),
            ("CRITICAL", Severity::Fatal),
            ("SEVERE", Severity::Error),
            ("fine", Severity::Debug),
        ] {
            assert_eq!(Severity::from_word(word), Some(severity), "{word}");
        }
        for word in ["", "errors", "200", "infox"] {
            assert_eq!(Severity::from_word(word), None, "{word}");
        }
        let all = [Severity::Trace, Severity::Debug, Severity::Info, Severity::Warn, Severity::Error, Severity::Fatal];
        assert!(all.iter().all(|severity| Severity::from_word(severity.word()) == Some(*severity)));
    }

    #[test]
    fn an_event_is_a_line_only_if_it_came_as_a_log_record() {
        let attributes: Attributes =
            [("meta.signal_type", "log"), ("body", "no such user"), ("severity", "warn"), ("logger", "app")]
                .into_iter()
                .collect();
        let event = Event { name: "WARNING".to_owned(), time: Time(7), attributes, dropped_attributes: 0 };
        let line = LogLine::of_event(&event, &Span::default(), "local", 1).unwrap();
        assert_eq!(
            (line.body.as_str(), line.severity, line.attributes.str("logger")),
            ("no such user", Some(Severity::Warn), Some("app"))
        );
        assert_eq!((line.attributes.get("body"), line.time), (None, Time(7)));
        let other = Event { attributes: [("meta.signal_type", "trace")].into_iter().collect(), ..event };
        assert_eq!(LogLine::of_event(&other, &Span::default(), "local", 1), None);
    }
}
