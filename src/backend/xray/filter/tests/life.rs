//! Segment documents and filters over a vocabulary so small that they meet.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value as Json, json};

/// The documents of one trace. Parents are any record before or one that never arrived; subsegments end when they like.
pub(super) fn documents() -> impl Strategy<Value = Vec<Json>> {
    let place = option::weighted(0.7, any::<Index>());
    vec((record(), vec(record(), 0..3), place, prop::bool::weighted(0.2)), 1..5).prop_map(|documents| {
        let mut ids = Vec::<String>::new();
        let mut done = Vec::new();
        for (mut document, subsegments, parent, apart) in documents {
            let parent =
                parent.map(|at| if ids.is_empty() { "00000000000000ff".to_owned() } else { ids[at.index(ids.len())].clone() });
            let mut id = || {
                ids.push(format!("{:016x}", ids.len() + 1));
                ids[ids.len() - 1].clone()
            };
            document["trace_id"] = "1-581cf771-a006649127e371903a2de979".into();
            document["id"] = id().into();
            if let Some(parent) = parent {
                document["parent_id"] = parent.into();
                if apart {
                    document["type"] = "subsegment".into();
                }
            }
            // Each within the one before.
            let within = subsegments.into_iter().map(|mut inner| {
                inner["id"] = id().into();
                inner
            });
            let within: Vec<_> = within.collect();
            let nested = within.into_iter().rev().reduce(|inner, mut outer| {
                outer["subsegments"] = json!([inner]);
                outer
            });
            document["subsegments"] = nested.into_iter().collect();
            done.push(document);
        }
        done
    })
}

/// What segments and subsegments say alike.
fn record() -> impl Strategy<Value = Json> {
    let times = (0_u32..20, 0_u32..40, prop::bool::weighted(0.85));
    let flags = vec(prop::bool::weighted(0.15), 3);
    let http = option::of((
        select(&[200, 404, 429, 500][..]),
        select(&["GET", "POST"][..]),
        select(&["10.0.0.1", "1.2.3.4, 10.0.0.1"][..]),
    ));
    let annotations = vec((select(&["k", "k", "foo_1"][..]), annotation()), 0..3);
    let aws = (option::of(select(&["i-1", "i-2"][..])), option::of(select(&["eu-1a", "eu-1b"][..])), any::<bool>());
    let said = (select(&["a", "b", "web"][..]), option::weighted(0.3, select(&["alice", "5"][..])));
    (said, times, flags, http, annotations, aws).prop_map(
        |((name, user), times, flags, http, annotations, (host, zone, ecs))| {
            let (start, length, ended) = times;
            let start = 1_795_500_000.0 + f64::from(start) * 0.0503;
            let mut record = json!({"name": name, "start_time": start});
            if ended {
                record["end_time"] = (start + f64::from(length * length) * 0.00201).into();
            } else {
                record["in_progress"] = true.into();
            }
            for (flag, set) in ["error", "fault", "throttle"].into_iter().zip(flags) {
                if set {
                    record[flag] = true.into();
                }
            }
            if let Some((status, method, address)) = http {
                let request = json!({"method": method, "url": format!("http://{name}/api?q={status}"), "client_ip": address});
                record["http"] = json!({"request": request, "response": {"status": status}});
            }
            for (key, value) in annotations {
                record["annotations"][key] = value;
            }
            if let Some(user) = user {
                record["user"] = user.into();
            }
            if let Some(host) = host {
                record["aws"]["ec2"]["instance_id"] = host.into();
            }
            if let Some(zone) = zone {
                record["aws"][if ecs { "ecs" } else { "ec2" }]["availability_zone"] = zone.into();
            }
            record
        },
    )
}

fn annotation() -> impl Strategy<Value = Json> {
    let texts = ["x", "5", "5.0", "5e0", "true", "TRUE", "", "a\"b", "-", "1s", "18446744073709551615"];
    prop_oneof![
        4 => select(texts.to_vec()).prop_map(Json::from),
        2 => (3_i64..7).prop_map(Json::from),
        1 => select(&[-1.5, 5.0, 5.5, 1e300][..]).prop_map(Json::from),
        1 => select(&[i64::MAX, i64::MAX - 1, 9_007_199_254_740_993, -9_007_199_254_740_993][..]).prop_map(Json::from),
        1 => Just(u64::MAX).prop_map(Json::from),
        2 => any::<bool>().prop_map(Json::from),
    ]
}

