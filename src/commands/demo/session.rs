//! A short session of the Cruddur application, as its SDKs would send it: four requests over OTLP, two through the X-Ray SDK.
//!
//! Only the content is made up here; how it travels is the receiver's business.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::model::time::MILLISECOND;
use crate::model::{Attributes, Event, Resource, Scope, Span, SpanId, SpanKind, Status, StatusCode, Time, TraceId, Value};

/// What the demo sends.
pub(super) struct Session {
    /// One OTLP export request each.
    pub(super) otlp: Vec<Vec<(TraceId, Span)>>,
    /// One datagram each, without the header line.
    pub(super) xray: Vec<Json>,
    /// The trace that is shown at the end.
    pub(super) shown: TraceId,
}

/// The session as if it had ended at `now`. The same `seed` gives the same ids.
pub(super) fn session(now: Time, seed: u64) -> Session {
    let mut ids = Ids(seed);
    let ago = |ms: i64| now.saturating_add(-i128::from(ms) * MILLISECOND);
    let messages = messages(&mut ids, ago(2_600));
    let shown = messages[0].0.clone();
    let profile = profile(&mut ids, ago(7_400));
    let avatar = avatar(&mut ids, ago(4_200));
    Session {
        otlp: vec![home(&mut ids, ago(9_000)), create(&mut ids, ago(6_100)), messages, home(&mut ids, ago(1_300))],
        xray: profile.into_iter().chain(avatar).collect(),
        shown,
    }
}

/// splitmix64 (Steele, Lea and Flood, 2014): ids need to differ, not to be secret.
struct Ids(u64);

impl Ids {
    fn next(&mut self) -> [u8; 8] {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        // Never zero, which is no id.
        ((z ^ (z >> 31)) | 1).to_be_bytes()
    }

    fn trace(&mut self) -> TraceId {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.next());
        bytes[8..].copy_from_slice(&self.next());
        TraceId::from_bytes(bytes)
    }

    fn hex(&mut self) -> String {
        SpanId::from_bytes(self.next()).to_string()
    }

    /// `1-`, the second of `at`, and 24 random digits.
    fn xray_trace(&mut self, at: Time) -> String {
        let random = format!("{}{}", self.hex(), self.hex());
        format!("1-{:08x}-{}", at.0 / 1_000_000_000, &random[..24])
    }
}

/// One OTLP trace being told.
struct Story<'a> {
    ids: &'a mut Ids,
    trace: TraceId,
    start: Time,
    spans: Vec<Span>,
}

/// One service and the library that instruments it.
struct Service {
    resource: Arc<Resource>,
    scope: Arc<Scope>,
}

fn service(name: &str, language: &str, scope: &str) -> Service {
    let attributes = [("service.name", name), ("deployment.environment.name", "demo"), ("telemetry.sdk.language", language)];
    Service {
        resource: Arc::new(Resource { attributes: attributes.into_iter().collect(), ..Resource::default() }),
        scope: Arc::new(Scope { name: scope.to_owned(), version: "0.66b1".to_owned(), ..Scope::default() }),
    }
}

fn flask() -> Service {
    service("backend-flask", "python", "opentelemetry.instrumentation.flask")
}

fn react() -> Service {
    service("frontend-react-js", "webjs", "@opentelemetry/instrumentation-fetch")
}

impl<'a> Story<'a> {
    fn new(ids: &'a mut Ids, start: Time) -> Self {
        let trace = ids.trace();
        Self { ids, trace, start, spans: Vec::new() }
    }

    /// A span from `at` for `long`, both in microseconds; answers its place.
    fn span(&mut self, parent: Option<usize>, service: &Service, kind: SpanKind, name: &str, (at, long): (i64, i64)) -> usize {
        let start = self.start.saturating_add(i128::from(at) * 1_000);
        self.spans.push(Span {
            id: SpanId::from_bytes(self.ids.next()),
            parent: parent.map(|parent| self.spans[parent].id.clone()),
            name: name.to_owned(),
            kind,
            start,
            end: Some(start.saturating_add(i128::from(long) * 1_000)),
            resource: Arc::clone(&service.resource),
            scope: Arc::clone(&service.scope),
            flags: 1,
            ..Span::default()
        });
        self.spans.len() - 1
    }

    fn with<V: Into<Value>, const N: usize>(&mut self, span: usize, attributes: [(&str, V); N]) -> &mut Self {
        for (key, value) in attributes {
            self.spans[span].attributes.push(key, value);
        }
        self
    }

