//! A file of any readable format.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::error::{Refused, WireError};
use super::lenient::Text;
use super::otlp;
use super::{jaeger, text, xray, zipkin};
use crate::model::{Span, TraceId};

/// What a file holds.
#[derive(Debug)]
pub struct Parsed {
    /// Its spans, in order.
    pub spans: Vec<(TraceId, Span)>,
    /// What could not be kept of it.
    pub refused: Vec<Refused>,
    /// What it says of itself that is no span: traces that the API gave in part, or not at all.
    pub notes: Vec<String>,
    /// What it is, such as `OTLP/JSON`.
    pub format: &'static str,
}

/// Formats that are told apart by their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Otlp,
    XRay,
    Jaeger,
    Zipkin,
}

/// Reads OTLP (JSON or protobuf; one request, a list, or one a line), X-Ray documents in every shape, Jaeger's and Zipkin's JSON. Of
/// a large document only the first keys are looked at to tell which it is.
pub fn read_any(bytes: &[u8]) -> Result<Parsed, WireError> {
    if let Some(why) = compressed(bytes) {
        return Err(unknown(why));
    }
    let json = text::without_mark(bytes);
    let first = json.iter().copied().find(|byte| !byte.is_ascii_whitespace());
    // Every protobuf request begins with the byte that is a line feed in a text.
    let protobuf = if bytes.first() == Some(&b'\n') || !matches!(first, Some(b'{' | b'[' | b'"') | None) {
        Some(otlp::protobuf::read_file(bytes))
    } else {
        None
    };
    match (protobuf, first) {
        (Some(Ok((spans, refused))), _) => Ok(Parsed { spans, refused, notes: Vec::new(), format: "OTLP protobuf" }),
        (_, None) => Err(unknown("it is empty")),
        (_, Some(b'{' | b'[' | b'"')) => read_json(json),
        (Some(Err(error)), _) => Err(unknown(format!("it is no JSON, and as OTLP protobuf {}", error.why))),
        (None, _) => Err(unknown("it is no JSON")),
    }
}

fn read_json(json: &[u8]) -> Result<Parsed, WireError> {
    let (format, (spans, refused), notes) = match kind(json)? {
        Kind::Otlp => ("OTLP/JSON", otlp::decode_json(json)?, Vec::new()),
        Kind::Jaeger => ("Jaeger JSON", jaeger::read(json)?, Vec::new()),
        Kind::Zipkin => ("Zipkin JSON", zipkin::read(json)?, Vec::new()),
        Kind::XRay => {
            let found = xray::shapes::read(json)?;
            ("X-Ray documents", (found.spans, found.refused), found.notes)
        }
    };
    Ok(Parsed { spans, refused, notes, format })
}

fn unknown(why: impl fmt::Display) -> WireError {
    WireError::new("in any known format (OTLP, X-Ray, Jaeger, Zipkin)", why)
}

fn compressed(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x1f, 0x8b, ..] => Some("it is compressed with gzip: decompress it first"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("it is compressed with zstd: decompress it first"),
        _ => None,
    }
}

fn kind(json: &[u8]) -> Result<Kind, WireError> {
    let mut seen = Seen::default();
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let read = First(&mut seen).deserialize(&mut deserializer);
    match (seen.kind, read) {
        (Some(kind), _) => Ok(kind),
        (None, Err(error)) => Err(WireError::json("JSON", &error, text::path_of_mistake(json))),
        (None, Ok(())) if seen.keys.is_empty() => Err(unknown("there is nothing in the JSON")),
        (None, Ok(())) => Err(unknown(format!("it is JSON whose keys belong to none of them: {}", seen.keys.join(", ")))),
    }
}

/// How many keys an error names.
const KEYS_TOLD: usize = 8;

/// What was seen on the way.
#[derive(Default)]
struct Seen {
    kind: Option<Kind>,
    keys: Vec<String>,
}

impl Seen {
    fn key(&mut self, key: &str) -> Option<Kind> {
        self.kind = match key {
            "resourceSpans" | "resource_spans" | "batches" => Some(Kind::Otlp),
            "Traces"
            | "Segments"
            | "Spans"
            | "Document"
            | "TraceSegmentDocuments"
            | "UnprocessedTraceIds"
            | "format"
            | "trace_id"
            | "start_time"
            | "end_time"
            | "in_progress"
            | "subsegments" => Some(Kind::XRay),
            "data" | "traceID" | "spans" | "processes" => Some(Kind::Jaeger),
            "traceId" | "parentId" | "localEndpoint" | "remoteEndpoint" => Some(Kind::Zipkin),
            _ => None,
        };
        if self.kind.is_none() && self.keys.len() < KEYS_TOLD {
            self.keys.push(format!("`{}`", key.escape_debug().take(40).collect::<String>()));
        }
        self.kind
    }
}

