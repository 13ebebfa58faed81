//! What stands above the rows: the same facts as above those in the terminal.

use crate::render::theme::{self, Look, Role};
use crate::render::waterfall::{Options, Shown, Whole, origins};
use crate::render::{text, units};

use super::data::class;

/// What sort of fact, and the fact.
pub(super) type Fact = (&'static str, String);

/// Text from outside, with everything invisible made visible.
pub(super) fn safe(untrusted: &str) -> String {
    text::sanitise(untrusted, false).into_owned()
}

/// What the trace is about, on one line.
pub(super) fn title(shown: Shown<'_>, whole: &Whole) -> String {
    let Some(root) = whole.root.and_then(|place| shown.trace.spans().get(place)) else {
        return "(root not arrived)".to_owned();
    };
    if root.name.is_empty() { "(no name)".to_owned() } else { safe(&root.name) }
}

/// The facts of two lines: what it is, and which and when.
pub(super) fn facts(shown: Shown<'_>, whole: &Whole, on_page: usize, look: &Look) -> [Vec<Fact>; 2] {
    let trace = shown.trace;
    let mut first = Vec::new();
    let root = whole.root.and_then(|place| trace.spans().get(place));
    if let Some(root) = root.filter(|root| !root.service().is_empty()) {
        first.push((class(theme::service(root.service())), safe(root.service())));
    }
    let length = whole.end.since(whole.range.start());
    let known = !whole.end.is_unknown();
    let length = if known { units::duration(length, false) } else { "unknown duration".to_owned() };
    first.push((class(Role::Title), length));
    let all = trace.spans().len();
    let spans = units::plural(all, "span", "spans");
    first.push(if on_page == all {
        (class(Role::Plain), spans)
    } else {
        (class(Role::Warning), format!("{} of {spans}", units::count(on_page)))
    });
    if whole.services > 0 {
        first.push((class(Role::Plain), units::plural(whole.services, "service", "services")));
    }
    if whole.errors > 0 {
        let began = match shown.analysis.errors.origins().count() {
            0 => String::new(),
            origins if origins == whole.errors => String::new(),
            origins => format!(" ({})", units::plural(origins, "origin", "origins")),
        };
        first.push((class(Role::Error), format!("{}{began}", units::plural(whole.errors, "error", "errors"))));
    }
    if trace.folded > 0 {
        let segments = units::plural(trace.folded, "inferred segment", "inferred segments");
        first.push((class(Role::Faint), format!("{segments} folded")));
    }
    let mut second = vec![(class(Role::Plain), units::time(whole.range.start(), look.zone))];
    if !trace.backends.is_empty() {
        second.push((class(Role::Plain), safe(&origins::legend(trace))));
    }
    if whole.evidence.is_empty() {
        second.push((class(Role::Good), "complete".to_owned()));
    }
    [first, second]
}

/// What is not on the page, and why.
pub(super) fn left_out(shown: Shown<'_>, options: &Options<'_>, on_page: usize) -> Vec<String> {
    let (trace, tree) = (shown.trace, &shown.analysis.tree);
    let mut said = Vec::new();
    if on_page < trace.spans().len() {
        said.push(format!(
            "only {} of {} {} on this page",
            units::count(on_page),
            units::plural(trace.spans().len(), "span", "spans"),
            if on_page == 1 { "is" } else { "are" },
        ));
    }
    if let Some(node) = options.zoom {
        let name = tree.span(trace, node).map_or_else(|| "a span that has not arrived".to_owned(), |span| safe(&span.name));
        said.push(format!("what is not below {name} was left out"));
    }
    if options.keep.contains(&false) {
        said.push("what the filter does not keep was left out".to_owned());
    }
    if let Some(most) = options.max_rows.filter(|_| on_page < trace.spans().len()) {
        said.push(format!("at most {} were asked for", units::plural(most, "row", "rows")));
    }
    said
}
