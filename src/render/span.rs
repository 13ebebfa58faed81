//! One span whole: what it is, what it means for its trace, and all that was sent with it.

use crate::analysis::errors::ErrorRole;
use crate::model::time::Nanos;
use crate::model::{Attributes, Span, SpanKind, StatusCode, Time, Trace};

use super::line::{Line, Pieces};
use super::theme::{self, Look, Role};
use super::waterfall::{Shown, origins};
use super::{text, units};

/// The widest that the column of keys gets.
const KEYS: usize = 32;

/// Draws the span at a node. Every line ends with a line feed, and none is wider than [`Look::columns`].
pub fn render(shown: Shown<'_>, node: usize, look: &Look) -> String {
    let mut out = String::new();
    for line in lines(shown, node, look) {
        let mut written = Line::default();
        written.extend(&line);
        written.write(look, &mut out).expect("a string takes all that is written to it");
    }
    out
}

/// The same as lines of pieces.
pub fn lines(shown: Shown<'_>, node: usize, look: &Look) -> Vec<Pieces> {
    let mut page = Page { look, lines: Vec::new() };
    match shown.analysis.tree.span(shown.trace, node) {
        Some(span) => page.span(shown, node, span),
        None => page.words(0, Role::Warning, "this span has not arrived (yet)"),
    }
    page.lines
}

/// Lines in the making.
struct Page<'a> {
    look: &'a Look,
    lines: Vec<Pieces>,
}

