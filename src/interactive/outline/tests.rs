//! What holds for the rows of any trace, whatever is folded.

use proptest::prelude::*;

use super::*;
use crate::interactive::testing::{outline, subject};
use crate::model::Span;
use crate::render::samples::{look, page, span};
use crate::render::waterfall::tests::any_span;

fn names(subject: &Subject, outline: &Outline) -> Vec<String> {
    let tree = &subject.analysis.tree;
    let name = |row: &usize| match outline.row(*row).planned.entry {
        Entry::Node(node) => tree.span(&subject.trace, node).map_or("missing".to_owned(), |span| span.name.clone()),
        Entry::Fold { first, count } => format!("{count} {}", tree.span(&subject.trace, first).unwrap().name),
        Entry::Hidden(below) => format!("{} hidden", below.spans),
    };
    outline.visible().iter().map(name).collect()
}

fn row_named(subject: &Subject, outline: &Outline, name: &str) -> usize {
    let names = names(subject, outline);
    outline.visible()[names.iter().position(|one| one == name).expect("it is seen")]
}

#[test]
fn folding_skips_what_is_below_and_says_how_much_that_is() {
    let subject = Subject::new(page());
    let mut outline = outline(&subject);
    assert_eq!(outline.visible().len(), 9);
    assert_eq!(outline.folded_away(), 23);
    let row = row_named(&subject, &outline, "GET /api/activities/@andrewbrown");
    outline.fold(&subject, row, true, &look(80));
    assert_eq!(names(&subject, &outline), ["GET /@andrewbrown", "GET /api/activities/@andrewbrown"]);
    assert_eq!(outline.row(row).planned.below, Below { spans: 29, errors: 1 });
    assert_eq!(outline.folded_away(), 29);
    outline.fold(&subject, row, false, &look(80));
    assert_eq!(outline.visible().len(), 9);
    assert_eq!(outline.row(row).planned.below, Below::default());
}

#[test]
fn like_siblings_get_a_row_each_and_one_again() {
    let subject = Subject::new(page());
    let mut outline = outline(&subject);
    let group = row_named(&subject, &outline, "23 SELECT replies WHERE activity_uuid = $1");
    outline.spread(&subject, group, true);
    assert_eq!((outline.visible().len(), outline.folded_away()), (31, 0));
    let member = group + 5;
    assert_eq!(outline.group_of(member), Some(group));
    assert_eq!((outline.group_of(group - 1), outline.group_of(group + 24)), (None, None));
    outline.spread(&subject, group, false);
    assert_eq!(outline.seen(member), group);
    outline.spread_all(&subject, true);
    assert_eq!(outline.visible().len(), 31);
}

#[test]
fn revealing_unfolds_what_hides_a_row_and_nothing_else() {
    let subject = Subject::new(page());
    let mut outline = outline(&subject);
    outline.fold_all(&subject, true, &look(80));
    assert_eq!(names(&subject, &outline), ["GET /@andrewbrown", "GET /api/activities/@andrewbrown"]);
    let replies = subject.nodes(|node| {
        subject.analysis.tree.span(&subject.trace, node).is_some_and(|span| span.name.starts_with("SELECT replies"))
    });
    let row = outline.row_of(replies[7]).unwrap();
    outline.reveal(&subject, row, &look(80));
    assert_eq!(outline.seen(row), row);
    let seen = names(&subject, &outline);
    assert_eq!(seen.iter().filter(|name| name.starts_with("SELECT replies")).count(), 23);
    assert!(seen.contains(&"notifications".to_owned()) && !seen.contains(&"momento-counter".to_owned()), "{seen:?}");
}

#[test]
fn a_budget_hides_rows_that_are_counted() {
    let subject = Subject::new(page());
    let cut = Cut { max_rows: Some(5), ..Cut::default() };
    let outline = Outline::new(&subject, cut, Folding::new(&subject, None, None, false), &look(80));
    let hidden = names(&subject, &outline).into_iter().filter(|name| name.ends_with("hidden")).count();
    assert!(hidden > 0 && outline.visible().len() <= 5);
}

