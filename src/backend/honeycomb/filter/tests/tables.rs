//! Filters and what is asked for them.

use std::fmt::Write as _;

use super::*;

fn table(sources: &[&str]) -> String {
    let mut text = String::new();
    for source in sources {
        let Pushed { filters, fields, columns, possible, decidable, roots_only, .. } = push(&expr(source), &schema());
        let filters: Vec<String> = filters
            .iter()
            .map(|filter| {
                let op = serde_json::to_value(filter.op).unwrap();
                let value = filter.value.as_ref().map_or(String::new(), |value| format!(" {value}"));
                format!("{} {}{value}", filter.column, op.as_str().unwrap())
            })
            .collect();
        let flags = [(!possible, "impossible"), (decidable, "decidable"), (roots_only, "roots only")];
        let flags: Vec<&str> = flags.into_iter().filter(|(yes, _)| *yes).map(|(_, flag)| flag).collect();
        writeln!(text, "{source}\n  {}", filters.join("; ")).unwrap();
        for field in fields {
            writeln!(text, "  {} := {}", field.name, field.expression).unwrap();
        }
        writeln!(text, "  by {} [{}]", columns.join(", "), flags.join(", ")).unwrap();
    }
    text
}

#[test]
fn facts_of_a_span_are_plain_filters_on_rows_of_spans() {
    insta::assert_snapshot!(table(&[
        "service = web and name = \"GET /\"",
        "root and duration > 250ms and service in (web, pay)",
        "name starts-with \"GET \" and name != \"GET /health\"",
        "span:id = \"00000000000000FF\"",
        "trace:id = \"1-5759e988-bd862e3fe1be46a994272793\"",
        "true",
    ]), @r#"
    service = web and name = "GET /"
      trace.span_id exists; service.name = "web"; name = "GET /"
      by name, service.name [decidable]
    root and duration > 250ms and service in (web, pay)
      trace.span_id exists; trace.parent_id does-not-exist; duration_ms >= 249.999; service.name in ["web","pay"]
      by duration_ms, service.name, trace.parent_id [decidable, roots only]
    name starts-with "GET " and name != "GET /health"
      trace.span_id exists; name starts-with "GET "; _ct_f = true
      _ct_f := OR(AND(EXISTS($name), NOT(EQUALS($name, "GET /health"))), NOT(EXISTS($name)), EQUALS($name, ""))
      by name [decidable]
    span:id = "00000000000000FF"
      trace.span_id in ["00000000000000ff","00000000000000FF"]
      by meta.annotation_type, span.kind []
    trace:id = "1-5759e988-bd862e3fe1be46a994272793"
      trace.span_id exists; trace.trace_id in ["1-5759e988-bd862e3fe1be46a994272793","5759E988BD862E3FE1BE46A994272793","5759e988bd862e3fe1be46a994272793","1-5759E988-BD862E3FE1BE46A994272793"]
      by  [decidable]
    true
      trace.span_id exists
      by  [decidable]
    "#);
}

#[test]
fn what_needs_more_is_one_field() {
    insta::assert_snapshot!(table(&[
        "status = error",
        "status = error and service = web",
        "kind = server",
        "kind != client",
        "name =~ \"GET /api/\\d+\"",
        "name = a or service = web",
        "not (name = a)",
    ]), @r#"
    status = error
      trace.span_id exists; _ct_f = true
      _ct_f := OR(EQUALS($error, true), EQUALS($status_code, 2))
      by error, status_code [decidable]
    status = error and service = web
      trace.span_id exists; service.name = "web"; _ct_f = true
      _ct_f := OR(EQUALS($error, true), EQUALS($status_code, 2))
      by error, service.name, status_code [decidable]
    kind = server
      trace.span_id exists; _ct_f = true
      _ct_f := OR(EQUALS(TO_LOWER($span.kind), "server"), EQUALS(TO_LOWER($type), "server"))
      by span.kind, type [decidable]
    kind != client
      trace.span_id exists; _ct_f = true
      _ct_f := OR(NOT(EXISTS($span.kind)), EQUALS($span.kind, ""), AND(EXISTS($span.kind), NOT(EQUALS($span.kind, "client"))))
      by span.kind, type [decidable]
    name =~ "GET /api/\d+"
      trace.span_id exists; _ct_f = true
      _ct_f := REG_MATCH($name, `^(?s:GET /api/\p{Nd}+)$`)
      by name [decidable]
    name = a or service = web
      trace.span_id exists; _ct_f = true
      _ct_f := OR(EQUALS($name, "a"), EQUALS($service.name, "web"))
      by name, service.name [decidable]
    not (name = a)
      trace.span_id exists; _ct_f = true
      _ct_f := OR(AND(EXISTS($name), NOT(EQUALS($name, "a"))), NOT(EXISTS($name)), EQUALS($name, ""))
      by name [decidable]
    "#);
}

#[test]
fn an_attribute_is_on_the_row_of_the_span_or_of_an_event() {
    insta::assert_snapshot!(table(&[
        "n >= 5",
        "n >= 5 and service = web",
        "f = 1 and b = true",
        "k = a",
        "k != a",
        "k = 500",
        "k = nil",
        "m = 1",
        "http.response.status_code >= 500 and root",
        "http.target = \"/a\"",
        "host.name = a and n = 1",
        "span.n = 1 and service = web",
        "resource.host.name = a",
        "\"a \\\"b\\\"\" in (a, b)",
    ]), @r#"
    n >= 5
      n >= 5
      by meta.annotation_type, n, span.kind [decidable]
    n >= 5 and service = web
      n >= 5; _ct_f = true
      _ct_f := OR(NOT(EXISTS($trace.span_id)), EQUALS($service.name, "web"))
      by meta.annotation_type, n, service.name, span.kind [decidable]
    f = 1 and b = true
      _ct_f = true
      _ct_f := OR(AND(EXISTS($trace.span_id), AND(GTE($f, 1.0), LTE($f, 1.0)), EQUALS($b, true)), AND(NOT(EXISTS($trace.span_id)), OR(AND(GTE($f, 1.0), LTE($f, 1.0)), EQUALS($b, true))))
      by b, f, meta.annotation_type, span.kind [decidable]
    k = a
      _ct_f = true
      _ct_f := OR(EQUALS($k, "a"), STARTS_WITH($k, "["))
      by k, meta.annotation_type, span.kind [decidable]
    k != a
      k exists; k != "a"
      by k, meta.annotation_type, span.kind [decidable]
    k = 500
      k exists
      by k, meta.annotation_type, span.kind [decidable]
    k = nil
      trace.span_id exists; _ct_f = true
      _ct_f := OR(NOT(EXISTS($k)), EQUALS($k, ""))
      by k [decidable]
    m = 1
      m exists
      by m, meta.annotation_type, span.kind [decidable]
    http.response.status_code >= 500 and root
      _ct_f = true
      _ct_f := AND(OR(NOT(EXISTS($trace.span_id)), NOT(EXISTS($trace.parent_id))), OR(EXISTS($http.response.status_code), GTE($http.status_code, 500)))
      by http.response.status_code, http.status_code, meta.annotation_type, span.kind, trace.parent_id [decidable]
    http.target = "/a"
      _ct_f = true
      _ct_f := OR(EQUALS($http.target, "/a"), STARTS_WITH($http.target, "["), EXISTS($url.path), EXISTS($url.query))
      by http.target, meta.annotation_type, span.kind, url.path, url.query [decidable]
    host.name = a and n = 1
      n = 1; _ct_f = true
      _ct_f := OR(NOT(EXISTS($trace.span_id)), IN($host.name, "a", ""), STARTS_WITH($host.name, "["), NOT(EXISTS($host.name)))
      by host.name, meta.annotation_type, n, span.kind [decidable]
    span.n = 1 and service = web
      trace.span_id exists; n = 1; service.name = "web"
      by n, service.name [decidable]
    resource.host.name = a
      trace.span_id exists; _ct_f = true
      _ct_f := OR(EQUALS($host.name, "a"), STARTS_WITH($host.name, "["))
      by host.name [decidable]
    "a \"b\"" in (a, b)
      _ct_f = true
      _ct_f := OR(IN($"a \"b\"", "a", "b"), STARTS_WITH($"a \"b\"", "["))
      by a "b", meta.annotation_type, span.kind [decidable]
    "#);
}

#[test]
fn events_and_links_are_rows_of_their_own() {
    insta::assert_snapshot!(table(&[
        "event:name = exception",
        "event:name = exception and service = web",
        "event.n = 1",
        "link:spanID = \"00000000000000ff\"",
    ]), @r#"
    event:name = exception
      trace.span_id does-not-exist; _ct_f = true
      _ct_f := OR(EQUALS($name, "exception"), EQUALS($event.name, "exception"), AND(OR(NOT(EXISTS($name)), EQUALS($name, "")), EQUALS($severity_text, "exception")))
      by event.name, meta.annotation_type, name, span.kind []
    event:name = exception and service = web
      trace.span_id does-not-exist; _ct_f = true
      _ct_f := OR(EQUALS($name, "exception"), EQUALS($event.name, "exception"), AND(OR(NOT(EXISTS($name)), EQUALS($name, "")), EQUALS($severity_text, "exception")))
      by event.name, meta.annotation_type, name, service.name, span.kind []
    event.n = 1
      trace.span_id does-not-exist; n = 1
      by meta.annotation_type, n, span.kind []
    link:spanID = "00000000000000ff"
      trace.span_id does-not-exist; trace.link.span_id in ["00000000000000ff","00000000000000FF"]
      by meta.annotation_type, span.kind, trace.link.span_id []
    "#);
}

#[test]
fn of_several_selectors_the_rows_of_each_are_asked_for() {
    insta::assert_snapshot!(table(&[
        "{ service = web } >> { service = pay and status = error }",
        "{ root } and { n = 1 }",
        "{ name = a } | count() > 20",
        "{ name = a } | count() = 0",
        "{ traceDuration > 1s } and { name = a }",
    ]), @r#"
    { service = web } >> { service = pay and status = error }
      trace.span_id exists; _ct_f = true
      _ct_f := OR(EQUALS($service.name, "web"), AND(EQUALS($service.name, "pay"), OR(EQUALS($error, true), EQUALS($status_code, 2))))
      by error, service.name, status_code []
    { root } and { n = 1 }
      _ct_f = true
      _ct_f := OR(AND(EXISTS($trace.span_id), NOT(EXISTS($trace.parent_id))), EQUALS($n, 1))
      by meta.annotation_type, n, span.kind, trace.parent_id [decidable]
    { name = a } | count() > 20
      trace.span_id exists; name = "a"
      by name []
    { name = a } | count() = 0
      trace.span_id exists
      by name []
    { traceDuration > 1s } and { name = a }
      trace.span_id exists; name = "a"
      by name []
    "#);
}

#[test]
fn what_no_column_has_is_said_and_not_asked() {
    let pushed = push(&expr("{ http.status_cod = 500 } or { user.plan = gold }"), &schema());
    let near = |key: &str, near: Option<&str>| UnknownColumn { key: key.to_owned(), near: near.map(str::to_owned) };
    assert!(!pushed.possible && pushed.filters.is_empty());
    assert_eq!(pushed.unknown, [near("http.status_cod", Some("http.status_code")), near("user.plan", None)]);
    assert!(push(&expr("not user.plan = gold"), &schema()).possible);
    assert!(push(&expr("user.plan = gold or name = a"), &schema()).possible);
    assert!(!push(&expr("{ user.plan = gold } >> { name = a }"), &schema()).possible);
}

#[test]
fn a_scope_that_rows_do_not_keep_is_said_and_not_decided() {
    let pushed = push(&expr("resource.k = a and span.host.name = b and instrumentation.x = 1 and service = web"), &schema());
    assert_eq!(pushed.ambiguous, ["resource.k", "span.host.name", "instrumentation.x"]);
    assert_eq!(pushed.residual, ["resource.k = \"a\"", "span.host.name = \"b\"", "instrumentation.x = 1"]);
    assert!(!pushed.decidable && pushed.possible);
}

#[test]
fn what_honeycomb_reads_as_another_spans_column_is_never_named() {
    for source in ["\"root.k\" = a", "\"root.k\" = nil and n = 1", "{ \"root.k\" exists } or { k = a }"] {
        let pushed = push(&expr(source), &schema());
        let text = format!("{:?} {:?} {:?}", pushed.filters, pushed.fields, pushed.columns);
        assert!(!text.contains("root"), "{text}");
        assert!(!pushed.decidable);
    }
}

#[test]
fn what_is_too_long_is_weakened_by_what_makes_it_weaker_only() {
    let words = |count: usize| (0..count).map(|at| format!("word-{at}")).collect::<Vec<_>>().join(", ");
    let long = push(&expr(&format!("k in ({}) and span.n = 1", words(800))), &schema());
    assert_eq!(long.fields[0].expression, "OR(NOT(EXISTS($trace.span_id)), EQUALS($n, 1))");
    assert_eq!(long.filters[0], Filter::exists("k"));
    let either = push(&expr(&format!("{{ k in ({}) }} or {{ span.n = 1 }}", words(800))), &schema());
    assert_eq!(either.fields[0].expression, "OR(EXISTS($k), AND(EXISTS($trace.span_id), EQUALS($n, 1)))");
    let many: Vec<_> = (0..900).map(|at| format!("name contains \"{at}\"")).collect();
    let some = push(&expr(&many.join(" and ")), &schema());
    assert_eq!((some.filters.len(), some.fields.len()), (MOST_FILTERS - 1, 0));
    let any = push(&expr(&many.join(" or ")), &schema());
    assert_eq!((any.filters.len(), any.fields.len()), (2, 0), "{:?}", any.filters);
}

#[test]
fn rows_decide_where_they_can() {
    let verdict = |source: &str, rows: &[&[(&str, Value)]]| {
        let rows: Vec<RowOf> = rows.iter().map(|cells| cells.iter().cloned().collect()).collect();
        Judge::new(&expr(source), &schema()).verdict(&rows)
    };
    let span = ("span.kind", Value::from("server"));
    let event = ("meta.annotation_type", Value::from("span_event"));
    assert_eq!(verdict("n = 1", &[&[span.clone(), ("n", Value::Int(1))]]), Verdict::Matches);
    assert_eq!(verdict("n = 1", &[&[event.clone(), ("n", Value::Int(1))]]), Verdict::Perhaps, "the span may have another");
    assert_eq!(verdict("n = 1", &[&[("n", Value::Int(1))]]), Verdict::Perhaps, "it may be an event's");
    assert_eq!(verdict("n = 1", &[]), Verdict::No);
    assert_eq!(verdict("n = 1 and name = a", &[&[span, ("n", Value::Int(1)), ("name", "b".into())]]), Verdict::No);
    assert_eq!(verdict("event:name = a", &[&[event.clone(), ("name", "a".into())]]), Verdict::Matches);
    assert_eq!(verdict("event:name != a", &[&[event, ("name", "b".into())]]), Verdict::Perhaps, "another may be one");
    let long = |ms: f64| verdict("duration > 250ms", &[&[("duration_ms", Value::Double(ms))]]);
    assert_eq!((long(250.1), long(250.000_5), long(249.9)), (Verdict::Matches, Verdict::Perhaps, Verdict::No));
    let both = |rows: &[&[(&str, Value)]]| verdict("{ name = a } and { name = b }", rows);
    assert_eq!(both(&[&[("name", "a".into())], &[("name", "b".into())]]), Verdict::Matches);
    assert_eq!(both(&[&[("name", "a".into())]]), Verdict::No);
    assert_eq!(verdict("{ name = a } | count() > 0", &[&[("name", "a".into())]]), Verdict::Matches);
    assert_eq!(verdict("{ name = a } | count() > 1", &[&[("name", "a".into())]]), Verdict::Perhaps);
}
