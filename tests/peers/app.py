"""A small backend in the manner of Cruddur's, instrumented twice, and its only visitor, in one process.

The backend is Flask with OpenTelemetry (Flask and Requests instrumentation, OTLP by the environment's variables) and
with the X-Ray SDK (middleware, patched requests, manual subsegments), as the bootcamp has it. What was sent is written to the
files that PEERS_OTEL_TRUTH, PEERS_XRAY_TRUTH and PEERS_VISIT_TRUTH name.

    app.py tour [--exit CODE]   visits every route, sends some of it twice, leaves with CODE
    app.py seed COUNT           one trace of COUNT + 1 spans whose root is sent last
    app.py orphan               two spans of a trace whose root never comes
    app.py serve                waits, with a span open, for SIGTERM or SIGINT; leaves with 15
    app.py listen PORT          the backend alone, for somebody else's visits, until SIGTERM or SIGINT
"""

import argparse
import json
import logging
import os
import signal
import sys
import threading
import time
from datetime import datetime, timedelta, timezone

import requests
from aws_xray_sdk.core import patch, xray_recorder
from aws_xray_sdk.ext.flask.middleware import XRayMiddleware
from flask import Flask, jsonify, request
from opentelemetry import propagate, trace
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.trace import Link, SpanKind, Status, StatusCode
from werkzeug.serving import make_server

from truth import RecordingEmitter, RecordingExporter, RecordingPool, note_requests

if os.environ.get("PEERS_EXPORTER") == "json":
    from opentelemetry.exporter.otlp.json.http.trace_exporter import OTLPSpanExporter
elif os.environ.get("PEERS_EXPORTER") == "grpc":
    import calls
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    calls.note(RecordingPool.sent)
else:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

# How many rows the visited pages have. More than 30 subsegments make the X-Ray SDK stream a segment in parts.
GROUPS = 12
ROWS = 45

note_requests()
recorded = RecordingExporter()
exporter = OTLPSpanExporter()
batches = BatchSpanProcessor(exporter)


def provider_of(service: str) -> TracerProvider:
    """A provider that sends through the one OTLP exporter, and to the ground truth."""
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(batches)
    provider.add_span_processor(SimpleSpanProcessor(recorded))
    return provider


backend = provider_of("backend-flask")
trace.set_tracer_provider(backend)
visitor = provider_of("visitor").get_tracer("cruddur.visitor", "0.1.0")
tracer = trace.get_tracer("home.activities")
users_tracer = trace.get_tracer("user.activities", "1.2.3")

emitter = RecordingEmitter()
# Sampling is left at the SDK's default: it asks the daemon for rules, and that is part of what is proved.
xray_recorder.configure(service="backend-flask", context_missing="IGNORE_ERROR", emitter=emitter)
patch(["requests"])

app = Flask("backend-flask")
XRayMiddleware(app, xray_recorder)
FlaskInstrumentor().instrument_app(app)
RequestsInstrumentor().instrument()


@app.get("/api/activities/home")
def home():
    with tracer.start_as_current_span("home-activites-mock-data") as span:
        now = datetime.now(timezone.utc).astimezone()
        span.set_attribute("app.now", now.isoformat())
        results = [
            {"uuid": "68f126b0-1ceb-4a33-88be-d90fa7109eee", "handle": "Andrew Brown", "message": "Cloud is fun!"},
            {"uuid": "66e12864-8c26-4c3a-9658-95a10f8fea67", "handle": "Worf", "message": "I am out of prune juice"},
            {"uuid": "248959df-3079-4947-b847-9e0892d1bab4", "handle": "Garek", "message": "My dear doctor"},
        ]
        span.set_attribute("app.result_length", len(results))
    with xray_recorder.in_subsegment("mock-data") as subsegment:
        subsegment.put_metadata("key", {"now": now.isoformat(), "results-size": len(results)}, "namespace")
    return jsonify(results)


@app.get("/api/activities/notifications")
def notifications():
    with tracer.start_as_current_span("notifications-slow-query"), xray_recorder.in_subsegment("slow-query"):
        time.sleep(0.3)
    return jsonify([])


