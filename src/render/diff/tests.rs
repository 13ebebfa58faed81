//! Whole screens, and the laws that hold for any two sides.

use proptest::prelude::*;

use super::*;
use crate::analysis::DiffBuilder;
use crate::analysis::diff::Which;
use crate::model::{Span, Status, Trace, TraceId};
use crate::render::samples::{failed, look, page, running, span, trace};
use crate::render::waterfall::tests::{any_span, without_escapes};

const PAIR: View<'_> = View { expressions: [None, None], max_rows: 20 };

fn of(a: &[Trace], b: &[Trace]) -> Diff {
    let mut builder = DiffBuilder::default();
    for trace in a {
        builder.add(Which::A, trace);
    }
    for trace in b {
        builder.add(Which::B, trace);
    }
    builder.finish()
}

/// Spans of another trace than those of the samples.
fn other(spans: Vec<Span>) -> Trace {
    Trace::assemble(TraceId::from_text("6a63710987bbe879c7a5f5784a70384b"), spans).expect("there are spans")
}

/// The page with eight queries more, a cache in place of a counter, and a call that does not fail.
fn later() -> Trace {
    let page = page();
    let longer = ["GET /@andrewbrown", "GET /api/activities/@andrewbrown", "user-activities-data"];
    let moved = |span: &Span| {
        let start = if span.start.since(page.spans()[0].start) > 390_000_000 { 104_000_000 } else { 0 };
        let end = if longer.contains(&span.name.as_str()) { 104_000_000 } else { start };
        let (start, end) = (span.start.saturating_add(start), span.end.map(|at| at.saturating_add(end)));
        Span { start, end, status: Status::default(), ..span.clone() }
    };
    let mut spans: Vec<Span> = page.spans().iter().filter(|span| span.name != "momento-counter").map(moved).collect();
    let query = |n: u64| {
        let from = 374_000 + i128::from(n) * 13_000;
        span(60 + n, 4, "postgres", "SELECT replies WHERE activity_uuid = $1", from, from + 10_000)
    };
    let cache = |n: u64| {
        let from = 735_400 + i128::from(n) * 500;
        span(80 + n, 40, "redis", "cache.get", from, from + 400)
    };
    spans.extend((0..8).map(query).chain((0..3).map(cache)));
    other(spans)
}

/// Pages that take so many microseconds longer in one of their calls. Of the odd ones, another fails.
fn cohort(longer: &[i128]) -> Vec<Trace> {
    let one = |longer: &i128| {
        let mut spans = vec![
            span(1, 0, "web", "GET /", 0, 10_000 + longer),
            span(2, 1, "db", "SELECT 1", 1_000, 4_000 + longer),
            span(3, 1, "web", "render", 5_000 + longer, 9_000 + longer),
        ];
        if longer % 2 == 1 {
            spans.push(failed(span(4, 2, "db", "lock 7", 1_500, 2_000), "deadlock"));
        }
        Trace::assemble(TraceId::from_text(&format!("5759e988{longer:024x}")), spans).expect("there are spans")
    };
    longer.iter().map(one).collect()
}

