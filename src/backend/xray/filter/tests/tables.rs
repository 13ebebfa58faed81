//! What is asked for which filter, most likely, and what is left to check here.

use std::fmt::Write as _;

use super::{Pushed, pushed};

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
      exactly annotation.plan CONTAINS "" OR annotation.plan >= 0 OR annotation.plan < 0 OR annotation.plan = true OR annotation.plan = false
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
      asked   annotation.order CONTAINS "" OR annotation.order >= 0 OR annotation.order < 0 OR annotation.order = true OR annotation.order = false
      here    order =~ "5.*"
    order != 500
      asked   annotation.order CONTAINS "" OR annotation.order >= 0 OR annotation.order < 0 OR annotation.order = true OR annotation.order = false
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
      asked   -
      likely  duration >= 0.249 OR partial
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
      asked   duration <= 60.001 OR partial
      likely  (duration >= 0.999 OR partial) AND (duration <= 60.001 OR partial)
      here    traceDuration > 1s
      here    traceDuration <= 1m
    { service = web } | max(duration) > 1s
      asked   service("web")
      likely  service("web") AND (duration >= 0.999 OR partial)
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
