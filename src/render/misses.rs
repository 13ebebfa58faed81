//! The spans that came nearest to what an assertion wanted, and what they lacked.

use std::fmt::Write as _;

use super::theme::{self, Role};
use super::{Look, text, units};

/// A span that satisfies part of what was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// The trace's id.
    pub trace: String,
    /// The span's service and name.
    pub span: String,
    /// How many of the conditions it satisfies.
    pub satisfied: usize,
    /// How many there are.
    pub total: usize,
    /// Each condition that it does not satisfy, and what it has instead.
    pub failed: Vec<(String, Option<String>)>,
}

/// Two lines and more for each. Ends with a line feed.
pub fn render(misses: &[Miss], look: &Look) -> String {
    let mut out = String::from("nearest:\n");
    let columns = look.columns();
    for miss in misses {
        let head = format!("  {} of {} conditions: {}", miss.satisfied, miss.total, text::sanitise(&miss.span, look.ascii));
        push(&mut out, &text::truncate(&head, columns, look.ascii), Role::Plain, look);
        push(&mut out, &format!("    in trace {}", text::sanitise(&miss.trace, look.ascii)), Role::Faint, look);
        for (wanted, actual) in &miss.failed {
            let actual = actual.as_ref().map_or_else(String::new, |actual| format!(", but it is {}", shown(actual)));
            let line = format!("    wanted {wanted}{actual}");
            push(&mut out, &text::truncate(&text::sanitise(&line, look.ascii), columns, look.ascii), Role::Error, look);
        }
    }
    out
}

/// As it is, unless it is longer than anybody reads.
fn shown(actual: &str) -> String {
    const MOST: usize = 200;
    match actual.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}… ({} characters)", &actual[..end], units::count(actual.chars().count())),
        None => actual.to_owned(),
    }
}

fn push(out: &mut String, line: &str, role: Role, look: &Look) {
    // Writing to a string cannot fail.
    let _written = if look.color { writeln!(out, "{}", theme::style(role).style(line)) } else { writeln!(out, "{line}") };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::look;

    #[test]
    fn a_miss_says_what_was_wanted_and_what_there_is() {
        let miss = Miss {
            trace: "5759e988bd862e3fe1be46a994272793".into(),
            span: "web GET /\u{1b}[31m".into(),
            satisfied: 1,
            total: 3,
            failed: vec![("duration > 1s".into(), Some("61 ms".into())), ("a = 1 or b = 2".into(), None)],
        };
        insta::assert_snapshot!(render(&[miss], &look(80)), @r"
        nearest:
          1 of 3 conditions: web GET /␛[31m
            in trace 5759e988bd862e3fe1be46a994272793
            wanted duration > 1s, but it is 61 ms
            wanted a = 1 or b = 2
        ");
    }
}
