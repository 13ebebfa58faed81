//! Profiles, what is configured for single commands, and keys that are in files or printed by commands – which nobody is ever shown.

use std::time::{Duration, Instant};

use crate::support::honeycomb::{CONFIGURATION, Honeycomb};
use crate::support::spans::{family, trace_id};
use crate::support::{CommandOutput, Home, fixture, write};

/// A home with this configuration, and a file of traces.
fn home(config: &str) -> Home {
    let home = Home::new().with_fixtures(&["cruddur.json"]);
    write(&home.config_file(), config);
    home
}

const MACHINES: &str = "
list = { limit = 2 }
[profiles.machines]
backend = 'file:cruddur.json'
list = { output = 'jsonl' }
show = { output = 'csv', max_rows = 3, expand = true }
stats = { output = 'csv', sort = 'name', limit = 2 }
map = { output = 'mermaid' }
diff = { output = 'json', max_rows = 1 }
assert = { output = 'json', settle = '0s' }
[profiles.people]
backend = 'file:cruddur.json'
show = { max_rows = 3, expand = true }
";

#[test]
fn a_profile_says_what_each_command_does_and_an_option_wins() {
    let (home, plain) = (home(MACHINES), Home::new().with_fixtures(&["cruddur.json"]));
    for (profile, short, long) in [
        ("machines", "list", "list -n 2 -o jsonl"),
        ("machines", "list -n 1 -o table", "list -n 1 -o table"),
        // A number of rows is for drawings.
        ("machines", "show 8bc626", "show 8bc626 -o csv --expand"),
        ("people", "show 8bc626", "show 8bc626 --max-rows 3 --expand"),
        ("machines", "stats", "stats -o csv --sort name -n 2"),
        ("machines", "stats -o json --sort errors", "stats -o json --sort errors -n 2"),
        ("machines", "map", "map -o mermaid"),
        ("machines", "diff 8bc626 08fef8", "diff 8bc626 08fef8 -o json --max-rows 1"),
        ("machines", "assert --error", "assert --error -o json --settle 0s"),
        ("machines", "assert --error -o text", "assert --error --settle 0s"),
    ] {
        let configured = home.line(&format!("{short} --profile {profile}"));
        assert_eq!(configured, plain.line(&format!("{long} -b file:cruddur.json")), "{short}");
        if !short.contains(" -o ") {
            assert_ne!(configured, plain.line(&format!("{short} -b file:cruddur.json")), "{short}: it says something");
        }
    }
    // The rest of the file counts where the profile is silent, and a variable wins over both.
    assert_eq!(home.line("list -b file:cruddur.json -o jsonl").stdout.lines().count(), 2);
    let home = home.with("CRUDDUR_TRACE_PROFILE", "machines").with("CRUDDUR_TRACE_LIST_LIMIT", "3");
    assert_eq!(home.line("list").stdout.lines().count(), 3);
}

#[test]
fn a_profile_says_how_long_an_assertion_asks_again() {
    let home = home("[profiles.ci]\nassert = { wait = '1s' }\n");
    home.import("cruddur.json");
    let begun = Instant::now();
    let output = home.line("assert -b local --name nobody --profile ci");
    assert!(begun.elapsed() >= Duration::from_secs(1), "somebody may still come: {output}");
    assert_eq!(output.code, Some(1), "{output}");
}

