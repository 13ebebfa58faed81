//! X-Ray's answer to a filter expression, of segment documents, as its documentation has it. Strict: what is not documented, and
//! what could be read in two ways, is an error.

use serde_json::Value as Json;

/// Whether a trace of these documents satisfies an expression.
pub(super) fn answers(expression: &str, documents: &[Json]) -> Result<bool, String> {
    let mut reader = Reader { rest: expression };
    let tree = reader.alternatives()?;
    if !reader.rest.is_empty() {
        return Err(format!("left over: {}", reader.rest));
    }
    tree.holds(&Trace::of(documents), None)
}

#[derive(Debug)]
enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Service(Option<String>, Option<Box<Tree>>),
    Edge(String, String),
    Keyword(String, Option<(String, Operand)>),
}

#[derive(Debug)]
enum Operand {
    Text(String),
    Number(f64),
    Truth(bool),
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest.strip_prefix(token);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn need(&mut self, token: &str) -> Result<(), String> {
        if self.eat(token) { Ok(()) } else { Err(format!("{token} is missing before: {}", self.rest)) }
    }

    fn alternatives(&mut self) -> Result<Tree, String> {
        let first = self.unit()?;
        let word = match self.rest {
            rest if rest.starts_with(" AND ") => " AND ",
            rest if rest.starts_with(" OR ") => " OR ",
            _ => return Ok(first),
        };
        let mut parts = vec![first];
        while self.eat(word) {
            parts.push(self.unit()?);
        }
        if self.rest.starts_with(" AND ") || self.rest.starts_with(" OR ") {
            return Err(format!("AND and OR meet before: {}", self.rest));
        }
        Ok(if word == " AND " { Tree::All(parts) } else { Tree::Any(parts) })
    }

