//! Flags that are short for an expression.

use std::time::Duration;

use crate::model::{Nanos, StatusCode};

use super::ast::{Expr, Op, Predicate, SpanExpr, Test};
use super::field::{Field, Intrinsic, Scope};
use super::literal::Literal;

/// What was given in flags. All of it is about one span: `--service web --error` finds an error of `web`, not a trace that has an
/// error somewhere and `web` somewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sugar {
    /// `--service`: any of these.
    pub services: Vec<String>,
    /// `--name`: any of these.
    pub names: Vec<String>,
    /// `--min-duration`: the span takes at least so long.
    pub min_duration: Option<Duration>,
    /// `--max-duration`: the span takes at most so long.
    pub max_duration: Option<Duration>,
    /// `--error`: its status is an error.
    pub error: bool,
    /// `--attr key=value`: all of these. Text that looks like a number or a truth value finds numbers and truth values too.
    pub attrs: Vec<(String, String)>,
}

impl Sugar {
    /// As an expression; `None` where no flag was given.
    pub fn selector(&self) -> Option<SpanExpr> {
        let mut parts = Vec::new();
        let mut add = |field, test| parts.push(SpanExpr::Is(Predicate { field, test }));
        for (intrinsic, texts) in [(Intrinsic::Service, &self.services), (Intrinsic::Name, &self.names)] {
            let mut values: Vec<_> = texts.iter().cloned().map(Literal::Text).collect();
            let test = match values.len() {
                0 => continue,
                1 => Test::Compare(Op::Eq, values.remove(0)),
                _ => Test::In(values),
            };
            add(Field::Intrinsic(intrinsic), test);
        }
        for (op, bound) in [(Op::Ge, self.min_duration), (Op::Le, self.max_duration)] {
            if let Some(bound) = bound {
                // Longer than any span can be is as good as the longest.
                let nanos = Nanos::from(u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX));
                add(Field::Intrinsic(Intrinsic::Duration), Test::Compare(op, Literal::Duration(nanos)));
            }
        }
        if self.error {
            add(Field::Intrinsic(Intrinsic::Status), Test::Compare(Op::Eq, Literal::Status(StatusCode::Error)));
        }
        for (key, value) in &self.attrs {
            add(attribute(key), Test::Compare(Op::Eq, Literal::Text(value.clone())));
        }
        (!parts.is_empty()).then(|| SpanExpr::all(parts))
    }

    /// Together with the expression that was typed beside the flags. Where that is one selector, the flags are about the same
    /// span; where it is about the whole trace, about some span of it.
    pub fn and(&self, typed: Option<Expr>) -> Option<Expr> {
        match (self.selector(), typed) {
            (None, typed) => typed,
            (Some(flags), None) => Some(Expr::Select(flags)),
            (Some(flags), Some(Expr::Select(typed))) => Some(Expr::Select(SpanExpr::all([flags, typed]))),
            (Some(flags), Some(typed)) => Some(Expr::all([Expr::Select(flags), typed])),
        }
    }
}

/// `--attr` names attributes only: what is an intrinsic in an expression is an attribute's key here, save the service's name.
fn attribute(key: &str) -> Field {
    match Field::from_word(key) {
        Ok(field @ (Field::Attribute(_) | Field::Intrinsic(Intrinsic::Service))) if key != Intrinsic::Service.name() => field,
        _ => Field::attribute(Scope::Any, key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sugar() -> Sugar {
        Sugar {
            services: vec!["web".into(), "api".into()],
            names: vec!["GET /".into()],
            min_duration: Some(Duration::from_millis(250)),
            max_duration: Some(Duration::from_secs(2)),
            error: true,
            attrs: vec![("user.plan".into(), "pro".into()), ("span.a b".into(), "1".into()), ("name".into(), "x".into())],
        }
    }

    #[test]
    fn flags_become_one_selector() {
        insta::assert_snapshot!(
            sugar().and(None).unwrap(),
            @r#"service in ("web", "api") and name = "GET /" and duration >= 250ms and duration <= 2s and status = error and user.plan = "pro" and span."a b" = "1" and "name" = "x""#
        );
        assert_eq!(Sugar::default().and(None), None);
    }

    #[test]
    fn flags_are_about_the_span_of_a_selector_and_about_some_span_of_anything_larger() {
        let flags = Sugar { error: true, ..Sugar::default() };
        let and = |source: &str| flags.and(Some(source.parse().unwrap())).unwrap().to_string();
        assert_eq!(and("name = a or name = b"), r#"status = error and (name = "a" or name = "b")"#);
        assert_eq!(and("{ name = a } > { name = b }"), r#"{ status = error } and { name = "a" } > { name = "b" }"#);
        assert_eq!(and("{ name = a } | count() > 2"), r#"{ status = error } and ({ name = "a" } | count() > 2)"#);
    }
}
