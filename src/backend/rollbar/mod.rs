//! Rollbar, by its API for reading: <https://docs.rollbar.com/reference/getting-started-1>.
//!
//! It keeps errors and no traces, so it is no [`Backend`](super::Backend). No question of it is about what an error carries: the
//! occurrences of the time of a trace are read, and looked through here. (Its query language, RQL, could ask that; it is part of
//! some plans only.)
//!
//! Reading order: `client` (requests), `refusal` and `error` (why not), `find` (the pages of a time).

mod client;
mod error;
mod find;
mod refusal;

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use super::clock::Offset;
use super::{BackendError, Remote, Report};
use crate::model::error_report::ErrorItem;
use crate::model::{Time, TimeRange, TraceId};
use crate::secret::Secret;
use crate::wire::rollbar::{self, Odd};

pub use error::no_token;
pub use find::{Looked, MOST_REQUESTS};

use client::Client;

/// What users call it.
pub const NAME: &str = "rollbar";

/// How Rollbar is asked.
#[derive(Clone)]
pub struct Options {
    /// A token that may read.
    pub token: Secret,
    /// Where the token comes from, for messages: `ROLLBAR_READ_TOKEN`.
    pub token_origin: String,
    /// The address before `/api/1`, such as `https://api.rollbar.com`.
    pub endpoint: String,
    /// Whether stack frames are kept, whose variables may be secrets.
    pub bodies: bool,
    /// How long one question may take, with everything that is asked for it.
    pub timeout: Duration,
    /// What time it is.
    pub clock: fn() -> Time,
    /// Where progress goes.
    pub report: Report,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("token_origin", &self.token_origin)
            .field("endpoint", &self.endpoint)
            .field("bodies", &self.bodies)
            .finish_non_exhaustive()
    }
}

/// A project's errors. Nothing is asked before the first question.
#[derive(Debug)]
pub struct Rollbar {
    options: Options,
    client: OnceCell<Client>,
    /// When the question that is being answered is given up.
    deadline: Cell<Option<Instant>>,
}

impl Rollbar {
    /// Ready to be asked.
    pub fn new(options: Options) -> Self {
        Self { options, client: OnceCell::new(), deadline: Cell::new(None) }
    }

    /// The occurrences of a time, looked through for a trace's id.
    pub async fn occurrences(&self, id: &TraceId, window: TimeRange) -> Result<Looked, BackendError> {
        let looked = find::look(window, async |number| {
            (self.options.report)(Some(&format!("Rollbar: page {number} of occurrences")));
            let body = self.client()?.get(&["instances", ""], Some(number), self.until(), &self.options).await?;
            rollbar::page(&body, id, self.options.bodies).map_err(|odd| self.odd("its occurrences", &odd))
        });
        let looked = self.in_time(looked).await;
        (self.options.report)(None);
        Ok(looked?)
    }

    /// Finds out whether it can be asked: reads the newest page of occurrences, and keeps nothing of it. Beside that, how far the
    /// clock is off, where an answer told.
    pub async fn examine(&self) -> (Result<(), BackendError>, Option<Offset>) {
        let asked = self.in_time(async {
            let body = self.client()?.get(&["instances", ""], Some(1), self.until(), &self.options).await?;
            let nobody = TraceId::from_bytes([0; 16]);
            rollbar::page(&body, &nobody, false).map(drop).map_err(|odd| self.odd("its occurrences", &odd))
        });
        let asked = asked.await;
        (asked.map_err(BackendError::from), self.client.get().and_then(Client::clock))
    }

    /// What an occurrence is counted under.
    pub async fn item(&self, id: u64) -> Result<ErrorItem, BackendError> {
        (self.options.report)(Some("Rollbar: an item"));
        let item = self.in_time(async {
            let body = self.client()?.get(&["item", &id.to_string()], None, self.until(), &self.options).await?;
            rollbar::item(&body).map_err(|odd| self.odd("an item", &odd))
        });
        let item = item.await;
        (self.options.report)(None);
        Ok(item?)
    }

    fn client(&self) -> Result<&Client, Remote> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = Client::new(&self.options.endpoint, &self.options.token)?;
        Ok(self.client.get_or_init(|| client))
    }

    async fn in_time<T>(&self, question: impl Future<Output = Result<T, Remote>>) -> Result<T, Remote> {
        self.deadline.set(Some(Instant::now() + self.options.timeout));
        match tokio::time::timeout(self.options.timeout, question).await {
            Ok(answer) => answer,
            Err(_) => Err(error::late(&self.options)),
        }
    }

    fn until(&self) -> Instant {
        self.deadline.get().unwrap_or_else(Instant::now)
    }

    fn odd(&self, what: &str, odd: &Odd) -> Remote {
        error::odd(what, odd, &self.options)
    }
}
