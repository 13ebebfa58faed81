use super::*;
use crate::analysis::samples::{at, failed, named, of_kind, span};
use crate::model::{Span, SpanKind};

/// A trace of its own id.
fn trace(number: u8, spans: Vec<Span>) -> Trace {
    Trace::assemble(TraceId::from_bytes([number; 16]), spans).unwrap()
}

fn with(attributes: &[(&str, &str)], span: Span) -> Span {
    Span { attributes: attributes.iter().copied().collect(), ..span }
}

fn asserted(traces: &[Trace]) -> Vec<String> {
    let claims = stable(traces).claims;
    let shown = claims.iter().filter(|claim| !claim.suggested).map(|claim| {
        let every = claim.every.as_ref().map_or_else(String::new, |every| format!(" : {every}"));
        format!("{}{}{every}", if claim.absent { "no " } else { "" }, claim.expr)
    });
    shown.collect()
}

#[test]
fn a_name_that_is_in_all_traces_is_what_it_is_and_else_what_is_left_of_it() {
    let get = |number: u8, users: &[u64]| {
        trace(number, users.iter().map(|user| named("web", &format!("GET /users/{user}"), span(*user, 0, 0, 1))).collect())
    };
    assert_eq!(asserted(&[get(1, &[7]), get(2, &[7])])[0], r#"service = "web" and name = "GET /users/7""#);
    assert_eq!(asserted(&[get(1, &[7]), get(2, &[8])])[0], r#"service = "web" and name =~ "GET /users/[^/]+""#);
    assert_eq!(asserted(&[get(1, &[7])])[0], r#"service = "web" and name =~ "GET /users/[^/]+""#, "one trace tells little");
}

#[test]
fn a_trace_that_is_there_twice_is_no_two_traces() {
    let once = trace(1, vec![named("web", "GET /users/7", span(1, 0, 0, 1))]);
    let twice = stable(&[once.clone(), once.clone()]);
    assert_eq!(twice, stable(&[once]));
    assert_eq!(twice.traces.len(), 1);
}

#[test]
fn only_attributes_of_few_values_are_asked_for_and_only_where_all_spans_agree() {
    let one = |number: u8, code: &str| {
        let attributes =
            [("http.method", "GET"), ("http.status_code", code), ("http.user_agent", "curl"), ("db.statement", "x")];
        trace(number, vec![with(&attributes, named("web", "a", span(1, 0, 0, 1)))])
    };
    let traces = [one(1, "200"), one(2, "200")];
    assert_eq!(
        asserted(&traces)[0],
        r#"service = "web" and name = "a" : http.request.method = "GET" and http.response.status_code = "200""#
    );
    assert_eq!(stable(&traces).noise, [Noise::Unlisted(2)]);
    let traces = [one(1, "200"), one(2, "201")];
    assert_eq!(asserted(&traces)[0], r#"service = "web" and name = "a" : http.request.method = "GET""#);
    let Noise::Attribute { key, why, .. } = &stable(&traces).noise[0] else { panic!("{:?}", stable(&traces).noise) };
    assert_eq!((key.as_str(), why), ("http.response.status_code", &Why::Differs(vec!["200".into(), "201".into()])));
}

#[test]
fn what_failed_in_a_good_trace_may_fail_again_in_the_same_way() {
    let not_found = |code| with(&[("http.status_code", code)], failed("no", named("web", "a", span(1, 0, 0, 1))));
    let fine = trace(3, vec![named("web", "a", span(1, 0, 0, 1))]);
    assert_eq!(asserted(std::slice::from_ref(&fine)).last().unwrap(), "no status = error");
    assert_eq!(
        asserted(&[trace(1, vec![not_found("404")]), trace(2, vec![not_found("409")]), fine]).last().unwrap(),
        r#"no status = error and not (service = "web" and name = "a" and http.response.status_code in ("404", "409"))"#
    );
    let many = (1..30).map(|id| failed("no", named("web", &format!("{}", char::from(b'a' + id as u8)), span(id, 0, 0, 1))));
    let many = stable(&[trace(1, many.collect())]);
    assert!(many.claims.iter().all(|claim| !claim.absent) && many.noise.contains(&Noise::Failures(29)));
}

#[test]
fn calls_between_services_and_kinds_are_asserted_where_all_traces_have_them() {
    let one = |number: u8, parent: u64| {
        let client = of_kind(SpanKind::Client, named("web", "call", span(2, 1, 1, 8)));
        let server = of_kind(SpanKind::Server, named("pay", "charge", span(3, 2, 2, 7)));
        trace(
            number,
            vec![named("web", "page", span(1, 0, 0, 9)), client, server, named("pay", "check", span(4, parent, 3, 4))],
        )
    };
    let edges = |traces: &[Trace]| asserted(traces).into_iter().filter(|claim| claim.contains('>')).collect::<Vec<_>>();
    assert_eq!(edges(&[one(1, 3), one(2, 3)]).len(), 3);
    let both = [one(1, 3), one(2, 1)];
    assert_eq!(
        edges(&both)[1],
        r#"{ service = "web" and kind = client and name = "call" } > { service = "pay" and kind = server and name = "charge" }"#
    );
    let edges = stable(&both).noise.into_iter().filter(|noise| matches!(noise, Noise::Edge(_, _, 1))).count();
    assert_eq!(edges, 2, "below either of its parents, it is in one trace only");
}

#[test]
fn how_long_it_may_take_is_told_of_what_requests_enter_with_once_it_has_ended() {
    let bound = |spans: Vec<Span>| {
        let claims = stable(&[trace(1, spans)]).claims;
        claims[0].bound.as_ref().map(|bound| bound.every.to_string())
    };
    let server = |end| Span { end, ..of_kind(SpanKind::Server, named("web", "a", span(1, 9, 0, 0))) };
    assert_eq!(bound(vec![server(Some(at(203)))]).as_deref(), Some("duration < 500ms"));
    assert_eq!(bound(vec![server(None)]), None);
    assert_eq!(bound(vec![named("web", "a", span(1, 9, 0, 203))]), None, "it is within the service");
}
