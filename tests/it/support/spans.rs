//! Spans to send, and what the store has of them.

use std::path::Path;
use std::sync::Arc;

use cruddur_trace::backend::{Backend as _, Local};
use cruddur_trace::model::{Resource, Span, SpanId, SpanKind, Time, TimeRange, Trace, TraceId, TraceSummary};
use cruddur_trace::query::Query;
use cruddur_trace::wire::otlp;

/// Nanoseconds.
pub(crate) const MS: u64 = 1_000_000;

/// A trace's id from two numbers, neither of which may be missing.
pub(crate) fn trace_id(high: u64, low: u64) -> TraceId {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&(high + 1).to_be_bytes());
    bytes[8..].copy_from_slice(&low.to_be_bytes());
    TraceId::from_bytes(bytes)
}

/// A span's id from its number in its trace, which begins with 1.
pub(crate) fn span_id(number: u64) -> SpanId {
    SpanId::from_bytes(number.to_be_bytes())
}

/// A span of the service `web` that took a millisecond, a minute ago. Without a parent where that is 0.
pub(crate) fn span(number: u64, parent: u64, name: &str) -> Span {
    let start = Time(now().0 - 60_000 * MS);
    Span {
        id: span_id(number),
        parent: (parent > 0).then(|| span_id(parent)),
        name: name.to_owned(),
        kind: SpanKind::Server,
        start,
        end: Some(Time(start.0 + MS)),
        resource: Arc::new(Resource::of_service("web")),
        ..Span::default()
    }
}

/// A request with these spans, all of one trace.
pub(crate) fn body(trace: &TraceId, spans: &[Span]) -> Vec<u8> {
    request(spans.iter().map(|span| (trace, span)))
}

/// A request with spans of any traces.
pub(crate) fn request<'a>(spans: impl IntoIterator<Item = (&'a TraceId, &'a Span)>) -> Vec<u8> {
    let (body, refused) = otlp::encode(spans);
    assert_eq!(refused, []);
    body
}

/// A root with children below it, numbered from 1, all at the same time.
pub(crate) fn family(children: u64) -> Vec<Span> {
    let child = span(2, 1, "SELECT");
    let mut spans = vec![Span { start: child.start, end: child.end, ..span(1, 0, "GET /") }];
    spans.extend((2..2 + children).map(|number| Span { id: span_id(number), ..child.clone() }));
    spans
}

/// Opens the store as every reader does.
#[track_caller]
pub(crate) fn store(path: &Path) -> Local {
    Local::open(path, std::time::Duration::from_secs(10)).unwrap_or_else(|error| panic!("the store opens: {error}"))
}

/// All spans of a trace, out of the batches as they came.
#[track_caller]
pub(crate) fn fetch(store: &Local, id: &TraceId) -> Option<Trace> {
    wait(store.fetch(id)).expect("the store can be read")
}

/// All traces, newest first, from the index.
#[track_caller]
pub(crate) fn everything(store: &Local) -> Vec<TraceSummary> {
    let query = Query { range: TimeRange::ALL, filter: None, limit: usize::MAX };
    wait(store.list(&query)).expect("the store can be listed").traces
}

/// Batches of which the index has more or less than all.
const TORN: &str = "SELECT count(*) FROM batches b WHERE \
     (b.traces, b.spans) <> (SELECT count(*) + (SELECT count(*) FROM log_fragments l WHERE l.batch = b.id), \
                                    total(json_array_length(f.spans)) \
                             FROM fragments f JOIN trace_rows t ON t.n = f.trace WHERE f.batch = b.id)";

/// Checks that the index says of every trace what its spans say, that no batch is there by half, and that the file is whole.
/// Answers the traces.
#[track_caller]
pub(crate) fn consistent(path: &Path) -> Vec<Trace> {
    let opened = store(path);
    let traces: Vec<_> = everything(&opened)
        .into_iter()
        .map(|summary| {
            let trace = fetch(&opened, &summary.id).expect("what is listed is there");
            assert_eq!(trace.summary(), summary);
            trace
        })
        .collect();
    assert_eq!((sql(path, TORN).as_str(), sql(path, "PRAGMA integrity_check").as_str()), ("0", "ok"));
    traces
}

/// What a query answers to somebody with the `sqlite3` shell: columns apart by `|`, rows by line ends.
#[track_caller]
pub(crate) fn sql(path: &Path, query: &str) -> String {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = rusqlite::Connection::open_with_flags(path, flags).expect("it is a database");
    let mut statement = connection.prepare(query).expect("the query is right");
    let columns = statement.column_count();
    let mut rows = statement.query([]).expect("it can be asked");
    let mut lines = Vec::new();
    while let Some(row) = rows.next().expect("it answers") {
        let cell = |column| match row.get_unwrap(column) {
            rusqlite::types::Value::Null => String::new(),
            rusqlite::types::Value::Integer(number) => number.to_string(),
            rusqlite::types::Value::Real(number) => number.to_string(),
            rusqlite::types::Value::Text(text) => text,
            rusqlite::types::Value::Blob(bytes) => format!("{} bytes", bytes.len()),
        };
        lines.push((0..columns).map(cell).collect::<Vec<_>>().join("|"));
    }
    lines.join("\n")
}

/// What time it is.
#[expect(clippy::disallowed_methods, reason = "the program reads the same clock, and keeps nothing that is a week old")]
pub(crate) fn now() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is after 1970");
    Time(u64::try_from(since.as_nanos()).expect("it is before 2554"))
}

/// The store answers at once; there is nothing else to wait for.
fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime without I/O").block_on(future)
}
