//! Whose key it is and what it may do: `GET /1/auth`, <https://docs.honeycomb.io/api/auth/>.

use serde::{Deserialize, Serialize};

use super::super::{Remote, Trouble};
use super::Honeycomb;
use super::cache::digest;
use super::client::Reply;
use super::error;
use super::refusal::Refusal;
use crate::model::Nanos;
use crate::model::time::SECOND;
use crate::secret::KeyKind;

/// For so long what a key may do is not asked again. One that may do less by now is refused when it is used.
const FRESH: Nanos = 24 * 3600 * SECOND;

/// What the service says of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Auth {
    /// `configuration` or `ingest`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// What it may do.
    #[serde(rename = "api_key_access", default)]
    pub access: Access,
    /// Its environment; both names are empty in Classic.
    #[serde(default)]
    pub environment: Named,
    /// Its team.
    #[serde(default)]
    pub team: Named,
}

/// What a key may do, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Access {
    /// "Run Queries".
    pub queries: bool,
    /// "Manage Queries and Columns".
    pub columns: bool,
}

/// A name and what stands for it in addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Named {
    /// For people.
    pub name: String,
    /// For addresses.
    pub slug: String,
}

impl Auth {
    /// Whether it is of Honeycomb Classic, which has no environments.
    pub fn is_classic(&self) -> bool {
        self.environment.slug.is_empty()
    }

    /// `team/environment`, where they are known.
    pub fn place(&self) -> Option<String> {
        match (self.team.slug.as_str(), self.environment.slug.as_str()) {
            ("", _) => None,
            (team, "") => Some(team.to_owned()),
            (team, environment) => Some(format!("{team}/{environment}")),
        }
    }
}

/// Looks at the key before anything is asked, asks the service about it once a day, and says no where it cannot read.
pub(super) async fn check(honeycomb: &Honeycomb) -> Result<Auth, Remote> {
    let options = &honeycomb.options;
    let kind = KeyKind::of(options.key.expose());
    if !kind.may_read() {
        return Err(error::wrong_kind(kind, &options.key_origin));
    }
    let name = format!("honeycomb-auth-{}", digest(&[&options.endpoint, options.key.expose()]));
    let auth = match honeycomb.cache.read_fresh::<Auth>(&name, honeycomb.now(), FRESH) {
        Some(auth) if may_read(&auth) => auth,
        // What is lacking may have been granted since.
        _ => asked(honeycomb).await?,
    };
    if auth.kind == "ingest" {
        return Err(error::only_sends(&options.key_origin));
    }
    if !may_read(&auth) {
        return Err(error::lacks(&auth, &options.key_origin));
    }
    honeycomb.cache.write(&name, honeycomb.now(), &auth);
    Ok(auth)
}

/// Why a question is refused to a key that was known to be right. What was kept of it may be no longer true; where it is, the team's
/// plan is what is left.
pub(super) async fn denied(honeycomb: &Honeycomb, what: &str, refusal: &Refusal) -> Remote {
    honeycomb.forget_auth();
    match asked(honeycomb).await {
        Ok(auth) if may_read(&auth) => error::not_in_plan(what, refusal),
        Ok(auth) => error::lacks(&auth, &honeycomb.options.key_origin),
        Err(remote) if remote.kind == Trouble::Credentials => remote,
        Err(_) => error::refused(what, refusal, &honeycomb.options, honeycomb.auth.get()),
    }
}

/// Whether it may read, as the service says.
pub(super) fn may_read(auth: &Auth) -> bool {
    auth.kind != "ingest" && auth.access.queries && auth.access.columns
}

/// What the service says of the key, now.
pub(super) async fn asked(honeycomb: &Honeycomb) -> Result<Auth, Remote> {
    match honeycomb.client()?.get(&["auth"]).await? {
        Reply::Body(body) => serde_json::from_slice(&body).map_err(|why| {
            error::broken(&format!("what it says of the key makes no sense ({why}); is there a proxy between?"))
        }),
        Reply::Refused(refusal) => Err(error::refused("to look at the key", &refusal, &honeycomb.options, None)),
    }
}
