//! `GetSamplingRules` and `GetSamplingTargets`, for callers whose rules are never used by anybody else: a quota is the whole reservoir.
//!
//! <https://docs.aws.amazon.com/xray/latest/api/API_GetSamplingRules.html>
//! <https://docs.aws.amazon.com/xray/latest/api/API_GetSamplingTargets.html>

use serde_json::{Value, json};

use super::input::text;
use super::refusal::Refusal;
use super::rules::Rules;

/// When every rule was last changed, in epoch seconds.
const MODIFIED: f64 = 1_530_920_505.0;

/// A record of a rule for every request.
pub(super) fn rule(name: &str, priority: u32, rate: f64) -> Value {
    json!({
        "SamplingRule": {
            "RuleName": name, "RuleARN": format!("arn:aws:xray:us-east-1:123456789012:sampling-rule/{name}"), "ResourceARN": "*",
            "Priority": priority, "FixedRate": rate, "ReservoirSize": 3, "ServiceName": "*", "ServiceType": "*", "Host": "*",
            "HTTPMethod": "*", "URLPath": "*", "Version": 1, "Attributes": {},
        },
        "CreatedAt": 0.0,
        "ModifiedAt": MODIFIED,
    })
}

pub(super) fn rules(body: &Value, rules: &Rules) -> Result<Value, Refusal> {
    if text(body, "NextToken")?.is_some() {
        return Err(Refusal::invalid("Invalid NextToken"));
    }
    Ok(json!({ "SamplingRuleRecords": rules.sampling, "NextToken": null }))
}

pub(super) fn targets(body: &Value, rules: &Rules) -> Result<Value, Refusal> {
    let documents = match body.get("SamplingStatisticsDocuments") {
        None | Some(Value::Null) => return Err(Refusal::invalid("SamplingStatisticsDocuments is required")),
        Some(Value::Array(documents)) if documents.len() <= 25 => documents,
        Some(Value::Array(_)) => return Err(Refusal::invalid("Too many SamplingStatisticsDocuments")),
        Some(_) => return Err(Refusal::serialization("SamplingStatisticsDocuments can not be converted to a List")),
    };
    let (mut targets, mut unprocessed) = (Vec::new(), Vec::new());
    for document in documents {
        let name = text(document, "RuleName")?.ok_or_else(|| Refusal::invalid("RuleName is required"))?;
        let client = text(document, "ClientID")?.ok_or_else(|| Refusal::invalid("ClientID is required"))?;
        if client.len() != 24 {
            return Err(Refusal::invalid("ClientID has to have 24 characters"));
        }
        let mut known = rules.sampling.iter().map(|record| &record["SamplingRule"]);
        match known.find(|rule| rule["RuleName"] == name) {
            Some(rule) => targets.push(json!({
                "RuleName": name, "FixedRate": rule["FixedRate"], "ReservoirQuota": rule["ReservoirSize"],
                "ReservoirQuotaTTL": 1_530_923_107.0, "Interval": 10,
            })),
            None => unprocessed.push(json!({ "RuleName": name, "ErrorCode": "404", "Message": "Rule not found" })),
        }
    }
    Ok(json!({
        "SamplingTargetDocuments": targets, "LastRuleModification": MODIFIED, "UnprocessedStatistics": unprocessed,
    }))
}
