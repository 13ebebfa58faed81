//! The newest traces of a window that satisfy a filter.
//!
//! Without a filter, one query result: the roots of the window. With one, rows that may belong to a match are asked for, grouped by
//! their trace and by the columns that the filter looks at, so that every one of them is checked here again; then what there is to
//! say of the traces that match. Those of which the rows alone do not tell are fetched whole.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{BackendError, Listing};
use super::columns::{self, Columns};
use super::filter::{self, Judge, Pushed, RowOf, Verdict};
use super::run::{self, MOST_ROWS};
use super::spec::{CalculatedField, Calculation, Filter, FilterOp, Order, Spec};
use super::window::{Window, widened};
use super::{Attributes, Honeycomb, details, error, fetch, reading};
use crate::model::time::{MICROSECOND, SECOND};
use crate::model::{Evidence, Nanos, Time, TimeRange, Trace, TraceId, TraceSummary};
use crate::query::{Expr, Query, SpanExpr};
use crate::wire::honeycomb::{MICROS, Reader, Schema, TIME, Table};

/// Of a window that ends in the past, what happened so long after it may belong to its traces.
const AFTERWARDS: Nanos = 3600 * SECOND;
/// So long before the window the earliest of its traces' other spans are looked for.
const BEFORE: Nanos = 600 * SECOND;
/// How many pages of ten thousand rows are looked through.
const MOST_PAGES: usize = 4;
/// Traces that are fetched to be checked, at a time.
const BATCH: usize = 100;
/// What a root was asked for, by its old and new names.
const METHOD: [&str; 2] = ["http.request.method", "http.method"];
const PATH: [&str; 4] = ["http.route", "url.path", "http.target", "http.url"];

/// The newest traces that satisfy the query.
pub(super) async fn list(honeycomb: &Honeycomb, query: &Query) -> Result<Listing, BackendError> {
    let now = honeycomb.now();
    let Some(window) = Window::around(query.range, now) else {
        let note = "Honeycomb's Query Data API reaches seven days back, and all of the window is before that".to_owned();
        return Ok(Listing { notes: vec![note], left_out: true, ..Listing::default() });
    };
    honeycomb.auth().await?;
    let mut listing = match &query.filter {
        None => {
            let columns = columns::any(honeycomb).await?;
            let listing = unfiltered(honeycomb, query, window, &columns.schema).await?;
            // Whoever sees nothing shall know whether there is nothing.
            if listing.traces.is_empty() && !listing.more { rootless(honeycomb, query, window).await? } else { listing }
        }
        Some(filter) => filtered(honeycomb, query, window, filter).await?,
    };
    listing.traces.sort_by(|a, b| (b.start, &a.id).cmp(&(a.start, &b.id)));
    listing.more |= listing.traces.len() > query.limit;
    // What is there and was not looked at may be what is missed.
    listing.left_out |= listing.more && listing.traces.len() < query.limit;
    listing.traces.truncate(query.limit);
    if window.cut && query.range.start() > Time(0) {
        listing.left_out = true;
        listing.notes.push("Honeycomb's Query Data API reaches seven days back: the window was cut to these".to_owned());
    }
    if !honeycomb.takes.get().future_end && query.range.end() > now {
        listing.left_out = true;
        listing.notes.push(format!(
            "Honeycomb takes no end in the future and cuts it to {}: what is newer than that may be missing",
            error::seconds(std::time::Duration::from_secs(window.step))
        ));
    }
    Ok(listing)
}

/// Without a filter, what the roots say is enough.
async fn unfiltered(honeycomb: &Honeycomb, query: &Query, window: Window, schema: &Schema) -> Result<Listing, BackendError> {
    let mut listing = roots(honeycomb, query, window, schema, None).await?;
    if honeycomb.options.counts && !listing.traces.is_empty() {
        let ids: Vec<TraceId> = listing.traces.iter().take(query.limit).map(|trace| trace.id.clone()).collect();
        let mut counted = details::of(honeycomb, &ids, around(window, honeycomb)).await?;
        for trace in &mut listing.traces {
            if let Some(details) = counted.remove(&trace.id) {
                // The root itself is known better from its own row.
                let root = (trace.root_name.take(), trace.root_service.take(), trace.request.take());
                *trace = details;
                (trace.root_name, trace.root_service, trace.request) = root;
                trace.evidence.clear();
            }
        }
    }
    Ok(listing)
}

