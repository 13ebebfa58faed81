use super::*;
use crate::analysis::StatsBuilder;
use crate::model::{Span, Trace};
use crate::render::samples::{failed, look, page, running, span, trace};
use proptest::prelude::*;

fn view(by: By) -> View {
    View { by, sort: Sort::Count, max_rows: None }
}

fn stats(traces: &[Trace]) -> Stats {
    let mut builder = StatsBuilder::default();
    for trace in traces {
        builder.add(trace, None);
    }
    let mut stats = builder.finish();
    stats.sort(Sort::Count);
    stats
}

#[test]
fn a_page_at_80_and_200_columns() {
    let stats = stats(&[page()]);
    insta::assert_snapshot!(render(&stats, stats.spanned(), view(By::Both), &look(80)), @"
    31 spans · 1 trace · 4 services · 9 operations
    812 ms, from the first span to the last: 2026-07-24 14:03:05 UTC

                                count  errors      p50      p90      p99       trend
      postgres                     24          10.4 ms  11.8 ms  12.4 ms  ▃▇▇█▄
        SELECT replies WHERE …     23          10.4 ms  11.8 ms  11.8 ms  ▂▇▇█▄
        SELECT users WHERE ha…      1          12.4 ms  12.4 ms  12.4 ms  █
      backend-flask                 5           239 ms   619 ms   619 ms  █   ▃  ▃
        GET /api/activities/@…      1           619 ms   619 ms   619 ms  █
        user-activities-data        1           329 ms   329 ms   329 ms  █
        notifications               1           239 ms   239 ms   239 ms      █
        cognito-verify-token        1          39.6 ms  39.6 ms  39.6 ms  █
        momento-counter             1           2.4 ms   2.4 ms   2.4 ms         █
    ! dynamodb                      1  1 100%   235 ms   235 ms   235 ms      █
    !   DynamoDB.Query cruddu…      1  1 100%   235 ms   235 ms   235 ms      █
      frontend-react-js             1           812 ms   812 ms   812 ms  █
        GET /@andrewbrown           1           812 ms   812 ms   812 ms  █
    ");
    insta::assert_snapshot!(render(&stats, stats.spanned(), view(By::Operation), &look(200)), @"
    31 spans · 1 trace · 4 services · 9 operations
    812 ms, from the first span to the last: 2026-07-24 14:03:05 UTC

                                                          count  per s  errors      p50      p90      p99      max         self                             trend
      SELECT replies WHERE activity_uuid = $1 · postgres     23   28.3          10.4 ms  11.8 ms  11.8 ms  11.8 ms   237 ms 29%    ▄█▄█████████▄
    ! DynamoDB.Query cruddur-messages · dynamodb              1   1.23  1 100%   235 ms   235 ms   235 ms   235 ms   235 ms 29%                 █
      GET /@andrewbrown · frontend-react-js                   1   1.23           812 ms   812 ms   812 ms   812 ms   194 ms 24%  █
      GET /api/activities/@andrewbrown · backend-flask        1   1.23           619 ms   619 ms   619 ms   619 ms  11.3 ms  1%  █
      user-activities-data · backend-flask                    1   1.23           329 ms   329 ms   329 ms   329 ms  79.5 ms 10%    █
      notifications · backend-flask                           1   1.23           239 ms   239 ms   239 ms   239 ms   1.3 ms <1%                 █
      cognito-verify-token · backend-flask                    1   1.23          39.6 ms  39.6 ms  39.6 ms  39.6 ms  39.6 ms  5%  █
      SELECT users WHERE handle = $1 · postgres               1   1.23          12.4 ms  12.4 ms  12.4 ms  12.4 ms  12.4 ms  2%    █
      momento-counter · backend-flask                         1   1.23           2.4 ms   2.4 ms   2.4 ms   2.4 ms   2.4 ms <1%                          █
    ");
}

#[test]
fn a_page_at_40_columns_in_ascii() {
    let stats = stats(&[page()]);
    insta::assert_snapshot!(render(&stats, stats.spanned(), view(By::Both), &Look { ascii: true, ..look(40) }), @"
    31 spans - 1 trace - 4 services - 9 o...
    812 ms, from the first span to the la...

                               count  errors
      postgres                    24
        SELECT replies WHE...     23
        SELECT users WHERE...      1
      backend-flask                5
        GET /api/activitie...      1
        user-activities-data       1
        notifications              1
        cognito-verify-token       1
        momento-counter            1
    ! dynamodb                     1  1 100%
    !   DynamoDB.Query cru...      1  1 100%
      frontend-react-js            1
        GET /@andrewbrown          1
    ");
}

#[test]
fn the_rest_is_added_up() {
    let stats = stats(&[page()]);
    let view = View { max_rows: Some(1), ..view(By::Both) };
    insta::assert_snapshot!(render(&stats, stats.spanned(), view, &look(100)), @"
    31 spans · 1 trace · 4 services · 9 operations
    812 ms, from the first span to the last: 2026-07-24 14:03:05 UTC

                                          count  errors      p50      p90      p99                 trend
      postgres                               24          10.4 ms  11.8 ms  12.4 ms   ▄▆▆▆▆█▆▆
        SELECT replies WHERE activity_u…     23          10.4 ms  11.8 ms  11.8 ms   ▂▆▆▆▆█▆▆
        … 1 more operation                    1          12.4 ms  12.4 ms  12.4 ms   █
      backend-flask                           5           239 ms   619 ms   619 ms  █▄       ▄     ▄
        GET /api/activities/@andrewbrown      1           619 ms   619 ms   619 ms  █
        … 4 more operations                   4          39.6 ms   329 ms   329 ms  ██       █     █
    ! dynamodb                                1  1 100%   235 ms   235 ms   235 ms           █
    !   DynamoDB.Query cruddur-messages       1  1 100%   235 ms   235 ms   235 ms           █
      frontend-react-js                       1           812 ms   812 ms   812 ms  █
        GET /@andrewbrown                     1           812 ms   812 ms   812 ms  █
    ");
}

#[test]
fn where_a_name_is_of_several_kinds_the_kind_is_said() {
    let of = |id, kind| Span { kind, ..span(id, 0, "web", "GET", 0, 1_000) };
    let stats = stats(&[trace(vec![of(1, SpanKind::Server), of(2, SpanKind::Other(9)), span(3, 0, "web", "", 0, 1_000)])]);
    insta::assert_snapshot!(render(&stats, stats.spanned(), view(By::Both), &look(80)), @"
    3 spans · 1 trace · 1 service · 3 operations
    1 ms, from the first span to the last: 2026-07-24 14:03:05 UTC

                    count  per s  errors   p50   p90   p99   max       trend
    web                 3  3,000          1 ms  1 ms  1 ms  1 ms  █
      (no name)         1  1,000          1 ms  1 ms  1 ms  1 ms  █
      GET · server      1  1,000          1 ms  1 ms  1 ms  1 ms  █
      GET · kind 9      1  1,000          1 ms  1 ms  1 ms  1 ms  █
    ");
}

#[test]
fn where_no_time_is_known_there_is_no_rate_and_no_trend() {
    let unknown = Span { start: crate::model::Time(0), end: None, ..span(1, 0, "web", "GET", 0, 0) };
    let stats = stats(&[trace(vec![unknown])]);
    insta::assert_snapshot!(render(&stats, stats.spanned(), view(By::Both), &look(80)), @"
    1 span · 1 trace · 1 service · 1 operation
    at no known time

           count  errors  p50  p90  p99  max
    web        1
      GET      1
    ");
}

#[test]
fn nothing_is_drawn_of_nothing() {
    let none = StatsBuilder::default().finish();
    assert_eq!(render(&none, None, view(By::Both), &look(80)), "");
    assert_eq!(markdown::render(&none, None, view(By::Both), &look(80)), "");
}

fn any_trace() -> impl Strategy<Value = Trace> {
    let name = || {
        let hostile =
            ["<img src=x onerror=alert(1)>", "\"]; click", "a\nb", "\u{202e}", "\u{1b}[31m", "=1+1", "a|b``c", "注文"];
        prop_oneof![prop::sample::select(hostile.to_vec()).prop_map(str::to_owned), any::<String>()]
    };
    let fields = (name(), name(), 0i128..2_000_000, -1_000i128..2_000_000_000, 0..4u8);
    prop::collection::vec(fields, 1..12).prop_map(|spans| {
        let spans = (1..).zip(spans).map(|(id, (service, name, from, length, fate))| {
            let span = span(id, id / 2, &service, &name, from, from + length);
            match fate {
                0 => failed(span, "no"),
                1 => running(span),
                _ => span,
            }
        });
        trace(spans.collect())
    })
}

proptest! {
    #[test]
    fn no_line_is_wider_than_asked_and_colours_add_nothing(
        traces in prop::collection::vec(any_trace(), 1..4),
        width in 20usize..240,
        ascii: bool,
        by in prop::sample::select(vec![By::Both, By::Service, By::Operation]),
        max_rows in prop::option::of(1usize..4),
    ) {
        let stats = stats(&traces);
        let view = View { max_rows, ..view(by) };
        let look = Look { ascii, ..look(width) };
        let plain = render(&stats, stats.spanned(), view, &look);
        for line in plain.lines() {
            prop_assert!(text::width(line) <= look.columns(), "{} > {}: {line:?}", text::width(line), look.columns());
            prop_assert!(!line.chars().any(char::is_control) && (line.is_ascii() || !ascii), "{line:?}");
        }
        let colored = render(&stats, stats.spanned(), view, &Look { color: true, ..look });
        let escape = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
        prop_assert_eq!(escape.replace_all(&colored, ""), plain);
    }

    #[test]
    fn every_operation_is_one_record_and_one_line_of_each_table(traces in prop::collection::vec(any_trace(), 1..4)) {
        let stats = stats(&traces);
        let operations: usize = stats.services.iter().map(|service| service.operations.len()).sum();
        let written = csv::render(&stats, stats.spanned(), By::Both, Sort::Count);
        let mut reader = ::csv::Reader::from_reader(written.as_bytes());
        let mut count = 0;
        for record in reader.records() {
            let record = record.unwrap();
            for cell in &record {
                let first = cell.chars().next().unwrap_or('0');
                // Negative durations are numbers.
                prop_assert!(!"=+@\t\r".contains(first) && (first != '-' || cell.parse::<i128>().is_ok()), "{cell:?}");
                prop_assert!(!cell.chars().any(char::is_control));
            }
            count += record[3].parse::<u64>().unwrap();
        }
        prop_assert_eq!(count, stats.totals().figures.total);
        prop_assert_eq!(written.lines().count(), operations + 1);
        let table = markdown::render(&stats, stats.spanned(), view(By::Operation), &look(80));
        prop_assert_eq!(table.lines().count(), operations + 4);
    }
}
