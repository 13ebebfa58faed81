//! The thread that empties the UDP socket.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{BATCH_BYTES, BATCH_DOCUMENTS, BATCH_TIME, QUIET_TIME, Queue};
use crate::collect::counters::Counters;

/// No UDP datagram is larger.
const DATAGRAM: usize = 64 * 1024;

/// How long the thread sleeps in the socket when nothing comes. It is woken to stop; this is for the case that the waking fails.
const NAP: Duration = Duration::from_secs(1);

/// After an error that says nothing about a datagram: trying again at once could burn the processor.
const ERROR_PAUSE: Duration = Duration::from_millis(10);

/// A running reader. Stops when dropped.
#[derive(Debug)]
pub(in crate::collect) struct Reader {
    stop: Arc<AtomicBool>,
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    /// Starts to read.
    pub(in crate::collect) fn start(socket: UdpSocket, queue: Queue, counters: Arc<Counters>) -> io::Result<Self> {
        let address = socket.local_addr()?;
        counters.watch_kernel(Some(address));
        let stop = Arc::new(AtomicBool::new(false));
        let reading = Reading { socket, queue, counters, stop: Arc::clone(&stop), pending: Pending::default(), timeout: None };
        let thread = std::thread::Builder::new().name("x-ray udp".into()).spawn(|| reading.run())?;
        Ok(Self { stop, address, thread: Some(thread) })
    }

    /// Reads what is in the socket's buffer, hands everything on and stops. Takes as long as that takes: call it where waiting is
    /// allowed.
    pub(in crate::collect) fn stop(mut self) {
        self.ask();
        if let Some(thread) = self.thread.take() {
            // It has no way to panic; if it did, the counters show what is missing.
            thread.join().ok();
        }
    }

    /// Tells the thread to stop and wakes it with an empty datagram.
    fn ask(&self) {
        self.stop.store(true, Ordering::Release);
        let loopback = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let from = if loopback.is_ipv4() { IpAddr::V4(Ipv4Addr::UNSPECIFIED) } else { Ipv6Addr::UNSPECIFIED.into() };
        let wake = || UdpSocket::bind((from, 0))?.send_to(&[], (loopback, self.address.port()));
        if let Err(error) = wake() {
            tracing::debug!(%error, "the X-Ray reader could not be woken and will stop within a second");
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.ask();
        }
    }
}

struct Reading {
    socket: UdpSocket,
    queue: Queue,
    counters: Arc<Counters>,
    stop: Arc<AtomicBool>,
    pending: Pending,
    /// As the socket has it now: setting it is a system call.
    timeout: Option<Duration>,
}

#[derive(Default)]
struct Pending {
    documents: Vec<Vec<u8>>,
    bytes: usize,
    since: Option<Instant>,
}

impl Reading {
    fn run(mut self) {
        let mut buffer = vec![0; DATAGRAM];
        while !self.stop.load(Ordering::Acquire) {
            let quiet = if self.pending.since.is_some() { QUIET_TIME } else { NAP };
            self.patience(quiet);
            match self.socket.recv_from(&mut buffer) {
                Ok((length, _)) => self.datagram(&buffer[..length.min(DATAGRAM)]),
                Err(error) => self.error(&error),
            }
            if self.pending.since.is_some_and(|since| since.elapsed() >= BATCH_TIME) {
                self.hand_on();
            }
        }
        self.drain(&mut buffer);
    }

