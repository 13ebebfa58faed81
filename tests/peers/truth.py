"""What was really sent, written down on the sender's side: the ground truth that the tool's answers are compared with.

OpenTelemetry spans are recorded by a second exporter beside the OTLP one; X-Ray documents where the SDK hands them to its
socket. Both see exactly what the SDK sends and nothing of what the receiver makes of it.
"""

import base64
import json
import threading

from aws_xray_sdk.core.emitters.udp_emitter import UDPEmitter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import SpanContext
from urllib3 import HTTPConnectionPool, poolmanager


def plain(value):
    """An attribute's value as JSON. Bytes, which JSON does not have, are base64 as in OTLP/JSON."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "items"):
        return {key: plain(item) for key, item in value.items()}
    return value


def flags(context: SpanContext | None) -> int:
    """OTLP's SpanFlags as this SDK sets them: whether it is known that the context is remote, and whether it is."""
    return 0x100 | (0x200 if context and context.is_remote else 0)


def span_record(span: ReadableSpan) -> dict:
    """Everything that OTLP carries of a span."""
    context = span.get_span_context()
    return {
        "trace_id": f"{context.trace_id:032x}",
        "span_id": f"{context.span_id:016x}",
        "parent_span_id": f"{span.parent.span_id:016x}" if span.parent else None,
        "name": span.name,
        "kind": span.kind.name.lower(),
        "start_unix_nano": span.start_time,
        "end_unix_nano": span.end_time,
        "status": span.status.status_code.name.lower(),
        "status_message": span.status.description or "",
        "attributes": plain(span.attributes),
        "dropped_attributes": span.dropped_attributes,
        "events": [
            {
                "name": event.name,
                "time_unix_nano": event.timestamp,
                "attributes": plain(event.attributes or {}),
                "dropped_attributes": event.dropped_attributes,
            }
            for event in span.events
        ],
        "dropped_events": span.dropped_events,
        "links": [
            {
                "trace_id": f"{link.context.trace_id:032x}",
                "span_id": f"{link.context.span_id:016x}",
                "trace_state": link.context.trace_state.to_header(),
                "flags": flags(link.context),
                "attributes": plain(link.attributes or {}),
                "dropped_attributes": link.dropped_attributes,
            }
            for link in span.links
        ],
        "dropped_links": span.dropped_links,
        "trace_state": context.trace_state.to_header(),
        "flags": flags(span.parent),
        "resource": {"attributes": plain(span.resource.attributes), "schema_url": span.resource.schema_url},
        "scope": {
            "name": span.instrumentation_scope.name,
            "version": span.instrumentation_scope.version or "",
            "schema_url": span.instrumentation_scope.schema_url or "",
            "attributes": plain(span.instrumentation_scope.attributes or {}),
        },
    }


class RecordingExporter(SpanExporter):
    """Keeps the spans themselves, so that they can also be sent a second time."""

    def __init__(self):
        self.spans: list[ReadableSpan] = []

    def export(self, spans):
        self.spans.extend(spans)
        return SpanExportResult.SUCCESS

    def records(self) -> list[dict]:
        return [span_record(span) for span in self.spans]


class RecordingPool(HTTPConnectionPool):
    """Notes in what form the exporter sends: what it was told to do is no proof that it does it."""

    sent: list[dict] = []

    def urlopen(self, method, url, *args, headers=None, **kwargs):
        if url.endswith("/v1/traces"):
            names = {name.lower(): value for name, value in (headers or {}).items()}
            self.sent.append({"type": names.get("content-type"), "coding": names.get("content-encoding")})
        return super().urlopen(method, url, *args, headers=headers, **kwargs)


def note_requests():
    """All of urllib3's connections in plain text are noted from now on."""
    poolmanager.pool_classes_by_scheme["http"] = RecordingPool


class RecordingEmitter(UDPEmitter):
    """The SDK's own emitter, which also keeps each document that it sent."""

    def __init__(self):
        super().__init__()
        self.documents: list[str] = []
        self._lock = threading.Lock()

    def _send_data(self, data: str):
        # After the send: a document that is too large for a datagram raises here and is not sent at all.
        super()._send_data(data)
        _header, _newline, document = data.partition("\n")
        with self._lock:
            self.documents.append(document)

    def resend(self, document: str):
        """Sends a document again, byte for byte, without noting it a second time."""
        super()._send_data('{"format":"json","version":1}\n' + document)

    def records(self) -> list[dict]:
        return [json.loads(document) for document in self.documents]
