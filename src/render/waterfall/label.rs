//! The words of one row: its label, and the remark that stands beside its bar or below it.

use std::borrow::Cow;

use crate::analysis::errors::ErrorRole;
use crate::analysis::{Marks, What};
use crate::model::time::Nanos;
use crate::model::{Attributes, Span};
use crate::render::line::{Line, Pieces, fit};
use crate::render::theme::{self, Look, Role};
use crate::render::{text, units};

use super::layout::{Row, spans};
use super::plan::Entry;
use super::{Shown, origins};

/// The columns that a service is worth showing in.
const LEAST_SERVICE: usize = 5;

/// What a row is called: sanitised pieces, each with its meaning.
#[derive(Debug, Default)]
pub struct Label<'a> {
    /// In front of the name: how many spans are folded here.
    pub times: String,
    /// The name.
    pub name: Cow<'a, str>,
    /// What the name means.
    pub role: Role,
    /// Behind the name: what sort of thing it is, where its parent or a child has the same name.
    pub sort: Cow<'a, str>,
    /// Behind that: how many spans belong here that are not drawn.
    pub below: String,
    /// Behind that: the service, where it differs from the parent's.
    pub service: Cow<'a, str>,
    separator: &'static str,
}

impl<'a> Label<'a> {
    /// Of a row; with the service only where it has no place of its own.
    pub fn new(shown: Shown<'a>, row: &Row, with_service: bool, look: &Look) -> Self {
        let (trace, tree) = (shown.trace, &shown.analysis.tree);
        let separator = if look.ascii { " - " } else { " · " };
        let node = match row.planned.entry {
            Entry::Node(node) | Entry::Fold { first: node, .. } => node,
            Entry::Hidden(hidden) => {
                let failed = match hidden.errors {
                    0 => String::new(),
                    errors => format!(" ({})", units::plural(errors, "error", "errors")),
                };
                let more = units::plural(hidden.spans, "more span", "more spans");
                let name = format!("{} {more}{failed}", text::ellipsis(look.ascii));
                let role = if hidden.errors > 0 { Role::Error } else { Role::Faint };
                return Self { name: name.into(), role, separator, ..Self::default() };
            }
        };
        let times = if look.ascii { "x" } else { "×" };
        let below = match row.planned.entry {
            Entry::Fold { .. } if tree.nodes()[node].size > 1 => {
                format!(" ({} spans each)", units::count(tree.nodes()[node].size))
            }
            _ if row.planned.below.spans > 0 => format!(" +{}", units::count(row.planned.below.spans)),
            _ => String::new(),
        };
        let Some(span) = tree.span(trace, node) else {
            let id = match tree.nodes()[node].what {
                What::Missing(place) => tree.missing()[place].to_string(),
                What::Span(_) => String::new(),
            };
            let name = format!("{} not arrived (yet)", text::sanitise(&id, look.ascii));
            return Self { name: name.into(), role: Role::Warning, below, separator, ..Self::default() };
        };
        let sort = sort_of(shown, node, span);
        let above = tree.nodes()[node].parent.and_then(|parent| tree.span(trace, parent));
        let sort = if sort.is_empty() { Cow::default() } else { format!(" ({})", text::sanitise(sort, look.ascii)).into() };
        let above = above.map(Span::service);
        // X-Ray's segments are named after their service: once is enough.
        let told = !with_service || above == Some(span.service()) || span.name == span.service();
        let service = if told { "" } else { span.service() };
        let is_record = tree.nodes()[node].marks.any(Marks::RECORD);
        let below = if is_record { format!("{below} {}", origins::sign(look)) } else { below };
        let below = if row.shift == 0 { below } else { format!("{below} {}", shift(row.shift, look)) };
        let times = match row.planned.entry {
            Entry::Fold { count, .. } => format!("{times}{} ", units::count(count)),
            _ => String::new(),
        };
        let name = if span.name.is_empty() { Cow::Borrowed("(no name)") } else { text::sanitise(&span.name, look.ascii) };
        let role = if span.is_error() { Role::Error } else { Role::Plain };
        Self { times, name, role, sort, below, service: text::sanitise(service, look.ascii), separator }
    }

