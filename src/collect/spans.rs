//! What the doors for spans share: a body within the limits, its bytes to a batch on another thread, the batch into the sink, and
//! the counters.

use std::sync::Arc;

use axum::body::Body;
use tokio::sync::Semaphore;

use super::access::Access;
use super::body::{self, Budget, Dropped, Fill, Share, Unread};
use super::config::Limits;
use super::counters::Counters;
use super::decode::{self, Decoded, Form, Job};
use super::origin::Origins;
use super::refusal::Refusal;
use super::sink::Sink;
use crate::wire::Refused;
use crate::wire::otlp::response::Signal;

/// What all requests share.
#[derive(Debug)]
pub(super) struct Spans<S> {
    pub(super) sink: S,
    pub(super) limits: Limits,
    pub(super) budget: Budget,
    /// As many bodies are decoded at once as there are processors: more would only take memory.
    pub(super) processors: Arc<Semaphore>,
    pub(super) counters: Arc<Counters>,
    pub(super) origins: Origins,
    pub(super) access: Access,
}

impl<S: Sink> Spans<S> {
    /// What a request costs by being there.
    pub(super) fn enter(&self) -> Result<Share, Refusal> {
        self.budget.enter().ok_or_else(Refusal::crowded)
    }

    /// Reads a body of at most [`Limits::body`] bytes.
    pub(super) async fn read(&self, body: Body, into: &mut impl Fill) -> Result<(), Refusal> {
        let length = body::read(body, self.limits.body, self.limits.body_time, into).await;
        match length {
            Ok(length) => {
                self.counters.http_bytes.add(length);
                Ok(())
            }
            Err(Unread::TooLarge) => Err(Refusal::TooLarge(format!("a body of more than {} bytes", self.limits.body))),
            Err(Unread::NoRoom) => Err(Refusal::crowded()),
            Err(Unread::TooSlow) => {
                Err(Refusal::Incomplete(format!("the body was not there within {:?}", self.limits.body_time)))
            }
            Err(Unread::Broken) => Err(Refusal::Incomplete("the body ended before its end".to_owned())),
        }
    }

    /// Reads a body that nobody wants: a client that is still sending would not see the answer.
    pub(super) async fn drain(&self, body: Body) -> Result<(), Refusal> {
        self.read(body, &mut Dropped).await
    }

    /// What was read, into the sink. Answers what was refused of it; when this is `Ok`, the rest is kept.
    pub(super) async fn keep(&self, job: Job) -> Result<Vec<Refused>, Refusal> {
        let is_logs = matches!(job.form, Form::Otlp(Signal::Logs, _));
        let decoded = decode::decode(job, self.limits.decompressed, &self.processors).await?;
        let Decoded { batch, refused, without_trace, share } = decoded;
        let (spans, lines) = (batch.rows.len(), batch.log_records());
        if spans + lines > 0 {
            self.sink.keep(batch).await?;
        }
        drop(share);
        let count = refused.iter().fold(0_usize, |sum, refused| sum.saturating_add(refused.count));
        let counters = &self.counters;
        if is_logs {
            counters.log_records_kept.add(lines);
            counters.log_records_refused.add(count);
            counters.log_records_without_trace.add(without_trace);
        } else {
            counters.spans_kept.add(spans);
            counters.spans_refused.add(count);
            counters.trace_requests_kept.one();
        }
        Ok(refused)
    }

    /// Counts a refusal.
    pub(super) fn count(&self, refusal: &Refusal) {
        let counters = &self.counters;
        match refusal {
            Refusal::Malformed(_) => &counters.refused_malformed,
            Refusal::TooLarge(_) => &counters.refused_too_large,
            Refusal::Unsupported(_) => &counters.refused_unsupported,
            Refusal::Incomplete(_) => &counters.refused_incomplete,
            Refusal::Busy(_) => &counters.refused_busy,
            Refusal::Failed(_) | Refusal::Crashed => &counters.refused_failed,
        }
        .one();
        tracing::debug!(%refusal, "a request was refused");
    }
}
