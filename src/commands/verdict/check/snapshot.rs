//! `--snapshot`: what the newest trace that matches looks like.

use std::path::PathBuf;

use super::{Check, Checked, Committed, Detail};
use crate::analysis::assertion::Verdict;
use crate::analysis::snapshot::{Difference, Observed, Snapshot, compare, exceeds};
use crate::error::Failure;
use crate::model::Trace;
use crate::render::report::Exhibit;
use crate::render::snapshot;
use crate::render::units;

/// How many rows of a difference are drawn.
const ROWS: usize = 60;

impl Check {
    /// A comparison with the snapshot in a file, or its update.
    pub(in super::super) fn snapshot(path: PathBuf, update: bool) -> Result<Self, Failure> {
        let parse = |text: &str| Snapshot::parse(text).map_err(|wrong| (wrong.line, wrong.column, wrong.message));
        Ok(Self::Snapshot(Committed::read(path, update, parse)?))
    }
}

pub(super) fn judge(committed: &Committed<Snapshot>, traces: &[Trace]) -> Result<Checked, Failure> {
    let Some(trace) = traces.first() else { return Ok(nothing()) };
    let actual = Observed::of(trace);
    let of = format!("trace {}", trace.id());
    if committed.update {
        let snapshot = committed.found.as_ref().map_or_else(|| actual.snapshot(), |before| before.updated(&actual));
        let of = if trace.summary().complete() { of } else { format!("{of}, which is incomplete") };
        let message = format!("{}, from {of}", committed.write(&snapshot.to_string())?);
        return Ok(Checked { verdict: Verdict::Holds, message, detail: None, exhibit: None });
    }
    let Some(expected) = &committed.found else { return Ok(nothing()) };
    let difference = compare(expected, &actual);
    if difference.is_empty() {
        let message = format!("{of} is as in {}", committed.shown());
        return Ok(Checked { verdict: Verdict::Holds, message, detail: None, exhibit: None });
    }
    Ok(differs(committed, trace, difference))
}

/// While it grows, a trace may already have more than it may have.
pub(super) fn fails_early(committed: &Committed<Snapshot>, trace: &Trace) -> Option<Checked> {
    let expected = committed.found.as_ref()?;
    let actual = Observed::of(trace);
    exceeds(expected, &actual).then(|| differs(committed, trace, compare(expected, &actual)))
}

fn differs(committed: &Committed<Snapshot>, trace: &Trace, difference: Difference) -> Checked {
    let [missing, unexpected, changed] = difference.counts();
    let counts = [(missing, "missing"), (unexpected, "unexpected"), (changed, "changed")];
    let said: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{} {what}", units::count(*count))).collect();
    let message = format!("trace {} is not as in {}: {}", trace.id(), committed.shown(), said.join(", "));
    let detail: Detail = Box::new(move |look| snapshot::difference(&difference, ROWS, look));
    let exhibit = Some(Exhibit { trace: trace.clone(), spans: Vec::new() });
    Checked { verdict: Verdict::Fails, message, detail: Some(detail), exhibit }
}

fn nothing() -> Checked {
    let message = "there is nothing to compare with".to_owned();
    Checked { verdict: Verdict::Unknown, message, detail: None, exhibit: None }
}
