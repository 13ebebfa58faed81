"""Proves, with the public SDKs as senders, that what `cruddur-trace` reports is what was sent, to it or to AWS X-Ray.

    check.py CRUDDUR_TRACE_BINARY [--node NODE APP.JS] [--doubles TESTS]

Runs app.py under `cruddur-trace run`, once for each way of sending, and compares the ground truth that it wrote down with the
answers of `list`, `show` and `assert`; and with those that it gives when it reads from moto, which stands for AWS X-Ray, what was
sent there. The doubles of Honeycomb and Rollbar in the integration tests (the binary TESTS) are proved first, by clients that others
wrote; then cruddur.py fails while four SDKs tell four places of it.
Prints one line for each thing that is proved; the first difference ends it.
"""

import argparse
import json
import os
import signal
import socket
import sys
import tempfile
import time
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

from api_checks import check_api
from compare import (
    Difference,
    compare_otel_span,
    compare_xray_trace,
    expected_otel,
    expected_xray,
    must_equal,
    must_hold,
    same_id,
    same_ids,
    summary_of,
)
from forwarding import check_forwarding
from grpc_port import check_put_off
from logs import check_node_logs, check_zero_code
from logs_checks import check_logs
from session import PATIENCE, Session, excerpt, proved
from xray_checks import check_node_rules, check_rules

APP = str(Path(__file__).with_name("app.py"))
ZIPKIN = str(Path(__file__).with_name("zipkin.py"))
ROOT = Path(__file__).resolve().parents[2]


def wrapper_ids(traceparent: str) -> tuple[str, str]:
    """Trace and span id of `run`'s own root span, as the child was told them."""
    parts = traceparent.split("-")
    must_hold(
        "TRACEPARENT is a W3C header, and sampled", len(parts) == 4 and parts[0] == "00" and parts[3] == "01", traceparent
    )
    return parts[1], parts[2]


def check_traces(session: Session):
    """`list` and `show` against everything that was sent: each trace, each span, each field."""
    otel, xray = expected_otel(session.sent("OTEL")), expected_xray(session.sent("XRAY"))
    visit = session.sent("VISIT")
    wrapper_trace, wrapper_span = wrapper_ids(visit["traceparent"])

    listed = session.json("list", "--limit", "1000")["traces"]
    by_id = {same_id(trace["trace_id"]): trace for trace in listed}
    must_hold("list: every trace once", len(listed) == len(by_id), f"{len(listed)} of {len(by_id)}")
    # `run`'s own trace is among them where something joined it, and nowhere else.
    same_ids("list: traces", set(otel) | set(xray), by_id)
    starts = [int(trace["start_unix_nano"]) for trace in listed]
    must_hold("list: newest first", starts == sorted(starts, reverse=True), starts)
    proved(f"list: {len(otel)} OpenTelemetry and {len(xray)} X-Ray traces, newest first, and none that was not sent")

    shown = session.json("show", *(trace["trace_id"] for trace in listed))["traces"]
    must_equal(
        "show: the traces that were asked for, in that order", [t["trace_id"] for t in listed], [t["trace_id"] for t in shown]
    )
    for trace in shown:
        trace_id = same_id(trace["trace_id"])
        spans = {span["span_id"]: span for span in trace["spans"]}
        must_hold(
            f"show {trace_id}: every span once", len(trace["spans"]) == len(spans), f"{len(trace['spans'])} of {len(spans)}"
        )
        own = {}
        if trace_id == wrapper_trace:
            own = {wrapper_span: check_wrapper(spans.get(wrapper_span), trace_id)}
        if trace_id in xray:
            compare_xray_trace(trace_id, xray[trace_id], {"show": trace, "list": by_id[trace_id]})
        else:
            check_otel_trace(trace, by_id[trace_id], otel.get(trace_id, {}), own, spans)
    sent = [span for spans in otel.values() for span in spans.values()]
    proved(
        f"show: {len(sent)} OpenTelemetry spans with parent, service, kind, times to the nanosecond, status, resource, scope"
    )
    values = sum(len(span["attributes"]) for span in sent)
    events, links = sum(len(span["events"]) for span in sent), sum(len(span["links"]) for span in sent)
    proved(f"show: their {values} attributes with their types, {events} events, {links} links")
    entities = sum(len(spans) for spans in xray.values())
    if entities:
        proved(f"show: {entities} X-Ray segments and subsegments with parent, service, kind, status, times to the microsecond")
        proved("show: every value that their documents have")


