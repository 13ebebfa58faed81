//! What X-Ray SDKs ask by TCP.

use super::*;

async fn ask(receiver: &Running, path: &str, body: &'static str) -> Answer {
    let url = format!("http://{}{path}", receiver.xray.unwrap());
    answer(client().post(url).header("content-type", JSON).body(body)).await
}

#[tokio::test]
async fn every_request_is_to_be_sampled() {
    let receiver = receiver(&Memory::new());
    let answer = ask(&receiver, "/GetSamplingRules", "{}").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, JSON));
    let read: serde_json::Value = serde_json::from_str(answer.text()).unwrap();
    let published = r#"{"SamplingRuleRecords":[{"SamplingRule":{"RuleName":"Default","RuleARN":"arn:aws:xray:us-east-1:000000000000:sampling-rule/Default","ResourceARN":"*","Priority":10000,"FixedRate":1.0,"ReservoirSize":1,"ServiceName":"*","ServiceType":"*","Host":"*","HTTPMethod":"*","URLPath":"*","Version":1,"Attributes":{}},"CreatedAt":0.0,"ModifiedAt":1700000000.0}]}"#;
    assert_eq!(read, serde_json::from_str::<serde_json::Value>(published).unwrap());
}

#[tokio::test]
async fn every_rule_that_is_asked_for_gets_its_target() {
    let receiver = receiver(&Memory::new());
    let asked = r#"{"SamplingStatisticsDocuments":[
        {"RuleName":"Default","ClientID":"d9e25efaf2c6947ebf74dad8","RequestCount":2,"BorrowCount":1,"SampledCount":1,"Timestamp":1795330591},
        {"RuleName":"Other","ClientID":"d9e25efaf2c6947ebf74dad8","RequestCount":0,"BorrowCount":0,"SampledCount":0,"Timestamp":1795330591},
        {"RuleName":"Default","ClientID":"another","RequestCount":0,"BorrowCount":0,"SampledCount":0,"Timestamp":1795330591}]}"#;
    let answer = ask(&receiver, "/SamplingTargets", asked).await;
    assert_eq!(answer.status, 200);
    insta::assert_snapshot!(answer.text(), @r#"{"LastRuleModification":1700000000.0,"SamplingTargetDocuments":[{"FixedRate":1.0,"Interval":10,"ReservoirQuota":100,"ReservoirQuotaTTL":1795330651.0,"RuleName":"Default"},{"FixedRate":1.0,"Interval":10,"ReservoirQuota":100,"ReservoirQuotaTTL":1795330651.0,"RuleName":"Other"}],"UnprocessedStatistics":[]}"#);
    assert_eq!(receiver.counters().sampling_requests, 1);
}

#[tokio::test]
async fn both_are_asked_on_one_connection() {
    let receiver = receiver(&Memory::new());
    let requests = "POST /GetSamplingRules HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}\
                    POST /SamplingTargets HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
    let answers = raw(receiver.xray.unwrap(), requests.as_bytes()).await;
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 2, "{answers}");
}

#[tokio::test]
async fn what_is_not_answered_here_is_an_error_as_aws_writes_it() {
    let receiver = receiver(&Memory::new());
    let answer = ask(&receiver, "/TraceSegments", "{}").await;
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (404, "UnknownOperationException"));
    insta::assert_snapshot!(answer.text(), @r#"{"__type":"UnknownOperationException","message":"POST /TraceSegments is not answered here: only POST /GetSamplingRules and /SamplingTargets are"}"#);
    let answer = ask(&receiver, "/SamplingTargets", "no json").await;
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (400, "InvalidRequestException"));
}

#[tokio::test]
async fn pages_are_kept_out_here_too() {
    let receiver = receiver(&Memory::new());
    let url = format!("http://{}/GetSamplingRules", receiver.xray.unwrap());
    assert_eq!(answer(client().post(url).header("origin", "https://example.com")).await.status, 403);
}
