//! `list -b honeycomb`: what it finds, and what that costs.

use cruddur_trace::model::{Span, StatusCode, Time, TraceId};
use serde_json::{Value as Json, json};

use super::{SECOND, costs, home, quick};
use crate::support::honeycomb::{AllColumns, Cell, FutureEnd, Honeycomb, Row, Setup, Slow, Switches};
use crate::support::spans::{MS, family, now, span, trace_id};
use crate::support::{CommandOutput, Home};

/// A root and two children below it, all of a millisecond, that began then. They have their number as an attribute.
pub(crate) fn request(number: u64, start: Time) -> Vec<(TraceId, Span)> {
    let spans = family(2).into_iter().map(|mut span| {
        (span.start, span.end) = (start, Some(Time(start.0 + MS)));
        span.attributes.push("app.number", number as i64);
        (trace_id(7, number), span)
    });
    spans.collect()
}

/// So many seconds ago.
pub(crate) fn ago(seconds: f64) -> Time {
    Time(now().0 - (seconds * SECOND as f64) as u64)
}

/// Requests numbered from 1, each a second older than the one before; of the third, the first child failed.
fn requests(service: &Honeycomb, count: u64) {
    for number in 1..=count {
        let mut spans = request(number, ago(60.0 + number as f64));
        if number == 3 {
            spans[1].1.status.code = StatusCode::Error;
        }
        service.ingest_spans(spans);
    }
}

/// The numbers of the traces that are listed, in their order.
pub(super) fn numbers(output: &CommandOutput) -> Vec<u64> {
    let each = output.stdout.lines().map(|line| {
        let line: Json = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {output}"));
        let id = line["trace_id"].as_str().expect("it has an id").to_owned();
        u64::from_str_radix(&id[16..], 16).expect("it is of hex digits")
    });
    each.collect()
}

/// Lists as lines of JSON.
fn listed(home: &Home, more: &[&str]) -> CommandOutput {
    let output = home.run(["list", "-b", "honeycomb", "-o", "jsonl"].iter().chain(more));
    assert_eq!(output.code, Some(0), "{more:?}: {output}");
    output
}

#[test]
fn each_question_costs_as_few_query_results_as_it_can() {
    let service = Honeycomb::start();
    requests(&service, 5);
    let home = quick(&service);
    for (question, cost, found) in [
        (&[][..], 1, &[1, 2, 3, 4, 5][..]),
        (&["--limit", "3"], 1, &[1, 2, 3]),
        (&["--counts"], 2, &[1, 2, 3, 4, 5]),
        (&["status = error"], 2, &[3]),
        (&["app.number = 4"], 2, &[4]),
        (&["app.number = 4 and not (app.number = 5)"], 2, &[4]),
        (&["app.number > 5"], 1, &[]),
        (&["root and span.app.number >= 4"], 1, &[4, 5]),
        (&["root and service = web and duration < 1s"], 1, &[1, 2, 3, 4, 5]),
        (&["{ root } > { app.number = 2 }"], 2, &[2]),
        (&["{ app.number <= 2 } | count() > 2"], 2, &[1, 2]),
        (&["{ } | sum(app.number) = 15"], 2, &[5]),
        (&["traceDuration > 0ms", "--limit", "2"], 2, &[1, 2]),
        (&["service = nobody"], 1, &[]),
        (&["app.numbr = 4"], 0, &[]),
        (&["app.numbr = 4 or app.number = 3"], 2, &[3]),
    ] {
        let (output, results) = costs(&service, || listed(&home, question));
        assert_eq!((numbers(&output).as_slice(), results), (found, cost), "{question:?}: {output}");
    }
}

