use super::*;
use crate::model::graph::Edge;
use crate::model::time::MILLISECOND;
use crate::render::samples::look;
use proptest::prelude::*;

fn node(name: &str, kind: Option<&str>) -> Node {
    Node { name: name.into(), kind: kind.map(str::to_owned), root: false, figures: Some(figures(4, 0)) }
}

/// So many calls, of which so many failed; the n-th took n milliseconds.
fn figures(total: u64, faults: u64) -> Figures {
    let durations = (1..=i128::from(total)).map(|nth| (nth * MILLISECOND, 1)).collect();
    let time = i128::from(total * (total + 1) / 2) * MILLISECOND;
    Figures { total, ok: total - faults, faults, time, durations, ..Figures::default() }
}

fn edge(from: usize, to: usize, total: u64, faults: u64) -> Edge {
    Edge { from, to, figures: Some(figures(total, faults)) }
}

/// A client and a worker, two services that both use a third one and a database, and a circle.
fn shop() -> ServiceGraph {
    let nodes = vec![
        Node { figures: None, ..node("client", Some("client")) },
        Node { root: true, ..node("web", None) },
        node("cart", None),
        node("stock", None),
        node("prices", None),
        node("postgresql shop", Some("db")),
        Node { root: true, ..node("worker", Some("AWS::Lambda::Function")) },
        node("", Some("remote")),
    ];
    let edges = vec![
        edge(0, 1, 1200, 7),
        edge(1, 2, 900, 3),
        edge(1, 3, 400, 400),
        edge(2, 4, 80, 0),
        edge(3, 4, 70, 0),
        edge(4, 5, 500, 1),
        edge(2, 5, 90, 0),
        edge(4, 2, 5, 0),
        edge(6, 3, 6, 0),
        edge(6, 7, 1, 0),
        edge(6, 6, 2, 0),
    ];
    ServiceGraph { nodes, edges }
}

