"""The bootcamp's whole stack: requests that fail, told by four real client libraries – OpenTelemetry's SDK, the X-Ray SDK, watchtower
and rollbar – to three places, and put together again by one `show --logs --errors`.

Three requests are answered at the same time, two of them for the same path. What the application wrote down of each is what must be
shown of it: of lines and errors that say whose they are, all of its own and no other; of those that do not, its own among others that
fit, each marked as no more than that.
"""

import json
import socket
import sys
from contextlib import contextmanager
from pathlib import Path

from aws import moto, variables
from compare import (
    compare_otel_span,
    compare_xray_span,
    expected_otel,
    expected_xray,
    must_equal,
    must_hold,
    same_id,
    same_ids,
)
from doubles import serving
from session import Session, proved

CRUDDUR = str(Path(__file__).with_name("cruddur.py"))
JOINS = ("--logs", "--errors")
# Why a source is missing.
SILENT = "cloudwatch-logs did not answer"
REFUSED = "does not let the token in ROLLBAR_READ_TOKEN read"


@contextmanager
def told(session: Session, tests: str, aws: str, mode: str, extra=()):
    """A session in which the requests have been made; what was told of each, and the two tokens of Rollbar's double."""
    own = Session(session.binary, session.folder, mode)
    with serving(tests, "rollbar", own.folder) as (endpoint, reads, sends):
        own.environment |= variables(aws) | dict(extra)
        own.environment |= {"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": aws, "AWS_DEFAULT_REGION": "us-east-1"}
        own.environment |= {"CRUDDUR_TRACE_ROLLBAR_ENDPOINT": endpoint, "ROLLBAR_READ_TOKEN": reads}
        own.environment |= {"ROLLBAR_ENDPOINT": f"{endpoint}/", "ROLLBAR_ACCESS_TOKEN": sends}
        configuration = Path(own.environment["XDG_CONFIG_HOME"]) / "cruddur-trace" / "config.toml"
        configuration.parent.mkdir(parents=True)
        configuration.write_text(f'backend = "local"\n[cloudwatch_logs]\ngroups = "cruddur-{mode}"\n')
        own.run(sys.executable, CRUDDUR, mode)
        requests = own.sent("VISIT")
        for name, request in requests.items():
            must_equal(f"{name}: the application failed, once", [500, 1], [request["status"], len(request["errors"])])
            must_equal(f"{name}: its lines", ["info", "warning", "error"], [line["level"] for line in request["lines"]])
            must_equal(f"{name}: the id that the X-Ray SDK answered with", request["xray"], request["answered"])
        yield own, requests, (reads, sends)


def shown(session: Session, trace_id: str, *options: str) -> dict:
    """The one trace of `show`, with both joins."""
    traces = session.json("show", trace_id, *JOINS, *options)["traces"]
    must_equal("show: the trace that was asked for", [same_id(trace_id)], [same_id(trace["trace_id"]) for trace in traces])
    return traces[0]


def check_spans(session: Session, trace: dict, twin: str = ""):
    """Every span of the trace that either SDK sent, field by field, and no other; with those of its twin, if there is one."""
    trace_id = same_id(trace["trace_id"])
    otel = expected_otel(session.sent("OTEL")).get(trace_id, {})
    xray = expected_xray(session.sent("XRAY")).get(same_id(twin) if twin else trace_id, {})
    spans = {span["span_id"]: span for span in trace["spans"]}
    must_equal(f"show {trace_id}: every span once", len(trace["spans"]), len(spans))
    same_ids(f"show {trace_id}: spans", [*otel, *xray], spans)
    for span_id, span in otel.items():
        compare_otel_span(trace_id, span, spans[span_id], int(trace["start_unix_nano"]))
    for span_id, span in xray.items():
        compare_xray_span(trace_id, span, spans[span_id])
    return len(otel), len(xray)


def lines_of(trace: dict) -> list:
    return [[line["body"], line["matched_by"]] for line in trace["logs"]]


def errors_of(trace: dict) -> dict:
    return {error["uuid"]: [error["class"], error["message"], error["sureness"]] for error in trace["errors"]}


def expected_error(request: dict, sureness: str) -> dict:
    return {error["uuid"]: [error["class"], error["message"], sureness] for error in request["errors"]}


