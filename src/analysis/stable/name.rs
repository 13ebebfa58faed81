//! How an operation is found again: by its name, by its route, or by what its names have in common.

use std::borrow::Cow;

use crate::analysis::normalise::varying;
use crate::model::{Span, SpanKind, Value};
use crate::query::{Attribute, Field, Intrinsic, Literal, Op, Pattern, Predicate, Scope, SpanExpr, Test};

/// A name that is longer, in bytes, is no name that anybody would want to read in a file.
pub(super) const LONGEST: usize = 200;

/// What spans of one operation have in common, and by which they are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key<'a> {
    pub(super) service: &'a str,
    /// Those that make a difference: what happens within an application is found by its name.
    pub(super) kind: Option<SpanKind>,
    pub(super) how: How<'a>,
}

/// What a span is found again by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum How<'a> {
    /// This name.
    Name(&'a str),
    /// This method and route, where the name carries ids.
    Route(Option<&'a str>, &'a str),
    /// Names of this pattern, a regular expression; with what stands for it among people.
    Pattern(String, String),
}

/// Where the names of attributes that tell of a route are looked up, once.
#[derive(Debug)]
pub(super) struct Lookup {
    pub(super) method: Attribute,
    pub(super) route: Attribute,
}

impl Lookup {
    pub(super) fn new() -> Self {
        let attribute = |key| Attribute::new(Scope::Any, key);
        Self { method: attribute("http.request.method"), route: attribute("http.route") }
    }
}

impl<'a> Key<'a> {
    /// `exact` says that the very name is to be asked for. `None` where something of it is too long.
    pub(super) fn of(span: &'a Span, exact: bool, lookup: &Lookup) -> Option<Self> {
        let short = |text: &'a str| (text.len() <= LONGEST).then_some(text);
        let (service, name) = (short(span.service())?, short(&span.name)?);
        let varying = if exact { Vec::new() } else { varying(name) };
        let text = |attribute| value(span, attribute).and_then(Value::as_str).filter(|text| !text.is_empty());
        let how = if varying.is_empty() {
            How::Name(name)
        } else if let Some(route) = text(&lookup.route).and_then(short) {
            How::Route(text(&lookup.method).and_then(short), route)
        } else {
            pattern(name, &varying)
        };
        let calls = [SpanKind::Server, SpanKind::Client, SpanKind::Producer, SpanKind::Consumer];
        Some(Self { service, kind: calls.into_iter().find(|kind| *kind == span.kind), how })
    }

    /// What spans of this operation satisfy. `None` where a pattern is more than the expressions can do.
    pub(super) fn selector(&self) -> Option<SpanExpr> {
        let intrinsic = |intrinsic, test| SpanExpr::Is(Predicate { field: Field::Intrinsic(intrinsic), test });
        let equals = |literal| Test::Compare(Op::Eq, literal);
        let text = |text: &str| equals(Literal::Text(text.to_owned()));
        // An empty name of a service is as good as none.
        let service = if self.service.is_empty() { Test::Missing } else { text(self.service) };
        let mut parts = vec![intrinsic(Intrinsic::Service, service)];
        parts.extend(self.kind.map(|kind| intrinsic(Intrinsic::Kind, equals(Literal::Kind(kind)))));
        let attribute = |key, of: &str| SpanExpr::Is(Predicate { field: Field::attribute(Scope::Any, key), test: text(of) });
        match &self.how {
            How::Name(name) => parts.push(intrinsic(Intrinsic::Name, text(name))),
            How::Route(method, route) => {
                parts.extend(method.map(|method| attribute("http.request.method", method)));
                parts.push(attribute("http.route", route));
            }
            How::Pattern(source, _) => {
                parts.push(intrinsic(Intrinsic::Name, Test::Matches(Pattern::new(source.as_str()).ok()?)));
            }
        }
        Some(SpanExpr::all(parts))
    }

