//! What the README and the pages in `docs/` say is what the program does. Their ` ```console ` blocks hold commands behind `$ ` and
//! what they print, stdout before stderr; `BLESS=1 cargo test --test it readme` writes what they print now.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use cruddur_trace::cli::Cli;
use cruddur_trace::exit::Exit;

#[cfg(unix)]
use crate::support::PROGRAM;
use crate::support::{Home, write};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).expect("the page is there").replace("\r\n", "\n")
}

fn readme() -> String {
    page("README.md")
}

/// The README and the pages to which it leads, relative to the repository.
fn pages() -> Vec<PathBuf> {
    let docs = std::fs::read_dir(root().join("docs")).expect("the pages are there");
    let docs = docs.map(|entry| Path::new("docs").join(entry.expect("the folder can be read").file_name()));
    let mut pages: Vec<PathBuf> = docs.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect();
    pages.push("README.md".into());
    pages.sort();
    pages
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
    for name in pages() {
        let committed = page(&name.to_string_lossy());
        let now = rewritten(&committed);
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(root().join(&name), &now).expect("the page can be written");
            continue;
        }
        let differs = committed.lines().zip(now.lines()).enumerate().find(|(_, (committed, now))| committed != now);
        let name = name.display();
        assert!(committed == now, "{name} is stale: see `BLESS=1 cargo test --test it readme`; first: {differs:?}");
    }
    let commands = blocks(&readme(), "console").concat().matches("$ cruddur-trace ").count();
    assert!(commands >= 7, "a picture, five examples and a mistake: {commands}");
}

#[test]
fn every_command_line_that_is_only_shown_is_one() {
    let mut count = 0;
    for name in pages() {
        let blocks = blocks(&page(&name.to_string_lossy()), "sh");
        let lines = blocks.iter().flat_map(|block| block.lines()).filter(|line| line.starts_with("cruddur-trace "));
        for line in lines {
            let words = shlex::split(line).unwrap_or_else(|| panic!("{line}"));
            let end = words.iter().position(|word| matches!(word.as_str(), "|" | ">" | ">>" | "&&")).unwrap_or(words.len());
            if let Err(error) = Cli::try_parse_from(&words[..end]) {
                panic!("{}: {line}\n{error}", name.display());
            }
            count += 1;
        }
    }
    assert!(count >= 20, "{count}");
}

#[test]
fn the_exit_codes_are_the_programs_own() {
    let mut table = "| code | meaning |\n|---|---|\n".to_owned();
    for (exit, meaning) in Exit::TABLE {
        let _ = writeln!(table, "| {} | {meaning} |", exit.code());
    }
    for name in ["README.md", "docs/exit-codes.md"] {
        assert!(page(name).contains(&format!("{table}\n")), "the table in {name} is:\n{table}");
    }
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
    for (name, least) in [("README.md", 4), ("docs/filter.md", 15)] {
        let expressions = blocks(&page(name), "text").remove(0);
        for line in expressions.lines() {
            let expression = line.split(" # ").next().unwrap_or_default().trim();
            let output = home.run(["list", "-b", "file:cruddur.json", expression]);
            assert!(output.code == Some(0) && !output.stderr.contains("hint"), "{expression}\n{output}");
        }
        assert!(expressions.lines().count() >= least, "{name}");
    }
}

#[test]
fn every_configuration_that_is_shown_is_one() {
    let mut profiles = 0;
    for name in pages().into_iter().filter(|name| !name.ends_with("assertions.md")) {
        for text in blocks(&page(&name.to_string_lossy()), "toml") {
            let home = Home::new();
            write(&home.config_file(), &text);
            let output = home.line("config show");
            assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{}\n{text}\n{output}", name.display());
            for profile in text.lines().filter_map(|line| line.strip_prefix("[profiles.")?.strip_suffix(']')) {
                let output = home.line(&format!("config show --profile {profile}"));
                assert!(output.code == Some(0) && output.stdout.contains(&format!("profile {profile}\n")), "{output}");
                profiles += 1;
            }
        }
    }
    assert!(profiles >= 3, "{profiles}");
}

#[test]
fn every_suite_that_is_shown_is_one() {
    let home = Home::new().with_fixtures(&["cruddur.json"]);
    let suites = blocks(&page("docs/assertions.md"), "toml");
    for suite in &suites {
        write(&home.path("checks.toml"), suite);
        let output = home.line("assert -b file:cruddur.json --file checks.toml --settle 0s --wait 0s");
        assert!(matches!(output.code, Some(0 | 1)), "{suite}\n{output}");
    }
    assert!(!suites.is_empty());
}

#[test]
fn the_queries_of_the_store_run() {
    let home = Home::new().with_fixtures(&["cruddur.json"]);
    home.import("cruddur.json");
    let store = rusqlite::Connection::open(home.path("data/cruddur-trace/traces.db")).expect("the store is there");
    let rows: Vec<usize> = blocks(&page("docs/receiver.md"), "sql")
        .remove(0)
        .lines()
        .map(|query| {
            let mut query = store.prepare(query).expect("the views are as the page says");
            let rows = query.query_map([], |_| Ok(())).expect("it needs no parameters");
            rows.count()
        })
        .collect();
    assert_eq!(rows, [5, 19], "traces, and operations of services");
}

#[test]
fn every_file_and_heading_that_is_linked_is_there() {
    let link = regex::Regex::new(r"\]\(([^):#]*)(?:#([^)]+))?\)").expect("it is a regex");
    for name in pages() {
        let text = page(&name.to_string_lossy());
        for found in link.captures_iter(&text) {
            let folder = name.parent().unwrap_or(Path::new(""));
            let target = if found[1].is_empty() { root().join(&name) } else { root().join(folder).join(&found[1]) };
            assert!(target.exists(), "{}: {}", name.display(), &found[1]);
            let Some(anchor) = found.get(2).filter(|_| target.is_file()) else { continue };
            let linked = std::fs::read_to_string(&target).expect("a page is text");
            let anchors: Vec<String> =
                linked.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix(' ')).map(slug).collect();
            assert!(anchors.contains(&anchor.as_str().to_owned()), "{}: {}", name.display(), &found[0]);
        }
    }
}

/// What GitHub makes of a heading.
fn slug(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(' ', "-");
    kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
}

#[test]
fn the_job_that_it_shows_is_the_one_that_is_performed() {
    let shown = blocks(&readme(), "yaml");
    let job = std::fs::read_to_string(root().join("docs/ci/traces.yml")).expect("it is there").replace("\r\n", "\n");
    assert!(shown.iter().any(|block| format!("{block}\n") == job), "the README shows another job than docs/ci/traces.yml");
    let command = "cruddur-trace run --file ci/checks.toml --junit traces.xml --markdown traces.md";
    assert!(job.contains(command) && job.contains("-- ci/drive.sh /api/activities/home"), "{job}");
}
