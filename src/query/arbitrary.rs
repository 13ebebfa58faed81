//! Expressions and traces for the tests: one that reads like life, and arbitrary ones over a vocabulary so small that they meet.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::model::{
    Attributes, Event, Link, Resource, Scope as Library, Span, SpanId, SpanKind, Status, StatusCode, Time, Trace, TraceId,
    Value,
};

use super::ast::{Aggregate, Expr, Function, Measure, Op, Predicate, Relation, SpanExpr, Test};
use super::field::{Field, Intrinsic, Scope, Type};
use super::literal::{Literal, Number, Pattern};

const TRACE: &str = "5759e988bd862e3fe1be46a994272793";
const WORDS: &[&str] = &["a", "b", "web", "", "500", "true", "GET /a b", "1s", "00000000000000ff", TRACE, "\u{1b}[31m\"\\\n"];
const KEYS: &[&str] = &[
    "k",
    "http.status_code",
    "http.response.status_code",
    "http.target",
    "url.path",
    "url.query",
    "a b",
    "name",
    "and",
    "",
    "5",
    ".x",
];

/// Milliseconds after the trace's beginning.
fn at(ms: u64) -> Time {
    Time(1_700_000_000_000_000_000 + ms * 1_000_000)
}

/// A span of one service, with its start and end in milliseconds.
pub(super) fn span(id: u64, parent: u64, service: &str, name: &str, (start, end): (u64, u64)) -> Span {
    Span {
        id: SpanId::from_bytes(id.to_be_bytes()),
        parent: (parent != 0).then(|| SpanId::from_bytes(parent.to_be_bytes())),
        name: name.into(),
        start: at(start),
        end: Some(at(end)),
        resource: Arc::new(Resource::of_service(service)),
        ..Span::default()
    }
}

pub(super) fn trace(spans: Vec<Span>) -> Trace {
    Trace::assemble(TraceId::from_text(TRACE), spans).expect("a test's trace has spans")
}

/// A shop's front end that calls payment, whose table fails.
pub(super) fn checkout() -> Trace {
    let error = Status { code: StatusCode::Error, message: "throttled".into() };
    let attributes =
        |entries: &[(&str, Value)]| entries.iter().map(|(key, value)| (*key, value.clone())).collect::<Attributes>();
    trace(vec![
        Span {
            kind: SpanKind::Server,
            status: error.clone(),
            attributes: attributes(&[
                ("http.response.status_code", Value::Int(500)),
                ("tags", Value::Array(vec!["x".into(), "y".into()])),
            ]),
            ..span(1, 0, "web", "POST /checkout", (0, 100))
        },
        Span { kind: SpanKind::Client, ..span(2, 1, "web", "POST /pay", (10, 70)) },
        Span { kind: SpanKind::Server, ..span(3, 2, "pay", "charge", (15, 65)) },
        Span {
            kind: SpanKind::Client,
            status: error,
            attributes: attributes(&[("db.system", "dynamodb".into()), ("retries", "3".into())]),
            events: vec![Event {
                name: "exception".into(),
                attributes: attributes(&[("exception.type", "Throttled".into())]),
                ..Event::default()
            }],
            ..span(4, 3, "pay", "SELECT cards", (20, 40))
        },
        Span {
            attributes: attributes(&[("db.system", "redis".into()), ("k", Value::Empty)]),
            ..span(5, 3, "pay", "GET session", (42, 44))
        },
    ])
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![8 => select(WORDS).prop_map(str::to_owned), 1 => ".{0,8}"]
}

