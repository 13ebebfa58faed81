//! A whole page, and what holds of any trace.

use proptest::prelude::*;

use super::*;
use crate::analysis::Analysis;
use crate::model::{Span, Trace};
use crate::render::samples::{failed, look, page, span, trace};
use crate::render::waterfall::tests::any_span;

fn written_with(trace: &Trace, options: Options<'_>, look: &Look) -> String {
    let analysis = Analysis::of(trace);
    let shown = Shown { trace, analysis: &analysis };
    render(&[Section { shown, options, span: None }], look)
}

#[test]
fn a_page() {
    insta::assert_snapshot!(written_with(&page(), Options::default(), &look(80)), @"
    ### `frontend-react-js` `GET /@andrewbrown`

    **812 ms** · 31 spans · 4 services · 1 error · `5759e988bd862e3fe1be46a994272793` · 2026-07-24 14:03:05 UTC · complete

    ```text
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
    ```

    **1 error**

    - began in `DynamoDB.Query cruddur-messages` of `dynamodb` (span `0000000000000029`): `ProvisionedThroughputExceededException: rate exceeded`

    <details><summary>Where the 812 ms of the critical path went</summary>

    | operation | service | own time on the path | share | spans |
    |---|---|--:|--:|--:|
    | `SELECT replies WHERE activity_uuid = $1` | `postgres` | 237 ms | 29.2 % | 23 |
    | `DynamoDB.Query cruddur-messages` | `dynamodb` | 235 ms | 29.0 % | 1 |
    | `GET /@andrewbrown` | `frontend-react-js` | 194 ms | 23.8 % | 1 |
    | `user-activities-data` | `backend-flask` | 79.5 ms | 9.8 % | 1 |
    | `cognito-verify-token` | `backend-flask` | 39.6 ms | 4.9 % | 1 |
    | `SELECT users WHERE handle = $1` | `postgres` | 12.4 ms | 1.5 % | 1 |
    | `GET /api/activities/@andrewbrown` | `backend-flask` | 11.3 ms | 1.4 % | 1 |
    | `momento-counter` | `backend-flask` | 2.4 ms | 0.3 % | 1 |
    | `notifications` | `backend-flask` | 1.3 ms | 0.1 % | 1 |
    | **all** | | **812 ms** | **100.0 %** | **31** |

    </details>
    ");
}

#[test]
fn one_span_whole() {
    let page = page();
    let analysis = Analysis::of(&page);
    let shown = Shown { trace: &page, analysis: &analysis };
    let node = (0..analysis.tree.nodes().len()).find(|node| analysis.tree.span(&page, *node).is_some_and(Span::is_error));
    let section = Section { shown, options: Options::default(), span: node };
    insta::assert_snapshot!(render(&[section], &look(80)), @"
    ### `DynamoDB.Query cruddur-messages`

    ```text
    DynamoDB.Query cruddur-messages
    service        dynamodb
    kind           client
    status         error: the failure began here
    started        396 ms after the trace began, 2026-07-24 14:03:05.519 UTC
    duration       235 ms
    own time       235 ms
    critical path  235 ms of 812 ms, 28.9 %
    trace          5759e988bd862e3fe1be46a994272793
    span           0000000000000029
    parent         0000000000000028  notifications

    status message
      ProvisionedThroughputExceededException: rate exceeded

    resource
      service.name  dynamodb
    ```
    ");
}

#[test]
fn shares_add_up() {
    assert_eq!(shares(&[1, 1, 1]), [334, 333, 333]);
    assert_eq!(shares(&[999_999, 1]), [1000, 0]);
    assert_eq!(shares(&[]), [0; 0]);
    assert_eq!(shares(&[0, 0]), [0, 0]);
    assert_eq!(shares(&[i128::from(u64::MAX), i128::from(u64::MAX)]), [500, 500]);
}

#[test]
fn what_is_too_much_for_a_comment_is_folded_until_it_fits() {
    let name = |n: u64| format!("{n} {}", "`x` and a long name | that goes on and on ".repeat(20));
    let spans = (1..=3_000).map(|n| failed(span(n, u64::from(n > 1), "web", &name(n), i128::from(n), 20_000), &name(n)));
    let large = trace(spans.collect());
    let wanted = Options { max_rows: Some(10_000), ..Options::default() };
    let written = written_with(&large, wanted, &look(100));
    assert!((30_000..=MOST).contains(&length(&written)), "{}", length(&written));
    assert!(written.contains(" rows fit into a comment on GitHub.\n"), "{}", &written[..3_000]);
    let usual = written_with(&large, Options::default(), &look(100));
    assert!(
        usual.contains("2,941 spans are counted in these rows, not drawn: 60 rows are drawn, and more with `--max-rows N`.\n"),
        "{usual}"
    );

    let few = trace(large.spans()[..3].to_vec());
    let analysis = Analysis::of(&few);
    let shown = Shown { trace: &few, analysis: &analysis };
    let many = vec![Section { shown, options: wanted, span: None }; 200];
    let written = render(&many, &look(200));
    assert!(length(&written) <= MOST, "{}", length(&written));
    let told = written.lines().filter(|line| line.starts_with("### ")).count();
    assert!(
        written.ends_with(&format!("\n{} more traces left out: a comment on GitHub has no room for more.\n", 200 - told)),
        "{told}"
    );
}

#[test]
fn only_an_address_is_a_link() {
    assert_eq!(address("https://ui.honeycomb.io/team?a=b&c=d", &look(80)), "<https://ui.honeycomb.io/team?a=b&c=d>");
    assert_eq!(address("javascript:alert(1)", &look(80)), "`javascript:alert(1)`");
    assert_eq!(address("https://x> <img src=y>", &look(80)), "`https://x> <img src=y>`");
}

/// What is left of a text without its code, as GitHub finds it.
fn without_code(written: &str) -> String {
    let mut out = String::new();
    let mut fence: Option<&str> = None;
    for line in written.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            Some(open) if line.trim_end() == open => fence = None,
            None if ticks >= 3 && line[ticks..] == *"text" => fence = Some(&line[..ticks]),
            Some(_) => {}
            None => out.extend([&without_spans(line), "\n"]),
        }
    }
    assert_eq!(fence, None, "{written}");
    out
}

