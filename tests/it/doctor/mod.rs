//! `doctor`: each finding that it can make is provoked, and the command that it prints is carried out, as it stands, by `sh`; then the
//! finding is gone. `registry` sees to it that none is left out.

mod amazon;
mod configuration;
mod honeycomb;
mod receiver;
mod registry;
mod rollbar;
mod screen;
mod secrets;
mod store;
mod test_span;
mod troubles;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use cruddur_trace::model::diagnosis::{self, Level};
use serde_json::Value;

use crate::support::{Home, PATIENCE, PROGRAM, Started, write};

/// What was looked at, and what was found.
type Kind = (&'static str, &'static str);

/// A home in which nothing is configured, nobody is asked, and a receiver takes ports that are free.
fn home() -> Home {
    let doors = ["OTLP_HTTP", "OTLP_GRPC", "ZIPKIN", "XRAY"].map(|door| format!("CRUDDUR_TRACE_COLLECT_{door}"));
    let home = Home::new().with("AWS_EC2_METADATA_DISABLED", "true").with("AWS_MAX_ATTEMPTS", "2");
    doors.iter().fold(home, |home, door| home.with(door, "127.0.0.1:0"))
}

/// What `doctor -o json` said, and how it ended.
struct Told {
    document: Value,
    output: Output,
}

#[track_caller]
fn told(home: &Home, words: &str) -> Told {
    let words = format!("doctor -o json {words}");
    Told::of(home.pipe(words.split_whitespace(), b""))
}

impl Told {
    #[track_caller]
    fn of(output: Output) -> Self {
        let document = serde_json::from_slice(&output.stdout);
        Self { document: document.unwrap_or_else(|error| panic!("{error}: {output:?}")), output }
    }

    fn findings(&self) -> impl Iterator<Item = &Value> {
        self.document["findings"].as_array().into_iter().flatten()
    }

    /// For messages.
    fn all(&self) -> String {
        format!("{:#}\n{}", self.document, String::from_utf8_lossy(&self.output.stderr))
    }

    /// It was found, it is as bad as it should be, nothing else is wrong, and the exit code says so.
    #[track_caller]
    fn finds_only(&self, kind: Kind) -> &Value {
        let (found, expected) = (self.finds(kind), diagnosis::kind(kind.0, kind.1).level);
        let level = found["level"].as_str().unwrap_or_default();
        // What was named and is missing is worse.
        let worse = expected == Level::Note && level == "problem";
        assert!(worse || level == expected.name(), "{kind:?} is {level}: {}", self.all());
        let wrong = |other: &&Value| ["problem", "unknown"].contains(&other["level"].as_str().unwrap_or_default());
        let others: Vec<_> = self.findings().filter(wrong).filter(|other| *other != found).collect();
        assert!(others.is_empty(), "only {kind:?} was to be found: {}", self.all());
        let code = match level {
            "problem" => 1,
            "unknown" => 3,
            _ => 0,
        };
        assert_eq!(self.output.status.code(), Some(code), "{kind:?}: {}", self.all());
        found
    }

    #[track_caller]
    fn finds(&self, (check, finding): Kind) -> &Value {
        let is = |found: &&Value| found["check"] == check && found["finding"] == finding;
        self.findings().find(is).unwrap_or_else(|| panic!("{check} {finding} was not found: {}", self.all()))
    }

    /// Nothing is wrong any more, least of all this.
    #[track_caller]
    fn is_green(&self, (check, finding): Kind) {
        let again = self.findings().find(|found| found["check"] == check && found["finding"] == finding);
        assert!(again.is_none(), "{check} {finding} is still there: {}", self.all());
        assert_eq!(self.output.status.code(), Some(0), "something is wrong: {}", self.all());
    }
}

#[track_caller]
fn remedy(found: &Value) -> String {
    found["remedy"].as_str().unwrap_or_else(|| panic!("there is no remedy: {found:#}")).to_owned()
}

/// Provokes a finding, carries out its remedy in a shell into which this is typed, and asks again in the same shell.
#[track_caller]
fn cure(home: &Home, words: &str, kind: Kind, typed: &str) {
    let told = told(home, words);
    let remedy = remedy(told.finds_only(kind));
    let script = format!("set -e\n{{ {remedy}\n}} >&2\nexec cruddur-trace doctor -o json {words}");
    Told::of(shell(home, &script, typed)).is_green(kind);
}

/// The same where the remedy is to ask once more, as `doctor` itself says how.
#[track_caller]
fn cure_by_asking_again(home: &Home, words: &str, kind: Kind, before: impl FnOnce()) {
    let told = told(home, words);
    let remedy = remedy(told.finds_only(kind));
    before();
    Told::of(shell(home, &format!("exec {remedy} -o json"), "")).is_green(kind);
}

/// The same where the remedy calls another program, of which there is a stand-in here that only writes down how it was called. `change` is
/// what the real one would do.
#[track_caller]
fn cure_by(home: &Home, words: &str, kind: Kind, program: &str, change: impl FnOnce()) {
    let called = home.path("called");
    let path = home.path("stubs").join(program);
    write(&path, "#!/bin/sh\necho \"$(basename \"$0\") $*\" >> \"$HOME/called\"\n");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).expect("it is ours");
    let told = told(home, words);
    let remedy = remedy(told.finds_only(kind));
    let output = shell(home, &remedy, "");
    assert!(output.status.success(), "{remedy}: {output:?}");
    let was_called = std::fs::read_to_string(&called).expect("it was called");
    assert_eq!(was_called.trim_end(), remedy, "it was called as it is printed");
    change();
    self::told(home, words).is_green(kind);
}

/// Runs a script as somebody would who has the program at hand.
fn shell(home: &Home, script: &str, typed: &str) -> Output {
    let mut command = assert_cmd::Command::from_std(shell_command(home, script));
    command.write_stdin(typed).timeout(PATIENCE).output().expect("there is a shell")
}

fn shell_command(home: &Home, script: &str) -> Command {
    let folder = Path::new(PROGRAM).parent().expect("a file is in a folder").to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let first = [home.path("stubs"), folder];
    let path = std::env::join_paths(first.into_iter().chain(std::env::split_paths(&others))).expect("paths of a PATH");
    let hermetic = home.command([""; 0]);
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).current_dir(home.path("")).env_clear();
    shell.envs(hermetic.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("PATH", path);
    shell
}

/// Carries out a remedy that goes on running, such as `collect`. It is killed when dropped.
fn start(home: &Home, remedy: &str) -> Started {
    // So that it is the program itself that is killed then.
    let script = match remedy.rsplit_once("; cruddur-trace ") {
        Some((before, words)) => format!("{before}; exec cruddur-trace {words}"),
        None => format!("exec {remedy}"),
    };
    let mut command = shell_command(home, &script);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Started(command.spawn().expect("there is a shell"))
}
