//! What an OTLP receiver answers: `ExportTraceServiceResponse`, or `google.rpc.Status` where the request failed.

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

/// The body of a successful answer. With refusals it says how many spans they cost, and why; with notes alone it is the protocol's
/// warning, which has a message and no number: <https://opentelemetry.io/docs/specs/otlp/#partial-success>.
pub fn success(encoding: Encoding, refused: &[Refused]) -> Vec<u8> {
    let rejected =
        refused.iter().fold(0i64, |sum, refused| sum.saturating_add(i64::try_from(refused.count).unwrap_or(i64::MAX)));
    let error_message = in_words(refused);
    match encoding {
        Encoding::Protobuf => {
            let partial_success =
                (!refused.is_empty()).then_some(ExportTracePartialSuccess { rejected_spans: rejected, error_message });
            ExportTraceServiceResponse { partial_success }.encode_to_vec()
        }
        Encoding::Json if refused.is_empty() => b"{}".to_vec(),
        // 64-bit integers are text in protobuf's JSON mapping.
        Encoding::Json => {
            json!({"partialSuccess": {"rejectedSpans": rejected.to_string(), "errorMessage": error_message}}).to_string().into()
        }
    }
}

/// How many spans were refused, by reason, and what was kept otherwise than it came: what a sender logs.
pub fn in_words(refused: &[Refused]) -> String {
    let tell = |refused: &Refused| {
        if refused.is_note() { refused.reason.clone() } else { format!("{} refused: {}", spans(refused.count), refused.reason) }
    };
    refused.iter().map(tell).collect::<Vec<_>>().join("; ")
}

fn spans(count: usize) -> String {
    if count == 1 { "1 span".to_owned() } else { format!("{count} spans") }
}

/// `google.rpc.Status` without details, from googleapis' `google/rpc/status.proto`.
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// The body of an answer that says what was wrong. `code` is gRPC's: 3 for a bad request, 14 for a receiver that is busy.
pub fn failure(encoding: Encoding, code: i32, message: &str) -> Vec<u8> {
    match encoding {
        Encoding::Protobuf => Status { code, message: message.to_owned() }.encode_to_vec(),
        Encoding::Json => json!({"code": code, "message": message}).to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused() -> Vec<Refused> {
        vec![Refused { count: 2, reason: "no trace id".into() }, Refused { count: 1, reason: "too deep".into() }]
    }

    #[test]
    fn a_full_success_is_empty() {
        assert_eq!(success(Encoding::Protobuf, &[]), b"");
        assert_eq!(success(Encoding::Json, &[]), b"{}");
    }

    #[test]
    fn a_partial_success_says_how_many_and_why() {
        let json = String::from_utf8(success(Encoding::Json, &refused())).unwrap();
        insta::assert_snapshot!(json, @r#"{"partialSuccess":{"errorMessage":"2 spans refused: no trace id; 1 span refused: too deep","rejectedSpans":"3"}}"#);
        let read = ExportTraceServiceResponse::decode(success(Encoding::Protobuf, &refused()).as_slice()).unwrap();
        assert_eq!(read.partial_success.unwrap().rejected_spans, 3);
    }

    #[test]
    fn a_note_is_a_warning_and_refuses_nothing() {
        let note = [Refused { count: 0, reason: "1 time is none".into() }];
        assert_eq!(
            success(Encoding::Json, &note),
            br#"{"partialSuccess":{"errorMessage":"1 time is none","rejectedSpans":"0"}}"#
        );
        let read = ExportTraceServiceResponse::decode(success(Encoding::Protobuf, &note).as_slice()).unwrap();
        let expected = ExportTracePartialSuccess { rejected_spans: 0, error_message: "1 time is none".into() };
        assert_eq!(read.partial_success, Some(expected));
    }

    #[test]
    fn a_failure_is_a_status_in_the_encoding_of_the_request() {
        let json = String::from_utf8(failure(Encoding::Json, 3, "not OTLP/JSON: \"x\"")).unwrap();
        insta::assert_snapshot!(json, @r#"{"code":3,"message":"not OTLP/JSON: \"x\""}"#);
        assert_eq!(failure(Encoding::Protobuf, 14, "busy"), b"\x08\x0e\x12\x04busy");
    }
}
