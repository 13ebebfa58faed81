"""Log records of OpenTelemetry's SDKs, which `show` prints with their trace."""

import sys
from collections.abc import Callable
from pathlib import Path

from compare import must_equal, must_hold
from grpc_port import collecting, sending
from session import PATIENCE, Session, excerpt

ZERO_CODE = """
import logging
from opentelemetry import metrics, trace
with trace.get_tracer("zero").start_as_current_span("without a line of code"):
    metrics.get_meter("zero").create_counter("visits").add(1)
    logging.getLogger("zero").error("a line of the log")
"""

PROTOCOLS = {"http": "http/protobuf", "grpc": "grpc"}


def check_zero_code(session: Session, door: str, proved: Callable[[str], None]):
    """`opentelemetry-instrument` sends by gRPC where nobody says otherwise: spans, and metrics and logs with them."""
    instrument = str(Path(sys.executable).with_name("opentelemetry-instrument"))
    with collecting(session, door) as (endpoint, stop):
        sender = sending(
            session,
            *(instrument, sys.executable, "-c", ZERO_CODE),
            OTEL_EXPORTER_OTLP_ENDPOINT=endpoint,
            OTEL_EXPORTER_OTLP_PROTOCOL=PROTOCOLS[door],
            OTEL_SERVICE_NAME="zero-code",
            OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED="true",
        )
        complaints = sender.communicate(timeout=PATIENCE)[1]
        must_equal("opentelemetry-instrument: exit code", 0, sender.returncode)
        must_hold("opentelemetry-instrument: no complaint", b"export" not in complaints, excerpt(complaints))
        said = stop()
    kept = b"kept 1 span and 1 log line\n"
    must_hold("collect: it has kept the span and its line", kept in said and b"warning" not in said, excerpt(said))
    traces = session.json("list")["traces"]
    names = [f"{trace['root_service']}: {trace['root_name']}" for trace in traces]
    must_equal("list: the span", ["zero-code: without a line of code"], names)
    lines = lines_of(session, traces[0]["trace_id"])
    told = [[line["name"], line["attributes"]["body"], line["attributes"]["severity"]] for line in lines]
    must_equal("show: the line of the log", [["ERROR", "a line of the log", "error"]], told)
    proved("collect, show: a span of opentelemetry-instrument with the line that was logged in it, and metrics without complaint")


def check_node_logs(session: Session, node: str, sender: str, extra: dict, proved: Callable[[str], None]):
    """The SDK for Node: two records within a span, and one of no span, which is not kept."""
    session.run(node, sender, extra=extra)
    lines = lines_of(session, session.sent("VISIT")["trace_id"])
    must_equal("show: the lines, by name", ["WARN", "render.failed"], [line["name"] for line in lines])
    first, second = (line["attributes"] for line in lines)
    must_equal("show: the first", ["naïve – 漢字 – 🦀", "warn", 3], [first["body"], first["severity"], first["app.row"]])
    must_equal("show: the second", [{"rows": [1, "two", True]}, "error"], [second["body"], second["severity"]])
    session.call("assert", 'event.body contains "漢字"', "--count", "1", "--settle", "0s")
    proved("show, assert: the log records of a span, with their text, severity and attributes")


def lines_of(session: Session, trace: str) -> list:
    """The events of the one span that is there which were log records."""
    spans = session.json("show", trace)["traces"][0]["spans"]
    must_equal("show: there is one span", 1, len(spans))
    return [event for event in spans[0]["events"] if event["attributes"].get("meta.signal_type") == "log"]
