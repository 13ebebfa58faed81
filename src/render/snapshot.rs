//! How a trace differs from its snapshot, as a tree.
//!
//! Marks as in other diffs: `-` is expected and missing, `+` is there and not expected, `~` differs; below it stands in what, first what
//! is expected. What is as expected is counted. Spans are written as a snapshot writes them, so that a line can be found there.

use crate::analysis::snapshot::{Change, Count, Difference, Label, Row, Said};

use super::line::{Line, Pieces};
use super::theme::{self, Look, Role};
use super::{text, units};

/// Columns of the mark in front of a row.
const MARK: usize = 2;

/// Draws a difference: a headline, then at most `max_rows` rows, the rest of which are counted. Empty where all is as expected. No line is
/// wider than [`Look::columns`].
pub fn difference(difference: &Difference, max_rows: usize, look: &Look) -> String {
    let mut out = String::new();
    if difference.is_empty() {
        return out;
    }
    wrapped(Role::Title, &headline(difference), look, &mut out);
    if difference.gave_up {
        let why = "there are too many ranges and spans of one name to try them all: some of this may fit";
        wrapped(Role::Warning, why, look, &mut out);
    }
    let shown = difference.rows.len().min(max_rows);
    let last = last_siblings(&difference.rows[..shown]);
    let mut open: Vec<bool> = Vec::new();
    let mut line = Line::default();
    for (nth, row) in difference.rows[..shown].iter().enumerate() {
        open.truncate(row.depth);
        let guides = guides(row.depth, last[nth], &open, look);
        open.push(!last[nth]);
        let (role, mark) = mark(&row.change);
        line.push(role, mark);
        line.pad_to(MARK);
        let pieces = std::iter::once((Role::Faint, guides)).chain(said(row, look)).collect();
        write(&mut line, &pieces, look, &mut out);
        if let Change::Changed(fields) = &row.change {
            let below = difference.rows[..shown].get(nth + 1).is_some_and(|next| next.depth > row.depth);
            let guides = guides_below(row.depth, below, &open, look);
            for field in fields {
                let expected = field.expected.as_ref().map(|side| (Role::Error, "-", written(side, look)));
                let actual = field.actual.as_ref().map(|side| (Role::Good, "+", written(side, look)));
                for (role, mark, text) in expected.into_iter().chain(actual) {
                    line.push(role, mark);
                    line.pad_to(MARK);
                    write(&mut line, &vec![(Role::Faint, guides.clone()), (role, text)], look, &mut out);
                }
            }
        }
    }
    let more = difference.rows.len() - shown + difference.left_out;
    if more > 0 {
        let at_least = if difference.left_out > 0 { "at least " } else { "" };
        let more = units::plural(more, "more row", "more rows");
        wrapped(Role::Faint, &format!("{} {at_least}{more}", text::ellipsis(look.ascii)), look, &mut out);
    }
    out
}

/// Writes pieces in what is left of the line.
fn write(line: &mut Line, pieces: &Pieces, look: &Look, out: &mut String) {
    let room = look.columns().saturating_sub(line.width());
    line.push_fitting(pieces.iter().map(|(role, piece)| (*role, piece.as_str())), room, look.ascii);
    line.write(look, out).expect("a string takes all that is written to it");
}

fn wrapped(role: Role, said: &str, look: &Look, out: &mut String) {
    let mut line = Line::default();
    for words in text::wrap(said, look.columns()) {
        line.push(role, &words);
        line.write(look, out).expect("a string takes all that is written to it");
    }
}

fn headline(difference: &Difference) -> String {
    let counts = difference.counts().into_iter().zip(["missing", "unexpected", "changed"]);
    let said = counts.filter(|(count, _)| *count > 0).map(|(count, what)| format!("{} {what}", units::count(count)));
    let said: Vec<String> = said.collect();
    format!("differs from the snapshot: {}", said.join(", "))
}

fn spans(count: u64) -> String {
    units::plural(usize::try_from(count).unwrap_or(usize::MAX), "span", "spans")
}

fn mark(change: &Change) -> (Role, &'static str) {
    match change {
        Change::Same(_) | Change::Below => (Role::Plain, ""),
        Change::Changed(_) => (Role::Warning, "~"),
        Change::Missing => (Role::Error, "-"),
        Change::Unexpected => (Role::Good, "+"),
    }
}

