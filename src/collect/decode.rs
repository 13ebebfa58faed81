//! From the bytes of a request to a batch, off the threads that serve connections.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::body::Share;
use super::coding::{Broken, Coding};
use super::measure;
use super::refusal::Refusal;
use crate::wire::otlp::logs::Logs;
use crate::wire::otlp::response::{Encoding, Signal};
use crate::wire::{Batch, Refused, WireError};

/// Bodies of this size are decoded in some ten microseconds: less than it takes to hand them to another thread.
const SMALL: usize = 16 * 1024;

/// A body that has been read.
pub(super) struct Job {
    pub(super) bytes: Vec<u8>,
    pub(super) coding: Coding,
    pub(super) form: Form,
    pub(super) share: Share,
}

/// What a body is, once it is unwrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// An OTLP request.
    Otlp(Signal, Encoding),
    /// A list of Zipkin's spans.
    ZipkinJson,
}

/// What was in it.
pub(super) struct Decoded {
    pub(super) batch: Batch,
    /// Spans, or log records, that were refused, by reason.
    pub(super) refused: Vec<Refused>,
    /// Log records that belong to no trace.
    pub(super) without_trace: usize,
    /// Still held: the batch is as large as the body was.
    pub(super) share: Share,
}

/// Unwraps and decodes a body of at most `limit` bytes uncompressed. Waits for a processor first.
pub(super) async fn decode(job: Job, limit: usize, processors: &Arc<Semaphore>) -> Result<Decoded, Refusal> {
    if job.bytes.len() <= SMALL && job.coding == Coding::Identity {
        return job.run(limit);
    }
    // Never closed.
    let turn = Arc::clone(processors).acquire_owned().await.map_err(|_| Refusal::Crashed)?;
    let work = move || {
        let decoded = job.run(limit);
        drop(turn);
        decoded
    };
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(Refusal::Crashed))
}

impl Job {
    fn run(mut self, limit: usize) -> Result<Decoded, Refusal> {
        let compressed = self.bytes.len();
        // What comes out is not known before; it may be as much as the limit, and then there must be room for it.
        let bytes = match self.coding.decode(self.bytes, limit) {
            Ok(bytes) => bytes,
            Err(Broken::TooLarge) => return Err(Refusal::TooLarge(format!("more than {limit} bytes after decompression"))),
            Err(Broken::Malformed(error)) => return Err(Refusal::Malformed(format!("not {:?}: {error}", self.coding))),
        };
        if !self.share.cover(compressed.max(bytes.len())) {
            return Err(Refusal::crowded());
        }
        let mut without_trace = 0;
        let (batch, refused) = match self.form {
            Form::Otlp(Signal::Traces, Encoding::Protobuf) => {
                measure::protobuf(&bytes)?;
                Batch::from_otlp_protobuf(bytes)?
            }
            Form::Otlp(Signal::Traces, Encoding::Json) => {
                measure::json(&bytes)?;
                Batch::from_otlp_json(&bytes)?
            }
            Form::Otlp(Signal::Logs, encoding) => {
                let logs = match encoding {
                    Encoding::Protobuf => {
                        measure::logs(&bytes)?;
                        Logs::from_otlp_protobuf(&bytes)?
                    }
                    Encoding::Json => {
                        measure::json(&bytes)?;
                        Logs::from_otlp_json(&bytes)?
                    }
                };
                without_trace = logs.without_trace;
                (logs.batch, logs.refused)
            }
            Form::ZipkinJson => {
                measure::zipkin(&bytes)?;
                Batch::from_zipkin_json(&bytes)?
            }
        };
        // What came as text is protobuf by now, in which the size of an attribute is written in front of it.
        match self.form {
            Form::Otlp(_, Encoding::Protobuf) => {}
            Form::Otlp(Signal::Logs, Encoding::Json) => measure::logs(&batch.data)?,
            Form::Otlp(Signal::Traces, Encoding::Json) | Form::ZipkinJson => measure::protobuf(&batch.data)?,
        }
        Ok(Decoded { batch, refused, without_trace, share: self.share })
    }
}

impl From<WireError> for Refusal {
    fn from(error: WireError) -> Self {
        Self::Malformed(error.to_string())
    }
}

impl From<measure::TooMuch> for Refusal {
    fn from(too_much: measure::TooMuch) -> Self {
        Self::TooLarge(too_much.to_string())
    }
}
