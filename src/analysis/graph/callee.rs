//! What a call that nobody answers is a call of, by the attributes of the caller's span.
//!
//! In this order, by the semantic conventions of OpenTelemetry, old and new names alike
//! (<https://opentelemetry.io/docs/specs/semconv/>):
//!
//! 1. `service.peer.name`, or as it was called, `peer.service`: the other service's own name.
//! 2. X-Ray's subsegments with a namespace, `aws` or `remote`: their name, which X-Ray calls the inferred segment by
//!    (<https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>).
//! 3. Messages: `messaging.system` and the destination. One that is temporary or anonymous differs each time and is left out.
//! 4. The AWS SDK's calls (`rpc.system` is `aws-api`): the AWS service, as X-Ray has it.
//! 5. Databases: `db.system.name` and `db.namespace`, else where it is.
//! 6. Other calls: `rpc.service`, or where it is: `server.address`, the host of `url.full`, `network.peer.address`.
//!
//! Nothing of a URL but host and port is taken: the rest differs each time, and may be secret.

use std::borrow::Cow;

use crate::model::graph::Node;
use crate::model::{Attributes, Span, SpanKind, Value};

/// The newest name and the older ones of some attributes, as [`crate::query::semconv`] has them: looking them up there for each call
/// costs more than all the rest.
const DATABASE: [&str; 2] = ["db.system.name", "db.system"];
const NAMESPACE: [&str; 4] = ["db.namespace", "db.name", "db.redis.database_index", "db.elasticsearch.cluster.name"];
const DESTINATION: [&str; 2] = ["messaging.destination.name", "messaging.destination"];

/// What is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::analysis) struct Callee<'a> {
    /// Its name; empty where the span says none.
    pub(in crate::analysis) name: Cow<'a, str>,
    /// X-Ray's type, where it has inferred who was called; else [`Node::DATABASE`], [`Node::MESSAGING`] or [`Node::REMOTE`].
    pub(in crate::analysis) kind: &'a str,
    /// Whether the name is by convention the other service's own.
    pub(in crate::analysis) by_service_name: bool,
}

pub(in crate::analysis) fn of(span: &Span) -> Callee<'_> {
    let attributes = &Known::of(&span.attributes);
    let messaging = any(attributes, &["messaging.system"]);
    let database = any(attributes, &DATABASE);
    let kind = if messaging.is_some() || span.kind == SpanKind::Producer {
        Node::MESSAGING
    } else if database.is_some() {
        Node::DATABASE
    } else {
        Node::REMOTE
    };
    let peer = any(attributes, &["service.peer.name", "peer.service"]);
    let by_service_name = peer.is_some();
    let name = peer
        .or_else(|| xray(span, attributes))
        .or_else(|| (kind == Node::MESSAGING).then(|| with(messaging, destination(attributes))).flatten())
        .or_else(|| by_aws_sdk(attributes).then(|| rpc_service(attributes)).flatten())
        .or_else(|| database.and_then(|system| with(Some(system), any(attributes, &NAMESPACE).or_else(|| address(attributes)))))
        .or_else(|| rpc_service(attributes))
        .or_else(|| address(attributes));
    let inferred = attributes.str("aws.xray.inferred.origin").filter(|origin| !origin.is_empty());
    // What X-Ray has inferred is no service that sends spans.
    let by_service_name = by_service_name && inferred.is_none();
    Callee { name: name.unwrap_or_default(), kind: inferred.unwrap_or(kind), by_service_name }
}

fn xray<'a>(span: &'a Span, attributes: &Known<'_>) -> Option<Cow<'a, str>> {
    let namespace = attributes.str("aws.xray.namespace")?;
    (matches!(namespace, "aws" | "remote") && !span.name.is_empty()).then_some(Cow::Borrowed(&span.name))
}

/// A system and what of it, as far as they are known.
fn with<'a>(system: Option<Cow<'a, str>>, part: Option<Cow<'a, str>>) -> Option<Cow<'a, str>> {
    match (system, part) {
        (Some(system), Some(part)) => Some(format!("{system} {part}").into()),
        (system, part) => system.or(part),
    }
}

fn destination<'a>(attributes: &Known<'a>) -> Option<Cow<'a, str>> {
    let yes = |key: &str| attributes.get(key) == Some(&Value::Bool(true));
    let varies = ["messaging.destination.temporary", "messaging.temp_destination", "messaging.destination.anonymous"];
    any(attributes, &["messaging.destination.template"])
        .or_else(|| any(attributes, &DESTINATION).filter(|_| !varies.into_iter().any(yes)))
}

