//! On which rows a comparison leaves its trace, and what it wants there.
//!
//! A span has a row, and each of its events, links and log lines has one. What the span is (its name, its status …) is on its own
//! row alone: the others have a `name` of their own, and repeat `error` and the resource's attributes. An attribute without a scope
//! is on the span's row or, where it is not there, on those of its events.

use super::cond::{Cond, Lit, Want};
use super::keys::{is_ambiguous, is_column, is_derived};
use super::value::{Texts, duration, value};
use crate::model::id::Spelling;
use crate::model::{Span, SpanId, SpanKind, Status, StatusCode, Trace, TraceId};
use crate::query::{Attribute, Field, Intrinsic, Literal, Op, Predicate, Scope, SpanExpr, Test};
use crate::wire::honeycomb::{ColumnType, Schema};

/// What a comparison wants of the rows of a span that satisfies it: `span` holds of the span's row, or `annotation` of one of the
/// others.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    pub(super) span: Cond,
    pub(super) annotation: Cond,
}

impl Place {
    fn on_span(span: Cond) -> Self {
        Self { span, annotation: Cond::Never }
    }

    fn on_annotation(annotation: Cond) -> Self {
        Self { span: Cond::Never, annotation }
    }

    fn on_either(cond: Cond) -> Self {
        Self { span: cond.clone(), annotation: cond }
    }
}

/// Where a comparison leaves its trace; `None` where rows do not say.
pub(super) fn place(schema: &Schema, predicate: &Predicate) -> Option<Place> {
    match &predicate.field {
        Field::Attribute(attribute) => of_attribute(schema, attribute, &predicate.test),
        Field::Intrinsic(intrinsic) => of_intrinsic(schema, *intrinsic, predicate),
    }
}

/// The column of an attribute.
pub(super) fn column<'s>(schema: &'s Schema, key: &'s str) -> &'s str {
    if key == "service.name" { &schema.names.service } else { key }
}

fn texts(key: &str) -> Texts {
    if key == "service.name" { Texts::Plain } else { Texts::Encoded }
}

fn of_attribute(schema: &Schema, attribute: &Attribute, test: &Test) -> Option<Place> {
    let scope = attribute.scope();
    let keys = || attribute.names().chain(attribute.derived_from().iter().copied());
    let on_span = matches!(scope, Scope::Any | Scope::Span | Scope::Resource);
    let unreadable = keys().any(|key| schema.has(key) && !is_column(key));
    if is_ambiguous(attribute) || unreadable || (on_span && keys().any(|key| is_derived(key, &schema.names))) {
        return None;
    }
    if *test == Test::Missing {
        // Of its own names alone: whether a value can be put together from others, only the values tell.
        let hoisted = scope == Scope::Span && keys().any(super::keys::is_hoisted);
        let missing = || Cond::all(attribute.names().map(|key| missing(schema, column(schema, key))));
        return (on_span && !hoisted).then(|| Place::on_span(missing()));
    }
    let of_names = attribute.names().map(|key| value(schema, column(schema, key), texts(key), test));
    let of_others = attribute.derived_from().iter().map(|key| there(schema, key));
    let cond = Cond::any(of_names.chain(of_others));
    Some(match scope {
        Scope::Any => Place::on_either(cond),
        Scope::Event | Scope::Link => Place::on_annotation(cond),
        Scope::Span | Scope::Resource | Scope::Instrumentation => Place::on_span(cond),
    })
}

/// Whether the column has a value; never where there is no such column.
fn there(schema: &Schema, column: &str) -> Cond {
    if schema.has(column) { Cond::there(column) } else { Cond::Never }
}

/// That the column has none, or one that may be read as none: in results, empty text may stand for it.
fn missing(schema: &Schema, column: &str) -> Cond {
    match schema.only_type(column) {
        None if !schema.has(column) => Cond::Always,
        Some(ColumnType::Integer | ColumnType::Float | ColumnType::Boolean) => Cond::Missing(column.to_owned()),
        _ => Cond::any([Cond::Missing(column.to_owned()), Cond::text(column, "")]),
    }
}

