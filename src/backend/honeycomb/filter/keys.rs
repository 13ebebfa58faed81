//! Which attributes a row keeps as attributes, and which columns can be named in a question.

use crate::query::{Attribute, Scope};
use crate::wire::honeycomb::{Names, is_of_resource};

use super::super::spec::is_taken;

/// Columns that Honeycomb writes itself, besides those of [`Names`]: the husky translator of its ingest names them.
const DERIVED: &[&str] = &[
    "error",
    "name",
    "parent_name",
    "type",
    "duration_ms",
    "status_code",
    "status_message",
    "span.kind",
    "span.num_events",
    "span.num_links",
    "telemetry.instrumentation_library",
    "resource.schema_url",
    "scope.schema_url",
    "sampleRate",
    "SampleRate",
];

/// Whether a column of this name is read as something else than an attribute of the span.
pub(super) fn is_derived(key: &str, names: &Names) -> bool {
    let namespace = ["meta.", "trace.", "library."].iter().any(|namespace| key.starts_with(namespace));
    let known = [
        &names.trace_id,
        &names.span_id,
        &names.parent_id,
        &names.name,
        &names.duration,
        &names.kind,
        &names.annotation,
        &names.error,
        &names.link_trace_id,
        &names.link_span_id,
    ];
    namespace || DERIVED.contains(&key) || known.iter().any(|known| *known == key)
}

/// Whether the first exception's attribute of this key is on the row of the span as well.
pub(super) fn is_hoisted(key: &str) -> bool {
    key.starts_with("exception.")
}

/// Whether Honeycomb reads this as the name of a column and as nothing else. It reads `root.x` as `x` of another span, and
/// answers such questions once a minute: <https://docs.honeycomb.io/investigate/query/build/>. What begins with `_ct_` is ours.
pub(super) fn is_column(name: &str) -> bool {
    !name.is_empty() && !is_taken(name)
}

/// Whether an attribute is asked for where rows cannot say that it is: Honeycomb does not keep whether it was the resource's, the
/// span's or the instrumentation scope's, and repeats the resource's on the rows of events and links.
pub(super) fn is_ambiguous(attribute: &Attribute) -> bool {
    match attribute.scope() {
        Scope::Any => false,
        Scope::Instrumentation => true,
        Scope::Resource => !attribute.names().all(is_of_resource),
        Scope::Span | Scope::Event | Scope::Link => attribute.names().any(is_of_resource),
    }
}
