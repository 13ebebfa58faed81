//! Who takes part in a sequence diagram, in the order in which they come into it.

use std::collections::HashMap;

use crate::analysis::graph::Silent;
use crate::render::theme::Look;

use super::{WIDEST, safe};

/// Who takes part, by the number that stands for each.
#[derive(Debug, Default)]
pub(super) struct Cast {
    places: HashMap<Who, usize>,
    names: Vec<String>,
}

/// Somebody who takes part.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Who {
    Service(String),
    Silent(Silent),
}

impl Cast {
    /// A service that sends spans.
    pub(super) fn service(&mut self, name: &str, look: &Look) -> usize {
        let shown = if name.is_empty() { "(no service)" } else { name };
        self.place(Who::Service(name.to_owned()), || safe(shown, WIDEST, look))
    }

    /// Something that sends none, with what it is below its name.
    pub(super) fn silent(&mut self, silent: &Silent, look: &Look) -> usize {
        match &silent.kind {
            None => self.service(&silent.name, look),
            Some(kind) => {
                let name = || format!("{}<br/>({})", safe(&silent.name, WIDEST, look), safe(kind, WIDEST, look));
                self.place(Who::Silent(silent.clone()), name)
            }
        }
    }

    fn place(&mut self, who: Who, name: impl FnOnce() -> String) -> usize {
        let next = self.names.len();
        let place = *self.places.entry(who).or_insert(next);
        if place == next {
            self.names.push(name());
        }
        place
    }

    /// Whether nobody has come yet.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// A diagram needs somebody at whose line its notes stand.
    pub(super) fn at_least_one(&mut self) {
        if self.names.is_empty() {
            self.names.push("(no service)".to_owned());
        }
    }

    /// Their names, escaped.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// From the first to the last.
    pub(super) fn all(&self) -> String {
        match self.names.len() {
            0 | 1 => "s0".to_owned(),
            several => format!("s0,s{}", several - 1),
        }
    }
}
