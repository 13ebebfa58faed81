//! The lines above the waterfall: what, how long, how much, which, when, whether it is all there, and where else to look.

use std::fmt;

use crate::model::Trace;
use crate::render::line::{Line, Pieces};
use crate::render::theme::{self, Look, Role};
use crate::render::{text, units};

use super::layout::Layout;
use super::{Shown, origins};

/// A fact of the header: pieces that stay together.
pub(super) type Fact = Pieces;

/// The facts of a header, in lines that may have to be broken.
pub(super) struct Facts {
    /// What, how long and how much.
    pub(super) what: Vec<Fact>,
    /// Which, when, where from, and that it is all there.
    pub(super) which: Vec<Fact>,
    /// Why it is not all there, sanitised.
    pub(super) incomplete: Option<String>,
}

/// Writes the lines, each with a line feed.
pub(super) fn write(shown: Shown<'_>, layout: &Layout, look: &Look, out: &mut impl fmt::Write) -> fmt::Result {
    let mut written = Line::default();
    lines(shown, layout, look).iter().try_for_each(|line| {
        written.extend(line);
        written.write(look, out)
    })
}

/// The facts by themselves, for media without columns.
pub(super) fn facts(shown: Shown<'_>, layout: &Layout, look: &Look) -> Facts {
    let trace = shown.trace;
    let whole = &layout.whole;
    let one = |role, text: String| vec![(role, text)];
    let mut first = vec![title(trace, layout, look)];
    let length = whole.end.since(whole.range.start());
    let known = !whole.end.is_unknown();
    first.push(one(Role::Title, if known { units::duration(length, look.ascii) } else { "unknown duration".to_owned() }));
    let spans = units::plural(trace.spans().len(), "span", "spans");
    first.push(if whole.drawn == trace.spans().len() {
        one(Role::Plain, spans)
    } else {
        one(Role::Warning, format!("{} of {spans}", units::count(whole.drawn)))
    });
    if whole.services > 0 {
        first.push(one(Role::Plain, units::plural(whole.services, "service", "services")));
    }
    if whole.errors > 0 {
        let began = match shown.analysis.errors.origins().count() {
            0 => String::new(),
            origins if origins == whole.errors => String::new(),
            origins => format!(" ({})", units::plural(origins, "origin", "origins")),
        };
        first.push(one(Role::Error, format!("{}{began}", units::plural(whole.errors, "error", "errors"))));
    }
    if trace.folded > 0 {
        let segments = units::plural(trace.folded, "inferred segment", "inferred segments");
        first.push(one(Role::Faint, format!("{segments} folded")));
    }

    let start = whole.range.start();
    let mut second = vec![one(Role::Id, text::sanitise(&trace.id().to_string(), look.ascii).into_owned())];
    let when = if look.columns() < 100 { units::time_to_second(start, look.zone) } else { units::time(start, look.zone) };
    second.push(one(Role::Plain, when));
    if let Some(now) = look.now.filter(|_| !start.is_unknown()) {
        second.push(one(Role::Plain, units::ago(start, now)));
    }
    if !trace.backends.is_empty() {
        second.push(one(Role::Plain, text::sanitise(&origins::legend(trace), look.ascii).into_owned()));
    }
    if whole.evidence.is_empty() {
        second.push(one(Role::Good, "complete".to_owned()));
    }
    let incomplete = (!whole.evidence.is_empty()).then(|| {
        let evidence: Vec<_> = whole.evidence.iter().map(ToString::to_string).collect();
        text::sanitise(&format!("incomplete: {}", evidence.join("; ")), look.ascii).into_owned()
    });
    Facts { what: first, which: second, incomplete }
}

/// The same in lines, none but that of its link wider than [`Look::columns`].
pub(super) fn lines(shown: Shown<'_>, layout: &Layout, look: &Look) -> Vec<Pieces> {
    let mut lines = without_link(shown, layout, look);
    if let Some(link) = &shown.trace.link {
        // Whole, however narrow it is: a part of an address leads nowhere, and a terminal wraps without breaking it.
        lines.push(vec![(Role::Faint, text::sanitise(link, look.ascii).into_owned())]);
    }
    lines
}

/// The same without its link.
pub(super) fn without_link(shown: Shown<'_>, layout: &Layout, look: &Look) -> Vec<Pieces> {
    let facts = facts(shown, layout, look);
    let mut lines = flow(&facts.what, look);
    lines.append(&mut flow(&facts.which, look));
    let incomplete = facts.incomplete.iter().flat_map(|words| text::wrap(words, look.columns()));
    lines.extend(incomplete.map(|words| vec![(Role::Warning, words)]));
    lines
}

fn title(trace: &Trace, layout: &Layout, look: &Look) -> Fact {
    let Some(root) = layout.whole.root.and_then(|place| trace.spans().get(place)) else {
        return vec![(Role::Warning, "(root not arrived)".to_owned())];
    };
    let mut fact = Vec::new();
    if !root.service().is_empty() && root.service() != root.name {
        fact.push((theme::service(root.service()), text::sanitise(root.service(), look.ascii).into_owned()));
        fact.push((Role::Plain, "  ".to_owned()));
    }
    let name = if root.name.is_empty() { "(no name)" } else { &root.name };
    fact.push((Role::Title, text::sanitise(name, look.ascii).into_owned()));
    fact
}

/// Facts one after the other, as many on a line as fit.
fn flow(facts: &[Fact], look: &Look) -> Vec<Pieces> {
    let separator = if look.ascii { " | " } else { " · " };
    let total = look.columns();
    let mut lines = Vec::new();
    let mut line = Line::default();
    for fact in facts {
        let wide: usize = fact.iter().map(|(_, piece)| text::width(piece)).sum();
        if line.width() > 0 {
            if line.width() + text::width(separator) + wide > total {
                lines.push(line.take());
            } else {
                line.push(Role::Faint, separator);
            }
        }
        for (role, piece) in fact {
            line.push(*role, &text::truncate(piece, total - line.width(), look.ascii));
        }
    }
    lines.push(line.take());
    lines
}
