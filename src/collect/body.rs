//! Reading a request's body: within its limit, in time, and within what all requests together may hold.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Memory is handed out in pieces of this many bytes. Also what a request costs before its body: so many at once have a bound too.
const PIECE: usize = 16 * 1024;

/// No more than this is set aside because a `Content-Length` says so: it costs the sender nothing to say so.
const TRUSTED_LENGTH: usize = 1024 * 1024;

/// The memory that the bodies in flight may take together.
#[derive(Debug, Clone)]
pub(super) struct Budget(Arc<Semaphore>);

/// A part of the budget; given back when dropped.
#[derive(Debug)]
pub(super) struct Share {
    budget: Budget,
    held: OwnedSemaphorePermit,
}

impl Budget {
    /// Of so many bytes, rounded up to pieces.
    pub(super) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes.div_ceil(PIECE).min(Semaphore::MAX_PERMITS))))
    }

    /// What a request costs by being there. `None`: too much is in flight.
    pub(super) fn enter(&self) -> Option<Share> {
        let held = Arc::clone(&self.0).try_acquire_owned().ok()?;
        Some(Share { budget: self.clone(), held })
    }
}

impl Share {
    /// Grows the share to at least so many bytes; whether there was room. Never waits: requests that wait for each other's memory
    /// would wait for ever.
    pub(super) fn cover(&mut self, bytes: usize) -> bool {
        let missing = bytes.div_ceil(PIECE).saturating_sub(self.held.num_permits());
        if missing == 0 {
            return true;
        }
        let more = u32::try_from(missing).ok().and_then(|more| Arc::clone(&self.budget.0).try_acquire_many_owned(more).ok());
        more.map(|more| self.held.merge(more)).is_some()
    }
}

/// Why a body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// Longer than the limit.
    TooLarge,
    /// All requests together would take too much memory.
    NoRoom,
    /// Not there in time.
    TooSlow,
    /// The connection broke, or the body is not framed as HTTP has it.
    Broken,
}

/// What is done with the bytes of a body.
pub(super) trait Fill {
    /// Takes the next bytes. `false`: there is no room.
    fn take(&mut self, bytes: &[u8]) -> bool;
}

/// Keeps them.
#[derive(Debug)]
pub(super) struct Kept<'a> {
    pub(super) bytes: Vec<u8>,
    pub(super) share: &'a mut Share,
}

impl Fill for Kept<'_> {
    fn take(&mut self, bytes: &[u8]) -> bool {
        if !self.share.cover(self.bytes.len().saturating_add(bytes.len())) {
            return false;
        }
        self.bytes.extend_from_slice(bytes);
        true
    }
}

/// Drops them.
#[derive(Debug)]
pub(super) struct Dropped;

impl Fill for Dropped {
    fn take(&mut self, _: &[u8]) -> bool {
        true
    }
}

/// Reads a body to its end, and answers how long it was. One that is too large is read on for a while and thrown away: a client
/// that is still sending would not see an answer that comes before its last byte.
pub(super) async fn read(mut body: Body, limit: usize, time: Duration, into: &mut impl Fill) -> Result<usize, Unread> {
    let reading = async {
        let (mut length, mut refused) = (0_usize, None);
        if body.size_hint().lower() > limit as u64 {
            refused = Some(Unread::TooLarge);
        }
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            let Ok(bytes) = frame.map_err(|_| Unread::Broken)?.into_data() else {
                continue; // Trailers, of which OTLP has none.
            };
            length = length.saturating_add(bytes.len());
            if refused.is_none() && length > limit {
                refused = Some(Unread::TooLarge);
            }
            if refused.is_none() && !into.take(&bytes) {
                refused = Some(Unread::NoRoom);
            }
            if refused.is_some() && length > limit.saturating_mul(2) {
                break;
            }
        }
        refused.map_or(Ok(length), Err)
    };
    tokio::time::timeout(time, reading).await.unwrap_or(Err(Unread::TooSlow))
}

/// How much to set aside for a body before it is read.
pub(super) fn expected(body: &Body) -> usize {
    let said = body.size_hint().exact().unwrap_or_default();
    usize::try_from(said).unwrap_or(TRUSTED_LENGTH).min(TRUSTED_LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    async fn keep(body: &'static [u8], limit: usize, budget: &Budget) -> Result<Vec<u8>, Unread> {
        let mut share = budget.enter().ok_or(Unread::NoRoom)?;
        let mut kept = Kept { bytes: Vec::new(), share: &mut share };
        read(Body::from(body), limit, SOON, &mut kept).await?;
        Ok(kept.bytes)
    }

    #[tokio::test]
    async fn a_body_of_just_the_limit_is_read_and_one_more_byte_is_too_much() {
        let budget = Budget::new(1 << 20);
        assert_eq!(keep(b"12345", 5, &budget).await, Ok(b"12345".to_vec()));
        assert_eq!(keep(b"123456", 5, &budget).await, Err(Unread::TooLarge));
    }

    #[tokio::test]
    async fn memory_is_given_back_when_a_request_ends() {
        static BODY: [u8; PIECE + 1] = [0; PIECE + 1];
        let budget = Budget::new(2 * PIECE);
        for _ in 0..10 {
            assert!(keep(&BODY, 1 << 20, &budget).await.is_ok());
        }
        let other = budget.enter().unwrap();
        assert_eq!(keep(&BODY, 1 << 20, &budget).await, Err(Unread::NoRoom));
        drop(other);
        assert!(keep(&BODY, 1 << 20, &budget).await.is_ok());
    }

    #[test]
    fn a_share_of_more_than_there_is_cannot_be_had() {
        let budget = Budget::new(4 * PIECE);
        let mut share = budget.enter().unwrap();
        assert!(share.cover(4 * PIECE));
        assert!(!share.cover(4 * PIECE + 1));
        assert!(!share.cover(usize::MAX));
        assert!(budget.enter().is_none());
    }

    #[tokio::test]
    async fn what_is_dropped_has_its_limit_too() {
        assert_eq!(read(Body::from("12345"), 5, SOON, &mut Dropped).await, Ok(5));
        assert_eq!(read(Body::from("123456"), 5, SOON, &mut Dropped).await, Err(Unread::TooLarge));
    }

    #[test]
    fn a_length_that_is_only_said_sets_little_aside() {
        assert_eq!(expected(&Body::from("12345")), 5);
        assert_eq!(expected(&Body::from(vec![0; 2 * TRUSTED_LENGTH])), TRUSTED_LENGTH);
    }
}
