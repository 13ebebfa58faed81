//! The whole screen, and the whole document.

use std::fmt::Write as _;

use super::home;
use crate::support::cloudwatch_logs::CloudWatchLogs;
use crate::support::honeycomb::{CONFIGURATION, Honeycomb, INGEST};
use crate::support::rollbar::{READ, Rollbar};
use crate::support::spans::{family, trace_id};
use crate::support::xray::XRay;
use crate::support::{Home, Receiver, write};

/// What differs from one run to the next.
const FILTERS: [(&str, &str); 7] = [
    (r"127\.0\.0\.1:\d+", "ADDRESS"),
    (r"process \d+", "process PID"),
    (r"started .* ago|started just now|started now", "started AGO"),
    (r"in \d+ ms", "in MS"),
    (r"to \d+(?:\.\d+)? m?s\b", "to EXACT"),
    (r"\d+(?:\.\d+)? [KMGT]iB", "SIZE"),
    (r"exact to \S+ m?s", "exact to EXACT"),
];

/// Everything is there, and works.
struct World {
    honeycomb: Honeycomb,
    xray: XRay,
    logs: CloudWatchLogs,
    rollbar: Rollbar,
}

impl World {
    fn start() -> Self {
        let (honeycomb, logs) = (Honeycomb::start(), CloudWatchLogs::start());
        honeycomb.ingest_spans(family(1).into_iter().map(|span| (trace_id(1, 1), span)));
        logs.create("cruddur");
        Self { honeycomb, logs, xray: XRay::start(), rollbar: Rollbar::start() }
    }

    fn home(&self) -> Home {
        // Paths of the same length wherever the tests run.
        let home = home().with("CRUDDUR_TRACE_CONFIG", "config.toml").with("CRUDDUR_TRACE_STORE", "traces.db");
        write(&home.path("config.toml"), "timeout = '20s'\n");
        let home = home.with("HONEYCOMB_API_ENDPOINT", &self.honeycomb.endpoint());
        let home = home.with("CRUDDUR_TRACE_ROLLBAR_ENDPOINT", &self.rollbar.endpoint());
        let aws = self.xray.environment().into_iter().chain(self.logs.environment());
        aws.fold(home, |home, (name, value)| home.with(name, &value)).with_fixtures(&["cruddur.json"])
    }
}

