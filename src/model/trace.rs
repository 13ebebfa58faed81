//! A trace: the spans of one id, put together from records that came in any order and any number of times.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::error_report::Recorded;
use super::id::{SpanId, TraceId};
use super::log::LogLine;
use super::segments;
use super::span::{Resource, Span};
use super::stitch::{self, Join, Origin, Twins};
use super::summary::{Evidence, Interner, SpanFacts, SummaryBuilder, TraceSummary};
use super::time::{Nanos, Time};

/// On a span that was sent without saying which service it belongs to, because its parent's sender does (X-Ray's independent
/// subsegments): it takes the nearest ancestor's resource.
pub const INHERITS_RESOURCE: &str = "aws.xray.independent";

/// Records of spans in the order in which they came, as a trace is put together of. Who adds each as it is read has it looked at while it is
/// in the processor's cache.
#[derive(Debug, Default)]
pub struct Records {
    /// In pieces, of which none is moved when others are added.
    pieces: Vec<Vec<Span>>,
    any_inferred: bool,
}

impl Records {
    /// Adds one behind the others.
    pub fn push(&mut self, span: Span) {
        self.any_inferred |= span.is_inferred();
        if self.pieces.is_empty() {
            self.pieces.push(Vec::new());
        }
        if let Some(last) = self.pieces.last_mut() {
            last.push(span);
        }
    }

    /// Adds those that came later.
    pub fn append(&mut self, mut later: Self) {
        self.any_inferred |= later.any_inferred;
        self.pieces.append(&mut later.pieces);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pieces.iter().all(Vec::is_empty)
    }

    fn len(&self) -> usize {
        self.pieces.iter().map(Vec::len).sum()
    }

    fn iter(&self) -> impl Iterator<Item = &Span> {
        self.pieces.iter().flatten()
    }

    /// Whether there are no two with the same id.
    fn have_ids_of_their_own(&self) -> bool {
        let numbers: Option<Vec<u64>> = self.iter().map(|span| span.id.bytes().map(u64::from_ne_bytes)).collect();
        if let Some(mut numbers) = numbers {
            // Most ids are numbers, and sorting takes less time than hashing.
            numbers.sort_unstable();
            return numbers.windows(2).all(|two| two[0] != two[1]);
        }
        let mut ids = HashSet::with_capacity(self.len());
        self.iter().all(|span| ids.insert(&span.id))
    }

    /// By start, then id, those that are alike in both as they came.
    fn into_sorted(self) -> Vec<Span> {
        let all = self.len();
        let mut pieces = self.pieces.into_iter();
        let mut spans = pieces.next().unwrap_or_default();
        spans.reserve_exact(all - spans.len());
        pieces.for_each(|mut piece| spans.append(&mut piece));
        // Keys are a fraction of what a span is, and each span is then moved once.
        spans.sort_by_cached_key(|span| (span.start, span.id.clone()));
        spans
    }
}

impl From<Vec<Span>> for Records {
    fn from(spans: Vec<Span>) -> Self {
        let any_inferred = spans.iter().any(Span::is_inferred);
        Self { pieces: vec![spans], any_inferred }
    }
}

/// The spans of one trace, sorted by start, never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    id: TraceId,
    spans: Vec<Span>,
    /// Names of the backends that it was read from.
    pub backends: Vec<String>,
    /// When the last of it arrived, where that is known.
    pub received: Option<Time>,
    /// What the backend itself said about parts that it holds back.
    pub truncated: Vec<String>,
    /// How many records were repetitions of a span that is there.
    pub repeated: usize,
    /// How many of X-Ray's inferred segments were folded into the subsegment that they repeat.
    pub folded: usize,
    /// How exact the source's times are, in nanoseconds: 1 where they are what the sender wrote.
    pub precision: Nanos,
    /// Where it can be looked at in a browser.
    pub link: Option<String>,
    /// What there is to say about how it was read, one sentence each.
    pub notes: Vec<String>,
    /// The log lines that belong to it, by time; `None` where nobody has looked for them.
    pub logs: Option<Vec<LogLine>>,
    /// What a service for errors has recorded of it.
    pub errors: Recorded,
    /// What its spans were read from, as [`Span::seen_by`] counts; empty where that is one place.
    pub origins: Vec<Origin>,
    /// Which of its spans are records of the same call.
    pub joins: Vec<Join>,
    /// Which other traces are probably the same request.
    pub twins: Twins,
}

