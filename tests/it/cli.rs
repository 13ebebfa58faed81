//! The command line: what it refuses, and what every command has in common.

use std::process::Stdio;

use crate::support::Home;

#[test]
fn help_and_version_are_answers_and_a_missing_command_is_not() {
    let home = Home::new();
    assert!(home.line("--help").answer().starts_with("See, filter and assert distributed traces in the terminal\n"));
    assert_eq!(home.line("--version").answer(), format!("cruddur-trace {}\n", env!("CARGO_PKG_VERSION")));
    let nothing = home.line("");
    assert_eq!((nothing.code, nothing.stdout.as_str()), (Some(2), ""), "{nothing}");
    assert!(nothing.stderr.contains("Usage: cruddur-trace"), "{nothing}");
}

#[test]
fn a_slip_is_answered_with_what_was_meant() {
    let home = Home::new();
    insta::assert_snapshot!(home.line("lst"), @"
    ------- stderr -------
    error: unrecognized subcommand 'lst'

      tip: a similar subcommand exists: 'list'

    Usage: cruddur-trace [OPTIONS] <COMMAND>

    For more information, try '--help'.
    [exit status: 2]
    ");
    insta::assert_snapshot!(home.line("list service = web"), @r#"
    ------- stderr -------
    error: unexpected argument '=' found

    Usage: cruddur-trace list [OPTIONS] [EXPR]

    For more information, try '--help'.
    hint: a filter expression is one argument: put it in single quotes, as in 'service = "web" and status = error'
    [exit status: 2]
    "#);
    insta::assert_snapshot!(home.line("list -b traces.json"), @"
    ------- stderr -------
    error: invalid value 'traces.json' for '--backend <BACKEND>': expected `auto`, `local`, `honeycomb`, `xray`, `file:PATH` or `file:-`; did you mean `file:traces.json`?

    For more information, try '--help'.
    [exit status: 2]
    ");
}

#[test]
fn hostile_arguments_are_shown_and_not_obeyed() {
    for color in ["always", "never"] {
        let output = Home::new().run(["--color", color, "\u{1b}]0;owned\u{7}"]);
        // The bell's picture tells apart what was typed from what colours it.
        assert!(output.stderr.contains("␛]0;owned␇") && !output.stderr.contains('\u{7}'), "{output}");
        assert_eq!(output.stderr.contains("␛[31m"), color == "always", "{output}");
    }
}

#[test]
fn colours_follow_the_flag_then_the_environment_then_the_terminal() {
    let colored = |home: Home, line: &str| home.line(line).stderr.contains("␛[");
    assert!(!colored(Home::new(), "lst"), "a pipe is no terminal");
    assert!(colored(Home::new(), "--color always lst"));
    assert!(colored(Home::new(), "--color=always lst"));
    assert!(colored(Home::new().with("CLICOLOR_FORCE", "1"), "lst"));
    assert!(!colored(Home::new().with("CLICOLOR_FORCE", "1").with("NO_COLOR", "1"), "lst"));
    assert!(!colored(Home::new().with("CLICOLOR_FORCE", "1"), "--color never lst"));
    assert!(colored(Home::new().with("NO_COLOR", "1"), "--color always lst"), "the flag is the later word");
}

#[test]
fn a_closed_pipe_is_a_success_without_a_word() {
    let home = Home::new();
    // Longer than a pipe holds, and nobody reads it from the start.
    let (reader, writer) = std::io::pipe().expect("a pipe can be made");
    drop(reader);
    let mut command = home.command(["completions", "bash"]);
    let output = command.stdout(writer).stderr(Stdio::piped()).output().expect("the program can be started");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn a_log_filter_that_cannot_be_read_is_refused() {
    insta::assert_snapshot!(Home::new().with("CRUDDUR_TRACE_LOG", "a=b=c").line("config path"), @r#"
    ------- stderr -------
    error: cannot read the log filter `a=b=c`: error parsing level filter: expected one of "off", "error", "warn", "info", "debug", "trace", or a number 0-5
    hint: CRUDDUR_TRACE_LOG is written as `debug` or `cruddur_trace=debug,hyper=info`
    [exit status: 2]
    "#);
}
