"""What `collect --forward` sends on: to AWS X-Ray as moto has it, and to an OTLP receiver that OpenTelemetry's own messages are read by."""

import gzip
import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

from aws import Service, moto, variables
from compare import Difference, must_equal, must_hold, same_id
from session import PATIENCE, Session, excerpt


class Receiver(ThreadingHTTPServer):
    """Takes OTLP over HTTP, protobuf; says no to anything else, and is busy the first two times."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.spans: Counter = Counter()
        self.busy = 2
        self.lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            busy = self.server.busy > 0
            self.server.busy -= busy
        if busy:
            return self.answer(503, b"", {"Retry-After": "1"})
        if self.path != "/v1/traces" or self.headers["Content-Type"] != "application/x-protobuf":
            return self.answer(415, b"")
        try:
            body = gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body
            request = ExportTraceServiceRequest.FromString(body)
        except (OSError, DecodeError):
            return self.answer(400, b"")
        spans = [span for part in request.resource_spans for scope in part.scope_spans for span in scope.spans]
        with self.server.lock:
            self.server.spans.update((span.trace_id.hex(), span.span_id.hex(), span.name) for span in spans)
        self.answer(200, ExportTraceServiceResponse().SerializeToString())

    def answer(self, status: int, body: bytes, headers=None):
        self.send_response(status)
        for name, value in ({"Content-Type": "application/x-protobuf", "Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def receiver():
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def segments(document: dict, trace_id: str):
    """The ids of a document's segments that have ended."""
    if not document.get("in_progress"):
        yield trace_id, document["id"]
    for inner in document.get("subsegments", []):
        yield from segments(inner, trace_id)


def eventually(what: str, there: Callable[[], bool]):
    deadline = time.monotonic() + PATIENCE
    while not there():
        if time.monotonic() > deadline:
            raise Difference(f"not within {PATIENCE} s: {what}")
        time.sleep(0.05)


def check_forwarding(session: Session, app: str, proved: Callable[[str], None]):
    """Everything that the SDKs sent is in X-Ray and at the receiver: documents byte by byte, spans as they were, and each as the other."""
    with moto(session.folder, session.environment) as endpoint, receiver() as there:
        session.environment |= variables(endpoint)
        service = Service(endpoint)
        doors = ("--otlp-http", "127.0.0.1:0", "--xray", "127.0.0.1:0", "--otlp-grpc", "off", "--zipkin", "off")
        to = f"otlp=http://127.0.0.1:{there.server_address[1]}"
        with session.started("collect", *doors, "--forward", "xray", "--forward", to) as process:
            http = process.stderr.readline().decode().rsplit(" ", 1)[1].strip()
            xray = process.stderr.readline().decode().split(" on ")[1].split(" ")[0]
            sending = subprocess.run(
                [sys.executable, app, "tour"],
                env=session.environment | {"OTEL_EXPORTER_OTLP_ENDPOINT": http, "AWS_XRAY_DAEMON_ADDRESS": xray},
                cwd=session.folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE,
            )
            must_equal(f"app.py ends well: {excerpt(sending.stderr)}", 0, sending.returncode)
            otel, documents = session.sent("OTEL"), session.sent("XRAY")
            spans = {(span["trace_id"], span["span_id"]) for span in otel}
            ended = {(same_id(trace_id), span_id) for document in documents for trace_id, span_id in segments(document, document["trace_id"])}
            eventually("the receiver has everything", lambda: spans | ended <= {key[:2] for key in there.spans})
            x_ray_id = lambda trace_id: f"1-{trace_id[:8]}-{trace_id[8:]}"  # noqa: E731
            ids = sorted({document["trace_id"] for document in documents} | {x_ray_id(span["trace_id"]) for span in otel})

            def in_moto() -> list[dict]:
                try:
                    return [json.loads(text) for text in service.documents(ids)]
                except Difference:
                    return []

            wanted = {(same_id(document["trace_id"]), document["id"]) for document in documents} | spans
            eventually("X-Ray has everything", lambda: wanted <= {(same_id(each["trace_id"]), each["id"]) for each in in_moto()})
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=PATIENCE)[1]
            must_equal(f"collect ends well: {excerpt(said)}", 0, process.returncode)
        given = in_moto()
        missing = [document for document in documents if document not in given]
        must_equal("X-Ray has every document as the SDK made it", [], missing)
        must_equal("the receiver has nothing else", [], sorted({key[:2] for key in there.spans} - spans - ended))
        names = {(span["trace_id"], span["span_id"]): span["name"] for span in otel}
        wrong = [key for key in there.spans if names.get(key[:2], key[2]) != key[2]]
        must_equal("the receiver has the spans under their names", [], wrong)
        must_hold("the receiver was asked again after it was busy", there.busy == 0)
        proved(f"forward: {len(documents)} documents are in moto as the SDK made them, and {len(spans)} spans beside them as segments")
        proved(f"forward: {len(spans)} spans and {len(ended)} segments are at an OTLP receiver, after two answers of 503")