#[test]
fn two_pages_at_80_columns() {
    insta::assert_snapshot!(render(&of(&[page()], &[later()]), PAIR, &look(80)), @"
    A  frontend-react-js  GET /@andrewbrown · 812 ms · 31 spans · 1 error
       5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC · 3 m ago
       complete
    B  frontend-react-js  GET /@andrewbrown · 916 ms · 41 spans
       6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14:03:05 UTC · 3 m ago
       complete

    B takes 104 ms longer than A: 812 ms → 916 ms (+13%)
    - 1 new service: redis

          B - A   │ more             A       B    spans    where the time went
       +80.0 ms   │██████████   237 ms  317 ms  23 → 31    SELECT replies WHERE act…
       +24.0 ms   │███         79.5 ms  104 ms        1    user-activities-data · b…
        -2.4 ms  ▐│             2.4 ms            1 → 0  - momento-counter · backen…
        +1.2 ms   │▎            1.3 ms  2.5 ms        1    notifications · backend-…
        +1.2 ms   │▎                    1.2 ms    0 → 3  + cache.get · redis ‹ noti…
         0.0 ms   │             492 ms  492 ms             … 5 paths that took as l…
      +104.0 ms                 812 ms  916 ms             in all

    + new  - gone  ~ changed  ! errors                      spans  errors  self time
       GET /@andrewbrown · frontend-react-js › GET /api/activities/@andrewbrown · b…
       ├─ user-activities-data
    ~  │ ├─ SELECT replies WHERE activity_uuid = $1 · p…  23 → 31             +80 ms
       │ └─ … 1 more path (1 span): the same
       ├─ notifications
    ~! │ ├─ DynamoDB.Query cruddur-messages · dynamodb          1   1 → 0
       │ │   in A: ProvisionedThroughputExceededException: rate exceeded
    -  │ ├─ momento-counter                                 1 → 0            -2.4 ms
    +  │ └─ cache.get · redis                               0 → 3            +1.2 ms
       └─ … 1 more path (1 span): the same
    ");
}

#[test]
fn two_pages_at_160_columns() {
    insta::assert_snapshot!(render(&of(&[page()], &[later()]), PAIR, &look(160)), @"
    A  frontend-react-js  GET /@andrewbrown · 812 ms · 31 spans · 1 error
       5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05.123 UTC · 3 m ago · complete
    B  frontend-react-js  GET /@andrewbrown · 916 ms · 41 spans
       6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14:03:05.123 UTC · 3 m ago · complete

    B takes 104 ms longer than A: 812 ms → 916 ms (+13%)
    - 1 new service: redis

          B - A   │ more                                 A       B    spans    where the time went
       +80.0 ms   │██████████████████████████████   237 ms  317 ms  23 → 31    SELECT replies WHERE activity_uuid = $1 · postgres ‹ user-activities-data ‹ GET /api…
       +24.0 ms   │█████████                       79.5 ms  104 ms        1    user-activities-data · backend-flask ‹ GET /api/activities/@andrewbrown ‹ GET /@andr…
        -2.4 ms  █│                                 2.4 ms            1 → 0  - momento-counter · backend-flask ‹ notifications ‹ GET /api/activities/@andrewbrown ‹…
        +1.2 ms   │▌                                1.3 ms  2.5 ms        1    notifications · backend-flask ‹ GET /api/activities/@andrewbrown ‹ GET /@andrewbrown
        +1.2 ms   │▌                                        1.2 ms    0 → 3  + cache.get · redis ‹ notifications ‹ GET /api/activities/@andrewbrown ‹ GET /@andrewb…
         0.0 ms   │                                 492 ms  492 ms             … 5 paths that took as long
      +104.0 ms                                     812 ms  916 ms             in all

    + new  - gone  ~ changed  ! errors                            spans  errors  self time
       GET /@andrewbrown · frontend-react-js › GET /api/activities/@andrewbrown · backend-flask
       ├─ user-activities-data
    ~  │ ├─ SELECT replies WHERE activity_uuid = $1 · postgres  23 → 31             +80 ms
       │ └─ … 1 more path (1 span): the same
       ├─ notifications
    ~! │ ├─ DynamoDB.Query cruddur-messages · dynamodb                1   1 → 0
       │ │   in A: ProvisionedThroughputExceededException: rate exceeded
    -  │ ├─ momento-counter                                       1 → 0            -2.4 ms
    +  │ └─ cache.get · redis                                     0 → 3            +1.2 ms
       └─ … 1 more path (1 span): the same
    ");
}

#[test]
fn two_pages_at_40_columns_in_ascii() {
    insta::assert_snapshot!(render(&of(&[page()], &[later()]), PAIR, &Look { ascii: true, ..look(40) }), @"
    A  frontend-react-js  GET /@andrewbrown
       812 ms - 31 spans - 1 error
       5759e988bd862e3fe1be46a994272793
       2026-07-24 14:03:05 UTC - 3 m ago
       complete
    B  frontend-react-js  GET /@andrewbrown
       916 ms - 41 spans
       6a63710987bbe879c7a5f5784a70384b
       2026-07-24 14:03:05 UTC - 3 m ago
       complete

    B takes 104 ms longer than A: 812 ms ->
    916 ms (+13%)
    - 1 new service: redis

          B - A    where the time went
       +80.0 ms    SELECT replies WHERE a...
       +24.0 ms    user-activities-data -...
        -2.4 ms  - momento-counter - back...
        +1.2 ms    notifications - backen...
        +1.2 ms  + cache.get - redis < no...
         0.0 ms    ... 5 paths that took ...
      +104.0 ms    in all

    + new  - gone  ~ changed  !...     spans
       GET /@andrewbrown - frontend-react...
       |- user-activities-data
    ~  | |- SELECT replies WHER...  23 -> 31
       | `- ... 1 more path (1 span): the...
       |- notifications
    ~! | |- DynamoDB.Query crud...         1
       | |   in A: ProvisionedThroughputE...
    -  | |- momento-counter           1 -> 0
    +  | `- cache.get - redis         0 -> 3
       `- ... 1 more path (1 span): the same
    ");
}

#[test]
fn two_pages_in_colour() {
    let shown = render(&of(&[page()], &[later()]), PAIR, &Look { color: true, ..look(80) });
    insta::assert_snapshot!(shown.replace('\u{1b}', "␛"), @"
    ␛[1mA␛[0m  ␛[35mfrontend-react-js␛[0m  ␛[1mGET /@andrewbrown␛[0m␛[2m · ␛[0m␛[1m812 ms␛[0m␛[2m · ␛[0m31 spans␛[2m · ␛[0m␛[31;1m1 error␛[0m
       ␛[33m5759e988bd862e3fe1be46a994272793␛[0m␛[2m · ␛[0m2026-07-24 14:03:05 UTC␛[2m · ␛[0m3 m ago
       ␛[32mcomplete␛[0m
    ␛[1mB␛[0m  ␛[35mfrontend-react-js␛[0m  ␛[1mGET /@andrewbrown␛[0m␛[2m · ␛[0m␛[1m916 ms␛[0m␛[2m · ␛[0m41 spans
       ␛[33m6a63710987bbe879c7a5f5784a70384b␛[0m␛[2m · ␛[0m2026-07-24 14:03:05 UTC␛[2m · ␛[0m3 m ago
       ␛[32mcomplete␛[0m

    ␛[1mB takes 104 ms longer than A: 812 ms → 916 ms (+13%)␛[0m
    - 1 new service: redis

          ␛[2mB - A␛[0m  ␛[2m │ more     ␛[0m        ␛[2mA␛[0m       ␛[2mB␛[0m    ␛[2mspans␛[0m    ␛[2mwhere the time went␛[0m
       ␛[33m+80.0 ms␛[0m   ␛[2m│␛[0m␛[33m██████████␛[0m   237 ms  317 ms  23 → 31    SELECT replies WHERE act…
       ␛[33m+24.0 ms␛[0m   ␛[2m│␛[0m␛[33m███␛[0m         79.5 ms  104 ms        1    user-activities-data␛[2m · ␛[0m␛[33mb…␛[0m
        ␛[32m-2.4 ms␛[0m  ␛[32m▐␛[0m␛[2m│␛[0m             2.4 ms            1 → 0  ␛[33m-␛[0m momento-counter␛[2m · ␛[0m␛[33mbacken…␛[0m
        ␛[33m+1.2 ms␛[0m   ␛[2m│␛[0m␛[33m▎␛[0m            1.3 ms  2.5 ms        1    notifications␛[2m · ␛[0m␛[33mbackend-…␛[0m
        ␛[33m+1.2 ms␛[0m   ␛[2m│␛[0m␛[33m▎␛[0m                    1.2 ms    0 → 3  ␛[32m+␛[0m cache.get␛[2m · ␛[0m␛[32mredis␛[0m␛[2m ‹ noti…␛[0m
         ␛[2m0.0 ms␛[0m   ␛[2m│␛[0m             492 ms  492 ms             ␛[2m… 5 paths that took as l…␛[0m
      ␛[1m+104.0 ms␛[0m                 812 ms  916 ms             ␛[1min all␛[0m

    ␛[2m+ new  - gone  ~ changed  ! errors␛[0m                      ␛[2mspans␛[0m  ␛[2merrors␛[0m  ␛[2mself time␛[0m
       GET /@andrewbrown␛[2m · ␛[0m␛[35mfrontend-react-js␛[0m␛[2m › ␛[0mGET /api/activities/@andrewbrown␛[2m · ␛[0m␛[33mb…␛[0m
       ␛[2m├─ ␛[0muser-activities-data
    ~  ␛[2m│ ├─ ␛[0mSELECT replies WHERE activity_uuid = $1␛[2m · ␛[0m␛[33mp…␛[0m  23 → 31             +80 ms
       ␛[2m│ └─ … 1 more path (1 span): the same␛[0m
       ␛[2m├─ ␛[0mnotifications
    ~␛[31;1m!␛[0m ␛[2m│ ├─ ␛[0mDynamoDB.Query cruddur-messages␛[2m · ␛[0m␛[32mdynamodb␛[0m          1   ␛[31;1m1 → 0␛[0m
       ␛[2m│ │   ␛[0m␛[31;1min A: ProvisionedThroughputExceededException: rate exceeded␛[0m
    ␛[33m-␛[0m  ␛[2m│ ├─ ␛[0mmomento-counter                                 1 → 0            -2.4 ms
    ␛[32m+␛[0m  ␛[2m│ └─ ␛[0mcache.get␛[2m · ␛[0m␛[32mredis␛[0m                               0 → 3            +1.2 ms
       ␛[2m└─ … 1 more path (1 span): the same␛[0m
    ");
}

#[test]
fn two_pages_in_markdown() {
    insta::assert_snapshot!(markdown::render(&of(&[page()], &[later()]), PAIR, &look(80)), @"
    **B takes 104 ms longer than A: 812 ms → 916 ms (+13%)**

    - A: `GET /@andrewbrown` in `frontend-react-js`, 812 ms, 31 spans, 1 error, 2026-07-24 14:03:05 UTC, trace `5759e988bd862e3fe1be46a994272793`
    - B: `GET /@andrewbrown` in `frontend-react-js`, 916 ms, 41 spans, 0 errors, 2026-07-24 14:03:05 UTC, trace `6a63710987bbe879c7a5f5784a70384b`
    - 1 new service: `redis`

    | B - A | A | B | spans | where the time went | below |
    |--:|--:|--:|--:|---|---|
    | +80.0 ms | 237 ms | 317 ms | 23 → 31 | `SELECT replies WHERE activity_uuid = $1` in `postgres` | `user-activities-data` in `backend-flask` |
    | +24.0 ms | 79.5 ms | 104 ms | 1 | `user-activities-data` in `backend-flask` | `GET /api/activities/@andrewbrown` in `backend-flask` |
    | -2.4 ms | 2.4 ms |  | 1 → 0 | `momento-counter` in `backend-flask` | `notifications` in `backend-flask` |
    | +1.2 ms | 1.3 ms | 2.5 ms | 1 | `notifications` in `backend-flask` | `GET /api/activities/@andrewbrown` in `backend-flask` |
    | +1.2 ms |  | 1.2 ms | 0 → 3 | `cache.get` in `redis` | `notifications` in `backend-flask` |
    | 0.0 ms | 492 ms | 492 ms |  | 5 paths that took as long |  |
    | **+104.0 ms** | **812 ms** | **916 ms** | | **in all** | |

    | | spans | errors | path | below |
    |---|--:|--:|---|---|
    | changed | 23 → 31 |  | `SELECT replies WHERE activity_uuid = $1` in `postgres` | `user-activities-data` in `backend-flask` |
    | changed | 1 | 1 → 0 | `DynamoDB.Query cruddur-messages` in `dynamodb`; in A: `ProvisionedThroughputExceededException: rate exceeded` | `notifications` in `backend-flask` |
    | gone | 1 → 0 |  | `momento-counter` in `backend-flask` | `notifications` in `backend-flask` |
    | new | 0 → 3 |  | `cache.get` in `redis` | `notifications` in `backend-flask` |
    | | | | 6 more paths | |
    ");
}

#[test]
fn what_there_is_no_room_for_is_added_up() {
    let diff = of(&[page()], &[later()]);
    insta::assert_snapshot!(render(&diff, View { max_rows: 1, ..PAIR }, &look(80)), @"
    A  frontend-react-js  GET /@andrewbrown · 812 ms · 31 spans · 1 error
       5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC · 3 m ago
       complete
    B  frontend-react-js  GET /@andrewbrown · 916 ms · 41 spans
       6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14:03:05 UTC · 3 m ago
       complete

    B takes 104 ms longer than A: 812 ms → 916 ms (+13%)
    - 1 new service: redis

          B - A  │ more              A       B    spans  where the time went
       +80.0 ms  │███████████   237 ms  317 ms  23 → 31  SELECT replies WHERE activ…
       +24.0 ms  │███▍         83.2 ms  107 ms           … 4 more paths that differ
         0.0 ms  │              492 ms  492 ms           … 5 paths that took as long
      +104.0 ms                 812 ms  916 ms           in all

    + new  - gone  ~ changed  ! errors                spans  errors  self time
       GET /@andrewbrown · frontend-react-js › GET /api/activities/@andrewbrown · b…
    ~! ├─ DynamoDB.Query cruddur-messages · dynamodb      1   1 → 0
       │   in A: ProvisionedThroughputExceededException: rate exceeded
       └─ … 2 more paths (1 → 3 spans): changed
       … 4 more paths (26 → 34 spans): 1 changed, 1 other in time only, 2 the same
    ");
}

#[test]
fn cohorts_are_compared_in_the_mean() {
    let diff = of(&cohort(&[0, 100, 301, 40, 70]), &cohort(&[2_000, 2_101, 1_900, 100]));
    let view = View { expressions: [Some("release = \"1\""), Some("release = \"2\"")], ..PAIR };
    insta::assert_snapshot!(render(&diff, view, &look(80)), @r#"
    A  5 traces · p50 10.1 ms · p90 10.3 ms · 3.20 spans each · 1 error
       release = "1" · 2026-07-24 14:03:05 UTC
    B  4 traces · p50 11.9 ms · p90 12.1 ms · 3.25 spans each · 1 error
       release = "2" · 2026-07-24 14:03:05 UTC

    B takes 1.42 ms longer than A in the mean: 10.1 ms → 11.5 ms (+14%)
    - chance alone hardly explains how the durations differ: p = 0.040 (Mann-Whitney
      U, exact)
    - 1 trace is on both sides

          B - A  │ more              A        B  in traces  where the time went
      +1.398 ms  │███████████  3.00 ms  4.40 ms        all  SELECT ? · db ‹ GET /
      +0.025 ms  │▎             100 µs   125 µs  1/5 → 1/4  lock ? · db ‹ SELECT ? …
       0.000 ms  │                7 ms     7 ms             … 2 paths that took as …
      +1.423 ms                10.1 ms  11.5 ms             in all

    + new  - gone  ~ changed  ! errors   spans each  errors each  self time
       GET / · web › SELECT ? · db
    ~! └─ lock ?                        0.20 → 0.25  0.20 → 0.25     +25 µs
           in both: deadlock
       … 1 more path (1 span): the same
    "#);
    insta::assert_snapshot!(render(&diff, view, &look(160)), @r#"
    A  5 traces · p50 10.1 ms · p90 10.3 ms · 3.20 spans each · 1 error
       release = "1" · 2026-07-24 14:03:05 UTC
    B  4 traces · p50 11.9 ms · p90 12.1 ms · 3.25 spans each · 1 error
       release = "2" · 2026-07-24 14:03:05 UTC

    B takes 1.42 ms longer than A in the mean: 10.1 ms → 11.5 ms (+14%)
    - chance alone hardly explains how the durations differ: p = 0.040 (Mann-Whitney U, exact)
    - 1 trace is on both sides

          B - A  │ more                                  A        B   spans each  in traces  where the time went
      +1.398 ms  │███████████████████████████████  3.00 ms  4.40 ms            1        all  SELECT ? · db ‹ GET /
      +0.025 ms  │▋                                 100 µs   125 µs  0.20 → 0.25  1/5 → 1/4  lock ? · db ‹ SELECT ? ‹ GET /
       0.000 ms  │                                    7 ms     7 ms                          … 2 paths that took as long
      +1.423 ms                                    10.1 ms  11.5 ms                          in all

    + new  - gone  ~ changed  ! errors   spans each  errors each  self time
       GET / · web › SELECT ? · db
    ~! └─ lock ?                        0.20 → 0.25  0.20 → 0.25     +25 µs
           in both: deadlock
       … 1 more path (1 span): the same
    "#);
    insta::assert_snapshot!(markdown::render(&diff, view, &look(80)), @r#"
    **B takes 1.42 ms longer than A in the mean: 10.1 ms → 11.5 ms (+14%)**

    - A: 5 traces, `release = "1"`, p50 10.1 ms, p90 10.3 ms, 3.20 spans each, 1 error
    - B: 4 traces, `release = "2"`, p50 11.9 ms, p90 12.1 ms, 3.25 spans each, 1 error
    - chance alone hardly explains how the durations differ: p = 0.040 (Mann-Whitney U, exact)
    - 1 trace is on both sides

    | B - A | A | B | spans | where the time went | below |
    |--:|--:|--:|--:|---|---|
    | +1.398 ms | 3.00 ms | 4.40 ms | 1 | `SELECT ?` in `db` | `GET /` in `web` |
    | +0.025 ms | 100 µs | 125 µs | 0.20 → 0.25 | `lock ?` in `db` | `SELECT ?` in `db` |
    | 0.000 ms | 7 ms | 7 ms |  | 2 paths that took as long |  |
    | **+1.423 ms** | **10.1 ms** | **11.5 ms** | | **in all** | |

    | | spans | errors | path | below |
    |---|--:|--:|---|---|
    | changed | 0.20 → 0.25 | 0.20 → 0.25 | `lock ?` in `db`; in A: `deadlock`; in B: `deadlock` | `SELECT ?` in `db` |
    | | | | 3 more paths | |
    "#);
}

#[test]
fn what_is_uncertain_is_said() {
    let a = trace(vec![span(1, 0, "web", "GET /a", 0, 900), running(span(2, 1, "db", "SELECT", 100, 0))]);
    let b = other(vec![
        span(2, 1, "db", "SELECT", 100, 800),
        span(3, 9, "db", "COMMIT", 100, 300),
        span(4, 10, "db", "COMMIT", 100, 200),
    ]);
    insta::assert_snapshot!(render(&of(&[a], &[b]), PAIR, &look(80)), @"
    A  web  GET /a · 900 µs · 2 spans
       5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC · 3 m ago
       incomplete
    B  (root not arrived) · 700 µs · 3 spans
       6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14:03:05 UTC · 3 m ago
       incomplete

    B takes 200 µs less than A: 900 µs → 700 µs (-22%)
    - 1 service gone: web
    - A is incomplete, and what differs may be an effect of that: 1 span is still
      running
    - A: 1 span on the critical path may not have been waited for to the end
    - B is incomplete, and what differs may be an effect of that: no root span has
      arrived; 3 parent spans have not arrived
    - the duration of B is that of its longest part: its root has not arrived
    - the roots are not the same, and compared as if they were: GET /a in A, not
      arrived (yet) in B

          B - A        less │       A       B  spans  where the time went
      -100.0 µs  ███████████│  100 µs    0 ns  1 → 0  GET /a → not arrived (yet)
      -100.0 µs  ███████████│  800 µs  700 µs      1  SELECT · db ‹ not arrived (ye…
      -200.0 µs                900 µs  700 µs         in all

    + new  - gone  ~ changed  ! errors  spans  self time
    ~  GET /a → not arrived (yet)       1 → 0    -100 µs
       └─ … 1 more path (1 span): other in time only
    +  0 → 2 × not arrived (yet)
    +  └─ COMMIT · db                   0 → 2    +300 µs
    ");
}

#[test]
fn nothing_differs_from_itself() {
    insta::assert_snapshot!(render(&of(&[page()], &[page()]), PAIR, &look(80)), @"
    A  frontend-react-js  GET /@andrewbrown · 812 ms · 31 spans · 1 error
       5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC · 3 m ago
       complete
    B  frontend-react-js  GET /@andrewbrown · 812 ms · 31 spans · 1 error
       5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC · 3 m ago
       complete

    B takes as long as A: 812 ms
    - A and B are the same trace

    the same spans on both sides, and as many errors: 31 spans on 9 paths
    ");
}

#[test]
fn roots_of_other_names_and_names_that_would_steer_are_shown() {
    let a = trace(vec![span(1, 0, "we\u{1b}[2Jb", "GET /\u{1b}]0;title\u{7}", 0, 900)]);
    let b = other(vec![failed(span(1, 0, "db\u{202e}", "SELECT\n\t1\u{9b}31m", 100, 800), "\u{1b}[8mhidden|`x`")]);
    let diff = of(&[a], &[b]);
    insta::assert_snapshot!(render(&diff, PAIR, &look(80)), @r"
    A  we␛[2Jb  GET /␛]?;title␇ · 900 µs · 1 span
       5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC · 3 m ago
       complete
    B  db\u{202e}  SELECT␊␉?\u{9b}31m · 700 µs · 1 span · 1 error
       6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14:03:05 UTC · 3 m ago
       complete

    B takes 200 µs less than A: 900 µs → 700 µs (-22%)
    - 1 new service: db\u{202e}
    - 1 service gone: we␛[2Jb
    - the roots are not the same, and compared as if they were: GET /␛]?;title␇ in
      A, SELECT␊␉?\u{9b}31m in B

          B - A        less │       A       B  spans  where the time went
      -200.0 µs  ███████████│  900 µs  700 µs      1  GET /␛]?;title␇ → SELECT␊␉?\u…
      -200.0 µs                900 µs  700 µs         in all

    + new  - gone  ~ changed  ! errors                    spans  errors  self time
    ~! GET /␛]?;title␇ → SELECT␊␉?\u{9b}31m · db\u{202e}      1   0 → 1    -200 µs
         in B: ␛[8mhidden|`x`
    ");
    insta::assert_snapshot!(markdown::render(&diff, PAIR, &look(80)), @r"
    **B takes 200 µs less than A: 900 µs → 700 µs (-22%)**

    - A: `GET /␛]?;title␇` in `we␛[2Jb`, 900 µs, 1 span, 0 errors, 2026-07-24 14:03:05 UTC, trace `5759e988bd862e3fe1be46a994272793`
    - B: `SELECT␊␉?\u{9b}31m` in `db\u{202e}`, 700 µs, 1 span, 1 error, 2026-07-24 14:03:05 UTC, trace `6a63710987bbe879c7a5f5784a70384b`
    - 1 new service: `db\u{202e}`
    - 1 service gone: `we␛[2Jb`
    - the roots are not the same, and compared as if they were: `GET /␛]?;title␇` in A, `SELECT␊␉?\u{9b}31m` in B

    | B - A | A | B | spans | where the time went | below |
    |--:|--:|--:|--:|---|---|
    | -200.0 µs | 900 µs | 700 µs | 1 | `GET /␛]?;title␇` in `we␛[2Jb` → `SELECT␊␉?\u{9b}31m` in `db\u{202e}` |  |
    | **-200.0 µs** | **900 µs** | **700 µs** | | **in all** | |

    | | spans | errors | path | below |
    |---|--:|--:|---|---|
    | changed | 1 | 0 → 1 | `GET /␛]?;title␇` in `we␛[2Jb` → `SELECT␊␉?\u{9b}31m` in `db\u{202e}`; in B: `` ␛[8mhidden\|`x` `` |  |
    ");
}

#[test]
fn chains_of_ten_thousand_are_no_trouble() {
    let chain = |name: &str| trace((1..=10_000).map(|n| span(n, n - 1, "web", name, i128::from(n), 20_000)).collect());
    let mut last = chain("step").spans().to_vec();
    last.push(span(20_000, 10_000, "web", "new", 10_001, 10_002));
    for b in [chain("other"), trace(last)] {
        let diff = of(&[chain("step")], &[b]);
        let drawn = render(&diff, PAIR, &look(80));
        assert!(drawn.lines().count() < 120 && drawn.lines().all(|line| text::width(line) <= 80), "{drawn}");
        let all = render(&diff, View { max_rows: 1_000_000, ..PAIR }, &look(80));
        assert!(all.lines().all(|line| text::width(line) <= 80));
    }
}

prop_compose! {
    fn any_cohort()(traces in prop::collection::vec(prop::collection::vec(any_span(), 1..16), 1..4)) -> Vec<Trace> {
        traces.into_iter().map(trace).collect()
    }
}

proptest! {
    #[test]
    fn no_line_is_wider_than_asked_and_colour_adds_only_colour(
        a in any_cohort(), b in any_cohort(), width in 40_usize..=400, ascii: bool, max_rows in 1_usize..12, cohorts: bool,
    ) {
        let diff = of(&a, &b);
        let expressions = if cohorts { [Some("name = \"\u{1b}[2J\""), Some("x")] } else { [None, None] };
        let view = View { expressions, max_rows };
        let look = Look { ascii, ..look(width) };
        let plain = render(&diff, view, &look);
        for line in plain.lines() {
            prop_assert!(text::width(line) <= width, "{} > {width}: {line:?}", text::width(line));
            prop_assert!(!line.chars().any(char::is_control), "{line:?}");
            prop_assert!(!ascii || line.is_ascii(), "{line:?}");
        }
        prop_assert_eq!(without_escapes(&render(&diff, view, &Look { color: true, ..look })), plain);
    }

    #[test]
    fn the_lines_of_the_ledger_sum_to_the_last(a in any_cohort(), b in any_cohort(), max_rows in 1_usize..12) {
        let diff = of(&a, &b);
        let entries = ledger::entries(&diff, max_rows);
        let sum = |of: &dyn Fn(&ledger::Entry) -> i128| entries.iter().map(of).sum::<i128>();
        // As they are written, too.
        let number = |text: &String| -> i128 {
            let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '-').collect();
            digits.parse().expect("there are digits")
        };
        let written = ledger::differences(&diff, &entries, &look(80));
        let (last, lines) = written.split_last().expect("the total is there");
        if !entries.is_empty() {
            prop_assert_eq!(sum(&|entry| entry.delta), diff.total());
            prop_assert_eq!([0, 1].map(|side| sum(&|entry| entry.critical[side])), diff.durations());
            prop_assert_eq!(lines.iter().map(number).sum::<i128>(), number(last), "{:?}", written);
        }
        let unit = |text: &String| text.split(' ').next_back().map(str::to_owned);
        prop_assert!(lines.iter().all(|line| unit(line) == unit(last)), "{written:?}");
    }

    #[test]
    fn no_name_breaks_a_table_of_markdown(a in any_cohort(), b in any_cohort(), max_rows in 1_usize..12) {
        let document = markdown::render(&of(&a, &b), View { max_rows, ..PAIR }, &look(80));
        for line in document.lines().filter(|line| line.starts_with('|')) {
            let bars = line.replace("\\|", "").matches('|').count();
            prop_assert!(bars == 7 || bars == 6, "{line}");
        }
        for line in document.lines() {
            let known = line.is_empty() || ["**B takes", "- ", "|"].iter().any(|start| line.starts_with(start));
            prop_assert!(known, "{line:?}");
        }
    }

    #[test]
    fn the_order_of_spans_and_traces_changes_no_byte(a in any_cohort(), b in any_cohort(), max_rows in 1_usize..12) {
        let turned = |traces: &[Trace]| -> Vec<Trace> {
            let turned = |trace: &Trace| trace.with_spans(trace.spans().iter().rev().cloned().collect()).expect("there are spans");
            traces.iter().rev().map(turned).collect()
        };
        let view = View { max_rows, ..PAIR };
        // What of two records of one span counts is a matter of their order: shuffled is what was kept.
        let (a, b) = (turned(&turned(&a)), turned(&turned(&b)));
        let once = of(&a, &b);
        let again = of(&turned(&a), &turned(&b));
        prop_assert_eq!(render(&once, view, &look(100)), render(&again, view, &look(100)));
        let json = |diff| crate::render::json::diff(diff, [None, None], &[]);
        prop_assert_eq!(json(&once), json(&again));
    }
}
