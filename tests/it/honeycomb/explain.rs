//! `--explain`: what would be asked, and what it would cost, without asking.

use std::collections::BTreeMap;

use cruddur_trace::model::{Link, Status, StatusCode};
use serde_json::Value as Json;

use super::list::{ago, request};
use super::{costs, quick};
use crate::support::honeycomb::{Honeycomb, Switches, Type, check};
use crate::support::spans::now;

/// The bodies of queries that it prints are such as the service takes.
fn acceptable(text: &str, service: &Honeycomb) -> usize {
    let mut types = BTreeMap::<String, Vec<Type>>::new();
    for row in service.rows() {
        for (key, cell) in &row.fields {
            types.entry(key.clone()).or_default().push(cell.kind());
        }
    }
    let bodies = text.lines().filter_map(|line| Some(line.split_once("POST /1/queries/__all__ ")?.1));
    let each = bodies.map(|body| {
        let spec: Json = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"));
        check(&spec, &types, &Switches::default(), now().0 / 1_000_000_000).unwrap_or_else(|_| panic!("refused: {body}"));
    });
    each.count()
}

/// The numbers in front of "query result", "more if …" and "more (--counts)": of what is asked when something is found.
fn said(text: &str) -> usize {
    let number = |line: &str| {
        let line = line.strip_prefix("honeycomb: ")?;
        let cost = line.contains("query result:") || line.contains("more if something") || line.contains("more (--counts)");
        let one = line.contains("1 more for every 100");
        (cost || one).then(|| line.split_whitespace().next()?.parse::<usize>().ok())?
    };
    text.lines().filter_map(number).sum()
}

#[test]
fn what_is_said_to_be_asked_is_what_it_costs() {
    let service = Honeycomb::start();
    // With all columns that are taken for granted.
    let mut spans = request(1, ago(60.0));
    spans[1].1.status = Status { code: StatusCode::Error, message: "broken".to_owned() };
    let link = Link { trace_id: "0".repeat(31) + "1", span_id: "0".repeat(15) + "1", ..Link::default() };
    spans[2].1.links.push(link);
    service.ingest_spans(spans);
    for cached in [false, true] {
        let home = quick(&service);
        if cached {
            assert_eq!(home.line("list -b honeycomb").code, Some(0));
        }
        for question in [
            &["list"][..],
            &["list", "--counts"],
            &["list", "app.number = 1"],
            &["list", "status != error"],
            &["list", "root and name starts-with GET"],
            &["list", "{ root } >> { app.number = 1 }"],
            &["list", "{ } | count() > 1", "--since", "3d"],
            &["assert", "app.number = 1"],
        ] {
            let before = service.requests().len();
            let words: Vec<&str> = question.iter().copied().chain(["-b", "honeycomb"]).collect();
            let explained = home.run(words.iter().copied().chain(["--explain"]));
            assert_eq!((explained.code, service.requests().len()), (Some(0), before), "nothing is asked: {explained}");
            assert_eq!(explained.stdout.contains("the columns are not known yet"), !cached, "{explained}");
            assert!(acceptable(&explained.stdout, &service) > 0, "{explained}");
            if cached {
                let (output, results) = costs(&service, || home.run(&words));
                assert_eq!((output.code, results), (Some(0), said(&explained.stdout)), "{question:?} {explained}{output}");
            }
        }
    }
}

#[test]
fn what_cannot_be_is_explained_as_no_question_at_all() {
    let service = Honeycomb::start();
    service.ingest_spans(request(1, ago(60.0)));
    let home = quick(&service);
    assert_eq!(home.line("list -b honeycomb").code, Some(0));
    let before = service.requests().len();
    let unknown = home.run(["list", "-b", "honeycomb", "app.numbr = 1", "--explain"]);
    assert!(unknown.stdout.contains("no column is called `app.numbr`"), "{unknown}");
    assert!(unknown.stdout.contains("no query result is needed"), "{unknown}");
    let old = home.line("list -b honeycomb --since 10d --until 8d --explain");
    assert!(old.stdout.contains("nothing is asked"), "{old}");
    assert_eq!(service.requests().len(), before);
}