/// The traces of a window in which no root has arrived.
async fn rootless(honeycomb: &Honeycomb, query: &Query, window: Window) -> Result<Listing, BackendError> {
    let mut listing = filtered(honeycomb, query, window, &Expr::Select(SpanExpr::Any)).await?;
    if !listing.traces.is_empty() {
        listing.notes.push("none of these has a root; where others have, Honeycomb is asked for them alone".to_owned());
    }
    Ok(listing)
}

/// A filter of which rows of roots are asked, that may belong to a match.
struct OfRoots<'a> {
    filter: &'a Expr,
    pushed: &'a Pushed,
    judge: Judge<'a>,
    /// What the rows of roots found so far say, of each trace, and which of the traces was found first.
    rows: BTreeMap<TraceId, (usize, Vec<RowOf>)>,
    /// Traces of which they did not say enough, so that they were fetched: what was found then, if it matches.
    fetched: BTreeMap<TraceId, Option<TraceSummary>>,
}

impl OfRoots<'_> {
    fn add(&mut self, table: &Table, schema: &Schema) {
        let ids = [&schema.names.trace_id, &schema.names.span_id];
        let columns: Vec<String> = ids.into_iter().chain(&self.pushed.columns).cloned().collect();
        for row in 0..table.len() {
            if let Some(id) = table.text(row, ids[0]) {
                let place = self.rows.len();
                let (_, rows) = self.rows.entry(TraceId::from_text(id)).or_insert_with(|| (place, Vec::new()));
                rows.push(row_of(table, row, &columns, schema));
            }
        }
    }

    /// Fetches those of which rows do not tell, as far as that is allowed, and counts those that match. The second is whether all
    /// that are needed could be fetched.
    async fn matching(&mut self, honeycomb: &Honeycomb, window: Window) -> Result<(usize, bool), BackendError> {
        let is_open =
            |id: &TraceId, rows: &[RowOf]| !self.fetched.contains_key(id) && self.judge.verdict(rows) == Verdict::Perhaps;
        let open = self.rows.iter().filter(|(id, (_, rows))| is_open(id, rows));
        let mut perhaps: Vec<TraceId> = open.map(|(id, _)| id.clone()).collect();
        // The newest first.
        perhaps.sort_by_key(|id| self.rows[id].0);
        let room = honeycomb.options.scan.saturating_sub(self.fetched.len());
        let all = perhaps.len() <= room;
        perhaps.truncate(room);
        if !perhaps.is_empty() {
            let needed = needed(self.filter, self.pushed);
            let traces = fetch::with(honeycomb, &perhaps, window, Attributes::None, &needed).await?;
            self.fetched.extend(perhaps.into_iter().map(|id| (id, None)));
            for trace in traces.iter().filter(|trace| self.filter.matches(trace).is_some()) {
                self.fetched.insert(trace.id().clone(), Some(trace.summary()));
            }
        }
        Ok((self.rows.keys().filter(|id| self.satisfies(id)).count(), all))
    }

    fn satisfies(&self, id: &TraceId) -> bool {
        match self.fetched.get(id) {
            Some(fetched) => fetched.is_some(),
            None => self.rows.get(id).is_some_and(|(_, rows)| self.judge.verdict(rows) == Verdict::Matches),
        }
    }
}