def check_wrapper(span: dict | None, trace_id: str) -> dict:
    """`run`'s own span is a root, and has ended."""
    must_hold(f"the root span of `run` is in its trace {trace_id}", span is not None)
    must_equal("run's root span: parent", None, span["parent_span_id"])
    must_hold("run's root span has an end", span["end_unix_nano"] is not None)
    return {
        "span_id": span["span_id"],
        "parent_span_id": None,
        "name": span["name"],
        "service": span["service"],
        "status": span["status"],
        "start_unix_nano": int(span["start_unix_nano"]),
        "end_unix_nano": int(span["end_unix_nano"]),
    }


def check_otel_trace(trace: dict, listed: dict, sent: dict, own: dict, spans: dict):
    trace_id = trace["trace_id"]
    same_ids(f"show {trace_id}: spans", set(sent) | set(own), spans)
    everything = [*sent.values(), *own.values()]
    start = min(span["start_unix_nano"] for span in everything)
    end = max(span["end_unix_nano"] for span in everything)
    for span_id, span in sent.items():
        compare_otel_span(trace_id, span, spans[span_id], start)
    summary = summary_of(everything, "start_unix_nano", "end_unix_nano")
    for command, answer in (("list", listed), ("show", trace)):
        must_equal(f"{command}: summary of {trace_id}", summary, {key: answer[key] for key in summary})
        times = [int(answer[key]) for key in ("start_unix_nano", "end_unix_nano", "duration_ns")]
        must_equal(f"{command}: times of {trace_id}", [start, end, end - start], times)


def check_sampling(session: Session):
    """The SDK asks the receiver what to sample; the answer makes it send every request."""
    segments = [document for document in session.sent("XRAY") if document.get("type") != "subsegment"]
    steps = session.sent("VISIT")["steps"]
    # `downstream` is one request that makes another.
    must_equal("X-Ray: one segment for each request", len(steps) + 1, len(segments))
    by_trace = {segment["trace_id"]: segment for segment in segments if "parent_id" not in segment}
    after = [step for name, step in steps.items() if name != "first"]
    rules = {by_trace[step["xray_trace_id"]]["aws"]["xray"].get("sampling_rule_name") for step in after}
    must_hold("X-Ray: all but the first request were sampled by the receiver's rule", None not in rules, rules)
    streamed = sum(document.get("type") == "subsegment" for document in session.sent("XRAY"))
    must_hold("X-Ray: the large segment was streamed in parts", streamed > 30, streamed)
    proved(f"X-Ray sampling: {len(steps) + 1} requests, {len(segments)} segments, by the rule {', '.join(sorted(rules))!r}")
    proved(f"X-Ray streaming: {streamed} subsegments came before their segments")


def count_spans(spans_by_trace: dict, holds) -> int:
    """In how many traces `holds` is true of some span."""
    return sum(any(holds(span) for span in spans.values()) for spans in spans_by_trace.values())


def failing_span(span: dict) -> bool:
    return span["status"] == "error"


