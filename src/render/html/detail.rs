//! All that was sent with a span, and what it means for its trace: what the page shows of one that is opened.
//!
//! Details come in parts of [`PART`] items, each with a table of texts of its own, so that the script reads only those that somebody looks
//! at. All texts are numbers of the table, all times nanoseconds after the beginning of the trace.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use crate::analysis::ErrorRole;
use crate::model::time::Nanos;
use crate::model::{Attributes, Event, Link, Resource, Scope, Span, SpanKind, StatusCode, Time};
use crate::render::waterfall::Shown;

use super::table::Table;

/// So many items have their details in one part.
pub(super) const PART: usize = 1000;

/// The details of up to [`PART`] items, in their order.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    texts: Vec<String>,
    spans: Vec<Option<Detail>>,
}

impl Part {
    /// Of nodes of the tree, with `None` where an item is no single node.
    pub(super) fn of(shown: Shown<'_>, start: Time, nodes: &[Option<usize>], senders: &mut Senders) -> Self {
        let mut table = Table::default();
        let spans = nodes.iter().map(|node| {
            let node = (*node)?;
            let span = shown.analysis.tree.span(shown.trace, node)?;
            Some(Detail::of(shown, start, node, span, &mut table, senders))
        });
        let spans = spans.collect();
        Self { texts: table.into_texts(), spans }
    }
}

/// Keys and values, in turn.
type Pairs = Vec<usize>;

/// What is said of one span. A list without names, because there are so many; the script reads them in this order.
#[derive(Debug, Serialize)]
struct Detail(
    /// Its id.
    usize,
    /// The id of its parent as received.
    Option<usize>,
    /// Its kind.
    usize,
    /// How it ended.
    usize,
    /// What it has to do with failures: `o`rigin, `p`ropagated, `h`andled, `r`etried.
    Option<char>,
    /// Its status message.
    Option<usize>,
    /// Its own time.
    Option<Nanos>,
    /// Its part of the critical path, where it is on it.
    Option<Nanos>,
    /// By how much it could have ended later, where it is not.
    Option<Nanos>,
    /// By how much its clock seems to be off.
    Option<Nanos>,
    /// The number of its resource.
    usize,
    /// The number of its scope.
    usize,
    /// Its attributes, and how many more the sender discarded.
    (Pairs, u32),
    /// Its events, and how many more the sender discarded.
    (Vec<Happened>, u32),
    /// Its links, and how many more the sender discarded.
    (Vec<Linked>, u32),
    /// What else came with it, by name.
    Pairs,
);

/// An event: when, what, its attributes, and how many more the sender discarded.
#[derive(Debug, Serialize)]
struct Happened(Option<Nanos>, usize, Pairs, u32);

/// A link: trace, span, its attributes and what else came with it, and how many more attributes the sender discarded.
#[derive(Debug, Serialize)]
struct Linked(usize, usize, Pairs, u32);

impl Detail {
    fn of(shown: Shown<'_>, start: Time, node: usize, span: &Span, table: &mut Table, senders: &mut Senders) -> Self {
        let analysis = shown.analysis;
        let kind = match span.kind {
            SpanKind::Other(number) => format!("other ({number})"),
            kind => kind.name().to_owned(),
        };
        let status = match span.status.code {
            StatusCode::Other(number) => format!("other ({number})"),
            code => code.name().to_owned(),
        };
        let role = analysis.errors.get(node).map(|role| match role {
            ErrorRole::Origin => 'o',
            ErrorRole::Propagated => 'p',
            ErrorRole::Handled => 'h',
            ErrorRole::Retried => 'r',
        });
        let on_path = analysis.path.visit_of(node).is_some();
        let message = (!span.status.message.is_empty()).then(|| table.lines(&span.status.message));
        let mut more = Pairs::new();
        let mut say = |key: &str, value: &str, table: &mut Table| {
            if !value.is_empty() {
                more.extend([table.line(key), table.line(value)]);
            }
        };
        say("trace state", &span.trace_state, table);
        if span.flags != 0 {
            say("flags", &format!("{:#x}", span.flags), table);
        }
        Self(
            table.line(&span.id.to_string()),
            span.parent.as_ref().map(|parent| table.line(&parent.to_string())),
            table.number(&kind),
            table.number(&status),
            role,
            message,
            analysis.self_times.get(node),
            on_path.then(|| analysis.path.own(node)),
            analysis.path.slack(node).filter(|_| !on_path),
            analysis.skew.shift(node),
            senders.resource(&span.resource),
            senders.scope(&span.scope),
            (pairs(&span.attributes, table), span.dropped_attributes),
            (span.events.iter().map(|event| Happened::of(event, start, table)).collect(), span.dropped_events),
            (span.links.iter().map(|link| Linked::of(link, table)).collect(), span.dropped_links),
            more,
        )
    }
}

