"""The sender's ground truth against the tool's answers.

`expected_*` turn what was recorded into the spans that must be there; `differences` says where an answer departs from them.
"""

import difflib
import json
import math

# X-Ray writes times as decimal seconds in a double, whose last digit is a quarter of a microsecond.
XRAY_TOLERANCE_NS = 1_000

# Parts of a segment document that say what the span is; the mapping of these is compared field by field.
STRUCTURE = {"id", "parent_id", "trace_id", "name", "start_time", "end_time", "in_progress", "type", "subsegments"}


class Difference(Exception):
    """Something is not as it was sent. The message is for a person to read."""


def same_id(trace_id: str) -> str:
    """One spelling for a trace id: X-Ray's `1-8hex-24hex` becomes 32 hex digits."""
    return trace_id.removeprefix("1-").replace("-", "") if trace_id.startswith("1-") else trace_id


def comparable(value):
    """A value such that equal means equal in type and sign too; what JSON cannot say is spelled as in OTLP/JSON."""
    if isinstance(value, bool):
        # Python thinks that True is 1.
        return f"bool {value}".lower()
    if value is None or isinstance(value, (int, str)):
        return value
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return f"double {value!r}"
    if isinstance(value, list):
        return [comparable(item) for item in value]
    return {key: comparable(item) for key, item in value.items()}


def pretty(value) -> list[str]:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=True, default=str).splitlines()


def must_equal(what: str, expected, observed):
    """Raises a unified diff of the two where they are not the same."""
    expected, observed = comparable(expected), comparable(observed)
    if expected != observed:
        lines = difflib.unified_diff(pretty(expected), pretty(observed), "sent", "reported", lineterm="", n=4)
        raise Difference(f"{what} is not as it was sent:\n" + "\n".join(lines))


def must_hold(what: str, holds: bool, seen=""):
    if not holds:
        raise Difference(f"{what}: {seen}" if seen != "" else what)


def expected_otel(records: list[dict]) -> dict[str, dict[str, dict]]:
    """Recorded OpenTelemetry spans by trace and span id."""
    traces: dict[str, dict[str, dict]] = {}
    for record in records:
        # Nanoseconds are text where the SDK's language has no integers of that size.
        span = dict(record, start_unix_nano=int(record["start_unix_nano"]), end_unix_nano=int(record["end_unix_nano"]))
        span["events"] = [dict(event, time_unix_nano=int(event["time_unix_nano"])) for event in span["events"]]
        traces.setdefault(span.pop("trace_id"), {})[span["span_id"]] = span
        span["service"] = span["resource"]["attributes"]["service.name"]
    return traces


def expected_xray(documents: list[dict]) -> dict[str, dict[str, dict]]:
    """Sent X-Ray documents by trace and span id, each subsegment a span of its own. `document` is the part without children."""
    traces: dict[str, dict[str, dict]] = {}
    for document in documents:
        spans = traces.setdefault(same_id(document["trace_id"]), {})
        waiting = [(document, document.get("parent_id"))]
        while waiting:
            part, parent = waiting.pop()
            spans[part["id"]] = {
                "span_id": part["id"],
                "parent_span_id": parent,
                "name": part["name"],
                "kind": xray_kind(part, part is document and part.get("type") != "subsegment"),
                "start": part["start_time"],
                "end": part["end_time"],
                "status": "error" if any(part.get(flag) for flag in ("error", "fault", "throttle")) else "unset",
                "document": {key: value for key, value in part.items() if key not in STRUCTURE},
                "is_segment": part is document and part.get("type") != "subsegment",
            }
            waiting.extend((child, part["id"]) for child in part.get("subsegments", []))
    for spans in traces.values():
        for span in spans.values():
            span["service"] = xray_service(span, spans)
    return traces


def xray_kind(part: dict, is_segment: bool) -> str:
    """A segment that nobody called, as far as it says, is a program's own work."""
    if is_segment:
        return "server" if "parent_id" in part or "request" in part.get("http", {}) else "internal"
    return "client" if part.get("namespace") in ("aws", "remote") else "internal"


def xray_service(span: dict, spans: dict[str, dict]) -> str:
    """A subsegment belongs to the service of the segment above it."""
    while not span["is_segment"]:
        span = spans[span["parent_span_id"]]
    return span["name"]


def summary_of(spans: list[dict], start: str, end: str) -> dict:
    """What a listing must say of a trace with these spans."""
    ids = {span["span_id"] for span in spans}
    roots = sorted((span for span in spans if not span["parent_span_id"]), key=lambda span: (span[start], span["span_id"]))
    complete = bool(roots) and all(not span["parent_span_id"] or span["parent_span_id"] in ids for span in spans)
    return {
        "root_name": roots[0]["name"] if roots else None,
        "root_service": roots[0]["service"] if roots else None,
        "services": sorted({span["service"] for span in spans if span["service"]}),
        "span_count": len(spans),
        "error_count": sum(span["status"] == "error" for span in spans),
        "complete": complete,
    }


def same_ids(what: str, expected, observed):
    """Nothing that was sent is missing, and nothing is there that was not sent."""
    missing, invented = sorted(set(expected) - set(observed)), sorted(set(observed) - set(expected))
    if missing or invented:
        raise Difference(f"{what}: missing {missing or 'none'}; never sent {invented or 'none'}")


# Fields that an answer leaves out where they have these values.
LEFT_OUT = dict.fromkeys(("dropped_attributes", "dropped_events", "dropped_links", "flags"), 0) | dict.fromkeys(
    ("trace_state", "schema_url"), ""
)


