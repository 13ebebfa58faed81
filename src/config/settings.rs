//! All settings, and where each comes from.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::file::ConfigFile;
use super::honeycomb::{Honeycomb, HoneycombFlags};
use super::layers::Layers;
use super::per_command::{Given, PerCommand};
use super::report::{Line, Origin};
use super::setting::Setting as _;
use super::{Collect, Env, Paths, Rollbar, Window, aws};
use crate::cli::value::{BackendArg, Color, Length, TimeArg};
use crate::cli::xray::TimeRangeType;
use crate::cli::{Cli, CollectArgs, Command, GlobalArgs, XRayArgs};
use crate::error::{Failure, nearest};

/// Chooses a profile.
pub const PROFILE_VARIABLE: &str = "CRUDDUR_TRACE_PROFILE";

/// Everything that can be set, as plain values.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to look; never empty.
    pub backends: Vec<BackendArg>,
    /// The local store's file.
    pub store: PathBuf,
    /// When to use colours.
    pub color: Color,
    /// Draw with ASCII only.
    pub ascii: bool,
    /// The time that is looked at.
    pub window: Window,
    /// What single commands do.
    pub per_command: PerCommand,
    /// How long to ask a backend; more than nothing.
    pub timeout: Duration,
    /// Whether somebody said so, or it is only the default.
    pub timeout_is_chosen: bool,
    /// How Honeycomb is asked.
    pub honeycomb: Honeycomb,
    /// How AWS X-Ray is asked.
    pub xray: XRay,
    /// The log groups in which lines of a trace are looked for; empty for those that it names.
    pub log_groups: Vec<String>,
    /// How Rollbar is asked.
    pub rollbar: Rollbar,
    /// What the receiver does.
    pub collect: Collect,
    /// Where our files are.
    pub paths: Paths,
    /// Each key, its value as it would be written, and where that comes from.
    pub report: Vec<Line>,
}

/// How AWS X-Ray is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XRay {
    /// Of which profile of AWS's configuration; `None` leaves it to AWS's own rules.
    pub aws_profile: Option<String>,
    /// Whether a profile was chosen, here or by `AWS_PROFILE`.
    pub profile_named: bool,
    /// In which region; `None` likewise.
    pub region: Option<String>,
    /// Of which group.
    pub group: Option<String>,
    /// By which time.
    pub time_range: TimeRangeType,
    /// How many traces to fetch at most to check a filter; at least 1.
    pub scan: usize,
    /// A filter expression of X-Ray's own, not looked at.
    pub filter: Option<String>,
    /// Whether anything in the environment or the home directory speaks of AWS credentials. Without it, `auto` asks AWS nothing.
    pub hinted: bool,
}

/// What the command line says about settings.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    global: GlobalArgs,
    given: Given,
    honeycomb: HoneycombFlags,
    search: XRayArgs,
    log_groups: Vec<String>,
    collect: CollectArgs,
}

impl Flags {
    /// Those of a command line.
    pub fn of(cli: &Cli) -> Self {
        let flags = Self { global: cli.global.clone(), given: Given::of(&cli.command), ..Self::default() };
        match &cli.command {
            Command::List(list) => {
                let honeycomb = HoneycombFlags { counts: list.counts, ..HoneycombFlags::of(&list.honeycomb) };
                Self { search: list.xray.clone(), honeycomb, ..flags }
            }
            Command::Show(show) => {
                let honeycomb = HoneycombFlags { attributes: show.attributes, ..HoneycombFlags::of(&show.honeycomb) };
                Self { honeycomb, log_groups: show.groups.log_groups.clone(), ..flags }
            }
            Command::Logs(logs) => {
                Self { honeycomb: HoneycombFlags::of(&logs.honeycomb), log_groups: logs.groups.log_groups.clone(), ..flags }
            }
            Command::Map(map) => Self { search: map.xray.clone(), honeycomb: HoneycombFlags::of(&map.honeycomb), ..flags },
            Command::Stats(stats) => {
                Self { search: stats.xray.clone(), honeycomb: HoneycombFlags::of(&stats.honeycomb), ..flags }
            }
            Command::Diff(diff) => Self { search: diff.xray.clone(), honeycomb: HoneycombFlags::of(&diff.honeycomb), ..flags },
            Command::Assert(assert) => {
                Self { search: assert.xray.clone(), honeycomb: HoneycombFlags::of(&assert.honeycomb), ..flags }
            }
            Command::Doctor(doctor) => {
                Self { honeycomb: HoneycombFlags::of(&doctor.honeycomb), log_groups: doctor.groups.log_groups.clone(), ..flags }
            }
            Command::Probe(probe) => Self { honeycomb: HoneycombFlags::of(&probe.honeycomb), ..flags },
            Command::Collect(collect) => Self { collect: collect.clone(), ..flags },
            _ => flags,
        }
    }