impl Page<'_> {
    fn span(&mut self, shown: Shown<'_>, node: usize, span: &Span) {
        let (trace, analysis) = (shown.trace, shown.analysis);
        let name = if span.name.is_empty() { "(no name)" } else { &span.name };
        self.words(0, Role::Title, name);
        let length = |length: Option<Nanos>| {
            length.map_or_else(|| "not known".to_owned(), |length| units::duration(length, self.look.ascii))
        };
        let mut facts: Vec<(&str, Role, String)> = Vec::new();
        facts.push(("service", theme::service(span.service()), span.service().to_owned()));
        let kind = match span.kind {
            SpanKind::Other(number) => format!("other ({number})"),
            kind => kind.name().to_owned(),
        };
        facts.push(("kind", Role::Plain, kind));
        let role = if span.is_error() { Role::Error } else { Role::Plain };
        facts.push(("status", role, status(span, analysis.errors.get(node))));
        let start = began(trace);
        let offset = if span.start.is_unknown() {
            "not known".to_owned()
        } else {
            let at = units::time(span.start, self.look.zone);
            format!("{} after the trace began, {at}", units::duration(span.start.since(start), self.look.ascii))
        };
        facts.push(("started", Role::Plain, offset));
        let took = if span.end.is_some() { length(span.duration()) } else { "still running".to_owned() };
        facts.push(("duration", Role::Plain, took));
        facts.push(("own time", Role::Plain, length(analysis.self_times.get(node))));
        facts.push(("critical path", Role::Plain, self.critical(shown, node)));
        if let Some(by) = analysis.skew.shift(node) {
            facts.push((
                "clock",
                Role::Warning,
                format!("seems off: {} would fit all calls", units::duration(by, self.look.ascii)),
            ));
        }
        let from = origins::names(trace, span);
        if !from.is_empty() {
            facts.push(("read from", Role::Plain, from.join(" and ")));
        }
        if let Some(join) = origins::join(trace, span) {
            let (words, certain) = origins::evidence(&join.evidence, self.look);
            let sure = if certain { "another record of its parent" } else { "probably another record of its parent" };
            facts.push(("joined", Role::Plain, format!("{sure}: {words}")));
        }
        facts.push(("trace", Role::Id, trace.id().to_string()));
        facts.push(("span", Role::Id, span.id.to_string()));
        if let Some(parent) = &span.parent {
            let above = analysis.tree.nodes()[node].parent.and_then(|above| analysis.tree.span(trace, above));
            let above = above.map_or_else(|| "  not arrived (yet)".to_owned(), |above| format!("  {}", above.name));
            facts.push(("parent", Role::Id, format!("{parent}{above}")));
        }
        if !span.trace_state.is_empty() {
            facts.push(("trace state", Role::Plain, span.trace_state.clone()));
        }
        if !span.scope.name.is_empty() {
            facts.push(("scope", Role::Plain, format!("{} {}", span.scope.name, span.scope.version)));
        }
        let keys = facts.iter().map(|(key, ..)| text::width(key)).max().unwrap_or(0);
        for (key, role, value) in &facts {
            self.pair(0, key, keys, *role, value.trim_end());
        }
        if !span.status.message.is_empty() {
            self.heading("status message");
            self.words(2, Role::Error, &span.status.message);
        }
        self.attributes("attributes", 2, &span.attributes, span.dropped_attributes);
        self.events(span, trace);
        self.links(span);
        self.attributes("resource", 2, &span.resource.attributes, span.resource.dropped_attributes);
        self.attributes("scope attributes", 2, &span.scope.attributes, span.scope.dropped_attributes);
    }

    /// What the trace's duration owes to a node.
    fn critical(&self, shown: Shown<'_>, node: usize) -> String {
        let path = &shown.analysis.path;
        let duration = |length| units::duration(length, self.look.ascii);
        if path.visit_of(node).is_some() {
            let share = path.own(node) * 1000 / path.duration().max(1);
            return format!("{} of {}, {}.{} %", duration(path.own(node)), duration(path.duration()), share / 10, share % 10);
        }
        match path.slack(node) {
            Some(slack) => format!("not on it: could have ended {} later", duration(slack)),
            None => "not on it: nobody waited for this span".to_owned(),
        }
    }

    fn events(&mut self, span: &Span, trace: &Trace) {
        if !span.events.is_empty() || span.dropped_events > 0 {
            self.heading("events");
        }
        let start = if span.start.is_unknown() { began(trace) } else { span.start };
        for event in &span.events {
            let at = units::duration(event.time.since(start), self.look.ascii);
            let at = if event.time.is_unknown() { "no time".to_owned() } else { format!("+{at}").replace("+-", "-") };
            let role = if event.name == "exception" { Role::Error } else { Role::Plain };
            self.pair(2, &at, text::width(&at), role, &event.name);
            self.attributes("", 4, &event.attributes, event.dropped_attributes);
        }
        self.dropped(2, span.dropped_events, "event", "events");
    }

    fn links(&mut self, span: &Span) {
        if !span.links.is_empty() || span.dropped_links > 0 {
            self.heading("links");
        }
        for link in &span.links {
            self.pair(2, "trace", 5, Role::Id, &format!("{}  span {}", link.trace_id, link.span_id));
            self.attributes("", 4, &link.attributes, link.dropped_attributes);
        }
        self.dropped(2, span.dropped_links, "link", "links");
    }

    fn attributes(&mut self, heading: &str, indent: usize, attributes: &Attributes, dropped: u32) {
        if !heading.is_empty() && (!attributes.is_empty() || dropped > 0) {
            self.heading(heading);
        }
        let mut sorted: Vec<_> = attributes.iter().collect();
        sorted.sort_by_key(|(key, _)| *key);
        let keys = sorted.iter().map(|(key, _)| text::width(&text::sanitise(key, self.look.ascii))).max().unwrap_or(0);
        for (key, value) in sorted {
            self.pair(indent, key, keys, Role::Plain, &value.to_string());
        }
        self.dropped(indent, dropped, "attribute", "attributes");
    }

    fn dropped(&mut self, indent: usize, count: u32, one: &str, many: &str) {
        if count > 0 {
            let what = if count == 1 { one } else { many };
            self.words(indent, Role::Warning, &format!("{} more {what}, which the sender discarded", units::count(count)));
        }
    }

    fn heading(&mut self, words: &str) {
        self.lines.push(Pieces::new());
        self.words(0, Role::Heading, words);
    }

    /// A key, and behind it, below each other, all lines of its value.
    fn pair(&mut self, indent: usize, key: &str, keys: usize, role: Role, value: &str) {
        let ascii = self.look.ascii;
        let keys = keys.min(KEYS).min(self.look.columns() / 3);
        let key = text::sanitise(key, ascii);
        let mut line = Line::default();
        line.pad_to(indent);
        line.push(Role::Faint, &text::truncate(&key, self.look.columns() - indent, ascii));
        let column = indent + keys + 2;
        // A long key has a line of its own, so that all of it can be read.
        if line.width() + 2 > column {
            self.lines.push(line.take());
        }
        let values = value.split('\n').flat_map(|part| {
            let part = text::sanitise(part, ascii);
            let room = self.look.columns() - column;
            // Where blanks are more than what is between words, they count.
            if part.is_empty() || part.starts_with(' ') || part.contains("  ") {
                return text::broken(&part, room).into_iter().map(str::to_owned).collect();
            }
            text::wrap(&part, room)
        });
        for part in values {
            line.pad_to(column);
            line.push(role, &part);
            self.lines.push(line.take());
        }
    }

    fn words(&mut self, indent: usize, role: Role, words: &str) {
        for part in words.split('\n') {
            for part in text::broken(&text::sanitise(part, self.look.ascii), self.look.columns() - indent) {
                let mut line = Line::default();
                line.pad_to(indent);
                line.push(role, part);
                self.lines.push(line.take());
            }
        }
    }
}