    /// All of it, for media without columns.
    pub fn plain(&self) -> String {
        let separator = if self.service.is_empty() { "" } else { self.separator };
        [&*self.times, &*self.name, &*self.sort, &*self.below, separator, &*self.service].concat()
    }

    /// Its columns, if nothing is cut.
    pub fn width(&self) -> usize {
        let service = if self.service.is_empty() { 0 } else { text::width(self.separator) + text::width(&self.service) };
        self.width_of_name() + service
    }

    fn width_of_name(&self) -> usize {
        [&*self.times, &*self.name, &*self.sort, &*self.below].map(text::width).iter().sum()
    }

    /// Puts its pieces behind what the line has, in at most `columns` columns.
    pub(super) fn put(&self, columns: usize, look: &Look, line: &mut Line) {
        line.push_fitting(self.parts(columns), columns, look.ascii);
    }

    /// Its pieces in at most `columns` columns.
    pub(super) fn pieces(&self, columns: usize, look: &Look) -> Pieces {
        fit(self.parts(columns), columns, look.ascii)
    }

    /// What does not fit is to be cut from the end; a service of which there would be but a letter or two is left out.
    fn parts(&self, columns: usize) -> impl Iterator<Item = (Role, &str)> + Clone {
        let name =
            [(Role::Faint, &*self.times), (self.role, &*self.name), (Role::Faint, &*self.sort), (Role::Faint, &*self.below)];
        let service = [(Role::Faint, self.separator), (theme::service(&self.service), &*self.service)];
        let least = || self.width_of_name() + text::width(self.separator) + LEAST_SERVICE.min(text::width(&self.service));
        let told = !self.service.is_empty() && least() <= columns;
        let service = service.into_iter().filter(move |_| told);
        name.into_iter().chain(service)
    }
}

/// By how much a span was moved: `~+12 ms`.
fn shift(by: Nanos, look: &Look) -> String {
    format!("~{}{}", if by > 0 { "+" } else { "" }, units::duration(by, look.ascii))
}

/// A span's name, where a neighbour has the same one with what sort of thing it is, as its row has it. Not sanitised.
pub fn called(shown: Shown<'_>, node: usize) -> String {
    match shown.analysis.tree.span(shown.trace, node) {
        None => "a span that has not arrived".to_owned(),
        Some(span) => match sort_of(shown, node, span) {
            "" => span.name.clone(),
            sort => format!("{} ({sort})", span.name),
        },
    }
}

fn sort_of<'a>(shown: Shown<'a>, node: usize, span: &'a Span) -> &'a str {
    let (trace, tree) = (shown.trace, &shown.analysis.tree);
    let above = tree.nodes()[node].parent.and_then(|parent| tree.span(trace, parent));
    sort(span, above.into_iter().chain(tree.children(node).filter_map(|child| tree.span(trace, child))))
}

/// The last part of a span's origin, `Function` of `AWS::Lambda::Function`, where a neighbour has the same name and service and
/// another origin: Lambda records each invocation twice, as the service and as the function.
fn sort<'a>(span: &'a Span, mut neighbours: impl Iterator<Item = &'a Span>) -> &'a str {
    let origin = |span: &'a Span| span.resource.attributes.str("aws.xray.origin");
    let Some(own) = origin(span).filter(|_| span.name == span.service()) else { return "" };
    let alike = |other: &Span| other.name == span.name && other.service() == span.service();
    let needed = neighbours.any(|other| alike(other) && origin(other).is_some_and(|origin| origin != own));
    if needed { own.rsplit("::").next().unwrap_or_default() } else { "" }
}

