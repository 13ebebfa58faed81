//! `BatchGetTraces`: whole traces, by id. <https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html>

use serde_json::{Value, json};

use super::archive::Archive;
use super::input::{text, trace_ids};
use super::noise;
use super::refusal::Refusal;
use super::rules::Rules;
use super::trace::Trace;

/// Ids a request.
const MOST: usize = 5;

pub(super) fn get(body: &Value, rules: &mut Rules, archive: &mut Archive) -> Result<Value, Refusal> {
    if text(body, "NextToken")?.is_some() {
        return Err(Refusal::invalid("NextToken is currently not supported"));
    }
    let (mut traces, mut unprocessed) = (Vec::new(), Vec::new());
    for id in trace_ids(body, MOST)? {
        let refused = rules.unprocessed_first.get_mut(&id).filter(|times| **times > 0);
        if let Some(times) = refused {
            *times -= 1;
            unprocessed.push(id);
            continue;
        }
        match archive.get(&id).filter(|_| rules.is_indexed(&id)) {
            Some(found) => traces.push(trace(&found, rules)),
            None if rules.unknown_is_silent => {}
            None => unprocessed.push(id),
        }
    }
    noise::shuffle(&mut traces);
    let mut answer = json!({ "Traces": traces });
    if !rules.sparse || !unprocessed.is_empty() {
        answer["UnprocessedTraceIds"] = json!(unprocessed);
    }
    Ok(answer)
}

fn trace(trace: &Trace, rules: &Rules) -> Value {
    let mut documents = documents(trace, rules);
    let mut bytes = 0;
    let fitting = documents.iter().take_while(|(_, document)| {
        bytes += document.len();
        bytes <= rules.trace_bytes
    });
    let fitting = fitting.count();
    let exceeded = fitting < documents.len();
    documents.truncate(fitting);
    let segments: Vec<Value> = documents.into_iter().map(|(id, document)| json!({ "Id": id, "Document": document })).collect();
    let mut answer = json!({ "Id": trace.id, "Segments": segments });
    if !rules.sparse {
        answer["Duration"] = json!(trace.duration());
    }
    if exceeded || !rules.sparse {
        answer["LimitExceeded"] = json!(exceeded);
    }
    answer
}

/// The documents with their ids, in no order: the root is not the first, where there is another.
pub(super) fn documents(trace: &Trace, rules: &Rules) -> Vec<(String, String)> {
    let mut documents: Vec<(String, String)> = trace.parts().map(|part| (part.id.clone(), part.document.to_string())).collect();
    noise::shuffle(&mut documents);
    if let Some((_, document)) = documents.last_mut().filter(|_| rules.not_json.contains(&trace.id)) {
        // Half of it, at the boundary of a character.
        document.truncate(document.floor_char_boundary(document.len() / 2));
    }
    documents
}
