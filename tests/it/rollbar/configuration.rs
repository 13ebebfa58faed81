//! What the user sees of Rollbar before it is asked anything.

use crate::support::{Home, write};

/// What `config show` says of Rollbar.
fn shown(home: &Home) -> String {
    let all = home.line("config show").answer();
    all.lines().filter(|line| line.starts_with("rollbar.")).fold(String::new(), |lines, line| lines + line + "\n")
}

#[test]
fn the_token_is_told_by_its_origin_and_never_by_its_text() {
    let home = Home::new().with("ROLLBAR_READ_TOKEN", "hunter2").with("CRUDDUR_TRACE_ROLLBAR_ENVIRONMENT", "production");
    insta::assert_snapshot!(shown(&home), @"
    rollbar.access_token_file                                                       default
    rollbar.access_token_command                                                    default
    rollbar.access_token              (set)                                         ROLLBAR_READ_TOKEN
    rollbar.endpoint                  https://api.rollbar.com                       default
    rollbar.environment               production                                    CRUDDUR_TRACE_ROLLBAR_ENVIRONMENT
    ");
    assert!(!home.line("config show -o json").answer().contains("hunter"));
}

#[test]
fn a_token_in_the_configuration_file_is_refused_and_not_repeated() {
    let home = Home::new();
    write(&home.config_file(), "[rollbar]\naccess_token = 'hunter2'\n");
    insta::assert_snapshot!(home.line("list"), @"
    ------- stderr -------
    error: unknown key `access_token` in $HOME/config/cruddur-trace/config.toml, line 2
      2 | access_token =
        | ^^^^^^^^^^^^
    hint: a file is shown around, so no key is read from it. That for Honeycomb is taken from HONEYCOMB_API_KEY, the file that `honeycomb.api_key_file` names, or what `honeycomb.api_key_command` prints; Rollbar's from ROLLBAR_READ_TOKEN, `rollbar.access_token_file` or `rollbar.access_token_command`; the receiver's token from CRUDDUR_TRACE_COLLECT_TOKEN, `collect.token_file` or `collect.token_command`
    [exit status: 2]
    ");
    write(&home.config_file(), "[rollbar]\nendpoint = 'http://me:hunter2@rollbar.example'\n");
    insta::assert_snapshot!(home.line("list"), @"
    ------- stderr -------
    error: invalid value `http://…@rollbar.example` for `rollbar.endpoint` ($HOME/config/cruddur-trace/config.toml:2): the token would travel unencrypted; write `https://`, as `http://` is only for this machine (127.0.0.1, ::1, localhost)
    [exit status: 2]
    ");
}

#[test]
fn a_token_that_makes_no_sense_keeps_nobody_from_other_work() {
    let home = Home::new().with_fixtures(&["cruddur.json"]).with("ROLLBAR_READ_TOKEN", "hunter 2");
    assert_eq!(home.line("list -b file:cruddur.json").code, Some(0));
    let output = home.line("show -b file:cruddur.json --errors ae98aa61f92c36ccde88da857de9bd67");
    assert_eq!(output.code, Some(0), "{output}");
    insta::assert_snapshot!(output.stderr, @"
    warning: rollbar did not answer: the Rollbar token in ROLLBAR_READ_TOKEN has a blank, a control character or a letter outside of ASCII in it
    hint: no Rollbar token has: is there more than it, or was it cut on the way?
    ");
}
