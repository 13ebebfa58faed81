//! Transaction Search: where segments go, and how traces that X-Ray did not index are fetched from CloudWatch Logs.
//! <https://docs.aws.amazon.com/xray/latest/api/API_StartTraceRetrieval.html>
//! <https://docs.aws.amazon.com/xray/latest/api/API_ListRetrievedTraces.html>

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::archive::Archive;
use super::batch::documents;
use super::input::{text, time_of, trace_ids, window};
use super::noise;
use super::pages::Pages;
use super::refusal::Refusal;
use super::rules::{Destination, Outcome, Rules};
use super::trace::Trace;

/// Ids a retrieval.
const MOST: usize = 100;
const LIST: &str = "ListRetrievedTraces";

/// The retrievals that were started, by token.
#[derive(Debug, Default)]
pub(super) struct Retrievals {
    started: HashMap<String, Retrieval>,
}

/// What was there when it was started.
#[derive(Debug)]
struct Retrieval {
    traces: Vec<Arc<Trace>>,
    polls: usize,
    cancelled: bool,
}

pub(super) fn destination(rules: &Rules) -> Value {
    let (destination, status) = match rules.destination {
        Destination::XRay => ("XRay", "ACTIVE"),
        Destination::Pending => ("CloudWatchLogs", "PENDING"),
        Destination::CloudWatchLogs => ("CloudWatchLogs", "ACTIVE"),
    };
    json!({ "Destination": destination, "Status": status })
}

impl Retrievals {
    /// Starts one, for the traces that begin in the window; both of its ends belong to it.
    pub(super) fn start(&mut self, body: &Value, rules: &Rules, archive: &mut Archive) -> Result<Value, Refusal> {
        let ids = trace_ids(body, MOST)?;
        let (start, end) = window(body)?;
        if !rules.transaction_search() {
            let message =
                "The resource was not found. Verify that the name or Amazon Resource Name (ARN) of the resource is correct.";
            return Err(Refusal::not_found(message));
        }
        let begins_within = |trace: &Arc<Trace>| (start..=end).contains(&time_of(trace.start()));
        let traces = ids.iter().filter_map(|id| archive.get(id)).filter(begins_within).collect();
        let number = self.started.len() as u64;
        let token = format!("retrieval-{:016x}{:016x}", noise::number(number), noise::number(!number));
        self.started.insert(token.clone(), Retrieval { traces, polls: 0, cancelled: false });
        Ok(json!({ "RetrievalToken": token }))
    }

    /// How far it is, and a page of what it found when it is done.
    pub(super) fn list(&mut self, body: &Value, rules: &Rules, pages: &mut Pages) -> Result<Value, Refusal> {
        match text(body, "TraceFormat")? {
            None | Some("XRAY") => {}
            // Documents of that form would have to be made up: the guide shows none.
            Some(format) => return Err(Refusal::invalid(format!("TraceFormat {format} is not supported here"))),
        }
        let retrieval = self.get(body)?;
        retrieval.polls += 1;
        let state = match rules.outcome {
            _ if retrieval.cancelled => "CANCELLED",
            _ if retrieval.polls > rules.polls => match rules.outcome {
                Outcome::Complete => return retrieval.page(body, rules, pages),
                Outcome::Failed => "FAILED",
                Outcome::Timeout => "TIMEOUT",
            },
            _ if retrieval.polls == 1 => "SCHEDULED",
            _ => "RUNNING",
        };
        Ok(json!({ "RetrievalStatus": state, "TraceFormat": "XRAY", "Traces": [] }))
    }

    pub(super) fn cancel(&mut self, body: &Value) -> Result<Value, Refusal> {
        self.get(body)?.cancelled = true;
        Ok(json!({}))
    }

    fn get(&mut self, body: &Value) -> Result<&mut Retrieval, Refusal> {
        let token = text(body, "RetrievalToken")?.ok_or_else(|| Refusal::invalid("RetrievalToken is required"))?;
        self.started.get_mut(token).ok_or_else(|| Refusal::not_found("The retrieval token was not found"))
    }
}

impl Retrieval {
    /// Some traces, and of each some documents: what does not fit is on the next page.
    fn page(&self, body: &Value, rules: &Rules, pages: &mut Pages) -> Result<Value, Refusal> {
        let mut cursor = pages.cursor(LIST, body)?;
        let pieces = self.pieces(rules);
        let mut shown: Vec<Value> = Vec::new();
        for (trace, piece) in pieces.get(cursor.offset..).unwrap_or_default() {
            let again = shown.iter().any(|shown| shown["Id"] == trace.id.as_str());
            if again || shown.len() >= rules.retrieved_traces_per_page.max(1) {
                break;
            }
            let spans: Vec<Value> = piece.iter().map(|(id, document)| json!({ "Id": id, "Document": document })).collect();
            let mut retrieved = json!({ "Id": trace.id, "Spans": spans });
            if !rules.sparse {
                retrieved["Duration"] = json!(trace.duration());
            }
            shown.push(retrieved);
        }
        cursor.offset += shown.len();
        let mut answer = json!({ "RetrievalStatus": "COMPLETE", "TraceFormat": "XRAY", "Traces": shown });
        if cursor.offset < pieces.len() {
            answer["NextToken"] = json!(pages.token(LIST, body, cursor));
        }
        Ok(answer)
    }

    /// Each trace in as many pieces as it takes.
    fn pieces(&self, rules: &Rules) -> Vec<(&Trace, Vec<(String, String)>)> {
        let size = rules.retrieved_spans_per_page.max(1);
        let of = |trace| documents(trace, rules).chunks(size).map(|piece| (trace, piece.to_vec())).collect::<Vec<_>>();
        self.traces.iter().map(AsRef::as_ref).flat_map(of).collect()
    }
}