/// The traces whose roots are in the window; with a filter that rows of roots decide, those that satisfy it. Of several roots, what
/// is told is of those that were asked for.
async fn roots(
    honeycomb: &Honeycomb,
    query: &Query,
    window: Window,
    schema: &Schema,
    mut of: Option<OfRoots<'_>>,
) -> Result<Listing, BackendError> {
    let mut listing = Listing::default();
    if !schema.has(&schema.names.trace_id) || !schema.has(&schema.names.span_id) {
        return Ok(listing);
    }
    let mut reader = Reader::new(schema, window.start);
    let mut ids = BTreeSet::new();
    let mut before = None;
    let mut page = query.limit.saturating_add(1).clamp(2, MOST_ROWS);
    for number in 1.. {
        let spec = question_of_roots(schema, query.range, window, of.as_ref().map(|of| of.pushed), before);
        honeycomb.doing(if number == 1 { "listing roots".to_owned() } else { format!("listing roots, page {number}") });
        let table = run::rows(honeycomb, "the roots of a window", &spec, page).await?;
        let new = reader.skeleton(&table);
        ids.extend((0..table.len()).filter_map(|row| table.text(row, &schema.names.trace_id)).map(TraceId::from_text));
        let (found, all) = match &mut of {
            None => (ids.len(), true),
            Some(of) => {
                of.add(&table, schema);
                of.matching(honeycomb, around(window, honeycomb)).await?
            }
        };
        listing.more = table.len() >= page;
        if !all {
            listing.more = true;
            listing.left_out = true;
            listing.notes.push(spent(honeycomb));
            break;
        }
        if !listing.more || found > query.limit {
            break;
        }
        if new == 0 || number >= MOST_PAGES {
            listing.left_out = true;
            listing.notes.push(format!("of the window, the newest {} roots were looked at", reader.len()));
            break;
        }
        // A root may be one of several of its trace, or not match after all: so that it does not go on for long, all there are.
        page = MOST_ROWS;
        before = reading::first_time(&table).map(|first| first + reading::coarseness(&table));
    }
    for trace in reader.finish().into_iter().map(|read| read.trace) {
        if of.as_ref().is_some_and(|of| !of.satisfies(trace.id())) {
            continue;
        }
        let mut summary = match of.as_mut().and_then(|of| of.fetched.remove(trace.id()).flatten()) {
            Some(whole) => whole,
            None => of_root(honeycomb, &trace),
        };
        summary.backends = vec![super::NAME.to_owned()];
        if began_within(&summary, query.range) {
            listing.traces.push(summary);
        }
    }
    listing.in_window = (!listing.more && of.is_none()).then_some(listing.traces.len());
    honeycomb.remember(listing.traces.iter().map(|trace| (&trace.id, trace.start, trace.end)));
    Ok(listing)
}

/// What a root alone says of its trace.
fn of_root(honeycomb: &Honeycomb, root: &Trace) -> TraceSummary {
    let mut summary = root.summary();
    (summary.span_count, summary.error_count, summary.unread) = (None, None, true);
    summary.evidence.clear();
    summary.request = request(root);
    summary.link = honeycomb.link(&summary.id, summary.start, summary.end);
    summary
}

/// The query for roots, the newest first.
pub(super) fn question_of_roots(
    schema: &Schema,
    range: TimeRange,
    window: Window,
    pushed: Option<&Pushed>,
    before: Option<f64>,
) -> Spec {
    let names = &schema.names;
    let known = [&names.trace_id, &names.span_id, &names.service, &names.name, &names.duration, &names.kind, &names.error];
    let more = ["status_code", "status_message"].into_iter().chain(METHOD).chain(PATH);
    let wanted = known.into_iter().map(String::as_str).chain(more).filter(|column| schema.has(column));
    let mut breakdowns: Vec<String> = Vec::new();
    let of_filter = pushed.iter().flat_map(|pushed| pushed.columns.iter().map(String::as_str));
    for column in wanted.chain(of_filter).chain([TIME, MICROS]) {
        if !breakdowns.iter().any(|known| known == column) {
            breakdowns.push(column.to_owned());
        }
    }
    let mut filters = vec![Filter::exists(&names.trace_id), Filter::exists(&names.span_id)];
    if schema.has(&names.parent_id) {
        filters.push(Filter::does_not_exist(&names.parent_id));
    }
    // A microsecond of room: the service's times are doubles.
    let seconds = |time: Time, by: Nanos| time.saturating_add(by).0 as f64 / SECOND as f64;
    if range.start() > Time(0) {
        filters.push(Filter::new(TIME, FilterOp::Ge, seconds(range.start(), -MICROSECOND)));
    }
    if range.end() < window.range().end() {
        filters.push(Filter::new(TIME, FilterOp::Lt, seconds(range.end(), MICROSECOND)));
    }
    filters.extend(before.map(|before| Filter::new(TIME, FilterOp::Le, before)));
    filters.extend(pushed.iter().flat_map(|pushed| pushed.filters.iter().cloned()));
    let mut fields = vec![CalculatedField::time(), CalculatedField::micros(window.start)];
    fields.extend(pushed.iter().flat_map(|pushed| pushed.fields.iter().cloned()));
    Spec {
        start_time: Some(window.start),
        end_time: Some(window.end),
        calculated_fields: fields,
        breakdowns,
        calculations: vec![Calculation::COUNT],
        filters,
        orders: vec![Order::descending(TIME)],
        usage_mode: true,
        ..Spec::default()
    }
}

