//! X-Ray documents by UDP, as SDKs send them to the X-Ray daemon.
//!
//! A datagram is a line `{"format": "json", "version": 1}` and one segment document. UDP answers nothing, so a document that is not
//! taken from the socket in time is lost and its sender never knows. Hence a thread of its own reads and does nothing else; what it
//! has read waits in a queue whose bytes are bounded, and [`keep()`] empties it into the sink. Whatever does not get that far is
//! counted by its reason.

mod keep;
mod kernel;
mod reader;

pub(super) use keep::keep;
pub(super) use kernel::dropped_by_kernel;
pub(super) use reader::Reader;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};

/// This many documents are handed on together, if they come so fast.
const BATCH_DOCUMENTS: usize = 512;

/// The same in bytes: a document may have 64 KiB.
const BATCH_BYTES: usize = 1024 * 1024;

/// A document waits no longer than this for others.
const BATCH_TIME: Duration = Duration::from_millis(50);

/// Nor longer than this while none comes.
const QUIET_TIME: Duration = Duration::from_millis(5);

/// Documents that wait for the sink together, and what they take of the queue's bytes until they are settled.
#[derive(Debug)]
pub(super) struct Waiting {
    documents: Vec<Vec<u8>>,
    _room: tokio::sync::OwnedSemaphorePermit,
}

/// The way from the reader to the sink.
#[derive(Debug)]
pub(super) struct Queue {
    send: mpsc::UnboundedSender<Waiting>,
    /// One permit a byte.
    room: Arc<Semaphore>,
}

impl Queue {
    /// With room for so many bytes, and its other end.
    pub(super) fn new(bytes: usize) -> (Self, mpsc::UnboundedReceiver<Waiting>) {
        let (send, receive) = mpsc::unbounded_channel();
        // At least one batch, or nothing would ever get through.
        let bytes = bytes.clamp(2 * BATCH_BYTES, u32::MAX as usize).min(Semaphore::MAX_PERMITS);
        (Self { send, room: Arc::new(Semaphore::new(bytes)) }, receive)
    }

    /// Puts a batch at the end; gives it up if there is no room, and answers so. Never waits.
    fn put(&self, documents: Vec<Vec<u8>>) -> bool {
        let bytes: usize = documents.iter().map(|document| document.len() + size_of::<Vec<u8>>()).sum();
        let room = u32::try_from(bytes).ok().and_then(|bytes| Arc::clone(&self.room).try_acquire_many_owned(bytes).ok());
        room.is_some_and(|room| self.send.send(Waiting { documents, _room: room }).is_ok())
    }
}
