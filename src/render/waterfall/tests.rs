//! Whole screens, and the laws that hold for any trace.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::{Link, Resource, Span, SpanId, SpanKind, Time};
use crate::render::samples::{START, failed, look, page, running, span, trace};
use crate::render::text;

fn drawn(trace: &Trace, look: &Look) -> String {
    draw(trace, &Options::default(), look)
}

/// What has a parent that did not arrive, a ring, a span that names itself, one that runs, one that ends before it starts.
fn odd() -> Trace {
    trace(vec![
        span(2, 77, "web", "orphan one", 10, 40),
        span(3, 77, "web", "orphan two", 20, 60),
        span(4, 78, "web", "another", 50, 90),
        span(5, 7, "a", "ring", 30, 70),
        span(6, 5, "a", "ring", 35, 60),
        span(7, 6, "b", "ring", 36, 90),
        span(8, 8, "web", "self", 5, 6),
        running(span(9, 2, "web", "still going", 30, 0)),
        span(10, 2, "web", "backwards", 30, 20),
        failed(span(11, 2, "web", "boom", 31, 33), "it broke"),
    ])
}

#[test]
fn a_page_at_80_columns() {
    insta::assert_snapshot!(drawn(&page(), &look(80)), @"
    frontend-react-js  GET /@andrewbrown · 812 ms · 31 spans · 4 services · 1 error
    5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC · 3 m ago · complete

      █ critical path  ▄ own time  ─ waits  ▏0                  ▏500 ms
      GET /@andrewbrown · frontend-react-…  █━━━━━━━━━━━━━━━━━━━━━━━━███████  812 ms
      ┕━ GET /api/activities/@andrewbrown   ╺━━━━━━━━━━━━━━━━━━━━━━━━▏        619 ms
        ┝━ cognito-verify-token             ▐█▍                              39.6 ms
        ┝━ user-activities-data               ╺━━━━━━━━━━━█▍                  329 ms
        │ ┝━ SELECT users WHERE handle = …    ▉                              12.4 ms
        │ ┕━ ×23 SELECT replies WHERE act…     ███████████▋ max 11.8 ms       296 ms
        ┕━ notifications                                   ╺━━━━━━━━━         239 ms
    !     ┝━ DynamoDB.Query cruddur-messa…                 ▐████████▊         235 ms
          │   handled: ProvisionedThroughputExceededException: rate exceeded
          ┕━ momento-counter                                        ▕         2.4 ms

    - 172 ms in GET /@andrewbrown after GET /api/activities/@andrewbrown that nobody
      traced
    ");
}

#[test]
fn a_page_at_120_columns() {
    insta::assert_snapshot!(drawn(&page(), &look(120)), @"
    frontend-react-js  GET /@andrewbrown · 812 ms · 31 spans · 4 services · 1 error
    5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05.123 UTC · 3 m ago · complete

      █ critical path  ▄ own time  ─ waits                                   ▏0        ▏200 ms   ▏400 ms  ▏600 ms
      GET /@andrewbrown                                   frontend-react-js  █━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━████████  812 ms
      ┕━ GET /api/activities/@andrewbrown                 backend-flask       ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╸          619 ms
        ┝━ cognito-verify-token                           backend-flask       █▉                                     39.6 ms
        ┝━ user-activities-data                           backend-flask         ━━━━━━━━━━━━━━━▊                      329 ms
        │ ┝━ SELECT users WHERE handle = $1               postgres              ▌                                    12.4 ms
        │ ┕━ ×23 SELECT replies WHERE activity_uuid = $1  postgres              ▐█████████████▊ max 11.8 ms           296 ms
        ┕━ notifications                                  backend-flask                         ━━━━━━━━━━━╸          239 ms
    !     ┝━ DynamoDB.Query cruddur-messages              dynamodb                              ███████████▎          235 ms
          │   handled: ProvisionedThroughputExceededException: rate exceeded
          ┕━ momento-counter                              backend-flask                                    ▍          2.4 ms

    - 172 ms in GET /@andrewbrown after GET /api/activities/@andrewbrown that nobody traced
    ");
}

#[test]
fn a_page_at_40_columns() {
    insta::assert_snapshot!(drawn(&page(), &look(40)), @"
    frontend-react-js  GET /@andrewbrown
    812 ms · 31 spans · 4 services · 1 error
    5759e988bd862e3fe1be46a994272793
    2026-07-24 14:03:05 UTC · 3 m ago
    complete

      █ critical path  ▏0
      GET /@andrewbro… ━━━━━━━━━━███  812 ms
      ┕━ GET /api/act… ━━━━━━━━━━╸    619 ms
        ┝━ cognito-ve… ▉             39.6 ms
        ┝━ user-activ…  ━━━━━▎        329 ms
        │ ┝━ SELECT u…  ▏            12.4 ms
        │ ┕━ ×23 SELE…  ████▉         296 ms
        │     p50 10.4 ms max 11.8 ms
        ┕━ notificati…       ━━━━╸    239 ms
    !     ┝━ DynamoDB…       ████     235 ms
          │   handled: ProvisionedThroughpu…
          ┕━ momento-…           ▏    2.4 ms

    - 172 ms in GET /@andrewbrown after GET
      /api/activities/@andrewbrown that
      nobody traced
    ");
}

#[test]
fn the_address_of_a_trace_stands_whole_on_a_line_of_its_own() {
    let link =
        format!("https://ui.honeycomb.io/team/environments/prod/trace?trace_id={}&trace_start_ts=1784901785", "5".repeat(32));
    let mut page = page();
    page.link = Some(link.clone());
    for width in [40, 80, 120] {
        let drawn = drawn(&page, &look(width));
        let lines: Vec<&str> = drawn.lines().collect();
        let at = lines.iter().position(|line| *line == link).expect("it is a line");
        assert!(lines[at - 1].ends_with("complete") && lines[at + 1].is_empty(), "{drawn}");
    }
    page.link = Some("https://ui.honeycomb.io/\u{1b}[2J\nü".into());
    assert!(drawn(&page, &look(80)).contains("\nhttps://ui.honeycomb.io/␛[2J␊ü\n"));
    assert!(drawn(&page, &Look { ascii: true, ..look(80) }).contains("\nhttps://ui.honeycomb.io/\\u{1b}[2J\\u{a}\\u{fc}\n"));
}

#[test]
fn it_is_said_how_exact_the_times_are_where_they_are_not() {
    let early = span(2, 1, "web", "early", -900, 1_500);
    let mut trace = trace(vec![span(1, 0, "web", "GET /", 0, 1_000), early]);
    assert!(drawn(&trace, &look(80)).contains("before its parent"));
    trace.precision = 1_000_000;
    let drawn = drawn(&trace, &look(80));
    assert!(drawn.ends_with("\n\n- times are exact to 1 ms\n") && !drawn.contains("before its parent"), "{drawn}");
}

#[test]
fn a_page_in_ascii() {
    insta::assert_snapshot!(drawn(&page(), &Look { ascii: true, ..look(80) }), @"
    frontend-react-js  GET /@andrewbrown | 812 ms | 31 spans | 4 services | 1 error
    5759e988bd862e3fe1be46a994272793 | 2026-07-24 14:03:05 UTC | 3 m ago | complete

      # critical path  = own time  - waits  |0                  |500 ms
      GET /@andrewbrown - frontend-reac...  #------------------------#######  812 ms
      `= GET /api/activities/@andrewbrown   -------------------------#        619 ms
        |= cognito-verify-token             ###                              39.6 ms
        |= user-activities-data               ------------##                  329 ms
        | |= SELECT users WHERE handle ...    #                              12.4 ms
        | `= x23 SELECT replies WHERE a...    ############# max 11.8 ms       296 ms
        `= notifications                                   ----------         239 ms
    !     |= DynamoDB.Query cruddur-mes...                 ##########         235 ms
          |   handled: ProvisionedThroughputExceededException: rate exceeded
          `= momento-counter                                        #         2.4 ms

    - 172 ms in GET /@andrewbrown after GET /api/activities/@andrewbrown that nobody
      traced
    ");
}

#[test]
fn a_page_in_colour() {
    let shown = drawn(&page(), &Look { color: true, ..look(80) });
    insta::assert_snapshot!(shown.replace('\u{1b}', "␛"), @"
    ␛[35mfrontend-react-js␛[0m  ␛[1mGET /@andrewbrown␛[0m␛[2m · ␛[0m␛[1m812 ms␛[0m␛[2m · ␛[0m31 spans␛[2m · ␛[0m4 services␛[2m · ␛[0m␛[31;1m1 error␛[0m
    ␛[33m5759e988bd862e3fe1be46a994272793␛[0m␛[2m · ␛[0m2026-07-24 14:03:05 UTC␛[2m · ␛[0m3 m ago␛[2m · ␛[0m␛[32mcomplete␛[0m

      ␛[2m█ critical path  ▄ own time  ─ waits␛[0m  ␛[2m▏0␛[0m                  ␛[2m▏500 ms␛[0m
      GET /@andrewbrown␛[2m · ␛[0m␛[35mfrontend-react-…␛[0m  ␛[35m█━━━━━━━━━━━━━━━━━━━━━━━━███████␛[0m  812 ms
      ␛[2m┕━ ␛[0mGET /api/activities/@andrewbrown   ␛[33m╺━━━━━━━━━━━━━━━━━━━━━━━━▏␛[0m        619 ms
      ␛[2m  ┝━ ␛[0mcognito-verify-token             ␛[33m▐█▍␛[0m                              39.6 ms
      ␛[2m  ┝━ ␛[0muser-activities-data               ␛[33m╺━━━━━━━━━━━█▍␛[0m                  329 ms
      ␛[2m  │ ┝━ ␛[0mSELECT users WHERE handle = …    ␛[33m▉␛[0m                              12.4 ms
      ␛[2m  │ ┕━ ×23 ␛[0mSELECT replies WHERE act…     ␛[33m███████████▋␛[0m ␛[2mmax 11.8 ms␛[0m       296 ms
      ␛[2m  ┕━ ␛[0mnotifications                                   ␛[33m╺━━━━━━━━━␛[0m         239 ms
    ␛[31;1m!␛[0m ␛[2m    ┝━ ␛[0m␛[31;1mDynamoDB.Query cruddur-messa…␛[0m                 ␛[31;1m▐████████▊␛[0m         235 ms
      ␛[2m    │   ␛[0m␛[31;1mhandled: ProvisionedThroughputExceededException: rate exceeded␛[0m
      ␛[2m    ┕━ ␛[0mmomento-counter                                        ␛[33m▕␛[0m         2.4 ms

    ␛[33m-␛[0m 172 ms in GET /@andrewbrown after GET /api/activities/@andrewbrown that nobody
      traced
    ");
}

#[test]
fn orphans_rings_and_odd_times_are_marked_and_named() {
    insta::assert_snapshot!(drawn(&odd(), &look(80)), @"
    (root not arrived) · 85 µs · 10 spans · 3 services · 1 error
    5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC · 3 m ago
    incomplete: no root span has arrived; 2 parent spans have not arrived; 1 span is
    still running

      █ critical ▄ own ─ waits            ▏0                  ▏50 µs
    ↺ self · web                          ▖                                     1 µs
    ↺ ring · a                                      ▄▄──────────▄▄▄▄           40 µs
      └─ ring                                         ──────────               25 µs
    ~   └─ ring · b                                   ▗▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄   54 µs
    ⋯ 000000000000004d not arrived (yet)    ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
      ├─ orphan one · web                   ▄▄▄▄▄▄▄▄────                       30 µs
    ? │ ├─ still going                              ▌┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ running
    ~ │ ├─ backwards                                ▖                         -10 µs
    ! │ └─ boom                                     ▗▖ handled: it broke        2 µs
      ┕━ orphan two · web                       ████████████████               40 µs
    ⋯ 000000000000004e not arrived (yet)                    ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
      └─ another · web                                      ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄   40 µs

    ↺ span 0000000000000008 names itself as its parent
    ↺ 3 spans are each other's ancestors: the cycle is cut above 0000000000000005,
      the earliest
    ~ 1 span ends after its parent
    ~ 1 span ends before it starts: shown as received
    ");
}

#[test]
fn every_mark_has_an_ascii_form() {
    insta::assert_snapshot!(drawn(&odd(), &Look { ascii: true, ..look(80) }), @"
    (root not arrived) | 85 us | 10 spans | 3 services | 1 error
    5759e988bd862e3fe1be46a994272793 | 2026-07-24 14:03:05 UTC | 3 m ago
    incomplete: no root span has arrived; 2 parent spans have not arrived; 1 span is
    still running

      # critical = own - waits            |0                  |50 us
    @ self - web                          =                                     1 us
    @ ring - a                                      ==----------====           40 us
      `- ring                                         ----------               25 us
    ~   `- ring - b                                   ======================   54 us
    : 000000000000004d not arrived (yet)    --------------------
      |- orphan one - web                   ========----                       30 us
    ? | |- still going                              #----------------------> running
    ~ | |- backwards                                =                         -10 us
    ! | `- boom                                     == handled: it broke        2 us
      `= orphan two - web                       ################               40 us
    : 000000000000004e not arrived (yet)                    ----------------
      `- another - web                                      ================   40 us

    @ span 0000000000000008 names itself as its parent
    @ 3 spans are each other's ancestors: the cycle is cut above 0000000000000005,
      the earliest
    ~ 1 span ends after its parent
    ~ 1 span ends before it starts: shown as received
    ");
}

#[test]
fn of_a_deep_chain_the_number_of_levels_stands_for_the_outer_guides() {
    let chain = trace((1..=18).map(|n| span(n, n - 1, "web", &format!("step {n}"), i128::from(n) * 10, 1000)).collect());
    insta::assert_snapshot!(drawn(&chain, &look(60)), @"
    web  step 1 · 990 µs · 18 spans · 1 service
    5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC
    3 m ago · complete

    █ critical ▄ own ─ waits     ▏0          ▏500 µs
    step 1 · web                 ━━━━━━━━━━━━━━━━━━━━━━━━ 990 µs
    ┕━ step 2                    ━━━━━━━━━━━━━━━━━━━━━━━━ 980 µs
      ┕━ step 3                  ╺━━━━━━━━━━━━━━━━━━━━━━━ 970 µs
        ┕━ step 4                ▐━━━━━━━━━━━━━━━━━━━━━━━ 960 µs
          ┕━ step 5               ━━━━━━━━━━━━━━━━━━━━━━━ 950 µs
            ┕━ step 6             ━━━━━━━━━━━━━━━━━━━━━━━ 940 µs
              ┕━ step 7           ╺━━━━━━━━━━━━━━━━━━━━━━ 930 µs
                ┕━ step 8         ▐━━━━━━━━━━━━━━━━━━━━━━ 920 µs
                  ┕━ step 9        ━━━━━━━━━━━━━━━━━━━━━━ 910 µs
     9           ┕━ step 10        ━━━━━━━━━━━━━━━━━━━━━━ 900 µs
    10           ┕━ step 11        ╺━━━━━━━━━━━━━━━━━━━━━ 890 µs
    11           ┕━ step 12        ▐━━━━━━━━━━━━━━━━━━━━━ 880 µs
    12           ┕━ step 13         ━━━━━━━━━━━━━━━━━━━━━ 870 µs
    13           ┕━ step 14         ━━━━━━━━━━━━━━━━━━━━━ 860 µs
    14           ┕━ step 15         ╺━━━━━━━━━━━━━━━━━━━━ 850 µs
    15           ┕━ step 16         ▐━━━━━━━━━━━━━━━━━━━━ 840 µs
    16           ┕━ step 17          ━━━━━━━━━━━━━━━━━━━━ 830 µs
    17           ┕━ step 18          ████████████████████ 820 µs
    ");
}

#[test]
fn a_budget_keeps_the_root_and_errors_and_counts_the_rest() {
    let page = page();
    let options = Options { max_rows: Some(6), fold: false, ..Options::default() };
    insta::assert_snapshot!(draw(&page, &options, &look(80)), @"
    frontend-react-js  GET /@andrewbrown · 812 ms · 31 spans · 4 services · 1 error
    5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC · 3 m ago · complete

      █ critical path  ▄ own time  ─ waits  ▏0                   ▏500 ms
      GET /@andrewbrown · frontend-react-…  █━━━━━━━━━━━━━━━━━━━━━━━━━███████ 812 ms
      ┕━ GET /api/activities/@andrewbrown   ▐━━━━━━━━━━━━━━━━━━━━━━━━━        619 ms
        ┝━ notifications                                    ━━━━━━━━━━        239 ms
    !   │ ┝━ DynamoDB.Query cruddur-messa…                  █████████▋        235 ms
        │ │   handled: ProvisionedThroughputExceededException: rate exceeded
        │ └─ … 1 more span
        └─ … 26 more spans

    - 172 ms in GET /@andrewbrown after GET /api/activities/@andrewbrown that nobody
      traced
    ");
}

#[test]
fn hidden_errors_are_counted() {
    let mut spans = vec![span(1, 0, "web", "root", 0, 900)];
    spans.extend((2..12).map(|n| failed(span(n, 1, "web", &format!("try {n}"), i128::from(n), 20 * i128::from(n)), "no")));
    spans.extend((12..40).map(|n| span(n, 1, "web", &format!("step {n}"), i128::from(n), 20 * i128::from(n))));
    let trace = trace(spans);
    let options = Options { max_rows: Some(5), ..Options::default() };
    insta::assert_snapshot!(draw(&trace, &options, &look(80)), @"
    web  root · 900 µs · 39 spans · 1 service · 10 errors
    5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC · 3 m ago · complete

      █ critical ▄ own ─ waits       ▏0                     ▏500 µs
      root · web                     ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█████ 900 µs
    ! ├─ try 9                       ▗▄▄▄▄▄▄▄ handled: no                     171 µs
    ! ├─ try 10                      ▗▄▄▄▄▄▄▄▄ handled: no                    190 µs
    ! ├─ try 11                      ▗▄▄▄▄▄▄▄▄▄ handled: no                   209 µs
    ! └─ … 35 more spans (7 errors)
    ");
}

#[test]
fn wide_and_composed_characters_line_up() {
    let names = ["注文を確認する", "поиск", "👨‍👩‍👧 family 🇨🇭", "क्षत्रिय", "می‌خواهم", "e\u{301}te\u{301}", "plain"];
    // Composed letters are shown composed, so that this file stays in normal form.
    let mut spans = vec![span(1, 0, "ウェブ", "GET /注文", 0, 900)];
    spans.extend(names.iter().zip(2..).map(|(name, id)| span(id, 1, "データ", name, i128::from(id) * 50, 800)));
    insta::assert_snapshot!(drawn(&trace(spans), &look(100)).replace("e\u{301}", "é"), @"
    ウェブ  GET /注文 · 900 µs · 8 spans · 2 services
    5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05.123 UTC · 3 m ago · complete

    █ critical ▄ own ─ waits   ▏0             ▏200 µs        ▏400 µs       ▏600 µs        ▏800 µs
    GET /注文          ウェブ  ███████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━███████ 900 µs
    ┝━ 注文を確認する  データ         ███████████████████████████████████████████████████▋        700 µs
    ├─ поиск           データ             ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▖        650 µs
    ├─ 👨‍👩‍👧 family 🇨🇭    データ                ▗▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▖        600 µs
    ├─ क्षत्रिय          データ                    ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▖        550 µs
    ├─ می‌خواهم         データ                        ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▖        500 µs
    ├─ été             データ                           ▗▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▖        450 µs
    └─ plain           データ                               ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▖        400 µs
    ");
}

#[test]
fn escape_sequences_in_names_are_harmless() {
    let spans = vec![
        span(1, 0, "we\u{1b}[2Jb", "GET /\u{1b}]0;title\u{7}", 0, 900),
        failed(span(2, 1, "db\u{202e}", "SELECT\n\t1\u{9b}31m", 100, 800), "\u{1b}[8mhidden\r\nsecond line"),
    ];
    insta::assert_snapshot!(drawn(&trace(spans), &look(80)), @r"
    we␛[2Jb  GET /␛]0;title␇ · 900 µs · 2 spans · 2 services · 1 error
    5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC · 3 m ago · complete

      █ critical ▄ own ─ waits            ▏0                  ▏500 µs
      GET /␛]0;title␇ · we␛[2Jb           ████━━━━━━━━━━━━━━━━━━━━━━━━━━━████ 900 µs
    ! ┕━ SELECT␊␉1\u{9b}31m · db\u{202e}      ███████████████████████████     700 µs
          handled: ␛[8mhidden
    ");
}

#[test]
fn messages_stand_beside_the_bar_where_there_is_room_and_are_not_repeated_above() {
    let spans = vec![
        failed(span(1, 0, "web", "GET /", 0, 900), "timed out"),
        failed(span(2, 1, "web", "early", 10, 100), "timed out"),
        failed(span(3, 1, "web", "late", 700, 890), "connection refused"),
        failed(span(4, 1, "web", "long", 20, 890), "one message that is longer than any lane"),
    ];
    insta::assert_snapshot!(drawn(&trace(spans), &look(80)), @"
    web  GET / · 900 µs · 4 spans · 1 service · 4 errors (3 origins)
    5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC · 3 m ago · complete

                   ▏0           ▏200 µs      ▏400 µs      ▏600 µs
    ! GET / · web  █━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█ 900 µs
    ! ├─ early     ▗▄▄▄▄▄▖ timed out                                           90 µs
    ! ┝━ long       ████████████████████████████████████████████████████████▎ 870 µs
      │   one message that is longer than any lane
    ! └─ late                                connection refused ▄▄▄▄▄▄▄▄▄▄▄▄▖ 190 µs
    ");
}

#[test]
fn an_exception_or_an_http_status_tells_what_the_status_does_not() {
    let mut thrown = failed(span(2, 1, "web", "thrown", 10, 100), "");
    thrown.events.push(crate::model::Event {
        name: "exception".into(),
        attributes: [("exception.type", "KeyError"), ("exception.message", "'handle'\n  at line 3")].into_iter().collect(),
        ..Default::default()
    });
    let mut refused = failed(span(3, 1, "web", "refused", 110, 200), "");
    refused.attributes.push("http.response.status_code", 503_i64);
    let shown = drawn(&trace(vec![span(1, 0, "web", "GET /", 0, 900), thrown, refused]), &look(80));
    assert!(shown.contains("KeyError: 'handle'\n") || shown.contains("KeyError: 'handle' "), "{shown}");
    assert!(shown.contains(" HTTP 503 "), "{shown}");
}

#[test]
fn ten_thousand_spans_and_levels_are_no_matter() {
    let chain = trace((1..=10_000).map(|n| span(n, n - 1, "web", "step", i128::from(n), 20_000)).collect());
    assert_eq!(drawn(&chain, &look(80)).lines().count(), 10_000 + 4);
    let siblings =
        trace((1..=10_000).map(|n| span(n, u64::from(n > 1), "web", &format!("s{n}"), i128::from(n), 20_000)).collect());
    assert_eq!(drawn(&siblings, &look(80)).lines().count(), 10_000 + 4);
}

pub(in crate::render) fn without_escapes(text: &str) -> String {
    let mut plain = String::new();
    let mut parts = text.split("\u{1b}[");
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        plain.push_str(part.split_once('m').expect("a sequence ends with m").1);
    }
    plain
}

prop_compose! {
    pub(crate) fn any_span()(
        id in 1_u64..30, parent in 0_u64..34, kind in 0..6, start in 0_u64..2_000_000, length in -50_000_i128..2_000_000, scale in 0_u32..12,
        ends: bool, fails in 0..4, name in "[a-c]|\\PC{0,40}|.{0,12}", service in "[ab]|.{0,30}", message in ".{0,60}",
    ) -> Span {
        let from = START.saturating_add(i128::from(start) * 10_i128.pow(scale));
        let span = Span {
            id: SpanId::from_bytes(id.to_be_bytes()),
            start: if start < 50_000 { Time(0) } else { from },
            end: ends.then(|| from.saturating_add(length * 10_i128.pow(scale))),
            kind: SpanKind::from_number(kind),
            ..span(id, parent, &service, &name, 0, 0)
        };
        if fails == 0 { failed(span, &message) } else { span }
    }
}

proptest! {
    #[test]
    fn no_line_is_wider_than_asked_and_colour_adds_only_colour(
        spans in prop::collection::vec(any_span(), 1..40),
        width in 40_usize..=400,
        ascii: bool,
        fold: bool,
        max_rows in prop::option::of(0_usize..20),
        depth in prop::option::of(1_usize..5),
        zoom in prop::option::of(any::<prop::sample::Index>()),
        flags in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let trace = trace(spans);
        let analysis = Analysis::of(&trace);
        let count = analysis.tree.nodes().len();
        let (collapsed, matches): (Vec<_>, Vec<_>) = flags.into_iter().map(|flag| (flag % 4 == 0, flag % 3 == 0)).unzip();
        let options =
            Options { max_rows, fold, depth, zoom: zoom.map(|zoom| zoom.index(count)), collapsed: &collapsed, matches: &matches, ..Options::default() };
        let look = Look { ascii, ..look(width) };
        let shown = Shown { trace: &trace, analysis: &analysis };
        let plain = render(shown, &options, &look);
        for line in plain.lines() {
            prop_assert!(text::width(line) <= width, "{} > {width}: {line:?}", text::width(line));
            prop_assert!(!line.chars().any(char::is_control), "{line:?}");
        }
        let colored = render(shown, &options, &Look { color: true, ..look });
        prop_assert_eq!(without_escapes(&colored), plain);
    }

    #[test]
    fn shown_folded_and_hidden_are_all_of_them(
        spans in prop::collection::vec(any_span(), 1..60),
        fold: bool,
        max_rows in prop::option::of(0_usize..20),
        depth in prop::option::of(1_usize..5),
        zoom in prop::option::of(any::<prop::sample::Index>()),
        flags in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let trace = trace(spans);
        let analysis = Analysis::of(&trace);
        let tree = &analysis.tree;
        let zoom = zoom.map(|zoom| zoom.index(tree.nodes().len()));
        let (collapsed, matches): (Vec<_>, Vec<_>) = flags.into_iter().map(|flag| (flag % 4 == 0, flag % 3 == 0)).unzip();
        let options = Options { max_rows, fold, depth, zoom, collapsed: &collapsed, matches: &matches, ..Options::default() };
        let rows = plan(Shown { trace: &trace, analysis: &analysis }, &options);
        let (mut shown, mut counted, mut failed) = (Vec::new(), 0, 0);
        for row in &rows {
            match row.entry {
                Entry::Node(node) => shown.push(node),
                Entry::Fold { first, count } => shown.extend(first..first + count * tree.nodes()[first].size),
                Entry::Hidden(below) => (counted, failed) = (counted + below.spans, failed + below.errors),
            }
            (counted, failed) = (counted + row.below.spans, failed + row.below.errors);
            prop_assert!(row.parent.is_none_or(|parent| rows[parent].depth + 1 == row.depth), "{rows:?}");
        }
        prop_assert!(shown.is_sorted(), "in the order of the tree, and none twice");
        let places: Vec<_> = shown.iter().filter_map(|node| tree.span(&trace, *node)).collect();
        let drawn = zoom.map_or(0..tree.nodes().len(), |node| tree.subtree(node));
        let all: Vec<_> = drawn.filter_map(|node| tree.span(&trace, node)).collect();
        prop_assert_eq!(places.len() + counted, all.len());
        let errors = all.iter().filter(|span| span.is_error()).count();
        prop_assert_eq!(places.iter().filter(|span| span.is_error()).count() + failed, errors);
        if let Some(most) = max_rows {
            prop_assert!(rows.len() <= most.max(1), "{} rows", rows.len());
        }
    }

    #[test]
    fn the_header_says_what_the_summary_says(spans in prop::collection::vec(any_span(), 1..30)) {
        let trace = trace(spans);
        let analysis = Analysis::of(&trace);
        let summary = trace.summary();
        let shown = Shown { trace: &trace, analysis: &analysis };
        let whole = Layout::new(shown, Vec::new(), &Options::default(), &look(80)).whole;
        prop_assert_eq!(whole.evidence, summary.evidence);
        prop_assert_eq!((whole.range.start(), whole.end), (summary.start, summary.end));
        prop_assert_eq!((whole.errors, whole.services), (summary.error_count.unwrap(), summary.services.len()));
        prop_assert_eq!(whole.root.map(|root| trace.spans()[root].name.clone()), summary.root_name);
    }
}

/// A span of X-Ray's, whose name is its service's.
fn of_origin(span: Span, origin: &str) -> Span {
    let attributes = [("service.name", span.name.as_str()), ("aws.xray.origin", origin)].into_iter().collect();
    Span { resource: Arc::new(Resource { attributes, ..Resource::default() }), ..span }
}

#[test]
fn two_of_one_name_are_told_apart_and_what_lies_before_its_parent_is_drawn_there() {
    let function = |span| of_origin(span, "AWS::Lambda::Function");
    let mut asked = function(span(3, 2, "f", "f", 50, 90));
    asked.links = vec![Link { trace_id: "1-5759e988-aaaaaaaaaaaaaaaaaaaaaaaa".into(), ..Link::default() }];
    let mut spans = vec![
        of_origin(span(2, 0, "f", "f", 10, 100), "AWS::Lambda"),
        asked,
        function(span(6, 3, "f", "f", 55, 60)),
        of_origin(span(7, 3, "f", "f", 61, 62), ""),
    ];
    spans.extend([span(4, 3, "f", "Initialization", 0, 45), span(5, 3, "f", "Overhead", 80, 90)]);
    insta::assert_snapshot!(drawn(&trace(spans.clone()), &look(80)), @"
    f · 100 µs · 6 spans · 1 service
    5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC · 3 m ago · complete

      █ critical path      ▏0         ▏20 µs    ▏40 µs    ▏60 µs    ▏80 µs
      f (Lambda)                █████████████████████━━━━━━━━━━━━━━━━━━━━█████ 90 µs
      ┕━ f (Function)                               ▐██━━███████████━━━━━      40 µs
        │ → linked: 1-5759e988-aaaaaaaaaaaaaaaaaaaaaaaa
    ~   ├─ Initialization  ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄                             45 µs
        ┝━ f                                           ██▌                      5 µs
        ┝━ f                                              ▌                     1 µs
        ┕━ Overhead                                                ▐████▉      10 µs

    ~ 1 span starts before its parent (clock skew?): shown as received
    ");
    insta::assert_snapshot!(drawn(&trace(spans), &Look { ascii: true, ..look(60) }), @"
    f | 100 us | 6 spans | 1 service
    5759e988bd862e3fe1be46a994272793 | 2026-07-24 14:03:05 UTC
    3 m ago | complete

      # critical path      |0              |50 us
      f (Lambda)              #############------------### 90 us
      `= f (Function)                     ##--######---    40 us
        | -> linked: 1-5759e988-aaaaaaaaaaaaaaaaaaaaaaaa
    ~   |- Initialization  ==============                  45 us
        |= f                                ##              5 us
        |= f                                 ##             1 us
        `= Overhead                                ####    10 us

    ~ 1 span starts before its parent (clock skew?): shown as
      received
    ");
}
