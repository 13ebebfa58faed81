//! The program, driven with its keys planted, while somebody looks at the list of processes.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::time::Duration;

use super::keys::{AWS_SECRET, AWS_SESSION, BESIDE, Place, Sieve, TLS};
use crate::support::{Home, PATIENCE, write};

/// Files that a test has put there, with keys in them.
pub(super) const PUT_THERE: [&str; 1] = ["keys"];
/// Of a trace in `cruddur.json`.
pub(super) const TRACE: &str = "ae98aa61f92c36ccde88da857de9bd67";

/// A home with its keys at that place. All that can be asked is at these addresses.
pub(super) fn home(place: Place, honeycomb: &str, xray: &str, logs: &str, rollbar: &str) -> Home {
    let keys = place.keys();
    let mut home = Home::new().with_fixtures(&["cruddur.json"]);
    let folder = home.path("keys");
    let forward = format!("authorization=Bearer {}", keys.forward);
    for (name, key) in
        [("honeycomb", keys.honeycomb), ("rollbar", keys.rollbar), ("token", keys.receiver), ("headers", &forward)]
    {
        write(&folder.join(name), &format!("{key}\n"));
    }
    write(&folder.join("tls"), &format!("-----BEGIN PRIVATE KEY-----\n{TLS}\n-----END PRIVATE KEY-----\n"));
    // They take long enough to be seen among the processes.
    let by = |name: &str| match place {
        Place::Variables | Place::Headers => String::new(),
        Place::Files => format!("_file = '{}'", folder.join(name).display()),
        Place::Commands => format!("_command = ['sh', '-c', 'sleep 0.1; cat \"$0\"', '{}']", folder.join(name).display()),
    };
    let named =
        |key: &str, name: &str| Some(by(name)).filter(|by| !by.is_empty()).map_or_else(String::new, |by| key.to_owned() + &by);
    let config = format!(
        "[honeycomb]\n{}\n[rollbar]\n{}\n[cloudwatch_logs]\ngroups = 'cruddur'\n[collect]\n{}\n{}\n",
        named("api_key", "honeycomb"),
        named("access_token", "rollbar"),
        named("token", "token"),
        named("forward_headers", "headers"),
    );
    write(&home.config_file(), &config);
    let nowhere = home.path("nothing").display().to_string();
    let temporary = home.path("tmp");
    std::fs::create_dir(&temporary).expect("the home can be written to");
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", AWS_SECRET),
        ("AWS_SESSION_TOKEN", AWS_SESSION),
        ("AWS_REGION", "us-east-1"),
        ("AWS_MAX_ATTEMPTS", "1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CONFIG_FILE", &nowhere),
        ("AWS_SHARED_CREDENTIALS_FILE", &nowhere),
        ("AWS_ENDPOINT_URL_XRAY", xray),
        ("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", logs),
        ("HONEYCOMB_API_ENDPOINT", honeycomb),
        ("CRUDDUR_TRACE_HONEYCOMB_RATE_LIMIT", "1000/1s"),
        ("CRUDDUR_TRACE_ROLLBAR_ENDPOINT", rollbar),
        ("ROLLBAR_ACCESS_TOKEN", super::keys::STRANGER),
        ("TMPDIR", &temporary.display().to_string()),
        ("RUST_BACKTRACE", "full"),
    ] {
        home = home.with(name, value);
    }
    match place {
        Place::Variables | Place::Headers => {
            home = home.with("ROLLBAR_READ_TOKEN", keys.rollbar);
            home = home.with("CRUDDUR_TRACE_COLLECT_TOKEN", keys.receiver);
            home = home.with("CRUDDUR_TRACE_COLLECT_FORWARD_HEADERS", &forward);
            if place == Place::Variables {
                home = home.with("HONEYCOMB_API_KEY", keys.honeycomb);
            }
        }
        Place::Files | Place::Commands => {}
    }
    let of_honeycomb = if place == Place::Headers { keys.honeycomb } else { BESIDE };
    home.with("OTEL_EXPORTER_OTLP_HEADERS", &format!("x-honeycomb-team={of_honeycomb},authorization=Bearer {BESIDE}"))
}

