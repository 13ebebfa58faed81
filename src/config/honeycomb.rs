//! How Honeycomb is asked: with which key, where, and for how much.

use super::endpoint::Endpoint;
use super::key::{Form, Key, Places};
use super::layers::Layers;
use super::report::{Line, Origin};
use super::{Env, Paths, otlp_headers};
use crate::cli::honeycomb::{Attributes, HoneycombArgs};
use crate::cli::value::RateLimit;
use crate::error::Failure;
use crate::secret::KeyKind;

/// The API key, as `config show` tells it. It is no key of the file: a file is shown around.
pub const API_KEY: &str = "honeycomb.api_key";
/// The variable in which the key is.
pub const KEY_VARIABLE: &str = "HONEYCOMB_API_KEY";
/// Where else it may be.
const PLACES: Places =
    Places { what: "API key", form: Form::Word, file: "honeycomb.api_key_file", command: "honeycomb.api_key_command" };

/// How Honeycomb is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Honeycomb {
    /// With which key; `None` where nobody gave one, so that Honeycomb cannot be asked.
    pub key: Option<Key>,
    /// Where its API is, without a slash at the end: `https://api.honeycomb.io`.
    pub endpoint: String,
    /// For which dataset; `None` for all of the environment.
    pub dataset: Option<String>,
    /// For how many attributes; `None` leaves it to the command.
    pub attributes: Option<Attributes>,
    /// Whether `list` spends a second query result on numbers of spans and errors.
    pub counts: bool,
    /// How many query results may be asked for.
    pub rate: RateLimit,
    /// What keeps it from being asked.
    pub unusable: Option<Unusable>,
    /// Whether there is a key, be it one that cannot be used. Without it, `auto` does not ask.
    pub hinted: bool,
}

/// What the command line says about it.
#[derive(Debug, Clone, Default)]
pub(super) struct HoneycombFlags {
    pub(super) dataset: Option<String>,
    pub(super) attributes: Option<Attributes>,
    pub(super) counts: bool,
}

impl HoneycombFlags {
    /// What every command that asks it has.
    pub(super) fn of(args: &HoneycombArgs) -> Self {
        Self { dataset: args.dataset.clone(), ..Self::default() }
    }
}

/// Why it cannot be asked, where something in the environment says that it could. The environment is shared with what sends to
/// Honeycomb: what makes no sense there must not keep commands from their work that never ask it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hints: Vec<String>,
}

impl Unusable {
    pub(super) fn new(failure: &Failure) -> Self {
        Self { message: failure.message(), hints: failure.hints().to_vec() }
    }
}

/// The key in its own variable.
fn own(env: &Env) -> Result<Option<Key>, Failure> {
    let text = env.setting(KEY_VARIABLE)?.map(str::trim).filter(|text| !text.is_empty());
    text.map(|text| Key::given(PLACES.what, text, KEY_VARIABLE)).transpose()
}

/// The key that OpenTelemetry's SDKs are told to send.
fn of_sdks(env: &Env) -> Result<Option<Key>, Failure> {
    let found = otlp_headers::find(env, "x-honeycomb-team")?;
    found.map(|(text, variable)| Key::given(PLACES.what, &text, variable)).transpose()
}

impl Honeycomb {
    pub(super) fn resolve(flags: HoneycombFlags, env: &Env, paths: &Paths, layers: &mut Layers<'_>) -> Result<Self, Failure> {
        let mut unusable = None;
        let elsewhere = Key::elsewhere(&PLACES, None, paths, layers)?;
        let variable = |key: Key| (Origin::Env(key.place().to_owned()), key);
        // Its own variable wins; what is meant for SDKs is for where nothing else is said.
        let key = own(env).map(|key| key.map(variable).or(elsewhere));
        let key = key.and_then(|key| if key.is_some() { Ok(key) } else { Ok(of_sdks(env)?.map(variable)) });
        let key = key.unwrap_or_else(|failure| {
            unusable = Some(Unusable::new(&failure));
            None
        });
        layers.tell(match &key {
            None if unusable.is_some() => Line { key: API_KEY, value: "(not usable)".to_owned(), origin: Origin::Default },
            None => Line { key: API_KEY, value: "(not set)".to_owned(), origin: Origin::Default },
            Some((origin, key)) => {
                let kind = key.at_hand().map(|secret| format!("(set: {})", KeyKind::of(secret.expose())));
                Line { key: API_KEY, value: kind.unwrap_or_else(|| key.told().to_owned()), origin: origin.clone() }
            }
        });
        let key = key.map(|(_, key)| key);
        let hinted = key.is_some() || unusable.is_some();
        let endpoint = layers.pick_shared("honeycomb.endpoint", Endpoint::default, |failure| {
            unusable.get_or_insert_with(|| Unusable::new(failure));
        })?;
        // `--dataset ''` asks for all of them, whatever is configured.
        let dataset = flags.dataset.map(|name| Some(name).filter(|name| !name.is_empty()));
        let mut dataset = layers.pick("honeycomb.dataset", dataset, || None)?;
        if layers.origin() == Origin::Default
            && let Some((name, variable)) = otlp_headers::find(env, "x-honeycomb-dataset")?
        {
            layers.instead(name.clone(), Origin::Env(variable.to_owned()));
            dataset = Some(name);
        }
        Ok(Self {
            key,
            endpoint: endpoint.into_string(),
            dataset,
            attributes: layers.pick("honeycomb.attributes", flags.attributes.map(Some), || None)?,
            counts: layers.pick("honeycomb.counts", flags.counts.then_some(true), || false)?,
            rate: layers.pick("honeycomb.rate_limit", None, RateLimit::default)?,
            unusable,
            hinted,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)]) -> Result<Option<Key>, Failure> {
        let env = variables.iter().copied().collect();
        Ok(own(&env)?.or(of_sdks(&env)?))
    }

    fn origin(variables: &[(&str, &str)]) -> Option<(String, String)> {
        let secret = |key: &Key| key.at_hand().map(|secret| secret.expose().to_owned()).unwrap_or_default();
        found(variables).unwrap().map(|key| (secret(&key), key.place().to_owned()))
    }

    #[test]
    fn a_key_is_taken_from_its_variable_or_from_what_sdks_send() {
        let headers = ("OTEL_EXPORTER_OTLP_HEADERS", "x-honeycomb-team=fromheaders");
        let traces = ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "X-Honeycomb-Team=fromtraces");
        let of = |key: &str, variable: &str| Some((key.to_owned(), variable.to_owned()));
        assert_eq!(origin(&[(KEY_VARIABLE, " own\n"), headers]), of("own", KEY_VARIABLE));
        assert_eq!(origin(&[headers, traces]), of("fromtraces", traces.0));
        assert_eq!(origin(&[(KEY_VARIABLE, " "), headers]), of("fromheaders", headers.0));
        assert_eq!(origin(&[("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic x")]), None);
    }

    #[test]
    fn a_key_that_is_none_is_refused_and_not_repeated() {
        let headers = "OTEL_EXPORTER_OTLP_HEADERS";
        for (variable, value) in [
            (KEY_VARIABLE, "hunter 2"),
            (KEY_VARIABLE, "hunter\u{1b}2"),
            (KEY_VARIABLE, "hünter2"),
            (headers, "x-honeycomb-team=hunter%0A2"),
        ] {
            let failure = found(&[(variable, value)]).unwrap_err();
            assert_eq!(failure.exit().code(), 2);
            let said = format!("{failure:?} {} {:?}", failure.message(), failure.hints());
            assert!(said.contains(variable) && !said.contains("unter") && !said.contains("nter2"), "{said}");
        }
    }
}
