//! `collect --sampling-rules`: what X-Ray SDKs are told to sample, by a file or by AWS.

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::http::{self, Answer, JSON};
use crate::support::xray::{Fault, XRay};
use crate::support::{Home, Receiver, write};

/// Unsigned, as SDKs ask the daemon.
fn ask(receiver: &Receiver, path: &str, body: &[u8]) -> Answer {
    http::request(receiver.xray(), &format!("POST {path}"), &[("Content-Type", JSON)], body)
}

#[track_caller]
fn told(receiver: &Receiver, path: &str, body: &[u8]) -> Value {
    let answer = ask(receiver, path, body);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some(JSON)), "{}", answer.text());
    serde_json::from_slice(&answer.body).expect("it is JSON")
}

fn statistics(rule: &str, client: char, requests: u32) -> Vec<u8> {
    let client = client.to_string().repeat(24);
    let document = json!({
        "RuleName": rule, "ClientID": client, "RequestCount": requests, "BorrowCount": 1, "SampledCount": 1, "Timestamp": 1_795_330_591,
    });
    json!({ "SamplingStatisticsDocuments": [document] }).to_string().into_bytes()
}

/// The input of `aws xray create-sampling-rule --cli-input-json`.
fn rule(name: &str, priority: u32, reservoir: u32, rate: f64) -> Value {
    json!({"SamplingRule": {
        "RuleName": name, "ResourceARN": "*", "Priority": priority, "FixedRate": rate, "ReservoirSize": reservoir, "ServiceName": "*",
        "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "/api/*", "Version": 1,
    }})
}

fn save(path: &Path, rules: &Value) {
    write(path, &rules.to_string());
}

#[test]
fn a_file_decides_what_is_sampled_also_after_it_has_changed() {
    let home = Home::new();
    let file = home.path("rules.json");
    save(&file, &json!([rule("slow", 20, 10, 0.0), rule("fast", 10, 0, 0.5)]));
    let receiver = Receiver::start(&home, &["--sampling-rules", "rules.json"]);
    let rules = told(&receiver, "/GetSamplingRules", b"{}");
    let names =
        rules["SamplingRuleRecords"].as_array().expect("a list").iter().map(|record| &record["SamplingRule"]["RuleName"]);
    assert_eq!(names.collect::<Vec<_>>(), ["fast", "slow", "Default"]);

    let first = told(&receiver, "/SamplingTargets", &statistics("slow", 'a', 100));
    let target = &first["SamplingTargetDocuments"][0];
    assert_eq!((&target["ReservoirQuota"], &target["FixedRate"], &target["Interval"]), (&json!(10), &json!(0.0), &json!(10)));
    let second = told(&receiver, "/SamplingTargets", &statistics("slow", 'b', 100));
    assert_eq!(second["SamplingTargetDocuments"][0]["ReservoirQuota"], 0, "the first has it all");
    let again = told(&receiver, "/SamplingTargets", &statistics("slow", 'a', 100));
    let part = again["SamplingTargetDocuments"][0]["ReservoirQuota"].as_u64().expect("a number");
    assert!((1..10).contains(&part), "{again}");

    // One rule fewer.
    save(&file, &json!({"SamplingRuleRecords": [rule("slow", 20, 1000, 0.0)]}));
    let gone = told(&receiver, "/SamplingTargets", &statistics("fast", 'a', 1));
    assert_eq!((&gone["SamplingTargetDocuments"], &gone["UnprocessedStatistics"][0]["RuleName"]), (&json!([]), &json!("fast")));
    assert!(gone["LastRuleModification"].as_f64() > first["LastRuleModification"].as_f64(), "{gone}");
    // Half of a file, as an editor may leave it.
    write(&file, "{\"SamplingRuleRecords\": [");
    for _ in 0..3 {
        assert_eq!(
            told(&receiver, "/GetSamplingRules", b"{}")["SamplingRuleRecords"][0]["SamplingRule"]["ReservoirSize"],
            1000
        );
    }
    let end = receiver.stop(Signal::TERM);
    insta::with_settings!({filters => vec![(r"127\.0\.0\.1:\d+", "[address]")]}, {
        insta::assert_snapshot!(end, @"
        ------- stderr -------
        note: X-Ray SDKs sample by 2 sampling rules in rules.json, and all requests that none of them matches
        note: listening for OTLP/HTTP on http://[address]
        note: listening for OTLP/gRPC on http://[address]
        note: listening for Zipkin's spans on http://[address]/api/v2/spans
        note: listening for X-Ray segments on [address] (UDP, and TCP for sampling)
        note: keeping in $HOME/data/cruddur-trace/traces.db; Ctrl-C stops
        warning: the sampling rules in rules.json cannot be used: no JSON: EOF while parsing a list at line 1 column 25; those of before stay
        note: stopping when what has begun is finished; Ctrl-C again stops at once
        note: kept 0 spans
        warning: 1 version of the sampling rules refused
        [exit status: 0]
        ");
    });
}

#[test]
fn a_file_that_holds_no_rules_is_a_mistake_of_the_configuration() {
    let home = Home::new();
    let mut wrong = rule("a \u{1b}[31mred rule", 20, 10, 1.5);
    save(&home.path("rate.json"), &json!([rule("good", 1, 1, 1.0), wrong]));
    wrong["SamplingRule"]["FixedRate"] = json!(0.5);
    wrong["SamplingRule"]["Sampling"] = json!(1);
    save(&home.path("field.json"), &wrong);
    write(&home.path("text.json"), "rules");
    write(&home.config_file(), "[collect]\nsampling_rules = 'there.json'\n");
    let lines = ["--sampling-rules rate.json", "--sampling-rules field.json", "--sampling-rules text.json", ""];
    let outputs = lines.map(|words| home.line(&format!("collect {words}")));
    for output in &outputs {
        assert_eq!(output.code, Some(2), "{output}");
        assert!(!output.stderr.contains('\u{1b}'), "{output}");
    }
    insta::assert_snapshot!(outputs.map(|output| output.stderr).join("\n"), @"
    error: the sampling rules in rate.json cannot be used
      caused by: rule 2 (`a ␛[31mred rule`): FixedRate: 1.5 is no number from 0 to 1 (1 is 100 %)
    hint: `aws xray get-sampling-rules` prints such a file; `--sampling-rules all` samples everything

    error: the sampling rules in field.json cannot be used
      caused by: rule 1 (`a ␛[31mred rule`): unknown field `Sampling`; the fields of a rule are RuleName, RuleARN, ResourceARN, Priority, FixedRate, ReservoirSize, ServiceName, ServiceType, Host, HTTPMethod, URLPath, Version, Attributes, SamplingRateBoost
    hint: `aws xray get-sampling-rules` prints such a file; `--sampling-rules all` samples everything

    error: the sampling rules in text.json cannot be used
      caused by: no JSON: expected value at line 1 column 1
    hint: `aws xray get-sampling-rules` prints such a file; `--sampling-rules all` samples everything

    error: cannot read the sampling rules in $HOME/config/cruddur-trace/there.json
      caused by: No such file or directory (os error 2)
    hint: `aws xray get-sampling-rules` prints such a file; `--sampling-rules all` samples everything
    ");
    // Nobody asks.
    let output = home.line("collect --sampling-rules rate.json --otlp-http off --otlp-grpc off --zipkin off --xray off");
    assert!(output.stderr.contains("there is nothing to receive"), "{output}");
}

/// A receiver that passes on to a double of AWS.
fn passing_on(xray: &XRay, more: &[&str]) -> (Home, Receiver) {
    let home = xray.environment().into_iter().fold(Home::new(), |home, (name, value)| home.with(name, &value));
    let receiver = Receiver::start(&home, &[&["--sampling-rules", "aws"], more].concat());
    (home, receiver)
}

#[test]
fn aws_is_asked_signed_and_its_answer_comes_back_as_it_was() {
    let xray = XRay::start();
    xray.configure(|rules| rules.sampling[0]["SamplingRule"]["MadeUpLater"] = json!({"this": "too"}));
    let (_home, receiver) = passing_on(&xray, &[]);
    let rules = told(&receiver, "/GetSamplingRules", b"{}");
    let rule = &rules["SamplingRuleRecords"][0]["SamplingRule"];
    assert_eq!((&rule["FixedRate"], &rule["MadeUpLater"]["this"]), (&json!(0.05), &json!("too")));
    let targets = told(&receiver, "/SamplingTargets", &statistics("Default", 'a', 7));
    assert_eq!(targets["SamplingTargetDocuments"][0]["ReservoirQuota"], 3);
    // The double refuses who does not sign; what it was asked is what the SDK asked.
    let asked: Vec<_> = xray.requests().into_iter().map(|request| (request.path, request.body, request.status)).collect();
    let statistics: Value = serde_json::from_slice(&statistics("Default", 'a', 7)).expect("it is JSON");
    let expected =
        [("/GetSamplingRules".to_owned(), json!({}), Some(200)), ("/SamplingTargets".to_owned(), statistics, Some(200))];
    assert_eq!(asked, expected);
    let end = receiver.stop(Signal::TERM);
    assert!(!end.stderr.contains("warning"), "{end}");
}

#[test]
fn what_aws_refuses_is_refused_with_its_words_and_not_asked_again() {
    let xray = XRay::start();
    let (_home, receiver) = passing_on(&xray, &[]);
    let refused = |body: &[u8]| {
        let answer = ask(&receiver, "/SamplingTargets", body);
        (answer.status, answer.header("x-amzn-errortype").map(ToOwned::to_owned), answer.text())
    };
    let (status, kind, text) = refused(br#"{"SamplingStatisticsDocuments": 7}"#);
    assert_eq!((status, text.contains("can not be converted to a List")), (400, true), "{kind:?} {text}");
    xray.configure(|rules| rules.plan("", Fault::Throttle, 1));
    let (status, kind, text) = refused(&statistics("Default", 'a', 1));
    assert_eq!((status, kind.as_deref()), (429, Some("ThrottledException")));
    assert!(text.contains("Rate exceeded"), "{text}");
    xray.configure(|rules| rules.denied = ["GetSamplingTargets".to_owned()].into());
    let (status, kind, text) = refused(&statistics("Default", 'a', 1));
    assert!(
        status == 403 && kind.is_some_and(|kind| kind.starts_with("AccessDeniedException")) && text.contains("ci"),
        "{text}"
    );
    assert_eq!(xray.count("/SamplingTargets"), 3, "each once");
    assert_eq!(ask(&receiver, "/Traces", b"{}").status, 404, "nothing else is passed on");
    assert_eq!(xray.requests().len(), 3);
}

#[test]
fn while_aws_does_not_answer_there_is_an_error_and_no_rule_of_our_own() {
    let xray = XRay::start();
    let (_home, receiver) = passing_on(&xray, &["--timeout", "1s"]);
    for (fault, status) in [(Fault::Hang, 504), (Fault::Garbage, 502), (Fault::Cut, 502), (Fault::Status(503), 503)] {
        xray.configure(|rules| rules.plan("/GetSamplingRules", fault, 1));
        let begun = Instant::now();
        let answer = ask(&receiver, "/GetSamplingRules", b"{}");
        assert_eq!(answer.status, status, "{fault:?}: {}", answer.text());
        assert!(begun.elapsed() < Duration::from_secs(10), "{fault:?}: {:?}", begun.elapsed());
        let body: Value =
            serde_json::from_slice(&answer.body).expect("an error is JSON, which is all that the SDK for Node looks at");
        assert!(body["__type"].is_string() && body.get("SamplingRuleRecords").is_none(), "{body}");
    }
    assert_eq!(told(&receiver, "/GetSamplingRules", b"{}")["SamplingRuleRecords"][0]["SamplingRule"]["RuleName"], "Default");
    drop(xray);
    let answer = ask(&receiver, "/GetSamplingRules", b"{}");
    assert_eq!(answer.status, 502, "{}", answer.text());
    let end = receiver.stop(Signal::TERM);
    let warnings: Vec<_> = end.stderr.lines().filter(|line| line.starts_with("warning")).collect();
    // Once for all that went wrong on end, once when it began again, and the sum.
    assert_eq!(warnings.len(), 3, "{end}");
    assert!(
        warnings[0].contains("AWS X-Ray does not tell what to sample: X-Ray did not answer GetSamplingRules within 1s"),
        "{end}"
    );
    assert_eq!(warnings[2], "warning: 5 sampling questions without AWS's answer");
}

#[test]
fn without_credentials_there_is_nobody_to_ask() {
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a port");
    let home =
        [("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")]
            .into_iter()
            .fold(Home::new(), |home, (name, value)| home.with(name, value))
            .with("AWS_ENDPOINT_URL_XRAY", &format!("http://{}", nobody.local_addr().expect("it has one")));
    let output = home.line(
        "collect --otlp-http off --otlp-grpc off --zipkin off --xray 127.0.0.1:0 --sampling-rules aws --region us-east-1",
    );
    insta::assert_snapshot!(output, @"
    ------- stderr -------
    error: there are no AWS credentials
    hint: `aws login` or `aws configure sso` signs you in; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY hold keys, --aws-profile names a profile
    [exit status: 3]
    ");
}
