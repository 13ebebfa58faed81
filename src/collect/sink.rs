//! Where the receiver puts what it has received.

use std::future::Future;
use std::time::Duration;

use crate::backend::local::{KeepError, Writer};
use crate::wire::Batch;

/// Keeps batches. Cloned into every connection.
pub trait Sink: Clone + Send + Sync + 'static {
    /// Keeps a batch. When this answers `Ok`, the batch survives the death of the process: only then may the sender be told.
    fn keep(&self, batch: Batch) -> impl Future<Output = Result<(), SinkError>> + Send;
}

/// Why a batch was not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SinkError {
    /// More is waiting to be written than may wait: the sender should come back after this long.
    #[error("busy: more is waiting to be written than may wait")]
    Busy(Duration),
    /// The store cannot write.
    #[error("{0}")]
    Failed(String),
}

/// The embedded store.
impl Sink for Writer {
    async fn keep(&self, batch: Batch) -> Result<(), SinkError> {
        Self::keep(self, batch).await.map_err(|error| match error {
            KeepError::Busy => SinkError::Busy(Duration::from_secs(1)),
            KeepError::Failed(why) => SinkError::Failed(why),
        })
    }
}
