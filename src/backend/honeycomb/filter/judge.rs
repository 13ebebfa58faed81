//! What the rows that were found say of a trace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{
    Event, Link, Resource, Scope as Library, Span, SpanId, SpanKind, Status, StatusCode, Time, Trace, TraceId, Value,
};
use crate::query::{Attribute, Expr, Field, Intrinsic, Op, Predicate, Scope, SpanExpr, Test};
use crate::wire::honeycomb::{Schema, is_of_resource};

use super::columns::{columns, is_of_spans, of_field};
use super::keys::{is_ambiguous, is_derived, is_hoisted};
use super::rows::Rows;
use super::value::is_borderline;

/// When a span begins of which the row does not say it: its end may be before.
const START: Time = Time(u64::MAX / 2);

/// What the rows of a trace say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It does not satisfy the filter.
    No,
    /// It has to be read as a whole to tell.
    Perhaps,
    /// It satisfies the filter.
    Matches,
}

/// A group of a query's result as a row: the values of the columns in [`super::Pushed::columns`], as they are read back into
/// attributes (lists and bytes as such). What is missing is left out; empty text may be left in. If the trace's and the span's id
/// are among them, more can be told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RowOf(BTreeMap<String, Value>);

impl<K: Into<String>> FromIterator<(K, Value)> for RowOf {
    fn from_iter<T: IntoIterator<Item = (K, Value)>>(cells: T) -> Self {
        let cells = cells.into_iter().filter(|(_, value)| *value != Value::Empty);
        Self(cells.map(|(column, value)| (column.into(), value)).collect())
    }
}

/// Judges traces by the rows that [`super::push`]'s question finds of them.
#[derive(Debug)]
pub struct Judge<'a> {
    schema: &'a Schema,
    tree: Tree,
    asked: BTreeSet<String>,
    only_spans: bool,
}

#[derive(Debug)]
enum Tree {
    /// Some span satisfies it. Unless rows of it were asked for, that there are none says nothing.
    Select(SpanExpr, bool),
    All(Vec<Tree>),
    Any(Vec<Tree>),
    /// Needed, and not enough.
    Needs(Box<Tree>),
    Unknown,
}

impl<'a> Judge<'a> {
    /// For rows of what `push` asks for this filter and these columns.
    pub fn new(filter: &Expr, schema: &'a Schema) -> Self {
        let cond = Rows::of(filter, schema).cond(schema);
        let asked = columns(filter, schema, &cond).asked;
        Self { schema, tree: tree(filter, schema), asked, only_spans: is_of_spans(&cond, schema) }
    }

    /// By all rows of one trace that were found. [`Verdict::Matches`] and [`Verdict::No`] are certain.
    pub fn verdict(&self, rows: &[RowOf]) -> Verdict {
        let rows: Vec<Seen> = rows.iter().filter_map(|row| self.seen(row)).collect();
        self.of_tree(&self.tree, &rows)
    }

    fn of_tree(&self, tree: &Tree, rows: &[Seen]) -> Verdict {
        match tree {
            Tree::Select(selector, asked) => {
                let found = rows.iter().map(|row| self.of_row(selector, row)).max().unwrap_or(Verdict::No);
                if *asked { found } else { found.max(Verdict::Perhaps) }
            }
            Tree::All(parts) => parts.iter().map(|part| self.of_tree(part, rows)).min().unwrap_or(Verdict::Perhaps),
            Tree::Any(parts) => parts.iter().map(|part| self.of_tree(part, rows)).max().unwrap_or(Verdict::Perhaps),
            Tree::Needs(part) => self.of_tree(part, rows).min(Verdict::Perhaps),
            Tree::Unknown => Verdict::Perhaps,
        }
    }

    fn of_row(&self, selector: &SpanExpr, row: &Seen) -> Verdict {
        let own = || match selector.decide(&|predicate| self.of_own_row(predicate, row)) {
            Some(true) => Verdict::Matches,
            Some(false) => Verdict::No,
            None => Verdict::Perhaps,
        };
        let other = || match selector.decide(&|predicate| self.of_annotation(predicate, row)) {
            Some(true) => Verdict::Matches,
            _ if self.may_be_by(selector, false, row) => Verdict::Perhaps,
            _ => Verdict::No,
        };
        match row.kind {
            Kind::Span => own(),
            Kind::Event | Kind::Link => other(),
            Kind::Unclear => own().max(other()).min(Verdict::Perhaps),
        }
    }