fn by_aws_sdk(attributes: &Known<'_>) -> bool {
    any(attributes, &["rpc.system.name", "rpc.system"]).as_deref() == Some("aws-api")
}

/// `rpc.service`; by the conventions since 1.38, it is in front of `rpc.method`.
fn rpc_service<'a>(attributes: &Known<'a>) -> Option<Cow<'a, str>> {
    any(attributes, &["rpc.service"]).or_else(|| {
        let method = any(attributes, &["rpc.method"])?;
        method
            .rsplit_once('/')
            .map(|(service, _)| service.to_owned().into())
            .filter(|service: &Cow<'_, str>| !service.is_empty())
    })
}

/// Where it is: a host, with its port unless that goes without saying.
fn address<'a>(attributes: &Known<'a>) -> Option<Cow<'a, str>> {
    let port = |keys: &[&str]| any(attributes, keys).filter(|port| !matches!(&**port, "80" | "443"));
    let host = |hosts: &[&str], ports: &[&str]| {
        let host = any(attributes, hosts)?;
        Some(match port(ports) {
            Some(port) if host.contains(':') => format!("[{host}]:{port}").into(),
            Some(port) => format!("{host}:{port}").into(),
            None => host,
        })
    };
    host(&["server.address", "net.peer.name"], &["server.port", "net.peer.port"])
        .or_else(|| {
            any(attributes, &["url.full", "http.url"])
                .and_then(|url| authority(&url).map(|authority| authority.to_owned().into()))
        })
        .or_else(|| {
            let peers = ["network.peer.address", "net.sock.peer.addr", "net.peer.ip"];
            host(&peers, &["network.peer.port", "net.sock.peer.port", "net.peer.port"])
        })
}

/// Host and port of a URL.
fn authority(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    (!host.is_empty()).then_some(host)
}

/// Whether an attribute of that name may say it. Every attribute of every call is asked, and most are told by one letter.
fn is_known(key: &str) -> bool {
    let is_one_of = |names: &[&str]| names.contains(&key);
    let is_within = |families: &[&str]| families.iter().any(|family| key.starts_with(family));
    match key.as_bytes().first() {
        Some(b'a') => is_one_of(&["aws.xray.namespace", "aws.xray.inferred.origin"]),
        Some(b'd') => is_one_of(&DATABASE) || is_one_of(&NAMESPACE),
        Some(b'h') => key == "http.url",
        Some(b'm') => is_within(&["messaging."]),
        Some(b'n') => is_within(&["net.peer.", "net.sock.peer.", "network.peer."]),
        Some(b'p') => key == "peer.service",
        Some(b'r') => is_within(&["rpc."]),
        Some(b's') => is_one_of(&["server.address", "server.port", "service.peer.name"]),
        Some(b'u') => key == "url.full",
        _ => false,
    }
}

/// The attributes that may say it, which are few among the others. They are asked for some thirty names.
struct Known<'a>(Vec<(&'a str, &'a Value)>);

impl<'a> Known<'a> {
    fn of(attributes: &'a Attributes) -> Self {
        Self(attributes.iter().filter(|(key, _)| is_known(key)).collect())
    }

    /// As [`Attributes::get`].
    fn get(&self, key: &str) -> Option<&'a Value> {
        debug_assert!(is_known(key), "{key}");
        self.0.iter().rev().find(|(known, _)| *known == key).map(|(_, value)| *value)
    }

    /// As [`Attributes::str`].
    fn str(&self, key: &str) -> Option<&'a str> {
        self.get(key).and_then(Value::as_str)
    }
}