#[test]
fn a_column_that_nobody_has_is_told_with_the_one_that_was_meant_and_one_that_came_just_now_is_known() {
    let service = Honeycomb::start();
    requests(&service, 1);
    let home = quick(&service);
    assert_eq!(numbers(&listed(&home, &[])), [1]);
    let output = home.run(["list", "-b", "honeycomb", "app.numbr = 4"]);
    assert!(output.stderr.contains("Honeycomb has no column `app.numbr`; did you mean `app.number`?"), "{output}");
    assert!(output.stderr.contains("no trace satisfies app.numbr = 4"), "{output}");
    let mut new = request(2, ago(1.0));
    new[2].1.attributes.push("app.new", true);
    service.ingest_spans(new);
    let output = listed(&home, &["app.new = true"]);
    assert_eq!((numbers(&output), output.stderr.as_str()), (vec![2], ""), "{output}");
}

#[test]
fn a_trace_that_ended_a_second_ago_is_there() {
    let service = Honeycomb::start();
    service.ingest_spans(request(1, ago(1.0)));
    let home = quick(&service);
    for question in [&[][..], &["app.number = 1"], &["root and span.app.number = 1"], &["--since", "3d"], &["--since", "20h"]] {
        assert_eq!(numbers(&listed(&home, question)), [1], "{question:?}");
    }
}

