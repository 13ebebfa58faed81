//! How the service behaves where its documentation leaves it open, found out by asking it. All that is found is also coped with
//! elsewhere, whichever it is; this is for people who want to know, and for the first use of a key.

use std::time::Instant;

use serde_json::Value as Json;

use super::super::{BackendError, Remote};
use super::client::Reply;
use super::refusal::Refusal;
use super::run::{self, Asked};
use super::spec::{CalculatedField, Calculation, Filter, FilterOp, MOST, Order, Spec};
use super::window::Window;
use super::{Honeycomb, columns, fetch};
use crate::model::time::SECOND;
use crate::wire::honeycomb::{ColumnType, MICROS, Schema, TIME};

/// A column that nobody has.
const NOBODYS: &str = "cruddur_trace.no_such_column";
/// How many ids a list of ids has at most.
const IDS: usize = 1000;

/// One thing that was found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was asked: a word for machines.
    pub what: &'static str,
    /// What was found: a word or few for machines.
    pub found: String,
    /// The same for people, in one sentence. May hold text from outside.
    pub sentence: String,
}

impl Finding {
    fn new(what: &'static str, found: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self { what, found: found.into(), sentence: sentence.into() }
    }
}

/// What came of asking, in the order in which it was asked. With `exhaust`, the minute's query results are used up to see what the
/// service says then.
pub(super) async fn all(honeycomb: &Honeycomb, exhaust: bool) -> Result<Vec<Finding>, BackendError> {
    let auth = honeycomb.auth().await?;
    let place = auth.place().unwrap_or_else(|| "a team that it does not name".to_owned());
    let mut findings = vec![Finding::new(
        "key",
        "reads",
        format!("the key in {} is of {place}, and may run queries", honeycomb.options.key_origin),
    )];
    findings.push(datasets(honeycomb).await?);
    let columns = columns::fresh(honeycomb).await?;
    let schema = columns.schema;
    findings.push(disagreements(&schema));
    let now = honeycomb.now();
    let Some(window) = Window::around(fetch::lately(now), now) else { return Ok(findings) };
    let plain = Spec {
        start_time: Some(window.start),
        end_time: Some(now.0 / SECOND as u64 / 60 * 60),
        calculations: vec![Calculation::COUNT],
        ..Spec::default()
    };
    if let Err(refusal) = run::make(honeycomb, &plain).await? {
        findings.push(Finding::new(
            "queries",
            refusal.status.to_string(),
            format!("it takes no query: {}", refusal.in_words()),
        ));
        return Ok(findings);
    }
    let future = Spec { end_time: Some(window.end), ..plain.clone() };
    findings.push(taken(honeycomb, "future_end", "an end in the future", &future).await?);
    let usage = Spec { usage_mode: true, ..plain.clone() };
    findings.push(taken(honeycomb, "usage_mode", "usage_mode", &usage).await?);
    let many = Spec { breakdowns: hundred(&schema).0, calculated_fields: hundred(&schema).1, ..plain.clone() };
    findings.push(taken(honeycomb, "breakdowns", "100 breakdowns", &many).await?);
    let ids: Vec<String> = (0..IDS).map(|n| format!("{n:032x}")).collect();
    let listed = Spec { filters: vec![Filter::new(&schema.names.trace_id, FilterOp::In, ids)], ..plain.clone() };
    findings.push(taken(honeycomb, "ids", "a list of 1,000 ids", &listed).await?);
    let unknown = Spec { breakdowns: vec![NOBODYS.to_owned()], ..plain.clone() };
    findings.push(taken(honeycomb, "unknown_column", "a column that does not exist", &unknown).await?);
    if let Some((name, _)) = schema.columns.iter().find(|(_, column)| column.types.len() > 1) {
        let mixed = Spec { breakdowns: vec![name.clone()], ..plain.clone() };
        findings
            .push(taken(honeycomb, "mixed_column", &format!("`{name}`, whose type differs between datasets,"), &mixed).await?);
    }
    results(honeycomb, &schema, &plain, &many, &mut findings).await?;
    findings.push(if exhaust { exhausted(honeycomb, &plain).await? } else { not_exhausted() });
    Ok(findings)
}

