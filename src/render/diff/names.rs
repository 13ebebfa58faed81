//! What the paths of a comparison are called.

use crate::analysis::diff::{Change, Diff, Label};
use crate::model::SpanKind;
use crate::render::line::Pieces;
use crate::render::theme::{self, Look, Role};
use crate::render::{text, units};

/// The sign in front of a path for what became of it.
pub(super) fn mark(change: Change) -> (Role, &'static str) {
    match change {
        Change::Appeared => (Role::Good, "+"),
        Change::Vanished => (Role::Warning, "-"),
        Change::Changed => (Role::Plain, "~"),
        Change::Time | Change::Same => (Role::Plain, " "),
    }
}

/// The name of a node, with what it was called in A where that differs; sanitised.
pub(super) fn name(diff: &Diff, node: usize, look: &Look) -> Pieces {
    let at = &diff.nodes[node];
    let one = |label: &Label| text::sanitise(&raw(label), look.ascii).into_owned();
    let kind = |label: &Label| match label {
        Label::Spans { kind, .. } => format!(" ({})", said_kind(*kind)),
        Label::Missing => String::new(),
    };
    match &at.labels {
        [Some(a), Some(b)] if !a.is_called(b) => {
            vec![(role(a), one(a)), (Role::Faint, arrow(look).to_owned()), (role(b), one(b))]
        }
        [Some(a), Some(b)] if a != b => {
            vec![(role(b), one(b)), (Role::Faint, format!("{}{}{}", kind(a), arrow(look).trim_end(), kind(b)))]
        }
        _ => {
            let kind = if at.by_kind { kind(at.label()) } else { String::new() };
            let missing = at.figures.map(|figures| figures.missing);
            let times = if missing.iter().any(|count| *count > 1) {
                format!("{}{} ", counts(diff, missing, look), if look.ascii { " x" } else { " ×" })
            } else {
                String::new()
            };
            vec![(Role::Faint, times), (role(at.label()), one(at.label())), (Role::Faint, kind)]
        }
    }
}

fn role(label: &Label) -> Role {
    if matches!(label, Label::Missing) { Role::Warning } else { Role::Plain }
}

/// As it is called, not escaped for any medium.
pub(super) fn raw(label: &Label) -> String {
    match label {
        Label::Spans { name, .. } if name.is_empty() => "(no name)".to_owned(),
        Label::Spans { name, .. } => name.to_string(),
        Label::Missing => "not arrived (yet)".to_owned(),
    }
}

/// The service of a node, where there is one and it says more than the name.
pub(super) fn service(diff: &Diff, node: usize) -> Option<&str> {
    match diff.nodes[node].label() {
        Label::Spans { service, name, .. } if !service.is_empty() && service != name => Some(service),
        _ => None,
    }
}

/// A service behind a separator.
pub(super) fn said_service(service: &str, look: &Look) -> Pieces {
    vec![(Role::Faint, separator(look).to_owned()), (theme::service(service), text::sanitise(service, look.ascii).into_owned())]
}

/// What is above a node, as far as that has room: ` ‹ parent ‹ grandparent`.
pub(super) fn above(diff: &Diff, node: usize, room: usize, look: &Look) -> String {
    let mut said = String::new();
    let mut above = diff.nodes[node].parent;
    while let Some(node) = above.filter(|_| text::width(&said) <= room) {
        said.push_str(if look.ascii { " < " } else { " ‹ " });
        said.push_str(&text::sanitise(&raw(diff.nodes[node].label()), look.ascii));
        above = diff.nodes[node].parent;
    }
    said
}

/// A kind in words.
pub(super) fn said_kind(kind: SpanKind) -> String {
    match kind {
        SpanKind::Other(number) => format!("kind {number}"),
        named => named.name().to_owned(),
    }
}

/// Two counts as means of one trace: `23`, or `23 → 31` where they differ. Empty where there is nothing.
pub(super) fn counts(diff: &Diff, counts: [u64; 2], look: &Look) -> String {
    let [a, b] = [0, 1].map(|side| per_trace(counts[side], diff.sides[side].traces.len()));
    match counts {
        [0, 0] => String::new(),
        _ if diff.difference(counts.map(i128::from)) == 0 => b,
        _ => format!("{a}{}{b}", arrow(look)),
    }
}

/// A count as the mean of one of so many traces, to at most two digits behind the point, and never nothing of something.
pub(super) fn per_trace(count: u64, traces: usize) -> String {
    let (count, traces) = (u128::from(count), traces.max(1) as u128);
    let parts = |parts: u128| (count * parts + traces / 2) / traces;
    match (count % traces, parts(100), parts(10)) {
        (0, ..) => units::count(count / traces),
        (_, 0, _) => "<0.01".to_owned(),
        (_, hundredths @ ..1000, _) => format!("{}.{:02}", hundredths / 100, hundredths % 100),
        (_, _, tenths) => format!("{}.{}", units::count(tenths / 10), tenths % 10),
    }
}

pub(super) fn arrow(look: &Look) -> &'static str {
    if look.ascii { " -> " } else { " → " }
}

pub(super) fn separator(look: &Look) -> &'static str {
    if look.ascii { " - " } else { " · " }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_whole_where_they_are_and_never_nothing_of_something() {
        let cases = [((6, 3), "2"), ((7, 3), "2.33"), ((1, 300), "<0.01"), ((0, 5), "0"), ((31, 2), "15.5"), ((5, 0), "5")];
        for ((count, traces), expected) in cases {
            assert_eq!(per_trace(count, traces), expected);
        }
        assert_eq!(per_trace(12_345_678, 7), "1,763,668.3");
    }
}
