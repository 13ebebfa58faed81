//! What has arrived, by trace.

use std::collections::BTreeMap;
use std::sync::Arc;

use cruddur_trace::model::Time;
use serde_json::Value;

use super::trace::Trace;

/// All traces.
#[derive(Debug, Default)]
pub(super) struct Archive {
    traces: BTreeMap<String, Stored>,
}

#[derive(Debug, Default)]
struct Stored {
    documents: Vec<(Value, Time)>,
    /// Compiled when it is first asked for after something arrived.
    compiled: Option<Arc<Trace>>,
}

impl Archive {
    /// Takes a document; the reason where the service would not have.
    pub(super) fn put(&mut self, document: Value, arrived: Time) -> Result<(), &'static str> {
        let text = |member: &str| document.get(member).and_then(Value::as_str);
        let id = text("trace_id").ok_or("MissingTraceId")?.to_owned();
        text("id").ok_or("MissingId")?;
        text("name").ok_or("MissingName")?;
        document.get("start_time").and_then(Value::as_f64).ok_or("MissingStartTime")?;
        if text("type") == Some("subsegment") && text("parent_id").is_none() {
            return Err("MissingParentId");
        }
        let stored = self.traces.entry(id).or_default();
        stored.documents.push((document, arrived));
        stored.compiled = None;
        Ok(())
    }

    pub(super) fn get(&mut self, id: &str) -> Option<Arc<Trace>> {
        self.traces.get_mut(id).map(|stored| stored.get(id))
    }

    /// Every trace.
    pub(super) fn all(&mut self) -> impl Iterator<Item = Arc<Trace>> {
        self.traces.iter_mut().map(|(id, stored)| stored.get(id))
    }
}

impl Stored {
    fn get(&mut self, id: &str) -> Arc<Trace> {
        Arc::clone(self.compiled.get_or_insert_with(|| Arc::new(Trace::new(id, &self.documents))))
    }
}
