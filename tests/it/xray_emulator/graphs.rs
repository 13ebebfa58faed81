//! Service graphs and groups.

use std::collections::BTreeMap;

use aws_sdk_xray::operation::get_service_graph::GetServiceGraphOutput;
use aws_sdk_xray::types::{FaultStatistics, Service};
use serde_json::json;

use super::{HOUR, TEN, at, client, refused, segment, trace_id, wait, when, window, with};
use crate::support::xray::XRay;

/// Two requests to a web service that calls an API: the second is throttled there. A third never got to the API.
fn called() -> XRay {
    let xray = XRay::start();
    for minute in 0..3_u64 {
        let id = |last: char| format!("{minute:015x}{last}");
        let call = json!([{ "id": id('b'), "name": "api", "namespace": "remote", "traced": true, "start_time": TEN, "end_time": TEN }]);
        let more = json!({ "origin": "AWS::EC2::Instance", "subsegments": call, "fault": minute == 2 });
        xray.put(&segment(minute * 60, &id('a'), &more), at(0));
        if minute < 2 {
            let throttled = minute == 1;
            let end = (TEN + minute * 60) as f64 + 0.5;
            let more =
                json!({ "name": "api", "parent_id": id('b'), "end_time": end, "error": throttled, "throttle": throttled });
            xray.put(&segment(minute * 60, &id('c'), &more), at(0));
        }
    }
    xray
}

fn by_name(services: &[Service]) -> BTreeMap<&str, &Service> {
    services.iter().map(|service| (service.name().unwrap_or("client"), service)).collect()
}

#[test]
fn the_official_client_reads_a_graph_of_a_window() {
    let xray = called();
    let graph = wait(client(&xray).get_service_graph().start_time(when(0)).end_time(when(HOUR)).send()).expect("a graph");
    assert_eq!((graph.start_time(), graph.contains_old_group_versions()), (Some(&when(0)), false));
    let nodes = by_name(graph.services());
    let (web, api, caller) = (nodes["web"], nodes["api"], nodes["client"]);
    assert_eq!((web.root(), web.r#type(), web.state()), (Some(true), Some("AWS::EC2::Instance"), Some("active")));
    assert_eq!((web.start_time(), web.end_time()), (Some(&when(0)), Some(&when(121))));
    let statistics = web.summary_statistics().expect("of a service");
    let faults = statistics.fault_statistics().and_then(FaultStatistics::total_count);
    assert_eq!((statistics.ok_count(), faults, statistics.total_count()), (Some(2), Some(1), Some(3)));
    assert_eq!((statistics.total_response_time(), web.duration_histogram()[0].count()), (Some(3.0), 3));
    let edge = &web.edges()[0];
    assert_eq!((web.edges().len(), edge.reference_id()), (1, api.reference_id()));
    let statistics = edge.summary_statistics().expect("of an edge");
    let errors = statistics.error_statistics().expect("there");
    assert_eq!((errors.throttle_count(), errors.other_count(), errors.total_count()), (Some(1), Some(0), Some(1)));
    assert_eq!((statistics.ok_count(), statistics.total_response_time()), (Some(1), Some(1.0)));
    assert_eq!((edge.response_time_histogram()[0].value(), edge.response_time_histogram()[0].count()), (0.5, 2));
    assert_eq!((caller.r#type(), caller.summary_statistics(), caller.root()), (Some("client"), None, None));
    assert_eq!((caller.edges().len(), caller.edges()[0].reference_id()), (1, web.reference_id()));
    assert!(api.edges().is_empty() && api.root().is_none());
}

#[test]
fn a_graph_of_traces_has_these_alone() {
    let xray = called();
    let graph = wait(client(&xray).get_trace_graph().trace_ids(trace_id(120)).trace_ids(trace_id(7)).send()).expect("a graph");
    let nodes = by_name(graph.services());
    assert_eq!(nodes.keys().collect::<Vec<_>>(), [&"client", &"web"]);
    assert!(nodes["web"].edges().is_empty());
    assert_eq!(refused(&xray, "/TraceGraph", &json!({})), "400 InvalidRequestException: TraceIds cannot be empty");
}

#[test]
fn a_graph_comes_in_pages_and_no_node_comes_twice() {
    let xray = called();
    xray.configure(|rules| rules.nodes_per_page = 2);
    let pages = client(&xray).get_service_graph().start_time(when(0)).end_time(when(HOUR)).into_paginator().send();
    let pages: Vec<_> = wait(pages.collect::<Result<Vec<_>, _>>()).expect("pages");
    let mut ids: Vec<_> = pages.iter().flat_map(GetServiceGraphOutput::services).filter_map(Service::reference_id).collect();
    ids.sort_unstable();
    assert_eq!((pages.len(), ids), (2, vec![0, 1, 2]));
}

#[test]
fn groups_are_listed_and_limit_a_graph() {
    let xray = called();
    xray.configure(|rules| {
        rules.nodes_per_page = 1;
        rules.groups.insert("broken".to_owned(), "fault".to_owned());
        rules.groups.insert("fine".to_owned(), "ok".to_owned());
    });
    let client = client(&xray);
    let groups = client.get_groups().into_paginator().items().send().collect::<Result<Vec<_>, _>>();
    let groups = wait(groups).expect("groups");
    let texts: Vec<_> = groups.iter().map(|group| (group.group_name(), group.filter_expression())).collect();
    assert_eq!(texts, [(Some("broken"), Some("fault")), (Some("fine"), Some("ok"))]);
    xray.configure(|rules| rules.nodes_per_page = 10);
    let ask = || client.get_service_graph().start_time(when(0)).end_time(when(HOUR));
    let named = wait(ask().group_name("broken").send()).expect("a graph");
    let by_arn = wait(ask().set_group_arn(groups[0].group_arn().map(ToOwned::to_owned)).send()).expect("a graph");
    assert_eq!((named.services().len(), named.services()), (2, by_arn.services()));
    let unknown = with(window(1), "GroupName", "none");
    assert_eq!(refused(&xray, "/ServiceGraph", &unknown), "400 InvalidRequestException: Group not found");
    let long = refused(&xray, "/ServiceGraph", &window(7));
    assert_eq!(long, "400 InvalidRequestException: Time range cannot be longer than 6 hours");
}
