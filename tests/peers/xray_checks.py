"""What the X-Ray SDKs make of the receiver's sampling rules: which requests they send, and that these arrive as they were sent."""

import json
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from compare import Difference, compare_xray_trace, expected_xray, must_equal, must_hold, same_id, same_ids
from session import PATIENCE, Session, excerpt, proved

SENDER = str(Path(__file__).with_name("xray_rules.py"))

# Requests a second of the rule for /some.
RESERVOIR = 5


def rule(name: str, priority: int, reservoir: int, rate: float) -> dict:
    """The input of `aws xray create-sampling-rule --cli-input-json`, for the path of the rule's name."""
    anything = dict.fromkeys(("ResourceARN", "ServiceName", "ServiceType", "Host", "HTTPMethod"), "*")
    of_path = {"RuleName": name, "URLPath": f"/{name}*", "Priority": priority, "Version": 1}
    return {"SamplingRule": anything | of_path | {"FixedRate": rate, "ReservoirSize": reservoir}}


RULES = [rule("never", 10, 0, 0), rule("always", 20, 0, 1), rule("some", 30, RESERVOIR, 0)]


@contextmanager
def receiver(session: Session, file: Path):
    """A receiver of X-Ray's protocol with a file of rules, and where it listens. It must end well."""
    off = ("--otlp-http", "off", "--otlp-grpc", "off", "--zipkin", "off")
    with session.started("collect", *off, "--xray", "127.0.0.1:0", "--sampling-rules", str(file)) as process:
        address = None
        while address is None:
            line = process.stderr.readline().decode()
            must_hold("collect listens", line != "", excerpt(process.stderr.read() if line == "" else b""))
            if "X-Ray segments on " in line:
                address = line.split("X-Ray segments on ")[1].split(" ")[0]
        yield address
        process.send_signal(signal.SIGTERM)
        _stdout, stderr = process.communicate(timeout=PATIENCE)
        must_equal("collect: exit code", 0, process.returncode)
        for trouble in (b"refused", b"lost", b"dropped"):
            must_hold(f"collect: nothing was {trouble.decode()}", trouble not in stderr, excerpt(stderr))


def send(session: Session, address: str, *command: str):
    environment = session.environment | {"AWS_XRAY_DAEMON_ADDRESS": address}
    done = subprocess.run(command, env=environment, cwd=session.folder, capture_output=True, timeout=PATIENCE, check=False)
    if done.returncode != 0:
        raise Difference(f"the sender failed\n{excerpt(done.stdout)}\n{excerpt(done.stderr)}")


def check_arrived(session: Session):
    """Every segment that was sent, once and as it was sent, and no other."""
    sent = expected_xray(session.sent("XRAY"))
    listed = session.json("list", "--limit", "10000")["traces"]
    must_equal("list: every trace once", len(sent), len(listed))
    same_ids("list: traces", sent, {same_id(trace["trace_id"]) for trace in listed})
    by_id = {same_id(trace["trace_id"]): trace for trace in listed}
    for trace in session.json("show", *(trace["trace_id"] for trace in listed))["traces"]:
        trace_id = same_id(trace["trace_id"])
        compare_xray_trace(trace_id, sent[trace_id], {"show": trace, "list": by_id[trace_id]})


def check_reservoir(visits: list, sampled: int, size: int):
    """As many requests a second as the reservoir has, of those that began and ended in that second. Where a request crossed from
    one second to the next, the SDK may have counted it in either."""
    began = Counter(began for _path, began, ended in visits if began == ended)
    least = sum(min(size, requests) for requests in began.values())
    touched = {second for _path, began, ended in visits for second in (began, ended)}
    most = size * len(touched)
    # The first and the last second are only a part, and a request across the edge takes from a second's reservoir.
    must_hold(f"/some: {least} to {most} of {len(visits)} requests", least <= sampled <= most, sampled)
    must_hold("/some: most were not sampled, or this proves nothing", len(visits) > 2 * most, len(visits))


def paths_of(session: Session) -> Counter:
    """How many segments were sent of each path, without the host."""
    return Counter("/" + document["http"]["request"]["url"].rsplit("/", 1)[1] for document in session.sent("XRAY"))


def check_rules(session: Session):
    """The SDK for Python samples by the receiver's file, by its quota, and by the file as it is after a change."""
    file = session.folder / "rules.json"
    file.write_text(json.dumps(RULES))
    with receiver(session, file) as address:
        send(session, address, sys.executable, SENDER, str(file))
    visits, sampled = session.sent("VISIT"), paths_of(session)
    must_equal("/always: every request is sampled", 50, sampled["/always"])
    must_equal("/never: none of 50 before the file was changed, and all of 20 after that", 20, sampled["/never"])
    some = [visit for visit in visits if visit[0] == "/some"]
    # The first was borrowed, before there was a quota.
    check_reservoir(some[1:], sampled["/some"] - 1, RESERVOIR)
    proved(f"X-Ray SDK for Python: {sampled['/some']} of {len(some)} requests by a reservoir of {RESERVOIR} a second")
    proved("X-Ray SDK for Python: none of a rule of 0, all of a rule of 1, and otherwise when the file has changed")
    check_arrived(session)
    proved(f"list, show: {sum(sampled.values())} segments, each once and as it was sent")


def check_node_rules(session: Session, node: str, sender: str):
    """The SDK for Node, which asks for targets by itself after its ten seconds, and takes the answer."""
    file = session.folder / "rules.json"
    file.write_text(json.dumps(RULES))
    with receiver(session, file) as address:
        send(session, address, node, sender)
    visits, sampled = session.sent("VISIT"), paths_of(session)
    must_equal("/always: every request is sampled", 50, sampled["/always"])
    must_equal("/never: none is", 0, sampled["/never"])
    some = [visit for visit in visits if visit[0] == "/some"]
    # Version 3.12.0 takes epoch seconds for milliseconds (`dateToEpoch` in service_connector.js), so that every quota has ended long
    # ago for it, AWS's own as well: it goes on to borrow one request a second.
    check_reservoir(some, sampled["/some"], 1)
    proved(f"X-Ray SDK for Node: {sampled['/some']} of {len(some)} requests, one a second, which it borrows of the reservoir")
    check_arrived(session)
    proved(f"list, show: {sum(sampled.values())} segments, each once and as it was sent")
