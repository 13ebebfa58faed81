//! How a trace differs from a snapshot, as a tree.

use super::fits::Matcher;
use super::level::Level;
use super::{Count, Label, Observed, Snapshot, Took, words};

/// How many rows a difference has at most. One line may differ from each of thousands of spans, by thousands of lines below it.
const MOST_ROWS: usize = 100_000;

/// How a trace differs from a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What is the same and what is not, each before what is below it. Empty where all is as expected.
    pub rows: Vec<Row>,
    /// How many spans are in what is as expected all the way down.
    pub same: u64,
    /// How many rows more there would be, without what is below them.
    pub left_out: usize,
    /// Whether there were too many ranges and spans of one name to try them all: then what differs may be less than this.
    pub gave_up: bool,
}

/// One row of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// How many rows are above.
    pub depth: usize,
    /// What became of it.
    pub change: Change,
    /// How many: of what is expected, or of what is there.
    pub count: Count,
    /// What is expected, or, where nothing is, what is there. `None` where several lines are the same.
    pub label: Option<Label>,
    /// How long it may take.
    pub took: Option<Took>,
}

/// What became of what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// So many spans are as expected, with all that is below them.
    Same(u64),
    /// It is as expected, and not all that is below it.
    Below,
    /// It differs in these; what is below may differ too.
    Changed(Vec<Field>),
    /// It is not there.
    Missing,
    /// It is there, and nobody expects it.
    Unexpected,
}

/// In what a span differs. Both as a snapshot writes it, with all that is hidden made visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// What is expected; `None` where it is not expected to be there.
    pub expected: Option<Said>,
    /// What is there; `None` where it is not there.
    pub actual: Option<Said>,
}

/// One side of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A kind, a status, an attribute, a name, a duration or a range of them. Durations are exact.
    Text(String),
    /// How many spans.
    Count(Count),
}

impl Difference {
    /// Whether all is as expected.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many rows are missing, unexpected and changed.
    pub fn counts(&self) -> [usize; 3] {
        let count = |is: fn(&Change) -> bool| self.rows.iter().filter(|row| is(&row.change)).count();
        [
            count(|change| *change == Change::Missing),
            count(|change| *change == Change::Unexpected),
            count(|change| matches!(change, Change::Changed(_))),
        ]
    }
}

/// What has yet to be compared, or said.
enum Task {
    Same(u64),
    Count { line: usize, found: u64 },
    Pair { line: usize, unit: usize, many: u64 },
    Missing { line: usize, count: Count },
    Unexpected { unit: usize, many: u64 },
}

/// Compares a trace with a snapshot. Siblings are matched by service, name and kind, then by how similar they are; where ranges leave a
/// choice, it is made so that as much as possible fits. Near-linear where nothing differs; bounded where much does.
pub fn compare(expected: &Snapshot, actual: &Observed) -> Difference {
    let mut matcher = Matcher::new(expected, actual);
    let mut found = Difference { rows: Vec::new(), same: 0, left_out: 0, gave_up: false };
    let tops: Vec<usize> = expected.tops().collect();
    let there = std::mem::take(&mut matcher.tops);
    let mut open: Vec<(usize, Task)> = Vec::new();
    push(tasks(&mut matcher, &tops, &there), 0, &mut open);
    let mut is_same = true;
    while let Some((depth, task)) = open.pop() {
        if let Task::Same(spans) = task {
            found.same += spans;
        } else {
            is_same = false;
        }
        if found.rows.len() >= MOST_ROWS {
            found.left_out += 1;
            continue;
        }
        let row = row(&matcher, depth, &task);
        match task {
            Task::Same(_) | Task::Count { .. } => {}
            Task::Pair { line, unit, .. } => {
                let lines: Vec<usize> = expected.below(line).collect();
                let there = std::mem::take(&mut matcher.units[unit].below);
                push(tasks(&mut matcher, &lines, &there), depth + 1, &mut open);
                matcher.units[unit].below = there;
            }
            Task::Missing { line, .. } => {
                let needed = expected.below(line).filter(|&line| expected.lines[line].count.least > 0);
                let below = needed.map(|line| Task::Missing { line, count: expected.lines[line].count });
                push(below.collect(), depth + 1, &mut open);
            }
            Task::Unexpected { unit, .. } => {
                let below = matcher.units[unit].below.iter().map(|&(unit, many)| Task::Unexpected { unit, many });
                push(below.collect(), depth + 1, &mut open);
            }
        }
        found.rows.push(row);
    }
    if is_same {
        found.rows.clear();
    }
    found.gave_up = matcher.gave_up();
    found
}

fn push(tasks: Vec<Task>, depth: usize, open: &mut Vec<(usize, Task)>) {
    open.extend(tasks.into_iter().rev().map(|task| (depth, task)));
}

