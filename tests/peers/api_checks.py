"""What AWS's own client put into X-Ray, as moto has it, against what the tool reads there."""

import json
import sys
import time

from aws import Service, in_parts, last_of_each, moto, odd, of_random_id, still_running, variables
from compare import compare_xray_trace, expected_xray, must_equal, must_hold, same_id
from session import Session, excerpt, proved


def check_api(session: Session, app: str):
    """What AWS's own client put into X-Ray, as another implementation of the service has it, is what comes out of the backend."""
    session.run(sys.executable, app, "tour")
    recorded = session.sent("XRAY")
    with moto(session.folder, session.environment) as endpoint:
        session.environment |= variables(endpoint)
        service = Service(endpoint)
        now = time.time() - 60
        service.put(recorded)
        for documents in (in_parts(now), of_random_id(now), odd(now)):
            service.put(documents)
        ids = service.ids()
        must_equal("boto3: the documents are there byte by byte", sorted(service.sent), sorted(service.documents(ids)))
        proved(f"boto3: {len(service.sent)} documents of {len(ids)} traces are in moto, byte by byte")
        check_shown(session, service, ids)
        check_running(session, service, still_running(now))
        check_refused(session)


def check_shown(session: Session, service: Service, ids: list[str]):
    """`show` of the traces against what the service gives to boto3."""
    given = expected_xray(last_of_each([json.loads(text) for text in service.sent]))
    shown = session.json("show", *ids, "-b", "xray")["traces"]
    must_equal(
        "show: the traces that were asked for, in that order", list(given), [same_id(trace["trace_id"]) for trace in shown]
    )
    for trace in shown:
        trace_id = same_id(trace["trace_id"])
        must_equal(f"show {trace_id}: backend", "xray", trace["backend"])
        must_equal(f"show {trace_id}: evidence that something is missing", [], trace["evidence"])
        compare_xray_trace(trace_id, given[trace_id], {"show": trace})
    apart = sum(json.loads(text).get("type") == "subsegment" for text in service.sent)
    proved(f"show: {sum(map(len, given.values()))} segments and subsegments, {apart} of them sent apart, and nothing else")
    proved("show: parent, service, kind, status, times to the microsecond, and every value that their documents have")

    # The id as others spell it, for whom no time is in it.
    random_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    for spelling in (random_id, f"00-{random_id}-00f067aa0ba902b7-01", f"Root=1-{random_id[:8]}-{random_id[8:]};Sampled=1"):
        again = session.json("show", spelling, "-b", "xray")["traces"]
        must_equal(f"show {spelling}: spans", [2], [trace["span_count"] for trace in again])
    proved("show: a random id, by the spellings of OpenTelemetry, of traceparent and of X-Amzn-Trace-Id")


def check_running(session: Session, service: Service, documents: list[dict]):
    """Of a segment that was only announced, that it runs is all that is said. moto gives its trace without an id."""
    trace_id, span_id = documents[0]["trace_id"], documents[0]["id"]
    service.put(documents)
    trace = session.json("show", trace_id, "-b", "xray")["traces"][0]
    must_equal("show: the id of a trace that runs", same_id(trace_id), same_id(trace["trace_id"]))
    must_equal("show: a segment without an end", {span_id: None}, {s["span_id"]: s["end_unix_nano"] for s in trace["spans"]})
    must_equal("show: evidence that it runs", {"running": 1}, {item["code"]: item["count"] for item in trace["evidence"]})
    proved("show: a segment that was only announced is running")


def check_refused(session: Session):
    """What is not there is not there (exit 1); what moto cannot do is no answer (exit 3), and the message says what it was."""
    missing = session.call("show", "1-5759e988-bd862e3fe1be46a994272793", "-b", "xray", expect=1)
    must_hold("show of an id that is not there says nothing to stdout", not missing.stdout, excerpt(missing.stdout))
    proved("show: an id that moto does not have is not found (exit 1)")
    empty = session.json("list", "-b", "xray", "--since", "3h", "--until", "2h")["traces"]
    must_equal("list of a window in which there is nothing", [], empty)
    for arguments in (
        # moto writes `"Users": {}` where X-Ray's model has a list of users
        # (https://docs.aws.amazon.com/xray/latest/api/API_TraceSummary.html). boto3 does not mind; AWS's SDK for Rust gives up on
        # the whole answer, so nothing can be told of what is in it.
        ["list"],
        # A filter expression is "Not implemented yet" (500).
        ["list", "--xray-filter", "fault"],
        ["list", "status = error"],
        ["assert", "status = error"],
        ["assert", "status = error", "--absent"],
    ):
        refused = session.call(*arguments, "-b", "xray", expect=3)
        what = " ".join(arguments)
        must_hold(f"{what}: nothing on stdout", not refused.stdout, excerpt(refused.stdout))
        must_hold(f"{what}: the message names the operation", b"GetTraceSummaries" in refused.stderr, excerpt(refused.stderr))
    proved("list: a window in which there is nothing is answered")
    proved("list, assert: summaries that cannot be read, and filters that moto does not have, are no answer (exit 3)")