/// When a trace began: its spans lie by their start, those without one first.
fn began(trace: &Trace) -> Time {
    trace.spans().iter().map(|span| span.start).find(|start| !start.is_unknown()).unwrap_or_default()
}

/// How it ended, and what it has to do with other failures.
fn status(span: &Span, role: Option<ErrorRole>) -> String {
    let code = match span.status.code {
        StatusCode::Other(number) => format!("other ({number})"),
        code => code.name().to_owned(),
    };
    let role = match role {
        Some(ErrorRole::Origin) => ": the failure began here",
        Some(ErrorRole::Propagated) => ": a failure from below was passed on",
        Some(ErrorRole::Handled) => ": a failure from below stopped here",
        Some(ErrorRole::Retried) => ": made good by a later try",
        None => "",
    };
    format!("{code}{role}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analysis;
    use crate::model::{Event, Link};
    use crate::render::samples::{START, failed, look, page, span, trace};
    use proptest::prelude::*;

    fn drawn(trace: &Trace, name: &str, look: &Look) -> String {
        let analysis = Analysis::of(trace);
        let shown = Shown { trace, analysis: &analysis };
        let node = (0..analysis.tree.nodes().len())
            .find(|node| analysis.tree.span(trace, *node).is_some_and(|span| span.name == name));
        render(shown, node.expect("there is such a span"), look)
    }

    #[test]
    fn a_span_on_the_critical_path_at_60_columns() {
        insta::assert_snapshot!(drawn(&page(), "DynamoDB.Query cruddur-messages", &look(60)), @"
        DynamoDB.Query cruddur-messages
        service        dynamodb
        kind           client
        status         error: the failure began here
        started        396 ms after the trace began, 2026-07-24
                       14:03:05.519 UTC
        duration       235 ms
        own time       235 ms
        critical path  235 ms of 812 ms, 28.9 %
        trace          5759e988bd862e3fe1be46a994272793
        span           0000000000000029
        parent         0000000000000028  notifications

        status message
          ProvisionedThroughputExceededException: rate exceeded

        resource
          service.name  dynamodb
        ");
    }

    #[test]
    fn all_that_was_sent_is_there() {
        let mut odd = failed(span(2, 1, "web", "charge\u{1b}[2J", 10, 60), "no funds\nat all");
        odd.attributes = [("db.statement", "SELECT  *\n  FROM users"), ("a", "b")].into_iter().collect();
        odd.dropped_attributes = 3;
        odd.events.push(Event {
            name: "exception".into(),
            time: START.saturating_add(20_000),
            attributes: [("exception.type", "Broke")].into_iter().collect(),
            ..Event::default()
        });
        odd.links.push(Link { trace_id: "aa".into(), span_id: "bb".into(), ..Link::default() });
        let other = span(3, 1, "web", "longer", 5, 90);
        insta::assert_snapshot!(drawn(&trace(vec![span(1, 0, "web", "GET /", 0, 100), odd, other]), "charge\u{1b}[2J", &look(70)), @"
        charge␛[2J
        service        web
        kind           internal
        status         error: the failure began here
        started        10 µs after the trace began, 2026-07-24 14:03:05.123
                       UTC
        duration       50 µs
        own time       50 µs
        critical path  not on it: could have ended 30 µs later
        trace          5759e988bd862e3fe1be46a994272793
        span           0000000000000002
        parent         0000000000000001  GET /

        status message
          no funds
          at all

        attributes
          a             b
          db.statement  SELECT  *
                          FROM users
          3 more attributes, which the sender discarded

        events
          +10 µs  exception
            exception.type  Broke

        links
          trace  aa  span bb

        resource
          service.name  web
        ");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_asked_and_nothing_is_left_out(
            name in "\\PC{0,60}", key in ".{0,50}", value in ".{0,300}", width in 40_usize..200, ascii: bool,
        ) {
            let mut one = span(1, 0, "web", &name, 0, 10);
            one.attributes.push(key, value.clone());
            let drawn = drawn(&trace(vec![one]), &name, &Look { ascii, ..look(width) });
            for line in drawn.lines() {
                prop_assert!(text::width(line) <= width.max(40), "{line:?}");
                prop_assert!(!line.chars().any(char::is_control));
            }
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let shown: String = value.split('\n').map(|part| text::sanitise(part, ascii).into_owned()).collect();
            prop_assert!(letters(&drawn).contains(&letters(&shown)), "{drawn}");
        }
    }
}
