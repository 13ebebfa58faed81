//! What SDKs are told to sample.

use aws_sdk_xray::error::ProvideErrorMetadata as _;
use aws_sdk_xray::primitives::DateTime;
use aws_sdk_xray::types::SamplingStatisticsDocument;
use serde_json::json;

use super::{client, refused, wait};
use crate::support::xray::XRay;

fn statistics(rule: &str, client: &str) -> SamplingStatisticsDocument {
    let document = SamplingStatisticsDocument::builder().rule_name(rule).client_id(client).request_count(2).sampled_count(1);
    document.timestamp(DateTime::from_secs(0)).build().expect("all is there that has to be")
}

#[test]
fn the_official_client_reads_rules_and_targets() {
    let xray = XRay::start();
    let rules = wait(client(&xray).get_sampling_rules().send()).expect("it answers");
    let names: Vec<_> = rules.sampling_rule_records().iter().filter_map(|record| record.sampling_rule()?.rule_name()).collect();
    assert_eq!(names, ["Default"]);
    let asked = client(&xray).get_sampling_targets();
    let asked = asked.sampling_statistics_documents(statistics("Default", &"a".repeat(24)));
    let targets = wait(asked.sampling_statistics_documents(statistics("gone", &"a".repeat(24))).send()).expect("it answers");
    let target = &targets.sampling_target_documents()[0];
    assert_eq!((target.rule_name(), target.reservoir_quota()), (Some("Default"), Some(3)));
    assert_eq!(targets.unprocessed_statistics()[0].rule_name(), Some("gone"));
    xray.configure(|rules| rules.denied = ["GetSamplingRules".to_owned()].into());
    let denied = wait(client(&xray).get_sampling_rules().send()).expect_err("it may not");
    assert_eq!(denied.code(), Some("AccessDeniedException"));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let xray = XRay::start();
    let said = [
        ("/GetSamplingRules", json!({"NextToken": "abc"})),
        ("/SamplingTargets", json!({})),
        ("/SamplingTargets", json!({"SamplingStatisticsDocuments": {}})),
        ("/SamplingTargets", json!({"SamplingStatisticsDocuments": [{"RuleName": "Default"}]})),
        ("/SamplingTargets", json!({"SamplingStatisticsDocuments": [{"RuleName": "Default", "ClientID": "short"}]})),
    ]
    .map(|(path, body)| refused(&xray, path, &body));
    insta::assert_snapshot!(said.join("\n"), @"
    400 InvalidRequestException: Invalid NextToken
    400 InvalidRequestException: SamplingStatisticsDocuments is required
    400 SerializationException: SamplingStatisticsDocuments can not be converted to a List
    400 InvalidRequestException: ClientID is required
    400 InvalidRequestException: ClientID has to have 24 characters
    ");
}
