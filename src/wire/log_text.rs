//! What the text of a log line says of itself: whose trace it is, which span, which path, how bad.
//!
//! Such text is whatever a program printed: what is found here is what a reader would see, and nothing else is concluded from it.

use serde_json::{Map, Value as Json};

use crate::model::address::path_of;
use crate::model::id::hex;
use crate::model::{Severity, SpanId, Spelling, TraceId};

/// So many words at the beginning of a line may be its severity: behind come the writer's own.
const WORDS: usize = 6;
/// Keys under which JSON has the severity, in lower case.
const SEVERITY_KEYS: [&str; 5] = ["level", "severity", "levelname", "log.level", "severity_text"];
/// What the id of a span stands behind, in lower case: OpenTelemetry's `span_id` and `otelSpanID`, AWS Lambda's `SegmentId`.
const SPAN_KEYS: [&str; 3] = ["span_id", "spanid", "segmentid"];

/// How an id may be written in a line, most usual first.
pub fn spellings(id: &TraceId) -> Vec<(Spelling, String)> {
    let text = id.canonical();
    if text.is_empty() || !id.is_valid() {
        return Vec::new();
    }
    let Some(bytes) = id.bytes() else { return vec![(Spelling::W3c, text)] };
    let mut all = vec![(Spelling::XRay, format!("1-{}-{}", hex(&bytes[..4]), hex(&bytes[4..]))), (Spelling::W3c, text)];
    if bytes[..8] == [0; 8] {
        all.push((Spelling::Short, hex(&bytes[8..])));
    }
    all
}

/// Whether the text holds the id, and how it is written there. A longer run of letters and digits that has it within is no id.
pub fn carries(text: &str, id: &TraceId) -> Option<Spelling> {
    let text = text.to_ascii_lowercase();
    let hex = id.bytes().is_some();
    // Digits may have a hyphen beside them, as in a `traceparent`; of a name, that would be a part.
    let joins = |c: char| c.is_ascii_alphanumeric() || !hex && matches!(c, '-' | '_');
    let found = |(_, id): &(Spelling, String)| {
        let id = id.to_ascii_lowercase();
        text.match_indices(&id).any(|(at, _)| !text[..at].ends_with(joins) && !text[at + id.len()..].starts_with(joins))
    };
    spellings(id).into_iter().find(found).map(|(spelling, _)| spelling)
}

/// Whether a word of the text is this path, with or without a server in front of it and a query behind it.
pub fn names_path(text: &str, path: &str) -> bool {
    let ends = |c: char| c.is_whitespace() || "\"'`,;()[]{}<>|=".contains(c);
    text.split(ends).any(|word| path_of(word) == path)
}

/// The span that the text names.
pub fn span_of(text: &str) -> Option<SpanId> {
    let text = text.to_ascii_lowercase();
    let behind = SPAN_KEYS.iter().flat_map(|key| text.match_indices(key).map(|(at, key)| &text[at + key.len()..]));
    let id = |rest: &str| {
        let rest = rest.trim_start_matches(['"', '\'', ':', '=', ' ']);
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        (digits == 16 && rest[..16].bytes().any(|digit| digit != b'0')).then(|| SpanId::from_text(&rest[..16]))
    };
    behind.into_iter().find_map(id)
}

/// How bad the text says it is, and its word for it.
pub fn severity_of(text: &str) -> Option<(Severity, String)> {
    if let Some(object) = object(text) {
        let word = |key: &str| object.iter().find(|(known, _)| known.eq_ignore_ascii_case(key))?.1.as_str();
        return SEVERITY_KEYS.iter().filter_map(|key| word(key)).find_map(known);
    }
    text.split_whitespace().take(WORDS).find_map(|word| {
        if let Some(("level" | "severity" | "lvl", value)) = word.split_once('=') {
            return known(value.trim_matches(['"', '\'', ',']));
        }
        let bare = word.trim_matches(['[', ']', '(', ')', '<', '>', ',', '|']);
        let (bare, marked) = bare.split_once(':').map_or((bare, bare.len() < word.len()), |(bare, _)| (bare, true));
        // `error` within a sentence is no severity.
        (marked || bare.bytes().all(|byte| byte.is_ascii_uppercase())).then(|| known(bare)).flatten()
    })
}

/// The service that JSON names, as AWS Lambda Powertools and `OpenTelemetry` write it.
pub fn service_of(text: &str) -> Option<String> {
    let object = object(text)?;
    let name = ["service", "service.name"].iter().find_map(|key| object.get(*key)?.as_str());
    name.filter(|name| !name.is_empty()).map(str::to_owned)
}

fn known(word: &str) -> Option<(Severity, String)> {
    Severity::from_word(word).map(|severity| (severity, word.to_owned()))
}

