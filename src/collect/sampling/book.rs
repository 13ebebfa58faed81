//! The answers to both calls of X-Ray's SDKs: which rules there are, and what each client may sample by them.
//!
//! <https://docs.aws.amazon.com/xray/latest/api/API_GetSamplingRules.html>
//! <https://docs.aws.amazon.com/xray/latest/api/API_GetSamplingTargets.html>

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::reservoir::{ClientId, INTERVAL, Reservoir};
use super::rules::Rules;
use crate::model::Time;

/// Documents in one request. X-Ray has at most 25 rules and takes as many; files may have more.
const MOST_DOCUMENTS: usize = 1000;

/// The rules, and who uses them.
#[derive(Debug)]
pub(in crate::collect) struct Book {
    rules: Rules,
    /// By the rule's name; only rules that there are.
    reservoirs: HashMap<String, Reservoir>,
    /// When the rules became what they are, in epoch seconds.
    modified: u64,
}

/// What was asked, as far as it matters here. There are no boosts, so their statistics tell nothing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object")]
struct Asked {
    sampling_statistics_documents: Vec<Value>,
}

/// The same, only to be counted.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object")]
struct Entries {
    sampling_statistics_documents: Vec<IgnoredAny>,
}

/// One rule's statistics, as one client reports them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statistics {
    #[serde(rename = "ClientID")]
    client_id: String,
    request_count: u64,
    /// What was sampled decides nothing; it has to be there and make sense nevertheless, as X-Ray has it.
    #[serde(rename = "SampledCount")]
    _sampled_count: u64,
    #[serde(rename = "BorrowCount")]
    _borrow_count: Option<u64>,
    /// One machine has one clock: how old a report is needs no look.
    #[serde(rename = "Timestamp")]
    _timestamp: f64,
}

impl Book {
    /// Of rules that are in force from now on.
    pub(in crate::collect) fn new(rules: Rules, now: Time) -> Self {
        Self { rules, reservoirs: HashMap::new(), modified: next_second(now) }
    }

    /// By which every request is sampled.
    pub(in crate::collect) fn of_everything(now: Time) -> Self {
        Self::new(Rules::everything(), now)
    }

    /// Other rules are in force from now on. What was given by those that stay is still given.
    pub(in crate::collect) fn replace(&mut self, rules: Rules, now: Time) {
        self.reservoirs.retain(|name, _| rules.get(name).is_some());
        self.rules = rules;
        // Later than before, also where the clock was set back in between.
        self.modified = next_second(now).max(self.modified + 1);
    }

    /// The answer to `GetSamplingRules`: all of them, on one page.
    pub(in crate::collect) fn rules(&self) -> Value {
        json!({ "SamplingRuleRecords": self.rules.records(self.modified as f64) })
    }

    /// The answer to `GetSamplingTargets`. What makes no sense is told entry by entry, beside the targets of the others.
    ///
    /// # Errors
    ///
    /// Why it is no such request at all.
    pub(in crate::collect) fn targets(&mut self, body: &[u8], now: Time) -> Result<Value, String> {
        // The parser by itself does not look at the texts that it skips.
        let text = std::str::from_utf8(body).map_err(|error| format!("no SamplingTargets request: {error}"))?;
        // What is answered is many times as large as an empty entry: they are counted before they are looked at.
        let entries: Entries = serde_json::from_str(text).map_err(|error| format!("no SamplingTargets request: {error}"))?;
        if entries.sampling_statistics_documents.len() > MOST_DOCUMENTS {
            return Err(format!("no SamplingTargets request: it has more than {MOST_DOCUMENTS} documents"));
        }
        let asked: Asked = serde_json::from_str(text).map_err(|error| format!("no SamplingTargets request: {error}"))?;
        let (mut targets, mut unprocessed) = (Vec::new(), Vec::new());
        for document in asked.sampling_statistics_documents {
            let name = document.get("RuleName").and_then(Value::as_str).unwrap_or_default().to_owned();
            match self.target(&name, document, now) {
                Ok(target) => targets.push(target),
                // A code is an HTTP status in text; samplers look at its first digit and fetch the rules again after a 4.
                Err((code, why)) => unprocessed.push(json!({ "RuleName": name, "ErrorCode": code, "Message": why })),
            }
        }
        Ok(json!({
            "SamplingTargetDocuments": targets,
            "LastRuleModification": self.modified as f64,
            "UnprocessedStatistics": unprocessed,
            "UnprocessedBoostStatistics": [],
        }))
    }

    fn target(&mut self, name: &str, document: Value, now: Time) -> Result<Value, (&'static str, String)> {
        if name.is_empty() {
            return Err(("400", "RuleName is missing, or no text".to_owned()));
        }
        let statistics: Statistics = serde_path_to_error::deserialize(document).map_err(|error| ("400", error.to_string()))?;
        let client = ClientId::parse(&statistics.client_id)
            .ok_or_else(|| ("400", "ClientID is not 24 hexadecimal digits".to_owned()))?;
        let rule = self.rules.get(name).ok_or_else(|| ("404", "there is no such rule (any more)".to_owned()))?;
        let quota = if rule.reservoir_size == 0 {
            // Nothing to divide, so nothing to remember.
            Reservoir::default().report(0, client, 0, now)
        } else {
            let reservoir = self.reservoirs.entry(name.to_owned()).or_default();
            reservoir.report(rule.reservoir_size, client, statistics.request_count, now)
        };
        let mut target = json!({
            "RuleName": name,
            "FixedRate": rule.fixed_rate,
            "ReservoirQuota": quota.requests,
            "Interval": INTERVAL,
        });
        if let Some(until) = quota.until {
            // As a decimal number: SDKs read it as a timestamp.
            target["ReservoirQuotaTTL"] = json!(until as f64);
        }
        Ok(target)
    }
}

/// SDKs fetch rules again that were modified after the second in which they last did. Those of the running second may have done so
/// before.
fn next_second(now: Time) -> u64 {
    now.0 / 1_000_000_000 + 1
}

#[cfg(test)]
mod tests;