    /// The same without a profile.
    #[must_use]
    pub fn without_profile(mut self) -> Self {
        self.global.profile = None;
        self
    }

    /// The configuration file that was named.
    pub fn config_file(&self) -> Option<&Path> {
        self.global.config.as_deref()
    }
}

impl Settings {
    /// Finds and reads the configuration file, and puts the layers together: a flag wins over an environment variable, that over
    /// the profile, that over the rest of the file, that over the default.
    pub fn load(flags: Flags, env: &Env) -> Result<Self, Failure> {
        let paths = Paths::resolve(flags.config_file(), env)?;
        let file = ConfigFile::load(&paths.config)?;
        if file.is_none() && paths.config_is_named {
            return Err(Failure::config(format!("there is no configuration file `{}`", paths.config.display()))
                .hint(format!("`cruddur-trace config init --config {}` writes one", paths.config.display())));
        }
        Self::resolve(flags, env, &file.unwrap_or_default(), paths)
    }

    /// Puts the layers together.
    pub fn resolve(flags: Flags, env: &Env, file: &ConfigFile, paths: Paths) -> Result<Self, Failure> {
        let profile = profile(&flags, env, file, &paths)?;
        let mut layers = Layers::new(env, file, profile, &paths);
        let Flags { global, given, honeycomb, search, log_groups, collect } = flags;

        let backends = (!global.backends.is_empty()).then_some(global.backends);
        let backends = layers.pick("backend", backends, || vec![BackendArg::Auto])?;
        let store = layers.pick("store", global.store, || paths.default_store())?;
        let store = if matches!(layers.origin(), Origin::File { .. }) { paths.in_config(&store) } else { store };
        layers.correct(store.show());
        let color = layers.pick("color", global.color, || Color::Auto)?;
        let ascii = layers.pick("ascii", global.ascii.then_some(true), || false)?;
        let since = layers.pick("since", global.since, TimeArg::an_hour_ago)?;
        let since_origin = layers.origin();
        let timeout = layers.pick("timeout", global.timeout.map(Length), || Length(Duration::from_secs(30)))?.0;
        let timeout_is_chosen = layers.origin() != Origin::Default;
        let honeycomb = Honeycomb::resolve(honeycomb, env, &paths, &mut layers)?;
        let aws_profile = layers.pick("xray.aws_profile", global.aws_profile.map(Some), || None)?;
        let asked = XRay {
            region: layers.pick("xray.region", global.region.map(Some), || None)?,
            group: layers.pick("xray.group", search.xray_group.map(Some), || None)?,
            time_range: layers.pick("xray.time_range", search.xray_time_range, TimeRangeType::default)?,
            scan: layers.pick("xray.scan", search.scan, || 250)?,
            filter: search.xray_filter,
            profile_named: aws_profile.is_some() || env.text("AWS_PROFILE").is_some(),
            hinted: aws_profile.is_some() || aws::is_hinted(env),
            aws_profile,
        };
        let log_groups = (!log_groups.is_empty()).then_some(log_groups);
        let log_groups = layers.pick("cloudwatch_logs.groups", log_groups, Vec::new)?;
        let rollbar = Rollbar::resolve(env, &paths, &mut layers)?;
        let collect = Collect::resolve(collect, env, &paths, &mut layers)?;
        let (per_command, (since, since_origin)) = PerCommand::resolve(&given, (&since, &since_origin), &mut layers)?;
        let window = Window { since, since_origin, until: global.until };
        let report = layers.into_report();
        Ok(Self {
            backends,
            store,
            color,
            ascii,
            window,
            per_command,
            timeout,
            timeout_is_chosen,
            honeycomb,
            xray: asked,
            log_groups,
            rollbar,
            collect,
            paths,
            report,
        })
    }
}

