//! Bodies of sampling calls that are nearly what X-Ray's API takes, and calls that are none.

use serde_json::{Value, json};

use super::mutate::{Dice, mutated};

/// A call, and the status of its answer.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) name: String,
    pub(super) line: &'static str,
    pub(super) body: Vec<u8>,
    pub(super) status: u16,
}

const TARGETS: &str = "POST /SamplingTargets";

/// A good one.
pub(super) fn statistics() -> Vec<u8> {
    let one = |name: &str| {
        json!({
            "RuleName": name, "ClientID": "0123456789abcdef01234567", "Timestamp": 1_700_000_000.5,
            "RequestCount": 10, "SampledCount": 5, "BorrowCount": 1,
        })
    };
    json!({ "SamplingStatisticsDocuments": [one("Default"), one("caf\u{e9}")] }).to_string().into_bytes()
}

/// The calls.
pub(super) fn cases(seed: u64) -> Vec<Call> {
    let call = |name: String, line, body: Vec<u8>, status| Call { name, line, body, status };
    let whole = statistics();
    let mut cases: Vec<_> = [
        ("nothing", &b""[..], 400),
        ("null", b"null", 400),
        ("a number", b"1", 400),
        ("a text", b"\"x\"", 400),
        ("zeros", &[0; 100], 400),
        ("half an object", b"{", 400),
        ("an object and a half", b"{}{", 400),
        ("lists without end", &vec![b'['; 100_000], 400),
        ("an object of nothing", b"{}", 400),
        ("an object of something else", b"{\"a\":[[[]]]}", 400),
        ("no documents", b"{\"SamplingStatisticsDocuments\":[]}", 200),
        ("documents of null", b"{\"SamplingStatisticsDocuments\":null}", 400),
        ("documents that are text", b"{\"SamplingStatisticsDocuments\":\"x\"}", 400),
        ("documents that are an object", b"{\"SamplingStatisticsDocuments\":{}}", 400),
        ("documents that are numbers", b"{\"SamplingStatisticsDocuments\":[1]}", 200),
        ("a document of nothing", b"{\"SamplingStatisticsDocuments\":[{}]}", 200),
        ("a rule without a name", b"{\"SamplingStatisticsDocuments\":[{\"RuleName\":null}]}", 200),
        ("a rule's name that is a number", b"{\"SamplingStatisticsDocuments\":[{\"RuleName\":1}]}", 200),
        ("a name that is no UTF-8", b"{\"SamplingStatisticsDocuments\":[{\"RuleName\":\"\xff\"}]}", 400),
        ("a name with half a surrogate", b"{\"SamplingStatisticsDocuments\":[{\"RuleName\":\"\\ud800\"}]}", 400),
        ("documents twice", b"{\"SamplingStatisticsDocuments\":[],\"SamplingStatisticsDocuments\":[]}", 400),
        ("protobuf", b"\x0a\x02\x12\x00", 400),
        ("more than is read", &vec![b' '; (1 << 20) + 1], 400),
    ]
    .into_iter()
    .map(|(name, body, status)| call(name.to_owned(), TARGETS, body.to_vec(), status))
    .collect();
    // Its body may hold a paging token, which is not looked at.
    cases.push(call("rules with a body that is no JSON".to_owned(), "POST /GetSamplingRules", b"\xff{".to_vec(), 200));
    cases.push(call("rules with too long a body".to_owned(), "POST /GetSamplingRules", vec![b' '; (1 << 20) + 1], 400));
    for line in
        ["GET /GetSamplingRules", "PUT /SamplingTargets", "POST /", "POST /v1/traces", "POST /TraceSegments", "DELETE /x"]
    {
        cases.push(call(line.to_owned(), line, whole.clone(), 404));
    }
    let cut = |length: usize| call(format!("cut off at {length}"), TARGETS, whole[..length].to_vec(), 400);
    cases.extend((1..whole.len()).step_by(11).map(cut));
    let mut dice = Dice::new(seed);
    cases.extend((1..=120).map(|number| {
        let body = mutated(&mut dice, &whole);
        call(format!("mutation {number}"), TARGETS, body.clone(), status(&body))
    }));
    cases
}

/// What a parser that others wrote makes of it.
fn status(body: &[u8]) -> u16 {
    let Ok(Value::Object(asked)) = serde_json::from_slice(body) else { return 400 };
    // What is wrong with one of them is told beside the others.
    if asked.get("SamplingStatisticsDocuments").is_some_and(Value::is_array) { 200 } else { 400 }
}