#[test]
fn the_levels_that_were_asked_for_are_unfolded() {
    let subject = Subject::new(page());
    let deep = |depth| {
        let folding = Folding::new(&subject, None, Some(depth), false);
        Outline::new(&subject, Cut::default(), folding, &look(80)).visible().len()
    };
    assert_eq!([1, 2, 3, 4].map(deep), [1, 2, 5, 9]);
}

#[test]
fn ten_thousand_levels_are_folded_and_unfolded() {
    let subject = subject((1..=10_000).map(|id| span(id, id - 1, "web", "step", i128::from(id), 20_000)).collect());
    let mut outline = outline(&subject);
    assert_eq!(outline.visible().len(), 10_000);
    outline.fold_all(&subject, true, &look(80));
    assert_eq!(outline.visible().len(), 2);
    let last = outline.layout.rows.len() - 1;
    outline.reveal(&subject, last, &look(80));
    assert_eq!(outline.visible().len(), 10_000);
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Fold(prop::sample::Index, bool),
    Spread(prop::sample::Index, bool),
    Reveal(prop::sample::Index),
    FoldAll(bool),
    SpreadAll(bool),
}

fn any_step() -> impl Strategy<Value = Step> {
    let index = any::<prop::sample::Index>();
    prop_oneof![
        4 => (index, any::<bool>()).prop_map(|(at, away)| Step::Fold(at, away)),
        2 => (any::<prop::sample::Index>(), any::<bool>()).prop_map(|(at, apart)| Step::Spread(at, apart)),
        2 => any::<prop::sample::Index>().prop_map(Step::Reveal),
        1 => any::<bool>().prop_map(Step::FoldAll),
        1 => any::<bool>().prop_map(Step::SpreadAll),
    ]
}

/// Some of them repeated, so that there are like siblings.
fn any_spans() -> impl Strategy<Value = Vec<Span>> {
    prop::collection::vec((any_span(), 1_usize..7), 1..20).prop_map(|spans| {
        let mut next = 1000;
        let mut all = Vec::new();
        for (span, times) in spans {
            for _ in 1..times {
                next += 1;
                all.push(Span { id: crate::model::SpanId::from_bytes(u64::to_be_bytes(next)), ..span.clone() });
            }
            all.push(span);
        }
        all
    })
}

