//! `--baseline`: how long operations take, beside how long they took.

use std::path::PathBuf;

use super::{Check, Checked, Committed, Detail};
use crate::analysis::assertion::Verdict;
use crate::analysis::baseline::{Baseline, BaselineBuilder, Operation, Options, compare};
use crate::analysis::normalised;
use crate::error::Failure;
use crate::model::{Span, Trace};
use crate::render::report::Exhibit;
use crate::render::{baseline, units};

impl Check {
    /// A comparison with the baseline in a file, or its update.
    pub(in super::super) fn baseline(
        path: PathBuf,
        samples: Option<u32>,
        tolerance: Option<f64>,
        update: bool,
    ) -> Result<Self, Failure> {
        let defaults = Options::default();
        let options = Options {
            samples: samples.unwrap_or(defaults.samples),
            tolerance: tolerance.unwrap_or(defaults.tolerance),
            ..defaults
        };
        options.check().map_err(Failure::usage)?;
        let parse = |text: &str| Baseline::from_toml(text).map_err(|wrong| (wrong.line, wrong.column, wrong.why));
        Ok(Self::Baseline(Committed::read(path, update, parse)?, options))
    }
}

pub(super) fn judge(committed: &Committed<Baseline>, options: &Options, traces: &[Trace]) -> Result<Checked, Failure> {
    let mut builder = BaselineBuilder::default();
    for trace in traces {
        builder.add(trace);
    }
    let mut now = builder.finish();
    if committed.update {
        return update(committed, options, &mut now);
    }
    let before = committed.found.clone().unwrap_or_default();
    let comparison = compare(&before, &now, options).map_err(Failure::usage)?;
    let verdict = comparison.verdict();
    let message = format!("{}: {}", committed.shown(), baseline::headline(&comparison));
    let shown = comparison.clone();
    let detail: Option<Detail> =
        (verdict != Verdict::Holds).then(|| Box::new(move |look: &_| baseline::table(&shown, look)) as Detail);
    let worst = comparison.entries.first().filter(|_| verdict == Verdict::Fails);
    let exhibit = worst.and_then(|entry| slowest(entry.operation(), traces));
    Ok(Checked { verdict, message, detail, exhibit })
}

/// The trace in which an operation took longest, if there is one.
fn slowest(operation: &Operation, traces: &[Trace]) -> Option<Exhibit> {
    let is_it = |span: &&Span| {
        span.kind == operation.kind && span.service() == operation.service && normalised(&span.name) == operation.name
    };
    let longest = |trace: &Trace| trace.spans().iter().filter(is_it).map(Span::duration).max();
    let (trace, nanos) = traces.iter().filter_map(|trace| Some((trace, longest(trace)?))).max_by_key(|(_, nanos)| *nanos)?;
    let spans = trace.spans().iter().enumerate().filter(|(_, span)| is_it(span) && span.duration() == nanos);
    Some(Exhibit { trace: trace.clone(), spans: spans.map(|(at, _)| at).collect() })
}

/// Operations of which there are too few samples would never be told, and are left out.
fn update(committed: &Committed<Baseline>, options: &Options, now: &mut Baseline) -> Result<Checked, Failure> {
    let need = options.need(now.operations.len()).unwrap_or(u32::MAX).max(options.samples);
    let rare = now.leave_out_rare(need);
    let left_out = if rare == 0 {
        String::new()
    } else {
        let operations = units::plural(rare, "operation", "operations");
        format!("; {operations} with fewer than the {need} samples that can be compared are left out")
    };
    let among = units::plural(now.traces as usize, "trace", "traces");
    if now.operations.is_empty() {
        let message = format!("{} is not written: {among} are too few{left_out}", committed.shown());
        return Ok(Checked { verdict: Verdict::Unknown, message, detail: None, exhibit: None });
    }
    let message = format!("{}, from {among}{left_out}", committed.write(&now.to_toml())?);
    Ok(Checked { verdict: Verdict::Holds, message, detail: None, exhibit: None })
}