/// What only results tell: three of them.
async fn results(
    honeycomb: &Honeycomb,
    schema: &Schema,
    plain: &Spec,
    many: &Spec,
    findings: &mut Vec<Finding>,
) -> Result<(), BackendError> {
    let names = &schema.names;
    let here = |column: &&String| schema.has(column);
    let start = plain.start_time.unwrap_or_default();
    let rows = Spec {
        calculated_fields: vec![CalculatedField::time(), CalculatedField::micros(start)],
        breakdowns: [&names.trace_id, &names.span_id, &names.parent_id, &names.annotation]
            .into_iter()
            .filter(here)
            .cloned()
            .chain([TIME.to_owned(), MICROS.to_owned()])
            .collect(),
        orders: vec![Order::descending(TIME)],
        ..plain.clone()
    };
    honeycomb.doing("probing: times and missing values");
    match body(honeycomb, &rows).await? {
        Ok(rows) => {
            // Which spans may lack.
            let columns: Vec<&String> = [&names.parent_id, &names.annotation].into_iter().filter(here).collect();
            findings.extend([times(&rows), missing(&rows, &columns)]);
        }
        Err(why) => findings.push(Finding::new("times", "failed", format!("times cannot be read: {why}"))),
    }
    honeycomb.doing("probing: 100 breakdowns");
    let begun = Instant::now();
    let wide = body(honeycomb, many).await?;
    let took = begun.elapsed().as_millis();
    findings.push(match wide {
        Ok(rows) => Finding::new(
            "wide_result",
            "comes",
            format!("a result of 100 breakdowns came within {took} ms, with {} rows", rows.len()),
        ),
        Err(why) => Finding::new("wide_result", "failed", format!("a result of 100 breakdowns failed after {took} ms: {why}")),
    });
    honeycomb.doing("probing: an empty result");
    let nothing = Spec {
        breakdowns: vec![names.trace_id.clone()],
        filters: vec![Filter::new(&names.trace_id, FilterOp::Eq, "cruddur-trace: no such trace")],
        ..plain.clone()
    };
    findings.push(match body(honeycomb, &nothing).await? {
        Ok(rows) if rows.is_empty() => Finding::new("empty", "no_rows", "an empty result has no rows"),
        Ok(_) => Finding::new("empty", "zero_row", "an empty result has one row, which counts nothing"),
        Err(why) => Finding::new("empty", "failed", format!("a result of nothing failed: {why}")),
    });
    Ok(())
}

/// The rows of a result as they came, or why there are none.
async fn body(honeycomb: &Honeycomb, spec: &Spec) -> Result<Result<Vec<Json>, String>, BackendError> {
    Ok(match run::ask(honeycomb, spec, 1000).await? {
        Asked::Refused(refusal) => Err(refusal.in_words()),
        Asked::Late => Err("it did not come within 20 seconds".to_owned()),
        Asked::Complete(body) => {
            let mut answer: Json = serde_json::from_slice(&body).unwrap_or_default();
            let error = answer.get("error").and_then(Json::as_str).map(str::to_owned);
            match (error, answer.pointer_mut("/data/results").map(Json::take)) {
                (Some(said), _) => Err(said),
                (None, Some(Json::Array(rows))) => {
                    Ok(rows.into_iter().map(|mut row| row.get_mut("data").map(Json::take).unwrap_or_default()).collect())
                }
                (None, _) => Err("it has no rows and no error".to_owned()),
            }
        }
    })
}

/// Whether a query is taken. Making one costs no query result.
async fn taken(honeycomb: &Honeycomb, what: &'static str, name: &str, spec: &Spec) -> Result<Finding, Remote> {
    Ok(match run::make(honeycomb, spec).await? {
        Ok(_) => Finding::new(what, "accepted", format!("{name} is accepted")),
        Err(refusal) => {
            Finding::new(what, format!("refused_{}", refusal.status), format!("{name} is refused: {}", refusal.in_words()))
        }
    })
}

async fn datasets(honeycomb: &Honeycomb) -> Result<Finding, Remote> {
    Ok(match honeycomb.client()?.get(&["datasets"]).await? {
        Reply::Body(body) => {
            let count = serde_json::from_slice::<Vec<Json>>(&body).map_or(0, |datasets| datasets.len());
            Finding::new("datasets", "listed", format!("{count} datasets are listed"))
        }
        Reply::Refused(refusal) => Finding::new(
            "datasets",
            format!("refused_{}", refusal.status),
            format!("datasets are not listed: {}", refusal.in_words()),
        ),
    })
}

fn disagreements(schema: &Schema) -> Finding {
    let mixed: Vec<&str> =
        schema.columns.iter().filter(|(_, column)| column.types.len() > 1).map(|(name, _)| name.as_str()).take(5).collect();
    let spoken = schema.columns.values().filter(|column| !column.types.contains(&ColumnType::Histogram)).count();
    let of =
        if mixed.is_empty() { "in one type each".to_owned() } else { format!("some in several types: {}", mixed.join(", ")) };
    let found = if mixed.is_empty() { "one_type_each" } else { "several_types" };
    Finding::new("columns", found, format!("there are {spoken} columns, {of}"))
}

