//! Which operations the trace waited for, and how long for each.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::model::time::Nanos;
use crate::render::theme::Look;
use crate::render::units;
use crate::render::waterfall::Shown;

use super::{code, shares};

/// So many are told one by one.
const EACH: usize = 10;

/// What spans of one name and service have of the critical path.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    own: Nanos,
    spans: usize,
}

/// A table to unfold, whose times are all of the critical path; `None` where there is none.
pub(super) fn table(shown: Shown<'_>, look: &Look) -> Option<String> {
    let (trace, tree, path) = (shown.trace, &shown.analysis.tree, &shown.analysis.path);
    let mut parts = HashMap::<Option<(&str, &str)>, Part>::new();
    for node in (0..tree.nodes().len()).filter(|node| path.own(*node) > 0) {
        // What has not arrived is one operation: nothing is known of it.
        let span = tree.span(trace, node);
        let part = parts.entry(span.map(|span| (span.service(), span.name.as_str()))).or_default();
        *part = Part { own: part.own + path.own(node), spans: part.spans + usize::from(span.is_some()) };
    }
    if parts.is_empty() {
        return None;
    }
    let mut parts: Vec<_> = parts.into_iter().collect();
    parts.sort_by_key(|(what, part)| (Reverse(part.own), *what));
    let told = if parts.len() > EACH + 1 { EACH } else { parts.len() };
    let mut lines: Vec<(String, String, Part)> = parts[..told].iter().map(|(what, part)| line(*what, *part, look)).collect();
    if told < parts.len() {
        let rest = parts[told..]
            .iter()
            .fold(Part::default(), |sum, (_, part)| Part { own: sum.own + part.own, spans: sum.spans + part.spans });
        lines.push((format!("{} more", units::count(parts.len() - told)), String::new(), rest));
    }
    let shares = shares(&lines.iter().map(|(.., part)| part.own).collect::<Vec<_>>());
    let whole = units::duration(path.duration(), look.ascii);
    let mut out = vec![format!(
        "<details><summary>Where the {whole} of the critical path went</summary>\n\n\
         | operation | service | own time on the path | share | spans |\n|---|---|--:|--:|--:|\n"
    )];
    for ((name, service, part), share) in lines.iter().zip(shares) {
        let share = if share == 0 { "<0.1 %".to_owned() } else { format!("{}.{} %", share / 10, share % 10) };
        let own = units::duration(part.own, look.ascii);
        out.push(format!("| {name} | {service} | {own} | {share} | {} |\n", units::count(part.spans)));
    }
    let spans: usize = lines.iter().map(|(.., part)| part.spans).sum();
    out.push(format!("| **all** | | **{whole}** | **100.0 %** | **{}** |\n", units::count(spans)));
    let assumed = path.assumed();
    if assumed > 0 {
        let spans = units::plural(assumed, "span is taken", "spans are taken");
        out.push(format!("\n{spans} to have been waited for until the parent's end: it outlives its parent, or still runs.\n"));
    }
    out.push("\n</details>\n".to_owned());
    Some(out.concat())
}

fn line(what: Option<(&str, &str)>, part: Part, look: &Look) -> (String, String, Part) {
    let Some((service, name)) = what else { return ("(not arrived)".to_owned(), String::new(), part) };
    let name = if name.is_empty() { "(no name)".to_owned() } else { code(name, look) };
    (name, if service.is_empty() { String::new() } else { code(service, look) }, part)
}
