//! The nouns: trace, span, resource, scope, attribute – `OpenTelemetry`'s data model, to which every backend is mapped.
//!
//! Reading order: [`id`], [`address`], [`time`], [`value`], [`span`], [`log`] with [`log_record`], [`error_report`], [`stitch`], [`trace`] (with [`segments`]),
//! [`summary`], [`graph`], [`diagnosis`]. Nothing here does I/O, and nothing here knows of any other folder of the crate.

pub mod address;
pub mod diagnosis;
pub mod error_report;
pub mod graph;
pub mod id;
pub mod log;
pub mod log_record;
pub mod segments;
pub mod span;
pub mod stitch;
pub mod summary;
pub mod time;
pub mod trace;
pub mod value;

pub use error_report::{ErrorReport, Occurrence, Recorded};
pub use graph::ServiceGraph;
pub use id::{SpanId, Spelling, TraceId};
pub use log::{Belongs, GroupOrigin, LogGroup, LogLine, Severity};
pub use log_record::LogRecord;
pub use span::{EntityRef, Event, Link, Resource, Scope, Span, SpanKind, Status, StatusCode};
pub use stitch::{Join, Origin, SameCall, SeenBy, Twin, Twins};
pub use summary::{Evidence, SpanFacts, SummaryBuilder, TraceSummary};
pub use time::{Nanos, Time, TimeRange};
pub use trace::{Records, Trace};
pub use value::{Attributes, Value};
