//! What holds of both pictures of a graph.

use super::*;
use crate::model::graph::Edge;
use crate::render::escape;
use crate::render::wellformed::check_xml;
use proptest::prelude::*;

fn graphs() -> impl Strategy<Value = ServiceGraph> {
    let hostile =
        ["<img src=x onerror=alert(1)>", "\"]; click n0 href", "a\nb", "\u{202e}x", "\u{1b}[31m", "]]>&amp;", "end", "注文"];
    let name =
        prop_oneof![prop::sample::select(hostile.to_vec()).prop_map(str::to_owned), any::<String>(), Just("web".to_owned())];
    let kind = prop::option::of(prop_oneof![
        prop::sample::select(vec!["db", "remote", "client"]).prop_map(str::to_owned),
        any::<String>()
    ]);
    let figures = || {
        prop::option::of((1u64..2000, 0u64..3)).prop_map(|figures| {
            figures.map(|(total, faults)| Figures {
                total,
                faults,
                durations: [(7, total)].into_iter().collect(),
                ..Figures::default()
            })
        })
    };
    let node = (name, kind, figures()).prop_map(|(name, kind, figures)| Node { name, kind, root: false, figures });
    (prop::collection::vec(node, 0..10), prop::collection::vec((0usize..10, 0usize..10, figures()), 0..25)).prop_map(
        |(nodes, edges)| {
            let edges = edges.into_iter().map(|(from, to, figures)| Edge { from, to, figures }).collect();
            ServiceGraph { nodes, edges }.normal()
        },
    )
}

#[test]
fn a_flowchart_of_a_few_services() {
    let figures = |total, faults| {
        Some(Figures { total, faults, durations: [(7_000, total)].into_iter().collect(), ..Figures::default() })
    };
    let node = |name: &str, kind: Option<&str>, figures| Node {
        name: name.into(),
        kind: kind.map(str::to_owned),
        root: false,
        figures,
    };
    let nodes = vec![
        node("client", Some("client"), None),
        node("web", None, figures(3, 1)),
        node("", Some("remote"), figures(2, 0)),
        node("pg", Some("db"), figures(1, 0)),
    ];
    let edge = |from, to, figures| Edge { from, to, figures };
    let graph = ServiceGraph {
        nodes,
        edges: vec![edge(0, 1, figures(3, 1)), edge(1, 2, figures(2, 0)), edge(1, 3, None), edge(1, 1, None)],
    };
    insta::assert_snapshot!(mermaid::render(&graph), @r#"
    flowchart LR
      n0(["client"])
      n1["web"]
      n2("(no name)<br/>remote")
      n3[("pg<br/>db")]
      n0 -->|"3 calls<br/>1 failed (33#37;)<br/>p50 7 µs"| n1
      n1 -->|"2 calls<br/>p50 7 µs"| n2
      n1 --> n3
      n1 --> n1
      classDef failed stroke:#d1242f,stroke-width:2px
      class n1 failed
      linkStyle 0 stroke:#d1242f
    "#);
}

proptest! {
    #[test]
    fn every_node_and_every_edge_is_there_once_and_names_stay_text(graph in graphs(), about in any::<String>()) {
        let drawn = svg::render(&graph, &about);
        prop_assert_eq!(check_xml(&drawn), Ok(()), "{}", drawn);
        let chart = mermaid::render(&graph);
        let of_chart = |pattern: &str| {
            let pattern = regex::Regex::new(pattern).unwrap();
            chart.lines().filter(|line| pattern.is_match(line)).count()
        };
        prop_assert_eq!(drawn.matches("class=\"node").count(), graph.nodes.len());
        prop_assert_eq!(drawn.matches("class=\"edge").count(), graph.edges.len());
        for (nth, node) in graph.nodes.iter().enumerate() {
            let title = format!("id=\"n{nth}\"");
            prop_assert_eq!(drawn.matches(&title).count(), 1);
            let titled = format!("<title>{}</title>", escape::xml(shown_name(node)));
            prop_assert!(drawn.contains(&titled));
            prop_assert_eq!(of_chart(&format!(r#"^  n{nth}(?:\[|\(|\(\[|\[\()"[^"\[\]`;]*(?:#[0-9]+;[^"\[\]`;]*)*"[\])]+$"#)), 1, "{}", chart);
        }
        for (nth, edge) in graph.edges.iter().enumerate() {
            let id = format!("id=\"e{nth}\"");
            prop_assert_eq!(drawn.matches(&id).count(), 1);
            prop_assert_eq!(of_chart(&format!(r"^  n{} -->(?:\|.*\|)? n{}$", edge.from, edge.to)), 1, "{}", chart);
        }
        let styles = usize::from(chart.contains("  classDef ")) * 2 + usize::from(chart.contains("  linkStyle "));
        prop_assert_eq!(chart.lines().count(), 1 + graph.nodes.len() + graph.edges.len() + styles);
        prop_assert!(!drawn.contains("http") || drawn.matches("http").count() == 1 + drawn.matches("&lt;http").count(), "only its namespace");
        prop_assert_eq!(svg::render(&graph, &about), drawn);
    }

    #[test]
    fn nothing_lies_on_top_of_anything_else(graph in graphs()) {
        let (nodes, labels) = (vec![40.0; graph.nodes.len()], vec![20.0; graph.edges.len()]);
        let placed = layers::layers(&graph, (&nodes, &labels), 10.0);
        for (nth, item) in placed.items.iter().enumerate() {
            prop_assert!(item.y.is_finite() && item.y >= 0.0 && item.y <= placed.height());
            for other in placed.items[..nth].iter().filter(|other| other.rank == item.rank) {
                let apart = f64::midpoint(item.height, other.height) + 10.0;
                prop_assert!((item.y - other.y).abs() > apart - 0.001, "{item:?} {other:?}");
            }
        }
        for (edge, back) in graph.edges.iter().zip(&placed.back) {
            let (from, to) = (placed.items[edge.from].rank, placed.items[edge.to].rank);
            prop_assert_eq!(from >= to, *back);
        }
    }
}

#[test]
fn a_large_graph_is_drawn_at_once() {
    let node = |nth: usize| Node { name: format!("service-{nth:04}"), ..Node::default() };
    let edge = |from: usize, to: usize| Edge { from, to, figures: None };
    let edges = (1..2000).flat_map(|to| [edge(to - 1, to), edge(to / 2, to), edge(0, to)]).collect();
    let graph = ServiceGraph { nodes: (0..2000).map(node).collect(), edges }.normal();
    let drawn = svg::render(&graph, "");
    assert_eq!(drawn.matches("class=\"edge").count(), graph.edges.len());
}
