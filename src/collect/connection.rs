//! TCP connections that are bounded in number, in time and in what they may have open.
//!
//! The time is taken by what a connection is for: calls, each from its headers to the last byte of its answer. HTTP/2 has many at
//! once on a connection, and bytes that are no call (`SETTINGS`, `PING`, `WINDOW_UPDATE`), so that bytes alone say nothing. A client that
//! sends its headers drop by drop has no call, and is idle. When all connections are taken, the one that has been idle for longest
//! is closed for the next: idle clients must not lock out the others.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use super::config::Limits;
use super::counters::Counters;
use super::tls::Stream;

/// After a failed accept: most failures are a want of file descriptors, and trying again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A connection counts as idle when nothing has come for so long after an answer. Sooner, its client may be about to send, and
/// would find it closed under its hands. For so long, too, a client may take to close its side.
const GRACE: Duration = Duration::from_secs(1);

/// The same after it was opened: surely for a request, but clients keep some in reserve that they never use.
const GRACE_FOR_THE_FIRST: Duration = Duration::from_secs(5);

/// Calls at once on an HTTP/2 connection. RFC 9113, 6.5.2, recommends no smaller number; an SDK has three, one for each signal.
const STREAMS: u32 = 100;

/// Bytes that an HTTP/2 client may send of a call, and of all calls together, before they are read: they are not in the budget yet.
const WINDOW: u32 = 1024 * 1024;

/// Bytes of the headers of an HTTP/2 request, unpacked. The protocol of gRPC suggests half of it.
const HEADERS: u32 = 16 * 1024;

/// Connections for one door: no more than there are slots; further ones wait in the kernel's queue.
#[derive(Debug)]
pub(super) struct Bounded {
    listener: TcpListener,
    slots: Arc<Semaphore>,
    clock: Clock,
    tls: Option<Arc<ServerConfig>>,
    counters: Arc<Counters>,
}

impl Bounded {
    pub(super) fn new(listener: TcpListener, limits: &Limits, tls: Option<Arc<ServerConfig>>, counters: Arc<Counters>) -> Self {
        Self {
            listener,
            slots: Arc::new(Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS))),
            clock: Clock { request: limits.request_time, idle: limits.idle_time, make_room: Arc::new(Notify::new()) },
            tls,
            counters,
        }
    }

    /// Serves connections, over HTTP/1.1 and HTTP/2, until it is told to stop, and then until the calls in flight are answered.
    pub(super) async fn serve(self, routes: Router, mut stop: watch::Receiver<bool>) {
        // Dropping it, when somebody waits no longer, ends them all.
        let mut served = JoinSet::new();
        loop {
            let (stream, slot) = tokio::select! {
                accepted = self.accept() => accepted,
                // An error means that the sender is gone, and that means to stop as well.
                _ = stop.wait_for(|stop| *stop) => break,
            };
            while served.try_join_next().is_some() {}
            served.spawn(connection(stream, slot, self.clock.clone(), routes.clone(), stop.clone()));
        }
        drop(self);
        while served.join_next().await.is_some() {}
    }

    async fn accept(&self) -> (Stream, OwnedSemaphorePermit) {
        let slot = self.slot().await;
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    // An answer is one small packet that must not wait for more. Failing costs only time.
                    stream.set_nodelay(true).ok();
                    return (Stream::new(stream, self.tls.as_ref(), &self.counters), slot);
                }
                Err(error) => {
                    self.counters.accept_errors.one();
                    tracing::debug!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    async fn slot(&self) -> OwnedSemaphorePermit {
        if self.slots.available_permits() == 0 {
            // If none is idle, the next one that becomes so will close.
            self.clock.make_room.notify_one();
        }
        Arc::clone(&self.slots).acquire_owned().await.expect("nobody closes the semaphore")
    }
}

