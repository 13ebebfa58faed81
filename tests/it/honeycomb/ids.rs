//! Trace ids in all the spellings in which they are stored and typed.

use std::collections::BTreeMap;

use super::home;
use crate::support::Home;
use crate::support::honeycomb::{Cell, Honeycomb, Row};
use crate::support::spans::{MS, family, now, trace_id};
use cruddur_trace::model::TraceId;

/// A span of a minute ago, as a sender of its own kind writes it.
fn row(id: &str, name: &str) -> Row {
    let time_ns = now().0 - 60_000 * MS;
    let text = |text: &str| Cell::Text(text.to_owned());
    let fields = [
        ("trace.trace_id", text(id)),
        ("trace.span_id", text("first")),
        ("name", text(name)),
        ("duration_ms", Cell::Float(1.5)),
    ];
    let fields: BTreeMap<_, _> = fields.into_iter().map(|(key, cell)| (key.to_owned(), cell)).collect();
    Row { dataset: "web".to_owned(), time_ns, ingested_ns: time_ns, sample_rate: 1, fields }
}

/// What is shown for an id that was typed.
#[track_caller]
fn shown(home: &Home, typed: &str) -> String {
    let output = home.run(["show", "-b", "honeycomb", "--since", "1h", typed]);
    assert_eq!(output.code, Some(0), "{typed}: {output}");
    output.stdout
}

#[test]
fn an_id_of_which_the_first_half_is_zero_is_found_by_16_and_by_32_digits() {
    let service = Honeycomb::start();
    let id = TraceId::from_text("00000000000000001234567890abcdef");
    service.ingest_spans(family(1).into_iter().map(|span| (id.clone(), span)));
    assert!(service.rows().iter().all(|row| row.fields["trace.trace_id"] == Cell::Text("1234567890abcdef".to_owned())));
    for typed in ["1234567890abcdef", "00000000000000001234567890abcdef", "1234567890ABCDEF"] {
        assert!(shown(&home(&service), typed).contains("SELECT"), "{typed}");
    }
    // Somebody else may have kept all of it.
    service.ingest_rows(vec![row("0000000000000000fedcba0987654321", "whole")]);
    for typed in ["fedcba0987654321", "0000000000000000fedcba0987654321"] {
        assert!(shown(&home(&service), typed).contains("whole"), "{typed}");
    }
}

#[test]
fn an_id_in_the_spelling_of_x_ray_is_found_whichever_is_stored() {
    let service = Honeycomb::start();
    service.ingest_rows(vec![
        row("5759e988bd862e3fe1be46a994272793", "plain"),
        row("1-5759e988-aaaaaaaaaaaaaaaaaaaaaaaa", "dashed"),
    ]);
    for typed in ["1-5759e988-bd862e3fe1be46a994272793", "5759e988bd862e3fe1be46a994272793", "1-5759e988-bd"] {
        assert!(shown(&home(&service), typed).contains("plain"), "{typed}");
    }
    assert!(shown(&home(&service), "1-5759e988-aaaaaaaaaaaaaaaaaaaaaaaa").contains("dashed"));
}

#[test]
fn any_text_can_be_an_id() {
    let service = Honeycomb::start();
    for id in ["build/1234", "my-trace", "a\"b\\c", "ünïcode", "42", "deadbeef"] {
        service.ingest_rows(vec![row(id, "odd")]);
        assert!(shown(&home(&service), id).contains("odd"), "{id}");
    }
    service.ingest_rows(vec![row("421", "another")]);
    assert!(shown(&home(&service), "42").contains("odd"), "it is the beginning of another, too");
}

#[test]
fn the_beginning_of_an_id_that_was_seen_costs_nothing_to_find() {
    let service = Honeycomb::start();
    let home = home(&service);
    let id = trace_id(0xaaaa_bbbb_cccc_0000, 1);
    service.ingest_spans(family(1).into_iter().map(|span| (id.clone(), span)));
    shown(&home, &id.to_string());
    let before = service.query_results();
    for typed in ["aaaabb", "1-aaaabbbb-cc", "AAAABBBBCC"] {
        assert!(shown(&home, typed).contains("SELECT"), "{typed}");
    }
    assert_eq!(service.query_results() - before, 3, "only to read it");
}

#[test]
fn the_beginning_of_an_id_is_found_by_one_query() {
    let service = Honeycomb::start();
    let ids = [trace_id(0xaaaa_bbbb_cccc_0000, 1), trace_id(0xaaaa_bbbb_dddd_0000, 1)];
    for id in &ids {
        service.ingest_spans(family(1).into_iter().map(|span| (id.clone(), span)));
    }
    assert!(shown(&home(&service), "aaaabbbbcc").contains("SELECT"));
    assert_eq!(service.query_results(), 2, "one to find it, and one to read it");
    let output = home(&service).line("show -b honeycomb aaaabb");
    assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""), "{output}");
    assert!(ids.iter().all(|id| output.stderr.contains(&id.to_string())), "{output}");
    let output = home(&service).line("show -b honeycomb 0123ab");
    assert_eq!((output.code, output.stdout.as_str()), (Some(1), ""), "{output}");
    assert!(output.stderr.contains("seven days back"), "{output}");
}