/// A trace of which there are rows that may belong to a match.
struct Candidate {
    id: TraceId,
    /// Of the earliest of these rows: the trace began no later.
    first: Time,
    rows: Vec<RowOf>,
}

async fn filtered(honeycomb: &Honeycomb, query: &Query, window: Window, filter: &Expr) -> Result<Listing, BackendError> {
    let (columns, pushed) = push(honeycomb, filter).await?;
    let schema = &columns.schema;
    let left_out = !pushed.ambiguous.is_empty() || !pushed.unreadable.is_empty();
    let mut listing = Listing { notes: notes(&pushed), left_out, ..Listing::default() };
    if !pushed.possible || !schema.has(&schema.names.trace_id) {
        return Ok(listing);
    }
    if pushed.roots_only && pushed.decidable {
        let (rows, fetched) = (BTreeMap::new(), BTreeMap::new());
        let of = OfRoots { filter, pushed: &pushed, judge: Judge::new(filter, schema), rows, fetched };
        let of_roots = roots(honeycomb, query, window, schema, Some(of)).await?;
        listing.notes.extend(of_roots.notes);
        let left_out = listing.left_out | of_roots.left_out;
        return Ok(Listing { left_out, notes: listing.notes, ..of_roots });
    }
    let searched = searched(query.range, honeycomb.now()).unwrap_or(window);
    if searched.range().end() < honeycomb.now() {
        let end = searched.range().end().to_rfc3339();
        listing.notes.push(format!(
            "of traces that began in the window, spans until {end} were looked at: one that went on for longer may satisfy more, or less"
        ));
    }
    let (candidates, cut) = candidates(honeycomb, schema, &pushed, searched).await?;
    let whole = around(searched, honeycomb);
    let judge = Judge::new(filter, schema);
    let judged: Vec<(Candidate, Verdict)> = candidates
        .into_iter()
        .map(|candidate| {
            let verdict = judge.verdict(&candidate.rows);
            (candidate, verdict)
        })
        .filter(|(_, verdict)| *verdict != Verdict::No)
        .collect();
    let sure_all = judged.iter().all(|(_, verdict)| *verdict == Verdict::Matches);
    let size = if sure_all { honeycomb.takes.get().ids.max(1) } else { BATCH };
    let needed = needed(filter, &pushed);
    let mut fetched = 0;
    for (number, batch) in judged.chunks(size).enumerate() {
        let of = |wanted: Verdict| -> Vec<TraceId> {
            batch.iter().filter(|(_, verdict)| *verdict == wanted).map(|(candidate, _)| candidate.id.clone()).collect()
        };
        let (sure, mut perhaps) = (of(Verdict::Matches), of(Verdict::Perhaps));
        let mut satisfying = Vec::new();
        if !sure.is_empty() {
            satisfying.extend(details::of(honeycomb, &sure, whole).await?.into_values());
        }
        let room = honeycomb.options.scan.saturating_sub(fetched);
        let too_many = perhaps.len() > room;
        perhaps.truncate(room);
        fetched += perhaps.len();
        if !perhaps.is_empty() {
            let traces = fetch::with(honeycomb, &perhaps, whole, Attributes::None, &needed).await?;
            satisfying.extend(traces.iter().filter(|trace| filter.matches(trace).is_some()).map(Trace::summary));
        }
        satisfying.retain(|trace| began_within(trace, query.range));
        without_earlier(honeycomb, &mut satisfying, query.range, whole).await?;
        listing.traces.extend(satisfying);
        let next = judged.get((number + 1) * size).map(|(candidate, _)| candidate.first);
        if too_many {
            listing.more = true;
            listing.left_out = true;
            listing.notes.push(spent(honeycomb));
            break;
        }
        let Some(next) = next else { break };
        if listing.traces.iter().filter(|trace| trace.start >= next).count() >= query.limit {
            listing.more = true;
            break;
        }
    }
    if let Some(reached) = cut {
        listing.more = true;
        // Whoever began after that has all its rows among those that were seen.
        if listing.traces.iter().filter(|trace| trace.start >= reached).count() < query.limit {
            listing.left_out = true;
            listing.notes.push(format!(
                "so many spans may satisfy this that only those since {} were looked at; a shorter --since, or a narrower filter, \
                 looks at all",
                reached.to_rfc3339()
            ));
        }
    }
    Ok(listing)
}

