//! `file:PATH` and `file:-`: traces out of a document of any readable format. Read whole, once, and held in memory.

use std::io::Read as _;
use std::path::Path;

use super::{Backend, BackendError, Listing, Near};
use crate::model::{TimeRange, Trace, TraceId};
use crate::query::Query;
use crate::wire;

/// A document that has been read.
#[derive(Debug)]
pub struct File {
    /// As the user wrote it.
    name: String,
    traces: Vec<Trace>,
    notes: Vec<String>,
    left_out: bool,
}

impl File {
    /// Reads `path`; all of standard input where there is none.
    pub fn read(path: Option<&Path>) -> Result<Self, BackendError> {
        let name = path.map_or_else(|| "-".to_owned(), |path| path.display().to_string());
        let fail = |cause| BackendError::File { path: name.clone(), cause };
        let bytes = if let Some(path) = path {
            std::fs::read(path).map_err(fail)?
        } else {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map_err(fail)?;
            bytes
        };
        let parsed = wire::read_any(&bytes).map_err(|cause| BackendError::Malformed { what: name.clone(), cause })?;
        // The text is as large as what was read out of it, and not needed any more.
        drop(bytes);
        tracing::info!(file = %name, format = parsed.format, spans = parsed.spans.len(), "read a file");
        let mut notes: Vec<_> = parsed.refused.iter().map(|refused| format!("{name}: {refused}")).collect();
        notes.extend(parsed.notes.iter().map(|note| format!("{name}: {note}")));
        let left_out = !notes.is_empty();
        let mut traces = Trace::group(parsed.spans);
        for trace in &mut traces {
            trace.backends = vec![format!("file:{name}")];
            // Nobody knows of which trace it was.
            trace.truncated.clone_from(&notes);
        }
        Ok(Self { name, traces, notes, left_out })
    }

    /// Traces that are at hand already, as if they had been read from a document of this name.
    pub fn holding(name: impl Into<String>, traces: Vec<Trace>) -> Self {
        Self { name: name.into(), traces, notes: Vec::new(), left_out: false }
    }

    /// The traces, given away.
    pub fn into_traces(self) -> Vec<Trace> {
        self.traces
    }

    /// What was said of parts that could not be read.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

impl Backend for File {
    fn name(&self) -> String {
        format!("file:{}", self.name)
    }

    async fn list(&self, query: &Query) -> Result<Listing, BackendError> {
        let mut listing = Listing { notes: self.notes.clone(), left_out: self.left_out, ..Listing::default() };
        let mut in_window = 0;
        for trace in &self.traces {
            let summary = trace.summary();
            if !query.range.contains(summary.start) && query.range != TimeRange::ALL {
                continue;
            }
            in_window += 1;
            if query.filter.as_ref().is_none_or(|filter| filter.matches(trace).is_some()) {
                listing.traces.push(summary);
            }
        }
        listing.traces.sort_by(|a, b| (b.start, &a.id).cmp(&(a.start, &b.id)));
        listing.more = listing.traces.len() > query.limit;
        listing.traces.truncate(query.limit);
        listing.in_window = Some(in_window);
        Ok(listing)
    }

    async fn fetch(&self, id: &TraceId) -> Result<Option<Trace>, BackendError> {
        Ok(self.traces.iter().find(|trace| trace.id() == id).cloned())
    }

    async fn near(&self, typed: &str) -> Result<Near, BackendError> {
        Ok(Near::among(typed, self.traces.iter().map(|trace| trace.id().clone())))
    }

    fn explain(&self, query: &Query) -> Vec<String> {
        let check = query.filter.as_ref().map_or_else(String::new, |filter| format!(" and check each trace for {filter}"));
        vec![format!("read {} whole{check}", self.name)]
    }

    fn reaches_back(&self) -> bool {
        true
    }
}
