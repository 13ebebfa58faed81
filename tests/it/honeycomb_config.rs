//! What the user sees of Honeycomb before it is asked anything: where the key comes from, and what is refused.

use crate::support::{Home, write};

/// What `config show` says of Honeycomb.
fn shown(home: &Home) -> String {
    let all = home.line("config show").answer();
    all.lines().filter(|line| line.starts_with("honeycomb.")).fold(String::new(), |lines, line| lines + line + "\n")
}

#[test]
fn the_key_is_told_by_its_origin_and_never_by_its_text() {
    let key = "hunter2hunter2hunter2x";
    let home = Home::new().with("HONEYCOMB_API_KEY", key).with("HONEYCOMB_DATASET", "web");
    insta::assert_snapshot!(shown(&home), @"
    honeycomb.api_key_file                                                          default
    honeycomb.api_key_command                                                       default
    honeycomb.api_key                 (set: configuration key)                      HONEYCOMB_API_KEY
    honeycomb.endpoint                https://api.honeycomb.io                      default
    honeycomb.dataset                 web                                           HONEYCOMB_DATASET
    honeycomb.attributes                                                            default
    honeycomb.counts                  false                                         default
    honeycomb.rate_limit              10/1m                                         default
    ");
    let json = home.line("config show -o json").answer();
    assert!(json.contains("HONEYCOMB_API_KEY") && !json.contains("hunter"), "{json}");
    let document: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let settings = document["settings"].as_array().expect("a list");
    let of_key = settings.iter().find(|setting| setting["key"] == "honeycomb.api_key").expect("it is there");
    assert_eq!((&of_key["origin"], &of_key["place"]), (&"env".into(), &"HONEYCOMB_API_KEY".into()));
    for line in ["-vvv config show", "list -vvv -b file:none", "list --explain -vvv -b local"] {
        let output = home.line(line);
        assert!(!output.stdout.contains("hunter") && !output.stderr.contains("hunter"), "{line}\n{output}");
    }
}

#[test]
fn what_sdks_send_is_taken_where_nothing_else_is_said() {
    let headers = "x-honeycomb-team=hcaik_hunter2%2C, x-honeycomb-dataset=web";
    insta::assert_snapshot!(shown(&Home::new().with("OTEL_EXPORTER_OTLP_HEADERS", headers)), @"
    honeycomb.api_key_file                                                          default
    honeycomb.api_key_command                                                       default
    honeycomb.api_key                 (set: ingest key)                             OTEL_EXPORTER_OTLP_HEADERS
    honeycomb.endpoint                https://api.honeycomb.io                      default
    honeycomb.dataset                 web                                           OTEL_EXPORTER_OTLP_HEADERS
    honeycomb.attributes                                                            default
    honeycomb.counts                  false                                         default
    honeycomb.rate_limit              10/1m                                         default
    ");
}

#[test]
fn a_key_that_is_none_is_refused_without_repeating_it() {
    insta::assert_snapshot!(Home::new().with("HONEYCOMB_API_KEY", "hunter 2").line("list"), @"
    ------- stderr -------
    error: the API key in HONEYCOMB_API_KEY has a blank, a control character or a letter outside of ASCII in it
    hint: no API key has: is there more than it, or was it cut on the way?
    [exit status: 2]
    ");
    let home = Home::new();
    write(&home.config_file(), "[honeycomb]\napi_key = 'hunter2'\n");
    insta::assert_snapshot!(home.line("list"), @"
    ------- stderr -------
    error: unknown key `api_key` in $HOME/config/cruddur-trace/config.toml, line 2
      2 | api_key =
        | ^^^^^^^
    hint: a file is shown around, so no key is read from it. That for Honeycomb is taken from HONEYCOMB_API_KEY, the file that `honeycomb.api_key_file` names, or what `honeycomb.api_key_command` prints; Rollbar's from ROLLBAR_READ_TOKEN, `rollbar.access_token_file` or `rollbar.access_token_command`; the receiver's token from CRUDDUR_TRACE_COLLECT_TOKEN, `collect.token_file` or `collect.token_command`
    [exit status: 2]
    ");
}

#[test]
fn a_key_is_not_sent_unencrypted_over_a_network() {
    let home = Home::new().with("HONEYCOMB_API_ENDPOINT", "http://collector:4318");
    insta::assert_snapshot!(home.line("list -b honeycomb"), @"
    ------- stderr -------
    error: invalid value `http://collector:4318` for `honeycomb.endpoint` (HONEYCOMB_API_ENDPOINT): the key would travel unencrypted; write `https://`, as `http://` is only for this machine (127.0.0.1, ::1, localhost)
    hint: CRUDDUR_TRACE_HONEYCOMB_ENDPOINT wins over HONEYCOMB_API_ENDPOINT
    [exit status: 2]
    ");
    // The variable is meant for others, and nobody here asks Honeycomb.
    let output = home.line("list");
    assert_eq!((output.code, output.stderr.contains("HONEYCOMB")), (Some(0), false), "{output}");
    assert!(shown(&home).contains("(not usable)"), "{}", shown(&home));
    // Ours wins over what is meant for others.
    let home = home.with("CRUDDUR_TRACE_HONEYCOMB_ENDPOINT", "http://127.0.0.1:4318/1/");
    let endpoint = shown(&home).lines().nth(3).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    assert_eq!(endpoint.as_deref(), Some("honeycomb.endpoint http://127.0.0.1:4318 CRUDDUR_TRACE_HONEYCOMB_ENDPOINT"));
    let home = Home::new();
    write(&home.config_file(), "[honeycomb]\nendpoint = 'https://me:hunter2@api.honeycomb.io'\n");
    insta::assert_snapshot!(home.line("list"), @"
    ------- stderr -------
    error: invalid value `https://…@api.honeycomb.io` for `honeycomb.endpoint` ($HOME/config/cruddur-trace/config.toml:2): an address with a user or a password in it is not taken: the key says who is asking
    [exit status: 2]
    ");
}

#[test]
fn a_backend_without_pages_says_so_and_answers_all_the_same() {
    let home = Home::new().with_fixtures(&["cruddur.json"]);
    let shown = home.line("show -b file:cruddur.json 8bc626 -o jsonl --open");
    assert_eq!((shown.code, shown.stdout.lines().count()), (Some(0), 1), "{shown}");
    insta::assert_snapshot!(shown.stderr, @"warning: trace 8bc626382cebdea2f7f1556261da8061 cannot be opened: file:cruddur.json has no page for it");
    insta::assert_snapshot!(home.line("assert -b file:cruddur.json --name render-json --open"), @r#"
    ------- stderr -------
    holds: 1 trace satisfies name = "render-json"
    warning: trace 8bc626382cebdea2f7f1556261da8061 cannot be opened: file:cruddur.json has no page for it
    [exit status: 0]
    "#);
    insta::assert_snapshot!(home.line("assert -b file:cruddur.json --name nobody --absent --open"), @r#"
    ------- stderr -------
    holds: no trace satisfies name = "nobody" (expected none)
    note: no trace matches, so none is opened
    [exit status: 0]
    "#);
}

#[test]
fn the_file_and_its_profiles_say_how_honeycomb_is_asked() {
    let home = Home::new();
    write(
        &home.config_file(),
        "[honeycomb]\nendpoint = 'eu'\nrate_limit = '100/1m'\n[profiles.ci.honeycomb]\ndataset = 'ci'\nattributes = 'all'\ncounts = true\n",
    );
    insta::assert_snapshot!(shown(&home.with("CRUDDUR_TRACE_PROFILE", "ci")), @"
    honeycomb.api_key_file                                                          default
    honeycomb.api_key_command                                                       default
    honeycomb.api_key                 (not set)                                     default
    honeycomb.endpoint                https://api.eu1.honeycomb.io                  $HOME/config/cruddur-trace/config.toml:2
    honeycomb.dataset                 ci                                            $HOME/config/cruddur-trace/config.toml:5, profile ci
    honeycomb.attributes              all                                           $HOME/config/cruddur-trace/config.toml:6, profile ci
    honeycomb.counts                  true                                          $HOME/config/cruddur-trace/config.toml:7, profile ci
    honeycomb.rate_limit              100/1m                                        $HOME/config/cruddur-trace/config.toml:3
    ");
}
