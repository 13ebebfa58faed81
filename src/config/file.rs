//! What a configuration file holds: TOML, in which every unknown key is refused.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use toml::Spanned;

use crate::error::{Failure, Kind, OrFail as _, nearest};

/// What `config init` writes: every key explained, and none set.
pub const SAMPLE: &str = include_str!("sample.toml");

/// More than anyone writes by hand; less than a device that never ends.
const MAX_BYTES: u64 = 1 << 20;

/// A configuration file that was read.
#[derive(Debug, Clone, Default)]
pub struct ConfigFile {
    text: String,
    contents: Contents,
}

/// A value as it is written, and where.
#[derive(Debug, Clone)]
pub struct Written {
    /// The value in the spelling that the environment uses too.
    pub text: String,
    /// The line, counted from 1.
    pub line: usize,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    backend: Option<Spanned<Scalar>>,
    store: Option<Spanned<Scalar>>,
    color: Option<Spanned<Scalar>>,
    ascii: Option<Spanned<Scalar>>,
    since: Option<Spanned<Scalar>>,
    limit: Option<Spanned<Scalar>>,
    timeout: Option<Spanned<Scalar>>,
    #[serde(default)]
    honeycomb: HoneycombContents,
    #[serde(default)]
    xray: XRayContents,
    #[serde(default)]
    rollbar: RollbarContents,
    #[serde(default)]
    collect: CollectContents,
    #[serde(default)]
    profiles: BTreeMap<String, ProfileContents>,
}

