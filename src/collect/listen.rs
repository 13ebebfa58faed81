//! Taking the ports, and saying what to do when they are taken.

use std::fmt;
use std::io;
use std::net::{SocketAddr, UdpSocket};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use tokio::net::{TcpListener, TcpSocket};

use super::tls::TlsError;

/// Connections that the kernel completes before anybody accepts them.
const BACKLOG: u32 = 1024;

/// How often a free port is asked for that is free for UDP and TCP at once.
const PORT_TRIES: usize = 32;

/// One of the receiver's doors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// OTLP over HTTP.
    OtlpHttp,
    /// OTLP over gRPC.
    OtlpGrpc,
    /// Zipkin's API.
    Zipkin,
    /// The X-Ray daemon's UDP port, where documents arrive.
    XRayUdp,
    /// Its TCP port, where SDKs ask for sampling rules.
    XRayTcp,
}

impl Door {
    /// The command-line flag that moves it.
    pub fn flag(self) -> &'static str {
        match self {
            Self::OtlpHttp => "--otlp-http",
            Self::OtlpGrpc => "--otlp-grpc",
            Self::Zipkin => "--zipkin",
            Self::XRayUdp | Self::XRayTcp => "--xray",
        }
    }
}

impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtlpHttp => "OTLP over HTTP",
            Self::OtlpGrpc => "OTLP over gRPC",
            Self::Zipkin => "Zipkin",
            Self::XRayUdp => "X-Ray documents (UDP)",
            Self::XRayTcp => "X-Ray sampling rules (TCP)",
        })
    }
}

/// Why a receiver did not start. Nothing is listening then.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address} for {door}")]
    Listen {
        /// For what.
        door: Door,
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The configuration names no door at all.
    #[error("there is nothing to receive: no address to listen on")]
    NoDoor,
    /// There is a certificate, and it cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The system gives no thread for the UDP reader.
    #[error("cannot start the thread that reads X-Ray documents")]
    Thread(#[source] io::Error),
}

impl StartError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Listen { door, address, source } => {
                let (flag, ip) = (door.flag(), address.ip());
                match source.kind() {
                    io::ErrorKind::AddrInUse => format!(
                        "another program has this port, perhaps a collector that is running already: stop it, or choose another \
                         port with {flag} {other} ({flag} {any} takes a free one, {flag} off does without)",
                        other = SocketAddr::new(ip, address.port().saturating_add(10_000).max(10_000)),
                        any = SocketAddr::new(ip, 0),
                    ),
                    io::ErrorKind::PermissionDenied => {
                        format!("ports below 1024 need privileges: choose a higher one with {flag} {}", SocketAddr::new(ip, 0))
                    }
                    io::ErrorKind::AddrNotAvailable => {
                        format!("{ip} is no address of this machine: use {flag} 127.0.0.1:{}", address.port())
                    }
                    _ => format!("choose another address with {flag}"),
                }
            }
            Self::NoDoor => "give --otlp-http, --otlp-grpc, --zipkin or --xray an address".to_owned(),
            Self::Tls(_) => {
                "--tls-cert and --tls-key want PEM files: a certificate with those that lead to its authority, and its key"
                    .to_owned()
            }
            Self::Thread(_) => "the system is out of threads or memory; without --xray none is needed".to_owned(),
        }
    }
}

/// Whether a receiver could listen there: listens, and stops at once. The X-Ray daemon's two ports are tried together.
///
/// # Panics
///
/// Outside a Tokio runtime that has I/O enabled.
///
/// # Errors
///
/// It could not, as [`StartError::Listen`] says.
pub fn try_listen(door: Door, address: SocketAddr) -> Result<(), StartError> {
    match door {
        Door::OtlpHttp | Door::OtlpGrpc | Door::Zipkin => tcp(door, address).map(drop),
        Door::XRayUdp | Door::XRayTcp => udp_and_tcp(address, 0).map(drop),
    }
}