    /// What has been sent before the stop is in the socket's buffer.
    fn drain(&mut self, buffer: &mut [u8]) {
        if self.socket.set_nonblocking(true).is_ok() {
            // A sender that never pauses must not keep the receiver from stopping: the buffer cannot hold more than this.
            for _ in 0..1_000_000 {
                match self.socket.recv_from(buffer) {
                    Ok((length, _)) => self.datagram(&buffer[..length.min(DATAGRAM)]),
                    Err(error) if is_nothing(&error) => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) => {
                        self.error(&error);
                        break;
                    }
                }
            }
        }
        self.hand_on();
        self.counters.watch_kernel(None);
    }

    /// How long the next read may sleep.
    fn patience(&mut self, timeout: Duration) {
        if self.timeout != Some(timeout) && self.socket.set_read_timeout(Some(timeout)).is_ok() {
            self.timeout = Some(timeout);
        }
    }

    fn datagram(&mut self, datagram: &[u8]) {
        if datagram.is_empty() && self.stop.load(Ordering::Acquire) {
            return; // The waking.
        }
        let counters = &self.counters;
        counters.datagrams.one();
        counters.datagram_bytes.add(datagram.len());
        match document(datagram) {
            Ok(document) => {
                counters.documents.one();
                self.pending.bytes += document.len();
                self.pending.documents.push(document.to_vec());
                self.pending.since.get_or_insert_with(Instant::now);
                if self.pending.documents.len() >= BATCH_DOCUMENTS || self.pending.bytes >= BATCH_BYTES {
                    self.hand_on();
                }
            }
            Err(Bad::NoDocument) => counters.datagrams_without_document.one(),
            Err(Bad::Header) => counters.datagrams_bad_header.one(),
            Err(Bad::Empty) => counters.datagrams_empty.one(),
        }
    }

    fn hand_on(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let documents = pending.documents.len();
        if documents > 0 && !self.queue.put(pending.documents) {
            if self.counters.documents_dropped_busy.get() == 0 {
                tracing::warn!(
                    "X-Ray documents come faster than they can be stored: {documents} were dropped, and perhaps more"
                );
            }
            self.counters.documents_dropped_busy.add(documents);
        }
    }

    fn error(&mut self, error: &io::Error) {
        match error.kind() {
            // The quiet time is over.
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => self.hand_on(),
            _ if is_nothing(error) => {}
            _ => {
                self.counters.datagram_errors.one();
                tracing::debug!(%error, "reading X-Ray datagrams failed");
                std::thread::sleep(ERROR_PAUSE);
            }
        }
    }
}

/// An error after which reading goes on as if nothing had been. Windows reports here that somebody to whom this socket never
/// sent is gone.
fn is_nothing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::ConnectionReset)
}

/// Why a datagram holds no document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bad {
    NoDocument,
    Header,
    Empty,
}

/// What is behind the header. As in the X-Ray daemon (aws/aws-xray-daemon, `pkg/tracesegment`), the header ends at the first line
/// break, its format is `json` in any case, and its version 1.
fn document(datagram: &[u8]) -> Result<&[u8], Bad> {
    const USUAL: &[u8] = br#"{"format":"json","version":1}"#;
    let end = datagram.iter().position(|byte| *byte == b'\n').ok_or(Bad::NoDocument)?;
    let (header, document) = (&datagram[..end], datagram[end + 1..].trim_ascii());
    if header != USUAL && !is_header(header) {
        return Err(Bad::Header);
    }
    if document.is_empty() { Err(Bad::Empty) } else { Ok(document) }
}

fn is_header(line: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Header<'a> {
        #[serde(borrow)]
        format: std::borrow::Cow<'a, str>,
        version: i64,
    }
    serde_json::from_slice::<Header<'_>>(line)
        .is_ok_and(|header| header.format.eq_ignore_ascii_case("json") && header.version == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn headers_are_taken_as_the_daemon_takes_them() {
        for header in [
            r#"{"format":"json","version":1}"#,
            r#"{"format": "json", "version": 1}"#,
            r#"{"version":1,"format":"JSON","more":[]}"#,
            "{\"format\":\"json\",\"version\":1}\r",
        ] {
            assert_eq!(document(format!("{header}\n{{}}").as_bytes()), Ok(&b"{}"[..]), "{header}");
        }
        for header in ["", "{}", r#"{"format":"xml","version":1}"#, r#"{"format":"json","version":2}"#, "\u{ff}"] {
            assert_eq!(document(format!("{header}\n{{}}").as_bytes()), Err(Bad::Header), "{header}");
        }
    }

    #[test]
    fn the_document_begins_after_the_first_line_break_and_may_have_more() {
        assert_eq!(document(b"{\"format\":\"json\",\"version\":1}\n{\n}\n"), Ok(&b"{\n}"[..]));
        assert_eq!(document(br#"{"format":"json","version":1}"#), Err(Bad::NoDocument));
        assert_eq!(document(b"{\"format\":\"json\",\"version\":1}\n \n"), Err(Bad::Empty));
    }

    proptest! {
        #[test]
        fn any_datagram_is_read_without_panic(bytes: Vec<u8>) {
            document(&bytes).ok();
        }
    }
}
