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
}