/// A profile has the keys of the file, but no profiles. Spelled out rather than flattened, which would cost every error its line.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileContents {
    backend: Option<Spanned<Scalar>>,
    store: Option<Spanned<Scalar>>,
    color: Option<Spanned<Scalar>>,
    ascii: Option<Spanned<Scalar>>,
    since: Option<Spanned<Scalar>>,
    limit: Option<Spanned<Scalar>>,
    timeout: Option<Spanned<Scalar>>,
    #[serde(default)]
    honeycomb: HoneycombContents,
    #[serde(default)]
    xray: XRayContents,
    #[serde(default)]
    rollbar: RollbarContents,
    #[serde(default)]
    collect: CollectContents,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct HoneycombContents {
    endpoint: Option<Spanned<Scalar>>,
    dataset: Option<Spanned<Scalar>>,
    attributes: Option<Spanned<Scalar>>,
    counts: Option<Spanned<Scalar>>,
    rate_limit: Option<Spanned<Scalar>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct XRayContents {
    aws_profile: Option<Spanned<Scalar>>,
    region: Option<Spanned<Scalar>>,
    group: Option<Spanned<Scalar>>,
    time_range: Option<Spanned<Scalar>>,
    scan: Option<Spanned<Scalar>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RollbarContents {
    access_token_file: Option<Spanned<Scalar>>,
    endpoint: Option<Spanned<Scalar>>,
    environment: Option<Spanned<Scalar>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CollectContents {
    otlp_http: Option<Spanned<Scalar>>,
    otlp_grpc: Option<Spanned<Scalar>>,
    zipkin: Option<Spanned<Scalar>>,
    xray: Option<Spanned<Scalar>>,
    sampling_rules: Option<Spanned<Scalar>>,
    max_age: Option<Spanned<Scalar>>,
    max_size: Option<Spanned<Scalar>>,
    forward: Option<Spanned<Scalar>>,
    allowed_origins: Option<Spanned<Scalar>>,
    token_file: Option<Spanned<Scalar>>,
    tls_cert: Option<Spanned<Scalar>>,
    tls_key: Option<Spanned<Scalar>>,
    #[serde(default)]
    limits: LimitsContents,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsContents {
    connections: Option<Spanned<Scalar>>,
    body: Option<Spanned<Scalar>>,
    decompressed_body: Option<Spanned<Scalar>>,
    in_flight: Option<Spanned<Scalar>>,
    request_time: Option<Spanned<Scalar>>,
    idle_time: Option<Spanned<Scalar>>,
}

impl ConfigFile {
    /// Reads a file; one that is not there is empty.
    pub fn load(path: &Path) -> Result<Option<Self>, Failure> {
        let doing = || format!("cannot read the configuration file `{}`", path.display());
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).or_fail(Kind::Config, doing),
        };
        let mut text = String::new();
        file.take(MAX_BYTES + 1).read_to_string(&mut text).or_fail(Kind::Config, doing)?;
        if text.len() as u64 > MAX_BYTES {
            return Err(Failure::config("it is larger than 1 MiB").context(doing()));
        }
        Self::parse(text, path).map(Some)
    }

    /// Reads a file's text; the path is for the messages.
    pub fn parse(text: String, path: &Path) -> Result<Self, Failure> {
        match toml::from_str(&text) {
            Ok(contents) => Ok(Self { text, contents }),
            Err(error) => Err(complaint(&error, &text, path)),
        }
    }

    /// The profiles that there are.
    pub fn profiles(&self) -> impl Iterator<Item = &str> {
        self.contents.profiles.keys().map(String::as_str)
    }

    /// What is written for a key such as `collect.xray`: in the profile, or outside of all profiles.
    pub fn get(&self, profile: Option<&str>, key: &str) -> Option<Written> {
        let written = match profile {
            None => self.contents.get(key),
            Some(name) => self.contents.profiles.get(name)?.get(key),
        }?;
        Some(Written { text: written.get_ref().0.clone(), line: line_of(&self.text, written.span().start) })
    }
}

/// The one place that knows which field a key is.
macro_rules! keys {
    ($($key:literal => $($field:ident).+),* $(,)?) => {
        /// Every key that can be set, in the order of the sample.
        pub const KEYS: &[&str] = &[$($key),*];

        impl Contents {
            fn get(&self, key: &str) -> Option<&Spanned<Scalar>> {
                match key { $($key => self.$($field).+.as_ref(),)* _ => None }
            }
        }

        impl ProfileContents {
            fn get(&self, key: &str) -> Option<&Spanned<Scalar>> {
                match key { $($key => self.$($field).+.as_ref(),)* _ => None }
            }
        }
    };
}

keys! {
    "backend" => backend,
    "store" => store,
    "color" => color,
    "ascii" => ascii,
    "since" => since,
    "limit" => limit,
    "timeout" => timeout,
    "honeycomb.endpoint" => honeycomb.endpoint,
    "honeycomb.dataset" => honeycomb.dataset,
    "honeycomb.attributes" => honeycomb.attributes,
    "honeycomb.counts" => honeycomb.counts,
    "honeycomb.rate_limit" => honeycomb.rate_limit,
    "xray.aws_profile" => xray.aws_profile,
    "xray.region" => xray.region,
    "xray.group" => xray.group,
    "xray.time_range" => xray.time_range,
    "xray.scan" => xray.scan,
    "rollbar.access_token_file" => rollbar.access_token_file,
    "rollbar.endpoint" => rollbar.endpoint,
    "rollbar.environment" => rollbar.environment,
    "collect.otlp_http" => collect.otlp_http,
    "collect.otlp_grpc" => collect.otlp_grpc,
    "collect.zipkin" => collect.zipkin,
    "collect.xray" => collect.xray,
    "collect.sampling_rules" => collect.sampling_rules,
    "collect.max_age" => collect.max_age,
    "collect.max_size" => collect.max_size,
    "collect.forward" => collect.forward,
    "collect.allowed_origins" => collect.allowed_origins,
    "collect.token_file" => collect.token_file,
    "collect.tls_cert" => collect.tls_cert,
    "collect.tls_key" => collect.tls_key,
    "collect.limits.connections" => collect.limits.connections,
    "collect.limits.body" => collect.limits.body,
    "collect.limits.decompressed_body" => collect.limits.decompressed_body,
    "collect.limits.in_flight" => collect.limits.in_flight,
    "collect.limits.request_time" => collect.limits.request_time,
    "collect.limits.idle_time" => collect.limits.idle_time,
}

/// Text, a number, a switch or a list of texts, all in the spelling that the environment uses too.
#[derive(Debug, Clone)]
struct Scalar(String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyScalar;

        impl<'de> Visitor<'de> for AnyScalar {
            type Value = Scalar;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text, a number, `true` or `false`, or a list of texts")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.to_owned()))
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }

            fn visit_bool<E: serde::de::Error>(self, on: bool) -> Result<Scalar, E> {
                Ok(Scalar(on.to_string()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Scalar, A::Error> {
                let mut texts: Vec<String> = Vec::new();
                while let Some(text) = items.next_element::<String>()? {
                    if text.contains(',') {
                        return Err(A::Error::custom("a text in a list cannot contain a comma"));
                    }
                    texts.push(text);
                }
                Ok(Scalar(texts.join(",")))
            }
        }

        deserializer.deserialize_any(AnyScalar)
    }
}

/// What is wrong with the file, with the line drawn, and the near key if a key is wrong.
fn complaint(error: &toml::de::Error, text: &str, path: &Path) -> Failure {
    let span = error.span().unwrap_or(0..0);
    let unknown = error.message().strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    let message = match unknown {
        Some(key) => format!("unknown key `{key}`"),
        None => error.message().trim_end().replace('\n', ", "),
    };
    let place = format!("{}, line {}", path.display(), line_of(text, span.start));
    let failure = Failure::config(format!("{message} in {place}\n{}", drawing(text, span)));
    let Some(key) = unknown else { return failure };
    let names = KEYS.iter().map(|name| name.rsplit('.').next().unwrap_or(name)).chain([
        "honeycomb",
        "xray",
        "rollbar",
        "collect",
        "limits",
        "profiles",
    ]);
    if is_secret(key) {
        return failure.hint(
            "a file is shown around, so no key is read from it; that for Honeycomb is taken from HONEYCOMB_API_KEY, Rollbar's \
             from ROLLBAR_READ_TOKEN or the file that `rollbar.access_token_file` names, and the receiver's token from CRUDDUR_TRACE_COLLECT_TOKEN or the file that `collect.token_file` names",
        );
    }
    match nearest(key, names) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`cruddur-trace config init --config FILE` writes a file with all keys explained"),
    }
}

/// The line of a byte, counted from 1.
fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// Whether the name of a key says that its value is not to be shown.
fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["key", "token", "secret", "password"].iter().any(|word| key.contains(word))
}

/// The line in which the span begins, and carets below it. Of what looks like a secret, only its name is shown.
fn drawing(text: &str, span: Range<usize>) -> String {
    let start = text.floor_char_boundary(span.start);
    let begin = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let whole = text[begin..].lines().next().unwrap_or_default();
    let line = match whole.find('=') {
        Some(equals) if is_secret(&whole[..equals]) => &whole[..=equals],
        _ => whole,
    };
    let number = line_of(text, start).to_string();
    let start = start.min(begin + line.len());
    let column = text[begin..start].chars().count();
    let end = text.floor_char_boundary(span.end.max(start)).min(begin + line.len());
    let carets = text.get(start..end).map_or(1, |marked| marked.chars().count().max(1));
    format!("  {number} | {line}\n  {:len$} | {:column$}{:^<carets$}", "", "", "", len = number.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<ConfigFile, Failure> {
        ConfigFile::parse(text.to_owned(), Path::new("config.toml"))
    }

    #[test]
    fn every_key_can_be_written_inside_and_outside_of_a_profile() {
        for key in KEYS {
            let file = parse(&format!("{key} = 'outside'\n[profiles.ci]\n{key} = 'inside'\n")).unwrap();
            let outside = file.get(None, key).unwrap();
            let inside = file.get(Some("ci"), key).unwrap();
            assert_eq!((outside.text.as_str(), outside.line), ("outside", 1), "{key}");
            assert_eq!((inside.text.as_str(), inside.line), ("inside", 3), "{key}");
            assert!(SAMPLE.contains(&format!("#{} = ", key.rsplit('.').next().unwrap())), "the sample explains {key}");
        }
    }

    #[test]
    fn numbers_switches_and_lists_are_read_as_they_are_written_elsewhere() {
        let file = parse("limit = 50\nascii = true\nbackend = ['local', 'file:x']").unwrap();
        let text = |key| file.get(None, key).unwrap().text;
        assert_eq!((text("limit"), text("ascii"), text("backend")), ("50".into(), "true".into(), "local,file:x".into()));
    }

    #[test]
    fn an_unknown_key_is_shown_with_the_near_one() {
        let failure = parse("limit = 5\n\n[collect]\nmax_aeg = '7d'\n").unwrap_err();
        insta::assert_snapshot!(failure.message(), @r"
        unknown key `max_aeg` in config.toml, line 4
          4 | max_aeg = '7d'
            | ^^^^^^^
        ");
        assert_eq!(failure.hints(), ["did you mean `max_age`?"]);
    }

    #[test]
    fn what_is_no_toml_is_shown_where_it_goes_wrong() {
        let failure = parse("limit = 5\nstore = [oops\n").unwrap_err();
        insta::assert_snapshot!(failure.message(), @r"
        unclosed array, expected `]` in config.toml, line 2
          2 | store = [oops
            |              ^
        ");
        let failure = parse("limit = { a = 1 }\n").unwrap_err();
        insta::assert_snapshot!(failure.message(), @r"
        invalid type: map, expected a text, a number, `true` or `false`, or a list of texts in config.toml, line 1
          1 | limit = { a = 1 }
            |         ^^^^^^^^^
        ");
    }

    #[test]
    fn a_key_that_stands_in_the_file_is_refused_and_not_repeated() {
        let failure = parse("[honeycomb]\napi_key = 'hunter2'\n").unwrap_err();
        insta::assert_snapshot!(failure.message(), @"
        unknown key `api_key` in config.toml, line 2
          2 | api_key =
            | ^^^^^^^
        ");
        assert_eq!(
            failure.hints(),
            [
                "a file is shown around, so no key is read from it; that for Honeycomb is taken from HONEYCOMB_API_KEY, Rollbar's \
              from ROLLBAR_READ_TOKEN or the file that `rollbar.access_token_file` names, and the receiver's token from CRUDDUR_TRACE_COLLECT_TOKEN or the file that `collect.token_file` names"
            ]
        );
        for text in ["honeycomb.api_key = hunter2", "honeycomb.api_key = 'hunter2", "x-honeycomb-team-token = [hunter2"] {
            let failure = parse(text).unwrap_err();
            assert!(!failure.message().contains("hunter"), "{}", failure.message());
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_no_trouble_and_a_folder_is() {
        let folder = tempfile::tempdir().unwrap();
        assert!(ConfigFile::load(&folder.path().join("config.toml")).unwrap().is_none());
        let failure = ConfigFile::load(folder.path()).unwrap_err();
        assert_eq!(failure.kind(), Kind::Config);
        assert!(failure.message().starts_with("cannot read the configuration file"));
    }

    proptest! {
        #[test]
        fn any_text_gives_a_file_or_a_complaint(text: String, broken in "[a-z.=\\[\\]\"'é\n 0-9]{0,60}") {
            parse(&text).ok();
            parse(&broken).ok();
        }
    }
}
