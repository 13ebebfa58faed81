//! `config`, and the configuration as every command sees it.

use crate::support::{Home, write};

#[test]
fn init_writes_a_private_file_and_never_overwrites_one() {
    let home = Home::new();
    insta::assert_snapshot!(home.line("config init"), @"
    $HOME/config/cruddur-trace/config.toml
    ------- stderr -------
    note: every setting is explained in it, and none is set
    [exit status: 0]
    ");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &std::path::Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode(&home.config_file()), 0o600);
        assert_eq!(mode(home.config_file().parent().expect("it is in a folder")), 0o700);
    }
    write(&home.config_file(), "ascii = true\n");
    insta::assert_snapshot!(home.line("config init"), @"
    ------- stderr -------
    error: `$HOME/config/cruddur-trace/config.toml` is already there, and was left alone
    hint: `cruddur-trace config init --config FILE` writes to another place, to compare
    [exit status: 2]
    ");
    assert_eq!(std::fs::read_to_string(home.config_file()).expect("it is there"), "ascii = true\n");
}

#[test]
fn show_says_where_each_setting_comes_from() {
    let home = Home::new().with("CRUDDUR_TRACE_TIMEOUT", "5s").with("CRUDDUR_TRACE_PROFILE", "ci");
    write(&home.config_file(), "list.limit = 7\ncolor = 'never'\n[collect]\nmax_age = '2d'\n[profiles.ci]\ncolor = 'always'\n");
    insta::assert_snapshot!(home.line("config show --store /s.db").answer(), @"
    backend                           auto                      default
    store                             /s.db                     --store
    color                             always                    $HOME/config/cruddur-trace/config.toml:6, profile ci
    ascii                             false                     default
    since                             1h                        default
    timeout                           5s                        CRUDDUR_TRACE_TIMEOUT
    honeycomb.api_key_file                                      default
    honeycomb.api_key_command                                   default
    honeycomb.api_key                 (not set)                 default
    honeycomb.endpoint                https://api.honeycomb.io  default
    honeycomb.dataset                                           default
    honeycomb.attributes                                        default
    honeycomb.counts                  false                     default
    honeycomb.rate_limit              10/1m                     default
    xray.aws_profile                                            default
    xray.region                                                 default
    xray.group                                                  default
    xray.time_range                   event                     default
    xray.scan                         250                       default
    cloudwatch_logs.groups                                      default
    rollbar.access_token_file                                   default
    rollbar.access_token_command                                default
    rollbar.access_token              (not set)                 default
    rollbar.endpoint                  https://api.rollbar.com   default
    rollbar.environment                                         default
    collect.otlp_http                 127.0.0.1:4318            default
    collect.otlp_grpc                 127.0.0.1:4317            default
    collect.zipkin                    127.0.0.1:9411            default
    collect.xray                      127.0.0.1:2000            default
    collect.sampling_rules            all                       default
    collect.max_age                   2d                        $HOME/config/cruddur-trace/config.toml:4
    collect.max_size                  2GiB                      default
    collect.forward                                             default
    collect.forward_headers_file                                default
    collect.forward_headers_command                             default
    collect.forward_headers           (not set)                 default
    collect.allowed_origins                                     default
    collect.token_file                                          default
    collect.token_command                                       default
    collect.token                     (not set)                 default
    collect.tls_cert                                            default
    collect.tls_key                                             default
    collect.limits.connections        512                       default
    collect.limits.body               64MiB                     default
    collect.limits.decompressed_body  128MiB                    default
    collect.limits.in_flight          512MiB                    default
    collect.limits.request_time       1m                        default
    collect.limits.idle_time          2m                        default
    list.since                        1h                        default
    list.limit                        7                         $HOME/config/cruddur-trace/config.toml:1
    list.output                       table                     default
    show.max_rows                                               default
    show.expand                       false                     default
    show.output                       waterfall                 default
    stats.since                       1h                        default
    stats.limit                       200                       default
    stats.sort                        count                     default
    stats.output                      text                      default
    map.since                         1h                        default
    map.limit                         200                       default
    map.output                        text                      default
    diff.since                        1h                        default
    diff.limit                        200                       default
    diff.max_rows                     20                        default
    diff.output                       text                      default
    assert.since                      1h                        default
    assert.wait                                                 default
    assert.settle                                               default
    assert.output                     text                      default
    ");
    let shown: serde_json::Value = serde_json::from_str(&home.line("config show -o json").answer()).expect("it is JSON");
    assert_eq!(shown["schema"], 1);
    let of = |key: &str| shown["settings"].as_array().expect("a list").iter().find(|setting| setting["key"] == key).cloned();
    assert_eq!(
        of("color"),
        Some(serde_json::json!({
            "key": "color", "value": "always", "origin": "file",
            "place": "$HOME/config/cruddur-trace/config.toml", "line": 6, "profile": "ci",
        }))
    );
    assert_eq!(of("since"), Some(serde_json::json!({ "key": "since", "value": "1h", "origin": "default" })));
}

#[test]
fn a_mistake_in_the_file_is_drawn() {
    let home = Home::new();
    write(&home.config_file(), "# ours\ntimout = 5\n");
    insta::assert_snapshot!(home.line("config show"), @"
    ------- stderr -------
    error: unknown key `timout` in $HOME/config/cruddur-trace/config.toml, line 2
      2 | timout = 5
        | ^^^^^^
    hint: did you mean `timeout`?
    [exit status: 2]
    ");
}

#[test]
fn paths_are_told_also_where_the_file_is_broken() {
    let home = Home::new();
    insta::assert_snapshot!(home.line("config path").answer(), @"
    config  $HOME/config/cruddur-trace/config.toml  not there
    data    $HOME/data/cruddur-trace                not there
    cache   $HOME/.cache/cruddur-trace              not there
    store   $HOME/data/cruddur-trace/traces.db      not there
    ");
    write(&home.config_file(), "store = 'a' 'b'\n");
    insta::assert_snapshot!(home.line("config path -o json"), @r#"
    {
      "schema": 1,
      "config": "$HOME/config/cruddur-trace/config.toml",
      "config_exists": true,
      "data": "$HOME/data/cruddur-trace",
      "cache": "$HOME/.cache/cruddur-trace",
      "store": null
    }
    ------- stderr -------
    warning: the store is not known: unexpected key or value, expected newline, `#` in $HOME/config/cruddur-trace/config.toml, line 1
      1 | store = 'a' 'b'
        |             ^
    [exit status: 0]
    "#);
}

#[test]
fn a_file_that_is_named_has_to_be_there() {
    insta::assert_snapshot!(Home::new().line("config show --config ci.toml"), @"
    ------- stderr -------
    error: there is no configuration file `ci.toml`
    hint: `cruddur-trace config init --config ci.toml` writes one
    [exit status: 2]
    ");
    let home = Home::new().with("CRUDDUR_TRACE_CONFIG", "other.toml").with("CRUDDUR_TRACE_DATA_DIR", "/elsewhere");
    assert_eq!(home.line("config init").stdout, "other.toml\n");
    assert!(home.line("config path").answer().contains("store   /elsewhere/traces.db"));
}
