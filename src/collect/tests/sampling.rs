//! What X-Ray SDKs ask by TCP.

use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::*;
use crate::collect::sampling::{Announce, RulesFile, Sampling};

async fn ask(receiver: &Running, path: &str, body: impl Into<reqwest::Body>) -> Answer {
    let url = format!("http://{}{path}", receiver.xray.unwrap());
    answer(client().post(url).header("content-type", JSON).body(body)).await
}

async fn told(receiver: &Running, path: &str, body: impl Into<reqwest::Body>) -> Value {
    let answer = ask(receiver, path, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_str(answer.text()).unwrap()
}

fn statistics(rule: &str, client: char) -> String {
    let client = client.to_string().repeat(24);
    json!({"SamplingStatisticsDocuments": [
        {"RuleName": rule, "ClientID": client, "RequestCount": 2, "BorrowCount": 1, "SampledCount": 1, "Timestamp": 1_795_330_591},
    ]})
    .to_string()
}

#[tokio::test]
async fn every_request_is_to_be_sampled() {
    let receiver = receiver(&Memory::new());
    let answer = ask(&receiver, "/GetSamplingRules", "{}").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, JSON));
    let read: Value = serde_json::from_str(answer.text()).unwrap();
    let published = r#"{"SamplingRuleRecords":[{"SamplingRule":{"RuleName":"Default","RuleARN":"arn:aws:xray:us-east-1:000000000000:sampling-rule/Default","ResourceARN":"*","Priority":10000,"FixedRate":1.0,"ReservoirSize":1,"ServiceName":"*","ServiceType":"*","Host":"*","HTTPMethod":"*","URLPath":"*","Version":1,"Attributes":{}},"CreatedAt":1795330592.0,"ModifiedAt":1795330592.0}]}"#;
    assert_eq!(read, serde_json::from_str::<Value>(published).unwrap());
    assert_eq!(told(&receiver, "/GetSamplingRules", r#"{"NextToken": "abc"}"#).await, read, "there is one page");
    assert_eq!(told(&receiver, "/GetSamplingRules", "").await, read);
}

#[tokio::test]
async fn targets_keep_to_the_rule_and_one_that_is_not_there_has_none() {
    let receiver = receiver(&Memory::new());
    let answer = told(&receiver, "/SamplingTargets", statistics("Default", 'a')).await;
    insta::assert_snapshot!(answer, @r#"{"LastRuleModification":1795330592.0,"SamplingTargetDocuments":[{"FixedRate":1.0,"Interval":10,"ReservoirQuota":1,"ReservoirQuotaTTL":1795330621.0,"RuleName":"Default"}],"UnprocessedBoostStatistics":[],"UnprocessedStatistics":[]}"#);
    let answer = told(&receiver, "/SamplingTargets", statistics("Other", 'a')).await;
    insta::assert_snapshot!(answer, @r#"{"LastRuleModification":1795330592.0,"SamplingTargetDocuments":[],"UnprocessedBoostStatistics":[],"UnprocessedStatistics":[{"ErrorCode":"404","Message":"there is no such rule (any more)","RuleName":"Other"}]}"#);
    assert_eq!(receiver.counters().sampling_requests, 2);
}

#[tokio::test]
async fn both_are_asked_on_one_connection() {
    let receiver = receiver(&Memory::new());
    let body = statistics("Default", 'a');
    let requests = format!(
        "POST /GetSamplingRules HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{}}\
         POST /SamplingTargets HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answers = raw(receiver.xray.unwrap(), requests.as_bytes()).await;
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 2, "{answers}");
}

#[tokio::test]
async fn what_is_not_answered_here_is_an_error_as_aws_writes_it() {
    let receiver = receiver(&Memory::new());
    let answer = ask(&receiver, "/TraceSegments", "{}").await;
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (404, "UnknownOperationException"));
    insta::assert_snapshot!(answer.text(), @r#"{"__type":"UnknownOperationException","message":"POST /TraceSegments is not answered here: only POST /GetSamplingRules and /SamplingTargets are"}"#);
    for body in ["no json", "{}"] {
        let answer = ask(&receiver, "/SamplingTargets", body).await;
        assert_eq!((answer.status, answer.header("x-amzn-errortype")), (400, "InvalidRequestException"));
    }
    let answer = ask(&receiver, "/SamplingTargets", vec![b' '; (1 << 20) + 1]).await;
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (400, "InvalidRequestException"));
}

#[tokio::test]
async fn pages_are_kept_out_here_too() {
    let receiver = receiver(&Memory::new());
    let url = format!("http://{}/GetSamplingRules", receiver.xray.unwrap());
    assert_eq!(answer(client().post(url).header("origin", "https://example.com")).await.status, 403);
}

/// A file of one rule beside the default, of a reservoir. Files of other reservoirs differ in length, or they would have to differ
/// in time, which file systems tell only so exactly.
fn write(path: &Path, reservoir: u32) {
    let pattern =
        |text| ["ResourceARN", "ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath"].map(|field| (field, text));
    let mut rule = json!({"RuleName": "api", "Priority": 1, "FixedRate": 0.5, "ReservoirSize": reservoir, "Version": 1});
    for (field, text) in pattern("*") {
        rule[field] = json!(text);
    }
    std::fs::write(path, rule.to_string() + &" ".repeat(reservoir as usize)).unwrap();
}

#[tokio::test]
async fn a_file_s_rules_are_in_force_and_so_are_its_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules.json");
    write(&path, 5);
    let (file, rules) = RulesFile::open(path.clone()).unwrap();
    let said: Arc<Mutex<Vec<String>>> = Arc::default();
    let hear = Arc::clone(&said);
    let announce = Announce(Arc::new(move |message| hear.lock().unwrap().push(message.to_owned())));
    let config = Config { xray: Some(ANY), sampling: Sampling::File(file, rules), announce, ..Config::default() };
    let receiver = start(config, Memory::new(), now).unwrap();

    let names = |answer: &Value| -> Vec<String> {
        let records = answer["SamplingRuleRecords"].as_array().unwrap();
        records.iter().map(|record| record["SamplingRule"]["RuleName"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&told(&receiver, "/GetSamplingRules", "{}").await), ["api", "Default"]);
    let first = told(&receiver, "/SamplingTargets", statistics("api", 'a')).await;
    let target = &first["SamplingTargetDocuments"][0];
    assert_eq!((&target["ReservoirQuota"], &target["FixedRate"]), (&json!(5), &json!(0.5)));

    write(&path, 7);
    let second = told(&receiver, "/SamplingTargets", statistics("api", 'a')).await;
    assert_eq!(second["SamplingTargetDocuments"][0]["ReservoirQuota"], 7);
    assert!(second["LastRuleModification"].as_f64() > first["LastRuleModification"].as_f64(), "SDKs shall fetch them again");
    assert!(said.lock().unwrap().is_empty());

    std::fs::write(&path, "[{}]").unwrap();
    for _ in 0..3 {
        let third = told(&receiver, "/SamplingTargets", statistics("api", 'a')).await;
        assert_eq!(third["SamplingTargetDocuments"][0]["ReservoirQuota"], 7, "those of before");
        assert_eq!(third["LastRuleModification"], second["LastRuleModification"]);
    }
    let counted = receiver.counters();
    assert_eq!((counted.sampling_rules_read, counted.sampling_rules_refused), (1, 1));
    let said = said.lock().unwrap().join("\n").replace(path.to_str().unwrap(), "rules.json");
    assert_eq!(said, "the sampling rules in rules.json cannot be used: rule 1: RuleName: it is missing; those of before stay");
}
