"""What OpenTelemetry's SDK for Python does at the gRPC port of `collect`."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, contextmanager
from pathlib import Path

from compare import must_equal, must_hold
from session import PATIENCE, Session, excerpt

PUT_OFF = """
import logging
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
logging.basicConfig(level=logging.WARNING)
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
provider.get_tracer("peers").start_span("put off").end()
"""


@contextmanager
def collecting(session: Session, door: str):
    """The address of a `collect` that listens for OTLP over HTTP or gRPC only, and what stops it and answers what it said."""
    doors = {"--otlp-http": "off", "--otlp-grpc": "off", "--zipkin": "off", "--xray": "off"}
    doors[f"--otlp-{door}"] = "127.0.0.1:0"
    with session.started("collect", *(word for option in doors.items() for word in option)) as process:
        said = process.stderr.readline().decode()
        must_hold("collect: it says where it listens", "listening for OTLP/" in said and " on http://127.0.0.1:" in said, said)

        def stop() -> bytes:
            process.send_signal(signal.SIGTERM)
            return process.communicate(timeout=PATIENCE)[1]

        yield said.rsplit(" ", 1)[1].strip(), stop


def sending(session: Session, *command: str, **variables: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, *command],
        env=session.environment | variables,
        cwd=session.folder,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def check_put_off(session: Session, proved: Callable[[str], None]):
    """While the store cannot be written, the SDK is told for how long to wait, waits as long, and sends again."""
    with collecting(session, "grpc") as (endpoint, stop):
        # Somebody else holds the store. The receiver waits for ten seconds before it says so.
        with closing(sqlite3.connect(session.environment["CRUDDUR_TRACE_STORE"], isolation_level=None)) as store:
            store.execute("BEGIN EXCLUSIVE")
            # The SDK's own ten seconds would be over by then.
            variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_TIMEOUT": "60"}
            sender = sending(session, "-c", PUT_OFF, **variables)
            warned = sender.stderr.readline().decode()
        must_hold("the exporter waits as it was told", "UNAVAILABLE" in warned and "retrying in 5.00s" in warned, warned)
        rest = sender.communicate(timeout=PATIENCE)[1]
        must_equal("the exporter succeeds then", [0, ""], [sender.returncode, rest.decode()])
        said = stop()
    must_hold("collect: it has kept the span", b"kept 1 span\n" in said, excerpt(said))
    must_equal("list: the span", ["put off"], [trace["root_name"] for trace in session.json("list")["traces"]])
    proved("collect: a call that cannot be kept is put off for 5 s, and kept when it comes again")
