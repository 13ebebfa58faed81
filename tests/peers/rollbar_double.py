"""Errors that the real `rollbar` package sends of a Flask application, found by `show --errors` in the double of Rollbar that the
integration tests have: by the header that the request brought, by the id that the application added, and by class and time alone.
"""

import json
import time

import flask
import rollbar
from rollbar.contrib.flask import report_exception

from compare import must_equal, must_hold
from doubles import serving
from session import Session

TRACE = "5759e988bd862e3fe1be46a994272793"
XRAY = "1-5759e988-bd862e3fe1be46a994272793"


class Broken(Exception):
    """What goes wrong."""


def fails(word: str):
    password = word  # noqa: F841 – a local variable, which is sent
    raise Broken(f"it broke: {word}")


def send(endpoint: str, token: str):
    """Four errors and a message, each as an application would report it."""
    rollbar.init(
        token, "production", endpoint=f"{endpoint}/", handler="blocking", allow_logging_basic_config=False, scrub_fields=[]
    )
    app = flask.Flask("peers")
    app.logger.disabled = True
    flask.got_request_exception.connect(report_exception, app)
    app.add_url_rule("/api/<word>", view_func=fails)
    client = app.test_client()
    client.get("/api/by-header", headers={"traceparent": f"00-{TRACE}-53995c3f42cd8ad8-01"})
    client.get("/api/by-amazons-header", headers={"X-Amzn-Trace-Id": f"Root={XRAY};Parent=53995c3f42cd8ad8;Sampled=1"})
    client.get("/api/by-class")
    try:
        fails("by-hand")
    except Broken:
        rollbar.report_exc_info(extra_data={"trace_id": TRACE})
    rollbar.report_message("Hello", "warning", extra_data={"trace_id": XRAY})


def trace(start: float) -> bytes:
    """A span that recorded such an exception, as OTLP/JSON."""

    def text(key: str, value: str) -> dict:
        return {"key": key, "value": {"stringValue": value}}

    begun, ended = int(start * 1e9), int(time.time() * 1e9)
    exception = {"timeUnixNano": str(ended), "name": "exception", "attributes": [text("exception.type", "app.Broken")]}
    span = {
        "traceId": TRACE,
        "spanId": "53995c3f42cd8ad8",
        "name": "GET /api/<word>",
        "kind": 2,
        "startTimeUnixNano": str(begun),
        "endTimeUnixNano": str(ended),
        "events": [exception],
        "status": {"code": 2},
    }
    resource = {"attributes": [text("service.name", "peers")]}
    return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}).encode()


def check_rollbar(session: Session, tests: str, proved):
    start = time.time()
    with serving(tests, "rollbar", session.folder) as (endpoint, reads, sends):
        send(endpoint, sends)
        (session.folder / "trace.json").write_bytes(trace(start))
        asks = {"CRUDDUR_TRACE_ROLLBAR_ENDPOINT": endpoint, "ROLLBAR_READ_TOKEN": reads}
        shown = session.call("show", "-b", "file:trace.json", "--errors", "-o", "json", TRACE, extra=asks)
        drawn = session.call("show", "-b", "file:trace.json", "--errors", TRACE, extra=asks).stdout.decode()
        bodies = session.call("show", "-b", "file:trace.json", "--errors", "--bodies", TRACE, extra=asks).stdout.decode()
        denied = session.call("show", "-b", "file:trace.json", "--errors", TRACE, extra=asks | {"ROLLBAR_READ_TOKEN": sends})
    must_equal("show --errors: stderr", "", shown.stderr.decode())
    errors = json.loads(shown.stdout)["traces"][0]["errors"]
    told = {error["message"]: [error["sureness"], error["evidence"][0]["message"]] for error in errors}
    carries = "the occurrence carries the trace id"
    must_equal(
        "show --errors: what was sent, and how sure it is",
        {
            "it broke: by-header": ["certain", f"{carries} (request.headers.Traceparent)"],
            "it broke: by-amazons-header": ["certain", f"{carries} (request.headers.X-Amzn-Trace-Id)"],
            "it broke: by-hand": ["certain", f"{carries} (custom.trace_id)"],
            "Hello": ["certain", f"{carries} (body.message.trace_id)"],
            "it broke: by-class": ["probable", "same class Broken"],
        },
        told,
    )
    for error in errors:
        must_equal(f"{error['message']}: how often", 1, error["item"]["total_occurrences"])
        must_equal(f"{error['message']}: environment", "production", error["environment"])
    must_equal("paths", "/api/by-header", next(error["path"] for error in errors if "by-header" in error["message"]))
    must_hold("the waterfall tells them", "errors in Rollbar: 4 certain, 1 probable" in drawn, drawn)
    must_hold("without variables", "password" not in drawn and "password" not in shown.stdout.decode(), drawn)
    must_hold("with them where bodies are asked for", "password = " in bodies and "rollbar_double.py" in bodies, bodies)
    proved("rollbar: errors of the real package are found by either header, by the id it was given, and by class and time")
    said = denied.stderr.decode()
    must_hold("the token that sends cannot read", "does not let the token in ROLLBAR_READ_TOKEN read" in said, said)
    must_hold("no token is shown", not any(token in said + drawn for token in (reads, sends)), said)
    proved("rollbar: the token with which the package sends is told to be no token that reads")
