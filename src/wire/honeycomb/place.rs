//! What columns are for, and in which order they matter.

use super::TIME;
use super::schema::Names;

/// The columns without which there is no trace, the most important first, as OpenTelemetry's data has them: a dataset's own names
/// for them come from [`Names::of`]. [`TIME`] is calculated; the rest may be broken down by where there is such a column.
pub const SKELETON: &[&str] = &[
    "trace.trace_id",
    "trace.span_id",
    "trace.parent_id",
    "meta.annotation_type",
    "name",
    TIME,
    "trace.link.span_id",
    "trace.link.trace_id",
    "service.name",
    "duration_ms",
    "status_code",
    "error",
    "span.kind",
    "status_message",
    "meta.signal_type",
    "meta.time_since_span_start_ms",
    "parent_name",
    "event.name",
    "severity",
    "severity_text",
    "body",
    "exception.type",
    "exception.message",
    "span.num_events",
    "span.num_links",
    "library.name",
    "library.version",
    "type",
    "meta.span_type",
    "trace.trace_state",
    "meta.invalid_duration",
    "meta.invalid_time_since_span_start",
    "exception.stacktrace",
    "exception.escaped",
    "severity_code",
    "flags",
    "scope.schema_url",
    "resource.schema_url",
];

/// What every query for further columns has too, so that its rows find those of the skeleton.
pub const KEY: &[&str] =
    &["trace.trace_id", "trace.span_id", "trace.parent_id", "meta.annotation_type", "name", TIME, "trace.link.span_id"];

impl Names {
    /// What a dataset calls a column of OpenTelemetry's data; the same name where it has no other.
    pub fn of<'n>(&'n self, column: &'n str) -> &'n str {
        match column {
            "trace.trace_id" => &self.trace_id,
            "trace.span_id" => &self.span_id,
            "trace.parent_id" => &self.parent_id,
            "name" => &self.name,
            "service.name" => &self.service,
            "duration_ms" => &self.duration,
            "span.kind" => &self.kind,
            "meta.annotation_type" => &self.annotation,
            "error" => &self.error,
            "trace.link.trace_id" => &self.link_trace_id,
            "trace.link.span_id" => &self.link_span_id,
            other => other,
        }
    }
}

/// Which of the columns that are not in [`SKELETON`] come first: the smaller, the sooner.
pub fn priority(column: &str) -> u32 {
    const FIRST: &[&str] = &[
        "http.",
        "url.",
        "db.",
        "rpc.",
        "messaging.",
        "aws.",
        "exception.",
        "error.",
        "graphql.",
        "faas.",
        "server.",
        "client.",
        "net.",
        "network.",
        "peer.",
        "user_agent.",
        "user.",
        "enduser.",
        "session.",
        "app.",
        "gen_ai.",
        "code.",
        "thread.",
    ];
    let place = FIRST.iter().position(|prefix| column.starts_with(prefix)).unwrap_or(FIRST.len());
    // The same on every span of a service: of the least use to tell spans apart.
    let of_resource = column.starts_with("telemetry.") || is_of_resource(column) || column.starts_with("library.");
    if of_resource { FIRST.len() as u32 + 1 } else { place as u32 }
}

/// Whether a key is one that OpenTelemetry's semantic conventions have on resources and not on spans, which in Honeycomb's rows
/// cannot be told otherwise: the attributes of the entities in
/// <https://opentelemetry.io/docs/specs/semconv/registry/entities/> and of
/// <https://opentelemetry.io/docs/specs/semconv/resource/>. `user_agent.original` is on both and taken for the span's.
pub fn is_of_resource(key: &str) -> bool {
    const BEGINNINGS: &[&str] = &[
        "service.",
        "telemetry.sdk.",
        "telemetry.distro.",
        "telemetry.auto.",
        "host.",
        "os.",
        "process.",
        "container.",
        "k8s.",
        "openshift.",
        "cloud.",
        "cloudfoundry.",
        "aws.ecs.",
        "aws.eks.",
        "aws.log.",
        "gcp.cloud_run.",
        "gcp.gce.",
        "gcp.apphub.",
        "heroku.",
        "webengine.",
        "device.model.",
        "oci.manifest.",
        "zos.",
        "mainframe.",
    ];
    const KEYS: &[&str] = &[
        "deployment.environment",
        "deployment.environment.name",
        "device.id",
        "device.manufacturer",
        "faas.name",
        "faas.version",
        "faas.instance",
        "faas.max_memory",
        "android.os.api_level",
        "app.installation.id",
        "app.build_id",
        "browser.brands",
        "browser.language",
        "browser.mobile",
        "browser.platform",
    ];
    // On a client's span: whom it calls.
    let other = key.starts_with("service.peer.");
    !other && (BEGINNINGS.iter().any(|beginning| key.starts_with(beginning)) || KEYS.contains(&key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_the_key_is_in_the_skeleton() {
        assert!(KEY.iter().all(|column| SKELETON.contains(column)));
    }

    #[test]
    fn what_spans_are_told_apart_by_comes_before_what_all_of_a_service_share() {
        let mut columns = ["k8s.pod.name", "shop.basket", "db.system", "telemetry.sdk.name", "http.route", "aws.ecs.task.arn"];
        columns.sort_by_key(|column| priority(column));
        assert_eq!(
            columns,
            ["http.route", "db.system", "shop.basket", "k8s.pod.name", "telemetry.sdk.name", "aws.ecs.task.arn"]
        );
    }

    #[test]
    fn a_key_of_a_resource_is_told_from_a_spans_of_the_same_family() {
        for key in ["service.name", "k8s.pod.name", "faas.name", "aws.log.group.names", "process.pid", "device.id"] {
            assert!(is_of_resource(key), "{key}");
        }
        for key in
            ["service.peer.name", "faas.trigger", "aws.request_id", "user_agent.original", "gcp.client.service", "servicex"]
        {
            assert!(!is_of_resource(key), "{key}");
        }
    }
}
