//! `http`, `sql`, `aws`, `service` and `origin` under the names of `OpenTelemetry`'s semantic conventions.

use serde_json::Value as Json;

use super::document::{Fields, value};
use crate::model::{Attributes, Value};

/// Names in X-Ray's blocks, and in the semantic conventions: now, and before.
pub(super) type Names = [(&'static str, [&'static str; 2])];

/// `http.request`, without the client's address.
pub(super) const REQUEST: [(&str, [&str; 2]); 3] = [
    ("method", ["http.request.method", "http.method"]),
    ("url", ["url.full", "http.url"]),
    ("user_agent", ["user_agent.original", "http.user_agent"]),
];
/// `http.response`: numbers.
pub(super) const RESPONSE: [(&str, [&str; 2]); 2] = [
    ("status", ["http.response.status_code", "http.status_code"]),
    ("content_length", ["http.response.body.size", "http.response_content_length"]),
];
/// `sql`.
pub(super) const SQL: [(&str, [&str; 2]); 4] = [
    ("sanitized_query", ["db.query.text", "db.statement"]),
    ("database_type", ["db.system.name", "db.system"]),
    ("connection_string", ["db.connection_string", ""]),
    ("user", ["db.user", ""]),
];
/// `aws` of a call.
pub(super) const CALL: [(&str, [&str; 2]); 7] = [
    ("operation", ["rpc.method", ""]),
    ("region", ["cloud.region", "aws.region"]),
    ("queue_url", ["aws.sqs.queue.url", ""]),
    ("bucket_name", ["aws.s3.bucket", ""]),
    ("topic_arn", ["aws.sns.topic.arn", ""]),
    ("message_id", ["messaging.message.id", ""]),
    ("function_name", ["faas.invoked_name", ""]),
];
/// `service`.
pub(super) const SERVICE: [(&str, [&str; 2]); 3] = [
    ("version", ["service.version", ""]),
    ("runtime", ["process.runtime.name", ""]),
    ("runtime_version", ["process.runtime.version", ""]),
];

/// X-Ray's names and those of today.
fn current(names: &Names) -> impl Iterator<Item = (&'static str, &'static str)> {
    names.iter().map(|(theirs, [ours, _])| (*theirs, *ours))
}

/// `http`.
pub(super) fn http(fields: &mut Fields, out: &mut Attributes) {
    let Some(mut http) = fields.object("http") else { return };
    if let Some(mut request) = http.object("request") {
        request.rename_all(current(&REQUEST), out);
        client_ip(&mut request, out);
        request.rest("aws.xray.http.request.", out);
    }
    if let Some(mut response) = http.object("response") {
        let [(status, [status_code, _]), (length, [body_size, _])] = RESPONSE;
        response.rename_number(status, status_code, |_| true, out);
        // -1 is how some say that they do not know.
        response.rename_number(length, body_size, |size| size >= 0, out);
        response.rest("aws.xray.http.response.", out);
    }
    http.rest("aws.xray.http.", out);
}

/// One address is `client.address`. Of several, as a chain of proxies leaves them, the first is; the whole stays too.
fn client_ip(request: &mut Fields, out: &mut Attributes) {
    let first = match request.peek("client_ip") {
        Some(Json::String(list)) => list.split(',').next(),
        Some(Json::Array(items)) => items.first().and_then(Json::as_str),
        _ => None,
    };
    let Some(first) = first.map(|first| first.trim().to_owned()).filter(|first| !first.is_empty()) else { return };
    request.word("client_ip", &first);
    out.push("client.address", first);
}

/// `sql`.
pub(super) fn sql(fields: &mut Fields, out: &mut Attributes) {
    let Some(mut sql) = fields.object("sql") else { return };
    sql.rename_all(current(&SQL), out);
    sql.rest("aws.xray.sql.", out);
}

/// What a call says in `aws`: operation, region, table and so on. Everything else keeps its name, which begins with `aws.`
/// already.
pub(super) fn call(fields: &mut Fields, name: &str, out: &mut Attributes) {
    let to_aws = fields.peek("namespace").and_then(Json::as_str) == Some("aws");
    let Some(mut aws) = fields.object("aws") else { return };
    if to_aws && aws.peek("operation").is_some_and(Json::is_string) {
        out.push("rpc.system", "aws-api");
        out.push("rpc.service", name);
        if name == "DynamoDB" {
            out.push("db.system.name", "aws.dynamodb");
        }
    }
    aws.rename_all(current(&CALL), out);
    let mut tables: Vec<_> = aws.text("table_name").map(Value::from).into_iter().collect();
    tables.extend(aws.list("table_names").unwrap_or_default().into_iter().map(value));
    if !tables.is_empty() {
        out.push("aws.dynamodb.table_names", tables);
    }
    // Where the caller itself runs: a segment's resource has taken these before.
    host(&mut aws, out);
    aws.rest("aws.", out);
}

