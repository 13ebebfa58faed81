"""The double of Honeycomb that the tests of `cruddur-trace` talk to, before clients that others wrote: what they send must arrive,
and what they ask must be answered so that they understand it.

`honeycomb-api` asks, `libhoney` sends events, and OpenTelemetry's exporter sends spans.
"""

import time
from pathlib import Path

import libhoney
from honeycomb import HoneycombClient
from honeycomb.exceptions import HoneycombAPIError, HoneycombAuthError, HoneycombRateLimitError, HoneycombValidationError
from honeycomb.models.queries import QuerySpec
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import Link, SpanKind, Status, StatusCode, format_span_id, format_trace_id, set_span_in_context

from compare import Difference, must_equal, must_hold
from doubles import PATIENCE, serving


def send_spans(endpoint: str, key: str) -> dict:
    """A trace of two services, by OpenTelemetry's SDK. What was sent, by span id."""
    spans = {}
    parent = None
    for service in ("web", "api"):
        exporter = OTLPSpanExporter(f"{endpoint}/v1/traces", headers={"x-honeycomb-team": key})
        provider = TracerProvider(resource=Resource.create({"service.name": service}))
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        kind = SpanKind.SERVER if parent is None else SpanKind.CLIENT
        tracer = provider.get_tracer("peers", "1.0")
        links = [Link(parent.get_span_context(), {"why": "retry"})] if parent else []
        context = set_span_in_context(parent) if parent else None
        span = tracer.start_span(f"of {service}", context, kind, {"n": 7, "list": [1, 2]}, links)
        span.add_event("cache miss", {"key": "a"})
        if service == "api":
            span.set_status(Status(StatusCode.ERROR, "it broke"))
        span.end()
        provider.shutdown()
        own = span.get_span_context()
        spans[format_span_id(own.span_id)] = {
            "trace.trace_id": format_trace_id(own.trace_id),
            "trace.parent_id": format_span_id(parent.get_span_context().span_id) if parent else None,
            "name": span.name,
            "service.name": service,
            "duration_ms": (span.end_time - span.start_time) / 1e6,
            "span.kind": kind.name.lower(),
            "error": True if service == "api" else None,
            "list": "[1,2]\n",
            # Every number of a result is a double in the models of honeycomb-api.
            "n": 7.0,
        }
        parent = span
    return spans


def send_events(endpoint: str, key: str) -> list:
    """Two events by libhoney, gzip. The statuses that it was told."""
    client = libhoney.Client(writekey=key, dataset="by hand", api_host=endpoint, debug=False)
    for number in (1, 2):
        event = client.new_event({"number": number, "nested": {"deep": True}})
        event.send()
    client.flush()
    responses = client.responses()
    told = [responses.get(timeout=PATIENCE) for _ in range(2)]
    client.close()
    return [response["status_code"] for response in told]


def rows(client: HoneycombClient, dataset: str, spec: dict) -> list[dict]:
    """The rows of a result, as `honeycomb-api` reads them. It asks until it is complete."""
    # Both ends are rounded down to a minute, and what was just sent is newer than the last full one.
    minute = int(time.time()) // 60 * 60
    window = {"time_range": None, "start_time": minute - 600, "end_time": minute + 120}
    query = client.queries.create(QuerySpec(**window, **spec), dataset=dataset)
    result = client.query_results.run(dataset, query_id=query.id, poll_interval=0.05, timeout=PATIENCE)
    return [row if "data" not in row else row["data"] for row in result.data.rows]


