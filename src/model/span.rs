//! A span and its parts, as OTLP has them: nothing that OTLP can carry is lost on the way through these types.

use std::sync::Arc;

use super::id::SpanId;
use super::stitch::SeenBy;
use super::time::{Nanos, Time};
use super::value::{Attributes, Value};

/// One operation within a trace.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Span {
    /// Unique within the trace, unless the sender got it wrong.
    pub id: SpanId,
    /// The span that this one was started by; it need not have arrived.
    pub parent: Option<SpanId>,
    /// The operation's name.
    pub name: String,
    /// Its role in a call.
    pub kind: SpanKind,
    /// When it began.
    pub start: Time,
    /// When it ended; `None` while it is still running. May be before `start`: shown as received, and flagged.
    pub end: Option<Time>,
    /// How it ended.
    pub status: Status,
    /// Its attributes.
    pub attributes: Attributes,
    /// What happened meanwhile.
    pub events: Vec<Event>,
    /// Other spans that it names, usually of other traces.
    pub links: Vec<Link>,
    /// What sent it. Shared by all spans of one resource.
    pub resource: Arc<Resource>,
    /// The instrumentation library. Shared by all its spans.
    pub scope: Arc<Scope>,
    /// W3C `tracestate`, as received.
    pub trace_state: String,
    /// W3C trace flags and OTLP's `is_remote` bits.
    pub flags: u32,
    /// How many attributes the sender discarded.
    pub dropped_attributes: u32,
    /// How many events the sender discarded.
    pub dropped_events: u32,
    /// How many links the sender discarded.
    pub dropped_links: u32,
    /// Which of its trace's origins have it, where there are several.
    pub seen_by: SeenBy,
}

impl Span {
    /// End minus start, negative where the sender said so; `None` while it is running.
    pub fn duration(&self) -> Option<Nanos> {
        self.end.map(|end| end.since(self.start))
    }

    /// `service.name` of the resource; empty where there is none.
    pub fn service(&self) -> &str {
        self.resource.service()
    }

    /// Whether X-Ray has inferred it from the span that it names as its parent: [`super::segments`].
    pub fn is_inferred(&self) -> bool {
        self.attributes.get(super::segments::INFERRED) == Some(&Value::Bool(true))
    }

    /// Whether its status says that it failed.
    pub fn is_error(&self) -> bool {
        self.status.code == StatusCode::Error
    }
}

/// A span's role in a call. OTLP's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum SpanKind {
    /// Not said (0).
    #[default]
    Unspecified,
    /// Within the application (1).
    Internal,
    /// Answers a remote call (2).
    Server,
    /// Makes a remote call (3).
    Client,
    /// Sends a message (4).
    Producer,
    /// Handles a message (5).
    Consumer,
    /// A number that this version does not know.
    Other(i32),
}

impl SpanKind {
    /// The kinds that have a name, in the order of their numbers.
    pub const NAMED: [Self; 6] =
        [Self::Unspecified, Self::Internal, Self::Server, Self::Client, Self::Producer, Self::Consumer];

    /// From OTLP's number. Every number is some kind.
    pub fn from_number(number: i32) -> Self {
        match number {
            0 => Self::Unspecified,
            1 => Self::Internal,
            2 => Self::Server,
            3 => Self::Client,
            4 => Self::Producer,
            5 => Self::Consumer,
            other => Self::Other(other),
        }
    }

    /// OTLP's number.
    pub fn number(self) -> i32 {
        match self {
            Self::Unspecified => 0,
            Self::Internal => 1,
            Self::Server => 2,
            Self::Client => 3,
            Self::Producer => 4,
            Self::Consumer => 5,
            Self::Other(number) => number,
        }
    }

    /// Lower case, as TraceQL writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
            Self::Other(_) => "other",
        }
    }
}

/// How a span ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// The verdict.
    pub code: StatusCode,
    /// The sender's words; usually only with an error.
    pub message: String,
}

/// OTLP's status codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum StatusCode {
    /// The default: nobody said (0).
    #[default]
    Unset,
    /// Explicitly fine (1).
    Ok,
    /// Failed (2).
    Error,
    /// A number that this version does not know.
    Other(i32),
}

impl StatusCode {
    /// From OTLP's number.
    pub fn from_number(number: i32) -> Self {
        match number {
            0 => Self::Unset,
            1 => Self::Ok,
            2 => Self::Error,
            other => Self::Other(other),
        }
    }

    /// OTLP's number.
    pub fn number(self) -> i32 {
        match self {
            Self::Unset => 0,
            Self::Ok => 1,
            Self::Error => 2,
            Self::Other(number) => number,
        }
    }

    /// Lower case, as TraceQL writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unset => "unset",
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Other(_) => "other",
        }
    }
}

/// Something that happened while a span was open.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Event {
    /// When.
    pub time: Time,
    /// What; `exception` by convention for an exception.
    pub name: String,
    /// Its attributes.
    pub attributes: Attributes,
    /// How many attributes the sender discarded.
    pub dropped_attributes: u32,
}

/// A reference to another span. Ids are kept as the sender wrote them, in lower-case hex where they are bytes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Link {
    /// The other span's trace, in the spelling of the sender.
    pub trace_id: String,
    /// The other span.
    pub span_id: String,
    /// W3C `tracestate` of the other span.
    pub trace_state: String,
    /// Its attributes.
    pub attributes: Attributes,
    /// How many attributes the sender discarded.
    pub dropped_attributes: u32,
    /// W3C trace flags.
    pub flags: u32,
}

/// What sent a span: a process, a container, a function.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resource {
    /// Its attributes; `service.name` above all.
    pub attributes: Attributes,
    /// How many attributes the sender discarded.
    pub dropped_attributes: u32,
    /// The schema of the attributes.
    pub schema_url: String,
    /// The entities that it consists of.
    pub entity_refs: Vec<EntityRef>,
}

/// An entity that takes part in a resource (OTLP, in development): which of the resource's attributes identify and describe it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntityRef {
    /// The schema of the entity.
    pub schema_url: String,
    /// Its type, such as `service` or `host`.
    pub kind: String,
    /// Keys of the identifying attributes.
    pub id_keys: Vec<String>,
    /// Keys of the describing attributes.
    pub description_keys: Vec<String>,
}

impl Resource {
    /// A resource of which only the service's name is known.
    pub fn of_service(name: &str) -> Self {
        Self { attributes: std::iter::once(("service.name", name)).collect(), ..Self::default() }
    }

    /// `service.name`; empty where there is none.
    pub fn service(&self) -> &str {
        self.attributes.get("service.name").and_then(Value::as_str).unwrap_or_default()
    }
}

/// The instrumentation library that made a span.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scope {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its attributes.
    pub attributes: Attributes,
    /// How many attributes the sender discarded.
    pub dropped_attributes: u32,
    /// The schema of the spans' attributes.
    pub schema_url: String,
}
