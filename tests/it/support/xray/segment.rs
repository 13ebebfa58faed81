//! One processed document, and what summaries, filters and graphs ask of it.
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>

use serde_json::{Map, Value};

/// A segment, or a subsegment that was sent alone and whose parent is not there.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    /// As the service gives it back.
    pub(super) document: Value,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) parent: Option<String>,
    /// Decimal seconds.
    pub(super) start: f64,
    /// `None`: still running.
    pub(super) end: Option<f64>,
    /// The ids of all subsegments within.
    pub(super) within: Vec<String>,
}

impl Segment {
    pub(super) fn new(document: Value) -> Self {
        let text = |member: &str| document.get(member).and_then(Value::as_str).map(ToOwned::to_owned);
        let running = document.get("in_progress") == Some(&Value::Bool(true));
        let end = document.get("end_time").and_then(Value::as_f64).filter(|_| !running);
        let within = walk(&document).skip(1).filter_map(|inner| inner.get("id")?.as_str()).map(ToOwned::to_owned).collect();
        Self {
            id: text("id").unwrap_or_default(),
            name: text("name").unwrap_or_default(),
            parent: text("parent_id"),
            start: document.get("start_time").and_then(Value::as_f64).unwrap_or_default(),
            end,
            within,
            document,
        }
    }

    /// Text at a path such as `/http/request/url`.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.document.pointer(path)?.as_str()
    }

    /// A number at a path such as `/http/response/status`.
    pub(super) fn number(&self, path: &str) -> Option<f64> {
        self.document.pointer(path)?.as_f64()
    }

    /// Whether `error`, `fault`, `throttle` or `inferred` is set.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.document.get(name) == Some(&Value::Bool(true))
    }

    /// What kind of thing the service is: `AWS::Lambda::Function`.
    pub(super) fn origin(&self) -> Option<&str> {
        self.text("/origin")
    }

    pub(super) fn account(&self) -> Option<&str> {
        self.text("/aws/account_id")
    }

    pub(super) fn zone(&self) -> Option<&str> {
        self.text("/aws/ec2/availability_zone").or_else(|| self.text("/aws/ecs/availability_zone"))
    }

    pub(super) fn instance(&self) -> Option<&str> {
        self.text("/aws/ec2/instance_id")
    }

    pub(super) fn resource_arn(&self) -> Option<&str> {
        self.text("/resource_arn").or_else(|| self.text("/aws/resource_arn"))
    }

    /// How long it took, in seconds with three decimals; `None` while it runs.
    pub(super) fn seconds(&self) -> Option<f64> {
        self.end.map(|end| milliseconds(end - self.start))
    }

    /// Whether `id` is the segment or a subsegment of it.
    pub(super) fn holds(&self, id: &str) -> bool {
        self.id == id || self.within.iter().any(|inner| inner == id)
    }
}

/// Seconds with three decimals, as all lengths of time are that the service computes.
pub(super) fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

/// A document and all subsegments within it, each before those within it.
pub(super) fn walk(document: &Value) -> impl Iterator<Item = &Map<String, Value>> {
    let mut waiting: Vec<&Map<String, Value>> = document.as_object().into_iter().collect();
    std::iter::from_fn(move || {
        let next = waiting.pop()?;
        if let Some(Value::Array(inner)) = next.get("subsegments") {
            waiting.extend(inner.iter().rev().filter_map(Value::as_object));
        }
        Some(next)
    })
}
