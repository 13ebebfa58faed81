//! Keys: what they look like, what they may do, and how the wrong ones are refused.
//! <https://docs.honeycomb.io/configure/environments/manage-api-keys/>, <https://docs.honeycomb.io/api/authentication/>.

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::answer::Answer;
use super::setup::{Denied, Setup};

/// A configuration key of an environment: 22 letters and digits.
pub(crate) const CONFIGURATION: &str = "cfgKey0123456789abcdEF";
/// An ingest key of an environment: `hc`, the region, `ik_`, 58 letters and digits.
pub(crate) const INGEST: &str = "hcaik_01234567890123456789012345678901234567890123456789abcdefgh";
/// A management key of a team: an id and a secret. No endpoint of version 1 takes it.
pub(crate) const MANAGEMENT: &str = "hcamk_01hqk4k20cjeh63wca8vva5stw:0123456789abcdef0123456789abcdef";
/// A key of a Classic environment: 32 hex digits, lower case.
pub(crate) const CLASSIC: &str = "0123456789abcdef0123456789abcdef";
/// An ingest key of a Classic environment: `hc`, the region, `ic_`, 58 letters and digits.
pub(crate) const CLASSIC_INGEST: &str = "hcaic_01234567890123456789012345678901234567890123456789abcdefgh";

/// A key that the team has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) token: String,
    /// What it may do: the names in `api_key_access`. Of an ingest key, `createDatasets` at most.
    pub(crate) may: Vec<&'static str>,
    kind: Kind,
}

/// What a token is by its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Configuration,
    Ingest,
    Management,
}

impl Kind {
    pub(super) fn of(token: &str) -> Self {
        let ingest =
            token.len() == 64 && token.starts_with("hc") && ["ik_", "ic_"].contains(&token.get(3..6).unwrap_or_default());
        let management = token.starts_with("hc") && token.get(3..6) == Some("mk_");
        if management {
            Self::Management
        } else if ingest {
            Self::Ingest
        } else {
            Self::Configuration
        }
    }

    /// As `GET /1/auth` says it, and what is noted of a request instead of its key.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Ingest => "ingest",
            Self::Management => "management",
        }
    }
}

/// The permissions of a configuration key.
const PERMISSIONS: [&str; 10] =
    ["events", "markers", "triggers", "boards", "queries", "columns", "createDatasets", "slos", "recipients", "privateBoards"];

impl Key {
    /// A key with every permission that one of its kind can have. Its kind is that of its shape.
    pub(crate) fn new(token: &str) -> Self {
        Self::of_kind(token, Kind::of(token))
    }

    /// An ingest key of any shape: shapes have changed before.
    pub(crate) fn ingest(token: &str) -> Self {
        Self::of_kind(token, Kind::Ingest)
    }

    fn of_kind(token: &str, kind: Kind) -> Self {
        let may = if kind == Kind::Ingest { vec!["createDatasets"] } else { PERMISSIONS.to_vec() };
        Self { token: token.to_owned(), may, kind }
    }

    /// Without a permission: `queries` (run queries), `columns` (manage queries and columns), `createDatasets`, `events` …
    pub(crate) fn without(mut self, permission: &str) -> Self {
        self.may.retain(|may| *may != permission);
        self
    }

    /// Whether it is of a Classic environment.
    fn is_classic(&self) -> bool {
        is_classic(&self.token)
    }

    pub(super) fn is_ingest(&self) -> bool {
        self.kind == Kind::Ingest
    }

    /// The answer of `GET /1/auth`.
    pub(super) fn described(&self) -> Value {
        let access: serde_json::Map<String, Value> = match self.kind {
            Kind::Ingest => [("createDatasets".to_owned(), json!(self.may.contains(&"createDatasets")))].into_iter().collect(),
            _ => PERMISSIONS.iter().map(|name| ((*name).to_owned(), json!(self.may.contains(name)))).collect(),
        };
        let environment = if self.is_classic() { ("", "") } else { ("Test", ENVIRONMENT) };
        json!({
            "id": "FL_xMM5LapLC",
            "type": self.kind.name(),
            "api_key_access": access,
            "environment": {"name": environment.0, "slug": environment.1},
            "team": {"name": "Cruddur", "slug": TEAM},
        })
    }
}

/// The team's name in addresses.
pub(super) const TEAM: &str = "cruddur";
/// The environment's.
pub(super) const ENVIRONMENT: &str = "test";

/// As the ingest of OTLP tells it from the token alone.
pub(super) fn is_classic(token: &str) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    match token.len() {
        32 => token.bytes().all(hex),
        64 => token.starts_with("hc") && token.get(3..6) == Some("ic_"),
        _ => false,
    }
}

/// What a request needs of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// A configuration or an ingest key.
    Any,
    /// A configuration key.
    Configuration,
    /// A configuration key with a permission.
    Permission(&'static str),
    /// A configuration key that may run queries and manage them, of a team whose plan has the Query Data API.
    Queries,
}

/// The key of a request, or why it is refused.
pub(super) fn admit<'a>(headers: &HeaderMap, url: &str, need: Need, setup: &'a Setup) -> Result<&'a Key, Answer> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty());
    if header("user-agent").or(header("x-honeycomb-useragent")).is_none() {
        return Err(Answer::error(400, "a request needs a User-Agent"));
    }
    if header("authorization").is_some() {
        return Err(Answer::error(400, "version 1 takes its key in X-Honeycomb-Team, and no Authorization"));
    }
    if setup.keys.iter().any(|key| url.contains(&key.token)) {
        return Err(Answer::error(400, "a key has no business in an address"));
    }
    let token = header("x-honeycomb-team").unwrap_or_default();
    let known = setup.keys.iter().find(|key| key.token == token && key.kind != Kind::Management);
    let key = known.ok_or_else(Answer::unknown_key)?;
    let may = |permission: &str| key.may.contains(&permission);
    let configuration = key.kind == Kind::Configuration;
    let admitted = match need {
        Need::Any => true,
        Need::Configuration => configuration,
        Need::Permission(permission) => configuration && may(permission),
        Need::Queries => configuration && may("queries") && may("columns") && setup.enterprise,
    };
    if admitted { Ok(key) } else { Err(denied(setup.denied_as)) }
}

/// Nobody documents how a missing permission or plan is said.
fn denied(form: Denied) -> Answer {
    match form {
        Denied::Legacy => Answer::error(403, "Your team has been denied access to this feature. Please contact support."),
        Denied::Problem => {
            Answer::problem(403, "forbidden", "The request is not allowed.", "Your plan does not include this API.")
        }
        Denied::Unauthorized => Answer::unknown_key(),
        Denied::Bare => Answer::new(403, "text/plain; charset=utf-8", "Forbidden\n"),
    }
}