impl Trace {
    /// Puts records together that came in this order: repetitions become one span (the last finished record wins), spans that
    /// only share an id are kept apart, X-Ray's inferred segments are folded into what they repeat, and spans without a resource
    /// of their own take their nearest ancestor's. `None` when there are no spans.
    pub fn assemble(id: TraceId, records: Vec<Span>) -> Option<Self> {
        Self::of(id, records.into())
    }

    /// The same, of records that were looked at as they came.
    pub fn of(id: TraceId, records: Records) -> Option<Self> {
        let Kept { records, repeated, folded, any_inferred } = keep_one_record_each(records);
        let mut spans = records.into_sorted();
        inherit_resources(&mut spans);
        if any_inferred {
            segments::note_differences(&mut spans);
        }
        segments::resolve_causes(&mut spans);
        let trace = Self {
            id,
            spans,
            backends: Vec::new(),
            received: None,
            truncated: Vec::new(),
            repeated,
            folded,
            precision: 1,
            link: None,
            notes: Vec::new(),
            logs: None,
            errors: Recorded::NotAsked,
            origins: Vec::new(),
            joins: Vec::new(),
            twins: Twins::NotSought,
        };
        (!trace.spans.is_empty()).then_some(trace)
    }

    /// Puts the spans of several traces together, in the order in which the traces first appear.
    pub fn group(records: impl IntoIterator<Item = (TraceId, Span)>) -> Vec<Self> {
        let mut order = Vec::new();
        let mut groups = HashMap::<TraceId, Vec<Span>>::new();
        for (id, span) in records {
            let group = groups.entry(id.clone()).or_default();
            if group.is_empty() {
                order.push(id);
            }
            group.push(span);
        }
        order.into_iter().filter_map(|id| groups.remove(&id).and_then(|spans| Self::assemble(id, spans))).collect()
    }

    /// Which trace, in the spelling in which it came.
    pub fn id(&self) -> &TraceId {
        &self.id
    }

    /// Its spans by start, then id.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// For those who add to what spans hold. Not to their ids and times, by which they are sorted.
    pub(super) fn spans_mut(&mut self) -> &mut [Span] {
        &mut self.spans
    }

    /// The same trace with these spans of it, or with other versions of them; `None` when there are none.
    #[must_use]
    pub fn with_spans(&self, spans: Vec<Span>) -> Option<Self> {
        let mut part = Self::assemble(self.id.clone(), spans)?;
        part.backends.clone_from(&self.backends);
        part.received = self.received;
        part.link.clone_from(&self.link);
        part.notes.clone_from(&self.notes);
        part.logs.clone_from(&self.logs);
        part.precision = self.precision;
        part.errors.clone_from(&self.errors);
        part.origins.clone_from(&self.origins);
        part.joins.clone_from(&self.joins);
        part.twins.clone_from(&self.twins);
        Some(part)
    }

    /// Puts each span that is another record of a call below the one that it repeats, by [`Trace::joins`], and what it calls below that, too. What
    /// a span says of its parent itself is kept as [`stitch::NAMED_PARENT`]. No span may become its own ancestor by this.
    pub fn hang_records(&mut self) {
        let into: HashMap<&SpanId, &SpanId> = self.joins.iter().map(|join| (&join.inner, &join.outer)).collect();
        for span in &mut self.spans {
            let parent = match into.get(&span.id) {
                Some(outer) => *outer,
                None => match span.parent.as_ref().and_then(|parent| into.get(parent)) {
                    Some(outer) => *outer,
                    None => continue,
                },
            };
            let named = span.parent.replace(parent.clone());
            if let Some(named) = named.filter(|named| named != parent) {
                span.attributes.push(stitch::NAMED_PARENT, named.to_string());
            }
        }
    }

    /// Moves each span with its events by so many nanoseconds, given by its place, and answers by how many each was moved, by the
    /// places that they have then. What has no time is given none.
    pub fn shift(&mut self, by: &[Nanos]) -> Vec<Nanos> {
        let moved = |time: Time, by| if time.is_unknown() { time } else { time.saturating_add(by) };
        let spans = std::mem::take(&mut self.spans).into_iter().enumerate();
        let mut shifted: Vec<(Span, Nanos)> = spans.map(|(place, span)| (span, by.get(place).copied().unwrap_or(0))).collect();
        for (span, by) in &mut shifted {
            span.start = moved(span.start, *by);
            span.end = span.end.map(|end| moved(end, *by));
            span.events.iter_mut().for_each(|event| event.time = moved(event.time, *by));
        }
        shifted.sort_by(|(a, _), (b, _)| (a.start, &a.id).cmp(&(b.start, &b.id)));
        let (spans, by) = shifted.into_iter().unzip();
        self.spans = spans;
        by
    }

