//! Why a backend could not answer.

use super::local::StoreError;
use crate::wire::WireError;

/// Why a backend could not answer. None of these says anything about the traces.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The local store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be opened or read.
    #[error("cannot read {path}: {cause}")]
    File {
        /// As the user wrote it.
        path: String,
        /// The system's words.
        cause: std::io::Error,
    },
    /// A file, or a batch of the store, is not in any format that is read.
    #[error("cannot make sense of {what}: {cause}")]
    Malformed {
        /// Which.
        what: String,
        /// What was tried, and where it went wrong.
        cause: WireError,
    },
    /// A service on the network did not answer.
    #[error(transparent)]
    Remote(Box<Remote>),
}

impl From<Remote> for BackendError {
    fn from(remote: Remote) -> Self {
        Self::Remote(Box::new(remote))
    }
}

/// Why a service on the network did not answer.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Remote {
    /// What kind of trouble.
    pub kind: Trouble,
    /// What happened, to what, and what the service said of it. May hold text from outside.
    pub message: String,
    /// What to do about it, one sentence or command each.
    pub hints: Vec<String>,
}

/// Kinds of trouble with a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// There are no credentials, or not enough to ask.
    Unconfigured,
    /// The credentials are refused, or have expired.
    Credentials,
    /// The credentials are right, and do not allow this.
    Denied,
    /// The question is refused: what the user wrote makes no sense to the service.
    Question,
    /// The service does not know this question at all, as an emulator may not.
    Unsupported,
    /// Asked too often, also after waiting.
    Throttled,
    /// Nobody answered in time.
    Timeout,
    /// Nobody could be reached.
    Unreachable,
    /// The clock of this machine is so far off that signatures are refused.
    Clock,
    /// The service failed, or its answer makes no sense.
    Broken,
}
