//! What X-Ray's documents leave for the reader to put together, once all of a trace's records are there.
//!
//! For a call to something that sends no segments, X-Ray makes one up: an *inferred* segment, whose parent is the call's
//! subsegment and which has its very times
//! (<https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html>, "inferred segments"). It is folded into that
//! subsegment (`fold`). A segment may name, as its cause, an exception that another document holds (`resolve_causes`).
//!
//! The same for all backends, because [`super::Trace::assemble`] does it.

use std::collections::{HashMap, HashSet};

use super::id::SpanId;
use super::span::{Span, StatusCode};
use super::value::{Attributes, Value};

/// Attribute of an inferred segment: true.
pub const INFERRED: &str = "aws.xray.inferred";
/// On a subsegment, the id of the inferred segment that was folded into it. What else that one said, and the subsegment does
/// not, is there behind the same prefix.
pub const INFERRED_ID: &str = "aws.xray.inferred.id";
/// On an inferred segment that was kept apart, although its parent is there: a list of what differs, `start` and `end`.
pub const INFERRED_DIFFERS: &str = "aws.xray.inferred.differs";
/// What a document itself names as its parent, where it is shown below another span.
pub const NAMED_PARENT: &str = "aws.xray.parent_id";
/// On a span whose cause is the id of an exception elsewhere.
pub(crate) const CAUSE: &str = "aws.xray.cause";
/// On the event of an exception, its id.
const EXCEPTION_ID: &str = "aws.xray.exception.id";

/// Puts each inferred span into the one that it repeats; the pairs are places in `spans`, as
/// [`super::SummaryBuilder::folds`] finds them. What hangs below the inferred one then hangs below the other.
pub(super) fn fold(spans: Vec<Span>, pairs: &[(usize, usize)]) -> Vec<Span> {
    if pairs.is_empty() {
        return spans;
    }
    let mut spans: Vec<_> = spans.into_iter().map(Some).collect();
    let mut folded: Vec<(usize, Span)> =
        pairs.iter().filter_map(|&(from, into)| Some((into, spans.get_mut(from)?.take()?))).collect();
    // In an order that does not depend on which came first.
    folded.sort_by(|(_, a), (_, b)| a.id.cmp(&b.id));
    let mut moved = HashMap::new();
    for (into, inferred) in folded {
        if let Some(Some(span)) = spans.get_mut(into) {
            moved.entry(inferred.id.clone()).or_insert_with(|| span.id.clone());
            absorb(span, inferred);
        }
    }
    let mut spans: Vec<Span> = spans.into_iter().flatten().collect();
    let present: HashSet<SpanId> = spans.iter().map(|span| &span.id).filter(|id| moved.contains_key(id)).cloned().collect();
    for span in &mut spans {
        let Some(named) = span.parent.as_ref().filter(|named| !present.contains(named)) else { continue };
        if let Some(new) = moved.get(named) {
            span.attributes.push(NAMED_PARENT, named.to_string());
            span.parent = Some(new.clone());
        }
    }
    spans
}

/// What an earlier assembly has folded into a record that is now dropped, because another backend has the same span, too, goes
/// over to the one that is kept.
pub(super) fn carry_over(kept: &mut [Span], dropped: impl Iterator<Item = Span>) {
    for dropped in dropped.filter(|span| span.attributes.get(INFERRED_ID).is_some()) {
        let same = |span: &&mut Span| (&span.id, span.start, &span.name) == (&dropped.id, dropped.start, &dropped.name);
        let Some(span) = kept.iter_mut().find(same).filter(|span| span.attributes.get(INFERRED_ID).is_none()) else { continue };
        let folded = dropped.attributes.0.into_iter().filter(|(key, _)| key.starts_with("aws.xray.inferred."));
        span.attributes.0.extend(folded);
    }
}

/// How many inferred segments have been folded into these spans.
pub fn count_folded(spans: &[Span]) -> usize {
    spans.iter().flat_map(|span| span.attributes.iter()).filter(|(key, _)| *key == INFERRED_ID).count()
}

