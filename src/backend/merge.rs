//! One trace that several backends know is one trace.

mod disagree;
mod shapes;

use std::collections::HashMap;

use crate::model::time::Nanos;
use crate::model::{Event, Origin, SeenBy, Span, SpanId, Time, Trace, segments};

use disagree::Disagreements;

/// On a span that is known only by what happened in it.
const STAND_IN: &str = "meta.annotation_only";

/// Puts what several backends have of the same trace together: spans that both have are there once, and know who has them. What they
/// disagree on is among the notes.
pub(super) fn traces(mut parts: Vec<Trace>) -> Option<Trace> {
    if parts.len() < 2 {
        return parts.pop();
    }
    let id = parts[0].id().clone();
    let backends: Vec<String> = parts.iter().flat_map(|part| part.backends.clone()).collect();
    let origins: Vec<Origin> =
        parts.iter().map(|part| Origin { name: part.backends.join("+"), trace: part.id().clone() }).collect();
    let received = parts.iter().filter_map(|part| part.received).max();
    let truncated: Vec<String> = parts.iter().flat_map(|part| part.truncated.clone()).collect();
    let repeated: usize = parts.iter().map(|part| part.repeated).sum();
    let link = parts.iter().find_map(|part| part.link.clone());
    let mut notes: Vec<String> = parts.iter().flat_map(|part| part.notes.clone()).collect();
    let mut disagreements = Disagreements::between(&origins);
    let (spans, precision) = together(parts, &origins, &mut disagreements);
    notes.extend(disagreements.into_notes());
    let mut whole = Trace::assemble(id, spans)?;
    whole.backends = backends;
    whole.origins = origins;
    whole.received = received;
    whole.truncated = truncated;
    whole.precision = precision;
    whole.link = link;
    whole.notes = notes;
    // What two backends both have is no repetition by a sender.
    whole.repeated = repeated;
    // What one of them has folded is not among its spans any more.
    whole.folded = segments::count_folded(whole.spans());
    Some(whole)
}

/// The spans of all, of which those that a backend has with less exact times are left out where another has them, and how exact the
/// times of what is left are.
fn together(parts: Vec<Trace>, origins: &[Origin], disagreements: &mut Disagreements<'_>) -> (Vec<Span>, Nanos) {
    let mut parts: Vec<(SeenBy, Trace)> =
        parts.into_iter().enumerate().map(|(place, part)| (SeenBy::origin(place), part)).collect();
    // Of equals, the later comes last, and is what assembling keeps.
    parts.sort_by_key(|(_, part)| part.precision);
    let finest = parts.first().map_or(1, |(_, part)| part.precision);
    let mut known = Known::default();
    let mut precision = finest;
    for (seen_by, part) in parts {
        let exact_to = part.precision;
        for span in part.into_spans() {
            let span = Span { seen_by, ..span };
            if exact_to == finest && !is_stand_in(&span) {
                known.compare(&span, exact_to, disagreements);
                known.add(span);
            } else if let Some(span) = known.beside(span, exact_to, disagreements) {
                precision = precision.max(exact_to);
                known.add(span);
            }
        }
    }
    (shapes::fold(known.spans, origins, precision, disagreements), precision)
}

/// Spans that are settled.
#[derive(Default)]
struct Known {
    spans: Vec<Span>,
    by_id: HashMap<SpanId, Vec<usize>>,
}

impl Known {
    fn add(&mut self, span: Span) {
        self.by_id.entry(span.id.clone()).or_default().push(self.spans.len());
        self.spans.push(span);
    }

    /// A span of which another one has a record that is as exact: assembling keeps one of them.
    fn compare(&self, span: &Span, exact_to: Nanos, disagreements: &mut Disagreements<'_>) {
        let alike = |known: &&Span| {
            known.seen_by != span.seen_by
                && (known.start, &known.name, known.kind) == (span.start, &span.name, span.kind)
                && known.service() == span.service()
        };
        let places = self.by_id.get(&span.id).into_iter().flatten();
        if let Some(known) = places.map(|&place| &self.spans[place]).find(alike) {
            disagreements.compare(known, span, exact_to);
        }
    }

    /// A span whose times are exact to `exact_to`, where it is not among those that are known: `None` where it is. One that is known
    /// as still running is finished by it.
    fn beside(&mut self, mut span: Span, exact_to: Nanos, disagreements: &mut Disagreements<'_>) -> Option<Span> {
        let stands_in = is_stand_in(&span);
        let apart = |known: &Span| known.start.since(span.start).abs();
        let same = |known: &Span| {
            let alike = (&known.name, known.kind) == (&span.name, span.kind);
            let finishes = known.end.is_none() != span.end.is_none();
            stands_in || ((alike || finishes) && apart(known) <= exact_to)
        };
        let places = self.by_id.get(&span.id).into_iter().flatten().copied();
        let Some(place) = places.filter(|&place| same(&self.spans[place])).min_by_key(|&place| apart(&self.spans[place]))
        else {
            return Some(span);
        };
        let known = &mut self.spans[place];
        if !stands_in {
            disagreements.compare(known, &span, exact_to);
        }
        known.seen_by = known.seen_by.and(span.seen_by);
        if known.end.is_none() && span.end.is_some() {
            let moved = known.start.since(span.start);
            span.end = span.end.map(|end| end.saturating_add(moved));
            span.start = known.start;
            return Some(span);
        }
        also_happened(&mut known.events, span.events, exact_to);
        None
    }
}

