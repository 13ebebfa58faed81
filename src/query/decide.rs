//! What can be said of a span of which not everything is known.

use super::ast::{Predicate, SpanExpr};

impl SpanExpr {
    /// Whether a span satisfies this, where `known` says of each comparison whether it does; `None` where that depends on
    /// comparisons for which it says `None`.
    pub fn decide(&self, known: &dyn Fn(&Predicate) -> Option<bool>) -> Option<bool> {
        match self {
            Self::Any => Some(true),
            Self::Is(predicate) => known(predicate),
            Self::Not(inner) => inner.decide(known).map(|holds| !holds),
            Self::And(parts) => first(parts.iter().map(|part| part.decide(known)), false),
            Self::Or(parts) => first(parts.iter().map(|part| part.decide(known)), true),
        }
    }
}

/// `decisive` if that is what one of the parts is, the opposite if all are the opposite, `None` where it depends on those that are.
pub(super) fn first(parts: impl Iterator<Item = Option<bool>>, decisive: bool) -> Option<bool> {
    let mut outcome = Some(!decisive);
    for part in parts {
        match part {
            Some(holds) if holds == decisive => return Some(decisive),
            Some(_) => {}
            None => outcome = None,
        }
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Expr;
    use crate::query::arbitrary::{any_expr, any_trace};
    use proptest::prelude::*;

    fn selector(source: &str) -> SpanExpr {
        match source.parse() {
            Ok(Expr::Select(selector)) => selector,
            other => panic!("{source}: {other:?}"),
        }
    }

    /// `yes = 1` holds, `no = 1` does not, of anything else nothing is known.
    fn decided(source: &str) -> Option<bool> {
        selector(source).decide(&|predicate| match predicate.to_string().as_str() {
            "yes = 1" => Some(true),
            "no = 1" => Some(false),
            _ => None,
        })
    }

    #[test]
    fn what_is_not_known_leaves_open_only_what_depends_on_it() {
        let cases = [
            ("yes = 1 and no = 1", Some(false)),
            ("x = 1 and no = 1", Some(false)),
            ("x = 1 and yes = 1", None),
            ("x = 1 or yes = 1", Some(true)),
            ("x = 1 or no = 1", None),
            ("no = 1 or no = 1", Some(false)),
            ("not x = 1", None),
            ("not (x = 1 and no = 1)", Some(true)),
            ("true", Some(true)),
            ("false or x = 1", None),
        ];
        for (source, expected) in cases {
            assert_eq!(decided(source), expected, "{source}");
        }
    }

    proptest! {
        #[test]
        fn what_is_decided_is_what_the_whole_span_says(expr in any_expr(), trace in any_trace(), known in any::<u64>()) {
            let Expr::Select(selector) = expr else { return Ok(()) };
            let holding = selector.select(&trace);
            for at in 0..trace.spans().len() {
                let decided = selector.decide(&|predicate| {
                    let sum: u32 = predicate.to_string().bytes().map(u32::from).sum();
                    let holds = || SpanExpr::Is(predicate.clone()).select(&trace).contains(&at);
                    (known >> (sum % 64) & 1 == 1).then(holds)
                });
                prop_assert!(decided.is_none_or(|decided| decided == holding.contains(&at)), "{}", selector);
                if known == u64::MAX {
                    prop_assert!(decided.is_some());
                }
            }
        }
    }
}