@app.get("/api/activities/search")
@xray_recorder.capture("activities_search")
def search():
    with tracer.start_as_current_span("search-activities"):
        raise ValueError(f"no such term: {request.args['term']}")


@app.get("/api/activities/@<handle>")
def user_activities(handle):
    segment = xray_recorder.current_segment()
    segment.set_user(handle)
    if handle != "andrewbrown":
        return jsonify({"error": "no such user"}), 404
    segment.put_annotation("handle", handle)
    segment.put_annotation("rows", ROWS)
    segment.put_annotation("ratio", 0.75)
    segment.put_annotation("cached", False)
    segment.put_metadata("nested", {"list": [1, 2.5, None, True, "é"], "deep": {"er": {"still": "here"}}})
    with users_tracer.start_as_current_span("user-activities") as span, xray_recorder.in_subsegment("user-activities"):
        span.set_attributes({"user.id": handle, "app.rows": ROWS})
        for row in range(ROWS):
            with xray_recorder.in_subsegment("row") as subsegment:
                subsegment.put_annotation("row", row)
                with xray_recorder.in_subsegment("dynamodb", namespace="aws") as query:
                    query.set_aws(
                        {
                            "operation": "Query",
                            "region": "us-east-1",
                            "table_name": "cruddur-messages",
                            "request_id": f"REQ{row:04}",
                            "retries": row % 2,
                        }
                    )
    with xray_recorder.in_subsegment("cruddur@localhost", namespace="remote") as query:
        query.set_sql(
            {
                "url": "postgresql://localhost:5432/cruddur",
                "sanitized_query": "SELECT * FROM activities WHERE handle = ?",
                "database_type": "PostgreSQL",
                "user": "cruddur",
            }
        )
    return jsonify({"rows": ROWS})


@app.post("/api/activities")
def create_activity():
    message = request.json["message"]
    with tracer.start_as_current_span("create-activity") as span, xray_recorder.in_subsegment("create-activity"):
        span.set_attribute("app.message_length", len(message))
        if not message:
            span.set_status(Status(StatusCode.ERROR, "message_blank"))
            return jsonify({"errors": ["message_blank"]}), 422
        expires = datetime.now(timezone.utc) + timedelta(days=7)
        span.add_event("activity.created", {"app.expires_at": expires.isoformat(), "app.reposts": 0})
        span.set_status(StatusCode.OK)
    return jsonify({"message": message}), 201


@app.get("/api/activities/<uuid>")
def show_activity(uuid):
    with tracer.start_as_current_span("show-activity", attributes={"app.uuid": uuid}):
        user = requests.get(f"{request.host_url}api/users/@andrewbrown/short", timeout=10).json()
    return jsonify({"uuid": uuid, "user": user})


@app.get("/api/users/@<handle>/short")
def user_short(handle):
    with users_tracer.start_as_current_span("users-short", attributes={"user.id": handle}):
        return jsonify({"handle": handle})


@app.get("/api/message_groups")
def message_groups():
    """One query for the groups, then one for each group: what `count() > …` is for."""
    attributes = {"db.system": "dynamodb", "db.operation": "Query", "aws.dynamodb.table_names": ["cruddur-messages"]}
    with tracer.start_as_current_span("message-groups") as span:
        span.set_attribute("user.id", "andrewbrown")
        with tracer.start_as_current_span("dynamodb.Query", kind=SpanKind.CLIENT, attributes=attributes):
            pass
        for group in range(GROUPS):
            with tracer.start_as_current_span("dynamodb.Query", kind=SpanKind.CLIENT, attributes=attributes) as query:
                query.set_attribute("app.message_group", group)
        span.set_attribute("app.result_length", GROUPS)
    return jsonify({"groups": GROUPS})