/// What a row is about.
fn said(row: &Row, look: &Look) -> Pieces {
    if let Change::Same(count) = row.change {
        return vec![(Role::Faint, format!("{} {} as expected", text::ellipsis(look.ascii), spans(count)))];
    }
    let mut pieces = Pieces::new();
    if row.count != Count::ONE {
        pieces.push((Role::Plain, times(row.count, look) + " "));
    }
    let Some(label) = &row.label else { return pieces };
    let safe = |text: &str| text::sanitise(text, look.ascii).into_owned();
    let (head, name, rest) = label.written(row.took);
    if let Label::Span(span) = label {
        pieces.push((theme::service(&span.service), safe(&head)));
        pieces.push((Role::Plain, safe(&name)));
    } else {
        pieces.push((Role::Warning, safe(&head)));
    }
    pieces.push((Role::Faint, safe(&rest)));
    pieces
}

/// One side of what differs, sanitised.
fn written(side: &Said, look: &Look) -> String {
    match side {
        Said::Text(text) => text::sanitise(text, look.ascii).into_owned(),
        Said::Count(count) => times(*count, look),
    }
}

fn times(count: Count, look: &Look) -> String {
    format!("{count} {}", if look.ascii { "x" } else { "×" })
}

/// Of each row, whether no sibling follows.
fn last_siblings(rows: &[Row]) -> Vec<bool> {
    let mut last = vec![true; rows.len()];
    // At each depth, whether a row was seen below which none at a lower depth has come yet. From the end.
    let mut seen: Vec<bool> = Vec::new();
    for (last, row) in last.iter_mut().zip(rows).rev() {
        seen.resize(row.depth + 1, false);
        *last = !seen[row.depth];
        seen[row.depth] = true;
    }
    last
}

/// What stands in front of a row. Where that would take more than half of the columns, the number of levels stands for it.
fn guides(depth: usize, last: bool, open: &[bool], look: &Look) -> String {
    let branch = match (depth, last, look.ascii) {
        (0, ..) => "",
        (_, false, false) => "├─ ",
        (_, true, false) => "└─ ",
        (_, false, true) => "|- ",
        (_, true, true) => "`- ",
    };
    if is_deep(depth, look) {
        return format!("{} {branch}", units::count(depth));
    }
    open.iter().skip(1).map(|more| level(*more, look)).chain([branch]).collect()
}

/// What stands in front of a line that says more of a row.
fn guides_below(depth: usize, has_children: bool, open: &[bool], look: &Look) -> String {
    let child = level(has_children, look);
    if is_deep(depth, look) {
        return format!("{:1$}{child}  ", "", units::count(depth).len() + 3);
    }
    // A row at the top has no branch in front of it, and its children's hang below its first column.
    let own = open.iter().skip(1).map(|more| level(*more, look));
    own.chain([child, "  "]).collect()
}

fn level(more: bool, look: &Look) -> &'static str {
    match (more, look.ascii) {
        (true, false) => "│ ",
        (true, true) => "| ",
        (false, _) => "  ",
    }
}