def check_asserts(session: Session):
    """Expressions that must hold, that must not, and that are none."""
    otel, xray = expected_otel(session.sent("OTEL")), expected_xray(session.sent("XRAY"))
    homes = count_spans(otel, lambda span: span["name"] == "home-activites-mock-data")
    # And the trace of `run` itself, because its command left with 7.
    failed = 1 + count_spans(otel, failing_span) + count_spans(xray, failing_span)
    holding = [
        ('name = "home-activites-mock-data" and app.result_length = 3', "--count", str(homes)),
        ('service = "backend-flask" and kind = server and name =~ "GET /api/.*"',),
        (
            '{ service = "visitor" } >> { service = "backend-flask" and name = "home-activites-mock-data" }',
            "--count",
            str(homes),
        ),
        ('{ name = "visit home 0" } > { kind = client } > { kind = server }', "--count", "1"),
        ('{ name = "dynamodb.Query" and db.system = "dynamodb" } | count() > 10', "--count", "1"),
        ('name = "notifications-slow-query" and duration >= 300ms and duration < 30s', "--count", "1"),
        ("status = error", "--count", str(failed)),
        ('status = error and event.exception.type = "ValueError"', "--count", ">=1"),
        # The same request is a trace of either SDK, and they name the attribute differently.
        ("http.status_code = 500 and kind = server", "--count", "2"),
        ("http.response.status_code = 500 and kind = server", "--count", "2"),
        ('name = "every type of value" and zoo.max = 9223372036854775807 and zoo.true = true', "--count", "1"),
        ("zoo.beyond_double = 9007199254740992", "--absent"),
        ('user.id = "andrewbrown"',),
        ('name = "no such span"', "--absent"),
        ('name = "slow-query" and duration >= 300ms', "--count", "1"),
        ('{ name = "dynamodb" } | count() = 45', "--count", "1"),
    ]
    # Who sent them has ended, so that nothing more comes of any trace.
    settled = ("--settle", "0s")
    for expression, *options in holding:
        session.call("assert", expression, *options, *settled)
    proved(f"assert: {len(holding)} expressions hold (exit 0)")
    failing = [
        ('name = "no such span"',),
        ('name = "home-activites-mock-data" and app.result_length = 4',),
        ('name = "home-activites-mock-data"', "--absent"),
        ('name = "home-activites-mock-data"', "--count", f">{homes}"),
        ("status = error", "--count", f"<{failed}"),
        ("duration > 1h",),
        ('{ service = "backend-flask" } > { service = "visitor" }',),
        ('{ name = "dynamodb.Query" } | count() > 1000',),
    ]
    for expression, *options in failing:
        session.call("assert", expression, *options, *settled, expect=1)
    proved(f"assert: {len(failing)} expressions do not (exit 1)")
    broken = ["name = ", "duration > ", '{ name = "x"', "name = 'unterminated", "duration > 3 parsecs", "| count() > 3"]
    for expression in broken:
        session.call("assert", expression, expect=2)
    session.call("list", "name = ", expect=2)
    proved(f"assert: {len(broken)} broken expressions are refused (exit 2)")
    filtered = session.json("list", 'name = "home-activites-mock-data"', "--limit", "1000")["traces"]
    must_equal("list with an expression", homes, len(filtered))
    proved(f"list: an expression leaves {homes} traces")


def check_export(session: Session):
    """What is written as OTLP/JSON is read again, from stdin, from a file, and into another store, as the same traces."""

    def told(*arguments: str, store: str = "", stdin: bytes = b"") -> dict[str, dict]:
        """The traces of an answer by id, without the name of where they were read from."""
        extra = {"CRUDDUR_TRACE_STORE": store} if store else {}
        traces = json.loads(session.call(*arguments, "-o", "json", extra=extra, stdin=stdin).stdout)["traces"]
        return {
            same_id(trace["trace_id"]): {k: v for k, v in trace.items() if k not in ("backend", "trace_id")} for trace in traces
        }

    ids = [trace["trace_id"] for trace in session.json("list", "--limit", "1000")["traces"]]
    expected = told("show", *ids)
    otlp = session.call("show", *ids, "-o", "otlp").stdout
    file = session.folder / "traces.json"
    file.write_bytes(otlp)
    other = str(session.folder / "other.db")
    session.call("import", str(file), extra={"CRUDDUR_TRACE_STORE": other})
    session.call("import", "-", extra={"CRUDDUR_TRACE_STORE": other}, stdin=otlp)
    for where, answer in {
        "a file": told("show", *ids, "-b", f"file:{file}"),
        "stdin": told("show", *ids, "-b", "file:-", stdin=otlp),
        "another store": told("show", *ids, store=other),
    }.items():
        same_ids(f"show -o otlp, read from {where}", expected, answer)
        for trace_id, trace in expected.items():
            must_equal(f"show -o otlp, read from {where}: trace {trace_id}", trace, answer[trace_id])
    proved(
        f"show -o otlp: {len(ids)} traces are the same when read from a file, from stdin, and after two imports from a store"
    )