/// A hundred breakdowns: of columns, and of calculated fields where there are not so many.
fn hundred(schema: &Schema) -> (Vec<String>, Vec<CalculatedField>) {
    let plain = |name: &&String| !super::spec::is_relational(name);
    let mut breakdowns: Vec<String> = schema.columns.keys().filter(plain).take(MOST).cloned().collect();
    let fields: Vec<_> = (breakdowns.len()..MOST).map(|n| CalculatedField::new(format!("_ct_p{n}"), n.to_string())).collect();
    breakdowns.extend(fields.iter().map(|field| field.name.clone()));
    (breakdowns, fields)
}

/// How many digits the times have.
fn times(rows: &[Json]) -> Finding {
    let digits = |row: &Json| {
        let text = row.get(TIME)?.as_f64().map(|time| format!("{time}"))?;
        Some(text.split_once('.').map_or(0, |(_, fraction)| fraction.len()))
    };
    let most = rows.iter().filter_map(digits).max();
    let micros = rows.iter().filter_map(|row| row.get(MICROS)?.as_i64()).any(|micros| micros % 1000 != 0);
    let counted = format!("of {} rows", rows.len());
    match most {
        None => Finding::new("times", "unknown", "no row has a time: was anything sent in the last hours?"),
        Some(0) if !micros => Finding::new("times", "seconds", format!("times are whole seconds, {counted}")),
        Some(1..=3) if !micros => {
            Finding::new("times", "milliseconds", format!("times are exact to the millisecond, {counted}"))
        }
        Some(0..=3) => Finding::new(
            "times",
            "microseconds_as_integer",
            format!("times are exact to the microsecond, but written with few digits, {counted}"),
        ),
        Some(digits) => {
            Finding::new("times", "microseconds", format!("times have up to {digits} digits behind the point, {counted}"))
        }
    }
}

/// How a value that is missing is written.
fn missing(rows: &[Json], columns: &[&String]) -> Finding {
    let of =
        |want: fn(Option<&Json>) -> bool| rows.iter().any(|row| columns.iter().any(|column| want(row.get(column.as_str()))));
    let (absent, null, blank) = (
        of(|cell| cell.is_none()),
        of(|cell| cell == Some(&Json::Null)),
        of(|cell| cell == Some(&Json::String(String::new()))),
    );
    let found: Vec<&str> = [(absent, "absent"), (null, "null"), (blank, "blank")]
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, name)| name)
        .collect();
    if found.is_empty() {
        return Finding::new("missing", "unknown", "no row lacks a value");
    }
    Finding::new("missing", found.join("+"), format!("a missing value is {}", found.join(" or ")))
}

fn not_exhausted() -> Finding {
    let sentence =
        "what is said when too many results are asked for was not tried (--exhaust uses up a minute's query results to see it)";
    Finding::new("rate_limit", "not_tried", sentence)
}

/// Asks for results until one is refused.
async fn exhausted(honeycomb: &Honeycomb, plain: &Spec) -> Result<Finding, BackendError> {
    let id = match run::make(honeycomb, plain).await? {
        Ok(id) => id,
        Err(refusal) => return Ok(Finding::new("rate_limit", "not_tried", refusal.in_words())),
    };
    let wanted = serde_json::json!({ "query_id": id, "disable_series": true });
    let most = honeycomb.options.rate.results + 2;
    honeycomb.doing("probing: too many results");
    for asked in 1..=most {
        honeycomb.progress_of_result();
        match honeycomb.client()?.post_once(&["query_results", honeycomb.dataset()], &wanted).await? {
            Reply::Body(_) => {}
            Reply::Refused(refusal) => {
                honeycomb.budget().block(refusal.wait.unwrap_or(honeycomb.options.rate.per), honeycomb.now());
                return Ok(limited(asked, &refusal));
            }
        }
    }
    Ok(Finding::new("rate_limit", "none", format!("{most} query results at once were not refused")))
}

fn limited(asked: usize, refusal: &Refusal) -> Finding {
    let wait = refusal.wait.map_or_else(
        || "it does not say for how long to wait".to_owned(),
        |wait| format!("it says to wait {}", super::error::seconds(wait)),
    );
    let found = if refusal.wait.is_some() { "says_when" } else { "does_not_say_when" };
    Finding::new("rate_limit", found, format!("query result {asked} is refused: {}; {wait}", refusal.in_words()))
}