/// A line without its spans of code.
fn without_spans(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        out.push_str(&rest[..at]);
        let behind = rest[at..].trim_start_matches('`');
        let ticks = rest.len() - at - behind.len();
        let end = end_of_run(behind, ticks);
        assert!(end.is_some(), "a span of code is not closed: {line}");
        rest = &behind[end.unwrap_or(0)..];
    }
    out + rest
}

/// Where the first run of exactly so many backticks ends.
fn end_of_run(text: &str, ticks: usize) -> Option<usize> {
    let mut run = 0;
    for (at, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        match c {
            '`' => run += 1,
            _ if run == ticks => return Some(at),
            _ => run = 0,
        }
    }
    None
}

fn hostile() -> impl Strategy<Value = String> {
    let known = [
        "`",
        "``` hostile",
        "a|hostile|",
        "\n\n# hostile",
        "@hostile #1 hostile/hostile#1",
        "<img src=hostile onerror=x>",
        "</details>hostile",
        "www.hostile.example",
        "\u{202e}hostile",
        "\\`hostile",
        " hostile ",
    ];
    let ticks = "[`| a]{0,9}hostile[`| a\\\\]{0,9}";
    prop_oneof![
        prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        ticks.prop_map(|name| name),
        any::<String>().prop_map(|name| format!("{name}hostile"))
    ]
}

proptest! {
    // Each draws a trace several times.
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_span_is_drawn_once_or_counted(
        spans in prop::collection::vec(any_span(), 1..50), max_rows in prop::option::of(1_usize..20), width in 70_usize..200,
    ) {
        let name = |(nth, span): (usize, Span)| Span { name: format!("u{nth}-"), ..span };
        let trace = trace(spans.into_iter().enumerate().map(name).collect());
        let written = written_with(&trace, Options { max_rows, ..Options::default() }, &look(width));
        let block = written.split("```text\n").nth(1).unwrap().split("\n```").next().unwrap();
        let rows = block.split("\n\n").next().unwrap();
        let drawn = trace.spans().iter().filter(|span| rows.contains(&span.name)).count();
        let told = regex::Regex::new(r"(?m)^([0-9,]+) spans? (?:is|are) counted in these rows, not drawn").unwrap();
        let counted = told.captures(&written).map_or(0, |found| found[1].replace(',', "").parse::<usize>().unwrap());
        prop_assert_eq!(drawn + counted, trace.spans().len(), "{}", written);
    }

    #[test]
    fn names_are_code_and_the_same_trace_gives_the_same_bytes(
        spans in prop::collection::vec((any_span(), hostile(), hostile(), hostile()), 1..20), ascii: bool, max_rows in prop::option::of(1_usize..9),
    ) {
        let name = |(of, name, service, message): (Span, String, String, String)| {
            let named = Span { id: of.id.clone(), parent: of.parent.clone(), start: of.start, end: of.end, ..span(1, 0, &service, &name, 0, 0) };
            if message.len() % 2 == 0 { failed(named, &message) } else { named }
        };
        let mut trace = trace(spans.into_iter().map(name).collect());
        trace.backends = vec!["file:hostile@hostile.json".into()];
        let options = Options { max_rows, ..Options::default() };
        let look = Look { ascii, ..look(100) };
        let written = written_with(&trace, options, &look);
        let rest = without_code(&written);
        prop_assert!(!rest.contains("hostile") && !rest.contains('@') && !rest.contains("www"), "{}", rest);
        for line in rest.lines().filter(|line| line.starts_with('|') && !line.starts_with("|---")) {
            prop_assert_eq!(line.replace("\\|", "").matches('|').count(), 6, "{}", line);
        }
        prop_assert!(!written.chars().any(|c| c.is_control() && c != '\n'));
        prop_assert!(length(&written) <= MOST);
        if ascii {
            prop_assert!(written.is_ascii(), "{}", written);
        }
        let table: Vec<&str> = written.lines().filter(|line| line.starts_with("| ") && line.contains(" % | ")).collect();
        let tenths = |line: &&str| line.rsplit(" | ").nth(1).unwrap().trim_end_matches(" %").replace('.', "").parse::<u32>().unwrap_or(0);
        if !table.is_empty() {
            prop_assert_eq!(table.iter().filter(|line| !line.starts_with("| **all** |")).map(tenths).sum::<u32>(), 1000, "{:?}", table);
        }
        let mut others = trace.spans().to_vec();
        others.reverse();
        let mut again = crate::render::samples::trace(others);
        again.backends.clone_from(&trace.backends);
        prop_assert_eq!(written_with(&again, options, &look), written);
    }
}
