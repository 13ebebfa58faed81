use super::*;
use crate::model::{Resource, Span, SpanKind, Time, TraceId};
use proptest::prelude::*;
use std::sync::Arc;

fn span(id: u64, parent: u64, start: u64, end: u64) -> Span {
    Span {
        id: SpanId::from_bytes(id.to_be_bytes()),
        parent: (parent != 0).then(|| SpanId::from_bytes(parent.to_be_bytes())),
        name: format!("s{id}"),
        start: Time(start * 1_000_000),
        end: Some(Time(end * 1_000_000)),
        resource: Arc::new(Resource::of_service("web")),
        ..Span::default()
    }
}

fn of_kind(kind: SpanKind, span: Span) -> Span {
    Span { kind, ..span }
}

fn trace(spans: Vec<Span>) -> Trace {
    Trace::assemble(TraceId::from_bytes([7; 16]), spans).unwrap()
}

/// The forest as indented lines, marks in words, then the troubles.
fn drawn(spans: Vec<Span>) -> String {
    let trace = trace(spans);
    let tree = Tree::build(&trace);
    let mut lines = Vec::new();
    for node in tree.nodes() {
        let what = match node.what {
            What::Span(place) if trace.spans()[place].kind == SpanKind::Unspecified => trace.spans()[place].name.clone(),
            What::Span(place) => format!("{} {}", trace.spans()[place].name, trace.spans()[place].kind.name()),
            What::Missing(place) => format!("missing {}", &tree.missing()[place].to_string()[14..]),
        };
        let named = [
            (Marks::CYCLE, " cycle"),
            (Marks::EARLY, " early"),
            (Marks::LATE, " late"),
            (Marks::NEGATIVE, " negative"),
            (Marks::NO_START, " no-start"),
            (Marks::ABSURD, " absurd"),
        ];
        let marks: String = named.iter().filter(|(mark, _)| node.marks.any(*mark)).map(|(_, word)| *word).collect();
        lines.push(format!("{}{what}{marks}", "  ".repeat(node.depth)));
    }
    lines.extend(tree.troubles().iter().map(|trouble| format!("! {trouble}")));
    lines.join("\n")
}

