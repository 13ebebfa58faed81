//! What is answered, and in which encoding.

use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::media_type;
use crate::collect::coding;
use crate::collect::refusal::Refusal;
use crate::wire::Refused;
use crate::wire::otlp::response::{self, Encoding, Signal};

/// SDKs send again what was answered with 429, 502, 503 or 504, and drop everything else.
fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Malformed(_) => StatusCode::BAD_REQUEST,
        Refusal::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::Unsupported(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        // Nobody is waiting any more: SDKs give up after ten seconds by themselves, and try again or not.
        Refusal::Incomplete(_) => StatusCode::REQUEST_TIMEOUT,
        Refusal::Busy(_) | Refusal::Failed(_) => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::Crashed => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The code in the body: those of gRPC (`google/rpc/code.proto`).
fn code(refusal: &Refusal) -> i32 {
    match refusal {
        Refusal::Malformed(_) | Refusal::TooLarge(_) | Refusal::Unsupported(_) => 3, // INVALID_ARGUMENT
        Refusal::Incomplete(_) => 4,                                                 // DEADLINE_EXCEEDED
        Refusal::Busy(_) | Refusal::Failed(_) => 14,                                 // UNAVAILABLE
        Refusal::Crashed => 13,                                                      // INTERNAL
    }
}

/// The encoding of a request, which is that of its answer.
pub(super) fn encoding(headers: &HeaderMap) -> Result<Encoding, Refusal> {
    let name = media_type(headers);
    let known = [Encoding::Protobuf, Encoding::Json];
    known.into_iter().find(|encoding| name.eq_ignore_ascii_case(encoding.content_type())).ok_or_else(|| {
        let name = if name.is_empty() { "no content type" } else { name };
        Refusal::Unsupported(format!("application/x-protobuf and application/json are understood here, not {name}"))
    })
}

/// 200: all is kept but these.
pub(super) fn kept(encoding: Encoding, signal: Signal, refused: &[Refused]) -> Response {
    with_type(StatusCode::OK, encoding, response::success(encoding, signal, refused))
}

/// 200 for what is not kept here at all. The responses of the three services are the same when they are empty.
pub(super) fn empty(encoding: Encoding) -> Response {
    kept(encoding, Signal::Traces, &[])
}

/// The answer to a refusal. Where the encoding of the request is none of ours it is JSON, which a person can read.
pub(super) fn refused(encoding: Option<Encoding>, refusal: &Refusal) -> Response {
    let encoding = encoding.unwrap_or(Encoding::Json);
    let body = response::failure(encoding, code(refusal), &refusal.to_string());
    with_headers(refusal, with_type(status(refusal), encoding, body))
}

/// The answer to a refusal, in plain words.
pub(super) fn refused_in_words(refusal: &Refusal) -> Response {
    with_headers(refusal, (status(refusal), format!("{refusal}\n")).into_response())
}

fn with_headers(refusal: &Refusal, mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    if let Some(after) = refusal.retry_after() {
        // Whole seconds, and zero would mean at once.
        let seconds = after.as_secs().saturating_add(u64::from(after.subsec_nanos() > 0)).max(1);
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    match refusal {
        // RFC 9110, 15.5.16: says what would have been understood.
        Refusal::Unsupported(_) => headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(coding::SPOKEN)),
        // What is left of the body must not be taken for the next request.
        Refusal::Incomplete(_) => headers.insert(header::CONNECTION, HeaderValue::from_static("close")),
        _ => None,
    };
    answer
}

fn with_type(status: StatusCode, encoding: Encoding, body: Vec<u8>) -> Response {
    (status, [(header::CONTENT_TYPE, encoding.content_type())], body).into_response()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::collect::coding::Coding;
    use crate::collect::sink::SinkError;

    fn headers(name: &header::HeaderName, values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn content_types_may_have_parameters_and_any_case() {
        let of = |value| encoding(&headers(&header::CONTENT_TYPE, &[value]));
        assert_eq!(of("application/x-protobuf"), Ok(Encoding::Protobuf));
        assert_eq!(of("Application/JSON; charset=utf-8"), Ok(Encoding::Json));
        assert!(matches!(of("text/plain"), Err(Refusal::Unsupported(_))));
        assert!(matches!(encoding(&HeaderMap::new()), Err(Refusal::Unsupported(_))));
    }

    #[test]
    fn encodings_one_over_the_other_are_not_understood() {
        let coding =
            |values: &[&'static str]| coding::named(&headers(&header::CONTENT_ENCODING, values), "content-encoding", "bodies");
        assert_eq!((coding(&["gzip"]), coding(&[])), (Ok(Coding::Gzip), Ok(Coding::Identity)));
        assert!(coding(&["gzip", "gzip"]).is_err() && coding(&["br"]).is_err());
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_and_never_as_none() {
        for (wait, told) in [(0, "1"), (1, "1"), (1000, "1"), (1001, "2"), (30_000, "30")] {
            let answer = refused(None, &Refusal::Busy(Duration::from_millis(wait)));
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(answer.headers()[header::RETRY_AFTER], told, "{wait} ms");
        }
    }

    #[test]
    fn only_what_could_succeed_later_is_answered_so_that_it_is_sent_again() {
        for (error, status) in [
            (Refusal::Malformed(String::new()), 400),
            (Refusal::TooLarge(String::new()), 413),
            (Refusal::Unsupported(String::new()), 415),
            (Refusal::from(SinkError::Busy(Duration::from_secs(1))), 503),
            (Refusal::from(SinkError::Failed("disk full".to_owned())), 503),
        ] {
            let answer = refused(Some(Encoding::Json), &error);
            assert_eq!(answer.status(), status);
            assert_eq!(answer.headers().contains_key(header::RETRY_AFTER), status == 503);
        }
    }
}
