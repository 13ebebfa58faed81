//! Whole traces, and what is made of the documents that arrived.

use serde_json::{Value, json};

use super::{TEN, answer, at, refused, segment, trace_id, window, with_traces};
use crate::support::xray::XRay;

#[test]
fn what_has_not_been_put_is_not_there() {
    let xray = with_traces(1);
    let ids = json!({ "TraceIds": [trace_id(0), trace_id(60)] });
    let before = answer(&xray, "/Traces", &ids);
    assert_eq!((before["Traces"].as_array().map(Vec::len), &before["UnprocessedTraceIds"]), (Some(1), &json!([trace_id(60)])));
    xray.put(&segment(60, "000000000000000b", &json!({})), at(70));
    assert_eq!(answer(&xray, "/Traces", &ids)["UnprocessedTraceIds"], json!([]));
    xray.configure(|rules| rules.unknown_is_silent = true);
    let silent = answer(&xray, "/Traces", &json!({ "TraceIds": [trace_id(120)] }));
    assert_eq!(silent, json!({ "Traces": [], "UnprocessedTraceIds": [] }));
}

#[test]
fn a_batch_has_five_well_formed_ids_and_no_token() {
    let xray = with_traces(6);
    let ids: Vec<String> = (0..6).map(|minute| trace_id(minute * 60)).collect();
    let no = |body: Value| refused(&xray, "/Traces", &body);
    assert_eq!(no(json!({ "TraceIds": ids })), "400 InvalidRequestException: Exceeding maximum query size: 5");
    assert_eq!(no(json!({ "TraceIds": [] })), "400 InvalidRequestException: TraceIds cannot be empty");
    assert_eq!(no(json!({ "TraceIds": ["1-2-3"] })), "400 InvalidRequestException: Invalid trace id 1-2-3");
    let undashed = trace_id(0).replacen("1-", "", 1).replace('-', "");
    assert!(no(json!({ "TraceIds": [undashed] })).contains("Invalid trace id"));
    let token = json!({ "TraceIds": [trace_id(0)], "NextToken": "t" });
    assert_eq!(no(token), "400 InvalidRequestException: NextToken is currently not supported");
}

/// The documents of the only trace that is asked for, in the order given.
fn documents(xray: &XRay, id: &str) -> Vec<Value> {
    let traces = answer(xray, "/Traces", &json!({ "TraceIds": [id] }));
    let segments = traces["Traces"][0]["Segments"].as_array().expect("segments").clone();
    let parse = |segment: &Value| serde_json::from_str(segment["Document"].as_str().expect("text")).expect("JSON");
    segments.iter().map(parse).collect()
}

#[test]
fn subsegments_that_were_sent_alone_are_put_where_they_belong() {
    let xray = XRay::start();
    let alone = |id: &str, parent: &str| segment(0, id, &json!({ "type": "subsegment", "parent_id": parent, "Dummy": false }));
    xray.put(&alone("000000000000000c", "000000000000000b"), at(1));
    let early = documents(&xray, &trace_id(0));
    assert_eq!((early.len(), &early[0]["type"], &early[0]["parent_id"]), (1, &json!("subsegment"), &json!("000000000000000b")));
    assert_eq!(early[0].get("Dummy"), None, "not in the schema");
    let embedded =
        json!([{ "id": "000000000000000b", "name": "inner", "start_time": TEN, "end_time": TEN, "in_progress": false }]);
    xray.put(&segment(0, "000000000000000a", &json!({ "subsegments": embedded })), at(2));
    let whole = documents(&xray, &trace_id(0));
    let inner = &whole[0]["subsegments"][0];
    assert_eq!((whole.len(), inner.get("in_progress")), (1, None));
    let leaf = json!([{ "id": "000000000000000c", "name": "web", "start_time": TEN as f64, "end_time": (TEN + 1) as f64 }]);
    assert_eq!(inner["subsegments"], leaf);
}

#[test]
fn what_is_done_takes_the_place_of_what_runs_and_is_not_undone() {
    let xray = XRay::start();
    let running = json!({ "in_progress": true, "end_time": null, "user": "early" });
    for (more, user, partial) in
        [(&running, "early", true), (&json!({ "user": "done" }), "done", false), (&running, "done", false)]
    {
        xray.put(&segment(0, "000000000000000a", more), at(1));
        let document = documents(&xray, &trace_id(0)).remove(0);
        assert_eq!((&document["user"], document.get("in_progress").is_some()), (&json!(user), partial));
        assert_eq!(answer(&xray, "/TraceSummaries", &window(1))["TraceSummaries"][0]["IsPartial"], json!(partial));
    }
}

