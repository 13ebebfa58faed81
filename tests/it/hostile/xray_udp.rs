//! Datagrams that are nearly X-Ray's: a header line, and a segment document.

use serde_json::Value;

use super::mutate::{Dice, mutated};

/// What is to become of a datagram: the counter that tells, and how many segments are kept.
pub(super) type Told = (&'static str, u64);

/// A datagram.
#[derive(Debug)]
pub(super) struct Datagram {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) told: Told,
}

/// The line that comes first.
pub(super) const HEADER: &str = "{\"format\":\"json\",\"version\":1}\n";
const NO_DOCUMENT: Told = ("datagrams_without_document", 0);
const BAD_HEADER: Told = ("datagrams_bad_header", 0);
const EMPTY: Told = ("datagrams_empty", 0);
const REFUSED: Told = ("documents_refused", 0);

fn kept(segments: u64) -> Told {
    ("documents_kept", segments)
}

/// A good one, with a number of its own; `start` in seconds.
pub(super) fn datagram(name: &str, number: u64, start: u64) -> String {
    format!(
        r#"{HEADER}{{"trace_id":"1-{start:08x}-{number:024x}","id":"00000000000000aa","name":"{name}","start_time":{start}.25,"end_time":{start}.5,"http":{{"request":{{"method":"GET"}},"response":{{"status":500}}}},"fault":true,"subsegments":[{{"id":"00000000000000bb","name":"inner","start_time":{start}.3,"end_time":{start}.4}}]}}"#
    )
}

/// The datagrams; `seed` also makes their traces' ids.
pub(super) fn cases(seed: u64, start: u64) -> Vec<Datagram> {
    let mut cases = odd(seed, start);
    let whole = datagram("cut", seed << 32, start);
    cases.extend((0..whole.len()).step_by(9).map(|length| {
        let bytes = whole.as_bytes()[..length].to_vec();
        Datagram { name: format!("cut off at {length}"), told: told(&bytes), bytes }
    }));
    let mut dice = Dice::new(seed);
    cases.extend((1..=160).map(|number| {
        let bytes = mutated(&mut dice, datagram("mutated", (seed << 32) + number, start).as_bytes());
        Datagram { name: format!("mutation {number}"), told: told(&bytes), bytes }
    }));
    cases
}

/// What a parser that others wrote makes of it.
fn told(datagram: &[u8]) -> Told {
    let Some(end) = datagram.iter().position(|byte| *byte == b'\n') else { return NO_DOCUMENT };
    let header = serde_json::from_slice::<Value>(&datagram[..end]).unwrap_or_default();
    let json = header["format"].as_str().is_some_and(|format| format.eq_ignore_ascii_case("json"));
    if !json || header["version"].as_i64() != Some(1) {
        return BAD_HEADER;
    }
    let document = datagram[end..].trim_ascii();
    if document.is_empty() {
        return EMPTY;
    }
    let document = serde_json::from_slice::<Value>(document).unwrap_or_default();
    let is_text = |key: &str| document[key].as_str().is_some_and(|text| !text.is_empty());
    if !is_text("trace_id") || !is_text("id") {
        return REFUSED;
    }
    // What is no object among them stays with the segment.
    let inner = document["subsegments"].as_array().map_or(0, |list| list.iter().filter(|inner| inner.is_object()).count());
    kept(1 + inner as u64)
}

