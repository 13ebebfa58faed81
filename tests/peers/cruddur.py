"""The backend of app.py with what else the bootcamp's has: log lines by watchtower, and exceptions by rollbar. Its visitors come
at the same time, to one route that fails.

    cruddur.py as-it-is   neither lines nor errors say of which trace they are, as the bootcamp has it
    cruddur.py advised    both do, as the documentation advises
    cruddur.py one-id     the visitors send `X-Amzn-Trace-Id`, which both SDKs go by (OTEL_PROPAGATORS=xray): so does rollbar

Lines go to the log group `cruddur-MODE`, errors to ROLLBAR_ENDPOINT with ROLLBAR_ACCESS_TOKEN. What was sent of each request is written
to the files of app.py, as the application itself saw it.
"""

import http.client
import logging
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
import flask
import requests
import rollbar
import rollbar.contrib.flask
import watchtower
from aws_xray_sdk.core import xray_recorder
from flask import request
from opentelemetry import trace
from werkzeug.serving import make_server

import app as backend

MODE = sys.argv[1]
# Two to the same path, and one to a path that begins in the same way.
VISITS = {"first": "/api/message_groups/1?page=2", "twin": "/api/message_groups/1?page=3", "other": "/api/message_groups/10"}

LOGGER = logging.getLogger("cruddur")
meeting = threading.Barrier(len(VISITS), timeout=20)
parting = threading.Barrier(len(VISITS), timeout=20)
told: dict[str, dict] = {}


class TraceId(logging.Filter):
    """Word for word as the README has it."""

    def filter(self, record):
        context = trace.get_current_span().get_span_context()  # of OpenTelemetry; X-Ray: xray_recorder.current_segment().trace_id
        record.trace_id, record.span_id = f"{context.trace_id:032x}", f"{context.span_id:016x}"
        return True


class Truth(logging.Handler):
    """Notes each line with where it was written."""

    def emit(self, record):
        span = trace.get_current_span().get_span_context()
        if flask.has_request_context():
            line = {"level": record.levelname.lower(), "text": record.getMessage(), "span_id": f"{span.span_id:016x}"}
            of_request()["lines"].append(line)


def of_request() -> dict:
    """What is told of the request that is being answered."""
    name = request.headers["X-Visit"]
    context = trace.get_current_span().get_span_context()
    ids = {"otel": f"{context.trace_id:032x}", "xray": xray_recorder.current_segment().trace_id}
    return told.setdefault(name, ids | {"path": request.path, "lines": [], "errors": []})


def log_to_cloudwatch():
    handler = watchtower.CloudWatchLogHandler(log_group_name=f"cruddur-{MODE}", boto3_client=boto3.client("logs"))
    if MODE != "as-it-is":
        handler.addFilter(TraceId())
        handler.setFormatter(logging.Formatter("%(levelname)s %(message)s trace_id=%(trace_id)s span_id=%(span_id)s"))
    LOGGER.setLevel(logging.DEBUG)
    LOGGER.addHandler(Truth())
    LOGGER.addHandler(handler)


def report_with_id(app, exception):
    context = trace.get_current_span().get_span_context()
    rollbar.report_exc_info(request=request, extra_data={"trace_id": f"{context.trace_id:032x}"})


def note_error(payload: dict):
    """What rollbar is about to send."""
    data = payload["data"]
    exception = data["body"]["trace"]["exception"]
    of_request()["errors"].append({"uuid": data["uuid"], "class": exception["class"], "message": exception["message"]})
    return payload


def report_to_rollbar():
    rollbar.init(
        os.environ["ROLLBAR_ACCESS_TOKEN"],
        "production",
        endpoint=os.environ["ROLLBAR_ENDPOINT"],
        root=os.path.dirname(os.path.realpath(__file__)),
        allow_logging_basic_config=False,
    )
    rollbar.events.add_payload_handler(note_error)
    report = report_with_id if MODE == "advised" else rollbar.contrib.flask.report_exception
    flask.got_request_exception.connect(report, backend.app)


class NoSuchGroup(Exception):
    """What goes wrong."""


@backend.app.get("/api/message_groups/<group>")
def messages(group):
    LOGGER.info("asked for group %s", group)
    with backend.tracer.start_as_current_span("messages-query"), xray_recorder.in_subsegment("messages-query"):
        meeting.wait()
        LOGGER.warning("nothing is known of group %s\nby anybody", group)
        raise NoSuchGroup(f"no such group: {group} of page {request.args.get('page', 1)}")


@backend.app.after_request
def after_request(response):
    """The bootcamp's own line, level included."""
    if request.headers.get("X-Visit"):
        # Their lines shall fit each other's time, however long rollbar took; and CloudWatch Logs keeps milliseconds: in those of this
        # line, the query is over.
        parting.wait()
        time.sleep(0.005)
        stamp = time.strftime("[%Y-%b-%d %H:%M]")
        where = (request.remote_addr, request.method, request.scheme, request.full_path)
        LOGGER.error("%s %s %s %s %s %s", stamp, *where, response.status)
    return response


def visit(server, name: str, path: str) -> dict:
    """One request over a socket; the ids that it and its answer name."""
    host, headers = f"127.0.0.1:{server.server_port}", {"X-Visit": name}
    if MODE == "one-id":
        with backend.visitor.start_as_current_span(f"visit {name}") as span:
            answer = requests.get(f"http://{host}{path}", headers=headers, timeout=30)
        status, answered, sent = answer.status_code, answer.headers, f"{span.get_span_context().trace_id:032x}"
    else:
        # Neither SDK is told of what this client does.
        connection = http.client.HTTPConnection(host, timeout=30)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        status, answered, sent = answer.status, answer.headers, None
    return {"status": status, "answered": answered["X-Amzn-Trace-Id"].removeprefix("Root=").split(";")[0], "sent": sent}


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    backend.app.logger.setLevel(logging.CRITICAL)
    log_to_cloudwatch()
    report_to_rollbar()
    server = make_server("127.0.0.1", 0, backend.app, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        backend.Visit(f"http://127.0.0.1:{server.server_port}").request("before", "/api/activities/home", 200)
        if MODE != "one-id":
            # There, the header says that it is sampled, and the SDK asks nobody.
            backend.await_sampling_rules()
        with ThreadPoolExecutor(len(VISITS)) as visitors:
            answers = {name: visitors.submit(visit, server, name, path) for name, path in VISITS.items()}
        for name, answer in answers.items():
            told[name] |= answer.result()
    finally:
        server.shutdown()
        serving.join()
    rollbar.wait()
    logging.shutdown()
    if not backend.batches.force_flush(20_000):
        sys.exit("cruddur.py: the exporter did not get rid of its spans within 20 s")
    backend.batches.shutdown()
    backend.write("PEERS_OTEL_TRUTH", backend.recorded.records())
    backend.write("PEERS_XRAY_TRUTH", backend.emitter.records())
    backend.write("PEERS_VISIT_TRUTH", told)


if __name__ == "__main__":
    main()
