//! What the README says is what the program does. Its ` ```console ` blocks hold commands behind `$ ` and what they print, stdout
//! before stderr; `BLESS=1 cargo test --test it readme` writes what they print now.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use cruddur_trace::exit::Exit;

use crate::support::Home;
#[cfg(unix)]
use crate::support::PROGRAM;

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn readme() -> String {
    std::fs::read_to_string(path()).expect("the README is there").replace("\r\n", "\n")
}

/// The lines of the blocks of a language.
fn blocks(readme: &str, language: &str) -> Vec<String> {
    let begin = format!("\n```{language}\n");
    let blocks = readme.split(&begin).skip(1);
    blocks.map(|rest| rest.split("\n```\n").next().unwrap_or_default().to_owned()).collect()
}

/// The README with what its commands print now.
#[cfg(unix)]
fn rewritten(readme: &str) -> String {
    let home = Home::new();
    let mut out = String::new();
    let mut within = false;
    let mut status = 0;
    for line in readme.lines() {
        within = if line.starts_with("```") { line == "```console" } else { within };
        let command = line.strip_prefix("$ ").filter(|_| within);
        if within && command.is_none() && line != "```console" {
            continue;
        }
        let _ = writeln!(out, "{line}");
        if let Some(command) = command {
            status = print(&home, command, status, &mut out);
        }
    }
    out
}

/// Runs a command as a shell does that stands in this repository. Answers its exit status.
#[cfg(unix)]
fn print(home: &Home, command: &str, status_before: i32, out: &mut String) -> i32 {
    let folder = Path::new(PROGRAM).parent().expect("a file is in a folder").to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(&others))).expect("paths of a PATH");
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &format!("(exit {status_before}); {command}")]).current_dir(env!("CARGO_MANIFEST_DIR"));
    // Only its environment is of interest: the shell is to run in that of every other test.
    let hermetic = home.command([""; 0]);
    shell.env_clear().envs(hermetic.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("PATH", path);
    let output = shell.output().expect("there is a shell");
    for stream in [&output.stdout, &output.stderr] {
        out.push_str(&String::from_utf8_lossy(stream));
    }
    output.status.code().expect("a shell ends by itself")
}

#[cfg(unix)]
#[test]
fn every_command_prints_what_stands_below_it() {
    let committed = readme();
    let now = rewritten(&committed);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path(), &now).expect("the README can be written");
    } else {
        let differs = committed.lines().zip(now.lines()).enumerate().find(|(_, (committed, now))| committed != now);
        assert!(committed == now, "README.md is stale: see `BLESS=1 cargo test --test it readme`; first: {differs:?}");
    }
    let commands = blocks(&now, "console").concat().matches("$ cruddur-trace ").count();
    assert!(commands >= 7, "a picture, five examples and a mistake: {commands}");
}

#[test]
fn the_exit_codes_are_the_programs_own() {
    let mut table = "| code | meaning |\n|---|---|\n".to_owned();
    for (exit, meaning) in Exit::TABLE {
        let _ = writeln!(table, "| {} | {meaning} |", exit.code());
    }
    assert!(readme().contains(&format!("{table}\n")), "the table is:\n{table}");
}

#[test]
fn the_two_commands_to_try_it_are_there() {
    let commands = blocks(&readme(), "sh").remove(0);
    let commands: Vec<&str> = commands.lines().filter_map(|line| Some(line.split('#').next()?.trim())).collect();
    assert_eq!(commands, ["cargo run --release -- demo", "cargo test"]);
}

#[test]
fn every_expression_can_be_asked() {
    let home = Home::new().with_fixtures(&["cruddur.json"]);
    let expressions = blocks(&readme(), "text").remove(0);
    for line in expressions.lines() {
        let expression = line.split(" # ").next().unwrap_or_default().trim();
        let output = home.run(["list", "-b", "file:cruddur.json", expression]);
        assert!(output.code == Some(0) && !output.stderr.contains("hint"), "{expression}\n{output}");
    }
    assert!(expressions.lines().count() >= 4);
}

#[test]
fn the_queries_of_the_store_run() {
    let home = Home::new().with_fixtures(&["cruddur.json"]);
    home.import("cruddur.json");
    let store = rusqlite::Connection::open(home.path("data/cruddur-trace/traces.db")).expect("the store is there");
    let rows: Vec<usize> = blocks(&readme(), "sql")
        .remove(0)
        .lines()
        .map(|query| {
            let mut query = store.prepare(query).expect("the views are as the README says");
            let rows = query.query_map([], |_| Ok(())).expect("it needs no parameters");
            rows.count()
        })
        .collect();
    assert_eq!(rows, [5, 19], "traces, and operations of services");
}

#[test]
fn every_file_that_is_linked_is_there() {
    let link = regex::Regex::new(r"\]\(([^):#]+)\)").expect("it is a regex");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for found in link.captures_iter(&readme()) {
        assert!(root.join(&found[1]).exists(), "{}", &found[1]);
    }
}

#[test]
fn the_job_that_it_shows_is_the_one_that_is_performed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shown = blocks(&readme(), "yaml");
    let job = std::fs::read_to_string(root.join("docs/ci/traces.yml")).expect("it is there").replace("\r\n", "\n");
    assert!(shown.iter().any(|block| format!("{block}\n") == job), "the README shows another job than docs/ci/traces.yml");
    let command = "cruddur-trace run --file ci/checks.toml --junit traces.xml --markdown traces.md";
    assert!(job.contains(command) && job.contains("-- ci/drive.sh /api/activities/home"), "{job}");
}