def check_as_it_is(session: Session, requests: dict):
    """Nothing says whose it is: what fits is shown, by which it fits, and nothing is certain."""
    first, twin, other = (requests[name] for name in ("first", "twin", "other"))
    access = [request["lines"][-1]["text"] for request in (first, twin)]
    ids = {"OpenTelemetry's": first["otel"], "X-Ray's": first["xray"]}
    must_hold("the SDKs made two ids of one request", same_id(first["xray"]) != first["otel"], ids)
    for whose, trace_id in ids.items():
        trace = shown(session, trace_id)
        check_spans(session, trace)
        expected = [[line, "time_and_path"] for line in access]
        must_equal(f"show by {whose} id: the lines of the path", sorted(expected), sorted(lines_of(trace)))
        expected = expected_error(first, "probable") | expected_error(twin, "probable")
        must_equal(f"show by {whose} id: the errors of the path", expected, errors_of(trace))
        evidence = {
            error["uuid"]: [sign["code"] for sign in error["evidence"] if sign["code"] != "environment"]
            for error in trace["errors"]
        }
        signs = ["class", "message", "path", "time"]
        must_equal(f"show by {whose} id: what speaks for its own error", signs, evidence[first["errors"][0]["uuid"]])
        signs.remove("message")
        must_equal(f"show by {whose} id: and for that of its twin", signs, evidence[twin["errors"][0]["uuid"]])
    proved("without ids: the lines and the error of a request by time, path and class, with those of its twin, none of them certain")

    both = shown(session, other["otel"], "--stitch")
    probable = [same_id(found["trace_id"]) for found in both["twins"]["probable"]]
    must_equal("show --stitch: the X-Ray SDK's trace of the same request", [same_id(other["xray"])], probable)
    counts = check_spans(session, both, other["xray"])
    must_hold("show --stitch: both SDKs have spans in it", min(counts) > 0, counts)
    origins = {span["span_id"]: span["origins"] for span in both["spans"]}
    must_equal("show --stitch: who sent what", [["OpenTelemetry in local"], ["X-Ray in local"]], sorted(map(list, set(map(tuple, origins.values())))))
    must_hold("show --stitch: the two records of the request are joined", len(both["joins"]) > 0, both["joins"])
    for request in (first, twin):
        # Two requests at the same time: which is whose may not be told, and never wrongly.
        twins = shown(session, request["otel"])["twins"]
        wrong = [found["trace_id"] for found in twins["probable"] if same_id(found["trace_id"]) != same_id(request["xray"])]
        must_equal("no other request is taken for the same one", [], wrong)
        must_hold("the same one is among those that fit", len(twins["probable"] + twins["unclear"]) > 0, twins)
    proved("two ids of one request: found from either, and one tree by --stitch, in which each span says who sent it")

    said = session.call("show", first["otel"], *JOINS)
    drawn = said.stdout.decode()
    must_hold("the errors are drawn as probable", "errors in Rollbar: 2 probable" in drawn, drawn)
    must_hold("what was told of another path is not", other["path"] not in drawn, drawn)
    marked = [line for line in drawn.splitlines() if " ? " in line and " 500 INTERNAL" in line]
    must_hold("the lines are drawn, each with a mark", len(marked) == 2, drawn)
    told = said.stderr.decode()
    why = f"no line of log group `cruddur-as-it-is` holds the id of trace {first['otel']}; 2 lines are shown by time and path"
    must_hold("why, and what helps", why in " ".join(told.split()) and "add the trace id" in " ".join(told.split()), told)
    must_hold("and what makes an error certain", 'extra_data={"trace_id": id}' in " ".join(drawn.split()), drawn)
    proved("without ids: the drawing marks them, says that nothing holds the id, and how to add it to lines and errors")


def check_certain(session: Session, requests: dict, place: str, ids: str):
    """All that a request has told, and nothing of the others at the same time."""
    for name, request in requests.items():
        trace = shown(session, request[ids])
        counts = check_spans(session, trace)
        body = "{} {} trace_id={} span_id={}"
        expected = [
            [body.format(line["level"].upper(), line["text"], request["otel"], line["span_id"]), "trace_id", line["span_id"]]
            for line in request["lines"]
        ]
        found = [[line["body"], line["matched_by"], line["span_id"]] for line in trace["logs"]]
        must_equal(f"show {name}: its lines, each in its span", expected, found)
        must_equal(f"show {name}: their severity", ["info", "warn", "error"], [line["severity"] for line in trace["logs"]])
        must_equal(f"show {name}: its error", expected_error(request, "certain"), errors_of(trace))
        carried = f"the occurrence carries the trace id ({place})"
        must_equal(f"show {name}: why it is certain", [carried], [sign["message"] for sign in trace["errors"][0]["evidence"]])
        alone = session.json("logs", request[ids])["logs"]
        must_equal(f"logs {name}: the same lines", [line[0] for line in expected], [line["body"] for line in alone])
    return counts


