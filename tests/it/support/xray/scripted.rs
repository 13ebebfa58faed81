//! A service that answers whatever a test says, however wrong, through the same door.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use axum::Router;
use axum::body::Bytes;
use axum::http::Uri;
use serde_json::Value;
use tokio::sync::oneshot;

/// It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Scripted {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Scripted {
    /// `answer` gets the path (`/TraceSummaries`), how many requests came before, and what was asked.
    pub(crate) fn start(answer: impl Fn(&str, usize, &Value) -> Value + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        listener.set_nonblocking(true).expect("a socket can be set so");
        let address = listener.local_addr().expect("it is bound");
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let answer = Arc::new(answer);
        let router = Router::new().fallback(move |uri: Uri, body: Bytes| {
            let nth = count.fetch_add(1, Ordering::SeqCst);
            let body = serde_json::from_slice(&body).unwrap_or_default();
            let answer = answer(uri.path(), nth, &body).to_string();
            async move { ([("content-type", "application/json")], answer) }
        });
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a thread can wait");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("it does not block");
                tokio::select! {
                    served = axum::serve(listener, router) => served.expect("a listener listens"),
                    _ = stopped => {}
                }
            });
        });
        Self { address, asked, stop: Some(stop), thread: Some(thread) }
    }

    /// What the environment of a program says so that it comes here.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        super::environment(&format!("http://{}", self.address))
    }

    /// How many requests came.
    pub(crate) fn count(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It may have ended already.
            stop.send(()).ok();
        }
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}