fn object(text: &str) -> Option<Map<String, Json>> {
    if text.trim_start().starts_with('{') { serde_json::from_str(text).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const W3C: &str = "581cf771a006649127e371903a2de979";
    const XRAY: &str = "1-581cf771-a006649127e371903a2de979";

    #[test]
    fn an_id_is_found_in_every_spelling_and_not_within_a_longer_one() {
        for id in [W3C, XRAY].map(TraceId::from_text) {
            for (text, spelling) in [
                (format!("REPORT XRAY TraceId: {XRAY}\tSegmentId: 1"), Some(Spelling::XRay)),
                (format!("{{\"trace_id\":\"{W3C}\"}}"), Some(Spelling::W3c)),
                (format!("[trace_id={}]", W3C.to_uppercase()), Some(Spelling::W3c)),
                (format!("00-{W3C}-53995c3f42cd8ad8-01"), Some(Spelling::W3c)),
                (format!("sha {W3C}00"), None),
                (format!("a{W3C}"), None),
                (W3C[..31].to_owned(), None),
                (String::new(), None),
            ] {
                assert_eq!(carries(&text, &id), spelling, "{text}");
            }
        }
        assert_eq!(carries("order checkout-7 done", &TraceId::from_text("checkout-7")), Some(Spelling::W3c));
        assert_eq!(carries("order checkout-7-b", &TraceId::from_text("checkout-7")), None);
        assert_eq!(carries("order checkout-77", &TraceId::from_text("checkout-7")), None);
        assert_eq!(carries("id=53995c3f42cd8ad8", &TraceId::from_text("53995c3f42cd8ad8")), Some(Spelling::Short));
        assert_eq!(carries(&"0".repeat(32), &TraceId::from_bytes([0; 16])), None, "no id at all");
    }

    /// As the application writes it: `'%s %s %s %s %s %s' % (timestamp, remote_addr, method, scheme, full_path, status)`.
    #[test]
    fn a_path_is_named_by_a_whole_word() {
        let line = "[2023-Mar-05 20:16] 192.168.1.7 GET http /api/activities/home? 200 OK";
        assert!(names_path(line, "/api/activities/home"));
        for other in ["/api/activities", "/activities/home", "/", "/api/activities/home?"] {
            assert!(!names_path(line, other), "{other}");
        }
        assert!(names_path("url=http://localhost:4567/api/activities?q=1", "/api/activities"));
        assert!(!names_path("http://localhost:4567/v2/api/activities", "/api/activities"));
        assert!(names_path(r#"{"path":"/api/messages"}"#, "/api/messages"));
    }

    #[test]
    fn a_span_is_named_behind_its_key() {
        for text in [
            "REPORT RequestId: 7 XRAY TraceId: 1-5e-9 SegmentId: 53995c3f42cd8ad8\tSampled: true",
            "[trace_id=1 span_id=53995c3f42cd8ad8 resource.service.name=web]",
            r#"{"otelSpanID": "53995C3F42CD8AD8"}"#,
        ] {
            assert_eq!(span_of(text), Some(SpanId::from_text("53995c3f42cd8ad8")), "{text}");
        }
        for text in ["span_id=0000000000000000", "span_id=53995c3f42cd8ad8ff", "span_id", "53995c3f42cd8ad8"] {
            assert_eq!(span_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_severity_is_a_word_at_the_beginning_or_a_key_of_json() {
        let of = |text| severity_of(text).map(|(severity, _)| severity);
        for (text, severity) in [
            ("[ERROR]\t2023-03-05T20:16:00Z\t7\tboom", Some(Severity::Error)),
            ("2023-03-05 20:16:00,123 WARNING cruddur: slow", Some(Severity::Warn)),
            ("INFO:root:hello", Some(Severity::Info)),
            ("error: no such user", Some(Severity::Error)),
            ("time=x level=warn msg=y", Some(Severity::Warn)),
            (r#"{"level":"DEBUG","message":"ERROR"}"#, Some(Severity::Debug)),
            (r#"{"message":"ERROR"}"#, None),
            ("an error within a sentence", None),
            ("one two three four five six ERROR", None),
            ("HomeActivities", None),
        ] {
            assert_eq!(of(text), severity, "{text}");
        }
        assert_eq!(service_of(r#"{"service":"thumbs"}"#).as_deref(), Some("thumbs"));
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text: String, id: String, path: String) {
            let id = TraceId::from_text(&id);
            carries(&text, &id);
            names_path(&text, &path);
            span_of(&text);
            severity_of(&text);
            service_of(&text);
        }

        #[test]
        fn an_id_in_blanks_is_always_found(bytes: [u8; 16], before: String) {
            let id = TraceId::from_bytes(bytes);
            for (_, spelled) in spellings(&id) {
                let text = format!("{before} {spelled} x");
                prop_assert!(carries(&text, &id).is_some() == id.is_valid());
            }
        }
    }
}