def check_one_id(session: Session, requests: dict):
    """Both SDKs have gone by the header: one trace has what all four libraries have told."""
    for name, request in requests.items():
        must_equal(f"{name}: one id", [request["sent"]] * 2, [request["otel"], same_id(request["xray"])])
    otel, xray = check_certain(session, requests, "request.headers.X-Amzn-Trace-Id", "sent")
    must_hold("both halves of the trace are there", otel >= 4 and xray >= 2, f"{otel} {xray}")
    proved(f"one id: {otel} spans, {xray} segments and subsegments, 3 lines and the error of each request in one `show`, and no other")

    first = requests["first"]
    asked = shown(session, first["xray"], "-b", "auto")
    must_equal("show: the same where moto's X-Ray is asked, too, which has nothing of it", shown(session, first["sent"]), asked)
    drawn = session.call("show", first["xray"], *JOINS).stdout.decode()
    must_hold("one certain error is drawn", "errors in Rollbar: 1 certain\n" in drawn, drawn)
    must_hold("it is told", f"NoSuchGroup: {first['errors'][0]['message']}" in drawn, drawn)
    for line in ("INFO", "asked for group 1", "nothing is known of group 1", "by anybody", "messages-query", "visit first"):
        must_hold(f"the drawing has `{line}`", line in drawn, drawn)
    printed = session.call("logs", first["xray"]).stdout.decode()
    must_equal("logs: one line after the other, the second in two", 4, len(printed.splitlines()))
    must_hold("logs: with its severity", "ERROR" in printed and "500 INTERNAL SERVER ERROR" in printed, printed)
    proved("one id: by X-Ray's spelling, too; `logs` prints the lines by themselves")


def check_failures(session: Session, request: dict, sends: str):
    """Where one source cannot be asked, the rest is shown all the same. Without both, it is a trace still."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = {"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": f"http://127.0.0.1:{closed.getsockname()[1]}", "AWS_MAX_ATTEMPTS": "1"}
    cannot_read = {"ROLLBAR_READ_TOKEN": sends}
    for what, extra, logs, errors in (
        ("CloudWatch Logs is not there", nobody, 0, 1),
        ("Rollbar refuses the token", cannot_read, 3, None),
        ("neither can be asked", nobody | cannot_read, 0, None),
    ):
        done = session.call("show", request["sent"], *JOINS, "-o", "json", extra=extra)
        document, said = json.loads(done.stdout), done.stderr.decode()
        (trace,) = document["traces"]
        check_spans(session, trace)
        must_equal(f"{what}: lines", logs, len(trace["logs"]))
        must_equal(f"{what}: errors", errors, trace["errors"] and len(trace["errors"]))
        drawn = session.call("show", request["sent"], *JOINS, extra=extra).stdout.decode()
        known = "errors in Rollbar: 1 certain" if errors else "errors in Rollbar: not known"
        must_hold(f"{what}: the drawing says so", known in drawn and "messages-query" in drawn, drawn)
        for asked, words, source in ((logs, SILENT, "cloudwatch-logs"), (errors, REFUSED, "rollbar")):
            must_equal(f"{what}: stderr has `{words}`: {said}", not asked, words in said)
            noted = any(note.startswith(f"{source} did not answer") for note in document["notes"])
            must_equal(f"{what}: the notes of the JSON name {source}: {document['notes']}", not asked, noted)
        must_hold(f"{what}: the token is not shown", sends not in said + drawn, said)
        proved(f"{what}: every span and the other is shown, and who did not answer is said (exit 0)")
    alone = session.call("logs", request["sent"], extra=nobody, expect=3).stderr.decode()
    must_hold("logs: it cannot be told", "there may well be log lines" in alone, alone)
    proved("logs: without CloudWatch Logs it cannot be told whether there are lines (exit 3)")


def check_stack(session: Session, tests: str):
    with moto(session.folder, session.environment) as aws:
        with told(session, tests, aws, "as-it-is") as (own, requests, _tokens):
            check_as_it_is(own, requests)
        with told(session, tests, aws, "advised") as (own, requests, _tokens):
            check_certain(own, requests, "custom.trace_id", "otel")
            proved("as the documentation advises: the lines and the error of each of three requests at the same time, and of no other")
        with told(session, tests, aws, "one-id", {"OTEL_PROPAGATORS": "xray"}) as (own, requests, (_reads, sends)):
            check_one_id(own, requests)
            check_failures(own, requests["first"], sends)
