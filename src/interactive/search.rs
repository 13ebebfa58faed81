//! Plain text among the spans of a trace: looked for a slice at a time, so that keys are never kept waiting.

use crate::analysis::What;
use crate::model::{Attributes, Span, Value};

use super::outline::Outline;
use super::subject::Subject;

/// So many spans are looked at between two keys.
const SLICE: usize = 4096;

/// What is looked for, in whatever case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needle {
    lower: String,
}

impl Needle {
    /// `None` for nothing.
    pub(super) fn new(typed: &str) -> Option<Self> {
        (!typed.is_empty()).then(|| Self { lower: typed.to_lowercase() })
    }

    /// Whether it is somewhere in a text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        if !self.lower.is_ascii() {
            return text.to_lowercase().contains(&self.lower);
        }
        let (needle, text) = (self.lower.as_bytes(), text.as_bytes());
        // Most letters are not the first one: nothing is copied, and little is compared.
        let first = needle[0];
        text.len() >= needle.len()
            && (0..=text.len() - needle.len())
                .any(|at| text[at].to_ascii_lowercase() == first && text[at..at + needle.len()].eq_ignore_ascii_case(needle))
    }

    /// Whether a span says it: in its name, service, status message, id, attributes, or events.
    fn is_said_by(&self, span: &Span) -> bool {
        self.is_in(&span.name)
            || self.is_in(span.service())
            || self.is_in(&span.status.message)
            || self.is_in(&span.id.to_string())
            || self.is_among(&span.attributes)
            || span.events.iter().any(|event| self.is_in(&event.name) || self.is_among(&event.attributes))
    }

    fn is_among(&self, attributes: &Attributes) -> bool {
        attributes.iter().any(|(key, value)| {
            self.is_in(key)
                || match value {
                    Value::Str(text) => self.is_in(text),
                    other => self.is_in(&other.to_string()),
                }
        })
    }

    /// Whether it is at a node of the tree. Of a parent that has not arrived, only the id is known.
    fn is_at(&self, subject: &Subject, node: usize) -> bool {
        let tree = &subject.analysis.tree;
        match tree.nodes()[node].what {
            What::Span(place) => subject.trace.spans().get(place).is_some_and(|span| self.is_said_by(span)),
            What::Missing(place) => self.is_in(&tree.missing()[place].to_string()),
        }
    }
}

/// A search, begun at some node and going round.
#[derive(Debug)]
pub(super) struct Search {
    needle: Needle,
    from: usize,
    /// How many nodes have been looked at.
    looked: usize,
    count: usize,
    /// Nodes found from `from` on, in order.
    after: Vec<usize>,
    /// Nodes found before it, in order.
    before: Vec<usize>,
    /// How many were found that belong to no row: beside the zoom, or left out by the filter.
    pub(super) elsewhere: usize,
}

impl Search {
    /// Nothing has been looked at yet.
    pub(super) fn new(needle: Needle, from: usize, subject: &Subject) -> Self {
        let count = subject.analysis.tree.nodes().len();
        let from = from.min(count.saturating_sub(1));
        Self { needle, from, looked: 0, count, after: Vec::new(), before: Vec::new(), elsewhere: 0 }
    }

    /// What is looked for.
    pub(super) fn needle(&self) -> &Needle {
        &self.needle
    }

    /// Whether all has been looked at.
    pub(super) fn is_done(&self) -> bool {
        self.looked >= self.count
    }

    /// How far it is, in percent.
    pub(super) fn percent(&self) -> usize {
        self.looked * 100 / self.count.max(1)
    }

    /// Looks at the next slice; the nodes found in it.
    pub(super) fn step(&mut self, subject: &Subject, outline: &Outline) -> Vec<usize> {
        let mut found = Vec::new();
        for looked in self.looked..self.count.min(self.looked + SLICE) {
            let node = (self.from + looked) % self.count;
            if !self.needle.is_at(subject, node) {
                continue;
            }
            if outline.contains(subject, node) {
                if node >= self.from {
                    self.after.push(node);
                } else {
                    self.before.push(node);
                }
                found.push(node);
            } else {
                self.elsewhere += 1;
            }
        }
        self.looked = self.count.min(self.looked + SLICE);
        found
    }

    /// How many nodes have been found that have rows.
    pub(super) fn len(&self) -> usize {
        self.before.len() + self.after.len()
    }

