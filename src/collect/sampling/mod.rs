//! Which requests SDKs are told to sample, decided here: `rules` (what a file of rules may say), `file` (reading it, again when it
//! has changed), `reservoir` (a rule's requests a second, divided among those who ask) and `book` (the answers to both of the SDKs'
//! calls). Of these only `file` touches the disk, and none of them a socket.
//!
//! How SDKs go about it: <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sampling.html>.

mod book;
mod file;
mod reservoir;
mod rules;

use std::fmt;
use std::sync::Arc;

use crate::backend::xray::SamplingCalls;

pub(super) use book::Book;
pub use file::{LoadError, RulesFile};
pub use rules::{Refused, Rules};

/// Who decides which requests X-Ray SDKs sample.
#[derive(Debug, Default)]
pub enum Sampling {
    /// Every one is.
    #[default]
    All,
    /// The rules of a file, which is read again when it has changed.
    File(RulesFile, Rules),
    /// AWS X-Ray, to whom the calls are passed on.
    Aws(Arc<SamplingCalls>),
}

/// Warns while nobody asks; by default nobody.
#[derive(Clone)]
pub struct Announce(pub Arc<dyn Fn(&str) + Send + Sync>);

impl Default for Announce {
    fn default() -> Self {
        Self(Arc::new(|_| {}))
    }
}

impl fmt::Debug for Announce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Announce")
    }
}