/// So that what was a second ago is of a minute that is not over.
pub(super) fn within_a_minute() {
    while !(5..58).contains(&(now().0 / SECOND % 60)) {
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
}

#[test]
fn where_no_end_may_be_in_the_future_the_newest_minute_is_said_to_be_missing() {
    within_a_minute();
    for status in [400, 422] {
        let switches = Switches { future_end: FutureEnd::Refused(status), ..Switches::default() };
        let service = Honeycomb::with(Setup { switches, ..Setup::default() });
        service.ingest_spans(request(1, ago(1.0)));
        service.ingest_spans(request(2, ago(120.0)));
        let home = quick(&service);
        for question in [&[][..], &["app.number > 0"], &["root and span.app.number > 0"]] {
            let output = listed(&home, question);
            assert_eq!(numbers(&output), [2], "{question:?}: {output}");
            let said = "Honeycomb takes no end in the future and cuts it to 60 s: what is newer than that may be missing";
            assert!(output.stderr.contains(said), "{question:?}: {output}");
        }
        let past = listed(&home, &["--until", "1m"]);
        assert_eq!((numbers(&past), past.stderr.as_str()), (vec![2], ""), "an end in the past is none in the future: {past}");
    }
}

/// 700 traces over nine hours.
fn nine_hours(service: &Honeycomb) {
    for number in 1..=700 {
        service.ingest_spans(request(number, ago(60.0 + number as f64 * 46.0)));
    }
}

#[test]
fn hundreds_of_traces_are_listed_in_order_by_one_query_result() {
    let service = Honeycomb::start();
    nine_hours(&service);
    let home = quick(&service);
    let (output, results) = costs(&service, || listed(&home, &["--since", "10h", "--limit", "20"]));
    assert_eq!((numbers(&output), results), ((1..=20).collect(), 1), "{output}");
    assert!(output.stderr.contains("the newest 20; --limit shows more"), "{output}");
    let (output, results) = costs(&service, || listed(&home, &["--since", "10h", "--limit", "1000"]));
    assert_eq!((numbers(&output), output.stderr.as_str(), results), ((1..=700).collect(), "", 1), "{output}");
    let (output, results) = costs(&service, || listed(&home, &["--since", "10h", "--limit", "1000", "app.number > 0"]));
    assert_eq!((numbers(&output).len(), results), (700, 2), "{output}");
    let (output, results) = costs(&service, || listed(&home, &["--since", "10h", "--limit", "20", "app.number > 0"]));
    assert_eq!((numbers(&output), results), ((1..=20).collect(), 2), "{output}");
    let (output, _) = costs(&service, || listed(&home, &["--since", "2h", "--until", "1h", "--limit", "1000"]));
    let hour: Vec<u64> = (1..=700).filter(|number| (3600..7200).contains(&(60 + number * 46))).collect();
    let found = numbers(&output);
    // A second may have passed meanwhile.
    assert!(
        found.len().abs_diff(hour.len()) <= 1 && found.iter().filter(|number| !hour.contains(number)).count() <= 1,
        "{output}"
    );
}

/// Rows of spans without parents, one in a trace, a hundred milliseconds apart.
fn roots(count: u64) -> Vec<Row> {
    let first = ago(60.0).0;
    let row = |number: u64| {
        let text = |text: &str| Cell::Text(text.to_owned());
        let fields = [
            ("trace.trace_id", text(&trace_id(7, number).to_string())),
            ("trace.span_id", text(&format!("{number:016x}"))),
            ("name", text("GET /")),
            ("service.name", text("web")),
            ("duration_ms", Cell::Float(1.0)),
            ("meta.signal_type", text("trace")),
            ("span.kind", text("server")),
            ("app.number", Cell::Int(number as i64)),
        ];
        let fields = fields.into_iter().map(|(key, cell)| (key.to_owned(), cell)).collect();
        let time_ns = first - number * 50 * MS;
        Row { dataset: "web".to_owned(), time_ns, ingested_ns: time_ns + MS, sample_rate: 1, fields }
    };
    (1..=count).map(row).collect()
}

#[test]
fn more_roots_than_a_result_has_rows_come_in_pages() {
    let service = Honeycomb::start();
    service.ingest_rows(roots(12_000));
    let home = quick(&service);
    let (output, results) = costs(&service, || listed(&home, &["--limit", "11000"]));
    let found = numbers(&output);
    assert_eq!((found.len(), results), (11_000, 2));
    assert_eq!(found, (1..=11_000).collect::<Vec<u64>>());
    assert!(output.stderr.contains("the newest 11,000 of 12,000; --limit shows more"), "{}", output.stderr);
    let (output, results) = costs(&service, || listed(&home, &["app.number > 11990", "--limit", "1000"]));
    assert_eq!((numbers(&output), results), ((11_991..=12_000).collect(), 2));
    let (output, results) = costs(&service, || listed(&home, &["app.number > 0", "--limit", "5"]));
    assert_eq!((numbers(&output), results), (vec![1, 2, 3, 4, 5], 3), "two pages of spans, and the traces: {}", output.stderr);
}

#[test]
fn spans_that_are_too_many_to_look_through_are_said_to_be() {
    let service = Honeycomb::start();
    service.ingest_rows(roots(41_000));
    let home = quick(&service);
    let (output, results) = costs(&service, || listed(&home, &["app.number > 0", "--limit", "5"]));
    assert_eq!((numbers(&output), results), (vec![1, 2, 3, 4, 5], 5), "{}", output.stderr);
    assert!(!output.stderr.contains("were looked at"), "the newest are sure: {}", output.stderr);
    let asserted = home.run(["assert", "-b", "honeycomb", "{ app.number > 0 } | count() > 1"]);
    assert_eq!(asserted.code, Some(3), "{asserted}");
    assert!(asserted.stderr.contains("so many spans may satisfy this that only those since"), "{asserted}");
}

#[test]
fn a_window_ends_where_it_was_said_to_end() {
    let service = Honeycomb::start();
    let since = Time(ago(7000.0).0 / SECOND * SECOND);
    let until = Time(since.0 + 600 * SECOND);
    let edges = [since.0 - MS, since.0, until.0 - MS, until.0];
    for (number, start) in (1..).zip(edges) {
        service.ingest_spans(request(number, Time(start)));
    }
    // One that began before, of which most is within, and one that goes on for half an hour after.
    let at = |number: u64, id: u64, start: u64| {
        let span = Span { start: Time(start), end: Some(Time(start + MS)), ..span(id, id - 1, "step") };
        (trace_id(7, number), span)
    };
    let mut long = vec![at(5, 1, since.0 - 60 * SECOND), at(5, 2, since.0 + 60 * SECOND)];
    long.extend([at(6, 1, until.0 - 60 * SECOND), at(6, 2, until.0 + 1800 * SECOND)]);
    for (_, span) in &mut long {
        span.attributes.push("app.long", span.parent.is_some());
    }
    service.ingest_spans(long);
    let home = quick(&service);
    let window = ["--since", &since.to_rfc3339(), "--until", &until.to_rfc3339()].map(str::to_owned);
    for (question, found) in [
        (&[][..], &[3, 6, 2][..]),
        (&["--counts"], &[3, 6, 2]),
        (&["app.number > 0"], &[3, 2]),
        (&["root and span.app.number > 0"], &[3, 2]),
        (&["app.long = true"], &[6]),
        (&["traceDuration > 20m"], &[6]),
        (&["{ app.long = false } >> { app.long = true }"], &[6]),
    ] {
        let words: Vec<&str> = window.iter().map(String::as_str).chain(question.iter().copied()).collect();
        assert_eq!(numbers(&listed(&home, &words)), found, "{question:?}");
    }
    let words: Vec<&str> = window.iter().map(String::as_str).chain(["--counts"]).collect();
    let counted = listed(&home, &words);
    let of = |number: u64| -> Json {
        let id = trace_id(7, number).to_string();
        let line = counted.stdout.lines().find(|line| line.contains(&id)).expect("it is listed");
        serde_json::from_str(line).expect("it is JSON")
    };
    assert_eq!((&of(6)["span_count"], &of(6)["duration_ns"]), (&json!(2), &json!(1_860 * SECOND + MS)));
    assert_eq!(of(2)["span_count"], 3);
}

#[test]
fn days_are_asked_for_in_whole_steps_and_a_week_is_the_most() {
    let service = Honeycomb::start();
    let days = |days: f64| ago(days * 86_400.0);
    for (number, start) in (1..).zip([days(0.5), days(1.9), days(2.9), days(6.5), days(7.5)]) {
        service.ingest_spans(request(number, start));
    }
    let home = quick(&service);
    assert_eq!(numbers(&listed(&home, &["--since", "1d"])), [1]);
    assert_eq!(numbers(&listed(&home, &["--since", "2d"])), [1, 2]);
    assert_eq!(numbers(&listed(&home, &["--since", "3d", "app.number > 0"])), [1, 2, 3]);
    let cut = listed(&home, &["--since", "8d"]);
    assert_eq!(numbers(&cut), [1, 2, 3, 4]);
    assert!(cut.stderr.contains("reaches seven days back: the window was cut to these"), "{cut}");
    let (before, results) = costs(&service, || listed(&home, &["--since", "10d", "--until", "8d"]));
    assert_eq!((numbers(&before).len(), results), (0, 0));
    assert!(before.stderr.contains("reaches seven days back, and all of the window is before that"), "{before}");
    for question in
        ["assert --since 10d --until 8d", "assert --since 10d --until 8d --absent", "assert app.number=9 --since 8d"]
    {
        let asserted = home.line(&format!("{question} -b honeycomb"));
        assert_eq!(asserted.code, Some(3), "{question}: {asserted}");
    }
}

#[test]
fn json_says_what_is_known_and_null_of_what_is_not() {
    let service = Honeycomb::start();
    let mut spans = request(1, Time(ago(60.0).0 / SECOND * SECOND));
    for key in ["http.request.method", "url.path"] {
        spans[0].1.attributes.push(key, if key == "url.path" { "/a" } else { "GET" });
    }
    spans[2].1.status.code = StatusCode::Error;
    service.ingest_spans(spans.clone());
    let orphan = (trace_id(7, 2), Span { start: ago(30.0), ..span(9, 8, "orphan") });
    service.ingest_spans([orphan]);
    let home = quick(&service);
    let document = |more: &[&str]| -> Json {
        let output = home.run(["list", "-b", "honeycomb", "-o", "json"].iter().chain(more));
        serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output}"))
    };
    let start = spans[0].1.start;
    let id = trace_id(7, 1).to_string();
    let seconds = (start.0 / SECOND, start.0 / SECOND + 1);
    let link = format!(
        "https://ui.honeycomb.io/cruddur/environments/test/trace?trace_id={id}&trace_start_ts={}&trace_end_ts={}",
        seconds.0, seconds.1
    );
    let plain = document(&[]);
    assert_eq!(plain["traces"].as_array().map(Vec::len), Some(1), "one without a root is found by a filter: {plain}");
    assert_eq!(
        plain["traces"][0],
        json!({
            "trace_id": id, "backend": "honeycomb", "start": start.to_rfc3339(), "start_unix_nano": start.0.to_string(),
            "end_unix_nano": (start.0 + MS).to_string(), "duration_ns": MS, "root_name": "GET /", "root_service": "web",
            "services": ["web"], "request": "GET /a", "span_count": null, "error_count": null, "link": link, "complete": null,
            "evidence": [], "failed": plain["traces"][0]["failed"],
        })
    );
    let counted = document(&["--counts"]);
    let of = |document: &Json, field: &str| document["traces"][0][field].clone();
    assert_eq!((of(&counted, "span_count"), of(&counted, "error_count")), (json!(3), json!(1)), "{counted}");
    assert_eq!((of(&counted, "failed"), of(&counted, "complete")), (Json::Null, Json::Null), "{counted}");
    let orphans = document(&["name = orphan"]);
    assert_eq!(of(&orphans, "complete"), json!(false), "{orphans}");
    assert_eq!(orphans["traces"][0]["evidence"][0]["code"], "no_root", "{orphans}");
    assert_eq!((of(&orphans, "root_name"), of(&orphans, "span_count")), (Json::Null, json!(1)), "{orphans}");
}