/// The value of the first of these that has one.
fn any<'a>(attributes: &Known<'a>, keys: &[&str]) -> Option<Cow<'a, str>> {
    keys.iter().find_map(|key| match attributes.get(key)? {
        Value::Str(text) => (!text.is_empty()).then_some(Cow::Borrowed(text.as_str())),
        number @ Value::Int(_) => Some(number.to_string().into()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::semconv;

    #[test]
    fn the_names_are_all_there_are() {
        for names in [&DATABASE[..], &NAMESPACE, &DESTINATION, &["messaging.system"], &["rpc.service"], &["rpc.method"]] {
            assert_eq!(semconv::aliases(names[0]), &names[1..]);
        }
    }

    fn callee(kind: SpanKind, attributes: &[(&str, &str)]) -> (String, String) {
        let attributes = attributes.iter().copied().collect();
        let span = Span { kind, name: "a name".into(), attributes, ..Span::default() };
        let callee = of(&span);
        (callee.name.into_owned(), callee.kind.to_owned())
    }

    fn client(attributes: &[(&str, &str)]) -> (String, String) {
        callee(SpanKind::Client, attributes)
    }

    #[test]
    fn a_database_is_its_system_and_namespace_or_where_it_is() {
        let postgres = ("postgresql cruddur".to_owned(), "db".to_owned());
        assert_eq!(
            client(&[("db.system.name", "postgresql"), ("db.namespace", "cruddur"), ("server.address", "db")]),
            postgres
        );
        assert_eq!(client(&[("db.system", "postgresql"), ("db.name", "cruddur")]), postgres);
        assert_eq!(
            client(&[("db.system", "redis"), ("net.peer.name", "cache"), ("net.peer.port", "6379")]).0,
            "redis cache:6379"
        );
        assert_eq!(client(&[("db.system", "sqlite")]), ("sqlite".to_owned(), "db".to_owned()));
    }

    #[test]
    fn a_call_by_the_aws_sdk_is_one_of_the_aws_service() {
        let dynamodb =
            [("rpc.system", "aws-api"), ("rpc.service", "DynamoDB"), ("db.system", "dynamodb"), ("http.url", "https://x/")];
        assert_eq!(client(&dynamodb), ("DynamoDB".to_owned(), "db".to_owned()));
        assert_eq!(
            client(&[("rpc.system.name", "aws-api"), ("rpc.method", "S3/GetObject")]),
            ("S3".to_owned(), "remote".to_owned())
        );
    }

    #[test]
    fn a_subsegment_of_xray_is_what_it_is_called() {
        assert_eq!(
            client(&[("aws.xray.namespace", "remote"), ("url.full", "https://other/")]),
            ("a name".to_owned(), "remote".to_owned())
        );
        assert_eq!(client(&[("aws.xray.namespace", "aws"), ("db.system.name", "aws.dynamodb")]).1, "db");
    }

    #[test]
    fn messages_go_to_a_destination_unless_that_is_a_temporary_one() {
        let kafka = [("messaging.system", "kafka"), ("messaging.destination.name", "orders")];
        assert_eq!(callee(SpanKind::Producer, &kafka), ("kafka orders".to_owned(), "messaging".to_owned()));
        assert_eq!(callee(SpanKind::Producer, &[("messaging.destination", "orders")]).0, "orders");
        let attributes = [("messaging.system", Value::from("rabbitmq")), ("messaging.destination.name", "amq.gen-1".into())];
        let temporary = ("messaging.destination.temporary", Value::from(true));
        let span = Span {
            kind: SpanKind::Producer,
            attributes: attributes.into_iter().chain([temporary]).collect(),
            ..Span::default()
        };
        assert_eq!(of(&span).name, "rabbitmq");
    }

    #[test]
    fn somebody_who_says_the_other_services_name_knows_best() {
        let attributes = [("peer.service", "orders-db"), ("db.system", "postgresql"), ("db.name", "orders")];
        assert_eq!(client(&attributes), ("orders-db".to_owned(), "db".to_owned()));
        let span = Span { attributes: [("service.peer.name", "auth")].into_iter().collect(), ..Span::default() };
        assert_eq!(of(&span), Callee { name: "auth".into(), kind: "remote", by_service_name: true });
    }

    #[test]
    fn of_a_url_only_host_and_port_are_taken() {
        assert_eq!(client(&[("http.url", "http://user:secret@localhost:4567/api?token=1")]).0, "localhost:4567");
        assert_eq!(client(&[("url.full", "https://example.com?x=http://other/")]).0, "example.com");
        assert_eq!(client(&[("url.full", "file:///etc/passwd")]).0, "");
    }

    #[test]
    fn an_address_has_its_port_unless_that_goes_without_saying() {
        assert_eq!(client(&[("server.address", "api"), ("server.port", "443")]).0, "api");
        assert_eq!(client(&[("server.address", "::1"), ("server.port", "8080")]).0, "[::1]:8080");
        assert_eq!(client(&[("net.peer.ip", "10.0.0.1"), ("rpc.service", "shop.Cart")]).0, "shop.Cart");
        assert_eq!(client(&[("network.peer.address", "10.0.0.1")]).0, "10.0.0.1");
        assert_eq!(client(&[]), (String::new(), "remote".to_owned()));
    }
}