fn of_intrinsic(schema: &Schema, intrinsic: Intrinsic, predicate: &Predicate) -> Option<Place> {
    let (names, test) = (&schema.names, &predicate.test);
    let of_text = |column: &str| match test {
        Test::Missing => missing(schema, column),
        test => value(schema, column, Texts::Plain, test),
    };
    let cond = match intrinsic {
        Intrinsic::Name => {
            let unnamed = satisfies(predicate, Span::default());
            let missing = if unnamed { missing(schema, &names.name) } else { Cond::Never };
            Cond::any([of_text(&names.name), missing])
        }
        Intrinsic::Service => of_text(&names.service),
        Intrinsic::StatusMessage => of_text("status_message"),
        Intrinsic::ScopeName => of_text("library.name"),
        Intrinsic::ScopeVersion => of_text("library.version"),
        Intrinsic::Status => status(schema, predicate),
        Intrinsic::Kind => kind(schema, predicate),
        Intrinsic::Duration if *test == Test::Missing => missing(schema, &names.duration),
        Intrinsic::Duration => duration(schema, &names.duration, test),
        Intrinsic::Root => root(schema, predicate),
        Intrinsic::TraceId => return id(schema, &names.trace_id, test, &trace_ids).filter(exactly).map(Place::on_span),
        Intrinsic::SpanId => return id(schema, &names.span_id, test, &span_ids).map(Place::on_span),
        Intrinsic::ParentId if *test == Test::Missing => missing(schema, &names.parent_id),
        Intrinsic::ParentId => return id(schema, &names.parent_id, test, &span_ids).map(Place::on_span),
        Intrinsic::LinkTraceId => return id(schema, &names.link_trace_id, test, &trace_ids).map(Place::on_annotation),
        Intrinsic::LinkSpanId => return id(schema, &names.link_span_id, test, &span_ids).map(Place::on_annotation),
        Intrinsic::EventName => return event_name(schema, predicate).map(Place::on_annotation),
        Intrinsic::TraceDuration | Intrinsic::RootName | Intrinsic::RootServiceName => return None,
    };
    Some(Place::on_span(cond))
}

/// Whether a trace of this one span satisfies it.
fn satisfies(predicate: &Predicate, span: Span) -> bool {
    let trace = Trace::assemble(TraceId::from_text("0"), vec![span]);
    trace.is_some_and(|trace| !SpanExpr::Is(predicate.clone()).select(&trace).is_empty())
}

/// The code says it, and where it does not, whether there is an error: that is never written as false, but may be text.
fn status(schema: &Schema, predicate: &Predicate) -> Cond {
    let of = |code| satisfies(predicate, Span { status: Status { code, ..Status::default() }, ..Span::default() });
    let column = "status_code";
    let codes = |codes: &[i64]| match schema.only_type(column) {
        Some(ColumnType::Integer) => Some(codes.iter().map(|code| Lit::Int(*code)).collect::<Vec<_>>()),
        Some(ColumnType::Float) => Some(codes.iter().map(|code| Lit::Float(*code as f64)).collect()),
        _ => None,
    };
    let is = |code| codes(&[code]).map_or_else(|| there(schema, column), |codes| Cond::one_of(column, codes));
    let error = &schema.names.error;
    let failed = match schema.only_type(error) {
        Some(ColumnType::Boolean) => Cond::one_of(error, vec![Lit::Bool(true)]),
        _ => there(schema, error),
    };
    // Other numbers are a server's answer.
    let neither = || codes(&[1, 2]).map_or_else(|| there(schema, column), |codes| Cond::is(column, Want::NotIn(codes)));
    let (unset, ok, error) = (of(StatusCode::Unset), of(StatusCode::Ok), of(StatusCode::Error));
    if unset && ok && error {
        return Cond::Always;
    }
    Cond::any([
        if error { Cond::any([failed, is(2)]) } else { Cond::Never },
        if ok { is(1) } else { Cond::Never },
        if unset { Cond::any([missing(schema, column), neither()]) } else { Cond::Never },
    ])
}

