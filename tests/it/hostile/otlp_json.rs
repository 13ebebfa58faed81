//! Bodies that are nearly OTLP/JSON. What is to become of each is what `serde_json`'s own tree of values says.

use base64::Engine as _;
use serde_json::Value;

use super::mutate::{Dice, mutated, tree};
use super::site::{Case, Fate};

/// A request of two spans with a number of their own.
pub(super) fn request(name: &str, number: u64, start: u64) -> String {
    format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"web"}}}}]}},"scopeSpans":[{{"scope":{{"name":"it"}},"spans":[{{"traceId":"{number:032x}","spanId":"00000000000000aa","name":"{name}","kind":2,"startTimeUnixNano":"{start}","endTimeUnixNano":{end},"attributes":[{{"key":"n","value":{{"intValue":"7"}}}},{{"key":"list","value":{{"arrayValue":{{"values":[{{"doubleValue":1.5}},{{"boolValue":true}}]}}}}}}],"events":[{{"timeUnixNano":"{start}","name":"e"}}],"status":{{"code":2,"message":"no\u00e9"}}}},{{"traceId":"{number:032x}","spanId":"00000000000000bb","parentSpanId":"00000000000000aa","name":"inner","startTimeUnixNano":{start},"endTimeUnixNano":"{end}"}}]}}]}}]}}"#,
        end = start + 1_000_000,
    )
}

/// The bodies; `seed` also makes their traces' ids.
pub(super) fn cases(seed: u64, start: u64) -> Vec<Case> {
    let whole = request("cut", seed << 32, start);
    let mut cases = odd(seed, start);
    cases.extend(
        (1..whole.len())
            .step_by(29)
            .map(|length| Case::new(format!("cut off at {length}"), &whole.as_bytes()[..length], Fate::Malformed)),
    );
    let mut dice = Dice::new(seed);
    cases.extend((1..=160).map(|number| {
        let body = mutated(&mut dice, request("mutated", (seed << 32) + number, start).as_bytes());
        let fate = fate(&body);
        Case::new(format!("mutation {number}"), body, fate)
    }));
    cases
}

/// What a parser that others wrote makes of it.
fn fate(body: &[u8]) -> Fate {
    let Some(request) = tree(body) else { return Fate::Malformed };
    if !request.is_object() {
        return Fate::Malformed;
    }
    let (mut kept, mut refused) = (0, 0);
    let scopes = items(&request, "resourceSpans").into_iter().flat_map(|part| items(&part, "scopeSpans"));
    for span in scopes.flat_map(|part| items(&part, "spans")) {
        let id =
            |keys: [&str; 3], length| keys.iter().find_map(|key| span.get(key)).map_or(Some(false), |id| is_id(id, length));
        let ids = [id(["traceId", "trace_id", "traceID"], 16), id(["spanId", "span_id", "spanID"], 8)];
        let parent = id(["parentSpanId", "parent_span_id", "parentSpanID"], 8);
        if ids == [Some(true); 2] && parent.is_some() { kept += 1 } else { refused += 1 }
    }
    Fate::Taken { kept, refused }
}