impl Happened {
    fn of(event: &Event, start: Time, table: &mut Table) -> Self {
        let at = (!event.time.is_unknown()).then(|| event.time.since(start));
        Self(at, table.line(&event.name), pairs(&event.attributes, table), event.dropped_attributes)
    }
}

impl Linked {
    fn of(link: &Link, table: &mut Table) -> Self {
        let mut pairs = pairs(&link.attributes, table);
        if !link.trace_state.is_empty() {
            pairs.extend([table.number("trace state"), table.line(&link.trace_state)]);
        }
        if link.flags != 0 {
            pairs.extend([table.number("flags"), table.number(&format!("{:#x}", link.flags))]);
        }
        Self(table.line(&link.trace_id), table.line(&link.span_id), pairs, link.dropped_attributes)
    }
}

/// Attributes by their keys; those of one key in the order in which they came.
fn pairs(attributes: &Attributes, table: &mut Table) -> Pairs {
    let mut sorted: Vec<_> = attributes.iter().collect();
    sorted.sort_by_key(|(key, _)| *key);
    sorted.into_iter().flat_map(|(key, value)| [table.line(key), table.lines(&value.to_string())]).collect()
}

/// Resources and scopes, each kept once.
#[derive(Debug, Default)]
pub(super) struct Senders {
    table: Table,
    known: HashMap<Sender, usize>,
    each: Vec<Sender>,
    /// Those that are shared are not compared again; they live as long as the trace.
    resources: HashMap<*const Resource, usize>,
    scopes: HashMap<*const Scope, usize>,
}

/// A resource or a scope: attributes, how many more were discarded, and what else came with it, by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
struct Sender(Pairs, u32, Pairs);

/// As the script reads them.
#[derive(Debug, Serialize)]
pub(super) struct SendersView {
    texts: Vec<String>,
    #[serde(rename = "senders")]
    each: Vec<Sender>,
}

impl Senders {
    fn resource(&mut self, resource: &Arc<Resource>) -> usize {
        if let Some(number) = self.resources.get(&Arc::as_ptr(resource)) {
            return *number;
        }
        let mut more = vec![("schema", resource.schema_url.clone())];
        for entity in &resource.entity_refs {
            let (ids, told) = (entity.id_keys.join(", "), entity.description_keys.join(", "));
            let schema = if entity.schema_url.is_empty() { String::new() } else { format!(" ({})", entity.schema_url) };
            more.push(("entity", format!("{}: {ids}; {told}{schema}", entity.kind)));
        }
        let number = self.sender(&resource.attributes, resource.dropped_attributes, &more);
        self.resources.insert(Arc::as_ptr(resource), number);
        number
    }

    fn scope(&mut self, scope: &Arc<Scope>) -> usize {
        if let Some(number) = self.scopes.get(&Arc::as_ptr(scope)) {
            return *number;
        }
        let more =
            [("scope", scope.name.clone()), ("scope version", scope.version.clone()), ("schema", scope.schema_url.clone())];
        let number = self.sender(&scope.attributes, scope.dropped_attributes, &more);
        self.scopes.insert(Arc::as_ptr(scope), number);
        number
    }

    fn sender(&mut self, attributes: &Attributes, dropped: u32, more: &[(&str, String)]) -> usize {
        let attributes = pairs(attributes, &mut self.table);
        let told = more.iter().filter(|(_, value)| !value.is_empty());
        let more = told.flat_map(|(key, value)| [self.table.number(key), self.table.line(value)]).collect();
        let sender = Sender(attributes, dropped, more);
        if let Some(number) = self.known.get(&sender) {
            return *number;
        }
        self.known.insert(sender.clone(), self.each.len());
        self.each.push(sender);
        self.each.len() - 1
    }

    pub(super) fn into_view(self) -> SendersView {
        SendersView { texts: self.table.into_texts(), each: self.each }
    }
}