/// Leaves out traces that only seem to have begun in the window, because what began them is further back than was looked: their
/// root, or another parent, is not among what was read.
async fn without_earlier(
    honeycomb: &Honeycomb,
    traces: &mut Vec<TraceSummary>,
    range: TimeRange,
    looked_at: Window,
) -> Result<(), BackendError> {
    let lacks = |trace: &&TraceSummary| {
        trace.evidence.iter().any(|evidence| matches!(evidence, Evidence::NoRoot | Evidence::MissingParents(_)))
    };
    let ids: Vec<TraceId> = traces.iter().filter(lacks).map(|trace| trace.id.clone()).collect();
    let before = TimeRange::new(Time(0), looked_at.range().start()).unwrap_or(TimeRange::ALL);
    let Some(window) = Window::around(before, honeycomb.now()).filter(|_| !ids.is_empty()) else { return Ok(()) };
    let earlier = details::of(honeycomb, &ids, window).await?;
    traces.retain(|trace| earlier.get(&trace.id).is_none_or(|earlier| began_within(earlier, range)));
    Ok(())
}

/// What is asked of a filter, of the columns as they are now where the filter names one that is not known.
pub(super) async fn push(honeycomb: &Honeycomb, filter: &Expr) -> Result<(Columns, Pushed), BackendError> {
    let columns = columns::any(honeycomb).await?;
    let pushed = filter::push(filter, &columns.schema);
    if pushed.unknown.is_empty() && pushed.possible || columns.at == honeycomb.now() {
        return Ok((columns, pushed));
    }
    let columns = columns::fresh(honeycomb).await?;
    let pushed = filter::push(filter, &columns.schema);
    Ok((columns, pushed))
}

/// Traces that may match, those with the newest rows first; and, where there were more rows than are looked through, since when all
/// of them were.
async fn candidates(
    honeycomb: &Honeycomb,
    schema: &Schema,
    pushed: &Pushed,
    window: Window,
) -> Result<(Vec<Candidate>, Option<Time>), BackendError> {
    let mut found = BTreeMap::<TraceId, Candidate>::new();
    let mut before: Option<f64> = None;
    let mut cut = None;
    for number in 1.. {
        let spec = question_of_rows(schema, window, pushed, before);
        let of = if number == 1 { String::new() } else { format!(", page {number}") };
        honeycomb.doing(format!("looking for matching spans{of}"));
        let table = run::rows(honeycomb, "spans that satisfy a filter", &spec, MOST_ROWS).await?;
        let asked = &spec.breakdowns;
        for row in 0..table.len() {
            let Some(id) = table.text(row, &schema.names.trace_id) else { continue };
            let first = table.time(row, "MIN(_ct_t)").unwrap_or_default();
            let id = TraceId::from_text(id);
            let candidate = found.entry(id.clone()).or_insert_with(|| Candidate { id, first, rows: Vec::new() });
            candidate.first = candidate.first.min(first);
            candidate.rows.push(row_of(&table, row, asked, schema));
        }
        if table.len() < MOST_ROWS {
            cut = None;
            break;
        }
        let last = (0..table.len()).filter_map(|row| table.number(row, "MIN(_ct_t)")).fold(f64::INFINITY, f64::min);
        cut = Time::from_secs_f64(last);
        if number >= MOST_PAGES || before.is_some_and(|before| last >= before) {
            break;
        }
        before = Some(last);
    }
    let mut candidates: Vec<Candidate> = found.into_values().collect();
    candidates.sort_by(|a, b| (b.first, &a.id).cmp(&(a.first, &b.id)));
    Ok((candidates, cut))
}

