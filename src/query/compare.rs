//! Whether one span satisfies one comparison.

use std::cell::OnceCell;
use std::cmp::Ordering;

use crate::model::{Attributes, Nanos, Span, SpanId, SpanKind, StatusCode, Trace, TraceId, TraceSummary, Value};

use super::ast::{Op, Predicate, SpanExpr, Test};
use super::duration::parse_duration;
use super::field::{Attribute, Field, Intrinsic, Scope};
use super::literal::{Literal, Number, Pattern};
use super::semconv;

/// A trace and what was found out about it, during one evaluation.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) trace: &'a Trace,
    summary: OnceCell<TraceSummary>,
}

impl<'a> Context<'a> {
    pub(super) fn new(trace: &'a Trace) -> Self {
        Self { trace, summary: OnceCell::new() }
    }

    fn summary(&self) -> &TraceSummary {
        self.summary.get_or_init(|| self.trace.summary())
    }
}

/// One value of a field.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'a> {
    Text(&'a str),
    Value(&'a Value),
    Nanos(Nanos),
    Bool(bool),
    Status(StatusCode),
    Kind(SpanKind),
    TraceId(&'a TraceId),
    SpanId(&'a SpanId),
}

impl SpanExpr {
    pub(super) fn holds(&self, span: &Span, context: &Context<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Is(predicate) => predicate.holds(span, context),
            Self::Not(inner) => !inner.holds(span, context),
            Self::And(parts) => parts.iter().all(|part| part.holds(span, context)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(span, context)),
        }
    }
}

impl Predicate {
    fn holds(&self, span: &Span, context: &Context<'_>) -> bool {
        let mut there = false;
        let some = any_value(&self.field, span, context, &mut |found| {
            there = true;
            each_element(found, &mut |found| satisfies(&self.test, found))
        });
        match self.test {
            Test::Exists => there,
            Test::Missing => !there,
            Test::Compare(Op::Ne, _) | Test::NotIn(_) | Test::NotMatches(_) => there && !some,
            _ => some,
        }
    }
}

/// Calls `test` with the values of a field until it says yes; whether it did.
pub(super) fn any_value(field: &Field, span: &Span, context: &Context<'_>, test: &mut dyn FnMut(Found<'_>) -> bool) -> bool {
    let mut unless_empty = |text: &str| !text.is_empty() && test(Found::Text(text));
    match field {
        Field::Attribute(attribute) => any_attribute(attribute, span, test),
        Field::Intrinsic(intrinsic) => match intrinsic {
            Intrinsic::Name => test(Found::Text(&span.name)),
            Intrinsic::Service => unless_empty(span.service()),
            Intrinsic::Status => test(Found::Status(span.status.code)),
            Intrinsic::StatusMessage => unless_empty(&span.status.message),
            Intrinsic::Kind => test(Found::Kind(span.kind)),
            Intrinsic::Duration => span.duration().is_some_and(|nanos| test(Found::Nanos(nanos))),
            Intrinsic::Root => test(Found::Bool(span.parent.is_none())),
            Intrinsic::TraceDuration => test(Found::Nanos(context.summary().duration())),
            Intrinsic::RootName => context.summary().root_name.as_deref().is_some_and(|name| test(Found::Text(name))),
            Intrinsic::RootServiceName => context.summary().root_service.as_deref().is_some_and(unless_empty),
            Intrinsic::TraceId => test(Found::TraceId(context.trace.id())),
            Intrinsic::SpanId => test(Found::SpanId(&span.id)),
            Intrinsic::ParentId => span.parent.as_ref().is_some_and(|parent| test(Found::SpanId(parent))),
            Intrinsic::EventName => span.events.iter().any(|event| test(Found::Text(&event.name))),
            Intrinsic::LinkTraceId => span.links.iter().any(|link| test(Found::TraceId(&TraceId::from_text(&link.trace_id)))),
            Intrinsic::LinkSpanId => span.links.iter().any(|link| test(Found::SpanId(&SpanId::from_text(&link.span_id)))),
            Intrinsic::ScopeName => unless_empty(&span.scope.name),
            Intrinsic::ScopeVersion => unless_empty(&span.scope.version),
        },
    }
}

fn any_attribute(attribute: &Attribute, span: &Span, test: &mut dyn FnMut(Found<'_>) -> bool) -> bool {
    let events = || span.events.iter().map(|event| &event.attributes);
    match attribute.scope() {
        Scope::Span => in_one(attribute, &span.attributes, test).unwrap_or(false),
        Scope::Resource => in_one(attribute, &span.resource.attributes, test).unwrap_or(false),
        Scope::Instrumentation => in_one(attribute, &span.scope.attributes, test).unwrap_or(false),
        Scope::Event => in_each(attribute, events(), test),
        Scope::Link => in_each(attribute, span.links.iter().map(|link| &link.attributes), test),
        Scope::Any => in_one(attribute, &span.attributes, test)
            .or_else(|| in_one(attribute, &span.resource.attributes, test))
            .or_else(|| in_one(attribute, &span.scope.attributes, test))
            .unwrap_or_else(|| in_each(attribute, events(), test)),
    }
}

fn in_each<'a>(
    attribute: &Attribute,
    mut places: impl Iterator<Item = &'a Attributes>,
    test: &mut dyn FnMut(Found<'_>) -> bool,
) -> bool {
    places.any(|attributes| in_one(attribute, attributes, test).unwrap_or(false))
}

/// What the test says of the attribute's value; `None` where it is not there. An empty value is as good as none.
fn in_one(attribute: &Attribute, attributes: &Attributes, test: &mut dyn FnMut(Found<'_>) -> bool) -> Option<bool> {
    if attributes.is_empty() {
        return None;
    }
    let value = attribute.names().find_map(|name| attributes.get(name).filter(|value| **value != Value::Empty));
    match value {
        Some(value) => Some(test(Found::Value(value))),
        None => semconv::derive(attribute.key(), attributes).map(|text| test(Found::Text(&text))),
    }
}

/// Of an array each element, of anything else itself. Arrays within arrays are not opened.
pub(super) fn each_element(found: Found<'_>, test: &mut dyn FnMut(Found<'_>) -> bool) -> bool {
    match found {
        Found::Value(Value::Array(items)) => items.iter().any(|item| test(Found::Value(item))),
        other => test(other),
    }
}

/// Whether one value satisfies a test; for a negative test, whether it satisfies its opposite.
fn satisfies(test: &Test, found: Found<'_>) -> bool {
    match test {
        Test::Exists | Test::Missing => false,
        Test::Compare(Op::Ne, literal) => compare(found, literal).is_some_and(Ordering::is_eq),
        Test::Compare(op, literal) => compare(found, literal).is_some_and(|order| op.holds(order)),
        Test::In(literals) | Test::NotIn(literals) => {
            literals.iter().any(|literal| compare(found, literal).is_some_and(Ordering::is_eq))
        }
        Test::Matches(pattern) | Test::NotMatches(pattern) => matches(found, pattern),
        Test::Contains(part) => as_text(found, &|text| text.contains(part)),
        Test::StartsWith(part) => as_text(found, &|text| text.starts_with(part)),
        Test::EndsWith(part) => as_text(found, &|text| text.ends_with(part)),
    }
}

fn matches(found: Found<'_>, pattern: &Pattern) -> bool {
    as_text(found, &|text| pattern.is_match(text))
}

/// The order of a value and a literal; `None` where they cannot be compared.
fn compare(found: Found<'_>, literal: &Literal) -> Option<Ordering> {
    let equal = |yes: bool| yes.then_some(Ordering::Equal);
    match (found, literal) {
        (Found::Text(text), Literal::Text(wanted)) => Some(text.cmp(wanted.as_str())),
        (Found::Text(text), Literal::Number(wanted)) => Number::parse(text)?.compare(*wanted),
        (Found::Nanos(nanos), Literal::Duration(wanted)) => Some(nanos.cmp(wanted)),
        (Found::Bool(yes), Literal::Bool(wanted)) => equal(yes == *wanted),
        (Found::Status(status), Literal::Status(wanted)) => equal(status == *wanted),
        (Found::Kind(kind), Literal::Kind(wanted)) => equal(kind == *wanted),
        (Found::TraceId(id), Literal::Text(wanted)) => equal(*id == TraceId::from_text(wanted)),
        (Found::SpanId(id), Literal::Text(wanted)) => equal(*id == SpanId::from_text(wanted)),
        (Found::Value(value), _) => compare_value(value, literal),
        _ => None,
    }
}

/// Senders write numbers as text and text that looks like numbers: either is read as the other where only that makes sense.
fn compare_value(value: &Value, literal: &Literal) -> Option<Ordering> {
    let equal = |yes: bool| yes.then_some(Ordering::Equal);
    match (value, literal) {
        (Value::Str(text), Literal::Text(wanted)) => Some(text.as_str().cmp(wanted)),
        (Value::Str(text), Literal::Bool(wanted)) => equal(text.eq_ignore_ascii_case(if *wanted { "true" } else { "false" })),
        (Value::Str(text), Literal::Duration(wanted)) => parse_duration(text).ok().map(|nanos| nanos.cmp(wanted)),
        (_, Literal::Number(wanted)) => Number::of(value)?.compare(*wanted),
        (Value::Int(_) | Value::Double(_), Literal::Text(wanted)) => Number::of(value)?.compare(Number::parse(wanted)?),
        (Value::Bool(yes), Literal::Bool(wanted)) => equal(yes == wanted),
        (Value::Bool(yes), Literal::Text(wanted)) => equal(wanted.eq_ignore_ascii_case(if *yes { "true" } else { "false" })),
        (Value::Bytes(_), Literal::Text(wanted)) => equal(value.to_string() == *wanted),
        _ => None,
    }
}

/// What `holds` says of a value as text; of a trace id, as it came or as 32 digits.
fn as_text(found: Found<'_>, holds: &dyn Fn(&str) -> bool) -> bool {
    match found {
        Found::Text(text) => holds(text),
        Found::Value(Value::Str(text)) => holds(text),
        Found::Value(value @ (Value::Int(_) | Value::Double(_) | Value::Bool(_) | Value::Bytes(_))) => {
            holds(&value.to_string())
        }
        Found::TraceId(id) => holds(&id.to_string()) || holds(&id.canonical()),
        Found::SpanId(id) => holds(&id.to_string()),
        Found::Value(_) | Found::Nanos(_) | Found::Bool(_) | Found::Status(_) | Found::Kind(_) => false,
    }
}