/// Adds to a span what an inferred segment says and the span does not. Nothing of the span is changed but its status: it has
/// failed if either has.
fn absorb(span: &mut Span, inferred: Span) {
    let name = inferred.service().to_owned();
    if inferred.is_error() {
        span.status.code = StatusCode::Error;
        for flag in ["aws.xray.error", "aws.xray.fault", "aws.xray.throttle"] {
            if inferred.attributes.get(flag) == Some(&Value::Bool(true)) && span.attributes.get(flag).is_none() {
                span.attributes.push(flag, true);
            }
        }
    }
    if span.status.message.is_empty() {
        span.status.message = inferred.status.message;
    }
    // The name that X-Ray gives to what was called. OpenTelemetry's name for that is peer.service.
    if !name.is_empty() && span.attributes.get("peer.service").is_none() {
        span.attributes.push("peer.service", name.as_str());
    }
    span.attributes.push(INFERRED_ID, inferred.id.to_string());
    span.attributes.push("aws.xray.inferred.name", inferred.name);
    let resource = inferred.resource.attributes.0.iter().filter(|(key, _)| key != "service.name");
    for (key, value) in resource.cloned().chain(inferred.attributes.0) {
        if ![INFERRED, INFERRED_DIFFERS].contains(&key.as_str()) && !says(span, &key, &value) {
            let key = key.strip_prefix("aws.xray.").unwrap_or(&key);
            span.attributes.push(format!("aws.xray.inferred.{key}"), value);
        }
    }
    for event in inferred.events {
        if !span.events.iter().any(|known| (&known.name, &known.attributes) == (&event.name, &event.attributes)) {
            span.events.push(event);
        }
    }
    for link in inferred.links {
        if !span.links.contains(&link) {
            span.links.push(link);
        }
    }
}

fn says(span: &Span, key: &str, value: &Value) -> bool {
    [&span.attributes, &span.resource.attributes].iter().any(|said| said.iter().any(|pair| pair == (key, value)))
}

/// Says of inferred segments that were kept apart, although their parent is there, why that is.
pub(super) fn note_differences(spans: &mut [Span]) {
    let mut times = HashMap::new();
    for span in spans.iter().filter(|span| !span.is_inferred()) {
        times.entry(span.id.clone()).or_insert((span.start, span.end));
    }
    for span in spans.iter_mut().filter(|span| span.is_inferred() && span.attributes.get(INFERRED_DIFFERS).is_none()) {
        let Some((start, end)) = span.parent.as_ref().and_then(|parent| times.get(parent)) else { continue };
        let differs = [("start", *start != span.start), ("end", *end != span.end)];
        let differs: Vec<Value> = differs.into_iter().filter(|(_, differs)| *differs).map(|(word, _)| word.into()).collect();
        if !differs.is_empty() {
            span.attributes.push(INFERRED_DIFFERS, differs);
        }
    }
}

/// Where the cause of a span that failed is the id of an exception anywhere in the trace, that exception's words are its status
/// message. The ids stay as they are.
pub(super) fn resolve_causes(spans: &mut [Span]) {
    let open = |span: &Span| span.is_error() && span.status.message.is_empty() && span.attributes.str(CAUSE).is_some();
    let wanted: HashSet<&str> = spans.iter().filter(|span| open(span)).filter_map(|span| span.attributes.str(CAUSE)).collect();
    if wanted.is_empty() {
        return;
    }
    let mut words = HashMap::<String, String>::new();
    for event in spans.iter().flat_map(|span| &span.events) {
        if let Some(id) = event.attributes.str(EXCEPTION_ID).filter(|id| wanted.contains(id))
            && let Some(said) = words_of(&event.attributes)
        {
            words.entry(id.to_owned()).or_insert_with(|| said.to_owned());
        }
    }
    for span in spans.iter_mut().filter(|span| open(span)) {
        if let Some(said) = span.attributes.str(CAUSE).and_then(|id| words.get(id)) {
            span.status.message.clone_from(said);
        }
    }
}

