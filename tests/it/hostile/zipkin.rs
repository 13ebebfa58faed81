//! Bodies that are nearly Zipkin's JSON. What is to become of each is what `serde_json`'s own tree of values says.

use serde_json::Value;

use super::mutate::{Dice, mutated, tree};
use super::site::{Case, Fate};

/// Two spans with a number of their own; `start` in microseconds.
pub(super) fn spans(name: &str, number: u64, start: u64) -> String {
    format!(
        r#"[{{"traceId":"{number:032x}","id":"00000000000000aa","name":"{name}","kind":"SERVER","timestamp":{start},"duration":1000,"localEndpoint":{{"serviceName":"web","ipv4":"192.0.2.1","port":80}},"annotations":[{{"timestamp":{start},"value":"a"}}],"tags":{{"http.path":"/","error":"no\u00e9"}}}},{{"traceId":"{number:032x}","id":"00000000000000bb","parentId":"00000000000000aa","name":"inner","timestamp":{start},"duration":10}}]"#
    )
}

/// The bodies; `seed` also makes their traces' ids.
pub(super) fn cases(seed: u64, start: u64) -> Vec<Case> {
    let whole = spans("cut", seed << 32, start);
    let mut cases = odd(seed);
    cases.extend(
        (1..whole.len())
            .step_by(19)
            .map(|length| Case::new(format!("cut off at {length}"), &whole.as_bytes()[..length], Fate::Malformed)),
    );
    let mut dice = Dice::new(seed);
    cases.extend((1..=160).map(|number| {
        let body = mutated(&mut dice, spans("mutated", (seed << 32) + number, start).as_bytes());
        let fate = fate(&body);
        Case::new(format!("mutation {number}"), body, fate)
    }));
    cases
}

/// What a parser that others wrote makes of it.
fn fate(body: &[u8]) -> Fate {
    let Some(list) = tree(body) else { return Fate::Malformed };
    let spans = match &list {
        Value::Array(spans) if spans.iter().all(Value::is_object) => spans.as_slice(),
        Value::Object(_) => std::slice::from_ref(&list),
        _ => return Fate::Malformed,
    };
    let text = |span: &Value, key: &str| match span.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(other @ (Value::Number(_) | Value::Bool(_))) => other.to_string(),
        _ => String::new(),
    };
    let hex = |text: &str, most: usize| text.len() <= most && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let id = |text: &str, most: usize| hex(text, most) && text.bytes().any(|byte| byte != b'0');
    let whole = |span: &&Value| id(&text(span, "traceId"), 32) && id(&text(span, "id"), 16) && hex(&text(span, "parentId"), 16);
    let kept = spans.iter().filter(whole).count() as u64;
    Fate::Taken { kept, refused: spans.len() as u64 - kept }
}

const KEPT: Fate = Fate::Taken { kept: 1, refused: 0 };
const REFUSED: Fate = Fate::Taken { kept: 0, refused: 1 };
const NONE: Fate = Fate::Taken { kept: 0, refused: 0 };

/// By hand.
fn odd(seed: u64) -> Vec<Case> {
    let mut number = seed << 32 | 1 << 20;
    let mut one = |name: &str, fields: &str, fate: Fate| {
        number += 1;
        Case::new(name, format!("[{{{}}}]", fields.replace("ID", &format!("{number:032x}"))), fate)
    };
    let ids = r#""traceId":"ID","id":"00000000000000dd","#;
    let mut cases = vec![
        one("no ids", "", REFUSED),
        one("ids of null", r#""traceId":null,"id":null"#, REFUSED),
        one("ids of zeros", r#""traceId":"0000000000000000","id":"0000000000000000""#, REFUSED),
        one("a trace id that is no hex", r#""traceId":"zz","id":"00000000000000dd""#, REFUSED),
        one("a trace id that is too long", r#""traceId":"ID0","id":"00000000000000dd""#, REFUSED),
        one("a span id that is too long", r#""traceId":"ID","id":"00000000000000dd0""#, REFUSED),
        one("a trace id that is a list", r#""traceId":[],"id":"00000000000000dd""#, REFUSED),
        one("a parent that is no id", &format!(r#"{ids}"parentId":"the-root""#), REFUSED),
        one("a parent that is a list", &format!(r#"{ids}"parentId":[]"#), KEPT),
        one(
            "everything null",
            &format!(r#"{ids}"name":null,"kind":null,"timestamp":null,"duration":null,"tags":null,"annotations":null"#),
            KEPT,
        ),
        one(
            "everything a number",
            &format!(r#"{ids}"name":1,"kind":2,"localEndpoint":3,"tags":4,"annotations":5,"shared":6"#),
            KEPT,
        ),
        one("everything a list", &format!(r#"{ids}"name":[],"kind":[],"timestamp":[],"localEndpoint":[],"tags":[]"#), KEPT),
        one(
            "everything an object",
            &format!(r#"{ids}"name":{{}},"kind":{{}},"timestamp":{{}},"tags":{{}},"annotations":{{}}"#),
            KEPT,
        ),
        one("a kind that is none", &format!(r#"{ids}"kind":"HOST""#), KEPT),
        one("times below zero and beyond all", &format!(r#"{ids}"timestamp":-1,"duration":18446744073709551615"#), KEPT),
        one("a time with an exponent", &format!(r#"{ids}"timestamp":1e300,"duration":1e-300"#), KEPT),
        one("a time that is text", &format!(r#"{ids}"timestamp":"soon","duration":"5""#), KEPT),
        one("tags of every kind", &format!(r#"{ids}"tags":{{"a":1,"b":null,"c":[{{}}],"d":{{"e":true}},"":""}}"#), KEPT),
        one("a tag twice", &format!(r#"{ids}"tags":{{"a":"1","a":"2"}}"#), KEPT),
        one(
            "control and bidi characters",
            &format!(r#"{ids}"name":"\u0000\u001b]0;x\u0007\u202e","tags":{{"\u001b":"\r\n"}}"#),
            KEPT,
        ),
        one("tags without end", &format!(r#"{ids}"tags":{{"a":{}"#, "[".repeat(100_000)), Fate::Malformed),
        one("a bare word", &format!(r#"{ids}"name":oops"#), Fate::Malformed),
        one("a comma too many", ids, Fate::Malformed),
        one("single quotes", "'traceId':'ID'", Fate::Malformed),
        one("a raw line end in a text", &format!("{ids}\"name\":\"a\nb\""), Fate::Malformed),
        one("half an escape", &format!(r#"{ids}"name":"\u12""#), Fate::Malformed),
    ];
    for (name, body, fate) in [
        ("nothing", &b""[..], Fate::Malformed),
        ("white space", b" \r\n\t ", Fate::Malformed),
        ("an empty list", b"[]", NONE),
        ("null", b"null", Fate::Malformed),
        ("a number", b"42", Fate::Malformed),
        ("a text", b"\"spans\"", Fate::Malformed),
        ("a list of null", b"[null]", Fate::Malformed),
        ("a list of numbers", b"[1,2]", Fate::Malformed),
        ("half a list", b"[", Fate::Malformed),
        ("lists without end", &vec![b'['; 100_000], Fate::Malformed),
        ("two lists and a half", b"[][][", Fate::Malformed),
        ("a text that is no UTF-8", b"[{\"name\":\"\xff\"}]", Fate::Malformed),
        ("UTF-16", b"\xff\xfe[\0]\0", Fate::Malformed),
        ("Thrift", b"\x0c\x00\x00\x00\x01\x0a\x00\x01", Fate::Malformed),
    ] {
        cases.push(Case::new(name, body, fate));
    }
    cases
}