fn row_of(table: &Table, row: usize, asked: &[String], schema: &Schema) -> RowOf {
    asked.iter().filter_map(|column| Some((column.as_str(), table.value(row, column, schema)?))).collect()
}

/// What is read of a trace that is checked as a whole: also what aggregates are about.
fn needed(filter: &Expr, pushed: &Pushed) -> Vec<String> {
    let mut needed = pushed.columns.clone();
    needed.extend(filter.attribute_keys().into_iter().filter(|key| !pushed.columns.contains(key)));
    needed
}

fn spent(honeycomb: &Honeycomb) -> String {
    format!(
        "Honeycomb cannot check all of this: the newest {} traces that may satisfy it were fetched and checked, and older ones were \
         not (--scan looks at more)",
        honeycomb.options.scan
    )
}

/// The query for rows that may belong to a match.
pub(super) fn question_of_rows(schema: &Schema, window: Window, pushed: &Pushed, before: Option<f64>) -> Spec {
    let mut breakdowns = vec![schema.names.trace_id.clone()];
    breakdowns.extend(pushed.columns.iter().filter(|column| **column != schema.names.trace_id).cloned());
    let mut filters = vec![Filter::exists(&schema.names.trace_id)];
    filters.extend(before.map(|before| Filter::new(TIME, FilterOp::Le, before)));
    filters.extend(pushed.filters.iter().cloned());
    let mut fields = vec![CalculatedField::time()];
    fields.extend(pushed.fields.iter().cloned());
    Spec {
        start_time: Some(window.start),
        end_time: Some(window.end),
        calculated_fields: fields,
        breakdowns,
        calculations: vec![Calculation::COUNT, Calculation::of("MIN", TIME)],
        filters,
        orders: vec![Order::descending_by("MIN", TIME)],
        usage_mode: true,
        ..Spec::default()
    }
}

/// Where rows of traces are looked for that began in a window.
pub(super) fn searched(range: TimeRange, now: Time) -> Option<Window> {
    Window::around(widened(range.start(), range.end(), 0, AFTERWARDS), now)
}

/// Where all spans of traces are looked for of which some are in a window.
fn around(window: Window, honeycomb: &Honeycomb) -> Window {
    let range = window.range();
    Window::around(widened(range.start(), range.end(), BEFORE, AFTERWARDS), honeycomb.now()).unwrap_or(window)
}

/// What there is to say of what was asked.
fn notes(pushed: &Pushed) -> Vec<String> {
    let unknown = pushed.unknown.iter().map(|unknown| {
        let near = unknown.near.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        format!("Honeycomb has no column `{}`{near}", unknown.key)
    });
    let ambiguous = pushed.ambiguous.iter().map(|field| {
        format!("Honeycomb does not keep whose attribute `{field}` is: leave the scope out to look for it everywhere")
    });
    let unreadable = pushed.unreadable.iter().map(|key| {
        format!("Honeycomb reads `{key}` as a field of another span, and answers that but once a minute: it is not looked at")
    });
    unknown.chain(ambiguous).chain(unreadable).collect()
}

/// Times are read to the microsecond.
fn began_within(summary: &TraceSummary, range: TimeRange) -> bool {
    let start = summary.start;
    range.contains(start) || range.contains(start.saturating_add(MICROSECOND - 1))
}

fn request(root: &Trace) -> Option<String> {
    let span = root.spans().first()?;
    let first = |keys: &[&str]| keys.iter().find_map(|key| span.attributes.str(key)).map(str::to_owned);
    match (first(&METHOD), first(&PATH)) {
        (Some(method), Some(path)) => Some(format!("{method} {path}")),
        (one, other) => one.or(other),
    }
}
