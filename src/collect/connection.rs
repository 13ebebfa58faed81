//! TCP connections that are bounded in number and in time.
//!
//! The server library has no clock of its own, so a client that sends one byte of its headers a minute would hold a connection for
//! ever. Here the time is taken where the bytes pass: from the first byte of a request to the first byte of its answer, and from
//! there to the next request.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};

use super::config::Limits;
use super::counters::Counters;

/// After a failed accept: most failures are a want of file descriptors, and trying again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Accepts no more connections than there are slots; further ones wait in the kernel's queue.
#[derive(Debug)]
pub(super) struct Bounded {
    listener: TcpListener,
    slots: Slots,
    times: Times,
    counters: Arc<Counters>,
}

/// The connections that may still be opened.
#[derive(Debug, Clone)]
pub(super) struct Slots(Arc<Semaphore>);

impl Slots {
    /// Whether no further connection would be accepted. Answers then ask the client to close its own.
    pub(super) fn are_taken(&self) -> bool {
        self.0.available_permits() == 0
    }
}

#[derive(Debug, Clone, Copy)]
struct Times {
    request: Duration,
    idle: Duration,
}

impl Bounded {
    pub(super) fn new(listener: TcpListener, limits: &Limits, counters: Arc<Counters>) -> Self {
        let slots = Slots(Arc::new(Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS))));
        Self { listener, slots, times: Times { request: limits.request_time, idle: limits.idle_time }, counters }
    }

    pub(super) fn slots(&self) -> Slots {
        self.slots.clone()
    }
}

impl Listener for Bounded {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            let Ok(slot) = Arc::clone(&self.slots.0).acquire_owned().await else {
                // The semaphore is never closed; were it, then no connection could be accepted.
                std::future::pending::<()>().await;
                continue;
            };
            match self.listener.accept().await {
                Ok((stream, peer)) => {
                    // An answer is one small packet that must not wait for more. Failing costs only time.
                    stream.set_nodelay(true).ok();
                    return (Connection::new(stream, slot, self.times), peer);
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
    stream: TcpStream,
    times: Times,
    /// Whether the first byte of a request has come, and the first of its answer has not gone.
    asked: bool,
    patience: Pin<Box<Sleep>>,
    _slot: OwnedSemaphorePermit,
}

impl Connection {
    fn new(stream: TcpStream, slot: OwnedSemaphorePermit, times: Times) -> Self {
        Self { stream, times, asked: false, patience: Box::pin(tokio::time::sleep(times.idle)), _slot: slot }
    }

    fn wait(&mut self, how_long: Duration) {
        let now = Instant::now();
        self.patience.as_mut().reset(now.checked_add(how_long).unwrap_or(now));
    }

    fn answered(&mut self, written: &Poll<io::Result<usize>>) {
        if matches!(written, Poll::Ready(Ok(1..))) {
            self.asked = false;
            self.wait(self.times.idle);
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        match read {
            Poll::Ready(Ok(())) if buf.filled().len() > before && !this.asked => {
                this.asked = true;
                this.wait(this.times.request);
            }
            Poll::Pending if this.patience.as_mut().poll(cx).is_ready() => {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            _ => {}
        }
        read
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