fn number() -> impl Strategy<Value = Number> {
    let double = any::<f64>().prop_filter("literals are finite", |number| number.is_finite());
    prop_oneof![
        4 => (-3_i64..4).prop_map(Number::Int),
        2 => select(&[0.5, 2.0, 500.0, -0.0][..]).prop_map(Number::Double),
        1 => any::<i64>().prop_map(Number::Int),
        1 => double.prop_map(Number::Double),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    select(&[Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge][..])
}

fn duration() -> impl Strategy<Value = Literal> {
    prop_oneof![3 => (-3_i64..12).prop_map(|ms| ms * 1_000_000), 1 => any::<i64>()]
        .prop_map(|nanos| Literal::Duration(nanos.into()))
}

fn any_field() -> impl Strategy<Value = Field> {
    let intrinsics: Vec<_> = Intrinsic::all().collect();
    let scopes = [&[Scope::Any][..], &Scope::NAMED].concat();
    let key = prop_oneof![8 => select(KEYS).prop_map(str::to_owned), 1 => ".{0,8}"];
    prop_oneof![
        select(intrinsics).prop_map(Field::Intrinsic),
        (select(scopes), key).prop_map(|(scope, key)| Field::attribute(scope, key)),
    ]
}

fn literal(of: Type) -> BoxedStrategy<Literal> {
    let text = || word().prop_map(Literal::Text);
    match of {
        Type::Text => text().boxed(),
        Type::Status => select(&[StatusCode::Ok, StatusCode::Error, StatusCode::Unset][..]).prop_map(Literal::Status).boxed(),
        Type::Kind => select(&SpanKind::NAMED[..]).prop_map(Literal::Kind).boxed(),
        Type::Duration => duration().boxed(),
        Type::Bool => any::<bool>().prop_map(Literal::Bool).boxed(),
        Type::TraceId => select(&[TRACE, "1-5759e988-bd862e3fe1be46a994272793", "other"][..])
            .prop_map(|id| Literal::Text(id.to_owned()))
            .boxed(),
        Type::Any => {
            prop_oneof![text(), number().prop_map(Literal::Number), any::<bool>().prop_map(Literal::Bool), duration()].boxed()
        }
    }
}

fn any_test(of: Type) -> BoxedStrategy<Test> {
    let list = || vec(literal(of), 1..4);
    let equality = prop_oneof![
        Just(Test::Exists),
        Just(Test::Missing),
        (select(&[Op::Eq, Op::Ne][..]), literal(of)).prop_map(|(op, literal)| Test::Compare(op, literal)),
        list().prop_map(Test::In),
        list().prop_map(Test::NotIn),
    ];
    let ordered = (op(), literal(of)).prop_map(|(op, literal)| Test::Compare(op, literal));
    let pattern = || {
        let sources = ["a|b", "5.*", ".*", "", "[^a]", "web", "\"\\\\"];
        select(sources.to_vec()).prop_map(|source| Pattern::new(source).expect("the list's patterns are right"))
    };
    let textual = prop_oneof![
        pattern().prop_map(Test::Matches),
        pattern().prop_map(Test::NotMatches),
        word().prop_map(Test::Contains),
        word().prop_map(Test::StartsWith),
        word().prop_map(Test::EndsWith),
    ];
    match of {
        Type::Status | Type::Kind | Type::Bool => equality.boxed(),
        Type::Duration => prop_oneof![equality, ordered].boxed(),
        Type::TraceId => prop_oneof![equality, textual].boxed(),
        Type::Text | Type::Any => prop_oneof![equality, ordered, textual].boxed(),
    }
}

pub(super) fn any_predicate() -> impl Strategy<Value = Predicate> {
    any_field().prop_flat_map(|field| {
        let test = any_test(field.value_type());
        test.prop_map(move |test| Predicate { field: field.clone(), test })
    })
}

fn any_selector() -> impl Strategy<Value = SpanExpr> {
    let leaf = prop_oneof![1 => Just(SpanExpr::Any), 9 => any_predicate().prop_map(SpanExpr::Is)];
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(SpanExpr::negated),
            vec(inner.clone(), 2..4).prop_map(SpanExpr::all),
            vec(inner, 2..4).prop_map(SpanExpr::any),
        ]
    })
}