proptest! {
    #[test]
    fn every_span_is_seen_or_counted_exactly_once_whatever_is_folded(
        spans in any_spans(),
        steps in prop::collection::vec(any_step(), 0..12),
        zoom in prop::option::of(any::<prop::sample::Index>()),
        depth in prop::option::of(1_usize..4),
        max_rows in prop::option::of(0_usize..12),
        kept in prop::collection::vec(any::<bool>(), 0..60),
    ) {
        let mut subject = subject(spans);
        let count = subject.analysis.tree.nodes().len();
        let zoom = zoom.map(|zoom| zoom.index(count));
        if kept.len() > 3 {
            let mut keep: Vec<bool> = (0..count).map(|node| kept[node % kept.len()]).collect();
            for node in (0..count).rev() {
                if let Some(above) = subject.analysis.tree.nodes()[node].parent {
                    keep[above] |= keep[node];
                }
            }
            subject.keep = keep;
        }
        let cut = Cut { zoom, max_rows, filtered: !subject.keep.is_empty() };
        let look = look(80);
        let mut outline = Outline::new(&subject, cut, Folding::new(&subject, zoom, depth, false), &look);
        for step in steps {
            let rows = outline.layout.rows.len();
            match step {
                _ if rows == 0 => {}
                Step::Fold(at, away) => outline.fold(&subject, at.index(rows), away, &look),
                Step::Spread(at, apart) => {
                    if let Some(group) = outline.group_of(at.index(rows)) {
                        outline.spread(&subject, group, apart);
                    }
                }
                Step::Reveal(at) => {
                    let row = at.index(rows);
                    let group = matches!(outline.row(row).planned.entry, Entry::Fold { .. }) && outline.is_group_spread(row);
                    outline.reveal(&subject, row, &look);
                    prop_assert!(group || outline.seen(row) == row);
                }
                Step::FoldAll(away) => outline.fold_all(&subject, away, &look),
                Step::SpreadAll(apart) => outline.spread_all(&subject, apart),
            }
            // Made anew, it is the same.
            let afresh = Outline::new(&subject, cut, outline.folding().clone(), &look);
            prop_assert_eq!(&afresh.visible, &outline.visible);
            prop_assert_eq!(afresh.alone, outline.alone);
            prop_assert_eq!(&afresh.layout.rows, &outline.layout.rows);
            let tree = &subject.analysis.tree;
            let belongs = |node: usize| outline.contains(&subject, node) && tree.span(&subject.trace, node).is_some();
            let (mut shown, mut counted, mut failed) = (Vec::new(), 0, 0);
            for row in outline.visible() {
                let planned = outline.row(*row).planned;
                match planned.entry {
                    Entry::Node(node) => shown.extend(Some(node).filter(|node| belongs(*node))),
                    Entry::Fold { first, count } => shown.extend(first..first + count * tree.nodes()[first].size),
                    Entry::Hidden(below) => (counted, failed) = (counted + below.spans, failed + below.errors),
                }
                (counted, failed) = (counted + planned.below.spans, failed + planned.below.errors);
            }
            prop_assert!(shown.windows(2).all(|pair| pair[0] < pair[1]), "in order, none twice: {shown:?}");
            let all: Vec<usize> = (0..count).filter(|node| belongs(*node)).collect();
            prop_assert_eq!(shown.len() + counted, all.len());
            let errors = |nodes: &[usize]| nodes.iter().filter(|node| subject.failed(**node)).count();
            prop_assert_eq!(errors(&shown) + failed, errors(&all));
        }
    }

    #[test]
    fn when_all_is_unfolded_each_span_has_a_row_of_its_own(spans in any_spans(), zoom in prop::option::of(any::<prop::sample::Index>())) {
        let subject = subject(spans);
        let count = subject.analysis.tree.nodes().len();
        let zoom = zoom.map(|zoom| zoom.index(count));
        let cut = Cut { zoom, ..Cut::default() };
        let mut outline = Outline::new(&subject, cut, Folding::new(&subject, zoom, Some(1), false), &look(80));
        outline.fold_all(&subject, false, &look(80));
        outline.spread_all(&subject, true);
        let seen: Vec<_> = outline.visible().iter().map(|row| outline.row(*row).planned.entry).collect();
        let all = zoom.map_or(0..count, |node| subject.analysis.tree.subtree(node));
        prop_assert_eq!(seen, all.clone().map(Entry::Node).collect::<Vec<_>>());
        prop_assert_eq!(outline.folded_away(), 0);
        for node in all {
            prop_assert_eq!(outline.row_of(node).map(|row| outline.seen(row)), outline.row_of(node));
        }
    }

    #[test]
    fn rows_lie_as_their_guides_say(spans in any_spans()) {
        let subject = subject(spans);
        let mut outline = outline(&subject);
        outline.spread_all(&subject, true);
        let seen: Vec<_> = outline.visible().iter().map(|row| *outline.row(*row)).collect();
        for (at, row) in seen.iter().enumerate() {
            let parent = row.planned.parent.map(|parent| outline.row(parent).planned.depth + 1);
            prop_assert_eq!(parent.unwrap_or(0), row.planned.depth);
            let next = seen[at + 1..].iter().find(|next| next.planned.depth <= row.planned.depth);
            prop_assert_eq!(row.planned.last, next.is_none_or(|next| next.planned.depth < row.planned.depth));
        }
    }
}
