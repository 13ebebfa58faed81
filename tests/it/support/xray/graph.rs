//! Who calls whom, computed from the segments of some traces.
//! <https://docs.aws.amazon.com/xray/latest/api/API_Service.html>

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Value, json};

use super::noise;
use super::segment::Segment;
use super::statistics::Statistics;
use super::summary::service_id;
use super::trace::Trace;

/// A node is one name and type.
type Key = (String, Option<String>);

#[derive(Debug, Default)]
struct Node {
    /// `Name`, `Names`, `Type`, `AccountId`.
    service: Value,
    /// Whether it is the first to get a request.
    root: bool,
    /// Whether it reports itself; what is only inferred does not.
    active: bool,
    statistics: Statistics,
    /// By the place of the node that is called.
    edges: BTreeMap<usize, Statistics>,
}

/// The nodes of the graph, in no order: a node may come before those that call it.
pub(super) fn services(traces: &[Arc<Trace>]) -> Vec<Value> {
    let (mut nodes, mut places): (Vec<Node>, HashMap<Key, usize>) = (Vec::new(), HashMap::new());
    let mut clients: BTreeMap<usize, Statistics> = BTreeMap::new();
    for trace in traces {
        let at: Vec<usize> = trace.segments.iter().map(|segment| place(segment, &mut nodes, &mut places)).collect();
        let mut holders: HashMap<&str, usize> = HashMap::new();
        for (segment, &at) in trace.segments.iter().zip(&at) {
            for id in segment.within.iter().chain([&segment.id]) {
                holders.insert(id, at);
            }
        }
        for (segment, &at) in trace.segments.iter().zip(&at) {
            match segment.parent.as_deref() {
                None => clients.entry(at).or_default().add(segment),
                // Who called it is not known where the caller has not arrived.
                Some(parent) => {
                    if let Some(&caller) = holders.get(parent) {
                        nodes[caller].edges.entry(at).or_default().add(segment);
                    }
                }
            }
        }
    }
    let mut services: Vec<Value> = nodes.iter().enumerate().map(|(at, node)| service(at, node)).collect();
    if !clients.is_empty() {
        services.push(client(services.len(), &clients));
    }
    noise::shuffle(&mut services);
    services
}

/// The place of the segment's node, which counts it.
fn place(segment: &Segment, nodes: &mut Vec<Node>, places: &mut HashMap<Key, usize>) -> usize {
    let key = (segment.name.clone(), segment.origin().map(ToOwned::to_owned));
    let at = *places.entry(key).or_insert_with(|| {
        nodes.push(Node { service: service_id(segment), ..Node::default() });
        nodes.len() - 1
    });
    let node = &mut nodes[at];
    node.root |= segment.parent.is_none();
    node.active |= !segment.flag("inferred");
    node.statistics.add(segment);
    at
}

fn service(at: usize, node: &Node) -> Value {
    let mut service = node.service.clone();
    let (start, end) = node.statistics.span();
    service["ReferenceId"] = json!(at);
    if node.root {
        service["Root"] = json!(true);
    }
    service["State"] = json!(if node.active { "active" } else { "unknown" });
    service["StartTime"] = json!(start);
    service["EndTime"] = json!(end);
    service["Edges"] = edges(&node.edges);
    service["SummaryStatistics"] = node.statistics.summary();
    service["DurationHistogram"] = json!(node.statistics.histogram());
    service["ResponseTimeHistogram"] = json!(node.statistics.histogram());
    service
}

/// Who sent the requests that came in. It has no statistics of its own.
fn client(at: usize, calls: &BTreeMap<usize, Statistics>) -> Value {
    let spans = || calls.values().map(Statistics::span);
    let start = spans().map(|(start, _)| start).fold(f64::INFINITY, f64::min);
    let end = spans().map(|(_, end)| end).fold(0.0, f64::max);
    json!({
        "ReferenceId": at,
        "Names": [],
        "Type": "client",
        "State": "unknown",
        "StartTime": start,
        "EndTime": end,
        "Edges": edges(calls),
        "DurationHistogram": [],
        "ResponseTimeHistogram": [],
    })
}

fn edges(edges: &BTreeMap<usize, Statistics>) -> Value {
    let edge = |(at, statistics): (&usize, &Statistics)| {
        let (start, end) = statistics.span();
        json!({
            "ReferenceId": at,
            "StartTime": start,
            "EndTime": end,
            "SummaryStatistics": statistics.summary(),
            "ResponseTimeHistogram": statistics.histogram(),
            "Aliases": [],
        })
    };
    edges.iter().map(edge).collect()
}
