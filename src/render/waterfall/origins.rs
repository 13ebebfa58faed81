//! Who has each span, where a trace was read from several places: a letter for each of them.

use crate::model::{Join, SameCall, Span, SpanId, Trace, TraceId, Twins};
use crate::render::theme::Look;
use crate::render::{text, units};

/// With more than these, rows do not say who has them.
const MOST: usize = 8;
/// So many joins are told one by one.
const EACH: usize = 3;

/// One letter for each of the trace's origins, each another one: the first of its name that is free. None where there is but one.
pub(super) fn letters(trace: &Trace) -> Vec<char> {
    if !(2..=MOST).contains(&trace.origins.len()) {
        return Vec::new();
    }
    let mut letters = Vec::new();
    for origin in &trace.origins {
        // Of a file, its own name.
        let name =
            origin.name.strip_prefix("file:").map_or(&*origin.name, |path| path.rsplit(['/', '\\']).next().unwrap_or(path));
        let own = name.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_uppercase());
        let free = own.chain('A'..='Z').find(|letter| !letters.contains(letter));
        letters.extend(free);
    }
    letters
}

/// A row's letters, each in its place, and a dot for who does not have it. Blank where nothing is known.
pub(super) fn cells(span: Option<&Span>, letters: &[char], ascii: bool) -> String {
    let dot = if ascii { '.' } else { '·' };
    let cell = |(place, letter): (usize, &char)| match span {
        Some(span) if span.seen_by.is_empty() => ' ',
        Some(span) if span.seen_by.has(place) => *letter,
        Some(_) => dot,
        None => ' ',
    };
    letters.iter().enumerate().map(cell).collect()
}

/// Where the trace was read: its origins behind their letters, or its backends. Not sanitised.
pub(crate) fn legend(trace: &Trace) -> String {
    let letters = letters(trace);
    if letters.is_empty() {
        return trace.backends.join(" + ");
    }
    let named: Vec<_> =
        letters.iter().zip(&trace.origins).map(|(letter, origin)| format!("{letter} {}", origin.name)).collect();
    named.join(" + ")
}

/// The names of those who have a span; empty where there is but one. Not sanitised.
pub(crate) fn names(trace: &Trace, span: &Span) -> Vec<String> {
    span.seen_by.places().filter_map(|place| Some(trace.origins.get(place)?.name.clone())).collect()
}

/// How a span was joined to the one that it is drawn below; `None` where it was not.
pub(crate) fn join<'a>(trace: &'a Trace, span: &Span) -> Option<&'a Join> {
    trace.joins.iter().find(|join| join.inner == span.id && span.parent.as_ref() == Some(&join.outer))
}

/// What stands behind the name of a span that is drawn below another record of the same call.
pub(super) fn sign(look: &Look) -> &'static str {
    if look.ascii { "=" } else { "≈" }
}

/// The evidence in words, whether it proves it.
pub(crate) fn evidence(evidence: &[SameCall], look: &Look) -> (String, bool) {
    let words: Vec<_> = evidence.iter().map(|said| said.words(&|nanos| units::duration(nanos, look.ascii))).collect();
    (words.join("; "), evidence.iter().any(SameCall::is_certain))
}

/// What there is to say of joined spans and of twins: sentences, not escaped for any medium.
pub(super) fn notes(trace: &Trace, look: &Look) -> Vec<String> {
    let mut notes = Vec::new();
    let sign = sign(look);
    for join in trace.joins.iter().take(EACH) {
        let (words, certain) = evidence(&join.evidence, look);
        let sure = if certain { "is" } else { "is probably" };
        let ([inner, outer], [its, others]) = (names_of(trace, join), statuses_of(trace, join));
        let differ =
            if its == others { String::new() } else { format!("; they disagree: its status is {its}, the other's {others}") };
        notes.push(format!("{sign} `{inner}` {sure} another record of `{outer}`: {words}{differ}"));
    }
    if let Some(more) = trace.joins.len().checked_sub(EACH).filter(|more| *more > 0) {
        let spans = units::plural(more, "more span is", "more spans are");
        notes.push(format!("{sign} {spans} drawn below another record of the same call"));
    }
    let Twins::Sought { found, unclear } = &trace.twins else { return notes };
    let stitched = |id: &TraceId| trace.origins.iter().any(|origin| origin.trace == *id);
    for twin in found {
        let (words, _) = evidence(&twin.evidence, look);
        let place = twin.backends.join(" + ");
        notes.push(if stitched(&twin.trace) {
            format!("trace {} in {place} is drawn with it (--stitch): it is probably the same request", twin.trace)
        } else {
            format!("trace {} in {place} is probably the same request (--stitch draws both as one): {words}", twin.trace)
        });
    }
    if !unclear.is_empty() {
        let ids: Vec<_> = unclear.iter().take(EACH).map(ToString::to_string).collect();
        let more = match unclear.len().saturating_sub(EACH) {
            0 => String::new(),
            more => format!(" and {}", units::plural(more, "other", "others")),
        };
        notes.push(format!(
            "which other trace is the same request cannot be told: {}{more} would fit as well as another at that time",
            ids.join(", ")
        ));
    }
    notes
}

/// What the two records are called.
fn names_of<'a>(trace: &'a Trace, join: &Join) -> [&'a str; 2] {
    [&join.inner, &join.outer].map(|id| span_of(trace, id).map_or("", |span| span.name.as_str()))
}

/// Whether they failed.
fn statuses_of(trace: &Trace, join: &Join) -> [&'static str; 2] {
    [&join.inner, &join.outer].map(|id| span_of(trace, id).filter(|span| span.is_error()).map_or("no error", |_| "error"))
}

fn span_of<'a>(trace: &'a Trace, id: &SpanId) -> Option<&'a Span> {
    trace.spans().iter().find(|span| span.id == *id)
}

/// The same letters, sanitised: for a place that has no column for them.
pub(crate) fn beside(trace: &Trace, span: &Span, look: &Look) -> String {
    let letters = letters(trace);
    if letters.is_empty() || span.seen_by.is_empty() {
        return String::new();
    }
    let cells = cells(Some(span), &letters, look.ascii);
    text::sanitise(&format!(" [{cells}]"), look.ascii).into_owned()
}