fn is_deep(depth: usize, look: &Look) -> bool {
    depth * 2 + 1 > look.columns() / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::snapshot::{Observed, Snapshot, compare};
    use crate::model::Span;
    use crate::render::samples::{failed, look, page, span, trace};
    use proptest::prelude::*;

    fn expected() -> Snapshot {
        let snapshot = Snapshot::of(&page()).to_string();
        let slow = "\"GET /api/activities/@andrewbrown\" internal";
        Snapshot::parse(&snapshot.replace(slow, &format!("{slow} [..500ms]"))).expect("it is a snapshot")
    }

    fn other() -> Vec<Span> {
        let mut spans = page().into_spans();
        spans.retain(|span| span.name != "momento-counter");
        let query = spans.iter().position(|span| span.service() == "dynamodb").expect("there is one");
        spans[query] = span(41, 40, "dynamodb", "DynamoDB.Query cruddur-messages", 396_000, 631_300);
        spans[query].attributes.push("rpc.method", "Query");
        let replies = spans.iter().position(|span| span.name.starts_with("SELECT replies")).expect("there are some");
        spans.remove(replies);
        spans.push(failed(span(90, 4, "cache\u{1b}[2J", "GET \u{202e}x", 1, 2), "refused"));
        spans.push(span(91, 90, "cache\u{1b}[2J", "connect", 1, 2));
        spans
    }

    fn drawn(expected: &Snapshot, spans: Vec<Span>, look: &Look) -> String {
        difference(&compare(expected, &Observed::of(&trace(spans))), 100, look)
    }

    #[test]
    fn a_difference_is_a_tree_with_marks() {
        insta::assert_snapshot!(drawn(&expected(), other(), &look(80)), @r#"
        differs from the snapshot: 1 missing, 2 unexpected, 3 changed
          frontend-react-js "GET /@andrewbrown" internal
        ~ └─ backend-flask "GET /api/activities/@andrewbrown" internal [..500ms]
        -   │   [..500ms]
        +   │   618.9ms
            ├─ … 1 span as expected
            ├─ backend-flask "notifications" internal
        -   │ ├─ backend-flask "momento-counter" internal
        ~   │ └─ dynamodb "DynamoDB.Query cruddur-messages" client error
        -   │       client
        +   │       internal
        -   │       error
        +   │       unset
        +   │       rpc.method=Query
            └─ backend-flask "user-activities-data" internal
        +     ├─ "cache\u{1b}[2J" "GET \u{202e}x" internal error
        +     │ └─ "cache\u{1b}[2J" "connect" internal
        ~     ├─ 23 × postgres "SELECT replies WHERE activity_uuid = $1" internal
        -     │     23 ×
        +     │     22 ×
              └─ … 1 span as expected
        "#);
    }

    #[test]
    fn it_fits_in_few_columns_and_in_ascii() {
        let narrow = Look { ascii: true, ..look(40) };
        insta::assert_snapshot!(drawn(&expected(), other(), &narrow), @r#"
        differs from the snapshot: 1 missing, 2
        unexpected, 3 changed
          frontend-react-js "GET /@andrewbrow...
        ~ `- backend-flask "GET /api/activiti...
        -   |   [..500ms]
        +   |   618.9ms
            |- ... 1 span as expected
            |- backend-flask "notifications" ...
        -   | |- backend-flask "momento-count...
        ~   | `- dynamodb "DynamoDB.Query cru...
        -   |       client
        +   |       internal
        -   |       error
        +   |       unset
        +   |       rpc.method=Query
            `- backend-flask "user-activities...
        +     |- "cache\u{1b}[2J" "GET \u{202...
        +     | `- "cache\u{1b}[2J" "connect"...
        ~     |- 23 x postgres "SELECT replie...
        -     |     23 x
        +     |     22 x
              `- ... 1 span as expected
        "#);
    }

    #[test]
    fn nothing_is_drawn_where_nothing_differs() {
        assert_eq!(drawn(&Snapshot::of(&page()), page().into_spans(), &look(80)), "");
    }

    #[test]
    fn the_rows_are_so_many_and_the_rest_is_counted() {
        let found = compare(&expected(), &Observed::of(&trace(other())));
        let drawn = difference(&found, 2, &look(80));
        assert!(drawn.ends_with("\n… 9 more rows\n"), "{drawn}");
    }

    #[test]
    fn a_chain_of_ten_thousand_is_drawn_in_the_columns_there_are() {
        let chain =
            |name| (1..=10_000).map(|id| span(id, id - 1, "web", if id == 10_000 { name } else { "s" }, 0, 9)).collect();
        let found = compare(&Snapshot::of(&trace(chain("a"))), &Observed::of(&trace(chain("b"))));
        let drawn = difference(&found, 20_000, &look(80));
        assert!(drawn.lines().all(|line| text::width(line) <= 80));
        assert!(drawn.ends_with("\n~ 9,999 └─ web \"a\" internal\n-             \"a\"\n+             \"b\"\n"));
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_screen_and_nothing_steers_it(name: String, service: String, width in 0..90_usize, ascii: bool) {
            let spans = vec![span(1, 0, &service, "a", 0, 9), span(2, 1, "b", &name, 0, 9)];
            let other = vec![span(1, 0, "c", "a", 0, 9), span(2, 1, "b", "x", 0, 9)];
            let look = Look { ascii, ..look(width) };
            let drawn = drawn(&Snapshot::of(&trace(other)), spans, &look);
            prop_assert!(drawn.lines().all(|line| text::width(line) <= look.columns()), "{}", drawn);
            prop_assert!(!drawn.contains(|c: char| c.is_control() && c != '\n'), "{:?}", drawn);
        }
    }
}