async fn connection(
    stream: Stream,
    _slot: OwnedSemaphorePermit,
    clock: Clock,
    routes: Router,
    mut stop: watch::Receiver<bool>,
) {
    let (calls, mut seen) = watch::channel(Calls::default());
    let (calls, routes) = (Arc::new(calls), TowerToHyperService::new(routes));
    let service = service_fn(move |request| {
        let call = Call::begin(Arc::clone(&calls));
        let answer = routes.call(request);
        async move { answer.await.map(|answer| answer.map(|body| Answer { body, _call: call })) }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    // Streams that are opened to be reset are limited by h2 itself.
    let mut http2 = builder.http2();
    http2.max_concurrent_streams(STREAMS).max_header_list_size(HEADERS);
    http2.initial_stream_window_size(WINDOW).initial_connection_window_size(WINDOW);
    let mut served = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut leaving = false;
    while !leaving {
        tokio::select! {
            // Closed, by either side, or broken.
            _ = served.as_mut() => return,
            _ = stop.wait_for(|stop| *stop) => {}
            over = clock.over(&mut seen) => if over == Over::Stuck { return },
        }
        leaving = true;
    }
    // HTTP/2 has a word for it (GOAWAY): calls that were on their way are still answered.
    served.as_mut().graceful_shutdown();
    tokio::select! {
        _ = served => {}
        () = clock.left(&mut seen) => {}
    }
}

/// What a connection has been used for.
#[derive(Debug, Clone, Copy, Default)]
struct Calls {
    /// That are not answered yet.
    open: usize,
    /// Whether there was one at all.
    any: bool,
}

/// How long a connection may stay.
#[derive(Debug, Clone)]
struct Clock {
    request: Duration,
    idle: Duration,
    /// Asks the connection that has been idle for longest to close.
    make_room: Arc<Notify>,
}

/// Why a connection's time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    /// There has been no call for so long, or room must be made.
    Idle,
    /// None of its calls gets on.
    Stuck,
}

impl Clock {
    /// Waits until the time of a connection is over. It runs from the last time that a call began or was answered.
    async fn over(&self, seen: &mut watch::Receiver<Calls>) -> Over {
        loop {
            let calls = *seen.borrow_and_update();
            let over = async {
                if calls.open > 0 {
                    tokio::time::sleep(self.request).await;
                    return Over::Stuck;
                }
                let (whole, grace) = if calls.any { (self.idle, GRACE) } else { (self.request, GRACE_FOR_THE_FIRST) };
                let grace = grace.min(whole);
                tokio::time::sleep(grace).await;
                // Whoever is not waited for any more passes the demand on to the next one.
                tokio::time::timeout(whole.saturating_sub(grace), self.make_room.notified()).await.ok();
                Over::Idle
            };
            tokio::select! {
                over = over => return over,
                () = changed(seen) => {}
            }
        }
    }

    /// Waits for the last calls of a connection that is closing, and then for its client to close too.
    async fn left(&self, seen: &mut watch::Receiver<Calls>) {
        loop {
            let wait = if seen.borrow_and_update().open > 0 { self.request } else { GRACE.min(self.idle) };
            tokio::select! {
                () = tokio::time::sleep(wait) => return,
                () = changed(seen) => {}
            }
        }
    }
}

/// Waits for a call to begin or to be answered.
async fn changed(seen: &mut watch::Receiver<Calls>) {
    if seen.changed().await.is_err() {
        // Nothing can be called any more.
        std::future::pending::<()>().await;
    }
}

/// A call; dropped when it is answered, or when nobody waits for the answer any more.
#[derive(Debug)]
struct Call(Arc<watch::Sender<Calls>>);

impl Call {
    fn begin(calls: Arc<watch::Sender<Calls>>) -> Self {
        calls.send_modify(|calls| *calls = Calls { open: calls.open + 1, any: true });
        Self(calls)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.0.send_modify(|calls| calls.open -= 1);
    }
}

/// The body of an answer, with the call that is not over before it is sent.
#[derive(Debug)]
struct Answer {
    body: Body,
    _call: Call,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