/// Lower case in OpenTelemetry's data, in any case elsewhere; `type` is the same once more.
fn kind(schema: &Schema, predicate: &Predicate) -> Cond {
    let column = &schema.names.kind;
    let named = SpanKind::NAMED.into_iter().filter(|kind| *kind != SpanKind::Unspecified);
    let (wanted, others): (Vec<_>, Vec<_>) =
        named.partition(|kind| satisfies(predicate, Span { kind: *kind, ..Span::default() }));
    let is_text = |column: &str| schema.only_type(column) == Some(ColumnType::String);
    if satisfies(predicate, Span::default()) {
        // What names none of the others.
        if others.is_empty() || !is_text(column) {
            return Cond::Always;
        }
        let others = others.into_iter().map(|kind| Lit::Text(kind.name().to_owned())).collect();
        return Cond::any([missing(schema, column), Cond::is(column, Want::NotIn(others))]);
    }
    let columns = [column.as_str(), "type", "meta.span_type"];
    Cond::any(columns.into_iter().flat_map(|column| {
        let lower = |kind: &SpanKind| Cond::is(column, Want::Lower(kind.name().to_owned()));
        if is_text(column) { wanted.iter().map(lower).collect() } else { vec![there(schema, column)] }
    }))
}

fn root(schema: &Schema, predicate: &Predicate) -> Cond {
    let parent = &schema.names.parent_id;
    let below = Span { parent: Some(SpanId::from_bytes([1; 8])), ..Span::default() };
    let is_root = if schema.has(parent) { Cond::Missing(parent.clone()) } else { Cond::Always };
    Cond::any([
        if satisfies(predicate, Span::default()) { is_root } else { Cond::Never },
        if satisfies(predicate, below) { there(schema, parent) } else { Cond::Never },
    ])
}

/// Whether it is a list of values.
fn exactly(cond: &Cond) -> bool {
    matches!(cond, Cond::Never | Cond::Is(_, Want::In(_)))
}

/// Of ids only equality is asked, in all spellings that services write; of anything else, that there is one. `None` for what an id
/// is not.
fn id(schema: &Schema, column: &str, test: &Test, spellings: &dyn Fn(&str) -> Vec<String>) -> Option<Cond> {
    let literals = match test {
        Test::Missing => return None,
        Test::Compare(Op::Eq, literal) => std::slice::from_ref(literal),
        Test::In(literals) => literals,
        _ => return Some(there(schema, column)),
    };
    if schema.only_type(column) != Some(ColumnType::String) {
        return Some(there(schema, column));
    }
    let mut values = Vec::new();
    for literal in literals {
        let Literal::Text(wanted) = literal else { continue };
        for spelling in spellings(wanted).into_iter().map(Lit::Text) {
            if !values.contains(&spelling) {
                values.push(spelling);
            }
        }
    }
    Some(Cond::one_of(column, values))
}

fn trace_ids(text: &str) -> Vec<String> {
    let id = TraceId::from_text(text);
    let mut spellings = vec![text.to_owned()];
    if id.bytes().is_some() {
        for spelling in [Spelling::W3c, Spelling::Short, Spelling::XRay] {
            let written = id.clone().spelled(spelling).to_string();
            spellings.extend([written.to_uppercase(), written]);
        }
    }
    spellings
}

fn span_ids(text: &str) -> Vec<String> {
    let id = SpanId::from_text(text);
    if id.bytes().is_none() {
        return vec![text.to_owned()];
    }
    vec![id.to_string(), id.to_string().to_uppercase(), text.to_owned()]
}

/// A log line is called by its `event.name`, or by how severe it is.
fn event_name(schema: &Schema, predicate: &Predicate) -> Option<Cond> {
    let test = &predicate.test;
    if *test == Test::Missing {
        return None;
    }
    let of = |column: &str| value(schema, column, Texts::Plain, test);
    let name = &schema.names.name;
    // As a span's name would: the tests of both are the same.
    let as_name = Predicate { field: Field::Intrinsic(Intrinsic::Name), test: test.clone() };
    let nothing = if satisfies(&as_name, Span::default()) { Cond::Always } else { Cond::Never };
    let unnamed = Cond::all([missing(schema, name), Cond::any([of("severity_text"), of("severity"), nothing])]);
    Some(Cond::any([of(name), of("event.name"), unnamed]))
}