/// Listens by TCP, and says where: port 0 is any that is free.
pub(super) fn tcp(door: Door, address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let listen = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // Otherwise a port stays taken for a minute after its last connection. On Windows the option means something else.
        if cfg!(unix) {
            socket.set_reuseaddr(true)?;
        }
        socket.bind(address)?;
        let listener = socket.listen(BACKLOG)?;
        let bound = listener.local_addr()?;
        Ok((listener, bound))
    };
    listen().map_err(|source| StartError::Listen { door, address, source })
}

/// A UDP socket with a large buffer in the kernel.
#[derive(Debug)]
pub(super) struct Udp {
    pub(super) socket: UdpSocket,
    /// What the kernel granted, in bytes. Linux answers twice what may be used, to account for its own bookkeeping.
    pub(super) buffer: usize,
}

/// Listens by UDP, for blocking reads.
pub(super) fn udp(address: SocketAddr, buffer: usize) -> Result<Udp, StartError> {
    let listen = || {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        // More than the system allows is cut to that (Linux) or refused (BSD): then by halves.
        let mut ask = buffer;
        while ask > 0 && socket.set_recv_buffer_size(ask).is_err() {
            ask /= 2;
        }
        socket.bind(&SockAddr::from(address))?;
        let buffer = socket.recv_buffer_size()?;
        Ok(Udp { socket: socket.into(), buffer })
    };
    listen().map_err(|source| StartError::Listen { door: Door::XRayUdp, address, source })
}

/// Listens by UDP and TCP on the same port, as SDKs expect of the X-Ray daemon.
pub(super) fn udp_and_tcp(address: SocketAddr, buffer: usize) -> Result<(Udp, TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { door: Door::XRayUdp, address, source };
    let mut tries = if address.port() == 0 { PORT_TRIES } else { 1 };
    loop {
        tries -= 1;
        let udp = udp(address, buffer)?;
        let bound = udp.socket.local_addr().map_err(failed)?;
        match tcp(Door::XRayTcp, bound) {
            Ok((tcp, _)) => return Ok((udp, tcp, bound)),
            Err(StartError::Listen { source, .. }) if tries > 0 && source.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

    #[tokio::test]
    async fn a_port_that_is_taken_is_named_together_with_the_flag_that_moves_it() {
        let (_first, taken) = tcp(Door::OtlpHttp, ANY).unwrap();
        let error = tcp(Door::OtlpHttp, taken).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot listen on {taken} for OTLP over HTTP"));
        let hint = error.hint();
        assert!(hint.starts_with("another program has this port") && hint.contains("--otlp-http 127.0.0.1:0"), "{hint}");
    }

    #[tokio::test]
    async fn udp_and_tcp_get_the_same_port() {
        let (udp, tcp, bound) = udp_and_tcp(ANY, 1 << 20).unwrap();
        assert_ne!(bound.port(), 0);
        assert_eq!(udp.socket.local_addr().unwrap(), bound);
        assert_eq!(tcp.local_addr().unwrap(), bound);
        assert!(udp.buffer > 0);
    }

    #[tokio::test]
    async fn a_fixed_port_of_which_tcp_is_taken_is_an_error_and_leaves_udp_free() {
        let (_taken, address) = tcp(Door::OtlpHttp, ANY).unwrap();
        let error = udp_and_tcp(address, 1 << 16).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot listen on {address} for X-Ray sampling rules (TCP)"));
        udp(address, 1 << 16).unwrap();
    }

    #[tokio::test]
    async fn an_address_of_another_machine_is_said_to_be_one() {
        let error = tcp(Door::OtlpHttp, "192.0.2.1:4318".parse().unwrap()).unwrap_err();
        assert_eq!(error.hint(), "192.0.2.1 is no address of this machine: use --otlp-http 127.0.0.1:4318");
    }

    #[test]
    fn a_buffer_of_any_size_may_be_asked_for() {
        for size in [0, 1, usize::MAX] {
            udp(ANY, size).unwrap();
        }
    }
}