/// The first keys of the first object. Stops with an error as soon as it is known what they belong to.
struct First<'s>(&'s mut Seen);

impl<'de> DeserializeSeed<'de> for First<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for First<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of objects")
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        // Only X-Ray's documents are text within JSON.
        self.0.kind = Some(Kind::XRay);
        Err(E::custom("enough"))
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(First(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Text<'de>>()? {
            if self.0.key(&key.0).is_some() {
                return Err(A::Error::custom("enough"));
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::arbitrary;

    #[test]
    fn every_fixture_is_taken_for_what_it_is() {
        let files: [(&str, &[u8], usize); 9] = [
            ("OTLP/JSON", include_bytes!("../../tests/fixtures/otlp/python.json"), 2),
            ("OTLP/JSON", include_bytes!("../../tests/fixtures/otlp/tempo.json"), 2),
            ("OTLP/JSON", include_bytes!("../../tests/fixtures/otlp/snake-case-and-null.json"), 2),
            ("X-Ray documents", include_bytes!("../../tests/fixtures/xray/flask.json"), 4),
            ("X-Ray documents", include_bytes!("../../tests/fixtures/xray/datagrams.txt"), 3),
            ("X-Ray documents", include_bytes!("../../tests/fixtures/xray/batch-get-traces.json"), 2),
            ("X-Ray documents", include_bytes!("../../tests/fixtures/xray/oddities.json"), 8),
            ("Jaeger JSON", include_bytes!("../../tests/fixtures/jaeger.json"), 3),
            ("Zipkin JSON", include_bytes!("../../tests/fixtures/zipkin.json"), 3),
        ];
        for (format, bytes, spans) in files {
            let parsed = read_any(bytes).unwrap();
            assert_eq!((parsed.format, parsed.spans.len()), (format, spans));
            let spaced = [b"\xef\xbb\xbf \r\n", bytes].concat();
            assert_eq!(read_any(&spaced).unwrap().spans, parsed.spans);
            let after_a_line = [b"\n", bytes].concat();
            assert_eq!(read_any(&after_a_line).unwrap().spans, parsed.spans);
        }
    }

    #[test]
    fn what_is_nothing_known_is_told_as_what_it_looks_like() {
        let told = |bytes: &[u8]| read_any(bytes).unwrap_err().to_string();
        insta::assert_snapshot!(told(b" \n"), @"not in any known format (OTLP, X-Ray, Jaeger, Zipkin): it is empty");
        insta::assert_snapshot!(told(b"hello"), @"not in any known format (OTLP, X-Ray, Jaeger, Zipkin): it is no JSON, and as OTLP protobuf a group ends that has not begun at byte 3");
        insta::assert_snapshot!(told(b"[]"), @"not in any known format (OTLP, X-Ray, Jaeger, Zipkin): there is nothing in the JSON");
        insta::assert_snapshot!(told(b"{\"a\": 1, \"b\": {\"traceId\": 1}}"), @"not in any known format (OTLP, X-Ray, Jaeger, Zipkin): it is JSON whose keys belong to none of them: `a`, `b`");
        insta::assert_snapshot!(told(b"{\"a\": [1, 2"), @"not JSON: EOF while parsing a list, line 1 column 11, in a");
        insta::assert_snapshot!(told(b"{\"resourceSpans\": [{]"), @"not OTLP/JSON: key must be a string, line 1 column 21, in resourceSpans[0].?");
        insta::assert_snapshot!(told(b"\x1f\x8b\x08"), @"not in any known format (OTLP, X-Ray, Jaeger, Zipkin): it is compressed with gzip: decompress it first");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn protobuf_is_told_from_json_whatever_is_in_it(spans in arbitrary::spans()) {
            let (data, _) = otlp::encode(spans.iter().map(|(id, span)| (id, span)));
            if spans.is_empty() {
                prop_assert!(read_any(&data).is_err());
            } else {
                let parsed = read_any(&data).unwrap();
                prop_assert_eq!(parsed.format, "OTLP protobuf");
                prop_assert_eq!(parsed.spans, spans);
            }
        }

        #[test]
        fn no_bytes_panic(data in proptest::collection::vec(any::<u8>(), 0..100), text in "[\\[\\]{}:,\"a1 ]{0,40}") {
            read_any(&data).ok();
            read_any(text.as_bytes()).ok();
        }
    }
}