/// What differs between lines and units at one place, in the order of the labels. Neighbours that are the same are one.
fn tasks(matcher: &mut Matcher<'_>, lines: &[usize], there: &[(usize, u64)]) -> Vec<Task> {
    let level = Level::of(matcher, lines, there);
    let mut tasks: Vec<(&Label, Task)> = Vec::new();
    for of in &level.lines {
        let line = &matcher.expected.lines[of.line];
        let total = of.fits + of.paired;
        let task = match of.fits {
            0 if total >= line.count.least => continue,
            0 => {
                let least = line.count.least - total;
                let most = if total == 0 { line.count.most } else { Some(least) };
                Task::Missing { line: of.line, count: Count { least, most } }
            }
            _ if line.count.has(total) => Task::Same(of.spans),
            _ => Task::Count { line: of.line, found: total },
        };
        tasks.push((&line.label, task));
    }
    for &(line, unit, many) in &level.pairs {
        tasks.push((&matcher.expected.lines[line].label, Task::Pair { line, unit, many }));
    }
    for &(unit, many) in &level.unexpected {
        tasks.push((matcher.label(unit), Task::Unexpected { unit, many }));
    }
    tasks.sort_by_key(|(label, _)| *label);
    let mut merged: Vec<Task> = Vec::with_capacity(tasks.len());
    for (_, task) in tasks {
        match (merged.last_mut(), task) {
            (Some(Task::Same(known)), Task::Same(more)) => *known += more,
            (_, task) => merged.push(task),
        }
    }
    merged
}

fn row(matcher: &Matcher<'_>, depth: usize, task: &Task) -> Row {
    let said = |line: usize, count, change| {
        let line = &matcher.expected.lines[line];
        Row { depth, change, count, label: Some(line.label.clone()), took: line.took }
    };
    match *task {
        Task::Same(spans) => Row { depth, change: Change::Same(spans), count: Count::ONE, label: None, took: None },
        Task::Count { line, found } => {
            let count = matcher.expected.lines[line].count;
            let field = Field { expected: Some(Said::Count(count)), actual: Some(Said::Count(Count::exactly(found))) };
            said(line, count, Change::Changed(vec![field]))
        }
        Task::Pair { line, unit, many } => {
            let expected = &matcher.expected.lines[line];
            let mut fields = fields(&expected.label, matcher.label(unit));
            if let Some(took) = expected.took.filter(|took| !matcher.is_within(*took, unit)) {
                fields.push(Field {
                    expected: Some(Said::Text(took.to_string())),
                    actual: Some(Said::Text(words::durations(matcher.units[unit].took))),
                });
            }
            let change = if fields.is_empty() { Change::Below } else { Change::Changed(fields) };
            said(line, Count::exactly(many), change)
        }
        Task::Missing { line, count } => said(line, count, Change::Missing),
        Task::Unexpected { unit, many } => Row {
            depth,
            change: Change::Unexpected,
            count: Count::exactly(many),
            label: Some(matcher.label(unit).clone()),
            took: None,
        },
    }
}

/// In what a label differs from what is expected, the duration aside.
pub(super) fn fields(expected: &Label, actual: &Label) -> Vec<Field> {
    let (Label::Span(a), Label::Span(b)) = (expected, actual) else {
        let same = expected == actual;
        let said = |label: &Label| if *label == Label::Missing { words::MISSING.to_owned() } else { "a span".to_owned() };
        let field = || Field { expected: Some(Said::Text(said(expected))), actual: Some(Said::Text(said(actual))) };
        return if same { Vec::new() } else { vec![field()] };
    };
    let mut fields = Vec::new();
    let mut differ = |expected: Option<String>, actual: Option<String>| {
        fields.push(Field { expected: expected.map(Said::Text), actual: actual.map(Said::Text) });
    };
    let written = |write: &dyn Fn(&mut String) -> std::fmt::Result| {
        let mut out = String::new();
        write(&mut out).expect("a string takes all that is written to it");
        out
    };
    if a.service != b.service {
        let service = |name: &str| Some(written(&|out| words::service(name, out)));
        differ(service(&a.service), service(&b.service));
    }
    if a.name != b.name {
        let name = |name: &str| Some(written(&|out| words::quoted(name, out)));
        differ(name(&a.name), name(&b.name));
    }
    if a.kind != b.kind {
        let kind = |kind| Some(words::kind(kind).unwrap_or_else(|| "unspecified".to_owned()));
        differ(kind(a.kind), kind(b.kind));
    }
    if a.status != b.status {
        let status = |status| Some(words::status(status).unwrap_or_else(|| "unset".to_owned()));
        differ(status(a.status), status(b.status));
    }
    if a.cut != b.cut {
        let cut = |cut: bool| cut.then(|| words::CUT.to_owned());
        differ(cut(a.cut), cut(b.cut));
    }
    let mut keys: Vec<&str> = a.attributes.iter().chain(&b.attributes).map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let (expected, actual) = (a.attribute(key), b.attribute(key));
        if expected == actual || expected == Some(&super::Given::Any) && actual.is_some() {
            continue;
        }
        let said = |given: &super::Given| format!("{key}={}", written(&|out| words::given(given, out)));
        differ(expected.map(said), actual.map(said));
    }
    fields
}