    /// Takes the events that came as log records out of the spans, as lines.
    pub fn take_log_events(&mut self) -> Vec<LogLine> {
        let (source, precision) = (self.backends.join("+"), self.precision);
        let mut lines = Vec::new();
        for span in &mut self.spans {
            let taken = span.events.iter().map(|event| LogLine::of_event(event, span, &source, precision)).collect::<Vec<_>>();
            if taken.iter().any(Option::is_some) {
                let mut rest = taken.iter();
                span.events.retain(|_| rest.next().is_none_or(Option::is_none));
                lines.extend(taken.into_iter().flatten());
            }
        }
        lines
    }

    /// Gives the spans away.
    pub fn into_spans(self) -> Vec<Span> {
        self.spans
    }

    /// What a listing says of it.
    pub fn summary(&self) -> TraceSummary {
        let mut interner = Interner::default();
        let mut builder = SummaryBuilder::default();
        for span in &self.spans {
            // What was to be folded is folded.
            builder.add(SpanFacts { inferred: false, ..facts(span, &mut interner) });
        }
        let figures = builder.figures();
        let mut evidence = figures.evidence();
        evidence.extend(self.truncated.iter().cloned().map(Evidence::Truncated));
        let mut services: Vec<_> = figures.operations.iter().map(|&operation| interner.names(operation).0).collect();
        services.retain(|service| !service.is_empty());
        services.sort_unstable();
        services.dedup();
        let root = figures.root.map(|operation| interner.names(operation));
        TraceSummary {
            id: self.id.clone(),
            backends: self.backends.clone(),
            start: figures.start,
            end: figures.end,
            root_name: root.map(|(_, name)| name.to_owned()),
            root_service: root.map(|(service, _)| service.to_owned()),
            services: services.into_iter().map(str::to_owned).collect(),
            request: None,
            span_count: Some(figures.spans),
            error_count: Some(figures.errors),
            failed: figures.errors > 0,
            evidence,
            unread: false,
            received: self.received,
            link: self.link.clone(),
        }
    }
}

fn facts<'a>(span: &'a Span, interner: &mut Interner<'a>) -> SpanFacts {
    let (operation, identity) = interner.numbers(span.service(), &span.name, span.kind);
    SpanFacts {
        id: span.id.clone(),
        parent: span.parent.clone(),
        operation,
        identity,
        start: span.start,
        end: span.end,
        error: span.is_error(),
        inferred: span.is_inferred(),
    }
}

/// What is left of a trace's records.
struct Kept {
    records: Records,
    /// How many were dropped, because another record is of the same span.
    repeated: usize,
    /// How many of the others were folded into what they repeat.
    folded: usize,
    any_inferred: bool,
}

/// The same rule as a summary's, so that both count alike.
fn keep_one_record_each(records: Records) -> Kept {
    if !records.any_inferred && records.have_ids_of_their_own() {
        return Kept { records, repeated: 0, folded: 0, any_inferred: false };
    }
    let mut builder = SummaryBuilder::default();
    // For each place of the builder, the record that is there.
    let mut kept: Vec<usize> = Vec::with_capacity(records.len());
    {
        let mut interner = Interner::default();
        for (index, span) in records.iter().enumerate() {
            match builder.add(facts(span, &mut interner)) {
                Some(place) if place == kept.len() => kept.push(index),
                Some(place) => kept[place] = index,
                None => {}
            }
        }
    }
    let mut records: Vec<_> = records.pieces.into_iter().flatten().map(Some).collect();
    let mut spans = Vec::with_capacity(builder.len());
    let mut places = vec![0; kept.len()];
    for (place, index) in kept.into_iter().enumerate().filter(|(place, _)| builder.is_kept(*place)) {
        places[place] = spans.len();
        spans.extend(records[index].take());
    }
    let dropped: Vec<Span> = records.into_iter().flatten().collect();
    let repeated = dropped.len();
    also_seen(&mut spans, &dropped);
    segments::carry_over(&mut spans, dropped.into_iter());
    let folds: Vec<_> = builder.folds().into_iter().map(|(from, into)| (places[from], places[into])).collect();
    Kept { repeated, folded: folds.len(), any_inferred: builder.has_inferred(), records: segments::fold(spans, &folds).into() }
}