#[test]
fn siblings_are_sorted_by_start_then_id() {
    insta::assert_snapshot!(drawn(vec![span(9, 1, 2, 3), span(4, 1, 3, 4), span(2, 1, 3, 4), span(1, 0, 1, 9)]), @r"
    s1
      s9
      s2
      s4
    ");
}

#[test]
fn without_a_root_what_is_there_hangs_below_the_parents_that_are_missing() {
    insta::assert_snapshot!(drawn(vec![span(3, 8, 2, 3), span(4, 9, 1, 2), span(5, 8, 4, 5)]), @r"
    missing 09
      s4
    missing 08
      s3
      s5
    ! no root span has arrived (yet)
    ! 2 parent spans have not arrived (yet); 3 spans name them
    ");
}

#[test]
fn many_roots_come_before_orphans() {
    insta::assert_snapshot!(drawn(vec![span(1, 0, 5, 6), span(2, 0, 4, 6), span(3, 9, 1, 2)]), @r"
    s2
    s1
    missing 09
      s3
    ! 2 spans name no parent: the trace has that many roots
    ! 1 parent span has not arrived (yet); 1 span names it
    ");
}

#[test]
fn a_cycle_is_cut_at_its_earliest_member_and_keeps_its_branches() {
    insta::assert_snapshot!(drawn(vec![span(1, 3, 2, 9), span(2, 1, 1, 8), span(3, 2, 3, 7), span(4, 3, 4, 5)]), @r"
    s2 cycle
      s3
        s1 early late
        s4
    ! no root span has arrived (yet)
    ! 3 spans are each other's ancestors: the cycle is cut above 0000000000000002, the earliest
    ! 1 span starts before its parent (clock skew?): shown as received
    ! 1 span ends after its parent
    ");
}

#[test]
fn a_span_that_names_itself_is_shown_at_the_top() {
    insta::assert_snapshot!(drawn(vec![span(1, 0, 1, 9), span(2, 2, 2, 3), span(3, 2, 2, 3)]), @r"
    s1
    s2 cycle
      s3
    ! span 0000000000000002 names itself as its parent
    ");
}

#[test]
fn a_server_that_shares_its_clients_id_hangs_below_it_with_the_children() {
    let halves = [of_kind(SpanKind::Server, span(2, 1, 3, 5)), of_kind(SpanKind::Client, span(2, 1, 3, 6))];
    let mut spans = vec![span(1, 0, 1, 9), span(3, 2, 4, 5)];
    spans.extend(halves);
    insta::assert_snapshot!(drawn(spans), @r"
    s1
      s2 client
        s2 server
          s3
    ");
}

#[test]
fn of_other_spans_that_share_an_id_the_first_is_the_parent() {
    let again = Span { name: "again".into(), ..span(2, 1, 4, 6) };
    insta::assert_snapshot!(drawn(vec![span(1, 0, 1, 9), span(2, 1, 3, 6), again, span(3, 2, 5, 6)]), @r"
    s1
      s2
        s3
      again
    ! 2 spans share the id 0000000000000002: its children are shown below the first
    ");
}

#[test]
fn odd_times_are_marked_and_kept() {
    let unknown = Span { start: Time(0), ..span(5, 1, 0, 4) };
    let spans = vec![span(1, 0, 2, 9), span(2, 1, 1, 3), span(3, 1, 8, 10), span(4, 1, 5, 4), unknown, span(6, 1, 5, 5)];
    insta::assert_snapshot!(drawn(spans), @r"
    s1
      s5 no-start
      s2 early
      s4 negative
      s6
      s3 late
    ! 1 span starts before its parent (clock skew?): shown as received
    ! 1 span ends after its parent
    ! 1 span ends before it starts: shown as received
    ! 1 span came without a start time
    ");
}

#[test]
fn a_microsecond_of_rounding_is_no_trouble() {
    let parent = span(1, 0, 1, 2);
    let child = Span { start: Time(999_500), end: Some(Time(2_000_400)), ..span(2, 1, 1, 2) };
    assert_eq!(drawn(vec![parent, child]), "s1\n  s2");
}

#[test]
fn times_are_not_blamed_for_being_inexact() {
    let child = |start, end| Span { start: Time(start), end: Some(Time(end)), ..span(2, 1, 1, 2) };
    let troubles = |child: Span, precision| {
        let mut trace = trace(vec![span(1, 0, 10, 20), child]);
        trace.precision = precision;
        Tree::build(&trace).troubles().len()
    };
    let (start, end, millisecond) = (10_000_000, 20_000_000, 1_000_000);
    assert_eq!(troubles(child(start - millisecond, end + millisecond), 1), 2);
    assert_eq!(troubles(child(start - millisecond, end + millisecond), 1_000_000), 0);
    assert_eq!(troubles(child(start - millisecond - 1, end + millisecond + 1), 1_000_000), 2);
    assert_eq!(troubles(child(start - 1_000, end + 1_000), 1), 0, "never stricter than a microsecond");
}

#[test]
fn ten_thousand_deep_and_a_hundred_thousand_wide_are_just_numbers() {
    let chain = (1..=10_000).map(|id| span(id, id - 1, id, 20_000)).collect();
    let tree = Tree::build(&trace(chain));
    assert_eq!(tree.nodes().last().unwrap().depth, 9_999);
    assert_eq!(tree.nodes()[0].size, 10_000);

    let siblings = (1..=100_000).map(|id| span(id, u64::from(id != 1), id, 200_000)).collect();
    let tree = Tree::build(&trace(siblings));
    assert_eq!(tree.children(0).count(), 99_999);
}

#[test]
fn a_ring_of_ten_thousand_is_cut_once() {
    let ring = (1..=10_000).map(|id| span(id, id % 10_000 + 1, id, 20_000)).collect();
    let tree = Tree::build(&trace(ring));
    assert_eq!(tree.nodes().len(), 10_000);
    assert_eq!(tree.nodes().iter().filter(|node| node.marks.any(Marks::CYCLE)).count(), 1);
}

fn any_span() -> impl Strategy<Value = Span> {
    (1u64..14, 0u64..16, 0u64..6, 0u64..8, 0..6, any::<bool>()).prop_map(|(id, parent, start, end, kind, running)| {
        let span = of_kind(SpanKind::from_number(kind), span(id, parent, start, end));
        if running { Span { end: None, ..span } } else { span }
    })
}

proptest! {
    #[test]
    fn every_span_is_in_the_tree_exactly_once(spans in prop::collection::vec(any_span(), 1..60)) {
        let trace = trace(spans);
        let tree = Tree::build(&trace);
        let mut places: Vec<_> = tree.nodes().iter().filter_map(|node| match node.what {
            What::Span(place) => Some(place),
            What::Missing(_) => None,
        }).collect();
        places.sort_unstable();
        prop_assert_eq!(places, (0..trace.spans().len()).collect::<Vec<_>>());
        prop_assert_eq!(tree.nodes().len(), trace.spans().len() + tree.missing().len());
    }

    #[test]
    fn parents_sizes_and_depths_agree(spans in prop::collection::vec(any_span(), 1..60)) {
        let tree = Tree::build(&trace(spans));
        prop_assert_eq!(tree.roots().map(|root| tree.nodes()[root].size).sum::<usize>(), tree.nodes().len());
        for (place, node) in tree.nodes().iter().enumerate() {
            prop_assert_eq!(tree.children(place).map(|child| tree.nodes()[child].size).sum::<usize>() + 1, node.size);
            for child in tree.children(place) {
                prop_assert_eq!(tree.nodes()[child].parent, Some(place));
                prop_assert_eq!(tree.nodes()[child].depth, node.depth + 1);
            }
        }
    }

    #[test]
    fn the_order_of_arrival_changes_nothing(
        spans in prop::collection::vec(any_span(), 1..40),
        keys in prop::collection::vec(any::<u32>(), 40),
    ) {
        // Records that are the same span would be merged, and then the last one wins.
        let mut unique: Vec<Span> = Vec::new();
        for span in spans {
            if !unique.iter().any(|known| (&known.id, known.kind, known.start) == (&span.id, span.kind, span.start)) {
                unique.push(span);
            }
        }
        let mut shuffled: Vec<_> = unique.iter().cloned().zip(keys).collect();
        shuffled.sort_by_key(|(_, key)| *key);
        prop_assert_eq!(drawn(unique), drawn(shuffled.into_iter().map(|(span, _)| span).collect()));
    }
}
