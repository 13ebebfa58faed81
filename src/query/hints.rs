//! What is right and yet probably not what was meant.

use super::ast::{Aggregate, Expr, Measure, Op, Predicate, Test};
use super::error::near;
use super::field::{Attribute, Field, Intrinsic, Scope};
use super::literal::{Literal, Pattern};
use super::semconv;

/// Attribute keys that are names of something else elsewhere: in other tools, or in this language without the scope.
const MEANT: &[(&str, &str)] = &[
    ("error", "status = error"),
    ("duration_ms", "duration"),
    ("elapsed", "duration"),
    ("responsetime", "duration"),
    ("service_name", "service"),
    ("servicename", "service"),
    ("trace_id", "trace:id"),
    ("traceid", "trace:id"),
    ("trace.trace_id", "trace:id"),
    ("span_id", "span:id"),
    ("spanid", "span:id"),
    ("trace.span_id", "span:id"),
    ("parent_id", "span:parentID"),
    ("parentid", "span:parentID"),
    ("trace.parent_id", "span:parentID"),
    ("status_code", "status` or `http.status_code"),
    ("statuscode", "status` or `http.status_code"),
    ("http.status", "http.status_code"),
    ("status_message", "statusMessage"),
    ("span_kind", "kind"),
    ("is_root", "root"),
    ("operation", "name"),
];

impl Expr {
    /// Sentences for people who may have meant something else, each once, in the order of the expression. The expression is
    /// right as it is. They may hold text of the expression, escaped where a terminal would act upon it.
    pub fn hints(&self) -> Vec<String> {
        let mut hints = Vec::new();
        self.each_selector(&mut |selector| {
            selector.each_predicate(&mut |predicate| {
                hints.extend(field(&predicate.field));
                hints.extend(test(predicate));
            });
        });
        self.each_aggregate(&mut |aggregate| {
            if let Measure::Of(_, of) = &aggregate.measure {
                hints.extend(field(of));
            }
        });
        let mut seen = std::collections::HashSet::new();
        hints.retain(|hint| seen.insert(hint.clone()));
        hints
    }

    fn each_aggregate<'a>(&'a self, visit: &mut dyn FnMut(&'a Aggregate)) {
        match self {
            Self::Select(_) => {}
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.each_aggregate(visit)),
            Self::Structure { first, rest } => {
                first.each_aggregate(visit);
                for (_, right) in rest {
                    right.each_aggregate(visit);
                }
            }
            Self::Pipe(inner, aggregates) => {
                inner.each_aggregate(visit);
                aggregates.iter().for_each(visit);
            }
        }
    }
}

fn field(field: &Field) -> Option<String> {
    let Field::Attribute(attribute) = field else { return None };
    let meant = meant(attribute)?;
    Some(format!("`{attribute}` is read as an attribute; did you mean `{meant}`?"))
}

/// An intrinsic or a well-known key that is written almost like this one.
fn meant(attribute: &Attribute) -> Option<&'static str> {
    let key = attribute.key();
    match attribute.scope() {
        // As a well-known key's own spelling it is no slip.
        _ if !semconv::aliases(key).is_empty() => None,
        // `span.duration` is TraceQL's attribute and not its `span:duration`, and the point is easily mistaken for the colon.
        Scope::Span if Intrinsic::from_name(key).is_some() => Intrinsic::from_name(key).map(Intrinsic::name),
        // Somebody who writes `.name` or `"name"` knows that it is no intrinsic.
        Scope::Any if Intrinsic::from_name(key).is_some() => None,
        Scope::Any => {
            let known = MEANT.iter().find(|(typed, _)| key.eq_ignore_ascii_case(typed)).map(|(_, meant)| *meant);
            known.or_else(|| near(key, Intrinsic::all_names())).or_else(|| near(key, semconv::keys()))
        }
        Scope::Span | Scope::Resource => near(key, semconv::keys()),
        Scope::Event | Scope::Link | Scope::Instrumentation => None,
    }
}

fn test(predicate: &Predicate) -> Option<String> {
    let whole = |text: &str| format!("`*` in `{predicate}` is no wildcard; did you mean `=~ \"{}\"`?", text.replace('*', ".*"));
    match &predicate.test {
        Test::Compare(Op::Eq, Literal::Text(text)) if text.ends_with('*') && text.chars().all(|c| c == '*' || is_plain(c)) => {
            Some(whole(text))
        }
        Test::Matches(pattern) | Test::NotMatches(pattern) => unanchored(predicate, pattern),
        Test::Compare(_, Literal::Duration(_)) if matches!(predicate.field, Field::Attribute(_)) => {
            let field = &predicate.field;
            Some(format!(
                "an attribute's number has no unit, so `{predicate}` finds only text such as \"250ms\"; compare `{field}` with a number"
            ))
        }
        _ => None,
    }
}

/// A pattern without any operator is equality, which nobody writes as a pattern.
fn unanchored(predicate: &Predicate, pattern: &Pattern) -> Option<String> {
    let source = pattern.source();
    if source.is_empty() || !source.chars().all(is_plain) {
        return None;
    }
    let field = &predicate.field;
    Some(format!("`{predicate}` is about the whole text; did you mean `{field} contains \"{source}\"` or `\".*{source}.*\"`?"))
}

/// Characters that mean themselves in a regular expression and need no escape in quotes.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, ' ' | '/' | '_' | '-' | ':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hints(source: &str) -> Vec<String> {
        source.parse::<Expr>().unwrap().hints()
    }

    #[test]
    fn a_key_that_is_almost_an_intrinsic_is_pointed_out() {
        assert_eq!(hints("servce = x"), ["`servce` is read as an attribute; did you mean `service`?"]);
        assert_eq!(hints("Duration = x"), ["`Duration` is read as an attribute; did you mean `duration`?"]);
        assert_eq!(hints("span.kind = server"), ["`span.kind` is read as an attribute; did you mean `kind`?"]);
        assert_eq!(
            hints("http.satus_code > 1"),
            ["`http.satus_code` is read as an attribute; did you mean `http.status_code`?"]
        );
        assert_eq!(hints("{ } | avg(duration_ms) > 5"), ["`duration_ms` is read as an attribute; did you mean `duration`?"]);
        assert_eq!(hints("traceId = x or traceId = y").len(), 1);
    }

    #[test]
    fn what_is_meant_as_it_is_raises_no_hint() {
        let sources = [
            "service = a and http.status_code >= 500 and user.plan = pro and duration > 1s",
            "\"name\" = a and .status = b and db.system.name = c and http.route = \"/a/*/b\"",
            "name =~ \"GET /.*\" and url.path != \"/*\"",
        ];
        for source in sources {
            assert_eq!(hints(source), [""; 0], "{source}");
        }
    }

    #[test]
    fn wildcards_bare_patterns_and_units_are_pointed_out() {
        insta::assert_snapshot!(hints("name = \"GET /api/*\" and name =~ checkout and wait > 5ms").join("\n"), @r#"
        `*` in `name = "GET /api/*"` is no wildcard; did you mean `=~ "GET /api/.*"`?
        `name =~ "checkout"` is about the whole text; did you mean `name contains "checkout"` or `".*checkout.*"`?
        an attribute's number has no unit, so `wait > 5ms` finds only text such as "250ms"; compare `wait` with a number
        "#);
    }
}