pub(super) fn any_aggregate() -> impl Strategy<Value = Aggregate> {
    let count = (op(), number()).prop_map(|(op, number)| (Measure::Count, op, Literal::Number(number)));
    let small = (op(), -1_i64..4).prop_map(|(op, number)| (Measure::Count, op, Literal::Number(Number::Int(number))));
    let function = prop_oneof![
        select(&[Function::Min, Function::Max, Function::Avg, Function::Sum][..]),
        (0_u16..=10_000).prop_map(Function::Percentile),
    ];
    let fields =
        [Field::Intrinsic(Intrinsic::Duration), Field::Intrinsic(Intrinsic::TraceDuration), Field::attribute(Scope::Any, "k")];
    let of =
        (function, select(fields.to_vec()), op(), number(), duration()).prop_map(|(function, field, op, number, nanos)| {
            let value = if field.value_type() == Type::Duration { nanos } else { Literal::Number(number) };
            (Measure::Of(function, field), op, value)
        });
    prop_oneof![count, small, of].prop_map(|(measure, op, value)| Aggregate { measure, op, value })
}

/// Any expression that the parser can give.
pub(crate) fn any_expr() -> impl Strategy<Value = Expr> {
    any_selector().prop_map(Expr::Select).prop_recursive(3, 8, 3, |inner| {
        let relation = select(&[Relation::Descendant, Relation::Child, Relation::Sibling][..]);
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(Expr::all),
            vec(inner.clone(), 2..4).prop_map(Expr::any),
            (inner.clone(), relation, inner.clone()).prop_map(|(left, relation, right)| left.related(relation, right)),
            (inner, any_aggregate()).prop_map(|(inner, aggregate)| inner.piped(aggregate)),
        ]
    })
}

fn any_attribute_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Empty),
        word().prop_map(Value::from),
        (-3_i64..4).prop_map(Value::Int),
        select(&[0.5, 2.0, 500.0, f64::NAN, f64::INFINITY][..]).prop_map(Value::Double),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Bytes(vec![0, 255])),
    ];
    leaf.prop_recursive(2, 4, 3, |inner| vec(inner, 0..3).prop_map(Value::Array))
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let entry = (select(KEYS).prop_map(str::to_owned), any_attribute_value());
    vec(entry, 0..4).prop_map(Attributes::from_iter)
}

/// A span of one of few ids, whose parent may be any of them, itself included.
fn any_span() -> impl Strategy<Value = Span> {
    let ids = (0_u64..6, option::of(0_u64..6));
    let times = (0_u64..5, option::of(0_u64..12));
    let said =
        (word(), word(), select(&SpanKind::NAMED[..]), select(&[StatusCode::Ok, StatusCode::Error, StatusCode::Unset][..]));
    let holds = (attributes(), attributes(), attributes(), vec(attributes(), 0..2), vec(attributes(), 0..2));
    (ids, times, said, holds).prop_map(
        |((id, parent), (start, end), (service, name, kind, code), (own, resource, library, events, links))| {
            let mut resource = Resource { attributes: resource, ..Resource::default() };
            resource.attributes.push("service.name", service.as_str());
            Span {
                id: SpanId::from_bytes(id.to_be_bytes()),
                parent: parent.map(|id| SpanId::from_bytes(id.to_be_bytes())),
                kind,
                start: at(start),
                end: end.map(at),
                status: Status { code, message: name.clone() },
                attributes: own,
                events: events
                    .into_iter()
                    .map(|attributes| Event { name: service.clone(), attributes, ..Event::default() })
                    .collect(),
                links: links
                    .into_iter()
                    .map(|attributes| Link { trace_id: TRACE.into(), attributes, ..Link::default() })
                    .collect(),
                resource: Arc::new(resource),
                scope: Arc::new(Library { name: name.clone(), attributes: library, ..Library::default() }),
                name,
                ..Span::default()
            }
        },
    )
}

/// Any trace of few spans, with all the trouble that parents can make.
pub(crate) fn any_trace() -> impl Strategy<Value = Trace> {
    vec(any_span(), 1..10).prop_map(trace)
}
