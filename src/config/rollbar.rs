//! How Rollbar is asked: with which token, and where.

use super::endpoint::{self, Endpoint};
use super::honeycomb::Unusable;
use super::key::{Form, Key, Places};
use super::layers::Layers;
use super::report::{Line, Origin};
use super::setting::Setting;
use super::{Env, Paths};
use crate::error::Failure;

/// The token, as `config show` tells it. It is no key of the file: a file is shown around.
pub const ACCESS_TOKEN: &str = "rollbar.access_token";
/// The variable in which the token is.
pub const TOKEN_VARIABLE: &str = "ROLLBAR_READ_TOKEN";
/// The variable in which applications have the token with which they send.
const SENDERS_VARIABLE: &str = "ROLLBAR_ACCESS_TOKEN";

/// Where else it may be.
const PLACES: Places = Places {
    what: "Rollbar token",
    form: Form::Word,
    file: "rollbar.access_token_file",
    command: "rollbar.access_token_command",
};

/// How Rollbar is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollbar {
    /// With which token; `None` where nobody gave one, or none that can be used.
    pub token: Option<Key>,
    /// What is wrong with the one that was given. Told where it is used: it must not keep commands from their work that never ask.
    pub unusable: Option<Unusable>,
    /// Where its API is, without `/api/1`: `https://api.rollbar.com`.
    pub endpoint: String,
    /// What the application's environment is called there; `None` leaves it to its spans.
    pub environment: Option<String>,
    /// Whether the token is there with which applications send, which cannot read.
    pub can_send: bool,
}

impl Rollbar {
    pub(super) fn resolve(env: &Env, paths: &Paths, layers: &mut Layers<'_>) -> Result<Self, Failure> {
        let own = env.text(TOKEN_VARIABLE).filter(|text| !text.trim().is_empty());
        let own = own.map(|text| Key::given(PLACES.what, &text, TOKEN_VARIABLE)).transpose();
        let elsewhere = Key::elsewhere(&PLACES, None, paths, layers)?;
        let variable = |key| (Origin::Env(TOKEN_VARIABLE.to_owned()), key);
        let (token, unusable) = match own {
            Ok(own) => (own.map(variable).or(elsewhere), None),
            Err(failure) => (None, Some(Unusable::new(&failure))),
        };
        let (value, origin) = match &token {
            Some((origin, key)) => (key.told(), origin.clone()),
            None if unusable.is_some() => ("(not usable)", Origin::Env(TOKEN_VARIABLE.to_owned())),
            None => ("(not set)", Origin::Default),
        };
        layers.tell(Line { key: ACCESS_TOKEN, value: value.to_owned(), origin });
        let token = token.map(|(_, key)| key);
        let RollbarEndpoint(endpoint) = layers.pick("rollbar.endpoint", None, RollbarEndpoint::default)?;
        let environment = layers.pick("rollbar.environment", None, || None)?;
        Ok(Self { token, unusable, endpoint, environment, can_send: env.text(SENDERS_VARIABLE).is_some() })
    }
}

/// The address of Rollbar's API: without `/api/1`, and such that a token may be sent there.
struct RollbarEndpoint(String);

impl Default for RollbarEndpoint {
    fn default() -> Self {
        Self("https://api.rollbar.com".to_owned())
    }
}

impl Setting for RollbarEndpoint {
    fn read(text: &str) -> Result<Self, String> {
        let url = endpoint::address(text.trim(), "expected an address such as `https://api.rollbar.com/api/1`", "token")?;
        let address = url.as_str().trim_end_matches('/');
        Ok(Self(address.strip_suffix("/api/1").unwrap_or(address).trim_end_matches('/').to_owned()))
    }

    fn show(&self) -> String {
        self.0.clone()
    }

    /// Without what may be a password.
    fn quoted(text: &str) -> String {
        Endpoint::quoted(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use crate::config::file::ConfigFile;
    use crate::config::{Flags, Settings};
    use clap::Parser as _;

    fn rollbar(env: &[(&str, &str)], file: &str) -> Result<Rollbar, Failure> {
        let cli = Cli::try_parse_from(["cruddur-trace", "list"]).expect("the test's command line is right");
        let paths =
            Paths { config: "/c/config.toml".into(), config_is_named: false, data: "/data".into(), cache: "/cache".into() };
        let file = ConfigFile::parse(file.to_owned(), &paths.config)?;
        Ok(Settings::resolve(Flags::of(&cli), &env.iter().copied().collect(), &file, paths)?.rollbar)
    }

    fn token(env: &[(&str, &str)], file: &str) -> Option<(String, String)> {
        let key = rollbar(env, file).unwrap().token?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let secret = runtime.block_on(key.fetch(std::time::Duration::from_secs(10))).unwrap();
        Some((secret.expose().to_owned(), key.place().to_owned()))
    }

    #[test]
    fn a_token_is_in_the_environment_or_in_a_file_or_printed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "from-the-file\n").unwrap();
        let file = format!("rollbar.access_token_file = '{}'", path.display());
        let variable = (TOKEN_VARIABLE, " from-the-environment ");
        let of = |token: &str, origin: &str| Some((token.to_owned(), origin.to_owned()));
        assert_eq!(token(&[], ""), None);
        assert_eq!(token(&[variable], &file), of("from-the-environment", TOKEN_VARIABLE));
        assert_eq!(token(&[(TOKEN_VARIABLE, " ")], &file), of("from-the-file", &format!("`{}`", path.display())));
        assert_eq!(
            token(&[], "rollbar.access_token_command = ['echo', 'printed']").map(|(token, _)| token),
            Some("printed".to_owned())
        );
        assert_eq!(token(&[(SENDERS_VARIABLE, "sends")], ""), None, "what sends does not read");
        assert!(rollbar(&[(SENDERS_VARIABLE, "sends")], "").unwrap().can_send);
    }

    #[test]
    fn a_token_that_is_none_is_told_when_it_is_used_and_not_repeated() {
        for (variable, why) in [("hunter 2", "a blank"), ("hünter2", "outside of ASCII")] {
            let said = format!("{:?}", rollbar(&[(TOKEN_VARIABLE, variable)], "").unwrap());
            assert!(said.contains(why) && said.contains(TOKEN_VARIABLE) && !said.contains("nter"), "{said}");
        }
    }

    #[test]
    fn the_address_is_taken_with_or_without_the_version_and_kept_secret_on_the_way() {
        let endpoint = |text: &str| RollbarEndpoint::read(text).map(|endpoint| endpoint.show());
        for text in ["https://api.rollbar.com", "https://api.rollbar.com/", " https://API.rollbar.com:443/api/1/ "] {
            assert_eq!(endpoint(text).as_deref(), Ok("https://api.rollbar.com"), "{text}");
        }
        assert_eq!(endpoint("http://127.0.0.1:8080/rollbar").as_deref(), Ok("http://127.0.0.1:8080/rollbar"));
        assert!(endpoint("http://api.rollbar.com").unwrap_err().starts_with("the token would travel unencrypted"));
        assert!(endpoint("https://me:pass@api.rollbar.com").unwrap_err().contains("a user or a password"));
        assert!(endpoint("https://api.rollbar.com?access_token=x").unwrap_err().contains("without `?`"));
        assert_eq!(endpoint("rollbar").unwrap_err(), "expected an address such as `https://api.rollbar.com/api/1`");
    }
}