/// The environment variable of a key: `CRUDDUR_TRACE_COLLECT_MAX_AGE` of `collect.max_age`.
pub fn variable(key: &str) -> String {
    format!("CRUDDUR_TRACE_{}", key.replace('.', "_").to_ascii_uppercase())
}

/// A variable that other programs read too, for the same: below our own, and above the file.
pub(super) fn shared_variable(key: &str) -> Option<&'static str> {
    match key {
        "honeycomb.endpoint" => Some("HONEYCOMB_API_ENDPOINT"),
        "honeycomb.dataset" => Some("HONEYCOMB_DATASET"),
        _ => None,
    }
}

/// The option of a key.
pub(super) fn flag_of(key: &str) -> String {
    let name = key.rsplit('.').next().unwrap_or(key).replace('_', "-");
    match key {
        "xray.group" | "xray.time_range" => format!("--xray-{name}"),
        "cloudwatch_logs.groups" => "--log-group".to_owned(),
        "collect.allowed_origins" => "--allow-origin".to_owned(),
        _ => format!("--{name}"),
    }
}

/// The profile that was chosen; it has to be there.
fn profile(flags: &Flags, env: &Env, file: &ConfigFile, paths: &Paths) -> Result<Option<String>, Failure> {
    let chosen = match &flags.global.profile {
        Some(name) => Some((name.clone(), "--profile")),
        None => env.setting(PROFILE_VARIABLE)?.map(|name| (name.to_owned(), PROFILE_VARIABLE)),
    };
    let Some((name, chooser)) = chosen else { return Ok(None) };
    if file.profiles().any(|known| known == name) {
        return Ok(Some(name));
    }
    let failure = Failure::config(format!("there is no profile `{name}` ({chooser}) in {}", paths.config.display()));
    let known: Vec<_> = file.profiles().map(|name| format!("`{name}`")).collect();
    let failure = match nearest(&name, file.profiles()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    };
    Err(match &known[..] {
        [] => failure.hint(format!("a profile begins with the line `[profiles.{name}]`")),
        known => failure.hint(format!("it has {}", known.join(", "))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::honeycomb::Attributes;
    use crate::cli::value::SamplingRules;
    use crate::config::file::{KEYS, SAMPLE};
    use crate::config::guard::TOKEN;
    use crate::config::honeycomb::API_KEY;
    use crate::config::otlp_headers::{FORWARD_HEADERS, ForwardHeaders};
    use crate::config::rollbar::ACCESS_TOKEN;
    use clap::Parser as _;

    fn resolve(command: &str, env: &[(&str, &str)], file: &str) -> Result<Settings, Failure> {
        let words = command.split_whitespace();
        let cli = Cli::try_parse_from(std::iter::once("cruddur-trace").chain(words)).expect("the test's command line is right");
        let paths =
            Paths { config: "/c/config.toml".into(), config_is_named: false, data: "/data".into(), cache: "/cache".into() };
        let file = ConfigFile::parse(file.to_owned(), &paths.config)?;
        Settings::resolve(Flags::of(&cli), &env.iter().copied().collect(), &file, paths)
    }

    /// What is told, and is no key of the file.
    const SECRETS: [&str; 4] = [API_KEY, ACCESS_TOKEN, TOKEN, FORWARD_HEADERS];

    fn shown(settings: &Settings) -> String {
        let lines = settings.report.iter().map(|line| format!("{} = {} ({})", line.key, line.value, line.origin));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn everything_has_a_default() {
        let settings = resolve("list", &[], "").unwrap();
        insta::assert_snapshot!(shown(&settings), @"
        backend = auto (default)
        store = /data/traces.db (default)
        color = auto (default)
        ascii = false (default)
        since = 1h (default)
        timeout = 30s (default)
        honeycomb.api_key_file =  (default)
        honeycomb.api_key_command =  (default)
        honeycomb.api_key = (not set) (default)
        honeycomb.endpoint = https://api.honeycomb.io (default)
        honeycomb.dataset =  (default)
        honeycomb.attributes =  (default)
        honeycomb.counts = false (default)
        honeycomb.rate_limit = 10/1m (default)
        xray.aws_profile =  (default)
        xray.region =  (default)
        xray.group =  (default)
        xray.time_range = event (default)
        xray.scan = 250 (default)
        cloudwatch_logs.groups =  (default)
        rollbar.access_token_file =  (default)
        rollbar.access_token_command =  (default)
        rollbar.access_token = (not set) (default)
        rollbar.endpoint = https://api.rollbar.com (default)
        rollbar.environment =  (default)
        collect.otlp_http = 127.0.0.1:4318 (default)
        collect.otlp_grpc = 127.0.0.1:4317 (default)
        collect.zipkin = 127.0.0.1:9411 (default)
        collect.xray = 127.0.0.1:2000 (default)
        collect.sampling_rules = all (default)
        collect.max_age = 7d (default)
        collect.max_size = 2GiB (default)
        collect.forward =  (default)
        collect.forward_headers_file =  (default)
        collect.forward_headers_command =  (default)
        collect.forward_headers = (not set) (default)
        collect.allowed_origins =  (default)
        collect.token_file =  (default)
        collect.token_command =  (default)
        collect.token = (not set) (default)
        collect.tls_cert =  (default)
        collect.tls_key =  (default)
        collect.limits.connections = 512 (default)
        collect.limits.body = 64MiB (default)
        collect.limits.decompressed_body = 128MiB (default)
        collect.limits.in_flight = 512MiB (default)
        collect.limits.request_time = 1m (default)
        collect.limits.idle_time = 2m (default)
        list.since = 1h (default)
        list.limit = 20 (default)
        list.output = table (default)
        show.max_rows =  (default)
        show.expand = false (default)
        show.output = waterfall (default)
        stats.since = 1h (default)
        stats.limit = 200 (default)
        stats.sort = count (default)
        stats.output = text (default)
        map.since = 1h (default)
        map.limit = 200 (default)
        map.output = text (default)
        diff.since = 1h (default)
        diff.limit = 200 (default)
        diff.max_rows = 20 (default)
        diff.output = text (default)
        assert.since = 1h (default)
        assert.wait =  (default)
        assert.settle =  (default)
        assert.output = text (default)
        ");
        let keys = settings.report.iter().map(|line| line.key).filter(|key| !SECRETS.contains(key));
        assert_eq!(keys.collect::<Vec<_>>(), KEYS);
        assert_eq!(settings.collect.max_size, Some(2_147_483_648));
    }

    #[test]
    fn a_flag_wins_over_a_variable_over_the_profile_over_the_file() {
        let file = "list.limit = 1\ntimeout = '1s'\nsince = '1m'\nstore = 'x.db'\n[profiles.ci]\nlist.limit = 2\ntimeout = '2s'\nsince = '2m'\n";
        let env = [("CRUDDUR_TRACE_LIST_LIMIT", "3"), ("CRUDDUR_TRACE_TIMEOUT", "3s"), ("CRUDDUR_TRACE_PROFILE", "ci")];
        let settings = resolve("list --limit 4", &env, file).unwrap();
        let line =
            |key| settings.report.iter().find(|line| line.key == key).map(|line| format!("{} {}", line.value, line.origin));
        assert_eq!(line("list.limit").unwrap(), "4 --limit");
        assert_eq!(line("timeout").unwrap(), "3s CRUDDUR_TRACE_TIMEOUT");
        assert_eq!(line("since").unwrap(), "2m /c/config.toml:8, profile ci");
        assert_eq!(line("store").unwrap(), "/c/x.db /c/config.toml:4");
        assert_eq!(settings.store, Path::new("/c/x.db"), "relative to the file");
        assert_eq!((settings.per_command.list.limit, settings.timeout), (4, Duration::from_secs(3)));
    }

    #[test]
    fn every_key_has_a_variable() {
        for Line { key, value, .. } in resolve("list", &[], "").unwrap().report {
            if SECRETS.contains(&key) {
                continue;
            }
            let settings = resolve("list", &[(&variable(key), &value)], "").unwrap();
            // A variable that is set to nothing is not set.
            let origin = if value.is_empty() { Origin::Default } else { Origin::Env(variable(key)) };
            let line = Line { key, value, origin };
            assert!(settings.report.contains(&line), "{line:?}");
        }
        assert_eq!(variable("collect.max_age"), "CRUDDUR_TRACE_COLLECT_MAX_AGE");
    }

    #[test]
    fn the_receivers_flags_are_settings_too() {
        let settings = resolve(
            "collect --xray off --zipkin off --otlp-http 14318 --otlp-grpc 14317 --max-age off --max-size 1MB \
             --sampling-rules aws",
            &[],
            "",
        )
        .unwrap();
        let expected = Collect {
            otlp_http: Some(([127, 0, 0, 1], 14318).into()),
            otlp_grpc: Some(([127, 0, 0, 1], 14317).into()),
            zipkin: None,
            xray: None,
            sampling_rules: SamplingRules::Aws,
            max_age: None,
            max_size: Some(1_000_000),
            forward: Vec::new(),
            forward_headers: ForwardHeaders::Given(Vec::new()),
            guard: resolve("list", &[], "").unwrap().collect.guard,
        };
        assert_eq!(settings.collect, expected);
        assert!(shown(&settings).contains("collect.otlp_http = 127.0.0.1:14318 (--otlp-http)"));
        let of_file = resolve("collect", &[], "[collect]\nsampling_rules = 'rules.json'\n").unwrap();
        assert_eq!(of_file.collect.sampling_rules, SamplingRules::File("/c/rules.json".into()), "relative to the file");
    }

    #[test]
    fn what_others_read_too_is_below_our_own_variable_and_above_the_file() {
        let file = "honeycomb.endpoint = 'https://file.example'\nhoneycomb.dataset = 'file'\n";
        let (own, shared) =
            (("CRUDDUR_TRACE_HONEYCOMB_ENDPOINT", "eu"), ("HONEYCOMB_API_ENDPOINT", "https://shared.example/1/"));
        let headers = ("OTEL_EXPORTER_OTLP_HEADERS", "x-honeycomb-dataset=headers,x-honeycomb-team=abc");
        let asked = |command, env: &[(&str, &str)], file| {
            let settings = resolve(command, env, file).unwrap();
            let line = settings.report.iter().find(|line| line.key == "honeycomb.dataset").map(|line| line.origin.to_string());
            (settings.honeycomb.endpoint, settings.honeycomb.dataset.unwrap_or_default(), line.unwrap())
        };
        let text = |endpoint: &str, dataset: &str, origin: &str| (endpoint.to_owned(), dataset.to_owned(), origin.to_owned());
        let dataset = ("HONEYCOMB_DATASET", "shared");
        assert_eq!(
            asked("list", &[own, shared, dataset, headers], file),
            text("https://api.eu1.honeycomb.io", "shared", "HONEYCOMB_DATASET")
        );
        assert_eq!(asked("list", &[shared, headers], file), text("https://shared.example", "file", "/c/config.toml:2"));
        assert_eq!(asked("list", &[headers], ""), text("https://api.honeycomb.io", "headers", "OTEL_EXPORTER_OTLP_HEADERS"));
    }

    #[test]
    fn what_is_forwarded_and_with_which_headers_is_told_without_their_values() {
        let headers = |list| [("CRUDDUR_TRACE_COLLECT_FORWARD_HEADERS", list)];
        let command = "collect --forward xray --forward otlp=http://there:4318";
        let settings = resolve(command, &headers("authorization=Bearer%20abc,x-scope=me"), "").unwrap();
        let shown = shown(&settings);
        assert!(shown.contains("collect.forward = xray,otlp=http://there:4318 (--forward)"), "{shown}");
        assert!(shown.contains("collect.forward_headers = (set: authorization, x-scope)") && !shown.contains("abc"), "{shown}");
        let ForwardHeaders::Given(given) = &settings.collect.forward_headers else { panic!("{shown}") };
        let [(name, value), _] = given.as_slice() else { panic!("{shown}") };
        assert_eq!((name.as_str(), value.expose()), ("authorization", "Bearer abc"));
        let file = "collect.forward_headers_file = 'headers'\n";
        let elsewhere = resolve("collect", &[], file).unwrap().collect.forward_headers;
        assert!(matches!(elsewhere, ForwardHeaders::Elsewhere(key) if key.place() == "`/c/headers`"), "relative to the file");
        let given = resolve("collect", &headers("a=b"), file).unwrap().collect.forward_headers;
        assert!(matches!(given, ForwardHeaders::Given(_)), "the variable wins");
        let failure = resolve("collect", &headers("authorization=Bearer,x-scope"), "").unwrap_err();
        assert_eq!(failure.message(), "header 2 in CRUDDUR_TRACE_COLLECT_FORWARD_HEADERS has no name or no value");
        let failure = resolve("list", &[], "[collect]\nforward = ['otlp=http://me:secret@there']\n").unwrap_err();
        assert!(!failure.message().contains("secret"), "{}", failure.message());
    }

    #[test]
    fn honeycombs_flags_are_settings_too() {
        let asked = |command| resolve(command, &[("HONEYCOMB_DATASET", "shared")], "").unwrap().honeycomb;
        let list = asked("list --dataset web --counts");
        assert_eq!((list.dataset.as_deref(), list.counts), (Some("web"), true));
        assert_eq!(asked("show 1 --attributes all").attributes, Some(Attributes::All));
        for command in ["show 1 --dataset web", "map --dataset web", "assert --dataset web", "probe --dataset web"] {
            assert_eq!(asked(command).dataset.as_deref(), Some("web"), "{command}");
        }
        assert_eq!(asked("list").dataset.as_deref(), Some("shared"));
        let all = resolve("list --dataset=", &[("HONEYCOMB_DATASET", "shared")], "").unwrap();
        assert_eq!(all.honeycomb.dataset, None, "all of them are asked for");
        assert!(shown(&all).contains("honeycomb.dataset =  (--dataset)"));
    }

    #[test]
    fn a_wrong_value_says_which_and_where() {
        let complaint = |env: &[(&str, &str)], file: &str| resolve("list", env, file).unwrap_err().message();
        assert_eq!(
            complaint(&[], "\nlist.limit = 'many'"),
            "invalid value `many` for `list.limit` (/c/config.toml:2): expected a whole number"
        );
        assert_eq!(
            complaint(&[("CRUDDUR_TRACE_COLLECT_MAX_SIZE", "2G")], ""),
            "invalid value `2G` for `collect.max_size` (CRUDDUR_TRACE_COLLECT_MAX_SIZE): write `GB` for powers of 1000 or `GiB` \
             for powers of 1024; or `off`"
        );
    }

    #[test]
    fn a_profile_that_is_not_there_is_refused() {
        let hints = |command, file| {
            let failure = resolve(command, &[], file).unwrap_err();
            assert_eq!(failure.exit().code(), 2);
            failure.hints().join("; ")
        };
        let file = "[profiles.production]\n[profiles.ci]\n";
        assert_eq!(hints("list --profile prodction", file), "did you mean `production`?; it has `ci`, `production`");
        assert_eq!(hints("list --profile zzz", file), "it has `ci`, `production`");
        assert_eq!(hints("list --profile ci", ""), "a profile begins with the line `[profiles.ci]`");
    }

    #[test]
    fn the_sample_changes_nothing_and_its_keys_stand_at_their_defaults() {
        let default = resolve("list", &[], "").unwrap();
        assert_eq!(resolve("list", &[], SAMPLE).unwrap().report, default.report);

        let set = |line: &'static str| line.strip_prefix('#').filter(|line| !line.starts_with(' ')).unwrap_or(line);
        let uncommented = SAMPLE.lines().map(set).collect::<Vec<_>>().join("\n");
        let sample = resolve("list", &[], &uncommented).unwrap();
        for (line, default) in sample.report.iter().zip(&default.report) {
            if SECRETS.contains(&line.key) {
                continue;
            }
            assert!(matches!(line.origin, Origin::File { .. }), "{} is in the sample", line.key);
            // The data directory depends on the system.
            if line.key != "store" {
                assert_eq!((line.key, &line.value), (default.key, &default.value));
            }
        }
        resolve("list --profile ci", &[], &uncommented).unwrap();
    }
}
