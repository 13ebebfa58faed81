//! gRPC calls of OTLP, framed by hand over a client of HTTP/2, and frames that are nearly right:
//! <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>.

use std::net::SocketAddr;

use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::mutate::{Dice, mutated};
use super::otlp_protobuf;
use super::site::Fate;

const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

/// `google.rpc.Code`, as far as it is prescribed here.
pub(super) const OK: u16 = 0;
pub(super) const INVALID_ARGUMENT: u16 = 3;
pub(super) const RESOURCE_EXHAUSTED: u16 = 8;
pub(super) const UNIMPLEMENTED: u16 = 12;
pub(super) const INTERNAL: u16 = 13;

/// An answer: HTTP's status, gRPC's where there is one, and the message without its frame.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Called {
    pub(super) http: u16,
    pub(super) status: Option<u16>,
    pub(super) message: Vec<u8>,
}

/// Exports spans, on a connection of its own.
pub(super) fn call(to: SocketAddr, headers: &[(&str, &str)], body: &[u8]) -> Called {
    call_at(to, TRACES, headers, body)
}

/// Exports log records.
pub(super) fn call_logs(to: SocketAddr, body: &[u8]) -> Called {
    call_at(to, LOGS, &[GRPC], body)
}

fn call_at(to: SocketAddr, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Called {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a thread can wait");
    runtime.block_on(async {
        let stream = TokioIo::new(tokio::net::TcpStream::connect(to).await.expect("it listens"));
        let (mut client, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await.expect("it speaks HTTP/2");
        let connection = tokio::spawn(connection);
        let mut request = hyper::Request::post(format!("http://{to}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::copy_from_slice(body))).expect("the headers are right");
        let answer = tokio::time::timeout(crate::support::PATIENCE, client.send_request(request));
        let (parts, body) = answer.await.expect("it answers in time").expect("it answers").into_parts();
        let body = body.collect().await.expect("the answer is whole");
        let trailers = body.trailers().cloned().unwrap_or_default();
        let status = trailers.get("grpc-status").or_else(|| parts.headers.get("grpc-status"));
        let status = status.map(|status| status.to_str().ok().and_then(|text| text.parse().ok()).expect("a number"));
        connection.abort();
        let message = body.to_bytes().get(5..).unwrap_or_default().to_vec();
        Called { http: parts.status.as_u16(), status, message }
    })
}

pub(super) const GRPC: (&str, &str) = ("content-type", "application/grpc");

/// A message in its frame.
pub(super) fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    [&[flag][..], &(message.len() as u32).to_be_bytes(), message].concat()
}

/// The body of a call without compression, and the statuses with which it may be answered.
#[derive(Debug)]
pub(super) struct Frames {
    pub(super) name: String,
    pub(super) body: Vec<u8>,
    pub(super) statuses: Vec<u16>,
}

/// Bodies of calls whose frames are nearly right, around this message.
pub(super) fn frames(seed: u64, message: &[u8]) -> Vec<Frames> {
    let good = framed(0, message);
    let mut bodies = vec![
        ("nothing".to_owned(), Vec::new()),
        ("two messages".to_owned(), [good.as_slice(), &good].concat()),
        ("a message and a byte".to_owned(), [good.as_slice(), &[0]].concat()),
        ("a message of the largest length".to_owned(), [&[0, 0xff, 0xff, 0xff, 0xff], message].concat()),
        ("zeros".to_owned(), vec![0; 5]),
    ];
    bodies.extend((1..good.len()).step_by(3).map(|length| (format!("cut off at {length}"), good[..length].to_vec())));
    bodies.extend((1..=255).step_by(7).map(|flag| (format!("flag {flag}"), framed(flag, message))));
    bodies.extend((0..32).map(|bit| {
        let mut body = good.clone();
        body[1 + bit / 8] ^= 1 << (bit % 8);
        (format!("bit {bit} of the length"), body)
    }));
    let mut dice = Dice::new(seed);
    bodies.extend((0..60).map(|number| (format!("damage {number}"), mutated(&mut dice, &good))));
    bodies.into_iter().map(|(name, body)| Frames { statuses: statuses(&body), name, body }).collect()
}

/// What the protocol says of such a body.
fn statuses(body: &[u8]) -> Vec<u16> {
    let Some((head, rest)) = body.split_first_chunk::<5>() else {
        return vec![if body.is_empty() { UNIMPLEMENTED } else { INTERNAL }];
    };
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
    match head[0] {
        _ if length > 64 << 20 => vec![RESOURCE_EXHAUSTED, INTERNAL],
        0 if rest.len() < length => vec![INTERNAL],
        // More than a message: another one, or what is none.
        0 if rest.len() > length => vec![UNIMPLEMENTED, INTERNAL],
        0 => vec![match otlp_protobuf::fate(rest) {
            Fate::Taken { .. } => OK,
            Fate::TooLarge => RESOURCE_EXHAUSTED,
            Fate::Malformed | Fate::Unsupported => INVALID_ARGUMENT,
        }],
        // Compressed, in a call that has no encoding; or a flag that nobody has given a meaning.
        _ => vec![INTERNAL],
    }
}
