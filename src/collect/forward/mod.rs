//! Forwarding: what the store has acknowledged goes on to other places, each span at least once.
//!
//! A destination is a [`Destination`], spoken to by an `uplink`; its `worker` reads the store's batches in order, packs them into
//! `parcel`s, waits by a `pace` where it must, and has its place noted in the store. So it survives restarts and outages, and holds
//! no more in memory than a few requests. What a destination refuses is halved until the span is found that it will not take; that
//! one is set aside, said, and stays in the store. [`Report`] tells how it is going.

mod gzip;
mod pace;
mod parcel;
mod report;
mod uplink;
mod worker;

use reqwest::Url;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::backend::local::{Committed, KeepError, Outbox, StoreError, Writer};
use crate::backend::xray;
use crate::model::Time;
use crate::secret::Secret;
use report::Shared;
use uplink::{Otlp, Uplink};
use worker::Worker;

pub use report::Report;

/// Where to send what was received.
#[derive(Debug)]
pub enum Destination {
    /// An OTLP receiver, by HTTP and protobuf; Honeycomb is one.
    Otlp {
        /// What the user calls it: the name under which the store remembers how far it has come.
        name: String,
        /// Its address, with or without `/v1/traces`.
        url: Url,
        /// Headers of each request.
        headers: Vec<(String, Secret)>,
    },
    /// AWS X-Ray.
    XRay(xray::Options),
}

impl Destination {
    /// The name under which the store remembers how far it has come.
    pub fn name(&self) -> &str {
        match self {
            Self::Otlp { name, .. } => name,
            Self::XRay(_) => "xray",
        }
    }
}

/// What became of a request that is sent once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Once {
    /// It was taken.
    Taken,
    /// It was not taken, and why.
    Refused(String),
    /// Whether it was taken is not known, and why.
    Unanswered(String),
}

/// Sends spans as OTLP to an address, once. The headers go to no other; `trusted` are certificates in PEM that are believed beside
/// those that all believe.
///
/// # Errors
///
/// A header or a certificate makes no sense.
pub async fn send_once(
    url: &Url,
    headers: &[(String, Secret)],
    trusted: Option<&[u8]>,
    spans: &[u8],
    clock: fn() -> Time,
) -> Result<Once, ForwardError> {
    let host = url.host_str().unwrap_or_default();
    Ok(Otlp::new(host, url, headers, trusted, clock)?.send_once(spans).await)
}

/// Why forwarding did not start.
#[derive(Debug, thiserror::Error)]
pub enum ForwardError {
    /// A header has a name or a value that HTTP does not allow.
    #[error("the header {header} for {destination} cannot be sent: it has a line end or a control character in it")]
    Header {
        /// For whom.
        destination: String,
        /// Its name.
        header: String,
    },
    /// No client can be made.
    #[error("cannot connect to {destination}: {cause}")]
    Client {
        /// To whom.
        destination: String,
        /// Why.
        cause: String,
    },
    /// The store cannot remember how far it comes.
    #[error("the store cannot remember what was forwarded: {0}")]
    Store(#[from] StoreError),
    /// Nor can its writer.
    #[error("the store cannot remember what was forwarded: {0}")]
    Writer(#[from] KeepError),
}

/// Forwarding that is going on. Stops, without waiting, when dropped.
#[derive(Debug)]
pub struct Forwarding {
    reports: Vec<Shared>,
    committed: watch::Receiver<Committed>,
    workers: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

/// Starts to forward what the writer keeps from now on, and what it has kept for these destinations before. `random` gives numbers
/// from 0 to 1.
pub async fn start(
    destinations: Vec<Destination>,
    writer: &Writer,
    clock: fn() -> Time,
    random: fn() -> f64,
) -> Result<Forwarding, ForwardError> {
    let (stop, stopping) = watch::channel(false);
    let mut forwarding = Forwarding { reports: Vec::new(), committed: writer.committed(), workers: Vec::new(), stop };
    let mut named = Vec::with_capacity(destinations.len());
    for destination in destinations {
        named.push((destination.name().to_owned(), Uplink::new(destination, clock)?));
    }
    writer.register(named.iter().map(|(name, _)| name.clone()).collect()).await?;
    let outbox = Outbox::open(writer.path())?;
    for (name, uplink) in named {
        let report = Shared::new(name.clone(), outbox.place(&name)?.unwrap_or_default());
        forwarding.reports.push(report.clone());
        let (writer, stop) = (writer.clone(), stopping.clone());
        let worker = Worker { name, uplink, writer, report, stop, clock, random };
        forwarding.workers.push(tokio::spawn(worker.run()));
    }
    Ok(forwarding)
}

impl Forwarding {
    /// How it is going, one report for each destination.
    pub fn reports(&self) -> Vec<Report> {
        self.watch()()
    }

    /// As [`reports`](Self::reports), for those who ask again and again, also when this is being stopped.
    pub fn watch(&self) -> impl Fn() -> Vec<Report> + Clone + Send + Sync + 'static {
        let (reports, committed) = (self.reports.clone(), self.committed.clone());
        move || {
            let committed = *committed.borrow();
            reports.iter().map(|report| report.read(committed)).collect()
        }
    }

    /// Sends what can be sent without waiting, and stops; after so long in any case. What was received must be in the store.
    pub async fn stop(mut self, deadline: tokio::time::Instant) -> Vec<Report> {
        self.stop.send_replace(true);
        for mut worker in self.workers.drain(..) {
            if tokio::time::timeout_at(deadline, &mut worker).await.is_err() {
                worker.abort();
                worker.await.ok();
            }
        }
        self.reports()
    }
}

impl Drop for Forwarding {
    fn drop(&mut self) {
        for worker in &self.workers {
            worker.abort();
        }
    }
}