def part_of(reported: dict, sent: dict) -> dict:
    """The fields that the sender knows of: an answer says more, such as times in words."""
    return {key: reported[key] if key not in LEFT_OUT else reported.get(key, LEFT_OUT[key]) for key in sent}


def compare_otel_span(trace_id: str, sent: dict, reported: dict, trace_start: int):
    """Field by field and type by type."""
    what = f"span {sent['span_id']} ({sent['name']}) of trace {trace_id}"
    view = part_of(reported, sent) | {
        "start_unix_nano": int(reported["start_unix_nano"]),
        "end_unix_nano": int(reported["end_unix_nano"]),
        "events": [
            part_of(event, sent["events"][0] if sent["events"] else event) | {"time_unix_nano": int(event["time_unix_nano"])}
            for event in reported["events"]
        ],
        "links": [part_of(link, sent["links"][0] if sent["links"] else link) for link in reported["links"]],
        "resource": part_of(reported["resource"], sent["resource"]),
        "scope": part_of(reported["scope"], sent["scope"]),
    }
    must_equal(what, sent, view)
    must_equal(f"{what}: offset_ns", sent["start_unix_nano"] - trace_start, int(reported["offset_ns"]))
    must_equal(f"{what}: duration_ns", sent["end_unix_nano"] - sent["start_unix_nano"], int(reported["duration_ns"]))


def leaves(value):
    """All that is neither a list nor an object, and of a text with several lines each line."""
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, str):
        yield from value.split("\n")
    elif not isinstance(value, bool):
        yield value


def xray_attributes(document: dict) -> dict:
    """The attributes that a document must become, under the names that OpenTelemetry's conventions give them."""
    attributes = dict(document.get("annotations", {}))
    http = document.get("http", {})
    names = {
        "method": "http.request.method",
        "url": "url.full",
        "user_agent": "user_agent.original",
        "client_ip": "client.address",
    }
    attributes |= {names[key]: value for key, value in http.get("request", {}).items()}
    names = {"status": "http.response.status_code", "content_length": "http.response.body.size"}
    attributes |= {names[key]: value for key, value in http.get("response", {}).items()}
    names = {"sanitized_query": "db.query.text", "database_type": "db.system.name", "user": "db.user"}
    attributes |= {names[key]: value for key, value in document.get("sql", {}).items() if key in names}
    attributes |= {f"aws.xray.metadata.{namespace}": value for namespace, value in document.get("metadata", {}).items()}
    if "user" in document:
        attributes["enduser.id"] = document["user"]
    return attributes


def exceptions(document: dict) -> list[dict]:
    cause = document.get("cause")
    return cause.get("exceptions", []) if isinstance(cause, dict) else []


def as_text(frame: dict) -> str:
    place = frame["path"] if frame["line"] is None else f"{frame['path']}:{frame['line']}"
    return f"{frame['label']} ({place})"


def compare_xray_span(trace_id: str, sent: dict, reported: dict):
    """Identity, times and what has a conventional name, exactly; and every other value of the document, wherever it is."""
    what = f"{'segment' if sent['is_segment'] else 'subsegment'} {sent['span_id']} ({sent['name']}) of trace {trace_id}"
    fields = ("span_id", "parent_span_id", "name", "service", "kind", "status")
    must_equal(what, {key: sent[key] for key in fields}, {key: reported[key] for key in fields})
    for key in ("start", "end"):
        near(f"{what}: {key}", sent[key], int(reported[f"{key}_unix_nano"]))

    document = sent["document"]
    expected = xray_attributes(document)
    must_equal(
        f"{what}: attributes", expected, {key: value for key, value in reported["attributes"].items() if key in expected}
    )
    thrown = [
        {
            "exception.type": exception["type"],
            "exception.message": exception["message"],
            "exception.stacktrace": "\n".join(as_text(frame) for frame in exception["stack"]),
        }
        for exception in exceptions(document)
    ]
    seen = [{key: event["attributes"].get(key) for key in thrown[0]} for event in reported["events"] if thrown]
    must_equal(f"{what}: exceptions", thrown, seen)

    rest = json.loads(json.dumps(document))
    for exception in exceptions(rest):
        del exception["stack"]
    found = {repr(leaf) for leaf in leaves(reported)}
    for leaf in leaves(rest):
        must_hold(f"{what}: the value {leaf!r} was sent and is nowhere in the answer", repr(leaf) in found, reported)


def compare_xray_trace(trace_id: str, sent: dict, answers: dict[str, dict]):
    """All spans of what `show` says, and the sums of what each command says."""
    spans = {span["span_id"]: span for span in answers["show"]["spans"]}
    same_ids(f"show {trace_id}: segments and subsegments", sent, spans)
    must_equal(f"show {trace_id}: every span once", len(spans), len(answers["show"]["spans"]))
    for span_id, span in sent.items():
        compare_xray_span(trace_id, span, spans[span_id])
    summary = summary_of(list(sent.values()), "start", "end")
    for command, answer in answers.items():
        must_equal(f"{command}: summary of {trace_id}", summary, {key: answer[key] for key in summary})
        near(f"{command}: start of {trace_id}", min(span["start"] for span in sent.values()), int(answer["start_unix_nano"]))
        near(f"{command}: end of {trace_id}", max(span["end"] for span in sent.values()), int(answer["end_unix_nano"]))


def near(what: str, seconds: float, nanoseconds: int):
    """Within a microsecond. The exact value of the double is what was sent; its decimal text is what was meant."""
    off = nanoseconds - round(seconds * 1_000_000_000)
    must_hold(f"{what} was sent as {seconds!r} s", abs(off) <= XRAY_TOLERANCE_NS, f"reported as {nanoseconds} ns ({off:+} ns)")
