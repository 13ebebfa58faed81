//! Old and new names of the same attribute.
//!
//! Taken from OpenTelemetry's published schema (<https://opentelemetry.io/docs/specs/otel/schemas/>, `rename_attributes`) and, for renames
//! that are newer or that the schema cannot express, from the registry of deprecated attributes in
//! <https://github.com/open-telemetry/semantic-conventions> (`model/*/deprecated`) and its HTTP migration guide. Names whose
//! values changed with them, such as `net.transport` and `http.flavor`, are left out: they do not mean the same.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::Attributes;

/// (old, new). Of several old names of one new name, the one to prefer comes first.
const RENAMED: &[(&str, &str)] = &[
    ("http.method", "http.request.method"),
    ("http.status_code", "http.response.status_code"),
    ("http.url", "url.full"),
    ("http.scheme", "url.scheme"),
    ("http.client_ip", "client.address"),
    ("http.user_agent", "user_agent.original"),
    ("browser.user_agent", "user_agent.original"),
    ("http.request_content_length", "http.request.body.size"),
    ("http.response_content_length", "http.response.body.size"),
    ("http.resend_count", "http.request.resend_count"),
    // A server's own name before its peer's: on a server span, `net.peer.*` is the client.
    ("net.host.name", "server.address"),
    ("http.server_name", "server.address"),
    ("net.peer.name", "server.address"),
    ("net.host.port", "server.port"),
    ("net.peer.port", "server.port"),
    ("net.sock.peer.addr", "network.peer.address"),
    ("net.peer.ip", "network.peer.address"),
    ("net.sock.peer.port", "network.peer.port"),
    ("net.sock.host.addr", "network.local.address"),
    ("net.host.ip", "network.local.address"),
    ("net.sock.host.port", "network.local.port"),
    ("net.protocol.name", "network.protocol.name"),
    ("net.app.protocol.name", "network.protocol.name"),
    ("net.protocol.version", "network.protocol.version"),
    ("net.app.protocol.version", "network.protocol.version"),
    ("db.system", "db.system.name"),
    ("db.statement", "db.query.text"),
    ("db.operation", "db.operation.name"),
    ("db.name", "db.namespace"),
    ("db.redis.database_index", "db.namespace"),
    ("db.elasticsearch.cluster.name", "db.namespace"),
    ("db.sql.table", "db.collection.name"),
    ("db.mongodb.collection", "db.collection.name"),
    ("db.cassandra.table", "db.collection.name"),
    ("db.cosmosdb.container", "db.collection.name"),
    ("db.cosmosdb.status_code", "db.response.status_code"),
    ("messaging.destination", "messaging.destination.name"),
    ("messaging.temp_destination", "messaging.destination.temporary"),
    ("messaging.operation", "messaging.operation.type"),
    ("messaging.message_id", "messaging.message.id"),
    ("messaging.conversation_id", "messaging.message.conversation_id"),
    ("messaging.message.payload_size_bytes", "messaging.message.body.size"),
    ("messaging.message_payload_size_bytes", "messaging.message.body.size"),
    ("messaging.client_id", "messaging.client.id"),
    ("messaging.kafka.client_id", "messaging.client.id"),
    ("messaging.rocketmq.client_id", "messaging.client.id"),
    ("messaging.kafka.consumer.group", "messaging.consumer.group.name"),
    ("messaging.rocketmq.client_group", "messaging.consumer.group.name"),
    ("messaging.eventhubs.consumer.group", "messaging.consumer.group.name"),
    ("messaging.kafka.destination.partition", "messaging.destination.partition.id"),
    ("messaging.kafka.partition", "messaging.destination.partition.id"),
    ("messaging.kafka.message.offset", "messaging.kafka.offset"),
    ("messaging.servicebus.destination.subscription_name", "messaging.destination.subscription.name"),
    ("faas.execution", "faas.invocation_id"),
    ("faas.id", "cloud.resource_id"),
    ("enduser.id", "user.id"),
    ("code.filepath", "code.file.path"),
    ("code.lineno", "code.line.number"),
    ("code.column", "code.column.number"),
    ("deployment.environment", "deployment.environment.name"),
    ("telemetry.auto.version", "telemetry.distro.version"),
    ("gen_ai.system", "gen_ai.provider.name"),
];

static ALIASES: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut aliases = HashMap::<_, Vec<_>>::new();
    for &(old, new) in RENAMED {
        aliases.entry(new).or_default().push(old);
        aliases.entry(old).or_default().push(new);
    }
    aliases
});

/// The other names of an attribute: of an old name its new one, of a new name all its old ones. Not the key itself. Two old
/// names of one new name are not each other's aliases: a peer is not a host.
pub fn aliases(key: &str) -> &'static [&'static str] {
    ALIASES.get(key).map_or(&[], Vec::as_slice)
}

/// Every key that has another name.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    RENAMED.iter().flat_map(|&(old, new)| [old, new])
}

/// From which attributes the value of `key` is put together or cut out, where it is not there itself: `http.target` was split
/// into `url.path` and `url.query`, so neither is the other's alias. Empty for all other keys. Whoever asks elsewhere for such
/// a key by its name alone misses spans.
pub fn derived_from(key: &str) -> &'static [&'static str] {
    match key {
        "http.target" => &["url.path", "url.query"],
        "url.path" | "url.query" => &["http.target"],
        _ => &[],
    }
}

/// The value of such a key.
pub(super) fn derive(key: &str, attributes: &Attributes) -> Option<String> {
    match key {
        "http.target" => {
            let path = attributes.str("url.path")?;
            Some(match attributes.str("url.query") {
                Some(query) if !query.is_empty() => format!("{path}?{query}"),
                _ => path.to_owned(),
            })
        }
        "url.path" => {
            let target = attributes.str("http.target")?;
            target.split(['?', '#']).next().map(str::to_owned)
        }
        "url.query" => {
            let target = attributes.str("http.target")?;
            let (_, query) = target.split('#').next()?.split_once('?')?;
            Some(query.to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_names_lead_to_each_other() {
        assert_eq!(aliases("http.status_code"), ["http.response.status_code"]);
        assert_eq!(aliases("http.response.status_code"), ["http.status_code"]);
        assert_eq!(aliases("server.address"), ["net.host.name", "http.server_name", "net.peer.name"]);
        assert_eq!(aliases("net.peer.name"), ["server.address"], "and not a host's name");
        assert!(aliases("user.plan").is_empty());
    }

    #[test]
    fn no_name_is_both_old_and_new_or_listed_twice() {
        for &(old, new) in RENAMED {
            assert_eq!(RENAMED.iter().filter(|(other, _)| *other == old).count(), 1, "{old}");
            assert!(RENAMED.iter().all(|(other, _)| *other != new), "{new}");
        }
    }

    #[test]
    fn a_target_is_its_path_and_its_query() {
        let new: Attributes = [("url.path", "/a"), ("url.query", "b=1")].into_iter().collect();
        assert_eq!(derive("http.target", &new).as_deref(), Some("/a?b=1"));
        let old: Attributes = [("http.target", "/a?b=1#c")].into_iter().collect();
        assert_eq!(derive("url.path", &old).as_deref(), Some("/a"));
        assert_eq!(derive("url.query", &old).as_deref(), Some("b=1"));
    }
}
