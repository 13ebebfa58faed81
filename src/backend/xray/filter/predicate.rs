//! What one comparison requires of a trace, in X-Ray's words.

use super::annotation::annotation;
use super::bounds::Bounds;
use super::formula::{Formula, decimal, quoted};
use super::part::Part;
use crate::model::StatusCode;
use crate::query::{Attribute, Field, Intrinsic, Literal, Number, Op, Predicate, Scope, Test};

/// What a trace must satisfy that has a span that satisfies the comparison. `root`: the span is known to have no parent, so that
/// it is a segment.
pub(super) fn predicate(comparison: &Predicate, root: bool) -> Part {
    let Predicate { field, test } = comparison;
    match field {
        Field::Intrinsic(intrinsic) => intrinsic_part(*intrinsic, test, root).unwrap_or_else(Part::nothing),
        Field::Attribute(attribute) => {
            let part = annotation(attribute, test).or_else(|| keyword_part(attribute, test, root));
            part.unwrap_or_else(Part::nothing)
        }
    }
}

/// Whether the comparison is satisfied by nothing but spans without a parent.
pub(super) fn is_root(comparison: &Predicate) -> bool {
    let Predicate { field, test } = comparison;
    match field {
        Field::Intrinsic(Intrinsic::Root) => {
            matches!(test, Test::Compare(Op::Eq, Literal::Bool(true)) | Test::Compare(Op::Ne, Literal::Bool(false)))
        }
        Field::Intrinsic(Intrinsic::ParentId) => *test == Test::Missing,
        _ => false,
    }
}

/// The one service that the comparison wants.
pub(super) fn service(comparison: &Predicate) -> Option<&str> {
    let of_service = comparison.field == Field::Intrinsic(Intrinsic::Service);
    match texts(&comparison.test).filter(|_| of_service)?[..] {
        [only] => Some(only),
        _ => None,
    }
}

fn intrinsic_part(intrinsic: Intrinsic, test: &Test, root: bool) -> Option<Part> {
    match intrinsic {
        // A segment's name is its service, and that of its subsegments.
        Intrinsic::Service => services(test).map(Part::exactly),
        Intrinsic::RootName | Intrinsic::RootServiceName => services(test).map(Part::sound),
        Intrinsic::Name if root => services(test).map(Part::sound),
        Intrinsic::Status => wants_error(test).then(|| {
            let failed = Formula::Any(["error", "fault", "throttle"].map(|word| Formula::Is(word.to_owned())).into());
            of_segment(failed, root)
        }),
        Intrinsic::Duration => {
            let bounds = Bounds::of(test)?;
            let least = bounds.least().formula("duration").map(|least| at_least(least, root));
            let most = bounds.most().formula("responsetime").filter(|_| root).map(|most| of_segment(most, true));
            Some(Part { exact: false, ..Part::all(least.into_iter().chain(most)) })
        }
        Intrinsic::TraceDuration => {
            let bounds = Bounds::of(test)?;
            let least = bounds.least().formula("duration").map(|least| at_least(least, false));
            let most = bounds.most().formula("duration").map(|most| Part::sound(unless_partial(most)));
            Some(Part { exact: false, ..Part::all(least.into_iter().chain(most)) })
        }
        _ => None,
    }
}

/// What holds of some segment: of a root for certain and most likely of the only one; of another span only where that is a
/// segment.
fn of_segment(of_root: Formula, root: bool) -> Part {
    let of_some = of_root.clone().of_some_segment();
    if root { Part::sound(of_some).but_likely(Some(of_root)) } else { Part::likely(of_some) }
}

/// The trace's duration ends with the last segment that completed
/// (<https://docs.aws.amazon.com/xray/latest/api/API_TraceSummary.html>). A segment is no longer than that; a subsegment may outlast
/// its segment, and all others.
fn at_least(least: Formula, root: bool) -> Part {
    let least = unless_partial(least);
    if root { Part::sound(least) } else { Part::likely(least) }
}

/// While segments are in progress, their ends are not in the trace's duration.
fn unless_partial(formula: Formula) -> Formula {
    Formula::Any(vec![formula, Formula::Is("partial".to_owned())])
}

fn wants_error(test: &Test) -> bool {
    let error = |literal: &Literal| *literal == Literal::Status(StatusCode::Error);
    match test {
        Test::Compare(Op::Eq, literal) => error(literal),
        Test::In(literals) => literals.iter().all(error),
        _ => false,
    }
}

/// The texts of which a value must be one.
fn texts(test: &Test) -> Option<Vec<&str>> {
    fn one(literal: &Literal) -> Option<&str> {
        if let Literal::Text(text) = literal { Some(text) } else { None }
    }
    match test {
        Test::Compare(Op::Eq, literal) => Some(vec![one(literal)?]),
        Test::In(literals) => literals.iter().map(one).collect(),
        _ => None,
    }
}