/// By hand.
fn odd(seed: u64, start: u64) -> Vec<Datagram> {
    let mut number = seed << 32 | 1 << 20;
    let mut with = |name: &str, fields: &str, told: Told| {
        number += 1;
        let trace = format!("1-{start:08x}-{number:024x}");
        Datagram { name: name.to_owned(), bytes: format!("{HEADER}{}", fields.replace("ID", &trace)).into_bytes(), told }
    };
    let ids = r#""trace_id":"ID","id":"00000000000000dd","name":"odd""#;
    let deep = format!(
        r#"{{{ids},"subsegments":{}{}}}"#,
        r#"[{"id":"1","subsegments":"#.repeat(600),
        "[]".to_owned() + &"}]".repeat(600)
    );
    let mut cases = vec![
        with("a document of nothing", "{}", REFUSED),
        with("no id", r#"{"trace_id":"ID"}"#, REFUSED),
        with("no trace id", r#"{"id":"00000000000000dd"}"#, REFUSED),
        with("ids of null", r#"{"trace_id":null,"id":null}"#, REFUSED),
        with("ids that are empty", r#"{"trace_id":"","id":""}"#, REFUSED),
        with("ids that are numbers", r#"{"trace_id":1,"id":2}"#, REFUSED),
        with("a list", "[]", REFUSED),
        with("null", "null", REFUSED),
        with("a number", "42", REFUSED),
        with("a word", "oops", REFUSED),
        with("an XML document", "<segment/>", REFUSED),
        with("half a document", r#"{"trace_id":"ID","id":"#, REFUSED),
        with("lists without end", &"[".repeat(60_000), REFUSED),
        with("objects without end", &"{\"a\":".repeat(10_000), REFUSED),
        with("subsegments too deep", &deep, REFUSED),
        with("a text that is no escape", &format!(r#"{{{ids},"user":"\x"}}"#), REFUSED),
        with("a raw line end in a text", &format!("{{{ids},\"user\":\"a\nb\"}}"), REFUSED),
        with("a number with a leading zero", &format!(r#"{{{ids},"start_time":01}}"#), REFUSED),
        with("a bare NaN", &format!(r#"{{{ids},"start_time":NaN}}"#), REFUSED),
        with("a number beyond all", &format!(r#"{{{ids},"start_time":1e999}}"#), REFUSED),
        with("times that are text", &format!(r#"{{{ids},"start_time":"soon","end_time":"NaN"}}"#), kept(1)),
        with("times below zero and beyond all", &format!(r#"{{{ids},"start_time":-1e300,"end_time":1e300}}"#), kept(1)),
        with(
            "everything null",
            &format!(r#"{{{ids},"start_time":null,"http":null,"aws":null,"cause":null,"subsegments":null}}"#),
            kept(1),
        ),
        with(
            "everything a number",
            &format!(r#"{{{ids},"http":1,"aws":2,"cause":3,"sql":4,"annotations":5,"metadata":6,"subsegments":7}}"#),
            kept(1),
        ),
        with(
            "everything a list",
            &format!(r#"{{{ids},"http":[],"aws":[],"cause":[],"sql":[],"annotations":[],"fault":[],"subsegments":[]}}"#),
            kept(1),
        ),
        with("subsegments of every kind", &format!(r#"{{{ids},"subsegments":[1,null,"x",[],{{}},{{"id":""}}]}}"#), kept(3)),
        with("keys twice", r#"{"trace_id":"no","trace_id":"ID","id":"","id":"00000000000000dd"}"#, kept(1)),
        with("control and bidi characters", &format!(r#"{{{ids},"user":"\u0000\u001b]0;x\u0007\u202e"}}"#), kept(1)),
        with("ids that are no ids", r#"{"trace_id":"\u001b[2J-ID","id":"\u0000"}"#, kept(1)),
        with("a parent of itself", &format!(r#"{{{ids},"parent_id":"00000000000000dd","type":"subsegment"}}"#), kept(1)),
        with(
            "a document as text within a list",
            &format!("[{}]", serde_json::json!(format!("{{{}}}", ids.replace("ID", "1-00000001-0000000000000000000000ff")))),
            kept(1),
        ),
    ];
    for (name, bytes, told) in [
        ("nothing", &b""[..], NO_DOCUMENT),
        ("zeros", &[0; 100], NO_DOCUMENT),
        ("a line end", b"\n", BAD_HEADER),
        ("a header alone", b"{\"format\":\"json\",\"version\":1}", NO_DOCUMENT),
        ("a header and a line end", b"{\"format\":\"json\",\"version\":1}\n", EMPTY),
        ("a header and white space", b"{\"format\":\"json\",\"version\":1}\n \r\n\t", EMPTY),
        ("version 2", b"{\"format\":\"json\",\"version\":2}\n{}", BAD_HEADER),
        ("version 1.0", b"{\"format\":\"json\",\"version\":1.0}\n{}", BAD_HEADER),
        ("a version that is text", b"{\"format\":\"json\",\"version\":\"1\"}\n{}", BAD_HEADER),
        ("a version beyond all", b"{\"format\":\"json\",\"version\":1e999}\n{}", BAD_HEADER),
        ("another format", b"{\"format\":\"xml\",\"version\":1}\n{}", BAD_HEADER),
        ("a format that is a list", b"{\"format\":[],\"version\":1}\n{}", BAD_HEADER),
        ("no format", b"{\"version\":1}\n{}", BAD_HEADER),
        ("a header twice", b"{\"format\":\"json\",\"version\":1}{\"format\":\"json\",\"version\":1}\n{}", BAD_HEADER),
        ("a header that is no UTF-8", b"{\"format\":\"\xff\",\"version\":1}\n{}", BAD_HEADER),
        ("HTTP", b"POST /v1/traces HTTP/1.1\r\nHost: x\r\n\r\n", BAD_HEADER),
        ("two line ends", b"\n\n{}", BAD_HEADER),
        ("a document that is no UTF-8", b"{\"format\":\"json\",\"version\":1}\n{\"id\":\"\xff\"}", REFUSED),
        ("a document of zeros", b"{\"format\":\"json\",\"version\":1}\n\0\0\0\0", REFUSED),
        ("two headers", b"{\"format\":\"json\",\"version\":1}\n{\"format\":\"json\",\"version\":1}\n", REFUSED),
    ] {
        cases.push(Datagram { name: name.to_owned(), bytes: bytes.to_vec(), told });
    }
    cases
}
