//! `logs`, and the way to CloudWatch Logs that it shares with `show --logs`.

use cruddur_trace::model::Time;
use serde_json::{Value as Json, json};

use crate::support::cloudwatch_logs::{CloudWatchLogs, Fault};
use crate::support::xray::XRay;
use crate::support::{CommandOutput, Home, write};
use crate::xray::{ago, id, put, segment};

/// A request that failed: `POST /api/activities` of `backend-flask`, from 14:03:46.3082 to .3562.
pub(crate) const ACTIVITIES: &str = "ae98aa61f92c36ccde88da857de9bd67";
const SPELLED: &str = "1-ae98aa61-f92c36ccde88da857de9bd67";

/// A home in which AWS is the double, with traces.
pub(crate) fn home(service: &CloudWatchLogs) -> Home {
    let home = Home::new().with_fixtures(&["cruddur.json"]);
    service.environment().iter().fold(home, |home, (name, value)| home.with(name, value))
}

/// Milliseconds since 1970.
fn at(milliseconds: u64) -> Time {
    Time(milliseconds * 1_000_000)
}

/// Lines with the id of [`ACTIVITIES`] in several spellings, and others between.
pub(crate) fn put_lines(service: &CloudWatchLogs, group: &str) {
    let put = |milliseconds: u64, message: &str| {
        service.put(group, "host/app/cruddur/7", at(1_784_901_826_000 + milliseconds), message);
    };
    put(310, &format!("INFO cruddur: request of andrewbrown [trace_id={ACTIVITIES}]"));
    put(
        322,
        &format!(
            r#"{{"level":"DEBUG","message":"inserting","service":"backend-flask","xray_trace_id":"{SPELLED}","ttl":"7-days"}}"#
        ),
    );
    put(323, "INFO cruddur: another request [trace_id=6a63710987bbe879c7a5f5784a70384b0]");
    put(
        355,
        &format!(
            "ERROR cruddur: null value in column user_uuid\nDETAIL: row 7 [trace_id={ACTIVITIES} span_id=f3ae856a8964ad65]"
        ),
    );
    put(399, &format!("WARNING audit: written late, trace {ACTIVITIES}"));
}

/// As the application writes one for each request, without any id.
pub(crate) fn put_access_line(service: &CloudWatchLogs, group: &str, milliseconds: u64, path: &str, status: u16) {
    let line = format!("[2026-Jul-24 14:03] 192.168.65.1 POST http {path}? {status}");
    service.put(group, "host/app/cruddur/7", at(milliseconds), &line);
}

fn logs(home: &Home, more: &str) -> CommandOutput {
    home.line(&format!("logs -b file:cruddur.json {more}"))
}

