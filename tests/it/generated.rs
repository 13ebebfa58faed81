//! What is generated from the code and committed, so that a reviewer sees it change. Rewritten by
//! `BLESS=1 cargo test --test it generated`.

#[path = "generated/manual.rs"]
mod manual;

use std::path::Path;

use clap::CommandFactory as _;
use cruddur_trace::cli::Cli;
use cruddur_trace::exit::Exit;

use crate::support::Home;

/// Compares what was generated with the committed file, or rewrites that if `BLESS` is set.
#[track_caller]
fn check(file: &str, generated: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder can be made");
        std::fs::write(&path, generated).expect("the file can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(committed == generated, "{file} is stale: run `BLESS=1 cargo test --test it generated` and commit what it wrote");
}

#[test]
fn the_completions_are_those_of_this_command_line() {
    let home = Home::new();
    for (shell, file) in [
        ("bash", "cruddur-trace.bash"),
        ("zsh", "_cruddur-trace"),
        ("fish", "cruddur-trace.fish"),
        ("powershell", "_cruddur-trace.ps1"),
        ("elvish", "cruddur-trace.elv"),
    ] {
        check(&format!("completions/{file}"), &home.run(["completions", shell]).answer());
    }
}

#[test]
fn the_manual_of_every_command_is_as_it_was_reviewed() {
    let home = Home::new();
    check("tests/it/help/cruddur-trace.txt", &home.line("--help").answer());
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        check(&format!("tests/it/help/{name}.txt"), &home.run([name, "--help"]).answer());
        for nested in command.get_subcommands() {
            let words = [name, nested.get_name()];
            check(&format!("tests/it/help/{}.txt", words.join("-")), &home.run([words[0], words[1], "--help"]).answer());
        }
    }
}

#[test]
fn every_exit_code_is_in_the_manual() {
    let manual = Home::new().line("--help").answer();
    for (exit, meaning) in Exit::TABLE {
        assert!(manual.contains(&format!("{:>5}  {meaning}\n", exit.code())), "{exit:?}");
    }
}

#[test]
fn every_long_option_is_completed() {
    let script = Home::new().line("completions zsh").answer();
    for command in Cli::command().get_subcommands() {
        for option in command.get_arguments().filter_map(|argument| argument.get_long()) {
            assert!(script.contains(&format!("--{option}")), "{} --{option}", command.get_name());
        }
    }
}