    /// The nodes found, in order.
    pub(super) fn found(&self) -> impl Iterator<Item = usize> {
        self.before.iter().chain(&self.after).copied()
    }

    /// The first found at a node or after it, else the first of all.
    pub(super) fn first_from(&self, node: usize) -> Option<usize> {
        let at = self.rank(node);
        self.nth(at).or_else(|| self.nth(0))
    }

    /// The next one after a node, or before it, going round.
    pub(super) fn next(&self, node: usize, backwards: bool) -> Option<usize> {
        let count = self.len();
        let at = if backwards { self.rank(node).checked_sub(1) } else { Some(self.rank(node + 1)).filter(|at| *at < count) };
        self.nth(at.unwrap_or(if backwards { count.checked_sub(1)? } else { 0 }))
    }

    /// Which of those found a node is, from 1 on.
    pub(super) fn number(&self, node: usize) -> Option<usize> {
        let at = self.rank(node);
        (self.nth(at)? == node).then_some(at + 1)
    }

    /// How many are found before a node.
    fn rank(&self, node: usize) -> usize {
        self.before.partition_point(|found| *found < node) + self.after.partition_point(|found| *found < node)
    }

    fn nth(&self, at: usize) -> Option<usize> {
        self.before.get(at).or_else(|| self.after.get(at.checked_sub(self.before.len())?)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interactive::testing::{outline, subject};
    use crate::render::samples::{failed, span};

    #[test]
    fn text_is_found_in_any_case_and_nowhere_else() {
        let is_in = |needle: &str, text: &str| Needle::new(needle).is_some_and(|needle| needle.is_in(text));
        assert!(is_in("get", "a GET /") && is_in("GET", "get") && is_in("/", "a GET /"));
        assert!(is_in("ПОИСК", "поиск") && is_in("straße", "Straße 1"));
        assert!(!is_in("get", "ge") && !is_in("gets", "a GET /") && !is_in("", "all"));
        assert!(is_in("é", "cafÉ"));
    }

    #[test]
    fn a_span_is_found_by_all_that_it_says() {
        let mut told = failed(span(0xabc, 0, "Backend", "GET /cart", 0, 9), "Boom: no such thing");
        told.attributes.push("http.route", "/Cart/{id}");
        told.attributes.push("retries", 417_i64);
        told.events.push(crate::model::Event { name: "cache.miss".into(), ..Default::default() });
        let found = |needle: &str| Needle::new(needle).unwrap().is_said_by(&told);
        for needle in ["backend", "get /c", "BOOM", "0abc", "http.ROUTE", "/cart/{", "417", "Cache.Miss"] {
            assert!(found(needle), "{needle}");
        }
        assert!(!found("gateway"));
    }

    #[test]
    fn a_search_goes_round_from_where_it_began() {
        let spans =
            (1..=9).map(|id| span(id, u64::from(id > 1), "web", if id % 3 == 0 { "hit" } else { "miss" }, id.into(), 90));
        let subject = subject(spans.collect());
        let outline = outline(&subject);
        let mut search = Search::new(Needle::new("HIT").unwrap(), 4, &subject);
        assert!(!search.is_done());
        assert_eq!(search.step(&subject, &outline), [5, 8, 2]);
        assert!(search.is_done());
        assert_eq!(search.found().collect::<Vec<_>>(), [2, 5, 8]);
        assert_eq!((search.first_from(4), search.first_from(9)), (Some(5), Some(2)));
        assert_eq!((search.next(5, false), search.next(8, false), search.next(0, false)), (Some(8), Some(2), Some(2)));
        assert_eq!((search.next(5, true), search.next(2, true)), (Some(2), Some(8)));
        assert_eq!((search.number(5), search.number(6)), (Some(2), None));
    }

    #[test]
    fn a_slice_is_not_all() {
        let spans = (1..=SLICE as u64 * 2).map(|id| span(id, u64::from(id > 1), "web", "a", 0, 90)).collect();
        let subject = subject(spans);
        let outline = outline(&subject);
        let mut search = Search::new(Needle::new("a").unwrap(), 0, &subject);
        assert_eq!(search.step(&subject, &outline).len(), SLICE);
        assert_eq!((search.percent(), search.is_done()), (50, false));
        search.step(&subject, &outline);
        assert_eq!((search.len(), search.is_done()), (SLICE * 2, true));
    }
}
