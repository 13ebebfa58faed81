//! Who may send to the receiver, and how much.

use std::path::PathBuf;
use std::time::Duration;

use super::key::{Form, Key, Places};
use super::layers::Layers;
use super::report::{Line, Origin};
use super::{Env, Paths};
use crate::cli::collect::GuardArgs;
use crate::cli::value::{Length, Size, WebOrigin};
use crate::error::Failure;

/// The token, as `config show` tells it. It is no key of the file: a file is shown around.
pub const TOKEN: &str = "collect.token";
/// The variable in which the token is.
pub const TOKEN_VARIABLE: &str = "CRUDDUR_TRACE_COLLECT_TOKEN";
/// Where else it may be.
const PLACES: Places = Places { what: "token", form: Form::Word, file: "collect.token_file", command: "collect.token_command" };

/// Shorter than this, a request or a connection could not even be begun.
const SHORTEST: Duration = Duration::from_secs(1);

/// More connections than any system has ports.
const MOST_CONNECTIONS: usize = 65_535;

/// Who may send, how it is kept from others, and how much is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// Origins of web pages that may send, as browsers spell them; `*` is every one.
    pub allowed_origins: Vec<String>,
    /// The token that senders have to bring. `None`: anybody may send.
    pub token: Option<Key>,
    /// The certificate and its private key, both PEM.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// How much is taken.
    pub limits: CollectLimits,
}

/// How much the receiver takes: what `[collect.limits]` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CollectLimits {
    /// Open connections on each TCP port.
    pub connections: usize,
    /// Bytes of a request's body, as sent.
    pub body: usize,
    /// The same when it is decompressed; not less.
    pub decompressed_body: usize,
    /// Bytes of all bodies in flight together; not less than one may have.
    pub in_flight: usize,
    /// For a request to be answered, once its headers are there.
    pub request_time: Duration,
    /// For a connection to stay open between two requests.
    pub idle_time: Duration,
}

impl Guard {
    pub(super) fn resolve(flags: GuardArgs, env: &Env, paths: &Paths, layers: &mut Layers<'_>) -> Result<Self, Failure> {
        let GuardArgs { token_file, tls_cert, tls_key, allow_origin } = flags;
        let origins = (!allow_origin.is_empty()).then_some(allow_origin);
        let origins: Vec<WebOrigin> = layers.pick("collect.allowed_origins", origins, Vec::new)?;
        let elsewhere = Key::elsewhere(&PLACES, token_file, paths, layers)?;
        let own = env.setting(TOKEN_VARIABLE)?.map(|text| Key::given(PLACES.what, text, TOKEN_VARIABLE)).transpose()?;
        let own = own.map(|key| (Origin::Env(TOKEN_VARIABLE.to_owned()), key));
        let token = match elsewhere {
            Some((origin @ Origin::Flag(_), key)) => Some((origin, key)),
            elsewhere => own.or(elsewhere),
        };
        layers.tell(match &token {
            None => Line { key: TOKEN, value: "(not set)".to_owned(), origin: Origin::Default },
            Some((origin, key)) => Line { key: TOKEN, value: key.told().to_owned(), origin: origin.clone() },
        });
        let token = token.map(|(_, key)| key);
        let cert = pick_file("collect.tls_cert", tls_cert, paths, layers)?;
        let key = pick_file("collect.tls_key", tls_key, paths, layers)?;
        let tls = match (cert, key) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            (Some(_), None) => return Err(one_of_two("a certificate", "its private key", "--tls-key", "tls_key")),
            (None, Some(_)) => return Err(one_of_two("a private key", "its certificate", "--tls-cert", "tls_cert")),
        };
        let allowed_origins = origins.into_iter().map(WebOrigin::into_string).collect();
        Ok(Self { allowed_origins, token, tls, limits: CollectLimits::resolve(layers)? })
    }
}

impl CollectLimits {
    fn resolve(layers: &mut Layers<'_>) -> Result<Self, Failure> {
        const MIB: u64 = 1 << 20;
        let connections = layers.pick("collect.limits.connections", None, || 512)?;
        let mut size = |key, default| layers.pick(key, None, || Size(default));
        let body = size("collect.limits.body", 64 * MIB)?;
        let decompressed = size("collect.limits.decompressed_body", 128 * MIB)?;
        let in_flight = size("collect.limits.in_flight", 512 * MIB)?;
        let mut time = |key, default| {
            let Length(time) = layers.pick(key, None, || Length(Duration::from_secs(default)))?;
            let short = || Failure::config(format!("`{key}` is shorter than a second, in which no request would be answered"));
            if time < SHORTEST { Err(short()) } else { Ok(time) }
        };
        let request_time = time("collect.limits.request_time", 60)?;
        let idle_time = time("collect.limits.idle_time", 120)?;
        if connections > MOST_CONNECTIONS {
            return Err(Failure::config(format!("`collect.limits.connections` is more than {MOST_CONNECTIONS}")));
        }
        for ((small, smaller), (large, larger)) in [
            (("body", body), ("decompressed_body", decompressed)),
            (("decompressed_body", decompressed), ("in_flight", in_flight)),
        ] {
            if smaller > larger {
                let what = format!("`collect.limits.{small}` ({smaller}) is more than `collect.limits.{large}` ({larger})");
                return Err(Failure::config(what).hint("what a request may have, all requests together must be able to have"));
            }
        }
        let bytes = |Size(size)| usize::try_from(size).unwrap_or(usize::MAX);
        Ok(Self {
            connections,
            body: bytes(body),
            decompressed_body: bytes(decompressed),
            in_flight: bytes(in_flight),
            request_time,
            idle_time,
        })
    }
}