#[test]
fn lines_are_printed_in_the_order_of_time() {
    let service = CloudWatchLogs::start();
    put_lines(&service, "cruddur");
    let home = home(&service);
    insta::assert_snapshot!(logs(&home, &format!("{ACTIVITIES} --log-group cruddur")), @r#"
    2026-07-24 14:03:46.310 UTC  cruddur        INFO   INFO cruddur: request of andrewbrown [trace_id=ae98aa61f92c36ccde88da857de9bd67]
    2026-07-24 14:03:46.322 UTC  backend-flask  DEBUG  {"level":"DEBUG","message":"inserting","service":"backend-flask","xray_trace_id":"1-ae98aa61-f92c36ccde88da857de9bd67","ttl":"7-days"}
    2026-07-24 14:03:46.355 UTC  cruddur        ERROR  ERROR cruddur: null value in column user_uuid
                                                       DETAIL: row 7 [trace_id=ae98aa61f92c36ccde88da857de9bd67 span_id=f3ae856a8964ad65]
    2026-07-24 14:03:46.399 UTC  cruddur        WARN   WARNING audit: written late, trace ae98aa61f92c36ccde88da857de9bd67
    [exit status: 0]
    "#);
    let lines = logs(&home, &format!("{ACTIVITIES} --log-group cruddur -o jsonl")).stdout;
    let bodies: Vec<Json> =
        lines.lines().map(|line| serde_json::from_str::<Json>(line).expect("JSON")["trace_id"].clone()).collect();
    assert_eq!(bodies, [ACTIVITIES; 4]);
    let document: Json =
        serde_json::from_str(&logs(&home, &format!("{ACTIVITIES} --log-group cruddur -o json")).stdout).expect("JSON");
    assert_eq!((&document["schema"], document["logs"].as_array().map(Vec::len)), (&json!(1), Some(4)));
}

#[test]
fn a_line_without_the_id_is_marked() {
    let service = CloudWatchLogs::start();
    put_access_line(&service, "cruddur", 1_784_901_826_355, "/api/activities", 500);
    insta::assert_snapshot!(logs(&home(&service), &format!("{ACTIVITIES} --log-group cruddur")), @"
    ? 2026-07-24 14:03:46.355 UTC  cruddur  [2026-Jul-24 14:03] 192.168.65.1 POST http /api/activities? 500
    ------- stderr -------
    note: no line of log group `cruddur` holds the id of trace ae98aa61f92c36ccde88da857de9bd67; 1 line is shown by time and path (/api/activities), marked `?`
    hint: watchtower sends what its formatter writes: add the trace id to that, by a logging.Filter and `%(trace_id)s` in the format; docs/one-request.md shows how
    [exit status: 0]
    ");
}

#[test]
fn none_is_no_and_an_answer_that_did_not_come_is_neither() {
    let service = CloudWatchLogs::start();
    service.create("cruddur");
    let home = home(&service).with("AWS_MAX_ATTEMPTS", "1");
    let question = format!("{ACTIVITIES} --log-group cruddur");
    insta::assert_snapshot!(logs(&home, &question), @"
    ------- stderr -------
    note: no line of log group `cruddur` holds the id of trace ae98aa61f92c36ccde88da857de9bd67, and none was found by time and path (/api/activities)
    hint: watchtower sends what its formatter writes: add the trace id to that, by a logging.Filter and `%(trace_id)s` in the format; docs/one-request.md shows how
    [exit status: 1]
    ");
    let empty: Json = serde_json::from_str(&logs(&home, &format!("{question} -o json")).stdout).expect("JSON");
    assert_eq!(empty["logs"], json!([]));
    service.configure(|rules| rules.denied = ["FilterLogEvents".to_owned()].into());
    insta::assert_snapshot!(logs(&home, &question), @"
    ------- stderr -------
    error: it cannot be told: there may well be log lines
      caused by: these AWS credentials may not do logs:FilterLogEvents (AccessDeniedException: User: arn:aws:iam::123456789012:user/ci is not authorized to perform: logs:FilterLogEvents because no identity-based policy allows the logs:FilterLogEvents action)
    hint: attach the managed policy CloudWatchLogsReadOnlyAccess to the user or role, or choose another with --aws-profile
    [exit status: 3]
    ");
    service.configure(|rules| rules.denied.clear());
    insta::assert_snapshot!(logs(&home, "ffffffffffffffffffffffffffffffff"), @"
    ------- stderr -------
    error: no trace `ffffffffffffffffffffffffffffffff`
    hint: the nearest ids are 08fef885f38c1e32024efae4ecacf67d, 8bc626382cebdea2f7f1556261da8061, 6a63710987bbe879c7a5f5784a70384b
    hint: `cruddur-trace list` shows what is there
    [exit status: 1]
    ");
}

#[test]
fn pages_that_are_empty_are_walked_through() {
    let service = CloudWatchLogs::start();
    put_lines(&service, "cruddur");
    service.configure(|rules| rules.scanned_per_page = 1);
    let home = home(&service);
    assert_eq!(logs(&home, &format!("{ACTIVITIES} --log-group cruddur")).stdout.matches("2026-07-24").count(), 4);
    assert_eq!(service.count("FilterLogEvents"), 5);
    service.configure(|rules| rules.throttle_every = 3);
    assert_eq!(
        logs(&home, &format!("{ACTIVITIES} --log-group cruddur")).stdout.matches("2026-07-24").count(),
        4,
        "throttling costs time"
    );
}

#[test]
fn what_does_not_end_is_cut_and_said() {
    let service = CloudWatchLogs::start();
    for nth in 0..1_500 {
        service.put("cruddur", "s", at(1_784_901_826_000 + nth / 10), &format!("{nth} {ACTIVITIES}"));
    }
    let home = home(&service);
    let many = logs(&home, &format!("{ACTIVITIES} --log-group cruddur"));
    assert_eq!((many.code, many.stdout.lines().count()), (Some(0), 1_000));
    assert!(many.stderr.contains("log group `cruddur` has more lines than the first 1000, which are shown"), "{}", many.stderr);
    let service = CloudWatchLogs::start();
    put_lines(&service, "cruddur");
    service.configure(|rules| rules.circular = true);
    let circular = logs(&self::home(&service), &format!("{ACTIVITIES} --log-group cruddur"));
    assert!(circular.code == Some(3) && circular.stderr.contains("again and again"), "{circular}");
    // Nothing of it in two hundred pages: it may be in the next.
    let service = CloudWatchLogs::start();
    for nth in 0..300 {
        service.put("cruddur", "s", at(1_784_901_826_000 + nth), "nothing");
    }
    service.configure(|rules| rules.scanned_per_page = 1);
    let cut = logs(&self::home(&service), &format!("{ACTIVITIES} --log-group cruddur"));
    assert_eq!((cut.code, cut.stdout.as_str()), (Some(3), ""), "{cut}");
    assert!(cut.stderr.contains("was not searched to its end: 200 pages were read"), "{cut}");
}

#[test]
fn an_answer_is_checked_again() {
    let service = CloudWatchLogs::start();
    put_lines(&service, "cruddur");
    put_lines(&service, "other");
    service.configure(|rules| rules.matches_everything = true);
    let home = home(&service);
    for (groups, lines) in [("--log-group cruddur", 4), ("--log-group cruddur --log-group other", 8)] {
        let found = logs(&home, &format!("{ACTIVITIES} {groups} -o jsonl"));
        assert_eq!(found.stdout.lines().count(), lines, "{found}");
        assert!(!found.stdout.contains("another request"), "{found}");
    }
}

#[test]
fn several_groups_are_one_query_of_which_a_part_is_no_answer() {
    let service = CloudWatchLogs::start();
    put_lines(&service, "cruddur");
    put_lines(&service, "other");
    let home = home(&service);
    let found = logs(&home, &format!("{ACTIVITIES} --log-group cruddur --log-group other"));
    insta::assert_snapshot!(found, @r#"
    2026-07-24 14:03:46.310 UTC  cruddur        INFO   INFO cruddur: request of andrewbrown [trace_id=ae98aa61f92c36ccde88da857de9bd67]
    2026-07-24 14:03:46.310 UTC  other          INFO   INFO cruddur: request of andrewbrown [trace_id=ae98aa61f92c36ccde88da857de9bd67]
    2026-07-24 14:03:46.322 UTC  backend-flask  DEBUG  {"level":"DEBUG","message":"inserting","service":"backend-flask","xray_trace_id":"1-ae98aa61-f92c36ccde88da857de9bd67","ttl":"7-days"}
    2026-07-24 14:03:46.322 UTC  backend-flask  DEBUG  {"level":"DEBUG","message":"inserting","service":"backend-flask","xray_trace_id":"1-ae98aa61-f92c36ccde88da857de9bd67","ttl":"7-days"}
    2026-07-24 14:03:46.355 UTC  cruddur        ERROR  ERROR cruddur: null value in column user_uuid
                                                       DETAIL: row 7 [trace_id=ae98aa61f92c36ccde88da857de9bd67 span_id=f3ae856a8964ad65]
    2026-07-24 14:03:46.355 UTC  other          ERROR  ERROR cruddur: null value in column user_uuid
                                                       DETAIL: row 7 [trace_id=ae98aa61f92c36ccde88da857de9bd67 span_id=f3ae856a8964ad65]
    2026-07-24 14:03:46.399 UTC  cruddur        WARN   WARNING audit: written late, trace ae98aa61f92c36ccde88da857de9bd67
    2026-07-24 14:03:46.399 UTC  other          WARN   WARNING audit: written late, trace ae98aa61f92c36ccde88da857de9bd67
    ------- stderr -------
    note: Logs Insights scanned less than 0.1 MB in 2 log groups, which AWS bills
    [exit status: 0]
    "#);
    assert_eq!((service.count("StartQuery"), service.count("GetQueryResults"), service.count("FilterLogEvents")), (1, 3, 0));
    for (nameless, asked) in [(false, 1), (true, 3)] {
        service.configure(|rules| rules.nameless = nameless);
        let before = service.count("FilterLogEvents");
        let one = logs(
            &home,
            &format!(
                "{ACTIVITIES} --log-group cruddur --log-group gone --log-group {}",
                if nameless { "other" } else { "lost" }
            ),
        );
        assert!(one.code == Some(0) && one.stderr.contains("there is no log group `gone`"), "{one}");
        assert_eq!(service.count("FilterLogEvents") - before, asked, "{one}");
    }
}

#[test]
fn a_query_that_nobody_waits_for_is_stopped() {
    let service = CloudWatchLogs::start();
    put_lines(&service, "cruddur");
    service.create("other");
    service.configure(|rules| rules.polls = usize::MAX);
    let late = logs(&home(&service), &format!("{ACTIVITIES} --log-group cruddur --log-group other --timeout 1s"));
    insta::assert_snapshot!(late, @"
    ------- stderr -------
    error: it cannot be told: there may well be log lines
      caused by: Logs Insights did not end its query within 1s; it was stopped
    hint: --timeout gives it longer; one --log-group is searched without a query
    [exit status: 3]
    ");
    assert_eq!(service.count("StopQuery"), 1);
}

#[test]
fn the_groups_are_those_that_the_trace_names() {
    let (traces, lines) = (XRay::start(), CloudWatchLogs::start());
    let start = ago(300);
    let trace = id(start, 1);
    let of_lambda =
        json!({"origin": "AWS::Lambda::Function", "aws": {"cloudwatch_logs": [{"log_group": "/aws/lambda/thumbs"}]}});
    put(&traces, &segment(&trace, "00000000000000a1", "thumbs", start, of_lambda));
    let within = Time(start.0 + 50_000_000);
    lines.put("/aws/lambda/thumbs", "s", within, &format!("[INFO] resized\tXRAY TraceId: {trace}"));
    let both = traces.environment().into_iter().chain(lines.environment());
    let home = both.fold(Home::new(), |home, (name, value)| home.with(name, &value));
    let found = home.line(&format!("logs -b xray {trace} -o jsonl"));
    let line: Json = serde_json::from_str(&found.stdout).expect("one line");
    assert_eq!((&line["log_group"], &line["span_id"]), (&json!("/aws/lambda/thumbs"), &json!("00000000000000a1")), "{found}");
    assert_eq!(line["evidence"], "it holds the trace id, as X-Ray writes it");
    // A trace that nobody has any more, or never had: its lines are found by its id alone.
    let gone = id(start, 2);
    lines.put("cruddur", "s", within, &format!("of trace {gone}"));
    let alone = home.line(&format!("logs -b xray {gone} --log-group cruddur"));
    assert!(alone.code == Some(0) && alone.stdout.contains("of trace 1-"), "{alone}");
    lines.configure(|rules| rules.plan("", Fault::Status(500), usize::MAX));
    let missing = home.with("AWS_MAX_ATTEMPTS", "1").line(&format!("logs -b xray {gone} --log-group cruddur"));
    assert_eq!(missing.code, Some(3), "{missing}");
}

#[test]
fn groups_are_configured_once() {
    let service = CloudWatchLogs::start();
    put_lines(&service, "cruddur");
    let home = home(&service);
    write(
        &home.config_file(),
        "[cloudwatch_logs]\ngroups = ['cruddur']\n[profiles.other.cloudwatch_logs]\ngroups = 'elsewhere'\n",
    );
    assert_eq!(logs(&home, ACTIVITIES).code, Some(0));
    assert_eq!(logs(&home, &format!("{ACTIVITIES} --profile other")).code, Some(1));
    assert_eq!(logs(&home, &format!("{ACTIVITIES} --profile other --log-group cruddur")).code, Some(0));
    let shown = home.line("config show --profile other").stdout;
    assert!(shown.contains("cloudwatch_logs.groups            elsewhere"), "{shown}");
}
