//! An OTLP receiver in this process, to which `collect` forwards: it decodes what it is sent by the standard's own messages, keeps
//! count of every span, and says no, answers late, badly or not at all where a test wants it to.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message as _;

use cruddur_trace::model::id::hex;

use super::PATIENCE;

/// How it answers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mood {
    /// It keeps everything.
    Fine,
    /// It answers this status, with these headers, to every request.
    Status(u16, &'static str),
    /// It answers 400 (or another status) to requests with a span of this name, and keeps the others.
    Refuses(u16, &'static str),
    /// It keeps everything and says that it has not kept spans of this name.
    Rejects(&'static str),
    /// The same, and it answers 400 to requests without spans too.
    Picky(&'static str),
    /// It answers 413 to bodies of more bytes, uncompressed.
    Small(usize),
    /// It reads the request and closes the connection.
    Hangs(Duration),
    /// It keeps everything, and closes in the middle of its answer.
    Cuts,
    /// It closes connections at once.
    Closes,
}

/// What it knows.
#[derive(Debug, Default)]
struct Known {
    mood: Option<Mood>,
    /// How often each span was taken, by trace and id in hex.
    spans: BTreeMap<(String, String), usize>,
    requests: Vec<Seen>,
    ended: bool,
}

/// A request that it has seen.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) spans: usize,
    pub(crate) at: Instant,
}

/// A running receiver. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Destination {
    address: SocketAddr,
    shared: Arc<(Mutex<Known>, Condvar)>,
}

impl Destination {
    /// On a free port.
    pub(crate) fn start(mood: Mood) -> Self {
        Self::on("127.0.0.1:0".parse().expect("an address"), mood)
    }

    /// On this address: where one was that has ended.
    pub(crate) fn on(address: SocketAddr, mood: Mood) -> Self {
        let listener = TcpListener::bind(address).expect("the port is free");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new((Mutex::new(Known { mood: Some(mood), ..Known::default() }), Condvar::new()));
        let theirs = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if lock(&theirs.0).ended {
                    return;
                }
                let theirs = Arc::clone(&theirs);
                std::thread::spawn(move || serve(stream, &theirs));
            }
        });
        Self { address, shared }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// `otlp=http://…`
    pub(crate) fn flag(&self) -> String {
        format!("otlp=http://{}", self.address)
    }

    pub(crate) fn set(&self, mood: Mood) {
        lock(&self.shared.0).mood = Some(mood);
    }

    /// How often it has taken each span.
    pub(crate) fn spans(&self) -> BTreeMap<(String, String), usize> {
        lock(&self.shared.0).spans.clone()
    }

    pub(crate) fn requests(&self) -> Vec<Seen> {
        lock(&self.shared.0).requests.clone()
    }

    /// Waits until something holds of what it has taken and of the requests that it has seen.
    #[track_caller]
    pub(crate) fn wait(&self, what: &str, holds: impl Fn(&BTreeMap<(String, String), usize>, &[Seen]) -> bool) {
        let mut known = lock(&self.shared.0);
        let deadline = Instant::now() + PATIENCE;
        while !holds(&known.spans, &known.requests) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "not in time: {what}; {} spans, requests: {:#?}", known.spans.len(), known.requests);
            known = self.shared.1.wait_timeout(known, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until it has taken so many different spans.
    #[track_caller]
    pub(crate) fn wait_for(&self, spans: usize) {
        self.wait(&format!("{spans} spans arrive"), |taken, _| taken.len() >= spans);
    }
}

impl Drop for Destination {
    fn drop(&mut self) {
        lock(&self.shared.0).ended = true;
        // Wakes the thread that accepts.
        TcpStream::connect(self.address).ok();
    }
}

fn lock(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers the requests of a connection until something is wrong with it.
fn serve(stream: TcpStream, shared: &(Mutex<Known>, Condvar)) {
    let mut reader = BufReader::new(stream);
    let closes = || matches!(lock(&shared.0).mood, Some(Mood::Closes));
    while !closes()
        && let Some((path, headers, body)) = request(&mut reader)
    {
        let request = ExportTraceServiceRequest::decode(body.as_slice());
        let known = lock(&shared.0);
        let mood = if known.ended { Mood::Closes } else { known.mood.clone().unwrap_or(Mood::Fine) };
        drop(known);
        if let Mood::Hangs(time) = &mood {
            std::thread::sleep(*time);
        }
        let answer = answer(&mood, request.as_ref().ok(), body.len());
        let mut known = lock(&shared.0);
        let spans: Vec<_> = request.iter().flat_map(spans).collect();
        known.requests.push(Seen { path, headers, spans: spans.len(), at: Instant::now() });
        if answer.0 == 200 {
            for (trace, span, _) in spans {
                *known.spans.entry((trace, span)).or_default() += 1;
            }
        }
        drop(known);
        shared.1.notify_all();
        let (status, more, body) = answer;
        let head = format!(
            "HTTP/1.1 {status} \r\nContent-Type: application/x-protobuf\r\n{more}Content-Length: {}\r\n\r\n",
            body.len() + usize::from(mood == Mood::Cuts) * 10
        );
        let whole = [head.as_bytes(), &body].concat();
        let stream = reader.get_mut();
        if matches!(mood, Mood::Hangs(_) | Mood::Closes) || stream.write_all(&whole).is_err() || mood == Mood::Cuts {
            break;
        }
    }
    // Whoever is at the other end may be gone.
    reader.get_mut().shutdown(Shutdown::Both).ok();
}

/// A span, as its trace, its id and its name.
fn spans(request: &ExportTraceServiceRequest) -> Vec<(String, String, String)> {
    let all = request.resource_spans.iter().flat_map(|part| &part.scope_spans).flat_map(|scope| &scope.spans);
    all.map(|span| (hex(&span.trace_id), hex(&span.span_id), span.name.clone())).collect()
}

/// The status, further headers and the body.
fn answer(mood: &Mood, request: Option<&ExportTraceServiceRequest>, bytes: usize) -> (u16, &'static str, Vec<u8>) {
    let Some(request) = request else { return (400, "", Vec::new()) };
    let named = |name: &str| spans(request).iter().filter(|(_, _, each)| each == name).count();
    match mood {
        Mood::Status(status, headers) => (*status, headers, Vec::new()),
        Mood::Refuses(status, name) if named(name) > 0 => (*status, "", b"that one is poison".to_vec()),
        Mood::Picky(name) if named(name) > 0 || spans(request).is_empty() => (400, "", Vec::new()),
        Mood::Small(most) if bytes > *most => (413, "", Vec::new()),
        Mood::Rejects(name) if named(name) > 0 => {
            let rejected =
                ExportTracePartialSuccess { rejected_spans: named(name) as i64, error_message: "not that name".to_owned() };
            (200, "", ExportTraceServiceResponse { partial_success: Some(rejected) }.encode_to_vec())
        }
        _ => (200, "", Vec::new()),
    }
}

/// The path, the headers and the body without its compression; `None` at the end of the connection.
fn request(reader: &mut BufReader<TcpStream>) -> Option<(String, BTreeMap<String, String>, Vec<u8>)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    if headers.get("content-encoding").is_some_and(|coding| coding == "gzip") {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(body.as_slice()).read_to_end(&mut plain).ok()?;
        body = plain;
    }
    Some((path, headers, body))
}