def check_double(program: str, folder: Path, proved):
    with serving(program, "honeycomb", folder) as (endpoint, configuration, ingest):
        spans = send_spans(endpoint, ingest)
        must_equal("libhoney: both events are taken", [202, 202], send_events(endpoint, ingest))
        with HoneycombClient(api_key=configuration, base_url=endpoint, max_retries=0, sync=True) as client:
            check_answers(client, spans, proved)
            check_limit(client, proved)
        with HoneycombClient(api_key="nobody", base_url=endpoint, max_retries=0, sync=True) as nobody:
            must_equal("an unknown key", 401, refused(lambda: nobody.auth.get(), HoneycombAuthError).status_code)
        with HoneycombClient(api_key=ingest, base_url=endpoint, max_retries=0, sync=True) as sender:
            must_equal("auth: an ingest key", "ingest", named(sender.auth.get().type))
            refused(lambda: sender.columns.list("web"), HoneycombAPIError)
        proved("an unknown key, and one that may only send, are refused so that honeycomb-api knows what it was")


def check_answers(client: HoneycombClient, spans: dict, proved):
    auth = client.auth.get()
    must_equal("auth", ["configuration", "test"], [named(auth.type), auth.environment.slug])
    must_equal("datasets", ["api", "by-hand", "web"], sorted(dataset.slug for dataset in client.datasets.list()))
    columns = {column.key_name: named(column.type) for column in client.columns.list("__all__")}
    wanted = {"duration_ms": "float", "n": "integer", "error": "boolean", "trace.trace_id": "string", "number": "integer"}
    must_equal("columns: their types", wanted, {key: columns.get(key) for key in wanted})
    proved("honeycomb-api: auth, datasets and columns are what its models expect")

    fields = ["trace.span_id", *next(iter(spans.values()))]
    spec = {"breakdowns": fields, "calculations": [{"op": "COUNT"}]}
    of_spans = spec | {"filters": [{"column": "trace.span_id", "op": "exists"}]}
    found = {row["trace.span_id"]: {key: row.get(key) for key in fields[1:]} for row in rows(client, "__all__", of_spans)}
    must_equal("spans, as OpenTelemetry's exporter sent them", spans, found)
    of_notes = spec | {
        "breakdowns": ["trace.parent_id", "meta.annotation_type"],
        "filters": [{"column": "meta.annotation_type", "op": "exists"}],
    }
    notes = sorted([row["meta.annotation_type"], row["trace.parent_id"]] for row in rows(client, "__all__", of_notes))
    web, api = spans
    must_equal("events and links are rows of their own", sorted([["span_event", web], ["span_event", api], ["link", api]]), notes)
    by_hand = rows(client, "by-hand", spec | {"breakdowns": ["number", "nested"]})
    by_hand = sorted([row["number"], row["nested"]] for row in by_hand)
    must_equal("libhoney: the events", [[1.0, '{"deep":true}'], [2.0, '{"deep":true}']], by_hand)
    proved(f"what was sent is found by honeycomb-api: {len(spans)} spans, {len(notes)} annotations, {len(by_hand)} events")

    wrong = {"time_range": 600, "breakdowns": ["no such column"], "calculations": [{"op": "COUNT"}]}
    refusal = refused(lambda: client.queries.create(QuerySpec(**wrong), dataset="web"), HoneycombValidationError)
    must_hold("an unknown column is named", "no such column" in str(refusal), refusal)
    proved("honeycomb-api: a query about a column that is not there is a validation error")


def check_limit(client: HoneycombClient, proved):
    """Three results were created; seven more are allowed within the minute."""
    query = client.queries.create(QuerySpec(time_range=600, calculations=[{"op": "COUNT"}]), dataset="web")
    for _ in range(7):
        client.query_results.create("web", query_id=query.id)
    refusal = refused(lambda: client.query_results.create("web", query_id=query.id), HoneycombRateLimitError)
    must_equal("the eleventh result", 429, refusal.status_code)
    proved("honeycomb-api: the eleventh result of a minute is a rate limit error")


def refused(ask, kind: type) -> Exception:
    """How the client says that it was refused."""
    try:
        answer = ask()
    except kind as refusal:
        return refusal
    raise Difference(f"not refused: {answer}")


def named(value) -> str:
    """The value of an enumeration, or the text itself."""
    return getattr(value, "value", value)
