//! What stands below the row of a span that names spans of other traces: which traces.

use std::collections::HashSet;

use crate::model::{Span, Trace, TraceId};
use crate::render::text;
use crate::render::theme::Look;

/// So many traces are named one by one.
const EACH: usize = 3;

/// X-Ray's word for what the other trace is to this one, `parent` or `child`
/// (<https://docs.aws.amazon.com/xray/latest/devguide/xray-tracelinking.html>).
const REFERENCE_TYPE: &str = "aws.xray.reserved.reference_type";

/// What is said of the other traces that a span names: one line each, sanitised; none where the span names only its own trace.
pub fn lines(trace: &Trace, span: &Span, look: &Look) -> Vec<String> {
    let mut others: Vec<(&str, Option<&str>)> = Vec::new();
    let mut seen = HashSet::new();
    for link in &span.links {
        let other = (link.trace_id.as_str(), link.attributes.str(REFERENCE_TYPE));
        if !other.0.is_empty() && TraceId::from_text(other.0) != *trace.id() && seen.insert(other) {
            others.push(other);
        }
    }
    let arrow = if look.ascii { "->" } else { "→" };
    let named = if others.len() > EACH + 1 { EACH } else { others.len() };
    let mut lines: Vec<String> = others[..named]
        .iter()
        .map(|(id, what)| {
            let what = what.map_or_else(String::new, |what| format!(" ({what})"));
            text::sanitise(&format!("{arrow} linked: {id}{what}"), look.ascii).into_owned()
        })
        .collect();
    if named < others.len() {
        lines.push(format!("{arrow} linked: {} more traces", others.len() - named));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Link;
    use crate::render::samples::{look, span, trace};

    fn linked(ids: &[&str]) -> Vec<String> {
        let link = |id: &&str| Link { trace_id: (*id).to_owned(), ..Link::default() };
        let span = Span { links: ids.iter().map(link).collect(), ..span(1, 0, "web", "GET /", 0, 1) };
        lines(&trace(vec![span.clone()]), &span, &look(80))
    }

    #[test]
    fn links_within_the_trace_are_not_links_to_others() {
        assert_eq!(linked(&["5759e988bd862e3fe1be46a994272793", "1-5759e988-bd862e3fe1be46a994272793", ""]), [""; 0]);
    }

    #[test]
    fn a_hundred_thousand_links_are_no_trouble() {
        let ids: Vec<String> = (0..100_000).map(|id| format!("trace {id}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        assert_eq!(linked(&ids)[3], "→ linked: 99997 more traces");
    }

    #[test]
    fn many_links_are_counted_and_the_same_is_named_once() {
        assert_eq!(linked(&["a", "b", "a", "c", "d"]).len(), 4);
        assert_eq!(
            linked(&["a", "b", "c", "d\u{1b}", "e"]),
            ["→ linked: a", "→ linked: b", "→ linked: c", "→ linked: 2 more traces"]
        );
    }
}
