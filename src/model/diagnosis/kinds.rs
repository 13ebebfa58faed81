//! Every finding that can be made, by its name. What is not among them cannot be found, and tests go through them one by one.

use super::Kind;
use super::Level::{self, Note, Problem, Unknown};

const fn new(check: &'static str, finding: &'static str, level: Level, meaning: &'static str) -> Kind {
    Kind { check, finding, level, meaning }
}

/// All kinds, in the order in which they are looked for.
pub const KINDS: &[Kind] = &[
    new("config-file", "missing", Problem, "a configuration file is named that is not there"),
    new("config-file", "unreadable", Problem, "the configuration file cannot be read"),
    new("config-file", "invalid", Problem, "the configuration file makes no sense"),
    new("settings", "invalid", Problem, "an environment variable makes no sense"),
    new("profile", "unknown", Problem, "a profile is chosen that the file does not have"),
    new("key-files", "readable", Problem, "everybody on this machine can read a file with a key"),
    new("store", "missing", Note, "nothing was kept yet"),
    new("store", "foreign", Problem, "what is there is another program's"),
    new("store", "too-new", Problem, "a newer cruddur-trace has written it"),
    new("store", "damaged", Problem, "its content is damaged"),
    new("store", "locked", Unknown, "another process keeps it locked"),
    new("store", "unusable", Problem, "it cannot be there, or cannot be read"),
    new("store-size", "full", Problem, "it is as large as it may be, and forgets traces before their time"),
    new("disk", "too-small", Note, "the disk is full before the store is as large as it may be"),
    new("receiver", "none", Note, "no receiver is running for this store"),
    new("receiver", "silent", Unknown, "a receiver says that it is there, and does not answer"),
    new("port-otlp-http", "taken", Problem, "another program has the receiver's port for OTLP/HTTP"),
    new("port-otlp-http", "unusable", Problem, "the receiver's address for OTLP/HTTP cannot be listened on"),
    new("port-otlp-grpc", "taken", Problem, "another program has the receiver's port for OTLP/gRPC"),
    new("port-otlp-grpc", "unusable", Problem, "the receiver's address for OTLP/gRPC cannot be listened on"),
    new("port-zipkin", "taken", Problem, "another program has the receiver's port for Zipkin's spans"),
    new("port-zipkin", "unusable", Problem, "the receiver's address for Zipkin's spans cannot be listened on"),
    new("port-xray", "taken", Problem, "another program has the receiver's port for X-Ray segments"),
    new("port-xray", "unusable", Problem, "the receiver's address for X-Ray segments cannot be listened on"),
    new("honeycomb-key", "missing", Note, "there is no API key; a problem where Honeycomb is named"),
    new("honeycomb-key", "empty", Problem, "its variable is set to nothing"),
    new("honeycomb-key", "elsewhere", Problem, "a file sets its variable, and this shell has not read the file"),
    new("honeycomb-key", "unusable", Problem, "there is one that cannot be fetched or sent"),
    new("honeycomb-key", "wrong-kind", Problem, "it can send, or manage, and not read"),
    new("honeycomb-key", "refused", Problem, "Honeycomb does not know it"),
    new("honeycomb-endpoint", "unusable", Problem, "the address of Honeycomb's API makes no sense"),
    new("honeycomb", "unreachable", Unknown, "nobody answers there"),
    new("honeycomb", "late", Unknown, "it did not answer in time"),
    new("honeycomb", "throttled", Unknown, "it was asked too often"),
    new("honeycomb", "broken", Unknown, "its answer makes no sense"),
    new("honeycomb-clock", "drifts", Note, "this machine's clock is seconds away from Honeycomb's"),
    new("honeycomb-clock", "off", Problem, "this machine's clock is a minute and more away from Honeycomb's"),
    new("honeycomb-permissions", "lacking", Problem, "the key may not run queries, or not see columns"),
    new("honeycomb-dataset", "unknown", Problem, "there is no dataset of that name"),
    new("honeycomb-dataset", "unnamed", Problem, "Honeycomb Classic is asked about one dataset, and none is named"),
    new("honeycomb-plan", "excludes-queries", Problem, "the team's plan does not include the Query Data API"),
    new("honeycomb-plan", "kept-here", Note, "it does not, and a receiver keeps here what it sends on to Honeycomb"),
    new("aws-credentials", "missing", Note, "there are no AWS credentials; a problem where X-Ray is named"),
    new("aws-credentials", "elsewhere", Problem, "a file sets their variable, and this shell has not read the file"),
    new("aws-credentials", "unusable", Problem, "there are some that cannot be had"),
    new("aws-credentials", "expired", Problem, "the session is over"),
    new("aws-credentials", "refused", Problem, "AWS does not know them"),
    new("aws-region", "missing", Problem, "there are credentials, and no region"),
    new("xray", "unreachable", Unknown, "nobody answers there"),
    new("xray", "late", Unknown, "it did not answer in time"),
    new("xray", "throttled", Unknown, "it was asked too often"),
    new("xray", "broken", Unknown, "its answer makes no sense"),
    new("xray-clock", "drifts", Note, "this machine's clock is seconds away from AWS's"),
    new("xray-clock", "off", Problem, "this machine's clock is a minute and more away from AWS's"),
    new("xray-permissions", "lacking", Problem, "the credentials may not do xray:GetTraceSummaries or xray:BatchGetTraces"),
    new("xray-indexing", "partial", Note, "Transaction Search is on: only indexed traces are listed"),
    new("log-groups", "none", Note, "none is named: they are those that a trace names"),
    new("log-groups", "missing", Problem, "a log group is named that is not there"),
    new("log-groups", "not-asked", Note, "there is nobody to ask with: no credentials, or no region"),
    new("cloudwatch-logs", "unreachable", Unknown, "nobody answers there"),
    new("cloudwatch-logs", "late", Unknown, "it did not answer in time"),
    new("cloudwatch-logs", "throttled", Unknown, "it was asked too often"),
    new("cloudwatch-logs", "broken", Unknown, "its answer makes no sense"),
    new("logs-permissions", "lacking", Problem, "the credentials may not do logs:FilterLogEvents or logs:StartQuery"),
    new("rollbar-token", "missing", Note, "there is no token that reads"),
    new("rollbar-token", "empty", Problem, "its variable is set to nothing"),
    new("rollbar-token", "elsewhere", Problem, "a file sets its variable, and this shell has not read the file"),
    new("rollbar-token", "unusable", Problem, "there is one that cannot be fetched or sent"),
    new("rollbar-token", "refused", Problem, "Rollbar does not know it"),
    new("rollbar-token", "only-sends", Problem, "it can send, and not read"),
    new("rollbar", "unreachable", Unknown, "nobody answers there"),
    new("rollbar", "late", Unknown, "it did not answer in time"),
    new("rollbar", "throttled", Unknown, "it was asked too often"),
    new("rollbar", "broken", Unknown, "its answer makes no sense"),
    new("rollbar-clock", "drifts", Note, "this machine's clock is seconds away from Rollbar's"),
    new("rollbar-clock", "off", Problem, "this machine's clock is a minute and more away from Rollbar's"),
    new("test-span", "no-receiver", Problem, "no receiver that takes OTLP/HTTP is running for this store"),
    new("test-span", "no-key", Problem, "there is no key that can be used to send one to Honeycomb"),
    new("test-span", "refused", Problem, "it was not taken"),
    new("test-span", "unanswered", Unknown, "nobody said whether it was taken"),
    new("test-span", "not-found", Unknown, "it was taken, and was not to be found in time"),
];

/// The kind of that name. Within a `const` block, a name that is not there does not compile.
///
/// # Panics
///
/// Where there is none.
pub const fn kind(check: &str, finding: &str) -> Kind {
    let mut at = 0;
    while at < KINDS.len() {
        if same(KINDS[at].check, check) && same(KINDS[at].finding, finding) {
            return KINDS[at];
        }
        at += 1;
    }
    panic!("there is no such finding")
}

/// `==` is no constant function yet.
const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_and_none_is_there_twice() {
        let word = |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        for (at, kind) in KINDS.iter().enumerate() {
            assert!(word(kind.check) && word(kind.finding) && kind.finding != "ok", "{kind:?}");
            let same = |other: &&Kind| other.check == kind.check && other.finding == kind.finding;
            assert!(KINDS[at + 1..].iter().find(same).is_none(), "{kind:?}");
            assert_eq!(super::kind(kind.check, kind.finding), *kind);
        }
    }
}