/// Who has a record that is dropped has the span of which it is another.
fn also_seen(kept: &mut [Span], dropped: &[Span]) {
    let mut by_id = HashMap::<&SpanId, Vec<&Span>>::new();
    for span in dropped.iter().filter(|span| !span.seen_by.is_empty()) {
        by_id.entry(&span.id).or_default().push(span);
    }
    if by_id.is_empty() {
        return;
    }
    let identity = |span: &Span| (span.service().to_owned(), span.name.clone(), span.kind);
    let mut of_id = HashMap::<SpanId, usize>::new();
    for span in kept.iter().filter(|span| by_id.contains_key(&span.id)) {
        *of_id.entry(span.id.clone()).or_default() += 1;
    }
    for span in kept {
        for other in by_id.get(&span.id).into_iter().flatten() {
            if of_id[&span.id] == 1 || identity(span) == identity(other) {
                span.seen_by = span.seen_by.and(other.seen_by);
            }
        }
    }
}

/// Iterative and guarded against cycles: what a trace says of parents is only a claim. Passes every span once.
fn inherit_resources(spans: &mut [Span]) {
    let inherits = |span: &Span| span.service().is_empty() && span.attributes.get(INHERITS_RESOURCE).is_some();
    if !spans.iter().any(inherits) {
        return;
    }
    let mut by_id = HashMap::<SpanId, usize>::with_capacity(spans.len());
    for (index, span) in spans.iter().enumerate() {
        by_id.entry(span.id.clone()).or_insert(index);
    }
    // From these no way leads to a resource.
    let mut in_vain = vec![false; spans.len()];
    for index in 0..spans.len() {
        if !inherits(&spans[index]) {
            continue;
        }
        let mut path = vec![index];
        let mut found: Option<Arc<Resource>> = None;
        let mut at = index;
        while let Some(&parent) = spans[at].parent.as_ref().and_then(|parent| by_id.get(parent)) {
            if !inherits(&spans[parent]) {
                found = Some(Arc::clone(&spans[parent].resource));
                break;
            }
            if in_vain[parent] || path.len() > spans.len() {
                break;
            }
            path.push(parent);
            at = parent;
        }
        for index in path {
            match &found {
                Some(resource) => spans[index].resource = Arc::clone(resource),
                None => in_vain[index] = true,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SpanKind;
    use proptest::prelude::*;

    fn span(id: u8, parent: u8, start: u64, end: u64) -> Span {
        Span {
            id: SpanId::from_bytes([id; 8]),
            parent: (parent != 0).then(|| SpanId::from_bytes([parent; 8])),
            name: "op".into(),
            start: Time(start),
            end: (end != 0).then_some(Time(end)),
            resource: Arc::new(Resource::of_service("web")),
            ..Span::default()
        }
    }

    fn assemble(records: Vec<Span>) -> Trace {
        Trace::assemble(TraceId::from_bytes([7; 16]), records).unwrap()
    }

    #[test]
    fn a_finished_record_replaces_a_running_one_and_not_the_other_way_round() {
        for order in [[0, 9], [9, 0]] {
            let trace = assemble(order.map(|end| span(1, 0, 5, end)).to_vec());
            assert_eq!(trace.spans().len(), 1);
            assert_eq!(trace.spans()[0].end, Some(Time(9)));
            assert_eq!(trace.repeated, 1);
        }
    }

    #[test]
    fn what_a_span_turns_out_to_be_is_known_when_it_ends() {
        for order in [[0, 9], [9, 0]] {
            let record =
                |end| Span { kind: if end == 0 { SpanKind::Internal } else { SpanKind::Server }, ..span(1, 0, 5, end) };
            let trace = assemble(order.map(record).to_vec());
            assert_eq!(trace.spans(), [record(9)]);
        }
    }

    #[test]
    fn an_end_before_the_start_is_not_made_into_none() {
        assert_eq!(assemble(vec![span(1, 0, 50, 40)]).summary().duration(), -10);
    }

    #[test]
    fn two_spans_that_share_an_id_are_both_kept() {
        let client = Span { kind: SpanKind::Client, ..span(1, 0, 5, 9) };
        let server = Span { kind: SpanKind::Server, ..span(1, 0, 6, 8) };
        let summary = assemble(vec![client.clone(), server.clone(), client, server]).summary();
        assert_eq!(summary.span_count, Some(2));
    }

    /// One that forgot the end made durations negative: <https://github.com/jaegertracing/jaeger/issues/8167>.
    #[test]
    fn what_is_moved_is_moved_whole_and_what_has_no_time_is_given_none() {
        let at = |time| crate::model::Event { time: Time(time), ..Default::default() };
        let mut moved = Span { events: vec![at(55), at(0)], ..span(2, 1, 50, 60) };
        let mut trace = assemble(vec![span(1, 0, 40, 70), moved.clone(), span(3, 1, 45, 0), span(4, 1, 0, 0)]);
        let by = |span: &Span| if span.id == SpanId::from_bytes([1; 8]) { 0 } else { -20 };
        let shifts: Vec<Nanos> = trace.spans().iter().map(by).collect();
        let shifts = trace.shift(&shifts);
        (moved.start, moved.end, moved.events[0].time) = (Time(30), Some(Time(40)), Time(35));
        assert_eq!(trace.spans(), [span(4, 1, 0, 0), span(3, 1, 25, 0), moved, span(1, 0, 40, 70)]);
        assert_eq!(shifts, [-20, -20, -20, 0]);
    }

    #[test]
    fn a_parent_that_comes_late_is_missing_no_more() {
        let child = span(2, 1, 5, 6);
        let early = assemble(vec![child.clone()]).summary();
        assert_eq!(early.evidence, [Evidence::NoRoot, Evidence::MissingParents(1)]);
        assert!(assemble(vec![child, span(1, 0, 4, 9)]).summary().complete());
    }

    #[test]
    fn a_span_without_a_time_does_not_stretch_the_trace_to_1970() {
        let summary = assemble(vec![span(1, 0, 100, 200), span(2, 1, 0, 0)]).summary();
        assert_eq!((summary.start, summary.end), (Time(100), Time(200)));
    }

    #[test]
    fn a_span_sent_without_its_service_takes_its_nearest_ancestors() {
        let alone = |id, parent| {
            let attributes = std::iter::once((INHERITS_RESOURCE, true)).collect();
            Span { resource: Arc::default(), attributes, ..span(id, parent, 5, 6) }
        };
        let trace = assemble(vec![alone(3, 2), alone(2, 1), span(1, 0, 4, 9), alone(4, 5), alone(5, 4)]);
        let services: Vec<_> = trace.spans().iter().map(|span| (span.id.bytes().unwrap()[0], span.service())).collect();
        assert_eq!(services, [(1, "web"), (2, "web"), (3, "web"), (4, ""), (5, "")]);
    }

    proptest! {
        #[test]
        fn the_order_and_repetition_of_finished_records_change_nothing(
            spans in proptest::collection::vec((1u8..20, 0u8..20, 1u64..50, 50u64..99), 1..40),
            picks in proptest::collection::vec(any::<prop::sample::Index>(), 0..40),
        ) {
            // One record a span id, as senders promise; then repeated and reordered.
            let mut by_id = HashMap::new();
            for (id, parent, start, end) in spans {
                by_id.entry(id).or_insert_with(|| span(id, parent, start, end));
            }
            let mut once: Vec<_> = by_id.into_values().collect();
            once.sort_by(|a, b| a.id.cmp(&b.id));
            let mut again: Vec<_> = picks.iter().map(|pick| once[pick.index(once.len())].clone()).collect();
            again.extend(once.iter().cloned().rev());
            let (once, again) = (assemble(once), assemble(again));
            prop_assert_eq!(once.spans(), again.spans());
            prop_assert_eq!(once.summary(), again.summary());
        }

        /// Among them records of one span, running and finished, two spans of one id, and one that is folded.
        #[test]
        fn in_how_many_pieces_records_come_changes_nothing(
            spans in proptest::collection::vec((1u8..12, 0u8..12, 1u64..9, 0u64..20, 0u8..3), 1..30),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..5),
        ) {
            let records = spans.into_iter().map(|(id, parent, start, end, kind)| {
                let mut span = Span { kind: SpanKind::from_number(kind.into()), ..span(id, parent, start, end) };
                if kind == 0 {
                    span.attributes.push(segments::INFERRED, true);
                }
                span
            });
            let records: Vec<Span> = records.collect();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(records.len())).collect();
            cuts.extend([0, records.len()]);
            cuts.sort_unstable();
            let mut pieces = Records::default();
            for piece in cuts.windows(2) {
                let mut more = Records::default();
                records[piece[0]..piece[1]].iter().cloned().for_each(|span| more.push(span));
                pieces.append(more);
            }
            prop_assert_eq!(Trace::of(TraceId::from_bytes([7; 16]), pieces), Some(assemble(records)));
        }
    }
}
