//! What traces the formats are tried with, and what holds for all of them.

use proptest::prelude::*;

use super::*;
use crate::analysis::Analysis;
use crate::model::{Attributes, Event, Link, Time, Trace, Value};
use crate::render::samples::{page, trace};
use crate::render::waterfall::tests::any_span;

/// A trace and all that is known of it.
pub(super) fn looked_at(trace: Trace) -> (Trace, Analysis) {
    let analysis = Analysis::of(&trace);
    (trace, analysis)
}

/// As [`Part::whole`].
pub(super) fn whole(known: &(Trace, Analysis)) -> Part<'_> {
    Part::whole(Shown { trace: &known.0, analysis: &known.1 })
}

prop_compose! {
    fn any_attributes()(pairs in prop::collection::vec((".{0,9}|[ab]", ".{0,20}", any::<u8>(), any::<f64>()), 0..4)) -> Attributes {
        let value = |(key, text, kind, number): (String, String, u8, f64)| {
            let value = match kind % 7 {
                0 => Value::Empty,
                1 => Value::Double(number),
                2 => Value::Bytes(text.into_bytes()),
                3 => Value::Array(vec![Value::Int(i64::from(kind)), text.into()]),
                4 => Value::Map([(key.clone(), text.clone()), (key.clone(), text)].into_iter().collect()),
                _ => text.into(),
            };
            (key, value)
        };
        pairs.into_iter().map(value).collect()
    }
}

prop_compose! {
    /// A span that may have anything: what the waterfall is tried with, with attributes, events and links.
    fn any_full_span()(
        span in any_span(),
        attributes in any_attributes(),
        event in prop::option::of((".{0,9}|exception", any_attributes(), prop::option::of(0_u64..u64::MAX))),
        link in prop::option::of((1_u64..30, any::<bool>())),
    ) -> Span {
        let event = event.map(|(name, attributes, time)| {
            Event { name, attributes, time: Time(time.unwrap_or_default()), ..Event::default() }
        });
        let link = link.map(|(id, here)| Link {
            trace_id: if here { "5759e988bd862e3fe1be46a994272793".into() } else { "7".repeat(32) },
            span_id: format!("{id:016x}"),
            ..Link::default()
        });
        Span { attributes, events: event.into_iter().collect(), links: link.into_iter().collect(), ..span }
    }
}

prop_compose! {
    /// Any trace: missing parents, rings, shared ids, running and reversed spans, spans without times, no root.
    pub(super) fn any_trace()(spans in prop::collection::vec(any_full_span(), 1..20)) -> Trace {
        trace(spans)
    }
}

/// The spans of a trace by id, as often as they are there.
pub(super) fn ids<'a>(spans: impl IntoIterator<Item = &'a Span>) -> Vec<String> {
    let mut ids: Vec<String> = spans.into_iter().map(|span| span.id.to_string()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn what_is_kept_or_matches_or_was_moved_is_told_by_node_and_by_place() {
    let known = looked_at(page());
    let keep: Vec<bool> = (0..known.1.tree.nodes().len()).map(|node| node < 2).collect();
    let mut shifts = vec![0; 31];
    shifts[0] = -7;
    let part = Part { keep: &keep, matches: &[false, true], shifts: &shifts, ..whole(&known) };
    assert_eq!(
        part.spans().map(|(node, span)| (node, span.name.as_str())).collect::<Vec<_>>(),
        [(0, "GET /@andrewbrown"), (1, "GET /api/activities/@andrewbrown"),]
    );
    assert_eq!((part.marks(0).count(), part.marks(1).collect::<Vec<_>>()), (0, vec!["match"]));
    assert_eq!((part.shift(0), part.shift(1)), (Some(-7), None));
}

proptest! {
    #[test]
    fn the_order_of_arrival_changes_no_byte(trace in any_trace(), order in any::<prop::sample::Index>()) {
        let mut spans = trace.spans().to_vec();
        let mut random = order.index(usize::MAX);
        for at in (1..spans.len()).rev() {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            spans.swap(at, (random >> 33) % (at + 1));
        }
        let shuffled = looked_at(trace.with_spans(spans).expect("there are spans"));
        let known = looked_at(trace);
        for render in [perfetto::render, speedscope::render, csv::render] {
            prop_assert_eq!(render(&[whole(&known)]), render(&[whole(&shuffled)]));
        }
    }
}
