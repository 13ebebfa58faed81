//! From the queue into the sink.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedReceiver;

use super::Waiting;
use crate::collect::counters::Counters;
use crate::collect::sink::{Sink, SinkError};
use crate::wire::{Batch, Refused};

/// However long the sink would like to be left alone: documents are waiting, and more come.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// How often a batch is offered to a sink that fails. There is nobody who would send it again.
const TRIES: usize = 3;

/// Empties the queue into the sink until the queue's other end is gone.
pub(in crate::collect) async fn keep<S: Sink>(
    mut queue: UnboundedReceiver<Waiting>,
    sink: S,
    processors: Arc<Semaphore>,
    counters: Arc<Counters>,
) {
    while let Some(waiting) = queue.recv().await {
        let count = waiting.documents.len();
        // Never closed.
        let turn = Arc::clone(&processors).acquire_owned().await;
        let decoding = tokio::task::spawn_blocking(move || {
            let decoded = Batch::from_xray(&waiting.documents);
            drop(turn);
            // The room in the queue is given back when the documents are settled, not before.
            (decoded, waiting)
        });
        let Ok(((batch, refused), _waiting)) = decoding.await else {
            counters.documents_lost.add(count);
            continue;
        };
        let (refused, segments) = (count_refused(&refused).min(count), batch.rows.len());
        counters.documents_refused.add(refused);
        match offer(&sink, batch).await {
            Ok(()) => {
                counters.segments_kept.add(segments);
                counters.documents_kept.add(count - refused);
            }
            Err(why) => {
                tracing::error!("{count} X-Ray documents are lost: {why}");
                counters.documents_lost.add(count - refused);
            }
        }
    }
}

/// How many documents were refused. One may be a list of documents; then several of it may be.
fn count_refused(refused: &[Refused]) -> usize {
    for Refused { count, reason } in refused {
        tracing::debug!(count, reason, "X-Ray documents were refused");
    }
    refused.iter().fold(0, |sum, refused| sum.saturating_add(refused.count))
}

/// Offers a batch until it is kept. As long as the sink is only busy, the queue fills up instead, and what it cannot hold is
/// dropped there.
async fn offer<S: Sink>(sink: &S, batch: Batch) -> Result<(), String> {
    let mut failures = 0;
    if batch.rows.is_empty() {
        return Ok(());
    }
    loop {
        match sink.keep(batch.clone()).await {
            Ok(()) => return Ok(()),
            Err(SinkError::Busy(wait)) => tokio::time::sleep(wait.min(MAX_WAIT)).await,
            Err(SinkError::Failed(why)) => {
                failures += 1;
                if failures >= TRIES {
                    return Err(why);
                }
                tokio::time::sleep(MAX_WAIT).await;
            }
        }
    }
}
