//! What a receiver is told before it starts: where to listen, and how much to take.

use std::net::SocketAddr;
use std::time::Duration;

use super::sampling::{Announce, Sampling};
use super::tls::TlsFiles;
use crate::secret::Secret;

/// Where to listen, and for whom.
#[derive(Debug, Default)]
pub struct Config {
    /// OTLP over HTTP; gRPC's calls are taken there too. Port 0 takes any free one. `None`: not at all.
    pub otlp_http: Option<SocketAddr>,
    /// OTLP over gRPC. Port 0 takes any free one.
    pub otlp_grpc: Option<SocketAddr>,
    /// Zipkin's API, version 2. Port 0 takes any free one.
    pub zipkin: Option<SocketAddr>,
    /// The X-Ray daemon's protocol, UDP and TCP on the same port. Port 0 takes one that is free for both.
    pub xray: Option<SocketAddr>,
    /// Which requests X-Ray SDKs are told to sample.
    pub sampling: Sampling,
    /// Hears what goes wrong while nobody asks: rules that cannot be used any more, an AWS that does not answer.
    pub announce: Announce,
    /// Origins (`http://localhost:3000`) whose web pages may send traces. `*` allows every page that is open on this machine.
    pub allowed_origins: Vec<String>,
    /// What requests have to bring as `Authorization: Bearer …`, on every door whose protocol can. `None`: nothing.
    pub token: Option<Secret>,
    /// The certificate for the TCP doors, X-Ray's excepted: its SDKs speak plain HTTP. `None`: no TLS.
    pub tls: Option<TlsFiles>,
    /// How much is taken.
    pub limits: Limits,
}

/// How much a receiver takes before it refuses, and how long it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one request body, or of gRPC's one message, as sent. The Python SDK sends up to 64 MiB, the most of all; a Collector
    /// 20 MiB.
    pub body: usize,
    /// Bytes of one request body after decompression. Twice what any SDK sends: room for a sender that merges batches, and a bomb
    /// stops there.
    pub decompressed: usize,
    /// Bytes of all the bodies that are in flight together, compressed and not. Beyond that requests are answered 503.
    pub in_flight: usize,
    /// Open connections on each TCP port. For a further one the idlest is closed; while none is idle it waits. Below the 1,024 files
    /// that a process may open by default, because the store needs some too.
    pub connections: usize,
    /// For a request's body to arrive whole.
    pub body_time: Duration,
    /// For a connection that has requests in flight until one begins or is answered, and for the first to come after connecting: the
    /// bound on a client that sends its headers drop by drop, or does not read its answers.
    pub request_time: Duration,
    /// For a connection to stay open between two requests, until the headers of the second are there.
    pub idle_time: Duration,
    /// For [`stop`](super::Running::stop) to finish what is in flight.
    pub drain_time: Duration,
    /// Bytes to ask the kernel to hold of datagrams that nobody has read yet. The default, 208 KiB on Linux, loses half of a burst.
    pub receive_buffer: usize,
    /// Bytes of X-Ray documents that may wait for the sink. Beyond that they are dropped and counted: UDP cannot push back.
    pub queued: usize,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: usize = 1024 * 1024;
        Self {
            body: 64 * MIB,
            decompressed: 128 * MIB,
            in_flight: 512 * MIB,
            connections: 512,
            body_time: Duration::from_secs(30),
            request_time: Duration::from_mins(1),
            idle_time: Duration::from_mins(2),
            drain_time: Duration::from_secs(10),
            receive_buffer: 4 * MIB,
            queued: 64 * MIB,
        }
    }
}