    /// The page's fetch and the backend's request that answers it.
    fn request(&mut self, page: &str, method: &str, route: &str, status: i64, long: i64) -> usize {
        let page = self.span(None, &react(), SpanKind::Internal, page, (0, long + 21_000));
        self.with(page, [("url.path", "/")]);
        let fetch = self.span(Some(page), &react(), SpanKind::Client, &format!("HTTP {method}"), (3_000, long + 14_000));
        self.with(fetch, [("http.method", method), ("http.url", &format!("http://localhost:4567{route}"))]);
        self.with(fetch, [("http.status_code", status)]);
        let server = self.span(Some(fetch), &flask(), SpanKind::Server, &format!("{method} {route}"), (8_200, long));
        self.with(
            server,
            [("http.method", method), ("http.route", route), ("http.target", route), ("net.peer.ip", "127.0.0.1")],
        );
        self.with(server, [("http.status_code", status)]);
        if status >= 500 {
            for span in [page, fetch, server] {
                self.spans[span].status.code = StatusCode::Error;
            }
        }
        server
    }

    fn query(&mut self, parent: usize, name: &str, sql: &str, when: (i64, i64)) -> usize {
        let query = self.span(Some(parent), &flask(), SpanKind::Client, name, when);
        self.with(query, [("db.system", "postgresql"), ("db.name", "cruddur"), ("db.statement", sql)]);
        query
    }

    fn done(self) -> Vec<(TraceId, Span)> {
        let trace = self.trace;
        self.spans.into_iter().map(|span| (trace.clone(), span)).collect()
    }
}

fn home(ids: &mut Ids, start: Time) -> Vec<(TraceId, Span)> {
    let mut story = Story::new(ids, start);
    let server = story.request("HomeFeedPage", "GET", "/api/activities/home", 200, 61_000);
    let verify = story.span(Some(server), &flask(), SpanKind::Internal, "cognito-jwt-verify", (9_100, 6_300));
    story.with(verify, [("user.id", "andrewbrown")]);
    let home = story.span(Some(server), &flask(), SpanKind::Internal, "home-activities", (16_000, 51_500));
    story.with(home, [("app.result_length", 14)]);
    let checkout = story.span(Some(home), &flask(), SpanKind::Internal, "psycopg-pool-getconn", (16_400, 9_800));
    story.with(checkout, [("db.pool.waiting", 0)]);
    story.query(home, "SELECT activities", "SELECT … FROM public.activities LEFT JOIN public.users …", (26_900, 37_200));
    story.done()
}

fn create(ids: &mut Ids, start: Time) -> Vec<(TraceId, Span)> {
    let mut story = Story::new(ids, start);
    let server = story.request("ActivityForm submit", "POST", "/api/activities", 500, 48_000);
    let create = story.span(Some(server), &flask(), SpanKind::Internal, "create-activity", (14_000, 39_500));
    story.with(create, [("user.id", "andrewbrown"), ("app.message.length", "1024")]);
    let insert = story.query(
        create,
        "INSERT activities",
        "INSERT INTO public.activities (user_uuid, message, expires_at) VALUES …",
        (21_000, 29_000),
    );
    let message = "null value in column \"user_uuid\" violates not-null constraint";
    for span in [insert, create] {
        let failed = &mut story.spans[span];
        failed.status = Status { code: StatusCode::Error, message: format!("NotNullViolation: {message}") };
        let attributes: Attributes = [
            ("exception.type", "psycopg.errors.NotNullViolation"),
            ("exception.message", message),
            ("exception.escaped", "False"),
        ]
        .into_iter()
        .collect();
        let time = failed.end.unwrap_or(failed.start);
        failed.events.push(Event { time, name: "exception".to_owned(), attributes, dropped_attributes: 0 });
    }
    story.done()
}

/// Reads the message groups, then each group's newest message one by one: the mistake that folding makes visible.
fn messages(ids: &mut Ids, start: Time) -> Vec<(TraceId, Span)> {
    let mut story = Story::new(ids, start);
    let server = story.request("MessageGroupsPage", "GET", "/api/message_groups", 200, 402_000);
    let verify = story.span(Some(server), &flask(), SpanKind::Internal, "cognito-jwt-verify", (9_000, 7_100));
    story.with(verify, [("user.id", "andrewbrown")]);
    story.query(server, "SELECT users.uuid", "SELECT uuid FROM public.users WHERE cognito_user_id = %(id)s", (17_200, 12_400));
    let groups = story.span(Some(server), &flask(), SpanKind::Internal, "list-message-groups", (31_000, 372_000));
    let first = story.span(Some(groups), &flask(), SpanKind::Client, "DynamoDB.Query", (33_000, 48_000));
    story.with(
        first,
        [("db.system", "dynamodb"), ("aws.dynamodb.table_names", "cruddur-messages"), ("aws.region", "ca-central-1")],
    );
    let mut at = 84_000;
    for turn in 0..9 {
        let long = 24_000 + (turn * 7_919) % 13_000;
        let query = story.span(Some(groups), &flask(), SpanKind::Client, "DynamoDB.Query", (at, long));
        story.with(query, [("db.system", "dynamodb"), ("aws.dynamodb.table_names", "cruddur-messages")]);
        story.with(query, [("app.message_group", turn)]);
        at += long + 3_400;
    }
    let render = story.span(Some(groups), &flask(), SpanKind::Internal, "render-json", (at, 402_000 - at));
    story.with(render, [("app.result_length", 9)]);
    story.done()
}

