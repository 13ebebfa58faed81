//! Which of the columns have a meaning of their own.

use super::rows::{Columns, Row};
use super::schema::Names;
use super::table::Cell;
use super::{MICROS, TIME};

/// The keys that an exception's event has, and that Honeycomb copies onto its span.
pub(super) const EXCEPTION: [&str; 4] = ["exception.type", "exception.message", "exception.stacktrace", "exception.escaped"];

macro_rules! fields {
    ($($field:ident = $column:expr,)*) => {
        /// The numbers of the columns that are more than attributes, where there are such.
        #[derive(Debug)]
        pub(super) struct Fields {
            $(pub(super) $field: Option<u32>,)*
            pub(super) exception: [Option<u32>; 4],
        }

        impl Fields {
            /// By a dataset's names for them.
            pub(super) fn new(columns: &Columns, names: &Names) -> Self {
                Self {
                    $($field: columns.find(names.of($column)),)*
                    exception: EXCEPTION.map(|column| columns.find(column)),
                }
            }
        }
    };
}

fields! {
    time = TIME,
    micros = MICROS,
    trace = "trace.trace_id",
    span = "trace.span_id",
    parent = "trace.parent_id",
    link_trace = "trace.link.trace_id",
    link_span = "trace.link.span_id",
    trace_state = "trace.trace_state",
    name = "name",
    service = "service.name",
    duration = "duration_ms",
    kind = "span.kind",
    also_kind = "type",
    span_type = "meta.span_type",
    status = "status_code",
    message = "status_message",
    error = "error",
    annotation = "meta.annotation_type",
    signal = "meta.signal_type",
    since = "meta.time_since_span_start_ms",
    early = "meta.invalid_time_since_span_start",
    parent_name = "parent_name",
    event_name = "event.name",
    severity = "severity",
    severity_text = "severity_text",
    events = "span.num_events",
    links = "span.num_links",
    scope_name = "library.name",
    scope_version = "library.version",
    instrumentation = "telemetry.instrumentation_library",
    scope_schema = "scope.schema_url",
    resource_schema = "resource.schema_url",
}

impl Fields {
    /// Whether a row is a span.
    pub(super) fn is_span(&self, row: &Row) -> bool {
        !row.id(self.span).is_missing()
    }

    /// Whether a row is a link of a span.
    pub(super) fn is_link(&self, row: &Row) -> bool {
        !self.is_span(row) && row.get(self.annotation).text() == Some("link")
    }

    /// Whether a row is a log line.
    pub(super) fn is_log(&self, row: &Row) -> bool {
        row.get(self.signal).text() == Some("log")
    }
}

/// A cell as text; `None` where there is no value.
pub(super) fn words(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Missing => None,
        Cell::Bool(yes) => Some(yes.to_string()),
        Cell::Int(number) => Some(number.to_string()),
        Cell::Float(number) => Some(number.to_string()),
        Cell::Text(text) => Some(text.to_string()),
    }
}

/// A cell as a number, also one that is written as text.
pub(super) fn number(cell: &Cell) -> Option<f64> {
    let text = || cell.text().and_then(|text| text.trim().parse::<f64>().ok());
    cell.number().or_else(text).filter(|number| number.is_finite())
}
