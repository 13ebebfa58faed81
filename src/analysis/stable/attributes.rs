//! Which attributes all spans of an operation have with one value.

use std::collections::{BTreeMap, HashMap};

use crate::analysis::normalised;
use crate::model::{Span, Value};
use crate::query::{Attribute, Field, Literal, Number, Op, Predicate, Scope, SpanExpr, Test};

use super::Why;
use super::name::value;

/// Attributes with few values, by their newest names, in the order in which they are asked for. Of `db` and `messaging` nothing that has
/// data, statements, ids or hosts in it.
const LISTED: [&str; 22] = [
    "http.request.method",
    "http.route",
    "http.response.status_code",
    "rpc.system.name",
    "rpc.system",
    "rpc.service",
    "rpc.method",
    "rpc.response.status_code",
    "rpc.grpc.status_code",
    "db.system.name",
    "db.namespace",
    "db.collection.name",
    "db.operation.name",
    "db.query.summary",
    "db.stored_procedure.name",
    "messaging.system",
    "messaging.operation.type",
    "messaging.operation.name",
    "messaging.destination.template",
    "messaging.destination.name",
    "messaging.consumer.group.name",
    "messaging.destination.subscription.name",
];
/// What tells of failures, the first that all of them have.
const CODES: [&str; 4] = ["http.response.status_code", "rpc.response.status_code", "rpc.grpc.status_code", "error.type"];
/// So many values tell of failures.
const MOST_CODES: usize = 8;
/// At most so many attributes are asked for of one operation.
const MOST: usize = 8;
/// Longer text, in bytes, is no value of few.
const LONGEST: usize = 100;
/// So many different values are told.
const TOLD: usize = 3;

/// The attributes that may be asked for.
#[derive(Debug)]
pub(super) struct Attributes {
    listed: Vec<Attribute>,
    codes: Vec<Attribute>,
}

impl Attributes {
    pub(super) fn new() -> Self {
        let all = |keys: &[&str]| keys.iter().map(|key| Attribute::new(Scope::Any, *key)).collect();
        Self { listed: all(&LISTED), codes: all(&CODES) }
    }

    /// What all of these spans satisfy but for what is `asked` anyway; and of the listed attributes that some have, why the others are
    /// not asked for. `single` says that there is one trace only.
    pub(super) fn of<'a>(&'a self, spans: &[&Span], asked: &SpanExpr, single: bool) -> (Vec<SpanExpr>, Vec<(&'a str, Why)>) {
        let (mut stable, mut noise) = (Vec::new(), Vec::new());
        for attribute in &self.listed {
            match one_value(spans, attribute, single) {
                Ok(Some(literal)) => {
                    let predicate = Predicate::compare(Field::Attribute(attribute.clone()), Op::Eq, literal);
                    let is = SpanExpr::Is(predicate);
                    if stable.len() < MOST && !asked.conjuncts().contains(&is) {
                        stable.push(is);
                    }
                }
                Ok(None) => {}
                Err(why) => noise.push((attribute.key(), why)),
            }
        }
        (stable, noise)
    }

    /// What tells these spans, which failed, from others that fail; every span where nothing does.
    pub(super) fn code(&self, failed: &[&Span]) -> SpanExpr {
        for attribute in &self.codes {
            let codes = failed.iter().try_fold(Vec::new(), |mut codes, span| {
                let code = value(span, attribute).and_then(literal)?;
                if !codes.contains(&code) {
                    codes.push(code);
                }
                (codes.len() <= MOST_CODES).then_some(codes)
            });
            let field = Field::Attribute(attribute.clone());
            match codes.as_deref() {
                Some([]) | None => {}
                Some([code]) => return SpanExpr::Is(Predicate::compare(field, Op::Eq, code.clone())),
                Some(codes) => return SpanExpr::Is(Predicate { field, test: Test::In(codes.to_vec()) }),
            }
        }
        SpanExpr::Any
    }

    /// Adds the attributes of these spans that are not listed, and whether they differ.
    pub(super) fn others<'a>(&self, spans: &[&'a Span], differ: &mut BTreeMap<&'a str, bool>) {
        let mut first = HashMap::<&str, (&Value, usize, bool)>::new();
        for span in spans {
            for (key, value) in span.attributes.iter() {
                let (known, count, differs) = first.entry(key).or_insert((value, 0, false));
                *differs |= *known != value;
                *count += 1;
            }
        }
        for (key, (_, count, differs)) in first {
            if !self.listed.iter().any(|attribute| attribute.names().any(|name| name == key)) {
                *differ.entry(key).or_default() |= differs || count != spans.len();
            }
        }
    }
}

/// The value that all spans have; `None` where none has one.
fn one_value(spans: &[&Span], attribute: &Attribute, single: bool) -> Result<Option<Literal>, Why> {
    let mut values = spans.iter().map(|span| value(span, attribute));
    let first = values.next().flatten();
    if values.clone().any(|other| other != first) {
        if spans.iter().any(|span| value(span, attribute).is_none()) {
            return Err(Why::Missing);
        }
        let mut different = Vec::new();
        for value in spans.iter().filter_map(|span| value(span, attribute)) {
            let text = value.to_string();
            if !different.contains(&text) {
                different.push(text);
            }
            if different.len() == TOLD {
                break;
            }
        }
        return Err(Why::Differs(different));
    }
    let Some(literal) = first.and_then(literal) else { return Ok(None) };
    // Many senders write codes as text.
    let is_code = attribute.key().ends_with("status_code");
    let looks_like_an_id = matches!(&literal, Literal::Text(text) if !is_code && normalised(text) != text.as_str());
    let passing = ["messaging.destination.temporary", "messaging.temp_destination", "messaging.destination.anonymous"];
    let is_passing = || {
        let passes = |span: &&Span| passing.iter().any(|key| span.attributes.get(key) == Some(&Value::Bool(true)));
        attribute.key() == "messaging.destination.name" && spans.iter().any(passes)
    };
    if (single && looks_like_an_id) || is_passing() {
        return Err(Why::Id);
    }
    Ok(Some(literal))
}

/// A value to compare with; `None` where it is none of few, or cannot be compared.
fn literal(value: &Value) -> Option<Literal> {
    match value {
        Value::Str(text) => (!text.is_empty() && text.len() <= LONGEST).then(|| Literal::Text(text.to_string())),
        Value::Int(number) => Some(Literal::Number(Number::Int(*number))),
        Value::Bool(yes) => Some(Literal::Bool(*yes)),
        _ => None,
    }
}
