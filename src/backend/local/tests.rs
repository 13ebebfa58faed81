//! The store as its users see it: what was kept is read back, however it arrived, and foreign files are left alone.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

use super::retention::{Evicted, Evictor};
use super::{Local, Retention, StoreError, Writer};
use crate::backend::Backend;
use crate::model::trace::INHERITS_RESOURCE;
use crate::model::{Evidence, Resource, Span, SpanId, SpanKind, Spelling, Status, StatusCode, Time, TimeRange, Trace, TraceId};
use crate::query::Query;
use crate::wire::Batch;

mod logs;
mod outbox;
mod retention;

const PATIENCE: Duration = Duration::from_secs(10);
const NOW: Time = Time(1_800_000_000_000_000_000);

fn clock() -> Time {
    NOW
}

struct Store {
    _folder: TempDir,
    path: PathBuf,
}

impl Store {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/traces.db");
        Self { _folder: folder, path }
    }

    /// Keeps batches one after the other through one writer, and waits until it has let go of the file.
    fn keep(&self, batches: Vec<Batch>) {
        let (writer, thread) = Writer::start(&self.path, Retention::default(), clock).unwrap();
        for batch in batches {
            wait(writer.keep(batch)).unwrap();
        }
        drop(writer);
        thread.join().unwrap();
    }

    fn open(&self) -> Local {
        Local::open(&self.path, PATIENCE).unwrap()
    }

    fn trace(&self, id: &TraceId) -> Option<Trace> {
        wait(self.open().fetch(id)).unwrap()
    }

    fn list(&self, filter: &str) -> Vec<TraceId> {
        let filter = (!filter.is_empty()).then(|| filter.parse().unwrap());
        let query = Query { range: TimeRange::ALL, filter, limit: 100 };
        wait(self.open().list(&query)).unwrap().traces.into_iter().map(|summary| summary.id).collect()
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Everything that is to be evicted, at once; answers how many traces.
fn evict(connection: &mut Connection, retention: &Retention, now: Time) -> rusqlite::Result<usize> {
    let (mut evictor, mut evicted) = (Evictor::default(), Evicted::default());
    evictor.look_again();
    while evictor.is_under_way() {
        evictor.turn(connection, retention, now, &mut evicted)?;
    }
    while evictor.is_hollow() {
        evictor.give_back(connection)?;
    }
    Ok(evicted.traces.len())
}

fn id(number: u8) -> TraceId {
    TraceId::from_bytes([number; 16])
}

fn span(id: u8, parent: u8, service: &str, name: &str) -> Span {
    let start = NOW.0 - 1_000_000 * u64::from(200 - id);
    Span {
        id: SpanId::from_bytes([id; 8]),
        parent: (parent != 0).then(|| SpanId::from_bytes([parent; 8])),
        name: name.to_owned(),
        kind: SpanKind::Server,
        start: Time(start),
        end: Some(Time(start + 500_000)),
        resource: Arc::new(Resource::of_service(service)),
        ..Span::default()
    }
}

fn batch(spans: impl AsRef<[(TraceId, Span)]>) -> Batch {
    Batch::from_spans(spans.as_ref()).0
}

#[test]
fn what_was_kept_is_read_back() {
    let store = Store::new();
    let mut failed = span(2, 1, "db", "SELECT");
    failed.status = Status { code: StatusCode::Error, message: "no".into() };
    failed.attributes.push("db.system", "postgresql");
    store.keep(vec![batch(vec![
        (id(1), span(1, 0, "web", "GET /")),
        (id(1), failed.clone()),
        (id(2), span(9, 0, "web", "GET /")),
    ])]);

    let trace = store.trace(&id(1)).unwrap();
    assert_eq!(trace.spans()[1], failed);
    let summary = wait(store.open().list(&Query { range: TimeRange::ALL, filter: None, limit: 9 })).unwrap();
    assert_eq!(summary.in_window, Some(2));
    assert_eq!(summary.traces[1], trace.summary());
    assert_eq!(summary.traces[1].received, Some(NOW));
    assert_eq!(store.trace(&id(3)), None);
}

#[test]
fn a_filter_means_the_same_in_the_index_and_on_the_spans() {
    let store = Store::new();
    let mut tagged = span(2, 1, "db", "SELECT");
    tagged.attributes.push("db.rows", 40);
    tagged.end = Some(Time(tagged.start.0 + 9_000_000));
    let mut failed = span(5, 0, "web", "POST /");
    failed.status.code = StatusCode::Error;
    store.keep(vec![
        batch(vec![(id(1), span(1, 0, "web", "GET /")), (id(1), tagged)]),
        batch(vec![(id(2), failed), (id(2), span(6, 5, "queue", "send"))]),
    ]);
    for (filter, wanted) in [
        ("", vec![2, 1]),
        ("service = web", vec![2, 1]),
        ("service = db", vec![1]),
        ("service = nobody", vec![]),
        ("name =~ \"POST.*\" and status = error", vec![2]),
        ("service = web and not status = error", vec![1]),
        ("status != error", vec![2, 1]),
        ("duration > 5ms", vec![1]),
        ("db.rows > 30", vec![1]),
        ("db.rows > 40", vec![]),
        ("{ service = web } >> { service = db }", vec![1]),
        ("{ service = db } >> { service = web }", vec![]),
        ("{ service = web } && { service = queue }", vec![2]),
        ("{ kind = server } | count() > 1", vec![2, 1]),
        ("{ kind = server } | count() > 2", vec![]),
        ("root = true and name = \"POST /\"", vec![2]),
        ("not service = web and duration < 1ms", vec![2]),
    ] {
        assert_eq!(store.list(filter), wanted.into_iter().map(id).collect::<Vec<_>>(), "{filter}");
    }
}

/// What a service or a name alone tells costs no look at the trace's spans, of which there may be a million.
#[test]
fn a_filter_on_operations_alone_reads_no_spans() {
    let store = Store::new();
    let mut independent = span(4, 3, "", "GetItem");
    independent.attributes.push(INHERITS_RESOURCE, true);
    store.keep(vec![
        batch(vec![(id(1), span(1, 0, "web", "GET /")), (id(1), span(2, 1, "db", "SELECT"))]),
        batch(vec![(id(2), span(3, 0, "web", "GET /")), (id(2), independent)]),
    ]);
    assert_eq!(store.list("service = web and name = GetItem"), [id(2)], "its service is its parent's");
    Connection::open(&store.path).unwrap().execute_batch("DELETE FROM fragments; DELETE FROM batches").unwrap();
    assert_eq!(store.list("service = db"), [id(1)]);
    assert_eq!(store.list("service = web and name =~ \"GET.*\" or service = nobody"), [id(2), id(1)]);
    assert_eq!(store.list("{ service = web } && { kind = server and name = SELECT }"), [id(1)]);
    assert_eq!(store.list("service = db and duration > 0ms"), [], "which only spans tell");
    assert_eq!(store.list("{ service = web } >> { service = db }"), [], "and so is what is below what");
}

#[test]
fn a_running_span_is_replaced_by_the_finished_one() {
    let store = Store::new();
    let running = Span { end: None, ..span(1, 0, "web", "GET /") };
    store.keep(vec![batch(vec![(id(1), running.clone())])]);
    let listed = || wait(store.open().list(&Query { range: TimeRange::ALL, filter: None, limit: 9 })).unwrap().traces.remove(0);
    assert_eq!(listed().evidence, [Evidence::Running(1)]);
    store.keep(vec![batch(vec![(id(1), span(1, 0, "web", "GET /"))]), batch(vec![(id(1), running)])]);
    assert_eq!(listed().span_count, Some(1));
    assert!(listed().complete());
    assert!(store.trace(&id(1)).unwrap().spans()[0].end.is_some());
}

#[test]
fn the_same_bytes_again_are_kept_once() {
    let store = Store::new();
    let again = batch(vec![(id(1), span(1, 0, "web", "GET /"))]);
    store.keep(vec![again.clone(), again.clone()]);
    store.keep(vec![again]);
    let count: i64 =
        Connection::open(&store.path).unwrap().query_row("SELECT count(*) FROM batches", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 1);
}

#[test]
fn two_writers_on_one_store_lose_nothing_and_count_right() {
    let store = Store::new();
    let writers: Vec<_> = (0..2).map(|_| Writer::start(&store.path, Retention::default(), clock).unwrap()).collect();
    std::thread::scope(|scope| {
        for (which, (writer, _)) in writers.iter().enumerate() {
            scope.spawn(move || {
                for turn in 0..40u8 {
                    // Both add to the same traces, each its own spans, and both invent operations.
                    let which = which as u8;
                    let span = span(1 + turn * 2 + which, u8::from(turn + which > 0), "web", &format!("op {}", turn % 7));
                    wait(writer.keep(batch(vec![(id(1), span.clone()), (id(2 + turn % 3), span)]))).unwrap();
                }
            });
        }
    });
    for (writer, thread) in writers {
        drop(writer);
        thread.join().unwrap();
    }
    let listing = wait(store.open().list(&Query { range: TimeRange::ALL, filter: None, limit: 9 })).unwrap();
    assert_eq!(listing.traces.len(), 4);
    for summary in listing.traces {
        assert_eq!(store.trace(&summary.id).unwrap().summary(), summary);
    }
    assert_eq!(store.trace(&id(1)).unwrap().spans().len(), 80);
}

#[test]
fn ids_keep_their_spelling_and_are_found_in_every_other() {
    let store = Store::new();
    let xray = TraceId::from_text("1-5759e988-bd862e3fe1be46a994272793");
    store.keep(vec![batch(vec![(xray.clone().spelled(Spelling::XRay), span(1, 0, "web", "GET /"))])]);
    let listed = store.list("");
    assert_eq!(listed, [TraceId::from_text("5759e988bd862e3fe1be46a994272793")]);
    assert_eq!(listed[0].to_string(), "1-5759e988-bd862e3fe1be46a994272793");
    assert!(store.trace(&xray).is_some());
    let near = wait(store.open().near("1-5759e988-bd86")).unwrap();
    assert_eq!(near.beginning, [xray]);
}

#[test]
fn times_beyond_2262_are_not_cut() {
    let store = Store::new();
    let late = Span { start: Time(u64::MAX - 5), end: Some(Time(u64::MAX)), ..span(1, 0, "web", "GET /") };
    store.keep(vec![batch(vec![(id(1), late)])]);
    let summary = wait(store.open().list(&Query { range: TimeRange::ALL, filter: None, limit: 9 })).unwrap().traces.remove(0);
    assert_eq!((summary.start, summary.end), (Time(u64::MAX - 5), Time(u64::MAX)));
}

#[test]
fn retention_evicts_whole_traces_and_gives_the_space_back() {
    let store = Store::new();
    let big = |trace: u8| {
        let mut large = span(1, 0, "web", &format!("GET /{trace}"));
        // Not compressible, so that the file grows.
        let noise: Vec<u8> =
            (0..200_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 ^ trace.wrapping_mul(n as u8)).collect();
        large.attributes.push("noise", crate::model::Value::Bytes(noise));
        batch(vec![
            (id(trace), large),
            (id(trace), span(2, 1, "web", "child")),
            (id(trace / 4 + 100), span(trace, 0, "shared", "beat")),
        ])
    };
    store.keep((1..=20).map(big).collect());
    let size = || std::fs::metadata(&store.path).unwrap().len();
    let before = size();
    let mut connection = super::schema::open_for_writing(&store.path).unwrap();
    let evicted = evict(&mut connection, &Retention { max_age: None, max_bytes: Some(before / 2) }, NOW).unwrap();
    connection.pragma_update(None, "wal_checkpoint", "TRUNCATE").unwrap();
    assert!(evicted > 0 && evicted < 26 && size() < before / 10 * 6, "{evicted} evicted, {before} -> {}", size());
    let left = store.list("");
    for trace in &left {
        let (spans, number) = (store.trace(trace).unwrap().spans().len(), trace.bytes().unwrap()[0]);
        let whole = if number < 100 { 2 } else { (1..=20).filter(|trace| trace / 4 + 100 == number).count() };
        assert_eq!(spans, whole, "{trace} is whole");
    }

    assert_eq!(evict(&mut connection, &Retention { max_age: Some(Duration::from_mins(1)), max_bytes: None }, NOW).unwrap(), 0);
    let later = NOW.saturating_add(61_000_000_000);
    assert_eq!(
        evict(&mut connection, &Retention { max_age: Some(Duration::from_mins(1)), max_bytes: None }, later).unwrap(),
        left.len()
    );
    for (table, left) in [("batches", 0), ("fragments", 0), ("trace_rows", 0), ("operations", 1)] {
        let count: i64 = connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(count, left, "{table}");
    }
    connection.pragma_update(None, "wal_checkpoint", "TRUNCATE").unwrap();
    assert!(size() < before / 10, "{before} -> {}", size());
}

/// A call and X-Ray's guess at its other side.
fn call_and_guess() -> [Span; 2] {
    let call = Span { kind: SpanKind::Client, ..span(3, 1, "web", "DynamoDB") };
    let mut guess = Span { id: SpanId::from_bytes([4; 8]), parent: Some(call.id.clone()), ..call.clone() };
    guess.kind = SpanKind::Server;
    guess.resource = Arc::new(Resource::of_service("cruddur-messages"));
    guess.attributes.push(crate::model::segments::INFERRED, true);
    guess.status.code = StatusCode::Error;
    [call, guess]
}

#[test]
fn a_guess_is_folded_in_the_index_too_in_whichever_batch_it_comes() {
    for order in [[0, 1, 2], [2, 1, 0], [2, 0, 1]] {
        let store = Store::new();
        let [call, guess] = call_and_guess();
        let spans = [span(1, 0, "web", "GET /"), call, guess];
        store.keep(order.map(|at: usize| batch(vec![(id(1), spans[at].clone())])).to_vec());
        let trace = store.trace(&id(1)).unwrap();
        let listed = wait(store.open().list(&Query { range: TimeRange::ALL, filter: None, limit: 9 })).unwrap().traces;
        assert_eq!(listed, [trace.summary()]);
        assert_eq!((listed[0].services.as_slice(), listed[0].error_count), (&["web".to_owned()][..], Some(1)));
        for (filter, found) in
            [("service = cruddur-messages", 0), ("kind = client and status = error", 1), ("kind = server", 1)]
        {
            assert_eq!(store.list(filter).len(), found, "{filter}");
            assert_eq!(filter.parse::<crate::query::Expr>().unwrap().matches(&trace).is_some(), found > 0, "{filter}");
        }
    }
}

#[test]
fn eviction_leaves_the_operations_of_records_that_are_no_spans() {
    let store = Store::new();
    let running = Span { end: None, ..span(1, 0, "web", "begun") };
    let [call, guess] = call_and_guess();
    let old = (id(2), span(9, 0, "old", "old"));
    let of_trace = [running, span(1, 0, "web", "ended"), call, guess].map(|span| (id(1), span)).to_vec();
    store.keep(vec![batch(vec![old]), batch(of_trace)]);
    let mut connection = super::schema::open_for_writing(&store.path).unwrap();
    let earlier = NOW.0 as i64 - 120_000_000_000;
    connection.execute("UPDATE trace_rows SET received = ? WHERE n = 1", [earlier]).unwrap();
    let minute = Retention { max_age: Some(Duration::from_mins(1)), max_bytes: None };
    assert_eq!(evict(&mut connection, &minute, NOW).unwrap(), 1);
    assert_eq!(store.list("duration > 1ns and name = ended"), [id(1)]);
    // What the writer reads back of it is all there as well.
    store.keep(vec![batch(vec![(id(1), span(5, 1, "web", "later"))])]);
    assert_eq!(store.trace(&id(1)).unwrap().spans().len(), 3);
}

#[test]
fn a_reader_that_stays_open_is_not_misled_by_an_eviction() {
    let store = Store::new();
    let minute = Retention { max_age: Some(Duration::from_mins(1)), max_bytes: None };
    store.keep(vec![batch(vec![(id(1), span(1, 0, "web", "GET /old")), (id(1), span(2, 1, "db", "SELECT"))])]);
    let reader = store.open();
    let found = |filter: &str| {
        let query = Query { range: TimeRange::ALL, filter: Some(filter.parse().unwrap()), limit: 9 };
        wait(reader.list(&query)).unwrap().traces
    };
    assert_eq!(found("name = 'GET /old' or name = SELECT").len(), 1);
    let mut connection = super::schema::open_for_writing(&store.path).unwrap();
    assert_eq!(evict(&mut connection, &minute, NOW.saturating_add(61_000_000_000)).unwrap(), 1);
    store.keep(vec![batch(vec![(id(2), span(1, 0, "api", "GET /new")), (id(2), span(2, 1, "cache", "HGET"))])]);
    assert_eq!(found("name = 'GET /old' or name = SELECT"), []);
    let new = found("name = HGET");
    assert_eq!(new, [store.trace(&id(2)).unwrap().summary()]);
}

#[test]
fn a_store_of_the_first_version_is_read_and_brought_up_to_date() {
    let store = Store::new();
    store.keep(vec![batch(vec![(id(1), span(1, 0, "web", "GET /"))])]);
    let first = "DROP TABLE destinations; DROP TABLE set_aside; DROP TABLE log_fragments; ALTER TABLE trace_rows DROP COLUMN also; PRAGMA user_version = 1";
    Connection::open(&store.path).unwrap().execute_batch(first).unwrap();
    assert_eq!(store.list("service = web and duration > 1ns"), [id(1)]);
    store.keep(vec![batch(vec![(id(2), span(1, 0, "web", "GET /"))])]);
    assert_eq!(store.list("service = web").len(), 2);
    let version: i64 =
        Connection::open(&store.path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 4);
}

#[test]
fn a_store_that_is_being_made_is_not_there_yet_and_never_foreign() {
    for _ in 0..20 {
        let store = Store::new();
        let (made, path) = (std::sync::atomic::AtomicBool::new(false), store.path.as_path());
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                while !made.load(std::sync::atomic::Ordering::Relaxed) {
                    match Local::open(path, PATIENCE) {
                        Ok(_) | Err(StoreError::Missing(_)) => {}
                        Err(error) => return Some(error.to_string()),
                    }
                }
                None
            });
            drop(super::schema::open_for_writing(path).unwrap());
            made.store(true, std::sync::atomic::Ordering::Relaxed);
            assert_eq!(reader.join().unwrap(), None);
        });
    }
}

