//! Which spans were timed by the same clock.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Resource, Trace};

use super::super::Tree;

/// What names a machine, strongest first
/// (<https://opentelemetry.io/docs/specs/semconv/resource/host/>, `…/service/`, `…/container/`, `…/k8s/`).
const KEYS: [&str; 5] = ["host.id", "host.name", "service.instance.id", "container.id", "k8s.pod.uid"];

/// Something with a clock of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// What it is called: its name where it has one, else its id, else the service's name.
    pub name: String,
    /// The attribute that tells it from others. `service.name` is weak evidence: a service may run on several machines, and two
    /// services on one.
    pub by: &'static str,
}

impl Host {
    /// Whether all that is known of it is the service's name.
    pub fn is_guessed(&self) -> bool {
        self.by == "service.name"
    }
}

/// The hosts of a trace, in the order of the tree.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    pub(super) all: Vec<Host>,
    /// Of each node; `None` of one that has not arrived, or that says nothing of where it was.
    pub(super) of: Vec<Option<usize>>,
}

impl Hosts {
    pub(super) fn of(trace: &Trace, tree: &Tree) -> Self {
        // One that only says its name is the one with an id that has that name, if there is only one.
        let mut ids = HashMap::<&str, Option<&str>>::new();
        // Spans of one resource share it: it is looked at once.
        let mut seen = HashMap::<*const Resource, Option<usize>>::new();
        for resource in trace.spans().iter().map(|span| &span.resource) {
            if seen.insert(Arc::as_ptr(resource), None).is_none()
                && let (Some(id), Some(name)) = (said(resource, KEYS[0]), said(resource, KEYS[1]))
            {
                let known = ids.entry(name).or_insert(Some(id));
                *known = known.filter(|known| *known == id);
            }
        }
        seen.clear();
        let mut hosts = Self { all: Vec::new(), of: Vec::with_capacity(tree.nodes().len()) };
        let mut places = HashMap::<(&'static str, &str), usize>::new();
        for node in 0..tree.nodes().len() {
            let Some(resource) = tree.span(trace, node).map(|span| &span.resource) else {
                hosts.of.push(None);
                continue;
            };
            let host = *seen.entry(Arc::as_ptr(resource)).or_insert_with(|| {
                let (by, value) = identity(resource, &ids)?;
                Some(*places.entry((by, value)).or_insert_with(|| {
                    let name = said(resource, "host.name").filter(|_| by == "host.id").unwrap_or(value);
                    hosts.all.push(Host { name: name.to_owned(), by });
                    hosts.all.len() - 1
                }))
            });
            hosts.of.push(host);
        }
        hosts
    }
}

fn identity<'a>(resource: &'a Resource, ids: &HashMap<&str, Option<&'a str>>) -> Option<(&'static str, &'a str)> {
    let named = KEYS.into_iter().find_map(|key| Some((key, said(resource, key)?)));
    match named {
        Some(("host.name", name)) => Some(ids.get(name).copied().flatten().map_or(("host.name", name), |id| ("host.id", id))),
        Some(named) => Some(named),
        None => Some(("service.name", resource.service())).filter(|(_, service)| !service.is_empty()),
    }
}

fn said<'a>(resource: &'a Resource, key: &str) -> Option<&'a str> {
    resource.attributes.str(key).filter(|value| !value.is_empty())
}
