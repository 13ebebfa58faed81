//! `stats`, on whole screens, and with the same figures from every backend.

use std::sync::Arc;

use cruddur_trace::model::{Resource, Span, SpanKind, Status, StatusCode, Time, TraceId};
use serde_json::{Value as Json, json};

use crate::support::honeycomb::Honeycomb;
use crate::support::spans::{body, now, request, span, span_id, trace_id};
use crate::support::xray::XRay;
use crate::support::{CommandOutput, Home};

/// Nanoseconds.
const SECOND: u64 = 1_000_000_000;

fn home() -> Home {
    Home::new().with_fixtures(&["cruddur.json", "xray.json"])
}

/// Of both files: OpenTelemetry's and X-Ray's.
fn stats(more: &[&str]) -> CommandOutput {
    home().run(["stats", "-b", "file:cruddur.json", "-b", "file:xray.json"].iter().chain(more))
}

fn document(output: &CommandOutput) -> Json {
    serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output}"))
}

#[test]
fn an_empty_store_says_what_to_do_next() {
    insta::assert_snapshot!(Home::new().line("stats"), @"
    ------- stderr -------
    note: there are no traces yet
    hint: `cruddur-trace demo` shows what it looks like; `cruddur-trace run -- CMD` or `cruddur-trace collect` receives your own
    [exit status: 0]
    ");
    let document = document(&Home::new().line("stats -o json"));
    assert_eq!((&document["services"], &document["notes"]), (&json!([]), &json!([])));
    insta::assert_snapshot!(Home::new().line("stats -o csv -q"), @"
    service,operation,kind,count,ok,failed,running,rate_per_second,timed,p50_ns,p90_ns,p99_ns,max_ns,total_ns,self_ns,without_start,from,to
    [exit status: 0]
    ");
}

#[test]
fn the_session_at_every_width() {
    insta::assert_snapshot!(stats(&["--width", "80"]), @"
    41 spans · 6 traces · 4 services · 25 operations
    2 m 11 s, from the first span to the last: 2026-07-24 14:03:05 to 14:05:16 UTC

                                count  errors      p50      p90      p99       trend
    ! backend-flask                33  3   9%  25.9 ms   372 ms   551 ms  ▃  ▂ █ ▁▁▂
        DynamoDB.Query             13          23.8 ms  26.3 ms    48 ms       █
        SELECT                      2          12.4 ms  37.2 ms  37.2 ms  █    █
        cognito-jwt-verify          2           6.3 ms   7.1 ms   7.1 ms  █    █
    !   POST /api/activities        1  1 100%    48 ms    48 ms    48 ms     █
    !   create-activity             1  1 100%  39.5 ms  39.5 ms  39.5 ms     █
    !   INSERT                      1  1 100%    29 ms    29 ms    29 ms     █
        POST /api/profile/ava…      1           551 ms   551 ms   551 ms          █
        Lambda.Invoke               1           522 ms   522 ms   522 ms          █
        GET /api/message_grou…      1           402 ms   402 ms   402 ms       █
        list-message-groups         1           372 ms   372 ms   372 ms       █
        POST /api/activities/…      1            87 ms    87 ms    87 ms         █
        create-reply                1          70.4 ms  70.4 ms  70.4 ms         █
        GET /api/activities/h…      1            61 ms    61 ms    61 ms  █
        home-activities             1          51.5 ms  51.5 ms  51.5 ms  █
        backend-flask               1          43.7 ms  43.7 ms  43.7 ms           █
        user-activities             1          39.1 ms  39.1 ms  39.1 ms           █
        render-json                 1          22.1 ms  22.1 ms  22.1 ms       █
        psycopg-pool-getconn        1           9.8 ms   9.8 ms   9.8 ms  █
        mock-data                   1           9.5 ms   9.5 ms   9.5 ms           █
    ! cruddur-thumbs                4  3  75%   287 ms   489 ms   489 ms          █
    !   cruddur-thumbs              2  2 100%   472 ms   489 ms   489 ms          █
    !   sharp.resize                1  1 100%   287 ms   287 ms   287 ms          █
        S3                          1           169 ms   169 ms   169 ms          █
      frontend-react-js             3           101 ms   565 ms   565 ms  █      ██
        HTTP POST                   2           101 ms   565 ms   565 ms         ██
        HTTP GET                    1            75 ms    75 ms    75 ms  █
      cruddur-worker                1           131 ms   131 ms   131 ms         █
        notify-followers            1           131 ms   131 ms   131 ms         █
    [exit status: 0]
    ");
    insta::assert_snapshot!(stats(&["--width", "200", "--max-rows", "3"]), @"
    41 spans · 6 traces · 4 services · 25 operations
    2 m 11 s, from the first span to the last: 2026-07-24 14:03:05 to 14:05:16 UTC

                              count  per min  errors      p50      p90      p99      max         self                             trend
    ! backend-flask              33     15.1  3   9%  25.9 ms   372 ms   551 ms   551 ms   704 ms 52%  ▃         ▂     █      ▁   ▁   ▂
        DynamoDB.Query           13     5.93          23.8 ms  26.3 ms    48 ms    48 ms   319 ms 23%                  █
        SELECT                    2     0.91          12.4 ms  37.2 ms  37.2 ms  37.2 ms  49.6 ms  4%  █               █
        cognito-jwt-verify        2     0.91           6.3 ms   7.1 ms   7.1 ms   7.1 ms  13.4 ms  1%  █               █
    !   … 16 more operations     16     7.30  3  19%    48 ms   522 ms   551 ms   551 ms   322 ms 24%  █         █     █      ▆   ▆   █
    ! cruddur-thumbs              4     1.83  3  75%   287 ms   489 ms   489 ms   489 ms   489 ms 36%                             █
    !   cruddur-thumbs            2     0.91  2 100%   472 ms   489 ms   489 ms   489 ms  32.9 ms  2%                             █
    !   sharp.resize              1     0.46  1 100%   287 ms   287 ms   287 ms   287 ms   287 ms 21%                             █
        S3                        1     0.46           169 ms   169 ms   169 ms   169 ms   169 ms 12%                             █
      frontend-react-js           3     1.37           101 ms   565 ms   565 ms   565 ms    42 ms  3%  █                      █   █
        HTTP POST                 2     0.91           101 ms   565 ms   565 ms   565 ms    28 ms  2%                         █   █
        HTTP GET                  1     0.46            75 ms    75 ms    75 ms    75 ms    14 ms  1%  █
      cruddur-worker              1     0.46           131 ms   131 ms   131 ms   131 ms   131 ms 10%                         █
        notify-followers          1     0.46           131 ms   131 ms   131 ms   131 ms   131 ms 10%                         █
    [exit status: 0]
    ");
    insta::assert_snapshot!(stats(&["--width", "40", "--by", "service"]), @"
    41 spans · 6 traces · 4 services · 25 o…
    2 m 11 s, from the first span to the la…

                         count  errors
    ! backend-flask         33   3  9%
    ! cruddur-thumbs         4   3 75%
      frontend-react-js      3
      cruddur-worker         1
    [exit status: 0]
    ");
}

#[test]
fn without_unicode_and_with_colours() {
    insta::assert_snapshot!(stats(&["--ascii", "--width", "80", "--max-rows", "2"]), @"
    41 spans - 6 traces - 4 services - 25 operations
    2 m 11 s, from the first span to the last: 2026-07-24 14:03:05 to 14:05:16 UTC

                                count  errors      p50      p90      p99       trend
    ! backend-flask                33  3   9%  25.9 ms   372 ms   551 ms  -  ! @ ..:
        DynamoDB.Query             13          23.8 ms  26.3 ms    48 ms       @
        SELECT                      2          12.4 ms  37.2 ms  37.2 ms  @    @
    !   ... 17 more operations     18  3  17%  43.7 ms   522 ms   551 ms  @  ! @ ==*
    ! cruddur-thumbs                4  3  75%   287 ms   489 ms   489 ms          !
    !   cruddur-thumbs              2  2 100%   472 ms   489 ms   489 ms          !
    !   sharp.resize                1  1 100%   287 ms   287 ms   287 ms          !
        ... 1 more operation        1           169 ms   169 ms   169 ms          @
      frontend-react-js             3           101 ms   565 ms   565 ms  @      @@
        HTTP POST                   2           101 ms   565 ms   565 ms         @@
        HTTP GET                    1            75 ms    75 ms    75 ms  @
      cruddur-worker                1           131 ms   131 ms   131 ms         @
        notify-followers            1           131 ms   131 ms   131 ms         @
    [exit status: 0]
    ");
    insta::assert_snapshot!(stats(&["--color", "always", "--width", "80", "--by", "service"]), @"
    ␛[1m41 spans␛[0m␛[2m · 6 traces · 4 services · 25 operations␛[0m
    ␛[2m2 m 11 s, from the first span to the last: 2026-07-24 14:03:05 to 14:05:16 UTC␛[0m

                         ␛[2mcount␛[0m  ␛[2mper min␛[0m  ␛[2merrors␛[0m      ␛[2mp50␛[0m     ␛[2mp90␛[0m     ␛[2mp99␛[0m       ␛[2mtrend␛[0m
    ␛[31;1m!␛[0m ␛[33mbackend-flask␛[0m         33     15.1   ␛[31;1m3  9%␛[0m  25.9 ms  372 ms  551 ms  ▃  ␛[31;1m▂␛[0m █ ▁▁▂
    ␛[31;1m!␛[0m ␛[34mcruddur-thumbs␛[0m         4     1.83   ␛[31;1m3 75%␛[0m   287 ms  489 ms  489 ms          ␛[31;1m█␛[0m
      ␛[35mfrontend-react-js␛[0m      3     1.37           101 ms  565 ms  565 ms  █      ██
      ␛[35mcruddur-worker␛[0m         1     0.46           131 ms  131 ms  131 ms         █
    [exit status: 0]
    ");
}

#[test]
fn the_spans_that_satisfy_a_filter_are_counted() {
    insta::assert_snapshot!(stats(&["service = backend-flask and kind = client", "--sort", "p99"]), @"
    17 spans · 4 traces · 1 service · 4 operations
    1 m 53 s, from the first span to the last: 2026-07-24 14:03:05 to 14:04:58 UTC

                        count  per min  errors      p50      p90      p99      max                 trend
    ! backend-flask        17     9.02  1   6%  24.1 ms    48 ms   522 ms   522 ms  ▁      ▁    █      ▁
        Lambda.Invoke       1     0.53           522 ms   522 ms   522 ms   522 ms                     █
        DynamoDB.Query     13     6.90          23.8 ms  26.3 ms    48 ms    48 ms              █
        SELECT              2     1.06          12.4 ms  37.2 ms  37.2 ms  37.2 ms  █           █
    !   INSERT              1     0.53  1 100%    29 ms    29 ms    29 ms    29 ms         █
    [exit status: 0]
    ");
    insta::assert_snapshot!(stats(&["duration > 1h"]), @"
    ------- stderr -------
    note: no trace satisfies duration > 1h
    [exit status: 0]
    ");
}

#[test]
fn operations_of_all_services_sorted_by_what_is_asked_for() {
    insta::assert_snapshot!(stats(&["--by", "operation", "--sort", "self", "--max-rows", "4"]), @"
    41 spans · 6 traces · 4 services · 25 operations
    2 m 11 s, from the first span to the last: 2026-07-24 14:03:05 to 14:05:16 UTC

                                         count  errors      p50      p90     p99                 trend
      DynamoDB.Query · backend-flask        13          23.8 ms  26.3 ms   48 ms            █
    ! sharp.resize · cruddur-thumbs          1  1 100%   287 ms   287 ms  287 ms                   █
      S3 · cruddur-thumbs                    1           169 ms   169 ms  169 ms                   █
      notify-followers · cruddur-worker      1           131 ms   131 ms  131 ms                █
    ! … 21 more operations                  25  5  20%  51.5 ms   522 ms  565 ms  █     ▄   ▇   ▄  ▇ ▄
    [exit status: 0]
    ");
    insta::assert_snapshot!(stats(&["--by", "operation", "--sort", "errors", "--error", "-o", "markdown"]), @"
    6 spans of 2 traces, 1 m 12 s, from the first span to the last: 2026-07-24 14:03:46 to 14:04:58 UTC

    | service | operation | count | per min | errors | p50 | p90 | p99 | max |
    |---|---|--:|--:|--:|--:|--:|--:|--:|
    | `cruddur-thumbs` | `cruddur-thumbs` | 2 | 1.67 | 2 (100%) | 472 ms | 489 ms | 489 ms | 489 ms |
    | `cruddur-thumbs` | `sharp.resize` | 1 | 0.84 | 1 (100%) | 287 ms | 287 ms | 287 ms | 287 ms |
    | `backend-flask` | `POST /api/activities` | 1 | 0.84 | 1 (100%) | 48 ms | 48 ms | 48 ms | 48 ms |
    | `backend-flask` | `create-activity` | 1 | 0.84 | 1 (100%) | 39.5 ms | 39.5 ms | 39.5 ms | 39.5 ms |
    | `backend-flask` | `INSERT` | 1 | 0.84 | 1 (100%) | 29 ms | 29 ms | 29 ms | 29 ms |
    [exit status: 0]
    ");
}

#[test]
fn one_trace_by_its_id() {
    insta::assert_snapshot!(stats(&["--trace", "ae98aa"]), @"
    3 spans · 1 trace · 1 service · 3 operations
    48 ms, from the first span to the last: 2026-07-24 14:03:46 UTC

                              count  per s  errors      p50      p90      p99                 trend
    ! backend-flask               3   62.5  3 100%  39.5 ms    48 ms    48 ms  █ █  █
    !   POST /api/activities      1   20.8  1 100%    48 ms    48 ms    48 ms  █
    !   create-activity           1   20.8  1 100%  39.5 ms  39.5 ms  39.5 ms    █
    !   INSERT                    1   20.8  1 100%    29 ms    29 ms    29 ms       █
    [exit status: 0]
    ");
    insta::assert_snapshot!(stats(&["--trace", "ae98aa", "--explain"]), @"
    file:cruddur.json: fetch each trace by its id
    file:xray.json: fetch each trace by its id
    [exit status: 0]
    ");
    insta::assert_snapshot!(stats(&["--trace", "ae98aa", "--by", "service", "-o", "csv"]), @"
    service,count,ok,failed,running,rate_per_second,timed,p50_ns,p90_ns,p99_ns,max_ns,total_ns,self_ns,without_start,from,to
    backend-flask,3,0,3,0,62.5,3,39500000,48000000,48000000,48000000,116500000,48000000,0,2026-07-24T14:03:46.308200Z,2026-07-24T14:03:46.356200Z
    [exit status: 0]
    ");
}

#[test]
fn json_is_one_document_with_all_there_is_to_say() {
    let mut document = document(&stats(&["-o", "json", "--trace", "ae98aa", "name = INSERT"]));
    // Sixty parts, of which the first has the only span.
    let service = &mut document["services"][0];
    for of in [service["operations"][0]["trend"].take(), service["trend"].take()] {
        assert_eq!((of.as_array().map(Vec::len), &of[0]), (Some(60), &json!([1, 1])));
    }
    insta::assert_snapshot!(pretty(&document), @r#"
    {
      "notes": [],
      "period": {
        "bucket_ns": 483333,
        "duration_ns": 29000000,
        "end": "2026-07-24T14:03:46.350Z",
        "end_unix_nano": "1784901826350000000",
        "of": "spans",
        "start": "2026-07-24T14:03:46.321Z",
        "start_unix_nano": "1784901826321000000"
      },
      "schema": 1,
      "services": [
        {
          "figures": {
            "count": 1,
            "error_count": 0,
            "failed_count": 1,
            "failure_count": 1,
            "fault_count": 0,
            "max_ns": 29000000,
            "ok_count": 0,
            "p50_ns": 29000000,
            "p90_ns": 29000000,
            "p99_ns": 29000000,
            "throttle_count": 0,
            "total_ns": 29000000
          },
          "negative_count": 0,
          "operations": [
            {
              "figures": {
                "count": 1,
                "error_count": 0,
                "failed_count": 1,
                "failure_count": 1,
                "fault_count": 0,
                "max_ns": 29000000,
                "ok_count": 0,
                "p50_ns": 29000000,
                "p90_ns": 29000000,
                "p99_ns": 29000000,
                "throttle_count": 0,
                "total_ns": 29000000
              },
              "kind": "client",
              "name": "INSERT",
              "negative_count": 0,
              "rate_per_second": 34.48275862068966,
              "running_count": 0,
              "self_ns": 29000000,
              "timed_count": 1,
              "trend": null,
              "without_start_count": 0
            }
          ],
          "rate_per_second": 34.48275862068966,
          "running_count": 0,
          "self_ns": 29000000,
          "service": "backend-flask",
          "timed_count": 1,
          "trend": null,
          "without_start_count": 0
        }
      ],
      "trace_count": 1
    }
    "#);
}

#[test]
fn limits_and_older_traces_are_said() {
    let home = home();
    home.import("cruddur.json");
    let limited = home.line("stats --limit 2 --by service --width 80");
    insta::assert_snapshot!(limited, @"
    7 spans · 2 traces · 3 services · 6 operations
    18.0 s, from the first span to the last: 2026-07-24 14:04:40 to 14:04:58 UTC

                       count  per min  errors     p50     p90     p99       trend
    backend-flask          4     13.4           87 ms  551 ms  551 ms  █        █
    frontend-react-js      2     6.68          101 ms  565 ms  565 ms  █        █
    cruddur-worker         1     3.34          131 ms  131 ms  131 ms  █
    ------- stderr -------
    note: nothing newer matches, so these are older than the default window (see --since)
    note: made of the newest 2 of 5 traces; --limit looks at more
    [exit status: 0]
    ");
    let answer = home.line("stats --limit 2 -o json");
    let notes = document(&answer)["notes"].as_array().expect("it is a list").clone();
    let said: Vec<&str> = notes.iter().map(|note| note.as_str().expect("it is text")).collect();
    assert_eq!(answer.stderr.lines().map(|line| line.trim_start_matches("note: ")).collect::<Vec<_>>(), said);
}

#[test]
fn rates_are_over_the_window_where_all_of_it_was_looked_at() {
    let home = Home::new();
    let at = |seconds: u64| Time(1_795_500_000 * SECOND + seconds * SECOND);
    let one = |number, seconds| Span { start: at(seconds), end: Some(at(seconds + 1)), ..span(number, 0, "GET /") };
    let ids: Vec<TraceId> = (1..=3).map(|number| trace_id(1, number)).collect();
    let spans: Vec<Span> = [0, 30, 90].into_iter().zip(1..).map(|(seconds, number)| one(number, seconds)).collect();
    std::fs::write(home.path("three.pb"), request(ids.iter().zip(&spans))).expect("the home can be written to");
    let window = format!("--since {} --until {}", at(0).to_rfc3339(), at(120).to_rfc3339());
    let rate = |more: &str| {
        let document = document(&home.line(&format!("stats -b file:three.pb -o json {more}")));
        (document["period"]["of"].clone(), document["services"][0]["rate_per_second"].clone())
    };
    assert_eq!(rate(&window), (json!("window"), json!(3.0 / 120.0)));
    assert_eq!(rate(""), (json!("spans"), json!(3.0 / 91.0)));
    assert_eq!(rate(&format!("{window} --limit 2")), (json!("spans"), json!(2.0 / 61.0)), "what was not looked at has no rate");
}

#[test]
fn what_percentiles_do_not_have_is_said() {
    let home = Home::new();
    let spans = [
        Span { end: None, ..span(1, 0, "GET /") },
        Span { start: Time(0), ..span(2, 1, "SELECT") },
        Span { end: Some(Time(1)), ..span(3, 1, "SELECT") },
    ];
    std::fs::write(home.path("odd.pb"), body(&trace_id(1, 1), &spans)).expect("the home can be written to");
    let said = home.line("stats -b file:odd.pb -o csv").stderr;
    insta::assert_snapshot!(said, @"
    note: 1 span has not ended (yet): counted, and in no percentile
    note: 1 span has no start: counted, and in no percentile and no trend
    note: 1 span ends before it starts, and negative in percentiles, as received
    ");
}

#[test]
fn names_from_outside_steer_nothing() {
    let home = Home::new();
    let names = ["\u{1b}]0;owned\u{7}\u{202e}", "=HYPERLINK(\"x\")", "<img src=x onerror=alert(1)>", "a|b`c\nd"];
    let called = |(number, name): (u64, &&str)| Span {
        resource: Resource::of_service(names[0]).into(),
        start: Time(1_795_500_000 * SECOND),
        end: Some(Time(1_795_500_001 * SECOND)),
        ..span(number, 0, name)
    };
    let spans: Vec<Span> = (1..).zip(&names).map(called).collect();
    std::fs::write(home.path("hostile.pb"), body(&trace_id(1, 1), &spans)).expect("the home can be written to");
    insta::assert_snapshot!(home.line("stats -b file:hostile.pb --width 80"), @r#"
    4 spans · 1 trace · 1 service · 4 operations
    1 s, from the first span to the last: 2026-11-24 06:00:00 to 06:00:01 UTC

                                count  per s  errors  p50  p90  p99  max       trend
    ␛]0;owned␇\u{202e}              4   4.00          1 s  1 s  1 s  1 s  █
      ␛]0;owned␇\u{202e}            1   1.00          1 s  1 s  1 s  1 s  █
      <img src=x onerror=aler…      1   1.00          1 s  1 s  1 s  1 s  █
      =HYPERLINK("x")               1   1.00          1 s  1 s  1 s  1 s  █
      a|b`c␊d                       1   1.00          1 s  1 s  1 s  1 s  █
    [exit status: 0]
    "#);
    insta::assert_snapshot!(home.line("stats -b file:hostile.pb -o csv"), @r#"
    service,operation,kind,count,ok,failed,running,rate_per_second,timed,p50_ns,p90_ns,p99_ns,max_ns,total_ns,self_ns,without_start,from,to
    ␛]0;owned␇\u{202e},␛]0;owned␇\u{202e},server,1,1,0,0,1,1,1000000000,1000000000,1000000000,1000000000,1000000000,1000000000,0,2026-11-24T06:00:00Z,2026-11-24T06:00:01Z
    ␛]0;owned␇\u{202e},<img src=x onerror=alert(1)>,server,1,1,0,0,1,1,1000000000,1000000000,1000000000,1000000000,1000000000,1000000000,0,2026-11-24T06:00:00Z,2026-11-24T06:00:01Z
    ␛]0;owned␇\u{202e},"'=HYPERLINK(""x"")",server,1,1,0,0,1,1,1000000000,1000000000,1000000000,1000000000,1000000000,1000000000,0,2026-11-24T06:00:00Z,2026-11-24T06:00:01Z
    ␛]0;owned␇\u{202e},a|b`c␊d,server,1,1,0,0,1,1,1000000000,1000000000,1000000000,1000000000,1000000000,1000000000,0,2026-11-24T06:00:00Z,2026-11-24T06:00:01Z
    [exit status: 0]
    "#);
    insta::assert_snapshot!(home.line("stats -b file:hostile.pb -o markdown"), @r#"
    4 spans of 1 trace, 1 s, from the first span to the last: 2026-11-24 06:00:00 to 06:00:01 UTC

    | service | operation | count | per s | errors | p50 | p90 | p99 | max |
    |---|---|--:|--:|--:|--:|--:|--:|--:|
    | `␛]0;owned␇\u{202e}` |  | 4 | 4.00 |  | 1 s | 1 s | 1 s | 1 s |
    |  | `␛]0;owned␇\u{202e}` | 1 | 1.00 |  | 1 s | 1 s | 1 s | 1 s |
    |  | `<img src=x onerror=alert(1)>` | 1 | 1.00 |  | 1 s | 1 s | 1 s | 1 s |
    |  | `=HYPERLINK("x")` | 1 | 1.00 |  | 1 s | 1 s | 1 s | 1 s |
    |  | ``a\|b`c␊d`` | 1 | 1.00 |  | 1 s | 1 s | 1 s | 1 s |
    [exit status: 0]
    "#);
    let document = document(&home.line("stats -b file:hostile.pb -o json"));
    let operations = document["services"][0]["operations"].as_array().expect("it is a list");
    assert!(names.iter().all(|name| operations.iter().any(|operation| operation["name"] == *name)), "{document}");
}

/// A span that X-Ray can hold as it is: a segment, whose name is its service's, or a subsegment below it.
#[derive(Clone)]
struct Part {
    id: u64,
    parent: u64,
    service: &'static str,
    name: &'static str,
    kind: SpanKind,
    start: Time,
    end: Time,
    failed: bool,
}

impl Part {
    fn span(&self) -> Span {
        let code = if self.failed { StatusCode::Error } else { StatusCode::Unset };
        Span {
            id: span_id(self.id),
            parent: (self.parent > 0).then(|| span_id(self.parent)),
            name: self.name.to_owned(),
            kind: self.kind,
            start: self.start,
            end: Some(self.end),
            status: Status { code, ..Status::default() },
            attributes: self.failed.then_some(("http.response.status_code", 500_i64)).into_iter().collect(),
            resource: Arc::new(Resource::of_service(self.service)),
            ..Span::default()
        }
    }

    fn document(&self, trace: &str) -> Json {
        // A double has room for the microseconds of today's dates, and not for their nanoseconds.
        let seconds = |at: Time| (at.0 / 1000) as f64 / 1e6;
        let mut document = json!({
            "id": span_id(self.id).to_string(), "trace_id": trace, "name": self.name,
            "start_time": seconds(self.start), "end_time": seconds(self.end),
        });
        if self.parent > 0 {
            document["parent_id"] = span_id(self.parent).to_string().into();
        }
        if self.kind == SpanKind::Server {
            // What tells a segment that answers from one that nobody called.
            document["http"] = json!({"request": {"method": "GET"}});
        } else {
            document["type"] = "subsegment".into();
        }
        if self.kind == SpanKind::Client {
            document["namespace"] = "remote".into();
        }
        if self.failed {
            document["fault"] = true.into();
            document["http"]["response"] = json!({"status": 500});
        }
        document
    }
}

/// Requests to a service that computes, and calls another one, of which every fifth fails.
///
/// X-Ray has no other kinds, no name of a segment but its service's, no sender of a subsegment but its segment's, and of an error
/// no status without a flag: nothing else is in these traces. Times are whole microseconds, which every backend keeps.
fn life(begin: Time) -> Vec<(String, Vec<Part>)> {
    let trace = |number: u64| {
        let start = Time(begin.0 + number * 17 * SECOND + number * 1_001_000);
        let at = |micros: u64| Time(start.0 + micros * 1000 * (1 + number % 4));
        let failed = number.is_multiple_of(5);
        let part = |id, parent, service, name, kind, from, to, failed| Part {
            id: number * 16 + id,
            parent: if parent == 0 { 0 } else { number * 16 + parent },
            service,
            name,
            kind,
            start: at(from),
            end: at(to),
            failed,
        };
        let parts = vec![
            part(1, 0, "web", "web", SpanKind::Server, 0, 90_000 + number * 777, failed),
            part(2, 1, "web", "render", SpanKind::Internal, 1_003, 20_511, false),
            part(3, 1, "web", "api", SpanKind::Client, 21_000, 80_499 + number, failed),
            part(4, 3, "api", "api", SpanKind::Server, 22_007, 79_001, failed),
            part(5, 4, "api", "compute", SpanKind::Internal, 23_000, 60_000 + number * 13, false),
        ];
        (format!("1-{:08x}-{number:024x}", start.0 / SECOND), parts)
    };
    (1..=14).map(trace).collect()
}

fn pretty(document: &Json) -> String {
    serde_json::to_string_pretty(document).expect("it is JSON")
}

#[test]
fn the_same_traces_have_the_same_figures_in_every_backend() {
    let begin = Time((now().0 / SECOND - 1800) * SECOND);
    let life = life(begin);
    let spans: Vec<(TraceId, Span)> = life
        .iter()
        .flat_map(|(id, parts)| parts.iter().map(|part| (TraceId::parse(id).expect("it is an id"), part.span())))
        .collect();

    let xray = XRay::start();
    for (id, parts) in &life {
        for part in parts {
            xray.put(&part.document(id).to_string(), part.end);
        }
    }
    let honeycomb = Honeycomb::start();
    honeycomb.configure(|setup| setup.rate = (1000, std::time::Duration::from_secs(1)));
    honeycomb.ingest_spans(spans.clone());
    let environment = [
        ("HONEYCOMB_API_ENDPOINT", honeycomb.endpoint()),
        ("HONEYCOMB_API_KEY", crate::support::honeycomb::CONFIGURATION.to_owned()),
        ("CRUDDUR_TRACE_HONEYCOMB_RATE_LIMIT", "1000/1s".to_owned()),
    ];
    let variables = xray.environment().into_iter().chain(environment);
    let home = variables.fold(Home::new(), |home, (name, value)| home.with(name, &value));
    std::fs::write(home.path("life.pb"), request(spans.iter().map(|(id, span)| (id, span))))
        .expect("the home can be written to");
    home.import("life.pb");

    let window = format!("--since {} --until {}", begin.to_rfc3339(), Time(begin.0 + 600 * SECOND).to_rfc3339());
    for filter in ["", "--service api", "--error --sort p99"] {
        let ask = |backends: &str| document(&home.line(&format!("stats -o json {window} {filter} {backends}")));
        let local = ask("-b local");
        assert_eq!(
            (&local["trace_count"], &local["notes"]),
            (&json!(if filter.contains("error") { 2 } else { 14 }), &json!([]))
        );
        assert_eq!(local["period"]["of"], "window");
        for backend in ["-b file:life.pb", "-b xray", "-b honeycomb", "-b local -b xray -b honeycomb -b file:life.pb"] {
            let (written, expected) = (pretty(&ask(backend)), pretty(&local));
            let different = written.lines().zip(expected.lines()).find(|(written, expected)| written != expected);
            assert!(written == expected, "{backend} {filter}: {different:?}\n{written}");
        }
    }
}
