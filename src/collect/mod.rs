//! The door in: the local receiver.
//!
//! Reading order: [`config`] (what it is told), [`start`] below, [`listen`] (taking the ports), `connection` (TCP bounded in
//! number and time, `tls` under it), `spans` (what becomes of a request with spans, by `body`, `coding`, `measure` and `decode`;
//! `refusal` says why not), `http` (OTLP over HTTP and Zipkin's API, with `origin` and `access`), `grpc` (OTLP over gRPC), `xray` (the
//! X-Ray daemon's UDP port) and `xray_proxy` (its TCP port) with [`sampling`] (what that answers), [`sink`] (where everything goes),
//! [`counters`] (what became of it) and [`status`] (for whoever asks).
//!
//! The rule of the house: a sender is told yes only after [`Sink::keep`] said yes. Where the protocol has no answer (UDP), what is
//! not kept is counted by its reason. [`forward`] sends on what is in the store.

mod access;
mod body;
mod coding;
pub mod config;
mod connection;
pub mod counters;
mod decode;
pub mod forward;
mod grpc;
mod http;
pub mod listen;
mod measure;
mod origin;
mod refusal;
pub mod sampling;
pub mod sink;
mod spans;
pub mod status;
pub mod tls;
mod xray;
mod xray_proxy;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use crate::model::Time;
use access::Access;
use body::Budget;
use connection::Bounded;
use counters::Counters;
use origin::Origins;
use spans::Spans;
use xray::{Queue, Reader};
use xray_proxy::{Decides, Proxy};

pub use config::{Config, Limits};
pub use counters::Snapshot;
pub use listen::{Door, StartError};
pub use sink::{Sink, SinkError};
pub use tls::TlsFiles;

/// A receiver that is listening. Stops, without waiting for anything, when dropped; [`stop`](Self::stop) is the orderly way.
#[derive(Debug)]
pub struct Running {
    /// Where OTLP over HTTP is received.
    pub otlp_http: Option<SocketAddr>,
    /// Where OTLP over gRPC is received.
    pub otlp_grpc: Option<SocketAddr>,
    /// Where Zipkin's API is.
    pub zipkin: Option<SocketAddr>,
    /// Where the X-Ray daemon's protocol is received, by UDP and TCP.
    pub xray: Option<SocketAddr>,
    /// What the kernel granted for datagrams that wait to be read, in bytes. Linux answers twice what can be used.
    pub receive_buffer: Option<usize>,
    counters: Arc<Counters>,
    drain_time: Duration,
    /// Dropping it stops the servers, too.
    stopping: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
    reader: Option<Reader>,
    keeper: Option<JoinHandle<()>>,
}

/// Starts to listen: when this returns, whoever sends is received. `now` is asked for the time until which sampling targets hold, and at which
/// the rules were changed.
///
/// # Panics
///
/// Outside a Tokio runtime that has I/O and time enabled.
pub fn start<S: Sink>(config: Config, sink: S, now: fn() -> Time) -> Result<Running, StartError> {
    let Config { otlp_http, otlp_grpc, zipkin, xray, sampling, announce, allowed_origins, token, tls, limits } = config;
    if [otlp_http, otlp_grpc, zipkin, xray].iter().all(Option::is_none) {
        return Err(StartError::NoDoor);
    }
    let tls = tls.map(|files| files.load()).transpose()?;
    // All first: a receiver with some of its doors would be a surprise.
    let otlp = otlp_http.map(|address| listen::tcp(Door::OtlpHttp, address)).transpose()?;
    let grpc = otlp_grpc.map(|address| listen::tcp(Door::OtlpGrpc, address)).transpose()?;
    let zipkin = zipkin.map(|address| listen::tcp(Door::Zipkin, address)).transpose()?;
    let daemon = xray.map(|address| listen::udp_and_tcp(address, limits.receive_buffer)).transpose()?;

    let counters = Arc::new(Counters::default());
    let budget = Budget::new(limits.in_flight);
    let processors = Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)));
    let (stopping, stop) = watch::channel(false);
    let mut running = Running {
        otlp_http: None,
        otlp_grpc: None,
        zipkin: None,
        xray: None,
        receive_buffer: None,
        counters: Arc::clone(&counters),
        drain_time: limits.drain_time,
        stopping,
        servers: Vec::new(),
        reader: None,
        keeper: None,
    };
    if let Some((udp, tcp, address)) = daemon {
        let (queue, waiting) = Queue::new(limits.queued);
        running.reader = Some(Reader::start(udp.socket, queue, Arc::clone(&counters)).map_err(StartError::Thread)?);
        running.keeper = Some(tokio::spawn(xray::keep(waiting, sink.clone(), Arc::clone(&processors), Arc::clone(&counters))));
        let listener = Bounded::new(tcp, &limits, None, Arc::clone(&counters));
        let routes = xray_proxy::routes(Proxy {
            now,
            body_time: limits.body_time,
            budget: budget.clone(),
            counters: Arc::clone(&counters),
            announce,
            decides: Decides::new(sampling, now()),
        });
        running.servers.push(tokio::spawn(listener.serve(routes, stop.clone())));
        running.xray = Some(address);
        running.receive_buffer = Some(udp.buffer);
    }
    let origins = Origins::new(allowed_origins);
    let spans = Arc::new(Spans { sink, limits, budget, processors, counters, origins, access: Access::new(token) });
    let mut open = |tcp, routes| {
        let listener = Bounded::new(tcp, &spans.limits, tls.clone(), Arc::clone(&spans.counters));
        running.servers.push(tokio::spawn(listener.serve(routes, stop.clone())));
    };
    if let Some((tcp, address)) = otlp {
        open(tcp, http::otlp(Arc::clone(&spans)));
        running.otlp_http = Some(address);
    }
    if let Some((tcp, address)) = grpc {
        open(tcp, grpc::routes(Arc::clone(&spans)));
        running.otlp_grpc = Some(address);
    }
    if let Some((tcp, address)) = zipkin {
        open(tcp, http::zipkin(Arc::clone(&spans)));
        running.zipkin = Some(address);
    }
    Ok(running)
}

impl Running {
    /// What came in so far and what became of it.
    pub fn counters(&self) -> Snapshot {
        self.counters.snapshot()
    }

    /// As [`counters`](Self::counters), for those who ask again and again, also when this is being stopped.
    pub fn watch(&self) -> impl Fn() -> Snapshot + Clone + Send + Sync + 'static {
        let counters = Arc::clone(&self.counters);
        move || counters.snapshot()
    }

    /// Stops: takes no more connections, answers the requests in flight, reads the datagrams that have arrived, waits until
    /// everything is in the sink, and answers the last counters. After [`Limits::drain_time`] it waits no longer: requests that
    /// are still unanswered will be sent again by their senders, and documents that are still waiting are counted as lost.
    pub async fn stop(mut self) -> Snapshot {
        let deadline = Instant::now() + self.drain_time;
        self.stopping.send_replace(true);
        if let Some(reader) = self.reader.take() {
            // Bounded by the size of the socket's buffer, and the thread does not wait for the sink.
            tokio::task::spawn_blocking(|| reader.stop()).await.ok();
        }
        // The keeper ends when the reader's end of the queue is gone and the queue is empty.
        for mut task in self.servers.drain(..).chain(self.keeper.take()) {
            if timeout_at(deadline, &mut task).await.is_err() {
                task.abort();
                // Until it is aborted it could still count.
                task.await.ok();
            }
        }
        let open = self.counters.snapshot().documents_pending();
        self.counters.documents_lost.add(usize::try_from(open).unwrap_or(usize::MAX));
        self.counters.snapshot()
    }
}