    /// Whether a span satisfies a comparison, by its own row.
    fn of_own_row(&self, predicate: &Predicate, row: &Seen) -> Option<bool> {
        if !is_told_by_a_span_row(predicate, self.schema) && !self.is_own_id(predicate, row) || self.is_blurred(predicate, row)
        {
            return None;
        }
        let told = match &predicate.field {
            // Where it is nowhere on the row, an event may have it, unless nothing has.
            Field::Attribute(attribute) if attribute.scope() == Scope::Any => {
                row.has_attribute(attribute)
                    || of_field(&predicate.field, self.schema).iter().all(|column| !self.schema.has(column))
            }
            Field::Intrinsic(Intrinsic::Duration) => {
                row.trace.spans()[0].duration().is_some_and(|duration| !is_borderline(duration, &predicate.test))
            }
            Field::Intrinsic(Intrinsic::Status) => row.clear_status,
            Field::Intrinsic(Intrinsic::TraceId) => row.named,
            _ => true,
        };
        told.then(|| row.satisfies(predicate))
    }

    fn is_own_id(&self, predicate: &Predicate, row: &Seen) -> bool {
        predicate.field == Field::Intrinsic(Intrinsic::SpanId) && row.has(&self.schema.names.span_id)
    }

    /// Whether a span satisfies a comparison, by the row of one of its events or links: others may have what this one has not.
    fn of_annotation(&self, predicate: &Predicate, row: &Seen) -> Option<bool> {
        let names = &self.schema.names;
        let column = match (&predicate.field, row.kind) {
            // A log line may be called by another column.
            (Field::Intrinsic(Intrinsic::EventName), Kind::Event) if !row.has("event.name") => &names.name,
            (Field::Intrinsic(Intrinsic::LinkTraceId), Kind::Link) => &names.link_trace_id,
            (Field::Intrinsic(Intrinsic::LinkSpanId), Kind::Link) => &names.link_span_id,
            _ => return None,
        };
        if !row.has(column) || self.is_blurred(predicate, row) {
            return None;
        }
        let holds = row.satisfies(predicate);
        match predicate.test {
            Test::Missing => Some(false),
            Test::Compare(Op::Ne, _) | Test::NotIn(_) | Test::NotMatches(_) => (!holds).then_some(false),
            _ => holds.then_some(true),
        }
    }

    /// Whether the row of an event or link may be the one by which a span satisfies a selector.
    fn may_be_by(&self, selector: &SpanExpr, opposite: bool, row: &Seen) -> bool {
        match selector {
            SpanExpr::Any => false,
            SpanExpr::Not(inner) => self.may_be_by(inner, !opposite, row),
            SpanExpr::And(parts) | SpanExpr::Or(parts) => parts.iter().any(|part| self.may_be_by(part, opposite, row)),
            SpanExpr::Is(predicate) => {
                let here = match &predicate.field {
                    Field::Intrinsic(Intrinsic::EventName) => row.kind != Kind::Link,
                    Field::Intrinsic(Intrinsic::LinkTraceId | Intrinsic::LinkSpanId) => row.kind != Kind::Event,
                    Field::Intrinsic(_) => false,
                    Field::Attribute(attribute) => match attribute.scope() {
                        Scope::Any | Scope::Event => row.kind != Kind::Link,
                        Scope::Link => row.kind != Kind::Event,
                        Scope::Span | Scope::Resource | Scope::Instrumentation => false,
                    },
                };
                let unnamed = predicate.field == Field::Intrinsic(Intrinsic::EventName);
                here && (opposite || unnamed || self.is_blurred(predicate, row) || row.satisfies_elsewhere(predicate))
            }
        }
    }