#[test]
fn one_screen_says_all_of_it() {
    let world = World::start();
    let home = world.home().with("HONEYCOMB_API_KEY", CONFIGURATION).with("ROLLBAR_READ_TOKEN", READ);
    let home = home.with("CRUDDUR_TRACE_CLOUDWATCH_LOGS_GROUPS", "cruddur").with("HONEYCOMB_DATASET", "web");
    home.import("cruddur.json");
    let _receiver = Receiver::start(&home, &["--forward", "xray"]);
    let well = home.line("doctor --width 80");
    insta::with_settings!({filters => FILTERS.to_vec()}, {
        insta::assert_snapshot!(well, @r#"
        configuration
          ✓ config-file             config.toml

        store
          ✓ store                   traces.db (CRUDDUR_TRACE_STORE): 5 traces, 34 spans,
                                    schema 4
          ✓ store-size              SIZE of SIZE (the receiver's)
          ✓ disk                    SIZE free

        receiver
          ✓ receiver                process PID, started AGO, sends on to xray
          ✓ port-otlp-http          ADDRESS: the receiver's
          ✓ port-otlp-grpc          ADDRESS: the receiver's
          ✓ port-zipkin             ADDRESS: the receiver's
          ✓ port-xray               ADDRESS: the receiver's

        honeycomb
          ✓ honeycomb-key           HONEYCOMB_API_KEY: a configuration key
          ✓ honeycomb               http://ADDRESS (HONEYCOMB_API_ENDPOINT)
                                    answers in MS: cruddur/test
          ✓ honeycomb-clock         right, as far as can be told: to EXACT
          ✓ honeycomb-permissions   "Run Queries", "Manage Queries and Columns"
          ✓ honeycomb-dataset       web (HONEYCOMB_DATASET)
          ✓ honeycomb-plan          queries are taken

        aws
          ✓ aws-credentials         AWS_ACCESS_KEY_ID
          ✓ aws-region              us-east-1 (AWS_REGION)

        xray
          ✓ xray                    answers in MS
          ✓ xray-clock              right, as far as can be told: to EXACT
          ✓ xray-permissions        xray:GetTraceSummaries, xray:BatchGetTraces

        cloudwatch-logs
          ✓ logs-permissions        logs:FilterLogEvents
          ✓ log-groups              cruddur (CRUDDUR_TRACE_CLOUDWATCH_LOGS_GROUPS)

        rollbar
          ✓ rollbar-token           ROLLBAR_READ_TOKEN reads
          ✓ rollbar                 http://ADDRESS
                                    (CRUDDUR_TRACE_ROLLBAR_ENDPOINT) answers
          ✓ rollbar-clock           right, as far as can be told: to EXACT

        nothing is wrong
        [exit status: 0]
        "#);
    });
}

#[test]
fn what_is_wrong_stands_above_the_command_that_puts_it_right() {
    let world = World::start();
    let home = world.home().with("HONEYCOMB_API_KEY", INGEST).with("CRUDDUR_TRACE_CLOUDWATCH_LOGS_GROUPS", "crudder");
    world.xray.configure(|rules| rules.denied.extend(["GetTraceSummaries".to_owned()]));
    let wrong = home.line("doctor --width 80");
    insta::with_settings!({filters => FILTERS.to_vec()}, {
        insta::assert_snapshot!(wrong, @r#"
        configuration
          ✓ config-file             config.toml

        store
          · store                   traces.db (CRUDDUR_TRACE_STORE) is not there yet
                                    `collect`, `run`, `import` or `demo` begins one
            $ cruddur-trace collect
          ✓ disk                    SIZE free

        receiver
          · receiver                none is running for this store
            $ cruddur-trace collect
          ✓ port-otlp-http          ADDRESS is free
                                    (CRUDDUR_TRACE_COLLECT_OTLP_HTTP)
          ✓ port-otlp-grpc          ADDRESS is free
                                    (CRUDDUR_TRACE_COLLECT_OTLP_GRPC)
          ✓ port-zipkin             ADDRESS is free (CRUDDUR_TRACE_COLLECT_ZIPKIN)
          ✓ port-xray               ADDRESS is free (CRUDDUR_TRACE_COLLECT_XRAY)

        honeycomb
          ✗ honeycomb-key           HONEYCOMB_API_KEY holds an ingest key, which cannot
                                    read
                                    what sends can go on with it in
                                    OTEL_EXPORTER_OTLP_HEADERS; HONEYCOMB_API_KEY is for
                                    what reads
                                    a configuration key is made in the environment's
                                    settings, under API Keys, with the permissions "Run
                                    Queries" and "Manage Queries and Columns"; the
                                    command takes it from the next line that is typed
            $ read -r HONEYCOMB_API_KEY && export HONEYCOMB_API_KEY

        aws
          ✓ aws-credentials         AWS_ACCESS_KEY_ID
          ✓ aws-region              us-east-1 (AWS_REGION)

        xray
          ✓ xray-clock              right, as far as can be told: to EXACT
          ✗ xray-permissions        these credentials may not do xray:GetTraceSummaries
                                    these AWS credentials may not do
                                    xray:GetTraceSummaries (AccessDeniedException: User:
                                    arn:aws:iam::123456789012:user/ci is not authorized
                                    to perform: xray:GetTraceSummaries because no
                                    identity-based policy allows the
                                    xray:GetTraceSummaries action)
            $ aws iam attach-user-policy --user-name ci --policy-arn arn:aws:iam::aws:policy/AWSXrayReadOnlyAccess

        cloudwatch-logs
          ✓ logs-permissions        logs:FilterLogEvents
          ✗ log-groups              there is no log group crudder
                                    (CRUDDUR_TRACE_CLOUDWATCH_LOGS_GROUPS)
                                    not in this account and region, that is
            $ unset CRUDDUR_TRACE_CLOUDWATCH_LOGS_GROUPS

        rollbar
          · rollbar-token           there is none: ROLLBAR_READ_TOKEN is not set
                                    each project has a token with the scope `read` in
                                    its Settings, under Project Access Tokens; the
                                    command takes it from the next line that is typed
            $ read -r ROLLBAR_READ_TOKEN && export ROLLBAR_READ_TOKEN

        3 problems
        [exit status: 1]
        "#);
    });
}

#[test]
fn the_document_has_the_same() {
    let world = World::start();
    let home = world.home().with("HONEYCOMB_API_KEY", CONFIGURATION).with("HONEYCOMB_DATASET", "wep");
    let document = home.line("doctor -b honeycomb -o json");
    insta::with_settings!({filters => FILTERS.to_vec()}, {
        insta::assert_snapshot!(document, @r#"
        {
          "schema": 1,
          "level": "problem",
          "findings": [
            {
              "section": "configuration",
              "check": "config-file",
              "finding": "ok",
              "level": "ok",
              "what": "config.toml",
              "details": [],
              "remedy": null
            },
            {
              "section": "honeycomb",
              "check": "honeycomb-key",
              "finding": "ok",
              "level": "ok",
              "what": "HONEYCOMB_API_KEY: a configuration key",
              "details": [],
              "remedy": null
            },
            {
              "section": "honeycomb",
              "check": "honeycomb",
              "finding": "ok",
              "level": "ok",
              "what": "http://ADDRESS (HONEYCOMB_API_ENDPOINT) answers in MS: cruddur/test",
              "details": [],
              "remedy": null
            },
            {
              "section": "honeycomb",
              "check": "honeycomb-clock",
              "finding": "ok",
              "level": "ok",
              "what": "right, as far as can be told: to EXACT",
              "details": [],
              "remedy": null
            },
            {
              "section": "honeycomb",
              "check": "honeycomb-permissions",
              "finding": "ok",
              "level": "ok",
              "what": "\"Run Queries\", \"Manage Queries and Columns\"",
              "details": [],
              "remedy": null
            },
            {
              "section": "honeycomb",
              "check": "honeycomb-dataset",
              "finding": "unknown",
              "level": "problem",
              "what": "there is no dataset `wep` (HONEYCOMB_DATASET)",
              "details": [
                "there are `web`"
              ],
              "remedy": "export CRUDDUR_TRACE_HONEYCOMB_DATASET=web"
            }
          ]
        }
        [exit status: 1]
        "#);
    });
}

#[test]
fn it_can_be_read_without_colours_and_in_ascii() {
    let home = home().with("CRUDDUR_TRACE_CONFIG", "config.toml");
    write(&home.path("config.toml"), "");
    let mut said = String::new();
    for words in ["doctor -b honeycomb --ascii --width 60", "doctor -b honeycomb --color always --width 60"] {
        write!(said, "{}", home.line(words)).expect("a string takes all that is written to it");
    }
    insta::assert_snapshot!(said, @r#"
    configuration
      + config-file
        config.toml

    honeycomb
      x honeycomb-key
        there is none: HONEYCOMB_API_KEY is not set
        a configuration key is made in the environment's
        settings, under API Keys, with the permissions "Run
        Queries" and "Manage Queries and Columns"; the command
        takes it from the next line that is typed
        $ read -r HONEYCOMB_API_KEY && export HONEYCOMB_API_KEY

    1 problem
    [exit status: 1]
    ␛[1mconfiguration␛[0m
      ␛[32m✓␛[0m config-file
        config.toml

    ␛[1mhoneycomb␛[0m
      ␛[31;1m✗␛[0m honeycomb-key
        there is none: HONEYCOMB_API_KEY is not set
    ␛[2m    a configuration key is made in the environment's␛[0m
    ␛[2m    settings, under API Keys, with the permissions "Run␛[0m
    ␛[2m    Queries" and "Manage Queries and Columns"; the command␛[0m
    ␛[2m    takes it from the next line that is typed␛[0m
    ␛[33m    $ read -r HONEYCOMB_API_KEY && export HONEYCOMB_API_KEY␛[0m

    1 problem
    [exit status: 1]
    "#);
}