/// Comparisons with fields that segments have, and some that only look so.
const FIELDS: &[&str] = &[
    "service = a",
    "service = b",
    "service in (a, web)",
    "service != a",
    "service exists",
    "name = a",
    "name = web",
    "rootServiceName = web",
    "rootName = a",
    "status = error",
    "status in (error)",
    "status != error",
    "status = unset",
    "kind = client",
    "duration = 201ms",
    "duration in (201ms, 1s)",
    "span:parentID = nil",
    "root = false",
    "true",
    "false",
    "http.status_code >= 500",
    "http.response.status_code = \"404\"",
    "http.status_code in (429, 500)",
    "http.status_code starts-with \"5\"",
    "http.status_code != 200",
    "http.method = GET",
    "http.request.method in (GET, PUT)",
    "url.full ends-with \"500\"",
    "http.url contains \"/api\"",
    "http.url =~ \".*web.*\"",
    "user_agent.original exists",
    "client.address = \"1.2.3.4\"",
    "http.client_ip starts-with \"10.\"",
    "client.address ends-with \"4\"",
    "user.id = alice",
    "enduser.id contains \"5\"",
    "user.id = 5",
    "user.id != alice",
    "host.id = \"i-1\"",
    "resource.host.id = \"i-1\"",
    "span.host.id exists",
    "cloud.availability_zone = \"eu-1a\"",
    "resource.cloud.availability_zone exists",
    "aws.xray.throttle = true",
];

/// What may be asked of an annotation, with values that are alike.
const TESTS: &[&str] = &[
    "= 5",
    "= \"5\"",
    "= 5.0",
    "= \"5e0\"",
    "= -1.5",
    "= x",
    "= true",
    "= \"True\"",
    "= \"\"",
    "= 1e300",
    "= 1s",
    "= '-'",
    "= 9007199254740993",
    "= \"18446744073709551615\"",
    "= 18446744073709551615",
    "= \"a\\\"b\"",
    "!= 5",
    "!= x",
    "exists",
    "= nil",
    "in (5, x, false)",
    "in (5, 6)",
    "in (true)",
    "not in (5)",
    "=~ \"5.*\"",
    "!~ \"x\"",
];

/// With what an annotation may be ordered.
const BOUNDS: &[&str] = &[
    "5",
    "5.5",
    "-1",
    "\"5\"",
    "b",
    "true",
    "\"true\"",
    "9007199254740992",
    "9223372036854775806",
    "-9007199254740992",
    "1e300",
];

/// Comparisons of every kind with every field that some trace has.
fn comparison() -> impl Strategy<Value = String> {
    let key = select(&["k", "k", "k", "foo_1", "span.k", "resource.k", "event.k", "\"a b\"", ".name"][..]);
    let order = (select(&["<", "<=", ">", ">="][..]), select(BOUNDS));
    let words = select(&["contains", "starts-with", "ends-with"][..]);
    let textual = (words, select(&["5", "", "e", "tr", "-", ".", "\\\"", "x"][..]));
    let operator = select(&["<", "<=", ">", ">=", "="][..]);
    let length = (select(&["duration", "traceDuration"][..]), operator, select(&[0, 1, 51, 201, 500, 1005, 3000][..]));
    prop_oneof![
        6 => select(FIELDS).prop_map(str::to_owned),
        4 => Just("root".to_owned()),
        3 => (key.clone(), select(TESTS)).prop_map(|(key, test)| format!("{key} {test}")),
        2 => (key.clone(), order).prop_map(|(key, (op, value))| format!("{key} {op} {value}")),
        2 => (key, textual).prop_map(|(key, (op, value))| format!("{key} {op} \"{value}\"")),
        2 => length.prop_map(|(field, op, millis)| format!("{field} {op} {millis}ms")),
    ]
}

/// A filter, as it is typed.
pub(super) fn filter() -> impl Strategy<Value = String> {
    let selector = comparison().prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            4 => vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" and "))),
            2 => vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" or "))),
            1 => inner.prop_map(|part| format!("not ({part})")),
        ]
    });
    let aggregate =
        select(&["count() > 1", "count() >= 1", "count() = 0", "max(duration) > 201ms", "avg(k) > 4", "min(k) >= 5"][..]);
    let whole = selector.prop_map(|selector| format!("{{ {selector} }}")).prop_recursive(2, 6, 3, move |inner| {
        let relation = select(&[">", ">", ">>", "~"][..]);
        prop_oneof![
            vec(inner.clone(), 2..3).prop_map(|parts| format!("({})", parts.join(" and "))),
            vec(inner.clone(), 2..3).prop_map(|parts| format!("({})", parts.join(" or "))),
            (inner.clone(), relation, inner.clone()).prop_map(|(left, relation, right)| format!("({left} {relation} {right})")),
            (inner, aggregate.clone()).prop_map(|(inner, aggregate)| format!("({inner} | {aggregate})")),
        ]
    });
    let of_one = comparison().prop_map(|comparison| format!("{{ {comparison} }}"));
    let of_root = comparison().prop_map(|comparison| format!("{{ root and {comparison} }}"));
    prop_oneof![2 => of_one, 1 => of_root, 2 => whole]
}
