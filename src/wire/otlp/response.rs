//! What an OTLP receiver answers: `ExportTraceServiceResponse`, or `google.rpc.Status` where the request failed.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use prost::Message;
use serde_json::json;

use crate::wire::error::Refused;

/// In which of OTLP's two encodings to answer: that of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// `application/x-protobuf`.
    Protobuf,
    /// `application/json`.
    Json,
}

impl Encoding {
    /// The answer's `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }
}

/// What a request carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Spans.
    Traces,
    /// Log records.
    Logs,
}

/// The body of a successful answer. With refusals it says how many spans (or log records) they cost, and why; with notes alone it is the protocol's
/// warning, which has a message and no number: <https://opentelemetry.io/docs/specs/otlp/#partial-success>.
pub fn success(encoding: Encoding, signal: Signal, refused: &[Refused]) -> Vec<u8> {
    let rejected =
        refused.iter().fold(0i64, |sum, refused| sum.saturating_add(i64::try_from(refused.count).unwrap_or(i64::MAX)));
    let error_message = in_words(signal, refused);
    match encoding {
        // The numbers of `ExportLogsServiceResponse` are the same.
        Encoding::Protobuf => {
            let partial_success =
                (!refused.is_empty()).then_some(ExportTracePartialSuccess { rejected_spans: rejected, error_message });
            ExportTraceServiceResponse { partial_success }.encode_to_vec()
        }
        Encoding::Json if refused.is_empty() => b"{}".to_vec(),
        // 64-bit integers are text in protobuf's JSON mapping.
        Encoding::Json => {
            let key = match signal {
                Signal::Traces => "rejectedSpans",
                Signal::Logs => "rejectedLogRecords",
            };
            json!({"partialSuccess": {key: rejected.to_string(), "errorMessage": error_message}}).to_string().into()
        }
    }
}

/// How many spans a receiver says that it has not kept, of a successful answer, and why. One that cannot be read says nothing of it.
pub fn rejected(body: &[u8], is_json: bool) -> (u64, String) {
    if is_json {
        let answer: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let partial = &answer["partialSuccess"];
        let rejected = &partial["rejectedSpans"];
        let rejected = rejected.as_u64().or_else(|| rejected.as_str()?.parse().ok()).unwrap_or_default();
        return (rejected, partial["errorMessage"].as_str().unwrap_or_default().to_owned());
    }
    let answer = ExportTraceServiceResponse::decode(body).unwrap_or_default();
    let partial = answer.partial_success.unwrap_or_default();
    (u64::try_from(partial.rejected_spans).unwrap_or_default(), partial.error_message)
}

/// What a receiver says of a request that failed: the message of a `google.rpc.Status` in either encoding, or whatever text it is.
pub fn said(body: &[u8]) -> String {
    if let Ok(answer) = serde_json::from_slice::<serde_json::Value>(body) {
        let message = ["message", "error", "detail"].iter().find_map(|key| answer.get(key)?.as_str());
        return message.map_or_else(|| answer.to_string(), str::to_owned);
    }
    match Status::decode(body) {
        Ok(status) if !status.message.is_empty() => status.message,
        _ => String::from_utf8_lossy(body).into_owned(),
    }
}

/// How many spans or log records were refused, by reason, and what was kept otherwise than it came: what a sender logs.
pub fn in_words(signal: Signal, refused: &[Refused]) -> String {
    let tell = |refused: &Refused| match refused.count {
        0 => refused.reason.clone(),
        1 => format!("1 {} refused: {}", signal.one(), refused.reason),
        count => format!("{count} {}s refused: {}", signal.one(), refused.reason),
    };
    refused.iter().map(tell).collect::<Vec<_>>().join("; ")
}

impl Signal {
    fn one(self) -> &'static str {
        match self {
            Self::Traces => "span",
            Self::Logs => "log record",
        }
    }
}

