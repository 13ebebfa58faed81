//! What a call is answered: a response with its status in the trailers, or a status alone.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use http_body_util::{BodyExt as _, Full};
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};

use super::message::Misframed;
use crate::collect::coding::SPOKEN;
use crate::collect::refusal::Refusal;
use crate::wire::Refused;
use crate::wire::otlp::response::{self, Encoding, Signal};

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/grpc");
const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");
const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");
/// Where gRPC for Java puts a `RetryInfo` by itself (`ProtoUtils.keyForProto`), and where OpenTelemetry's exporter for Python looks
/// for it: <https://github.com/open-telemetry/opentelemetry-python>, `exporter/otlp/proto/grpc/exporter.py`.
const RETRY_INFO: HeaderName = HeaderName::from_static("google.rpc.retryinfo-bin");

/// Bytes of a status' message: clients may limit all trailers to 8 KiB, and each may take three.
const MESSAGE_LENGTH: usize = 1024;

/// `Percent-Encoded` of the protocol: all but space and visible ASCII, and the percent sign. Non-ASCII is always encoded.
const UNSAFE: &AsciiSet = &CONTROLS.add(b'%');

/// Why a call fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// For what would be wrong over HTTP too.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Its body is not one message.
    #[error(transparent)]
    Misframed(#[from] Misframed),
    /// The token is missing or wrong.
    #[error(
        "this receiver wants a token: `authorization: Bearer …` (SDKs: OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20…)"
    )]
    Unauthorized,
    /// There is no such method.
    #[error("there is no method {0} here, only Export of OTLP's TraceService, MetricsService and LogsService")]
    Unknown(String),
}

/// A status code (`google/rpc/code.proto`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    ResourceExhausted = 8,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    Unauthenticated = 16,
}

impl Fault {
    /// By OTLP's table of what is sent again (`UNAVAILABLE` and `DEADLINE_EXCEEDED` are; `RESOURCE_EXHAUSTED` only with `RetryInfo`)
    /// and gRPC's of what servers answer: <https://github.com/grpc/grpc/blob/master/doc/statuscodes.md>.
    fn code(&self) -> Code {
        match self {
            Self::Refused(Refusal::Malformed(_)) => Code::InvalidArgument,
            Self::Refused(Refusal::TooLarge(_)) => Code::ResourceExhausted,
            Self::Refused(Refusal::Incomplete(_)) => Code::DeadlineExceeded,
            Self::Refused(Refusal::Busy(_) | Refusal::Failed(_)) => Code::Unavailable,
            Self::Unauthorized => Code::Unauthenticated,
            Self::Misframed(Misframed::None | Misframed::Several)
            | Self::Refused(Refusal::Unsupported(_))
            | Self::Unknown(_) => Code::Unimplemented,
            Self::Misframed(Misframed::Cut | Misframed::Flag(_) | Misframed::NoEncoding) | Self::Refused(Refusal::Crashed) => {
                Code::Internal
            }
        }
    }
}

/// OK: all is kept but these.
pub(super) fn kept(signal: Signal, refused: &[Refused]) -> Response {
    let message = response::success(Encoding::Protobuf, signal, refused);
    // It is never compressed, and never so long.
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes();
    let framed = Bytes::from([&[0][..], &length, &message].concat());
    let trailers = HeaderMap::from_iter([(STATUS, HeaderValue::from_static("0"))]);
    let body = Full::new(framed).with_trailers(async { Some(Ok::<_, Infallible>(trailers)) });
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], Body::new(body)).into_response()
}

/// The answer to a call that failed: a status without a response ("Trailers-Only").
pub(super) fn failed(fault: &Fault) -> Response {
    let (code, message) = (fault.code(), shortened(fault.to_string()));
    let mut answer = Body::empty().into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, CONTENT_TYPE);
    headers.insert(STATUS, HeaderValue::from(code as u16));
    let encoded = percent_encode(message.as_bytes(), UNSAFE).to_string();
    headers.insert(MESSAGE, HeaderValue::try_from(encoded).unwrap_or(HeaderValue::from_static("")));
    if let Fault::Refused(refusal) = fault {
        if let Some(after) = refusal.retry_after() {
            headers.insert(DETAILS, binary(&response::failure_with_retry(code as i32, &message, after)));
            headers.insert(RETRY_INFO, binary(&response::retry_info(after)));
        }
        if matches!(refusal, Refusal::Unsupported(_)) {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(SPOKEN));
        }
    }
    answer
}

fn binary(bytes: &[u8]) -> HeaderValue {
    // Base64 has only visible ASCII.
    HeaderValue::try_from(STANDARD_NO_PAD.encode(bytes)).unwrap_or(HeaderValue::from_static(""))
}

fn shortened(mut message: String) -> String {
    message.truncate(message.floor_char_boundary(MESSAGE_LENGTH));
    message
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::collect::sink::SinkError;

    fn header(fault: &Fault, name: &HeaderName) -> Option<String> {
        failed(fault).headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn only_what_could_succeed_later_is_answered_so_that_it_is_sent_again() {
        let text = String::new;
        for (fault, code, again) in [
            (Refusal::Malformed(text()).into(), "3", false),
            (Refusal::Incomplete(text()).into(), "4", false),
            (Refusal::TooLarge(text()).into(), "8", false),
            (Refusal::Unsupported(text()).into(), "12", false),
            (Refusal::Crashed.into(), "13", false),
            (Refusal::from(SinkError::Busy(Duration::from_secs(7))).into(), "14", true),
            (Refusal::from(SinkError::Failed("disk full".to_owned())).into(), "14", true),
            (Fault::from(Misframed::Several), "12", false),
            (Fault::from(Misframed::NoEncoding), "13", false),
        ] {
            let told = (header(&fault, &STATUS), header(&fault, &DETAILS).is_some(), header(&fault, &RETRY_INFO).is_some());
            assert_eq!(told, (Some(code.to_owned()), again, again), "{fault:?}");
        }
    }

    #[test]
    fn a_message_is_ascii_and_bounded() {
        let of = |text: &str| header(&Refusal::Malformed(text.to_owned()).into(), &MESSAGE).unwrap();
        assert_eq!(of("50% of \"é\"\r\n"), "50%25 of \"%C3%A9\"%0D%0A");
        assert_eq!(of(&"é".repeat(4000)).len(), MESSAGE_LENGTH * 3);
    }
}