#[test]
fn a_call_that_nobody_reports_gets_an_inferred_segment() {
    let xray = XRay::start();
    let call = |id: &str, name: &str, more: Value| {
        let mut call = json!({ "id": id, "name": name, "start_time": TEN, "end_time": TEN + 1 });
        call.as_object_mut().expect("an object").extend(more.as_object().expect("members").clone());
        call
    };
    let calls = json!([
        call("00000000000000c1", "DynamoDB", json!({ "namespace": "aws", "aws": { "table_name": "t" }, "throttle": true })),
        call(
            "00000000000000c2",
            "api.example.com",
            json!({ "namespace": "remote", "http": { "response": { "status": 200 } } })
        ),
        call("00000000000000c3", "other", json!({ "namespace": "remote" })),
        call("00000000000000c4", "local", json!({ "namespace": "local" })),
    ]);
    xray.put(&segment(0, "000000000000000a", &json!({ "subsegments": calls })), at(1));
    xray.put(&segment(0, "000000000000000b", &json!({ "name": "other", "parent_id": "00000000000000c3" })), at(1));
    let documents = documents(&xray, &trace_id(0));
    assert_ne!(documents[0]["id"], "000000000000000a", "the root is not first");
    let inferred = |name: &str| documents.iter().find(|document| document["name"] == name && document["inferred"] == true);
    let table = inferred("DynamoDB").expect("it was inferred");
    assert_eq!((&table["origin"], &table["parent_id"]), (&json!("AWS::DynamoDB::Table"), &json!("00000000000000c1")));
    assert_eq!((&table["start_time"], &table["throttle"]), (&json!(TEN), &json!(true)));
    let remote = inferred("api.example.com").expect("it was inferred");
    assert_eq!((&remote["origin"], &remote["http"]["response"]["status"]), (&json!("remote"), &json!(200)));
    assert_eq!((inferred("other"), inferred("local"), documents.len()), (None, None, 4));
    let row = answer(&xray, "/TraceSummaries", &window(1))["TraceSummaries"][0].clone();
    assert_eq!((&row["HasThrottle"], &row["HasError"]), (&json!(true), &json!(false)));
}

#[test]
fn what_is_too_much_is_left_out_and_said() {
    let xray = XRay::start();
    for id in ["000000000000000a", "000000000000000b", "000000000000000c"] {
        xray.put(&segment(0, id, &json!({})), at(1));
    }
    let whole = answer(&xray, "/Traces", &json!({ "TraceIds": [trace_id(0)] }))["Traces"][0].clone();
    let length = whole["Segments"][0]["Document"].as_str().map_or(0, str::len);
    assert_eq!(whole["LimitExceeded"], json!(false));
    xray.configure(|rules| rules.trace_bytes = 2 * length);
    let cut = answer(&xray, "/Traces", &json!({ "TraceIds": [trace_id(0)] }))["Traces"][0].clone();
    assert_eq!((cut["Segments"].as_array().map(Vec::len), &cut["LimitExceeded"]), (Some(2), &json!(true)));
    assert_eq!(cut["Segments"].as_array(), whole["Segments"].as_array().map(|all| all[..2].to_vec()).as_ref());
}

#[test]
fn a_call_to_a_service_that_reports_itself_waits_for_it() {
    let xray = XRay::start();
    let call = |id: &str, more: Value| {
        let mut call = json!({ "id": id, "name": "api", "namespace": "remote", "start_time": TEN, "end_time": TEN + 1 });
        call.as_object_mut().expect("an object").extend(more.as_object().expect("members").clone());
        call
    };
    let traced = json!({ "http": { "request": { "traced": true } } });
    let calls = json!([call("00000000000000c1", json!({ "traced": true })), call("00000000000000c2", traced)]);
    xray.put(&segment(0, "000000000000000a", &json!({ "subsegments": calls })), at(1));
    let partial = || answer(&xray, "/TraceSummaries", &window(1))["TraceSummaries"][0]["IsPartial"].clone();
    assert_eq!((documents(&xray, &trace_id(0)).len(), partial()), (1, json!(true)));
    for (id, parent) in [("000000000000000b", "00000000000000c1"), ("000000000000000c", "00000000000000c2")] {
        xray.put(&segment(0, id, &json!({ "name": "api", "parent_id": parent })), at(2));
    }
    assert_eq!((documents(&xray, &trace_id(0)).len(), partial()), (3, json!(false)));
}

#[test]
fn a_segment_without_its_parent_makes_a_trace_partial() {
    let xray = XRay::start();
    xray.put(&segment(0, "000000000000000b", &json!({ "parent_id": "000000000000000a", "fault": true })), at(1));
    let row = || answer(&xray, "/TraceSummaries", &window(1))["TraceSummaries"][0].clone();
    assert_eq!((&row()["IsPartial"], &row()["HasFault"], row().get("EntryPoint")), (&json!(true), &json!(false), None));
    xray.put(&segment(0, "000000000000000a", &json!({ "name": "root" })), at(1));
    assert_eq!((&row()["IsPartial"], &row()["EntryPoint"]["Name"]), (&json!(false), &json!("root")));
}

#[test]
fn circles_and_chains_without_end_lose_nothing() {
    let xray = XRay::start();
    let alone = |id: u64, parent: u64| {
        let more = json!({ "type": "subsegment", "parent_id": format!("{parent:016x}") });
        xray.put(&segment(0, &format!("{id:016x}"), &more), at(1));
    };
    xray.put(&segment(0, &format!("{:016x}", 0), &json!({})), at(1));
    for link in 1..=1000 {
        alone(link, link - 1);
    }
    alone(2001, 2002);
    alone(2002, 2001);
    alone(3000, 3000);
    let (mut ids, mut waiting) = (Vec::new(), documents(&xray, &trace_id(0)));
    while let Some(next) = waiting.pop() {
        ids.push(next["id"].as_str().expect("text").to_owned());
        waiting.extend(next["subsegments"].as_array().cloned().unwrap_or_default());
    }
    assert_eq!(ids.len(), 1004);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 1004, "each once");
}
