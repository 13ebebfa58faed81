//! The configuration file, the environment, profiles, and files with keys.

use std::os::unix::fs::PermissionsExt;

use super::{cure, home, told};
use crate::support::write;

#[test]
fn what_makes_no_sense_in_the_file_is_made_a_comment() {
    for text in ["color = 'never'\ntimeout = 'soon'\n", "[collect]\nmax_size = 'large'\n", "colour = 'never'\n", "= 1\n"] {
        let home = home();
        write(&home.config_file(), text);
        cure(&home, "-b local", ("config-file", "invalid"), "");
        let kept = std::fs::read_to_string(home.config_file().with_extension("toml.bak")).expect("what was there is kept");
        assert_eq!(kept, text);
    }
}

#[test]
fn the_rest_of_a_file_that_makes_no_sense_does_not_hide_what_else_is_wrong() {
    let home = home().with("CRUDDUR_TRACE_TIMEOUT", "soon").with("CRUDDUR_TRACE_COLLECT_MAX_AGE", "never");
    write(&home.config_file(), "backend = 'tempo'\n");
    let told = told(&home, "");
    told.finds(("config-file", "invalid"));
    let invalid = told.findings().filter(|found| found["check"] == "settings").count();
    assert_eq!((invalid, told.output.status.code()), (2, Some(1)), "{}", told.all());
    told.finds(("honeycomb-key", "missing"));
}

#[test]
fn a_file_that_is_named_and_not_there_is_written() {
    cure(&home(), "-b local --config nowhere.toml", ("config-file", "missing"), "");
    let by_variable = home().with("CRUDDUR_TRACE_CONFIG", "some folder/nowhere.toml");
    cure(&by_variable, "-b local", ("config-file", "missing"), "");
}

#[test]
fn a_file_that_cannot_be_read_is_put_aside() {
    let home = home();
    std::fs::create_dir_all(home.config_file()).expect("it can be made");
    cure(&home, "-b local", ("config-file", "unreadable"), "");
}

#[test]
fn a_variable_that_makes_no_sense_is_taken_away() {
    for (name, value) in [("CRUDDUR_TRACE_TIMEOUT", "soon"), ("CRUDDUR_TRACE_HONEYCOMB_ENDPOINT", "http://far.example")] {
        cure(&home().with(name, value), "-b local", ("settings", "invalid"), "");
    }
}

#[test]
fn a_profile_that_is_not_there_is_not_chosen_or_begun() {
    let chosen = home().with("CRUDDUR_TRACE_PROFILE", "staging");
    write(&chosen.config_file(), "[profiles.ci]\ncolor = 'never'\n");
    cure(&chosen, "-b local", ("profile", "unknown"), "");
    cure(&home(), "-b local --profile staging", ("profile", "unknown"), "");
}

#[test]
fn a_key_that_everybody_can_read_is_closed() {
    for name in ["HONEYCOMB_API_KEY_FILE", "ROLLBAR_ACCESS_TOKEN_FILE", "COLLECT_TOKEN_FILE", "COLLECT_FORWARD_HEADERS_FILE"] {
        let home = home().with(&format!("CRUDDUR_TRACE_{name}"), "the key.txt");
        write(&home.path("the key.txt"), "0123456789abcdef");
        let mode = |mode| {
            std::fs::set_permissions(home.path("the key.txt"), PermissionsExt::from_mode(mode)).expect("it is ours");
        };
        mode(0o644);
        cure(&home, "-b local", ("key-files", "readable"), "");
    }
}

#[test]
fn what_the_configuration_names_is_missed_and_what_is_named_here_is_all_that_is_looked_at() {
    let home = home();
    write(&home.config_file(), "backend = ['honeycomb']\n");
    let sections = |words: &str| {
        let told = told(&home, words);
        assert_eq!(told.finds(("honeycomb-key", "missing"))["level"], "problem", "{words}");
        let mut names: Vec<_> = told.findings().map(|found| found["section"].as_str().unwrap_or_default().to_owned()).collect();
        names.dedup();
        names.join(" ")
    };
    assert_eq!(sections(""), "configuration store receiver honeycomb aws cloudwatch-logs rollbar");
    assert_eq!(sections("-b honeycomb"), "configuration honeycomb");
    assert_eq!(sections("-b honeycomb -b local"), "configuration store receiver honeycomb");
}
