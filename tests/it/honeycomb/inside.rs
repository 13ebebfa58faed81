//! The backend in this process, where a test asks more often than programs can be started.

use std::sync::Arc;
use std::time::Duration;

use cruddur_trace::backend::honeycomb::{Attributes, Options, Rate};
use cruddur_trace::backend::{self, Backend as _, BackendError};
use cruddur_trace::model::{Trace, TraceId};
use cruddur_trace::secret::Secret;

use crate::support::honeycomb::{CONFIGURATION, Honeycomb};
use crate::support::spans::now;

/// The backend, and what runs it.
pub(super) struct Inside {
    honeycomb: backend::Honeycomb,
    runtime: tokio::runtime::Runtime,
}

impl Inside {
    /// Asks for all attributes, as often as it likes, and keeps nothing.
    pub(super) fn new(service: &Honeycomb) -> Self {
        Self::with(service, |_| {})
    }

    pub(super) fn with(service: &Honeycomb, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options {
            key: Secret::new(CONFIGURATION),
            key_origin: "HONEYCOMB_API_KEY".to_owned(),
            endpoint: service.endpoint(),
            dataset: None,
            attributes: Attributes::All,
            counts: false,
            rate: Rate { results: 1_000_000, per: Duration::from_secs(1) },
            scan: 250,
            timeout: Duration::from_secs(30),
            turn: None,
            around: None,
            cache: None,
            clock: now,
            report: Arc::new(|_| {}),
            announce: Arc::new(|_| {}),
        };
        change(&mut options);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a thread can wait");
        Self { honeycomb: backend::Honeycomb::new(options), runtime }
    }

    pub(super) fn try_fetch(&self, id: &TraceId) -> Result<Option<Trace>, BackendError> {
        self.runtime.block_on(self.honeycomb.fetch(id))
    }

    /// A trace that is there.
    #[track_caller]
    pub(super) fn fetch(&self, id: &TraceId) -> Trace {
        let found = self.try_fetch(id).unwrap_or_else(|error| panic!("{error}"));
        found.unwrap_or_else(|| panic!("{id} is there"))
    }

    /// Several at once.
    pub(super) fn fetch_many(&self, ids: &[TraceId]) -> Result<Vec<Trace>, BackendError> {
        self.runtime.block_on(self.honeycomb.fetch_many(ids))
    }
}
