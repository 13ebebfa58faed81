//! What is sent in one request, made of the batches as they were kept.
//!
//! OTLP's requests are joined by writing one after the other (<https://protobuf.dev/programming-guides/encoding/#last-one-wins>: lists
//! are concatenated), and divided by copying their spans' messages; X-Ray's documents are a list. So nothing is decoded unless the other
//! protocol has to be spoken.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::backend::local::{SetAside, Stored};
use crate::model::{Span, Time, TraceId};
use crate::wire::{Format, WireError, otlp, read_all, xray};

/// Bytes from which a request is not joined with the next: what a sender's own batches have, and far below every receiver's limit.
const ENOUGH: usize = 1024 * 1024;
/// Documents in one `PutTraceSegments`, as the X-Ray daemon sends them.
const DOCUMENTS: usize = 50;

/// What a destination speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    /// OTLP protobuf.
    Otlp,
    /// X-Ray's documents.
    XRay,
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Body {
    /// An `ExportTraceServiceRequest`.
    Otlp(Vec<u8>),
    /// Segment documents.
    Documents(Vec<String>),
}

/// A request, and what is done once it is delivered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parcel {
    pub(super) body: Body,
    /// Which batch has how many of its spans, or documents, in order.
    pub(super) parts: Vec<(i64, u64)>,
    /// Whether nothing of its last batch is in a later parcel.
    pub(super) ends: bool,
    /// Batches before it that are not there any more.
    pub(super) evicted: u64,
    /// What cannot be sent to this destination at all.
    pub(super) aside: Vec<SetAside>,
}

/// Parcels of batches that follow each other after `upto`, in order. `now` dates what cannot be sent.
pub(super) fn pack(tongue: Tongue, stored: Vec<Stored>, upto: i64, now: Time) -> Vec<Parcel> {
    let mut parcels: Vec<Parcel> = Vec::new();
    let mut last = upto;
    for Stored { number, received: _, format, spans, data } in stored {
        let mut evicted = (number - last - 1).max(0) as u64;
        last = number;
        let mut aside = Vec::new();
        let set_aside =
            |reason, spans| SetAside { batch: number, at: now, spans, trace: String::new(), span: String::new(), reason };
        let mut refuse = |reason, spans| aside.push(set_aside(reason, spans));
        // A mistake of ours in reading one batch must not cost the others.
        let bodies = catch_unwind(AssertUnwindSafe(|| bodies(tongue, format, spans, data, &mut refuse)));
        let mut bodies = match bodies {
            Ok(Ok(bodies)) => bodies,
            Ok(Err(error)) => {
                aside.push(set_aside(format!("it cannot be read back: {error}"), spans));
                Vec::new()
            }
            Err(_) => {
                aside.push(set_aside("this program has a fault, and cannot read it back".to_owned(), spans));
                Vec::new()
            }
        };
        if bodies.is_empty() {
            bodies.push((tongue.nothing(), 0));
        }
        let end = bodies.len() - 1;
        for (nth, (body, spans)) in bodies.into_iter().enumerate() {
            let next = Parcel {
                body,
                parts: vec![(number, spans)],
                ends: nth == end,
                evicted: std::mem::take(&mut evicted),
                aside: std::mem::take(&mut aside),
            };
            match parcels.last_mut() {
                Some(parcel) if parcel.has_room_for(&next) => parcel.join(next),
                _ => parcels.push(next),
            }
        }
    }
    parcels
}