#[test]
fn odd_names_and_those_of_other_spans_never_lead_to_a_refused_query() {
    let service = Honeycomb::with(Setup { all_columns: AllColumns::Merged, ..Setup::default() });
    let keys = ["root.name", "parent.x", "any.y", "any2.z", "none.q", "a b", "ä\"\\", "1st", "error", "name", "meta.x"];
    let mut spans = request(1, ago(60.0));
    for key in keys {
        spans[1].1.attributes.push(key, "v");
    }
    service.ingest_spans(spans);
    let home = quick(&service);
    for (key, test) in keys.into_iter().zip(["= v", "!= w", "exists", "=~ \"v|w\"", "= nil"].into_iter().cycle()) {
        let quoted = format!("\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\""));
        let of_others = ["root.", "parent.", "any", "none."].iter().any(|first| key.starts_with(first));
        for question in [format!("{quoted} {test}"), format!("span.{quoted} = v or app.number > 5")] {
            let output = listed(&home, &[&question]);
            assert_eq!(output.stderr.contains("as a field of another span"), of_others, "{question}: {output}");
        }
    }
    let mut requests = service.requests().into_iter();
    let refused = requests.find(|request| request.status.is_none_or(|status| status >= 300));
    assert!(refused.is_none(), "{refused:?}");
    super::property::never_relational(&service);
}

