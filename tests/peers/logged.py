"""One request of an application that writes its log lines to CloudWatch Logs by watchtower, as the bootcamp's does: into the group `cruddur`
with the id of its trace, as the documentation advises, and into the group `plain` without, as the bootcamp has it."""

import logging
import time

import boto3
import watchtower
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor


class TraceId(logging.Filter):
    def filter(self, record):
        context = trace.get_current_span().get_span_context()  # of OpenTelemetry; X-Ray: xray_recorder.current_segment().trace_id
        record.trace_id, record.span_id = f"{context.trace_id:032x}", f"{context.span_id:016x}"
        return True


def logger(group: str, client) -> logging.Logger:
    handler = watchtower.CloudWatchLogHandler(log_group_name=group, boto3_client=client)
    if group == "cruddur":
        handler.addFilter(TraceId())
        handler.setFormatter(logging.Formatter("%(levelname)s %(message)s trace_id=%(trace_id)s span_id=%(span_id)s"))
    named = logging.getLogger(group)
    named.setLevel(logging.DEBUG)
    named.addHandler(handler)
    return named


def main():
    provider = TracerProvider(resource=Resource.create({"service.name": "backend-flask"}))
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
    tracer = provider.get_tracer("logged")
    client = boto3.client("logs")
    told, plain = logger("cruddur", client), logger("plain", client)
    with tracer.start_as_current_span(
        "GET /api/messages", kind=trace.SpanKind.SERVER, attributes={"http.target": "/api/messages?group=1"}
    ):
        told.info("asked for messages")
        with tracer.start_as_current_span("query"):
            told.error("no such group\nof anybody")
            time.sleep(0.005)
        stamp = time.strftime("[%Y-%b-%d %H:%M]")
        plain.error("%s %s %s %s %s %s", stamp, "192.168.65.1", "GET", "http", "/api/messages?group=1", "404 NOT FOUND")
        plain.error("%s %s %s %s %s %s", stamp, "192.168.65.1", "GET", "http", "/api/messages/5?", "200 OK")
    told.warning("of no trace")
    logging.shutdown()
    provider.shutdown()


main()
