//! What is asserted, however it was written.

use std::time::Duration;

use super::super::ask;
use crate::analysis::assertion::Expected;
use crate::cli::AssertArgs;
use crate::cli::value::Count;
use crate::error::Failure;
use crate::model::{Nanos, TimeRange};
use crate::query::{Expr, Query, SpanExpr};
use crate::ui::Ui;

/// An assertion: all of its parts must hold.
pub(super) struct Case {
    /// What a file calls it.
    pub(super) name: Option<String>,
    /// The one trace that it is about, as its id was typed.
    pub(super) trace: Option<String>,
    pub(super) parts: Vec<Part>,
    /// How long it may take until it can be told; `None` where nobody said.
    pub(super) wait: Option<Duration>,
    /// How long a trace may be silent before nothing more is expected of it; `None` where nobody said.
    pub(super) settle: Option<Duration>,
}

/// One of the things that must all hold.
pub(super) struct Part {
    pub(super) query: Query,
    pub(super) expected: Expected,
}

impl Case {
    /// What the command line asserts, about all of time.
    pub(super) fn of_args(args: &AssertArgs, ui: &mut Ui) -> Result<Self, Failure> {
        let filter = ask::filter(args.expr.as_deref(), &args.filter, ui)?;
        let every = ask::expression(args.every.as_deref(), ui)?;
        let expected = match (&args.count, args.absent) {
            (Some(count), _) => counted(*count),
            (None, true) => Expected::NONE,
            (None, false) => Expected::SOME,
        };
        let parts = parts(filter, every.as_ref(), expected).map_err(|of| {
            let failure = Failure::usage(format!("--every asks each span that satisfies {of}, and cannot"));
            failure.hint("it can where these are spans of one selector, or below those of one: `{ a } >> { b }`")
        })?;
        Ok(Self { name: None, trace: args.trace.clone(), parts, wait: args.wait, settle: args.settle })
    }

    pub(super) fn settle_or(&self, default: Nanos) -> Nanos {
        self.settle.map_or(default, |settle| Nanos::try_from(settle.as_nanos()).unwrap_or(Nanos::MAX))
    }
}

/// What must hold so that so many traces match, and every span that is found satisfies `every`. An error is what `every` cannot ask.
pub(super) fn parts(filter: Option<Expr>, every: Option<&Expr>, expected: Expected) -> Result<Vec<Part>, Expr> {
    let part = |filter, expected: Expected| Part {
        query: Query { range: TimeRange::ALL, filter, limit: expected.enough() },
        expected,
    };
    let mut parts = vec![part(filter.clone(), expected)];
    if let Some(every) = every {
        let of = filter.unwrap_or(Expr::Select(SpanExpr::Any));
        let violation = of.without(every).ok_or(of)?;
        parts.push(part(Some(violation), Expected::NONE));
    }
    Ok(parts)
}

/// More traces than fit into memory are as good as any other number that is never reached.
pub(super) fn counted(count: Count) -> Expected {
    let bounded = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    Expected { min: bounded(count.min()), max: count.max().map(bounded) }
}
