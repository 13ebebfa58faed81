//! What a configuration file holds: TOML, in which every unknown key is refused.

mod complaint;
mod per_command;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use toml::Spanned;

use crate::error::{Failure, Kind, OrFail as _};
use complaint::{complaint, line_of, placed};
use per_command::{AssertContents, DiffContents, ListContents, MapContents, ShowContents, StatsContents};

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
    timeout: Option<Spanned<Scalar>>,
    #[serde(default)]
    honeycomb: HoneycombContents,
    #[serde(default)]
    xray: XRayContents,
    #[serde(default)]
    cloudwatch_logs: CloudWatchLogsContents,
    #[serde(default)]
    rollbar: RollbarContents,
    #[serde(default)]
    collect: CollectContents,
    #[serde(default)]
    list: ListContents,
    #[serde(default)]
    show: ShowContents,
    #[serde(default)]
    stats: StatsContents,
    #[serde(default)]
    map: MapContents,
    #[serde(default)]
    diff: DiffContents,
    #[serde(default)]
    assert: AssertContents,
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
    timeout: Option<Spanned<Scalar>>,
    #[serde(default)]
    honeycomb: HoneycombContents,
    #[serde(default)]
    xray: XRayContents,
    #[serde(default)]
    cloudwatch_logs: CloudWatchLogsContents,
    #[serde(default)]
    rollbar: RollbarContents,
    #[serde(default)]
    collect: CollectContents,
    #[serde(default)]
    list: ListContents,
    #[serde(default)]
    show: ShowContents,
    #[serde(default)]
    stats: StatsContents,
    #[serde(default)]
    map: MapContents,
    #[serde(default)]
    diff: DiffContents,
    #[serde(default)]
    assert: AssertContents,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct HoneycombContents {
    api_key_file: Option<Spanned<Scalar>>,
    api_key_command: Option<Spanned<Scalar>>,
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
struct CloudWatchLogsContents {
    groups: Option<Spanned<Scalar>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RollbarContents {
    access_token_file: Option<Spanned<Scalar>>,
    access_token_command: Option<Spanned<Scalar>>,
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
    forward_headers_file: Option<Spanned<Scalar>>,
    forward_headers_command: Option<Spanned<Scalar>>,
    allowed_origins: Option<Spanned<Scalar>>,
    token_file: Option<Spanned<Scalar>>,
    token_command: Option<Spanned<Scalar>>,
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
            Ok(contents) => Self { text, contents }.with_usable_lists(path),
            Err(error) => Err(complaint(&error, &text, path)),
        }
    }

    /// Lists are spelled with commas in the environment, but for the words of a command.
    fn with_usable_lists(self, path: &Path) -> Result<Self, Failure> {
        let profiles = self.contents.profiles.values().flat_map(|profile| KEYS.iter().map(|key| (*key, profile.get(key))));
        let all = KEYS.iter().map(|key| (*key, self.contents.get(key))).chain(profiles);
        let unusable = |(key, written): (&str, Option<&Spanned<Scalar>>)| {
            let written = written?;
            let list = written.get_ref().list.as_ref()?;
            let message = if is_command(key) {
                list.iter().any(|word| word.contains('\0')).then_some("a word of a command cannot contain a NUL")
            } else {
                list.iter().any(|text| text.contains(',')).then_some("a text in a list cannot contain a comma")
            };
            message.map(|message| placed(message, &self.text, written.span(), path))
        };
        match { all }.find_map(unusable) {
            Some(failure) => Err(failure),
            None => Ok(self),
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
        let Scalar { text, list } = written.get_ref();
        let text = match list {
            Some(words) if is_command(key) => shlex::try_join(words.iter().map(String::as_str)).unwrap_or_default(),
            _ => text.clone(),
        };
        Some(Written { text, line: line_of(&self.text, written.span().start) })
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
    "timeout" => timeout,
    "honeycomb.api_key_file" => honeycomb.api_key_file,
    "honeycomb.api_key_command" => honeycomb.api_key_command,
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
    "cloudwatch_logs.groups" => cloudwatch_logs.groups,
    "rollbar.access_token_file" => rollbar.access_token_file,
    "rollbar.access_token_command" => rollbar.access_token_command,
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
    "collect.forward_headers_file" => collect.forward_headers_file,
    "collect.forward_headers_command" => collect.forward_headers_command,
    "collect.allowed_origins" => collect.allowed_origins,
    "collect.token_file" => collect.token_file,
    "collect.token_command" => collect.token_command,
    "collect.tls_cert" => collect.tls_cert,
    "collect.tls_key" => collect.tls_key,
    "collect.limits.connections" => collect.limits.connections,
    "collect.limits.body" => collect.limits.body,
    "collect.limits.decompressed_body" => collect.limits.decompressed_body,
    "collect.limits.in_flight" => collect.limits.in_flight,
    "collect.limits.request_time" => collect.limits.request_time,
    "collect.limits.idle_time" => collect.limits.idle_time,
    "list.since" => list.since,
    "list.limit" => list.limit,
    "list.output" => list.output,
    "show.max_rows" => show.max_rows,
    "show.expand" => show.expand,
    "show.output" => show.output,
    "stats.since" => stats.since,
    "stats.limit" => stats.limit,
    "stats.sort" => stats.sort,
    "stats.output" => stats.output,
    "map.since" => map.since,
    "map.limit" => map.limit,
    "map.output" => map.output,
    "diff.since" => diff.since,
    "diff.limit" => diff.limit,
    "diff.max_rows" => diff.max_rows,
    "diff.output" => diff.output,
    "assert.since" => assert.since,
    "assert.wait" => assert.wait,
    "assert.settle" => assert.settle,
    "assert.output" => assert.output,
}

/// Whether a key is a command, whose words may be a list.
fn is_command(key: &str) -> bool {
    key.ends_with("_command")
}

/// Text, a number, a switch or a list of texts.
#[derive(Debug, Clone)]
struct Scalar {
    /// In the spelling that the environment uses too.
    text: String,
    /// What a list consists of.
    list: Option<Vec<String>>,
}

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self { text, list: None }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyScalar;

        impl<'de> Visitor<'de> for AnyScalar {
            type Value = Scalar;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text, a number, `true` or `false`, or a list of texts")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(text.to_owned().into())
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Scalar, E> {
                Ok(number.to_string().into())
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Scalar, E> {
                Ok(number.to_string().into())
            }

            fn visit_bool<E: serde::de::Error>(self, on: bool) -> Result<Scalar, E> {
                Ok(on.to_string().into())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Scalar, A::Error> {
                let mut texts: Vec<String> = Vec::new();
                while let Some(text) = items.next_element::<String>()? {
                    texts.push(text);
                }
                Ok(Scalar { text: texts.join(","), list: Some(texts) })
            }
        }

        deserializer.deserialize_any(AnyScalar)
    }
}

#[cfg(test)]
mod tests {
    use super::complaint::NO_KEYS;
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
        let file = parse("list.limit = 50\nascii = true\nbackend = ['local', 'file:x']").unwrap();
        let text = |key| file.get(None, key).unwrap().text;
        assert_eq!((text("list.limit"), text("ascii"), text("backend")), ("50".into(), "true".into(), "local,file:x".into()));
        let failure = parse("backend = ['local', 'file:a,b']\n").unwrap_err();
        insta::assert_snapshot!(failure.message(), @r"
        a text in a list cannot contain a comma in config.toml, line 1
          1 | backend = ['local', 'file:a,b']
            |           ^^^^^^^^^^^^^^^^^^^^^
        ");
    }

    #[test]
    fn the_words_of_a_command_may_be_a_list() {
        let command = |text: &str| parse(text).map(|file| file.get(Some("ci"), "honeycomb.api_key_command").unwrap().text);
        let list = command("[profiles.ci.honeycomb]\napi_key_command = ['op', 'read', 'a key, of ours', '|']\n").unwrap();
        assert_eq!(shlex::split(&list).unwrap(), ["op", "read", "a key, of ours", "|"]);
        assert_eq!(command("[profiles.ci.honeycomb]\napi_key_command = 'pass a/b'\n").unwrap(), "pass a/b");
        let failure = command("[profiles.ci.honeycomb]\napi_key_command = ['op', \"hunter2\\u0000\"]\n").unwrap_err();
        assert!(failure.message().contains("cannot contain a NUL") && !failure.message().contains("hunter"));
    }

    #[test]
    fn an_unknown_key_is_shown_with_the_near_one() {
        let failure = parse("ascii = true\n\n[collect]\nmax_aeg = '7d'\n").unwrap_err();
        insta::assert_snapshot!(failure.message(), @r"
        unknown key `max_aeg` in config.toml, line 4
          4 | max_aeg = '7d'
            | ^^^^^^^
        ");
        assert_eq!(failure.hints(), ["did you mean `max_age`?"]);
        let hints = |text| parse(text).unwrap_err().hints().join("; ");
        assert_eq!(hints("limit = 5"), "`limit` stands in [list], in [stats], in [map] or in [diff]");
        assert_eq!(hints("[profiles.ci.xray]\ntimeout = '5m'\n"), "`timeout` stands at the top of the file or of a profile");
        assert_eq!(hints("[profile.ci]"), "did you mean `profiles`?");
        assert_eq!(hints("[honeycomb]\napi_key_comand = 'pass x'"), "did you mean `api_key_command`?");
    }

    #[test]
    fn what_is_no_toml_is_shown_where_it_goes_wrong() {
        let failure = parse("ascii = true\nstore = [oops\n").unwrap_err();
        insta::assert_snapshot!(failure.message(), @r"
        unclosed array, expected `]` in config.toml, line 2
          2 | store = [oops
            |              ^
        ");
        let failure = parse("store = { a = 1 }\n").unwrap_err();
        insta::assert_snapshot!(failure.message(), @r"
        invalid type: map, expected a text, a number, `true` or `false`, or a list of texts in config.toml, line 1
          1 | store = { a = 1 }
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
        assert_eq!(failure.hints(), [NO_KEYS]);
        for text in [
            "honeycomb.api_key = hunter2",
            "honeycomb.api_key = 'hunter2",
            "x-honeycomb-team-token = [hunter2",
            "honeycomb = { api_key = 'hunter2' }",
        ] {
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
