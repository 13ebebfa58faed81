//! Ids of Jaeger and Zipkin: 64 or 128 bits in hex, of which some writers leave out the leading zeros.

use crate::model::{SpanId, TraceId};

/// The longest hex id.
const LONG: usize = 32;

/// A trace id; `None` where there is none, or zeros only.
pub(super) fn trace_id(text: &str) -> Option<TraceId> {
    let id = match padded(text) {
        Some(padded) => TraceId::from_text(&padded),
        None => TraceId::from_text(text),
    };
    (!text.is_empty() && id.is_valid()).then_some(id)
}

/// A span id; `None` where there is none, or zeros only.
pub(super) fn span_id(text: &str) -> Option<SpanId> {
    let id = match padded(text) {
        Some(padded) => SpanId::from_text(&padded),
        None => SpanId::from_text(text),
    };
    id.is_valid().then_some(id)
}

/// With zeros up to 16 or 32 digits; `None` for what is no hex, or longer.
fn padded(text: &str) -> Option<String> {
    let hex = !text.is_empty() && text.len() <= LONG && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex.then(|| if text.len() <= LONG / 2 { format!("{text:0>16}") } else { format!("{text:0>32}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_may_be_missing() {
        assert_eq!(trace_id("abc"), Some(TraceId::from_text("0000000000000abc")));
        assert_eq!(
            trace_id("1bd862e3fe1be46a9"),
            Some(TraceId::from_text("000000000000000 1bd862e3fe1be46a9".replace(' ', "").as_str()))
        );
        assert_eq!(span_id("1"), Some(SpanId::from_text("0000000000000001")));
    }

    #[test]
    fn zeros_are_no_id_and_other_text_is_one() {
        assert_eq!((trace_id(""), trace_id("0"), span_id("0000000000000000"), span_id("")), (None, None, None, None));
        assert_eq!(trace_id("trace-abc").unwrap().to_string(), "trace-abc");
    }
}