/// The lines with which each command is driven.
pub(super) fn lines() -> Vec<(&'static str, Vec<String>)> {
    let everywhere = "-b local -b file:cruddur.json -b honeycomb -b xray";
    let of = |lines: &[&str]| lines.iter().map(|line| line.replace("EVERYWHERE", everywhere).replace("TRACE", TRACE)).collect();
    vec![
        ("list", of(&["list EVERYWHERE --error -o json", "list EVERYWHERE --explain", "list -b honeycomb", "list -b xray"])),
        (
            "show",
            of(&[
                "show TRACE EVERYWHERE --logs --errors --bodies",
                "show TRACE EVERYWHERE --logs --errors -o json",
                "show TRACE EVERYWHERE --stitch --logs --errors",
                "show TRACE EVERYWHERE --logs --errors --explain",
                "show TRACE -b honeycomb",
                "show TRACE -b xray -o html",
            ]),
        ),
        ("logs", of(&["logs TRACE EVERYWHERE"])),
        ("assert", of(&["assert EVERYWHERE --error -o json", "assert -b honeycomb --error"])),
        ("diff", of(&["diff TRACE TRACE EVERYWHERE"])),
        ("stats", of(&["stats EVERYWHERE"])),
        ("map", of(&["map EVERYWHERE", "map -b xray"])),
        // What it does with its keys while it runs is a test of its own.
        (
            "collect",
            of(&["collect --status", "collect --tls-cert keys/tls --tls-key keys/tls --otlp-grpc off --zipkin off --xray off"]),
        ),
        ("run", of(&["run --show -- sleep 0.1"])),
        ("import", of(&["import cruddur.json"])),
        ("demo", of(&["demo"])),
        ("doctor", of(&["doctor EVERYWHERE", "doctor -o json", "doctor --test-span honeycomb"])),
        ("probe", of(&["probe -o json"])),
        ("config", of(&["config show", "config show -o json", "config path", "config init --config new.toml"])),
        ("completions", of(&["completions bash"])),
        ("help", of(&["help"])),
    ]
}

/// What was seen of a run.
pub(super) struct Seen {
    pub(super) output: Output,
    /// Command lines of the program, and of what it started.
    pub(super) processes: BTreeSet<String>,
}

impl Seen {
    /// Keys in it, each with where it is. There should be none.
    pub(super) fn caught(&self, sieve: &Sieve, line: &str) -> Vec<String> {
        let streams = [("stdout", &self.output.stdout), ("stderr", &self.output.stderr)];
        let shown =
            streams.into_iter().filter_map(|(what, bytes)| Some(format!("{what} of `{line}`: {}", sieve.caught(bytes)?)));
        let seen = |process: &String| Some(format!("process during `{line}`: {}", sieve.caught(process.as_bytes())?));
        shown.chain(self.processes.iter().filter_map(seen)).collect()
    }
}

/// Runs the program to its end, and looks at the processes meanwhile.
pub(super) fn run(home: &Home, line: &str, variables: &[(&str, &str)]) -> Seen {
    let mut command = home.command(line.split_whitespace());
    command.envs(variables.iter().copied()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    watch(command.spawn().expect("the program can be started"))
}

/// Looks at the processes until one ends.
pub(super) fn watch(child: Child) -> Seen {
    let id = child.id();
    let ended = std::thread::spawn(move || child.wait_with_output().expect("it ends"));
    let begun = std::time::Instant::now();
    let mut processes = BTreeSet::new();
    while !ended.is_finished() {
        processes.extend(below(id));
        assert!(begun.elapsed() < PATIENCE, "it does not end: {processes:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
    Seen { output: ended.join().expect("it is waited for"), processes }
}

/// The command lines of a process and of all that it has started, as everybody on the machine can read them.
pub(super) fn below(id: u32) -> Vec<String> {
    let mut parents = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("this is Linux").flatten() {
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // Its parent stands behind its name, which may have anything in it but ends with the last parenthesis.
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)).and_then(|word| word.parse().ok());
        parents.push((process, parent.unwrap_or(0)));
    }
    let mut found = vec![id];
    let mut next = 0;
    while next < found.len() {
        let of = found[next];
        found.extend(parents.iter().filter(|(_, parent)| *parent == of).map(|(process, _)| *process));
        next += 1;
    }
    let line = |process: &u32| {
        let bytes = std::fs::read(Path::new("/proc").join(process.to_string()).join("cmdline")).ok()?;
        Some(String::from_utf8_lossy(&bytes).replace('\0', " ")).filter(|line| !line.is_empty())
    };
    found.iter().filter_map(line).collect()
}
