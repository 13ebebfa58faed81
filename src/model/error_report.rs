//! What a service for errors has recorded while a trace ran, and how sure it is that it belongs to the trace.

use std::fmt;

use super::id::TraceId;
use super::time::{Time, TimeRange};

/// What is known of the errors that were recorded elsewhere.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Recorded {
    /// Nobody asked.
    #[default]
    NotAsked,
    /// It was asked, and there was no answer.
    Unknown,
    /// This was found.
    Found(Reports),
}

impl Recorded {
    /// What was found here and there, each occurrence once, by what is surer of it.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let (mut all, more) = match (self, other) {
            (Self::Found(all), Self::Found(more)) => (all, more),
            (Self::NotAsked, other) | (Self::Unknown, other @ Self::Found(_)) => return other,
            (this, _) => return this,
        };
        for report in more.reports {
            match all.reports.iter_mut().find(|known| known.occurrence.id == report.occurrence.id) {
                Some(known) if known.sureness > report.sureness => *known = report,
                Some(_) => {}
                None => all.reports.push(report),
            }
        }
        all.reports.sort_by_key(|report| (report.sureness, report.occurrence.time, report.occurrence.id));
        all.looked_at = all.looked_at.max(more.looked_at);
        all.window = all.window.and(more.window);
        Self::Found(all)
    }
}

/// What was found, and where it was looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Reports {
    /// Those that are certain first, then by item and time.
    pub reports: Vec<ErrorReport>,
    /// How many occurrences of that time were looked at.
    pub looked_at: usize,
    /// Which time was looked at.
    pub window: TimeRange,
}

/// One recorded error, and why it is told with the trace.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorReport {
    /// What was recorded.
    pub occurrence: Occurrence,
    /// What it is counted under; `None` where that is not known.
    pub item: Option<ErrorItem>,
    /// How sure it is that it belongs to the trace.
    pub sureness: Sureness,
    /// What speaks for it; never empty.
    pub evidence: Vec<ErrorEvidence>,
}

/// How sure it is that an error belongs to a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// It carries the trace's id.
    Certain,
    /// It fits, and may be of another request at the same time.
    Probable,
}

impl Sureness {
    /// In lower case, for machines too.
    pub fn name(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Probable => "probable",
        }
    }
}

/// What speaks for it that an error belongs to a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorEvidence {
    /// It carries the trace's id, at this place of what was recorded: `request.headers.Traceparent`.
    TraceId(String),
    /// The trace's id is in a local variable of a stack frame. That may be there for another reason.
    Locals,
    /// An exception of this class was recorded in a span, within two seconds.
    Class(String),
    /// With the same message.
    Message,
    /// A span answered, or made, a request for this path.
    Path(String),
    /// It happened within two seconds of this span, and whether the span failed.
    Time {
        /// The span's name.
        span: String,
        /// Whether it failed.
        failed: bool,
    },
    /// Both name this environment.
    Environment(String),
    /// This speaks against it: they name different ones.
    OtherEnvironment {
        /// Of the error.
        error: String,
        /// Of the spans.
        spans: String,
    },
    /// This speaks against it: no server of the trace was asked for this path.
    OtherPath(String),
}

impl ErrorEvidence {
    /// A word for machines, which does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TraceId(_) => "trace_id",
            Self::Locals => "locals",
            Self::Class(_) => "class",
            Self::Message => "message",
            Self::Path(_) => "path",
            Self::Time { .. } => "time",
            Self::Environment(_) => "environment",
            Self::OtherEnvironment { .. } => "other_environment",
            Self::OtherPath(_) => "other_path",
        }
    }
}

/// For people. Not escaped for any medium.
impl fmt::Display for ErrorEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TraceId(place) => write!(f, "the occurrence carries the trace id ({place})"),
            Self::Locals => f.write_str("a local variable of a stack frame holds the trace id"),
            Self::Class(class) => write!(f, "same class {class}"),
            Self::Message => f.write_str("same message"),
            Self::Path(path) => write!(f, "same path {path}"),
            Self::Time { span, failed: true } => write!(f, "at the time of the span `{span}`"),
            Self::Time { span, failed: false } => write!(f, "at the time of the span `{span}`, which did not fail"),
            Self::Environment(environment) => write!(f, "same environment {environment}"),
            Self::OtherEnvironment { error, spans } => {
                write!(f, "although its environment is {error}, and that of the spans {spans}")
            }
            Self::OtherPath(path) => write!(f, "although it is of a request for {path}, which no span served then"),
        }
    }
}

/// One time that an error happened. Text is as it was recorded, cut where it is longer than anybody reads.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Occurrence {
    /// The service's number for it.
    pub id: u64,
    /// The number of what it is counted under; not the one that people see.
    pub item: Option<u64>,
    /// Its own id; empty where it has none.
    pub uuid: String,
    /// When, to the second.
    pub time: Time,
    /// The exception, and behind it those that caused it. A message without an exception has no class.
    pub exceptions: Vec<Exception>,
    /// `error`, `warning`.
    pub level: String,
    /// `production`.
    pub environment: String,
    /// `flask`.
    pub framework: String,
    /// Which part of the application it comes from, in the application's words.
    pub context: String,
    /// The method of the request.
    pub method: String,
    /// The path of the request, without what follows the `?`.
    pub path: String,
    /// Where it can be looked at in a browser.
    pub link: String,
    /// Where the id of the trace stands that was asked about.
    pub carries: Vec<String>,
    /// Whether that id is in a local variable.
    pub in_locals: bool,
    /// Other traces, which its request's headers or its fields for trace ids name.
    pub others: Vec<TraceId>,
}

impl Occurrence {
    /// The class of the exception; empty for a message.
    pub fn class(&self) -> &str {
        self.exceptions.first().map_or("", |exception| exception.class.as_str())
    }

    /// What it says.
    pub fn message(&self) -> &str {
        self.exceptions.first().map_or("", |exception| exception.message.as_str())
    }
}

/// An exception, or a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exception {
    /// Its class, as its language writes it; empty for a message.
    pub class: String,
    /// What it says.
    pub message: String,
    /// The most recent call last. Only where bodies are asked for.
    pub frames: Vec<Frame>,
    /// How many frames were left out, at the beginning.
    pub left_out: usize,
}

/// A stack frame.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame {
    /// The file.
    pub file: String,
    /// The line in it, from 1.
    pub line: Option<u64>,
    /// The function.
    pub method: String,
    /// The line's text.
    pub code: String,
    /// Arguments and local variables with their values, which may be secrets.
    pub locals: Vec<(String, String)>,
    /// How many of these were left out.
    pub left_out: usize,
}

/// What like errors are counted under.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ErrorItem {
    /// The service's number for it.
    pub id: u64,
    /// The number that people see, which counts within a project.
    pub counter: Option<u64>,
    /// What it is called.
    pub title: String,
    /// `error`, `warning`.
    pub level: String,
    /// `active`, `resolved`, `muted`.
    pub status: String,
    /// When it happened first.
    pub first_seen: Time,
    /// When it happened last.
    pub last_seen: Time,
    /// How often it happened.
    pub total: Option<u64>,
}