class Visit:
    """Drives the backend over real sockets and notes what it did under which trace ids."""

    def __init__(self, base: str):
        self.base = base
        self.steps: dict[str, dict] = {}

    def request(self, step: str, path: str, status: int, json_body=None, context=None):
        """One request below a span of the visitor's own; the answer must have `status`."""
        with visitor.start_as_current_span(f"visit {step}", context=context) as span:
            method = "GET" if json_body is None else "POST"
            answer = requests.request(method, f"{self.base}{path}", json=json_body, timeout=30)
            if answer.status_code != status:
                sys.exit(f"app.py: {step}: {method} {path} answered {answer.status_code}, not {status}: {answer.text}")
            self.steps[step] = {
                "otel_trace_id": f"{span.get_span_context().trace_id:032x}",
                "xray_trace_id": answer.headers["X-Amzn-Trace-Id"].removeprefix("Root="),
                "status": status,
            }


def await_sampling_rules():
    """Waits until the SDK has fetched the receiver's rules, as it does in the background from its first request on."""
    deadline = time.monotonic() + 10
    while not xray_recorder.sampler._cache.rules:
        if time.monotonic() > deadline:
            sys.exit("app.py: the X-Ray SDK was given no sampling rules within 10 s")
        time.sleep(0.02)


def every_type_of_value():
    """A span with all that OTLP can carry, written by the SDK and not by us."""
    other = visitor.start_span("linked from another trace")
    other.end()
    link = Link(other.get_span_context(), {"app.link": "reference", "app.number": 7})
    with visitor.start_as_current_span("every type of value", kind=SpanKind.PRODUCER, links=[link]) as span:
        span.set_attributes(
            {
                "zoo.text": "plain",
                "zoo.empty": "",
                "zoo.unicode": "naïve – 漢字 – 🦀 – \u202ertl\u202c",
                "zoo.control": "tab\there\nnew line \x1b[31mred\x1b[0m \x00 \x7f",
                "zoo.long": "x" * 5000,
                "zoo.true": True,
                "zoo.false": False,
                "zoo.zero": 0,
                "zoo.negative": -42,
                "zoo.beyond_double": 9007199254740993,
                "zoo.max": 2**63 - 1,
                "zoo.min": -(2**63),
                "zoo.whole_double": 3.0,
                "zoo.tenth": 0.1,
                "zoo.minus_zero": -0.0,
                "zoo.tiny": 5e-324,
                "zoo.huge": 1.7976931348623157e308,
                "zoo.infinite": float("inf"),
                "zoo.not_a_number": float("nan"),
                "zoo.texts": ["a", "", "c"],
                "zoo.numbers": [1, -2, 3],
                "zoo.doubles": [1.0, 2.5],
                "zoo.bools": [True, False],
                "zoo.nothing": [],
                "zoo.map": {"inner": {"list": [1, "two", 3.5, None], "flag": True}},
                "zoo.bytes": b"\x00\x01\xfe\xff",
                "zoo.null": None,
                'zoo."quoted" key': "odd key",
            }
        )
        span.add_event("first")
        span.add_event("second", {"app.list": ["x", "y"], "app.count": 2, "app.share": 0.5, "app.done": True})
        span.set_status(Status(StatusCode.ERROR, "said so\non two lines"))
        visitor.start_span("steer \x1b[2J\x1b]0;title\x07 a \u202eterminal\r").end()
    visitor.start_span("steer \x1b[2J a \u202eterminal\r", attributes={"service": "\x07"}).end()
    with visitor.start_as_current_span("more than the SDK keeps") as span:
        for number in range(200):
            span.set_attribute(f"app.number_{number}", number)
            span.add_event("one of many", {"app.number": number})
            span.add_link(other.get_span_context())
    for kind in (SpanKind.CONSUMER, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.INTERNAL):
        visitor.start_span(f"kind {kind.name.lower()}", kind=kind).end()


