//! Where a trace says that its log lines are, and what they may have in them beside its id.

use std::collections::BTreeMap;

use super::super::Tree;
use crate::model::address::path_of;
use crate::model::{Attributes, GroupOrigin, LogGroup, Span, SpanKind, Trace, Value};

/// Log groups by name and by ARN: <https://opentelemetry.io/docs/specs/semconv/resource/cloud-provider/aws/logs/>. X-Ray's
/// `aws.cloudwatch_logs` are read as these.
const NAMES: &str = "aws.log.group.names";
const ARNS: &str = "aws.log.group.arns";

/// Where a path is written, new and old.
const PATHS: [&str; 4] = ["url.path", "http.target", "url.full", "http.url"];
/// So many paths are looked for.
const MOST_PATHS: usize = 3;

/// The log groups in which lines of the trace may be, by name: those that it names, the ones that AWS Lambda makes for its functions, and of
/// services of which neither is known, one that is called as they are.
pub fn groups(trace: &Trace) -> Vec<LogGroup> {
    let mut found = BTreeMap::<String, LogGroup>::new();
    let mut add = |name: &str, service: &str, origin| {
        let service = Some(service.to_owned()).filter(|name| !name.is_empty());
        let group = LogGroup { name: name.to_owned(), service: service.clone(), origin };
        let known = found.entry(name.to_owned()).or_insert(group);
        known.origin = known.origin.min(origin);
        // Where several write, it is not known whose a line is.
        if known.service != service {
            known.service = None;
        }
    };
    let mut without = BTreeMap::<&str, bool>::new();
    for span in trace.spans().iter().filter(|span| !span.is_inferred()) {
        let service = span.service();
        let named = named(&span.resource.attributes).chain(named(&span.attributes)).collect::<Vec<_>>();
        let lambda = is_function(span);
        let known = without.entry(service).or_default();
        *known |= !named.is_empty() || lambda;
        for name in &named {
            add(name, service, GroupOrigin::Trace);
        }
        if lambda && named.is_empty() && !service.is_empty() {
            add(&format!("/aws/lambda/{service}"), service, GroupOrigin::Custom);
        }
    }
    for (service, _) in without.into_iter().filter(|(service, known)| !known && !service.is_empty()) {
        add(service, service, GroupOrigin::Custom);
    }
    found.into_values().collect()
}

/// The service of the trace that writes to a group: the one that names it, or is called so, also behind a path.
pub fn writer(trace: &Trace, group: &str) -> Option<String> {
    if let Some(known) = groups(trace).into_iter().find(|known| known.name == group) {
        return known.service;
    }
    let last = group.rsplit('/').next().filter(|last| !last.is_empty())?;
    trace.spans().iter().map(Span::service).find(|service| *service == last).map(str::to_owned)
}

/// The names in these attributes.
fn named(attributes: &Attributes) -> impl Iterator<Item = String> {
    let of = |key| attributes.get(key).map(texts).unwrap_or_default();
    let names = of(NAMES);
    // `arn:aws:logs:us-west-1:123456789012:log-group:/aws/my/group:*`
    let arns = if names.is_empty() { of(ARNS) } else { Vec::new() };
    let of_arn = |arn: String| Some(arn.splitn(7, ':').nth(6)?.split(':').next()?.to_owned());
    names.into_iter().chain(arns.into_iter().filter_map(of_arn)).filter(|name| !name.is_empty())
}

/// One or several: what has passed through Honeycomb may be a list in JSON.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::Str(text) => {
            let bare = text.trim_matches(['[', ']']).split(',').map(|item| item.trim().trim_matches('"').to_owned());
            bare.filter(|item| !item.is_empty()).collect()
        }
        _ => Vec::new(),
    }
}

fn is_function(span: &Span) -> bool {
    let resource = &span.resource.attributes;
    resource.str("cloud.platform") == Some("aws_lambda") || resource.str("aws.xray.origin") == Some("AWS::Lambda::Function")
}

/// The paths that the servers of the trace were asked for, from the root down: what a line of an access log has. `/` says nothing, as every
/// line that has a path begins with it.
pub fn paths(trace: &Trace, tree: &Tree) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for node in 0..tree.nodes().len() {
        let Some(span) = tree.span(trace, node) else { continue };
        let serves = span.kind == SpanKind::Server || span.parent.is_none();
        if !serves || span.is_inferred() {
            continue;
        }
        let path = PATHS
            .iter()
            .filter_map(|key| span.attributes.str(key).map(path_of))
            .find(|path| path.len() > 1 && path.starts_with('/'));
        if let Some(path) = path.filter(|path| !found.iter().any(|known| known == path)) {
            found.push(path.to_owned());
            if found.len() == MOST_PATHS {
                break;
            }
        }
    }
    found
}
