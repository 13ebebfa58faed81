//! What the service makes of the documents of a trace: a document a segment, compiled from all that arrived with the same trace id.
//! Members that the schema does not have are gone, subsegments that were sent alone are where they belong, and what runs is replaced
//! by what is done. <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html>

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::segment::Segment;

/// Levels of subsegments in one document; readers of JSON count theirs too. What is deeper stays alone.
const DEEPEST: usize = 60;

/// Members of a document that the service keeps.
const MEMBERS: [&str; 26] = [
    "name",
    "id",
    "trace_id",
    "parent_id",
    "type",
    "start_time",
    "end_time",
    "in_progress",
    "service",
    "user",
    "origin",
    "resource_arn",
    "http",
    "aws",
    "sql",
    "error",
    "throttle",
    "fault",
    "cause",
    "annotations",
    "metadata",
    "links",
    "namespace",
    "traced",
    "precursor_ids",
    "inferred",
];

/// A segment or subsegment without those within it.
#[derive(Debug)]
struct Node {
    members: Map<String, Value>,
    id: Option<String>,
    parent: Option<String>,
    is_segment: bool,
}

impl Node {
    fn is_running(&self) -> bool {
        !self.members.contains_key("end_time")
    }
}

/// All that there is of a trace, segments first. Those whose `type` is `subsegment` have a parent that is not there.
pub(super) fn compile<'a>(trace_id: &str, documents: impl IntoIterator<Item = &'a Value>) -> Vec<Segment> {
    let nodes = merge(documents.into_iter().flat_map(flatten));
    let mut within: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, node) in nodes.iter().enumerate().filter(|(_, node)| !node.is_segment) {
        within.entry(node.parent.as_deref().unwrap_or_default()).or_default().push(at);
    }
    let known: HashSet<&str> = nodes.iter().filter_map(|node| node.id.as_deref()).collect();
    let is_alone = |node: &Node| !node.parent.as_deref().is_some_and(|parent| known.contains(parent));
    let segments = (0..nodes.len()).filter(|&at| nodes[at].is_segment);
    let alone = (0..nodes.len()).filter(|&at| !nodes[at].is_segment && is_alone(&nodes[at]));
    let mut placed = vec![false; nodes.len()];
    // The last are circles and what is too deep.
    let order: Vec<usize> = segments.chain(alone).chain(0..nodes.len()).collect();
    let mut compiled = Vec::new();
    for at in order {
        if !placed[at] {
            compiled.push(Segment::new(fold(alone_if_need_be(&nodes[at], trace_id), at, &nodes, &within, &mut placed)));
        }
    }
    compiled
}

/// A document as its parts, each after the one that it is in.
fn flatten(document: &Value) -> Vec<Node> {
    let text = |members: &Map<String, Value>, member: &str| members.get(member).and_then(Value::as_str).map(ToOwned::to_owned);
    let mut nodes = Vec::new();
    let mut waiting: Vec<(&Map<String, Value>, Option<String>)> =
        document.as_object().map(|root| (root, None)).into_iter().collect();
    while let Some((object, container)) = waiting.pop() {
        let id = text(object, "id");
        let embedded = !nodes.is_empty();
        let is_segment = !embedded && text(object, "type").as_deref() != Some("subsegment");
        if let Some(Value::Array(inner)) = object.get("subsegments") {
            waiting.extend(inner.iter().rev().filter_map(Value::as_object).map(|inner| (inner, id.clone())));
        }
        let mut members: Map<String, Value> = object
            .iter()
            .filter(|(name, _)| MEMBERS.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let running = members.get("in_progress") == Some(&Value::Bool(true));
        members.remove(if running { "end_time" } else { "in_progress" });
        if is_segment {
            members.remove("type");
        }
        let parent = if embedded { container } else { text(object, "parent_id") };
        nodes.push(Node { members, id, parent, is_segment });
    }
    nodes
}

/// One of each id: the one that is done, else the one that came last. It stands where the first stood.
fn merge(arrived: impl IntoIterator<Item = Node>) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut places: HashMap<(bool, String), usize> = HashMap::new();
    for node in arrived {
        let place = node.id.clone().map(|id| *places.entry((node.is_segment, id)).or_insert(nodes.len()));
        match place.and_then(|at| nodes.get_mut(at)) {
            Some(known) if known.is_running() || !node.is_running() => *known = node,
            Some(_) => {}
            None => nodes.push(node),
        }
    }
    nodes
}

/// What is being put together: a part, and how many of those within it are done.
struct Open {
    at: usize,
    members: Map<String, Value>,
    done: Vec<Value>,
    next: usize,
}

/// The members of what stands at the top: of a subsegment with what it needs to stand alone.
fn alone_if_need_be(node: &Node, trace_id: &str) -> Map<String, Value> {
    let mut members = node.members.clone();
    if !node.is_segment {
        members.insert("type".to_owned(), json!("subsegment"));
        members.insert("trace_id".to_owned(), json!(trace_id));
        members.insert("parent_id".to_owned(), json!(node.parent));
    }
    members
}

fn fold(
    members: Map<String, Value>,
    top: usize,
    nodes: &[Node],
    within: &HashMap<&str, Vec<usize>>,
    placed: &mut [bool],
) -> Value {
    placed[top] = true;
    let mut open = vec![Open { at: top, members, done: Vec::new(), next: 0 }];
    loop {
        let depth = open.len();
        let Some(last) = open.last_mut() else { return Value::Null };
        let inner = nodes[last.at].id.as_deref().and_then(|id| within.get(id)).map_or(&[][..], Vec::as_slice);
        if let Some(&at) = inner.get(last.next).filter(|_| depth < DEEPEST) {
            last.next += 1;
            if !placed[at] {
                placed[at] = true;
                let mut members = nodes[at].members.clone();
                members.retain(|name, _| !matches!(name.as_str(), "type" | "trace_id" | "parent_id"));
                open.push(Open { at, members, done: Vec::new(), next: 0 });
            }
            continue;
        }
        let Some(Open { mut members, done, .. }) = open.pop() else { return Value::Null };
        if !done.is_empty() {
            members.insert("subsegments".to_owned(), Value::Array(done));
        }
        match open.last_mut() {
            Some(outer) => outer.done.push(Value::Object(members)),
            None => return Value::Object(members),
        }
    }
}