/// A file's path. What stands in the configuration file is relative to that.
fn pick_file(
    key: &'static str,
    flag: Option<PathBuf>,
    paths: &Paths,
    layers: &mut Layers<'_>,
) -> Result<Option<PathBuf>, Failure> {
    let path = layers.pick(key, flag.map(Some), || None)?;
    let path = path.map(|path| if matches!(layers.origin(), Origin::File { .. }) { paths.in_config(&path) } else { path });
    if let Some(path) = &path {
        layers.correct(path.display().to_string());
    }
    Ok(path)
}

fn one_of_two(given: &str, missing: &str, flag: &str, key: &str) -> Failure {
    Failure::config(format!("there is {given} for the receiver, but not {missing}"))
        .hint(format!("give {flag} FILE too, or set `collect.{key}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use crate::config::file::ConfigFile;
    use crate::config::{Flags, Settings};
    use clap::Parser as _;

    fn guard(command: &str, env: &[(&str, &str)], file: &str) -> Result<Guard, Failure> {
        let words = command.split_whitespace();
        let cli = Cli::try_parse_from(std::iter::once("cruddur-trace").chain(words)).expect("the test's command line is right");
        let paths =
            Paths { config: "/c/config.toml".into(), config_is_named: false, data: "/data".into(), cache: "/cache".into() };
        let file = ConfigFile::parse(file.to_owned(), &paths.config)?;
        Ok(Settings::resolve(Flags::of(&cli), &env.iter().copied().collect(), &file, paths)?.collect.guard)
    }

    fn complaint(command: &str, file: &str) -> String {
        guard(command, &[], file).unwrap_err().message()
    }

    #[test]
    fn files_and_origins_are_flags_or_keys() {
        let flags = guard("collect --tls-cert c.pem --tls-key k.pem --allow-origin http://a --allow-origin http://b/", &[], "");
        let flags = flags.unwrap();
        assert_eq!(flags.tls, Some(("c.pem".into(), "k.pem".into())));
        assert_eq!(flags.allowed_origins, ["http://a", "http://b"]);
        let file = "[collect]\ntls_cert = 'c.pem'\ntls_key = '/k.pem'\nallowed_origins = ['http://a', '*']\ntoken_file = 't'\n";
        let keys = guard("list", &[], file).unwrap();
        assert_eq!(keys.tls, Some(("/c/c.pem".into(), "/k.pem".into())), "relative to the file");
        assert_eq!((keys.allowed_origins, keys.token.unwrap().place()), (vec!["http://a".into(), "*".into()], "`/c/t`"));
        assert_eq!(
            complaint("collect --tls-cert c.pem", ""),
            "there is a certificate for the receiver, but not its private key"
        );
        assert_eq!(
            complaint("list", "collect.tls_key = 'k'"),
            "there is a private key for the receiver, but not its certificate"
        );
    }

    #[tokio::test]
    async fn a_token_is_in_the_environment_or_elsewhere_and_a_flag_wins() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "from-the-file\n").unwrap();
        let flag = format!("collect --token-file {}", path.display());
        let env = [(TOKEN_VARIABLE, "from-the-environment")];
        let token = async |guard: Guard| match guard.token {
            Some(key) => key.fetch(Duration::from_secs(5)).await.map(|token| token.expose().to_owned()),
            None => Ok("none".to_owned()),
        };
        assert_eq!(token(guard("collect", &[], "").unwrap()).await.unwrap(), "none");
        let environment = guard("collect", &env, "collect.token_file = '/none'").unwrap();
        assert_eq!(token(environment).await.unwrap(), "from-the-environment");
        assert_eq!(token(guard(&flag, &env, "collect.token_command = 'x'").unwrap()).await.unwrap(), "from-the-file");
        let command = guard("collect", &[], "collect.token_command = 'pass token'").unwrap().token.unwrap();
        assert_eq!(command.place(), "the answer of `pass …`");
        for (content, why) in [("\n", "is empty"), ("two words", "has a blank"), ("é", "outside of ASCII")] {
            std::fs::write(&path, content).unwrap();
            let failure = token(guard(&flag, &[], "").unwrap()).await.unwrap_err();
            assert!(failure.message().contains(why) && !failure.message().contains("words"), "{}", failure.message());
        }
        std::fs::remove_file(&path).unwrap();
        let failure = token(guard(&flag, &[], "").unwrap()).await.unwrap_err();
        assert!(failure.message().starts_with("cannot read the token in `"), "{}", failure.message());
        assert_eq!(failure.exit().code(), 2);
    }

    #[test]
    fn limits_must_make_sense_together() {
        let limits = guard("list", &[], "collect.limits.body = '1MiB'\ncollect.limits.idle_time = '5s'").unwrap().limits;
        assert_eq!((limits.body, limits.idle_time, limits.connections), (1 << 20, Duration::from_secs(5), 512));
        for (file, why) in [
            ("body = '129MiB'", "`collect.limits.body` (129MiB) is more than `collect.limits.decompressed_body` (128MiB)"),
            (
                "in_flight = '1MiB'",
                "`collect.limits.decompressed_body` (128MiB) is more than `collect.limits.in_flight` (1MiB)",
            ),
            (
                "request_time = '999ms'",
                "`collect.limits.request_time` is shorter than a second, in which no request would be answered",
            ),
            ("connections = 65536", "`collect.limits.connections` is more than 65535"),
        ] {
            assert_eq!(complaint("list", &format!("[collect.limits]\n{file}\n")), why);
        }
    }
}
