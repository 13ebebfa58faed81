//! A span of a trace by what was typed.

use crate::analysis::Tree;
use crate::error::Failure;
use crate::model::Trace;

/// So many that could be meant are named.
const NAMED: usize = 5;

/// The node of the span with this id, or with the only id that begins so, or with this name, if only one has it.
pub(super) fn node(trace: &Trace, tree: &Tree, typed: &str) -> Result<usize, Failure> {
    let nodes = || (0..tree.nodes().len()).filter_map(|node| Some((node, tree.span(trace, node)?)));
    let wanted = typed.to_lowercase();
    let by_id: Vec<usize> = nodes().filter(|(_, span)| span.id.to_string() == wanted).map(|(node, _)| node).collect();
    if let Some(first) = by_id.first() {
        return Ok(*first);
    }
    let by_name: Vec<usize> = nodes().filter(|(_, span)| span.name == typed).map(|(node, _)| node).collect();
    let begins = |id: String| !wanted.is_empty() && id.starts_with(&wanted);
    let by_beginning: Vec<usize> = nodes().filter(|(_, span)| begins(span.id.to_string())).map(|(node, _)| node).collect();
    match (&by_name[..], &by_beginning[..]) {
        ([only], []) | ([], [only]) => Ok(*only),
        ([], []) => Err(Failure::not_found(format!("no span `{typed}` in trace {}", trace.id()))
            .hint("a span is named by its id, the beginning of it, or by a name that no other span of the trace has")),
        (names, beginnings) => {
            let meant: Vec<usize> = names.iter().chain(beginnings).copied().collect();
            let told = meant.iter().take(NAMED).filter_map(|node| tree.span(trace, *node));
            let told: Vec<String> = told.map(|span| format!("\n  {}  {}", span.id, span.name)).collect();
            let more = match meant.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!("\n  and {more} more"),
            };
            Err(Failure::usage(format!("`{typed}` could be several spans:{}{more}", told.concat())).hint("type the id"))
        }
    }
}
