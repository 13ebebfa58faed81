//! `show --logs`: the lines of CloudWatch Logs, and those that came with the spans, below the spans in which they were written.

use std::fmt::Write as _;

use cruddur_trace::model::Time;
use cruddur_trace::render::text;
use serde_json::{Value as Json, json};

use crate::logs::{ACTIVITIES, home, put_access_line, put_lines};
use crate::show::AVATAR;
use crate::support::cloudwatch_logs::{CloudWatchLogs, Fault};
use crate::support::{CommandOutput, Home, write};

fn show(home: &Home, more: &str) -> CommandOutput {
    home.line(&format!("show -b file:cruddur.json {more}"))
}

#[test]
fn lines_that_hold_the_id_stand_below_their_spans_at_every_width() {
    let service = CloudWatchLogs::start();
    put_lines(&service, "cruddur");
    let home = home(&service);
    insta::assert_snapshot!(show(&home, &format!("{ACTIVITIES} --log-group cruddur --width 80")), @r#"
    backend-flask  POST /api/activities · 48 ms · 3 spans · 1 service
    3 errors (1 origin)
    ae98aa61f92c36ccde88da857de9bd67 · 2026-07-24 14:03:46 UTC · file:cruddur.json
    complete

      █ critical path  ▄ own time  ─ waits  ▏0            ▏20 ms
    ! POST /api/activities · backend-flask  ████━━━━━━━━━━━━━━━━━━━━━━━━━━██   48 ms
      │ HTTP 500
      │ • 1.8 ms  INFO cruddur: request of andrewbrown [trace_id=ae98aa61f92c36ccde…
      │ • 90.8 ms  WARNING audit: written late, trace ae98aa61f92c36ccde88da857de9b…
    ! ┕━ create-activity                       ▐█████━━━━━━━━━━━━━━━━━━━██×  39.5 ms
    !   ┕━ INSERT                                   ▐██████████████████×       29 ms
            NotNullViolation: null value in column "user_uuid" of relation "activit…
            • 13.8 ms DEBUG  {"level":"DEBUG","message":"inserting","service":"back…
            • 46.8 ms  ERROR cruddur: null value in column user_uuid␊DETAIL: row 7 …
    [exit status: 0]
    "#);
    insta::assert_snapshot!(show(&home, &format!("{ACTIVITIES} --log-group cruddur --width 200")), @r#"
    backend-flask  POST /api/activities · 48 ms · 3 spans · 1 service · 3 errors (1 origin)
    ae98aa61f92c36ccde88da857de9bd67 · 2026-07-24 14:03:46.308 UTC · file:cruddur.json · complete

      █ critical path  ▄ own time  ─ waits  ▏0              ▏5 ms           ▏10 ms          ▏15 ms          ▏20 ms          ▏25 ms         ▏30 ms          ▏35 ms          ▏40 ms          ▏45 ms
    ! POST /api/activities · backend-flask  ██████████████████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█████████   48 ms
      │ HTTP 500
      │ • 1.8 ms  INFO cruddur: request of andrewbrown [trace_id=ae98aa61f92c36ccde88da857de9bd67]
      │ • 90.8 ms  WARNING audit: written late, trace ae98aa61f92c36ccde88da857de9bd67
    ! ┕━ create-activity                                      ███████████████████████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━███████████×         39.5 ms
    !   ┕━ INSERT                                                                   ▐███████████████████████████████████████████████████████████████████████████████████████████×                      29 ms
            NotNullViolation: null value in column "user_uuid" of relation "activities" violates not-null constraint
            • 13.8 ms DEBUG  {"level":"DEBUG","message":"inserting","service":"backend-flask","xray_trace_id":"1-ae98aa61-f92c36ccde88da857de9bd67","ttl":"7-days"}
            • 46.8 ms  ERROR cruddur: null value in column user_uuid␊DETAIL: row 7 [trace_id=ae98aa61f92c36ccde88da857de9bd67 span_id=f3ae856a8964ad65]
    [exit status: 0]
    "#);
    insta::assert_snapshot!(show(&home, &format!("{ACTIVITIES} --log-group cruddur --width 80 --ascii -o markdown")), @r#"
    ### `backend-flask` `POST /api/activities`

    **48 ms** - 3 spans - 1 service - 3 errors (1 origin) - `ae98aa61f92c36ccde88da857de9bd67` - 2026-07-24 14:03:46 UTC - `file:cruddur.json` - complete

    ```text
      # critical path  = own time  - waits  |0            |20 ms
    ! POST /api/activities - backend-flask  ####--------------------------##   48 ms
      | HTTP 500
      | * 1.8 ms  INFO cruddur: request of andrewbrown [trace_id=ae98aa61f92c36cc...
      | * 90.8 ms  WARNING audit: written late, trace ae98aa61f92c36ccde88da857de...
    ! `= create-activity                       ######-------------------##x  39.5 ms
    !   `= INSERT                                   ###################x       29 ms
            NotNullViolation: null value in column "user_uuid" of relation "activ...
            * 13.8 ms DEBUG  {"level":"DEBUG","message":"inserting","service":"ba...
            * 46.8 ms  ERROR cruddur: null value in column user_uuid\u{a}DETAIL: ...
    ```

    **3 errors**

    - began in `INSERT` of `backend-flask` (span `f3ae856a8964ad65`): `NotNullViolation: null value in column "user_uuid" of relation "activities" violates not-null constraint`
    - passed on by `POST /api/activities` of `backend-flask` (span `b3cd3cf865e18715`): `HTTP 500`
    - passed on by `create-activity` of `backend-flask` (span `aea7d44a67d4d415`)

    <details><summary>Where the 48 ms of the critical path went</summary>

    | operation | service | own time on the path | share | spans |
    |---|---|--:|--:|--:|
    | `INSERT` | `backend-flask` | 29 ms | 60.4 % | 1 |
    | `create-activity` | `backend-flask` | 10.5 ms | 21.9 % | 1 |
    | `POST /api/activities` | `backend-flask` | 8.5 ms | 17.7 % | 1 |
    | **all** | | **48 ms** | **100.0 %** | **3** |

    </details>
    [exit status: 0]
    "#);
    let escapes = regex::Regex::new("␛\\[[0-9;]*m").expect("it is a regex");
    for width in [40, 80, 200] {
        let drawn = show(&home, &format!("{ACTIVITIES} --log-group cruddur --width {width}"));
        assert!(drawn.stdout.lines().all(|line| text::width(line) <= width), "{drawn}");
        let coloured = show(&home, &format!("{ACTIVITIES} --log-group cruddur --width {width} --color always"));
        assert_eq!(escapes.replace_all(&coloured.stdout, ""), drawn.stdout, "colour adds only colour");
    }
}

#[test]
fn without_the_flag_nothing_is_asked_and_nothing_changes() {
    let service = CloudWatchLogs::start();
    put_lines(&service, "cruddur");
    let home = home(&service);
    let plain = show(&home, ACTIVITIES);
    assert!(!plain.stdout.contains("inserting"), "{plain}");
    assert_eq!(service.requests(), []);
    assert_eq!(plain, crate::show::show(&[ACTIVITIES]));
}

#[test]
fn where_no_line_holds_the_id_those_are_shown_that_name_the_path_and_are_marked() {
    let service = CloudWatchLogs::start();
    put_access_line(&service, "cruddur", 1_784_901_826_355, "/api/activities", 500);
    put_access_line(&service, "cruddur", 1_784_901_826_340, "/api/activities/home", 200);
    put_access_line(&service, "cruddur", 1_784_901_829_000, "/api/activities", 200);
    let home = home(&service);
    insta::assert_snapshot!(show(&home, &format!("{ACTIVITIES} --log-group cruddur")), @r#"
    backend-flask  POST /api/activities · 48 ms · 3 spans · 1 service · 3 errors (1 origin)
    ae98aa61f92c36ccde88da857de9bd67 · 2026-07-24 14:03:46.308 UTC · file:cruddur.json · complete

      █ critical path  ▄ own time  ─ waits  ▏0         ▏10 ms     ▏20 ms     ▏30 ms     ▏40 ms
    ! POST /api/activities · backend-flask  ██████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━███   48 ms
      │ HTTP 500
      │ ? 46.8 ms  [2026-Jul-24 14:03] 192.168.65.1 POST http /api/activities? 500
    ! ┕━ create-activity                          ████████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━███×    39.5 ms
    !   ┕━ INSERT                                        ▐███████████████████████████████×         29 ms
            NotNullViolation: null value in column "user_uuid" of relation "activities" violates not-nu…

    - 1 log line (?) is shown by time and path, not by trace id
    ------- stderr -------
    note: no line of log group `cruddur` holds the id of trace ae98aa61f92c36ccde88da857de9bd67; 1 line is shown by time and path (/api/activities), marked `?`
    hint: watchtower sends what its formatter writes: add the trace id to that, by a logging.Filter and `%(trace_id)s` in the format; docs/one-request.md shows how
    [exit status: 0]
    "#);
    let patterns: Vec<Json> = service.requests().iter().map(|request| request.body["filterPattern"].clone()).collect();
    assert_eq!(
        patterns,
        [json!("?\"1-ae98aa61-f92c36ccde88da857de9bd67\" ?\"ae98aa61f92c36ccde88da857de9bd67\""), json!("\"/api/activities\""),]
    );
}

#[test]
fn nothing_found_is_said_with_the_reason_and_the_remedy() {
    let service = CloudWatchLogs::start();
    service.create("cruddur");
    let home = home(&service);
    let notes = |output: CommandOutput| {
        assert_eq!(output.code, Some(0), "{output}");
        output.stderr
    };
    insta::assert_snapshot!(notes(show(&home, &format!("{ACTIVITIES} --log-group cruddur"))), @"
    note: no line of log group `cruddur` holds the id of trace ae98aa61f92c36ccde88da857de9bd67, and none was found by time and path (/api/activities)
    hint: watchtower sends what its formatter writes: add the trace id to that, by a logging.Filter and `%(trace_id)s` in the format; docs/one-request.md shows how
    ");
    insta::assert_snapshot!(notes(show(&home, &format!("{ACTIVITIES} --log-group crudur"))), @"
    note: there is no log group `crudur` in this account and region
    hint: `aws logs describe-log-groups` lists those that there are; --region asks in another region
    ");
    insta::assert_snapshot!(notes(show(&home, &format!("{ACTIVITIES} --logs"))), @"
    note: there is no log group `backend-flask`, which was looked for because a service is called so
    hint: name the group that a service writes to with --log-group, or once in the configuration file
    ");
    let without_aws = Home::new().with_fixtures(&["cruddur.json"]);
    insta::assert_snapshot!(notes(show(&without_aws, &format!("{ACTIVITIES} --logs"))), @"
    note: no log line came with trace ae98aa61f92c36ccde88da857de9bd67, and CloudWatch Logs was not asked
    hint: --log-group NAME looks in a log group of CloudWatch Logs, with AWS's credentials
    ");
}

#[test]
fn one_source_that_fails_costs_only_itself() {
    let service = CloudWatchLogs::start();
    put_lines(&service, "cruddur");
    service.create("other");
    let home = home(&service).with("AWS_MAX_ATTEMPTS", "2");
    let plain = show(&home, ACTIVITIES);
    let mut said = String::new();
    let mut ask = |what: &str, more: &str, change: &dyn Fn(&mut crate::support::cloudwatch_logs::Rules)| {
        service.configure(|rules| *rules = crate::support::cloudwatch_logs::Rules::default());
        service.configure(|rules| change(rules));
        let output = show(&home, &format!("{ACTIVITIES} --log-group cruddur {more}"));
        assert_eq!((output.code, &output.stdout), (Some(0), &plain.stdout), "{what}: {output}");
        write!(said, "== {what}\n{}", output.stderr).expect("a string takes all that is written to it");
    };
    ask("denied", "", &|rules| rules.denied = ["FilterLogEvents".to_owned()].into());
    ask("unknown", "", &|rules| rules.unknown_keys = ["AKIAIOSFODNN7EXAMPLE".to_owned()].into());
    ask("throttled", "", &|rules| rules.plan("", Fault::Throttle, usize::MAX));
    ask("failing", "", &|rules| rules.plan("", Fault::Status(503), usize::MAX));
    ask("garbage", "", &|rules| rules.plan("", Fault::Garbage, usize::MAX));
    ask("hanging", "--timeout 1s", &|rules| rules.plan("", Fault::Hang, usize::MAX));
    ask("denied a query", "--log-group other", &|rules| rules.denied = ["StartQuery".to_owned()].into());
    ask("too many queries", "--log-group other", &|rules| rules.queries_at_once = 0);
    ask("a query that failed", "--log-group other", &|rules| rules.ends = "Failed");
    insta::assert_snapshot!(said, @"
    == denied
    warning: cloudwatch-logs did not answer: these AWS credentials may not do logs:FilterLogEvents (AccessDeniedException: User: arn:aws:iam::123456789012:user/ci is not authorized to perform: logs:FilterLogEvents because no identity-based policy allows the logs:FilterLogEvents action)
    hint: attach the managed policy CloudWatchLogsReadOnlyAccess to the user or role, or choose another with --aws-profile
    == unknown
    warning: cloudwatch-logs did not answer: AWS does not know these credentials (UnrecognizedClientException: The security token included in the request is invalid.)
    hint: `aws sts get-caller-identity` tells whether they work at all
    == throttled
    warning: cloudwatch-logs did not answer: CloudWatch Logs was asked too often, also after waiting and asking again: FilterLogEvents (ThrottlingException: Rate exceeded)
    hint: try again in a minute: an account may search five times a second, in all programs together
    == failing
    warning: cloudwatch-logs did not answer: CloudWatch Logs failed at FilterLogEvents: ServiceUnavailableException: The service cannot complete the request.
    hint: try again
    == garbage
    warning: cloudwatch-logs did not answer: CloudWatch Logs failed at FilterLogEvents: its answer is not one of CloudWatch Logs's; is there a proxy between?
    hint: try again
    == hanging
    warning: cloudwatch-logs did not answer: CloudWatch Logs did not answer FilterLogEvents within 1s
    hint: --timeout gives it longer
    == denied a query
    warning: cloudwatch-logs did not answer: these AWS credentials may not do logs:StartQuery (AccessDeniedException: User: arn:aws:iam::123456789012:user/ci is not authorized to perform: logs:StartQuery because no identity-based policy allows the logs:StartQuery action)
    hint: attach the managed policy CloudWatchLogsReadOnlyAccess to the user or role, or choose another with --aws-profile
    == too many queries
    warning: cloudwatch-logs did not answer: as many queries run as this AWS account may have at a time: StartQuery (LimitExceededException: LimitExceededException: concurrent queries)
    hint: try again in a minute, or name one log group with --log-group: one is searched without a query
    == a query that failed
    warning: cloudwatch-logs did not answer: CloudWatch Logs failed at a query of Logs Insights: its status is Failed
    hint: try again
    ");
}

#[test]
fn json_has_the_lines_of_each_trace_and_says_why_they_belong_there() {
    let service = CloudWatchLogs::start();
    put_lines(&service, "cruddur");
    let home = home(&service);
    let shown = show(&home, &format!("{ACTIVITIES} {AVATAR} --log-group cruddur -o json"));
    let document: Json = serde_json::from_str(&shown.stdout).expect("it is JSON");
    insta::assert_snapshot!(serde_json::to_string_pretty(&document["traces"][0]["logs"][1]).expect("it is JSON"), @r#"
    {
      "attributes": {
        "aws.log.event.id": "00000000000000000000000000000000000000000000000000000002"
      },
      "body": "{\"level\":\"DEBUG\",\"message\":\"inserting\",\"service\":\"backend-flask\",\"xray_trace_id\":\"1-ae98aa61-f92c36ccde88da857de9bd67\",\"ttl\":\"7-days\"}",
      "evidence": "it holds the trace id, as X-Ray writes it",
      "log_group": "cruddur",
      "log_stream": "host/app/cruddur/7",
      "matched_by": "trace_id",
      "offset_ns": 13800000,
      "service": "backend-flask",
      "severity": "debug",
      "severity_text": "DEBUG",
      "source": "cloudwatch-logs",
      "span_by": "service_and_time",
      "span_id": "f3ae856a8964ad65",
      "time": "2026-07-24T14:03:46.322Z",
      "time_unix_nano": "1784901826322000000"
    }
    "#);
    let spans: Vec<_> = document["traces"][0]["logs"].as_array().expect("a list").iter().map(|line| &line["span_by"]).collect();
    assert_eq!(spans, ["service_and_time", "service_and_time", "span_id", "root"]);
    assert_eq!(document["traces"][1]["logs"], json!([]), "none of the other trace");
    assert_eq!(document["notes"].as_array().map(Vec::len), Some(1), "{}", document["notes"]);
    let plain: Json = serde_json::from_str(&show(&home, &format!("{ACTIVITIES} -o json")).answer()).expect("it is JSON");
    assert_eq!(plain["traces"][0].get("logs"), None, "only where it was asked for");
}

/// One that came with the trace, as Honeycomb's rows and the local store's records are read.
fn with_log_event() -> Json {
    let attribute = |key: &str, value: &str| json!({ "key": key, "value": { "stringValue": value } });
    let log = |at: u64, severity: &str, body: &str| {
        let attributes = [("meta.signal_type", "log"), ("body", body), ("severity", severity), ("logger", "app")];
        json!({
            "name": severity, "timeUnixNano": at.to_string(),
            "attributes": attributes.iter().map(|(key, value)| attribute(key, value)).collect::<Vec<_>>(),
        })
    };
    let span = json!({
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7", "name": "GET /", "kind": 2,
        "startTimeUnixNano": "1784901826000000000", "endTimeUnixNano": "1784901826100000000",
        "events": [
            log(1_784_901_826_010_000_000, "warn", "token is about to expire"),
            { "name": "cache.miss", "timeUnixNano": "1784901826020000000" },
            log(1_784_901_826_030_000_000, "error", "no such user\u{1b}[2J"),
        ],
    });
    json!({ "resourceSpans": [{
        "resource": { "attributes": [attribute("service.name", "web")] },
        "scopeSpans": [{ "spans": [span] }],
    }] })
}

#[test]
fn lines_that_came_with_the_spans_are_drawn_as_lines_and_not_twice() {
    let home = Home::new();
    write(&home.path("logs.json"), &with_log_event().to_string());
    insta::assert_snapshot!(home.line("show -b file:logs.json 4bf92f --logs --width 80"), @"
    web  GET / · 100 ms · 1 span · 1 service
    4bf92f3577b34da6a3ce929d0e0e4736 · 2026-07-24 14:03:46 UTC · file:logs.json
    complete

                 ▏0          ▏20 ms      ▏40 ms      ▏60 ms      ▏80 ms
    GET / · web  ████████████•███████████████████████████████████████████████ 100 ms
      • 10 ms WARN  token is about to expire
      • 30 ms ERROR  no such user␛[2J
    [exit status: 0]
    ");
    let events = |more: &str| {
        let shown: Json =
            serde_json::from_str(&home.line(&format!("show -b file:logs.json 4bf92f -o json {more}")).stdout).expect("JSON");
        let trace = &shown["traces"][0];
        (trace["spans"][0]["events"].as_array().map(Vec::len), trace["logs"].as_array().map(Vec::len))
    };
    assert_eq!([events(""), events("--logs")], [(Some(3), None), (Some(1), Some(2))]);
}

#[test]
fn media_without_a_place_for_lines_say_so() {
    let service = CloudWatchLogs::start();
    let home = home(&service);
    insta::assert_snapshot!(show(&home, &format!("{ACTIVITIES} --logs -o svg")), @"
    ------- stderr -------
    error: `-o svg` has no place for log lines
    hint: waterfall, markdown, json and jsonl have one; `cruddur-trace logs` prints the lines by themselves
    [exit status: 2]
    ");
    for more in
        ["-o html", "-o otlp", "-o csv", "-o mermaid", "-o perfetto", "-o speedscope", "--span INSERT", "--correct-skew"]
    {
        let refused = show(&home, &format!("{ACTIVITIES} --log-group cruddur {more}"));
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""), "{more}: {refused}");
    }
    assert_eq!(service.requests(), [], "nothing is asked in vain");
}

#[test]
fn explain_says_what_would_be_asked() {
    let service = CloudWatchLogs::start();
    let home = home(&service);
    let explained = |more: &str| show(&home, &format!("{ACTIVITIES} --explain {more}")).answer();
    insta::assert_snapshot!(
        [explained("--logs"), explained("--log-group a"), explained("--log-group a --log-group b")].concat(),
        @"
    file:cruddur.json: fetch the trace by its id
    cloudwatch-logs: find the trace id in the log groups that the trace names: FilterLogEvents for one, Logs Insights for several
    then, for the other trace of the same request: list the traces of its services around its time, and read at most 20 of them, from the local store, files and X-Ray; from Honeycomb only if X-Ray has made the first
    file:cruddur.json: fetch the trace by its id
    cloudwatch-logs: FilterLogEvents of `a` for the trace id: free of charge
    then, for the other trace of the same request: list the traces of its services around its time, and read at most 20 of them, from the local store, files and X-Ray; from Honeycomb only if X-Ray has made the first
    file:cruddur.json: fetch the trace by its id
    cloudwatch-logs: Logs Insights over 2 log groups for the trace id: billed by what it scans
    then, for the other trace of the same request: list the traces of its services around its time, and read at most 20 of them, from the local store, files and X-Ray; from Honeycomb only if X-Ray has made the first
    "
    );
    assert_eq!(service.requests(), []);
}

#[test]
fn what_a_line_says_reaches_the_terminal_as_text() {
    let service = CloudWatchLogs::start();
    let at = Time(1_784_901_826_320_000_000);
    service.put("cruddur", "a\u{1b}[31m", at, "\u{1b}[2J\u{202e}ae98aa61f92c36ccde88da857de9bd67\u{7}\n\u{1b}]0;title\u{7}");
    service.put("cruddur", "b", at, &format!("ae98aa61f92c36ccde88da857de9bd67 {}", "x".repeat(200_000)));
    let home = home(&service);
    for question in ["show -b file:cruddur.json", "logs -b file:cruddur.json"] {
        let output = home.line(&format!("{question} {ACTIVITIES} --log-group cruddur"));
        assert_eq!(output.code, Some(0), "{question}");
        // The tests' own output shows an escape as `␛`, and so does the program.
        assert!(!output.stdout.contains(['\u{7}', '\u{202e}']), "{question}");
        assert!(output.stdout.contains("\\u{202e}"), "{question}");
    }
}
