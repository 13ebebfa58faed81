//! When a trace was, of which only the id is known.

use super::super::{BackendError, Near};
use super::run::{self, MOST_ROWS};
use super::spec::{CalculatedField, Calculation, Filter, FilterOp, Order, Spec};
use super::window::{AHEAD, LONGEST, Window};
use super::{Honeycomb, columns};
use crate::model::time::SECOND;
use crate::model::{Nanos, Spelling, Time, TimeRange, TraceId};
use crate::wire::honeycomb::{Schema, TIME, Table};

/// The end of a row: its time and its duration.
pub(super) const END: &str = "_ct_end";
/// Of so many ids, all spellings are looked for.
const FEW: usize = 100;
/// In hexadecimal digits: where an id is as long as one, it is no beginning of one.
const LENGTHS: [usize; 2] = [16, 32];

/// All that an id may be stored as: Honeycomb's translator trims 128 bits of which the first half is zero to 64 (`getTraceId` in
/// <https://github.com/honeycombio/husky>, `otlp/traces.go`), and other senders write what they like, as in capital letters.
pub(super) fn spellings(ids: &[TraceId]) -> Vec<String> {
    let spelled = |id: &TraceId| {
        let short = id.clone().spelled(Spelling::W3c).spelled(Spelling::Short).to_string();
        let mut all = vec![id.canonical(), id.to_string()];
        if id.bytes().is_some() {
            all.extend([id.canonical().to_uppercase(), short.to_uppercase()]);
        }
        all.push(short);
        // A long list is long enough without what hardly anybody writes.
        if ids.len() <= FEW {
            all.push(id.clone().spelled(Spelling::XRay).to_string());
        }
        all
    };
    let mut all: Vec<String> = ids.iter().flat_map(spelled).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// `trace.trace_id in (…)`.
pub(super) fn of_traces(schema: &Schema, ids: &[String]) -> Filter {
    Filter::new(schema.names.trace_id.clone(), FilterOp::In, ids)
}

/// The fields of a query that knows when its rows were: the time, and the end.
pub(super) fn time_fields(schema: &Schema) -> Vec<CalculatedField> {
    let mut fields = vec![CalculatedField::time()];
    if schema.has(&schema.names.duration) {
        let duration = super::spec::column(&schema.names.duration);
        fields.push(CalculatedField::new(END, format!("SUM(EVENT_TIMESTAMP(), DIV({duration}, 1000))")));
    }
    fields
}

/// The time at which an id was made, where its first half says one: the ids of X-Ray's generators begin with the second, of which
/// a random one is within the last seven days once in seven thousand times.
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html>
pub(super) fn made_at(id: &TraceId, now: Time) -> Option<Time> {
    let bytes = id.bytes()?;
    let second = u64::from(u32::from_be_bytes(bytes[..4].try_into().ok()?));
    let now = now.0 / SECOND as u64;
    (now.saturating_sub(LONGEST)..=now + AHEAD).contains(&second).then(|| Time(second * SECOND as u64))
}

/// Whether a text may be the beginning of an id rather than a whole one.
pub(super) fn is_beginning(typed: &TraceId) -> bool {
    let text = typed.to_string();
    typed.bytes().is_none() && !LENGTHS.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

/// From the first to the last that is there of traces, anywhere in a window; `None` where nothing is.
pub(super) async fn extent(honeycomb: &Honeycomb, ids: &[TraceId], window: Window) -> Result<Option<TimeRange>, BackendError> {
    let schema = columns::any(honeycomb).await?.schema;
    if !schema.has(&schema.names.trace_id) {
        return Ok(None);
    }
    let fields = time_fields(&schema);
    let mut calculations = vec![Calculation::COUNT, Calculation::of("MIN", TIME), Calculation::of("MAX", TIME)];
    calculations.extend(fields.iter().skip(1).map(|field| Calculation::of("MAX", &field.name)));
    let spec = Spec {
        start_time: Some(window.start),
        end_time: Some(window.end),
        calculated_fields: fields,
        breakdowns: vec![schema.names.trace_id.clone()],
        calculations,
        filters: vec![of_traces(&schema, &spellings(ids))],
        usage_mode: true,
        ..Spec::default()
    };
    honeycomb.doing("looking when the trace was");
    let table = run::rows(honeycomb, "when a trace was", &spec, 1000).await?;
    let times = (0..table.len()).filter_map(|row| when(&table, row));
    let whole = times.reduce(|(start, end), (other_start, other_end)| (start.min(other_start), end.max(other_end)));
    Ok(whole.and_then(|(start, end)| TimeRange::new(start, end)))
}

/// The first and the last time of a row of such a result.
fn when(table: &Table, row: usize) -> Option<(Time, Time)> {
    let time = |column: &str| table.time(row, column);
    let start = time("MIN(_ct_t)")?;
    let ends = [time("MAX(_ct_t)"), time("MAX(_ct_end)")];
    Some((start, ends.into_iter().flatten().fold(start, Time::max)))
}

/// Ids that begin as was typed: those that were seen before, which are what is meant by it; where there are none, those of the last
/// seven days.
pub(super) async fn near(honeycomb: &Honeycomb, typed: &str) -> Result<Near, BackendError> {
    let seen = Near::among(typed, honeycomb.seen_ids());
    if !seen.beginning.is_empty() {
        return Ok(seen);
    }
    let id = TraceId::parse(typed).unwrap_or_else(|_| TraceId::from_text(typed));
    if !is_beginning(&id) {
        // Whoever asks for what is near has looked for it.
        return Ok(Near { said: not_found(honeycomb, Some(&id)), ..seen });
    }
    let columns = columns::any(honeycomb).await?;
    let schema = &columns.schema;
    let all = TimeRange::ALL;
    let Some(window) = Window::around(all, honeycomb.now()).filter(|_| schema.has(&schema.names.trace_id)) else {
        return Ok(Near { said: not_found(honeycomb, None), ..seen });
    };
    let spec = Spec {
        start_time: Some(window.start),
        end_time: Some(window.end),
        calculated_fields: time_fields(schema),
        breakdowns: vec![schema.names.trace_id.clone()],
        calculations: vec![Calculation::COUNT, Calculation::of("MIN", TIME), Calculation::of("MAX", TIME)],
        filters: vec![Filter::new(schema.names.trace_id.clone(), FilterOp::StartsWith, TraceId::prefix(typed))],
        orders: vec![Order::descending_by("MIN", TIME)],
        usage_mode: true,
        ..Spec::default()
    };
    honeycomb.doing("looking for ids that begin so");
    let table = run::rows(honeycomb, "ids by their beginning", &spec, Near::MOST + 1).await?;
    let found: Vec<(TraceId, Time, Time)> = (0..table.len())
        .filter_map(|row| {
            let (start, end) = when(&table, row)?;
            Some((TraceId::from_text(table.text(row, &schema.names.trace_id)?), start, end))
        })
        .collect();
    honeycomb.remember(found.iter().map(|(id, start, end)| (id, *start, *end)));
    // A short id may be the beginning of others.
    let whole = found.iter().find(|(known, _, _)| *known == id).map(|(known, _, _)| vec![known.clone()]);
    let Near { beginning, .. } = Near::among(typed, found.into_iter().map(|(id, _, _)| id));
    let said = if beginning.is_empty() { not_found(honeycomb, None) } else { Vec::new() };
    Ok(Near { beginning: whole.unwrap_or(beginning), said, ..seen })
}

/// Why a trace may be there all the same.
pub(super) fn not_found(honeycomb: &Honeycomb, id: Option<&TraceId>) -> Vec<String> {
    let place = honeycomb.auth.get().and_then(super::Auth::place).map_or_else(String::new, |place| format!(" of {place}"));
    let dataset = match &honeycomb.options.dataset {
        Some(dataset) => format!("in the dataset {dataset}{place}"),
        None => format!("in all datasets{place}"),
    };
    let mut said = vec![format!(
        "Honeycomb was asked {dataset}, seven days back, which is as far as its Query Data API goes: the trace may be older, sampled \
         out, of another environment or region, or still on its way"
    )];
    let link = id.and_then(|id| honeycomb.link(id, honeycomb.now().saturating_add(-A_MONTH), honeycomb.now()));
    said.extend(link.map(|link| format!("the console looks further back: {link}")));
    said
}

const A_MONTH: Nanos = 30 * 24 * 3600 * SECOND;
const _: () = assert!(Near::MOST < MOST_ROWS);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_looked_for_in_all_spellings_that_it_may_have() {
        let ids =
            [TraceId::from_text("1-5759e988-bd862e3fe1be46a994272793"), TraceId::from_text("00000000000000001234567890abcdef")];
        assert_eq!(
            spellings(&ids),
            [
                "00000000000000001234567890ABCDEF",
                "00000000000000001234567890abcdef",
                "1-00000000-000000001234567890abcdef",
                "1-5759e988-bd862e3fe1be46a994272793",
                "1234567890ABCDEF",
                "1234567890abcdef",
                "5759E988BD862E3FE1BE46A994272793",
                "5759e988bd862e3fe1be46a994272793",
            ]
        );
        assert_eq!(spellings(&[TraceId::from_text("my-trace")]), ["my-trace"]);
    }

    #[test]
    fn an_id_that_begins_with_a_second_of_the_last_week_was_made_then() {
        let now = Time(0x5759_e988 * 1_000_000_000 + 3_600_000_000_000);
        let at = |text: &str| made_at(&TraceId::from_text(text), now).map(|at| at.0 / 1_000_000_000);
        assert_eq!(at("1-5759e988-bd862e3fe1be46a994272793"), Some(0x5759_e988));
        assert_eq!(at("5759e988bd862e3fe1be46a994272793"), Some(0x5759_e988));
        assert_eq!(at("4bf92f3577b34da6a3ce929d0e0e4736"), None);
        assert_eq!(at("my-trace"), None);
    }

    #[test]
    fn what_is_as_long_as_an_id_is_no_beginning_of_one() {
        let is = |text: &str| is_beginning(&TraceId::from_text(text));
        assert!(is("5759e9") && is("1-5759e988-bd"));
        assert!(!is("1234567890abcdef") && !is("5759e988bd862e3fe1be46a994272793") && !is("my-trace"));
    }
}