    /// Whether a column that the comparison is about was not asked for, or has empty text, which may stand for nothing.
    fn is_blurred(&self, predicate: &Predicate, row: &Seen) -> bool {
        let names = &self.schema.names;
        of_field(&predicate.field, self.schema).iter().any(|column| {
            let id = *column == names.trace_id || *column == names.span_id;
            let unasked = self.schema.has(column) && !id && !self.asked.contains(column);
            unasked || row.blank.contains(column)
        })
    }

    fn seen(&self, row: &RowOf) -> Option<Seen> {
        let names = &self.schema.names;
        let cell = |column: &str| row.0.get(column);
        let kind = match cell(&names.annotation).and_then(Value::as_str).filter(|kind| !kind.is_empty()) {
            _ if self.only_spans || is_there(cell(&names.span_id)) => Kind::Span,
            Some("link") => Kind::Link,
            Some(_) => Kind::Event,
            None if is_there(cell(&names.kind)) => Kind::Span,
            None => Kind::Unclear,
        };
        let (status, clear_status) = self.status(row);
        let mut span = Span {
            id: words(cell(&names.span_id)).map(|id| SpanId::from_text(&id)).unwrap_or_default(),
            parent: words(cell(&names.parent_id)).map(|id| SpanId::from_text(&id)).filter(SpanId::is_valid),
            kind: self.kind(row),
            end: number(cell(&names.duration)).map(|ms| START.saturating_add((ms * 1e6).round() as i128)),
            start: START,
            status,
            scope: Arc::new(Library {
                name: words(cell("library.name")).unwrap_or_default(),
                version: words(cell("library.version")).unwrap_or_default(),
                ..Library::default()
            }),
            ..Span::default()
        };
        let name = words(cell(&names.name)).unwrap_or_default();
        let mut resource = Resource::default();
        let mut all = Vec::new();
        for (column, value) in &row.0 {
            let key = if *column == names.service { "service.name" } else { column };
            let value =
                if key == "service.name" { words(Some(value)).map_or(Value::Empty, Value::from) } else { value.clone() };
            all.push((key.to_owned(), value.clone()));
            if is_of_resource(key) || *column == names.service {
                resource.attributes.push(key, value);
            } else if !is_derived(key, names) {
                span.attributes.push(key, value);
            }
        }
        let elsewhere = Span {
            events: vec![Event { name: name.clone(), attributes: all.iter().cloned().collect(), ..Event::default() }],
            links: vec![Link {
                trace_id: words(cell(&names.link_trace_id)).unwrap_or_default(),
                span_id: words(cell(&names.link_span_id)).unwrap_or_default(),
                attributes: all.into_iter().collect(),
                ..Link::default()
            }],
            ..Span::default()
        };
        span.name = name;
        span.resource = Arc::new(resource);
        let id = words(cell(&names.trace_id));
        let blank = row.0.iter().filter(|(_, value)| value.as_str() == Some("")).map(|(column, _)| column.clone());
        let of = |span| Trace::assemble(TraceId::from_text(id.as_deref().unwrap_or_default()), vec![span]);
        Some(Seen {
            kind,
            trace: of(span)?,
            elsewhere: of(elsewhere)?,
            clear_status,
            named: id.is_some(),
            blank: blank.collect(),
            there: row.0.keys().cloned().collect(),
        })
    }

    fn kind(&self, row: &RowOf) -> SpanKind {
        let named = |column: &str| {
            let text = row.0.get(column)?.as_str()?;
            SpanKind::NAMED.into_iter().find(|kind| text.eq_ignore_ascii_case(kind.name()))
        };
        [self.schema.names.kind.as_str(), "type", "meta.span_type"].into_iter().find_map(named).unwrap_or_default()
    }

    /// The status, and whether its code and the error agree.
    fn status(&self, row: &RowOf) -> (Status, bool) {
        let failed = match row.0.get(&self.schema.names.error) {
            None => false,
            Some(Value::Bool(yes)) => *yes,
            Some(Value::Str(text)) => !text.is_empty() && text != "false",
            other => number(other) != Some(0.0),
        };
        let said = match number(row.0.get("status_code")) {
            Some(0.0) => Some(StatusCode::Unset),
            Some(1.0) => Some(StatusCode::Ok),
            Some(2.0) => Some(StatusCode::Error),
            _ => None,
        };
        let code = said.unwrap_or(if failed { StatusCode::Error } else { StatusCode::Unset });
        let message = words(row.0.get("status_message")).unwrap_or_default();
        (Status { code, message }, failed == (code == StatusCode::Error))
    }
}

