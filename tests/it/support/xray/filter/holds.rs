//! Whether a filter holds. Outside of braces most keywords are about the root segment alone: a fault that the application handled is
//! not found by `fault`, but by `service() { fault }`.

use serde_json::Value as Json;

use super::super::segment::Segment;
use super::super::trace::Trace;
use super::{Filter, Flag, Match, Number, Order, Text, Value, Who};

/// Whether it holds of the trace.
pub(in super::super) fn holds(filter: &Filter, trace: &Trace) -> bool {
    let root = trace.root();
    match filter {
        Filter::All(parts) => parts.iter().all(|part| holds(part, trace)),
        Filter::Any(parts) => parts.iter().any(|part| holds(part, trace)),
        Filter::Not(inner) => !holds(inner, trace),
        Filter::Is(Flag::Partial) => trace.is_partial(),
        Filter::Is(Flag::Inferred) => trace.segments.iter().any(|segment| segment.flag("inferred")),
        Filter::Number(Number::Duration, order, number) => order.holds(trace.duration(), *number),
        Filter::Text(Text::User | Text::Zone | Text::Instance | Text::Resource, ..) => {
            trace.segments.iter().any(|segment| of_segment(filter, segment))
        }
        Filter::Is(_) | Filter::Number(..) | Filter::Text(..) => root.is_some_and(|root| of_segment(filter, root)),
        Filter::Annotation(key, wanted) => {
            trace.annotations.iter().any(|annotation| annotation.key == *key && wanted.holds(&annotation.value))
        }
        Filter::Service(who, inner) => {
            trace.segments.iter().any(|segment| who.is(segment) && inner_holds(inner.as_deref(), segment))
        }
        Filter::Edge(from, to, inner) => trace.segments.iter().any(|segment| {
            let parent = segment.parent.as_deref();
            let called = || trace.segments.iter().any(|caller| from.is(caller) && parent.is_some_and(|id| caller.holds(id)));
            to.is(segment) && called() && inner_holds(inner.as_deref(), segment)
        }),
    }
}

fn inner_holds(filter: Option<&Filter>, segment: &Segment) -> bool {
    filter.is_none_or(|filter| of_segment(filter, segment))
}

/// Whether it holds of one segment.
fn of_segment(filter: &Filter, segment: &Segment) -> bool {
    match filter {
        Filter::All(parts) => parts.iter().all(|part| of_segment(part, segment)),
        Filter::Any(parts) => parts.iter().any(|part| of_segment(part, segment)),
        Filter::Not(inner) => !of_segment(inner, segment),
        Filter::Is(flag) => flag.of(segment),
        Filter::Number(number, order, wanted) => number.of(segment).is_some_and(|found| order.holds(found, *wanted)),
        Filter::Text(text, how, wanted) => text.of(segment).is_some_and(|found| how.holds(found, wanted)),
        // The parser lets none of these into braces.
        Filter::Annotation(..) | Filter::Service(..) | Filter::Edge(..) => false,
    }
}

impl Flag {
    fn of(self, segment: &Segment) -> bool {
        match self {
            Self::Ok => !["error", "fault", "throttle"].into_iter().any(|flag| segment.flag(flag)),
            Self::Error => segment.flag("error"),
            Self::Throttle => segment.flag("throttle"),
            Self::Fault => segment.flag("fault"),
            Self::Partial => segment.end.is_none(),
            Self::Inferred => segment.flag("inferred"),
            Self::Root => segment.parent.is_none(),
            Self::OfRootCause => false,
        }
    }
}

impl Number {
    fn of(self, segment: &Segment) -> Option<f64> {
        match self {
            Self::ResponseTime | Self::Duration => segment.seconds(),
            Self::Status => segment.number("/http/response/status"),
            Self::OfRootCause => None,
        }
    }
}

impl Text {
    fn of(self, segment: &Segment) -> Option<&str> {
        match self {
            Self::Url => segment.text("/http/request/url"),
            Self::Method => segment.text("/http/request/method"),
            Self::UserAgent => segment.text("/http/request/user_agent"),
            Self::ClientIp => segment.text("/http/request/client_ip"),
            Self::User => segment.text("/user"),
            Self::Name => Some(&segment.name),
            Self::Type => segment.origin(),
            Self::Message => None,
            Self::Zone => segment.zone(),
            Self::Instance => segment.instance(),
            Self::Resource => segment.resource_arn(),
        }
    }
}

impl Order {
    #[expect(clippy::float_cmp, reason = "an equality that the user has asked for")]
    fn holds(self, found: f64, wanted: f64) -> bool {
        match self {
            Self::Equal => found == wanted,
            Self::NotEqual => found != wanted,
            Self::Less => found < wanted,
            Self::LessOrEqual => found <= wanted,
            Self::Greater => found > wanted,
            Self::GreaterOrEqual => found >= wanted,
        }
    }
}

impl Match {
    fn holds(self, found: &str, wanted: &str) -> bool {
        match self {
            Self::Equal => found == wanted,
            Self::NotEqual => found != wanted,
            Self::Contains => found.contains(wanted),
            Self::BeginsWith => found.starts_with(wanted),
            Self::EndsWith => found.ends_with(wanted),
        }
    }
}

impl Value {
    fn holds(&self, found: &Json) -> bool {
        match (self, found) {
            (Self::Text(how, wanted), Json::String(found)) => how.holds(found, wanted),
            (Self::Number(order, wanted), Json::Number(found)) => {
                found.as_f64().is_some_and(|found| order.holds(found, *wanted))
            }
            (Self::Truth(wanted), Json::Bool(found)) => wanted == found,
            _ => false,
        }
    }
}

impl Who {
    fn is(&self, segment: &Segment) -> bool {
        let same = |wanted: Option<&str>, found: Option<&str>| wanted.is_none_or(|wanted| found == Some(wanted));
        same(self.name.as_deref(), Some(&segment.name))
            && same(self.kind.as_deref(), segment.origin())
            && same(self.account.as_deref(), segment.account())
    }
}
