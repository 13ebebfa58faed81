//! Claims and noise in words.

use crate::analysis::stable::{About, Claim, Noise, Operation, Why};
use crate::model::SpanKind;
use crate::render::{text, units};

/// So wide may a part of a sentence that comes from a trace be.
const PART: usize = 60;

/// What the claim is about, together with those beside it.
pub(super) fn group(about: &About) -> String {
    match about {
        About::Operation(of) | About::Count(of, _) | About::AtMost(of, ..) => service(of),
        About::Edge(..) => "who calls whom".to_owned(),
        About::Failures(_) => "failures".to_owned(),
    }
}

/// What the claim says. Fit for a terminal, but not escaped for TOML.
pub(super) fn claim(claim: &Claim) -> String {
    match &claim.about {
        About::Operation(of) => happens(of),
        About::Count(of, count) => format!("{} happens {} in a trace", named(of), units::plural(*count, "time", "times")),
        About::AtMost(of, _, most) => {
            format!("{} happens at most {} in a trace", named(of), units::plural(*most, "time", "times"))
        }
        About::Edge(from, to) if from.service == to.service => format!("{} leads to {}", named(from), part(&to.name)),
        About::Edge(from, to) => format!("{} leads to {}", named(from), named(to)),
        About::Failures(0) => "nothing fails".to_owned(),
        About::Failures(_) => "nothing fails but what may".to_owned(),
    }
}

/// Why a claim is no more than a suggestion; `None` where it is more.
pub(super) fn why_suggested(claim: &Claim) -> Option<String> {
    match &claim.about {
        _ if !claim.suggested => None,
        About::AtMost(of, least, most) => {
            Some(format!("{} happens {} to {} in a trace:", named(of), units::count(*least as u128), times(*most)))
        }
        About::Count(of, count) => Some(format!("{} happens {} in the only trace:", named(of), times(*count))),
        _ => Some("A suggestion:".to_owned()),
    }
}

/// What was left out of what so many traces have in common, and why.
pub(super) fn noise(noise: &Noise, all: usize) -> String {
    let only = |traces: usize| format!("in {} of {}", units::count(traces as u128), units::plural(all, "trace", "traces"));
    match noise {
        Noise::Operation(of, traces) => format!("{} is {}", named(of), only(*traces)),
        Noise::Edge(from, to, traces) => format!("{} leads to {} {}", named(from), named(to), only(*traces)),
        Noise::Attribute { of, key, why } => {
            let why = match why {
                Why::Differs(values) => {
                    let values: Vec<_> = values.iter().map(|value| part(value)).collect();
                    format!("differs: {}", values.join(", "))
                }
                Why::Missing => "is not on all of its spans".to_owned(),
                Why::Id => "may be another one each time".to_owned(),
            };
            format!("{} of {} {why}", part(key), named(of))
        }
        Noise::Differs(key) => format!("{} differs", part(key)),
        Noise::Unlisted(count) => {
            let attributes = units::plural(*count, "attribute that does", "attributes that do");
            format!("{attributes} not differ here, and may where it runs elsewhere or in another version")
        }
        Noise::LongNames(count) => format!("{} with a very long name", units::plural(*count, "span", "spans")),
        Noise::MoreOperations(count) => units::plural(*count, "more operation", "more operations"),
        Noise::MoreEdges(count) => units::plural(*count, "more call", "more calls"),
        Noise::Failures(count) => {
            format!(
                "that nothing fails: {} in traces that are good",
                units::plural(*count, "operation fails", "operations fail")
            )
        }
    }
}

fn times(count: usize) -> String {
    units::plural(count, "time", "times")
}

fn happens(of: &Operation) -> String {
    let how = match (of.kind, &of.callee) {
        (_, Some(callee)) => return format!("{} calls {}: {}", service(of), part(callee), part(&of.name)),
        (Some(SpanKind::Server), None) => "is answered",
        (Some(SpanKind::Client), None) => "is called",
        (Some(SpanKind::Producer), None) => "is sent",
        (Some(SpanKind::Consumer), None) => "is handled",
        (_, None) => "is done",
    };
    format!("{} {how}", named(of))
}

fn named(of: &Operation) -> String {
    format!("{}: {}", service(of), part(&of.name))
}

fn service(of: &Operation) -> String {
    if of.service.is_empty() { "(no service)".to_owned() } else { part(&of.service) }
}

/// Text of a trace within a sentence.
fn part(words: &str) -> String {
    text::truncate(&text::sanitise(words, false), PART, false).into_owned()
}