    /// The name for people.
    pub(super) fn name(&self) -> Cow<'a, str> {
        match &self.how {
            How::Name(name) => Cow::Borrowed(*name),
            How::Route(Some(method), route) => format!("{method} {route}").into(),
            How::Route(None, route) => Cow::Borrowed(*route),
            How::Pattern(_, name) => name.clone().into(),
        }
    }
}

/// The value of an attribute of the span itself, as expressions find it.
pub(super) fn value<'a>(span: &'a Span, attribute: &Attribute) -> Option<&'a Value> {
    attribute.names().find_map(|name| span.attributes.get(name).filter(|value| **value != Value::Empty))
}

/// Names like this one: what varies may be anything else, numbers and ids anything within their part of a path.
fn pattern<'a>(name: &str, varying: &[std::ops::Range<usize>]) -> How<'a> {
    let (mut source, mut shown, mut at) = (String::new(), String::new(), 0);
    let same = |source: &mut String, shown: &mut String, text: &str| {
        shown.push_str(text);
        for c in text.chars() {
            if r"\.+*?()|[]{}^$".contains(c) {
                source.push('\\');
            }
            source.push(c);
        }
    };
    for range in varying {
        same(&mut source, &mut shown, &name[at..range.start]);
        // Text in quotes has whatever in it.
        source.push_str(if name[range.clone()].starts_with(['\'', '"']) { ".+" } else { "[^/]+" });
        shown.push('…');
        at = range.end;
    }
    same(&mut source, &mut shown, &name[at..]);
    How::Pattern(source, shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::samples::{named, of_kind, span, trace};
    use crate::query::Expr;
    use proptest::prelude::*;

    fn selector(span: &Span) -> SpanExpr {
        Key::of(span, false, &Lookup::new()).unwrap().selector().unwrap()
    }

    #[test]
    fn what_differs_from_call_to_call_is_left_open() {
        let of = |name: &str| selector(&of_kind(SpanKind::Server, named("web", name, span(1, 0, 0, 1)))).to_string();
        insta::assert_snapshot!(
            ["GET /users", "GET /users/42", "GET /u.x/7/a?b=1", "load 'a/b' (c)", "é\n'x'"].map(of).join("\n"), @r#"
        service = "web" and kind = server and name = "GET /users"
        service = "web" and kind = server and name =~ "GET /users/[^/]+"
        service = "web" and kind = server and name =~ "GET /u\\.x/[^/]+/a\\?b=[^/]+"
        service = "web" and kind = server and name =~ "load .+ \\(c\\)"
        service = "web" and kind = server and name =~ "é\n.+"
        "#
        );
    }

    #[test]
    fn a_route_says_it_better_than_a_pattern() {
        let attributes = [("http.method", "GET"), ("http.route", "/users/{id}")].into_iter().collect();
        let of = Span { attributes, ..named("", "GET /users/42", span(1, 0, 0, 1)) };
        insta::assert_snapshot!(selector(&of), @r#"service = nil and http.request.method = "GET" and http.route = "/users/{id}""#);
    }

    #[test]
    fn what_nobody_would_read_has_no_key() {
        let long = "x".repeat(LONGEST + 1);
        assert!(Key::of(&named("web", &long, span(1, 0, 0, 1)), true, &Lookup::new()).is_none());
        assert!(Key::of(&named(&long, "x", span(1, 0, 0, 1)), true, &Lookup::new()).is_none());
    }

    proptest! {
        #[test]
        fn a_span_is_found_by_its_own_selector(span in crate::wire::arbitrary::span(), name in "(?:[a-c1-3 '\"$?./\\\\+*()^|é\n-]|0x|12345678){0,24}", exact: bool) {
            for span in [span.clone(), Span { name, ..span }] {
                if let Some(key) = Key::of(&span, exact, &Lookup::new()) {
                    let selector = key.selector().unwrap();
                    let printed: Expr = selector.to_string().parse().unwrap();
                    prop_assert_eq!(printed.clone(), Expr::Select(selector));
                    prop_assert!(printed.matches(&trace(vec![span])).is_some(), "{}", printed);
                }
            }
        }
    }
}