/// Decimal seconds, as the X-Ray SDKs write them.
fn seconds(start: Time, ms: f64) -> f64 {
    (start.0 / 1_000) as f64 / 1e6 + ms / 1e3
}

/// `GET /api/activities/@andrewbrown` as aws-xray-sdk for Python instruments it.
fn profile(ids: &mut Ids, start: Time) -> Vec<Json> {
    let trace = ids.xray_trace(start);
    let (segment, sub, mock) = (ids.hex(), ids.hex(), ids.hex());
    vec![json!({
        "id": segment, "name": "backend-flask", "trace_id": trace, "in_progress": false,
        "start_time": seconds(start, 0.0), "end_time": seconds(start, 43.7),
        "http": {
            "request": {"url": "http://localhost:4567/api/activities/@andrewbrown", "method": "GET", "user_agent": "Mozilla/5.0", "client_ip": "127.0.0.1"},
            "response": {"status": 200, "content_length": 2318}
        },
        "aws": {"xray": {"sdk": "X-Ray for Python", "sdk_version": "2.15.0", "sampling_rule_name": "Default"}},
        "service": {"runtime": "CPython", "runtime_version": "3.11.7"},
        "annotations": {"handle": "andrewbrown"},
        "subsegments": [{
            "id": sub, "name": "user-activities", "namespace": "local", "in_progress": false,
            "trace_id": trace, "parent_id": segment, "type": "subsegment",
            "start_time": seconds(start, 2.1), "end_time": seconds(start, 41.2),
            "metadata": {"default": {"results-size": 12}},
            "subsegments": [{
                "id": mock, "name": "mock-data", "namespace": "local", "in_progress": false,
                "trace_id": trace, "parent_id": sub, "type": "subsegment",
                "start_time": seconds(start, 30.4), "end_time": seconds(start, 39.9)
            }]
        }]
    })]
}

/// An avatar upload: the API's Lambda function presigns, S3 stores, another function makes the thumbnail and fails at its first try.
/// Arrives as it does in life: the callee before its caller.
fn avatar(ids: &mut Ids, start: Time) -> Vec<Json> {
    let trace = ids.xray_trace(start);
    let (segment, call, function, get, resize) = (ids.hex(), ids.hex(), ids.hex(), ids.hex(), ids.hex());
    let exception = ids.hex();
    vec![
        json!({
            "id": function, "name": "cruddur-thumbs", "trace_id": trace, "parent_id": call, "origin": "AWS::Lambda::Function",
            "start_time": seconds(start, 61.0), "end_time": seconds(start, 512.4), "fault": true,
            "aws": {"account_id": "000000000000", "cloudwatch_logs": [{"log_group": "/aws/lambda/cruddur-thumbs"}]},
            "cause": {"working_directory": "/var/task", "exceptions": [{
                "id": exception, "type": "Error", "message": "Input buffer contains unsupported image format",
                "stack": [{"path": "s3-image-processing.js", "line": 24, "label": "processImage"}]
            }]},
            "subsegments": [
                {"id": get, "name": "S3", "namespace": "aws", "start_time": seconds(start, 71.5), "end_time": seconds(start, 240.8),
                 "aws": {"operation": "GetObject", "region": "ca-central-1", "bucket_name": "cruddur-uploaded-avatars"},
                 "http": {"response": {"status": 200, "content_length": 81920}}},
                {"id": resize, "name": "sharp.resize", "start_time": seconds(start, 244.0), "end_time": seconds(start, 509.0),
                 "fault": true, "cause": exception}
            ]
        }),
        json!({
            "id": segment, "name": "cruddur-upload-avatar", "trace_id": trace, "origin": "AWS::Lambda::Function",
            "start_time": seconds(start, 0.0), "end_time": seconds(start, 540.0),
            "http": {"request": {"url": "https://api.cruddur.com/avatars/key_upload", "method": "POST"}, "response": {"status": 200}},
            "user": "andrewbrown",
            "subsegments": [
                {"id": call, "name": "cruddur-thumbs", "namespace": "remote", "start_time": seconds(start, 38.0), "end_time": seconds(start, 520.0),
                 "fault": true, "http": {"request": {"url": "https://lambda.ca-central-1.amazonaws.com/", "method": "POST"}, "response": {"status": 200}}}
            ]
        }),
    ]
}
