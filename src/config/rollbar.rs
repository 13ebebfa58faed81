//! How Rollbar is asked: with which token, and where.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use super::endpoint::{self, Endpoint};
use super::report::{Line, Origin};
use super::setting::Setting;
use super::settings::Layers;
use super::{Env, Paths};
use crate::error::{Failure, Kind, OrFail as _};
use crate::secret::Secret;

/// The token, as `config show` tells it. It is no key of the file: a file is shown around.
pub const ACCESS_TOKEN: &str = "rollbar.access_token";
/// The variable in which the token is.
pub const TOKEN_VARIABLE: &str = "ROLLBAR_READ_TOKEN";
/// The variable in which applications have the token with which they send.
const SENDERS_VARIABLE: &str = "ROLLBAR_ACCESS_TOKEN";

/// No token is longer, in bytes.
const LONGEST: u64 = 4096;

/// How Rollbar is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollbar {
    /// The token as it was found in the environment; it may be none.
    token: Option<Secret>,
    /// The file in which it is, unless it is in the environment.
    token_file: Option<PathBuf>,
    /// Where its API is, without `/api/1`: `https://api.rollbar.com`.
    pub endpoint: String,
    /// What the application's environment is called there; `None` leaves it to its spans.
    pub environment: Option<String>,
    /// Whether the token is there with which applications send, which cannot read.
    pub can_send: bool,
}

/// A token, and who gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollbarToken {
    /// The token itself: visible ASCII, and not empty.
    pub secret: Secret,
    /// The variable, or the file in backquotes.
    pub origin: String,
}

impl Rollbar {
    pub(super) fn resolve(env: &Env, paths: &Paths, layers: &mut Layers<'_>) -> Result<Self, Failure> {
        // Whether it makes sense is told where it is used: it must not keep commands from their work that never ask.
        let token = env.text(TOKEN_VARIABLE).filter(|text| !text.trim().is_empty()).map(Secret::new);
        layers.tell(match token {
            None => Line { key: ACCESS_TOKEN, value: "(not set)".to_owned(), origin: Origin::Default },
            Some(_) => Line { key: ACCESS_TOKEN, value: "(set)".to_owned(), origin: Origin::Env(TOKEN_VARIABLE.to_owned()) },
        });
        let token_file: Option<PathBuf> = layers.pick("rollbar.access_token_file", None, || None)?;
        let of_file = matches!(layers.origin(), Origin::File { .. });
        let token_file = token_file.map(|path| if of_file { paths.in_config(&path) } else { path });
        layers.correct(token_file.show());
        let RollbarEndpoint(endpoint) = layers.pick("rollbar.endpoint", None, RollbarEndpoint::default)?;
        let environment = layers.pick("rollbar.environment", None, || None)?;
        Ok(Self { token, token_file, endpoint, environment, can_send: env.text(SENDERS_VARIABLE).is_some() })
    }

    /// The token, read from its file if it is in one; `None` where nobody gave one.
    ///
    /// # Errors
    ///
    /// What was given is no token, or the file cannot be read. It is not repeated.
    pub fn token(&self) -> Result<Option<RollbarToken>, Failure> {
        if let Some(token) = &self.token {
            return checked(token.expose(), TOKEN_VARIABLE.to_owned()).map(Some);
        }
        let Some(path) = &self.token_file else { return Ok(None) };
        let origin = format!("`{}`", path.display());
        let doing = || format!("cannot read Rollbar's token in {origin}");
        let mut text = String::new();
        let file = File::open(path).or_fail(Kind::Config, doing)?;
        file.take(LONGEST).read_to_string(&mut text).or_fail(Kind::Config, doing)?;
        checked(&text, origin).map(Some)
    }
}

fn checked(text: &str, origin: String) -> Result<RollbarToken, Failure> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::config(format!("Rollbar's token in {origin} is empty")));
    }
    if text.contains(|c: char| !c.is_ascii_graphic()) {
        let which = format!("Rollbar's token in {origin} has a blank, a control character or a letter outside of ASCII in it");
        return Err(Failure::config(which).hint("no token has: is it more than the token, or was it cut on the way?"));
    }
    Ok(RollbarToken { secret: Secret::new(text), origin })
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
        let found = rollbar(env, file).unwrap().token().unwrap();
        found.map(|token| (token.secret.expose().to_owned(), token.origin))
    }

    #[test]
    fn a_token_is_in_the_environment_or_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "from-the-file\n").unwrap();
        let file = format!("rollbar.access_token_file = '{}'", path.display());
        let variable = (TOKEN_VARIABLE, " from-the-environment ");
        let of = |token: &str, origin: &str| Some((token.to_owned(), origin.to_owned()));
        assert_eq!(token(&[], ""), None);
        assert_eq!(token(&[variable], &file), of("from-the-environment", TOKEN_VARIABLE));
        assert_eq!(token(&[(TOKEN_VARIABLE, " ")], &file), of("from-the-file", &format!("`{}`", path.display())));
        assert_eq!(token(&[(SENDERS_VARIABLE, "sends")], ""), None, "what sends does not read");
        assert!(rollbar(&[(SENDERS_VARIABLE, "sends")], "").unwrap().can_send);
        let relative = rollbar(&[], "rollbar.access_token_file = 'token'").unwrap();
        assert_eq!(relative.token_file.as_deref(), Some(std::path::Path::new("/c/token")), "relative to the file");
    }

    #[test]
    fn a_token_that_is_none_is_told_when_it_is_used_and_not_repeated() {
        for (variable, why) in [("hunter 2", "a blank"), ("hünter2", "outside of ASCII")] {
            let failure = rollbar(&[(TOKEN_VARIABLE, variable)], "").unwrap().token().unwrap_err();
            let said = format!("{failure:?} {} {:?}", failure.message(), failure.hints());
            assert!(said.contains(why) && said.contains(TOKEN_VARIABLE) && !said.contains("nter"), "{said}");
        }
        let failure = rollbar(&[], "rollbar.access_token_file = '/none/token'").unwrap().token().unwrap_err();
        assert_eq!(failure.message(), "cannot read Rollbar's token in `/none/token`");
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
