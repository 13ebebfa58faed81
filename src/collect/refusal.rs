//! Why a request is refused as a whole, whichever way it came. The doors say it in their protocol's words.

use std::time::Duration;

use super::sink::SinkError;

/// When to come back if nobody knows better.
const SOON: Duration = Duration::from_secs(1);

/// When to come back if the store cannot write: that takes somebody to mend it.
const LATER: Duration = Duration::from_secs(5);

/// Why a request is refused as a whole. Nothing of it is kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// It can never be decoded.
    #[error("{0}")]
    Malformed(String),
    /// It is over a limit.
    #[error("too large: {0}")]
    TooLarge(String),
    /// It is in no format that is spoken here.
    #[error("{0}")]
    Unsupported(String),
    /// It did not arrive whole.
    #[error("{0}")]
    Incomplete(String),
    /// It may come again after this long.
    #[error("busy: more is in flight than there is room for")]
    Busy(Duration),
    /// The store cannot keep it now.
    #[error("not kept: {0}")]
    Failed(String),
    /// Decoding died. It would die again.
    #[error("this request cannot be decoded, by a fault of the receiver")]
    Crashed,
}

impl Refusal {
    /// For want of memory.
    pub(super) fn crowded() -> Self {
        Self::Busy(SOON)
    }

    /// After how long the request may come again. `None`: never, or nobody knows.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy(after) => Some(*after),
            Self::Failed(_) => Some(LATER),
            _ => None,
        }
    }
}

impl From<SinkError> for Refusal {
    fn from(error: SinkError) -> Self {
        match error {
            SinkError::Busy(after) => Self::Busy(after),
            SinkError::Failed(why) => Self::Failed(why),
        }
    }
}
