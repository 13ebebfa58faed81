//! Where context was lost between services, in words.

use crate::analysis::matchmaking::{LostContext, Matches, Party};

use super::theme::{self, Role};
use super::{Look, text, units};

/// For a terminal: two lines for each, wrapped to its width, and a line feed at the end.
pub fn render(matches: &Matches, traces: usize, look: &Look) -> String {
    let (columns, arrow) = (look.columns(), if look.ascii { "->" } else { "→" });
    let mut lines = vec![(0, Role::Plain, headline(matches, traces))];
    for lost in &matches.lost {
        let times = if lost.count == 1 { String::new() } else { format!(", {} times", units::count(lost.count)) };
        lines.push((2, Role::Plain, format!("{} {arrow} {}{times}", party(&lost.from), party(&lost.to))));
        lines.push((4, Role::Faint, example(lost)));
    }
    lines.extend(left_out(matches).map(|line| (2, Role::Faint, line)));
    let mut out = String::new();
    for (indent, role, line) in lines {
        for line in text::wrap(&text::sanitise(&line, look.ascii), columns.saturating_sub(indent).max(1)) {
            out.extend(std::iter::repeat_n(' ', indent));
            if look.color {
                out.push_str(&theme::style(role).style(line).to_string());
            } else {
                out.push_str(&line);
            }
            out.push('\n');
        }
    }
    out
}

/// For programs: one sentence for each. Not escaped for any medium.
pub fn notes(matches: &Matches, traces: usize) -> Vec<String> {
    let one = |lost: &LostContext| {
        let times = units::plural(lost.count, "time", "times");
        format!("context seems to be lost, {times}, between {} and {}: {}", party(&lost.from), party(&lost.to), example(lost))
    };
    let none = matches.lost.is_empty().then(|| headline(matches, traces));
    none.into_iter().chain(matches.lost.iter().map(one)).chain(left_out(matches)).collect()
}

fn headline(matches: &Matches, traces: usize) -> String {
    let looked_at = units::plural(traces, "trace", "traces");
    if matches.lost.is_empty() {
        return format!("no context seems to be lost between services, in {looked_at}");
    }
    format!("context seems to be lost between services, in {looked_at}:")
}

fn party(party: &Party) -> String {
    let service = if party.service.is_empty() { "(no service)" } else { &party.service };
    format!("{service} ({})", party.name)
}

fn example(lost: &LostContext) -> String {
    let (call, answer) = &lost.example;
    format!("the call is in trace {call}, the answer in trace {answer}: {}", lost.evidence.words())
}

fn left_out(matches: &Matches) -> Option<String> {
    let calls = units::plural(matches.ambiguous, "call", "calls");
    let is = if matches.ambiguous == 1 { "is" } else { "are" };
    (matches.ambiguous > 0).then(|| format!("{calls} with more than one possible partner {is} left out"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::matchmaking::Evidence;
    use crate::model::TraceId;
    use crate::render::samples::look;

    fn matches() -> Matches {
        let party = |service: &str, name: &str| Party { service: service.into(), name: name.into() };
        let evidence = Evidence { same_request: true, by_name: false };
        let example = (TraceId::from_bytes([0xab; 16]), TraceId::from_bytes([0xcd; 16]));
        let one = LostContext { from: party("web\u{1b}[31m", "GET"), to: party("", "GET /u/?"), count: 3, evidence, example };
        Matches { lost: vec![one], ambiguous: 1 }
    }

    #[test]
    fn what_was_lost_is_told_with_an_example_that_can_be_looked_at() {
        insta::assert_snapshot!(render(&matches(), 20, &look(80)), @"
        context seems to be lost between services, in 20 traces:
          web␛[31m (GET) → (no service) (GET /u/?), 3 times
            the call is in trace abababababababababababababababab, the answer in trace
            cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd: the same request at that time
          1 call with more than one possible partner is left out
        ");
        insta::assert_snapshot!(notes(&matches(), 20).join("\n"), @"
        context seems to be lost, 3 times, between web[31m (GET) and (no service) (GET /u/?): the call is in trace abababababababababababababababab, the answer in trace cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd: the same request at that time
        1 call with more than one possible partner is left out
        ");
    }

    #[test]
    fn where_nothing_was_lost_that_is_said() {
        assert_eq!(render(&Matches::default(), 1, &look(80)), "no context seems to be lost between services, in 1 trace\n");
        assert_eq!(notes(&Matches::default(), 2), ["no context seems to be lost between services, in 2 traces"]);
    }
}
