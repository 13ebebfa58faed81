//! What is checked of traces that are whole: how they are together, what one of them is like, and what is written down of others.

mod baseline;
mod committed;
mod figures;
mod snapshot;

use crate::analysis::assertion::Verdict;
use crate::analysis::baseline::{Baseline, Options};
use crate::analysis::snapshot::Snapshot;
use crate::cli::AssertArgs;
use crate::cli::value::Bound;
use crate::error::Failure;
use crate::model::Trace;
use crate::query::{Aggregate, Expr, SpanExpr};
use crate::render::Look;
use crate::render::report::Exhibit;

pub(super) use committed::Committed;

/// Of so many traces, the newest, figures are computed.
const MOST: usize = 1_000;
/// So many are looked through for the newest that is whole.
const MOST_FOR_ONE: usize = 50;

/// Something that must hold of the traces that match.
pub(super) enum Check {
    /// A figure of the spans that are found in all of them together.
    Across(Aggregate),
    /// How much of each one's critical path the spans are that are found in it.
    CriticalPath(Bound),
    /// What the newest of them looks like.
    Snapshot(Committed<Snapshot>),
    /// How long operations take in them.
    Baseline(Committed<Baseline>, Options),
}

/// Lines for a look.
pub(super) type Detail = Box<dyn Fn(&Look) -> String>;

/// What came of a check.
pub(super) struct Checked {
    pub(super) verdict: Verdict,
    /// In one sentence, without the verdict.
    pub(super) message: String,
    /// More lines.
    pub(super) detail: Option<Detail>,
    /// What shows why, where it does not hold.
    pub(super) exhibit: Option<Exhibit>,
}

impl Check {
    /// What is asked for on the command line.
    pub(super) fn of_args(args: &AssertArgs) -> Result<Vec<Self>, Failure> {
        let mut checks = Vec::new();
        checks.extend(args.across.clone().map(Self::Across));
        checks.extend(args.critical_path.map(Self::CriticalPath));
        if let Some(path) = &args.snapshot {
            checks.push(Self::snapshot(path.clone(), args.suites.update)?);
        }
        if let Some(path) = &args.baseline {
            checks.push(Self::baseline(
                path.clone(),
                args.samples,
                args.tolerance.map(|tolerance| tolerance.0),
                args.suites.update,
            )?);
        }
        Ok(checks)
    }

    /// Whether it writes its file instead of comparing.
    pub(super) fn updates(&self) -> bool {
        match self {
            Self::Snapshot(committed) => committed.update,
            Self::Baseline(committed, _) => committed.update,
            Self::Across(_) | Self::CriticalPath(_) => false,
        }
    }

    /// How many traces it looks at.
    pub(super) fn limit(&self) -> usize {
        match self {
            Self::Across(_) | Self::CriticalPath(_) => MOST,
            Self::Snapshot(_) => MOST_FOR_ONE,
            Self::Baseline(_, options) => MOST.max((options.samples as usize).saturating_mul(2)),
        }
    }

    /// Looks at the traces, newest first, of which there is at least one.
    pub(super) fn judge(&self, filter: Option<&Expr>, traces: &[Trace]) -> Result<Checked, Failure> {
        let any = Expr::Select(SpanExpr::Any);
        let filter = filter.unwrap_or(&any);
        match self {
            Self::Across(aggregate) => Ok(figures::across(aggregate, filter, traces)),
            Self::CriticalPath(bound) => Ok(figures::critical_path(*bound, filter, traces)),
            Self::Snapshot(committed) => snapshot::judge(committed, traces),
            Self::Baseline(committed, options) => baseline::judge(committed, options, traces),
        }
    }

    /// Whether a trace may show, while it still grows, that it cannot hold.
    pub(super) fn may_fail_early(&self) -> bool {
        matches!(self, Self::Snapshot(committed) if !committed.update)
    }

    /// What it shows, if it does.
    pub(super) fn fails_early(&self, trace: &Trace) -> Option<Checked> {
        match self {
            Self::Snapshot(committed) => snapshot::fails_early(committed, trace),
            _ => None,
        }
    }
}

/// Places of the spans that are found in a trace.
fn found(filter: &Expr, trace: &Trace) -> Vec<usize> {
    filter.matches(trace).map(|matched| matched.spans).unwrap_or_default()
}

fn verdict(holds: bool) -> Verdict {
    if holds { Verdict::Holds } else { Verdict::Fails }
}
