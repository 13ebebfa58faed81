//! How forwarding to a destination is going.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::backend::local::{Committed, Place};
use crate::model::Time;

/// How forwarding to one destination is going.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Report {
    /// What the user called it, without secrets: `honeycomb`, `xray`, `otlp=http://collector:4318`.
    pub destination: String,
    /// Spans that it has acknowledged, since it was first forwarded to; of X-Ray, documents. One that was sent twice counts twice.
    pub spans: u64,
    /// Spans that it acknowledged and said it would not keep (`partial_success`), since the start.
    pub rejected: u64,
    /// Of the same, how many were set aside because it will not take them. Which and why is in the store.
    pub set_aside: u64,
    /// Batches that retention took before they were delivered.
    pub evicted: u64,
    /// Batches that are waiting.
    pub waiting: u64,
    /// When the oldest of them arrived, in nanoseconds since 1970 as text: larger than what many readers of JSON can hold.
    pub waiting_since_unix_nano: Option<String>,
    /// Attempts that failed and were, or will be, made again, since the start.
    pub retries: u64,
    /// What keeps it from going on, while something does. Partly the destination's own words.
    pub trouble: Option<String>,
}

impl Report {
    /// When the oldest batch that waits arrived.
    pub fn waiting_since(&self) -> Option<Time> {
        self.waiting_since_unix_nano.as_ref()?.parse().ok().map(Time)
    }
}

/// A report that is being kept up to date.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared(Arc<Mutex<Live>>);

/// The report, and the place in the store from which the rest of it follows.
#[derive(Debug, Default)]
struct Live {
    report: Report,
    come: Committed,
    next: Option<Time>,
    has_taken: bool,
}

impl Shared {
    pub(super) fn new(destination: String, place: Place) -> Self {
        let Place { upto, spans, evicted, set_aside } = place;
        let report = Report { destination, spans, set_aside, evicted, ..Report::default() };
        Self(Arc::new(Mutex::new(Live { report, come: Committed { file: 0, batch: upto }, next: None, has_taken: false })))
    }

    /// What there is to report when the store has come so far.
    pub(super) fn read(&self, committed: Committed) -> Report {
        let live = self.lock();
        // In a file that it has not seen yet, nothing was sent.
        let come = if live.come.file == committed.file { live.come.batch } else { 0 };
        let waiting = (committed.batch - come).max(0) as u64;
        let since = live.next.filter(|_| waiting > 0).map(|next| next.0.to_string());
        Report { waiting, waiting_since_unix_nano: since, ..live.report.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, Live> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far it has come, and when the next one arrived.
    pub(super) fn come(&self, come: Committed, next: Option<Time>) {
        let mut live = self.lock();
        (live.come, live.next) = (come, next);
    }

    /// A step was made.
    pub(super) fn noted(&self, spans: u64, evicted: u64, set_aside: u64) {
        let report = &mut self.lock().report;
        report.spans += spans;
        report.evicted += evicted;
        report.set_aside += set_aside;
    }

    /// A request was taken, but for so many spans.
    pub(super) fn taken(&self, rejected: u64) {
        let mut live = self.lock();
        live.has_taken = true;
        live.report.trouble = None;
        live.report.rejected += rejected;
    }

    /// Whether a request was ever taken, since the start.
    pub(super) fn has_taken(&self) -> bool {
        self.lock().has_taken
    }

    /// An attempt has failed and will be made again.
    pub(super) fn again(&self, why: &str) {
        let report = &mut self.lock().report;
        report.retries += 1;
        report.trouble = Some(why.to_owned());
    }
}