/// What an exception says: its message, else its type.
pub fn words_of(exception: &Attributes) -> Option<&str> {
    ["exception.message", "exception.type"].into_iter().filter_map(|key| exception.str(key)).find(|said| !said.is_empty())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{Event, Resource, SpanKind, Status, Time, Trace, TraceId};
    use proptest::prelude::*;

    fn span(id: u8, parent: u8, start: u64, end: u64) -> Span {
        Span {
            id: SpanId::from_bytes([id; 8]),
            parent: (parent != 0).then(|| SpanId::from_bytes([parent; 8])),
            name: "call".into(),
            kind: SpanKind::Client,
            start: Time(start),
            end: (end != 0).then_some(Time(end)),
            resource: Arc::new(Resource::of_service("web")),
            ..Span::default()
        }
    }

    fn inferred(id: u8, parent: u8, start: u64, end: u64) -> Span {
        Span {
            name: "DynamoDB".into(),
            kind: SpanKind::Server,
            attributes: std::iter::once((INFERRED, true)).collect(),
            resource: Arc::new(Resource::of_service("DynamoDB")),
            ..span(id, parent, start, end)
        }
    }

    fn failed(span: Span) -> Span {
        Span { status: Status { code: StatusCode::Error, ..Status::default() }, ..span }
    }

    fn assemble(records: Vec<Span>) -> Trace {
        Trace::assemble(TraceId::from_bytes([7; 16]), records).unwrap()
    }

    /// Ids and parents by their first byte; 0 where there is no parent.
    fn shape(trace: &Trace) -> Vec<(u8, u8)> {
        let byte = |id: &SpanId| id.bytes().unwrap()[0];
        trace.spans().iter().map(|span| (byte(&span.id), span.parent.as_ref().map_or(0, byte))).collect()
    }

    #[test]
    fn an_inferred_segment_is_folded_whichever_comes_first() {
        let records = [span(1, 0, 1, 9), span(2, 1, 3, 5), inferred(3, 2, 3, 5)];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let trace = assemble(order.map(|at: usize| records[at].clone()).to_vec());
            assert_eq!((shape(&trace), trace.folded, trace.repeated), (vec![(1, 0), (2, 1)], 1, 0));
            let call = &trace.spans()[1];
            assert_eq!(call.attributes.str(INFERRED_ID), Some("0303030303030303"));
            assert_eq!(call.attributes.str("peer.service"), Some("DynamoDB"));
            assert_eq!((call.kind, call.service()), (SpanKind::Client, "web"));
            assert_eq!(trace.summary().services, ["web"]);
        }
    }

    #[test]
    fn only_what_the_subsegment_does_not_say_is_added() {
        let mut call = span(2, 1, 3, 5);
        call.attributes.push("rpc.method", "Query");
        call.attributes.push("peer.service", "table");
        call.events.push(Event { name: "exception".into(), ..Event::default() });
        let mut guess = inferred(3, 2, 3, 5);
        guess.attributes.push("rpc.method", "Query");
        guess.attributes.push("aws.xray.resource_arn", "arn:t");
        guess.attributes.push("http.response.status_code", 400);
        guess.events = call.events.clone();
        let attributes = [("service.name", "DynamoDB"), ("aws.xray.origin", "AWS::DynamoDB::Table")];
        guess.resource = Arc::new(Resource { attributes: attributes.into_iter().collect(), ..Resource::default() });
        let trace = assemble(vec![call, guess]);
        let told: Vec<_> = trace.spans()[0].attributes.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        insta::assert_snapshot!(told.join("\n"), @"
        rpc.method: Query
        peer.service: table
        aws.xray.inferred.id: 0303030303030303
        aws.xray.inferred.name: DynamoDB
        aws.xray.inferred.origin: AWS::DynamoDB::Table
        aws.xray.inferred.resource_arn: arn:t
        aws.xray.inferred.http.response.status_code: 400
        ");
        assert_eq!(trace.spans()[0].events.len(), 1);
    }

    #[test]
    fn a_call_has_failed_if_either_record_says_so() {
        for (call, guess) in [(true, false), (false, true), (true, true)] {
            let either = |failure: bool, span: Span| if failure { failed(span) } else { span };
            let trace = assemble(vec![either(call, span(2, 0, 3, 5)), either(guess, inferred(3, 2, 3, 5))]);
            assert!(trace.spans()[0].is_error());
            assert_eq!(trace.summary().error_count, Some(1));
        }
    }

    #[test]
    fn what_hangs_below_an_inferred_segment_hangs_below_the_call() {
        let trace = assemble(vec![span(2, 0, 3, 9), inferred(3, 2, 3, 9), span(4, 3, 4, 5)]);
        assert_eq!(shape(&trace), [(2, 0), (4, 2)]);
        assert_eq!(trace.spans()[1].attributes.str(NAMED_PARENT), Some("0303030303030303"));
        assert!(trace.summary().complete());
    }

    #[test]
    fn a_real_segment_below_the_same_call_stays_and_the_guess_does_not() {
        let real = Span { kind: SpanKind::Server, ..span(4, 2, 3, 5) };
        assert_eq!(shape(&assemble(vec![span(2, 0, 3, 5), real, inferred(3, 2, 3, 5)])), [(2, 0), (4, 2)]);
    }

    #[test]
    fn without_its_call_or_with_other_times_a_guess_stays_and_says_why() {
        let alone = assemble(vec![inferred(3, 2, 3, 5)]);
        assert_eq!((shape(&alone), alone.folded), (vec![(3, 2)], 0));
        assert_eq!(alone.spans()[0].attributes.get(INFERRED_DIFFERS), None);
        let late = assemble(vec![span(2, 0, 3, 5), inferred(3, 2, 3, 6)]);
        assert_eq!((shape(&late), late.folded), (vec![(2, 0), (3, 2)], 0));
        assert_eq!(late.spans()[1].attributes.get(INFERRED_DIFFERS), Some(&Value::Array(vec!["end".into()])));
    }

    #[test]
    fn guesses_at_guesses_are_folded_together_and_rings_of_guesses_stay() {
        let chain = assemble(vec![inferred(4, 3, 3, 5), inferred(3, 2, 3, 5), span(2, 0, 3, 5), span(5, 4, 4, 5)]);
        assert_eq!((shape(&chain), chain.folded), (vec![(2, 0), (5, 2)], 2));
        let ring = assemble(vec![inferred(4, 3, 3, 5), inferred(3, 4, 3, 5), inferred(6, 6, 3, 5)]);
        assert_eq!((ring.spans().len(), ring.folded), (3, 0));
    }

    #[test]
    fn without_times_nothing_tells_that_two_records_are_one_call() {
        assert_eq!(assemble(vec![span(2, 0, 0, 0), inferred(3, 2, 0, 0)]).folded, 0);
    }

    #[test]
    fn a_cause_in_another_document_is_found_and_an_unknown_one_stays_an_id() {
        let exception = |id: &str, message: &str| {
            let attributes = [(EXCEPTION_ID, id), ("exception.type", "Error"), ("exception.message", message)];
            Event { name: "exception".into(), attributes: attributes.into_iter().collect(), ..Event::default() }
        };
        let caused = |id: u8, cause: &str| {
            let attributes = std::iter::once((CAUSE, cause)).collect();
            failed(Span { attributes, ..span(id, 0, 1, 9) })
        };
        let thrower = Span { events: vec![exception("e1", "no such table"), exception("e2", "")], ..span(9, 0, 2, 3) };
        let spans = assemble(vec![caused(1, "e1"), caused(2, "e2"), caused(3, "e3"), thrower]).into_spans();
        let told: Vec<_> = spans[..3].iter().map(|span| span.status.message.as_str()).collect();
        assert_eq!(told, ["no such table", "Error", ""]);
        assert_eq!(spans[2].attributes.str(CAUSE), Some("e3"));
    }

    #[test]
    fn what_one_backend_has_folded_is_not_lost_where_another_has_the_span_too() {
        let folded = assemble(vec![span(2, 0, 3, 5), inferred(3, 2, 3, 5)]).into_spans();
        for order in [[folded[0].clone(), span(2, 0, 3, 5)], [span(2, 0, 3, 5), folded[0].clone()]] {
            let spans = assemble(order.to_vec()).into_spans();
            assert_eq!((spans.len(), count_folded(&spans)), (1, 1));
        }
    }

    proptest! {
        /// Whatever is guessed of whatever: every record is a span, folded or a repetition, the summary counts what is there,
        /// and nobody's parent is lost.
        #[test]
        fn nothing_is_lost_by_folding_and_the_summary_counts_what_is_left(
            records in proptest::collection::vec((1_u8..8, 0_u8..9, 0_u64..3, 3_u64..5, any::<bool>(), any::<bool>()), 1..14),
        ) {
            let records: Vec<_> = records
                .into_iter()
                .map(|(id, parent, start, end, guess, error)| {
                    let span = if guess { inferred(id, parent, start, end) } else { span(id, parent, start, end) };
                    if error { failed(span) } else { span }
                })
                .collect();
            let mut builder = crate::model::SummaryBuilder::default();
            for span in &records {
                let (operation, identity) = (u32::from(span.is_inferred()), u32::from(span.is_inferred()));
                builder.add(crate::model::SpanFacts {
                    id: span.id.clone(),
                    parent: span.parent.clone(),
                    operation,
                    identity,
                    start: span.start,
                    end: span.end,
                    error: span.is_error(),
                    inferred: span.is_inferred(),
                });
            }
            let received = records.len();
            let trace = assemble(records);
            prop_assert_eq!(trace.spans().len() + trace.folded + trace.repeated, received);
            prop_assert_eq!(count_folded(trace.spans()), trace.folded);
            let (figures, summary) = (builder.figures(), trace.summary());
            prop_assert_eq!((Some(figures.spans), Some(figures.errors)), (summary.span_count, summary.error_count));
            prop_assert_eq!((figures.start, figures.end), (summary.start, summary.end));
            prop_assert_eq!(figures.evidence(), summary.evidence);
            prop_assert_eq!(summary.span_count, Some(trace.spans().len()));
        }
    }
}