fn services(test: &Test) -> Option<Formula> {
    let names = texts(test)?.into_iter().map(|name| quoted(name).filter(|_| !name.is_empty()));
    Formula::any_of(names.map(|name| name.map(|name| format!("service({name})"))).collect::<Option<Vec<_>>>()?)
}

/// A field of a segment that X-Ray knows by a keyword.
struct Keyword {
    /// How our attribute of it is called.
    attribute: &'static str,
    name: &'static str,
    of: Of,
    value: Kind,
}

/// Which segments a keyword is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// The root, or within `service() { … }` any.
    Root,
    /// Any.
    Any,
    /// Any, where one value of ours has several sources, of which the keyword may know but one.
    Perhaps,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
    /// Text of which ours is a part.
    Longer,
}

const KEYWORDS: [Keyword; 8] = [
    Keyword { attribute: "http.response.status_code", name: "http.status", of: Of::Root, value: Kind::Number },
    Keyword { attribute: "http.request.method", name: "http.method", of: Of::Root, value: Kind::Text },
    Keyword { attribute: "url.full", name: "http.url", of: Of::Root, value: Kind::Text },
    Keyword { attribute: "user_agent.original", name: "http.useragent", of: Of::Root, value: Kind::Text },
    // The first of a list of addresses.
    Keyword { attribute: "client.address", name: "http.clientip", of: Of::Root, value: Kind::Longer },
    Keyword { attribute: "enduser.id", name: "user", of: Of::Any, value: Kind::Text },
    Keyword { attribute: "host.id", name: "instance.id", of: Of::Any, value: Kind::Text },
    // EC2's or ECS's.
    Keyword { attribute: "cloud.availability_zone", name: "availabilityzone", of: Of::Perhaps, value: Kind::Text },
];

fn keyword_part(attribute: &Attribute, test: &Test, root: bool) -> Option<Part> {
    let keyword = KEYWORDS.iter().find(|keyword| attribute.names().any(|name| name == keyword.attribute))?;
    let on_resource = matches!(keyword.attribute, "host.id" | "cloud.availability_zone");
    match attribute.scope() {
        Scope::Any => {}
        Scope::Span if !on_resource => {}
        Scope::Resource if on_resource => {}
        _ => return None,
    }
    let formula = keyword.formula(test)?;
    // Only segments have a resource of their own.
    let of_some_segment = root || attribute.scope() == Scope::Resource;
    Some(match keyword.of {
        Of::Root => of_segment(formula, root),
        Of::Any if of_some_segment => Part::sound(formula),
        Of::Any | Of::Perhaps => Part::likely(keyword.spelled(test).unwrap_or(formula)),
    })
}

impl Keyword {
    /// What the comparison requires of a segment's field.
    fn formula(&self, test: &Test) -> Option<Formula> {
        match self.value {
            Kind::Number => self.number(test),
            Kind::Text | Kind::Longer => self.text(test),
        }
    }

    fn is(&self, operator: &str, value: &str) -> Formula {
        Formula::Is(format!("{} {operator} {value}", self.name))
    }

    /// The value is always a number, so that a text is compared as the number that it spells.
    fn number(&self, test: &Test) -> Option<Formula> {
        let compare = |op: Op, literal: &Literal| {
            let number = match literal {
                Literal::Number(number) => Some(*number),
                Literal::Text(spelled) => Number::parse(spelled),
                _ => None,
            };
            Some(self.is(op.symbol(), &decimal(number?)?))
        };
        match test {
            Test::Compare(Op::Ne, _) => None,
            Test::Compare(op, literal) => compare(*op, literal),
            Test::In(literals) => {
                Formula::any(literals.iter().map(|literal| compare(Op::Eq, literal)).collect::<Option<Vec<_>>>()?)
            }
            _ => None,
        }
    }

    /// Of a text that is asked for as a number, as in `user.id = 42`: the usual spelling.
    fn spelled(&self, test: &Test) -> Option<Formula> {
        let Test::Compare(Op::Eq, Literal::Number(number)) = test else { return None };
        Some(self.is("=", &format!("\"{}\"", decimal(*number)?)))
    }

    /// What cannot be said of the text itself requires at least that it is there.
    fn text(&self, test: &Test) -> Option<Formula> {
        let longer = self.value == Kind::Longer;
        let word = |word: &str, part: &str| Some(self.is(if longer { "CONTAINS" } else { word }, &quoted(part)?));
        let said = match test {
            Test::Missing => return None,
            Test::Contains(part) => word("CONTAINS", part),
            Test::StartsWith(part) => word("BEGINSWITH", part),
            Test::EndsWith(part) => word("ENDSWITH", part),
            other => texts(other)
                .and_then(|texts| Formula::any(texts.into_iter().map(|text| word("=", text)).collect::<Option<Vec<_>>>()?)),
        };
        Some(said.unwrap_or_else(|| self.is("CONTAINS", "\"\"")))
    }
}
