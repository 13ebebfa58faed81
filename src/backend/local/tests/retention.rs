//! Retention while spans come in: the store stays within its bound, and nobody waits for that.

use super::*;

/// A trace of its own with so many bytes that do not compress.
fn large(number: u32, bytes: u32) -> (TraceId, Batch) {
    let id = TraceId::from_bytes((u128::from(number) + 1).to_be_bytes());
    let mut state = number.wrapping_mul(2_654_435_761) | 1;
    let noise = (0..bytes).map(|_| {
        // xorshift32, by G. Marsaglia.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    });
    let mut root = span(1, 0, "web", &format!("GET /{}", number % 7));
    root.attributes.push("noise", crate::model::Value::Bytes(noise.collect()));
    let whole = batch(vec![(id.clone(), root), (id.clone(), span(2, 1, "web", "child"))]);
    (id, whole)
}

/// Bytes that the store takes, be they folded into the file yet or not, and how many traces it has.
fn extent(connection: &Connection) -> (u64, i64) {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap() as u64;
    let pages = pragma("page_count") - pragma("freelist_count");
    let traces = connection.query_row("SELECT count(*) FROM trace_rows", [], |row| row.get(0)).unwrap();
    (pages * pragma("page_size"), traces)
}

#[test]
fn a_store_that_is_written_to_without_a_pause_stays_within_its_bound() {
    const BOUND: u64 = 2 << 20;
    const EACH: u32 = 100_000;
    let store = Store::new();
    let (writer, thread) = Writer::start(&store.path, Retention { max_age: None, max_bytes: Some(BOUND) }, clock).unwrap();
    let (first, whole) = large(0, EACH);
    wait(writer.keep(whole)).unwrap();
    // A reader that takes its time: it sees the store as it was, whatever is evicted meanwhile.
    let slow = super::super::schema::open_for_reading(&store.path, PATIENCE).unwrap();
    slow.execute_batch("BEGIN").unwrap();
    assert_eq!(extent(&slow).1, 1);
    let looking = super::super::schema::open_for_reading(&store.path, PATIENCE).unwrap();
    for number in 1..100 {
        let (id, whole) = large(number, EACH);
        wait(writer.keep(whole)).unwrap();
        let (bytes, traces) = extent(&looking);
        // Eviction comes after the acknowledgement; one batch and its index may be over the bound.
        assert!(bytes <= BOUND + u64::from(EACH) * 3 / 2, "{bytes} bytes after {number}");
        assert!(traces <= 22, "{traces} traces after {number}");
        assert_eq!(store.trace(&id).map(|trace| trace.spans().len()), Some(2), "the newest is whole");
    }
    assert_eq!(slow.query_row("SELECT count(*) FROM trace_rows", [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    drop(slow);
    let figures = writer.figures();
    assert!((78..=99).contains(&figures.evicted_traces), "{figures:?}");
    assert_eq!((figures.batches, figures.spans, figures.failed_batches, figures.failed_evictions), (100, 200, 0, 0));
    assert_eq!((figures.waiting_batches, figures.waiting_bytes), (0, 0));
    drop(writer);
    thread.join().unwrap();
    let (bytes, traces) = extent(&looking);
    assert!(bytes <= BOUND && traces > 10, "{bytes} bytes, {traces} traces");
    assert_eq!(store.trace(&first), None);
    let size = std::fs::metadata(&store.path).unwrap().len();
    assert!(size <= BOUND, "what was evicted is given back: {size}");
}

#[test]
fn many_senders_at_once_do_not_outrun_eviction() {
    const BOUND: u64 = 1 << 20;
    let store = Store::new();
    let (writer, thread) = Writer::start(&store.path, Retention { max_age: None, max_bytes: Some(BOUND) }, clock).unwrap();
    let senders: Vec<_> = (0..8)
        .map(|sender| {
            let writer = writer.clone();
            std::thread::spawn(move || {
                for number in 0..50 {
                    wait(writer.keep(large(sender * 50 + number, 20_000).1)).unwrap();
                }
            })
        })
        .collect();
    for sender in senders {
        sender.join().unwrap();
    }
    let (bytes, _) = extent(&super::super::schema::open_for_reading(&store.path, PATIENCE).unwrap());
    // Eight batches may be in the last commit.
    assert!(bytes <= BOUND + 8 * 40_000, "{bytes}");
    assert_eq!(writer.figures().batches, 400);
    drop(writer);
    thread.join().unwrap();
}

#[test]
fn a_bound_that_was_lowered_is_reached_while_spans_come_in() {
    let store = Store::new();
    store.keep((0..60).map(|number| large(number, 100_000).1).collect());
    let bound = Some(1 << 20);
    let mut connection = super::super::schema::open_for_writing(&store.path).unwrap();
    let retention = Retention { max_age: Some(Duration::from_mins(1)), max_bytes: bound };
    let (mut evictor, mut evicted) = (Evictor::default(), Evicted::default());
    // Of a turn that has no time left, something still comes.
    let mut turns = 0;
    evictor.look_again();
    while evictor.is_under_way() {
        evictor.turn(&mut connection, &retention, NOW, &mut evicted).unwrap();
        turns += 1;
        assert!(turns < 100, "every turn brings it nearer");
    }
    assert!(evictor.is_hollow());
    let (bytes, traces) = extent(&connection);
    assert!(bytes <= 1 << 20 && traces as usize + evicted.traces.len() == 60, "{bytes} bytes, {traces} traces");
    assert_eq!(evicted.batches, evicted.traces.len());
    evictor.rest();
    evictor.turn(&mut connection, &Retention { max_bytes: Some(1), ..retention }, NOW, &mut evicted).unwrap();
    assert_eq!(traces as usize + evicted.traces.len(), 60, "after a failure it waits until it is told to look again");
}