def tour(visit: Visit):
    """Every route, and what goes wrong on some."""
    visit.request("first", "/api/activities/home", 200)
    await_sampling_rules()
    # The wrapper's own trace: a W3C header in the environment, which the SDK for Python does not read by itself.
    wrapper = propagate.extract({"traceparent": os.environ.get("TRACEPARENT", "")})
    visit.request("wrapped", "/api/activities/home", 200, context=wrapper)
    for number in range(20):
        visit.request(f"home {number}", "/api/activities/home", 200)
    visit.request("user", "/api/activities/@andrewbrown", 200)
    visit.request("unknown user", "/api/activities/@nobody", 404)
    visit.request("unknown route", "/api/nowhere", 404)
    visit.request("create", "/api/activities", 201, json_body={"message": "Cloud is fun!"})
    visit.request("blank", "/api/activities", 422, json_body={"message": ""})
    visit.request("message groups", "/api/message_groups", 200)
    visit.request("downstream", "/api/activities/68f126b0-1ceb-4a33-88be-d90fa7109eee", 200)
    visit.request("slow", "/api/activities/notifications", 200)
    visit.request("exception", "/api/activities/search?term=borg", 500)
    every_type_of_value()
    # Every 10 s the SDK reports what it sampled and takes a new quota. Once by hand, so that nobody waits for it.
    xray_recorder.sampler._target_poller._do_work()
    visit.request("after the quota", "/api/activities/home", 200)


def send_again():
    """What an SDK does when an acknowledgement was lost: the same spans, the same documents, a second time."""
    with suppress_instrumentation():
        exporter.export(recorded.spans[: len(recorded.spans) // 2])
    for document in emitter.documents[-3:]:
        emitter.resend(document)


def seed(count: int):
    with visitor.start_as_current_span("seed-database", attributes={"app.rows": count}):
        for row in range(count):
            name = "INSERT INTO activities"
            attributes = {"db.system": "postgresql", "db.operation": "INSERT", "app.row": row}
            visitor.start_span(name, kind=SpanKind.CLIENT, attributes=attributes).end()


def orphan():
    """A span of a trace whose beginning is elsewhere, as behind a load balancer that sends its own spans to somebody else."""
    elsewhere = {
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "tracestate": "vendor=t61rcWkgMzE,rojo=00f0",
    }
    with visitor.start_as_current_span("orphan", context=propagate.extract(elsewhere)):
        visitor.start_span("its child").end()


def serve():
    """Stands still inside a span until it is told to stop, then ends it in good order."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with visitor.start_as_current_span("until told to stop"):
        print("ready", flush=True)
        if not stopped.wait(60):
            sys.exit("app.py: nobody said stop within 60 s")


def listen():
    """Stands still until it is told to stop."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    if not stopped.wait(120):
        sys.exit("app.py: nobody said stop within 120 s")


def write(variable: str, content):
    with open(os.environ[variable], "w", encoding="utf-8") as file:
        json.dump(content, file)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=["tour", "seed", "orphan", "serve", "listen"])
    parser.add_argument("count", nargs="?", type=int, default=1200)
    parser.add_argument("--exit", type=int, default=0)
    arguments = parser.parse_args()
    # A line for every request, the traceback of the route that fails on purpose, and the visitor's requests that have no X-Ray
    # segment around them are no news.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    logging.getLogger("aws_xray_sdk").setLevel(logging.ERROR)
    app.logger.setLevel(logging.CRITICAL)

    port = arguments.count if arguments.mode == "listen" else 0
    server = make_server("127.0.0.1", port, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    visit = Visit(f"http://127.0.0.1:{server.server_port}")
    code = arguments.exit
    try:
        if arguments.mode == "tour":
            tour(visit)
        elif arguments.mode == "seed":
            seed(arguments.count)
        elif arguments.mode == "orphan":
            orphan()
        elif arguments.mode == "listen":
            listen()
        else:
            serve()
            code = 15
    finally:
        server.shutdown()
        serving.join()
    if not batches.force_flush(20_000):
        sys.exit("app.py: the exporter did not get rid of its spans within 20 s")
    if arguments.mode == "tour":
        send_again()
    batches.shutdown()
    write("PEERS_OTEL_TRUTH", recorded.records())
    write("PEERS_XRAY_TRUTH", emitter.records())
    write(
        "PEERS_VISIT_TRUTH",
        {
            "traceparent": os.environ.get("TRACEPARENT", ""),
            "posts": RecordingPool.sent,
            "steps": visit.steps,
        },
    )
    print(f"{len(recorded.spans)} spans, {len(emitter.documents)} documents")
    return code


if __name__ == "__main__":
    sys.exit(main())