/// Who sent a segment: the attributes of its resource.
pub(super) fn resource(fields: &mut Fields, name: &str) -> Attributes {
    let mut out = Attributes::new();
    out.push("service.name", name);
    if let Some(mut service) = fields.object("service") {
        service.rename_all(current(&SERVICE), &mut out);
        service.rest("aws.xray.service.", &mut out);
    }
    if let Some(origin) = fields.text("origin") {
        if origin.starts_with("AWS::") {
            out.push("cloud.provider", "aws");
        }
        if let Some((_, platform)) = PLATFORMS.iter().find(|(prefix, _)| origin.starts_with(prefix)) {
            out.push("cloud.platform", *platform);
        }
        out.push("aws.xray.origin", origin);
    }
    if let Some(mut aws) = fields.object("aws") {
        aws.rename("account_id", "cloud.account.id", &mut out);
        host(&mut aws, &mut out);
        if !aws.is_empty() {
            fields.put("aws", Json::Object(aws.into_entries().collect()));
        }
    }
    out
}

const PLATFORMS: [(&str, &str); 5] = [
    ("AWS::EC2::", "aws_ec2"),
    ("AWS::ECS::", "aws_ecs"),
    ("AWS::EKS::", "aws_eks"),
    ("AWS::ElasticBeanstalk::", "aws_elastic_beanstalk"),
    ("AWS::Lambda", "aws_lambda"),
];

/// Whether an origin says only where the program runs, not what called it.
pub(super) fn is_host(origin: &str) -> bool {
    PLATFORMS.iter().any(|(prefix, platform)| *platform != "aws_lambda" && origin.starts_with(prefix))
}

/// Machine, container, SDK and log groups.
fn host(aws: &mut Fields, out: &mut Attributes) {
    const GROUPS: [(&str, &[(&str, &str)]); 5] = [
        (
            "ec2",
            &[
                ("instance_id", "host.id"),
                ("instance_size", "host.type"),
                ("ami_id", "host.image.id"),
                ("availability_zone", "cloud.availability_zone"),
            ],
        ),
        (
            "ecs",
            &[
                ("container", "container.name"),
                ("container_id", "container.id"),
                ("container_arn", "aws.ecs.container.arn"),
                ("task_arn", "aws.ecs.task.arn"),
                ("task_family", "aws.ecs.task.family"),
                ("cluster_arn", "aws.ecs.cluster.arn"),
                ("launch_type", "aws.ecs.launchtype"),
                ("availability_zone", "cloud.availability_zone"),
            ],
        ),
        ("eks", &[("pod", "k8s.pod.name"), ("cluster_name", "k8s.cluster.name"), ("container_id", "container.id")]),
        ("elastic_beanstalk", &[("environment_name", "service.namespace"), ("deployment_id", "service.instance.id")]),
        ("xray", &[("sdk", "telemetry.sdk.name"), ("sdk_version", "telemetry.sdk.version")]),
    ];
    for (key, names) in GROUPS {
        if let Some(mut group) = aws.object(key) {
            group.rename_all(names.iter().copied(), out);
            group.rest(&format!("aws.{key}."), out);
        }
    }
    let Some(logs) = aws.list("cloudwatch_logs") else { return };
    let (mut groups, mut arns, mut odd) = (Vec::new(), Vec::new(), Vec::new());
    for log in logs {
        match log {
            Json::Object(log)
                if log.iter().all(|(key, json)| matches!(key.as_str(), "log_group" | "arn") && json.is_string()) =>
            {
                for (key, json) in log {
                    if key == "arn" { arns.push(value(json)) } else { groups.push(value(json)) }
                }
            }
            other => odd.push(other),
        }
    }
    for (name, items) in [("aws.log.group.names", groups), ("aws.log.group.arns", arns)] {
        if !items.is_empty() {
            out.push(name, items);
        }
    }
    if !odd.is_empty() {
        aws.put("cloudwatch_logs", Json::Array(odd));
    }
}