fn tree(expr: &Expr, schema: &Schema) -> Tree {
    match expr {
        Expr::Select(selector) => Tree::Select(selector.clone(), Rows::of(expr, schema) != Rows::Unasked),
        Expr::And(parts) => Tree::All(parts.iter().map(|part| tree(part, schema)).collect()),
        Expr::Or(parts) => Tree::Any(parts.iter().map(|part| tree(part, schema)).collect()),
        Expr::Structure { first, rest } => {
            let operands = std::iter::once(&**first).chain(rest.iter().map(|(_, right)| right));
            Tree::Needs(Box::new(Tree::All(operands.map(|operand| tree(operand, schema)).collect())))
        }
        Expr::Pipe(..) => {
            // What it needs, in selectors alone.
            let weakened = expr.weaken(&|_| true);
            match weakened.expr {
                None => Tree::Unknown,
                Some(expr) if weakened.exact => tree(&expr, schema),
                Some(expr) => Tree::Needs(Box::new(tree(&expr, schema))),
            }
        }
    }
}

/// Whether the row of a span can say whether it satisfies a comparison.
pub(super) fn is_told_by_a_span_row(predicate: &Predicate, schema: &Schema) -> bool {
    match &predicate.field {
        Field::Intrinsic(intrinsic) => !matches!(
            intrinsic,
            Intrinsic::TraceDuration
                | Intrinsic::RootName
                | Intrinsic::RootServiceName
                | Intrinsic::SpanId
                | Intrinsic::EventName
                | Intrinsic::LinkTraceId
                | Intrinsic::LinkSpanId
        ),
        Field::Attribute(attribute) => {
            let mut keys = attribute.names().chain(attribute.derived_from().iter().copied());
            let elsewhere = matches!(attribute.scope(), Scope::Event | Scope::Link | Scope::Instrumentation);
            !elsewhere && !is_ambiguous(attribute) && keys.all(|key| !is_derived(key, &schema.names) && !is_hoisted(key))
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Span,
    Event,
    Link,
    /// A span or an event.
    Unclear,
}

/// A row, as a span and as what happened in one.
#[derive(Debug)]
struct Seen {
    kind: Kind,
    /// Of one span, made of the row.
    trace: Trace,
    /// Of one span that has but one event and one link, made of the row.
    elsewhere: Trace,
    clear_status: bool,
    /// Whether the trace's id is known.
    named: bool,
    blank: BTreeSet<String>,
    there: BTreeSet<String>,
}

impl Seen {
    fn has(&self, column: &str) -> bool {
        self.there.contains(column)
    }

    fn has_attribute(&self, attribute: &Attribute) -> bool {
        let exists = Predicate { field: Field::Attribute(attribute.clone()), test: Test::Exists };
        holds(&exists, &self.trace)
    }

    fn satisfies(&self, predicate: &Predicate) -> bool {
        let trace = if matches!(self.kind, Kind::Event | Kind::Link) { &self.elsewhere } else { &self.trace };
        holds(predicate, trace)
    }

    fn satisfies_elsewhere(&self, predicate: &Predicate) -> bool {
        holds(predicate, &self.elsewhere)
    }
}

fn holds(predicate: &Predicate, trace: &Trace) -> bool {
    !SpanExpr::Is(predicate.clone()).select(trace).is_empty()
}

fn is_there(value: Option<&Value>) -> bool {
    value.is_some_and(|value| value.as_str() != Some(""))
}

/// A cell as text; `None` where there is no value.
fn words(value: Option<&Value>) -> Option<String> {
    value.map(Value::to_string)
}

/// A cell as a number, also one that is written as text.
fn number(value: Option<&Value>) -> Option<f64> {
    let value = value?;
    let text = || value.as_str().and_then(|text| text.trim().parse::<f64>().ok());
    value.as_f64().or_else(text).filter(|number| number.is_finite())
}
