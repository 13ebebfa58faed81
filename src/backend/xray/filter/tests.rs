//! What is asked, that it misses nothing, and that it can be read in one way only.

mod life;
mod oracle;

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;
use crate::model::Trace;
use crate::query::arbitrary::any_expr;
use crate::query::{Field, Intrinsic, Literal, Number, Op, Scope};

use oracle::answers;

fn pushed(source: &str) -> Pushed {
    push(&source.parse::<Expr>().unwrap_or_else(|error| panic!("{error}")))
}

fn table(sources: &[&str]) -> String {
    let mut text = String::new();
    for source in sources {
        let Pushed { sound, likely, exact, residual } = pushed(source);
        writeln!(text, "{source}").unwrap();
        writeln!(text, "  {} {}", if exact { "exactly" } else { "asked  " }, sound.as_deref().unwrap_or("-")).unwrap();
        if let Some(likely) = likely {
            writeln!(text, "  likely  {likely}").unwrap();
        }
        for part in residual {
            writeln!(text, "  here    {part}").unwrap();
        }
    }
    text
}

#[test]
fn services_and_annotations_are_asked_for_as_they_are() {
    insta::assert_snapshot!(table(&[
        "service = \"backend-flask\"",
        "service in (a, b)",
        "rootServiceName = web or rootName = web",
        "service != web",
        "plan = gold",
        "plan exists",
        "plan in (gold, silver)",
        "plan contains \"old\" and service = web",
        "{ plan = gold } and { plan = silver }",
        "{ plan = gold } | count() > 0",
        "plan = gold and tier = one",
    ]), @r#"
    service = "backend-flask"
      exactly service("backend-flask")
    service in (a, b)
      exactly service("a") OR service("b")
    rootServiceName = web or rootName = web
      asked   service("web")
      here    rootServiceName = "web" or rootName = "web"
    service != web
      asked   -
      here    service != "web"
    plan = gold
      exactly annotation.plan = "gold"
    plan exists
      exactly annotation.plan OR annotation.plan = false
    plan in (gold, silver)
      exactly annotation.plan = "gold" OR annotation.plan = "silver"
    plan contains "old" and service = web
      asked   annotation.plan CONTAINS "old" AND service("web")
      here    plan contains "old" and service = "web"
    { plan = gold } and { plan = silver }
      exactly annotation.plan = "gold" AND annotation.plan = "silver"
    { plan = gold } | count() > 0
      exactly annotation.plan = "gold"
    plan = gold and tier = one
      asked   annotation.plan = "gold" AND annotation.tier = "one"
      here    plan = "gold" and tier = "one"
    "#);
}

#[test]
fn a_value_of_an_annotation_is_asked_for_as_all_that_it_may_be() {
    insta::assert_snapshot!(table(&[
        "order = 500",
        "order = \"500\"",
        "order >= 499.5",
        "order in (1, true)",
        "order = true",
        "order contains \"50\"",
        "order starts-with \"t\"",
        "order =~ \"5.*\"",
        "order != 500",
        "order = nil",
        "order > 250ms",
        "resource.order = 500",
    ]), @r#"
    order = 500
      asked   annotation.order = 500 OR annotation.order CONTAINS ""
      likely  annotation.order = 500 OR annotation.order = "500"
      here    order = 500
    order = "500"
      exactly annotation.order = "500" OR annotation.order = 500
    order >= 499.5
      asked   annotation.order >= 499.5 OR annotation.order CONTAINS ""
      here    order >= 499.5
    order in (1, true)
      asked   annotation.order = 1 OR annotation.order CONTAINS "" OR annotation.order = true
      likely  annotation.order = 1 OR annotation.order = "1" OR annotation.order = true OR annotation.order = "true"
      here    order in (1, true)
    order = true
      asked   annotation.order = true OR annotation.order CONTAINS ""
      likely  annotation.order = true OR annotation.order = "true"
      here    order = true
    order contains "50"
      asked   annotation.order CONTAINS "50" OR annotation.order >= 0 OR annotation.order < 0
      here    order contains "50"
    order starts-with "t"
      exactly annotation.order BEGINSWITH "t" OR annotation.order = true
    order =~ "5.*"
      asked   annotation.order OR annotation.order = false
      here    order =~ "5.*"
    order != 500
      asked   annotation.order OR annotation.order = false
      here    order != 500
    order = nil
      asked   -
      here    order = nil
    order > 250ms
      asked   annotation.order CONTAINS ""
      here    order > 250ms
    resource.order = 500
      asked   -
      here    resource.order = 500
    "#);
}

#[test]
fn what_a_subsegment_may_say_is_sound_only_of_a_root() {
    insta::assert_snapshot!(table(&[
        "status = error",
        "root and status = error",
        "http.status_code >= 500",
        "root and http.status_code >= 500",
        "root and (http.method = POST or http.request.method = PUT) and http.url contains \"/api\"",
        "root and http.status_code =~ \"5..\"",
        "client.address starts-with \"10.\" and span:parentID = nil",
        "service = web and status = error",
        "user.id = alice",
        "user.id = 42",
        "root and enduser.id = alice",
        "resource.host.id = \"i-1\"",
        "cloud.availability_zone = \"eu-1a\"",
        "root and name = web",
        "status = error or http.status_code >= 500",
        "status = error or name = x",
    ]), @r#"
    status = error
      asked   -
      likely  error OR fault OR throttle OR service() { error OR fault OR throttle }
      here    status = error
    root and status = error
      asked   error OR fault OR throttle OR service() { error OR fault OR throttle }
      likely  error OR fault OR throttle
      here    root = true
      here    status = error
    http.status_code >= 500
      asked   -
      likely  http.status >= 500 OR service() { http.status >= 500 }
      here    http.status_code >= 500
    root and http.status_code >= 500
      asked   http.status >= 500 OR service() { http.status >= 500 }
      likely  http.status >= 500
      here    root = true
      here    http.status_code >= 500
    root and (http.method = POST or http.request.method = PUT) and http.url contains "/api"
      asked   (http.method = "POST" OR service() { http.method = "POST" } OR http.method = "PUT" OR service() { http.method = "PUT" }) AND (http.url CONTAINS "/api" OR service() { http.url CONTAINS "/api" })
      likely  (http.method = "POST" OR http.method = "PUT") AND http.url CONTAINS "/api"
      here    root = true
      here    http.method = "POST" or http.request.method = "PUT"
      here    http.url contains "/api"
    root and http.status_code =~ "5.."
      asked   -
      here    root = true
      here    http.status_code =~ "5.."
    client.address starts-with "10." and span:parentID = nil
      asked   http.clientip CONTAINS "10." OR service() { http.clientip CONTAINS "10." }
      likely  http.clientip CONTAINS "10."
      here    client.address starts-with "10."
      here    span:parentID = nil
    service = web and status = error
      asked   service("web")
      likely  service("web") AND (error OR fault OR throttle OR service() { error OR fault OR throttle })
      here    status = error
    user.id = alice
      asked   -
      likely  user = "alice"
      here    user.id = "alice"
    user.id = 42
      asked   -
      likely  user = "42"
      here    user.id = 42
    root and enduser.id = alice
      asked   user = "alice"
      here    root = true
      here    enduser.id = "alice"
    resource.host.id = "i-1"
      asked   instance.id = "i-1"
      here    resource.host.id = "i-1"
    cloud.availability_zone = "eu-1a"
      asked   -
      likely  availabilityzone = "eu-1a"
      here    cloud.availability_zone = "eu-1a"
    root and name = web
      asked   service("web")
      here    root = true
      here    name = "web"
    status = error or http.status_code >= 500
      asked   -
      likely  error OR fault OR throttle OR service() { error OR fault OR throttle } OR http.status >= 500 OR service() { http.status >= 500 }
      here    status = error or http.status_code >= 500
    status = error or name = x
      asked   -
      here    status = error or name = "x"
    "#);
}

#[test]
fn lengths_of_time_leave_room_for_rounding_and_for_what_is_still_running() {
    insta::assert_snapshot!(table(&[
        "duration > 250ms",
        "duration < 250ms",
        "root and duration < 250ms",
        "root and duration = 5s",
        "traceDuration > 1s and traceDuration <= 1m",
        "{ service = web } | max(duration) > 1s",
        "{ } | count() > 20",
    ]), @r#"
    duration > 250ms
      asked   duration >= 0.249 OR partial
      here    duration > 250ms
    duration < 250ms
      asked   -
      here    duration < 250ms
    root and duration < 250ms
      asked   responsetime <= 0.251 OR service() { responsetime <= 0.251 }
      likely  responsetime <= 0.251
      here    root = true
      here    duration < 250ms
    root and duration = 5s
      asked   (duration >= 4.999 OR partial) AND (responsetime <= 5.001 OR service() { responsetime <= 5.001 })
      likely  (duration >= 4.999 OR partial) AND responsetime <= 5.001
      here    root = true
      here    duration = 5s
    traceDuration > 1s and traceDuration <= 1m
      asked   (duration >= 0.999 OR partial) AND (duration <= 60.001 OR partial)
      here    traceDuration > 1s
      here    traceDuration <= 1m
    { service = web } | max(duration) > 1s
      asked   service("web") AND (duration >= 0.999 OR partial)
      here    { service = "web" } | max(duration) > 1s
    { } | count() > 20
      asked   -
      here    { } | count() > 20
    "#);
}

#[test]
fn of_a_structure_both_sides_are_asked_for_and_most_likely_the_edge() {
    insta::assert_snapshot!(table(&[
        "{ service = a } > { service = b }",
        "{ service = a } >> { service = b and status = error }",
        "{ service = a and plan = gold } > { service in (b) } > { service = c }",
        "{ service = a } > { service = a }",
        "{ service = a } ~ { name = x }",
    ]), @r#"
    { service = a } > { service = b }
      asked   service("a") AND service("b")
      likely  service("a") AND service("b") AND edge("a", "b")
      here    { service = "a" } > { service = "b" }
    { service = a } >> { service = b and status = error }
      asked   service("a") AND service("b")
      likely  service("a") AND service("b") AND (error OR fault OR throttle OR service() { error OR fault OR throttle })
      here    { service = "a" } >> { service = "b" and status = error }
    { service = a and plan = gold } > { service in (b) } > { service = c }
      asked   service("a") AND annotation.plan = "gold" AND service("b") AND service("c")
      likely  service("a") AND annotation.plan = "gold" AND service("b") AND service("c") AND edge("a", "b") AND edge("b", "c")
      here    { service = "a" and plan = "gold" } > { service in ("b") } > { service = "c" }
    { service = a } > { service = a }
      asked   service("a")
      here    { service = "a" } > { service = "a" }
    { service = a } ~ { name = x }
      asked   service("a")
      here    { service = "a" } ~ { name = "x" }
    "#);
}

#[test]
fn what_cannot_be_written_is_not_asked() {
    insta::assert_snapshot!(table(&[
        "service = \"a\\\"b\"",
        "service = \"a\\\\b\"",
        "service = \"a\\nb\"",
        "service = \"\"",
        "service in (a, \"b\\\"\")",
        "plan = \"a\\\"b\"",
        "user.plan = gold",
        "\"a b\" = gold",
        "\"5th\" = gold",
        "\"größe\" = gold",
        "plan = 1e300",
        "plan < 1e-300",
        "plan = 9007199254740992",
        "plan > -1.50",
        "trace:id = \"1-5759e988-bd862e3fe1be46a994272793\"",
        "true",
        "not service = a",
        "not plan != gold",
    ]), @r#"
    service = "a\"b"
      asked   -
      here    service = "a\"b"
    service = "a\\b"
      asked   -
      here    service = "a\\b"
    service = "a\nb"
      asked   -
      here    service = "a\nb"
    service = ""
      asked   -
      here    service = ""
    service in (a, "b\"")
      asked   -
      here    service in ("a", "b\"")
    plan = "a\"b"
      asked   annotation.plan CONTAINS ""
      here    plan = "a\"b"
    user.plan = gold
      asked   -
      here    user.plan = "gold"
    "a b" = gold
      asked   -
      here    "a b" = "gold"
    "5th" = gold
      asked   -
      here    "5th" = "gold"
    "größe" = gold
      asked   -
      here    größe = "gold"
    plan = 1e300
      asked   annotation.plan >= 0 OR annotation.plan < 0 OR annotation.plan CONTAINS ""
      here    plan = 1e300
    plan < 1e-300
      asked   annotation.plan >= 0 OR annotation.plan < 0 OR annotation.plan CONTAINS ""
      here    plan < 1e-300
    plan = 9007199254740992
      asked   annotation.plan >= 0 OR annotation.plan < 0 OR annotation.plan CONTAINS ""
      here    plan = 9007199254740992
    plan > -1.50
      asked   annotation.plan > -1.5 OR annotation.plan CONTAINS ""
      here    plan > -1.5
    trace:id = "1-5759e988-bd862e3fe1be46a994272793"
      asked   -
      here    trace:id = "1-5759e988-bd862e3fe1be46a994272793"
    true
      exactly -
    not service = a
      asked   -
      here    not service = "a"
    not plan != gold
      asked   -
      here    not plan != "gold"
    "#);
}

#[test]
fn numbers_that_only_code_can_make_do_no_harm() {
    for number in [Number::Double(f64::NAN), Number::Double(f64::INFINITY), Number::Double(-0.0), Number::Int(i64::MIN)] {
        let of = |key| SpanExpr::Is(Predicate::compare(Field::attribute(Scope::Any, key), Op::Eq, Literal::Number(number)));
        let root = SpanExpr::Is(Predicate::compare(Field::Intrinsic(Intrinsic::Root), Op::Eq, Literal::Bool(true)));
        for selector in [of("plan"), SpanExpr::all([root, of("http.status_code")])] {
            let Pushed { sound, likely, .. } = push(&Expr::Select(selector));
            for expression in [sound, likely].into_iter().flatten() {
                answers(&expression, &[]).unwrap_or_else(|error| panic!("{expression}: {error}"));
            }
        }
    }
}

#[test]
fn what_is_too_long_is_weakened_by_whole_conditions() {
    let names = |count: usize| (0..count).map(|at| format!("service-{at}")).collect::<Vec<_>>().join(", ");
    let whole = pushed(&format!("service in ({})", names(60)));
    assert!(whole.exact && whole.sound.is_some_and(|sound| sound.len() > 1000));
    let none = pushed(&format!("service in ({})", names(100)));
    assert_eq!((none.sound, none.likely, none.exact, none.residual.len()), (None, None, false, 1));
    let some = pushed(&format!("{{ service in ({}) }} and {{ plan = gold }} and {{ status = error }}", names(100)));
    assert_eq!((some.sound.as_deref(), some.likely), (Some("annotation.plan = \"gold\""), None));
    let conditions: Vec<_> = (0..200).map(|at| format!("{{ plan = \"gold-{at}\" }}")).collect();
    let Pushed { sound, exact, residual, .. } = pushed(&conditions.join(" and "));
    let sound = sound.unwrap();
    assert!((LIMIT - 40..=LIMIT).contains(&sound.len()) && sound.ends_with('"'), "{sound}");
    assert_eq!((exact, residual.len()), (false, 1));
    let text = "x".repeat(1001);
    assert_eq!(pushed(&format!("plan = {text}")).sound.as_deref(), Some("annotation.plan CONTAINS \"\""));
}

#[test]
fn a_deep_filter_is_asked_for_like_a_flat_one() {
    let deep = format!("{}service = a{}", "(".repeat(60), " and plan = gold)".repeat(60));
    assert_eq!(pushed(&deep).sound.as_deref(), Some("service(\"a\") AND annotation.plan = \"gold\""));
    let nested = format!("{}plan = gold{}", "(service = a or ".repeat(60), " and status = error)".repeat(60));
    assert_eq!(pushed(&nested).sound.as_deref(), Some("service(\"a\") OR annotation.plan = \"gold\""));
}

#[test]
fn expressions_are_put_together_in_parentheses() {
    assert_eq!(both(Some("a OR b"), Some("c")).as_deref(), Some("(a OR b) AND (c)"));
    assert_eq!(both(None, Some("c")).as_deref(), Some("c"));
    assert_eq!(both(Some("a OR b"), Some(" ")).as_deref(), Some("a OR b"));
    assert_eq!(both(None, None), None);
}

#[test]
fn a_group_is_named_or_refused_with_the_reason() {
    assert_eq!(group("slow requests"), Ok("group.name = \"slow requests\"".to_owned()));
    insta::assert_snapshot!(group("a\"b").unwrap_err(), @"X-Ray's filter expressions cannot hold quotation marks, backslashes and control characters, nor a name of over 1000 bytes");
    assert!(group("").is_err() && group("a\\").is_err() && group("a\n").is_err());
}

/// The trace of the documents, as it is fetched.
fn fetched(documents: &[Json]) -> Trace {
    let spans = documents.iter().flat_map(|document| crate::wire::xray::convert(&document.to_string()).unwrap());
    let mut traces = Trace::group(spans);
    assert_eq!(traces.len(), 1);
    traces.remove(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_satisfies_the_filter_satisfies_what_is_asked(source in life::filter(), documents in life::documents()) {
        let expr = source.parse::<Expr>().unwrap();
        let Pushed { sound, likely, exact, .. } = push(&expr);
        let found = sound.as_deref().map_or(Ok(true), |sound| answers(sound, &documents)).map_err(TestCaseError::fail)?;
        let matches = expr.matches(&fetched(&documents)).is_some();
        prop_assert!(!matches || found, "{} is missed by {:?}", source, sound);
        if exact {
            prop_assert_eq!(matches, found, "{} is not exactly {:?}", source, sound);
        }
        if let Some(likely) = likely {
            let likely = answers(&likely, &documents).map_err(TestCaseError::fail)?;
            prop_assert!(!likely || found, "what is likely is narrower");
        }
    }

    #[test]
    fn any_filter_becomes_an_expression_that_can_be_read(expr in any_expr()) {
        let Pushed { sound, likely, exact, residual } = push(&expr);
        prop_assert_eq!(exact, residual.is_empty());
        prop_assert!(likely.is_none() || likely != sound);
        for expression in [sound, likely].into_iter().flatten() {
            prop_assert!(expression.len() <= LIMIT);
            answers(&expression, &[]).map_err(TestCaseError::fail)?;
        }
    }
}