#[test]
fn a_classic_environment_needs_a_dataset_and_then_is_like_any_other() {
    let service = Honeycomb::with(Setup::classic());
    requests(&service, 3);
    let home = super::with_key(&service, crate::support::honeycomb::CLASSIC);
    let output = home.line("list -b honeycomb");
    assert_eq!((output.code, service.query_results()), (Some(3), 0), "{output}");
    assert!(output.stderr.contains("--dataset") && output.stderr.contains("traces"), "{output}");
    for (question, found) in
        [(&[][..], &[1, 2, 3][..]), (&["status = error"], &[3]), (&["root and span.app.number > 1"], &[2, 3])]
    {
        let words: Vec<&str> = ["--dataset", "traces"].iter().chain(question).copied().collect();
        assert_eq!(numbers(&listed(&home, &words)), found, "{question:?}");
    }
    let linked = listed(&home, &["--dataset", "traces", "--limit", "1"]);
    assert!(linked.stdout.contains("https://ui.honeycomb.io/cruddur/datasets/traces/trace?"), "{linked}");
}

/// What a Beeline sends, with a dataset whose definitions say so.
fn beeline(number: u64, start: Time) -> Vec<Row> {
    let row = |id: u64, parent: u64| {
        let text = |text: &str| Cell::Text(text.to_owned());
        let mut fields = vec![
            ("traceId", text(&trace_id(7, number).to_string())),
            ("id", text(&format!("{id:016x}"))),
            ("op", text(if parent == 0 { "handler" } else { "query" })),
            ("service_name", text("shop")),
            ("elapsed_ms", Cell::Float(5.0)),
            ("app.number", Cell::Int(number as i64)),
        ];
        if parent > 0 {
            fields.push(("parentId", text(&format!("{parent:016x}"))));
            fields.push(("error", text("it broke")));
        }
        let fields = fields.into_iter().map(|(key, cell)| (key.to_owned(), cell)).collect();
        Row { dataset: "shop".to_owned(), time_ns: start.0, ingested_ns: start.0 + MS, sample_rate: 1, fields }
    };
    vec![row(1, 0), row(2, 1)]
}