/// What is said beside the bar or below it, sanitised.
#[derive(Debug, PartialEq, Eq)]
pub struct Remark {
    /// What it means.
    pub role: Role,
    /// All of it.
    pub words: String,
    /// What will do where there is no room for all.
    pub short: Option<String>,
}

/// Why a span failed, or how the durations of folded spans are spread.
pub fn remark(shown: Shown<'_>, row: &Row, look: &Look) -> Option<Remark> {
    let (trace, tree) = (shown.trace, &shown.analysis.tree);
    let node = row.planned.entry.node()?;
    let failure = reason(tree.span(trace, node)?).filter(|reason| {
        // The innermost span that failed tells it; those above would only repeat it.
        let mut children = tree.children(node).filter_map(|child| tree.span(trace, child));
        !children.any(|child| self::reason(child).as_ref() == Some(reason))
    });
    let roles = &shown.analysis.errors;
    let above = tree.nodes()[node].parent.and_then(|above| roles.get(above));
    let came_of_it = match (roles.get(node), above) {
        (Some(ErrorRole::Retried), _) => Some("retried"),
        (Some(ErrorRole::Origin | ErrorRole::Propagated), Some(ErrorRole::Handled)) => Some("handled"),
        _ => None,
    };
    let failure = match (came_of_it, failure.map(|reason| text::sanitise(&reason, look.ascii).into_owned())) {
        (Some(end), Some(reason)) => Some(format!("{end}: {reason}")),
        (Some(end), None) => Some(end.to_owned()),
        (None, failure) => failure,
    };
    let spread = matches!(row.planned.entry, Entry::Fold { .. }).then(|| spread(shown, row, look)).flatten();
    match (failure, spread) {
        (Some(failure), Some((median, longest))) => {
            Some(Remark { role: Role::Error, words: format!("{median} {longest}  {failure}"), short: None })
        }
        (Some(words), None) => Some(Remark { role: Role::Error, words, short: None }),
        (None, Some((median, longest))) => {
            Some(Remark { role: Role::Faint, words: format!("{median} {longest}"), short: Some(longest) })
        }
        (None, None) => None,
    }
}

/// `p50 3 ms` and `max 40 ms`.
fn spread(shown: Shown<'_>, row: &Row, look: &Look) -> Option<(String, String)> {
    let mut lengths: Vec<Nanos> = spans(shown, row.planned.entry).filter_map(Span::duration).collect();
    lengths.sort_unstable();
    // Nearest rank: a duration that really occurred.
    let median = *lengths.get(lengths.len().div_ceil(2).saturating_sub(1))?;
    let longest = *lengths.last()?;
    let shown = |word: &str, length| format!("{word} {}", units::duration(length, look.ascii));
    Some((shown("p50", median), shown("max", longest)))
}

/// Why a span failed, in the sender's words: its status message, else its last exception, else the HTTP status.
pub(crate) fn reason(span: &Span) -> Option<Cow<'_, str>> {
    if !span.is_error() {
        return None;
    }
    let message = span.status.message.lines().find(|line| !line.trim().is_empty());
    if let Some(message) = message {
        return Some(message.trim().into());
    }
    let exception = |attributes: &Attributes| {
        let parts = ["exception.type", "exception.message"].map(|key| attributes.str(key).unwrap_or_default().to_owned());
        let parts: Vec<_> = parts.iter().filter_map(|part| part.lines().next()).filter(|part| !part.is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join(": ").into())
    };
    let thrown =
        span.events.iter().rev().filter(|event| event.name == "exception").find_map(|event| exception(&event.attributes));
    let status = || {
        let code = ["http.response.status_code", "http.status_code"].iter().find_map(|key| span.attributes.get(key))?;
        // A Lambda function that fails still answers the API's call with 200, which explains nothing.
        code.as_int().is_none_or(|code| code >= 400).then(|| Cow::Owned(format!("HTTP {code}")))
    };
    thrown.or_else(status)
}
