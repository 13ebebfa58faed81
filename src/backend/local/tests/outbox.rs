//! What forwarding reads of the store, and notes in it.

use super::*;
use crate::backend::local::{Committed, Outbox, Place, SetAside, Step};

/// Works with a writer, and waits until it has let go of the file.
fn writing(store: &Store, work: impl FnOnce(&Writer)) {
    let (writer, thread) = Writer::start(&store.path, Retention::default(), clock).unwrap();
    work(&writer);
    drop(writer);
    thread.join().unwrap();
}

fn one(number: u8) -> Batch {
    batch(vec![(id(number), span(number, 0, "web", "GET /"))])
}

fn step(upto: i64, file: u64, set_aside: usize) -> Step {
    let aside =
        SetAside { batch: upto, at: NOW, spans: 2, trace: "t".to_owned(), span: "s".to_owned(), reason: "because".to_owned() };
    Step { destination: "there".to_owned(), file, upto, spans: 3, evicted: 1, set_aside: vec![aside; set_aside] }
}

#[test]
fn a_new_destination_begins_at_the_end_and_a_known_one_where_it_was() {
    let store = Store::new();
    writing(&store, |writer| {
        wait(writer.keep(one(1))).unwrap();
        wait(writer.register(vec!["there".to_owned()])).unwrap();
        wait(writer.keep(one(2))).unwrap();
        writer.advance(step(2, 0, 1));
    });
    writing(&store, |writer| wait(writer.register(vec!["there".to_owned(), "here".to_owned()])).unwrap());
    let outbox = Outbox::open(&store.path).unwrap();
    assert_eq!(outbox.place("there").unwrap(), Some(Place { upto: 2, spans: 3, evicted: 1, set_aside: 2 }));
    assert_eq!(outbox.place("here").unwrap(), Some(Place { upto: 2, ..Place::default() }));
    assert_eq!(outbox.place("nowhere").unwrap(), None);
    assert_eq!(outbox.set_aside("there", 10).unwrap(), step(2, 0, 1).set_aside);
    assert_eq!(outbox.destinations().unwrap(), ["here", "there"]);
}

#[test]
fn what_was_evicted_before_a_destination_was_named_was_not_meant_for_it() {
    let store = Store::new();
    store.keep((1..=3).map(one).collect());
    let late = || Time(NOW.0 + 100 * 1_000_000_000);
    let retention = Retention { max_age: Some(Duration::from_secs(10)), max_bytes: None };
    let (writer, thread) = Writer::start(&store.path, retention, late).unwrap();
    drop(writer);
    thread.join().unwrap();
    assert_eq!(Outbox::open(&store.path).unwrap().after(0, usize::MAX).unwrap(), [], "all is evicted");
    writing(&store, |writer| {
        wait(writer.register(vec!["there".to_owned()])).unwrap();
        assert_eq!(writer.committed().borrow().batch, 3);
        wait(writer.keep(one(4))).unwrap();
    });
    let outbox = Outbox::open(&store.path).unwrap();
    assert_eq!(outbox.place("there").unwrap(), Some(Place { upto: 3, ..Place::default() }));
    assert_eq!(outbox.after(3, 1).unwrap()[0].number, 4);
}

#[test]
fn what_is_set_aside_is_counted_and_only_the_last_of_it_remembered() {
    let store = Store::new();
    writing(&store, |writer| {
        wait(writer.register(vec!["there".to_owned()])).unwrap();
        (1..=3).for_each(|upto| writer.advance(step(upto, 0, 4_000)));
    });
    let outbox = Outbox::open(&store.path).unwrap();
    assert_eq!(outbox.place("there").unwrap().unwrap().set_aside, 24_000);
    let remembered = outbox.set_aside("there", usize::MAX >> 1).unwrap();
    assert_eq!((remembered.len(), remembered[0].batch, remembered[9_999].batch), (10_000, 3, 1));
}

#[test]
fn batches_come_in_order_as_many_as_fit_and_at_least_one() {
    let store = Store::new();
    store.keep((1..=3).map(one).collect());
    let outbox = Outbox::open(&store.path).unwrap();
    let numbers = |after, bytes| outbox.after(after, bytes).unwrap().iter().map(|stored| stored.number).collect::<Vec<_>>();
    let size = one(1).data.len();
    assert_eq!(numbers(0, usize::MAX), [1, 2, 3]);
    assert_eq!(numbers(1, 1), [2]);
    assert_eq!(numbers(0, size * 2), [1, 2]);
    assert_eq!(numbers(3, usize::MAX), [0; 0]);
    let first = outbox.after(0, 1).unwrap().remove(0);
    assert_eq!((first.data, first.spans, first.received), (one(1).data, 1, NOW));
}

#[test]
fn what_is_committed_is_told_also_when_the_file_is_another_one() {
    let store = Store::new();
    writing(&store, |writer| {
        wait(writer.register(vec!["there".to_owned()])).unwrap();
        let committed = writer.committed();
        wait(writer.keep(one(1))).unwrap();
        assert_eq!(*committed.borrow(), Committed { file: 0, batch: 1 });
        std::fs::rename(&store.path, store.path.with_extension("moved")).unwrap();
        wait(writer.keep(one(2))).unwrap();
        assert_eq!(*committed.borrow(), Committed { file: 1, batch: 1 });
        // Of the file before: it says nothing of this one.
        writer.advance(step(9, 0, 1));
    });
    let outbox = Outbox::open(&store.path).unwrap();
    assert_eq!(outbox.place("there").unwrap(), Some(Place::default()), "in the new file nothing was sent yet");
    assert!(outbox.is_current());
}