#[test]
fn a_profile_that_is_not_there_is_told_with_those_that_are() {
    let home = home("[profiles.production]\n[profiles.ci]\n");
    insta::assert_snapshot!(home.line("list --profile prodution"), @"
    ------- stderr -------
    error: there is no profile `prodution` (--profile) in $HOME/config/cruddur-trace/config.toml
    hint: did you mean `production`?
    hint: it has `ci`, `production`
    [exit status: 2]
    ");
    insta::assert_snapshot!(home.with("CRUDDUR_TRACE_PROFILE", "x").line("config show"), @"
    ------- stderr -------
    error: there is no profile `x` (CRUDDUR_TRACE_PROFILE) in $HOME/config/cruddur-trace/config.toml
    hint: it has `ci`, `production`
    [exit status: 2]
    ");
}

#[test]
fn a_mistake_in_a_profile_is_drawn() {
    insta::assert_snapshot!(home("[profiles.ci]\nlimit = 5\n").line("list"), @"
    ------- stderr -------
    error: unknown key `limit` in $HOME/config/cruddur-trace/config.toml, line 2
      2 | limit = 5
        | ^^^^^
    hint: `limit` stands in [list], in [stats], in [map] or in [diff]
    [exit status: 2]
    ");
    insta::assert_snapshot!(home("[profiles.ci.list]\noutput = 'xml'\n").line("list --profile ci"), @"
    ------- stderr -------
    error: invalid value `xml` for `list.output` ($HOME/config/cruddur-trace/config.toml:2, profile ci): expected `table`, `json` or `jsonl`
    [exit status: 2]
    ");
}

/// A service with a trace, a home that is told of it by `[honeycomb]`, and the command that shows the trace.
fn with_service(honeycomb: &str) -> (Honeycomb, Home, String) {
    let service = Honeycomb::start();
    // Nobody has to wait for a turn.
    service.configure(|setup| setup.rate = (1000, Duration::from_secs(1)));
    let id = trace_id(8, 1);
    service.ingest_spans(family(2).into_iter().map(|span| (id.clone(), span)));
    let home = Home::new().with("HONEYCOMB_API_ENDPOINT", &service.endpoint());
    let home = home.with("CRUDDUR_TRACE_HONEYCOMB_RATE_LIMIT", "1000/1s");
    write(&home.config_file(), &format!("[honeycomb]\n{honeycomb}\n"));
    (service, home, format!("show -b honeycomb {id}"))
}

/// The key is in nothing that is printed.
#[track_caller]
fn assert_silent(output: &CommandOutput) {
    assert!(!output.stdout.contains(CONFIGURATION) && !output.stderr.contains(CONFIGURATION), "the key is shown: {output}");
}

/// No command that may say something of the key shows it, however much it is to say.
fn assert_never_shown(home: &Home, show: &str) {
    for line in [
        &format!("{show} -vvv"),
        &format!("{show} -vvv --explain"),
        "config show -vvv",
        "config show -o json",
        "config path",
        "list -vvv",
        "probe -vvv",
        "assert -b honeycomb --error -vvv -o json",
    ] {
        assert_silent(&home.line(line));
    }
}

/// What `config show` says of the key.
fn shown(home: &Home) -> String {
    let all = home.line("config show").answer();
    all.lines().filter(|line| line.starts_with("honeycomb.api_key")).fold(String::new(), |lines, line| lines + line + "\n")
}

#[test]
fn a_key_in_a_file_is_used_and_never_shown() {
    let (_service, home, show) = with_service("api_key_file = 'keys/honeycomb'");
    let key = home.config_file().with_file_name("keys").join("honeycomb");
    let missing = home.line(&show);
    assert_eq!(missing.code, Some(2), "{missing}");
    assert!(missing.stderr.contains("cannot read the API key in `$HOME/config/cruddur-trace/keys/honeycomb`"), "{missing}");
    write(&key, &format!("{CONFIGURATION}\n"));
    private(&key, 0o600);
    let output = home.line(&show);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{output}");
    insta::assert_snapshot!(shown(&home), @"
    honeycomb.api_key_file            $HOME/config/cruddur-trace/keys/honeycomb  $HOME/config/cruddur-trace/config.toml:2
    honeycomb.api_key_command                                                              default
    honeycomb.api_key                 (in the file)                                        $HOME/config/cruddur-trace/config.toml:2
    ");
    assert_never_shown(&home, &show);
    write(&key, &format!("{CONFIGURATION} and more\n"));
    let broken = home.line(&show);
    assert!(broken.code == Some(2) && broken.stderr.contains("has a blank"), "{broken}");
    assert_silent(&broken);
}

#[cfg(unix)]
#[test]
fn a_key_that_everybody_can_read_is_warned_of() {
    let (_service, home, show) = with_service("api_key_file = 'key'");
    let key = home.config_file().with_file_name("key");
    write(&key, CONFIGURATION);
    private(&key, 0o644);
    let output = home.line(&show);
    assert_eq!(output.code, Some(0), "{output}");
    insta::assert_snapshot!(output.stderr, @"warning: everybody on this machine can read `$HOME/config/cruddur-trace/key` (mode 644): `chmod 600 $HOME/config/cruddur-trace/key`");
    private(&key, 0o600);
    assert_eq!(home.line(&show).stderr, "");
}

#[cfg(unix)]
fn private(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("it is ours");
}

#[cfg(not(unix))]
fn private(_: &std::path::Path, _: u32) {}

#[test]
fn the_key_itself_where_its_place_belongs_is_refused_and_not_shown() {
    for line in [
        format!("api_key_file = '{CONFIGURATION}'"),
        format!("api_key_command = '{CONFIGURATION}'"),
        format!("api_key = '{CONFIGURATION}'"),
        format!("api_key_file = ['{CONFIGURATION}', 'a,b']"),
        format!("api_key_command = '{CONFIGURATION} | x'"),
    ] {
        let (_service, home, show) = with_service(&line);
        for command in [show.as_str(), "config show", "config path", "list"] {
            let output = home.line(command);
            assert!(command == "config path" || output.code == Some(2), "{output}");
            assert_silent(&output);
        }
    }
}

#[cfg(unix)]
mod commands {
    use super::*;
    use crate::support::destination::{Destination, Mood};
    use crate::support::http::{self, PROTOBUF};
    use crate::support::spans::body;
    use crate::support::{Receiver, eventually};
    use rustix::process::Signal;

    /// Prints the key, and leaves a line in `runs`.
    fn printing() -> String {
        format!("api_key_command = ['sh', '-c', 'echo x >> runs; echo {CONFIGURATION} | tee /dev/stderr']")
    }

    fn runs(home: &Home) -> usize {
        std::fs::read_to_string(home.path("runs")).map_or(0, |runs| runs.lines().count())
    }

    #[test]
    fn a_command_is_run_once_where_the_key_is_needed_and_nowhere_else() {
        let (_service, home, show) = with_service(&printing());
        for line in ["config show", "config path", "list -b local", "show -b local 1", "import nothing", "list --profile x"] {
            let output = home.line(line);
            assert_eq!(runs(&home), 0, "{line}: {output}");
        }
        let output = home.line(&show);
        assert_eq!((output.code, output.stderr.as_str(), runs(&home)), (Some(0), "", 1), "{output}");
        let output = home.line("list");
        assert_eq!(runs(&home), 2, "`auto` asks Honeycomb too: {output}");
        insta::assert_snapshot!(shown(&home), @"
        honeycomb.api_key_file                                                          default
        honeycomb.api_key_command         sh …                                          $HOME/config/cruddur-trace/config.toml:2
        honeycomb.api_key                 (printed by the command)                      $HOME/config/cruddur-trace/config.toml:2
        ");
        assert_never_shown(&home, &show);
    }

    #[test]
    fn the_key_is_of_the_profile_or_of_the_environment() {
        let (service, home, show) = with_service("api_key_file = '/nowhere'\n[profiles.ours.honeycomb]\n");
        let config = std::fs::read_to_string(home.config_file()).expect("it is there");
        write(&home.config_file(), &(config + &printing()));
        assert_eq!(home.line(&show).code, Some(2));
        assert_eq!(home.line(&format!("{show} --profile ours")).code, Some(0));
        let requests = service.requests().len();
        let home = home.with("CRUDDUR_TRACE_HONEYCOMB_API_KEY_COMMAND", "cat 'a key'");
        write(&home.path("a key"), CONFIGURATION);
        assert_eq!((home.line(&show).code, runs(&home)), (Some(0), 1), "as a list, and as a text with quotes");
        assert!(service.requests().len() > requests);
        let home = home.with("HONEYCOMB_API_KEY", "hunter2hunter2hunter2x");
        assert_eq!(home.line(&show).code, Some(3), "the key of the environment wins, and is not known there");
    }

    #[test]
    fn a_command_that_fails_costs_only_honeycomb_and_is_told_without_the_key() {
        let failing = format!("api_key_command = ['sh', '-c', 'echo {CONFIGURATION}; echo no {CONFIGURATION} >&2; exit 7']");
        let (service, home, show) = with_service(&failing);
        let output = home.line(&show);
        insta::assert_snapshot!(output, @"
        ------- stderr -------
        error: `sh …` was to print the API key, and ended with 7: no …
        [exit status: 3]
        ");
        std::fs::copy(fixture("cruddur.json"), home.path("cruddur.json")).expect("the home can be written to");
        home.import("cruddur.json");
        let output = home.line("list");
        assert_eq!((output.code, output.stdout.lines().count()), (Some(0), 6), "{output}");
        assert!(output.stderr.contains("warning: `sh …` was to print the API key, and ended with 7"), "{output}");
        assert_silent(&output);
        assert_never_shown(&home, &show);
        assert_eq!(service.requests(), []);
    }

    #[test]
    fn a_command_has_as_long_as_a_backend() {
        let (_service, home, show) = with_service("api_key_command = 'sleep 50'");
        insta::assert_snapshot!(home.line(&format!("{show} --timeout 200ms")), @"
        ------- stderr -------
        error: `sleep …` was to print the API key, and did not end within 200ms
        hint: --timeout says how long it may take; it is given nothing on stdin, and cannot ask
        [exit status: 3]
        ");
    }

    #[test]
    fn a_shell_is_not_there_unless_it_is_named() {
        let (_service, home, show) = with_service("api_key_command = 'pass show honeycomb | head -1'");
        insta::assert_snapshot!(home.line(&show), @"
        ------- stderr -------
        error: invalid value `pass …` for `honeycomb.api_key_command` ($HOME/config/cruddur-trace/config.toml:2): it is run without a shell, which alone knows what `|` means: quote it, or write `sh -c '…'`
        [exit status: 2]
        ");
    }

    #[test]
    fn what_is_received_is_sent_on_with_it() {
        let (service, home, _) = with_service(&printing());
        let rows = service.rows().len();
        let receiver = Receiver::start(&home, &["--forward", "honeycomb"]);
        assert_eq!(http::post(receiver.otlp(), PROTOBUF, &body(&trace_id(8, 2), &family(3))).status, 200);
        eventually("it is sent on", || service.rows().len() > rows);
        assert_eq!(runs(&home), 1);
        assert_silent(&receiver.stop(Signal::TERM));
    }

    #[test]
    fn what_the_receiver_asks_for_and_sends_along_may_be_elsewhere_too() {
        const TOKEN: &str = "a-token-that-nobody-guesses";
        let home = Home::new();
        write(&home.config_file(), "[collect]\ntoken_command = 'cat token'\nforward_headers_file = 'headers'\n");
        write(&home.path("token"), TOKEN);
        write(&home.config_file().with_file_name("headers"), "x-tenant=cruddur\nauthorization=Bearer%20hunter2\n");
        let there = Destination::start(Mood::Fine);
        let receiver = Receiver::start(&home, &["--forward", &there.flag(), "-v"]);
        let bytes = body(&trace_id(8, 3), &family(3));
        assert_eq!(http::post(receiver.otlp(), PROTOBUF, &bytes).status, 401);
        let authorization = format!("Bearer {TOKEN}");
        let headers = [("Content-Type", PROTOBUF), ("Authorization", authorization.as_str())];
        assert_eq!(http::request(receiver.otlp(), "POST /v1/traces", &headers, &bytes).status, 200);
        there.wait_for(4);
        let [request] = there.requests().try_into().expect("one request");
        let header = |name: &str| request.headers.get(name).map(String::as_str);
        assert_eq!((header("x-tenant"), header("authorization")), (Some("cruddur"), Some("Bearer hunter2")));
        let end = receiver.stop(Signal::TERM);
        assert!(!end.stderr.contains("hunter2") && !end.stderr.contains(TOKEN), "{end}");
    }
}