#[test]
fn a_graph_at_80_columns() {
    insta::assert_snapshot!(render(&shop(), "1,234 traces", &look(80)), @"
    5 services and 2 others that they call · 1,234 traces

                                                  calls    errors     p50     p90
      client
    ! └─ web                                      1,200    7   1%  600 ms  1.08 s
    !   ├─ cart                                     900    3  <1%  450 ms  810 ms
        │ ├─ postgresql shop · db                    90             45 ms   81 ms
        │ └─ prices                                  80             40 ms   72 ms
    !   │   ├─ postgresql shop · db                 500    1  <1%  250 ms  450 ms
        │   └─ cart  ↺ above                          5              3 ms    5 ms
    !   └─ stock                                    400  400 100%  200 ms  360 ms
          └─ prices  … above                         70             35 ms   63 ms
      worker · AWS::Lambda::Function                  4              2 ms    4 ms
      ├─ stock  … above                               6              3 ms    6 ms
      ├─ worker · AWS::Lambda::Function  ↺ above      2              1 ms    2 ms
      └─ (no name) · remote                           1              1 ms    1 ms
    ");
}

#[test]
fn a_graph_at_200_columns_has_more_figures() {
    insta::assert_snapshot!(render(&shop(), "1,234 traces", &look(200)), @"
    5 services and 2 others that they call · 1,234 traces

                                                  calls    errors     p50     p90     p99      total  5xx
      client
    ! └─ web                                      1,200    7   1%  600 ms  1.08 s  1.19 s  12 m 01 s    7
    !   ├─ cart                                     900    3  <1%  450 ms  810 ms  891 ms   6 m 45 s    3
        │ ├─ postgresql shop · db                    90             45 ms   81 ms   90 ms     4.10 s
        │ └─ prices                                  80             40 ms   72 ms   80 ms     3.24 s
    !   │   ├─ postgresql shop · db                 500    1  <1%  250 ms  450 ms  495 ms   2 m 05 s    1
        │   └─ cart  ↺ above                          5              3 ms    5 ms    5 ms      15 ms
    !   └─ stock                                    400  400 100%  200 ms  360 ms  396 ms   1 m 20 s  400
          └─ prices  … above                         70             35 ms   63 ms   70 ms     2.49 s
      worker · AWS::Lambda::Function                  4              2 ms    4 ms    4 ms      10 ms
      ├─ stock  … above                               6              3 ms    6 ms    6 ms      21 ms
      ├─ worker · AWS::Lambda::Function  ↺ above      2              1 ms    2 ms    2 ms       3 ms
      └─ (no name) · remote                           1              1 ms    1 ms    1 ms       1 ms
    ");
}

#[test]
fn a_graph_at_40_columns_in_ascii() {
    insta::assert_snapshot!(render(&shop(), "1,234 traces", &Look { ascii: true, ..look(40) }), @"
    5 services and 2 others that they cal...

                             calls    errors
      client
    ! `- web                 1,200    7   1%
    !   |- cart                900    3  <1%
        | |- postgresql ...     90
        | `- prices             80
    !   |   |- postgresq...    500    1  <1%
        |   `- cart  ^           5
    !   `- stock               400  400 100%
          `- prices  ...        70
      worker - AWS::Lamb...      4
      |- stock  ... above        6
      |- worker...  ^ above      2
      `- (no name) - remote      1
    ");
}

#[test]
fn colour_adds_only_escape_sequences() {
    let plain = render(&shop(), "1,234 traces", &look(80));
    let colored = render(&shop(), "1,234 traces", &Look { color: true, ..look(80) });
    insta::assert_snapshot!(colored.lines().take(6).collect::<Vec<_>>().join("\n").replace('\u{1b}', "␛"), @"
    ␛[1m5 services and 2 others that they call␛[0m␛[2m · 1,234 traces␛[0m

                                                  ␛[2mcalls␛[0m    ␛[2merrors␛[0m     ␛[2mp50␛[0m     ␛[2mp90␛[0m
      client
    ␛[31;1m!␛[0m ␛[2m└─ ␛[0m␛[35mweb␛[0m                                      1,200    ␛[31;1m7   1%␛[0m  600 ms  1.08 s
    ␛[31;1m!␛[0m ␛[2m  ├─ ␛[0m␛[36mcart␛[0m                                     900    ␛[31;1m3  <1%␛[0m  450 ms  810 ms
    ");
    let escape = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    assert_eq!(escape.replace_all(&colored, ""), plain);
}

#[test]
fn forty_services_take_a_line_for_each_call() {
    // Three layers: gateways call services, services call their neighbour and one of four databases.
    let name = |nth: usize| match nth {
        0..4 => node(&format!("gateway-{nth}"), None),
        4..36 => node(&format!("service-{nth:02}"), None),
        _ => node(&format!("postgresql store-{nth}"), Some("db")),
    };
    let calls = |nth: usize| 1000 / (nth as u64 + 1);
    let mut edges: Vec<Edge> = (4..36).map(|nth| edge(nth % 4, nth, calls(nth), 0)).collect();
    edges.extend((4..35).filter(|nth| nth % 3 == 0).map(|nth| edge(nth, nth + 1, calls(nth), u64::from(nth == 9))));
    edges.extend((4..36).map(|nth| edge(nth, 36 + nth % 4, calls(nth), 0)));
    let graph = ServiceGraph { nodes: (0..40).map(name).collect(), edges };
    let drawn = render(&graph, "", &look(80));
    assert_eq!(drawn.lines().count(), 3 + 4 + graph.edges.len());
    insta::assert_snapshot!(drawn.lines().take(40).collect::<Vec<_>>().join("\n"), @"
    36 services and 4 others that they call

                                       calls  errors     p50     p90
      gateway-0                            4            2 ms    4 ms
      ├─ service-04                      200          100 ms  180 ms
      │ └─ postgresql store-36 · db      200          100 ms  180 ms
      ├─ service-08                      111           56 ms  100 ms
      │ └─ postgresql store-36 · db      111           56 ms  100 ms
      ├─ service-12                       76           38 ms   69 ms
      │ ├─ postgresql store-36 · db       76           38 ms   69 ms
      │ └─ service-13                     76           38 ms   69 ms
      │   └─ postgresql store-37 · db     71           36 ms   64 ms
      ├─ service-16  … below              58           29 ms   53 ms
      ├─ service-20                       47           24 ms   43 ms
      │ └─ postgresql store-36 · db       47           24 ms   43 ms
      ├─ service-24                       40           20 ms   36 ms
      │ ├─ postgresql store-36 · db       40           20 ms   36 ms
      │ └─ service-25                     40           20 ms   36 ms
      │   └─ postgresql store-37 · db     38           19 ms   35 ms
      ├─ service-28  … below              34           17 ms   31 ms
      └─ service-32                       30           15 ms   27 ms
        └─ postgresql store-36 · db       30           15 ms   27 ms
      gateway-1                            4            2 ms    4 ms
      ├─ service-05                      166           83 ms  150 ms
      │ └─ postgresql store-37 · db      166           83 ms  150 ms
      ├─ service-09                      100           50 ms   90 ms
      │ ├─ postgresql store-37 · db      100           50 ms   90 ms
    ! │ └─ service-10                    100    1 1%   50 ms   90 ms
      │   └─ postgresql store-38 · db     90           45 ms   81 ms
      ├─ service-13  … above              71           36 ms   64 ms
      ├─ service-17                       55           28 ms   50 ms
      │ └─ postgresql store-37 · db       55           28 ms   50 ms
      ├─ service-21                       45           23 ms   41 ms
      │ ├─ postgresql store-37 · db       45           23 ms   41 ms
      │ └─ service-22                     45           23 ms   41 ms
      │   └─ postgresql store-38 · db     43           22 ms   39 ms
      ├─ service-25  … above              38           19 ms   35 ms
      ├─ service-29                       33           17 ms   30 ms
      │ └─ postgresql store-37 · db       33           17 ms   30 ms
      └─ service-33                       29           15 ms   27 ms
    ");
}

#[test]
fn a_chain_deeper_than_the_screen_is_counted() {
    let nodes = (0..60).map(|nth| node(&format!("service-{nth}"), None)).collect();
    let edges = (0..59).map(|nth| edge(nth, nth + 1, 1, 0)).collect();
    let drawn = render(&ServiceGraph { nodes, edges }, "", &look(60));
    insta::assert_snapshot!(drawn.lines().skip(14).take(8).collect::<Vec<_>>().join("\n"), @"
    …11 └─ service-11             1          1 ms  1 ms
    …12 └─ service-12             1          1 ms  1 ms
    …13 └─ service-13             1          1 ms  1 ms
    …14 └─ service-14             1          1 ms  1 ms
    …15 └─ service-15             1          1 ms  1 ms
    …16 └─ service-16             1          1 ms  1 ms
    …17 └─ service-17             1          1 ms  1 ms
    …18 └─ service-18             1          1 ms  1 ms
    ");
}

#[test]
fn names_from_outside_do_not_steer_the_terminal() {
    let hostile = "\u{1b}[2J\u{202e}evil\nservice";
    let nodes = vec![node(hostile, Some("k\u{7}ind")), node(&"注文".repeat(60), None)];
    let graph = ServiceGraph { nodes, edges: vec![edge(0, 1, 3, 1)] };
    insta::assert_snapshot!(render(&graph, "a\tb", &look(60)), @r"
    2 services · a␉b

                                       calls  errors   p50   p90
      ␛[2J\u{202e}evil␊service · k␇i…      4          2 ms  4 ms
    ! └─ 注文注文注文注文注文注文注…       3   1 33%  2 ms  3 ms
    ");
}

#[test]
fn what_failed_without_its_callers_seeing_it_is_said() {
    let lambda = Node { figures: Some(figures(4, 3)), ..node("thumbs", Some("AWS::Lambda::Function")) };
    let graph = ServiceGraph { nodes: vec![node("web", None), lambda], edges: vec![edge(0, 1, 4, 1)] };
    insta::assert_snapshot!(render(&graph, "", &look(80)), @"
    2 services

                                                          calls  errors   p50   p90
      web                                                     4          2 ms  4 ms
    ! └─ thumbs · AWS::Lambda::Function  2 failed unseen      4   1 25%  2 ms  4 ms
    ");
    let seen = ServiceGraph { edges: vec![edge(0, 1, 4, 3)], ..graph };
    assert!(!render(&seen, "", &look(80)).contains("unseen"));
}

#[test]
fn nothing_is_drawn_of_nothing() {
    assert_eq!(render(&ServiceGraph::default(), "5 traces", &look(80)), "");
}

proptest! {
    #[test]
    fn every_call_is_drawn_once_and_every_node_is_there(
        count in 1_usize..12,
        ends in prop::collection::vec((0_usize..12, 0_usize..12), 0..40),
        width in 20_usize..220,
    ) {
        let nodes: Vec<Node> = (0..count).map(|nth| node(&format!("n{nth}"), None)).collect();
        let mut ends: Vec<_> = ends.into_iter().map(|(from, to)| (from % count, to % count)).collect();
        ends.sort_unstable();
        ends.dedup();
        let edges: Vec<Edge> = ends.into_iter().map(|(from, to)| edge(from, to, 1, 0)).collect();
        let graph = ServiceGraph { nodes, edges };
        let rows = layout::rows(&graph);
        let mut drawn: Vec<_> = rows.iter().filter_map(|row| row.edge).collect();
        drawn.sort_unstable();
        prop_assert_eq!(drawn, (0..graph.edges.len()).collect::<Vec<_>>());
        let mut seen: Vec<_> = rows.iter().map(|row| row.node).collect();
        seen.sort_unstable();
        seen.dedup();
        prop_assert_eq!(seen.len(), count);
        // What a row refers to is there, in that direction, with what it calls below it.
        for (nth, row) in rows.iter().enumerate() {
            let home = rows.iter().position(|other| other.node == row.node && other.elsewhere.is_none());
            let home = home.expect("every node has its place");
            match row.elsewhere {
                None => {}
                Some(Elsewhere::Below) => prop_assert!(home > nth),
                Some(_) => prop_assert!(home < nth),
            }
        }
        for line in render(&graph, "about", &look(width)).lines() {
            prop_assert!(text::width(line) <= width.max(Look::MIN_WIDTH), "{line}");
        }
    }
}