#[test]
fn the_views_are_for_people() {
    let store = Store::new();
    store.keep(vec![batch(vec![(id(1), span(1, 0, "web", "GET /")), (id(1), span(2, 1, "db", "SELECT"))])]);
    let connection = Connection::open(&store.path).unwrap();
    let row: String = connection
        .query_row(
            "SELECT trace_id || ' ' || root_service || ' ' || root_name || ' ' || span_count || ' ' || duration_ms FROM traces",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(row, "01010101010101010101010101010101 web GET / 2 1.5");
    let row: String = connection
        .query_row(
            "SELECT span_id || ' ' || parent_span_id || ' ' || service || ' ' || name || ' ' || kind || ' ' || duration_ms FROM spans WHERE service = 'db'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(row, "0202020202020202 0101010101010101 db SELECT server 0.5");
}

#[test]
fn files_that_are_no_store_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(
        &text,
        "not a database at all, but long enough to have a header of a hundred bytes, which this sentence has by now",
    )
    .unwrap();
    let other = folder.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    let future = folder.path().join("future.db");
    drop(super::schema::open_for_writing(&future).unwrap());
    Connection::open(&future).unwrap().pragma_update(None, "user_version", 99).unwrap();
    for (path, wanted) in [
        (&text, "is not a store of cruddur-trace: it is no SQLite database"),
        (&other, "is not a store of cruddur-trace: it is another program's SQLite database"),
        (&future, "was written by a newer cruddur-trace (store version 99, this program knows 4)"),
    ] {
        let before = std::fs::read(path).unwrap();
        for error in [Local::open(path, PATIENCE).unwrap_err(), Writer::start(path, Retention::default(), clock).unwrap_err()] {
            assert!(error.to_string().ends_with(wanted), "{error}");
        }
        assert_eq!(std::fs::read(path).unwrap(), before);
    }
    assert!(matches!(Local::open(&folder.path().join("none.db"), PATIENCE), Err(StoreError::Missing(_))));
    assert!(!folder.path().join("none.db").exists(), "reading makes nothing");
}

#[test]
fn a_damaged_store_is_an_error_and_not_an_empty_answer() {
    let store = Store::new();
    store.keep((1..100).map(|number| batch(vec![(id(number), span(1, 0, "web", "GET /"))])).collect());
    let mut bytes = std::fs::read(&store.path).unwrap();
    let end = bytes.len();
    bytes[8192..end].fill(0xa5);
    std::fs::write(&store.path, &bytes).unwrap();
    let answer = Local::open(&store.path, PATIENCE).map(|local| {
        wait(local.list(&Query { range: TimeRange::ALL, filter: None, limit: 9 })).map_err(|error| error.to_string())
    });
    let said = match answer {
        Ok(listed) => listed.unwrap_err(),
        Err(error) => error.to_string(),
    };
    assert!(said.contains("is damaged"), "{said}");
    assert_eq!(std::fs::read(&store.path).unwrap(), bytes);
}

#[cfg(unix)]
#[test]
fn the_store_and_its_folder_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let store = Store::new();
    let (_writer, _thread) = Writer::start(&store.path, Retention::default(), clock).unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&store.path), 0o600);
    assert_eq!(mode(store.path.parent().unwrap()), 0o700);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn however_spans_arrive_the_index_says_what_the_spans_say(
        arrivals in proptest::collection::vec(proptest::collection::vec((1u8..4, 1u8..12, 0u8..12, any::<bool>(), any::<bool>()), 1..8), 1..8),
        restart in any::<prop::sample::Index>(),
    ) {
        let store = Store::new();
        let batches: Vec<_> = arrivals
            .iter()
            .map(|arrival| {
                batch(arrival.iter().map(|&(trace, number, parent, finished, failed)| {
                    let mut span = span(number, parent, if number % 2 == 0 { "web" } else { "db" }, &format!("op {}", number % 3));
                    if !finished { span.end = None; }
                    if failed { span.status.code = StatusCode::Error; }
                    (id(trace), span)
                }).collect::<Vec<_>>())
            })
            .collect();
        // With a new writer in between, which must learn from the store what the first one knew.
        let (first, second) = batches.split_at(restart.index(batches.len()));
        store.keep(first.to_vec());
        store.keep(second.to_vec());
        let listing = wait(store.open().list(&Query { range: TimeRange::ALL, filter: None, limit: 99 })).unwrap();
        for summary in listing.traces {
            let trace = store.trace(&summary.id).unwrap();
            prop_assert_eq!(trace.summary(), summary);
        }
        for filter in [
            "name = 'op 1'",
            "name = 'op 1' and service = web or name = 'op 2'",
            "{ name = 'op 0' } and { service = db }",
            "not kind = client",
        ] {
            let expr: crate::query::Expr = filter.parse().unwrap();
            let mut found = store.list(filter);
            found.sort();
            let all = (1..4).filter_map(|number| store.trace(&id(number)));
            let wanted: Vec<_> =
                all.filter(|trace| expr.matches(trace).is_some()).map(|trace| trace.id().clone()).collect();
            prop_assert_eq!(found, wanted, "{}", filter);
        }
    }
}