    fn unit(&mut self) -> Result<Tree, String> {
        if self.eat("(") {
            let tree = self.alternatives()?;
            self.need(")")?;
            return Ok(tree);
        }
        if self.eat("service(") {
            let name = if self.rest.starts_with('"') { Some(self.text()?) } else { None };
            self.need(")")?;
            let within = if self.eat(" { ") { Some(Box::new(self.alternatives()?)) } else { None };
            if within.is_some() {
                self.need(" }")?;
            }
            return Ok(Tree::Service(name, within));
        }
        if self.eat("edge(") {
            let source = self.text()?;
            self.need(", ")?;
            let target = self.text()?;
            self.need(")")?;
            return Ok(Tree::Edge(source, target));
        }
        let keyword = self.word(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_');
        if keyword.is_empty() {
            return Err(format!("no keyword: {}", self.rest));
        }
        for operator in ["CONTAINS", "BEGINSWITH", "ENDSWITH", "<=", ">=", "=", "<", ">"] {
            if self.eat(&format!(" {operator} ")) {
                return Ok(Tree::Keyword(keyword, Some((operator.to_owned(), self.operand()?))));
            }
        }
        Ok(Tree::Keyword(keyword, None))
    }

    fn word(&mut self, is: impl Fn(char) -> bool) -> String {
        let end = self.rest.find(|c| !is(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn text(&mut self) -> Result<String, String> {
        self.need("\"")?;
        let text = self.word(|c| c != '"');
        self.need("\"")?;
        if text.chars().any(|c| c == '\\' || c.is_control()) { Err(format!("not to be written: {text:?}")) } else { Ok(text) }
    }

    fn operand(&mut self) -> Result<Operand, String> {
        if self.rest.starts_with('"') {
            return self.text().map(Operand::Text);
        }
        let word = self.word(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
        match word.as_str() {
            "true" | "false" => Ok(Operand::Truth(word == "true")),
            _ if word.contains(['e', 'E']) => Err(format!("no plain decimal: {word}")),
            _ => word.parse().map(Operand::Number).map_err(|error| format!("{word}: {error}")),
        }
    }
}

/// A segment or subsegment.
struct Record<'a> {
    json: &'a Json,
    /// The name of the segment that it is, or is within.
    segment: &'a str,
    parent: Option<&'a str>,
    is_segment: bool,
}

struct Trace<'a>(Vec<Record<'a>>);

impl<'a> Trace<'a> {
    fn of(documents: &'a [Json]) -> Self {
        let mut records = Vec::new();
        let mut waiting: Vec<_> = documents.iter().rev().map(|json| (json, None, json["parent_id"].as_str())).collect();
        while let Some((json, within, parent)) = waiting.pop() {
            let is_segment = within.is_none() && json["type"].as_str() != Some("subsegment");
            let segment = within.or(json["name"].as_str().filter(|_| is_segment)).unwrap_or_default();
            records.push(Record { json, segment, parent, is_segment });
            let inner = json["subsegments"].as_array().into_iter().flatten();
            waiting.extend(inner.map(|inner| (inner, Some(segment), json["id"].as_str())));
        }
        let mut trace = Self(records);
        trace.fold_in();
        trace
    }

    /// A subsegment that was sent apart belongs to the segment above it.
    fn fold_in(&mut self) {
        while let Some((at, segment)) = self.0.iter().enumerate().find_map(|(at, record)| {
            let above = self.0.iter().find(|above| record.parent == above.json["id"].as_str())?;
            (record.segment.is_empty() && !above.segment.is_empty()).then_some((at, above.segment))
        }) {
            self.0[at].segment = segment;
        }
    }

    fn segments(&self) -> impl Iterator<Item = &Record<'a>> {
        self.0.iter().filter(|record| record.is_segment)
    }

    /// The earliest segment without a parent.
    fn root(&self) -> Option<&Record<'a>> {
        let alone = self.segments().filter(|record| record.parent.is_none());
        alone.min_by(|a, b| a.json["start_time"].as_f64().partial_cmp(&b.json["start_time"].as_f64()).unwrap())
    }

    fn duration(&self) -> Option<f64> {
        let start = self.0.iter().filter_map(|record| record.json["start_time"].as_f64()).min_by(f64::total_cmp)?;
        let end = self.0.iter().filter_map(|record| record.json["end_time"].as_f64()).max_by(f64::total_cmp)?;
        Some(milliseconds(end - start))
    }
}

fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

impl Tree {
    fn holds(&self, trace: &Trace<'_>, within: Option<&Record<'_>>) -> Result<bool, String> {
        match self {
            Self::All(parts) => parts.iter().try_fold(true, |all, part| Ok(part.holds(trace, within)? && all)),
            Self::Any(parts) => parts.iter().try_fold(false, |any, part| Ok(part.holds(trace, within)? || any)),
            Self::Service(..) | Self::Edge(..) if within.is_some() => Err("a service within a service".to_owned()),
            Self::Service(name, filter) => {
                let segments = trace.segments().filter(|segment| name.as_deref().is_none_or(|name| name == segment.segment));
                let holds = |segment| filter.as_ref().map_or(Ok(true), |filter| filter.holds(trace, Some(segment)));
                segments.into_iter().try_fold(false, |any, segment| Ok(holds(segment)? || any))
            }
            Self::Edge(source, target) => Ok(trace.segments().filter(|segment| segment.segment == target).any(|segment| {
                let above = trace.0.iter().find(|above| segment.parent == above.json["id"].as_str());
                above.is_some_and(|above| above.segment == source)
            })),
            Self::Keyword(keyword, test) => {
                let values = values(keyword, trace, within)?;
                values.iter().try_fold(false, |any, value| Ok(satisfies(value, test.as_ref())? || any))
            }
        }
    }
}

/// All values that a keyword has.
fn values(keyword: &str, trace: &Trace<'_>, within: Option<&Record<'_>>) -> Result<Vec<Json>, String> {
    let one = |path: &str| within.or(trace.root()).map(|record| record.json.pointer(path).cloned().unwrap_or_default());
    let any = |path: &str| trace.segments().map(|segment| segment.json.pointer(path).cloned().unwrap_or_default()).collect();
    let alone = within.is_none();
    let found: Vec<Json> = match keyword {
        "error" | "fault" | "throttle" => one(&format!("/{keyword}")).into_iter().collect(),
        "http.status" => one("/http/response/status").into_iter().collect(),
        "http.method" => one("/http/request/method").into_iter().collect(),
        "http.url" => one("/http/request/url").into_iter().collect(),
        "http.useragent" => one("/http/request/user_agent").into_iter().collect(),
        "http.clientip" => one("/http/request/client_ip").into_iter().collect(),
        "responsetime" => {
            let times = one("/start_time").zip(one("/end_time"));
            let seconds = times.and_then(|(start, end)| Some(milliseconds(end.as_f64()? - start.as_f64()?)));
            seconds.map(Json::from).into_iter().collect()
        }
        "duration" if alone => trace.duration().map(Json::from).into_iter().collect(),
        "partial" if alone => vec![trace.0.iter().any(|record| record.json["in_progress"] == true).into()],
        "user" if alone => any("/user"),
        "instance.id" if alone => any("/aws/ec2/instance_id"),
        "availabilityzone" if alone => any("/aws/ec2/availability_zone"),
        _ => match keyword.strip_prefix("annotation.").filter(|_| alone) {
            Some(key) => trace.0.iter().map(|record| record.json["annotations"][key].clone()).collect(),
            None => return Err(format!("{keyword} is not known here")),
        },
    };
    Ok(found.into_iter().filter(|value| !value.is_null()).collect())
}

/// Values of different types are never equal and have no order.
fn satisfies(value: &Json, test: Option<&(String, Operand)>) -> Result<bool, String> {
    let Some((operator, operand)) = test else { return Ok(value.as_bool().unwrap_or(true)) };
    match (value, operand) {
        (Json::String(value), Operand::Text(wanted)) => match operator.as_str() {
            "=" => Ok(value == wanted),
            "CONTAINS" => Ok(value.contains(wanted)),
            "BEGINSWITH" => Ok(value.starts_with(wanted)),
            "ENDSWITH" => Ok(value.ends_with(wanted)),
            other => Err(format!("{other} with a text")),
        },
        (Json::Bool(value), Operand::Truth(wanted)) => Ok(operator == "=" && value == wanted),
        (Json::Number(value), Operand::Number(wanted)) => {
            let order = value.as_f64().and_then(|value| value.partial_cmp(wanted)).ok_or("no number")?;
            match operator.as_str() {
                "=" => Ok(order.is_eq()),
                "<" => Ok(order.is_lt()),
                "<=" => Ok(order.is_le()),
                ">" => Ok(order.is_gt()),
                ">=" => Ok(order.is_ge()),
                other => Err(format!("{other} with a number")),
            }
        }
        _ => Ok(false),
    }
}