fn is_stand_in(span: &Span) -> bool {
    span.end.is_none() && span.attributes.get(STAND_IN).is_some()
}

/// What happened in a span that only one backend knows of, as the log lines that only some of them keep.
fn also_happened(events: &mut Vec<Event>, further: Vec<Event>, exact_to: Nanos) {
    let near = |a: Time, b: Time| a.since(b).abs() <= exact_to;
    let known = events.len();
    for event in further {
        if !events[..known].iter().any(|known| known.name == event.name && near(known.time, event.time)) {
            events.push(event);
        }
    }
    if events.len() > known {
        events.sort_by_key(|event| event.time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SpanKind, TraceId};
    use proptest::prelude::*;

    const EXACT: Nanos = 1000;

    fn span(id: u8, start: u64, end: Option<u64>) -> Span {
        Span {
            id: SpanId::from_bytes([id; 8]),
            name: "op".to_owned(),
            kind: SpanKind::Server,
            start: Time(start),
            end: end.map(Time),
            ..Span::default()
        }
    }

    fn part(backend: &str, precision: Nanos, spans: Vec<Span>) -> Trace {
        let mut trace = Trace::assemble(TraceId::from_bytes([7; 16]), spans).unwrap();
        trace.backends = vec![backend.to_owned()];
        trace.precision = precision;
        trace
    }

    /// The spans without who has them.
    fn plain(trace: &Trace) -> Vec<Span> {
        trace.spans().iter().map(|span| Span { seen_by: SeenBy::default(), ..span.clone() }).collect()
    }

    fn who_has(trace: &Trace) -> Vec<String> {
        let names = |span: &Span| {
            let names: Vec<_> = span.seen_by.places().map(|place| trace.origins[place].name.as_str()).collect();
            format!("{} {}", span.id, names.join("+"))
        };
        trace.spans().iter().map(names).collect()
    }

    #[test]
    fn each_span_says_who_has_it() {
        let whole = traces(vec![
            part("local", 1, vec![span(1, 1_000, Some(9_000)), span(2, 2_000, Some(3_000))]),
            part("honeycomb", 1, vec![span(1, 1_000, Some(9_000)), span(3, 4_000, Some(5_000))]),
        ]);
        assert_eq!(
            who_has(&whole.unwrap()),
            ["0101010101010101 local+honeycomb", "0202020202020202 local", "0303030303030303 honeycomb"]
        );
    }

    /// What OpenTelemetry's exporter makes of a span for X-Ray.
    fn document(id: u8, start: u64, end: Option<u64>, name: &str) -> Span {
        let attributes = [("aws.xray.origin", "AWS::EC2::Instance"), ("http.request.method", "GET")].into_iter().collect();
        Span { name: name.to_owned(), attributes, ..span(id, start, end) }
    }

    #[test]
    fn a_span_that_was_sent_to_x_ray_too_is_there_once_with_what_only_the_document_says() {
        let own = Span {
            attributes: std::iter::once(("http.request.method", "POST")).collect(),
            ..span(1, 1_000_499, Some(2_000_001))
        };
        let parts = [
            part("honeycomb", EXACT, vec![own]),
            part("xray", 1, vec![document(1, 1_000_250, Some(2_000_251), "backend-flask")]),
        ];
        for parts in [parts.to_vec(), parts.into_iter().rev().collect()] {
            let whole = traces(parts).unwrap();
            assert_eq!(whole.spans().len(), 1);
            let span = &whole.spans()[0];
            assert_eq!((span.name.as_str(), span.seen_by.places().count()), ("op", 2));
            assert_eq!(span.attributes.str("aws.xray.origin"), Some("AWS::EC2::Instance"));
            assert_eq!(span.attributes.str("http.request.method"), Some("POST"));
        }
    }

    #[test]
    fn a_caller_and_its_callee_that_share_an_id_are_two_also_if_x_ray_has_one_of_them() {
        let client = Span { kind: SpanKind::Client, ..span(1, 1_000_000, Some(2_000_000)) };
        let parts = vec![part("local", 1, vec![client]), part("xray", 1, vec![document(1, 1_000_000, Some(2_000_000), "web")])];
        assert_eq!(traces(parts).unwrap().spans().len(), 2);
    }

    #[test]
    fn what_backends_say_differently_is_said_and_not_more_often_than_is_read() {
        use crate::model::{Status, StatusCode};
        let failed = |span: Span| Span { status: Status { code: StatusCode::Error, message: String::new() }, ..span };
        let parts = vec![
            part("local", 1, vec![span(1, 1_000_000, Some(2_000_000)), span(2, 1_100_000, None)]),
            part(
                "honeycomb",
                EXACT,
                vec![failed(span(1, 1_000_000, Some(2_900_000))), failed(span(2, 1_100_000, Some(1_200_000)))],
            ),
        ];
        assert_eq!(
            traces(parts).unwrap().notes,
            [
                "local and honeycomb disagree on span `op` (0101010101010101): its status is unset for local, error for honeycomb; \
              it took 1ms for local, 1.9ms for honeycomb"
            ]
        );
        let many = |end| (1..9).map(|id| span(id, 1_000_000, Some(end))).collect();
        let notes = traces(vec![part("local", 1, many(2_000_000)), part("file:a", 1, many(3_000_000))]).unwrap().notes;
        assert_eq!((notes.len(), notes[5].as_str()), (6, "and on 3 more spans"));
    }

    fn rounded(at: u64) -> u64 {
        (at + 500) / 1000 * 1000
    }

    #[test]
    fn a_span_of_which_one_backend_has_less_exact_times_is_there_once_with_the_exact_ones() {
        let exact = || part("local", 1, vec![span(1, 1_000_499, Some(2_000_001)), span(2, 1_000_501, Some(1_000_502))]);
        let less = || part("honeycomb", EXACT, vec![span(1, 1_000_000, Some(1_999_502)), span(2, 1_001_000, Some(1_001_001))]);
        for parts in [vec![exact(), less()], vec![less(), exact()]] {
            let whole = traces(parts).unwrap();
            assert_eq!((plain(&whole), whole.precision), (exact().into_spans(), 1));
            assert!(whole.spans().iter().all(|span| span.seen_by.places().count() == 2));
            assert_eq!(whole.backends.len(), 2);
        }
    }

    #[test]
    fn what_only_one_has_stays_and_says_how_exact_it_is() {
        let exact = part("local", 1, vec![span(1, 1_000_499, Some(2_000_001))]);
        let less = part("honeycomb", EXACT, vec![span(2, 1_001_000, Some(1_001_001))]);
        let whole = traces(vec![exact, less]).unwrap();
        assert_eq!((whole.spans().len(), whole.precision), (2, EXACT));
    }

    #[test]
    fn spans_that_share_an_id_and_are_further_apart_are_two() {
        let exact = part("local", 1, vec![span(1, 1_000_499, Some(2_000_001))]);
        let less = part("honeycomb", EXACT, vec![span(1, 1_005_000, Some(2_000_000))]);
        assert_eq!(traces(vec![exact, less]).unwrap().spans().len(), 2);
    }

    #[test]
    fn a_running_span_is_finished_by_a_less_exact_record() {
        let exact = part("local", 1, vec![span(1, 1_000_499, None)]);
        let less = part("honeycomb", EXACT, vec![span(1, 1_000_000, Some(2_000_000))]);
        let whole = traces(vec![exact, less]).unwrap();
        assert_eq!(plain(&whole), [span(1, 1_000_499, Some(2_000_499))]);
    }

    #[test]
    fn a_span_of_which_one_knows_only_what_happened_in_it_is_the_one_that_the_other_has() {
        let event = |name: &str, at| Event { name: name.to_owned(), time: Time(at), ..Event::default() };
        let full = Span { events: vec![event("a", 1_000_600)], ..span(1, 1_000_499, Some(2_000_001)) };
        let mut only = Span { events: vec![event("a", 1_001_000), event("a log line", 1_500_000)], ..span(1, 1_001_000, None) };
        (only.name, only.kind) = (String::new(), SpanKind::Unspecified);
        only.attributes.push(STAND_IN, true);
        let whole = traces(vec![part("honeycomb", EXACT, vec![only]), part("local", 1, vec![full])]).unwrap();
        let happened: Vec<_> = whole.spans()[0].events.iter().map(|event| event.name.as_str()).collect();
        assert_eq!((whole.spans().len(), happened), (1, vec!["a", "a log line"]));
    }

    proptest! {
        #[test]
        fn what_both_have_is_what_the_exact_one_has(starts in proptest::collection::vec((1u8..9, 1u64..100_000), 1..20)) {
            let mut spans: Vec<Span> = starts.iter().map(|(id, start)| span(*id, 1_000_000 + start, Some(9_000_000))).collect();
            // Spans of one id that are closer than the times are exact cannot be told apart.
            spans.sort_by_key(|span| (span.id.clone(), span.start));
            spans.dedup_by(|a, b| a.id == b.id && a.start.since(b.start) <= 4 * EXACT);
            let less = spans.iter().map(|span| Span { start: Time(rounded(span.start.0)), ..span.clone() }).collect();
            let exact = part("local", 1, spans);
            let whole = traces(vec![part("honeycomb", EXACT, less), exact.clone()]).unwrap();
            prop_assert_eq!(plain(&whole), exact.into_spans());
        }
    }
}
