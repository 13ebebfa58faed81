//! Logs Insights: a query is started, runs by itself, and is asked how far it is.
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html>
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html>

use std::collections::HashMap;

use chrono::DateTime;
use serde_json::{Value, json};

use super::archive::{Archive, Event};
use super::input::{number, text, texts};
use super::query::Query;
use super::refusal::Refusal;
use super::rules::Rules;

/// Groups a query.
const MOST: usize = 50;

/// The queries that were started.
#[derive(Debug, Default)]
pub(super) struct Queries {
    started: HashMap<String, Running>,
}

/// What was there when it was started.
#[derive(Debug)]
struct Running {
    rows: Vec<Value>,
    matched: usize,
    scanned: usize,
    bytes: usize,
    polls: usize,
    status: &'static str,
}

impl Queries {
    pub(super) fn start(&mut self, body: &Value, rules: &Rules, archive: &Archive) -> Result<Value, Refusal> {
        let one = text(body, "logGroupName")?.map(|name| vec![name.to_owned()]);
        let groups = texts(body, "logGroupNames")?.or(one).ok_or_else(|| Refusal::invalid("a query needs log groups"))?;
        if groups.is_empty() || groups.len() > MOST {
            return Err(Refusal::invalid(format!("a query may have 1 to {MOST} log groups")));
        }
        let needed = |member: &str| number(body, member)?.ok_or_else(|| Refusal::invalid(format!("{member} is required")));
        let (start, end) = (needed("startTime")?, needed("endTime")?);
        if end < start || end > 100_000_000_000 {
            return Err(Refusal::malformed(
                "Query's end date and time is either before the log groups creation time or not in seconds",
            ));
        }
        let query = Query::parse(text(body, "queryString")?.ok_or_else(|| Refusal::invalid("queryString is required"))?)?;
        if self.started.values().filter(|query| matches!(query.status, "Scheduled" | "Running")).count()
            >= rules.queries_at_once
        {
            return Err(Refusal::new("LimitExceededException", "LimitExceededException: concurrent queries"));
        }
        let limit = query.limit.or(number(body, "limit")?.and_then(|limit| usize::try_from(limit).ok())).unwrap_or(1000);
        let (mut found, mut scanned, mut bytes) = (Vec::<(&str, &Event)>::new(), 0, 0);
        for group in &groups {
            let events = archive.get(group).map_err(|missing| {
                let named = format!(
                    "Log group '{group}' does not exist for account ID '123456789012' (Service: AWSLogs; Status Code: 400)"
                );
                if rules.nameless { missing } else { Refusal { message: named, ..missing } }
            })?;
            for event in events.iter().filter(|event| (start * 1000..=end * 1000).contains(&event.timestamp)) {
                scanned += 1;
                bytes += event.message.len();
                if rules.matches_everything || query.matches(&event.message) {
                    found.push((group, event));
                }
            }
        }
        found.sort_by_key(|(_, event)| if query.ascending { event.timestamp } else { -event.timestamp });
        let matched = found.len();
        let rows = found.iter().take(limit).map(|(group, event)| row(group, event, &query)).collect();
        let id = format!("12ab3456-12ab-123a-789e-{:012x}", self.started.len());
        self.started.insert(id.clone(), Running { rows, matched, scanned, bytes, polls: 0, status: "Scheduled" });
        Ok(json!({ "queryId": id }))
    }

    pub(super) fn results(&mut self, body: &Value, rules: &Rules) -> Result<Value, Refusal> {
        let query = self.get(body)?;
        query.polls += 1;
        if !matches!(query.status, "Cancelled") {
            query.status = match query.polls {
                polls if polls > rules.polls => rules.ends,
                1 => "Scheduled",
                _ => "Running",
            };
        }
        let some = match query.status {
            "Complete" => query.rows.len(),
            // What has been found so far, in no order that means anything.
            "Running" => query.rows.len() / 2,
            _ => 0,
        };
        Ok(json!({
            "status": query.status,
            "results": query.rows[..some],
            "statistics": { "recordsMatched": query.matched, "recordsScanned": query.scanned, "bytesScanned": query.bytes },
        }))
    }

    pub(super) fn stop(&mut self, body: &Value) -> Result<Value, Refusal> {
        let query = self.get(body)?;
        if !matches!(query.status, "Scheduled" | "Running") {
            return Err(Refusal::invalid("the query has ended already"));
        }
        query.status = "Cancelled";
        Ok(json!({ "success": true }))
    }

    fn get(&mut self, body: &Value) -> Result<&mut Running, Refusal> {
        let id = text(body, "queryId")?.ok_or_else(|| Refusal::invalid("queryId is required"))?;
        let unknown = || Refusal::new("ResourceNotFoundException", "The query does not exist");
        self.started.get_mut(id).ok_or_else(unknown)
    }
}

/// The fields that were asked for, and a pointer to the line.
fn row(group: &str, event: &Event, query: &Query) -> Value {
    let at = DateTime::from_timestamp_millis(event.timestamp).expect("it is a time");
    let value = |field: &str| match field {
        "@timestamp" => Some(at.format("%Y-%m-%d %H:%M:%S%.3f").to_string()),
        "@message" => Some(event.message.clone()),
        "@log" => Some(format!("123456789012:{group}")),
        "@logStream" => Some(event.stream.clone()),
        _ => None,
    };
    let fields = query.fields.iter().filter_map(|field| Some(json!({ "field": field, "value": value(field)? })));
    Value::Array(fields.chain([json!({ "field": "@ptr", "value": format!("Cm{}", event.id) })]).collect())
}