/// `google.rpc.Status`, from googleapis' `google/rpc/status.proto`.
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.RetryInfo`, from `google/rpc/error_details.proto`.
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<Delay>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, Copy, PartialEq, Message)]
struct Delay {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

/// The body of an answer that says what was wrong. `code` is gRPC's: 3 for a bad request, 14 for a receiver that is busy.
pub fn failure(encoding: Encoding, code: i32, message: &str) -> Vec<u8> {
    match encoding {
        Encoding::Protobuf => Status { code, message: message.to_owned(), details: Vec::new() }.encode_to_vec(),
        Encoding::Json => json!({"code": code, "message": message}).to_string().into(),
    }
}

/// As [`failure`], in protobuf, with the advice to come back after this long (`google.rpc.RetryInfo` among the details).
pub fn failure_with_retry(code: i32, message: &str, after: Duration) -> Vec<u8> {
    let advice = Any { type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(), value: retry_info(after) };
    Status { code, message: message.to_owned(), details: vec![advice] }.encode_to_vec()
}

/// That advice alone.
pub fn retry_info(after: Duration) -> Vec<u8> {
    let seconds = i64::try_from(after.as_secs()).unwrap_or(i64::MAX);
    RetryInfo { retry_delay: Some(Delay { seconds, nanos: after.subsec_nanos() as i32 }) }.encode_to_vec()
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;

    use super::*;

    fn refused() -> Vec<Refused> {
        vec![Refused { count: 2, reason: "no trace id".into() }, Refused { count: 1, reason: "too deep".into() }]
    }

    #[test]
    fn a_full_success_is_empty() {
        assert_eq!(success(Encoding::Protobuf, Signal::Traces, &[]), b"");
        assert_eq!(success(Encoding::Json, Signal::Logs, &[]), b"{}");
    }

    #[test]
    fn a_partial_success_says_how_many_and_why() {
        let json = String::from_utf8(success(Encoding::Json, Signal::Traces, &refused())).unwrap();
        insta::assert_snapshot!(json, @r#"{"partialSuccess":{"errorMessage":"2 spans refused: no trace id; 1 span refused: too deep","rejectedSpans":"3"}}"#);
        let read =
            ExportTraceServiceResponse::decode(success(Encoding::Protobuf, Signal::Traces, &refused()).as_slice()).unwrap();
        assert_eq!(read.partial_success.unwrap().rejected_spans, 3);
        let json = String::from_utf8(success(Encoding::Json, Signal::Logs, &refused())).unwrap();
        insta::assert_snapshot!(json, @r#"{"partialSuccess":{"errorMessage":"2 log records refused: no trace id; 1 log record refused: too deep","rejectedLogRecords":"3"}}"#);
        let read = ExportLogsServiceResponse::decode(success(Encoding::Protobuf, Signal::Logs, &refused()).as_slice()).unwrap();
        assert_eq!(read.partial_success.unwrap().rejected_log_records, 3);
    }

    #[test]
    fn a_note_is_a_warning_and_refuses_nothing() {
        let note = [Refused { count: 0, reason: "1 time is none".into() }];
        assert_eq!(
            success(Encoding::Json, Signal::Traces, &note),
            br#"{"partialSuccess":{"errorMessage":"1 time is none","rejectedSpans":"0"}}"#
        );
        let read = ExportTraceServiceResponse::decode(success(Encoding::Protobuf, Signal::Traces, &note).as_slice()).unwrap();
        let expected = ExportTracePartialSuccess { rejected_spans: 0, error_message: "1 time is none".into() };
        assert_eq!(read.partial_success, Some(expected));
    }

    #[test]
    fn a_failure_is_a_status_in_the_encoding_of_the_request() {
        let json = String::from_utf8(failure(Encoding::Json, 3, "not OTLP/JSON: \"x\"")).unwrap();
        insta::assert_snapshot!(json, @r#"{"code":3,"message":"not OTLP/JSON: \"x\""}"#);
        assert_eq!(failure(Encoding::Protobuf, 14, "busy"), b"\x08\x0e\x12\x04busy");
    }
    #[test]
    fn advice_on_when_to_come_back_is_a_detail_of_the_status() {
        let after = Duration::from_millis(1500);
        assert_eq!(retry_info(after), b"\x0a\x08\x08\x01\x10\x80\xca\xb5\xee\x01");
        let url = b"type.googleapis.com/google.rpc.RetryInfo";
        let any = [b"\x0a\x28", &url[..], b"\x12\x0a", &retry_info(after)].concat();
        assert_eq!(failure_with_retry(14, "busy", after), [b"\x08\x0e\x12\x04busy\x1a\x36", &any[..]].concat());
    }
}
