//! What Honeycomb would be asked, and what it would cost.

use super::filter;
use super::list::{question_of_roots, question_of_rows, searched};
use super::spec::Spec;
use super::window::Window;
use super::{Attributes, Honeycomb, columns, details, fetch, locate, plan};
use crate::model::TraceId;
use crate::query::{Expr, Query};
use crate::wire::honeycomb::{Column, ColumnType, Schema};

/// Columns that OpenTelemetry's data has, and their types, for a query that is explained before anything was asked.
const USUAL: [(&str, ColumnType); 14] = [
    ("trace.trace_id", ColumnType::String),
    ("trace.span_id", ColumnType::String),
    ("trace.parent_id", ColumnType::String),
    ("meta.annotation_type", ColumnType::String),
    ("meta.signal_type", ColumnType::String),
    ("name", ColumnType::String),
    ("service.name", ColumnType::String),
    ("duration_ms", ColumnType::Float),
    ("span.kind", ColumnType::String),
    ("status_code", ColumnType::Integer),
    ("status_message", ColumnType::String),
    ("error", ColumnType::Boolean),
    ("trace.link.trace_id", ColumnType::String),
    ("trace.link.span_id", ColumnType::String),
];

/// For a listing, one sentence or request a line.
pub(super) fn listing(honeycomb: &Honeycomb, query: &Query) -> Vec<String> {
    let mut lines = vec![access(honeycomb)];
    let now = honeycomb.now();
    let Some(window) = Window::around(query.range, now) else {
        lines.push(
            "all of the window is more than seven days ago, where the Query Data API does not reach: nothing is asked"
                .to_owned(),
        );
        return lines;
    };
    let (schema, known) = schema(honeycomb, query.filter.as_ref());
    if !known {
        lines.push(
            "the columns are not known yet: those of OpenTelemetry and of the filter are taken for granted here".to_owned(),
        );
    }
    let dataset = honeycomb.dataset();
    let limit = query.limit.saturating_add(1).clamp(2, super::run::MOST_ROWS);
    let Some(filter) = &query.filter else {
        lines.push("1 query result: the roots of the window, the newest first".to_owned());
        lines.extend(request(dataset, &question_of_roots(&schema, query.range, window, None, None), limit));
        if honeycomb.options.counts {
            lines.push("1 more (--counts): spans, errors and extents of the traces that were found, by their ids".to_owned());
            let ids = [TraceId::from_text("…")];
            lines.extend(request(dataset, &details::question(&schema, window, &ids), super::run::MOST_ROWS));
        }
        return lines;
    };
    let pushed = filter::push(filter, &schema);
    for unknown in &pushed.unknown {
        lines.push(format!("no column is called `{}`", unknown.key));
    }
    if !pushed.possible {
        lines.push("so nothing can satisfy the filter: no query result is needed".to_owned());
        return lines;
    }
    if pushed.roots_only && pushed.decidable {
        lines.push("1 query result: the roots that satisfy the filter, the newest first".to_owned());
        lines.extend(request(dataset, &question_of_roots(&schema, query.range, window, Some(&pushed), None), limit));
        if !filter.attribute_keys().is_empty() {
            lines.push("1 more if an event may have what a root lacks: their spans, which are checked here".to_owned());
        }
    } else {
        lines.push("1 query result: rows that may belong to a match, by trace; each is checked here again".to_owned());
        let searched = searched(query.range, now).unwrap_or(window);
        lines.extend(request(dataset, &question_of_rows(&schema, searched, &pushed, None), super::run::MOST_ROWS));
        lines.push(if pushed.decidable {
            "1 more if something matches: spans, errors and extents of these traces".to_owned()
        } else {
            format!(
                "1 more for every 100 traces that may match, at most {} of them: their spans, which are checked here",
                honeycomb.options.scan
            )
        });
    }
    lines.extend(pushed.residual.iter().map(|part| format!("checked here alone: {part}")));
    lines
}

/// For a trace that is fetched.
pub(super) fn fetching(honeycomb: &Honeycomb, id: &TraceId) -> Vec<String> {
    let mut lines = vec![access(honeycomb)];
    let now = honeycomb.now();
    let when = match (honeycomb.seen(id), locate::made_at(id, now)) {
        (Some(_), _) => "1 query result: it was listed before, so it is known when it was",
        (None, Some(_)) => "1 query result if its id says truly when it was, else 2 more",
        (None, None) => "1 query result if it is of the last hours, else 2 more: one to find out when it was, one to read it",
    };
    lines.push(when.to_owned());
    let (schema, known) = schema(honeycomb, None);
    let attributes = honeycomb.options.attributes;
    let needed = honeycomb.needed.borrow();
    if known {
        let (columns, results) = plan::cost(&schema, attributes, &needed);
        lines.push(format!("{columns} columns are read, by {results} query results for every 10,000 rows"));
    } else if attributes == Attributes::All {
        lines.push("and 1 for every 92 columns of the environment beyond the first 97".to_owned());
    }
    if let Some(window) = Window::around(fetch::lately(now), now) {
        let spec = fetch::question_of(&schema, window, attributes, &needed, std::slice::from_ref(id));
        lines.extend(request(honeycomb.dataset(), &spec, super::run::MOST_ROWS));
    }
    lines
}

fn access(honeycomb: &Honeycomb) -> String {
    let options = &honeycomb.options;
    let rate = options.rate;
    format!(
        "{} with the key in {}; {} query results in {} are allowed, for all processes together",
        options.endpoint,
        options.key_origin,
        rate.results,
        super::error::seconds(rate.per)
    )
}

fn request(dataset: &str, spec: &Spec, limit: usize) -> [String; 2] {
    [
        format!("POST /1/queries/{dataset} {}", super::text_of(spec)),
        format!("POST /1/query_results/{dataset} {{\"query_id\":\"…\",\"disable_series\":true,\"limit\":{limit}}}"),
    ]
}

/// The columns as they were last known, else such as there probably are, and whether they are known.
fn schema(honeycomb: &Honeycomb, filter: Option<&Expr>) -> (Schema, bool) {
    if let Some(kept) = columns::kept(honeycomb) {
        return (kept.schema, true);
    }
    let mut schema = Schema::default();
    let of_filter = filter.map(Expr::attribute_keys).unwrap_or_default();
    let of_filter = of_filter.iter().map(|key| {
        let number = key.ends_with("status_code");
        (key.as_str(), if number { ColumnType::Integer } else { ColumnType::String })
    });
    for (name, kind) in of_filter.chain(USUAL) {
        schema.columns.insert(name.to_owned(), Column { types: vec![kind], last_written: None });
    }
    (schema, false)
}