#[test]
fn columns_of_other_names_are_those_that_the_dataset_defines() {
    let names = [
        ("trace_id", "traceId"),
        ("span_id", "id"),
        ("parent_id", "parentId"),
        ("name", "op"),
        ("service_name", "service_name"),
        ("duration_ms", "elapsed_ms"),
    ];
    let definitions = names.into_iter().map(|(field, column)| (field.to_owned(), column.to_owned())).collect();
    let service = Honeycomb::with(Setup { definitions, ..Setup::default() });
    for number in 1..=3 {
        service.ingest_rows(beeline(number, ago(60.0 + number as f64)));
    }
    let home = quick(&service);
    for (question, found) in [
        (&[][..], &[1, 2, 3][..]),
        (&["--counts"], &[1, 2, 3]),
        (&["service = shop and name = query"], &[1, 2, 3]),
        (&["status = error and app.number = 2"], &[2]),
        (&["root and duration > 4ms and name = handler"], &[1, 2, 3]),
        (&["{ name = handler } > { app.number > 2 }"], &[3]),
    ] {
        let words: Vec<&str> = ["--dataset", "shop"].iter().chain(question).copied().collect();
        let output = listed(&home, &words);
        assert_eq!(numbers(&output), found, "{question:?}: {output}");
        assert!(output.stdout.contains(r#""root_name":"handler","root_service":"shop""#), "{question:?}: {output}");
    }
}

#[test]
fn a_name_that_nobody_defines_is_found_where_beelines_have_it() {
    let service = Honeycomb::start();
    let renamed = [
        ("traceId", "trace.trace_id"),
        ("id", "trace.span_id"),
        ("parentId", "trace.parent_id"),
        ("op", "name"),
        ("elapsed_ms", "duration_ms"),
    ];
    let rows = beeline(1, ago(60.0)).into_iter().map(|mut row| {
        for (from, to) in renamed {
            if let Some(cell) = row.fields.remove(from) {
                row.fields.insert(to.to_owned(), cell);
            }
        }
        row
    });
    service.ingest_rows(rows.collect());
    let home = quick(&service);
    for question in ["service = shop", "status = error", "root and service = shop"] {
        let output = listed(&home, &[question]);
        assert_eq!(numbers(&output), [1], "{question}: {output}");
        assert!(output.stdout.contains(r#""root_name":"handler","root_service":"shop""#), "{question}: {output}");
    }
}

#[test]
fn a_filter_whose_query_takes_too_long_is_an_error_and_no_empty_answer() {
    let service = Honeycomb::with(Setup { slow: Slow { window: Some(600), ..Slow::default() }, ..Setup::default() });
    requests(&service, 2);
    let output = quick(&service).run(["list", "-b", "honeycomb", "app.number = 1"]);
    assert_eq!((output.code, output.stdout.as_str()), (Some(3), ""), "{output}");
    assert!(output.stderr.contains("cannot take longer than 10 seconds"), "{output}");
    assert_eq!(home(&service).line("list -b honeycomb --since 2m").code, Some(0));
}