/// The bodies of a batch, each with its number of spans.
fn bodies(
    tongue: Tongue,
    format: Option<Format>,
    spans: u64,
    data: Vec<u8>,
    refuse: &mut impl FnMut(String, u64),
) -> Result<Vec<(Body, u64)>, WireError> {
    let Some(format) = format else {
        refuse("a later version of this program has kept it, in a form that this one does not know".to_owned(), spans);
        return Ok(Vec::new());
    };
    Ok(match (tongue, format) {
        // They are kept for who looks at their traces here; their senders have logs of their own.
        (_, Format::OtlpLogs) => Vec::new(),
        (Tongue::Otlp, Format::OtlpProtobuf) => {
            // Those that were refused are in the bytes too. Their sender was told.
            let whole = otlp::select::count(&data)? as u64 == spans;
            let data = if whole { data } else { otlp::select::kept(&data)? };
            vec![(Body::Otlp(data), spans)]
        }
        (Tongue::Otlp, Format::XRay) => {
            // What is in progress will come again when it has ended; OTLP has no spans without an end.
            let spans: Vec<_> = read_all(format, &data)?.into_iter().filter(|(_, span)| span.end.is_some()).collect();
            let (data, refused) = otlp::encode(spans.iter().map(|(id, span)| (id, span)));
            let mut left = spans.len() as u64;
            for refused in refused.into_iter().filter(|refused| !refused.is_note()) {
                left -= refused.count as u64;
                refuse(format!("OTLP cannot carry it: {}", refused.reason), refused.count as u64);
            }
            if data.is_empty() { Vec::new() } else { vec![(Body::Otlp(data), left)] }
        }
        (Tongue::XRay, Format::XRay) => {
            let text = std::str::from_utf8(&data).map_err(|error| WireError::new("X-Ray", error))?;
            in_fifties(text.lines().filter(|line| !line.is_empty()).map(str::to_owned))
        }
        (Tongue::XRay, Format::OtlpProtobuf) => {
            let spans: Vec<(TraceId, Span)> = read_all(format, &data)?;
            let mut documents = Vec::with_capacity(spans.len());
            for (id, span) in &spans {
                match xray::encode::document(id, span) {
                    Ok(document) => documents.push(document),
                    Err(reason) => refuse(format!("X-Ray cannot carry it: {reason}"), 1),
                }
            }
            in_fifties(documents.into_iter())
        }
    })
}

fn in_fifties(documents: impl Iterator<Item = String>) -> Vec<(Body, u64)> {
    let documents: Vec<String> = documents.collect();
    documents.chunks(DOCUMENTS).map(|some| (Body::Documents(some.to_vec()), some.len() as u64)).collect()
}

impl Tongue {
    fn nothing(self) -> Body {
        match self {
            Self::Otlp => Body::Otlp(Vec::new()),
            Self::XRay => Body::Documents(Vec::new()),
        }
    }
}

/// The batch to which the span at a place of a parcel belongs.
pub(super) fn batch_at(parts: &[(i64, u64)], place: u64) -> i64 {
    let mut before = 0;
    let there = parts.iter().find(|(_, spans)| {
        before += spans;
        place < before
    });
    there.or(parts.last()).map_or(0, |(batch, _)| *batch)
}

impl Parcel {
    /// The last batch that it has a part of.
    pub(super) fn last_batch(&self) -> i64 {
        self.parts.last().map_or(0, |(batch, _)| *batch)
    }

    fn has_room_for(&self, next: &Self) -> bool {
        self.ends
            && match (&self.body, &next.body) {
                (Body::Otlp(ours), Body::Otlp(theirs)) => ours.len() + theirs.len() <= ENOUGH,
                (Body::Documents(ours), Body::Documents(theirs)) => ours.len() + theirs.len() <= DOCUMENTS,
                _ => false,
            }
    }

    fn join(&mut self, next: Self) {
        match (&mut self.body, next.body) {
            (Body::Otlp(ours), Body::Otlp(theirs)) => ours.extend(theirs),
            (Body::Documents(ours), Body::Documents(theirs)) => ours.extend(theirs),
            _ => unreachable!("a destination speaks one tongue"),
        }
        self.parts.extend(next.parts);
        self.ends = next.ends;
        self.evicted += next.evicted;
        self.aside.extend(next.aside);
    }
}

impl Body {
    /// How many spans, or documents, it holds.
    pub(super) fn spans(&self) -> usize {
        match self {
            // What was joined here can be gone through.
            Self::Otlp(data) => otlp::select::count(data).unwrap_or_default(),
            Self::Documents(documents) => documents.len(),
        }
    }