fn items(of: &Value, key: &str) -> Vec<Value> {
    of.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Whether it is an id, or none (zeros, nothing), or wrong (`None`).
fn is_id(id: &Value, length: usize) -> Option<bool> {
    let text = match id {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return Some(false),
    };
    let hex = text.len() == 2 * length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let base64 = || {
        let bytes = base64::engine::general_purpose::STANDARD.decode(&text).ok()?;
        (bytes.len() == length).then_some(bytes.iter().any(|byte| *byte != 0))
    };
    match () {
        () if text.is_empty() => Some(false),
        () if hex => Some(text.bytes().any(|byte| byte != b'0')),
        () => base64(),
    }
}

const BOTH: Fate = Fate::Taken { kept: 2, refused: 0 };
const ONE: Fate = Fate::Taken { kept: 1, refused: 1 };
const NONE: Fate = Fate::Taken { kept: 0, refused: 0 };

/// By hand.
#[expect(clippy::too_many_lines, reason = "a table")]
fn odd(seed: u64, start: u64) -> Vec<Case> {
    let mut number = seed << 32 | 1 << 20;
    // A span of the fields that are given, beside a good one that has the same trace.
    let mut beside = |name: &str, fields: &str, fate: Fate| {
        number += 1;
        let body = format!(
            r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"traceId":"{number:032x}","spanId":"00000000000000cc","name":"good","startTimeUnixNano":"{start}"}},{{{}}}]}}]}}]}}"#,
            fields.replace("ID", &format!("{number:032x}"))
        );
        Case::new(name, body, fate)
    };
    let deep = |levels: usize| {
        format!(
            r#""traceId":"ID","spanId":"00000000000000dd","attributes":[{{"key":"d","value":{}1{}}}]"#,
            "[".repeat(levels),
            "]".repeat(levels)
        )
    };
    let ids = r#""traceId":"ID","spanId":"00000000000000dd","#;
    let mut cases = vec![
        beside("no ids", "", ONE),
        beside("ids of null", r#""traceId":null,"spanId":null"#, ONE),
        beside("ids that are empty", r#""traceId":"","spanId":"""#, ONE),
        beside("ids of zeros", r#""traceId":"00000000000000000000000000000000","spanId":"0000000000000000""#, ONE),
        beside("a trace id that is too short", r#""traceId":"ab","spanId":"00000000000000dd""#, ONE),
        beside("a trace id that is no hex", r#""traceId":"zz000000000000000000000000000001","spanId":"00000000000000dd""#, ONE),
        beside("a trace id that is a number", r#""traceId":12345678901234567890,"spanId":"00000000000000dd""#, ONE),
        beside("a trace id that is a list", r#""traceId":["ID"],"spanId":"00000000000000dd""#, ONE),
        beside("a trace id in upper case", r#""traceId":"ABCDEF00000000000000000000000001","spanId":"ABCDEF0000000001""#, BOTH),
        beside("ids in base64", r#""traceId":"V1npiL2GLj/hvkaplCcnkw==","spanId":"U5lcP0LNitg=""#, BOTH),
        beside("a span id of control characters", r#""traceId":"ID","spanId":"\u0000\u001b[2J""#, ONE),
        beside("a parent that is no id", &format!(r#"{ids}"parentSpanId":"the-root""#), ONE),
        beside("a parent of null", &format!(r#"{ids}"parentSpanId":null"#), BOTH),
        beside("a parent of zeros", &format!(r#"{ids}"parentSpanId":"0000000000000000""#), BOTH),
        beside("keys twice", r#""traceId":"no","traceId":"ID","spanId":"","spanId":"00000000000000dd""#, BOTH),
        beside("the last key is the bad one", r#""traceId":"ID","spanId":"00000000000000dd","traceId":"no""#, ONE),
        beside("snake_case", r#""trace_id":"ID","span_id":"00000000000000dd","start_time_unix_nano":5"#, BOTH),
        beside(
            "everything null",
            &format!(r#"{ids}"name":null,"kind":null,"status":null,"attributes":null,"events":null,"links":null"#),
            BOTH,
        ),
        beside(
            "everything a number",
            &format!(r#"{ids}"name":1,"kind":1e9,"status":2,"attributes":3,"events":4,"links":5"#),
            BOTH,
        ),
        beside(
            "everything text",
            &format!(r#"{ids}"kind":"x","status":"x","attributes":"x","events":"x","links":"x","startTimeUnixNano":"x""#),
            BOTH,
        ),
        beside(
            "everything a list",
            &format!(r#"{ids}"name":[],"kind":[],"status":[],"startTimeUnixNano":[],"flags":[]"#),
            BOTH,
        ),
        beside(
            "everything an object",
            &format!(r#"{ids}"name":{{}},"kind":{{}},"attributes":{{}},"events":{{}},"links":{{}}"#),
            BOTH,
        ),
        beside(
            "enumerations by name",
            &format!(r#"{ids}"kind":"SPAN_KIND_CLIENT","status":{{"code":"STATUS_CODE_ERROR"}}"#),
            BOTH,
        ),
        beside("times below zero and beyond all", &format!(r#"{ids}"startTimeUnixNano":-1,"endTimeUnixNano":1e300"#), BOTH),
        beside("a time with a fraction", &format!(r#"{ids}"startTimeUnixNano":1.5,"endTimeUnixNano":"1.5""#), BOTH),
        beside(
            "attributes of nothing",
            &format!(r#"{ids}"attributes":[null,1,"x",[],{{}},{{"key":null}},{{"value":1}}]"#),
            BOTH,
        ),
        beside(
            "an attribute's value of two kinds",
            &format!(r#"{ids}"attributes":[{{"key":"k","value":{{"intValue":"x","boolValue":7}}}}]"#),
            BOTH,
        ),
        beside(
            "numbers that are none",
            &format!(
                r#"{ids}"attributes":[{{"key":"k","value":{{"doubleValue":"NaN"}}}},{{"key":"l","value":{{"doubleValue":"-Infinity"}}}}]"#
            ),
            BOTH,
        ),
        beside(
            "bytes that are no base64",
            &format!(r#"{ids}"attributes":[{{"key":"k","value":{{"bytesValue":"!!"}}}}]"#),
            BOTH,
        ),
        beside("control and bidi characters", &format!(r#"{ids}"name":"\u0000\u001b]0;x\u0007\u202e\u0085""#), BOTH),
        beside("half a character", &format!(r#"{ids}"name":"cut \ud83d""#), BOTH),
        beside("a bare NaN", &format!(r#"{ids}"attributes":[{{"key":"k","value":{{"doubleValue":NaN}}}}]"#), BOTH),
        beside("a number beyond all", &format!(r#"{ids}"attributes":[{{"key":"k","value":{{"doubleValue":-1e999}}}}]"#), BOTH),
        beside("attributes as one object", &format!(r#"{ids}"attributes":{{"a":1,"b":null}}"#), BOTH),
        beside("a bare NaN, and what is no JSON at all", &format!(r#"{ids}"flags":NaN,"kind":nan"#), Fate::Malformed),
        beside("lists as deep as allowed", &deep(24), BOTH),
        beside("lists too deep by one, which become text", &deep(25), BOTH),
        beside("lists too deep for a decoder", &deep(200), Fate::Malformed),
        beside("lists without end", &format!(r#"{ids}"name":{}"#, "[".repeat(100_000)), Fate::Malformed),
        beside("a text without end", &format!(r#"{ids}"name":"x"#), Fate::Malformed),
        beside("a comma too many", ids, Fate::Malformed),
        beside("a bare word", &format!(r#"{ids}"name":oops"#), Fate::Malformed),
        beside("a raw line end in a text", &format!("{ids}\"name\":\"a\nb\""), Fate::Malformed),
        beside("a raw zero in a text", &format!("{ids}\"name\":\"a\0b\""), Fate::Malformed),
        beside("an escape that is none", &format!(r#"{ids}"name":"\x41""#), Fate::Malformed),
        beside("half an escape", &format!(r#"{ids}"name":"\u12""#), Fate::Malformed),
        beside("a number with a leading zero", &format!(r#"{ids}"kind":01"#), Fate::Malformed),
        beside("a number that ends with its point", &format!(r#"{ids}"kind":1."#), Fate::Malformed),
        beside("a plus", &format!(r#"{ids}"kind":+1"#), Fate::Malformed),
        beside("single quotes", "'traceId':'ID'", Fate::Malformed),
        beside("a comment", "/* */", Fate::Malformed),
    ];
    for (name, body, fate) in [
        ("nothing", &b""[..], Fate::Malformed),
        ("white space", b" \r\n\t ", Fate::Malformed),
        ("null", b"null", Fate::Malformed),
        ("true", b"true", Fate::Malformed),
        ("a number", b"42", Fate::Malformed),
        ("a text", b"\"resourceSpans\"", Fate::Malformed),
        ("a list of numbers", b"[1]", Fate::Malformed),
        ("an empty object", b"{}", NONE),
        ("metrics", br#"{"resourceMetrics":[]}"#, NONE),
        ("resource spans of null", br#"{"resourceSpans":null}"#, NONE),
        ("resource spans that are text", br#"{"resourceSpans":"x"}"#, NONE),
        ("scopes that are a number", br#"{"resourceSpans":[{"scopeSpans":7}]}"#, NONE),
        ("spans that are an object", br#"{"resourceSpans":[{"scopeSpans":[{"spans":{}}]}]}"#, NONE),
        ("an empty object and half of one", b"{}{", Fate::Malformed),
        ("an object and a word", b"{} oops", Fate::Malformed),
        ("UTF-16", b"\xff\xfe{\0}\0", Fate::Malformed),
        ("a text that is no UTF-8", b"{\"resourceSpans\":[{\"schemaUrl\":\"\xff\"}]}", Fate::Malformed),
        ("a surrogate in UTF-8", b"{\"resourceSpans\":[{\"schemaUrl\":\"\xed\xa0\x80\"}]}", Fate::Malformed),
        ("protobuf", b"\x0a\x02\x12\x00", Fate::Malformed),
        ("gzip that does not say so", b"\x1f\x8b\x08\x00\x00\x00\x00\x00", Fate::Malformed),
    ] {
        cases.push(Case::new(name, body, fate));
    }
    cases
}