def check_terminal(session: Session):
    """Text that came from outside cannot steer a terminal."""
    found = session.json("list", 'name = "every type of value"')["traces"]
    for arguments in (["list", "--limit", "1000"], ["show", found[0]["trace_id"]]):
        text = session.call(*arguments, "--color", "never").stdout.decode()
        forbidden = sorted({c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf")})
        must_hold(f"{arguments[0]}: the name is there, made harmless", "steer" in text, text)
        must_equal(f"{arguments[0]}: control and direction characters", [], forbidden)
    proved("list and show: no control, escape or direction character of a name reaches the terminal")


def check_tour(session: Session, extra: dict):
    """Every route of the backend, sent in one way; half of it sent twice."""
    done = session.run(sys.executable, APP, "tour", "--exit", "7", expect=7, extra=extra)
    last = done.stdout.decode().splitlines()[-1:]
    must_equal("run: the child's stdout", [f"{len(session.sent('OTEL'))} spans, {len(session.sent('XRAY'))} documents"], last)
    proved("run: the child's exit code 7 and its output come through")
    posts = session.sent("VISIT")["posts"]
    form = {
        "type": {"json": "application/json", "grpc": "application/grpc"}.get(
            extra.get("PEERS_EXPORTER"), "application/x-protobuf"
        ),
        "coding": extra.get("OTEL_EXPORTER_OTLP_COMPRESSION"),
    }
    must_equal("app.py: the form in which spans were sent", [form] * len(posts), posts)
    proved(f"run: {len(posts)} requests of {form['type']}, {form['coding'] or 'identity'}, half of the spans twice")
    check_sampling(session)
    check_traces(session)
    check_asserts(session)
    check_export(session)
    check_terminal(session)


def check_seed(session: Session):
    """A trace that does not fit into one request, and whose root comes last."""
    expression = '{ name = "INSERT INTO activities" } | count() = 1200'
    session.run(sys.executable, APP, "seed", "1200", options=("--assert", expression))
    posts = session.sent("VISIT")["posts"]
    must_hold("app.py: the trace is sent in several requests", len(posts) >= 3, posts)
    check_traces(session)
    session.call("assert", '{ name = "seed-database" } > { name = "INSERT INTO activities" and app.row = 1199 }')
    proved("run --assert: holds as soon as the command has ended (exit 0)")
    session.run(sys.executable, APP, "seed", "3", options=("--assert", expression), expect=1)
    proved("run --assert: does not hold for another run's traces (exit 1)")
    marker = session.folder / "started"
    session.run(sys.executable, "-c", f"open({str(marker)!r}, 'w')", options=("--assert", "name ="), expect=2)
    must_hold("run --assert with a broken expression does not start the command", not marker.exists())
    proved("run --assert: a broken expression is refused before the command is started (exit 2)")


def check_orphan(session: Session):
    """Of a trace that is visibly not all there, `assert` says what it can and no more."""
    session.run(sys.executable, APP, "orphan")
    # First what is true for a few seconds only: then nobody expects the parent any more.
    session.call("assert", 'name = "its parent"', expect=3)
    session.call("assert", 'name = "its parent"', "--absent", expect=3)
    check_traces(session)
    trace = session.json("show", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")["traces"][0]
    evidence = {item["code"]: item.get("count") for item in trace["evidence"]}
    must_equal("show: evidence of the missing root", {"no_root": None, "missing_parents": 1}, evidence)
    session.call("assert", 'name = "orphan"')
    session.call("assert", 'name = "orphan"', "--absent", expect=1)
    proved("assert: what a missing parent may still decide cannot be told (exit 3), what has been seen can (exit 0 and 1)")


def check_zipkin(session: Session):
    """What Zipkin's protocol can carry arrives as it was sent."""
    session.run(sys.executable, ZIPKIN)
    sent = {span["span_id"]: span for span in session.sent("OTEL")}
    listed = session.json("list")["traces"]
    same_ids("list: traces", {span["trace_id"] for span in sent.values()}, {trace["trace_id"] for trace in listed})
    shown = {span["span_id"]: span for span in session.json("show", listed[0]["trace_id"])["traces"][0]["spans"]}
    same_ids("show: spans", set(sent), set(shown))
    for span_id, span in sent.items():
        got = shown[span_id]
        for field in ("parent_span_id", "name", "service", "status", "status_message"):
            must_equal(f"show {span_id}: {field}", span[field], got[field])
        must_equal(f"show {span_id}: start", span["start_unix_nano"], int(got["start_unix_nano"]))
        must_equal(f"show {span_id}: duration", span["duration_ns"], got["duration_ns"])
        if span["kind"]:
            must_equal(f"show {span_id}: kind", span["kind"], got["kind"])
        must_equal(f"show {span_id}: scope", span["scope"], got["scope"]["name"])
        must_equal(f"show {span_id}: tags", span["tags"], {key: got["attributes"].get(key) for key in span["tags"]})
        events = [[int(event["time_unix_nano"]), event["name"]] for event in got["events"]]
        must_equal(f"show {span_id}: events", span["events"], events)
    proved(f"show: {len(sent)} spans by OpenTelemetry's Zipkin exporter, times to the microsecond, tags and annotations")


def check_wrapping(session: Session):
    """The command does not notice that it is wrapped, but for its variables."""
    every_byte = bytes(range(256)) * 1000
    echo = "import sys; data = sys.stdin.buffer.read(); sys.stdout.buffer.write(data); sys.stderr.buffer.write(b'to stderr\\n')"
    done = session.run(sys.executable, "-c", echo, stdin=every_byte)
    must_hold("run: stdin and stdout come through byte by byte", done.stdout == every_byte, f"{len(done.stdout)} bytes")
    must_hold("run: stderr comes through", b"to stderr\n" in done.stderr, done.stderr)
    proved(f"run: {len(every_byte)} bytes through stdin and stdout, and stderr")
    names = (
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "OTEL_EXPORTER_ZIPKIN_ENDPOINT",
        "AWS_XRAY_DAEMON_ADDRESS",
        "TRACEPARENT",
    )
    tell = f"import json, os; print(json.dumps([os.environ.get(name) for name in {names}]))"
    endpoint, protocol, zipkin, daemon, traceparent = json.loads(session.run(sys.executable, "-c", tell).stdout)
    must_equal("run: OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", protocol)
    must_hold("run: OTEL_EXPORTER_OTLP_ENDPOINT is on this machine", endpoint.startswith("http://127.0.0.1:"), endpoint)
    must_hold("run: OTEL_EXPORTER_ZIPKIN_ENDPOINT is Zipkin's path", zipkin.endswith("/api/v2/spans"), zipkin)
    must_hold("run: it is on this machine, at a private port", "127.0.0.1:" in zipkin and ":9411" not in zipkin, zipkin)
    must_hold("run: AWS_XRAY_DAEMON_ADDRESS is on this machine", "127.0.0.1:" in daemon, daemon)
    must_hold("run: the ports are private ones", ":4318" not in endpoint and ":2000" not in daemon, f"{endpoint} {daemon}")
    wrapper_ids(traceparent)
    proved("run: the five variables that lead SDKs to the receiver")

    elsewhere = "http://192.0.2.1:4318/v1/traces"
    extra = {"OTEL_EXPORTER_OTLP_ENDPOINT": elsewhere, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": elsewhere}
    tell = "import os; print([name for name, value in os.environ.items() if '192.0.2.1' in value])"
    must_equal(
        "run: variables that lead elsewhere", "[]\n", session.run(sys.executable, "-c", tell, extra=extra).stdout.decode()
    )
    proved("run: variables that would lead an SDK past the receiver are taken away")

    for number, (how, send) in enumerate({"SIGTERM to us": os.kill, "Ctrl-C, to us and to the child": os.killpg}.items(), 1):
        with session.started("run", "--", sys.executable, APP, "serve") as process:
            must_equal("app.py serve", "ready\n", process.stdout.readline().decode())
            send(process.pid, signal.SIGTERM if send is os.kill else signal.SIGINT)
            _stdout, stderr = process.communicate(timeout=PATIENCE)
        must_hold(
            f"run: {how}: the child's own exit code", process.returncode == 15, f"{process.returncode}\n{excerpt(stderr)}"
        )
        session.call("assert", 'name = "until told to stop" and service = "visitor"', "--count", str(number), "--settle", "0s")
        proved(f"run: {how}: the child ends as it likes, its last span arrives, and its exit code is ours")


def check_worked_example(session: Session):
    """The steps of the job in docs/ci, which the README shows: a backend under `run`, driven with curl, a suite and a snapshot."""
    example = ROOT / "docs" / "ci"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    summary = session.folder / "summary.md"
    extra = {
        "BACKEND": f"{sys.executable} {APP} listen {port}",
        "URL": f"http://127.0.0.1:{port}",
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    options = ("--file", str(example / "checks.toml"), "--junit", "traces.xml", "--markdown", "traces.md")

    def tests() -> list[str]:
        cases = ElementTree.parse(session.folder / "traces.xml").getroot().iter("testcase")
        return [case[0].tag if len(case) else "passed" for case in cases]

    home = "/api/activities/home"
    session.run("bash", str(example / "drive.sh"), home, options=options, extra=extra)
    must_equal("JUnit: all hold", ["passed"] * 4, tests())
    must_hold("the summary has the report", summary.read_text() == (session.folder / "traces.md").read_text())
    proved("docs/ci: the suite and the snapshot hold of the backend that curl drove (exit 0)")

    done = session.run(
        "bash", str(example / "drive.sh"), home, "/api/activities/search?term=x", options=options, extra=extra, expect=1
    )
    must_equal("JUnit: nothing fails", ["passed", "passed", "failure", "passed"], tests())
    must_hold("the annotation points at the file", b"\n::error file=" in done.stderr, done.stderr)
    must_hold("the summary shows the trace", "no such term: x" in summary.read_text(), summary.read_text())
    proved("docs/ci: a route that fails is a failure in JUnit, in the summary and in the annotations (exit 1)")

    changed = session.folder / "checks.toml"
    changed.write_text((example / "checks.toml").read_text())
    (session.folder / "home.trace").write_text((example / "home.trace").read_text().replace("home-activites", "home"))
    options = ("--file", "checks.toml", "--only", "reviewed")
    done = session.run("bash", str(example / "drive.sh"), home, options=options, extra=extra, expect=1)
    must_hold("the difference is shown", b"home-activites-mock-data" in done.stderr, done.stderr)
    session.run("bash", str(example / "drive.sh"), home, options=(*options, "--update"), extra=extra)
    must_equal("the snapshot is as it was", (example / "home.trace").read_text(), (session.folder / "home.trace").read_text())
    proved("docs/ci: a trace that is not as reviewed is told apart, and --update writes the same file again")


def check_node(session: Session, node: str, app: str, extra: dict):
    """What the SDKs for Node send: JSON or protobuf in chunks, and documents that nest without ids of parents."""
    session.run(node, app, extra=extra)
    check_traces(session)
    session.call("assert", '{ name = "many" } > { name = "row" and app.row = 699 }', "--count", "1", "--settle", "0s")
    failed = 'service = "frontend-node" and status = error and event.exception.type = "TypeError"'
    session.call("assert", failed, "--count", "1", "--settle", "0s")
    proved("assert: the last of 700 spans is below its root")


def node_checks(node: str, app: str) -> dict:
    logs = str(Path(app).with_name("logs.js"))
    return {
        "Node, by OTLP JSON": lambda session: check_node(session, node, app, {}),
        "Node, by OTLP JSON, gzip": lambda session: check_node(session, node, app, {"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"}),
        "Node, by OTLP protobuf": lambda session: check_node(session, node, app, PROTOBUF),
        "Node, by OTLP over gRPC": lambda session: check_node(session, node, app, GRPC),
        "Node, by OTLP over gRPC, gzip": lambda session: check_node(session, node, app, GRPC | GZIP),
        "Node, log records by OTLP JSON": lambda session: check_node_logs(session, node, logs, {}, proved),
        "Node, log records by OTLP protobuf": lambda session: check_node_logs(session, node, logs, PROTOBUF, proved),
        "Node, log records by OTLP over gRPC": lambda session: check_node_logs(session, node, logs, GRPC, proved),
        "Node, by X-Ray's sampling rules": lambda session: check_node_rules(session, node, str(Path(app).with_name("xray.js"))),
    }


def check_honeycomb(session: Session, tests: str):
    """Its clients are needed for this alone: Node's run has no need of them."""
    from honeycomb_double import check_double

    check_double(tests, session.folder, proved)


def check_errors(session: Session, tests: str):
    """The package is needed for this alone, too."""
    from rollbar_double import check_rollbar

    check_rollbar(session, tests, proved)


def check_all_places(session: Session, tests: str):
    from stack_checks import check_stack

    check_stack(session, tests)


GZIP, DEFLATE = ({"OTEL_EXPORTER_OTLP_COMPRESSION": coding} for coding in ("gzip", "deflate"))
JSON, PROTOBUF, GRPC = ({"PEERS_EXPORTER": exporter} for exporter in ("json", "protobuf", "grpc"))
PYTHON_CHECKS = {
    "Wrapping a command": check_wrapping,
    "Every route, by OTLP protobuf": lambda session: check_tour(session, {}),
    "Every route, by OTLP protobuf, gzip": lambda session: check_tour(session, GZIP),
    "Every route, by OTLP protobuf, deflate": lambda session: check_tour(session, DEFLATE),
    "Every route, by OTLP JSON": lambda session: check_tour(session, JSON),
    "Every route, by OTLP JSON, gzip": lambda session: check_tour(session, JSON | GZIP),
    "Every route, by OTLP over gRPC": lambda session: check_tour(session, GRPC),
    "Every route, by OTLP over gRPC, gzip": lambda session: check_tour(session, GRPC | GZIP),
    "By OTLP over gRPC, without a line of code": lambda session: check_zero_code(session, "grpc", proved),
    "By OTLP over HTTP, without a line of code": lambda session: check_zero_code(session, "http", proved),
    "By OTLP over gRPC, put off and sent again": lambda session: check_put_off(session, proved),
    "A trace that begins elsewhere": check_orphan,
    "A trace, by Zipkin's protocol": check_zipkin,
    "By the sampling rules of a file": check_rules,
    "The worked example of a CI job": check_worked_example,
    "1,201 spans in several requests, the root last": check_seed,
    "Read from AWS X-Ray, as moto has it": lambda session: check_api(session, APP),
    "Log lines in CloudWatch Logs, by watchtower, as moto has it": lambda session: check_logs(session, proved),
    "Sent on to AWS X-Ray, as moto has it, and to an OTLP receiver": lambda session: check_forwarding(session, APP, proved),
}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=lambda path: str(Path(path).resolve()))
    parser.add_argument("--node", nargs=2, metavar=("NODE", "APP.JS"))
    parser.add_argument("--doubles", type=lambda path: str(Path(path).resolve()))
    arguments = parser.parse_args()
    # Otherwise SIGTERM would leave the temporary folder, and the processes of the moment, behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="cruddur-trace-peers-") as folder:
        checks = node_checks(*arguments.node) if arguments.node else PYTHON_CHECKS
        if arguments.doubles:
            doubles = {
                "The double of Honeycomb": lambda session: check_honeycomb(session, arguments.doubles),
                "Errors, as Rollbar's package sends them to its double": lambda session: check_errors(session, arguments.doubles),
                "Requests that fail: spans, segments, log lines and errors": lambda session: check_all_places(session, arguments.doubles),
            }
            checks = doubles | checks
        for name, check in checks.items():
            print(name, flush=True)
            began = time.monotonic()
            try:
                check(Session(arguments.binary, Path(folder), name))
            except Difference as difference:
                print(f"FAIL  {difference}", flush=True)
                return 1
            print(f"      {time.monotonic() - began:.1f} s", flush=True)
    print("All that was sent is there, as it was sent, and nothing else.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
