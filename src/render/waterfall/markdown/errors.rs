//! What failed, those first where it began.

use std::collections::HashSet;

use crate::analysis::ErrorRole;
use crate::model::Span;
use crate::render::theme::Look;
use crate::render::units;
use crate::render::waterfall::Shown;
use crate::render::waterfall::label::reason;

use super::code;

/// So many are told one by one.
const EACH: usize = 10;

/// A list; `None` where nothing failed. All of the trace, whatever is drawn of it.
pub(super) fn list(shown: Shown<'_>, look: &Look) -> Option<String> {
    let (trace, tree, roles) = (shown.trace, &shown.analysis.tree, &shown.analysis.errors);
    let nodes = (0..tree.nodes().len()).filter_map(|node| Some((node, tree.span(trace, node)?)));
    let mut failed: Vec<(u8, usize, &Span)> =
        nodes.filter(|(_, span)| span.is_error()).map(|(node, span)| (rank(roles.get(node)), node, span)).collect();
    if failed.is_empty() {
        return None;
    }
    // In the order of the tree among their like.
    failed.sort_by_key(|(rank, node, _)| (*rank, *node));
    let mut lines = vec![format!("**{}**\n\n", units::plural(failed.len(), "error", "errors"))];
    let told = if failed.len() > EACH + 1 { EACH } else { failed.len() };
    let mut reasons = HashSet::new();
    for (_, node, span) in &failed[..told] {
        let name = if span.name.is_empty() { "(no name)".to_owned() } else { code(&span.name, look) };
        let service = if span.service().is_empty() { String::new() } else { format!(" of {}", code(span.service(), look)) };
        // Who passes a failure on often says the same as where it began.
        let why = reason(span).filter(|why| reasons.insert(why.clone()));
        let why = why.map_or_else(String::new, |why| format!(": {}", code(&why, look)));
        let id = code(&span.id.to_string(), look);
        lines.push(format!("- {} {name}{service} (span {id}){why}\n", words(roles.get(*node))));
    }
    if told < failed.len() {
        let origins = failed[told..].iter().filter(|(rank, ..)| *rank == 0).count();
        let began = if origins > 0 { format!(", {} where it began", units::count(origins)) } else { String::new() };
        lines.push(format!("- and {} more{began}\n", units::count(failed.len() - told)));
    }
    Some(lines.concat())
}

fn rank(role: Option<ErrorRole>) -> u8 {
    match role {
        Some(ErrorRole::Origin) => 0,
        Some(ErrorRole::Propagated | ErrorRole::Handled) | None => 1,
        Some(ErrorRole::Retried) => 2,
    }
}

fn words(role: Option<ErrorRole>) -> &'static str {
    match role {
        Some(ErrorRole::Origin) => "began in",
        Some(ErrorRole::Propagated) => "passed on by",
        Some(ErrorRole::Retried) => "made good by a later try of",
        Some(ErrorRole::Handled) | None => "in",
    }
}