    /// Two of about the same size; `Err` gives back one that holds a single span.
    pub(super) fn halves(self) -> Result<(Self, Self), Self> {
        let spans = self.spans();
        if spans < 2 {
            return Err(self);
        }
        match self {
            Self::Otlp(data) => match otlp::select::split(&data, spans / 2) {
                Ok((first, rest)) => Ok((Self::Otlp(first), Self::Otlp(rest))),
                Err(_) => Err(Self::Otlp(data)),
            },
            Self::Documents(mut documents) => {
                let rest = documents.split_off(spans / 2);
                Ok((Self::Documents(documents), Self::Documents(rest)))
            }
        }
    }

    /// The first span's trace and id, as they are written there; empty where they cannot be read.
    pub(super) fn first(&self) -> (String, String) {
        let records = match self {
            Self::Otlp(data) => read_all(Format::OtlpProtobuf, data).unwrap_or_default(),
            Self::Documents(documents) => documents.first().and_then(|first| xray::convert(first).ok()).unwrap_or_default(),
        };
        records.first().map(|(trace, span)| (trace.to_string(), span.id.to_string())).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SpanId;
    use crate::wire::Batch;

    fn span(number: u64) -> (TraceId, Span) {
        let id = SpanId::from_bytes(number.to_be_bytes());
        let (start, end) = (Time(1_700_000_000_000_000_000), Some(Time(1_700_000_000_500_000_000)));
        (TraceId::from_bytes([7; 16]), Span { id, start, end, name: format!("span {number}"), ..Span::default() })
    }

    fn otlp(number: i64, spans: std::ops::Range<u64>) -> Stored {
        let spans: Vec<_> = spans.map(span).collect();
        let (batch, _) = Batch::from_spans(&spans);
        let spans = batch.rows.len() as u64;
        Stored { number, received: Time(0), format: Some(batch.format), spans, data: batch.data }
    }

    fn xray(number: i64, documents: &[String]) -> Stored {
        let (batch, refused) = Batch::from_xray(documents);
        assert_eq!(refused, []);
        let spans = batch.rows.len() as u64;
        Stored { number, received: Time(0), format: Some(batch.format), spans, data: batch.data }
    }

    fn document(number: u64, end: &str) -> String {
        let trace = "1-5759e988-bd862e3fe1be46a994272793";
        format!(r#"{{"name":"web","id":"{number:016x}","trace_id":"{trace}","start_time":1700000000.5,{end}}}"#)
    }

    fn names(body: &Body) -> Vec<String> {
        let Body::Otlp(data) = body else { panic!("it is OTLP") };
        read_all(Format::OtlpProtobuf, data).unwrap().into_iter().map(|(_, span)| span.name).collect()
    }

    #[test]
    fn small_batches_go_together_and_gaps_are_counted() {
        let parcels = pack(Tongue::Otlp, vec![otlp(4, 1..3), otlp(5, 3..4), otlp(9, 4..6)], 1, Time(0));
        let [parcel] = parcels.as_slice() else { panic!("{parcels:?}") };
        assert_eq!((&parcel.parts, parcel.ends, parcel.evicted), (&vec![(4, 2), (5, 1), (9, 2)], true, 2 + 3));
        assert_eq!(names(&parcel.body), (1..6).map(|number| format!("span {number}")).collect::<Vec<_>>());
        assert_eq!(parcel.body.spans(), 5);
        let batches: Vec<_> = (0..6).map(|place| batch_at(&parcel.parts, place)).collect();
        assert_eq!(batches, [4, 4, 5, 9, 9, 9]);
    }

    #[test]
    fn halves_hold_what_the_whole_held_down_to_a_single_span() {
        let mut parcels = pack(Tongue::Otlp, vec![otlp(1, 1..4)], 0, Time(0));
        let (first, rest) = parcels.remove(0).body.halves().unwrap();
        assert_eq!((names(&first), names(&rest)), (vec!["span 1".to_owned()], vec!["span 2".to_owned(), "span 3".to_owned()]));
        let single = first.halves().unwrap_err();
        assert_eq!(single.first(), ("07".repeat(16), "0000000000000001".to_owned()));
        let documents = Body::Documents(vec![document(1, r#""end_time":1700000001"#), "none".to_owned()]);
        let (first, rest) = documents.halves().unwrap();
        assert_eq!(first.first(), ("1-5759e988-bd862e3fe1be46a994272793".to_owned(), "0000000000000001".to_owned()));
        assert_eq!(rest.first(), Default::default());
    }

    #[test]
    fn spans_that_their_sender_was_told_are_refused_are_not_sent_on() {
        let mut batch = otlp(1, 1..3);
        // A span without ids.
        batch.data.extend([0x0a, 0x06, 0x12, 0x04, 0x12, 0x02, 0x2a, 0x00]);
        let parcels = pack(Tongue::Otlp, vec![batch], 0, Time(0));
        assert_eq!(names(&parcels[0].body), ["span 1", "span 2"]);
    }

    #[test]
    fn documents_go_by_fifties_and_only_the_last_part_ends_a_batch() {
        let documents: Vec<_> = (1..=120).map(|number| document(number, r#""end_time":1700000001"#)).collect();
        let parcels = pack(Tongue::XRay, vec![xray(3, &documents), xray(4, &documents[..7])], 2, Time(0));
        let told: Vec<_> = parcels.iter().map(|parcel| (parcel.body.spans(), parcel.last_batch(), parcel.ends)).collect();
        assert_eq!(told, [(50, 3, false), (50, 3, false), (27, 4, true)]);
        let Body::Documents(first) = &parcels[0].body else { panic!("they are documents") };
        assert_eq!(first, &documents[..50]);
        let spans = pack(Tongue::XRay, vec![otlp(1, 1..3)], 0, Time(0));
        assert_eq!((spans[0].body.spans(), spans[0].aside.len()), (2, 0));
    }

    #[test]
    fn what_is_running_waits_for_its_end_where_there_is_no_word_for_it() {
        let documents = [document(1, r#""in_progress":true"#), document(2, r#""end_time":1700000001"#)];
        let parcels = pack(Tongue::Otlp, vec![xray(1, &documents), xray(2, &documents[..1])], 0, Time(0));
        let [parcel] = parcels.as_slice() else { panic!("{parcels:?}") };
        assert_eq!((parcel.body.spans(), parcel.last_batch(), parcel.ends), (1, 2, true));
    }

    #[test]
    fn log_records_are_passed_over() {
        let logs = Stored { format: Some(Format::OtlpLogs), spans: 0, ..otlp(2, 1..2) };
        for tongue in [Tongue::Otlp, Tongue::XRay] {
            let parcels = pack(tongue, vec![otlp(1, 1..3), logs.clone(), otlp(3, 3..4)], 0, Time(0));
            let told: Vec<_> = parcels.iter().map(|parcel| (parcel.body.spans(), parcel.last_batch(), parcel.ends)).collect();
            assert_eq!(told, [(3, 3, true)], "{tongue:?}");
            assert_eq!((parcels[0].aside.len(), parcels[0].evicted), (0, 0));
        }
    }

    #[test]
    fn what_cannot_be_sent_at_all_is_set_aside_with_its_reason() {
        let unknown = Stored { format: None, ..otlp(1, 1..3) };
        let broken = Stored { data: vec![0xff], ..otlp(2, 1..2) };
        let parcels = pack(Tongue::Otlp, vec![unknown, broken], 0, Time(5));
        let [parcel] = parcels.as_slice() else { panic!("{parcels:?}") };
        let told: Vec<_> = parcel.aside.iter().map(|aside| (aside.batch, aside.spans, aside.at)).collect();
        assert_eq!(told, [(1, 2, Time(5)), (2, 1, Time(5))]);
        assert!(parcel.aside[0].reason.contains("a later version") && parcel.aside[1].reason.contains("cannot be read back"));
    }
}
