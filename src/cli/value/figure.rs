//! What figures shall be.

use std::fmt;
use std::str::FromStr;

use crate::model::Nanos;
use crate::query::{Aggregate, Expr, Literal, Op, SpanExpr, Test};

/// A figure of several spans, and what it shall be: `p95(duration) < 500ms`, `count() > 3`.
pub fn aggregate(text: &str) -> Result<Aggregate, String> {
    // The language has it behind a pipe only.
    let parsed = format!("{{ }} | {text}").parse::<Expr>();
    match parsed {
        Ok(Expr::Pipe(of, mut aggregates)) if *of == Expr::Select(SpanExpr::Any) && aggregates.len() == 1 => {
            aggregates.pop().ok_or_else(|| "nothing is expected".to_owned())
        }
        Ok(_) => Err("expected one figure, such as `p95(duration) < 500ms`".to_owned()),
        Err(error) => {
            let help = error.help().map(|help| format!("; {help}")).unwrap_or_default();
            Err(format!("{}{help}; expected a figure such as `p95(duration) < 500ms`", error.message()))
        }
    }
}

/// What a length of time shall be: `<500ms`, `<= 1.5s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// How it is compared.
    pub op: Op,
    /// With how many nanoseconds.
    pub nanos: Nanos,
}

impl Bound {
    /// Whether it holds of so many nanoseconds.
    pub fn holds(self, nanos: Nanos) -> bool {
        self.op.holds(nanos.cmp(&self.nanos))
    }
}

impl FromStr for Bound {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(Expr::Select(SpanExpr::Is(predicate))) = format!("duration {text}").parse::<Expr>()
            && let Test::Compare(op, Literal::Duration(nanos)) = predicate.test
        {
            return Ok(Self { op, nanos });
        }
        Err("expected a comparison with a length of time, such as `<500ms`".to_owned())
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.op.symbol(), Literal::Duration(self.nanos))
    }
}

/// A share, such as `10%`, as 0.1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percent(pub f64);

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim().strip_suffix('%').and_then(|number| number.trim_end().parse::<f64>().ok());
        match number {
            Some(number) if number.is_finite() && number >= 0.0 => Ok(Self(number / 100.0)),
            _ => Err("expected a share, such as `10%`".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_written_as_behind_a_pipe() {
        for text in ["p95(duration) < 500ms", "count() > 3", "max(http.status_code) < 500"] {
            assert_eq!(aggregate(text).map(|aggregate| aggregate.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "duration < 5ms", "count() > 3 | count() < 5", "p95(duration) < 5", "count() > 3 }"] {
            assert!(aggregate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_share_is_written_in_percent() {
        assert_eq!(["10%", "0 %", "2.5%"].map(|text| text.parse().map(|Percent(share)| share)), [Ok(0.1), Ok(0.0), Ok(0.025)]);
        for text in ["", "10", "-1%", "inf%", "NaN%", "%"] {
            assert!(text.parse::<Percent>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_bound_is_a_comparison_with_a_time() {
        for (text, shown) in [("<500ms", "< 500ms"), (" <= 1.5s ", "<= 1.5s"), ("> 1us", "> 1us")] {
            assert_eq!(text.parse::<Bound>().map(|bound| bound.to_string()), Ok(shown.to_owned()));
        }
        for text in ["", "500ms", "<5", "< 5ms or true", "exists", "=~ 5ms", "<500ms and name = x"] {
            assert!(text.parse::<Bound>().is_err(), "{text}");
        }
        let bound: Bound = "<500ms".parse().expect("it is a bound");
        assert!(bound.holds(499_999_999) && !bound.holds(500_000_000));
    }
}
