//! What there is to say of traces beside their roots, without reading their spans: how many spans and errors, which services, from
//! when to when. One query result, whatever their number.

use std::collections::BTreeMap;

use super::super::BackendError;
use super::locate::{END, of_traces, spellings, time_fields};
use super::run::{self, MOST_ROWS};
use super::spec::{CalculatedField, Calculation, Filter, Spec, column};
use super::window::Window;
use super::{Honeycomb, NAME, columns};
use crate::model::{Evidence, Time, TraceId, TraceSummary};
use crate::wire::honeycomb::{Cell, ColumnType, Schema, TIME, Table};

/// Whether a row is a root.
const ROOT: &str = "_ct_root";
/// The name of a root; empty of any other row.
const NAME_OF_ROOT: &str = "_ct_name";
/// 1 of a span that failed, else 0.
const FAILED: &str = "_ct_failed";

/// Summaries of traces, as far as they are within a window.
pub(super) async fn of(
    honeycomb: &Honeycomb,
    ids: &[TraceId],
    window: Window,
) -> Result<BTreeMap<TraceId, TraceSummary>, BackendError> {
    let schema = columns::any(honeycomb).await?.schema;
    let mut summaries = BTreeMap::new();
    let mut open: Vec<&[TraceId]> = ids.chunks(honeycomb.takes.get().ids.max(1)).rev().collect();
    let mut too_many = false;
    while let Some(ids) = open.pop() {
        honeycomb.doing(format!("counting the spans of {} traces", ids.len()));
        let what = "how many spans traces have";
        let Some(table) = run::rows_of(honeycomb, what, ids, &question(&schema, window, ids), MOST_ROWS).await? else {
            open.extend(run::halves(ids));
            too_many = true;
            continue;
        };
        if too_many {
            honeycomb.learn_ids(ids.len());
        }
        if table.len() >= MOST_ROWS && ids.len() > 1 {
            open.extend(run::halves(ids));
            continue;
        }
        let cut = table.len() >= MOST_ROWS;
        for mut summary in read(&table, &schema) {
            if cut {
                // There is no smaller question: that there are more than these is all that is known.
                (summary.span_count, summary.error_count) = (None, None);
            }
            summaries.insert(summary.id.clone(), summary);
        }
    }
    for (id, summary) in &mut summaries {
        summary.link = honeycomb.link(id, summary.start, summary.end);
    }
    honeycomb.remember(summaries.values().map(|summary| (&summary.id, summary.start, summary.end)));
    Ok(summaries)
}

/// The query: a row for the root of each trace, and one for the other spans of each of its services.
pub(super) fn question(schema: &Schema, window: Window, ids: &[TraceId]) -> Spec {
    let names = &schema.names;
    let parent = column(&names.parent_id);
    let no_parent = if schema.has(&names.parent_id) { format!("NOT(EXISTS({parent}))") } else { "true".to_owned() };
    let mut fields = time_fields(schema);
    let mut breakdowns = vec![names.trace_id.clone()];
    let mut calculations = vec![Calculation::COUNT, Calculation::of("MIN", TIME), Calculation::of("MAX", TIME)];
    calculations.extend(fields.iter().skip(1).map(|field| Calculation::of("MAX", &field.name)));
    fields.push(CalculatedField::new(ROOT, no_parent.clone()));
    breakdowns.push(ROOT.to_owned());
    if schema.has(&names.name) {
        fields.push(CalculatedField::new(NAME_OF_ROOT, format!("IF({no_parent}, {}, \"\")", column(&names.name))));
        breakdowns.push(NAME_OF_ROOT.to_owned());
    }
    if schema.has(&names.service) {
        breakdowns.push(names.service.clone());
    }
    if let Some(failed) = failed(schema) {
        fields.push(CalculatedField::new(FAILED, format!("IF({failed}, 1, 0)")));
        calculations.push(Calculation::of("SUM", FAILED));
    }
    Spec {
        start_time: Some(window.start),
        end_time: Some(window.end),
        calculated_fields: fields,
        breakdowns,
        calculations,
        filters: vec![of_traces(schema, &spellings(ids)), Filter::exists(&names.span_id)],
        usage_mode: true,
        ..Spec::default()
    }
}

/// Whether a span failed, in the language of calculated fields, as its row is read: by its status, else by the error field.
fn failed(schema: &Schema) -> Option<String> {
    let error = column(&schema.names.error);
    let by_error = match schema.only_type(&schema.names.error) {
        Some(ColumnType::Boolean) => Some(format!("EQUALS({error}, true)")),
        Some(_) => Some(format!("AND(EXISTS({error}), NOT(EQUALS({error}, \"false\")))")),
        None if schema.has(&schema.names.error) => Some(format!("EXISTS({error})")),
        None => None,
    };
    let by_status =
        (schema.only_type("status_code") == Some(ColumnType::Integer)).then(|| "EQUALS($status_code, 2)".to_owned());
    match (by_status, by_error) {
        (Some(status), Some(error)) => Some(format!("IF(EXISTS($status_code), {status}, {error})")),
        (status, error) => status.or(error),
    }
}

/// From the rows of each trace.
fn read(table: &Table, schema: &Schema) -> Vec<TraceSummary> {
    let names = &schema.names;
    let (end_of, failed_of) = (format!("MAX({END})"), format!("SUM({FAILED})"));
    let text = |row, column: &str| table.text(row, column).filter(|text| !text.is_empty());
    let mut summaries = BTreeMap::<TraceId, TraceSummary>::new();
    let mut roots = BTreeMap::<TraceId, Time>::new();
    for row in 0..table.len() {
        let (Some(text_id), Some(start)) = (table.text(row, &names.trace_id), table.time(row, "MIN(_ct_t)")) else { continue };
        let id = TraceId::from_text(text_id);
        let end = [table.time(row, "MAX(_ct_t)"), table.time(row, &end_of)].into_iter().flatten().fold(start, Time::max);
        let summary = summaries.entry(id.clone()).or_insert_with(|| TraceSummary {
            id: id.clone(),
            backends: vec![NAME.to_owned()],
            start,
            end,
            root_name: None,
            root_service: None,
            services: Vec::new(),
            request: None,
            span_count: Some(0),
            error_count: Some(0),
            failed: false,
            evidence: Vec::new(),
            unread: true,
            received: None,
            link: None,
        });
        summary.start = summary.start.min(start);
        summary.end = summary.end.max(end);
        summary.span_count = summary.span_count.map(|spans| spans.saturating_add(table.count(row) as usize));
        let failed = table.number(row, &failed_of).map_or(0, |failed| failed.max(0.0) as usize);
        summary.error_count = summary.error_count.map(|errors| errors.saturating_add(failed));
        summary.failed |= failed > 0;
        let service = text(row, &names.service);
        summary.services.extend(service.map(str::to_owned));
        let is_root = *table.cell(row, ROOT) == Cell::Bool(true);
        if is_root && roots.get(&id).is_none_or(|known| start < *known) {
            roots.insert(id, start);
            summary.root_name = Some(text(row, NAME_OF_ROOT).unwrap_or_default().to_owned());
            summary.root_service = Some(service.unwrap_or_default().to_owned());
        }
    }
    for summary in summaries.values_mut() {
        summary.services.sort_unstable();
        summary.services.dedup();
        if summary.root_name.is_none() {
            summary.evidence.push(Evidence::NoRoot);
        }
    }
    summaries.into_values().collect()
}
