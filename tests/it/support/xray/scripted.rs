//! A service that answers whatever a test says, however wrong, through the same door.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::http::Uri;
use serde_json::Value;

use super::super::serving::Serving;

/// It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Scripted {
    serving: Serving,
    asked: Arc<AtomicUsize>,
}

impl Scripted {
    /// `answer` gets the path (`/TraceSummaries`), how many requests came before, and what was asked.
    pub(crate) fn start(answer: impl Fn(&str, usize, &Value) -> Value + Send + Sync + 'static) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let answer = Arc::new(answer);
        let router = Router::new().fallback(move |uri: Uri, body: Bytes| {
            let nth = count.fetch_add(1, Ordering::SeqCst);
            let body = serde_json::from_slice(&body).unwrap_or_default();
            let answer = answer(uri.path(), nth, &body).to_string();
            async move { ([("content-type", "application/json")], answer) }
        });
        Self { serving: Serving::start(|_| router), asked }
    }

    /// What the environment of a program says so that it comes here.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        super::environment(&format!("http://{}", self.serving.address()))
    }

    /// How many requests came.
    pub(crate) fn count(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}
