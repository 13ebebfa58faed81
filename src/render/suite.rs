//! What good traces have in common, as a file of assertions: TOML that `assert --file` reads.
//!
//! Each claim is an `[[assert]]` with its name in words. What is only suggested is commented out, and what was left out is a
//! comment with its reason. Text from traces stands in strings of TOML, escaped where it must be, or in comments, in which nothing
//! ends the line.

#[cfg(test)]
mod tests;
mod toml;
mod words;

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::analysis::stable::{Claim, Stable};

use super::{text, units};

/// More ids than these are not told one by one.
const MOST_IDS: usize = 20;
/// More reasons than these are not read.
const MOST_NOISE: usize = 30;
/// Once there is so much of it, in bytes, nothing more is asserted: a file of more than 1 MiB is not read.
const MOST_BYTES: usize = 1 << 19;
/// Columns of a comment.
const COLUMNS: usize = 120;

/// The text of a file that is called `file`. The same for the same traces. Every line ends with a line feed.
pub fn render(stable: &Stable, file: &str) -> String {
    let mut out = String::new();
    header(stable, file, &mut out);
    let mut names = HashSet::new();
    let mut group = String::new();
    let mut left_out = 0;
    for claim in &stable.claims {
        if out.len() > MOST_BYTES {
            left_out += 1;
            continue;
        }
        let heading = words::group(&claim.about);
        if heading != group {
            let _written = write!(out, "\n# {}\n", comment(&format!("--- {heading} ---")));
            group = heading;
        }
        out.push('\n');
        assertion(claim, &unique(&words::claim(claim), &mut names), &mut out);
    }
    if !stable.noise.is_empty() || left_out > 0 {
        out.push('\n');
    }
    if left_out > 0 {
        let more = units::plural(left_out, "more assertion, for which", "more assertions, for which");
        line(&format!("left out: {more} the file is too large"), &mut out);
    }
    noise(stable, &mut out);
    out
}

fn header(stable: &Stable, file: &str, out: &mut String) {
    let traces = stable.traces.len();
    let were = if traces == 1 { "that was taken to be good" } else { "that were taken to be good" };
    line(&format!("Made from {} {were}:", units::plural(traces, "trace", "traces")), out);
    for id in stable.traces.iter().take(MOST_IDS) {
        line(&format!("  {id}"), out);
    }
    if traces > MOST_IDS {
        line(&format!("  … and {} more", units::count((traces - MOST_IDS) as u128)), out);
    }
    line("", out);
    if traces == 1 {
        line(
            "One trace cannot tell what is always so from what just happened to be so: all of it looks stable. Counts are only",
            out,
        );
        line("suggested, and what looks like an id is left open. Make it from several traces to see what differs.", out);
    } else {
        line("It asserts what is the same in all of them. Read it, and delete what is so by chance.", out);
    }
    line("What is commented out is a suggestion: take its `# ` away, and the line that it stands for.", out);
    line("", out);
    line(&format!("  cruddur-trace assert --file {file}"), out);
}

/// The name, or else with the first number that makes it one that no other has.
fn unique(name: &str, names: &mut HashSet<String>) -> String {
    let mut unique = name.to_owned();
    let mut number = 2;
    while !names.insert(unique.clone()) {
        unique = format!("{name} ({number})");
        number += 1;
    }
    unique
}

fn assertion(claim: &Claim, name: &str, out: &mut String) {
    let hash = if claim.suggested { "# " } else { "" };
    if let Some(why) = words::why_suggested(claim) {
        line(&why, out);
    }
    let mut lines = vec![("name", toml::string(name)), ("expr", toml::string(&claim.expr.to_string()))];
    if let Some(every) = &claim.every {
        lines.push(("every", toml::string(&every.to_string())));
    }
    if claim.absent {
        lines.push(("absent", "true".to_owned()));
    }
    let bound = claim.bound.as_ref().map(|bound| {
        let slowest = units::duration(bound.slowest, true);
        format!("# every = {}  # the slowest took {slowest}\n", toml::string(&bound.every.to_string()))
    });
    let _written = writeln!(out, "{hash}[[assert]]");
    for (key, value) in lines {
        let _written = writeln!(out, "{hash}{key} = {value}");
    }
    out.push_str(&bound.unwrap_or_default());
}

fn noise(stable: &Stable, out: &mut String) {
    let noise = &stable.noise;
    for one in noise.iter().take(MOST_NOISE) {
        line(&format!("left out: {}", words::noise(one, stable.traces.len())), out);
    }
    if noise.len() > MOST_NOISE {
        line(&format!("… and {} more", units::count((noise.len() - MOST_NOISE) as u128)), out);
    }
}

/// A line that is a comment.
fn line(words: &str, out: &mut String) {
    let _written = writeln!(out, "{}", format!("# {}", comment(words)).trim_end());
}

/// Text in a comment: on one line, with nothing in it that TOML or a terminal would act upon.
fn comment(words: &str) -> String {
    text::truncate(&text::sanitise(words, false), COLUMNS, false).into_owned()
}
