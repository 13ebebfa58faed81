"""Sends a small trace by OpenTelemetry's exporter for Zipkin, to where OTEL_EXPORTER_ZIPKIN_ENDPOINT says.

What the exporter was given is written to the file that PEERS_OTEL_TRUTH names, in Zipkin's units: microseconds, and tags that are text.
"""

import json
import os
import sys

from opentelemetry.exporter.zipkin.json import ZipkinExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode

ROWS = 40


def microseconds(nanoseconds: int) -> int:
    """Rounded as the exporter rounds."""
    return (nanoseconds + 500) // 1000


def told(span) -> dict:
    return {
        "trace_id": f"{span.context.trace_id:032x}",
        "span_id": f"{span.context.span_id:016x}",
        "parent_span_id": f"{span.parent.span_id:016x}" if span.parent else None,
        "name": span.name,
        "service": span.resource.attributes["service.name"],
        "kind": None if span.kind is SpanKind.INTERNAL else span.kind.name.lower(),
        "status": span.status.status_code.name.lower(),
        "status_message": span.status.description or "",
        "start_unix_nano": microseconds(span.start_time) * 1000,
        "duration_ns": microseconds(span.end_time - span.start_time) * 1000,
        "tags": {key: str(value) for key, value in span.attributes.items()},
        "scope": span.instrumentation_scope.name,
        "events": [
            # Of an event the exporter makes one text: Zipkin's annotations have no attributes.
            [microseconds(event.timestamp) * 1000, json.dumps({event.name: dict(event.attributes)}, sort_keys=True)]
            for event in span.events
        ],
    }


def main() -> int:
    provider = TracerProvider(resource=Resource.create({"service.name": "backend-zipkin"}))
    sent, recorded = BatchSpanProcessor(ZipkinExporter()), InMemorySpanExporter()
    provider.add_span_processor(sent)
    provider.add_span_processor(SimpleSpanProcessor(recorded))
    tracer = provider.get_tracer("home.activities", "0.1.0")
    attributes = {"http.method": "GET", "http.target": "/naïve/漢字/\x1b[31m"}
    with tracer.start_as_current_span("GET /api/activities/home", kind=SpanKind.SERVER, attributes=attributes) as root:
        root.add_event("began", {"app.rows": ROWS})
        for row in range(ROWS):
            with tracer.start_as_current_span("SELECT", kind=SpanKind.CLIENT, attributes={"app.row": row}) as query:
                if row == ROWS - 1:
                    query.set_status(Status(StatusCode.ERROR, "no such table"))
        with tracer.start_as_current_span("render"):
            pass
    if not sent.force_flush(20_000):
        sys.exit("zipkin.py: the exporter did not get rid of its spans within 20 s")
    provider.shutdown()
    with open(os.environ["PEERS_OTEL_TRUTH"], "w", encoding="utf-8") as file:
        json.dump([told(span) for span in recorded.get_finished_spans()], file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
