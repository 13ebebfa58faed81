//! TCP connections that are bounded in number and in time.
//!
//! The server library has no clock of its own, so a client that sends one byte of its headers a minute would hold a connection for
//! ever. Here the time is taken where the bytes pass: from the first byte of a request to the first byte of its answer, and from
//! there to the next request. When all connections are taken, the one that has been idle for longest is closed for the next: idle
//! clients must not lock out the others.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::serve::Listener;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;
use tokio::sync::futures::OwnedNotified;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};

use super::config::Limits;
use super::counters::Counters;
use super::tls::Stream;

/// After a failed accept: most failures are a want of file descriptors, and trying again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A connection counts as idle when nothing has come for so long after an answer. Sooner, its client may be about to send, and
/// would find it closed under its hands.
const GRACE: Duration = Duration::from_secs(1);

/// The same after it was opened: surely for a request, but clients keep some in reserve that they never use.
const GRACE_FOR_THE_FIRST: Duration = Duration::from_secs(5);

/// Accepts no more connections than there are slots; further ones wait in the kernel's queue.
#[derive(Debug)]
pub(super) struct Bounded {
    listener: TcpListener,
    slots: Arc<Semaphore>,
    /// Asks the connection that has been idle for longest to close.
    make_room: Arc<Notify>,
    times: Times,
    tls: Option<Arc<ServerConfig>>,
    counters: Arc<Counters>,
}

#[derive(Debug, Clone, Copy)]
struct Times {
    request: Duration,
    idle: Duration,
}

impl Bounded {
    pub(super) fn new(listener: TcpListener, limits: &Limits, tls: Option<Arc<ServerConfig>>, counters: Arc<Counters>) -> Self {
        Self {
            listener,
            slots: Arc::new(Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS))),
            make_room: Arc::new(Notify::new()),
            times: Times { request: limits.request_time, idle: limits.idle_time },
            tls,
            counters,
        }
    }

    async fn slot(&self) -> OwnedSemaphorePermit {
        if self.slots.available_permits() == 0 {
            // If none is idle, the next one that becomes so will close.
            self.make_room.notify_one();
        }
        Arc::clone(&self.slots).acquire_owned().await.expect("nobody closes the semaphore")
    }
}

impl Listener for Bounded {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let slot = self.slot().await;
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => {
                    // An answer is one small packet that must not wait for more. Failing costs only time.
                    stream.set_nodelay(true).ok();
                    let stream = Stream::new(stream, self.tls.as_ref(), &self.counters);
                    return (Connection::new(stream, slot, Arc::clone(&self.make_room), self.times), peer);
                }
                Err(error) => {
                    self.counters.accept_errors.one();
                    tracing::debug!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that ends by itself when its client takes too long.
#[derive(Debug)]
pub(super) struct Connection {
    stream: Stream,
    times: Times,
    state: State,
    patience: Pin<Box<Sleep>>,
    make_room: Arc<Notify>,
    _slot: OwnedSemaphorePermit,
}

#[derive(Debug)]
enum State {
    /// Nothing has come since the last answer, or since it was opened, and the time of grace is not over. Then it has so much.
    Quiet(Duration),
    /// The same for longer: closed when room must be made. Dropping this passes the demand on to the next one.
    Idle(Pin<Box<OwnedNotified>>),
    /// The first byte of a request has come, and the first of its answer has not gone.
    Asked,
}

impl Connection {
    fn new(stream: Stream, slot: OwnedSemaphorePermit, make_room: Arc<Notify>, times: Times) -> Self {
        let grace = GRACE_FOR_THE_FIRST.min(times.request);
        let patience = Box::pin(tokio::time::sleep(grace));
        Self { stream, times, state: State::Quiet(times.request.saturating_sub(grace)), patience, make_room, _slot: slot }
    }

    fn wait(&mut self, how_long: Duration) {
        let now = Instant::now();
        self.patience.as_mut().reset(now.checked_add(how_long).unwrap_or(now));
    }

    fn asked(&mut self) {
        if !matches!(self.state, State::Asked) {
            self.state = State::Asked;
            self.wait(self.times.request);
        }
    }

    fn answered(&mut self, written: &Poll<io::Result<usize>>) {
        if matches!(written, Poll::Ready(Ok(1..))) {
            let grace = GRACE.min(self.times.idle);
            self.state = State::Quiet(self.times.idle.saturating_sub(grace));
            self.wait(grace);
        }
    }

    /// When nothing is there to read: ready when that has gone on for too long, or when room must be made.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let State::Quiet(rest) = self.state {
            ready!(self.patience.as_mut().poll(cx));
            self.state = State::Idle(Box::pin(Arc::clone(&self.make_room).notified_owned()));
            self.wait(rest);
        }
        if self.patience.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        match &mut self.state {
            // As if the client had closed: a read of no bytes is the end.
            State::Idle(make_room) => make_room.as_mut().poll(cx).map(Ok),
            State::Quiet(_) | State::Asked => Poll::Pending,
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        match Pin::new(&mut this.stream).poll_read(cx, buf) {
            Poll::Pending => this.poll_end(cx),
            read @ Poll::Ready(_) => {
                if buf.filled().len() > before {
                    this.asked();
                }
                read
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.answered(&written);
        written
    }

    fn poll_write_vectored(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, bytes);
        this.answered(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
