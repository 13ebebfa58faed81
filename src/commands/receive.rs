//! A receiver with the store behind it: what `collect`, `run` and `demo` have in common.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::{Context, ask};
use crate::backend::local::Writer;
use crate::collect::{self, Running, Sink, SinkError, Snapshot};
use crate::error::{Failure, Kind};
use crate::model::TraceId;
use crate::render::units;
use crate::wire::Batch;

/// A receiver that is listening.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) running: Running,
    pub(super) writer: Writer,
    thread: JoinHandle<()>,
}

/// The store, open for writing, before anybody can send.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) writer: Writer,
    thread: JoinHandle<()>,
}

impl Store {
    /// Opens it.
    pub(super) fn open(store: &Path, context: &Context) -> Result<Self, Failure> {
        let (writer, thread) =
            Writer::start(store, context.retention(), context.clock).map_err(|error| ask::failure(error.into()))?;
        Ok(Self { writer, thread })
    }

    /// Listens.
    pub(super) fn listen<S: Sink>(
        self,
        config: collect::Config,
        context: &Context,
        sink: impl FnOnce(Writer) -> S,
    ) -> Result<Door, Failure> {
        let Self { writer, thread } = self;
        let running = collect::start(config, sink(writer.clone()), context.clock).map_err(|error| {
            let kind = if matches!(error, collect::StartError::NoDoor | collect::StartError::Tls(_)) {
                Kind::Config
            } else {
                Kind::Unanswerable
            };
            let hint = error.hint();
            Failure::from_error(kind, error).hint(hint)
        })?;
        Ok(Door { running, writer, thread })
    }
}

/// Opens the store for writing, and listens.
pub(super) fn open<S: Sink>(
    store: &Path,
    config: collect::Config,
    context: &Context,
    sink: impl FnOnce(Writer) -> S,
) -> Result<Door, Failure> {
    Store::open(store, context)?.listen(config, context, sink)
}

impl Door {
    /// Stops listening; returns when everything that was received is on the disk, and with it `last`, which is asked for when
    /// nothing more is received.
    pub(super) async fn close(self, last: impl FnOnce() -> Option<Batch>) -> Result<Snapshot, Failure> {
        self.close_after(last, async || ()).await.map(|(counted, ())| counted)
    }

    /// The same, with something to be done when everything is in the store and before nothing more can be written to it.
    pub(super) async fn close_after<T>(
        self,
        last: impl FnOnce() -> Option<Batch>,
        then: impl AsyncFnOnce() -> T,
    ) -> Result<(Snapshot, T), Failure> {
        let counted = self.running.stop().await;
        if let Some(batch) = last() {
            self.writer.keep(batch).await.map_err(|error| Failure::from_error(Kind::Unanswerable, error))?;
        }
        let done = then().await;
        self.writer.stop();
        let thread = self.thread;
        tokio::task::spawn_blocking(move || thread.join())
            .await
            .map_err(|error| Failure::from_error(Kind::Internal, error))?
            .map_err(|_| Failure::new(Kind::Internal, "the store's writer has panicked"))?;
        Ok((counted, done))
    }
}

/// What was received and kept, over whichever protocol: spans, and log lines where there are any.
pub(super) fn kept(counted: &Snapshot) -> String {
    let spans = units::plural((counted.spans_kept + counted.segments_kept) as usize, "span", "spans");
    match counted.log_records_kept {
        0 => spans,
        lines => format!("{spans} and {}", units::plural(lines as usize, "log line", "log lines")),
    }
}

/// What was received and not kept, in words; `None` where there is nothing of the kind.
pub(super) fn refused(counted: &Snapshot) -> Option<String> {
    let reasons = [
        (counted.spans_refused, "span refused", "spans refused"),
        (counted.log_records_refused, "log line refused", "log lines refused"),
        (counted.documents_refused, "X-Ray document refused", "X-Ray documents refused"),
        (counted.refused_malformed, "request that could not be decoded", "requests that could not be decoded"),
        (counted.refused_too_large, "request too large", "requests too large"),
        (counted.refused_unsupported, "request in an unknown encoding", "requests in an unknown encoding"),
        (counted.refused_unauthorized, "request without the right token", "requests without the right token"),
        (counted.refused_incomplete, "request cut off", "requests cut off"),
        (counted.refused_busy, "request put off", "requests put off"),
        (counted.refused_failed, "request that the store could not keep", "requests that the store could not keep"),
        (
            counted.datagrams_bad_header + counted.datagrams_without_document + counted.datagrams_empty,
            "datagram without a document",
            "datagrams without a document",
        ),
        (counted.datagrams_dropped_by_kernel, "datagram dropped by the system", "datagrams dropped by the system"),
        (counted.documents_dropped_busy + counted.documents_lost, "X-Ray document lost", "X-Ray documents lost"),
        (counted.sampling_unanswered, "sampling question without AWS's answer", "sampling questions without AWS's answer"),
        (counted.sampling_rules_refused, "version of the sampling rules refused", "versions of the sampling rules refused"),
    ];
    let said: Vec<_> = reasons
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| units::plural(*count as usize, one, many))
        .collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// Keeps batches in a store, and notes which traces they were of.
#[derive(Debug, Clone)]
pub(super) struct Noting {
    writer: Writer,
    traces: Arc<Mutex<HashSet<TraceId>>>,
}

impl Noting {
    pub(super) fn new(writer: Writer, traces: Arc<Mutex<HashSet<TraceId>>>) -> Self {
        Self { writer, traces }
    }
}

impl Sink for Noting {
    async fn keep(&self, batch: Batch) -> Result<(), SinkError> {
        // Log lines alone make no trace.
        let traces = if batch.rows.is_empty() { Vec::new() } else { batch.traces.clone() };
        Sink::keep(&self.writer, batch).await?;
        self.traces.lock().unwrap_or_else(PoisonError::into_inner).extend(traces);
        Ok(())
    }
}
