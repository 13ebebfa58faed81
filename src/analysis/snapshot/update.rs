//! A snapshot rewritten: what a trace looks like now, with what a person wrote that still fits.

use super::fits::Matcher;
use super::label::Described;
use super::level::Level;
use super::{Count, Given, Label, Line, Observed, Snapshot};

/// What has yet to be written.
#[derive(Debug, Clone, Copy)]
enum Task {
    /// A line with all that is below it.
    Keep { line: usize, count: Count },
    /// A unit that a line has become.
    Pair { line: usize, unit: usize, count: Count, commented: bool },
    /// A unit that is new.
    New { unit: usize, many: u64 },
}

pub(super) fn updated(old: &Snapshot, actual: &Observed) -> Snapshot {
    if super::compare(old, actual).is_empty() {
        return old.clone();
    }
    if !old.is_edited() {
        return actual.snapshot();
    }
    let mut matcher = Matcher::new(old, actual);
    let mut lines: Vec<Line> = Vec::new();
    let tops: Vec<usize> = old.tops().collect();
    let there = std::mem::take(&mut matcher.tops);
    let mut open: Vec<(usize, Task)> = Vec::new();
    push(tasks(&mut matcher, &tops, &there), 0, &mut open);
    while let Some((depth, task)) = open.pop() {
        match task {
            Task::Keep { line, count } => {
                let from = old.lines[line].depth;
                let kept = old.lines[line..line + old.lines[line].size].iter().enumerate();
                lines.extend(kept.map(|(nth, kept)| Line {
                    depth: kept.depth - from + depth,
                    count: if nth == 0 { count } else { kept.count },
                    ..kept.clone()
                }));
            }
            Task::Pair { line, unit, count, commented } => {
                let was = &old.lines[line];
                lines.push(Line {
                    depth,
                    size: 1,
                    count,
                    label: widened(matcher.label(unit), &was.label),
                    took: was.took.filter(|took| matcher.is_within(*took, unit)),
                    comments: if commented { was.comments.clone() } else { Vec::new() },
                });
                let below: Vec<usize> = old.below(line).collect();
                let there = std::mem::take(&mut matcher.units[unit].below);
                push(tasks(&mut matcher, &below, &there), depth + 1, &mut open);
                matcher.units[unit].below = there;
            }
            Task::New { unit, many } => {
                let label = matcher.label(unit).clone();
                lines.push(Line { depth, size: 1, count: Count::exactly(many), label, took: None, comments: Vec::new() });
                let below = &matcher.units[unit].below;
                open.extend(below.iter().rev().map(|&(unit, many)| (depth + 1, Task::New { unit, many })));
            }
        }
    }
    if matcher.gave_up() {
        // What does not seem to fit may fit, and would be written twice.
        return actual.snapshot();
    }
    let mut snapshot = Snapshot { lines, end: old.end.clone() };
    if !snapshot.is_edited() {
        return actual.snapshot();
    }
    snapshot.measure();
    snapshot
}

fn push(tasks: Vec<Task>, depth: usize, open: &mut Vec<(usize, Task)>) {
    open.extend(tasks.into_iter().rev().map(|task| (depth, task)));
}

/// What is written below one line, in the order of the labels.
fn tasks(matcher: &mut Matcher<'_>, lines: &[usize], there: &[(usize, u64)]) -> Vec<Task> {
    let level = Level::of(matcher, lines, there);
    let mut tasks: Vec<(&Label, Task)> = Vec::new();
    let mut said = std::collections::HashSet::new();
    for of in &level.lines {
        let line = &matcher.expected.lines[of.line];
        if of.fits == 0 && (line.count.least > 0 || of.paired > 0) {
            continue;
        }
        said.insert(of.line);
        let count = if line.count.has(of.fits) { line.count } else { Count::exactly(of.fits) };
        tasks.push((&line.label, Task::Keep { line: of.line, count }));
    }
    for &(line, unit, many) in &level.pairs {
        let commented = said.insert(line);
        let was = matcher.expected.lines[line].count;
        let count = if commented && was.has(many) { was } else { Count::exactly(many) };
        tasks.push((matcher.label(unit), Task::Pair { line, unit, count, commented }));
    }
    for &(unit, many) in &level.unexpected {
        tasks.push((matcher.label(unit), Task::New { unit, many }));
    }
    tasks.sort_by_key(|(label, _)| *label);
    tasks.into_iter().map(|(_, task)| task).collect()
}

/// What was seen, with a `*` where a person wrote one.
fn widened(seen: &Label, was: &Label) -> Label {
    let (Label::Span(seen), Label::Span(was)) = (seen, was) else { return seen.clone() };
    let any = |key: &str| was.attribute(key) == Some(&Given::Any);
    let attributes = seen.attributes.iter().map(|(key, given)| {
        let given = if any(key) { Given::Any } else { given.clone() };
        (key.clone(), given)
    });
    Label::Span(Described { attributes: attributes.collect(), ..seen.clone() })
}
