//! What is asserted, however it was written.

use std::time::Duration;

use super::super::ask;
use super::check::Check;
use crate::analysis::assertion::Expected;
use crate::cli::AssertArgs;
use crate::cli::value::Count;
use crate::error::Failure;
use crate::model::{Nanos, TimeRange};
use crate::query::{Expr, Query, SpanExpr};
use crate::render::report::Place;
use crate::ui::Ui;

/// An assertion: all of its parts must hold.
pub(in super::super) struct Case {
    /// What a file calls it.
    pub(super) name: Option<String>,
    /// Where it is written in a file.
    pub(super) place: Option<Place>,
    /// Which traces it is about.
    pub(super) which: Which,
    pub(in super::super) parts: Vec<Part>,
    /// How long it may take until it can be told; `None` where nobody said.
    pub(in super::super) wait: Option<Duration>,
    /// How long a trace may be silent before nothing more is expected of it; `None` where nobody said.
    pub(in super::super) settle: Option<Duration>,
}

/// Which traces an assertion is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Which {
    /// All in the window.
    All,
    /// The one that began last.
    Newest,
    /// The one with this id, as it was typed.
    Id(String),
}

/// One of the things that must all hold.
pub(in super::super) struct Part {
    pub(in super::super) query: Query,
    pub(super) expected: Expected,
    /// What must hold of the traces that match, once they are whole. Then `expected` says how many of them it takes.
    pub(super) check: Option<Check>,
}

impl Part {
    /// What it is about: a check without a filter is about all spans, and that there is some trace is about none.
    pub(in super::super) fn about(&self) -> Option<Expr> {
        let all = || self.check.as_ref().map(|_| Expr::Select(SpanExpr::Any));
        self.query.filter.clone().or_else(all)
    }

    /// Whether it writes a file.
    pub(super) fn updates(&self) -> bool {
        self.check.as_ref().is_some_and(Check::updates)
    }
}

/// What is asserted of the traces that a filter finds.
pub(super) struct Wanted {
    pub(super) filter: Option<Expr>,
    pub(super) every: Option<Expr>,
    pub(super) expected: Expected,
    pub(super) checks: Vec<Check>,
}

/// What the command line says of all assertions.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Times {
    pub(in super::super) wait: Option<Duration>,
    pub(in super::super) settle: Option<Duration>,
}

impl Case {
    /// That some trace matches.
    pub(in super::super) fn of_filter(filter: Expr, times: Times) -> Self {
        let query = Query { range: TimeRange::ALL, filter: Some(filter), limit: Expected::SOME.enough() };
        let part = Part { query, expected: Expected::SOME, check: None };
        Self { name: None, place: None, which: Which::All, parts: vec![part], wait: times.wait, settle: times.settle }
    }

    /// What the command line asserts, about all of time.
    pub(in super::super) fn of_args(args: &AssertArgs, ui: &mut Ui) -> Result<Self, Failure> {
        let filter = ask::filter(args.expr.as_deref(), &args.filter, ui)?;
        let every = ask::expression(args.every.as_deref(), ui)?;
        let expected = match (&args.count, args.absent) {
            (Some(count), _) => counted(*count),
            (None, true) => Expected::NONE,
            (None, false) => Expected::SOME,
        };
        let wanted = Wanted { filter, every, expected, checks: Check::of_args(args)? };
        if wanted.contradicts() {
            return Err(Failure::usage("--count says that there is none, and something is asked of it"));
        }
        let parts = wanted.parts().map_err(|of| {
            let failure = Failure::usage(format!("--every asks each span that satisfies {of}, and cannot"));
            failure.hint("it can where these are spans of one selector, or below those of one: `{ a } >> { b }`")
        })?;
        let which = match &args.trace {
            Some(id) => Which::Id(id.clone()),
            None if args.newest => Which::Newest,
            None => Which::All,
        };
        let case = Self { name: None, place: None, which, parts, wait: args.wait, settle: args.settle };
        if args.suites.update && !case.updates() {
            return Err(nothing_to_update());
        }
        Ok(case)
    }

    /// Whether it may be told because nothing arrives.
    pub(super) fn waits_for_silence(&self) -> bool {
        let waits = |part: &Part| part.check.is_some() || part.expected.is_of_the_past();
        self.which != Which::All || self.parts.iter().any(waits)
    }

    /// Whether it writes a file.
    pub(super) fn updates(&self) -> bool {
        self.parts.iter().any(Part::updates)
    }

    pub(super) fn settle_or(&self, default: Nanos) -> Nanos {
        self.settle.map_or(default, |settle| Nanos::try_from(settle.as_nanos()).unwrap_or(Nanos::MAX))
    }

    /// Whether it is about one trace by its id.
    pub(in super::super) fn is_of_one(&self) -> bool {
        matches!(self.which, Which::Id(_))
    }

    /// What it is called: by its file, or else by what it asserts.
    pub(super) fn title(&self) -> String {
        let filter = || self.parts.first().and_then(|part| part.query.filter.as_ref()).map(Expr::to_string);
        self.name.clone().or_else(filter).unwrap_or_else(|| "any trace".to_owned())
    }
}

impl Wanted {
    /// Whether something is asked of traces that are not to be there.
    pub(super) fn contradicts(&self) -> bool {
        self.expected.max == Some(0) && (self.every.is_some() || !self.checks.is_empty())
    }

    /// What must hold so that so many traces match, every span that is found satisfies `every`, and all checks are passed. An error is
    /// what `every` cannot ask.
    pub(super) fn parts(self) -> Result<Vec<Part>, Expr> {
        let Self { filter, every, expected, checks } = self;
        let part = |filter, expected: Expected, limit: usize, check| Part {
            query: Query { range: TimeRange::ALL, filter, limit },
            expected,
            check,
        };
        let mut parts = vec![part(filter.clone(), expected, expected.enough(), None)];
        for check in checks {
            parts.push(part(filter.clone(), Expected::SOME, check.limit(), Some(check)));
        }
        if let Some(every) = every {
            let of = filter.unwrap_or(Expr::Select(SpanExpr::Any));
            let violation = of.without(&every).ok_or(of)?;
            parts.push(part(Some(violation), Expected::NONE, Expected::NONE.enough(), None));
        }
        Ok(parts)
    }
}

/// `--update` without anything that it is about.
pub(super) fn nothing_to_update() -> Failure {
    Failure::usage("there is no snapshot or baseline to update").hint("`--snapshot FILE --update` writes one")
}

/// More traces than fit into memory are as good as any other number that is never reached.
pub(super) fn counted(count: Count) -> Expected {
    let bounded = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    Expected { min: bounded(count.min()), max: count.max().map(bounded) }
}
